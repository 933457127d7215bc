"""The page of a trial made by hand: its structure, and in Chromium its look."""

from __future__ import annotations

import dataclasses

import lxml.html
import pytest

from backtests.report.claims.page import FILES, write_claims
from backtests.report.pages import CLAIMS, trail_of
from backtests.report.style import variables
from tests import browser, page_checks
from tests.report.claims.made import JUDGED, LONG, TITLES, claim, made_trial

TRAIL = trail_of("The article on trial")
WIDTHS = (1440, 390)


CUT = """return [...document.querySelectorAll(".scroll:has(.figures)")]
  .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.trim())"""


def write(place, trial, **options):
    path = place / "claims-1" / CLAIMS.file
    path.parent.mkdir(exist_ok=True)
    write_claims(path, trial, trail=TRAIL, **options)
    return path


def read(path):
    return lxml.html.parse(str(path)).getroot()


def words(element) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    place = tmp_path_factory.mktemp("claims")
    (place / "index.html").write_text("x")
    return write(place, made_trial(), files=FILES[:1])


@pytest.fixture(scope="module")
def page(path):
    return read(path)


def test_the_title_and_the_headline_say_what_was_found(page):
    told = "Of the article's 14 claims 5 hold, 4 hold in part, 3 fail, 2 cannot be tested here"
    assert page.findtext(".//h1") == told
    assert page.findtext(".//title") == f"The article on trial: {told}"


def test_each_claim_has_one_row_with_its_word_and_a_link_to_its_section(page):
    rows = page.xpath("//table[contains(@class, 'trial')]/tbody/tr")
    assert [row[0][0].get("href") for row in rows] == [f"#claim-{n}" for n in range(1, 15)]
    assert [words(row[1]) for row in rows] == list(JUDGED)
    tones = {row[1][0].get("class").split()[1] for row in rows}
    assert tones == {"works", "part", "fails", "untested"}
    assert [words(head) for head in page.xpath("//table[contains(@class, 'trial')]//th")] == [
        "Claim", "Judgement", "Deciding figure", "Tried on", "After 14 April 2025",
    ]  # fmt: skip


def test_each_claim_has_a_section_of_its_own(page):
    sections = page.xpath("//section[@class='claim']")
    assert [section.get("id") for section in sections] == [f"claim-{n}" for n in range(1, 15)]
    for section, title, judged in zip(sections, TITLES, JUDGED, strict=True):
        head = words(section.find("h2")).replace("\u202f", " ")
        assert title in head
        assert head.endswith(judged)
        asked = [words(term) for term in section.findall(".//dt")]
        assert asked[:4] == [
            "The article says", "What would prove it wrong", "Tried on", "After 14 April 2025",
        ]  # fmt: skip


def test_long_texts_stand_whole(page):
    assert LONG in words(page.get_element_by_id("claim-6"))


def test_a_table_of_its_own_is_folded(page):
    assert len(page.xpath("//section[@id='claim-5']//details//table//tbody/tr")) == 2
    assert not page.xpath("//section[@id='claim-1']//details")


def test_what_lacks_says_so(page):
    eighth = words(page.get_element_by_id("claim-8"))
    assert "What is missingYields of other sovereigns before 1990." in eighth
    assert "No figures up to the article." in eighth
    first = words(page.get_element_by_id("claim-1"))
    assert "After 14 April 2025Nothing is known of the time since." in first


def test_every_link_within_the_page_leads_somewhere(page):
    anchors = {link.get("href")[1:] for link in page.xpath("//a[starts-with(@href, '#')]")}
    assert anchors <= {element.get("id") for element in page.xpath("//*[@id]")}


def test_no_text_of_a_claim_becomes_markup(tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    names = ("title", "says", "refuted_by", "data", "because", "after_words", "missing")
    first = claim(1, "holds", after=(), **dict.fromkeys(names, hostile))
    measure = dataclasses.replace(first.measures[0], what=hostile, interval=hostile, n_of=hostile)
    trial = made_trial(
        claims=(dataclasses.replace(first, measures=(measure,)),), months_title=hostile
    )
    assert not read(write(tmp_path, trial)).xpath("//img")


def test_a_trial_of_no_claim_is_a_page_too(tmp_path):
    page = read(write(tmp_path, made_trial(claims=())))
    assert page.findtext(".//h1") == "Of the article's 0 claims none holds, none fails"
    assert "This page was written without its folder." in words(page)


def test_the_same_trial_is_the_same_page(path, tmp_path):
    again = write(tmp_path, made_trial(), files=FILES[:1])
    assert again.read_bytes() == path.read_bytes()


def test_the_page_has_no_fault_in_any_width_or_medium(path):
    checks = (*page_checks.LAYOUT, *page_checks.INK)
    with browser.chromium() as driver:
        page_checks.show(driver, WIDTHS[0])
        browser.open_page(driver, path)
        told = [("frame", page_checks.look(driver, ["frame"]))]
        for medium in ("light", "dark"):
            for width in WIDTHS:
                page_checks.show(driver, width, medium)
                told.append((f"{medium} {width}", page_checks.look(driver, checks)))
                if width < 700:  # figures are cards there: none of them has to be scrolled
                    assert driver.execute_script(CUT) == []
        page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
        told.append(("print", page_checks.look(driver, checks, printed=True)))
        page_checks.show(driver, WIDTHS[0])
        told += [
            ("keyboard", page_checks.unreachable(driver)),
            ("links", page_checks.broken_links(driver, path)),
            ("log", page_checks.noises(driver, path)),
        ]
    assert page_checks.joined(told) == []
    text = path.read_text("utf-8")
    assert page_checks.literal_colours(page_checks.without_variables(text, variables())) == []

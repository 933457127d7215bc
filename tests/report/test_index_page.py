"""The page that lists results: its texts by hand, and the page itself in Chromium."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import lxml.html
import pytest

from backtests.analysis.resampling import Estimate
from backtests.report.files import write_json
from backtests.report.folder import new_folder, write_manifest
from backtests.report.glance import Glance
from backtests.report.index import rebuild_index
from backtests.report.index_page import Curve, curve, headline, what_of, write_index
from backtests.report.index_rows import ListedOther, ListedRun
from backtests.report.manifest import ComparisonManifest, read_run_manifest
from backtests.report.pages import STRESS_OF, TRIAL_ON
from backtests.report.run_folder import write_run
from backtests.report.style import variables
from tests import browser, page_checks
from tests.report.helpers import make_run

GLANCE = Glance(
    name="SPY 60 %, IEF 40 %", settings="", held="", costs="fee 2 bp", source="bundled months",
    start="2000-01-31", end="2025-12-31", daily=False, growth=0.081, total=6.4, deepest=-0.25,
    curve=(0, 40, 100),
)  # fmt: skip


def a_run(folder: str = "hedge_mix-1", word: str | None = "works", **changes: Any) -> ListedRun:
    glance = {name: changes.pop(name) for name in [*changes] if hasattr(GLANCE, name)}
    row = ListedRun(
        folder=folder, created="2026-01-02T03:04:05+00:00", pages=("verdict.html",),
        strategy="hedge_mix", glance=replace(GLANCE, **glance), word=word, choices=("", ""),
    )  # fmt: skip
    return replace(row, **changes)


def older(folder: str) -> ListedRun:
    return ListedRun(folder=folder, created="", pages=())


def page_of(tmp_path, *listed: ListedRun | ListedOther):
    path = tmp_path / "index.html"
    write_index(path, listed, [])
    return lxml.html.parse(str(path)).getroot()


def lines(page) -> list[list[str]]:
    """Of each run: its name and the lines in small print below it."""
    cells = page.xpath("//section[@data-of]//tbody/tr/td[1]")
    return [[" ".join(part.text_content().split()) for part in cell] for cell in cells]


# Words


@pytest.mark.parametrize(
    ("words", "others", "told"),
    [
        (["works"], 0, "1 run: it works"),
        (["unclear", "works", "unclear", "fails"], 3,
         "4 runs: it works in 1, unclear in 2, it fails in 1"),
        ([None, "no hedge", "it depended", "same as bills", "it depends"], 0,
         "5 runs: it depends in 1, it depended in 1, the same as bills in 1, no hedge in 1, "
         "not judged in 1"),
        (["of my own", "works"], 0, "2 runs: it works in 1, of my own in 1"),
        (["unclear"] * 1234, 0, "1,234 runs: unclear in 1,234"),
        ([], 0, "No results"),
        ([], 2, "2 comparisons and searches, no runs"),
        ([], 1, "1 comparison or search, no runs"),
    ],
)  # fmt: skip
def test_the_headline_counts_what_came_of_the_runs(words, others, told):
    assert headline([a_run(word=word) for word in words], others) == told


def test_a_run_of_another_version_counts_last(tmp_path):
    runs = [older("b"), a_run(), older("a")]
    assert headline(runs, 0) == "3 runs: it works in 1, of another version in 2"
    page = page_of(tmp_path, *runs)
    titles = [head.text.strip() for head in page.findall(".//h2")]
    assert titles == ["hedge_mix", "Runs of another version", "All runs"]
    assert page.findtext(".//h1") == headline(runs, 0)


def test_runs_of_one_name_are_told_apart_by_what_differs(tmp_path):
    page = page_of(
        tmp_path,
        a_run("a", costs="fee 10 bp"),
        a_run("b"),
        a_run("c", choices=("hedge IEF", "")),
        a_run("d", costs="fee 99 bp", name="SPY 50 %, TLT 50 %"),
        a_run("e", costs="fee 99 bp", strategy="another"),
    )
    assert lines(page) == [
        ["SPY 60 %, IEF 40 %", "fee 10 bp", "a"],
        ["SPY 60 %, IEF 40 %", "fee 2 bp", "b"],
        ["SPY 60 %, IEF 40 %", "fee 2 bp · hedge IEF", "c"],
        ["SPY 50 %, TLT 50 %", "d"],
        ["SPY 60 %, IEF 40 %", "e"],
    ]


def test_a_rule_tells_what_it_holds_and_a_mix_its_settings(tmp_path):
    page = page_of(
        tmp_path,
        a_run("r", strategy="carry", name="carry fast=3", held="SPY 60 %, TLT 40 %"),
        a_run("m", settings="rebalance=never", pages=("verdict.html", "tearsheet.html")),
        a_run("n", pages=("tearsheet.html",)),
        a_run("o", pages=()),
    )
    assert lines(page) == [
        ["carry fast=3", "held at the end: SPY 60 %, TLT 40 %", "r"],
        ["SPY 60 %, IEF 40 %", "rebalance=never", "m · tear sheet"],
        ["SPY 60 %, IEF 40 %", "n"],
        ["SPY 60 %, IEF 40 %", "o"],
    ]
    assert [link.get("href") for link in page.findall(".//td//a")] == [
        "r/verdict.html", "m/verdict.html", "m/tearsheet.html", "n/tearsheet.html",
    ]  # fmt: skip
    summaries = [text.text for text in page.xpath("//section[@data-of]/p")]
    assert summaries == [what_of("carry"), what_of("hedge_mix")]
    assert what_of("hedge_mix").startswith("Hold fixed weights")
    assert what_of("a rule of mine") == ""


def test_figures_sort_by_their_numbers(tmp_path):
    short = a_run("a", growth=None, total=0.0295)
    judged = a_run("b", "fails", payoff=Estimate(0.0127, -0.004, 0.02))
    page = page_of(tmp_path, short, judged)
    cells = [
        [(" ".join(cell.itertext()), cell.get("data-v"), cell.get("class")) for cell in row][1:5]
        for row in page.xpath("//section[@data-of]//tbody/tr")
    ]
    assert cells == [
        [("it works", None, "good"), ("-", "", None), ("2.95\u202f% in all", "", None),
         ("\u221225.00\u202f%", "-0.25", None)],
        [("it fails", None, "bad"), ("+1.27\u202f% \u22120.40 to +2.00", "0.0127", None),
         ("8.10\u202f%", "0.081", None), ("\u221225.00\u202f%", "-0.25", None)],
    ]  # fmt: skip


def test_the_small_line_starts_at_its_height_and_goes_on_by_steps():
    # Down is more in a picture: 0 of 100 is at 100.
    assert curve((0, 40, 100)) == Curve("M0 100l1-40 1-60", 2)
    assert curve((100, 100, 0)) == Curve("M0 0l1 0 1 100", 2)
    assert curve((5,)) is None


def test_comparisons_and_searches_say_what_they_found(tmp_path):
    page = page_of(
        tmp_path,
        ListedOther(folder="c", created="2026-01-02T03:04:05", pages=("index.html",),
                    title="a · b", finding="a fell 12 % less"),
        ListedOther(folder="d", created="2026", pages=(), title="", finding=""),
    )  # fmt: skip
    rows = [[" ".join(cell.text_content().split()) for cell in row]
            for row in page.findall(".//tbody/tr")]  # fmt: skip
    assert rows == [
        ["a · bc", "a fell 12 % less", "2026-01-02 03:04"],
        ["dd", "see its page", "2026"],
    ]
    assert page.findtext(".//h1") == "2 comparisons and searches, no runs"


def trial(folder: str, created: str, pages: tuple[str, ...] = ("claims.html",)) -> ListedOther:
    return ListedOther(folder=folder, created=created, pages=pages, title=f"{TRIAL_ON}months",
                       finding=f"Of 14 claims {len(folder)} hold", kind="claims")  # fmt: skip


def asked(page, kind="claims"):
    (line,) = page.xpath(f"//*[@id='{kind}']")
    links = [(link.get("href"), link.text) for link in line.iter("a")]
    return " ".join(line.text_content().split()), links


def test_without_a_trial_of_the_article_its_command_stands_there(tmp_path):
    told = "The article on trial no answer yet: python -m backtests.claims"
    assert asked(page_of(tmp_path)) == (told, [])
    assert asked(page_of(tmp_path, a_run())) == (told, [])


def test_the_newest_trial_is_linked_with_its_finding_and_those_before_by_what_they_are_of(tmp_path):
    page = page_of(
        tmp_path,
        trial("claims-2b", "2026-01-02T03:04:05"),
        a_run(),
        trial("claims-1", "2025-12-31T23:59:59"),
        trial("claims-0", "2025-12-30T00:00:00", ()),
    )
    assert asked(page) == (
        "The article on trial Of 14 claims 9 hold months · claims-2b · 2026-01-02 03:04Before: "
        "months, 2025-12-31 23:59; months, 2025-12-30 00:00",
        [
            ("claims-2b/claims.html", "The article on trial"),
            ("claims-1/claims.html", "months"),
        ],
    )
    # It is neither a comparison nor a search.
    assert page.findtext(".//h1") == "1 run: it works"
    assert not page.xpath("//*[@id='found']")
    assert page.findtext(".//output") == "1 shown"


def stress_test(number: int) -> ListedOther:
    return ListedOther(folder=f"stress-{number}", created=f"2026-02-{number:02}T03:04:05",
                       pages=("stress.html",), title=f"{STRESS_OF}mix {number}",
                       finding=f"mix {number} today: it would", kind="stress")  # fmt: skip


def test_each_stress_test_is_reached_by_the_name_of_what_it_is_of(tmp_path):
    page = page_of(tmp_path, *map(stress_test, range(9, 0, -1)))
    told, links = asked(page, "stress")
    assert told.startswith("Stress at today's yields mix 9 today: it would mix 9 · stress-9 · ")
    assert links[0] == ("stress-9/stress.html", "Stress at today's yields")
    # By hand: those before the newest, newest first; five are shown and three folded.
    before = [(f"stress-{number}/stress.html", f"mix {number}") for number in range(8, 0, -1)]
    assert links[1:] == before
    (folded,) = page.xpath("//*[@id='stress']/details")
    assert folded.findtext("summary") == "3 more"
    assert [link.text for link in folded.iter("a")] == ["mix 3", "mix 2", "mix 1"]


def test_the_stress_test_of_a_run_says_what_it_came_to_and_is_older_only_in_its_row(tmp_path):
    pages = ("verdict.html", "stress.html")
    newest = a_run("mix-2", pages=pages, stress="60 % SPY today: it would")
    page = page_of(tmp_path, newest, replace(newest, folder="mix-1", created="2026-01-01"),
                   replace(stress_test(1), created="2025-12-31"))  # fmt: skip
    told, links = asked(page, "stress")
    assert told.replace("\u202f", " ") == (
        "Stress at today's yields 60 % SPY today: it would page of the run "
        f"{GLANCE.name} · mix-2 · 2026-01-02 03:04Before: mix 1, 2025-12-31"
    )
    assert links == [("mix-2/stress.html", "Stress at today's yields"),
                     ("stress-1/stress.html", "mix 1")]  # fmt: skip
    rows = page.xpath("//section//a[contains(@href, 'stress.html')]/@href")
    assert sorted(rows) == ["mix-1/stress.html", "mix-2/stress.html"]


def test_a_trial_alone_is_no_run(tmp_path):
    page = page_of(tmp_path, trial("claims-1", "2026"))
    assert page.findtext(".//h1") == "No runs"


# In Chromium


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Five kinds of runs, a comparison, a search and a damaged folder."""
    out = tmp_path_factory.mktemp("listed") / "results"
    mix = write_run(out, make_run(), with_tearsheet=False)
    rule = make_run("attack_defend")
    write_run(out, rule, with_tearsheet=False)
    write_run(out, make_run("equity_only"), with_tearsheet=False)
    write_run(out, replace(rule, verdict=None, summary=replace(rule.summary, end="2025-12-30")),
              with_tearsheet=False)  # fmt: skip
    for number, weight in enumerate((0.7, 0.8, 0.9)):
        twin = out / f"hedge_mix-copy{number}"
        shutil.copytree(mix, twin)
        content = json.loads((twin / "manifest.json").read_text())
        content["created"] = f"2020-01-0{number + 1}T00:00:00+00:00"
        content["glance"] |= {"name": f"SPY {100 * weight:g} %, TLT {100 - 100 * weight:g} %",
                              "growth": 0.05 - weight / 100}  # fmt: skip
        content["verdict"] = ("works", "fails", "it depended")[number]
        write_json(twin / "manifest.json", content)
    shutil.copytree(mix, out / "hedge_mix-older")
    content = json.loads((out / "hedge_mix-older" / "manifest.json").read_text())
    write_json(out / "hedge_mix-older" / "manifest.json", {**content, "format": 3})
    search = {"config": read_run_manifest(mix).config, "objective": "sharpe", "search": "0"}
    for name, about in (
        ("compare-1", {"kind": "comparison", "runs": ["a", "b"], "labels": [],
                       "title": "60/40 · attack_defend", "finding": "60/40 fell 12 points less"}),
        ("tune-1", {"kind": "tuning", "title": "hedge_mix: 286 candidates over SPY, IEF, TLT",
                    "finding": "Nothing beats the default beyond noise", "notes": [],
                    "age_days": 3, "data": {}, "versions": {}, **search}),
    ):  # fmt: skip
        with new_folder(out, name) as place:
            (place / "index.html").write_text("x")
            write_manifest(place, ComparisonManifest(runs=()))
            written = json.loads((place / "manifest.json").read_text())
            own = {name: written[name] for name in ("format", "created", "files")}
            write_json(place / "manifest.json", {**about, **own})
    (out / "damaged").mkdir()
    (out / "damaged" / "manifest.json").write_text("{")
    rebuild_index(out)
    return out


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


BEHIND_EDGES = """
return [...document.querySelectorAll(".scroll")]
  .filter(box => box.scrollWidth > box.clientWidth + 1).length;
"""


def test_the_page_has_no_fault_in_any_width_or_medium(driver, results):
    path = results / "index.html"
    page_checks.show(driver, 1440)
    page_checks.noises(driver, path)  # of the page before
    browser.open_page(driver, path)
    told = [("frame", page_checks.look(driver, ["frame"]))]
    checks = (*page_checks.LAYOUT, *page_checks.INK)
    shown = [("light", width) for width in (1440, 1024, 390)]
    for medium, width in [*shown, ("dark", 390), ("dark", 1024), ("dark", 1440)]:
        page_checks.show(driver, width, medium)
        told.append((f"{medium} {width}", page_checks.look(driver, checks)))
        # Nothing stands behind an edge: neither on the screen nor in a box of its own.
        assert driver.execute_script(BEHIND_EDGES) == 0, (medium, width)
    page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
    told.append(("print", page_checks.look(driver, checks, printed=True)))
    page_checks.show(driver, 1440)
    told += [
        ("keyboard", page_checks.unreachable(driver)),
        ("links", page_checks.broken_links(driver, path)),
        ("log", page_checks.noises(driver, path)),
    ]
    assert page_checks.joined(told) == []
    page = path.read_text("utf-8")
    assert page_checks.literal_colours(page_checks.without_variables(page, variables())) == []
    assert "Cannot be read, run again: damaged." in page
    assert "fell 12 points less" in page
    assert "Nothing beats the default beyond noise" in page


SHOWN = """
const rows = [...document.querySelectorAll("tbody tr")].filter(row => row.checkVisibility());
return [rows.map(row => row.cells[0].firstElementChild.textContent.replace(/\\u202f/g, " ")),
  document.querySelector(".find output").textContent,
  [...document.querySelectorAll("h2")].filter(h => h.checkVisibility()).map(h => h.textContent)];
"""
ENTER = """
const [selector, value, event] = arguments, field = document.querySelector(selector);
field.value = value; field.dispatchEvent(new Event(event));
"""


def test_finding_choosing_and_sorting_work_together(driver, results):
    page_checks.show(driver, 1440)
    browser.open_page(driver, results / "index.html")

    def after(selector: str = "", value: str = "", event: str = "change"):
        if selector:
            driver.execute_script(ENTER, selector, value, event)
        return driver.execute_script(SHOWN)

    def find(words: str):
        return after(".find input", words, "input")

    names, told, _ = after()
    assert (len(names), told) == (10, "10 shown")
    copies = ["SPY 90 %, TLT 10 %", "SPY 80 %, TLT 20 %", "SPY 70 %, TLT 30 %"]
    assert find("tlt COPY")[:2] == [copies, "3 of 10 shown"]
    assert find("copy 80%")[0] == copies[1:2]
    assert find("copy -zz")[:2] == [[], "0 of 10 shown"]
    # All must match; a ticker, a word of the verdict, a finding, a date, a rule.
    assert find("fails spy")[0] == copies[1:2]
    assert find("noise")[0] == ["hedge_mix: 286 candidates over SPY, IEF, TLT"]
    assert find("hedge_mix copy 2020-01-03")[0] == copies[:1]
    assert find("")[1] == "10 shown"
    names, told, heads = after("select[name=strategy]", "attack_defend")
    assert (names, heads) == (["attack_defend"] * 2, ["attack_defend 2 runs"])
    assert after("select[name=word]", "not judged")[:2] == [["attack_defend"], "1 of 10 shown"]
    after("select[name=strategy]", "")
    after("select[name=word]", "")
    # Sorted by growth, then found within, then one list, then back: newest first.
    sort = (
        "[...document.querySelectorAll('section:not([hidden]) .sortable button.sort')]"
        ".filter(b => b.textContent === 'Growth a year')[arguments[0]].click()"
    )
    find("copy")
    driver.execute_script(sort, 0)
    assert after()[0] == copies[::-1]
    find("")
    assert after()[0].index(copies[2]) < after()[0].index(copies[0])
    names, told, heads = after("select[name=order]", "flat")
    assert len(names) == 10
    assert heads == ["Comparisons and searches 2", "All runs 8 runs"]
    driver.execute_script(sort, 0)
    assert [name for name in after()[0] if name in copies] == copies[::-1]
    assert find("copy")[0] == copies[::-1]
    after("select[name=order]", "")
    assert after()[0] == copies
    find("")


def test_without_scripts_everything_is_shown(driver, results, tmp_path):
    page = (results / "index.html").read_text("utf-8").replace("<script>", "<template>")
    (tmp_path / "still.html").write_text(page.replace("</script>", "</template>"), "utf-8")
    page_checks.show(driver, 1440)
    driver.get((tmp_path / "still.html").as_uri())
    rows, form = driver.execute_script(
        "const seen = all => [...document.querySelectorAll(all)].filter(e => e.checkVisibility());"
        "return [seen('tbody tr').length, seen('.find, input, select').length]"
    )
    assert (rows, form) == (10, 0)


def test_a_run_in_another_currency_says_below_its_name_whether_to_hedge_that(tmp_path):
    page = page_of(
        tmp_path,
        a_run("a", currency="JPY", which_hedge="hedge"),
        a_run("b", currency="EUR", which_hedge="leave open"),
        a_run("c"),
    )
    told = [" ".join(line) for line in lines(page)]
    assert "hedge the currency? hedge it" in told[0]
    assert "hedge the currency? leave it open" in told[1]
    assert "hedge the currency" not in told[2]  # in dollars there is none to hedge
    foot = " ".join(page.xpath("//p")[-1].text_content().split())
    assert "Cash is the bar here" in foot
    assert "less that of bills" not in foot

"""The picture that a verdict opens with: its words, its two places, and how a browser draws it."""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.etree
import pytest

from backtests.analysis.evidence import StateEpisode
from backtests.analysis.record import Crisis, Tickers, Verdict
from backtests.analysis.series import Inflation, TrailingCorrelation
from backtests.report.hero import Hero, hero_figure, hero_picture
from backtests.report.pages import trail_of
from backtests.report.style import EITHER
from tests.browser import chromium, complaints, overflow, resize
from tests.report.helpers import make_run, plain_page
from tests.report.verdict.helpers import (
    estimate,
    make_crisis,
    make_evidence,
    make_state,
    make_verdict,
)

HOSTILE = '</svg><script>alert(1)</script><img src=x onerror="alert(1)">'
PARTS = {"figure", "figcaption", "div", "svg", "title", "path", "rect", "text"}
YEARS = tuple(f"{year}-{month:02}" for year in range(2000, 2010) for month in range(1, 13))


def fall(state: str | None, *, beat: bool = True, year: int = 2002, **changes: Any) -> Crisis:
    """A fall of half a year in which the hedge earned more than bills, or lost money."""
    made = {"start": f"{year}-01-31", "end": f"{year}-07-31", "state": state, "name": f"F{year}"}
    crisis = make_crisis(-0.2, 0.1 if beat else -0.1, 0.01, **made)
    return dataclasses.replace(crisis, **changes)


def verdict_of(*falls: Crisis, **changes: Any) -> Verdict:
    """A verdict with these falls over ten years, without correlation or inflation."""
    verdict = make_verdict(crises=falls, **changes)
    return dataclasses.replace(verdict, series=dataclasses.replace(verdict.series, months=YEARS))


def hero_of(verdict: Verdict, **options: Any) -> Hero:
    hero = hero_figure(verdict, **options)
    assert hero is not None
    return hero


def with_figures(
    verdict: Verdict, correlation: list[float | None], cpi: list[float | None]
) -> Verdict:
    """The same with these last figures of its months."""
    series = dataclasses.replace(
        verdict.series,
        correlation=TrailingCorrelation(YEARS[-len(correlation) :], tuple(correlation), 36),
        inflation=Inflation(YEARS[-len(cpi) :], tuple(cpi)),
    )
    return dataclasses.replace(verdict, series=series)


# Words


@pytest.mark.parametrize(
    ("falls", "title"),
    [
        (
            [fall("negative"), fall("negative", beat=False), fall("positive", beat=False)],
            "Treasuries beat bills in 1 of 2 falls after negative stock-bond correlation, and in 0 "
            "of 1 after positive",
        ),
        (
            [fall("negative"), fall("positive"), fall("positive", beat=False)],
            "Treasuries beat bills in 1 of 1 fall after negative stock-bond correlation, and in 1 "
            "of 2 after positive",
        ),
        (
            [fall("positive"), fall("positive", beat=False)],
            "Treasuries beat bills in 1 of 2 falls after positive stock-bond correlation",
        ),
        (
            [fall(None), fall(None), fall(None, beat=False)],
            "Treasuries beat bills in 2 of 3 falls of equity",
        ),
        (
            [fall(None), fall("negative"), fall("negative")],
            "Treasuries beat bills in 2 of 2 falls after negative stock-bond correlation",
        ),
        ([fall(None)], "Treasuries beat bills in the only fall of equity"),
        (
            [fall("positive", beat=False)],
            "Treasuries did not beat bills in the only fall of equity, after positive stock-bond "
            "correlation",
        ),
        (  # a rise is no fall, and one before the hedge's first day is not counted
            [fall(None), fall(None, equity=0.1), fall("negative", hedge=None)],
            "Treasuries beat bills in the only fall of equity",
        ),
    ],
)  # fmt: skip
def test_the_title_counts_falls_by_the_state_in_which_they_began(falls, title):
    assert hero_of(verdict_of(*falls)).title == title


def test_the_counts_are_those_of_the_sentence_of_the_verdict(run):
    hero = hero_of(run.verdict)
    counts = [(int(beat), int(of)) for beat, of in re.findall(r"(\d+) of (\d+)", hero.title)]
    falls = [crisis for crisis in run.verdict.crises if crisis.equity < 0]
    assert sum(beat for beat, _ in counts) == sum(each.hedge > each.cash for each in falls)
    assert sum(of for _, of in counts) == len(falls)


def test_a_title_begins_with_a_capital_and_names_the_pair_whose_correlation_it_is():
    verdict = verdict_of(
        fall("negative"),
        fall("positive"),
        tickers=Tickers(("SPY",), ("BIL", "GLD")),
        evidence=make_evidence(correlation_of="the hedge"),
    )
    assert hero_of(verdict).title == (
        "The hedge beat bills in 1 of 1 fall after negative equity-hedge correlation, and in 1 of "
        "1 after positive"
    )


def test_the_subtitle_says_what_is_shown_and_from_what():
    verdict = verdict_of(fall(None))
    assert hero_of(verdict).subtitle == (
        "Percentage points that IEF added to the portfolio over bills at the same equity weight, "
        "in each fall of equity; a bar is as wide as the fall was long, its colour tells what the "
        "hedge alone did; from month-ends."
    )
    series = verdict.series
    daily = dataclasses.replace(
        verdict,
        series=dataclasses.replace(
            series, drawdown=dataclasses.replace(series.drawdown, daily=True)
        ),
    )
    assert hero_of(daily, hedge_weight=0.4).subtitle == (
        "Percentage points that 40 % in IEF added to the portfolio over bills, in each fall of "
        "equity; a bar is as wide as the fall was long, its colour tells what the hedge alone "
        "did; from daily closes."
    )


RISING = "Negative correlation: Treasuries tended to rise when equity fell."


def test_falls_that_are_not_counted_or_have_no_bar_are_named_or_numbered():
    stateless = [fall(None, year=2001), fall(None, beat=False, year=2002)]
    early = [fall(None, year=2000 + k, hedge=None) for k in range(4)]
    assert hero_of(verdict_of(fall("negative"), *stateless)).note == (
        f"{RISING} Counted on neither side: F2001, F2002, before any stock-bond correlation was "
        "known (the hedge beat bills in 1 of 2)."
    )
    assert hero_of(verdict_of(fall("negative"), *early)).note == (
        f"{RISING} Without a bar: 4 falls, before the hedge's first day."
    )
    assert hero_of(verdict_of(fall("negative"))).note == RISING


def test_every_fall_is_told_in_order_of_time():
    hero = hero_of(verdict_of(fall(None, year=2005), fall(None, year=2001)))
    first, second = hero.told.split("; F")
    assert first.startswith("F2001, 2001-01-31 to 2001-07-31: ")
    assert second.startswith("2005")


@pytest.mark.parametrize(
    "verdict",
    [
        verdict_of(),
        verdict_of(fall(None, equity=0.1)),
        verdict_of(fall(None, hedge=None)),
        verdict_of(fall(None), holds_hedge=False, evidence=None),
    ],
)
def test_without_a_fall_or_a_hedge_there_is_no_picture(verdict):
    assert hero_figure(verdict) is None
    assert hero_picture(verdict) is None


def ends_of(verdict: Verdict) -> list[str]:
    """The last figures at the right ends of the strips of the wide picture."""
    drawing = hero_of(verdict).drawings[0]
    return [
        words.text for words in drawing.words if words.anchor == "end" and words.role == "--ink"
    ]


def test_a_strip_ends_with_the_last_figure_of_the_run():
    verdict = with_figures(verdict_of(fall(None)), [0.1, -0.494], [0.0272, 0.03])
    assert ends_of(verdict) == ["-0.49, negative (2009-12)", "3.00 %, 3 % or more (2009-12)"]
    verdict = with_figures(verdict_of(fall(None)), [0.0, None], [0.0299, None])
    assert ends_of(verdict) == ["+0.00, positive (2009-11)", "2.99 %, below 3 % (2009-11)"]
    assert ends_of(verdict_of(fall(None))) == ["none in this period", "none in this period"]


def test_figures_after_the_run_are_not_its_own():
    verdict = with_figures(verdict_of(fall(None)), [0.1, -0.2], [0.01, 0.05])
    shorter = dataclasses.replace(verdict.series, months=YEARS[:-1])
    told = ends_of(dataclasses.replace(verdict, series=shorter))
    assert told == ["+0.10, positive (2009-11)", "1.00 %, below 3 % (2009-11)"]


# Markup


def test_a_page_has_three_widths_in_colours_of_its_style_sheet(run):
    figure = lxml.etree.fromstring(hero_of(run.verdict).render())
    drawn = figure.findall("svg")
    assert [svg.get("class") for svg in drawn] == ["wide", "middle", "narrow"]
    assert [svg.get("viewBox").split()[2] for svg in drawn] == ["1040", "690", "358"]
    for element in figure.iter():
        for attribute in ("fill", "stroke"):
            value = element.get(attribute, "none")
            assert value == "none" or re.fullmatch(r"var\(--[a-z]+\)", value)


def test_a_notebook_has_one_picture_without_class_identifier_or_script(run):
    picture = hero_picture(run.verdict)
    assert picture is not None
    figure = lxml.etree.fromstring(picture.render())
    (svg,) = figure.findall("svg")
    assert svg.get("viewBox").startswith("0 0 860 ")
    assert svg.get("fill") == "currentColor"
    for element in figure.iter():
        assert element.tag in PARTS
        assert not {"class", "id", "href", "src"} & set(element.attrib)
        assert not any("var(" in value for value in element.attrib.values())
        assert element.get("fill", "none") in {"none", *EITHER.values()}


def test_the_picture_is_told_to_whoever_does_not_see_it(run):
    hero = hero_of(run.verdict)
    for svg in lxml.etree.fromstring(hero.render()).findall("svg"):
        assert svg.get("role") == "img"
        assert svg[0].tag == "title"
        assert svg[0].text == hero.title
        assert svg.get("aria-description").count(";") > len(run.verdict.crises)
        falls = [crisis for crisis in run.verdict.crises if crisis.equity < 0]
        assert len(svg.findall("rect/title")) == len(falls)


def test_the_same_verdict_makes_the_same_bytes(run):
    assert hero_of(run.verdict).render() == hero_of(run.verdict).render()
    again = dataclasses.replace(run.verdict, crises=run.verdict.crises[::-1])
    assert hero_of(again).render() == hero_of(run.verdict).render()


@pytest.mark.parametrize("make", [hero_figure, hero_picture])
def test_a_hostile_name_stays_text(make):
    hostile = verdict_of(
        fall(None, name=HOSTILE), fall(None, name="a\x00b", year=2005),
        fall("negative", name=HOSTILE, hedge=None), tickers=Tickers(("SPY",), ("<b>",)),
    )  # fmt: skip
    text = make(hostile).render()
    assert "<script" not in text
    assert "<img" not in text
    figure = lxml.etree.fromstring(text)
    assert HOSTILE in "".join(figure.itertext())
    assert "a\\x00b" in "".join(figure.itertext())


# In a browser


def dense() -> Verdict:
    """Twenty falls with long names within three years, up and down."""
    draw = random.Random(5)
    falls = []
    for number in range(20):
        month = YEARS[12 + number]
        value = draw.uniform(-0.08, 0.08)
        falls.append(
            make_crisis(
                -0.1, 2 * value, 0.0, name=f"A crisis with a long name {number}",
                start=f"{month}-03", end=f"{month}-{draw.randint(4, 28):02}", portfolio=value,
                bills=0.0, state=draw.choice(["negative", "positive", None]),
            )
        )  # fmt: skip
    verdict = with_figures(verdict_of(*falls), [0.1] * 48, [0.02] * 48)
    return dataclasses.replace(
        verdict, series=dataclasses.replace(verdict.series, months=YEARS[12:48])
    )


BOXES = """
const box = part => {
  const r = part.getBoundingClientRect();
  return [r.left, r.top, r.right, r.bottom];
};
const all = [...document.querySelectorAll("figure.hero svg")];
return all.filter(svg => svg.getClientRects().length).map(svg => [
  svg.getAttribute("class"), box(svg), [...svg.querySelectorAll("text")].map(box),
  [...svg.querySelectorAll("rect")].map(box),
  parseFloat(getComputedStyle(svg).fontSize) * svg.getBoundingClientRect().width
  / svg.viewBox.baseVal.width]);
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as driver:
        yield driver


@pytest.mark.parametrize("which", ["default", "dense", "hostile", "single"])
def test_no_text_collides_or_is_clipped_in_a_browser(browser, which, tmp_path):
    make = {
        "default": lambda: make_run(start=None).verdict,
        "dense": dense,
        "hostile": lambda: verdict_of(
            fall(None, name=HOSTILE), fall(None, name="W" * 60, year=2005)
        ),
        "single": lambda: verdict_of(fall("negative", start="2000-02-19", end="2000-03-23")),
    }
    page = written(hero_of(make[which](), hedge_weight=0.4), tmp_path)
    for width, expected in ((1440, "wide"), (1024, "wide"), (900, "middle"), (390, "narrow")):
        resize(browser, width)
        browser.get(page.as_uri())
        ((name, frame, texts, bars, size),) = browser.execute_script(BOXES)
        assert name == expected
        assert overflow(browser) == 0
        assert size >= 11.9
        assert len(texts) > 8
        for box in texts:
            assert frame[0] - 0.5 <= box[0] < box[2] <= frame[2] + 0.5
            assert frame[1] - 0.5 <= box[1] < box[3] <= frame[3] + 0.5
            assert not any(meet(box, bar) for bar in bars)
        assert not any(meet(a, b) for a, b in itertools.combinations(texts, 2))
    assert complaints(browser) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_paper_shows_the_middle_width(browser, width, tmp_path):
    page = written(hero_of(dense()), tmp_path)
    resize(browser, width)
    browser.get(page.as_uri())
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        ((name, *_),) = browser.execute_script(BOXES)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen"})
    assert name == "middle"


def written(hero: Hero, folder: Path) -> Path:
    """A page of ours with nothing but the picture."""
    page = folder / "hero.html"
    plain_page(page, trail=trail_of("x"), tables=[], damaged=[])
    text = page.read_text("utf-8")
    assert text.count("<h1>Results</h1>") == 1
    page.write_text(text.replace("<h1>Results</h1>", hero.render()), "utf-8")
    return page


def meet(a: list[float], b: list[float]) -> bool:
    """Whether two boxes of a browser share more than a rounded edge."""
    return a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5


def test_where_the_word_rests_on_an_episode_falls_are_counted_by_the_years_of_the_headline():
    """Two falls begun 2000 to 2022, one beaten; of the others, before and since, none."""
    episode = StateEpisode("2000-12", "2022-08", 261, 0.0147)
    worked = make_state("negative", 281, estimate(0.0119, 0.001, 0.02), rests_on=episode)
    evidence = make_evidence(negative=worked)
    falls = [fall("positive", year=2000), fall("negative", beat=False, year=2022),
             fall("positive", beat=False, year=1970),
             fall(None, beat=False, year=2023)]  # fmt: skip
    verdict = dataclasses.replace(verdict_of(*falls), word="it depended", evidence=evidence)
    assert hero_of(verdict).title == (
        "Treasuries beat bills in 1 of 2 falls that began from 2000 to 2022, and in 0 of 2 others"
    )
    assert "neither side" not in hero_of(verdict).note

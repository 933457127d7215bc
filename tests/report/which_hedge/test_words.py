"""Whether to hedge the currency, in words: by the answer, with every figure, and without any."""

from __future__ import annotations

import dataclasses

import pytest

from backtests.analysis.record import Tickers
from backtests.analysis.ways import HedgedLessUnhedged, Ways, WholePortfolio
from backtests.report.which_hedge.words import (
    answer_line,
    cost_title,
    first_screen,
    hedged_won,
    judged_falls,
    link_line,
    names_of,
    reading,
    reasons,
)
from tests.report.which_hedge.helpers import TICKERS, estimate, make_fall, make_way, make_ways


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("hedge", "Hedge the currency: Treasuries protected better hedged than unhedged in "
                  "equity's worst months, in JPY"),
        ("leave open", "Leave the currency open: Treasuries protected better unhedged than hedged "
                       "in equity's worst months, in JPY"),
        ("no difference", "Hedging the currency made no difference: Treasuries protected as well "
                          "without in equity's worst months, in JPY"),
        ("unclear", "Unclear whether to hedge the currency: what it changed for Treasuries in "
                    "equity's worst months, in JPY, may be chance"),
    ],
)  # fmt: skip
def test_the_headline_follows_the_answer(answer, told):
    assert answer_line(make_ways(answer=answer), TICKERS) == told


def test_without_an_interval_the_headline_says_that_the_months_are_too_few():
    nothing = HedgedLessUnhedged(estimate(0.01), estimate(None))
    ways = make_ways(answer="unclear", difference=nothing, months=47)
    assert answer_line(ways, TICKERS).endswith("currency: 47 months in JPY cannot tell")
    assert "(no interval: too few months)" in reasons(ways, TICKERS)


def test_reasons_are_the_payoff_with_its_interval_the_carry_and_growth_of_both():
    assert reasons(make_ways(), TICKERS) == (
        "In equity's worst 40 months of 400 Treasuries made 2.8 % a month more hedged than "
        "unhedged (+1.4 to +4.1): the dollar fell with equity (US Treasury bills, unhedged, made "
        "-3.0 % over yen cash). The currency hedge cost 2.5 points a year in interest and basis, "
        "and 3.0 points of growth given up, the dollar's rise included; the whole portfolio "
        "grew as much. Whether Treasuries, hedged, beat yen cash there: unclear (+1.8 % a "
        "month, no interval)."
    )


@pytest.mark.parametrize(
    ("cagr", "told"), [(0.0466, "grew 1.3 points a year less"), (0.063, "0.3 points a year more")]
)
def test_the_growth_of_the_whole_portfolio_stands_beside(cagr, told):
    """Unhedged it is 6 % a year."""
    ways = make_ways()
    hedged = dataclasses.replace(ways.ways[1], whole=WholePortfolio(cagr, 0.1, -0.3, -0.05))
    assert told in reasons(make_ways(ways=(ways.ways[0], hedged, *ways.ways[2:])), TICKERS)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.01, 0.03, "Treasuries, hedged, beat yen cash there (+1.8 % a month, +1.0 to +3.0)."),
        (-0.01, 0.03, "beat yen cash there: unclear (+1.8 % a month, -1.0 to +3.0)."),
    ],
)
def test_hedged_beside_cash_at_home_follows_its_own_interval(low, high, told):
    ways = make_ways()
    hedged = dataclasses.replace(ways.ways[1], payoff=estimate(0.018, low, high))
    ways = make_ways(ways=(ways.ways[0], hedged, *ways.ways[2:]))
    assert reasons(ways, TICKERS).endswith(told)


def test_a_dollar_that_went_against_the_finding_is_no_reason():
    ways = make_ways()
    rose = dataclasses.replace(ways.ways[2], payoff=estimate(0.03))
    ways = make_ways(ways=(*ways.ways[:2], rose, ways.ways[3]))
    assert "the dollar fell" not in reasons(ways, TICKERS)
    assert "the dollar rose" not in reasons(ways, TICKERS)
    apart = HedgedLessUnhedged(estimate(-0.03, -0.04, -0.02), ways.difference.growth)
    ways = make_ways(ways=ways.ways, difference=apart, answer="leave open")
    assert ": the dollar rose while equity fell (US Treasury bills" in reasons(ways, TICKERS)


def test_a_hedge_that_paid_is_told_to_have_earned():
    (unhedged, hedged) = make_ways().splits
    ways = make_ways(splits=(unhedged, dataclasses.replace(hedged, carry=0.011)))
    told = reasons(ways, TICKERS)
    assert (
        "The currency hedge earned 1.1 points a year in interest and basis, yet growth was" in told
    )
    assert "3.0 points lower, the dollar's rise included" in told


@pytest.mark.parametrize(
    ("value", "low", "high", "title", "unit"),
    [
        (-0.03, -0.06, -0.01, "What the currency hedge cost", "points of growth a year"),
        (0.03, 0.01, 0.06, "What the currency hedge added", "points of growth a year"),
        (
            0.005,
            -0.02,
            0.03,
            "Growth with the currency hedge",
            "points a year, no clear difference",
        ),
        (
            -0.03,
            -0.06,
            0.01,
            "Growth with the currency hedge",
            "points a year, no clear difference",
        ),
        (-0.03, None, None, "Growth with the currency hedge", "points a year, no interval"),
    ],
)
def test_growth_is_a_cost_or_a_gain_only_where_its_interval_is_clear_of_nothing(
    value, low, high, title, unit
):
    assert cost_title(estimate(value, low, high)) == (title, unit)


def test_what_a_gain_beside_a_cost_is_called():
    ways = make_ways(difference=HedgedLessUnhedged(estimate(0.026), estimate(0.005)))
    told = reasons(ways, TICKERS)
    assert "cost 2.5 points a year in interest and basis, yet growth was 0.5 points higher" in told


def test_less_than_a_year_has_no_figure_a_year():
    ways = make_ways(
        splits=(), difference=HedgedLessUnhedged(estimate(-0.001), estimate(None)), months=7,
        worst_months=1, ways=tuple(make_way(way.key, 0.0, None) for way in make_ways().ways),
    )  # fmt: skip
    assert reasons(ways, TICKERS) == (
        "In equity's worst month of 7 Treasuries made 0.1 % a month less hedged than unhedged (no "
        "interval: too few months). Less than a year has no cost a year. Whether Treasuries, "
        "hedged, beat yen cash there: unclear (0.0 % a month, no interval)."
    )
    cost = first_screen(ways, TICKERS).tiles[2]
    assert (cost.value, cost.unit) == ("Too short", "for growth a year")


def test_three_tiles_of_protection_falls_and_cost():
    screen = first_screen(make_ways(), TICKERS)
    assert (screen.chip, screen.tone) == ("Hedge it", "")
    worst, falls, cost = screen.tiles
    assert (worst.value, worst.unit, worst.tone) == (
        "+2.8 %", "a month, hedged less unhedged", "works",
    )  # fmt: skip
    assert worst.lines == (
        "Hedged less unhedged +2.8 % a month (+1.4 to +4.1), of the money in it",
        "Over yen cash, a month: Treasuries, unhedged -1.0, Treasuries, hedged +1.8, US Treasury "
        "bills -3.0",
        "Against yen cash no interval: one takes 480 months, here 400",
        "Correlation with equity: -0.30 hedged, +0.40 unhedged",
    )
    # Of two falls: -2 and 8 % unhedged, 13 and 2 % hedged; where equity rose nothing is counted.
    assert (falls.value, falls.unit) == ("1 of 2", "falls: hedged did better")
    assert falls.lines == (
        "On average in 2 falls: Treasuries, unhedged 3.0 %, Treasuries, hedged 7.5 %, US Treasury "
        "bills -1.5 %, yen cash 0.5 %",
        "Beat yen cash, of 2: hedged 2, unhedged 1",
        "Unhedged did better in Earlier 2000",
    )
    assert (cost.value, cost.unit) == ("-3.0", "points a year, no clear difference")
    assert cost.lines == (
        "Growth a year: hedged 2.0 %, unhedged 5.0 %, difference -3.0 (-6.0 to +1.0); yen cash "
        "0.4 %",
        "Of it interest and basis: -2.5 points a year (basis 25 bp); the rest is the dollar's "
        "move, compounded",
        "Interest and basis now (2026-03): -3.0 points a year",
        "Whole portfolio, growth: hedged 6.0 %, unhedged 6.0 %, difference 0.0",
    )
    assert screen.note.startswith("In brackets")


def seen(*gains: float) -> Ways:
    """Falls since 2000 in which hedged made so much more than unhedged."""
    falls = (
        make_fall(-0.2, 0.0, gain, 0.0, 0.0, start=f"{2000 + number}-01-31")
        for number, gain in enumerate(gains)
    )
    return make_ways(falls=tuple(falls))


def test_the_falls_of_the_smaller_side_are_named_or_counted_with_the_largest():
    few = first_screen(seen(0.1, -0.1, -0.1), TICKERS).tiles[1]
    assert "Hedged did better in Crisis 2000" in few.lines
    many = first_screen(seen(*[0.1] * 6, -0.1, -0.1, -0.3, -0.1, -0.1), TICKERS).tiles[1]
    assert "Unhedged did better in 5 falls, by most in Crisis 2008 (30.0 points)" in many.lines


@pytest.mark.parametrize(
    ("answer", "gains", "is_told"),
    [
        ("hedge", (0.1, -0.1, -0.1), True),
        ("hedge", (0.1, 0.1, -0.1), False),
        ("leave open", (0.1, 0.1, -0.1), True),
        ("leave open", (0.1, -0.1, -0.1), False),
        ("unclear", (0.1, -0.1, -0.1), False),
    ],
)
def test_falls_that_go_against_the_answer_are_explained(answer, gains, is_told):
    lines = first_screen(dataclasses.replace(seen(*gains), answer=answer), TICKERS).tiles[1].lines
    assert any("equity's worst single months" in line for line in lines) is is_told


def test_a_fall_before_the_hedges_first_day_counts_on_no_side():
    early = make_fall(-0.3, None, None, -0.1, 0.0)
    ways = make_ways(falls=(early,))
    assert hedged_won(early, ways) is None
    assert judged_falls(ways) == []
    assert first_screen(ways, TICKERS).tiles[1].value == "No fall"


def test_names_are_of_the_hedge_and_of_the_currency():
    assert list(names_of(make_ways(currency="CHF"), TICKERS).values()) == [
        "Treasuries, unhedged", "Treasuries, hedged", "US Treasury bills", "Swiss franc cash",
    ]  # fmt: skip
    gold = Tickers(equity=("SPY",), hedge=("GLD",))
    own = make_ways(ways=(*make_ways().ways, make_way("as_held", 0.004)))
    assert names_of(own, gold)["as_held"] == "GLD, partly hedged"


def test_the_verdict_links_only_where_the_page_is():
    assert link_line(TICKERS, make_ways(), ["which-hedge.html"]).startswith("Hedge the currency")
    assert link_line(TICKERS, make_ways(), ["verdict.html"]) == ""
    assert link_line(TICKERS, None, ["which-hedge.html"]) == ""


def test_how_to_read_says_where_payoffs_differ_from_the_verdict_and_what_is_sold():
    told = dict(reading(make_ways(usd_cash=True, ratios={"IEF": 0.5}), TICKERS, daily=True))
    assert "cash is dollar bills; payoffs of this page are over yen cash" in told["Payoff."]
    assert "This run sells forward: IEF 50 %." in told["The four ways."]
    assert "daily closes" in told["Rates of exchange and interest."]
    assert "basis of 25 bp" in told["Interest parity and basis."]
    plain = dict(
        reading(make_ways(currency="CNY", equity_ratios={"SPY": 0.5}), TICKERS, daily=False)
    )
    assert "nothing of Treasuries forward" in plain["The four ways."]
    assert (
        "Equity's currency hedge is that of the run in every way: SPY 50 %"
        in (plain["The four ways."])
    )
    assert "weighs a little" in told["The split."]
    assert "weighs a little" not in plain["The split."]
    assert "For CNY no length" in plain["The answer."]

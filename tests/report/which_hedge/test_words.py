"""Whether to hedge the currency, in words: by the answer, with every figure, and without any."""

from __future__ import annotations

import dataclasses

import pytest

from backtests.analysis.record import Tickers
from backtests.analysis.ways import HedgedLessUnhedged
from backtests.report.which_hedge.words import (
    answer_line,
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
        "unhedged (+1.4 to +4.1). The currency hedge cost 2.5 points a year in interest and basis: "
        "Treasuries grew 2.0 % a year hedged and 5.0 % unhedged, yen cash 0.4 %."
    )


def test_a_hedge_that_paid_is_told_to_have_earned():
    (unhedged, hedged) = make_ways().splits
    ways = make_ways(splits=(unhedged, dataclasses.replace(hedged, carry=0.011)))
    assert "The currency hedge earned 1.1 points a year" in reasons(ways, TICKERS)


def test_less_than_a_year_has_no_figure_a_year():
    ways = make_ways(
        splits=(), difference=HedgedLessUnhedged(estimate(-0.001), estimate(None)), months=7,
        worst_months=1, ways=tuple(make_way(way.key, 0.0, None) for way in make_ways().ways),
    )  # fmt: skip
    assert reasons(ways, TICKERS) == (
        "In equity's worst month of 7 Treasuries made 0.1 % a month less hedged than unhedged (no "
        "interval: too few months). Less than a year has no cost a year."
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
        "Over yen cash, a month: Treasuries, unhedged -1.0, Treasuries, hedged +1.8, dollar bills "
        "-3.0",
        "Correlation with equity: -0.30 hedged, +0.40 unhedged",
    )
    # Of two falls: -2 and 8 % unhedged, 13 and 2 % hedged; where equity rose nothing is counted.
    assert (falls.value, falls.unit) == ("1 of 2", "falls: hedged did better")
    assert falls.lines == (
        "On average in 2 falls: Treasuries, unhedged 3.0 %, Treasuries, hedged 7.5 %, dollar bills "
        "-1.5 %, yen cash 0.5 %",
        "Unhedged did better in those that began in 2000",
    )
    assert (cost.value, cost.unit) == ("-3.0", "points of growth a year")
    assert (
        cost.lines[1]
        == "Carry -2.5 points a year: the difference of interest, and a basis of 25 bp"
    )
    assert screen.note.startswith("In brackets")


def test_a_fall_before_the_hedges_first_day_counts_on_no_side():
    early = make_fall(-0.3, None, None, -0.1, 0.0)
    ways = make_ways(falls=(early,))
    assert hedged_won(early, ways) is None
    assert judged_falls(ways) == []
    assert first_screen(ways, TICKERS).tiles[1].value == "No fall"


def test_names_are_of_the_hedge_and_of_the_currency():
    assert list(names_of(make_ways(currency="CHF"), TICKERS).values()) == [
        "Treasuries, unhedged", "Treasuries, hedged", "Dollar bills", "Swiss franc cash",
    ]  # fmt: skip
    gold = Tickers(equity=("SPY",), hedge=("GLD",))
    own = make_ways(ways=(*make_ways().ways, make_way("as_held", 0.004)))
    assert names_of(own, gold)["as_held"] == "GLD, partly hedged"


def test_the_verdict_links_only_where_the_page_is():
    assert link_line(TICKERS, make_ways(), ["which-hedge.html"]).startswith("Hedge the currency")
    assert link_line(TICKERS, make_ways(), ["verdict.html"]) == ""
    assert link_line(TICKERS, None, ["which-hedge.html"]) == ""


def test_how_to_read_says_where_payoffs_differ_from_the_verdict_and_what_is_sold():
    told = dict(reading(make_ways(usd_cash=True, ratios={"IEF": 0.5}), daily=True))
    assert "cash is dollar bills; payoffs of this page are over yen cash" in told["Payoff."]
    assert "This run sells forward: IEF 50 %." in told["The four ways."]
    assert "daily closes" in told["Rates of exchange and interest."]
    assert "basis of 25 bp" in told["Interest parity and basis."]
    plain = dict(reading(make_ways(currency="CNY"), daily=False))
    assert "nothing of its hedge forward" in plain["The four ways."]
    assert "For CNY no length" in plain["The answer."]

"""What stands beside the tables of a stress test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.report.stress.details import (
    as_equity_words,
    cash_flow_words,
    facts_of,
    leg_words,
    method,
    pending_words,
    price_words,
    reading,
    remarks,
    unmoved_words,
)
from tests.report.stress.made import (
    CASH,
    IEF,
    REPLAYS,
    SPY,
    all_equity,
    in_yen,
    make_stress,
    without_hedge,
)


def test_the_facts_name_both_days_and_the_basis():
    assert facts_of(make_stress()) == [
        "what is held on 2025-12-31", "yields of 2025-12-30",
        "6 replays: 5 of daily closes, 1 of month-ends", "in dollars", "not a forecast",
    ]  # fmt: skip
    assert "1 replay of month-ends" in facts_of(make_stress(replays=REPLAYS[:1]))
    assert "replay" not in " ".join(facts_of(make_stress(replays=())))


def test_a_decision_that_has_yet_to_trade_is_named():
    assert pending_words(make_stress()) == ""
    assert "this page is about what is held on 2025-12-31, before it" in pending_words(
        make_stress(pending=True)
    )


@pytest.mark.parametrize(
    ("leg", "words"),
    [
        (IEF, "par bonds of 7 to 10 years, repriced one by one"),
        (CASH, "earns the yield of bills"),
        (SPY, "moves as equity does"),
        (replace(SPY, repricing="unmoved"), "keeps its price: nothing here says how it moves"),
    ],
)
def test_what_stands_for_what(leg, words):
    assert leg_words(leg) == words


def test_what_is_to_be_known_of_a_replay():
    plain = REPLAYS[0]
    assert remarks(plain) == []
    moves = tuple(
        replace(move, floored=move.maturity == 0.25, taken_from=min(move.maturity, 10.0))
        for move in plain.moves
    )
    strange = replace(
        plain,
        moves=moves,
        as_the_market=("VTI", "QQQ"),
        stayed=("GLD",),
        no_dollar=True,
        is_later=True,
    )
    assert remarks(strange) == [
        "floor at -1 %: 3 months",
        "missing maturities move as 10 years",
        "VTI, QQQ as the US market",
        "GLD left where it was: no prices of that time",
        "dollar left where it was: its move is not known",
        "after the day of today's curve",
    ]


def test_both_effects_of_a_tax_have_their_figures_and_a_sentence():
    price, cash_flow = price_words(make_stress()), cash_flow_words(make_stress())
    assert price is not None
    assert cash_flow is not None
    assert price[0] == "Price, at once: -12.00 % of Treasuries, -4.80 % of the portfolio."
    assert "after a tax of 30 %" in price[1]
    assert cash_flow[0] == (
        "Coupons, for good: -1.23 % of Treasuries a year, -8.50 % in all, -0.49 % of the portfolio "
        "a year."
    )
    assert "never gets 30 % of the coupons" in cash_flow[1]
    assert price_words(without_hedge()) is cash_flow_words(without_hedge()) is None


def test_definitions_name_the_floor_and_what_recovery_takes_for_granted():
    told = dict(method(make_stress()))
    assert "No yield falls below -1 %" in told["Floor."]
    assert "Equity is not assumed to come back" in told["Months to recover."]
    assert "held through the whole shock" in told["Nothing is traded."]
    assert "No forecast and no probability" in told["What it is not."]
    assert "Bills instead." in told
    assert "The dollar." not in told
    assert {"Cash instead.", "The dollar."} <= dict(method(in_yen())).keys()


@pytest.mark.parametrize(
    ("tickers", "told"),
    [
        (("SPY",), ""),
        (("SPY", "VTI"), ""),
        (("SPY", "GLD"), "GLD counts as equity: in scenarios and shocks it moves as far as the US "
         "market, in replays by prices of its own where there are any."),
        (("AGG", "TIP"), "AGG, TIP count as equity: in scenarios and shocks each moves as far "
         "as the US market, in replays by prices of its own where there are any."),
    ],
)  # fmt: skip
def test_what_counts_as_equity_and_may_be_something_else_is_said_on_the_first_screen(tickers, told):
    """Gold beside a mix falls 35 % with equity in the recession: a reader must know why."""
    held = tuple(replace(SPY, ticker=ticker) for ticker in tickers)
    assert as_equity_words(make_stress(legs=(*held, IEF))) == told


def test_only_beside_a_hedge_are_there_two_recoveries():
    assert "below it with bills instead" in reading(make_stress())
    assert "below it" not in reading(without_hedge())
    assert reading(all_equity()) == "Returns of a replay today, which are those of equity then."


def test_a_hedge_that_is_not_repriced_is_said_on_the_first_screen():
    """Gold as the hedge loses nothing in any scenario: a reader must know why."""
    gold = replace(IEF, ticker="GLD", repricing="unmoved", yield_=None, duration=None)
    told = unmoved_words(make_stress(legs=(SPY, gold)))
    assert told.startswith("GLD keeps its price in scenarios and shocks: ")
    assert unmoved_words(make_stress(legs=(SPY, IEF))) == ""

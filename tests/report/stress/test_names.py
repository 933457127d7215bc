"""What the parts of a stress test are called, and which falls count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.stress import NodeMove, Returns
from backtests.report.stress.names import (
    beats,
    columns_of,
    count_text,
    dated_name,
    falls_of,
    floored_text,
    hedge_of,
    is_plural,
    maturity_text,
    mix_of,
    months_text,
    moved_of,
    one_digit,
    rise,
    shown_moves,
    worst_of,
    years_text,
)
from tests.report.stress.made import (
    CASH,
    IEF,
    REPLAYS,
    SPY,
    all_moves,
    in_yen,
    make_replay,
    make_stress,
    without_hedge,
)

LONG = "ALTOGETHER-TOO-LONG-A-NAME-FOR-ANY-HEADING"


def test_the_mix_is_named_with_its_money_abroad_and_its_cash():
    assert mix_of(make_stress()) == "60 % SPY, 40 % IEF"
    assert mix_of(without_hedge()) == "60 % SPY, 40 % cash"
    assert mix_of(in_yen()) == "60 % SPY, 40 % IEF in yen"
    assert mix_of(make_stress(legs=(replace(CASH, weight=1.0),))) == "100 % cash"


def test_a_mix_of_long_names_is_told_by_its_sides():
    legs = (SPY, replace(IEF, ticker=LONG))
    assert mix_of(make_stress(legs=legs)) == "60 % equity, 40 % hedge"


def test_portfolios_that_are_the_same_are_shown_once():
    def names(stress):
        return [each.name for each in columns_of(stress)]

    assert names(make_stress()) == ["With the Treasuries", "Bills instead", "Equity alone"]
    assert names(in_yen()) == ["With the Treasuries", "Cash instead", "Equity alone"]
    assert names(without_hedge()) == ["What is held", "Equity alone"]
    assert names(make_stress(legs=(replace(SPY, weight=1.0),))) == ["What is held"]
    assert names(make_stress(legs=(replace(CASH, weight=1.0),))) == ["What is held"]
    gold = replace(IEF, ticker="GLD", repricing="unmoved")
    assert names(make_stress(legs=(SPY, gold))) == ["With GLD", "Bills instead", "Equity alone"]
    assert hedge_of(make_stress()) == moved_of(make_stress()) == "Treasuries"
    both = make_stress(legs=(SPY, IEF, gold))
    assert (hedge_of(both), moved_of(both)) == ("IEF and GLD", "Treasuries")
    assert moved_of(make_stress(legs=(SPY, gold))) == ""
    assert [is_plural(name) for name in ("Treasuries", "GLD", "AGG and GLD")] == [True, False, True]


def test_a_fall_within_a_longer_one_and_a_rebound_do_not_count():
    falls = [replay.name for replay in falls_of(make_stress())]
    assert falls == ["Oil shock", "Financial crisis", "Covid", "Inflation"]


@pytest.mark.parametrize(("start", "counts"), [("2020-03-18", True), ("2020-03-15", False)])
def test_a_fall_that_has_half_its_days_in_a_longer_one_does_not_count(start, counts):
    """Covid ends on the 23rd: 5 of 12 days are shared from the 18th on, 8 of 15 from the 15th."""
    days = {"2020-03-18": 12, "2020-03-15": 15}[start]
    later = make_replay("Later", start, "2020-03-30", -0.1, 0.0, days=days)
    falls = falls_of(make_stress(replays=(REPLAYS[2], later)))
    assert [fall.name for fall in falls] == ["Covid", *["Later"] * counts]


def test_a_fall_before_the_hedge_has_prices_does_not_count():
    """Gold that keeps its price for want of prices neither beats bills nor trails them."""
    before, after = replace(REPLAYS[0], stayed=("GLD",)), REPLAYS[1]
    assert falls_of(make_stress(replays=(before, after))) == [after]


def test_of_two_replays_of_the_same_days_one_counts():
    twice = (REPLAYS[1], replace(REPLAYS[1], name="the same once more"))
    assert [replay.name for replay in falls_of(make_stress(replays=twice))] == ["Financial crisis"]


def test_the_worst_is_the_one_that_costs_what_is_held_most():
    """60 % of -40 and 40 % of 2 is -23.2; of -50 and 15 it is -24, of -25 and -15 -21."""
    worst = worst_of(make_stress())
    assert worst is not None
    assert worst.name == "Financial crisis"
    assert worst_of(make_stress(replays=())) is None
    rebound = (REPLAYS[-1],)
    assert worst_of(make_stress(replays=rebound)) is REPLAYS[-1]


def test_a_tie_with_bills_beats_nothing():
    assert not beats(Returns(-0.2, -0.3, -0.2, 0.0))
    assert not beats(Returns(-0.20001, -0.3, -0.20004, 0.0))  # 0.003 % reads as 0.00
    assert beats(Returns(-0.2, -0.3, -0.2001, 0.0))


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [
        (14, 19, "14 of 19 falls"), (19, 19, "all 19 falls"), (0, 19, "none of 19 falls"),
        (1, 1, "the only fall"), (0, 1, "not even the only fall"),
    ],
)  # fmt: skip
def test_counts_carry_their_n(count, of, text):
    assert count_text(count, of) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2022-01-03", "2022-10-12", "2022"), ("2007-10-09", "2009-03-09", "2007\u201109"),
        ("1999-11-30", "2000-03-31", "1999\u20112000"), ("2021-12-31", "2022-09-30", "2022"),
    ],
)  # fmt: skip
def test_years_of_a_fall(start, end, text):
    replay = make_replay("Crisis", start, end, -0.2, 0.0)
    assert years_text(replay) == text
    assert dated_name(replay) == f"Crisis {text}"


def test_a_name_with_its_year_has_it_once():
    april = make_replay("April 2025: the fall", "2025-02-19", "2025-04-04", -0.2, 0.0)
    assert dated_name(april) == "April 2025: the fall"


def test_numbers_in_words():
    assert [one_digit(each) for each in (-0.27149, 0.00049, -0.0004)] == [
        "-27.1 %", "0.0 %", "0.0 %"]  # fmt: skip
    assert [rise(94.0), rise(-12.0), rise(0.2)] == ["+0.94", "-0.12", "0.00"]
    assert [months_text(each) for each in (0, 33, None)] == ["0", "33", "over 600"]
    assert [maturity_text(each) for each in (1 / 12, 0.25, 1.0, 2.0, 30.0)] == [
        "1 month", "3 months", "1 year", "2 years", "30 years"]  # fmt: skip


def test_of_a_curve_without_2_years_the_nearest_is_shown():
    assert [move.maturity for move in shown_moves(all_moves(1.0))] == [2.0, 10.0, 30.0]
    few = [NodeMove(years, 1.0, years, floored=False) for years in (1.0, 5.0, 10.0)]
    assert [move.maturity for move in shown_moves(few)] == [1.0, 10.0]
    assert shown_moves(()) == []


def test_the_floor_names_the_maturities_that_it_holds_up():
    assert floored_text(all_moves(-150.0)) == ""
    held = [replace(move, floored=move.maturity < 2.0) for move in all_moves(-500.0)]
    assert floored_text(held) == "floor at -1 %: 3 months, 1 year"

"""The first screen of a stress test: every figure by hand from the records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.stress import BreakEven, Recovery, Returns
from backtests.report.stress.words import first_screen, hedge_today, told_scenario
from tests.report.stress.made import (
    CASH,
    IEF,
    REPLAYS,
    SPY,
    in_yen,
    make_replay,
    make_stress,
    without_hedge,
)

GOLD = replace(IEF, ticker="GLD", repricing="unmoved", yield_=None, duration=None, convexity=None)

DAY = "on 2025\u201112\u201131"  # without a place at which a line could break


def test_the_headline_has_the_mix_the_count_with_n_and_the_worst_fall():
    """Bills make 1 %: 2, 15 and 5 % beat them, -15 % does not; 0.6 * -50 + 0.4 * 15 = -24 %."""
    screen = first_screen(make_stress())
    assert screen.headline == (
        f"60 % SPY, 40 % IEF {DAY}: Treasuries would beat bills in 3 of 4 falls; the worst, as in "
        "2007\u201109, would cost 24.0 %"
    )


def test_the_line_says_why_what_it_was_then_and_how_sure():
    """Two points less then: 0, 13, 3 and -17 %, of which two beat 1 %."""
    assert first_screen(make_stress()).line == (
        "Treasuries yield 4.10 %, bills 3.60 %; each point that yields rise costs about "
        "7.0 %. "
        "With roll-down, yields may rise 0.94 points within 12 months before they trail bills. At "
        "the yields of their time it was 2 of 4 falls. These are moves of the past: the next fall "
        "may be of another kind."
    )


def test_three_tiles():
    worst, scenario, even = first_screen(make_stress()).tiles
    assert (worst.title, worst.value, worst.unit) == (
        "Worst fall: Financial crisis 2007\u201109", "-24.0 %", "with the Treasuries")  # fmt: skip
    assert worst.lines == (
        "Bills instead -29.6 %, equity alone -50.0 %.",  # 0.6 * -50 + 0.4 * 1
        "At the yields of its time -24.8 %.",  # 0.4 * 2 points less
        "Interest earns it back in 120 months.",
    )
    assert (scenario.title, scenario.value, scenario.unit) == (
        "Foreigners sell, then the Fed buys", "-16.0 %", "after the shock")  # fmt: skip
    assert scenario.lines == (
        "After 12 months -9.8 %.",  # 0.6 * -19 + 0.4 * 4
        "Bills instead -11.6 %, then -11.0 %.",
        "Equity alone -20.0 %, then -19.0 %.",
    )
    assert even.title == "Break-even of Treasuries and bills"
    assert (even.value, even.unit) == ("+0.94", "points of yield in 12 months")
    assert even.lines[0] == "3 months +0.09; 36 months none within 10 points."


def test_yields_that_must_fall_for_the_hedge_to_match_bills():
    stress = make_stress(break_evens=(BreakEven(12, -31.0, 0.03, 0.04),))
    told = "With roll-down, yields must fall 0.31 points within 12 months for them to match bills."
    assert told in first_screen(stress).line
    assert first_screen(stress).tiles[-1].value == "-0.31"
    assert first_screen(stress).tiles[-1].lines == ("Beyond it bills would have earned more.",)


def test_without_a_hedge_the_headline_is_about_equity():
    screen = first_screen(without_hedge())
    assert screen.headline == (
        f"60 % SPY, 40 % cash {DAY}: the worst fall of history, 2007\u201109, would cost 29.6 %, "
        "and nothing hedges it"
    )
    assert screen.line.startswith("It holds no hedge; bills yield 3.60 %. These are moves")
    assert [tile.key for tile in screen.tiles] == ["worst"]
    assert screen.tiles[0].lines[0] == "Equity alone -50.0 %."


def test_equity_alone_is_told_neither_interest_nor_yields_of_the_time():
    replays = tuple(
        replace(each, now=alone, then=alone)
        for each in REPLAYS
        for alone in [Returns(each.equity_move, each.equity_move, each.equity_move, None)]
    )
    stress = without_hedge(legs=(replace(SPY, weight=1.0),), replays=replays)
    screen = first_screen(stress)
    assert screen.headline.startswith(f"100 % SPY {DAY}: the worst fall of history, 2007\u201109")
    assert screen.line.startswith("It holds no hedge, and nothing that earns interest. These")
    assert screen.tiles[0].lines == ()


def test_cash_alone_without_a_replay_says_so():
    stress = make_stress(
        legs=(replace(CASH, weight=1.0),), replays=(), scenarios=(), break_evens=(), withheld=None
    )
    screen = first_screen(stress)
    assert screen.headline == (
        f"100 % cash {DAY}: no fall of history lies within the yields that are known"
    )
    assert screen.tiles == ()


def test_a_hedge_that_is_not_built_from_yields():
    screen = first_screen(make_stress(legs=(SPY, GOLD), break_evens=()))
    assert screen.headline.startswith(f"60 % SPY, 40 % GLD {DAY}: GLD would beat bills in 3 of 4")
    assert screen.line.startswith("GLD is not built from yields. At the yields of")


def test_cash_alone_loses_in_no_fall_and_nothing_is_said_to_be_missing():
    gains = tuple(
        replace(each, now=replace(each.now, portfolio=0.003, hedge=None)) for each in REPLAYS
    )
    screen = first_screen(make_stress(legs=(replace(CASH, weight=1.0),), replays=gains))
    assert screen.headline == f"100 % cash {DAY}: no fall of history would cost it anything"


def test_abroad_the_cash_is_the_investors_own():
    screen = first_screen(in_yen())
    assert screen.headline.startswith(
        f"60 % SPY, 40 % IEF in yen {DAY}: Treasuries would beat cash"
    )
    assert "Treasuries yield 4.10 %, US bills 3.60 %;" in screen.line
    assert "before they trail US bills." in screen.line
    assert screen.tiles[-1].title == "Break-even of Treasuries and US bills"
    assert screen.tiles[0].lines[0] == "Cash instead -29.6 %, equity alone -50.0 %."


@pytest.mark.parametrize(
    ("hedge", "told"), [(0.3, "would cost nothing"), (0.35, "would gain 2.0 %")]
)
def test_what_loses_nothing_costs_nothing(hedge, told):
    """0.6 * -20 + 0.4 * 30 = 0 %; with 35 it is 2 %."""
    replays = (make_replay("Calm", "2020-02-19", "2020-03-23", -0.2, hedge),)
    headline = first_screen(make_stress(replays=replays)).headline
    assert headline.endswith(f"in the only fall; the worst, as in 2020, {told}")


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (None, "Interest does not earn it back within 50 years."),
        (1, "Interest earns it back in 1 month."),
    ],
)
def test_how_long_interest_takes(months, told):
    replays = (replace(REPLAYS[1], recovery=Recovery(months, 0, 0)),)
    assert first_screen(make_stress(replays=replays)).tiles[0].lines[-1] == told


def test_yield_and_duration_of_a_hedge_are_means_by_weight():
    """0.3 of 4 % and 8 years with 0.1 of 5 % and 16 years: 4.25 % and 10 years."""
    eight = replace(IEF, weight=0.3, yield_=4.0, duration=8.0)
    sixteen = replace(IEF, ticker="TLT", weight=0.1, yield_=5.0, duration=16.0)
    today = hedge_today(make_stress(legs=(SPY, eight, sixteen)))
    assert today == pytest.approx((4.25, 10.0))
    assert hedge_today(make_stress(legs=(SPY, GOLD))) is None
    bills = replace(eight, ticker="BIL", repricing="bills", yield_=2.0, duration=None)
    assert hedge_today(make_stress(legs=(SPY, eight, bills))) == pytest.approx((3.0, 4.0))


def test_beside_gold_the_break_even_is_told_of_treasuries_alone():
    screen = first_screen(make_stress(legs=(SPY, IEF, GOLD)))
    assert screen.headline.startswith(f"60 % SPY, 40 % IEF, 40 % GLD {DAY}: IEF and GLD would beat")
    assert screen.line.startswith("Treasuries yield")
    assert screen.tiles[-1].title == "Break-even of Treasuries and bills"


def test_the_scenario_with_a_sequel_is_told_first():
    made = make_stress()
    turned = replace(made, scenarios=tuple(reversed(made.scenarios)))
    assert told_scenario(turned) is made.scenarios[0]
    assert told_scenario(replace(made, scenarios=made.scenarios[1:])) is made.scenarios[1]
    assert told_scenario(replace(made, scenarios=())) is None

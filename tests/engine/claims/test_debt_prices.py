"""Claim 7: what is read and when, what followed, and how it is judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import ARTICLE_DAY, Measure
from backtests.engine.claims.debt_prices import (
    FOLLOWING,
    compared,
    dollar_basket,
    exchange_share,
    judge,
    read,
    two_prices,
)
from backtests.engine.claims.exhibits import Exhibits
from data.bundled import world
from data.market import Market
from strategies.two_prices import TwoPrices
from tests.engine.claims.world_exhibits import (
    ABOVE,
    AROUND,
    BELOW,
    NO_INTERVAL,
    bundled_months,
    row_of,
    the,
    with_prices,
    with_real_days,
)
from tests.strategies.helpers import path_market, weekdays

HOLDS_ABROAD = [Measure("", 0.5, "share", 0.4, 0.6)]


def walk(rows: int, seed: int = 1) -> Market:
    """Days on which yield, dollar, equity and Treasuries wander, each for itself."""
    steps = np.random.default_rng(seed).normal(0.0, 0.01, (rows, 4))
    yields, *levels = np.cumsum(steps, axis=0).T
    dollar, equity, ief = (100.0 * np.exp(level) for level in levels)
    return path_market(
        weekdays(rows), ppy=252, yields={10.0: 4.0 + yields}, usd=dollar, SPY=equity, IEF=ief
    )


def swapped(market: Market, first: int) -> Market:
    """The same days with the rows from ``first`` on in reverse."""
    order = np.r_[np.arange(first), np.arange(len(market.sessions))[: first - 1 : -1]]

    def mixed(frame):
        return frame.iloc[order].set_axis(frame.index)

    return path_market(
        market.sessions, ppy=252, yields={10.0: mixed(market.yields)[10.0].to_numpy()},
        usd=mixed(market.usd).to_numpy(), SPY=mixed(market.prices)["SPY"].to_numpy(),
        IEF=mixed(market.prices)["IEF"].to_numpy(),
    )  # fmt: skip


def warned(rows: int, after_both: float, after_yield: float) -> Market:
    """Days on which Treasuries move after signals only, as if the warning were known to be true.

    Every 60 sessions the yield goes up and equity down, in turns with the dollar down and up; ten
    sessions later IEF moves once.
    """
    day = np.arange(rows)
    cycle, step = day // 60, day % 60
    up = np.where(step >= 20, 0.1, 0.0) + 0.1 * cycle
    equity = 100.0 - (step >= 20)
    dollar = 100.0 + np.where(step >= 20, np.where(cycle % 2 == 0, -1.0, 1.0), 0.0)
    moves = np.where(step == 30, np.where(cycle % 2 == 0, after_both, after_yield), 0.0)
    return path_market(
        weekdays(rows), ppy=252, yields={10.0: up}, usd=dollar, SPY=equity,
        IEF=100.0 * np.cumprod(1.0 + moves),
    )  # fmt: skip


def test_the_dollar_against_other_currencies_by_hand():
    basket = dollar_basket(bundled_months().months.sessions)
    table = world.exchange_table()
    old, new = table.loc["2025-03"], table.loc["2025-04"]
    moves = [
        np.log(new["jpy"] / old["jpy"]),
        np.log(new["chf"] / old["chf"]),
        *(
            -np.log(new[f"usd_per_{name}"] / old[f"usd_per_{name}"])
            for name in ("gbp", "aud", "eur")
        ),
    ]
    of_april = basket["2025-04-30"] / basket["2025-03-31"]
    assert np.log(of_april) == pytest.approx(np.mean(moves))
    assert of_april < 0.97  # it fell hard in the month of the article
    assert basket[:"1972-12-31"].isna().all()
    assert basket["1973-01-31":].notna().all()


def test_the_euro_enters_the_basket_without_a_jump():
    basket = dollar_basket(bundled_months().months.sessions)
    old, new = world.exchange_table().loc["1998-12"], world.exchange_table().loc["1999-01"]
    moves = [np.log(new[name] / old[name]) for name in ("jpy", "chf")]
    moves += [np.log(old[name] / new[name]) for name in ("usd_per_gbp", "usd_per_aud")]
    assert np.log(basket["1999-01-31"] / basket["1998-12-31"]) == pytest.approx(np.mean(moves))


def test_signals_are_those_of_the_rule():
    market = walk(400)
    rule = TwoPrices(calm_sessions=1, duration_min=1, duration_max=9)
    is_short = rule.target_duration(market) == 1.0
    signals = read(market).rows["by_both"]
    assert 0 < signals.sum() < len(signals)
    assert signals.eq(is_short.loc[signals.index]).all()


def test_nothing_that_comes_later_changes_a_signal():
    market, place = walk(400), 300
    ours, theirs = read(market).rows, read(swapped(market, place)).rows
    names = ["by_both", "by_yield"]
    assert not ours[names].equals(theirs[names])
    last = market.sessions[place - 1]
    pd.testing.assert_frame_equal(ours.loc[:last, names], theirs.loc[:last, names])


def test_the_outcome_begins_at_the_close_of_the_signal():
    market = walk(200)
    rows, prices = read(market).rows, market.prices["IEF"]
    day = rows.index[50]
    place = market.sessions.get_loc(day)
    expected = prices.iloc[place + FOLLOWING] / prices.iloc[place] - 1.0  # bills stand still
    assert rows.loc[day, "IEF"] == pytest.approx(expected)
    assert rows.loc[day, "ends"] == market.sessions[place + FOLLOWING]


def test_only_outcomes_known_by_the_day_count_before_it_and_later_signals_after_it():
    readings = read(walk(200))
    day = readings.rows.index[100]
    assert readings.up_to(day).rows.index[-1] == readings.rows.index[100 - FOLLOWING]
    since = readings.since(day).rows
    assert since.index[0] == day
    assert since["ends"].notna().all()


def test_spells_by_hand():
    rows = pd.DataFrame({"by_both": False}, weekdays(100))
    rows.iloc[[3, 4, 20, 41, 90], 0] = True  # gaps of 1, 16, 21 and 49 sessions
    readings = replace(read(walk(60)), rows=rows)
    assert readings.signals("by_both") == 5
    assert readings.spells("by_both") == 3
    assert replace(readings, rows=rows.iloc[50:60]).spells("by_both") == 0


def test_a_made_warning_is_found_in_size_and_sign():
    # Signals last ten sessions from the 20th of each cycle; that of session 20 + k sees the move
    # of session 30 within its next 21: all of them do.
    readings = read(warned(60 * 80, after_both=-0.02, after_yield=0.01))
    assert readings.mean("by_both", "IEF") == pytest.approx(-0.02)
    assert readings.mean("by_yield", "IEF") == pytest.approx(-0.005)
    assert readings.hits("by_both", "IEF") == 0.0
    assert readings.hits("by_yield", "IEF") == pytest.approx(0.5)
    apart = compared(readings, "sum", "by_yield")
    assert apart.value == pytest.approx(-0.015)
    assert apart.low is not None
    assert apart.high is not None
    assert apart.low <= apart.number <= apart.high < 0.0
    assert compared(readings, "hits", "by_yield").value == pytest.approx(-0.5)
    assert judge(apart, HOLDS_ABROAD) == "holds"
    other = compared(read(warned(60 * 80, 0.01, -0.02)), "sum", "by_yield")
    assert judge(other, HOLDS_ABROAD) == "fails"


def test_readings_that_say_nothing_are_told_as_such():
    found = compared(read(walk(3000)), "sum", "by_yield")
    assert judge(found, HOLDS_ABROAD) == "holds in part"


def test_the_rule_of_the_judgement():
    none_abroad = [Measure("", 0.0, "share", -0.1, 0.1)]
    assert judge(BELOW, HOLDS_ABROAD) == "holds"
    assert judge(AROUND, HOLDS_ABROAD) == "holds in part"
    assert judge(ABOVE, HOLDS_ABROAD) == "fails"
    assert judge(BELOW, [*HOLDS_ABROAD, *none_abroad]) == "fails"
    assert judge(NO_INTERVAL, HOLDS_ABROAD) == "cannot be tested here"
    assert judge(BELOW, []) == "cannot be tested here"


def test_a_bond_whose_price_stands_still_varies_with_the_rate_of_exchange_alone():
    months = with_prices(bundled_months().months, IEF=np.full(768, 100.0))
    share = exchange_share(months, "JPY")
    assert share is not None
    assert (share.value, share.low, share.high) == pytest.approx((1.0, 1.0, 1.0))
    assert share.n == 389  # from November 1992 to March 2025
    assert (share.first, share.last) == ("1992-11", "2025-03")


def test_in_dollars_nothing_comes_from_the_rate_of_exchange():
    share = exchange_share(bundled_months().months, "USD")
    assert share is not None
    assert share.value == pytest.approx(0.0)


def test_both_shares_are_those_of_the_variance_by_hand():
    months = bundled_months().months.until(pd.Timestamp("1975-12-31"))
    share = exchange_share(months, "GBP")
    dollars = np.diff(np.log(months.prices["IEF"]["1971-01-31":]))
    pound = np.diff(-np.log(world.exchange_table()["usd_per_gbp"][:"1975-12"]))
    home = dollars + pound
    assert share is not None
    assert share.value == pytest.approx(np.cov(pound, home)[0, 1] / np.var(home, ddof=1))


def test_on_months_alone():
    claim = two_prices(bundled_months())
    assert (claim.number, claim.judgement) == (7, judge_of(claim))
    assert claim.measures[0].decides
    assert claim.measures[0].last <= "2025-03-31"
    assert "two_prices" in claim.missing
    assert {measure.first for measure in claim.after} == {"2025-04-30"}
    both = row_of(claim, "months: yield up, dollar and equity down")
    either = row_of(claim, "months: yield up and equity down")
    assert both[0] is not None
    assert either[0] is not None
    assert 0 < both[0] < either[0]


def judge_of(claim) -> str:
    """The judgement by the figures that are shown."""
    warning, *shares = (measure for measure in claim.measures if measure.decides)
    return judge(warning, shares)


def test_on_days_by_the_rules_own_reading():
    exhibits = with_real_days()
    claim = two_prices(exhibits)
    assert claim.judgement == judge_of(claim)
    assert claim.missing == ""
    assert the(claim, "first session of the fall").text > "2025-02-19"
    assert claim.measures[0].what == (
        "IEF over bills, next 21 sessions: after both prices fell, less whatever the dollar"
    )
    assert claim.measures[0].decides
    days = exhibits.days
    assert days is not None
    until_then = days.until(pd.Timestamp(ARTICLE_DAY))
    # Published once a week: on 4 April that of 28 March, on 14 April of the 11th.
    dollar = until_then.usd
    assert dollar["2025-04-14"] / dollar["2025-04-04"] == pytest.approx(0.982, abs=0.001)
    rule = TwoPrices(calm_sessions=1, duration_min=1, duration_max=9)
    expected = (rule.target_duration(until_then) == 1.0)[:-FOLLOWING].sum()
    assert row_of(claim, "sessions: yield up, dollar and equity down")[0] == expected


def test_a_pass_by_a_hair_is_said_to_be_one_and_where_it_comes_from():
    claim = two_prices(with_real_days())
    warning = claim.measures[0]
    # Worked out anew from the published files: -0.177 points after 1193 sessions, -0.231 up to the
    # middle of the history in January 1998 and -0.076 after it.
    assert 100 * warning.value == pytest.approx(-0.177, abs=0.001)
    assert (warning.n, warning.n_of) == (1193, "overlapping sessions with the signal")
    assert "by a hair" in claim.because
    assert "in the first half of the history alone: -0.23 points" in claim.because
    assert "from 1971-01 to 1998-01, -0.08 points" in claim.because


def test_a_clear_pass_is_none_by_a_hair():
    judged = two_prices(replace(bundled_months(), days=warned(60 * 80, -0.02, 0.01)))
    assert judged.measures[0].high < 0.0
    assert "That passes the first test. " in judged.because
    assert "half of the history" not in judged.because  # of so few months neither has an interval
    assert "passes" not in two_prices(bundled_months()).because  # its interval includes 0


def test_the_first_figure_since_the_article_is_the_claims_own():
    first, both, either, _ = two_prices(with_real_days()).after
    assert first.what.endswith("after both prices fell, less whatever the dollar")
    assert first.value == pytest.approx(both.value - either.value)
    # On no month-end since April did both fall with equity.
    assert [each.value for each in two_prices(bundled_months()).after] == [None]


def test_days_without_a_dollar_index_or_too_few_are_not_used():
    early = bundled_months().months.until(pd.Timestamp("1980-12-31"))
    months, days = replace(bundled_months(), months=early), walk(300)
    bare = path_market(days.sessions, ppy=252, yields={10.0: days.yields[10.0].to_numpy()})
    alone = two_prices(months)
    assert two_prices(replace(months, days=bare)) == alone
    assert two_prices(replace(months, days=days)) == alone  # fewer than 60 months


def test_a_short_history_is_not_judged():
    early = bundled_months().months.until(pd.Timestamp("1972-06-30"))
    claim = two_prices(Exhibits(early, None, ""))
    assert claim.judgement == "cannot be tested here"
    assert claim.after == ()

"""Claim 9: windows after a fall by hand, the rule in all its ways, and what its interval is of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import Claim, Judgement
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.starts import (
    MIX,
    Windows,
    after_a_shock,
    by_chance,
    judge,
    mixed_levels,
    windows_of,
)
from data.market import CASH
from tests.conftest import market_of
from tests.engine.claims.real_exhibits import daily, monthly


@pytest.fixture(scope="module")
def by_months() -> Claim:
    return after_a_shock(monthly())


def levels_of(equity: np.ndarray, mix: np.ndarray) -> pd.DataFrame:
    index = pd.period_range("1970-01", periods=len(equity), freq="M")
    flat = np.ones(len(equity))
    return pd.DataFrame({"SPY": equity, "IEF": flat, CASH: flat, MIX: mix}, index=index)


def windows(difference: Estimate, beat: float) -> Windows:
    """Ten starts after a fall, a share of which beat bills."""
    won = np.where(np.arange(10) < round(10 * beat), 0.05, -0.05)
    returns = pd.DataFrame({MIX: won, CASH: 0.0})
    return Windows(3, returns, np.ones(10, bool), difference, Estimate(0.0, None, None), 2, 2)


ABOVE, WITHIN, BELOW = (
    Estimate(middle, middle - 0.01, middle + 0.01) for middle in (0.02, 0.0, -0.02)
)


@pytest.mark.parametrize(
    ("short", "long", "judgement"),
    [
        ((ABOVE, 1.0), (ABOVE, 0.7), "holds"),
        ((ABOVE, 1.0), (WITHIN, 1.0), "holds in part"),
        ((WITHIN, 0.7), (WITHIN, 1.0), "holds in part"),
        ((ABOVE, 1.0), (ABOVE, 0.6), "fails"),  # fewer than two in three
        ((ABOVE, 1.0), (BELOW, 1.0), "fails"),
        ((ABOVE, 1.0), (Estimate(0.02, None, None), 1.0), "cannot be tested here"),
    ],
)
def test_the_judgement_follows_from_the_figures(
    short: tuple[Estimate, float], long: tuple[Estimate, float], judgement: Judgement
) -> None:
    assert judge([windows(*short), windows(*long)]) == judgement


def test_starts_after_a_fall_by_hand() -> None:
    # Equity stands 20 % below its peak at the ends of months 10 to 12, and 10 % below at 20.
    equity = np.ones(200)
    equity[10:13], equity[20] = 0.8, 0.9
    mix = 1.01 ** np.arange(200.0)
    held = windows_of(levels_of(equity, mix), 3)
    assert list(np.flatnonzero(held.fallen)) == [10, 11, 12]
    assert (held.falls, held.apart) == (1, 1)
    assert len(held.returns) == 200 - 36
    # A mix that grows by one and the same rate returns that from every start: no difference.
    assert held.difference.value == pytest.approx(0.0, abs=1e-12)
    assert held.after_a_fall[MIX].to_numpy() == pytest.approx(1.01**12 - 1.0)
    assert held.beat_bills(MIX) == 1.0
    assert held.beat_bills("IEF") == 0.0  # as much as bills is not more


def test_fifteen_percent_below_is_a_fall_and_a_little_less_is_none() -> None:
    equity = np.ones(200)
    equity[10], equity[30] = 0.85, 0.8501
    held = windows_of(levels_of(equity, equity), 3)
    assert list(np.flatnonzero(held.fallen)) == [10]


def test_two_falls_are_two_and_their_windows_are_counted_apart() -> None:
    equity = np.ones(300)
    equity[10:14] = equity[100:140] = 0.7
    held = windows_of(levels_of(equity, equity), 4)
    # Windows of 48 months from 10 and from 100.
    assert (held.falls, held.apart, int(held.fallen.sum())) == (2, 2, 44)


def test_the_difference_is_the_mean_after_falls_less_the_mean_of_all() -> None:
    random = np.random.default_rng(5)
    equity = np.cumprod(1.0 + random.normal(0.005, 0.05, 600))
    levels = levels_of(equity, np.cumprod(1.0 + random.normal(0.005, 0.03, 600)))
    held = windows_of(levels, 3)
    by_hand = [
        (levels[MIX].iloc[at + 36] / levels[MIX].iloc[at]) ** (1 / 3) - 1.0 for at in range(564)
    ]
    fallen = [equity[at] <= 0.85 * equity[: at + 1].max() for at in range(564)]
    expected = np.mean(np.array(by_hand)[fallen]) - np.mean(by_hand)
    assert held.difference.value == pytest.approx(expected, rel=1e-9)
    low, high = held.difference.low, held.difference.high
    assert low is not None
    assert high is not None
    assert low < expected < high


def test_an_interval_contains_what_is_not_there_as_often_as_it_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Mix and falls have nothing to do with each other: intervals should contain 0 mostly.
    monkeypatch.setattr("backtests.engine.claims.starts.by_chance", lambda *_: ABOVE)
    inside = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        equity = np.cumprod(1.0 + random.normal(0.005, 0.05, 720))
        mix = np.cumprod(1.0 + random.normal(0.006, 0.03, 720))
        held = windows_of(levels_of(equity, mix), 3).difference
        inside += (held.low or 0.0) <= 0.0 <= (held.high or 0.0)
    assert inside >= 31  # 86 % of 40 less 1.5 standard deviations


def test_by_chance_only_what_moves_with_equity_gains_after_falls() -> None:
    random = np.random.default_rng(11)
    equity = np.cumprod(1.0 + random.normal(0.005, 0.05, 720))
    # A mix of one and the same return earns that from every start of every history.
    steady = by_chance(levels_of(equity, 1.004 ** np.arange(720.0)), 3)
    assert (steady.value, steady.low, steady.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    # Of equity itself it is above 0: falls that go on have many starts, and count once.
    moving = by_chance(levels_of(equity, equity), 3)
    assert (moving.value or 0.0) > 0.003
    assert moving.low is not None
    assert moving.low < 0.0 < (moving.high or 0.0)
    assert by_chance(levels_of(equity[:36], equity[:36]), 3) == Estimate(None, None, None)


def test_without_two_windows_there_is_no_interval() -> None:
    equity = np.ones(80)
    equity[10] = 0.7
    held = windows_of(levels_of(equity, equity), 3)
    assert held.difference.low is None


def test_the_mix_is_sixty_forty_every_month() -> None:
    months = pd.date_range("2000-01-31", periods=4, freq="ME")
    prices = pd.DataFrame({"SPY": [100, 110, 99, 99], "IEF": [100, 100, 105, 105.0]}, index=months)
    levels = mixed_levels(market_of(prices, ppy=12))
    # 0.6 x 10 %; then 0.6 x -10 % + 0.4 x 5 %.
    assert levels[MIX].to_numpy() == pytest.approx([1.0, 1.06, 1.06 * 0.96, 1.06 * 0.96])
    assert str(levels.index[0]) == "2000-01"


def test_windows_end_by_the_article(by_months: Claim) -> None:
    short, long = (
        next(each for each in by_months.measures if each.what.startswith(f"60/40 over {months}"))
        for months in (36, 48)
    )
    assert (short.first, short.last) == ("1962-01", "2022-03")
    assert (long.first, long.last) == ("1962-01", "2021-03")
    cut = Exhibits(monthly().months.until(pd.Timestamp("2025-03-31")), None, "")
    claim = after_a_shock(cut)
    assert replace(claim, after=by_months.after, after_words=by_months.after_words) == by_months
    assert claim.after == ()


def test_starts_of_the_table_are_those_of_the_measure(by_months: Claim) -> None:
    assert by_months.table is not None
    starts = sum(int(row.values[0] or 0) for row in by_months.table.rows)
    assert starts == by_months.measures[0].n
    assert f"in {len(by_months.table.rows)} falls" in by_months.measures[0].n_of
    # Every start of the dot-com bust and of the financial crisis is there.
    peaks = [row.name[-7:] for row in by_months.table.rows]
    assert {"1972-12", "2000-08", "2007-10"} <= set(peaks)


def test_the_article_s_own_day_is_placed_by_daily_closes() -> None:
    (below,) = (each for each in after_a_shock(daily()).after if "below its peak" in each.what)
    # Adjusted closes of SPY: 19 February to 14 April 2025 (price: 6144.15 to 5405.97, -12.0 %).
    assert 100 * (below.value or 0.0) == pytest.approx(-12.0, abs=0.3)
    assert below.last == "2025-04-14"


def test_the_first_figure_since_the_article_is_of_60_40_and_its_time_is_not_over() -> None:
    first = after_a_shock(daily()).after[0]
    assert first.what == "60/40 less bills since then, left alone (36 months are not over)"
    # SPY +23.46 %, IEF +3.75 %, bills +1.94 % from 2025-04-14 to 2025-09-26.
    by_hand = 0.6 * 23.46 + 0.4 * 3.75 - 1.94
    assert 100 * (first.value or 0.0) == pytest.approx(by_hand, abs=0.01)


def test_starts_of_2022_are_over_after_the_article(by_months: Claim) -> None:
    ended = next(each for each in by_months.after if "ended since" in each.what)
    # From the end of June 2022 on, 15 % and more below December 2021, to that of December.
    assert (ended.first, ended.last, ended.n) == ("2022-06", "2022-12", 5)
    months = monthly().months.prices[["SPY", "IEF"]]
    months.index = pd.PeriodIndex(months.index, freq="M")
    fallen = (months["SPY"] / months["SPY"].cummax())["2022"] <= 0.85
    assert int(fallen.sum()) == 5


def test_a_few_years_are_not_judged() -> None:
    short = Exhibits(monthly().months.until(pd.Timestamp("1966-12-31")), None, "")
    assert after_a_shock(short).judgement == "cannot be tested here"

"""Rows of past falls: which source they are from, and which maturity a move is taken from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.crises import CRISES, Episode
from backtests.engine.money import Money
from backtests.engine.stress.paths import Fall, bundled_figures, fall_of, sources_of
from data import bundled
from data.bundled import world
from tests.engine.stress.made import daily, run_of

OIL = next(episode for episode in CRISES if episode.name == "Oil shock")


def read(run, episode, tickers=("SPY",)) -> Fall | None:
    return fall_of(episode, sources_of(run.nominal), run.nominal, tickers)


def fall_with(yields: pd.DataFrame) -> Fall:
    rows = pd.DatetimeIndex(yields.index)
    still = np.zeros(len(rows) - 1)
    return Fall(
        "made", "made", rows, rows[-1], False, still, yields, still, still, {}, None, None
    )  # fmt: skip


def flat_yields(days: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame({1.0: 4.0, 10.0: np.linspace(4.0, 5.0, len(days))}, days)


def test_the_oil_shock_is_read_from_the_bundled_months():
    """Months from the table itself: 10-year yields, equity's return and bills compounded."""
    fall = read(run_of().market, OIL)
    assert (f"{fall.rows[0]:%Y-%m-%d}", f"{fall.rows[-1]:%Y-%m-%d}") == ("1972-12-31", "1974-09-30")
    months = bundled.table().loc["1973-01":"1974-09"]
    equity = np.prod(1.0 + (months["equity_excess_pct"] + months["bill_pct"]) / 100.0)
    assert np.prod(1.0 + fall.market) == pytest.approx(equity)
    assert np.prod(1.0 + fall.bills) == pytest.approx(np.prod(1.0 + months["bill_pct"] / 100.0))
    moves, taken = fall.moves_at(np.array([10.0]))
    table = bundled.table()["cmt_10y_pct"]
    assert moves[-1, 0] == pytest.approx(table["1974-09"] - table["1972-12"])
    assert (list(taken), fall.source, fall.is_monthly) == ([10.0], "bundled month-ends", True)
    assert list(fall.years) == pytest.approx([1 / 12] * 21)


def test_a_maturity_that_was_not_published_takes_the_nearest_and_of_two_the_longer():
    days = pd.DatetimeIndex(["2001-01-01", "2001-01-03"])
    yields = pd.DataFrame(
        [[5.0, 5.0, 5.0, np.nan, 5.0], [4.0, 4.5, 5.5, 6.0, 6.0]],
        days,
        [1.0, 2.0, 10.0, 20.0, 30.0],
    )
    moves, taken = fall_with(yields).moves_at(np.array([0.25, 2.0, 7.0, 20.0, 30.0]))
    assert list(taken) == [1.0, 2.0, 10.0, 30.0, 30.0]  # 20 is as far from 10 as from 30
    assert list(moves[0]) == [0.0] * 5
    assert list(moves[-1]) == pytest.approx([-1.0, -0.5, 0.5, 1.0, 1.0])


def test_a_hole_within_the_path_is_bridged_in_a_straight_line_of_days():
    days = pd.DatetimeIndex(["2001-01-01", "2001-01-02", "2001-01-05"])
    moves, _ = fall_with(pd.DataFrame({10.0: [4.0, np.nan, 4.4]}, days)).moves_at(np.array([10.0]))
    assert list(moves[:, 0]) == pytest.approx([0.0, 0.1, 0.4])


def test_own_daily_closes_come_before_the_bundled_months():
    days = pd.bdate_range("2017-06-01", "2018-12-31")
    market = daily("2017-06-01", "2018-12-31", yields=flat_yields(days))
    shock = Episode("Volatility shock", "2018-01-26", "2018-02-08")
    fall = read(market, shock)
    assert (fall.source, len(fall.rows)) == ("the run's own daily closes", 10)
    level = market.prices["SPY"]
    whole = level["2018-02-08"] / level["2018-01-26"]
    assert np.prod(1.0 + fall.market) == pytest.approx(whole)
    assert np.prod(1.0 + fall.own["SPY"]) == pytest.approx(whole)
    assert fall.years.sum() == pytest.approx(13 / 365.25)
    older = read(market, OIL)
    assert (older.source, older.own) == ("bundled month-ends", {})


@pytest.mark.parametrize("lacks", ["yields", "ten years", "equity", "the last day"])
def test_without_equity_or_the_ten_year_yield_on_both_days_the_months_are_used(lacks):
    days = pd.bdate_range("2017-06-01", "2018-12-31")
    yields = None if lacks == "yields" else flat_yields(days)
    if lacks == "ten years":
        yields.loc["2018-01-10":"2018-02-01", 10.0] = np.nan
    tickers = ("QQQ", "IEF") if lacks == "equity" else ("SPY", "IEF")
    market = daily("2017-06-01", "2018-12-31", tickers, yields=yields)
    if lacks == "the last day":
        market = market.until(pd.Timestamp("2018-02-07"))
    fall = read(market, Episode("Volatility shock", "2018-01-26", "2018-02-08"), tickers[:1])
    assert fall.source == "bundled month-ends"
    # Its own prices at the ends of the same months, where it has them.
    if lacks != "the last day":
        level = market.prices[tickers[0]]
        own = level[:"2018-02-28"].iloc[-1] / level[:"2018-01-31"].iloc[-1]
        assert np.prod(1.0 + fall.own[tickers[0]]) == pytest.approx(own)
    else:
        assert fall.own == {}  # February is not over


def test_a_holiday_of_the_bond_market_carries_the_yield_of_the_day_before():
    days = pd.bdate_range("2017-06-01", "2018-12-31")
    yields = flat_yields(days)
    yields.loc["2018-01-26"] = np.nan
    market = daily("2017-06-01", "2018-12-31", yields=yields)
    fall = read(market, Episode("Volatility shock", "2018-01-26", "2018-02-08"))
    assert fall.yields[10.0].iloc[0] == yields.loc["2018-01-25", 10.0]
    assert not fall.is_monthly


def test_an_episode_that_nobody_has_is_left_out():
    assert read(run_of().market, Episode("Crash", "1929-09-03", "1929-11-13")) is None


def test_the_dollar_of_the_time_is_the_tables():
    """The yen from the end of 1972 to September 1974: 301.7 to 298.5 a dollar by H.10."""
    fall = read(run_of(money=Money("JPY")).market, OIL)
    table = world.exchange_table()["jpy"]
    assert np.prod(fall.exchange) == pytest.approx(table["1974-09"] / table["1972-12"])
    assert 0.9 < np.prod(fall.exchange) < 1.1


def test_before_the_euro_its_dollar_is_not_known():
    fall = read(run_of(money=Money("EUR")).market, OIL)
    assert fall.exchange is None
    assert read(run_of().market, OIL).exchange is None


def test_the_bundled_months_are_loaded_once():
    assert bundled_figures() is bundled_figures()

"""Which bond tells the states apart, and where its months come from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.months import month_ends
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.references import Sides, make_sides
from backtests.engine.roles import KNOWN, Roles
from backtests.engine.simulate import simulate
from backtests.engine.stock_bond import bond_of, seven_to_ten_years
from data import bundled
from data.market import CASH, Market
from data.treasuries.curve import fund_level
from data.treasuries.instruments import CATALOGUE
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market

FREE = Costs(fee_bps=0, slippage_bps=0, lag=1)


def sides_of(market: Market, weights: dict[str, float], roles: Roles = KNOWN) -> Sides:
    mix = HedgeMix(weights=weights)
    simulation = simulate(market, mix, FREE, engine=ledger.fill)
    return make_sides(market, mix, simulation, "SPY", roles=roles, engine=ledger.fill)


def returns_of(levels: pd.Series) -> pd.Series:
    return month_ends(levels.to_frame("a"))["a"].pct_change(fill_method=None)


def ladder() -> pd.Series:
    return returns_of(bundled.load(["IEF"]).prices["IEF"])


def same(ours: pd.Series, theirs: pd.Series) -> None:
    np.testing.assert_allclose(ours.to_numpy(), theirs.to_numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("ticker", ["BIL", "SHY", "TLT", "IEF"])
def test_beside_any_treasury_fund_it_is_the_seven_to_ten_year_fund(ticker):
    """Bills do not move, long bonds move by more: the states are those of the one in between."""
    market = bundled.load(["SPY", ticker])
    name, bond = bond_of(market, sides_of(market, {"SPY": 0.6, ticker: 0.4}))
    assert name == ("IEF" if ticker == "IEF" else "IEF (a ladder of bonds)")
    pd.testing.assert_series_equal(bond, ladder(), check_names=False)


def test_the_fund_comes_first_and_the_bundled_ladder_before_it():
    market = random_market(3, ("SPY", "IEF"), rows=700)
    bond = seven_to_ten_years(market)
    own = returns_of(market.prices["IEF"]).dropna()
    same(bond.loc[own.index], own)
    before = bond.loc[: own.index[0] - 1].iloc[1:]
    assert str(before.index[0]) == "1962-02"
    same(before, ladder().loc[before.index])
    assert seven_to_ten_years(market) is bond  # worked out once


def test_a_fund_in_small_letters_is_the_fund():
    market = random_market(3, ("SPY", "ief"), rows=700)
    own = returns_of(market.prices["ief"]).dropna()
    same(seven_to_ten_years(market).loc[own.index], own)


def made(prices: pd.DataFrame, yields: pd.DataFrame) -> Market:
    cash = pd.Series(100.0, prices.index, name=CASH)
    return Market(source="made", title="made prices", prices=prices, cash=cash,
                  periods_per_year=252, provenance={}, yields=yields)  # fmt: skip


def wandering(sessions: pd.DatetimeIndex) -> pd.DataFrame:
    """Yields that wander a little."""
    moves = np.random.default_rng(1).normal(0.0, 0.05, (len(sessions), 1)).cumsum(axis=0)
    return pd.DataFrame(4.0 + moves + [0.0, 0.2, 0.4], sessions, [2.0, 7.0, 10.0])


def test_without_the_fund_it_is_the_ladder_of_the_markets_yields():
    prices = random_market(3, ("SPY", "TLT"), rows=700).prices
    market = made(prices, wandering(prices.index))
    own = returns_of(fund_level(market.yields, CATALOGUE["IEF"], 252)).dropna()
    bond = seven_to_ten_years(market)
    same(bond.loc[own.index], own)
    before = bond.loc[: own.index[0] - 1].iloc[1:]
    same(before, ladder().loc[before.index])
    assert not np.allclose(own, ladder().loc[own.index])


def test_before_the_funds_first_day_it_is_the_ladder_of_the_markets_yields():
    prices = random_market(3, ("SPY", "IEF"), rows=900).prices.copy(deep=True)
    prices.loc[prices.index[:400], "IEF"] = np.nan
    market = made(prices, wandering(prices.index))
    fund = returns_of(prices["IEF"]).dropna()
    own = returns_of(fund_level(market.yields, CATALOGUE["IEF"], 252)).dropna()
    bond = seven_to_ten_years(market)
    same(bond.loc[fund.index], fund)
    between = own.loc[: fund.index[0] - 1]
    assert len(between) > 12
    same(bond.loc[between.index], between)


def test_yields_that_do_not_reach_the_ladder_leave_the_bundled_one():
    market = random_market(3, ("SPY", "TLT"), rows=700)
    short = pd.DataFrame(4.0, market.sessions, [0.25, 1.0])
    for each in (market, made(market.prices, short)):
        pd.testing.assert_series_equal(seven_to_ten_years(each), ladder(), check_names=False)


def test_another_hedge_is_its_own_bond():
    market = random_market(8, ("SPY", "IEF", "GLD"), rows=900)
    weights = {"SPY": 0.5, "IEF": 0.3, "GLD": 0.2}
    name, bond = bond_of(market, sides_of(market, weights, Roles(hedge=("GLD",))))
    assert name == "GLD"
    gold = returns_of(market.prices["GLD"]).dropna().iloc[1:]  # bought on the second session
    same(bond.loc[gold.index], gold)
    # With a Treasury fund in it the hedge has the bond's states again.
    name, bond = bond_of(market, sides_of(market, weights, Roles(hedge=("GLD", "IEF"))))
    assert name == "IEF (before 2001-02 a ladder of bonds)"
    same(bond.loc[gold.index], returns_of(market.prices["IEF"]).loc[gold.index])

"""Every engine fills the same orders in every currency, hedged and not; what stays in dollars."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs
from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.engine.references import make_sides
from backtests.engine.scores import paths
from backtests.engine.simulate import simulate
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.currency.currencies import CODES, CURRENCIES
from data.load import load_market
from strategies.attack_defend import AttackDefend
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market
from tests.made_figures import DAYS, folder_files, random_figures

COSTS = Costs(fee_bps=2, slippage_bps=1, lag=1)
MIX = HedgeMix(weights={"SPY": 0.5, "IEF": 0.3})


@cache
def bundled(code: str, ratio: float, cash: str = "home"):
    conversion = Conversion(
        currency=code, cash=cash, ratios={"IEF": ratio, "TLT": ratio} if ratio else {}
    )
    return load_market("bundled", ["SPY", "IEF", "TLT", "SHY", "BIL"], conversion=conversion)


def require_same(done, other) -> None:
    """NAV, weights and orders of two simulations, to 1e-9."""
    np.testing.assert_allclose(done.nav, other.nav, rtol=1e-9)
    np.testing.assert_allclose(done.weights, other.weights, rtol=1e-9, atol=1e-9)
    # The same money changes hands on every day, whatever dust of an order one of them leaves out.
    spent = [each.orders.groupby("date")["value"].sum() for each in (done, other)]
    both = pd.concat(spent, axis=1, sort=True).fillna(0.0)
    most = 1e-9 * float(done.nav.max())
    np.testing.assert_allclose(*both.to_numpy().T, rtol=1e-9, atol=most)


def require_agreement(market) -> None:
    """Ledger, vectorbt and kernel on a mix."""
    ours = simulate(market, MIX, COSTS, engine=ledger.fill)
    require_same(ours, simulate(market, MIX, COSTS, engine=fill_with_vectorbt))
    panel = make_panel(market, ["SPY", "IEF"], COSTS, initial=10_000)
    candidates = static_mixes(panel, np.array([[0.5, 0.3]]), MIX.rebalance)
    np.testing.assert_allclose(paths(panel, candidates)[0], ours.nav, rtol=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 1.0])
@pytest.mark.parametrize("code", CODES)
def test_the_engines_agree_in_every_currency(code, ratio):
    if code != "USD" or ratio == 0.0:
        require_agreement(bundled(code, ratio))


@pytest.mark.parametrize("cash", ["home", "usd"])
def test_the_engines_agree_on_daily_rows_with_other_cash(cash):
    market = random_market(21, rows=700)
    conversion = Conversion(currency="JPY", cash=cash, ratios={"IEF": 0.5, "SPY": 1.0})
    require_agreement(in_currency(market, conversion, random_figures("JPY", market.sessions)))


def test_the_engines_agree_on_a_duration_rule_in_yen():
    market = bundled("JPY", 1.0)
    done = [
        simulate(market, AttackDefend(), COSTS, engine=engine)
        for engine in (ledger.fill, fill_with_vectorbt)
    ]
    require_same(*done)
    assert len(done[0].orders) > 100
    assert done[0].nav.notna().all()


@pytest.mark.parametrize("scale", [1e-3, 1e4])
@pytest.mark.parametrize("code", ["JPY", "GBP"])
def test_the_capital_changes_nothing_but_the_scale(code, scale):
    market = bundled(code, 1.0)
    plain = simulate(market, MIX, COSTS, initial=10_000, engine=ledger.fill)
    other = simulate(market, MIX, COSTS, initial=10_000 * scale, engine=ledger.fill)
    np.testing.assert_allclose(other.nav / scale, plain.nav, rtol=1e-12)
    np.testing.assert_allclose(other.weights, plain.weights, rtol=1e-12, atol=1e-15)


def test_legs_in_dollars_are_those_of_the_dollar_run_as_far_back_as_dollars_go():
    dollars, yen = bundled("USD", 0.0), bundled("JPY", 1.0)
    sides = make_sides(yen, MIX, simulate(yen, MIX, COSTS), "SPY", engine=ledger.fill)
    # The run begins in 1992 and the equity of the legs in 1962.
    assert sides.equity_leg.index[0] == pd.Timestamp("1992-10-31")
    assert sides.dollar_legs.equity.index[0] == pd.Timestamp("1962-01-31")
    for name, leg in (("SPY", sides.dollar_legs.equity), ("IEF", sides.dollar_legs.hedge)):
        ours = leg.pct_change().iloc[3:]
        np.testing.assert_allclose(
            ours, dollars.prices[name].pct_change().loc[ours.index], atol=1e-12
        )
    # Those of the run are in yen, the hedge's hedged.
    ours = sides.hedge_leg.pct_change().iloc[3:]
    np.testing.assert_allclose(ours, yen.prices["IEF"].pct_change().loc[ours.index], atol=1e-12)
    in_dollars = make_sides(dollars, MIX, simulate(dollars, MIX, COSTS), "SPY", engine=ledger.fill)
    assert in_dollars.dollar_legs.equity is in_dollars.equity_leg
    assert in_dollars.dollar_legs.hedge is in_dollars.hedge_leg


@pytest.mark.parametrize("code", CURRENCIES)
def test_a_hedge_of_nothing_fills_as_none(code):
    plain, none = (
        simulate(bundled(code, ratio), MIX, COSTS, engine=ledger.fill) for ratio in (0.0, 1e-300)
    )
    np.testing.assert_allclose(none.nav, plain.nav, rtol=1e-12)


def test_a_portfolio_keeps_the_sessions_that_its_benchmark_lacks_in_its_currency(price_folder):
    files = folder_files()
    lines = files["SPY"].splitlines(keepends=True)
    # The benchmark lacks three sessions, and one of them is the first of a month: 1 June 2022.
    lacking = ("2022-03-16", "2022-06-01", "2022-06-02")
    files["A"] = "".join(line for line in lines if not line.startswith(lacking))
    folder = price_folder(**files)

    def loaded(benchmark):
        return load_inputs(
            RunConfig(
                strategy="hedge_mix",
                params={"weights": {"SPY": 0.6, "IEF": 0.4}},
                source=f"files:{folder}",
                benchmark=benchmark,
                money=Money(currency="JPY", fx_hedge=1),
            )
        )

    alone, beside = loaded("SPY"), loaded("A")
    market = beside.period.market
    assert market.currency == beside.shared.currency == "JPY"
    assert market.sessions.equals(DAYS.as_unit(market.sessions.unit))
    assert len(beside.shared.sessions) == len(DAYS) - 3
    assert any(note.startswith("A has no price on 2022-03-16, 2022-06-01") for note in market.notes)
    # The hedge is rolled on the sessions that IEF has, with the benchmark or without.
    for other in (market, beside.shared):
        ours = other.prices["IEF"]
        theirs = alone.period.market.prices["IEF"].loc[ours.index]
        np.testing.assert_allclose(ours / ours.iloc[0], theirs / theirs.iloc[0], rtol=1e-13)


def test_histories_carried_back_are_converted_with_the_rest(yahoo_folder, rates_folder):
    def load(code):
        conversion = Conversion(currency=code)
        source = f"files:{yahoo_folder.parent}"
        return load_market(source, ["SPY", "BIL"], carried_back=["BIL"], conversion=conversion)

    dollars, francs = load("USD"), load("CHF")
    # BIL began in 2007 and is carried back to SPY's first day.
    assert francs.prices["BIL"].first_valid_index() == pd.Timestamp("1993-01-29")
    assert francs.provenance["BIL"].own_first == dollars.provenance["BIL"].own_first
    rate = francs.prices["BIL"] / dollars.prices["BIL"].loc[francs.sessions]
    np.testing.assert_allclose(
        rate, francs.prices["SPY"] / dollars.prices["SPY"].loc[francs.sessions], rtol=1e-12
    )
    assert francs.abroad.figures.exchange["1993-01-29"] * rate.iloc[-1] == pytest.approx(
        francs.abroad.figures.exchange.iloc[-1], rel=1e-12
    )

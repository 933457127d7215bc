"""A whole judgement, recomputed from prices by other means."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine.costs import Costs
from backtests.engine.judge import judge_run
from backtests.engine.simulate import simulate, vectorbt_metrics
from data import bundled
from strategies.hedge_mix import HedgeMix

FREE = Costs(fee_bps=0, slippage_bps=0, lag=1)


@pytest.fixture(scope="module")
def judged():
    market = bundled.load(["SPY", "IEF"]).until(pd.Timestamp("2024-12-31"))
    strategy = HedgeMix()
    simulation = simulate(market, strategy, FREE)
    return market, simulation, judge_run(market, strategy, simulation, "SPY")


@pytest.fixture(scope="module")
def plain(judged):
    """Monthly returns from the first fill on, straight from prices: a mix each month anew."""
    market, _, _ = judged
    levels = market.prices.assign(cash=market.cash).iloc[1:]
    returns = levels.pct_change(fill_method=None).iloc[1:]
    returns["mix"] = 0.6 * returns["SPY"] + 0.4 * returns["IEF"]
    returns["bills"] = 0.6 * returns["SPY"] + 0.4 * returns["cash"]
    return returns


def cvar(returns: pd.Series) -> float:
    count = int(np.ceil(0.05 * len(returns)))
    return float(returns.nsmallest(count).mean())


def test_works_table_from_prices(judged, plain):
    table = {row["key"]: row for row in judged[2]["works"]}
    down = plain[plain["SPY"] < 0]
    worst = plain.nsmallest(-(-len(plain) // 10), "SPY")
    expected = {
        "cvar_saved_monthly": (
            cvar(plain["mix"]) - cvar(plain["SPY"]), cvar(plain["bills"]) - cvar(plain["SPY"]),
        ),
        "down_month_ratio": (
            down["IEF"].mean() / down["SPY"].mean(), down["cash"].mean() / down["SPY"].mean(),
        ),
        "down_month_mean_monthly": (down["IEF"].mean(), down["cash"].mean()),
        "worst_decile_mean_monthly": (worst["IEF"].mean(), worst["cash"].mean()),
        "worst_decile_hit_rate_monthly": ((worst["IEF"] > 0).mean(), (worst["cash"] > 0).mean()),
    }  # fmt: skip
    for key, (treasuries, bills) in expected.items():
        # The first month-end waits in cash; from the first fill on all is as in prices.
        assert table[key]["treasuries"]["value"] == pytest.approx(treasuries, rel=1e-6), key
        assert table[key]["bills"]["value"] == pytest.approx(bills, rel=1e-6), key
        difference = table[key]["difference"]["value"]
        assert difference == pytest.approx(treasuries - bills, rel=1e-6, abs=1e-9), key


def test_cost_holding_and_crises_from_prices(judged, plain):
    verdict = judged[2]
    grown = (1 + plain).prod() ** (12 / len(plain))
    cost = verdict["cost"]
    given = cost["growth_given_up_monthly"]["portfolio"]["value"]
    assert given == pytest.approx(grown["SPY"] - grown["mix"], rel=1e-6)
    above = cost["growth_against_monthly"]["bills"]["value"]
    assert above == pytest.approx(grown["mix"] - grown["bills"], rel=1e-6)
    levels = (1 + plain).cumprod()
    levels = pd.concat([pd.DataFrame(1.0, [judged[0].sessions[1]], levels.columns), levels])
    prices = bundled.table()["cpi_sa"].loc[levels.index.to_period("M")].to_numpy()
    three = levels["mix"].to_numpy()[36:] / levels["mix"].to_numpy()[:-36]
    row = next(row for row in verdict["holding"] if row["years"] == 3)
    assert row["starts"] == len(three)
    assert row["worst"] == pytest.approx(three.min() ** (1 / 3) - 1, rel=1e-6)
    assert row["beat_inflation"] == pytest.approx((three > prices[36:] / prices[:-36]).mean())
    spy = levels["SPY"].to_numpy()
    assert row["beat_equity"] == pytest.approx((three > spy[36:] / spy[:-36]).mean())
    crisis = next(row for row in verdict["crises"] if row["name"] == "Financial crisis")
    span = levels.loc[["2007-10-31", "2009-02-28"]]
    assert (crisis["start"], crisis["end"]) == ("2007-10-31", "2009-02-28")
    assert crisis["hedge"] == pytest.approx(span["IEF"].iloc[1] / span["IEF"].iloc[0] - 1, rel=1e-6)
    assert crisis["equity"] == pytest.approx(
        span["SPY"].iloc[1] / span["SPY"].iloc[0] - 1, rel=1e-6
    )
    y10 = bundled.table()["cmt_10y_pct"]
    assert crisis["y10_bp"] == pytest.approx(100 * (y10["2009-02"] - y10["2007-10"]))


def test_regimes_from_prices(judged, plain):
    verdict = judged[2]
    correlation = plain["SPY"].rolling(36).corr(plain["IEF"]).shift(1)
    negative = plain[correlation < 0]
    down = negative[negative["SPY"] < 0]
    row = next(row for row in verdict["regimes"] if row["label"] == "negative")
    assert (row["months"], row["down_months"]) == (len(negative), len(down))
    assert row["down_month_mean_monthly"]["value"] == pytest.approx(down["IEF"].mean(), rel=1e-6)
    saved = cvar(negative["mix"]) - cvar(negative["bills"])
    assert row["cvar_saved_against_bills_monthly"]["value"] == pytest.approx(saved, rel=1e-6)


def test_portfolios_and_attribution(judged, plain):
    _, simulation, verdict = judged
    rows = {row["key"]: row for row in verdict["portfolios"]}
    assert rows["portfolio"]["cvar_95_monthly"] == pytest.approx(cvar(plain["mix"]), rel=1e-6)
    assert rows["bills"]["cvar_95_monthly"] == pytest.approx(cvar(plain["bills"]), rel=1e-6)
    assert rows["matched"]["volatility_monthly"] == pytest.approx(
        rows["portfolio"]["volatility_monthly"], abs=1e-6
    )
    assert rows["equity"]["equity_weight"] == pytest.approx(1.0)
    parts = {row["part"]: row for row in verdict["attribution"]["parts"]}
    before = (simulation.weights["IEF"] * simulation.nav).shift(1)
    profit = before * judged[0].prices["IEF"].pct_change(fill_method=None)
    assert parts["total"]["currency"] == pytest.approx(profit.sum(), rel=1e-9)
    points = (profit / before)[before > 0].mean() * 12
    assert parts["total"]["points"] == pytest.approx(points, rel=1e-9)


def test_vectorbt_counts_the_first_row_as_a_peak():
    index = pd.bdate_range("2020-01-01", periods=6)
    nav = pd.Series([100.0, 80, 90, 95, 90, 99], index)
    found = vectorbt_metrics(nav, pd.Series(1.0, index), 252)
    assert found["max_drawdown"] == pytest.approx(-0.2)
    assert found["total_return"] == pytest.approx(-0.01)
    returns = nav.pct_change(fill_method=None).dropna()
    assert found["sharpe"] == pytest.approx(returns.mean() / returns.std() * 252**0.5)


@pytest.mark.parametrize("start", ["2025-05-31", "2024-12-31"])
def test_short_periods_are_judged_unclear(start):
    market = bundled.load(["SPY", "IEF"])
    simulation = simulate(market, HedgeMix(), FREE, start=pd.Timestamp(start))
    verdict = judge_run(market, HedgeMix(), simulation, "SPY")
    assert verdict["word"] == "unclear"
    assert verdict["works"][0]["difference"]["low"] is None

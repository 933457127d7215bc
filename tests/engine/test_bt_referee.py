"""Bands and cash flows against bt, another backtester, on real daily prices at no cost.

What bt does in its own way, and what stands here for it:

* It does what its algorithms say on each row in one go. So what is decided on a row is kept here,
  and traded the rows of the lag later, as :class:`OneRow` does.
* ``CapitalFlow`` only puts money beside the holdings, and has one amount for good. So it is made
  anew on the row of a flow, and what is held then is bought or sold by its own weights.
* ``RunIfOutOfBounds`` knows only deviations relative to the target. So :class:`Away` judges
  absolute ones. It looks at weights as they were last updated: the row's trades are booked first.
* Children that are named alone come to be with their first trade; here they exist before it.
* Its own prices count a flow as there since the row before, V / (V before + F), where ours have it
  come at the close, (V - F) / V before. So the money is compared, and the unit value is the chain
  of bt's money; without flows its own prices are that.
* Money outside the holdings earns nothing in it. So cash is a holding like any other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine.bands import Rebalancing
from backtests.engine.costs import Costs
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import Plan
from backtests.engine.simulate import simulate
from data.market import CASH
from data.sources import files
from strategies.hedge_mix import HedgeMix

bt = pytest.importorskip("bt", reason="bt is a tool of development")

MONEY = 10_000.0
# Mixes, and the first and last day, with the falls of 2008, 2020 and 2022 among them.
MIXES = [
    ({"SPY": 0.6, "TLT": 0.4}, "2007-06-01", "2010-06-30"),
    ({"SPY": 0.5, "IEF": 0.3}, "2019-01-02", "2021-12-31"),
    ({"SPY": 0.7, "AGG": 0.2}, "2020-01-02", "2022-12-30"),
    ({"SPY": 0.4, "TLT": 0.3, "GLD": 0.3}, "2007-01-03", "2009-12-31"),
    ({"SPY": 0.45, "GLD": 0.25, "SHY": 0.15, "TIP": 0.1}, "2008-01-02", "2010-12-31"),
]


class Away(bt.Algo):
    """Whether a weight is more than an absolute band off its target."""

    def __init__(self, band):
        super().__init__()
        self.band = band

    def __call__(self, target):
        asked = target.temp["weights"]
        return any(abs(target[name].weight - asked[name]) > self.band for name in asked)


class OneRow(bt.Algo):
    """A row: the flow, what was decided the lag before, and then whether to decide again."""

    def __init__(self, asked, flows, lag, judges):
        super().__init__()
        self.asked, self.flows, self.lag, self.judges = asked, flows, lag, judges
        self.row, self.due = -1, lag  # what is decided on row 0 fills the lag later

    def __call__(self, target):
        self.row += 1
        if self.row == 0:
            return self.trade(target, dict.fromkeys(self.asked, 0.0) | {CASH: 1.0})
        money = self.flows[self.row]
        held = {name: target[name].weight for name in self.asked}
        if money:
            bt.algos.CapitalFlow(money)(target)
        if self.row == self.due:
            self.due = None
            self.trade(target, self.asked)
        elif money:
            self.trade(target, held)
        target.temp["weights"] = self.asked
        if self.due is None and any(judge(target) for judge in self.judges):
            self.due = self.row + self.lag
        return True

    @staticmethod
    def trade(target, weights):
        target.temp["weights"] = weights
        bt.algos.Rebalance()(target)
        target.update(target.now)
        return True


def by_bt(levels, weights, flows, lag, judges):
    """Unit value and money at each close."""
    asked = {**weights, CASH: 1.0 - sum(weights.values())}
    rule = bt.Strategy(
        "mix", [OneRow(asked, flows, lag, judges)], children=[bt.Security(name) for name in asked]
    )
    test = bt.Backtest(rule, levels[list(asked)], initial_capital=MONEY,
                       integer_positions=False, progress_bar=False)  # fmt: skip
    test.run()
    done, days = test.strategy, levels.index  # it ran a copy
    money = done.values.loc[days].to_numpy()
    growth = (money[1:] - flows[1:]) / money[:-1]
    return MONEY * np.append(1.0, growth.cumprod()), money


@pytest.fixture(scope="module")
def market_of_days(yahoo_folder):
    """Real prices of the tickers from the first to the last day."""
    kept = {}

    def load(weights, first, last):
        tickers = tuple(weights)
        if tickers not in kept:
            kept[tickers] = files.load(yahoo_folder, tickers)
        return kept[tickers].until(pd.Timestamp(last)), pd.Timestamp(first)

    return load


@pytest.mark.parametrize("mix", MIXES, ids=[",".join(mix[0]) for mix in MIXES])
@pytest.mark.parametrize(
    ("paid", "band", "relative", "lag"),
    [
        (500.0, None, None, 1),
        (0.0, 0.03, None, 1),
        (0.0, None, 0.1, 1),
        (-150.0, 0.04, 0.15, 1),
        (400.0, 0.02, None, 2),
    ],
    ids=["flows", "absolute", "relative", "flows and both bands", "flows, a band, a lag of two"],
)
def test_bt_agrees(market_of_days, mix, paid, band, relative, lag):
    weights, *_ = mix
    market, start = market_of_days(*mix)
    rebalancing = Rebalancing(band, relative)
    plan = Plan(rebalancing, AskedFlows(f"{paid:g}/month" if paid else None))
    # A mix that is never judged again is only bought and paid into.
    calendar = "daily" if rebalancing else "never"
    ours = simulate(market, HedgeMix(weights=weights, rebalance=calendar), Costs(0, 0, lag),
                    initial=MONEY, earliest=start, plan=plan)  # fmt: skip
    days = ours.nav.index
    levels = market.levels(list(weights)).loc[days]
    flows = np.zeros(len(days))
    months = pd.Series(np.arange(len(days)), days).groupby(days.to_period("M")).first()
    due = months.to_numpy()[1:] + lag  # the month of row 0 has begun
    flows[due[due < len(days)]] = paid
    judges = [] if band is None else [Away(band)]
    judges += [] if relative is None else [bt.algos.RunIfOutOfBounds(relative)]
    unit, money = by_bt(levels, weights, flows, lag, judges)
    assert len(days) > 600
    np.testing.assert_allclose(ours.nav, unit, rtol=1e-9)
    np.testing.assert_allclose(ours.wealth, money, rtol=1e-9)
    if rebalancing:
        assert 3 <= len(ours.decisions) < 200

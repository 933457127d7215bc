"""Mixes that several tests of the sweep run, and plans that several tests write and read."""

from __future__ import annotations

import numpy as np

from backtests.engine.bands import Rebalancing
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import Plan

PLANS = [
    Plan(Rebalancing(0.05)),
    Plan(Rebalancing(0.0, 1 / 3, "edge"), AskedFlows("-4%/year")),
    Plan(flows=AskedFlows("-0.1%/half-year")),
    Plan(flows=AskedFlows("1234.5678/month", True)),
    Plan(Rebalancing(band_relative=0.25), AskedFlows("1e15/day")),
    Plan(flows=AskedFlows(dated={"2020-01-15": 0.1, "2021-01-15": -300.0}, indexed=True)),
    Plan(Rebalancing(-0.0), AskedFlows(dated="2021-01-15=-1e-7,2020-01-15=1e15")),
]
TICKERS = ("A", "B", "C", "D", "E")


def mixes(rng, count, tickers):
    """Weights that leave cash, that leave none, of one ticker, of none, and equal ones."""
    weights = rng.dirichlet(np.ones(tickers + 1), count)[:, :-1]
    weights[1::5] = rng.dirichlet(np.ones(tickers), len(weights[1::5]))
    weights[2::5] = np.eye(tickers)[rng.integers(0, tickers, len(weights[2::5]))]
    weights[3::5] = 0.0
    weights[4::5] = 1.0 / (tickers + 1)
    return weights

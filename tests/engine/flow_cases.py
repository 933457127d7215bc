"""Random markets with bands and flows, for the ledger and the kernel side by side."""

from __future__ import annotations

import numpy as np

from backtests.engine import ledger
from backtests.engine.bands import limits_of
from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.ledger import Bands, Flows
from backtests.engine.scores import wealth_paths
from backtests.engine.with_sweep import fill_with_sweep
from tests.conftest import random_market


def draw(seed):
    """Arguments of ``fill``: prices, targets, fee, slippage, initial, bands and flows."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(7, 200)), int(rng.integers(1, 8))
    lag = int(rng.integers(1, 6))
    moves = rng.normal(0.0, rng.choice([0.001, 0.01, 0.05]), (rows, columns))
    prices = 100.0 * np.exp(np.cumsum(moves, axis=0))
    prices[:, -1] = 100.0 * 1.0001 ** np.arange(rows)
    targets = np.full((rows, columns), np.nan)
    targets[0] = np.eye(columns)[-1]
    asked = rng.dirichlet(np.ones(columns), 2)
    if columns > 1:
        asked[1, 0] = 0.0
        asked[1] /= asked[1].sum()
    share_of_rows = 1.0 / rng.choice([1, 1, 5, 20])
    decided = [row for row in range(lag, rows) if rng.random() < share_of_rows]
    target, is_new = asked[0], np.zeros(rows, bool)
    is_new[0] = True
    before = targets[0]
    for row in decided or [rows - 1]:
        target = asked[rng.integers(2)] if rng.random() < 0.05 else target
        targets[row] = target
        is_new[row] = (target != before).any()
        before = target
    cost = np.append(np.ones(columns - 1), 0.0)
    fee = rng.choice([0.0, 2e-4, 0.01, 0.1]) * cost
    slippage = rng.choice([0.0, 1e-4, 0.02]) * cost
    bands = flows = None
    kind = rng.integers(3)  # bands, flows, both
    if kind != 1:
        limits = np.full(targets.shape, rng.choice([0.0, 0.01, 0.05, 0.1]))
        bands = Bands(lag, limits, is_new, bool(rng.integers(2)))
    if kind != 0:
        size, due = rng.choice([100.0, 3000.0]), rng.random(rows) < 0.1
        amount = np.where(due, rng.normal(0.0, size, rows), 0.0)
        due = rng.random(rows) < 0.05
        flows = Flows(amount, np.where(due, rng.choice([0.1, -0.04, -0.5], rows), 0.0))
    return prices, targets, fee, slippage, float(rng.choice([5e3, 1e4])), bands, flows


def apart(seed):
    """Largest relative difference of NAV, units, flows and orders; and the ledger's answer."""
    prices, *rest = arguments = draw(seed)
    theirs, ours = ledger.fill(*arguments), fill_with_sweep(*arguments)
    assert ours.ruined == theirs.ruined, seed
    alive = slice(0, theirs.ruined)
    np.testing.assert_allclose(
        ours.targets[alive], theirs.targets[alive], rtol=0, atol=1e-9, err_msg=str(seed)
    )
    money = max(theirs.nav.max(), rest[3])
    traded = []
    for fills in (ours, theirs):
        orders = np.zeros(prices.shape)
        np.add.at(orders, (fills.order_row, fills.order_column), fills.order_units)
        traded.append(orders * prices)
    pairs = [
        (ours.nav, theirs.nav),
        (ours.units * prices, theirs.units * prices),
        (ours.flow, theirs.flow),
        traded,
    ]
    return max(float(np.abs(a - b).max()) for a, b in pairs) / money, theirs


def mixes_apart(seed, lanes=6):
    """Largest relative difference of the wealth of static mixes judged daily, side by side.

    Some of them are held against the ledger, one by one; how many of these are ruined as well.
    """
    rng = np.random.default_rng(seed)
    tickers = "ABCDEF"[: int(rng.integers(1, 7))]
    rows, lag = int(rng.integers(60, 300)), int(rng.integers(1, 5))
    costs = Costs(float(rng.choice([0, 2, 100])), float(rng.choice([0, 1, 20])), lag)
    market = random_market(seed, tuple(tickers), rows)
    panel = make_panel(market, tuple(tickers), costs, initial=1e4)
    weights = rng.dirichlet(np.ones(len(tickers)), int(rng.integers(1, 140)))
    weights *= rng.choice([0.7, 1.0 - 1e-12])  # with cash and without
    daily = static_mixes(panel, weights, "daily")
    absolute, relative = rng.choice([0.0, 0.01, 0.05]), rng.choice([0.0, 0.1, 0.25])
    kind = rng.integers(3)
    limits = limits_of(
        daily.targets, absolute if kind != 1 else None, relative if kind != 0 else None
    )
    to_edge = bool(rng.integers(2))
    asked = daily.within(limits, lag, to_edge=to_edge)
    amount, share = np.zeros(rows), np.zeros(rows)
    if rng.random() < 0.7:
        amount = np.where(rng.random(rows) < 0.1, rng.normal(-200.0, 900.0, rows), 0.0)
        share = np.where(rng.random(rows) < 0.03, rng.choice([0.1, -0.3], rows), 0.0)
        asked = asked.paid(amount, share)
    wealth = wealth_paths(panel, asked).to_numpy()
    worst, ruined = 0.0, 0
    for mix in rng.choice(len(daily), min(lanes, len(daily)), replace=False):
        targets = np.full((rows, daily.targets.shape[1]), np.nan)
        targets[daily.rows] = daily.targets[mix]
        targets[0] = np.eye(targets.shape[1])[-1]
        is_new = np.isin(np.arange(rows), [0, daily.rows[0]])
        bands = Bands(lag, np.tile(limits[mix], (rows, 1)), is_new, to_edge)
        theirs = ledger.fill(
            panel.prices, targets, panel.fee, panel.slippage, 1e4, bands, Flows(amount, share)
        )
        difference = np.abs(wealth[:, mix] - theirs.nav).max() / theirs.nav.max()
        worst, ruined = max(worst, float(difference)), ruined + (theirs.ruined is not None)
    return worst, ruined

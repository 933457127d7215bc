"""Ways to hold a hedge, made by hand, for tests that change a line of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from backtests.analysis.record import Tickers
from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import (
    AtBasis,
    CarryNow,
    FallByWay,
    GrowthByWay,
    HedgedLessUnhedged,
    Split,
    Way,
    WayKey,
    Ways,
    WholePortfolio,
)

TICKERS = Tickers(equity=("SPY",), hedge=("IEF",))


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> Estimate:
    """A number with or without its interval."""
    return Estimate(value, low, high)


def make_way(key: WayKey, payoff: float, growth: float | None = 0.02, **changes: Any) -> Way:
    """A way with a payoff and growth."""
    way = Way(
        key=key,
        payoff=estimate(payoff),
        growth=growth,
        volatility=0.08,
        correlation=0.1,
        whole=WholePortfolio(0.06, 0.1, -0.3, -0.05),
    )
    return dataclasses.replace(way, **changes)


def make_fall(equity: float, *made: float | None, **changes: Any) -> FallByWay:
    """A fall of 2008 in which the ways made so much, in their order."""
    fall = FallByWay("Crisis", "2008-01-31", "2009-01-31", detected=False, equity=equity, made=made)
    return dataclasses.replace(fall, **changes)


def make_ways(**changes: Any) -> Ways:
    """400 months of a yen investor, in which hedging helped and cost 2.5 points a year."""
    ways = Ways(
        currency="JPY",
        answer="hedge",
        difference=HedgedLessUnhedged(estimate(0.028, 0.014, 0.041), estimate(-0.03, -0.06, 0.01)),
        ways=(
            make_way("unhedged", -0.01, 0.05, correlation=0.4, volatility=0.1),
            make_way("hedged", 0.018, 0.02, correlation=-0.3),
            make_way("dollar_bills", -0.03, 0.03),
            make_way("home_cash", 0.0, 0.004),
        ),
        held="unhedged",
        ratios={"IEF": 0.0},
        equity_ratios={},
        basis_bp=25.0,
        usd_cash=False,
        months=400,
        worst_months=40,
        first="1992-12",
        last="2026-03",
        falls=(
            make_fall(-0.5, -0.02, 0.13, -0.13, 0.01),
            make_fall(-0.2, 0.08, 0.02, 0.1, 0.0, start="2000-01-31", name="Earlier"),
            make_fall(0.03, 0.1, -0.1, 0.1, 0.0, name="Equity rose"),
        ),
        splits=(
            Split("unhedged", 0.04, 0.015, 0.0, -0.001, 0.0, 0.0, 0.054),
            Split("hedged", 0.04, 0.0, -0.025, -0.001, 0.0, -0.0004, 0.0136),
        ),
        bases=(
            AtBasis(0.0, estimate(0.0185), 0.0225, -0.0225),
            AtBasis(25.0, estimate(0.018), 0.02, -0.025),
        ),
        now=CarryNow(0.008, "2026-03", 0.036, "2025-11", -0.0305),
        growth=GrowthByWay(
            ("2000-01", "2000-02"), ((1.0, 1.1), (1.0, 1.2), (1.0, 0.9), (1.0, 1.0))
        ),
    )
    return dataclasses.replace(ways, **changes)

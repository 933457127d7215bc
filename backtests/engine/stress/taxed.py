"""A tax on the coupons of foreign holders: what it does to prices, and what it takes."""

from __future__ import annotations

import numpy as np

from backtests.analysis.stress import Withheld
from backtests.engine.stress.holdings import Holdings
from data.treasuries.bonds import modified_duration, price

RATE = 0.3


def withheld_of(holdings: Holdings, rate: float = RATE) -> Withheld | None:
    """The effects of a tax on coupons; None without a hedge of bonds with coupons.

    Bills pay no coupon, and what is not built from yields is left out: both count as 0.
    """
    rungs = holdings.ladders
    if not len(rungs.counts):
        return None
    yields = holdings.rung_yields
    # Below zero nobody pays a coupon, and there is nothing to tax.
    taxed = np.where(yields > 0.0, yields / (1.0 - rate), yields)
    coupons = np.maximum(yields, 0.0)
    by_ladder = {
        "price": price(yields, taxed, rungs.maturities) - 1.0,
        "coupons_lost": -rate * coupons * modified_duration(yields, rungs.maturities),
        "a_year": -rate * coupons,
    }
    weights = holdings.weights
    held = weights[holdings.of_role("hedge")].sum()
    at = holdings.repriced("ladder")
    whole = {
        name: float(weights[at] @ rungs.means(values)[0]) for name, values in by_ladder.items()
    }
    return Withheld(
        rate=rate,
        price=whole["price"] / held,
        coupons_lost=whole["coupons_lost"] / held,
        a_year=whole["a_year"] / held,
        portfolio_price=whole["price"],
        portfolio_a_year=whole["a_year"],
    )

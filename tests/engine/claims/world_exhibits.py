"""Exhibits of the claims about currencies and other hedges, real and made."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import Claim, Measure
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.exhibits import TICKERS, Exhibits
from data import bundled
from data.load import load_market
from data.market import CASH, Market
from tests.conftest import SHARED

ABOVE, BELOW, AROUND = Estimate(0.02, 0.01, 0.03), Estimate(-0.02, -0.03, -0.01), Estimate(0, -1, 1)
NO_INTERVAL = Estimate(0.02, None, None)


@cache
def bundled_months() -> Exhibits:
    """The bundled months alone."""
    return Exhibits(bundled.load(["SPY", "BIL", "SHY", "IEF", "TLT"]), None, "no daily prices")


@cache
def _real_days() -> Market:
    return load_market(f"files:{SHARED}", TICKERS, extend=True, needs=["yields", "usd"])


def with_real_days() -> Exhibits:
    """The bundled months beside real daily prices; skips where these are absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    return replace(bundled_months(), days=_real_days(), days_missing="")


def with_prices(months: Market, **prices: np.ndarray) -> Market:
    """Months with other levels of some tickers, or of ``CASH``."""
    levels = months.prices.assign(**{name: prices[name] for name in prices if name != CASH})
    return Market(
        source="made",
        title="made months",
        prices=levels,
        cash=pd.Series(prices.get(CASH, months.cash), months.sessions, name=CASH),
        periods_per_year=12,
        provenance=months.provenance,
        yields=months.yields,
        cpi=months.cpi,
        cpi_by_month=months.cpi_by_month,
        home_cpi=months.home_cpi,
    )


def the(claim: Claim, *words: str) -> Measure:
    """The only measure up to the article of which all words are said."""
    (found,) = (each for each in claim.measures if all(word in each.what for word in words))
    return found


def row_of(claim: Claim, name: str) -> tuple[float | None, ...]:
    """Values of the only row of the table whose name begins so."""
    assert claim.table is not None
    (row,) = (row for row in claim.table.rows if row.name.startswith(name))
    return row.values

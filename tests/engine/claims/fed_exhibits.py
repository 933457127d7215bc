"""Exhibits of claims about the Federal Reserve: real ones, and made ones with a known answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest

from backtests.engine.claims.exhibits import Exhibits
from data import bundled
from data.load import load_market
from data.market import CASH, Market
from data.provenance import describe
from tests.conftest import SHARED

TICKERS = ("SPY", "IEF", "TLT")


@cache
def bundled_months() -> Exhibits:
    """The bundled months alone."""
    return Exhibits(bundled.load(["SPY", "BIL", "SHY", "IEF", "TLT"]), None, "no daily prices")


@cache
def _real_days() -> Market:
    needs = ["yields", "policy_rate"]
    return load_market(f"files:{SHARED}", TICKERS, extend=True, needs=needs)


def with_real_days() -> Exhibits:
    """The bundled months beside real daily prices and yields; skips where these are absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    return Exhibits(bundled_months().months, _real_days(), "")


def made_market(yields: pd.Series, ppy: int, **prices: Any) -> Market:
    """A market whose 10-year yield (percent) is given, with flat cash and prices unless given."""
    levels = pd.DataFrame({"TLT": 100.0, **prices}, index=yields.index)
    cash = pd.Series(100.0, yields.index, name=CASH)
    columns = {**levels, CASH: cash}
    return Market(
        source="made",
        title="made yields",
        prices=levels,
        cash=cash,
        periods_per_year=ppy,
        provenance={str(name): describe(columns[name], "made", "made") for name in columns},
        yields=yields.to_frame(10.0),
    )


def made_months(first: str, last: str, percent: float = 5.0) -> pd.Series:
    """A 10-year yield at month-ends that never moves."""
    return pd.Series(percent, pd.date_range(first, last, freq="ME"))


def in_months(months: Market) -> Exhibits:
    """Exhibits of these months alone."""
    return Exhibits(months, None, "no daily prices")

"""Real data that claims are tried on, loaded once for all tests of a process."""

from __future__ import annotations

from functools import cache

import pytest

from backtests.engine.claims.exhibits import TICKERS, Exhibits
from data import bundled
from data.load import load_market
from tests.conftest import SHARED


@cache
def monthly() -> Exhibits:
    """The bundled months alone."""
    return Exhibits(bundled.load(["SPY", "BIL", "SHY", "IEF", "TLT"]), None, "none were given")


@cache
def _daily() -> Exhibits:
    needs = ["yields", "policy_rate", "usd", "cpi"]
    days = load_market(f"files:{SHARED}", TICKERS, extend=True, needs=needs)
    return Exhibits(monthly().months, days, "")


def daily() -> Exhibits:
    """With the real daily prices that lie beside the project on some machines."""
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    return _daily()

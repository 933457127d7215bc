"""Markets whose prices and rates are written out by hand, and decisions held against weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from data.market import CASH, Market
from strategies.dial import DIAL


def yields_market(ten_year: np.ndarray, ppy: int = 12) -> Market:
    """Prices that stand still under a ten-year yield that does not."""
    sessions = (
        pd.date_range("1990-01-31", periods=len(ten_year), freq="ME")
        if ppy == 12
        else pd.bdate_range("1990-01-01", periods=len(ten_year))
    )
    prices = pd.DataFrame(100.0, sessions, ["SPY", *DIAL])
    yields = pd.DataFrame({1.0: 3.0, 10.0: ten_year, 30.0: 5.0}, index=sessions)
    return Market(
        source="made", title="", prices=prices, cash=pd.Series(100.0, sessions, name=CASH),
        periods_per_year=ppy, provenance={}, yields=yields,
    )  # fmt: skip


def month_ends(count: int) -> pd.DatetimeIndex:
    """Monthly rows from 2020-01-31; a rule decides on each of them."""
    return pd.date_range("2020-01-31", periods=count, freq="ME")


def weekdays(count: int) -> pd.DatetimeIndex:
    """Daily rows from Wednesday 2020-01-01; January has 23, February 20, March and April 22."""
    return pd.bdate_range("2020-01-01", periods=count)


def path_market(
    sessions: pd.DatetimeIndex,
    *,
    ppy: int = 12,
    cash: Sequence[float] | None = None,
    yields: Mapping[float, Sequence[float]] | None = None,
    policy_rate: Sequence[float] | None = None,
    usd: Sequence[float] | None = None,
    **prices: Sequence[float],
) -> Market:
    """A market of the levels and rates given; SPY and the funds not given stand still at 100.

    Without yields every fund of the dial has its usual duration: BIL 0.2, SHY 1.9, IEF 7.2
    and TLT 16 years.
    """
    columns = {"SPY": 100.0, **dict.fromkeys(DIAL, 100.0), **prices}
    return Market(
        source="made",
        title="",
        prices=pd.DataFrame(columns, sessions),
        cash=pd.Series(100.0 if cash is None else cash, sessions, name=CASH, dtype=float),
        periods_per_year=ppy,
        provenance={},
        yields=None if yields is None else pd.DataFrame(yields, sessions),
        policy_rate=None if policy_rate is None else pd.Series(policy_rate, sessions),
        usd=None if usd is None else pd.Series(usd, sessions),
    )


def require_decisions(
    weights: pd.DataFrame,
    expected: Mapping[str, Sequence[float]],
    columns: Sequence[str] = ("SPY", *DIAL),
    within: float = 1e-9,
) -> None:
    """Hold a rule's decisions, all of them with their dates, against weights written by hand."""
    assert list(weights.columns) == list(columns)
    assert [f"{day:%Y-%m-%d}" for day in weights.index] == list(expected)
    np.testing.assert_allclose(weights.to_numpy(), list(expected.values()), rtol=0, atol=within)

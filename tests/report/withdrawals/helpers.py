"""Withdrawals made by hand, for tests that change a line of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from backtests.analysis.withdrawals import (
    PortfolioWithdrawals,
    WithdrawalKey,
    Withdrawals,
    horizon_figures,
    month_after,
)

FIRST = "1965-11"
NAMES: Mapping[WithdrawalKey, str] = {
    "run": "60 % SPY, 40 % IEF", "equity": "100 % equity", "bills": "Equity + bills, same weight",
}  # fmt: skip


def made(key: WithdrawalKey, rates: Mapping[int, Sequence[float]], asked: float = 0.04):
    """A portfolio with these largest rates by horizon; what does not last is dry after 8 years."""
    horizons = []
    for years, each in rates.items():
        dry = [month_after(FIRST, at + 96) if r <= asked else None for at, r in enumerate(each)]
        horizons.append(horizon_figures(years, FIRST, each, dry))
    return PortfolioWithdrawals(key, tuple(horizons))


def make_withdrawals(**changes: Any) -> Withdrawals:
    """250 starts of ten years, 121 of 30: the fourth of these ran dry with the run alone."""
    long = [0.0495, 0.045, 0.042, 0.0382999, *[0.07] * 117]
    run = made("run", {10: [0.09] * 250, 30: long})
    equity = made("equity", {10: [0.08] * 250, 30: [0.036, 0.039, *[0.09] * 119]})
    bills = made("bills", {10: [0.1] * 250, 30: [0.041] * 121})
    withdrawals = Withdrawals(
        rate=0.04,
        currency="USD",
        source_title="bundled monthly history",
        own_history="",
        monthly=True,
        first="1965-10-31",
        last="2025-12-31",
        first_start=FIRST,
        lag=1,
        equity=("SPY",),
        hedge=("IEF",),
        too_long=(40,),
        portfolios=(run, equity, bills),
    )
    return dataclasses.replace(withdrawals, **changes)

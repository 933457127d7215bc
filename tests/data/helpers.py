"""Helpers of several tests, for bars and snapshots."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys

import numpy as np
import pandas as pd

from data import bundled
from data.checks.exchange import NYSE
from data.sources import yahoo
from data.sources.bars import total_return
from data.sources.snapshots import Store
from tests.conftest import ROOT
from tests.soak.made import adjusted as adjusted_for

# Four sessions of one ticker, as a file.
GOOD = "date,value\n2020-01-02,100\n2020-01-03,101\n2020-01-06,102\n2020-01-07,103\n"


def rows_of(days: pd.DatetimeIndex) -> str:
    """Write a file of one price on each of these days."""
    return "date,value\n" + "".join(f"{day:%Y-%m-%d},100\n" for day in days)


def exchange_days(count: int, first: str = "2021-01-04") -> pd.DatetimeIndex:
    """So many sessions of New York from a day on."""
    sessions = NYSE.sessions(pd.Timestamp(first))
    return sessions[sessions >= first][:count]


def faulty(bars: pd.DataFrame, **cells: float) -> pd.DataFrame:
    """Bars with the close of row 100 (and what else is named) replaced."""
    changed = bars.copy()
    for column, value in cells.items():
        changed.iloc[100, changed.columns.get_loc(column.replace("_", " "))] = value
    return changed


def unstale(warnings) -> list[str]:
    """Warnings without those that every short history of the past gives: stale, begins late."""
    return [
        line for line in warnings if "stale" not in line and "though the fund began" not in line
    ]


def age(store: Store, ticker: str, days: float) -> None:
    """Rewrite a snapshot as if it had been fetched some days ago."""
    snapshot = store.read(ticker)
    store.write(
        ticker, snapshot.source, dt.datetime.now(dt.UTC) - dt.timedelta(days=days), snapshot.bars
    )


def fetch_in_a_process(*tickers: str, before: str = "") -> subprocess.Popen[str]:
    """Load tickers in a process of its own, after some other code."""
    script = (
        f"{before}\nfrom data.sources import live\nlive.load({tickers!r}, may_fall_back=False)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def growth(ticker: str) -> float:
    """Growth of 1 in what is fetched of a ticker, dividends reinvested."""
    level = total_return(yahoo.fetch(ticker).frame)
    return level.iloc[-1] / level.iloc[0]


def adjusted(bars: pd.DataFrame) -> float:
    """Growth of 1 by the adjusted closes of these bars."""
    return bars["Adj Close"].iloc[-1] / bars["Adj Close"].iloc[0]


def fund_bars(
    ticker: str, first: str = "2002-07-30", last: str = "2025-12-31", seed: int = 1
) -> pd.DataFrame:
    """Daily bars of a fund whose months are the bundled ones, as far as whole cents allow.

    Within a month the price wanders by seeded noise that ends at 0. Of each return 2 % a year is
    paid out, four times a year (SPY) or each month, and the price falls by it at the open.
    """
    level = bundled.load([ticker]).prices[ticker]
    sessions = NYSE.sessions(pd.Timestamp(first))
    sessions = sessions[(sessions >= first) & (sessions <= last)]
    months = sessions.to_period("M")
    rng = np.random.default_rng(seed)
    spread = float(np.log(level).diff().std()) / 21**0.5
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]), len(sessions) - 1)
    published = np.log(level.set_axis(pd.DatetimeIndex(level.index).to_period("M")))
    path = np.interp(
        np.arange(len(sessions)),
        [-1, *ends],
        [published[months[0] - 1], *published.reindex(months[ends]).to_numpy()],
    )
    noise = np.cumsum(rng.normal(0, spread, len(sessions)))
    path += noise - np.interp(np.arange(len(sessions)), [-1, *ends], [0.0, *noise[ends]])
    growth = np.exp(np.diff(path, prepend=path[0]))
    begins = np.append(True, months[1:] != months[:-1])
    pays = begins & ((ticker != "SPY") | (months.month % 3 == 0)) & (np.arange(len(sessions)) > 0)
    share = np.where(pays, 0.005 if ticker == "SPY" else 0.02 / 12, 0.0)
    close = 100 * np.cumprod(growth * (1 - share))
    before = np.append(100.0, close[:-1])
    opens = before * (1 - share) * np.exp(rng.normal(0, 0.4 * spread, len(sessions)))
    bars = pd.DataFrame({"Open": opens, "Close": close}, index=sessions)
    bars["High"] = bars.max(axis=1) * (1 + 0.3 * spread)
    bars["Low"] = bars[["Open", "Close"]].min(axis=1) * (1 - 0.3 * spread)
    bars = bars.round(2)
    bars["Volume"] = 1000
    bars["Dividends"] = (share * before).round(6)
    bars["Stock Splits"] = 0.0
    return adjusted_for(bars)

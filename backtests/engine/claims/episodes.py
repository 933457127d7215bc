"""Falls of equity, one by one: by daily closes where there are some, else by month-ends."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtests.analysis.claims import ClaimRow
from backtests.analysis.crises import APRIL_2025, CRISES, all_episodes, episode_table
from backtests.engine.claims.exhibits import Exhibits
from data.background import ten_year
from data.market import Market

EQUITY = "SPY"
LISTED = {crisis.name: crisis.start for crisis in CRISES}


def falls(exhibits: Exhibits, cut: pd.Timestamp, tickers: Sequence[str]) -> pd.DataFrame:
    """Every listed fall of equity that was over by a day, and the deep ones the list lacks.

    Each is measured on the daily market where that covers it with every ticker from its first row
    on, else on the bundled months.

    Parameters
    ----------
    exhibits
        The data.
    cut
        The day up to which they are known.
    tickers
        Beside SPY, which is equity; a fund that begins later is NaN in earlier falls.

    Returns
    -------
    pandas.DataFrame
        By date: ``name, start, end, detected, equity``, the return of each ticker and of ``CASH``,
        ``y10_bp``; ``began``: the day of the list, where it is listed, else that of the data; and
        ``daily``: whether by daily closes.
    """
    months = _table(exhibits.months.until(cut), tickers).assign(daily=False)
    if exhibits.days is None or not {EQUITY, *tickers} <= set(exhibits.days.tickers):
        return months
    days = _table(exhibits.days.until(cut), tickers).assign(daily=True)
    if days.empty:
        return months
    # A fall that daily closes show is not shown again by the month-ends around it.
    earlier = months[pd.to_datetime(months["end"]) < pd.Timestamp(days["start"].min())]
    return pd.concat([table for table in (earlier, days) if len(table)], ignore_index=True)


def april_2025(exhibits: Exhibits, tickers: Sequence[str]) -> pd.DataFrame:
    """April 2025 in its three parts, as :func:`falls` has it; no rows without daily prices."""
    days = exhibits.days
    if days is None or not {EQUITY, *tickers} <= set(days.tickers):
        return pd.DataFrame()
    return episode_table(APRIL_2025, *_inputs(days, tickers)).assign(daily=True)


def rows_of(table: pd.DataFrame, columns: Sequence[str]) -> tuple[ClaimRow, ...]:
    """The lines of a claim's table: the name of each fall with its dates, and some columns."""
    return tuple(
        ClaimRow(
            f"{each['name']} ({each['start']} to {each['end']})",
            tuple(None if pd.isna(each[name]) else float(each[name]) for name in columns),
        )
        for _, each in table.iterrows()
    )


def _table(market: Market, tickers: Sequence[str]) -> pd.DataFrame:
    table = all_episodes(*_inputs(market, tickers)).reset_index(drop=True)
    # By month-ends a fall may begin in the month before the list's day, so in another era.
    listed = table["name"].map(LISTED)
    return table.assign(began=pd.to_datetime(listed.fillna(table["start"])))


def _inputs(market: Market, tickers: Sequence[str]) -> tuple[pd.DataFrame, pd.Series | None, int]:
    """Levels, 10-year yield and rows a year, from the day on which some ticker has a price."""
    prices = market.levels([EQUITY, *tickers]).rename(columns={EQUITY: "equity"})
    begun = prices["equity"].notna() & prices[list(tickers)].notna().any(axis=1)
    levels = prices.loc[begun.idxmax() :]
    y10 = ten_year(market)
    return levels, None if y10 is None else y10.loc[levels.index], market.periods_per_year

"""From single histories to a market: common sessions, cash, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from data import bundled
from data.cash import level_from_monthly_bills
from data.checks import periods_per_year
from data.errors import DataError
from data.instruments import CATALOGUE
from data.market import CASH, Market, describe


def market_of(
    series: Mapping[str, pd.Series],
    *,
    source: str,
    title: str,
    notes: Sequence[str] = (),
    remarks: Sequence[str] = (),
    fetched: Mapping[str, str] | None = None,
) -> Market:
    """Put total-return series of a source together as a market.

    Parameters
    ----------
    series
        Levels by ticker, in the order wanted.
    source, title
        As in :class:`~data.market.Market`; the title is told whether the rows are daily.
    notes, remarks
        What the reader has to know of these data; what is said once, on the screen.
    fetched
        Date of fetching by ticker, where there is one.
    """
    prices, cut = align(series, source)
    frequency = periods_per_year(pd.DatetimeIndex(prices.index), source)
    cash, cash_notes = level_from_monthly_bills(
        pd.DatetimeIndex(prices.index), bundled.monthly_bill_returns(), frequency
    )
    cash_notes.insert(0, "cash earns the bundled one-month bill return (no bill yield here)")
    days = fetched or {}
    provenance = {
        ticker: describe(
            prices[ticker],
            source,
            CATALOGUE[ticker].title if ticker in CATALOGUE else ticker,
            days.get(ticker),
        )
        for ticker in prices
    }
    what = "one-month Treasury bill (Kenneth R. French), spread over each month"
    provenance[CASH] = describe(cash, "bundled", what)
    return Market(
        source=source,
        title=f"{'daily' if frequency == 252 else 'monthly'} {title}",
        prices=prices,
        cash=cash,
        periods_per_year=frequency,
        provenance=provenance,
        notes=[*notes, *cut, *cash_notes],
        remarks=remarks,
    )


def align(series: Mapping[str, pd.Series], source: str) -> tuple[pd.DataFrame, list[str]]:
    """Put histories on common sessions: none is filled, shortening is said.

    A ticker may start late (NaN before). After that a session stands only if every started
    ticker has a price, since a filled one would hide a move; the end is the earliest last day.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        Sessions x tickers, and a note for each thing left out.
    """
    table = pd.concat(series, axis=1, sort=True)
    last = {ticker: levels.index[-1] for ticker, levels in series.items()}
    ends_first = min(last, key=lambda ticker: last[ticker])
    notes = []
    cut = int((table.index > last[ends_first]).sum())
    if cut:
        notes.append(
            f"data end on {last[ends_first]:%Y-%m-%d}, the last day of {ends_first}: "
            f"{cut} later sessions of other tickers are not used"
        )
    table = table.loc[: last[ends_first]]
    started = table.ffill().notna()
    holes = started & table.isna()
    torn = holes.any(axis=1)
    if torn.any():
        day = table.index[torn][0]
        missing = ", ".join(table.columns[holes.loc[day]])
        notes.append(
            f"{int(torn.sum())} sessions are left out because a ticker has no price then "
            f"(first {day:%Y-%m-%d}: {missing})"
        )
    table = table.loc[~torn]
    if len(table) < 2:
        raise DataError(f"the tickers of {source} have no common sessions; check their dates")
    return table, notes

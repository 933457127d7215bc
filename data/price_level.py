"""The price level of consumer prices on every session: what real money is measured in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
import pandas as pd

from data.abroad import MarketT
from data.consumer_prices import bridged
from data.months import last_sessions
from data.read_only import read_only_series

MOST_CARRIED = 3  # months after the last figure
PACE_MONTHS = 12  # published months whose pace carries the level on


@dataclass(frozen=True, eq=False)
class Deflated(Generic[MarketT]):
    """What a market in home purchasing power was made of.

    Attributes
    ----------
    nominal
        The same market in money of the day, on the same rows.
    price_level
        Consumer prices on these rows.
    opens, closes
        What sets the first row, and why the data end before those in money of the day, in words;
        empty where prices of the market do.
    """

    nominal: MarketT
    price_level: pd.Series
    opens: str = ""
    closes: str = ""

    def __post_init__(self) -> None:
        """Keep the price level from being changed, and copy it."""
        object.__setattr__(self, "price_level", read_only_series(self.price_level))

    def until(self, session: pd.Timestamp) -> Deflated[MarketT]:
        """The same up to a session."""
        level = self.price_level.loc[:session]
        is_cut = len(level) < len(self.price_level)
        return replace(
            self,
            nominal=self.nominal.until(session),
            price_level=level,
            closes="" if is_cut else self.closes,
        )


def price_level(cpi: pd.Series, rows: pd.DatetimeIndex, *, monthly: bool) -> pd.Series:
    """Consumer prices on the rows of a market.

    The CPI of a month is the level at its last session of New York (a monthly row is the end of
    its month), and the days between two such sessions have equal growth a day. By days, not by
    rows: markets with other sessions have one price level on each day.

    Parameters
    ----------
    cpi
        By the month that a figure is about; NaN and absent months between figures are bridged
        geometrically.
    rows
        Ascending.
    monthly
        Whether rows are months.

    Returns
    -------
    pandas.Series
        On the rows that have one: from the first figure on to three months after the last one.
        After the last figure it goes on at the pace of the last twelve published months.
    """
    published = cpi.dropna()
    if published.empty:
        return pd.Series(dtype=float, index=rows[:0])
    published.index = pd.PeriodIndex(published.index, freq="M")
    newest = published.index[-1]
    months = pd.period_range(published.index[0], newest + MOST_CARRIED, freq="M")
    levels = bridged(published.reindex(months))
    levels.iloc[-MOST_CARRIED:] = published.iloc[-1] * _pace(levels.loc[:newest]) ** np.arange(
        1, MOST_CARRIED + 1
    )
    if monthly:
        return levels.reindex(rows.to_period("M")).set_axis(rows).dropna()
    ends = last_sessions(months.to_timestamp())
    inside = rows[(rows >= ends[0]) & (rows <= months[-1].end_time)]
    return pd.Series(np.exp(np.interp(_days(inside), _days(ends), np.log(levels))), index=inside)


def _pace(levels: pd.Series) -> float:
    """Growth a month over the last twelve published months, or over as many as there are."""
    span = min(PACE_MONTHS, len(levels) - 1)
    return float((levels.iloc[-1] / levels.iloc[-1 - span]) ** (1.0 / span)) if span else 1.0


def _days(days: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(days.values.astype("datetime64[D]").astype(float))

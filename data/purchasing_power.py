"""A market in home purchasing power: every level divided by consumer prices.

Real money is another numeraire, as a currency is: returns of every holding become real returns;
target weights, orders as fractions of value and costs stay as they are. Consumer prices value and
decide nothing: rules look at ``Market.nominal``.
"""

from __future__ import annotations

import pandas as pd

from data.background import home_prices
from data.errors import DataError, in_full
from data.market import Market
from data.price_level import MOST_CARRIED, Deflated, price_level

REAL_NOTE = "all values are real"


def in_purchasing_power(market: Market) -> Market:
    """A market in the purchasing power of its first row.

    Levels and cash are divided by the consumer prices of the country whose currency it is in.
    Rows before the first figure, and later than three months after the month of the last one,
    are left out, and the market says so.

    Parameters
    ----------
    market
        In money of the day; one that is real already is returned as it is.

    Raises
    ------
    DataError
        If no consumer prices are known for its currency, or none on its rows.
    """
    if market.deflated is not None:
        return market
    cpi = by_month_about(market)
    if cpi.empty:
        raise DataError(
            f"no consumer prices are known for {market.currency}: there are no real figures; "
            "leave --real out"
        )
    level = price_level(cpi, market.sessions, monthly=market.periods_per_year == 12)
    if len(level) < 2:
        raise DataError(
            f"consumer prices of {market.currency} are known for {cpi.index[0]} to "
            f"{cpi.index[-1]}, and {market.source} has {in_full(len(level))} rows up to "
            f"{MOST_CARRIED} months after; leave --real out"
        )
    return _deflated(market, level, cpi)


def like(market: Market, other: Market) -> Market:
    """Another market in the purchasing power of a real one; of a nominal one as it is.

    Parameters
    ----------
    market
        Real or not.
    other
        In money of the day, on the rows of ``market`` at least.
    """
    if market.deflated is None or other.deflated is not None:
        return other
    return other.deflated_by(market.deflated)


def by_month_about(market: Market) -> pd.Series:
    """Home consumer prices by the month that they are about, those that have a figure."""
    public = home_prices(market).dropna()
    return public.set_axis(pd.PeriodIndex(public.index, freq="M") - 1)


def _deflated(market: Market, level: pd.Series, cpi: pd.Series) -> Market:
    sessions = market.sessions
    first, last = level.index[0], level.index[-1]
    nominal = market
    notes = [
        f"{REAL_NOTE}: divided by the consumer prices of {market.currency}, whose last figure is "
        f"that of {cpi.index[-1]}"
    ]
    opens = ""
    if first > sessions[0]:
        opens = f"the first consumer prices of {market.currency}"
        notes.append(f"real figures begin on {first:%Y-%m-%d}, with {opens}")
    if last < sessions[-1]:
        notes.append(
            f"real figures end on {last:%Y-%m-%d}, {MOST_CARRIED} months after the last consumer "
            f"prices, and those of {market.source} on {sessions[-1]:%Y-%m-%d}"
        )
    if last.to_period("M") > cpi.index[-1]:
        notes.append(
            f"consumer prices after {cpi.index[-1]} are carried on at the pace of the last twelve "
            "published months"
        )
    missing = pd.period_range(cpi.index[0], cpi.index[-1], freq="M").difference(cpi.index)
    missing = missing[(missing >= first.to_period("M")) & (missing <= last.to_period("M"))]
    if len(missing):
        named = ", ".join(str(month) for month in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        notes.append(f"the price level of {named}{more}, never published, is bridged geometrically")
    if last < sessions[-1]:
        nominal = nominal.until(last).relabelled(is_cut=False)
    nominal = nominal.on(pd.DatetimeIndex(level.index))
    real = nominal.deflated_by(Deflated(nominal, level, opens))
    return real.relabelled(notes=[*nominal.notes, *notes])

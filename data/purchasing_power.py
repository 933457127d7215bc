"""A market in home purchasing power: every level divided by consumer prices.

Real money is another numeraire, as a currency is: returns of every holding become real returns;
target weights, orders as fractions of value and costs stay as they are. Consumer prices value and
decide nothing: rules look at ``Market.nominal``.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from data import bundled
from data.background import chained
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
    return _deflated(market, level)


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
    """Home consumer prices by the month that they are about, those that have a figure.

    All that the source has, on whatever day they were public: prices value, and decide nothing. In
    dollars those of the bundled table go before and after them.
    """
    own = _months_of(market.home_cpi)
    return own if market.abroad is not None else chained(own, _bundled_prices())


def _months_of(cpi: pd.Series | None) -> pd.Series:
    if cpi is None:
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"), name="cpi")
    return cpi.dropna().set_axis(pd.DatetimeIndex(cpi.dropna().index).to_period("M"))


@cache
def _bundled_prices() -> pd.Series:
    return _months_of(bundled.load(["SPY"]).home_cpi)


def with_its_notes(cut: Market, whole: Market) -> Market:
    """A market that was cut to fewer rows, with what is said of the consumer prices on these.

    Parameters
    ----------
    cut, whole
        After and before, in purchasing power; in money of the day ``cut`` is returned as it is.
    """
    if cut.deflated is None or whole.deflated is None:
        return cut
    of_whole = _notes(whole, whole.deflated)
    return cut.relabelled(
        notes=[*(n for n in cut.notes if n not in of_whole), *_notes(cut, cut.deflated)]
    )


def _deflated(market: Market, level: pd.Series) -> Market:
    sessions = market.sessions
    first, last = level.index[0], level.index[-1]
    opens, closes, nominal = "", "", market
    if first > sessions[0]:
        opens = f"the first consumer prices of {market.currency}"
    if last < sessions[-1]:
        closes = (
            f"real figures end on {last:%Y-%m-%d}, {MOST_CARRIED} months after the last consumer "
            f"prices, and those of {market.source} on {sessions[-1]:%Y-%m-%d}"
        )
        nominal = nominal.until(last).relabelled(is_cut=False)
    nominal = nominal.on(pd.DatetimeIndex(level.index))
    deflated = Deflated(nominal, level, opens, closes)
    real = nominal.deflated_by(deflated)
    return real.relabelled(notes=[*nominal.notes, *_notes(real, deflated)])


def _notes(real: Market, deflated: Deflated[Market]) -> list[str]:
    """What consumer prices there are for the rows of a real market."""
    cpi, own = by_month_about(real.nominal), _months_of(real.home_cpi)
    first, last = real.sessions[0], real.sessions[-1]
    begins, ends = first.to_period("M"), last.to_period("M")
    notes = [f"{REAL_NOTE}: divided by the consumer prices of {real.currency}"]
    if deflated.opens and first == deflated.price_level.index[0]:
        notes.append(f"real figures begin on {first:%Y-%m-%d}, with {deflated.opens}")
    if deflated.closes:
        notes.append(deflated.closes)
    if ends > cpi.index[-1]:
        notes.append(
            f"consumer prices after {cpi.index[-1]}, the month of the last figure, are carried on "
            "at the pace of the last twelve published months"
        )
    if len(own) and own.index[-1] < min(ends, cpi.index[-1]):
        notes.append(
            f"consumer prices after {own.index[-1]}, the last that {real.source} has, change as "
            "those of the bundled table"
        )
    missing = pd.period_range(cpi.index[0], cpi.index[-1], freq="M").difference(cpi.index)
    missing = missing[(missing >= begins) & (missing <= ends)]
    if len(missing):
        named = ", ".join(str(month) for month in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        notes.append(f"the price level of {named}{more}, never published, is bridged geometrically")
    return notes

"""Par curves: returns of constant-maturity Treasuries and of ladders from published yields.

The return between two rows uses only the maturities published on **both** days: a maturity that
appears or vanishes would otherwise look like a move of yields and make a false return of one to
two percent. Between the published maturities the curve is a monotone cubic (PCHIP), beyond them
it is flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import DataError
from data.treasuries.bonds import modified_duration, par_bond_return
from data.treasuries.instruments import Instrument, Ladder

Array = NDArray[np.float64]
DAYS_A_YEAR = 365.25
LONG_GAP_DAYS = 31
RATE_PARTS = ("carry", "roll_down", "rate", "convexity")


def year_fractions(index: pd.DatetimeIndex, periods_per_year: int) -> Array:
    """Years between each row and the one before; 0 for the first.

    Monthly rows are a twelfth apart; daily rows count calendar days.
    """
    if periods_per_year == 12:
        months = np.asarray(index.year * 12 + index.month, float)
        return np.diff(months, prepend=months[:1]) / 12.0
    days = np.asarray(index.values.astype("datetime64[D]").astype(np.int64), float)
    return np.diff(days, prepend=days[:1]) / DAYS_A_YEAR


def interpolate(nodes: Array, yields: Array, maturities: Array) -> Array:
    """Read curves at given maturities.

    Parameters
    ----------
    nodes
        Published maturities in years, ascending, shape (K,).
    yields
        One curve a row, complete, shape (T, K).
    maturities
        Where to read them, shape (M,) or (T, M).

    Returns
    -------
    numpy.ndarray
        Yields in the unit given, shape (T, M).
    """
    rows = len(yields)
    at = np.broadcast_to(np.clip(maturities, nodes[0], nodes[-1]), (rows, np.shape(maturities)[-1]))
    if len(nodes) == 1:
        return np.repeat(yields[:, :1], at.shape[1], axis=1)
    from scipy.interpolate import PchipInterpolator

    cubic = PchipInterpolator(nodes, yields.T, axis=0).c  # (4, K-1, T), highest power first
    piece = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, len(nodes) - 2)
    row = np.arange(rows)[:, None]
    step = at - nodes[piece]
    value = cubic[0][piece, row]
    for power in (1, 2, 3):
        value = value * step + cubic[power][piece, row]
    return np.asarray(value)


def par_returns(yields: pd.DataFrame, maturities: Array, dt: Array, *, roll: bool = True) -> Array:
    """Total returns of par bonds of constant maturity, row by row.

    Parameters
    ----------
    yields
        Rows x maturities in years (ascending floats); par yields in percent, NaN where
        nothing was published. Every row has at least one.
    maturities
        Years, shape (M,).
    dt
        Years since the row before, shape (T,); the first entry is not read.
    roll
        Whether the bond rolls down the curve: its yield at the end is read at the maturity
        less the time passed, else at the same maturity.

    Returns
    -------
    numpy.ndarray
        Simple returns, shape (T, M); the first row is NaN, and so is a row that has no
        maturity in common with the row before.
    """
    result = np.full((len(yields), len(maturities)), np.nan)
    for rows, nodes, before, after in _periods(yields):
        span = dt[rows][:, None]
        start = interpolate(nodes, before, maturities)
        end = interpolate(nodes, after, maturities - span * roll)
        result[rows] = par_bond_return(start, end, maturities, span)
    return result


def par_return_parts(yields: pd.DataFrame, maturities: Array, dt: Array) -> dict[str, Array]:
    """Split the returns of :func:`par_returns` by repricing in order.

    Returns
    -------
    dict of numpy.ndarray
        ``carry`` (same maturity, same yield), ``roll_down`` (the old curve at the maturity
        less ``dt``), ``rate`` (less duration times the change of that yield) and
        ``convexity`` (the exact remainder), each of shape (T, M); NaN as there.
    """
    shape = (len(yields), len(maturities))
    parts = {name: np.full(shape, np.nan) for name in RATE_PARTS}
    for rows, nodes, before, after in _periods(yields):
        span = dt[rows][:, None]
        start = interpolate(nodes, before, maturities)
        rolled = interpolate(nodes, before, maturities - span)
        end = interpolate(nodes, after, maturities - span)
        whole = par_bond_return(start, end, maturities, span)
        carry = par_bond_return(start, start, maturities, span)
        to_rolled = par_bond_return(start, rolled, maturities, span)
        rate = -modified_duration(start, maturities) * (end - rolled)
        parts["carry"][rows] = carry
        parts["roll_down"][rows] = to_rolled - carry
        parts["rate"][rows] = rate
        parts["convexity"][rows] = whole - to_rolled - rate
    return parts


def _periods(
    yields: pd.DataFrame,
) -> Iterator[tuple[NDArray[np.int64], Array, Array, Array]]:
    """Group the periods between rows by the maturities published on both their days.

    Few such sets occur in sixty years, so each is one vectorised pass. Yields rows (of the
    ends), the shared maturities, and the curves (fractions) at the starts and the ends.
    """
    nodes = np.asarray(yields.columns, float)
    if len(nodes) == 0 or np.any(np.diff(nodes) <= 0):
        raise DataError(f"curve maturities must ascend, got {list(nodes)}")
    if not (yields.index.is_monotonic_increasing and yields.index.is_unique):
        raise DataError("dates of a curve must ascend without repeats; sort them")
    rates = yields.to_numpy(float) / 100.0
    shared = np.isfinite(rates[1:]) & np.isfinite(rates[:-1])
    for pattern, numbers in _alike(shared):
        if pattern.any():
            rows = numbers + 1
            yield rows, nodes[pattern], rates[rows - 1][:, pattern], rates[rows][:, pattern]


def _alike(present: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Group rows by which maturities they have: the pattern, and the numbers of its rows."""
    # One number a pattern: sorting numbers is many times faster than sorting rows.
    codes = present @ (1 << np.arange(present.shape[1], dtype=np.int64))
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        yield present[rows[0]], rows


def rung_yields(yields: pd.DataFrame, ladder: Ladder) -> Array:
    """Yields at the rungs of a ladder on each row, fractions, shape (rows, rungs).

    NaN on rows whose published yields do not cover the ladder (:func:`covers`).
    """
    nodes, rates = np.asarray(yields.columns, float), yields.to_numpy(float) / 100.0
    rungs = np.asarray(ladder.maturities)
    read = np.full((len(rates), len(rungs)), np.nan)
    carried = covers(yields, ladder)
    for pattern, numbers in _alike(np.isfinite(rates)):
        rows = numbers[carried[numbers]]
        if len(rows):
            read[rows] = interpolate(nodes[pattern], rates[rows][:, pattern], rungs)
    return read


def covers(yields: pd.DataFrame, ladder: Ladder) -> NDArray[np.bool_]:
    """Rows whose published yields cover the ladder, so that it is not all flat extension.

    That is: some maturity at or beyond its shortest rung, and some at or before its longest.
    """
    nodes = np.asarray(yields.columns, float)
    there = np.isfinite(yields.to_numpy(float))
    far_enough = there[:, nodes >= ladder.shortest].any(axis=1)
    near_enough = there[:, nodes <= ladder.longest].any(axis=1)
    return np.asarray(far_enough & near_enough)


def _without_long_gaps(yields: pd.DataFrame, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Also use, in gaps longer than a month, the rows with a yield of five years or longer.

    A curve without its long end (Yahoo's four yields from 2002 to 2006) is then flat beyond its
    longest maturity. Over a gap of a few days one return across the gap is more exact than such a
    curve, and a history never starts on such rows.
    """
    days = yields.index.values.astype("datetime64[D]").astype(np.int64)
    rows = np.flatnonzero(usable)
    nodes = np.asarray(yields.columns, float)
    partly = np.isfinite(yields.to_numpy(float))[:, nodes >= 5].any(axis=1)
    filled = usable.copy()
    for before, after in pairwise(rows):
        if days[after] - days[before] > LONG_GAP_DAYS:
            filled[before:after] |= partly[before:after]
    return filled


def fund_level(yields: pd.DataFrame, instrument: Instrument, periods_per_year: int) -> pd.Series:
    """Total-return index of a Treasury fund built as a ladder from a par curve, after its fee.

    Rows whose yields do not cover the ladder are skipped: the level stays, and the next return
    spans the gap. In a gap longer than a month the curve is flat beyond what is published.

    Parameters
    ----------
    yields
        Rows x maturities (years), percent, NaN where unpublished.
    instrument
        A catalogue entry with a ladder.
    periods_per_year
        252 or 12.

    Returns
    -------
    pandas.Series
        100 on the first row whose yields cover the ladder, NaN before it.

    Raises
    ------
    DataError
        If the instrument has no ladder or no row covers it.
    """
    curve, dt, rungs = _ladder_rows(yields, instrument, periods_per_year)
    gross = 1.0 + par_returns(curve, rungs, dt).mean(axis=1)
    torn = np.flatnonzero(~np.isfinite(gross[1:]))
    if len(torn):
        raise DataError(
            f"{instrument.ticker} cannot be built: {curve.index[torn[0] + 1]:%Y-%m-%d} has no "
            "maturity in common with the day before; leave that row out of the yields"
        )
    growth = gross * (1.0 - instrument.expense) ** dt
    growth[0] = 1.0
    level = pd.Series(100.0 * np.cumprod(growth), index=curve.index, name=instrument.ticker)
    # On skipped rows the last level stays; after the last row of the ladder there is none.
    return level.reindex(yields.index).ffill().where(yields.index <= level.index[-1])


def fund_payouts(yields: pd.DataFrame, instrument: Instrument, periods_per_year: int) -> pd.Series:
    """The share of its value that a fund of :func:`fund_level` pays as interest, row by row.

    That is ``y0 dt / factor``: the mean yield of its rungs on the row before, as its carry has it,
    over the growth of the row before the fee.

    Returns
    -------
    pandas.Series
        On the rows whose yields cover the ladder; 0 on the first.
    """
    curve, dt, rungs = _ladder_rows(yields, instrument, periods_per_year)
    earned = np.zeros(len(curve))
    for rows, nodes, before, _ in _periods(curve):
        earned[rows] = interpolate(nodes, before, rungs).mean(axis=1) * dt[rows]
    gross = 1.0 + par_returns(curve, rungs, dt).mean(axis=1)
    gross[0] = 1.0
    return pd.Series(earned / gross, index=curve.index, name=instrument.ticker)


def fund_return_parts(
    yields: pd.DataFrame, instrument: Instrument, periods_per_year: int
) -> pd.DataFrame:
    """Split the returns of :func:`fund_level` row by row.

    Returns
    -------
    pandas.DataFrame
        Rows x ``carry, roll_down, rate, convexity, expense``; they sum to the return of the
        fund's level, and are 0 on rows that are skipped.
    """
    curve, dt, rungs = _ladder_rows(yields, instrument, periods_per_year)
    split = par_return_parts(curve, rungs, dt)
    parts = pd.DataFrame({name: part.mean(axis=1) for name, part in split.items()}, curve.index)
    gross = 1.0 + parts.sum(axis=1, skipna=False)
    parts["expense"] = gross * ((1.0 - instrument.expense) ** dt - 1.0)
    return parts.reindex(yields.index).fillna(0.0)


def _ladder_rows(
    yields: pd.DataFrame, instrument: Instrument, periods_per_year: int
) -> tuple[pd.DataFrame, Array, Array]:
    """Rows that cover an instrument's ladder, the years between them, and its rungs."""
    if instrument.ladder is None:
        raise DataError(f"{instrument.ticker} is not built from yields")
    usable = _without_long_gaps(yields, covers(yields, instrument.ladder))
    if not usable.any():
        raise DataError(
            f"{instrument.ticker} cannot be built: no row has yields between "
            f"{instrument.ladder.shortest:g} and {instrument.ladder.longest:g} years; "
            "add such yields, or give prices of it"
        )
    curve = yields.loc[usable]
    dt = year_fractions(pd.DatetimeIndex(curve.index), periods_per_year)
    return curve, dt, np.asarray(instrument.ladder.maturities)

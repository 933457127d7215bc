"""What every price or yield history must fulfil: order, spacing, bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.exchange import now
from data.errors import DataError, in_full

WILD_MOVE = 0.40
YIELD_BOUNDS = (-2.0, 25.0)
# A level beyond these is no price, and ratios of such levels could overflow.
LEVEL_BOUNDS = (1e-9, 1e12)
# The New York exchange was never closed for longer since 1914 (March 1933: 11 days).
LONGEST_CLOSURE_DAYS = 14
# Rows a year of daily histories: exchanges have 240 to 255, markets without weekends 365. Fewer
# are an exchange's with rows left out, evenly.
DAILY_RATES = (200.0, 367.0)
# Common sessions a year of several exchanges: four days a week (Tel Aviv with New York) less the
# holidays of both are 190.
COMMON_RATE = 165.0
SHORTEST_COUNT_DAYS = 90  # over fewer days the number of rows a year is not known
STEPS = 9  # gaps whose median tells what kind of rows they lie between
# Rows, and how far their number a year may lie from the usual of the file: in 1968 New York was
# closed every Wednesday for half a year (0.8), and until 1952 it traded on Saturdays (1.19 of the
# sessions after; a file that is mostly of before is refused).
DENSITIES = ((63, 0.75, 1.3), (252, 0.88, 1.2))
KINDS = {"daily": (1, 4), "weekly": (5, 10), "monthly": (26, 33)}


def wild_moves(levels: pd.Series) -> pd.Series:
    """One-row returns beyond +-40 %, by date: more often a bad price than a bad day."""
    moves = levels.pct_change(fill_method=None)
    return moves[moves.abs() > WILD_MOVE]


def latest_day() -> pd.Timestamp:
    """The latest date that has begun anywhere on earth."""
    return (now() + pd.Timedelta(hours=14)).tz_localize(None).normalize()


def require_history(levels: pd.Series, where: str) -> None:
    """Refuse a history that is out of order, repeated, empty, or no price in value.

    Parameters
    ----------
    levels
        One value a date.
    where
        The file or source, for the message.

    Raises
    ------
    DataError
        Naming the first date at fault and what was found there.
    """
    if len(levels) < 2:
        raise DataError(f"{where} has {len(levels)} rows with a price; at least 2 are needed")
    steps = np.diff(levels.index.asi8)
    if (steps < 0).any():
        day = levels.index[1:][steps < 0][0]
        raise DataError(f"{where} is out of order at {day:%Y-%m-%d}; sort its rows by date")
    if (steps == 0).any():
        day = levels.index[1:][steps == 0][0]
        raise DataError(f"{where} has {day:%Y-%m-%d} twice; keep one row a date")
    wrong = ~(np.isfinite(levels) & (levels > 0))
    if wrong.any():
        day = levels.index[wrong][0]
        raise DataError(
            f"{where} has {levels[day]:g} on {day:%Y-%m-%d}; prices must be positive and finite"
        )
    wrong = ~levels.between(*LEVEL_BOUNDS)
    if wrong.any():
        day = levels.index[wrong][0]
        raise DataError(
            f"{where} has {levels[day]:g} on {day:%Y-%m-%d}; prices must lie between "
            f"{LEVEL_BOUNDS[0]:g} and {LEVEL_BOUNDS[1]:g}, so mend or rescale them"
        )


def periods_per_year(index: pd.DatetimeIndex, where: str, *, is_of_several: bool = False) -> int:
    """Tell daily from monthly rows, and refuse rows that are neither, mixed, or have a hole.

    Parameters
    ----------
    index
        The rows.
    where
        Whose they are, for the message.
    is_of_several
        Whether they are the common sessions of several exchanges: fewer than of any one.

    Returns
    -------
    int
        252 for days, however many there are a year; 12 for one row a month.

    Raises
    ------
    DataError
        For any other spacing, for rows that are denser in one part than in another, or for a gap
        of more than two weeks (daily) or of a whole month (monthly): the return over the gap would
        count as the return of a single row.
    """
    _require_one_kind(index, where)
    days = np.diff(index.values.astype("datetime64[D]").astype(np.int64))
    usual = float(np.median(days))
    months = np.diff(np.asarray(index.year * 12 + index.month))
    if usual <= 4:
        holes, frequency, limit = days > LONGEST_CLOSURE_DAYS, 252, f"{LONGEST_CLOSURE_DAYS} days"
    elif 26 <= usual <= 33 and months.min() == 1:
        holes, frequency, limit = months > 1, 12, "a month"
    else:
        holes, frequency, limit = np.array([False]), 0, ""
    if holes.any():
        hole = int(holes.argmax())
        raise DataError(
            f"{where} has no row between {index[hole]:%Y-%m-%d} and {index[hole + 1]:%Y-%m-%d}, "
            f"more than {limit}; fill in those rows, or start after the gap"
        )
    span = max((index[-1] - index[0]).days, 1)
    rate = (len(index) - 1) * 365.25 / span
    is_counted = frequency == 252 and span >= SHORTEST_COUNT_DAYS
    fewest = COMMON_RATE if is_of_several else DAILY_RATES[0]
    if frequency == 0 or (is_counted and not fewest <= rate <= DAILY_RATES[1]):
        raise DataError(
            f"{where} has about {rate:.0f} rows a year, {usual:g} days apart; give one row an "
            "exchange session (about 252 a year) or one a month"
        )
    if frequency == 252:
        _require_one_density(index, where)
    return frequency


def _require_one_kind(index: pd.DatetimeIndex, where: str) -> None:
    """Refuse rows that are of one kind (daily, weekly, monthly) up to a date and of another after.

    Raises
    ------
    DataError
        Naming that date.
    """
    gaps = pd.Series(np.diff(index.values.astype("datetime64[D]").astype(np.int64)))
    usual = gaps.rolling(STEPS, center=True, min_periods=1).median().to_numpy(float)
    names = list(KINDS)
    kinds = np.full(len(gaps), -1)
    for number, (low, high) in enumerate(KINDS.values()):
        kinds[(usual >= low) & (usual <= high)] = number
    places = np.flatnonzero(kinds >= 0)
    changes = np.flatnonzero(np.diff(kinds[places]) != 0)
    if not len(changes):
        return
    before, after = places[changes[0]], places[changes[0] + 1]
    # The median sees a change a few rows early or late: the first gap that is nearer to the usual
    # gap of the new kind, in proportion, is exact.
    near = np.arange(max(before - STEPS, 0), len(gaps))
    size = gaps.to_numpy(float)[near]
    middle = np.sqrt(usual[before] * usual[after])
    is_new = size > middle if usual[after] > usual[before] else size < middle
    day = index[near[is_new][0]]
    raise DataError(
        f"{where} has {names[kinds[before]]} rows up to {day:%Y-%m-%d} and {names[kinds[after]]} "
        "ones from then on; give rows of one kind: cut the file there"
    )


def _require_one_density(index: pd.DatetimeIndex, where: str) -> None:
    """Refuse daily rows whose number a year is much smaller or larger in one part than usual.

    Raises
    ------
    DataError
        Naming the part.
    """
    stamps = index.values.astype("datetime64[D]").astype(np.int64)
    for rows, low, high in DENSITIES:
        if len(index) <= 2 * rows:
            return
        rates = rows * 365.25 / (stamps[rows:] - stamps[:-rows])
        usual = float(np.median(rates))
        odd = np.flatnonzero((rates < low * usual) | (rates > high * usual))
        if len(odd):
            first = int(odd[0])
            raise DataError(
                f"{where} has about {rates[first]:.0f} rows a year from {index[first]:%Y-%m-%d} to "
                f"{index[first + rows]:%Y-%m-%d} and about {usual:.0f} elsewhere; give every "
                "session one row throughout, or cut the file there"
            )


def whole_months(levels: pd.Series) -> pd.Series:
    """Date monthly rows that are stamped on the 1st by the end of their month.

    Publishers stamp a month by its first day. A last row within its month, of the price of the
    moment, is left out then. Other rows stay as they are.
    """
    index = pd.DatetimeIndex(levels.index)
    if len(index) > 3 and index[-1].day != 1 and (index[:-1].day == 1).all():
        return whole_months(levels.iloc[:-1])
    months = np.diff(np.asarray(index.year * 12 + index.month))
    if not len(months) or (months < 1).any() or (index.day != 1).any():
        return levels
    return levels.set_axis(index + pd.offsets.MonthEnd(0))


def require_within(
    values: pd.Series, where: str, bounds: tuple[float, float] = YIELD_BOUNDS
) -> None:
    """Refuse a figure outside its bounds: -2 to 25 percent for a yield.

    Raises
    ------
    DataError
        Naming the first such day.
    """
    low, high = bounds
    wrong = ~((values >= low) & (values <= high))
    if wrong.any():
        day = values.index[wrong][0]
        raise DataError(
            f"{where} is {in_full(values[day])} on {day:%Y-%m-%d}; it should lie between "
            f"{low:g} and {high:g}"
        )


def days_text(days: pd.DatetimeIndex) -> str:
    """Write up to three dates, and how many more there are."""
    more = f" (and {len(days) - 3} more)" if len(days) > 3 else ""
    return ", ".join(f"{day:%Y-%m-%d}" for day in days[:3]) + more

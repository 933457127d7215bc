"""Rates against each other: the bill, the policy rate, neighbours on the curve, the dollars.

What the bundled months contradict is refused before (``published.py``). Two series that contradict
each other beyond that, or after the table ends, are both named: which of them is wrong is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Level: the middle one of so many successive days' differences has to lie within bounds.
LEVEL_DAYS = 21
# The next maturity's yield less this one's, in points: the lowest and the highest allowed. In
# brackets what the real yields reached, 1962 to 2026.
STEPS = {
    (0.25, 0.5): (-0.6, 2.2),  # (-0.37, 1.76)
    (0.5, 1.0): (-0.8, 1.3),  # (-0.55, 0.98)
    (1.0, 2.0): (-1.4, 1.4),  # (-1.04, 1.07)
    (2.0, 3.0): (-1.2, 0.9),  # (-0.90, 0.60)
    (3.0, 5.0): (-0.9, 1.3),  # (-0.58, 1.01)
    (5.0, 7.0): (-0.8, 1.0),  # (-0.53, 0.76)
    (7.0, 10.0): (-0.7, 1.0),  # (-0.40, 0.74)
    (10.0, 20.0): (-0.7, 1.4),  # (-0.42, 1.07)
    (20.0, 30.0): (-0.7, 0.7),  # (-0.47, 0.43)
}
BILL_GAP = (-0.15, 0.2)  # three-month yield less the bill's, 1981 to 2026 (-0.02, 0.12)
# Yahoo's ^IRX less the bill of FRED, both bank discounts. They are quotes of the same bill at other
# hours. No real history of ^IRX lies beside this project: wider than the gap above by far.
DISCOUNT_GAP = (-0.5, 0.5)
# Policy rate less bill, as a share of 1 point plus the larger of the two: the gap grows with the
# level (real, 1954 to 2026: -0.39 in 1961, 0.41 in 2008; 5.5 points in 1974).
POLICY_SHARE = 0.5
# A day's change of one yield less that of its neighbour, in points (real: 0.64 in 1982).
MOST_CHANGE, LONGEST_STEP_DAYS = 0.8, 7
# Dates: over so many days the daily changes of two series correlate more with those of the day
# before or after than with those of the same day, by more than LATER (real: 0.14, in 2014).
LAG_DAYS, LATER = 252, 0.25
# The two dollar indices: changes from month to month over so many months (real: 0.77 at least).
DOLLAR_MONTHS, DOLLAR_ALIKE = 24, 0.5


@dataclass(frozen=True, eq=False)
class Pair:
    """Two series of percent whose difference is bounded.

    Attributes
    ----------
    names
        Of both, for messages.
    first, second
        Percent by day.
    low, high
        Bounds of second less first, in points.
    change
        Bound of the difference of their changes from day to day; infinite where there is none.
    lag_days
        Days over which the dates are compared; None for all at once.
    """

    names: tuple[str, str]
    first: pd.Series
    second: pd.Series
    low: float
    high: float
    change: float = MOST_CHANGE
    lag_days: int | None = LAG_DAYS


def curve_pairs(yields: pd.DataFrame, names: Sequence[str]) -> Iterator[Pair]:
    """Give each maturity with the next one that there is.

    Parameters
    ----------
    yields
        Days x maturities in years, ascending; percent.
    names
        Series, one a maturity.
    """
    maturities = [float(years) for years in yields.columns]
    for place in range(len(maturities) - 1):
        start, end = maturities[place : place + 2]
        steps = [bounds for step, bounds in STEPS.items() if start <= step[0] and step[1] <= end]
        yield Pair(
            (names[place], names[place + 1]),
            yields.iloc[:, place],
            yields.iloc[:, place + 1],
            sum(low for low, _ in steps),
            sum(high for _, high in steps),
            MOST_CHANGE * len(steps),
        )


def held_against_each_other(pair: Pair) -> list[str]:
    """Report two series whose dates, levels or daily changes contradict each other.

    Returns
    -------
    list of str
        At most one sentence, with the size and the days: what one fault causes is said once.
    """
    both = pd.concat(
        [pair.first, pair.second], axis=1, join="inner", sort=False, keys=["first", "second"]
    ).dropna()
    if len(both) < LEVEL_DAYS:
        return []
    if lines := _dates(pair, both):
        return lines
    gap = both["second"] - both["first"]
    names = f"{pair.names[1]} and {pair.names[0]}"
    middle = gap.rolling(LEVEL_DAYS).median()
    wide = (middle < pair.low) | (middle > pair.high)
    if wide.any():
        return [_wide(names, gap, middle, wide, f"{pair.low:g} to {pair.high:g} points")]
    near = both.index.to_series().diff().dt.days <= LONGEST_STEP_DAYS
    odd = gap.diff()[near & (gap.diff().abs() > pair.change)]
    if not len(odd):
        return []
    more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
    return [
        f"{names} move apart by {odd.iloc[0]:+.2f} points on {odd.index[0]:%Y-%m-%d}{more}, beyond "
        f"{pair.change:g} points; check them"
    ]


def policy_against_bill(
    names: tuple[str, str], policy_rate: pd.Series, bill: pd.Series
) -> list[str]:
    """Report a policy rate and a bill that contradict each other.

    Parameters
    ----------
    names
        Of both, for the message.
    policy_rate, bill
        Percent by day.
    """
    both = pd.concat(
        [bill, policy_rate], axis=1, join="inner", sort=False, keys=["bill", "policy"]
    ).dropna()
    if len(both) < LEVEL_DAYS:
        return []
    gap = both["policy"] - both["bill"]
    middle = gap.rolling(LEVEL_DAYS).median()
    level = 1.0 + both.rolling(LEVEL_DAYS).median().max(axis=1)
    wide = middle.abs() > POLICY_SHARE * level
    if not wide.any():
        return []
    usual = f"{POLICY_SHARE:.0%} of 1 point and the rate"
    return [_wide(" and ".join(names), gap, middle, wide, usual)]


def dollars_against_each_other(exchange: pd.Series, broad: pd.Series) -> list[str]:
    """Report two dollar indices, by day, that move a day apart or not alike."""
    names = ("DX-Y.NYB", "DTWEXBGS")
    logs = np.log(
        pd.concat([exchange, broad], axis=1, join="inner", sort=False, keys=["first", "second"])
    ).dropna()
    moves = logs.groupby(pd.DatetimeIndex(logs.index).to_period("M")).last().diff().dropna()
    alike = moves["first"].rolling(DOLLAR_MONTHS).corr(moves["second"])
    apart = alike.index[alike < DOLLAR_ALIKE]
    if not len(apart):
        return _dates(Pair(names, logs["first"], logs["second"], -np.inf, np.inf), logs)
    worst = alike.idxmin()
    return [
        f"{' and '.join(names)} do not move alike: changes of {DOLLAR_MONTHS} months correlate by "
        f"{alike[worst]:.2f} to {worst} (first below {DOLLAR_ALIKE:g} to {apart[0]}); check them"
    ]


def _wide(names: str, gap: pd.Series, middle: pd.Series, wide: pd.Series, usual: str) -> str:
    days = wide.index[wide]
    first = wide.index[max(wide.index.get_loc(days[0]) - LEVEL_DAYS + 1, 0)]
    worst = middle[wide].abs().idxmax()
    return (
        f"{names} contradict each other on {int(wide.sum())} of {len(gap)} days between "
        f"{first:%Y-%m-%d} and {days[-1]:%Y-%m-%d}: {middle[worst]:+.2f} points in the "
        f"{LEVEL_DAYS} days to {worst:%Y-%m-%d}, beyond {usual}; check them"
    )


def _dates(pair: Pair, both: pd.DataFrame) -> list[str]:
    """Report a series whose changes are those that the other has a day before or after."""
    moves = both.diff().iloc[1:]
    days = pair.lag_days or len(moves)
    if len(moves) < max(days, LAG_DAYS):
        return []
    same = _alike(moves["first"], moves["second"], days)
    # Where the second's changes fit once they are moved to the next row, the first is late.
    shifted = {
        step: _alike(moves["first"], moves["second"].shift(step, fill_value=0.0), days)
        for step in (1, -1)
    }
    # What moves against each other on the same day is another fault than dates.
    gains = {
        step: (moved - same).where(moved > same.abs(), -np.inf) for step, moved in shifted.items()
    }
    step = max(gains, key=lambda each: float(gains[each].max()))
    if not gains[step].max() > LATER:
        return []
    late, other = pair.names if step == 1 else pair.names[::-1]
    day = gains[step].idxmax()
    return [
        f"{late} may be a day later than {other}: in the {days} days to {day:%Y-%m-%d} their "
        f"changes correlate by {shifted[step][day]:.2f} a day apart and by {same[day]:.2f} on the "
        "same day; check them"
    ]


def _alike(first: pd.Series, second: pd.Series, days: int) -> pd.Series:
    """Correlation over so many days; NaN where one of the two hardly moves."""
    rolling = first.rolling(days).corr(second)
    return rolling.where(rolling.abs() <= 1.001)

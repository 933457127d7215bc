"""Rates of exchange and short rates against the bundled months of six currencies.

The tables hold the same published figures: noon rates of H.10 at the ends of months, and monthly
averages of three-month interbank rates. So a series that is upside down, in hundredths, of another
currency, or a day off differs in nearly every month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.bundled import world
from data.currency.currencies import CURRENCIES, DOLLAR, DOLLAR_RATE, name_of
from data.currency.quotes import H10_SERIES, pair_of
from data.errors import DataError, counted
from data.months import month_ends

# Share by which a month-end of H.10 may differ from the table's: all 3,348 agree to the last digit.
SAME_RATE = 5e-4
# Yahoo's are of another hour, up to a day before. No history of theirs lies beside this project;
# the largest move of a day that any of the six currencies made since 1996 is 14 %, and a month-end
# is one day in 21.
OTHER_HOUR = 0.06
# Points by which a short rate may differ: all 2,773 figures agree to rounding.
SAME_POINTS = 0.006
# China's is of another publisher in the table.
OTHER_POINTS = 1.0
MONTHS, MOST_APART = 12, 0.25
FEWEST_MONTHS = 6  # in which something that a series looks like has to be seen
INTERBANK_KINDS = ("3m", "3m_de", "3m_ez")
HUNDREDFOLD = ((100.0, "hundredths of what they should be"), (0.01, "a hundred times too high"))
FRACTIONS = ((100.0, "fractions, not percent"), (0.01, "basis points, not percent"))
LATE = ((-1, "late"), (1, "early"))


@dataclass(frozen=True, eq=False)
class _Held:
    """A series beside the table, by month, both in its own unit, and where they differ."""

    ours: pd.Series
    theirs: pd.Series
    apart: pd.Series

    @property
    def contradicts(self) -> bool:
        """Whether they differ in more months than corrections could explain."""
        if len(self.apart) < MONTHS:
            return int(self.apart.sum()) > max(1.0, MOST_APART * len(self.apart))
        return bool(self.apart.rolling(MONTHS).mean().max() > MOST_APART)


def world_against_months(series: str, values: pd.Series, server: str, cure: str) -> list[str]:
    """Hold a rate of exchange or a short rate against the bundled months that both have.

    Parameters and what is returned and raised are those of
    :func:`data.checks.published.held_against_months`, which asks here for these series.
    """
    held = _held(series, values)
    if held is None:
        return []
    months = len(held.apart)
    if held.contradicts:
        gap = np.log(held.ours / held.theirs) if _code_of(series) else held.ours - held.theirs
        worst = gap.abs().where(held.apart).idxmax()
        raise DataError(
            f"{series}: {server}'s figures contradict the bundled ones in "
            f"{int(held.apart.sum())} of {counted(months, 'month')}, most in {worst} "
            f"({held.ours[worst]:.5g} against {held.theirs[worst]:.5g})"
            f"{_likeness(series, values)}; {cure}"
        )
    lines = []
    if months < MONTHS:
        lines.append(
            f"{series}: has {counted(months, 'month')} in common with the bundled ones, too few to "
            "be held against them; check it"
        )
    if held.apart.any():
        names = [str(month) for month in held.apart.index[held.apart]]
        more = f" (and {len(names) - 3} more)" if len(names) > 3 else ""
        first = held.apart.idxmax()
        lines.append(
            f"{series}: differs from the bundled months in {', '.join(names[:3])}{more} "
            f"({held.ours[first]:.5g} against {held.theirs[first]:.5g} in {first}); check it"
        )
    return lines


def last_month(series: str) -> pd.Period | None:
    """The last month that the tables have of a series; None of one that they do not have."""
    theirs = _theirs(series)
    return None if theirs is None else theirs.index[-1]


def _code_of(series: str) -> str | None:
    """The currency whose rate of exchange a series is, if the tables have it."""
    code = H10_SERIES.get(series)
    code = code or next((each for each in CURRENCIES if pair_of(each).symbol == series), None)
    return code if code in CURRENCIES else None


def _rate_code_of(series: str) -> str | None:
    """The currency whose short rate a series is."""
    if series == DOLLAR_RATE:
        return DOLLAR
    return next((code for code, each in CURRENCIES.items() if each.interbank == series), None)


def _theirs(series: str) -> pd.Series | None:
    """The table's figures of a series by month, in its unit."""
    code = _code_of(series)
    if code is not None:
        return world.exchange_table()[CURRENCIES[code].table[0]].dropna()
    code = _rate_code_of(series)
    if code is None:
        return None
    table = world.rate_table()
    column = "us_3m" if code == DOLLAR else CURRENCIES[code].table[1]
    kinds = table[f"{column.removesuffix('_3m')}{world.BASIS}"]
    # German rates are another series than those of the euro area.
    wanted = ("3m_ez",) if code == "EUR" else INTERBANK_KINDS
    return table[column][kinds.isin(wanted)].dropna()


def _held(series: str, values: pd.Series) -> _Held | None:
    theirs = _theirs(series)
    if theirs is None:
        return None
    is_exchange = _code_of(series) is not None
    ours = month_ends(values) if is_exchange else _by_month(values)
    both = pd.concat(
        [ours, theirs], axis=1, join="inner", sort=False, keys=["ours", "theirs"]
    ).dropna()
    if is_exchange:
        bound = SAME_RATE if series in H10_SERIES else OTHER_HOUR
        apart = np.log(both["ours"] / both["theirs"]).abs() > bound
    else:
        bound = OTHER_POINTS if _rate_code_of(series) == "CNY" else SAME_POINTS
        apart = (both["ours"] - both["theirs"]).abs() > bound
    return _Held(both["ours"], both["theirs"], apart)


def _by_month(values: pd.Series) -> pd.Series:
    return values.set_axis(pd.DatetimeIndex(values.index).to_period("M"))


def _likeness(series: str, values: pd.Series) -> str:
    """What a series that contradicts the months looks like, as a clause; nothing if unclear."""
    if (values == values.iloc[0]).all():
        return f"; they are {values.iloc[0]:g} throughout"
    if _code_of(series) is None:
        return _likeness_of_rate(series, values)
    if _fits(series, 1.0 / values):
        return "; they look upside down"
    for factor, words in HUNDREDFOLD:
        if _fits(series, factor * values):
            return f"; they look like {words}" if factor > 1 else f"; they look {words}"
    for step, word in LATE:
        if _fits(series, values.shift(step).dropna()):
            return f"; their dates look a session {word}"
    for code in CURRENCIES:
        pair = pair_of(code)
        of_yahoo = series not in H10_SERIES
        other = pair.symbol if of_yahoo else CURRENCIES[code].exchange
        if other != series and any(_fits(other, each) for each in (values, 1.0 / values)):
            return f"; they look like those of {code}"
    return ""


def _likeness_of_rate(series: str, values: pd.Series) -> str:
    for factor, words in FRACTIONS:
        if _fits(series, factor * values):
            return f"; they look like {words}"
    others: Mapping[str, str] = {
        DOLLAR: DOLLAR_RATE,
        **{code: currency.interbank for code, currency in CURRENCIES.items()},
    }
    for code, other in others.items():
        if other != series and _fits(other, values):
            return f"; they look like those of the {name_of(code)}"
    for step, word in LATE:
        if _fits(series, values.shift(step).dropna()):
            return f"; their dates look a month {word}"
    return ""


def _fits(series: str, values: pd.Series) -> bool:
    held = _held(series, values)
    return held is not None and len(held.apart) >= FEWEST_MONTHS and not held.contradicts

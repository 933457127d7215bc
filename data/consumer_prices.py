"""Consumer prices by month: when a figure is public, its change over a year, missing months.

The CPI of October 2025 was never published, and nothing that is computed from the index may go
blank for years because of it. A change over a year needs exactly its two months: two months have
none. A level that values money is put between its neighbours.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.months import last_sessions

NEVER_PUBLISHED = pd.PeriodIndex(["2025-10"], freq="M")  # by anybody: there was no survey


def public_day(months: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The day from which each month's figure counts as public: last session of the next month."""
    return last_sessions((months.to_period("M") + 1).to_timestamp())


def public_by(cpi: pd.Series, session: pd.Timestamp) -> pd.Series:
    """Figures that are public at the close of a session, each on the first day of its month.

    Parameters
    ----------
    cpi
        As for :func:`by_month`.
    session
        The last session that may see them.
    """
    months = by_month(cpi)
    return months[public_day(pd.DatetimeIndex(months.index)) <= session]


def by_month(cpi: pd.Series) -> pd.Series:
    """Figures on the first day of the month that they are about, whenever they are public.

    Parameters
    ----------
    cpi
        Indexed by any day of that month; NaN and absent months are missing.
    """
    published = cpi.dropna()
    months = published.groupby(pd.DatetimeIndex(published.index).to_period("M")).last()
    months.index = months.index.to_timestamp()
    return months


def year_on_year(cpi: pd.Series) -> pd.Series:
    """Change over twelve months, a fraction; NaN where one of the two months has no figure.

    Parameters
    ----------
    cpi
        Levels on every month of a span; NaN where a month has none.
    """
    return cpi.pct_change(12, fill_method=None)


def bridged(cpi: pd.Series) -> pd.Series:
    """The same levels with missing months between figures filled geometrically, to value money.

    Parameters
    ----------
    cpi
        As for :func:`year_on_year`.
    """
    return cpi.fillna(np.exp(np.log(cpi).interpolate(limit_area="inside")))


def missing_note(published: pd.PeriodIndex, first: pd.Timestamp) -> list[str]:
    """Say once which months have no figure; nothing where none is missing.

    Parameters
    ----------
    published
        Months that have one, ascending.
    first
        First session of what is reported: a month more than a year before does not touch it.
    """
    if published.empty:
        return []
    every = pd.period_range(max(published[0], first.to_period("M") - 12), published[-1], freq="M")
    missing = every.difference(published)
    if missing.empty:
        return []
    return [
        f"there is no CPI of {_listed(missing)}: no year-on-year figure for "
        f"{_listed(missing.union(missing + 12))}; inflation over other periods is bridged between "
        "the months beside it"
    ]


def _listed(months: pd.PeriodIndex) -> str:
    """Months in words, the first three and how many more."""
    names = [str(month) for month in months]
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

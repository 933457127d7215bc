"""Daily rates of exchange and monthly short rates made from the bundled months.

What FRED and Yahoo would send of them, to be spoilt by tests: month-ends and monthly averages are
the published ones, the days between and after them are made. The same figures every time.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from data.bundled import world
from data.currency.currencies import CURRENCIES, DOLLAR, DOLLAR_RATE
from data.currency.quotes import pair_of
from tests.yahoo_server import PAIRS_SINCE, Yahoo

FIRST, LAST = "1996-01-31", "2026-10-01"
MOVE = 0.005  # logarithm, a day


@cache
def _rates(code: str) -> pd.Series:
    column = CURRENCIES[code].table[0]
    ends = world.exchange_table()[column].dropna()
    days = pd.bdate_range(max(pd.Timestamp(FIRST), ends.index[0].to_timestamp() + _MONTH), LAST)
    months = days.to_period("M")
    rng = np.random.default_rng(sum(map(ord, code)))
    walk = pd.Series(np.cumsum(rng.normal(0.0, MOVE, len(days))), days)
    is_end = ~months.duplicated(keep="last") & months.isin(ends.index)
    told = pd.Series(np.log(ends.reindex(months).to_numpy(float)), days)[is_end]
    # Between two month-ends the walk leads from one to the other, and after the last it goes on.
    own = (told - walk[is_end]).reindex(days).interpolate("index", limit_direction="both")
    made = np.exp(walk + own).round(6)
    made[is_end] = ends.reindex(months[is_end]).to_numpy(float)
    return made


_MONTH = pd.offsets.MonthEnd(1)


def h10(code: str, first: str = FIRST, last: str = LAST) -> pd.Series:
    """A currency's rates as FRED has them, to the sixth digit: a copy to be spoilt."""
    return _rates(code).loc[first:last].copy()


def interbank(code: str, first: str = "1996-01", last: str = "2026-08") -> pd.Series:
    """A three-month interbank rate as FRED stamps it: the table's, then its last one moved on."""
    figures = world.short_rate(code).figures.loc[first:]
    after = pd.period_range(figures.index[-1] + 1, last, freq="M")
    steps = 0.03 * np.resize([1.0, -1.0, 1.0], len(after)).cumsum()
    moved = pd.Series(figures.iloc[-1] + steps, after)
    return (pd.concat([figures, moved]) if len(after) else figures).loc[:last].to_timestamp()


def hold_currency(web: Yahoo, code: str, last: str = LAST) -> None:
    """Serve all of a currency: H.10 to the Friday before last, Yahoo's pair, both short rates."""
    today = pd.Timestamp(last)
    friday = today - pd.Timedelta(days=today.day_of_week + 3)
    web.hold_fred(str(pair_of(code).series), h10(code, last=f"{friday:%Y-%m-%d}"))
    web.hold_pair(code, h10(code, PAIRS_SINCE, last))
    month = f"{today.to_period('M') - 2}"
    web.hold_fred(CURRENCIES[code].interbank, interbank(code, last=month))
    web.hold_fred(DOLLAR_RATE, interbank(DOLLAR, last=month))

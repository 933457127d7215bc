"""A fetched history held against the cached one that it would replace.

Compared are its span, its rows, each day's step, and totals: the growth (of yields and rates the
level) and the dividends, over all and of each calendar year. A drift that no day shows is seen in
the totals alone. What differs is named with its size; a worse history, or another one, is refused.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from data.checks.histories import days_text
from data.currency.quotes import H10_SERIES, currency_of, is_pair
from data.errors import DataError, counted
from data.sources import fred, yahoo
from data.sources.bars import Bars, total_return
from data.sources.snapshots import Snapshot

# A new history may begin so many days later than the cached one, and end so many earlier: up to a
# week of sessions, as when the last rows are withdrawn or a session counts as open again.
SHORTER_DAYS = 7
# Rows of the cached history that the new one may lack in between, as when bad ones are withdrawn:
# so many and such a share, so that a month of sessions, or one row in 20, is always too much.
LOST_ROWS, MOST_LOST = 10, 0.02
DENSER = 2.0  # times the cached rows in the same span: daily where there were weekly ones

REVISED = 5e-4  # difference of a day's return, or of a yield in percent; rounding stays below
MOST_REVISED = 0.2  # share of days that may differ

# Differences of totals that are named. Eight real funds whose closes are rounded anew to the cent
# after a 4:1 split, and dividends to a tenth of a cent, differ by 0.06 % at most in the growth of a
# calendar year or in all, and by 0.02 % of the price in a year's dividends.
YEARLY, IN_ALL = 0.0025, 0.01
# What differs on no day by more than REVISED is a drift, for which there is no honest cause but
# rounding: refused beyond so much in a calendar year, or in all.
MOST_YEARLY_DRIFT, MOST_DRIFT = 0.01, 0.05
# Days that are named may be corrected: a dividend that came late (of the real funds 1.3 % of the
# price at most), a year of them (6.9 %), a wrong price. Beyond a fifth it is another history.
MOST_GROWTH = 0.2
# Dividends of the overlap: refused if they differ by more than a quarter of what they were and by
# more than two points of the price. All halved is both, over two years or more; a late payment of
# a fund that pays each quarter is neither.
MOST_PAID, LEAST_PAID = 0.25, 0.02
# The mean level of a yield or rate, in points: named beyond a basis point, the rounding of the
# figures; refused if the usual day of any calendar year is apart by more than a tenth of a point.
LEVEL, MOST_LEVEL = 0.01, 0.1
LEAST_DAYS = 20  # of a calendar year whose usual day is looked at

# Indices whose whole history is rescaled or seasonally adjusted anew: compare changes in percent.
INDICES = {f"{fred.PREFIX}{fred.BROAD_DOLLAR}", f"{fred.PREFIX}{fred.CPI}", yahoo.DOLLAR}
# So are changes of rates of exchange, whose sizes differ; but no one rescales them.
H10_NAMES = {f"{fred.PREFIX}{series}" for series in H10_SERIES}
MOST_RESCALED = 0.0025


def held_against(name: str, bars: Bars, previous: Snapshot | None) -> Bars:
    """Hold a fetched history against the cached one, and name what differs.

    Parameters
    ----------
    name
        The series, as its snapshot is called.
    bars
        What has just been fetched.
    previous
        What it would replace; None where nothing is cached.

    Returns
    -------
    Bars
        The fetched history, with a further warning for each difference.

    Raises
    ------
    DataError
        If it begins later or ends earlier than the cached one, lacks many of its rows, or differs
        so much that it is another series; says how to take it all the same.
    """
    if previous is None:
        return bars
    _require_same_currency(name, bars, previous)
    warnings = [
        f"{name}: {words}; the new figures are used"
        for words in _differences(name, bars.frame, previous)
    ]
    return replace(bars, warnings=(*bars.warnings, *warnings))


def ends_earlier(bars: Bars, previous: Snapshot) -> bool:
    """Whether a fetched history ends before the cached one, by a few days as it was let in."""
    return bool(bars.frame.index[-1] < previous.bars.frame.index[-1])


def _differences(name: str, new: pd.DataFrame, previous: Snapshot) -> Iterator[str]:
    old = previous.bars.frame
    _require_as_long(name, new, previous)
    yield from _rows(name, new, previous)
    is_exchange = name in H10_NAMES or is_pair(name)
    is_yield = "Value" in new and name not in INDICES and not is_exchange
    apart = _steps(new, old, is_yield)
    yield from _days(name, apart, is_yield, previous)
    common = new.index.intersection(old.index)
    if len(common) < 2:
        return
    if is_yield:
        yield from _levels(name, (new["Value"] - old["Value"]).loc[common], previous)
        return
    drift = apart.where(apart.abs() <= REVISED, 0.0)
    ratio = _log(new)[common] - _log(old)[common]
    if is_exchange:
        _require_same_scale(name, ratio, previous)
    yield from _growth(name, ratio, drift, previous)
    if "Dividends" in new:
        span = slice(common[1], common[-1])
        yield from _dividends(name, _paid(new).loc[span], _paid(old).loc[span], previous)


def _refusal(name: str, words: str) -> DataError:
    return DataError(
        f"{name}: {words}; nothing was replaced (if the fetched one is right, python -m data.cache "
        f"--clear {shlex.quote(name)} removes the cached one)"
    )


def _require_same_currency(name: str, bars: Bars, previous: Snapshot) -> None:
    """Refuse a history in another currency than the cached one; a hundredth of it is the same."""
    now, before = bars.listing.quoted, previous.bars.listing.quoted
    if currency_of(now) != currency_of(before):
        raise _refusal(
            name,
            f"the fetched history is quoted in {now}, and the cached one of "
            f"{previous.fetched:%Y-%m-%d} in {before}",
        )


def _require_as_long(name: str, new: pd.DataFrame, previous: Snapshot) -> None:
    """Refuse a history that begins later or ends earlier than the cached one."""
    old = previous.bars.frame.index
    for word, late, day, before in (
        ("begins", new.index[0] - old[0], new.index[0], old[0]),
        ("ends", old[-1] - new.index[-1], new.index[-1], old[-1]),
    ):
        if late.days > SHORTER_DAYS:
            ahead = previous.fetched > dt.datetime.now(dt.UTC)
            clock = ", which was fetched after the date of this machine (set its clock)" * ahead
            raise _refusal(
                name,
                f"the fetched history {word} on {day:%Y-%m-%d}, but the cached one{clock} {word} "
                f"on {before:%Y-%m-%d}",
            )


def _rows(name: str, new: pd.DataFrame, previous: Snapshot) -> Iterator[str]:
    """Count the rows that only one of the two has: at both ends, and in the span of both."""
    old = previous.bars.frame
    day = f"{previous.fetched:%Y-%m-%d}"
    if new.index[0] > old.index[0]:
        yield (
            f"begins on {new.index[0]:%Y-%m-%d}, but the history fetched on {day} begins on "
            f"{old.index[0]:%Y-%m-%d}; the earlier days are left out"
        )
    first, last = max(new.index[0], old.index[0]), min(new.index[-1], old.index[-1])
    have, had = new.loc[first:last].index, old.loc[first:last].index
    lost, added = had.difference(have), have.difference(had)
    if len(lost) > max(min(LOST_ROWS, MOST_LOST * len(had)), 1):
        raise _refusal(
            name,
            f"the fetched history lacks {len(lost)} of the {len(had)} rows that the cached one has "
            f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}, as on {days_text(lost)}",
        )
    if len(have) > DENSER * len(had):
        raise _refusal(
            name,
            f"the fetched history has {len(have)} rows from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
            f"the cached one {len(had)}",
        )
    if len(lost):
        rows = counted(len(lost), "row")
        yield f"lacks {rows} of the history fetched on {day}, on {days_text(lost)}"
    if len(added):
        rows = counted(len(added), "row")
        yield f"has {rows} that the history fetched on {day} lacks, on {days_text(added)}"


def _log(frame: pd.DataFrame) -> pd.Series:
    """Logarithm of the total-return level, or of an index."""
    return np.log(frame["Value"] if "Value" in frame else total_return(frame))


def _steps(new: pd.DataFrame, old: pd.DataFrame, is_yield: bool) -> pd.Series:
    """How much the steps from row to row are apart: log returns, of yields points.

    A step spans the rows that were left out before it: only those that begin on the same day in
    both are compared.
    """
    both = new.index[1:].intersection(old.index[1:])
    starts = [frame.index.to_series().shift(1)[both] for frame in (new, old)]
    both = both[(starts[0] == starts[1]).to_numpy()]
    levels = [frame["Value"] if is_yield else _log(frame) for frame in (new, old)]
    return levels[0].diff()[both] - levels[1].diff()[both]


def _days(name: str, apart: pd.Series, is_yield: bool, previous: Snapshot) -> Iterator[str]:
    """Name the days whose steps differ.

    Raises
    ------
    DataError
        If so many do that it must be another series.
    """
    wrong = apart[apart.abs() > REVISED]
    if len(wrong) > MOST_REVISED * len(apart):
        raise _refusal(
            name,
            f"the fetched history differs from the cached one of {previous.fetched:%Y-%m-%d} on "
            f"{len(wrong)} of {len(apart)} days",
        )
    if len(wrong):
        most = wrong.abs().idxmax()
        size = wrong[most] if is_yield else 100 * np.expm1(wrong[most])
        yield (
            f"differs from the history fetched on {previous.fetched:%Y-%m-%d} on "
            f"{days_text(pd.DatetimeIndex(wrong.index))}, most on {most:%Y-%m-%d} by {size:+.3g} "
            "points"
        )


def _require_same_scale(name: str, ratio: pd.Series, previous: Snapshot) -> None:
    """Refuse rates of exchange in another unit, which no step shows."""
    times = float(np.exp(ratio.median()))
    if abs(times - 1.0) > MOST_RESCALED:
        raise _refusal(
            name,
            f"the fetched history is {times:.4g} times the cached one of "
            f"{previous.fetched:%Y-%m-%d}",
        )


def _percent(share: float) -> str:
    return f"{100 * share:+.2f} %"


def _growth(name: str, ratio: pd.Series, drift: pd.Series, previous: Snapshot) -> Iterator[str]:
    """Compare the growth of the span of both, over all and in each calendar year.

    Parameters
    ----------
    ratio
        Logarithm of new by old level on the days of both.
    drift
        By day, the part of the steps' differences that is too small to be named.
    """
    first, last = ratio.index[0], ratio.index[-1]
    ends = ratio.groupby(ratio.index.year).last()
    by_year = np.expm1(ends.diff().fillna(ends.iloc[0] - ratio.iloc[0]))
    in_all = float(np.expm1(ratio.iloc[-1] - ratio.iloc[0]))
    years = max((last - first).days / 365.25, 1.0)  # under a year the growth counts as such
    yearly = float(np.expm1(np.log1p(in_all) / years))
    worst = by_year.abs().idxmax()
    if abs(in_all) <= IN_ALL and max(abs(yearly), abs(by_year[worst])) <= YEARLY:
        return
    a_year = f"{_percent(yearly)} a year, " if years > 1 else ""
    words = (
        f"growth differs by {a_year}{_percent(in_all)} in all from {first:%Y-%m-%d} to "
        f"{last:%Y-%m-%d} from that of the history fetched on "
        f"{previous.fetched:%Y-%m-%d}, most in {worst} by "
        f"{_percent(by_year[worst])}"
    )
    # Where rounding alone is coarse, the small differences and the named ones cancel.
    smooth = drift.groupby(drift.index.year).sum().reindex(by_year.index, fill_value=0.0)
    yearly_drift = np.minimum(smooth.abs(), by_year.abs()).max()
    if (
        yearly_drift > MOST_YEARLY_DRIFT
        or min(abs(drift.sum()), abs(in_all)) > MOST_DRIFT
        or abs(in_all) > MOST_GROWTH
    ):
        raise _refusal(name, f"the fetched history is another: {words}")
    yield words


def _paid(frame: pd.DataFrame) -> pd.Series:
    """Dividends as shares of the close before: a later split changes neither."""
    return frame["Dividends"] / frame["Close"].shift(1)


def _dividends(name: str, new: pd.Series, old: pd.Series, previous: Snapshot) -> Iterator[str]:
    """Compare the dividends of each calendar year, and of the span of both."""
    yearly = [paid.groupby(paid.index.year).sum() for paid in (new, old)]
    by_year = pd.DataFrame({"new": yearly[0], "old": yearly[1]}).fillna(0.0)
    apart = (by_year["new"] - by_year["old"]).abs()
    years = apart[apart > YEARLY].sort_values(ascending=False).index
    sums = by_year.sum()
    change = abs(sums["new"] - sums["old"])
    is_refused = change > max(MOST_PAID * sums["old"], LEAST_PAID)
    if not (len(years) or change > IN_ALL):
        return
    span = f"{new.index[0]:%Y-%m-%d} to {new.index[-1]:%Y-%m-%d}"
    parts = [_instead(f"of {year}", by_year.loc[year]) for year in sorted(years[:3])]
    more = f" (and {counted(len(years) - 3, 'more year')})" if len(years) > 3 else ""
    if not parts or is_refused or change > IN_ALL:
        parts.insert(0, _instead(f"from {span}", sums))
    words = (
        f"pays other dividends than in the history fetched on {previous.fetched:%Y-%m-%d}: "
        f"{', '.join(parts)}{more}"
    )
    if is_refused:
        raise _refusal(name, f"the fetched history {words}")
    yield words


def _instead(when: str, paid: pd.Series) -> str:
    """Write what is paid, as shares of the price, instead of what was."""
    change = f" ({100 * (paid['new'] / paid['old'] - 1):+.0f} %)" if paid["old"] else ""
    now, before = (f"{100 * paid[which]:.2f} %" for which in ("new", "old"))
    return f"{when} {now} of the price instead of {before}{change}"


def _levels(name: str, apart: pd.Series, previous: Snapshot) -> Iterator[str]:
    """Compare the level of a yield or rate: no step shows it where all days are apart alike."""
    years = apart.groupby(apart.index.year)
    by_year = years.mean()
    worst = by_year.abs().idxmax()
    if max(abs(apart.mean()), abs(by_year[worst])) <= LEVEL:
        return
    words = (
        f"lies {apart.mean():+.3f} points from the history fetched on "
        f"{previous.fetched:%Y-%m-%d}, on average from {apart.index[0]:%Y-%m-%d} to "
        f"{apart.index[-1]:%Y-%m-%d}, most in {worst} by {by_year[worst]:+.3f}"
    )
    usual = years.median()[years.count() >= LEAST_DAYS].abs()
    if max(usual.max() if len(usual) else 0.0, abs(apart.median())) > MOST_LEVEL:
        raise _refusal(name, f"the fetched history {words}")
    yield words

"""Random wrong cells in a good history: which are caught, which reported, which slip through.

``python -m tests.soak.yahoo`` prints the shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.soak.kinds import lost, scaled
from tests.soak.made import PRICES, adjusted

RAW = ["Open", "High", "Low", "Close"]


@dataclass(frozen=True)
class Corruption:
    """One wrong thing in one place.

    ``size`` is the log of the wrong factor (0 where there is none). ``alike`` says that all that
    Yahoo sends of the row was changed consistently, so that nothing inside the row contradicts.
    """

    name: str
    alike: bool
    size: float
    bars: pd.DataFrame


Make = Callable[[np.random.Generator, pd.DataFrame], tuple[float, pd.DataFrame]]


def _row(rng: np.random.Generator, bars: pd.DataFrame, margin: int = 1) -> int:
    return int(rng.integers(margin, len(bars) - margin))


def _factor(rng: np.random.Generator) -> float:
    """Wrong by anything from a ten-thousandth to a factor of 1,000, either way."""
    size = 10.0 ** rng.uniform(-4, np.log10(np.log(1000)))
    return float(np.exp(size * rng.choice([-1, 1])))


def _cells(columns: list[str], rows: int = 1) -> Make:
    def make(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
        first, factor = _row(rng, bars, rows), _factor(rng)
        return np.log(factor), scaled(bars, slice(first, first + rows), columns, factor)

    return make


def _paid(alike: bool) -> Make:
    def make(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
        row, factor = int(rng.choice(np.flatnonzero(bars["Dividends"]))), _factor(rng)
        wrong = scaled(bars, slice(row, row + 1), ["Dividends"], factor)
        return np.log(factor), adjusted(wrong) if alike else wrong

    return make


def _unpaid(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Leave out the dividends before a day, from it on, each second one, or all."""
    count = int((bars["Dividends"] > 0).sum())
    one = int(rng.integers(2, count - 1))
    which = (slice(one), slice(one, None), slice(one % 2, None, 2), slice(None))
    return 0.0, lost(bars, which[int(rng.integers(4))])


def _moved_dividend(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    row = int(rng.choice(np.flatnonzero(bars["Dividends"])[:-1]))
    place, later = bars.columns.get_loc("Dividends"), row + int(rng.integers(1, 6))
    bars.iloc[[row, later], place] = bars.iloc[[later, row], place].to_numpy()
    return 0.0, bars


def _value(column: str, *values: float) -> Make:
    def make(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
        bars.iloc[_row(rng, bars), bars.columns.get_loc(column)] = rng.choice(values)
        return 0.0, bars

    return make


def _sign(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    row = _row(rng, bars)
    return 0.0, scaled(bars, slice(row, row + 1), PRICES, -1.0)


def _again(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    row = _row(rng, bars)
    twice = bars.iloc[[*range(row + 1), row, *range(row + 1, len(bars))]].copy()
    factor = _factor(rng) if rng.random() < 0.5 else 1.0
    return 0.0, scaled(twice, slice(row, row + 1), PRICES, factor)


def _dropped(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Drop up to ten rows; Yahoo's list of dividends does not depend on them."""
    count = int(rng.integers(1, 11))
    first = _row(rng, bars, count + 1)
    lost = bars.iloc[first : first + count]["Dividends"].sum()
    left = bars.drop(bars.index[first : first + count])
    left.iloc[first, left.columns.get_loc("Dividends")] += lost
    return 0.0, left


def _shifted(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Date up to 60 rows a day early or late."""
    count, by = int(rng.integers(1, 61)), int(rng.choice([-1, 1]))
    first = _row(rng, bars, count + 2)
    days = list(bars.index)
    days[first : first + count] = [
        day + pd.Timedelta(days=by) for day in days[first : first + count]
    ]
    return 0.0, bars.set_axis(pd.DatetimeIndex(days)).sort_index(kind="stable")


def _exchanged(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Exchange all prices of two neighbouring rows."""
    row = _row(rng, bars, 2)
    places = [bars.columns.get_loc(name) for name in PRICES]
    bars.iloc[[row, row + 1], places] = bars.iloc[[row + 1, row], places].to_numpy()
    ratio = bars["Close"].iloc[row + 1] / bars["Close"].iloc[row]
    return float(np.log(ratio)), bars


def _out_of_order(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    row = _row(rng, bars, 2)
    days = list(bars.index)
    days[row], days[row + 1] = days[row + 1], days[row]
    return 0.0, bars.set_axis(pd.DatetimeIndex(days))


def _in_cents(make: Make) -> Make:
    """The same, with prices rounded to whole cents, so that their last digits tell nothing."""

    def rounded(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
        size, wrong = make(rng, bars)
        return size, wrong.assign(**{name: wrong[name].round(2) for name in RAW})

    return rounded


def _adjusted_twice(columns: list[str]) -> Make:
    """Closes less all later dividends, which are listed as well and adjusted for once more."""

    def make(_: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
        factor = bars["Adj Close"] / bars["Close"]
        return 0.0, adjusted(bars.assign(**{name: bars[name] * factor for name in columns}))

    return make


def _opens_for_closes(_: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Give the open as the close of every day, and adjust it."""
    return 0.0, adjusted(bars.assign(Close=bars["Open"]))


def _stale(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Repeat a day's prices on the five to nine days after it."""
    count = int(rng.integers(5, 10))
    row = _row(rng, bars, count + 1)
    places = [bars.columns.get_loc(name) for name in RAW]
    bars.iloc[row + 1 : row + 1 + count, places] = bars.iloc[row, places].to_numpy(float)
    return 0.0, adjusted(bars)


def _returns_again(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Repeat the returns of a month to a year later on, at the level that they then lead to."""
    count = int(rng.choice([21, 63, 126, 252]))
    count = min(count, len(bars) // 3)
    first = int(rng.integers(1, len(bars) - 2 * count))
    later = int(rng.integers(first + count, len(bars) - count + 1))
    growth = bars["Close"].pct_change(fill_method=None).fillna(0.0).to_numpy(copy=True) + 1
    growth[later : later + count] = growth[first : first + count]
    level = pd.Series(bars["Close"].iloc[0] * np.cumprod(growth), bars.index)
    times = level / bars["Close"]
    return 0.0, adjusted(bars.assign(**{name: (bars[name] * times).round(2) for name in RAW}))


def _year_of_dividends(rng: np.random.Generator, bars: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    """Double or halve the dividends of a year."""
    factor = float(rng.choice([0.5, 2.0]))
    first = int(rng.integers(0, max(len(bars) - 252, 1)))
    return np.log(factor), adjusted(scaled(bars, slice(first, first + 252), ["Dividends"], factor))


CORRUPTIONS: tuple[tuple[str, bool, Make], ...] = (
    ("close", False, _cells(["Close"])),
    ("adjusted close", False, _cells(["Adj Close"])),
    ("high or low", False, _cells(["High"])),
    ("open, high, low and close", False, _cells(RAW)),
    ("a week of closes", False, _cells(["Close"], 5)),
    ("a week, not the adjusted close", False, _cells(RAW, 5)),
    ("dividend", False, _paid(False)),
    ("dividend on another day", False, _moved_dividend),
    ("zero, negative or no number", False, _value("Close", 0.0, -1.0, np.inf, -np.inf)),
    ("no close", False, _value("Close", np.nan)),
    ("sign of a row", False, _sign),
    ("a row twice", False, _again),
    ("rows missing", False, _dropped),
    ("rows dated a day off", False, _shifted),
    ("rows out of order", False, _out_of_order),
    ("closes adjusted twice, nothing else", False, _adjusted_twice(["Close"])),
    ("each close equal to its open", False, _opens_for_closes),
    ("close and adjusted close alike", True, _cells(["Close", "Adj Close"])),
    ("a whole row alike", True, _cells(PRICES)),
    ("a whole week alike", True, _cells(PRICES, 5)),
    ("dividend, adjusted for", True, _paid(True)),
    ("dividends lost, adjusted for", True, _unpaid),
    ("two whole rows exchanged", True, _exchanged),
    ("close, adjusted close, in cents", True, _in_cents(_cells(["Close", "Adj Close"]))),
    ("a whole row, in cents", True, _in_cents(_cells(PRICES))),
    ("a whole week, in cents", True, _in_cents(_cells(PRICES, 5))),
    ("all prices adjusted twice", True, _adjusted_twice(RAW)),
    ("adjusted twice, in cents", True, _in_cents(_adjusted_twice(RAW))),
    ("prices stale for five to nine days", True, _stale),
    ("returns of a month to a year again", True, _returns_again),
    ("a year's dividends doubled, halved", True, _year_of_dividends),
)
ANOTHER_FUND = "another fund's history"


def corrupt(seed: int, good: pd.DataFrame) -> Corruption:
    """Corrupt a copy of a good history in one place, or throughout, all drawn from the seed."""
    rng = np.random.default_rng(seed)
    name, alike, make = CORRUPTIONS[seed % len(CORRUPTIONS)]
    size, bars = make(rng, good.copy())
    return Corruption(name, alike, abs(size), bars)


def anothers(seed: int, good: pd.DataFrame, other: pd.DataFrame) -> Corruption:
    """Another fund's history in place of the good one: whole, or since the day that one begins."""
    bars = other if seed % 2 else other.loc[good.index[0] :]
    return Corruption(ANOTHER_FUND, True, 0.0, bars.copy())

"""Users' own prices as a pandas DataFrame: the source of ``backtest(rule, prices=frame)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from numbers import Real

import numpy as np
import pandas as pd
from pandas.api import types

from data.align import Cash, market_of
from data.bundled.world import month_end_figures
from data.checks.histories import (
    WILD_MOVE,
    YIELD_BOUNDS,
    days_text,
    latest_day,
    periods_per_year,
    require_history,
    whole_months,
)
from data.checks.total_return import price_only_note, require_own_history
from data.command import listed, words_of
from data.currency.conversion import DOLLARS, Conversion
from data.errors import DataError, UsageError, did_you_mean
from data.market import CASH, Market
from data.origin import How, Origin
from data.rows import MOST_LEFT_OUT
from data.treasuries.instruments import require_total_return
from data.withholding.payouts import not_known
from data.withholding.rates import NOTHING, Withholding

SOURCE = "prices"
TITLE = "prices given in Python"
WHAT_BILLS = "Treasury bills given in Python"

# What yfinance and others call the fields of one ticker.
ADJUSTED, CLOSE = "Adj Close", "Close"
BARS = {"open", "high", "low", "close"}
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# A column of at least so many rows with a larger share at zero or below holds returns, not levels
# with a few mistakes.
MANY_ROWS, MANY_LOW = 10, 0.2
# Root mean square of the relative moves, a year. Levels of bills stay below BILL_MOVES: the most
# volatile year of BIL had 0.02, of SHY 0.036. Yields lie above it: the calmest year of the
# three-month yield had 0.06, most had 0.25. Levels that never fall may reach RISING_MOVES, as bills
# of a country with high inflation do.
BILL_MOVES, RISING_MOVES = 0.04, 0.2
# A return of bills in one row beyond these is noted: a yield of 25 % earns 2.1 % in a month.
ODD_BILL = (-0.01, 0.05)
WEEKEND_DAYS = 4  # with a holiday


def load(
    prices: pd.DataFrame,
    wanted: Sequence[str],
    *,
    bills: pd.Series | pd.DataFrame | None = None,
    end: str | None = None,
    price_only: Collection[str] = (),
    conversion: Conversion = DOLLARS,
    withholding: Withholding = NOTHING,
) -> Market:
    """Build a market from prices given in Python, with the same rules as for a folder of files.

    Parameters
    ----------
    prices
        Days x tickers: total-return levels (dividends in), daily or monthly rows. A ticker may
        start late (NaN before its first price) and is complete from there on. Not changed.
    wanted
        Tickers, each a column of ``prices``; the market has these columns, in this order.
    bills
        Total-return levels of Treasury bills (not yields) on every session of the market; None
        for the bundled one-month bill return, which a note then names.
    end
        Last day wanted, ``YYYY-MM-DD``, or None for all.
    price_only
        Columns that hold prices without dividends, as the user knows.
    conversion
        The currency wanted, its cash, and what of the dollar is hedged: of monthly rows, since
        rates of exchange are the bundled ones, at the ends of months.
    withholding
        What is withheld from payouts, which prices alone do not tell: any is refused.

    Returns
    -------
    Market
        With prices and cash, without yields, policy rate, consumer prices and dollar.

    Raises
    ------
    UsageError
        If ``prices`` is not a frame of prices by date and ticker.
    DataError
        For a ticker the frame lacks, or a value that cannot be used; names column and date.
    """
    frame, cash = require_prices(prices, bills)
    tickers = list(dict.fromkeys(wanted))
    if not tickers:
        raise UsageError("no ticker of prices= is asked for; name at least one of its columns")
    for ticker in tickers:
        require_total_return(ticker, is_price_only=ticker in price_only)
        if ticker not in frame.columns:
            raise DataError(
                f"{words_of(ticker)} is not in prices=, which has {listed(frame.columns)}"
                f"{did_you_mean(ticker, frame.columns)}; add that column, or name one of these"
            )
    notes: list[str] = []
    frame = _up_to_today(frame, notes)
    histories = {}
    for ticker in tickers:
        histories[ticker] = _history(frame[ticker])
        where = f"{words_of(ticker)} of {SOURCE}"
        notes += require_own_history(histories[ticker], where, end)
        if ticker in price_only:
            notes.append(price_only_note(ticker, SOURCE))
    return market_of(
        histories,
        source=SOURCE,
        title=TITLE,
        notes=notes,
        origin=Origin(How.MADE),
        end=end,
        cash_of=None if cash is None else _cash_of(cash),
        conversion=conversion,
        figures_of=partial(month_end_figures, conversion.currency),
        payouts={
            ticker: not_known(
                level.index,
                "prices given in Python do not tell its dividends",
                f"write them to a folder, with Close and Adj Close, or leave {ticker} out",
            )
            for ticker, level in histories.items()
        },
        withholding=withholding,
    )


def require_prices(
    prices: pd.DataFrame, bills: pd.Series | pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.Series | None]:
    """Refuse anything but a frame of prices by date and ticker, and return copies.

    The figures themselves are checked by :func:`load`, in the columns that are wanted.

    Parameters
    ----------
    prices, bills
        As :func:`load` takes them.

    Returns
    -------
    tuple of pandas.DataFrame and pandas.Series or None
        Both on dates without time and zone, columns named by plain text.

    Raises
    ------
    UsageError
        For another type, or an index or columns of another kind.
    DataError
        For dates that are missing, impossible, repeated or out of order.
    """
    if not isinstance(prices, pd.DataFrame):
        if isinstance(prices, pd.Series):
            cure = "make a frame of it with prices.to_frame('SPY')"
        elif isinstance(prices, dict):
            cure = "make a frame of it with pd.DataFrame(prices)"
        else:
            cure = "give days in the index and tickers in the columns"
        raise UsageError(
            f"prices= takes a pandas DataFrame of total-return levels, got {_kind(prices)}; {cure}"
        )
    if not len(prices.columns):
        raise UsageError("prices= has no columns; give one for each ticker")
    names = _names(prices)
    frame = prices.copy(deep=True).set_axis(names, axis=1)
    frame.index = _days(prices.index, "prices")
    return frame, None if bills is None else _bill_series(bills)


def _bill_series(bills: object) -> pd.Series:
    """Take bills as a series, or as the only column of a frame."""
    if isinstance(bills, pd.DataFrame):
        if len(bills.columns) != 1:
            raise UsageError(
                f"bills= takes one column of levels, got {len(bills.columns)}"
                f"{f' ({listed(bills.columns)})' if len(bills.columns) else ''}; "
                "choose with bills[['BIL']]"
            )
        bills = bills.iloc[:, 0]
    if not isinstance(bills, pd.Series):
        raise UsageError(
            "bills= takes a pandas Series of total-return levels of Treasury bills, got "
            f"{_kind(bills)}; give one level a day of prices=, or leave bills= out"
        )
    return bills.copy(deep=True).set_axis(_days(bills.index, "bills")).rename(CASH)


def _names(prices: pd.DataFrame) -> list[str]:
    """Names of the columns as plain text, each a ticker that can be asked for."""
    columns = prices.columns
    if isinstance(columns, pd.MultiIndex):
        raise UsageError(
            f"prices= has columns of {columns.nlevels} levels, as from yfinance.download; "
            f"{_choice(columns)}"
        )
    for name in columns:
        shown = words_of(repr(name))
        if not isinstance(name, str):
            raise UsageError(
                f"prices= has a column {shown}, which is no text; name each column by its ticker"
            )
        if not name.strip():
            raise UsageError(
                f"prices= has a column without a name ({shown}); name it by its ticker"
            )
        # As weights are written: SPY=0.6,GC=F=0.1.
        if name != name.strip() or not name.isprintable() or "," in name or name.endswith("="):
            raise UsageError(
                f"prices= has a column {shown}; a ticker has no comma, no = at its end and no "
                "spaces or invisible signs around it: rename that column"
            )
        if name == CASH:
            raise UsageError(
                f"prices= has a column {CASH}, the name of what is not invested; give Treasury "
                f"bills as bills=prices[{CASH!r}] and take the column out, or rename it"
            )
    twice = columns[columns.duplicated()]
    if len(twice):
        raise UsageError(f"prices= has the column {words_of(twice[0])} twice; keep one")
    names = [str(name) for name in columns]
    by_folded = {name.casefold(): name for name in names}
    if by_folded.keys() >= BARS:
        column = by_folded.get(ADJUSTED.casefold(), by_folded[CLOSE.casefold()])
        raise UsageError(
            f"prices= has the bars of one ticker ({listed(names)}), not a column a ticker; give "
            "its adjusted close (dividends in) under its own name: "
            f"prices[[{column!r}]].rename(columns={{{column!r}: 'SPY'}})"
        )
    return names


def _choice(columns: pd.MultiIndex) -> str:
    """Say how to select the adjusted closes from a table of yfinance."""
    for level in range(columns.nlevels):
        fields = set(columns.get_level_values(level))
        field = next((name for name in (ADJUSTED, CLOSE) if name in fields), None)
        if field is not None:
            at = f"[{field!r}]" if level == 0 else f".xs({field!r}, axis=1, level={level})"
            sure = ", downloaded with auto_adjust=True" if field == CLOSE else ""
            return f"give its adjusted closes, prices{at}{sure}"
    return (
        "keep only the level that names the tickers, for example with prices.droplevel(0, axis=1)"
    )


def _days(index: pd.Index, name: str) -> pd.DatetimeIndex:
    """Dates of rows, without time and zone, ascending and each once."""
    if len(index) == 0:
        raise DataError(f"{name}= has no rows; give two or more")
    if isinstance(index, pd.MultiIndex):
        raise UsageError(
            f"{name}= has an index of {index.nlevels} levels; give one row a date and one column "
            "a ticker, for example with table['close'].unstack()"
        )
    if not isinstance(index, pd.DatetimeIndex):
        raise UsageError(f"{name}= needs dates as its index, got {_to_dates(index, name)}")
    missing = np.asarray(index.isna())
    if missing.any():
        raise DataError(
            f"{name}= has no date in row {int(missing.argmax()) + 1} (NaT); give it or leave "
            f"that row out with {name}[{name}.index.notna()]"
        )
    # The date as given is the exchange's own, whatever its time zone.
    days = index.tz_localize(None).to_numpy().astype("datetime64[D]")
    beyond = (days < np.datetime64("1800-01-01")) | (days > np.datetime64("2200-12-31"))
    if beyond.any():
        raise DataError(
            f"{name}= has a row of {days[beyond][0]}; dates must lie between 1800 and 2200, so "
            "mend or remove that row"
        )
    steps = np.diff(days.astype(np.int64))
    if (steps < 0).any():
        raise DataError(
            f"{name}= is out of order at {days[1:][steps < 0][0]}; sort its rows by date with "
            f"{name}.sort_index()"
        )
    if (steps == 0).any():
        raise DataError(
            f"{name}= has {days[1:][steps == 0][0]} twice; keep one row a date, for example the "
            f"last with {name}.groupby({name}.index.normalize()).last()"
        )
    return pd.DatetimeIndex(days.astype("datetime64[ns]"))


def _to_dates(index: pd.Index, name: str) -> str:
    """Say what an index holds instead of dates, and how to make dates of it."""
    if isinstance(index, pd.PeriodIndex):
        return (
            "months or other periods (PeriodIndex); say which day each level is of, for example "
            f"the last: {name}.to_timestamp(how='end')"
        )
    if types.is_numeric_dtype(index.dtype):
        cure = "prices.set_index('Date')" if name == "prices" else "bills.set_axis(dates)"
        return f"numbers ({type(index).__name__}); put the dates there, for example with {cure}"
    dates = f"{name}.index"
    if isinstance(index[0], str) and ISO_DATE.match(index[0]):
        dates += ".str[:10]"  # a zone that changes with the season cannot be read otherwise
    return (
        f"{words_of(repr(index[0]))}, ...; make dates of it with "
        f"{name}.set_axis(pd.to_datetime({dates}))"
    )


def _up_to_today(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Leave out rows with a future date, and note it."""
    future = pd.DatetimeIndex(frame.index[frame.index > latest_day()])
    if len(future) == len(frame):
        raise DataError(
            f"prices= begins in the future, on {future[0]:%Y-%m-%d}; give prices of days that were"
        )
    if len(future):
        notes.append(f"prices=: {days_text(future)} lies in the future; left out")
    return frame.iloc[: len(frame) - len(future)]


def _history(column: pd.Series) -> pd.Series:
    """Check one column of prices, or bills named ``CASH``: its levels from the first one on."""
    name = column.name
    where = "bills=" if name == CASH else f"{words_of(name)} of {SOURCE}"
    levels = _numbers(column, where)
    begins = levels.first_valid_index()
    if begins is None:
        raise DataError(f"{where} has no value at all; leave it out, or give its levels")
    levels = levels.loc[begins:]
    empty = levels.isna()
    if empty.any():
        cure = "bills.dropna()"
        if name != CASH:
            cure = f"prices[prices[{name!r}].ffill().isna() | prices[{name!r}].notna()]"
        raise DataError(
            f"{where} has no value on {days_text(pd.DatetimeIndex(levels.index[empty]))}; nothing "
            "is filled in after its first: give what is missing, or leave out such rows with "
            f"{cure}"
        )
    if name == CASH:
        _refuse_yields(levels)
        require_history(levels, where)
    else:
        _refuse_returns(levels, where)
    return levels


def _numbers(column: pd.Series, where: str) -> pd.Series:
    """Convert a column to floats; booleans, text and dates are refused."""
    dtype = column.dtype
    if not (types.is_integer_dtype(dtype) or types.is_float_dtype(dtype)):
        given = column.dropna()
        shown = ""
        if len(given):
            # Show the first value that is no number, else the first value.
            row = next((row for row, value in enumerate(given) if not isinstance(value, Real)), 0)
            value = given.iloc[row]
            value = value.item() if isinstance(value, np.generic) else value
            shown = f" ({words_of(repr(value))} on {given.index[row]:%Y-%m-%d})"
        cure = "bills.astype(float)"
        if column.name != CASH:
            cure = f"prices.astype({{{column.name!r}: float}})"
        raise DataError(
            f"{where} is of type {dtype}{shown}, not a number; make numbers of it with {cure}"
        )
    values = column.to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(values, index=column.index, name=column.name)


def _refuse_returns(levels: pd.Series, where: str) -> None:
    """Refuse a column that holds returns instead of levels."""
    values = levels.to_numpy(float)
    low = values <= 0
    if low.any():
        many = len(values) >= MANY_ROWS and low.mean() > MANY_LOW
        returns = many or np.median(np.abs(values)) < 1
    else:
        # All are above zero, yet the median change from row to row is larger than any price's.
        moves = np.abs(np.diff(np.log(values))) if values.max() < 1 else np.zeros(0)
        returns = len(moves) > 0 and np.median(moves) > np.log1p(WILD_MOVE)
    if returns:
        row = int(low.argmax())
        raise DataError(
            f"{where} looks like returns ({values[row]:g} on {levels.index[row]:%Y-%m-%d}), and "
            "prices= takes levels; make them with (1 + returns).cumprod(), where 0.01 is 1 %"
        )


def _refuse_yields(levels: pd.Series) -> None:
    """Refuse bills given as yields (in percent or as fractions) or as returns instead of levels."""
    values = levels.to_numpy(float)
    if not values.max() <= YIELD_BOUNDS[1] or len(values) < 2:
        return
    low = values <= 0
    if low.any():
        row = int(low.argmax())
        what = f"is {values[row]:g} on {levels.index[row]:%Y-%m-%d}"
    else:
        moves = np.diff(np.log(values))
        days = np.median(np.diff(levels.index.values.astype("datetime64[D]").astype(np.int64)))
        yearly = np.sqrt(np.mean(moves**2) * 365.25 / days)
        if yearly < BILL_MOVES or (yearly < RISING_MOVES and moves.min() >= 0):
            return
        row = int(np.abs(moves).argmax()) + 1
        day = levels.index[row]
        what = f"moves from {values[row - 1]:g} to {values[row]:g} on {day:%Y-%m-%d}"
    raise DataError(
        f"bills= {what}, as a yield or a return does and a level of bills does not; make levels of "
        "yields in percent with data.treasuries.rates.bill_level(yields, prices.index), of returns "
        "with (1 + returns).cumprod()"
    )


def _cash_of(bills: pd.Series) -> Callable[[pd.DatetimeIndex, int], Cash]:
    """Make the function that gives cash on a market's sessions: levels, what they are, notes."""
    levels = whole_months(_history(bills.loc[: latest_day()]))
    periods_per_year(pd.DatetimeIndex(levels.index), "bills=")

    def cash_of(sessions: pd.DatetimeIndex, frequency: int) -> Cash:
        cash = levels.reindex(sessions)
        missing = pd.DatetimeIndex(sessions[cash.isna()])
        if len(missing):
            raise DataError(
                f"bills= has no level on {days_text(missing)}, which prices= has; "
                f"{_cover(levels.index, sessions, missing, frequency)}"
            )
        return cash, WHAT_BILLS, _odd_bills(cash)

    return cash_of


def _cover(
    days: pd.DatetimeIndex, sessions: pd.DatetimeIndex, missing: pd.DatetimeIndex, frequency: int
) -> str:
    """Say what to do about sessions on which bills have no level.

    Carrying a level forward is proposed only if it is a few days old: for longer, cash would earn
    nothing.
    """
    first, last, months = days[0], days[-1], days.to_period("M")
    reaches = first <= sessions[0] and last >= sessions[-1] - pd.Timedelta(days=WEEKEND_DAYS)
    carry = "carry the level before with bills.reindex(prices.index, method='ffill')"
    if frequency == 12 and sessions.to_period("M").isin(months).all():
        if months.is_unique:
            return (
                "date both by the end of the month, with "
                "bills.set_axis(bills.index + pd.offsets.MonthEnd(0)) and the same for prices"
            )
        if reaches:
            return carry
    if first > sessions[0]:
        return (
            f"it begins on {first:%Y-%m-%d}: give older levels, or later prices with "
            f"prices.loc['{first:%Y-%m-%d}':]"
        )
    if last < sessions[-1]:
        return (
            f"it ends on {last:%Y-%m-%d}: give later levels, or fewer prices with "
            f"prices.loc[:'{last:%Y-%m-%d}']"
        )
    if len(missing) <= MOST_LEFT_OUT * len(sessions):
        return carry
    return "give a level for each row of prices=, or leave bills= out"


def _odd_bills(cash: pd.Series) -> list[str]:
    """Report what no Treasury bill does: a sudden fall or rise, or levels that never change."""
    moves = cash.pct_change(fill_method=None).iloc[1:]
    if (moves == 0).all():
        return [f"cash earns nothing: bills= is {cash.iloc[0]:g} on every session"]
    odd = moves[(moves < ODD_BILL[0]) | (moves > ODD_BILL[1])]
    if odd.empty:
        return []
    more = f" (and {len(odd) - 1} more such rows)" if len(odd) > 1 else ""
    return [
        f"cash moves {odd.iloc[0]:+.1%} on {odd.index[0]:%Y-%m-%d}{more}: check that bills= are "
        "levels of Treasury bills"
    ]


def _kind(value: object) -> str:
    """Name the type of what was given."""
    if value is None:
        return "None"
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    return kind.__name__ if package == "builtins" else f"{package} {kind.__name__}"

"""Checks that every price history passes before anything is computed from it."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from data.errors import DataError

WILD_MOVE = 0.40
YIELD_BOUNDS = (-2.0, 25.0)
# A day on which the return from close and dividend and the one of Yahoo's adjusted close
# differ by more: rounding of either stays well below.
ADJUSTMENT_TOLERANCE = 5e-4
ADJUSTMENT_LIMIT = 5e-3
DRIFT_TOLERANCE = 2e-3
DRIFT_LIMIT = 1e-2
LARGE_MOVE = 0.15
FROZEN_ROWS = 10
# Yahoo's indices that do have their dividends in.
TOTAL_RETURN_INDICES = ("^SP500TR", "^XCMP", "^XNDX", "^RUTTR")
STALE_SESSIONS = 5
# The New York exchange was never closed for longer since 1914 (March 1933: 11 days).
LONGEST_CLOSURE_DAYS = 14
COLUMNS = ["Close", "Adj Close", "Dividends", "Stock Splits"]
EXCHANGE_TIME = "America/New_York"


@dataclass(frozen=True, eq=False)
class Bars:
    """Daily bars of one ticker: ``Close`` (split-adjusted), ``Adj Close``, ``Dividends``,
    ``Stock Splits`` on ascending tz-naive sessions; and what there is to know about them.
    """  # noqa: D205

    frame: pd.DataFrame
    warnings: tuple[str, ...]


def wild_moves(levels: pd.Series) -> pd.Series:
    """One-row returns beyond +-40 %, by date: more often a bad price than a bad day."""
    moves = levels.pct_change(fill_method=None)
    return moves[moves.abs() > WILD_MOVE]


def require_history(levels: pd.Series, where: str) -> None:
    """Refuse a history that is out of order, repeated, empty, not positive or not finite.

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


def periods_per_year(index: pd.DatetimeIndex, where: str) -> int:
    """Tell daily from monthly rows, and refuse rows that are neither or have a hole.

    Returns
    -------
    int
        252 for exchange sessions, 12 for one row a month.

    Raises
    ------
    DataError
        For any other spacing, or a gap beyond two weeks (daily) or a month (monthly): its
        return would pass for that of one row.
    """
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
    years = (index[-1] - index[0]).days / 365.25
    rate = (len(index) - 1) / max(years, 1 / 365.25)
    if frequency == 0 or (frequency == 252 and years > 1 and not 230 <= rate <= 275):
        raise DataError(
            f"{where} has about {rate:.0f} rows a year, {usual:g} days apart; give one row an "
            "exchange session (about 252 a year) or one a month"
        )
    return frequency


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
            f"{where} is {values[day]:g} on {day:%Y-%m-%d}; it should lie between {low:g} and "
            f"{high:g}"
        )


def clean_index(
    ticker: str, frame: pd.DataFrame, raw: dict[str, Any], bounds: tuple[float, float]
) -> Bars:
    """Check a yield or an index as yfinance returned it; a row without a close is none.

    Raises
    ------
    DataError
        For another ticker's data, or a value outside its bounds.
    """
    _require_answer(ticker, frame, raw)
    closes = frame["Close"].astype(float)
    closes.index = pd.DatetimeIndex(closes.index).tz_localize(None).normalize().as_unit("ns")
    closes = closes.dropna()
    closes = closes[closes.index.day_of_week < 5].loc[: _now().tz_localize(None)]
    closes = closes[~closes.index.duplicated(keep="last")]
    if len(closes) and not _closed(closes.index[-1]):
        closes = closes.iloc[:-1]  # a yield in passing, not the day's
    require_within(closes, f"{ticker} from Yahoo", bounds)
    if len(closes) < 2:
        raise DataError(f"{ticker}: Yahoo sent {len(closes)} yields; check the ticker")
    return Bars(closes.rename_axis("Date").to_frame("Value"), ())


def _require_answer(ticker: str, frame: pd.DataFrame, raw: dict[str, Any]) -> None:
    """Refuse data of another ticker, currency or spacing, or rows out of order."""
    meta = raw.get("meta") or {}
    answered = str(meta.get("symbol", ticker))
    if answered.upper() != ticker.upper():
        raise DataError(f"{ticker}: Yahoo answered with {answered}; nothing of it is used")
    if not set(COLUMNS) <= set(frame.columns):
        raise DataError(f"{ticker}: Yahoo sent no prices; check the ticker")
    if meta.get("dataGranularity", "1d") != "1d":
        raise DataError(
            f"{ticker}: Yahoo sent {meta['dataGranularity']} bars, not daily ones; try again later"
        )
    currency = meta.get("currency") or "USD"
    if currency != "USD":
        raise DataError(f"{ticker}: is quoted in {currency}; only US dollars can be compared here")
    stamps = [int(stamp) for stamp in raw.get("timestamp") or []]
    for before, after in pairwise(stamps):
        if after < before:
            raise DataError(
                f"{ticker}: Yahoo's rows are out of order at {_day(after)}; try again later"
            )


def _require_fund(ticker: str, raw: dict[str, Any]) -> None:
    kind = str((raw.get("meta") or {}).get("instrumentType", ""))
    if kind.upper() == "INDEX" and ticker not in TOTAL_RETURN_INDICES:
        raise DataError(
            f"{ticker} is an index without dividends at Yahoo, not something to hold; "
            f"use a fund, or one of {', '.join(TOTAL_RETURN_INDICES)}"
        )


def clean_bars(ticker: str, frame: pd.DataFrame, raw: dict[str, Any]) -> Bars:
    """Check one ticker's bars as yfinance returned them.

    What can be mended without guessing is mended with a warning (rows that are empty,
    repeated, on a weekend, in the future or not closed yet are left out, their dividends and
    splits count on the next row; a split that the closes still carry is divided out). What
    would make a wrong number is refused.

    Parameters
    ----------
    ticker
        The symbol asked for.
    frame
        yfinance's daily bars, unadjusted, with actions.
    raw
        Yahoo's chart result behind them: its timestamps before yfinance dropped any, and
        the symbol that it is about.

    Returns
    -------
    Bars

    Raises
    ------
    DataError
        Naming ticker, date and reason.
    """
    _require_answer(ticker, frame, raw)
    _require_fund(ticker, raw)
    said: list[str] = []
    bars = frame[COLUMNS].astype(float)
    bars.index = pd.DatetimeIndex(bars.index).tz_localize(None).normalize().as_unit("ns")
    bars.index.name = "Date"
    whole = bars

    def leave_out(wrong: pd.Series | np.ndarray, why: str) -> None:
        nonlocal bars
        days = bars.index[np.asarray(wrong)]
        if len(days):
            said.append(f"{ticker}: {_days(days)} {why}; left out")
            bars = bars.loc[~np.asarray(wrong)]

    twice, disputed = _repeated_days(raw)
    agreed = twice.difference(disputed)
    if len(agreed):
        said.append(f"{ticker}: {_days(agreed)} came twice with the same close; kept once")
    leave_out(bars.index.isin(disputed), "came twice with different closes")
    leave_out(bars["Close"].isna(), "has no close")
    leave_out(bars.index.day_of_week >= 5, "is no weekday")
    future = _raw_days(raw)[_raw_days(raw) > _now().tz_localize(None)]
    if len(future):
        said.append(f"{ticker}: {_days(future)} lies in the future; left out")
    bars = bars.loc[: _now().tz_localize(None)]
    if len(bars) and not _closed(bars.index[-1]):
        leave_out(bars.index == bars.index[-1], "has not closed yet")
    require_history(bars["Close"], ticker)
    if periods_per_year(pd.DatetimeIndex(bars.index), f"{ticker} from Yahoo") != 252:
        raise DataError(f"{ticker}: Yahoo sent monthly bars, not daily ones; try again later")
    bars = _with_actions_of(whole, bars)
    _require_adjusted(ticker, bars)
    bars = _without_splits(ticker, bars, said)
    _require_plausible(ticker, bars["Close"], said)
    said += _disagreements(ticker, total_return(bars), bars["Adj Close"])
    said += _gaps(ticker, pd.DatetimeIndex(bars.index))
    return Bars(bars, tuple(said))


def _with_actions_of(whole: pd.DataFrame, bars: pd.DataFrame) -> pd.DataFrame:
    """Give the dividends and splits of rows that were left out to the next row that stands."""
    left_out = whole.index.difference(bars.index)
    acted = whole.loc[left_out]
    acted = acted[(acted["Dividends"] != 0) | (acted["Stock Splits"] != 0)]
    moved = bars.copy()
    for day, row in acted.iterrows():
        later = moved.index[moved.index > day]
        if len(later):
            moved.loc[later[0], "Dividends"] += row["Dividends"]
            if row["Stock Splits"]:
                there = moved.loc[later[0], "Stock Splits"]
                moved.loc[later[0], "Stock Splits"] = row["Stock Splits"] * (there or 1.0)
    return moved


def _require_plausible(ticker: str, close: pd.Series, said: list[str]) -> None:
    """Refuse a wild move or a spike that goes back at once; name large ones and frozen prices."""
    moves = close.pct_change(fill_method=None)
    wild = moves[moves.abs() > WILD_MOVE]
    back = (close.shift(-1) / close.shift(1) - 1).abs()
    spikes = moves[(moves.abs() > LARGE_MOVE) & (back < moves.abs() / 4)]
    for found, why in ((wild, f"beyond +-{WILD_MOVE:.0%}"), (spikes, "and back the next session")):
        if len(found):
            size = f"{found.iloc[0]:+.0%}" if abs(found.iloc[0]) < 100 else "by a factor beyond 100"
            raise DataError(
                f"{ticker}: Yahoo's close moves {size} on {found.index[0]:%Y-%m-%d}, {why}; "
                "bring checked prices with --source files:DIR"
            )
    large = moves[moves.abs() > LARGE_MOVE]
    if len(large):
        said.append(f"{ticker}: moves {large.iloc[0]:+.0%} on {_days(large.index)}; check it")
    same = moves.eq(0).astype(int)
    run = same.groupby(same.eq(0).cumsum()).cumsum()
    if run.max() >= FROZEN_ROWS:
        day = run.idxmax()
        said.append(f"{ticker}: the same close for {int(run.max()) + 1} sessions to {day:%Y-%m-%d}")


def total_return(bars: pd.DataFrame) -> pd.Series:
    """Total-return index from closes and dividends, 100 on the first day.

    A dividend is reinvested at the open of its ex-date, taken as the close before less the
    dividend: ``C_t / (C_(t-1) - D_t)``, the convention of CRSP and of Yahoo's own adjustment.
    """
    close = bars["Close"].to_numpy(float)
    paid = bars["Dividends"].to_numpy(float)
    growth = np.ones(len(close))
    growth[1:] = close[1:] / (close[:-1] - paid[1:])
    return pd.Series(100.0 * np.cumprod(growth), index=bars.index)


def _now() -> pd.Timestamp:
    """The present moment, in UTC."""
    return pd.Timestamp.now("UTC")


def _raw_days(raw: dict[str, Any]) -> pd.DatetimeIndex:
    """Dates of the rows that Yahoo sent, before yfinance dropped any."""
    stamps = pd.to_datetime(
        [int(stamp) for stamp in raw.get("timestamp") or []], unit="s", utc=True
    )
    return pd.DatetimeIndex(stamps.tz_convert(EXCHANGE_TIME).tz_localize(None).normalize())


def _day(stamp: int) -> str:
    return f"{pd.Timestamp(stamp, unit='s', tz='UTC').tz_convert(EXCHANGE_TIME):%Y-%m-%d}"


def _repeated_days(raw: dict[str, Any]) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Days that Yahoo sent more than once, and those of them whose closes differ.

    yfinance keeps one of such rows without a word, and not always the same one.
    """
    days = _raw_days(raw)
    closes = ((raw.get("indicators") or {}).get("quote") or [{}])[0].get("close") or []
    if len(closes) != len(days):
        return days[:0], days[:0]
    table = pd.Series(pd.to_numeric(pd.Series(closes), errors="coerce").to_numpy(), index=days)
    groups = table.groupby(level=0)
    twice = groups.size() > 1
    spread = groups.max() / groups.min() - 1
    return (
        pd.DatetimeIndex(twice[twice].index),
        pd.DatetimeIndex(twice[twice & ~(spread < ADJUSTMENT_TOLERANCE)].index),
    )


def _days(days: pd.DatetimeIndex) -> str:
    more = f" (and {len(days) - 1} more)" if len(days) > 1 else ""
    return f"{days[0]:%Y-%m-%d}{more}"


@dataclass(frozen=True)
class _Calendar:
    sessions: pd.DatetimeIndex
    closes: pd.Series


def exchange_calendar(first: pd.Timestamp) -> _Calendar:
    """Sessions of the New York Stock Exchange and when each closed, from a date on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about pandas
        import exchange_calendars

        calendar = exchange_calendars.get_calendar("XNYS", start=first - pd.Timedelta(days=7))
    return _Calendar(calendar.sessions, calendar.closes)


def _closed(session: pd.Timestamp) -> bool:
    """Whether the session's close lies behind us; a bar before that is a price in passing."""
    closes = exchange_calendar(session).closes
    moment = _now()
    if session in closes.index:
        return bool(closes[session] + pd.Timedelta(minutes=20) < moment)
    return bool(session.date() < moment.tz_convert(EXCHANGE_TIME).date())


def _require_adjusted(ticker: str, bars: pd.DataFrame) -> None:
    adjusted, paid = bars["Adj Close"], bars["Dividends"]
    wrong = ~(np.isfinite(adjusted) & (adjusted > 0))
    if wrong.any():
        day = bars.index[wrong][0]
        raise DataError(
            f"{ticker}: Yahoo's adjusted close is {adjusted[day]:g} on {day:%Y-%m-%d}; "
            "try again later or use --source files:DIR"
        )
    absurd = ~(
        np.isfinite(paid) & (paid >= 0) & (paid < 0.25 * bars["Close"].shift(1, fill_value=np.inf))
    )
    if absurd.any():
        day = bars.index[absurd][0]
        raise DataError(
            f"{ticker}: Yahoo's dividend of {paid[day]:g} on {day:%Y-%m-%d} is not between 0 and a "
            "quarter of the price; bring checked prices with --source files:DIR"
        )


def _without_splits(ticker: str, bars: pd.DataFrame, said: list[str]) -> pd.DataFrame:
    """Divide out a split that the closes still carry; Yahoo's closes should come without."""
    mended = bars
    for day, ratio in bars["Stock Splits"][lambda splits: splits > 0].items():
        where = bars.index.get_loc(day)
        if where == 0:
            continue
        moved = np.log(bars["Close"].iloc[where] / bars["Close"].iloc[where - 1])
        if abs(moved + np.log(ratio)) < 0.5 * abs(moved):
            before = mended.index < day
            closes = mended.copy()
            closes.loc[before, "Close"] /= ratio
            both = closes.copy()
            both.loc[before, "Dividends"] /= ratio
            # Whether the dividends carry it too shows in Yahoo's own adjustment.
            mended = min(
                (closes, both), key=lambda each: _gap(total_return(each), each["Adj Close"]).max()
            )
            said.append(f"{ticker}: the {ratio:g}:1 split of {day:%Y-%m-%d} was divided out")
    return mended


def _gap(level: pd.Series, adjusted: pd.Series) -> pd.Series:
    """Absolute difference of daily returns."""
    gap = level.pct_change(fill_method=None) - adjusted.pct_change(fill_method=None)
    return gap.abs().fillna(0.0)


def _disagreements(ticker: str, level: pd.Series, adjusted: pd.Series) -> list[str]:
    """Compare with Yahoo's own adjusted close: day by day, and over the whole.

    Raises
    ------
    DataError
        Where a day or the whole differ by more than either can be off by rounding or by the
        reinvestment of a dividend: one of them is wrong, and no number can tell which.
    """
    gap = _gap(level, adjusted)
    worst = gap.idxmax()
    drift = (level.iloc[-1] / level.iloc[0]) / (adjusted.iloc[-1] / adjusted.iloc[0]) - 1
    if gap[worst] > ADJUSTMENT_LIMIT or abs(drift) > DRIFT_LIMIT:
        raise DataError(
            f"{ticker}: the return from Yahoo's closes and dividends differs from its own "
            f"adjusted close by {gap[worst]:.2%} on {worst:%Y-%m-%d} and {drift:+.2%} over the "
            "whole; a dividend is missing or wrong; bring checked prices with --source files:DIR"
        )
    said = []
    wrong = gap[gap > ADJUSTMENT_TOLERANCE]
    if len(wrong):
        said.append(
            f"{ticker}: returns from close and dividend differ from Yahoo's adjusted close on "
            f"{_days(pd.DatetimeIndex(wrong.index))}, most on {worst:%Y-%m-%d} by "
            f"{gap[worst]:.2%}; ours stand"
        )
    if abs(drift) > DRIFT_TOLERANCE:
        said.append(f"{ticker}: and by {drift:+.2%} over the whole history")
    return said


def _gaps(ticker: str, days: pd.DatetimeIndex) -> list[str]:
    """Name exchange sessions without a row, days that were none, and an old end."""
    sessions = exchange_calendar(days[0]).sessions
    today = _now().tz_convert(EXCHANGE_TIME).tz_localize(None).normalize()
    due = sessions[(sessions >= days[0]) & (sessions < today)]
    missing = due[due <= days[-1]].difference(days)
    said = []
    if len(missing):
        said.append(f"{ticker}: no row on the exchange session {_days(missing)}")
    strange = days.difference(sessions)
    if len(strange):
        said.append(f"{ticker}: {_days(strange)} was no exchange session; kept")
    late = due[due > days[-1]]
    if len(late) > STALE_SESSIONS:
        said.append(f"{ticker}: stale, ends on {days[-1]:%Y-%m-%d}, {len(late)} sessions ago")
    return said


def age_text(age: dt.timedelta) -> str:
    """An age in words: minutes, hours or days."""
    minutes = age.total_seconds() / 60
    if minutes < 0:
        return "from the future (was the clock set back?)"
    if minutes < 120:
        return f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.0f} h"
    return f"{minutes / 1440:.0f} days"

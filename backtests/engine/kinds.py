"""Values that describe a run, converted to Python's own types or refused in one line.

A notebook may pass anything: a numpy number, a Series of weights, a table by mistake. Each
function takes a value and where it was given (``fee_bps=``, ``--fee-bps``), for the message.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from data.command import one_line
from data.errors import HedgeError, RuleError, UsageError, in_short
from data.records import as_number
from strategies.base import Value
from strategies.weights import MOST_TICKERS

LONGEST_BITS = 63  # of a whole number in TOML, its sign aside
DEEPEST = 3  # mappings and lists within a parameter
YEARS = (1800, 2200)
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # fromisoformat also takes 20200131 and week dates


def text(value: object, where: str, wanted: str = "a text") -> str:
    """Read a text without NUL or undecodable bytes, which no file can hold.

    Raises
    ------
    UsageError
        For another type, and for such a byte.
    """
    if not isinstance(value, str):
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}")
    if "\0" in value or not _is_unicode(value):
        raise UsageError(
            f"{where} has {in_short(value)}, which holds a NUL or an undecodable byte; leave it out"
        )
    return str(value)


def name(value: object, where: str, wanted: str) -> str:
    """Read the name of a ticker or a parameter: printable text that is not blank."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}")
    return str(value)


def tickers(value: object, where: str) -> tuple[str, ...]:
    """Read tickers: text such as ``GLD,TIP``, a sequence of texts, or None for none.

    Raises
    ------
    UsageError
        For anything else, an empty ticker, and one that stands there twice.
    """
    wanted = "tickers such as GLD,TIP"
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else value
    if isinstance(value, str) and not value.strip():
        raise UsageError(f"{where} takes {wanted}, got nothing; leave it out for none")
    if not isinstance(parts, list | tuple):
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}")
    require_few(len(parts), where)
    read = tuple(name(part, where, wanted).strip() for part in parts)
    for position, ticker in enumerate(read):
        if ticker in read[:position]:
            raise UsageError(f"{where} names {ticker} twice; name it once")
        if "," in ticker:
            raise UsageError(f"{where} takes {wanted}, got {in_short(ticker)}; name each alone")
    return read


def require_few(count: int, where: str, most: int = MOST_TICKERS) -> None:
    """Refuse more tickers than a run can hold: they would take minutes to be refused one by one."""
    if count > most:
        raise UsageError(f"{where} has {count:,} tickers; give at most {most:,}")


def flag(value: object, where: str) -> bool:
    """Read True or False; no text stands for either."""
    if not isinstance(value, bool | np.bool_):
        raise UsageError(f"{where} takes True or False, got {in_short(value)}")
    return bool(value)


def number(value: object, where: str, wanted: str = "a number") -> float:
    """Read a number of any type; nan passes, for the option's own check to refuse."""
    read = as_number(_without_decimal(value), float)
    if not isinstance(read, float):
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}")
    return read


def whole(value: object, where: str) -> int:
    """Read a whole number of any type, 2.0 too."""
    read = as_number(_without_decimal(value), int)
    if not isinstance(read, int) or isinstance(read, bool):
        raise UsageError(f"{where} takes a whole number, got {in_short(value)}")
    require_short(read, where)
    return read


def day(value: object, where: str) -> str:
    """Read a day: text, a date, or a time in any zone, whose date there counts.

    Raises
    ------
    UsageError
        For anything else, for NaT, and for years of which there is no history.
    """
    written = _day_text(value)
    try:
        read = dt.date.fromisoformat(written) if DAY.fullmatch(written) else None
    except ValueError:
        read = None
    if read is None:
        raise UsageError(f"{where} takes a date as YYYY-MM-DD, got {in_short(value)}")
    if not YEARS[0] <= read.year <= YEARS[1]:
        raise UsageError(
            f"{where} {written} is outside the years {YEARS[0]} to {YEARS[1]}; give a day within"
        )
    return written


def plain(value: Any, where: str, depth: int = DEEPEST) -> Any:
    """Read a parameter's value: a number, a text, or weights by ticker, as a Series too.

    Only values that cannot be compared, shown or written are refused here. That a value has the
    type of its parameter is checked where the parameter is declared.

    Raises
    ------
    UsageError
        For such a value.
    """
    if isinstance(value, pd.Series):
        value = by_name(value, where)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return text(value, where)
    if isinstance(value, int | np.integer):
        require_short(int(value), where)
        return int(value)
    if isinstance(value, Real | Decimal):
        return number(value, where)
    if value is None or isinstance(value, dt.date):
        return value
    if isinstance(value, Mapping | list | tuple) and depth == 0:
        raise UsageError(f"{where} is nested too deep; give a number, a text or weights by ticker")
    if isinstance(value, Mapping):
        return {_key(key, where): plain(inner, where, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, where, depth - 1) for inner in value]
    raise UsageError(f"{where} takes a number, a text or weights by ticker, got {in_short(value)}")


def by_name(series: pd.Series, where: str) -> Mapping[str, Value]:
    """Turn a series into a mapping; refuse a name that stands there twice."""
    twice = series.index[series.index.duplicated()]
    if len(twice):
        raise UsageError(f"{where} has {in_short(twice[0])} twice; give it once")
    return dict(series.items())


def require_short(value: int, where: str) -> None:
    """Refuse whole numbers beyond the 64 bits of TOML: floats lose their digits too."""
    if value.bit_length() > LONGEST_BITS:
        raise UsageError(
            f"{where} has a whole number of {value.bit_length()} bits; give a smaller number"
        )


def in_one_line(error: HedgeError, reword: Callable[[str], str] = str) -> HedgeError | None:
    """Make the same error with its message in one line; None where it has one line already.

    ``reword`` rewrites that line; an error whose message it changes is made anew as well.

    An error class of the user's own may not accept a message, or fail when it is shown: then a
    :class:`~data.errors.RuleError` replaces it. Raise the answer from the original error.
    """
    message = ""
    with contextlib.suppress(Exception):
        message = str(error)
    kind = type(error)
    line = one_line(message) or f"{kind.__name__} without a message; give it one where it is raised"
    line = reword(line)
    if line == message:
        return None
    with contextlib.suppress(Exception):
        other = kind(line)
        if str(other) == line:
            return other
    return RuleError(line)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_decimal(value: object) -> object:
    """Turn a Decimal into a float; leave anything else as it is."""
    if isinstance(value, Decimal):
        with contextlib.suppress(ValueError, OverflowError):  # a signalling nan
            return float(value)
    return value


def _day_text(value: object) -> str:
    """Write a day as YYYY-MM-DD; empty, or text that is no day, for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.datetime64) and np.datetime_data(value)[0] not in ("Y", "M", "W"):
        return str(value.astype("datetime64[D]"))
    return value.isoformat()[:10] if isinstance(value, dt.date) else ""  # of NaT it is NaT


def _key(key: object, where: str) -> Any:
    """Read a key of a mapping; numbers pass, for the declaration to refuse."""
    if isinstance(key, bool | int | float):
        return key
    return name(key, where, "weights by ticker")

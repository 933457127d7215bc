"""The checks of every option of the functions for Python, declared once for all of them.

The decorator :func:`door` reads the arguments of a call before the function sees them. What is
natural is converted (a Timestamp to a day, an Index to a list of tickers, a Path to a text);
anything else is refused in a line that names the option. ``None`` means that an option is not
given where None is its default, and is refused elsewhere.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from itertools import islice
from numbers import Real
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from backtests.engine import kinds
from backtests.engine.flows import flows_given, flows_of_file, read_dated
from backtests.engine.withdrawal_rate import read_rate
from backtests.face.guard import plain_errors
from data.errors import UsageError, did_you_mean, in_short
from strategies.base import NEEDS, Value

P = ParamSpec("P")
T = TypeVar("T")

MOST = 100_000  # entries of a list: a generator may never end
TICKERS = "tickers such as ['SPY', 'IEF']"
LIMITS = "limits such as 'volatility<0.1'"
OPTION = re.compile(r"(?<![\w-])--(no-)?([a-z]+(?:-[a-z]+)*)(?![\w=-])")


class NotGiven(Enum):
    """The default of an option that refuses None, which a loader returns that found nothing."""

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return f"<{self.value}>"


NOT_GIVEN = NotGiven.NOT_GIVEN


def given(value: T | NotGiven) -> T | None:
    """The value that was given; None where none was."""
    return None if isinstance(value, NotGiven) else value


def door(function: Callable[P, T]) -> Callable[P, T]:
    """Check and convert the options of a function, and raise one line for what does not fit.

    Raises
    ------
    HedgeError
        For whatever the user can correct, also for a call that does not fit the function.
    """
    signature = inspect.signature(function)
    parameters = signature.parameters

    @functools.wraps(function)
    def entered(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            names = [name for name in parameters if name != "self"]
            hints = [did_you_mean(name, names) for name in kwargs if name not in parameters]
            raise UsageError(
                f"{function.__name__}(): {error}{''.join(hints[:1])}; it takes {', '.join(names)}"
            ) from None
        for name, value in bound.arguments.items():
            is_default = value is None and parameters[name].default is None
            if name in KINDS and not is_default:
                bound.arguments[name] = KINDS[name](value, f"{name}=")
        return function(*bound.args, **bound.kwargs)

    return plain_errors(entered, functools.partial(in_python, options=frozenset(parameters)))


def in_python(message: str, options: Collection[str]) -> str:
    """Write the options in a message as Python does: ``--flow-indexed`` is ``flow_indexed=True``.

    Parameters
    ----------
    message
        As the command would print it.
    options
        The names of those that the function has; others stay as they stand.
    """

    def written(match: re.Match[str]) -> str:
        is_off = match[1] == "no-" and match[2] not in ("tearsheet", "verdict")
        name = f"{'' if is_off else match[1] or ''}{match[2]}".replace("-", "_")
        if name not in options:
            return match[0]
        is_flag = KINDS.get(name) is kinds.flag
        return f"{name}={not is_off}" if is_flag else f"{name}="

    return OPTION.sub(written, message)


def path(value: object, where: str) -> str:
    """Read the path of a file or folder: text, or a Path."""
    written = os.fspath(value) if isinstance(value, os.PathLike) else value
    read = kinds.text(written, where, "a path, as text or Path")
    if not read.strip():
        raise UsageError(f"{where} takes a path, as text or Path, got {in_short(value)}")
    return read


def day(value: object, where: str) -> str:
    """Read a day; the message for anything else is that of the command."""
    return kinds.day(value, f"--{where.removesuffix('=')}")


def source(value: object, where: str) -> str:
    """Read a source of prices; a Path is a folder of files."""
    if isinstance(value, os.PathLike):
        return f"files:{path(value, where)}"
    return kinds.text(value, where, "a text such as 'bundled', or the Path of a folder")


def tickers(value: object, where: str) -> tuple[str, ...]:
    """Read tickers: a list, an index, a column of names, or text as ``"SPY,IEF"``."""
    names = _listed(value, where, TICKERS, split=True)
    if not names:
        raise UsageError(f"{where} takes {TICKERS}, got none; name at least one")
    return tuple(kinds.name(ticker, where, TICKERS) for ticker in names)


def needs(value: object, where: str) -> tuple[str, ...]:
    """Read which series a rule needs beside prices and cash."""
    wanted = ", ".join(NEEDS)
    # A set will do: the order does not matter here.
    value = list(value) if isinstance(value, set | frozenset) else value
    names = _listed(value, where, wanted, split=True)
    for need in names:
        if not isinstance(need, str) or need not in NEEDS:
            raise UsageError(
                f"{where} takes {wanted}, got {in_short(need)}{did_you_mean(need, NEEDS)}"
            )
    return tuple(need for need in NEEDS if need in names)


def limits(value: object, where: str) -> tuple[str, ...]:
    """Read the limits of a search."""
    return tuple(kinds.text(limit, where, LIMITS) for limit in _listed(value, where, LIMITS))


def mix(value: object, where: str) -> object:
    """Read weights by ticker, a Series too; or text as ``"SPY=0.6,IEF=0.4"``."""
    if not isinstance(value, Mapping | pd.Series | str):
        raise UsageError(
            f"{where} takes fractions by ticker, such as {{'SPY': 0.6, 'IEF': 0.4}}, got "
            f"{in_short(value)}"
        )
    return kinds.plain(value, where)


def ratio(value: Any, where: str) -> object:
    """Read what of a side's dollars is sold: a number, or ratios by ticker, a Series too."""
    return _share_by_name(
        value, where, "a ratio from 0 to 1, or ratios by ticker such as {'IEF': 1}"
    )


def rates(value: Any, where: str) -> object:
    """Read what is withheld: a number, text, or rates by ticker, a Series too."""
    return _share_by_name(
        value, where, "a rate from 0 to 1, or rates by ticker such as {'SPY': 0.15}"
    )


def dated(value: Any, where: str) -> object:
    """Read cash flows: amounts by day, a Series or pairs too, text, or the path of a file."""
    if isinstance(value, os.PathLike):
        return flows_of_file(Path(path(value, where)))
    if isinstance(value, str):
        return read_dated(flows_given(kinds.text(value, where)))
    if isinstance(value, pd.Series):
        value = list(value.items())  # a day may stand there twice
    if isinstance(value, Mapping | list | tuple):
        return read_dated(value)
    raise UsageError(
        f"{where} takes amounts by day such as {{'2020-01-15': 500}}, pairs, a Series, or the path "
        f"of a file, got {in_short(value)}"
    )


def _share_by_name(value: Any, where: str, wanted: str) -> object:
    if isinstance(value, str):
        return kinds.text(value, where)
    if isinstance(value, pd.Series):
        value = kinds.by_name(value, where)
    if isinstance(value, Mapping):
        return {kinds.name(name, where, wanted): value[name] for name in value}
    return kinds.number(value, where, wanted)


def named(value: Any, where: str) -> Mapping[str, Value | None]:
    """Read parameters by name, a row of a table too; the strategy checks their values."""
    if isinstance(value, pd.Series):
        value = kinds.by_name(value, where)
    if not isinstance(value, Mapping):
        raise UsageError(f"{where} takes parameters by name, got {in_short(value)}")
    return {kinds.name(name, where, "parameters by name"): value[name] for name in value}


def grid(value: Any, where: str) -> Mapping[str, str]:
    """Read a grid: a parameter's values as the command line writes them."""
    wanted = "values by parameter, such as {'step_bp': [25, 50]}"
    if not isinstance(value, Mapping):
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}")
    return {
        kinds.name(name, where, wanted): _axis(value[name], f"{where} of {name}") for name in value
    }


def prices(value: T, where: str) -> T:
    """Pass a table of prices on to its own check, unless it is None."""
    if value is None:
        raise UsageError(f"{where} is None; leave it out, or give a table of prices")
    return value


def _listed(value: Any, where: str, wanted: str, *, split: bool = False) -> list[Any]:
    """Read the entries of a list or of any other ordered collection; text may hold several."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")] if split else [value]
    if isinstance(value, set | frozenset):
        raise UsageError(f"{where} takes {wanted}, got a set, which has no order; give a list")
    is_list = isinstance(value, Iterable) and not isinstance(value, Mapping | bytes | pd.DataFrame)
    try:
        entries = list(islice(value, MOST + 1)) if is_list else None
    except Exception as error:  # an array of no dimension, a generator that fails
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}: {error}") from error
    if entries is None:
        raise UsageError(f"{where} takes {wanted}, got {in_short(value)}")
    if len(entries) > MOST:
        raise UsageError(f"{where} takes {wanted}, got more than {MOST:,}; give fewer")
    return entries


def _axis(value: Any, where: str) -> str:
    """Read the values of a parameter to search; a single value counts as a list."""
    wanted = "values as a list, or as text such as '0.4:0.8:0.1'"
    if isinstance(value, str):
        return kinds.text(value, where)
    if isinstance(value, Real | Decimal | np.generic):
        value = [value]
    entries = _listed(value, where, wanted)
    if not entries:
        raise UsageError(f"{where} takes {wanted}, got none; give at least one")
    return ",".join(_word(entry, where) for entry in entries)


def _word(value: Any, where: str) -> str:
    """Write a value as the command line takes it."""
    read = None if isinstance(value, Mapping | list | tuple) else kinds.plain(value, where)
    if not isinstance(read, bool | int | float | str):
        raise UsageError(f"{where} takes numbers or texts, got {in_short(value)}")
    if isinstance(read, float) and read.is_integer() and abs(read) < 1e15:
        return str(int(read))  # 10.0 of an array is 10 to a parameter of whole numbers
    return read if isinstance(read, str) else repr(read)


Kind = Callable[[Any, str], object]
KINDS: Mapping[str, Kind] = {
    # The rule, and what it is run on.
    "strategy_file": path,
    "config": path,
    "tickers": tickers,
    "needs": needs,
    "weights": mix,
    "rebalance": kinds.text,
    "offset": kinds.plain,  # a rule of the user's own may have one that is no whole number
    "set": named,
    "prices": prices,
    "bills": prices,
    # The run.
    "source": source,
    "extend": kinds.flag,
    "start": day,
    "end": day,
    "fee_bps": kinds.number,
    "slippage_bps": kinds.number,
    "lag": kinds.whole,
    "benchmark": kinds.text,
    "hedge": tickers,
    "equity": tickers,
    "price_only": tickers,
    "initial": kinds.number,
    "currency": kinds.text,
    "cash": kinds.text,
    "fx_hedge": ratio,
    "fx_hedge_equity": ratio,
    "fx_basis_bp": kinds.number,
    "carry_rates": kinds.flag,
    "withholding": rates,
    "band": kinds.number,
    "band_relative": kinds.number,
    "band_to": kinds.text,
    "flow": kinds.text,
    "flow_indexed": kinds.flag,
    "flows": dated,
    "real": kinds.flag,
    # The search.
    "assets": tickers,
    "step": kinds.number,
    "grid": grid,
    "maximise": kinds.text,
    "subject_to": limits,
    "scheduler": kinds.text,
    # How it is done, and where it goes.
    "out": path,
    "align": kinds.flag,
    "each_in_its_own": kinds.flag,
    "no_tearsheet": kinds.flag,
    "no_verdict": kinds.flag,
    "standalone": kinds.flag,
    "withdrawals": read_rate,
    "rate": read_rate,
    "refresh": kinds.flag,
    "strict": kinds.flag,
    "max_age": kinds.whole,
    "quiet": kinds.flag,
    "dark": kinds.flag,
}

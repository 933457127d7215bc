"""A run's configuration as a TOML file, so that it can be saved, shared and run again."""

from __future__ import annotations

import tomllib
from pathlib import Path

from backtests.engine.config import RunConfig, plain_params
from backtests.engine.kinds import require_short
from data.errors import UsageError, did_you_mean
from data.regular import MOST_CONFIG, MOST_STRATEGY, read_regular, read_regular_text
from data.terminal import printable
from strategies.base import Params, Strategy, Value
from strategies.registry import is_strategy


class Ratios:
    """The kind of a key that takes a number, or text by ticker."""


class Dated:
    """The kind of a key that takes text, or a table by day."""


class Rates:
    """The kind of a key that takes a number, text by ticker, or a table by ticker."""


# Keys of the file, and the type of each value. Where a number is asked for, a whole one will do.
KEYS: dict[str, type] = {
    "strategy": str,
    "source": str,
    "extend": bool,
    "start": str,
    "end": str,
    "fee_bps": float,
    "slippage_bps": float,
    "lag": int,
    "benchmark": str,
    "hedge": str,
    "equity": str,
    "price_only": str,
    "initial": float,
    "currency": str,
    "cash": str,
    "fx_hedge": Ratios,
    "fx_hedge_equity": Ratios,
    "fx_basis_bp": float,
    "carry_rates": bool,
    "withholding": Rates,
    "band": float,
    "band_relative": float,
    "band_to": str,
    "flow": str,
    "flow_indexed": bool,
    "flows": Dated,
    "real": bool,
    "params": dict,
}
MOST_KEY = 8192  # characters before the first =
STRATEGY = "strategy.py"  # beside the file: the source of a strategy from outside the repository
WORDS = {str: "a text", bool: "true or false", float: "a number", int: "a whole number",
         dict: "a table", Ratios: "a ratio, or a text such as IEF=1",
         Rates: "a rate, a text such as SPY=0.15, or a table by ticker",
         Dated: "a text such as 2020-01-15=500, or a table by day"}  # fmt: skip


def write_config(path: Path, config: RunConfig, remark: str = "") -> None:
    """Write a configuration; what is not set is left out. ``remark`` is a line above it."""
    import tomli_w

    # The parameters are a table of their own, which TOML wants after all other keys.
    table = {key: value for key, value in config.as_dict().items() if key != "params"}
    given = {key: value for key, value in table.items() if value is not None}
    text = tomli_w.dumps({**given, "params": plain_params(config.params)})
    above = f"# {' '.join(remark.split())}\n" if remark else ""
    path.write_text(printable(above + text, _toml_escape), encoding="utf-8", newline="\n")


def _toml_escape(sign: str) -> str:
    """Write a character within a text of TOML: all of them that do not print stand in one."""
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"


def read_config(path: Path, where: str = "") -> dict[str, Value]:
    """Read a configuration file: the keys that it sets.

    Parameters
    ----------
    path
        The file.
    where
        How it was given, for messages; ``--config`` and its path unless given.

    Raises
    ------
    UsageError
        If it cannot be read, is not TOML, or sets an unknown key or a value of the wrong type.
    """
    where = where or f"--config {path}"
    try:
        table = tomllib.loads(_text(path))
    except OSError as error:
        raise UsageError(
            f"{where} cannot be read: {error.strerror or error}; check its path"
        ) from error
    except (ValueError, RecursionError) as error:  # not text, not TOML, or endless digits
        raise UsageError(
            f"{where} is no TOML ({error}); correct that line, or make the run again"
        ) from error
    try:
        require_types(table, where)
    except RecursionError as error:
        raise UsageError(f"{where} has tables within tables without end; write it anew") from error
    if "strategy" not in table:
        raise UsageError(f'{where} names no strategy; write strategy = "hedge_mix"')
    return table


def _text(path: Path) -> str:
    """A configuration's text.

    Raises
    ------
    ValueError
        If a key is so long that its reader, which is slow on keys of many parts, would not end.
    """
    text = read_regular_text(path, MOST_CONFIG)
    for number, line in enumerate(text.split("\n"), start=1):
        key = len(line.partition("=")[0])
        if key > MOST_KEY:
            raise ValueError(f"line {number} has a key of {key:,} characters, at most {MOST_KEY:,}")
    return text.removeprefix("\ufeff")


def source_beside(path: Path) -> Path | None:
    """Path of the source of an outside strategy beside a configuration; None without one."""
    source = path.with_name(STRATEGY)
    return source if source.is_file() else None


def require_its_rule(path: Path, strategy: str, where: str = "") -> None:
    """Refuse a run of a strategy that is not here, and name its source if that lies beside it.

    A configuration is data: it never runs code that the user did not name. ``where`` as for
    :func:`read_config`.

    Raises
    ------
    UsageError
        Saying how to run it.
    """
    source = source_beside(path)
    if source is not None and not is_strategy(strategy):
        where = where or f"--config {path}"
        raise UsageError(
            f"{where} is a run of {strategy}, a strategy of its own; read {source}, and if you "
            f"trust it give --strategy-file {source} as well"
        )


def require_kept_source(path: Path, strategy: Strategy, where: str = "") -> None:
    """Refuse a strategy that differs from the source saved beside a configuration.

    ``where`` as for :func:`read_config`.

    Raises
    ------
    UsageError
        Saying how to run the saved version.
    """
    source = source_beside(path)
    if source is None:
        return  # the strategy is of this project, or a function
    where = where or f"--config {path}"
    try:
        saved = read_regular(source, MOST_STRATEGY)
    except OSError as error:
        raise UsageError(
            f"{where} is a run of {strategy.name}, but {source} cannot be read "
            f"({error.strerror or error}); restore or remove it"
        ) from error
    if strategy.file is None or strategy.file.source != saved:
        raise UsageError(
            f"{where} is a run of {strategy.name} as {source} has it, and the "
            f"{strategy.name} given is another version; give --strategy-file {source}"
        )


def require_types(table: Params, where: str) -> None:
    """Refuse a configuration that sets an unknown key or a value of the wrong type.

    Raises
    ------
    UsageError
        Naming the key, its type and the value.
    """
    for key, value in table.items():
        if key not in KEYS:
            raise UsageError(
                f"{where} sets {key!r}{did_you_mean(key, KEYS)}; it can set {', '.join(KEYS)}"
            )
        _require_short(value, f"{where}: {key}")
        wanted = KEYS[key]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        number = (
            (wanted in (float, Ratios, Rates) and is_number)
            or (wanted in (Ratios, Rates, Dated) and isinstance(value, str))
            or (wanted in (Rates, Dated) and isinstance(value, dict))
        )
        whole = wanted is int and isinstance(value, int) and not isinstance(value, bool)
        # A configuration is whole by itself: it names no other file.
        number = number and not (wanted is Dated and isinstance(value, str) and "=" not in value)
        if not (number or whole or (wanted not in (float, int) and isinstance(value, wanted))):
            raise UsageError(f"{where}: {key} takes {WORDS[wanted]}, got {value!r}")


def _require_short(value: object, where: str) -> None:
    """Refuse whole numbers that no float can hold, also within tables and lists."""
    if isinstance(value, int):
        require_short(value, where)
    for inner in value.values() if isinstance(value, dict) else ():
        _require_short(inner, where)
    for inner in value if isinstance(value, list) else ():
        _require_short(inner, where)

"""``results/trials.parquet``: every trial ever made here, so that luck can be counted.

A trial is one portfolio at one frequency: the same tickers and parameters count once, however
often, over whatever dates and at whatever costs they were tried. A market is what can be held:
trials that share a ticker and the frequency are trials on the same market.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.engine.bands import Rebalancing
from backtests.engine.config import plain_params
from backtests.engine.money import HEDGES, Money, ratio_text
from backtests.engine.plan import PLAIN
from backtests.engine.space import Space
from data.durable import locked, remove_left_behind, replacing
from data.errors import OutputError
from data.regular import MOST_LOG, open_regular
from strategies.base import Value

TRIALS = "trials.parquet"
COLUMNS = ("key", "frequency", "strategy", "tickers", "parameters", "search")
ROWS_AT_ONCE = 1 << 17  # a million trials in text are 100 MB

Keys = NDArray[np.uint64]


def log_trials(
    out: Path,
    space: Space,
    numbers: NDArray[np.int64],
    ppy: int,
    search: str,
    version: str = "",
    money: Money | None = None,
    bands: Rebalancing = PLAIN.rebalancing,
) -> int:
    """Add trials to the log and count those of this market, earlier ones included.

    Parameters
    ----------
    out
        The results folder.
    space
        What was searched.
    numbers
        The candidates that were tried.
    ppy
        Rows a year, the frequency.
    search
        The search's identifier, for readers of the log.
    version
        What tells the strategy from others of its name: each version of a user's own strategy
        that was tried counts as a trial of its own.
    money
        Currency and hedge of the default; dollars unless given.
    bands
        Of the default; none unless given. Cash flows make no other trial: they are no choice of a
        portfolio, and its unit value is the same but for costs.

    Raises
    ------
    OutputError
        If the log cannot be read or written: a count that starts again overstates significance.
    """
    frequency = "daily" if ppy == 252 else "monthly"
    salt = " ".join(filter(None, (frequency, space.strategy, version)))
    path = out / TRIALS
    with locked(out):
        logged = _logged_keys(path)
        tried = partial(
            _made, space, frequency=frequency, salt=salt, around={**_abroad(money), **bands.table}
        )
        fresh = numbers[~np.isin(_keys(tried(numbers, search="")), logged)]
        if len(fresh):
            _write(path, _parts(path, tried(fresh, search=search)))
        return _count(path, space, frequency) if path.exists() else 0


def _logged_keys(path: Path) -> Keys:
    return _read(path, ["key"])["key"].to_numpy() if path.exists() else np.array([], np.uint64)


def _keys(parts: Iterator[Any]) -> Keys:
    keys = [part["key"].to_numpy() for part in parts]
    return np.concatenate(keys) if keys else np.array([], np.uint64)


def _abroad(money: Money | None) -> dict[str, Value]:
    """What tells the trials of another currency from those in dollars, and from each other."""
    if money is None or money.is_dollars:
        return {}
    ratios = {name: ratio_text(money.ratio(name)) for name in HEDGES}
    return {"currency": money.currency, "cash": money.cash, **ratios}


def _made(
    space: Space,
    numbers: NDArray[np.int64],
    *,
    frequency: str,
    search: str,
    salt: str,
    around: Mapping[str, Value],
) -> Iterator[Any]:
    """Trials as rows of the log, a part at a time; ``around`` are among their parameters."""
    import pyarrow as pa

    for first in range(0, len(numbers), ROWS_AT_ONCE):
        some = numbers[first : first + ROWS_AT_ONCE]
        tickers, parameters = _described(space, some, around)
        words = parameters.to_numpy(zero_copy_only=False)
        # A hash of 64 bits tells trials apart: among ten million trials two collide by chance in
        # one of some hundred thousand logs.
        key = pd.util.hash_array(words, hash_key=f"{_digits(salt):016x}", categorize=False)
        yield pa.table(
            {
                "key": key,
                "frequency": _same(frequency, len(some)),
                "strategy": _same(space.strategy, len(some)),
                "tickers": tickers.dictionary_encode(),
                "parameters": parameters,
                "search": _same(search, len(some)),
            }
        )


def _digits(text: str) -> int:
    return int(pd.util.hash_array(np.array([text], dtype=object), categorize=False)[0])


def _count(path: Path, space: Space, frequency: str) -> int:
    """Trials on a market: those at this frequency that share a ticker, and those in bills only."""
    import pyarrow.compute as pc

    log = _read(path, ["frequency", "tickers"])
    ours = {*space.tickers(), ""}
    here = log.filter(pc.equal(log["frequency"], frequency))["tickers"].value_counts()
    return sum(
        int(held["counts"]) for held in here.to_pylist() if ours & set(held["values"].split(","))
    )


def _described(
    space: Space, numbers: NDArray[np.int64], around: Mapping[str, Value]
) -> tuple[Any, Any]:
    """Tickers and parameters of each candidate as text, the same text for equal candidates."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not space.is_simplex:
        rules = [space.rule(int(number)) for number in numbers]
        tickers = [",".join(sorted(rule.tickers)) for rule in rules]
        settings = [space.settings_of(int(number)) for number in numbers]
        texts = [
            json.dumps({**plain_params(rule.params()), **around, **own}, sort_keys=True)
            for rule, own in zip(rules, settings, strict=True)
        ]
        return pa.array(tickers, pa.string()), pa.array(texts, pa.string())
    # There may be a million mixes: made in columns, an asset at a time. Weights of 0 are left out.
    names, weights = [], []
    for axis, asset in sorted(enumerate(space.axes), key=lambda pair: pair[1]):
        values = space.axes[asset]
        codes = pa.array(space.codes[numbers, axis])
        words = ["", *(f"{json.dumps(asset)}: {json.dumps(value)}, " for value in values[1:])]
        weights.append(pa.array(words, pa.string()).take(codes))
        names.append(pa.array(["", *[f"{asset},"] * (len(values) - 1)], pa.string()).take(codes))

    def joined(columns: list[Any], after: str) -> Any:
        return pc.utf8_rtrim(pc.binary_join_element_wise(*columns, ""), after)

    others = json.dumps({**plain_params(space.fixed), **around}, sort_keys=True)[:-1]
    parameters = pc.binary_join_element_wise(
        others + ', "weights": {', joined(weights, ", "), "}}", ""
    )
    return joined(names, ","), parameters


def _same(word: str, count: int) -> Any:
    import pyarrow as pa

    codes = pa.array(np.zeros(count, np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array([word], pa.string()))


def _parts(path: Path, fresh: Iterator[Any]) -> Iterator[Any]:
    """All rows of the new log: the old ones, then the fresh ones."""
    if path.exists():
        with _opened(path) as log:
            groups = log.num_row_groups
        for group in range(groups):
            with _opened(path) as log:
                part = log.read_row_group(group)
            yield part
    yield from fresh


def _read(path: Path, columns: list[str]) -> Any:
    with _opened(path) as log:
        if tuple(log.schema_arrow.names) != COLUMNS:
            raise ValueError(f"its columns are {', '.join(log.schema_arrow.names)}")
        return log.read(columns)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a log; any error that a damaged one causes becomes one line that says so."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with (
            open_regular(path, MOST_LOG) as stream,
            pq.ParquetFile(stream, page_checksum_verification=True) as log,
        ):
            yield log
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise OutputError(
            f"{path} cannot be read ({reason}); it counts the trials made "
            "here: restore it, or remove it; without it earlier trials are not counted, which "
            "overstates significance"
        ) from error


def _write(path: Path, parts: Iterator[Any]) -> None:
    import pyarrow.parquet as pq

    writer = None
    try:
        remove_left_behind(path)
        with replacing(path) as temporary:
            for part in parts:
                writer = writer or pq.ParquetWriter(
                    temporary, part.schema, compression="zstd", write_page_checksum=True
                )
                writer.write_table(part.cast(writer.schema))
            if writer is not None:
                writer.close()
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; make room or give access"
        ) from error

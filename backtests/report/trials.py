"""``results/trials.parquet``: every trial ever made here, so that luck can be counted.

A trial is one portfolio at one frequency: the same tickers and parameters count once, however
often, over whatever dates and at whatever costs they were tried. A market is told by what can
be held: trials that share a ticker and the frequency are trials of the same market.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtests.engine.space import Space
from backtests.report.folder import TEMPORARY, locked
from data.errors import OutputError

TRIALS = "trials.parquet"
COLUMNS = ("frequency", "strategy", "tickers", "parameters", "first_tuned")
# What tells one trial from another.
IDENTITY = ["frequency", "strategy", "parameters"]


def log_trials(out: Path, space: Space, numbers: NDArray[np.int64], ppy: int, name: str) -> int:
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
    name
        Of the search.

    Raises
    ------
    OutputError
        If the log cannot be read or written: a count that begins anew would flatter.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    frequency = "daily" if ppy == 252 else "monthly"
    tickers, parameters = _described(space, numbers)
    made = pa.table(
        {
            "frequency": _same(frequency, len(numbers)),
            "strategy": _same(space.strategy, len(numbers)),
            "tickers": tickers.dictionary_encode(),
            "parameters": parameters,
            "first_tuned": _same(name, len(numbers)),
        }
    )
    path = out / TRIALS
    with locked(out):
        known = _read(path)
        if known is not None:
            made = pa.concat_tables([known, made]).unify_dictionaries()
        frame = made.to_pandas()
        again = frame.duplicated(IDENTITY).to_numpy()
        if known is None or not again[known.num_rows :].all():
            _write(path, made.filter(pa.array(~again)), pq)
    kept = frame[~again & (frame["frequency"] == frequency).to_numpy()]
    # All in bills is a mix of every market.
    ours = {*space.tickers(), ""}
    return sum(
        int(count)
        for held, count in kept["tickers"].value_counts().items()
        if ours & set(str(held).split(","))
    )


def _described(space: Space, numbers: NDArray[np.int64]) -> tuple[Any, Any]:
    """Tickers held and parameters of each candidate, as text that is the same for equals."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not space.is_simplex:
        rules = [space.rule(int(number)) for number in numbers]
        tickers = [",".join(sorted(rule.tickers)) for rule in rules]
        texts = [json.dumps(rule.params(), sort_keys=True) for rule in rules]
        return pa.array(tickers, pa.string()), pa.array(texts, pa.string())
    # A million mixes: in columns, an asset at a time. A weight of 0 is no part of a mix.
    names, weights = [], []
    for axis, asset in sorted(enumerate(space.axes), key=lambda pair: pair[1]):
        values = space.axes[asset]
        codes = pa.array(space.codes[numbers, axis])
        words = ["", *(f"{json.dumps(asset)}: {json.dumps(value)}, " for value in values[1:])]
        weights.append(pa.array(words, pa.string()).take(codes))
        names.append(pa.array(["", *[f"{asset},"] * (len(values) - 1)], pa.string()).take(codes))

    def joined(columns: list[Any], after: str) -> Any:
        return pc.utf8_rtrim(pc.binary_join_element_wise(*columns, ""), after)

    others = json.dumps(dict(space.fixed), sort_keys=True)[:-1]
    parameters = pc.binary_join_element_wise(
        others + ', "weights": {', joined(weights, ", "), "}}", ""
    )
    return joined(names, ","), parameters


def _same(word: str, count: int) -> Any:
    import pyarrow as pa

    codes = pa.array(np.zeros(count, np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array([word], pa.string()))


def _read(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        return None
    try:
        table = pq.read_table(path, read_dictionary=["frequency", "strategy", "tickers",
                                                      "first_tuned"])  # fmt: skip
        if tuple(table.column_names) == COLUMNS:
            return table
        reason = f"its columns are {', '.join(table.column_names)}"
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
    raise OutputError(
        f"{path} cannot be read ({reason}); it counts the trials made here: restore it, or "
        "remove it and say beside any result that earlier trials are not counted"
    )


def _write(path: Path, table: Any, pq: Any) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    os.close(handle)
    try:
        pq.write_table(table, temporary, compression="zstd")
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; make room or give access"
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)

"""Values as bytes between two processes of ours, without unpickling: JSON beside plain arrays."""

from __future__ import annotations

import io
import json
import os
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.npyio import NpzFile

from backtests.analysis.cross_check import Headline
from backtests.engine.ledger import Fills
from data import errors
from data.errors import HedgeError
from data.records import fields_of

RECORDS = {kind.__name__: kind for kind in (Fills, Headline)}


def packed(value: object) -> bytes:
    """Write a value: numbers, texts, None, arrays, series, our records, and groups of them."""
    arrays: list[np.ndarray[Any, Any]] = []
    text = json.dumps(_plain(value, arrays)).encode()  # a single line
    content = io.BytesIO()
    np.savez(content, *arrays)
    return text + b"\n" + content.getvalue()


def unpacked(content: bytes) -> Any:
    """Read a value that :func:`packed` wrote; groups come back as tuples and dictionaries."""
    text, _, rest = content.partition(b"\n")
    with np.load(io.BytesIO(rest), allow_pickle=False) as arrays:
        return _value(json.loads(text), arrays)


def _plain(value: object, arrays: list[np.ndarray[Any, Any]]) -> object:
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, pd.Series):
        parts = (value.index.to_numpy(), value.to_numpy(), value.name)
        return {"series": [_plain(part, arrays) for part in parts]}
    if type(value).__name__ in RECORDS:
        return {type(value).__name__: _plain(fields_of(value), arrays)}
    if isinstance(value, Mapping):
        return {"mapping": [[name, _plain(part, arrays)] for name, part in value.items()]}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(part, arrays) for part in value]
    return value


def _value(plain: Any, arrays: NpzFile) -> Any:
    if isinstance(plain, list):
        return tuple(_value(part, arrays) for part in plain)
    if not isinstance(plain, dict):
        return plain
    ((kind, content),) = plain.items()
    if kind == "array":
        return arrays[f"arr_{content}"]
    if kind == "series":
        index, values, name = (_value(part, arrays) for part in content)
        return pd.Series(values, index, name=name)
    if kind == "mapping":
        return {name: _value(part, arrays) for name, part in content}
    return RECORDS[kind](**_value(content, arrays))


# What a call raised: the same error there as here, as far as a command tells errors apart.


class FaultError(RuntimeError):
    """A fault in the other process, with its traceback there."""


def raised(error: BaseException) -> bytes:
    """Write an error, to be raised by :func:`answered`."""
    about: list[object]
    if isinstance(error, HedgeError):
        about = [type(error).__name__, str(error)]
    elif isinstance(error, OSError):
        name: object = error.filename
        name = os.fspath(name) if isinstance(name, os.PathLike) else name
        name = os.fsdecode(name) if isinstance(name, bytes) else name
        about = ["OSError", error.errno, error.strerror or str(error), name]
    elif isinstance(error, MemoryError):
        about = ["MemoryError", str(error)]
    else:
        told = "".join(traceback.format_exception(error))
        about = ["fault", f"{type(error).__name__}: {error}", told]
    return packed({"error": about})


def returned(value: object) -> bytes:
    """Write what a call returned."""
    return packed({"value": value})


def answered(content: bytes) -> object:
    """What a call returned.

    Raises
    ------
    HedgeError, OSError, MemoryError, FaultError
        What it raised.
    """
    answer = unpacked(content)
    if "value" in answer:
        return answer["value"]
    kind, *about = answer["error"]
    if kind == "OSError":
        number, reason, name = about
        raise OSError(number, reason, name)
    if kind == "MemoryError":
        raise MemoryError(*about)
    if kind == "fault":
        fault = FaultError(about[0])
        fault.add_note(about[1])
        raise fault
    raise getattr(errors, kind)(*about)

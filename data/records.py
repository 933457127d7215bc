"""Frozen dataclasses to plain values for JSON, and back.

Inside the program a run, a verdict or a manifest is a record; files hold plain values. What is
written reads back equal. A file that lacks a field, has an extra one or holds another type is
refused, and the error names the path of that field.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import numbers
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from immutabledict import immutabledict

T = TypeVar("T")
# What JSON holds. It is read into a record before anything else is done with it.
Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
DIGITS = 10
LONG = 8  # a row of so many numbers is written and read at once, in a third of the time


def to_json(value: object) -> Any:
    """Turn a record into plain values: objects, lists, numbers, text and None.

    Raises
    ------
    TypeError
        For anything that a record cannot hold.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)  # of an enumeration its plain text
    if isinstance(value, list | tuple):
        return [to_json(inner) for inner in value]
    if isinstance(value, Mapping):
        return {key: to_json(inner) for key, inner in value.items()}
    if dataclasses.is_dataclass(value):
        return {name: to_json(inner) for name, inner in fields_of(value).items()}
    if isinstance(value, dt.timedelta):
        import msgspec

        return msgspec.to_builtins(value)  # as ISO 8601 writes it, which from_json reads
    raise TypeError(f"{type(value).__name__} is no plain value")


def from_json(kind: type[T], value: object) -> T:
    """Read a record back from plain values, every field of which has to be there.

    Parameters
    ----------
    kind
        The record's class.
    value
        What a file held.

    Raises
    ------
    ValueError
        With the path of what is missing, too much or of another type.
    """
    import msgspec

    try:
        record = msgspec.convert(value, kind)
    except (msgspec.ValidationError, TypeError) as error:
        raise ValueError(str(error)) from None
    _require_same_keys(value, to_json(record), "$")
    return record


def _require_same_keys(given: object, read: object, path: str) -> None:
    """Refuse keys that no field took, and fields that took their default for want of a key."""
    if isinstance(given, Mapping) and isinstance(read, Mapping):
        for key in read:
            if key not in given:
                raise ValueError(f"Object missing required field `{key}` - at `{path}`")
        for key, inner in given.items():
            if key not in read:
                raise ValueError(f"Object has the unknown field `{key}` - at `{path}`")
            _require_same_keys(inner, read[key], f"{path}.{key}")
    elif isinstance(given, list | tuple) and isinstance(read, list | tuple):
        for number, (inner, other) in enumerate(zip(given, read, strict=True)):
            if isinstance(inner, Mapping | list | tuple):
                _require_same_keys(inner, other, f"{path}[{number}]")


def ten_digits(value: T) -> T:
    """Round every number of a record to ten significant digits; None for what is not finite.

    The program then goes on with the same numbers that a file holds. Last digits, which depend on
    the order in which a processor adds, do not change the file.
    """
    if isinstance(value, float):  # first: nearly all that a verdict holds
        finite = float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
        return finite  # type: ignore[return-value]
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, list | tuple):
        if len(value) >= LONG and set(map(type, value)) == {float}:
            written = f"%.{DIGITS}g " * len(value) % tuple(value)
            if "n" not in written:  # all are finite: no inf, no nan
                return tuple(map(float, written.split()))  # type: ignore[return-value]
        return tuple(map(ten_digits, value))  # type: ignore[return-value]
    if isinstance(value, Mapping):
        rounded = {key: ten_digits(inner) for key, inner in value.items()}
        return immutabledict(rounded)  # type: ignore[return-value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {name: ten_digits(inner) for name, inner in fields_of(value).items()}
        return dataclasses.replace(value, **changes)
    return value


def as_number(value: Any, kind: type[int] | type[float]) -> Any:
    """Convert a number to Python's own int or float, so that equal values are written alike.

    25, 25.0 and numpy's 25 are the same value of a parameter and must give the same run name.
    What is no number, or no integer where an integer is wanted, is returned unchanged, and its
    own check refuses it.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return value
    if kind is int and isinstance(value, numbers.Integral):
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return value
    return int(number) if kind is int and number.is_integer() else number


def frozen(value: Any) -> Any:
    """A mapping that cannot be changed, nested ones included; anything else as it is."""
    if isinstance(value, Mapping):
        return immutabledict({key: frozen(inner) for key, inner in value.items()})
    return value


def freeze_mappings(record: object) -> None:
    """Make the mappings of a frozen dataclass unchangeable, from its ``__post_init__``."""
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if isinstance(value, Mapping):
            object.__setattr__(record, field.name, frozen(value))


def fields_of(record: object) -> Any:
    """The fields of a record by name, to make another record of."""
    fields = dataclasses.fields(record)  # type: ignore[arg-type]
    return {field.name: getattr(record, field.name) for field in fields}


def annotations_of(kind: type) -> Iterator[tuple[str, tuple[Any, ...], bool]]:
    """Each field of a record: its name, what is annotated to its type, and if it may be None."""
    types = get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        hint = types[field.name]
        plain, *parts = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        yield field.name, tuple(parts), type(None) in get_args(plain)

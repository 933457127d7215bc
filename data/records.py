"""Records at the door: frozen dataclasses to plain values for JSON, and back.

Inside the program a run, a verdict or a manifest is a record; files hold plain values. What is
written reads back equal, and a file that lacks a field, has one too many or holds another type
is refused with its path, never half read.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_type_hints

from immutabledict import immutabledict

T = TypeVar("T")
# What JSON holds; read back into a record before anything is done with it.
Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
DIGITS = 10


def to_json(value: object) -> Any:
    """Turn a record into plain values: objects, lists, numbers, text and None.

    Raises
    ------
    TypeError
        For anything that a record cannot hold.
    """
    import msgspec

    return msgspec.to_builtins(value, enc_hook=_plain_mapping)


def _plain_mapping(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no plain value")


def from_json(kind: type[T], value: object, *, beside: Collection[str] = ()) -> T:
    """Read a record back from plain values.

    Parameters
    ----------
    kind
        The record's class.
    value
        What a file held.
    beside
        Keys of the outermost object that belong to no field and are passed over.

    Raises
    ------
    ValueError
        With the path of what is missing, too much or of another type.
    """
    import msgspec

    if isinstance(value, Mapping):
        value = {key: inner for key, inner in value.items() if key not in beside}
    try:
        record = msgspec.convert(value, kind)
    except (msgspec.ValidationError, TypeError) as error:
        raise ValueError(str(error)) from None
    _require_all_read(value, to_json(record), "$")
    return record


def _require_all_read(given: object, read: object, path: str) -> None:
    """Refuse keys that no field took."""
    if isinstance(given, Mapping) and isinstance(read, Mapping):
        extra = [key for key in given if key not in read]
        if extra:
            raise ValueError(f"Object has the unknown field `{extra[0]}` - at `{path}`")
        for key, inner in given.items():
            _require_all_read(inner, read[key], f"{path}.{key}")
    elif isinstance(given, list | tuple) and isinstance(read, list | tuple):
        pairs = zip(given, read, strict=True)
        for number, (inner, other) in enumerate(pairs):
            if not isinstance(inner, Mapping | list | tuple):
                break  # numbers have no fields
            _require_all_read(inner, other, f"{path}[{number}]")


def ten_digits(value: T) -> T:
    """Round every number of a record to ten significant digits; None for what is not finite.

    What a file keeps is then what the program goes on with, and numbers that differ by the order
    of a sum on another processor are the same text.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: ten_digits(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, Mapping):
        rounded = {key: ten_digits(inner) for key, inner in value.items()}
        return immutabledict(rounded)  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return tuple(ten_digits(inner) for inner in value)  # type: ignore[return-value]
    if isinstance(value, float):
        finite = float(f"{float(value):.{DIGITS}g}") if math.isfinite(value) else None
        return finite  # type: ignore[return-value]
    return value


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


def annotations_of(kind: type) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each field of a record with what is annotated to its type."""
    types = get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        yield field.name, getattr(types[field.name], "__metadata__", ())

"""Tables that a rule of the user's own brings from outside the market.

No proof can show that their values were known on the day of a decision. They are searched for where
a rule usually has them: in its module, in the functions around it, among its default arguments, in
its object, and in the functions of its own module that it calls.
"""

from __future__ import annotations

import contextlib
import dis
import functools
import inspect
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, MethodType
from typing import Any

from strategies.base import Strategy
from strategies.function import FunctionRule

DEEPEST = 3  # containers within containers, functions within functions
MOST_LOOKED_AT = 100  # entries of a container


def notes_of(strategy: Strategy) -> list[str]:
    """Warn of a strategy's own tables, in one sentence; an empty list if it has none."""
    tables = tables_from_outside(strategy)
    if not tables:
        return []
    return [
        f"{strategy.name} uses {', '.join(tables)} from outside the market: nobody can prove that "
        "these values were known on the day"
    ]


def tables_from_outside(strategy: Strategy) -> list[str]:
    """Names of the frames, series and arrays that a strategy uses from outside the market."""
    return sorted({name for name, _ in outside(strategy)})


def outside(strategy: Strategy) -> list[tuple[str, Any]]:
    """Those tables with their names; none for a built-in strategy."""
    if strategy.is_built_in():
        return []
    if isinstance(strategy, FunctionRule):
        return list(_of_callable(strategy.function, DEEPEST))
    tables: list[tuple[str, Any]] = []
    for kind in type(strategy).__mro__:
        if not (isinstance(kind, type) and issubclass(kind, Strategy)) or kind is Strategy:
            continue
        if kind.is_built_in():
            continue
        for name, value in vars(kind).items():
            plain = value.fget if isinstance(value, property) else value
            if isinstance(plain, FunctionType):
                tables += _of_callable(plain, DEEPEST)
            else:
                tables += _of_value(name, plain, DEEPEST)
    return tables


def _of_callable(function: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Tables that a function, a partial, a method or an object that can be called reaches."""
    if depth == 0:
        return
    if isinstance(function, functools.partial):
        for number, value in enumerate(function.args):
            yield from _of_value(f"argument {number + 1}", value, depth)
        for name, value in function.keywords.items():
            yield from _of_value(name, value, depth)
        yield from _of_callable(function.func, depth)
        return
    if isinstance(function, MethodType):
        yield from _of_object(function.__self__, depth)
        yield from _of_callable(function.__func__, depth)
        return
    plain = inspect.unwrap(function)
    if not isinstance(plain, FunctionType):
        if not isinstance(plain, type) and hasattr(plain, "__dict__"):
            yield from _of_object(plain, depth)
            yield from _of_callable(type(plain).__call__, depth)
        return
    code = plain.__code__
    for name, value in _reached(plain, code):
        is_own = isinstance(value, FunctionType) and value.__module__ == plain.__module__
        if is_own and value is not plain:
            yield from _of_callable(value, depth - 1)
        else:
            yield from _of_value(name, value, depth)


def _reached(plain: FunctionType, code: CodeType) -> Iterator[tuple[str, object]]:
    """What a function loads by name: from its module, its closure and its defaults."""
    for name in sorted(_globals_of(code) & plain.__globals__.keys()):
        yield name, plain.__globals__[name]
    for name, cell in zip(code.co_freevars, plain.__closure__ or (), strict=False):
        with contextlib.suppress(ValueError):  # a closure cell not filled yet
            yield name, cell.cell_contents
    named = code.co_varnames[: code.co_argcount]
    defaults = plain.__defaults__ or ()
    yield from zip(named[len(named) - len(defaults) :], defaults, strict=True)
    yield from (plain.__kwdefaults__ or {}).items()


def _globals_of(code: CodeType) -> set[str]:
    """Names that code loads from its module, functions within it included.

    Not those of attributes: ``market.prices`` is no global ``prices``.
    """
    loaded = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return loaded.union(*map(_globals_of, inner))


def _of_object(value: object, depth: int) -> Iterator[tuple[str, Any]]:
    for name, inner in vars(value).items() if hasattr(value, "__dict__") else ():
        yield from _of_value(name, inner, depth)


def _of_value(name: str, value: object, depth: int) -> Iterator[tuple[str, Any]]:
    """A value if it is a table, or the tables in it if it holds some."""
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        yield name, value
    elif depth and isinstance(value, Mapping | list | tuple):
        inner = list(value.values()) if isinstance(value, Mapping) else list(value)
        for part in inner[:MOST_LOOKED_AT]:
            for _, table in _of_value(name, part, depth - 1):
                yield name, table

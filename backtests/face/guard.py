"""What the functions for Python share: one family of errors, warnings, progress."""

from __future__ import annotations

import contextlib
import functools
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import ParamSpec, TypeVar

from backtests.engine.kinds import in_one_line
from data.command import Progress, one_line, progress, silent, system_error
from data.errors import HedgeError, OutputError
from data.market import Market

P = ParamSpec("P")
T = TypeVar("T")


class HedgeWarning(UserWarning):
    """What a command prints as a warning: data that replace others, or look wrong."""


def plain_errors(function: Callable[P, T], reword: Callable[[str], str] = str) -> Callable[P, T]:
    """Raise whatever the user can correct as a :class:`~data.errors.HedgeError` of one line.

    Parameters
    ----------
    function
        What may raise.
    reword
        Rewrites a message.
    """

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except HedgeError as error:
            line = in_one_line(error, reword)
            if line is None:
                raise
            raise line from error
        except OSError as error:
            raise OutputError(reword(one_line(system_error(error)))) from error

    return guarded


def warn_of(market: Market) -> None:
    """Warn of what a command prints before a run: data that replace the source, and remarks."""
    origin = market.origin
    lines = [] if origin.is_first_choice else [f"{market.source} stands in: {origin.remark}"]
    for line in [*lines, *market.remarks]:
        with contextlib.suppress(ValueError):  # stderr is closed: nothing can be shown
            warnings.warn(one_line(line), HedgeWarning, stacklevel=_callers_level())


def _callers_level() -> int:
    """Count the frames up to the first line of the user's code, to which a warning points."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame):
        level, frame = level + 1, frame.f_back
    return level


def _is_ours(frame: FrameType) -> bool:
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return package in ("backtests", "data", "strategies", "functools", "contextlib")


def shown(*, quiet: bool) -> Progress:
    """How long steps are shown: on stderr, or not at all."""
    return silent if quiet else progress

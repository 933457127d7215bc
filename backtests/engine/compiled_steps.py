"""The steps of rules, compiled: the functions of :mod:`strategies.steps`, which stay as they are.

A compiled step lets go of Python's lock, so that threads work on several candidates at once. It
rounds as Python does: nothing is reordered or contracted.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from backtests.engine.sweep import MADE_ROW, ONE, _compiled, compile_once
from data.command import Progress, silent
from strategies.steps import Step

Array = NDArray[np.float64]

SIGNATURE = types.void(ONE, ONE, MADE_ROW)  # signal, settings, share


@cache
def _of(step: Step) -> Any:
    # The key of the kept code is the file and name of the function: each step has its own.
    return _compiled(step)


def prepare(step: Step, progress: Progress = silent) -> None:
    """Compile a step if that is not done yet, and show that it takes a second or two."""
    compile_once(_of(step), SIGNATURE, "the rule's step", progress)


def share_of(step: Step, signal: Array, settings: tuple[float, ...]) -> Array:
    """Go through a signal.

    Parameters
    ----------
    step
        One of :mod:`strategies.steps`.
    signal
        Shape (T,).
    settings
        What the step takes.

    Returns
    -------
    numpy.ndarray
        Shape (T,): what the plain function answers, digit by digit.
    """
    prepare(step)
    share = np.empty(len(signal))
    _of(step)(signal, np.array(settings, dtype=float), share)
    return share

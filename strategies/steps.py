"""The sequential part of rules: from a signal to a share of the dial, session by session.

Each step is a plain function. ``target_weights`` calls it as it is, on lists of floats; a search
calls the same function compiled, on arrays (``backtests.engine.compiled_steps``). So it is written
in what both take and round alike: numbers, indices and ``math``, no call of another function.

A step is causal: row t of its answer is of rows up to and including t.
"""

from __future__ import annotations

import math
from collections.abc import Callable, MutableSequence, Sequence
from typing import Any

# Signal by session, the rule's settings, and where the share of each session goes: 0 for the
# shortest duration, 1 for the longest, NaN where the signal is NaN.
Step = Callable[[Any, Any, Any], None]

MOST_STEPS = 3.0
TIE = 1e-9  # yields have two decimals: ties are common, rounding errors must not decide them


def whole_steps(
    signal: Sequence[float], settings: Sequence[float], share: MutableSequence[float]
) -> None:
    """Move in whole steps, at most three either way, once the signal has left the one it is on.

    Parameters
    ----------
    signal
        A distance in basis points.
    settings
        Basis points of a step; by how many steps the signal must have left the present one.
    share
        Takes the answer: evenly from 0 at three steps down to 1 at three steps up.
    """
    size, slack = settings[0], settings[1]
    held = 0.0
    for row in range(len(signal)):
        x = signal[row] / size
        if math.isnan(x):
            share[row] = math.nan
            continue
        if abs(x - held) > slack + TIE:
            # Half a step rounds away from zero, either way, not to the even step.
            whole = math.copysign(math.floor(abs(x) + 0.5 + TIE), x)
            held = max(-MOST_STEPS, min(MOST_STEPS, whole))
        share[row] = (held + MOST_STEPS) / (2.0 * MOST_STEPS)


def in_proportion(
    signal: Sequence[float], settings: Sequence[float], share: MutableSequence[float]
) -> None:
    """Rise with the signal, from 0 at no or a negative one to 1 at the level of ``settings``."""
    full = settings[0]
    for row in range(len(signal)):
        x = signal[row] / full
        if x < 0.0:
            x = 0.0
        if x > 1.0:
            x = 1.0
        share[row] = x


def above_zero(
    signal: Sequence[float], settings: Sequence[float], share: MutableSequence[float]
) -> None:
    """1 while the signal is above zero; without ``settings``."""
    for row in range(len(signal)):
        x = signal[row]
        if math.isnan(x):
            share[row] = math.nan
        elif x > 0.0:
            share[row] = 1.0
        else:
            share[row] = 0.0


def last_call(
    signal: Sequence[float], settings: Sequence[float], share: MutableSequence[float]
) -> None:
    """1 from a fall beyond the threshold of ``settings`` on, 0 from a rise beyond it on.

    Until the first of either it is 0.
    """
    threshold = settings[0]
    call = 0.0
    for row in range(len(signal)):
        x = signal[row]
        if x < -threshold:
            call = 1.0
        elif x > threshold:
            call = 0.0
        share[row] = math.nan if math.isnan(x) else call

"""Figures in the sentences of claims."""

from __future__ import annotations

from backtests.analysis.claims import Measure
from backtests.analysis.resampling import Estimate


def in_points(figure: Estimate | Measure) -> str:
    """A difference in percentage points, with its interval: ``+0.48 points (-0.06 to +0.97)``.

    Parameters
    ----------
    figure
        Fractions; its value must exist.

    Raises
    ------
    ValueError
        If it does not.
    """
    if figure.value is None:
        raise ValueError("a figure without a value has no words; leave its sentence out")
    told = f"{_digits(figure.value)} points"
    if figure.low is None or figure.high is None:
        return told
    return f"{told} ({_digits(figure.low)} to {_digits(figure.high)})"


def _digits(points: float) -> str:
    """Two digits; three where two would hide on which side of 0 it lies."""
    return f"{100.0 * points:+.{3 if abs(100.0 * points) < 0.005 else 2}f}"

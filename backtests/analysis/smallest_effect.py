"""Placeholder until the branch that works it out is merged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def smallest_effects(
    equity: NDArray[np.float64],
    excess: NDArray[np.float64],
    sets: Sequence[NDArray[np.bool_]],
    block: int,
    levels: Sequence[float | None],
    seed: int = 0,
) -> tuple[float | None, ...]:
    """Not worked out yet."""
    return (None,) * len(sets)

"""The state of a month: the sign of the stock-bond correlation known at the end of the one before.

Over 36 months equity's correlation with the bond was negative or it was not, which lasts for years:
the months of one sign are few stretches, and a test that takes them for many independent draws is
wrong. So long stretches have a name here, episodes, and stand beside every figure of a state.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Labels = NDArray[np.int8]
NEGATIVE, POSITIVE, UNKNOWN = -1, 1, 0
LEAST_EPISODE = 24  # months in a row


def states_of(correlation: pd.Series, months: pd.PeriodIndex) -> Labels:
    """The state of each month.

    Parameters
    ----------
    correlation
        Trailing correlation at the end of each month, indexed by month; NaN where unknown.
    months
        Those to label.

    Returns
    -------
    numpy.ndarray
        Shape (n,): -1 after negative, 1 after positive correlation (zero counts as positive),
        0 where none is known at the end of the month before.
    """
    before = correlation.reindex(months - 1).to_numpy(float)
    return np.where(np.isnan(before), UNKNOWN, np.where(before < 0.0, NEGATIVE, POSITIVE)).astype(
        np.int8
    )


def episodes(labels: Labels, state: int) -> list[slice]:
    """Stretches of at least 24 months in a row in one state, by row."""
    inside = np.concatenate([[False], labels == state, [False]])
    starts, ends = np.flatnonzero(np.diff(inside.astype(np.int8)) != 0).reshape(-1, 2).T
    return [
        slice(int(first), int(end))
        for first, end in zip(starts, ends, strict=True)
        if end - first >= LEAST_EPISODE
    ]

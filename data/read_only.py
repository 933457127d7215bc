"""Frames that nobody can change, and what the rows and levels of a market have to be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.errors import DataError


def read_only(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of numbers in memory that cannot be made writeable again."""
    values = frame.to_numpy(dtype=float)
    # Memory of bytes: it cannot be made writeable again.
    fixed = np.frombuffer(values.tobytes(), dtype=float).reshape(values.shape)
    return pd.DataFrame(fixed, index=frame.index, columns=frame.columns, copy=False)


def frozen_rows(rows: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """A frame or a series, read-only."""
    return read_only_series(rows) if isinstance(rows, pd.Series) else read_only(rows)


def read_only_series(series: pd.Series | None) -> pd.Series | None:
    """A series of numbers, read-only; None stays None."""
    if series is None:
        return None
    return read_only(series.to_frame("value"))["value"].rename(series.name)


def require_sessions(index: pd.Index, source: str) -> None:
    """Refuse rows that are not ascending days without a time zone."""
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        raise DataError(
            f"{source} needs dates without a time zone, got {type(index).__name__}; "
            "give the exchange's own dates"
        )
    if len(index) == 0:
        raise DataError(f"{source} has no sessions; give prices of two days or more")
    if not (index.is_monotonic_increasing and index.is_unique):
        wrong = index[1:][np.diff(index.asi8) <= 0][0]
        raise DataError(f"dates of {source} must ascend without repeats; see {wrong:%Y-%m-%d}")


def require_levels(frame: pd.DataFrame, source: str) -> None:
    """Refuse levels that are not positive and finite from their first on."""
    for ticker in frame.columns:
        column = frame[ticker]
        first = column.first_valid_index()
        if first is None:
            raise DataError(f"{ticker} of {source} has no values; leave it out")
        after = column.loc[first:]
        wrong = ~(np.isfinite(after) & (after > 0))
        if wrong.any():
            day = after.index[wrong][0]
            raise DataError(
                f"{ticker} of {source} is {after[day]} on {day:%Y-%m-%d}; levels must be "
                "positive and finite"
            )

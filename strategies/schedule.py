"""When a strategy decides: only on dates that can be recognised on the day itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

REBALANCE = ("monthly", "quarterly", "annually", "never")
PERIODS = {"monthly": "M", "quarterly": "Q", "annually": "Y"}


def decision_rows(sessions: pd.DatetimeIndex, rebalance: str) -> NDArray[np.bool_]:
    """Mark the first session of each month, quarter or year.

    Never the last one: that a session was the last of its month is known only afterwards.
    The market's own first session is always marked; ``never`` marks nothing else.

    Parameters
    ----------
    sessions
        All sessions, ascending.
    rebalance
        One of ``REBALANCE``.

    Returns
    -------
    numpy.ndarray
        One flag a session.
    """
    import numpy as np

    rows = np.zeros(len(sessions), dtype=bool)
    if rebalance != "never":
        period = sessions.to_period(PERIODS[rebalance])
        rows[1:] = period[1:] != period[:-1]
    rows[:1] = True
    return rows

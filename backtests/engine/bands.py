"""How far weights may drift before a decision trades, as a run asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtests.engine import kinds
from backtests.engine.ledger import Array, Bands
from data.errors import UsageError, did_you_mean, in_full, in_short, numbers_taken

TARGET, EDGE_OF_BAND = "target", "edge"
GOALS = (TARGET, EDGE_OF_BAND)
LEAST_LIMIT = 1e-6  # of a weight that has no band of its own: smaller ones are rounding
# The fields of a configuration that are about bands.
BANDS = ("band", "band_relative", "band_to")
WIDTHS = BANDS[:2]  # with one of them there is a band


@dataclass(frozen=True)
class Rebalancing:
    """Bands within which decisions are dropped; none by default.

    Attributes
    ----------
    band
        How far a weight may be off its target, a fraction of value; None for no such band.
    band_relative
        The same as a fraction of the target. With both, either suffices to trade.
    band_to
        How far a decision that repeats the one before goes: all the way to the ``target``, or to
        the ``edge`` of the band.

    Raises
    ------
    UsageError
        For a value that is not possible.
    """

    band: float | None = None
    band_relative: float | None = None
    band_to: str = TARGET

    def __post_init__(self) -> None:
        """Convert and check every field."""
        for name in WIDTHS:
            value = getattr(self, name)
            option = "--" + name.replace("_", "-")
            if value is not None:
                read = kinds.number(value, option)
                if not 0.0 <= read <= 1.0:
                    raise UsageError(
                        f"{option} takes {numbers_taken(0, 1)}, got {in_full(read)}; a band of "
                        "5 percentage points is 0.05"
                    )
                object.__setattr__(self, name, read + 0.0)
        if not isinstance(self.band_to, str) or self.band_to not in GOALS:
            raise UsageError(
                f"--band-to takes {' or '.join(GOALS)}, got {in_short(self.band_to)}"
                f"{did_you_mean(self.band_to, GOALS)}"
            )
        if self.band_to != TARGET and not self:
            raise UsageError(
                f"--band-to {self.band_to} says where a band ends, and there is none; give --band "
                "or --band-relative as well"
            )

    def __bool__(self) -> bool:
        """Whether there is a band."""
        return self.band is not None or self.band_relative is not None

    @property
    def table(self) -> dict[str, float | str]:
        """The fields of a configuration's flat table that are set."""
        set_ = {"band": self.band, "band_relative": self.band_relative}
        read: dict[str, float | str] = {n: value for n, value in set_.items() if value is not None}
        return {**read, "band_to": self.band_to} if self.band_to != TARGET else read

    def bands(self, targets: Array, first: int, lag: int) -> Bands | None:
        """The bands of a simulation, for the ledger; None where there are none.

        Parameters
        ----------
        targets
            Shape (T, K), on the rows of fills; NaN where nothing is decided.
        first
            The row of the first purchase, which is never dropped.
        lag
            Rows from a decision to its fill.
        """
        if not self:
            return None
        decided = np.flatnonzero(~np.isnan(targets[:, 0]))
        is_new = np.zeros(len(targets), bool)
        is_new[decided] = are_new(targets[decided])
        is_new[first] = True
        limits = limits_of(targets, self.band, self.band_relative)
        return Bands(lag, limits, is_new, self.band_to == EDGE_OF_BAND)


def limits_of(targets: Array, band: float | None, band_relative: float | None) -> Array:
    """How far weights may be off their targets, fractions of value.

    Parameters
    ----------
    targets
        Any shape, fractions of value.
    band, band_relative
        As in :class:`Rebalancing`. A target of 0 has no relative band: it is judged by the
        absolute one, or by ``LEAST_LIMIT`` without one.
    """
    limits = np.full(targets.shape, np.inf if band is None else band)
    if band_relative is not None:
        relative = np.maximum(band_relative * targets, LEAST_LIMIT)
        if band is not None:
            relative = np.where(targets == 0.0, np.inf, relative)
        limits = np.minimum(limits, relative)
    return limits


def are_new(targets: Array) -> NDArray[np.bool_]:
    """Whether each decision asks for something else than the one before; the first one does.

    What stood last has the target of the decision before: one that repeats it may be dropped, and
    no other is.
    """
    return np.append(True, (targets[1:] != targets[:-1]).any(axis=1))

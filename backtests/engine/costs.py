"""What trading costs, and how long it waits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from data.errors import UsageError
from data.records import as_number


@dataclass(frozen=True)
class Costs:
    """Fee and slippage in basis points of the value traded, and the lag of a fill in sessions.

    A decision of session t fills at the close of t + ``lag``. Cash trades free.
    """

    fee_bps: float = 2.0
    slippage_bps: float = 1.0
    lag: int = 1

    def __post_init__(self) -> None:
        """Refuse costs that would pay the trader, and fills before the decision."""
        for key, kind in (("fee_bps", float), ("slippage_bps", float), ("lag", int)):
            value = as_number(getattr(self, key), kind)
            if not isinstance(value, kind) or isinstance(value, bool):
                wanted = "a number" if kind is float else "a whole number"
                raise UsageError(f"--{key.replace('_', '-')} takes {wanted}, got {value!r}")
            object.__setattr__(self, key, value)
        for name, value in (("fee-bps", self.fee_bps), ("slippage-bps", self.slippage_bps)):
            if not math.isfinite(value) or not 0 <= value <= 1000:
                raise UsageError(f"--{name} takes 0 to 1000 basis points, got {value:g}")
        if self.lag < 1:
            raise UsageError(
                f"--lag takes 1 or more sessions, got {self.lag}: "
                "a decision cannot trade at the close it was made on"
            )

    @property
    def fee(self) -> float:
        """Fee as a fraction of the slipped value."""
        return self.fee_bps / 1e4

    @property
    def slippage(self) -> float:
        """Slippage as a fraction of the price."""
        return self.slippage_bps / 1e4

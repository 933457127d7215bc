"""What trading costs, and how long it waits for its fill."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backtests.engine import kinds
from data.errors import UsageError


@dataclass(frozen=True)
class Costs:
    """Fee and slippage in basis points of the value traded, and the lag of a fill in sessions.

    A basis point is 0.01 percentage points. A decision of session t fills at the close of
    t + ``lag``. Cash trades free.
    """

    fee_bps: float = 2.0
    slippage_bps: float = 1.0
    lag: int = 1

    def __post_init__(self) -> None:
        """Refuse negative costs, and fills on or before the session of the decision."""
        object.__setattr__(self, "fee_bps", kinds.number(self.fee_bps, "--fee-bps"))
        object.__setattr__(self, "slippage_bps", kinds.number(self.slippage_bps, "--slippage-bps"))
        object.__setattr__(self, "lag", kinds.whole(self.lag, "--lag"))
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

"""What trading costs, and how long it waits for its fill."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.engine import kinds
from data.errors import UsageError, in_full, numbers_taken

MOST_BPS = 1000.0  # a tenth of the value traded
MOST_LAG = 100_000  # rows: more than any history has; the longest daily index has 35,000


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
            if not 0 <= value <= MOST_BPS:
                taken = numbers_taken(0, MOST_BPS)
                raise UsageError(f"--{name} takes {taken} basis points, got {in_full(value)}")
        if self.lag < 1:
            raise UsageError(
                f"--lag takes 1 or more sessions, got {self.lag}: "
                "a decision cannot trade at the close it was made on"
            )
        if self.lag > MOST_LAG:
            taken = numbers_taken(1, MOST_LAG, whole=True)
            raise UsageError(f"--lag takes {taken}, got {self.lag}; no history is so long")

    @property
    def fee(self) -> float:
        """Fee as a fraction of the slipped value."""
        return self.fee_bps / 1e4

    @property
    def slippage(self) -> float:
        """Slippage as a fraction of the price."""
        return self.slippage_bps / 1e4

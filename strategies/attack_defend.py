"""The thesis: when prices fall, lock the higher yield for longer; when they rise, sell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.dial import DurationRule
from strategies.signals import known_yield, trailing_median, window_rows

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market

STEPS = 3
TIE = 1e-9  # yields have two decimals: ties are common, rounding errors must not decide them


@dataclass(frozen=True)
class AttackDefend(DurationRule):
    """Lengthen as the 10-year yield rises above its trailing median, shorten as it falls below.

    With *x* the yield's distance from its median in steps, the step count *n* (from 0, at most
    3 either way) moves to the nearest whole number of *x* once *x* has left it by more than
    half a step and the hysteresis; the target duration rises evenly from the shortest at
    n = -3 to the longest at n = 3. What is sold goes to bills. Source: the article behind
    this project; value in bonds in Asness, Moskowitz and Pedersen (2013).

    Known weakness: it buys duration all the way up a long rise of yields (1965-81, 2022) and
    sells it early in a long fall; its sign is the opposite of documented bond momentum. The
    yield at a switch is an entry yield: a fund of constant duration locks no coupon.
    """

    name: ClassVar[str] = "attack_defend"
    needs: ClassVar[tuple[str, ...]] = ("yields",)
    acts_daily: ClassVar[bool] = True

    step_bp: float = parameter(
        50.0, low=1, high=500, step=25, unit="basis points",
        doc="one step of yield; a basis point is 0.01 percentage points",
    )  # fmt: skip
    lookback_years: float = parameter(
        5.0, low=0.25, high=20, step=1, unit="years", doc="window of the yield's median"
    )
    hysteresis_bp: float = parameter(
        10.0, low=0, high=250, step=5, unit="basis points", doc="beyond half a step before it moves"
    )

    def target_duration(self, market: Market) -> pd.Series:
        """Move the duration in steps with the yield."""
        ten_year = known_yield(market, 10.0, self.name)
        median = trailing_median(ten_year, window_rows(self.lookback_years, market))
        distance = (ten_year - median) * 100.0 / self.step_bp
        return self.between((self.steps(distance) + STEPS) / (2 * STEPS))

    def steps(self, distance: pd.Series) -> pd.Series:
        """Whole steps held on each session; NaN where the distance is NaN."""
        import math

        import pandas as pd

        slack = 0.5 + self.hysteresis_bp / self.step_bp
        held, answer = 0, []
        for x in distance.to_numpy(float).tolist():  # plain floats: four times as quick
            if not math.isnan(x) and abs(x - held) > slack + TIE:
                # Half a step rounds away from zero, either way, not to the even step.
                whole = math.copysign(math.floor(abs(x) + 0.5 + TIE), x)
                held = max(-STEPS, min(STEPS, int(whole)))
            answer.append(math.nan if math.isnan(x) else held)
        return pd.Series(answer, index=distance.index, dtype=float)

"""The thesis: when prices fall, lock the higher yield for longer; when they rise, sell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.signals import known_yield, trailing_median, window_rows
from strategies.stepped import SteppedRule
from strategies.steps import Step, whole_steps

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class AttackDefend(SteppedRule):
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
    step: ClassVar[Step] = staticmethod(whole_steps)
    signal_of: ClassVar[tuple[str, ...]] = ("lookback_years",)

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

    def signal(self, market: Market) -> pd.Series:
        """Distance of the yield from its trailing median, basis points."""
        ten_year = known_yield(market, 10.0, self.name)
        median = trailing_median(ten_year, window_rows(self.lookback_years, market))
        return (ten_year - median) * 100.0

    @property
    def settings(self) -> tuple[float, ...]:
        """A step, and how many of them the yield must have moved by."""
        return self.step_bp, 0.5 + self.hysteresis_bp / self.step_bp

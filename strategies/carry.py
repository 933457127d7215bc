"""Carry: hold duration only as far as the yield curve pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.signals import known_yield
from strategies.stepped import SteppedRule
from strategies.steps import Step, in_proportion

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class Carry(SteppedRule):
    """Lengthen with the yield of the 10-year over short rates, per year of its duration.

    Carry is the 10-year yield less the shortest one published, plus the roll down the curve
    over a year (the slope from 5 to 10 years times the duration), divided by the duration.
    No or negative carry asks for the shortest duration, ``full_at_bp`` or more for the longest.
    Source: Ilmanen (2011); Bauer and Hamilton (2018): level and slope are the robust
    predictors.

    Known weakness: a steep curve often stands before yields rise further.
    """

    name: ClassVar[str] = "carry"
    needs: ClassVar[tuple[str, ...]] = ("yields",)
    step: ClassVar[Step] = staticmethod(in_proportion)

    full_at_bp: float = parameter(
        25.0, low=1, high=200, step=5, unit="basis points a year of duration",
        doc="carry at which the duration is the longest",
    )  # fmt: skip

    @property
    def settings(self) -> tuple[float, ...]:
        """The carry at which the duration is the longest."""
        return (self.full_at_bp,)

    def signal(self, market: Market) -> pd.Series:
        """Carry per year of duration, basis points."""
        from data.treasuries.bonds import modified_duration

        ten, five = (known_yield(market, years, self.name) for years in (10.0, 5.0))
        yields = market.yields
        short = None if yields is None else yields.ffill().loc[:, :2.0].bfill(axis=1)
        if short is None or short.shape[1] == 0:
            short_rate = known_yield(market, 1.0, self.name)
        else:
            short_rate = short.iloc[:, 0]
        duration = modified_duration(ten.to_numpy(float) / 100.0, 10.0)
        roll = (ten - five) / 5.0 * duration
        return ((ten - short_rate) + roll) * 100.0 / duration

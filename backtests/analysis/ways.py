"""Ways to hold a hedge that is quoted in dollars, for an investor of another currency.

Four of them: the hedge unhedged (its dollars as they are) and hedged (all of them sold forward),
dollar bills, and cash at home; where the run itself sells a part, that as a fifth. Fractions, not
percent, unless a name says otherwise; None where a number does not exist. Definitions:
docs/semantics.md, Which hedge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.evidence import SetWord, word_of
from backtests.analysis.hedge import worst_count
from backtests.analysis.levels import hedging_level, level_of
from backtests.analysis.months import growth
from backtests.analysis.payoff import DECIMALS, payoff, resampled_payoffs, without_rounding
from backtests.analysis.resampling import Estimate, Sample, interval
from backtests.analysis.series import Path
from data.records import freeze_mappings

Array = NDArray[np.float64]
WayKey = Literal["unhedged", "hedged", "dollar_bills", "home_cash", "as_held"]
SplitKey = Literal["unhedged", "hedged", "as_held"]
Answer = Literal["hedge", "leave open", "no difference", "unclear"]
FOUR: tuple[WayKey, ...] = ("unhedged", "hedged", "dollar_bills", "home_cash")
MONTHS = 12
ANSWERS: Mapping[SetWord, Answer] = {
    "works": "hedge",
    "fails": "leave open",
    "same as bills": "no difference",
    "unclear": "unclear",
}


@dataclass(frozen=True)
class WholePortfolio:
    """The run's portfolio with its hedge held one way, after costs.

    Growth and volatility a year, the deepest fall on the run's own rows, and the mean of the worst
    5 % of months.
    """

    cagr: float | None
    volatility_monthly: float | None
    max_drawdown: float
    cvar_95_monthly: float | None


@dataclass(frozen=True)
class Way:
    """The hedge alone, 100 %, held one way, by month-ends; and the portfolio with it.

    Attributes
    ----------
    key
        Which way.
    payoff
        Mean over cash at home in equity's worst tenth of the months, a fraction a month.
    growth, volatility
        Compound growth and standard deviation, a year; None below a year.
    correlation
        With equity in the same currency.
    whole
        Of the whole portfolio.
    """

    key: WayKey
    payoff: Estimate
    growth: float | None
    volatility: float | None
    correlation: float | None
    whole: WholePortfolio


@dataclass(frozen=True)
class HedgedLessUnhedged:
    """What selling the dollars forward changed: payoff a month, and growth a year."""

    payoff: Estimate
    growth: Estimate


@dataclass(frozen=True)
class FallByWay:
    """What the hedge earned in one fall of equity, in the order of the ways.

    ``equity`` is in the same currency; ``made`` has None before the hedge's first day.
    """

    name: str
    start: str
    end: str
    detected: bool
    equity: float
    made: tuple[float | None, ...]


@dataclass(frozen=True)
class Split:
    """The mean return a year of the hedge alone, by what it came from; the parts sum to ``total``.

    Attributes
    ----------
    key
        Which way.
    treasury
        What the hedge earned in dollars.
    currency
        What the dollar's move made of that, less what the forwards took back.
    carry
        What the forwards paid: the difference of interest, less the basis.
    cross
        The hedge's return in dollars on the dollar's move.
    cash
        Interest while a rule held none of its hedge.
    costs
        Of trading, negative.
    total
        All together: the mean of the rows' returns times rows a year. It does not compound.
    """

    key: SplitKey
    treasury: float
    currency: float
    carry: float
    cross: float
    cash: float
    costs: float
    total: float


@dataclass(frozen=True)
class AtBasis:
    """The hedge, all its dollars sold forward, at one basis: a cost of so many bp a year."""

    basis_bp: float
    payoff: Estimate
    growth: float | None
    carry: float | None


@dataclass(frozen=True)
class CarryNow:
    """What selling dollars forward pays at the last short rates that the run's last row knew.

    Attributes
    ----------
    home, dollar
        Short rates of both, a year.
    home_month, dollar_month
        The months that they are for, ``YYYY-MM``: the earlier one is carried on to the later.
    carry
        The difference of interest, less the basis, a year.
    """

    home: float
    home_month: str
    dollar: float
    dollar_month: str
    carry: float

    @property
    def month(self) -> str:
        """The later of both months."""
        return max(self.home_month, self.dollar_month)


@dataclass(frozen=True)
class GrowthByWay:
    """Growth of 1 at month-ends, one path for each way, in their order."""

    months: tuple[str, ...]
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Ways:
    """The ways to hold a run's hedge, and whether to hedge its currency.

    Attributes
    ----------
    currency
        Code of the investor's.
    answer
        Whether to hedge: what the interval of the payoff, hedged less unhedged, says.
    difference
        Hedged less unhedged.
    ways
        The four, and the run's own where it is another.
    held
        Which of them the run holds.
    ratios
        By ticker of the hedge the share of its dollars that the run sells forward.
    equity_ratios
        The same of equity: of those alone of which it sells some.
    basis_bp
        Cost of that beyond the difference of interest, basis points a year.
    usd_cash
        Whether the run's cash is dollar bills, not cash at home.
    months, worst_months
        How many months, and how many of them are equity's worst tenth.
    first, last
        The first and the last of them, ``YYYY-MM``; None without any.
    falls
        Those of the verdict.
    splits
        Of unhedged, hedged and what the run holds; empty below a year.
    bases
        Hedged, at several bases.
    now
        What a currency hedge pays at the end; None where no short rate was known.
    growth
        For the chart.
    """

    currency: str
    answer: Answer
    difference: HedgedLessUnhedged
    ways: tuple[Way, ...]
    held: WayKey
    ratios: Mapping[str, float]
    equity_ratios: Mapping[str, float]
    basis_bp: float
    usd_cash: bool
    months: int
    worst_months: int
    first: str | None
    last: str | None
    falls: tuple[FallByWay, ...]
    splits: tuple[Split, ...]
    bases: tuple[AtBasis, ...]
    now: CarryNow | None
    growth: GrowthByWay

    def __post_init__(self) -> None:
        """Keep mappings from being changed."""
        freeze_mappings(self)

    def way(self, key: WayKey) -> Way:
        """One of the ways.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        return {way.key: way for way in self.ways}[key]

    def split(self, key: SplitKey) -> Split | None:
        """The split of a way; None below a year."""
        return {split.key: split for split in self.splits}.get(key)


def answer_of(apart: Estimate) -> Answer:
    """Whether to hedge the currency, by the interval of the payoff hedged less unhedged.

    *No difference* where it lies within half a percent a month of 0, else *hedge* where it lies
    above 0, *leave open* where below, else *unclear*, as also without an interval.
    """
    return ANSWERS[word_of(apart)]


@dataclass(frozen=True, eq=False)
class WayMonths:
    """Month-end returns of the ways, and their resamples.

    Attributes
    ----------
    sample
        Months x ``equity``, ``cash_at_home`` and whatever stands beside; its blocks draw all of it.
    currency
        Code of the investor's.
    """

    sample: Sample
    currency: str

    def payoffs(self, returns: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Payoff over cash at home by name: of the sample, shape (1,), and of every resample.

        Parameters
        ----------
        returns
            Of each way, shape (months,).
        """
        equity, home = self.sample.column("equity"), self.sample.column("cash_at_home")
        legs = {name: without_rounding(equity, own, home) for name, own in returns.items()}
        excess = [above for _, above in legs.values()]
        rounded = without_rounding(equity, home, home)[0]
        blocks, every = self.sample.blocks, np.ones(len(equity), dtype=bool)
        drawn = np.full((len(legs), 0), np.nan)
        if blocks is not None:
            drawn = resampled_payoffs(blocks, rounded, excess, [every] * len(legs))
        made = {name: np.array([payoff(rounded, above)]) for name, (_, above) in legs.items()}
        return made, dict(zip(legs, drawn, strict=True))

    def estimates(self, returns: Mapping[str, Array]) -> dict[str, Estimate]:
        """Payoff of each way over cash at home, with its interval where months suffice."""
        made, drawn = self.payoffs(returns)
        level = level_of("payoff", len(self.sample.returns))
        return {name: _estimate(float(own[0]), drawn[name], level) for name, own in made.items()}

    def apart(self, hedged: Array, unhedged: Array) -> HedgedLessUnhedged:
        """Hedged less unhedged on the same resamples.

        Parameters
        ----------
        hedged, unhedged
            Shape (months,), returns.
        """
        months = len(self.sample.returns)
        made, drawn = self.payoffs({"hedged": hedged, "unhedged": unhedged})
        of_both = hedging_level("payoff", self.currency, months)
        of_growth = hedging_level("growth", self.currency, months)
        of_payoff = _estimate(
            float(made["hedged"][0] - made["unhedged"][0]),
            drawn["hedged"] - drawn["unhedged"],
            of_both,
        )
        if months < MONTHS:
            return HedgedLessUnhedged(of_payoff, Estimate.of(np.nan, None))
        rows = self.sample.rows
        grown = np.zeros(0) if rows is None else growth(hedged[rows]) - growth(unhedged[rows])
        value = float(growth(hedged) - growth(unhedged))
        return HedgedLessUnhedged(of_payoff, _estimate(value, grown, of_growth))


def _estimate(value: float, drawn: Array, level: float | None) -> Estimate:
    limits = None if level is None or not len(drawn) else interval(drawn, level)
    return Estimate.of(value, limits)


def alone(key: WayKey, months: Array, equity: Array, made: Estimate, whole: WholePortfolio) -> Way:
    """The figures of one way.

    Parameters
    ----------
    key, whole
        As in :class:`Way`.
    months, equity
        Shape (months,): returns of the hedge held this way, and of equity.
    made
        Its payoff.
    """
    is_year = len(months) >= MONTHS
    varies = len(months) > 2 and min(np.std(months), np.std(equity)) > 1e-12
    return Way(
        key=key,
        payoff=made,
        growth=growth_of(months),
        volatility=float(np.std(months, ddof=1) * MONTHS**0.5) if is_year else None,
        correlation=float(np.corrcoef(months, equity)[0, 1]) if varies else None,
        whole=whole,
    )


def growth_of(months: Array) -> float | None:
    """Compound growth a year of some months' returns; None below a year."""
    return float(growth(months)) if len(months) >= MONTHS else None


def worst_of(months: int) -> int:
    """How many of so many months are equity's worst tenth; 0 of none."""
    return int(worst_count(months)) if months else 0


def split_of(
    key: SplitKey,
    parts: Mapping[str, pd.DataFrame],
    weights: pd.DataFrame,
    costs: Array,
    returns: Array,
    ppy: float,
) -> Split:
    """Divide the mean return a year of a holding.

    Parameters
    ----------
    key
        Which way.
    parts
        By part, those of :data:`PARTS`: rows x columns, what each column earned on the row.
    weights
        Rows x columns, as held at the close of the row before.
    costs
        Shape (rows,): what trading cost on each, a fraction of the value before it.
    returns
        Shape (rows,): of the holding, after costs.
    ppy
        Rows a year.
    """

    def a_year(mean: float) -> float:
        return round(mean * ppy, DECIMALS) + 0.0  # the rest is rounding, and no negative zero

    sums = {
        part: a_year(float(np.nansum((parts[part] * weights).to_numpy(float))) / len(weights))
        for part in PARTS
    }
    return Split(
        key=key, **sums, costs=a_year(-float(costs.mean())), total=a_year(float(returns.mean()))
    )


PARTS = ("treasury", "currency", "carry", "cross", "cash")


def growth_paths(paths: Sequence[pd.Series]) -> GrowthByWay:
    """Growth of 1 at the month-ends of several levels on the same months."""
    months = tuple(map(str, paths[0].index))
    return GrowthByWay(
        months, tuple(tuple((own / own.iloc[0]).tolist()) if len(own) else () for own in paths)
    )

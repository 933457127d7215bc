"""The verdict as records: what a judgement consists of, and the unit of every number.

Fractions, not percent, unless a name says otherwise; ``None`` where a number does not exist.
Months are ``YYYY-MM``, days ``YYYY-MM-DD``. Names that end in ``_monthly`` are of month-end
returns from the first fill on. CVaR, or CVaR(95), is the average loss in the worst 5 % of months,
negative for a loss. A basis point (``_bp``) is 0.01 percentage points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from immutabledict import immutabledict

from backtests.analysis.evidence import Evidence, StateName, Word
from backtests.analysis.hedge_state import HedgeState
from backtests.analysis.luck import RebalancingLuck
from backtests.analysis.numbers import PortfolioMoney, PortfolioNumbers
from backtests.analysis.resampling import Estimate, SampleSize
from backtests.analysis.series import Path, Series
from backtests.analysis.ways import Ways
from backtests.analysis.withheld import AtRate
from data.currency.conversion import Investor
from data.errors import UsageError, did_you_mean
from data.provenance import Tracking
from data.records import freeze_mappings

T = TypeVar("T")
FirstWord = Literal["works", "fails", "unclear"]
Kind = Literal["interval", "range"]
Unit = Literal["points", "months", "ratio", "percent", "share"]


@dataclass(frozen=True)
class Measure:
    """One line of what the hedge did against 100 % equity.

    Attributes
    ----------
    key
        Name of the measure.
    kind
        Whether the ends are an interval, or the range over resamples of a maximum, which
        belongs to one path.
    unit
        How to show it: ``points`` and ``percent`` are fractions, shown times a hundred.
    treasuries, bills, difference
        The run, bills at the same equity weight, and the first less the second.
    """

    key: str
    kind: Kind
    unit: Unit
    treasuries: Estimate
    bills: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Crisis:
    """What each part earned in one fall of equity, from close to close.

    ``detected``: in the data, not in the list of crises. Returns are total returns over the
    episode; ``hedge`` is the Treasuries alone, None before their first day; ``bills`` is equity
    and bills at the portfolio's equity weight, ``cash`` bills alone; ``y10_bp`` the change of the
    10-year yield in basis points (0.01 percentage points). ``state`` is the sign of the stock-bond
    correlation as known when its first month began; None where none was.
    """

    name: str
    start: str
    end: str
    detected: bool
    equity: float
    hedge: float | None
    cash: float
    portfolio: float
    bills: float
    y10_bp: float | None
    state: StateName | None = None

    @property
    def beat_bills(self) -> bool:
        """Whether the hedge earned more than bills."""
        return self.hedge is not None and self.hedge > self.cash

    @property
    def added(self) -> float:
        """What the hedge added to the portfolio over bills: its return less that of ``bills``."""
        return self.portfolio - self.bills


@dataclass(frozen=True)
class Regime:
    """The hedge in the months that began in one regime.

    No interval: none was worked out for so special months. ``correlation`` is that of equity and
    hedge within these months; means are returns a month; the ratio is the hedge's mean over
    equity's; hit rates are shares of months in which the hedge gained.
    """

    dimension: str
    label: str
    months: int
    down_months: int
    correlation: float | None
    equity_mean_monthly: float
    hedge_mean_monthly: float
    cash_mean_monthly: float
    down_month_ratio: float | None
    down_month_hit_rate: float | None
    down_month_mean_monthly: float | None
    down_month_cash_mean_monthly: float | None
    worst_decile_mean_monthly: float
    worst_decile_hit_rate_monthly: float
    cvar_saved_against_bills_monthly: float | None


@dataclass(frozen=True)
class MissingRegime:
    """A regime in which no month of the sample began."""

    dimension: str
    label: str


@dataclass(frozen=True)
class WorstQuarter:
    """Lowest return over three months in a row; None with fewer than three months."""

    portfolio: float | None
    equity: float | None
    bills: float | None


@dataclass(frozen=True)
class GrowthGivenUp:
    """Compound growth a year of 100 % equity less that of each portfolio: what it cost."""

    portfolio: Estimate
    bills: Estimate
    matched: Estimate


@dataclass(frozen=True)
class GrowthAgainst:
    """Compound growth a year of the portfolio less that of each reference."""

    bills: Estimate
    matched: Estimate


@dataclass(frozen=True)
class PointsPerPoint:
    """Points of CVaR saved for each percentage point of yearly growth given up.

    ``free`` where no growth was given up. CVaR is the average loss in the worst 5 % of months.
    """

    portfolio: float | Literal["free"] | None
    bills: float | Literal["free"] | None
    matched: float | Literal["free"] | None


@dataclass(frozen=True)
class Cost:
    """What the protection cost."""

    growth_given_up_monthly: GrowthGivenUp
    growth_against_monthly: GrowthAgainst
    cvar_points_per_growth_point: PointsPerPoint


@dataclass(frozen=True)
class HoldingPeriod:
    """What holding for some years gave, over every start at a month-end.

    ``starts`` counts the windows, ``apart`` how many of them fit in without overlapping;
    ``beat_*`` are shares of the windows for which both have a return; ``worst``, ``median`` and
    ``best`` are returns a year, each with its month of entry.
    """

    years: int
    starts: int
    apart: int
    beat_equity: float | None
    beat_bills: float | None
    beat_cash: float | None
    beat_inflation: float | None
    worst: float | None
    worst_start: str | None
    median: float | None
    median_start: str | None
    best: float | None
    best_start: str | None


@dataclass(frozen=True)
class HoldingMap:
    """Return a year by year of entry (rows) and years held (columns); also less each reference."""

    start_years: tuple[int, ...]
    years_held: tuple[int, ...]
    portfolio: tuple[Path, ...]
    less_equity: tuple[Path, ...]
    less_bills: tuple[Path, ...]
    less_cash: tuple[Path, ...]


@dataclass(frozen=True)
class HoldingStarts:
    """Return a year of three years held, by the month of entry."""

    starts: tuple[str, ...]
    portfolio: Path
    equity: Path
    cash: Path


@dataclass(frozen=True)
class Judgement:
    """What month-ends alone say of a hedge: see :func:`backtests.analysis.verdict.judge`.

    Attributes
    ----------
    word
        Works, fails, same as bills, unclear, it depends or it depended; ``no hedge`` where there
        is none to judge. See :func:`backtests.analysis.evidence.verdict_word`.
    evidence
        What decides it; None without a hedge.
    first_edition_word
        The word by the rule of the first edition, which decides nothing any more.
    holds_hedge
        Whether there is a hedge to judge at all.
    sample
        The months that it uses.
    works, crises, april_2025, regimes, regimes_missing, cost
        The tables, all beside the word.
    worst_quarter_monthly
        Lowest return over three months in a row.
    regimes_unlabelled_months
        By dimension: months without a label.
    yield_terciles_pct
        The two bounds of the 10-year yield's terciles, in percent; None without yields.
    holding, holding_map, holding_three_years
        Holding periods; the first and the last are left out of a brief judgement.
    series
        What the charts draw.
    """

    word: Word
    evidence: Evidence | None
    first_edition_word: FirstWord | None
    holds_hedge: bool
    sample: SampleSize
    works: tuple[Measure, ...]
    worst_quarter_monthly: WorstQuarter
    crises: tuple[Crisis, ...]
    april_2025: tuple[Crisis, ...]
    regimes: tuple[Regime, ...]
    regimes_missing: tuple[MissingRegime, ...]
    regimes_unlabelled_months: Mapping[str, int]
    yield_terciles_pct: tuple[float, float] | None
    cost: Cost
    holding: tuple[HoldingPeriod, ...]
    holding_map: HoldingMap
    holding_three_years: HoldingStarts | None
    series: Series

    def __post_init__(self) -> None:
        """Keep mappings from being changed."""
        freeze_mappings(self)

    def measure(self, key: str) -> Measure:
        """The line of ``works`` of a name.

        Raises
        ------
        UsageError
            If there is none; names those there are.
        """
        return _named({line.key: line for line in self.works}, key, "measure")


@dataclass(frozen=True)
class Tickers:
    """Which of a run's tickers are equity and which are the hedge.

    ``unnamed`` are those of equity that may be meant as a hedge: nobody has said what they are.
    """

    equity: tuple[str, ...]
    hedge: tuple[str, ...]
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True)
class JudgedPortfolio:
    """The run or a portfolio beside it.

    Attributes
    ----------
    key
        ``portfolio``, ``equity``, ``bills``, ``matched``, ``static`` or ``variant``.
    label
        What a variant changed; empty for the others.
    missing
        Why a variant could not be simulated; then the rest is None.
    numbers
        After costs.
    equity_weight
        Mean weight of equity from the first fill on.
    cvar_saved_against_bills_monthly
        CVaR(95), the average loss in the worst 5 % of months, less that of equity and bills at
        the same equity weight.
    """

    key: str
    label: str
    missing: str | None
    numbers: PortfolioNumbers | None = None
    equity_weight: float | None = None
    cvar_saved_against_bills_monthly: float | None = None

    def __post_init__(self) -> None:
        """Refuse a portfolio with neither numbers nor a reason, or with both."""
        if (self.numbers is None) != (self.missing is not None):
            raise ValueError(f"{self.key} {self.label} needs either numbers or a reason for none")


@dataclass(frozen=True)
class AttributionPart:
    """One part of the Treasuries' profit: in currency, and a year as a fraction of their value.

    ``part`` is ``carry`` (yield earned), ``roll_down`` (a bond grows shorter on the curve),
    ``rate`` (duration times the fall of the yield; duration is the percent of price lost per point
    of yield rise, in years), ``convexity`` (what duration leaves out), ``expense`` (of the fund),
    ``currency`` (in another currency: its return less that in dollars, hedge included),
    ``residual`` (what the fund earned beyond these) or ``costs`` (of trading).
    """

    part: str
    currency: float
    points: float | None


@dataclass(frozen=True)
class Attribution:
    """The Treasuries' profit by part; without yields all of it is residual."""

    has_yields: bool
    parts: tuple[AttributionPart, ...]


@dataclass(frozen=True)
class CrossCheck:
    """One headline number as three programs compute it, and why they differ if they do."""

    key: str
    label: str
    ours: float | None
    vectorbt: float | None
    quantstats: float | None
    why: str


@dataclass(frozen=True)
class LongView:
    """The same mix on the bundled months since 1962, judged in brief.

    Attributes
    ----------
    missing
        Why there is none; then the rest is None.
    source_title, start, end
        Its data, and first and last row (``YYYY-MM-DD``).
    word, evidence
        As of a :class:`Judgement`.
    lag_months
        Months from a decision to its trade.
    hedge
        Tickers that were its hedge; a rule may hold others on months than on days.
    offset
        The run's: on which session of its period it decides. None where months have it as well.
    """

    missing: str
    source_title: str | None = None
    start: str | None = None
    end: str | None = None
    word: Word | None = None
    evidence: Evidence | None = None
    lag_months: int | None = None
    hedge: tuple[str, ...] = ()
    offset: int | None = None


@dataclass(frozen=True)
class Verdict(Judgement):
    """The verdict on a run: the judgement, and what needs the simulations of the engine.

    Attributes
    ----------
    tickers
        Which are equity and which are the hedge.
    matched_weight, volatility_is_matched
        Equity's weight in the mix of the run's own volatility, and whether it could be met.
    portfolios
        The run and the portfolios it was compared with.
    attribution
        None without Treasuries, or in brief.
    cross_check
        Headline numbers of three programs; empty in brief.
    tracking
        How closely the proxies in these histories track their funds.
    long_view
        The same mix since 1962; None where the run itself is that, or holds no hedge.
    state
        What holds today, with base rates; None in brief.
    ways
        Ways to hold the hedge in another currency than dollars; None in dollars, without a hedge,
        and in brief.
    investor
        In whose currency all of it is, and what cash is there; None in dollars.
    withheld
        With several rates of tax withheld from the hedge; empty in dollars where nothing is
        withheld, where what the hedge pays is not known, and in brief.
    luck
        The same run decided on every session of its period; None where there is no choice, and in
        brief.
    own_money
        Of the portfolios by key, what came of the same cash flows; empty without any.
    """

    tickers: Tickers
    matched_weight: float
    volatility_is_matched: bool
    portfolios: tuple[JudgedPortfolio, ...]
    attribution: Attribution | None
    cross_check: tuple[CrossCheck, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    long_view: LongView | None = None
    state: HedgeState | None = None
    ways: Ways | None = None
    investor: Investor | None = None
    withheld: tuple[AtRate, ...] = ()
    luck: RebalancingLuck | None = None
    own_money: Mapping[str, PortfolioMoney] = immutabledict()

    def __post_init__(self) -> None:
        """Keep what came of cash flows from being changed."""
        freeze_mappings(self)

    def portfolio(self, key: str) -> PortfolioNumbers:
        """Numbers of the run or of one of its references.

        Raises
        ------
        UsageError
            If there is none of that name; names those there are.
        """
        numbers: dict[str, PortfolioNumbers] = {}
        for line in self.portfolios:
            if line.numbers is not None:
                numbers.setdefault(line.key, line.numbers)
        return _named(numbers, key, "portfolio")


def _named(lines: Mapping[str, T], key: str, what: str) -> T:
    if key not in lines:
        raise UsageError(
            f"a verdict has no {what} {key!r}{did_you_mean(str(key), lines)}; it has "
            f"{', '.join(lines)}"
        )
    return lines[key]

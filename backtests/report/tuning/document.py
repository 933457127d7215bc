"""``tuning.json``: every number of a search's page as a record, and its plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from backtests.analysis.reliability import Edge, Reliability, Standing
from backtests.analysis.selection import ChosenSharpe
from backtests.analysis.superiority import RealityCheck
from backtests.analysis.walkforward import WalkForward
from backtests.engine.tuned import Diluted, Judged, Tuned
from backtests.report.tuning.advice import chip, headline, luck_of, no_recommendation
from backtests.report.tuning.sentences import sentences
from data.records import Json, ten_digits, to_json
from data.vintage import Vintage
from strategies.base import Params

NO_FIGURES = ("eligible", "ruined")


@dataclass(frozen=True)
class Measured:
    """A portfolio: what it holds, in words, and its metrics by key."""

    holds: str
    metrics: Mapping[str, float | None]


@dataclass(frozen=True)
class Candidate:
    """A candidate as a run takes it, and its number.

    ``settings`` are those of its run that were searched; null where none were.
    """

    params: Params
    candidate: int
    settings: Mapping[str, float | str] | None = None


@dataclass(frozen=True)
class RegionNumbers:
    """The widest good region: its size and middle, how many there are, the best plateau score."""

    members: int
    regions: int
    best_plateau: float
    middle: Candidate


@dataclass(frozen=True)
class OverfittingNumbers:
    """The probability of backtest overfitting, and the measure that candidates are ranked by."""

    probability: float
    standard_error: float
    by_chance: tuple[float, float]
    ranked_by: str


@dataclass(frozen=True)
class WalkNumbers:
    """A walk-forward: its months, its choices, and the share of the lead that remained."""

    first: str
    last: str
    choices: int
    fell_back: int
    edge_in_sample: float
    edge_out_of_sample: float
    survived: float


@dataclass(frozen=True)
class ReliabilityNumbers:
    """:class:`~backtests.analysis.reliability.Reliability` without its series."""

    months: int
    first: str
    last: str
    chosen: Edge
    peak: Edge
    sharpe: ChosenSharpe | None
    same_risk: ChosenSharpe | None
    record_years: float
    overfitting: OverfittingNumbers | None
    reality: RealityCheck
    look_back_months: int
    expanding: WalkNumbers | None
    rolling: WalkNumbers | None


@dataclass(frozen=True)
class DilutedNumbers:
    """How the choice stands against the default with bills, and the default's share of that."""

    share: float
    chosen: Edge
    sharpe: ChosenSharpe | None
    same_risk: ChosenSharpe | None
    record_years: float
    reality: RealityCheck
    beyond_noise: bool


@dataclass(frozen=True)
class Document:
    """What ``tuning.json`` holds; the order is that of the file.

    Attributes
    ----------
    headline, chip, luck, sentences, beyond_noise
        The answer; how many of all tries would be as good by luck, in words (``as_good_by_luck``
        is the number: that of all trials times the chance of one, 1 - ``psr``, or that by the
        spread of the trials where it is larger); whether the lead over the default is more.
    strategy, objective, source, source_title, data, start, end
        What was searched, for what, over which data, how old they are, what stood in for what.
    candidates, left_out, eligible, ruined, trials
        How many were scored, refused by the rule, kept the limits, were ruined (null without cash
        flows), and were ever tried.
    portfolios
        By name.
    judged
        Whether the choice and the default hedge, by name.
    recommended, no_recommendation, region
        The middle of the good region where it is a recommendation, else why it is none.
    reliability
        How far to trust it; it stands against the default.
    against_bills
        The same against the default with bills, which headline, chip and luck speak of where the
        default breaks a limit; null where it breaks none, or no share of it keeps them.
    """

    headline: str
    chip: str
    luck: str
    sentences: tuple[str, ...]
    beyond_noise: bool
    strategy: str
    objective: str
    source: str
    source_title: str
    data: Vintage
    start: str
    end: str
    candidates: int
    left_out: int
    eligible: int
    ruined: int | None
    trials: int
    portfolios: Mapping[str, Measured]
    judged: Mapping[str, Judged]
    recommended: Candidate | None
    no_recommendation: str | None
    region: RegionNumbers
    reliability: ReliabilityNumbers
    against_bills: DilutedNumbers | None


def document(tuned: Tuned) -> Document:
    """Put together what the file holds."""
    region, sessions = tuned.region, tuned.sessions
    searched = tuned.space.settings_of(region.centre)
    middle = Candidate(tuned.best.params, region.centre, searched or None)
    return Document(
        headline=headline(tuned),
        chip=chip(tuned)[0],
        luck=luck_of(tuned),
        sentences=sentences(tuned),
        beyond_noise=tuned.reliability.beyond_noise,
        strategy=tuned.space.strategy,
        objective=str(tuned.objective),
        source=tuned.market.source,
        source_title=tuned.market.title,
        data=tuned.market.vintage,
        start=f"{sessions[0]:%Y-%m-%d}",
        end=f"{sessions[-1]:%Y-%m-%d}",
        candidates=len(tuned.space),
        left_out=tuned.space.left_out.count,
        eligible=tuned.eligible_count,
        ruined=tuned.ruined_count if tuned.config.plan.flows else None,
        trials=tuned.trials,
        portfolios={
            portfolio.name: Measured(portfolio.holds, _metrics(portfolio.metrics))
            for portfolio in tuned.portfolios
        },
        judged=tuned.judged,
        recommended=middle if tuned.recommends else None,
        no_recommendation=no_recommendation(tuned) or None,
        region=RegionNumbers(len(region.members), region.regions, region.best, middle),
        reliability=_reliability(tuned.reliability),
        against_bills=None if tuned.diluted is None else _against_bills(tuned.diluted),
    )


def as_json(content: Document) -> Json:
    """The file's plain values: ten digits, null for what is not finite."""
    plain = to_json(ten_digits(content))
    portfolios = {
        name: {"is": measured["holds"], **measured["metrics"]}
        for name, measured in plain["portfolios"].items()
    }
    return {**plain, "portfolios": portfolios}


def _metrics(row: pd.Series) -> Mapping[str, float]:
    return {str(key): float(value) for key, value in row.items() if key not in NO_FIGURES}


def _reliability(reliability: Reliability) -> ReliabilityNumbers:
    overfitting = reliability.overfitting
    return ReliabilityNumbers(
        months=reliability.months,
        first=reliability.first,
        last=reliability.last,
        chosen=reliability.chosen,
        peak=reliability.peak,
        sharpe=reliability.sharpe,
        same_risk=reliability.same_risk,
        record_years=reliability.record_years,
        overfitting=None
        if overfitting is None
        else OverfittingNumbers(
            overfitting.probability,
            overfitting.standard_error,
            overfitting.by_chance,
            reliability.ranked_by,
        ),
        reality=reliability.reality,
        look_back_months=reliability.look_back,
        expanding=_walk(reliability.expanding),
        rolling=_walk(reliability.rolling),
    )


def _against_bills(diluted: Diluted) -> DilutedNumbers:
    against: Standing = diluted.against
    return DilutedNumbers(
        share=diluted.share,
        chosen=against.chosen,
        sharpe=against.sharpe,
        same_risk=against.same_risk,
        record_years=against.record_years,
        reality=against.reality,
        beyond_noise=against.beyond_noise,
    )


def _walk(walk: WalkForward | None) -> WalkNumbers | None:
    if walk is None:
        return None
    return WalkNumbers(
        first=f"{walk.dates[0]:%Y-%m}",
        last=f"{walk.dates[-1]:%Y-%m}",
        choices=len(walk.choices),
        fell_back=walk.fell_back,
        edge_in_sample=walk.edge_in_sample,
        edge_out_of_sample=walk.edge_out_of_sample,
        survived=walk.survived,
    )

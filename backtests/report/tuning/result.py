"""What a search found, and what to say of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.honesty import RARE_BY_CHANCE, Edge, Honesty
from backtests.analysis.objective import RISK_ADJUSTED, Objective
from backtests.analysis.plateau import Region
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.analysis.scores import TIE
from backtests.analysis.walkforward import WalkForward
from backtests.engine.config import RunConfig
from backtests.engine.space import Space
from backtests.report.text import mix_text, percent, ratio
from data.market import Market

BEST = "best.toml"
TOP = 20
# Metric: how it is called and shown.
SHOWN: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "cagr": ("CAGR", percent),
    "volatility": ("Volatility", percent),
    "sharpe": ("Sharpe", ratio),
    "sortino": ("Sortino", ratio),
    "max_drawdown": ("Max drawdown", percent),
    "calmar": ("Calmar", ratio),
    "worst_year": ("Worst year", percent),
    "turnover_per_year": ("Turnover a year", percent),
}
WORDS = {"cagr": "CAGR", "sharpe": "Sharpe ratio", "sortino": "Sortino ratio",
         "calmar": "Calmar ratio"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Diluted:
    """The default brought down with bills until it keeps the limits.

    Attributes
    ----------
    share
        How much of the default is left, in whole percent: the most that keeps them.
    metrics
        Of the sweep.
    lead
        Of the recommendation over it.
    """

    share: float
    metrics: pd.Series
    lead: Edge


@dataclass(frozen=True, eq=False)
class Tuned:
    """A finished search.

    Attributes
    ----------
    name, search
        Of its folder, and of the search in the log of trials.
    config, best
        The default to beat and the recommended candidate, as runs.
    space, objective, market, sessions
        What was searched, for what, over which rows.
    metrics
        Candidates x the sweep's metrics, ``plateau`` (NaN where a limit is broken),
        ``eligible``, and ``cvar_95``, ``cvar_95_monthly`` of the best.
    region
        The widest good one; its centre is the recommendation.
    default, equity
        The same metrics of the default and of 100 % ``benchmark``.
    diluted
        The default with bills; None where the default itself keeps the limits, or no share of
        it does.
    honesty
        How far to trust it.
    trials
        All trials ever made on this market.
    equity_returns
        Month-end returns of 100 % equity.
    best_numbers
        The best candidates by the objective, best first, at most a thousand.
    """

    name: str
    search: str
    config: RunConfig
    best: RunConfig
    space: Space
    objective: Objective
    market: Market
    sessions: pd.DatetimeIndex
    metrics: pd.DataFrame
    region: Region
    default: pd.Series
    equity: pd.Series
    diluted: Diluted | None
    benchmark: str
    honesty: Honesty
    trials: int
    equity_returns: NDArray[np.float64]
    best_numbers: NDArray[np.int64]

    def label(self, number: int) -> str:
        """A candidate in words."""
        return params_text(self.space.params(number), self.space)

    @property
    def default_label(self) -> str:
        """The default in words."""
        return params_text(dict(self.config.params), self.space)

    @property
    def default_keeps(self) -> bool:
        """Whether the default itself keeps the limits."""
        return bool(self.objective.eligible(self.default.to_frame().T)[0])

    @property
    def limits(self) -> str:
        """The limits in words; empty where there is none."""
        return " and ".join(map(str, self.objective.limits))

    @property
    def portfolios(self) -> dict[str, tuple[str, pd.Series]]:
        """The portfolios that every page compares: in words, with their metrics."""
        centre, peak = self.region.centre, self.region.peak
        found = {
            "Recommended": (self.label(centre), self.metrics.loc[centre]),
            "Best single cell": (self.label(peak), self.metrics.loc[peak]),
            "Default": (self.default_label, self.default),
        }
        if self.diluted is not None:
            share = f"{100 * self.diluted.share:.0f} %"
            found["Default with bills"] = (
                f"{share} of the default, chosen with hindsight",
                self.diluted.metrics,
            )
        return {**found, "100 % equity": (self.benchmark, self.equity)}


def params_text(params: dict[str, Any], space: Space) -> str:
    """Parameters in words: a mix by its weights, a rule by what was searched."""
    if "weights" in params and space.is_simplex:
        return mix_text(params["weights"])
    shown = [name for name in space.axes if name in params]
    return ", ".join(
        f"{name} {params[name]:g}" if isinstance(params[name], int | float)
        else f"{name} {params[name]}"
        for name in shown
    )  # fmt: skip


def figure(value: float, metric: str, *, sign: bool = False) -> str:
    """A score, or a difference of two, in the unit of its metric: points of growth or a ratio."""
    if not math.isfinite(value):
        return "not defined"
    plus = "+" if sign else ""
    return f"{100 * value:{plus}.2f} points" if metric == "cagr" else f"{value:{plus}.2f}"


def at_same_risk(metric: str) -> str:
    """What the returns less the default's are, where risk counts."""
    return " at the same risk" if metric in RISK_ADJUSTED else ""


def probability(value: float) -> str:
    """A probability; unknown where a single trial leaves nothing to deflate by."""
    return percent(value) if math.isfinite(value) else "unknown"


def edge_text(edge: Edge, metric: str) -> str:
    """A lead over the default with its interval."""
    found = edge.estimate
    text = figure(found.value, metric, sign=True)
    if found.low is None or found.high is None:
        return f"{text} (no interval: too few months tell)"
    scale = 100 if metric == "cagr" else 1
    return f"{text} ({scale * found.low:+.2f} to {scale * found.high:+.2f})"


def headline(tuned: Tuned) -> str:
    """The answer in one line."""
    if tuned.honesty.beyond_noise:
        return f"{tuned.label(tuned.region.centre)} beats the default beyond noise"
    if tuned.honesty.reality.spa_consistent < RARE_BY_CHANCE:  # another candidate may
        return f"{tuned.label(tuned.region.centre)} does not beat the default beyond noise"
    return "Nothing beats the default beyond noise"


def sentences(tuned: Tuned) -> list[str]:
    """What to hold, how sure that is, and what tuning would have earned."""
    return [_what(tuned), _how_sure(tuned), _walked(tuned)]


def _what(tuned: Tuned) -> str:
    metric, region, row = tuned.objective.maximise, tuned.region, tuned.metrics.loc
    centre = row[region.centre]
    kept = int(tuned.metrics["eligible"].sum())
    among = f"the {kept:,} candidates that keep {tuned.limits}" if tuned.limits else (
        f"{kept:,} candidates"
    )  # fmt: skip
    regions = "" if region.regions == 1 else f" There are {region.regions} such regions."
    if kept == 1 and tuned.limits:
        where = f"is the only candidate that keeps {tuned.limits}."
    elif len(region.members) == 1 and tuned.honesty.peak.error < TIE:
        where = (
            f"has, of {among}, the best {WORDS[metric]} averaged with its neighbours'; the best "
            "single cell is the default itself, and leaves no lead whose error could widen the "
            "choice to a region."
        )
    elif len(region.members) == 1:
        where = (
            f"stands alone: of {among} it has the best {WORDS[metric]} averaged with its "
            "neighbours', and none next to it is within one standard error of that."
        )
    else:
        where = (
            f"is the middle of the widest good region: {len(region.members):,} of {among}, next to "
            f"each other, whose {WORDS[metric]} averaged with their neighbours' is within one "
            "standard error of the best."
        )
    text = (
        f"{tuned.label(region.centre)} {where}{regions} It made "
        f"{percent(centre['cagr'])} a year with a deepest fall of "
        f"{percent(centre['max_drawdown'])}; the default ({tuned.default_label}) "
        f"{percent(tuned.default['cagr'])} with {percent(tuned.default['max_drawdown'])}."
    )
    if not tuned.default_keeps:
        text += f" The default itself does not keep {tuned.limits}."
    return text


def _how_sure(tuned: Tuned) -> str:
    metric, honesty = tuned.objective.maximise, tuned.honesty
    decides = honesty.decides
    if decides is None:
        return (
            "Month by month the recommendation makes what the default makes"
            f"{at_same_risk(metric)}: there is nothing to be sure of."
        )
    text = (
        f"On month-ends its {WORDS[metric]} is {edge_text(honesty.chosen, metric)} against the "
        f"default's; the best single cell shows {edge_text(honesty.peak, metric)}. After "
        f"{tuned.trials:,} trials on this market, the probability that it earns more than the "
        f"default{at_same_risk(metric)} by more than luck is "
        f"{probability(decides.dsr)} (deflated Sharpe ratio; "
        f"{probability(decides.dsr_effective)} if they count as "
        f"{decides.effective_trials:.1f} independent ones). "
    )
    if honesty.beyond_noise:
        return text + "Interval, deflated Sharpe ratio and Hansen's test agree: more than noise."
    if honesty.chosen.estimate.low is None:
        few = f": {FEWEST_ROWS} months are needed, there are {honesty.months}"
        why = few if honesty.months < FEWEST_ROWS else ""
        return text + f"Without an interval nothing is called more than noise{why}."
    if tuned.default_keeps and (honesty.chosen.estimate.low or 0.0) > 0.0:
        return text + "The interval is above zero, but luck can do as much in so many trials."
    if tuned.default_keeps:
        return text + "The past gives no reason to leave the default."
    return text + _within_limits(tuned)


def _within_limits(tuned: Tuned) -> str:
    """What the limit costs, and whether the search found more than dilution does."""
    if tuned.diluted is None:
        return "No mix of the default with bills, from 99 % of it to 1 %, keeps the limits."
    lead = tuned.diluted.lead
    text = (
        f"What differs is the price of the limit: {100 * tuned.diluted.share:.0f} % of the default "
        "and the rest in bills keeps it too. Against that the recommendation's lead is "
        f"{edge_text(lead, tuned.objective.maximise)}"
    )
    low, high = lead.estimate.low, lead.estimate.high
    if low is None or high is None:
        return text + "."
    if low > 0.0:
        return text + ": more than noise, before counting that it was chosen."
    if high < 0.0:
        return text + ": the default with bills did better."
    return text + ": no more than noise."


def _walked(tuned: Tuned) -> str:
    metric, walk = tuned.objective.maximise, tuned.honesty.expanding
    if walk is None:
        return (
            f"The history is too short for a walk-forward: {2 * FEWEST_ROWS} months are needed, "
            "and more than the lag after the first choice."
        )
    since = f"Chosen anew each year on the past alone, from {walk.dates[0]:%Y-%m} on, "
    if all(choice.fell_back for choice in walk.choices):
        return since + "no candidate kept the limits in any year: the default would have stayed."
    edge = walk.edge_out_of_sample
    if not math.isfinite(edge):
        return since + f"tuning has no {WORDS[metric]} to compare with never tuning's."
    if abs(edge) < TIE:
        return since + "tuning made what never tuning made."
    text = (
        f"{since}tuning {'gained' if edge > 0 else 'lost'} {figure(abs(edge), metric)} of "
        f"{WORDS[metric]} against never tuning; in sample it had promised "
        f"{figure(walk.edge_in_sample, metric, sign=True)}"
    )
    if math.isfinite(walk.survived):
        text += f", of which {survived(walk)} came"
    if not tuned.default_keeps:
        text += "; never tuning does not keep the limits, and the difference holds their price"
    return text + "."


def survived(walk: WalkForward) -> str:
    """How much of the promised edge came, in words."""
    if math.isnan(walk.survived):
        return "-"
    if walk.survived <= 0.0:
        return "none"
    return f"{100 * walk.survived:.0f} %" if walk.survived <= 1.0 else "all and more"

"""The result of a search: its choice, what that has to beat, and every candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.evidence import Evidence, Word
from backtests.analysis.objective import Objective
from backtests.analysis.plateau import Region
from backtests.analysis.reliability import Reliability, Standing
from backtests.analysis.scores import TIE
from backtests.engine.config import RunConfig
from backtests.engine.settings import setting_words, settings_of
from backtests.engine.space import Space
from data.market import Market
from strategies.base import Params
from strategies.weights import mix_text

BEST = "best.toml"
# What the choice of a search is called everywhere, recommended or not: where it is in the search.
MIDDLE = "Middle of the good region"


@dataclass(frozen=True, eq=False)
class Diluted:
    """The default mixed with bills until it keeps the limits.

    Attributes
    ----------
    share
        The largest share of the default, in whole percent, that keeps the limits.
    metrics
        Its metrics.
    against
        How the choice and the candidates within the limits stand against it.
    """

    share: float
    metrics: pd.Series
    against: Standing


@dataclass(frozen=True, eq=False)
class Compared:
    """A portfolio that every page shows: its name, its holdings in words, its metrics."""

    name: str
    holds: str
    metrics: pd.Series


@dataclass(frozen=True)
class Judged:
    """Whether a portfolio of a search hedges, over the months of the search; it decides nothing.

    Attributes
    ----------
    word, evidence
        As of a :class:`~backtests.analysis.record.Judgement`; no evidence without a hedge.
    """

    word: Word
    evidence: Evidence | None


@dataclass(frozen=True, eq=False)
class Tuned:
    """A finished search.

    Attributes
    ----------
    name, search
        The name of its folder, and the name of the search in the log of trials.
    config, best
        The default to beat and the choice, as runs.
    space, objective, market, fingerprints, sessions
        What was searched, what was maximised, on which data and rows.
    metrics
        Candidates x metrics, with ``plateau`` (NaN where a limit is broken), ``eligible``, and
        of the best ``cvar_95`` and ``cvar_95_monthly``: the average loss in the worst 5 % of
        rows, and of months (CVaR).
    region
        The widest good region; its centre is the choice, a recommendation if ``recommends``.
    default, equity
        The same metrics of the default and of 100 % ``benchmark``.
    diluted
        The default mixed with bills; None where the default itself keeps the limits, or no share
        of it does.
    reliability
        How far to trust the choice.
    trials
        All trials ever made on this market.
    equity_returns
        Month-end returns of 100 % equity.
    best_numbers
        The best candidates by the objective, best first, at most a thousand.
    judged_choice, judged_default
        Whether they hedge.
    """

    name: str
    search: str
    config: RunConfig
    best: RunConfig
    space: Space
    objective: Objective
    market: Market
    fingerprints: dict[str, str]
    sessions: pd.DatetimeIndex
    metrics: pd.DataFrame
    region: Region
    default: pd.Series
    equity: pd.Series
    diluted: Diluted | None
    benchmark: str
    reliability: Reliability
    trials: int
    equity_returns: NDArray[np.float64]
    best_numbers: NDArray[np.int64]
    judged_choice: Judged
    judged_default: Judged

    def label(self, number: int) -> str:
        """A candidate in words."""
        return params_text(self.space.described(number), self.space)

    @property
    def default_label(self) -> str:
        """The default in words."""
        return params_text(self.default_values, self.space)

    @property
    def default_values(self) -> Params:
        """Parameters of the default, and its settings as far as they are searched."""
        return {**self.config.params, **settings_of(self.config, self.space.settings)}

    @property
    def default_keeps(self) -> bool:
        """Whether the default itself keeps the limits."""
        return bool(self.objective.eligible(self.default.to_frame().T)[0])

    @property
    def ruined_count(self) -> int:
        """How many candidates the cash flows ruined: they have no score, and are not the choice."""
        return int(self.metrics["ruined"].notna().sum()) if "ruined" in self.metrics else 0

    @property
    def eligible_count(self) -> int:
        """How many candidates keep the limits."""
        return int(self.metrics["eligible"].sum())

    @property
    def limits(self) -> str:
        """The limits in words; empty where there is none."""
        return " and ".join(map(str, self.objective.limits))

    @property
    def is_everything(self) -> bool:
        """Whether the good region leaves no candidate out that the limits do not."""
        chosen_by_limits = self.eligible_count == 1 < len(self.metrics)
        return len(self.region.members) == self.eligible_count and not chosen_by_limits

    @property
    def keeps_limits(self) -> bool:
        """Whether the choice keeps the limits."""
        return bool(self.objective.keeps(self.metrics.loc[[self.region.centre]])[0])

    @property
    def trails(self) -> bool:
        """Whether the choice has less of what is maximised than the default."""
        goal = self.objective.maximise
        return float(self.metrics.loc[self.region.centre, goal]) < float(self.default[goal]) - TIE

    @property
    def is_default(self) -> bool:
        """Whether the choice is the default itself."""
        return self.label(self.region.centre) == self.default_label

    @property
    def is_like_default(self) -> bool:
        """Whether the choice is another portfolio that earns the same as the default."""
        return not self.is_default and self.reliability.decides is None

    @property
    def recommends(self) -> bool:
        """Whether the choice is a recommendation; every page and file asks here.

        That takes a lead over the default that is more than noise.
        """
        told_apart = not self.is_everything and not self.is_like_default
        stands = self.keeps_limits and told_apart and not self.trails
        return self.reliability.beyond_noise and stands

    @property
    def judged(self) -> dict[str, Judged]:
        """What was judged, by its name among the portfolios: the choice and the default."""
        return {MIDDLE: self.judged_choice, "Default": self.judged_default}

    @property
    def default_with_cash(self) -> str:
        """What the default that gave way to cash is called."""
        investor = self.config.money.investor
        return f"Default with {'bills' if investor is None else investor.cash_name}"

    @property
    def portfolios(self) -> list[Compared]:
        """The portfolios that every page compares; the first is the choice."""
        centre, peak = self.region.centre, self.region.peak
        portfolios = [
            Compared(MIDDLE, self.label(centre), self.metrics.loc[centre]),
            Compared("Best single cell", self.label(peak), self.metrics.loc[peak]),
            Compared("Default", self.default_label, self.default),
        ]
        if self.diluted is not None:
            holds = f"{100 * self.diluted.share:.0f} % of the default, chosen with hindsight"
            portfolios.append(Compared(self.default_with_cash, holds, self.diluted.metrics))
        return [*portfolios, Compared("100 % equity", self.benchmark, self.equity)]


def params_text(params: Params, space: Space) -> str:
    """Parameters in words: the weights of a mix, the searched parameters and settings of a rule."""
    weights = params.get("weights")
    if isinstance(weights, Mapping) and space.is_simplex:
        return mix_text(weights)
    shown = {
        setting_words(name) if name in space.settings else name: params[name]
        for name in space.axes
        if name in params
    }
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}"
        for name, value in shown.items()
    )

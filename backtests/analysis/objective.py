"""What a search maximises, and the limits that a candidate has to meet."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.scores import SCORES, Array
from data.errors import UsageError, did_you_mean, in_full, numbers_taken

RISK_ADJUSTED = ("sharpe", "sortino", "calmar")
MAXIMISE = ("cagr", *RISK_ADJUSTED)
# CAGR alone would pick 100 % equity, so it has this limit unless the user gives others.
USUAL_LIMITS = ("max_drawdown>-0.25",)
WITHOUT_LIMIT = '--subject-to "max_drawdown>-1"'  # no candidate breaks it
MONTHS = 12

# Ranges of sensible limits. Of fractions too: 15, written for 15 %, would limit nothing.
FRACTIONS = {
    "cagr": (-1.0, 1.0),
    "volatility": (0.0, 2.0),
    "downside_deviation": (0.0, 2.0),
    "max_drawdown": (-1.0, 0.0),
    "worst_year": (-1.0, 1.0),
}
NUMBERS = {
    "sharpe": (-20.0, 20.0),
    "sortino": (-50.0, 50.0),
    "calmar": (-20.0, 100.0),
    "turnover_per_year": (0.0, 252.0),
}
LIMITED = {**FRACTIONS, **NUMBERS}
SIGNS: dict[str, Callable[[Array, float], NDArray[np.bool_]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True)
class Limit:
    """One constraint: a metric above or below a number."""

    metric: str
    sign: str
    value: float

    def __str__(self) -> str:
        """The limit in the form that a user writes."""
        # All digits: limits that differ in the last one belong to different searches.
        return f"{self.metric}{self.sign}{str(self.value).removesuffix('.0')}"

    def meets(self, figures: Array) -> NDArray[np.bool_]:
        """Tell which figures meet the limit; NaN meets none."""
        return np.asarray(SIGNS[self.sign](figures, self.value), dtype=bool)


@dataclass(frozen=True)
class Objective:
    """A metric to maximise among the candidates that meet all limits."""

    maximise: str
    limits: tuple[Limit, ...]

    def __str__(self) -> str:
        """In words, for screen and page."""
        limits = " and ".join(map(str, self.limits))
        return self.maximise + (f" subject to {limits}" if limits else "")

    def eligible(self, figures: Mapping[str, Array]) -> NDArray[np.bool_]:
        """Tell which candidates meet all limits and have the metric that is maximised.

        A candidate of bills alone has no Sharpe ratio and is left out of every risk-adjusted goal:
        a tiny fall on one day would make its Calmar ratio the highest of all.

        Parameters
        ----------
        figures
            By metric, a number for each candidate: a mapping of arrays, or a frame.
        """
        return self.keeps(figures) & self._has_goal(
            np.asarray(figures[self.maximise], float), np.asarray(figures["sharpe"], float)
        )

    def keeps(self, figures: Mapping[str, Array]) -> NDArray[np.bool_]:
        """Tell which candidates meet all limits, with or without the metric maximised."""
        within = np.ones(len(figures[self.maximise]), dtype=bool)
        for limit in self.limits:
            within &= limit.meets(np.asarray(figures[limit.metric], float))
        return within

    def _has_goal(self, goal: Array, sharpe: Array) -> NDArray[np.bool_]:
        exists = np.isfinite(goal)
        return exists & np.isfinite(sharpe) if self.maximise in RISK_ADJUSTED else exists

    def score(self, returns: Array, cash: Array) -> Array:
        """Score month-end returns, months x candidates."""
        return SCORES[self.maximise](returns, cash, MONTHS)

    def eligible_months(self, returns: Array, cash: Array) -> NDArray[np.bool_]:
        """Tell which candidates meet those limits that month-end returns can show.

        Turnover, downside deviation and calendar years cannot be computed from some months'
        returns: :attr:`unseen` names the limits that are left out.
        """
        allowed = self._has_goal(self.score(returns, cash), SCORES["sharpe"](returns, cash, MONTHS))
        for limit in self.limits:
            if limit.metric in SCORES:
                allowed &= limit.meets(SCORES[limit.metric](returns, cash, MONTHS))
        return allowed

    @property
    def unseen(self) -> list[Limit]:
        """Limits that month-end returns cannot show."""
        return [limit for limit in self.limits if limit.metric not in SCORES]


def read_objective(maximise: str, limits: Sequence[str]) -> Objective:
    """Read what the user asks for; CAGR without a limit gets ``USUAL_LIMITS``.

    Raises
    ------
    UsageError
        For an unknown metric, or a limit that cannot be read or is out of range.
    """
    if maximise not in MAXIMISE:
        raise UsageError(
            f"--maximise is one of {', '.join(MAXIMISE)}, got {maximise!r}"
            f"{did_you_mean(maximise, MAXIMISE)}"
        )
    asked = limits or (USUAL_LIMITS if maximise == "cagr" else ())
    read = tuple(read_limit(text) for text in asked)
    metrics = [(limit.metric, limit.sign[0]) for limit in read]
    for metric, sign in metrics:
        if metrics.count((metric, sign)) > 1:
            raise UsageError(f"--subject-to limits {metric}{sign} twice; give it once")
    return Objective(maximise, read)


def read_limit(text: str) -> Limit:
    """Read ``max_drawdown>-0.25`` or ``max_drawdown > -25%``.

    Raises
    ------
    UsageError
        Naming the form or the range that is accepted.
    """
    match = re.fullmatch(r"\s*(\w+)\s*(>=|<=|>|<)\s*([-+.\w]+)\s*(%?)\s*", text, re.ASCII)
    try:
        value = float(match[3]) / (100.0 if match[4] else 1.0) if match else math.nan
    except ValueError:
        match = None
    if not match or math.isnan(value):
        raise UsageError(
            f'--subject-to takes METRIC>NUMBER or METRIC<NUMBER, for example "max_drawdown>-0.25", '
            f"got {text!r}"
        )
    metric, sign = match[1], match[2]
    if metric not in LIMITED:
        raise UsageError(
            f"--subject-to {text!r}: there is no metric {metric!r}{did_you_mean(metric, LIMITED)}; "
            f"limits go on {', '.join(LIMITED)}"
        )
    low, high = LIMITED[metric]
    if not low <= value <= high:
        meant = (other for other in (value / 100, -value, -value / 100) if low <= other <= high)
        near = next(meant, None) if metric in FRACTIONS else None
        hint = "give a limit within" if near is None else f"write {near:g} or {100 * near:g}%"
        raise UsageError(
            f"--subject-to {text!r}: {metric} takes limits from {numbers_taken(low, high)}; {hint}"
        )
    possible = {">": high > value, ">=": True, "<": low < value, "<=": True}
    if not possible[sign]:
        raise UsageError(
            f"--subject-to {text!r}: no {metric} is ever {'above' if sign == '>' else 'below'} "
            f"{in_full(value)}; give a limit within"
        )
    return Limit(metric, sign, value)

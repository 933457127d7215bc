"""What a list of runs shows of one: what it holds, its growth as a small line, its figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backtests.engine.roles import Roles
from backtests.engine.summary import Summary
from backtests.report.charts import extremes
from backtests.report.currency import in_money
from backtests.report.text import (
    NAMED,
    SMALLEST,
    costs_text,
    plan_of,
    ruin_of,
    settings_text,
    source_words,
    summary_label,
    weights_text,
)
from data.market import CASH

MOST_NAMED = 5  # holdings in a name; more are counted
MOST_POINTS = 40  # of the small line
TOP = 100  # its highest point; its lowest is 0
HELD_WHOLE = "equity_only"  # a rule that is a mix of a single ticker


@dataclass(frozen=True, kw_only=True)
class Glance:
    """A run at a glance; its manifest has the rest.

    Attributes
    ----------
    name
        What it holds, ``SPY 60 %, IEF 40 %``; of a rule its name with what differs from its
        defaults.
    settings
        What else of a fixed mix differs from the defaults: ``rebalance=never``; empty of a rule.
    held
        What a rule holds on the last session; empty for a fixed mix.
    costs, source
        In words; a folder of the user's own is not named.
    start, end
        The base date and the last session, ``YYYY-MM-DD``.
    daily
        Whether its rows are days; else months.
    growth
        A year, a fraction; None over less than a year.
    total
        Return over all rows, a fraction.
    deepest
        The deepest fall, a fraction, 0 or negative.
    curve
        Its value on a logarithmic scale at 40 moments at most, from 0 (lowest) to 100; empty where
        it is unknown.
    ruined
        The session on which a payout took all there was, ``YYYY-MM-DD``; empty if none did.
    """

    name: str
    settings: str
    held: str
    costs: str
    source: str
    start: str
    end: str
    daily: bool
    growth: float | None
    total: float
    deepest: float
    curve: tuple[int, ...]
    ruined: str = ""


def glance_of(summary: Summary, values: Sequence[float], roles: Roles) -> Glance:
    """A run at a glance.

    Parameters
    ----------
    summary
        Of the run.
    values
        Value of the portfolio on each session; empty where unknown.
    roles
        Which of its tickers are the hedge.
    """
    mix, plan = fixed_mix(summary), plan_of(summary)
    numbers = summary.metrics
    others = {name: value for name, value in summary.params.items() if name != "weights"}
    return Glance(
        name=summary_label(summary)
        if mix is None
        else f"{mix_name(mix, roles)}{in_money(summary.money, summary.base_date)}"
        f"{', ' * bool(plan)}{plan}",
        settings=""
        if mix is None or summary.weights is None
        else settings_text(summary.strategy, others, summary.plan),
        held=mix_name(summary.latest.held, roles) if mix is None else "",
        costs=costs_text(summary.costs),
        source=source_words(summary),
        start=summary.start,
        end=summary.end,
        daily=summary.periods_per_year != 12,
        growth=numbers.cagr,
        total=numbers.total_return,
        deepest=numbers.max_drawdown,
        curve=curve_of(values),
        ruined=ruin_of(summary) or "",
    )


def fixed_mix(summary: Summary) -> Mapping[str, float] | None:
    """The weights of a fixed mix, of a single ticker too; None for a rule."""
    if summary.strategy == HELD_WHOLE:
        return summary.latest.target
    return summary.weights


def mix_name(weights: Mapping[str, float], roles: Roles) -> str:
    """A mix by what it holds: equity, then hedges, then cash: ``SPY 60 %, IEF 30 %, cash 10 %``."""
    held = {ticker: weight for ticker, weight in weights.items() if ticker != CASH}
    cash = 1.0 - sum(held.values())
    order = [*roles.equity_of(list(held)), *roles.hedge_of(list(held))]
    parts = {**{ticker: held[ticker] for ticker in order}, "cash": cash}
    told = sum(weight >= SMALLEST for weight in parts.values())
    most = MOST_NAMED if told <= MOST_NAMED else MOST_NAMED - 1  # never "and 1 more"
    return weights_text(parts, most, NAMED)


def curve_of(values: Sequence[float]) -> tuple[int, ...]:
    """Heights of a small line of growth; none of fewer than two values or impossible ones.

    Of a long series each twentieth is drawn by its lowest and its highest value: a fall between
    two evenly spaced rows would not be seen.
    """
    if len(values) < 2 or not all(0.0 < value < math.inf for value in values):
        return ()
    levels = [math.log(value) for value in values]
    drawn = [levels[row] for row in extremes(levels, MOST_POINTS)]
    low, high = min(drawn), max(drawn)
    if high - low < 1e-12:
        return (TOP // 2, TOP // 2)
    return tuple(round(TOP * (level - low) / (high - low)) for level in drawn)

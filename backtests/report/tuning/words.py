"""Words of a search: each number in its unit, and the command that runs its choice."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.objective import RISK_ADJUSTED
from backtests.analysis.reliability import Edge
from backtests.analysis.walkforward import WalkForward
from backtests.engine.config_file import STRATEGY
from backtests.engine.scores import METRICS
from backtests.engine.tuned import BEST, Tuned
from backtests.report.currency import CashWords, cash_words, in_money
from backtests.report.text import HEDGES, SHOW, percent, plain_label
from backtests.report.verdict.payoffs import payoff_line

# The metrics shown of a candidate, from the list of all metrics: label, and how it is written.
SHOWN = {
    metric.key: (plain_label(metric), SHOW[metric.unit])
    for metric in shown_in(Place.SEARCH)
    if metric.key in METRICS  # the search kernel works out these and no others
}
WORDS = {"cagr": "CAGR", "sharpe": "Sharpe ratio", "sortino": "Sortino ratio",
         "calmar": "Calmar ratio"}  # fmt: skip


def cash_of(tuned: Tuned) -> CashWords:
    """What the cash of a search is called."""
    return cash_words(tuned.config.money.investor)


def searched_in(tuned: Tuned) -> str:
    """The strategy that is searched, with its money where that is not dollars of the day."""
    base_date = f"{tuned.sessions[0]:%Y-%m-%d}" if tuned.config.real else ""
    return f"{tuned.space.strategy}{in_money(tuned.config.money.table, base_date)}"


def labels_of(tuned: Tuned) -> dict[str, str]:
    """What the metrics of a candidate are called, by key, beside the cash of a search."""
    return {
        metric.key: plain_label(metric, cash_of(tuned))
        for metric in shown_in(Place.SEARCH)
        if metric.key in SHOWN
    }


def figure(value: float | None, metric: str, *, sign: bool = False) -> str:
    """A score, or a difference of two, in the unit of its metric: points of growth or a ratio."""
    if value is None or not math.isfinite(value):
        return "not defined"
    plus = "+" if sign else ""
    return f"{100 * value:{plus}.2f} points" if metric == "cagr" else f"{value:{plus}.2f}"


def at_same_risk(metric: str) -> str:
    """Words for an objective that divides by risk: there returns are compared at equal risk."""
    return " at the same risk" if metric in RISK_ADJUSTED else ""


def probability(value: float) -> str:
    """A probability; unknown where a single trial leaves no spread of trials to deflate by."""
    return percent(value) if math.isfinite(value) else "unknown"


def edge_text(edge: Edge, metric: str) -> str:
    """A lead over the default with its interval."""
    lead = edge.estimate
    text = figure(lead.value, metric, sign=True)
    if lead.low is None or lead.high is None:
        return f"{text} (no interval: too few months)"
    scale = 100 if metric == "cagr" else 1
    return f"{text} ({scale * lead.low:+.2f} to {scale * lead.high:+.2f})"


def survived(walk: WalkForward) -> str:
    """How much of the lead in sample remained out of sample, in words."""
    if math.isnan(walk.survived):
        return "-"
    if walk.survived <= 0.0:
        return "none"
    return f"{100 * walk.survived:.0f} %" if walk.survived <= 1.0 else "all of it and more"


def run_command_of(tuned: Tuned, folder: Path) -> str:
    """The command that runs the choice, from the folder of its search."""
    words = ["python", "-m", "backtests.run"]
    file = tuned.space.kind.file
    if file is None and not tuned.space.kind.is_built_in():
        return "backtest(result.best) in Python: its strategy is an object there"
    if file is not None:
        words += ["--strategy-file", f"{folder / STRATEGY}:{file.class_name}"]
    return shlex.join([*words, "--config", str(folder / BEST)])


def hedge_lines(tuned: Tuned) -> list[tuple[str, str]]:
    """Whether the choice and the default hedge: of each its name, and its word with payoffs."""
    cash = cash_of(tuned)
    return [
        (name, payoff_line(each.word, each.evidence, cash)) for name, each in tuned.judged.items()
    ]


def hedge_lead(name: str) -> str:
    """The words before such a line."""
    return f"{HEDGES} {name}:"

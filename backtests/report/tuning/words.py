"""Words of a search: each number in its unit, and the command that runs its choice."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable
from pathlib import Path

from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.objective import RISK_ADJUSTED
from backtests.analysis.reliability import Edge
from backtests.analysis.walkforward import WalkForward
from backtests.engine.bands import BANDS, WIDTHS
from backtests.engine.config_file import STRATEGY
from backtests.engine.flows import AskedFlows
from backtests.engine.scores import METRICS
from backtests.engine.settings import spoken
from backtests.engine.tuned import BEST, Compared, Tuned
from backtests.report.currency import CashWords, cash_words, in_money
from backtests.report.text import HEDGES, SHOW, money, percent, plain_label
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


def shown_of(tuned: Tuned) -> dict[str, tuple[str, Callable[[float | None], str]]]:
    """What is shown of a search's portfolios: label, and how it is written; money last."""
    labels = labels_of(tuned)
    shown: dict[str, tuple[str, Callable[[float | None], str]]] = {
        key: (labels[key], show) for key, (_, show) in SHOWN.items()
    }
    if tuned.config.plan.flows:
        currency = tuned.config.money.currency
        shown["taken_out"] = ("Taken out", lambda value: money(value, currency))
        shown["final_wealth"] = ("Final wealth", lambda value: money(value, currency))
    return shown


def score(tuned: Tuned, each: Compared, key: str) -> str:
    """A metric of a search's portfolio, or a dash."""
    value = float(each.metrics[key])
    return shown_of(tuned)[key][1](value if math.isfinite(value) else None)


def plan_lines(tuned: Tuned) -> list[str]:
    """Bands and cash flows of a search in words; none without."""
    plan = tuned.config.plan
    bands = [
        spoken(name, plan.rebalancing.table[name])
        for name in BANDS
        if name in plan.rebalancing.table
    ]
    return [*([", ".join(bands)] if bands else []), *flow_lines(plan.flows)]


def flow_lines(flows: AskedFlows) -> list[str]:
    """Cash flows in words; none without."""
    if not flows:
        return []
    asked = f"flow {flows.of_period}" if flows.of_period else f"{len(flows.by_day)} dated flows"
    indexed = ", growing with consumer prices" if flows.indexed else ""
    return [f"{asked}{indexed}; figures are of the unit value"]


def banded_notes(tuned: Tuned) -> list[str]:
    """What a search over bands compares; none where no band is searched."""
    if not set(WIDTHS) & set(tuned.space.settings):
        return []
    calendar, own = (params.get("rebalance") for params in (tuned.space.fixed, tuned.config.params))
    notes = []
    if calendar is not None and calendar != own:
        notes.append(
            f"each candidate is the run with its band, which decides {calendar}; the default has "
            f"none and decides {own}"
        )
    if "band" in tuned.space.settings and 0.0 in tuned.space.axes["band"]:
        notes.append("band 0 trades at every decision on which a weight is off its target")
    return notes


def ruined_equity(tuned: Tuned) -> str:
    """That equity is ruined, and what its figures then are; empty where it is not."""
    if "ruined" not in tuned.equity or not math.isfinite(tuned.equity["ruined"]):
        return ""
    return (
        f"100 % equity is ruined on {tuned.sessions[int(tuned.equity['ruined'])]:%Y-%m-%d}; from "
        "then on its figures are those without payouts"
    )


def ruined_line(tuned: Tuned) -> str:
    """How many candidates are ruined; empty where none is."""
    count = tuned.ruined_count
    if not count:
        return ""
    are, left = (
        ("is", "it has no score and is") if count == 1 else ("are", "they have no score and are")
    )
    return (
        f"{count:,} of {len(tuned.metrics):,} candidates {are} ruined, because a payout takes all "
        f"there is: {left} left out"
    )


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

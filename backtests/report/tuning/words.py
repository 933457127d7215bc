"""What to say of a search: the answer, how sure that is, and each number in its unit."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.objective import RISK_ADJUSTED
from backtests.analysis.reliability import RARE_BY_CHANCE, Edge
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.analysis.scores import TIE
from backtests.analysis.walkforward import WalkForward
from backtests.engine.config_file import STRATEGY
from backtests.engine.scores import METRICS
from backtests.engine.tuned import BEST, Tuned
from backtests.report.text import SHOW, percent, plain_label

# What is shown of a candidate, from the one list of metrics: its name, and how it is written.
SHOWN = {
    metric.key: (plain_label(metric), SHOW[metric.unit])
    for metric in shown_in(Place.SEARCH)
    if metric.key in METRICS  # the sweep works out its own, whatever else is declared
}
WORDS = {"cagr": "CAGR", "sharpe": "Sharpe ratio", "sortino": "Sortino ratio",
         "calmar": "Calmar ratio"}  # fmt: skip


def figure(value: float | None, metric: str, *, sign: bool = False) -> str:
    """A score, or a difference of two, in the unit of its metric: points of growth or a ratio."""
    if value is None or not math.isfinite(value):
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
    lead = edge.estimate
    text = figure(lead.value, metric, sign=True)
    if lead.low is None or lead.high is None:
        return f"{text} (no interval: too few months tell)"
    scale = 100 if metric == "cagr" else 1
    return f"{text} ({scale * lead.low:+.2f} to {scale * lead.high:+.2f})"


def survived(walk: WalkForward) -> str:
    """How much of the promised edge came, in words."""
    if math.isnan(walk.survived):
        return "-"
    if walk.survived <= 0.0:
        return "none"
    return f"{100 * walk.survived:.0f} %" if walk.survived <= 1.0 else "all and more"


def headline(tuned: Tuned) -> str:
    """The answer in one line."""
    if tuned.reliability.beyond_noise:
        return f"{tuned.label(tuned.region.centre)} beats the default beyond noise"
    if tuned.reliability.reality.spa_consistent < RARE_BY_CHANCE:  # another candidate may
        return f"{tuned.label(tuned.region.centre)} does not beat the default beyond noise"
    return "Nothing beats the default beyond noise"


def run_command_of(tuned: Tuned, folder: Path) -> str:
    """The command that runs the recommendation, from the folder of its search."""
    words = ["python", "-m", "backtests.run"]
    file = tuned.space.kind.file
    if file is None and not tuned.space.kind.is_built_in():
        return "backtest(result.best) in Python: its strategy is an object there"
    if file is not None:
        words += ["--strategy-file", f"{folder / STRATEGY}:{file.class_name}"]
    return shlex.join([*words, "--config", str(folder / BEST)])


def sentences(tuned: Tuned) -> tuple[str, str, str]:
    """What to hold, how sure that is, and what tuning would have earned."""
    return _what(tuned), _how_sure(tuned), _walked(tuned)


def _what(tuned: Tuned) -> str:
    region = tuned.region
    centre = tuned.metrics.loc[region.centre]
    regions = "" if region.regions == 1 else f" There are {region.regions} such regions."
    text = (
        f"{tuned.label(region.centre)} {_where(tuned)}{regions} It made "
        f"{percent(centre['cagr'])} a year with a deepest fall of "
        f"{percent(centre['max_drawdown'])}; the default ({tuned.default_label}) "
        f"{percent(tuned.default['cagr'])} with {percent(tuned.default['max_drawdown'])}."
    )
    if not tuned.default_keeps:
        text += f" The default itself does not keep {tuned.limits}."
    return text


def _where(tuned: Tuned) -> str:
    """Where the recommendation stands among the candidates."""
    word, count, members = (
        WORDS[tuned.objective.maximise],
        tuned.eligible_count,
        tuned.region.members,
    )
    among = f"the {count:,} candidates that keep {tuned.limits}" if tuned.limits else (
        f"{count:,} candidates"
    )  # fmt: skip
    if count == 1 and tuned.limits:
        return f"is the only candidate that keeps {tuned.limits}."
    if len(members) == 1 and tuned.reliability.peak.error < TIE:
        return (
            f"has, of {among}, the best {word} averaged with its neighbours'; the best "
            "single cell is the default itself, and leaves no lead whose error could widen the "
            "choice to a region."
        )
    if len(members) == 1:
        return (
            f"stands alone: of {among} it has the best {word} averaged with its "
            "neighbours', and none next to it is within one standard error of that."
        )
    return (
        f"is the middle of the widest good region: {len(members):,} of {among}, next to "
        f"each other, whose {word} averaged with their neighbours' is within one "
        "standard error of the best."
    )


def _how_sure(tuned: Tuned) -> str:
    metric, reliability = tuned.objective.maximise, tuned.reliability
    decides = reliability.decides
    if decides is None:
        return (
            "Month by month the recommendation makes what the default makes"
            f"{at_same_risk(metric)}: there is nothing to be sure of."
        )
    return (
        f"On month-ends its {WORDS[metric]} is {edge_text(reliability.chosen, metric)} against the "
        f"default's; the best single cell shows {edge_text(reliability.peak, metric)}. After "
        f"{tuned.trials:,} trials on this market, the probability that it earns more than the "
        f"default{at_same_risk(metric)} by more than luck is "
        f"{probability(decides.dsr)} (deflated Sharpe ratio; "
        f"{probability(decides.dsr_effective)} if they count as "
        f"{decides.effective_trials:.1f} independent ones). {_conclusion(tuned)}"
    )


def _conclusion(tuned: Tuned) -> str:
    """What follows from interval, deflated Sharpe ratio and Hansen's test."""
    reliability = tuned.reliability
    if reliability.beyond_noise:
        return "Interval, deflated Sharpe ratio and Hansen's test agree: more than noise."
    low = reliability.chosen.estimate.low
    if low is None:
        few = f": {FEWEST_ROWS} months are needed, there are {reliability.months}"
        why = few if reliability.months < FEWEST_ROWS else ""
        return f"Without an interval nothing is called more than noise{why}."
    if tuned.default_keeps and low > 0.0:
        return "The interval is above zero, but luck can do as much in so many trials."
    if tuned.default_keeps:
        return "The past gives no reason to leave the default."
    return _within_limits(tuned)


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
    metric, walk = tuned.objective.maximise, tuned.reliability.expanding
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

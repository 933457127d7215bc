"""A search in words: the answer, how sure it is, and each number in its unit."""

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


def headline(tuned: Tuned) -> str:
    """The answer in one line."""
    if tuned.reliability.beyond_noise:
        return f"{tuned.label(tuned.region.centre)} beats the default beyond noise"
    if tuned.reliability.reality.rejects(RARE_BY_CHANCE):  # another one may do so
        return f"{tuned.label(tuned.region.centre)} does not beat the default beyond noise"
    return "Nothing beats the default beyond noise"


def run_command_of(tuned: Tuned, folder: Path) -> str:
    """The command that runs the choice, from the folder of its search."""
    words = ["python", "-m", "backtests.run"]
    file = tuned.space.kind.file
    if file is None and not tuned.space.kind.is_built_in():
        return "backtest(result.best) in Python: its strategy is an object there"
    if file is not None:
        words += ["--strategy-file", f"{folder / STRATEGY}:{file.class_name}"]
    return shlex.join([*words, "--config", str(folder / BEST)])


def no_recommendation(tuned: Tuned) -> str:
    """Why the middle of the region is no recommendation; empty where it is one."""
    if tuned.recommends:
        return ""
    reasons = []
    if tuned.is_everything:
        reasons.append(
            "the search cannot tell which of them is best"
            if tuned.reliability.beyond_noise
            else "the search tells no candidate from another"
        )
    elif tuned.is_like_default:
        same = at_same_risk(tuned.objective.maximise)
        reasons.append(f"month by month it earns the same as the default{same}")
    if not tuned.keeps_limits:
        reasons.append(f"it does not keep {tuned.limits}")
    if tuned.trails:
        price = "" if tuned.default_keeps else f", which does not keep {tuned.limits}"
        reasons.append(f"its {WORDS[tuned.objective.maximise]} is below the default's{price}")
    return "; ".join(reasons)


def sentences(tuned: Tuned) -> tuple[str, str, str]:
    """What to hold, how sure that is, and what tuning would have earned."""
    return _what(tuned), _how_sure(tuned), _walked(tuned)


def hedge_lines(tuned: Tuned) -> list[tuple[str, str]]:
    """Whether the choice and the default hedge: of each its name, and its word with payoffs."""
    return [(name, payoff_line(each.word, each.evidence)) for name, each in tuned.judged.items()]


def hedge_lead(name: str) -> str:
    """The words before such a line."""
    return f"{HEDGES} {name}:"


def _what(tuned: Tuned) -> str:
    region = tuned.region
    centre = tuned.metrics.loc[region.centre]
    regions = "" if region.regions == 1 else f" There are {region.regions} such regions."
    text = (
        f"{tuned.label(region.centre)} {_where(tuned)}{regions} It grew "
        f"{percent(centre['cagr'])} a year with a deepest fall of "
        f"{percent(centre['max_drawdown'])}; the default ({tuned.default_label}) "
        f"grew {percent(tuned.default['cagr'])} with {percent(tuned.default['max_drawdown'])}."
    )
    if why_not := no_recommendation(tuned):
        text += f" This is no recommendation: {why_not}."
    elif not tuned.default_keeps:
        text += f" The default itself does not keep {tuned.limits}."
    return text


def _where(tuned: Tuned) -> str:
    """Where the choice stands among the candidates."""
    word, count, members = (
        WORDS[tuned.objective.maximise],
        tuned.eligible_count,
        tuned.region.members,
    )
    among = f"the {count:,} candidates that keep {tuned.limits}" if tuned.limits else (
        f"{count:,} candidates"
    )  # fmt: skip
    if count == 1:
        return "is the only candidate" + (f" that keeps {tuned.limits}." if tuned.limits else ".")
    if tuned.is_everything:
        return (
            f"is the middle of all {among.removeprefix('the ')}: the {word} of each, averaged with "
            "its neighbours', is within one standard error of the best."
        )
    if len(members) == 1 and tuned.reliability.peak.error < TIE:
        return (
            f"has, of {among}, the best {word} averaged with its neighbours'; the best "
            "single cell is the default itself: there is no lead whose standard error could widen "
            "the choice to a region."
        )
    if len(members) == 1:
        return (
            f"stands alone: of {among} it has the best {word} averaged with its "
            "neighbours', and no candidate next to it is within one standard error of that."
        )
    return (
        f"is the middle of the widest good region: {len(members):,} of {among}, next to "
        f"each other, whose {word} averaged with their neighbours' is within one "
        "standard error of the best."
    )


def _the_choice(tuned: Tuned) -> str:
    return "the recommendation" if tuned.recommends else "the middle of the region"


def _how_sure(tuned: Tuned) -> str:
    metric, reliability = tuned.objective.maximise, tuned.reliability
    decides = reliability.decides
    if decides is None:
        return (
            f"Month by month {_the_choice(tuned)} earns the same as the default"
            f"{at_same_risk(metric)}: there is no difference to test."
        )
    as_held = (
        f" ({probability(decides.dsr_as_held)} if it is taken from the trials as held)"
        if decides.dsr_as_held is not None
        else ""
    )
    return (
        f"On month-ends its {WORDS[metric]} differs from the default's by "
        f"{edge_text(reliability.chosen, metric)}; that of the best single cell by "
        f"{edge_text(reliability.peak, metric)}. After "
        f"{tuned.trials:,} trials on this market, the chance that it earns more than the default"
        f"{at_same_risk(metric)} by more than the best of so many tries would show by luck (the "
        f"deflated Sharpe ratio) is {probability(decides.dsr)}, with luck's spread taken from the "
        f"trials at equal volatility{as_held}; counted as "
        f"{decides.effective_trials:.1f} independent trials it is "
        f"{probability(decides.dsr_effective)}. {_conclusion(tuned)}"
    )


def _conclusion(tuned: Tuned) -> str:
    """What follows from interval, deflated Sharpe ratio and Hansen's test."""
    reliability = tuned.reliability
    if reliability.beyond_noise:
        return (
            "The interval, the deflated Sharpe ratio and Hansen's test agree: the lead is more "
            "than noise."
        )
    low = reliability.chosen.estimate.low
    if low is None:
        few = f": {FEWEST_ROWS} months are needed, there are {reliability.months}"
        why = few if reliability.months < FEWEST_ROWS else ""
        return f"Without an interval nothing is called more than noise{why}."
    if tuned.default_keeps and low > 0.0:
        return "The interval is above zero, but in so many trials luck alone can do as much."
    if tuned.default_keeps:
        return "The past gives no reason to leave the default."
    return _within_limits(tuned)


def _within_limits(tuned: Tuned) -> str:
    """What the limit costs, and whether the search found more than the default with bills."""
    if tuned.diluted is None:
        return "No mix of the default with bills, from 99 % of it to 1 %, keeps the limits."
    lead = tuned.diluted.lead
    text = (
        "Part of the difference is the price of the limit, which the default does not keep. "
        f"{100 * tuned.diluted.share:.0f} % of the default with the rest in bills keeps it too; "
        f"over that mix {_the_choice(tuned)} leads by "
        f"{edge_text(lead, tuned.objective.maximise)}"
    )
    low, high = lead.estimate.low, lead.estimate.high
    if low is None or high is None:
        return text + "."
    if low > 0.0:
        return text + ": more than noise, if the choice among many candidates is not counted."
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
    since = f"Choosing again each year from the past alone, from {walk.dates[0]:%Y-%m} on, "
    if all(choice.fell_back for choice in walk.choices):
        return since + (
            "no candidate would have kept the limits in any year: the default would have stayed."
        )
    edge = walk.edge_out_of_sample
    if not math.isfinite(edge):
        return since + f"tuning has no {WORDS[metric]} to compare with that of never tuning."
    if abs(edge) < TIE:
        return since + "tuning earned the same as never tuning."
    text = (
        f"{since}tuning {'gained' if edge > 0 else 'lost'} {figure(abs(edge), metric)} of "
        f"{WORDS[metric]} against never tuning; the lead in sample was "
        f"{figure(walk.edge_in_sample, metric, sign=True)}"
    )
    if math.isfinite(walk.survived):
        text += f", of which {survived(walk)} remained"
    if not tuned.default_keeps:
        text += (
            "; never tuning does not keep the limits, so that the difference includes their price"
        )
    return text + "."

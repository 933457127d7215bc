"""The sentences of a search: its choice, how sure it is, what tuning would have earned."""

from __future__ import annotations

import math

from backtests.analysis.reliability import Standing
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.analysis.scores import TIE
from backtests.engine.settings import of_market
from backtests.engine.tuned import MIDDLE, Tuned
from backtests.report.text import percent
from backtests.report.tuning.advice import (
    asked_elsewhere,
    candidate_words,
    luck_of,
    middle,
    no_recommendation,
    params_words,
    rival_of,
)
from backtests.report.tuning.luck import luck_sentence
from backtests.report.tuning.words import (
    WORDS,
    at_same_risk,
    cash_of,
    edge_text,
    figure,
    probability,
    survived,
)


def sentences(tuned: Tuned) -> tuple[str, str, str]:
    """What to hold, how sure that is, and what tuning would have earned."""
    sure = " ".join(filter(None, [_how_sure(tuned), asked_elsewhere(tuned)]))
    return _what(tuned), sure, _walked(tuned)


def _what(tuned: Tuned) -> str:
    region = tuned.region
    centre = tuned.metrics.loc[region.centre]
    regions = "" if region.regions == 1 else f" There are {region.regions} such regions."
    choice, default = tuned.label(region.centre), tuned.default_label
    if tuned.space.settings:
        choice = candidate_words(tuned, region.centre)
        default = params_words(tuned, tuned.default_values)
    text = (
        f"{choice} {_where(tuned)}{regions} It grew "
        f"{percent(centre['cagr'])} a year with a deepest fall of "
        f"{percent(centre['max_drawdown'])}; the default ({default}) "
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


def _how_sure(tuned: Tuned) -> str:
    metric, reliability = tuned.objective.maximise, tuned.reliability
    decides = reliability.decides
    if decides is None:
        return (
            f"Month by month the {MIDDLE.lower()} earns the same as the default"
            f"{at_same_risk(metric)}: there is no difference to test."
        )
    # Where the default breaks a limit, luck is told of the lead over what keeps it.
    luck = f"{luck_of(tuned)} " if rival_of(tuned).is_default else ""
    as_held = (
        f" ({probability(decides.dsr_as_held)} if it is taken from the trials as held)"
        if decides.dsr_as_held is not None
        else ""
    )
    return (
        f"On month-ends its {WORDS[metric]} differs from the default's by "
        f"{edge_text(reliability.chosen, metric)}; that of the best single cell by "
        f"{edge_text(reliability.peak, metric)}. {luck}After "
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
        is_currency = of_market(tuned.space.settings)
        by = f"By {WORDS[tuned.objective.maximise]} the" if is_currency else "The"
        return f"{by} past gives no reason to leave the default."
    return _within_limits(tuned)


def _within_limits(tuned: Tuned) -> str:
    """What the limit costs, and whether the search found more than the default with bills."""
    cash = cash_of(tuned).name
    if tuned.diluted is None:
        return f"No mix of the default with {cash}, from 99 % of it to 1 %, keeps the limits."
    against = tuned.diluted.against
    lead = against.chosen
    text = (
        "Part of the difference is the price of the limit, which the default does not keep. "
        f"{100 * tuned.diluted.share:.0f} % of the default with the rest in {cash} keeps it too; "
        f"from its {WORDS[tuned.objective.maximise]} that of the {middle(tuned)} differs by "
        f"{edge_text(lead, tuned.objective.maximise)}{_held_against_bills(against, cash)}"
    )
    if against.decides is None:
        return text
    reality = against.reality
    hansen = (
        f"Hansen's test whether any candidate beats it has p = {reality.spa_consistent:.3f}"
        if reality.statistic > 0.0
        else "no candidate is ahead of it"
    )
    return (
        f"{text} Held against it the deflated Sharpe ratio is {probability(against.decides.dsr)}, "
        f"and {hansen}. {luck_sentence(against.decides)}"
    )


def _held_against_bills(against: Standing, cash: str) -> str:
    low, high = against.chosen.estimate.low, against.chosen.estimate.high
    if low is None or high is None:
        return "."
    if against.beyond_noise:
        return ": more than noise."
    if low > 0.0:
        return ": more than noise, if the choice among many candidates is not counted."
    return f": the default with {cash} did better." if high < 0.0 else ": no more than noise."


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

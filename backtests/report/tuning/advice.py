"""What follows from a search: the headline, the chip, and why its choice is no recommendation.

Each case has its headline by rule, so that no page, screen or file says another one.
"""

from __future__ import annotations

from collections.abc import Mapping

from backtests.analysis.reliability import RARE_BY_CHANCE
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.engine.tuned import Tuned, params_text
from backtests.report.text import hedge_words
from backtests.report.tuning.words import WORDS, at_same_risk
from strategies.base import Params

BEYOND = "Beyond noise"
LONGEST_MIX = 44  # characters; a longer mix is told as equity and hedge in a headline
SMALLEST = 0.0005  # weights below it are not told


def headline(tuned: Tuned) -> str:
    """The answer in one line: what to hold, and why."""
    choice = candidate_words(tuned, tuned.region.centre)
    if tuned.recommends:
        what = "it" if tuned.objective.maximise == "cagr" else f"its {_goal(tuned)}"
        rival = "the default" if tuned.objective.maximise == "cagr" else "the default's"
        return f"Hold {choice}: {what} beats {rival} beyond noise"
    if tuned.reliability.beyond_noise:
        return f"Beyond noise, and yet no recommendation: {no_recommendation(tuned)}"
    if tuned.default_keeps:
        return f"Keep the default, {params_words(tuned, tuned.config.params)}{_why(tuned, 'it')}"
    if tuned.diluted is None:
        return (
            f"{choice} keeps the {_limit(tuned)}, which the default does not, and is not shown "
            "to be better than luck"
        )
    bills = f"the default with {with_bills(tuned)} in bills"
    high, low = tuned.diluted.lead.estimate.high, tuned.diluted.lead.estimate.low
    if low is not None and low > 0.0:
        return (
            f"{choice} leads {bills}, but was chosen among {among(tuned)}: no proof that it is "
            "better than luck"
        )
    mix = diluted_words(tuned)
    held = f"{bills} ({mix})" if mix else bills
    if high is not None and high < 0.0:
        return f"Keep {held}: it did better than the {_middle(tuned)}"
    return f"Keep {held}{_why(tuned, 'that')}"


def chip(tuned: Tuned) -> tuple[str, str]:
    """How sure the answer is in two or three words, and how a page colours it."""
    lead = tuned.reliability.chosen if is_against_default(tuned) else None
    if lead is None and tuned.diluted is not None:
        lead = tuned.diluted.lead
    if tuned.reliability.beyond_noise:
        return BEYOND, "works"
    if tuned.reliability.decides is None:
        return "No difference", ""
    if lead is None or lead.estimate.low is None or lead.estimate.high is None:
        return "Too short to say", ""
    if lead.estimate.high < 0.0:
        return "Behind", "fails"
    return ("Could be luck" if lead.estimate.low > 0.0 else "No more than noise"), ""


def is_against_default(tuned: Tuned) -> bool:
    """Whether the choice is held against the default itself, not against it with bills.

    Where the default breaks a limit, what one could hold in its place is the default with bills.
    """
    return tuned.reliability.beyond_noise or tuned.diluted is None


def no_recommendation(tuned: Tuned) -> str:
    """Why the middle of the good region is no recommendation; empty where it is one."""
    if tuned.recommends:
        return ""
    reasons = []
    if tuned.is_everything:
        reasons.append(
            "the search cannot tell which of them is best"
            if tuned.reliability.beyond_noise
            else "the search tells no candidate from another"
        )
    if tuned.is_default:
        reasons.append("it is the default itself")
    elif tuned.is_like_default:
        same = at_same_risk(tuned.objective.maximise)
        reasons.append(f"month by month it earns the same as the default{same}")
    if not tuned.keeps_limits:
        reasons.append(f"it does not keep {tuned.limits}")
    if tuned.trails:
        price = "" if tuned.default_keeps else f", which does not keep {tuned.limits}"
        reasons.append(f"its {WORDS[tuned.objective.maximise]} is below the default's{price}")
    elif not reasons or not (tuned.reliability.beyond_noise or tuned.reliability.decides is None):
        reasons.append(
            f"{_few(tuned)} to say whether it beats the default"
            if _is_short(tuned)
            else "its lead over the default is no more than noise"
        )
    return "; ".join(reasons)


# Why


def _why(tuned: Tuned, rival: str) -> str:
    """Why to keep what one has: nothing is shown to beat it (``it`` or ``that``)."""
    choice, everyone = candidate_words(tuned, tuned.region.centre), among(tuned)
    if _is_short(tuned):
        return f": {_few(tuned)} to say whether another {_noun(tuned)} beats {rival}"
    if tuned.is_default:
        return ": it is itself the middle of the good region"
    if tuned.is_like_default:
        return f": {choice} earns the same{at_same_risk(tuned.objective.maximise)}"
    if tuned.eligible_count == 1:
        within = "" if len(tuned.metrics) == 1 else f" within the {_limit(tuned)}"
        return f": {choice}, the only {_noun(tuned)}{within}, is not shown to beat {rival}"
    if tuned.reliability.reality.rejects(RARE_BY_CHANCE):
        return f", for now: some of {everyone} seem to beat {rival}, but it is not shown which"
    if tuned.is_everything:
        return f": the search cannot tell the {everyone} apart"
    return f": none of {everyone} is shown to beat {rival}"


def _is_short(tuned: Tuned) -> bool:
    return tuned.reliability.chosen.estimate.low is None


def _few(tuned: Tuned) -> str:
    months = tuned.reliability.months
    too = f"{months} months are too few" if months < FEWEST_ROWS else "there is no interval"
    return too


# Words for portfolios and candidates


def params_words(tuned: Tuned, params: Params) -> str:
    """A candidate for an investor: ``60 % SPY, 40 % IEF``, a rule by what was searched.

    A mix too long for a headline is told as equity, hedge and cash.
    """
    weights = params.get("weights")
    if not (isinstance(weights, Mapping) and tuned.space.is_simplex):
        return params_text(params, tuned.space)
    return _mix_words(tuned, weights)


def candidate_words(tuned: Tuned, number: int) -> str:
    """A candidate by its number, in the words of :func:`params_words`."""
    return params_words(tuned, tuned.space.params(number))


def diluted_words(tuned: Tuned) -> str:
    """The default with bills as a mix; empty for a rule, whose weights change."""
    weights = tuned.config.params.get("weights")
    if tuned.diluted is None or not (isinstance(weights, Mapping) and tuned.space.is_simplex):
        return ""
    held = {name: weight * tuned.diluted.share for name, weight in weights.items() if weight > 0.0}
    return ", ".join(f"{100 * weight:.1f} % {name}" for name, weight in held.items())


def with_bills(tuned: Tuned) -> str:
    """How much of the default gives way to bills until the limits are kept."""
    return "" if tuned.diluted is None else f"{100 * (1.0 - tuned.diluted.share):.0f} %"


def among(tuned: Tuned) -> str:
    """How many candidates there are, or how many within the limits."""
    nouns = "mixes" if tuned.space.is_simplex else "settings"
    count = f"{tuned.eligible_count:,} {_noun(tuned) if tuned.eligible_count == 1 else nouns}"
    return f"{count} within the {_limit(tuned)}" if tuned.limits else count


def _mix_words(tuned: Tuned, weights: Mapping[str, float]) -> str:
    cash = round(1.0 - sum(weights.values()), 9)
    text = _shares({**weights, "cash": cash})
    if len(text) <= LONGEST_MIX:
        return text
    hedge = tuned.config.roles.hedge_of([name for name, weight in weights.items() if weight > 0.0])
    hedged = sum(weights[name] for name in hedge)
    treasuries = hedge_words(hedge) == "Treasuries"
    sides = {
        "equity": 1.0 - cash - hedged,
        "Treasuries" if treasuries else "hedge": hedged,
        "cash": cash,
    }
    return _shares(sides)


def _shares(weights: Mapping[str, float]) -> str:
    return ", ".join(
        f"{round(100 * weight, 1):g} % {name}"
        for name, weight in weights.items()
        if weight >= SMALLEST
    )


def _noun(tuned: Tuned) -> str:
    return "mix" if tuned.space.is_simplex else "setting"


def _goal(tuned: Tuned) -> str:
    return WORDS[tuned.objective.maximise]


def _limit(tuned: Tuned) -> str:
    return "limits" if len(tuned.objective.limits) > 1 else "limit"


def _middle(tuned: Tuned) -> str:
    return "middle of the good region" if tuned.eligible_count > 1 else f"only {_noun(tuned)}"

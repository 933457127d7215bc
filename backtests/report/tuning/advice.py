"""What follows from a search: the headline, the chip, and why its choice is no recommendation.

Each case has its headline by rule, so that no page, screen or file says another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from backtests.analysis.reliability import RARE_BY_CHANCE, Standing
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.engine.settings import of_market, spoken
from backtests.engine.tuned import MIDDLE, Tuned, params_text
from backtests.report.pages import WHICH_HEDGE
from backtests.report.text import SPOKEN, mix_words, weights_text
from backtests.report.tuning.luck import luck_sentence
from backtests.report.tuning.words import WORDS, at_same_risk, cash_of
from strategies.base import Params

BEYOND = "Beyond noise"
LONGEST_MIX = 44  # characters; a longer mix is told as equity and hedge in a headline


@dataclass(frozen=True, eq=False)
class Rival:
    """What the choice is held against: what one could hold instead.

    Attributes
    ----------
    name
        In words.
    is_default
        Whether it is the default itself, not the default with bills.
    metrics
        Its metrics.
    against
        How the choice and all candidates stand against it.
    """

    name: str
    is_default: bool
    metrics: pd.Series
    against: Standing


def rival_of(tuned: Tuned) -> Rival:
    """What the choice is held against on every page and screen.

    Where the default breaks a limit, what one could hold in its place is the default with bills;
    a choice that beats the default itself beyond noise needs no such comparison.
    """
    if tuned.reliability.beyond_noise or tuned.diluted is None:
        return Rival("the default", True, tuned.default, tuned.reliability)
    name = f"the default with {with_bills(tuned)} in {cash_of(tuned).name}"
    return Rival(name, False, tuned.diluted.metrics, tuned.diluted.against)


def headline(tuned: Tuned) -> str:
    """The answer in one line: what to hold, and why.

    A search over a currency hedge says first by what it judges: whether hedging protects in
    equity's worst months is asked elsewhere, and may have the opposite answer.
    """
    told = _answer(tuned)
    if not of_market(tuned.space.settings):
        return told
    return f"By {_goal(tuned)}, {told[:1].lower()}{told[1:]}"


def _answer(tuned: Tuned) -> str:
    """The answer, whatever it is judged by."""
    choice = candidate_words(tuned, tuned.region.centre)
    if tuned.recommends:
        what = "it" if tuned.objective.maximise == "cagr" else f"its {_goal(tuned)}"
        rival = "the default" if tuned.objective.maximise == "cagr" else "the default's"
        return f"Hold {choice}: {what} beats {rival} beyond noise"
    if tuned.reliability.beyond_noise:
        return f"Beyond noise, and yet no recommendation: {no_recommendation(tuned)}"
    if tuned.default_keeps:
        return f"Keep the default, {params_words(tuned, tuned.default_values)}{_why(tuned, 'it')}"
    if tuned.diluted is None:
        return (
            f"{choice} keeps the {_limit(tuned)}, which the default does not, and is not shown "
            "to be better than luck"
        )
    return _against_bills(tuned, choice)


def _against_bills(tuned: Tuned, choice: str) -> str:
    """The answer where the default breaks the limit, and with bills keeps it."""
    rival = rival_of(tuned)
    lead, rejects = rival.against.chosen.estimate, rival.against.reality.rejects(RARE_BY_CHANCE)
    if rival.against.beyond_noise:
        return f"{choice} beats {rival.name} beyond noise"
    if lead.low is not None and lead.low > 0.0:
        if tuned.eligible_count == 1:
            return (
                f"{choice}, the {only(tuned)}, leads {rival.name}: no proof that it is better "
                "than luck"
            )
        return (
            f"{choice} leads {rival.name}, but was chosen among {among(tuned)}: no proof that it "
            "is better than luck"
        )
    mix = diluted_words(tuned)
    held = f"{rival.name} ({mix})" if mix else rival.name
    if lead.high is not None and lead.high < 0.0 and not rejects:
        return f"Keep {held}: it did better than the {middle(tuned)}"
    return f"Keep {held}{_why(tuned, 'that')}"


def asked_elsewhere(tuned: Tuned) -> str:
    """Where a search over the hedge's currency leaves the other question; empty of any other."""
    if "fx_hedge" not in tuned.space.settings:
        return ""
    return (
        "Whether hedging the dollar protects in equity's worst months is another question: "
        f"{WHICH_HEDGE.file} of a run answers it."
    )


def chip(tuned: Tuned) -> tuple[str, str]:
    """How sure the answer is in two or three words, and how a page colours it."""
    against = rival_of(tuned).against
    lead = against.chosen.estimate
    if against.beyond_noise:
        return BEYOND, "works"
    if against.decides is None:
        return "No difference", ""
    if lead.low is None or lead.high is None:
        return "Too short to say", ""
    if lead.high < 0.0:
        return "Behind", "fails"
    return ("Could be luck" if lead.low > 0.0 else "No more than noise"), ""


def luck_of(tuned: Tuned) -> str:
    """How many of all tries would be as good by luck, against what the choice is held against."""
    rival = rival_of(tuned)
    return luck_sentence(rival.against.decides, rival.name)


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
    against = rival_of(tuned).against
    if _is_short(tuned):
        return f": {_few(tuned)} to say whether another {_noun(tuned)} beats {rival}"
    if tuned.is_default:
        return ": it is itself the middle of the good region"
    if against.decides is None:
        return f": {choice} earns the same{at_same_risk(tuned.objective.maximise)}"
    if tuned.eligible_count == 1:
        return f": {choice}, the {only(tuned)}, is not shown to beat {rival}"
    if against.reality.rejects(RARE_BY_CHANCE):
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
        settings = {name: params[name] for name in tuned.space.settings if name in params}
        rest = {name: value for name, value in params.items() if name not in settings}
        told = (spoken(name, value) for name, value in settings.items())
        return ", ".join(filter(None, [*told, params_text(rest, tuned.space)]))
    held = [name for name, weight in weights.items() if weight > 0.0]
    return mix_words(weights, tuned.config.roles.hedge_of(held), LONGEST_MIX)


def candidate_words(tuned: Tuned, number: int) -> str:
    """A candidate by its number, in the words of :func:`params_words`."""
    return params_words(tuned, tuned.space.described(number))


def diluted_words(tuned: Tuned) -> str:
    """The default with bills as a mix; empty for a rule, whose weights change."""
    weights = tuned.config.params.get("weights")
    if tuned.diluted is None or not (isinstance(weights, Mapping) and tuned.space.is_simplex):
        return ""
    held = {name: weight * tuned.diluted.share for name, weight in weights.items()}
    return weights_text(held, form=SPOKEN)


def with_bills(tuned: Tuned) -> str:
    """How much of the default gives way to bills until the limits are kept."""
    return "" if tuned.diluted is None else f"{100 * (1.0 - tuned.diluted.share):.0f} %"


def among(tuned: Tuned) -> str:
    """How many candidates there are, or how many within the limits."""
    nouns = "mixes" if tuned.space.is_simplex else "settings"
    count = f"{tuned.eligible_count:,} {_noun(tuned) if tuned.eligible_count == 1 else nouns}"
    return f"{count} within the {_limit(tuned)}" if tuned.limits else count


def _noun(tuned: Tuned) -> str:
    return "mix" if tuned.space.is_simplex else "setting"


def _goal(tuned: Tuned) -> str:
    return WORDS[tuned.objective.maximise]


def _limit(tuned: Tuned) -> str:
    return "limits" if len(tuned.objective.limits) > 1 else "limit"


def only(tuned: Tuned) -> str:
    """A single candidate in words: ``only mix``, or the only one within the limit."""
    within = "" if len(tuned.metrics) == 1 else f" within the {_limit(tuned)}"
    return f"only {_noun(tuned)}{within}"


def middle(tuned: Tuned) -> str:
    """What the choice is: the middle of the good region, or the only candidate that there is."""
    return MIDDLE.lower() if tuned.eligible_count > 1 else only(tuned)

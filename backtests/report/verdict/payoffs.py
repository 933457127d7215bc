"""A verdict's word and payoffs where there is little room: searches, comparisons, lists of runs."""

from __future__ import annotations

from backtests.analysis.evidence import Evidence, Payoff, Word
from backtests.analysis.resampling import Estimate
from backtests.report.currency import BILLS, CashWords
from backtests.report.intervals import Interval
from backtests.report.page import Cell
from backtests.report.text import two_digits

FEW_CHANGES = "so few changes of regime cannot prove it"
DEPENDS = ("it depends", "it depended")
# The sets of months by the beginning of their name in tables for other programs.
SETS = {
    "payoff": "all months",
    "payoff_after_negative": "after negative correlation",
    "payoff_after_positive": "after positive correlation",
}
_PAYOFF = (
    "The payoff is the hedge's return less that of {cash}, percent a month of the money in the "
    "hedge, in equity's worst tenth of the months: of all, and of those that began after negative "
    "and after positive {pair} correlation."
)
PAYOFF = _PAYOFF.format(pair="stock-bond", cash=BILLS.whole)


def short_word(word: str, cash: CashWords = BILLS) -> str:
    """A word where it stands alone, as ``works`` or ``same as cash``.

    The record's word is the same in every currency.
    """
    return f"same as {cash.name}" if word == "same as bills" else word


def payoff_note(pair: str = "stock-bond", cash: CashWords = BILLS) -> str:
    """What a payoff is, where the states are of the correlation of such a pair."""
    return _PAYOFF.format(pair=pair, cash=cash.whole)


def payoffs_of(evidence: Evidence) -> dict[str, Payoff]:
    """The payoff of each set of months, by its key in :data:`SETS`."""
    every = (evidence.every, evidence.negative.payoff, evidence.positive.payoff)
    return dict(zip(SETS, every, strict=True))


def payoff_text(estimate: Estimate) -> str:
    """A payoff with its interval, signed: ``+0.17 % (-0.68 to +0.92)``; or a dash."""
    told = signed_text(estimate)
    return told if estimate.value is None else f"{told} ({interval_text(estimate)})"


def payoff_cell(estimate: Estimate) -> Cell:
    """A payoff as a cell, its interval in small print and drawn."""
    sort = "" if estimate.value is None else estimate.value
    return Cell(
        signed_text(estimate),
        sort,
        small=interval_text(estimate),
        interval=Interval.of(estimate),
    )


def interval_text(estimate: Estimate) -> str:
    """The interval of a payoff, in percent and signed; empty where there is no payoff."""
    if estimate.low is None or estimate.high is None:
        return "" if estimate.value is None else "no interval"
    low, high = (two_digits(100 * end, "+") for end in (estimate.low, estimate.high))
    return f"{low} to {high}"


def signed_text(estimate: Estimate) -> str:
    """A payoff alone, signed: ``+0.17 %``; or a dash."""
    return "-" if estimate.value is None else f"{two_digits(100 * estimate.value, '+')} %"


def placebo_text(word: str, evidence: Evidence) -> str:
    """How often the states of correlation, put elsewhere in time, differ as much; or a dash.

    Where the word rests on that difference it also says whether that proves anything.
    """
    share = evidence.placebo_share
    if share is None:
        return "-"
    doubted = word in DEPENDS and evidence.cannot_prove
    return f"{100 * share:.0f} %" + (", no proof" if doubted else "")


def placebo_note(word: Word, evidence: Evidence) -> str:
    """The placebo share in words, and that so few changes prove nothing where the word needs it."""
    share = evidence.placebo_share
    if share is None:
        return ""
    told = f"placebo share {100 * share:.0f} %"
    return f"{told}: {FEW_CHANGES}" if word in DEPENDS and evidence.cannot_prove else told


def payoff_line(word: Word, evidence: Evidence | None, cash: CashWords = BILLS) -> str:
    """A verdict in one line: its word, and the payoffs that decide it."""
    called = short_word(word, cash)
    if evidence is None:
        return f"{called}."
    parts = [
        f"{name} {payoff_text(payoff.estimate)}"
        for name, payoff in zip(SETS.values(), payoffs_of(evidence).values(), strict=True)
        if payoff.months
    ]
    placebo = placebo_note(word, evidence)
    return f"{called}. Payoff {'; '.join([*parts, *([placebo] if placebo else [])])}."

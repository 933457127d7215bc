"""What decides the word, in sentences and tables."""

from __future__ import annotations

from backtests.analysis.evidence import Evidence, Payoff, State, StateEpisode, Word
from backtests.analysis.record import Verdict
from backtests.analysis.resampling import FEWEST_ROWS, Estimate
from backtests.report.currency import BILLS, CashWords
from backtests.report.page import Cell, Grid
from backtests.report.text import capital, percent, two_digits, whole
from backtests.report.verdict.payoffs import (
    DEPENDS,
    FEW_CHANGES,
    interval_text,
    payoff_cell,
    short_word,
)

BOND = "IEF"  # as the engine names it, alone or with what stands for it
NOT_TRUSTED = "none could be trusted over so few months"
WORDS: dict[Word, str] = {
    "works": "it works",
    "fails": "it fails",
    "same as bills": "the same as bills",
    "unclear": "unclear",
    "it depends": "it depends",
    "it depended": "it depended",
    "no hedge": "no hedge",
}


def word_text(word: Word, cash: CashWords = BILLS) -> str:
    """A word as a sentence says it; the record's stays as it is in every currency."""
    return f"the same as {cash.name}" if word == "same as bills" else WORDS[word]


def in_dollars(verdict: Verdict) -> str:
    """Said of the stock-bond correlation where the run is in another currency."""
    return "" if verdict.investor is None else ", in US dollars"


def has_prices(verdict: Verdict) -> bool:
    """Whether consumer prices are known where the investor lives: else nothing real is shown."""
    return verdict.investor is None or bool(verdict.series.inflation.values)


def pair_of(evidence: Evidence | None) -> str:
    """Whose correlation tells the states apart: a bond's, or that of a hedge of another kind."""
    is_bond = evidence is None or evidence.correlation_of.startswith(BOND)
    return "stock-bond" if is_bond else "equity-hedge"


def beyond_cash(word: Word, evidence: Evidence, hedge: str, cash: CashWords = BILLS) -> str:
    """What the hedge did beyond bills, and how sure that is, in a few sentences.

    Parameters
    ----------
    word, evidence
        Of a verdict or of its long view.
    hedge
        What the hedge is called.
    cash
        What cash is called.
    """
    answer = word_text(word, cash)
    months = evidence.every.months
    if months < FEWEST_ROWS:
        whole_months = f"{months} whole month" + ("" if months == 1 else "s")
        return f"{answer}. {whole_months}, too few to say anything: fewer than {FEWEST_ROWS}."
    if word in DEPENDS:
        share = evidence.placebo_share
        placebo = "" if share is None else f"placebo share {100 * share:.0f} %"
        doubt = f" {FEW_CHANGES.capitalize()} ({placebo})." if evidence.cannot_prove else ""
        by_state = _by_state(evidence, hedge, cash.whole, " a month in equity's worst months")
        beside = doubt or (f" {placebo.capitalize()}." if placebo else "")
        return f"{answer}. {by_state}.{beside}"
    every, by_state = evidence.every, _by_state(evidence, hedge, cash.name)
    over_all = (
        f"{answer}. Over all {every.months} months {hedge} {_beat(every.estimate, cash.whole)} a "
        f"month in equity's worst {every.worst_months} {_range(every)}{_held(every)}{_why(every)}"
    )
    return f"{over_all}. {by_state}." if by_state else f"{over_all}."


def _why(payoff: Payoff) -> str:
    """Why the word of all months is unclear; empty where it is not."""
    if payoff.word != "unclear" or payoff.estimate.low is None:
        return ""
    if payoff.smallest_effect is None:
        return ", which may be a gain or a loss"
    return (
        ", which may be a gain or a loss: to show in 4 of 5 such samples an effect has to be about "
        f"{effect_text(payoff.smallest_effect)} a month"
    )


def effect_text(effect: float | None) -> str:
    """A smallest effect: its resamples move it by a tenth or two, so with one digit; or a dash."""
    return "-" if effect is None else f"{100 * effect:.1f} %"


def _by_state(evidence: Evidence, hedge: str, cash: str, when: str = "") -> str:
    """What it did after each sign of the correlation; empty where neither has a month."""
    parts: list[str] = []
    again = "they" if " and " in hedge else "it"
    pair = f"{pair_of(evidence)} "
    for state in evidence.states:
        if state.payoff.months:
            kind, name, told = ("", again, "") if parts else (pair, hedge, when)
            parts.append(
                f"after {state.name} {kind}correlation {name} "
                f"{_beat(state.payoff.estimate, cash)}{told} {_range(state.payoff)}"
                f"{_held(state.payoff)}{_alone(state)}"
            )
    text = "; ".join(parts)
    return capital(text)


def _alone(state: State) -> str:
    """Said of a state's word that rests on a single episode."""
    return "" if state.rests_on is None else f", in one episode ({span(state.rests_on)})"


def span(episode: StateEpisode) -> str:
    """First and last month of an episode."""
    return f"{episode.first} to {episode.last}"


def _beat(estimate: Estimate, cash: str) -> str:
    value = estimate.number
    verb = "beat" if value >= 0.0 else "fell behind"
    return f"{verb} {cash} by {percent(abs(value))}"


def _held(payoff: Payoff) -> str:
    """In how many of the worst months the hedge was held, where that is not in all."""
    if payoff.worst_months_held == payoff.worst_months:
        return ""
    return f", held in {payoff.worst_months_held} of these {payoff.worst_months}"


def _range(payoff: Payoff) -> str:
    """An interval in brackets, signed percent; says why there is none."""
    if payoff.estimate.low is None:
        few = payoff.months < FEWEST_ROWS
        return f"(no interval: {f'under {FEWEST_ROWS} months' if few else NOT_TRUSTED})"
    return f"({interval_text(payoff.estimate)})"


def payoff_grid(evidence: Evidence, cash: CashWords = BILLS) -> Grid:
    """Payoff of all months and of each state, with what decides its word."""
    named = [
        ("All months", evidence.every, None),
        *((f"After {s.name} correlation", s.payoff, s.rests_on) for s in evidence.states),
    ]
    rows = [
        [
            Cell(name),
            Cell(
                short_word(payoff.word, cash),
                small=f"in one episode, {span(alone)}" if alone else "",
            ),
            payoff_cell(payoff.estimate),
            _share_cell(payoff.above_zero),
            Cell(whole(payoff.months), payoff.months),
            Cell(
                whole(payoff.worst_months),
                payoff.worst_months,
                small=_held(payoff).removeprefix(", "),
            ),
            Cell(
                effect_text(payoff.smallest_effect),
                "" if payoff.smallest_effect is None else payoff.smallest_effect,
            ),
        ]
        for name, payoff, alone in named
    ]
    share = evidence.placebo_share
    placebo = "" if share is None else f"placebo share {100 * share:.0f} %"
    rows.append(
        [
            Cell("Negative less positive"),
            Cell(FEW_CHANGES if evidence.cannot_prove else "", small=placebo, tone="text"),
            payoff_cell(evidence.difference),
            *[Cell("-", "") for _ in range(4)],
        ]
    )
    heads = ["In equity's worst tenth of the months", "Word", f"Hedge less {cash.name}, a month",
             "P(>0)", "Months", "Worst", "Effect that 4 of 5 samples show"]  # fmt: skip
    return Grid(heads, rows, wide=True)


def episodes_grid(evidence: Evidence, cash: CashWords = BILLS) -> Grid:
    """Stretches of at least 24 months in one state, in order of time."""
    episodes = [(state.name, each) for state in evidence.states for each in state.episodes]
    rows = [
        [
            Cell(span(episode)),
            Cell(f"{two_digits(100 * episode.payoff, '+')} %", episode.payoff),
            Cell(f"{name} correlation"),
            Cell(whole(episode.months), episode.months),
        ]
        for name, episode in sorted(episodes, key=lambda pair: pair[1].first)
    ]
    heads = ["Episode", f"Hedge less {cash.name} in equity's worst tenth of them, a month",
             "After", "Months"]  # fmt: skip
    return Grid(heads, rows)


def _share_cell(value: float | None) -> Cell:
    return Cell("-" if value is None else f"{value:.3f}", "" if value is None else value)

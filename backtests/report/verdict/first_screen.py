"""What an investor reads first: a headline, the word, a line that reconciles, three tiles.

A record, so that page and notebook say the same. Figures are those of the verdict, with one digit
after the point; differences have a sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backtests.analysis.evidence import Evidence, SetWord, State, StateName, Word
from backtests.analysis.record import Verdict
from backtests.analysis.resampling import FEWEST_ROWS, Estimate
from backtests.engine.summary import Summary
from backtests.report.currency import BILLS, cash_words, code_of, in_money
from backtests.report.falls import beaten
from backtests.report.paid_words import RUIN
from backtests.report.text import (
    SMALLEST,
    basis,
    capital,
    difference,
    hedge_words,
    mix_words,
    money,
    plan_of,
    ruin_of,
    summary_label,
    two_digits,
)
from backtests.report.verdict.evidence import BOND, in_dollars, pair_of, word_text
from backtests.report.verdict.payoffs import DEPENDS, FEW_CHANGES
from backtests.report.verdict.words import answer_of, offer, tone_of

LONGEST_MIX = 34  # characters; a longer mix is told as equity and hedge
LONGEST_LABEL = 40  # characters of a rule with its parameters; beyond it the rule's name alone
THAN_CASH: Mapping[Word, str] = {
    "works": "protected better than",
    "fails": "protected worse than",
    "same as bills": "protected no better and no worse than",
}
RANGES = (
    "In brackets: an interval that contains the truth in at least 86 of 100 samples of real months "
    "like these (docs/coverage.md)."
)
BESIDE = ("bills", "equity")
STATES: tuple[StateName | None, ...] = ("negative", "positive", None)
BESIDE_BILLS: Mapping[SetWord, str] = {
    "works": "beat",
    "fails": "fell behind",
    "same as bills": "matched",
}


@dataclass(frozen=True)
class Tile:
    """One question with its figure.

    Attributes
    ----------
    key
        ``protection``, ``when`` or ``cost``.
    title
        What is asked.
    value, unit
        The figure, and the words after it.
    lines
        What stands below it.
    tone
        ``works``, ``fails`` or empty, as of a word.
    """

    key: str
    title: str
    value: str
    unit: str
    lines: tuple[str, ...]
    tone: str = ""


@dataclass(frozen=True)
class FirstScreen:
    """The first screen of a verdict.

    Attributes
    ----------
    headline
        What came of it, with the mix; about 110 characters at most.
    chip, tone
        The word, empty where there is none, and how a page colours it: ``works``, ``fails`` or
        empty.
    line
        What it did against 100 % equity, what bills did, and where its edge over them came from.
    tiles
        Protection, when and cost; none without a hedge.
    note
        What stands in brackets; empty where nothing does.
    """

    headline: str
    chip: str
    tone: str
    line: str
    tiles: tuple[Tile, ...]
    note: str = ""


def first_screen(verdict: Verdict, summary: Summary | None = None) -> FirstScreen:
    """The first screen of a verdict.

    Parameters
    ----------
    verdict
        Whole or brief.
    summary
        Of its run, which has the mix; without it the headline has none.
    """
    evidence = verdict.evidence
    what = "" if summary is None else f"{_mix(verdict, summary)}: "
    told = "nothing to judge, there is no hedge beside equity"
    line = _unjudged_line(verdict)
    tiles: tuple[Tile, ...] = ()
    if evidence is not None:
        told = _finding(verdict, evidence, hedge_words(verdict.tickers.hedge))
        line = f"{_falls(verdict)} {_edge(verdict, evidence)}"
        tiles = _protection(verdict, evidence), _when(verdict), _cost(verdict, summary)
    ruined = None if summary is None else ruin_of(summary)
    if ruined is not None:  # what it did as long as there was money is said second
        line = f"{capital(RUIN)} Until then: {told}. {line}"
        told = f"the money ran out on {ruined}"
    return FirstScreen(
        headline=f"{what}{told}" if what else capital(told),
        chip=answer_of(verdict),
        tone=tone_of(verdict.word),
        line=line,
        tiles=tiles,
        note=RANGES if evidence is not None and _has_range(verdict, evidence) else "",
    )


def _has_range(verdict: Verdict, evidence: Evidence) -> bool:
    """Whether any figure of the tiles has an interval."""
    payoffs = (evidence.every, *(state.payoff for state in evidence.states))
    told = (*(each.estimate for each in payoffs), verdict.cost.growth_against_monthly.bills)
    return any(estimate.low is not None for estimate in told)


# Headline


def _mix(verdict: Verdict, summary: Summary) -> str:
    """What was held: a mix by its weights, a rule by its label, one ticker alone as 100 %."""
    weights = summary.weights
    if not weights:
        held = next(row.equity_weight for row in verdict.portfolios if row.key == "portfolio")
        alone = not verdict.holds_hedge and len(verdict.tickers.equity) == 1
        if alone and held is not None and held > 1.0 - SMALLEST:
            return f"100 % {verdict.tickers.equity[0]}{_terms(summary)}"
        label = summary_label(summary)
        return label if len(label) <= LONGEST_LABEL else f"{summary.strategy}{_terms(summary)}"
    return f"{mix_words(weights, verdict.tickers.hedge, LONGEST_MIX)}{_terms(summary)}"


def _terms(summary: Summary) -> str:
    """Currency and plan after what was held: `` in yen, hedged, -4 % a year``."""
    plan = plan_of(summary)
    return f"{in_money(summary.money, summary.base_date)}{', ' * bool(plan)}{plan}"


def _finding(verdict: Verdict, evidence: Evidence, hedge: str) -> str:
    """The word as a finding on the hedge."""
    word, cash = verdict.word, _safe(verdict)
    months = evidence.every.months
    protect = f"{hedge} protect{'' if _is_plural(hedge) else 's'} better than {cash}"
    if months < FEWEST_ROWS:
        are = "1 month is" if months == 1 else f"{months} months are"
        return f"{are} too short to say whether {protect}"
    if word in THAN_CASH:
        return f"{hedge} {THAN_CASH[word]} {cash}"
    if word == "unclear":
        return f"no proof that {protect}"
    return _dependence(evidence, hedge, cash)


def _dependence(evidence: Evidence, hedge: str, cash: str) -> str:
    """On what it depended: on an episode where a state rests on one, else on the correlation."""
    by_word = {state.payoff.word: state for state in evidence.states}
    works, fails = by_word.get("works"), by_word.get("fails")
    if works is None or fails is None:
        return f"whether {hedge} protected better than {cash} depended on the correlation"
    better, worse = (f"{hedge} {THAN_CASH[word]} {cash}" for word in ("works", "fails"))
    if works.rests_on and fails.rests_on:
        return f"{better} {_years(works)}, worse {_years(fails)}"
    if works.rests_on:
        sides = " or ".join(_opposite_sides(works, fails))
        return f"{better} {_years(works)}, " + (
            f"on balance not {sides}" if sides else f"worse after {fails.name} correlation"
        )
    if fails.rests_on:
        sides = " and ".join(_opposite_sides(fails, works))
        return f"{worse} {_years(fails)}, better " + (sides or f"after {works.name} correlation")
    return f"{better} after {works.name} correlation, worse after {fails.name}"


def _safe(verdict: Verdict) -> str:
    """What the hedge is held against in a headline: bills are called cash there."""
    cash = cash_words(verdict.investor)
    return "cash" if cash == BILLS else cash.whole


def _years(state: State) -> str:
    """The years of the episode on which a state's word rests."""
    episode = state.rests_on
    return "" if episode is None else f"from {episode.first[:4]} to {episode.last[:4]}"


def _opposite_sides(alone: State, other: State) -> list[str]:
    """Whether the opposite held before and since the episode on which a state rests.

    It did on a side where there are episodes, and the payoff of each has the other sign.
    """
    episode = alone.rests_on
    if episode is None:
        return []
    every = (*alone.episodes, *other.episodes)
    sides = {
        "before": [each for each in every if each.last < episode.first],
        "since": [each for each in every if each.first > episode.last],
    }
    return [
        side
        for side, stretches in sides.items()
        if stretches and all(each.payoff * episode.payoff < 0.0 for each in stretches)
    ]


# The line below it


def _unjudged_line(verdict: Verdict) -> str:
    """Without a hedge: how to name one where one may be meant, and the run's deepest fall."""
    numbers = verdict.portfolio("portfolio")
    grew = "" if numbers.cagr is None else f"; it grew {_percent(numbers.cagr)} a year"
    rows = basis(daily=verdict.series.drawdown.daily)
    fell = f"Its deepest fall was {_loss(numbers.max_drawdown)} ({rows}){grew}."
    offered = offer(verdict.tickers)
    return f"{offered}. {fell}" if offered else fell


def _falls(verdict: Verdict) -> str:
    """The deepest fall of the portfolio, of 100 % equity, and what it had been with bills."""
    ours, equity, bills = (
        verdict.portfolio(key).max_drawdown for key in ("portfolio", "equity", "bills")
    )
    held = next(row.equity_weight for row in verdict.portfolios if row.key == "portfolio")
    cash = cash_words(verdict.investor)
    if held is not None and held <= 0.0:
        return (
            f"It holds no equity: its deepest fall was {_loss(ours)}, of {cash.whole} "
            f"{_loss(bills)}, of "
            f"100 % equity {_loss(equity)}."
        )
    if min(round(ours, 3), round(bills, 3)) > round(equity, 3):
        with_bills = "there was none" if bills >= 0.0 else f"to {_loss(bills)}"
        return (
            f"It cut the deepest fall from {_loss(equity)} to {_loss(ours)}; with {cash.told}, "
            f"{with_bills}."
        )
    return (
        f"Its deepest fall was {_loss(ours)}, with {cash.whole} {_loss(bills)}, that of 100 % "
        f"equity {_loss(equity)}."
    )


def _edge(verdict: Verdict, evidence: Evidence) -> str:
    """After which sign of the correlation the hedge beat bills, and its sign today."""
    if evidence.every.months < FEWEST_ROWS:
        view = verdict.long_view
        told = f"Beyond cash nothing can be said of fewer than {FEWEST_ROWS} months"
        if view is None or view.word is None:
            return f"{told}."
        said = word_text(view.word, cash_words(verdict.investor))
        return f"{told}; since {str(view.start)[:4]} the same strategy: {said}."
    hedge = capital(hedge_words(verdict.tickers.hedge))
    with_years, cash = verdict.word != "it depended", cash_words(verdict.investor).name
    told = _by_state(hedge, evidence, cash, with_years=with_years)
    return f"{told}{_today(verdict, evidence)}."


def _by_state(hedge: str, evidence: Evidence, cash: str, *, with_years: bool) -> str:
    """What the hedge did beside bills after each sign, as far as its words say."""
    correlation = f" {pair_of(evidence)} correlation"

    def after(state: State, noun: str = "") -> str:
        years = _years(state).removeprefix("from ")
        return f"after {state.name}{noun}" + (f" ({years})" if with_years and years else "")

    first, last = sorted(evidence.states, key=lambda state: state.payoff.word not in BESIDE_BILLS)
    verb, other = (BESIDE_BILLS.get(state.payoff.word) for state in (first, last))
    if verb is None:
        return f"{hedge} beat {cash} clearly after neither sign of the{correlation}"
    if verb == other:
        return f"{hedge} {verb} {cash} {after(first)} and {after(last, correlation)}"
    told = f"{hedge} {verb} {cash} {after(first, correlation)}"
    if other is not None:
        return f"{told}, {other} {after(last)}"
    return f"{told}, not clearly {after(last)}" if last.payoff.months else told


TODAY = "today ({}) it is"


def _today(verdict: Verdict, evidence: Evidence) -> str:
    """The newest correlation of the kind that tells the states apart; empty without one."""
    trailing = verdict.series.correlation
    newest = trailing.values[-1] if trailing.values else None
    month = trailing.months[-1] if trailing.months else ""
    own = verdict.own_money.get("portfolio")
    is_ruined = own is not None and own.ruined is not None
    when = "in its last month ({}) it was" if is_ruined else TODAY
    if verdict.state is not None and evidence.correlation_of.startswith(BOND):
        current = next(each for each in verdict.state.indicators if each.key == "correlation")
        if current.value is not None and current.as_of is not None:
            newest, month, when = current.value, current.as_of, TODAY
    if newest is None:
        return ""
    sign = "negative" if newest < 0.0 else "positive"
    told = f"{when.format(month)} {sign}"
    return f"; {told} ({two_digits(newest, '+')}{in_dollars(verdict)})"


# Tiles


def _protection(verdict: Verdict, evidence: Evidence) -> Tile:
    """The payoff in equity's worst months, by state, and the deepest falls."""
    every, hedge = evidence.every, hedge_words(verdict.tickers.hedge)
    cash = cash_words(verdict.investor)
    is_short = every.months < FEWEST_ROWS
    legs = next((row for row in verdict.works if row.key == "worst_decile_mean_monthly"), None)
    value, worst = every.estimate.value, every.worst_months
    lines, digits = [], 1
    if value is not None:
        told = f"difference {difference(100 * value)} % {_range(every.estimate)}"
        if legs is not None and None not in (legs.treasuries.value, legs.bills.value):
            made, bills = legs.treasuries.number, legs.bills.number
            digits = _digits(made, bills, value)
            told = f"{_beside((hedge, cash.name), (made, bills, value))} "
            told += _range(every.estimate, digits)
        which = "worst" if worst == 1 else f"worst {worst}"
        lines.append(f"In the {which} of {_counted(every.months, 'month')}: {told}")
    states = [state for state in evidence.states if state.payoff.months]
    told = ", ".join(
        f"{_after(state.name, number, f'{pair_of(evidence)} ')} "
        f"{_payoff_text(state.payoff.estimate)}"
        for number, state in enumerate(states)
    )
    lines += [capital(told)] if told else []
    if verdict.word in DEPENDS and evidence.cannot_prove:
        lines.append(capital(FEW_CHANGES))
    if every.worst_months_held < worst:
        lines.append(f"The hedge was held in {every.worst_months_held} of these {worst} months")
    fell = {key: _loss(verdict.portfolio(key).max_drawdown) for key in ("portfolio", *BESIDE)}
    lines.append(
        f"Deepest fall, {basis(daily=verdict.series.drawdown.daily)}: with {hedge} "
        f"{fell['portfolio']}, with {cash.name} {fell['bills']}, 100 % equity {fell['equity']}"
    )
    return Tile(
        key="protection",
        title="Protection in equity's worst months",
        value="Too short" if is_short or value is None else f"{difference(100 * value, digits)} %",
        unit=f"to say: {_counted(every.months, 'month')}"
        if is_short
        else f"a month against {cash.whole}",
        lines=tuple(lines),
        tone=tone_of(every.word),
    )


def _when(verdict: Verdict) -> Tile:
    """In how many falls of equity the hedge beat bills, by state, and what it made in them."""
    hedge, cash = hedge_words(verdict.tickers.hedge), cash_words(verdict.investor).name
    title = f"When it beat {cash}"
    falls = [fall for fall in verdict.crises if fall.equity < 0.0]
    if not falls:
        lacking = "No fall on the list, and none beyond 15 %, lies in this period"
        return Tile("when", title, "No fall", "of equity to judge by", (lacking,))
    by_state = [
        (state, some)
        for state in STATES
        if (some := [fall for fall in falls if fall.state == state])
    ]
    lines = [
        ", ".join(
            f"{beaten(some)} {_after(state, number)}"
            for number, (state, some) in enumerate(by_state)
        )
    ]
    returns = [(fall.hedge, fall.cash) for fall in falls if fall.hedge is not None]
    if returns:
        ours, bills = (sum(column) / len(returns) for column in zip(*returns, strict=True))
        over = f"On average in {_counted(len(returns), 'fall')}"
        over = "In that fall" if len(falls) == 1 else over
        lines.append(f"{over}: {_beside((hedge, cash), (ours, bills, ours - bills))}")
    if len(returns) < len(falls):
        lines.append(f"No price of the hedge yet in {_counted(len(falls) - len(returns), 'fall')}")
    unit = "fall of equity" if len(falls) == 1 else "falls of equity"
    return Tile("when", title, beaten(falls), unit, tuple(lines))


def _after(state: StateName | None, number: int, pair: str = "") -> str:
    """After which correlation; the first of several says what is negative or positive."""
    noun = "" if number else f" {pair}correlation"
    return f"before any{noun} was known" if state is None else f"after {state}{noun}"


def _cost(verdict: Verdict, summary: Summary | None) -> Tile:
    """Growth a year less that of 100 % equity, the same with bills, and what trading cost."""
    given = verdict.cost.growth_given_up_monthly
    apart = verdict.cost.growth_against_monthly.bills
    ours, bills, equity = (verdict.portfolio(key) for key in ("portfolio", *BESIDE))
    hedge, title = hedge_words(verdict.tickers.hedge), "Cost against 100 % equity"
    turnover = ours.turnover_per_year
    currency, cash = code_of(verdict.investor), cash_words(verdict.investor).name
    paid = f"{money(ours.costs_paid, currency)} paid in costs"
    if summary is not None:
        paid += f" on {money(summary.initial, currency)} at the start"
    traded = paid if turnover is None else f"Turnover {_percent(turnover)} a year, {paid}"
    if given.portfolio.value is None or given.bills.value is None or apart.value is None:
        told = (
            f"In all: with {hedge} {_percent(ours.total_return)}, with {cash} "
            f"{_percent(bills.total_return)}, 100 % equity {_percent(equity.total_return)}"
        )
        return Tile("cost", title, "Too short", "for growth a year", (told, traded))
    legs = -given.portfolio.number, -given.bills.number
    digits = _digits(*legs, apart.value)
    own, instead, more = (difference(100 * part, digits) for part in (*legs, apart.value))
    told = f"With {hedge} {own}, with {cash} {instead}, difference {more} {_range(apart, digits)}"
    value = difference(100 * legs[0])
    return Tile("cost", title, value, "points of growth a year", (told, traded))


def _beside(names: tuple[str, str], fractions: tuple[float, float, float]) -> str:
    """What hedge and cash, by their names, made, and the difference, fractions in percent."""
    (hedge, cash), (ours, bills, apart) = names, fractions
    digits = _digits(ours, bills, apart)
    return (
        f"{hedge} {_percent(ours, digits)}, {cash} {_percent(bills, digits)}, difference "
        f"{difference(100 * apart, digits)} %"
    )


def _digits(ours: float, bills: float, apart: float) -> int:
    """Digits after the point of two percentages and their difference: one where they add up.

    0.5 less 0.4 is not 0.2: rounded figures that do not add up have two digits.
    """
    tenths = [round(round(100 * part, 1) * 10) for part in (ours, bills, apart)]
    return 1 if tenths[0] - tenths[1] == tenths[2] else 2


def _payoff_text(estimate: Estimate) -> str:
    """A payoff in percent with its interval."""
    return f"{difference(100 * estimate.number)} {_range(estimate)}"


def _range(estimate: Estimate, digits: int = 1) -> str:
    if estimate.low is None or estimate.high is None:
        return "(no interval: too few months)"
    low, high = (difference(100 * end, digits) for end in (estimate.low, estimate.high))
    return f"({low} to {high})"


def _percent(value: float, digits: int = 1) -> str:
    """A fraction as percent; what rounds to zero has no minus."""
    return f"{round(100 * value, digits) + 0.0:,.{digits}f} %"


def _loss(value: float) -> str:
    """The size of a loss; ``none`` for none."""
    return _percent(abs(value)) if value < 0.0 else "none"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _is_plural(hedge: str) -> bool:
    return hedge == "Treasuries" or " and " in hedge

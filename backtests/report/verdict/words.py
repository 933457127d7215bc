"""The verdict in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backtests.analysis.evidence import Word
from backtests.analysis.record import JudgedPortfolio, LongView, Tickers, Verdict
from backtests.analysis.resampling import Estimate, SampleSize
from backtests.report.currency import BILLS, CashWords, american, cash_words, code_of
from backtests.report.state import state_line
from backtests.report.text import capital, hedge_name, money, percent, two_digits
from backtests.report.verdict.evidence import beyond_cash, in_dollars, word_text
from data.currency.conversion import Investor
from data.currency.currencies import counted_in

Show = Callable[[float | None], str]
NAMES = {
    "portfolio": "Portfolio",
    "equity": "100 % equity",
    "bills": "Equity + {cash}, same weight",
    "matched": "Equity + {cash}, same volatility",
    "static": "Static, same average duration",
}
SHORT = {"portfolio": "Portfolio", "equity": "100 % equity", "bills": "Equity + {cash}"}
DIMENSIONS = {
    "correlation": "36-month correlation",
    "inflation": "Inflation against its 10-year median",
    "policy rate": "Policy rate, 3-month change",
    "10-year yield": "10-year yield, tercile",
}


@dataclass(frozen=True)
class Sentences:
    """What a verdict says, one line each; empty where there is nothing to say.

    Without a hedge nothing is judged: only the first says something.

    Attributes
    ----------
    equity
        Against 100 % equity: how much smaller the deepest fall was, and what growth it cost.
    cash
        Beyond cash: the word, and what decides it.
    when
        In how many falls of equity the hedge beat bills.
    long
        The same strategy on the bundled months since 1962.
    state
        What holds today, with base rates.
    cost
        Growth beside bills, and what trading cost.
    """

    equity: str
    cash: str = ""
    when: str = ""
    long: str = ""
    state: str = ""
    cost: str = ""

    @property
    def with_leads(self) -> list[tuple[str, str]]:
        """Each with the words before it."""
        if not self.cash:
            lead, _, told = self.equity.partition(": ")
            return [(f"{lead}:", told)]
        lines = [self.equity, self.cash, self.when, self.long, self.state, self.cost]
        pairs = [line.partition(": ") for line in lines if line]
        return [(f"{lead}:", told) for lead, _, told in pairs]

    @property
    def in_order(self) -> list[str]:
        """As a screen prints them."""
        return [f"{lead} {told}" for lead, told in self.with_leads]


def sentences(verdict: Verdict) -> Sentences:
    """The verdict in sentences, or in one without a hedge."""
    evidence = verdict.evidence
    told = offer(verdict.tickers)
    if evidence is None:
        return Sentences(f"Nothing is judged: {told or 'there is no hedge beside equity'}.")
    hedge, cash = hedge_name(verdict.tickers.hedge), cash_words(verdict.investor)
    offered = f" {told}." if told else ""
    return Sentences(
        equity=f"Against {_all_equity(verdict)}: {_equity_sentence(verdict)}{offered}",
        cash=f"Beyond cash: {beyond_cash(verdict.word, evidence, hedge, cash)}",
        when=f"When: {_when_sentence(verdict)}",
        long=_long_sentence(verdict.long_view, cash),
        state="" if verdict.state is None else state_line(verdict.state),
        cost=f"Cost: {_cost_sentence(verdict)}",
    )


def answer_of(verdict: Verdict) -> str:
    """The word of a page."""
    return capital(word_text(verdict.word, cash_words(verdict.investor)))


def tone_of(word: Word) -> str:
    """How a page colours a word: ``works``, ``fails`` or not at all."""
    return word if word in ("works", "fails") else ""


def offer(tickers: Tickers) -> str:
    """How to judge what may be meant as a hedge and counts as equity; empty if nothing may be."""
    if not tickers.unnamed:
        return ""
    verb, whom = ("counts", "it") if len(tickers.unnamed) == 1 else ("count", "them")
    named = ",".join([*tickers.hedge, *tickers.unnamed])
    return (
        f"{', '.join(tickers.unnamed)} {verb} as equity; --hedge {named} judges {whom} as the hedge"
    )


def name_of(portfolio: JudgedPortfolio, verdict: Verdict) -> str:
    """What a judged portfolio is called."""
    return portfolio.label or names_of(verdict)[portfolio.key]


def names_of(verdict: Verdict, names: Mapping[str, str] = NAMES) -> dict[str, str]:
    """What portfolios are called, by key, beside the cash of a verdict."""
    cash = cash_words(verdict.investor).name
    return {key: name.format(cash=cash) for key, name in names.items()}


def dimensions_of(verdict: Verdict) -> dict[str, str]:
    """What regimes are told by; of the United States for every investor."""
    country = american(verdict.investor)
    if not country:
        return DIMENSIONS
    names = {key: f"{name[:1].lower()}{name[1:]}" for key, name in DIMENSIONS.items()}
    of_dollars = {"correlation": f"{DIMENSIONS['correlation']}, in US dollars"}
    return {**{key: f"{country}{name}" for key, name in names.items()}, **of_dollars}


def _all_equity(verdict: Verdict) -> str:
    """What 100 % equity is, by name; says so where the portfolio itself holds none."""
    held = next(row.equity_weight for row in verdict.portfolios if row.key == "portfolio")
    without = "" if held is None or held > 0.0 else ", of which it holds none"
    return f"100 % equity ({', '.join(verdict.tickers.equity)}{without})"


def _equity_sentence(verdict: Verdict) -> str:
    """How much smaller the deepest fall and the worst quarter were, and what growth that cost."""
    ours, equity = verdict.portfolio("portfolio"), verdict.portfolio("equity")
    quarter = verdict.worst_quarter_monthly
    parts = [
        f"the deepest fall was {_loss(ours.max_drawdown)} instead of {_loss(equity.max_drawdown)}"
    ]
    if quarter.portfolio is not None and quarter.equity is not None and quarter.equity < 0.0:
        kept = f"made {percent(quarter.portfolio)} instead of losing"
        lost = f"lost {_loss(quarter.portfolio)} instead of"
        told = lost if quarter.portfolio < 0.0 else kept
        parts.append(f"the worst three months {told} {_loss(quarter.equity)}")
    if ours.cagr is None or equity.cagr is None:
        return f"{', '.join(parts)}. {_months(verdict.sample.months)}, too few for a yearly cost."
    given = equity.cagr - ours.cagr
    price = "for" if given >= 0.0 else "and it gained"
    return f"{', '.join(parts)}, {price} {100 * abs(given):.2f} points of growth a year."


def _loss(value: float) -> str:
    """The size of a loss; ``none`` for none."""
    return percent(abs(value)) if value < 0.0 else "none"


def _long_sentence(view: LongView | None, cash: CashWords) -> str:
    if view is None:
        return ""
    if not (told := _beyond_cash(view, cash)):
        return f"Since 1962: no long view: {view.missing}."
    since, to = str(view.start)[:4], str(view.end)[:7]
    whose = f"Since {since} (the same strategy on the bundled months, to {to})"
    return f"{whose}: {told}"


def long_line(view: LongView | None, cash: CashWords = BILLS) -> str:
    """What the long view says beyond bills, as a sentence of its own; empty without one."""
    return "" if view is None else capital(_beyond_cash(view, cash))


def _beyond_cash(view: LongView, cash: CashWords) -> str:
    if view.word is None or view.evidence is None:
        return ""
    return beyond_cash(view.word, view.evidence, hedge_name(view.hedge), cash)


def long_note(view: LongView | None) -> str:
    """What the long view is about, for its table; empty without one."""
    if view is None or view.evidence is None:
        return ""
    months = "month" if view.lag_months == 1 else "months"
    when = (
        ""
        if view.offset is None
        else (
            f" and decisions at the end of a month, in place of session {view.offset} of a period"
        )
    )
    return (
        f"The same strategy on the {view.source_title} ({view.start} to {view.end}), at the same "
        f"costs, with a lag of {view.lag_months} {months}{when}: a shorter history has "
        "too few months to decide. Its equity is the whole US market, its Treasuries are ladders "
        "computed from published yields."
    )


def states_note(verdict: Verdict) -> str:
    """What the states are; empty without a hedge."""
    evidence = verdict.evidence
    if evidence is None:
        return ""
    without = evidence.unlabelled_months
    lacking = f" {without} months have none: no such correlation is known." if without else ""
    return (
        f"A month's state is the sign of the correlation of equity and {evidence.correlation_of} "
        f"over the 36 months before it{_same_for_all(verdict)}.{lacking} An episode is 24 months "
        "or more in one state. The placebo share says how often the same states, shifted in time, "
        "differ as much or more in the same direction. P(>0) is the share of resamples with a "
        "payoff above zero. The last column is the payoff, up to 5 % a month, that 4 of 5 samples "
        "of so many months would call works."
    )


def _same_for_all(verdict: Verdict) -> str:
    return f"{in_dollars(verdict)}, the same for all investors" if verdict.investor else ""


def _months(count: int) -> str:
    return f"{count} whole month" + ("" if count == 1 else "s")


def _when_sentence(verdict: Verdict) -> str:
    crises = [crisis for crisis in verdict.crises if crisis.equity < 0]
    if not crises:
        return "no fall of equity on the list or beyond 15 % lies in this period."
    helped = sum(crisis.beat_bills for crisis in crises)
    falls = "fall" if len(crises) == 1 else "falls"
    cash = cash_words(verdict.investor).name
    return f"in {helped} of {len(crises)} {falls} of equity the hedge earned more than {cash}."


def _cost_sentence(verdict: Verdict) -> str:
    numbers = verdict.portfolio("portfolio")
    traded = f"paid {money(numbers.costs_paid, code_of(verdict.investor))} in costs"
    if numbers.turnover_per_year is not None:
        turnover = percent(numbers.turnover_per_year)
        traded = f"turned over {turnover} of its value a year and {traded}"
    beside = verdict.cost.growth_against_monthly.bills
    if beside.value is None:
        return f"it {traded}."
    more = "more" if beside.value >= 0.0 else "less"
    cash = cash_words(verdict.investor).name
    return (
        f"beside {cash} at the same equity weight it grew {100 * abs(beside.value):.2f} points a "
        f"year {more} {range_text(beside)}; it {traded}."
    )


def matched_text(verdict: Verdict) -> str:
    """How the mix of the same volatility was found."""
    weight = percent(verdict.matched_weight)
    if verdict.volatility_is_matched:
        return f"The mix of the same volatility holds {weight} of equity, chosen with hindsight."
    return (
        "The volatility could not be matched without leverage (or there are too few months): its "
        f"row shows a mix that holds {weight} of equity."
    )


def points(estimate: Estimate, *, sign: bool = False) -> str:
    """A fraction in points, or a dash."""
    if estimate.value is None:
        return "-"
    return two_digits(100 * estimate.value, "+" if sign else "")


def range_text(estimate: Estimate, show: Show | None = None) -> str:
    """An interval in brackets, in points unless shown otherwise."""
    if estimate.low is None or estimate.high is None:
        return "(no interval: too few months)"
    if show is not None:
        return f"({show(estimate.low)} to {show(estimate.high)})"
    low, high = (two_digits(100 * end, "+") for end in (estimate.low, estimate.high))
    return f"({low} to {high})"


def method_text(sample: SampleSize) -> str:
    """What the intervals are."""
    if sample.repetitions == 0:
        return f"{sample.months} months: too few for intervals (at least {sample.fewest_months})."
    return (
        f"{sample.months} months, {sample.first} to {sample.last}. In small print: intervals from "
        f"stationary-bootstrap resamples, {sample.deciding_repetitions:,} for those that decide "
        f"and {sample.repetitions:,} for the others, with a mean block length of "
        f"{sample.block_months} months (Politis and White), seed {sample.seed}. Their nominal "
        "level, 90 to 98 % by measure and number of months, is such that they contain the truth in "
        "at least 86 % of samples of real months (docs/coverage.md); a measure that does not reach "
        "that has none."
    )


def crisis_note(ppy: int, investor: Investor | None = None) -> str:
    """What the rows and words of the crisis table mean, by rows per year; no investor: dollars."""
    counted = "" if investor is None else f", in {counted_in(investor.currency)}"
    ten_year = f"{american(investor)}10-year"
    how = (
        "from close to close"
        if ppy == 252
        else "from month-end to month-end, which hides what happened within a month"
    )
    return (
        f"Dates are peaks and troughs of the S&P 500 without dividends, and of every other fall of "
        f"this portfolio's equity beyond 15 %; total returns are {how}{counted}. The outcome is "
        f'that of the hedge alone; what it added is of the portfolio. "{ten_year}, bp" is the '
        f"change of the {ten_year} yield in basis points (bp) of 0.01 percentage points."
    )


def regime_note(verdict: Verdict) -> str:
    """How months are sorted into regimes, and which regimes the sample lacks."""
    names = dimensions_of(verdict)
    parts = ["A month belongs to the regime as it was known at the end of the month before."]
    if verdict.investor is not None:
        parts.append("Regimes are those of the United States, the same for all investors.")
    if verdict.yield_terciles_pct:
        low, high = verdict.yield_terciles_pct
        parts.append(
            f"The bounds of the 10-year yield's terciles are those of this period ({low:.2f} % and "
            f"{high:.2f} %), which nobody knew before its end."
        )
    missing = [f"{names[row.dimension]} {row.label}" for row in verdict.regimes_missing]
    if missing:
        parts.append(f"Not in this sample, therefore untested: {'; '.join(missing)}.")
    without = {name: months for name, months in verdict.regimes_unlabelled_months.items() if months}
    if without:
        named = ", ".join(f"{_lower(names[name])} {months}" for name, months in without.items())
        parts.append(f"Months without a label (too little history, or not published): {named}.")
    return " ".join(parts)


def _lower(name: str) -> str:
    return name if name.startswith("US ") else name.lower()


def attribution_note(verdict: Verdict) -> str:
    """What the parts of the attribution are; empty without one."""
    if verdict.attribution is None:
        return ""
    exchange = ""
    if verdict.investor is not None:
        counted = counted_in(verdict.investor.currency)
        exchange = f" Currency is the return in {counted} less that in dollars."
    if not verdict.attribution.has_yields:
        return f"This source has no yields: the whole profit counts as residual.{exchange}"
    return (
        "Points a year: the arithmetic mean of each part, divided by the value held before it. The "
        "parts sum to the total. The residual is what a fund earned beyond the bond ladder that "
        f"stands for it.{exchange}"
    )

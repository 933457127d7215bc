"""The verdict in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backtests.analysis.record import Crisis, JudgedPortfolio, PointsPerPoint, Tickers, Verdict
from backtests.analysis.resampling import Estimate, SampleSize
from backtests.report.text import money, percent, ratio, two_digits

Show = Callable[[float | None], str]
NAMES = {
    "portfolio": "Portfolio",
    "equity": "100 % equity",
    "bills": "Equity + bills, same weight",
    "matched": "Equity + bills, same volatility",
    "static": "Static, same average duration",
}
DIMENSIONS = {
    "correlation": "36-month correlation",
    "inflation": "Inflation against its 10-year median",
    "policy rate": "Policy rate, 3-month change",
    "10-year yield": "10-year yield, tercile",
}
ANSWERS = {
    "works": "It works",
    "fails": "It fails",
    "unclear": "Unclear",
    "no hedge": "No hedge",
}
ENDINGS = {
    "works": "this loss was smaller with Treasuries than with bills",
    "fails": "this loss was larger with Treasuries than with bills",
    "unclear": "the sample is too small to say with which of the two it was smaller",
}


@dataclass(frozen=True)
class Sentences:
    """The three sentences of a verdict: does it work, when, and at what cost.

    Without a hedge nothing is judged: only the first says something.
    """

    works: str
    when: str = ""
    cost: str = ""

    @property
    def with_leads(self) -> list[tuple[str, str]]:
        """Each with the words before it."""
        if not self.when:
            lead, _, told = self.works.partition(": ")
            return [(f"{lead}:", told)]
        return [("Does it work?", self.works), ("When.", self.when), ("Cost.", self.cost)]

    @property
    def in_order(self) -> list[str]:
        """As a screen prints them."""
        return [sentence for sentence in (self.works, self.when, self.cost) if sentence]


def sentences(verdict: Verdict) -> Sentences:
    """The verdict in three sentences, or in one without a hedge."""
    if not verdict.holds_hedge:
        told = offer(verdict.tickers) or "there is no hedge beside equity"
        return Sentences(f"Nothing is judged: {told}.")
    told = offer(verdict.tickers)
    return Sentences(
        works=_works_sentence(verdict) + (f" {told}." if told else ""),
        when=_when_sentence(verdict),
        cost=_cost_sentence(verdict),
    )


def answer_of(verdict: Verdict) -> str:
    """The word of a page."""
    return ANSWERS[verdict.word]


def offer(tickers: Tickers) -> str:
    """How to judge what may be meant as a hedge and counts as equity; empty if nothing may be."""
    if not tickers.unnamed:
        return ""
    verb, whom = ("counts", "it") if len(tickers.unnamed) == 1 else ("count", "them")
    named = ",".join([*tickers.hedge, *tickers.unnamed])
    return (
        f"{', '.join(tickers.unnamed)} {verb} as equity; --hedge {named} judges {whom} as the hedge"
    )


def name_of(portfolio: JudgedPortfolio) -> str:
    """What a judged portfolio is called."""
    return portfolio.label or NAMES[portfolio.key]


def _works_sentence(verdict: Verdict) -> str:
    sample = verdict.sample
    if sample.repetitions == 0:
        return (
            f"{_months(sample.months)}, too few to say: an interval needs {sample.fewest_months}."
        )
    saved, fall = verdict.measure("cvar_saved_monthly"), verdict.measure("drawdown_saved_monthly")
    return (
        f"With {', '.join(verdict.tickers.hedge)} the average loss in the worst 5 % of months "
        f"(CVaR) was {_saved(saved.treasuries)} than with {_all_equity(verdict)}; with bills at "
        f"the same equity weight it was {_saved(saved.bills)}. The difference is "
        f"{points(saved.difference, sign=True)} points {range_text(saved.difference)}: "
        f"{ENDINGS[verdict.word]}. "
        f"The deepest month-end drawdown was {_saved(fall.treasuries)}; with bills it was "
        f"{_saved(fall.bills)}."
    )


def _all_equity(verdict: Verdict) -> str:
    """What 100 % equity is, by name."""
    return f"100 % equity ({', '.join(verdict.tickers.equity)})"


def _saved(estimate: Estimate) -> str:
    """What was saved in words: ``3.80 points smaller``, or ``larger`` where it is negative."""
    value = estimate.number
    compared = "larger" if value < 0 else "smaller"
    return f"{100 * abs(value):.2f} points {compared}"


def _months(count: int) -> str:
    return f"{count} whole month" + ("" if count == 1 else "s")


def _when_sentence(verdict: Verdict) -> str:
    crises = [crisis for crisis in verdict.crises if crisis.equity < 0]
    helped = sum(_beat_bills(crisis) for crisis in crises)
    parts = []
    if crises:
        falls = f"{len(crises)} falls of equity"
        parts.append(f"in {helped} of {falls} the hedge earned more than bills")
    by_sign = [
        regime
        for regime in verdict.regimes
        if regime.dimension == "correlation" and regime.down_months
    ]
    parts += [
        f"in the {regime.down_months} down months of equity that began with {regime.label} "
        "stock-bond correlation the hedge averaged "
        f"{percent(regime.down_month_mean_monthly.value)} "
        f"{range_text(regime.down_month_mean_monthly, percent)}"
        for regime in by_sign
    ]
    if not parts:
        return "Nothing to tell: no fall of equity and no stock-bond correlation in this period."
    missing = [
        regime.label
        for regime in verdict.regimes_missing
        if regime.dimension == "correlation" and by_sign
    ]
    lacking = f"; no month began with {missing[0]} correlation" if missing else ""
    text = "; ".join(parts) + lacking + "."
    return text[0].upper() + text[1:]


def _beat_bills(crisis: Crisis) -> bool:
    return crisis.hedge is not None and crisis.hedge > crisis.cash


def _cost_sentence(verdict: Verdict) -> str:
    numbers = verdict.portfolio("portfolio")
    traded = f"paid {money(numbers.costs_paid)} in costs"
    if numbers.turnover_per_year is not None:
        turnover = percent(numbers.turnover_per_year)
        traded = f"turned over {turnover} of its value a year and {traded}"
    months = verdict.sample.months
    if months < 12:
        return f"It {traded}; {_months(months)}, too few for a yearly cost."
    cost = verdict.cost
    given, by_bills = cost.growth_given_up_monthly.portfolio, cost.growth_given_up_monthly.bills
    price = cost.cvar_points_per_growth_point
    limits = given if given.number >= 0 else _gained(given)
    return (
        f"Against {_all_equity(verdict)} it {_given_up(given)} {range_text(limits)}, bills "
        f"{_given_up(by_bills)}. {_price_text(price)}It {traded}."
    )


def _price_text(price: PointsPerPoint) -> str:
    """What each point of growth given up bought, as a sentence; empty where none was given up."""
    own, bills = (
        value if isinstance(value, float) else None for value in (price.portfolio, price.bills)
    )
    if own is None and bills is None:
        return ""
    whose, first = ("", own) if own is not None else ("by bills ", bills or 0.0)
    verb = "cut" if first >= 0.0 else "raised"
    compared = ""
    if own is not None and bills is not None:
        other = "" if (bills >= 0.0) == (own >= 0.0) else "raised" if bills < 0.0 else "cut"
        compared = f" (bills: {f'{other} it by ' if other else ''}{ratio(abs(bills))})"
    return (
        f"Each point of yearly growth given up {whose}{verb} the loss in the worst 5 % of months "
        f"by {ratio(abs(first))} points{compared}. "
    )


def _gained(estimate: Estimate) -> Estimate:
    """The ends of a gain where those of a loss are given."""
    low, high = estimate.low, estimate.high
    return Estimate(estimate.value, None if high is None else -high, None if low is None else -low)


def _given_up(estimate: Estimate) -> str:
    """Growth given up in words: ``gave up 2.52 points a year``, or ``gained``."""
    value = estimate.number
    verb = "gave up" if value >= 0 else "gained"
    return f"{verb} {100 * abs(value):.2f} points of growth a year"


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
        f"{sample.months} months, {sample.first} to {sample.last}. In small print: 90 % intervals "
        f"from {sample.repetitions:,} stationary-bootstrap resamples with a mean block length of "
        f"{sample.block_months} months (Politis and White), seed {sample.seed}."
    )


def crisis_note(ppy: int) -> str:
    """What the rows and words of the crisis table mean, by rows per year."""
    how = (
        "from close to close"
        if ppy == 252
        else "from month-end to month-end, which hides what happened within a month"
    )
    return (
        f"Dates are peaks and troughs of the S&P 500 without dividends, and of every other fall of "
        f"this portfolio's equity beyond 15 %; total returns are {how}. Worked: the hedge earned "
        'more than bills. Failed: it lost. No help: between the two. "10-year, bp" is the change '
        "of the 10-year yield in basis points (bp) of 0.01 percentage points."
    )


def regime_note(verdict: Verdict) -> str:
    """How months are sorted into regimes, and which regimes the sample lacks."""
    parts = ["A month belongs to the regime as it was known at the end of the month before."]
    if verdict.yield_terciles_pct:
        low, high = verdict.yield_terciles_pct
        parts.append(
            f"The bounds of the 10-year yield's terciles are those of this period ({low:.2f} % and "
            f"{high:.2f} %), which nobody knew before its end."
        )
    missing = [f"{DIMENSIONS[row.dimension]} {row.label}" for row in verdict.regimes_missing]
    if missing:
        parts.append(f"Not in this sample, therefore untested: {'; '.join(missing)}.")
    without = {name: months for name, months in verdict.regimes_unlabelled_months.items() if months}
    if without:
        named = ", ".join(
            f"{DIMENSIONS[name].lower()} {months}" for name, months in without.items()
        )
        parts.append(f"Months without a label (too little history, or not published): {named}.")
    return " ".join(parts)


def attribution_note(verdict: Verdict) -> str:
    """What the parts of the attribution are; empty without one."""
    if verdict.attribution is None:
        return ""
    if not verdict.attribution.has_yields:
        return "This source has no yields: the whole profit counts as residual."
    return (
        "Points a year: the arithmetic mean of each part, divided by the value held before it. The "
        "parts sum to the total. The residual is what a fund earned beyond the bond ladder that "
        "stands for it."
    )

"""The state of the hedge today in words and as a table, the same on screen and pages."""

from __future__ import annotations

from dataclasses import replace

from backtests.analysis.hedge import worst_count
from backtests.analysis.hedge_state import BaseRate, HedgeState, Indicator
from backtests.analysis.resampling import Estimate
from backtests.report.currency import DOLLAR_BILLS, CashWords, american, cash_words
from backtests.report.intervals import Interval
from backtests.report.page import Cell, Grid
from backtests.report.text import hedge_name, ratio, two_digits, whole
from data.currency.conversion import Investor
from data.currency.currencies import counted_in

NAMES = {
    "inflation": "CPI over a year, %",
    "correlation": "stock-bond correlation",
    "inflation_deviation": "CPI deviation, 10 years",
    "yield": "10-year yield, %",
    "slope": "10-year less 1-year, %",
}
PERCENT_OF = {"inflation": 100.0, "inflation_deviation": 100.0}  # fractions in the record
HEADS = ["Indicator", "Today", "Side", "Payoff, % a month", "Beat bills", "Months like it",
         "Next 36 months", "For the hedge if"]  # fmt: skip


def names_of(investor: Investor | None) -> dict[str, str]:
    """What indicators are called; they are of the United States wherever the investor lives."""
    if investor is None:
        return NAMES
    correlation = f"{NAMES['correlation']}, in US dollars"
    return {**{key: f"US {name}" for key, name in NAMES.items()}, "correlation": correlation}


def cash_of(state: HedgeState) -> CashWords:
    """What cash is called in the base rates, which are in dollars where something stands in."""
    if state.stand_in and state.investor is not None:
        return replace(DOLLAR_BILLS, whole="US Treasury bills")  # all of it is in dollars
    return cash_words(state.investor)


def state_line(state: HedgeState) -> str:
    """The state in two sentences: today's figures, and what followed such a correlation."""
    by_key = {indicator.key: indicator for indicator in state.indicators}
    correlation, inflation = by_key["correlation"], by_key["inflation"]
    abroad = american(state.investor)
    counted = ", in US dollars" if abroad else ""
    figures = [
        "no stock-bond correlation"
        if correlation.value is None
        else f"stock-bond correlation {two_digits(correlation.value, '+')} "
        f"({correlation.as_of}{counted})",
        f"no {abroad}CPI figure"
        if inflation.value is None
        else f"{abroad}CPI {two_digits(100 * inflation.value)} % ({inflation.as_of})",
    ]
    what = "Treasuries" if state.stand_in else "the hedge"
    told = state.for_the_hedge + state.against
    count = f"{state.for_the_hedge} of {told} indicators for {what}"
    line = f"Today ({state.as_of[:7]}): {', '.join(figures)}: {count}."
    rate = current_rate(correlation)
    if rate is None or rate.payoff.value is None:
        return line
    side = "more" if rate.payoff.value >= 0.0 else "less"
    earned = two_digits(abs(100 * rate.payoff.value))
    cash = cash_of(state).whole
    return (
        f"{line} In the {rate.months} months that began after {rate.label} correlation, "
        f"{hedge_name(state.hedge)} earned {earned} % a month {side} than {cash} in "
        f"equity's worst months ({_range(rate.payoff)}).{_stand_in(state)}"
    )


def _stand_in(state: HedgeState) -> str:
    """Why base rates are about other tickers than the run's; empty where they are not."""
    names = f"{', '.join(state.equity)} with {', '.join(state.hedge)}"
    counted = " in US dollars" if state.investor is not None else ""
    return f" That is {names}{counted}: {state.stand_in}." if state.stand_in else ""


def state_table(state: HedgeState) -> Grid:
    """Each indicator: its figure and line, its side, and base rates of the state that it is in."""
    names, cash = names_of(state.investor), cash_of(state).name
    heads = [head.replace("bills", cash) for head in HEADS]
    return Grid(heads, [_row(each, names[each.key]) for each in state.indicators], wide=True)


def state_notes(state: HedgeState) -> tuple[str, ...]:
    """What a reader of the table has to know, a sentence or more each."""
    names = f"{', '.join(state.equity)} with {', '.join(state.hedge)}"
    called, cash, abroad = names_of(state.investor), cash_of(state), american(state.investor)
    counted = ", in US dollars," if abroad else ""
    since = f" ({state.stand_in})" if state.stand_in else ""
    if state.investor is not None:
        money = "US dollars" if state.stand_in else counted_in(state.investor.currency)
        names = f"{names} in {money}"
    past = (
        "There are no bundled months up to these data: no base rates."
        if state.first is None
        else f"Base rates are of {names}{since} on the bundled months {state.first} to "
        f"{state.last}: what followed past months in the same state, known the month before. They "
        "are no forecast; the five overlap, so that their count is no score."
    )
    without = " and no ".join(state.from_bundled)
    lacking = f"This source has no {without}: the bundled table's are used."
    missing = [
        f"No figure of {called[indicator.key].removesuffix(', %')}: {indicator.missing}."
        for indicator in state.indicators
        if indicator.missing
    ]
    return (
        past,
        f"Payoff: the hedge less {cash.whole} in equity's worst tenth of these months, percent a "
        f"month of the money in the hedge. Beat {cash.name}: in how many of those worst months it "
        f"did. Next 36 months: mean correlation of equity and bond{counted} over the three years "
        "that began with each month, and in how many windows that do not overlap.",
        f"{abroad}CPI deviation is the standard deviation of {abroad}CPI over a year in the last "
        "ten years. The line of 3 % was chosen in sample, with these months in view; that of the "
        "correlation is 0, the others are medians of all months up to then.",
        *([lacking] if state.from_bundled else []),
        *missing,
    )


def current_rate(indicator: Indicator) -> BaseRate | None:
    """Base rates of the state that an indicator is in; None without a figure."""
    if indicator.for_the_hedge is None:
        return None
    return indicator.rates[0 if indicator.for_the_hedge else 1]


def _row(indicator: Indicator, name: str) -> list[Cell]:
    times = PERCENT_OF.get(indicator.key, 1.0)
    value, line = (None if x is None else times * x for x in (indicator.value, indicator.line))
    beyond = "above" if indicator.key == "slope" else "below"
    side = {True: "for", False: "against", None: "-"}[indicator.for_the_hedge]
    return [
        Cell(name),
        Cell(ratio(value), _sort(indicator.value), small=indicator.as_of or ""),
        Cell(side),
        *_base_rates(current_rate(indicator)),
        Cell("-" if line is None else f"{beyond} {two_digits(line)}", _sort(indicator.line)),
    ]


def _base_rates(rate: BaseRate | None) -> list[Cell]:
    if rate is None:
        return [Cell("-", "") for _ in HEADS[3:-1]]
    value, hits, ahead = rate.payoff.value, rate.hit_rate, rate.next_correlation
    signed = "-" if value is None else two_digits(100 * value, "+")
    return [
        Cell(signed, _sort(value), small=_range(rate.payoff), interval=Interval.of(rate.payoff)),
        Cell(
            "-" if hits is None else f"{100 * hits:.0f} %",
            _sort(hits),
            small=f"of {worst_count(rate.months)}" if rate.months else "",
        ),
        Cell(whole(rate.months), rate.months),
        Cell(
            "-" if ahead is None else two_digits(ahead, "+"),
            _sort(ahead),
            small=f"in {rate.windows_apart}",
        ),
    ]


def _range(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "no interval"
    return f"{two_digits(100 * estimate.low, '+')} to {two_digits(100 * estimate.high, '+')}"


def _sort(value: float | None) -> float | str:
    return "" if value is None else value

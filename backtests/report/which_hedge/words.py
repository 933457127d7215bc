"""Whether to hedge the currency, in words: the first screen of the page, the line of a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backtests.analysis.levels import fewest_hedging_months
from backtests.analysis.record import Tickers
from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import Answer, FallByWay, WayKey, Ways
from backtests.report.pages import WHICH_HEDGE
from backtests.report.text import capital, difference, hedge_words
from backtests.report.verdict.first_screen import RANGES, FirstScreen, Tile
from data.currency.currencies import name_of

PAGE = "Which hedge"
CHIPS: Mapping[Answer, str] = {
    "hedge": "Hedge it",
    "leave open": "Leave it open",
    "no difference": "No difference",
    "unclear": "Unclear",
}
TONES: Mapping[Answer, str] = {"hedge": "works", "leave open": "fails"}
YEARS_TOLD = 4  # falls named in a tile; of more their number is told
HALF_PERCENT = "half a percent a month"


def names_of(ways: Ways, tickers: Tickers) -> dict[WayKey, str]:
    """What each way is called, in their order."""
    hedge = capital(hedge_words(tickers.hedge))
    every: dict[WayKey, str] = {
        "unhedged": f"{hedge}, unhedged",
        "hedged": f"{hedge}, hedged",
        "dollar_bills": "Dollar bills",
        "home_cash": name_of_cash(ways),
        "as_held": f"{hedge}, partly hedged",
    }
    return {way.key: every[way.key] for way in ways.ways}


def name_of_cash(ways: Ways) -> str:
    """What cash at home is called."""
    return f"{capital(name_of(ways.currency))} cash"


def answer_line(ways: Ways, tickers: Tickers) -> str:
    """The headline: whether to hedge the currency, and why in a few words."""
    hedge = capital(hedge_words(tickers.hedge))
    told = f"in equity's worst months, in {ways.currency}"
    if ways.answer == "hedge":
        return f"Hedge the currency: {hedge} protected better hedged than unhedged {told}"
    if ways.answer == "leave open":
        return f"Leave the currency open: {hedge} protected better unhedged than hedged {told}"
    if ways.answer == "no difference":
        return f"Hedging the currency made no difference: {hedge} protected as well without {told}"
    apart = ways.difference.payoff
    if apart.low is None:
        months = f"{ways.months} month{'' if ways.months == 1 else 's'}"
        return f"Unclear whether to hedge the currency: {months} in {ways.currency} cannot tell"
    return (
        f"Unclear whether to hedge the currency: what it changed for {hedge} {told}, may be chance"
    )


def reasons(ways: Ways, tickers: Tickers) -> str:
    """What hedging changed in equity's worst months, and what it cost a year."""
    hedge = hedge_words(tickers.hedge)
    return f"{_protection(ways, hedge)} {_price(ways, hedge)}"


def first_screen(ways: Ways, tickers: Tickers) -> FirstScreen:
    """The first screen of the page."""
    return FirstScreen(
        headline=answer_line(ways, tickers),
        chip=CHIPS[ways.answer],
        tone="",
        line=reasons(ways, tickers),
        tiles=(_worst_months(ways, tickers), _falls(ways, tickers), _cost(ways)),
        note=RANGES if _has_range(ways) else "",
    )


def link_line(tickers: Tickers, ways: Ways | None, files: Sequence[str]) -> str:
    """The answer, for the page of the verdict; empty where there is no page to lead to."""
    if ways is None or WHICH_HEDGE.file not in files:
        return ""
    return answer_line(ways, tickers)


def _has_range(ways: Ways) -> bool:
    told = (ways.difference.payoff, ways.difference.growth)
    return any(estimate.low is not None for estimate in told)


def _protection(ways: Ways, hedge: str) -> str:
    apart = ways.difference.payoff
    if apart.value is None:
        return "There is no whole month to judge by."
    which = "worst month" if ways.worst_months == 1 else f"worst {ways.worst_months} months"
    span = f"In equity's {which} of {ways.months}"
    if not round(100 * apart.value, 1):
        return f"{span} {hedge} made as much hedged as unhedged {_range(apart)}."
    than = "more" if apart.value > 0.0 else "less"
    return (
        f"{span} {hedge} made {abs(100 * apart.value):.1f} % a month {than} hedged than unhedged "
        f"{_range(apart)}."
    )


def _price(ways: Ways, hedge: str) -> str:
    """The carry, and growth of both: what the hedge cost a year."""
    hedged, unhedged, home = (ways.way(key).growth for key in ("hedged", "unhedged", "home_cash"))
    split = ways.split("hedged")
    if hedged is None or unhedged is None or home is None or split is None:
        return "Less than a year has no cost a year."
    paid = "cost" if split.carry <= 0.0 else "earned"
    return (
        f"The currency hedge {paid} {abs(100 * split.carry):.1f} points a year in interest and "
        f"basis: {hedge} grew {_percent(hedged)} a year hedged and {_percent(unhedged)} unhedged, "
        f"{_lower(name_of_cash(ways))} {_percent(home)}."
    )


def _worst_months(ways: Ways, tickers: Tickers) -> Tile:
    """Payoff hedged less unhedged, and that of each way."""
    title, apart = "Protection in equity's worst months", ways.difference.payoff
    names = names_of(ways, tickers)
    if apart.value is None:
        return Tile("protection", title, "Too short", "to say: no whole month", ())
    home = names["home_cash"]
    payoffs = {key: ways.way(key).payoff.value for key in ("hedged", "unhedged", "dollar_bills")}
    told = ", ".join(
        f"{_lower(name)} {difference(100 * value)}"
        for key, name in names.items()
        if (value := payoffs.get(key)) is not None
    )
    lines = [
        f"Hedged less unhedged {difference(100 * apart.value)} % a month {_range(apart)}, of the "
        "money in it",
        f"Over {_lower(home)}, a month: {told}",
    ]
    if (least := fewest_hedging_months(ways.currency)) is not None and apart.low is None:
        lines.append(f"An interval in {ways.currency} takes {least} months: here {ways.months}")
    correlations = {key: ways.way(key).correlation for key in ("hedged", "unhedged")}
    if None not in correlations.values():
        both = (f"{correlations[key]:+.2f} {key}" for key in ("hedged", "unhedged"))
        lines.append(f"Correlation with equity: {', '.join(both)}")
    told = f"{difference(100 * apart.value)} %"
    unit = "a month, hedged less unhedged"
    return Tile("protection", title, told, unit, tuple(lines), TONES.get(ways.answer, ""))


def hedged_won(fall: FallByWay, ways: Ways) -> bool | None:
    """Whether hedged earned more than unhedged in a fall; None before the hedge's first day."""
    made = by_key(ways, fall)
    hedged, unhedged = made["hedged"], made["unhedged"]
    return None if hedged is None or unhedged is None else hedged > unhedged


def by_key(ways: Ways, fall: FallByWay) -> dict[WayKey, float | None]:
    """What each way earned in a fall, by way."""
    return {way.key: value for way, value in zip(ways.ways, fall.made, strict=True)}


def judged_falls(ways: Ways) -> list[FallByWay]:
    """The falls in which equity fell and the hedge had a price."""
    return [fall for fall in ways.falls if fall.equity < 0.0 and hedged_won(fall, ways) is not None]


def _falls(ways: Ways, tickers: Tickers) -> Tile:
    """In how many falls of equity hedged did better, and what each way made on average."""
    title, falls = "In falls of equity", judged_falls(ways)
    if not falls:
        lacking = "No fall on the list, and none beyond 15 %, lies in this period"
        return Tile("falls", title, "No fall", "of equity to judge by", (lacking,))
    won = [fall for fall in falls if hedged_won(fall, ways)]
    lost = [fall for fall in falls if fall not in won]
    names = names_of(ways, tickers)
    means = {
        key: sum(by_key(ways, fall)[key] or 0.0 for fall in falls) / len(falls)
        for key in ("hedged", "unhedged", "dollar_bills", "home_cash")
    }
    over = "In that fall" if len(falls) == 1 else f"On average in {len(falls)} falls"
    told = ", ".join(
        f"{_lower(name)} {_percent(means[key])}" for key, name in names.items() if key in means
    )
    lines = [f"{over}: {told}"]
    if lost and won:
        years = list(dict.fromkeys(fall.start[:4] for fall in lost))
        named = ", ".join(years) if len(years) <= YEARS_TOLD else f"{len(lost)} falls"
        began = "those that began in " if len(years) <= YEARS_TOLD else ""
        lines.append(f"Unhedged did better in {began}{named}")
    word = "fall" if len(falls) == 1 else "falls"
    return Tile("falls", title, f"{len(won)} of {len(falls)}", f"{word}: hedged did better",
                tuple(lines))  # fmt: skip


def _cost(ways: Ways) -> Tile:
    """Growth hedged less unhedged, the carry, volatility."""
    title, apart = "What the currency hedge cost", ways.difference.growth
    hedged, unhedged = ways.way("hedged"), ways.way("unhedged")
    split = ways.split("hedged")
    if apart.value is None or split is None or None in (hedged.growth, unhedged.growth):
        lacking = "Less than a year: nothing is put as a figure a year"
        return Tile("cost", title, "Too short", "for growth a year", (lacking,))
    lines = [
        f"Growth a year: hedged {_percent(hedged.growth or 0.0)}, unhedged "
        f"{_percent(unhedged.growth or 0.0)}, difference {difference(100 * apart.value)} "
        f"{_range(apart)}",
        f"Carry {difference(100 * split.carry)} points a year: the difference of interest, and a "
        f"basis of {ways.basis_bp:g} bp",
    ]
    if hedged.volatility is not None and unhedged.volatility is not None:
        lines.append(
            f"Volatility: hedged {_percent(hedged.volatility)}, unhedged "
            f"{_percent(unhedged.volatility)}"
        )
    return Tile("cost", title, difference(100 * apart.value), "points of growth a year",
                tuple(lines))  # fmt: skip


def _range(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "(no interval: too few months)"
    low, high = (difference(100 * end) for end in (estimate.low, estimate.high))
    return f"({low} to {high})"


def _percent(value: float) -> str:
    """A fraction as percent; what rounds to zero has no minus."""
    return f"{round(100 * value, 1) + 0.0:,.1f} %"


def _lower(name: str) -> str:
    """A name within a sentence: tickers and proper names keep their capitals."""
    keeps = name[:2].isupper() or name.startswith(("Swiss", "Australian", "Treasuries"))
    return name if keeps else name[:1].lower() + name[1:]


# How to read the page


def reading(ways: Ways, *, daily: bool) -> list[tuple[str, str]]:
    """What the figures are, and what of them is approximated: a lead and its words each."""
    currency = name_of(ways.currency)
    least = fewest_hedging_months(ways.currency)
    sold = [f"{ticker} {100 * ratio:g} %" for ticker, ratio in ways.ratios.items() if ratio]
    held = f"forward: {', '.join(sold)}" if sold else "nothing of its hedge forward"
    needs = (
        f"In {ways.currency} that of hedged less unhedged takes {least} months."
        if least is not None
        else f"For {ways.currency} no length was found at which one could be trusted."
    )
    cash = (
        f" This run's own cash is dollar bills; payoffs of this page are over {currency} cash all "
        "the same, so that they differ from those of the verdict."
        if ways.usd_cash
        else ""
    )
    rows = "daily closes" if daily else "month-ends"
    return [
        (
            "The four ways.",
            "The same decisions, weights, dates and costs as the run; only what stands for the "
            "hedge differs: the funds with their dollars as they are, the funds with all their "
            f"dollars sold forward a month at a time, dollar bills, or {currency} cash. Bills and "
            "cash are one thing each: where a rule changes between funds, nothing trades there. "
            f"This run sells {held}. Equity stays as the run holds it.",
        ),
        (
            "Payoff.",
            f"What the hedge made over {currency} cash, a month of the money in it, on average in "
            f"the worst tenth of equity's months, equity being in {ways.currency} too.{cash}",
        ),
        (
            "The answer.",
            "It follows the interval of the payoff hedged less unhedged, both on the same "
            "resampled months: above 0, hedge; below, leave open; all of it within "
            f"{HALF_PERCENT} of 0, no difference; else, or without an interval, unclear. {needs} "
            "It answers for equity's worst months alone: what it costs in all other months stands "
            "beside it.",
        ),
        (
            "The split.",
            "Averages of the returns of each row, put as a year: they add up, but they do not "
            "compound. Growth a year stands below them, and is smaller the more a way moves.",
        ),
        (
            "Interest parity and basis.",
            f"The forward is priced by the short rates of {currency} and dollar and a basis of "
            f"{ways.basis_bp:g} bp a year. Costs that were quoted for yen and euro lay 0.4 to 1.1 "
            "points a year above plain parity in 2016, 2023 and 2024: the table of bases shows "
            "what that does. The amount sold is fixed at each roll, so that what the fund earns "
            "until the next one is open.",
        ),
        (
            "Rates of exchange and interest.",
            "The Federal Reserve's rates are of noon in New York, prices of the close at 16:00: "
            f"on single days they do not belong together ({rows} here). Short rates are averages "
            "of a month, known at its end.",
        ),
    ]

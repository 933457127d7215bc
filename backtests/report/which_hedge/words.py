"""Whether to hedge the currency, in words: the first screen of the page, the line of a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backtests.analysis.evidence import SetWord, word_of
from backtests.analysis.levels import fewest_hedging_months, fewest_months
from backtests.analysis.record import Tickers
from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import Answer, FallByWay, WayKey, Ways
from backtests.report.falls import name_of_fall
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
NAMED = 4  # falls named in a tile; of more their number is told, and the largest
BILLS = "US Treasury bills"
BESIDE_CASH: Mapping[SetWord, str] = {
    "works": "beat",
    "fails": "fell behind",
    "same as bills": "neither beat nor fell behind",
}
HALF_PERCENT = "half a percent a month"


def names_of(ways: Ways, tickers: Tickers) -> dict[WayKey, str]:
    """What each way is called, in their order."""
    hedge = capital(hedge_words(tickers.hedge))
    every: dict[WayKey, str] = {
        "unhedged": f"{hedge}, unhedged",
        "hedged": f"{hedge}, hedged",
        "dollar_bills": BILLS,
        "home_cash": name_of_cash(ways),
        "as_held": f"{hedge}, partly hedged",
    }
    return {way.key: every[way.key] for way in ways.ways}


def name_of_cash(ways: Ways) -> str:
    """What cash at home is called."""
    return f"{capital(name_of(ways.currency))} cash"


def equity_terms(ways: Ways) -> str:
    """What the run sells of equity's dollars."""
    sold = [f"{ticker} {100 * ratio:g} %" for ticker, ratio in ways.equity_ratios.items()]
    if not sold:
        return "Equity is held as it is, unhedged, in every way"
    return f"Equity's currency hedge is that of the run in every way: {', '.join(sold)}"


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
    """What the currency hedge changed in equity's worst months, what it cost, and beside cash."""
    hedge = hedge_words(tickers.hedge)
    told = _protection(ways, hedge), _price(ways), _beside_cash(ways, hedge)
    return " ".join(filter(None, told))


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
        return f"{span} {hedge} made as much hedged as unhedged {interval_words(apart)}."
    than = "more" if apart.value > 0.0 else "less"
    return (
        f"{span} {hedge} made {abs(100 * apart.value):.1f} % a month {than} hedged than unhedged "
        f"{interval_words(apart)}{_why(ways)}."
    )


def _why(ways: Ways) -> str:
    """What the dollar itself did in these months, where it goes the way of the difference."""
    bills, apart = ways.way("dollar_bills").payoff.value, ways.difference.payoff.value
    if bills is None or apart is None or not round(100 * bills, 1) or bills * apart > 0.0:
        return ""
    did = "fell" if bills < 0.0 else "rose while equity fell"
    there = "with equity" if bills < 0.0 else ""
    moved = " ".join(filter(None, (did, there)))
    return (
        f": the dollar {moved} ({BILLS}, unhedged, made {difference(100 * bills)} % over "
        f"{in_sentence(name_of_cash(ways))})"
    )


def _price(ways: Ways) -> str:
    """Both costs of the currency hedge a year, each by its name, and the portfolio's growth."""
    apart, split = ways.difference.growth.value, ways.split("hedged")
    if apart is None or split is None:
        return "Less than a year has no cost a year."
    paid = "cost" if split.carry <= 0.0 else "earned"
    sides = f"{_points(split.carry)} a year in interest and basis"
    if max(split.carry, apart) <= 0.0:
        grown = f"and {_points(apart)} of growth given up"
    else:
        joined = "and" if min(split.carry, apart) > 0.0 else "yet"
        higher = "higher" if apart > 0.0 else "lower"
        grown = f"{joined} growth was {_points(apart)} {higher}"
    return (
        f"The currency hedge {paid} {sides}, {grown}{_dollars_part(ways)}{_portfolio_apart(ways)}."
    )


def _points(value: float) -> str:
    """The size of a difference, in points."""
    return f"{abs(100 * value):.1f} points"


def _dollars_part(ways: Ways) -> str:
    """Which way the dollar went meanwhile, which growth has in it and interest has not."""
    unhedged = ways.split("unhedged")
    if unhedged is None or not round(100 * unhedged.currency, 1):
        return ""
    return f", the dollar's {'rise' if unhedged.currency > 0.0 else 'fall'} included"


def _portfolio_apart(ways: Ways) -> str:
    """Growth of the whole portfolio, hedged less unhedged."""
    hedged, unhedged = (ways.way(key).whole.cagr for key in ("hedged", "unhedged"))
    if hedged is None or unhedged is None:
        return ""
    apart = hedged - unhedged
    if not round(100 * apart, 1):
        return "; the whole portfolio grew as much"
    return f"; the whole portfolio grew {_points(apart)} a year {'more' if apart > 0.0 else 'less'}"


def _beside_cash(ways: Ways, hedge: str) -> str:
    """Whether the hedge with its dollars sold beat cash at home in equity's worst months."""
    payoff, cash = ways.way("hedged").payoff, in_sentence(name_of_cash(ways))
    if payoff.value is None:
        return ""
    interval = "no interval" if payoff.low is None else interval_words(payoff).strip("()")
    figures = f"({difference(100 * payoff.value)} % a month, {interval})"
    verb = BESIDE_CASH.get(word_of(payoff))
    if verb is None:
        return f"Whether {hedge}, hedged, beat {cash} there: unclear {figures}."
    return f"{capital(hedge)}, hedged, {verb} {cash} there {figures}."


def _worst_months(ways: Ways, tickers: Tickers) -> Tile:
    """Payoff hedged less unhedged, and that of each way."""
    title, apart = "Protection in equity's worst months", ways.difference.payoff
    names = names_of(ways, tickers)
    if apart.value is None:
        return Tile("protection", title, "Too short", "to say: no whole month", ())
    home = names["home_cash"]
    payoffs = {key: ways.way(key).payoff.value for key in ("hedged", "unhedged", "dollar_bills")}
    told = ", ".join(
        f"{in_sentence(name)} {difference(100 * value)}"
        for key, name in names.items()
        if (value := payoffs.get(key)) is not None
    )
    lines = [
        f"Hedged less unhedged {difference(100 * apart.value)} % a month "
        f"{interval_words(apart)}, of the money in it",
        f"Over {in_sentence(home)}, a month: {told}",
    ]
    if ways.way("hedged").payoff.low is None:
        lines.append(
            f"Against {in_sentence(home)} no interval: one takes {fewest_months('payoff')} months, "
            f"here {ways.months}"
        )
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
        f"{in_sentence(name)} {_percent(means[key])}" for key, name in names.items() if key in means
    )
    beat = ", ".join(f"{key} {_beaten(falls, ways, key)}" for key in ("hedged", "unhedged"))
    lines = [
        f"{over}: {told}",
        f"Beat {in_sentence(name_of_cash(ways))}, of {len(falls)}: {beat}",
    ]
    if lost and won:
        lines.append(_minority(won, lost, ways))
    if _parts_from_answer(ways, len(won), len(falls)):
        lines.append(
            "The answer is by equity's worst single months; over a whole fall the dollar can go "
            "the other way, and interest adds up"
        )
    word = "fall" if len(falls) == 1 else "falls"
    return Tile("falls", title, f"{len(won)} of {len(falls)}", f"{word}: hedged did better",
                tuple(lines))  # fmt: skip


def _beaten(falls: Sequence[FallByWay], ways: Ways, key: WayKey) -> int:
    """In how many falls a way earned more than cash at home."""
    made = (by_key(ways, fall) for fall in falls)
    return sum((own[key] or 0.0) > (own["home_cash"] or 0.0) for own in made)


def _minority(won: Sequence[FallByWay], lost: Sequence[FallByWay], ways: Ways) -> str:
    """The falls of the side that did better in fewer of them, or their number and the largest."""
    is_won = len(won) < len(lost)
    side, falls = ("Hedged", won) if is_won else ("Unhedged", lost)

    def apart(fall: FallByWay) -> float:
        made = by_key(ways, fall)
        return abs((made["hedged"] or 0.0) - (made["unhedged"] or 0.0))

    if len(falls) <= NAMED:
        return f"{side} did better in {', '.join(map(dated_name, falls))}"
    largest = max(falls, key=apart)
    return (
        f"{side} did better in {len(falls)} falls, by most in {dated_name(largest)} "
        f"({100 * apart(largest):.1f} points)"
    )


def dated_name(fall: FallByWay) -> str:
    """A fall's name with its year, which an unlisted one has in its name."""
    name = name_of_fall(fall)
    return name if fall.detected else f"{name} {fall.start[:4]}"


def _parts_from_answer(ways: Ways, won: int, falls: int) -> bool:
    """Whether most falls went against the answer."""
    if ways.answer == "hedge":
        return 2 * won < falls
    return ways.answer == "leave open" and 2 * won > falls


def cost_title(apart: Estimate) -> tuple[str, str]:
    """What growth hedged less unhedged is called by its sign and interval, and its unit.

    A cost or a gain only where the interval is clear of 0.
    """
    low, high = apart.low, apart.high
    if low is None or high is None:
        return "Growth with the currency hedge", "points a year, no interval"
    if high < 0.0:
        return "What the currency hedge cost", "points of growth a year"
    if low > 0.0:
        return "What the currency hedge added", "points of growth a year"
    return "Growth with the currency hedge", "points a year, no clear difference"


def _cost(ways: Ways) -> Tile:
    """Growth hedged less unhedged, the carry, the whole portfolio, and the carry now."""
    apart = ways.difference.growth
    hedged, unhedged = ways.way("hedged"), ways.way("unhedged")
    split = ways.split("hedged")
    if apart.value is None or split is None or None in (hedged.growth, unhedged.growth):
        title, lacking = "Growth with the currency hedge", "Less than a year: nothing is put as"
        return Tile(
            "cost", title, "Too short", "for growth a year", (f"{lacking} a figure a year",)
        )
    title, unit = cost_title(apart)
    home = ways.way("home_cash").growth
    lines = [
        f"Growth a year: hedged {_percent(hedged.growth or 0.0)}, unhedged "
        f"{_percent(unhedged.growth or 0.0)}, difference {difference(100 * apart.value)} "
        f"{interval_words(apart)}"
        + ("" if home is None else f"; {in_sentence(name_of_cash(ways))} {_percent(home)}"),
        f"Of it interest and basis: {difference(100 * split.carry)} points a year (basis "
        f"{ways.basis_bp:g} bp); the rest is the dollar's move, compounded",
    ]
    if ways.now is not None:
        lines.append(
            f"Interest and basis now ({ways.now.month}): {difference(100 * ways.now.carry)} points "
            "a year"
        )
    if hedged.whole.cagr is not None and unhedged.whole.cagr is not None:
        lines.append(
            f"Whole portfolio, growth: hedged {_percent(hedged.whole.cagr)}, unhedged "
            f"{_percent(unhedged.whole.cagr)}, difference "
            f"{difference(100 * (hedged.whole.cagr - unhedged.whole.cagr))}"
        )
    return Tile("cost", title, difference(100 * apart.value), unit, tuple(lines))


def interval_words(estimate: Estimate) -> str:
    """The interval of an estimate in brackets, in percent, or that there is none."""
    if estimate.low is None or estimate.high is None:
        return "(no interval: too few months)"
    low, high = (difference(100 * end) for end in (estimate.low, estimate.high))
    return f"({low} to {high})"


def _percent(value: float) -> str:
    """A fraction as percent; what rounds to zero has no minus."""
    return f"{round(100 * value, 1) + 0.0:,.1f} %"


def in_sentence(name: str) -> str:
    """A name within a sentence: tickers and proper names keep their capitals."""
    keeps = name[:2].isupper() or name.startswith(("Swiss", "Australian", "Treasuries"))
    return name if keeps else name[:1].lower() + name[1:]


# How to read the page


def reading(ways: Ways, tickers: Tickers, *, daily: bool) -> list[tuple[str, str]]:
    """What the figures are, and what of them is approximated: a lead and its words each."""
    currency, hedge = name_of(ways.currency), hedge_words(tickers.hedge)
    least = fewest_hedging_months(ways.currency)
    sold = [f"{ticker} {100 * ratio:g} %" for ticker, ratio in ways.ratios.items() if ratio]
    held = f"forward: {', '.join(sold)}" if sold else f"nothing of {hedge} forward"
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
    within = (
        " The dollars sold are those of the roll, fixed for a month: what the fund earns within it "
        "stays open to the dollar. So the dollar's move is not quite 0 where hedged, and what "
        f"{hedge} earned in dollars weighs a little more or less there than unhedged."
    )
    rows = "daily closes" if daily else "month-ends"
    return [
        (
            "The four ways.",
            "The same decisions, weights, dates and costs as the run; only what stands for "
            f"{hedge} differs: the funds unhedged, the funds with all their dollars sold forward a "
            f"month at a time (the currency hedge), {BILLS} unhedged (other pages call them dollar "
            f"bills), or {currency} cash. Bills and cash are one thing each: where a rule changes "
            f"between funds, nothing trades there. This run sells {held}. {equity_terms(ways)}.",
        ),
        (
            "Payoff.",
            f"What {hedge} made over {currency} cash, a month of the money in it, on average in "
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
            "compound. Growth a year stands below them, and is smaller the more a way moves."
            + (within if daily else ""),
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
            "The Federal Reserve's rates are of noon in New York, prices of each exchange's close: "
            f"on single days they do not belong together ({rows} here). Short rates are averages "
            "of a month, known at its end.",
        ),
    ]

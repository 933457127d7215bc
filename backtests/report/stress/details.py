"""What a stress test says beside its tables: on what it was worked out, how, and what it is not."""

from __future__ import annotations

from backtests.analysis.stress import HORIZONS, LOWEST_YIELD, MOST_MONTHS, Leg, Replay, Stress
from backtests.report.stress.names import (
    bills_of,
    cash_of,
    floored_text,
    hedge_of,
    is_all_equity,
    is_mixed,
    maturity_text,
    rows_text,
)
from backtests.report.text import DURATION, capital, percent
from data.currency.currencies import counted_in
from data.treasuries.instruments import US_MARKET


def facts_of(stress: Stress) -> list[str]:
    """On what it was worked out, in a few words each."""
    count = len(stress.replays)
    colon = ":" if is_mixed(stress.replays) else ""
    replays = f"{count} replay{'' if count == 1 else 's'}{colon} {rows_text(stress.replays)}"
    return [
        f"what is held on {stress.as_of}",
        f"yields of {stress.curve_as_of}",
        *([replays] if count else []),
        f"in {counted_in(stress.currency)}",
        "not a forecast",
    ]


def pending_words(stress: Stress) -> str:
    """That a decision has yet to trade; empty where none has."""
    if not stress.pending:
        return ""
    return (
        f"The last decision has yet to trade: this page is about what is held on {stress.as_of}, "
        "before it."
    )


def as_equity_words(stress: Stress) -> str:
    """What counts as equity beside the US market, and moves with it; empty for nothing else."""
    others = [leg.ticker for leg in stress.equity if leg.ticker not in US_MARKET]
    if not others:
        return ""
    counts, moves = ("counts", "it moves") if len(others) == 1 else ("count", "each moves")
    return (
        f"{', '.join(others)} {counts} as equity: in scenarios and shocks {moves} as far as the US "
        "market, in replays by prices of its own where there are any."
    )


def unmoved_words(stress: Stress) -> str:
    """What keeps its price in shocks, since nothing says how it moves; empty for nothing."""
    unmoved = [leg.ticker for leg in stress.legs if leg.repricing == "unmoved"]
    if not unmoved:
        return ""
    keeps = "keeps its price" if len(unmoved) == 1 else "keep their prices"
    return (
        f"{', '.join(unmoved)} {keeps} in scenarios and shocks: yields do not say how it moves. In "
        "replays its own prices count, where there are any."
    )


def reading(stress: Stress) -> str:
    """How the table of replays is read."""
    if is_all_equity(stress):
        return "Returns of a replay today, which are those of equity then."
    below = f"; below it with {cash_of(stress)} instead" if stress.hedge else ""
    return (
        "Returns of a replay today; then: of the same holdings at the yields of that time. Months "
        f"to recover: until interest earns the loss of the portfolio back{below}."
    )


def leg_words(leg: Leg) -> str:
    """What something held stands for in a shock."""
    if leg.repricing == "ladder" and leg.shortest is not None and leg.longest is not None:
        return f"par bonds of {leg.shortest:g} to {leg.longest:g} years, repriced one by one"
    return {
        "ladder": "par bonds, repriced one by one",
        "bills": "earns the yield of bills",
        "equity": "moves as equity does",
        "unmoved": "keeps its price: nothing here says how it moves",
    }[leg.repricing]


def remarks(replay: Replay) -> list[str]:
    """What to know of one replay beyond its figures."""
    borrowed = sorted(
        {move.taken_from for move in replay.moves if move.taken_from != move.maturity}
    )
    told = [floored_text(replay.moves)]
    if borrowed:
        told.append(f"missing maturities move as {' and '.join(map(maturity_text, borrowed))}")
    if replay.as_the_market:
        told.append(f"{', '.join(replay.as_the_market)} as the US market")
    if replay.stayed:
        told.append(f"{', '.join(replay.stayed)} left where it was: no prices of that time")
    if replay.no_dollar:
        told.append("dollar left where it was: its move is not known")
    if replay.is_later:
        told.append("after the day of today's curve")
    return [each for each in told if each]


def price_words(stress: Stress) -> tuple[str, str] | None:
    """What a tax on coupons does to prices: the figures, and the sentence that explains them."""
    if stress.withheld is None:
        return None
    tax, hedge = stress.withheld, hedge_of(stress)
    rate = f"{100 * tax.rate:g} %"
    return (
        f"Price, at once: {percent(tax.price)} of {hedge}, {percent(tax.portfolio_price)} of the "
        "portfolio.",
        f"If yields rise until a new bond pays a foreigner after a tax of {rate} what "
        "it pays today, every holder loses this, taxed or not.",
    )


def cash_flow_words(stress: Stress) -> tuple[str, str] | None:
    """What a tax on coupons takes from a foreign holder: the figures, and what they are."""
    if stress.withheld is None:
        return None
    tax, hedge = stress.withheld, hedge_of(stress)
    rate = f"{100 * tax.rate:g} %"
    return (
        f"Coupons, for good: {percent(tax.a_year)} of {hedge} a year, "
        f"{percent(tax.coupons_lost)} in all, {percent(tax.portfolio_a_year)} of the portfolio a "
        "year.",
        f"If prices do not move, a foreign holder never gets {rate} of the coupons: in "
        "all is their worth today, until the bonds are repaid.",
    )


def method(stress: Stress) -> list[tuple[str, str]]:
    """How it was worked out, and what it is not."""
    cash, abroad = cash_of(stress), stress.investor is not None
    horizons = ", ".join(map(str, HORIZONS))
    told = [
        (
            "Nothing is traded.",
            "What is held today is held through the whole shock; weights drift with prices.",
        ),
        (
            "A replay.",
            "The moves of the yield curve, maturity by maturity, of equity and of the dollar in a "
            "fall of history, put on today's yields and weights, over as many days, with the "
            "interest of these days. A maturity that was not published then moves as the nearest "
            "that was. Beside it, what the same holdings made at the yields of that time.",
        ),
        (
            "Repriced.",
            "Treasuries stand for par bonds of their range of maturities, each repriced exactly at "
            f"its new yield; duration and convexity stand beside as a check. {DURATION}",
        ),
        (
            "Floor.",
            f"No yield falls below {LOWEST_YIELD:g} %; where that cuts a move, the table names the "
            "maturities.",
        ),
        (
            f"{capital(cash)} instead.",
            f"Equity at the same weight, all else in {cash}: what is left is what the hedge adds.",
        ),
        (
            "What counts as a fall.",
            "Counts are of replays in which equity fell, without those that have half of their "
            "days or more in common with a longer one, and those before a part of the hedge has "
            "prices; the table has them all.",
        ),
        (
            "Months to recover.",
            "Until the interest and roll-down of all that is not equity have earned the loss back, "
            "with yields, equity and the dollar where the shock left them. Equity is not assumed "
            "to come back. "
            f"Beyond {MOST_MONTHS} months it counts as never.",
        ),
        (
            "Break-even.",
            f"The even rise of all yields, of bills too, over {horizons} months at which the hedge "
            f"only earns as much as {bills_of(stress)}, its carry, roll-down and fees included"
            f"{'; both in dollars, since nobody knows the move of the dollar' if abroad else ''}.",
        ),
        (
            "What it is not.",
            "No forecast and no probability: it says what moves of that size would do, not how "
            "likely they are. No costs, no taxes but the one that is named.",
        ),
    ]
    if abroad:
        told.append(
            (
                "The dollar.",
                f"Its value in {counted_in(stress.currency)}. What is sold forward does not move "
                "with it.",
            )
        )
    return told

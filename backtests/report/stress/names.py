"""What the parts of a stress test are called, its numbers in words, and which falls count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backtests.analysis.stress import LOWEST_YIELD, MOST_MONTHS, NodeMove, Replay, Returns, Stress
from backtests.report.currency import cash_words
from backtests.report.text import basis, capital, difference, hedge_words, mix_words
from data.currency.currencies import counted_in

LONGEST_MIX = 36  # characters of a mix in a heading, of three parts; longer ones tell their sides
SHOWN = (2.0, 10.0, 30.0)  # years whose moves a table has; of a curve without them the nearest
HYPHEN = "\u2011"  # at which no line breaks
PortfolioKey = Literal["portfolio", "bills", "equity", "hedge"]


@dataclass(frozen=True)
class Column:
    """A portfolio of which figures are shown: its field of :class:`Returns`, and its name."""

    key: PortfolioKey
    name: str

    def of(self, returns: Returns) -> float | None:
        """Its return."""
        value: float | None = getattr(returns, self.key)
        return value


# Names and numbers


def mix_of(stress: Stress, longest: int = LONGEST_MIX) -> str:
    """What is held, cash last, abroad with its money: ``60 % SPY, 40 % IEF in yen``."""
    weights = {leg.ticker: leg.weight for leg in stress.legs if leg.role != "cash"}
    mix = mix_words(weights, [leg.ticker for leg in stress.hedge], longest)
    return mix if stress.investor is None else f"{mix} in {counted_in(stress.currency)}"


def hedge_of(stress: Stress) -> str:
    """What the hedge is called; empty where there is none."""
    return hedge_words([leg.ticker for leg in stress.hedge]) if stress.hedge else ""


def moved_of(stress: Stress) -> str:
    """What of the hedge yields move, which a break-even is of; empty where they move none of it."""
    moved = [leg.ticker for leg in stress.hedge if leg.repricing != "unmoved"]
    return hedge_words(moved) if moved else ""


def cash_of(stress: Stress) -> str:
    """What bills are called in the investor's money."""
    return cash_words(stress.investor).name


def bills_of(stress: Stress) -> str:
    """What the bills of the break-even are called, which is in dollars wherever one lives."""
    return "bills" if stress.investor is None else "US bills"


def is_plural(hedge: str) -> bool:
    """Whether a sentence speaks of a hedge of that name as of several things."""
    return hedge == "Treasuries" or " and " in hedge


def is_all_equity(stress: Stress) -> bool:
    """Whether nothing but equity is held: no yield matters, and no interest earns a loss back."""
    return all(leg.role == "equity" for leg in stress.legs)


def columns_of(stress: Stress) -> list[Column]:
    """The portfolios that differ: what is held, bills in place of its hedge, its equity alone.

    Without a hedge nothing is replaced by bills; of equity alone there is no second one.
    """
    hedge = hedge_of(stress)
    the = "the " if hedge == "Treasuries" else ""
    shown = [Column("portfolio", f"With {the}{hedge}" if hedge else "What is held")]
    if hedge:
        shown.append(Column("bills", f"{capital(cash_of(stress))} instead"))
    if stress.equity and len(stress.legs) > len(stress.equity):
        shown.append(Column("equity", "Equity alone"))
    return shown


def one_digit(value: float) -> str:
    """A fraction as percent with one digit after the point: ``-27.1 %``, ``0.0 %``."""
    return f"{round(100.0 * value, 1) + 0.0:.1f} %"


def points(value: float, digits: int = 1) -> str:
    """A difference of two fractions in percentage points, with its sign."""
    return difference(100.0 * value, digits)


def rise(bp: float, digits: int = 2) -> str:
    """Basis points as percentage points, with their sign."""
    return difference(bp / 100.0, digits)


def years_text(replay: Replay) -> str:
    """Years of a fall: ``2022``, ``2007-09``, ``1998-2002``; its first return is the day after."""
    begins = dt.date.fromisoformat(replay.start) + dt.timedelta(days=1)
    first, last = str(begins.year), replay.end[:4]
    if first == last:
        return first
    return f"{first}{HYPHEN}{last[2:] if first[:2] == last[:2] else last}"


def rows_text(replays: Sequence[Replay]) -> str:
    """How many are of which rows: ``14 of daily closes, 6 of month-ends``, ``of month-ends``."""
    counts = {daily: sum(each.daily is daily for each in replays) for daily in (True, False)}
    if not is_mixed(replays):
        return "".join(f"of {basis(daily=daily)}" for daily, n in counts.items() if n)
    return ", ".join(f"{n} of {basis(daily=daily)}" for daily, n in counts.items() if n)


def is_mixed(replays: Sequence[Replay]) -> bool:
    """Whether some are of daily closes and others of month-ends."""
    return len({replay.daily for replay in replays}) > 1


def dated_name(replay: Replay) -> str:
    """A fall with its years, if its name does not have them already."""
    years = years_text(replay)
    return replay.name if years[:4] in replay.name else f"{replay.name} {years}"


def maturity_text(years: float) -> str:
    """A maturity: ``3 months``, ``1 year``, ``10 years``."""
    if years < 1.0:
        months = round(12.0 * years)
        return f"{months} month{'' if months == 1 else 's'}"
    return f"{years:g} year{'' if years == 1.0 else 's'}"


def months_text(months: int | None) -> str:
    """Months to recover; of what takes too long that it does."""
    return f"over {MOST_MONTHS}" if months is None else str(months)


def differs_then(replays: Sequence[Replay]) -> bool:
    """Whether what is held made anything else at the yields of the time, in tenths of a percent."""
    return any(one_digit(each.then.portfolio) != one_digit(each.now.portfolio) for each in replays)


def difference_of(returns: Returns) -> float:
    """What the hedge adds to what bills would have made, a fraction of the portfolio."""
    return returns.portfolio - returns.bills


def shown_moves(moves: Sequence[NodeMove]) -> list[NodeMove]:
    """Those of the maturities that a table shows, each once."""
    if not moves:
        return []
    nearest = [min(moves, key=lambda move: abs(move.maturity - years)) for years in SHOWN]
    return list({move.maturity: move for move in nearest}.values())


def floored_text(moves: Sequence[NodeMove]) -> str:
    """Which yields the floor holds up: ``floor at -1 %: 3 months, 1 year``; empty for none."""
    names = [maturity_text(move.maturity) for move in moves if move.floored]
    return f"floor at {LOWEST_YIELD:g} %: {', '.join(names)}" if names else ""


# Falls of history


def falls_of(stress: Stress) -> list[Replay]:
    """The replays that count.

    Equity fell, all of the hedge has yields or prices of that time, and most of the days are not
    those of a longer fall.
    """
    falls: list[Replay] = []
    by_length = sorted(stress.replays, key=lambda replay: (-replay.days, replay.start))
    for replay in by_length:
        shared = max((_shared(replay, longer) for longer in falls), default=0)
        is_known = replay.equity_move < 0.0 and not replay.stayed
        if is_known and 2 * shared < max(replay.days, 1):
            falls.append(replay)
    return sorted(falls, key=lambda replay: (replay.start, replay.end))


def _shared(replay: Replay, other: Replay) -> int:
    """How many days two replays have in common."""
    start, end = max(replay.start, other.start), min(replay.end, other.end)
    return (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days


def worst_of(stress: Stress) -> Replay | None:
    """The replay that costs what is held most; None without any."""
    among = falls_of(stress) or stress.replays
    return min(among, key=lambda replay: replay.now.portfolio, default=None)


def beats(returns: Returns) -> bool:
    """Whether the hedge makes more than bills, to a hundredth of a percent of the portfolio."""
    return round(difference_of(returns), 4) > 0.0


def count_text(count: int, of: int) -> str:
    """So many of some falls: ``14 of 19 falls``, ``all 19 falls``, ``the only fall``."""
    if of == 1:
        return "the only fall" if count else "not even the only fall"
    if count == of:
        return f"all {of} falls"
    return f"{count or 'none'} of {of} falls"

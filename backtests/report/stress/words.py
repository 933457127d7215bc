"""What a stress test says first: a headline, why it is so, how sure that is, three tiles."""

from __future__ import annotations

from backtests.analysis.stress import MOST_MONTHS, BreakEven, Scenario, Stress
from backtests.report.stress.names import (
    HYPHEN,
    beats,
    bills_of,
    cash_of,
    columns_of,
    count_text,
    dated_name,
    differs_then,
    falls_of,
    hedge_of,
    is_all_equity,
    is_plural,
    mix_of,
    moved_of,
    one_digit,
    rise,
    worst_of,
    years_text,
)
from backtests.report.text import capital
from backtests.report.verdict.first_screen import FirstScreen, Tile

ASKED = 12  # months of the break-even that is told first
SURE = "These are moves of the past: the next fall may be of another kind."


def first_screen(stress: Stress) -> FirstScreen:
    """The first screen: what the hedge does now, the worst replay, why, and how sure that is."""
    told = _finding(stress)
    return FirstScreen(
        headline=f"{mix_of(stress)} on {stress.as_of.replace('-', HYPHEN)}: {told}",
        chip="",
        tone="",
        line=" ".join(filter(None, [_why(stress), _then(stress), SURE])),
        tiles=tuple(
            filter(None, [_worst_tile(stress), _scenario_tile(stress), _even_tile(stress)])
        ),
    )


def _finding(stress: Stress) -> str:
    """What came of the replays."""
    falls, worst = falls_of(stress), worst_of(stress)
    if worst is None:
        return "no fall of history lies within the yields that are known"
    cost = _cost(worst.now.portfolio)
    if not stress.hedge and round(worst.now.portfolio, 3) >= 0.0:
        return "no fall of history would cost it anything"
    if not stress.hedge:
        return (
            f"the worst fall of history, {years_text(worst)}, would {cost}, and nothing hedges it"
        )
    cash = cash_of(stress)
    ends = f"the worst, as in {years_text(worst)}, would {cost}"
    if not falls:
        return ends
    won = sum(beats(fall.now) for fall in falls)
    return f"{hedge_of(stress)} would beat {cash} in {count_text(won, len(falls))}; {ends}"


def _cost(value: float) -> str:
    """A return as what it costs: ``cost 27.1 %``, ``gain 2.0 %``, ``cost nothing``."""
    size = round(100.0 * value, 1)
    if not size:
        return "cost nothing"
    return f"{'cost' if size < 0 else 'gain'} {abs(size):.1f} %"


def _why(stress: Stress) -> str:
    """Yield, duration and break-even of the hedge: today's cushion in one or two sentences."""
    hedge = hedge_of(stress)
    if not hedge:
        if is_all_equity(stress):
            return "It holds no hedge, and nothing that earns interest."
        cash = cash_of(stress)
        return f"It holds no hedge; {cash} yield{_s(cash)} {cash_yield(stress):.2f} %."
    today = hedge_today(stress)
    told = [f"{hedge} {'are' if is_plural(hedge) else 'is'} not built from yields."]
    if today is not None:
        (yield_, duration), moved = today, moved_of(stress)
        told = [
            f"{capital(moved)} yield{'' if is_plural(moved) else 's'} {yield_:.2f} %, "
            f"{bills_of(stress)} {stress.bill_yield:.2f} %; each point that yields rise costs "
            f"about {duration:.1f} %."
        ]
    even = break_even(stress, ASKED)
    if even is not None and even.bp is not None:
        told.append(_even_words(even.bp, even.months, stress))
    return " ".join(told)


def _even_words(bp: float, months: int, stress: Stress) -> str:
    """How far yields may rise before the hedge trails bills, or have to fall for it not to."""
    size, cash = f"{abs(bp) / 100:.2f} points within {months} months", bills_of(stress)
    if bp < 0.0:
        it = "them" if is_plural(moved_of(stress)) else "it"
        return f"With roll-down, yields must fall {size} for {it} to match {cash}."
    trail = "they trail" if is_plural(moved_of(stress)) else "it trails"
    return f"With roll-down, yields may rise {size} before {trail} {cash}."


def _s(cash: str) -> str:
    """The ending of a verb after a name of cash."""
    return "" if cash.endswith("bills") else "s"


def _then(stress: Stress) -> str:
    """In how many of the same falls the hedge beat bills at the yields of their time."""
    falls = falls_of(stress)
    if not stress.hedge or not falls:
        return ""
    won = sum(beats(fall.then) for fall in falls)
    return f"At the yields of their time it was {count_text(won, len(falls))}."


def cash_yield(stress: Stress) -> float:
    """What the investor's cash earns today, percent a year."""
    return stress.bill_yield if stress.home_yield is None else stress.home_yield


def hedge_today(stress: Stress) -> tuple[float, float] | None:
    """Yield and duration of the part of the hedge that yields move, by weight; that of bills is 0.

    Returns
    -------
    tuple or None
        Percent a year and years; None where no part of it is.
    """
    built = [leg for leg in stress.hedge if leg.yield_ is not None]
    whole = sum(leg.weight for leg in built)
    if whole <= 0.0:
        return None
    yield_ = sum(leg.weight * (leg.yield_ or 0.0) for leg in built) / whole
    return yield_, sum(leg.weight * (leg.duration or 0.0) for leg in built) / whole


def break_even(stress: Stress, months: int) -> BreakEven | None:
    """The break-even over some months; None where there is none."""
    return next((each for each in stress.break_evens if each.months == months), None)


def _worst_tile(stress: Stress) -> Tile | None:
    worst = worst_of(stress)
    if worst is None:
        return None
    own, *others = columns_of(stress)
    beside = ", ".join(f"{_lower(each.name)} {_told(each.of(worst.now))}" for each in others)
    return Tile(
        key="worst",
        title=f"Worst fall: {dated_name(worst)}",
        value=one_digit(worst.now.portfolio),
        unit=_lower(own.name) if stress.hedge else "",
        lines=tuple(
            filter(
                None,
                [
                    f"{capital(beside)}." if beside else "",
                    f"At the yields of its time {one_digit(worst.then.portfolio)}."
                    if differs_then([worst])
                    else "",
                    _recovery_words(worst.recovery.portfolio) if not is_all_equity(stress) else "",
                ],
            )
        ),
    )


def _recovery_words(months: int | None) -> str:
    """How long interest takes to earn a loss back; empty where nothing was lost."""
    if months is None:
        return f"Interest does not earn it back within {MOST_MONTHS // 12} years."
    return f"Interest earns it back in {months} month{'' if months == 1 else 's'}." * bool(months)


def _told(value: float | None) -> str:
    return "-" if value is None else one_digit(value)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def told_scenario(stress: Stress) -> Scenario | None:
    """The scenario that is told first: the first with a sequel, else the first; None without."""
    sequels = [each for each in stress.scenarios if len(each.stages) > 1]
    return next(iter([*sequels, *stress.scenarios]), None)


def _scenario_tile(stress: Stress) -> Tile | None:
    scenario = told_scenario(stress)
    if scenario is None or not scenario.stages:
        return None
    first, *later = scenario.stages
    others = columns_of(stress)[1:]
    lines = []
    if later:
        lines.append(f"After {later[-1].months} months {one_digit(later[-1].returns.portfolio)}.")
    stages = [first, *later[-1:]]
    for each in others:
        path = ", then ".join(_told(each.of(stage.returns)) for stage in stages)
        lines.append(f"{each.name} {path}.")
    return Tile(
        key="scenario",
        title=scenario.name,
        value=one_digit(first.returns.portfolio),
        unit="after the shock" if not first.months else f"after {first.months} months",
        lines=tuple(lines),
    )


def _even_tile(stress: Stress) -> Tile | None:
    """How far yields may rise before bills would have been better."""
    if not stress.hedge or not stress.break_evens:
        return None
    even = break_even(stress, ASKED) or stress.break_evens[0]
    others = [each for each in stress.break_evens if each is not even]
    beside = "; ".join(f"{each.months} months {_even_text(each)}" for each in others)
    cash = bills_of(stress)
    less = f"Beyond it {cash} would have earned more."
    return Tile(
        key="break-even",
        title=f"Break-even of {moved_of(stress) or hedge_of(stress)} and {cash}",
        value=_even_text(even),
        unit=f"points of yield in {even.months} months" if even.bp is not None else "",
        lines=(f"{capital(beside)}.", less) if beside else (less,),
    )


def _even_text(even: BreakEven) -> str:
    return "none within 10 points" if even.bp is None else rise(even.bp)

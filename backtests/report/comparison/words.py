"""What a comparison found, in words: its headline, the line below, and the titles of its charts.

Everything is said by rule, from the numbers and from which differences are beyond noise. The
headline rests on what has an interval: the loss in the worst 5 % of months (CVaR) and growth, both
of all runs tested together. The deepest fall belongs to one path; it is told, and does not decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from backtests.analysis.comparison import JOINT, JOINT_LEVEL, Difference, is_beyond_noise
from backtests.analysis.levels import fewest_months
from backtests.analysis.metrics import ROUNDING
from backtests.analysis.numbers import PortfolioNumbers
from backtests.report.comparison.cash_flows import flows_finding
from backtests.report.comparison.names import IN_SENTENCE, clipped
from backtests.report.comparison.table import HISTORIES, Comparison, fall_columns
from backtests.report.currency import in_real
from backtests.report.text import percent, ratio, two_digits
from data.currency.currencies import counted_in

SHORT_SPAN = 2  # years, below which a span is told in months
LONGEST = 130  # characters of a headline
Sides = tuple[int, int]  # of the loss in bad months and of growth: 1 above the first, -1 below
LESS, MORE = {1: "less", -1: "more"}, {1: "more", -1: "less"}  # falls are below zero
# What protects or grows more is told first.
ORDER: tuple[Sides, ...] = ((1, 1), (1, 0), (1, -1), (0, 1), (-1, 1), (0, -1), (-1, 0), (-1, -1))
FEW = "too few months to say about bad ones"
COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
YEARS = "Calendar years"
NOISE = (
    "In small print: intervals as wide as docs/coverage.md asks, so that they contain the truth in "
    "86 of 100 samples, and left out where the months are too few (volatility comes in long waves "
    f"and takes {fewest_months('volatility_difference')}). Noise: the interval contains "
    f"zero. The deepest fall has its range {HISTORIES}: no interval, and no word. A cell's word is "
    "of that difference alone: of twenty that are pure noise up to three would be called beyond "
    "it. The headline counts only portfolios that stand a joint test of growth and CVaR over all "
    f"(the largest studentised difference, at {100 * JOINT_LEVEL:.0f} %), and says of them what "
    "their cells say."
)
BAD_MONTHS = "Bad months are the worst 5 %, whose mean is the CVaR."


def finding(comparison: Comparison) -> str:
    """What differs from the first run by more than noise, in one line for a headline.

    In another currency than dollars that is told, since no figure of it is one in dollars, and so
    is purchasing power.
    """
    money, summary = comparison.money, comparison.aligned.runs[0].summary
    counted = "" if money is None else f"in {counted_in(money.currency)}"
    counted = in_real(summary.currency, summary.base_date) or counted
    return f"{_finding(comparison)} ({counted})" if counted else _finding(comparison)


def _finding(comparison: Comparison) -> str:
    """The finding, in whatever currency.

    Runs are counted by what they do in bad months and in growth together, so that what one gains
    never stands without its price. Of a run that does not stand the joint test of all of them
    (:func:`~backtests.analysis.comparison.standing`) nothing is said.
    """
    first = clipped(comparison.aligned.labels[0], IN_SENTENCE)
    alike = comparison.aligned.paid_otherwise
    of = {name: each for name, each in comparison.differences.items() if name not in alike}
    if not of:
        return f"The same portfolio with other cash flows: {flows_finding(comparison.aligned)}"
    if all(is_beyond_noise(each.cagr_monthly) is None for each in of.values()):
        return f"Too few months to say what differs from {first}"
    is_open = all(is_beyond_noise(each.cvar_95_monthly) is None for each in of.values())
    sides: dict[Sides, list[str]] = {}
    for name, each in of.items():
        sides.setdefault((_side(each, "cvar_95_monthly"), _side(each, "cagr_monthly")), []).append(
            name
        )
    sides.pop((0, 0), None)
    if not sides:
        return _nothing(of.values(), first, is_open=is_open)
    classes = [(pair, sides[pair]) for pair in ORDER if pair in sides]
    by_size = sorted(classes, key=lambda each: -len(each[1]))  # of one size in their order
    told = ""
    for room in range(len(classes), 0, -1):  # the smallest give way
        shown = [each for each in classes if each in by_size[:room]]
        rest = sum(len(names) for _, names in by_size[room:])
        # A long name of the first gives way before a group does: the line below begins with it.
        for against, are_named in ((first, True), (first, False), ("the first", False)):
            told = _told(shown, rest, len(of), against, are_named=are_named, is_open=is_open)
            if len(told) <= LONGEST:
                return told
    return told


def _told(
    classes: Sequence[tuple[Sides, Sequence[str]]],
    rest: int,
    others: int,
    first: str,
    *,
    are_named: bool,
    is_open: bool,
) -> str:
    """Classes of runs, one after the other, and how many runs are in the rest."""
    parts = []
    is_one = len(classes) == 1 and not rest
    has_said = False  # that losses are those in bad months
    for place, ((loss, growth), names) in enumerate(classes):
        who, is_single = _who(names, others, is_named=are_named or others == 1, is_lead=not place)
        where = "" if has_said else " in bad months"
        has_said = has_said or loss != 0
        against = f" than {first}" if not place else ""
        only = " beyond noise" if is_one and (not loss or not growth) else ""
        losing = f"lose{'s' * is_single} {LESS[loss]}{where if loss else ''}" if loss else ""
        growing = f"grow{'s' * is_single} {MORE[growth]}" if growth else ""
        if loss and growth:
            both = ", both beyond noise" if is_one else ""
            parts.append(f"{who} {losing}{against} and {growing}{both}")
        elif loss:
            parts.append(f"{who} {losing}{against}{only}, growth unclear")
        else:
            unclear = "" if is_open else f", losses{where} unclear"
            has_said = has_said or not is_open
            parts.append(f"{who} {growing}{against}{only}{unclear}")
    if rest:
        parts.append(f"{rest} differ{'s' * (rest == 1)} otherwise")
    if is_open:
        parts.append(FEW)
    return f"{'' if is_one else 'Beyond noise: '}{'; '.join(parts)}"


def _nothing(of: Collection[Difference], first: str, *, is_open: bool) -> str:
    """The headline where no difference stands the joint test, though single ones may be real."""
    single = any(is_beyond_noise(getattr(each, key)) for each in of for key in JOINT)
    tests = len(of) * (1 if is_open else len(JOINT))
    noise = f"the noise of {tests} tests" if single and tests > 1 else "noise"
    if is_open:
        return f"No growth differs from {first} beyond {noise}; {FEW}"
    return f"Nothing differs from {first} beyond {noise}"


def lead(comparison: Comparison) -> str:
    """Growth and deepest fall of the first run and of equity, who fell least, and the span."""
    aligned = comparison.aligned
    days, numbers = aligned.values.index, {k: v.numbers for k, v in comparison.table.items()}
    first = aligned.labels[0]
    ticker = aligned.runs[0].summary.benchmark.ticker
    ends = "%Y" if days[-1] >= days[0] + pd.DateOffset(years=SHORT_SPAN) else "%Y-%m"
    parts = [
        f"From {days[0].strftime(ends)} to {days[-1].strftime(ends)} {clipped(first, IN_SENTENCE)} "
        f"{_grew(numbers[first])} and fell {_depth(numbers[first])} at its deepest; "
        f"equity ({ticker}) {_grew(comparison.equity)} and fell {_depth(comparison.equity)}"
    ]
    least = _alone({name: each.max_drawdown for name, each in numbers.items()})
    if least not in ("", first):
        parts.append(
            f"{clipped(least, IN_SENTENCE)} fell least, {_depth(numbers[least])}, "
            f"and {_grew(numbers[least])}"
        )
    return ". ".join(parts) + "."


# Titles of charts


def growth_title(comparison: Comparison) -> str:
    """Which run grew most, and equity where no run is it."""
    numbers = {name: run.numbers for name, run in comparison.table.items()}
    most = _alone({name: each.total_return for name, each in numbers.items()})
    if not most:
        return "Growth"
    is_twin = comparison.aligned.twin is not None
    # A line of equity above it stands in the same chart.
    is_behind = not is_twin and comparison.equity.total_return > numbers[most].total_return
    of_them = f" of the {COUNTS.get(len(numbers), len(numbers))}" if is_behind else ""
    title = f"{clipped(most, IN_SENTENCE)} grew most{of_them}: {_rate(numbers[most])}"
    if is_twin:
        return title
    ticker = comparison.aligned.runs[0].summary.benchmark.ticker
    return f"{title}; equity ({ticker}): {_rate(comparison.equity)}"


def falls_title(months: pd.DataFrame) -> str:
    """Who fell least, by month-ends: months x portfolios, levels."""
    deepest = (months / months.cummax() - 1.0).min()
    least = _alone(deepest.to_dict())
    if not least:
        return "Falls"
    return (
        f"{clipped(least, IN_SENTENCE)} fell least by month-ends: {percent(float(deepest.max()))}"
    )


def rolling_title(rolling: pd.DataFrame) -> str:
    """Whose worst years were the mildest: months x portfolios, return a year."""
    if not len(rolling):
        return ""
    worst = rolling.min()
    best = _alone(worst.to_dict())
    if not best:
        return "Three years to each month"
    return (
        f"{clipped(best, IN_SENTENCE)} had the mildest worst three years: "
        f"{percent(float(worst.max()))} a year"
    )


def correlation_title(values: Sequence[float | None], name: str) -> str:
    """How often it was positive, and where it ended; values by month."""
    defined = [value for value in values if value is not None]
    if not defined:
        return ""
    share = sum(value > 0.0 for value in defined) / len(defined)
    return (
        f"Of {clipped(name, IN_SENTENCE)} it was positive in {100 * share:.0f} % of months and "
        f"ended at {two_digits(defined[-1], '+')}"
    )


def years_title(years: pd.DataFrame) -> str:
    """Who lost in the fewest calendar years: years x portfolios; what they show where none did."""
    losses = (years < 0.0).sum()
    fewest = _alone((-losses).to_dict())
    if not len(years) or not fewest:
        return YEARS
    return (
        f"{clipped(fewest, IN_SENTENCE)} lost in {losses[fewest]} of {len(years)} years, the fewest"
    )


def crises_title(comparison: Comparison) -> str:
    """Who alone lost least in most falls of equity; empty where none did."""
    table = comparison.crises
    labels = comparison.aligned.labels
    returns = table[fall_columns(labels)].set_axis(labels, axis=1).astype(float)
    winners = [_alone(row.dropna().to_dict()) for _, row in returns.iterrows()]
    wins = Counter(filter(None, winners))
    top = _alone(wins)
    if not top:
        return ""
    return f"{clipped(top, IN_SENTENCE)} did best in {wins[top]} of {len(table)} falls"


def risk_title(comparison: Comparison) -> str:
    """Who was paid most for its risk, by the Sharpe ratio; empty where no one was alone.

    "Paid most" needs a lead over the first run, or of the first run over all, beyond noise.
    """
    ratios = {
        name: run.numbers.sharpe
        for name, run in comparison.table.items()
        if run.numbers.sharpe is not None
    }
    top = _alone(ratios)
    if not top:
        return ""
    name, figure, differences = (
        clipped(top, IN_SENTENCE),
        ratio(ratios[top]),
        comparison.differences,
    )
    tested = [
        is_beyond_noise(each.sharpe_monthly)
        for each in ([differences[top]] if top in differences else differences.values())
    ]
    if all(tested):
        return f"{name} was paid most for its risk: Sharpe ratio {figure}"
    why = "by no more than noise" if False in tested else "over too few months to test"
    return f"{name} had the highest Sharpe ratio, {figure}, {why}"


# Parts


def _alone(values: Mapping[str, float]) -> str:
    """Who has the highest value without another who has the same, rounding apart; else empty."""
    ranked = sorted(values, key=lambda name: values[name], reverse=True)
    if not ranked:
        return ""
    is_tied = len(ranked) > 1 and values[ranked[0]] - values[ranked[1]] <= ROUNDING
    return "" if is_tied else str(ranked[0])


def _side(each: Difference, key: str) -> int:
    """1 where a run is above the first, -1 below, 0 where that is not told."""
    value = getattr(each, key).value
    if value is None or key not in each.stands:
        return 0
    return 1 if value > 0 else -1


def _who(names: Sequence[str], others: int, *, is_named: bool, is_lead: bool) -> tuple[str, bool]:
    """Whose a statement is, and whether it is one: by name, or counted."""
    if len(names) == 1 and is_named:
        return clipped(names[0], IN_SENTENCE), True
    if len(names) == others:
        return "All", False
    return f"{len(names)} of {others}" if is_lead else str(len(names)), len(names) == 1


def _grew(numbers: PortfolioNumbers) -> str:
    if numbers.cagr is None:
        return f"earned {percent(numbers.total_return)} in all"
    return f"grew {percent(numbers.cagr)} a year"


def _rate(numbers: PortfolioNumbers) -> str:
    if numbers.cagr is None:
        return f"{percent(numbers.total_return)} in all"
    return f"{percent(numbers.cagr)} a year"


def _depth(numbers: PortfolioNumbers) -> str:
    return percent(-numbers.max_drawdown)

"""What a comparison found, in words: its headline, the line below, and the titles of its charts.

Everything is said by rule, from the numbers and from which differences are beyond noise. The
headline rests on what has an interval: the loss in the worst 5 % of months (CVaR) and growth. The
deepest fall belongs to one path; it is told, and does not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from backtests.analysis.comparison import Difference, is_beyond_noise
from backtests.analysis.numbers import PortfolioNumbers
from backtests.report.comparison.names import IN_SENTENCE, clipped
from backtests.report.comparison.table import Comparison, fall_columns
from backtests.report.text import percent, ratio, two_digits

TOGETHER = "both beyond noise"
BAD_MONTHS = "Bad months are the worst 5 %, whose mean is the CVaR."


def finding(comparison: Comparison) -> str:
    """What differs from the first run by more than noise, in one line for a headline."""
    first = clipped(comparison.aligned.labels[0], IN_SENTENCE)
    of = comparison.differences
    if all(is_beyond_noise(each.cagr_monthly) is None for each in of.values()):
        return f"Too few months to say what differs from {first}"
    less, more = _sides(of, lambda each: each.cvar_95_monthly.value or 0.0, _cvar)
    faster, slower = _sides(of, lambda each: each.cagr_monthly.value or 0.0, _growth)
    loses, losing = (less, "less") if less else (more, "more")
    grows, growing = (faster, "more") if faster else (slower, "less")
    is_open = all(_cvar(each) is None for each in of.values())
    if not loses and not grows:
        tail = "; too few months to say about bad ones" if is_open else ""
        what = "No growth differs" if is_open else "Nothing differs"
        return f"{what} from {first} beyond noise{tail}"
    if not loses:
        tail = (
            "too few months to say about bad ones"
            if is_open
            else "losses in bad months do not differ"
        )
        who, verb = _who(grows, len(of), "grow")
        return f"{who} {verb} {growing} than {first} beyond noise; {tail}"
    who, verb = _who(loses, len(of), "lose")
    lead = f"{who} {verb} {losing} in bad months than {first}"
    if not grows:
        return f"{lead} beyond noise; growth does not differ"
    if grows == loses:
        verb = _who(grows, len(of), "grow")[1]
        return f"{lead} and {verb} {growing}, {TOGETHER}"
    who, verb = _who(grows, len(of), "grow")
    return f"{lead}; {'all' if who == 'All' else who} {verb} {growing}, {TOGETHER}"


def lead(comparison: Comparison) -> str:
    """Growth and deepest fall of the first run and of equity, who fell least, and the span."""
    aligned = comparison.aligned
    days, numbers = aligned.values.index, {k: v.numbers for k, v in comparison.table.items()}
    first = aligned.labels[0]
    ticker = aligned.runs[0].summary.benchmark.ticker
    parts = [
        f"From {days[0]:%Y} to {days[-1]:%Y} {clipped(first, IN_SENTENCE)} "
        f"{_grew(numbers[first])} and fell {_depth(numbers[first])} at its deepest; "
        f"equity ({ticker}) {_grew(comparison.equity)} and fell {_depth(comparison.equity)}"
    ]
    least = max(numbers, key=lambda name: numbers[name].max_drawdown)
    if least != first:
        parts.append(
            f"{clipped(least, IN_SENTENCE)} fell least, {_depth(numbers[least])}, "
            f"and {_grew(numbers[least])}"
        )
    return ". ".join(parts) + "."


# Titles of charts


def growth_title(comparison: Comparison) -> str:
    """Which run grew most, and equity where no run is it."""
    numbers = {name: run.numbers for name, run in comparison.table.items()}
    most = max(numbers, key=lambda name: numbers[name].total_return)
    title = f"{clipped(most, IN_SENTENCE)} grew most: {_rate(numbers[most])}"
    if comparison.aligned.twin is not None:
        return title
    ticker = comparison.aligned.runs[0].summary.benchmark.ticker
    return f"{title}; equity ({ticker}): {_rate(comparison.equity)}"


def falls_title(months: pd.DataFrame) -> str:
    """Who fell least, by month-ends: months x portfolios, levels."""
    deepest = (months / months.cummax() - 1.0).min()
    least = str(deepest.idxmax())
    return (
        f"{clipped(least, IN_SENTENCE)} fell least by month-ends: {percent(float(deepest.max()))}"
    )


def rolling_title(rolling: pd.DataFrame) -> str:
    """Whose worst years were the mildest: months x portfolios, return a year."""
    if not len(rolling):
        return ""
    worst = rolling.min()
    best = str(worst.idxmax())
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
    """Who lost in the fewest calendar years: years x portfolios."""
    losses = (years < 0.0).sum()
    fewest = int(losses.min())
    who = [str(name) for name in losses.index[losses == fewest]]
    named = clipped(who[0], IN_SENTENCE) if len(who) == 1 else f"{len(who)} of {len(losses)}"
    return f"{named} lost in {fewest} of {len(years)} years, the fewest"


def crises_title(comparison: Comparison) -> str:
    """Who lost least in most falls of equity; empty where there was none."""
    table = comparison.crises
    labels = comparison.aligned.labels
    if not len(table):
        return ""
    returns = table[fall_columns(labels)].set_axis(labels, axis=1).astype(float)
    best = returns.idxmax(axis=1).value_counts()
    top = str(best.index[0])
    return f"{clipped(top, IN_SENTENCE)} did best in {int(best.iloc[0])} of {len(table)} falls"


def risk_title(comparison: Comparison) -> str:
    """Who was paid most for its risk, by the Sharpe ratio; empty where none has one."""
    ratios = {
        name: run.numbers.sharpe
        for name, run in comparison.table.items()
        if run.numbers.sharpe is not None
    }
    if not ratios:
        return ""
    top = max(ratios, key=lambda name: ratios[name])
    return (
        f"{clipped(top, IN_SENTENCE)} was paid most for its risk: Sharpe ratio {ratio(ratios[top])}"
    )


# Parts


def _cvar(each: Difference) -> bool | None:
    return is_beyond_noise(each.cvar_95_monthly)


def _growth(each: Difference) -> bool | None:
    return is_beyond_noise(each.cagr_monthly)


def _sides(
    of: Mapping[str, Difference],
    value: Callable[[Difference], float],
    is_real: Callable[[Difference], bool | None],
) -> tuple[list[str], list[str]]:
    """Who lies above the first beyond noise, and who below."""
    real = {name: value(each) for name, each in of.items() if is_real(each)}
    return [name for name in real if real[name] > 0], [name for name in real if real[name] < 0]


def _who(names: Sequence[str], others: int, verb: str) -> tuple[str, str]:
    """Whose a statement is, by name where it is one, and the verb that follows."""
    if len(names) == 1:
        return clipped(names[0], IN_SENTENCE), f"{verb}s"
    return ("All" if len(names) == others else f"{len(names)} of {others}"), verb


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

"""Runs of investors in different currencies: each in its own money, none against another.

A difference between two currencies is no one's money. So there are no differences here, no best
of a row and no headline of who is better: each run stands beside its own equity and its own cash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from backtests.analysis.comparison import calendar_years
from backtests.analysis.numbers import (
    Metric,
    Place,
    Portfolio,
    PortfolioNumbers,
    Unit,
    numbers_of,
    shown_in,
)
from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.comparison.grids import judged_heads
from backtests.report.comparison.names import IN_SENTENCE, clipped
from backtests.report.comparison.table import INITIAL, Compared, compared_run, payoff_fields
from backtests.report.currency import cash_in_full, cash_words, in_money
from backtests.report.finished_run import FinishedRun
from backtests.report.text import HEDGES, label_of, percent, rule_label, shown
from backtests.report.verdict.payoffs import short_word
from data.currency.currencies import DOLLAR, counted_in

FINDING = "Each investor in its own money: nothing here is compared across currencies"
NOTE = (
    "Every figure is in the money of its own column or row, over that investor's own cash and "
    "beside that investor's own equity; figures of different currencies do not compare."
)
IN_DOLLARS = f" in {counted_in(DOLLAR)}"
MOST_TOLD = 4  # runs that the headline and the line below the headline tells of


@dataclass(frozen=True, eq=False)
class OwnMoney:
    """Runs in different currencies over their common rows.

    Attributes
    ----------
    aligned
        The runs and their rows.
    table
        By label the run's numbers over its own cash, and its verdict.
    equity, cash
        By label the numbers of the run's own benchmark, and of its own cash.
    """

    aligned: AlignedRuns
    table: Mapping[str, Compared]
    equity: Mapping[str, PortfolioNumbers]
    cash: Mapping[str, PortfolioNumbers]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is shown of each run, in order."""
        return shown_in(Place.COMPARISON, *(run.numbers for run in self.table.values()))

    @property
    def years(self) -> pd.DataFrame:
        """Returns of the complete calendar years, each in its own money: years x labels."""
        return calendar_years(self.aligned.values, is_over=self.aligned.is_year_over)

    def label(self, metric: Metric) -> str:
        """What a metric is called here: each run's ratios are over its own cash."""
        return label_of(metric, self.aligned.ppy, INITIAL).replace("bills", "own cash")

    def currency(self, name: str) -> str:
        """Code of a run's currency."""
        runs = dict(zip(self.aligned.labels, self.aligned.runs, strict=True))
        return runs[name].summary.currency


def in_own_money(aligned: AlignedRuns) -> OwnMoney:
    """Work out each run's own figures.

    Parameters
    ----------
    aligned
        Made by :func:`~backtests.report.comparison.aligned.align_runs`, each in its own.
    """
    own_cash = aligned.own_cash
    return OwnMoney(
        aligned,
        table={
            name: compared_run(aligned, name, run, own_cash[name])
            for name, run in zip(aligned.labels, aligned.runs, strict=True)
        },
        equity={
            name: _numbers(aligned, aligned.own_benchmarks[name], own_cash[name])
            for name in aligned.labels
        },
        cash={name: _numbers(aligned, own_cash[name], own_cash[name]) for name in aligned.labels},
    )


def _numbers(aligned: AlignedRuns, values: pd.Series, cash: pd.Series) -> PortfolioNumbers:
    return numbers_of(
        Portfolio(
            values=values,
            cash=cash,
            frequency=aligned.ppy,
            turnover=0.0,
            costs_paid=0.0,
            is_year_over=aligned.is_year_over,
        )
    )


def metrics_csv(own: OwnMoney) -> pd.DataFrame:
    """The table for other programs: metrics x runs, fractions, each in its own money.

    Rows that begin with ``equity_`` and ``cash_`` are those of the run's own.
    """
    columns = {
        name: {"currency": own.currency(name), "verdict": run.word}
        | {metric.key: getattr(run.numbers, metric.key) for metric in own.metrics}
        | payoff_fields(run)
        | _beside("equity", own.equity[name])
        | _beside("cash", own.cash[name])
        for name, run in own.table.items()
    }
    frame = pd.DataFrame(columns, dtype=object)
    frame.index.name = "metric"
    return frame


def _beside(what: str, numbers: PortfolioNumbers) -> dict[str, float | None]:
    keys = ("total_return", "cagr", "volatility", "max_drawdown")
    return {f"{what}_{key}": getattr(numbers, key) for key in keys}


def finding(own: OwnMoney) -> str:
    """What each run made in its own money, and what of it is hedged, in a line for a headline.

    A run is told by its own name, else by its rule; where all are the same rule, once.
    """
    parts, last = [], ""
    for name, run in _told(own):
        who = run.called or rule_label(run.summary)
        numbers, money = (
            own.table[name].numbers,
            in_money(run.summary.money, run.summary.base_date) or IN_DOLLARS,
        )
        fell = percent(-numbers.max_drawdown)
        if who == last:
            parts.append(f"{_rate(numbers)} and {fell}{money}")
        elif parts:
            parts.append(f"{clipped(who, IN_SENTENCE)} {_rate(numbers)} and {fell}{money}")
        else:
            parts.append(f"{clipped(who, IN_SENTENCE)} {_made(numbers)} and fell {fell}{money}")
        last = who
    more = _untold(own)
    return "; ".join([*parts, *([f"{more} more in the table"] if more else [])])


def lead(own: OwnMoney) -> str:
    """What equity and cash made in each money; runs that have both the same are told once."""
    parts = []
    for name, run in zip(own.aligned.labels, own.aligned.runs, strict=True):
        equity, money = own.equity[name], run.summary.money
        hedged = ", hedged," if money is not None and money.fx_hedge_equity else ""
        parts.append(
            f"In {counted_in(run.summary.currency)} equity ({run.summary.benchmark.ticker}){hedged}"
            f" {_made(equity)} and fell {percent(-equity.max_drawdown)} at its deepest, "
            f"{cash_in_full(run.summary.investor)} {_made(own.cash[name])}"
        )
    each = list(dict.fromkeys(parts))
    more = len(each) - MOST_TOLD
    rest = [f"{more} more stand{'s' * (more == 1)} in the table"] if more > 0 else []
    return ". ".join([*each[:MOST_TOLD], *rest]) + "."


def _told(own: OwnMoney) -> list[tuple[str, FinishedRun]]:
    return list(zip(own.aligned.labels, own.aligned.runs, strict=True))[:MOST_TOLD]


def _untold(own: OwnMoney) -> int:
    return max(len(own.aligned.labels) - MOST_TOLD, 0)


def _made(numbers: PortfolioNumbers) -> str:
    """Growth a year, or in all where a year is not over."""
    return f"{'earned' if numbers.cagr is None else 'grew'} {_rate(numbers)}"


def _rate(numbers: PortfolioNumbers) -> str:
    if numbers.cagr is None:
        return f"{percent(numbers.total_return)} in all"
    return f"{percent(numbers.cagr)} a year"


def _word(run: FinishedRun, compared: Compared) -> str:
    """The verdict's word of a run, beside its own cash."""
    return short_word(compared.word, cash_words(run.summary.investor))


def console_rows(own: OwnMoney) -> list[tuple[str, list[str]]]:
    """The figures as text, a row a metric and a cell a run; nothing is marked as best."""
    names = list(own.table)
    runs = dict(zip(own.aligned.labels, own.aligned.runs, strict=True))

    # Below a year nothing is annualised.
    is_year = all(own.equity[name].cagr is not None for name in names)
    measure, grown = ("cagr", "CAGR") if is_year else ("total_return", "total return")

    def growth(of: Mapping[str, PortfolioNumbers]) -> list[str]:
        return [percent(getattr(of[name], measure)) for name in names]

    words = [_word(runs[name], own.table[name]) for name in names]
    rows = [
        ("In the money of", [own.currency(name) for name in names]),
        *([(HEDGES, words)] if judged_heads(own.table) else []),
        *(
            (own.label(metric), [shown(metric, own.table[n].numbers, INITIAL) for n in names])
            for metric in own.metrics
            if metric.unit not in (Unit.AMOUNT, Unit.COSTS)  # of a start value of 1 in which money
        ),
        ("Own equity", [runs[name].summary.benchmark.ticker for name in names]),
        (f"  {grown}", growth(own.equity)),
        ("  Max drawdown", [percent(own.equity[name].max_drawdown) for name in names]),
        (f"Own cash, {grown}", growth(own.cash)),
    ]
    return rows

"""A comparison: several runs' numbers over their common rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import pandas as pd

from backtests.analysis.comparison import Difference, differences, traded_in
from backtests.analysis.crises import APRIL_2025, all_episodes, episode_table
from backtests.analysis.evidence import Evidence
from backtests.analysis.months import month_ends
from backtests.analysis.numbers import (
    Metric,
    Place,
    Portfolio,
    PortfolioNumbers,
    numbers_of,
    shown_in,
)
from backtests.analysis.record import Verdict
from backtests.analysis.resampling import Estimate
from backtests.engine.config import ConfigTable
from backtests.engine.config_file import STRATEGY
from backtests.engine.money import MoneyTable
from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.currency import CashWords, cash_words
from backtests.report.finished_run import FinishedRun
from backtests.report.text import HEDGES, label_of, shown
from backtests.report.verdict.payoffs import SETS, payoff_text, payoffs_of, placebo_text, short_word

INITIAL = 1.0  # every portfolio starts at 1, so that final values and costs compare


@dataclass(frozen=True)
class Compared:
    """One run in a comparison.

    Attributes
    ----------
    numbers
        Over the common rows.
    verdict
        Of its whole period: None for a run that was cut, or made without.
    """

    numbers: PortfolioNumbers
    verdict: Verdict | None = None

    @property
    def word(self) -> str:
        """The verdict's word; ``-`` without one."""
        return "-" if self.verdict is None else self.verdict.word

    @property
    def evidence(self) -> Evidence | None:
        """What decides the word; None also without a hedge."""
        return None if self.verdict is None else self.verdict.evidence

    @property
    def falls(self) -> tuple[float | None, float | None]:
        """Deepest fall of the run, and of 100 % of its own equity, by its verdict."""
        if self.verdict is None:
            return None, None
        ours, equity = (self.verdict.portfolio(key) for key in ("portfolio", "equity"))
        return ours.max_drawdown, equity.max_drawdown


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several runs' numbers over their common rows.

    Attributes
    ----------
    aligned
        The runs and their rows.
    table
        Numbers and verdict by label.
    differences
        By label, without the first run: what it has more of than the first, with intervals.
    crises
        As :func:`~backtests.analysis.crises.episode_table`, a column a run
        (:func:`fall_columns`).
    equity
        Numbers of the first run's benchmark.
    """

    aligned: AlignedRuns
    table: Mapping[str, Compared]
    differences: Mapping[str, Difference]
    crises: pd.DataFrame
    equity: PortfolioNumbers

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is shown of each run, in order."""
        return shown_in(Place.COMPARISON, *(run.numbers for run in self.table.values()))

    @property
    def money(self) -> MoneyTable | None:
        """What amounts of the first run are counted in; None in dollars."""
        return self.aligned.money

    @property
    def cash(self) -> CashWords:
        """What the first run's cash is called."""
        return cash_words(self.aligned.investor)

    def label(self, metric: Metric) -> str:
        """What a metric is called here."""
        is_unit = self.aligned.has_flows
        return label_of(metric, self.aligned.ppy, INITIAL, self.money, is_unit=is_unit)

    def best(self, metric: Metric) -> list[str]:
        """Labels with the best value of a row; none if no value is better than another."""
        values = {name: getattr(run.numbers, metric.key) for name, run in self.table.items()}
        numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
        if not metric.better or len(numbers) < 2:
            return []
        top = max(metric.better * value for value in numbers.values())
        winners = [name for name, value in numbers.items() if metric.better * value == top]
        return winners if len(winners) < len(numbers) else []

    def without_payoff(self, name: str) -> str:
        """Why a run has no payoff less the first's: its own hedge, else the first's, or months."""
        runs = dict(zip(self.aligned.labels, self.aligned.runs, strict=True))
        for each, is_first in ((runs[name], False), (self.aligned.runs[0], True)):
            if each.verdict is None:
                return "the first is not judged" if is_first else "not judged"
            if not each.verdict.holds_hedge:
                return "the first has no hedge" if is_first else "no hedge"
        return "no months in common"


def compare(aligned: AlignedRuns) -> Comparison:
    """Work out everything that a comparison shows."""
    table = {
        name: compared_run(aligned, name, run, aligned.cash)
        for name, run in zip(aligned.labels, aligned.runs, strict=True)
    }
    columns = fall_columns(aligned.labels)
    levels = aligned.values.set_axis(columns, axis=1).assign(equity=aligned.benchmark)
    april = episode_table(APRIL_2025 if aligned.ppy != 12 else (), levels, None, aligned.ppy)
    crises = pd.concat([all_episodes(levels, None, aligned.ppy), april], ignore_index=True)
    legs = {
        name: own
        for name, run in zip(aligned.labels, aligned.runs, strict=True)
        if (own := _legs(run, aligned.cash_of(run))) is not None
    }
    return Comparison(
        aligned,
        table,
        differences(aligned.values, aligned.cash, legs, _hedging(aligned)),
        crises,
        numbers_of(
            Portfolio(
                values=aligned.benchmark,
                cash=aligned.cash,
                frequency=aligned.ppy,
                turnover=0.0,
                costs_paid=0.0,
                is_year_over=aligned.is_year_over,
            )
        ),
    )


def _legs(run: FinishedRun, cash_of: FinishedRun) -> pd.DataFrame | None:
    """Month-end returns of a run's equity and hedge and of a run's cash; None without a hedge."""
    if run.verdict is None or not run.verdict.holds_hedge:
        return None
    drawn = run.verdict.series
    bills = month_ends(cash_of.values)["cash"].pct_change(fill_method=None)
    legs = pd.DataFrame(
        {"equity": drawn.returns.equity, "hedge": drawn.returns.hedge},
        index=pd.PeriodIndex(drawn.months[1:], freq="M"),
        dtype=float,
    )
    return legs.assign(cash=bills.reindex(legs.index)).dropna()


def _hedging(aligned: AlignedRuns) -> dict[str, str]:
    """Currency by label of the runs that are the first with its hedge's dollars sold, or not sold.

    All of them against none, all else the same, and over cash at home: the one difference whose
    intervals :data:`~backtests.analysis.levels.HEDGING_LEVELS` are worked out for.
    """
    first, *others = aligned.runs
    return {
        name: run.summary.currency
        for name, run in zip(aligned.labels[1:], others, strict=True)
        if {_sold(first), _sold(run)} == {"hedged", "unhedged"}
        and _but_for_that(first) == _but_for_that(run)
    }


def _sold(run: FinishedRun) -> str:
    """How a run holds its hedge's dollars; empty in dollars, and where its cash is dollar bills."""
    ways = None if run.verdict is None else run.verdict.ways
    return "" if ways is None or ways.usd_cash else ways.held


def _but_for_that(run: FinishedRun) -> tuple[ConfigTable, dict[str, str]]:
    """A run's configuration without what is sold of its hedge, and the rule's own file."""
    files = run.manifest.files
    of_rule = {name: files[name] for name in (STRATEGY,) if name in files}
    return replace(run.manifest.config, fx_hedge=None, fx_basis_bp=None), of_rule


# Columns of the table of falls beside those of the runs.
OF_FALLS = ("name", "start", "end", "detected", "equity", "y10_bp")


def fall_columns(labels: Sequence[str]) -> list[str]:
    """The runs' columns in the table of falls: their labels.

    A run that is called as another column there, such as ``equity``, has its number behind.
    """
    columns = list(labels)
    for place, column in enumerate(columns):
        while column in OF_FALLS or column in columns[:place] + columns[place + 1 :]:
            column += f" [{place + 1}]"
        columns[place] = column
    return columns


def compared_run(aligned: AlignedRuns, name: str, run: FinishedRun, cash: pd.Series) -> Compared:
    """A run's numbers over the common rows, and over some cash on them."""
    values, own = aligned.values[name], run.values["strategy"]
    # Turnover and costs come from a run's own rows: orders also lie between month-ends.
    begin = own.index[own.index.searchsorted(values.index[0], side="right") - 1]
    rows = own.loc[begin : values.index[-1]]
    worth = run.wealth.loc[rows.index]
    first_fill = None if aligned.cut else run.first_fill
    turnover, costs = traded_in(run.orders, worth, first_fill, rows)
    portfolio = Portfolio(
        values=values,
        cash=cash,
        frequency=aligned.ppy,
        turnover=turnover,
        costs_paid=costs / float(rows.iloc[0]),
        is_year_over=aligned.is_year_over,
    )
    return Compared(numbers_of(portfolio), None if aligned.cut else run.verdict)


@dataclass(frozen=True)
class ShownDifference:
    """A difference that is shown.

    Attributes
    ----------
    key, name
        Its field, and what it is called.
    scale
        The factor of its values.
    better
        1 where more is better, -1 where less is.
    ends
        What lies between its ends: an interval, or a range of resampled histories, which is no
        confidence interval and so neither noise nor beyond it.
    """

    key: str
    name: str
    scale: float
    better: int
    ends: Literal["interval", "range"] = "interval"


HISTORIES = "in 9 of 10 resampled histories"
RANGES = (
    f"In brackets intervals, and of the deepest fall its range {HISTORIES}, which is none. "
    "Intervals are as wide as docs/coverage.md asks, and left out where the months are too few. "
    "The last line counts only portfolios that stand a joint test of growth and CVaR over all."
)
DIFFERENCES = (
    ShownDifference("cagr_monthly", "CAGR points", 100.0, 1),
    ShownDifference("volatility_monthly", "Volatility points", 100.0, -1),
    ShownDifference("max_drawdown_monthly", "Deepest fall points", 100.0, 1, "range"),
    ShownDifference("cvar_95_monthly", "CVaR 95 points", 100.0, 1),
    ShownDifference("sharpe_monthly", "Sharpe", 1.0, 1),
    ShownDifference("payoff", "Payoff points", 100.0, 1),
)


def metrics_csv(comparison: Comparison) -> pd.DataFrame:
    """The table for other programs: metrics x runs, fractions, with payoffs and differences."""
    columns = {
        name: {"verdict": run.word}
        | {metric.key: getattr(run.numbers, metric.key) for metric in comparison.metrics}
        | payoff_fields(run)
        for name, run in comparison.table.items()
    }
    frame = pd.DataFrame(columns, dtype=object)
    for of in DIFFERENCES:
        for part in ("value", "low", "high"):
            frame.loc[f"{of.key}_less_first_{part}"] = {
                name: getattr(getattr(difference, of.key), part)
                for name, difference in comparison.differences.items()
            }
    frame.index.name = "metric"
    return frame


def payoff_fields(run: Compared) -> dict[str, float | None]:
    """What decides a run's word, with intervals; None where it has no evidence."""
    evidence = run.evidence
    of_sets = dict.fromkeys(SETS) if evidence is None else payoffs_of(evidence)
    fields = {
        f"{key}_{part}": None if payoff is None else getattr(payoff.estimate, part)
        for key, payoff in of_sets.items()
        for part in ("value", "low", "high")
    }
    return {**fields, "placebo_share": None if evidence is None else evidence.placebo_share}


def console_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """The table of metrics as text, best values marked with a star."""
    words = [f"{short_word(run.word, comparison.cash)}  " for run in comparison.table.values()]
    rows = [(HEDGES, words)]
    for metric in comparison.metrics:
        best: Sequence[str] = comparison.best(metric)
        cells = [
            shown(metric, run.numbers, INITIAL, comparison.money) + (" *" if name in best else "  ")
            for name, run in comparison.table.items()
        ]
        rows.append((comparison.label(metric), cells))
    return rows


def payoff_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """What decides the words, as text; nothing where no run has evidence."""
    evidence = [run.evidence for run in comparison.table.values()]
    if not any(evidence):
        return []

    def texts(show: Callable[[Evidence], str]) -> list[str]:
        return ["-  " if each is None else f"{show(each)}  " for each in evidence]

    def payoff(key: str, of: Evidence) -> str:
        return payoff_text(payoffs_of(of)[key].estimate)

    placebo = [
        "-  " if run.evidence is None else f"{placebo_text(run.word, run.evidence)}  "
        for run in comparison.table.values()
    ]
    return [
        *(
            (f"  payoff, {name.removesuffix(' correlation')}", texts(partial(payoff, key)))
            for key, name in SETS.items()
        ),
        ("  placebo share", placebo),
    ]


def difference_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Differences to the first run as text, with their intervals."""

    def text(estimate: Estimate, scale: float) -> str:
        if estimate.value is None:
            return "-"
        value = f"{scale * estimate.value:+.2f}"
        if estimate.low is None or estimate.high is None:
            return value
        return f"{value} ({scale * estimate.low:+.2f} to {scale * estimate.high:+.2f})"

    return [
        (
            f"{of.name} less the first, month-ends ({of.ends})",
            [
                "",
                *(text(getattr(run, of.key), of.scale) for run in comparison.differences.values()),
            ],
        )
        for of in DIFFERENCES
    ]

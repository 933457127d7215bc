"""The numbers of one portfolio, declared once: what each is, its unit, and where it is shown.

Screen, pages, lab, comparison, search and JSON read this list. To add a metric, write a function
of a :class:`Portfolio` and one field of :class:`PortfolioNumbers`.

Annotations hold functions here, hence no ``from __future__ import annotations``.
"""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated

import pandas as pd

from backtests.analysis import metrics
from backtests.analysis.metrics import Array, Drawdown
from backtests.analysis.months import cvar, month_end_rows, under_water
from backtests.analysis.reuse import Answers, key_of
from data.errors import DataError
from data.records import annotations_of, fields_of

Number = float | int | str | None


class Unit(StrEnum):
    """The unit of a number, which decides how it is written."""

    PERCENT = "percent"  # a fraction, shown as percent
    RATIO = "ratio"
    AMOUNT = "amount"  # currency
    COSTS = "costs"  # currency; with more digits where a portfolio starts at 1
    DAYS = "days"  # a count of calendar days
    DATE = "date"  # YYYY-MM-DD
    RECOVERY = "recovery"  # a date, or that it is still to come


class Place(StrEnum):
    """Where a metric can be shown."""

    SCREEN = "screen"  # the table that a run prints, and the lab's
    COMPARISON = "comparison"  # screen, page and metrics.csv
    VERDICT = "verdict"  # the table of portfolios on the verdict's page
    INDEX = "index"
    SEARCH = "search"  # among the metrics that the sweep computes
    TILE = "tile"  # large, at the top of the lab


@dataclass(frozen=True)
class PortfolioMoney:
    """What a portfolio with cash flows took, gave and came to, in currency.

    Attributes
    ----------
    paid_in
        The value at the start and all payments.
    taken_out
        All payouts, above 0; of a share of the value they are the portfolio's own.
    final_wealth
        Its value on the last session.
    real_final_wealth, nominal_final_wealth
        The same in the purchasing power of the base date and in money of the day, of which one is
        ``final_wealth``; real ones are None where consumer prices are not known on both days.
    money_weighted
        The rate a year, a fraction, at which all that is paid in grows to all that is taken out
        and to what is left; None where there is no such rate, and under 360 days.
    ruined
        The session on which a payout took all there was, ``YYYY-MM-DD``; None if none did.
    """

    paid_in: float
    taken_out: float
    final_wealth: float
    real_final_wealth: float | None
    nominal_final_wealth: float
    money_weighted: float | None
    ruined: str | None


@dataclass(frozen=True, eq=False)
class Portfolio:
    """What the numbers of a portfolio are computed from.

    Attributes
    ----------
    values
        Value at each session, two rows or more.
    cash
        Total-return index of bills on the same rows.
    frequency
        252 for daily rows, 12 for monthly ones.
    turnover
        One-way over all rows, a fraction of value, without the first purchase.
    costs_paid
        Fees and slippage, in currency.
    months_from
        The session from which month-end returns count; None for the first.
    is_year_over
        Whether the year of the last row ends with it; None where no calendar is known.
    """

    values: pd.Series
    cash: pd.Series
    frequency: int
    turnover: float
    costs_paid: float
    months_from: pd.Timestamp | None = None
    is_year_over: bool | None = None

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """The rows."""
        return pd.DatetimeIndex(self.values.index)

    @cached_property
    def ppy(self) -> float:
        """Rows per year."""
        return metrics.rows_per_year(self.dates, self.frequency)

    @cached_property
    def returns(self) -> Array:
        """Simple returns, row by row."""
        return _changes(self.values.to_numpy(float))

    @cached_property
    def bills(self) -> Array:
        """Returns of bills on the same rows."""
        return _changes(self.cash.to_numpy(float))

    @cached_property
    def is_annual(self) -> bool:
        """Whether a figure a year says something."""
        return metrics.is_annual(self.dates)

    @cached_property
    def total(self) -> float:
        """Return over all rows, a fraction."""
        return float(self.values.iloc[-1] / self.values.iloc[0] - 1.0)

    @cached_property
    def growth(self) -> float:
        """Compound growth a year, a fraction."""
        return metrics.cagr(self.values.to_numpy(float), self.ppy)

    @cached_property
    def deepest(self) -> Drawdown | None:
        """The deepest fall; None where there is none."""
        return metrics.deepest_drawdown(self.values)

    @cached_property
    def depth(self) -> float:
        """The deepest fall, 0 or negative."""
        return self.deepest.depth if self.deepest else 0.0

    @cached_property
    def months(self) -> Array:
        """Month-end returns from ``months_from`` on."""
        counted = self.values.loc[self.months_from :]
        rows = month_end_rows(pd.DatetimeIndex(counted.index))
        return _changes(counted.to_numpy(float)[rows])

    @cached_property
    def years(self) -> pd.Series:
        """Returns of the complete calendar years."""
        return metrics.year_returns(self.values, is_over=self.is_year_over)

    @cached_property
    def water(self) -> tuple[int, float]:
        """Longest time under water in days, and the share of rows spent there."""
        return under_water(self.values)


@dataclass(frozen=True)
class Metric:
    """One metric: its label, its unit, which direction is better, where it is shown.

    ``label`` may hold ``{rows}`` (daily, monthly), ``{initial}`` (value at the start) and
    ``{cash}`` (what cash is called);
    ``better`` is 1 where more is better, -1 where less is, 0 where neither. ``of`` computes it;
    a number that is not finite counts as missing. ``per_row`` says that it depends on whether the
    rows are days or months, ``is_annual`` that it is a figure a year: less than a year has none.
    """

    label: str
    unit: Unit
    better: int
    places: tuple[Place, ...]
    of: Callable[[Portfolio], Number]
    per_row: bool = False
    is_annual: bool = False
    key: str = ""
    may_be_none: bool = False

    @property
    def is_of_one_kind(self) -> bool:
        """Whether only portfolios with equal rows a year and equal starting values compare."""
        return self.per_row or self.unit in (Unit.AMOUNT, Unit.COSTS)


SCREEN, COMPARISON, VERDICT = Place.SCREEN, Place.COMPARISON, Place.VERDICT
INDEX, SEARCH, TILE = Place.INDEX, Place.SEARCH, Place.TILE
EVERYWHERE = (SCREEN, COMPARISON, VERDICT, INDEX, SEARCH, TILE)


@dataclass(frozen=True)
class PortfolioNumbers:
    """The numbers of one portfolio after costs; fractions, not percent; None where there is none.

    The order is the one in which they are shown. Definitions: ``analysis/metrics.py`` on the
    portfolio's own rows, ``analysis/months.py`` for what is called month-end. CVaR 95 is the
    average loss in the worst 5 % of rows (``cvar_95``) or of months (``cvar_95_monthly``), negative
    for a loss; under water means below an earlier high.
    """

    cagr: Annotated[
        float | None,
        Metric("CAGR", Unit.PERCENT, 1, EVERYWHERE, lambda p: p.growth, is_annual=True),
    ]
    total_return: Annotated[
        float,
        Metric(
            "Total return", Unit.PERCENT, 1, (SCREEN, COMPARISON, VERDICT, TILE), lambda p: p.total
        ),
    ]
    volatility: Annotated[
        float | None,
        Metric(
            "Volatility", Unit.PERCENT, -1, (SCREEN, COMPARISON, INDEX, SEARCH, TILE),
            lambda p: metrics.volatility(p.returns, p.ppy), is_annual=True,
        ),
    ]  # fmt: skip
    volatility_monthly: Annotated[
        float | None,
        Metric(
            "Volatility, month-ends", Unit.PERCENT, -1, (VERDICT,),
            lambda p: metrics.volatility(p.months, 12) if len(p.months) > 1 else None,
            is_annual=True,
        ),
    ]  # fmt: skip
    sharpe: Annotated[
        float | None,
        Metric(
            "Sharpe (over {cash})", Unit.RATIO, 1, EVERYWHERE,
            lambda p: metrics.sharpe(p.returns, p.bills, p.ppy), is_annual=True,
        ),
    ]  # fmt: skip
    sortino: Annotated[
        float | None,
        Metric(
            "Sortino (over {cash})", Unit.RATIO, 1, (SCREEN, COMPARISON, SEARCH),
            lambda p: metrics.sortino(p.returns, p.bills, p.ppy), is_annual=True,
        ),
    ]  # fmt: skip
    max_drawdown: Annotated[
        float, Metric("Max drawdown", Unit.PERCENT, 1, EVERYWHERE, lambda p: p.depth)
    ]
    max_drawdown_start: Annotated[
        str | None,
        Metric(
            "  from", Unit.DATE, 0, (SCREEN, COMPARISON),
            lambda p: _date(p.deepest.start if p.deepest else None),
        ),
    ]  # fmt: skip
    max_drawdown_end: Annotated[
        str | None,
        Metric(
            "  to", Unit.DATE, 0, (SCREEN, COMPARISON),
            lambda p: _date(p.deepest.end if p.deepest else None),
        ),
    ]  # fmt: skip
    max_drawdown_recovered: Annotated[
        str | None,
        Metric(
            "  recovered", Unit.RECOVERY, 0, (SCREEN,),
            lambda p: _date(p.deepest.recovered if p.deepest else None),
        ),
    ]  # fmt: skip
    days_under_water: Annotated[
        int,
        Metric(
            "Longest under water, days", Unit.DAYS, -1, (COMPARISON, VERDICT),
            lambda p: p.water[0],
        ),
    ]  # fmt: skip
    share_under_water: Annotated[
        float, Metric("Time under water", Unit.PERCENT, -1, (), lambda p: p.water[1])
    ]
    calmar: Annotated[
        float | None,
        Metric(
            "Calmar", Unit.RATIO, 1, (SCREEN, COMPARISON, SEARCH),
            lambda p: metrics.ratio(p.growth, -p.depth), is_annual=True,
        ),
    ]  # fmt: skip
    best_year: Annotated[
        float | None,
        Metric(
            "Best year", Unit.PERCENT, 1, (SCREEN, COMPARISON),
            lambda p: float(p.years.max()) if len(p.years) else None,
        ),
    ]  # fmt: skip
    worst_year: Annotated[
        float | None,
        Metric(
            "Worst year", Unit.PERCENT, 1, (SCREEN, COMPARISON, SEARCH),
            lambda p: float(p.years.min()) if len(p.years) else None,
        ),
    ]  # fmt: skip
    cvar_95: Annotated[
        float,
        Metric(
            "CVaR 95, {rows}", Unit.PERCENT, 1, (SCREEN, COMPARISON),
            lambda p: metrics.conditional_var(p.returns), per_row=True,
        ),
    ]  # fmt: skip
    cvar_95_monthly: Annotated[
        float | None,
        Metric(
            "CVaR 95, month-ends", Unit.PERCENT, 1, (COMPARISON, VERDICT),
            lambda p: float(cvar(p.months)) if len(p.months) else None,
        ),
    ]  # fmt: skip
    turnover_per_year: Annotated[
        float | None,
        Metric(
            "Turnover a year", Unit.PERCENT, -1, (SCREEN, COMPARISON, VERDICT, INDEX, SEARCH),
            lambda p: p.turnover * p.ppy / (len(p.values) - 1), is_annual=True,
        ),
    ]  # fmt: skip
    costs_paid: Annotated[
        float,
        Metric("Costs paid", Unit.COSTS, -1, (SCREEN, COMPARISON, VERDICT), lambda p: p.costs_paid),
    ]
    final_value: Annotated[
        float,
        Metric(
            "Final value of {initial}", Unit.AMOUNT, 1, (SCREEN, COMPARISON, INDEX),
            lambda p: float(p.values.iloc[-1]),
        ),
    ]  # fmt: skip


def declared(kind: type[PortfolioNumbers] = PortfolioNumbers) -> tuple[Metric, ...]:
    """Every metric of a record of numbers, in order."""
    if kind not in _DECLARED:
        _DECLARED[kind] = tuple(
            dataclasses.replace(part, key=name, may_be_none=may_be_none)
            for name, parts, may_be_none in annotations_of(kind)
            for part in parts
            if isinstance(part, Metric)
        )
    return _DECLARED[kind]


# Read from the annotations once a class, since every portfolio asks for them.
_DECLARED: dict[type, tuple[Metric, ...]] = {}


def shown_in(place: Place, *portfolios: PortfolioNumbers) -> tuple[Metric, ...]:
    """The metrics that a place shows of some portfolios, in order; without any, of whole years.

    The total return stands where all of them span less than a year, in place of every figure a
    year.
    """
    kind = type(portfolios[0]) if portfolios else PortfolioNumbers
    is_short = bool(portfolios) and all(numbers.cagr is None for numbers in portfolios)
    return tuple(
        metric
        for metric in declared(kind)
        if place in metric.places
        and not (metric.is_annual if is_short else metric.key == "total_return")
    )


def numbers_of(
    portfolio: Portfolio, kind: type[PortfolioNumbers] = PortfolioNumbers
) -> PortfolioNumbers:
    """Compute every declared number of a portfolio.

    Over less than a year (``metrics.is_annual``) figures a year are None.

    Raises
    ------
    DataError
        If a number that every portfolio has is not finite.
    """

    def numbers() -> PortfolioNumbers:
        values = {metric.key: _number(metric, portfolio) for metric in declared(kind)}
        return kind(**values)  # type: ignore[arg-type]  # each function is declared beside its type

    # A verdict asks again for the run, and for equity, which the benchmark often is.
    return _LATEST.get((kind, key_of(tuple(fields_of(portfolio).values()))), numbers)


_LATEST: Answers[PortfolioNumbers] = Answers(16)


def _number(metric: Metric, portfolio: Portfolio) -> Number:
    if metric.is_annual and not portfolio.is_annual:
        return None
    number = metric.of(portfolio)
    if not isinstance(number, float) or math.isfinite(number):
        return number
    if metric.may_be_none:
        return None
    days = portfolio.values.index
    name = metric.label.partition(" (")[0].partition(", {")[0]
    raise DataError(
        f"{name} over {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d} is not a finite number; "
        "give a longer period or check the prices"
    )


def _changes(levels: Array) -> Array:
    """Simple returns from row to row."""
    return levels[1:] / levels[:-1] - 1.0


def _date(day: pd.Timestamp | None) -> str | None:
    return None if day is None else f"{day:%Y-%m-%d}"

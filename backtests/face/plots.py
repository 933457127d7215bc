"""The charts of the pages as plotly figures, by name."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtests.analysis.record import Verdict
from backtests.engine.run import Run
from backtests.engine.tuned import Tuned
from backtests.face.door import door
from backtests.report.comparison import charts as comparison_charts
from backtests.report.comparison.table import Comparison
from backtests.report.figures import Figure
from backtests.report.holdings import allocation_of
from backtests.report.notebook import growth_chart
from backtests.report.plotting import plotly_figure
from backtests.report.tuning import charts as tuning_charts
from backtests.report.verdict import charts as verdict_charts
from data.errors import UsageError

if TYPE_CHECKING:
    import plotly.graph_objects as go


def _named(figures: Iterable[Figure], name: str, why: str) -> Figure:
    """Choose a figure by its name.

    Raises
    ------
    UsageError
        If it is not there or empty, saying why.
    """
    for figure in figures:
        if figure.name == name and not figure.is_empty:
            return figure
    raise UsageError(f"there is nothing to draw, since {why}; draw another chart, or run longer")


class _Plots:
    """What all charts share: the arguments of each are checked by ``door``."""

    def __init_subclass__(cls) -> None:
        """Decorate every chart with ``door``."""
        super().__init_subclass__()
        for name, chart in list(vars(cls).items()):
            if inspect.isfunction(chart) and not name.startswith("_"):
                setattr(cls, name, door(chart))

    def __repr__(self) -> str:
        names = [name for name in vars(type(self)) if not name.startswith("_")]
        return f"<charts: {', '.join(f'{name}()' for name in names)}>"


@dataclass(frozen=True, eq=False, repr=False)
class RunPlots(_Plots):
    """Charts of a run. Each takes ``dark=True`` for a dark background."""

    _run: Run

    def growth(self, *, dark: bool = False) -> go.Figure:
        """Growth of 1: the portfolio and its references, month-ends, logarithmic."""
        return plotly_figure(growth_chart(self._run), dark=dark)

    def weights(self, *, dark: bool = False) -> go.Figure:
        """What the portfolio held at month-ends."""
        return plotly_figure(allocation_of(self._run), dark=dark)

    def drawdown(self, *, dark: bool = False) -> go.Figure:
        """Loss from the highest value so far, on the run's own rows."""
        return self._of_verdict("falls", "too few months", dark=dark)

    def months(self, *, dark: bool = False) -> go.Figure:
        """Each month's return of the hedge against that of equity."""
        return self._of_verdict("months", "no month holds both equity and Treasuries", dark=dark)

    def correlation(self, *, dark: bool = False) -> go.Figure:
        """Correlation of equity and hedge over the 36 months before."""
        why = "a correlation takes 36 months with equity and Treasuries"
        return self._of_verdict("correlation", why, dark=dark)

    def entries(self, *, dark: bool = False) -> go.Figure:
        """Return a year of holding for three years, by the month of entry."""
        return self._of_verdict("entries", "the run is shorter than three years", dark=dark)

    def holding_periods(self, *, dark: bool = False) -> go.Figure:
        """Map of returns a year, by the year of entry and the years held."""
        return self._of_verdict("map", "the run has no whole calendar year", dark=dark)

    def episodes(self, *, dark: bool = False) -> go.Figure:
        """What equity, the hedge and bills earned in each fall of equity."""
        chart = verdict_charts.episodes_chart(self._judged())
        return plotly_figure(
            _named([chart], chart.name, "equity did not fall by 15 % within the run"), dark=dark
        )

    def _judged(self) -> Verdict:
        if self._run.verdict is None:
            raise UsageError(
                f"this chart is of the verdict, and this run of {self._run.config.strategy} has "
                "none, as asked for; leave out no_verdict=True"
            )
        return self._run.verdict

    def _of_verdict(self, name: str, why: str, *, dark: bool) -> go.Figure:
        charts = verdict_charts.figures(self._judged())
        return plotly_figure(_named(charts, name, why), dark=dark)


@dataclass(frozen=True, eq=False, repr=False)
class ComparisonPlots(_Plots):
    """Charts of a comparison. Each takes ``dark=True`` for a dark background."""

    _record: Comparison

    def growth(self, *, dark: bool = False) -> go.Figure:
        """Growth of 1 of every portfolio, month-ends, logarithmic."""
        return self._chart("growth", dark=dark)

    def drawdown(self, *, dark: bool = False) -> go.Figure:
        """Loss from the highest month-end so far."""
        return self._chart("falls", dark=dark)

    def rolling(self, *, dark: bool = False) -> go.Figure:
        """Return a year over the 36 months before."""
        return self._chart("rolling", "the runs share less than three years", dark=dark)

    def correlation(self, *, dark: bool = False) -> go.Figure:
        """Correlation of each portfolio's equity with its Treasuries over the 36 months before."""
        why = "no run has a verdict and Treasuries for three years"
        return self._chart("correlation", why, dark=dark)

    def years(self, *, dark: bool = False) -> go.Figure:
        """Returns of the whole calendar years."""
        return self._chart("years", "the runs share no whole calendar year", dark=dark)

    def weights(self, *, dark: bool = False) -> go.Figure:
        """What each portfolio held at month-ends, chosen from a list."""
        return self._chart("allocation", dark=dark)

    def _chart(self, name: str, why: str = "too few months", *, dark: bool) -> go.Figure:
        charts = [
            *comparison_charts.figures(self._record),
            comparison_charts.years_chart(self._record.aligned),
        ]
        return plotly_figure(_named(charts, name, why), dark=dark)


@dataclass(frozen=True, eq=False, repr=False)
class SearchPlots(_Plots):
    """Charts of a search. Each takes ``dark=True`` for a dark background."""

    _tuned: Tuned

    def frontier(self, *, dark: bool = False) -> go.Figure:
        """Every candidate by risk and growth; the choice, default and equity are marked."""
        return self._chart("frontier", dark=dark)

    def map(self, *, dark: bool = False) -> go.Figure:
        """The maximised metric over the searched values; the widest good region is outlined."""
        return self._chart("map", dark=dark)

    def walk_forward(self, *, dark: bool = False) -> go.Figure:
        """What choosing again each year would have earned, and what never choosing."""
        return self._chart("walk", "the history is too short for a walk-forward", dark=dark)

    def _chart(self, name: str, why: str = "too few candidates", *, dark: bool) -> go.Figure:
        charts = tuning_charts.figures(self._tuned)
        return plotly_figure(_named(charts, name, why), dark=dark)

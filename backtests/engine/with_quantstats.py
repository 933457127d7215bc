"""quantstats: its charts and rows for the tear sheet, and its numbers to check ours against.

Its functions are called singly, so that one that fails on a series takes nothing else with it, and
their figures are mended before they are written. It draws with matplotlib, whose settings belong to
the whole process, and sets its own theme when it is loaded. The process is the user's: whatever is
set here for a moment is restored, by a single thread at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import math
import runpy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from backtests.analysis.cross_check import Headline
from backtests.analysis.metrics import month_returns, returns_of
from backtests.engine import drawing
from backtests.engine.apart import later, may_be_apart
from backtests.engine.process import loading, put_back, quietly, set_for_now
from data.records import fields_of

STRATEGY, BENCHMARK = "strategy", "benchmark"
BINS = 20  # of its histogram
Failure = (ValueError, IndexError, KeyError, TypeError, AttributeError, ZeroDivisionError)


@dataclass(frozen=True, eq=False)
class Levels:
    """The values that it draws and counts, all on the same sessions.

    Attributes
    ----------
    nav, benchmark, cash
        The strategy, its benchmark, and Treasury bills.
    ppy
        Rows per year.
    window
        Rows that each point of a rolling figure looks back on.
    """

    nav: pd.Series
    benchmark: pd.Series
    cash: pd.Series
    ppy: float
    window: int

    @cached_property
    def strategy_returns(self) -> pd.Series:
        """Of each row but the first."""
        return returns_of(self.nav).rename(STRATEGY)

    @cached_property
    def benchmark_returns(self) -> pd.Series:
        """Of each row but the first."""
        return returns_of(self.benchmark).rename(BENCHMARK)

    def over_bills(self, returns: pd.Series) -> pd.Series:
        """Returns less those of bills."""
        return (returns - returns_of(self.cash)).rename(returns.name)

    def from_the_base(self, returns: pd.Series) -> pd.Series:
        """Returns with one of zero on the first row, where the money was put in."""
        base = pd.Series([0.0], self.nav.index[:1])
        return pd.concat([base, returns]).rename(returns.name)


@dataclass(frozen=True)
class Drawn:
    """What quantstats made of two series.

    Attributes
    ----------
    charts
        SVG by chart.
    rows
        Strategy and benchmark by quantstats' own row name; fractions where it shows percent, None
        where it has no number.
    failures
        Why it could not draw a chart or count a row, by its name.
    """

    charts: Mapping[str, str]
    rows: Mapping[str, tuple[float | None, float | None]]
    failures: Mapping[str, str]


def begin_drawing(
    levels: Levels, charts: Sequence[str], colours: Mapping[str, str]
) -> Callable[[], Drawn]:
    """Have quantstats draw and count, in a process apart if there is one, without waiting.

    Parameters
    ----------
    levels
        What of.
    charts
        Which of :data:`CHARTS`.
    colours
        What the SVG names for each of ``drawing.ROLES``.

    Returns
    -------
    callable
        Waits for what was drawn and counted.
    """
    parts = fields_of(levels)
    begun = {name: later(chart, name, colours, **parts) for name in charts}
    counted = later(rows, **parts)

    def drawn() -> Drawn:
        answers = {name: answer() for name, answer in begun.items()}
        values, uncounted = counted()
        undrawn = {name: reason for name, (_, reason) in answers.items() if reason}
        svgs = {name: svg for name, (svg, reason) in answers.items() if not reason}
        return Drawn(svgs, values, {**undrawn, **uncounted})

    return drawn


def draw(levels: Levels, charts: Sequence[str], colours: Mapping[str, str]) -> Drawn:
    """Have quantstats draw and count; as for :func:`begin_drawing`."""
    return begin_drawing(levels, charts, colours)()


@may_be_apart
def chart(name: str, colours: Mapping[str, str], **parts: Any) -> tuple[str, str]:
    """One of :data:`CHARTS` of these parts of :class:`Levels`: its SVG, or why there is none."""
    levels = Levels(**parts)
    with _drawing():
        try:
            with _no_figure_left():
                figure = CHARTS[name](_quantstats().plots, levels)
                return drawing.svg_of(figure, colours), ""
        except Failure as error:
            return "", f"{type(error).__name__}: {error}"


@may_be_apart
def rows(
    **parts: Any,
) -> tuple[dict[str, tuple[float | None, float | None]], dict[str, str]]:
    """Each of :data:`ROWS` of these parts of :class:`Levels`, and why some have no number."""
    levels = Levels(**parts)
    values: dict[str, tuple[float | None, float | None]] = {}
    failures: dict[str, str] = {}
    with quietly():
        for name, count in ROWS.items():
            try:
                values[name] = _both(name, count, levels)
            except Failure as error:
                failures[name] = f"{type(error).__name__}: {error}"
    return values, failures


# Charts

# What all of quantstats' charts are asked for: the figure alone, with no words of its own.
UNADORNED: Mapping[str, bool | str] = {"show": False, "subtitle": False, "ylabel": ""}


def _require_returns(*series: pd.Series) -> None:
    """Refuse what quantstats takes for prices: gains without a loss, one of them above 100 %."""
    for returns in series:
        if returns.min() >= 0.0 and returns.max() > 1.0:
            raise ValueError(f"quantstats takes the returns of the {returns.name} for prices")


def _growth(plots: Any, levels: Levels) -> Any:
    """Wealth on a logarithmic axis; quantstats draws the gain on an even one."""
    both = [
        levels.from_the_base(each) for each in (levels.strategy_returns, levels.benchmark_returns)
    ]
    _require_returns(*both)
    figure = plots.returns(*both, prepare_returns=False, **UNADORNED)
    lines = [drawing.line_named(figure, name) for name in (STRATEGY, BENCHMARK)]
    for line in lines:
        drawing.set_values(line, 1.0 + _heights(line))
    axes = drawing.bare_axes(figure, lines)
    axes.set_yscale("log")
    return _over_time(axes, levels, lines, drawing.growth_axis)


def _drawdown(plots: Any, levels: Levels) -> Any:
    """Both drawdowns; quantstats draws the strategy's alone, and a line at its mean."""
    strategy, benchmark = (
        levels.from_the_base(each) for each in (levels.strategy_returns, levels.benchmark_returns)
    )
    _require_returns(strategy, benchmark)
    figure = plots.drawdown(strategy, **UNADORNED)
    (axes,) = figure.axes
    fall = _quantstats().stats.to_drawdown_series(benchmark)
    lines = [drawing.line_named(figure, STRATEGY), *axes.plot(fall, label=BENCHMARK)]
    return _over_time(
        drawing.bare_axes(figure, lines),
        levels,
        lines,
        lambda values: drawing.even_axis(values, "percent", from_zero=True),
    )


def _volatility(plots: Any, levels: Levels) -> Any:
    figure = plots.rolling_volatility(
        levels.strategy_returns,
        levels.benchmark_returns,
        period=levels.window,
        periods_per_year=levels.ppy,
        **UNADORNED,
    )
    return _both_over_time(
        figure, levels, lambda values: drawing.even_axis(values, "percent", from_zero=True)
    )


def _sharpe(plots: Any, levels: Levels) -> Any:
    """Of the returns over bills, row by row; quantstats knows a fixed rate alone."""
    figure = plots.rolling_sharpe(
        levels.over_bills(levels.strategy_returns),
        levels.over_bills(levels.benchmark_returns),
        period=levels.window,
        periods_per_year=levels.ppy,
        **UNADORNED,
    )
    return _both_over_time(figure, levels, lambda values: drawing.even_axis(values, "number"))


def _beta(plots: Any, levels: Levels) -> Any:
    """From the first full window on; quantstats draws zero before it."""
    figure = plots.rolling_beta(
        levels.strategy_returns,
        levels.benchmark_returns,
        window1=levels.window,
        window1_label=STRATEGY,
        window2=None,
        prepare_returns=False,
        **UNADORNED,
    )
    line = drawing.line_named(figure, STRATEGY)
    moved = levels.benchmark_returns.rolling(levels.window).std().to_numpy() > 0.0
    drawing.set_values(line, np.where(moved, _heights(line), np.nan))
    return _over_time(
        drawing.bare_axes(figure, [line]),
        levels,
        [line],
        lambda values: drawing.even_axis(values, "number", from_zero=True),
    )


def _months(plots: Any, levels: Levels) -> Any:
    """How many months had which return; quantstats shows a density, which is no number of months.

    Its smooth curves are left out: they show nothing that the months do not.
    """
    both = [month_returns(values) for values in (levels.nav, levels.benchmark)]
    stamped = [
        months.set_axis(pd.PeriodIndex(months.index).to_timestamp("M")).rename(name)
        for months, name in zip(both, (STRATEGY, BENCHMARK), strict=True)
    ]
    figure = plots.histogram(*stamped, prepare_returns=False, **UNADORNED)
    (axes,) = figure.axes
    theirs, ours = _quantstats()._plotting.core._get_colors(False)[0][:2]
    bars, others = (_bars(axes, colour) for colour in (ours, theirs))
    edges = np.array([*(bar.get_x() for bar in bars), bars[-1].get_x() + bars[-1].get_width()])
    every = len(stamped[0]) + len(stamped[1])
    heights = [
        np.array([bar.get_height() * bar.get_width() * every for bar in each])
        for each in (bars, others)
    ]
    counts = [np.rint(each) for each in heights]
    if not all(np.allclose(*pair, atol=1e-6) for pair in zip(heights, counts, strict=True)):
        raise ValueError("the bars count no months")
    for bar, count in zip(bars, counts[0], strict=True):
        bar.set(height=count, linewidth=1.0, alpha=None, edgecolor=drawing.ink(STRATEGY),
                facecolor=(*drawing.ink(STRATEGY), 0.18))  # fmt: skip
    outline = axes.plot(
        np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(counts[1], 2), [0.0]])
    )
    styled = [drawing.styled(line, BENCHMARK) for line in outline]
    drawing.set_axes(
        drawing.bare_axes(figure, [*bars, *styled]),
        drawing.across_axis(edges[0], edges[-1]),
        drawing.even_axis(np.concatenate(counts), "count", from_zero=True),
    )
    return figure


def _bars(axes: Any, colour: str) -> list[Any]:
    """The bars of a histogram of that colour, from left to right."""
    from matplotlib.colors import same_color

    bars = [bar for bar in axes.patches if same_color(bar.get_facecolor()[:3], colour)]
    if len(bars) != BINS:
        raise ValueError(f"{len(bars)} bars")
    return sorted(bars, key=lambda bar: bar.get_x())


def _both_over_time(
    figure: Any,
    levels: Levels,
    axis: Callable[[drawing.Places], tuple[float, float, drawing.Ladder]],
) -> Any:
    lines = [drawing.line_named(figure, name) for name in (STRATEGY, BENCHMARK)]
    return _over_time(drawing.bare_axes(figure, lines), levels, lines, axis)


def _over_time(
    axes: Any,
    levels: Levels,
    lines: Sequence[Any],
    axis: Callable[[drawing.Places], tuple[float, float, drawing.Ladder]],
) -> Any:
    """Style lines over the run's time, the strategy's first, and return their figure."""
    for line, role in zip(lines, (STRATEGY, BENCHMARK), strict=False):
        drawing.set_values(drawing.styled(line, role), _heights(line))
    heights = np.concatenate([_heights(line) for line in lines])
    sessions = levels.nav.index
    drawing.set_axes(axes, drawing.time_axis(sessions[0], sessions[-1]), axis(heights))
    return axes.figure


def _heights(line: Any) -> drawing.Places:
    return np.asarray(line.get_ydata(), dtype=float)


CHARTS: Mapping[str, Callable[[Any, Levels], Any]] = {
    "growth": _growth,
    "drawdown": _drawdown,
    "months": _months,
    "volatility": _volatility,
    "sharpe": _sharpe,
    "beta": _beta,
}


# Rows: as ``quantstats.reports.metrics`` asks for them, without the fifty that nobody shows.


Count = Callable[[Any, pd.Series, Levels], Any]


def _since(letter: str) -> Count:
    """Return since the month (``M``) or the year (``Y``) of the last row began."""

    def count(stats: Any, returns: pd.Series, _: Levels) -> Any:
        periods = pd.DatetimeIndex(returns.index).to_period(letter)
        return stats.comp(returns[periods == periods[-1]])

    return count


ROWS: Mapping[str, Count] = {
    "Cumulative Return": lambda stats, returns, _: stats.comp(returns),
    "CAGR﹪": lambda stats, returns, levels: stats.cagr(returns, periods=levels.ppy),
    "MTD": _since("M"),
    "YTD": _since("Y"),
    "Volatility (ann.)": lambda stats, returns, levels: stats.volatility(
        returns, levels.ppy, prepare_returns=False
    ),
    "Skew": lambda stats, returns, _: stats.skew(returns, prepare_returns=False),
    "Kurtosis": lambda stats, returns, _: stats.kurtosis(returns, prepare_returns=False),
    "Best Day": lambda stats, returns, _: stats.best(returns, prepare_returns=False),
    "Worst Day": lambda stats, returns, _: stats.worst(returns, prepare_returns=False),
    "Best Month": lambda stats, returns, _: stats.best(returns, "ME", prepare_returns=False),
    "Worst Month": lambda stats, returns, _: stats.worst(returns, "ME", prepare_returns=False),
    "Win Days": lambda stats, returns, _: stats.win_rate(returns, prepare_returns=False),
    "Win Month": lambda stats, returns, _: stats.win_rate(returns, "ME", prepare_returns=False),
    "Beta": lambda stats, returns, levels: stats.greeks(
        returns, levels.benchmark_returns, levels.ppy, prepare_returns=False
    )["beta"],
    "Correlation": lambda _, returns, levels: levels.benchmark_returns.corr(returns),
}
OF_THE_STRATEGY = ("Beta", "Correlation")  # the benchmark has none with itself


def _both(name: str, count: Count, levels: Levels) -> tuple[float | None, float | None]:
    stats = _quantstats().stats
    strategy = _finite(count(stats, levels.strategy_returns, levels))
    if name in OF_THE_STRATEGY:
        return strategy, None
    return strategy, _finite(count(stats, levels.benchmark_returns, levels))


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


@may_be_apart
def quantstats_metrics(nav: pd.Series, cash: pd.Series, ppy: float) -> Headline:
    """Headline numbers by quantstats, to check ours against.

    Parameters
    ----------
    nav, cash
        Levels on the same rows. quantstats takes a single yearly rate: that of the mean bill.
    ppy
        Rows per year.
    """
    returns = returns_of(nav)
    bill = float(returns_of(cash).mean())
    rate = (1.0 + bill) ** ppy - 1.0
    theirs = _quantstats().stats
    with quietly():
        return Headline(
            total_return=float(theirs.comp(returns)),
            cagr=float(theirs.cagr(returns, periods=ppy)),
            volatility=float(theirs.volatility(returns, periods=ppy)),
            sharpe=float(theirs.sharpe(returns, rf=rate, periods=ppy)),
            sortino=float(theirs.sortino(returns, rf=rate, periods=ppy)),
            max_drawdown=float(theirs.max_drawdown(returns)),
            calmar=float(theirs.calmar(returns, periods=ppy)),
            cvar_95=float(theirs.cvar(returns)),
        )


@cache
def _quantstats() -> Any:
    """Load quantstats, and leave the process as it was."""
    with loading():
        import quantstats
    return quantstats


@contextlib.contextmanager
def _drawing() -> Iterator[None]:
    """Draw the same bytes every time, on no screen, whatever the user has set.

    quantstats asks for Arial, which many machines lack, so the font that comes with matplotlib
    replaces it everywhere and decides how much room a word takes. The user's backend stays as it
    is, chosen or not: only pyplot draws without a screen while this lasts.
    """
    with put_back(), contextlib.ExitStack() as undo:
        import matplotlib as mpl
        import matplotlib.pyplot as plt
        from matplotlib.backends import backend_agg
        from matplotlib.font_manager import fontManager

        manager: Any = fontManager
        set_for_now(undo, plt, "_backend_mod", backend_agg._BackendAgg)
        logger = logging.getLogger("matplotlib.font_manager")
        undo.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.ERROR)
        # The search for Arial is cached: clear it before and after, since the fonts differ.
        undo.callback(manager._findfont_cached.cache_clear)
        shipped = [font for font in manager.ttflist if font.name == "DejaVu Sans"]
        others = [font for font in manager.ttflist if font.name != "Arial"]
        stand_in = [dataclasses.replace(font, name="Arial") for font in shipped]
        set_for_now(undo, manager, "ttflist", others + stand_in)
        manager._findfont_cached.cache_clear()

        mpl.style.use("default")
        mpl.rcParams.update({"timezone": "UTC", "svg.fonttype": "none"})
        # Set again what quantstats sets when loaded, which was restored: its theme, pandas' dates.
        runpy.run_module("quantstats._plotting.core")
        pd.plotting.register_matplotlib_converters()
        yield


@contextlib.contextmanager
def _no_figure_left() -> Iterator[None]:
    """Close an unfinished figure after a failure: it would show beside the user's figures."""
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    try:
        yield
    except BaseException:
        for number in set(plt.get_fignums()) - set(before):
            plt.close(number)
        raise

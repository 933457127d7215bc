"""quantstats: its charts and rows for the tear sheet, and its numbers to check ours against.

It draws with matplotlib, whose settings belong to the whole process, and sets its own theme when
it is loaded. The process is the user's: whatever is set here for a moment is restored, by a
single thread at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import re
import runpy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from backtests.analysis.cross_check import Headline
from backtests.analysis.metrics import returns_of
from backtests.engine.process import PROCESS, loading, put_back, quietly, set_for_now
from data.machine import scratch_folder

# quantstats draws these even if its template does not ask for them; drawing takes most time.
NOT_DRAWN = (
    "log_returns",
    "yearly_returns",
    "daily_returns",
    "rolling_sortino",
    "drawdowns_periods",
    "distribution",
)
NO_DATE = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Drawn:
    """What quantstats made of two series.

    Attributes
    ----------
    charts
        SVG by chart.
    rows
        Strategy and benchmark as text, by quantstats' own row name.
    failure
        Why it could not draw these series (both empty then); else empty.
    """

    charts: Mapping[str, str]
    rows: Mapping[str, tuple[str, str]]
    failure: str = ""


def draw(nav: pd.Series, benchmark: pd.Series, ppy: float, charts: Sequence[str]) -> Drawn:
    """Have quantstats draw and compute.

    Parameters
    ----------
    nav, benchmark
        Values on the same sessions.
    ppy
        Rows per year.
    charts
        Names in quantstats' template of what is wanted.
    """
    import lxml.html

    names = [*charts, "metrics"]
    quantstats = _quantstats()
    with scratch_folder() as scratch, _drawing(), _only_what_shows():
        bare, page = scratch / "bare.html", scratch / "page.html"
        bare.write_text("".join(f"<!--{name}-->{{{{{name}}}}}" for name in names), "utf-8")
        try:
            with _no_figure_left():
                quantstats.reports.html(
                    returns_of(nav).rename("strategy"),
                    returns_of(benchmark).rename("benchmark"),
                    output=str(page),
                    template_path=str(bare),
                    periods_per_year=ppy,
                    match_dates=False,
                    strategy_title="strategy",
                    benchmark_title="benchmark",
                )
        except (ValueError, IndexError, KeyError, TypeError, ZeroDivisionError) as error:
            return Drawn({}, {}, f"{type(error).__name__}: {error}")
        pieces = re.split("<!--([a-z_]+)-->", page.read_text("utf-8"))
    drawings = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    rows = {}
    for line in lxml.html.fragment_fromstring(drawings.pop("metrics")).iter("tr"):
        cells = [cell.text_content().strip() for cell in line.iter("td")]
        if len(cells) == 3:
            # quantstats puts the benchmark first
            rows[cells[0]] = (_two_digits(cells[2]), _two_digits(cells[1]))
    return Drawn({name: _bare_svg(svg) for name, svg in drawings.items()}, rows)


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


def _two_digits(text: str) -> str:
    """Write quantstats' shortened number (``10.3%``) as the rest of the page does (``10.30 %``)."""
    try:
        number = f"{float(text.rstrip('%').replace(',', '')):,.2f}"
    except ValueError:
        return text
    return f"{number} %" if text.endswith("%") else number


def _bare_svg(text: str) -> str:
    """Keep only the drawing, with a fixed date, without the XML prolog that no page may hold."""
    return re.sub("(?<=<dc:date>)[^<]*", NO_DATE, text[text.index("<svg") :].strip())


@cache
def _quantstats() -> Any:
    """Load quantstats, and leave the process as it was."""
    with loading():
        import quantstats
    return quantstats


@contextlib.contextmanager
def _only_what_shows() -> Iterator[None]:
    """Skip charts and quantiles of quantstats that the tear sheet does not show."""
    import quantstats.plots as plots
    import quantstats.stats as stats

    with PROCESS, contextlib.ExitStack() as undo:
        for name in NOT_DRAWN:
            set_for_now(undo, plots, name, lambda *_, **__: None)
        set_for_now(undo, stats, "remove_outliers", lambda values, *_: values)
        yield


@contextlib.contextmanager
def _drawing() -> Iterator[None]:
    """Draw the same bytes every time, on no screen, whatever the user has set.

    matplotlib makes its identifiers from a salt. quantstats asks for Arial, which many machines
    lack, so the font that comes with matplotlib replaces it everywhere. The user's backend stays
    as it is, chosen or not: only pyplot draws without a screen while this lasts.
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
        mpl.rcParams.update({"timezone": "UTC", "svg.hashsalt": "hedge"})
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

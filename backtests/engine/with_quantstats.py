"""quantstats: its charts and rows for the tear sheet, and its numbers to check ours against."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.analysis.cross_check import Headline
from backtests.analysis.metrics import returns_of

# quantstats draws these whatever its template asks for; drawing takes most of its time.
NOT_DRAWN = (
    "log_returns",
    "yearly_returns",
    "daily_returns",
    "rolling_sortino",
    "drawdowns_periods",
    "distribution",
)


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


def draw(nav: pd.Series, benchmark: pd.Series, ppy: int, charts: Sequence[str]) -> Drawn:
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
    with tempfile.TemporaryDirectory() as scratch, _quiet_and_repeatable(), _only_what_shows():
        import quantstats

        bare, page = Path(scratch, "bare.html"), Path(scratch, "page.html")
        bare.write_text("".join(f"<!--{name}-->{{{{{name}}}}}" for name in names), "utf-8")
        try:
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
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    rows = {}
    for line in lxml.html.fragment_fromstring(found.pop("metrics")).iter("tr"):
        cells = [cell.text_content().strip() for cell in line.iter("td")]
        if len(cells) == 3:
            # quantstats puts the benchmark first
            rows[cells[0]] = (_two_digits(cells[2]), _two_digits(cells[1]))
    return Drawn({name: _bare_svg(svg) for name, svg in found.items()}, rows)


def quantstats_metrics(nav: pd.Series, cash: pd.Series, ppy: int) -> Headline:
    """Headline numbers by quantstats, to check ours against.

    Parameters
    ----------
    nav, cash
        Levels on the same rows. quantstats takes one yearly rate: that of the mean bill.
    ppy
        Rows per year.
    """
    returns = returns_of(nav)
    bill = float(returns_of(cash).mean())
    rate = (1.0 + bill) ** ppy - 1.0
    with _quiet_and_repeatable():
        import quantstats.stats as theirs

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
    """Keep the drawing alone, without the XML prolog that has no place inside a page."""
    return text[text.index("<svg") :].strip()


@contextlib.contextmanager
def _only_what_shows() -> Iterator[None]:
    """Spare quantstats the charts, and a quantile of every drawdown, that the sheet leaves out."""
    import quantstats.plots as plots
    import quantstats.stats as stats

    instead: list[tuple[Any, str, Any]] = [
        *((plots, name, lambda *_, **__: None) for name in NOT_DRAWN),
        (stats, "remove_outliers", lambda values, *_: values),
    ]
    kept = [(module, name, getattr(module, name)) for module, name, _ in instead]
    try:
        for module, name, function in instead:
            setattr(module, name, function)
        yield
    finally:
        for module, name, function in kept:
            setattr(module, name, function)


@contextlib.contextmanager
def _quiet_and_repeatable() -> Iterator[None]:
    """Same bytes every time, and no library warnings on the user's screen.

    matplotlib draws its identifiers from a salt and stamps the date; quantstats asks for
    Arial, which many machines lack, so the font that matplotlib ships stands in everywhere.
    """
    import matplotlib as mpl
    from matplotlib import font_manager

    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    mpl.use("Agg")
    manager = font_manager.fontManager
    shipped = [font for font in manager.ttflist if font.name == "DejaVu Sans"]
    manager.ttflist = [font for font in manager.ttflist if font.name != "Arial"] + [
        dataclasses.replace(font, name="Arial") for font in shipped
    ]
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": "hedge"}):
            warnings.simplefilter("ignore")
            yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before

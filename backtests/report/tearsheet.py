"""The tear sheet: quantstats draws, and only those of its numbers stay that are right.

quantstats fills a bare template of ours, which is taken apart again: its charts go into the
page, its metric rows only where ``analysis/metrics.py`` has the same number (a test holds
every one of them). What it defines otherwise is shown by our definition or not at all.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.analysis.metrics import drawdown_list, returns_of, year_returns
from backtests.engine.run import Simulation
from backtests.report.page import TEMPLATES
from backtests.report.text import day, mix_text, percent, ratio, recovery
from data.market import Market

# Left out: the volatility-matched chart levers the strategy; the logarithmic one takes the
# logarithm of the gain, not of wealth; the yearly one misplaces its bars over long periods.
CHARTS = {
    "returns": "Cumulative return of strategy and benchmark",
    "dd_plot": "Loss from the highest value so far",
    "monthly_heatmap": "Return of each month in percent; a month outside the period shows 0.00",
    "monthly_dist": "Distribution of monthly returns",
    "rolling_vol": "Rolling six-month volatility, annualised",
    "rolling_beta": "Rolling beta to the benchmark over six and twelve months",
    "rolling_sharpe": "Rolling six-month Sharpe ratio against a rate of zero, not against bills",
}


@dataclasses.dataclass(frozen=True)
class QuantstatsRow:
    """A row of quantstats that is right: what we call it, and for which data it makes sense."""

    theirs: str
    label: str
    daily_only: bool = False


# quantstats draws these whatever its template asks for; drawing takes most of its time.
NOT_DRAWN = (
    "log_returns",
    "yearly_returns",
    "daily_returns",
    "rolling_sortino",
    "drawdowns_periods",
    "distribution",
)

QUANTSTATS_ROWS = {
    "Return": (
        QuantstatsRow("Cumulative Return", "Cumulative return"),
        QuantstatsRow("CAGR﹪", "CAGR"),
        QuantstatsRow("MTD", "Month to date"),
        QuantstatsRow("YTD", "Year to date"),
    ),
    "Risk": (
        QuantstatsRow("Volatility (ann.)", "Volatility (annualised)"),
        QuantstatsRow("Skew", "Skewness of {rows}"),
        QuantstatsRow("Kurtosis", "Excess kurtosis of {rows}"),
    ),
    "Good and bad times": (
        QuantstatsRow("Best Day", "Best day", daily_only=True),
        QuantstatsRow("Worst Day", "Worst day", daily_only=True),
        QuantstatsRow("Best Month", "Best month"),
        QuantstatsRow("Worst Month", "Worst month"),
        QuantstatsRow("Win Days", "Winning days", daily_only=True),
        QuantstatsRow("Win Month", "Winning months"),
    ),
    "Against the benchmark": (
        QuantstatsRow("Beta", "Beta"),
        QuantstatsRow("Correlation", "Correlation"),
    ),
}


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of a table: strategy and benchmark."""

    label: str
    ours: str
    theirs: str


def write_tearsheet(
    path: Path,
    market: Market,
    simulation: Simulation,
    benchmark: Simulation,
    summary: dict[str, Any],
) -> None:
    """Write the tear sheet of a run as one self-contained page.

    Parameters
    ----------
    path
        The file to write.
    market
        What the run stood on.
    simulation, benchmark
        The strategy and its benchmark on the same sessions.
    summary
        The run's headline numbers.
    """
    import jinja2
    import quantstats

    ppy = market.periods_per_year
    charts, quantstats_rows, failure = render(simulation.nav, benchmark.nav, ppy)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True
    )
    ours, theirs = year_returns(simulation.nav), year_returns(benchmark.nav)
    falls = [
        {
            "start": f"{fall.start:%Y-%m-%d}",
            "end": f"{fall.end:%Y-%m-%d}",
            "recovered": f"{fall.recovered:%Y-%m-%d}" if fall.recovered else "not yet",
            "depth": percent(fall.depth),
        }
        for fall in drawdown_list(simulation.nav)[:10]
    ]
    costs = simulation.costs
    path.write_text(
        environment.get_template("tearsheet.html").render(
            heading=heading(summary),
            span=f"{summary['start']} to {summary['end']}",
            costs=f"fee {costs.fee_bps:g} bp, slippage {costs.slippage_bps:g} bp, lag {costs.lag}",
            strategy=summary["strategy"],
            benchmark=summary["benchmark"]["ticker"],
            notes=market.notes,
            frequency="daily" if ppy == 252 else "monthly",
            charts=[{"svg": charts[name], "caption": CHARTS[name]} for name in charts],
            failure=failure,
            metrics=metric_groups(summary, quantstats_rows),
            years=[Row(str(y), percent(ours[y]), percent(theirs[y])) for y in ours.index[::-1]],
            falls=falls,
            version=quantstats.__version__,
        ),
        encoding="utf-8",
    )


def heading(summary: dict[str, Any]) -> str:
    """Title of the page: what was run, on which data."""
    weights = summary["params"].get("weights")
    what = f" ({mix_text(weights)})" if weights else ""
    return f"{summary['strategy']}{what} on {summary['source_title']}"


def metric_groups(
    summary: dict[str, Any], quantstats_rows: dict[str, tuple[str, str]]
) -> list[tuple[str, list[Row]]]:
    """Order the rows of the metrics table by group: quantstats' right ones, then ours."""
    mine, theirs = summary["metrics"], summary["benchmark"]
    daily = summary["periods_per_year"] == 252
    cvar = f"CVaR 95, {'daily' if daily else 'monthly'}, historical"

    def own(label: str, key: str, show: Any) -> Row:
        return Row(label, show(mine[key]), show(theirs[key]))

    extra = {
        "Return": [own("Best complete year", "best_year", percent),
                   own("Worst complete year", "worst_year", percent)],
        "Risk": [own("Max drawdown", "max_drawdown", percent),
                 own("Drawdown peak", "max_drawdown_start", day),
                 own("Drawdown trough", "max_drawdown_end", day),
                 Row("Recovered", recovery(mine), recovery(theirs)),
                 own(cvar, "cvar_95", percent)],
        "Against the benchmark": [],
    }  # fmt: skip
    reward = [
        own("Sharpe over bills", "sharpe", ratio),
        own("Sortino over bills", "sortino", ratio),
        own("Calmar", "calmar", ratio),
    ]
    groups = []
    for name, wanted in QUANTSTATS_ROWS.items():
        rows = [
            Row(
                row.label.format(rows="days" if daily else "months") + " †",
                *quantstats_rows[row.theirs],
            )
            for row in wanted
            if row.theirs in quantstats_rows and (daily or not row.daily_only)
        ]
        groups.append((name, rows + extra.get(name, [])))
        if name == "Risk":
            groups.append(("Reward for risk", reward))
    return [(name, rows) for name, rows in groups if rows]


def render(
    nav: pd.Series, benchmark: pd.Series, ppy: int
) -> tuple[dict[str, str], dict[str, tuple[str, str]], str]:
    """Have quantstats draw and compute.

    Parameters
    ----------
    nav, benchmark
        Values on the same sessions.
    ppy
        Rows per year.

    Returns
    -------
    tuple
        SVG by chart; (strategy, benchmark) as text by quantstats' own row name; and the
        reason where it could not draw this series (both empty then), else "".
    """
    import lxml.html

    names = [*CHARTS, "metrics"]
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
            return {}, {}, f"{type(error).__name__}: {error}"
        pieces = re.split("<!--([a-z_]+)-->", page.read_text("utf-8"))
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    rows = {}
    for line in lxml.html.fragment_fromstring(found.pop("metrics")).iter("tr"):
        cells = [cell.text_content().strip() for cell in line.iter("td")]
        if len(cells) == 3:
            # quantstats puts the benchmark first
            rows[cells[0]] = (_two_digits(cells[2]), _two_digits(cells[1]))
    charts = {name: _bare_svg(svg) for name, svg in found.items()}
    return charts, rows, ""


def quantstats_metrics(nav: pd.Series, cash: pd.Series, ppy: int) -> dict[str, float]:
    """Headline numbers by quantstats, to check ours against, by the keys of the cross-check.

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

        return {
            "total_return": float(theirs.comp(returns)),
            "cagr": float(theirs.cagr(returns, periods=ppy)),
            "volatility": float(theirs.volatility(returns, periods=ppy)),
            "sharpe": float(theirs.sharpe(returns, rf=rate, periods=ppy)),
            "sortino": float(theirs.sortino(returns, rf=rate, periods=ppy)),
            "max_drawdown": float(theirs.max_drawdown(returns)),
            "calmar": float(theirs.calmar(returns, periods=ppy)),
            "cvar_95": float(theirs.cvar(returns)),
        }


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

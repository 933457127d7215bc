"""The list of metrics: each number by hand, and one more metric that is shown everywhere."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from backtests.analysis.comparison import Difference
from backtests.analysis.numbers import (
    COMPARISON,
    SCREEN,
    TILE,
    VERDICT,
    Metric,
    Place,
    Portfolio,
    PortfolioNumbers,
    Unit,
    declared,
    numbers_of,
    shown_in,
)
from backtests.analysis.record import JudgedPortfolio
from backtests.analysis.resampling import Estimate
from backtests.engine.scores import METRICS
from backtests.engine.summary import BenchmarkSummary, Summary
from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.comparison.grids import metrics_grid
from backtests.report.comparison.table import (
    Compared,
    Comparison,
    console_rows,
    metrics_csv,
)
from backtests.report.console import print_run
from backtests.report.lab import tiles
from backtests.report.text import metric_rows
from backtests.report.verdict.tables import portfolio_grid
from data.records import from_json, to_json
from tests.conftest import headline
from tests.report.helpers import make_run

MONTHS = pd.date_range("2019-12-31", periods=13, freq="ME")
# A month in cash, then +20, -25, 0, +10 %, and seven months of nothing.
VALUES = pd.Series([100.0, 100.0, 120.0, 90.0, 90.0, *[99.0] * 8], MONTHS)
CASH = pd.Series(100.0 * 1.002 ** np.arange(13), MONTHS)


def portfolio(**changes) -> Portfolio:
    """The path above, which traded."""
    given = Portfolio(VALUES, CASH, 12, 0.5, 7.5, months_from=MONTHS[1])
    return replace(given, **changes)


def test_the_numbers_of_a_path_by_hand():
    numbers = numbers_of(portfolio())
    returns = np.array([0.0, 0.2, -0.25, 0.0, 0.1, *[0.0] * 7])
    excess = returns - 0.002
    growth = -0.01  # from 100 to 99 in twelve months
    assert numbers.cagr == numbers.total_return == pytest.approx(growth)
    assert numbers.volatility == pytest.approx(returns.std(ddof=1) * math.sqrt(12))
    assert numbers.sharpe == pytest.approx(excess.mean() / excess.std(ddof=1) * math.sqrt(12))
    downside = math.sqrt((np.minimum(excess, 0.0) ** 2).mean())
    assert numbers.sortino == pytest.approx(excess.mean() / downside * math.sqrt(12))
    assert numbers.max_drawdown == pytest.approx(-0.25)
    assert (numbers.max_drawdown_start, numbers.max_drawdown_end) == ("2020-02-29", "2020-03-31")
    assert numbers.max_drawdown_recovered is None
    assert numbers.calmar == pytest.approx(growth / 0.25)
    assert numbers.cvar_95 == pytest.approx(-0.25)  # ceil(0.05 * 12) = 1 row
    assert (numbers.best_year, numbers.worst_year) == pytest.approx((-0.01, -0.01))
    # From the peak of 29 February to the end of the data, 31 December; 10 of 13 rows.
    assert (numbers.days_under_water, numbers.share_under_water) == (306, pytest.approx(10 / 13))
    assert (numbers.turnover_per_year, numbers.costs_paid) == (0.5, 7.5)
    assert numbers.final_value == 99.0


def test_best_and_worst_year_by_hand():
    ends = pd.DatetimeIndex(["2019-12-31", "2020-12-31", "2021-12-31"])
    numbers = headline(pd.Series([100.0, 120.0, 90.0], ends), pd.Series(1.0, ends), 12)
    assert (numbers.best_year, numbers.worst_year) == pytest.approx((0.2, -0.25))


def test_month_end_numbers_count_from_the_first_fill():
    """The month that waits in cash is none of the portfolio's own."""
    numbers, whole = numbers_of(portfolio()), numbers_of(portfolio(months_from=None))
    own = np.array([0.2, -0.25, 0.0, 0.1, *[0.0] * 7])
    assert numbers.volatility_monthly == pytest.approx(own.std(ddof=1) * math.sqrt(12))
    assert numbers.cvar_95_monthly == whole.cvar_95_monthly == pytest.approx(-0.25)
    assert whole.volatility_monthly == pytest.approx(whole.volatility)
    assert numbers.volatility_monthly != pytest.approx(whole.volatility_monthly)


def test_less_than_a_year_has_no_figure_a_year():
    # 359 days from the first row to the last, and 360.
    for days, is_annual in ((359, False), (360, True)):
        ends = pd.DatetimeIndex(["2020-01-01", "2020-06-01"]).append(
            pd.DatetimeIndex([pd.Timestamp("2020-01-01") + pd.Timedelta(days=days)])
        )
        values = pd.Series([100.0, 120.0, 90.0], ends)
        numbers = headline(values, pd.Series(1.0, ends), 252)
        annual = [metric.key for metric in declared() if metric.is_annual]
        assert annual == ["cagr", "volatility", "volatility_monthly", "sharpe", "sortino",
                          "calmar", "turnover_per_year"]  # fmt: skip
        assert (numbers.cagr is not None) == (numbers.calmar is not None) == is_annual
        if not is_annual:
            assert [getattr(numbers, key) for key in annual] == [None] * 7
        assert numbers.total_return == pytest.approx(-0.1)
        assert numbers.max_drawdown == pytest.approx(-0.25)
        keys = [metric.key for metric in shown_in(Place.TILE, numbers)]
        assert keys == (
            ["cagr", "volatility", "sharpe", "max_drawdown"] if is_annual
            else ["total_return", "max_drawdown"]
        )  # fmt: skip
    whole = numbers_of(portfolio())
    short = replace(whole, cagr=None)
    # Beside a portfolio of whole years the total return stands in the same row, and says so.
    rows = metric_rows([whole, short], 12, 100.0)
    assert rows[0] == ["CAGR", "-1.00 %", "-1.00 % in all"]
    assert metric_rows([short, short], 12, 100.0)[0] == ["Total return", "-1.00 %", "-1.00 %"]


def test_daily_rows_have_daily_and_month_end_numbers():
    days = pd.bdate_range("2020-01-01", "2020-04-30")
    values = pd.Series(np.linspace(100.0, 130.0, len(days)), days)
    values.iloc[50] = 60.0  # within March: no month-end sees it
    numbers = headline(values, pd.Series(1.0, days), 252)
    assert numbers.cvar_95 < -0.09
    assert numbers.cvar_95_monthly > 0.0
    assert numbers.max_drawdown_recovered == f"{days[51]:%Y-%m-%d}"


def test_headline_of_a_portfolio_that_never_falls_has_no_drawdown():
    values = pd.Series(
        100 * 1.01 ** np.arange(30), pd.date_range("2020-01-31", periods=30, freq="ME")
    )
    found = headline(values, pd.Series(100.0, values.index), 12)
    assert (found.max_drawdown, found.max_drawdown_start, found.calmar) == (0.0, None, None)
    assert found.sharpe is None


def test_figures_of_a_short_span_have_no_monthly_tail():
    days = pd.bdate_range("2020-01-06", periods=8)
    values = pd.Series(np.linspace(1, 1.1, 8), days)
    found = headline(values, pd.Series(1.0, days), 252)
    assert found.cvar_95_monthly is None
    assert found.volatility_monthly is None


# The list


def test_every_field_is_declared_with_a_label_of_its_own():
    metrics = declared()
    assert [metric.key for metric in metrics] == [
        f.name for f in dataclasses.fields(PortfolioNumbers)
    ]
    assert len({metric.label for metric in metrics}) == len(metrics)
    assert all(metric.better in (-1, 0, 1) for metric in metrics)
    assert [metric.key for metric in metrics if not metric.places] == ["share_under_water"]


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (Place.SCREEN, "cagr volatility sharpe sortino max_drawdown max_drawdown_start "
         "max_drawdown_end max_drawdown_recovered calmar best_year worst_year cvar_95 "
         "turnover_per_year costs_paid final_value"),
        (Place.COMPARISON, "cagr volatility sharpe sortino max_drawdown max_drawdown_start "
         "max_drawdown_end days_under_water calmar best_year worst_year cvar_95 cvar_95_monthly "
         "turnover_per_year costs_paid final_value"),
        (Place.VERDICT, "cagr volatility_monthly sharpe max_drawdown days_under_water "
         "cvar_95_monthly turnover_per_year costs_paid"),
        (Place.INDEX, "cagr volatility sharpe max_drawdown turnover_per_year final_value"),
        (Place.SEARCH, "cagr volatility sharpe sortino max_drawdown calmar worst_year "
         "turnover_per_year"),
        (Place.TILE, "cagr volatility sharpe max_drawdown"),
    ],
)  # fmt: skip
def test_what_each_place_shows_in_its_order(place, keys):
    assert [metric.key for metric in shown_in(place)] == keys.split()


def test_a_search_shows_only_what_its_engine_works_out():
    assert {metric.key for metric in shown_in(Place.SEARCH)} <= set(METRICS)


@pytest.mark.parametrize(
    "key",
    ["volatility", "volatility_monthly", "days_under_water", "turnover_per_year", "costs_paid"],
)
def test_less_of_a_burden_is_better(key):
    by_key = {metric.key: metric for metric in declared()}
    assert by_key[key].better == -1
    assert by_key["cagr"].better == by_key["max_drawdown"].better == 1
    assert by_key["max_drawdown_start"].better == 0


# One metric more


def best_month(portfolio: Portfolio) -> float | None:
    """The best month-end return."""
    return float(portfolio.months.max()) if len(portfolio.months) else None


@dataclass(frozen=True)
class WithBestMonth(PortfolioNumbers):
    """All that a new metric takes: a function, and a field that names it."""

    best_month: Annotated[
        float | None,
        Metric("Best month", Unit.PERCENT, 1, (SCREEN, COMPARISON, VERDICT, TILE), best_month),
    ]


@pytest.fixture(scope="module")
def run():
    """A run whose every record of numbers has one more."""
    made = make_run()
    mine, theirs = (
        numbers_of(simulation.portfolio(made.market), WithBestMonth)
        for simulation in (made.simulation, made.benchmark)
    )
    summary = replace(
        made.summary,
        metrics=mine,
        benchmark=BenchmarkSummary(made.summary.benchmark.ticker, theirs),
    )
    portfolios = tuple(
        replace(row, numbers=theirs if row.key == "equity" else mine)
        for row in made.verdict.portfolios
    )
    return replace(made, summary=summary, verdict=replace(made.verdict, portfolios=portfolios))


@pytest.fixture(scope="module")
def texts(run) -> list[str]:
    """The new number of the run and of its benchmark, computed independently."""
    shown = []
    for simulation in (run.simulation, run.benchmark):
        months = simulation.nav.iloc[1:].pct_change(fill_method=None).iloc[1:]
        shown.append(f"{100 * months.max():.2f} %")
    assert shown[0] != shown[1]
    return shown


def test_one_metric_more_is_in_the_summary(run):
    content = json.loads(json.dumps(to_json(run.summary), allow_nan=False))
    assert list(content["metrics"])[-1] == "best_month"
    assert content["metrics"]["best_month"] == run.summary.metrics.best_month > 0.05
    assert content["benchmark"]["metrics"].keys() == content["metrics"].keys()
    assert from_json(WithBestMonth, content["metrics"]) == run.summary.metrics
    with pytest.raises(ValueError, match="unknown field `best_month`"):
        from_json(Summary, content)  # whose declared numbers are the shorter ones


def test_one_metric_more_is_on_the_screen(run, texts, tmp_path):
    both = [run.summary.metrics, run.summary.benchmark.metrics]
    assert metric_rows(both, 12, 10_000.0)[-1] == ["Best month", *texts]
    stream = io.StringIO()
    print_run(Console(file=stream, width=200), run, tmp_path)
    (line,) = [line for line in stream.getvalue().splitlines() if "Best month" in line]
    assert " ".join(line.split()) == f"Best month {texts[0]} {texts[1]}"


def test_one_metric_more_is_in_a_comparison(run, texts):
    values = pd.DataFrame({"a": run.simulation.nav, "b": run.benchmark.nav})
    aligned = AlignedRuns(
        runs=[], labels=["a", "b"], values=values, benchmark=run.benchmark.nav,
        cash=run.market.cash, own_benchmarks=values, own_cash=values, ppy=12, cut=False, notes=[],
    )  # fmt: skip
    nothing = Difference(*[Estimate(None, None, None)] * 6)
    comparison = Comparison(
        aligned,
        {
            "a": Compared(run.summary.metrics, run.verdict),
            "b": Compared(run.summary.benchmark.metrics),
        },
        {"b": nothing},
        pd.DataFrame(),
        run.summary.benchmark.metrics,
    )
    better = run.summary.metrics.best_month < run.summary.benchmark.metrics.best_month
    stars = ["  ", " *"] if better else [" *", "  "]
    shown = [text + star for text, star in zip(texts, stars, strict=True)]
    assert console_rows(comparison)[-1] == ("Best month", shown)
    grid = metrics_grid(comparison)
    assert grid.heads[-1] == "Best month"
    assert [row[-1].text for row in grid.rows] == texts
    assert [row[-1].tone for row in grid.rows] == (["", "best"] if better else ["best", ""])
    table = metrics_csv(comparison)
    assert table.loc["best_month"].tolist() == [
        run.summary.metrics.best_month, run.summary.benchmark.metrics.best_month,
    ]  # fmt: skip


def test_one_metric_more_is_in_the_verdict_and_the_lab(run, texts):
    grid = portfolio_grid(run.verdict, run.summary, ("portfolio", "equity"))
    at = grid.heads.index("Best month")
    assert [row[at].text for row in grid.rows] == texts
    assert grid.rows[0][at].sort == run.summary.metrics.best_month
    assert tiles(run.summary, run.verdict)[-1] == ("Best month", *texts)


def test_a_portfolio_that_could_not_be_made_has_dashes_in_every_column(run):
    missing = JudgedPortfolio("variant", "step_bp -15", missing="outside its range")
    verdict = replace(run.verdict, portfolios=(*run.verdict.portfolios, missing))
    grid = portfolio_grid(verdict, run.summary, ("portfolio", "variant"))
    assert [len(row) for row in grid.rows] == [len(grid.heads)] * 2
    assert [cell.text for cell in grid.rows[1]] == ["step_bp -15", *["-"] * (len(grid.heads) - 1)]
    assert grid.rows[1][0].small == "outside its range"

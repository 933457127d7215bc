"""The tables of the verdict's page: every number in its cell, and dashes where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.cross_check import LABELS, Headline, cross_check
from backtests.analysis.record import (
    Attribution,
    AttributionPart,
    HoldingPeriod,
    JudgedPortfolio,
)
from backtests.report.verdict import tables
from data.provenance import Tracking
from tests.report.verdict.helpers import (
    estimate,
    make_crisis,
    make_numbers,
    make_regime,
    make_verdict,
)


def texts(row) -> list[str]:
    return [cell.text for cell in row]


def test_portfolios_are_rows_and_their_numbers_cells(run):
    grid = tables.portfolio_grid(make_verdict(), run.summary, ("portfolio", "bills"))
    assert grid.heads == [
        "", "CAGR", "Volatility, month-ends", "Sharpe (over bills)", "Max drawdown",
        "Longest under water, days", "CVaR 95, month-ends", "Turnover a year", "Costs paid",
        "Mean equity weight", "CVaR saved against bills",
    ]  # fmt: skip
    assert [texts(row) for row in grid.rows] == [
        [name, "8.00 %", "9.00 %", "0.50", "-30.00 %", "1,157", "-6.00 %", "10.10 %", "$1,234",
         "60.00 %", "+1.00"]
        for name in ("Portfolio", "Equity + bills, same weight")
    ]  # fmt: skip
    assert grid.rows[0][1].sort == 0.08


def test_each_reference_has_the_trait_that_its_label_names(long_bonds):
    """The numbers in a row have the property that its label claims."""
    run = long_bonds
    grid = tables.portfolio_grid(run.verdict, run.summary, tables.JUDGED)
    rows = {row[0].text: dict(zip(grid.heads, row, strict=True)) for row in grid.rows}
    assert list(rows) == [
        "Portfolio", "100 % equity", "Equity + bills, same weight",
        "Equity + bills, same volatility",
    ]  # fmt: skip

    def figures(head: str) -> list[float]:
        return [row[head].sort for row in rows.values()]

    own, equity, bills, matched = figures("Mean equity weight")
    assert own == pytest.approx(0.3, abs=0.02)  # SPY 30 %, rebalanced each month
    assert equity == pytest.approx(1.0, abs=0.001)
    assert bills == pytest.approx(own, abs=0.002)
    assert matched > own + 0.1  # TLT brings risk, bills bring none
    own, equity, bills, matched = figures("Volatility, month-ends")
    assert matched == pytest.approx(own, rel=1e-4)
    assert bills < 0.8 * own
    assert equity > max(own, bills, matched)
    assert rows["100 % equity"]["CAGR"].sort == pytest.approx(run.summary.benchmark.metrics.cagr)


def test_amounts_of_a_small_start_have_more_digits_on_the_page_too(run):
    small = replace(run.summary, initial=1.0)
    portfolio = replace(make_verdict().portfolios[0], numbers=make_numbers(costs_paid=0.01234))
    verdict = replace(make_verdict(), portfolios=(portfolio,))
    grid = tables.portfolio_grid(verdict, small, ("portfolio",))
    assert grid.rows[0][grid.heads.index("Costs paid")].text == "$0.0123"


def test_controls_are_shown_of_a_duration_rule_alone(run):
    verdict = make_verdict()
    assert tables.controls_grid(verdict, run.summary) is None
    static = JudgedPortfolio("static", "", None, make_numbers(cagr=0.07), 0.6, -0.01)
    variant = JudgedPortfolio("variant", "step_bp 75", None, make_numbers(), 0.6, 0.01)
    missing = JudgedPortfolio("variant", "step_bp 0", "outside its range")
    rule = replace(verdict, portfolios=(*verdict.portfolios, static, variant, missing))
    grid = tables.controls_grid(rule, run.summary)
    assert [row[0].text for row in grid.rows] == [
        "Portfolio", "Static, same average duration", "step_bp 75", "step_bp 0",
    ]  # fmt: skip
    assert grid.rows[-1][0].small == "outside its range"
    assert set(texts(grid.rows[-1])[1:]) == {"-"}


def test_measures_have_their_intervals_in_small_print():
    cvar, fall = tables.works_grid(make_verdict()).rows
    assert texts(cvar) == ["CVaR(95) saved, points a month", "+0.99", "3.01", "2.02"]
    assert [cell.small for cell in cvar] == ["interval", "+0.11 to +1.88", "2.00 to 4.00", ""]
    assert texts(fall) == ["Deepest drawdown saved, points", "+6.00", "21.03", "15.04"]
    assert fall[0].small == "resampled range"
    assert cvar[1].sort == 0.0099


def test_every_measure_unit_and_part_of_the_records_has_its_words(run):
    verdict = run.verdict
    assert {measure.key for measure in verdict.works} == set(tables.MEASURES)
    assert {measure.unit for measure in verdict.works} <= set(tables.SHOW)
    elsewhere = {"currency", "inflation"}  # of runs in other money
    assert {part.part for part in verdict.attribution.parts} == set(tables.PARTS) - elsewhere
    assert len(tables.works_grid(verdict).rows) == len(verdict.works)
    assert len(tables.regimes_grid(verdict).rows) == len(verdict.regimes)
    assert len(tables.holding_grid(verdict).rows) == len(verdict.holding)


@pytest.mark.parametrize(
    ("crisis", "outcome", "tone"),
    [
        (make_crisis(-0.2, 0.1, 0.01), "beat bills", "good"),
        (make_crisis(-0.2, 0.005, 0.01), "no gain over bills", ""),
        (make_crisis(-0.2, 0.0, 0.01), "no gain over bills", ""),
        (make_crisis(-0.2, -0.1, 0.01), "lost money", "bad"),
        (make_crisis(-0.2, None, 0.01), "-", ""),
        (make_crisis(0.1, -0.1, 0.01), "equity rose, it fell", ""),
        (make_crisis(0.1, 0.1, 0.01), "equity rose, it rose", ""),
    ],
)
def test_a_crisis_worked_failed_or_was_no_help(crisis, outcome, tone):
    (row,) = tables.crisis_grid([crisis]).rows
    assert (row[1].text, row[1].tone) == (outcome, tone)
    assert row[4].text == ("-" if crisis.hedge is None else f"{100 * crisis.hedge:.2f} %")


def test_a_hedge_that_earns_less_than_bills_has_not_worked():
    """Above zero is not enough: bills paid 4 % in that fall, and the hedge made 3 %."""
    less, more = tables.crisis_grid(
        [make_crisis(-0.3, 0.03, 0.04), make_crisis(-0.3, 0.05, 0.04)]
    ).rows
    assert (less[1].text, more[1].text) == ("no gain over bills", "beat bills")


def test_what_a_hedge_added_is_the_portfolio_less_the_one_with_bills():
    """-12 % with the hedge, -20 % with bills in its place: 8 points, however the hedge did."""
    crisis = make_crisis(-0.3, 0.05, 0.01, portfolio=-0.12, bills=-0.2, state="negative")
    grid = tables.crisis_grid([crisis], "Total returns from daily closes")
    shown = dict(zip(grid.heads, texts(grid.rows[0]), strict=True))
    assert shown["Added over bills, points"] == "+8.00"
    assert shown["Hedge"] == "5.00 %"
    assert (shown["Portfolio"], shown["Portfolio with bills"]) == ("-12.00 %", "-20.00 %")
    assert shown["After correlation"] == "negative"
    assert grid.caption == "Total returns from daily closes"
    unknown = tables.crisis_grid([make_crisis(-0.3, 0.05, 0.01)]).rows[0]
    assert unknown[grid.heads.index("After correlation")].text == "-"


@pytest.mark.parametrize(("daily", "words"), [(True, "Daily closes"), (False, "Month-ends")])
def test_the_table_of_portfolios_names_its_basis(run, daily, words):
    verdict = make_verdict()
    drawdown = replace(verdict.series.drawdown, daily=daily)
    verdict = replace(verdict, series=replace(verdict.series, drawdown=drawdown))
    grid = tables.portfolio_grid(verdict, run.summary, ("portfolio",))
    assert grid.caption == f"{words}, after costs"


def test_each_figure_of_a_regime_stands_under_its_head():
    regime = make_regime(
        "negative",
        120,
        44,
        0.0105,
        correlation=-0.25,
        cvar_saved_against_bills_monthly=0.0123,
    )
    grid = tables.regimes_grid(make_verdict(regimes=(regime,)))
    (row,) = grid.rows
    assert dict(zip(grid.heads, texts(row), strict=True)) == {
        "As the month began": "36-month correlation: negative",
        "Months": "120",
        "Equity down": "44",
        "Correlation within": "-0.25",
        "Hedge in down months": "1.05 %",
        "Bills in down months": "0.20 %",
        "Ratio to equity's": "-0.30",
        "Hit rate": "70 %",
        "Hedge in worst decile": "1.00 %",
        "Hit rate there": "80 %",
        "CVaR saved against bills": "+1.23",
    }
    assert {cell.small for cell in row} == {""}  # no interval: none was worked out for them


def test_each_figure_of_a_holding_period_stands_under_its_head():
    period = HoldingPeriod(
        years=5,
        starts=120,
        apart=3,
        beat_equity=0.4,
        beat_bills=0.6,
        beat_cash=0.8,
        beat_inflation=0.7,
        worst=-0.02,
        worst_start="1968-11",
        median=0.06,
        median_start="1975-03",
        best=0.15,
        best_start="1982-07",
    )
    grid = tables.holding_grid(make_verdict(holding=(period,)))
    (row,) = grid.rows
    assert dict(zip(grid.heads, texts(row), strict=True)) == {
        "Years held": "5",
        "Starts": "120",
        "That do not overlap": "3",
        "Beat 100 % equity": "40 %",
        "Beat equity + bills": "60 %",
        "Beat bills": "80 %",
        "Beat inflation": "70 %",
        "Worst entry, a year": "-2.00 %",
        "Median entry, a year": "6.00 %",
        "Best entry, a year": "15.00 %",
    }
    assert [cell.small for cell in row[-5:-2]] == ["1968-11", "1975-03", "1982-07"]
    # In purchasing power 30 % did not keep what they had, and each return is real.
    real = tables.holding_grid(make_verdict(holding=(period,)), is_real=True)
    told = dict(zip(real.heads, texts(real.rows[0]), strict=True))
    assert told["Lost purchasing power"] == "30 %"
    assert told["Worst entry, a year, real"] == "-2.00 %"


def test_a_change_of_yields_has_its_sign():
    rows = tables.crisis_grid(
        [make_crisis(-0.2, 0.1, 0.0, y10_bp=-178.4), make_crisis(-0.2, 0.1, 0.0, y10_bp=244.0),
         make_crisis(-0.2, 0.1, 0.0)]
    ).rows  # fmt: skip
    assert [row[9].text for row in rows] == ["-178", "+244", "-"]
    assert rows[2][9].sort == ""


def test_costs_are_those_of_each_portfolio():
    rows = tables.cost_grid(make_verdict()).rows
    assert [texts(row) for row in rows] == [
        ["Portfolio", "-", "1.07", "2.81", "10.10 %", "$1,234"],
        ["Equity + bills, same weight", "+1.01", "2.08", "0.97", "10.10 %", "$1,234"],
        ["Equity + bills, same volatility", "+0.43", "1.50", "1.20", "10.10 %", "$1,234"],
    ]
    assert rows[0][2].small == "-0.20 to 3.00"
    verdict = make_verdict()
    price = replace(verdict.cost.cvar_points_per_growth_point, portfolio="free", bills=None)
    cost = replace(verdict.cost, cvar_points_per_growth_point=price)
    free, none, _ = tables.cost_grid(replace(verdict, cost=cost)).rows
    assert (free[3].text, none[3].text) == ("free", "-")
    assert free[3].sort > 1e6  # before every price


def test_where_the_profit_came_from():
    assert tables.attribution_grid(make_verdict()) is None
    parts = (AttributionPart("carry", 120.0, 0.021), AttributionPart("total", 1000.0, None))
    verdict = replace(make_verdict(), attribution=Attribution(True, parts))
    assert [texts(row) for row in tables.attribution_grid(verdict).rows] == [
        ["Carry (same maturity, same yield)", "2.10", "$120"],
        ["Total", "-", "$1,000"],
    ]


def test_the_check_shows_four_digits_and_why():
    ours = Headline(0.5, 0.08, 0.1, 0.5, None, -0.3, 0.27, -0.06)
    other = replace(ours, sharpe=0.51)
    verdict = replace(make_verdict(), cross_check=cross_check(ours, ours, other))
    rows = {row[0].text: row for row in tables.check_grid(verdict).rows}
    assert list(rows) == list(LABELS.values())
    assert texts(rows["CAGR"])[1:4] == ["8.0000 %"] * 3
    assert rows["CAGR"][4].text == "same definition, same number"
    assert texts(rows["Sharpe"])[1:4] == ["0.5000", "0.5000", "0.5100"]
    assert rows["Sharpe"][4].text.startswith("quantstats: one average bill return")
    assert texts(rows["Sortino"])[1:4] == ["-", "-", "-"]


def test_tracking_is_shown_where_histories_are_carried_back():
    assert tables.tracking_grid(make_verdict()) is None
    line = Tracking("IEF", "7-10 years", "2002-07", "2024-12", 269, 0.99, 0.004, 0.001, 1.02,
                    None, None)  # fmt: skip
    (row,) = tables.tracking_grid(replace(make_verdict(), tracking=(line,))).rows
    assert texts(row) == ["IEF", "7-10 years", "0.9900", "0.40", "+0.10", "1.02"]
    assert row[0].small == "2002-07 to 2024-12"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123, "+1.23"), (-0.0123, "-1.23"), (0.0, "0.00"), (0.00001, "0.00"), (None, "-")],
)
def test_a_difference_has_a_sign_and_zero_has_none(value, text):
    assert tables.signed(tables.hundredths)(value) == text


def test_what_is_not_known_is_a_dash_that_sorts_last():
    cell = tables.estimate_cell(estimate(None), tables.hundredths)
    assert (cell.text, cell.sort, cell.small) == ("-", "", "")
    assert tables.number_cell(None).sort == ""
    assert tables.share(0.655) == "66 %"

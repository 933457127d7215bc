"""Investors of different currencies: each run's own numbers, and none of them against another."""

from __future__ import annotations

import pytest

from backtests.report.comparison import own_money
from backtests.report.comparison.own_money import (
    FINDING,
    console_rows,
    lead,
    metrics_csv,
)

KEYS = ("cagr", "volatility", "max_drawdown", "sharpe", "cvar_95_monthly")


def test_every_number_is_that_of_the_run_itself(own, abroad):
    for name, run in zip(own.aligned.labels, abroad, strict=True):
        for key in KEYS:
            theirs = getattr(run.summary.metrics, key)
            assert getattr(own.table[name].numbers, key) == pytest.approx(theirs, rel=1e-9), key
        equity = run.summary.benchmark.metrics
        assert own.equity[name].cagr == pytest.approx(equity.cagr, rel=1e-9)
        assert own.equity[name].sharpe == pytest.approx(equity.sharpe, rel=1e-9)
        cash = run.values["cash"]
        years = len(cash) / 12 - 1 / 12
        by_hand = (cash.iloc[-1] / cash.iloc[0]) ** (1 / years) - 1
        assert own.cash[name].cagr == pytest.approx(by_hand, abs=1e-9)
        assert own.table[name].verdict == run.verdict


def test_the_table_of_other_programs_has_no_differences(own):
    table = metrics_csv(own)
    assert list(table) == ["Tokyo", "Sydney", "New York"]
    assert table.loc["currency"].tolist() == ["JPY", "AUD", "USD"]
    assert not [row for row in table.index if "less_first" in row]
    assert table.loc["equity_cagr", "Tokyo"] == own.equity["Tokyo"].cagr
    assert table.loc["cash_cagr", "Sydney"] == own.cash["Sydney"].cagr


def test_no_value_is_called_the_best_of_its_row(own):
    rows = dict(console_rows(own))
    assert rows["In the money of"] == ["JPY", "AUD", "USD"]
    assert "*" not in "".join(cell for cells in rows.values() for cell in cells)
    assert "across" in FINDING


def test_ratios_are_over_own_cash_and_no_amount_stands_beside_another_currency(own):
    names = [name for name, _ in console_rows(own)]
    assert "Sharpe (over own cash)" in names
    assert not [name for name in names if "Final value" in name or "Costs" in name]


def test_the_lead_says_whose_money_each_is(own):
    told = lead(own)
    assert told.startswith("Tokyo is a yen investor's: it grew ")
    assert "Sydney is an Australian dollar investor's: it grew " in told
    assert "New York is a dollar investor's: it grew " in told
    assert "; in yen, equity (SPY) grew " in told
    for word in ("best", "most", "least", "better", "less than", "more than"):
        assert word not in told


def test_years_are_those_of_each_run_in_its_own_money(own, abroad):
    levels = abroad[0].values["strategy"]
    of_2008 = levels.loc["2008-12-31"] / levels.loc["2007-12-31"] - 1
    assert own.years.loc[2008, "Tokyo"] == pytest.approx(of_2008, rel=1e-12)
    assert list(own.years) == own.aligned.labels


def test_of_many_investors_the_first_are_told_and_the_others_counted(own, monkeypatch):
    monkeypatch.setattr(own_money, "MOST_TOLD", 1)
    assert lead(own).startswith("Tokyo is a yen investor's")
    assert lead(own).endswith(" a year. 2 more stand in the table.")
    monkeypatch.setattr(own_money, "MOST_TOLD", 2)
    assert lead(own).endswith(". 1 more stands in the table.")

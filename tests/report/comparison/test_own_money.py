"""Investors of different currencies: each run's own numbers, and none of them against another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.report.comparison import own_money
from backtests.report.comparison.own_money import (
    FINDING,
    console_rows,
    finding,
    lead,
    metrics_csv,
)
from backtests.report.comparison.own_page import core_grid
from tests.report.comparison.own_runs import own_of

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


def test_the_headline_says_what_each_made_in_its_money_and_what_is_hedged(own):
    told = finding(own).split("; ")
    rates = [f"{100 * own.table[name].numbers.cagr:.2f} % a year" for name in own.table]
    falls = [f"{-100 * own.table[name].numbers.max_drawdown:.2f} %" for name in own.table]
    assert told == [
        f"Tokyo grew {rates[0]} and fell {falls[0]} in yen, hedged",
        f"Sydney {rates[1]} and {falls[1]} in Australian dollars, cash in dollar bills",
        f"New York {rates[2]} and {falls[2]} in dollars",
    ]
    for word in ("best", "most", "least", "better", "less than", "more than"):
        assert word not in finding(own) + lead(own)


def test_runs_of_one_rule_are_named_once(abroad):
    told = finding(own_of([replace(run, called=None) for run in abroad]))
    assert told.count("hedge_mix") == 1
    assert told.startswith("hedge_mix grew ")
    assert told.endswith(" in dollars")


def test_the_lead_has_equity_and_cash_of_each_money_once(own, abroad):
    told = lead(own)
    equity, cash = own.equity["Tokyo"], own.cash["Tokyo"]
    assert told.startswith(
        f"In yen equity (SPY) grew {100 * equity.cagr:.2f} % a year and fell "
        f"{-100 * equity.max_drawdown:.2f} % at its deepest, yen cash grew {100 * cash.cagr:.2f} % "
        "a year. In Australian dollars equity (SPY) grew "
    )
    assert "deepest, US Treasury bills (unhedged) grew" in told
    assert "In dollars equity (SPY) grew" in told
    assert "deepest, US Treasury bills grew" in told
    # Another run of the same currency: its equity and its cash are the same.
    manifest = replace(abroad[2].manifest, files=abroad[0].manifest.files)
    boston = replace(abroad[2], called="Boston", folder=abroad[0].folder, manifest=manifest)
    twice = own_of([*abroad[1:], boston])
    assert lead(twice).count("In dollars") == 1


def test_words_and_payoffs_stand_there_only_where_there_are_any(own):
    """Runs that were cut to common dates are not judged."""
    assert "Does it hedge?" in dict(console_rows(own))
    table = {name: replace(run, verdict=None) for name, run in own.table.items()}
    cut = replace(own, table=table)
    assert "Does it hedge?" not in dict(console_rows(cut))
    heads = core_grid(cut, {}).heads
    assert heads[:3] == ["", "Money", "CAGR"]
    assert {len(row) for row in core_grid(cut, {}).rows} == {len(heads)}
    assert core_grid(own, {}).heads[2:4] == ["Does it hedge?", "Payoff, a month"]


def test_years_are_those_of_each_run_in_its_own_money(own, abroad):
    levels = abroad[0].values["strategy"]
    of_2008 = levels.loc["2008-12-31"] / levels.loc["2007-12-31"] - 1
    assert own.years.loc[2008, "Tokyo"] == pytest.approx(of_2008, rel=1e-12)
    assert list(own.years) == own.aligned.labels


def test_of_many_investors_the_first_are_told_and_the_others_counted(own, monkeypatch):
    monkeypatch.setattr(own_money, "MOST_TOLD", 1)
    assert finding(own).startswith("Tokyo grew ")
    assert finding(own).endswith(" in yen, hedged; 2 more in the table")
    assert lead(own).endswith(" a year. 2 more stand in the table.")
    monkeypatch.setattr(own_money, "MOST_TOLD", 2)
    assert lead(own).endswith(". 1 more stands in the table.")

"""The headline of a comparison by rule, each rule from hand-made differences."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from backtests.analysis.comparison import Difference
from backtests.analysis.resampling import Estimate
from backtests.report.comparison import words
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.table import DIFFERENCES, compare
from backtests.report.text import percent

REAL_GAIN, REAL_LOSS = Estimate(0.02, 0.01, 0.03), Estimate(-0.02, -0.03, -0.01)
NOISE, OPEN = Estimate(0.02, -0.01, 0.05), Estimate(0.02, None, None)
UP, DOWN, SAME, UNKNOWN = REAL_GAIN, REAL_LOSS, NOISE, OPEN


def told(comparison, *pairs, first="60/40"):
    """A comparison whose runs differ from the first so in CVaR and in growth."""
    labels = [first, *(f"run {letter}" for letter in "abcdefghijklmnopqrs"[: len(pairs)])]
    differences = {}
    for name, (cvar, growth) in zip(labels[1:], pairs, strict=True):
        every = {of.key: NOISE for of in DIFFERENCES}
        every |= {"cvar_95_monthly": cvar, "cagr_monthly": growth}
        differences[name] = Difference(**every)
    aligned = replace(comparison.aligned, labels=labels)
    return replace(comparison, aligned=aligned, differences=differences)


@pytest.mark.parametrize(
    ("pairs", "headline"),
    [
        ([(SAME, SAME)], "Nothing differs from 60/40 beyond noise"),
        ([(UNKNOWN, UNKNOWN)], "Too few months to say what differs from 60/40"),
        ([(UNKNOWN, SAME)],
         "No growth differs from 60/40 beyond noise; too few months to say about bad ones"),
        ([(UNKNOWN, UP)],
         "run a grows more than 60/40 beyond noise; too few months to say about bad ones"),
        ([(UP, SAME)],
         "run a loses less in bad months than 60/40 beyond noise; growth does not differ"),
        ([(DOWN, SAME)],
         "run a loses more in bad months than 60/40 beyond noise; growth does not differ"),
        ([(SAME, DOWN)],
         "run a grows less than 60/40 beyond noise; losses in bad months do not differ"),
        ([(UP, DOWN)],
         "run a loses less in bad months than 60/40 and grows less, both beyond noise"),
        ([(UP, UP), (SAME, SAME)],
         "run a loses less in bad months than 60/40 and grows more, both beyond noise"),
        ([(UP, SAME), (SAME, UP)],
         "run a loses less in bad months than 60/40; run b grows more, both beyond noise"),
        ([(UP, DOWN), (UP, DOWN), (SAME, SAME)],
         "2 of 3 lose less in bad months than 60/40 and grow less, both beyond noise"),
        ([(UP, DOWN), (UP, DOWN)],
         "All lose less in bad months than 60/40 and grow less, both beyond noise"),
        ([(UP, DOWN), (SAME, DOWN)],
         "run a loses less in bad months than 60/40; all grow less, both beyond noise"),
        # What protects or grows more is told before what does not.
        ([(DOWN, DOWN), (DOWN, DOWN), (UP, SAME), (SAME, UP)],
         "run c loses less in bad months than 60/40; run d grows more, both beyond noise"),
    ],
)  # fmt: skip
def test_the_headline_by_rule(comparison, pairs, headline):
    assert words.finding(told(comparison, *pairs)) == headline


def test_a_headline_is_short_whatever_the_names(comparison):
    long = "60/40 with intermediate Treasuries, rebalanced monthly"
    pairs = [(UP, SAME), *[(SAME, UP)] * 9, *[(SAME, SAME)] * 9]
    assert len(words.finding(told(comparison, *pairs, first=long))) <= 110


def test_the_lead_has_growth_and_fall_of_the_first_and_of_equity(comparison):
    line = words.lead(comparison)
    first, equity = comparison.table["hedge_mix"].numbers, comparison.equity
    assert line.startswith(
        f"From 1995 to 2025 hedge_mix grew {percent(first.cagr)} a year and fell "
        f"{percent(-first.max_drawdown)} at its deepest; equity (SPY) grew "
        f"{percent(equity.cagr)} a year and fell {percent(-equity.max_drawdown)}."
    )
    least = max(comparison.table, key=lambda name: comparison.table[name].numbers.max_drawdown)
    assert (f"{least[:20]}" in line.partition(". ")[2]) is (least != "hedge_mix")


def test_titles_name_who_stands_out():
    months = pd.DataFrame({"a": [1.0, 0.8, 1.2], "b": [1.0, 0.9, 1.0]})
    assert words.falls_title(months) == "b fell least by month-ends: -10.00 %"
    rolling = pd.DataFrame({"a": [0.05, -0.02], "b": [0.01, 0.00]})
    assert words.rolling_title(rolling) == "b had the mildest worst three years: 0.00 % a year"
    assert words.rolling_title(rolling.iloc[:0]) == ""
    years = pd.DataFrame({"a": [0.1, -0.1, -0.2], "b": [0.1, -0.1, 0.2]})
    assert words.years_title(years) == "b lost in 1 of 3 years, the fewest"
    assert words.years_title(years[["b"]].assign(c=years["b"])) == (
        "2 of 2 lost in 1 of 3 years, the fewest"
    )
    assert words.correlation_title([-0.5, 0.2, None, 0.3], "a") == (
        "Of a it was positive in 67 % of months and ended at +0.30"
    )
    assert words.correlation_title([None], "a") == ""


def test_the_title_of_growth_tells_equitys_where_no_run_is_it(finished):
    compared = compare(align_runs([finished[0], finished[2]], align=False))
    assert words.growth_title(compared).endswith(
        f"; equity (SPY): {percent(finished[0].summary.benchmark.metrics.cagr)} a year"
    )


def test_titles_of_numbers_name_the_best_of_the_table(comparison):
    growth = {name: run.numbers.cagr for name, run in comparison.table.items()}
    most = max(growth, key=growth.__getitem__)
    assert words.growth_title(comparison) == f"{most} grew most: {percent(growth[most])} a year"
    sharpe = {name: run.numbers.sharpe for name, run in comparison.table.items()}
    assert words.risk_title(comparison).startswith(max(sharpe, key=sharpe.__getitem__))
    falls = comparison.crises
    assert words.crises_title(comparison).endswith(f"of {len(falls)} falls")
    assert words.crises_title(replace(comparison, crises=falls.iloc[:0])) == ""

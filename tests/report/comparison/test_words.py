"""The headline of a comparison by rule, each rule from hand-made differences."""

from __future__ import annotations

import itertools
import re
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
        of = {"cvar_95_monthly": cvar, "cagr_monthly": growth}
        stands = tuple(key for key, value in of.items() if value in (UP, DOWN))
        differences[name] = Difference(**{**every, **of}, stands=stands)
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
         "run a loses less in bad months than 60/40 beyond noise, growth unclear"),
        ([(DOWN, SAME)],
         "run a loses more in bad months than 60/40 beyond noise, growth unclear"),
        ([(SAME, DOWN)],
         "run a grows less than 60/40 beyond noise, losses in bad months unclear"),
        ([(UP, DOWN)],
         "run a loses less in bad months than 60/40 and grows less, both beyond noise"),
        ([(DOWN, UP), (SAME, SAME)],
         "run a loses more in bad months than 60/40 and grows more, both beyond noise"),
        ([(UP, SAME), (SAME, UP)],
         "Beyond noise: run a loses less in bad months than 60/40, growth unclear; run b grows "
         "more, losses unclear"),
        ([(SAME, UP), (DOWN, SAME)],
         "Beyond noise: run a grows more than 60/40, losses in bad months unclear; run b loses "
         "more, growth unclear"),
        ([(UP, DOWN), (UP, DOWN), (SAME, SAME)],
         "2 of 3 lose less in bad months than 60/40 and grow less, both beyond noise"),
        ([(UP, DOWN), (UP, DOWN)],
         "All lose less in bad months than 60/40 and grow less, both beyond noise"),
        # The one that loses less is not named without its price, nor those that grow more.
        ([(UP, DOWN), (DOWN, UP), (DOWN, UP)],
         "Beyond noise: run a loses less in bad months than 60/40 and grows less; 2 lose more and "
         "grow more"),
        ([(UP, DOWN)] * 3 + [(DOWN, UP)] * 2 + [(SAME, SAME)] * 4,
         "Beyond noise: 3 of 9 lose less in bad months than 60/40 and grow less; 2 lose more and "
         "grow more"),
        # What protects or grows more is told before what does not.
        ([(DOWN, DOWN), (DOWN, DOWN), (UP, SAME), (SAME, UP)],
         "Beyond noise: 1 of 4 loses less in bad months than 60/40, growth unclear; 1 grows more, "
         "losses unclear; 2 lose more and grow less"),
        ([(UP, UP), (UP, SAME), (SAME, UP), (SAME, DOWN), (DOWN, DOWN), (SAME, SAME)],
         "Beyond noise: run a loses less in bad months than 60/40 and grows more; run b loses "
         "less, growth unclear; 3 differ otherwise"),
        # Where there is no room for all, the smallest groups give way.
        ([(UP, UP), *[(UP, DOWN)] * 5, *[(DOWN, UP)] * 4, (DOWN, DOWN)],
         "Beyond noise: 5 of 11 lose less in bad months than 60/40 and grow less; 4 lose more and "
         "grow more; 2 differ otherwise"),
        ([(UNKNOWN, UP), (UNKNOWN, UP), (UNKNOWN, DOWN)],
         "Beyond noise: 2 of 3 grow more than 60/40; run c grows less; too few months to say "
         "about bad ones"),
    ],
)  # fmt: skip
def test_the_headline_by_rule(comparison, pairs, headline):
    assert words.finding(told(comparison, *pairs)) == headline


PAIRS = list(itertools.product((UP, SAME, DOWN), repeat=2))


def test_a_headline_is_short_and_counts_every_run_that_differs(comparison):
    long = "60/40 with intermediate Treasuries, rebalanced monthly"
    # Every set of classes, with one run in each and with two.
    for size in range(1, len(PAIRS) + 1):
        for pairs in itertools.combinations(PAIRS, size):
            for times in (1, 2):
                asked = told(comparison, *(pairs * times), first=long)
                line = words.finding(asked)
                assert len(line) <= 130, line
                differ = times * sum(pair != (SAME, SAME) for pair in pairs)
                counted = sum(map(int, re.findall(r"\b(\d+)(?: of \d+)? (?:los|gr|differ)", line)))
                named = len(re.findall(r"\brun [a-z] ", line))
                everyone = len(asked.differences) if line.startswith("All ") else 0
                assert counted + named + everyone == differ, line


def test_a_long_name_gives_way_before_a_group_of_runs_does(comparison):
    long = "60/40 with intermediate Treasuries, rebalanced monthly"
    pairs = [*[(UP, DOWN)] * 8, *[(DOWN, UP)] * 7, (DOWN, SAME), *[(SAME, SAME)] * 3]
    assert words.finding(told(comparison, *pairs, first=long)) == (
        "Beyond noise: 8 of 19 lose less in bad months than the first and grow less; "
        "7 lose more and grow more; 1 differs otherwise"
    )


def test_what_a_cell_calls_real_is_in_the_headline_only_if_it_stands_among_all(comparison):
    several = told(comparison, (UP, DOWN), (SAME, SAME), (SAME, SAME))
    weak = {name: replace(each, stands=()) for name, each in several.differences.items()}
    assert words.finding(replace(several, differences=weak)) == (
        "Nothing differs from 60/40 beyond the noise of 6 tests"
    )
    half = {**weak, "run a": replace(weak["run a"], stands=("cagr_monthly",))}
    assert words.finding(replace(several, differences=half)) == (
        "run a grows less than 60/40 beyond noise, losses in bad months unclear"
    )
    short = told(comparison, (UNKNOWN, UP), (UNKNOWN, SAME))
    weak = {name: replace(each, stands=()) for name, each in short.differences.items()}
    assert words.finding(replace(short, differences=weak)) == (
        "No growth differs from 60/40 beyond the noise of 2 tests; "
        "too few months to say about bad ones"
    )


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
    assert words.correlation_title([-0.5, 0.2, None, 0.3], "a") == (
        "Of a it was positive in 67 % of months and ended at +0.30"
    )
    assert words.correlation_title([None], "a") == ""


def test_a_tie_has_no_winner_and_no_year_no_title():
    months = pd.DataFrame({"a": [1.0, 0.8, 1.2], "b": [2.0, 1.6, 2.4], "c": [1.0, 0.7, 1.0]})
    assert words.falls_title(months) == "Falls"
    rolling = pd.DataFrame({"a": [0.05, -0.02], "b": [-0.02, 0.08]})
    assert words.rolling_title(rolling) == "Three years to each month"
    years = pd.DataFrame({"a": [0.1, -0.1], "b": [0.1, -0.1], "c": [-0.2, -0.1]})
    assert words.years_title(years) == "Calendar years"  # two lost in one, one in two
    assert words.years_title(years.iloc[:0]) == "Calendar years"


def test_twins_have_nothing_over_each_other(finished, comparison):
    twins = [replace(finished[0], called="A"), replace(finished[0], called="B")]
    numbers = comparison.table["hedge_mix"]
    falls = comparison.crises.rename(columns={"hedge_mix": "A"}).assign(B=lambda t: t["A"])
    alike = replace(
        comparison,
        aligned=replace(comparison.aligned, labels=["A", "B"], runs=twins),
        table={"A": numbers, "B": numbers},
        crises=falls,
    )
    assert words.crises_title(alike) == ""
    assert words.growth_title(alike) == "Growth"
    assert words.risk_title(alike) == ""
    assert "fell least" not in words.lead(alike)
    # Of two falls B is alone in one.
    falls = falls.iloc[:2].reset_index(drop=True)
    falls.loc[1, "B"] = falls.loc[1, "A"] + 0.01
    assert words.crises_title(replace(alike, crises=falls)) == "B did best in 1 of 2 falls"


@pytest.mark.parametrize(
    ("last", "span"),
    [("1996-12-31", "From 1995-01 to 1996-12 "), ("1997-01-31", "From 1995 to 1997 ")],
)
def test_a_span_below_two_years_is_told_in_months(comparison, last, span):
    cut = replace(comparison.aligned, values=comparison.aligned.values.loc["1995-01-31":last])
    assert words.lead(replace(comparison, aligned=cut)).startswith(span)


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


@pytest.mark.parametrize(
    ("of_first", "lead", "told"),
    [
        (False, (0.2, 0.1, 0.3), "B was paid most for its risk: Sharpe ratio 0.70"),
        (False, (0.2, -0.1, 0.3), "B had the highest Sharpe ratio, 0.70, by no more than noise"),
        (False, (0.2, None, None),
         "B had the highest Sharpe ratio, 0.70, over too few months to test"),
        (True, (-0.2, -0.3, -0.1), "A was paid most for its risk: Sharpe ratio 0.90"),
        (True, (-0.2, -0.3, 0.1), "A had the highest Sharpe ratio, 0.90, by no more than noise"),
    ],
)  # fmt: skip
def test_pay_for_risk_is_claimed_beyond_noise_alone(comparison, of_first, lead, told):
    """The highest against the first; the first against each of the others."""
    sharpes = {"A": 0.9 if of_first else 0.5, "B": 0.7, "C": 0.6}
    one, *_ = comparison.table.values()
    table = {
        name: replace(one, numbers=replace(one.numbers, sharpe=sharpe))
        for name, sharpe in sharpes.items()
    }
    difference, *_ = comparison.differences.values()
    beyond = replace(difference, sharpe_monthly=Estimate(-0.2, -0.3, -0.1))
    differences = {"B": replace(difference, sharpe_monthly=Estimate(*lead)), "C": beyond}
    compared = replace(comparison, table=table, differences=differences)
    assert words.risk_title(compared) == told

"""The tables of a comparison's page: eight columns first, figures in tinted cells, noise told."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from backtests.analysis.comparison import Difference
from backtests.analysis.resampling import Estimate
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.grids import (
    core_grid,
    crises_grid,
    differences_grid,
    hedges_grid,
    more_grid,
    years_grids,
)
from backtests.report.comparison.table import DIFFERENCES, compare
from backtests.report.intervals import Interval
from backtests.report.text import percent, weights_text


def test_the_first_table_has_a_name_that_opens_and_eight_columns(comparison, finished):
    grid = core_grid(comparison, {"hedge_mix": "../a/verdict.html"})
    assert grid.heads == [
        "", "Does it hedge?", "Payoff, a month", "CAGR", "Volatility", "Deepest fall",
        "CVaR 95, months", "Sharpe", "Under water, days",
    ]  # fmt: skip
    first, second, _ = grid.rows  # one run is equity: no further row for it
    assert first[0].links == (("../a/verdict.html", "hedge_mix"),)
    assert first[0].small == weights_text(finished[0].summary.latest.held)
    assert (second[0].text, second[0].links) == ("2 equity_only", ())
    assert [cell.sort for row in grid.rows for cell in row[:1]] == [1, 2, 3]
    assert first[2].sort == finished[0].verdict.evidence.every.estimate.value
    assert second[2].text == "-"
    best = [row[3].tone for row in grid.rows]
    assert best == ["best" if name in comparison.best(metric(comparison, "cagr")) else ""
                    for name in comparison.aligned.labels]  # fmt: skip


def metric(comparison, key):
    return next(each for each in comparison.metrics if each.key == key)


def test_equity_stands_below_where_no_run_is_it(finished):
    compared = compare(align_runs([finished[0], finished[2]], align=False))
    last = core_grid(compared, {}).rows[-1]
    assert (last[0].text, last[0].small, last[1].text) == ("SPY 100 %", "equity", "-")
    assert last[3].text == percent(finished[0].summary.benchmark.metrics.cagr)


def test_what_the_first_table_leaves_out_is_in_the_second(comparison):
    first, second = core_grid(comparison, {}), more_grid(comparison)
    assert len(first.heads) + len(second.heads) == len(comparison.metrics) + 4
    assert {"Deepest fall from", "Calmar", "Worst year", "Costs paid"} <= set(second.heads)
    assert [row[0].text for row in second.rows] == [
        f"{number} {name}" for number, name in enumerate(comparison.aligned.labels, 1)
    ]


def with_all(comparison, estimate):
    told = {of.key: estimate for of in DIFFERENCES}
    return replace(comparison, differences={comparison.aligned.labels[1]: Difference(**told)})


@pytest.mark.parametrize(
    ("estimate", "small", "tone"),
    [
        (Estimate(0.02, 0.01, 0.03), "beyond noise, +1.00 to +3.00", "good"),
        (Estimate(-0.02, -0.03, -0.01), "beyond noise, -3.00 to -1.00", "bad"),
        (Estimate(0.02, -0.01, 0.05), "noise, -1.00 to +5.00", ""),
        (Estimate(0.02, None, None), "no interval to be trusted", ""),
        (Estimate(None, None, None), "not defined", ""),
    ],
)
def test_a_difference_is_called_real_only_beyond_zero(comparison, estimate, small, tone):
    (row,) = differences_grid(with_all(comparison, estimate)).rows
    assert (row[0].text, row[1].small, row[1].tone) == ("2 equity_only", small, tone)
    # Of volatility less is better, of losses more, since they are below zero; of the deepest fall
    # there is a range and no interval, so that nothing can be better beyond noise.
    turned = {"good": "bad", "bad": "good", "": ""}[tone]
    assert [cell.tone for cell in row[2:]] == [turned, "", tone, tone, tone]
    assert row[1].interval == Interval.of(estimate)
    assert row[3].interval is None


def test_the_deepest_fall_has_a_range_of_histories_and_no_word(comparison):
    (row,) = differences_grid(with_all(comparison, Estimate(0.02, 0.01, 0.03))).rows
    assert (row[3].text, row[3].small) == ("+2.00", "+1.00 to +3.00 in 9 of 10 resampled histories")


def test_a_sharpe_is_written_as_it_is_and_a_missing_hedge_is_named(comparison):
    (row,) = differences_grid(with_all(comparison, Estimate(0.3, 0.15, 0.75))).rows
    assert (row[5].text, row[5].small) == ("+0.30", "beyond noise, +0.15 to +0.75")
    (row,) = differences_grid(with_all(comparison, Estimate(None, None, None))).rows
    assert row[6].small == "no hedge"


def test_a_missing_payoff_tells_whose_hedge_is_missing(finished):
    """60/40, 100 % equity and a rule, each first in turn, and a run without a verdict."""
    mix, equity, rule = finished
    unjudged = replace(rule, verdict=None)

    def reasons(*runs):
        compared = compare(align_runs(runs, align=False))
        return [row[6].small for row in differences_grid(compared).rows]

    assert reasons(equity, mix, unjudged) == ["the first has no hedge", "not judged"]
    assert reasons(mix, equity, rule) == ["no hedge", "no interval to be trusted"]
    assert reasons(unjudged, mix, equity) == ["the first is not judged", "no hedge"]


def test_hedges_that_were_never_held_in_the_same_months_have_no_payoff_in_common(comparison):
    rule = comparison.aligned.labels[2]
    told = replace(comparison.differences[rule], payoff=Estimate(None, None, None))
    changed = replace(comparison, differences={rule: told})
    assert differences_grid(changed).rows[0][6].small == "no months in common"


def test_years_run_down_with_equity_first_and_figures_in_tinted_cells(comparison):
    recent, earlier = years_grids(comparison)
    assert recent.heads == ["Year", "SPY", "1", "2", "3"]
    assert [row[0].text for row in recent.rows] == [str(year) for year in range(2025, 2005, -1)]
    assert [row[0].text for row in earlier.rows] == [str(year) for year in range(2005, 1995, -1)]
    row = next(row for row in recent.rows if row[0].text == "2008")
    values = comparison.aligned.values["hedge_mix"]
    own = values.loc["2008-12-31"] / values.loc["2007-12-31"] - 1
    assert row[2].sort == pytest.approx(own)
    assert row[2].text == f"{100 * own:.1f}"
    assert [cell.tone for cell in row[1:4]] == ["down-2", "down-1", "down-2"]  # -37, -17, -37 %


def test_crises_have_a_column_for_each_run(comparison):
    grid = crises_grid(comparison)
    assert grid.heads == ["", "SPY", "1", "2", "3"]
    assert grid.head_notes[2:] == ["hedge_mix", "equity_only", "attack_defend s…"]
    (crisis,) = [row for row in grid.rows if row[0].text == "Financial crisis"]
    assert crisis[0].small == "2007-10-31 to 2009-02-28"
    span = comparison.aligned.values.loc[[pd.Timestamp("2007-10-31"), pd.Timestamp("2009-02-28")]]
    for cell, name in zip(crisis[2:], comparison.aligned.labels, strict=True):
        assert cell.sort == pytest.approx(span[name].iloc[1] / span[name].iloc[0] - 1)
        assert cell.text == f"{100 * cell.sort:.1f}"


def test_the_deepest_fall_stands_beside_that_of_all_equity(comparison, finished):
    """Below it: a mix of less than 100 % equity fell less, and the word does not say so."""
    grid = hedges_grid(comparison)
    for row, run in zip(grid.rows, finished, strict=True):
        own, equity = (run.verdict.portfolio(key).max_drawdown for key in ("portfolio", "equity"))
        assert [cell.sort for cell in row[-2:]] == [own, equity]
        assert row[-2].text == percent(own)
    assert grid.rows[0][-2].sort > grid.rows[0][-1].sort
    assert grid.rows[1][-2].sort == pytest.approx(grid.rows[1][-1].sort)

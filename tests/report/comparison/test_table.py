"""A comparison's numbers: of the common rows, labelled as on other pages, the best marked."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from backtests.analysis.comparison import Difference
from backtests.analysis.resampling import Estimate
from backtests.engine.money import Money
from backtests.engine.ways import four_ways
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.grids import (
    crises_grid,
    differences_grid,
    hedges_grid,
    metrics_grid,
)
from backtests.report.comparison.table import (
    DIFFERENCES,
    _hedging,
    compare,
    console_rows,
    difference_rows,
    fall_columns,
    metrics_csv,
    payoff_rows,
)
from backtests.report.finished_run import read_run
from backtests.report.run_folder import write_run
from backtests.report.verdict.payoffs import SETS, payoff_text, placebo_text
from tests.report.comparison.test_aligned import cut
from tests.report.helpers import make_run

LABELS = ["CAGR", "Volatility", "Sharpe (over bills)", "Sortino (over bills)", "Max drawdown",
          "  from", "  to", "Longest under water, days", "Calmar", "Best year", "Worst year",
          "CVaR 95, monthly", "CVaR 95, month-ends", "Turnover a year", "Costs paid",
          "Final value of $1"]  # fmt: skip


def test_rows_are_named_and_ordered_as_the_one_list_has_them(comparison):
    assert [comparison.label(metric) for metric in comparison.metrics] == LABELS
    rows = console_rows(comparison)
    assert [name for name, _ in rows] == ["Does it hedge?", *LABELS]
    grid = metrics_grid(comparison)
    assert grid.heads == ["", "Does it hedge?", *map(str.strip, LABELS)]
    assert [row[0].text for row in grid.rows] == comparison.aligned.labels
    table = metrics_csv(comparison)
    keys = [metric.key for metric in comparison.metrics]
    assert list(table.index)[: len(keys) + 1] == ["verdict", *keys]
    assert table.index.name == "metric"


def test_numbers_of_uncut_runs_are_their_own(comparison, finished):
    for run, compared in zip(finished, comparison.table.values(), strict=True):
        mine, initial = run.summary.metrics, run.summary.initial
        own = compared.numbers
        for key in ("cagr", "sharpe", "sortino", "max_drawdown", "calmar", "cvar_95", "worst_year",
                    "turnover_per_year"):  # fmt: skip
            assert getattr(own, key) == pytest.approx(getattr(mine, key), rel=1e-9), key
        assert own.max_drawdown_start == mine.max_drawdown_start
        assert own.costs_paid * initial == pytest.approx(mine.costs_paid, rel=1e-9)
        assert own.final_value * initial == pytest.approx(mine.final_value, rel=1e-9)
        assert compared.word == run.verdict.word


def test_a_run_that_was_cut_has_no_word_and_counts_what_is_left(finished):
    late = cut(finished[1], "2005-01-31")
    comparison = compare(align_runs([finished[0], late], align=True))
    assert [compared.word for compared in comparison.table.values()] == ["-", "-"]
    later = finished[0].orders[finished[0].orders["date"] > "2005-02-28"]
    nav = finished[0].values["strategy"].loc["2005-02-28":]
    numbers = comparison.table["hedge_mix"].numbers
    costs = (later["fee"] + later["slippage"]).sum() / nav.iloc[0]
    assert numbers.costs_paid == pytest.approx(costs)
    gross = later.groupby("date")["value"].sum()
    turnover = (gross / 2 / nav.loc[gross.index]).sum() * 12 / (len(nav) - 1)
    assert numbers.turnover_per_year == pytest.approx(turnover)


def test_a_run_without_a_verdict_has_no_word(finished):
    bare = replace(finished[0], verdict=None)
    comparison = compare(align_runs([bare, finished[1]], align=False))
    words = [compared.word for compared in comparison.table.values()]
    assert words == ["-", finished[1].verdict.word]


def test_the_best_of_a_row_is_marked_and_a_row_without_better_is_not(comparison):
    by_key = {metric.key: metric for metric in comparison.metrics}
    for key, choose in (
        ("cagr", max),
        ("volatility", min),
        ("max_drawdown", max),
        ("cvar_95", max),
        ("costs_paid", min),
        ("days_under_water", min),
    ):
        values = {name: getattr(run.numbers, key) for name, run in comparison.table.items()}
        assert comparison.best(by_key[key]) == [choose(values, key=values.__getitem__)], key
    assert comparison.best(by_key["max_drawdown_start"]) == []
    (winner,) = comparison.best(by_key["cagr"])
    marked = [cell.endswith(" *") for cell in dict(console_rows(comparison))["CAGR"]]
    assert marked == [name == winner for name in comparison.aligned.labels]
    column = metrics_grid(comparison).heads.index("CAGR")
    tones = [row[column].tone for row in metrics_grid(comparison).rows]
    assert tones == ["best" if name == winner else "" for name in comparison.aligned.labels]


def test_where_all_are_equal_or_only_one_is_known_none_is_best(comparison):
    (first, compared), *others = comparison.table.items()
    by_key = {metric.key: metric for metric in comparison.metrics}
    even = replace(comparison, table={first: compared, **{name: compared for name, _ in others}})
    assert even.best(by_key["cagr"]) == []
    unknown = replace(compared, numbers=replace(compared.numbers, sharpe=None))
    alone = replace(comparison, table={first: compared, **{name: unknown for name, _ in others}})
    assert alone.best(by_key["sharpe"]) == []
    assert dict(console_rows(alone))["Sharpe (over bills)"][1] == "-  "


def test_differences_are_those_of_month_ends_with_their_intervals(comparison):
    table = metrics_csv(comparison)
    months = comparison.aligned.values
    growth = (months.iloc[-1] / months.iloc[0]) ** (12 / (len(months) - 1)) - 1
    first, second, third = comparison.aligned.labels
    row = table.loc["cagr_monthly_less_first_value"]
    assert np.isnan(row[first])
    for name in (second, third):
        assert row[name] == pytest.approx(growth[name] - growth[first], rel=1e-9)
        low, high = (table.loc[f"cagr_monthly_less_first_{end}", name] for end in ("low", "high"))
        assert low < row[name] < high
    shown = difference_rows(comparison)
    assert [label.split(" less the first, month-ends ") for label, _ in shown] == [
        ["CAGR points", "(interval)"], ["Volatility points", "(interval)"],
        ["Deepest fall points", "(range)"], ["CVaR 95 points", "(interval)"],
        ["Sharpe", "(interval)"], ["Payoff points", "(interval)"],
    ]  # fmt: skip
    cells = shown[0][1]
    assert cells[0] == ""
    assert cells[1].startswith(f"{100 * row[second]:+.2f} (")


def test_the_payoff_of_a_run_less_the_firsts_is_that_of_their_verdicts(comparison, finished):
    """The months, legs and bills are those of the verdicts: so is the difference."""
    first, _, third = (run.verdict for run in finished)
    told = comparison.differences["attack_defend step_bp=25"].payoff
    values = [verdict.evidence.every.estimate.value for verdict in (third, first)]
    assert told.value == pytest.approx(values[0] - values[1], abs=1e-12)
    assert comparison.differences["equity_only"].payoff == Estimate(None, None, None)
    assert (told.low, told.high) == (None, None)  # 31 years are too few: docs/coverage.md
    table = metrics_csv(comparison)
    assert table.loc["payoff_less_first_value", "attack_defend step_bp=25"] == told.value
    for of in DIFFERENCES:
        assert {f"{of.key}_less_first_{part}" for part in ("value", "low", "high")} <= set(
            table.index
        )


def test_an_interval_on_the_screen_is_written_from_its_low_to_its_high_end(comparison):
    name = comparison.aligned.labels[1]
    told = {of.key: Estimate(0.02, -0.01, 0.05) for of in DIFFERENCES}
    told["sharpe_monthly"] = Estimate(-0.3, -0.75, 0.15)
    changed = replace(comparison, differences={name: Difference(**told)})
    rows = {label.partition(" less")[0]: cells for label, cells in difference_rows(changed)}
    assert rows["CAGR points"] == ["", "+2.00 (-1.00 to +5.00)"]
    assert rows["Sharpe"] == ["", "-0.30 (-0.75 to +0.15)"]


def test_equity_is_that_of_the_first_runs_benchmark(comparison, finished):
    theirs = finished[0].summary.benchmark.metrics
    for key in ("cagr", "volatility", "max_drawdown", "sharpe"):
        assert getattr(comparison.equity, key) == pytest.approx(getattr(theirs, key), rel=1e-9), key


def test_a_run_may_be_called_as_a_column_of_the_falls(finished, comparison):
    """Its returns are its own, and equity's stay equity's."""
    names = ("equity", "name", "equity [1]")
    runs = [replace(run, called=name) for run, name in zip(finished, names, strict=True)]
    renamed = compare(align_runs(runs, align=False))
    columns = fall_columns(names)
    assert columns == ["equity [1] [1]", "name [2]", "equity [1]"]
    for theirs, ours in zip(comparison.aligned.labels, columns, strict=True):
        assert renamed.crises[ours].equals(comparison.crises[theirs])
    for column in ("name", "start", "end", "equity"):
        assert renamed.crises[column].equals(comparison.crises[column])
    grid, theirs = crises_grid(renamed), crises_grid(comparison)
    assert list(grid.head_notes[2:]) == list(names)
    assert grid.rows == theirs.rows
    assert list(renamed.differences) == ["name", "equity [1]"]
    assert [row[0].text for row in differences_grid(renamed).rows] == ["2 name", "3 equity [1]"]


def test_the_payoffs_that_decide_each_word_stand_beside_it(comparison, finished):
    """Each run's own, by set; a run without a hedge has dashes."""
    evidence = finished[0].verdict.evidence
    sets = {
        "payoff": evidence.every,
        "payoff_after_negative": evidence.negative.payoff,
        "payoff_after_positive": evidence.positive.payoff,
    }
    rows = dict(payoff_rows(comparison))
    table = metrics_csv(comparison)
    grid = hedges_grid(comparison)
    (own, without, _) = grid.rows
    for place, (key, name) in enumerate(SETS.items()):
        expected = sets[key].estimate
        first, second, third = rows[f"  payoff, {name.removesuffix(' correlation')}"]
        assert (first, second) == (f"{payoff_text(expected)}  ", "-  ")
        assert third != first
        for part in ("value", "low", "high"):
            mine, none, _ = table.loc[f"{key}_{part}"]
            assert (mine, none) == (getattr(expected, part), None)
        assert own[2 + place].sort == expected.value
        assert without[2 + place].text == "-"
    assert rows["  placebo share"][:2] == [f"{placebo_text(own[1].text, evidence)}  ", "-  "]
    assert table.loc["placebo_share"].iloc[0] == evidence.placebo_share
    assert [row[1].text for row in grid.rows] == [run.word for run in comparison.table.values()]
    assert own[5].sort == evidence.difference.value
    assert own[6].sort == evidence.placebo_share


def test_runs_without_a_verdict_have_no_table_of_payoffs(finished):
    bare = [replace(run, verdict=None) for run in finished]
    comparison = compare(align_runs(bare, align=False))
    assert hedges_grid(comparison) is None
    assert payoff_rows(comparison) == []
    assert set(metrics_csv(comparison).loc["payoff_value"]) == {None}
    late = compare(align_runs([finished[0], cut(finished[1], "2005-01-31")], align=True))
    assert hedges_grid(late) is None  # a verdict is that of a whole run


@pytest.fixture(scope="module")
def yen(tmp_path_factory):
    """The mix in yen: unhedged, and all of the hedge's dollars sold forward."""
    out = tmp_path_factory.mktemp("yen")
    read = []
    for name, money in (("U", Money("JPY")), ("H", Money("JPY", fx_hedge=1.0))):
        run = make_run(money=money)
        strategy = run.config.make_strategy()
        ways = four_ways(run.market, strategy, run.simulation, run.verdict)
        run = replace(run, verdict=replace(run.verdict, ways=ways))
        read.append(replace(read_run(write_run(out, run, with_tearsheet=False)), called=name))
    return read


def test_hedged_less_unhedged_has_the_interval_of_which_hedge(yen):
    """The same number as on that page; its ends are drawn in blocks of the comparison's own."""
    theirs = yen[0].verdict.ways.difference.payoff
    ours = compare(align_runs(yen, align=False)).differences["H"].payoff
    assert ours.value == pytest.approx(theirs.value, abs=1e-9)
    assert ours.low == pytest.approx(theirs.low, abs=0.002)
    assert ours.high == pytest.approx(theirs.high, abs=0.002)
    turned = compare(align_runs(yen[::-1], align=False)).differences["U"].payoff
    assert turned.value == pytest.approx(-theirs.value, abs=1e-9)
    assert turned.low < turned.high < 0.0


def test_no_other_pair_has_that_interval(yen):
    first, hedged = yen
    config, ways = hedged.manifest.config, hedged.verdict.ways

    def told(of_config=None, **of_ways):
        manifest = replace(hedged.manifest, config=replace(config, **(of_config or {})))
        verdict = replace(hedged.verdict, ways=replace(ways, **of_ways))
        other = replace(hedged, manifest=manifest, verdict=verdict)
        return _hedging(SimpleNamespace(labels=["U", "H"], runs=[first, other]))

    assert told() == {"H": "JPY"}
    assert told({"fx_hedge": "IEF=1", "fx_basis_bp": 0.0}) == {"H": "JPY"}  # as IEF is all of it
    assert told(held="as_held") == {}  # a part of the dollars
    assert told(held="unhedged") == {}
    assert told(usd_cash=True) == {}  # payoffs there are over cash at home
    assert told({"fx_hedge_equity": 1.0}) == {}
    assert told({"params": {"weights": {"SPY": 0.5, "IEF": 0.5}}}) == {}
    without = replace(hedged, verdict=None)
    assert _hedging(SimpleNamespace(labels=["U", "H"], runs=[first, without])) == {}

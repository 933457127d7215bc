"""Runs with cash flows written, read back and compared: one is ruined, one pays in, one nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.engine.run import Run
from backtests.report.comparison import cash_flows, words
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.page import write_comparison
from backtests.report.comparison.table import Comparison, compare, console_rows
from backtests.report.finished_run import FinishedRun, read_run
from backtests.report.index import rebuild_index
from backtests.report.index_rows import ListedRun, read_listed
from backtests.report.notebook import comparison_html, run_html, run_text
from backtests.report.run_folder import write_run
from backtests.report.text import percent
from data.errors import OutputError, UsageError
from tests.report.helpers import make_run
from tests.report.test_finished_run import doctor, vouch

SPAN = {"start": "1966-01-31", "end": "1990-12-31"}


@pytest.fixture(scope="module")
def made() -> list[Run]:
    """The same mix with 800 of 10,000 taken out a year, with 100 a month paid in, and with none."""
    plans: tuple[dict[str, str], ...] = ({"flow": "-800/year"}, {"flow": "100/month"}, {})
    return [make_run(**SPAN, **plan) for plan in plans]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def read(made: list[Run], results: Path) -> list[FinishedRun]:
    return [read_run(write_run(results, run, with_tearsheet=False)) for run in made]


@pytest.fixture(scope="module")
def compared(read: list[FinishedRun]) -> Comparison:
    return compare(align_runs(read, align=True))


def test_wealth_is_stored_beside_unit_values_where_money_is_paid(made, read) -> None:
    for run, finished in zip(made, read, strict=True):
        np.testing.assert_array_equal(finished.values["strategy"], run.simulation.nav)
        np.testing.assert_array_equal(finished.wealth, run.simulation.wealth)
        np.testing.assert_array_equal(finished.weights, run.simulation.weights)
    ruined, _, plain = read
    assert ruined.wealth.iloc[-1] == 0.0
    assert ruined.values["strategy"].iloc[-1] > 0.0
    assert ruined.weights.iloc[-1].tolist() == [0.0, 0.0, 1.0]
    assert list(plain.values) == ["strategy", "benchmark", "cash"]


def test_a_run_with_cash_flows_without_its_wealth_is_damaged(made, tmp_path) -> None:
    folder = write_run(tmp_path, made[1], with_tearsheet=False)
    path = folder / "equity.csv"
    pd.read_csv(path, index_col="date").drop(columns="wealth").to_csv(path)
    vouch(folder, "equity.csv")
    with pytest.raises(OutputError, match="lacks the wealth"):
        read_run(folder)


def test_a_folder_of_before_is_read_without_plan_own_money_and_luck(made, tmp_path) -> None:
    folder = write_run(tmp_path, made[2], with_tearsheet=False)
    now = read_run(folder)
    doctor(folder, "summary.json", lambda content: content.pop("plan"))
    for name in ("own_money", "luck"):
        doctor(folder, "verdict.json", lambda content, name=name: content.pop(name))
    then = read_run(folder)
    assert (then.summary, then.verdict) == (now.summary, now.verdict)


def test_what_is_left_stands_beside_both_rates(made, compared) -> None:
    grid = cash_flows.flows_grid(compared.aligned)
    assert grid is not None
    ruined, paying, plain = (run.summary for run in made)
    assert [row[1].text for row in grid.rows] == [
        f"ran out {ruined.end}",
        f"${paying.own_money.strategy.final_wealth:,.0f}",
        f"${plain.metrics.final_value:,.0f}",
    ]
    # 10,000 and 100 on each first row of a month after the base date, but the last, which is due
    # after the last row.
    months = paying.periods
    assert [row[3].text for row in grid.rows] == [
        "$10,000", f"${10_000 + 100 * (months - 1):,}", "$10,000",
    ]  # fmt: skip
    assert grid.rows[2][4].text == grid.rows[2][5].text
    assert dict(cash_flows.flows_rows(compared.aligned))["Left at the end"][0].strip() == (
        f"ran out {ruined.end}"
    )


def test_runs_of_other_spans_are_not_ranked_by_what_is_left(compared, made) -> None:
    """The first ended ruined long before the others, whose money grew on for years."""
    assert compared.aligned.paid_otherwise == compared.aligned.labels[1:]
    assert words.finding(compared) == (
        "The same portfolio with other cash flows: the money ran out in -$800 a year"
    )
    ruined, paying, _ = (run.summary for run in made)
    whole = cash_flows.whole_runs(compared.aligned)
    assert whole == (
        f"Own money is of each whole run: hedge_mix -$800 a year {ruined.start} to {ruined.end}, "
        f"hedge_mix +$100 a month and hedge_mix {paying.start} to 1990-12-31."
    )
    assert whole in cash_flows.flows_note(compared.aligned)
    assert "by what it costs to pay in and out, and by nothing else" in (
        cash_flows.flows_note(compared.aligned)
    )


def test_of_other_payments_each_runs_own_is_told_and_none_is_most(made, read) -> None:
    """As over the span of both: 100 a month paid in make more of what is left, not more of it."""
    both = align_runs(read[1:], align=False)
    paying, plain = (run.summary for run in made[1:])
    paid = 10_000 + 100 * (paying.periods - 1)
    assert cash_flows.flows_finding(both) == (
        f"+$100 a month leaves ${paying.own_money.strategy.final_wealth:,.0f} (${paid:,} paid in); "
        f"hedge_mix leaves ${plain.metrics.final_value:,.0f} ($10,000 paid in)"
    )
    assert cash_flows.whole_runs(both) == ""


def test_of_more_runs_than_a_line_holds_the_rates_are_told(read) -> None:
    names = ("one", "two", "three", "four")
    own = read[1].summary.own_money
    rates = (0.05, 0.07, 0.06, None)
    runs = [
        replace(
            read[2 if rate is None else 1],
            called=name,
            folder=read[1].folder.with_name(name),
            manifest=replace(
                read[2 if rate is None else 1].manifest,
                files={**read[1].manifest.files, "equity.csv": name},
            ),
            summary=read[2].summary
            if rate is None
            else replace(
                read[1].summary,
                own_money=replace(own, strategy=replace(own.strategy, money_weighted=rate)),
            ),
        )
        for name, rate in zip(names, rates, strict=True)
    ]
    growth = percent(read[2].summary.metrics.cagr)
    assert cash_flows.flows_finding(align_runs(runs, align=False)) == (
        f"money-weighted 5.00 % to {growth} a year"
    )


def test_the_most_is_named_of_the_same_money_over_the_same_time(read, results) -> None:
    equity = make_run("equity_only", **SPAN, flow="100/month")
    other = read_run(write_run(results, equity, with_tearsheet=False))
    both = align_runs([read[1], other], align=False)
    left = [cash_flows.money_row(run).left for run in both.runs]
    assert left[1] > left[0]  # of 1966 to 1990 all equity
    assert cash_flows.flows_finding(both) == f"most is left of equity_only, ${left[1]:,.0f}"


def test_a_ruined_run_beside_a_whole_one_says_what_helps(read) -> None:
    ruined, paying, plain = read
    with pytest.raises(UsageError) as caught:
        align_runs([paying, ruined, plain], align=False)
    assert str(caught.value) == (
        f"{ruined.name} ended ruined on {ruined.summary.end}; give --align for the time until then,"
        " or take out less"
    )
    # One that ends early without a ruin needs the same --end.
    early = replace(plain, summary=replace(plain.summary, end="1980-12-31"))
    for runs in ([paying, ruined, early], [ruined, early]):
        with pytest.raises(UsageError, match="not the same end"):
            align_runs(runs, align=False)


def test_costs_of_payments_are_those_of_a_unit(read) -> None:
    """The costs that a unit bore are what it would have had more of at prices that stood still.

    Money paid in costs each unit next to nothing, not the costs of all that was ever there.
    """
    both = compare(align_runs(read[1:], align=False))
    paying, plain = (run.numbers.costs_paid for run in both.table.values())
    orders, units = read[1].orders, read[1].values
    before = (units["strategy"] / units["wealth"]).shift(1).fillna(1.0)
    by_hand = sum(
        (order.fee + order.slippage) * before[order.date] for order in orders.itertuples()
    )
    assert paying == pytest.approx(by_hand / 10_000)
    assert plain < paying < 2 * plain


def test_turnover_is_of_the_money_that_was_there(compared, made) -> None:
    """Orders are of wealth, which payments double and halve; so is what they are divided by."""
    cut = compared.aligned.values.index[0]
    assert compared.aligned.cut
    for name, run in zip(compared.aligned.labels, made, strict=True):
        traded = run.simulation.traded
        traded = traded[(traded.index > cut) & (traded.index <= compared.aligned.values.index[-1])]
        years = len(traded) / 12.0
        told = compared.table[name].numbers.turnover_per_year
        assert told == pytest.approx(traded.sum() / years, rel=1e-6)


def test_the_final_value_is_called_unit_value_only_where_money_is_paid(
    compared, comparison
) -> None:
    assert "Unit value of $1" in dict(console_rows(compared))
    assert "Final value of $1" in dict(console_rows(comparison))


def test_pages_lists_and_notebooks_work_with_a_ruined_run(made, read, compared, results) -> None:
    place = write_comparison(results, compared)
    text = (place / "index.html").read_text("utf-8")
    assert 'id="own"' in text
    assert f"ran out {made[0].summary.end}" in text
    rebuild_index(results)
    listed = (results / "index.html").read_text("utf-8")
    assert f"the money ran out on {made[0].summary.end}" in listed
    assert "SPY 60\u202f%, IEF 40\u202f%, \u2212\u2060$800 a year" in listed
    row = read_listed(read[0].folder)
    assert isinstance(row, ListedRun)
    assert row.glance is not None
    assert row.glance.ruined == made[0].summary.end
    assert "with other cash flows" in comparison_html(compared)
    assert "The money ran out on" in run_html(made[0])
    assert "The money ran out on" in run_text(made[0])


def test_without_cash_flows_nothing_is_said_of_money(comparison) -> None:
    assert cash_flows.flows_grid(comparison.aligned) is None
    assert cash_flows.flows_rows(comparison.aligned) == []
    assert comparison.aligned.paid_otherwise == []

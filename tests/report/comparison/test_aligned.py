"""Runs made comparable: refused by what differs, or cut to what they share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.engine.costs import Costs
from backtests.report.comparison.aligned import align_runs, label, require_names
from data.errors import UsageError


def other(run, **summary):
    """The same run with another name, other values, and other fields of its summary."""
    files = {**run.manifest.files, "equity.csv": "other"}
    return replace(
        run,
        folder=run.folder.with_name("other-run"),
        manifest=replace(run.manifest, files=files),
        summary=replace(run.summary, **summary),
    )


def cut(run, first=None, last=None):
    """A run over some of its rows."""
    values, weights = run.values.loc[first:last], run.weights.loc[first:last]
    orders = run.orders[run.orders["date"].isin(values.index)]
    start, end = (f"{day:%Y-%m-%d}" for day in (values.index[0], values.index[-1]))
    filled = run.summary.first_fill if first is None else f"{values.index[1]:%Y-%m-%d}"
    changed = other(run, start=start, end=end, first_fill=filled)
    return replace(changed, values=values, weights=weights, orders=orders)


def test_runs_on_one_footing_are_levels_from_one(finished):
    aligned = align_runs(finished, align=False)
    assert aligned.labels == ["hedge_mix", "equity_only", "attack_defend step_bp=25"]
    assert aligned.runs == finished
    assert (aligned.ppy, aligned.cut, aligned.notes) == (12, False, [])
    assert (aligned.values.iloc[0] == 1.0).all()
    for name, run in zip(aligned.labels, finished, strict=True):
        own = run.values["strategy"]
        np.testing.assert_allclose(aligned.values[name], own / own.iloc[0], rtol=1e-15)
    assert aligned.benchmark.equals(finished[0].values["benchmark"])
    assert aligned.cash.equals(finished[0].values["cash"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "files:x"}, "not the same source: bundled for {mine}, files:x for other-run; "
         "run both with the same --source, or give --align"),
        ({"start": "1996-01-31"}, "not the same start: 1995-01-31 for {mine}, 1996-01-31 for other"
         "-run; run both with the same --start, later than the first day of either, or give"),
        ({"end": "2020-01-31"}, "not the same end: 2025-12-31 for {mine}, 2020-01-31 for other-"),
        ({"costs": Costs(9.0, 1.0, 1)}, "not the same costs: fee 2 bp, slippage 1 bp, lag 1 for "
         "{mine}, fee 9 bp, slippage 1 bp, lag 1 for other-run; run both with the same --fee-bps"),
        ({"periods_per_year": 252}, "not the same frequency: monthly for {mine}, daily for other"),
    ],
)  # fmt: skip
def test_what_differs_is_named_with_whose_it_is(finished, change, message):
    mine = finished[0]
    with pytest.raises(UsageError) as caught:
        align_runs([mine, other(mine, **change)], align=False)
    assert str(caught.value).startswith(message.format(mine=mine.name))
    assert "\n" not in str(caught.value)


def test_another_benchmark_and_other_data_are_named(finished):
    mine = finished[0]
    ticker = replace(mine.summary.benchmark, ticker="VTI")
    with pytest.raises(UsageError, match="not the same benchmark: SPY for .*, VTI for other-run"):
        align_runs([mine, other(mine, benchmark=ticker)], align=False)
    changed = other(mine)
    data = {**changed.manifest.data, "SPY": replace(changed.manifest.data["SPY"], sha256="0")}
    changed = replace(changed, manifest=replace(changed.manifest, data=data))
    with pytest.raises(UsageError, match="not the same data: SPY up to 2025-12-31 of .* run both"):
        align_runs([mine, changed], align=False)
    assert align_runs([mine, changed], align=True).notes == [
        f"not the same data: SPY up to 2025-12-31 of {mine.name} and of other-run"
    ]


def test_a_history_carried_back_is_compared_by_its_own_days(finished):
    """The rule's SHY has bonds before its first day, that of a mix has not: both are Yahoo's."""
    mine, theirs = finished[0], other(finished[0])

    def with_spy(run, **hashes):
        data = {**run.manifest.data, "SPY": replace(run.manifest.data["SPY"], **hashes)}
        return replace(run, manifest=replace(run.manifest, data=data))

    own = mine.manifest.data["SPY"].sha256
    carried = with_spy(theirs, sha256="of all days", own_sha256=own)
    assert align_runs([mine, carried], align=False).notes == []
    for changed in (with_spy(theirs, sha256=own, own_sha256="0"), with_spy(theirs, sha256="0")):
        with pytest.raises(UsageError, match="not the same data: SPY"):
            align_runs([mine, changed], align=False)


def test_one_run_twice_is_refused(finished):
    again = replace(finished[0], folder=finished[0].folder.with_name("copy"))
    with pytest.raises(UsageError, match="are the same run; name each run once"):
        align_runs([finished[0], again], align=True)


def test_two_rules_that_trade_alike_are_compared_and_said_to(finished):
    summary = replace(finished[0].summary, strategy="mine")
    mine = replace(finished[0], folder=finished[0].folder.with_name("mine-1"), summary=summary)
    aligned = align_runs([finished[0], mine], align=False)
    assert aligned.notes == [f"{finished[0].name} and mine-1 trade alike on every row"]


@pytest.mark.parametrize("count", [0, 1, 21])
def test_how_many_runs_a_comparison_takes(finished, count):
    with pytest.raises(UsageError, match=f"compare takes 2 to 20 runs, got {count}"):
        align_runs(finished[:1] * count, align=True)


def test_runs_of_other_spans_are_cut_to_the_common_one(finished):
    late, early = cut(finished[0], "2000-01-31"), cut(finished[1], None, "2010-12-31")
    aligned = align_runs([late, early], align=True)
    # Row 0 of the later run waits in cash for its fill: the common span begins a row later.
    assert aligned.values.index[0] == pd.Timestamp("2000-02-29")
    assert aligned.values.index[-1] == pd.Timestamp("2010-12-31")
    assert (aligned.values.iloc[0] == 1.0).all()
    assert aligned.cut
    assert aligned.notes[0] == (
        "aligned to the 131 month-ends that all share, 2000-02-29 to 2010-12-31; bills are those "
        "of hedge_mix, and the first purchases and their costs lie before"
    )
    assert aligned.notes[1].startswith("not the same start: 2000-01-31 for other-run")


def test_daily_rows_meet_monthly_ones_at_month_ends(finished):
    monthly = finished[0]
    days = pd.bdate_range("2001-01-02", "2010-06-15")  # the last month is not over
    grown = pd.DataFrame(
        dict.fromkeys(("strategy", "benchmark", "cash"), 1.001 ** np.arange(len(days))), days
    )
    daily = replace(other(monthly, periods_per_year=252), values=grown)
    aligned = align_runs([daily, monthly], align=True)
    assert aligned.ppy == 12
    assert (aligned.values.index[0], aligned.values.index[-1]) == (
        pd.Timestamp("2001-01-31"), pd.Timestamp("2010-05-31"),
    )  # fmt: skip
    closes = grown["strategy"].resample("ME").last().loc["2001-01":"2010-05"]
    np.testing.assert_allclose(aligned.values.iloc[:, 0], closes / closes.iloc[0], rtol=1e-12)


def test_runs_that_share_no_dates_are_refused(finished):
    early, late = cut(finished[0], None, "2000-01-31"), cut(finished[1], "2000-01-31")
    with pytest.raises(UsageError, match="and the others share 0 dates; run them again over a"):
        align_runs([early, late], align=True)


def test_labels_are_unique_whatever_the_folders_are_called(finished, tmp_path):
    runs = [finished[0]] * 3
    assert len(set(label(runs))) == 3
    elsewhere = replace(finished[0], folder=tmp_path / "elsewhere")
    assert label([finished[0], elsewhere]) == [
        f"hedge_mix [{finished[0].name}]", "hedge_mix [elsewhere]",
    ]  # fmt: skip


# --- names that the user gives ---------------------------------------------------------------


def named(runs, *names):
    return [replace(run, called=name) for run, name in zip(runs, names, strict=True)]


def test_a_name_is_the_label_and_stands_in_messages(finished):
    runs = named(finished, "60/40", None, "my rule")
    aligned = align_runs(runs, align=False)
    assert aligned.labels == ["60/40", "equity_only", "my rule"]
    assert list(aligned.values) == aligned.labels
    mine, late = named([finished[0], cut(finished[1], "2000-01-31")], "60/40", "late")
    with pytest.raises(UsageError, match="start: 1995-01-31 for 60/40, 2000-01-31 for late; run"):
        align_runs([mine, late], align=False)
    assert align_runs([late, mine], align=True).notes[0].partition("bills are those of ")[2] == (
        "late, and the first purchases and their costs lie before"
    )


def test_the_names_of_the_user_stay_and_ours_give_way(finished):
    mix, equity, rule = finished
    assert label(named(finished, None, "hedge_mix", None)) == [
        f"hedge_mix [{mix.name}]", "hedge_mix", "attack_defend step_bp=25",
    ]  # fmt: skip
    # Neither of the folder's name nor of the number may two be equal.
    same = f"hedge_mix [{mix.name}]"
    assert label(named(finished, None, "hedge_mix", same)) == [f"{same} [1]", "hedge_mix", same]
    four = [mix, equity, rule, other(mix)]
    with pytest.raises(UsageError, match="two runs are named .*; give each its own name"):
        label(named(four, None, "hedge_mix", same, f"{same} [1]"))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([None, ""], "the name of a run is empty; write it before the =, as in NAME=RUN"),
        (["a", None, "a"], "two runs are named 'a'; give each its own name"),
        (["a:b"], "the name 'a:b' cannot stand in a table; give one without colon, ="),
        (["a=b"], "cannot stand in a table"),
        (["a\u200b"], "cannot stand in a table"),
        (["\ud800"], "cannot stand in a table"),
        (["x" * 61], "has 61 characters; give one of at most 60"),
    ],
)
def test_names_are_refused_in_one_line(names, message):
    with pytest.raises(UsageError, match=message):
        require_names(names)


def test_other_names_are_taken():
    require_names(["60/40", "A", "a", "100 % equity", "x" * 60, "Größe", None, None])


# Currencies


def paid(run, **config):
    """The same run with other values and another configuration."""
    changed = other(run)
    table = replace(run.manifest.config, **config)
    return replace(changed, manifest=replace(changed.manifest, config=table))


def test_runs_of_different_currencies_are_refused_by_name_and_currency(abroad):
    message = (
        "not the same currency: JPY for Tokyo, AUD for Sydney, USD for New York; run all in one, "
        "as in STRATEGY@JPY, or give --each-in-its-own for each investor's own figures, without "
        "comparing them"
    )
    for align in (False, True):  # no cut makes them one
        with pytest.raises(UsageError, match=message):
            align_runs(abroad, align=align)


def test_runs_of_one_currency_are_compared_and_not_shown_each_in_its_own(finished):
    with pytest.raises(UsageError, match="--each-in-its-own is for runs in different currencies, "
                       "and all of these are in USD; leave it out"):  # fmt: skip
        align_runs(finished, align=False, each_in_its_own=True)


def test_each_in_its_own_has_its_own_equity_and_cash(abroad):
    aligned = align_runs(abroad, align=False, each_in_its_own=True)
    assert aligned.labels == ["Tokyo", "Sydney", "New York"]
    for name, run in zip(aligned.labels, abroad, strict=True):
        assert aligned.own_benchmarks[name].tolist() == run.values["benchmark"].tolist()
        assert aligned.own_cash[name].tolist() == run.values["cash"].tolist()
    assert not aligned.own_cash["Tokyo"].equals(aligned.own_cash["New York"])
    # Figures of currencies end on other days: what is shown is what all share, and that is said.
    short = [abroad[0], replace(cut(abroad[2], last="2010-12-31"), called="Short")]
    cut_both = align_runs(short, align=False, each_in_its_own=True)
    assert cut_both.values.index[-1] == pd.Timestamp("2010-12-31")
    assert "not the same end: 2019-12-31 for Tokyo, 2010-12-31 for Short" in cut_both.notes
    # Source and costs have to be the same all the same.
    dear = replace(abroad[2].summary, costs=replace(abroad[2].summary.costs, fee_bps=9.0))
    with pytest.raises(UsageError, match="not the same costs"):
        align_runs([abroad[0], replace(abroad[2], summary=dear)], align=False, each_in_its_own=True)


def test_what_a_run_hedges_may_differ_and_what_its_cash_is_may_not(abroad):
    tokyo = abroad[0]
    unhedged = replace(paid(tokyo, fx_hedge=0.0, fx_basis_bp=100.0), called="Open")
    assert align_runs([tokyo, unhedged], align=False).notes == []
    equity = replace(paid(tokyo, fx_hedge_equity=1.0), called="All")
    assert align_runs([tokyo, equity], align=False).notes == [
        "equity is hedged in more than one way: the benchmark is that of Tokyo"
    ]
    bills = replace(paid(tokyo, cash="usd"), called="Bills")
    message = (
        "not the same cash: home for Tokyo, usd for Bills; run both with the same --cash, or give "
        "--align, which measures both over that of the first"
    )
    with pytest.raises(UsageError, match=message):
        align_runs([tokyo, bills], align=False)
    aligned = align_runs([tokyo, bills], align=True)
    assert "not the same cash: home for Tokyo, usd for Bills" in aligned.notes
    # A payoff less another is not to be the difference of two kinds of cash.
    assert aligned.cash_of(bills) is tokyo
    assert align_runs([tokyo, unhedged], align=False).cash_of(unhedged) is unhedged
    assert any("differences of payoffs are over that of Tokyo" in note for note in aligned.notes)


def test_rates_of_exchange_of_two_currencies_are_no_changed_data(abroad):
    aligned = align_runs(abroad, align=False, each_in_its_own=True)
    assert not [note for note in aligned.notes if "not the same data" in note]
    data = dict(abroad[0].manifest.data)
    data["exchange_rate"] = replace(data["exchange_rate"], sha256="0" * 64)
    again = other(abroad[0])
    again = replace(again, called="Later", manifest=replace(again.manifest, data=data))
    with pytest.raises(UsageError, match="not the same data: exchange_rate of JPY up to 2019"):
        align_runs([abroad[0], again], align=False)

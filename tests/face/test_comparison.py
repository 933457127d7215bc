"""``compare_runs``: the command's comparison, of runs in memory and of folders."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests import (
    HedgeError,
    OwnFigures,
    RunConfig,
    StrictError,
    UsageError,
    backtest,
    compare_runs,
)
from backtests.compare import main as compare_command
from backtests.engine.money import Money
from tests.conftest import ended
from tests.face.test_backtest import contents

SPAN = {"source": "bundled", "start": "1975-01-31", "end": "1999-12-31", "quiet": True}
WORDS = ("--source", "bundled", "--start", "1975-01-31", "--end", "1999-12-31")


@pytest.fixture(scope="module")
def mix():
    return backtest("hedge_mix", **SPAN)


@pytest.fixture(scope="module")
def other():
    return backtest("hedge_mix", weights={"SPY": 0.7, "TLT": 0.3}, **SPAN)


@pytest.fixture(scope="module")
def comparison(mix, other):
    return compare_runs(mix, other, quiet=True)


def test_the_table_is_that_of_the_command(comparison, tmp_path, capsys, no_workers):
    words = ("hedge_mix", "hedge_mix:SPY=0.7,TLT=0.3", "--no-tearsheet", *WORDS)
    code, _, err = ended(compare_command, capsys, *words, "--out", str(tmp_path / "a"))
    assert code == 0, err
    (there,) = (tmp_path / "a").glob("compare-*")
    here = comparison.save(tmp_path / "b", no_tearsheet=True, quiet=True)
    assert here.name == there.name
    assert contents(here) == contents(there)
    assert sorted(path.name for path in (tmp_path / "b").iterdir() if path.is_dir()) == sorted(
        path.name for path in (tmp_path / "a").iterdir() if path.is_dir()
    )
    # The CSV is the table, to the last digit.
    read = pd.read_csv(here / "metrics.csv", index_col="metric", dtype=str, keep_default_na=False)
    shown = comparison.table
    assert list(read.columns) == list(shown.columns) == comparison.labels
    assert float(read.loc["cagr"].iloc[0]) == shown.loc["cagr"].iloc[0]


def test_a_run_that_lies_there_whole_is_not_written_again(comparison, mix, tmp_path):
    comparison.save(tmp_path, no_tearsheet=True, quiet=True)
    before = (tmp_path / mix.name / "manifest.json").stat().st_mtime_ns
    comparison.save(tmp_path, no_tearsheet=True, quiet=True)
    assert (tmp_path / mix.name / "manifest.json").stat().st_mtime_ns == before


def test_folders_compare_like_their_runs(comparison, mix, other, tmp_path):
    folders = [run.save(tmp_path, no_tearsheet=True, quiet=True) for run in (mix, other)]
    both = compare_runs(str(folders[0]), folders[1], quiet=True)
    pd.testing.assert_frame_equal(both.table, comparison.table)
    mixed = compare_runs(mix, folders[1], quiet=True)
    pd.testing.assert_frame_equal(mixed.table, comparison.table)


def test_what_it_says_is_what_the_runs_say(comparison, mix, other):
    table = comparison.table
    for label, run in zip(comparison.labels, (mix, other), strict=True):
        assert table.loc["cagr", label] == run.metrics.cagr
        assert table.loc["max_drawdown", label] == run.metrics.max_drawdown
        assert table.loc["verdict", label] == run.verdict.word
        # Growth of 1: the run's value over its value at the start.
        growth = comparison.values[label]
        assert growth.iloc[-1] == pytest.approx(run.nav.iloc[-1] / run.nav.iloc[0], rel=1e-12)
    assert list(comparison.differences) == comparison.labels[1:]
    assert "1980" in set(pd.DatetimeIndex(comparison.values.index).year.astype(str))


def test_it_hands_out_copies(comparison):
    before = comparison.values.copy()
    values, table = comparison.values, comparison.table
    values.iloc[:] = table.iloc[:] = 0.0
    comparison.labels.clear()
    pd.testing.assert_frame_equal(comparison.values, before)
    assert len(comparison.labels) == 2


def test_every_chart_is_a_figure(comparison):
    for name in ("growth", "drawdown", "rolling", "correlation", "years", "weights"):
        assert len(getattr(comparison.plot, name)().data) >= 1, name


@pytest.mark.usefixtures("quick_proof")
def test_an_own_rule_compares_too(mix):
    own = backtest(lambda market: {"SPY": 0.5}, tickers=["SPY"], **SPAN)
    assert compare_runs(mix, own, quiet=True).labels[1] == "function"


def test_what_does_not_compare_is_one_line(mix, other):
    shorter = backtest("hedge_mix", **{**SPAN, "end": "1998-12-31"}, no_verdict=True)
    cases = (
        (lambda: compare_runs(mix), "compare takes 2 to 20 runs, got 1"),
        (lambda: compare_runs(mix, mix), "are the same run; name each run once"),
        (lambda: compare_runs(mix, shorter), "not the same end"),
        (lambda: compare_runs(mix, "carry"), "carry"),
        (lambda: compare_runs([mix, mix]), "give the runs one by one: compare_runs(*runs)"),
        (lambda: compare_runs(mix, 7), "got 7; make a run of it with backtest()"),
        (lambda: compare_runs([mix, mix]), "give the runs one by one: compare_runs(*runs)"),
    )
    for call, message in cases:
        with pytest.raises(HedgeError) as refused:
            call()
        assert message in str(refused.value)
        assert "\n" not in str(refused.value)
    aligned = compare_runs(mix, shorter, align=True, quiet=True)
    assert f"{aligned.values.index[-1]:%Y-%m-%d}" == "1998-12-31"
    assert any("aligned to" in note for note in aligned.notes)


def test_a_chart_without_content_says_why():
    span = {"source": "bundled", "start": "1999-01-31", "end": "1999-12-31", "quiet": True}
    runs = [backtest("hedge_mix", no_verdict=True, lag=lag, **span) for lag in (1, 1)]
    runs[1] = backtest("hedge_mix", weights={"SPY": 1.0}, no_verdict=True, **span)
    with pytest.raises(
        UsageError, match="since the runs share less than three years; draw another"
    ):
        compare_runs(*runs, quiet=True).plot.rolling()


def test_a_dict_names_the_runs_as_the_command_does(mix, other, tmp_path, capsys):
    named = compare_runs({"60/40": mix, "equity": other}, quiet=True)
    assert named.labels == list(named.table) == list(named.values) == ["60/40", "equity"]
    assert list(named.differences) == ["equity"]
    assert named.sources == (mix, other)
    plain = compare_runs(mix, other, quiet=True)
    pd.testing.assert_frame_equal(named.table.set_axis(plain.labels, axis=1), plain.table)
    # "equity" is what the table of falls calls the benchmark: the run has its number behind.
    assert named.falls["equity"].equals(plain.falls["equity"])
    assert named.falls["equity [2]"].equals(plain.falls[plain.labels[1]])
    words = ("60/40=hedge_mix", "equity=hedge_mix:SPY=0.7,TLT=0.3", "--no-tearsheet", *WORDS)
    code, _, err = ended(compare_command, capsys, *words, "--out", str(tmp_path / "a"))
    assert code == 0, err
    (there,) = (tmp_path / "a").glob("compare-*")
    here = named.save(tmp_path / "b", no_tearsheet=True, quiet=True)
    assert here.name == there.name
    assert contents(here) == contents(there)


def test_a_wrong_name_or_file_is_one_line(mix, other):
    cases = (
        (lambda: compare_runs({"": mix, "b": other}), "the name of a run is empty"),
        (lambda: compare_runs({7: mix, "b": other}), "compare_runs takes names as text, got 7"),
        (lambda: compare_runs({"a\n": mix, "b": other}), "cannot stand in a table"),
        (lambda: compare_runs({"a=b": mix, "b": other}), "cannot stand in a table"),
        (lambda: compare_runs({"a" * 61: mix, "b": other}), "has 61 characters"),
        (lambda: compare_runs({"a": mix}), "compare takes 2 to 20 runs, got 1"),
        (lambda: compare_runs({"a": mix, "b": 7}), "got 7; make a run of it with backtest()"),
        (lambda: compare_runs({"a": mix}, {"b": other}), "give the runs one by one"),
        (lambda: compare_runs(mix, "x/run.toml"), "make a run of it with backtest(config='x/run"),
    )
    for call, message in cases:
        with pytest.raises(UsageError) as refused:
            call()
        assert message in str(refused.value)
        assert "\n" not in str(refused.value)


def test_strict_refuses_runs_by_their_data(mix, other):
    assert compare_runs(mix, other, strict=True, quiet=True).labels
    assert compare_runs(mix, other, strict=True, max_age=0, quiet=True).labels  # to the asked end
    late = [
        backtest("hedge_mix", weights={"SPY": weight}, source="bundled", start="2020-01-31",
                 no_verdict=True, quiet=True)
        for weight in (0.5, 0.6)
    ]  # fmt: skip
    with pytest.raises(StrictError, match="strict=True: a: the data of bundled end on 2025-12-31"):
        compare_runs(dict(zip("ab", late, strict=True)), strict=True, max_age=1, quiet=True)
    with pytest.raises(UsageError, match="max_age= goes with strict=True"):
        compare_runs(mix, other, max_age=1)


# Currencies


YEARS = {"source": "bundled", "start": "2000-01-31", "end": "2009-12-31"}
YEARS_WORDS = ("--source", "bundled", "--start", "2000-01-31", "--end", "2009-12-31")


@pytest.fixture(scope="module")
def investors():
    """The same mix of an investor in yen, hedged, and of one in euro."""
    moneys = {"JPY": Money("JPY", fx_hedge=1), "EUR": Money("EUR")}
    return {
        name: backtest(RunConfig("hedge_mix", money=money, **YEARS), quiet=True)
        for name, money in moneys.items()
    }


def test_runs_of_two_currencies_are_refused_or_shown_each_in_its_own(investors):
    with pytest.raises(UsageError, match="not the same currency: JPY for JPY, EUR for EUR; run "
                       "all in one, as in STRATEGY@JPY, or give each_in_its_own=True"):  # fmt: skip
        compare_runs(investors, quiet=True)
    own = compare_runs(investors, each_in_its_own=True, quiet=True)
    assert isinstance(own, OwnFigures)
    assert own.currencies == {"JPY": "JPY", "EUR": "EUR"}
    assert own.labels == ["JPY", "EUR"]
    for name, run in investors.items():
        assert own.table.loc["cagr", name] == pytest.approx(run.metrics.cagr, rel=1e-9)
    assert not hasattr(own, "differences")
    assert "less_first" not in " ".join(own.table.index)
    assert list(own.years.index) == list(range(2000, 2010))
    assert any(note.startswith("all values are in JPY") for note in own.notes)
    assert repr(own).splitlines()[1].startswith("Each investor in its own money")
    assert "<table" in own._repr_html_()


def test_the_figures_of_each_are_those_of_the_command(investors, tmp_path, capsys, no_workers):
    words = ("JPY=hedge_mix@JPY:fx_hedge=1", "EUR=hedge_mix@EUR", "--no-tearsheet",
             "--each-in-its-own", *YEARS_WORDS)  # fmt: skip
    code, out, err = ended(compare_command, capsys, *words, "--out", str(tmp_path / "a"))
    assert code == 0, err
    assert "nothing here is compared across currencies." in out
    assert "*" not in out
    (there,) = (tmp_path / "a").glob("compare-*")
    own = compare_runs(investors, each_in_its_own=True, quiet=True)
    here = own.save(tmp_path / "b", no_tearsheet=True, quiet=True)
    assert here.name == there.name
    assert contents(here) == contents(there)

"""The gate of the benchmarks (a figure counts only if the answers agree), and their page."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks import figures, machine, report
from tests.benchmarks import works as made
from tests.benchmarks.__main__ import SECTIONS, against, main, measure, run_one, update
from tests.benchmarks.bare import difference_of
from tests.benchmarks.figures import Figure, difference, digits, told
from tests.benchmarks.machine import Machine
from tests.benchmarks.peers import (
    Contestant,
    bt_alone,
    bt_with_our_fills,
    contest,
    kernel,
    ledger,
    needs_algorithms,
    pandas_alone,
    spread,
    sweep_contest,
    vectorbt,
    vectorbt_sweep,
)
from tests.benchmarks.report import Measured, Records, Section, page, read, write
from tests.benchmarks.scaling import measure as measure_series
from tests.benchmarks.scaling import series
from tests.benchmarks.works import Answer, Work, gap, grid, mix_of, prices
from tests.conftest import ROOT

SMALL = 300  # sessions
PAIR = Figure("a mix", "ms", (2.0, 3.0, 4.0), (20.0, 60.0, 40.0), "other 1.0", gap=1e-12,
              compared="values")  # fmt: skip
HERE = Machine("A processor", 2, 8.0, "Linux 6.1", "3.11.7", ("numpy 2.0", "bt: not installed"))
FIRST = Section("first", "The first", "What it is.", ("tests.benchmarks.first",))
SECOND = Section("second", "The second", "What it is.", ("tests.benchmarks.second", "--x", "1"))


def peer(name="peer", change=lambda answer: answer, calls=None, **options) -> Contestant:
    """Our own kernel as somebody else, with a change to its answer."""

    def begin(work):
        run, read_ours = kernel(work)

        def counted():
            if calls is not None:
                calls.append(name)
            return run()

        return counted, lambda raw: change(read_ours(raw))

    return Contestant(name, name, options.pop("package", "numpy"), begin, **options)


# --- the gate


def test_a_share_is_the_median_of_pairs():
    """2/20, 3/60 and 4/40 are 0.1, 0.05 and 0.1; their median is 0.1."""
    assert PAIR.shares == pytest.approx([0.1, 0.05, 0.1])
    assert (PAIR.share, PAIR.here, PAIR.there) == (pytest.approx(0.1), 3.0, 40.0)
    assert told(PAIR) == "10.0 times as fast"
    assert told(replace(PAIR, ours=(60.0,) * 3, theirs=(20.0,) * 3)) == "3.00 times as slow"


@pytest.mark.parametrize("off", [1.0001e-9, 0.5, 1.0, float("nan"), None])
def test_without_equal_answers_there_is_no_time_and_no_ratio(off):
    figure = replace(PAIR, gap=off, most=0.5)
    assert (figure.there, figure.share, figure.shares) == (None, None, [])
    assert figure.meets is None
    assert told(figure) == ("not compared" if off is None else "does not agree")


def test_the_tolerance_itself_still_counts():
    assert replace(PAIR, gap=1e-9).share is not None
    assert replace(PAIR, gap=0.0, tolerance=0.0).share is not None


def test_a_yardstick_is_other_work_and_has_no_answers():
    figure = replace(PAIR, peer="", gap=None, yardstick="without bands", most=0.1)
    assert figure.share == pytest.approx(0.1)
    assert told(figure) == "0.100 times its time"
    assert figure.meets


@pytest.mark.parametrize(
    ("most", "theirs", "expected"),
    [(0.1, True, True), (0.099, True, False), (3.0, False, True), (2.9, False, False)],
)
def test_a_bar_is_a_share_with_a_peer_and_units_without(most, theirs, expected):
    figure = PAIR if theirs else replace(PAIR, peer="", theirs=(), gap=None)
    assert replace(figure, most=most).meets is expected


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ([100.0, 200.0], 0.0),
        ([100.0, 201.0], 0.005),
        ([99.0, 200.0], 0.01),
        ([100.0, 900.0], 1.0),
        ([100.0, np.nan], 1.0),
        ([100.0, np.inf], 1.0),
        ([100.0], 1.0),
    ],
)
def test_a_difference_is_a_fraction_of_ours_and_no_number_is_all_of_it(theirs, expected):
    assert difference(np.array([100.0, 200.0]), np.array(theirs)) == pytest.approx(expected)


WRONG = {
    "a value that is off by a little": lambda a: Answer(a.value * (1 + 2e-9), a.units),
    "a value that is off on one day": lambda a: Answer(
        np.where(np.arange(len(a.value)) == 200, a.value * 1.01, a.value), a.units
    ),
    "trades a day late, at the same value": lambda a: Answer(
        a.value, np.vstack([a.units[:1], a.units[:-1]])
    ),
    "no number at the end": lambda a: Answer(np.append(a.value[:-1], np.nan), a.units),
    "a day less": lambda a: Answer(a.value[1:], a.units[1:]),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_peer_with_a_wrong_answer_loses_its_figure(change):
    """It is asked once, for its answer, and never timed; the one that is right keeps its figure."""
    calls: list[str] = []
    work = made.works(SMALL)[1]
    contestants = [peer("wrong", change, calls), peer("right", lambda a: a, calls)]
    wrong, right = contest(work, contestants, rounds=3)
    assert calls.count("wrong") == 1
    assert (wrong.answers, wrong.theirs, wrong.share) == ("does not agree", (), None)
    assert right.answers == "agree"
    assert len(right.shares) == 3
    text = page(Records({"first": measured(wrong, right)}), [FIRST])
    lines = [line for line in text.splitlines() if line.startswith("|") and "wrong" in line]
    assert any("does not agree" in line and "times" not in line for line in lines)


def test_a_little_rounding_still_agrees():
    small = peer(change=lambda a: Answer(a.value * (1 + 1e-11), a.units))
    (figure,) = contest(made.works(SMALL)[1], [small], rounds=1)
    assert figure.answers == "agree"
    assert figure.gap == pytest.approx(1e-11, rel=1e-2)


def test_a_sweep_of_wrong_values_loses_its_figure_too():
    work, mixes = made.works(SMALL)[1], grid(steps=4)
    late = peer("late", lambda a: Answer(np.append(a.value[:1], a.value[:-1]), a.units), mixes=2)
    made_of = sweep_contest(work, mixes, [late, peer("right", mixes=3)], rounds=1)
    assert [(figure.peer, figure.answers, bool(figure.theirs)) for figure in made_of] == [
        ("late", "does not agree", False), ("right", "agree", True),
        ("late", "does not agree", False), ("right", "agree", True),
    ]  # fmt: skip


def test_a_part_of_a_sweep_leaves_out_its_ends():
    assert spread(9, 2).tolist() == [3, 6]
    assert spread(3, 3).tolist() == [0, 1, 2]


def test_a_library_that_is_not_installed_has_a_line_that_says_so():
    gone = peer("gone 1.0", package="no_such_library_here")
    (figure,) = contest(made.works(SMALL)[0], [gone], rounds=1)
    assert (figure.left_out, figure.theirs) == ("no_such_library_here is not installed", ())
    text = page(Records({"first": measured(figure)}), [FIRST])
    line = "- Left out of *one mix, monthly, no costs: 300 sessions*: gone 1.0: "
    assert f"{line}no_such_library_here is not installed." in text


# --- the same work in the real libraries


def gap_of(work: Work, begin) -> float:
    """Of a library's answer to ours."""
    (ours, read_ours), (theirs, read_theirs) = kernel(work), begin(work)
    return gap(work, read_ours(ours()), read_theirs(theirs()))


@pytest.mark.parametrize("work", made.works(SMALL), ids=lambda work: work.title)
@pytest.mark.parametrize("begin", [ledger, pandas_alone, bt_with_our_fills])
def test_each_library_does_the_same_work(work, begin):
    assert gap_of(work, begin) < 1e-10


@pytest.mark.parametrize("engine", ["rust", "numba"])
def test_vectorbt_does_the_same_work(engine):
    free, dear, *others = made.works(SMALL)
    assert gap_of(free, vectorbt(engine)) < 1e-9
    assert gap_of(dear, vectorbt(engine)) < 1e-9
    run = vectorbt_sweep(engine, together=2)(dear, grid(steps=2))
    each = [kernel(replace(dear, weights=mix)) for mix in grid(steps=2)]
    values = np.column_stack([read_ours(call()).value for call, read_ours in each])
    assert difference(values, run()) < 1e-9
    assert len(others) == 2


def test_bt_alone_fills_otherwise_under_costs():
    """It takes the costs of a buy out of the amount that is asked for."""
    free, dear, banded, paid = made.works(SMALL)
    assert gap_of(free, bt_alone) < 1e-10
    assert gap_of(dear, bt_alone) > 1e-6
    assert "RunIfOutOfBounds" in needs_algorithms(banded)
    assert needs_algorithms(paid)
    assert not needs_algorithms(dear)


def test_the_bands_and_payments_of_the_works_do_something():
    """So that the contests are not of the same portfolio four times."""
    ends = [kernel(work)[0]().nav[-1] for work in made.works(1_000)]
    assert len({round(end, 2) for end in ends}) == 4
    assert ends[3] - ends[1] > 30 * 50  # more than thirty payments of fifty
    units = kernel(made.works(1_000)[2])[0]().units
    trades = np.abs(np.diff(units, axis=0)).max(axis=1) > 1e-9
    assert 1 < trades.sum() < 40


def test_a_grid_is_every_mix_in_equal_steps():
    """Of three in steps of a half: 6 mixes; in steps of 5 %: 22 x 21 / 2 = 231."""
    np.testing.assert_allclose(
        grid(steps=2),
        [[1, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 1, 0], [0, 0.5, 0.5], [0, 0, 1]],
    )  # fmt: skip
    assert len(grid()) == 231
    np.testing.assert_allclose(mix_of(3), [1 / 2, 1 / 3, 1 / 6])


def test_growth_is_measured_on_values_that_agree():
    for title, steps in series(scale=0.02).items():
        small = [replace(step, mixes=min(step.mixes, 8)) for step in steps]
        made_of = measure_series(title, small, rounds=1)
        assert {figure.answers for figure in made_of} == {"agree"}, title
        assert all(len(figure.ours) == 1 for figure in made_of)
        assert {bool(figure.theirs) for figure in made_of} == {title != "mixes"}


def test_a_series_whose_values_differ_has_no_ledger_beside_it(monkeypatch):
    wrong = replace(series(0.02)["sessions"][0], mixes=2)
    monkeypatch.setattr("tests.benchmarks.scaling.difference", lambda *_: 1e-3)
    (figure,) = measure_series("sessions", [wrong], rounds=1)
    assert (figure.theirs, figure.answers) == ((), "does not agree")


# --- a run of the command against the bare script


def test_a_bare_script_is_held_against_the_growth_since_the_first_fill():
    """A run earns bills on its first row; from then on both grow alike, or they differ."""
    days = pd.bdate_range("2020-01-01", periods=4)
    ours = pd.DataFrame({"strategy": [100.0, 101.0, 202.0, 303.0], "benchmark": [1.0] * 4,
                         "cash": 1.0}, days)  # fmt: skip
    theirs = pd.DataFrame({"strategy": [100.0, 100.0, 200.0, 300.0], "benchmark": [1.0] * 4}, days)
    assert difference_of(ours, theirs) < 1e-12
    theirs.loc[days[3], "benchmark"] = 1.001
    assert difference_of(ours, theirs) == pytest.approx(1e-3)
    assert difference_of(ours, theirs.iloc[:-1]) == 1.0


# --- from a benchmark to the collector


def test_figures_are_handed_over_and_added_up(tmp_path, monkeypatch):
    monkeypatch.delenv(figures.HANDED_OVER, raising=False)
    figures.hand_over([PAIR])  # to nobody
    place = tmp_path / "figures.json"
    monkeypatch.setenv(figures.HANDED_OVER, str(place))
    assert figures.taken(place) == []
    figures.hand_over([PAIR])
    figures.hand_over([replace(PAIR, work="another")])
    assert figures.taken(place) == [PAIR, replace(PAIR, work="another")]


def test_a_short_work_is_timed_several_times_over(monkeypatch):
    """Three calls of 4, 4 and 3 ms reach the 10 ms: 11/3 ms a call."""
    clock = iter([5.0, 5.004, 5.008, 5.011])
    monkeypatch.setattr(figures.time, "perf_counter", lambda: next(clock))
    calls: list[int] = []
    assert figures.seconds(lambda: calls.append(1), least=0.01) == pytest.approx(0.011 / 3)
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0012345, "0.00123"), (0.5, "0.500"), (12.345, "12.3"), (1234.5, "1,230"), (0.0, "0"),
     (999.6, "1,000"), (20_512.0, "20,500")],
)  # fmt: skip
def test_three_digits_count(value, expected):
    assert digits(value) == expected


# --- the page


def measured(*made_of: Figure, **options) -> Measured:
    return Measured(made_of, HERE, "abc12345", "2025-11-01", 0.02, 3.0,
                    "python -m tests.benchmarks.first", **options)  # fmt: skip


def test_the_page_says_what_who_where_and_when():
    shown = replace(PAIR, column="other")
    left = replace(PAIR, peer="third 2.0", theirs=(), gap=None, left_out="it has no bands",
                   column="third")  # fmt: skip
    alone = replace(PAIR, peer="", theirs=(), gap=None, work="an answer", most=2.5)
    text = page(Records({"first": measured(shown, left, alone)}), [FIRST, SECOND])
    lines = text.splitlines()
    assert "| here is so many times as fast as | here | other | third |" in lines
    assert "| a mix | 3.00 ms | **10.0** (40.0 ms) | left out |" in lines
    assert (
        "| a mix | 3.00 ms | other 1.0 | 40.0 ms | **10.0 times as fast** (10.0 to 20.0) | 0.100 "
        "| agree to 1e-12 |" in lines
    )
    assert "| an answer | 3.00 ms | 2.00 to 4.00 | at most 2.50 ms: **missed** |" in lines
    assert "- Left out of *a mix*: third 2.0: it has no bands." in lines
    assert "- Compared: values; tolerance 1e-9." in lines
    assert (
        "Measured 2025-11-01 at commit abc12345 on A processor, 2 cores, 8 GB, Linux 6.1, Python "
        "3.11.7; numpy 2.0, bt: not installed." in lines
    )
    assert (
        "`python -m tests.benchmarks.first`, 2025-11-01, commit abc12345, A processor, 2 cores; "
        "before it others used 2% of the cores." in lines
    )
    assert "`python -m tests.benchmarks.second --x 1`: not measured yet." in lines
    assert "not quiet" not in text
    assert "Not all sections" not in text


def test_the_page_says_where_the_machine_was_busy_or_another():
    other = replace(measured(PAIR), busy=0.4, machine=replace(HERE, cores=8), commit="abc+")
    text = page(Records({"first": measured(PAIR), "second": other}), [FIRST, SECOND])
    assert "**The machine was not quiet** before second" in text
    assert "Not all sections are of the same commit or machine" in text
    assert "A `+` behind a commit: files differed from it." in text


def test_growth_has_the_power_of_the_line_before():
    """Four times the sessions, sixteen times the time: a power of 2."""
    steps = [Figure(f"{size}", "ms", (own,), (own * 8,), "ledger", gap=0.0, series="sessions",
                    size=size) for size, own in ((100, 1.0), (400, 16.0))]  # fmt: skip
    text = page(Records({"first": measured(*steps)}), [FIRST])
    assert "| 100 | 1.00 ms | 8.00 ms | agree to the last digit |" in text
    assert "| 400 | 16.0 ms (2.00) | 128 ms (2.00) | agree to the last digit |" in text


def test_records_come_back_as_they_were_written(tmp_path):
    records = Records({"first": measured(PAIR), "second": Measured(trouble="Left out: no x.")})
    write(records, [FIRST, SECOND], tmp_path)
    assert read(tmp_path / "benchmark.json") == records
    assert (tmp_path / "benchmark.md").read_text("utf-8") == page(records, [FIRST, SECOND])
    assert read(tmp_path / "nothing.json") == Records()


def test_the_page_is_made_anew_without_measuring(tmp_path):
    write(Records({"curve": measured(PAIR)}), SECTIONS, tmp_path)
    before = (tmp_path / "benchmark.md").read_text("utf-8")
    (tmp_path / "benchmark.md").write_text("spoilt")
    main(["--page", "--out", str(tmp_path)])
    assert (tmp_path / "benchmark.md").read_text("utf-8") == before


# --- runs of the collector


def test_a_partial_run_updates_its_section_only(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tests.benchmarks.__main__.others_busy", lambda: 0.0)
    both = [FIRST, SECOND]
    update([], tmp_path, both, run=lambda _: [PAIR])
    before = json.loads((tmp_path / "benchmark.json").read_text("utf-8"))
    quicker = replace(PAIR, ours=(1.0, 1.0, 1.0))
    update(["second"], tmp_path, both, run=lambda _: [quicker])
    after = json.loads((tmp_path / "benchmark.json").read_text("utf-8"))
    assert after["first"] == before["first"]
    assert [figure["ours"] for figure in after["second"]["figures"]] == [[1.0, 1.0, 1.0]]
    told_of = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")]
    assert [line.partition(",")[0] for line in told_of] == ["[1/2", "[2/2", "[1/1"]


def test_without_its_data_a_section_keeps_its_rows_and_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.benchmarks.__main__.others_busy", lambda: 0.0)
    update([], tmp_path, [FIRST], run=lambda _: [PAIR])
    needy = replace(FIRST, needs="../no-such-folder")
    records = update([], tmp_path, [needy], run=lambda _: pytest.fail("it was run"))
    text = (tmp_path / "benchmark.md").read_text("utf-8")
    assert records.sections["first"].figures == (PAIR,)
    assert "there is no ../no-such-folder.** The rows are older ones." in text
    assert "10.0 times as fast" in text
    (tmp_path / "new").mkdir()
    update([], tmp_path / "new", [needy], run=lambda _: pytest.fail("it was run"))
    text = (tmp_path / "new" / "benchmark.md").read_text("utf-8")
    assert "there is no ../no-such-folder.**" in text
    assert "rows are older" not in text


def test_an_older_version_is_named_by_no_place(monkeypatch, tmp_path):
    monkeypatch.setattr("tests.benchmarks.__main__.others_busy", lambda: 0.0)
    needy = replace(SECOND, base="must")
    left = measure(needy, measured(PAIR), lambda _: pytest.fail("it was run"), "2025-12-01")
    assert left.trouble == "Left out on 2025-12-01: no other version by --base."
    words: list[tuple[str, ...]] = []
    asked = against(needy, tmp_path)
    done = measure(asked, left, lambda section: words.append(section.words) or [PAIR])
    assert words == [(*SECOND.words, "--base", str(tmp_path))]
    assert done.command == "python -m tests.benchmarks.second --x 1 --base DIR"
    assert against(FIRST, tmp_path) == FIRST


def test_a_benchmark_that_fails_keeps_its_rows_until_it_runs_again(monkeypatch):
    monkeypatch.setattr("tests.benchmarks.__main__.others_busy", lambda: 0.0)

    def fails(_):
        raise subprocess.CalledProcessError(3, "python")

    failed = measure(FIRST, measured(PAIR), fails, "2025-12-01")
    assert failed.figures == (PAIR,)
    assert failed.trouble == "Failed on 2025-12-01: it ended with code 3."
    assert failed.date == "2025-11-01"
    silent = measure(FIRST, failed, lambda _: [], "2025-12-02")
    assert silent.trouble == "Failed on 2025-12-02: it handed over no figures."
    again = measure(FIRST, silent, lambda _: [PAIR], "2025-12-03")
    assert (again.trouble, again.date) == ("", "2025-12-03")
    assert again.machine == machine.this_machine()


def test_a_benchmark_is_a_process_of_its_own():
    with pytest.raises(subprocess.CalledProcessError):
        run_one(Section("none", "", "", ("tests.benchmarks.no_such_benchmark",)))
    one_thing = run_one(Section("curve", "", "", ("tests.benchmarks.curve", "--days", "400")))
    assert [figure.answers for figure in one_thing] == ["agree"]


def test_others_are_seen_by_the_ticks_of_all_cores(tmp_path, monkeypatch):
    """Of 100 ticks 60 are idle or wait for a disk: others used 40 %."""
    stat = tmp_path / "stat"
    stat.write_text("cpu 100 0 50 800 50 0 0 0 0 0\n")
    monkeypatch.setattr(machine, "STAT", stat)
    monkeypatch.setattr(
        machine.time, "sleep", lambda _: stat.write_text("cpu 130 0 60 850 60 0 0 0 0 0\n")
    )
    assert machine.others_busy() == pytest.approx(0.4)
    stat.unlink()
    assert machine.others_busy() is None


# --- the page of this project


def test_the_page_is_made_of_its_records():
    records = read()
    assert report.PAGE.read_text("utf-8") == page(records, SECTIONS)
    commands = {section.name: section.command for section in SECTIONS}
    for name, run in records.sections.items():
        assert not run.figures or run.command.removesuffix(" --base DIR") == commands[name]


def test_the_page_names_no_place_of_a_machine():
    for path in (report.PAGE, report.RECORDS):
        text = path.read_text("utf-8")
        assert not any(str(word) in text for word in (ROOT, Path.home(), tempfile.gettempdir()))


def test_every_section_is_a_benchmark_and_make_bench_runs_them_all():
    assert len({section.name for section in SECTIONS}) == len(SECTIONS)
    for section in SECTIONS:
        assert find_spec(section.words[0]), section.name
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "\t$(BIN)/python -m tests.benchmarks\n" in makefile
    assert prices(SMALL).shape == (SMALL, 3)

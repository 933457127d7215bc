"""The only place that executes a run: what it announces, judges and writes."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from backtests.engine.config import RunConfig
from backtests.engine.money import Money
from backtests.jobs import execute, is_published, publish
from backtests.report.finished_run import read_run
from data.errors import PeekingError, UsageError

CONFIG = RunConfig("hedge_mix", source="bundled", start="2010-01-31")


@pytest.fixture(scope="module")
def executed():
    """A run, what it announced, and its long steps in order."""
    lines, steps = [], []

    @contextlib.contextmanager
    def progress(name):
        steps.append(name)
        yield

    return execute(CONFIG, progress, lines.append), lines, steps


def test_a_run_says_its_data_first_and_what_to_know_of_them(executed):
    run, lines, _ = executed
    assert lines[0].startswith("bundled: bundled monthly history")
    told = (*run.market.remarks, *run.market.notes)
    assert lines[1:] == [f"note: {line}" for line in told]
    assert run.market.remarks[0].startswith("the base date is 2009-12-31: ")


def test_a_run_is_simulated_judged_and_checked(executed):
    run, _, steps = executed
    assert run.config == CONFIG
    assert run.sleeve is None
    checked = {row.key: row for row in run.judged.cross_check}
    assert checked["cagr"].ours == pytest.approx(run.summary.metrics.cagr, rel=1e-9)
    assert checked["cagr"].vectorbt == pytest.approx(checked["cagr"].quantstats, rel=1e-9)
    assert not any("not known" in row.why for row in checked.values())
    assert steps[-5:] == [
        "resampling for the verdict",
        "judging the same strategy since 1962",
        "deciding on the other days of the period",
        "replaying falls at today's yields",
        "shocking today's yields",
    ]


def test_money_is_taken_out_only_where_that_is_asked(executed):
    run, _, steps = executed
    asked = []

    @contextlib.contextmanager
    def noted(name):
        asked.append(name)
        yield

    made = execute(CONFIG, noted, with_verdict=False, withdrawals=0.04)
    assert run.withdrawals is None
    assert not any("taking money out" in step for step in steps)
    assert "taking money out from every start month" in asked
    assert made.withdrawals.rate == 0.04
    before = list(asked)
    with pytest.raises(UsageError, match="those of CNY are not known"):
        execute(replace(CONFIG, money=Money("CNY")), noted, withdrawals=0.04)
    assert asked == before  # refused before anything was loaded


def test_a_late_beginning_is_a_note_of_the_screen_alone():
    lines = []
    config = RunConfig("hedge_mix", {"weights": {"TLT": 1.0}}, source="bundled")
    run = execute(config, announce=lines.append, with_verdict=False)
    assert lines[1] == "note: the run begins on 1973-01-31, the first day of TLT"
    assert run.verdict is None
    assert run.market.remarks == ("the run begins on 1973-01-31, the first day of TLT",)


def test_a_duration_rule_has_its_switches():
    config = RunConfig("attack_defend", source="bundled", start="2010-01-31")
    run = execute(config, with_verdict=False)
    assert len(run.sleeve.switches) > 0


def test_a_published_run_reads_back_and_is_listed(executed, tmp_path):
    run, _, _ = executed
    folder = publish(run, tmp_path, with_tearsheet=False)
    assert folder == tmp_path / run.name
    found = read_run(folder)
    assert found.summary == run.summary
    assert found.verdict.cross_check == run.verdict.cross_check
    assert run.name in (tmp_path / "index.html").read_text("utf-8")


def test_a_rule_that_peeks_is_not_simulated(monkeypatch):
    def caught(_):
        raise PeekingError("hedge_mix peeks")

    monkeypatch.setattr("backtests.jobs.prove_quickly", caught)
    monkeypatch.setattr("backtests.jobs.simulated", lambda _: pytest.fail("simulated"))
    with pytest.raises(PeekingError):
        execute(CONFIG)


def test_pages_that_have_to_stand_alone_are_written_again_where_they_do_not(executed, tmp_path):
    run, _, _ = executed
    asked = {"with_tearsheet": False, "with_verdict": True}
    folder = publish(run, tmp_path, with_tearsheet=False)
    assert is_published(run, tmp_path, **asked)
    assert not is_published(run, tmp_path, **asked, standalone=True)
    small = (folder / "verdict.html").stat().st_size
    assert publish(run, tmp_path, with_tearsheet=False, standalone=True) == folder
    assert is_published(run, tmp_path, **asked, standalone=True)
    assert is_published(run, tmp_path, **asked)
    assert (folder / "verdict.html").stat().st_size > small + 4_000_000
    assert (tmp_path / f"{run.name}.replaced-1" / "verdict.html").stat().st_size == small
    assert read_run(folder).verdict.word == run.judged.word

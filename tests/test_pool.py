"""Many runs: their common first day, their order, and what is not written again."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backtests import pool
from backtests.engine.backtest import FirstDays
from backtests.engine.config import RunConfig
from backtests.report.files import file_sha256, read_json, write_json
from data.errors import StrictError, WorkerError
from data.strictness import Strictness

CONFIG = RunConfig("hedge_mix", source="bundled", start="2015-01-31")


def test_the_rules_with_the_most_parameters_begin_first():
    configs = [RunConfig(name) for name in ("equity_only", "attack_defend", "hedge_mix")]
    assert pool._longest_first(configs) == [1, 2, 0]


def test_all_begin_on_the_latest_of_their_first_days(monkeypatch, tmp_path):
    days = {
        "hedge_mix": FirstDays("1962-01-31", "1962-03-31"),
        "attack_defend": FirstDays("1966-12-30", "1967-02-28"),
        "equity_only": FirstDays("1962-01-31", "1962-03-31"),
    }
    monkeypatch.setattr(pool, "ProcessPoolExecutor", lambda *_, **__: ThreadPoolExecutor(1))
    monkeypatch.setattr(pool, "_first_days", lambda config: days[config.strategy])
    monkeypatch.setattr(pool, "_run_one", lambda config, *_: config)
    lines: list[str] = []
    made = pool.run_many([RunConfig(name) for name in days], tmp_path, announce=lines.append)
    assert [(config.strategy, config.start) for config in made] == [
        # The slowest decides on its first day and trades a month later: all begin invested then.
        (name, "1967-02-28")
        for name in days
    ]
    assert lines == ["note: all begin with 1967-02-28, because of the first day of attack_defend"]
    asked = [RunConfig(name, start="1970-01-31") for name in days]
    assert pool.run_many(asked, tmp_path, announce=lines.append) == asked
    assert len(lines) == 1
    # Where all can begin on the same day they do.
    same = [RunConfig("hedge_mix"), RunConfig("equity_only")]
    made = pool.run_many(same, tmp_path)
    assert [config.start for config in made] == ["1962-01-31", "1962-01-31"]


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), WorkerError),  # killed while it starts
        (OSError("handle is closed"), WorkerError),
        (OSError(errno.ENOSPC, "No space left on device"), OSError),
    ],
)
def test_a_worker_killed_while_it_starts_is_a_killed_worker(monkeypatch, tmp_path, failure, raised):
    def broken(*_):
        raise failure

    monkeypatch.setattr(pool, "ProcessPoolExecutor", lambda *_, **__: ThreadPoolExecutor(1))
    monkeypatch.setattr(pool, "_run_one", broken)
    with pytest.raises(raised) as refused:
        pool.run_many([CONFIG], tmp_path)
    assert isinstance(refused.value, WorkerError) == (raised is WorkerError)


@pytest.fixture
def finished(tmp_path) -> Path:
    """A run without a verdict, as a worker leaves it."""
    return pool._run_one(CONFIG, tmp_path, pool.Pages(False, False, False))


def again(finished: Path, *, with_verdict: bool = False) -> list[str]:
    """Ask for the same run once more; the names of the folders then."""
    assert (
        pool._run_one(CONFIG, finished.parent, pool.Pages(False, with_verdict, False)) == finished
    )
    return sorted(path.name for path in finished.parent.glob("hedge_mix-*"))


def test_a_finished_run_is_not_written_again(finished, monkeypatch):
    monkeypatch.setattr("backtests.jobs.publish", lambda *_, **__: pytest.fail("written again"))
    assert again(finished) == [finished.name]


@pytest.mark.parametrize("name", ["equity.csv", "summary.json", "manifest.json"])
def test_one_that_is_damaged_is(finished, name):
    (finished / name).write_text("{}")
    assert again(finished) == [finished.name, f"{finished.name}.replaced-1"]


def test_one_whose_numbers_are_others_is(finished):
    """As another version of the same code would have written them: whole, but not these."""
    summary = read_json(finished / "summary.json")
    write_json(finished / "summary.json", {**summary, "initial": 1.0})
    manifest = read_json(finished / "manifest.json")
    files = {**manifest["files"], "summary.json": file_sha256(finished / "summary.json")}
    write_json(finished / "manifest.json", {**manifest, "files": files})
    assert again(finished) == [finished.name, f"{finished.name}.replaced-1"]
    assert read_json(finished / "summary.json") == summary


def test_a_run_that_lacks_its_verdict_gets_one(finished):
    assert again(finished, with_verdict=True) == [finished.name, f"{finished.name}.replaced-1"]
    assert (finished / "verdict.json").is_file()
    assert again(finished) == [finished.name, f"{finished.name}.replaced-1"]  # it covers the other


def test_strict_looks_at_every_market_before_the_first_run(monkeypatch, tmp_path):
    monkeypatch.setattr(pool, "ProcessPoolExecutor", lambda *_, **__: ThreadPoolExecutor(1))
    monkeypatch.setattr(pool, "_run_one", lambda *_: pytest.fail("run"))
    late = RunConfig("equity_only", source="auto", start="2015-01-31")  # no Yahoo in tests
    with pytest.raises(StrictError, match="equity_only: in place of new prices from Yahoo"):
        pool.run_many([CONFIG, late], tmp_path, strictness=Strictness())
    seen = []
    monkeypatch.setattr(pool, "_run_one", lambda config, *rest: seen.append((config, rest[-1])))
    pool.run_many([CONFIG], tmp_path, strictness=Strictness())
    assert seen == [(CONFIG, Strictness())]


def test_a_run_with_a_start_of_its_own_keeps_it(monkeypatch, tmp_path):
    monkeypatch.setattr(pool, "ProcessPoolExecutor", lambda *_, **__: ThreadPoolExecutor(1))
    first = FirstDays("1966-12-30", "1967-02-28")
    monkeypatch.setattr(pool, "_first_days", lambda config: first)
    monkeypatch.setattr(pool, "_run_one", lambda config, *_: config.start)
    asked = [RunConfig("hedge_mix", start=start) for start in (None, "1970-01-31", "1965-01-29")]
    assert pool.run_many(asked, tmp_path) == ["1970-01-31", "1970-01-31", "1965-01-29"]

"""``--strategy-file`` and ``$HEDGE_STRATEGIES``: rules from outside, at every door."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from backtests.app import main as app
from backtests.compare import main as compare
from backtests.engine.address import to_command
from backtests.engine.config import RunConfig
from backtests.report.finished_run import read_run
from backtests.run import main as run
from backtests.tune import main as tune
from strategies import registry
from tests.conftest import ended
from tests.strategies.rule_files import PEEKING, SHORT, TABLED, TREND

BUNDLED = ("--source", "bundled", "--start", "1990-01-31", "--end", "2000-12-31")
QUICK = ("--no-tearsheet", "--no-verdict")


@pytest.fixture(autouse=True)
def no_files(monkeypatch):
    """No name that another test gave."""
    monkeypatch.setattr(registry, "_GIVEN", {})
    monkeypatch.delenv("HEDGE_STRATEGIES", raising=False)


@pytest.fixture
def quick_proof(monkeypatch):
    """A rule is tried at the fewest cuts, as a slow one is."""
    monkeypatch.setattr("strategies.causality.PATIENCE", 0.0)


@pytest.fixture
def trend(tmp_path) -> Path:
    path = tmp_path / "my_rule.py"
    path.write_text(TREND)
    return path


@pytest.fixture
def results(tmp_path) -> Path:
    return tmp_path / "results"


@pytest.mark.usefixtures("quick_proof")
def test_a_rule_from_a_file_runs_and_its_source_is_kept(trend, results, capsys):
    words = ("--strategy-file", f"{trend}:TrendOrTreasuries", "--set", "window=6")
    code, shown, err = ended(run, capsys, *words, *BUNDLED, *QUICK, "--out", str(results))
    assert code == 0, err
    assert "trend_or_treasuries, 1989-12-31 to 2000-12-31" in shown
    (folder,) = results.glob("trend_or_treasuries-*")
    assert (folder / "strategy.py").read_text() == TREND
    finished = read_run(folder)
    assert finished.manifest.files["strategy.py"] == hashlib.sha256(TREND.encode()).hexdigest()
    assert finished.summary.params == {"refuge": "IEF", "window": 6}
    # By hand: at a month-end SPY is held from the month after one above its 6-month average.
    held = finished.weights["SPY"]
    assert set(held.round(9)) <= {0.0, 1.0}


@pytest.mark.usefixtures("quick_proof")
def test_the_name_of_a_run_tells_sources_apart(trend, results, capsys):
    """A word more in a comment is another run: what decided it is its source."""
    words = ("--strategy-file", f"{trend}:TrendOrTreasuries", *BUNDLED, *QUICK)
    ended(run, capsys, *words, "--out", str(results))
    registry._GIVEN.clear()
    trend.write_text(TREND + "# nothing\n")
    ended(run, capsys, *words, "--out", str(results))
    assert len(list(results.glob("trend_or_treasuries-*"))) == 2


@pytest.mark.usefixtures("quick_proof")
def test_a_table_of_the_file_is_noted(tmp_path, results, capsys):
    path = tmp_path / "own.py"
    path.write_text(TABLED)
    words = ("--strategy-file", str(path), *BUNDLED, *QUICK, "--out", str(results))
    code, shown, err = ended(run, capsys, *words)
    assert code == 0, err
    assert "note: trend_or_treasuries uses SIGNAL from outside the market: nobody can" in shown
    (folder,) = results.glob("trend_or_treasuries-*")
    assert "uses SIGNAL from outside" in read_run(folder).summary.notes[-1]


def test_a_peeking_rule_does_not_run(tmp_path, results, capsys):
    path = tmp_path / "peeking.py"
    path.write_text(PEEKING)
    code, _, err = ended(run, capsys, "--strategy-file", str(path), *BUNDLED, "--out", str(results))
    assert code == 2
    assert err.count("\n") == 1
    assert "trend_or_treasuries peeks" in err
    assert list(results.glob("trend*")) == []


@pytest.mark.usefixtures("quick_proof")
def test_a_kept_run_of_a_rule_runs_only_where_its_source_is_named(trend, results, capsys):
    """A configuration is data; code in a folder from elsewhere does not run by itself."""
    named = ("--strategy-file", str(trend))
    ended(run, capsys, *named, *BUNDLED, *QUICK, "--out", str(results))
    (folder,) = results.glob("trend_or_treasuries-*")
    registry._GIVEN.clear()
    again = ("--config", str(folder / "run.toml"), *QUICK, "--out", str(results))
    code, _, err = ended(run, capsys, *again)
    assert code == 2
    assert f"if you trust it give --strategy-file {folder / 'strategy.py'}" in err
    code, _, err = ended(run, capsys, *again, "--strategy-file", str(folder / "strategy.py"))
    assert code == 0, err
    assert list(results.glob("trend*")) == [folder]  # the same run, byte for byte


@pytest.mark.usefixtures("quick_proof")
def test_another_version_of_a_kept_rule_is_refused(trend, results, capsys):
    ended(run, capsys, "--strategy-file", str(trend), *BUNDLED, *QUICK, "--out", str(results))
    (folder,) = results.glob("trend_or_treasuries-*")
    registry._GIVEN.clear()
    trend.write_text(TREND.replace("> average", "< average"))
    words = ("--config", str(folder / "run.toml"), "--strategy-file", str(trend), *QUICK)
    code, _, err = ended(run, capsys, *words, "--out", str(results))
    assert code == 2
    assert f"is another version; give --strategy-file {folder / 'strategy.py'}" in err


@pytest.mark.usefixtures("quick_proof")
def test_two_classes_of_one_file_are_two_runs(tmp_path, results, capsys):
    both = tmp_path / "both.py"
    heir = "\n\n@dataclass(frozen=True)\nclass Heir(TrendOrTreasuries):\n    window: int = "
    heir += 'parameter(4, low=2, high=500, unit="rows", doc="of the average")\n'
    both.write_text(TREND + heir)
    for name in ("TrendOrTreasuries", "Heir"):
        registry._GIVEN.clear()
        words = ("--strategy-file", f"{both}:{name}", "--set", "window=6", *BUNDLED, *QUICK)
        code, _, err = ended(run, capsys, *words, "--out", str(results))
        assert code == 0, err
    assert len(list(results.glob("trend_or_treasuries-*"))) == 2


@pytest.mark.usefixtures("quick_proof")
def test_json_stays_json_whatever_a_rule_prints(tmp_path, results, capsys):
    path = tmp_path / "talks.py"
    path.write_text(
        TREND.replace("        prices =", "        print('hello')\n        prices =", 1)
    )
    words = ("--strategy-file", str(path), "--json", *BUNDLED, *QUICK, "--out", str(results))
    code, shown, err = ended(run, capsys, *words)
    assert code == 0, err
    assert json.loads(shown)["strategy"] == "trend_or_treasuries"
    assert "hello" in err


def test_listing_tells_rules_of_files_and_of_the_folder(trend, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "a.py").write_text(SHORT)
    (folder / "b.py").write_text("import nothing_like_it\n")
    monkeypatch.setenv("HEDGE_STRATEGIES", str(folder))
    code, shown, _ = ended(run, capsys, "--list", "--strategy-file", str(trend))
    assert code == 0
    lines = shown.splitlines()
    assert f"steady: Hold a share of equity.  [{folder / 'a.py'}]" in lines
    assert "  share = 0.5  (fraction of value; 0 to 1)  of SPY" in lines
    assert (
        f"trend_or_treasuries: Hold equity above its moving average, else Treasuries.  [{trend}]"
        in lines
    )
    assert lines[-1].startswith(f"not usable: {folder / 'b.py'} cannot be loaded: ModuleNotFound")


def test_a_name_of_the_folder_runs(tmp_path, monkeypatch, results, capsys):
    (tmp_path / "a.py").write_text(SHORT)
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    code, _, err = ended(
        run, capsys, "steady", "--set", "share=0.25", *BUNDLED, *QUICK, "--out", str(results)
    )
    assert code == 0, err
    (folder,) = results.glob("steady-*")
    assert (folder / "strategy.py").read_text() == SHORT


def test_compare_runs_rules_of_files_in_other_processes(
    trend, tmp_path, results, capsys, monkeypatch
):
    # One that makes both: each loads vectorbt anew.
    monkeypatch.setattr("backtests.pool.os.cpu_count", lambda: 1)
    other = tmp_path / "steady.py"
    other.write_text(SHORT)
    code, shown, err = ended(
        compare, capsys, "trend_or_treasuries:window=5", "steady", "--strategy-file", str(trend),
        "--strategy-file", f"{other}:Steady", *BUNDLED, *QUICK, "--out", str(results),
    )  # fmt: skip
    assert code == 0, err
    assert "trend_or_treasuries refuge=IEF window=5" in shown
    assert "steady share=0.5" in shown
    assert len(list(results.glob("*/strategy.py"))) == 2


def test_compare_refuses_a_rule_that_no_run_names(trend, results, capsys):
    code, _, err = ended(
        compare, capsys, "hedge_mix", "carry", "--strategy-file", str(trend), "--out", str(results)
    )
    assert code == 2
    assert "is trend_or_treasuries, which no RUN names; add trend_or_treasuries" in err


@pytest.mark.usefixtures("quick_proof")
def test_a_search_over_a_rule_of_a_file(trend, results, capsys):
    words = ("--strategy-file", str(trend), "--grid", "window=4:12:2", *BUNDLED)
    limit = ("--subject-to", "max_drawdown>-0.6")
    code, shown, err = ended(tune, capsys, *words, *limit, "--out", str(results))
    assert code == 0, err
    assert shown.startswith("5 candidates over window;")
    (folder,) = results.glob("tune-*")
    assert (
        f"run  python -m backtests.run --strategy-file {folder / 'strategy.py'}:TrendOrTreasuries "
        f"--config {folder / 'best.toml'}"
    ) in shown.splitlines()
    assert (folder / "strategy.py").read_text() == TREND
    page = (folder / "index.html").read_text()
    assert f"--strategy-file results/{folder.name}/strategy.py:TrendOrTreasuries --config" in page
    assert 'strategy = "trend_or_treasuries"' in (folder / "best.toml").read_text()


def test_a_search_refuses_a_peeking_rule(tmp_path, results, capsys):
    path = tmp_path / "peeking.py"
    path.write_text(PEEKING)
    code, _, err = ended(
        tune, capsys, "--strategy-file", str(path), "--grid", "window=4:12:2", *BUNDLED,
        "--out", str(results),
    )  # fmt: skip
    assert code == 2
    assert "trend_or_treasuries peeks" in err


@pytest.mark.parametrize("door", [run, compare, tune, app])
def test_a_file_that_cannot_be_used_is_one_line_everywhere(door, tmp_path, results, capsys):
    words = {run: (), compare: ("hedge_mix", "carry"), tune: (), app: ("--no-browser",)}[door]
    code, shown, err = ended(
        door, capsys, *words, "--strategy-file", str(tmp_path / "no.py"), "--out", str(results)
    )
    assert (code, shown, err.count("\n")) == (2, "", 1)
    assert "no.py cannot be read: No such file or directory; check its path" in err


def test_a_name_beside_another_files_name_is_refused(trend, results, capsys):
    code, _, err = ended(run, capsys, "carry", "--strategy-file", str(trend), "--out", str(results))
    assert code == 2
    assert f"--strategy-file {trend} is trend_or_treasuries, not carry; leave that name out" in err


def test_the_command_of_a_run_names_the_file(trend):
    registry.use_file(f"{trend}:TrendOrTreasuries")
    command = to_command(RunConfig("trend_or_treasuries", {"window": 12}))
    assert command == (
        "python -m backtests.run trend_or_treasuries "
        f"--strategy-file={trend}:TrendOrTreasuries --set window=12"
    )

"""A stopped search is continued where it was, and never takes the scores of another."""

from __future__ import annotations

import os
import pkgutil
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.engine.search import PART, Search
from backtests.engine.space import mix_space
from backtests.report.tuning.unfinished import Unfinished
from backtests.tune import main
from backtests.tuning import _best_so_far, _gaps
from data.command import run_command
from tests.conftest import ROOT
from tests.searches import BUNDLED, MIXES, SLOW, STEPPED, command, only


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed")
    run_command(main, [*SLOW, *BUNDLED, "--out", str(out)])
    return only(out)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])  # Ctrl-C: below
def test_a_stopped_search_goes_on_where_it_was(how, undisturbed, tmp_path, capsys):
    words = [sys.executable, "-m", "backtests.tune", *SLOW, *BUNDLED, "--out", str(tmp_path)]
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".tuning-*/*.part")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(how)
    out, told = process.communicate(timeout=60)
    parts = sorted(path.name for path in tmp_path.glob(".tuning-*/*.part"))
    assert parts
    assert not list(tmp_path.glob("tune-*"))
    if how == signal.SIGTERM:
        assert process.returncode == 1
        assert "the same command goes on from there" in out
        assert "best so far: below" in out
        assert told.splitlines()[-1] == "error: interrupted; finished results are intact"
        # What was seen is counted, although it was never examined.
        tried = sum(int(stop) - int(first) for first, stop in
                    (part.removesuffix(".part").split("-") for part in parts))  # fmt: skip
        assert len(pd.read_parquet(tmp_path / "trials.parquet")) == tried
    assert "Traceback" not in told
    code, shown, _ = command(capsys, *SLOW, *BUNDLED, "--out", str(tmp_path))
    assert code == 0
    assert "results in" in shown
    for name in ("candidates.parquet", "tuning.json", "best.toml"):
        assert (only(tmp_path) / name).read_bytes() == (undisturbed / name).read_bytes(), name
    assert not list(tmp_path.glob(".tuning-*"))


def test_ctrl_c_while_the_best_are_examined_says_how_to_go_on(mixes, tmp_path, capsys, monkeypatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("backtests.tuning.examined", stop)
        code, shown, told = command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))
    assert code == 1
    assert "stopped after 286 of 286 candidates" in shown
    assert "the same command goes on from there" in shown
    assert told.splitlines()[-1] == "error: interrupted; finished results are intact"
    assert command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))[0] == 0
    name = "candidates.parquet"
    assert (only(tmp_path) / name).read_bytes() == (mixes / name).read_bytes()


keep = Unfinished.keep


def keep_and_stop(self: Unfinished, first: int, scores: np.ndarray) -> None:
    keep(self, first, scores)
    raise KeyboardInterrupt


def test_ctrl_c_between_keeping_scores_and_noting_them_counts_what_is_kept(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(Unfinished, "keep", keep_and_stop)
    words = SLOW[0], *SLOW[1:3], *SLOW[-2:]  # 81 candidates
    for asked, together, label in ((words, 64, "below"), (STEPPED, PART, "step_bp")):
        out = tmp_path / label
        for done in (together, min(2 * together, 81)):  # the second goes on after the first
            code, shown, told = command(capsys, *asked, *BUNDLED, "--out", str(out))
            assert code == 1, told
            assert f"stopped after {done} of " in shown
            assert "candidates; their scores are kept" in shown
            assert f"best so far: {label}" in shown
            assert len(pd.read_parquet(out / "trials.parquet")) == done


WINDOWS = [
    "backtests.tuning.Unfinished.read",  # before anything is scored again
    "backtests.tuning.scorer",
    "backtests.tuning.score_space",
    "backtests.tuning.log_trials",
    "backtests.tuning.short_hash",
    "backtests.tuning.examined",
    "backtests.tuning.prove_on",
    "backtests.tuning.write_tuning",
]


@pytest.mark.parametrize("window", WINDOWS)
def test_wherever_the_signal_falls_once_scores_are_kept_it_says_how_to_go_on(
    window, tmp_path, capsys, monkeypatch
):
    """Each of these is interrupted as it returns; then the search goes on as it is written."""
    words = ("carry", "--grid", "full_at_bp=5:50:5", "--subject-to", "max_drawdown>-1", *BUNDLED)
    words += ("--out", str(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(Unfinished, "keep", keep_and_stop)
        assert command(capsys, *words)[0] == 1
    assert len(list(tmp_path.glob(".tuning-*/*.part"))) == 1
    owner, name = window.rsplit(".", 1)
    plain, times = pkgutil.resolve_name(owner.replace(".Unfinished", ":Unfinished")), []
    work = getattr(plain, name)

    def stop(*given, **named):
        times.append(given)
        answer = work(*given, **named)
        # The default and two corners are proved before the search begins.
        if len(times) == (4 if name == "prove_on" else 1):
            raise KeyboardInterrupt
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(window, stop)
        code, shown, told = command(capsys, *words)
    if name == "write_tuning":
        assert list(tmp_path.glob("tune-*"))
    assert code == 1, told
    assert "stopped after 10 of 10 candidates; their scores are kept, and the same" in shown
    assert told.splitlines()[-1] == "error: interrupted; finished results are intact"
    assert len(pd.read_parquet(tmp_path / "trials.parquet")) == 10
    assert command(capsys, *words)[0] == 0
    assert not list(tmp_path.glob(".tuning-*"))


def test_a_signal_among_threads_stops_all_of_them(tmp_path, capsys, monkeypatch):
    plain, parts = Search._scored_part, []

    def scored_part(self: Search, numbers: np.ndarray, *given: object) -> np.ndarray:
        parts.append(numbers)
        if len(parts) == 3:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        if len(parts) > 3:
            time.sleep(0.2)  # so that a busy machine hears of it before all is done
        return plain(self, numbers, *given)

    words = (*STEPPED, "--grid", "lookback_years=1:10:0.25", *BUNDLED, "--out", str(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(Search, "_scored_part", scored_part)
        patched.setattr("backtests.engine.search.cores", lambda: 2)
        code, shown, told = command(capsys, *words)
    assert code == 1, told
    assert re.search(r"stopped after \d+ of 5,994 candidates; their scores are kept", shown)
    assert "the same command goes on from there" in shown
    assert len(parts) < 60  # of 188


def test_ctrl_c_on_the_last_scores_stops_all_the_same(mixes, tmp_path, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "keep", keep_and_stop)
        code, out, told = command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))
    assert code == 1, told
    assert "stopped after 286 of 286 candidates" in out
    assert not list(tmp_path.glob("tune-*"))
    assert command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))[0] == 0
    assert (only(tmp_path) / "tuning.json").read_bytes() == (mixes / "tuning.json").read_bytes()


def test_scores_outlive_a_limit_that_nothing_keeps(tmp_path, capsys, monkeypatch):
    asked = (*MIXES, *BUNDLED, "--out", str(tmp_path), "--subject-to")
    code, _, told = command(capsys, *asked, "worst_year>0.5")
    assert code == 2
    assert "none of the 286 candidates keeps it; the nearest has worst_year 0" in told
    assert "CASH 100 %" in told

    def never(*_, **__):
        raise AssertionError("scored again")

    monkeypatch.setattr("backtests.tuning.score_in_chunks", never)
    assert command(capsys, *asked, "worst_year>-0.2")[0] == 0


def test_a_limit_that_nobody_gave_says_how_to_drop_it(tmp_path, capsys):
    asked = ("attack_defend", "--grid", "step_bp=50,75", *BUNDLED, "--out", str(tmp_path))
    code, _, told = command(capsys, *asked)
    assert code == 2
    assert "none of the 2 candidates keeps it" in told
    drop = '--subject-to "max_drawdown>-1"'
    assert f"or drop it, since it is the one used where none is given: {drop}" in told
    assert command(capsys, *asked, *shlex.split(drop))[0] == 0
    _, _, told = command(capsys, *asked, "--subject-to", "max_drawdown>-0.2")
    assert "loosen the limit, the scores are kept" in told


def test_scores_are_kept_under_the_code_of_the_rules(tmp_path, capsys, monkeypatch):
    asked = (*MIXES, *BUNDLED, "--out", str(tmp_path), "--subject-to", "worst_year>0.5")
    assert command(capsys, *asked)[0] == 2
    monkeypatch.setattr("backtests.engine.search.rules_code", lambda: "another")
    assert command(capsys, *asked)[0] == 2
    assert len(list(tmp_path.glob(".tuning-*"))) == 2


def test_scores_of_other_prices_are_not_taken_up(tmp_path, capsys):
    days = pd.bdate_range("2015-01-01", "2019-12-31")
    rng = np.random.default_rng(1)
    for ticker in ("SPY", "IEF"):
        values = 100 * np.cumprod(1 + rng.normal(3e-4, 0.005, len(days)))
        (tmp_path / "prices").mkdir(exist_ok=True)
        place = tmp_path / "prices" / f"{ticker}.csv"
        pd.DataFrame({"Date": days, "value": values}).to_csv(place, index=False)
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.5", "--subject-to", "cagr>0.9")
    words += ("--source", f"files:{tmp_path / 'prices'}", "--out", str(tmp_path / "out"))
    assert "the scores are kept" in command(capsys, *words)[2]
    pd.DataFrame({"Date": days, "value": values * np.linspace(1, 1.1, len(days))}).to_csv(
        place, index=False
    )
    assert command(capsys, *words)[0] == 2
    assert len(list((tmp_path / "out").glob(".tuning-*"))) == 2


def test_a_rule_that_decides_too_late_is_named_with_its_parameters(tmp_path, capsys):
    words = ("attack_defend", "--grid", "lookback_years=5,19", "--start", "1975-01-31")
    _, _, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert "error: the first decision of attack_defend with {'equity_weight': 0.6, " in told
    assert "'lookback_years': 19.0" in told


def test_what_has_no_score_yet_is_scored_in_stretches():
    done = np.array([True, False, False, False, True, False])
    assert _gaps(done, 2) == [(1, 3), (3, 4), (5, 6)]
    assert _gaps(np.ones(3, bool), 2) == []


def test_the_best_so_far_is_the_best_that_keeps_the_limits():
    search = SimpleNamespace(
        objective=read_objective("cagr", ["max_drawdown>-0.2"]),
        space=mix_space(["SPY"], 0.5, {"rebalance": "monthly"}),
    )
    falls = [-0.1, -0.15, -0.3]
    table = pd.DataFrame({"cagr": [0.01, 0.02, 0.03], "max_drawdown": falls, "sharpe": 0.5})
    best = _best_so_far(search, table)
    assert (best.params["weights"], best.cagr, best.max_drawdown) == ({"SPY": 0.5}, 0.02, -0.15)
    assert _best_so_far(search, table.assign(max_drawdown=-0.5)) is None


def test_a_default_that_beats_nothing_is_told_by_its_metric(tmp_path, capsys):
    words = ("hedge_mix", "--weights", "SPY=0", "--assets", "SPY,IEF", "--maximise", "calmar")
    _, _, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert "--maximise calmar: the default has no such ratio to beat" in told

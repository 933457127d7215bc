"""The tune command: right numbers, honest counts, and nothing lost when it is stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.metrics import headline
from backtests.engine import ledger
from backtests.engine.candidates import make_course, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import paths
from backtests.engine.simulate import simulate, trade
from backtests.engine.space import mix_space
from backtests.report.folder import is_complete
from backtests.report.index import rebuild_index
from backtests.report.tuning.trials import log_trials
from backtests.report.tuning.unfinished import Unfinished
from backtests.run import main as run_main
from backtests.tune import main
from data.command import run_command
from data.errors import OutputError
from data.load import load_market
from strategies.registry import make
from tests import browser
from tests.conftest import ROOT, ended

BUNDLED = ("--source", "bundled")
MIXES = ("hedge_mix", "--assets", "SPY,SHY,IEF", "--step", "0.1")
RULES = ("attack_defend", "--grid", "step_bp=25,50,75", "--grid", "equity_weight=0.4:0.8:0.2")


def command(capsys, *arguments: str) -> tuple[int, str, str]:
    return ended(main, capsys, *arguments)


def only(out: Path) -> Path:
    (folder,) = out.glob("tune-*")
    return folder


@pytest.fixture(scope="module")
def mixes(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("mixes")
    run_command(main, [*MIXES, *BUNDLED, "--out", str(out)])
    return only(out)


@pytest.fixture(scope="module")
def rules(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("rules")
    run_command(main, [*RULES, *BUNDLED, "--out", str(out), "--subject-to", "max_drawdown>-0.5"])
    return only(out)


def candidates(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "candidates.parquet")


def content(folder: Path) -> dict:
    return json.loads((folder / "tuning.json").read_text())


# Numbers


@pytest.mark.parametrize(("kind", "numbers"), [("mixes", (0, 41, 150, 285)), ("rules", (0, 4, 8))])
def test_every_candidate_is_what_the_ledger_makes_of_it(kind, numbers, request):
    folder = request.getfixturevalue(kind)
    table, told = candidates(folder), content(folder)
    wanted = ["SPY", "SHY", "IEF"] if kind == "mixes" else ["SPY", "BIL", "SHY", "IEF", "TLT"]
    needs = () if kind == "mixes" else ("yields",)
    market = load_market("bundled", wanted, needs=needs)
    for number in numbers:
        row = table.loc[number]
        if kind == "mixes":
            weights = {t: float(row[t]) for t in wanted if row[t] > 0} or {"SPY": 0.0}
            rule = make("hedge_mix", {"weights": weights})
        else:
            rule = make("attack_defend", row[["step_bp", "equity_weight"]].to_dict())
        run = trade(
            market, rule.target_weights(market), Costs(), name="one", optional=rule.optional,
            start=pd.Timestamp(told["start"]), initial=10_000.0, engine=ledger.fill,
        )  # fmt: skip
        found = headline(run.nav, market.cash.loc[run.nav.index], 12)
        for name in ("final_value", "cagr", "volatility", "max_drawdown", "worst_year"):
            assert row[name] == pytest.approx(getattr(found, name), rel=1e-9, abs=1e-14), name
        assert row["costs_paid"] == pytest.approx(run.costs_paid, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", ["mixes", "rules"])
def test_the_recommended_file_runs_as_it_is_and_has_the_same_numbers(kind, request, capsys):
    folder = request.getfixturevalue(kind)
    capsys.readouterr()  # what the search itself printed
    out = folder.parent / "runs"
    words = ["--config", str(folder / "best.toml"), "--out", str(out), "--json", "--no-verdict"]
    run_command(run_main, [*words, "--no-tearsheet"])
    summary = json.loads(capsys.readouterr().out)
    told = content(folder)
    row = candidates(folder).loc[told["recommended"]["candidate"]]
    assert (summary["start"], summary["end"]) == (told["start"], told["end"])
    for name in ("cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "worst_year"):
        assert summary["metrics"][name] == pytest.approx(row[name], rel=1e-9), name
    assert summary["turnover_per_year"] == pytest.approx(row["turnover_per_year"], rel=1e-9)
    assert summary["benchmark"]["cagr"] == pytest.approx(
        told["portfolios"]["100 % equity"]["cagr"], rel=1e-9
    )


def test_the_recommendation_is_the_middle_of_a_plateau_that_keeps_the_limit(mixes):
    table, told = candidates(mixes), content(mixes)
    assert len(table) == 286  # C(10 + 3, 3)
    assert (table["eligible"] == (table["max_drawdown"] > -0.25)).all()
    assert table["plateau"].notna().equals(table["eligible"])
    chosen = table.loc[told["recommended"]["candidate"]]
    assert chosen["eligible"]
    best = table["cagr"].where(table["eligible"]).max()
    assert told["portfolios"]["Best single cell"]["cagr"] == pytest.approx(best, rel=1e-9)
    # A plateau score by hand: one step of weight moved between any two of the four.
    units = np.column_stack([table[["SPY", "SHY", "IEF"]].to_numpy() * 10])
    whole = np.column_stack([units, 10 - units.sum(axis=1)]).round()
    here = whole[told["recommended"]["candidate"]]
    near = np.abs(whole - here).sum(axis=1) <= 2
    by_hand = table["cagr"][near & table["eligible"].to_numpy()].mean()
    assert chosen["plateau"] == pytest.approx(by_hand, rel=1e-12)


def test_leads_and_region_are_those_of_the_table(mixes):
    table, told = candidates(mixes), content(mixes)
    honesty, default = told["honesty"], told["portfolios"]["Default"]["cagr"]
    chosen = table["cagr"][told["recommended"]["candidate"]]  # rows are months: the same growth
    assert honesty["chosen"]["estimate"]["value"] == pytest.approx(chosen - default, abs=1e-9)
    peak = told["portfolios"]["Best single cell"]["cagr"]
    assert honesty["peak"]["estimate"]["value"] == pytest.approx(peak - default, abs=1e-9)
    good = table["plateau"] >= table["plateau"].max() - honesty["peak"]["error"]
    assert told["region"] == {
        "members": int(good.sum()), "regions": 1,
        "best_plateau": pytest.approx(table["plateau"].max(), rel=1e-9),
    }  # fmt: skip


def test_risk_adjusted_leads_are_over_the_bills_of_the_same_months(tmp_path, capsys):
    words = ("--maximise", "sharpe", "--lag", "3", "--out", str(tmp_path))
    assert command(capsys, *MIXES, *BUNDLED, *words)[0] == 0
    told = content(only(tmp_path))
    parts, honesty = told["portfolios"], told["honesty"]
    for name, lead in (("Recommended", "chosen"), ("Best single cell", "peak")):
        expected = parts[name]["sharpe"] - parts["Default"]["sharpe"]
        assert honesty[lead]["estimate"]["value"] == pytest.approx(expected, abs=1e-9)
    first = pd.Period(honesty["first"], "M") + honesty["look_back_months"] + 3
    assert honesty["expanding"]["first"] == str(first)  # a lag of three months


def test_the_lead_over_the_default_with_bills_is_the_recommendation_s(mixes):
    told = content(mixes)
    parts = told["portfolios"]
    lead = 100 * (parts["Recommended"]["cagr"] - parts["Default with bills"]["cagr"])
    assert f"the recommendation's lead is {lead:+.2f} points" in told["sentences"][1]


def test_the_walk_is_what_choosing_each_year_by_hand_earns(mixes):
    table, told = candidates(mixes), content(mixes)
    assets = ["SPY", "SHY", "IEF"]
    market = load_market("bundled", assets)
    course = make_course(market, assets, Costs(), start=pd.Timestamp(told["start"]))
    weights = np.vstack([table[assets].to_numpy(), [0.6, 0.0, 0.4]])
    returns = paths(course, static_mixes(course, weights)).pct_change().iloc[1:].to_numpy()
    earned = []
    for cut in range(120, len(returns) - 1, 12):
        values = np.vstack([np.ones(len(weights)), np.cumprod(1 + returns[:cut], axis=0)])
        depth = (values / np.maximum.accumulate(values)).min(axis=0) - 1
        best = np.argmax(np.where(depth > -0.25, values[-1], -1.0))
        earned.append(returns[cut + 1 : cut + 13, best])
    tuned, never = np.concatenate(earned), returns[121:, -1]
    growth = [np.prod(1 + one) ** (12 / len(never)) for one in (tuned, never)]
    found = told["honesty"]["expanding"]
    assert found["edge_out_of_sample"] == pytest.approx(growth[0] - growth[1], abs=1e-9)


def test_the_best_thousand_have_their_tails(mixes):
    table = candidates(mixes)
    best = pd.read_csv(mixes / "best.csv")
    assert len(best) == min(1000, int(table["eligible"].sum()))
    assert best["cagr"].is_monotonic_decreasing
    market = load_market("bundled", ["SPY", "SHY", "IEF"])
    row = best.iloc[7]
    weights = {t: float(row[t]) for t in ("SPY", "SHY", "IEF") if row[t] > 0}
    told = content(mixes)
    run = simulate(market, make("hedge_mix", {"weights": weights}), Costs(),
                   start=pd.Timestamp(told["start"]))  # fmt: skip
    returns = np.sort(run.nav.pct_change().dropna().to_numpy())
    worst = returns[: -(-len(returns) * 5 // 100)]
    assert row["cvar_95"] == pytest.approx(worst.mean(), rel=1e-9)
    assert row["cvar_95_monthly"] == pytest.approx(worst.mean(), rel=1e-9)  # rows are months


def test_the_default_brought_down_with_bills_keeps_the_limit_and_one_percent_more_does_not(mixes):
    told = content(mixes)
    found = told["portfolios"]["Default with bills"]
    assert told["portfolios"]["Default"]["max_drawdown"] < -0.25 < found["max_drawdown"]
    share = float(found["is"].split(" ")[0]) / 100
    market = load_market("bundled", ["SPY", "IEF"])
    for less, keeps in ((share, True), (share + 0.01, False)):
        weights = {"SPY": 0.6 * less, "IEF": 0.4 * less}
        run = simulate(market, make("hedge_mix", {"weights": weights}), Costs(),
                       start=pd.Timestamp(told["start"]))  # fmt: skip
        depth = headline(run.nav, market.cash.loc[run.nav.index], 12).max_drawdown
        assert (depth > -0.25) is keeps


def test_same_search_same_bytes(mixes, tmp_path, capsys):
    assert command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))[0] == 0
    again = only(tmp_path)
    assert again.name == mixes.name
    for name in ("best.toml", "candidates.parquet", "best.csv", "tuning.json", "index.html"):
        assert (again / name).read_bytes() == (mixes / name).read_bytes(), name
    assert is_complete(again, ["index.html", "best.toml"])
    # And again beside itself: nothing is moved aside, no trial is counted twice.
    assert command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))[0] == 0
    assert [path.name for path in tmp_path.glob("tune-*")] == [mixes.name]
    assert not list(tmp_path.glob(".tuning-*"))


def test_a_cluster_gives_the_same_bytes(mixes, tmp_path, capsys):
    words = ("--scheduler", "local:2")
    assert command(capsys, *MIXES, *BUNDLED, *words, "--out", str(tmp_path))[0] == 0
    found = (only(tmp_path) / "candidates.parquet").read_bytes()
    assert found == (mixes / "candidates.parquet").read_bytes()


# Counts


SMALL = mix_space(["SPY", "IEF"], 0.1, {"rebalance": "monthly"})
HALVES = mix_space(["SPY", "TLT"], 0.5, {"rebalance": "monthly"})


def test_trials_are_counted_once_over_all_searches_of_a_market(tmp_path, capsys):
    def trials(assets: str, step: str, *words: str) -> int:
        before = set(tmp_path.glob("tune-*"))
        asked = ("hedge_mix", "--assets", assets, "--step", step, *words)
        code, _, told = command(
            capsys, *asked, *BUNDLED, "--out", str(tmp_path), "--maximise", "sharpe"
        )
        assert code == 0, told
        (folder,) = set(tmp_path.glob("tune-*")) - before
        return content(folder)["trials"]

    assert trials("SPY,IEF", "0.5") == 6  # (0, 0), (0, .5), (0, 1), (.5, 0), (.5, .5), (1, 0)
    assert trials("IEF,SPY", "0.25") == 15  # six of the fifteen are known
    # New are SHY .5, SHY 1 and SPY .5 with SHY .5; the four of IEF alone share no ticker.
    assert trials("SPY,SHY", "0.5") == 15 + 3 - 4
    # Other dates, same trials; the two of SHY alone share no ticker.
    assert trials("SPY,IEF", "0.25", "--start", "1990-01-31") == 18 - 2
    assert trials("SPY,IEF", "0.5", "--rebalance", "annually") == 16 + 6  # another calendar
    assert trials("TLT", "0.5") == 4  # bills alone twice, and two that nothing else held
    log = pd.read_parquet(tmp_path / "trials.parquet")
    assert len(log) == 26
    assert not log["key"].duplicated().any()
    mix = '{"rebalance": "monthly", "weights": {"IEF": 0.5, "SPY": 0.5}}'
    (row,) = log[log["parameters"] == mix].to_dict("records")
    assert (row["frequency"], row["tickers"]) == ("monthly", "IEF,SPY")


def test_trials_at_another_frequency_are_another_market(tmp_path):
    space = mix_space(["SPY", "IEF"], 0.5, {"rebalance": "monthly"})
    numbers = np.arange(len(space))
    assert log_trials(tmp_path, space, numbers, 252, "one") == 6
    assert log_trials(tmp_path, space, numbers, 12, "two") == 6
    assert log_trials(tmp_path, space, numbers, 12, "three") == 6
    assert len(pd.read_parquet(tmp_path / "trials.parquet")) == 12


def test_a_damaged_log_of_trials_is_no_reason_to_count_anew(tmp_path, capsys):
    (tmp_path / "trials.parquet").write_bytes(b"PAR1 not really")
    code, _, told = command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))
    assert code == 2
    assert "trials.parquet cannot be read" in told
    assert "restore it, or remove it" in told
    assert (tmp_path / "trials.parquet").read_bytes() == b"PAR1 not really"


# Stopped


SLOW = ("attack_defend", "--grid", "step_bp=10:250:2", "--grid", "hysteresis_bp=0,8,16",
        "--subject-to", "max_drawdown>-0.6")  # fmt: skip


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
        assert "best so far: step_bp" in out
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


keep = Unfinished.keep


def keep_and_stop(self: Unfinished, first: int, scores: np.ndarray) -> None:
    keep(self, first, scores)
    raise KeyboardInterrupt


def test_ctrl_c_between_keeping_scores_and_noting_them_counts_what_is_kept(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(Unfinished, "keep", keep_and_stop)
    for round_ in (1, 2):  # the second goes on after the first
        code, out, told = command(capsys, *SLOW, *BUNDLED, "--out", str(tmp_path))
        assert code == 1, told
        assert f"stopped after {64 * round_} of 363 candidates; their scores are kept" in out
        assert "best so far: step_bp" in out
        assert len(pd.read_parquet(tmp_path / "trials.parquet")) == 64 * round_


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


def test_a_part_that_does_not_verify_is_scored_again(undisturbed, tmp_path, capsys, monkeypatch):
    asked = (*MIXES, *BUNDLED, "--out", str(tmp_path))
    assert command(capsys, *asked, "--subject-to", "worst_year>0.5")[0] == 2
    (part,) = tmp_path.glob(".tuning-*/*.part")
    content_of = bytearray(part.read_bytes())
    content_of[200] ^= 1
    part.write_bytes(content_of)
    code, _, told = command(capsys, *asked, "--subject-to", "worst_year>-0.2")
    assert code == 0
    assert "scoring: 286 of 286" in told  # else nothing was left to score


def test_scores_of_other_rules_are_not_taken_up(tmp_path, monkeypatch):
    import strategies
    from backtests.engine import search

    before = search.rules_code()
    here = Path(str(strategies.__file__)).parent
    shutil.copytree(here, tmp_path / "strategies")
    monkeypatch.setattr(strategies, "__file__", str(tmp_path / "strategies" / "__init__.py"))
    search.rules_code.cache_clear()
    try:
        assert search.rules_code() == before
        rule = tmp_path / "strategies" / "attack_defend.py"
        rule.write_text(rule.read_text().replace("STEPS = 3", "STEPS = 2"))
        search.rules_code.cache_clear()
        assert search.rules_code() != before
    finally:
        search.rules_code.cache_clear()


def test_scores_are_kept_under_the_code_of_the_rules(tmp_path, capsys, monkeypatch):
    asked = (*MIXES, *BUNDLED, "--out", str(tmp_path), "--subject-to", "worst_year>0.5")
    assert command(capsys, *asked)[0] == 2
    monkeypatch.setattr("backtests.engine.search.rules_code", lambda: "another")
    assert command(capsys, *asked)[0] == 2
    assert len(list(tmp_path.glob(".tuning-*"))) == 2


@pytest.mark.parametrize("space", [SMALL, HALVES])
def test_a_flipped_bit_in_the_log_of_trials_is_never_another_count(tmp_path, space):
    path, numbers = tmp_path / "trials.parquet", np.arange(len(SMALL))
    assert log_trials(tmp_path, SMALL, numbers, 12, "one") == 66
    good = path.read_bytes()
    expected = log_trials(tmp_path, space, np.arange(len(space)), 12, "two")
    rng = np.random.default_rng(5)
    refused = []
    for _ in range(150):
        spoilt = bytearray(good)
        spoilt[int(rng.integers(len(spoilt)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(spoilt)
        try:
            found = log_trials(tmp_path, space, np.arange(len(space)), 12, "two")
        except OutputError as error:
            refused.append(str(error))
        else:
            # What the checksums of pages leave out names columns and writers, and counts nothing.
            assert found == expected
    assert len(refused) > 75
    assert {told.partition(" (")[0] for told in refused} == {f"{path} cannot be read"}


# What there is to say where there is little


FREE_OF_COST = ("--fee-bps", "0", "--slippage-bps", "0", "--maximise", "sharpe")


def test_equals_are_one_region_and_nobody_chooses_by_rounding(tmp_path, capsys):
    # Any share of one asset beside bills has its Sharpe ratio, 20 of them and bills alone.
    words = ("hedge_mix", "--assets", "SPY", "--step", "0.05", "--weights", "SPY=0.6")
    code, out, told = command(capsys, *words, *FREE_OF_COST, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    found = content(only(tmp_path))
    assert found["region"]["members"] == 20
    assert found["region"]["regions"] == 1
    assert found["honesty"]["overfitting"] is None
    assert found["honesty"]["expanding"]["edge_out_of_sample"] == 0.0
    text = " ".join(out.split())
    assert "makes what the default makes at the same risk: there is nothing to be sure of" in text
    assert "tuning made what never tuning made." in text


def test_a_short_history_is_called_short(tmp_path, capsys):
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.25", "--start", "1994-12-31",
             "--end", "1998-06-30")  # fmt: skip
    code, out, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    text = " ".join(out.split())
    assert "Without an interval nothing is called more than noise: 60 months are needed" in text
    assert "gives no reason" not in text


def test_the_default_as_the_best_cell_is_said(tmp_path, capsys):
    words = ("hedge_mix", "--weights", "SPY=0.5,IEF=0.5", "--assets", "SPY,IEF", "--step", "0.05",
             "--maximise", "sharpe")  # fmt: skip
    code, out, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    assert content(only(tmp_path))["portfolios"]["Best single cell"]["is"] == "SPY 50 %, IEF 50 %"
    assert "the best single cell is the default itself" in " ".join(out.split())


# Bad input


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hedge_mix",), "what to search? for example: --assets"),
        (("carry",), "--grid NAME=VALUES of equity_weight (0 to 1)"),
        (("equity_only",), "no parameter to search"),
        (("nope", "--assets", "SPY"), "strategy 'nope' is unknown"),
        (("hedge_mix", "--assets", "SPY,IEF", "--grid", "rebalance=never"), "are two searches"),
        (("carry", "--assets", "SPY"), "--assets is for hedge_mix"),
        (("carry", "--grid", "full_at_bp=5", "--set", "full_at_bp=7"), "leave one out"),
        (("carry", "--grid", "full_at_bp=5", "--grid", "full_at_bp=7"), "given twice"),
        (("hedge_mix", "--assets", "SPY,NOPE"), "NOPE is not in"),
        (("hedge_mix", "--assets", "SPY,SHY", "--weights", "NOPE=1"), "NOPE is not in"),
        (("hedge_mix", "--assets", "SPY,IEF", "--maximise", "cvar"), "--maximise is one of"),
        (("hedge_mix", "--assets", "SPY", "--start", "2024-01-31"), "needs 24 whole months"),
        (("hedge_mix", "--weights", "SPY=0", "--assets", "SPY,IEF", "--maximise", "sharpe"),
         "the default has none to beat"),
        (("hedge_mix", "--assets", "SPY,IEF", "--step", "0.5", "--maximise", "sharpe",
          "--subject-to", "volatility<0.95%"), "that keep volatility<0.0095 have none"),
        (("hedge_mix", "--assets", "A,B,C,D,E,F,G,H", "--step", "0.01"), "352,025,629,371 mixes"),
        (("carry", "--grid", "full_at_bp=1:200:1e-9"), "combinations"),
        (("carry", "--grid", "full_at_bp=1:200:1e-320"), "combinations"),
        (("carry", "--grid", "full_at_bp=50,100", "--step", "0.1"), "--step is of --assets"),
        (("carry", "--grid", "full_at_bp=1:0:1"), "is empty"),
        (("attack_defend", "--grid", "lookback_years=5,19", "--start", "1975-01-31"),
         "cannot decide before"),
        (("hedge_mix", "--assets", "SPY,IEF", "--scheduler", "tcp://127.0.0.1:1"),
         "does not answer"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(words, said, tmp_path, capsys):
    began = time.monotonic()
    code, _, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path / "out"))
    lines = [line for line in told.splitlines() if line.startswith("error: ")]
    assert code == 2, told
    assert len(lines) == 1
    assert said in lines[0]
    assert "Traceback" not in told
    assert time.monotonic() - began < 60


TERMINAL = """
import os, pty, sys
from backtests.tune import main
from data.command import run_command
sys.stdout = open(os.devnull, "w")
run_command(main, sys.argv[1:])
"""


def test_a_terminal_sees_rate_and_time_left(tmp_path):
    """On a real pseudo-terminal; the bar is drawn on stderr."""
    import pty

    master, slave = pty.openpty()
    words = [sys.executable, "-c", TERMINAL, *SLOW, *BUNDLED, "--out", str(tmp_path)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(words, cwd=ROOT, stderr=slave, env=environment)
    os.close(slave)
    shown = b""
    with os.fdopen(master, "rb", buffering=0) as stream:
        while b"/s " not in shown:
            try:
                piece = stream.read(4096)
            except OSError:  # the other end has left
                break
            shown += piece
        process.kill()
        process.wait(30)
    text = shown.decode(errors="replace")
    assert "scoring" in text
    assert "of 363" in text or "/363" in text


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


# Sentences


def said(capsys, out: Path, *words: str) -> tuple[str, str, dict]:
    """Sentences as one text, the page, and what was written."""
    code, _, told = command(capsys, *words, *BUNDLED, "--out", str(out))
    assert code == 0, told
    folder = max(out.glob("tune-*"), key=lambda path: path.stat().st_mtime_ns)
    found = content(folder)
    return " ".join(found["sentences"]), (folder / "index.html").read_text(), found


def test_a_probability_that_does_not_exist_is_unknown(tmp_path, capsys):
    # The default's own step and another: one trial that varies, and no variance of trials.
    text, page, found = said(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=50,75",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert found["trials"] == 2
    text, page, _ = said(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=75",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert "by more than luck is unknown (deflated Sharpe ratio" in text
    assert "nan" not in text
    assert "nan %" not in page


def test_a_recommendation_that_makes_what_the_default_makes_says_so(tmp_path, capsys):
    text, _, found = said(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=50",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert found["honesty"]["sharpe"] is None
    assert "makes what the default makes" in text


def test_never_tuning_that_breaks_the_limit_is_named_where_the_walk_is_told(mixes, rules):
    words = "never tuning does not keep the limits"
    assert words in content(mixes)["sentences"][-1]
    assert words not in content(rules)["sentences"][-1]


def test_a_ticker_is_text_in_every_chart(tmp_path, capsys):
    folder = tmp_path / "prices"
    folder.mkdir()
    market = load_market("bundled", ["SPY", "IEF"])
    for name, ticker in (("SPY", "SPY"), ("IEF", "IEF"), ("<b>X&amp;", "IEF")):
        levels = market.levels([ticker])[ticker].dropna()
        days = pd.bdate_range(levels.index[0], levels.index[-1])
        filled = levels.reindex(days.union(levels.index)).interpolate().reindex(days).dropna()
        rows = pd.DataFrame({"Date": days[: len(filled)], "value": filled.to_numpy()})
        rows.loc[rows.Date >= "1990-01-01"].to_csv(folder / f"{name}.csv", index=False)
    out = tmp_path / "out"
    words = ("hedge_mix", "--assets", "SPY,<b>X&amp;", "--step", "0.25", "--source",
             f"files:{folder}", "--maximise", "sharpe", "--out", str(out))  # fmt: skip
    code, _, told = command(capsys, *words)
    assert code == 0, told
    text = (only(out) / "index.html").read_text()
    script = text.index('<script id="figures"')
    drawn = json.loads(text[text.index(">", script) + 1 : text.index("</script>", script)])
    assert "<b>X" not in json.dumps(drawn)
    assert "&lt;b&gt;X&amp;amp;" in json.dumps(drawn)


def test_gained_or_lost_is_the_sign_of_the_walk(mixes, rules):
    for folder in (mixes, rules):
        told = content(folder)
        edge = told["honesty"]["expanding"]["edge_out_of_sample"]
        word = "gained" if edge > 0 else "lost"
        assert f"tuning {word} {abs(100 * edge):.2f} points" in told["sentences"][-1]


# The page


def drawn(folder: Path) -> list[dict]:
    text = (folder / "index.html").read_text()
    script = text.index('<script id="figures"')
    return json.loads(text[text.index(">", script) + 1 : text.index("</script>", script)])


def test_the_outline_is_around_the_good_cells_of_the_map(mixes):
    table, told = candidates(mixes), content(mixes)
    assert told["region"]["regions"] == 1
    best = told["region"]["best_plateau"] - told["honesty"]["peak"]["error"]
    good = table[table["plateau"] >= best]
    cells = set(
        zip(*(good[name].mul(10).round().astype(int) for name in ("SPY", "SHY")), strict=True)
    )
    edges = set()
    for x, y in cells:
        for to, edge in (
            ((x - 1, y), (x - 0.5, y - 0.5, x - 0.5, y + 0.5)),
            ((x + 1, y), (x + 0.5, y - 0.5, x + 0.5, y + 0.5)),
            ((x, y - 1), (x - 0.5, y - 0.5, x + 0.5, y - 0.5)),
            ((x, y + 1), (x - 0.5, y + 0.5, x + 0.5, y + 0.5)),
        ):
            edges |= {edge} if to not in cells else set()
    outline = drawn(mixes)[1]["data"][1]
    x, y = outline["x"], outline["y"]
    assert {(x[i], y[i], x[i + 1], y[i + 1]) for i in range(0, len(x), 3)} == edges


def test_the_walk_s_equity_is_of_the_same_months(mixes):
    lines = {trace["name"]: trace for trace in drawn(mixes)[2]["data"]}
    equity = lines["100 % SPY"]
    levels = load_market("bundled", ["SPY"]).levels(["SPY"])["SPY"]
    levels.index = levels.index.strftime("%Y-%m")
    first, last = equity["x"][0][:7], equity["x"][-1][:7]
    assert equity["y"][0] == 1.0
    assert equity["y"][-1] == pytest.approx(levels[last] / levels[first], rel=1e-3)


def test_the_page_stands_alone_and_draws(mixes, rules, tmp_path):
    one_axis = tmp_path / "one"
    words = ("--start", "1995-01-31", "--end", "2001-12-31", "--maximise", "calmar")
    asked = ("carry", "--grid", "full_at_bp=5:50:5", *BUNDLED, *words)
    run_command(main, [*asked, "--out", str(one_axis)])
    with browser.chromium() as driver:
        for folder in (mixes, rules, only(one_axis)):
            page = folder / "index.html"
            text = page.read_text()
            script = text.index('<script id="figures"')
            own = len(text) - (script - text.index("<script>"))
            assert own < 1_000_000
            figures = json.loads(
                text[text.index(">", script) + 1 : text.index("</script>", script)]
            )
            points = [len(t["x"]) for f in figures for t in f["data"] if "x" in t]
            assert max(points) <= 1_500
            for width, dark in ((1180, False), (390, False), (1180, True)):
                browser.resize(driver, width, dark=dark)
                browser.open_page(driver, page)
                assert browser.complaints(driver) == []
                assert browser.overflow(driver) <= 0
            assert browser.requests(driver) == []
            shown = driver.find_element("tag name", "body").text
            assert content(folder)["headline"] in shown
            for sentence in content(folder)["sentences"]:
                assert sentence in shown
        assert "too short for a walk-forward" in shown


def test_the_map_shows_each_pair_of_assets(mixes):
    with browser.chromium() as driver:
        browser.open_page(driver, mixes / "index.html")
        chart = driver.find_element("id", "map")
        seen = []
        for pair in (0, 1, 2):
            driver.execute_script(
                "const menu = document.getElementById('map').layout.updatemenus[0];"
                "return Plotly.update('map', ...menu.buttons[arguments[0]].args)",
                pair,
            )
            titles = [chart.find_element("class name", name).text for name in ("xtitle", "ytitle")]
            seen.append(tuple(titles))
    assert seen == [("SPY", "SHY"), ("SPY", "IEF"), ("SHY", "IEF")]


def test_the_index_lists_a_search(mixes):
    rebuild_index(mixes.parent)
    text = (mixes.parent / "index.html").read_text()
    assert f"{mixes.name}/index.html" in text
    assert "hedge_mix: 286 candidates over SPY, SHY, IEF" in text


def test_where_the_default_keeps_the_limit_its_share_is_not_asked(rules):
    told = content(rules)
    assert "Default with bills" not in told["portfolios"]
    assert told["honesty"]["sharpe"]["trials"] == told["trials"] == 9


def test_a_short_history_says_so(tmp_path, capsys):
    words = ("--start", "2022-01-31", "--end", "2025-01-31", "--maximise", "sortino")
    code, shown, _ = command(capsys, *MIXES, *BUNDLED, *words, "--out", str(tmp_path))
    assert code == 0
    assert "too short for a walk-forward" in " ".join(shown.split())
    assert "no interval: too few months" in " ".join(shown.split())
    assert content(only(tmp_path))["beyond_noise"] is False


def test_help_loads_no_engine():
    script = (
        "import sys\nfrom backtests.tune import main\n"
        "main.main(['--help'], standalone_mode=False)\n"
        "heavy = {'pandas', 'numpy', 'numba', 'vectorbt', 'pyarrow', 'distributed'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--subject-to" in done.stdout

"""The tune command: what it takes, what it shows, and the same numbers however it is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tomllib
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from backtests.analysis.numbers import numbers_of
from backtests.engine import ledger
from backtests.engine.cluster import connect
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.simulate import trade
from backtests.face.search import search
from backtests.report.folder import is_complete
from backtests.run import main as run_main
from backtests.tune import main
from data.command import run_command
from data.load import load_market
from strategies.registry import make
from tests.conftest import ROOT
from tests.searches import BUNDLED, MIXES, SLOW, candidates, command, content, drawn, only


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
            opening=Opening(pd.Timestamp(told["start"]), is_invested=False), initial=10_000.0,
            engine=ledger.fill,
        )  # fmt: skip
        numbers = numbers_of(run.portfolio(market))
        for name in ("final_value", "cagr", "volatility", "max_drawdown", "worst_year"):
            assert row[name] == pytest.approx(getattr(numbers, name), rel=1e-9, abs=1e-14), name
        assert row["costs_paid"] == pytest.approx(run.costs_paid, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", ["mixes", "rules"])
def test_the_file_of_the_choice_runs_as_it_is_and_has_the_same_numbers(kind, request, capsys):
    folder = request.getfixturevalue(kind)
    capsys.readouterr()  # what the search itself printed
    out = folder.parent / "runs"
    words = ["--config", str(folder / "best.toml"), "--out", str(out), "--json", "--no-verdict"]
    run_command(run_main, [*words, "--no-tearsheet"])
    summary = json.loads(capsys.readouterr().out)
    told = content(folder)
    row = candidates(folder).loc[told["region"]["middle"]["candidate"]]
    assert (summary["start"], summary["end"]) == (told["start"], told["end"])
    for name in ("cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "worst_year",
                 "turnover_per_year"):  # fmt: skip
        assert summary["metrics"][name] == pytest.approx(row[name], rel=1e-9), name
    assert summary["benchmark"]["metrics"]["cagr"] == pytest.approx(
        told["portfolios"]["100 % equity"]["cagr"], rel=1e-9
    )


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


def test_a_short_history_says_so(tmp_path, capsys):
    words = ("--start", "2022-01-31", "--end", "2025-01-31", "--maximise", "sortino")
    code, shown, _ = command(capsys, *MIXES, *BUNDLED, *words, "--out", str(tmp_path))
    assert code == 0
    assert "too short for a walk-forward" in " ".join(shown.split())
    assert "no interval: too few months" in " ".join(shown.split())
    assert content(only(tmp_path))["beyond_noise"] is False


@pytest.mark.parametrize(
    ("words", "message"),
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
        (("hedge_mix", "--assets", "SPY", "--start", "2024-06-30"), "needs 24 whole months"),
        (("hedge_mix", "--assets", "SPY", "--end", "1963-01-31"),
         "to 1963-01-31, where --end cuts the data, there are 12; give a later --end"),
        (("hedge_mix", "--weights", "SPY=0", "--assets", "SPY,IEF", "--maximise", "sharpe"),
         "the default has no such ratio to beat"),
        (("hedge_mix", "--assets", "SPY,IEF", "--step", "0.5", "--maximise", "sharpe",
          "--subject-to", "volatility<0.95%"), "that keep volatility<0.0095 do not have"),
        (("hedge_mix", "--assets", "A,B,C,D,E,F,G,H", "--step", "0.01"), "352,025,629,371 mixes"),
        (("carry", "--grid", "full_at_bp=1:200:1e-9"), "combinations"),
        (("carry", "--grid", "full_at_bp=1:200:1e-320"), "combinations"),
        (("carry", "--grid", "full_at_bp=50,100", "--step", "0.1"), "--step belongs to --assets"),
        (("carry", "--grid", "full_at_bp=1:0:1"), "is empty"),
        (("attack_defend", "--grid", "lookback_years=5,19", "--start", "1975-01-31"),
         "is 1980-12-31, and --start is 1975-01-31; start after it"),
        (("hedge_mix", "--assets", "SPY,IEF", "--scheduler", "tcp://127.0.0.1:1"),
         "does not answer"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(words, message, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("backtests.tuning.connect", partial(connect, timeout=0.5))
    began = time.monotonic()
    code, _, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path / "out"))
    lines = [line for line in told.splitlines() if line.startswith("error: ")]
    assert code == 2, told
    assert len(lines) == 1
    assert message in lines[0]
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
    assert "of 162" in text or "/162" in text


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


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--strict",), 3, "in place of new prices from Yahoo the data hold the bundled history"),
        (("--strict", "--max-age", "3", "--source", "bundled"), 3, "the data of bundled end on "),
        (("--max-age", "3"), 2, "--max-age goes with --strict"),
    ],
)
def test_strict_refuses_before_anything_is_scored(capsys, tmp_path, words, code, message):
    asked = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.5", "--start", "2000-01-31")
    ended_with, _, err = command(capsys, *asked, *words, "--out", str(tmp_path))
    assert ended_with == code
    assert message in err
    assert list(tmp_path.iterdir()) == []


# Currencies


@pytest.fixture(scope="module")
def hedged(tmp_path_factory) -> Path:
    """What of the dollar to hedge, searched by an investor in yen."""
    out = tmp_path_factory.mktemp("hedged")
    asked = ["hedge_mix", "--grid", "fx_hedge=0:1:0.1", "--currency", "JPY"]
    limit = ["--subject-to", "max_drawdown>-0.4"]
    run_command(main, [*asked, *limit, *BUNDLED, "--out", str(out)])
    return only(out)


def test_a_ratio_is_searched_and_its_choice_is_a_run_with_the_same_numbers(hedged, capsys):
    table, told = candidates(hedged), content(hedged)
    assert table["fx_hedge"].tolist() == [round(0.1 * step, 1) for step in range(11)]
    assert table["cagr"].nunique() == 11
    middle = told["region"]["middle"]
    row = table.loc[middle["candidate"]]
    assert middle["settings"] == {"fx_hedge": row["fx_hedge"]}
    assert "fx_hedge" not in middle["params"]
    best = tomllib.loads((hedged / "best.toml").read_text("utf-8"))
    assert (best["currency"], best["fx_hedge"]) == ("JPY", row["fx_hedge"])
    capsys.readouterr()
    out = hedged.parent / "runs"
    words = ["--config", str(hedged / "best.toml"), "--out", str(out), "--json", "--no-verdict"]
    run_command(run_main, [*words, "--no-tearsheet"])
    summary = json.loads(capsys.readouterr().out)
    assert summary["currency"] == "JPY"
    for name in ("cagr", "volatility", "max_drawdown", "sharpe", "turnover_per_year"):
        assert summary["metrics"][name] == pytest.approx(row[name], rel=1e-9), name


def test_the_page_says_what_a_ratio_is(hedged):
    page = (hedged / "index.html").read_text("utf-8")
    assert "11 candidates over fx hedge" in page
    assert "the default (none of the hedge&#39;s dollars sold forward (fx_hedge 0))" in page
    told = content(hedged)  # the page Which hedge asks about equity's worst months
    assert told["headline"].startswith("By CAGR, ")
    assert told["sentences"][1].endswith("which-hedge.html of a run answers it.")
    assert "fx hedge: share of the hedge&#39;s dollars that is sold forward" in page
    assert "priced by interest parity" in page  # also where the default hedges nothing
    (line,) = (each for each in drawn(hedged) if each["name"] == "map")
    assert line["layout"]["xaxis"]["title"]["text"] == "fx hedge"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--grid", "fx_hedge=0,1"), "error: --grid fx_hedge is for investors in another currency"),
        (("--grid", "fx_hedge=0,1", "--currency", "JPY", "--fx-hedge", "1"),
         "error: --grid fx_hedge searches what --fx-hedge gives; leave one out"),
        (("--assets", "SPY,IEF", "--currency", "JPY", "--fx-hedge", "TLT=1"),
         "error: --fx-hedge names TLT, and the run uses SPY, IEF"),
        (("--assets", "SPY,IEF", "--grid", "fx_hedge=0,1", "--currency", "JPY"),
         "error: --assets and --grid fx_hedge are two searches; give --assets with one"),
    ],
)  # fmt: skip
def test_a_search_of_ratios_that_cannot_be_is_one_line(words, message, tmp_path, capsys):
    code, _, err = command(capsys, "hedge_mix", *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 2
    assert err.splitlines()[-1].startswith(message)


# Bands and cash flows


@pytest.fixture(scope="module")
def paying(tmp_path_factory) -> Path:
    """Bands and calendars, searched by someone who lives on it, in purchasing power."""
    out = tmp_path_factory.mktemp("paying")
    grid = ["--grid", "band=0,0.05,0.1", "--grid", "rebalance=monthly,quarterly,annually"]
    own = ["--flow=-480/year", "--real", "--subject-to", "max_drawdown>-0.6"]
    run_command(main, ["hedge_mix", *grid, *own, *BUNDLED, "--out", str(out)])
    return only(out)


def test_bands_are_searched_and_the_choice_is_a_run_with_the_same_numbers(paying, capsys):
    table, told = candidates(paying), content(paying)
    assert table.groupby("rebalance")["band"].agg(list).tolist() == [[0.0, 0.05, 0.1]] * 3
    assert table["cagr"].nunique() == 9
    assert told["ruined"] == 0
    middle = told["region"]["middle"]
    row = table.loc[middle["candidate"]]
    assert middle["settings"] == {"band": row["band"]}
    best = tomllib.loads((paying / "best.toml").read_text("utf-8"))
    asked = (best["band"], best["flow"], best["real"], best["params"]["rebalance"])
    assert asked == (row["band"], "-480/year", True, row["rebalance"])
    capsys.readouterr()
    out = paying.parent / "runs"
    words = ["--config", str(paying / "best.toml"), "--out", str(out), "--json", "--no-verdict"]
    run_command(run_main, [*words, "--no-tearsheet"])
    summary = json.loads(capsys.readouterr().out)
    for name in ("cagr", "volatility", "max_drawdown", "sharpe", "turnover_per_year"):
        assert summary["metrics"][name] == pytest.approx(row[name], rel=1e-9), name
    own = summary["own_money"]
    assert own["strategy"]["final_wealth"] == pytest.approx(row["final_wealth"], rel=1e-9)
    assert (own["paid_in"], own["taken_out"]) == pytest.approx((row["paid_in"], row["taken_out"]))
    equity = told["portfolios"]["100 % equity"]
    theirs = summary["benchmark"]["metrics"]
    assert equity["cagr"] == pytest.approx(theirs["cagr"], rel=1e-9)
    wealth = own["benchmark"]["final_wealth"]
    assert equity["final_wealth"] == pytest.approx(wealth, rel=1e-9)


def test_the_page_says_what_was_paid_and_what_a_band_is(paying):
    page = (paying / "index.html").read_text("utf-8")
    assert "flow -480/year; figures are of the unit value" in page.replace("−", "-")
    assert "no band, rebalance monthly" in page  # the default, as without --grid
    assert "band: how far a weight may be off its target" in page
    assert "band 0 trades at every decision" in page
    assert "Final<br>wealth" in page or "Final wealth" in page
    assert not content(paying)["headline"].startswith("By ")  # that is for currencies


def test_python_makes_the_same_search(paying, tmp_path):
    result = search(
        "hedge_mix", grid={"band": [0, 0.05, 0.1], "rebalance": "monthly,quarterly,annually"},
        flow="-480/year", real=True, subject_to="max_drawdown>-0.6", source="bundled",
        out=tmp_path, quiet=True,
    )  # fmt: skip
    for name in ("candidates.parquet", "tuning.json", "best.toml", "index.html"):
        assert (result.folder / name).read_bytes() == (paying / name).read_bytes(), name
    assert result.best.plan.rebalancing.band in (0.0, 0.05, 0.1)
    assert "final_wealth" in result.table
    assert "Final wealth" in result._repr_html_()


BOOK = "date,amount\n2001-01-31,500\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--grid", "band=0,2"), "--grid: band takes 0 to 1 (fraction of value), got 2.0"),
        (("--grid", "band=5%"), "--grid: band takes a number (fraction of value), got '5%'"),
        (("--grid", "band=0,0.1", "--band", "0.05"), "--grid band searches what --band gives"),
        (("--grid", "band_to=target,edge"), "--grid band_to says where a band ends, and there is"),
        (("--grid", "band_to=middle", "--band", "0.1"), "band_to is one of target, edge"),
        (("--grid", "band_relative=0,0.1", "--assets", "SPY"), "are two searches; give --assets"),
        (("--grid", "flow=1,2"), "--grid cannot search flow, which is one for all; give --flow"),
        (("--assets", "SPY,IEF", "--band", "1.5"), "--band takes"),
        (("--assets", "SPY,IEF", "--band-to", "edge"), "--band-to edge says where a band ends"),
        (("--assets", "SPY,IEF", "--flow", "500"), "--flow takes an amount a period"),
        (("--assets", "SPY,IEF", "--flow", "5/week"), "--flow is paid every week, and rows are"),
        (("--assets", "SPY,IEF", "--flow-indexed"), "--flow-indexed lets a flow grow"),
        (("--assets", "SPY,IEF", "--flow", "5/year", "--flows", "BOOK"), "are two plans"),
        (("--assets", "SPY,IEF", "--flows", "nowhere.csv"), "cannot be read"),
        (("--assets", "SPY,IEF", "--flows", "BOOK", "--end", "2000-12-31"), "has 2001-01-31"),
        (("--assets", "SPY,IEF", "--flow=-2000/year"),
         "takes all there is: there is nothing to beat"),
    ],
)  # fmt: skip
def test_bands_and_flows_that_cannot_be_are_one_line(words, message, tmp_path, capsys):
    book = tmp_path / "book.csv"
    book.write_text(BOOK)
    words = [str(book) if word == "BOOK" else word for word in words]
    out = tmp_path / "out"
    code, _, err = command(capsys, "hedge_mix", *words, *BUNDLED, "--out", str(out))
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert (code, len(lines)) == (2, 1), err
    assert message in lines[0]
    assert "Traceback" not in err
    assert not list(out.glob("tune-*"))

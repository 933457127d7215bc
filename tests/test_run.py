"""The command as its users meet it: results, one-line errors, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from backtests.run import main
from data.load import load_market as load
from tests.conftest import ROOT, ended

METRICS = {"cagr", "volatility", "sharpe", "sortino", "max_drawdown", "max_drawdown_start",
           "max_drawdown_end", "calmar", "cvar_95", "best_year", "worst_year", "final_value",
           "turnover_per_year", "costs_paid", "volatility_monthly", "cvar_95_monthly",
           "days_under_water", "share_under_water"}  # fmt: skip

SUMMARY = {"strategy", "params", "source", "start", "end", "periods", "periods_per_year", "metrics",
           "benchmark", "latest"}  # fmt: skip


# Where neither the tear sheet nor the verdict is looked at: they take most of a run's time.
NUMBERS_ALONE = ("--no-tearsheet", "--no-verdict")


def command(capsys, *arguments: str) -> tuple[int, str, str]:
    return ended(main, capsys, *arguments)


def test_json_holds_the_contract_and_nothing_else_is_on_stdout(capsys, tmp_path):
    code, out, _ = command(capsys, "hedge_mix", "--json", "--no-tearsheet", "--out", str(tmp_path))
    summary = json.loads(out)
    assert code == 0
    assert summary.keys() >= SUMMARY
    assert summary["metrics"].keys() >= METRICS
    assert summary["benchmark"].keys() == {"ticker", "metrics"}
    assert summary["benchmark"]["metrics"].keys() >= METRICS
    assert {"decided", "target", "held", "pending"} <= summary["latest"].keys()
    assert (summary["source"], summary["periods"], summary["periods_per_year"]) == (
        "bundled",
        767,
        12,
    )
    (folder,) = tmp_path.glob("hedge_mix-*")
    assert json.loads((folder / "summary.json").read_text()) == summary


def test_figures_of_the_real_funds(capsys, tmp_path, yahoo_folder):
    """The bar of the first release: 60/40 SPY/IEF, daily, after costs."""
    code, out, _ = command(
        capsys, "hedge_mix", "--source", f"files:{yahoo_folder}", "--weights", "SPY=0.6,IEF=0.4",
        "--start", "2002-07-30", "--end", "2025-09-26", "--json", *NUMBERS_ALONE,
        "--out", str(tmp_path),
    )  # fmt: skip
    metrics = json.loads(out)["metrics"]
    assert code == 0
    assert 0.084 <= metrics["cagr"] <= 0.085
    assert 0.105 <= metrics["volatility"] <= 0.108
    assert metrics["max_drawdown"] == pytest.approx(-0.322, abs=0.004)


def test_console_shows_data_table_today_and_place(capsys, tmp_path):
    code, out, _ = command(capsys, "hedge_mix", "--no-tearsheet", "--out", str(tmp_path))
    assert code == 0
    assert out.splitlines()[0].startswith("auto: bundled monthly history")
    assert "to 2025-12-31" in out.splitlines()[0]
    assert out.count("Yahoo cannot be reached") == 1
    for label in ("CAGR", "Volatility", "Sharpe", "Sortino", "Max drawdown", "Calmar", "Worst year",
                  "CVaR 95", "Turnover", "Costs paid", "Final value of $10,000", "last decision",
                  "held now", "pending", "results in"):  # fmt: skip
        assert label in out, label


@pytest.mark.parametrize(
    "asked", [[], ["--currency", "JPY", "--fx-hedge", "TLT=0.5,IEF=1", "--no-tearsheet"]]
)
def test_same_inputs_same_folder_same_bytes(capsys, tmp_path, asked):
    """In two processes with other orders of hashes; only the time of writing may differ.

    One of them has a process apart for the libraries, as users have it; here all is done in one.
    """
    words = ["hedge_mix", "--weights", "SPY=0.6,IEF=0.3,TLT=0.1", "--source", "bundled",
             "--start", "2015-01-30", *asked, "--out"]  # fmt: skip
    code, out, _ = command(capsys, *words, str(tmp_path / "here"))
    assert code == 0
    done = subprocess.run(
        [sys.executable, "-m", "backtests.run", *words, str(tmp_path / "there")], text=True,
        cwd=ROOT, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "1"},
    )  # fmt: skip
    assert done.stdout.replace(str(tmp_path / "there"), str(tmp_path / "here")) == out
    (here,) = (tmp_path / "here").glob("hedge_mix-*")
    (there,) = (tmp_path / "there").glob("hedge_mix-*")
    assert here.name == there.name
    names = sorted(path.name for path in here.iterdir())
    usual = ["equity.csv", "manifest.json", "orders.csv", "run.toml", "stress.csv", "stress.html",
             "stress.json", "summary.json", "tearsheet.html", "verdict.html", "verdict.json",
             "weights.csv", "years.csv"]  # fmt: skip
    if asked:
        usual.remove("tearsheet.html")
        assert set(usual) <= set(names)
    else:
        assert names == usual
    assert names == sorted(path.name for path in there.iterdir())
    for name in names:
        if name != "manifest.json":
            assert (here / name).read_bytes() == (there / name).read_bytes(), name
    manifests = [json.loads((place / "manifest.json").read_text()) for place in (here, there)]
    for manifest in manifests:
        assert manifest.pop("created")
    assert manifests[0] == manifests[1]
    assert manifests[0]["data"]["SPY"]["sha256"]


def test_what_determines_a_run_changes_its_folder(capsys, tmp_path):
    for arguments in ([], ["--fee-bps", "3"], ["--start", "1990-01-31"], ["--lag", "2"],
                      ["--weights", "SPY=0.5,IEF=0.5"], ["--benchmark", "TLT"],
                      ["--initial", "1"]):  # fmt: skip
        code, _, _ = command(
            capsys, "hedge_mix", *arguments, *NUMBERS_ALONE, "--out", str(tmp_path)
        )
        assert code == 0
    assert len(list(tmp_path.glob("hedge_mix-*"))) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "which strategy?"),
        (["hedge_mx"], "strategy 'hedge_mx' is unknown (did you mean hedge_mix?)"),
        (["hedge_mix", "--weights", "SPY=0.6,TLTT=0.4"], "no snapshot of TLTT is cached"),
        (["hedge_mix", "--weights", "SPY=0.6,TLTT=0.4", "--source", "bundled"],
         "TLTT is not in the bundled history, which has SPY, BIL, SHY, IEF, TLT"),
        (["hedge_mix", "--set", "weigths=SPY=1"], "no parameter 'weigths' (did you mean weights?)"),
        (["equity_only", "--weights", "SPY=1"], "equity_only has no parameter 'weights'"),
        (["hedge_mix", "--set", "rebalance"], "--set takes NAME=VALUE, got 'rebalance'"),
        (["hedge_mix", "--rebalance", "hourly"],
         "one of daily, weekly, monthly, quarterly, semiannually, annually, never, got 'hourly'"),
        (["hedge_mix", "--rebalance", "weekly", "--offset", "6"],
         "offset of a weekly calendar takes 1 to 5 (session of the period), got 6"),
        (["hedge_mix", "--offset", "16"],
         "offset takes whole numbers from 1 to 15 (session of the period), got 16"),
        (["hedge_mix", "--offset", "third"], "offset takes a whole number (session of the period)"),
        (["hedge_mix", "--rebalance", "never", "--offset", "2"],
         "offset of a never calendar takes 1 (session of the period), got 2"),
        (["hedge_mix", "--source", "bundled", "--offset", "2"],
         "offset of a monthly calendar on monthly rows takes 1 (session of the period), got 2; "
         "take daily prices"),
        (["risk_parity", "--source", "bundled", "--offset", "2"],
         "risk_parity: offset of a monthly calendar on monthly rows takes 1"),
        (["carry", "--source", "bundled", "--offset", "2"],
         "carry: offset of a monthly calendar on monthly rows takes 1"),
        (["equity_only", "--offset", "2"], "equity_only has no parameter 'offset'"),
        (["hedge_mix", "--fee-bps", "cheap"], "'cheap' is not a valid float"),
        (["hedge_mix", "--currency", "JYP"], "one of USD, JPY, EUR, GBP, CHF, AUD, CNY, got 'JYP'"),
        (["hedge_mix", "--currency", ""], "--currency takes one of USD"),
        (["hedge_mix", "--currency", "JPY", "--source", "yahoo"],
         "Yahoo cannot be reached (127.0.0.1: Connection refused); try again later, or use "
         "--source bundled or files:DIR"),
        (["hedge_mix", "--cash", "eur"], "--cash takes home or usd, got 'eur'"),
        (["hedge_mix", "--fx-hedge", "1"], "give --currency as well (JPY, EUR"),
        (["hedge_mix", "--fx-hedge-equity", "SPY=1"], "give --currency as well"),
        (["hedge_mix", "--fx-basis-bp", "50"], "give --currency as well"),
        (["hedge_mix", "--carry-rates"], "give --currency as well"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge", "1.1"], "a ratio from 0 to 1, or TICKER"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge", "IEF=-1"], "got -1"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge", "IEF"], "IEF=1,TLT=0.5, got 'IEF'"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge", "IEF=1,IEF=1"], "names IEF twice"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge", "SPY=1", "--source", "bundled"],
         "--fx-hedge names SPY, which is equity; give it by --fx-hedge-equity"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge-equity", "IEF=1", "--source", "bundled"],
         "--fx-hedge-equity names IEF, which is a hedge; give it by --fx-hedge"),
        (["hedge_mix", "--currency", "JPY", "--fx-hedge", "TLT=1", "--source", "bundled"],
         "--fx-hedge names TLT, and the run uses SPY, IEF"),
        (["hedge_mix", "--currency", "JPY", "--fx-basis-bp", "nan"], "0 to 1000 basis points"),
        (["hedge_mix", "--currency", "JPY", "--fx-basis-bp", "x"], "'x' is not a valid float"),
        (["hedge_mix", "--currncy", "JPY"], "--currency"),
        (["hedge_mix", "--lag", "0"], "--lag takes 1 or more sessions, got 0"),
        (["hedge_mix", "--weights", "SPY=0.8,IEF=0.4"], "sum to 1.2 (SPY 0.8, IEF 0.4)"),
        (["hedge_mix", "--weights", "SPY=-0.1"], "the weight of SPY is -0.1"),
        (["hedge_mix", "--start", "2020-01-31", "--end", "2019-01-31"], "is before --start"),
        (["hedge_mix", "--start", "soon"], "--start takes a date as YYYY-MM-DD, got 'soon'"),
        (["hedge_mix", "--start", "2030-01-01"], "--start 2030-01-01 is after the last day of"),
        (["hedge_mix", "--end", "1950-01-01"], "is before the first day of SPY in bundled, 1962"),
        (["hedge_mix", "--end", "1962-01-31"], "to 1962-01-31, where --end cuts the data, too few"),
        (["attack_defend", "--end", "1962-12-31"],
         "up to 1962-12-31, where --end cuts the data; give a later --end, or a shorter window"),
        (["risk_parity", "--end", "1962-12-31"],
         "has fewer up to 1962-12-31, where --end cuts the data; give a later --end, or a"),
        (["hedge_mix", "--weights", "TLT=1", "--start", "1965-01-31"],
         "--start 1965-01-31 is before the first day of TLT in bundled, 1973-01-31"),
        (["hedge_mix", "--source", "nowhere"], "--source 'nowhere' is unknown"),
        (["hedge_mix", "--source", "files:/no/such/folder"], "is not a folder"),
        (["hedge_mix", "--initial", "0"], "--initial takes an amount from 1 to 1e15, got 0"),
        (["hedge_mix", "--start", "2020-W01-1"], "--start takes a date as YYYY-MM-DD"),
        (["hedge_mix", "--end", "20200131"], "--end takes a date as YYYY-MM-DD"),
        (["hedge_mix", "--end", "1962-02-28"], "2 months from 1962-01-31 to 1962-02-28, where"),
        (["hedge_mix", "--weights", "SPY=0.6", "--weights", "IEF=0.4"],
         "--weights is given 2 times; give it once"),
        (["hedge_mix", "--benchmark", ""], "--benchmark takes a ticker, got nothing"),
        (["hedge_mix", "--source", "files:" + "x" * 300], "is not a folder"),
        (["hedge_mix", "--weights", "SPY=0.6,^TNX=0.4"], "^TNX is a yield or an exchange rate"),
        (["hedge_mix", "--weights", "fred:DTB3=0.5"], "'FRED:DTB3' names a series of FRED"),
        (["hedge_mix", "--benchmark", " Fred:dtb3"], "names a series of FRED, not something to"),
        (["hedge_mix", "--benchmark", "^GSPC"], "price index without dividends"),
        (["hedge_mix", "--withdrawals", "four"], "--withdrawals takes a rate a year above 0"),
        (["hedge_mix", "--withdrawals", "0"], "up to 100 %, such as 4% or 0.04, got '0'"),
        (["hedge_mix", "--withdrawals", "101%"], "got '101%'"),
        (["hedge_mix", "--withdrawals", "4"], "got '4'; for 4 % write 4%"),
        (["--withdrawals", "hedge_mix", "hedge_mix"], "got 'hedge_mix'"),
        (["hedge_mix", "--withdrawals", "4%", "--currency", "AUD"], "those of AUD are not known"),
        (["hedge_mix", "--nonsense"], "No such option"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_2(capsys, tmp_path, arguments, message):
    code, out, err = command(capsys, *arguments, "--out", str(tmp_path))
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err + out
    assert list(tmp_path.glob("*-*")) == []


def test_an_unreadable_csv_and_text_in_a_price(capsys, tmp_path, price_folder):
    for text, message in (("\x00\x01", "SPY.csv"), ("date,value\n2020-01-02,abc\n", "got 'abc'")):
        folder = price_folder(SPY=text)
        code, _, err = command(
            capsys, "equity_only", "--source", f"files:{folder}", "--out", str(tmp_path / "r")
        )
        assert (code, err.count("\n")) == (2, 1)
        assert message in err


def test_an_unwritable_output_folder(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = command(capsys, "hedge_mix", "--out", str(tmp_path / "file" / "results"))
    assert (code, err.count("\n")) == (2, 1)
    assert "cannot be written" in err


def test_withdrawals_of_less_than_ten_years_are_refused_and_nothing_is_written(capsys, tmp_path):
    code, out, err = command(
        capsys, "hedge_mix", "--withdrawals", "--end", "1971-06-30", "--out", str(tmp_path)
    )
    told = "error: --withdrawals needs 10 years of whole months, and there are 9.3 from 1962-02-28"
    assert code == 2
    assert err.splitlines()[-1].startswith(told)
    assert "Traceback" not in err + out
    assert list(tmp_path.glob("*-*")) == []


def test_withdrawals_are_four_percent_unless_a_rate_is_given(capsys, tmp_path):
    words = ("hedge_mix", "--end", "1975-12-31", *NUMBERS_ALONE, "--out", str(tmp_path))
    assert command(capsys, *words, "--withdrawals", "6.5%")[0] == 0
    (folder,) = tmp_path.glob("hedge_mix-*")
    assert json.loads((folder / "withdrawals.json").read_text())["rate"] == 0.065
    code, out, _ = command(capsys, *words, "--withdrawals")
    assert code == 0
    assert str(folder / "withdrawals.html") in out.replace("\n", "")
    assert json.loads((folder / "withdrawals.json").read_text())["rate"] == 0.04


def test_debug_shows_where_and_keeps_the_exit_code(capsys, tmp_path):
    code, _, err = command(capsys, "hedge_mx", "--debug", "--out", str(tmp_path))
    assert code == 2
    assert "Traceback" in err
    assert "error: strategy 'hedge_mx' is unknown" in err


def test_a_reader_that_leaves_early_costs_no_result(tmp_path):
    words = ["-m", "backtests.run", "hedge_mix", *NUMBERS_ALONE, "--out", str(tmp_path)]
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", '"$@" | head -1', "bash", sys.executable, *words],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stderr
    assert len(list(tmp_path.glob("hedge_mix-*/summary.json"))) == 1


@pytest.mark.parametrize(
    ("words", "closed", "code"),
    [("--list", ">&-", 0), ("--list", ">&- 2>&- <&-", 0), ("nope", "2>&-", 2), ("nope", ">&-", 2)],
)
def test_streams_closed_as_daemons_leave_them_change_no_exit_code(words, closed, code):
    line = f'"$0" -m backtests.run {words} {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    assert "fault of ours" not in done.stderr


def test_a_full_device_is_one_line(tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "backtests.run", "--list"], cwd=ROOT, check=False,
            stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot read or write: No space left on device")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["equity_only", "--set", "ticker=TLT"],
         ["equity_only", "--set", "ticker=TLT", "--start", "1973-01-31"]),
        (["hedge_mix", "--end", "2025-12-31"], ["hedge_mix", "--end", "2026-01-31"]),
        (["hedge_mix", "--currency", "JPY"],
         ["hedge_mix", "--currency", "jpy", "--cash", "home", "--fx-hedge", "IEF=0",
          "--fx-hedge-equity", "0", "--fx-basis-bp", "25", "--no-carry-rates",
          "--start", "1992-10-31"]),
    ],
)  # fmt: skip
def test_the_same_run_asked_for_in_other_words_never_replaces_itself(capsys, tmp_path, one, other):
    for arguments in (one, other, one, other):
        code, _, _ = command(capsys, *arguments, "--source", "bundled", *NUMBERS_ALONE,
                             "--again", "--out", str(tmp_path))  # fmt: skip
        assert code == 0
    assert list(tmp_path.glob("*.replaced-*")) == []


def test_other_data_another_folder(capsys, tmp_path, price_folder):
    rows = "".join(f"2020-{month:02d}-28,{100 + month}\n" for month in range(1, 13))
    for text in (rows, rows.replace("105", "105.5")):
        folder = price_folder(SPY="date,value\n" + text)
        command(capsys, "equity_only", "--source", f"files:{folder}", *NUMBERS_ALONE,
                "--out", str(tmp_path / "r"))  # fmt: skip
    assert len(list((tmp_path / "r").glob("equity_only-*"))) == 2


def test_latest_tells_pending_from_held(capsys, tmp_path):
    """On monthly rows every row decides, so the last decision always waits.

    Never rebalanced, half in equity and half in cash on 1962-02-28 have drifted apart since then:
    to g / (g + c), where g and c are what equity and bills grew to (data/bundled).
    """
    table = load("bundled", ["SPY"])
    growth, bills = (
        levels.iloc[-1] / levels["1962-02-28"] for levels in (table.prices["SPY"], table.cash)
    )
    drifted = growth / (growth + bills)
    assert 0.97 < drifted < 0.98
    for rebalance, pending, held in (
        ("monthly", {"SPY": 0.5, "CASH": 0.5}, 0.5), ("never", None, drifted)
    ):  # fmt: skip
        _, out, _ = command(
            capsys, "hedge_mix", "--source", "bundled", "--weights", "SPY=0.5", "--rebalance",
            rebalance, "--json", *NUMBERS_ALONE, "--out", str(tmp_path),
        )  # fmt: skip
        latest = json.loads(out)["latest"]
        assert latest["pending"] == pending
        assert latest["target"] == {"SPY": 0.5, "CASH": 0.5}
        assert latest["decided"] == ("2025-12-31" if pending else "1962-01-31")
        # Costs of 3 basis points at the first purchase move the weight by less than 1e-4.
        assert latest["held"]["SPY"] == pytest.approx(held, abs=1e-4)
        assert sum(latest["held"].values()) == pytest.approx(1.0)


def test_an_extension_that_changes_nothing_is_said(capsys, tmp_path):
    words = ("equity_only", "--source", "bundled", "--extend", "--start", "2000-01-31",
             *NUMBERS_ALONE, "--out", str(tmp_path))  # fmt: skip
    code, out, err = ended(main, capsys, *words)
    assert code == 0, err
    assert "--extend changes nothing: the bundled history is not carried back" in out


def test_a_fault_of_ours_is_exit_1(capsys, monkeypatch, tmp_path):
    import backtests.jobs

    def fail(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr(backtests.jobs, "execute", fail)
    code, _, err = command(capsys, "hedge_mix", "--out", str(tmp_path))
    assert code == 1
    assert "a fault of ours: RuntimeError: boom" in err


def test_list_names_every_parameter_with_unit_and_default(capsys):
    code, out, _ = command(capsys, "--list")
    assert code == 0
    assert "hedge_mix: Hold fixed weights" in out
    assert "weights = SPY=0.6,IEF=0.4  (fractions of value)" in out
    assert ("rebalance = monthly  (calendar; daily | weekly | monthly | quarterly | semiannually | "
            "annually | never)") in out  # fmt: skip
    assert out.count("offset = 1  (session of the period; 1 to 15)") == 8


def test_cash_only_and_tiny_periods_run(capsys, tmp_path):
    for arguments in (["--weights", "SPY=0", "--start", "2015-01-30"],
                      ["--weights", "BIL=1", "--start", "2015-01-30"],
                      ["--start", "2025-05-31"]):  # fmt: skip
        code, _, err = command(capsys, "hedge_mix", *arguments, "--out", str(tmp_path))
        assert code == 0, err


def test_a_terminal_that_lacks_a_sign_of_a_name_shows_its_escape():
    done = subprocess.run(
        [sys.executable, "-c",
         "import click\nfrom data.command import make_console, run_command\n"
         "act = lambda: make_console().print('prix-\\u00e9')\n"
         "run_command(click.Command('x', callback=act), [])"],
        cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["prix-\\xe9"]


# --- how old the data are, and --strict ------------------------------------------------------


def test_json_says_what_the_data_are_and_the_screen_how_old(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2026-01-01 12:00Z"))
    words = ["hedge_mix", "--json", *NUMBERS_ALONE, "--out", str(tmp_path)]
    code, out, err = command(capsys, *words)
    assert code == 0
    data = json.loads(out)["data"]
    assert data["last"] == json.loads(out)["end"] == "2025-12-31"
    assert data["series"]["SPY"] == {"source": "bundled", "last": "2025-12-31", "fetched": None}
    assert data["series"]["cpi"]["last"] == "2025-11-30"
    first, *others = data["stood_in"]
    assert first == {
        "series": ["SPY", "IEF"], "kind": "source", "wanted": "new prices from Yahoo",
        "used": "the bundled history", "is_fallback": True, "first": None, "last": None,
        "why": "Yahoo cannot be reached",
    }  # fmt: skip
    assert [(each["kind"], each["is_fallback"]) for each in others] == [("model", False)] * 2
    assert err.endswith("data end on 2025-12-31, 1 day ago\n")
    (folder,) = tmp_path.glob("hedge_mix-*")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["age_days"] == 1
    rate = manifest["data"]["policy_rate"]
    assert (rate["source"], rate["last"], rate["fetched"]) == ("bundled", "2025-12-31", None)
    assert {"source": "bundled", "last": "2025-12-31"}.items() <= (
        manifest["data"]["yield_10y"].items()
    )
    # On another day the same run has the same bytes, and its folder stays.
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2026-02-01 12:00Z"))
    assert command(capsys, *words)[:2] == (0, out)
    assert list(tmp_path.glob("hedge_mix-*")) == [folder]


def strict(capsys, out, *words: str) -> tuple[int, str, str]:
    return command(capsys, "hedge_mix", *words, "--strict", "--json", *NUMBERS_ALONE, "--out",
                   str(out))  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "--strict: in place of new prices from Yahoo the data hold the bundled history (Yahoo "
             "cannot be reached); try again later, or leave --strict out to use what stands in"),
        (("--source", "bundled", "--max-age", "89"),
         "--strict: the data of bundled end on 2025-12-31, 90 days before the last month-end, "
         "2026-03-31, and --max-age is 89; give newer data or a larger --max-age"),
    ],
)  # fmt: skip
def test_strict_ends_with_three_and_writes_nothing(capsys, tmp_path, monkeypatch, words, message):
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2026-04-28 12:00Z"))
    assert strict(capsys, tmp_path, *words) == (3, "", f"error: {message}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--source", "bundled"),
        ("--source", "bundled", "--max-age", "90"),
        ("--source", "bundled", "--max-age", "0", "--end", "2020-12-31"),
    ],
)
def test_strict_lets_pass_what_was_asked_for(capsys, tmp_path, monkeypatch, words):
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2026-04-28 12:00Z"))
    code, out, err = strict(capsys, tmp_path, *words)
    assert code == 0, err
    assert json.loads(out)["data"]["last"] == ("2020-12-31" if "--end" in words else "2025-12-31")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--max-age", "5"), "--max-age goes with --strict, which refuses older data; give both"),
        (("--strict", "--max-age", "-1"), "a whole number of days from 0 to 36,500, got -1"),
        (("--strict", "--max-age", "36501"), "a whole number of days from 0 to 36,500, got 36501"),
        (("--strict", "--max-age", "9" * 99), "a whole number of days from 0 to 36,500, got 999"),
        (("--strict", "--max-age", "1.5"), "'1.5' is not a valid integer"),
        (("--strict", "--max-age", "nan"), "'nan' is not a valid integer"),
        (("--strict", "--max-age", ""), "'' is not a valid integer"),
    ],
)
def test_a_wrong_age_is_one_line_before_any_work(capsys, tmp_path, words, message):
    code, _, err = command(capsys, "hedge_mix", *words, "--out", str(tmp_path / "out"))
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()

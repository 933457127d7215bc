"""Whole commands against the loopback Yahoo, as a user would make them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from backtests.run import main
from data.cache import main as cache_main
from data.command import run_command
from data.sources import fred
from tests import yahoo_server as server
from tests.conftest import ended
from tests.made_rates import rate


@pytest.fixture
def web(monkeypatch, tmp_path, yahoo_folder):
    with server.serve() as running:
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, server.bars_of(yahoo_folder / f"{ticker}.csv"))
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        yield running


def run(capsys, *arguments):
    run_command(main, arguments)
    return capsys.readouterr()


def test_a_run_on_yahoo_equals_the_run_on_its_files(capsys, tmp_path, web, yahoo_folder):
    summaries = []
    for source in ("yahoo", f"files:{yahoo_folder}"):
        shown = run(
            capsys, "hedge_mix", "--source", source, "--json", "--no-tearsheet",
            "--out", str(tmp_path),
        )  # fmt: skip
        summaries.append(json.loads(shown.out))
    live, files = summaries
    assert (live["start"], live["end"]) == (files["start"], files["end"])
    assert live["benchmark"]["ticker"] == files["benchmark"]["ticker"]
    for ours, theirs in ((live, files), (live["benchmark"], files["benchmark"])):
        for name, value in theirs["metrics"].items():
            if isinstance(value, float):
                assert ours["metrics"][name] == pytest.approx(value, rel=1e-5), name
            else:
                assert ours["metrics"][name] == value


def test_first_run_fetches_second_reads_refresh_fetches_again(capsys, tmp_path, web):
    rates = {fred.BILL, fred.POLICY_RATE, fred.CPI, *fred.CURVE.values()}
    for name in rates:
        web.hold_fred(name, rate(name, last="2025-09-26"))
    arguments = ("hedge_mix", "--no-tearsheet", "--out", str(tmp_path / "results"))
    first = run(capsys, *arguments).out
    assert first.startswith("auto: daily prices from Yahoo, fetched 20")
    asked = len(web.asked)
    assert set(web.asked) == {"SPY", "IEF", "^IRX", *rates}
    second = run(capsys, *arguments).out
    assert len(web.asked) == asked
    assert second.splitlines()[1:] == first.splitlines()[1:]
    run(capsys, *arguments, "--refresh")
    assert len(web.asked) >= asked + 2
    assert len(list((tmp_path / "results").glob("hedge_mix-*"))) == 1


def test_cache_lists_and_clears(capsys, tmp_path, web):
    run(capsys, "hedge_mix", "--no-tearsheet", "--out", str(tmp_path / "results"))
    run_command(cache_main, [])
    shown = capsys.readouterr().out
    for word in ("SPY", "IEF", "1993-01-29 to 2025-09-26", "8,222", "Yahoo", " min"):
        assert word in shown, word
    run_command(cache_main, ["--clear"])
    assert "2 snapshots removed" in capsys.readouterr().out
    run_command(cache_main, [])
    assert "no snapshots in" in capsys.readouterr().out
    assert list((tmp_path / "data").glob("[!.]*")) == []


def test_strict_takes_new_data_and_refuses_old_or_other_ones(capsys, tmp_path, web, monkeypatch):
    def strict(out: str, *words: str) -> tuple[int, str]:
        asked = ("hedge_mix", "--strict", "--no-tearsheet", "--no-verdict", "--out")
        code, _, err = ended(main, capsys, *asked, str(tmp_path / out), *words)
        return code, err

    # Histories end on Friday, 2025-09-26.
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2025-09-29 09:00Z"))
    code, err = strict("missing")
    assert code == 3
    assert "in place of FRED's ten yields the data hold nothing" in err
    for name in {fred.BILL, fred.POLICY_RATE, fred.CPI, *fred.CURVE.values()}:
        web.hold_fred(name, rate(name, last="2025-09-26"))
    code, err = strict("new", "--max-age", "0", "--refresh")
    assert code == 0, err
    # A week later five days are the usual limit: they end ten days before Monday's session.
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2025-10-06 22:00Z"))
    code, err = strict("old")
    assert code == 3
    assert "the data of yahoo end on 2025-09-26, 10 days before the exchange's last session" in err
    assert strict("old", "--max-age", "10")[0] == 0
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    code, err = strict("silent", "--refresh")
    assert code == 3
    assert "in place of new prices from Yahoo the data hold those fetched on 20" in err
    for out in ("missing", "silent"):
        assert list((tmp_path / out).iterdir()) == []

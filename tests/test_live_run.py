"""Whole commands against the loopback Yahoo, as a user would make them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from backtests.run import main
from data.cache import main as cache_main
from data.command import run_command
from data.currency.conversion import Conversion
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.load import load_market
from data.sources import fred
from tests import yahoo_server as server
from tests.conftest import SHARED, ended
from tests.made_exchange import h10, hold_currency
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
    second = run(capsys, *arguments, "--again").out
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


# --- in another currency ------------------------------------------------------------------------

# Friday, 26 September 2025, is the last session; H.10 of the week before is the last of them.
SATURDAY, H10_LAST = pd.Timestamp("2025-09-27 12:00Z"), pd.Timestamp("2025-09-19")
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def saturday(monkeypatch):
    monkeypatch.setattr("data.checks.exchange.now", lambda: SATURDAY)


def test_live_markets_abroad_are_those_of_their_files_as_far_as_h10_goes(web, saturday):
    world = SHARED / "world"
    if not world.is_dir():
        pytest.skip(f"no real rates of exchange: {world} is not there")
    server.hold_world(web, world, SATURDAY.tz_localize(None))
    for code in ("JPY", "EUR", "CHF"):
        live, files = (
            load_market(source, ["SPY", "IEF"], conversion=Conversion(code))
            for source in ("yahoo", f"files:{SHARED}")
        )
        # The tables' Swiss short rates begin in July 1999, those of the folder's banks before.
        days = live.sessions[live.sessions <= H10_LAST]
        assert days[0] == pd.Timestamp("1999-08-02" if code == "CHF" else files.sessions[0])
        assert days.isin(files.sessions).all()
        for ticker in ("SPY", "IEF"):
            rates, levels = [], []
            for each in (live, files):
                ratio = (each.prices[ticker] / each.in_dollars.prices[ticker])[days]
                rates.append((ratio / ratio.iloc[0]).dropna())
                own = each.prices[ticker][days].dropna()
                levels.append(own / own.iloc[0])
            # The same rate of exchange, whatever the last digits of the prices are.
            np.testing.assert_allclose(*rates, rtol=1e-12)
            np.testing.assert_allclose(*levels, rtol=1e-4)
        # Before and after FRED's rates the tables and the folder know others.
        cash = [each.cash["2002-06":"2025-04"] for each in (live, files)]
        cash = [each / each.iloc[0] for each in cash]
        np.testing.assert_allclose(*cash, rtol=1e-12)
        # After it Yahoo's rate of a day is that with which it began.
        after = live.abroad.figures.exchange
        assert after.index[-1] == pd.Timestamp("2025-09-26")
        known = files.abroad.figures.exchange.loc[:"2025-09-25"]
        assert after.iloc[-1] == pytest.approx(known.iloc[-1], rel=1e-12)


@pytest.fixture
def made(monkeypatch, tmp_path, saturday):
    """Everything of a yen run, made: the same in a clone without real histories."""
    with server.serve() as running:
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, server.made_bars(300))
        for name in {fred.BILL, fred.POLICY_RATE, fred.CPI, *fred.CURVE.values()}:
            running.hold_fred(name, rate(name, last="2025-09-26"))
        hold_currency(running, "JPY", "2025-09-26")
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        yield running


def abroad(capsys, tmp_path, *words: str) -> tuple[int, str, str]:
    """A run in yen: exit code, stdout, the line of an error."""
    asked = ("hedge_mix", "--currency", "JPY", "--no-tearsheet", "--no-verdict", "--out")
    code, out, err = ended(main, capsys, *asked, str(tmp_path / "results"), *words)
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(errors) == (code != 0)
    assert "Traceback" not in err
    return code, out, "".join(errors)


def test_strict_takes_a_usual_week_and_refuses_what_stands_in(capsys, tmp_path, made, monkeypatch):
    asked = {"DEXJPUS", "JPY=X", CURRENCIES["JPY"].interbank, DOLLAR_RATE}
    code, out, error = abroad(capsys, tmp_path, "--strict")
    assert (code, error) == (0, "")
    assert "from 2025-09-22 on Yahoo's JPY=X (rates with which days began in London), since" in out
    assert asked <= set(made.asked)
    # The second run asks nobody, and is the same.
    count = len(made.asked)
    again = abroad(capsys, tmp_path, "--strict", "--again")[1]
    assert again.splitlines()[1:] == out.splitlines()[1:]
    assert len(made.asked) == count
    # H.10 of three weeks ago, and Yahoo's rates since.
    made.hold_fred("DEXJPUS", h10("JPY", last="2025-09-05"))
    run_command(cache_main, ["--clear", "fred:DEXJPUS"])
    capsys.readouterr()
    code, _, error = abroad(capsys, tmp_path, "--strict")
    assert code == 3
    assert "in place of rates of H.10 after 2025-09-05 the data hold Yahoo JPY=X" in error
    assert abroad(capsys, tmp_path)[0] == 0


def test_without_h10_strict_refuses_yahoos_and_else_it_is_said(capsys, tmp_path, made):
    made.fred.pop("DEXJPUS")
    code, _, error = abroad(capsys, tmp_path, "--strict")
    assert code == 3
    assert "in place of FRED DEXJPUS the data hold Yahoo JPY=X" in error
    code, out, _ = abroad(capsys, tmp_path)
    assert code == 0
    assert "are Yahoo's JPY=X throughout, from 2003-12-02, since H.10 cannot be had" in out


def test_without_rates_of_exchange_it_is_one_line_and_auto_says_what_it_takes(
    capsys, tmp_path, made
):
    made.fred.pop("DEXJPUS")
    made.charts.pop("JPY=X")
    code, out, error = abroad(capsys, tmp_path, "--source", "yahoo")
    assert (code, out) == (2, "")
    assert "from neither FRED (DEXJPUS) nor Yahoo (JPY=X); try again later, or use" in error
    assert list((tmp_path / "results").glob("hedge_mix-*")) == []
    code, out, _ = abroad(capsys, tmp_path)
    assert code == 0
    assert out.startswith("auto: ")
    assert "bundled" in out.splitlines()[0]
    assert "at the end of each month" in out

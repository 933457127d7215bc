"""Every door in another currency on live sources: one server, one cache, made histories.

Prices are made, rates of exchange and short rates end every month with the published ones. Each
door is asked in order: what the first has fetched, no other fetches again.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from backtests import HedgeWarning, backtest, compare_runs, load_market, search
from backtests.analysis.hedge_state import HedgeState
from backtests.compare import main as compare_command
from backtests.engine.config import RunConfig
from backtests.engine.money import Money
from backtests.lab import look as lab
from backtests.run import main as run_command
from backtests.today import main as today_command
from backtests.tune import main as tune_command
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.errors import UnreachableError
from data.origin import How
from data.records import from_json, to_json
from data.sources import fred, yahoo
from data.sources.snapshots import Store
from tests import yahoo_server as server
from tests.conftest import ended
from tests.made_exchange import h10, hold_currency
from tests.made_rates import hold_rates
from tests.searches import candidates, only

LAST = "2025-09-26"  # a Friday: H.10 is there to the Friday before
SESSIONS = 760
CODES = ("JPY", "EUR", "CHF")
SILENT = "http://127.0.0.1:1"
YEN = ("hedge_mix", "--currency", "JPY")
NO_PAGES = ("--no-tearsheet", "--no-verdict")
# FRED's short rates end in July; the bundled ones of yen and euro go on, to August here.
ENDS = {"JPY": "2025-08-29", "EUR": "2025-08-29", "CHF": "2025-07-31"}
AGE = (
    "rates of exchange are known to 2025-09-26, short rates to 2025-08 (yen) and 2025-07 (dollar), "
    "fetched on "
)


@pytest.fixture(scope="module")
def web():
    with server.serve() as running:
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, server.made_bars(SESSIONS, LAST))
        hold_rates(running, last=LAST)
        for code in CODES:
            hold_currency(running, code, LAST)
        yield running


@pytest.fixture(scope="module")
def cache(web, tmp_path_factory) -> Path:
    """What every door of this file needs, fetched once."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        reach(patch, web, folder)
        load_market("yahoo", ["SPY", "IEF"], needs=["yields", "cpi", "policy_rate"], quiet=True)
        for code in CODES:
            load_market("yahoo", ["SPY", "IEF"], currency=code, quiet=True)
    return folder


@pytest.fixture
def live(web, cache, monkeypatch):
    """The server, with the cache of this file."""
    reach(monkeypatch, web, cache)
    web.asked.clear()
    lab.forget()
    yield web
    lab.forget()


def reach(patch: pytest.MonkeyPatch, web: server.Yahoo, folder: Path) -> None:
    """Ask this server, and keep what it answers in a folder."""
    for name in ("HEDGE_YAHOO_URL", "HEDGE_FRED_URL"):
        patch.setenv(name, web.url)
    patch.setenv("HEDGE_DATA_DIR", str(folder))


def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server answers from here on."""
    monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
    for name in ("HEDGE_YAHOO_URL", "HEDGE_FRED_URL"):
        monkeypatch.setenv(name, SILENT)


@pytest.fixture
def four_days_later(live, monkeypatch):
    """Snapshots are old, and no server answers."""
    monkeypatch.setattr("data.sources.snapshots.Snapshot.fresh", lambda *_: False)
    silence(monkeypatch)


def test_a_market_is_its_dollars_at_the_rates_of_their_days(live):
    """By definition: level in dollars x X_t / X_0, at H.10 and, after it, at Yahoo's pair."""
    for code in CODES:
        market = load_market("yahoo", ["SPY", "IEF"], currency=code, quiet=True)
        figures = h10(code, last=LAST)
        units = 1 / figures if CURRENCIES[code].is_inverted else figures
        on_rows = units.reindex(market.sessions, method="ffill")
        # Yahoo's pair of a day is the rate with which it began: the one of the day before.
        tail = market.sessions > pd.Timestamp("2025-09-19")
        on_rows[tail] = units.shift(1).reindex(market.sessions)[tail]
        dollars = market.in_dollars.prices
        expected = dollars.mul(on_rows / on_rows.iloc[0], axis=0)
        pd.testing.assert_frame_equal(
            market.prices, expected, rtol=1e-9, check_freq=False, check_names=False
        )
        ages = market.vintage.series
        assert ages["exchange_rate"].last == LAST
        assert (ages["home_rate"].last, ages["dollar_rate"].last) == (ENDS[code], "2025-07-31")


def test_each_series_is_asked_for_once(live, monkeypatch, tmp_path):
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "empty"))
    load_market("yahoo", ["SPY", "IEF"], currency="JPY", quiet=True)
    first = Counter(live.asked)
    of_fred = {"DEXJPUS", CURRENCIES["JPY"].interbank, DOLLAR_RATE, fred.BILL}
    assert {name: first[name] for name in of_fred} == dict.fromkeys(of_fred, 1)
    assert first.keys() - of_fred == {"SPY", "IEF", "JPY=X", "^IRX"}
    assert first["JPY=X"] == first["SPY"]  # as often as prices, which are asked for once
    live.asked.clear()
    load_market("yahoo", ["SPY", "IEF"], currency="EUR", fx_hedge=1, quiet=True)
    assert set(live.asked) == {"DEXUSEU", "EURUSD=X", CURRENCIES["EUR"].interbank}


def test_a_run_and_today_say_how_old_rates_are_and_ask_no_server_again(live, capsys, tmp_path):
    words = (*YEN, *NO_PAGES, "--out", str(tmp_path))
    code, out, err = ended(run_command, capsys, *words)
    assert code == 0, err
    assert f"note: {AGE}20" in out
    assert "from 2025-09-22 on Yahoo's JPY=X (rates with which days began in London), since" in out
    assert out.startswith("auto: daily prices from Yahoo, fetched 20")
    code, out, err = ended(today_command, capsys, *YEN)
    assert code == 0, err
    ends = "2025-09-26, yen short rates with 2025-08, dollar ones with 2025-07"
    assert f"ago; rates of exchange on {ends}" in " ".join(out.split())
    assert f"note: {AGE}20" in out
    assert "Payoff: the hedge less yen cash" in out
    assert live.asked == []


def test_runs_beside_each_other_and_a_search_are_the_runs_alone(live, capsys, tmp_path, no_workers):
    out = str(tmp_path)
    hedged = ("hedge_mix@JPY", "hedge_mix@JPY:fx_hedge=1")
    code, shown, err = ended(compare_command, capsys, *hedged, *NO_PAGES, "--out", out)
    assert code == 0, err
    assert shown.count(f"note: {AGE}") == 1
    yen = {
        summary["money"]["fx_hedge"]: summary
        for summary in map(
            json.loads, (path.read_text() for path in tmp_path.glob("hedge_mix-*/summary.json"))
        )
    }
    assert set(yen) == {0.0, 1.0}
    words = ("--grid", "fx_hedge=0,1", "--subject-to", "max_drawdown>-1", "--out", out)
    code, _, err = ended(tune_command, capsys, *YEN, *words)
    assert code == 0, err
    assert live.asked == []
    table = candidates(only(tmp_path)).set_index("fx_hedge")["cagr"]
    assert table[0.0] != table[1.0]
    for ratio, run in yen.items():
        assert table[ratio] == pytest.approx(run["metrics"]["cagr"], rel=1e-9)


def test_python_is_the_command(live, capsys, tmp_path):
    code, out, err = ended(
        run_command, capsys, *YEN, *NO_PAGES, "--json", "--out", str(tmp_path / "a")
    )
    assert code == 0, err
    run = backtest("hedge_mix", currency="JPY", source="auto", no_verdict=True, quiet=True)
    assert json.loads(out)["metrics"] == to_json(run.metrics)
    assert any(note.startswith(AGE) for note in run.notes)
    franc = backtest("hedge_mix", currency="CHF", source="yahoo", no_verdict=True, quiet=True)
    own = compare_runs({"yen": run, "franc": franc}, each_in_its_own=True, quiet=True)
    assert own.currencies == {"yen": "JPY", "franc": "CHF"}
    searched = search(
        "hedge_mix", grid={"fx_hedge": [0, 1]}, currency="JPY", subject_to="max_drawdown>-1",
        quiet=True, out=tmp_path / "b",
    )  # fmt: skip
    assert searched.table["cagr"].iloc[0] == pytest.approx(run.metrics.cagr, rel=1e-9)
    assert live.asked == []


def test_a_moved_ratio_in_the_lab_asks_and_reads_nothing(live, monkeypatch):
    configs = {
        (code, ratio): RunConfig("hedge_mix", money=Money(code, fx_hedge=ratio))
        for code in CODES
        for ratio in (0.0, 0.3, 1.0)
    }
    markets = {("JPY", 0.0): lab.inputs_for(configs["JPY", 0.0]).market}
    read = []
    real = Store.read
    monkeypatch.setattr(Store, "read", lambda *of: (read.append(of[1]), real(*of))[1])
    for asked in configs:
        before = len(read)
        markets[asked] = lab.inputs_for(configs[asked]).market
        is_new = asked[1] == 0.0 and asked[0] != "JPY"
        assert (len(read) > before) == is_new, asked
    assert live.asked == []
    told = {market.prices["IEF"].iloc[-1] for market in markets.values()}
    assert len(told) == len(configs)
    for (code, ratio), market in markets.items():
        alone = load_market("auto", ["SPY", "IEF"], currency=code, fx_hedge=ratio, quiet=True)
        assert market.prices.equals(alone.prices)
        assert any(note.startswith("rates of exchange are known to") for note in market.notes)


def test_older_snapshots_make_the_same_run_and_say_so(live, four_days_later, capsys, recwarn):
    code, out, err = ended(today_command, capsys, *YEN, "--json")
    assert code == 0, err
    state = from_json(HedgeState, json.loads(out))
    assert state.investor is not None
    assert state.investor.currency == "JPY"
    for series in ("fred:DEXJPUS", "JPY=X", f"fred:{DOLLAR_RATE}"):
        assert f"warning: {series} is an older snapshot of 20" in err
    market = load_market("auto", ["SPY", "IEF"], currency="JPY", quiet=True)
    assert market.origin.how is How.OLDER
    stood_in = {name for each in market.vintage.fallbacks for name in each.series}
    assert stood_in >= {"SPY", "exchange_rate", "home_rate", "dollar_rate"}
    code, out, err = ended(today_command, capsys, "hedge_mix", "--currency", "GBP")
    assert code == 0, err
    assert out.startswith("auto: bundled monthly history")
    assert "Yahoo cannot be reached (127.0.0.1: " in out.splitlines()[0]
    assert "no rates of exchange of GBP are cached either" in out.splitlines()[0]
    code, out, err = ended(today_command, capsys, *YEN, "--strict")
    assert (code, out) == (3, "")
    code, out, err = ended(today_command, capsys, *YEN, "--source", "yahoo")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert "or use --source auto, which takes the prices cached before" in line


def test_without_rates_of_exchange_the_bundled_months_stand_in_and_say_why(
    live, monkeypatch, capsys
):
    """Prices are there: it is not Yahoo that cannot be reached."""
    silence(monkeypatch)
    sterling = ("hedge_mix", "--currency", "GBP")
    with pytest.warns(HedgeWarning, match="rates of exchange of sterling can be had from neither"):
        market = load_market("auto", ["SPY", "IEF"], currency="GBP", quiet=True)
    assert market.origin.how is How.BUNDLED
    assert market.title.endswith("(no rates of exchange can be had)")
    assert market.unit == "month"
    (fallback,) = market.vintage.fallbacks
    assert (fallback.used, fallback.why) == (
        "the bundled history",
        "no rates of exchange can be had",
    )
    code, out, err = ended(today_command, capsys, *sterling, "--source", "yahoo")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line == (
        "error: rates of exchange of sterling can be had from neither FRED (DEXUSUK) nor Yahoo "
        "(GBPUSD=X); try again later, or use --source files:DIR"
    )
    monkeypatch.setattr("data.bundled.TICKERS", ("SPY",))
    with pytest.raises(UnreachableError) as refused:
        load_market("auto", ["SPY", "IEF"], currency="GBP", quiet=True)
    told = str(refused.value)
    assert told.endswith("the bundled history, with rates of its own, has only SPY")
    assert "snapshot" not in told


def test_without_a_cache_and_a_server_there_are_the_bundled_months(monkeypatch, capsys, tmp_path):
    silence(monkeypatch)
    words = ("--out", str(tmp_path), *NO_PAGES)
    code, out, err = ended(today_command, capsys, *YEN)
    assert code == 0, err
    assert out.startswith("auto: bundled monthly history")
    assert "Yahoo cannot be reached" in out.splitlines()[0]
    code, out, err = ended(run_command, capsys, *YEN, "--source", "yahoo", *words)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.endswith("try again later, or use --source bundled or files:DIR")
    assert list(tmp_path.glob("hedge_mix-*")) == []

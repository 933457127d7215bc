"""The real yfinance against a loopback Yahoo: good data with a warning, or one clear line."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError, OutputError, UnreachableError, UsageError
from data.sources import fred, live, yahoo
from data.sources.bars import total_return
from data.sources.snapshots import Store
from tests import yahoo_server as server
from tests.conftest import ROOT
from tests.soak.made import random_bars


@pytest.fixture(scope="module")
def bars():
    return server.made_bars()


@pytest.fixture
def web(monkeypatch, tmp_path, bars):
    """A Yahoo on loopback with SPY, IEF and TLT, an empty data folder, and little patience."""
    with server.serve() as running:
        for ticker in ("SPY", "IEF", "TLT"):
            running.hold(ticker, bars)
        running.hold_fred("DTB3", bars["Close"] / 25)
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
        monkeypatch.setattr(yahoo, "TIMEOUT_SECONDS", 0.5)
        yield running


def faulty(bars: pd.DataFrame, **cells: float) -> pd.DataFrame:
    """Bars with the close of row 100 (and what else is named) replaced."""
    changed = bars.copy()
    for column, value in cells.items():
        changed.iloc[100, changed.columns.get_loc(column.replace("_", " "))] = value
    return changed


def unstale(warnings) -> list[str]:
    """Warnings but for the one that a fixed history in the past has to give."""
    return [line for line in warnings if "stale" not in line]


# --- one ticker ---------------------------------------------------------------------------


def test_a_normal_history(web, bars):
    got = yahoo.fetch("SPY")
    assert unstale(got.warnings) == []
    assert len(got.frame) == 300
    level = total_return(got.frame)
    # By hand: row 60 is an even row at 100, the row before stood at 101, 0.50 was paid.
    assert level.iloc[60] / level.iloc[59] == pytest.approx(100 / (101 - 0.5))
    assert level.iloc[61] / level.iloc[60] == pytest.approx(1.01)


def test_an_old_end_is_called_stale(web):
    assert any("SPY: stale, ends on 2025-09-26" in line for line in yahoo.fetch("SPY").warnings)


def test_a_rate_limit_that_passes_is_waited_out(web):
    web.faults["SPY"] = [server.status(429), server.status(429), server.fine]
    assert len(yahoo.fetch("SPY").frame) == 300


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (server.status(429), "SPY: Yahoo limits the rate of requests; try again later"),
        (server.status(500), "SPY: Yahoo answered with status 500"),
        (server.status(403), "SPY: Yahoo refused the request"),
        (server.delay(1.5), "SPY: Yahoo did not answer in time"),
    ],
)
def test_trouble_that_stays_ends_after_bounded_retries(web, fault, message):
    web.faults["SPY"] = [fault]
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=message):
        yahoo.fetch("SPY")
    assert time.monotonic() - began < 20
    assert len(web.asked) <= 4 * yahoo.ATTEMPTS


@pytest.mark.parametrize(
    "text",
    [b"{nonsense", b"<html>busy</html>", b"", b'{"chart":{"result":[],"error":null}}', b"[]",
     b'{"chart":{"result":[{"meta":{}}],"error":null}}', b"null"],
)  # fmt: skip
def test_what_is_no_chart_is_refused_in_a_line(web, text):
    web.faults["SPY"] = [server.body(text)]
    with pytest.raises(DataError, match="SPY: ") as caught:
        yahoo.fetch("SPY")
    assert "\n" not in str(caught.value)


def test_an_unknown_ticker(web):
    with pytest.raises(DataError, match="NOPE: Yahoo has no such ticker: No data found"):
        yahoo.fetch("NOPE")


def test_another_tickers_chart_is_not_taken(web, bars):
    web.charts["SPY"] = server.chart("QQQ", bars)
    with pytest.raises(DataError, match="SPY: Yahoo answered with QQQ; nothing of it is used"):
        yahoo.fetch("SPY")


def test_an_empty_close_is_left_out_and_named(web, bars):
    web.hold("SPY", faulty(bars, Close=np.nan))
    got = yahoo.fetch("SPY")
    day = f"{bars.index[100]:%Y-%m-%d}"
    assert f"SPY: {day} has no close; left out" in got.warnings
    assert f"SPY: no row on the exchange session {day}" in got.warnings
    assert bars.index[100] not in got.frame.index


def test_a_repeated_day_is_named_and_kept_once(web, bars):
    web.hold("SPY", bars.iloc[[*range(101), 100, *range(101, 300)]])
    got = yahoo.fetch("SPY")
    assert (
        f"SPY: {bars.index[100]:%Y-%m-%d} came twice with the same close; kept once" in got.warnings
    )
    assert got.frame.index.is_unique
    assert len(got.frame) == 300


def test_a_weekend_row_is_left_out(web, bars):
    friday = next(row for row in range(100, 110) if bars.index[row].day_of_week == 4)
    extra = bars.iloc[[friday]].set_axis([bars.index[friday] + pd.Timedelta(days=1)])
    extra[["Dividends"]] = 0.0
    web.hold("SPY", pd.concat([bars, extra]).sort_index())
    got = yahoo.fetch("SPY")
    assert f"SPY: {extra.index[0]:%Y-%m-%d} is no weekday; left out" in got.warnings
    assert len(got.frame) == 300


def test_a_future_row_is_left_out(web, bars):
    day = pd.Timestamp.now().normalize() + pd.offsets.BDay(5)
    web.hold("SPY", pd.concat([bars, bars.iloc[[-1]].set_axis([day])]))
    got = yahoo.fetch("SPY")
    assert any(f"SPY: {day:%Y-%m-%d}" in line and "left out" in line for line in got.warnings)
    assert got.frame.index[-1] == bars.index[-1]


def test_an_adjustment_that_disagrees_is_named(web, bars):
    web.hold("SPY", faulty(bars, Adj_Close=bars["Adj Close"].iloc[100] * 1.003))
    (warning,) = unstale(yahoo.fetch("SPY").warnings)
    assert "SPY: returns from close and dividend differ from Yahoo's adjusted close" in warning
    assert f"{bars.index[100]:%Y-%m-%d}" in warning


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Close": 0.0}, "has 0 on {day}; prices must be positive"),
        ({"Close": -5.0}, "has -5 on {day}"),
        ({"Close": 50.0}, "moves -50% on {day}"),
        ({"Dividends": 50.0}, "dividend of 50 on {day} is not between"),
        ({"Adj_Close": 0.0}, "adjusted close is 0 on {day}"),
    ],
)
def test_absurd_values_are_refused_by_date(web, bars, cells, message):
    web.hold("SPY", faulty(bars, **cells))
    with pytest.raises(DataError) as caught:
        yahoo.fetch("SPY")
    assert message.format(day=f"{bars.index[100]:%Y-%m-%d}") in str(caught.value)


def test_a_split_left_in_the_closes_is_divided_out(web, bars):
    raw = bars.copy()
    raw.iloc[100, raw.columns.get_loc("Stock Splits")] = 2.0
    raw.iloc[:100, raw.columns.get_loc("Close")] *= 2
    raw.iloc[:100, raw.columns.get_loc("Dividends")] *= 2
    web.hold("SPY", raw)
    got = yahoo.fetch("SPY")
    assert any("the 2:1 split of" in line for line in got.warnings)
    web.hold("SPY", bars)
    pd.testing.assert_frame_equal(got.frame[["Close"]], yahoo.fetch("SPY").frame[["Close"]])


# --- snapshots ----------------------------------------------------------------------------


def test_a_fresh_snapshot_spares_the_request(web):
    first = live.load(["SPY", "IEF"], may_fall_back=False)
    asked = len(web.asked)
    second = live.load(["SPY", "IEF"], may_fall_back=False)
    assert len(web.asked) == asked
    assert second.fingerprints() == first.fingerprints()
    live.load(["SPY"], may_fall_back=False, refresh=True)
    assert len(web.asked) > asked


def age(store: Store, ticker: str, days: float) -> None:
    """Let a kept snapshot have been fetched some days ago."""
    kept = store.read(ticker)
    store.write(ticker, kept.source, dt.datetime.now(dt.UTC) - dt.timedelta(days=days), kept.bars)


@pytest.mark.parametrize("days", [1.1, -1])
def test_an_old_snapshot_or_one_from_a_future_clock_is_fetched_again(web, days):
    live.load(["SPY"], may_fall_back=False)
    age(Store(), "SPY", days)
    asked = len(web.asked)
    live.load(["SPY"], may_fall_back=False)
    assert len(web.asked) > asked


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace(b"101.0", b"111.0", 1),
        lambda text: b"",
        lambda text: b"\x00" * len(text),
        lambda text: text.replace(b'"SPY"', b'"QQQ"'),
    ],
)
def test_a_damaged_snapshot_is_set_aside_and_fetched_again(web, damage):
    good = live.load(["SPY"], may_fall_back=False)
    path = Store().path("SPY")
    path.write_bytes(damage(path.read_bytes()))
    again = live.load(["SPY"], may_fall_back=False)
    assert again.fingerprints() == good.fingerprints()
    assert any("SPY: snapshot is damaged" in line for line in again.remarks)
    assert path.with_name(f"{path.name}.damaged-1").exists()


def test_a_snapshot_keeps_every_bit(web):
    fetched = yahoo.fetch("SPY")
    noisy = fetched.frame.mul(np.random.default_rng(1).uniform(0.1, 10, (300, 1)))
    kept = Store().write("SPY", "yahoo", dt.datetime.now(dt.UTC), type(fetched)(noisy, ()))
    pd.testing.assert_frame_equal(Store().read("SPY").bars.frame, noisy, check_exact=True)
    assert kept.sha256 == Store().read("SPY").sha256


def test_names_cannot_leave_the_folder(tmp_path):
    store = Store(tmp_path)
    for ticker in ("../SPY", "/etc/passwd", "..", ".", "^TNX", "BRK.B"):
        assert store.path(ticker).parent == tmp_path
        assert store.path(ticker).name.count(".") == 2


def test_a_missing_ticker_of_three_names_what_arrived(web):
    with pytest.raises(DataError, match="NOPE: Yahoo has no such ticker.*SPY, IEF did arrive"):
        live.load(["SPY", "IEF", "NOPE"], may_fall_back=False)
    assert Store().tickers() == ["IEF", "SPY"]


def fetch_in_a_process(*tickers: str, before: str = "") -> subprocess.Popen:
    script = f"{before}\nfrom data import live\nlive.load({tickers!r}, may_fall_back=False)\n"
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def test_a_process_killed_while_it_writes_leaves_the_old_snapshot(web, tmp_path):
    live.load(["SPY"], may_fall_back=False)
    path = Store().path("SPY")
    age(Store(), "SPY", 2)
    before = path.read_bytes()
    stop = (
        "import os, time\n"
        "def wait(*_):\n    print('writing', flush=True)\n    time.sleep(60)\n"
        "os.fsync = wait\n"
    )
    with fetch_in_a_process("SPY", before=stop) as process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)
    assert path.read_bytes() == before
    live.load(["SPY"], may_fall_back=False)
    assert path.read_bytes() != before


def test_two_processes_at_once_fetch_once(web):
    web.faults["SPY"] = [server.delay(0.3)]
    both = [fetch_in_a_process("SPY") for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert web.asked.count("DTB3") == 1
    assert (
        web.asked.count("SPY") == 2
    )  # yfinance asks twice: for the time zone, then for the history


# --- auto ---------------------------------------------------------------------------------


def test_yahoo_never_falls_back_and_auto_says_why(web, monkeypatch):
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="Yahoo cannot be reached"):
        live.load(["SPY", "IEF"], may_fall_back=False)
    market = live.load(["SPY", "IEF"], may_fall_back=True)
    assert time.monotonic() - began < 30
    assert market.source == "bundled"
    assert market.title.endswith("(Yahoo cannot be reached)")
    assert "127.0.0.1" in market.remarks[0]


def test_auto_prefers_an_older_snapshot_to_the_bundled_history(web, monkeypatch):
    live.load(["SPY", "IEF"], may_fall_back=False)
    for ticker in ("SPY", "IEF"):
        age(Store(), ticker, 10)
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    market = live.load(["SPY", "IEF"], may_fall_back=True)
    assert market.source == "yahoo"
    assert "older snapshots: Yahoo cannot be reached" in market.title
    assert "up to 10 days old" in market.remarks[0]


def test_a_snapshot_of_a_future_clock_that_stands_in_is_no_fetch_of_now(web, monkeypatch):
    live.load(["SPY"], may_fall_back=True)
    age(Store(), "SPY", -3)
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    market = live.load(["SPY"], may_fall_back=True)
    assert "older snapshots: Yahoo cannot be reached" in market.title
    assert market.remarks[0].endswith("kept, from the future (was the clock set back?)")


def test_auto_without_any_stand_in_fails_in_one_line(web, monkeypatch):
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    with pytest.raises(DataError, match="no snapshot of QQQ is kept and the bundled history has"):
        live.load(["SPY", "QQQ"], may_fall_back=True)


def test_what_cannot_be_kept_is_used_all_the_same(web, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "file" / "data"))
    market = live.load(["SPY", "IEF"], may_fall_back=False)
    assert market.source == "yahoo"
    assert any("set HEDGE_DATA_DIR" in remark and "not kept" in remark for remark in market.remarks)


def test_what_a_full_disk_cannot_keep_is_asked_for_once(web, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    market = live.load(["SPY"], may_fall_back=False)
    assert any("No space left on device" in remark for remark in market.remarks)
    assert web.asked.count("DTB3") == 1
    assert not list(Store().folder.glob("[!.]*"))


# --- found by review: what once made a wrong number in silence ----------------------------


def growth(ticker: str) -> float:
    level = total_return(yahoo.fetch(ticker).frame)
    return level.iloc[-1] / level.iloc[0]


def adjusted(bars: pd.DataFrame) -> float:
    return bars["Adj Close"].iloc[-1] / bars["Adj Close"].iloc[0]


@pytest.mark.parametrize("factor", [0.0, 10.0, 40.0])
def test_dividends_missing_or_too_large_are_refused(web, bars, factor):
    wrong = bars.copy()
    wrong["Dividends"] *= factor
    web.hold("SPY", wrong)
    with pytest.raises(DataError, match="SPY: .*dividend"):
        yahoo.fetch("SPY")


def test_small_dividends_that_vanish_are_refused_by_their_sum(web, bars):
    # 0.04 each month stays below the daily tolerance; over the whole it is 1.1 percent.
    paid = server.made_bars(600)
    paid["Dividends"] = [0.04 if row and row % 21 == 0 else 0.0 for row in range(600)]
    ratio = 1 - paid["Dividends"] / paid["Close"].shift(1)
    later = ratio.fillna(1.0)[::-1].cumprod()[::-1].shift(-1).fillna(1.0)
    paid["Adj Close"] = paid["Close"] * later
    web.hold("SPY", paid)
    assert growth("SPY") == pytest.approx(adjusted(paid))
    web.hold("SPY", paid.assign(Dividends=0.0))
    with pytest.raises(DataError, match="over the whole"):
        yahoo.fetch("SPY")


def test_the_dividend_of_a_row_left_out_is_not_lost(web, bars):
    empty = bars.copy()
    empty.iloc[120, empty.columns.get_loc("Close")] = np.nan  # row 120 pays 0.50
    web.hold("SPY", empty)
    assert yahoo.fetch("SPY").frame["Dividends"].sum() == pytest.approx(bars["Dividends"].sum())
    assert growth("SPY") == pytest.approx(adjusted(bars), rel=1e-4)


def test_a_day_sent_twice_with_different_closes_is_left_out(web, bars):
    again = bars.iloc[[-1]].copy()
    again[["Open", "High", "Low", "Close", "Adj Close"]] = 123.0
    web.hold("SPY", pd.concat([bars, again]))
    got = yahoo.fetch("SPY")
    day = f"{bars.index[-1]:%Y-%m-%d}"
    assert f"SPY: {day} came twice with different closes; left out" in got.warnings
    assert got.frame.index[-1] == bars.index[-2]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("currency", "GBp", "is quoted in GBp"),
        ("instrumentType", "INDEX", "is an index without dividends"),
        ("dataGranularity", "1mo", "sent 1mo bars"),
    ],
)
def test_what_is_no_daily_dollar_fund_is_refused(web, bars, key, value, message):
    chart = server.chart("SPY", bars)
    chart["chart"]["result"][0]["meta"][key] = value
    web.charts["SPY"] = chart
    with pytest.raises(DataError, match=message):
        yahoo.fetch("SPY")


def test_rows_out_of_order_are_refused(web, bars):
    chart = server.chart("SPY", bars)
    stamps = chart["chart"]["result"][0]["timestamp"]
    stamps[100:200] = stamps[100:200][::-1]
    web.charts["SPY"] = chart
    with pytest.raises(DataError, match="rows are out of order at"):
        yahoo.fetch("SPY")


def test_monthly_bars_are_refused(web):
    months = server.made_bars(1000).iloc[::21].copy()
    web.hold("SPY", months[months.index.to_period("M").duplicated() == np.False_])
    with pytest.raises(DataError, match="monthly bars|no row between"):
        yahoo.fetch("SPY")


def test_a_history_that_lost_its_beginning_replaces_nothing(web, bars):
    live.load(["SPY"], may_fall_back=False)
    web.hold("SPY", bars.iloc[100:])
    with pytest.raises(DataError, match="nothing was replaced"):
        live.load(["SPY"], may_fall_back=False, refresh=True)
    assert len(Store().read("SPY").bars.frame) == 300


def test_an_adjusted_split_with_a_fall_on_its_day_is_left_alone(web, bars):
    split = bars.copy()
    split.iloc[100, split.columns.get_loc("Stock Splits")] = 1.25
    split.iloc[100:, [split.columns.get_loc(name) for name in ("Close", "Adj Close")]] *= 0.95
    web.hold("SPY", split)
    got = yahoo.fetch("SPY")
    assert not any("split" in line for line in got.warnings)
    assert growth("SPY") == pytest.approx(adjusted(split), rel=2e-3)


def test_a_spike_that_goes_back_is_refused_and_a_large_move_is_named(web, bars):
    for rows, outcome in (([100], "refused"), (range(100, 300), "named")):
        moved = bars.copy()
        columns = [moved.columns.get_loc(name) for name in ("Close", "Adj Close")]
        moved.iloc[list(rows), columns] *= 1.3
        web.hold("SPY", moved)
        if outcome == "refused":
            with pytest.raises(DataError, match="and back the next session"):
                yahoo.fetch("SPY")
        else:
            assert any("SPY: moves +29%" in line for line in yahoo.fetch("SPY").warnings)


def test_a_session_that_is_still_open_is_left_out(web, bars, monkeypatch):
    during = (bars.index[-1] + pd.Timedelta(hours=18)).tz_localize("UTC")  # 14:00 in New York
    for moment, rows in ((during, 299), (during + pd.Timedelta(hours=4), 300)):
        monkeypatch.setattr("data.checks.exchange.now", lambda moment=moment: moment)
        got = yahoo.fetch("SPY")
        assert len(got.frame) == rows
        assert any("has not closed yet" in line for line in got.warnings) is (rows == 299)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda result: result.update(timestamp=[1e300] * 300),
        lambda result: next(iter(result["events"]["dividends"].values())).update(amount="abc"),
        lambda result: result["indicators"]["quote"][0].update(close=["abc"] * 300),
        lambda result: result.update(meta=[]),
    ],
)
def test_strange_json_is_one_line(web, bars, spoil):
    chart = server.chart("SPY", bars)
    spoil(chart["chart"]["result"][0])
    web.charts["SPY"] = chart
    with pytest.raises(DataError, match="SPY: "):
        yahoo.fetch("SPY")


def test_deeply_nested_json_is_one_line(web):
    web.faults["SPY"] = [server.body(b"[" * 200_000)]
    with pytest.raises(DataError, match="SPY: "):
        yahoo.fetch("SPY")


def test_a_bad_answer_that_passes_is_asked_again(web):
    web.faults["SPY"] = [server.body(b"<html>busy</html>"), server.fine]
    assert len(yahoo.fetch("SPY").frame) == 300


def test_a_silent_server_ends_within_its_patience(web, monkeypatch):
    monkeypatch.setattr(yahoo, "TIMEOUT_SECONDS", 10)
    monkeypatch.setattr(yahoo, "PATIENCE_SECONDS", 1.5)
    web.faults["SPY"] = [server.delay(6)]
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="did not answer"):
        yahoo.fetch("SPY")
    assert time.monotonic() - began < 9  # below the 10 s of a single answer


@pytest.mark.parametrize("url", ["foo", "http://127.0.0.1:99999", "http://[", "ftp://x"])
def test_a_bad_address_is_one_line(monkeypatch, url):
    monkeypatch.setenv("HEDGE_YAHOO_URL", url)
    with pytest.raises(UsageError, match="HEDGE_YAHOO_URL takes an address as https://host"):
        yahoo.require_reachable()
    monkeypatch.setenv("HEDGE_FRED_URL", url)
    with pytest.raises(UsageError, match="HEDGE_FRED_URL takes an address as https://host"):
        fred.fetch("DGS10")


@pytest.mark.parametrize("status", [404, 200])
def test_a_servers_words_are_one_short_line(web, status):
    said = {"code": "Bad", "description": "No\nwarning: forged\x1b[2J" + 50_000 * " word"}
    text = json.dumps({"chart": {"result": None, "error": said}}).encode()
    web.faults["SPY"] = [lambda _: (status, text)]
    with pytest.raises(DataError, match="No warning: forged") as caught:
        yahoo.fetch("SPY")
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_a_symbol_of_any_length_is_named_in_short(web, bars):
    whole = server.chart("SPY", bars)
    whole["chart"]["result"][0]["meta"]["symbol"] = 10_000 * "QQQ\n"
    web.charts["SPY"] = whole
    with pytest.raises(DataError, match="answered with QQQ QQQ") as caught:
        yahoo.fetch("SPY")
    assert len(str(caught.value)) < 300


def test_clear_removes_what_it_counts_and_leaves_folders(tmp_path):
    store = Store(tmp_path)
    for name in ("%", "%FF", "a%00b", "", "%2E%2E%2Fx", "\udcff", "SPY"):
        (tmp_path / f"{name}.snapshot.csv").write_text("x")
    (tmp_path / "IEF.snapshot.csv").mkdir()
    (tmp_path / "IEF.snapshot.csv.damaged-1").mkdir()
    assert "SPY" in store.tickers()
    assert store.clear() == 7
    left = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".SPY"))
    assert [name for name in left if not name.endswith(".lock")] == [
        "IEF.snapshot.csv",
        "IEF.snapshot.csv.damaged-1",
    ]
    (warning,) = store.warnings
    assert "IEF.snapshot.csv is a folder, not a snapshot; left as it is" in warning


def test_a_pipe_in_a_snapshots_place_is_not_waited_for(tmp_path):
    store = Store(tmp_path)
    os.mkfifo(store.path("SPY"))
    assert store.read("SPY") is None
    assert "is no file; passed over" in store.warnings[0]


def test_clear_and_list_touch_only_snapshots(web, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("SPY.csv", "notes.csv", "poetry.lock"):
        (folder / name).write_text("mine")
    live.load(["SPY"], may_fall_back=False)
    store = Store()
    store.path("SPY").write_bytes(b"damaged")
    assert store.read("SPY") is None
    assert store.path("SPY").exists()  # reading alone moves nothing
    assert store.clear() == 2  # SPY and the bill
    left = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    assert left == ["SPY.csv", "notes.csv", "poetry.lock"]


def test_a_changed_header_does_not_verify(web):
    live.load(["SPY"], may_fall_back=False)
    path = Store().path("SPY")
    path.write_bytes(
        path.read_bytes().replace(b'"warnings": ["SPY: stale', b'"warnings": ["SPY:', 1)
    )
    assert Store().read("SPY") is None


def test_what_a_refetch_says_otherwise_is_named_by_its_day(web, bars):
    live.load(["SPY"], may_fall_back=False)
    revised = bars.copy()
    places = [revised.columns.get_loc(name) for name in ("Open", "High", "Low", "Close")]
    revised.iloc[100, [*places, revised.columns.get_loc("Adj Close")]] *= 1.01
    web.hold("SPY", revised)
    market = live.load(["SPY"], may_fall_back=False, refresh=True)
    first, second = (f"{bars.index[row]:%Y-%m-%d}" for row in (100, 101))
    assert any(
        "SPY: differs from the history fetched on" in note and f"on {first}, {second}, most" in note
        for note in market.notes
    )
    assert Store().read("SPY").bars.frame["Close"].iloc[100] == revised["Close"].iloc[100]


def test_another_series_under_the_right_name_replaces_nothing(web, bars):
    live.load(["SPY"], may_fall_back=False)
    web.hold("SPY", random_bars(5, 300))
    with pytest.raises(DataError, match="SPY: what arrived differs from the history kept of .* on"):
        live.load(["SPY"], may_fall_back=False, refresh=True)
    assert Store().read("SPY").bars.frame["Close"].tolist() == bars["Close"].tolist()


def test_a_split_or_a_new_dividend_is_no_revision(web, bars):
    web.hold("SPY", bars.iloc[:250])
    live.load(["SPY"], may_fall_back=False)
    later = bars.copy()  # rows 250 to 300 arrive, and a 2:1 split halves all prices before
    money = ["Open", "High", "Low", "Close", "Adj Close", "Dividends"]
    later[money] /= 2
    web.hold("SPY", later)
    market = live.load(["SPY"], may_fall_back=False, refresh=True)
    assert not any("differs from the history" in note for note in market.notes)
    assert len(market.sessions) == 300


def test_an_end_before_that_of_the_history_kept_is_named(web, bars):
    live.load(["SPY"], may_fall_back=False)
    web.hold("SPY", bars.iloc[:-3])
    market = live.load(["SPY"], may_fall_back=False, refresh=True)
    said = f"SPY: ends on {bars.index[-4]:%Y-%m-%d}, but the history fetched on "
    assert any(said in note and f"on {bars.index[-1]:%Y-%m-%d};" in note for note in market.notes)


def test_what_cannot_be_kept_is_held_against_the_history_kept_all_the_same(web, bars, monkeypatch):
    live.load(["SPY"], may_fall_back=False)

    def full(*_: object, **__: object) -> None:
        raise OutputError("the data folder cannot be written: Read-only file system; mend it")

    monkeypatch.setattr(Store, "locked", full)
    web.hold("SPY", bars.iloc[100:])
    with pytest.raises(DataError, match="begins on .*, but the history kept begins on"):
        live.load(["SPY"], may_fall_back=False, refresh=True)
    web.hold("SPY", random_bars(5, 300))
    with pytest.raises(DataError, match="what arrived differs from the history kept"):
        live.load(["SPY"], may_fall_back=False, refresh=True)

"""One series and its snapshot: fetched once, and never replaced by a worse history."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from backtests.run import main as run
from data.errors import DataError, OutputError
from data.origin import How
from data.sources import live
from data.sources.bars import Bars
from data.sources.fetching import fresh_snapshot
from data.sources.snapshots import Snapshot, Store
from data.vintage import StandInKind
from tests import yahoo_server as server
from tests.conftest import ended
from tests.data.helpers import age, fetch_in_a_process
from tests.soak.made import random_bars


def test_a_fresh_snapshot_spares_the_request(web):
    first = live.load(["SPY", "IEF"], may_fall_back=False)
    asked = len(web.asked)
    second = live.load(["SPY", "IEF"], may_fall_back=False)
    assert len(web.asked) == asked
    assert second.fingerprints() == first.fingerprints()
    live.load(["SPY"], may_fall_back=False, refresh=True)
    assert len(web.asked) > asked


@pytest.mark.parametrize("days", [1.1, -1])
def test_an_old_snapshot_or_one_from_a_future_clock_is_fetched_again(web, days):
    live.load(["SPY"], may_fall_back=False)
    age(Store(), "SPY", days)
    asked = len(web.asked)
    live.load(["SPY"], may_fall_back=False)
    assert len(web.asked) > asked


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


def test_what_cannot_be_kept_is_used_all_the_same(web, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "file" / "data"))
    market = live.load(["SPY", "IEF"], may_fall_back=False)
    assert market.source == "yahoo"
    assert any(
        "set HEDGE_DATA_DIR" in remark and "not saved" in remark for remark in market.remarks
    )


def test_what_a_full_disk_cannot_keep_is_asked_for_once(web, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    market = live.load(["SPY"], may_fall_back=False)
    assert any("No space left on device" in remark for remark in market.remarks)
    assert web.asked.count("DTB3") == 1
    assert not list(Store().folder.glob("[!.]*"))


def test_a_cache_without_locks_is_used_but_nothing_is_saved(web, monkeypatch):
    """A lock made of a file would stay when its process is killed, and stop every later fetch."""

    def flock(number, how):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", flock)
    market = live.load(["SPY"], may_fall_back=False)
    (remark,) = [text for text in market.remarks if text.endswith("SPY is used but not saved")]
    assert "is on a file system without locks that end with their process" in remark
    assert "set HEDGE_DATA_DIR to a folder on another file system" in remark
    assert Store().tickers() == []


def test_a_history_that_lost_its_beginning_replaces_nothing(web, bars):
    live.load(["SPY"], may_fall_back=False)
    web.hold("SPY", bars.iloc[100:])
    with pytest.raises(DataError, match="nothing was replaced"):
        live.load(["SPY"], may_fall_back=False, refresh=True)
    assert len(Store().read("SPY").bars.frame) == 300


def test_a_history_cut_at_its_end_replaces_nothing_and_the_reader_is_told(web, bars, capsys):
    live.load(["SPY", "IEF"], may_fall_back=False)
    web.hold("SPY", bars.iloc[:100])
    end, cut = (f"{bars.index[row]:%Y-%m-%d}" for row in (-1, 99))
    with pytest.raises(DataError, match=f"SPY: .* ends on {cut}, but the cached one ends on {end}"):
        live.load(["SPY", "IEF"], may_fall_back=False, refresh=True)
    market = live.load(["SPY", "IEF"], may_fall_back=True, refresh=True)
    assert len(market.sessions) == 300
    assert market.origin.how is How.OLDER
    assert f"ends on {cut}, but the cached one ends on {end}" in market.origin.failure
    again = live.load(["SPY", "IEF"], may_fall_back=True)  # a later run has them as well
    assert len(again.sessions) == 300
    words = ["hedge_mix", "--source", "yahoo", "--refresh", "--no-tearsheet"]
    code, _, errors = ended(run, capsys, *words)
    told = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert (code, len(told)) == (2, 1)
    assert (
        "nothing was replaced (if the fetched one is right, python -m data.cache --clear SPY"
        in (told[0])
    )


def test_a_rate_cut_at_its_end_replaces_nothing_and_the_reader_is_told(web, bars):
    live.load(["SPY"], may_fall_back=False)
    whole = Store().read("fred:DTB3").bars.frame["Value"]
    web.hold_fred("DTB3", whole.iloc[:-100])
    market = live.load(["SPY"], may_fall_back=False, refresh=True)
    assert Store().read("fred:DTB3").bars.frame["Value"].equals(whole)
    assert any("fred:DTB3: the fetched history ends on" in remark for remark in market.remarks)
    assert [held.kind for held in market.vintage.stood_in] == [StandInKind.SNAPSHOT]


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
    with pytest.raises(DataError, match="SPY: the fetched history differs from the cached one of"):
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


def test_the_history_kept_stands_where_the_new_one_ends_a_few_days_earlier(web, bars):
    live.load(["SPY"], may_fall_back=False)
    whole = Store().read("fred:DTB3").bars.frame["Value"]
    web.hold("SPY", bars.iloc[:-3])
    web.hold_fred("DTB3", whole.iloc[:-3])
    for _ in range(2):
        market = live.load(["SPY"], may_fall_back=False, refresh=True)
        assert market.prices["SPY"].dropna().index[-1] == bars.index[-1]
        for name, ends in (("SPY", bars.index), ("fred:DTB3", whole.index)):
            told = f"{name}: the fetched history ends on {ends[-4]:%Y-%m-%d}, and the one fetched"
            assert any(
                told in remark and remark.endswith("the latter is used and kept")
                for remark in market.remarks
            ), market.remarks
            assert len(Store().read(name).bars.frame) == len(ends)


def test_what_cannot_be_kept_is_held_against_the_history_kept_all_the_same(web, bars, monkeypatch):
    live.load(["SPY"], may_fall_back=False)

    def full(*_: object, **__: object) -> None:
        raise OutputError("the data folder cannot be written: Read-only file system; mend it")

    monkeypatch.setattr(Store, "locked", full)
    web.hold("SPY", bars.iloc[100:])
    with pytest.raises(DataError, match="begins on .*, but the cached one begins on"):
        live.load(["SPY"], may_fall_back=False, refresh=True)
    web.hold("SPY", random_bars(5, 300))
    with pytest.raises(DataError, match="the fetched history differs from the cached one"):
        live.load(["SPY"], may_fall_back=False, refresh=True)


# --- with a server that is a function -------------------------------------------------------

DAYS = pd.bdate_range("2024-01-02", periods=40, name="Date")


class Server:
    """Serves one series of yields, and counts the requests."""

    def __init__(self, values: pd.Series) -> None:
        self.values = values
        self.count = 0

    def __call__(self, name: str) -> Bars:
        self.count += 1
        return Bars(self.values.to_frame("Value"), ())


def fetched(server: Server, folder: Path, name: str = "fred:DGS10", **options: bool) -> Snapshot:
    return fresh_snapshot(name, Store(folder), server, "FRED", **options)


def test_a_server_is_asked_once_a_day_unless_told_otherwise(tmp_path):
    server = Server(pd.Series(4.0, DAYS))
    first, second = fetched(server, tmp_path), fetched(server, tmp_path)
    assert server.count == 1
    assert second.sha256 == first.sha256 != ""
    assert fetched(server, tmp_path, refresh=True).fetched > first.fetched
    assert server.count == 2


@pytest.mark.parametrize(("change", "named"), [(4e-4, False), (6e-4, True)])
def test_a_revision_beyond_rounding_is_named_by_both_its_steps(tmp_path, change, named):
    fetched(Server(pd.Series(4.0, DAYS)), tmp_path)
    revised = pd.Series(4.0, DAYS)
    revised.iloc[20] += change  # in percent: the bound is 5e-4
    warnings = fetched(Server(revised), tmp_path, refresh=True).bars.warnings
    days = f"on {DAYS[20]:%Y-%m-%d}, {DAYS[21]:%Y-%m-%d}, most on"
    assert [days in line for line in warnings] == [True] * named


@pytest.mark.parametrize("rows", [3, 5])
def test_a_fifth_of_all_days_may_be_revised_before_it_is_another_series(tmp_path, rows):
    fetched(Server(pd.Series(4.0, DAYS)), tmp_path)
    revised = pd.Series(4.0, DAYS)
    revised.iloc[2 : 2 + 3 * rows : 3] += 1.0  # each changes two of the 39 steps; 7.8 may change
    server = Server(revised)
    if 2 * rows <= 0.2 * 39:
        days, level = fetched(server, tmp_path, refresh=True).bars.warnings
        assert "on 2024-01-04, 2024-01-05, 2024-01-09 (and 3 more), most on" in days
        assert "lies +0.075 points from" in level  # 3 of 40 days, a point each
    else:
        with pytest.raises(DataError, match="on 10 of 39 days; nothing was replaced"):
            fetched(server, tmp_path, refresh=True)
        assert Store(tmp_path).read("fred:DGS10").bars.frame["Value"].eq(4.0).all()


@pytest.mark.parametrize(("name", "refused"), [("fred:CPIAUCSL", False), ("fred:DGS10", True)])
def test_an_index_may_change_its_base_and_a_yield_may_not(tmp_path, name, refused):
    level = pd.Series(range(100, 140), DAYS, dtype=float)
    fetched(Server(level), tmp_path, name)
    if refused:
        with pytest.raises(DataError, match="differs from the cached one"):
            fetched(Server(2 * level), tmp_path, name, refresh=True)
    else:
        assert fetched(Server(2 * level), tmp_path, name, refresh=True).bars.warnings == ()


@pytest.mark.parametrize(("lost", "refused"), [(5, False), (6, True)])
def test_a_week_may_be_missing_at_the_beginning_and_no_more(tmp_path, lost, refused):
    fetched(Server(pd.Series(4.0, DAYS)), tmp_path)
    later = Server(pd.Series(4.0, DAYS[lost:]))  # 7 days after the first, then 8
    if refused:
        with pytest.raises(DataError, match="begins on 2024-01-10, but the cached one begins on"):
            fetched(later, tmp_path, refresh=True)
    else:
        assert len(fetched(later, tmp_path, refresh=True).bars.frame) == 35


@pytest.mark.parametrize("fault", [server.status(500), server.status(404), server.body(b"{}")])
def test_a_cache_that_cannot_be_written_makes_a_bad_answer_no_fault_of_this_machine(
    web, monkeypatch, fault
):
    """The error of the cache is the context of the next one, not its cause."""
    live.load(["SPY"], may_fall_back=False)

    @contextlib.contextmanager
    def read_only(*_: object, **__: object) -> Iterator[None]:
        cause = OSError(errno.EROFS, os.strerror(errno.EROFS), "x.lock")
        raise OutputError("the data folder cannot be written; mend it") from cause
        yield

    monkeypatch.setattr(Store, "locked", read_only)
    web.faults["SPY"] = [fault]
    market = live.load(["SPY"], may_fall_back=True, refresh=True)
    assert market.origin.how is How.OLDER
    assert "machine" not in market.origin.failure

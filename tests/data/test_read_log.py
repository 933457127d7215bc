"""The log of what a run reads: every byte, what is missing, and what is of the moment."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading

import pandas as pd
import pytest

from data.load import available, load_market
from data.read_log import (
    ABSENT,
    Reading,
    note_folder,
    note_passing,
    note_read,
    note_tickers,
    note_unread,
    note_written,
    recording,
    sha256_of_names,
)
from data.regular import NotReadError, read_regular
from data.sources import live
from data.sources.bars import COLUMNS, Bars
from data.sources.snapshots import Store

MONTHS = "".join(f"2020-{month:02d}-28,{100 + month}\n" for month in range(1, 13))


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_what_is_read_stands_in_it_by_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"12345")
    monkeypatch.chdir(tmp_path)
    with recording() as log:
        read_regular(tmp_path.__class__("a"), 9)
        with pytest.raises(FileNotFoundError):
            read_regular(tmp_path / "b", 9)
    read_regular(tmp_path / "a", 9)
    files = {str(tmp_path / "a"): sha(b"12345"), str(tmp_path / "b"): ABSENT}
    assert log.reading() == Reading(files=files)


def test_nothing_is_noted_where_no_log_is_open_or_in_another_thread(tmp_path):
    for note in (
        lambda: note_read(tmp_path, b""),
        lambda: note_unread(tmp_path, OSError()),
        lambda: note_written(tmp_path, b""),
        lambda: note_folder(tmp_path, ["a"]),
        lambda: note_tickers(tmp_path, ["a"]),
        note_passing,
    ):
        note()
        with recording() as log:
            thread = threading.Thread(target=note)
            thread.start()
            thread.join()
        assert log.reading() == Reading()


@pytest.mark.parametrize("makes", ["large", "folder"])
def test_what_could_not_be_read_for_another_reason_cannot_be_told_again(tmp_path, makes):
    path = tmp_path / "a"
    path.mkdir() if makes == "folder" else path.write_bytes(b"12345")
    with recording() as log, pytest.raises(NotReadError):
        read_regular(path, 4)
    assert log.reading() is None


def test_a_file_that_changes_meanwhile_is_of_no_state_unless_the_run_wrote_it(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"1")
    with recording() as log:
        read_regular(path, 9)
        read_regular(path, 9)
        assert log.reading() == Reading(files={str(path): sha(b"1")})
        path.write_bytes(b"2")
        note_written(path, b"2")
        read_regular(path, 9)
        assert log.reading() == Reading(files={str(path): sha(b"2")})
        path.write_bytes(b"3")
        read_regular(path, 9)
        assert log.reading() is None
        path.write_bytes(b"2")
        read_regular(path, 9)
    assert log.reading() is None


def test_names_are_told_apart_but_not_their_order():
    assert sha256_of_names(["a", "b"]) == sha256_of_names(("b", "a"))
    hashes = {sha256_of_names(names) for names in ([], ["a"], ["ab"], ["a", "b"], ["a\udcff"])}
    assert len(hashes) == 5


def test_a_folder_of_prices_is_noted_with_all_that_is_looked_for_in_it(tmp_path, price_folder):
    folder = price_folder(SPY="date,value\n" + MONTHS, IEF="date,value\n" + MONTHS)
    with recording() as log:
        offered = available(f"files:{folder}")
        load_market(f"files:{folder}", ["SPY"])
    reading = log.reading()
    assert reading.files == {
        f"{folder}/SPY.csv": sha((folder / "SPY.csv").read_bytes()),
        f"{folder}/currency.toml": ABSENT,
    }
    paths = [f"{folder}/SPY.csv", f"{folder}/IEF.csv"]
    assert reading.folders == {str(folder): sha256_of_names(paths)}
    assert offered == ["IEF", "SPY"]
    assert reading.tickers == {str(folder): sha256_of_names(offered)}


@pytest.mark.parametrize(
    ("day", "is_told"), [("2020-12-28", True), ("2030-01-02", False)], ids=["past", "future"]
)
def test_a_row_that_lies_in_the_future_may_count_another_day(price_folder, day, is_told):
    folder = price_folder(SPY=f"date,value\n{MONTHS}{day},120\n".replace("2020-12-28,112\n", ""))
    with recording() as log:
        market = load_market(f"files:{folder}", ["SPY"])
    assert (log.reading() is not None) == is_told
    assert any("lies in the future" in note for note in market.notes) != is_told


@pytest.mark.parametrize(("months", "is_told"), [(12, True), (13, False)])
def test_a_month_that_is_not_over_may_be_another_day(price_folder, monkeypatch, months, is_told):
    moment = pd.Timestamp("2021-01-15 12:00Z")
    monkeypatch.setattr("data.checks.histories.now", lambda: moment)
    firsts = pd.date_range("2020-01-01", periods=months, freq="MS")
    text = "".join(f"{day:%Y-%m-%d},{100 + day.month}\n" for day in firsts)
    with recording() as log:
        market = load_market(f"files:{price_folder(SPY='date,value' + chr(10) + text)}", ["SPY"])
    assert market.sessions[-1] == pd.Timestamp("2020-12-31")
    assert (log.reading() is not None) == is_told


def test_snapshots_are_noted_and_a_server_that_failed_is_of_the_moment(tmp_path):
    store = Store(tmp_path / "cache")
    days = pd.bdate_range("2020-01-02", periods=50, name="Date")
    bars = Bars(pd.DataFrame(100.0, days, COLUMNS).assign(Dividends=0.0), ())
    with recording() as log:
        store.write("SPY", "made", dt.datetime.now(dt.UTC), bars)
    path = store.path("SPY")
    assert log.reading() == Reading(files={str(path): sha(path.read_bytes())})
    with recording() as log:  # FRED cannot be reached
        live.load(["SPY"], may_fall_back=True, store=store)
    assert log.reading() is None
    with recording() as log:  # Yahoo neither: the bundled months
        live.load(["IEF"], may_fall_back=True, store=store)
    assert log.reading() is None

"""Whether what was read would be read again: one byte of one file, one name, decides."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pandas as pd
import pytest

from data.load import available, load_market
from data.read_log import recording
from data.sources.bars import COLUMNS, Bars
from data.sources.snapshots import FRESH, Store, fetched_of, is_fresh
from data.unchanged import is_unchanged, snapshots_of
from tests.data.test_read_log import MONTHS


@pytest.fixture
def folder(price_folder):
    """Prices of two tickers; one of them is read."""
    return price_folder(SPY="date,value\n" + MONTHS, IEF="date,value\n" + MONTHS)


def reading_of(folder):
    with recording() as log:
        available(f"files:{folder}")
        load_market(f"files:{folder}", ["SPY"])
    return log.reading()


def test_the_same_is_the_same_and_a_touch_changes_nothing(folder):
    reading = reading_of(folder)
    assert is_unchanged(reading)
    (folder / "SPY.csv").touch()
    (folder / "notes.txt").write_text("not looked for")
    assert is_unchanged(reading)


def test_a_folder_named_from_where_one_stands_is_the_same_folder(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    reading = reading_of(Path("..", folder.parent.name, folder.name))
    assert is_unchanged(reading)
    (folder / "TLT.csv").write_text("")
    assert not is_unchanged(reading)


def test_any_byte_of_a_file_that_was_read_counts(folder):
    reading, path = reading_of(folder), folder / "SPY.csv"
    good, rng = path.read_bytes(), random.Random(1)
    for at in (0, len(good) - 1, *(rng.randrange(len(good)) for _ in range(40))):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1 :])
        assert not is_unchanged(reading), at
    for other in (b"", good[:-1], good + b"\n"):
        path.write_bytes(other)
        assert not is_unchanged(reading)
    path.write_bytes(good)
    assert is_unchanged(reading)
    path.unlink()
    assert not is_unchanged(reading)


@pytest.mark.parametrize("name", ["currency.toml", "TLT.csv", "below/SPY.csv", "spy.csv"])
def test_what_was_not_there_counts_once_it_is(folder, name):
    reading = reading_of(folder)
    (folder / "below").mkdir()
    assert is_unchanged(reading)
    (folder / name).write_text("")
    assert not is_unchanged(reading)


def test_a_file_that_is_no_ticker_any_more_counts_by_its_head(folder):
    reading = reading_of(folder)
    (folder / "IEF.csv").write_text("date,value\n2020-01-28,1\n")  # not read, and still a ticker
    assert is_unchanged(reading)
    (folder / "IEF.csv").write_text("date,cpi\n2020-01-28,1\n")
    assert not is_unchanged(reading)


def test_when_snapshots_were_fetched_stands_in_their_heads(tmp_path):
    store = Store(tmp_path)
    days = pd.bdate_range("2020-01-02", periods=50, name="Date")
    bars = Bars(pd.DataFrame(100.0, days, COLUMNS).assign(Dividends=0.0), ())
    moment = dt.datetime(2025, 9, 26, 12, tzinfo=dt.UTC)
    with recording() as log:
        store.read("IEF")
        store.write("SPY", "made", moment, bars)
    path = store.path("SPY")
    assert snapshots_of(log.reading()) == {str(path): moment}
    assert fetched_of(path.read_bytes()) == moment
    for later, fresh in ((-1, False), (0, True), (86_399, True), (86_400, False)):
        assert is_fresh(moment, moment + dt.timedelta(seconds=later)) == fresh
    assert dt.timedelta(days=1) == FRESH

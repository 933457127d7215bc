"""The command that lists and removes snapshots."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from filelock import FileLock

from data.cache import main
from data.sources.bars import Bars
from data.sources.snapshots import Store
from tests.conftest import ended


@pytest.fixture
def store(monkeypatch, tmp_path):
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
    return Store()


def keep(store: Store, ticker: str, hours: float) -> str:
    """Keep three yields that were fetched so many hours ago; return their hash."""
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03", "2024-01-04"], name="Date")
    bars = Bars(pd.DataFrame({"Value": [4.0, 4.1, 4.2]}, index=days), ())
    fetched = dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)
    return store.write(ticker, "FRED", fetched, bars).sha256


def test_each_snapshot_is_a_row(store, capsys):
    hashes = [keep(store, "DGS10", 3.0), keep(store, "DTB3", 72.0)]
    code, shown, _ = ended(main, capsys)
    assert code == 0
    rows = [line.split() for line in shown.splitlines()]
    first, second = (row for row in rows if row and row[0] in ("DGS10", "DTB3"))
    span = ["2024-01-02", "to", "2024-01-04", "3"]
    assert first == ["DGS10", *span, "3", "h", hashes[0][:12], "FRED"]
    assert second == ["DTB3", *span, "3", "days", hashes[1][:12], "FRED"]


def test_a_damaged_snapshot_is_said_to_be_one(store, capsys):
    keep(store, "DGS10", 0.0)
    path = store.path("DGS10")
    path.write_bytes(path.read_bytes().replace(b"4.1", b"4.7"))
    words = " ".join(ended(main, capsys)[1].split())
    assert "DGS10 damaged: the next run fetches it again" in words
    assert path.exists()  # listing moves nothing


def test_clear_counts_what_it_removes(store, capsys):
    assert ended(main, capsys) == (0, f"no snapshots in {store.folder}\n", "")
    for ticker in ("DGS10", "DTB3"):
        keep(store, ticker, 0.0)
    (store.folder / "IEF.snapshot.csv").mkdir()
    _, shown, _ = ended(main, capsys, "--clear")
    first, warning = shown.splitlines()
    assert first == f"2 snapshots removed from {store.folder}"
    assert warning.startswith("warning: ")
    assert warning.endswith("IEF.snapshot.csv is a folder, not a snapshot; left as it is")
    assert store.read("DGS10") is None


def test_clear_removes_the_snapshots_named_and_no_other(store, capsys):
    for ticker in ("DGS10", "fred:DTB3", "^IRX"):
        keep(store, ticker, 0.0)
    aside = store.folder / f"{store.path('DGS10').name}.damaged-1"
    other = store.folder / f"{store.path('^IRX').name}.damaged-1"
    aside.write_text("")
    other.write_text("")
    code, shown, _ = ended(main, capsys, "--clear", "fred:DTB3", "DGS10", "DGS10")
    assert (code, shown) == (0, f"2 snapshots removed from {store.folder}\n")
    assert store.tickers() == ["^IRX"]
    assert (aside.exists(), other.exists()) == (False, True)
    assert ended(main, capsys, "^IRX", "--clear")[1].startswith("1 snapshot removed")


@pytest.mark.parametrize("ticker", ["SPY", "dgs10", "", "../x", "a\nb"])
def test_clear_of_a_ticker_that_is_not_there_is_one_line_and_removes_nothing(store, capsys, ticker):
    keep(store, "DGS10", 0.0)
    code, shown, errors = ended(main, capsys, "--clear", "DGS10", ticker)
    assert (code, shown) == (2, "")
    assert errors.startswith(f"error: --clear {ticker!r}: {store.folder} has no snapshot of it")
    assert errors.endswith("; python -m data.cache lists them\n")
    assert ("did you mean DGS10?" in errors) == (ticker == "dgs10")
    assert store.tickers() == ["DGS10"]


def test_a_ticker_without_clear_is_refused(store, capsys):
    keep(store, "DGS10", 0.0)
    code, shown, errors = ended(main, capsys, "DGS10")
    assert (code, shown) == (2, "")
    assert errors == (
        "error: got 'DGS10': all snapshots are listed; give no ticker, or --clear to remove its "
        "snapshot\n"
    )


def test_clear_removes_what_killed_processes_left_and_not_what_is_written(store, capsys):
    store.folder.mkdir()
    names = [f".writing-{store.path(ticker).name}-0123abcd" for ticker in ("SPY", "fred:X", "IEF")]
    *left, held = (store.folder / name for name in names)
    mine = store.folder / ".writing-notes.txt"  # none of our names
    for path in (*left, held, mine):
        path.write_text("half")
    with store.locked("TLT"):  # who fetches removes it as well
        assert [path.exists() for path in (*left, held, mine)] == [False, False, False, True]
    for path in (*left, held):
        path.write_text("half")
    with FileLock(store.folder / f".{store.path('IEF').name}.lock"):  # as who is fetching it
        code, shown, _ = ended(main, capsys, "--clear")
        assert (code, shown) == (0, f"0 snapshots removed from {store.folder}\n")
        assert [path.exists() for path in (*left, held, mine)] == [False, False, True, True]
    ended(main, capsys, "--clear")
    assert not held.exists()

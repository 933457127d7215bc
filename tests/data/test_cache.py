"""The command that lists and removes snapshots."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

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

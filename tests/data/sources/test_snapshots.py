"""Snapshots: saved exactly, damage is noticed, no other file is changed."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError, OutputError, UnreachableError
from data.load import load_market
from data.sources import live, snapshots, yahoo
from data.sources.bars import IN_NEW_YORK, Bars, Listing
from data.sources.snapshots import Head, Snapshot, Store
from tests.data.helpers import age, fetch_in_a_process


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
        assert process.wait() == -signal.SIGKILL
    assert path.read_bytes() == before
    assert len(list(path.parent.glob(".writing-SPY*"))) == 1
    live.load(["IEF"], may_fall_back=False)  # also if nobody asks for SPY again
    assert list(path.parent.glob(".writing-*")) == []
    live.load(["SPY"], may_fall_back=False)
    assert path.read_bytes() != before


def test_what_a_living_process_writes_stays_and_goes_once_it_is_killed(tmp_path):
    store = Store(tmp_path)
    left = tmp_path / f".writing-{store.path('SPY').name}-0123abcd"
    script = (
        "import sys\nfrom filelock import FileLock\n"
        "lock = FileLock(sys.argv[1])\nlock.acquire()\nopen(sys.argv[2], 'w').close()\n"
        "print('writing', flush=True)\nsys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / f".{store.path('SPY').name}.lock", left],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "writing\n"
        with store.locked("IEF"):
            pass
        store.clear()
        assert left.exists()
        process.kill()
    with store.locked("IEF"):
        assert not left.exists()


@pytest.mark.parametrize(("ticker", "other"), [("SPY", "fred:DTB3"), ("fred:DTB3", "SPY")])
def test_a_ticker_never_has_a_series_nor_a_series_a_tickers_bars(web, ticker, other):
    live.load(["SPY"], may_fall_back=False)
    store = Store()
    before, wrong = store.path(ticker).read_bytes(), store.read(other)
    with pytest.raises(ValueError, match="its columns are"):
        store.write(ticker, "made", wrong.fetched, wrong.bars)
    assert store.path(ticker).read_bytes() == before
    # A file of the other kind, as one of another version, is damaged.
    head = Head(ticker, "made", wrong.fetched.isoformat(timespec="microseconds"), ())
    rows = store.path(other).read_bytes().partition(b"\n")[2]
    store.path(ticker).write_bytes(head.line(rows) + rows)
    assert store.read(ticker) is None


@pytest.mark.parametrize("ticker", ["fred:DTB3", "FRED:dtb3", " fred:DTB3", "fred:", "Fred:SPY"])
@pytest.mark.parametrize("may_fall_back", [True, False])
def test_a_series_by_its_name_in_the_cache_is_no_ticker(web, ticker, may_fall_back):
    live.load(["SPY"], may_fall_back=False)
    asked = len(web.asked)
    source = "auto" if may_fall_back else "yahoo"
    with pytest.raises(DataError, match="names a series of FRED, not something to hold; use a f"):
        load_market(source, ["SPY", ticker])
    assert len(web.asked) == asked


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
    assert "is not read (it is a pipe, save what it gives as a file); ignored" in store.warnings[0]


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
    path.write_bytes(path.read_bytes().replace(b'"SPY: stale', b'"SPY:', 1))
    assert Store().read("SPY") is None


# --- the file itself ------------------------------------------------------------------------

MOMENT = dt.datetime(2024, 1, 5, 6, 7, 8, tzinfo=dt.UTC)
YIELDS = pd.DataFrame(
    {"Value": [4.0, 4.1]}, pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="Date")
)
ROWS = b"Date,Value\n2024-01-02,4.0\n2024-01-03,4.1\n"


def sealed(rows: bytes = ROWS, **fields: object) -> bytes:
    """A file with a hash of its own, made without the code under test."""
    head = {
        "ticker": "fred:DGS2",
        "source": "FRED",
        "fetched": "2024-01-05T06:07:08.000000+00:00",
        "warnings": ["a \u2013 b"],
        **fields,
    }
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode() + b"\n" + rows).hexdigest()
    return json.dumps({**head, "sha256": digest}).encode() + b"\n" + rows


def test_a_file_is_byte_for_byte_what_it_always_was(tmp_path):
    store = Store(tmp_path)
    snapshot = store.write("fred:DGS2", "FRED", MOMENT, Bars(YIELDS, ("a \u2013 b",)))
    text = store.path("fred:DGS2").read_bytes()
    assert text == sealed()
    # By sha256sum, of the sorted header and the rows.
    assert snapshot.sha256 == "3715d8c895e6ad5f3dd622f0b08731fbe05fc52b94da2fd10329a23fc312b947"
    assert store.path("fred:DGS2").name == "fred%3ADGS2.snapshot.csv"


def test_what_was_written_reads_back(tmp_path):
    store = Store(tmp_path)
    store.path("fred:DGS2").write_bytes(sealed())
    snapshot = store.read("fred:DGS2")
    assert (snapshot.ticker, snapshot.source, snapshot.fetched) == ("fred:DGS2", "FRED", MOMENT)
    assert snapshot.bars.warnings == ("a \u2013 b",)
    pd.testing.assert_frame_equal(snapshot.bars.frame, YIELDS, check_index_type=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"more": 1},
        {"source": None},
        {"warnings": "a word"},
        {"warnings": [1]},
        {"fetched": 5},
        {"fetched": "2024-01-05T06:07:08"},
        {"fetched": "yesterday"},
        {"ticker": "SPY"},
    ],
)
def test_a_header_that_no_snapshot_has_is_not_read_even_with_a_good_hash(tmp_path, fields):
    store = Store(tmp_path)
    store.path("fred:DGS2").write_bytes(sealed(**fields))
    assert store.read("fred:DGS2") is None


# --- where a ticker is quoted -------------------------------------------------------------------

LONDON = Listing("GBp", "Europe/London")
BARS = b"Date,Close,Adj Close,Dividends,Stock Splits\n" + b"".join(
    f"2024-01-0{day},4.0,4.0,0.0,0.0\n".encode() for day in (2, 3)
)
FUND = {"ticker": "IDTL.L", "source": "Yahoo", "warnings": []}
QUOTED = {"quoted": "GBp", "zone": "Europe/London"}


def test_a_funds_currency_and_zone_stand_in_its_head_and_new_yorks_do_not(tmp_path):
    store = Store(tmp_path)
    frame = pd.DataFrame(
        {"Close": 4.0, "Adj Close": 4.0, "Dividends": 0.0, "Stock Splits": 0.0}, YIELDS.index
    )
    store.write("IDTL.L", "Yahoo", MOMENT, Bars(frame, (), LONDON))
    assert store.path("IDTL.L").read_bytes() == sealed(BARS, **FUND, listing=QUOTED)
    assert store.read("IDTL.L").bars.listing == LONDON
    store.write("SPY", "Yahoo", MOMENT, Bars(frame, ()))
    assert store.path("SPY").read_bytes() == sealed(BARS, **{**FUND, "ticker": "SPY"})
    assert store.read("SPY").bars.listing == IN_NEW_YORK


def test_a_snapshot_of_before_is_of_new_york(tmp_path):
    store = Store(tmp_path)
    store.path("SPY").write_bytes(sealed(BARS, **{**FUND, "ticker": "SPY"}))
    assert store.read("SPY").bars.listing == IN_NEW_YORK == Listing("USD", "America/New_York")


@pytest.mark.parametrize(
    "listing",
    [
        None,
        "GBp",
        ["GBp", "Europe/London"],
        {**QUOTED, "quoted": 5},
        {**QUOTED, "more": 1},
        {"quoted": "USD", "zone": "America/New_York"},  # which is never written
        {"quoted": "GBp"},
    ],
)
def test_a_listing_that_no_snapshot_has_is_not_read_even_with_a_good_hash(tmp_path, listing):
    store = Store(tmp_path)
    store.path("IDTL.L").write_bytes(sealed(BARS, **FUND, listing=listing))
    assert store.read("IDTL.L") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace(b"GBp", b"GBP", 1),
        lambda text: text.replace(b"GBp", b"USD", 1),
        lambda text: text.replace(b"Europe/London", b"Europe/Berlin", 1),
        lambda text: re.sub(rb', "listing": {[^}]*}', b"", text, count=1),
    ],
)
def test_a_damaged_listing_is_refused(tmp_path, damage):
    store = Store(tmp_path)
    good = sealed(BARS, **FUND, listing=QUOTED)
    assert damage(good) != good
    store.path("IDTL.L").write_bytes(damage(good))
    assert store.read("IDTL.L", mend=True) is None
    assert "IDTL.L: snapshot is damaged (its checksum does not match)" in store.warnings[0]


@pytest.mark.parametrize(
    "rows",
    [
        b"Date,Value\n2024-01-02,4.0\n",
        b"Date,Close\n2024-01-02,4.0\n2024-01-03,4.1\n",
        b"Date,Value\n2024-01-02,four\n2024-01-03,4.1\n",
        b"",
    ],
)
def test_rows_that_no_snapshot_has_are_not_read_even_with_a_good_hash(tmp_path, rows):
    store = Store(tmp_path)
    store.path("fred:DGS2").write_bytes(sealed(rows))
    assert store.read("fred:DGS2") is None


def test_each_part_of_a_header_is_in_its_hash():
    head = Head("SPY", "Yahoo", "2024-01-05", ("a",))
    others = [
        Head("IEF", "Yahoo", "2024-01-05", ("a",)),
        Head("SPY", "FRED", "2024-01-05", ("a",)),
        Head("SPY", "Yahoo", "2024-01-06", ("a",)),
        Head("SPY", "Yahoo", "2024-01-05", ()),
        Head("SPY", "Yahoo", "2024-01-05", ("a",), LONDON),
        Head("SPY", "Yahoo", "2024-01-05", ("a",), Listing("GBP", "Europe/London")),
        Head("SPY", "Yahoo", "2024-01-05", ("a",), Listing("GBp", "Europe/Berlin")),
    ]
    assert len({each.sha256(b"rows") for each in (head, *others)} | {head.sha256(b"row")}) == 9


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (dt.timedelta(0), True),
        (dt.timedelta(hours=23, minutes=59), True),
        (dt.timedelta(hours=24), False),
        (-dt.timedelta(seconds=1), False),  # the clock was set back
    ],
)
def test_a_snapshot_is_fresh_for_a_day(age, fresh):
    snapshot = Snapshot("SPY", "Yahoo", MOMENT, "", Bars(YIELDS, ()))
    assert snapshot.age(MOMENT + age) == age
    assert snapshot.fresh(MOMENT + age) is fresh


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    store = Store(tmp_path / "file")
    with pytest.raises(OutputError, match="cannot be written: .*; set HEDGE_DATA_DIR to a folder"):
        store.write("^IRX", "Yahoo", MOMENT, Bars(YIELDS, ()))


def test_who_waits_too_long_for_another_process_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "LOCK_SECONDS", 0.05)
    steps: list[str] = []

    def waiting(step: str) -> contextlib.AbstractContextManager[None]:
        steps.append(step)
        return contextlib.nullcontext()

    store = Store(tmp_path)
    with store.locked("SPY"):
        with pytest.raises(UnreachableError, match="SPY: another process has been fetching it"):  # noqa: SIM117
            with Store(tmp_path).locked("SPY", waiting):
                pass
        with Store(tmp_path).locked("IEF"):  # each ticker has a lock of its own
            pass
    assert steps == ["waiting for another process that fetches SPY"]

"""The cache of fetched series: one file a ticker with its whole history, verified when read.

A file's first line is JSON (ticker, source, fetch time, warnings, and the SHA-256 of these and
the rows), the rest a CSV of bars. A killed process leaves the old file or the new one
(:mod:`data.durable`). A file whose hash does not match is renamed, never used.

Tickers and series share the folder, not their names: a name that :func:`is_series` of
:mod:`data.treasuries.instruments` knows has one column of values and can be no ticker, and any
other has bars.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import io
import json
import os
import re
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pandas as pd

from data.command import Progress, silent
from data.durable import (
    NO_LOCKS,
    TEMPORARY,
    file_lock,
    lacks_locks,
    remove_left_behind,
    replacing,
)
from data.errors import OutputError, UnreachableError, UsageError, did_you_mean, in_short
from data.read_log import note_written
from data.regular import MOST_SNAPSHOT, NotReadError, read_regular
from data.sources.bars import COLUMNS, IN_NEW_YORK, Bars, Listing
from data.treasuries.instruments import is_series

FRESH = dt.timedelta(days=1)
LOCK_SECONDS = 20
SUFFIX = ".snapshot.csv"
DEFAULT_FOLDER = Path(__file__).parents[1] / "cache"
LEFT_BEHIND = re.compile(rf"{re.escape(TEMPORARY)}(.+{re.escape(SUFFIX)})-[0-9a-f]{{8}}")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One ticker's checked bars, and when they were fetched."""

    ticker: str
    source: str
    fetched: dt.datetime
    sha256: str
    bars: Bars

    def age(self, moment: dt.datetime) -> dt.timedelta:
        """Time since it was fetched; negative where the clock was set back."""
        return moment - self.fetched

    def fresh(self, moment: dt.datetime) -> bool:
        """Whether it was fetched within the last day (and not in the future)."""
        return is_fresh(self.fetched, moment)


@dataclass(frozen=True)
class Head:
    """First line of a snapshot's file: what its rows are and where they came from.

    ``fetched`` is a moment in ISO 8601, with its zone; ``listing`` stands there of tickers that
    are not quoted in New York's dollars.
    """

    ticker: str
    source: str
    fetched: str
    warnings: tuple[str, ...]
    listing: Listing = IN_NEW_YORK

    @property
    def text(self) -> str:
        """JSON of its fields; without the listing where that is the usual one."""
        fields = dataclasses.asdict(self)
        if self.listing == IN_NEW_YORK:
            del fields["listing"]
        return json.dumps(fields)

    def sha256(self, rows: bytes) -> str:
        """Hash this and the rows."""
        text = json.dumps(json.loads(self.text), sort_keys=True)
        return hashlib.sha256(text.encode() + b"\n" + rows).hexdigest()

    def line(self, rows: bytes) -> bytes:
        """Write it, its hash last."""
        fields = {**json.loads(self.text), "sha256": self.sha256(rows)}
        return json.dumps(fields, ensure_ascii=True).encode() + b"\n"


def is_fresh(fetched: dt.datetime, moment: dt.datetime) -> bool:
    """Whether a snapshot is used without asking its server: fetched in the day before a moment."""
    return dt.timedelta(0) <= moment - fetched < FRESH


def fetched_of(content: bytes) -> dt.datetime:
    """When a snapshot's file says that it was fetched, which is not verified here.

    Raises
    ------
    ValueError, KeyError
        If it is no snapshot.
    """
    return dt.datetime.fromisoformat(json.loads(content.partition(b"\n")[0])["fetched"])


class Store:
    """The folder of snapshots: ``$HEDGE_DATA_DIR``, else ``data/cache/``.

    Parameters
    ----------
    folder
        Another place, for tests.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(os.environ.get("HEDGE_DATA_DIR") or DEFAULT_FOLDER)
        self.warnings: list[str] = []

    def path(self, ticker: str) -> Path:
        """File of a ticker; the name is escaped so that it cannot point outside the folder."""
        return self.folder / f"{urllib.parse.quote(ticker, safe='').replace('.', '%2E')}{SUFFIX}"

    def read(self, ticker: str, *, mend: bool = False) -> Snapshot | None:
        """Read and verify a snapshot; None where there is none that verifies.

        Parameters
        ----------
        ticker
            The series.
        mend
            Rename a damaged file, with a warning; only while holding its lock.

        Raises
        ------
        OutputError
            If a damaged file cannot be renamed: it must not be overwritten.
        """
        path = self.path(ticker)
        try:
            text = read_regular(path, MOST_SNAPSHOT)
        except FileNotFoundError:
            return None
        except NotReadError as error:
            aside = "ignored"
            if mend and not path.is_dir():
                aside = self._set_aside(path)
            self.warnings.append(f"snapshot {path} is not read ({error.strerror}); {aside}")
            return None
        except OSError as error:
            self.warnings.append(f"snapshot {path} cannot be read ({error.strerror}); ignored")
            return None
        try:
            return _parse(ticker, text)
        except Exception as error:  # whatever a damaged disk can put into a file
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            if mend:
                aside = self._set_aside(path)
                self.warnings.append(f"{ticker}: snapshot is damaged ({reason}), {aside}")
            return None

    def write(self, ticker: str, source: str, fetched: dt.datetime, bars: Bars) -> Snapshot:
        """Save a ticker's bars, replacing its old snapshot in one step; under its lock.

        Raises
        ------
        OutputError
            If the folder cannot be written.
        """
        body = bars.frame.to_csv(date_format="%Y-%m-%d", lineterminator="\n").encode()
        moment = fetched.isoformat(timespec="microseconds")
        head = Head(ticker, source, moment, bars.warnings, bars.listing)
        text = head.line(body) + body
        snapshot = _parse(ticker, text)  # what could not be read back replaces nothing
        path = self.path(ticker)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_bytes(text)
        except OSError as error:
            raise OutputError(
                f"snapshot {path} cannot be written: {error.strerror or error}; "
                "set HEDGE_DATA_DIR to a folder that can"
            ) from error
        note_written(path, text)
        return snapshot

    @contextlib.contextmanager
    def locked(self, ticker: str, waiting: Progress = silent) -> Iterator[None]:
        """Hold a ticker's lock, so that no other process fetches it at the same time.

        Raises
        ------
        OutputError
            If the folder cannot be written.
        UnreachableError
            If another process holds on for too long.
        """
        from filelock import Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = file_lock(self._lock_of(self.path(ticker).name))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                with waiting(f"waiting for another process that fetches {ticker}"):
                    lock.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise UnreachableError(
                f"{ticker}: another process has been fetching it for {LOCK_SECONDS} seconds; "
                "end that process or try again later"
            ) from None
        except OSError as error:
            if error.errno in NO_LOCKS:
                raise OutputError(
                    f"the data folder {self.folder} {lacks_locks(error)}; set HEDGE_DATA_DIR to a "
                    "folder on another file system"
                ) from error
            raise OutputError(
                f"the data folder {self.folder} cannot be written: {error.strerror or error}; "
                "set HEDGE_DATA_DIR to a folder that can"
            ) from error
        try:
            remove_left_behind(self.path(ticker))
            self._remove_left_by_others()
            yield
        finally:
            lock.release()

    def _lock_of(self, name: str) -> Path:
        """The lock of a snapshot's file."""
        return self.folder / f".{name}.lock"

    def _remove_left_by_others(self) -> None:
        """Remove what killed processes left of any ticker, unless a process fetches it now.

        Who holds its lock may be writing; that of a ticker which nobody asks for again is free.
        """
        for left in self.folder.glob(f"{TEMPORARY}*"):
            name = LEFT_BEHIND.fullmatch(left.name)
            if name is None:
                continue
            lock = file_lock(self._lock_of(name[1]))
            with contextlib.suppress(OSError):  # filelock's Timeout is one as well
                lock.acquire(blocking=False)
                try:
                    left.unlink(missing_ok=True)
                finally:
                    lock.release()

    def tickers(self) -> list[str]:
        """Tickers that have a file, sorted."""
        named = (self._ticker_of(path) for path in self.folder.glob(f"*{SUFFIX}"))
        return sorted(ticker for ticker in named if ticker is not None)

    def _ticker_of(self, path: Path) -> str | None:
        """Ticker of a file; None if its name is not one that :meth:`path` makes."""
        ticker = urllib.parse.unquote(path.name.removesuffix(SUFFIX))
        try:
            return ticker if self.path(ticker) == path else None
        except UnicodeEncodeError:  # a name of undecodable bytes
            return None

    def clear(self, tickers: Sequence[str] = ()) -> int:
        """Remove snapshots with what was damaged of them, and nothing else; count them.

        A folder with the name of a snapshot was not made here: it stays, with a warning. What
        killed processes left goes as well.

        Parameters
        ----------
        tickers
            Those to remove; all where none is named.

        Raises
        ------
        UsageError
            If one that is named has no snapshot; then nothing is removed.
        """
        for ticker in tickers:
            if ticker not in self.tickers():
                raise UsageError(
                    f"--clear {in_short(ticker)}: {self.folder} has no snapshot of it"
                    f"{did_you_mean(ticker, self.tickers())}; python -m data.cache lists them"
                )
        wanted = [self.path(ticker) for ticker in dict.fromkeys(tickers)]
        count = 0
        for path in wanted or sorted(self.folder.glob(f"*{SUFFIX}")):
            if path.is_dir() and not path.is_symlink():
                self.warnings.append(f"{path} is a folder, not a snapshot; left as it is")
                continue
            ticker_of_it = self._ticker_of(path)
            with contextlib.nullcontext() if ticker_of_it is None else self.locked(ticker_of_it):
                path.unlink(missing_ok=True)
            count += 1
        self._remove_left_by_others()
        names = {path.name for path in wanted}
        for path in self.folder.glob(f"*{SUFFIX}.damaged-*"):
            is_wanted = not names or path.name.rpartition(".damaged-")[0] in names
            if is_wanted and (path.is_symlink() or not path.is_dir()):
                path.unlink(missing_ok=True)
        return count

    def _set_aside(self, path: Path) -> str:
        number = 1
        while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
            number += 1
        try:
            path.replace(aside)
        except OSError as error:
            raise OutputError(
                f"snapshot {path} is damaged and cannot be set aside ({error.strerror or error}); "
                "give access to its folder, or remove it"
            ) from error
        return f"set aside as {aside.name}"


def _read_head(ticker: str, line: bytes, rows: bytes) -> tuple[Head, str]:
    """Read a first line, and verify it and the rows by the hash in it.

    Raises
    ------
    ValueError
        If it is of another ticker, or if the line or the rows were changed.
    """
    fields = json.loads(line)
    str(fields).encode()  # refuse escapes of undecodable characters
    if fields["ticker"] != ticker:
        raise ValueError(f"it holds {fields['ticker']}")
    stated = fields.pop("sha256")
    damaged = ValueError("its checksum does not match")
    try:
        # Exactly these fields with these types: the hash covers all of them.
        head = msgspec.convert(fields, Head)
    except msgspec.ValidationError:
        raise damaged from None
    if fields != json.loads(head.text):
        raise damaged
    if head.sha256(rows) != stated:
        raise damaged
    return head, stated


def _parse(ticker: str, text: bytes) -> Snapshot:
    first, _, body = text.partition(b"\n")
    head, sha256 = _read_head(ticker, first, body)
    frame = pd.read_csv(io.BytesIO(body), index_col="Date", parse_dates=["Date"])
    if list(frame.columns) != (["Value"] if is_series(ticker) else COLUMNS):
        raise ValueError(f"its columns are {list(frame.columns)}")
    if len(frame) < 2:
        raise ValueError(f"it has {len(frame)} rows")
    frame.index = frame.index.as_unit("ns")
    fetched = dt.datetime.fromisoformat(head.fetched)
    if fetched.tzinfo is None:
        raise ValueError("its fetch time has no zone")
    bars = Bars(frame.astype(float), head.warnings, head.listing)
    return Snapshot(head.ticker, head.source, fetched, sha256, bars)

"""Of each run that was made here what it was made of, so that it can be answered with again.

The file's first line is its version and the SHA-256 of the rest, which is JSON. A damaged one, or
one of another version, counts as none: then every run is made anew. Else it is as trustworthy as
any file of the results folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backtests.report.files import FORMAT
from data.durable import locked, replacing
from data.errors import OutputError
from data.read_log import Reading, sha256_of
from data.records import to_json
from data.regular import MOST_JSON, read_regular

RECEIPTS = ".answers"
LAYOUT = 1  # raised whenever a receipt means something else
MOST_RECEIPTS = 200  # the newest; fewer where they are very long
MOST_READ = 1_000  # files of one run; of more there is no receipt


@dataclass(frozen=True)
class Receipt:
    """A run that was made: where it is, and all that a run of the same question depends on.

    Attributes
    ----------
    made
        When, ISO 8601 in UTC.
    folder
        Name of its folder.
    manifest
        SHA-256 of the folder's manifest, which has those of its other files.
    told
        What was said of the data, the first line without where they came from on that day.
    prices
        The snapshots among the files that are prices; their age is told. None of a file's.
    exchanges
        Calendars of the exchanges whose common sessions the rows are.
    judged
        Whether the run has a verdict; its folder may be one that was made with.
    unstressed
        Why it has no stress test; empty where it has, and where none was wanted.
    reading
        What it read.
    """

    made: str
    folder: str
    manifest: str
    told: tuple[str, ...]
    judged: bool
    unstressed: str = ""
    prices: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)


def read_receipts(out: Path) -> Mapping[str, Receipt]:
    """The receipts of a results folder by the hash of the question that a run answers.

    None where they cannot be used.
    """
    import msgspec

    try:
        head, _, body = read_regular(out / RECEIPTS, MOST_JSON).partition(b"\n")
        if head != _head(body):
            return {}
        return msgspec.json.decode(body, type=dict[str, Receipt])
    except (OSError, ValueError, RecursionError):
        return {}


def _head(body: bytes) -> bytes:
    return f"answers {LAYOUT} of format {FORMAT} {sha256_of(body)}".encode()


def keep_receipt(out: Path, question: str, receipt: Receipt) -> None:
    """Add a receipt; those of folders that are gone, and the oldest of too many, are left out.

    Raises
    ------
    OutputError
        If it cannot be written; the run itself is finished.
    """
    place = out / RECEIPTS
    read = receipt.reading
    if len(read.files) + len(read.folders) + len(read.tickers) > MOST_READ or not _is_text(receipt):
        return
    if place.is_dir() and not place.is_symlink():
        return  # not ours, and no file takes its place
    try:
        with locked(out):
            before = {name: old for name, old in read_receipts(out).items() if name != question}
            lasting = {**before, question: receipt}
            lasting = {
                name: entry for name, entry in lasting.items() if is_there(out, entry.folder)
            }
            newest = sorted(lasting, key=lambda name: lasting[name].made)[::-1]
            body = _body({name: lasting[name] for name in newest[:MOST_RECEIPTS]})
            with replacing(place) as temporary:
                temporary.write_bytes(_head(body) + b"\n" + body)
    except OSError as error:
        raise OutputError(
            f"{place} cannot be written: {error.strerror or error}; the run is finished, and will "
            "be made anew when it is asked for again"
        ) from error


def _body(receipts: Mapping[str, Receipt]) -> bytes:
    """Write receipts, the newest first, as far as there is room for them."""
    entries, room = [], MOST_JSON // 2
    for name, receipt in receipts.items():
        entry = f"{json.dumps(name)}: {json.dumps(to_json(receipt))}"
        if len(entry) < room:
            entries.append(entry)
            room -= len(entry) + len(", ")
    return f"{{{', '.join(entries)}}}\n".encode("ascii")


def _is_text(receipt: Receipt) -> bool:
    """Whether it can be read back: a path of undecodable bytes cannot."""
    try:
        json.dumps(to_json(receipt), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_there(out: Path, name: str) -> bool:
    """Whether a name is that of a folder in the results folder, and not of one elsewhere."""
    return name not in ("", ".", "..") and Path(name).name == name and (out / name).is_dir()

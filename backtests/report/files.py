"""Files of a results folder: their names and format, JSON as it is written, and file hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from data.records import Json, to_json
from data.regular import MOST_JSON, MOST_RESULT, open_regular, read_regular_text
from data.terminal import printable

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
VERDICT = "verdict.json"
WITHDRAWALS = "withdrawals.json"
CLAIMS = "claims.json"
STRESS, STRESS_TABLE = "stress.json", "stress.csv"
CONFIG = "run.toml"
FORMAT = 7  # of a results folder; raised when readers of older folders would go wrong


def read_json(path: Path) -> Mapping[str, Json]:
    """Read a JSON object back; ValueError for anything else, OSError for what is no such file."""
    content = json.loads(read_regular_text(path, MOST_JSON))
    # Refuses escapes of lone surrogates, which are no text, and NaN; without indents ten times as
    # quick.
    json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no object")  # noqa: TRY004 - as for broken JSON
    return content


def write_json(path: Path, content: object) -> None:
    """Write a record or plain values as indented JSON; NaN is refused, since JSON lacks it."""
    path.write_text(json_text(content), encoding="utf-8", newline="\n")


def holds_json(path: Path, content: object) -> bool:
    """Whether a file holds what :func:`write_json` would write."""
    try:
        return read_regular_text(path, MOST_JSON) == json_text(content)
    except (OSError, ValueError):
        return False


def json_text(content: object) -> str:
    """Indented JSON that a terminal can show: what does not print is escaped within its text."""
    text = _plain_json(content)
    text.encode()  # a lone surrogate is an error here, and would be a valid escape
    return printable(text, lambda sign: json.dumps(sign)[1:-1])


def _plain_json(content: object) -> str:
    return json.dumps(to_json(content), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def file_sha256(path: Path) -> str:
    """SHA-256 of the bytes of a file of a results folder."""
    with open_regular(path, MOST_RESULT) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

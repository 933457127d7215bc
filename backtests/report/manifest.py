"""Manifests as records: what each kind of results folder tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from immutabledict import immutabledict

from backtests.engine.config import ConfigTable
from backtests.report.files import FORMAT, MANIFEST, read_json
from data.errors import OutputError
from data.origin import Origin
from data.records import fields_of, freeze_mappings, from_json


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the manifest of every results folder holds.

    Attributes
    ----------
    created
        When it was written, ISO 8601 in UTC.
    kind
        ``run``, ``comparison`` or ``tuning``.
    format
        Of the folder; another number was written by another version of this program.
    files
        SHA-256 of every other file by name.
    title
        What it is about, for the index; empty for a run, whose summary says it.
    """

    kind: str
    created: str = ""
    format: int = FORMAT
    files: Mapping[str, str] = immutabledict()
    title: str = ""

    def __post_init__(self) -> None:
        """Keep mappings from being changed."""
        freeze_mappings(self)


@dataclass(frozen=True)
class SeriesOrigin:
    """Where one series of a run came from: source, meaning, first and last day, and its hash."""

    source: str
    sha256: str
    what: str | None = None
    first: str | None = None
    last: str | None = None
    fetched: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunManifest(Manifest):
    """Of a run: what determined it, and what was said of its data.

    Attributes
    ----------
    verdict
        The verdict's word; None for a run made without.
    strategy, config
        What was asked for.
    source, source_title, origin
        The data, and how they came to be used that day.
    remarks, notes
        What the screen said of them.
    data
        By series.
    versions
        Of Python, libraries and this project's commit.
    """

    kind: str = "run"
    verdict: str | None
    strategy: str
    config: ConfigTable
    source: str
    source_title: str
    origin: Origin
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    data: Mapping[str, SeriesOrigin]
    versions: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class ComparisonManifest(Manifest):
    """Of a comparison: the folders of the runs compared."""

    kind: str = "comparison"
    runs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SearchManifest(Manifest):
    """Of a search: what determined it.

    ``search`` identifies it in the log of trials; ``data`` is SHA-256 by series.
    """

    kind: str = "tuning"
    config: ConfigTable
    objective: str
    search: str
    notes: tuple[str, ...]
    data: Mapping[str, str]
    versions: Mapping[str, str | None]


def read_manifest(folder: Path) -> Manifest:
    """Read what every manifest holds, of this or an older version.

    Raises
    ------
    OutputError
        If it is missing or damaged.
    """
    path = folder / MANIFEST
    try:
        table = read_json(path)
        shared = {name: table[name] for name in fields_of(Manifest(kind="")) if name in table}
        return from_json(Manifest, {"kind": "run", "format": 0, **shared, "files": table["files"]})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise OutputError(
        f"{path} is missing or damaged; name the folder of a run, or run again to write it anew"
    )


def read_run_manifest(folder: Path) -> RunManifest:
    """Read the manifest of a run.

    Raises
    ------
    OutputError
        If it is missing or damaged, of no run, or of an older version.
    """
    manifest = read_whole_manifest(folder)
    if not isinstance(manifest, RunManifest):
        raise OutputError(f"{folder} is no run but a {manifest.kind}; name runs")
    return manifest


def read_whole_manifest(folder: Path) -> Manifest:
    """Read all that a manifest of this version holds, as the record of its kind.

    Raises
    ------
    OutputError
        If it is missing or damaged, or of another version.
    """
    manifest = read_manifest(folder)
    kind = KINDS.get(manifest.kind)
    if kind is None:
        raise OutputError(f"{folder} is no run but a {manifest.kind}; name runs")
    table = read_json(folder / MANIFEST)
    if manifest.format != FORMAT:
        strategy = table.get("strategy")
        command = f"python -m backtests.run {strategy if isinstance(strategy, str) else ''}"
        again = f"run it again with {command.rstrip()}" if kind is RunManifest else "make it again"
        raise OutputError(f"{folder} was written by another version of this program; {again}")
    try:
        return from_json(kind, table)
    except ValueError as error:
        raise OutputError(f"{folder / MANIFEST} is damaged ({error}); run it again") from error


KINDS: Mapping[str, type[Manifest]] = {
    "run": RunManifest,
    "comparison": ComparisonManifest,
    "tuning": SearchManifest,
}

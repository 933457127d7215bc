"""Manifests as records: what each kind of results folder says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from immutabledict import immutabledict

from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import Answer
from backtests.engine.config import ConfigTable
from backtests.engine.plan import PLAN
from backtests.report.files import CONFIG, FORMAT, MANIFEST, read_json
from backtests.report.glance import Glance
from data.errors import OutputError
from data.origin import Origin
from data.records import Json, fields_of, freeze_mappings, from_json


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The fields that the manifest of every results folder has.

    Attributes
    ----------
    created
        When it was written, ISO 8601 in UTC.
    kind
        ``run``, ``comparison``, ``tuning``, ``stress`` or ``claims``.
    format
        The folder's format number; another number means another version of this program.
    files
        SHA-256 of every other file by name.
    title
        A line for the index; empty for a run, whose glance has its name.
    finding
        What a comparison, a search, a stress test or a trial of the article came to, in a sentence;
        of a run, whose word says what it came to, that of its stress test. Empty without, and in a
        folder of before.
    """

    kind: str
    created: str = ""
    format: int = FORMAT
    files: Mapping[str, str] = immutabledict()
    title: str = ""
    finding: str = ""

    def __post_init__(self) -> None:
        """Keep mappings from being changed."""
        freeze_mappings(self)


@dataclass(frozen=True)
class SeriesOrigin:
    """Where a series of a run came from: source, hash, meaning, first and last day, fetch time.

    ``own_sha256`` is the hash of its own days alone, where a proxy stands before them.
    """

    source: str
    sha256: str
    what: str | None = None
    first: str | None = None
    last: str | None = None
    fetched: str | None = None
    own_sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunManifest(Manifest):
    """The manifest of a run: what determined it, and the notes about its data.

    Attributes
    ----------
    verdict
        The verdict's word; None for a run made without.
    payoff
        What decides it, of all months; None where they do not, and without a hedge.
    strategy, config
        The configuration.
    source, source_title, origin
        The data source, and why it was used that day.
    remarks, notes
        What the screen said about the data.
    age_days
        How many days before this was written the data ended.
    data
        Origin and hash by series.
    versions
        Of Python, libraries and this project's commit.
    glance
        What lists of runs show of it; None in a folder of before.
    which_hedge
        Whether to hedge the currency; None in dollars, without a hedge and in a folder of before.
    """

    kind: str = "run"
    verdict: str | None
    payoff: Estimate | None
    strategy: str
    config: ConfigTable
    source: str
    source_title: str
    origin: Origin
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    age_days: int
    data: Mapping[str, SeriesOrigin]
    versions: Mapping[str, str | None]
    glance: Glance | None = None
    which_hedge: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class ComparisonManifest(Manifest):
    """The manifest of a comparison: the folders of the compared runs, and their names in it."""

    kind: str = "comparison"
    runs: tuple[str, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SearchManifest(Manifest):
    """The manifest of a search: what determined it.

    ``search`` identifies it in the log of trials; ``age_days`` says how many days before this was
    written the data ended; ``data`` is SHA-256 by series.
    """

    kind: str = "tuning"
    config: ConfigTable
    objective: str
    search: str
    notes: tuple[str, ...]
    age_days: int
    data: Mapping[str, str]
    versions: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class StressManifest(Manifest):
    """The manifest of a stress test in a folder of its own: of what portfolio, on what data.

    ``config`` is the configuration of the run whose weights were tested; ``data`` is SHA-256 by
    series.
    """

    kind: str = "stress"
    config: ConfigTable
    source_title: str
    notes: tuple[str, ...]
    age_days: int
    data: Mapping[str, str]
    versions: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class ClaimsManifest(Manifest):
    """The manifest of a trial of the article: what its claims were tried on.

    Attributes
    ----------
    source
        The daily data that were asked for; ``bundled`` for the bundled months alone.
    notes
        What is to be known of the data.
    data
        SHA-256 by series.
    versions
        Of Python, libraries and this project's commit.
    """

    kind: str = "claims"
    source: str
    notes: tuple[str, ...] = ()
    data: Mapping[str, str]
    versions: Mapping[str, str | None]


def read_manifest(folder: Path) -> Manifest:
    """Read the fields that every manifest has, also of an older version.

    Raises
    ------
    OutputError
        If it is missing or damaged.
    """
    return _shared(folder, _table(folder))


def read_listed_manifest(folder: Path) -> Manifest:
    """Read what a list shows: the whole manifest, of another version what all have.

    Raises
    ------
    OutputError
        If it is missing or damaged.
    """
    table = _table(folder)
    kind = table.get("kind")
    if table.get("format") == FORMAT and isinstance(kind, str):
        return _of_this_version(folder, table, kind)
    return _shared(folder, table)


def read_run_manifest(folder: Path) -> RunManifest:
    """Read the manifest of a run.

    Raises
    ------
    OutputError
        If it is missing or damaged, not of a run, or of another version.
    """
    table = _table(folder)
    shared = _shared(folder, table)
    manifest = _whole(folder, table, shared) if shared.kind == "run" else shared
    if not isinstance(manifest, RunManifest):
        raise OutputError(f"{folder} is no run but a {shared.kind}; name runs")
    return manifest


def read_whole_manifest(folder: Path) -> Manifest:
    """Read all fields of a manifest of this version, as the record of its kind.

    Raises
    ------
    OutputError
        If it is missing or damaged, or of another version.
    """
    table = _table(folder)
    return _whole(folder, table, _shared(folder, table))


def _whole(folder: Path, table: Mapping[str, Json], shared: Manifest) -> Manifest:
    if shared.format != FORMAT:
        raise OutputError(
            f"{folder} was written by another version of this program; run it again"
            f"{_command(folder, table)}"
        )
    return _of_this_version(folder, table, shared.kind)


def _of_this_version(folder: Path, table: Mapping[str, Json], kind: str) -> Manifest:
    try:
        config = table.get("config")
        if isinstance(config, Mapping):
            table = {**table, "config": {**ADDED_TO_CONFIG, **config}}
        glance = table.get("glance")
        if isinstance(glance, Mapping):
            table = {**table, "glance": {**ADDED_TO_GLANCE, **glance}}
        return from_json(KINDS[kind], {**ADDED.get(kind, {}), **table})
    except (ValueError, KeyError) as error:
        raise OutputError(f"{folder / MANIFEST} is damaged ({error}); run it again") from error


def _table(folder: Path) -> Mapping[str, Json]:
    path = folder / MANIFEST
    try:
        return read_json(path)
    except (OSError, ValueError, RecursionError):
        raise _unreadable(path) from None


def _shared(folder: Path, table: Mapping[str, Json]) -> Manifest:
    """The fields that every kind has; older versions had no kind, format or title."""
    older = {"kind": "run", "format": 0, "created": "", "title": "", "finding": ""}
    shared = {name: table[name] for name in fields_of(Manifest(kind="")) if name in table}
    try:
        return from_json(Manifest, {**older, **shared})
    except ValueError:
        raise _unreadable(folder / MANIFEST) from None


def _unreadable(path: Path) -> OutputError:
    return OutputError(
        f"{path} is missing or damaged; name the folder of a run, or run again to replace it"
    )


def _command(folder: Path, table: Mapping[str, Json]) -> str:
    """The command that repeats a run of another version, with its configuration if it is there."""
    if (folder / CONFIG).is_file():
        return f" with python -m backtests.run --config {folder / CONFIG}"
    strategy = table.get("strategy")
    return f" with python -m backtests.run {strategy}" if isinstance(strategy, str) else ""


KINDS: Mapping[str, type[Manifest]] = {
    "run": RunManifest,
    "comparison": ComparisonManifest,
    "tuning": SearchManifest,
    "stress": StressManifest,
    "claims": ClaimsManifest,
}
# Fields that folders of this format may lack: they were written before there were any.
ADDED: Mapping[str, Mapping[str, Json]] = {
    "run": {"finding": "", "glance": None, "which_hedge": None},
    "comparison": {"finding": ""},
    "tuning": {"finding": ""},
}
ADDED_TO_GLANCE: Mapping[str, Json] = {"ruined": ""}
ADDED_TO_CONFIG: Mapping[str, Json] = {"withholding": None, "real": None, **dict.fromkeys(PLAN)}

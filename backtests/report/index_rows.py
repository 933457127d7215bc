"""What the list of results reads of each folder."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import Answer
from backtests.engine.roles import Roles
from backtests.engine.summary import Summary
from backtests.report.files import FORMAT, MANIFEST, SUMMARY, file_sha256, read_json
from backtests.report.glance import Glance, glance_of
from backtests.report.manifest import (
    Manifest,
    RunManifest,
    SearchManifest,
    read_listed_manifest,
)
from backtests.report.pages import pages_in
from backtests.report.plan_words import plan_terms
from backtests.report.text import money, money_in
from backtests.report.withholding import withheld_terms
from data.currency.currencies import DOLLAR
from data.durable import TEMPORARY
from data.errors import OutputError
from data.records import fields_of, from_json
from data.regular import MOST_TABLE, read_regular

EQUITY = "equity.csv"
# Time of change, time of its entry, size and number of the files that a row is made of.
Stamp = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ListedRun:
    """A run as the list shows it.

    Attributes
    ----------
    folder, created
        Its folder's name, and when it was written, ISO 8601.
    pages
        Files of its pages, in order.
    strategy
        Empty for a run of another version of this program.
    glance
        None for a run of another version.
    word, payoff
        As in its manifest.
    choices
        What else was chosen, in words and a fixed order; empty texts for what was not.
    currency
        Code of the currency that its figures are in; empty for dollars.
    which_hedge
        Whether to hedge that currency, as in its manifest.
    stress
        What its stress test came to; empty where there is none.
    """

    folder: str
    created: str
    pages: tuple[str, ...]
    strategy: str = ""
    glance: Glance | None = None
    word: str | None = None
    payoff: Estimate | None = None
    choices: tuple[str, ...] = ()
    currency: str = ""
    which_hedge: Answer | None = None
    stress: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedOther:
    """What is no run as the list shows it: its folder, pages, of what, what it found.

    ``kind`` is that of its manifest: a comparison, a search, a stress test, a trial of the article.
    ``of_run`` says that it is a page among those of a run, whose row leads to it.
    """

    folder: str
    created: str
    pages: tuple[str, ...]
    title: str
    finding: str
    strategy: str = ""
    kind: str = ""
    of_run: bool = False


Listed = ListedRun | ListedOther


def result_folders(out: Path) -> Iterator[tuple[str, Stamp]]:
    """Names of the folders with a manifest, in order, and what tells when one has changed."""
    with os.scandir(out) as entries:
        names = sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(TEMPORARY) and ".replaced-" not in entry.name
        )
    for name in names:
        stamp = stamp_of(os.path.join(out, name, MANIFEST))
        if stamp:
            yield name, stamp + stamp_of(os.path.join(out, name, SUMMARY))


def stamp_of(path: str) -> Stamp:
    """What changes whenever a file does, but within one tick of the clock; empty without a file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def read_listed(folder: Path) -> Listed:
    """What the list shows of a folder.

    Raises
    ------
    OutputError, OSError, ValueError
        If it is damaged.
    """
    manifest = read_listed_manifest(folder)
    if SUMMARY not in manifest.files:
        return _other(folder, manifest)
    pages = _pages(manifest)
    run = ListedRun(folder=folder.name, created=manifest.created, pages=pages)
    if manifest.format != FORMAT:
        return run  # its pages can still be opened; its numbers are in another format
    if not isinstance(manifest, RunManifest):
        raise OutputError(
            f"{folder} has a summary and is no run but a {manifest.kind}; run it again"
        )
    config = manifest.config
    return replace(
        run,
        strategy=manifest.strategy,
        glance=_glance(folder, manifest),
        word=manifest.verdict,
        currency=config.currency or "",
        payoff=manifest.payoff,
        which_hedge=manifest.which_hedge,
        stress=manifest.finding,
        choices=(
            f"hedge {config.hedge}" if config.hedge else "",
            f"equity {config.equity}" if config.equity else "",
            f"against {config.benchmark}" if config.benchmark else "",
            f"from {money(config.initial, config.currency or DOLLAR)}",
            {None: "", True: "extended by proxies", False: "without proxies"}[config.extend],
            f"price only: {config.price_only}" if config.price_only else "",
            withheld_terms(config.withholding),
            plan_terms(
                fields_of(config), money_in(config.currency or DOLLAR), is_real=bool(config.real)
            ),
            "real" if config.real else "",
        ),
    )


def _other(folder: Path, manifest: Manifest) -> ListedOther:
    return ListedOther(
        folder=folder.name,
        created=manifest.created,
        pages=_pages(manifest),
        title=manifest.title,
        finding=manifest.finding,
        strategy=manifest.config.strategy if isinstance(manifest, SearchManifest) else "",
        kind=manifest.kind,
    )


def _pages(manifest: Manifest) -> tuple[str, ...]:
    return tuple(page.file for page in pages_in(manifest.files))


def _glance(folder: Path, manifest: RunManifest) -> Glance:
    """Of the manifest; worked out of the other files where it was written before there was one."""
    if manifest.glance is not None:
        if file_sha256(folder / SUMMARY) != manifest.files[SUMMARY]:
            raise OutputError(f"{folder / SUMMARY} is damaged; run again to replace it")
        return manifest.glance
    summary = from_json(Summary, read_json(folder / SUMMARY))
    config = manifest.config
    roles = Roles(
        *(tuple(text.split(",")) if text else () for text in (config.hedge, config.equity))
    )
    return glance_of(summary, _values(folder), roles)


def _values(folder: Path) -> list[float]:
    """The portfolio's values of an older run; none where they cannot be read."""
    try:
        lines = read_regular(folder / EQUITY, MOST_TABLE).decode().splitlines()
        column = lines[0].split(",").index("strategy")
        return [float(line.split(",")[column]) for line in itertools.islice(lines, 1, None)]
    except (OSError, ValueError, IndexError):
        return []

"""The list of pages that a results folder can have.

The index, the screen and the comparison link to these; ``run_folder.py`` writes them.
"""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from backtests.report.text import capital


@dataclass(frozen=True)
class Page:
    """One page: its file, what a link to it says, and whether a run or another folder has it."""

    file: str
    word: str
    of_run: bool


@dataclass(frozen=True)
class Crumb:
    """One step of the way to a page; without an address it is where the reader is."""

    word: str
    address: str = ""


@dataclass(frozen=True)
class Trail:
    """The way to a page: what it belongs to, and the pages beside it."""

    above: tuple[Crumb, ...]
    beside: tuple[Crumb, ...] = ()


VERDICT = Page("verdict.html", "verdict", of_run=True)
WHICH_HEDGE = Page("which-hedge.html", "which hedge", of_run=True)
TEARSHEET = Page("tearsheet.html", "tear sheet", of_run=True)
WITHDRAWALS = Page("withdrawals.html", "withdrawals", of_run=True)
STRESS = Page("stress.html", "stress", of_run=True)
OVERVIEW = Page("index.html", "open", of_run=False)
CLAIMS = Page("claims.html", "the article on trial", of_run=False)
PAGES = (VERDICT, WHICH_HEDGE, STRESS, WITHDRAWALS, TEARSHEET, OVERVIEW, CLAIMS)


def pages_in(files: Container[str]) -> list[Page]:
    """The pages among the files of a folder, in order."""
    return [page for page in PAGES if page.file in files]


def pages_of_run(folder: Path) -> list[Page]:
    """The pages that a run's folder holds, in order."""
    return [page for page in PAGES if page.of_run and (folder / page.file).is_file()]


def address_of(page: Page, folder: Path, place: Path) -> str:
    """Address of a folder's page, relative to the folder of the page that links to it."""
    try:
        return Path(os.path.relpath(folder / page.file, place)).as_posix()
    except ValueError:  # Windows: no relative path leads from one drive to another
        return (folder / page.file).resolve().as_uri()


ALL_RESULTS = "All results"
RESULTS = Crumb(ALL_RESULTS, "../index.html")
STRESS_OF = "Stress of "  # begins the title of a stress test in a folder of its own
TRIAL = capital(CLAIMS.word)
TRIAL_ON = f"{TRIAL}: "  # begins the title of a trial, on its data
CLAIMS_ANCHOR = "claims"  # on the list of results: the newest trial, or the command that makes one


def trail_of_run(label: str, here: Page, pages: Sequence[Page]) -> Trail:
    """The way to a page of a run, which has these pages."""
    beside = (Crumb(capital(page.word), "" if page is here else page.file) for page in pages)
    trial = Crumb(TRIAL, f"{RESULTS.address}#{CLAIMS_ANCHOR}")
    return Trail((RESULTS, Crumb(label)), (*beside, Crumb("Files", "#files"), trial))


def trail_of(title: str) -> Trail:
    """The way to the page of a comparison or a search."""
    return Trail((RESULTS, Crumb(title)))

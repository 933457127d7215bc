"""A run that was made before and would come out the same: answered from its folder, at once.

Whoever asks for a run asks a question: a configuration, what is to be written, this program and the
machine that it runs on. Under the hash of all that a receipt lies in the results folder
(:mod:`backtests.report.receipts`). It is used only where nothing can have changed: every file that
the run read is read again and compared, every file of its folder is verified, snapshots of prices
are still those that a new run would take, and what ``--strict`` asks for holds today. If any of
that fails, or cannot be told, the run is made anew. What depends on the time is said anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from backtests import BEGAN_NS
from backtests.analysis.record import Verdict
from backtests.engine.config import RunConfig
from backtests.engine.run import Run
from backtests.engine.summary import Summary
from backtests.report.console import Switched
from backtests.report.files import MANIFEST, SUMMARY, VERDICT, json_text, read_json
from backtests.report.finished_run import ADDED
from backtests.report.folder import require_intact
from backtests.report.manifest import RunManifest, read_run_manifest
from backtests.report.pages import TEARSHEET
from backtests.report.pages import VERDICT as VERDICT_PAGE
from backtests.report.pages import WITHDRAWALS as WITHDRAWALS_PAGE
from backtests.report.program import Sources, sources, surroundings
from backtests.report.receipts import Receipt, is_there, keep_receipt, read_receipts
from backtests.report.verdict.document import read_verdict
from data.origin import How, Origin
from data.read_log import ReadLog, sha256_of
from data.records import from_json
from data.regular import MOST_JSON, MOST_TABLE, read_regular
from data.sources.snapshots import Store, is_fresh
from data.strictness import Strictness, require_strict
from data.unchanged import is_unchanged, snapshots_of

SWITCHES = "switches.csv"
# Sources that changed so shortly before this process began may be others than those it loaded.
SETTLED_NS = 2_500_000_000


@dataclass(frozen=True)
class Question:
    """What a command asks for.

    Attributes
    ----------
    key
        SHA-256 of everything that its answer depends on beside the data.
    config
        The run that is wanted.
    sources
        This program's sources, as they were when it was asked.
    pages
        Files of the pages that are wanted.
    standalone
        Whether they have to hold all that they need.
    """

    key: str
    config: RunConfig
    sources: Sources
    pages: tuple[str, ...]
    standalone: bool


@dataclass(frozen=True, eq=False)
class Earlier:
    """A run that was made before, as far as it is shown.

    Attributes
    ----------
    folder
        Where it is, verified.
    made
        When it was made, ISO 8601 in UTC.
    told
        What a run says of its data, a line each, as of now.
    summary, verdict, sleeve, stress
        As of a run.
    """

    folder: Path
    made: str
    told: tuple[str, ...]
    summary: Summary
    verdict: Verdict | None
    sleeve: Switched | None
    stress: str | None

    @property
    def note(self) -> str:
        """What is to be known of an answer that was not worked out just now."""
        moment = f"{dt.datetime.fromisoformat(self.made):%Y-%m-%d %H:%M}"
        return (
            f"answered from the run of {moment} UTC: nothing that it was made of has changed "
            "since; --again makes it anew"
        )


def question_of(
    config: RunConfig,
    *,
    with_verdict: bool,
    with_tearsheet: bool,
    standalone: bool,
    withdrawals: float | None,
) -> Question | None:
    """Put everything that decides an answer into one hash.

    None where that cannot be done: a rule of the user's own may read or ask whatever it likes.
    """
    if not config.make_strategy().is_built_in():
        return None
    try:
        here, around = sources(), surroundings(os.environ, sys.path)
    except OSError:
        return None
    decides = {
        "config": config.as_dict(),
        "wanted": [with_verdict, with_tearsheet, standalone, withdrawals],
        "sources": here.sha256,
        "around": around,
    }
    pages = [TEARSHEET.file] * with_tearsheet + [VERDICT_PAGE.file] * with_verdict
    pages += [WITHDRAWALS_PAGE.file] * (withdrawals is not None)
    key = hashlib.sha256(json.dumps(decides).encode()).hexdigest()
    return Question(key, config, here, tuple(pages), standalone)


def earlier_answer(
    question: Question | None, out: Path, strictness: Strictness | None
) -> Earlier | None:
    """The run that answers a question, if one was made and a new one would be the same."""
    if question is None:
        return None
    receipt = read_receipts(out).get(question.key)
    if receipt is None or not is_there(out, receipt.folder):
        return None
    try:
        return _verified(question.config, receipt, out, strictness)
    except Exception:  # whatever stands in a damaged file: what cannot be verified is made anew
        return None


def _verified(
    config: RunConfig, receipt: Receipt, out: Path, strictness: Strictness | None
) -> Earlier | None:
    moment = dt.datetime.now(dt.UTC)
    if moment < dt.datetime.fromisoformat(receipt.made) or not is_unchanged(receipt.reading):
        return None  # before it was made, by a clock that was set back, there may be less data
    snapshots = snapshots_of(receipt.reading)
    if not all(is_fresh(fetched, moment) for fetched in snapshots.values()):
        return None  # a run would fetch
    folder = out / receipt.folder
    if sha256_of(read_regular(folder / MANIFEST, MOST_JSON)) != receipt.manifest:
        return None
    manifest = read_run_manifest(folder)
    require_intact(folder, manifest.files)
    summary = from_json(Summary, {**ADDED, **read_json(folder / SUMMARY)})
    if strictness is not None:
        ppy, places = summary.periods_per_year, receipt.exchanges
        require_strict(strictness, summary.data, summary.source, ppy, config.end, places=places)
    fetched = [snapshots[path] for path in receipt.prices]
    return Earlier(
        folder=folder,
        made=receipt.made,
        told=_as_of_now(receipt.told, fetched, moment),
        summary=summary,
        verdict=read_verdict(read_json(folder / VERDICT)) if receipt.judged else None,
        sleeve=_sleeve(folder, manifest),
        stress=receipt.unstressed or None,
    )


def _as_of_now(
    told: Sequence[str], fetched: Sequence[dt.datetime], moment: dt.datetime
) -> tuple[str, ...]:
    """The lines about the data, the first with how old the prices are by now."""
    first, *others = told
    if fetched:
        oldest = min(fetched)
        first += Origin(How.KEPT, f"{oldest:%Y-%m-%d}", moment - oldest).bracketed
    return (first, *others)


@dataclass(frozen=True, eq=False)
class _Sleeve:
    switches: pd.DataFrame


def _sleeve(folder: Path, manifest: RunManifest) -> Switched | None:
    """The switches of a duration rule; None of another."""
    if SWITCHES not in manifest.files:
        return None
    content = io.BytesIO(read_regular(folder / SWITCHES, MOST_TABLE))
    return _Sleeve(pd.read_csv(content, parse_dates=["date"], date_format="%Y-%m-%d"))


def remember(
    question: Question | None,
    out: Path,
    run: Run,
    folder: Path,
    log: ReadLog,
    told: Sequence[str],
) -> None:
    """Keep a receipt of a run that was just made, unless what it was made of cannot be told.

    Parameters
    ----------
    question
        What was asked before it was made.
    out, folder
        Where results are, and where this is.
    run
        The run.
    log
        What it read.
    told
        What was said of its data.

    Raises
    ------
    OutputError
        If the receipt cannot be written; the run is finished.
    """
    reading = log.reading()
    if question is None or reading is None or not _is_settled(question.sources):
        return
    first, *others = told
    where_from = run.market.origin
    if not first.endswith(where_from.bracketed):
        return
    prices: tuple[str, ...] = ()
    if where_from.how in (How.FETCHED, How.KEPT):
        store = Store()
        used = [*question.config.make_strategy().tickers, run.summary.benchmark.ticker]
        prices = tuple(os.path.abspath(store.path(ticker)) for ticker in dict.fromkeys(used))
        if not set(prices) <= reading.files.keys():
            return
    try:
        manifest = read_regular(folder / MANIFEST, MOST_JSON)
        is_answer = _is_answer(question, run, folder, manifest)
    except OSError:
        is_answer = False
    if not is_answer:  # another process has just replaced it
        return
    receipt = Receipt(
        made=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        folder=folder.name,
        manifest=sha256_of(manifest),
        told=(first.removesuffix(where_from.bracketed), *others),
        judged=run.verdict is not None,
        unstressed=run.stress if isinstance(run.stress, str) else "",
        prices=prices,
        exchanges=run.market.exchanges,
        reading=reading,
    )
    keep_receipt(out, question.key, receipt)


def _is_answer(question: Question, run: Run, folder: Path, manifest: bytes) -> bool:
    """Whether a folder has the numbers of a run and all pages that were asked for."""
    from backtests.report.page import stands_alone

    files = json.loads(manifest)["files"]
    if files.get(SUMMARY) != sha256_of(json_text(run.summary).encode()):
        return False
    if not set(question.pages) <= files.keys():
        return False
    page = VERDICT_PAGE.file
    return not (question.standalone and page in question.pages) or stands_alone(folder / page)


def _is_settled(asked: Sources) -> bool:
    """Whether this process can only have loaded the sources that it hashed."""
    try:
        now = sources()
    except OSError:
        return False
    return now == asked and now.changed_ns < BEGAN_NS - SETTLED_NS

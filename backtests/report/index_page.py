"""The page that lists results: what each run holds, whether it hedges, what comparisons found."""

from __future__ import annotations

import itertools
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from backtests.analysis.evidence import Word
from backtests.report.glance import TOP
from backtests.report.index_rows import ListedOther, ListedRun
from backtests.report.intervals import Interval, Whisker, whiskers
from backtests.report.page import render_page
from backtests.report.pages import (
    ALL_RESULTS,
    STRESS,
    STRESS_OF,
    TRIAL,
    TRIAL_ON,
    Crumb,
    Page,
    Trail,
    pages_in,
)
from backtests.report.text import HEDGES, percent
from backtests.report.verdict.evidence import WORDS
from backtests.report.verdict.payoffs import DEPENDS, interval_text, signed_text
from backtests.report.which_hedge.words import CHIPS

HEADS = ("Run", HEDGES, "Payoff", "Growth a year", "Deepest fall", "Period", "Written (UTC)")
OTHER_HEADS = ("Comparison or search", "What it found", "Written (UTC)")
# Questions with a door and a page of their own: kind of the manifest, which is their place on the
# page too, their title, the command that answers them, and how titles of answers begin.
QUESTIONS = (
    ("stress", "Stress at today's yields", "python -m backtests.stress hedge_mix", STRESS_OF),
    ("claims", TRIAL, "python -m backtests.claims", TRIAL_ON),
)
MOST_BEFORE = 5  # earlier answers that a question shows; the others are folded
ASKED = frozenset(kind for kind, *_ in QUESTIONS)
UNJUDGED, OLDER = "not judged", "of another version"
RUN_AGAIN = "written by another version: run it again"
SAID: Mapping[str, str] = {str(word): text for word, text in WORDS.items()}
SAME: Word = "same as bills"
SAME_AS_CASH = "the same as cash"  # in another currency, whatever its cash is
# In the order in which the headline counts them.
COUNTED = (*(WORDS[word] for word in ("works", "it depends", "it depended", SAME)),
           SAME_AS_CASH, *(WORDS[word] for word in ("unclear", "fails", "no hedge")),
           UNJUDGED, OLDER)  # fmt: skip
TONES = {"works": "good", "fails": "bad"}


@dataclass(frozen=True)
class Figure:
    """A number in a cell: its text, and what it sorts by; empty where there is none."""

    text: str = "-"
    sort: float | str = ""


@dataclass(frozen=True)
class Curve:
    """A small line of growth: its path, one unit from point to point, and how wide that is."""

    path: str
    width: int


@dataclass(frozen=True)
class RunRow:
    """A run as the page shows it.

    Attributes
    ----------
    name, address
        What it holds, and its first page; no address without one.
    others
        Its other pages: address and word.
    told
        What a rule holds at its end, whether to hedge its currency, and what tells it from runs of
        the same name.
    word, tone
        Whether it hedges, and how a page colours that.
    interval, whisker
        Of the payoff: in words, and drawn.
    """

    name: str
    address: str
    others: tuple[tuple[str, str], ...]
    folder: str
    told: str
    word: str
    tone: str
    payoff: Figure
    interval: str
    whisker: Whisker | None
    curve: Curve | None
    growth: Figure
    deepest: Figure
    start: str
    end: str
    rows: str
    written: str


@dataclass(frozen=True)
class OtherRow:
    """A comparison or a search as the page shows it."""

    name: str
    address: str
    folder: str
    finding: str
    strategy: str
    written: str


@dataclass(frozen=True)
class Question:
    """A question of its own door, which the page always names.

    Attributes
    ----------
    anchor, title
        Its place on the page, and what it is called.
    command
        What answers it, where nothing has yet.
    newest
        Its newest answer; None where there is none.
    older, oldest
        Those before, newest first: shown, and folded. A page of a run is not among them, since the
        row of the run leads to it.
    """

    anchor: str
    title: str
    command: str
    newest: OtherRow | None
    older: tuple[OtherRow, ...]
    oldest: tuple[OtherRow, ...] = ()


@dataclass(frozen=True)
class Group:
    """The runs of a strategy, newest first; what it does in a line, empty for an own rule."""

    strategy: str
    title: str
    what: str
    rows: list[RunRow]


def write_index(
    path: Path, listed: Sequence[ListedRun | ListedOther], damaged: Sequence[str]
) -> None:
    """Write the page.

    Parameters
    ----------
    path
        Where to.
    listed
        The results, newest first.
    damaged
        Names of folders that cannot be read.
    """
    runs = [row for row in listed if isinstance(row, ListedRun)]
    others = [row for row in listed if isinstance(row, ListedOther)]
    answers = [*others, *_stressed(runs)]
    answers.sort(key=lambda row: row.created, reverse=True)
    questions = [_question(*asked, answers) for asked in QUESTIONS]
    others = [row for row in others if row.kind not in ASKED]
    groups = _groups(runs)
    render_page(
        "index.html",
        path,
        trail=Trail((Crumb(ALL_RESULTS),)),
        headline=headline(runs, len(others), is_asked=any(each.newest for each in questions)),
        questions=questions,
        heads=HEADS,
        other_heads=OTHER_HEADS,
        others=[_other_row(row) for row in others],
        groups=groups,
        is_abroad=any(run.currency for run in runs),
        words=sorted({row.word for group in groups for row in group.rows}, key=_rank),
        count=len(runs) + len(others),
        damaged=damaged,
    )


def headline(runs: Sequence[ListedRun], others: int, *, is_asked: bool = False) -> str:
    """How many runs there are and what came of them; without runs how many others.

    ``is_asked`` says that a question of its own door has an answer.
    """
    if not runs and not others:
        return "No runs" if is_asked else "No results"
    if not runs:
        return f"{_count(others, 'comparison or search', 'comparisons and searches')}, no runs"
    counts = Counter(_word(run) for run in runs)
    told = ", ".join(f"{word} in {counts[word]:,}" for word in sorted(counts, key=_rank))
    if len(runs) == 1:
        told = _word(runs[0])
    return f"{_count(len(runs), 'run', 'runs')}: {told}"


def _count(number: int, single: str, many: str) -> str:
    return f"{number:,} {single if number == 1 else many}"


def _rank(word: str) -> tuple[int, str]:
    """Where a word stands in the headline; what no verdict says comes last."""
    return (COUNTED.index(word) if word in COUNTED else len(COUNTED), word)


def _word(run: ListedRun) -> str:
    if run.glance is None:
        return OLDER
    if run.word is None:
        return UNJUDGED
    return SAME_AS_CASH if run.currency and run.word == SAME else SAID.get(run.word, run.word)


def _groups(runs: Sequence[ListedRun]) -> list[Group]:
    """Runs by strategy; the strategy of the newest run first, those of other versions last."""
    by_strategy: dict[str, list[ListedRun]] = defaultdict(list)
    for run in runs:
        by_strategy[run.strategy].append(run)
    older = by_strategy.pop("", [])
    differing = _differing(runs)
    drawn = iter(
        whiskers([None if run.payoff is None else Interval.of(run.payoff) for run in runs])
    )
    marks = {run.folder: mark for run, mark in zip(runs, drawn, strict=True)}
    groups = [(strategy, strategy, what_of(strategy), own) for strategy, own in by_strategy.items()]
    if older:
        groups.append(("", f"Runs {OLDER}", "", older))
    return [
        Group(
            strategy,
            title,
            what,
            [_run_row(run, differing.get(run.folder, ""), marks[run.folder]) for run in own],
        )
        for strategy, title, what, own in groups
    ]


def what_of(strategy: str) -> str:
    """What a built-in strategy does, in a line; empty for an own one, whose file is not run."""
    from strategies.registry import STRATEGIES, strategy_class

    return strategy_class(strategy).summary() if strategy in STRATEGIES else ""


def _differing(runs: Sequence[ListedRun]) -> dict[str, str]:
    """By folder, what tells a run from others of its strategy and name: costs, data, settings."""
    alike: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for run in runs:
        if run.glance is not None:
            choices = (run.glance.costs, run.glance.source, *run.choices)
            alike[run.strategy, run.glance.name].append((run.folder, choices))
    told = {}
    for same in alike.values():
        columns = zip(*(choices for _, choices in same), strict=True)
        varies = [len(set(column)) > 1 for column in columns]
        for folder, choices in same:
            told[folder] = " · ".join(filter(None, itertools.compress(choices, varies)))
    return told


def _run_row(run: ListedRun, differing: str, whisker: Whisker | None) -> RunRow:
    glance, word = run.glance, _word(run)
    address, others = _links(run.folder, pages_in(run.pages))
    written = run.created[:16].replace("T", " ")
    if glance is None:
        return RunRow(run.folder, address, others, "", RUN_AGAIN, word, "", Figure(), "", None,
                      None, Figure(), Figure(), "", "", "", written)  # fmt: skip
    held = f"held at the end: {glance.held}" if glance.held else ""
    ruin = f"the money ran out on {glance.ruined}" if glance.ruined else ""
    answer = "" if run.which_hedge is None else CHIPS[run.which_hedge].lower()
    asked = f"hedge the currency? {answer}" if answer else ""
    payoff = run.payoff
    return RunRow(
        name=glance.name,
        address=address,
        others=others,
        folder=run.folder,
        told=" · ".join(filter(None, (ruin, glance.settings, held, asked, differing))),
        word=word,
        tone=TONES.get(run.word or "", ""),
        payoff=Figure("by state" if run.word in DEPENDS else "-")
        if payoff is None or payoff.value is None
        else Figure(signed_text(payoff), payoff.value),
        interval="" if payoff is None else interval_text(payoff),
        whisker=whisker,
        curve=curve(glance.curve),
        growth=Figure(f"{percent(glance.total)} in all")
        if glance.growth is None
        else Figure(percent(glance.growth), glance.growth),
        deepest=Figure(percent(glance.deepest), glance.deepest),
        start=glance.start,
        end=glance.end,
        rows="daily" if glance.daily else "monthly",
        written=written,
    )


def _links(folder: str, pages: Sequence[Page]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Where the name leads, and the other pages with their words."""
    # A name need not be text.
    addresses = [(quote(os.fsencode(f"{folder}/{page.file}")), page.word) for page in pages]
    return (addresses[0][0], tuple(addresses[1:])) if addresses else ("", ())


def _question(
    kind: str, title: str, command: str, begins: str, listed: Sequence[ListedOther]
) -> Question:
    """A question with its answers among what is listed, newest first."""
    answers = [
        replace(row, title=row.title.removeprefix(begins)) for row in listed if row.kind == kind
    ]
    rows = [_other_row(row) for row in answers[:1]]
    rows += [_other_row(row) for row in answers[1:] if not row.of_run]
    shown = 1 + MOST_BEFORE
    newest = rows[0] if rows else None
    return Question(kind, title, command, newest, tuple(rows[1:shown]), tuple(rows[shown:]))


def _stressed(runs: Sequence[ListedRun]) -> list[ListedOther]:
    """The stress tests that stand among the pages of runs."""
    return [
        ListedOther(
            folder=run.folder,
            created=run.created,
            pages=(STRESS.file,),
            title=f"page of the run {run.glance.name}",
            finding=run.stress,
            kind="stress",
            of_run=True,
        )
        for run in runs
        if STRESS.file in run.pages and run.glance is not None
    ]


def _other_row(row: ListedOther) -> OtherRow:
    address, _ = _links(row.folder, pages_in(row.pages))
    written = row.created[:16].replace("T", " ")
    name = row.title or row.folder
    return OtherRow(name, address, row.folder, row.finding, row.strategy, written)


def curve(heights: Sequence[int]) -> Curve | None:
    """The path of a small line through heights of 0 to 100; None of fewer than two."""
    if len(heights) < 2:
        return None
    down = [TOP - min(max(height, 0), TOP) for height in heights]
    steps = " ".join(f"1{after - before:+d}" for before, after in itertools.pairwise(down))
    return Curve(f"M0 {down[0]}l{steps.replace('+', ' ')}", len(heights) - 1)

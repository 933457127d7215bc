"""Tables of the page of claims: one row a claim, and the figures of each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from backtests.analysis.claims import JUDGEMENTS, Claim, ClaimTable, Measure, Trial
from backtests.report.claims.words import (
    ARTICLE_DATE,
    NO_SAMPLE,
    NOT_KNOWN,
    TONES,
    abridged,
    begun,
    deciding,
    interval_of,
    interval_text,
    is_forecast,
    is_known,
    leading,
    number_text,
    sample_text,
    unit_text,
    value_text,
    window_text,
)
from backtests.report.intervals import Whisker, whiskers
from backtests.report.page import Cell, Grid

HEADS = ("Claim", "Judgement", "Deciding figure", "Tried on", f"After {ARTICLE_DATE}")
FIGURE_HEADS = ("Figure", "Value", "Interval", "n", "Window")
MOST_FIGURES = 2  # of a forecast in its row, of others one; the section has them all
WIDE = 5  # columns: a table with more is set narrower
MOST_WORDS = 150  # characters of a text in a row; the section has all of it
NO_FIGURE = "no figure decides it"
NO_AFTER = "No figures of the time since."


@dataclass(frozen=True)
class RowFigure:
    """A figure in a claim's row: itself, what it is, its interval with n, and its window."""

    value: str
    what: str
    small: str
    window: str
    whisker: Whisker | None = None


@dataclass(frozen=True)
class ClaimLine:
    """A claim in the list of all.

    Attributes
    ----------
    number, title
        As of the claim.
    word, tone, rank
        What came of it, how a page colours that, and what it sorts by.
    figures
        The first that decide; without any that decide none.
    more
        How many others decide.
    is_forecast
        Whether what decides came after the article.
    why_none
        Why no figure stands there; empty where one does.
    data, window
        What it is tried on, and the window of the first figure.
    after, after_words, is_after_unknown
        The first figures since the article, but for those that decide, the same in words, and
        whether there are no figures.
    """

    number: int
    title: str
    word: str
    tone: str
    rank: int
    figures: tuple[RowFigure, ...]
    more: int
    is_forecast: bool
    why_none: str
    data: str
    window: str
    after: tuple[RowFigure, ...]
    after_words: str
    is_after_unknown: bool


def claim_lines(trial: Trial) -> list[ClaimLine]:
    """One line for each claim; each interval is drawn on a scale of its own."""
    firsts = [deciding(claim)[:1] for claim in trial.claims]
    drawn = whiskers(
        [
            interval_of(first[0], str(claim.number)) if first else None
            for claim, first in zip(trial.claims, firsts, strict=True)
        ]
    )
    return [_line(claim, mark) for claim, mark in zip(trial.claims, drawn, strict=True)]


def _line(claim: Claim, mark: Whisker | None) -> ClaimLine:
    figures = deciding(claim)
    # What decided a forecast came after: it is not shown twice where words can tell of it.
    is_told = is_forecast(claim) and bool(claim.after_words)
    after = [] if is_told else leading(claim.after)[: 1 if claim.after_words else MOST_FIGURES]
    most = MOST_FIGURES if is_forecast(claim) else 1
    marks = itertools.chain([mark], itertools.repeat(None))
    return ClaimLine(
        number=claim.number,
        title=claim.title,
        word=claim.judgement,
        tone=TONES[claim.judgement],
        rank=JUDGEMENTS.index(claim.judgement),
        figures=tuple(map(row_figure, figures[:most], marks)),
        more=max(0, len(figures) - most),
        is_forecast=is_forecast(claim),
        why_none="" if figures else begun(abridged(claim.missing or NO_FIGURE, MOST_WORDS)),
        data=begun(abridged(claim.data, MOST_WORDS)),
        window=window_text(figures[0]) if figures else "",
        after=tuple(map(row_figure, after)),
        after_words=abridged(claim.after_words or ("" if after else NO_AFTER), MOST_WORDS),
        is_after_unknown=not claim.after,
    )


def row_figure(measure: Measure, mark: Whisker | None = None) -> RowFigure:
    """A figure with what stands around it."""
    lacks = "" if is_known(measure) else NOT_KNOWN
    told = interval_text(measure)
    ranged = f"{told} ({measure.interval})" if told and measure.interval else told
    parts = (lacks, ranged, sample_text(measure))
    return RowFigure(
        value=value_text(measure),
        what=begun(measure.what),
        small=", ".join(filter(None, parts)),
        window=window_text(measure),
        whisker=mark,
    )


def measures_grid(measures: Sequence[Measure], caption: str) -> Grid:
    """Figures of a claim, those that decide first: value, interval, n and window of each."""
    rows = []
    for measure in leading(measures):
        decides = "decides" if measure.decides else ""
        told = interval_text(measure)
        lacks = "" if is_known(measure) else NOT_KNOWN
        rows.append(
            [
                Cell(begun(measure.what), small=decides),
                Cell(value_text(measure), _sort(measure.value), lacks, "best" * measure.decides),
                Cell(told, _sort(measure.low), measure.interval, interval=interval_of(measure))
                if told
                else Cell("-", ""),
                Cell(sample_text(measure).removeprefix("n ") or "-", _sort(measure.n)),
                Cell(window_text(measure) or "-"),
            ]
        )  # fmt: skip
    has_dash = any(measure.n is None or not interval_text(measure) for measure in measures)
    return Grid(
        list(FIGURE_HEADS),
        rows,
        caption=f"{caption}. {NO_SAMPLE}." if has_dash else caption,
        kind="figures",
    )


def claim_grid(table: ClaimTable) -> Grid:
    """A claim's own table; units stand below the heads, or in them."""
    notes = [
        "" if not unit_text(unit) or unit_text(unit) in head else unit_text(unit)
        for head, unit in zip(table.heads, table.units, strict=True)
    ]
    rows = [
        [
            Cell(row.name),
            *(
                Cell(number_text(value, unit), _sort(value))
                for value, unit in zip(row.values, table.units, strict=True)
            ),
        ]
        for row in table.rows
    ]
    return Grid(
        [table.first_head, *table.heads],
        rows,
        caption=_caption(table),
        wide=len(table.heads) >= WIDE,
        head_notes=["", *notes],
    )


def _caption(table: ClaimTable) -> str:
    """What the table is, and what its dashes mean where it does not say so itself."""
    has_dash = any(None in row.values for row in table.rows)
    if not has_dash or "dash" in table.caption:
        return table.caption
    return f"{table.caption.rstrip('.')}. A dash: not known."


def _sort(value: float | None) -> float | str:
    return "" if value is None or not math.isfinite(value) else value

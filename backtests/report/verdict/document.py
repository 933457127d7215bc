"""``verdict.json``: a verdict with the run it is of and its sentences, as plain values and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backtests.analysis.record import Verdict
from backtests.engine.costs import Costs
from backtests.engine.summary import Summary
from backtests.report.verdict.words import Sentences, sentences
from data.records import Json, fields_of, freeze_mappings, from_json
from strategies.base import Params


@dataclass(frozen=True)
class Described:
    """The run that a verdict is of, in the terms of its summary."""

    strategy: str
    params: Params
    source: str
    source_title: str
    start: str
    end: str
    costs: Costs
    periods_per_year: int

    def __post_init__(self) -> None:
        """Keep parameters from being changed."""
        freeze_mappings(self)


# What a verdict of this format may lack: it was written before there was any.
ADDED: Mapping[str, Json] = {"luck": None, "own_money": {}}


@dataclass(frozen=True)
class Document(Verdict):
    """A verdict as its file holds it."""

    run: Described | None = None
    sentences: Sentences | None = None


def document(verdict: Verdict, summary: Summary) -> Document:
    """Put together what the file holds."""
    run = Described(
        strategy=summary.strategy,
        params=summary.params,
        source=summary.source,
        source_title=summary.source_title,
        start=summary.start,
        end=summary.end,
        costs=summary.costs,
        periods_per_year=summary.periods_per_year,
    )
    return Document(**fields_of(verdict), run=run, sentences=sentences(verdict))


def read_verdict(content: Json) -> Verdict:
    """Read a verdict back from the file's plain values.

    Raises
    ------
    ValueError
        Naming what is missing, too much or of another type.
    """
    given = content if isinstance(content, Mapping) else {}
    return from_json(Document, {**ADDED, **given})

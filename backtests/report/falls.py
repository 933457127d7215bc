"""A fall of equity in words: what it is called, and what the hedge did in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from backtests.analysis.record import Crisis
from backtests.analysis.ways import FallByWay
from backtests.report.currency import BILLS
from backtests.report.lettering import fit
from backtests.report.text import difference, percent

Outcome = Literal["worked", "lost", "less"]


def outcomes_of(cash: str) -> dict[Outcome, str]:
    """What outcomes are called beside cash of some name.

    Bars of the last are hollow, so that they differ without colour.
    """
    return {"worked": f"beat {cash}", "lost": "lost money", "less": f"no gain over {cash}"}


OUTCOMES = outcomes_of(BILLS.name)


def name_of_fall(fall: Crisis | FallByWay) -> str:
    """What a fall is called; one that is on no list by its year."""
    return fit(called(fall.name, fall.start, detected=fall.detected))


def called(name: str, start: str, *, detected: bool) -> str:
    """What a fall of some name and first day is called, where there is room."""
    return f"Fall of {start[:4]}" if detected else name


def outcome_of(fall: Crisis) -> Outcome:
    """What the hedge did in a fall, as the table of falls says it."""
    if fall.beat_bills:
        return "worked"
    return "lost" if fall.hedge is not None and fall.hedge < 0.0 else "less"


def beaten(falls: Sequence[Crisis]) -> str:
    """In how many of some falls the hedge earned more than bills: ``6 of 9``."""
    return f"{sum(fall.beat_bills for fall in falls)} of {len(falls)}"


def told(fall: Crisis, cash: str = BILLS.name) -> str:
    """A fall in words, beside cash of some name."""
    return (
        f"{name_of_fall(fall)}, {fall.start} to {fall.end}: {difference(100 * fall.added)} points; "
        f"equity {percent(fall.equity)}, the hedge {percent(fall.hedge)}, {cash} "
        f"{percent(fall.cash)}: {outcomes_of(cash)[outcome_of(fall)]}"
    )

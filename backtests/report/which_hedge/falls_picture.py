"""The picture that the page opens with: what each way made in each fall of equity, a row a fall.

A dot a way. Its colour is what is held, equity, Treasuries or cash; it is hollow where the dollar
is open, and full where it is hedged or there is none. A line joins unhedged and hedged. An SVG of
ours, so that it needs no script, in the widths of :mod:`backtests.report.hero_drawing`.
"""

from __future__ import annotations

from collections.abc import Sequence

from backtests.analysis.record import Tickers
from backtests.analysis.ways import FallByWay, WayKey, Ways
from backtests.report.dot_rows import DotRow, Mark, dot_rows
from backtests.report.falls import name_of_fall
from backtests.report.hero import Hero
from backtests.report.hero_drawing import ON_PAGE, Drawing, Shape
from backtests.report.text import basis, percent, typeset
from backtests.report.which_hedge.words import by_key, dated_name, judged_falls, names_of

EQUITY = Mark("--equity", is_full=True)
MARKS: dict[WayKey, Mark] = {
    "home_cash": Mark("--bills", is_full=True),
    "hedged": Mark("--treasuries", is_full=True),
    "dollar_bills": Mark("--bills", is_full=False),
    "unhedged": Mark("--treasuries", is_full=False),
}  # in the order in which they are drawn: a ring over a full dot is seen, a ring below is not


def falls_picture(
    ways: Ways, tickers: Tickers, title: str, *, daily: bool, shapes: Sequence[Shape] = ON_PAGE
) -> Hero | None:
    """The picture for a page; None where equity did not fall while the hedge had a price.

    Parameters
    ----------
    ways, tickers
        What is shown.
    title
        What was found.
    daily
        Whether the run's rows are days.
    shapes
        Widths, of which a page shows one.
    """
    falls = judged_falls(ways)
    if not falls:
        return None
    names = names_of(ways, tickers)
    return Hero(
        title=title,
        subtitle=(
            f"Total return in each fall of equity, in {ways.currency}, {basis(daily=daily)}. Full: "
            "no open dollar. Hollow: the dollar is open. The line is what hedging changed."
        ),
        note="",
        told="; ".join(_told(fall, ways, names) for fall in falls),
        drawings=tuple(_drawing(ways, falls, names, shape) for shape in shapes),
        on_page=True,
    )


def _told(fall: FallByWay, ways: Ways, names: dict[WayKey, str]) -> str:
    made = by_key(ways, fall)
    each = ", ".join(f"{name} {percent(made[key])}" for key, name in names.items())
    return (
        f"{name_of_fall(fall)}, {fall.start} to {fall.end}: equity {percent(fall.equity)}, {each}"
    )


def _drawing(
    ways: Ways, falls: Sequence[FallByWay], names: dict[WayKey, str], shape: Shape
) -> Drawing:
    legend = [
        (EQUITY, "100 % equity"),
        *((MARKS[key], names[key]) for key in ("unhedged", "hedged", "dollar_bills", "home_cash")),
    ]
    return dot_rows([_row(ways, fall) for fall in falls], legend, shape)


def _row(ways: Ways, fall: FallByWay) -> DotRow:
    made = by_key(ways, fall)
    dots = [(mark, made[key]) for key, mark in MARKS.items()]
    unhedged, hedged = (made[key] or 0.0 for key in ("unhedged", "hedged"))
    return DotRow(
        typeset(dated_name(fall)),
        ((EQUITY, fall.equity), *((mark, value) for mark, value in dots if value is not None)),
        (unhedged, hedged, "--treasuries"),
    )

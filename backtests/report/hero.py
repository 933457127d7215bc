"""The picture that a verdict opens with: what the hedge added in each fall of equity, by time.

An SVG of ours, so that it needs no script. Below it, on the same scale of time, two strips: the
sign of the stock-bond correlation, and whether consumer prices rose by less than the line of
:mod:`backtests.analysis.indicators`. It is worked out as records, in the units of a view box, in
several widths of which a page shows one, and written by a template.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backtests.analysis.evidence import StateName
from backtests.analysis.indicators import DIVISIONS, INFLATION_LINE
from backtests.analysis.record import Crisis, Verdict
from backtests.analysis.series import Path
from backtests.report.charts import last_day
from backtests.report.currency import cash_words, prices_name
from backtests.report.falls import beaten, name_of_fall, told
from backtests.report.hero_drawing import (
    IN_NOTEBOOK,
    ON_PAGE,
    Drawing,
    Scene,
    Shape,
    Strip,
    drawing,
    ordinal,
)
from backtests.report.lettering import fit
from backtests.report.page import environment
from backtests.report.style import EITHER
from backtests.report.text import basis, capital, hedge_name, hedge_words, percent, two_digits
from backtests.report.verdict.evidence import has_prices, in_dollars, pair_of
from data.currency.currencies import counted_in


@dataclass(frozen=True)
class Hero:
    """The picture with its words.

    Attributes
    ----------
    title, subtitle
        What was found, and what is shown.
    note
        Falls that the title does not count or that have no bar; empty without any.
    told
        Every fall in words, for readers who cannot see it.
    drawings
        The same in several widths.
    on_page
        Whether a style sheet of ours is there, which has the colours and shows one width.
    """

    title: str
    subtitle: str
    note: str
    told: str
    drawings: tuple[Drawing, ...]
    on_page: bool

    def colour(self, role: str) -> str:
        """A role as the picture's place knows it."""
        return f"var({role})" if self.on_page else EITHER[role]

    def render(self) -> str:
        """The picture as a ``<figure>`` that is HTML and XML alike; every text is escaped."""
        return fit(environment().get_template("hero.html").render(hero=self))


def hero_figure(
    verdict: Verdict, *, hedge_weight: float | None = None, shapes: Sequence[Shape] = ON_PAGE
) -> Hero | None:
    """The picture for a page, whose style sheet has its colours; see :func:`hero_picture`."""
    return _hero(verdict, hedge_weight, shapes, on_page=True)


def hero_picture(verdict: Verdict, *, hedge_weight: float | None = None) -> Hero | None:
    """The picture for a notebook, readable on white and dark without a style sheet.

    Parameters
    ----------
    verdict
        What is shown.
    hedge_weight
        Weight of the hedge, a fraction, where it is the same throughout.

    Returns
    -------
    Hero or None
        None without a hedge, and where equity did not fall while there was one.
    """
    return _hero(verdict, hedge_weight, (IN_NOTEBOOK,), on_page=False)


def _hero(
    verdict: Verdict, hedge_weight: float | None, shapes: Sequence[Shape], *, on_page: bool
) -> Hero | None:
    every = [crisis for crisis in verdict.crises if crisis.equity < 0.0]
    falls = sorted(
        (fall for fall in every if fall.hedge is not None), key=lambda fall: (fall.start, fall.end)
    )
    if not verdict.holds_hedge or not falls:
        return None
    scene = Scene(falls, _span(verdict, falls), _strips(verdict), cash_words(verdict.investor).name)
    return Hero(
        title=_finding(verdict, falls),
        subtitle=_definition(verdict, hedge_weight),
        note=_note(verdict, falls, [fall for fall in every if fall.hedge is None]),
        told="; ".join(told(fall, scene.cash) for fall in falls),
        drawings=tuple(drawing(scene, shape) for shape in shapes),
        on_page=on_page,
    )


# Words


def _finding(verdict: Verdict, falls: Sequence[Crisis]) -> str:
    """In how many falls the hedge beat bills, by the state in which they began."""
    hedge, cash = capital(hedge_words(verdict.tickers.hedge)), cash_words(verdict.investor).whole
    correlation = f"{pair_of(verdict.evidence)} correlation"
    states: tuple[StateName, ...] = ("negative", "positive")
    groups = {
        state: group
        for state in states
        if (group := [fall for fall in falls if fall.state == state])
    }
    if len(falls) == 1:
        verb = "beat" if falls[0].beat_bills else "did not beat"
        after = f", after {falls[0].state} {correlation}" if falls[0].state else ""
        return f"{hedge} {verb} {cash} in the only fall of equity{after}"
    if not groups:
        return f"{hedge} beat {cash} in {beaten(falls)} falls of equity"
    if (years := _years_alone(verdict)) is not None:
        return _by_years(f"{hedge} beat {cash}", falls, *years)
    (first, group), *others = groups.items()
    lead = f"{hedge} beat {cash} in {beaten(group)} fall{'' if len(group) == 1 else 's'}"
    parts = [f"{lead} after {first} {correlation}"]
    parts += [f"in {beaten(group)} after {state}" for state, group in others]
    return ", and ".join(parts)


def _years_alone(verdict: Verdict) -> tuple[str, str] | None:
    """First and last year of the episode that the headline names; None where it names none."""
    if verdict.word != "it depended" or verdict.evidence is None:
        return None
    episodes = [state.rests_on for state in verdict.evidence.states if state.rests_on is not None]
    return (episodes[0].first[:4], episodes[0].last[:4]) if len(episodes) == 1 else None


def _by_years(beat: str, falls: Sequence[Crisis], first: str, last: str) -> str:
    """In how many falls it beat bills that began in some years, and in how many others."""
    inside = [fall for fall in falls if first <= fall.start[:4] <= last]
    outside = [fall for fall in falls if fall not in inside]
    told = f"{beat} in {beaten(inside)} falls that began from {first} to {last}"
    return f"{told}, and in {beaten(outside)} others" if outside else told


def _definition(verdict: Verdict, hedge_weight: float | None) -> str:
    hedge, cash = hedge_name(verdict.tickers.hedge), cash_words(verdict.investor).name
    if hedge_weight is None:
        what = f"{hedge} added to the portfolio over {cash} at the same equity weight"
    else:
        held = f"{round(100 * hedge_weight, 1):g} % in {hedge}"
        what = f"{held} added to the portfolio over {cash}"
    rows = basis(daily=verdict.series.drawdown.daily)
    counted = "" if verdict.investor is None else f", in {counted_in(verdict.investor.currency)}"
    return (
        f"Percentage points that {what}, in each fall of equity; a bar is as wide as the fall was "
        f"long, its colour tells what the hedge alone did; from {rows}{counted}."
    )


def _note(verdict: Verdict, falls: Sequence[Crisis], early: Sequence[Crisis]) -> str:
    """Which falls the title does not count, and which have no bar."""
    name = capital(hedge_words(verdict.tickers.hedge))
    parts = [f"Negative correlation: {name} tended to rise when equity fell{in_dollars(verdict)}."]
    cash = cash_words(verdict.investor).name
    stateless = [fall for fall in falls if fall.state is None]
    if 0 < len(stateless) < len(falls) and _years_alone(verdict) is None:
        parts.append(
            f"Counted on neither side: {_named(stateless)}, before any {pair_of(verdict.evidence)} "
            f"correlation was known (the hedge beat {cash} in {beaten(stateless)})."
        )
    if early:
        parts.append(f"Without a bar: {_named(early)}, before the hedge's first day.")
    return " ".join(parts)


def _named(falls: Sequence[Crisis]) -> str:
    """Up to three falls by name, more by their number."""
    return f"{len(falls)} falls" if len(falls) > 3 else ", ".join(map(name_of_fall, falls))


def _span(verdict: Verdict, falls: Sequence[Crisis]) -> tuple[int, int]:
    """First and last day of the run, as far as the record tells, and of the falls."""
    months, rows = verdict.series.months, verdict.series.drawdown.dates
    days = [*map(last_day, months[:1] + months[-1:]), *rows[:1], *rows[-1:]]
    days += [day for fall in falls for day in (fall.start, fall.end)]
    return ordinal(min(days)), ordinal(max(days))


def _strips(verdict: Verdict) -> list[Strip]:
    series, last = verdict.series, (verdict.series.months or ("9999-12",))[-1]
    trailing, inflation = series.correlation, series.inflation
    prices = _strip(
        f"{prices_name(verdict.investor)} over a year",
        DIVISIONS["inflation"].states,
        (inflation.months, inflation.values, last),
        INFLATION_LINE,
        percent,
    )
    return [
        _strip(
            f"{trailing.window_months}-month {pair_of(verdict.evidence)} correlation",
            DIVISIONS["correlation"].states,
            (trailing.months, trailing.values, last),
            0.0,
            lambda value: two_digits(value, "+"),
        ),
        *([prices] if has_prices(verdict) else []),
    ]


def _strip(
    name: str,
    states: tuple[str, str],
    figures: tuple[tuple[str, ...], Path, str],
    line: float,
    show: Callable[[float], str],
) -> Strip:
    months, values, last = figures
    there = {
        month: value
        for month, value in zip(months, values, strict=True)
        if value is not None and month <= last
    }
    is_first = {month: value < line for month, value in there.items()}
    today = ("none in this period", "none")
    if there:
        month = max(there)
        figure, state = show(there[month]), states[0 if is_first[month] else 1]
        today = (f"{figure}, {state} ({month})", f"{figure} ({month})")
    return Strip(name, states, is_first, today)

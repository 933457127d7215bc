"""The charts of the verdict's page."""

from __future__ import annotations

from backtests.analysis.record import FourPaths, Path, Verdict
from backtests.report.charts import Line, growth_axis, heat_map, spans, time_chart
from backtests.report.figures import Axis, Figure, Hover, Margin, bars, chart, dots
from backtests.report.verdict.tables import shown_keys
from backtests.report.verdict.words import NAMES

COLOURS = {"portfolio": "--c1", "equity": "--c2", "bills": "--c3", "matched": "--c4"}
DASHES = {"matched": "dot"}


def figures(verdict: Verdict) -> list[Figure]:
    """Every chart that has something to show, in the order of the page."""
    of_the_hedge = (months_chart(verdict), correlation_chart(verdict))
    every = (
        growth_chart(verdict),
        falls_chart(verdict),
        *(of_the_hedge if verdict.holds_hedge else ()),
        entries_chart(verdict),
        *((holding_chart(verdict),) if verdict.holds_hedge else ()),
    )
    return [figure for figure in every if not figure.is_empty]


def _lines(verdict: Verdict, paths: FourPaths, own_width: float, other_width: float) -> list[Line]:
    lines: list[Line] = []
    for key in shown_keys(verdict):
        width = own_width if key == "portfolio" else other_width
        values: Path = getattr(paths, key)
        lines.append(Line(NAMES[key], values, COLOURS[key], DASHES.get(key, "solid"), width))
    return lines


def growth_lines(verdict: Verdict) -> list[Line]:
    """Growth of the portfolio and of its references at the ends of the series' months."""
    return _lines(verdict, verdict.series.growth, 2.2, 1.4)


def growth_chart(verdict: Verdict) -> Figure:
    """Growth of the portfolio and of its references at month-ends, logarithmic."""
    lines = growth_lines(verdict)
    return time_chart(
        "growth",
        verdict.series.months,
        lines,
        caption="Growth of 1, month-ends, after costs, logarithmic.",
        alt="Growth of the portfolio and of its references, logarithmic scale",
        y=growth_axis(lines),
        height=380,
    )


def falls_chart(verdict: Verdict) -> Figure:
    """Drawdowns at month-ends."""
    return time_chart(
        "falls",
        verdict.series.months,
        _lines(verdict, verdict.series.drawdown, 2.0, 1.2),
        caption="Loss from the highest month-end so far.",
        alt="Drawdowns of the portfolio and of its references",
        y=Axis("drawdown"),
        percent=True,
        height=260,
    )


def months_chart(verdict: Verdict) -> Figure:
    """The hedge's return against equity's, a dot a month, equity's worst tenth highlighted."""
    pairs = [
        (month, equity, hedge)
        for month, equity, hedge in zip(
            verdict.series.months[1:],
            verdict.series.returns.equity,
            verdict.series.returns.hedge,
            strict=True,
        )
        if equity is not None
    ]
    worst_first = sorted(pairs, key=lambda pair: pair[1])
    worst = -(-len(pairs) // 10)
    groups = (
        ("Other months", worst_first[worst:], "--c3", 5, 0.5),
        ("Equity's worst decile", worst_first[:worst], "--c6", 7, 0.95),
    )
    template = "%{text}: equity %{x:.2%}, hedge %{y:.2%}"
    traces = [
        dots(
            name,
            [equity for _, equity, _ in group],
            [hedge for *_, hedge in group],
            Hover([month for month, *_ in group], template),
            colour=colour,
            size=size,
            opacity=opacity,
        )
        for name, group, colour, size, opacity in groups
    ]
    return chart(
        "months",
        traces,
        x=Axis("Equity, month", format=".0%"),
        y=Axis("Hedge, month", format=".0%"),
        legend=-0.2,
        caption="Each dot is a month: a hedge that works lies above zero on the left.",
        alt="Monthly return of the hedge against that of equity; equity's worst tenth of months is "
        "highlighted",
        height=360,
    )


def correlation_chart(verdict: Verdict) -> Figure:
    """Trailing stock-bond correlation, its sign shaded."""
    trailing = verdict.series.correlation
    bond = "the hedge" if verdict.evidence is None else verdict.evidence.correlation_of
    negative = [value is not None and value < 0 for value in trailing.values]
    bands = spans(trailing.months, negative, "--band-low")
    positive = [value is not None and value >= 0 for value in trailing.values]
    bands += spans(trailing.months, positive, "--band-high")
    return time_chart(
        "correlation",
        trailing.months,
        [Line("Correlation", trailing.values, "--c1")],
        caption=f"Correlation of equity and {bond} over the {trailing.window_months} months to the "
        "end of each month, the data before the run's start included. Its sign is the state of the "
        "next month. Blue: negative. Orange: positive.",
        alt=f"Trailing correlation of equity and {bond}, its sign shaded",
        y=Axis(limits=(-1, 1)),
        bands=bands,
        height=260,
    )


def entries_chart(verdict: Verdict) -> Figure:
    """Return of three years held, by the month of entry; empty in a brief verdict."""
    held = verdict.holding_three_years
    lines = (
        []
        if held is None
        else [
            Line("Portfolio", held.portfolio, "--c1"),
            Line("100 % equity", held.equity, "--c2"),
            Line("Bills", held.cash, "--c3"),
        ]
    )
    return time_chart(
        "entries",
        () if held is None else held.starts,
        lines,
        caption="Return a year over three years held, by the month of entry.",
        alt="Return of three-year holding periods by month of entry",
        percent=True,
        height=280,
    )


def holding_chart(verdict: Verdict) -> Figure:
    """The map of returns a year by year of entry and years held."""
    held = verdict.holding_map
    return heat_map(
        "map",
        held.years_held,
        held.start_years,
        {
            "Portfolio less 100 % equity, a year": held.less_equity,
            "Portfolio less equity + bills, a year": held.less_bills,
            "Portfolio less bills, a year": held.less_cash,
            "Portfolio, a year": held.portfolio,
        },
        x_title="years held",
        y_title="start of",
        caption="Return a year by the year of entry (bought at the end of December before) and the "
        "years held. Blue is above zero.",
        alt="Map of annual returns by start year and years held",
        height=max(260, 90 + 13 * len(held.start_years)),
    )


def episodes_chart(verdict: Verdict) -> Figure:
    """Return of equity, the portfolio, the hedge alone and bills in each fall of equity.

    Falls stand in order of time, those in which equity rose are left out; the hedge has no bar
    before its first day, and none at all where the portfolio holds no Treasuries.
    """
    falls = sorted(
        (crisis for crisis in verdict.crises if crisis.equity < 0), key=lambda crisis: crisis.start
    )
    places = list(range(len(falls)))
    years = [fall.start[:4] for fall in falls]
    names = [
        f"Fall of {year}" if fall.detected else f"{fall.name}, {year}"
        for fall, year in zip(falls, years, strict=True)
    ]
    texts = [f"{fall.name}, {fall.start} to {fall.end}" for fall in falls]
    groups: tuple[tuple[str, Path, str], ...] = (
        ("100 % equity", tuple(fall.equity for fall in falls), "--c2"),
        ("Portfolio", tuple(fall.portfolio for fall in falls), "--c1"),
        ("Hedge alone", tuple(fall.hedge for fall in falls), "--c5"),
        ("Bills", tuple(fall.cash for fall in falls), "--c3"),
    )
    return chart(
        "episodes",
        [
            bars(name, places, made, Hover(texts, f"%{{text}}: {name} %{{y:.2%}}"), colour=colour)
            for name, made, colour in groups
            if any(value is not None for value in made)
        ],
        x=Axis(ticks=list(zip(places, names, strict=True)), angle=-50, grid=False, zero=False),
        y=Axis(format=".0%"),
        margin=Margin(bottom=110),
        legend=1.12,
        caption="Total return in each fall of equity, from its peak to its trough; the hedge is "
        "the portfolio's Treasuries alone.",
        alt="Return of equity, the portfolio, the hedge alone and bills in each fall of equity, "
        "oldest first",
        height=400,
    )

"""The charts of a comparison: the first run and equity coloured, the rest grey, all linked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pandas as pd

from backtests.analysis.comparison import ROLLING_MONTHS, rolling_growth
from backtests.analysis.months import month_ends
from backtests.engine.kinds import tickers
from backtests.engine.roles import Roles
from backtests.report.charts import (
    LETTER,
    Line,
    Stack,
    growth_axis,
    heat_map,
    last_day,
    stacked_chart,
    thinned,
    time_chart,
)
from backtests.report.comparison import words
from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.comparison.names import tags_of
from backtests.report.comparison.table import Comparison
from backtests.report.currency import one_of
from backtests.report.figures import Axis, Figure
from backtests.report.finished_run import FinishedRun
from backtests.report.lettering import wide
from backtests.report.style import (
    CHART_FONT,
    OTHER_LINE,
    PORTFOLIO_LINE,
    REST_LINE,
    holding_colours,
)
from data.market import CASH

ALLOCATION_POINTS = 250
GROUP = "runs"
WIDTHS = {"--portfolio": PORTFOLIO_LINE, "--equity": OTHER_LINE, "--rest": REST_LINE}
FEW = 8  # lines: more have a higher chart, so that each has its name at its end
EQUITY = 0  # the number of the benchmark's line; those of runs begin with 1


@dataclasses.dataclass(frozen=True)
class Member:
    """One line of the linked charts: its number, what it is called, and its colour.

    ``label`` is what the run alone is called; ``name`` and ``end`` have its number before it.
    """

    number: int
    label: str
    name: str
    end: str
    colour: str


def members_of(aligned: AlignedRuns) -> list[Member]:
    """The lines in the order of the legend: the runs, then equity where no run is it."""
    members = [
        Member(tag.number, tag.name, tag.whole, tag.short, role)
        for tag, role in zip(tags_of(aligned.labels), aligned.roles, strict=True)
    ]
    if aligned.twin is None:
        name = f"{aligned.runs[0].summary.benchmark.ticker} 100 %"
        members.append(Member(EQUITY, name, name, name, "--equity"))
    return members


def figures(comparison: Comparison) -> list[Figure]:
    """All charts of the page."""
    aligned = comparison.aligned
    members = members_of(aligned)
    levels = aligned.values.set_axis([m.name for m in members[: len(aligned.labels)]], axis=1)
    if aligned.twin is None:
        levels = levels.assign(**{members[-1].name: aligned.benchmark})
    months = month_ends(levels)
    months = months / months.iloc[:1].to_numpy() if len(months) else months
    span = (
        (last_day(str(months.index[0])), last_day(str(months.index[-1]))) if len(months) else None
    )
    return [
        _growth(comparison, months, members, span),
        _falls(months, members, span),
        _rolling(months, members, span),
        _correlations(aligned, members, span),
        _allocation(aligned),
    ]


Span = tuple[str, str] | None


def _growth(
    comparison: Comparison, months: pd.DataFrame, members: Sequence[Member], span: Span
) -> Figure:
    lines = _lines(months, members)
    unit = one_of(comparison.aligned.investor)
    return time_chart(
        "growth",
        [str(month) for month in months.index],
        lines,
        title=words.growth_title(comparison),
        caption=f"Growth of {unit}, month-ends, after costs, logarithmic.",
        alt="Growth of every portfolio, logarithmic scale",
        y=dataclasses.replace(growth_axis(lines), title=None),
        height=420 if len(lines) <= FEW else 480,
        group=GROUP,
        span=span,
        beside=_room(members),
        names_all=True,
    )


def _falls(months: pd.DataFrame, members: Sequence[Member], span: Span) -> Figure:
    return time_chart(
        "falls",
        [str(month) for month in months.index],
        _lines(months / months.cummax() - 1.0, members),
        title=words.falls_title(_runs_of(months, members)),
        caption="Loss from the highest month-end so far.",
        alt="Drawdowns of every portfolio",
        percent=True,
        height=300,
        group=GROUP,
        span=span,
        beside=_room(members),
    )


def _rolling(months: pd.DataFrame, members: Sequence[Member], span: Span) -> Figure:
    rolling = rolling_growth(months)
    return time_chart(
        "rolling",
        [str(month) for month in rolling.index],
        _lines(rolling, members),
        title=words.rolling_title(_runs_of(rolling, members)),
        caption=f"Return a year over the {ROLLING_MONTHS} months up to each month.",
        alt="Rolling three-year return of every portfolio",
        percent=True,
        height=300,
        group=GROUP,
        span=span,
        beside=_room(members),
    )


def years_chart(aligned: AlignedRuns) -> Figure:
    """Map of the calendar years, for places without the page's table."""
    years = aligned.years[aligned.labels]
    return heat_map(
        "years",
        [str(year) for year in years.index],
        list(years.columns),
        {"Return": years.T.to_numpy(dtype=float).tolist()},
        x_title="year",
        y_title="",
        caption="Returns of complete calendar years.",
        alt="Map of calendar-year returns by portfolio",
        height=130 + 26 * len(years.columns),
        names_rows=True,
    )


def _correlations(aligned: AlignedRuns, members: Sequence[Member], span: Span) -> Figure:
    lines: list[Line] = []
    ends = [f"{end:%Y-%m}" for end in (aligned.values.index[0], aligned.values.index[-1])]
    for member, run in zip(members, aligned.runs, strict=False):
        if run.verdict is None or not run.verdict.holds_hedge:
            continue
        trailing = run.verdict.series.correlation
        inside = [
            (month, value)
            for month, value in zip(trailing.months, trailing.values, strict=True)
            if ends[0] <= month <= ends[1]
        ]
        months, values = zip(*inside, strict=True) if inside else ((), ())
        # Of runs with the same equity and Treasuries the first has the line.
        if not any((line.dates, line.values) == (months, values) for line in lines):
            lines.append(_line(member, values, dates=months))
    first = lines[0] if lines else None
    labels = {member.name: member.label for member in members}
    return time_chart(
        "correlation",
        [],
        lines[::-1],
        title="" if first is None else words.correlation_title(first.values, labels[first.name]),
        caption="Correlation of each portfolio's equity with its Treasuries over the 36 months "
        "before each month, from its verdict; those with the same have one line.",
        alt="Trailing stock-bond correlation of every portfolio that holds Treasuries",
        y=Axis(limits=(-1, 1)),
        height=280,
        group=GROUP,
        span=span,
        beside=_room(members),
    )


def _allocation(aligned: AlignedRuns) -> Figure:
    """Weights over time of one run at a time, chosen from a list."""
    stacks = []
    for name, run in zip(aligned.labels, aligned.runs, strict=True):
        weights = run.weights.loc[aligned.values.index[0] : aligned.values.index[-1]]
        months = month_ends(weights)
        drawn = months.iloc[thinned(len(months), ALLOCATION_POINTS)]
        colours = _colours(run, drawn)
        stacks.append(
            Stack(
                name,
                [str(month) for month in drawn.index],
                {ticker: drawn[ticker].astype(float).tolist() for ticker in colours},
                list(colours.values()),
            )
        )
    return stacked_chart(
        "allocation",
        stacks,
        title="Allocation",
        caption="What each portfolio held at month-ends, one at a time.",
        alt="Allocation over time of the chosen portfolio",
    )


def _room(members: Sequence[Member]) -> int:
    """Letters for which a name at a line's end needs room: capitals and digits are wider."""
    widest = max(wide(member.end, CHART_FONT) for member in members)
    return math.ceil(widest / LETTER) + 1


def _line(
    member: Member, values: Sequence[float | None], dates: Sequence[str] | None = None
) -> Line:
    return Line(
        member.name,
        values,
        member.colour,
        width=WIDTHS[member.colour],
        dates=dates,
        member=member.number,
        end=member.end,
    )


def _lines(table: pd.DataFrame, members: Sequence[Member]) -> list[Line]:
    """A line for each column, those of a colour of their own in front: plotly draws in order."""
    lines = [
        _line(member, [None if v != v else float(v) for v in table[member.name]])
        for member in members
    ]
    return sorted(lines, key=lambda line: (line.colour != "--rest", line.colour == "--portfolio"))


def _runs_of(table: pd.DataFrame, members: Sequence[Member]) -> pd.DataFrame:
    """The columns of runs, by their names alone."""
    runs = [member for member in members if member.number != EQUITY]
    return table[[run.name for run in runs]].set_axis([run.label for run in runs], axis=1)


def _colours(run: FinishedRun, weights: pd.DataFrame) -> dict[str, str]:
    """The role of each thing that a run held, in the order of a stack."""
    names = [str(column) for column in weights]
    config = run.manifest.config
    roles = Roles(tickers(config.hedge, "--hedge"), tickers(config.equity, "--equity"))
    held = [name for name in names if name != CASH]
    return holding_colours(names, roles.equity_of(held), roles.hedge_of(held))

"""The charts of the verdict's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from backtests.analysis.record import Verdict
from backtests.analysis.series import FourPaths, Path
from backtests.report.charts import (
    PERCENT,
    Line,
    growth_axis,
    heat_map,
    hundredfold,
    last_day,
    spans,
    time_chart,
)
from backtests.report.currency import cash_words, one_of
from backtests.report.falls import name_of_fall
from backtests.report.figures import Axis, Band, Figure, Margin, chart
from backtests.report.style import OTHER_LINE, PORTFOLIO_LINE
from backtests.report.text import amount, basis, capital, percent, two_digits
from backtests.report.traces import Hover, Trace, bars, dots
from backtests.report.verdict.evidence import in_dollars, pair_of
from backtests.report.verdict.luck import luck_chart
from backtests.report.verdict.tables import is_all_equity, shown_keys
from backtests.report.verdict.words import SHORT, names_of

# The mix of the same volatility is in the tables: its line nearly covers that of the same weight.
DRAWN = {"portfolio": "--portfolio", "equity": "--equity", "bills": "--bills"}
DASHES = {"bills": "dash"}
OWN_MONEY = "Own money"
MOST_MARKS = 150  # days of trading: more lie too close to each other to be told apart


@dataclass(frozen=True)
class OwnMoney:
    """What the chart of growth shows of a run beside unit values.

    Attributes
    ----------
    wealth
        Its value at the ends of months (``YYYY-MM``) over that at the start, with all that was
        paid in and out; empty without cash flows.
    traded
        Days on which a decision after the first traded, ``YYYY-MM-DD``.
    """

    wealth: Mapping[str, float]
    traded: tuple[str, ...]


NOTHING_OWN = OwnMoney({}, ())


def figures(verdict: Verdict, own: OwnMoney = NOTHING_OWN) -> list[Figure]:
    """Every chart that has something to show, in the order of the page."""
    of_the_hedge = (months_chart(verdict), correlation_chart(verdict))
    every = (
        growth_chart(verdict, own),
        falls_chart(verdict),
        *(of_the_hedge if verdict.holds_hedge else ()),
        entries_chart(verdict),
        *((holding_chart(verdict),) if verdict.holds_hedge else ()),
        luck_chart(verdict.luck),
    )
    return [figure for figure in every if not figure.is_empty]


def _lines(verdict: Verdict, paths: FourPaths) -> list[Line]:
    lines: list[Line] = []
    names = names_of(verdict, SHORT)
    for key, colour in DRAWN.items():
        values: Path = getattr(paths, key)
        if key in shown_keys(verdict):
            width = PORTFOLIO_LINE if key == "portfolio" else OTHER_LINE
            lines.append(Line(names[key], values, colour, DASHES.get(key, "solid"), width))
    return lines


def falls_of_equity(verdict: Verdict) -> list[Band]:
    """The falls of equity, shaded."""
    return [Band(fall.start, fall.end, "--fall") for fall in verdict.crises if fall.equity < 0.0]


def growth_lines(verdict: Verdict) -> list[Line]:
    """Growth of the portfolio and of its references at the ends of the series' months."""
    return _lines(verdict, verdict.series.growth)


def growth_chart(verdict: Verdict, own: OwnMoney = NOTHING_OWN) -> Figure:
    """Growth of the portfolio and of its references at month-ends, logarithmic.

    Beside it the wealth with what was paid in and out, and on the portfolio's line the days on
    which it was rebalanced, where these are few enough to be told apart.
    """
    lines = growth_lines(verdict)
    months = verdict.series.months
    if own.wealth:  # of a ruin there is no logarithm: the line ends before it
        paths = [own.wealth.get(month) or None for month in months]
        lines = [*lines, Line(OWN_MONEY, paths, "--accent", "dot", OTHER_LINE)]
    marked = own.traded if len(own.traded) <= MOST_MARKS else ()
    return time_chart(
        "growth",
        months,
        lines,
        title=_grown(verdict),
        caption=f"Growth of {one_of(verdict.investor)} at month-ends, after costs, logarithmic; "
        f"the title is of the whole run. Grey: falls of equity.{_own_words(own)}",
        alt="Growth of the portfolio and of its references, logarithmic scale",
        y=replace(growth_axis(lines), title=f"growth of {one_of(verdict.investor)}"),
        height=380,
        bands=falls_of_equity(verdict),
        marks=_marks(marked, dict(zip(months, verdict.series.growth.portfolio, strict=True))),
    )


def _marks(days: Sequence[str], value_in: Mapping[str, float | None]) -> list[Trace]:
    """Days on a line of monthly values: at the end of their month, where the line has a point."""
    shown = [day for day in days if value_in.get(day[:7]) is not None]
    if not shown:
        return []
    return [
        dots(
            "Rebalanced",
            [last_day(day[:7]) for day in shown],
            [value_in[day[:7]] for day in shown],
            Hover(shown, "rebalanced %{text}"),
            colour="--portfolio",
            size=13,
            opacity=0.9,
            symbol="line-ns-open",
        )
    ]


def _own_words(own: OwnMoney) -> str:
    """What the line of wealth and the marks are, after the caption's own words."""
    count = len(own.traded)
    wealth = (
        f" {OWN_MONEY}: the portfolio's wealth with all that was paid in and out, over that at the "
        "start; the other lines are unit values, with nothing paid."
    )
    if count > MOST_MARKS:
        traded = f" It rebalanced on {count:,} days, too many to mark."
    else:
        traded = f" Ticks: the {count:,} days on which it rebalanced." if count > 1 else ""
    return f"{wealth if own.wealth else ''}{traded}"


def _grown(verdict: Verdict) -> str:
    """What 1 came to in each portfolio over the whole run."""
    names = names_of(verdict, SHORT)
    keys = [key for key in DRAWN if key in shown_keys(verdict)]
    told = (f"{names[key]} {amount(1.0 + verdict.portfolio(key).total_return)}" for key in keys)
    return f"Growth of {one_of(verdict.investor)}: {', '.join(told)}"


def falls_chart(verdict: Verdict) -> Figure:
    """Drawdowns on the rows of the run, as the tables count them."""
    drawdown = verdict.series.drawdown
    lines = _lines(verdict, drawdown.paths)
    deepest = [(drawn.name, min(filter(_is_number, drawn.values), default=None)) for drawn in lines]
    told = ", ".join(f"{name} {percent(low)}" for name, low in deepest if low is not None)
    each = f"; of every {drawdown.rows_each} the lowest" if drawdown.rows_each > 1 else ""
    return time_chart(
        "falls",
        drawdown.dates,
        lines,
        title=f"Deepest fall: {told}" if told else "",
        caption=f"Loss from the highest value so far, {basis(daily=drawdown.daily)}{each}. Grey: "
        "falls of equity.",
        alt="Drawdowns of the portfolio and of its references",
        percent=True,
        height=280,
        bands=falls_of_equity(verdict),
    )


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None


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
        ("Other months", worst_first[worst:], "--rule", 5, 0.5),
        ("Equity's worst tenth", worst_first[:worst], "--treasuries", 8, 0.95),
    )
    template = "%{text}: equity %{x}, hedge %{y}"
    gained = sum(hedge > 0.0 for *_, hedge in worst_first[:worst] if hedge is not None)
    traces = [
        dots(
            name,
            hundredfold([equity for _, equity, _ in group]),
            hundredfold([hedge for *_, hedge in group]),
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
        x=Axis("Equity, month", suffix=PERCENT, hover=".2f"),
        y=Axis("Hedge, month", suffix=PERCENT, hover=".2f"),
        title=f"In equity's worst {worst} months the hedge gained in {gained}" if worst > 1 else "",
        caption="Each dot is a month; a hedge that works lies above zero on the left.",
        alt="Monthly return of the hedge against that of equity; equity's worst tenth of months is "
        "highlighted",
        height=360,
    )


def correlation_chart(verdict: Verdict) -> Figure:
    """Trailing stock-bond correlation, its sign shaded."""
    trailing = verdict.series.correlation
    bond = "the hedge" if verdict.evidence is None else verdict.evidence.correlation_of
    negative = [value is not None and value < 0 for value in trailing.values]
    bands = spans(trailing.months, negative, "--negative")
    positive = [value is not None and value >= 0 for value in trailing.values]
    bands += spans(trailing.months, positive, "--positive")
    last = next((value for value in reversed(trailing.values) if value is not None), None)
    return time_chart(
        "correlation",
        trailing.months,
        [Line("Correlation", trailing.values, "--ink")],
        title=f"{capital(pair_of(verdict.evidence))} correlation was "
        f"{two_digits(last, '+')} in {trailing.months[-1]}{in_dollars(verdict)}"
        if last is not None
        else "",
        caption=f"Correlation of equity and {bond} over the {trailing.window_months} months to the "
        "end of each month, the data before the run's start included. Its sign is the state of the "
        "next month. Green: negative. Red: positive.",
        alt=f"Trailing correlation of equity and {bond}, its sign shaded",
        y=Axis(limits=(-1, 1)),
        bands=bands,
        height=260,
    )


def entries_chart(verdict: Verdict) -> Figure:
    """Return of three years held, by the month of entry; empty in a brief verdict."""
    held, cash = verdict.holding_three_years, cash_words(verdict.investor).name
    lines = (
        []
        if held is None
        else [
            Line("Portfolio", held.portfolio, "--portfolio", width=PORTFOLIO_LINE),
            *([] if is_all_equity(verdict) else [Line("100 % equity", held.equity, "--equity")]),
            Line(capital(cash), held.cash, "--bills", "dash"),
        ]
    )
    return time_chart(
        "entries",
        () if held is None else held.starts,
        lines,
        title="Three years held, from every month of entry",
        caption="Return a year over three years held, by the month of entry, month-ends.",
        alt="Return of three-year holding periods by month of entry",
        percent=True,
        height=280,
    )


def holding_chart(verdict: Verdict) -> Figure:
    """The map of returns a year by year of entry and years held."""
    held, cash = verdict.holding_map, cash_words(verdict.investor).name
    return heat_map(
        "map",
        held.years_held,
        held.start_years,
        {
            "Portfolio less 100 % equity, a year": held.less_equity,
            f"Portfolio less equity + {cash}, a year": held.less_bills,
            f"Portfolio less {cash}, a year": held.less_cash,
            "Portfolio, a year": held.portfolio,
        },
        x_title="years held",
        y_title="start of",
        title="Return a year by year of entry and years held",
        caption="Percent a year, bought at the end of December before the year of entry, "
        "month-ends. Blue is above zero.",
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
    places, cash = list(range(len(falls))), cash_words(verdict.investor).name
    years = [fall.start[:4] for fall in falls]
    names = [
        name_of_fall(fall) if fall.detected else f"{name_of_fall(fall)}, {year}"
        for fall, year in zip(falls, years, strict=True)
    ]
    texts = [f"{name_of_fall(fall)}, {fall.start} to {fall.end}" for fall in falls]
    groups: tuple[tuple[str, Path, str], ...] = (
        ("100 % equity", tuple(fall.equity for fall in falls), "--equity"),
        ("Portfolio", tuple(fall.portfolio for fall in falls), "--portfolio"),
        ("Hedge alone", tuple(fall.hedge for fall in falls), "--treasuries"),
        (capital(cash), tuple(fall.cash for fall in falls), "--bills"),
    )
    return chart(
        "episodes",
        [
            bars(
                name,
                places,
                hundredfold(made),
                Hover(texts, f"%{{text}}: {name} %{{y}}"),
                colour=colour,
            )
            for name, made, colour in groups
            if any(value is not None for value in made)
        ],
        x=Axis(ticks=list(zip(places, names, strict=True)), angle=-50, grid=False, zero=False),
        y=Axis(suffix=PERCENT, hover=".2f"),
        margin=Margin(bottom=110),
        legend=1.12,
        title="What each part made in the falls of equity",
        caption="Total return in each fall of equity, from its peak to its trough; the hedge is "
        "the portfolio's Treasuries alone.",
        alt=f"Return of equity, the portfolio, the hedge alone and {cash} in each fall of equity, "
        "oldest first",
        height=400,
    )

"""The page's section on rebalancing luck: the same run, decided on another session."""

from __future__ import annotations

from dataclasses import replace

from backtests.analysis.luck import RebalancingLuck, Spread
from backtests.report.charts import PERCENT, hundredfold
from backtests.report.figures import Axis, Figure, chart
from backtests.report.page import Cell, Grid
from backtests.report.text import percent
from backtests.report.traces import Hover, dots
from backtests.report.verdict.tables import hundredths, number_cell, signed
from backtests.report.verdict.words import Show

LEAST_SHOWN = 1.0  # points a year: outcomes closer than that shall look close


def luck_chart(luck: RebalancingLuck | None) -> Figure:
    """Growth a year by session of decision, the run's own marked; empty without a choice."""
    every = () if luck is None else luck.outcomes
    own, unit, period = (1, "", "") if luck is None else (luck.offset, luck.unit, luck.period)
    growth = hundredfold([each.cagr for each in every])
    shown = [value for value in growth if value is not None]
    middle = (min(shown, default=0.0) + max(shown, default=0.0)) / 2
    half = max(LEAST_SHOWN, 1.2 * (max(shown, default=0.0) - min(shown, default=0.0))) / 2
    template = f"{unit} %{{x}} of the {period}: %{{y}} a year, deepest fall %{{text}}"
    traces = []
    for name, is_own, colour, size in (
        (f"Another {unit}", False, "--rest", 9),
        ("This run", True, "--portfolio", 13),
    ):
        drawn = [at for at, each in enumerate(every) if (each.offset == own) == is_own]
        traces.append(
            dots(
                name,
                [every[at].offset for at in drawn],
                [growth[at] for at in drawn],
                Hover([percent(every[at].max_drawdown) for at in drawn], template),
                colour=colour,
                size=size,
                opacity=0.95,
            )
        )
    return chart(
        "luck",
        traces,
        x=Axis(
            f"{unit} of the {period} that decides",
            limits=(0.4, len(every) + 0.6),
            step=1,
            grid=False,
            zero=False,
        ),
        y=Axis(
            suffix=PERCENT,
            hover=".2f",
            limits=(middle - half, middle + half),
            zero=False,
        ),
        title="" if luck is None else _found(luck),
        caption=f"Growth a year, after costs, of the same run decided on each {unit} of the "
        f"{period} that it may be decided on; one dot each.",
        alt=f"Growth a year by {unit} of decision; that of this run is marked",
        height=260,
    )


def _found(luck: RebalancingLuck) -> str:
    return (
        f"{len(luck.outcomes)} {luck.unit}s to decide on: {_apart(luck.cagr)} points a year apart"
    )


def _apart(spread: Spread) -> str:
    return hundredths(spread.width)


def luck_grid(luck: RebalancingLuck) -> Grid:
    """Lowest, middle and highest outcome of each number, beside the run's own."""
    named: list[tuple[str, Spread | None, Show]] = [
        ("Growth a year", luck.cagr, percent),
        ("Deepest fall", luck.max_drawdown, percent),
        ("Payoff of the hedge, % a month", luck.payoff, signed(hundredths)),
    ]
    rows = [
        [
            Cell(name),
            replace(number_cell(spread.own, show), small=_place(spread, luck)),
            number_cell(spread.low, show),
            number_cell(spread.median, show),
            number_cell(spread.high, show),
        ]
        for name, spread, show in named
        if spread is not None and not spread.is_same
    ]
    heads = ["", "This run", "Lowest", "Middle", "Highest"]
    return Grid(heads, rows)


def _place(spread: Spread, luck: RebalancingLuck) -> str:
    return f"place {spread.place} of {len(luck.outcomes)}"


def luck_words(luck: RebalancingLuck, hedge: str) -> str:
    """What the spread is and what it means.

    Parameters
    ----------
    luck
        What was found.
    hedge
        What the hedge is called, for a sentence.
    """
    growth, fall, unit, period = luck.cagr, luck.max_drawdown, luck.unit, luck.period
    decided = (
        f"This run decides on {unit} {luck.offset} of the {period}. Decided on another one, over "
        f"the same years and all else alike, it would have grown by {percent(growth.low)} to "
        f"{percent(growth.high)} a year in place of {percent(growth.own)}, and its deepest fall "
        f"would have been {percent(-fall.high)} to {percent(-fall.low)} in place of "
        f"{percent(-fall.own)}."
    )
    words = [decided, _ruin_words(luck), _payoff_words(luck, hedge), _meaning(luck)]
    return " ".join(filter(None, words))


def _ruin_words(luck: RebalancingLuck) -> str:
    ruined = len(luck.ruined)
    if not ruined:
        return ""
    return (
        f"By its last day payouts would have taken all in {ruined} of the {len(luck.outcomes)}; "
        "growth and fall are those of a unit, which goes on without them."
    )


def _payoff_words(luck: RebalancingLuck, hedge: str) -> str:
    if luck.payoff is None or not luck.payoff.is_same:
        return ""
    return (
        f"What {hedge} paid in equity's worst months is the same whichever {luck.unit} decides: it "
        "is judged held alone, which never has to be brought back to a weight."
    )


def _meaning(luck: RebalancingLuck) -> str:
    return (
        f"Nobody knew the best {luck.unit} beforehand: two portfolios that differ by less than "
        f"{_apart(luck.cagr)} points a year may differ by nothing but "
        "that date."
    )

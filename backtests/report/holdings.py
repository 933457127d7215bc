"""Charts of what a run held: its allocation, and the duration that a rule asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtests.analysis.months import month_ends
from backtests.engine.run import Run
from backtests.engine.sleeve import SleeveReport
from backtests.report.charts import Stack, stacked_chart, thinned
from backtests.report.figures import Axis, Figure, chart
from backtests.report.style import OTHER_LINE, holding_colours
from backtests.report.traces import Hover, dots, line
from data.market import CASH

ALLOCATION_POINTS = 300


def hedge_weight(run: Run) -> float | None:
    """Weight of the hedge in a fixed mix; None of a rule."""
    weights = run.summary.weights
    if weights is None:
        return None
    return sum(weights.get(ticker, 0.0) for ticker in run.judged.tickers.hedge)


def allocation_of(run: Run) -> Figure:
    """What a run held at month-ends."""
    weights = run.simulation.weights
    roles = run.config.roles
    tickers = [str(name) for name in weights if name != CASH]
    equity = roles.equity_of(tickers)
    return allocation_chart(weights, equity, [name for name in tickers if name not in equity])


def allocation_chart(weights: pd.DataFrame, equity: Sequence[str], hedge: Sequence[str]) -> Figure:
    """What was held at month-ends, stacked: equity below, Treasuries by duration, cash on top.

    Parameters
    ----------
    weights
        Sessions x columns, fractions, ``CASH`` last.
    equity, hedge
        Which of the columns are which.
    """
    months = month_ends(weights)
    drawn = months.iloc[thinned(len(months), ALLOCATION_POINTS)]
    ends = pd.PeriodIndex(drawn.index).to_timestamp(how="end")
    days = [str(day) for day in ends.strftime("%Y-%m-%d")]
    held = [str(column) for column in drawn if (drawn[column] > 0).any()]
    colours = holding_colours(held, equity, hedge)
    shares = {name: drawn[name].astype(float).tolist() for name in colours}
    return stacked_chart(
        "allocation",
        [Stack("held", days, shares, tuple(colours.values()))],
        title="What it held",
        caption="Share of the portfolio's value at month-ends: equity below, cash on top.",
        alt="What the portfolio held at month-ends, as shares of its value",
        height=260,
    )


def duration_chart(sleeve: SleeveReport) -> Figure:
    """The duration that a rule asked for, and its switches: longer defends, shorter attacks."""
    asked, switches = sleeve.duration, sleeve.switches
    days = [f"{day:%Y-%m-%d}" for day in asked.index]
    path = line(
        "Duration asked for",
        days,
        asked.tolist(),
        colour="--treasuries",
        width=OTHER_LINE,
        hover="%{y} years",
        shape="hv",
    )
    longer = switches["to_years"] > switches["from_years"]
    signs = [
        dots(
            name,
            [f"{day:%Y-%m-%d}" for day in switches.loc[rows, "date"]],
            switches.loc[rows, "to_years"].tolist(),
            Hover(
                [
                    f"{before:.1f} to {after:.1f} years"
                    for before, after in switches.loc[rows, ["from_years", "to_years"]].to_numpy()
                ],
                f"{name}: %{{text}}",
            ),
            colour="--treasuries",
            size=9,
            opacity=1.0,
            symbol=symbol,
        )
        for name, rows, symbol in (
            ("Defended: longer", longer, "triangle-up"),
            ("Attacked: shorter", ~longer, "triangle-down-open"),
        )
        if rows.any()
    ]
    return chart(
        "duration",
        [path, *signs],
        x=Axis(kind="date", hover="%d %b %Y"),
        y=Axis("years", hover=".1f", zero=False),
        title="Its duration, and where it switched",
        caption="Duration in years that the rule asked for, from the day it was traded; a switch "
        "is a change of a quarter of a year or more.",
        alt="Duration over time with the rule's switches",
        height=260,
    )

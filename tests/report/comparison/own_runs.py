"""Finished runs of three investors on the same dates, each in its own currency."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backtests.engine.money import Money
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.own_money import OwnMoney, in_own_money
from backtests.report.finished_run import FinishedRun, read_run
from backtests.report.run_folder import write_run
from tests.report.helpers import make_run

MONEYS = {
    "Tokyo": Money("JPY", fx_hedge=1.0),
    "Sydney": Money("AUD", cash="usd"),
    "New York": Money(),
}


def investors(out: Path, names: tuple[str, ...] = tuple(MONEYS)) -> list[FinishedRun]:
    """Write their runs and read them back, each called by its city."""
    return [
        replace(
            read_run(
                write_run(
                    out,
                    make_run(start="2000-01-31", end="2019-12-31", money=MONEYS[name]),
                    with_tearsheet=False,
                )
            ),
            called=name,
        )
        for name in names
    ]


def own_of(runs: list[FinishedRun]) -> OwnMoney:
    """Their own figures."""
    return in_own_money(align_runs(runs, align=False, each_in_its_own=True))

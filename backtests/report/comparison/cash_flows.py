"""What came of the cash flows of compared runs: a row of money each, beside the unit values."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.report.comparison.names import tags_of
from backtests.report.comparison.table import Comparison
from backtests.report.finished_run import FinishedRun
from backtests.report.page import Cell, Grid
from backtests.report.text import money, percent
from backtests.report.verdict.tables import number_cell

NOTE = (
    "Each over its whole run, in its own purchasing power where it is real. Money-weighted is what "
    "each unit of money made a year for the time that it was in; time-weighted, as in every other "
    "table and chart here, what one made that was in throughout, with nothing paid in or out."
)
MOST_RUINED = 2  # named in a line; more are counted
COSTS_ALONE = (
    "The first portfolio with other cash flows: {names}. Their unit values differ by what it costs "
    "to pay in and out, and by nothing else."
)
HEADS = ("Left at the end", "Taken out", "Paid in", "Money-weighted, a year",
         "Time-weighted, a year")  # fmt: skip


@dataclass(frozen=True)
class MoneyRow:
    """What came of a run's money, in its currency; rates a year as fractions.

    ``ruined`` is the session on which a payout took all there was; None if none did.
    """

    left: float
    taken_out: float
    paid_in: float
    money_weighted: float | None
    time_weighted: float | None
    ruined: str | None = None


def money_row(run: FinishedRun) -> MoneyRow:
    """Of a run; without cash flows both of its rates are one."""
    summary = run.summary
    own, growth = summary.own_money, summary.metrics.cagr
    if own is None:
        return MoneyRow(summary.metrics.final_value, 0.0, summary.initial, growth, growth)
    outcome = own.strategy
    return MoneyRow(
        outcome.final_wealth,
        own.taken_out,
        own.paid_in,
        outcome.money_weighted,
        growth,
        outcome.ruined,
    )


def flows_grid(comparison: Comparison) -> Grid | None:
    """The table, one run a row; None where nothing is paid in or out."""
    aligned = comparison.aligned
    if not aligned.has_flows:
        return None
    rows = []
    for tag, run in zip(tags_of(aligned.labels), aligned.runs, strict=True):
        row, currency = money_row(run), run.summary.currency
        rows.append(
            [
                Cell(tag.whole, tag.number),
                Cell(money(row.left, currency), row.left)
                if row.ruined is None
                else Cell(f"ran out {row.ruined}", 0.0, tone="fails"),
                Cell(money(row.taken_out, currency), row.taken_out),
                Cell(money(row.paid_in, currency), row.paid_in),
                number_cell(row.money_weighted),
                number_cell(row.time_weighted),
            ]
        )
    return Grid(["", *HEADS], rows)


def flows_title(comparison: Comparison) -> str:
    """The heading of the table; empty where nothing is paid in or out."""
    return f"Own money: {flows_finding(comparison)}" if comparison.aligned.has_flows else ""


def flows_finding(comparison: Comparison) -> str:
    """Which run leaves most in the end, and whose money ran out."""
    aligned = comparison.aligned
    left = {
        tag.differs or tag.name: money_row(run)
        for tag, run in zip(tags_of(aligned.labels), aligned.runs, strict=True)
    }
    ruined = [name for name, row in left.items() if row.ruined is not None]
    if len(ruined) == len(left):
        return "the money ran out in every run"
    best = max(left, key=lambda name: left[name].left)
    most = money(left[best].left, aligned.runs[0].summary.currency)
    told = f"most is left of {best}, {most}"
    if not ruined:
        return told
    more = len(ruined) - MOST_RUINED
    shown = [*ruined[:MOST_RUINED], *([f"{more} more"] if more > 0 else [])]
    return f"{told}; the money ran out in {' and '.join(shown)}"


def flows_note(comparison: Comparison) -> str:
    """What the table is, and which runs are one portfolio."""
    same = comparison.aligned.paid_otherwise
    return f"{NOTE} {COSTS_ALONE.format(names=', '.join(same))}" if same else NOTE


def flows_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """The table as text, a column a run; nothing where nothing is paid in or out."""
    aligned = comparison.aligned
    if not aligned.has_flows:
        return []
    rows = [(money_row(run), run.summary.currency) for run in aligned.runs]
    left = [
        money(row.left, currency) if row.ruined is None else f"ran out {row.ruined}"
        for row, currency in rows
    ]
    columns = (
        left,
        [money(row.taken_out, currency) for row, currency in rows],
        [money(row.paid_in, currency) for row, currency in rows],
        [percent(row.money_weighted) for row, _ in rows],
        [percent(row.time_weighted) for row, _ in rows],
    )
    return [
        (head, [f"{cell}  " for cell in column])
        for head, column in zip(HEADS, columns, strict=True)
    ]

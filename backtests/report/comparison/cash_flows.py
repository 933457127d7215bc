"""What came of the cash flows of compared runs: a row of money each, beside the unit values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.comparison.names import IN_SENTENCE, clipped, tags_of
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
MOST_TOLD = 3  # runs whose money a line tells, if it is not longer than
LONGEST = 110  # characters
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


def flows_grid(aligned: AlignedRuns) -> Grid | None:
    """The table, one run a row; None where nothing is paid in or out."""
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


def flows_title(aligned: AlignedRuns) -> str:
    """The heading of the table; empty where nothing is paid in or out."""
    return f"Own money: {flows_finding(aligned)}" if aligned.has_flows else ""


def flows_finding(aligned: AlignedRuns) -> str:
    """What came of the money in a line; whose is most only of the same money over the same time.

    What is left of other payments, or of more years, or in another currency, is neither better nor
    worse: of these each run's own is told where there is room, and whose money ran out always.
    """
    tags = tags_of(aligned.labels)
    rows = {tag.name: money_row(run) for tag, run in zip(tags, aligned.runs, strict=True)}
    names = {tag.name: clipped(tag.differs or tag.name, IN_SENTENCE) for tag in tags}
    ruined = [names[name] for name, row in rows.items() if row.ruined is not None]
    if len(ruined) == len(rows):
        return "the money ran out in every run"
    ran_out = f"the money ran out in {_few(ruined)}" if ruined else ""
    if len({run.summary.currency for run in aligned.runs}) > 1:
        return ran_out or "each in its own currency"
    if len(_spans(aligned)) > 1:
        return ran_out or "each run over its own span"
    currency = aligned.runs[0].summary.currency
    if len({_paid(run) for run in aligned.runs}) == 1:
        best = max(rows, key=lambda name: rows[name].left)
        told = f"most is left of {names[best]}, {money(rows[best].left, currency)}"
        return "; ".join([told, *([ran_out] if ran_out else [])])
    told = "; ".join(f"{names[name]} {_told(row, currency)}" for name, row in rows.items())
    if len(rows) <= MOST_TOLD and len(told) <= LONGEST:
        return told
    rates = [row.money_weighted for row in rows.values() if row.money_weighted is not None]
    if rates:
        of_all = f"money-weighted {percent(min(rates))} to {percent(max(rates))} a year"
        return "; ".join([of_all, *([ran_out] if ran_out else [])])
    return ran_out or "each with its own cash flows"


def _few(names: Sequence[str]) -> str:
    """Some names; the rest are counted."""
    more = len(names) - MOST_RUINED
    return " and ".join([*names[:MOST_RUINED], *([f"{more} more"] if more > 0 else [])])


def _told(row: MoneyRow, currency: str) -> str:
    """What is left of a run's money, and of what."""
    left = f"leaves {money(row.left, currency)}" if row.ruined is None else f"ran out {row.ruined}"
    taken = f", {money(row.taken_out, currency)} taken out" if row.taken_out else ""
    return f"{left} ({money(row.paid_in, currency)} paid in{taken})"


def _paid(run: FinishedRun) -> tuple[object, ...]:
    """What is put in at first, and paid in and out by what rule; equal where these are one."""
    config = run.manifest.config
    dated = None if config.flows is None else tuple(sorted(config.flows.items()))
    return run.summary.initial, config.flow, config.flow_indexed or False, dated


def _spans(aligned: AlignedRuns) -> dict[tuple[str, str], list[str]]:
    """Names of the runs by first and last day of the whole run, in order."""
    spans: dict[tuple[str, str], list[str]] = {}
    for name, run in zip(aligned.labels, aligned.runs, strict=True):
        spans.setdefault((run.summary.start, run.summary.end), []).append(name)
    return spans


def whole_runs(aligned: AlignedRuns) -> str:
    """That own money is of whole runs, and of which days, where the rest is of a part of them.

    Empty where the runs were not cut, and where nothing is paid in or out.
    """
    if not (aligned.cut and aligned.has_flows):
        return ""
    spans = _spans(aligned)
    if len(spans) == 1:
        ((start, end),) = spans
        return f"Own money is of whole runs, {start} to {end}."
    told = [f"{_few(names)} {start} to {end}" for (start, end), names in spans.items()]
    return f"Own money is of each whole run: {', '.join(told)}."


def flows_note(aligned: AlignedRuns) -> str:
    """What the table is, of which days where runs are cut, and which runs are one portfolio."""
    same, whole = aligned.paid_otherwise, whole_runs(aligned)
    costs = COSTS_ALONE.format(names=", ".join(same)) if same else ""
    return " ".join(part for part in (NOTE, whole, costs) if part)


def flows_rows(aligned: AlignedRuns) -> list[tuple[str, list[str]]]:
    """The table as text, a column a run; nothing where nothing is paid in or out."""
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

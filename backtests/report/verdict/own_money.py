"""The page's section on an investor's own money: what was paid in and out, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backtests.analysis.months import month_ends
from backtests.analysis.record import PortfolioMoney, Verdict
from backtests.engine.run import Run
from backtests.engine.summary import Summary
from backtests.report.page import Cell, Grid
from backtests.report.text import difference, money, money_in, percent
from backtests.report.verdict.charts import OwnMoney
from backtests.report.verdict.tables import number_cell, shown_keys
from backtests.report.verdict.words import SHORT, names_of

MEANING = (
    "Money-weighted is what each unit of money made a year for the time that it was in; "
    "time-weighted is what one made that was in from the first day to the last, with nothing paid "
    "in or out, and every other figure of this page is of that."
)


@dataclass(frozen=True)
class OwnMoneySection:
    """What the page says of one's own money: a heading, what is left, what the rates mean."""

    title: str
    lines: tuple[str, ...]
    table: Grid


def own_money_section(verdict: Verdict, summary: Summary) -> OwnMoneySection | None:
    """The section; None without cash flows."""
    every = verdict.own_money
    if not every:
        return None
    shown: dict[str, PortfolioMoney] = {key: every[key] for key in ("portfolio", "bills", "equity")
             if key in every and key in shown_keys(verdict)}  # fmt: skip
    return OwnMoneySection(
        title=_title(every["portfolio"], summary),
        lines=(_came_to(shown, verdict, summary), _rates(every["portfolio"], summary)),
        table=money_grid(shown, verdict, summary),
    )


def _title(own: PortfolioMoney, summary: Summary) -> str:
    if own.ruined is not None:
        return f"Your own money ran out on {own.ruined}"
    return f"Your own money: {money(own.final_wealth, summary.currency)} left on {summary.end}"


def _came_to(shown: Mapping[str, PortfolioMoney], verdict: Verdict, summary: Summary) -> str:
    """What was paid, what is left, and what had been left of the portfolios beside it."""
    told = money_in(summary.currency)
    own = shown["portfolio"]
    paid = f"{told(own.paid_in)} was paid in, the value at the start included"
    if own.taken_out:
        paid += f", and {told(own.taken_out)} taken out"
    names = names_of(verdict, SHORT)
    beside = [
        f"{names[key]}: {_left(other, summary)}"
        for key, other in shown.items()
        if key != "portfolio"
    ]
    ended = f"{paid}; {_left(own, summary)}."
    return f"{ended} With the same plan, {'; '.join(beside)}." if beside else ended


def _left(own: PortfolioMoney, summary: Summary) -> str:
    """What is left in words, with what it buys."""
    if own.ruined is not None:
        return f"the money ran out on {own.ruined}"
    left = f"{money(own.final_wealth, summary.currency)} is left"
    other, where = _other_wealth(own, summary)
    return left if other is None else f"{left} ({money(other, summary.currency)} {where})"


def _other_wealth(own: PortfolioMoney, summary: Summary) -> tuple[float | None, str]:
    """The final wealth in the other money than the run's: real of a nominal run, and back."""
    if summary.is_real:
        return own.nominal_final_wealth, "in money of the day"
    return own.real_final_wealth, f"in money of {summary.start}"


def _rates(own: PortfolioMoney, summary: Summary) -> str:
    """How the two rates differ, and what the dates of the payments did."""
    rate, growth = own.money_weighted, summary.metrics.cagr
    if rate is None or growth is None:
        return MEANING
    apart = round(100.0 * (rate - growth), 2)
    if apart == 0.0:
        return f"{MEANING} Here both are {percent(rate)}."
    verb = "added" if apart > 0.0 else "cost"
    return (
        f"{MEANING} Here they are {percent(rate)} and {percent(growth)}: the dates of the payments "
        f"{verb} {difference(abs(apart), 2).removeprefix('+')} points a year."
    )


def money_grid(shown: Mapping[str, PortfolioMoney], verdict: Verdict, summary: Summary) -> Grid:
    """What each portfolio came to with the same plan, one a row."""
    told = money_in(summary.currency)
    names = names_of(verdict, SHORT)
    _, where = _other_wealth(shown["portfolio"], summary)
    rows = []
    for key, own in shown.items():
        other, _ = _other_wealth(own, summary)
        rows.append(
            [
                Cell(names[key]),
                Cell(told(own.final_wealth), own.final_wealth)
                if own.ruined is None
                else Cell(f"ran out {own.ruined}", 0.0, tone="fails"),
                Cell("-" if other is None else told(other), "" if other is None else other),
                Cell(told(own.taken_out), own.taken_out),
                Cell(told(own.paid_in), own.paid_in),
                number_cell(own.money_weighted),
                number_cell(verdict.portfolio(key).cagr),
            ]
        )
    heads = ["", "Left at the end", f"The same {where}", "Taken out", "Paid in",
             "Money-weighted, a year", "Time-weighted, a year"]  # fmt: skip
    return Grid(heads, rows)


def own_line(run: Run) -> OwnMoney:
    """What the chart of growth shows of a run beside unit values: its wealth and its trades."""
    simulation = run.simulation
    sessions = simulation.nav.index
    filled = simulation.fill_rows[1:]  # the first is the purchase
    days = [sessions[row] for row in filled if row < len(sessions)]
    traded = tuple(f"{day:%Y-%m-%d}" for day in days if simulation.traded.loc[day] > 0.0)
    if not simulation.plan.flows:
        return OwnMoney({}, traded)
    closes = month_ends(simulation.wealth.loc[simulation.first_fill :].to_frame())
    shares = closes.iloc[:, 0] / float(simulation.wealth.iloc[0])
    return OwnMoney({f"{month}": float(value) for month, value in shares.items()}, traded)

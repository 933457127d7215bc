"""The page's section on an investor's own money: what was paid in and out, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backtests.analysis.months import month_ends
from backtests.analysis.numbers import PortfolioMoney
from backtests.analysis.record import Verdict
from backtests.engine.run import Run
from backtests.engine.summary import Summary
from backtests.report.currency import cash_words
from backtests.report.page import Cell, Grid
from backtests.report.text import difference, hedge_words, money, money_in, percent
from backtests.report.verdict.charts import OwnMoney
from backtests.report.verdict.tables import number_cell, shown_keys
from backtests.report.verdict.words import SHORT, names_of

SAME = 0.01  # payouts that differ by no more are told once: costs of selling differ
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
    other, where = _other_wealth(own, summary)
    if own.ruined is None:
        worth = "" if other is None else f", {told(other)} {where}"
        paid += f"; {told(own.final_wealth)} is left{worth}"
    cash = cash_words(verdict.investor).whole
    hedge = hedge_words(verdict.tickers.hedge)
    names = {"bills": f"with {cash} in place of {hedge}", "equity": "all in equity"}
    beside = [
        f"{names[key]} {_beside(each, own, told)}"
        for key, each in shown.items()
        if key != "portfolio"
    ]
    return f"{paid}. With the same plan {', '.join(beside)}." if beside else f"{paid}."


def _beside(other: PortfolioMoney, own: PortfolioMoney, told: Callable[[float], str]) -> str:
    """What another portfolio would have left, and its payouts where they are others."""
    if other.ruined is not None:
        return f"the money would have run out on {other.ruined}"
    left = f"{told(other.final_wealth)} would be left"
    is_same = abs(other.taken_out - own.taken_out) <= SAME * own.taken_out
    return left if is_same or own.ruined is not None else f"{left} after {told(other.taken_out)}"


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
    # Of what is shown, so that the figures add up.
    apart = round(round(100.0 * rate, 2) - round(100.0 * growth, 2), 2)
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
    worth = "Left, nominal" if summary.is_real else "Left, real"
    heads = ["", "Left at the end", worth, "Taken out", "Paid in", "Money-weighted, a year",
             "Time-weighted, a year"]  # fmt: skip
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

"""What a run prints: metrics beside the benchmark's, the verdict, today's weights, the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.analysis.hedge_state import HedgeState
from backtests.analysis.record import Tickers, Verdict
from backtests.engine.run import Run
from backtests.engine.summary import Latest, Summary
from backtests.report.currency import cash_words, in_money
from backtests.report.pages import STRESS, pages_of_run
from backtests.report.paid_words import own_money_lines
from backtests.report.real import nominal_line
from backtests.report.state import state_line, state_notes, state_table
from backtests.report.text import (
    CVAR,
    DURATION,
    HEDGES,
    capital,
    money,
    percent,
    ruin_of,
    summary_rows,
    weights_text,
)
from backtests.report.verdict.payoffs import short_word
from backtests.report.verdict.words import offer, sentences
from backtests.report.which_hedge.words import PAGE, answer_line, reasons
from data.currency.currencies import DOLLAR, name_of
from data.market import CASH
from data.strictness import age_in_days
from data.terminal import printable
from data.vintage import CURRENCY_SERIES, Vintage
from strategies.weights import mix_text

if TYPE_CHECKING:
    import pandas as pd

LATEST_SWITCHES = 8
MONTH = len("2025-09")  # of a day
# Columns of the state that hold words, and the widest that short ones may be, whatever their head.
LEFT = ("Indicator", "For the hedge if", "Side")
MOST_WIDTH = {"For the hedge if": 10, "Months like it": 7, "Payoff, % a month": 14,
              "Next 36 months": 7}  # fmt: skip
NO_SWITCH = (
    "No switch of duration: the target never moved by a quarter of a year or more from its first."
)


class Switched(Protocol):
    """The sleeve of a duration rule, as far as it is printed."""

    @property
    def switches(self) -> pd.DataFrame:
        """As in :class:`~backtests.engine.sleeve.SleeveReport`."""


class Printed(Protocol):
    """A run, just made or read back, as far as it is printed; fields as of a run."""

    @property
    def summary(self) -> Summary:
        """The headline numbers."""

    @property
    def verdict(self) -> Verdict | None:
        """None for a run made without."""

    @property
    def sleeve(self) -> Switched | None:
        """Of a duration rule."""

    @property
    def stress(self) -> object:
        """A text says why there is none."""


class Screen:
    """Prints a run for its reader, each part as soon as it is there; in the order of one print.

    Parameters
    ----------
    console
        Where to.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.has_metrics = self.has_verdict = False

    def show(self, run: Run) -> None:
        """Print what is there by now and is not printed yet, of a run that is under way."""
        if run.verdict is not None or _is_told_alike(run):
            self._catch_up(run)

    def end(self, run: Printed, folder: Path) -> None:
        """Print the rest of a finished run: what the rule says today, and where its pages are."""
        self._catch_up(run)
        console = self.console
        console.print()
        for name, told in own_money_lines(run.summary):
            console.print(Text(f"{name}: {told}"))
        if ruin_of(run.summary) is None:  # else nothing is held any more
            console.print(latest_decision(run.summary.latest))
        console.print()
        console.print(Text(f"results in {folder}"), soft_wrap=True)
        for page in pages_of_run(folder):
            console.print(Text(f"open {folder / page.file}"), soft_wrap=True)
        if isinstance(run.stress, str):  # why there is none
            console.print(Text(printable(f"no {STRESS.file}: {run.stress}")), soft_wrap=True)

    def _catch_up(self, run: Printed) -> None:
        if not self.has_metrics:
            self._show_metrics(run)
        if not self.has_verdict and run.verdict is not None:
            self._show_verdict(run.verdict)

    def _show_metrics(self, run: Printed) -> None:
        """Print the table; of a duration rule also its latest switches."""
        self.has_metrics = True
        console = self.console
        console.print()
        console.print(_metrics_table(run.summary, run.verdict))
        console.print(Text(CVAR))
        if run.summary.is_real:
            console.print(Text(nominal_line(run.summary)))
        if run.sleeve is not None:
            console.print()
            switches = run.sleeve.switches
            console.print(
                Text(NO_SWITCH) if switches.empty else _switch_table(switches, run.summary.currency)
            )
            console.print(Text(DURATION))

    def _show_verdict(self, verdict: Verdict) -> None:
        self.has_verdict = True
        console = self.console
        console.print()
        word = short_word(verdict.word, cash_words(verdict.investor))
        console.print(Text(f"{HEDGES} {capital(word)}."))
        for sentence in sentences(verdict).in_order:
            console.print(Text(f"  {sentence}"))
        if verdict.ways is not None:
            console.print()
            console.print(Text(f"{PAGE}? {answer_line(verdict.ways, verdict.tickers)}."))
            console.print(Text(f"  {reasons(verdict.ways, verdict.tickers)}"))


def _is_told_alike(run: Run) -> bool:
    """Whether a run's table is the same before its verdict, which may add a column.

    It adds the run's own equity where that is not the benchmark.
    """
    own = run.config.roles.equity_of(run.config.make_strategy().tickers)
    return set(own) <= {run.summary.benchmark.ticker}


def print_run(console: Console, run: Printed, folder: Path) -> None:
    """Print a finished run for its reader."""
    Screen(console).end(run, folder)


def print_state(console: Console, run: Run, state: HedgeState) -> None:
    """Print the state of the hedge on the last session of a run's data, and what the rule says."""
    sides = _sides(run)
    name = f"{run.config.strategy}{in_money(run.summary.money, run.summary.base_date)}"
    title = _hedge_title(name, sides)
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    grid = state_table(state)
    for head in grid.heads:
        justify: Literal["left", "right"] = "left" if head in LEFT else "right"
        table.add_column(head, justify=justify, max_width=_widest(head))
    for row in grid.rows:
        table.add_row(*(f"{cell.text}\n{cell.small}" if cell.small else cell.text for cell in row))
    console.print(Text(age_line(run.summary.data, run.summary.currency)))
    console.print()
    console.print(Text(state_line(state)))
    console.print()
    console.print(table)
    for note in (*state_notes(state), *([f"{offer(sides)}."] if sides.unnamed else [])):
        console.print(Text(note))
    console.print()
    console.print(latest_decision(run.summary.latest))


def _widest(head: str) -> int | None:
    """Characters that a column of the state may be wide; None for any."""
    if head.startswith("Beat "):  # cash, whatever it is called
        return max(5, *map(len, head.split()))
    return MOST_WIDTH.get(head)


def _sides(run: Run) -> Tickers:
    """What of a run is equity and what the hedge."""
    roles, held = run.config.roles, run.simulation.decisions
    tickers = [str(name) for name in held if name != CASH and held[name].gt(0).any()]
    equity, hedge = roles.equity_of(tickers), roles.hedge_of(tickers)
    unnamed = roles.unnamed(equity, beside_a_hedge=bool(hedge))
    return Tickers(equity=tuple(equity), hedge=tuple(hedge), unnamed=tuple(unnamed))


def _hedge_title(strategy: str, sides: Tickers) -> str:
    """A strategy with its equity and its hedge."""
    equity = f"equity {', '.join(sides.equity)}" if sides.equity else "no equity"
    hedge = f"hedge {', '.join(sides.hedge)}" if sides.hedge else "no hedge"
    return f"{strategy}: {equity}; {hedge}"


def age_line(vintage: Vintage, currency: str) -> str:
    """How old the data of a run are today, which its files do not say.

    In another currency than dollars also with what its rates end: monthly ones appear late.
    """
    age = age_in_days(vintage.last)
    told = f"data end on {vintage.last}, {age} {'day' if age == 1 else 'days'} ago"
    if currency == DOLLAR:
        return told
    names = ("rates of exchange on", f"{name_of(currency)} short rates with", "dollar ones with")
    ends = [
        f"{name} {vintage.series[series].last[: None if name.endswith(' on') else MONTH]}"
        for series, name in zip(CURRENCY_SERIES, names, strict=True)
        if series in vintage.series
    ]
    return f"{told}; {', '.join(ends)}"


def _metrics_table(summary: Summary, verdict: Verdict | None) -> Table:
    span = f"{summary.start} to {summary.end}"
    counted = in_money(summary.money, summary.base_date)
    table = Table(
        title=f"{summary.strategy}{counted}, {span}, after costs",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("")
    held = mix_text(summary.weights) if summary.weights else summary.strategy
    table.add_column(held, justify="right")
    both = [summary.metrics, summary.benchmark.metrics]
    heads = [f"{summary.benchmark.ticker} 100 %"]
    own = verdict.tickers.equity if verdict is not None and verdict.holds_hedge else None
    if verdict is not None and own not in (None, (summary.benchmark.ticker,)):
        # The sentences compare with the run's own equity, so the table names it too.
        both.insert(1, verdict.portfolio("equity"))
        heads.insert(0, f"100 % equity ({', '.join(verdict.tickers.equity)})")
    for head in heads:
        table.add_column(head, justify="right")
    for row in summary_rows(summary, both):
        table.add_row(*row)
    return table


def _switch_table(switches: pd.DataFrame, currency: str) -> Table:
    shown = switches.tail(LATEST_SWITCHES)
    table = Table(
        title=f"Switches of duration: {len(switches)} in all, the last {len(shown)} below",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for heading in (
        "filled", "years", "entry yield", "price move", "banked", "with switch", "without",
    ):  # fmt: skip
        table.add_column(heading, justify="left" if heading == "filled" else "right")
    for row in shown.to_dict("records"):
        has_curve = row["entry_yield"] == row["entry_yield"]  # NaN without a yield curve
        table.add_row(
            f"{row['date']:%Y-%m-%d}",
            f"{row['from_years']:.1f} to {row['to_years']:.1f}",
            percent(row["entry_yield"]) if has_curve else "-",
            percent(row["price_move"]) if has_curve else "-",
            money(row["premium_banked"], currency) if has_curve else "-",
            percent(row["held_return"]),
            percent(row["nothing_return"]),
        )
    return table


def latest_decision(latest: Latest) -> Text:
    """What a rule says on the last session: its decision, what is held, what is pending."""
    lines = [
        f"What the rule says on {latest.as_of}",
        f"  last decision  {latest.decided}: {weights_text(latest.target)}",
        f"  held now       {weights_text(latest.held)}",
        f"  pending        {weights_text(latest.pending) if latest.pending else 'nothing'}",
    ]
    return Text("\n".join(lines))

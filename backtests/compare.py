"""``python -m backtests.compare RUN RUN ...``: several portfolios side by side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from backtests.cli import (
    RUN_OPTIONS,
    config_options,
    strategy_file_option,
    strict_options,
    strictness_of,
)
from backtests.compared_runs import RunWord, like_the_first, read_words, require_held, resolve
from data.command import CONTEXT, make_console, run_command, steps
from data.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from backtests.engine.config import RunConfig
    from backtests.report.comparison.own_money import OwnMoney
    from backtests.report.comparison.table import Comparison
    from backtests.report.finished_run import FinishedRun
    from data.strictness import Strictness

MOST_ACROSS = 5  # columns that a terminal shows by name


@click.command(context_settings=CONTEXT)
@click.argument("runs", nargs=-1, metavar="RUN RUN ...")
@strategy_file_option(multiple=True)
@config_options
@strict_options
@click.option("--align", is_flag=True,
              help="Cut runs of different dates or frequency to what they share, instead of "
                   "refusing them.")  # fmt: skip
@click.option("--each-in-its-own", is_flag=True,
              help="Show runs in different currencies, each investor's own figures in its own "
                   "money, instead of refusing them; nothing is compared.")  # fmt: skip
@click.option("--against", is_flag=True, help="Also print differences from the first run.")
@click.option("--no-tearsheet", is_flag=True, help="Do not write tear sheets of new runs.")
@click.option("--no-verdict", is_flag=True, help="Do not judge new runs.")
def main(runs: tuple[str, ...], **options: Any) -> None:
    """Compare two to twenty RUNs: strategies, variants, folders of finished runs or TOML files.

    A variant is a strategy with parameters: hedge_mix:SPY=0.7,IEF=0.3 or
    attack_defend:step_bp=25. In another currency it is hedge_mix@JPY, with what is hedged
    hedge_mix@JPY:fx_hedge=1 (by ticker fx_hedge=IEF=1+TLT=0.5). Bands and cash flows are its own
    too: hedge_mix:band=0.05 or hedge_mix:flow=500/month; dates are joined by +, as in
    hedge_mix:flows=2020-01-15=500+2021-01-15=-300; band=none or flow=none leaves out what the
    options give all runs. A TOML file describes a run, as run.toml of a finished one does. What has
    not been run yet is run first, all on the same dates. "60/40"=hedge_mix:SPY=0.6,IEF=0.4 gives a
    run a name, which stands in every table.
    """
    from backtests.report.comparison.aligned import (
        FEWEST,
        MOST,
        require_all_real,
        require_one_currency,
    )
    from backtests.report.finished_run import read_run, require_strict_run
    from backtests.report.folder import require_writable
    from strategies.registry import use_file

    if not FEWEST <= len(runs) <= MOST:
        raise UsageError(f"compare takes {FEWEST} to {MOST} runs, got {len(runs)}")
    if options["against"] and options["each_in_its_own"]:
        raise UsageError(
            "--against prints differences, and runs in different currencies have none; leave it "
            "out, or --each-in-its-own"
        )
    strictness = strictness_of(options)
    rules = [use_file(file) for file in options["strategy_file"]]
    out = Path(options["out"])
    words = read_words(runs, out)
    _require_named(options["strategy_file"], rules, words)
    context = click.get_current_context()
    given = {
        name
        for name in RUN_OPTIONS
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    _require_use(words, given)
    options, taken = like_the_first(words, options, given)
    if taken:
        make_console(stderr=True).print(f"note: {taken}")
    asked = [resolve(word, out, options, given) for word in words]
    require_held(asked, options, given)
    require_one_currency(
        [
            (word.name or run.name, read_run(run).summary.currency)
            if isinstance(run, Path)
            else (word.name or word.run, run.money.currency)
            for word, run in zip(words, asked, strict=True)
        ],
        each_in_its_own=options["each_in_its_own"],
    )
    require_all_real(
        [
            (
                word.name or word.run,
                read_run(run).summary.is_real if isinstance(run, Path) else run.real,
            )
            for word, run in zip(words, asked, strict=True)
        ]
    )
    for position, one in enumerate(asked):
        if one in asked[:position]:
            raise UsageError(f"{runs[position]} is the same run as another one; name each run once")
    for word in words:
        if strictness is not None and word.folder is not None:
            require_strict_run(replace(read_run(word.folder), called=word.name), strictness)
    require_writable(out)
    folders = run_missing(asked, out, options, strictness)

    from backtests.report.comparison.aligned import align_runs
    from backtests.report.comparison.page import write_comparison
    from backtests.report.comparison.table import compare

    finished = [
        replace(read_run(folder), called=word.name)
        for folder, word in zip(folders, words, strict=True)
    ]
    console = make_console()
    for line in about(finished):
        console.print(line, soft_wrap=True)
    if options["each_in_its_own"]:
        _show_each(console, finished, out, options)
        return
    comparison = compare(align_runs(finished, align=options["align"]))
    place = write_comparison(out, comparison, standalone=options["standalone"])
    print_comparison(console, comparison, place, against=options["against"])


def _show_each(
    console: Console, runs: list[FinishedRun], out: Path, options: dict[str, Any]
) -> None:
    """Write and print each investor's own figures."""
    from backtests.report.comparison.aligned import align_runs
    from backtests.report.comparison.own_money import in_own_money
    from backtests.report.comparison.own_page import write_own_money

    own = in_own_money(align_runs(runs, align=options["align"], each_in_its_own=True))
    place = write_own_money(out, own, standalone=options["standalone"])
    print_each(console, own, place)


def print_each(console: Console, own: OwnMoney, place: Path) -> None:
    """Print a row for each metric and a column for each run, without marking any."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from backtests.report.comparison.cash_flows import flows_rows, whole_runs
    from backtests.report.comparison.own_money import (
        FINDING,
        NOTE,
        console_rows,
        finding,
        lead,
    )
    from backtests.report.text import CVAR, costs_text

    aligned = own.aligned
    days = aligned.values.index
    for note in aligned.notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    costs = "; ".join(dict.fromkeys(costs_text(run.summary.costs) for run in aligned.runs))
    console.print()
    console.print(Text(f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, after costs ({costs})"),
                  soft_wrap=True)  # fmt: skip
    money = flows_rows(aligned)
    rows = [*console_rows(own), *((head, [c.rstrip() for c in cells]) for head, cells in money)]
    for first in range(0, len(aligned.labels), MOST_ACROSS):
        chosen = slice(first, first + MOST_ACROSS)
        table = Table(box=SIMPLE_HEAD)
        table.add_column("")
        for name in aligned.labels[chosen]:
            table.add_column(Text(name), justify="right", overflow="fold")
        for name, cells in rows:
            table.add_row(name, *cells[chosen])
        console.print(table)
    if whole := whole_runs(aligned):
        console.print(Text(whole), soft_wrap=True)
    console.print(Text(NOTE), soft_wrap=True)
    console.print(Text(CVAR), soft_wrap=True)
    console.print(Text(f"{finding(own)}."), soft_wrap=True)
    console.print(Text(f"{FINDING}."), soft_wrap=True)
    console.print(Text(lead(own)), soft_wrap=True)
    console.print(Text(f"open {place / 'index.html'}"), soft_wrap=True)


def _require_named(files: Sequence[str], rules: Sequence[str], words: Sequence[RunWord]) -> None:
    """Refuse a file with a strategy that no RUN names."""
    for file, name in zip(files, rules, strict=True):
        if all(word.strategy != name for word in words):
            raise UsageError(f"--strategy-file {file} is {name}, which no RUN names; add {name}")


def _require_use(words: Sequence[RunWord], given: Collection[str]) -> None:
    """Refuse options for new runs where no run is new: they would be ignored silently."""
    if any(word.folder is None for word in words):
        return
    for name in RUN_OPTIONS:
        if name in given:
            raise UsageError(
                f"--{name.replace('_', '-')} is for new runs, and all of these are finished; "
                "leave it out, or name strategies"
            )


def about(runs: list[FinishedRun]) -> list[str]:
    """Name the data that the runs use, with their notes, each line once."""
    lines = [
        f"{run.summary.source}: {_title_of(run)}, {run.summary.start} to {run.summary.end}"
        for run in runs
    ]
    lines += [f"note: {remark}" for run in runs for remark in run.manifest.remarks]
    lines += [f"note: {note}" for run in runs for note in run.summary.notes]
    return list(dict.fromkeys(lines))


def _title_of(run: FinishedRun) -> str:
    """The title of a run's data; why they were used follows among its remarks."""
    return run.manifest.origin.plain(run.summary.source_title)


def run_missing(
    asked: list[Path | RunConfig],
    out: Path,
    options: dict[str, Any],
    strictness: Strictness | None = None,
) -> list[Path]:
    """Run what is not a finished run yet, in parallel, and return every folder in order."""
    configs = [one for one in asked if not isinstance(one, Path)]
    made: list[Path] = []
    if configs:
        from backtests.pool import run_many

        # The page needs a library that takes over a second to load: load it while runs are made.
        Thread(target=import_module, args=("arch.bootstrap",), daemon=True).start()
        with steps("running portfolios") as step:
            made = run_many(
                configs,
                out,
                step,
                make_console(stderr=True).print,
                with_tearsheet=not options["no_tearsheet"],
                with_verdict=not options["no_verdict"],
                standalone=options["standalone"],
                strictness=strictness,
            )
    fresh = iter(made)
    return [one if isinstance(one, Path) else next(fresh) for one in asked]


def print_comparison(
    console: Console, comparison: Comparison, place: Path, *, against: bool
) -> None:
    """Print a row for each metric and a column for each run; a star marks the best of a row."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from backtests.report.comparison.cash_flows import flows_rows, whole_runs
    from backtests.report.comparison.table import (
        RANGES,
        console_rows,
        difference_rows,
        payoff_rows,
    )
    from backtests.report.comparison.words import finding
    from backtests.report.text import CVAR, costs_text
    from backtests.report.verdict.payoffs import payoff_note

    labels = comparison.aligned.labels
    heads = labels
    if len(labels) > MOST_ACROSS or max(map(len, labels)) > 40:
        heads = [f"[{number}]" for number in range(1, len(labels) + 1)]
    values = comparison.aligned.values
    span = f"{values.index[0]:%Y-%m-%d} to {values.index[-1]:%Y-%m-%d}"
    for note in comparison.aligned.notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    console.print()
    runs = comparison.aligned.runs
    costs = "; ".join(dict.fromkeys(costs_text(run.summary.costs) for run in runs))
    console.print(Text(f"{span}, after costs ({costs}); * best of its row"), soft_wrap=True)
    if heads is not labels:
        for head, name in zip(heads, labels, strict=True):
            console.print(Text(f"  {head} {name}"), soft_wrap=True)
    word, *metrics = console_rows(comparison)
    payoffs = payoff_rows(comparison)
    own = flows_rows(comparison.aligned)
    rows = [word, *payoffs, *metrics, *own, *(difference_rows(comparison) if against else [])]
    # Runs that a screen is too narrow for go into further tables below.
    across = max(2, min(len(labels), MOST_ACROSS))
    for first in range(0, len(labels), across):
        chosen = slice(first, first + across)
        table = Table(box=SIMPLE_HEAD)
        table.add_column("")
        for head in heads[chosen]:
            table.add_column(Text(head), justify="right", overflow="fold")
        for name, cells in rows:
            table.add_row(name, *cells[chosen])
        console.print(table)
    if whole := whole_runs(comparison.aligned):
        console.print(Text(whole), soft_wrap=True)
    if payoffs:
        console.print(Text(payoff_note(cash=comparison.cash)))
    console.print(Text(CVAR))
    if against:
        console.print(Text(RANGES))
    console.print(Text(f"{finding(comparison)}."), soft_wrap=True)
    console.print(Text(f"open {place / 'index.html'}"), soft_wrap=True)


if __name__ == "__main__":
    run_command(main)

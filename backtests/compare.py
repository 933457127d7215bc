"""``python -m backtests.compare RUN RUN ...``: several portfolios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from backtests.cli import (
    RUN_OPTIONS,
    assignments,
    config_options,
    run_config,
    strategy_file_option,
)
from data.command import CONTEXT, make_console, printable, run_command, steps
from data.errors import OutputError, UsageError, did_you_mean
from data.records import fields_of

if TYPE_CHECKING:
    from rich.console import Console

    from backtests.engine.config import RunConfig
    from backtests.report.comparison.table import Comparison
    from backtests.report.finished_run import FinishedRun

MOST_ACROSS = 5  # columns that a terminal shows by name


@click.command(context_settings=CONTEXT)
@click.argument("runs", nargs=-1, metavar="RUN RUN ...")
@strategy_file_option(multiple=True)
@config_options
@click.option("--align", is_flag=True,
              help="Cut runs of different dates or frequency to what they share, instead of "
                   "refusing them.")  # fmt: skip
@click.option("--against", is_flag=True, help="Also print differences from the first run.")
@click.option("--no-tearsheet", is_flag=True, help="Do not write tear sheets of new runs.")
@click.option("--no-verdict", is_flag=True, help="Do not judge new runs.")
def main(runs: tuple[str, ...], **options: Any) -> None:
    """Compare two to twenty RUNs: strategies, variants or folders of finished runs.

    A variant is a strategy with parameters: hedge_mix:SPY=0.7,IEF=0.3 or
    attack_defend:step_bp=25. What has not been run yet is run first, all on the same dates.
    """
    from backtests.report.comparison.aligned import FEWEST, MOST
    from backtests.report.folder import require_writable

    if not FEWEST <= len(runs) <= MOST:
        raise UsageError(f"compare takes {FEWEST} to {MOST} runs, got {len(runs)}")
    use_files(options["strategy_file"], runs)
    out = Path(options["out"])
    options = like_the_finished(runs, out, options)
    asked = [resolve(text, out, options) for text in runs]
    _require_use(asked)
    for position, one in enumerate(asked):
        if one in asked[:position]:
            raise UsageError(f"{runs[position]} is the same run as another one; name each run once")
    require_writable(out)
    folders = run_missing(asked, out, options)

    from backtests.report.comparison.aligned import align_runs
    from backtests.report.comparison.page import write_comparison
    from backtests.report.comparison.table import compare
    from backtests.report.finished_run import read_run

    finished = [read_run(folder) for folder in folders]
    console = make_console()
    for line in about(finished):
        console.print(line, soft_wrap=True)
    comparison = compare(align_runs(finished, align=options["align"]))
    place = write_comparison(out, comparison)
    print_comparison(console, comparison, place, against=options["against"])


def use_files(files: Sequence[str], runs: Sequence[str]) -> None:
    """Read strategies from files, and refuse a file that no RUN names.

    Raises
    ------
    UsageError
        Naming the file.
    """
    from strategies.registry import use_file

    for file in files:
        name = use_file(file)
        if all(text.partition(":")[0] != name for text in runs):
            raise UsageError(f"--strategy-file {file} is {name}, which no RUN names; add {name}")


def resolve(text: str, out: Path, options: dict[str, Any]) -> Path | RunConfig:
    """Read an argument: the folder of a finished run, or a run to make.

    Raises
    ------
    HedgeError
        For an argument that is neither, naming the nearest.
    """
    from strategies.registry import is_strategy, strategy_names

    strategy, colon, rest = text.partition(":")
    folder = folder_of(text, out)
    if folder is not None:
        return folder
    if not is_strategy(strategy):
        names = strategy_names()
        raise UsageError(
            f"{text!r} is no strategy and no run under {out}"
            f"{did_you_mean(text, [*names, *_finished(out)])}; strategies are {', '.join(names)}"
        )
    if colon and not rest:
        raise UsageError(f"{text!r} names no parameter; write {strategy}:NAME=VALUE,...")
    return run_config(strategy, variant(strategy, rest), options)


def folder_of(text: str, out: Path) -> Path | None:
    """The folder of a finished run that an argument names, by path or by name under ``out``."""
    from strategies.registry import STRATEGIES, is_strategy

    name = text.partition(":")[0]
    if name in STRATEGIES or "\0" in text:
        return None
    folder = next((f.resolve() for f in (Path(text), out / text) if f.is_dir()), None)
    # Asked last: reading the strategies of $HEDGE_STRATEGIES runs the files there.
    return None if folder is None or is_strategy(name) else folder


def like_the_finished(runs: Sequence[str], out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Give new runs the data, dates and costs of the first finished run, where none are given."""
    from backtests.report.finished_run import read_run

    finished = next((f for text in runs if (f := folder_of(text, out)) is not None), None)
    if finished is None or all(folder_of(text, out) is not None for text in runs):
        return options
    run = read_run(finished)
    settings = {**fields_of(run.manifest.config), "start": run.summary.first_return}
    context = click.get_current_context()
    taken = {
        name: settings[name]
        for name in RUN_OPTIONS
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE
    }
    told = ", ".join(f"{name} {value}" for name, value in taken.items() if value is not None)
    make_console(stderr=True).print(f"note: new runs take from {finished.name}: {told}")
    return {**options, **taken}


def _require_use(asked: list[Path | RunConfig]) -> None:
    """Refuse options for new runs where no run is new: they would be ignored silently."""
    if not all(isinstance(one, Path) for one in asked):
        return
    context = click.get_current_context()
    for name in RUN_OPTIONS:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise UsageError(
                f"--{name.replace('_', '-')} is for new runs, and all of these are finished; "
                "leave it out, or name strategies"
            )


def about(runs: list[FinishedRun]) -> list[str]:
    """Name the data that the runs use, with their notes, each line once."""
    lines = [
        f"{run.summary.source}: {run.summary.source_title}, {run.summary.start} to "
        f"{run.summary.end}"
        for run in runs
    ]
    lines += [f"note: {remark}" for run in runs for remark in run.manifest.remarks]
    lines += [f"note: {note}" for run in runs for note in run.summary.notes]
    return list(dict.fromkeys(lines))


def _finished(out: Path) -> list[str]:
    try:
        names = [path.parent.name for path in out.glob("*/summary.json")]
        return [name for name in names if ".replaced-" not in name]
    except OSError as error:
        raise OutputError(
            f"--out {out} cannot be read: {error.strerror}; choose another folder"
        ) from error


def variant(strategy: str, text: str) -> dict[str, str]:
    """Read ``SPY=0.7,IEF=0.3`` or ``step_bp=25``: a name that is no parameter is a ticker."""
    from strategies.registry import strategy_class

    declared = {parameter.name: parameter for parameter in strategy_class(strategy).parameters()}
    given = assignments([part for part in text.split(",") if part], strategy)
    weights = {k: v for k, v in given.items() if k not in declared}
    if weights and "weights" in declared:
        given = {k: v for k, v in given.items() if k in declared}
        given["weights"] = ",".join(f"{k}={v}" for k, v in weights.items())
    return given


def run_missing(asked: list[Path | RunConfig], out: Path, options: dict[str, Any]) -> list[Path]:
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

    from backtests.report.comparison.table import console_rows, difference_rows
    from backtests.report.text import CVAR, costs_text

    labels = comparison.aligned.labels
    heads = labels
    if len(labels) > MOST_ACROSS or max(map(len, labels)) > 40:
        heads = [f"[{number}]" for number in range(1, len(labels) + 1)]
    values = comparison.aligned.values
    span = f"{values.index[0]:%Y-%m-%d} to {values.index[-1]:%Y-%m-%d}"
    for note in comparison.aligned.notes:
        console.print(Text(printable(f"note: {note}")), soft_wrap=True)
    console.print()
    runs = comparison.aligned.runs
    costs = "; ".join(dict.fromkeys(costs_text(run.summary.costs) for run in runs))
    console.print(Text(f"{span}, after costs ({costs}); * best of its row"), soft_wrap=True)
    if heads is not labels:
        for head, name in zip(heads, labels, strict=True):
            console.print(Text(printable(f"  {head} {name}")), soft_wrap=True)
    rows = console_rows(comparison) + (difference_rows(comparison) if against else [])
    # Runs that a screen is too narrow for go into further tables below.
    across = max(2, min(len(labels), MOST_ACROSS))
    for first in range(0, len(labels), across):
        chosen = slice(first, first + across)
        table = Table(box=SIMPLE_HEAD)
        table.add_column("")
        for head in heads[chosen]:
            table.add_column(Text(printable(head)), justify="right", overflow="fold")
        for name, cells in rows:
            table.add_row(name, *cells[chosen])
        console.print(table)
    console.print(Text(CVAR))
    console.print(Text(f"open {place / 'index.html'}"), soft_wrap=True)


if __name__ == "__main__":
    run_command(main)

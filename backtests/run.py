"""``python -m backtests.run STRATEGY``: one backtest, from prices to a tear sheet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backtests.cli import (
    config_options,
    given_params,
    named_strategy,
    run_config,
    strategy_file_option,
    strategy_options,
    strict_options,
    strictness_of,
    with_config,
)
from data.command import CONTEXT, has_own_process, make_console, progress, run_command
from data.errors import OutputError, UsageError
from data.regular import MOST_JSON, read_regular_text
from data.terminal import write_out

if TYPE_CHECKING:
    from backtests.engine.run import Run
    from backtests.engine.with_quantstats import Drawn
    from backtests.report.console import Printed, Screen


@click.command(context_settings=CONTEXT)
@click.argument("strategy", required=False)
@strategy_file_option()
@strategy_options
@config_options
@strict_options
@click.option("--config", metavar="FILE",
              help="Run a configuration file (TOML), such as run.toml of a finished run; "
                   "options given beside it override it.")  # fmt: skip
@click.option("--no-tearsheet", is_flag=True, help="Do not write the tear sheet.")
@click.option("--no-verdict", is_flag=True, help="Do not judge the hedge.")
@click.option("--withdrawals", is_flag=False, flag_value="4%", metavar="RATE",
              help="Also write how long money lasted of which this much a year, 4% unless given, "
                   "is taken out from every start month: withdrawals.html.")  # fmt: skip
@click.option(
    "--serial",
    is_flag=True,
    help="Do everything in one process: slower, the same results, less memory.",
)
@click.option("--refresh", is_flag=True,
              help="Fetch prices again, even if recent ones are saved.")  # fmt: skip
@click.option("--again", is_flag=True,
              help="Make the run anew, even if one was made and nothing has changed.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print summary.json and nothing else.")
@click.option("--list", "listing", is_flag=True, help="List strategies and their parameters.")
def main(strategy: str | None, **options: Any) -> None:
    """Backtest STRATEGY and write its tear sheet and numbers to a folder under results/."""
    strategy = named_strategy(strategy, options["strategy_file"])
    if options["listing"]:
        write_out(listing())
        return
    if strategy is None and options["config"] is None:
        raise UsageError("which strategy? for example: python -m backtests.run hedge_mix (--list)")
    from backtests.engine.apart import apart

    # First of all: it loads the libraries while everything before the first fill is done here.
    with apart() if has_own_process() and not options["serial"] else nullcontext():
        run(strategy, **options)


def run(strategy: str | None, **options: Any) -> None:
    """Execute a run and show it."""
    from backtests.report.folder import require_writable

    strictness = strictness_of(options)
    params = given_params(options)
    config = run_config(*with_config(strategy, params, options, options["config"]))
    if options["config"] is not None:
        from backtests.engine.config_file import require_kept_source

        require_kept_source(Path(options["config"]), config.make_strategy())
    out = Path(options["out"])
    require_writable(out)

    from backtests.again import earlier_answer, question_of, remember
    from backtests.engine.withdrawal_rate import require_payable
    from backtests.report.console import Screen
    from backtests.report.index import rebuild_index

    rate = options["withdrawals"]
    withdrawals = None if rate is None else require_payable(config, rate)
    console = make_console(stderr=options["as_json"])
    question = question_of(
        config,
        with_verdict=not options["no_verdict"],
        with_tearsheet=not options["no_tearsheet"],
        standalone=options["standalone"],
        withdrawals=withdrawals,
    )
    if not (options["again"] or options["refresh"]):
        earlier = earlier_answer(question, out, strictness)
        if earlier is not None:
            rebuild_index(out)
            for line in earlier.told:
                console.print(line, soft_wrap=True)
            show(Screen(console), earlier, earlier.folder, as_json=options["as_json"])
            console.print(earlier.note, soft_wrap=True)
            return

    from backtests.jobs import begin_sheet, execute, publish
    from backtests.report import run_folder  # noqa: F401 - while vectorbt loads, not at the end
    from data.read_log import recording

    screen = Screen(console)
    drawing: Callable[[], Drawn] | None = None

    def show_more(run: Run) -> None:
        nonlocal drawing
        if not options["as_json"]:
            screen.show(run)
        if drawing is None and not options["no_tearsheet"]:
            drawing = begin_sheet(run)

    told: list[str] = []

    def announce(line: str) -> None:
        told.append(line)
        console.print(line, soft_wrap=True)

    # The user's own rule may print; with --json, stdout holds the summary alone.
    with redirect_stdout(sys.stderr) if options["as_json"] else nullcontext():
        with recording() as log:
            result = execute(
                config,
                progress,
                announce,
                refresh=options["refresh"],
                with_verdict=not options["no_verdict"],
                withdrawals=withdrawals,
                strictness=strictness,
                show=show_more,
            )
        folder = publish(
            result,
            out,
            progress,
            with_tearsheet=not options["no_tearsheet"],
            standalone=options["standalone"],
            drawing=drawing,
        )
    try:
        remember(question, out, result, folder, log, told)
    except OutputError as error:  # the run is finished all the same
        console.print(f"warning: {error}", soft_wrap=True)
    show(screen, result, folder, as_json=options["as_json"])


def show(screen: Screen, run: Printed, folder: Path, *, as_json: bool) -> None:
    """Print a run: its summary as JSON, or what its reader wants to see first."""
    from backtests.report.console import age_line
    from backtests.report.files import SUMMARY
    from backtests.report.text import ruin_of

    if not as_json:
        screen.end(run, folder)
        return
    if ruin_of(run.summary) is None:  # else its data end with its money
        screen.console.print(age_line(run.summary.data, run.summary.currency), soft_wrap=True)
    write_out(read_regular_text(folder / SUMMARY, MOST_JSON).rstrip("\n"))


def listing() -> str:
    """Every strategy with its parameters, units, ranges, defaults and what it does."""
    from strategies.registry import STRATEGIES, own_strategies, strategy_class

    own = own_strategies()
    kinds = [strategy_class(name) for name in STRATEGIES] + list(own.strategies.values())
    lines: list[str] = []
    for kind in kinds:
        origin = "" if kind.file is None else f"  [{kind.file.path}]"
        lines += [f"{kind.name}: {kind.summary()}{origin}"]
        for declared in kind.parameters():
            default = declared.default
            if isinstance(default, Mapping):
                default = ",".join(f"{ticker}={weight:g}" for ticker, weight in default.items())
            range_ = f"; {declared.range}" if declared.range else ""
            lines += [f"  {declared.name} = {default}  ({declared.unit}{range_})  {declared.doc}"]
    return "\n".join([*lines, *(f"not usable: {line}" for line in own.wrong)])


if __name__ == "__main__":
    run_command(main)

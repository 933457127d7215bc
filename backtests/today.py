"""``python -m backtests.today``: does the hedge hold today, and what followed such months."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from functools import partial
from typing import Any

import click

from backtests.cli import (
    config_options,
    run_by_ledger,
    strategy_file_option,
    strategy_options,
    strict_options,
)
from data.command import CONTEXT, make_console, progress, run_command
from data.terminal import write_out


@click.command(context_settings=CONTEXT)
@click.argument("run", required=False, metavar="[STRATEGY|RUN FOLDER|run.toml]")
@strategy_file_option()
@strategy_options
@partial(config_options, writes=False)
@strict_options
@click.option("--refresh", is_flag=True,
              help="Fetch prices again, even if recent ones are saved.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON and nothing else.")
def main(run: str | None, **options: Any) -> None:
    """Show the state of the hedge on the last session, and what followed past months like it.

    Of a strategy (hedge_mix unless named), or of a finished run's folder or TOML file, whose
    configuration holds but for the options given beside it. Nothing is written.
    """
    console = make_console(stderr=options["as_json"])
    announce = partial(console.print, soft_wrap=True)
    # The user's own rule may print; with --json, stdout holds the state alone.
    with redirect_stdout(sys.stderr) if options["as_json"] else nullcontext():
        result = run_by_ledger(run, options, announce)

        from backtests.engine.backtest import as_if_unpaid
        from backtests.jobs import state_of_run
        from backtests.report.console import print_state
        from backtests.report.files import json_text

        with progress("asking past months"):
            state = state_of_run(result)
    if options["as_json"]:
        write_out(json_text(state).rstrip("\n"))
    else:
        print_state(console, as_if_unpaid(result), state)


if __name__ == "__main__":
    run_command(main)

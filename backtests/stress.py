"""``python -m backtests.stress``: what falls of history and other shocks would do today."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from functools import partial
from pathlib import Path
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
from data.regular import MOST_JSON, read_regular_text
from data.terminal import write_out


@click.command(context_settings=CONTEXT)
@click.argument("run", required=False, metavar="[STRATEGY|RUN FOLDER|run.toml]")
@strategy_file_option()
@strategy_options
@config_options
@strict_options
@click.option("--refresh", is_flag=True,
              help="Fetch prices again, even if recent ones are saved.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print stress.json and nothing else.")
def main(run: str | None, **options: Any) -> None:
    """Show what shocks would do to today's portfolio at today's yields.

    The falls of history once more, shocks of yields, equity and the dollar, the stories of the
    article, the rise of yields at which Treasuries stop beating bills, and a tax on coupons. Of a
    strategy (hedge_mix unless named), or of a finished run's folder or TOML file, whose
    configuration holds but for the options given beside it. The page and its numbers are written
    to a folder under results/.
    """
    from backtests.report.files import STRESS
    from backtests.report.folder import require_writable

    out = Path(options["out"])
    require_writable(out)
    console = make_console(stderr=options["as_json"])
    announce = partial(console.print, soft_wrap=True)
    # The user's own rule may print; with --json, stdout holds the figures alone.
    with redirect_stdout(sys.stderr) if options["as_json"] else nullcontext():
        made = run_by_ledger(run, options, announce)

        from backtests.engine.stress.stress import stress_of
        from backtests.report.stress.folder import publish_stress

        stress = stress_of(made, progress)
        with progress("writing results"):
            folder = publish_stress(out, made, stress, standalone=options["standalone"])
    if options["as_json"]:
        write_out(read_regular_text(folder / STRESS, MOST_JSON).rstrip("\n"))
        return

    from backtests.engine.backtest import as_if_unpaid
    from backtests.report.console import age_line
    from backtests.report.stress.console import print_stress
    from backtests.report.text import summary_label

    tested = as_if_unpaid(made).summary
    announce(age_line(tested.data, tested.currency))
    print_stress(console, summary_label(made.summary), stress)
    announce(f"results in {folder}")
    announce(f"open {folder / 'stress.html'}")


if __name__ == "__main__":
    run_command(main)

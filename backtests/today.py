"""``python -m backtests.today``: does the hedge hold today, and what followed such months."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from functools import partial
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
from data.command import CONTEXT, make_console, progress, run_command
from data.errors import UsageError, did_you_mean
from data.terminal import write_out

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig

DEFAULT = "hedge_mix"


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
    strictness = strictness_of(options)
    config = configuration(run, options)

    from backtests.engine import ledger
    from backtests.engine.backtest import as_if_unpaid
    from backtests.jobs import make_run, state_of_run
    from backtests.report.console import print_state
    from backtests.report.files import json_text

    console = make_console(stderr=options["as_json"])
    announce = partial(console.print, soft_wrap=True)
    if config.end is not None and options["end"] is None:
        announce(f"note: {run} ends on {config.end}; --end DAY asks about a later day")
    # The user's own rule may print; with --json, stdout holds the state alone.
    with redirect_stdout(sys.stderr) if options["as_json"] else nullcontext():
        result = make_run(
            config,
            progress,
            announce,
            refresh=options["refresh"],
            strictness=strictness,
            engine=ledger.fill,
        )
        with progress("asking past months"):
            state = state_of_run(result)
    if (ruined := result.simulation.ruined) is not None:
        told = f"its money ran out on {ruined:%Y-%m-%d}: what follows is without cash flows"
        announce(f"note: {told}")
    if options["as_json"]:
        write_out(json_text(state).rstrip("\n"))
    else:
        print_state(console, as_if_unpaid(result), state)


def configuration(run: str | None, options: dict[str, Any]) -> RunConfig:
    """The configuration of the run that is asked about.

    Parameters
    ----------
    run
        A strategy, the folder of a finished run, or a configuration file; None for hedge_mix.
    options
        Of the command line: they override what a file sets.

    Raises
    ------
    UsageError
        For what is none of them.
    """
    path = None if run is None else _file_of(run)
    named = run if path is None else None
    strategy = named_strategy(named, options["strategy_file"])
    if strategy is None and path is None:
        strategy = DEFAULT
    if named is not None:
        _require_strategy(named)
    if path is None:
        return run_config(*with_config(strategy, given_params(options), options, None))

    from backtests.engine.config_file import require_kept_source

    where = str(run)
    params = given_params(options)
    config = run_config(*with_config(strategy, params, options, str(path), where))
    require_kept_source(path, config.make_strategy(), where)
    return config


def _file_of(run: str) -> Path | None:
    """The configuration file of a finished run's folder, or the file itself; None for a strategy.

    Raises
    ------
    UsageError
        For a folder that is no run's, and for a file that is not there.
    """
    from backtests.report.files import CONFIG
    from strategies.registry import STRATEGIES

    if run in STRATEGIES or not run or "\0" in run:
        return None
    place = Path(run)
    try:
        is_folder, is_file = place.is_dir(), place.is_file()
    except OSError:  # a path that no system allows, such as a very long one
        return None
    if is_folder:
        if not (place / CONFIG).is_file():
            raise UsageError(
                f"{run} holds no {CONFIG}, so it is no run's folder; name a folder that "
                "backtests.run wrote, a TOML file or a strategy"
            )
        return place / CONFIG
    if is_file or run.lower().endswith(".toml"):
        return place
    return None


def _require_strategy(name: str) -> None:
    """Refuse a word that is no strategy.

    Raises
    ------
    UsageError
        Naming the nearest.
    """
    from strategies.registry import is_strategy, strategy_names

    if not is_strategy(name):
        names = strategy_names()
        raise UsageError(
            f"{name!r} is no strategy, no run's folder and no TOML file"
            f"{did_you_mean(name, names)}; strategies are {', '.join(names)}"
        )


if __name__ == "__main__":
    run_command(main)

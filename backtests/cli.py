"""What every command shares: errors in one line, exit codes, and how a run is described."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from data.errors import HedgeError, UsageError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def run_command(command: click.Command, arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with 0, 2 (the user can correct it) or 1 (a fault of ours).

    An error is one line on stderr; ``--debug`` among the arguments shows the traceback.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        command.main(args=given, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        sys.exit(_say("interrupted; finished results are intact", 1))
    except click.ClickException as error:
        if debug:
            raise
        sys.exit(_say(f"{error.format_message()} (see --help)", 2))
    except HedgeError as error:
        if debug:
            raise
        sys.exit(_say(str(error), 2))
    except BrokenPipeError:
        # The reader of a pipe left early: nothing to tell, and no flush at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        reason = f"{type(error).__name__}: {error}"
        sys.exit(_say(f"a fault of ours: {reason}; run again with --debug and report it", 1))


def _say(message: str, code: int) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"error: {line}\n")
    return code


def assignments(texts: Sequence[str], option: str) -> dict[str, str]:
    """Read repeated ``NAME=VALUE`` options.

    Raises
    ------
    UsageError
        For one without ``=`` or a name given twice.
    """
    read: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} takes NAME=VALUE, got {text!r}")
        if name.strip() in read:
            raise UsageError(f"{option} {name.strip()} is given twice; give it once")
        read[name.strip()] = value.strip()
    return read


def config_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a run, the same for every command."""
    options = (
        click.option("--source", default="auto", show_default=True, metavar="SOURCE",
                     help="Prices: auto, yahoo, bundled or files:DIR."),
        click.option("--start", metavar="YYYY-MM-DD", help="First day to simulate."),
        click.option("--end", metavar="YYYY-MM-DD", help="Last day to simulate."),
        click.option("--fee-bps", type=float, default=2.0, show_default=True,
                     help="Fee, basis points of the value traded."),
        click.option("--slippage-bps", type=float, default=1.0, show_default=True,
                     help="Slippage, basis points of the price."),
        click.option("--lag", type=int, default=1, show_default=True,
                     help="Sessions from a decision to its trade."),
        click.option("--benchmark", metavar="TICKER",
                     help="What to compare with  [default: SPY, else the heaviest ticker]."),
        click.option("--initial", type=float, default=10_000.0, show_default=True,
                     help="Value at the start."),
        click.option("--out", default="results", show_default=True, type=click.Path(),
                     help="Folder for results."),
        click.option("--debug", is_flag=True, help="Show tracebacks."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command

"""How every command talks and ends: errors in one line, exit codes, progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from data.errors import HedgeError

if TYPE_CHECKING:
    import click
    from rich.console import Console

Progress = Callable[[str], AbstractContextManager[object]]
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
NARROWEST = 80


def silent(_: str) -> AbstractContextManager[object]:
    """Show no progress."""
    return nullcontext()


def run_command(command: click.Command, arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with 0, 2 (the user can correct it) or 1 (a fault of ours).

    An error is one line on stderr; ``--debug`` among the arguments shows the traceback.
    """
    import click

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
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return code


def make_console(*, stderr: bool = False) -> Console:
    """Open a console that never folds a table narrower than 80 columns."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, markup=False)
    if console.width < NARROWEST or not console.is_terminal:
        console = Console(stderr=stderr, highlight=False, markup=False, width=100)
    return console


@contextmanager
def progress(step: str) -> Iterator[None]:
    """Show a step while it lasts: a spinner on a terminal, a line with its time elsewhere."""
    console = make_console(stderr=True)
    if console.is_terminal:
        with console.status(f"{step} ..."):
            yield
        return
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    if took > 1.0:
        sys.stderr.write(f"{step}: {took:.1f} s\n")

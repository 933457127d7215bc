"""What every command shares: errors in one line, exit codes, progress on the screen."""

from __future__ import annotations

import atexit
import gc
import io
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from data.errors import HedgeError, UsageError
from data.interrupt import INTERRUPTED
from data.terminal import behind, printable, printable_streams, tell, tell_traceback

if TYPE_CHECKING:
    import click
    from rich.console import Console
    from rich.segment import Segment
    from rich.text import Text

Progress = Callable[[str], AbstractContextManager[object]]
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
NARROWEST = 80
SECONDS_BETWEEN_LINES = 2
# New objects before the youngest are searched for garbage, and searches before one of the next age.
GARBAGE_EVERY = (50_000, 20, 20)
LONGEST = 1_000  # characters of an error
MOST_WORDS = 200  # characters of a server's own text that a message of ours quotes
MOST_NAMED = 20  # names listed in a message
_own = [False]  # whether the command that runs has a process of its own


def silent(_: str) -> AbstractContextManager[object]:
    """Show no progress."""
    return nullcontext()


def run_command(
    command: click.Command, arguments: Sequence[str] | None = None, *, is_server: bool = False
) -> None:
    """Run a command and leave with 0, 2 (the user can correct it) or 1 (a fault of ours).

    Data that ``--strict`` refuses end it with 3.

    An error is one line on stderr; ``--debug`` among the arguments shows the traceback. Without
    ``arguments`` the process is the command's own: it takes those of the command line.
    ``is_server`` for one that goes on for days.
    """
    _own[0] = arguments is None and not is_server
    if _own[0]:
        collect_rarely()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        # Daemons leave streams closed. Opened anew, no other file can take their number.
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A name may hold characters that the terminal's encoding lacks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with printable_streams():
            _run(command, given, debug=debug)
    finally:
        if (
            arguments is None and not is_server
        ):  # all is done and told: Ctrl-C would only spoil how Python ends
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def has_own_process() -> bool:
    """Whether this process is there for a single command, and ends with it."""
    return _own[0]


def _run(command: click.Command, given: Sequence[str], *, debug: bool) -> None:
    import click

    try:
        require_clock()
        _require_words(given)
        _require_once(command, given)
        command.main(args=list(given), standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        # An interrupt within code made of text, such as that of dataclasses while modules load, is
        # remembered by Python until more of it runs: it would end by the signal, not with 1.
        exec("")  # noqa: S102
        sys.exit(_say(INTERRUPTED, 1))
    except click.ClickException as error:
        sys.exit(_say(f"{error.format_message()} (see --help)", 2, debug=debug))
    except HedgeError as error:
        sys.exit(_say(str(error), error.exit_code, debug=debug))
    except BrokenPipeError:
        # The reader of a pipe left early: nothing can be shown, and Python must not flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        sys.exit(_say(system_error(error), 2, debug=debug))
    except MemoryError:
        message = "this machine's memory is full; close programs, or ask for fewer tickers or years"
        sys.exit(_say(message, 2, debug=debug))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        message = f"a fault of ours: {reason}; run again with --debug and report it"
        sys.exit(_say(message, 1, debug=debug))


def require_clock() -> None:
    """Refuse to work where the machine's clock stands beyond what Python can hold.

    Up to then nothing fails by its date (:func:`data.checks.exchange.now`); from then on every
    question for the time does, in whatever library.

    Raises
    ------
    UsageError
        If it does.
    """
    from time import time as moment

    try:
        moment()
    except OverflowError:
        raise UsageError(
            "this machine's clock stands after 2262-04-11, the last day that Python can hold; set "
            "it right"
        ) from None


def collect_rarely() -> None:
    """Run the garbage collector less often in a short process of our own, and not as it ends.

    Libraries make hundreds of thousands of objects as they load, and almost none is garbage;
    by default Python searches them again and again, a third of the time of a run.
    """
    gc.set_threshold(*GARBAGE_EVERY)
    atexit.register(gc.freeze)


def collect_at_exit() -> None:
    """Let the garbage collector run as the process ends, whatever was asked for.

    A module of the user's own may hold an open file, and what was written to it only reaches the
    disk as Python finds the file among the garbage.
    """
    atexit.unregister(gc.freeze)


def _say(message: str, code: int, *, debug: bool = False) -> int:
    if debug:
        tell_traceback()
    try:
        sys.stderr.write(f"error: {one_line(message)}\n")
        sys.stderr.flush()
    except OSError:  # the message cannot be shown, but the exit code stays
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return code


def system_error(error: OSError) -> str:
    """An error of the system in words."""
    place = f" {error.filename}" if error.filename else ""
    if "usable temporary directory" in str(error):  # of a library that asks for one
        return f"cannot write temporary files: {error.strerror or error}; set TMPDIR to a folder"
    return (
        f"cannot read or write{place}: {error.strerror or error}; "
        "make room, give access or choose another name"
    )


def one_line(message: str) -> str:
    """Fit a message into one printable line; the middle of a very long one is left out."""
    shown = printable(" ".join(message.split()))
    if len(shown) <= LONGEST:
        return shown
    return f"{shown[: LONGEST // 2]} ... {shown[-LONGEST // 2 :]}"


def words_of(said: object) -> str:
    """Fit a server's own text into one short printable line."""
    shown = printable(" ".join(str(said)[: 4 * MOST_WORDS].split()))
    return shown if len(shown) <= MOST_WORDS else f"{shown[: MOST_WORDS - 3]}..."


def listed(names: Iterable[object]) -> str:
    """Write names into a message: the first twenty, and how many more there are."""
    words = [words_of(name) for name in names]
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + more


def _require_words(arguments: Sequence[str]) -> None:
    """Refuse arguments with NUL or undecodable bytes."""
    for word in arguments:
        try:
            word.encode()  # undecodable bytes cannot be written into a result file
            possible = "\0" not in word
        except UnicodeEncodeError:
            possible = False
        if not possible:
            raise UsageError(
                f"{word!r} holds NUL or undecodable bytes; leave them out, or rename that file"
            )


def _require_once(command: click.Command, arguments: Sequence[str]) -> None:
    """Refuse an option given twice: click would silently use the last one."""
    for option in command.params:
        if option.param_type_name != "option" or getattr(option, "multiple", False):
            continue
        given = [
            word
            for word in arguments
            if any(word == name or word.startswith(f"{name}=") for name in option.opts)
        ]
        if len(given) > 1:
            raise UsageError(f"{option.opts[0]} is given {len(given)} times; give it once")


@contextmanager
def chance_untouched() -> Iterator[None]:
    """Restore the state of ``random`` afterwards: the user may have seeded it, and imports draw."""
    state = random.getstate()
    try:
        yield
    finally:
        if random.getstate() != state:
            random.setstate(state)


@cache
def _lasting() -> type[Console]:
    with chance_untouched():
        from rich.console import Console
        from rich.segment import Segment
        from rich.text import Text

    class Lasting(Console):
        """Shows printable text only, and keeps working when the reader of a pipe has left."""

        def render_str(self, text: str, **options: Any) -> Text:
            """Show text without control characters, in cells of tables as well."""
            return super().render_str(printable(text), **options)

        def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
            """Clean whatever is shown: before its width is taken, and once more at the end."""
            if isinstance(renderable, Text) and printable(renderable.plain) != renderable.plain:
                renderable = Text(printable(renderable.plain))
            for segment in super().render(renderable, options):
                clean = printable(segment.text)
                is_clean = segment.control is not None or clean == segment.text
                yield segment if is_clean else Segment(clean, segment.style)

        def on_broken_pipe(self) -> None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return Lasting


def make_console(*, stderr: bool = False) -> Console:
    """Open a console that never folds a table narrower than 80 columns."""
    # Colours and moves of the cursor go past the stream that lets printable text through.
    stream = behind(sys.stderr if stderr else sys.stdout)
    console = _lasting()(file=stream, highlight=False, markup=False)
    if console.width < NARROWEST or not console.is_terminal:
        console = _lasting()(file=stream, highlight=False, markup=False, width=100)
    return console


@contextmanager
def progress(step: str) -> Iterator[None]:
    """Show a step while it lasts: a spinner on a terminal, a line with its time elsewhere."""
    console = make_console(stderr=True)
    if console.is_terminal:
        from rich.text import Text

        with console.status(Text(printable(f"{step} ..."))):  # a str would be read as markup
            yield
        return
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    if took > 1.0:
        tell(f"{step}: {took:.1f} s")


@contextmanager
def steps(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many steps are done: a bar with rate and time left on a terminal, else lines.

    Yields
    ------
    callable
        To call with the number of steps done and the number of all steps.
    """
    console = make_console(stderr=True)
    if not console.is_terminal:
        began = latest = time.perf_counter()

        def count(done: int, of: int) -> None:
            nonlocal latest
            now = time.perf_counter()
            if done and (done >= of or now - latest > SECONDS_BETWEEN_LINES):
                latest = now
                tell(f"{what}: {done:,} of {of:,}, {now - began:.1f} s")

        yield count
        return

    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(ProgressColumn):
        """Steps a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed and speed >= 1.0 else "")

    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(printable(what), total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)

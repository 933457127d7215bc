"""vectorbt and quantstats in a process of their own, which loads them while this one reads data.

They take longer to load than everything else that a run does. The process does single calls of
functions that :func:`may_be_apart` marks, and sends back what they return: the same numbers and
the same bytes, since the same functions run on the same values. What may come
:func:`later`, such as a chart, gives way to what this process waits for.

Nothing heavy is imported here, so that the process can be started first of all.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache, wraps
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

from data.errors import WorkerError

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]  # where this project is imported from
MODULE = "backtests.engine.libraries"
GRACE = 5  # seconds within which the other process has to end by itself
HEADER = struct.Struct("<QQ?")  # of each message: its bytes, its number, whether it may come later


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Have marked functions run in a process of their own while this lasts, where that helps.

    They run here where the libraries are loaded already, where there is a single core, and where
    the system starts no further process. That process ends with the context, or with this one,
    however it ends.
    """
    is_of_use = not _current and "vectorbt" not in sys.modules and cores() > 1
    process = _started() if is_of_use else None
    if process is None:
        yield
        return
    _current.append(_Apart(process))
    try:
        yield
    finally:
        _current.clear()
        _end(process)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def may_be_apart(work: Callable[P, T]) -> Callable[P, T]:
    """Let a function run in the other process while there is one; ``MODULE`` has to list it."""

    @wraps(work)
    def wherever(*arguments: P.args, **options: P.kwargs) -> T:
        if not _current:
            return work(*arguments, **options)
        there = _current[0]
        return cast("T", there.answer(there.ask(work.__name__, arguments, options)))

    return wherever


def later(work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> Callable[[], T]:
    """Begin a marked function in the other process, where there is one, and do not wait.

    Returns
    -------
    callable
        Waits for what it returns, or raises what it raised; without another process it is done
        then. However often that is asked for, it is done once.
    """
    if not _current:
        return cache(lambda: work(*arguments, **options))
    there = _current[0]
    number = there.ask(work.__name__, arguments, options, later=True)
    return cache(lambda: cast("T", there.answer(number)))


class _Apart:
    """The other process as this one sees it: questions by number, and answers in any order."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.asked = 0
        self.answers: dict[int, bytes] = {}
        self.lock = threading.Lock()

    def ask(self, name: str, arguments: object, options: object, *, later: bool = False) -> int:
        """Send a call and return its number."""
        from backtests.engine.wire import packed

        assert self.process.stdin is not None  # noqa: S101 - as it was started
        with self.lock:
            self.asked += 1
            try:
                send(
                    self.process.stdin, packed([name, arguments, options]), self.asked, later=later
                )
            except OSError as error:
                raise _lost() from error
            return self.asked

    def answer(self, number: int) -> object:
        """Wait for what a call returned, and raise what it raised."""
        from backtests.engine.wire import answered

        assert self.process.stdout is not None  # noqa: S101 - as it was started
        with self.lock:
            while number not in self.answers:
                message = receive(self.process.stdout)
                if message is None:
                    raise _lost()
                self.answers[message[0]] = message[2]
            return answered(self.answers.pop(number))


_current: list[_Apart] = []


def _lost() -> WorkerError:
    return WorkerError(
        "the process that runs vectorbt and quantstats was killed, by hand or because memory ran "
        "out; run again, with --serial for a single process"
    )


def _started() -> subprocess.Popen[bytes] | None:
    """Start the other process; None where the system does not."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        return subprocess.Popen(  # noqa: S603 - a module of ours, by this interpreter
            # -P: files of the working folder are not imported, whatever their name.
            [sys.executable, "-P", "-m", MODULE],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=2,  # by its number: where it was closed, what was opened since is inherited too
            process_group=0,  # Ctrl-C on a terminal is for its foreground group: for this process
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows
        )
    except OSError:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the other process end, which does so when its input is closed, and wait for it."""
    try:
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent is not wanted any more
                    stream.close()
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        pass
    finally:  # also where Ctrl-C is pressed again
        process.kill()
        process.wait()


def send(stream: BinaryIO | Any, content: bytes, number: int, *, later: bool = False) -> None:
    """Write a message."""
    stream.write(HEADER.pack(len(content), number, later))
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO | Any) -> tuple[int, bool, bytes] | None:
    """Read a message: its number, whether it may come later, and its bytes; None at the end."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    length, number, is_later = HEADER.unpack(head)
    content = stream.read(length)
    return None if len(content) < length else (number, is_later, content)

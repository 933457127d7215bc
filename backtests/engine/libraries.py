"""The process that :mod:`backtests.engine.apart` starts: loads the libraries and does calls.

It ends when its standard input does: with its parent, or when that wants nothing more.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from queue import PriorityQueue, SimpleQueue
from typing import Any, BinaryIO, NoReturn

from backtests.engine.apart import receive, send
from data.command import collect_rarely
from data.terminal import use_printable_streams

Call = tuple[bool, int, bytes]  # whether it may come later, its number, its content
Works = Sequence[Callable[..., Any]]


# After an answer that was waited for the next question often follows at once: what may come later
# is not begun for so many seconds, lest that question wait for the end of a chart.
QUIET = 0.15
GLANCE = 0.002  # seconds between two looks for it


def serve(load: Callable[[], Works]) -> NoReturn:
    """Do calls from standard input and answer on standard output, until the input ends.

    Parameters
    ----------
    load
        Called once, when everything is ready to take calls: the functions that can be called.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    if hasattr(signal, "SIGTTOU"):  # stty tostop: what prints in the background is stopped
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    questions = open(os.dup(0), "rb")  # noqa: SIM115 - as long as the process
    answers = open(os.dup(1), "wb")  # noqa: SIM115
    os.dup2(2, 1)  # what a library prints is no answer
    calls: PriorityQueue[Call] = PriorityQueue()
    done: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
    threading.Thread(target=_take, args=(questions, calls), daemon=True).start()
    threading.Thread(target=_give, args=(answers, done), daemon=True).start()
    collect_rarely()
    use_printable_streams()

    from backtests.engine.wire import raised, returned, unpacked

    by_name = {work.__name__: work for work in load()}
    quiet_from = 0.0
    while True:
        may_wait, number, content = calls.get()
        if may_wait and time.monotonic() < quiet_from:
            calls.put((may_wait, number, content))
            time.sleep(GLANCE)
            continue
        try:
            name, arguments, options = unpacked(content)
            answer = returned(by_name[name](*arguments, **options))
        except Exception as error:
            answer = raised(error)
        done.put((number, answer))
        if not may_wait:
            quiet_from = time.monotonic() + QUIET


def main() -> None:
    """Serve the calls of vectorbt and quantstats."""
    serve(_loaded)


def _loaded() -> Works:
    from backtests.engine.with_quantstats import chart, quantstats_metrics, rows
    from backtests.engine.with_vectorbt import fill_with_vectorbt, load, vectorbt_metrics

    with contextlib.suppress(Exception):  # the call that needs it says what is wrong
        load()  # quantstats with it
    return fill_with_vectorbt, vectorbt_metrics, quantstats_metrics, chart, rows


def _take(questions: BinaryIO, calls: PriorityQueue[Call]) -> None:
    """Take calls while others are done, so that nobody waits to send one."""
    try:
        while (message := receive(questions)) is not None:
            number, is_later, content = message
            calls.put((is_later, number, content))
    finally:  # also where memory runs out: the parent must not wait for ever
        _leave()


def _leave() -> None:
    """End at once: a call may be long, and what it returns is not wanted any more.

    What libraries remove at exit, such as a folder of matplotlib's, is removed; to take all of them
    to pieces would take a second.
    """
    atexit._run_exitfuncs()
    os._exit(0)


def _give(answers: BinaryIO, done: SimpleQueue[tuple[int, bytes]]) -> None:
    """Send answers while further calls are done, whenever they are read."""
    try:
        while True:
            number, answer = done.get()
            send(answers, answer, number)
    finally:  # nobody reads any more, or memory runs out
        _leave()


if __name__ == "__main__":
    main()

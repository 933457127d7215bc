"""Many runs at once: a process for each core; results in the order asked for."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from backtests.engine.config import RunConfig
from backtests.report.text import config_label
from data.command import collect_rarely, silent
from data.errors import WorkerError
from data.sources.delimited import remember_tables
from data.strictness import Strictness
from data.terminal import use_printable_streams

if TYPE_CHECKING:
    from backtests.engine.backtest import FirstDays

Step = Callable[[int, int], object]


def run_many(
    configs: Sequence[RunConfig],
    out: Path,
    step: Step = lambda done, of: None,
    announce: Callable[[str], object] = lambda _: None,
    *,
    with_tearsheet: bool = True,
    with_verdict: bool = True,
    standalone: bool = False,
    strictness: Strictness | None = None,
) -> list[Path]:
    """Run several configurations over the same dates and write a folder for each.

    Parameters
    ----------
    configs
        What to run. If one has no start all begin together, on the first day that all of them
        can.
    out
        The results folder. A run that is complete there is not written again.
    step
        Called with the number of runs done and of all.
    announce
        Called with a line on the common first day, where it was not asked for.
    with_tearsheet, with_verdict, standalone
        What to write beside the numbers, and whether those pages stand alone.
    strictness
        Which data to refuse, before any run begins; None for none.

    Returns
    -------
    list of pathlib.Path
        One folder each, in order.

    Raises
    ------
    HedgeError
        The first error of any of them; finished folders stay.
    """
    workers = max(1, min(len(configs), os.cpu_count() or 1))
    # A fresh interpreter each: forking a process that has threads may hang the child.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, context, initializer=_begin)
    try:
        if strictness is not None:
            _in_order(pool, _require_strict, [(config, strictness) for config in configs])
        if any(config.start is None for config in configs):
            free = [config for config in configs if config.start is None]
            days = _in_order(pool, _first_days, [(config,) for config in free])
            start, slowest = _common_start(days)
            last = free[slowest]
            who = config_label(last)
            late = f"the first day of {who}"
            asked = max((config.start for config in configs if config.start), default=start)
            if asked > start:  # a run with a start of its own keeps it, and the others join it
                start, late = asked, "the start of another"
            announce(f"note: all begin with {start}, because of {late}")
            configs = [
                replace(config, start=start) if config.start is None else config
                for config in configs
            ]
        pages = Pages(with_tearsheet, with_verdict, standalone)
        wanted = [(config, out, pages, strictness) for config in configs]
        return _in_order(pool, _run_one, wanted, step, first=_longest_first(configs))
    except (BrokenProcessPool, OSError) as error:
        # A worker killed while it starts breaks the pipe that is being written; the closed pipe of
        # one killed later has no number. Any other is the system's own error.
        is_broken_pipe = isinstance(error, BrokenPipeError | ConnectionResetError)
        if isinstance(error, OSError) and error.errno is not None and not is_broken_pipe:
            raise
        # The pool would wait for ever for a worker that it was starting as another died.
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        raise WorkerError(
            f"one of {workers} worker processes was killed, by hand or because memory ran out; "
            "finished runs are kept, run again for the rest"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    collect_rarely()
    use_printable_streams()
    remember_tables()  # most runs read the same files
    _end_with_parent()


def _end_with_parent() -> None:
    """Let a worker end when its parent process is killed: nothing else would end it."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _in_order(
    pool: ProcessPoolExecutor,
    work: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    step: Step = lambda done, of: None,
    first: Sequence[int] | None = None,
) -> list[Any]:
    submitted: dict[int, Future[Any]] = {
        number: pool.submit(work, *arguments[number]) for number in first or range(len(arguments))
    }
    futures = [submitted[number] for number in range(len(arguments))]
    step(0, len(futures))
    for done, future in enumerate(as_completed(futures), start=1):
        future.result()  # the first error ends the batch
        step(done, len(futures))
    return [future.result() for future in futures]


def _longest_first(configs: Sequence[RunConfig]) -> list[int]:
    """Start the rules with the most parameters first: their verdicts take longest."""
    return sorted(range(len(configs)), key=lambda number: -len(configs[number].params))


def _first_days(config: RunConfig) -> FirstDays:
    from backtests.engine.backtest import first_days

    return first_days(config)


def _common_start(days: Sequence[FirstDays]) -> tuple[str, int]:
    """The start for runs that begin together, and which of them is the slowest.

    If not all can begin on the same day they begin when the slowest is invested: from an earlier
    day on it would wait in bills while the others are invested.
    """
    slowest = max(range(len(days)), key=lambda number: days[number].row_zero)
    is_same = len({one.row_zero for one in days}) == 1
    return days[slowest].row_zero if is_same else days[slowest].invested, slowest


def _require_strict(config: RunConfig, strictness: Strictness) -> None:
    from backtests.engine.backtest import load_inputs
    from data.strictness import require_market

    who = config_label(config)
    require_market(strictness, load_inputs(config).market, config.end, who)


class Pages(NamedTuple):
    """What to write beside the numbers; see :func:`run_many`."""

    with_tearsheet: bool
    with_verdict: bool
    standalone: bool


def _run_one(
    config: RunConfig, out: Path, pages: Pages, strictness: Strictness | None = None
) -> Path:
    from backtests.jobs import JUDGING, execute, is_published, publish

    run = execute(config, with_verdict=False, strictness=strictness)
    if is_published(run, out, **pages._asdict()):
        return out / run.name
    for stage in JUDGING if pages.with_verdict else ():
        run = stage(run, silent)
    return publish(run, out, with_tearsheet=pages.with_tearsheet, standalone=pages.standalone)

"""Scores from other processes, on a running Dask cluster or one that is started here.

A task is plain data and :func:`scores.score_block`, so its numbers are those of a thread here. The
panel is the result of a task and not scattered data: a scattered copy is lost with the workers
that hold it, a task is run again. Other workers repeat what a lost worker had begun.

Processes started here run ``python -m`` of this module. multiprocessing would execute the
caller's script again in each of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import logging
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from backtests.engine.candidates import Candidates, PricePanel
from backtests.engine.scores import BLOCK, Array, columns_of, cores, score_block
from backtests.engine.sweep import prepare
from data.command import Progress, collect_rarely, silent, words_of
from data.errors import HedgeError, UnreachableError, UsageError, in_short
from data.machine import scratch_folder

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

FORMS = "write tcp://host:port for a running cluster, or local:N for N processes here"
TASK = 8 * BLOCK  # candidates in a task: 0.2 s over 16,000 sessions, against its overhead of 5 ms
TASK_BYTES = 4 << 20  # of the decisions in a task: schedules are far larger than mixes
AHEAD = 4  # tasks given per thread of the cluster, which bounds its memory
ANSWER = 5  # seconds within which a scheduler has to answer, and to have workers
PATIENCE = 60  # seconds that a search without any worker waits for one
LOOK = 5  # seconds between two checks of the workers
TICK = 0.05  # seconds between two checks of processes started here
GRACE = 5  # seconds within which such a process has to end by itself
LONGEST_GREETING = 1 << 16  # bytes; a few hundred in practice
SOURCES = ("candidates.py", "costs.py", "own_steps.py", "own_sweep.py", "scores.py", "simulate.py",
           "sweep.py", "with_sweep.py", "../analysis/metrics.py")  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]  # where this project is imported from
# As Dask's nanny does: several processes share the cores.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def local_processes(scheduler: str) -> int | None:
    """Read a scheduler: the N of ``local:N``, or None for ``tcp://host:port``.

    Raises
    ------
    UsageError
        For anything else, and for more processes than this machine can use.
    """
    if not isinstance(scheduler, str):
        raise UsageError(f"--scheduler is not understood, got {in_short(scheduler)}; {FORMS}")
    if address := re.fullmatch(r"tcp://(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})/?", scheduler):
        if 0 < int(address[1]) < 65_536:
            return None
        raise UsageError(f"--scheduler {scheduler}: a port is one of 1 to 65535, got {address[1]}")
    local = re.fullmatch(r"local:([0-9]{1,9})", scheduler)
    if not local or not int(local[1]):
        raise UsageError(f"--scheduler {in_short(scheduler)} is not understood; {FORMS}")
    most = 2 * cores()
    if int(local[1]) > most:
        raise UsageError(
            f"--scheduler {scheduler}: this machine has {most // 2} cores; "
            f"ask for at most {most} processes"
        )
    return int(local[1])


@contextmanager
def connect(
    scheduler: str, *, progress: Progress = silent, timeout: float = ANSWER
) -> Iterator[Client]:
    """Connect to a cluster while the context lasts; a cluster started here ends with it.

    Parameters
    ----------
    scheduler
        ``tcp://host:port``, or ``local:N`` for N processes that only this machine reaches.
    progress
        Shows the start of processes, and that the engine is being compiled, where it is.
    timeout
        Seconds in which an existing scheduler must answer, and must have a worker.

    Raises
    ------
    UsageError
        If the scheduler is not understood or does not answer, has no worker, or if Dask is
        not installed.
    HedgeError
        If a process started here does not start.
    """
    processes = local_processes(scheduler)
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UsageError(
            f"--scheduler needs Dask, and {error.name} is not installed; "
            "run: uv pip install -c constraints.txt -e '.[cluster]'"
        ) from error
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        # Panel and tasks are small; for Dask's advice to scatter see the head of this module.
        stack.enter_context(
            dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        )
        address: Any = scheduler
        if processes:
            prepare(progress)  # once: all processes read the compiled code from its cache
            scratch = stack.enter_context(scratch_folder())
            with progress(f"starting {processes} processes"):
                address = stack.enter_context(
                    LocalCluster(
                        n_workers=0,  # it would start them by multiprocessing
                        threads_per_worker=1,
                        host="127.0.0.1",
                        dashboard_address=None,
                        # Else it takes a dashboard's port even without a dashboard.
                        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                        silence_logs=logging.CRITICAL,
                    )
                )
                stack.enter_context(_workers(address, processes, scratch))
        else:
            _require_scheduler(scheduler, timeout)
        try:
            client = stack.enter_context(Client(address, timeout=timeout, set_as_default=False))
        except Exception as error:  # another version of the protocol may raise anything
            own = importlib.metadata.version("dask")
            raise UsageError(
                f"--scheduler {scheduler} cannot talk with Dask {own} of this "
                f"machine ({error}); run the same version on both"
            ) from error
        if not processes:
            _require_workers(client, scheduler, timeout)
        yield client


@contextmanager
def _workers(cluster: LocalCluster, count: int, scratch: Path) -> Iterator[None]:
    """Run so many workers for the scheduler of this process while the context lasts.

    A worker that dies is replaced. Each reads a pipe to which nobody writes, and ends when it is
    closed: by this process, or by the system when this process is killed.
    """
    scheduler: Any = cluster.scheduler
    processes: list[subprocess.Popen[bytes]] = []
    ended = threading.Event()

    def start(number: int) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        with (scratch / f"{number}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - this module, by this interpreter
                # -P: files of the working folder are not imported, whatever their name.
                [sys.executable, "-P", "-m", __name__, cluster.scheduler_address, str(scratch)],
                env={**ONE_THREAD, **os.environ, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C on a terminal is for its foreground group: for this process.
                process_group=0,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows
            )

    def replace() -> None:
        while not ended.wait(TICK):
            for number, process in enumerate(processes):
                if process.poll() is not None:
                    _release(process)
                    with suppress(OSError):  # then at the next tick
                        processes[number] = start(number)

    watch = threading.Thread(target=replace, name="workers", daemon=True)
    try:
        try:
            for number in range(count):
                processes.append(start(number))
        except OSError as error:
            raise _unstarted(count, str(error)) from error
        until = time.monotonic() + PATIENCE
        while len(scheduler.workers) < count:
            for number, process in enumerate(processes):
                if process.poll() is not None:
                    line = _last_line(scratch / f"{number}.log")
                    raise _unstarted(count, f"exit code {process.returncode}{line}")
            if time.monotonic() > until:
                raise _unstarted(count, f"not ready after {PATIENCE} s")
            time.sleep(TICK)
        watch.start()
        yield
    finally:
        ended.set()
        if watch.ident is not None:
            watch.join()
        for process in processes:
            _release(process)  # all of them before waiting for the first
        for process in processes:
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _release(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()


def _unstarted(count: int, reason: str) -> HedgeError:
    return HedgeError(
        f"--scheduler local:{count}: a process did not start ({reason}); run without --scheduler"
    )


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return f": {words_of(last)}" if last else ""


def _require_scheduler(scheduler: str, timeout: float) -> None:
    """Wait for a scheduler's greeting until a deadline; Dask itself would wait for ever."""
    host, _, port = scheduler.removeprefix("tcp://").rstrip("/").rpartition(":")
    deadline = time.monotonic() + timeout
    while True:
        left = max(deadline - time.monotonic(), 0.1)
        try:
            with socket.create_connection((host.strip("[]"), int(port)), left) as door:
                door.settimeout(left)
                greeting = door.recv(8, socket.MSG_WAITALL)
            break
        except OSError as error:
            if time.monotonic() + 0.1 > deadline:
                raise UsageError(
                    f"--scheduler {scheduler} does not answer within {timeout:g} s; "
                    "start one with: dask scheduler"
                ) from error
            time.sleep(0.1)
    # Dask sends the length of its greeting first; any other program sends something else.
    if len(greeting) < 8 or int.from_bytes(greeting, "little") > LONGEST_GREETING:
        raise UsageError(
            f"--scheduler {scheduler}: what answers there is not a Dask scheduler; "
            "start one with: dask scheduler"
        )


def _require_workers(client: Client, scheduler: str, timeout: float) -> None:
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError as error:
        raise UsageError(
            f"--scheduler {scheduler} has no worker within {timeout:g} s; "
            f"start some with: dask worker {scheduler}"
        ) from error

    def code() -> str | None:  # a local function is sent by value; a worker may lack our modules
        try:
            from backtests.engine.cluster import engine_code
        except ImportError:
            return None
        return engine_code()

    for worker, version in client.run(code, on_error="return").items():
        if version != engine_code():
            what = "runs another version of" if isinstance(version, str) else "cannot import"
            raise UsageError(
                f"--scheduler {scheduler}: its worker {worker} {what} this project; install "
                "this version on all workers and restart them"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what distributed logs of lost workers: errors are reported here."""
    rooms = ("distributed", "tornado")
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in rooms]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def score_in_chunks_on(
    client: Client, panel: PricePanel, candidates: Candidates, *, chunk: int = TASK
) -> Iterator[pd.DataFrame]:
    """Score candidates on a cluster; chunks stay valid if the caller stops.

    Parameters
    ----------
    client
        Of :func:`connect`.
    panel, candidates
        What to run.
    chunk
        The most candidates in a task and in a frame; fewer where candidates are few or large.

    Yields
    ------
    pandas.DataFrame
        As :func:`scores.score_in_chunks` yields them, digit by digit and in the same order.

    Raises
    ------
    UnreachableError
        If the scheduler is lost, or all workers are and none returns within ``PATIENCE``.
    HedgeError
        If a task ends one worker after another, or workers run other code than this process.
        What a task itself raises is raised as it is.
    """
    with _told(client):
        shared = client.submit(_whole, panel, pure=False)
        code = engine_code()
        size = _task_size(candidates, chunk, _threads(client))
        waiting: deque[tuple[int, Future[Any]]] = deque()
        for first in range(0, len(candidates), size):
            part = candidates[first : first + size]
            waiting.append((first, client.submit(_score_task, shared, part, code, pure=False)))
            while len(waiting) >= AHEAD * max(1, _threads(client)):
                yield _frame(client, columns_of(candidates), *waiting.popleft())
        while waiting:
            yield _frame(client, columns_of(candidates), *waiting.popleft())


def score_on(
    scheduler: str,
    panel: PricePanel,
    candidates: Candidates,
    *,
    chunk: int = TASK,
    progress: Progress = silent,
    report: Callable[[int, int], object] = lambda done, total: None,
) -> pd.DataFrame:
    """Score all candidates on a cluster, in one frame: the numbers of :func:`scores.score`.

    Parameters
    ----------
    scheduler, progress
        As in :func:`connect`.
    panel, candidates, chunk
        As in :func:`score_in_chunks_on`.
    report
        Called after every chunk with the number of candidates done and their total.
    """
    parts: list[pd.DataFrame] = []
    with connect(scheduler, progress=progress) as client:
        for part in score_in_chunks_on(client, panel, candidates, chunk=chunk):
            parts.append(part)
            report(int(part.index[-1]) + 1, len(candidates))
    return pd.concat(parts)


def _task_size(candidates: Candidates, chunk: int, threads: int) -> int:
    """Candidates in a task: enough to outweigh its overhead, few enough for all threads."""
    each = candidates.targets.nbytes / len(candidates)
    if candidates.offsets is not None:
        each += candidates.rows.nbytes / len(candidates)
    fair = -(-len(candidates) // (AHEAD * max(1, threads)))
    return max(1, min(chunk, int(TASK_BYTES / each), max(BLOCK, fair)))


def _frame(client: Client, names: Sequence[str], first: int, future: Future[Any]) -> pd.DataFrame:
    alone = 0
    while True:
        try:
            # Waiting first and then asking would fail if a worker died in between.
            scores: Array = future.result(timeout=LOOK)
            break
        except TimeoutError:
            if future.status == "error":
                raise
            alone = 0 if _threads(client) else alone + LOOK
        if alone >= PATIENCE:
            raise UnreachableError(
                f"{_name(client)} has had no worker for {alone} s, at candidate {first}; "
                f"start some with: dask worker {_name(client)}"
            )
    numbers = pd.RangeIndex(first, first + len(scores), name="candidate")
    return pd.DataFrame(scores, numbers, list(names))


@contextmanager
def _told(client: Client) -> Iterator[None]:
    """Turn failures of a cluster into a line that says what to do."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except KilledWorker as error:
        raise HedgeError(
            f"{error.allowed_failures + 1} workers of {_name(client)} died over the same "
            f"candidates, the last one {error.last_worker.address}; see its log (memory? this "
            "project not installed there?), or run without --scheduler"
        ) from error
    except (CancelledError, OSError) as error:
        raise UnreachableError(
            f"the scheduler {_name(client)} was lost during the run; start it and run again"
        ) from error
    except ImportError as error:
        raise _foreign(client) from error
    except RuntimeError as error:
        if "deserialization of the task graph" not in str(error):
            raise
        raise _foreign(client) from error


def _foreign(client: Client) -> HedgeError:
    return UsageError(
        f"the scheduler {_name(client)} cannot import this project; install this version there "
        "and start it anew"
    )


def _name(client: Client) -> str:
    return str(client.scheduler.address) if client.scheduler else "the cluster"


def _threads(client: Client) -> int:
    return int(sum(client.nthreads().values()))


# --- what runs on a worker ----------------------------------------------------------------


def _serve(scheduler: str, scratch: str) -> None:
    """Work for a scheduler until the parent process ends, or closes the pipe."""
    collect_rarely()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from distributed import Worker

    async def work() -> None:
        async with Worker(
            scheduler,
            nthreads=1,
            host="127.0.0.1",
            dashboard=False,
            dashboard_address="127.0.0.1:0",  # a port is taken even without a dashboard
            memory_limit=0,  # AHEAD bounds what a worker holds
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
        ) as worker:
            await worker.finished()

    asyncio.run(work())


def _end_with_parent() -> None:
    # Not sys.stdin: a thread that reads it keeps the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(0)  # at once: nothing here is worth keeping, and a task may be long


def _whole(panel: PricePanel) -> PricePanel:
    return panel


def _score_task(panel: PricePanel, candidates: Candidates, code: str) -> Array:
    if engine_code() != code:
        raise UsageError(
            f"a worker on {platform.node()} runs another version of this project; install this "
            "one on all workers and restart them"
        )
    return score_block(panel, candidates)


@cache
def engine_code() -> str:
    """Fingerprint of the code that decides the numbers, to compare processes by."""
    here = Path(__file__).parent
    content = b"".join((here / name).read_bytes() for name in SOURCES)
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    _serve(*sys.argv[1:])

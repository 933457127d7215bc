"""Scores from other processes: candidates handed to a Dask cluster, an existing one or our own.

A task is plain data and :func:`scores.score_block`, so its numbers are those of a thread here. The
panel travels as a task of its own and not as scattered data: a scattered copy dies with the
workers that hold it, a task is made again. What a lost worker had begun, others begin anew.

Processes of our own are ``python -m`` of this module, and not what multiprocessing spawns: that
would execute the caller's script anew in each of them.
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
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from backtests.engine.candidates import Candidates, PricePanel
from backtests.engine.scores import BLOCK, METRICS, Array, cores, score_block
from backtests.engine.sweep import prepare
from data.command import Progress, silent, words_of
from data.errors import HedgeError, UnreachableError, UsageError, in_short

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

FORMS = "write tcp://host:port for a running cluster, or local:N for N processes here"
TASK = 8 * BLOCK  # candidates in a task: 0.2 s over 16,000 sessions, against its overhead of 5 ms
TASK_BYTES = 4 << 20  # of the decisions in a task: schedules weigh far more than mixes
AHEAD = 4  # tasks handed out per thread of the cluster; all that lies in its memory
ANSWER = 5  # seconds in which a scheduler answers, and has workers
PATIENCE = 60  # seconds that a sweep without any worker waits for a new one, or for its first
LOOK = 5  # seconds between two looks at who still works
TICK = 0.05  # seconds between two looks at processes of our own
GRACE = 5  # seconds in which one of them ends by itself
LONGEST_GREETING = 1 << 16  # bytes; a few hundred in practice
SOURCES = ("candidates.py", "costs.py", "scores.py", "simulate.py", "sweep.py",
           "../analysis/metrics.py")  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]  # where this project is imported from
# As Dask's own nanny: several processes share the cores.
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
    """Connect to a cluster while the context lasts; one of our own ends with it.

    Parameters
    ----------
    scheduler
        ``tcp://host:port``, or ``local:N`` for N processes that only this machine reaches.
    progress
        Shows the start of processes, and that the sweep is compiled, when it is.
    timeout
        Seconds in which an existing scheduler must answer, and must have a worker.

    Raises
    ------
    UsageError
        If the scheduler is not understood or does not answer, has no worker, or if Dask is
        not installed.
    HedgeError
        If a process of our own does not start.
    """
    processes = local_processes(scheduler)
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UsageError(
            f"--scheduler needs Dask, and {error.name} is not installed; "
            "run: pip install -e '.[cluster]'"
        ) from error
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        # Panel and tasks are known to be small; the advice to scatter is answered above.
        stack.enter_context(
            dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        )
        address: Any = scheduler
        if processes:
            prepare(progress)  # once, for the cache that all processes read
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="hedge-"))
            with progress(f"starting {processes} processes"):
                address = stack.enter_context(
                    LocalCluster(
                        n_workers=0,  # those that it starts are multiprocessing's
                        threads_per_worker=1,
                        host="127.0.0.1",
                        dashboard_address=None,
                        # Else the port of a dashboard is taken even without one.
                        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                        silence_logs=logging.CRITICAL,
                    )
                )
                stack.enter_context(_workers(address, processes, Path(scratch)))
        else:
            _require_scheduler(scheduler, timeout)
        try:
            client = stack.enter_context(Client(address, timeout=timeout, set_as_default=False))
        except Exception as error:  # whatever another version of the protocol leads to
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
    """Serve the scheduler in this process by so many others, while the context lasts.

    Who dies is replaced. A pipe that nobody writes to ties them to this process: they end when
    it is closed, by us or by the system when this process is killed.
    """
    scheduler: Any = cluster.scheduler
    processes: list[subprocess.Popen[bytes]] = []
    ended = threading.Event()

    def start(number: int) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        with (scratch / f"{number}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - this module, by this interpreter
                # -P: what lies in the working folder is not imported, whatever its name.
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
    """Hear a scheduler's greeting before Dask does, which waits for one forever."""
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
    # Dask says first how long its greeting is; who says anything else is somebody else.
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

    def code() -> str | None:  # a local function travels by value; a worker would die of ours
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
                "this version on all workers and start them anew"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep off the screen what distributed logs of lost workers: it is dealt with here."""
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
    """Score candidates on a cluster; what has been yielded stays good if the caller stops.

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
                yield _frame(client, *waiting.popleft())
        while waiting:
            yield _frame(client, *waiting.popleft())


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
    """Candidates in a task: enough to outweigh its overhead, few enough to occupy everyone."""
    each = candidates.targets.nbytes / len(candidates)
    if candidates.offsets is not None:
        each += candidates.rows.nbytes / len(candidates)
    fair = -(-len(candidates) // (AHEAD * max(1, threads)))
    return max(1, min(chunk, int(TASK_BYTES / each), max(BLOCK, fair)))


def _frame(client: Client, first: int, future: Future[Any]) -> pd.DataFrame:
    alone = 0
    while True:
        try:
            # Not first a wait and then the result: a worker may die between the two.
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
    return pd.DataFrame(scores, numbers, list(METRICS))


@contextmanager
def _told(client: Client) -> Iterator[None]:
    """Turn what befalls a cluster into a line that says what to do."""
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
            f"the scheduler {_name(client)} is lost in mid-run; start it and run again"
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
    """Work for a scheduler until the process that started this one ends, or lets go of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its own affair, too
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from distributed import Worker

    async def work() -> None:
        async with Worker(
            scheduler,
            nthreads=1,
            host="127.0.0.1",
            dashboard=False,
            dashboard_address="127.0.0.1:0",  # taken even without a dashboard
            memory_limit=0,  # what is in flight is bounded by who hands it out
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
        ) as worker:
            await worker.finished()

    asyncio.run(work())


def _end_with_parent() -> None:
    # Not sys.stdin: a thread that waits inside of it stops the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(0)  # at once: nothing here is worth keeping, and a task may be long


def _whole(panel: PricePanel) -> PricePanel:
    return panel


def _score_task(panel: PricePanel, candidates: Candidates, code: str) -> Array:
    if engine_code() != code:
        raise UsageError(
            f"a worker on {platform.node()} runs another version of this project; install this "
            "one on all workers and start them anew"
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

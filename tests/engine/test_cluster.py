"""A sweep on a Dask cluster: the numbers of this process, whoever dies, and one-line refusals."""

from __future__ import annotations

import ast
import asyncio
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.engine import cluster
from backtests.engine.candidates import make_panel, schedules, static_mixes
from backtests.engine.cluster import connect, local_processes, score_in_chunks_on, score_on
from backtests.engine.costs import Costs
from backtests.engine.scores import cores, score
from data.errors import HedgeError, UnreachableError, UsageError
from tests.conftest import ROOT, random_market
from tests.warm import parent

pytest.importorskip("distributed", reason="Dask is not installed")

TICKERS = ("A", "B", "C")
COUNT = 3_000
TASK = 100  # candidates: thirty tasks
READY = 60  # seconds for a process of the cluster to start on a busy machine
SOON = 20  # seconds in which a process that is told to end has ended, on a busy machine


@pytest.fixture(scope="module")
def crowd():
    market = random_market(4, TICKERS, 2_000)
    panel = make_panel(market, TICKERS, Costs())
    weights = np.random.default_rng(4).dirichlet(np.ones(4), COUNT)[:, :-1]
    return panel, static_mixes(panel, weights)


@pytest.fixture(scope="module")
def here(crowd):
    return score(*crowd)


@pytest.fixture(autouse=True)
def no_task_is_left():
    """Collect what is left of clusters that ended, in the test that ended them.

    A task complains as it is collected; in the middle of another test's ``ast.parse``, the
    traceback that it writes breaks the parsing.
    """
    yield
    gc.collect()


@contextmanager
def process(folder, *words, path=ROOT):
    """One process of a cluster; it ends with the context, however the test ended.

    Where its modules are to be found in another place it starts Python; else it is a fork.
    """
    named = {**os.environ, "PYTHONPATH": str(path), "DASK_TEMPORARY_DIRECTORY": str(folder)}
    with (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("w") as log:
        if path == ROOT:
            started = parent().start(["dask", *words], cwd=folder, env=named, out=log, err=log)
        else:
            started = subprocess.Popen(
                [sys.executable, "-m", "dask", *words], cwd=folder, env=named,
                stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield started
        finally:
            started.kill()
            started.wait()


@contextmanager
def scheduling(folder, **options):
    """Start a scheduler: its address, and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with process(
        folder, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard",
        "--dashboard-address", "127.0.0.1:0", **options,
    ) as started:  # fmt: skip
        cluster._require_scheduler(f"tcp://127.0.0.1:{port}", READY)
        yield f"tcp://127.0.0.1:{port}", started


@pytest.fixture
def scheduler(tmp_path):
    with scheduling(tmp_path) as (address, _):
        yield address


def worker(folder, scheduler, **options):
    """Start a worker that has no nanny to start it again: what is killed stays dead."""
    return process(
        folder, "worker", scheduler, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
        "--no-dashboard", "--dashboard-address", "127.0.0.1:0", **options,
    )  # fmt: skip


def until(true, what, seconds=READY):
    """Wait until something is the case, and return it."""
    deadline = time.monotonic() + seconds
    while not (answer := true()):
        if time.monotonic() > deadline:
            pytest.fail(f"after {seconds} s not yet: {what}")
        time.sleep(0.05)
    return answer


def wait_for(client, workers):
    """Wait until so many workers serve the scheduler, no more and no fewer."""
    until(lambda: len(client.nthreads()) == workers, f"{workers} workers")


def lives(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # of an orphan that nobody has waited for yet


def children(parent):
    numbers = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(words[1]) == parent:
            numbers.append(int(stat.parent.name))
    return numbers


def doors(process):
    """Where a process listens: addresses and ports as the system writes them."""
    sockets = set()
    for number in Path(f"/proc/{process}/fd").iterdir():
        try:
            sockets.add(os.readlink(number))
        except FileNotFoundError:
            continue
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in sockets:
                ports.add(words[1])
    return ports


def test_a_killed_worker_costs_no_digit(crowd, here, scheduler, tmp_path):
    first, second, third = (worker(tmp_path, scheduler) for _ in range(3))
    with first as doomed, second as alone, connect(scheduler, timeout=READY) as client:
        wait_for(client, 2)
        chunks = score_in_chunks_on(client, *crowd, chunk=TASK)
        parts = [next(chunks)]
        os.kill(doomed.pid, signal.SIGKILL)
        parts += [next(chunks) for _ in range(3)]
        wait_for(client, 1)
        # Nobody is left who has the panel; who comes next is given it again.
        os.kill(alone.pid, signal.SIGKILL)
        with third:
            parts += list(chunks)
            assert len(client.nthreads()) == 1
    assert len(parts) == COUNT // TASK
    pd.testing.assert_frame_equal(pd.concat(parts), here, check_exact=True)


def test_processes_of_our_own_give_the_same_numbers(crowd, here, capfd):
    seen, steps = [], []
    others = children(os.getpid())

    @contextmanager
    def progress(step):
        steps.append(step)
        yield

    before = logging.getLogger("distributed").level, dict(os.environ), doors(os.getpid())
    found = score_on("local:2", *crowd, chunk=1_000, progress=progress,
                     report=lambda done, total: seen.append((done, total)))  # fmt: skip
    pd.testing.assert_frame_equal(found, here, check_exact=True)
    assert seen == [(1_000, COUNT), (2_000, COUNT), (3_000, COUNT)]
    assert steps == ["starting 2 processes"]
    assert capfd.readouterr() == ("", "")
    assert (
        logging.getLogger("distributed").level, dict(os.environ), doors(os.getpid())
    ) == before  # fmt: skip
    assert not list(filter(lives, set(children(os.getpid())).difference(others)))


def test_a_killed_process_of_our_own_is_replaced(crowd, here, capfd):
    before = doors(os.getpid())
    with connect("local:2") as client:
        first = set(client.run(os.getpid).values())
        chunks = score_in_chunks_on(client, *crowd, chunk=TASK)
        parts = [next(chunks)]
        for process in first:
            os.kill(process, signal.SIGKILL)
        parts += list(chunks)
        wait_for(client, 2)
        second = set(client.run(os.getpid).values())
        ours = set.union(*map(doors, second), doors(os.getpid()) - before)
        assert len(ours) >= 3
        assert {door.partition(":")[0] for door in ours} == {"0100007F"}  # 127.0.0.1
    pd.testing.assert_frame_equal(pd.concat(parts), here, check_exact=True)
    assert len(second) == 2
    assert not first & second
    assert not list(filter(lives, first | second))
    assert capfd.readouterr() == ("", "")


# As a user writes it: nothing keeps a process that imports it from running it all again.
SCRIPT = """
import sys
with open("began", "a") as log:
    log.write("began\\n")
sys.path.insert(0, {root!r})
import numpy as np
from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.cluster import score_on
from backtests.engine.costs import Costs
from backtests.engine.scores import score
from tests.conftest import random_market

panel = make_panel(random_market(4, ("A", "B"), 300), ("A", "B"), Costs())
mixes = static_mixes(panel, np.random.default_rng(4).dirichlet(np.ones(3), 50)[:, :-1])
here, there = score(panel, mixes), score_on("local:2", panel, mixes, chunk=10)
print(len(there), here.equals(there))
"""


def test_a_script_without_a_main_guard_runs_once(tmp_path):
    script = tmp_path / "scripts" / "my_search.py"
    # Its working folder holds names of ours and of Python's.
    folder = tmp_path / "elsewhere"
    (folder / "backtests").mkdir(parents=True)
    script.parent.mkdir()
    script.write_text(SCRIPT.format(root=str(ROOT)))
    for decoy in ("backtests/__init__.py", "data.py", "random.py"):
        (folder / decoy).write_text("raise ImportError('not this one')\n")
    environment = {name: word for name, word in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=folder, env=environment,
        capture_output=True, text=True, check=False, timeout=2 * READY,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "50 True\n", "")
    assert (folder / "began").read_text() == "began\n"


def test_in_a_notebook_one_search_follows_another(crowd, here):
    async def cell():  # a notebook's cells run inside of its event loop
        return [score_on("local:1", *crowd), score_on("local:1", *crowd)]

    for scores in asyncio.run(cell()):
        pd.testing.assert_frame_equal(scores, here, check_exact=True)


@contextmanager
def searching(folder):
    """Start a search of endless length in a process and a group of its own."""
    started = parent().start(
        ["tests.engine.endless"], cwd=folder, env={**os.environ, "TMPDIR": str(folder)},
        out=subprocess.PIPE, err=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        started.stdout.close()
        started.stderr.close()


@pytest.mark.parametrize("when", ["starting", "scoring"])
def test_no_process_of_our_own_outlives_a_killed_one(tmp_path, when):
    with searching(tmp_path) as search:
        if when == "starting":
            until(lambda: len(children(search.pid)) == 2, "the start of two workers")
            workers = children(search.pid)
        else:
            workers = [int(word) for word in search.stdout.readline().split()]
            assert search.stdout.readline() == "scored\n"
        assert len(workers) == 2
        search.kill()
        until(lambda: not any(map(lives, workers)), "the end of all workers", SOON)


def test_ctrl_c_is_for_the_process_that_searches(tmp_path):
    with searching(tmp_path) as search:
        workers = [int(word) for word in search.stdout.readline().split()]
        assert search.stdout.readline() == "scored\n"
        assert search.pid not in map(os.getpgid, workers)  # a terminal does not reach them
        for worker in workers:
            os.kill(worker, signal.SIGINT)
        for _ in range(40):
            assert search.stdout.readline() == "scored\n"
        assert all(map(lives, workers))
        os.killpg(search.pid, signal.SIGINT)
        out, errors = search.communicate(timeout=SOON)
        assert out.split()[-1] == "stopped"
        assert errors == ""
        assert search.returncode == 0
        assert not any(map(lives, workers))
    assert not list(tmp_path.glob("hedge-*"))


def test_a_process_that_does_not_start_is_one_line(tmp_path, monkeypatch):
    others = children(os.getpid())
    message = "^--scheduler local:2: a process did not start \\({}.*\\); run without --scheduler$"
    (tmp_path / "backtests").mkdir()
    (tmp_path / "backtests" / "__init__.py").write_text("raise ImportError('not here')\n")
    idle = tmp_path / "idle"
    idle.write_text("#!/bin/sh\nexec sleep 600\n")
    idle.chmod(0o700)
    monkeypatch.setattr(cluster, "GRACE", 0.1)
    for name, value, reason in (
        ("ROOT", tmp_path, "exit code 1: ImportError: not here"),
        ("sys.executable", str(tmp_path / "none"), ".*No such file"),
        ("sys.executable", str(idle), "not ready after 1 s"),
    ):
        began = time.monotonic()
        with monkeypatch.context() as patched:
            patched.setattr(f"backtests.engine.cluster.{name}", value)
            patched.setattr(cluster, "PATIENCE", 1 if value == str(idle) else READY)
            with (
                pytest.raises(HedgeError, match=message.format(reason)) as error,
                connect("local:2"),
            ):
                pytest.fail("it started")
        assert "\n" not in str(error.value)
        assert time.monotonic() - began < SOON
    assert not list(filter(lives, set(children(os.getpid())).difference(others)))


def _dies(panel, candidates, code):
    os.kill(os.getpid(), signal.SIGKILL)


def _refuses(panel, candidates, code):
    raise HedgeError("this block, and what to do")


def _outdated(panel, candidates, code):
    return cluster._score_task(panel, candidates, "another code")


def test_processes_that_fail_say_why(crowd, monkeypatch):
    # Functions of this module reach the workers by value: they cannot import tests.
    import cloudpickle
    import dask

    # One death could be chance, two are not: the default of four takes as many new processes.
    once = {"distributed.scheduler.allowed-failures": 1}
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with dask.config.set(once), connect("local:2") as client:
        for address in (client.scheduler.address, *client.nthreads()):
            assert address.startswith("tcp://127.0.0.1:")
        for failing, error, message in (
            (_refuses, HedgeError, "^this block, and what to do$"),
            (_outdated, UsageError, "runs another version of this project; install this one"),
            (_dies, HedgeError, "workers of tcp.* died over the same candidates.*memory"),
        ):
            monkeypatch.setattr(cluster, "_score_task", failing)
            with pytest.raises(error, match=message):
                list(score_in_chunks_on(client, *crowd, chunk=COUNT))


def test_schedules_travel_in_small_tasks():
    market = random_market(5, TICKERS[:2], 200)
    panel = make_panel(market, TICKERS[:2], Costs())
    rows = market.sessions[np.arange(0, 200, 2)]
    frame = pd.DataFrame(0.5, rows, TICKERS[:2])
    made = schedules(panel, market, [frame] * 8)
    each = 100 * (3 + 1) * 8  # 100 decisions of three weights and a row
    assert cluster._task_size(made, 8, 1) == 8
    assert cluster.TASK_BYTES // each < cluster.TASK
    mixes = static_mixes(panel, np.full((40_000, 2), 0.5))
    assert cluster._task_size(mixes, cluster.TASK, 1) == cluster.TASK
    assert cluster._task_size(mixes, cluster.TASK, 5) == 2_000  # twenty tasks, four a thread
    assert cluster._task_size(mixes, cluster.TASK, 500) == 1_024


def test_a_cluster_without_workers_is_refused_or_given_up(crowd, scheduler, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="no worker within 1 s; start some with: dask worker tcp"):
        score_on_within_a_second(scheduler)
    monkeypatch.setattr(cluster, "LOOK", 1)
    monkeypatch.setattr(cluster, "PATIENCE", 2)
    with worker(tmp_path, scheduler) as only, connect(scheduler, timeout=READY) as client:
        chunks = score_in_chunks_on(client, *crowd, chunk=TASK)
        next(chunks)
        os.kill(only.pid, signal.SIGKILL)
        with pytest.raises(UnreachableError, match="no worker for 2 s, at candidate .*; start"):
            list(chunks)


def test_a_lost_scheduler_is_named(crowd, tmp_path):
    with scheduling(tmp_path) as (address, started), worker(tmp_path, address):
        with connect(address, timeout=READY) as client:
            pass  # a worker is there
        with connect(address, timeout=1) as client:
            chunks = score_in_chunks_on(client, *crowd, chunk=TASK)
            next(chunks)
            os.kill(started.pid, signal.SIGKILL)
            with pytest.raises(
                UnreachableError, match=f"{address} was lost during the run; start it"
            ):
                list(chunks)


def test_a_cluster_without_this_project_is_refused(crowd, tmp_path):
    (tmp_path / "backtests").mkdir()
    # Hides ours, however it is installed: an editable one finds the parts of an empty package.
    (tmp_path / "backtests" / "__init__.py").write_text("raise ImportError('not here')\n")
    for of_scheduler, of_worker, what in (
        (tmp_path, ROOT, "the scheduler tcp://[0-9.:]* cannot import this project; install this"),
        (ROOT, tmp_path, "its worker tcp://[0-9.:]* cannot import this project; install this"),
    ):
        with (
            scheduling(tmp_path.parent, path=of_scheduler) as (address, _),
            worker(tmp_path.parent, address, path=of_worker),
            pytest.raises(UsageError, match=what),
            connect(address, timeout=READY) as client,
        ):
            list(score_in_chunks_on(client, *crowd))


def score_on_within_a_second(scheduler):
    with connect(scheduler, timeout=1):
        pass


def test_a_scheduler_that_does_not_answer_is_refused_within_seconds():
    # One port that nobody serves, one where somebody listens and never says a word.
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (closed, silent.getsockname()[1]):
            began = time.monotonic()
            with pytest.raises(UsageError) as error:
                score_on_within_a_second(f"tcp://127.0.0.1:{port}")
            assert str(error.value) == (
                f"--scheduler tcp://127.0.0.1:{port} does not answer within 1 s; "
                "start one with: dask scheduler"
            )
            assert time.monotonic() - began < 10


def test_a_server_of_another_kind_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as web:

        def answer():
            visitor, _ = web.accept()
            with visitor:
                visitor.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" * 4)

        teller = threading.Thread(target=answer)
        teller.start()
        with pytest.raises(UsageError, match="what answers there is not a Dask scheduler"):
            score_on_within_a_second(f"tcp://127.0.0.1:{web.getsockname()[1]}")
        teller.join()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo", "'foo' is not understood; write tcp://host:port .* or local:N"),
        ("", "'' is not understood"),
        ("local:", "is not understood"),
        ("local:0", "is not understood"),
        ("local:x", "is not understood"),
        ("local:-1", "is not understood"),
        ("local:100000", "cores; ask for at most"),
        ("tcp://host", "is not understood"),
        ("tcp://host:0", "a port is one of 1 to 65535, got 0"),
        ("tcp://host:70000", "a port is one of 1 to 65535, got 70000"),
        ("tcp://a b:1", "is not understood"),
        ("http://host:80", "is not understood"),
        (f"local:{'9' * 5000}", "is not understood"),  # more digits than Python reads
        (2, "is not understood, got 2; write tcp"),
        (None, "is not understood, got None; write tcp"),
    ],
)
def test_malformed_schedulers_are_refused(text, message):
    with pytest.raises(UsageError, match=message) as error:
        local_processes(text)
    assert "\n" not in str(error.value)


def test_schedulers_are_read():
    assert local_processes("tcp://127.0.0.1:8786") is None
    assert local_processes("tcp://[::1]:8786/") is None
    assert local_processes("tcp://node-1.cluster_a:8786") is None
    assert local_processes(f"local:{2 * cores()}") == 2 * cores()


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        UsageError, match="needs Dask, .* uv pip install -c constraints.txt -e '.\\[cluster\\]'"
    ):
        score_on_within_a_second("local:1")


def test_the_code_that_decides_scores_is_all_in_the_fingerprint():
    """Else kept scores and workers of another version would be mixed without a word."""
    folder = Path(cluster.__file__).parent
    hashed = {(folder / name).resolve() for name in cluster.SOURCES}
    for path in (folder / "scores.py", folder / "sweep.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("backtests.analysis"):
                module = folder.parents[1] / f"{node.module.replace('.', '/')}.py"
                assert module.resolve() in hashed, node.module

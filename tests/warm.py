"""Processes forked from one that has loaded the libraries already: ``python -m`` without the wait.

A fork is a process like any other: with its own streams, folder, variables, session and memory,
really killed and really ended. It only finds the modules that it imports already there. Where a
test is about what a process loads, or where from, it starts Python itself.

The parent has a single thread, as a fork needs, and ends with the process of the tests.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
MESSAGE = 1 << 20  # bytes, at most
LOADED = ("backtests.jobs", "backtests.tuning", "backtests.examination", "backtests.engine.cluster",
          "backtests.report.console", "backtests.report.run_folder", "backtests.report.index",
          "backtests.report.comparison.page", "backtests.report.tuning.page",
          "data.treasuries.proxies", "data.sources.yahoo", "data.sources.fred", "yfinance",
          "vectorbt", "matplotlib.pyplot",
          "quantstats", "pyarrow.parquet", "click", "rich.console", "filelock",
          "distributed", "distributed.cli.dask_scheduler", "distributed.cli.dask_worker",
          "dask.cli")  # fmt: skip


class Forked:
    """A process as ``subprocess.Popen`` has it, as far as tests ask."""

    def __init__(self, parent: Parent, pid: int, out: IO[str] | None, err: IO[str] | None) -> None:
        self.parent, self.pid, self.stdout, self.stderr = parent, pid, out, err
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code of one that has ended."""
        return self._asked(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended."""
        code = self._asked(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return code

    def _asked(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            self.returncode = self.parent.ended(self.pid, timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):  # it has ended a moment ago
            self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read its streams to their ends and wait for its own."""
        printed = ["", ""]

        def read(number: int, stream: IO[str]) -> None:
            with stream:
                printed[number] = stream.read()

        readers = [
            threading.Thread(target=read, args=(number, stream), daemon=True)
            for number, stream in enumerate((self.stdout, self.stderr))
            if stream is not None and not stream.closed
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return printed[0], printed[1]


class Parent:
    """The process that has loaded the libraries, as the tests see it."""

    def __init__(self) -> None:
        self.door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.door.set_inheritable(False)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                cwd=ROOT, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.codes: dict[int, int] = {}

    def start(
        self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], out: Any, err: Any
    ) -> Forked:
        """Run ``python -m`` with these words in a fork that leads its own session.

        ``out`` and ``err`` are files, ``subprocess.PIPE`` or ``subprocess.DEVNULL``.
        """
        with contextlib.ExitStack() as ours:
            nothing = ours.enter_context(open(os.devnull, "r+"))
            streams, pipes = [nothing.fileno()], []
            for given in (out, err):
                if given is subprocess.PIPE:
                    reads, writes = os.pipe()
                    ours.callback(os.close, writes)
                    pipes.append(os.fdopen(reads))
                    streams.append(writes)
                else:
                    pipes.append(None)
                    streams.append(
                        nothing.fileno() if given is subprocess.DEVNULL else given.fileno()
                    )
            asked = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)})
            socket.send_fds(self.door, [asked.encode()], streams)
            while True:
                told = self._hear(None)
                if "pid" in told:
                    return Forked(self, told["pid"], *pipes)

    def ended(self, pid: int, timeout: float | None) -> int | None:
        """The exit code of a fork, None if it runs on for so many seconds."""
        while pid not in self.codes:
            if not self._hear(timeout):
                return None
        return self.codes[pid]

    def _hear(self, timeout: float | None) -> dict[str, int]:
        if not select.select([self.door], [], [], timeout)[0]:
            return {}
        told = self.door.recv(MESSAGE)
        if not told:
            raise RuntimeError("the parent of the forks has ended")
        heard: dict[str, int] = json.loads(told)
        if "ended" in heard:
            self.codes[heard["ended"]] = heard["code"]
        return heard

    def close(self) -> None:
        """Let it end: nobody asks any more."""
        self.door.close()
        self.process.wait()


@cache
def parent() -> Parent:
    """One for all tests of a process."""
    made = Parent()
    atexit.register(made.close)
    return made


def serve(door: socket.socket) -> list[str] | None:
    """Fork whenever asked; in a fork, return its words; None where nobody asks any more."""
    children: dict[int, int] = {}  # by what tells their ends
    while True:
        for ready in select.select([door, *children], [], [])[0]:
            if ready is not door:
                os.close(ready)
                child = children.pop(ready)
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                door.send(json.dumps({"ended": child, "code": code}).encode())
                continue
            asked, streams, _, _ = socket.recv_fds(door, MESSAGE, 3)
            if not asked:
                return None
            child = os.fork()
            if child == 0:
                for other in children:
                    os.close(other)
                door.close()
                return _become(json.loads(asked), streams)
            for stream in streams:
                os.close(stream)
            children[os.pidfd_open(child)] = child
            door.send(json.dumps({"pid": child}).encode())


def _become(asked: dict[str, Any], streams: Sequence[int]) -> list[str]:
    os.setsid()
    for number, (name, stream) in enumerate(
        zip(("stdin", "stdout", "stderr"), streams, strict=True)
    ):
        os.dup2(stream, number)
        os.close(stream)
        # Python's own streams know what their files were: whether they could seek, for one.
        fresh = open(number, "w" if number else "r", closefd=False)  # noqa: SIM115
        setattr(sys, name, fresh)
        setattr(sys, f"__{name}__", fresh)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    tempfile.tempdir = None  # the variables say where
    words: list[str] = asked["words"]
    return words


def main() -> None:
    """Load, then serve; a fork goes on as ``python -m`` of its words."""
    for name in LOADED:
        importlib.import_module(name)
    words = serve(socket.socket(fileno=int(sys.argv[1])))
    if words is not None:
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

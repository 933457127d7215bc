"""A Python that has loaded everything, and forks for each script: loading takes seconds.

For scripts whose loading is not what a test is about. What is the script's own is so in the child
process too: ``__main__``, words, folder, environment, streams and exit code, and its end, with what
is registered for it. Rules of the user's own are tried at the fewest cuts, as slow ones are. Where
Python cannot fork, each is a process of its own.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Text = subprocess.CompletedProcess[str]


def python(words: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Text:
    """Run a script, or ``-m`` and a module, with these words and variables in a folder."""
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place) / "out", Path(place) / "err"
        job = {"words": list(words), "folder": str(folder), "variables": dict(variables),
               "streams": [os.devnull, str(out), str(err)]}  # fmt: skip
        code = _asked(job) if hasattr(os, "fork") else _alone(job)
        told = out.read_text("utf-8"), err.read_text("utf-8")
        return subprocess.CompletedProcess(list(words), code, *told)


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], **_: Any) -> Text:
    """Stand for ``subprocess.run`` of this Python with what it prints captured."""
    assert command[0] == sys.executable
    return python(command[1:], cwd, env)


def _asked(job: dict[str, Any]) -> int:
    process = _server()
    process.stdin.write(json.dumps(job) + "\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def _alone(job: dict[str, Any]) -> int:
    with open(job["streams"][1], "w") as out, open(job["streams"][2], "w") as err:
        command = [sys.executable, *job["words"]]
        return subprocess.run(
            command, cwd=job["folder"], env=job["variables"], stdin=subprocess.DEVNULL, stdout=out,
            stderr=err, check=False,
        ).returncode  # fmt: skip


@cache
def _server() -> subprocess.Popen[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEDGE_")}
    others.pop("MPLBACKEND", None)  # a library loaded in this process may have set it
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.warm"], cwd=ROOT, env=others,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    atexit.register(process.communicate)  # without a next line it ends
    return process


# The server


def _load() -> None:
    from backtests import backtest
    from strategies import causality

    causality.PATIENCE = 0.0  # own rules are tried at the fewest cuts, as slow ones are
    run = backtest("hedge_mix", source="bundled", start="2000-01-31", quiet=True)
    with tempfile.TemporaryDirectory() as scratch:
        run.save(scratch, quiet=True)
    gc.collect()
    gc.freeze()  # no search for garbage touches what is loaded: its memory stays shared


def _serve() -> dict[str, Any] | None:
    """Fork for each line; a job in the child process, nothing in the server at its end."""
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if not child:
            return dict(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def _begin(job: dict[str, Any]) -> None:
    """Be what Python is as it begins with these words."""
    for number, (name, mode) in enumerate(zip(job["streams"], "rww", strict=True)):
        handle = os.open(name, os.O_RDONLY if mode == "r" else os.O_WRONLY | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    os.environ.clear()
    os.environ.update(job["variables"])
    os.chdir(job["folder"])
    words = job["words"]
    if words[0] == "-m":
        sys.path[0], sys.argv = job["folder"], words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0], sys.argv = str(Path(words[0]).parent), list(words)
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    _load()
    if (asked := _serve()) is not None:
        _begin(asked)

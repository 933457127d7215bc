"""Save a run in a process of its own, so that the sessions of the lab are answered meanwhile.

A tear sheet is many seconds of work that no other thread of a process can interrupt.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backtests.engine.config import RunConfig
from data.command import collect_rarely, one_line, system_error
from data.errors import HedgeError, OutputError, WorkerError
from data.terminal import tell_traceback, use_printable_streams, write_out
from strategies.registry import use_file

ROOT = Path(__file__).parents[2]
AT_ONCE = threading.BoundedSemaphore(2)  # processes that save; further sessions wait their turn
NICE = 10  # a session that waits for an answer goes first


def save_apart(config: RunConfig, out: Path) -> tuple[Path, Mapping[str, str]]:
    """Make a run as the command line does and write its folder, in another process.

    Returns
    -------
    tuple
        The folder, and the fingerprints of the run's data.

    Raises
    ------
    HedgeError
        For whatever the user can correct, and if the process was killed.
    RuntimeError
        For a fault of ours; that process has written its traceback to the terminal.
    """
    kind = type(config.make_strategy())
    file = None if kind.file is None else f"{kind.file.path}:{kind.file.class_name}"
    asked = {
        "config": {key: value for key, value in config.as_dict().items() if value is not None},
        "file": file,
        "sha256": None if kind.file is None else kind.file.sha256,
        "out": str(out),
    }
    with AT_ONCE:
        answer = _answer_of(asked)
    if "error" in answer:
        raise OutputError(answer["error"])
    if "fault" in answer:
        raise RuntimeError(answer["fault"])
    return Path(answer["folder"]), answer["fingerprints"]


def _answer_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        process = subprocess.Popen(  # noqa: S603 - this module, by this interpreter
            # -P: files of the working folder are not imported, whatever their name.
            [sys.executable, "-P", "-m", __name__],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is for the lab
        )
        with process:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()  # left open: the process ends when it closes
            lines = process.stdout.read().splitlines()
    except OSError as error:
        raise WorkerError(one_line(system_error(error))) from error
    if process.returncode or not lines:
        raise WorkerError(
            "the process that saves was killed, by hand or because memory ran out; save again"
        )
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


# --- what runs in that process ------------------------------------------------------------


def _made(asked: Mapping[str, Any]) -> dict[str, Any]:
    from backtests.jobs import execute, publish

    try:
        if asked["file"] is not None:
            use_file(asked["file"])
        config = RunConfig.from_dict(asked["config"])
        file = type(config.make_strategy()).file
        if asked["sha256"] != (None if file is None else file.sha256):
            return {"error": f"{asked['file']} has changed since the lab read it; start it again"}
        run = execute(config)
        folder = publish(run, Path(asked["out"]))
    except HedgeError as error:
        return {"error": one_line(str(error))}
    except OSError as error:
        return {"error": one_line(system_error(error))}
    except Exception as error:
        tell_traceback()
        return {"fault": one_line(f"{type(error).__name__}: {error}")}
    return {"folder": str(folder), "fingerprints": dict(run.market.fingerprints())}


def _end_with_parent() -> None:
    # Not sys.stdin: a thread that reads it keeps the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(1)  # at once: a folder appears whole or not at all


def main() -> None:
    """Save the run that a line of standard input describes, and write a line that says where."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()
    use_printable_streams()
    lower = getattr(os, "nice", None)  # not every system has priorities
    if lower is not None:
        lower(NICE)
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.redirect_stdout(sys.stderr):  # a rule of the user's own may print
        answer = _made(asked)
    write_out(json.dumps(answer))


if __name__ == "__main__":
    main()

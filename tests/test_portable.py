"""Nothing of ours needs POSIX: commands run without its modules, and where folders do not sync.

Both are taken from our own code alone, told by who calls. Libraries, and Python itself, go on
using them, since on Linux asyncio needs fcntl: on Windows they go other ways of their own. So this
proves that our code has other ways too, not that Windows runs it.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backtests.report.folder import TEMPORARY, is_complete
from tests.conftest import ROOT
from tests.test_layers import modules

# What Python has on POSIX only; of ``os`` and others all but ``os.sched_getaffinity``, which is
# asked for before it is used.
ABSENT = {"crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd",
          "readline", "resource", "spwd", "syslog", "termios", "tty"}  # fmt: skip
ABSENT_OF = {
    "os": {"O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "O_TMPFILE", "chown",
           "chroot", "fchdir", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "fstatvfs",
           "getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getpgid", "getpgrp",
           "getpriority", "getsid", "getuid", "killpg", "lchown", "lockf", "mkfifo", "mknod",
           "nice", "openpty", "pathconf", "posix_fallocate", "posix_spawn", "pread", "pwrite",
           "sched_setaffinity", "sched_yield", "sendfile", "setgid", "setpriority", "setsid",
           "setuid", "statvfs", "sync", "sysconf", "ttyname", "uname", "wait", "wait3", "wait4",
           "waitid"},
    "signal": {"SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT",
               "SIGSTOP", "SIGUSR1", "SIGUSR2", "alarm", "pause", "pthread_kill",
               "pthread_sigmask", "setitimer", "sigpending", "sigwait"},
    "time": {"clock_gettime", "pthread_getcpuclockid", "tzset"},
}  # fmt: skip

# Python runs it first in each process that has its folder on PYTHONPATH, workers included.
BLOCK = """
import builtins, errno, importlib, os, stat, sys

LOG, FOLDERS, ABSENT = os.environ["BLOCK_LOG"], os.environ["BLOCK_FOLDERS"], {absent}
real = builtins.__import__, importlib.import_module, os.open, os.fsync


def is_ours(names):
    package = (names or {{}}).get("__package__") or ""
    return package.partition(".")[0] in ("data", "strategies", "backtests")


def note(word):
    with open(LOG, "a") as log:
        log.write(f"{{os.getpid()}} {{word}}\\n")


def refuse(name, names):
    if name.partition(".")[0] in ABSENT and is_ours(names):
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


def importing(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0:
        refuse(name, globals)
    return real[0](name, globals, locals, fromlist, level)


def import_module(name, package=None):
    refuse(name, sys._getframe(1).f_globals)
    return real[1](name, package)


def opening(path, flags, mode=0o777, *, dir_fd=None):
    if FOLDERS == "open" and is_ours(sys._getframe(1).f_globals) and os.path.isdir(path):
        note("refused")
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return real[2](path, flags, mode, dir_fd=dir_fd)


def syncing(handle):
    ours = FOLDERS == "sync" and is_ours(sys._getframe(1).f_globals)
    if ours and stat.S_ISDIR(os.fstat(handle).st_mode):
        note("refused")
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return real[3](handle)


builtins.__import__, importlib.import_module, os.open, os.fsync = (
    importing, import_module, opening, syncing,
)
note("worker" if "--multiprocessing-fork" in sys.orig_argv else "began")
"""

# What the block refuses to a module of ours and to another one; then every module of ours.
EVERYTHING = """
import importlib, json, os, sys

TRIED = {"import": "import fcntl", "of it": "from pwd import getpwuid",
         "by name": "import importlib; importlib.import_module('resource')",
         "folder": "import os; os.close(os.open('.', os.O_RDONLY))",
         "file": "import os; os.close(os.open('README.md', os.O_RDONLY))"}

def outcome(attempt):
    try:
        attempt()
    except Exception as error:
        return type(error).__name__
    return "done"

def met(package):
    names = {"__name__": f"{package}.made", "__package__": package}
    return {what: outcome(lambda: exec(code, names)) for what, code in TRIED.items()}

ours, others = met("data"), met("numpy")
names, jobs = json.loads(sys.argv[1])
imported = {name: outcome(lambda: importlib.import_module(name)) for name in names}
print(json.dumps({"ours": ours, "others": others, "imported": imported}), flush=True)

import sitecustomize
os.cpu_count = lambda: 1  # one worker: each loads vectorbt anew
for job, (words, log) in jobs.items():
    sitecustomize.LOG = os.environ["BLOCK_LOG"] = log
    sitecustomize.note("began")
    main = importlib.import_module(f"backtests.{job}").main
    try:
        importlib.import_module("data.command").run_command(main, words)
        code = 0
    except SystemExit as left:
        code = left.code or 0
    print(json.dumps([job, code]), flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what those that it started met."""

    code: int
    out: str
    errors: str
    workers: set[str]
    refused: set[str]


def blocked(place: Path, *words: str, folders: str = "open") -> Ended:
    """Run Python without what POSIX alone has; ``folders`` do not ``open``, or do not ``sync``."""
    first, log = place / "first", place / "log"
    first.mkdir()
    (first / "sitecustomize.py").write_text(BLOCK.format(absent=ABSENT), "utf-8")
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEDGE_")}
    own = {"PYTHONPATH": str(first), "BLOCK_LOG": str(log), "BLOCK_FOLDERS": folders}
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={**others, **own},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr, *met(log))


def met(log: Path) -> tuple[set[str], set[str]]:
    """The processes that were workers, and those that were refused a folder."""
    noted = [line.split() for line in log.read_text().splitlines()]
    assert [word for _, word in noted].count("began") >= 1
    return tuple({process for process, word in noted if word == kind}
                 for kind in ("worker", "refused"))  # fmt: skip


def command(job: str, out: Path) -> tuple[str, ...]:
    return (*JOBS[job][0], "--source", "bundled", "--out", str(out))


@dataclass(frozen=True)
class Everything:
    """What a process says that tries the block and imports every module; then how its jobs end."""

    printed: dict[str, dict[str, str]]
    jobs: dict[str, Ended]
    folder: Path


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """One process for all that needs no other setting: each loads vectorbt anew."""
    folder = tmp_path_factory.mktemp("everything")
    jobs = {job: (command(job, folder / job), str(folder / f"{job}.log")) for job in TOGETHER}
    done = blocked(folder, "-c", EVERYTHING, json.dumps([list(modules()), jobs]))
    assert done.code == 0, done.errors
    lines = [line for line in done.out.splitlines() if line.startswith(("{", "["))]
    ends = dict(map(json.loads, lines[1:]))
    ended = {job: Ended(ends[job], "", done.errors, *met(folder / f"{job}.log")) for job in jobs}
    return Everything(json.loads(lines[0]), ended, folder)


def test_the_block_is_for_our_own_modules(everything):
    missing = "ModuleNotFoundError"
    assert everything.printed["ours"] == {
        "import": missing, "of it": missing, "by name": missing, "folder": "PermissionError",
        "file": "done",
    }  # fmt: skip
    assert set(everything.printed["others"].values()) == {"done"}


def test_every_module_can_be_imported(everything):
    assert everything.printed["imported"] == dict.fromkeys(modules(), "done")


RUN = ("summary.json", "run.toml", "equity.csv", "verdict.html")
JOBS = {
    "run": (("hedge_mix",), "open", {"hedge_mix": (*RUN, "tearsheet.html")}),
    "compare": (
        ("hedge_mix", "equity_only", "--no-tearsheet"),
        "open",
        {"hedge_mix": RUN, "equity_only": RUN, "compare": ("index.html", "metrics.csv")},
    ),
    "tune": (
        ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.25"),
        "sync",
        {"tune": ("index.html", "tuning.json", "best.toml", "candidates.parquet")},
    ),
}
TOGETHER = ("run", "compare")  # folders do not open in either


@pytest.mark.parametrize("job", JOBS)
def test_a_job_is_done(tmp_path, everything, job):
    _, folders, made = JOBS[job]
    if job in TOGETHER:
        done, out = everything.jobs[job], everything.folder / job
    else:
        out = tmp_path / "results"
        done = blocked(tmp_path, "-m", f"backtests.{job}", *command(job, out), folders=folders)
    assert done.code == 0, done.errors
    places = {path.name.partition("-")[0]: path for path in out.glob("*-*") if path.is_dir()}
    assert places.keys() == made.keys()
    for name, files in made.items():
        assert is_complete(places[name], files), name
        assert places[name].name in (out / "index.html").read_text("utf-8")
    assert list(out.glob(f"{TEMPORARY}*")) == []
    # It did meet the block, in the processes that it started too.
    assert done.refused
    if job == "compare":
        assert done.workers
        assert done.workers & done.refused


def posix_only(code: str) -> Iterator[str]:
    """Modules and names of them that code asks for and Windows does not have."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import():
                asked = {alias.name for alias in node.names}
            case ast.ImportFrom():
                asked = {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
            case ast.Attribute(ast.Name(module), name):
                asked = {f"{module}.{name}"}
            case ast.Call(
                (ast.Name("import_module" | "__import__") | ast.Attribute(_, "import_module")),
                [ast.Constant(str(name)), *_],
            ):
                asked = {name}
            case _:
                asked = set()
        for name in asked:
            module, _, rest = name.partition(".")
            if module in ABSENT or rest in ABSENT_OF.get(module, ()):
                yield name


@pytest.mark.parametrize(
    ("code", "names"),
    [("import os, json", set()), ("import fcntl", {"fcntl"}), ("import os.path", set()),
     ("def f():\n    import pwd as p", {"pwd"}),
     ("from resource import getrusage", {"resource", "resource.getrusage"}),
     ("import importlib\nimportlib.import_module('tty')", {"tty"}),
     ("import_module('termios')", {"termios"}), ("__import__('pty')", {"pty"}),
     ("import_module(name)", set()), ("os.kill(1, signal.SIGTERM)", set()),
     ("os.fork()", {"os.fork"}), ("from os import O_DIRECTORY, path", {"os.O_DIRECTORY"}),
     ("os.kill(1, signal.SIGKILL)", {"signal.SIGKILL"}), ("time.tzset()", {"time.tzset"}),
     ("mine.fork()", set())],
)  # fmt: skip
def test_the_reader_of_code_sees_what_only_posix_has(code, names):
    assert set(posix_only(code)) == names


def test_no_module_asks_for_what_only_posix_has():
    asked = {name: set(posix_only(path.read_text("utf-8"))) for name, path in modules().items()}
    assert {name: names for name, names in asked.items() if names} == {}

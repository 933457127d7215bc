"""Nothing finished is lost: processes killed, disks full, folders read-only, many at once.

A sample of what ``HEDGE_SOAK=1`` does in full, and ``python -m tests.soak`` on two cores.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from backtests.engine.apart import cores
from tests import yahoo_server
from tests.conftest import ROOT, SOAK
from tests.soak.commands import COMMANDS, servers, soak, start_soon, together
from tests.soak.points import FAULTS, KILL
from tests.soak.published import WRITTEN
from tests.soak.storage import PROCESSES
from tests.warm import parent

PATIENCE = 5400 if SOAK else 900  # on a machine that others use too

# Publishes a folder as every result is, without an engine; ends as a command does.
PUBLISH = """
import sys, click
from pathlib import Path
from backtests.report import folder, index
from backtests.report.manifest import ComparisonManifest
from data.command import run_command
def act():
    out = Path(sys.argv[1])
    with folder.new_folder(out, "run-1") as place:
        (place / "equity.csv").write_text("x" * 100_000)
        folder.write_manifest(place, ComparisonManifest(title="x", runs=()))
    index.rebuild_index(out)
"""
RUN = "run_command(click.Command('act', callback=act), [])\n"


@pytest.mark.timeout(PATIENCE)
def test_a_fault_at_each_write_point_loses_nothing():
    process = parent().start(
        ["tests.soak.storage", *([] if SOAK else ["--every", "60", "--rounds", "1"])],
        cwd=ROOT, env={**os.environ, "HEDGE_SOAK": "0"}, out=subprocess.PIPE,
        err=subprocess.PIPE,
    )  # fmt: skip
    said, errors = process.communicate()
    assert process.returncode == 0, errors
    figures = [json.loads(line) for line in said.splitlines()]
    assert [line for one in figures for line in one["complaints"]] == []
    faults = {one["fault"] for one in figures}
    assert faults == {KILL, *FAULTS, ""}  # the last one is eight processes at once
    killed = [one for one in figures if one["fault"] == KILL]
    assert [one["scenario"] for one in killed] == list(WRITTEN)
    assert all(one["points"] > 5 for one in killed)
    assert sum(one["points"] for one in killed) > 500
    if SOAK:
        assert all(one["trials"] == one["points"] for one in figures if one["fault"])


# In a sample the folders say when: what is written matters more than what is imported.
# Of doors that write by the same code as another one there the full count has all.
AS_OTHERS = () if SOAK else ("own money", "pension")
SAMPLE = {"fetch": (9, 30), "run": (7,), "compare": (1, 12), "euro": (12,)}


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in AS_OTHERS])
def test_a_command_killed_at_any_moment_loses_nothing(command):
    changes = SAMPLE.get(command, (5,))
    done = soak(command, 10) if SOAK else soak(command, len(changes), changes)
    assert done.complaints == []
    assert done.kills == (10 if SOAK else len(changes))


@pytest.mark.skipif(not SOAK, reason="a minute and a half; HEDGE_SOAK=1 runs it")
@pytest.mark.timeout(PATIENCE)
def test_whole_runs_at_once_fetch_once_and_are_all_listed():
    assert together(PROCESSES).complaints == []


def test_a_killed_worker_is_one_line(tmp_path):
    with servers() as (environment, _):
        process = start_soon("compare", tmp_path, environment)
        until = time.monotonic() + 120
        while not (workers := _workers(process.pid)) and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(workers[0], signal.SIGKILL)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert re.search(r"^error: one of 2 worker processes was killed.*run again for the rest$",
                     errors, re.MULTILINE)  # fmt: skip
    assert "Traceback" not in errors


def _workers(parent: int) -> list[int]:
    workers = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            its_parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_text()
        except OSError:
            continue
        if its_parent == parent and "spawn_main" in words:
            workers.append(int(folder.name))
    return workers


def _begun(out: Path, *options: str) -> subprocess.Popen[str]:
    """A run as users start it, in a group of its own as a shell makes it; options of Python."""
    return subprocess.Popen(
        [sys.executable, *options, "-m", "backtests.run", "hedge_mix", "--source", "bundled",
         "--out", str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def _apart(parent: int) -> int | None:
    """The process with vectorbt and quantstats of a run, once it is there."""
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if b"backtests.engine.libraries" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None


def _waited_for(process: subprocess.Popen[str]) -> int:
    until = time.monotonic() + 120
    while (there := _apart(process.pid)) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert there is not None
    return there


def _is_gone(process: int) -> bool:
    until = time.monotonic() + 120
    while Path(f"/proc/{process}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    return not Path(f"/proc/{process}").exists()


HAS_PROC = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir() or cores() < 2, reason="Linux, two cores"
)


@HAS_PROC
@pytest.mark.timeout(600)
def test_the_process_of_the_libraries_killed_is_one_line(tmp_path):
    process = _begun(tmp_path)
    os.kill(_waited_for(process), signal.SIGKILL)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    lines = errors.splitlines()
    assert lines[-1].startswith("error: the process that runs vectorbt and quantstats was killed")
    assert lines[-1].endswith("run again, with --serial for a single process")
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


@HAS_PROC
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_process_of_the_libraries_ends_with_a_killed_run(tmp_path, number):
    process = _begun(tmp_path)
    there = _waited_for(process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == -number
    assert errors == ""
    assert _is_gone(there)


@HAS_PROC
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_ctrl_c_is_one_line_whatever_is_loading(tmp_path, seconds):
    """Of the whole group, as a terminal sends it."""
    process = _begun(tmp_path)
    there = _waited_for(process)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=300)
    assert _as_interrupted(process, errors)
    assert not list(tmp_path.glob("hedge_mix-*"))
    assert _is_gone(there)


@pytest.mark.timeout(600)
def test_ctrl_c_is_one_line_before_the_command_has_begun(tmp_path):
    process = _begun(tmp_path, "-X", "importtime")
    assert process.stderr is not None
    for line in process.stderr:  # the package is there, click and the rest are not
        if line.rpartition("|")[2].strip() == "backtests":
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=300)
    assert _as_interrupted(process, errors)
    assert "backtests.jobs" not in errors


def _as_interrupted(process: subprocess.Popen[str], errors: str) -> bool:
    last = errors.splitlines()[-1]
    return (process.returncode, last, "Traceback" in errors) == (
        1,
        "error: interrupted; finished results are intact",
        False,
    )


def namespace(script: str, place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script that mounts on ``$1`` where nobody else sees it."""
    trial = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    try:
        allowed = subprocess.run(trial, capture_output=True, check=False).returncode == 0
    except OSError:
        allowed = False
    if not allowed:
        pytest.skip("mounting is not permitted here; errors are injected all the same")
    place.mkdir()
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(place), *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


FILL = """
place=$1; shift
mount -t tmpfs -o {little} none "$place"
"$@"; echo "exit $?"
find "$place" -mindepth 1 -not -name .lock
mount -o remount,{much} "$place"
"$@"; echo "exit $?"
"""


@pytest.mark.parametrize(
    ("little", "much"), [("size=64k", "size=4m"), ("nr_inodes=4", "nr_inodes=100")]
)
def test_a_disk_without_room_is_one_line_and_nothing_half(tmp_path, little, much):
    place = tmp_path / "results"
    done = namespace(
        FILL.format(little=little, much=much),
        place,
        sys.executable,
        "-c",
        PUBLISH + RUN,
        str(place),
    )
    assert done.stdout.splitlines() == ["exit 2", "exit 0"]
    assert done.stderr.splitlines() == [
        f"error: {place}/run-1 cannot be written: No space left on device; what was finished is "
        "intact, make room or give access"
    ]


def test_a_read_only_disk_is_one_line(tmp_path):
    place = tmp_path / "results"
    script = 'mount -t tmpfs -o ro none "$1"; shift; "$@"; echo "exit $?"'
    done = namespace(script, place, sys.executable, "-m", "backtests.run", "hedge_mix",
                     "--source", "bundled", "--out", str(place))  # fmt: skip
    assert done.stdout == "exit 2\n"
    assert done.stderr == (
        f"error: --out {place} cannot be written: Read-only file system; choose another folder\n"
    )


def test_a_full_cache_is_a_warning_and_what_was_fetched_is_used(tmp_path):
    cache = tmp_path / "cache"
    with servers() as (environment, _):
        script = f"""
            place=$1; shift; mount -t tmpfs -o size=128k none "$place"
            export HEDGE_DATA_DIR="$place"
            export HEDGE_YAHOO_URL={environment["HEDGE_YAHOO_URL"]}
            export HEDGE_FRED_URL={environment["HEDGE_FRED_URL"]}
            "$@"; echo "exit $?"; find "$place" -name '.writing-*'
            {sys.executable} -m data.cache
        """
        done = namespace(script, cache, sys.executable, "-m", "data.history", "--out",
                         str(tmp_path / "history"))  # fmt: skip
    told, _, listed = done.stdout.partition("exit 0\n")
    assert "cannot be written: No space left on device; set HEDGE_DATA_DIR to a folder" in told
    assert "is used but not saved" in told
    assert (tmp_path / "history" / "tracking.csv").is_file()
    assert listed.startswith("snapshots in")  # no temporary before it
    assert "SPY" in listed
    assert "damaged" not in listed


FETCH = """
import tempfile, click
from data.command import run_command
from data.machine import scratch_folder
from data.sources import fred, yahoo
def act():
    print(tempfile.gettempdir(), len(yahoo.fetch("SPY").frame), len(fred.fetch("DTB3").frame))
    with scratch_folder():
        pass
"""


def test_a_full_temporary_folder_hinders_no_fetch_and_is_named_where_it_is_needed(tmp_path):
    place = tmp_path / "temporary"
    bars = yahoo_server.made_bars()
    with yahoo_server.serve() as web:
        web.hold("SPY", bars)
        web.hold_fred("DTB3", bars["Close"] / 25)
        script = f"""
            mount -t tmpfs -o size=64k none "$1"; head -c 57344 /dev/zero > "$1/fill"
            export TMPDIR="$1" HEDGE_YAHOO_URL={web.url} HEDGE_FRED_URL={web.url}
            shift; "$@"; echo "exit $?"; ls "$TMPDIR"
        """
        done = namespace(script, place, sys.executable, "-c", FETCH + RUN)
    assert done.stdout.splitlines() == [f"{place} {len(bars)} {len(bars)}", "exit 2", "fill"]
    assert done.stderr.splitlines() == [
        f"error: the temporary folder {place} cannot be written: No space left on device; make "
        "room, or set TMPDIR to a folder that can be written"
    ]


def test_no_folder_for_compiled_code_is_one_line(tmp_path):
    home = Path(str(find_spec("vectorbt").origin)).parents[1]
    script = f"""
        mount --bind {home} {home} && mount -o remount,ro,bind {home}
        export HOME=/proc/none XDG_CACHE_HOME=/proc/none; unset NUMBA_CACHE_DIR
        shift; "$@"; echo "exit $?"
    """
    words = ["backtests.run", "hedge_mix", "--source", "bundled", "--out", str(tmp_path / "out")]
    done = namespace(script, tmp_path / "unused", sys.executable, "-m", *words)
    assert done.stdout.endswith("exit 2\n")
    assert done.stderr.splitlines()[-1].endswith("set NUMBA_CACHE_DIR to a folder that can")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_full_disk_behind_a_stream_keeps_the_exit_code(stream):
    words = {"stdout": ["--list"], "stderr": ["nope"]}[stream]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "backtests.run", *words],
            cwd=ROOT, text=True, check=False,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full},
        )  # fmt: skip
    assert done.returncode == 2
    if stream == "stdout":
        assert done.stderr.splitlines() == [
            "error: cannot read or write: No space left on device; "
            "make room, give access or choose another name"
        ]


def test_the_count_of_write_points_misses_no_call_of_the_system(tmp_path):
    out, trace = tmp_path / "results", tmp_path / "trace"
    calls = ("openat,open,creat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,"
             "mkdir,mkdirat,rmdir,unlink,unlinkat,link,linkat,symlink,symlinkat,chmod,fchmod,"
             "fchmodat,truncate,ftruncate,utimensat,fallocate,copy_file_range")  # fmt: skip
    try:
        done = subprocess.run(
            ["strace", "-f", "-y", "-qq", "-s", "0", "-o", str(trace), "-e", f"trace={calls}",
             sys.executable, "-c", PUBLISH + RUN, str(out)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError:
        pytest.skip("no strace here")
    if "Operation not permitted" in done.stderr:
        pytest.skip("tracing is not permitted here")
    assert done.returncode == 0, done.stderr
    seen = {_call(line, out) for line in trace.read_text().splitlines()} - {None}
    script = (
        f"{PUBLISH}\nimport json\nfrom tests.soak.points import Points, install\n"
        "points = Points([Path(sys.argv[1])])\ninstall(points)\nact()\n"
        "print(json.dumps(points.seen))"
    )
    counted = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "again")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert counted.returncode == 0, counted.stderr
    points = {
        (kind.replace("create", "open").replace("probe", "open"), _name(path, tmp_path / "again"))
        for kind, path in json.loads(counted.stdout)
    }
    assert points == seen
    assert len(points) > 15


def _call(line: str, out: Path) -> tuple[str, str] | None:
    """What a line of the trace changes below ``out``, in the words of the points."""
    traced = re.match(r"\d+ +(\w+)\((.*)\) += (-?\d+)", line)
    if traced is None or int(traced[3]) < 0:
        return None
    call, words = traced[1], traced[2]
    kinds = {"open": "open", "creat": "open", "write": "write", "pwrite": "write", "fsync": "fsync",
             "fdatasync": "fsync", "rename": "rename", "mkdir": "mkdir", "rmdir": "rmdir",
             "unlink": "unlink", "link": "link", "symlink": "link", "chmod": "chmod",
             "fchmod": "chmod", "truncate": "truncate", "ftruncate": "truncate"}  # fmt: skip
    # The same call under its newer names: openat, pwrite64, renameat2.
    kind = kinds.get(re.sub(r"(at)?(2|64)?$", "", call), call)
    if kind == "open" and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE", words):
        return None
    if call == "unlinkat" and "AT_REMOVEDIR" in words:
        kind = "rmdir"
    folders = re.findall(r"<([^<>]+)>", words)
    names = re.findall(r'"([^"]*)"', words) if kind not in ("write", "fsync") else []
    # A name is relative to the folder before it; a file that is open has its own.
    path = names[-1] if names else folders[0] if folders else ""
    if names and not path.startswith("/"):
        path = f"{folders[-1] if folders else ROOT}/{path}"
    inside = path == str(out) or path.startswith(f"{out}/")
    return (kind, _name(path, out)) if inside else None


def _name(path: str, out: Path) -> str:
    return re.sub(r"-[0-9a-f]{8}(?=/|$)", "-*", str(Path(path)).replace(str(out), "results"))


@pytest.mark.parametrize("fault", FAULTS)
def test_the_harness_itself_injects_what_it_says(tmp_path, fault):
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from tests.soak.points import Points, install\n"
        f"install(Points([Path(sys.argv[1])], {fault!r}, 2))\n"
        "handle = os.open(Path(sys.argv[1], 'x'), os.O_WRONLY | os.O_CREAT)\n"
        "try:\n    os.write(handle, b'1234')\n"
        "except OSError as error:\n    print(error.errno)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert int(done.stdout.split()[0]) == getattr(errno, fault), done.stderr
    assert (tmp_path / "x").read_text() == "12"  # created, then half of it


def test_the_harness_finds_a_file_that_is_written_in_place():
    script = (
        "import json\nfrom tests.soak.points import KILL\n"
        "from tests.soak.storage import Scenario, Store, measure, prepared, snapshots\n"
        "def act(root):\n"
        "    path = Store(root / 'cache').path('SPY')\n"
        "    path.write_bytes(path.read_bytes())\n"
        "scenario = Scenario('in place', snapshots, act)\n"
        "with prepared(scenario) as (template, points):\n"
        "    print(json.dumps(measure(scenario, template, points, KILL, 1).complaints))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert any(one.endswith("cache/SPY.snapshot.csv is lost") for one in found)
    assert any(one.endswith("cache/SPY.snapshot.csv cannot be read") for one in found)

"""Of what the program consists: any file of it, any library's version, is told."""

from __future__ import annotations

import os
import random
import shutil
import sys
import time

import pytest

from backtests.report.program import PACKAGES, libraries, sources, surroundings
from tests.conftest import ROOT


def test_every_file_of_the_project_counts_by_name_and_by_byte(tmp_path):
    """A copy is as good; a byte of any kind of file, a new name, another place are not."""
    copies = []
    for package in PACKAGES:
        copies.append(tmp_path / package.name)
        shutil.copytree(package, copies[-1], ignore=shutil.ignore_patterns("__pycache__", "cache"))
    whole = sources().sha256
    assert sources(copies).sha256 == whole
    rng = random.Random(1)
    paths = sorted(path for copy in copies for path in copy.rglob("*") if path.is_file())
    kinds = {path.suffix: path for path in paths}
    assert {".py", ".csv", ".html"} <= kinds.keys()
    for path in [*kinds.values(), *rng.sample(paths, 12)]:
        good = path.read_bytes()
        at = rng.randrange(max(len(good), 1))
        path.write_bytes(good[:at] + bytes([(good[at : at + 1] or b"a")[0] ^ 1]) + good[at + 1 :])
        assert sources(copies).sha256 != whole, path
        path.write_bytes(good)
    assert sources(copies).sha256 == whole
    (copies[0] / "new.py").write_text("")
    assert sources(copies).sha256 != whole
    (copies[0] / "new.py").unlink()
    (copies[1] / "load.py").rename(copies[1] / "loads.py")
    assert sources(copies).sha256 != whole


def test_what_python_compiled_and_what_was_fetched_are_no_sources(tmp_path):
    (tmp_path / "a.py").write_text("1")
    before = sources([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("1")
    assert sources([tmp_path]) == before
    cache = ROOT / "data" / "cache"
    names = {path.name for path in (ROOT / "data").iterdir()} - {"__pycache__", "cache"}
    assert "load.py" in names
    assert not cache.exists() or sources().changed_ns < time.time_ns()


def test_a_cache_of_snapshots_on_another_disk_is_no_source_either(tmp_path, monkeypatch):
    package, disk = tmp_path / "data", tmp_path / "disk"
    for folder in (package, disk):
        folder.mkdir()
    (package / "a.py").write_text("1")
    before = sources([package])
    monkeypatch.setattr("backtests.report.program.CACHE", package / "cache")
    (package / "cache").symlink_to(disk)
    assert sources([package]) == before


def test_when_the_latest_file_changed_is_told(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    os.utime(tmp_path / "a", ns=(5, 2**62))
    assert sources([tmp_path]).changed_ns == 2**62
    for name in ("a", "b"):  # a time that was set does not hide when it was
        os.utime(tmp_path / name, ns=(5, 5))
    assert abs(sources([tmp_path]).changed_ns - time.time_ns()) < 600e9


def test_sources_that_cannot_be_read_are_an_error(tmp_path):
    with pytest.raises(OSError, match="in no folder"):
        sources([tmp_path])
    with pytest.raises(OSError, match="none"):
        sources([tmp_path / "none"])


def test_a_library_of_another_version_counts(tmp_path):
    places = [str(tmp_path), str(tmp_path / "none"), *sys.path]
    (tmp_path / "made-1.0.dist-info").mkdir()
    (tmp_path / "made").mkdir()
    before = surroundings(os.environ, places)
    assert libraries([str(tmp_path)]) == ["made-1.0.dist-info"]
    assert surroundings(os.environ, places) == before
    (tmp_path / "made-1.0.dist-info").rename(tmp_path / "made-1.0.1.dist-info")
    after = surroundings(os.environ, places)
    assert after != before
    shutil.rmtree(tmp_path / "made-1.0.1.dist-info")
    assert surroundings(os.environ, places) not in (before, after)


def test_the_libraries_that_make_numbers_are_among_them():
    names = {name.partition("-")[0] for name in libraries(sys.path)}
    assert {"pandas", "numpy", "vectorbt", "scipy", "quantstats"} <= names


@pytest.mark.parametrize("name", ["HEDGE_DATA_DIR", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS",
                                  "OPENBLAS_CORETYPE", "PYTHONHASHSEED"])  # fmt: skip
def test_what_libraries_are_told_counts(name):
    told = {key: value for key, value in os.environ.items() if key != name}
    hashes = {surroundings({**told, **more}, sys.path) for more in ({}, {name: "1"}, {name: "2"})}
    assert len(hashes) == 3
    assert surroundings({**told, "SHLVL": "9"}, sys.path) in hashes


def test_python_the_machine_and_the_folder_count(monkeypatch, tmp_path):
    hashes = {surroundings({}, [])}
    for change in (
        lambda: monkeypatch.chdir(tmp_path),
        lambda: monkeypatch.setattr("sys.version", "3.99"),
        lambda: monkeypatch.setattr("platform.platform", lambda: "another"),
        lambda: monkeypatch.setattr("os.cpu_count", lambda: 1_000),
    ):
        change()
        hashes.add(surroundings({}, []))
    hashes.add(surroundings({}, ["/elsewhere"]))
    assert len(hashes) == 6

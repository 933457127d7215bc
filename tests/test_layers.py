"""The house: imports go down or sideways, and each third-party engine has one room."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Floor of a module: the longest matching prefix decides.
FLOORS = {
    "data": 1,
    "data.cache": 6,
    "data.history": 6,
    "backtests.analysis": 1,
    "strategies": 2,
    "backtests.engine": 3,
    "backtests.report": 4,
    "backtests.jobs": 5,
    "backtests.pool": 5,
    "backtests.examination": 5,
    "backtests.tuning": 5,
    "backtests.lab.look": 5,
    "backtests.lab.saving": 5,
    "backtests.lab.state": 5,
    "backtests.lab.own_money": 5,
    "backtests.lab.loopback": 5,
    "backtests.lab.saved_pages": 5,
    "backtests": 6,
}
ROOMS = {
    "yfinance": {"data.sources.yahoo"},
    "vectorbt": {"backtests.engine.with_vectorbt"},
    "quantstats": {"backtests.engine.with_quantstats"},
    # The sweep's kernel, and the steps of rules.
    "numba": {
        "backtests.engine.sweep",
        "backtests.engine.own_sweep",
        "backtests.engine.compiled_steps",
    },
    "dask": {"backtests.engine.cluster"},
    "distributed": {"backtests.engine.cluster"},
    "streamlit": {"backtests.app", "backtests.lab.page", "backtests.lab.controls"},
}


def modules() -> dict[str, Path]:
    paths = {}
    for package in ("data", "strategies", "backtests"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return paths


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def floor(name: str) -> int | None:
    known = [prefix for prefix in FLOORS if name == prefix or name.startswith(prefix + ".")]
    return FLOORS[max(known, key=len)] if known else None


def ours(name: str, known: dict[str, Path]) -> str | None:
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def test_imports_never_go_up():
    known = modules()
    assert len(known) > 20
    for name, path in known.items():
        for target in imported(path):
            there = floor(target)
            assert there is None or there <= floor(name), f"{name} imports {target}"


def test_nothing_imports_a_door():
    doors = {
        "backtests.run", "backtests.today", "backtests.compare", "backtests.tune", "backtests.app",
        "backtests.claims", "backtests.stress", "data.cache", "data.history",
    }  # fmt: skip
    for name, path in modules().items():
        assert not imported(path) & doors, name


def test_analysis_and_data_keep_to_themselves():
    for name, path in modules().items():
        if name.startswith("backtests.analysis"):
            assert not any(target.startswith("backtests.engine") for target in imported(path)), name


def test_no_circles():
    paths = modules()
    edges = {
        name: {module for target in imported(path) if (module := ours(target, paths))} - {name}
        for name, path in paths.items()
    }
    # A package's own __init__ stands for the package, not for a file that imports its parts.
    while leaves := {name for name, targets in edges.items() if not targets & edges.keys()}:
        for name in leaves:
            del edges[name]
    assert edges == {}


@pytest.mark.parametrize("library", ROOMS)
def test_each_engine_has_one_room(library):
    for name, path in modules().items():
        if any(target.split(".")[0] == library for target in imported(path)):
            assert name in ROOMS[library], f"{name} imports {library}"


@pytest.mark.parametrize("option", ["--help", "--list"])
def test_help_and_list_load_no_engine(option):
    script = (
        "import sys\n"
        "from backtests.run import main\n"
        f"main.main([{option!r}], standalone_mode=False)\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'vectorbt', 'quantstats', 'yfinance', 'matplotlib'}\n"
        "loaded = sorted(heavy & sys.modules.keys())\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "hedge_mix" in done.stdout


def test_no_room_is_too_large():
    for name, path in modules().items():
        assert len(path.read_text("utf-8").splitlines()) <= 500, name


def test_every_module_of_data_has_its_own_tests():
    for name, path in modules().items():
        if name.startswith("data.") and (path.name != "__init__.py" or name == "data.bundled"):
            *folders, leaf = name.split(".")
            assert (ROOT / "tests" / "/".join(folders) / f"test_{leaf}.py").is_file(), name

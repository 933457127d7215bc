"""The face as it is used: real scripts without a main guard, a notebook's kernel, light imports."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import backtests
from tests.conftest import ROOT

HEAVY = ("pandas", "numpy", "scipy", "vectorbt", "quantstats", "plotly", "arch", "numba", "click")


def python(source: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(textwrap.dedent(source))
    return subprocess.run(
        [sys.executable, str(script), *words], cwd=folder, capture_output=True, text=True,
        check=False, timeout=500,
    )  # fmt: skip


def test_importing_the_face_loads_nothing_heavy(tmp_path):
    done = python(
        f"""
        import sys
        import backtests
        assert set(backtests.__all__) <= set(dir(backtests))
        from backtests import HedgeError, Strategy, parameter
        loaded = sorted(set({HEAVY!r}) & sys.modules.keys())
        assert not loaded, loaded
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_every_name_of_the_face_is_there():
    for name in backtests.__all__:
        assert getattr(backtests, name).__module__.split(".")[0] in (
            "backtests",
            "data",
            "strategies",
        )
    assert sorted(backtests._HOMES) == sorted(backtests.__all__)


def test_a_script_without_a_guard_uses_everything(tmp_path):
    """Every module is imported first, doors included; then each function of the face is called."""
    done = python(
        """
        import importlib, json, pkgutil, sys
        with open("runs.log", "a") as log:
            log.write("x")
        for package in ("data", "strategies", "backtests"):
            root = importlib.import_module(package)
            for info in pkgutil.walk_packages(root.__path__, package + "."):
                importlib.import_module(info.name)
        from backtests import backtest, compare_runs, load_market, search
        from strategies import causality

        causality.PATIENCE = 0.0  # own rules are tried at the fewest cuts, as slow ones are
        span = dict(start="1990-01-31", end="1999-12-31", quiet=True)
        market = load_market("bundled", ["SPY", "IEF"], quiet=True)
        mix = backtest("hedge_mix", source="bundled", **span)
        own = backtest(lambda market: {"SPY": 0.6, "IEF": 0.4}, prices=market.prices,
                       bills=market.cash, **span)
        here = backtest(lambda market: {"SPY": 0.6, "IEF": 0.4}, tickers=["SPY", "IEF"],
                        source="bundled", **span)
        compared = compare_runs(mix, backtest("carry", source="bundled", **span), quiet=True)
        result = search("hedge_mix", assets=["SPY", "IEF"], step=0.1, source="bundled",
                       scheduler="local:2", **span)
        alone = search("hedge_mix", assets=["SPY", "IEF"], step=0.1, source="bundled", out="alone",
                       **span)
        folder = mix.save()
        print(json.dumps([
            mix.metrics.cagr, own.metrics.cagr, here.metrics.cagr, len(compared.labels),
            bool(result.table.equals(alone.table)), folder.name, mix.plot.growth().data[0].name,
        ]))
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    mix, own, here, labels, same, folder, line = json.loads(done.stdout)
    assert mix == own == here  # one portfolio, three ways to say it
    assert (labels, same, line) == (2, True, "Portfolio")
    assert (tmp_path / "results" / folder / "verdict.html").is_file()
    # The script ran once: no helper ran it again.
    assert (tmp_path / "runs.log").read_text() == "x"


@pytest.mark.parametrize("name", ["data.py", "strategies.py"])
def test_a_file_that_hides_a_package_is_named(name, tmp_path):
    """data.py is the commonest name in a quant's folder."""
    (tmp_path / name).write_text("")
    done = python("from backtests import backtest\n", tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: {tmp_path / name} hides this project's package {name[:-3]}, or takes its "
        "place; rename that file or folder, or run elsewhere"
    )


def test_an_error_at_the_top_of_a_script_is_one_line(tmp_path):
    done = python(
        """
        from backtests import backtest

        backtest(lambda market: {"SPY": "half"}, tickers=["SPY"], source="bundled")
        """,
        tmp_path,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "data.errors.WeightError: function: the weight of SPY takes a fraction such as 0.6, got "
        "'half'"
    )


def test_the_packages_say_that_they_are_typed():
    for package in ("data", "strategies", "backtests"):
        assert (ROOT / package / "py.typed").is_file()

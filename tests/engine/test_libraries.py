"""The process with vectorbt and quantstats: the same bytes, and none of it loaded elsewhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = """
import sys
import numpy as np, pandas as pd
from backtests.engine import apart
from backtests.engine.with_quantstats import CHARTS, Levels, begin_drawing, draw, quantstats_metrics
from backtests.engine.with_vectorbt import fill_with_vectorbt, vectorbt_metrics
from data.errors import OutputError

apart.cores = lambda: 2
rng = np.random.default_rng(28)
prices = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (600, 3)), axis=0))
targets = np.full(prices.shape, np.nan)
targets[::7] = rng.dirichlet(np.ones(3), len(targets[::7]))
costs = np.full(3, 0.0002), np.full(3, 0.0001)
days = pd.bdate_range("2001-01-02", periods=600).as_unit("ns")
nav, benchmark = (pd.Series(prices[:, k], days, name=name) for k, name in ((0, "made"), (1, None)))
cash = pd.Series(1.0001 ** np.arange(600), days, name="CASH")
levels = Levels(nav, benchmark, cash, 252.0, 126)
colours = dict.fromkeys(("strategy", "benchmark", "grid", "zero", "text"), "currentColor")

def answers():
    begun = begin_drawing(levels, list(CHARTS), colours)
    fills = fill_with_vectorbt(prices, targets, *costs, 10_000.0)
    metrics = vectorbt_metrics(nav, cash, 252.0), quantstats_metrics(nav, cash, 252.0)
    return fills, metrics, begun()

with apart.apart():
    there = answers()
    loaded = {"vectorbt", "quantstats", "matplotlib", "numba"} & set(sys.modules)
    assert not loaded, loaded
    try:
        fill_with_vectorbt(prices, targets[:, :2], *costs, 10_000.0)
    except RuntimeError as error:
        assert str(error).startswith("ValueError: "), error
    else:
        raise AssertionError("shapes that do not fit were filled")
here = answers()
assert "vectorbt" in sys.modules
for name, value in vars(here[0]).items():
    other = getattr(there[0], name)
    assert (value is None and other is None) or (
        value.dtype == other.dtype and value.tobytes() == other.tobytes()), name
assert len(here[0].order_row) > 100
assert here[1] == there[1]
assert here[2] == there[2]
assert sorted(here[2].charts) == sorted(CHARTS) and not here[2].failures
"""


@pytest.mark.timeout(600)
def test_the_same_fills_numbers_and_drawings_and_none_of_it_is_loaded_here():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""

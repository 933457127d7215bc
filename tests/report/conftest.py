"""A small run and its folder, which several tests of the report read."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtests.engine.run import Run
from backtests.report.run_folder import write_run
from tests.report.helpers import make_run


@pytest.fixture(scope="session")
def run() -> Run:
    """The default mix on the bundled history from 1995."""
    return make_run()


@pytest.fixture(scope="session")
def long_bonds() -> Run:
    """A mix with so much TLT that equity and bills of its volatility hold far more than 30 %."""
    return make_run(params={"weights": {"SPY": 0.3, "TLT": 0.7}})


@pytest.fixture
def written(run: Run, tmp_path: Path) -> Path:
    """The folder of that run, alone in its results."""
    return write_run(tmp_path / "results", run, with_tearsheet=False)

"""Doors that are no command, as processes to be killed: ``python -m tests.soak.python_doors``.

``lab RESULTS`` saves a run as the lab does, in a process of its own; ``face RESULTS`` saves a run,
a comparison, a stress test and a search from Python.
"""

from __future__ import annotations

import sys
from pathlib import Path

import backtests
from backtests.engine.config import RunConfig
from backtests.lab.saving import save_apart

BUNDLED = {"source": "bundled", "start": "2015-01-30"}


def lab(results: Path) -> None:
    """Save the run of a session of the lab."""
    save_apart(RunConfig("hedge_mix", {}, **BUNDLED), results)


def face(results: Path) -> None:
    """Save one of each that Python makes."""
    runs = [backtests.backtest(name, **BUNDLED, quiet=True) for name in ("hedge_mix", "carry")]
    runs[0].save(results, no_tearsheet=True, quiet=True)
    backtests.compare_runs(*runs, quiet=True).save(results, no_tearsheet=True, quiet=True)
    backtests.search("hedge_mix", assets="SPY,IEF", step=0.5, out=results, quiet=True, **BUNDLED)


if __name__ == "__main__":
    {"lab": lab, "face": face}[sys.argv[1]](Path(sys.argv[2]))

"""The functions for Python: do US Treasuries hedge my equities, when, and at what cost.

:func:`backtest`, :func:`compare_runs`, :func:`search` and :func:`load_market`, the records they
return and the errors they raise (docs/python.md). Nothing is loaded before its first use.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from backtests.engine.costs import Costs
    from backtests.engine.money import Money
    from backtests.face.backtest import backtest
    from backtests.face.comparison import Comparison, OwnFigures, compare_runs
    from backtests.face.guard import HedgeWarning
    from backtests.face.listing import list_strategies
    from backtests.face.market import load_market
    from backtests.face.run import Run, Verdict
    from backtests.face.search import SearchResult, search
    from backtests.face.stress import Stress
    from backtests.face.withdrawals import Withdrawals
    from data.errors import (
        DataError,
        HedgeError,
        NotDeterministicError,
        OutputError,
        PeekingError,
        RuleError,
        StrictError,
        UsageError,
        WeightError,
    )
    from data.market import Market
    from strategies.base import Strategy, parameter

# When this process began to load the project: what changes later is not what it runs.
try:
    BEGAN_NS = time.time_ns()
except OverflowError:  # a clock that Python cannot hold: whatever is asked for says so
    BEGAN_NS = 0
# The module of each public name.
_HOMES = {
    "backtest": "backtests.face.backtest",
    "compare_runs": "backtests.face.comparison",
    "search": "backtests.face.search",
    "load_market": "backtests.face.market",
    "list_strategies": "backtests.face.listing",
    "Run": "backtests.face.run",
    "Verdict": "backtests.face.run",
    "Withdrawals": "backtests.face.withdrawals",
    "Stress": "backtests.face.stress",
    "Comparison": "backtests.face.comparison",
    "OwnFigures": "backtests.face.comparison",
    "SearchResult": "backtests.face.search",
    "RunConfig": "backtests.engine.config",
    "Costs": "backtests.engine.costs",
    "Money": "backtests.engine.money",
    "Market": "data.market",
    "Strategy": "strategies.base",
    "parameter": "strategies.base",
    "HedgeWarning": "backtests.face.guard",
    "HedgeError": "data.errors",
    "UsageError": "data.errors",
    "DataError": "data.errors",
    "RuleError": "data.errors",
    "PeekingError": "data.errors",
    "NotDeterministicError": "data.errors",
    "StrictError": "data.errors",
    "WeightError": "data.errors",
    "OutputError": "data.errors",
}
__all__ = [
    "Comparison",
    "Costs",
    "DataError",
    "HedgeError",
    "HedgeWarning",
    "Market",
    "Money",
    "NotDeterministicError",
    "OutputError",
    "OwnFigures",
    "PeekingError",
    "RuleError",
    "Run",
    "RunConfig",
    "SearchResult",
    "Strategy",
    "Stress",
    "StrictError",
    "UsageError",
    "Verdict",
    "WeightError",
    "Withdrawals",
    "backtest",
    "compare_runs",
    "list_strategies",
    "load_market",
    "parameter",
    "search",
]


def _require_ours() -> None:
    """Refuse a file of the user's that hides a package of this project, such as ``data.py``."""
    for name in ("data", "strategies"):
        spec = find_spec(name)
        here = Path(__file__).parent.parent / name / "__init__.py"
        if spec is None or spec.origin is None or Path(spec.origin).resolve() != here.resolve():
            there = "nothing" if spec is None else spec.origin or "a folder"
            raise ImportError(
                f"{there} hides this project's package {name}, or takes its place; rename that "
                "file or folder, or run elsewhere"
            )


_require_ours()
if sys.argv[:1] == ["-m"]:  # Python is looking for a module to run, and loads this first
    from data.interrupt import expect_interrupts, is_looking_for

    if is_looking_for(__name__):
        expect_interrupts()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib import metadata

        return metadata.version("treasury-hedge")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from data.command import require_clock

    require_clock()  # where Python cannot tell the time, pandas cannot even be loaded
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

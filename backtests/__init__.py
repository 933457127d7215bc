"""The face for Python: do US Treasuries hedge my equities, when, and at what cost.

:func:`backtest`, :func:`compare_runs`, :func:`search` and :func:`load_market`, the records they
return and the errors they raise (docs/python.md). Nothing is loaded before its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from backtests.engine.costs import Costs
    from backtests.face.backtest import backtest
    from backtests.face.comparison import Comparison, compare_runs
    from backtests.face.guard import HedgeWarning
    from backtests.face.market import load_market
    from backtests.face.run import Run, Verdict
    from backtests.face.search import SearchResult, search
    from data.errors import (
        DataError,
        HedgeError,
        NotDeterministicError,
        OutputError,
        PeekingError,
        RuleError,
        UsageError,
        WeightError,
    )
    from data.market import Market
    from strategies.base import Strategy, parameter

# Where each name of the face lives.
_HOMES = {
    "backtest": "backtests.face.backtest",
    "compare_runs": "backtests.face.comparison",
    "search": "backtests.face.search",
    "load_market": "backtests.face.market",
    "Run": "backtests.face.run",
    "Verdict": "backtests.face.run",
    "Comparison": "backtests.face.comparison",
    "SearchResult": "backtests.face.search",
    "RunConfig": "backtests.engine.config",
    "Costs": "backtests.engine.costs",
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
    "NotDeterministicError",
    "OutputError",
    "PeekingError",
    "RuleError",
    "Run",
    "RunConfig",
    "SearchResult",
    "Strategy",
    "UsageError",
    "Verdict",
    "WeightError",
    "backtest",
    "compare_runs",
    "load_market",
    "parameter",
    "search",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

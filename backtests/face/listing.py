"""``list_strategies``: every strategy with its parameters, as ``--list`` shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backtests.face.door import door
from strategies.registry import STRATEGIES, own_strategies, strategy_class

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("strategy", "parameter", "default", "unit", "range", "what")


@door
def list_strategies() -> pd.DataFrame:
    """List every strategy: the built-in ones, and those of ``$HEDGE_STRATEGIES``.

    Returns
    -------
    pandas.DataFrame
        A row for each parameter: ``strategy, parameter, default, unit, range, what``; a strategy
        without parameters has one row without them.

    Raises
    ------
    HedgeError
        For a file of ``$HEDGE_STRATEGIES`` that cannot be used.
    """
    import pandas as pd

    own = own_strategies()
    own.require_usable()
    rows: list[tuple[object, ...]] = []
    for kind in [*map(strategy_class, STRATEGIES), *own.strategies.values()]:
        for declared in kind.parameters():
            default = declared.default
            plain = dict(default) if isinstance(default, Mapping) else default
            row = (declared.name, plain, declared.unit, declared.range, declared.doc)
            rows.append((kind.name, *row))
        if not kind.parameters():
            rows.append((kind.name, None, None, "", "", kind.summary()))
    return pd.DataFrame(rows, columns=list(COLUMNS))

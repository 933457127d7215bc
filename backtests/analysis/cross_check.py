"""The headline numbers by three programs: where they differ, which definition differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOLERANCE = 1e-9

LABELS = {
    "total_return": "Total return",
    "cagr": "CAGR",
    "volatility": "Volatility",
    "sharpe": "Sharpe",
    "sortino": "Sortino",
    "max_drawdown": "Max drawdown",
    "calmar": "Calmar",
    "cvar_95": "CVaR 95",
}
SCALAR_RATE = "one average bill return for all rows; here each row has its own"
REASONS = {
    ("sharpe", "vectorbt"): SCALAR_RATE,
    ("sortino", "vectorbt"): SCALAR_RATE,
    ("sharpe", "quantstats"): SCALAR_RATE,
    ("sortino", "quantstats"): SCALAR_RATE,
    ("cvar_95", "quantstats"): (
        "mean of the rows below a normal distribution's 5 % quantile, however many they are; "
        "here the worst ceil(0.05 n) rows"
    ),
}


def cross_check(
    ours: Mapping[str, float | None], others: Mapping[str, Mapping[str, float]]
) -> list[dict[str, Any]]:
    """Put the same numbers by several programs side by side.

    Parameters
    ----------
    ours
        By the keys of ``LABELS``.
    others
        The same, by program.

    Returns
    -------
    list of dict
        ``key, label, ours``, each program's figure, and ``why``: one sentence for each
        program that differs by more than 1e-9, relative.
    """
    rows = []
    for key, label in LABELS.items():
        mine = ours[key]
        row: dict[str, Any] = {"key": key, "label": label, "ours": mine}
        why: dict[str, list[str]] = {}
        for program, numbers in others.items():
            theirs = row[program] = numbers.get(key)
            if mine is None or theirs is None:
                continue
            if abs(theirs - mine) > TOLERANCE * max(abs(mine), 1e-3):
                reason = REASONS.get((key, program), "differs for a reason not known, report it")
                why.setdefault(reason, []).append(program)
        told = [f"{' and '.join(programs)}: {reason}" for reason, programs in why.items()]
        rows.append({**row, "why": "; ".join(told)})
    return rows

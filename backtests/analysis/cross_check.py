"""The headline numbers as three programs compute them, and why they differ where they do."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.analysis.record import CrossCheck

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
WITHIN_A_YEAR = ("total_return", "max_drawdown", "cvar_95")
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


@dataclass(frozen=True)
class Headline:
    """The numbers that each program computes for one portfolio: fractions, on its own rows.

    ``cvar_95`` is the average loss in the worst 5 % of rows (CVaR), negative for a loss.
    """

    total_return: float
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float
    calmar: float | None
    cvar_95: float


def cross_check(ours: Headline, vectorbt: Headline, quantstats: Headline) -> tuple[CrossCheck, ...]:
    """Put the same numbers of three programs side by side.

    Returns
    -------
    tuple of CrossCheck
        One for each of ``LABELS``, over less than a year without those a year; ``why`` has one
        sentence for each program that differs by more than 1e-9, relative.
    """
    keys = LABELS if ours.cagr is not None else WITHIN_A_YEAR
    return tuple(_line(key, ours, vectorbt, quantstats) for key in keys)


def _line(key: str, ours: Headline, vectorbt: Headline, quantstats: Headline) -> CrossCheck:
    mine: float | None = getattr(ours, key)
    others = {"vectorbt": getattr(vectorbt, key), "quantstats": getattr(quantstats, key)}
    why: dict[str, list[str]] = {}
    for program, theirs in others.items():
        if mine is None or theirs is None:
            continue
        if abs(theirs - mine) > TOLERANCE * max(abs(mine), 1e-3):
            reason = REASONS.get((key, program), "differs for a reason not known, report it")
            why.setdefault(reason, []).append(program)
    reasons = [f"{' and '.join(programs)}: {reason}" for reason, programs in why.items()]
    return CrossCheck(key, LABELS[key], mine, **others, why="; ".join(reasons))

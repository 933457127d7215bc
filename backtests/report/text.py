"""Numbers in words, the same on screen and page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def weights_text(weights: dict[str, float]) -> str:
    """Weights held, to a tenth of a percent: ``SPY 60.6 %, IEF 39.4 %``; dust is left out."""
    shown = {name: weight for name, weight in weights.items() if weight >= 0.0005}
    return ", ".join(f"{name} {100 * weight:.1f} %" for name, weight in shown.items())


def mix_text(weights: dict[str, float]) -> str:
    """A mix as it was asked for, with what is left in cash: ``SPY 62.5 %, CASH 37.5 %``."""
    left = round(1.0 - sum(weights.values()), 9)
    parts = {name: weight for name, weight in weights.items() if weight > 0}
    if left > 0:
        parts["CASH"] = left
    return ", ".join(f"{name} {100 * weight:.8g} %" for name, weight in parts.items())


def two_digits(value: float, sign: str = "") -> str:
    """A number with two digits; what rounds to nothing has no minus."""
    return f"{round(value, 2) + 0.0:{sign},.2f}"


def percent(value: float | None) -> str:
    """A fraction as percent with two digits, or a dash."""
    return "-" if value is None else f"{two_digits(value * 100)} %"


def ratio(value: float | None) -> str:
    """A ratio with two digits, or a dash."""
    return "-" if value is None else two_digits(value)


def money(value: float | None) -> str:
    """An amount with thousands separated, two digits below one hundred, or a dash."""
    if value is None:
        return "-"
    small = 0.005 <= abs(value) < 100
    return two_digits(value) if small else f"{round(value) + 0.0:,.0f}"


def whole(value: float | None) -> str:
    """A count, or a dash."""
    return "-" if value is None else f"{value:,.0f}"


def day(value: str | None) -> str:
    """A date, or a dash."""
    return value or "-"


def recovery(metrics: Mapping[str, Any]) -> str:
    """When the deepest drawdown was made good, that it was not yet, or a dash without one."""
    if metrics["max_drawdown_start"] is None:
        return "-"
    return metrics["max_drawdown_recovered"] or "not yet"


def metric_rows(
    portfolios: Sequence[Mapping[str, Any]], ppy: int, initial: float
) -> list[list[str]]:
    """The headline numbers as a table in words: a label, then one text a portfolio.

    Parameters
    ----------
    portfolios
        For each its :class:`~backtests.analysis.metrics.Metrics` as plain values, with
        ``turnover_per_year`` and ``costs_paid``.
    ppy
        Rows per year.
    initial
        Value at the start.
    """
    rows: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
        ("CAGR", lambda one: percent(one["cagr"])),
        ("Volatility", lambda one: percent(one["volatility"])),
        ("Sharpe (over bills)", lambda one: ratio(one["sharpe"])),
        ("Sortino (over bills)", lambda one: ratio(one["sortino"])),
        ("Max drawdown", lambda one: percent(one["max_drawdown"])),
        ("  from", lambda one: day(one["max_drawdown_start"])),
        ("  to", lambda one: day(one["max_drawdown_end"])),
        ("  recovered", recovery),
        ("Calmar", lambda one: ratio(one["calmar"])),
        ("Best year", lambda one: percent(one["best_year"])),
        ("Worst year", lambda one: percent(one["worst_year"])),
        (
            f"CVaR 95, {'daily' if ppy == 252 else 'monthly'}",
            lambda one: percent(one["cvar_95"]),
        ),
        ("Turnover a year", lambda one: percent(one["turnover_per_year"])),
        ("Costs paid", lambda one: money(one["costs_paid"])),
        (f"Final value of {money(initial)}", lambda one: money(one["final_value"])),
    )
    return [[label, *map(show, portfolios)] for label, show in rows]


def run_label(summary: dict[str, Any]) -> str:
    """A run in a few words: the strategy, and those of its parameters that are not the default."""
    from strategies.registry import STRATEGIES, strategy_class

    strategy, params = summary["strategy"], summary["params"]
    defaults = {}
    if strategy in STRATEGIES:
        defaults = {known.name: known.default for known in strategy_class(strategy).parameters()}
    changed = {k: v for k, v in params.items() if k not in defaults or defaults[k] != v}
    return " ".join([strategy, *(_assignment(name, value) for name, value in changed.items())])


def _assignment(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{ticker}={weight:g}" for ticker, weight in value.items())
    return f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"

"""Words for a run in home purchasing power, and its figures in money of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtests.report.currency import in_real

if TYPE_CHECKING:
    from backtests.engine.summary import Summary


def real_terms(summary: Summary) -> str:
    """What real amounts are in, as one of the facts of a run; empty in money of the day."""
    told = in_real(summary.currency, summary.base_date)
    return f"real: {told} (in money of the day {_nominal(summary)})" if told else ""


def nominal_line(summary: Summary) -> str:
    """Growth and deepest fall in money of the day of a real run; empty of a nominal one."""
    if not summary.is_real:
        return ""
    told = in_real(summary.currency, summary.base_date)
    return f"All is {told}. In money of the day: {_nominal(summary)}."


def _nominal(summary: Summary) -> str:
    numbers = summary.nominal
    if numbers is None:
        return ""
    is_yearly = numbers.cagr is not None
    grown = numbers.total_return if numbers.cagr is None else numbers.cagr
    return (
        f"{100.0 * grown:.1f} %{' a year' if is_yearly else ' in all'}, deepest fall "
        f"{100.0 * numbers.max_drawdown:.1f} %"
    )

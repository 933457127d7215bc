"""Make the tables of docs/today.md: ``python -m docs.indicators_table``.

SPY with IEF on the bundled months: the payoff in both states of the five indicators, and of those
that were tried and tell nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from backtests.analysis.base_rates import base_rates
from backtests.analysis.hedge_state import BaseRate
from backtests.analysis.indicators import MEDIAN_STATES, Division, Track, median_so_far, tracks
from backtests.engine.today import bundled_past
from backtests.report.state import NAMES
from data import bundled
from data.background import background
from data.consumer_prices import year_on_year

HEADS = ("state", "months", "payoff, % a month", "beat bills", "correlation ahead")
CHANGES = ("falls", "does not fall")


def tried(by_month: pd.DataFrame, returns: pd.DataFrame) -> dict[str, Track]:
    """What was tried beside the five: months x figures, divided by the median up to then, or 0."""
    rate = by_month["policy_rate"]
    levels = {
        "real policy rate": rate / 100.0 - year_on_year(by_month["cpi"]),
        "equity volatility, 12 months": returns["equity"].rolling(12).std(),
        "equity volatility, 36 months": returns["equity"].rolling(36).std(),
        "bond volatility, 12 months": returns["bond"].rolling(12).std(),
        "bond volatility, 36 months": returns["bond"].rolling(36).std(),
    }
    changes = {
        "policy rate, change over 3 months": rate.diff(3),
        "policy rate, change over 12 months": rate.diff(12),
    }
    medians = Division(True, MEDIAN_STATES)
    return {
        **{name: Track(medians, s, median_so_far(s), s) for name, s in levels.items()},
        **{name: Track(Division(True, CHANGES), s, s * 0.0, s) for name, s in changes.items()},
    }


def table_of(rates: Mapping[str, tuple[BaseRate, BaseRate]]) -> str:
    """Both states of each indicator as Markdown."""
    lines = [f"| {' | '.join(('indicator', *HEADS))} |", "|" + "---|" * (len(HEADS) + 1)]
    for name, both in rates.items():
        for number, rate in enumerate(both):
            cells = ["" if number else name, rate.label, str(rate.months), _payoff(rate)]
            cells.append(f"{100 * (rate.hit_rate or 0.0):.0f} %")
            cells.append(f"{rate.next_correlation or 0.0:+.2f} in {rate.windows_apart}")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _payoff(rate: BaseRate) -> str:
    low, high = rate.payoff.low, rate.payoff.high
    value = f"{100 * rate.payoff.number:+.2f}"
    if low is None or high is None:
        return value
    shown = f"{value} ({100 * low:+.2f} to {100 * high:+.2f})"
    return f"**{shown}**" if low > 0.0 or high < 0.0 else shown


def tables() -> tuple[str, str]:
    """The table of the five indicators, and that of those that were tried."""
    past, by_month = bundled_past(), background(bundled.load(["SPY"]))
    shown = base_rates(past, tracks(by_month, past.correlation))
    names = {key: name.removesuffix(", %") for key, name in NAMES.items()}
    return (
        table_of({names[key]: both for key, both in shown.items()}),
        table_of(base_rates(past, tried(by_month, past.returns))),
    )


if __name__ == "__main__":
    print("\n\n".join(tables()))

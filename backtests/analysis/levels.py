"""How wide an interval is drawn, so that it contains the truth often enough.

A 90 % bootstrap interval contains the truth in fewer than 90 % of samples. Its nominal level is
raised, by measure and number of months, until samples of real months (in blocks, from 1962-1999,
2000-2021 and all, with IEF and with TLT) contain the truth in at least 86 %: ``python -m
docs.coverage`` works out this table, docs/coverage.md publishes it. A measure that does not reach
that at 98 % has no interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

LEAST_COVERAGE = 0.86
NOMINAL = (0.90, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98)
MONTHS = (60, 120, 240, 480, 720)  # a sample counts as the longest of these that it reaches
Leveled = Literal[
    "payoff", "payoff_after_negative", "payoff_after_positive", "payoff_of_state",
    "payoff_difference", "cvar_saved", "cvar_saved_three_months",
    "cvar_saved_from_equity", "growth_over_bills", "growth_given_up",
    "volatility_difference", "sharpe_difference", "down_month_ratio",
    "down_month_mean", "worst_decile_mean", "worst_decile_hit_rate",
]  # fmt: skip
# Nominal level at 60, 120, 240, 480 and 720 months; None for no interval.
LEVELS: Mapping[Leveled, tuple[float | None, ...]] = {
    "payoff": (None, None, None, 0.98, 0.97),
    "payoff_after_negative": (0.95, 0.95, 0.94, 0.90, 0.90),
    "payoff_after_positive": (0.94, 0.94, 0.94, 0.94, 0.92),
    "payoff_of_state": (0.95, 0.95, 0.94, 0.94, 0.92),  # of any other: the worse of the two
    "payoff_difference": (None, None, 0.90, 0.90, 0.90),
    "cvar_saved": (None, None, 0.98, 0.97, 0.92),
    "cvar_saved_three_months": (None, None, None, 0.96, 0.96),
    "cvar_saved_from_equity": (None, None, 0.97, 0.94, 0.94),
    "growth_over_bills": (0.95, 0.94, 0.92, 0.92, 0.92),
    "growth_given_up": (0.95, 0.95, 0.92, 0.90, 0.90),
    "volatility_difference": (None, None, None, None, 0.98),
    "sharpe_difference": (0.95, 0.94, 0.94, 0.92, 0.92),
    "down_month_ratio": (None, None, None, None, 0.98),
    "down_month_mean": (None, None, None, None, 0.98),
    "worst_decile_mean": (None, None, None, 0.97, 0.96),
    "worst_decile_hit_rate": (0.98, 0.97, 0.97, 0.96, 0.95),
}


# Of hedged less unhedged: what hedging the dollar changes, by currency, on its own months.
# Worked out by ``python -m docs.currency_coverage``, published in docs/coverage.md. A currency
# without a row has no interval; none has 720 months to measure.
HedgingMeasure = Literal["payoff", "growth"]
HEDGING_LEVELS: Mapping[HedgingMeasure, Mapping[str, tuple[float | None, ...]]] = {
    "payoff": {
        "JPY": (0.94, 0.94, 0.92, 0.92),
        "EUR": (None, None, 0.97, 0.94),
        "GBP": (None, None, None, 0.98),
        "CHF": (None, 0.94, 0.92, 0.92),
        "AUD": (None, None, 0.95, 0.94),
    },
    "growth": {
        "JPY": (0.94, 0.92, 0.92, 0.90),
        "EUR": (0.95, 0.92, 0.90, 0.90),
        "GBP": (0.95, 0.94, 0.94, 0.90),
        "CHF": (0.90, 0.90, 0.90, 0.90),
        "AUD": (0.94, 0.94, 0.94, 0.90),
    },
}


def hedging_level(measure: HedgingMeasure, currency: str, months: int) -> float | None:
    """Nominal level of the interval of hedged less unhedged in a currency; None for no interval."""
    reached = sum(months >= least for least in MONTHS)
    row = HEDGING_LEVELS[measure].get(currency)
    return row[min(reached, len(row)) - 1] if row is not None and reached else None


def fewest_hedging_months(currency: str) -> int | None:
    """Months from which on a currency's payoff has an interval; None where it never has."""
    row = HEDGING_LEVELS["payoff"].get(currency, ())
    return next((least for least, level in zip(MONTHS, row, strict=False) if level), None)


def level_of(measure: Leveled, months: int) -> float | None:
    """Nominal level of a measure's interval over so many months; None for no interval."""
    reached = sum(months >= least for least in MONTHS)
    return LEVELS[measure][reached - 1] if reached else None


def widest(measures: Sequence[Leveled], months: int) -> float | None:
    """The highest of several measures' levels; None where one of them has no interval."""
    levels = [level_of(measure, months) for measure in measures]
    reached = [level for level in levels if level is not None]
    return max(reached) if len(reached) == len(levels) else None


def fewest_months(measure: Leveled) -> int:
    """Months from which on a measure has an interval."""
    return next(
        months for months, level in zip(MONTHS, LEVELS[measure], strict=True) if level is not None
    )

"""The verdict: did the Treasuries do more than bills at the same equity weight would have done.

Pure: a :class:`Case` of levels goes in, plain values come out; every number on the page is one
of them. All returns are month-end returns, whatever the sampling of the run.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtests.analysis import hedge as measures
from backtests.analysis.crises import APRIL_2025, all_episodes, episode_table
from backtests.analysis.holding import annualised, holding_table, start_year_map
from backtests.analysis.months import month_ends, months_under_water
from backtests.analysis.regimes import CORRELATION_MONTHS, LABELS, regimes, trailing_correlation
from backtests.analysis.resampling import REPETITIONS, SEED, Estimate, Measure, Sample

BLOCK_COLUMNS = ("portfolio", "equity", "hedge")


@dataclass(frozen=True, eq=False)
class Case:
    """What is judged.

    Attributes
    ----------
    levels
        Sessions x ``portfolio, equity`` (100 %)``, bills`` (the same equity weight, the rest in
        bills)``, matched`` (equity and bills at the portfolio's volatility)``, hedge`` (the
        Treasuries alone)`` and cash``; from row 0 of the run.
    first_fill
        The session from which months count: before it everything waits in cash.
    legs
        ``equity`` and ``hedge`` with what history there is before the run, for trailing
        correlations.
    background
        Months x ``y10, policy_rate`` (percent) and ``cpi`` (as published by the month's end).
    y10
        10-year yield in percent on the sessions of ``levels``, or None.
    ppy
        Rows per year of ``levels``.
    holds_treasuries
        Whether there is a hedge to judge at all.
    """

    levels: pd.DataFrame
    first_fill: pd.Timestamp
    legs: pd.DataFrame
    background: pd.DataFrame
    y10: pd.Series | None
    ppy: int
    holds_treasuries: bool = True


def judge(
    case: Case, repetitions: int = REPETITIONS, seed: int = SEED, *, brief: bool = False
) -> dict[str, Any]:
    """Judge a case.

    Parameters
    ----------
    case
        What is judged.
    repetitions, seed
        Of the bootstrap; the same seed gives the same numbers.
    brief
        Leave out what neither the word nor the sentences tell: other measures of equity's bad
        months, regimes but the correlation, the table of holding periods. What stays is the same.

    Returns
    -------
    dict
        Plain values (None for what does not exist), ready for JSON: ``word``, ``works``,
        ``crises``, ``april_2025``, ``regimes``, ``cost``, ``holding``, ``sample``, ``series``.
    """
    months = month_ends(case.levels.loc[case.first_fill :])
    returns = months.pct_change(fill_method=None).iloc[1:]
    sample = Sample(returns, BLOCK_COLUMNS, repetitions, seed)
    legs = month_ends(case.legs).pct_change(fill_method=None)
    correlation = trailing_correlation(legs["equity"], legs["hedge"])
    works = works_table(sample, brief=brief)
    saved = works[0]["difference"]
    verdict = {
        "word": word(saved) if case.holds_treasuries else "unclear",
        "holds_treasuries": case.holds_treasuries,
        "sample": sample.describe(),
        "works": works,
        **_crises(case),
        **_regimes(case, sample, correlation, ("correlation",) if brief else tuple(LABELS)),
        "cost": cost_table(sample),
        **_holding(case, months, brief=brief),
        "series": _series(months, returns, correlation),
    }
    return dict(plain(verdict))


def word(saved: Estimate) -> str:
    """Works, fails or unclear: the side of 0 on which the whole interval lies, if any.

    Parameters
    ----------
    saved
        CVaR(95) saved against bills at the same equity weight, with its 90 % interval.
    """
    if saved.low is not None and saved.low > 0.0:
        return "works"
    if saved.high is not None and saved.high < 0.0:
        return "fails"
    return "unclear"


def works_table(sample: Sample, *, brief: bool = False) -> list[dict[str, Any]]:
    """What the hedge did, beside bills alone, and the difference; CVaR first: it decides.

    ``brief`` leaves it at CVaR and drawdown.
    """
    against_equity: list[tuple[str, str, str, Measure]] = [
        ("cvar_saved_monthly", "interval", "points", measures.cvar_saved),
        ("drawdown_saved_monthly", "range", "points", measures.drawdown_saved),
        ("months_under_water_saved", "range", "months", _months_saved),
    ]
    in_bad_months: list[tuple[str, str, str, Measure]] = [
        ("down_month_ratio", "interval", "ratio", measures.down_month_ratio),
        ("down_month_mean_monthly", "interval", "percent", measures.down_month_mean),
        ("worst_decile_mean_monthly", "interval", "percent", measures.worst_decile_mean),
        ("worst_decile_hit_rate_monthly", "interval", "share", measures.worst_decile_hit_rate),
    ]
    rows = [(*one, "portfolio", "bills") for one in against_equity]
    rows += [(*one, "hedge", "cash") for one in in_bad_months]
    return [
        {
            "key": key,
            "kind": kind,
            "unit": unit,
            "treasuries": sample.estimate(measure, ours, "equity"),
            "bills": sample.estimate(measure, theirs, "equity"),
            "difference": sample.difference(measure, (ours, "equity"), (theirs, "equity")),
        }
        for key, kind, unit, measure, ours, theirs in (rows[:2] if brief else rows)
    ]


def _months_saved(returns: measures.Array, against: measures.Array) -> measures.Array:
    return months_under_water(against) - months_under_water(returns)


def cost_table(sample: Sample) -> dict[str, Any]:
    """What the protection cost: growth given up, and tail loss saved for it."""
    answer: dict[str, Any] = {
        "growth_given_up_monthly": {
            name: sample.estimate(measures.growth_given_up, name, "equity")
            for name in ("portfolio", "bills", "matched")
        },
        "growth_against_monthly": {
            name: sample.estimate(measures.growth_given_up, name, "portfolio")
            for name in ("bills", "matched")
        },
        "cvar_points_per_growth_point": {},
    }
    for name, given_up in answer["growth_given_up_monthly"].items():
        saved = sample.estimate(measures.cvar_saved, name, "equity")
        free = given_up.value <= 0.0
        answer["cvar_points_per_growth_point"][name] = (
            "free" if free else saved.value / given_up.value
        )
    return answer


def _crises(case: Case) -> dict[str, Any]:
    columns = ["equity", "hedge", "cash", "portfolio"]
    levels = case.levels.loc[case.first_fill :, columns]
    y10 = None if case.y10 is None else case.y10.loc[case.first_fill :]
    table = all_episodes(levels, y10, case.ppy)
    daily = case.ppy != 12
    april = episode_table(APRIL_2025 if daily else (), levels, y10, case.ppy)
    return {"crises": _records(table), "april_2025": _records(april)}


def _regimes(
    case: Case, sample: Sample, correlation: pd.Series, dimensions: Sequence[str]
) -> dict[str, Any]:
    index = pd.PeriodIndex(sample.returns.index)
    # The months before, since a label is what was known then.
    before = index - 1
    both = case.background.index.union(index).union(before)
    known = case.background.reindex(pd.period_range(both[0], both[-1], freq="M"))
    labels, bounds = regimes(
        correlation.reindex(known.index),
        known["cpi"],
        known["policy_rate"],
        known["y10"].where(known.index.isin(before)),
    )
    labels = labels.reindex(index)
    table, missing = [], []
    for dimension in dimensions:
        for name in LABELS[dimension]:
            inside = (labels[dimension] == name).to_numpy(bool)
            if not inside.any():
                missing.append({"dimension": dimension, "label": name})
                continue
            table.append({"dimension": dimension, "label": name, **_within(sample, inside)})
    return {
        "regimes": table,
        "regimes_missing": missing,
        "regimes_unlabelled_months": {str(name): int(labels[name].isna().sum()) for name in labels},
        "yield_terciles_pct": bounds,
    }


def _within(sample: Sample, inside: measures.Array) -> dict[str, Any]:
    equity, hedge, cash = (sample.column(name)[inside] for name in ("equity", "hedge", "cash"))
    together = len(equity) > 2 and min(np.std(equity), np.std(hedge)) > 1e-12
    return {
        "months": len(equity),
        "down_months": int((equity < 0.0).sum()),
        "correlation": float(np.corrcoef(equity, hedge)[0, 1]) if together else None,
        "equity_mean_monthly": float(equity.mean()),
        "hedge_mean_monthly": float(hedge.mean()),
        "cash_mean_monthly": float(cash.mean()),
        "down_month_ratio": float(measures.down_month_ratio(hedge, equity)),
        "down_month_hit_rate": float(measures.down_month_hit_rate(hedge, equity)),
        "down_month_mean_monthly": sample.estimate_within(
            measures.down_month_mean, inside, "hedge", "equity"
        ),
        "down_month_cash_mean_monthly": float(measures.down_month_mean(cash, equity)),
        "worst_decile_mean_monthly": float(measures.worst_decile_mean(hedge, equity)),
        "worst_decile_hit_rate_monthly": float(measures.worst_decile_hit_rate(hedge, equity)),
        "cvar_saved_against_bills_monthly": sample.estimate_within(
            measures.cvar_saved, inside, "portfolio", "bills"
        ),
    }


def _holding(case: Case, months: pd.DataFrame, *, brief: bool) -> dict[str, Any]:
    levels = months[["portfolio", "equity", "bills", "cash"]].copy()
    # What is published by the end of the next month is this month's price level.
    prices = case.background["cpi"].shift(-1)
    levels["inflation"] = prices.reindex(levels.index)
    maps = {name: start_year_map(levels[name]) for name in ("portfolio", "equity", "bills", "cash")}
    ours = maps["portfolio"]
    mapped = {
        "start_years": [int(year) for year in ours.index],
        "years_held": [int(held) for held in ours.columns],
        "portfolio": ours.to_numpy().tolist(),
        **{
            f"less_{name}": (ours - maps[name]).to_numpy().tolist()
            for name in ("equity", "bills", "cash")
        },
    }
    if brief:
        return {"holding_map": mapped}
    entries = annualised(levels[["portfolio", "equity", "cash"]], 3)
    return {
        "holding": _records(holding_table(levels, "portfolio")),
        "holding_map": mapped,
        "holding_three_years": {
            "starts": [str(month) for month in entries.index],
            **{name: entries[name].tolist() for name in entries},
        },
    }


def _series(months: pd.DataFrame, returns: pd.DataFrame, correlation: pd.Series) -> dict[str, Any]:
    grown = months / months.iloc[:1].to_numpy() if len(months) else months
    falls = months / months.cummax() - 1.0
    known = correlation.dropna()
    names = ("portfolio", "equity", "bills", "matched")
    return {
        "months": [str(month) for month in months.index],
        "growth": {name: grown[name].tolist() for name in names},
        "drawdown": {name: falls[name].tolist() for name in names},
        "returns": {name: returns[name].tolist() for name in ("equity", "hedge")},
        "correlation": {
            "months": [str(month) for month in known.index],
            "values": known.tolist(),
            "window_months": CORRELATION_MONTHS,
        },
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(row) for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """Estimates, numbers and lists as JSON has them: ten digits, None for what is not finite."""
    if isinstance(value, Estimate):
        return plain(dataclasses.asdict(value))
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.10g}") if math.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return value

"""The verdict: did the Treasuries do more in equity's worst months than bills would have done.

Pure: of a :class:`Case` of levels it makes a :class:`~backtests.analysis.record.Judgement`.
All returns are month-end returns, whatever the sampling of the run. What decides the word is in
:mod:`backtests.analysis.decide`; all else stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from backtests.analysis import hedge as measures
from backtests.analysis.crises import APRIL_2025, Fall, all_falls, falls_in
from backtests.analysis.decide import evidence_from
from backtests.analysis.evidence import StateName, verdict_word
from backtests.analysis.holding import annualised, holding_table, start_year_map
from backtests.analysis.levels import Leveled, level_of
from backtests.analysis.months import month_ends, months_under_water, over_three_months
from backtests.analysis.record import (
    Cost,
    Crisis,
    FirstWord,
    GrowthAgainst,
    GrowthGivenUp,
    HoldingMap,
    HoldingPeriod,
    HoldingStarts,
    Judgement,
    Kind,
    Measure,
    MissingRegime,
    PointsPerPoint,
    Regime,
    Unit,
    WorstQuarter,
)
from backtests.analysis.regimes import (
    LABELS,
    regimes,
    stock_bond_correlation,
)
from backtests.analysis.resampling import LEVEL, REPETITIONS, SEED, Estimate, Sample
from backtests.analysis.resampling import Measure as MeasureOf
from backtests.analysis.series import Path, series_of
from data.consumer_prices import bridged
from data.records import ten_digits

MONTHS = 12
BLOCK_COLUMNS = ("portfolio", "equity", "hedge")
FIRST_LEVEL = 0.90  # of the first edition's interval
Levels = tuple[float | None, float | None, float | None]  # of the hedge, of bills, of both apart
_months_saved = measures.Less(months_under_water, -1)
RANGE = (LEVEL, LEVEL, LEVEL)  # of resampled histories, which is no confidence interval


@dataclass(frozen=True, eq=False)
class Case:
    """What is judged.

    Attributes
    ----------
    levels
        Sessions from row 0 of the run x ``portfolio``, ``equity`` (100 %), ``bills`` (the same
        equity weight, the rest in bills), ``matched`` (equity and bills at the portfolio's
        volatility), ``hedge`` (the Treasuries alone) and ``cash``.
    first_fill
        The session from which months count: before it the portfolio is all in cash.
    dollar_equity
        Levels of equity in dollars, with its history before the run where there is any.
    bond, bond_name
        Month-end returns, indexed by month, of the bond or hedge whose correlation with equity
        tells the states apart; and what it is.
    background
        Months x ``y10, policy_rate`` (percent) and ``cpi`` (of the month before, which is
        published by the month's end; NaN where it never was), of the United States.
    prices
        Consumer prices where the investor lives, by month in the same way.
    y10
        10-year yield in percent on the sessions of ``levels``, or None.
    ppy
        Rows per year of ``levels``.
    holds_hedge
        Whether there is a hedge to judge at all.
    """

    levels: pd.DataFrame
    first_fill: pd.Timestamp
    dollar_equity: pd.Series
    bond: pd.Series
    bond_name: str
    background: pd.DataFrame
    prices: pd.Series
    y10: pd.Series | None
    ppy: int
    holds_hedge: bool = True


def judge(
    case: Case, repetitions: int = REPETITIONS, seed: int = SEED, *, brief: bool = False
) -> Judgement:
    """Judge a case.

    Parameters
    ----------
    case
        What is judged.
    repetitions, seed
        Of the bootstrap; what decides has ten times as many. The same seed gives the same numbers.
    brief
        Leave out what neither the word nor the first screen uses: the smallest effects, further
        measures of equity's worst months, the regimes, the table of holding periods. The rest is
        equal.

    Returns
    -------
    Judgement
        Every number to ten significant digits.
    """
    months = month_ends(case.levels.loc[case.first_fill :])
    returns = months.pct_change(fill_method=None).iloc[1:]
    sample = Sample(returns, BLOCK_COLUMNS, repetitions, seed)
    equity = month_ends(case.dollar_equity.to_frame("equity"))["equity"]
    correlation = stock_bond_correlation(equity.pct_change(fill_method=None), case.bond)
    evidence = None
    if case.holds_hedge:
        evidence = evidence_from(sample, correlation, case.bond_name, effects=not brief)
    works = works_table(sample, brief=brief)
    of_hedge = correlation if case.holds_hedge else correlation.iloc[:0]  # else of equity and cash
    crises, april = _crises(case, of_hedge)
    by_regime = _regimes(case, sample, correlation, () if brief else tuple(LABELS))
    judgement = Judgement(
        word="no hedge" if evidence is None else verdict_word(evidence),
        evidence=evidence,
        first_edition_word=None if evidence is None else first_word(sample),
        holds_hedge=case.holds_hedge,
        sample=sample.describe(),
        works=works,
        worst_quarter_monthly=_worst_quarter(returns),
        crises=crises,
        april_2025=april,
        regimes=by_regime.table,
        regimes_missing=by_regime.missing,
        regimes_unlabelled_months=by_regime.unlabelled,
        yield_terciles_pct=by_regime.terciles,
        cost=cost_of(sample),
        holding=() if brief else _holding(case, months),
        holding_map=_holding_map(months),
        holding_three_years=None if brief else _three_years(months),
        series=series_of(
            case.levels.loc[case.first_fill :],
            case.levels.iloc[0],
            of_hedge,
            case.prices,
            daily=case.ppy != MONTHS,
        ),
    )
    return ten_digits(judgement)


def first_word(sample: Sample) -> FirstWord:
    """The word by the rule of the first edition, which decides nothing any more.

    Works, fails or unclear: the side of 0 on which the whole 90 % interval of the CVaR(95) saved
    against bills at the same equity weight lies, if any.
    """
    saved = sample.difference(
        measures.cvar_saved, ("portfolio", "equity"), ("bills", "equity"), level=FIRST_LEVEL
    )
    if saved.low is not None and saved.low > 0.0:
        return "works"
    return "fails" if saved.high is not None and saved.high < 0.0 else "unclear"


def _worst_quarter(returns: pd.DataFrame) -> WorstQuarter:
    """Lowest return over three months in a row."""

    def worst(name: str) -> float:
        return float(over_three_months(returns[name].to_numpy(float)).min())

    return WorstQuarter(worst("portfolio"), worst("equity"), worst("bills"))


def works_table(sample: Sample, *, brief: bool = False) -> tuple[Measure, ...]:
    """What the hedge did, what bills did instead, and the difference, all beside the word.

    ``brief`` keeps CVaR, drawdown and what the legs made in equity's worst months.
    """
    months = len(sample.returns)

    def line(
        key: str,
        unit: Unit,
        measure: MeasureOf,
        ours: str,
        theirs: str,
        levels: Levels,
        kind: Kind = "interval",
    ) -> Measure:
        ours_level, theirs_level, apart = levels
        return Measure(
            key=key,
            kind=kind,
            unit=unit,
            treasuries=sample.estimate(measure, ours, "equity", level=ours_level),
            bills=sample.estimate(measure, theirs, "equity", level=theirs_level),
            difference=sample.difference(
                measure, (ours, "equity"), (theirs, "equity"), level=apart
            ),
        )

    def of_legs(key: str, unit: Unit, measure: MeasureOf, leveled: Leveled) -> Measure:
        level = level_of(leveled, months)
        # Bills alone hardly vary: no level was worked out for them. The payoff has its own.
        apart = None if leveled == "worst_decile_mean" else level
        return line(key, unit, measure, "hedge", "cash", (level, None, apart))

    both = ("portfolio", "bills")
    from_equity = level_of("cvar_saved_from_equity", months)
    lines = [
        line("cvar_saved_monthly", "points", measures.cvar_saved, *both,
             (from_equity, from_equity, level_of("cvar_saved", months))),
        line("drawdown_saved_monthly", "points", measures.drawdown_saved, *both, RANGE, "range"),
    ]  # fmt: skip
    legs = of_legs(
        "worst_decile_mean_monthly", "percent", measures.worst_decile_mean, "worst_decile_mean"
    )
    if brief:
        return (*lines, legs)
    return (
        *lines,
        line("cvar_three_months_saved", "points", measures.cvar_saved_three_months, *both,
             (None, None, level_of("cvar_saved_three_months", months))),
        line("months_under_water_saved", "months", _months_saved, *both, RANGE, "range"),
        of_legs("down_month_ratio", "ratio", measures.down_month_ratio, "down_month_ratio"),
        of_legs("down_month_mean_monthly", "percent", measures.down_month_mean, "down_month_mean"),
        legs,
        of_legs("worst_decile_hit_rate_monthly", "share", measures.worst_decile_hit_rate,
                "worst_decile_hit_rate"),
    )  # fmt: skip


def cost_of(sample: Sample) -> Cost:
    """What the protection cost: growth given up, and CVaR saved for each point of it."""

    def given_up(name: str, against: str, *, alone: bool = False) -> Estimate:
        if len(sample.returns) < MONTHS:  # less than a year has no growth a year
            return Estimate.of(np.nan, None)
        measure: Leveled = "growth_given_up" if against == "equity" else "growth_over_bills"
        level = None if alone else level_of(measure, len(sample.returns))
        return sample.estimate(measures.growth_given_up, name, against, level=level)

    def per_point(name: str) -> float | Literal["free"] | None:
        price = given_up(name, "equity", alone=True).value
        saved = sample.estimate(measures.cvar_saved, name, "equity", level=None).value
        if price is None or saved is None:
            return None
        return "free" if price <= 0.0 else saved / price

    return Cost(
        growth_given_up_monthly=GrowthGivenUp(
            portfolio=given_up("portfolio", "equity"),
            bills=given_up("bills", "equity"),
            matched=given_up("matched", "equity"),
        ),
        growth_against_monthly=GrowthAgainst(
            bills=given_up("bills", "portfolio"), matched=given_up("matched", "portfolio")
        ),
        cvar_points_per_growth_point=PointsPerPoint(
            portfolio=per_point("portfolio"),
            bills=per_point("bills"),
            matched=per_point("matched"),
        ),
    )


def _crises(case: Case, correlation: pd.Series) -> tuple[tuple[Crisis, ...], tuple[Crisis, ...]]:
    """All falls of equity, and April 2025 in its parts where the rows are days."""
    columns = ["equity", "hedge", "cash", "portfolio", "bills"]
    levels = case.levels.loc[case.first_fill :, columns]
    y10 = None if case.y10 is None else case.y10.loc[case.first_fill :]

    def crisis(fall: Fall) -> Crisis:
        return Crisis(
            name=fall.name,
            start=fall.start,
            end=fall.end,
            detected=fall.detected,
            **fall.returns,
            y10_bp=fall.y10_bp,
            state=_state_at(fall.start, correlation, case.ppy),
        )

    april = falls_in(APRIL_2025 if case.ppy != 12 else (), levels, y10, case.ppy)
    return tuple(map(crisis, all_falls(levels, y10, case.ppy))), tuple(map(crisis, april))


def _state_at(start: str, correlation: pd.Series, ppy: int) -> StateName | None:
    """Sign of the correlation as known when the first month of a fall began; None where unknown.

    A fall of monthly rows begins at the end of its first month, so in the next one.
    """
    trailing = correlation.get(pd.Period(start, "M") - (0 if ppy == MONTHS else 1))
    if trailing is None or not np.isfinite(trailing):
        return None
    return "negative" if trailing < 0.0 else "positive"


@dataclass(frozen=True)
class _Regimes:
    table: tuple[Regime, ...]
    missing: tuple[MissingRegime, ...]
    unlabelled: Mapping[str, int]
    terciles: tuple[float, float] | None


def _regimes(
    case: Case, sample: Sample, correlation: pd.Series, dimensions: Sequence[str]
) -> _Regimes:
    index = pd.PeriodIndex(sample.returns.index)
    # A label is what was known at the end of the month before.
    before = index - 1
    both = case.background.index.union(index).union(before)
    monthly = case.background.reindex(pd.period_range(both[0], both[-1], freq="M"))
    labels, bounds = regimes(
        correlation.reindex(monthly.index),
        monthly["cpi"],
        monthly["policy_rate"],
        monthly["y10"].where(monthly.index.isin(before)),
    )
    labels = labels.reindex(index)
    table, missing = [], []
    for dimension in dimensions:
        for name in LABELS[dimension]:
            inside = (labels[dimension] == name).to_numpy(bool)
            if inside.any():
                table.append(_within(sample, inside, dimension, name))
            else:
                missing.append(MissingRegime(dimension, name))
    unlabelled = {str(name): int(labels[name].isna().sum()) for name in labels}
    return _Regimes(tuple(table), tuple(missing), unlabelled, bounds)


def _within(sample: Sample, inside: measures.Array, dimension: str, label: str) -> Regime:
    equity, hedge, cash, portfolio, bills = (
        sample.column(name)[inside] for name in ("equity", "hedge", "cash", "portfolio", "bills")
    )
    together = len(equity) > 2 and min(np.std(equity), np.std(hedge)) > 1e-12
    return Regime(
        dimension=dimension,
        label=label,
        months=len(equity),
        down_months=int((equity < 0.0).sum()),
        correlation=float(np.corrcoef(equity, hedge)[0, 1]) if together else None,
        equity_mean_monthly=float(equity.mean()),
        hedge_mean_monthly=float(hedge.mean()),
        cash_mean_monthly=float(cash.mean()),
        down_month_ratio=float(measures.down_month_ratio(hedge, equity)),
        down_month_hit_rate=float(measures.down_month_hit_rate(hedge, equity)),
        down_month_mean_monthly=float(measures.down_month_mean(hedge, equity)),
        down_month_cash_mean_monthly=float(measures.down_month_mean(cash, equity)),
        worst_decile_mean_monthly=float(measures.worst_decile_mean(hedge, equity)),
        worst_decile_hit_rate_monthly=float(measures.worst_decile_hit_rate(hedge, equity)),
        cvar_saved_against_bills_monthly=float(measures.cvar_saved(portfolio, bills)),
    )


def _holding(case: Case, months: pd.DataFrame) -> tuple[HoldingPeriod, ...]:
    levels = months[["portfolio", "equity", "bills", "cash"]].copy()
    # This month's price level is published by the end of the next month.
    prices = bridged(case.prices).shift(-1)
    levels["inflation"] = prices.reindex(levels.index)
    return holding_table(levels)


def _holding_map(months: pd.DataFrame) -> HoldingMap:
    ours = start_year_map(months["portfolio"])

    def less(name: str) -> tuple[Path, ...]:
        return _rows(ours - start_year_map(months[name]))

    return HoldingMap(
        start_years=tuple(int(year) for year in ours.index),
        years_held=tuple(int(held) for held in ours.columns),
        portfolio=_rows(ours),
        less_equity=less("equity"),
        less_bills=less("bills"),
        less_cash=less("cash"),
    )


def _rows(table: pd.DataFrame) -> tuple[Path, ...]:
    return tuple(map(tuple, table.to_numpy().tolist()))


def _three_years(months: pd.DataFrame) -> HoldingStarts:
    entries = annualised(months[["portfolio", "equity", "cash"]], 3)
    return HoldingStarts(
        starts=tuple(map(str, entries.index)),
        portfolio=tuple(entries["portfolio"]),
        equity=tuple(entries["equity"]),
        cash=tuple(entries["cash"]),
    )

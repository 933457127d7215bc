"""Several portfolios side by side, and which of their differences are more than noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.blocks import draw_blocks
from backtests.analysis.hedge import deepest
from backtests.analysis.levels import Leveled, hedging_level, widest
from backtests.analysis.metrics import ROUNDING, ratios, year_returns
from backtests.analysis.months import cvar, growth, month_ends
from backtests.analysis.payoff import payoff, resampled_payoffs, without_rounding
from backtests.analysis.resampling import Estimate, Sample, interval

Array = NDArray[np.float64]
ROLLING_MONTHS = 36


def monthly_sharpe(returns: Array, cash: Array) -> Array:
    """Sharpe ratio over bills of monthly returns, annualised, along the last axis."""
    excess = returns - cash
    return ratios(excess.mean(axis=-1) * np.sqrt(12.0), excess.std(axis=-1, ddof=1))


def monthly_volatility(returns: Array) -> Array:
    """Standard deviation of monthly returns (ddof 1), annualised, along the last axis."""
    return np.asarray(returns.std(axis=-1, ddof=1) * np.sqrt(12.0))


def traded_in(
    orders: pd.DataFrame,
    values: pd.Series,
    first_fill: pd.Timestamp | None,
    unit: pd.Series | None = None,
) -> tuple[float, float]:
    """Turnover (one-way, a fraction of value) and costs paid over the rows of ``values``.

    A row's turnover is half the slipped value of its orders over the value after their costs.

    Parameters
    ----------
    orders
        ``date, value, fee, slippage``, of a run whose first row may be earlier.
    values
        Value over the rows that count; 0 on that of a ruin, where all is sold.
    first_fill
        Session of the first purchase; None where ``values`` begin later than the run.
    unit
        Unit value on the same rows, of a run with cash flows: costs are then those that one unit
        bore, not those of all the money that was there.

    Notes
    -----
    The first purchase does not count as turnover, but its costs count. Where ``values`` begin
    later, neither does.
    """
    rows = values.index
    first = rows[0] if first_fill is None else first_fill
    inside = orders[orders["date"].isin(rows)]
    after = inside[inside["date"] > first]
    paid = after if first_fill is None else inside
    gross = after["value"].groupby(after["date"]).sum()
    worth = values.loc[gross.index]
    turnover = float((gross / 2.0 / worth.where(worth > 0.0, gross)).sum())
    costs = paid["fee"] + paid["slippage"]
    if unit is not None:
        # A row's costs take as much of the unit as of the money that stood there before the row.
        per_money = (unit / values).shift(1).fillna(1.0)
        costs = costs * per_money.loc[paid["date"]].to_numpy()
    return turnover, float(costs.sum())


# Portfolios differ from the first in more or less equity, or in another hedge: of two levels that
# docs/coverage.md found for such differences the wider is taken.
LEVELS_OF: Mapping[str, tuple[Leveled, ...]] = {
    "cagr_monthly": ("growth_over_bills", "growth_given_up"),
    "volatility_monthly": ("volatility_difference",),
    "sharpe_monthly": ("sharpe_difference",),
    "cvar_95_monthly": ("cvar_saved", "cvar_saved_from_equity"),
    "payoff": ("payoff",),
}
JOINT = ("cagr_monthly", "cvar_95_monthly")  # what a headline rests on
# Nominal, of the test of all of them together. Of 100 comparisons of 20 portfolios without a true
# difference, 60 to 767 months long, 1 to 11 find one at this level, and up to 22 at 95 %.
JOINT_LEVEL = 0.98


@dataclass(frozen=True)
class Difference:
    """What a portfolio has more of than the first, by month-ends, fractions and a ratio.

    Fractions a year but for the deepest fall, and for CVaR and payoff: a month. Falls and CVaR are
    negative, so that above 0 a portfolio fell, or lost, less.

    Attributes
    ----------
    cagr_monthly, volatility_monthly, sharpe_monthly
        Compound growth, standard deviation and Sharpe ratio over bills.
    max_drawdown_monthly
        Deepest fall. Its ends are a range over resampled histories, no confidence interval: a
        maximum belongs to one path.
    cvar_95_monthly
        Mean of the worst 5 % of months.
    payoff
        What the hedge earned over bills in the worst tenth of the months of the run's own equity;
        without a value where either of both runs has no hedge.
    stands
        Which of ``cagr_monthly`` and ``cvar_95_monthly`` a headline tells: none unless one of both
        is not zero among all the comparison's differences of growth and CVaR together
        (:func:`standing`); then those beyond noise, so that a gain is not told without its price.
    """

    cagr_monthly: Estimate
    volatility_monthly: Estimate
    sharpe_monthly: Estimate
    max_drawdown_monthly: Estimate
    cvar_95_monthly: Estimate
    payoff: Estimate
    stands: tuple[str, ...] = ()


NOTHING = Estimate(None, None, None)


def differences(
    values: pd.DataFrame,
    cash: pd.Series,
    legs: Mapping[str, pd.DataFrame] | None = None,
    hedging: Mapping[str, str] | None = None,
) -> dict[str, Difference]:
    """Each portfolio less the first, on month-ends, with paired intervals.

    Every portfolio is drawn by the same months. Intervals are as wide as ``analysis/levels.py``
    asks, and missing where the months are too few for any; that of the deepest fall is a range of
    90 % of the resampled histories.

    Parameters
    ----------
    values
        Sessions x portfolios, levels.
    cash
        Level of bills on the same sessions.
    legs
        Of the portfolios with a hedge, by name: months (``Period``) x ``equity``, ``hedge`` and
        ``cash``, returns.
    hedging
        Of the portfolios that differ from the first in nothing but that one's hedge has all of its
        dollars sold forward and the other's none: code of the currency that they are counted in.

    Returns
    -------
    dict of str to Difference
        By portfolio, without the first.
    """
    months = month_ends(values.assign(**{CASH_COLUMN: cash}))
    returns = months.pct_change(fill_method=None).iloc[1:]
    names = [str(name) for name in values.columns]
    sample = Sample(returns, names)
    first = names[0]
    payoffs = _payoffs(returns.index, first, legs or {}, hedging or {})
    levels = {key: widest(measures, len(returns)) for key, measures in LEVELS_OF.items()}
    made = {}
    for name in names[1:]:
        both = (name,), (first,)
        made[name] = Difference(
            cagr_monthly=sample.difference(growth, *both, level=levels["cagr_monthly"]),
            volatility_monthly=sample.difference(
                monthly_volatility, *both, level=levels["volatility_monthly"]
            ),
            sharpe_monthly=sample.difference(
                monthly_sharpe,
                (name, CASH_COLUMN),
                (first, CASH_COLUMN),
                level=levels["sharpe_monthly"],
            ),
            max_drawdown_monthly=sample.difference(deepest, *both),
            cvar_95_monthly=sample.difference(cvar, *both, level=levels["cvar_95_monthly"]),
            payoff=payoffs.get(name, NOTHING),
        )
        sample.forget(name)
    return _with_standing(made, sample, first, levels)


def standing(values: Array, drawn: Array, level: float) -> NDArray[np.bool_]:
    """Which of many differences are not zero, tested together: the largest of them by luck decides.

    One step of the max-t method (Westfall and Young 1993; Romano and Wolf 2005): a difference, in
    units of its standard error, has to be larger than the largest error of any of them is in all
    but ``1 - level`` of the resamples, so that one among many does not stand out by their number.

    Parameters
    ----------
    values
        Shape (k,), differences of the sample.
    drawn
        Shape (k, resamples), the same in each resample, drawn by the same rows for all.
    level
        Nominal chance that no difference stands where there is none.
    """
    errors = drawn.std(axis=1)
    moves = errors > ROUNDING
    stands = np.abs(values) > ROUNDING  # what is the same in every resample is sure
    if moves.any():
        spread = errors[moves]
        largest = (np.abs(drawn[moves] - values[moves, None]) / spread[:, None]).max(axis=0)
        stands[moves] = np.abs(values[moves]) / spread > np.quantile(largest, level)
    return np.asarray(stands)


def _with_standing(
    made: Mapping[str, Difference],
    sample: Sample,
    first: str,
    levels: Mapping[str, float | None],
) -> dict[str, Difference]:
    """The differences with what a headline tells of each, by the joint test of all of them."""
    judged = [key for key in JOINT if levels[key] is not None]
    cells = [(name, key) for name in made for key in judged]
    if sample.rows is None or not cells:
        return dict(made)
    measures = {"cagr_monthly": growth, "cvar_95_monthly": cvar}
    values = np.array([getattr(made[name], key).number for name, key in cells])
    drawn = np.array(
        [sample.drawn_difference(measures[key], (name,), (first,)) for name, key in cells]
    )
    far = {
        name
        for (name, _), is_far in zip(cells, standing(values, drawn, JOINT_LEVEL), strict=True)
        if is_far
    }
    real = {
        name: tuple(key for key in judged if is_beyond_noise(getattr(made[name], key)))
        for name in far
    }
    return {name: replace(each, stands=real.get(name, ())) for name, each in made.items()}


def _payoffs(
    months: pd.Index,
    first: str,
    legs: Mapping[str, pd.DataFrame],
    hedging: Mapping[str, str],
) -> dict[str, Estimate]:
    """Payoff of each hedge less the first's, over the months that all of them share.

    Where two differ in the hedge of the currency alone, the interval is as wide as that of hedged
    less unhedged on the page Which hedge, which is the same number.
    """
    if first not in legs:
        return {}
    shared = months
    for own in legs.values():
        shared = shared.intersection(own.index)
    prepared = {
        name: without_rounding(*(own.loc[shared, leg].to_numpy(float) for leg in LEGS))
        for name, own in legs.items()
    }
    if not len(shared):
        return {}
    columns = pd.DataFrame(np.column_stack([leg for both in prepared.values() for leg in both]))
    columns.columns = columns.columns.astype(str)
    sample = Sample(columns, list(columns))
    of_any = widest(LEVELS_OF["payoff"], len(shared))
    levels = {
        name: hedging_level("payoff", hedging[name], len(shared)) if name in hedging else of_any
        for name in legs
    }
    drawn = {}
    if sample.rows is not None and any(levels.values()):
        blocks = draw_blocks(len(shared), sample.block, sample.repetitions, sample.seed)
        every = np.ones(len(shared), dtype=bool)
        drawn = {
            name: resampled_payoffs(blocks, equity, [excess], [every])[0]
            for name, (equity, excess) in prepared.items()
        }
    made = {}
    for name in legs:
        value = payoff(*prepared[name]) - payoff(*prepared[first])
        limits, level = None, levels[name]
        if drawn and level is not None:
            limits = interval(drawn[name] - drawn[first], level)
        made[name] = Estimate.of(value, limits)
    return made


CASH_COLUMN = " cash"  # no portfolio can have this name
LEGS = ("equity", "hedge", "cash")


def is_beyond_noise(estimate: Estimate) -> bool | None:
    """Whether an interval lies on one side of zero, rounding apart; None without an interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return estimate.low > ROUNDING or estimate.high < -ROUNDING


def rolling_growth(levels: pd.DataFrame, months: int = ROLLING_MONTHS) -> pd.DataFrame:
    """Compound return a year over the last ``months`` months, by the month they end in.

    Parameters
    ----------
    levels
        Months x portfolios.
    months
        Length of the window.
    """
    return ((levels / levels.shift(months)) ** (12.0 / months) - 1.0).iloc[months:]


def calendar_years(values: pd.DataFrame, *, is_over: bool | None = None) -> pd.DataFrame:
    """Returns of the complete calendar years: years x portfolios; see ``metrics.year_returns``."""
    return pd.DataFrame({name: year_returns(values[name], is_over=is_over) for name in values})

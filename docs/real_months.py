"""Samples of real months, and what the verdict measures in them: for coverage and for power.

A *world* is a stretch of the bundled history taken as the whole truth. Samples are drawn from it
in blocks, in a circle, so that every month is as likely; each keeps the state of correlation that
it had in history. A mix is 60 % equity and 40 % Treasuries, put back every month, without costs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis import hedge as measures
from backtests.analysis.blocks import Blocks, draw_blocks
from backtests.analysis.comparison import monthly_sharpe, monthly_volatility
from backtests.analysis.levels import Leveled
from backtests.analysis.months import TAIL, growth, month_ends
from backtests.analysis.payoff import payoff, resampled_payoffs
from backtests.analysis.regimes import stock_bond_correlation
from backtests.analysis.resampling import FEWEST_ROWS, block_length
from backtests.analysis.states import Labels, states_of
from data import bundled

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
EQUITY_WEIGHT = 0.6
STRETCHES = {"1962-1999": ("1962-02", "1999-12"), "2000-2021": ("2000-01", "2021-12"),
             "1962-2025": ("1962-02", "2025-12")}  # fmt: skip
FUNDS = ("IEF", "TLT")
LAST = "2025-12"  # later months of the bundled table would move every published figure
LONG_CHAIN = 1_000_000  # months from which the truth of a measure is read that knows their order
CHUNK = 400  # resamples at a time: they fit into a processor's cache
# What is measured under each name of the table of levels; several where the level serves several.
FIGURES: Mapping[Leveled, tuple[str, ...]] = {
    "payoff": ("payoff",),
    "payoff_after_negative": ("payoff after negative",),
    "payoff_after_positive": ("payoff after positive",),
    "payoff_of_state": ("payoff after negative", "payoff after positive"),
    "payoff_difference": ("payoff difference",),
    "cvar_saved": ("CVaR saved",),
    "cvar_saved_three_months": ("CVaR of three months saved",),
    "cvar_saved_from_equity": ("CVaR saved from equity", "CVaR saved from equity by bills"),
    "growth_over_bills": ("growth over bills",),
    "growth_given_up": ("growth given up", "growth given up by bills"),
    "volatility_difference": (
        "volatility over equity",
        "volatility over bills",
        "volatility over equity by bills",
    ),
    # Of bills it is that of equity, so that over bills would be the same and theirs always 0.
    "sharpe_difference": ("Sharpe ratio over equity",),
    "down_month_ratio": ("down-month ratio", "down-month ratio less that of bills"),
    "down_month_mean": ("down-month mean", "down-month mean less that of bills"),
    "worst_decile_mean": ("worst-decile mean", "worst-decile mean less that of bills"),
    "worst_decile_hit_rate": ("worst-decile hits", "worst-decile hits less those of bills"),
}


@dataclass(frozen=True, eq=False)
class Months:
    """Months of a mix.

    Attributes
    ----------
    equity, hedge, cash
        Shape (n,), returns of equity, of the Treasuries alone and of bills.
    labels
        Shape (n,): -1 after negative, 1 after positive correlation, 0 where none is known.
    """

    equity: Array
    hedge: Array
    cash: Array
    labels: Labels

    def __len__(self) -> int:
        """How many months."""
        return len(self.equity)

    @property
    def portfolio(self) -> Array:
        """Returns of equity and Treasuries."""
        return EQUITY_WEIGHT * self.equity + (1.0 - EQUITY_WEIGHT) * self.hedge

    @property
    def bills(self) -> Array:
        """Returns of as much equity, and bills."""
        return EQUITY_WEIGHT * self.equity + (1.0 - EQUITY_WEIGHT) * self.cash

    @property
    def excess(self) -> Array:
        """The hedge less bills."""
        return self.hedge - self.cash

    @property
    def sets(self) -> tuple[Mask, Mask, Mask]:
        """All months, those after negative and those after positive correlation."""
        return np.ones(len(self), dtype=bool), self.labels < 0, self.labels > 0

    def block(self) -> int:
        """Mean block length, chosen as the verdict chooses it."""
        moving = np.column_stack([self.portfolio, self.equity, self.hedge])
        return block_length(np.hstack([moving, moving**2]))

    def at(self, rows: NDArray[np.int64]) -> Months:
        """Some of these months, each with its state."""
        return Months(self.equity[rows], self.hedge[rows], self.cash[rows], self.labels[rows])


@cache
def history(fund: str) -> tuple[pd.PeriodIndex, Months]:
    """All bundled months of equity and a fund of Treasuries."""
    market = bundled.load(["SPY", "IEF", "TLT"])
    levels = pd.DataFrame({**market.prices, "cash": market.cash})
    returns = month_ends(levels).pct_change(fill_method=None)
    correlation = stock_bond_correlation(returns["SPY"], returns["IEF"])
    returns = returns.loc[:LAST, ["SPY", fund, "cash"]].dropna()
    index = pd.PeriodIndex(returns.index)
    equity, hedge, cash = returns.to_numpy(float).T
    return index, Months(equity, hedge, cash, states_of(correlation, index))


def world(fund: str, stretch: str) -> Months:
    """The months of one stretch of history, such as ``1962-1999``."""
    index, months = history(fund)
    first, last = (pd.Period(end, "M") for end in STRETCHES[stretch])
    return months.at(np.flatnonzero((index >= first) & (index <= last)))


def drawn_from(months: Months, count: int, block: int, seed: Sequence[int]) -> Months:
    """One sample of months in blocks of a mean length; it may be longer than its world."""
    random = np.random.default_rng(seed)
    begins = random.random(count) < 1.0 / block
    begins[0] = True
    starts = random.integers(len(months), size=count)
    at = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
    return months.at((starts[at] + np.arange(count) - at) % len(months))


def figures(months: Months) -> dict[str, float]:
    """Everything that the verdict measures in these months; NaN where they do not have it."""
    equity, hedge, cash = months.equity, months.hedge, months.cash
    portfolio, bills = months.portfolio, months.bills
    payoffs = [payoff(equity[inside], months.excess[inside]) for inside in months.sets]
    volatilities = [monthly_volatility(returns) for returns in (portfolio, bills, equity)]
    answers = {
        "payoff": payoffs[0],
        "payoff after negative": payoffs[1],
        "payoff after positive": payoffs[2],
        "payoff difference": payoffs[1] - payoffs[2],
        "CVaR saved": measures.cvar_saved(portfolio, bills),
        "CVaR of three months saved": measures.cvar_saved_three_months(portfolio, bills),
        "CVaR saved from equity": measures.cvar_saved(portfolio, equity),
        "CVaR saved from equity by bills": measures.cvar_saved(bills, equity),
        "growth over bills": growth(portfolio) - growth(bills),
        "growth given up": measures.growth_given_up(portfolio, equity),
        "growth given up by bills": measures.growth_given_up(bills, equity),
        "volatility over equity": volatilities[0] - volatilities[2],
        "volatility over bills": volatilities[0] - volatilities[1],
        "volatility over equity by bills": volatilities[1] - volatilities[2],
        "Sharpe ratio over equity": monthly_sharpe(portfolio, cash) - monthly_sharpe(equity, cash),
        "down-month ratio": measures.down_month_ratio(hedge, equity),
        "down-month ratio less that of bills": (
            measures.down_month_ratio(hedge, equity) - measures.down_month_ratio(cash, equity)
        ),
        "down-month mean": measures.down_month_mean(hedge, equity),
        "down-month mean less that of bills": (
            measures.down_month_mean(hedge, equity) - measures.down_month_mean(cash, equity)
        ),
        "worst-decile mean": measures.worst_decile_mean(hedge, equity),
        "worst-decile mean less that of bills": payoffs[0],
        "worst-decile hits": measures.worst_decile_hit_rate(hedge, equity),
        "worst-decile hits less those of bills": (
            measures.worst_decile_hit_rate(hedge, equity)
            - measures.worst_decile_hit_rate(cash, equity)
        ),
    }
    return {name: float(value) for name, value in answers.items()}


def truth_of(months: Months, block: int) -> dict[str, float]:
    """What samples of a world estimate: its own figures, or NaN for a state of too few months.

    Three months in a row may cross from one block into another, so their CVaR belongs to the
    blocks too: it is read from a million months of them.
    """
    answers = figures(months)
    chain = drawn_from(months, LONG_CHAIN, block, [1, block])
    answers["CVaR of three months saved"] = float(
        measures.cvar_saved_three_months(chain.portfolio, chain.bills)
    )
    _, negative, positive = (inside.sum() >= FEWEST_ROWS for inside in months.sets)
    for name, has in (
        ("payoff after negative", negative),
        ("payoff after positive", positive),
        ("payoff difference", negative and positive),
    ):
        if not has:
            answers[name] = math.nan
    return answers


def resampled(months: Months, repetitions: int, seed: int, *, deciding: bool) -> dict[str, Array]:
    """Resample months as the verdict does, and measure every resample.

    Parameters
    ----------
    months
        The sample; the mean length of its blocks is chosen anew.
    repetitions, seed
        Of its bootstrap.
    deciding
        Only the payoffs, which decide the word.

    Returns
    -------
    dict of numpy.ndarray
        By figure, shape (repetitions,). A state of fewer than 60 months is not there.
    """
    blocks = draw_blocks(len(months), months.block(), repetitions, seed)
    excess = months.excess
    every, negative, positive = resampled_payoffs(
        blocks, months.equity, [excess] * 3, months.sets
    )  # fmt: skip
    answers = {"payoff": every, "worst-decile mean less that of bills": every}
    _, has_negative, has_positive = (inside.sum() >= FEWEST_ROWS for inside in months.sets)
    if has_negative:
        answers["payoff after negative"] = negative
    if has_positive:
        answers["payoff after positive"] = positive
    if has_negative and has_positive:
        answers["payoff difference"] = negative - positive
    if not deciding:
        answers |= _from_counts(months, blocks)
        answers["CVaR of three months saved"] = _three_months_saved(months, blocks)
    return answers


def _from_counts(months: Months, blocks: Blocks) -> dict[str, Array]:
    """What does not depend on the order of months, from how often each was drawn."""
    equity, hedge, cash = months.equity, months.hedge, months.cash
    portfolio, bills = months.portfolio, months.bills
    count = len(months)
    down = (equity < 0.0).astype(float)
    sums_of = np.column_stack(
        [down, hedge * down, cash * down, equity * down,
         np.log1p(portfolio), np.log1p(bills), np.log1p(equity)]
    )  # fmt: skip
    moving = np.column_stack([portfolio, bills, equity, portfolio - cash, equity - cash])
    hits = np.column_stack([hedge, hedge > 0.0, cash > 0.0]).astype(float)
    tail = max(math.ceil(TAIL * count - 1e-9), 1)
    decile = int(measures.worst_count(count))
    parts = []
    for first in range(0, blocks.repetitions, CHUNK):
        counts = blocks.counts(first, min(first + CHUNK, blocks.repetitions)).astype(np.int64)
        tails = [
            tail_means(counts, returns, tail, returns[:, None])[:, 0]
            for returns in (portfolio, bills, equity)
        ]
        deciles = tail_means(counts, equity, decile, hits)
        spread = counts @ moving**2 - (counts @ moving) ** 2 / count
        parts.append(np.column_stack([*tails, deciles, counts @ sums_of, counts @ moving, spread]))
    columns = np.concatenate(parts).T
    ours, theirs, alone, mean, above, bills_above = columns[:6]
    falls, hedge_down, cash_down, equity_down = columns[6:10]
    mix, other, whole = np.exp(12.0 / count * columns[10:13])
    means, deviations = columns[13:18] / count, np.sqrt(columns[18:23] / (count - 1))
    risk, bills_risk, equity_risk = np.sqrt(12.0) * deviations[:3]
    ratio_of_mix, ratio_of_equity = np.sqrt(12.0) * means[3:] / deviations[3:]
    with np.errstate(divide="ignore", invalid="ignore"):  # without a fall there is no ratio
        ratio, bills_ratio = hedge_down / equity_down, cash_down / equity_down
        down_mean, bills_down_mean = hedge_down / falls, cash_down / falls
    return {
        "CVaR saved": ours - theirs,
        "CVaR saved from equity": ours - alone,
        "CVaR saved from equity by bills": theirs - alone,
        "growth over bills": mix - other,
        "growth given up": whole - mix,
        "growth given up by bills": whole - other,
        "volatility over equity": risk - equity_risk,
        "volatility over bills": risk - bills_risk,
        "volatility over equity by bills": bills_risk - equity_risk,
        "Sharpe ratio over equity": ratio_of_mix - ratio_of_equity,
        "down-month ratio": ratio,
        "down-month ratio less that of bills": ratio - bills_ratio,
        "down-month mean": down_mean,
        "down-month mean less that of bills": down_mean - bills_down_mean,
        "worst-decile mean": mean,
        "worst-decile hits": above,
        "worst-decile hits less those of bills": above - bills_above,
    }


def tail_means(counts: NDArray[np.int64], ranked_by: Array, worst: int, values: Array) -> Array:
    """Mean of each column of values over the worst months drawn.

    Parameters
    ----------
    counts
        Shape (resamples, n): how often each month was drawn.
    ranked_by
        Shape (n,): lower is worse.
    worst
        How many months count, of all that were drawn.
    values
        Shape (n, columns).
    """
    order = np.argsort(ranked_by, kind="stable")
    for width in (4 * worst, len(order)):  # the worst months are nearly always among these
        drawn = counts[:, order[:width]]
        through = np.cumsum(drawn, axis=1)
        if width >= len(order) or through[:, -1].min() >= worst:
            break
    taken = np.clip(worst - (through - drawn), 0, drawn)
    return np.asarray(taken @ values[order[:width]] / worst)


def _three_months_saved(months: Months, blocks: Blocks) -> Array:
    rows = blocks.rows(blocks.repetitions)
    parts = []
    for first in range(0, len(rows), CHUNK):
        chunk = rows[first : first + CHUNK]
        parts.append(measures.cvar_saved_three_months(months.portfolio[chunk], months.bills[chunk]))
    return np.concatenate(parts)

"""The hedge of a run alone, and the whole portfolio, on other levels of what is held as hedge.

The decisions, their dates and the costs are those of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from backtests.analysis.months import month_ends
from backtests.analysis.numbers import numbers_of
from backtests.analysis.record import Verdict
from backtests.analysis.resampling import Sample
from backtests.analysis.verdict import BLOCK_COLUMNS
from backtests.analysis.ways import WayMonths, WholePortfolio
from backtests.engine import ledger
from backtests.engine.opening import Opening
from backtests.engine.references import alone, always_invested, bought_once, everywhere
from backtests.engine.simulate import trade
from backtests.engine.simulation import Simulation
from data.currency.conversion import Cash
from data.currency.convert import reconverted
from data.market import Market
from data.purchasing_power import like
from strategies.base import Strategy
from strategies.decisions import decide


@dataclass(frozen=True, eq=False)
class Levels:
    """A market with other levels of the hedge, and what stands for the hedge there."""

    market: Market
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class HeldHedge:
    """A run that was judged."""

    market: Market
    strategy: Strategy
    simulation: Simulation
    verdict: Verdict

    @cached_property
    def decided(self) -> pd.DataFrame:
        """Decisions of the run, all tickers."""
        return decide(self.strategy, self.market)

    @property
    def hedge(self) -> list[str]:
        """Tickers of the hedge."""
        return list(self.verdict.tickers.hedge)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """Rows from the first fill on."""
        return pd.DatetimeIndex(self.simulation.nav.loc[self.simulation.first_fill :].index)

    @cached_property
    def home_cash(self) -> pd.Series:
        """Level of the investor's own cash on the market's rows: in dollars bills."""
        return self.cash_as("home")

    def cash_as(self, cash: Cash) -> pd.Series:
        """Level of cash at home, or of dollar bills unhedged, on the market's rows."""
        abroad = self.market.abroad
        if abroad is None or abroad.conversion.cash == cash:
            return self.market.cash
        other = replace(abroad.conversion, cash=cash)
        home = like(self.market, reconverted(self.market, other))
        return home.cash.reindex(self.market.sessions)

    def traded(
        self, levels: Market, name: str, weights: pd.DataFrame, opening: Opening | None
    ) -> Simulation:
        """Trade decisions as the run traded its own; from as early as possible without opening."""
        return trade(
            levels,
            weights,
            self.simulation.costs,
            name=name,
            optional=self.strategy.optional,
            opening=opening,
            initial=float(self.simulation.nav.iloc[0]),
            plan=self.simulation.plan.without_flows() if opening is None else self.simulation.plan,
            engine=ledger.fill,
        )

    def leg(self, levels: Levels) -> Simulation:
        """The hedge alone, 100 %, in its own proportions; cash where a rule holds none of it."""
        weights = alone(self.decided, self.hedge)
        weights = _in_one(weights, self.hedge, levels.columns)
        return self.traded(levels.market, "hedge", bought_once(weights), None)

    def whole(self, levels: Levels) -> WholePortfolio:
        """The run's portfolio, its hedge held this way."""
        weights = _in_one(self.decided, self.hedge, levels.columns)
        made = self.traded(levels.market, self.strategy.name, weights, self.simulation.opening)
        numbers = numbers_of(made.portfolio(levels.market))
        return WholePortfolio(
            cagr=numbers.cagr,
            volatility_monthly=numbers.volatility_monthly,
            max_drawdown=numbers.max_drawdown,
            cvar_95_monthly=numbers.cvar_95_monthly,
        )

    def equity(self) -> pd.Series:
        """Value of 100 % equity, always invested."""
        tickers = self.verdict.tickers.equity
        held = [t for t in tickers if t in self.decided and self.decided[t].gt(0).any()]
        always = (
            always_invested(self.decided, held)
            if held
            else everywhere(tickers[0], self.decided.index)
        )
        opening = self.simulation.opening
        return self.traded(self.market, "equity", bought_once(always), opening).nav

    def months(self, paths: pd.DataFrame, hedge: str) -> WayMonths:
        """Month-end returns beside equity's, drawn in the blocks of the verdict.

        Parameters
        ----------
        paths
            Values of the hedge alone, one column each, on :attr:`sessions`.
        hedge
            The column of the run's own.
        """
        columns = paths.assign(
            equity=self.equity().reindex(self.sessions),
            portfolio=self.simulation.nav.reindex(self.sessions),
            hedge=paths[hedge],
            cash_at_home=self.home_cash.reindex(self.sessions),
        )
        returns = month_ends(columns).pct_change(fill_method=None).iloc[1:]
        return WayMonths(Sample(returns, BLOCK_COLUMNS), self.market.currency)


def _in_one(weights: pd.DataFrame, hedge: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Weights whose hedge is in some columns: as it is, or all of it in a single one."""
    if len(columns) == len(hedge):
        return weights
    total = weights[list(hedge)].sum(axis=1).clip(upper=1.0)
    others = [name for name in hedge if name not in columns]
    return weights.drop(columns=others).assign(**{columns[0]: total})

"""Simulates the ways to hold a run's hedge in another currency than dollars.

The decisions, their dates and the costs are those of the run; only the levels of what it holds as
its hedge are others. Dollar bills and cash at home are one thing each, so that a rule that changes
between several funds trades nothing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis import ways as measures
from backtests.analysis.metrics import is_annual, returns_of, rows_per_year
from backtests.analysis.months import month_ends
from backtests.analysis.record import Crisis, Verdict
from backtests.analysis.ways import (
    FOUR,
    PARTS,
    AtBasis,
    CarryNow,
    FallByWay,
    Split,
    SplitKey,
    WayKey,
    WayMonths,
    Ways,
)
from backtests.engine.held_hedge import HeldHedge, Levels
from backtests.engine.simulation import Simulation
from data.abroad import Abroad
from data.currency.accrual import divided_returns, hedged_level
from data.currency.conversion import Conversion
from data.currency.convert import reconverted, rolls_of
from data.market import CASH, Market
from data.purchasing_power import like
from data.records import ten_digits
from data.treasuries.instruments import hedged_into
from strategies.base import Strategy

Array = NDArray[np.float64]
BASES = (0.0, 25.0, 100.0)  # basis points a year
SPLIT: tuple[SplitKey, ...] = ("unhedged", "hedged", "as_held")


def four_ways(
    market: Market, strategy: Strategy, simulation: Simulation, verdict: Verdict
) -> Ways | None:
    """Hold a run's hedge in four ways, and its own where that is another.

    Parameters
    ----------
    market, strategy, simulation
        The run that was judged.
    verdict
        Its verdict, whose falls of equity and tickers it takes.

    Returns
    -------
    Ways or None
        None in dollars, without a hedge, and where a fund of the hedge sells its dollars itself:
        there is no unhedged way to hold that one.
    """
    abroad = market.abroad
    if abroad is None or not verdict.holds_hedge or any(map(hedged_into, verdict.tickers.hedge)):
        return None
    return _Held(market, strategy, simulation, verdict, abroad).ways()


@dataclass(frozen=True, eq=False)
class _Held(HeldHedge):
    """A run whose hedge is held in several ways."""

    abroad: Abroad[Market]

    @cached_property
    def ratios(self) -> dict[str, float]:
        """What the run sells forward, by ticker of the hedge."""
        own = self.abroad.conversion.ratios
        return {ticker: float(own.get(ticker, 0.0)) for ticker in self.hedge}

    @property
    def equity_ratios(self) -> dict[str, float]:
        """What the run sells forward of equity, by ticker; those alone of which it sells some."""
        own = self.abroad.conversion.ratios
        tickers = self.verdict.tickers.equity
        return {ticker: float(own[ticker]) for ticker in tickers if own.get(ticker)}

    @property
    def held(self) -> WayKey:
        """Which way the run holds."""
        sold = set(self.ratios.values())
        return "unhedged" if sold == {0.0} else "hedged" if sold == {1.0} else "as_held"

    @property
    def keys(self) -> tuple[WayKey, ...]:
        """The four ways, and the run's own where that is another."""
        return (*FOUR, *(("as_held",) if self.held == "as_held" else ()))

    def conversion(self, key: WayKey, basis_bp: float | None = None) -> Conversion:
        """The run's conversion with the hedge held one way."""
        own = self.abroad.conversion
        ratios = dict(own.ratios)
        if key in ("unhedged", "hedged"):
            ratios |= dict.fromkeys(self.hedge, 1.0 if key == "hedged" else 0.0)
        return replace(
            own,
            ratios={ticker: ratio for ticker, ratio in ratios.items() if ratio},
            basis_bp=own.basis_bp if basis_bp is None else basis_bp,
        )

    def levels(self, key: WayKey, basis_bp: float | None = None) -> Levels:
        """The market with the hedge held one way."""
        if key in ("dollar_bills", "home_cash"):
            level = self.home_cash if key == "home_cash" else self.cash_as("usd")
            column = self.hedge[0]
            return Levels(self._with({column: level}), (column,))
        other = like(self.market, reconverted(self.market, self.conversion(key, basis_bp))).prices
        columns = {ticker: other[ticker].reindex(self.market.sessions) for ticker in self.hedge}
        return Levels(self._with(columns), tuple(self.hedge))

    def _with(self, columns: Mapping[str, pd.Series]) -> Market:
        own = self.market
        return own.revalued(
            prices=own.prices.assign(**columns),
            cash=own.cash,
            abroad=self.abroad,
            provenance=own.provenance,
            notes=own.notes,
            figures={},
            home_cpi=own.home_cpi,
        )

    def ways(self) -> Ways:
        """All figures, to ten significant digits."""
        levels = {key: self.levels(key) for key in self.keys}
        legs = {key: self.leg(own) for key, own in levels.items()}
        paths = pd.DataFrame({key: leg.nav.reindex(self.sessions) for key, leg in legs.items()})
        months = self.months(paths, self.held)
        returns = {key: months.sample.column(key) for key in self.keys}
        payoffs = months.estimates({str(key): own for key, own in returns.items()})
        equity, size = months.sample.column("equity"), months.sample.describe()
        apart = months.apart(returns["hedged"], returns["unhedged"])
        own = self.abroad.conversion
        return ten_digits(
            Ways(
                currency=own.currency,
                answer=measures.answer_of(apart.payoff),
                difference=apart,
                ways=tuple(
                    measures.alone(key, returns[key], equity, payoffs[key], self.whole(levels[key]))
                    for key in self.keys
                ),
                held=self.held,
                ratios=self.ratios,
                equity_ratios=self.equity_ratios,
                basis_bp=own.basis_bp,
                usd_cash=own.cash == "usd",
                months=size.months,
                worst_months=measures.worst_of(size.months),
                first=size.first,
                last=size.last,
                falls=tuple(_fall(crisis, paths) for crisis in self.verdict.crises),
                splits=self.splits(legs),
                bases=self.bases(months),
                now=self.now(),
                growth=measures.growth_paths([month_ends(paths[[key]])[key] for key in self.keys]),
            )
        )

    def now(self) -> CarryNow | None:
        """What a currency hedge pays at the last short rates known on the run's last row."""
        known = self.abroad.figures  # a market has those alone that its last row knew
        home, dollar = known.home.figures.dropna(), known.dollar.figures.dropna()
        if home.empty or dollar.empty:
            return None
        rates = float(home.iloc[-1]) / 100.0, float(dollar.iloc[-1]) / 100.0
        basis = self.abroad.conversion.basis_bp / 10_000.0
        return CarryNow(
            home=rates[0],
            home_month=str(home.index[-1]),
            dollar=rates[1],
            dollar_month=str(dollar.index[-1]),
            carry=rates[0] - rates[1] - basis,
        )

    def bases(self, months: WayMonths) -> tuple[AtBasis, ...]:
        """The hedge, all its dollars sold forward, at several bases."""
        own = self.abroad.conversion.basis_bp
        legs = {basis: self.leg(self.levels("hedged", basis)) for basis in sorted({*BASES, own})}
        paths = pd.DataFrame({f"{basis}": leg.nav for basis, leg in legs.items()})
        returns = month_ends(paths.reindex(self.sessions)).pct_change(fill_method=None).iloc[1:]
        by_basis = {f"{basis}": returns[f"{basis}"].to_numpy(float) for basis in legs}
        made = months.estimates(by_basis)
        rows = []
        for basis, leg in legs.items():
            split = self.split("hedged", leg, basis)
            name = f"{basis}"
            grown = measures.growth_of(by_basis[name])
            carry = None if split is None else split.carry
            rows.append(AtBasis(basis, made[name], grown, carry))
        return tuple(rows)

    @property
    def price_level(self) -> pd.Series:
        """Consumer prices on the market's rows; 1 in money of the day."""
        if self.market.deflated is None:
            return pd.Series(1.0, index=self.market.sessions)
        return self.market.deflated.price_level

    def splits(self, legs: Mapping[WayKey, Simulation]) -> tuple[Split, ...]:
        """Where the return of the hedge alone came from, each way that there is."""
        made = (self.split(key, legs[key]) for key in SPLIT if key in legs)
        return tuple(split for split in made if split is not None)

    def split(self, key: SplitKey, leg: Simulation, basis_bp: float | None = None) -> Split | None:
        """Divide the mean return a year of the hedge alone; None below a year."""
        rows = self.sessions
        if not is_annual(rows):
            return None
        conversion = self.conversion(key, basis_bp)
        earned = {name: self.pieces(name, conversion) for name in leg.weights if name != CASH}
        parts = {
            part: pd.DataFrame({name: own[part] for name, own in earned.items()})
            for part in PARTS[:-1]
        }
        weights = leg.weights.shift(1).reindex(rows[1:])
        # In money of the day: in real money inflation would be one more part of every way.
        level = self.price_level
        cash = self.market.nominal.cash.reindex(rows).pct_change(fill_method=None)
        parts["cash"] = cash.to_frame(CASH)
        nav = leg.nav * level.reindex(leg.nav.index)
        before = nav.shift(1).reindex(rows[1:])
        paid = (leg.orders["fee"] + leg.orders["slippage"]).groupby(leg.orders["date"]).sum()
        paid = paid * level.reindex(paid.index)
        costs = (paid.reindex(rows[1:]).fillna(0.0) / before).to_numpy(float)
        return measures.split_of(
            key,
            parts,
            weights,
            costs,
            returns_of(nav.reindex(rows)).to_numpy(float),
            rows_per_year(rows, self.market.periods_per_year),
        )

    def pieces(self, ticker: str, conversion: Conversion) -> pd.DataFrame:
        """Returns of a ticker between the run's rows, divided: rows x parts.

        They are worked out on the ticker's own history, which may have rows between those of the
        run: a part's money is summed up over these.
        """
        days = self.market.sessions
        level = self.abroad.histories[ticker].loc[days[0] : days[-1]].dropna()
        monthly = self.market.periods_per_year == MONTHLY
        rolls = rolls_of(level, conversion, self.abroad.figures, monthly=monthly)
        dollars = level.to_numpy(float)
        ratio = float(conversion.ratios.get(ticker, 0.0))
        divided = divided_returns(dollars, rolls, ratio)
        values = pd.Series(hedged_level(dollars * rolls.exchange, rolls, ratio), index=level.index)
        rows = self.sessions
        base = values.reindex(rows).shift(1)
        table = {}
        for part in PARTS[:-1]:
            money = getattr(divided, part) * values.shift(1)
            summed = money.fillna(0.0).cumsum().reindex(rows)
            table[part] = (summed - summed.shift(1)) / base
        return pd.DataFrame(table).iloc[1:]


MONTHLY = 12


def _fall(crisis: Crisis, paths: pd.DataFrame) -> FallByWay:
    """What each way earned in a fall of equity."""
    first, last = pd.Timestamp(crisis.start), pd.Timestamp(crisis.end)
    made = (paths.loc[last] / paths.loc[first] - 1.0).tolist()
    return FallByWay(
        name=crisis.name,
        start=crisis.start,
        end=crisis.end,
        detected=crisis.detected,
        equity=crisis.equity,
        made=tuple(value if np.isfinite(value) else None for value in made),
    )

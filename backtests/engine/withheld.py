"""A run with tax withheld from its hedge at several rates, throughout.

Decisions, their dates, costs and the currency hedge are those of the run; what is withheld from
equity stays as the run has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtests.analysis import ways as measures
from backtests.analysis.record import Verdict
from backtests.analysis.withheld import AtRate
from backtests.engine.held_hedge import HeldHedge, Levels
from backtests.engine.simulation import Simulation
from data.errors import DataError
from data.market import Market
from data.purchasing_power import like
from data.records import ten_digits
from data.withholding.rates import Withheld, Withholding
from data.withholding.withhold import withhold
from strategies.base import Strategy

RATES = (0.0, 0.15, 0.3)  # nothing; the rate of many treaties on dividends; that without a treaty


def at_rates(
    market: Market, strategy: Strategy, simulation: Simulation, verdict: Verdict
) -> tuple[AtRate, ...]:
    """Withhold nothing, 15 and 30 % of what a run's hedge pays.

    Parameters
    ----------
    market, strategy, simulation
        The run that was judged.
    verdict
        Its verdict, whose tickers it takes.

    Returns
    -------
    tuple of AtRate
        Empty without a hedge, in dollars where nothing is withheld, where it is not known what the
        hedge pays, and where it pays nothing out.
    """
    is_asked = market.currency != "USD" or bool(market.withholding)
    payments = market.in_dollars.payments
    if not verdict.holds_hedge or not is_asked or payments is None:
        return ()
    if all(payments.payouts[ticker].pays_nothing for ticker in verdict.tickers.hedge):
        return ()
    try:
        return _Taxed(market, strategy, simulation, verdict).rows()
    except DataError:  # what it pays is not known, which the page Which hedge says
        return ()


@dataclass(frozen=True, eq=False)
class _Taxed(HeldHedge):
    """A run whose hedge pays tax at several rates."""

    def at(self, rate: float) -> Levels:
        """The market with one rate withheld from the hedge throughout."""
        of_hedge = {ticker: Withheld(rate) for ticker in self.hedge}
        asked = Withholding({**self.market.withholding.by_ticker, **of_hedge})
        other = like(self.market, withhold(self.market.nominal, asked))
        prices = self.market.prices.assign(
            **{name: other.prices[name].reindex(self.market.sessions) for name in self.hedge}
        )
        return Levels(self.market.paid_out(prices, other.payments), tuple(self.hedge))

    def rows(self) -> tuple[AtRate, ...]:
        """All figures, to ten significant digits."""
        levels = {rate: self.at(rate) for rate in RATES}
        own = self.leg(Levels(self.market, tuple(self.hedge)))
        legs = {f"{rate}": self.leg(at) for rate, at in levels.items()}
        paths = pd.DataFrame({name: leg.nav for name, leg in {**legs, "own": own}.items()})
        paths = paths.reindex(self.sessions)
        months = self.months(paths, "own")
        returns = {name: months.sample.column(name) for name in legs}
        payoffs = months.estimates(returns)
        asked = [self.market.withholding.by_ticker.get(name, Withheld(0.0)) for name in self.hedge]
        made = []
        for rate, at in levels.items():
            whole = self.whole(at)
            made.append(
                AtRate(
                    rate=rate,
                    is_held=asked == [Withheld(rate)] * len(asked),
                    payoff=payoffs[f"{rate}"],
                    growth=measures.growth_of(returns[f"{rate}"]),
                    cagr=whole.cagr,
                    max_drawdown=whole.max_drawdown,
                )
            )
        return ten_digits(tuple(made))

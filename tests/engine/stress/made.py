"""Holdings, markets and runs for tests of shocks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backtests.analysis.stress import Leg, Repricing
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.run import Run
from backtests.engine.stress.forwards import Forwards
from backtests.engine.stress.holdings import Curve, Holdings
from backtests.jobs import make_run
from data.bundled import world
from data.currency.conversion import Cash, Investor
from data.currency.convert import in_currency
from data.market import CASH, Market
from data.treasuries.instruments import Instrument, Ladder

TEN = Ladder(10, 10, 1)  # one bond of ten years


def run_of(strategy: str = "hedge_mix", **settings) -> Run:
    """A run on the bundled months unless told otherwise, filled by the ledger."""
    return make_run(RunConfig(strategy, **{"source": "bundled", **settings}), engine=ledger.fill)


def run_on(market: Market, weights: Mapping[str, float], **settings) -> Run:
    """A mix on a made market in dollars, in the currency that is asked for."""

    def load(source: str, tickers: list[str], **options) -> Market:
        end, conversion = options["end"], options["conversion"]
        cut = market if end is None else market.until(pd.Timestamp(end))
        if conversion.is_dollars:
            return cut
        return in_currency(cut, conversion, world.currency_figures(conversion.currency))

    config = RunConfig("hedge_mix", {"weights": dict(weights)}, source="files:made", **settings)
    return make_run(config, engine=ledger.fill, load=load)


def daily(first: str, last: str, tickers: tuple[str, ...] = ("SPY", "IEF"), **rates) -> Market:
    """A market of given weekdays, whose cash does not grow."""
    days = pd.bdate_range(first, last)
    rng = np.random.default_rng(5)
    moves = rng.normal(0.0003, 0.01, (len(days), len(tickers)))
    prices = pd.DataFrame(100 * np.exp(np.cumsum(moves, axis=0)), days, list(tickers))
    cash = rates.pop("cash", pd.Series(100.0, days, name=CASH))
    return Market(
        source="files:made",
        title="made",
        prices=prices,
        cash=cash,
        periods_per_year=252,
        provenance={},
        **rates,
    )


def holdings(
    weights: Mapping[str, float],
    ladders: Mapping[str, Ladder] | None = None,
    *,
    curve: Mapping[float, float] | None = None,
    bill_yield: float = 4.0,
    expense: float = 0.0,
    withheld: float = 0.0,
    hedged: float = 0.0,
    forwards: Forwards | None = None,
) -> Holdings:
    """Holdings of ladders, of BIL as bills, of GLD as what stays, of all else as equity.

    ``hedged`` is the share sold of everything but cash; ``withheld`` that of interest.
    """
    ladders = ladders or {}
    every = {**{name: w for name, w in weights.items() if name != CASH}, CASH: 0.0}
    every[CASH] = weights.get(CASH, 0.0)
    legs, instruments = [], []
    for ticker, weight in every.items():
        is_hedge = ticker in ladders or ticker in ("BIL", "GLD")
        how: Repricing = "equity"
        if ticker in ladders:
            how = "ladder"
        elif ticker in (CASH, "BIL"):
            how = "bills"
        elif ticker == "GLD":
            how = "unmoved"
        role = "cash" if ticker == CASH else ("hedge" if is_hedge else "equity")
        share = 0.0 if ticker == CASH else hedged
        legs.append(Leg(ticker, role, weight, how, None, None, None, None, None, share))
        is_built = ticker in ladders or ticker == "BIL"
        made = Instrument(ticker, ticker, expense, ladders.get(ticker)) if is_built else None
        instruments.append(made)
    yields = {10.0: 4.0} if curve is None else curve
    return Holdings(
        legs=tuple(legs),
        curve=Curve(
            pd.Timestamp("2025-12-31"),
            np.array(list(yields), float),
            np.array(list(yields.values()), float),
            is_bundled=False,
        ),
        bill_yield=bill_yield,
        instruments=tuple(instruments),
        withheld=np.array([withheld if each else 0.0 for each in instruments]),
        forwards=forwards,
    )


def abroad(home: float = 0.02, dollar: float = 0.04, *, cash: Cash = "home", basis: float = 0.0):
    """An investor in euros."""
    return Forwards(Investor("EUR", cash), home, dollar, 360, basis)


def par_price(coupon: float, yield_: float, years: float) -> float:
    """A bond's price on a coupon date: METHODS' closed form, written out once more."""
    z = 1.0 + yield_ / 2.0
    return coupon / yield_ * (1.0 - z ** (-2.0 * years)) + z ** (-2.0 * years)

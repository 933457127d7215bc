"""The same portfolio for every library: what is held, when it trades, what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backtests.engine.candidates import Candidates, PricePanel, make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.ledger import Bands, Flows
from backtests.engine.simulate import CAPITAL
from tests.benchmarks.figures import difference
from tests.conftest import market_of, random_market

COSTS = Costs(2, 1)
FREE = Costs(0, 0)
SESSIONS = 16_000  # days since 1962
NAMES = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef")
FULLY = 1 - 1e-12  # of the value: all but what the rounding of a sum leaves


@dataclass(frozen=True, eq=False)
class Work:
    """A mix that is rebalanced, and trades at the close a session after its decision.

    Attributes
    ----------
    title
        What is done, in words.
    prices
        Sessions x tickers, made prices of weekdays.
    weights
        Shape (tickers,), fractions of value; no cash. Money that waits for its first fill earns
        nothing.
    costs
        Fee and slippage.
    band
        None to rebalance on the second session of each month. Else a weight that is off by more
        than this at a close is traded back at the next one.
    payment
        Money paid in on the second session of each month, on ``CAPITAL``.
    """

    title: str
    prices: pd.DataFrame
    weights: np.ndarray
    costs: Costs = COSTS
    band: float | None = None
    payment: float = 0.0

    @property
    def panel(self) -> PricePanel:
        """What our kernel calculates on; cash is flat."""
        return make_panel(market_of(self.prices), tuple(self.prices), self.costs, initial=CAPITAL)

    @property
    def rows(self) -> np.ndarray:
        """Rows of the fills that the calendar asks for."""
        return static_mixes(self.panel, self.weights[None]).rows

    @property
    def days(self) -> pd.DatetimeIndex:
        """Sessions of ``rows``."""
        return pd.DatetimeIndex(self.prices.index[self.rows])

    @property
    def paid_on(self) -> np.ndarray:
        """Rows on which money is paid in: each month after the first."""
        return self.rows[1:] if self.payment else np.empty(0, np.int64)

    def candidates(self, weights: np.ndarray | None = None) -> Candidates:
        """The mix, or other mixes (C x tickers), as our kernel takes them."""
        panel, lag = self.panel, self.costs.lag
        mixes = static_mixes(panel, self.weights[None] if weights is None else weights)
        paid = np.zeros(len(self.prices))
        paid[self.paid_on] = self.payment
        if self.band is not None:
            mixes = Candidates(mixes.targets, np.arange(lag, len(self.prices)))
            mixes = mixes.within(np.full(mixes.targets.shape, self.band), lag)
        return mixes.paid(paid, np.zeros(len(paid))) if self.payment else mixes

    def to_fill(self) -> tuple[tuple[np.ndarray | float, ...], Bands | None, Flows | None]:
        """What :func:`backtests.engine.ledger.fill` takes: arrays, bands, flows."""
        panel, mix = self.panel, self.candidates()
        targets = np.full(panel.prices.shape, np.nan)
        targets[0] = np.eye(len(targets[0]))[-1]
        targets[mix.rows] = mix.targets[0]
        bands = flows = None
        if mix.bands is not None:
            is_new = np.zeros(len(targets), bool)
            is_new[[0, mix.rows[0]]] = True
            limits = np.broadcast_to(mix.bands.limits[0], targets.shape)
            bands = Bands(self.costs.lag, limits, is_new)
        if mix.flows is not None:
            flows = Flows(mix.flows.amount, mix.flows.share)
        return (panel.prices, targets, panel.fee, panel.slippage, CAPITAL), bands, flows


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of a portfolio.

    Attributes
    ----------
    value
        Shape (sessions,), money at each close.
    units
        Sessions x tickers after each row's orders, at the prices of :class:`Work`: its fills.
    """

    value: np.ndarray
    units: np.ndarray


def gap(work: Work, ours: Answer, theirs: Answer) -> float:
    """Largest difference of value and of what is held, as a fraction of the value; at most 1."""
    if theirs.units.shape != ours.units.shape:
        return 1.0
    holdings = [answer.units * work.prices.to_numpy() for answer in (ours, theirs)]
    value = ours.value[:, None]
    return max(
        difference(ours.value, theirs.value),
        difference(*(np.hstack([value, held + value]) for held in holdings)),
    )


def prices(sessions: int, tickers: int = 3) -> pd.DataFrame:
    """Made prices of weekdays."""
    return random_market(1, NAMES[:tickers], sessions).prices


def mix_of(tickers: int) -> np.ndarray:
    """Weights that differ from each other: 3 : 2 : 1 of three."""
    parts = np.arange(tickers, 0, -1.0)
    return parts / parts.sum() * FULLY


def grid(tickers: int = 3, steps: int = 20) -> np.ndarray:
    """Every mix of some tickers in equal steps, without cash: 231 of three in steps of 5 %."""
    return np.array(list(_parts(tickers, steps))) / steps * FULLY


def _parts(tickers: int, steps: int) -> Iterator[list[int]]:
    if tickers == 1:
        yield [steps]
        return
    for first in range(steps, -1, -1):
        yield from ([first, *rest] for rest in _parts(tickers - 1, steps - first))


def works(sessions: int = SESSIONS) -> list[Work]:
    """One mix of three tickers, without costs and with, within bands, with payments."""
    free = Work("one mix, monthly, no costs", prices(sessions), mix_of(3), FREE)
    dear = replace(free, title="one mix, monthly, fee and slippage", costs=COSTS)
    return [
        free,
        dear,
        replace(dear, title="one mix within bands of 5 points, fee and slippage", band=0.05),
        replace(dear, title="one mix with monthly payments, fee and slippage", payment=50.0),
    ]

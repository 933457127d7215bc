"""What a search simulates: prices and costs that all share, and the candidates.

Plain arrays throughout, so that a block of candidates can be handed to another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.metrics import rows_per_year, year_returns
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening, Standing, standing_decisions, with_cash
from backtests.engine.simulate import SCALE
from data.errors import UsageError, WeightError, counted, did_you_mean
from data.market import Market
from strategies.decisions import require_targets
from strategies.schedule import REBALANCE, decision_rows, require_offset
from strategies.weights import LARGEST_SUM, require_weights

Array = NDArray[np.float64]
COMPLETE = 2  # in PricePanel.closes


@dataclass(frozen=True, eq=False)
class PricePanel:
    """Prices, bills and costs that all candidates of a search share.

    Attributes
    ----------
    opening
        Where all begin.
    history
        All sessions of the market; periods are counted on these.
    priced
        The first of them on which every ticker has a price; mixes decide from there on.
    sessions
        T rows to simulate, daily or monthly.
    tickers
        The K - 1 columns before ``CASH``.
    prices
        Shape (T, K), ``SCALE`` at row 0; rows before a ticker's first price repeat that price.
    first
        Shape (K,): row of each column's first price.
    bills
        Shape (T,): 1 + return of cash on the row; 1 at row 0.
    closes
        Shape (T,): 1 at the last row of a calendar year, ``COMPLETE`` if that year is complete.
    costs
        Fee, slippage and lag.
    ppy
        Rows a year.
    initial
        Value at row 0.
    """

    opening: Opening
    history: pd.DatetimeIndex
    priced: pd.Timestamp
    sessions: pd.DatetimeIndex
    tickers: tuple[str, ...]
    prices: Array
    first: NDArray[np.int64]
    bills: Array
    closes: NDArray[np.int8]
    costs: Costs
    ppy: float
    initial: float

    @property
    def fee(self) -> Array:
        """Fee per column, shape (K,); CASH trades free."""
        return self.costs.fee * self._risky

    @property
    def slippage(self) -> Array:
        """Slippage per column, shape (K,)."""
        return self.costs.slippage * self._risky

    @property
    def _risky(self) -> Array:
        return np.append(np.ones(len(self.tickers)), 0.0)


@dataclass(frozen=True, eq=False)
class CandidateBands:
    """Within which limits each candidate's repeated decisions are dropped, as the ledger does.

    Attributes
    ----------
    limits
        Shape (D, K), as ``Candidates.targets``: how far weights may be off, fractions of value.
    is_new
        Shape (D,): whether a decision of a schedule differs from the one before and so stands;
        empty for static mixes, of which only the first one is new.
    to_edge
        Whether a repeated decision goes only to the edge of its band.
    """

    limits: Array
    is_new: NDArray[np.bool_]
    to_edge: bool = False


@dataclass(frozen=True, eq=False)
class FlowPlan:
    """Money that candidates are paid (positive) or pay out, on rows that all share.

    Attributes
    ----------
    amount
        Shape (T,), money where the panel's ``initial`` is the money at row 0.
    share
        Shape (T,), fractions of the value at that row's prices.
    factor
        Shape (C,): by which a candidate's payments are multiplied.
    first, last
        Shape (C,): rows between which a candidate is paid, both included.
    """

    amount: Array
    share: Array
    factor: Array
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Target weights, and the rows on which they trade.

    Attributes
    ----------
    targets
        Shape (D, K), fractions of value, ``CASH`` last.
    rows
        Ascending rows on which orders fill, the lag included.
    offsets
        None for static mixes: each row of ``targets`` is a candidate that trades on every one
        of ``rows``. Else shape (C + 1,): candidate c trades ``targets[offsets[c]:offsets[c+1]]``
        on the same slice of ``rows``.
    bands
        None for candidates of which every decision trades; see :meth:`within`.
    flows
        None for candidates without payments; see :meth:`paid`.
    """

    targets: Array
    rows: NDArray[np.int64]
    offsets: NDArray[np.int64] | None = None
    bands: CandidateBands | None = None
    flows: FlowPlan | None = None

    def __len__(self) -> int:
        return len(self.targets) if self.offsets is None else len(self.offsets) - 1

    def __getitem__(self, part: slice) -> Candidates:
        first, stop, step = part.indices(len(self))
        if step != 1:
            raise IndexError(f"candidates are sliced in steps of 1, got {step}")
        flows = self.flows and replace(
            self.flows,
            factor=self.flows.factor[first:stop],
            first=self.flows.first[first:stop],
            last=self.flows.last[first:stop],
        )
        if self.offsets is None:
            bands = self.bands and replace(self.bands, limits=self.bands.limits[first:stop])
            return Candidates(self.targets[first:stop], self.rows, None, bands, flows)
        offsets = self.offsets[first : max(first, stop) + 1]
        held = slice(offsets[0], offsets[-1])
        bands = self.bands and replace(
            self.bands, limits=self.bands.limits[held], is_new=self.bands.is_new[held]
        )
        return Candidates(self.targets[held], self.rows[held], offsets - offsets[0], bands, flows)

    def taken(self, which: NDArray[np.int64]) -> Candidates:
        """Some candidates of schedules, each as often as it is named; without bands and flows."""
        if self.offsets is None or not self.is_plain:
            raise IndexError("only plain candidates of schedules are taken one by one")
        if np.array_equal(which, np.arange(len(self))):
            return self
        counts = np.diff(self.offsets)[which]
        offsets = np.append(0, np.cumsum(counts))
        at = np.arange(offsets[-1]) + np.repeat(self.offsets[which] - offsets[:-1], counts)
        return Candidates(self.targets[at], self.rows[at], offsets)

    @property
    def is_plain(self) -> bool:
        """Whether every decision trades and nothing is paid."""
        return self.bands is None and self.flows is None

    def within(self, limits: Array, lag: int, *, to_edge: bool = False) -> Candidates:
        """The same candidates with bands: repeated decisions trade only beyond their limits.

        Parameters
        ----------
        limits
            Shape of ``targets``; a row a candidate (a decision of a schedule), so that candidates
            of one call may have different bands.
        lag
            Rows from a decision to its fill. What repeats a decision before row 0 is dropped.
        to_edge
            As in :class:`CandidateBands`.

        Raises
        ------
        UsageError
            For limits of another shape, negative ones or NaN.
        """
        limits = np.ascontiguousarray(limits, float)
        if limits.shape != self.targets.shape or not (limits >= 0.0).all():
            raise UsageError(
                f"limits of bands have shape {limits.shape}, the targets {self.targets.shape}; "
                "give each target its limit, 0 or more"
            )
        if self.offsets is None:
            stays = self.rows >= lag
            stays[:1] = True
            none = np.empty(0, bool)
            return replace(self, rows=self.rows[stays], bands=CandidateBands(limits, none, to_edge))
        opens = np.zeros(len(self.rows), bool)
        opens[self.offsets[:-1][self.offsets[:-1] < self.offsets[1:]]] = True
        is_new = opens.copy()
        is_new[1:] |= (self.targets[1:] != self.targets[:-1]).any(axis=1)
        stays = is_new | (self.rows >= lag)
        offsets = np.append(0, np.cumsum(stays))[self.offsets]
        bands = CandidateBands(limits[stays], is_new[stays], to_edge)
        return replace(
            self, targets=self.targets[stays], rows=self.rows[stays], offsets=offsets, bands=bands
        )

    def paid(
        self,
        amount: Array,
        share: Array,
        factor: Array | float = 1.0,
        first: NDArray[np.int64] | int = 0,
        last: NDArray[np.int64] | int | None = None,
    ) -> Candidates:
        """The same candidates with payments.

        Parameters
        ----------
        amount, share, factor, first, last
            As in :class:`FlowPlan`; one value for all candidates, or one each. ``last`` is the
            last row if it is None.

        Raises
        ------
        UsageError
            For shapes that do not fit, or values that are not finite.
        """
        amount, share = (np.ascontiguousarray(each, float) for each in (amount, share))
        last = len(amount) - 1 if last is None else last
        each = len(self)
        factors = np.ascontiguousarray(np.broadcast_to(np.asarray(factor, np.float64), each))
        firsts = np.ascontiguousarray(np.broadcast_to(np.asarray(first, np.int64), each))
        lasts = np.ascontiguousarray(np.broadcast_to(np.asarray(last, np.int64), each))
        finite = all(np.isfinite(given).all() for given in (amount, share, factors))
        if amount.ndim != 1 or amount.shape != share.shape or not finite:
            raise UsageError(
                f"amounts of flows have shape {amount.shape}, shares {share.shape}; give one "
                "finite number a row of the panel each"
            )
        return replace(self, flows=FlowPlan(amount, share, factors, firsts, lasts))


def make_panel(
    market: Market,
    tickers: Sequence[str],
    costs: Costs,
    *,
    opening: Opening | None = None,
    initial: float = 10_000.0,
    optional: Sequence[str] = (),
) -> PricePanel:
    """Make the sessions and prices that all candidates share.

    Parameters
    ----------
    market
        All history, up to the last session to simulate.
    tickers
        What the candidates may hold; orders of equal value fill in this order.
    costs
        Fee, slippage and lag.
    opening
        Where all begin; None for the first session on which every ticker has a price.
    initial
        Value at row 0.
    optional
        Tickers whose first price may be later.

    Raises
    ------
    UsageError
        If too few sessions are left.
    DataError
        For a ticker that the market does not have.
    """
    market.require(tickers)
    first, _ = market.first_session([t for t in tickers if t not in optional] or list(tickers))
    opening = opening or Opening(first, is_invested=False)
    levels = market.levels(tickers).loc[opening.row_zero :]
    if len(levels) < costs.lag + 2:
        raise UsageError(
            f"the sweep has {counted(len(levels), market.unit)} from {opening.row_zero:%Y-%m-%d} "
            f"to {market.last_day}, too few for a lag of {costs.lag}; {market.longer}"
        )
    sessions = pd.DatetimeIndex(levels.index)
    prices, since = _priced(levels)
    cash = market.cash.loc[sessions].to_numpy(float)
    return PricePanel(
        opening=opening,
        history=market.sessions,
        priced=first,
        sessions=sessions,
        tickers=tuple(tickers),
        prices=prices,
        first=since,
        bills=np.append(1.0, cash[1:] / cash[:-1]),
        closes=_closes(sessions, market.is_year_over()),
        costs=costs,
        ppy=rows_per_year(sessions, market.periods_per_year),
        initial=initial,
    )


def repriced(panel: PricePanel, market: Market) -> PricePanel:
    """The same panel with the prices of another market, which has the same rows and cash."""
    prices, priced = _priced(market.levels(panel.tickers).loc[panel.opening.row_zero :])
    return replace(panel, prices=prices, first=priced)


def _priced(levels: pd.DataFrame) -> tuple[Array, NDArray[np.int64]]:
    """Prices from row 0 on, ``SCALE`` there, and the row of each column's first one."""
    is_priced = levels.notna().to_numpy()
    first = np.where(is_priced.any(axis=0), is_priced.argmax(axis=0), len(levels))
    filled = levels.bfill().fillna(1.0).to_numpy(float)
    return np.ascontiguousarray(SCALE * filled / filled[0]), first.astype(np.int64)


def _closes(sessions: pd.DatetimeIndex, is_over: bool | None) -> NDArray[np.int8]:
    complete = year_returns(pd.Series(1.0, sessions), is_over=is_over).index
    years = sessions.year.to_numpy()
    closes = np.zeros(len(sessions), np.int8)
    last = np.flatnonzero(np.append(years[1:] != years[:-1], True))
    closes[last] = np.where(np.isin(years[last], complete), COMPLETE, 1)
    return closes


def static_mixes(
    panel: PricePanel, weights: Array, rebalance: str = "monthly", offset: int = 1
) -> Candidates:
    """Hold fixed weights, rebalanced on a calendar; the rest is cash.

    Parameters
    ----------
    panel
        The shared sessions.
    weights
        Shape (C, tickers of the panel), fractions of value.
    rebalance
        One of ``REBALANCE``.
    offset
        On which session of its period, from 1.

    Raises
    ------
    WeightError
        For weights that are negative, not finite or sum to more than 1.
    UsageError
        For another calendar, an offset beyond its period, or weights of another shape.
    """
    if rebalance not in REBALANCE:
        raise UsageError(
            f"rebalance is one of {', '.join(REBALANCE)}, got {rebalance!r}"
            f"{did_you_mean(rebalance, REBALANCE)}"
        )
    require_offset("the mix", rebalance, offset)
    require_offset("the mix", rebalance, offset, monthly_rows=panel.ppy == 12)
    weights = np.asarray(weights, float)
    if weights.ndim != 2 or weights.shape[1] != len(panel.tickers) or len(weights) == 0:
        raise UsageError(
            f"weights of mixes have shape {weights.shape}; give one row a mix and "
            f"{len(panel.tickers)} columns ({', '.join(panel.tickers)})"
        )
    sums = weights.sum(axis=1)
    wrong = ~((weights >= 0).all(axis=1) & (sums <= LARGEST_SUM))
    for mix in np.flatnonzero(wrong):
        require_weights(dict(zip(panel.tickers, weights[mix], strict=True)), f"mix {mix}")
    targets = with_cash(weights)
    sessions = panel.history[panel.history >= panel.priced]
    decided = sessions[decision_rows(sessions, rebalance, offset, panel.history)]
    calendar = pd.DataFrame({panel.tickers[0]: 0.0}, decided)
    rows = _standing(calendar, panel, panel.history, "the mix").rows
    return Candidates(targets, rows[rows < len(panel.sessions)])


def _standing(
    decided: pd.DataFrame, panel: PricePanel, sessions: pd.DatetimeIndex, name: str
) -> Standing:
    return standing_decisions(decided, sessions, panel.opening, panel.costs.lag, name)


def schedules(panel: PricePanel, market: Market, decisions: Iterable[pd.DataFrame]) -> Candidates:
    """Trade target weights, each candidate on its own rows.

    Parameters
    ----------
    panel
        The shared sessions.
    market
        The market the panel was made of.
    decisions
        For each candidate the answer of ``Strategy.target_weights``; it does not hold tickers of
        the panel that its answer lacks.

    Raises
    ------
    WeightError
        For targets that are negative, not finite, sum to more than 1 or want a ticker before its
        first price.
    UsageError
        For a ticker that is not in the panel, or no decision by its start.
    """
    targets, rows, counts = [], [], [0]
    for number, decided in enumerate(decisions):
        name = f"candidate {number}"
        require_targets(decided, market, name)
        for ticker in decided.columns:
            if ticker not in panel.tickers:
                raise UsageError(
                    f"{name} holds {ticker}, which is not among the tickers of the sweep "
                    f"({', '.join(panel.tickers)}); add it there"
                )
        standing = _standing(decided, panel, market.sessions, name)
        days = pd.DatetimeIndex(standing.targets.index)
        held = np.zeros((len(days), len(panel.tickers) + 1))
        at = [panel.tickers.index(ticker) for ticker in decided.columns]
        held[:, [*at, -1]] = standing.targets.to_numpy(float)
        # What is decided before row 0 is held from there on.
        row = np.maximum(panel.sessions.get_indexer(days), 0)
        early = (held > 0) & (row[:, None] < panel.first)
        if early.any():
            where, column = np.argwhere(early)[0]
            raise WeightError(
                f"{name} wants {panel.tickers[column]} on {days[where]:%Y-%m-%d}, "
                "before its first price; give it no weight until then"
            )
        trades = standing.rows < len(panel.sessions)
        targets.append(held[trades])
        rows.append(standing.rows[trades])
        counts.append(int(trades.sum()))
    if not targets:
        raise UsageError("the sweep has no candidates; give at least one")
    return Candidates(
        np.concatenate(targets), np.concatenate(rows).astype(np.int64), np.cumsum(counts)
    )

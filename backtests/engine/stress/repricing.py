"""What moves of yields, equity and the dollar do to each leg: at once, and along a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from backtests.analysis.stress import LOWEST_YIELD, MOST_MONTHS, Recovery, Returns
from backtests.engine.stress.forwards import in_home_money
from backtests.engine.stress.holdings import Holdings
from data.treasuries.bonds import convexity, modified_duration
from data.treasuries.curve import interpolate, par_returns

Array = NDArray[np.float64]
MONTH = 1.0 / 12.0


@dataclass(frozen=True, eq=False)
class Path:
    """Moves row by row, from today's yields on.

    Attributes
    ----------
    yields
        Par yields at today's maturities, percent, shape (T + 1, K); the first row is where the
        path begins.
    bills
        What bills earn over each row, percent a year, shape (T,).
    years
        Of each row, shape (T,).
    own
        By ticker the returns in dollars of what is not repriced from yields, shape (T,); a ticker
        that is missing keeps its price.
    exchange
        What a dollar becomes worth over each row, shape (T,).
    dollar, home
        Short rates of forwards over each row, fractions a year, shape (T,).
    """

    yields: Array
    bills: Array
    years: Array
    own: Mapping[str, Array]
    exchange: Array
    dollar: Array
    home: Array


@dataclass(frozen=True, eq=False)
class Grown:
    """What each leg has become worth, of 1: shape (S, L) for S shocks, or (L,) for a path.

    ``cash`` is that of the investor's cash, whether any is held or not.
    """

    legs: Array
    cash: Array


def floored(yields: ArrayLike, begun: ArrayLike) -> Array:
    """Yields in percent not below the floor, nor below where they began."""
    return np.maximum(yields, np.minimum(begun, LOWEST_YIELD))


def at_once(holdings: Holdings, yields: Array, equity: Array, exchange: Array) -> Grown:
    """What legs are worth after moves that take no time.

    Parameters
    ----------
    holdings
        What is held.
    yields
        Par yields after them at today's maturities, percent, shape (S, K).
    equity
        Returns of equity in dollars, shape (S,).
    exchange
        What a dollar becomes worth, shape (S,).
    """
    shocks = len(yields)
    returns = np.zeros((shocks, len(holdings.legs)))
    rungs = holdings.ladders
    coupon, after = _rung_yields(holdings, yields)
    # A par bond is worth 1 + (c - y) a, a the present value of 1 a year: exactly 1 at c = y.
    moved = (coupon - after) * modified_duration(after, rungs.maturities)
    returns[:, holdings.repriced("ladder")] = rungs.means(moved)
    returns[:, holdings.repriced("equity")] = equity[:, None]
    return _in_the_investors_money(holdings, returns, exchange)


def approximate(holdings: Holdings, yields: Array, exchange: Array) -> Grown:
    """The same by duration and convexity of each rung, with equity unmoved."""
    returns = np.zeros((len(yields), len(holdings.legs)))
    rungs = holdings.ladders
    coupon, after = _rung_yields(holdings, yields)
    change = after - coupon
    moved = (
        -modified_duration(coupon, rungs.maturities) * change
        + convexity(coupon, rungs.maturities) * change**2 / 2.0
    )
    returns[:, holdings.repriced("ladder")] = rungs.means(moved)
    return _in_the_investors_money(holdings, returns, exchange)


def _rung_yields(holdings: Holdings, yields: Array) -> tuple[Array, Array]:
    """Yields of the rungs today, shape (1, R), and after shocks, (S, R); fractions."""
    rungs, curve = holdings.ladders.maturities, holdings.curve
    if not len(rungs):
        return np.zeros((1, 0)), np.zeros((len(yields), 0))
    return holdings.rung_yields, interpolate(curve.nodes, yields / 100.0, rungs)


def _in_the_investors_money(holdings: Holdings, returns: Array, exchange: Array) -> Grown:
    """Turn returns in dollars of no time, shape (S, L), into what 1 has become worth."""
    cash = np.ones(len(returns))
    forwards = holdings.forwards
    if forwards is not None:
        returns = in_home_money(returns, exchange, np.ones(len(returns)), holdings.hedged)
        cash = exchange if forwards.investor.cash == "usd" else cash
    grown = 1.0 + returns
    grown[:, -1] = cash
    return Grown(grown, cash)


def path_of(
    holdings: Holdings,
    yields: Array,
    years: Array,
    own: Mapping[str, Array] | None = None,
    exchange: Array | None = None,
    begun: Array | None = None,
) -> Path:
    """A path whose bills and short rate of the dollar move as the shortest maturity does.

    Parameters
    ----------
    holdings, yields, years, own, exchange
        As in :class:`Path`; nothing of what is not repriced moves unless given.
    begun
        Yields at which bills earn what they do today, shape (K,); today's unless given.
    """
    begun = holdings.curve.yields if begun is None else begun
    moved = yields[:-1, 0] - begun[0]
    still = np.ones(len(years))
    forwards = holdings.forwards
    dollar = 0.0 if forwards is None else forwards.dollar
    return Path(
        yields=yields,
        bills=floored(holdings.bill_yield + moved, holdings.bill_yield),
        years=years,
        own=own or {},
        exchange=still if exchange is None else exchange,
        dollar=floored(100.0 * dollar + moved, 100.0 * dollar) / 100.0,
        home=still * (0.0 if forwards is None else forwards.home),
    )


def along(holdings: Holdings, path: Path) -> Grown:
    """What legs are worth at the end of a path, on which nothing is traded; shape (L,).

    Ladders are reset on every row, as those of :func:`data.treasuries.curve.fund_level` are.
    """
    rungs = holdings.ladders.maturities
    returns = np.zeros((len(path.years), len(holdings.ladders.counts)))
    coupons = np.zeros_like(returns)
    if len(rungs):
        nodes, span = holdings.curve.nodes, np.r_[0.0, path.years]
        table = pd.DataFrame(path.yields, columns=nodes)
        returns = holdings.ladders.means(par_returns(table, rungs, span)[1:])
    if len(rungs) and holdings.withheld.any():
        coupons = holdings.ladders.means(interpolate(nodes, path.yields[:-1] / 100.0, rungs))
    return with_ladders(holdings, path, returns, coupons)


def with_ladders(holdings: Holdings, path: Path, ladders: Array, coupons: Array) -> Grown:
    """The same with given returns of the ladders and yields at the start of rows, (T, ladders)."""
    years = path.years[:, None]
    rows = np.zeros((len(path.years), len(holdings.legs)))
    after_fee = (1.0 - holdings.expenses) ** years
    at = holdings.repriced("ladder")
    interest = np.maximum(coupons, 0.0) * years
    rows[:, at] = (1.0 + ladders - holdings.withheld[at] * interest) * after_fee[:, at] - 1.0
    at = holdings.repriced("bills")
    earned = (bills_grown(path.bills, path.years)[:, None] * after_fee)[:, at] - 1.0
    rows[:, at] = earned - holdings.withheld[at] * np.maximum(earned, 0.0)
    for place, leg in enumerate(holdings.legs):
        if leg.ticker in path.own and leg.repricing in ("equity", "unmoved"):
            rows[:, place] = path.own[leg.ticker]
    bills = rows[:, -1]
    forwards = holdings.forwards
    if forwards is not None:
        paid = forwards.paid(path.years, path.dollar, path.home)
        rows = in_home_money(rows, path.exchange, paid, holdings.hedged)
        is_home = forwards.investor.cash == "home"
        rows[:, -1] = (
            forwards.cash(path.years, path.home) - 1.0
            if is_home
            else (1.0 + bills) * path.exchange - 1.0
        )
    grown = np.prod(1.0 + rows, axis=0)
    return Grown(grown, grown[-1:])


def bills_grown(yields: Array, years: Array) -> Array:
    """Growth of bills over rows at yields in percent, compounded twice a year."""
    return np.asarray(np.exp(2.0 * years * np.log1p(yields / 200.0)))


def returns_of(holdings: Holdings, grown: Grown) -> Returns:
    """Returns of the portfolios from what the legs of one shock have become worth, shape (L,)."""
    gains, weights = grown.legs - 1.0, holdings.weights
    equity = holdings.of_role("equity")
    share = float(weights[equity].sum())
    own = float(weights[equity] @ gains[equity])
    return Returns(
        portfolio=float(weights @ gains),
        equity=own / share if share else None,
        bills=own + (1.0 - share) * float(grown.cash[0] - 1.0),
        hedge=hedge_return(holdings, grown),
    )


def hedge_return(holdings: Holdings, grown: Grown) -> float | None:
    """Return of the hedge alone, held in today's proportions; None where none is held."""
    hedge = holdings.of_role("hedge")
    weights = holdings.weights[hedge]
    if not weights.sum():
        return None
    return float(weights @ (grown.legs[hedge] - 1.0) / weights.sum())


def recovery_of(holdings: Holdings, yields: Array, grown: Grown) -> Recovery:
    """Months until a loss is earned back at a curve that stays where it is.

    Parameters
    ----------
    holdings
        What is held.
    yields
        The curve after the shock, percent, shape (K,).
    grown
        What the legs have become worth, shape (L,).
    """
    still = np.vstack([yields, yields])
    month = along(holdings, path_of(holdings, still, np.array([MONTH])))
    equity, hedge = holdings.of_role("equity"), holdings.of_role("hedge")
    growth = np.where(equity, 1.0, month.legs)
    months = np.arange(MOST_MONTHS + 1)[:, None]
    worth = holdings.weights * grown.legs * growth**months
    safe = (1.0 - holdings.weights[equity].sum()) * grown.cash[0] * month.cash[0] ** months[:, 0]
    with_bills = worth[:, equity].sum(axis=1) + safe
    alone = worth[:, hedge].sum(axis=1) / holdings.weights[hedge].sum() if hedge.any() else None
    return Recovery(
        portfolio=_first_month(worth.sum(axis=1)),
        bills=_first_month(with_bills),
        hedge=None if alone is None else _first_month(alone),
    )


def _first_month(worth: Array) -> int | None:
    """The first month by which 1 is reached again; a last digit is no loss."""
    reached = np.flatnonzero(worth >= 1.0 - 1e-12)
    return int(reached[0]) if len(reached) else None

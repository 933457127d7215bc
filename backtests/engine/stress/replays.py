"""Falls of history, once more: on today's curve and weights, and as they were then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.crises import CRISES, Episode
from backtests.analysis.stress import NodeMove, Replay
from backtests.engine.stress.holdings import MOSTLY, Holdings
from backtests.engine.stress.paths import Fall, fall_of, sources_of
from backtests.engine.stress.repricing import (
    Grown,
    along,
    floored,
    path_of,
    recovery_of,
    returns_of,
    with_ladders,
)
from data.errors import counted
from data.market import Market
from data.treasuries.curve import interpolate, par_returns

Array = NDArray[np.float64]
APRIL_2025 = Episode("April 2025", "2025-04-02", "2025-04-11")  # within a month


def replays_of(holdings: Holdings, run: Market) -> tuple[tuple[Replay, ...], tuple[str, ...]]:
    """Replay every listed fall that the run's data or the bundled months cover.

    Parameters
    ----------
    holdings
        What is held today.
    run
        The run's market in money of the day.

    Returns
    -------
    tuple
        The replays in order of time, and notes on them.
    """
    sources = sources_of(run)
    tickers = [leg.ticker for leg in holdings.legs if leg.repricing in ("equity", "unmoved")]
    falls = [fall_of(episode, sources, run, tickers) for episode in CRISES]
    april = fall_of(APRIL_2025, [each for each in sources if not each.is_monthly], run, tickers)
    covered = [fall for fall in (*falls, april) if fall is not None]
    covered.sort(key=lambda fall: (fall.rows[0], fall.rows[-1]))
    notes = []
    if april is None:
        notes.append(
            f"{APRIL_2025.name} ({APRIL_2025.start} to {APRIL_2025.end}) needs daily data: months "
            "cannot tell it"
        )
    longest = max((leg.longest or 0.0 for leg in holdings.legs), default=0.0)
    flat = [fall.name for fall in covered if longest > 10.0 and _reach(fall) < longest * MOSTLY]
    if flat:
        notes.append(
            "what the holdings did then takes the longest published yield for all longer bonds in: "
            f"{', '.join(flat)}"
        )
    unknown = [fall.name for fall in covered if fall.rates is None]
    if _asks_for_short_rates(holdings) and unknown:
        notes.append(
            "short rates of the time are not known, so that what the holdings did then takes "
            f"today's: {', '.join(unknown)}"
        )
    for leg in holdings.legs:
        still = [fall.name for fall in covered if leg.ticker not in fall.own]
        if leg.repricing == "unmoved" and still:
            notes.append(
                f"{leg.ticker} has no prices in {len(still)} of {counted(len(covered), 'replay')} "
                f"and stays where it was in them, the last of them {still[-1]}"
            )
    return tuple(replayed(holdings, fall) for fall in covered), tuple(notes)


def _asks_for_short_rates(holdings: Holdings) -> bool:
    """Whether cash at home is compared with, or dollars are sold forward."""
    forwards = holdings.forwards
    is_home = forwards is not None and forwards.investor.cash == "home"
    return is_home or bool(holdings.hedged.any())


def _reach(fall: Fall) -> float:
    """The longest maturity published on both days of a fall."""
    values = fall.yields.to_numpy(float)
    both = np.isfinite(values[0]) & np.isfinite(values[-1])
    return float(np.asarray(fall.yields.columns, float)[both][-1])


def replayed(holdings: Holdings, fall: Fall) -> Replay:
    """Replay one fall on today's curve and weights, and say what it did to them then."""
    curve = holdings.curve
    moved, taken = fall.moves_at(curve.nodes)
    asked = curve.yields + moved
    yields = floored(asked, curve.yields)
    as_the_market = tuple(
        leg.ticker
        for leg in holdings.legs
        if leg.repricing == "equity" and leg.ticker not in fall.own
    )
    own = {**fall.own, **dict.fromkeys(as_the_market, fall.market)}
    path = path_of(holdings, yields, fall.years, own, fall.exchange)
    now = along(holdings, path)
    rows = pd.DatetimeIndex(fall.rows)
    dollar = None
    if holdings.forwards is not None:
        dollar = 0.0 if fall.exchange is None else float(np.prod(fall.exchange) - 1.0)
    return Replay(
        name=fall.name,
        start=f"{rows[0]:%Y-%m-%d}",
        end=f"{rows[-1]:%Y-%m-%d}",
        days=int((rows[-1] - rows[0]).days),
        rows=len(rows) - 1,
        daily=not fall.is_monthly,
        source=fall.source,
        is_later=bool(fall.ends > curve.day),
        equity_move=float(np.prod(1.0 + fall.market) - 1.0),
        dollar_move=dollar,
        moves=tuple(
            NodeMove(
                maturity=float(node),
                bp=100.0 * float(yields[-1, place] - curve.yields[place]),
                taken_from=float(taken[place]),
                floored=bool((asked[:, place] < yields[:, place]).any()),
            )
            for place, node in enumerate(curve.nodes)
        ),
        now=returns_of(holdings, now),
        then=returns_of(holdings, _then(holdings, fall, own)),
        recovery=recovery_of(holdings, yields[-1], now),
        as_the_market=as_the_market,
        stayed=tuple(
            leg.ticker
            for leg in holdings.legs
            if leg.repricing == "unmoved" and leg.ticker not in fall.own
        ),
        no_dollar=holdings.forwards is not None and fall.exchange is None,
    )


def _then(holdings: Holdings, fall: Fall, own: dict[str, Array]) -> Grown:
    """What the legs became worth at the yields and short rates of the time."""
    still = np.tile(holdings.curve.yields, (len(fall.rows), 1))
    path = path_of(holdings, still, fall.years, own, fall.exchange)
    path = replace(path, bills=200.0 * np.expm1(np.log1p(fall.bills) / (2.0 * fall.years)))
    if fall.rates is not None:
        path = replace(path, home=fall.rates[0], dollar=fall.rates[1])
    return with_ladders(holdings, path, *_ladders_then(holdings, fall))


def _ladders_then(holdings: Holdings, fall: Fall) -> tuple[Array, Array]:
    """Returns of ladders row by row from published yields, and their yields before: (T, ladders).

    Each return uses the maturities known on both its days; a row on which nothing was published,
    and one that has no maturity in common with the row before, is spanned. A maturity that a row
    lacks is filled in: the move of the days around it would else be lost.
    """
    rungs = holdings.ladders.maturities
    shape = (len(fall.years), len(holdings.ladders.counts))
    returns, coupons = np.zeros(shape), np.zeros(shape)
    if not len(rungs):
        return returns, coupons
    nothing = ~np.isfinite(fall.yields.to_numpy(float)).any(axis=1)
    known = np.where(nothing[:, None], np.nan, fall.between)
    rows = _spanned(known)
    table = pd.DataFrame(known[rows], fall.rows[rows], fall.yields.columns)
    since = np.r_[0.0, np.cumsum(fall.years)]
    span = np.diff(since[rows], prepend=0.0)
    moved = holdings.ladders.means(par_returns(table, rungs, span))[1:]
    returns[np.array(rows[1:]) - 1] = moved
    if holdings.withheld.any():
        nodes, filled = fall.filled
        coupons = holdings.ladders.means(interpolate(nodes, filled[:-1] / 100.0, rungs))
    return returns, coupons


def _spanned(values: Array) -> list[int]:
    """Rows of which each has a maturity in common with the one before; the ends are among them."""
    published = np.isfinite(values)
    rows = [0]
    for row in range(1, len(values)):
        if (published[row] & published[rows[-1]]).any():
            rows.append(row)
    while rows[-1] != len(values) - 1:  # the last row needs one before that it can be measured by
        rows.pop()
        if (published[-1] & published[rows[-1]]).any():
            rows.append(len(values) - 1)
    return rows

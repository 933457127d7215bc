"""``load_market``: the history of some tickers, aligned and checked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from backtests.engine.money import Money
from backtests.engine.roles import Roles
from backtests.engine.withholding import read_withholding
from backtests.face.door import door
from backtests.face.guard import shown, warn_of
from backtests.face.options import Day
from data import load
from data.errors import UsageError, did_you_mean
from data.market import Market
from data.period import cut_to_period
from data.purchasing_power import in_purchasing_power
from data.strictness import read_strictness, require_market

if TYPE_CHECKING:
    import pandas as pd

    from data.currency.conversion import Cash


@door
def load_market(
    source: str | os.PathLike[str],
    tickers: Sequence[str] | str,
    *,
    needs: Sequence[str] | str | None = None,
    end: Day = None,
    extend: bool = False,
    price_only: Sequence[str] | str | None = None,
    currency: str = "USD",
    cash: str = "home",
    fx_hedge: float | Mapping[str, float] | pd.Series | str | None = None,
    fx_hedge_equity: float | Mapping[str, float] | pd.Series | str | None = None,
    fx_basis_bp: float | None = None,
    carry_rates: bool = False,
    withholding: float | Mapping[str, float | str] | pd.Series | str | None = None,
    real: bool = False,
    refresh: bool = False,
    strict: bool = False,
    max_age: int | None = None,
    quiet: bool = False,
) -> Market:
    """Load the history of some tickers as a run would see it.

    Parameters
    ----------
    source
        ``auto``, ``yahoo``, ``bundled`` or ``files:DIR``, or the Path of a folder.
    tickers
        The columns of the market's prices, in this order.
    needs
        Further series: ``yields``, ``policy_rate``, ``usd``, ``cpi``.
    end
        Last day, a date or ``YYYY-MM-DD``; None for all there is.
    extend
        Extend each history to before its first day by its proxies.
    price_only
        Tickers of a folder that are prices without their dividends: used all the same, and said.
    currency, cash, fx_basis_bp, carry_rates
        As for :func:`backtests.backtest`: prices and cash are in that currency.
    fx_hedge, fx_hedge_equity
        Share of their dollars that is sold forward, of the known US Treasury funds and of all
        other tickers: 0 to 1, or by ticker.
    withholding
        As for :func:`backtests.backtest`: prices are after it.
    real
        In home purchasing power: levels and cash are divided by consumer prices. ``.nominal`` is
        the market in money of the day, ``.deflated`` what divided it.
    refresh
        Fetch again, even where recent prices are saved.
    strict, max_age
        As for :func:`backtests.backtest`.
    quiet
        Do not show long steps.

    Returns
    -------
    Market
        ``.prices`` (sessions x tickers, total-return levels), ``.cash``, ``.yields``, ... Each
        frame is a copy of read-only data.

    Raises
    ------
    HedgeError
        For whatever the user can correct, in one line.
    """
    strictness = read_strictness(strict=strict, max_age=max_age)
    last = None if end is None else str(end)  # read by the door, as all of these are
    without_dividends = [load.spelled(str(source), ticker) for ticker in price_only or ()]
    for ticker in without_dividends:
        if ticker not in tickers:
            raise UsageError(
                f"price_only= names {ticker}, which is not asked for"
                f"{did_you_mean(ticker, tickers)}; name one of {', '.join(tickers)}"
            )
    money = Money(
        currency=currency,
        cash=cast("Cash", cash),  # which Money checks
        fx_hedge=fx_hedge,
        fx_hedge_equity=fx_hedge_equity,
        fx_basis_bp=fx_basis_bp,
        carry_rates=carry_rates,
    )
    money.require_held(tickers, Roles())
    asked = read_withholding(withholding)
    asked.require_held(tickers)
    market = load.load_market(
        str(source),
        tickers,
        end=last,
        extend=extend,
        price_only=without_dividends,
        # Consumer prices are of the source where it has them, as those of a run are.
        needs=[*(needs or ()), *(["cpi"] if real and "cpi" not in (needs or ()) else [])],
        conversion=money.conversion(tickers, Roles()),
        withholding=asked.of(tickers, Roles()),
        refresh=refresh,
        progress=shown(quiet=quiet),
    )
    market = in_purchasing_power(market) if real else market
    require_market(strictness, market, last)
    warn_of(market)
    return cut_to_period(market, market.tickers, None, last).market

"""vectorbt: the fills of a run, and its headline numbers to check ours against."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from backtests.analysis.cross_check import Headline
from backtests.engine.apart import may_be_apart
from backtests.engine.ledger import Array, Fills
from backtests.engine.process import loading
from data.errors import OutputError


@may_be_apart
def fill_with_vectorbt(
    prices: Array, targets: Array, fee: Array, slippage: Array, initial: float
) -> Fills:
    """Trade targets at prices with vectorbt; same arguments and answer as the ledger."""
    portfolio = load().Portfolio.from_orders(
        close=pd.DataFrame(prices),
        size=targets,
        size_type="targetpercent",
        direction="longonly",
        fees=fee,
        slippage=slippage,
        init_cash=initial,
        group_by=True,
        cash_sharing=True,
        call_seq="auto",
    )
    orders = portfolio.order_records
    return Fills(
        nav=np.asarray(portfolio.value(), float).reshape(-1),
        units=np.asarray(portfolio.assets(), float),
        order_row=orders["idx"].astype(np.int64),
        order_column=orders["col"].astype(np.int64),
        order_units=np.where(orders["side"] == 0, orders["size"], -orders["size"]),
        order_price=orders["price"].astype(float),
        order_fee=orders["fees"].astype(float),
    )


@cache
def load() -> Any:
    """Load vectorbt, which also loads quantstats and needs a folder for its compiled code.

    Raises
    ------
    OutputError
        If there is no such folder.
    """
    try:
        with loading():
            import vectorbt
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        raise OutputError(
            "vectorbt cannot be loaded: neither its own folder nor ~/.cache can be written, where "
            "it keeps compiled code; set NUMBA_CACHE_DIR to a folder that can"
        ) from error
    return vectorbt


@may_be_apart
def vectorbt_metrics(nav: pd.Series, cash: pd.Series, ppy: float) -> Headline:
    """Headline numbers by vectorbt, to check ours against.

    Parameters
    ----------
    nav, cash
        Levels on the same rows. vectorbt takes the same bill return for all rows: their mean.
        Calmar is its growth over its drawdown, in which the first row may be the peak.
    ppy
        Rows per year.
    """
    load()  # registers the accessor
    returns = nav.pct_change(fill_method=None).iloc[1:]
    bill = float(cash.pct_change(fill_method=None).iloc[1:].mean())
    # The length of a row does not matter: the year is counted in rows.
    theirs = returns.vbt.returns(freq="1D", year_freq=f"{ppy}D")
    # The level before the first return may be the peak: a return of 0 adds it.
    from_start = pd.concat([0.0 * returns.iloc[:1], returns])
    depth = float(from_start.reset_index(drop=True).vbt.returns(freq="1D").max_drawdown())
    return Headline(
        total_return=float(theirs.total()),
        cagr=float(theirs.annualized()),
        volatility=float(theirs.annualized_volatility()),
        sharpe=float(theirs.sharpe_ratio(risk_free=bill)),
        sortino=float(theirs.sortino_ratio(required_return=bill)),
        max_drawdown=depth,
        calmar=float(theirs.annualized()) / -depth if depth else None,
        cvar_95=float(theirs.cond_value_at_risk(cutoff=0.05)),
    )

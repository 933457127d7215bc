"""The bond whose correlation with equity tells the states of the hedge apart."""

from __future__ import annotations

from functools import cache
from weakref import WeakKeyDictionary

import pandas as pd

from backtests.analysis.months import month_ends
from backtests.engine.references import References, Sides
from data import bundled
from data.market import Market
from data.treasuries.curve import covers, fund_level
from data.treasuries.instruments import CATALOGUE, is_treasury_fund

BOND = "IEF"


def bond_of(market: Market, sides: References | Sides) -> tuple[str, pd.Series]:
    """Name and month-end returns of the bond, from as early as there are any.

    Where the hedge holds any US Treasury fund it is IEF, in dollars: the fund where the market has
    it, else and before its first day the ladder built from the market's yields, else that of the
    bundled months. So the states are the same beside bills and beside long bonds. For another
    hedge it is the hedge itself, in dollars too.
    """
    if any(map(is_treasury_fund, sides.hedge_tickers)):
        bond = seven_to_ten_years(market.in_dollars)
        return str(bond.name), bond
    return ", ".join(sides.hedge_tickers), _returns(sides.dollar_legs.hedge)


_BONDS: WeakKeyDictionary[Market, pd.Series] = WeakKeyDictionary()


def seven_to_ten_years(market: Market) -> pd.Series:
    """Month-end returns of IEF: fund, else the ladder of the market's yields, else the bundled.

    Returns
    -------
    pandas.Series
        By month; its name says which of them it is, and from when on.
    """
    if market not in _BONDS:
        returns = _bundled_bond()
        name = f"{BOND} (the ladder of the bundled months, to {returns.index[-1]})"
        yields, bond = market.yields, CATALOGUE[BOND]
        if yields is not None and bond.ladder is not None and covers(yields, bond.ladder).any():
            ladder = fund_level(yields, bond, market.periods_per_year)
            returns = _returns(ladder).combine_first(returns)
            name = f"{BOND} (a ladder of bonds)"
        for ticker in market.tickers:
            if ticker.upper() == BOND:
                fund = _returns(market.prices[ticker]).dropna()
                first = fund.index[0] if len(fund) else None
                returns = fund.combine_first(returns)
                is_longer = first is not None and bool(returns.loc[: first - 1].notna().any())
                name = f"{BOND} (before {first} a ladder of bonds)" if is_longer else BOND
        _BONDS[market] = returns.rename(name)
    return _BONDS[market]


def _returns(levels: pd.Series) -> pd.Series:
    months = month_ends(levels.rename("bond").to_frame())
    return months["bond"].pct_change(fill_method=None)


@cache
def _bundled_bond() -> pd.Series:
    return _returns(bundled.load([BOND]).prices[BOND])

"""Yields, the policy rate and consumer prices month by month, for reports about a market."""

from __future__ import annotations

from functools import cache

import pandas as pd

from data import bundled
from data.market import Market

TEN_YEARS = 10.0


def background(market: Market) -> pd.DataFrame:
    """What was known at the end of each month, from the market, else from the bundled table.

    Returns
    -------
    pandas.DataFrame
        Indexed by month: ``y10`` and ``policy_rate`` in percent, ``cpi`` as published by then;
        NaN after the last figure there is.
    """
    own, table = _at_month_ends(market), _bundled_table()
    joined = own.combine_first(table)
    joined["cpi"] = _chained(own["cpi"], table["cpi"])
    return joined.reindex(pd.period_range(joined.index[0], joined.index[-1], freq="M"))


@cache
def _bundled_table() -> pd.DataFrame:
    return _at_month_ends(bundled.load(["SPY"]))


def _chained(own: pd.Series, older: pd.Series) -> pd.Series:
    """Consumer prices of the source, extended both ways by the changes of the bundled ones.

    Before the source's first figure the bundled index is scaled to meet it there, and after its
    last figure to meet that one: so no join makes a false change of prices.
    """
    published = own.dropna()
    if published.empty or published.index[0] not in older.index:
        return older
    first, last = published.index[0], published.index[-1]
    before = older.loc[: first - 1] * (published[first] / older[first])
    after = older.loc[last + 1 :] * (published[last] / older[last]) if last in older.index else None
    return pd.concat([part for part in (before, published, after) if part is not None])


def ten_year(market: Market) -> pd.Series | None:
    """10-year yield in percent on every session, the last one carried over a holiday."""
    yields = market.yields
    if yields is None or TEN_YEARS not in yields.columns:
        return None
    return yields[TEN_YEARS].ffill()


def _at_month_ends(market: Market) -> pd.DataFrame:
    months = market.sessions.to_period("M")
    series = {"y10": ten_year(market), "policy_rate": market.policy_rate, "cpi": market.cpi}
    missing = pd.Series(float("nan"), index=market.sessions)
    frame = pd.DataFrame({n: missing if s is None else s for n, s in series.items()})
    return frame.groupby(months).last()

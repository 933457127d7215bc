"""Yields, the policy rate and consumer prices month by month, for reports about a market."""

from __future__ import annotations

from functools import cache
from weakref import WeakKeyDictionary

import pandas as pd

from data import bundled
from data.checks.exchange import NEW_YORK
from data.consumer_prices import missing_note, public_day
from data.market import Market
from data.months import last_sessions
from data.treasuries.rates import LATE_CURVE_DAYS

ONE_YEAR, TEN_YEARS = 1.0, 10.0
RATES = ("y10", "y1", "policy_rate")
WHOLE_MONTH_DAYS = 7  # a month whose daily figures end longer before its last session is not whole


def background(market: Market) -> pd.DataFrame:
    """What was known at the end of each month, from the market, else from the bundled table.

    Returns
    -------
    pandas.DataFrame
        Indexed by month: ``y10``, ``y1`` and ``policy_rate`` in percent, the latter about the
        month's average; ``cpi``, of the month before, since that is published by then. NaN for a
        month whose CPI was never published, and after the last figure there is.
    """
    if market not in _BACKGROUNDS:  # runs of other weights ask for the same
        _BACKGROUNDS[market] = _background(market)
    return _BACKGROUNDS[market]


_BACKGROUNDS: WeakKeyDictionary[Market, pd.DataFrame] = WeakKeyDictionary()


def _background(market: Market) -> pd.DataFrame:
    table = _bundled_table()
    rates = _at_month_ends(market).combine_first(table[list(RATES)])
    joined = rates.join(chained(_prices_known(market), table["cpi"]).rename("cpi"), how="outer")
    return joined.reindex(pd.period_range(joined.index[0], joined.index[-1], freq="M"))


def background_by_the_end(market: Market) -> pd.DataFrame:
    """The same as :func:`background`, of nothing that came after the market's last session.

    Of a month that is under way there is what the market itself has: figures of the bundled table
    are those of the month's end, and consumer prices are public by then.

    Parameters
    ----------
    market
        Cut to the end of what is reported.
    """
    last = market.sessions[-1]
    month = last.to_period("M")
    months = background(market).loc[:month].copy()
    if not is_month_over(market):
        months.loc[month] = _at_month_ends(market).loc[month]
    return months


def is_month_over(market: Market) -> bool:
    """Whether the month of the last session ends with it, as that of a monthly row always does."""
    if market.periods_per_year == 12:
        return True
    last = market.sessions[-1:]
    if market.exchange != NEW_YORK and (due := market.next_session()) is not None:
        return bool(due.to_period("M") > last[0].to_period("M"))
    return bool(last[0] >= last_sessions(last)[0])


def note_on_prices(market: Market, first: pd.Timestamp) -> list[str]:
    """Say which months before the end of a market have no CPI, in :func:`background`.

    Parameters
    ----------
    market
        Cut to the end of what is reported.
    first
        First session of what is reported.
    """
    known = chained(_prices_known(market), _bundled_table()["cpi"])
    last = market.sessions[-1].to_period("M")
    return missing_note(pd.PeriodIndex(known.loc[:last].index) - 1, first)


@cache
def _bundled_table() -> pd.DataFrame:
    market = bundled.load(["SPY"])
    return _at_month_ends(market).join(_prices_known(market), how="outer")


def chained(own: pd.Series, older: pd.Series) -> pd.Series:
    """Consumer prices of the source, extended both ways by the changes of the bundled ones.

    Before the source's first figure the bundled index is scaled to meet it there, and after its
    last figure to meet that one: so no join makes a false change of prices.
    """
    published, table = own.dropna(), older.dropna()
    if published.empty:
        return table
    both = published.index.intersection(table.index)
    if both.empty:  # no month at which they could meet
        return published
    meets, parts = published[both] / table[both], table.index
    before = table[parts < published.index[0]] * meets.iloc[0]
    after = table[parts > published.index[-1]] * meets.iloc[-1]
    return pd.concat([before, published, after])


def home_prices(market: Market) -> pd.Series:
    """Consumer prices where the currency of a market is from, by the month they are public in.

    NaN, or no month, where there is no figure; in dollars those of :func:`background`.
    """
    if market.abroad is None:
        return background(market)["cpi"]
    prices = market.abroad.figures.prices
    if prices is None:
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"), name="cpi")
    about = pd.PeriodIndex(prices.index)
    public = prices.set_axis(about + 1).rename("cpi")
    return public.reindex(pd.period_range(about[0] + 1, about[-1] + 1, freq="M"))


def ten_year(market: Market) -> pd.Series | None:
    """10-year yield in percent on every session, carried for a month at most: over holidays."""
    published = _par_yield(market, TEN_YEARS)
    if published is None:
        return None
    rows = round(LATE_CURVE_DAYS / 365.25 * market.periods_per_year)
    return published.ffill(limit=rows)


def _par_yield(market: Market, years: float) -> pd.Series | None:
    yields = market.yields
    return None if yields is None or years not in yields else yields[years]


def _at_month_ends(market: Market) -> pd.DataFrame:
    """The market's own rates by month; NaN in months that have no figure, also after the last."""
    months = market.sessions.to_period("M")
    missing = pd.Series(float("nan"), index=market.sessions)
    curve = {"y10": _par_yield(market, TEN_YEARS), "y1": _par_yield(market, ONE_YEAR)}
    series = {**curve, "policy_rate": market.policy_rate}
    frame = pd.DataFrame({n: missing if s is None else s for n, s in series.items()})
    own = frame.groupby(months).last()
    # A market carries the policy rate on where it has no figures, for rules.
    policy = market.figure_days("policy_rate")
    about = {
        **{n: None if s is None else pd.DatetimeIndex(s.dropna().index) for n, s in curve.items()},
        "policy_rate": None if policy is None else policy.about,
    }
    for name, days in about.items():
        if days is not None:
            own.loc[~own.index.isin(_whole_months(days, own.index[-1])), name] = float("nan")
    return own


def _whole_months(days: pd.DatetimeIndex, newest: pd.Period) -> pd.PeriodIndex:
    """Months with figures up to their end, of those that have figures on these days.

    The newest month of a market may be under way.
    """
    last = pd.Series(days, days.to_period("M")).groupby(level=0).max()
    months = pd.PeriodIndex(last.index)
    ends = last_sessions(pd.DatetimeIndex(months.to_timestamp()))
    is_monthly = len(last) == len(days)
    reach = (last >= ends - pd.Timedelta(days=WHOLE_MONTH_DAYS)).to_numpy()
    return months[reach | is_monthly | (months == newest)]


def _prices_known(market: Market) -> pd.Series:
    """Consumer prices by the month at whose end they are public; empty where there are none."""
    cpi = market.cpi_by_month
    if cpi is None:
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"), name="cpi")
    return cpi.set_axis(public_day(pd.DatetimeIndex(cpi.index)).to_period("M")).rename("cpi")

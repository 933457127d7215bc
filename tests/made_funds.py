"""Funds of several exchanges and currencies, made: each has its own sessions, unit and payments.

Like real ones in form alone. Month-ends of what they hold, of rates of exchange and of short rates
are the bundled ones; the days between are made from seeds, the same figures every time. What the
world's equity and long Treasuries are worth in dollars at one moment is shared by all of them, so
that twins on two exchanges differ by their currency and their holidays alone.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from data import bundled
from data.bundled import world
from data.checks.exchange import exchange_calendar
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.currency.quotes import HUNDREDTHS, currency_of, pair_of
from tests.made_rates import every_rate
from tests.soak.made import adjusted
from tests.yahoo_server import RATES, Yahoo, chart

FIRST, LAST = "2009-09-25", "2025-09-26"
EQUITY, TREASURIES = "SPY", "TLT"  # columns of the bundled months that the funds follow
SEEDS = {EQUITY: 31, TREASURIES: 32, "EUR": 33, "GBP": 34, "JPY": 35, "CHF": 36, "ILS": 37}
# How far a day's close is into the day that ends with New York's (which itself is all of it).
HOUR = {"XNYS": 1.0, "XETR": 0.55, "XLON": 0.55, "XTAE": 0.45, "XTKS": 0.1}
# A price in a currency that is a dollar, a pound or so, and in one that is a hundredth of that.
UNIT_PRICE = {"ILS": 30.0, "JPY": 2000.0}


@dataclass(frozen=True)
class MadeFund:
    """A fund as Yahoo lists it.

    Attributes
    ----------
    holds
        Column of the bundled months that it follows.
    quoted
        As in :class:`~data.sources.bars.Listing`.
    calendar, zone, opens_at
        Its exchange: sessions, time zone, and the hour at which they begin.
    months
        Those on whose first session after the 15th it pays; none of one that pays nothing out.
    yearly
        What it pays, as a fraction of its price.
    digits
        Decimals of its prices.
    begins
        Its first day, if it began later than the others.
    """

    holds: str
    quoted: str
    calendar: str
    zone: str
    opens_at: float
    months: tuple[int, ...] = ()
    yearly: float = 0.0
    digits: int = 2
    begins: str = FIRST


_LONDON = ("XLON", "Europe/London", 8.0)
_PAYS = ((5, 11), 0.03)
FUNDS: Mapping[str, MadeFund] = {
    "SPY": MadeFund(EQUITY, "USD", "XNYS", "America/New_York", 9.5, (3, 6, 9, 12), 0.02),
    "EUNL.DE": MadeFund(EQUITY, "EUR", "XETR", "Europe/Berlin", 9.0, digits=3),
    "IDTL.L": MadeFund(TREASURIES, "USD", *_LONDON, *_PAYS, begins="2015-01-21"),
    "PENCE.L": MadeFund(TREASURIES, "GBp", *_LONDON, *_PAYS, digits=1),
    "POUND.L": MadeFund(TREASURIES, "GBP", *_LONDON, *_PAYS, digits=3),
    "AGOROT.TA": MadeFund(EQUITY, "ILA", "XTAE", "Asia/Jerusalem", 9.75, digits=1),
    "1306.T": MadeFund(EQUITY, "JPY", "XTKS", "Asia/Tokyo", 9.0, (7,), 0.015, 1),
}


MOMENTS = 20  # of a weekday at which the world's prices are known


def _path(
    name: str, ends: pd.Series, days: pd.DatetimeIndex, daily: float, moments: int = 1
) -> np.ndarray:
    """Logs of a level that meets month-ends, with seeded moves on the days between.

    Days x moments, the last of which ends with New York's session; NaN where no month-end is known.
    """
    months = days.to_period("M")
    last = np.flatnonzero(~months.duplicated(keep="last")) * moments + moments - 1
    count = len(days) * moments
    moves = np.random.default_rng(SEEDS[name]).normal(0, daily / moments**0.5, count)
    walk = np.cumsum(moves)
    rest = np.log(ends).reindex(months[last // moments]).to_numpy(float) - walk[last]
    known = np.isfinite(rest)
    line = np.interp(np.arange(count), last[known], rest[known], left=np.nan, right=np.nan)
    return (walk + line).reshape(len(days), moments)


@cache
def worth(holds: str) -> pd.DataFrame:
    """Logs of what is held, in dollars with all that it earned: weekdays x moments."""
    level = bundled.load([holds]).prices[holds]
    ends = level.set_axis(pd.DatetimeIndex(level.index).to_period("M"))
    days = pd.bdate_range("2009-01-01", "2025-11-28")
    return pd.DataFrame(_path(holds, ends, days, 0.009, MOMENTS), days)


@cache
def rate_of_exchange(code: str) -> pd.Series:
    """Units of a currency for one dollar on each weekday, at noon in New York, from 1999 on."""
    days = pd.bdate_range("1999-01-04", "2025-11-28")
    if code == "ILS":  # not in the bundled tables
        steps = np.random.default_rng(SEEDS[code]).normal(0, 0.004, len(days))
        return pd.Series(3.6 * np.exp(np.cumsum(steps) * 0.3), days).round(4)
    ends = world.exchange_rate(code)
    path = _path(code, ends.set_axis(ends.index.to_period("M")), days, 0.004)[:, 0]
    return pd.Series(np.exp(path), days).dropna()


def exchange_as_published(code: str) -> pd.Series:
    """The same in the form of H.10: dollars for one unit where it is quoted so."""
    units = rate_of_exchange(code)
    return (1.0 / units if pair_of(code).is_inverted else units).round(4)


def sessions_of(fund: MadeFund) -> pd.DatetimeIndex:
    """Its sessions; of Tel Aviv Sundays to Thursdays without two weeks of feasts in autumn."""
    if fund.calendar == "XTAE":
        days = pd.date_range(fund.begins, LAST)
        feasts = (days.month == 10) & days.day.isin([2, 3, 10, 11, 17])
        spring = (days.month == 4) & days.day.isin([7, 13, 22])
        return days[(days.day_of_week != 4) & (days.day_of_week != 5) & ~feasts & ~spring]
    sessions = exchange_calendar(pd.Timestamp(FIRST), fund.calendar).sessions
    return sessions[(sessions >= fund.begins) & (sessions <= LAST)]


@cache
def levels(ticker: str) -> pd.Series:
    """What a holder's unit has become in the fund's own currency, 1 on its first session."""
    fund = FUNDS[ticker]
    sessions = sessions_of(fund)
    prices = worth(fund.holds)
    days = pd.DatetimeIndex(prices.index)
    place = days.searchsorted(sessions, side="right") - 1
    # On a Sunday prices are those with which Friday ended.
    moment = np.where(days[place] == sessions, round(HOUR[fund.calendar] * MOMENTS) - 1, -1)
    held = np.exp(prices.to_numpy(float)[place, moment])
    code = str(currency_of(fund.quoted))
    if code != "USD":
        units = rate_of_exchange(code)
        held = held * units.reindex(sessions, method="ffill").to_numpy(float)
    return pd.Series(held / held[0], sessions)


@cache
def _bars(ticker: str) -> pd.DataFrame:
    fund = FUNDS[ticker]
    total = levels(ticker)
    sessions = pd.DatetimeIndex(total.index)
    months = sessions.to_period("M")
    late = sessions.day > 15
    pays = late & ~np.append(False, late[:-1] & (months[1:] == months[:-1]))
    pays &= np.isin(sessions.month, fund.months) & (np.arange(len(sessions)) > 0)
    share = np.where(pays, fund.yearly / max(len(fund.months), 1), 0.0)
    code = str(currency_of(fund.quoted))
    unit = UNIT_PRICE.get(code, 4.0 if code == "GBP" else 40.0)
    unit *= 100.0 if fund.quoted in HUNDREDTHS else 1.0
    growth = np.append(1.0, total.to_numpy(float)[1:] / total.to_numpy(float)[:-1])
    close = unit * np.cumprod(growth * (1 - share))
    before = np.append(unit, close[:-1])
    rng = np.random.default_rng(len(ticker))
    opens = before * (1 - share) * np.exp(rng.normal(0, 0.003, len(sessions)))
    bars = pd.DataFrame({"Open": opens, "Close": close}, index=sessions)
    bars["High"] = bars[["Open", "Close"]].max(axis=1) * 1.003
    bars["Low"] = bars[["Open", "Close"]].min(axis=1) * 0.997
    bars = bars.round(fund.digits)
    bars["Volume"] = 1000
    bars["Dividends"] = (share * before).round(6)
    bars["Stock Splits"] = 0.0
    return adjusted(bars)


def bars_of_fund(ticker: str) -> pd.DataFrame:
    """Its daily bars, a copy to be spoiled."""
    return _bars(ticker).copy()


def hold_fund(
    web: Yahoo, ticker: str, bars: pd.DataFrame | None = None, *, quoted: str | None = None
) -> None:
    """Serve a fund's bars as Yahoo, or those given, in its own unit or another."""
    fund = FUNDS[ticker]
    web.charts[ticker] = chart(
        ticker,
        bars_of_fund(ticker) if bars is None else bars,
        zone=fund.zone,
        opens_at=fund.opens_at,
        currency=fund.quoted if quoted is None else quoted,
    )


def hold_funds(web: Yahoo, *tickers: str) -> None:
    """Serve funds (all unless named) and the rates of exchange and short rates of everyone."""
    for ticker in tickers or FUNDS:
        hold_fund(web, ticker)
    for code in SEEDS.keys() - {EQUITY, TREASURIES}:
        figures = exchange_as_published(code)
        if (series := pair_of(code).series) is not None:
            # The last Friday of H.10 before the last session.
            web.hold_fred(series, figures.loc[: pd.Timestamp(LAST) - pd.Timedelta(days=7)])
        web.hold_pair(code, figures.loc["2003-12-01":LAST])
    for name, figures in short_rates().items():
        web.hold_fred(name, figures)


def short_rates() -> dict[str, pd.Series]:
    """Interbank rates by FRED's names, by the first day of each month."""
    codes = {DOLLAR_RATE: "USD"} | {
        CURRENCIES[code].interbank: code for code in ("EUR", "GBP", "JPY", "CHF")
    }
    rates = {}
    for name, code in codes.items():
        table = world.rate_table()
        column = "us_3m" if code == "USD" else CURRENCIES[code].table[1]
        is_interbank = table[f"{column.removesuffix('_3m')}_basis"].isin(["3m", "3m_de", "3m_ez"])
        figures = table[column][is_interbank].loc[:"2025-08"]
        rates[name] = figures.set_axis(figures.index.to_timestamp())
    return rates


def write_folder(folder: Path) -> None:
    """Write what ``python -m tests.yahoo_server FOLDER COMMAND...`` serves, with these funds."""
    for name in ("funds", "world", "rates"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for ticker in FUNDS:
        _bars(ticker).to_csv(folder / "funds" / f"{ticker}.csv", index_label="Date")
    listings = pd.DataFrame(
        {
            "ticker": list(FUNDS),
            "quoted": [fund.quoted for fund in FUNDS.values()],
            "zone": [fund.zone for fund in FUNDS.values()],
            "opens_at": [fund.opens_at for fund in FUNDS.values()],
        }
    )
    listings.to_csv(folder / "funds" / "listings.csv", index=False)
    for code in CURRENCIES.keys() & SEEDS.keys():
        figures = exchange_as_published(code).rename(pair_of(code).series)
        figures.to_csv(folder / "world" / f"fred_{code.lower()}_daily.csv", index_label="date")
    for name, figures in short_rates().items():
        path = folder / "world" / f"{name}.csv"
        figures.rename(name).to_csv(path, index_label="observation_date")
    for name, columns in RATES.items():
        rates = {column: every_rate().get(series) for column, series in columns.items()}
        table = pd.DataFrame({column: made for column, made in rates.items() if made is not None})
        table.to_csv(folder / "rates" / name, index_label="date")


if __name__ == "__main__":
    write_folder(Path(sys.argv[1]))

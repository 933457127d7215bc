"""The bundled market: 768 months of published US figures, to run without a network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from data.consumer_prices import by_month, public_by
from data.errors import DataError, did_you_mean
from data.market import CASH, Market
from data.origin import How, Origin
from data.provenance import describe
from data.treasuries.cash import level_from_monthly_bills
from data.treasuries.curve import fund_level
from data.treasuries.instruments import CATALOGUE
from data.treasuries.payouts import of_bills, of_ladder
from data.vintage import FigureDays, StandIn, StandInKind, figure_days
from data.withholding.payouts import Payments, Payouts, not_known

TABLE = Path(__file__).parent / "us_monthly_1962.csv"
TITLE = "bundled monthly history of US equity and Treasuries, 1962 to 2025"
TICKERS = ("SPY", "BIL", "SHY", "IEF", "TLT")
CURVE = {"cmt_1y_pct": 1.0, "cmt_2y_pct": 2.0, "cmt_5y_pct": 5.0,
         "cmt_10y_pct": 10.0, "cmt_20y_pct": 20.0, "cmt_30y_pct": 30.0}  # fmt: skip
WHAT = {
    "SPY": "US equity market, value-weighted (Kenneth R. French), without any fund fee",
    "BIL": "one-month Treasury bill less 0.14 % a year",
    "SHY": "ladder of 1-3 year par bonds from H.15 yields, rolled down, less 0.15 % a year",
    "IEF": "ladder of 7-10 year par bonds from H.15 yields, rolled down, less 0.15 % a year",
    "TLT": "ladder of 20-30 year par bonds from H.15 yields, rolled down, less 0.15 % a year",
    CASH: "one-month Treasury bill (Kenneth R. French)",
}

NOTES = {
    "data are monthly: a lag of 1 is one month": TICKERS,
    "SPY is the value-weighted US market (CRSP) without any fund fee, not the fund": ("SPY",),
    "Treasury funds are computed from published yields, not fund prices": ("SHY", "IEF", "TLT"),
}


@cache
def table() -> pd.DataFrame:
    """Read the table of published figures: months x columns, percent, as documented beside it."""
    try:
        frame = pd.read_csv(TABLE, index_col="month")
    except (OSError, ValueError) as error:
        raise DataError(
            f"the bundled history {TABLE} cannot be read ({error}); restore that file"
        ) from error
    frame.index = pd.PeriodIndex(frame.index, freq="M")
    return frame


def monthly_bill_returns() -> pd.Series:
    """Return of a one-month Treasury bill, a fraction for each month."""
    return table()["bill_pct"] / 100.0


def load(tickers: Sequence[str]) -> Market:
    """Build the monthly market, one row a calendar month-end.

    Levels start at 100 on 1962-01-31 (TLT: 1973-01-31). ``SPY`` is the whole US market
    without a fund fee; the Treasury funds are ladders computed from par yields.

    Parameters
    ----------
    tickers
        Any of SPY, BIL, SHY, IEF and TLT.

    Returns
    -------
    Market
        With yields, policy rate (the month's average, known at its end) and CPI (known
        one month later; one that was never published leaves the one before in place).

    Raises
    ------
    DataError
        For a ticker that the table does not hold.
    """
    for ticker in tickers:
        if ticker not in TICKERS:
            raise DataError(
                f"{ticker} is not in the bundled history, which has {', '.join(TICKERS)}"
                f"{did_you_mean(ticker, TICKERS)}; for other tickers use --source yahoo or "
                "files:DIR"
            )
    months = table()
    sessions = months.index.to_timestamp(how="end").normalize()
    frame = months.set_axis(sessions)
    yields = frame[list(CURVE)].rename(columns=CURVE)
    bill = frame["bill_pct"] / 100.0

    def level(ticker: str) -> pd.Series:
        if ticker == "SPY":
            return _level(1.0 + frame["equity_excess_pct"] / 100.0 + bill)
        if ticker == "BIL":
            return _level((1.0 + bill) * (1.0 - CATALOGUE["BIL"].expense) ** (1.0 / 12.0))
        return fund_level(yields, CATALOGUE[ticker], 12)

    prices = pd.DataFrame({ticker: level(ticker) for ticker in tickers})
    cash, _ = level_from_monthly_bills(sessions, monthly_bill_returns(), 12)
    columns = {**prices, CASH: cash}
    return Market(
        source="bundled",
        title=TITLE,
        prices=prices,
        cash=cash,
        periods_per_year=12,
        provenance={name: describe(columns[name], "bundled", WHAT[name]) for name in columns},
        notes=[note for note, about in NOTES.items() if set(about) & set(tickers)],
        origin=Origin(How.BUNDLED),
        figures={
            **{name: figure_days(columns[name], "bundled") for name in columns},
            **_rate_days(frame),
        },
        stood_in=[
            StandIn((name,), StandInKind.MODEL, wanted=name, used=WHAT[name], is_fallback=False)
            for name in prices
        ],
        yields=yields,
        policy_rate=frame["fed_funds_pct"],
        cpi=frame["cpi_sa"].ffill().shift(1),
        cpi_by_month=public_by(frame["cpi_sa"], sessions[-1]),
        home_cpi=by_month(frame["cpi_sa"]),
        payments=Payments(
            {ticker: _payouts(ticker, prices[ticker].dropna(), yields) for ticker in prices},
            {ticker: prices[ticker].dropna() for ticker in prices},
        ),
    )


def _payouts(ticker: str, level: pd.Series, yields: pd.DataFrame) -> Payouts:
    """What a ticker pays: of the funds of bonds and bills all interest; of SPY nobody knows it."""
    if ticker == "BIL":
        return of_bills(level)
    if ticker == "SPY":
        return not_known(
            level.index,
            "the bundled SPY is a total return whose dividends are not known",
            "give --source yahoo or files:DIR, whose funds have theirs, or leave SPY out",
        )
    return of_ladder(yields, ticker, 12)


def _rate_days(frame: pd.DataFrame) -> dict[str, FigureDays]:
    """The month-ends that the table has rates of: known then, consumer prices a month later."""
    months = {
        "yields": frame[list(CURVE)].dropna(how="all").index,
        "policy_rate": frame["fed_funds_pct"].dropna().index,
        "cpi": frame["cpi_sa"].dropna().index,
    }
    lags = {"cpi": 1}
    return {
        name: FigureDays(
            "bundled", None, about=days, public=days + pd.offsets.MonthEnd(lags.get(name, 0))
        )
        for name, days in months.items()
    }


def _level(growth: pd.Series) -> pd.Series:
    factors = growth.to_numpy(float, copy=True)
    factors[0] = 1.0  # the level of the first month-end is the base; its return is not used
    return pd.Series(100.0 * np.cumprod(factors), index=growth.index)

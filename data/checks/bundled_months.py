"""Whether a fund's months are those that the bundled history has of it.

The bundled market and ladders are figures of other publishers, so that what Yahoo sends wrong in
every figure alike is seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from data import bundled
from data.errors import DataError

FEWEST_MONTHS = 48
# Months further off than so many usual differences do not count in betas and means.
OUTLYING = 6.0
SMALLEST_DIFFERENCE = 2e-4
# A mean difference is named beyond its floor and so many of its standard errors: the real funds
# reach 3.4 (SHY; BIL 4.2, whose floor decides).
DRIFT_ERRORS = 4.5
# A difference that is so many times the dividends is them, counted twice.
TWICE = (0.6, 1.6)
FIRST_YEARS_MONTHS = 24


ANY = (-np.inf, np.inf)


@dataclass(frozen=True)
class Bounds:
    """What a fund's months may be beside a column of the bundled history. Differences in percent.

    Attributes
    ----------
    column
        Of the bundled history.
    beta, correlation
        Least and most, of monthly returns.
    tracking
        Largest usual difference of a month (median size times 1.48).
    drift
        Floor of the mean difference that is named, a year.
    month, year
        Largest difference of a month, and of twelve once the fund is two years old.
    volatility
        Least and most standard deviation of the fund's own months.
    fewest
        Months from which beta, correlation and tracking count.
    """

    column: str
    beta: tuple[float, float]
    correlation: tuple[float, float]
    tracking: float = np.inf
    drift: float = np.inf
    month: float = np.inf
    year: float = np.inf
    volatility: tuple[float, float] = ANY
    fewest: int = FEWEST_MONTHS


# What the real funds reached to September 2025, in 36 months or more, in this order. SPY: 0.87 to
# 1.00, 0.951 to 0.998, 1.29, drift 2.7, month 4.4, year 9.2. IEF: 0.91 to 1.08, 0.985, 0.32, 1.4,
# 1.4, 1.4. TLT: 0.86 to 1.10, 0.991, 0.58, 1.7, 2.2, 3.3. SHY: 0.86 to 1.05, 0.967, 0.10, 0.27,
# 0.46, 0.64. BIL: tracking 0.06, drift 0.18, month 0.37, year 0.30. In 60 months or more, beside
# IEF's ladder: AGG 0.40 to 0.88 and 0.74 to 0.973 (seven in ten: 0.90), TIP 0.40 to 0.79 and 0.46
# to 0.85, GLD 0.19 to 0.60; GLD beside equity -0.22 to 0.24. Volatility: AGG 0.8 to 1.9, TIP 1.0 to
# 2.2, GLD 3.6 to 6.3.
FUNDS: dict[str, tuple[Bounds, ...]] = {
    "SPY": (Bounds("SPY", (0.78, 1.12), (0.92, 1.0), 1.9, 0.5, 5.5, 11.0),),
    "IEF": (Bounds("IEF", (0.82, 1.18), (0.97, 1.0), 0.45, 0.5, 1.8, 1.8),),
    "TLT": (Bounds("TLT", (0.77, 1.2), (0.98, 1.0), 0.85, 0.6, 3.0, 4.2),),
    "SHY": (Bounds("SHY", (0.75, 1.15), (0.94, 1.0), 0.16, 0.4, 0.6, 0.8),),
    "BIL": (Bounds("BIL", ANY, ANY, 0.1, 0.25, 0.5, 0.45),),
    "AGG": (Bounds("IEF", (0.3, 0.97), (0.62, 0.983), volatility=(0.55, 2.8), fewest=60),),
    "TIP": (Bounds("IEF", (0.3, 0.92), (0.35, 0.93), volatility=(0.7, 3.2), fewest=60),),
    "GLD": (
        Bounds("SPY", (-0.6, 0.6), (-0.5, 0.5), volatility=(2.2, 8.5), fewest=60),
        Bounds("IEF", (-0.2, 2.2), (-0.2, 0.8), fewest=60),
    ),
}
# Funds of the same index.
FUNDS |= dict.fromkeys(("IVV", "VOO"), FUNDS["SPY"])
FUNDS |= dict.fromkeys(("VGSH", "SCHO"), FUNDS["SHY"])
FUNDS["IAU"] = FUNDS["GLD"]
# Funds that have not been measured here: wide bounds around the ratio of their durations to that of
# IEF's ladder (TLT, 17 years against 7.5: 1.39 to 2.27 and 0.85 to 0.97 in 48 months or more).
FUNDS |= {
    "IEI": (Bounds("IEF", (0.3, 0.9), (0.85, 1.0)),),
    "VGIT": (Bounds("IEF", (0.4, 0.95), (0.85, 1.0)),),
    "SCHR": (Bounds("IEF", (0.4, 0.95), (0.85, 1.0)),),
    "GOVT": (Bounds("IEF", (0.5, 1.05), (0.85, 1.0)),),
    "TLH": (Bounds("IEF", (1.0, 1.95), (0.8, 1.0)),),
    "VGLT": (Bounds("IEF", (1.3, 2.5), (0.75, 1.0)),),
    "EDV": (Bounds("IEF", (1.8, 4.5), (0.65, 1.0)),),
    "SHV": (Bounds("BIL", ANY, ANY, 0.25),),
    "SGOV": (Bounds("BIL", ANY, ANY, 0.25),),
    # Of the same shares as SPY, or nearly; no mean or month is held against theirs.
    **dict.fromkeys(("VTI", "VFINX"), (Bounds("SPY", (0.78, 1.15), (0.92, 1.0), 2.2, 1.0),)),
}


@cache
def _bundled_returns(column: str) -> pd.Series:
    """Logs of the bundled months' growth."""
    prices = bundled.load([column]).prices[column]
    return np.log(prices).diff().set_axis(pd.DatetimeIndex(prices.index).to_period("M"))


def month_returns(level: pd.Series) -> pd.Series:
    """Logs of a daily level's growth in its whole months: neither the first nor the last two."""
    days = pd.DatetimeIndex(level.index)
    ends = level.groupby(days.to_period("M")).last()
    return np.log(ends).diff().iloc[2:-1]


def against_bundled(ticker: str, level: pd.Series, dividends: float) -> list[str]:
    """Hold a fund's monthly returns against the bundled ones.

    Parameters
    ----------
    ticker
        Those of ``FUNDS`` are held against what is known of them; nothing is said of others.
    level
        Total-return level by day.
    dividends
        Its mean dividends, as a share of the price a year.

    Returns
    -------
    list of str
        A sentence for each kind of months that are off.

    Raises
    ------
    DataError
        If it moves unlike the fund, so that it is another's history, or if it earns its dividends
        twice.
    """
    lines: list[str] = []
    for bounds in FUNDS.get(ticker, ()):
        own = month_returns(level)
        other = _bundled_returns(bounds.column).reindex(own.index).dropna()
        own = own[other.index]
        if len(own) >= bounds.fewest:
            lines += _against(ticker, own, other, bounds, dividends)
    return lines


def _against(
    ticker: str, own: pd.Series, other: pd.Series, bounds: Bounds, dividends: float
) -> list[str]:
    apart = own - other
    usual = 1.4826 * float((apart - apart.median()).abs().median())
    limit = OUTLYING * max(usual, SMALLEST_DIFFERENCE)
    inner = ((apart - apart.median()).abs() <= limit).to_numpy(bool)
    spreads = np.cov(own[inner], other[inner])
    beta = float(spreads[0, 1] / spreads[1, 1])
    correlation = float(spreads[0, 1] / np.sqrt(max(spreads[0, 0] * spreads[1, 1], 1e-30)))
    volatility = 100 * float(own[inner].std())
    if not (
        bounds.volatility[0] <= volatility <= bounds.volatility[1]
        and bounds.beta[0] <= beta <= bounds.beta[1]
        and bounds.correlation[0] <= correlation <= bounds.correlation[1]
        and 100 * usual <= bounds.tracking
    ):
        raise DataError(
            f"{ticker}: does not move like that fund: over {len(own)} months its beta to the "
            f"bundled {bounds.column} is {beta:.2f}, its correlation {correlation:.3f}, a usual "
            f"month {100 * usual:.2f} points apart, its volatility {volatility:.2f} % a month: it "
            "is another fund's history; bring checked prices with --source files:DIR"
        )
    span = f"between {own.index[0].start_time:%Y-%m-%d} and {own.index[-1].end_time:%Y-%m-%d}"
    drift = 12 * float(apart[inner].mean())
    error = 12 * max(usual, SMALLEST_DIFFERENCE) / np.sqrt(inner.sum())
    if abs(drift) > max(bounds.drift / 100, DRIFT_ERRORS * error):
        finding = (
            f"{ticker}: returns {100 * drift:+.1f} points a year more than the bundled "
            f"{bounds.column} {span}"
        )
        if dividends > 0 and TWICE[0] < drift / dividends < TWICE[1]:
            raise DataError(
                f"{finding}, about its dividends ({dividends:.1%} of the price): they are counted "
                "twice, in closes that are adjusted already or that are listed too large; bring "
                "checked prices with --source files:DIR"
            )
        return [f"{finding}; check it"]
    return _odd_spans(ticker, 100 * apart, bounds)


def _odd_spans(ticker: str, apart: pd.Series, bounds: Bounds) -> list[str]:
    """Report single months, and else years, that lie further off than real ones do."""
    months = apart[apart.abs() > bounds.month]
    if len(months):
        worst = months.abs().idxmax()
        differ = f"{len(months)} months differ" if len(months) > 1 else "a month differs"
        most = f"most in that of {worst.start_time:%Y-%m-%d} by" if len(months) > 1 else "by"
        return [
            f"{ticker}: {differ} from the bundled {bounds.column} between "
            f"{months.index[0].start_time:%Y-%m-%d} and {months.index[-1].end_time:%Y-%m-%d}, "
            f"{most} {months[worst]:+.1f} points; check it"
        ]
    years = apart.rolling(12).sum().iloc[FIRST_YEARS_MONTHS:]
    odd = years[years.abs() > bounds.year]
    if not len(odd):
        return []
    worst = odd.abs().idxmax()
    return [
        f"{ticker}: a year differs from the bundled {bounds.column} between "
        f"{(odd.index[0] - 11).start_time:%Y-%m-%d} and {odd.index[-1].end_time:%Y-%m-%d}, most "
        f"that to {worst.end_time:%Y-%m-%d} by {odd[worst]:+.1f} points; check it"
    ]

"""Claim 8: by both prices Treasuries are the best, or least bad, of the sovereigns.

The bonds of other sovereigns are not in the data. What can be shown: what ten-year Treasuries left
a holder abroad after home prices, beside the home money market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.analysis.claims import ARTICLE_DAY, Claim, ClaimRow, ClaimTable, Measure
from backtests.analysis.levels import level_of
from backtests.analysis.months import growth
from backtests.analysis.resampling import Estimate, Sample
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.home_money import HOMES, at_home, since_article, until_article
from backtests.engine.claims.measures import measured, monthly_returns
from data.bundled.world import consumer_prices
from data.consumer_prices import public_by, year_on_year
from data.errors import DataError
from data.market import CASH, Market
from data.purchasing_power import in_purchasing_power

FUND = "IEF"  # the ten-year
COUNTED_IN = ("USD", *HOMES)
# Ten-year yields on the article's day as it gives them, fractions.
TOLD: Mapping[str, float] = {"USD": 0.0446, "JPY": 0.0145, "CNY": 0.0165}
COUNTRIES = {"USD": "the United States", "JPY": "Japan", "CNY": "China"}
SAYS = (
    "By both of their prices, yield and rate of exchange, US Treasuries are the best, or least "
    "bad, of the sovereign bonds an investor can choose from."
)
REFUTED_BY = (
    "Ten-year bonds of another sovereign that left a holder in the money of that country more "
    "after consumer prices than unhedged US ten-years did, the interval of the difference away "
    "from 0. Without those bonds it cannot be tested: the home money market that stands beside "
    "Treasuries here is another maturity, and decides nothing."
)


@dataclass(frozen=True, eq=False)
class RealMonths:
    """Real returns of Treasuries and of cash in a currency, by month."""

    code: str
    returns: pd.DataFrame

    @property
    def cash_name(self) -> str:
        """What cash is."""
        return "dollar bills" if self.code == "USD" else f"the {self.code} money market"


def real_months(months: Market, code: str) -> RealMonths | None:
    """Real returns in a currency, dollars unhedged; None where no consumer prices are known."""
    market = at_home(months, code)
    try:
        real = None if market is None else in_purchasing_power(market)
    except DataError:
        return None
    return None if real is None else RealMonths(code, monthly_returns(real, [FUND]))


def inflation_by_the_article(cpi: pd.Series | None) -> tuple[float, str]:
    """Change of consumer prices over the twelve months that were public on the article's day.

    Parameters
    ----------
    cpi
        By month; None where none are known.

    Returns
    -------
    tuple of float and str
        A fraction, and the last of these months; NaN without both of its ends.
    """
    if cpi is None or cpi.dropna().empty:
        return float("nan"), ""
    known = public_by(cpi.set_axis(_first_days(cpi)), pd.Timestamp(ARTICLE_DAY))
    change = year_on_year(known.asfreq("MS"))
    return (float(change.iloc[-1]), f"{change.index[-1]:%Y-%m}") if len(change) else (np.nan, "")


def _first_days(cpi: pd.Series) -> pd.DatetimeIndex:
    if isinstance(cpi.index, pd.PeriodIndex):
        return cpi.index.to_timestamp()
    return pd.DatetimeIndex(cpi.index)


def _yields(months: Market) -> list[Measure]:
    """The yields that the article gives, less inflation."""
    told = []
    for code, given in TOLD.items():
        cpi = months.home_cpi if code == "USD" else consumer_prices(code)
        inflation, upto = inflation_by_the_article(cpi)
        if np.isfinite(inflation):
            what = (
                f"10-year yield of {COUNTRIES[code]} on {ARTICLE_DAY} as the article gives it "
                f"({100.0 * given:.2f} %), less inflation over the twelve months to {upto}"
            )
            told.append(measured(what, given - inflation, "percent"))
    return told


def _sample_of(real: RealMonths) -> tuple[Sample, float | None]:
    returns = until_article(real.returns)
    return Sample(returns, [FUND, CASH]), level_of("growth_over_bills", len(returns))


def _measures(real: RealMonths) -> list[Measure]:
    sample, level = _sample_of(real)
    months = sample.returns.index
    words = "" if level is None else f"{100.0 * level:.0f} %, resampled"
    figures: list[tuple[str, Estimate]] = [
        (
            f"real return a year of 7-10 year Treasuries, unhedged, less {real.cash_name}",
            sample.difference(growth, [FUND], [CASH], level=level),
        ),
        (
            f"real return a year in {real.code} of 7-10 year Treasuries, unhedged",
            sample.estimate(growth, FUND, level=level),
        ),
    ]
    return [
        measured(
            what, estimate, "points" if place == 0 else "percent", len(months), "months", months,
            interval=words,
        )
        for place, (what, estimate) in enumerate(figures)
    ]  # fmt: skip


def _table(every: list[RealMonths]) -> ClaimTable:
    rows = []
    for real in every:
        returns = until_article(real.returns)
        if len(returns):
            fund, cash = (float(growth(returns[name].to_numpy(float))) for name in (FUND, CASH))
            name = f"{real.code}, {returns.index[0]} to {returns.index[-1]}"
            rows.append(ClaimRow(name, (fund, cash, fund - cash, len(returns))))
    return ClaimTable(
        caption="Real return a year, up to the article, in the money of the holder",
        first_head="counted in",
        heads=("Treasuries, 7-10 years, unhedged", "home cash", "difference", "months"),
        units=("percent", "percent", "points", "count"),
        rows=tuple(rows),
    )


def _after(every: list[RealMonths]) -> tuple[Measure, ...]:
    told = []
    for real in every:
        since = since_article(real.returns)
        if len(since):
            total = (1.0 + since).prod() - 1.0
            told.append(
                measured(
                    f"real return in {real.code} of 7-10 year Treasuries, unhedged, less "
                    f"{real.cash_name}, over all these months",
                    float(total[FUND] - total[CASH]), "points", len(since), "months", since.index,
                )
            )  # fmt: skip
    return tuple(told)


def sovereigns(exhibits: Exhibits) -> Claim:
    """Try claim 8."""
    by_home = [real_months(exhibits.months, code) for code in COUNTED_IN]
    every = [real for real in by_home if real is not None]
    whole = [real for real in every if len(until_article(real.returns))]
    measures = [measure for real in whole for measure in _measures(real)]
    since = _after(every)
    return Claim(
        number=8,
        title="The best of the sovereigns",
        says=SAYS,
        refuted_by=REFUTED_BY,
        data=(
            "Bundled months: US ten-years as a ladder of 7-10 year bonds, counted in each currency "
            "without a hedge and after the consumer prices of its country, beside its money market."
        ),
        judgement="cannot be tested here",
        because=_because(whole),
        measures=(*measures, *_yields(exhibits.months)),
        after=since,
        after_words=(
            "Whole months from May 2025 on, of the currencies whose consumer prices reach them."
            if since
            else "The data end before a whole month after the article."
        ),
        table=_table(whole),
        missing=(
            "ten-year yields of other sovereigns by month (Japan, Germany, the United Kingdom, "
            "Switzerland, China), from which their bonds' returns could be worked out as those of "
            "Treasuries are"
        ),
    )


def _because(every: list[RealMonths]) -> str:
    told = "The data have no bond of another sovereign"
    apart = []
    for real in every:
        sample, _ = _sample_of(real)
        value = sample.difference(growth, [FUND], [CASH], level=None).value
        if value is not None and real.code != "USD":
            apart.append(f"{100.0 * value:+.1f} ({real.code})")
    if not apart:
        return f"{told}."
    return (
        f"{told}. Unhedged Treasuries less home cash left a holder abroad {', '.join(apart)} "
        "points a year, which says nothing of other sovereigns' ten-years."
    )

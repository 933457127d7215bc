"""Claim 14: short maturities are most of the issuance, and the long end bears the risk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.claims import (
    ARTICLE_DAY,
    Claim,
    ClaimRow,
    ClaimTable,
    Judgement,
    Measure,
)
from backtests.analysis.metrics import drawdowns, volatility
from backtests.analysis.months import month_ends
from backtests.analysis.resampling import Estimate, Sample
from backtests.engine.claims.collapse import FUNDS
from backtests.engine.claims.episodes import falls, rows_of
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import (
    after,
    before,
    finest,
    in_percent,
    measured,
    monthly_returns,
)
from data.background import ten_year
from data.market import CASH, Market

ORDER = tuple(FUNDS)  # by maturity, shortest first
COLUMNS = ("equity", *ORDER, CASH, "y10_bp")
YEARS = ("1994", "2022")

Array = NDArray[np.float64]


def maturities(exhibits: Exhibits) -> Claim:
    """Whether losses follow maturity when yields rise."""
    months = before(exhibits.months)
    rising = rising_months(months)
    share = Sample(rising, list(ORDER)).estimate(share_in_order, *ORDER)
    finer = finest(exhibits, ORDER)
    market = months if finer is exhibits.months else before(finer)
    deviations, depths = risks(market)
    table = falls(exhibits, pd.Timestamp(ARTICLE_DAY), ORDER)
    every = table.dropna(subset=[*ORDER])
    rose = every[every["y10_bp"] > 0.0]
    in_order = float(share_in_order(*_columns(rose))) if len(rose) else None
    years = _year_returns(exhibits)
    later, later_words = _after(exhibits)
    judgement = judge(share, deviations, depths)
    return Claim(
        number=14,
        title="The long end bears the risk",
        says="What is rolled each month is mostly bills of under a year; the risk of rising yields "
        "sits with the holders of long bonds.",
        refuted_by="The half about risk is judged: in months in which the 10-year yield rose, did "
        "1-3 years return more than 7-10, and 7-10 more than 20-30? Refuted where the interval of "
        "the share of months in that order lies below a half, or where volatility or the deepest "
        "fall does not grow with maturity. It holds where the interval lies above a half and both "
        "grow with maturity; otherwise it holds in part.",
        data=months.title
        + ("" if market is months else f"; volatility and deepest falls: {market.title}"),
        judgement=judgement,
        because=_because(share, len(rising), deviations, depths, in_order, len(rose)),
        measures=(
            measured(
                "months of a rising 10-year yield in which returns fell with maturity", share,
                "share", len(rising), "months", rising.index, decides=True,
            ),
            *_risk_measures(market, deviations, depths),
            measured(
                "falls of equity with a rising 10-year yield in which returns fell with maturity",
                in_order, "share", len(rose), "falls",
                pd.DatetimeIndex(pd.to_datetime(rose["start"])),
            ),
            *_lost_most(every),
            *_calendar_years(years),
        ),
        after=later,
        after_words=later_words,
        table=ClaimTable(
            caption="Each fall of equity by maturity: total returns, and the change of the 10-year "
            "yield",
            first_head="Fall",
            heads=("Equity", *FUNDS.values(), "Bills", "10-year yield"),
            units=(*("percent",) * 5, "bp"),
            rows=(*rows_of(table, COLUMNS), *_year_rows(years)),
        ),
        missing="How much is issued at which maturity: that half of the claim is not judged.",
    )  # fmt: skip


def share_in_order(short: Array, middle: Array, long: Array) -> Array:
    """Share of rows in which the shorter maturity returned more than the longer, throughout."""
    return np.asarray(((short > middle) & (middle > long)).mean(axis=-1))


def rising_months(market: Market) -> pd.DataFrame:
    """Returns of the three maturities in the months at whose end the 10-year yield was higher."""
    returns = monthly_returns(market, ORDER)
    y10 = ten_year(market)
    if y10 is None:
        return returns.iloc[:0]
    change = month_ends(y10.to_frame("y10"))["y10"].diff()
    return returns[change.reindex(returns.index).to_numpy(float) > 0.0]


def risks(market: Market) -> tuple[list[float], list[float]]:
    """Volatility a year of month-end returns, and deepest fall, of each maturity.

    On the rows on which all three have a price, so that they had the same years.
    """
    prices = market.prices[list(ORDER)].dropna()
    returns = monthly_returns(market, ORDER)
    return (
        [volatility(returns[ticker].to_numpy(float), 12.0) for ticker in ORDER],
        [float(drawdowns(prices[ticker].to_numpy(float)).min(initial=0.0)) for ticker in ORDER],
    )


def judge(share: Estimate, deviations: Sequence[float], depths: Sequence[float]) -> Judgement:
    """What the figures say by the rule of the claim.

    Parameters
    ----------
    share
        Of the months of rising yields in which returns fell with maturity.
    deviations, depths
        Volatility and deepest fall, shortest maturity first.
    """
    if share.low is None or share.high is None:
        return "cannot be tested here"
    grows = bool((np.diff(deviations) > 0.0).all() and (np.diff(depths) < 0.0).all())
    if share.high < 0.5 or not grows:
        return "fails"
    return "holds" if share.low > 0.5 else "holds in part"


def _columns(table: pd.DataFrame) -> list[Array]:
    return [table[ticker].to_numpy(float) for ticker in ORDER]


def _because(
    share: Estimate,
    months: int,
    deviations: Sequence[float],
    depths: Sequence[float],
    in_order: float | None,
    rose: int,
) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "There are too few months of rising yields."
    words = (
        f"Returns fell with maturity in {100.0 * share.value:.0f} % of {months} months in which "
        f"the 10-year yield rose ({100.0 * share.low:.0f} to {100.0 * share.high:.0f} %); the "
        f"deepest falls were {', '.join(in_percent(depth) for depth in depths)}, and volatility "
        f"{', '.join(f'{100.0 * each:.1f} %' for each in deviations)} a year (1-3, 7-10, 20-30 "
        "years)."
    )
    if in_order is None:
        return words
    return f"{words} So it was in {round(in_order * rose)} of {rose} falls of equity with a rise."


def _risk_measures(
    market: Market, deviations: Sequence[float], depths: Sequence[float]
) -> list[Measure]:
    returns = monthly_returns(market, ORDER)
    index = market.prices[list(ORDER)].dropna().index
    sample = Sample(returns, list(ORDER))
    lines = []
    for ticker, deviation, depth in zip(ORDER, deviations, depths, strict=True):
        limits = sample.estimate(_volatility, ticker)
        lines.append(
            measured(
                f"volatility a year of {FUNDS[ticker]}",
                Estimate(deviation, limits.low, limits.high), "percent", len(returns), "months",
                returns.index, decides=True,
            )
        )  # fmt: skip
        lines.append(
            measured(f"deepest fall of {FUNDS[ticker]}", depth, "percent", index=index,
                     decides=True)
        )  # fmt: skip
    return lines


def _volatility(returns: Array) -> Array:
    return np.asarray(returns.std(axis=-1, ddof=1) * np.sqrt(12.0))


def _lost_most(table: pd.DataFrame) -> list[Measure]:
    """In how many falls of equity each maturity returned least."""
    least = table[list(ORDER)].idxmin(axis=1)
    starts = pd.DatetimeIndex(pd.to_datetime(table["start"]))
    return [
        measured(
            f"falls of equity in which {years} returned least",
            float((least == ticker).mean()) if len(least) else None, "share", len(least), "falls",
            starts,
        )
        for ticker, years in FUNDS.items()
    ]  # fmt: skip


def _year_returns(exhibits: Exhibits) -> dict[str, tuple[float, ...]]:
    """Returns of equity, the maturities and bills, and the change of yield, of some years."""
    market = before(finest(exhibits, ["SPY", *ORDER]))
    closes = month_ends(market.levels(["SPY", *ORDER]))
    y10 = ten_year(market)
    yields = None if y10 is None else month_ends(y10.to_frame("y10"))["y10"]
    by_year = {}
    for year in YEARS:
        first, last = pd.Period(f"{int(year) - 1}-12", "M"), pd.Period(f"{year}-12", "M")
        if first not in closes.index or last not in closes.index:
            continue
        change = float("nan") if yields is None else 100.0 * float(yields[last] - yields[first])
        by_year[year] = (*(closes.loc[last] / closes.loc[first] - 1.0).astype(float), change)
    return by_year


def _calendar_years(years: dict[str, tuple[float, ...]]) -> list[Measure]:
    return [
        measured(f"{FUNDS[ticker]} in {year}", value, "percent",
                 index=pd.period_range(f"{year}-01", f"{year}-12", freq="M"))
        for year, values in years.items()
        for ticker, value in zip(ORDER, values[1:], strict=False)
    ]  # fmt: skip


def _year_rows(years: dict[str, tuple[float, ...]]) -> list[ClaimRow]:
    return [
        ClaimRow(f"The year {year}", tuple(None if np.isnan(value) else value for value in values))
        for year, values in years.items()
    ]


def _after(exhibits: Exhibits) -> tuple[tuple[Measure, ...], str]:
    market = after(finest(exhibits, ORDER))
    if market is None:
        return (), "The data end before the article."
    prices = market.prices[list(ORDER)]
    total = prices.iloc[-1] / prices.iloc[0] - 1.0
    lines = []
    for ticker, years in reversed(FUNDS.items()):  # the long end first
        lines.append(
            measured(f"{years} since then", float(total[ticker]), "percent", index=prices.index)
        )
        depth = float(drawdowns(prices[ticker].to_numpy(float)).min())
        lines.append(
            measured(f"deepest fall of {years} since then", depth, "percent", index=prices.index)
        )
    rising = rising_months(market)
    words = "No month since had a higher 10-year yield at its end."
    if len(rising):
        share = float(share_in_order(*_columns(rising)))
        lines.insert(
            0,
            measured("months of a rising 10-year yield in which returns fell with maturity", share,
                     "share", len(rising), "months", rising.index),
        )  # fmt: skip
        words = (
            f"The 10-year yield rose in {len(rising)} months since; returns fell with maturity in "
            f"{round(share * len(rising))} of them."
        )
    return tuple(lines), words

"""Figures of a currency for the tests: random ones, steady ones, and ones given by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.bundled import world
from data.currency.currencies import CURRENCIES
from data.currency.figures import CurrencyFigures, ShortRate


def given_figures(
    code: str,
    exchange: pd.Series,
    home: Mapping[str, float | None],
    dollar: Mapping[str, float | None],
    prices: pd.Series | None = None,
) -> CurrencyFigures:
    """Figures by hand: short rates by month, in percent."""

    def rate(figures: Mapping[str, float | None]) -> ShortRate:
        months = pd.PeriodIndex(list(figures), freq="M")
        return ShortRate(pd.Series(list(figures.values()), months, dtype=float), "rate", "made")

    return CurrencyFigures(
        currency=code,
        exchange=exchange,
        exchange_words="made rates of exchange",
        exchange_source="made",
        home=rate(home),
        dollar=rate(dollar),
        prices=prices,
    )


def steady_figures(
    code: str, rows: pd.DatetimeIndex, exchange: float, home: float, dollar: float
) -> CurrencyFigures:
    """The same figures on every day and in every month, from the month before the rows on."""
    months = pd.period_range(rows[0].to_period("M") - 1, rows[-1].to_period("M"), freq="M")
    names = [str(month) for month in months]
    return given_figures(
        code,
        pd.Series(exchange, rows),
        dict.fromkeys(names, home),
        dict.fromkeys(names, dollar),
    )


def random_figures(code: str, rows: pd.DatetimeIndex, seed: int = 3) -> CurrencyFigures:
    """A random walk of the rate of exchange on every row, and of both short rates by month.

    The home rate falls below zero at times. Both begin a month before the rows.
    """
    rng = np.random.default_rng(seed)
    days = max(1.0, float(np.median(np.diff(rows.values).astype("timedelta64[D]").astype(int))))
    walk = rng.normal(0.0, 0.006 * days**0.5, len(rows)).cumsum()
    level = {"JPY": 120.0, "CNY": 7.0}.get(code, 0.9)
    months = pd.period_range(rows[0].to_period("M") - 1, rows[-1].to_period("M"), freq="M")

    def rate(base: float, spread: float) -> dict[str, float]:
        moved = base + spread * np.sin(rng.normal(0.0, 0.2, len(months)).cumsum())
        return dict(zip(map(str, months), moved, strict=True))

    prices = pd.Series(100.0 * 1.002 ** np.arange(len(months)), months)
    return given_figures(
        code,
        pd.Series(level * np.exp(walk), rows),
        rate(1.5, 2.0),
        rate(4.0, 3.0),
        prices=prices if CURRENCIES[code].prices else None,
    )


# --- files of a folder --------------------------------------------------------------------------

DAYS = pd.bdate_range("2022-01-03", "2023-12-29")


def csv(column: str, values, days: pd.DatetimeIndex = DAYS, dates: str = "observation_date") -> str:
    """A file of one series as FRED writes it."""
    series = pd.Series(values, days, dtype=float)
    rows = "".join(f"{day:%Y-%m-%d},{value!r}\n" for day, value in series.items())
    return f"{dates},{column}\n{rows}"


def near(code: str, seed: int = 1) -> np.ndarray:
    """Daily figures as FRED has the series: the bundled month-ends, joined by lines, with noise."""
    units = world.exchange_rate(code)
    units = units.reindex(units.index.union(DAYS)).interpolate("time").loc[DAYS]
    noise = np.random.default_rng(seed).normal(0, 1e-3, len(DAYS))
    figures = units.to_numpy() * np.exp(noise)
    return 1 / figures if CURRENCIES[code].is_inverted else figures


def near_rate(
    code: str, first: str = "2021-06", last: str = "2023-12"
) -> tuple[list[float], pd.DatetimeIndex]:
    """The bundled short rates of some months, and the days that FRED stamps them with."""
    figures = world.short_rate(code).figures[first:last]
    return figures.tolist(), pd.PeriodIndex(figures.index).to_timestamp()


def folder_files() -> dict[str, str]:
    """SPY and IEF, rates of exchange of the yen and both short rates, by name."""
    rng = np.random.default_rng(5)
    prices = {
        name: csv("value", 100 * np.exp(rng.normal(0, 0.01, len(DAYS)).cumsum()), dates="date")
        for name in ("SPY", "IEF")
    }
    return {
        **prices,
        "IR3TIB01JPM156N": csv("IR3TIB01JPM156N", *near_rate("JPY")),
        "IR3TIB01USM156N": csv("IR3TIB01USM156N", *near_rate("USD")),
        "fred_jpy_daily": csv("DEXJPUS", near("JPY")),
    }

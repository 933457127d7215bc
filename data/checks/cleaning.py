"""Which of Yahoo's rows are used; every fault is reported by ticker and date."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from data.checks.bundled_months import against_bundled
from data.checks.dividend_sizes import odd_sizes
from data.checks.dividends import odd_dividends
from data.checks.ex_dates import drops, odd_drops
from data.checks.exchange import (
    EVERY_DAY,
    EVERY_WEEKDAY,
    NEW_YORK_ZONES,
    Exchange,
    exchange_of,
)
from data.checks.exchange_rates import odd_exchange
from data.checks.histories import (
    LONGEST_CLOSURE_DAYS,
    YIELD_BOUNDS,
    days_text,
    periods_per_year,
    require_history,
    require_within,
)
from data.checks.hundredths import odd_units
from data.checks.identity import first_day
from data.checks.moves import DOLLAR as DOLLAR_MOVES
from data.checks.moves import YIELDS, odd_moves, unchanged
from data.checks.openings import odd_openings
from data.checks.plausibility import (
    ADJUSTMENT_TOLERANCE,
    FROZEN_ROWS,
    apart,
    disagreements,
    outside_range,
    require_adjusted,
    require_plausible,
    without_splits,
)
from data.checks.price_steps import off_cents, require_whole_cents
from data.checks.published import held_against_months
from data.checks.repeats import repeated_returns, require_own_close, still_prices
from data.checks.sessions import MOST_STRAY, MOST_STRAY_SHARE, gaps, holes, require_in_place
from data.command import words_of
from data.currency.currencies import DOLLAR
from data.currency.quotes import currency_of, is_pair, unit_of_pair
from data.errors import DataError
from data.sources.bars import COLUMNS, Bars, Listing, total_return
from data.sources.chart import Chart
from data.treasuries.instruments import AMERICAN, LISTED_IN_NEW_YORK

# Rows of the dollar and of rates of exchange on weekends, beyond which the dates are a day off:
# then a fifth of them would be.
MOST_SUNDAYS_SHARE = 0.05
# Yahoo's indices that include their dividends.
TOTAL_RETURN_INDICES = ("^SP500TR", "^XCMP", "^XNDX", "^RUTTR")


def clean_bars(ticker: str, frame: pd.DataFrame, chart: Chart) -> Bars:
    """Check one ticker's bars as yfinance returned them.

    What can be corrected without guessing is corrected with a warning: rows that are empty,
    repeated, on a weekend, in the future or of an open session are left out, and their dividends
    and splits count on the next row; a split that the closes still contain is divided out. What
    would make a wrong number is refused.

    Parameters
    ----------
    ticker
        The symbol asked for.
    frame
        yfinance's daily bars, unadjusted, with actions.
    chart
        The rest of Yahoo's answer: the time of every row, before yfinance dropped any, and the
        symbol, currency and kind that it is about.

    Returns
    -------
    Bars

    Raises
    ------
    DataError
        Naming ticker, date and reason.
    """
    exchange = _require_answer(ticker, frame, chart)
    _require_fund(ticker, chart)
    listing = Listing(_require_quote(ticker, chart), chart.zone)
    warnings: list[str] = []
    whole = _with_capital_gains(_by_day(frame))
    prices = _standing(ticker, whole, chart, exchange, warnings)
    prices = _left_out(ticker, prices, prices["Close"].isna(), "has no close", warnings)
    if len(prices) and not exchange.has_closed(prices.index[-1]):
        still_open = prices.index == prices.index[-1]
        prices = _left_out(ticker, prices, still_open, "has not closed yet", warnings)
    require_history(prices["Close"], ticker)
    sent, repeated = exchange.dates(chart.stamps), _repeated_days(chart, exchange)
    warnings += require_in_place(ticker, sent, *repeated, exchange)
    if periods_per_year(pd.DatetimeIndex(prices.index), f"{ticker} from Yahoo") != 252:
        raise DataError(f"{ticker}: Yahoo sent monthly bars, not daily ones; try again later")
    bars = _with_actions_of(whole[COLUMNS], prices[COLUMNS])
    require_adjusted(ticker, bars)
    warnings += outside_range(ticker, prices)
    warnings += apart(ticker, prices)
    bars = without_splits(ticker, bars, warnings)
    require_plausible(ticker, bars, warnings)
    warnings += odd_units(ticker, bars, listing.quoted, stock=chart.kind == "EQUITY")
    warnings += odd_dividends(ticker, bars, stock=chart.kind == "EQUITY")
    warnings += disagreements(ticker, total_return(bars), bars["Adj Close"])
    warnings += _beside_second_figures(ticker, bars, prices, chart, exchange)
    warnings += gaps(ticker, pd.DatetimeIndex(bars.index), exchange)
    return Bars(bars, tuple(warnings), listing)


def _beside_second_figures(
    ticker: str, bars: pd.DataFrame, prices: pd.DataFrame, chart: Chart, exchange: Exchange
) -> list[str]:
    """Hold figures that agree with their own row against others: of the answer, and published.

    Raises
    ------
    DataError
        Where these leave no doubt.
    """
    warnings = first_day(ticker, pd.DatetimeIndex(bars.index)[0])
    if chart.kind != EVERY_DAY:  # of coins Yahoo may give the open as close
        require_own_close(ticker, prices)
        # Nor are they quoted in cents; exchanges elsewhere have steps of their own.
        if chart.currency == DOLLAR:
            require_whole_cents(ticker, bars)
            warnings += off_cents(ticker, bars)
    warnings += repeated_returns(ticker, bars)
    warnings += still_prices(ticker, prices, FROZEN_ROWS)
    warnings += odd_openings(ticker, prices, bars)
    years = max((bars.index[-1] - bars.index[0]).days / 365.25, 1.0)
    paid = float((bars["Dividends"] / bars["Close"].shift(1)).sum()) / years
    warnings += against_bundled(ticker, total_return(bars), paid)
    # Bond funds without an exchange pay what they earn each day, by which their price never falls.
    if paid > 0 and chart.kind != "MUTUALFUND":
        falls = drops(prices, bars)
        warnings += odd_drops(ticker, falls, is_certain=ticker in AMERICAN)
        warnings += odd_sizes(ticker, falls, bars["Dividends"], stock=chart.kind == "EQUITY")
    return warnings


def clean_index(
    ticker: str, frame: pd.DataFrame, chart: Chart, bounds: tuple[float, float]
) -> Bars:
    """Check a yield, an index or a rate of exchange as yfinance returned it.

    Rows without a close are dropped.

    Raises
    ------
    DataError
        For another ticker's data, a value outside its bounds, rows on weekends, a rate of exchange
        in another currency, or figures that the bundled months contradict.
    """
    exchange = _require_answer(ticker, frame, chart)
    unit = unit_of_pair(ticker) if is_pair(ticker) else DOLLAR
    if chart.currency not in ("", unit):
        raise DataError(
            f"{ticker}: Yahoo's answer is in {words_of(chart.currency)}, not {unit}; not used, try "
            "again later"
        )
    warnings: list[str] = []
    filled = _by_day(frame).dropna(subset="Close")
    weekend = filled.index[filled.index.day_of_week >= 5]
    share = MOST_STRAY_SHARE if bounds == YIELD_BOUNDS else MOST_SUNDAYS_SHARE
    if len(weekend) > max(MOST_STRAY, share * len(filled)):
        raise DataError(
            f"{ticker}: {len(weekend)} of Yahoo's {len(filled)} rows lie on weekends, first "
            f"{weekend[0]:%Y-%m-%d}: the dates may be off by a day; not used, try again later"
        )
    closes = _standing(ticker, filled, chart, exchange, warnings)["Close"]
    if len(closes) and not exchange.has_closed(closes.index[-1]):
        closes = closes.iloc[:-1]  # a yield during the session, not the day's last
    if len(closes) < 2:
        raise DataError(f"{ticker}: Yahoo sent {len(closes)} yields; check the ticker")
    require_within(closes, f"{ticker} from Yahoo", bounds)
    warnings += held_against_months(ticker, closes, "Yahoo")
    warnings += holes(ticker, pd.DatetimeIndex(closes.index), LONGEST_CLOSURE_DAYS)
    if is_pair(ticker):
        warnings += odd_exchange(ticker, closes)
    elif bounds == YIELD_BOUNDS:
        warnings += odd_moves(ticker, closes.diff().iloc[1:], YIELDS, "points")
        warnings += unchanged(ticker, closes)
    else:
        warnings += odd_moves(ticker, np.log(closes).diff().iloc[1:], DOLLAR_MOVES)
        warnings += unchanged(ticker, closes)
    return Bars(closes.rename_axis("Date").to_frame("Value"), tuple(warnings))


def _by_day(frame: pd.DataFrame) -> pd.DataFrame:
    """Index yfinance's table by date without time zone, in floats."""
    table = frame.astype(float)
    table.index = pd.DatetimeIndex(frame.index).tz_localize(None).normalize().as_unit("ns")
    table.index.name = "Date"
    return table


def _with_capital_gains(whole: pd.DataFrame) -> pd.DataFrame:
    """Count distributed capital gains as dividends; the columns are yfinance's.

    Yahoo lists them beside the dividends, and for some funds within the same day's dividend as
    well. Which of the two it is shows in Yahoo's own adjusted close.
    """
    gains = whole.get("Capital Gains")
    if gains is None or not (gains > 0).any():
        return whole
    both = whole.assign(Dividends=whole["Dividends"] + gains.where(gains > 0, 0.0))
    known = whole[["Close", "Adj Close"]].ffill()
    before = known.shift(1)
    factor = 1.0 - (before["Adj Close"] / before["Close"]) / (known["Adj Close"] / known["Close"])
    paid = before["Close"] * factor  # a dividend that would explain the adjustment
    within = (whole["Dividends"] - paid).abs() < (both["Dividends"] - paid).abs()
    return both.assign(Dividends=both["Dividends"].where(~within, whole["Dividends"]))


def _left_out(
    ticker: str, table: pd.DataFrame, wrong: pd.Series | np.ndarray, why: str, warnings: list[str]
) -> pd.DataFrame:
    days = table.index[np.asarray(wrong)]
    if len(days):
        warnings.append(f"{ticker}: {days_text(days)} {why}; left out")
    return table.loc[~np.asarray(wrong)]


def _standing(
    ticker: str, table: pd.DataFrame, chart: Chart, exchange: Exchange, warnings: list[str]
) -> pd.DataFrame:
    """Rows with one undisputed close each, on weekdays (if it rests on weekends), up to now."""
    twice, disputed = _repeated_days(chart, exchange)
    agreed = twice.difference(disputed)
    if len(agreed):
        warnings.append(f"{ticker}: {days_text(agreed)} came twice with the same close; used once")
    table = _left_out(
        ticker, table, table.index.isin(disputed), "came twice with different closes", warnings
    )
    rest = exchange.is_rest(pd.DatetimeIndex(table.index))
    table = _left_out(ticker, table, rest, "is no weekday", warnings)
    moment = exchange.moment()
    sent = exchange.dates(chart.stamps)
    future = sent[sent > moment]
    if len(future) == len(sent) > 0:
        raise DataError(
            f"{ticker}: Yahoo's history begins in the future, on {future[0]:%Y-%m-%d}: it is "
            f"{moment:%Y-%m-%d} on this machine; set its clock"
        )
    if len(future):
        warnings.append(f"{ticker}: {days_text(future)} lies in the future; left out")
    return table.loc[:moment]


def _require_answer(ticker: str, frame: pd.DataFrame, chart: Chart) -> Exchange:
    """Refuse data of another ticker, currency or spacing, or rows out of order.

    Returns
    -------
    Exchange
        Where it trades: its days are those of that time zone.
    """
    answered = words_of(chart.symbol or "no ticker at all")
    if answered.upper() != ticker.upper():
        raise DataError(f"{ticker}: Yahoo answered with {answered}; nothing of it is used")
    if not set(COLUMNS) <= set(frame.columns):
        raise DataError(f"{ticker}: Yahoo sent no prices; check the ticker")
    if chart.granularity != "1d":
        raise DataError(
            f"{ticker}: Yahoo sent {words_of(chart.granularity)} bars, not daily ones; "
            "try again later"
        )
    exchange = exchange_of(chart.zone, chart.kind)
    for before, after in pairwise(chart.stamps):
        if after < before:
            day = exchange.dates([after])[0]
            raise DataError(
                f"{ticker}: Yahoo's rows are out of order at {day:%Y-%m-%d}; try again later"
            )
    return exchange


def _require_quote(ticker: str, chart: Chart) -> str:
    """What prices are quoted in: dollars where the answer says nothing and New York trades it."""
    of_new_york = ticker in LISTED_IN_NEW_YORK or chart.zone in NEW_YORK_ZONES
    quoted = chart.currency or (DOLLAR if of_new_york else "")
    if of_new_york and quoted != DOLLAR:
        raise DataError(
            f"{ticker}: is quoted in {words_of(quoted)} by Yahoo's answer, and New York trades in "
            "dollars; not used, try again later"
        )
    if not quoted:
        raise DataError(
            f"{ticker}: Yahoo does not say what it is quoted in; try again later, or bring its "
            "prices with --source files:DIR"
        )
    if currency_of(quoted) is None:
        raise DataError(
            f"{ticker}: is quoted in {words_of(quoted)}, which cannot be converted; bring prices "
            "in dollars with --source files:DIR"
        )
    return quoted


def _require_fund(ticker: str, chart: Chart) -> None:
    """Refuse rates of exchange, indices without dividends, and prices without an adjusted close."""
    if chart.kind == EVERY_WEEKDAY:
        raise DataError(
            f"{ticker} is a rate of exchange at Yahoo, not something to hold; use a fund"
        )
    index = chart.kind == "INDEX"
    if index and ticker not in TOTAL_RETURN_INDICES:
        raise DataError(
            f"{ticker} is an index without dividends at Yahoo, not something to hold; "
            f"use a fund, or one of {', '.join(TOTAL_RETURN_INDICES)}"
        )
    # yfinance would use the close instead, which hides that a dividend is missing.
    if not index and not chart.adjusted:
        raise DataError(
            f"{ticker}: Yahoo sent no adjusted close, without which a missing dividend cannot be "
            "seen; try again later or use --source files:DIR"
        )


def _with_actions_of(whole: pd.DataFrame, bars: pd.DataFrame) -> pd.DataFrame:
    """Move the dividends and splits of rows that were left out to the next row that is used."""
    left_out = whole.index.difference(bars.index)
    acted = whole.loc[left_out]
    acted = acted[(acted["Dividends"] != 0) | (acted["Stock Splits"] != 0)]
    moved = bars.copy()
    for day, row in acted.iterrows():
        later = moved.index[moved.index > day]
        if len(later):
            moved.loc[later[0], "Dividends"] += row["Dividends"]
            if row["Stock Splits"]:
                there = moved.loc[later[0], "Stock Splits"]
                moved.loc[later[0], "Stock Splits"] = row["Stock Splits"] * (there or 1.0)
    return moved


def _repeated_days(chart: Chart, exchange: Exchange) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Days that Yahoo sent more than once, and those of them whose closes differ.

    yfinance silently keeps one of such rows, and not always the same one.
    """
    days = exchange.dates(chart.stamps)
    if len(chart.closes) != len(days):
        return days[:0], days[:0]
    table = pd.Series(chart.closes, index=days, dtype=float)
    groups = table.groupby(level=0)
    twice = groups.size() > 1
    spread = groups.max() / groups.min() - 1
    return (
        pd.DatetimeIndex(twice[twice].index),
        pd.DatetimeIndex(twice[twice & ~(spread < ADJUSTMENT_TOLERANCE)].index),
    )

"""A market in dollars becomes the same market in another currency: the only place that does it.

Engines, rules and pages know a market and its currency, and nothing of what is done here.
Definitions: docs/semantics.md, Currency.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.abroad import Abroad
from data.currency.accrual import Rolls, cash_level, hedged_level, make_rolls
from data.currency.conversion import Conversion
from data.currency.currencies import CURRENCIES, with_article
from data.currency.figures import (
    CARRIED_MONTHS,
    MOST_CARRIED,
    CurrencyFigures,
    ShortRate,
    dated_by_rows,
    exchange_on,
)
from data.errors import DataError, counted
from data.market import CASH, Market
from data.provenance import Provenance
from data.vintage import FigureDays, StandIn, StandInKind

Array = NDArray[np.float64]
USUAL_LAG_MONTHS = 2  # by which monthly averages of short rates appear late
# As in_currency: of a market in dollars, what is asked, figures of the currency, and histories.
Convert = Callable[[Market, Conversion, CurrencyFigures, Mapping[str, pd.Series] | None], Market]


@dataclass(frozen=True, eq=False)
class _Inputs:
    """What rows know: rate of exchange, and the short rates that a roll on them would use."""

    rows: pd.DatetimeIndex
    exchange: Array
    home: Array
    dollar: Array

    @property
    def is_complete(self) -> NDArray[np.bool_]:
        """Where all of them are."""
        return np.isfinite(self.exchange) & np.isfinite(self.home) & np.isfinite(self.dollar)


def in_currency(
    market: Market,
    conversion: Conversion,
    figures: CurrencyFigures,
    histories: Mapping[str, pd.Series] | None = None,
    *,
    opens: str = "",
    closes: str = "",
) -> Market:
    """Convert a market in dollars.

    Parameters
    ----------
    market
        In dollars.
    conversion
        What is asked.
    figures
        Of that currency.
    histories
        Levels in dollars by ticker, each on its own sessions, where these are more than the
        market's: a hedge is rolled on them. The market's own columns unless given.
    opens, closes
        As in :class:`~data.market.Abroad`, where the market was cut by a conversion before.

    Returns
    -------
    Market
        On the rows on which everything is known: its first and last notes say what sets them.

    Raises
    ------
    DataError
        If nothing is, or the rate of exchange has a long hole.
    """
    if conversion.is_dollars:
        return market
    rows = market.sessions
    is_monthly = market.periods_per_year == 12
    figures = replace(figures, exchange=dated_by_rows(figures.exchange, rows))
    inputs = _inputs(rows, conversion, figures, monthly=is_monthly)
    cash = _cash(market, conversion, figures, inputs, monthly=is_monthly)
    is_known = (
        np.isfinite(inputs.exchange) & np.isfinite(cash) & _valued(inputs, monthly=is_monthly)
    )
    if not is_known.any():
        raise DataError(
            f"{market.source} and the figures of {with_article(conversion.currency)} have "
            f"no day in common: {rows[0]:%Y-%m-%d} to {rows[-1]:%Y-%m-%d}, and "
            f"{_spans(figures)}; give figures of these days"
        )
    first = int(is_known.argmax())
    last = len(is_known) - 1 - int(is_known[::-1].argmax())
    if last - first < 2:
        raise DataError(
            f"{market.source} and the figures of {with_article(conversion.currency)} share "
            f"{last - first + 1} rows; give figures of more days ({_spans(figures)})"
        )
    days = rows[first : last + 1]
    dollars = market.until(days[-1]) if last + 1 < len(rows) else market
    scale = inputs.exchange[first]
    own = dict(market.prices.items()) if histories is None else dict(histories)
    columns = {}
    for ticker in market.tickers:
        level = own[ticker].loc[days[0] : days[-1]].dropna()
        if level.empty:
            begins = own[ticker].first_valid_index()
            late = "has no price up to" if begins is None else f"begins on {begins:%Y-%m-%d}, after"
            raise DataError(
                f"{ticker} {late} the last day that {market.source} has in {conversion.currency}, "
                f"{days[-1]:%Y-%m-%d}; give later figures ({_spans(figures)}), or leave {ticker} "
                "out"
            )
        columns[ticker] = _converted(level, ticker, conversion, figures, scale, monthly=is_monthly)
    prices = pd.DataFrame({name: level.reindex(days) for name, level in columns.items()})
    # All of them: they value.
    home_cpi = figures.prices
    if home_cpi is not None:
        home_cpi = home_cpi.set_axis(pd.PeriodIndex(home_cpi.index, freq="M").to_timestamp())
    figures = figures.until(days[-1], monthly=is_monthly)
    opens = opens or _opens(inputs, figures, first, monthly=is_monthly)
    if days[-1] < rows[-1]:
        closes = _why_it_ends(market, conversion, figures, days[-1])
        if figures.is_live:
            raise DataError(f"{closes}; or give --end {days[-1]:%Y-%m-%d}")
    abroad = Abroad(
        conversion=conversion,
        dollars=dollars,
        figures=figures,
        histories=own,
        opens=opens,
        closes=closes,
    )
    return market.revalued(
        prices=prices,
        cash=pd.Series(100.0 * cash[first : last + 1] / cash[first], index=days, name=CASH),
        abroad=abroad,
        provenance=_provenance(market, prices, conversion, figures),
        notes=[
            *market.notes,
            *_notes(market, conversion, figures, days, abroad),
        ],
        figures=_days(figures, conversion),
        home_cpi=None
        if home_cpi is None
        else home_cpi.set_axis(pd.PeriodIndex(home_cpi.index, freq="M").to_timestamp()),
        stood_in=_carried(figures, days[-1]),
    )


def _carried(figures: CurrencyFigures, last: pd.Timestamp) -> list[StandIn]:
    """Short rates that end before the last row needs them: their last figure is used on."""
    needed = last.to_period("M") - 1
    return [
        StandIn(
            (name,),
            StandInKind.CARRIED,
            wanted=f"the {whose} short rate after {rate.last}",
            used="the nearest figure",
            is_fallback=figures.is_live and (needed - rate.last).n > USUAL_LAG_MONTHS,
            first=f"{(rate.last + 2).to_timestamp():%Y-%m-%d}",
        )
        for name, whose, rate in (
            ("home_rate", CURRENCIES[figures.currency].name, figures.home),
            ("dollar_rate", "dollar", figures.dollar),
        )
        if rate.last < needed
    ]


def _days(figures: CurrencyFigures, conversion: Conversion) -> dict[str, FigureDays]:
    """The days of the figures, also of those that ``CASH`` is made of."""
    days = figures.days()
    return days if conversion.cash == "usd" else {**days, CASH: days["home_rate"]}


def reconverted(market: Market, conversion: Conversion) -> Market:
    """A converted market with another cash, ratio or basis, of the same currency and rows."""
    abroad = market.abroad
    if abroad is None or conversion.currency != abroad.conversion.currency:
        raise ValueError("only a market in another currency than dollars can be converted anew")
    return in_currency(
        abroad.dollars,
        conversion,
        abroad.figures,
        abroad.histories,
        opens=abroad.opens,
        closes=abroad.closes,
    )


def rolls_of(
    level: pd.Series, conversion: Conversion, figures: CurrencyFigures, *, monthly: bool
) -> Rolls:
    """The forwards of a history's hedge, on its own rows.

    Parameters
    ----------
    level
        Without NaN.
    conversion, figures
        As for :func:`in_currency`.
    monthly
        Whether rows are months.
    """
    inputs = _inputs(pd.DatetimeIndex(level.index), conversion, figures, monthly=monthly)
    return make_rolls(
        inputs.rows,
        inputs.is_complete,
        inputs.exchange,
        inputs.home,
        inputs.dollar,
        figures.days_a_year,
        conversion.basis_bp,
    )


def _converted(
    level: pd.Series,
    ticker: str,
    conversion: Conversion,
    figures: CurrencyFigures,
    scale: float,
    *,
    monthly: bool,
) -> pd.Series:
    """A history in home money, hedged as asked."""
    rolls = rolls_of(level, conversion, figures, monthly=monthly)
    home = level.to_numpy(float) * rolls.exchange / scale
    ratio = float(conversion.ratios.get(ticker, 0.0))
    return pd.Series(hedged_level(home, rolls, ratio), index=level.index).dropna()


def _inputs(
    rows: pd.DatetimeIndex, conversion: Conversion, figures: CurrencyFigures, *, monthly: bool
) -> _Inputs:
    months = rows.to_period("M")
    known_by = months if monthly else months - 1

    def on_rows(rate: ShortRate) -> Array:
        carried = rate.carried(months[-1], for_ever=conversion.carry_rates)
        return np.asarray(carried.reindex(known_by).to_numpy(float) / 100.0)

    return _Inputs(
        rows=rows,
        exchange=exchange_on(rows, figures.exchange, figures.currency),
        home=on_rows(figures.home),
        dollar=on_rows(figures.dollar),
    )


def _valued(inputs: _Inputs, *, monthly: bool) -> NDArray[np.bool_]:
    """Where a hedge has a value: on a row whose roll knew both rates, and on that of the first."""
    rates = np.isfinite(inputs.home) & np.isfinite(inputs.dollar)
    return np.asarray(rates | np.r_[False, rates[:-1]]) if monthly else rates


def _cash(
    market: Market,
    conversion: Conversion,
    figures: CurrencyFigures,
    inputs: _Inputs,
    *,
    monthly: bool,
) -> Array:
    if conversion.cash == "usd":
        return np.asarray(market.cash.to_numpy(float) * inputs.exchange)
    last = inputs.rows[-1].to_period("M")
    rate = figures.home.carried(last, for_ever=conversion.carry_rates)
    return cash_level(inputs.rows, rate, figures.days_a_year, monthly=monthly)


def _opens(inputs: _Inputs, figures: CurrencyFigures, first: int, *, monthly: bool) -> str:
    """What sets the first row; empty where prices do."""
    if first == 0:
        return ""
    name = CURRENCIES[figures.currency].name
    begins = {
        f"the first {name} short rate": inputs.home,
        "the first dollar short rate": inputs.dollar,
        f"the first rate of exchange of {with_article(figures.currency)}": inputs.exchange,
    }
    return max(begins, key=lambda words: int(np.isfinite(begins[words]).argmax()))


def _spans(figures: CurrencyFigures) -> str:
    days = pd.DatetimeIndex(figures.exchange.dropna().index)
    return (
        f"rates of exchange from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, short rates from "
        f"{figures.home.figures.index[0]} to {figures.home.last} and of the dollar from "
        f"{figures.dollar.figures.index[0]} to {figures.dollar.last}"
    )


def _provenance(
    market: Market, prices: pd.DataFrame, conversion: Conversion, figures: CurrencyFigures
) -> dict[str, Provenance]:
    """Each column's origin, with what was done to it."""
    first, last = f"{prices.index[0]:%Y-%m-%d}", f"{prices.index[-1]:%Y-%m-%d}"
    told = {}
    for ticker in market.tickers:
        where, ratio = market.provenance[ticker], conversion.ratios.get(ticker, 0.0)
        hedged = f", {100 * ratio:g} % of its dollars hedged" if ratio else ""
        own = prices[ticker].dropna().index[0]
        told[ticker] = replace(
            where,
            what=f"{where.what}, in {conversion.currency}{hedged}",
            first=f"{own:%Y-%m-%d}",
            last=last,
            own_first=where.own_first if where.own_first and where.own_first > first else None,
        )
    if conversion.cash == "usd":
        cash = replace(
            market.provenance[CASH], what=f"{market.provenance[CASH].what}, in dollars unhedged"
        )
    else:
        cash = Provenance(figures.home.source, figures.home.what, first, last)
    return {**told, CASH: replace(cash, first=first, last=last)}


def _notes(
    market: Market,
    conversion: Conversion,
    figures: CurrencyFigures,
    days: pd.DatetimeIndex,
    abroad: Abroad[Market],
) -> list[str]:
    """What the reader has to know of the conversion, a sentence each."""
    currency = CURRENCIES[conversion.currency]
    cash = (
        "cash is dollar bills, unhedged" if conversion.cash == "usd" else f"cash {_earns(figures)}"
    )
    notes = [f"all values are in {conversion.currency}, at {figures.exchange_words}; {cash}"]
    if figures.is_live:
        notes.append(_how_old(figures))
    if any(conversion.ratios.values()):
        notes.append(
            "the currency hedge is priced by interest parity and a basis of "
            f"{conversion.basis_bp:g} bp a year: an approximation of forwards"
        )
    if abroad.opens:
        begun = f"{days[0]:%Y-%m-%d}, {abroad.opens}"
        notes.append(f"in {conversion.currency} the data begin on {begun}")
    needed = days[-1].to_period("M") - 1
    for rate, whose in ((figures.home, currency.name), (figures.dollar, "dollar")):
        words = f"the {whose} short rate ends with {rate.last}"
        if rate.last < needed and words not in abroad.closes:  # else it is said with the end
            months = (needed - rate.last).n
            notes.append(f"{words} and is carried on for {counted(months, 'month')}")
    ends = figures.exchange.index[-1]
    after = 0 if market.periods_per_year == 12 else int((days > ends).sum())
    words = f"the rate of exchange of {with_article(conversion.currency)} ends with {ends:%Y-%m-%d}"
    if after and words not in abroad.closes:
        notes.append(f"{words} and is carried on for {counted(after, 'session')}")
    if abroad.closes:
        notes.append(abroad.closes)
    if figures.prices is None:
        notes.append(
            f"no consumer prices are known for {conversion.currency}: there are no real figures"
        )
    return notes


def _how_old(figures: CurrencyFigures) -> str:
    """With what each series of a server ends, and when the oldest of them was fetched."""
    fetched = (figures.exchange_fetched, figures.home.fetched, figures.dollar.fetched)
    days = [day for day in fetched if day is not None]
    told = (
        f"rates of exchange are known to {figures.exchange.index[-1]:%Y-%m-%d}, short rates to "
        f"{figures.home.last} ({CURRENCIES[figures.currency].name}) and {figures.dollar.last} "
        "(dollar)"
    )
    return f"{told}, fetched on {min(days)}" if days else told


def _rate_that_ends(
    market: Market, conversion: Conversion, figures: CurrencyFigures, last: pd.Timestamp
) -> ShortRate | None:
    """The short rate that the row after the last lacks; None where it lacks a rate of exchange."""
    shortest = min((figures.home, figures.dollar), key=lambda rate: rate.last)
    after = market.sessions[market.sessions > last][0]
    needed = last.to_period("M") if market.periods_per_year == 12 else after.to_period("M") - 1
    lacks = needed > shortest.last + CARRIED_MONTHS
    return shortest if lacks and not conversion.carry_rates else None


def _earns(figures: CurrencyFigures) -> str:
    return f"earns the {CURRENCIES[figures.currency].name} short rate ({figures.home.what})"


def _why_it_ends(
    market: Market, conversion: Conversion, figures: CurrencyFigures, last: pd.Timestamp
) -> str:
    ending = _rate_that_ends(market, conversion, figures, last)
    gone = f"in {conversion.currency} the data end on {last:%Y-%m-%d}, and those of {market.source}"
    then = f"{gone} on {market.sessions[-1]:%Y-%m-%d}: "
    if ending is not None:
        whose = CURRENCIES[conversion.currency].name if ending is figures.home else "dollar"
        return (
            f"{then}the {whose} short rate ends with {ending.last} and is carried on for "
            f"{CARRIED_MONTHS} months at most; --carry-rates carries it further"
        )
    return (
        f"{then}the rate of exchange of {with_article(conversion.currency)} ends with "
        f"{figures.exchange.index[-1]:%Y-%m-%d}"
        + (
            f" and is carried over {MOST_CARRIED} sessions at most; try again later"
            * figures.is_live
        )
    )

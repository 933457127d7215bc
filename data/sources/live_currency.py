"""Rates of exchange and short rates for live sources: H.10 and FRED, Yahoo for the last days.

They are fetched, bounded, cached and held against others as yields are. The Federal Reserve
publishes H.10 once a week: the days since are Yahoo's, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.bundled import world
from data.checks.exchange_rates import YEAR, against_each_other, days_apart, tail_of
from data.currency.currencies import CURRENCIES, DOLLAR, DOLLAR_RATE, with_article
from data.currency.figures import CurrencyFigures, ShortRate, filled_months
from data.currency.quotes import Pair, pair_of
from data.errors import UnreachableError
from data.sources import fred
from data.sources.live_rates import Request
from data.vintage import StandInKind

# H.10 appears on Mondays with the rates of the week before: its last one is older than this many
# days only where it has stopped.
WEEKLY_DAYS = 14


@dataclass(frozen=True, eq=False)
class LiveExchange:
    """A currency's rate of exchange.

    Attributes
    ----------
    units
        For one dollar, by day.
    words
        What they are.
    source, fetched
        As in :class:`~data.vintage.SeriesVintage`.
    """

    units: pd.Series
    words: str
    source: str
    fetched: str


def exchange_rate(
    request: Request, code: str, of: tuple[str, ...] = ("exchange_rate",)
) -> LiveExchange:
    """A currency's rates against the dollar: H.10, then Yahoo's; one of them where one is there.

    Of a run that ends before, the rates up to its last day, and nothing is said of later ones.

    Parameters
    ----------
    request
        Loads series of the run; it is told what stands in for what, and what is odd.
    code
        ISO 4217.
    of
        The market's series that depend on it, for what stands in.

    Raises
    ------
    UnreachableError
        If neither can be had.
    """
    pair = pair_of(code)
    official = None if pair.series is None else request.of_fred(pair.series)
    h10 = _units(request, pair, official)
    yahoo = _units(request, pair, request.of_yahoo(pair.symbol, warn=h10 is None))
    if official is None or h10 is None:
        if yahoo is None:
            raise _unreachable(pair)
        return _yahoos(request, pair, yahoo, of)
    series = str(pair.series)
    name = f"{fred.PREFIX}{series}"
    request.record_kept(of, f"new figures of FRED {series}", [name])
    words, source, days = world.H10, f"FRED {series}", [name]
    # Of a run that ends before H.10 does, Yahoo's are a second opinion and no more.
    is_enough = request.end is not None and bool(
        pd.DatetimeIndex(official.index)[-1] >= pd.Timestamp(request.end)
    )
    units = h10
    if yahoo is not None:
        units, is_used = _joined(request, pair, h10, yahoo, of, may_join=not is_enough)
        if is_used:
            words += _tail_words(pair, h10, units)
            source, days = f"{source}, Yahoo {pair.symbol}", [name, pair.symbol]
    elif not is_enough:
        request.notes.append(
            f"rates of exchange of {_called(code)} end with {h10.index[-1]:%Y-%m-%d}, the last of "
            "H.10: Yahoo's, which go on from there, cannot be had"
        )
    return LiveExchange(units, words, source, request.oldest(days))


def _tail_words(pair: Pair, h10: pd.Series, units: pd.Series) -> str:
    """What follows H.10's last rate, and why."""
    days = (units.index[-1] - h10.index[-1]).days
    why = "appears weekly" if days <= WEEKLY_DAYS else f"ends with {h10.index[-1]:%Y-%m-%d}"
    return (
        f", from {units.index[len(h10)]:%Y-%m-%d} on Yahoo's {pair.symbol} (rates with which days "
        f"began in London), since H.10 {why}"
    )


def _unreachable(pair: Pair) -> UnreachableError:
    of = f"rates of exchange of {_called(pair.code)}"
    if pair.series is None:
        return UnreachableError(
            f"{of} cannot be had: Yahoo ({pair.symbol}) gives none, and the Federal Reserve "
            "publishes none; bring prices in dollars with --source files:DIR"
        )
    return UnreachableError(
        f"{of} can be had from neither FRED ({pair.series}) nor Yahoo ({pair.symbol}); try again "
        "later, or use --source files:DIR"
    )


def _joined(
    request: Request,
    pair: Pair,
    h10: pd.Series,
    yahoo: pd.Series,
    of: tuple[str, ...],
    *,
    may_join: bool,
) -> tuple[pd.Series, bool]:
    """H.10 with Yahoo's rates after it, unless it needs none or the two contradict each other."""
    lines = against_each_other(pair, h10, yahoo) or days_apart(pair, h10, yahoo)
    request.notes += [line for line in lines if line not in request.notes]
    if not may_join:
        return h10, False
    recent = against_each_other(pair, h10.iloc[-YEAR:], yahoo)
    if recent:  # what was long ago is said, no more
        request.notes += [line for line in recent if line not in request.notes]
        request.notes.append(
            f"rates of exchange of {_called(pair.code)} end with {h10.index[-1]:%Y-%m-%d}, the "
            "last of H.10: Yahoo's are not used"
        )
        return h10, False
    tail = tail_of(pair, h10, yahoo, request.notes)
    if tail.empty:
        return h10, False
    if (tail.index[-1] - h10.index[-1]).days > WEEKLY_DAYS:
        request.record(
            of,
            StandInKind.SERVER,
            f"rates of H.10 after {h10.index[-1]:%Y-%m-%d}",
            f"Yahoo {pair.symbol}",
            [],
        )
    return pd.concat([h10, tail]).rename(pair.code), True


def _yahoos(request: Request, pair: Pair, yahoo: pd.Series, of: tuple[str, ...]) -> LiveExchange:
    """Yahoo's rates alone."""
    if pair.series is not None:
        request.instead(
            of, f"FRED {pair.series}", f"Yahoo {pair.symbol}", [f"{fred.PREFIX}{pair.series}"]
        )
        request.notes += request.warnings_of(pair.symbol)
    begins = f"{yahoo.index[0]:%Y-%m-%d}"
    why = "H.10 cannot be had" if pair.series else "the Federal Reserve publishes none"
    request.notes.append(
        f"rates of exchange of {_called(pair.code)} are Yahoo's {pair.symbol} throughout, from "
        f"{begins}, since {why}: a rate may be that with which its day began in London"
    )
    return LiveExchange(
        yahoo, f"Yahoo's {pair.symbol}", f"Yahoo {pair.symbol}", request.oldest([pair.symbol])
    )


def _units(request: Request, pair: Pair, figures: pd.Series | None) -> pd.Series | None:
    if figures is None:
        return None
    units = (1.0 / figures if pair.is_inverted else figures).rename(pair.code)
    upto = units.loc[: request.end]
    return units if upto.empty else upto  # a run that ends before both is refused by its days


def _called(code: str) -> str:
    return with_article(code) if code in CURRENCIES else code


def currency_figures(request: Request, code: str) -> CurrencyFigures:
    """Everything that a run in another currency needs.

    Parameters
    ----------
    request
        Loads series of the run.
    code
        The currency.

    Raises
    ------
    UnreachableError
        If no rates of exchange can be had.
    """
    exchange = exchange_rate(request, code)
    first = pd.DatetimeIndex(exchange.units.index)[0].to_period("M")
    return CurrencyFigures(
        currency=code,
        exchange=exchange.units,
        exchange_words=exchange.words,
        exchange_source=exchange.source,
        exchange_fetched=exchange.fetched,
        home=_short_rate(request, code, "home_rate", first),
        dollar=_short_rate(request, DOLLAR, "dollar_rate", first),
        prices=world.consumer_prices(code),
        is_live=True,
    )


def _short_rate(request: Request, code: str, field: str, first: pd.Period) -> ShortRate:
    """FRED's three-month interbank rate; where it has none, the bundled one, which is said.

    ``first`` is the month of the first rate of exchange: of months before nothing is said.
    """
    series = DOLLAR_RATE if code == DOLLAR else CURRENCIES[code].interbank
    name, bundled = f"{fred.PREFIX}{series}", world.short_rate(code)
    figures = request.of_fred(series)
    if figures is None:
        request.record(
            [field], StandInKind.SOURCE, f"new figures of FRED {series}", "the bundled ones", [name]
        )
        request.notes.append(
            f"short rates of {with_article(code)} are the bundled ones, to {bundled.last}: those "
            f"of FRED ({series}) cannot be had"
        )
        return bundled
    request.record_kept([field], f"new figures of FRED {series}", [name])
    own = figures.set_axis(pd.DatetimeIndex(figures.index).to_period("M"))
    joined = filled_months(own.combine_first(bundled.figures), f"{series} of FRED")
    spans = []
    if joined.index[0] < own.index[0] and own.index[0] > first:
        spans.append(f"before {own.index[0]}")
    if joined.index[-1] > own.index[-1]:
        spans.append(f"after {own.index[-1]}")
    if spans:
        request.notes.append(
            f"short rates of {with_article(code)} {' and '.join(spans)} are the bundled ones: FRED "
            f"({series}) has none"
        )
    return ShortRate(joined, bundled.what, f"FRED {series}", request.oldest([name]))

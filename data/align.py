"""From single histories to a market: common sessions, cash, provenance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data import bundled
from data.checks.closing_hours import note_on_closes
from data.checks.histories import periods_per_year, wild_moves
from data.consumer_prices import by_month, public_by
from data.currency.conversion import DOLLARS, Conversion
from data.currency.convert import Convert, in_currency
from data.currency.figures import CurrencyFigures
from data.errors import DataError
from data.market import CASH, Market
from data.origin import MADE, Origin
from data.provenance import describe
from data.rows import align, by_month_ends, common_frequency, on_sessions_of_exchanges, upto
from data.stand_ins import cash_stand_ins, proxy_stand_ins, rate_stand_ins
from data.treasuries.cash import BillGaps, bill_gaps, level_from_monthly_bills
from data.treasuries.instruments import CATALOGUE
from data.treasuries.payouts import joined
from data.treasuries.proxies import (
    Splice,
    extend,
    made_of,
    splice_notes,
    splices_up_to,
    track_splices,
)
from data.treasuries.rates import Rates, bill_level, on_sessions, rate_days, stale_notes
from data.vintage import FigureDays, StandIn, figure_days
from data.withholding.payouts import Payments, Payouts
from data.withholding.rates import NOTHING, Withholding
from data.withholding.withhold import net_histories, withhold

# Total-return index of cash, what it is in words, and notes on it.
Cash = tuple[pd.Series, str, list[str]]


def market_of(
    series: Mapping[str, pd.Series],
    *,
    source: str,
    title: str,
    calendars: Mapping[str, str | None] | None = None,
    notes: Sequence[str] = (),
    remarks: Sequence[str] = (),
    origin: Origin = MADE,
    fetched: Mapping[str, str] | None = None,
    rates: Rates | None = None,
    older: Mapping[str, pd.Series] | None = None,
    carried_back: Collection[str] = (),
    end: str | None = None,
    cash_of: Callable[[pd.DatetimeIndex, int], Cash] | None = None,
    stood_in: Sequence[StandIn] = (),
    is_live: bool = False,
    conversion: Conversion = DOLLARS,
    convert: Convert = in_currency,
    figures_of: Callable[[int], CurrencyFigures] | None = None,
    payouts: Mapping[str, Payouts] | None = None,
    older_payouts: Mapping[str, Payouts] | None = None,
    withholding: Withholding = NOTHING,
) -> Market:
    """Put total-return series of a source together as a market.

    Parameters
    ----------
    series
        Levels by ticker, in the order wanted.
    source, title
        As in :class:`~data.market.Market`; ``daily`` or ``monthly`` is put before the title.
    calendars
        By ticker the calendar of its exchange, or None; None where the source knows none. Sessions
        on which one of several was closed are left out, however many these are.
    notes, remarks
        As in :class:`~data.market.Market`: what the reader has to know about these data, and
        what is shown once, on the screen.
    origin
        Where the prices come from today.
    fetched
        Date of fetching by ticker, where there is one.
    rates
        Yields and other rates of the same source.
    older
        Histories that stand in for others before their first day; None to extend none of them
        but those of ``carried_back``.
    carried_back
        Tickers to extend from yields, over the sessions of the others, where that is possible.
    end
        Last day wanted, or None for all.
    cash_of
        Called with the sessions and their number a year, where the source has levels of cash of
        its own; None to build cash from the bill yield in ``rates`` (:func:`cash_level`).
    stood_in
        What the source itself used in place of something else.
    is_live
        Whether the source should give bill yields and rates up to now.
    conversion
        The currency wanted, its cash, and what of the dollar is hedged.
    convert
        As for :func:`data.load.load_market`.
    figures_of
        Called with the number of rows a year, where another currency than dollars is wanted; it
        may add to ``notes``. None where the source has no figures of any.
    payouts, older_payouts
        What each of ``series`` and of ``older`` pays out, on rows of its own; None where the source
        says nothing of it.
    withholding
        What is withheld of that.
    """
    raw_rates = rates or Rates()
    frequency = common_frequency(series, source)
    if older is not None and frequency != 252:
        raise DataError(
            f"--extend needs daily prices, and those of {source} are monthly; leave --extend out"
        )
    by_dates = by_month_ends if frequency == 12 else on_sessions_of_exchanges
    series, dated = by_dates(series)
    converting = None if conversion.is_dollars or figures_of is None else figures_of(frequency)
    own = series
    extended = _extended(own, raw_rates, older, carried_back, frequency)
    series, all_notes = extended.series, [*notes, *dated, *extended.not_carried]
    series = {ticker: upto(levels, end, source) for ticker, levels in series.items()}
    all_notes += [note for ticker, levels in series.items() for note in _wild_note(ticker, levels)]
    payments = None
    if payouts is not None:
        paid = {t: _paid(payouts[t], own[t], frequency) for t in own}
        paid = {
            t: joined(t, paid[t], extended.splices, raw_rates, older_payouts or {}) for t in paid
        }
        payments = Payments(paid, series)
    prices, cut = align(series, source, calendars)
    several = len(set(calendars.values())) > 1 if calendars else False
    periods_per_year(
        pd.DatetimeIndex(prices.dropna().index),
        f"the common history of {source}",
        is_of_several=several,
    )
    sessions = pd.DatetimeIndex(prices.index)
    gaps: list[StandIn] = []
    if cash_of is None:
        cash, what_cash, cash_notes = cash_level(sessions, raw_rates.bill, frequency)
        cash_days, gaps = _age_of_cash(sessions, raw_rates, source, is_live=is_live)
    else:
        cash, what_cash, cash_notes = cash_of(sessions, frequency)
        cash_days = figure_days(cash, source)
    if converting is not None and conversion.cash == "home":
        cash_notes, gaps = [], []  # these bills are nobody's cash
    days = fetched or {}
    last = f"{sessions[-1]:%Y-%m-%d}"
    splices = splices_up_to(extended.splices, last)
    tracking = track_splices(splices, own, raw_rates, older or {})
    own_first = {ticker: f"{levels.index[0]:%Y-%m-%d}" for ticker, levels in own.items()}
    provenance = {
        ticker: describe(
            prices[ticker],
            source,
            made_of(
                CATALOGUE[ticker].title if ticker in CATALOGUE else ticker,
                [splice for splice in splices if splice.ticker == ticker],
                last,
            ),
            days.get(ticker),
            own_first=own_first[ticker],
        )
        for ticker in prices
    }
    provenance[CASH] = describe(cash, cash_days.source, what_cash, cash_days.fetched)
    public = on_sessions(raw_rates, sessions, frequency)
    market = Market(
        source=source,
        title=f"{'daily' if frequency == 252 else 'monthly'} {title}",
        prices=prices,
        cash=cash,
        periods_per_year=frequency,
        calendars=calendars,
        provenance=provenance,
        notes=[
            *all_notes,
            *splice_notes(splices, tracking, last, own_first),
            *cut,
            *(note_on_closes(calendars, sessions[-1]) if calendars and frequency == 252 else []),
            *cash_notes,
            *stale_notes(raw_rates, sessions[-1]),
        ],
        remarks=remarks,
        origin=origin,
        tracking=tracking,
        is_cut=_goes_on(own, end),
        figures={
            **{ticker: figure_days(series[ticker], source, days.get(ticker)) for ticker in series},
            CASH: cash_days,
            **rate_days(raw_rates, source),
        },
        stood_in=[
            *stood_in,
            *proxy_stand_ins(splices),
            *gaps,
            *rate_stand_ins(raw_rates, sessions[-1], is_live=is_live),
        ],
        yields=public.yields,
        policy_rate=public.policy_rate,
        cpi=public.cpi,
        cpi_by_month=None if public.cpi is None else public_by(raw_rates.cpi, sessions[-1]),
        home_cpi=None if public.cpi is None else by_month(raw_rates.cpi),
        usd=public.usd,
        payments=payments,
    )
    market = withhold(market, withholding)
    if converting is None:
        return market
    return convert(market, conversion, converting, net_histories(market) or series)


def _paid(payouts: Payouts, levels: pd.Series, frequency: int) -> Payouts:
    """Payouts on the days that monthly rows are dated by."""
    return payouts.dated(pd.DatetimeIndex(levels.index)) if frequency == 12 else payouts


@dataclass(frozen=True)
class _Extended:
    """Histories with their proxies before them, the joins, and notes on those without a proxy."""

    series: Mapping[str, pd.Series]
    not_carried: Sequence[str] = ()
    splices: Sequence[Splice] = ()


def _extended(
    own: Mapping[str, pd.Series],
    rates: Rates,
    older: Mapping[str, pd.Series] | None,
    carried_back: Collection[str],
    frequency: int,
) -> _Extended:
    """Carry histories back as asked: all of them, some from yields, or none."""
    only = [ticker for ticker in own if ticker in carried_back]
    if older is None and (frequency != 252 or not only):
        earliest = min(levels.index[0] for levels in own.values())
        late = [ticker for ticker in only if own[ticker].index[0] > earliest]
        return _Extended(own, not_carried=[
            f"{ticker} is not carried back: that needs daily prices" for ticker in late
        ])  # fmt: skip
    longer, splices, not_carried = extend(
        own, rates, older or {}, only=None if older is not None else only
    )
    return _Extended(longer, not_carried, splices)


def cash_level(sessions: pd.DatetimeIndex, bill: pd.Series | None, frequency: int) -> Cash:
    """Total-return index of cash: from the bill yield where there is one, else bundled.

    Returns
    -------
    tuple
        The index, what it is in words, and notes on stretches that use another source.
    """
    bundled_bill = bundled.monthly_bill_returns()
    level, notes = level_from_monthly_bills(sessions, bundled_bill, frequency)
    gaps = _bill_gaps(sessions, bill)
    if bill is None or gaps.has_no_yield:
        notes.insert(0, "cash earns the bundled one-month bill return (no bill yield here)")
        return level, "one-month Treasury bill (Kenneth R. French), spread over each month", notes
    published = bill.dropna()
    begins = sessions[sessions.searchsorted(published.index[0])]
    later = bill_level(published, sessions[sessions >= begins]).reindex(sessions)
    from_bills = later.pct_change(fill_method=None)
    from_table = level.pct_change(fill_method=None)
    # Where no yield was published for long, the bundled table is used instead, as far as it goes.
    returns = from_bills.where(~gaps.holes & from_bills.notna(), from_table).fillna(0.0)
    notes = []
    if begins > sessions[0]:
        notes.append(f"cash before {begins:%Y-%m-%d} earns the bundled one-month bill return")
    if gaps.holes.any():
        notes.append(
            f"cash earns the bundled one-month bill return on {int(gaps.holes.sum())} sessions "
            f"without a recent bill yield (first {sessions[gaps.holes][0]:%Y-%m-%d})"
        )
    if gaps.carried.any():
        notes.append(f"cash after {published.index[-1]:%Y-%m-%d} earns that day's bill yield")
    cash = 100.0 * (1.0 + returns).cumprod()
    return cash.rename(CASH), "rolled three-month Treasury bills", notes


def _bill_gaps(sessions: pd.DatetimeIndex, bill: pd.Series | None) -> BillGaps:
    return bill_gaps(sessions, bill, bundled.monthly_bill_returns().index)


def _age_of_cash(
    sessions: pd.DatetimeIndex, rates: Rates, source: str, *, is_live: bool
) -> tuple[FigureDays, list[StandIn]]:
    """The days of the figures that cash is made of, and what stands in for bill yields."""
    gaps = _bill_gaps(sessions, rates.bill)
    stood_in = cash_stand_ins(gaps, is_live=is_live)
    if rates.bill is None or gaps.has_no_yield:
        months = bundled.monthly_bill_returns().index.to_timestamp(how="end").normalize()
        return FigureDays("bundled", None, months, months), stood_in
    days = pd.DatetimeIndex(rates.bill.dropna().index)
    owner, fetched = rates.sources.get("bill", source), rates.fetched.get("bill")
    # A session earns the yield of a day before it.
    after = days + pd.Timedelta(days=1)
    return FigureDays(owner, fetched, about=days, public=after), stood_in


def _wild_note(ticker: str, levels: pd.Series) -> list[str]:
    wild = wild_moves(levels)
    if wild.empty:
        return []
    more = f" (and {len(wild) - 1} more such days)" if len(wild) > 1 else ""
    return [
        f"{ticker} moves {wild.iloc[0]:+.0%} on {wild.index[0]:%Y-%m-%d}{more}: check that price"
    ]


def _goes_on(own: Mapping[str, pd.Series], end: str | None) -> bool:
    """Whether all histories go on after the asked end."""
    return end is not None and all(f"{levels.index[-1]:%Y-%m-%d}" > end for levels in own.values())

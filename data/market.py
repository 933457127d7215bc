"""The market: everything a strategy may look at, aligned, checked and read-only."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
from immutabledict import immutabledict

from data.abroad import Abroad
from data.consumer_prices import public_day
from data.currency.conversion import Investor
from data.errors import DataError, did_you_mean
from data.origin import MADE, Origin
from data.price_level import Deflated
from data.provenance import Provenance, Tracking, content_sha256
from data.read_only import (
    frozen_rows,
    read_only,
    read_only_series,
    require_levels,
    require_sessions,
)
from data.vintage import FigureDays, StandIn, Vintage, own_days, vintage_of
from data.withholding.payouts import Payments
from data.withholding.rates import NOTHING, Withholding

CASH: Final = "CASH"
ROWS = ("_prices", "_cash", "_yields", "_policy_rate", "_cpi", "_usd")


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Market:
    """Prices, cash and the rates around them: one row a session, ascending, tz-naive.

    In dollars, unless ``abroad`` says in which other currency and how it was converted.

    Nothing of it can be assigned, deleted or added; two markets are equal where they are the
    same object.

    Parameters
    ----------
    source
        The source as the user names it: ``bundled``, ``files:DIR``.
    title
        The source in words, for the reader of a result, without what its origin adds.
    prices
        Sessions x tickers: total-return index levels (dividends in). A ticker that starts
        late is NaN before its first day and complete from there on.
    cash
        Total-return index of Treasury bills, one value a session.
    periods_per_year
        252 (daily) or 12 (monthly): the kind of rows, whatever their exact number a year.
    calendars
        By ticker the exchange whose sessions its rows are, such as ``XNYS``, or None where that
        is not known.
    provenance
        One entry for each column of ``prices`` and one for ``CASH``.
    notes
        What the reader has to know about these data, a sentence each.
    remarks
        Shown once, on the screen and in the manifest, after the origin's own remark. Unlike
        notes they are no part of what identifies a run.
    origin
        Where the prices come from today, and why not from the source asked first.
    tracking
        How closely each proxy in these histories follows its fund.
    figures
        The days that each series has figures about, by ticker, ``CASH`` and rate; None: each
        ticker on the sessions on which it has a price.
    stood_in
        Whatever stands in for something else.
    is_cut
        Whether the data go on after the last session, up to which the user asked for them.
    yields
        Sessions x maturities in years: par yields in percent, or None.
    policy_rate, cpi, usd
        Series on the same sessions, each figure from the day on which it was public, or None;
        ``cpi`` is carried on over a month without a figure.
    cpi_by_month
        Consumer prices by the first day of the month that they are about, those public by the
        last session; a month that was never published is absent. None without.
    home_cpi
        As it, of home, whenever public: it values, and no rule sees it. None: ``cpi_by_month``.
    payments
        What the tickers pay out; None where the source says nothing of it.

    Raises
    ------
    DataError
        If the sessions are not ascending and unique, or a level is not positive and finite.

    Notes
    -----
    Every frame handed out is a copy-on-write view of read-only memory: whatever a strategy
    does to it, the market stays as it was.
    """

    source: str
    plain_title: str
    periods_per_year: int
    calendars: immutabledict[str, str | None]
    provenance: immutabledict[str, Provenance]
    notes: tuple[str, ...]
    remarks: tuple[str, ...]
    origin: Origin
    tracking: tuple[Tracking, ...]
    is_cut: bool
    abroad: Abroad[Market] | None
    deflated: Deflated[Market] | None
    payments: Payments | None
    _figures: immutabledict[str, FigureDays]
    _stood_in: tuple[StandIn, ...]
    _cut: pd.Timestamp | None
    _prices: pd.DataFrame
    _cash: pd.Series
    _yields: pd.DataFrame | None
    _policy_rate: pd.Series | None
    _cpi: pd.Series | None
    _cpi_by_month: pd.Series | None
    home_cpi: pd.Series | None
    _usd: pd.Series | None

    def __init__(
        self,
        *,
        source: str,
        title: str,
        prices: pd.DataFrame,
        cash: pd.Series,
        periods_per_year: int,
        calendars: Mapping[str, str | None] | None = None,
        provenance: Mapping[str, Provenance],
        notes: Sequence[str] = (),
        remarks: Sequence[str] = (),
        origin: Origin = MADE,
        tracking: Sequence[Tracking] = (),
        figures: Mapping[str, FigureDays] | None = None,
        stood_in: Sequence[StandIn] = (),
        is_cut: bool = False,
        yields: pd.DataFrame | None = None,
        policy_rate: pd.Series | None = None,
        cpi: pd.Series | None = None,
        cpi_by_month: pd.Series | None = None,
        home_cpi: pd.Series | None = None,
        usd: pd.Series | None = None,
        payments: Payments | None = None,
    ) -> None:
        require_sessions(prices.index, source)
        require_levels(prices, source)
        require_levels(cash.to_frame(CASH), source)
        if cash.isna().any():
            raise DataError(
                f"cash of {source} has no value on {cash.index[cash.isna()][0]:%Y-%m-%d}; "
                "fill it in"
            )
        if CASH in prices.columns:
            raise DataError(
                f"{CASH} is the name of the cash column; rename that ticker in {source}"
            )
        for name, other in (("cash", cash), ("yields", yields), ("policy_rate", policy_rate),
                            ("cpi", cpi), ("usd", usd)):  # fmt: skip
            if other is not None and not other.index.equals(prices.index):
                raise DataError(
                    f"{name} of {source} is not on the sessions of its prices; "
                    "bring both to one index"
                )
        vars(self).update(
            source=source,
            plain_title=title,
            periods_per_year=periods_per_year,
            calendars=immutabledict(calendars or {}),
            provenance=immutabledict(provenance),
            notes=tuple(notes),
            remarks=tuple(remarks),
            origin=origin,
            tracking=tuple(tracking),
            is_cut=is_cut,
            abroad=None,
            deflated=None,
            payments=payments,
            _figures=immutabledict(own_days(prices, source) if figures is None else figures),
            _stood_in=tuple(stood_in),
            _cut=None,
            _prices=read_only(prices),
            _cash=read_only(cash.to_frame(CASH))[CASH],
            _yields=None if yields is None else read_only(yields),
            _policy_rate=read_only_series(policy_rate),
            _cpi=read_only_series(cpi),
            _cpi_by_month=read_only_series(cpi_by_month),
            home_cpi=read_only_series(cpi_by_month if home_cpi is None else home_cpi),
            _usd=read_only_series(usd),
        )

    def __repr__(self) -> str:
        first, last = self.sessions[0], self.sessions[-1]
        span = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        return f"<Market {self.title}: {', '.join(self.tickers)}, {span}>"

    @property
    def title(self) -> str:
        """The source in words; where a fallback was used, with the reason in short."""
        return self.origin.title(self.plain_title)

    @property
    def currency(self) -> str:
        """Code of the currency that prices and cash are in."""
        return "USD" if self.abroad is None else self.abroad.conversion.currency

    @property
    def investor(self) -> Investor | None:
        """In whose money levels are; None in dollars."""
        return None if self.abroad is None else self.abroad.conversion.investor

    @property
    def withholding(self) -> Withholding:
        """What is withheld from the payouts of its tickers."""
        payments = self.in_dollars.payments
        return NOTHING if payments is None else payments.withheld

    @property
    def in_dollars(self) -> Market:
        """The same market in dollars of the day; of a converted one with all its earlier rows."""
        return self.nominal if self.abroad is None else self.abroad.dollars

    @property
    def nominal(self) -> Market:
        """The same market in money of the day, which rules look at."""
        return self if self.deflated is None else self.deflated.nominal

    @property
    def vintage(self) -> Vintage:
        """How old the data are, series by series, and what stood in for what."""
        return vintage_of(self._figures, self._stood_in, self.sessions[-1], self._cut)

    def figure_days(self, name: str) -> FigureDays | None:
        """The days that a series has figures about, by ticker, ``CASH`` or rate."""
        return self._figures.get(name)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The rows."""
        return pd.DatetimeIndex(self._prices.index)

    @property
    def exchanges(self) -> tuple[str, ...]:
        """The exchanges on whose common sessions the rows are; none where one is not known."""
        names = set(self.calendars.values())
        return () if None in names else tuple(sorted(name for name in names if name))

    @property
    def exchange(self) -> str | None:
        """The exchange whose sessions the rows are; None where they are of several, or unknown."""
        return self.exchanges[0] if len(self.exchanges) == 1 else None

    @property
    def unit(self) -> str:
        """What a row is, in words."""
        return "session" if self.periods_per_year == 252 else "month"

    @property
    def last_day(self) -> str:
        """The last session, and whether it is the last that the user asked for, for messages."""
        day = f"{self.sessions[-1]:%Y-%m-%d}"
        return f"{day}, where --end cuts the data" if self.is_cut else day

    @property
    def longer(self) -> str:
        """What to do where it is too short, for messages."""
        return "give a later --end" if self.is_cut else "give a longer period"

    @property
    def tickers(self) -> list[str]:
        """The columns of ``prices``."""
        return list(self._prices.columns)

    @property
    def prices(self) -> pd.DataFrame:
        """Sessions x tickers, total-return index levels."""
        return self._prices.copy(deep=False)

    @property
    def cash(self) -> pd.Series:
        """Total-return index of Treasury bills."""
        return self._cash.copy(deep=False)

    @property
    def yields(self) -> pd.DataFrame | None:
        """Sessions x maturities in years, par yields in percent."""
        return None if self._yields is None else self._yields.copy(deep=False)

    @property
    def policy_rate(self) -> pd.Series | None:
        """Effective federal funds rate in percent, as published by the session.

        Not of a single day, on which banks may pay anything: the mean of the last 21 weekdays'
        figures, or the last month's average.
        """
        return None if self._policy_rate is None else self._policy_rate.copy(deep=False)

    @property
    def cpi(self) -> pd.Series | None:
        """Consumer price index, the last figure published by the session."""
        return None if self._cpi is None else self._cpi.copy(deep=False)

    @property
    def cpi_by_month(self) -> pd.Series | None:
        """Consumer price index by the first day of its month, as published by the last session."""
        return None if self._cpi_by_month is None else self._cpi_by_month.copy(deep=False)

    @property
    def usd(self) -> pd.Series | None:
        """Dollar index, as published by the session."""
        return None if self._usd is None else self._usd.copy(deep=False)

    def is_year_over(self) -> bool | None:
        """Whether the calendar year of the last row ends with it; None if no calendar tells."""
        last = self.sessions[-1]
        if self.periods_per_year == 12:
            return bool(last.month == 12)
        if last.month < 12:
            return None
        due = self.next_session()
        return None if due is None else bool(due.year > last.year)

    def next_session(self) -> pd.Timestamp | None:
        """The first day after the last row on which all exchanges are open; None if unknown."""
        if not self.exchanges:
            return None
        # Imported late: few callers ask for a calendar.
        from data.checks.exchange import common_sessions

        sessions = common_sessions(self.exchanges, self.sessions[-1])
        later = sessions[sessions > self.sessions[-1]]
        return None if later.empty else later[0]

    def levels(self, tickers: Sequence[str]) -> pd.DataFrame:
        """Total-return levels of ``tickers`` with ``CASH`` as the last column."""
        self.require(tickers)
        return self._prices[list(tickers)].assign(**{CASH: self._cash})

    def first_session(self, tickers: Sequence[str]) -> tuple[pd.Timestamp, str]:
        """First session on which every one of ``tickers`` has a price, and which one set it."""
        self.require(tickers)
        starts = {ticker: self._prices[ticker].first_valid_index() for ticker in tickers}
        last = max(starts, key=lambda ticker: starts[ticker])
        return starts[last], last

    def require(self, tickers: Sequence[str]) -> None:
        """Refuse a ticker that this market does not have.

        Raises
        ------
        DataError
            Naming the ticker, the source and what the source has.
        """
        for ticker in tickers:
            if ticker not in self._prices.columns:
                raise DataError(
                    f"{ticker} is not in {self.source}, which has {', '.join(self.tickers)}"
                    f"{did_you_mean(ticker, self.tickers)}; name one of these"
                )

    def until(self, session: pd.Timestamp) -> Market:
        """Return the market as it was known at the close of ``session``."""
        cut = self.on(self.sessions[self.sessions <= session])
        months = self._cpi_by_month
        if months is not None:
            public = months[public_day(pd.DatetimeIndex(months.index)) <= session]
            vars(cut)["_cpi_by_month"] = read_only_series(public)
        if len(cut._prices) == 0:
            raise DataError(
                f"{self.source} has no sessions up to {session:%Y-%m-%d}; give a later day"
            )
        if len(cut._prices) < len(self._prices):
            vars(cut)["_cut"] = session
        if self.payments is not None:
            vars(cut)["payments"] = self.payments.until(session)
        if self.deflated is not None:
            vars(cut)["deflated"] = self.deflated.until(session)
        if self.abroad is not None:
            monthly = self.periods_per_year == 12
            vars(cut)["abroad"] = self.abroad.until(session, monthly=monthly)
            if len(cut._prices) < len(self._prices):  # it is the session that ends the data now
                own = self.abroad.closes
                vars(cut)["notes"] = tuple(note for note in self.notes if note != own)
        return cut

    def revalued(
        self,
        *,
        prices: pd.DataFrame,
        cash: pd.Series,
        abroad: Abroad[Market],
        provenance: Mapping[str, Provenance],
        notes: Sequence[str],
        figures: Mapping[str, FigureDays],
        home_cpi: pd.Series | None,
        stood_in: Sequence[StandIn] = (),
    ) -> Market:
        """Return the market with prices and cash in another currency, on rows of its own.

        The rest is the same on these rows; ``figures`` and ``stood_in`` are added to its own.
        """
        require_levels(prices, self.source)
        other = self.on(pd.DatetimeIndex(prices.index))
        vars(other).update(
            provenance=immutabledict(provenance),
            notes=tuple(notes),
            abroad=abroad,
            payments=None,  # those of the market in dollars
            home_cpi=home_cpi,
            _prices=read_only(prices),
            _cash=read_only(cash.to_frame(CASH))[CASH],
            _figures=immutabledict({**self._figures, **figures}),
            _stood_in=(*self._stood_in, *stood_in),
        )
        return other

    def on(self, rows: pd.DatetimeIndex) -> Market:
        """Return the same market on some of its rows."""
        other = copy.copy(self)
        for name in ROWS:
            held = getattr(self, name)
            # A copy of the rows: the array of a view would still hold the others.
            vars(other)[name] = None if held is None else frozen_rows(held.loc[rows])
        return other

    def deflated_by(self, real: Deflated[Market]) -> Market:
        """Return the market with its levels divided by a price level, that of its first row 1."""
        level = real.price_level / real.price_level.iloc[0]
        other = self.on(pd.DatetimeIndex(level.index))
        prices, cash = other._prices.div(level, axis=0), other._cash / level
        valued = other.paid_out(prices, other.payments)
        vars(valued).update(deflated=replace(real, nominal=other), _cash=frozen_rows(cash))
        return valued

    def paid_out(self, prices: pd.DataFrame, payments: Payments | None) -> Market:
        """Return the market with the prices that something else is withheld from."""
        other = copy.copy(self)
        vars(other).update(payments=payments, _prices=read_only(prices))
        return other

    def only(self, needs: Sequence[str]) -> Market:
        """Return the same market without the rates that are not among ``needs``, for a rule."""
        other = copy.copy(self)
        for name in ("yields", "policy_rate", "cpi", "usd"):
            if name not in needs:
                vars(other)[f"_{name}"] = None
        if "cpi" not in needs:
            vars(other)["_cpi_by_month"] = None
        vars(other)["home_cpi"] = None
        return other

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of everything held, by name: prices, cash, and the rates where there are any.

        Of a converted market: of the one in dollars and of the figures that converted it, so that
        runs with other hedges have the same data. Prices are those before anything is withheld.
        """
        if self.deflated is not None:
            level = content_sha256(self.deflated.price_level)
            return {**self.nominal.fingerprints(), "price_level": level}
        if self.abroad is not None:
            converted = self.abroad.figures.series()
            own = {name: content_sha256(series) for name, series in converted.items()}
            return {**self.abroad.dollars.fingerprints(), **own}
        held: dict[str, pd.Series] = {**self._prices, CASH: self._cash}
        if self._yields is not None:
            held |= {f"yield_{maturity:g}y": self._yields[maturity] for maturity in self._yields}
        for name in ("policy_rate", "cpi", "cpi_by_month", "usd"):
            if getattr(self, f"_{name}") is not None:
                held[name] = getattr(self, f"_{name}")
        gross = {} if self.payments is None else self.payments.fingerprints(self.sessions)
        return {**{str(name): content_sha256(series) for name, series in held.items()}, **gross}

    def relabelled(
        self,
        *,
        title: str | None = None,
        notes: Sequence[str] | None = None,
        remarks: Sequence[str] | None = None,
        origin: Origin | None = None,
        stood_in: Sequence[StandIn] | None = None,
        is_cut: bool | None = None,
    ) -> Market:
        """Return the same market with other words, another origin or other stand-ins."""
        other = copy.copy(self)
        vars(other).update(
            plain_title=self.plain_title if title is None else title,
            notes=self.notes if notes is None else tuple(notes),
            remarks=self.remarks if remarks is None else tuple(remarks),
            origin=self.origin if origin is None else origin,
            _stood_in=self._stood_in if stood_in is None else tuple(stood_in),
            is_cut=self.is_cut if is_cut is None else is_cut,
        )
        return other

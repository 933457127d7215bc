"""What histories pay out, as one figure for every source, and what is left after withholding.

The payout share of a row is the part of the value before it that is paid out on it: of a fund its
dividend over the close before. A total return of that row times ``1 - rate x share`` is the return
after withholding, exactly: with a rate of 0 the total return, with 1 the price return. Levels after
withholding are levels times the product of these. Definitions: docs/semantics.md, Withholding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from immutabledict import immutabledict

from data.errors import DataError, in_full
from data.provenance import content_sha256
from data.read_only import read_only_series
from data.records import freeze_mappings
from data.withholding.rates import NOTHING, Withheld, Withholding

Kind = Literal["dividends", "interest"]
# A share beyond this is no dividend but a split by which the closes are not adjusted, as in
# implied_dividends of data/sources/bars.py.
MOST_PAID = 0.25
# All shares below this are the rounding of figures: a fund that pays nothing out.
NOTHING_PAID = 1e-4


@dataclass(frozen=True, eq=False)
class Payouts:
    """What a history pays out.

    Attributes
    ----------
    shares
        By day, on rows of the history's own: the share of the value before that is paid out on
        the row. The first row has 0; NaN where it is not known.
    kind
        What is paid.
    unknown
        Why some shares are not known, as a sentence without its end; empty where all are.
    cure
        What to do about that.
    """

    shares: pd.Series
    kind: Kind = "dividends"
    unknown: str = ""
    cure: str = ""

    def __post_init__(self) -> None:
        """Keep shares from being changed, and copy them: a view holds the rows after it too."""
        object.__setattr__(self, "shares", read_only_series(self.shares))

    @property
    def pays_nothing(self) -> bool:
        """Whether all of it stays in the fund."""
        return not bool((self.shares.abs() >= NOTHING_PAID).any() or self.shares.isna().any())

    def until(self, session: pd.Timestamp) -> Payouts:
        """The same up to a session."""
        return replace(self, shares=self.shares.loc[:session])

    def dated(self, rows: pd.DatetimeIndex) -> Payouts:
        """The same of monthly rows, dated as the rows of a market date their months."""
        months = pd.DatetimeIndex(self.shares.index).to_period("M")
        days = dict(zip(rows.to_period("M"), rows, strict=True))
        index = [days.get(month, month.end_time.normalize()) for month in months]
        return replace(self, shares=self.shares.set_axis(pd.DatetimeIndex(index)))

    def before(self, proxy: Payouts, day: pd.Timestamp, words: str) -> Payouts:
        """The same with those of a proxy up to the first day of the history.

        Parameters
        ----------
        proxy
            What stands in for the history up to ``day``.
        day
            The first row of the history. Its return is the proxy's.
        words
            What the proxy is.
        """
        own = self.shares.loc[day:]
        own = own[own.index > day]
        joined = replace(self, shares=pd.concat([proxy.shares.loc[:day], own]))
        if self.unknown or not proxy.unknown:
            return joined
        return replace(
            joined,
            unknown=f"before {day:%Y-%m-%d} it is {words}, whose {proxy.kind} are not known",
            cure="",
        )

    def left_of_one(self, withheld: Withheld, rows: pd.DatetimeIndex, ticker: str) -> pd.Series:
        """What is left of 1 after all that was withheld since the first of some rows.

        Raises
        ------
        DataError
            Where something is withheld from a payout that is not known.
        """
        shares = self.shares.loc[rows[0] :]
        is_due = np.asarray(shares.index > rows[0]) & (withheld.rate > 0.0)
        if withheld.since is not None:
            is_due &= np.asarray(shares.index >= pd.Timestamp(withheld.since))
        due = shares.where(is_due, 0.0)
        if due.isna().any():
            raise DataError(self._refusal(withheld, ticker))
        left = (1.0 - withheld.rate * due).cumprod()
        # Rows of the history's own may be none of these: what they paid counts on the next.
        every = left.reindex(left.index.union(rows)).ffill().fillna(1.0)
        return every.reindex(rows)

    def _refusal(self, withheld: Withheld, ticker: str) -> str:
        last = self.shares.index[self.shares.isna()][-1]
        after = self.shares.index[self.shares.index > last]
        cure = self.cure
        if not cure and len(after):
            since = f"{ticker}={in_full(withheld.rate)}@{after[0]:%Y-%m-%d}"
            cure = f"withhold from then on, by {since}, or leave out what lies before"
        return (
            f"nothing can be withheld from {ticker}: {self.unknown}; "
            f"{cure or f'leave {ticker} out of --withholding'}"
        )


def not_known(rows: pd.Index, why: str, cure: str = "", kind: Kind = "dividends") -> Payouts:
    """Payouts of a history of which nothing is known.

    Parameters
    ----------
    rows
        Of the history.
    why, cure
        As in :class:`Payouts`.
    kind
        What it would pay.
    """
    shares = pd.Series(np.nan, index=rows)
    shares.iloc[:1] = 0.0
    return Payouts(shares, kind, why, cure)


def is_index(ticker: str) -> bool:
    """Whether a ticker is an index by its name: its dividends are in its level, and not known."""
    return ticker.startswith("^")


def of_bars(ticker: str, bars: pd.DataFrame) -> Payouts:
    """Payouts of daily bars with ``Close`` and ``Dividends``."""
    if is_index(ticker):
        return not_known(
            bars.index, f"{ticker} is an index, whose dividends are not known",
            "use a fund, or leave it out",
        )  # fmt: skip
    shares = bars["Dividends"] / bars["Close"].shift(1)
    shares.iloc[:1] = 0.0
    return Payouts(shares)


def of_closes(ticker: str, closes: pd.Series, adjusted: pd.Series, where: str) -> Payouts:
    """Payouts that adjusted closes contain beside the closes: ``1 - C_t A_(t-1) / (C_(t-1) A_t)``.

    Parameters
    ----------
    ticker
        Whose they are.
    closes
        Without dividends, adjusted for splits; NaN or absent where there is none.
    adjusted
        Adjusted for dividends too, on each row.
    where
        The file, for messages.
    """
    if is_index(ticker):
        return not_known(
            adjusted.index, f"{ticker} is an index, whose dividends are not known",
            "use a fund, or leave it out",
        )  # fmt: skip
    both = closes.reindex(adjusted.index)
    both = both[both > 0]
    if len(both) < 2:
        return not_known(adjusted.index, f"{where} has no closes beside its adjusted closes")
    factor = adjusted.reindex(both.index) / both
    shares = 1.0 - factor.shift(1) / factor
    shares.iloc[0] = 0.0 if both.index[0] == adjusted.index[0] else np.nan
    large = shares[shares.abs() > MOST_PAID]
    if len(large):
        return not_known(
            adjusted.index,
            f"{where} would pay {100 * large.iloc[0]:.0f} % of its value on "
            f"{large.index[0]:%Y-%m-%d}: its closes are not adjusted for a split",
            "give closes that are",
        )
    late = f"{where} has closes only from {both.index[0]:%Y-%m-%d}"
    return Payouts(shares, unknown=late if shares.isna().any() else "")


def of_price(ticker: str, rows: pd.Index) -> Payouts:
    """Payouts of a history that leaves out its dividends: none that could be taken from."""
    return not_known(rows, f"{ticker} is a price without dividends (--price-only)")


@dataclass(frozen=True, eq=False)
class Payments:
    """What the tickers of a market pay out, and what of it is withheld.

    Attributes
    ----------
    payouts
        By ticker.
    histories
        Levels in dollars by ticker, on its own sessions, before anything is withheld.
    withheld
        What is.
    notes
        What the market says of that.
    """

    payouts: Mapping[str, Payouts]
    histories: Mapping[str, pd.Series]
    withheld: Withholding = NOTHING
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Keep histories from being changed, and copy them: a view holds the rows after it too."""
        fixed = {name: read_only_series(level) for name, level in self.histories.items()}
        object.__setattr__(self, "histories", immutabledict(fixed))
        freeze_mappings(self)

    def until(self, session: pd.Timestamp) -> Payments:
        """The same as it was known at the close of a session."""
        return replace(
            self,
            payouts={name: own.until(session) for name, own in self.payouts.items()},
            histories={name: level.loc[:session] for name, level in self.histories.items()},
        )

    def net(self) -> dict[str, pd.Series]:
        """Histories after withholding.

        Raises
        ------
        DataError
            Where something is withheld from a payout that is not known.
        """
        return {name: self._net(name) for name in self.histories}

    def _net(self, ticker: str) -> pd.Series:
        level, own = self.histories[ticker], self.withheld.by_ticker.get(ticker)
        if own is None:
            return level
        left = self.payouts[ticker].left_of_one(own, pd.DatetimeIndex(level.index), ticker)
        return (level * left).rename(level.name)

    def fingerprints(self, rows: pd.DatetimeIndex) -> dict[str, str]:
        """SHA-256 of what something is withheld from: levels on rows before that, and payouts."""
        hashes: dict[str, str] = {}
        for ticker in self.withheld.by_ticker:
            hashes[ticker] = content_sha256(self.histories[ticker].reindex(rows))
            hashes[f"payouts of {ticker}"] = content_sha256(self.payouts[ticker].shares)
        return hashes

"""What Treasury funds built from yields and bills pay out, and histories joined to proxies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from data.treasuries.curve import fund_payouts
from data.treasuries.instruments import CATALOGUE, PROXIES
from data.treasuries.proxies import Splice, proxy_level
from data.treasuries.rates import Rates
from data.withholding.payouts import Payouts


def of_ladder(yields: pd.DataFrame, ticker: str, periods_per_year: int) -> Payouts:
    """Payouts of a fund of the catalogue that is a ladder from a par curve.

    Parameters
    ----------
    yields
        Rows x maturities (years), percent, NaN where unpublished.
    ticker
        Of a catalogue entry with a ladder.
    periods_per_year
        252 or 12.
    """
    return Payouts(fund_payouts(yields, CATALOGUE[ticker], periods_per_year), "interest")


def of_bills(level: pd.Series) -> Payouts:
    """Payouts of rolled bills: all that they earn, and nothing where a fee eats it.

    Parameters
    ----------
    level
        Total return after the fee, without NaN.
    """
    factor = level / level.shift(1)
    shares = (1.0 - 1.0 / factor).clip(lower=0.0)
    shares.iloc[:1] = 0.0
    return Payouts(shares, "interest")


def joined(
    ticker: str,
    own: Payouts,
    splices: Iterable[Splice],
    rates: Rates,
    older: Mapping[str, Payouts],
) -> Payouts:
    """Payouts of a history with its proxies before it.

    Parameters
    ----------
    ticker, own
        The history's.
    splices
        Every join, as :func:`data.treasuries.proxies.extend` returns them.
    rates
        What Treasury funds are built from.
    older
        Of other histories that stand in for some, by name.
    """
    by_words = {PROXIES[name]: payouts for name, payouts in older.items()}
    for splice in splices:
        if splice.ticker != ticker:
            continue
        proxy = by_words.get(splice.proxy) or _made(ticker, rates)
        own = own.before(proxy, pd.Timestamp(splice.day), splice.proxy)
    return own


def _made(ticker: str, rates: Rates) -> Payouts:
    """Of a proxy built from yields or bills, which is there since it was joined."""
    if CATALOGUE[ticker].ladder is not None and rates.yields is not None:
        return of_ladder(rates.yields, ticker, 252)
    made = proxy_level(ticker, rates)
    level = pd.Series(dtype=float) if made is None else made[0]
    return of_bills(level[np.isfinite(level)])

"""Prices in pence, agorot or cents whose dividends are in the whole currency, or the reverse.

Yahoo mixes the two for some listings in London. A close among others of the other unit moves by a
factor of a hundred and is refused as any such move is; a dividend so small is not seen by that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.histories import days_text
from data.currency.quotes import HUNDREDTHS
from data.errors import DataError

# A payment so many times the usual one, or so many times smaller, is in the other unit: what funds
# pay in a single quarter reaches 4.0 times the usual, rarely a tenth of it.
UNIT_TIMES = 25.0
FEWEST_PAYMENTS = 3  # from which there is a usual one
# What a payer pays in a year, as a share of its price: less, or more, is another unit. Funds that
# pay at all paid at least 0.3 % a year.
YEARLY = (1e-3, 0.5)


def odd_units(ticker: str, bars: pd.DataFrame, quoted: str, *, stock: bool) -> list[str]:
    """Report dividends that are a hundred times too small or too large beside prices.

    Parameters
    ----------
    ticker
        Yahoo's symbol.
    bars
        ``Close`` and ``Dividends`` by session.
    quoted
        What prices are quoted in; of whole currencies nothing is said.
    stock
        Whether it is a company's share, which may pay next to nothing.

    Raises
    ------
    DataError
        If all payments of a fund are in the other unit.
    """
    if quoted not in HUNDREDTHS:
        return []
    share = (bars["Dividends"] / bars["Close"].shift(1)).where(bars["Dividends"] > 0).dropna()
    if share.empty:
        return []
    code = HUNDREDTHS[quoted]
    lines = []
    if len(share) >= FEWEST_PAYMENTS:
        times = share / share.median()
        for odd, word in ((times < 1 / UNIT_TIMES, code), (times > UNIT_TIMES, f"{quoted} twice")):
            if odd.any():
                worst = times[odd].iloc[0]
                lines.append(
                    f"{ticker}: the dividend of {days_text(pd.DatetimeIndex(share.index[odd]))} is "
                    f"{worst:.2g} times the usual one, as if it were in {word} beside prices in "
                    f"{quoted}; check it"
                )
    yearly = _usual_year(share)
    if YEARLY[0] <= yearly <= YEARLY[1]:
        return lines
    size = "small" if yearly < YEARLY[0] else "large"
    finding = (
        f"{ticker}: its dividends are {100 * yearly:.2g} % of the price a year, a hundred times "
        f"too {size} if they are in another unit than its prices in {quoted}"
    )
    if stock:
        return [*lines, f"{finding}; check them"]
    raise DataError(f"{finding}; bring checked prices with --source files:DIR")


def _usual_year(share: pd.Series) -> float:
    """The usual payment times the usual number of payments a year, once there are two."""
    if len(share) < 2:
        return float(share.iloc[0])
    days = float(np.median(np.diff(share.index.values).astype("timedelta64[D]").astype(float)))
    return float(share.median()) * max(round(365.25 / max(days, 1.0)), 1)

"""A market becomes the same market after withholding: the only place that does it.

Engines, rules and pages know a market and what is withheld from it, and nothing of what is done
here. In another currency: withheld from the levels in dollars, then converted, then hedged.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data.currency.convert import in_currency
from data.errors import DataError, did_you_mean
from data.market import Market
from data.withholding.payouts import Payments
from data.withholding.rates import Withholding


def withhold(market: Market, withholding: Withholding) -> Market:
    """The same market with something else withheld, or nothing.

    Parameters
    ----------
    market
        In any currency, with whatever is withheld there already.
    withholding
        What is to be withheld in its place.

    Raises
    ------
    DataError
        For a ticker that the market does not have, and where payouts are not known.
    """
    if withholding == market.withholding:
        return market
    if market.abroad is not None:
        own = market.abroad
        dollars = withhold(own.dollars, withholding)
        return in_currency(
            dollars,
            own.conversion,
            own.figures,
            net_histories(dollars),
            opens=own.opens,
            closes=own.closes,
        )
    for ticker in withholding.by_ticker:
        if ticker not in market.tickers:
            raise DataError(
                f"--withholding names {ticker}, which is not in {market.source}: that has "
                f"{', '.join(market.tickers)}{did_you_mean(ticker, market.tickers)}; name one of "
                "these"
            )
    before = market.payments
    if before is None:
        raise DataError(
            f"--withholding needs payouts, and {market.source} says nothing of them; leave it out"
        )
    after = replace(before, withheld=withholding, notes=_notes(market, before, withholding))
    histories = after.net()
    prices = {name: histories[name].reindex(market.sessions) for name in market.tickers}
    others = [note for note in market.notes if note not in before.notes]
    return market.paid_out(pd.DataFrame(prices), after).relabelled(notes=[*others, *after.notes])


def net_histories(market: Market) -> dict[str, pd.Series] | None:
    """Levels in dollars by ticker after withholding, on its own sessions.

    None for a market that has none beside its prices.
    """
    payments = market.in_dollars.payments
    return None if payments is None else payments.net()


def _notes(market: Market, payments: Payments, withholding: Withholding) -> tuple[str, ...]:
    """What the reader has to know, a sentence each."""
    payouts, told, quiet = payments.payouts, [], []
    for ticker, own in withholding.by_ticker.items():
        if payouts[ticker].pays_nothing:
            quiet.append(
                f"{ticker} pays nothing out, so nothing is withheld from it: what its fund pays in "
                "tax is in its price"
            )
        else:
            rate = f"{round(100.0 * own.rate, 10):g} % of {ticker}'s {payouts[ticker].kind}"
            if own.since is not None and pd.Timestamp(own.since) > market.sessions[-1]:
                quiet.append(
                    f"to be withheld: {rate}{own.since_words}, which is after the last row: "
                    "nothing of it is withheld here"
                )
            else:
                told.append(f"{rate}{own.since_words}")
    return (*([f"withheld: {', '.join(told)}"] if told else []), *quiet)

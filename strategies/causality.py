"""The proof that a strategy does not peek: truncate its market and compare its past."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from data.errors import HedgeError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market
    from strategies.base import Strategy

QUICK_CUTS = 6


class PeekingError(UsageError):
    """A strategy whose past changes when its future is taken away."""


def require_causal(strategy: Strategy, market: Market, cuts: list[pd.Timestamp]) -> None:
    """Compare decisions on truncated markets with those on the whole one.

    Parameters
    ----------
    strategy
        The one to prove.
    market
        Long enough for the strategy to decide.
    cuts
        Sessions after which the future is taken away.

    Raises
    ------
    PeekingError
        Naming the first decision that differs, and the session it was seen from.
    """
    whole = strategy.target_weights(market)
    for cut in cuts:
        expected = whole.loc[:cut]
        if expected.empty:
            continue
        seen = strategy.target_weights(market.until(cut))
        same = seen.index.equals(expected.index) and seen.to_numpy().tolist() == (
            expected[list(seen.columns)].to_numpy().tolist()
        )
        if not same:
            changed = seen.index.symmetric_difference(expected.index)
            if len(changed) == 0:
                differs = (seen.to_numpy() != expected.to_numpy()).any(axis=1)
                changed = seen.index[differs]
            raise PeekingError(
                f"{strategy.name} peeks: its decision of {changed[0]:%Y-%m-%d} changes once the "
                f"sessions after {cut:%Y-%m-%d} are known; use only rows up to the decision's own"
            )


def prove_quickly(strategy: Strategy) -> None:
    """Run the proof on a small made market, before a strategy's first use.

    Raises
    ------
    PeekingError
        If it peeks.
    """
    import numpy as np

    proved = False
    for ppy in (252, 12):
        market = made_market(tuple(strategy.tickers), ppy)
        try:
            decided = strategy.target_weights(market)
        except HedgeError:
            continue  # a rule for the other kind of rows, or with a longer window
        start = market.sessions.get_loc(decided.index[0])
        if start + 2 >= len(market.sessions):
            continue
        proved = True
        rng = np.random.default_rng(len(market.sessions))
        rows = rng.integers(start, len(market.sessions) - 1, QUICK_CUTS)
        require_causal(strategy, market, [market.sessions[row] for row in sorted(rows)])
    if not proved:
        raise PeekingError(
            f"{strategy.name} cannot be proved on 22 years by day or 45 by month; "
            "shorten its windows"
        )


@cache
def made_market(tickers: tuple[str, ...], ppy: int, seed: int = 1) -> Market:
    """Make a market of random prices and rates: 22 years by day, or 45 by month."""
    import numpy as np
    import pandas as pd

    from data.market import CASH, Market, describe

    rng = np.random.default_rng(seed)
    if ppy == 252:
        sessions = pd.bdate_range("1990-01-02", periods=22 * 252)
    else:
        sessions = pd.date_range("1965-01-31", periods=45 * 12, freq="ME")
    count, scale = len(sessions), np.sqrt(252 / ppy)

    def walk(deviation: float, columns: int = 1) -> np.ndarray:
        return rng.normal(0, deviation * scale, (count, columns)).cumsum(axis=0)

    prices = pd.DataFrame(100 * np.exp(walk(0.008, len(tickers))), sessions, list(tickers))
    maturities = [0.25, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0]
    tilt = np.log1p(maturities) * 0.4
    yields = pd.DataFrame(np.abs(4 + walk(0.05)) + 0.3 + tilt, sessions, maturities)
    cash = pd.Series(100 * 1.0001 ** (np.arange(count) * 252 / ppy), sessions, name=CASH)
    single = {
        name: pd.Series(base * np.exp(walk(0.004)[:, 0]), sessions, name=name)
        for name, base in (("policy_rate", 4.0), ("cpi", 100.0), ("usd", 100.0))
    }
    return Market(
        source="made",
        title="made market",
        prices=prices,
        cash=cash,
        periods_per_year=ppy,
        provenance={t: describe(prices[t], "made", "random") for t in tickers},
        yields=yields,
        **single,
    )

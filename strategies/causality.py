"""The proof that a strategy does not peek: truncate its market and compare its past."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from data.errors import HedgeError, NotDeterministicError, PeekingError
from strategies.base import NEEDS
from strategies.decisions import decide

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market
    from strategies.base import Strategy

MADE = "made"
QUICK_CUTS = 6
OWN_CUTS = 12  # more, on decisions of a rule of the user's own


def require_causal(strategy: Strategy, market: Market, cuts: Sequence[pd.Timestamp]) -> None:
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
    NotDeterministicError
        If it answers two calls on the whole market differently.
    """
    whole = decide(strategy, market)
    where = " (on made prices)" if market.source == MADE else ""
    for cut in cuts:
        expected = whole.loc[:cut]
        if expected.empty:
            continue
        try:
            seen = decide(strategy, market.until(cut))
        except HedgeError as error:
            _require_steady(strategy, market, whole)
            raise PeekingError(
                f"{strategy.name} peeks: it cannot decide without the sessions after "
                f"{cut:%Y-%m-%d}{where} ({error}); use only rows up to the decision's own"
            ) from error
        changed = _first_change(seen, expected)
        if changed is not None:
            _require_steady(strategy, market, whole)
            raise PeekingError(
                f"{strategy.name} peeks: its decision of {changed:%Y-%m-%d} changes once the "
                f"sessions after {cut:%Y-%m-%d} are known{where}; use only rows up to the "
                "decision's own"
            )


def _require_steady(strategy: Strategy, market: Market, whole: pd.DataFrame) -> None:
    """Tell chance from foresight: ask again on the whole market."""
    changed = _first_change(decide(strategy, market), whole)
    if changed is not None:
        raise NotDeterministicError(
            f"{strategy.name} is not deterministic: asked twice on the same market, it decides "
            f"otherwise on {changed:%Y-%m-%d}; make random numbers anew from a fixed seed at each "
            "call, and keep nothing from call to call"
        )


def _first_change(seen: pd.DataFrame, expected: pd.DataFrame) -> pd.Timestamp | None:
    """The first session on which two answers differ; a ticker without a column is not held."""
    tickers = list(dict.fromkeys([*expected.columns, *seen.columns]))
    seen, expected = (part.reindex(columns=tickers, fill_value=0.0) for part in (seen, expected))
    changed = seen.index.symmetric_difference(expected.index)
    if len(changed) == 0:
        changed = seen.index[(seen.to_numpy() != expected.to_numpy()).any(axis=1)]
    return None if len(changed) == 0 else changed[0]


def prove_quickly(strategy: Strategy) -> None:
    """Run the proof on a small made market, before a strategy's first use.

    One of the user's own that cannot decide there is let pass: :func:`prove_on` follows, on the
    market of the run.

    Raises
    ------
    PeekingError
        If it peeks.
    NotDeterministicError
        If it answers by chance.
    """
    proved = False
    needs = NEEDS if strategy.is_built_in() else strategy.needs
    for ppy in (252, 12):
        market = made_market(tuple(strategy.tickers), ppy, needs=needs)
        try:
            decided = decide(strategy, market)
        except HedgeError:
            continue  # a rule for the other kind of rows, or with a longer window
        proved = _prove_from(strategy, market, decided) or proved
    if not proved and strategy.is_built_in():
        raise PeekingError(
            f"{strategy.name} cannot be proved on 22 years by day or 45 by month; "
            "shorten its windows"
        )


def prove_on(strategy: Strategy, market: Market) -> None:
    """Run the proof on the market of a run, for a strategy of the user's own.

    What it does may depend on the very dates and prices it meets.

    Raises
    ------
    PeekingError
        If it peeks.
    NotDeterministicError
        If it answers by chance.
    HedgeError
        If it fails there.
    """
    if not strategy.is_built_in():
        _prove_from(strategy, market, decide(strategy, market))


def _prove_from(strategy: Strategy, market: Market, decided: pd.DataFrame) -> bool:
    """Prove at random cuts after the first decision; False where there is nothing after it."""
    import numpy as np

    sessions = market.sessions
    start = sessions.get_loc(decided.index[0])
    if start + 2 >= len(sessions):
        return False
    rng = np.random.default_rng(len(sessions))
    rows = rng.integers(start, len(sessions) - 1, QUICK_CUTS)
    if not strategy.is_built_in():
        # A glance at the next day shows on the decision's own session alone, and decisions of a
        # month are few. Rules of ours are tried there by the tests.
        own = sessions.get_indexer(decided.index)
        own = own[own < len(sessions) - 1]
        rows = np.union1d(rows, rng.choice(own, min(OWN_CUTS, len(own)), replace=False))
    require_causal(strategy, market, [sessions[row] for row in sorted(rows)])
    return True


@cache
def made_market(
    tickers: tuple[str, ...], ppy: int, seed: int = 1, needs: tuple[str, ...] = NEEDS
) -> Market:
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
        source=MADE,
        title="made market",
        prices=prices,
        cash=cash,
        periods_per_year=ppy,
        provenance={t: describe(prices[t], "made", "random") for t in tickers},
        yields=yields if "yields" in needs else None,
        **{name: series for name, series in single.items() if name in needs},
    )

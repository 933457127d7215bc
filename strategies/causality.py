"""The proof that a strategy does not look ahead: cut off the future, and compare its decisions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from data.errors import HedgeError, NotDeterministicError, PeekingError
from strategies.base import NEEDS
from strategies.decisions import decide
from strategies.function import FunctionRule
from strategies.weights import WEIGHT_TOLERANCE

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market
    from strategies.base import Strategy

Ask = Callable[["Strategy", "Market"], "pd.DataFrame"]  # what a rule decides on a market
MADE = "made"
QUICK_CUTS = 6
OWN_CUTS, FEWEST_CUTS = 48, 12  # further cuts, at decisions of a rule of the user's own
PATIENCE = 10.0  # seconds, after which a slow rule is tried at fewer than OWN_CUTS
SECONDS = 1.5  # spent on decisions beyond OWN_CUTS, on the data of a run


def require_causal(
    strategy: Strategy, market: Market, cuts: Sequence[pd.Timestamp], ask: Ask = decide
) -> None:
    """Compare decisions on truncated markets with those on the whole one.

    Parameters
    ----------
    strategy
        The rule to prove.
    market
        Long enough for the strategy to decide.
    cuts
        Sessions after which the future is cut off.
    ask
        How it is asked: by ``target_weights``, or as a search asks.

    Raises
    ------
    PeekingError
        Naming the first decision that differs, and the session it was seen from.
    NotDeterministicError
        If it answers two calls on the whole market differently.
    """
    whole = ask(strategy, market)
    for cut in cuts:
        _require_same(strategy, market, whole, cut, _seen(strategy, market, cut, ask), ask)


def _seen(
    strategy: Strategy, market: Market, cut: pd.Timestamp, ask: Ask = decide
) -> pd.DataFrame | HedgeError:
    """What a rule decides without the sessions after a cut, or the error that stops it."""
    try:
        return ask(_anew(strategy), market.until(cut))
    except HedgeError as error:
        return error


def _anew(strategy: Strategy) -> Strategy:
    """Make the same strategy as a new object, which remembers nothing of earlier calls."""
    return strategy if isinstance(strategy, FunctionRule) else type(strategy)(**strategy.params())


def _require_same(
    strategy: Strategy,
    market: Market,
    whole: pd.DataFrame,
    cut: pd.Timestamp,
    seen: pd.DataFrame | HedgeError,
    ask: Ask = decide,
) -> None:
    """Refuse a rule whose decisions up to a cut differ from those on the whole market."""
    expected = whole.loc[:cut]
    if expected.empty and (isinstance(seen, HedgeError) or seen.empty):
        return  # it has not decided yet
    where = " (on random test prices)" if market.source == MADE else ""
    if isinstance(seen, HedgeError):
        _require_steady(strategy, market, whole, ask)
        raise PeekingError(
            f"{strategy.name} peeks: it cannot decide without the sessions after "
            f"{cut:%Y-%m-%d}{where} ({seen}); use only rows up to the decision's own"
        ) from seen
    changed = first_change(seen, expected)
    if changed is not None:
        _require_steady(strategy, market, whole, ask)
        raise PeekingError(
            f"{strategy.name} peeks: its decision of {changed:%Y-%m-%d} changes once the "
            f"sessions after {cut:%Y-%m-%d} are known{where}; use only rows up to the "
            "decision's own"
        )


def _require_steady(strategy: Strategy, market: Market, whole: pd.DataFrame, ask: Ask) -> None:
    """Ask again on the whole market, to tell random decisions from looking ahead."""
    require_as_before(strategy, ask(strategy, market), whole)


def require_as_before(strategy: Strategy, again: pd.DataFrame, before: pd.DataFrame) -> None:
    """Refuse a rule that does not decide as it did before.

    Raises
    ------
    NotDeterministicError
        Naming the first decision that differs.
    """
    changed = first_change(again, before)
    if changed is not None:
        raise NotDeterministicError(
            f"{strategy.name} is not deterministic: asked twice on the same market, it decides "
            f"otherwise on {changed:%Y-%m-%d}; make random numbers anew from a fixed seed at each "
            "call, and keep nothing from call to call"
        )


def first_change(seen: pd.DataFrame, expected: pd.DataFrame) -> pd.Timestamp | None:
    """The first session on which two answers differ by more than rounding.

    A ticker without a column is not held.
    """
    tickers = list(dict.fromkeys([*expected.columns, *seen.columns]))
    seen, expected = (part.reindex(columns=tickers, fill_value=0.0) for part in (seen, expected))
    changed = seen.index.symmetric_difference(expected.index)
    if len(changed) == 0:
        apart = (seen - expected).abs().to_numpy() > WEIGHT_TOLERANCE
        changed = seen.index[apart.any(axis=1)]
    return None if len(changed) == 0 else changed[0]


def prove_quickly(strategy: Strategy) -> None:
    """Run the proof on a random market, before a strategy's first use.

    A rule of the user's own that cannot decide there passes: :func:`prove_on` follows, on the
    market of the run.

    Raises
    ------
    PeekingError
        If it peeks.
    NotDeterministicError
        If it answers by chance.
    """
    proved = False
    built_in = strategy.is_built_in()
    needs = NEEDS if built_in else (*strategy.needs, *strategy.wants)
    for ppy in (252, 12):
        market = made_market(tuple(strategy.tickers), ppy, needs=needs)
        try:
            if built_in:
                proved = _prove_at_random(strategy, market) or proved
            else:
                _prove_own(strategy, market, seconds=0.0)
        except (PeekingError, NotDeterministicError):
            raise
        except HedgeError:
            continue  # a rule for the other kind of rows, or with a longer window
    if built_in and not proved:
        raise PeekingError(
            f"{strategy.name} decides too late to be proved on 22 years of daily or 45 of monthly "
            "prices; shorten its windows"
        )


def prove_on(
    strategy: Strategy, market: Market, *, seconds: float = SECONDS
) -> pd.DataFrame | None:
    """Run the proof on the market of a run, for a strategy of the user's own.

    What it does may depend on dates and prices that only occur there.

    Parameters
    ----------
    strategy, market
        What to prove, and on which market.
    seconds
        Time for further decisions after the first cuts.

    Returns
    -------
    pandas.DataFrame or None
        What it decides there; None for a strategy of this project, which its tests prove.

    Raises
    ------
    PeekingError
        If it peeks.
    NotDeterministicError
        If it answers by chance.
    HedgeError
        If it fails there.
    """
    return None if strategy.is_built_in() else _prove_own(strategy, market, seconds=seconds)


def _prove_at_random(strategy: Strategy, market: Market) -> bool:
    """Prove a built-in rule at random cuts; False if its first decision comes too late for one."""
    import numpy as np

    sessions = market.sessions
    start = sessions.get_loc(decide(strategy, market).index[0])
    if start + 2 >= len(sessions):
        return False
    rng = np.random.default_rng(len(sessions))
    rows = rng.integers(start, len(sessions) - 1, QUICK_CUTS)
    require_causal(strategy, market, [sessions[row] for row in sorted(rows)])
    return True


def _prove_own(strategy: Strategy, market: Market, *, seconds: float) -> pd.DataFrame:
    """Prove a rule of the user's own: at random cuts, and at its own decisions.

    The shortest markets come first and the whole one last, so that whatever a rule remembers
    from earlier calls is of the past. Looking one day ahead shows only at a cut on the
    decision's own session, and pays only where the weights change: those sessions and the
    decisions just before them come first, then the others as long as time allows.
    """
    import numpy as np

    sessions = market.sessions
    rng = np.random.default_rng(len(sessions))
    last = len(sessions) - 1
    quick = sorted({int(row) for row in rng.integers(0, last, QUICK_CUTS)}) if last else []
    early = {sessions[row]: _seen(strategy, market, sessions[row]) for row in quick}
    whole = decide(strategy, market)
    for cut, seen in early.items():
        _require_same(strategy, market, whole, cut, seen)
    moves = whole.diff().abs().max(axis=1) > WEIGHT_TOLERANCE
    telling = np.flatnonzero(moves | moves.shift(-1, fill_value=False))
    others = np.setdiff1d(np.arange(len(whole)), telling)
    order = [*rng.permutation(telling), *rng.permutation(others)]
    began = time.monotonic()
    for number, row in enumerate(order):
        allowed = PATIENCE if number < OWN_CUTS else seconds
        if number >= FEWEST_CUTS and time.monotonic() - began > allowed:
            break
        cut = whole.index[row]
        if cut < sessions[-1]:
            _require_same(strategy, market, whole, cut, _seen(strategy, market, cut))
    return whole


@cache
def made_market(
    tickers: tuple[str, ...], ppy: int, seed: int = 1, needs: tuple[str, ...] = NEEDS
) -> Market:
    """Make a market of random prices and rates: 22 years of daily rows, or 45 of monthly ones."""
    import numpy as np
    import pandas as pd

    from data.consumer_prices import public_by
    from data.market import CASH, Market
    from data.provenance import describe

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
    by_month = single["cpi"].groupby(sessions.to_period("M")).last()
    by_month.index = by_month.index.to_timestamp()
    return Market(
        source=MADE,
        title="made market",
        prices=prices,
        cash=cash,
        periods_per_year=ppy,
        provenance={
            **{ticker: describe(prices[ticker], "made", "random") for ticker in tickers},
            CASH: describe(cash, "made", "steady"),
        },
        yields=yields if "yields" in needs else None,
        **{name: series for name, series in single.items() if name in needs},
        cpi_by_month=public_by(by_month, sessions[-1]) if "cpi" in needs else None,
    )

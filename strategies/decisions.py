"""Ask a strategy for its target weights, and check them before they are traded."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from data.errors import HedgeError, RuleError, WeightError, did_you_mean
from strategies.base import Strategy
from strategies.weights import LARGEST_SUM, require_weights

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market

KEPT = 3  # latest answers of built-in rules on each market
_LATEST: WeakKeyDictionary[Market, tuple[tuple[Strategy, pd.DataFrame], ...]] = WeakKeyDictionary()
RETURN = "return a DataFrame, a row for each decision and a column for each ticker"


def decide(strategy: Strategy, market: Market) -> pd.DataFrame:
    """Ask a strategy for its target weights.

    Parameters
    ----------
    strategy
        Built in, or of the user's own.
    market
        The data it may look at; of a market in purchasing power its nominal levels.

    Returns
    -------
    pandas.DataFrame
        Decision sessions x tickers of the strategy: fractions of value, checked.

    Raises
    ------
    RuleError
        If a strategy of the user's own fails, or does not answer with a frame of weights.
    WeightError
        For weights that are missing, negative or sum to more than 1, or for no decision at all.
    """
    market = market.nominal  # real money values; it does not decide
    if strategy.is_built_in():  # checked where it trades; an error in it is the project's
        # A run asks twice: for itself and, after its benchmark, for its equity and hedge alone.
        latest = _LATEST.get(market, ())
        made = next((weights for rule, weights in latest if rule == strategy), None)
        if made is None:
            made = strategy.target_weights(market)
            _LATEST[market] = ((strategy, made), *latest[: KEPT - 1])
        return made.copy()
    _require_needs(strategy, market)
    try:
        # Only the rates it declared: the proof of causality had no others either.
        answer = strategy.target_weights(market.only([*strategy.needs, *strategy.wants]))
    except HedgeError as error:
        if type(error).__module__ == HedgeError.__module__ and str(error):
            raise
        raise RuleError(f"{strategy.name} fails: {_reason(error, strategy)}; mend it") from error
    except (Exception, SystemExit) as error:
        raise RuleError(f"{strategy.name} fails: {_reason(error, strategy)}; mend it") from error
    try:
        decided = _weights(answer, strategy)
    except HedgeError:
        raise
    except Exception as error:  # a subclass of DataFrame that does not work like one
        raise RuleError(
            f"{strategy.name} answers with {_shape(answer)} that cannot be read "
            f"({_reason(error, strategy)}); {RETURN}"
        ) from error
    require_targets(decided, market, strategy.name)
    return decided


def require_targets(weights: pd.DataFrame, market: Market, name: str) -> None:
    """Refuse target weights that the engine must not trade.

    Raises
    ------
    WeightError
        Naming the strategy, the row and what is wrong there.
    """
    import numpy as np

    index = weights.index
    if len(weights) == 0:
        raise WeightError(f"{name} made no decision up to {market.last_day}; {market.longer}")
    if not (
        index.is_monotonic_increasing and index.is_unique and index.isin(market.sessions).all()
    ):
        zone = " (they have a time zone)" if getattr(index, "tz", None) is not None else ""
        raise WeightError(
            f"{name} decided on dates that are not ascending sessions of the market{zone}; "
            "decide on its own sessions, each once"
        )
    values = weights.to_numpy(float)
    wrong = ~np.isfinite(values).all(axis=1) | (values < 0).any(axis=1)
    suspect = wrong | (values.sum(axis=1) > LARGEST_SUM)
    for row in np.flatnonzero(suspect):
        require_weights(weights.iloc[row].to_dict(), name, f"{index[row]:%Y-%m-%d}")


def _weights(answer: object, strategy: Strategy) -> pd.DataFrame:
    """The answer as numbers, if its shape is that of weights."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_complex_dtype, is_numeric_dtype

    name = strategy.name
    if not isinstance(answer, pd.DataFrame):
        raise RuleError(f"{name} answers with {_shape(answer)}; {RETURN}")
    columns = list(answer.columns)
    tickers = strategy.tickers
    for column in columns:
        if columns.count(column) > 1:
            raise RuleError(f"{name} answers with two columns {column!r}; give each ticker one")
        if column == "CASH":
            raise RuleError(f"{name} holds CASH, which is what the weights leave; leave it out")
        if column not in tickers:
            raise RuleError(
                f"{name} holds {column!r}, which is not among its tickers "
                f"({', '.join(tickers)}){did_you_mean(str(column), tickers)}; add it to them"
            )
        kind = answer[column].dtype
        is_number = is_numeric_dtype(kind) and not (is_bool_dtype(kind) or is_complex_dtype(kind))
        if len(answer) and not is_number:
            first = answer[column].tolist()[0]
            raise RuleError(
                f"{name} answers {first!r} for {column}, no fraction; give numbers, for example by "
                ".astype(float)"
            )
    if not columns:
        raise RuleError(f"{name} answers with no columns; {RETURN}")
    if len(answer) and not isinstance(answer.index, pd.DatetimeIndex):
        raise RuleError(
            f"{name} answers with rows of {type(answer.index).__name__}, no dates; take its rows "
            "from market.sessions"
        )
    # A copy, since a rule may keep its frame and change it later.
    values = answer.to_numpy(dtype=float, copy=True)
    return pd.DataFrame(values, index=answer.index, columns=columns)


def _require_needs(strategy: Strategy, market: Market) -> None:
    """Refuse a market that lacks what a strategy of the user's own says it needs."""
    from data.elsewhere import where_else

    for need in strategy.needs:
        if getattr(market, need) is None:
            raise RuleError(
                f"{strategy.name} needs {need}, which {market.source} lacks; "
                f"{where_else(market, need)}"
            )


def _is_ours(path: Path) -> bool:
    root = Path(__file__).parent.parent
    return any(path.is_relative_to(root / name) for name in ("data", "strategies", "backtests"))


def _shape(answer: object) -> str:
    """Name the type of an answer."""
    return "nothing (None)" if answer is None else f"a {type(answer).__name__}"


def _reason(error: BaseException, strategy: Strategy) -> str:
    """Describe an error of a rule, with the line of the rule's own code."""
    try:
        text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    except Exception:  # the error's own __str__ fails
        text = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    own = next((f.filename for f in frames if not _is_ours(Path(f.filename))), None)
    if strategy.file is not None:
        own = strategy.file.path
    line = [frame.lineno for frame in frames if frame.filename == own]
    where = f" (line {line[-1]} of {Path(own).name})" if own and line else ""
    missing = "NoneType" in text and not strategy.needs
    hint = "; a rule that looks at yields or rates has to declare its needs" if missing else ""
    return f"{text}{where}{hint}"

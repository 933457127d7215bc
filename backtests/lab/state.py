"""The lab's controls: what each holds for a configuration, and what they say together.

Plain values by the name of a control, as a page keeps them; no page is needed to test them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from data.errors import UsageError
from strategies.base import Parameter
from strategies.registry import strategy_class

FRACTIONS = (1, 2, 3, 4, 5, 6, 10, 12, 20, 24, 25, 50, 100)
SETTING = "set."
DAYS = ("start", "end")
BUTTONS = ("save", "sheet", "add", "clear", "forget", "download")
OWN = ("address", "compared", "saved", "drawn")  # kept by the page, moved by no visitor


def key_of(strategy: str, name: str) -> str:
    """The control of a parameter."""
    return f"{SETTING}{strategy}.{name}"


def weight_key(ticker: str) -> str:
    """The control of a weight, in percent."""
    return f"weight.{ticker}"


def to_state(config: RunConfig) -> dict[str, Any]:
    """What the controls hold for a configuration."""
    kind, _, folder = config.source.partition(":")
    state: dict[str, Any] = {
        "strategy": config.strategy,
        "source": kind,
        "folder": folder,
        "extend": config.extend,
        "benchmark": config.benchmark or "",
        "fee_bps": float(config.costs.fee_bps),
        "slippage_bps": float(config.costs.slippage_bps),
        "lag": config.costs.lag,
        "initial": float(config.initial),
    }
    for name in DAYS:
        text = getattr(config, name)
        state[name] = None if text is None else dt.date.fromisoformat(text)
    for known in strategy_class(config.strategy).parameters():
        value = config.params[known.name]
        if isinstance(value, Mapping):
            state["tickers"] = list(value)
            # The sum may pass 1 by a hair, a slider may not.
            percent = {name: min(round(100.0 * one, 8), 100.0) for name, one in value.items()}
            state |= {weight_key(name): one for name, one in percent.items()}
            # A slider holds ten digits; what it stands for keeps all of them until it moves.
            state["exact"] = {name: (percent[name], one) for name, one in value.items()}
        else:
            # A whole number written into an address stays a number of the declared type.
            is_number = isinstance(known.default, float) and isinstance(value, int)
            state[key_of(config.strategy, known.name)] = float(value) if is_number else value
    return state


def keep(state: MutableMapping[str, Any]) -> None:
    """Hold on to what controls say that may not be drawn this time.

    Streamlit forgets a control that it does not draw, unless its value was set since. A weight
    goes with its ticker all the same: one that comes back begins at 0, or the sum passed 1.
    """
    held = [weight_key(ticker) for ticker in state.get("tickers", [])]
    for key in ("tickers", "folder", *held, *(one for one in state if one.startswith(SETTING))):
        if key in state:
            state[key] = state[key]


def complete(state: MutableMapping[str, Any]) -> None:
    """Give every control of the chosen strategy that holds nothing yet its default."""
    strategy = state["strategy"]
    for known in strategy_class(strategy).parameters():
        if not isinstance(known.default, Mapping):
            state.setdefault(key_of(strategy, known.name), known.default)
            continue
        if "tickers" not in state:
            state["tickers"] = list(known.default)
            for ticker, weight in known.default.items():
                state[weight_key(ticker)] = 100.0 * weight
        for ticker in state["tickers"]:
            state.setdefault(weight_key(ticker), 0.0)
        state["cash"] = max(round(100.0 - math.fsum(percent_of(state).values()), 6), 0.0)


def from_state(state: Mapping[str, Any]) -> RunConfig:
    """Read the controls.

    Raises
    ------
    HedgeError
        For what they say together and cannot be.
    """
    strategy, source = state["strategy"], source_of(state)
    if source == "files:":
        raise UsageError("the source is a folder of files; give its name on the left")
    params: dict[str, Any] = {}
    for known in strategy_class(strategy).parameters():
        if isinstance(known.default, Mapping):
            params[known.name] = _weights_of(state)
        else:
            value = state[key_of(strategy, known.name)]
            params[known.name] = value.strip() if isinstance(value, str) else value
    days: dict[str, Any] = {
        name: None if state[name] is None else f"{state[name]:%Y-%m-%d}" for name in DAYS
    }
    return RunConfig(
        strategy=strategy,
        params=params,
        source=source,
        costs=Costs(float(state["fee_bps"]), float(state["slippage_bps"]), int(state["lag"])),
        benchmark=state["benchmark"].strip() or None,
        initial=float(state["initial"]),
        extend=bool(state["extend"]),
        **days,
    )


def _weights_of(state: Mapping[str, Any]) -> dict[str, float]:
    """Weights by ticker as typed, without outer spaces; what a command line cannot say is refused.

    Raises
    ------
    UsageError
        For a ticker that is nothing, holds a comma, or stands twice.
    """
    exact = state.get("exact", {})
    weights: dict[str, float] = {}
    for typed, percent in percent_of(state).items():
        ticker = typed.strip()
        if not ticker or "," in ticker:
            wrong = "holds a comma" if ticker else "is nothing but spaces"
            raise UsageError(
                f"Tickers takes one ticker at a time, such as SPY, and {typed!r} {wrong}; "
                "take it out and add each by itself"
            )
        if ticker in weights:
            raise UsageError(f"Tickers has {ticker} twice, one as {typed!r}; take one out")
        kept = exact.get(typed, ("",))[0] == percent
        weights[ticker] = exact[typed][1] if kept else round(percent / 100, 10)
    return weights


def source_of(state: Mapping[str, Any]) -> str:
    """The source as the command line names it."""
    kind = str(state["source"])
    return f"files:{state.get('folder') or ''}" if kind == "files" else kind


def percent_of(state: Mapping[str, Any]) -> dict[str, float]:
    """Weights in percent by ticker, in the order chosen."""
    return {ticker: float(state.get(weight_key(ticker), 0.0)) for ticker in state["tickers"]}


def values_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """What the controls hold now, buttons left out."""
    return {key: one for key, one in state.items() if key not in (*BUTTONS, *OWN)}


def is_moved(drawn: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Whether a page is asked for by one of its controls, not by the back button or a link.

    A browser sends its address with every change: that of the run before last, where a slider
    moves on before the answer is there.

    Parameters
    ----------
    drawn
        What the controls held when the page was last drawn.
    state
        What they hold now, with the buttons.
    """
    now = values_of(state)
    changed = any(now[key] != one for key, one in drawn.items() if key in now)
    return changed or any(state.get(key) for key in BUTTONS)


def slider_step(known: Parameter) -> float:
    """How far one notch of a parameter's slider goes.

    The largest even part of the declared step on whose grid both ends and the default lie.
    """
    low, high, default = known.low or 0.0, known.high or 0.0, cast("float", known.default)
    whole = known.step or (high - low) / 100.0
    if isinstance(known.default, int):
        return 1

    def is_whole(number: float) -> bool:
        return math.isclose(number, round(number), abs_tol=1e-9)

    for part in FRACTIONS:
        step = whole / part
        if is_whole((default - low) / step) and is_whole((high - low) / step):
            return round(step, 10)
    return round((high - low) / 1000.0, 10)


def weight_step(state: Mapping[str, Any], ticker: str) -> float:
    """How far one notch of a weight's slider goes, in percent: 0.1 where it was given in parts.

    By what was given and not by where it stands: a slider that changed its notch under the hand
    would begin anew.
    """
    given = state.get("exact", {}).get(ticker, (0.0,))[0]
    return 1.0 if float(given).is_integer() else 0.1


def make_room(weights: Mapping[str, float], moved: str) -> dict[str, float]:
    """Give a weight that was raised its room: first out of cash, then out of the others.

    Parameters
    ----------
    weights
        Percent by ticker; their sum may be above 100.
    moved
        The ticker that was moved; it keeps its weight.

    Returns
    -------
    dict
        Percent, at most 100 together. The others shrink in proportion, to whole percent.
    """
    if math.fsum(weights.values()) <= 100.0 + 1e-9:
        return dict(weights)
    others = {ticker: weight for ticker, weight in weights.items() if ticker != moved}
    room, held = 100.0 - weights[moved], math.fsum(others.values())
    exact = {ticker: weight * room / held for ticker, weight in others.items()}
    fitted = {ticker: float(math.floor(weight + 1e-9)) for ticker, weight in exact.items()}
    spare = math.floor(room - sum(fitted.values()) + 1e-9)
    for ticker in sorted(exact, key=lambda one: fitted[one] - exact[one])[:spare]:
        fitted[ticker] += 1.0
    return {ticker: fitted.get(ticker, weight) for ticker, weight in weights.items()}

"""The lab's controls: their values for a configuration, and the configuration of their values.

Plain values by the name of a control, as a page keeps them; no page is needed to test them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from backtests.engine.address import MOST_IN_LINK, require_few_tickers
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.kinds import require_few, tickers
from backtests.engine.money import HEDGES, Money, ratio_text
from backtests.engine.withholding import read_withholding
from backtests.lab.own_money import PLAN_KEY, plan_of, plan_state
from data.currency.currencies import DOLLAR
from data.errors import UsageError, in_full, in_short
from strategies.base import Parameter
from strategies.registry import strategy_class

FRACTIONS = (1, 2, 3, 4, 5, 6, 10, 12, 20, 24, 25, 50, 100)
SETTING = "set."
IDLE = "idle"  # the field of an address for tickers at 0 %
LARGEST = 2**53 - 1  # a browser has no larger whole number
DAYS = ("start", "end")
# What the control of histories carried back can be, and what that is in a configuration.
EXTEND: Mapping[str, bool | None] = {"short end": None, "all": True, "none": False}
BUTTONS = ("save", "add", "clear", "forget")
MONEY = "money."  # before the key of a control of the currency, its cash and its hedge
BY_TICKER = ".by_ticker"  # behind that of a ratio: what an address gives by ticker
PRESET = "preset."  # before the key of a preset's button
OWN = ("address", "compared", "saved", "drawn", "shown", "told")  # kept by the page itself


@dataclass(frozen=True)
class Preset:
    """A portfolio to begin with: a mix by its weights, or a rule at its defaults.

    Attributes
    ----------
    label
        On its button.
    strategy
        What holds it.
    weights
        Fractions by ticker; empty for a rule.
    """

    label: str
    strategy: str
    weights: Mapping[str, float]


PRESETS = (
    Preset("60/40", "hedge_mix", {"SPY": 0.6, "IEF": 0.4}),
    Preset("80/20", "hedge_mix", {"SPY": 0.8, "IEF": 0.2}),
    Preset("60/40 long", "hedge_mix", {"SPY": 0.6, "TLT": 0.4}),
    Preset("Three funds", "hedge_mix", {"SPY": 0.6, "IEF": 0.2, "TLT": 0.2}),
    Preset("attack_defend", "attack_defend", {}),
)


def key_of(strategy: str, name: str) -> str:
    """The control of a parameter."""
    return f"{SETTING}{strategy}.{name}"


def weight_key(ticker: str) -> str:
    """The control of a weight, in percent."""
    return f"weight.{ticker}"


def money_key(name: str) -> str:
    """The control of a field of :class:`~backtests.engine.money.Money`; a ratio is in percent."""
    return f"{MONEY}{name}"


def to_state(config: RunConfig, idle: Sequence[str] = ()) -> dict[str, Any]:
    """The values of the controls for a configuration.

    Parameters
    ----------
    config
        What they are to say.
    idle
        Tickers at 0 % that have a slider beside those of the configuration.
    """
    kind, _, folder = config.source.partition(":")
    state: dict[str, Any] = {
        "strategy": config.strategy,
        "source": kind,
        "folder": folder,
        "extend": next(name for name, value in EXTEND.items() if value is config.extend),
        "benchmark": config.benchmark or "",
        "hedge": ",".join(config.hedge),
        "equity": ",".join(config.equity),
        "price_only": ",".join(config.price_only),
        "withholding": _withholding_text(config),
        "real": config.real,
        "fee_bps": float(config.costs.fee_bps),
        "slippage_bps": float(config.costs.slippage_bps),
        "lag": config.costs.lag,
        "initial": float(config.initial),
        **_money_state(config.money),
        **plan_state(config.plan, real=config.real),
    }
    for name in DAYS:
        state[name] = getattr(config, name) or ""
    for declared in strategy_class(config.strategy).parameters():
        value = config.params.get(declared.name, declared.default)
        if isinstance(value, Mapping):
            state["tickers"] = list(value)
            # A weight may exceed 1 by rounding; a slider may not exceed 100.
            percent = {name: min(round(100.0 * one, 8), 100.0) for name, one in value.items()}
            state |= {weight_key(name): one for name, one in percent.items()}
            # A slider holds ten digits; until it is moved, the weight keeps all its digits.
            state["exact"] = {name: (percent[name], one) for name, one in value.items()}
            more = [ticker for ticker in dict.fromkeys(idle) if ticker not in value]
            require_few(len(value) + len(more), "the lab's tickers", MOST_IN_LINK)
            state["tickers"] += more
            state |= {weight_key(ticker): 0.0 for ticker in more}
        else:
            if isinstance(value, int) and abs(value) > LARGEST:
                raise UsageError(
                    f"the lab shows whole numbers up to {LARGEST}, and {declared.name} has "
                    f"{value}; use the command line"
                )
            # A whole number of an address becomes a number of the declared type.
            is_number = isinstance(declared.default, float) and isinstance(value, int)
            state[key_of(config.strategy, declared.name)] = float(value) if is_number else value
    return state


def _money_state(money: Money) -> dict[str, Any]:
    """The values of the controls of a currency; in dollars they are hidden, and the usual ones."""
    state: dict[str, Any] = {
        money_key("currency"): money.currency,
        money_key("cash"): money.cash,
        money_key("fx_basis_bp"): money.fx_basis_bp,
        money_key("carry_rates"): money.carry_rates,
        f"{MONEY}exact": {},
    }
    for name in HEDGES:
        ratio, key = money.ratio(name), money_key(name)
        if isinstance(ratio, Mapping):
            state |= {key: 0.0, f"{key}{BY_TICKER}": ratio_text(ratio)}
        else:
            state |= {key: round(100.0 * ratio, 8), f"{key}{BY_TICKER}": ""}
            # As a weight does, a ratio keeps all its digits until its slider is moved.
            state[f"{MONEY}exact"][name] = (state[key], ratio)
    return state


def money_of(state: Mapping[str, Any]) -> Money:
    """Read the controls of a currency; in dollars there are none but itself.

    Raises
    ------
    UsageError
        For ratios by ticker that cannot be read.
    """
    currency = state[money_key("currency")]
    if currency == DOLLAR:
        return Money()
    ratios: dict[str, str | float] = {}
    for name in HEDGES:
        percent, text = state[money_key(name)], state[f"{money_key(name)}{BY_TICKER}"].strip()
        was, ratio = state[f"{MONEY}exact"].get(name, (None, 0.0))
        ratios[name] = text or (ratio if percent == was else round(percent / 100.0, 10))
    return Money(
        currency=currency,
        cash=state[money_key("cash")],
        fx_hedge=ratios["fx_hedge"],
        fx_hedge_equity=ratios["fx_hedge_equity"],
        fx_basis_bp=float(state[money_key("fx_basis_bp")]),
        carry_rates=bool(state[money_key("carry_rates")]),
    )


def keep(state: MutableMapping[str, Any]) -> None:
    """Keep the values of controls that may not be drawn this time.

    Streamlit forgets the value of a control that it does not draw, unless it is set again. The
    weight of a ticker that was removed is still forgotten: when the ticker comes back it begins
    at 0, since the sum could exceed 1 otherwise.
    """
    held = [weight_key(ticker) for ticker in state.get("tickers", [])]
    hidden = [key for key in state if key.startswith((SETTING, MONEY, PLAN_KEY))]
    for key in ("tickers", "folder", *held, *hidden):
        if key in state:
            state[key] = state[key]


def complete(state: MutableMapping[str, Any]) -> None:
    """Give each control of the chosen strategy that has no value yet its default."""
    strategy = state["strategy"]
    for declared in strategy_class(strategy).parameters():
        if not isinstance(declared.default, Mapping):
            state.setdefault(key_of(strategy, declared.name), declared.default)
            continue
        if "tickers" not in state:
            state["tickers"] = list(declared.default)
            for ticker, weight in declared.default.items():
                state[weight_key(ticker)] = 100.0 * weight
        for ticker in state["tickers"]:
            state.setdefault(weight_key(ticker), 0.0)
        state["cash"] = max(round(100.0 - math.fsum(percent_of(state).values()), 6), 0.0)


def apply(preset: Preset, state: MutableMapping[str, Any]) -> None:
    """Set strategy and weights, or a rule's parameters, and nothing else."""
    state["strategy"] = preset.strategy
    if preset.weights:
        state["tickers"], state["exact"] = list(preset.weights), {}
        for ticker, weight in preset.weights.items():
            state[weight_key(ticker)] = round(100.0 * weight, 8)
        return
    for declared in strategy_class(preset.strategy).parameters():
        state[key_of(preset.strategy, declared.name)] = declared.default


def is_applied(preset: Preset, state: Mapping[str, Any]) -> bool:
    """Whether the controls say what a preset sets; tickers at 0 % are of no account."""
    if state["strategy"] != preset.strategy:
        return False
    if preset.weights:
        held = {ticker: one / 100.0 for ticker, one in percent_of(state).items() if one > 0.0}
        return held.keys() == preset.weights.keys() and all(
            math.isclose(weight, preset.weights[ticker], abs_tol=1e-9)
            for ticker, weight in held.items()
        )
    return all(
        state.get(key_of(preset.strategy, declared.name), declared.default) == declared.default
        for declared in strategy_class(preset.strategy).parameters()
    )


def from_state(state: Mapping[str, Any]) -> RunConfig:
    """Read the controls.

    Raises
    ------
    HedgeError
        For settings that do not go together.
    """
    strategy, source = state["strategy"], source_of(state)
    if source == "files:":
        raise UsageError("the source is a folder of files; give its name on the left")
    params: dict[str, Any] = {}
    for declared in strategy_class(strategy).parameters():
        if isinstance(declared.default, Mapping):
            params[declared.name] = _weights_of(state)
        else:
            value = state[key_of(strategy, declared.name)]
            params[declared.name] = value.strip() if isinstance(value, str) else value
    days: dict[str, Any] = {name: state[name].strip() or None for name in DAYS}
    config = RunConfig(
        strategy=strategy,
        params=params,
        source=source,
        costs=Costs(float(state["fee_bps"]), float(state["slippage_bps"]), int(state["lag"])),
        benchmark=state["benchmark"].strip() or None,
        hedge=tickers(state["hedge"].strip() or None, "Hedge"),
        equity=tickers(state["equity"].strip() or None, "Equity"),
        price_only=tickers(state["price_only"].strip() or None, "Without dividends"),
        withholding=read_withholding(state["withholding"].strip() or None, "Withheld"),
        real=bool(state["real"]),
        initial=float(state["initial"]),
        extend=EXTEND[state["extend"]],
        money=money_of(state),
        plan=plan_of(state),
        **days,
    )
    require_few_tickers(config)
    return config


def _withholding_text(config: RunConfig) -> str:
    value = config.withholding.value
    return "" if value is None else in_full(value) if isinstance(value, float) else value


def _weights_of(state: Mapping[str, Any]) -> dict[str, float]:
    """Weights by ticker as typed, without outer spaces, if a command line can express them.

    A ticker at 0 % is no part of the run, whose period its history would cut. Where all are at
    0 %, which is cash alone, the first stands for them: a run needs sessions.

    Raises
    ------
    UsageError
        For a ticker that is empty, holds a comma, or stands there twice.
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
    held = {ticker: weight for ticker, weight in weights.items() if weight > 0.0}
    return held or dict(list(weights.items())[:1])


def idle_of(state: Mapping[str, Any], config: RunConfig) -> list[str]:
    """Tickers that have a slider and are no part of the run, since they stand at 0 %."""
    for value in config.params.values():
        if isinstance(value, Mapping):
            typed = [ticker.strip() for ticker in percent_of(state)]
            return [ticker for ticker in typed if ticker not in value]
    return []


def idle_in(text: str) -> list[str]:
    """Tickers at 0 % from an address, where a comma parts them.

    Raises
    ------
    UsageError
        For one that is empty or stands there twice, and for more than a page has room for.
    """
    idle = [ticker.strip() for ticker in text.split(",")]
    require_few(len(idle), "the lab's tickers", MOST_IN_LINK)
    if not all(idle) or len(set(idle)) < len(idle):
        raise UsageError(
            f"the address gives {IDLE} {in_short(text)}; write each ticker at 0 % once, as in "
            f"{IDLE}=TLT,GLD"
        )
    return idle


def source_of(state: Mapping[str, Any]) -> str:
    """The source as the command line names it."""
    kind = str(state["source"])
    return f"files:{state.get('folder') or ''}" if kind == "files" else kind


def percent_of(state: Mapping[str, Any]) -> dict[str, float]:
    """Weights in percent by ticker, in the order chosen."""
    return {ticker: float(state.get(weight_key(ticker), 0.0)) for ticker in state["tickers"]}


def values_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """The present values of the controls, without buttons."""
    own = (*BUTTONS, *OWN)
    return {
        key: value for key, value in state.items() if key not in own and not key.startswith(PRESET)
    }


def is_moved(drawn: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Whether a control caused this request, not the back button or a link.

    A browser sends its address with every change. It may be that of the run before last, if a
    slider is moved again before the page has answered.

    Parameters
    ----------
    drawn
        What the controls held when the page was last drawn.
    state
        Their values now, with the buttons.
    """
    now = values_of(state)
    changed = any(now[key] != one for key, one in drawn.items() if key in now)
    is_pressed = any(
        value for key, value in state.items() if key in BUTTONS or key.startswith(PRESET)
    )
    return changed or is_pressed


def slider_step(declared: Parameter) -> float:
    """The step of a parameter's slider.

    The declared step divided by the smallest of ``FRACTIONS`` so that both ends and the default
    lie on its grid.
    """
    low, high, default = declared.low or 0.0, declared.high or 0.0, cast("float", declared.default)
    whole = declared.step or (high - low) / 100.0
    if isinstance(declared.default, int):
        return 1

    def is_whole(number: float) -> bool:
        return math.isclose(number, round(number), abs_tol=1e-9)

    for part in FRACTIONS:
        step = whole / part
        if is_whole((default - low) / step) and is_whole((high - low) / step):
            return round(step, 10)
    return round((high - low) / 1000.0, 10)


def weight_step(state: Mapping[str, Any], ticker: str) -> float:
    """The step of a weight's slider, in percent: 0.1 where the given weight is no whole percent.

    It depends on the weight that was given, not on the present one: Streamlit starts a slider
    again whose step changes.
    """
    return _step_of(state.get("exact", {}), ticker)


def ratio_step(state: Mapping[str, Any], name: str) -> float:
    """The step of the slider of a currency hedge, as that of a weight."""
    return _step_of(state[f"{MONEY}exact"], name)


def _step_of(exact: Mapping[str, tuple[float, float]], name: str) -> float:
    given = exact.get(name, (0.0, 0.0))[0]
    return 1.0 if float(given).is_integer() else 0.1


def make_room(weights: Mapping[str, float], moved: str) -> dict[str, float]:
    """Lower other weights for one that was raised: first cash, then the others.

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

"""A run's configuration as the query of a web address, and as a command line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence, Sized
from urllib.parse import parse_qsl

from backtests.engine.config import RunConfig
from backtests.engine.config_file import KEYS, WORDS, Dated, Rates, Ratios
from backtests.engine.kinds import require_few
from backtests.engine.money import HEDGES
from backtests.engine.plan import PLAN
from data.currency.currencies import DOLLAR
from data.errors import UsageError, did_you_mean, in_short
from strategies.base import OWN_OPTIONS, Value

# Bounds of a link, which anybody may write: a page reads it before it answers.
LONGEST_LINK = 32_000  # characters of a query: eight compared runs of MOST_IN_LINK tickers
MOST_FIELDS = 100
MOST_IN_LINK = 50  # tickers
PARAMETER = "set."  # set.step_bp=25 in an address is --set step_bp=25


def to_address(config: RunConfig) -> dict[str, str]:
    """Write a configuration as the fields of a query; what is not set is left out."""
    fields = {
        key: _text(value)
        for key, value in config.as_dict().items()
        if key != "params" and value is not None
    }
    return {**fields, **{PARAMETER + name: _text(value) for name, value in config.params.items()}}


def require_short_link(query: str, fields: Sequence[tuple[str, str]]) -> None:
    """Refuse a link that is too long or has too many fields, before anything else is read.

    Raises
    ------
    UsageError
        Naming the bound.
    """
    if len(query) > LONGEST_LINK:
        raise UsageError(
            f"the address has {len(query):,} characters; shorten it to {LONGEST_LINK:,}, or use "
            "the command line"
        )
    if len(fields) > MOST_FIELDS:
        raise UsageError(f"the address sets {len(fields):,} things; set at most {MOST_FIELDS}")


def from_query(query: str) -> RunConfig:
    """Read a configuration from a link's query, within the bounds of a link.

    Raises
    ------
    HedgeError
        As :func:`from_address`; also beyond ``LONGEST_LINK``, ``MOST_FIELDS`` or ``MOST_IN_LINK``,
        and for what is given twice.
    """
    # More fields than the bound need not be told apart.
    pairs = parse_qsl(query[: LONGEST_LINK + 1], keep_blank_values=True)
    require_short_link(query, pairs)
    fields: dict[str, str] = {}
    for key, text in pairs:
        if key in fields:
            raise UsageError(f"the address gives {in_short(key)} twice; give it once")
        fields[key] = text
    config = from_address(fields)
    require_few_tickers(config)
    return config


def require_few_tickers(config: RunConfig) -> None:
    """Refuse more tickers than a page has room for."""
    ratios = {name: config.money.ratio(name) for name in HEDGES}
    lists: dict[str, Sized] = {
        **{name: value for name, value in config.params.items() if isinstance(value, Mapping)},
        **{name: value for name, value in ratios.items() if isinstance(value, Mapping)},
        "withholding": config.withholding.by_ticker,
        **{name: getattr(config, name) for name in ("hedge", "equity", "price_only")},
    }
    for name, tickers in lists.items():
        require_few(len(tickers), f"the lab's {name}", MOST_IN_LINK)


def from_address(fields: Mapping[str, str]) -> RunConfig:
    """Read a configuration back; a missing field takes its default.

    Raises
    ------
    HedgeError
        For a field that does not exist, and for a value that is not possible.
    """
    settable = [key for key in KEYS if key != "params"]
    read: dict[str, Value] = {}
    for key, text in fields.items():
        if key.startswith(PARAMETER):
            continue
        if key not in settable:
            raise UsageError(
                f"the address sets {in_short(key)}{did_you_mean(key, settable)}; it can set "
                f"{', '.join(settable)} and {PARAMETER}NAME"
            )
        read[key] = _value(key, text)
    if "strategy" not in read:
        raise UsageError("the address names no strategy; write strategy=hedge_mix")
    params: dict[str, Value] = {
        key.removeprefix(PARAMETER): text
        for key, text in fields.items()
        if key.startswith(PARAMETER)
    }
    return RunConfig.from_dict({**read, "params": params})


def to_command(config: RunConfig, out: str = "results") -> str:
    """Write the command line that makes the same run, quoted for a POSIX shell."""
    kind = type(config.make_strategy())
    default = RunConfig.of(kind(), {})
    words = ["python", "-m", "backtests.run", config.strategy]
    if kind.file is not None:
        words.append(f"--strategy-file={kind.file.path}:{kind.file.class_name}")
    for name, value in config.params.items():
        # With bands another calendar is the usual one, so that the command names it.
        is_calendar = name == "rebalance" and bool(config.plan.rebalancing)
        if _same(value, getattr(default.rule, name)) and not is_calendar:
            continue
        if name in OWN_OPTIONS:
            words += [f"--{name}", _text(value)]
        else:
            words += ["--set", f"{name}={_text(value)}"]
    # In another currency there are more fields, of which the command says what is not usual there.
    usual = {
        **RunConfig.of(kind(), {"currency": config.money.currency}).as_dict(),
        **({} if config.money.is_dollars else {"currency": DOLLAR}),
        "withholding": None,
        **dict.fromkeys(PLAN),
        "real": None,
    }
    for key, setting in config.as_dict().items():
        if key not in ("strategy", "params") and not _same(setting, usual[key]):
            name = key.replace("_", "-")
            if isinstance(setting, bool):
                words.append(f"--{name}" if setting else f"--no-{name}")
            else:
                words.append(f"--{name}={_text(setting)}")
    if out != "results":
        words.append(f"--out={out}")
    return shlex.join(words)


def _same(value: object, default: object) -> bool:
    """Whether a value is written as the default is.

    Equality does not suffice: equal mappings may differ in order, 0 equals -0, and the name of a
    run's folder depends on both.
    """
    return (value is None) == (default is None) and _text(value) == _text(default)


def _text(value: object) -> str:
    """Write a value as the command line takes it, with all its digits."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_text(weight)}" for name, weight in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.0f}"  # keeps the sign of -0
    return repr(value) if isinstance(value, float) else str(value)


def _value(key: str, text: str) -> Value:
    kind = KEYS[key]
    try:
        if kind is bool:
            return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        if kind in (
            str,
            Ratios,
            Rates,
            Dated,
        ):
            return str(text)  # the configuration reads it
        return float(text) if kind is float else int(text)
    except (ValueError, KeyError):
        raise UsageError(f"the address: {key} takes {WORDS[kind]}, got {in_short(text)}") from None

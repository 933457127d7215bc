"""What a RUN of ``compare`` says about money, bands and cash flows, before the options do."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from backtests.cli import assignments
from data.errors import UsageError, did_you_mean, in_short

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from strategies.base import Value

WITHHOLDING = "withholding"
REAL = "real"
# Two ways to say the same: what one run says of the first displaces what all say of the second.
RIVALS = {"flow": "flows", "flows": "flow"}
NONE = "none"  # of a setting that others have, and this run has not
AFTER_COLON = re.compile(r":\s*(\w+)\s*=")
JOINED = re.compile(r"\+(?=[^+=]*=)")  # not the sign of an amount, nor that of 1e+3
DATED = re.compile(r"\s*\d{4}-\d\d?-\d\d?\s*=")


def setting_names() -> tuple[str, ...]:
    """The settings that a RUN may have among its strategy's parameters."""
    from backtests.engine.money import MONEY
    from backtests.engine.plan import PLAN

    return (*MONEY, WITHHOLDING, *PLAN, REAL)


def require_commas(strategy: str, run: str, text: str) -> None:
    """Refuse a colon where a comma belongs: ``fx_hedge=1:withholding=IEF=0.15``."""
    from strategies.registry import strategy_class

    declared = [own.name for own in strategy_class(strategy).parameters()]
    for name in AFTER_COLON.findall(text):
        if name in (*setting_names(), *declared):
            raise UsageError(
                f"{in_short(run)} has a colon before {name}=; only what follows the strategy has "
                f"one: write a comma, as in {strategy}:NAME=VALUE,{name}=VALUE"
            )


def own_settings(strategy: str, text: str) -> tuple[dict[str, Value | None], str]:
    """Read what is no parameter among the settings of a RUN, and return the rest as it stands.

    Ratios and rates by ticker, and amounts by day, are joined by ``+``: ``fx_hedge=IEF=1+TLT=0.5``.
    A parameter of the strategy that is called as such a setting stays a parameter.

    Returns
    -------
    tuple of dict and str
        The settings, None for one that this run is not to have; and its parameters.

    Raises
    ------
    UsageError
        For a setting that is given twice, and for a value that is none.
    """
    from strategies.registry import strategy_class

    declared = [own.name for own in strategy_class(strategy).parameters()]
    parts = [part for part in text.split(",") if part]
    names = [part.partition("=")[0].strip() for part in parts]
    is_setting = [name in setting_names() and name not in declared for name in names]
    told = assignments([part for part, own in zip(parts, is_setting, strict=True) if own], strategy)
    rest = [part for part, own in zip(parts, is_setting, strict=True) if not own]
    read = {name: _value(name, value, strategy) for name, value in told.items()}
    for part in rest:
        if "flows" in told and DATED.match(part):
            raise UsageError(
                f"{strategy}: {in_short(part)} stands after a comma, which ends flows=; join dates "
                "by +, as in flows=2020-01-15=500+2021-01-15=-300"
            )
    return read, ",".join(rest) if any(is_setting) else text


def _value(name: str, text: str, strategy: str) -> Value | None:
    """A value as a configuration has it."""
    from backtests.engine.money import HEDGES
    from backtests.engine.plan import PLAN
    from data.currency.currencies import read_code
    from strategies.base import SWITCHES

    if name in PLAN and text.lower() == NONE:
        return None
    if name in (*HEDGES, WITHHOLDING):
        return text.replace("+", ",") if "=" in text else text
    if name == "flows":
        return JOINED.sub(",", text)
    if name == "currency":
        return read_code(text, f"{strategy}: currency")
    numbers = {"fx_basis_bp": "basis points a year", "band": "a fraction such as 0.05, or none",
               "band_relative": "a fraction such as 0.25, or none"}  # fmt: skip
    if name in numbers:
        try:
            return float(text)
        except ValueError:
            raise UsageError(
                f"{strategy}: {name} takes {numbers[name]}, got {in_short(text)}"
            ) from None
    if name in ("carry_rates", "flow_indexed", REAL):
        if text.lower() not in SWITCHES:
            raise UsageError(
                f"{strategy}: {name} takes true or false, got {in_short(text)}"
                f"{did_you_mean(text, SWITCHES)}"
            )
        return SWITCHES[text.lower()]
    return text


def around(
    settings: Mapping[str, Value | None], options: Mapping[str, Any], given: Collection[str]
) -> Mapping[str, Any]:
    """The options for a run with settings of its own.

    What another run brought along about money is not for a run that says its own currency; a run
    in dollars hedges none. Its own ``flow`` displaces the ``flows`` of all, and the other way
    round; what all say of how amounts grow, or of where a band ends, is for those that have them.
    """
    from backtests.engine.money import MONEY
    from data.currency.currencies import DOLLAR

    code = settings.get("currency")
    left_out = [other for name, other in RIVALS.items() if name in settings]
    if code is not None:
        left_out += [name for name in MONEY if code == DOLLAR or name not in given]
    read = {**options, **dict.fromkeys(left_out)}
    both = {**read, **settings}
    if both["band"] is None and both["band_relative"] is None:
        read["band_to"] = None
    if not _has_amounts(both):
        read["flow_indexed"] = None
    return read


def _has_amounts(options: Mapping[str, Any]) -> bool:
    """Whether a run has cash flows that can grow with prices, which a share of value cannot."""
    from backtests.engine.flows import read_flow

    if options["flow"] is None:
        return options["flows"] is not None
    flow = read_flow(options["flow"])
    return bool(flow.amount) and not flow.is_share


def require_agreement(
    path: object, table: Mapping[str, Any], options: Mapping[str, Any], given: Collection[str]
) -> None:
    """Refuse an option that says otherwise than the file of a run.

    Raises
    ------
    UsageError
        Naming both.
    """
    for name in given:
        option = f"--{name.replace('_', '-')}"
        rival = RIVALS.get(name)
        if rival is not None and rival in table:
            raise UsageError(
                f"{option} is {in_short(options[name])}, and {path} sets {rival}; leave one out"
            )
        if name in table and not is_same(name, table[name], options[name]):
            raise UsageError(
                f"{option} is {_told(options[name])}, and {path} sets {name} to "
                f"{_told(table[name])}; leave one out"
            )


def _told(value: object) -> str:
    """A value in a message; a mapping of many days in short."""
    return in_short(value) if isinstance(value, Mapping) else str(value)


def is_same(name: str, value: object, other: object) -> bool:
    """Whether two values of an option are the same, however they are written."""
    from backtests.engine.flows import flows_given, read_dated, read_flow
    from backtests.engine.money import HEDGES, read_ratio
    from backtests.engine.withholding import read_withholding
    from data.currency.currencies import read_code

    if name in HEDGES:
        return read_ratio(value, name) == read_ratio(other, name)
    if name == WITHHOLDING:
        return read_withholding(value) == read_withholding(other)
    if name == "currency":
        return read_code(value, name) == read_code(other, name)
    if name == "flow":
        return read_flow(value) == read_flow(other)
    if name == "flows":
        return read_dated(flows_given(value)) == read_dated(flows_given(other))
    return value == other


def require_bands_and_flows(
    configs: Collection[RunConfig], options: Mapping[str, Any], given: Collection[str]
) -> None:
    """Refuse an option about bands, or about amounts that grow, where no new run has any.

    Raises
    ------
    UsageError
        Naming it.
    """
    if configs and "band_to" in given and not any(run.plan.rebalancing for run in configs):
        raise UsageError(
            "--band-to says where a band ends, and no new run has one; give --band or "
            "--band-relative as well, or leave it out"
        )
    is_indexed = "flow_indexed" in given and options["flow_indexed"]
    if configs and is_indexed and not any(run.plan.flows.indexed for run in configs):
        raise UsageError(
            "--flow-indexed lets amounts grow with prices, and no new run has any; give --flow or "
            "--flows as well, or leave it out"
        )

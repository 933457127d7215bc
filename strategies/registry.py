"""Every strategy by name. To add one: write its file, then one line here."""

from __future__ import annotations

import pkgutil

from data.errors import UsageError, did_you_mean
from strategies.base import Params, Strategy, Value

STRATEGIES = {
    "equity_only": "strategies.equity_only:EquityOnly",
    "hedge_mix": "strategies.hedge_mix:HedgeMix",
    "attack_defend": "strategies.attack_defend:AttackDefend",
    "duration_trend": "strategies.duration_trend:DurationTrend",
    "carry": "strategies.carry:Carry",
    "rate_cycle": "strategies.rate_cycle:RateCycle",
    "two_prices": "strategies.two_prices:TwoPrices",
    "correlation_hedge": "strategies.correlation_hedge:CorrelationHedge",
    "risk_parity": "strategies.risk_parity:RiskParity",
}


def strategy_class(name: str) -> type[Strategy]:
    """Find a strategy by name.

    Raises
    ------
    UsageError
        If there is none; names the nearest.
    """
    if name not in STRATEGIES:
        raise UsageError(
            f"strategy {name!r} is unknown{did_you_mean(name, STRATEGIES)}; "
            f"there are {', '.join(STRATEGIES)}"
        )
    found: type[Strategy] = pkgutil.resolve_name(STRATEGIES[name])
    return found


def make(name: str, values: Params) -> Strategy:
    """Make a strategy from parameter values; text is read as the declared type.

    Raises
    ------
    UsageError
        For an unknown parameter, a value of the wrong type or outside its range.
    """
    kind = strategy_class(name)
    declared = {known.name: known for known in kind.parameters()}
    read: dict[str, Value] = {}
    for key, value in values.items():
        if key not in declared:
            raise UsageError(
                f"{name} has no parameter {key!r}{did_you_mean(key, declared)}; "
                f"it has {', '.join(declared)}"
            )
        read[key] = declared[key].parse(value, name) if isinstance(value, str) else value
    return kind(**read)

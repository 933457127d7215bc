"""Every strategy by name. To add a built-in one: write its file, then one line here.

A user's own strategy needs no line: its file is named, or lies in ``$HEDGE_STRATEGIES``.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import RuleError, UsageError, did_you_mean
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


# Strategies that this process was given by file, by name.
_GIVEN: dict[str, type[Strategy]] = {}
FOLDER = "HEDGE_STRATEGIES"  # environment variable: a folder of own strategies


@dataclass(frozen=True)
class Own:
    """Strategies outside the repository by name, and a line for each that cannot be used."""

    strategies: Mapping[str, type[Strategy]]
    wrong: tuple[str, ...] = ()

    def require_usable(self) -> None:
        """Refuse a folder in which a file or class cannot be used.

        Raises
        ------
        RuleError
            With a line for each of them.
        """
        if self.wrong:
            raise RuleError("; ".join(self.wrong))


def use_file(text: str) -> str:
    """Register the strategy that ``FILE.py:CLASS`` names in this process, and return its name.

    Raises
    ------
    RuleError
        If it cannot be used, or another strategy has its name.
    """
    from strategies.files import read_strategy

    kind = read_strategy(text)
    where = f"--strategy-file {text}"
    if kind.name in STRATEGIES:
        raise RuleError(f"{where}: {kind.name} is the name of a built-in strategy; rename it")
    if not _is_same(_GIVEN.setdefault(kind.name, kind), kind):
        raise RuleError(
            f"{where}: {kind.name} is also the name of a strategy given before; rename one"
        )
    return kind.name


def _is_same(kind: type[Strategy], other: type[Strategy]) -> bool:
    return kind.file is not None and kind.file.is_same(other.file)


def own_strategies() -> Own:
    """Read the strategies outside the repository: those given by file, then ``$HEDGE_STRATEGIES``.

    Reading the folder runs its Python files.
    """
    given = dict(_GIVEN)
    folder = os.environ.get(FOLDER)
    if not folder:
        return Own(given)
    from strategies.files import read_folder

    kinds, wrong = read_folder(Path(folder))
    twice = set()
    for kind in kinds:
        path = "" if kind.file is None else kind.file.path
        if kind.name in STRATEGIES:
            wrong.append(f"${FOLDER} {path}: {kind.name} is the name of a built-in one; rename it")
            continue
        other = given.setdefault(kind.name, kind)
        if not _is_same(other, kind):
            twice |= {kind.name} - _GIVEN.keys()
            there = "another file" if other.file is None else other.file.path
            wrong.append(f"${FOLDER} {path}: {kind.name} is a strategy of {there} too; rename one")
    # Of two strategies with one name neither is used: nobody knows which one was meant.
    own = {name: kind for name, kind in given.items() if name not in twice}
    return Own(own, tuple(wrong))


def strategy_class(name: str) -> type[Strategy]:
    """Find a strategy by name.

    Raises
    ------
    UsageError
        If there is none; names the nearest.
    """
    if name in STRATEGIES:
        kind: type[Strategy] = pkgutil.resolve_name(STRATEGIES[name])
        return kind
    if name in _GIVEN:
        return _GIVEN[name]
    own = own_strategies()
    if name not in own.strategies:
        names = [*STRATEGIES, *own.strategies]
        raise UsageError(
            f"strategy {name!r} is unknown{did_you_mean(name, names)}; "
            f"there are {', '.join(names)}" + "".join(f"; {line}" for line in own.wrong)
        )
    return own.strategies[name]


def is_strategy(name: str) -> bool:
    """Whether a name is that of a strategy; reads ``$HEDGE_STRATEGIES`` only for an unknown one."""
    return name in STRATEGIES or name in _GIVEN or name in own_strategies().strategies


def strategy_names() -> list[str]:
    """Names of all strategies: built-in, given by file, of ``$HEDGE_STRATEGIES``."""
    return [*STRATEGIES, *own_strategies().strategies]


def make(name: str, values: Params) -> Strategy:
    """Make a strategy from parameter values; text is read as the declared type.

    Raises
    ------
    UsageError
        For an unknown parameter, a value of the wrong type or outside its range.
    """
    return make_of(strategy_class(name), values)


def make_of(kind: type[Strategy], values: Params) -> Strategy:
    """Make a strategy of a class, as :func:`make` does by name."""
    declared = {own.name: own for own in kind.parameters()}
    read: dict[str, Value] = {}
    for key, value in values.items():
        if key not in declared:
            raise UsageError(
                f"{kind.name} has no parameter {key!r}{did_you_mean(key, declared)}; "
                f"it has {', '.join(declared) or 'none'}"
            )
        read[key] = declared[key].parse(value, kind.name) if isinstance(value, str) else value
    if kind.is_built_in():
        return kind(**read)
    from strategies.files import make_own, require_answers

    own = make_own(kind, read)
    require_answers(own, kind.__name__)
    return own

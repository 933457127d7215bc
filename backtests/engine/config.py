"""A run in one frozen value: everything the user chose."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from immutabledict import immutabledict

from backtests.engine.costs import Costs
from data.errors import UsageError
from data.load import require_source
from data.records import as_number, fields_of, freeze_mappings
from strategies.base import Params, Strategy, Value
from strategies.registry import make, make_of

COSTS = ("fee_bps", "slippage_bps", "lag")  # what of a run's table belongs to its costs


@dataclass(frozen=True)
class ConfigTable:
    """A run's configuration flat, as TOML files, addresses and manifests have it.

    Fee and slippage in basis points of the value traded, the lag in rows, days ``YYYY-MM-DD``,
    the initial value in currency.
    """

    strategy: str
    params: Params
    source: str
    extend: bool
    start: str | None
    end: str | None
    fee_bps: float
    slippage_bps: float
    lag: int
    benchmark: str | None
    initial: float

    def __post_init__(self) -> None:
        """Keep parameters from being changed."""
        freeze_mappings(self)


@dataclass(frozen=True)
class RunConfig:
    """What determines a run, apart from the data: checked when it is made.

    Parameters
    ----------
    strategy
        A registered name, or that of ``rule``.
    params
        Parameter values; text is read as the declared type, and what is missing takes its
        default.
    source
        ``auto``, ``yahoo``, ``bundled``, ``files:DIR``; ``prices`` for those given in Python.
    start, end
        First and last day to simulate, ``YYYY-MM-DD``, or None for all there is.
    costs
        Fee, slippage and lag.
    benchmark
        A ticker, or None for SPY where the source has it, else the heaviest ticker.
    initial
        Value at the start.
    extend
        Carry each history back before its first day by its proxies.
    rule
        The strategy itself. By default it is made of name and parameters; one that no name leads
        to, a function or an object of the user's own, is given (:meth:`of`).

    Raises
    ------
    UsageError
        For any of these that cannot be.
    """

    strategy: str
    params: Params = field(default_factory=immutabledict)
    source: str = "auto"
    start: str | None = None
    end: str | None = None
    costs: Costs = field(default_factory=Costs)
    benchmark: str | None = None
    initial: float = 10_000.0
    extend: bool = False
    rule: Strategy | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Make the strategy, resolve its parameters and refuse what cannot run."""
        rule = self.rule
        if rule is None or rule.name != self.strategy:  # of another configuration, changed
            rule = make(self.strategy, self.params)
        elif rule.params() != self.params:
            rule = make_of(type(rule), self.params)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "params", rule.params())
        require_source(self.source)
        start, end = _day("--start", self.start), _day("--end", self.end)
        if start and end and end <= start:
            raise UsageError(f"--end {end} is not after --start {start}; give a later end")
        initial = as_number(self.initial, float)
        if not isinstance(initial, float):
            raise UsageError(f"--initial takes an amount, got {initial!r}")
        object.__setattr__(self, "initial", initial)
        if not 1.0 <= self.initial <= 1e15:
            raise UsageError(f"--initial takes an amount from 1 to 1e15, got {self.initial:g}")
        if self.benchmark == "":
            raise UsageError("--benchmark takes a ticker, got nothing; leave it out for SPY")

    @classmethod
    def of(cls, rule: Strategy, table: Mapping[str, Value | Params | None]) -> RunConfig:
        """Make a run of a strategy that is there already; the rest as :meth:`from_dict`."""
        return cls.from_dict({**table, "strategy": rule.name, "params": rule.params()}, rule)

    @classmethod
    def from_dict(
        cls, table: Mapping[str, Value | Params | None], rule: Strategy | None = None
    ) -> RunConfig:
        """Make a run from values as :meth:`as_dict` gives them; what is missing takes its default.

        Parameters
        ----------
        table
            Its keys and their types are those of ``backtests.engine.config_file.KEYS``.
        rule
            The strategy, where no registered name leads to it.
        """
        rest = dict(table)
        costs = {name: rest.pop(name) for name in COSTS if name in rest}
        return cls(**rest, costs=Costs(**costs), rule=rule)  # type: ignore[arg-type]  # as documented

    def make_strategy(self) -> Strategy:
        """The strategy of this run."""
        return cast("Strategy", self.rule)  # made with the configuration

    @property
    def table(self) -> ConfigTable:
        """The run as one flat record."""
        return ConfigTable(
            strategy=self.strategy,
            params=self.params,
            source=self.source,
            extend=self.extend,
            start=self.start,
            end=self.end,
            fee_bps=self.costs.fee_bps,
            slippage_bps=self.costs.slippage_bps,
            lag=self.costs.lag,
            benchmark=self.benchmark,
            initial=self.initial,
        )

    def as_dict(self) -> dict[str, Value | Params | None]:
        """The run as plain values, in a fixed order: what files, addresses and hashes are of."""
        return {**fields_of(self.table), "params": plain_params(self.params)}


def plain_params(params: Params) -> dict[str, Value]:
    """Parameters as plain values, weights in the order given."""
    return {
        name: dict(value) if isinstance(value, Mapping) else value for name, value in params.items()
    }


def short_hash(determined_by: object) -> str:
    """Ten hexadecimal digits of the SHA-256 of plain values, written as canonical JSON."""
    text = json.dumps(determined_by, sort_keys=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _day(option: str, text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        # fromisoformat also takes 20200131 and week dates, which pandas reads otherwise.
        day = dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except (ValueError, TypeError):  # from Python anything may come
        day = None
    if day is None:
        raise UsageError(f"{option} takes a date as YYYY-MM-DD, got {text!r}")
    if not 1800 <= day.year <= 2200:
        raise UsageError(f"{option} {text} is outside the years 1800 to 2200; give a day within")
    return day

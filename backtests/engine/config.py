"""A run in one frozen value: everything the user chose."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backtests.engine.costs import Costs
from data.errors import UsageError
from data.load import require_source
from strategies.base import Strategy
from strategies.registry import make


@dataclass(frozen=True)
class RunConfig:
    """What determines a run, apart from the data: checked when it is made.

    Parameters
    ----------
    strategy
        A registered name.
    params
        Parameter values; text is read as the declared type, and what is missing takes its
        default.
    source
        ``auto``, ``bundled``, ``files:DIR``.
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

    Raises
    ------
    UsageError
        For any of these that cannot be.
    """

    strategy: str
    params: Mapping[str, Any] = field(default_factory=dict)
    source: str = "auto"
    start: str | None = None
    end: str | None = None
    costs: Costs = field(default_factory=Costs)
    benchmark: str | None = None
    initial: float = 10_000.0
    extend: bool = False

    def __post_init__(self) -> None:
        """Resolve the parameters and refuse what cannot run."""
        object.__setattr__(self, "params", make(self.strategy, self.params).params())
        require_source(self.source)
        start, end = _day("--start", self.start), _day("--end", self.end)
        if start and end and end <= start:
            raise UsageError(f"--end {end} is not after --start {start}; give a later end")
        if not 1.0 <= self.initial <= 1e15:
            raise UsageError(f"--initial takes an amount from 1 to 1e15, got {self.initial:g}")
        if self.benchmark == "":
            raise UsageError("--benchmark takes a ticker, got nothing; leave it out for SPY")

    def make_strategy(self) -> Strategy:
        """Make the strategy of this run."""
        return make(self.strategy, self.params)

    def as_dict(self) -> dict[str, Any]:
        """The run as plain values, in a fixed order."""
        return {
            "strategy": self.strategy,
            "params": dict(self.params),
            "source": self.source,
            "extend": self.extend,
            "start": self.start,
            "end": self.end,
            "fee_bps": self.costs.fee_bps,
            "slippage_bps": self.costs.slippage_bps,
            "lag": self.costs.lag,
            "benchmark": self.benchmark,
            "initial": self.initial,
        }


def short_hash(determined_by: Any) -> str:
    """Ten hexadecimal digits of the SHA-256 of plain values, written as canonical JSON."""
    text = json.dumps(determined_by, sort_keys=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _day(option: str, text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        # fromisoformat also takes 20200131 and week dates, which pandas reads otherwise.
        day = dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError(f"{option} takes a date as YYYY-MM-DD, got {text!r}")
    if not 1800 <= day.year <= 2200:
        raise UsageError(f"{option} {text} is outside the years 1800 to 2200; give a day within")
    return day

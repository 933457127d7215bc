"""What a strategy is, and how it declares its parameters.

Nothing here imports pandas or numpy: ``--list`` and ``--help`` read the declarations only.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from immutabledict import immutabledict

from data.errors import UsageError, did_you_mean, in_full, numbers_taken
from data.records import as_number, freeze_mappings, frozen
from strategies.weights import fraction_hint, parse_weights, require_weights

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market
    from strategies.source import StrategyFile

NEEDS = ("yields", "policy_rate", "usd", "cpi")  # what a market may have beside prices and cash

SWITCHES = {"true": True, "1": True, "false": False, "0": False}

# What a parameter can be, and the parameters of a strategy by name.
Value = bool | int | float | str | Mapping[str, float]
Params = Mapping[str, Value]


def parameter(
    default: Any,
    *,
    doc: str,
    unit: str,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: tuple[str, ...] = (),
    implied: bool = False,
) -> Any:
    """Declare a parameter of a strategy: its default, unit and what values it takes.

    ``low`` and ``high`` are inclusive; ``step`` is the change by which a report moves the value
    to show how much depends on it. The type is that of the default: a number, a choice, a
    ticker, or a mapping of tickers to weights. ``implied``: a parameter that was added later. It is
    given by name only, and at its default nothing names it, so that runs of before are the same.
    """
    metadata = {
        "doc": doc,
        "unit": unit,
        "low": low,
        "high": high,
        "step": step,
        "choices": choices,
        "implied": implied,
    }
    return dataclasses.field(default=frozen(default), metadata=metadata, kw_only=implied)


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of a strategy class."""

    name: str
    default: Value
    doc: str
    unit: str
    low: float | None
    high: float | None
    step: float | None
    choices: tuple[str, ...]
    implied: bool = False

    @property
    def range(self) -> str:
        """The values it takes, for display."""
        if self.choices:
            return " | ".join(self.choices)
        if self.low is not None and self.high is not None:
            return f"{in_full(self.low)} to {in_full(self.high)}"
        return ""

    def parse(self, text: str, where: str) -> Value:
        """Read a value from the command line.

        Raises
        ------
        UsageError
            If the text is not of the parameter's type.
        """
        if isinstance(self.default, Mapping):
            return parse_weights(text, where)
        if isinstance(self.default, bool):
            if text.lower() not in SWITCHES:
                raise UsageError(f"{where}: {self.name} takes true or false, got {text!r}")
            return SWITCHES[text.lower()]
        if isinstance(self.default, int | float):
            kind = type(self.default)
            try:
                return kind(text)
            except ValueError:
                wanted = "a whole number" if kind is int else "a number"
                raise UsageError(
                    f"{where}: {self.name} takes {wanted} ({self.unit}), got {text!r}"
                    f"{fraction_hint(text) if self.high == 1 else ''}"
                ) from None
        return text

    def plain(self, value: Any) -> Any:
        """Convert a value to the declared type: numpy's and other numbers become Python's."""
        if isinstance(self.default, Mapping):
            if not isinstance(value, Mapping):
                return value
            return {ticker: as_number(weight, float) for ticker, weight in value.items()}
        if isinstance(self.default, int | float) and not isinstance(self.default, bool):
            return as_number(value, type(self.default))
        return value

    def check(self, value: Any, where: str) -> None:
        """Refuse a value outside the declared range.

        Raises
        ------
        UsageError
            Naming the strategy, the parameter, the value and what it takes.
        """
        if isinstance(self.default, Mapping):
            require_weights(value, where)
        elif self.choices:
            if value not in self.choices:
                raise UsageError(
                    f"{where}: {self.name} is one of {', '.join(self.choices)}, got {value!r}"
                    f"{did_you_mean(str(value), self.choices)}"
                )
        elif isinstance(self.default, bool):
            if not isinstance(value, bool):
                raise UsageError(f"{where}: {self.name} takes true or false, got {value!r}")
        elif isinstance(self.default, int | float):
            low = -math.inf if self.low is None else self.low
            high = math.inf if self.high is None else self.high
            wanted = int if isinstance(self.default, int) else int | float
            wrong_type = isinstance(value, bool) or not isinstance(value, wanted)
            # Not by isfinite, which a whole number of 400 digits overflows.
            if wrong_type or abs(value) == math.inf or not low <= value <= high:
                taken = numbers_taken(low, high, whole=wanted is int)
                raise UsageError(f"{where}: {self.name} takes {taken} ({self.unit}), got {value!r}")
        elif not isinstance(value, str) or not value:
            raise UsageError(f"{where}: {self.name} takes a {self.unit}, got {value!r}")


def _declared(field: dataclasses.Field[Any]) -> Parameter:
    default: Any = field.default
    return Parameter(name=field.name, default=default, **field.metadata)


# What classes declare, with the fields it was read from: a search makes a strategy a candidate.
_DECLARED: WeakKeyDictionary[type, tuple[object, tuple[Parameter, ...]]] = WeakKeyDictionary()

# Units of parameters that hold tickers.
TICKER, WEIGHTS = "ticker", "fractions of value"
# Parameters that have an option of their own on the command line.
OWN_OPTIONS = ("weights", "rebalance", "offset")


@dataclass(frozen=True)
class Strategy(ABC):
    """A rule that turns a market into target weights.

    A subclass is a frozen dataclass: its fields, declared with :func:`parameter`, are the
    parameters, checked when it is made.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()  # of NEEDS
    wants: ClassVar[tuple[str, ...]] = ()  # of NEEDS too: looked at where a market has it
    file: ClassVar[StrategyFile | None] = None  # what a rule outside the repository was read from

    def __init_subclass__(cls) -> None:
        """Do not inherit the parent's file: a subclass was not read from there."""
        super().__init_subclass__()
        cls.file = None

    def __post_init__(self) -> None:
        """Check every parameter against its declaration, and make mappings read-only."""
        for declared in self.parameters():
            value = declared.plain(getattr(self, declared.name))
            declared.check(value, self.name)
            object.__setattr__(self, declared.name, value)
        freeze_mappings(self)

    @classmethod
    def parameters(cls) -> list[Parameter]:
        """The declared parameters, in order."""
        fields = cls.__dataclass_fields__
        made = _DECLARED.get(cls)
        if made is None or made[0] is not fields:
            made = _DECLARED[cls] = fields, tuple(map(_declared, dataclasses.fields(cls)))
        return list(made[1])

    @classmethod
    def summary(cls) -> str:
        """What the strategy does, in one line."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    @classmethod
    def is_built_in(cls) -> bool:
        """Whether it comes with the project, so that an error in it is the project's."""
        return cls.__module__.partition(".")[0] == "strategies"

    def params(self) -> Params:
        """Parameter values by name, without implied ones that stand at their default."""
        values = ((own, getattr(self, own.name)) for own in self.parameters())
        return immutabledict(
            (own.name, value) for own, value in values if not (own.implied and value == own.default)
        )

    @property
    @abstractmethod
    def tickers(self) -> list[str]:
        """What the strategy may hold."""

    @property
    def optional(self) -> tuple[str, ...]:
        """Tickers it can do without before their first price."""
        return ()

    @property
    def carried_back(self) -> tuple[str, ...]:
        """Tickers that a market carries back by bills and bond ladders, unless it is told not to.

        For a rule that chose them itself: a fund's late first day is not what the user asked for.
        """
        return ()

    @property
    def heaviest(self) -> str:
        """The ticker to measure it against where the source has no SPY."""
        return self.tickers[0]

    @abstractmethod
    def target_weights(self, market: Market) -> pd.DataFrame:
        """Decide what to hold, and when.

        Parameters
        ----------
        market
            All data; row t of the answer may use them up to and including session t.

        Returns
        -------
        pandas.DataFrame
            Decision sessions x tickers; weights are 0 or more and sum to at most 1, the
            rest is cash. The engine trades a decision ``lag`` sessions later.
        """

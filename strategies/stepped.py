"""Rules of a signal that is the same for many of their settings, and of a step through it.

A signal is worked out once for each market. :mod:`strategies.steps` has the steps.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from strategies.base import Value
from strategies.dial import DurationRule
from strategies.steps import Step

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market

MOST_SIGNALS = 256  # of a market in memory, the latest
Key = tuple[type, tuple[Value, ...]]

_SIGNALS: WeakKeyDictionary[Market, dict[Key, pd.Series]] = WeakKeyDictionary()


@dataclass(frozen=True)
class SteppedRule(DurationRule):
    """A duration rule whose state, if it has one, lies in one step function.

    A subclass names its step, the parameters that its signal depends on, and what the step takes.
    """

    step: ClassVar[Step]
    signal_of: ClassVar[tuple[str, ...]] = ()  # the parameters that the signal depends on

    @abstractmethod
    def signal(self, market: Market) -> pd.Series:
        """What the step goes by: floats on every session, each of rows up to its own."""

    @property
    @abstractmethod
    def settings(self) -> tuple[float, ...]:
        """What the step takes beside the signal."""

    @property
    def signal_key(self) -> Key:
        """What rules with the same signal on a market have in common."""
        return type(self), tuple(getattr(self, name) for name in self.signal_of)

    def signal_on(self, market: Market) -> pd.Series:
        """The signal, from memory where a rule with the same one has looked at this market.

        A rule of the user's own is asked each time: what it answers is its own affair.
        """
        if not self.is_built_in():
            return self.signal(market)
        there = _SIGNALS.setdefault(market, {})
        signal = there.get(self.signal_key)
        if signal is None:
            signal = there[self.signal_key] = self.signal(market).astype(float)
            for key in list(there)[:-MOST_SIGNALS]:
                there.pop(key, None)
        return signal.copy(deep=False)

    def target_duration(self, market: Market) -> pd.Series:
        """Step through the signal, and turn the dial by the share that comes of it."""
        import pandas as pd

        signal = self.signal_on(market)
        share = [math.nan] * len(signal)
        # Lists of plain floats: four times as quick as arrays where nothing is compiled.
        type(self).step(signal.to_numpy(float).tolist(), self.settings, share)
        return self.between(pd.Series(share, signal.index, dtype=float))

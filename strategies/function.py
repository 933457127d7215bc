"""A function ``market -> weights`` as a strategy."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.errors import RuleError, did_you_mean
from data.records import as_number
from strategies.base import NEEDS, Parameter, Strategy
from strategies.files import NAME
from strategies.weights import require_weights

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market

# A frame of decisions, or weights by ticker for a static mix.
Rule = Callable[["Market"], "pd.DataFrame | Mapping[str, float]"]
REBALANCE = "monthly"  # of a static mix, as hedge_mix's default


@dataclass(frozen=True)
class FunctionRule(Strategy):
    """Ask a function for the weights.

    Known weakness: it has no parameters that the program could vary.
    """

    function: Rule
    held: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check nothing: there are no declared parameters."""

    @classmethod
    def parameters(cls) -> list[Parameter]:
        """None: a function declares no parameters."""
        return []

    @classmethod
    def is_built_in(cls) -> bool:
        """Never: the function is the user's."""
        return False

    @property
    def tickers(self) -> list[str]:
        """The tickers it was given."""
        return list(self.held)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as function, tickers and needs: the class is made anew in the other process.

        Raises
        ------
        RuleError
            For a lambda, which no other process can import.
        """
        if getattr(self.function, "__name__", "") == "<lambda>":
            raise RuleError(
                "a lambda cannot be sent to another process, nor a run of it; define it by def"
            )
        return function_rule, (self.function, self.held, self.needs)

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Call the function; a mapping is a static mix, rebalanced every month."""
        answer: Any = self.function(market)
        if not isinstance(answer, Mapping):
            return answer  # of any type: the caller checks it
        answer = {ticker: as_number(weight, float) for ticker, weight in answer.items()}
        require_weights(answer, self.name)
        for ticker in answer:
            if ticker not in self.held:
                raise RuleError(
                    f"{self.name} holds {ticker!r}, which is not among its tickers "
                    f"({', '.join(self.held)}){did_you_mean(str(ticker), self.held)}; add it to "
                    "tickers="
                )
        return static_mix(answer, market)


def static_mix(weights: Mapping[str, float], market: Market) -> pd.DataFrame:
    """The same weights on the first session of every month."""
    from strategies.hedge_mix import HedgeMix

    return HedgeMix(weights=weights, rebalance=REBALANCE).target_weights(market)


def function_rule(
    function: Rule, tickers: Sequence[str] | str, needs: Sequence[str] | str = ()
) -> FunctionRule:
    """Make a strategy of a function.

    Parameters
    ----------
    function
        Takes a :class:`~data.market.Market`, returns target weights as
        :meth:`~strategies.base.Strategy.target_weights` does, or a mapping of tickers to fractions.
        Its name is the strategy's; a lambda is called ``function``.
    tickers
        What it may hold.
    needs
        The rates of ``NEEDS`` that it looks at beside prices and cash.

    Raises
    ------
    RuleError
        For impossible tickers or needs, or the name of a built-in strategy.
    """
    from strategies.registry import STRATEGIES

    plain = unwrapped(function)
    for is_kind, what in (
        (inspect.iscoroutinefunction, "a coroutine (async def)"),
        (inspect.isgeneratorfunction, "a generator (yield)"),
    ):
        if is_kind(plain):
            raise RuleError(f"a rule returns its weights, and this is {what}; return them")
    name = str(getattr(plain, "__name__", type(plain).__name__))
    if not NAME.fullmatch(name):
        name = "function"
    if name in STRATEGIES:
        raise RuleError(f"{name} is the name of a built-in strategy; rename the function")
    held = (tickers,) if isinstance(tickers, str) else tuple(tickers)
    if not held or not all(isinstance(ticker, str) and ticker for ticker in held):
        raise RuleError(f"tickers= of {name} takes tickers such as ['SPY', 'IEF'], got {tickers!r}")
    looked_at = (needs,) if isinstance(needs, str) else tuple(needs)
    for need in looked_at:
        if need not in NEEDS:
            raise RuleError(
                f"needs= of {name} takes {', '.join(NEEDS)}, got {need!r}"
                f"{did_you_mean(str(need), NEEDS)}"
            )
    kind: type[FunctionRule] = type(
        "FunctionRule",
        (FunctionRule,),
        {"name": name, "needs": looked_at, "__doc__": inspect.getdoc(function) or "A function."},
    )
    return kind(function, tuple(dict.fromkeys(held)))


def unwrapped(function: Rule) -> Any:
    """The plain function within partials and decorators."""
    plain: Any = inspect.unwrap(function)
    while isinstance(plain, functools.partial):
        plain = plain.func
    return plain

"""The strategy and options of ``backtest`` and ``search``, read as a run."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import inspect
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from backtests.engine import kinds
from backtests.engine.backtest import Load
from backtests.engine.bands import WIDTHS
from backtests.engine.config import RunConfig, calendar_of_bands
from backtests.engine.config_file import read_config, require_kept_source, source_beside
from backtests.engine.money import MONEY, Ratio
from backtests.engine.plan import PLAN
from backtests.face.run import Run
from data.currency.conversion import DOLLARS, Conversion
from data.errors import RuleError, UsageError, did_you_mean, in_short
from data.load import load_market
from data.market import Market
from data.sources import frame
from data.withholding.rates import NOTHING, Withholding
from strategies.base import OWN_OPTIONS, Params, Strategy, Value
from strategies.files import FORM, read_strategy, require_answers, require_usable
from strategies.function import FunctionRule, Rule, function_rule
from strategies.outside import outside
from strategies.registry import STRATEGIES, is_strategy, make_of, strategy_class

if TYPE_CHECKING:
    import pandas as pd

# A registered name, a strategy, its class, a function market -> weights, or a whole run.
Chosen = str | Strategy | type[Strategy] | Rule | RunConfig | Run | None
Base = Strategy | type[Strategy]  # an object as it is, or a class to make one of
Day = str | dt.date | None
# The fields of a run by name, as a configuration file holds them.
Table = Mapping[str, Value | Params | None]
RUN = ("source", "extend", "start", "end", "fee_bps", "slippage_bps", "lag", "benchmark", "hedge",
       "equity", "price_only", "initial", *MONEY, "withholding", *PLAN, "real")  # fmt: skip

# Options that a function lacks and another one has: what to do instead.
_OF_SEARCH = "it is an option of search(); leave it out"
_OF_SAVE = "it is an option of run.save(); give it there"
_OF_FUNCTIONS = "it is for functions, which have no parameters to search; leave it out"
_EACH = {
    "params": "each parameter has its own name here; give it by that, or all as set={...}",
    "costs": "each cost has its own name here; give fee_bps=, slippage_bps= and lag=",
    "money": "each of its fields has its own name here; give currency=, cash=, fx_hedge=, ...",
}
NOT_HERE: Mapping[str, Mapping[str, str]] = {
    "backtest": {
        **dict.fromkeys(("assets", "step", "grid", "maximise", "subject_to"), _OF_SEARCH),
        "scheduler": _OF_SEARCH,
        **dict.fromkeys(("out", "no_tearsheet", "standalone"), _OF_SAVE),
        **_EACH,
    },
    "search": {
        **dict.fromkeys(("tickers", "needs"), _OF_FUNCTIONS),
        "config": "it is an option of backtest(); give its strategy and options, or a RunConfig",
        "no_verdict": "it is an option of backtest(), and a search judges no run; leave it out",
        "no_tearsheet": "it is an option of run.save(), a search has no tear sheet; leave it out",
        **_EACH,
    },
}


@dataclass(frozen=True, eq=False)
class Options:
    """Options as the door has read them; None where one is not given.

    Attributes
    ----------
    caller
        The function they were given to.
    params
        Whatever else was given by name: parameters of the strategy, and misspelt options.
    """

    caller: Callable[..., object]
    strategy_file: str | os.PathLike[str] | None = None
    config: str | os.PathLike[str] | None = None
    tickers: Sequence[str] | str | None = None
    needs: Sequence[str] | str | None = None
    weights: Mapping[str, float] | str | None = None
    rebalance: str | None = None
    offset: int | None = None
    set: Mapping[str, Value | None] | None = None
    source: str | os.PathLike[str] | None = None
    extend: bool | None = None
    start: Day = None
    end: Day = None
    fee_bps: float | None = None
    slippage_bps: float | None = None
    lag: int | None = None
    benchmark: str | None = None
    hedge: Sequence[str] | str | None = None
    equity: Sequence[str] | str | None = None
    price_only: Sequence[str] | str | None = None
    initial: float | None = None
    currency: str | None = None
    cash: str | None = None
    fx_hedge: Ratio | str | None = None
    fx_hedge_equity: Ratio | str | None = None
    fx_basis_bp: float | None = None
    carry_rates: bool | None = None
    withholding: float | Mapping[str, float | str] | str | None = None
    band: float | None = None
    band_relative: float | None = None
    band_to: str | None = None
    flow: str | None = None
    flow_indexed: bool | None = None
    flows: Mapping[Any, float] | Sequence[tuple[Any, float]] | str | os.PathLike[str] | None = None
    real: bool | None = None
    prices: pd.DataFrame | None = None
    bills: pd.Series | None = None
    params: Mapping[str, Value | None] = field(default_factory=dict)

    @property
    def run(self) -> Table:
        """The given options that describe the run."""
        values = {name: getattr(self, name) for name in RUN}
        return {name: value for name, value in values.items() if value is not None}

    def params_of(self, base: Base) -> Params:
        """Parameters of a strategy, however they were given.

        Raises
        ------
        UsageError
            For a parameter that it does not declare, and for one that is given twice.
        """
        declared = [own.name for own in base.parameters()]
        own_options = {name: getattr(self, name) for name in OWN_OPTIONS}
        asked = {name: value for name, value in own_options.items() if value is not None}
        read: dict[str, Value] = {}
        for values in (self.set or {}, self.params, asked):
            for name, value in values.items():
                if name not in declared:
                    raise self._unknown(name, base, declared, as_argument=values is self.params)
                if value is None:
                    continue
                if name in read:
                    raise UsageError(f"{name} is given twice, by set= and by its name; give one")
                read[name] = kinds.plain(value, f"{name}=")
        return read

    def _unknown(
        self, name: str, base: Base, declared: Collection[str], *, as_argument: bool
    ) -> UsageError:
        """The error for a name that is no parameter: an option of another function, or misspelt."""
        caller = self.caller.__name__
        if as_argument and name in NOT_HERE[caller]:
            return self._elsewhere(name)
        options = inspect.signature(self.caller).parameters if as_argument else ()
        near = did_you_mean(name, [*declared, *options])
        there = f"{caller}() has no option or parameter" if as_argument else "there is no parameter"
        if isinstance(base, FunctionRule):
            cure = "is a function without parameters; leave it out, or give it by functools.partial"
        else:
            cure = f"has {', '.join(declared) or 'no parameters'}"
        return UsageError(f"{there} {name!r}{near}; {base.name} {cure}")

    def _elsewhere(self, name: str) -> UsageError:
        caller = self.caller.__name__
        return UsageError(f"{caller}() takes no {name}=: {NOT_HERE[caller][name]}")

    def without_strategy(self) -> UsageError:
        """The error where no strategy is given."""
        caller = self.caller.__name__
        for name in self.params:
            if name in NOT_HERE[caller]:
                return self._elsewhere(name)
        return UsageError(f"which strategy? for example: {caller}('hedge_mix')")


@dataclass(frozen=True, eq=False)
class Described:
    """A run, the parameters that were given for it, and the function that loads its market."""

    config: RunConfig
    given: Params
    load: Load


def described(strategy: Chosen, options: Options) -> Described:
    """Read a strategy and options.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    table: Table = {}
    named = ""
    if isinstance(strategy, Run):
        strategy = strategy.config
    if options.config is not None:
        if isinstance(strategy, RunConfig):
            raise UsageError("the run is given twice, as a RunConfig and by config=; give one")
        table = read_config(Path(options.config))
        named = str(table["strategy"])
        if strategy is None and options.strategy_file is None:
            strategy = _required_here(named, Path(options.config))
    elif isinstance(strategy, RunConfig):
        table, strategy = strategy.as_dict(), strategy.make_strategy()
    base = _base(strategy, options)
    if named and base.name != named:
        raise UsageError(
            f"config= {options.config} is a run of {named}, not of {base.name}; leave "
            f"{base.name} out, or give {named}"
        )
    given = options.params_of(base)
    params = {**cast("Params", table.get("params", {})), **given}
    if isinstance(base, type) and any(name in {**table, **options.run} for name in WIDTHS):
        params = {**calendar_of_bands(base.name), **params}  # as the command does
    rule = _made(base, params)
    if options.config is not None:
        require_kept_source(Path(options.config), rule)
    run, load = _sourced({**table, **options.run}, rule, options)
    return Described(RunConfig.of(rule, run), given, load)


def _required_here(name: str, path: Path) -> str:
    """Refuse a configuration of a strategy that is not here, and say where it is.

    A configuration is data: it never runs code that the user did not name.
    """
    if is_strategy(name):
        return name
    source = source_beside(path)
    if source is not None:
        raise UsageError(
            f"config= {path} is a run of {name}, a strategy of its own; read {source}, and if you "
            f"trust it give strategy_file={str(source)!r} as well"
        )
    raise UsageError(
        f"config= {path} is a run of {name}, which is no strategy here; give its function, class "
        "or strategy_file= as well"
    )


def _base(strategy: Chosen, options: Options) -> Base:
    """The strategy without its parameters: an object, or the class to make it of."""
    is_function = callable(strategy) and not isinstance(strategy, type | Strategy)
    for name in ("tickers", "needs"):
        if getattr(options, name) and not is_function:
            raise UsageError(f"{name}= is for functions; a strategy declares its own, leave it out")
    if options.strategy_file is not None:
        kind = read_strategy(os.fspath(options.strategy_file))
        _require_own(kind)
        if strategy is not None and not (isinstance(strategy, str) and strategy == kind.name):
            raise UsageError(
                f"strategy_file= is {kind.name}, not {in_short(strategy)}; leave the other out"
            )
        return kind
    if isinstance(strategy, str | os.PathLike):
        return _by_name(os.fspath(strategy))
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        _require_own(strategy)
        return strategy
    if isinstance(strategy, Strategy):
        _require_own(type(strategy))
        if not strategy.is_built_in():
            require_answers(strategy, type(strategy).__name__)
        return strategy
    if strategy is None:
        raise options.without_strategy()
    if not is_function:
        raise UsageError(
            "a strategy is a name, a Strategy or a function market -> weights, got "
            f"{in_short(strategy)}; {_instead(strategy)}"
        )
    return _function(strategy, options)


def _by_name(text: Any) -> type[Strategy]:
    """Find a strategy by its name; refuse the name of a file, which has its own option."""
    name = kinds.text(text, "strategy=", "a name, a Strategy or a function")
    if is_strategy(name):
        return strategy_class(name)
    for is_file, option in (
        (FORM.fullmatch(name) is not None, "strategy_file"),
        (name.lower().endswith(".toml"), "config"),
    ):
        if is_file:
            raise UsageError(
                f"{in_short(name)} is a file, not the name of a strategy; give {option}={name!r}"
            )
    return strategy_class(name)  # raises: there is no such strategy


def _instead(strategy: object) -> str:
    """What to do with an object that is no strategy."""
    with contextlib.suppress(Exception):  # an unknown object may raise anything
        if isinstance(getattr(strategy, "best", None), RunConfig):
            return "the best of a search is backtest(result.best)"
    return "a static mix is backtest('hedge_mix', weights={...})"


def _function(function: Any, options: Options) -> Strategy:
    tickers = options.tickers
    if tickers is None and options.prices is not None:
        tickers = list(frame.require_prices(options.prices, options.bills)[0].columns)
    if tickers is None:
        raise UsageError("what may the function hold? for example: tickers=['SPY', 'IEF']")
    return function_rule(function, tickers, options.needs or ())


def _made(base: Base, params: Params) -> Strategy:
    if isinstance(base, type):
        return make_of(base, params)
    return make_of(type(base), {**base.params(), **params}) if params else base


def _require_own(kind: type[Strategy]) -> None:
    """Refuse a class that is abstract, declares what no run can use, or has a built-in name."""
    if inspect.isabstract(kind):
        lacks = ", ".join(sorted(kind.__abstractmethods__))
        raise RuleError(f"{kind.__name__} is no whole strategy; give it {lacks}")
    if kind.is_built_in() or issubclass(kind, FunctionRule):
        return
    require_usable(kind, kind.__name__)
    if kind.name in STRATEGIES:
        raise RuleError(
            f"{kind.__name__}: {kind.name} is a built-in strategy; give it another name"
        )


def _sourced(run: Table, rule: Strategy, options: Options) -> tuple[Table, Load]:
    """Add to a run the source of its prices, and return the function that loads them."""
    if options.prices is None:
        if options.bills is not None:
            raise UsageError("bills= goes with prices=; give both, or neither")
        if run.get("source") == frame.SOURCE:
            raise UsageError(
                "the prices of this run were given in Python, and it does not hold them; give "
                "prices= again, and bills= if it had them"
            )
        return run, load_market
    for name in ("source", "extend"):
        if getattr(options, name):
            raise UsageError(f"{name}= and prices= are two sources; leave one out")
    if run.get("extend") and options.extend is None:
        raise UsageError(
            "the run has extend=True, which carries no prices= back; give extend=False as well"
        )
    for name, table in outside(rule):
        if table is options.prices:
            raise RuleError(
                f"{rule.name} uses {name}, the whole of prices=, its future too; use market.prices"
            )
    columns = list(frame.require_prices(options.prices, options.bills)[0].columns)
    usual = "SPY" if "SPY" in columns else rule.heaviest
    benchmark = run.get("benchmark") or usual
    own = {**run, "benchmark": benchmark, "source": frame.SOURCE, "extend": False}
    return own, functools.partial(_load_frame, options)


def _load_frame(
    options: Options,
    source: str,
    tickers: Sequence[str],
    *,
    end: str | None,
    price_only: Collection[str] = (),
    conversion: Conversion = DOLLARS,
    withholding: Withholding = NOTHING,
    **_: object,
) -> Market:
    return frame.load(
        options.prices,
        tickers,
        bills=options.bills,
        end=end,
        price_only=price_only,
        conversion=conversion,
        withholding=withholding,
    )

"""What ``backtest`` and ``search`` are asked: a strategy and options, read as a run."""

from __future__ import annotations

import datetime as dt
import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtests.engine.backtest import Load
from backtests.engine.config import RunConfig
from backtests.engine.config_file import read_config, require_kept_source, require_types
from data.errors import RuleError, UsageError
from data.load import load_market
from data.market import Market
from data.sources import frame
from strategies.base import Params, Strategy, Value
from strategies.files import read_strategy, require_usable
from strategies.function import FunctionRule, Rule, function_rule
from strategies.outside import outside
from strategies.registry import STRATEGIES, is_strategy, make, make_of

if TYPE_CHECKING:
    import pandas as pd

# A registered name, a strategy, its class, a function market -> weights, or a whole run.
Chosen = str | Strategy | type[Strategy] | Rule | RunConfig | None
Day = str | dt.date | None
DAYS = ("start", "end")
RUN = ("source", "extend", "start", "end", "fee_bps", "slippage_bps", "lag", "benchmark", "initial")


@dataclass(frozen=True, eq=False)
class Options:
    """The options of the command line under their own names; None where one is not given."""

    strategy_file: str | os.PathLike[str] | None = None
    config: str | os.PathLike[str] | None = None
    tickers: Sequence[str] | str | None = None
    needs: Sequence[str] | str = ()
    weights: Mapping[str, float] | str | None = None
    rebalance: str | None = None
    set: Mapping[str, Value] | None = None
    source: str | os.PathLike[str] | None = None
    extend: bool | None = None
    start: Day = None
    end: Day = None
    fee_bps: float | None = None
    slippage_bps: float | None = None
    lag: int | None = None
    benchmark: str | None = None
    initial: float | None = None
    prices: pd.DataFrame | None = None
    bills: pd.Series | None = None
    params: Params = field(default_factory=dict)

    @functools.cached_property
    def given_run(self) -> dict[str, Any]:
        """What describes the run, of what was given.

        Raises
        ------
        UsageError
            For one of the wrong type.
        """
        values = {name: _plain(getattr(self, name), name) for name in RUN}
        given = {name: value for name, value in values.items() if value is not None}
        # Days have a check of their own, which names their form.
        require_types({name: given[name] for name in given if name not in DAYS}, "an option")
        return given

    @functools.cached_property
    def given_params(self) -> dict[str, Value]:
        """Parameters of the strategy, however they were given.

        Raises
        ------
        UsageError
            For one that is given twice.
        """
        if self.set is not None and not isinstance(self.set, Mapping):
            raise UsageError(f"set= takes parameters by name, got a {type(self.set).__name__}")
        given: dict[str, Value] = {}
        named = {"weights": self.weights, "rebalance": self.rebalance}
        for values in (self.set or {}, self.params, named):
            for name, value in values.items():
                if value is None:
                    continue
                if name in given:
                    raise UsageError(f"{name} is given twice, by set= and by its name; give one")
                given[name] = value
        return given


@dataclass(frozen=True, eq=False)
class Described:
    """A run that is asked for, and what loads its market."""

    config: RunConfig
    load: Load


def described(strategy: Chosen, options: Options) -> Described:
    """Read what is asked for.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    table: dict[str, Any] = {}
    if options.config is not None:
        if isinstance(strategy, RunConfig):
            raise UsageError("the run is given twice, as a RunConfig and by config=; give one")
        table = dict(read_config(Path(options.config)))
        named = table.pop("strategy")
        if strategy is None and options.strategy_file is None:
            if not is_strategy(named):
                raise UsageError(
                    f"config= {options.config} is a run of {named}, which is no strategy here; "
                    "give its function, class or strategy_file= as well"
                )
            strategy = named
    elif isinstance(strategy, RunConfig):
        table = strategy.as_dict()
        table.pop("strategy")
        strategy = strategy.make_strategy()
    params = {**table.pop("params", {}), **options.given_params}
    rule = _rule(strategy, params, options)
    if options.config is not None:
        require_kept_source(Path(options.config), rule)
    run = {**table, **options.given_run}
    load: Load = load_market
    if options.prices is not None:
        run = _on_frame(run, rule, options)
        load = functools.partial(_load_frame, options)
    elif options.bills is not None:
        raise UsageError("bills= goes with prices=; give both, or neither")
    for name, table in outside(rule):
        if table is options.prices:
            raise RuleError(
                f"{rule.name} uses {name}, the whole of prices=, its future too; use market.prices"
            )
    return Described(RunConfig.of(rule, run), load)


def _rule(strategy: Chosen, params: Mapping[str, Value], options: Options) -> Strategy:
    """The strategy itself."""
    is_function = callable(strategy) and not isinstance(strategy, type | Strategy)
    for name in ("tickers", "needs"):
        if getattr(options, name) and not is_function:
            raise UsageError(f"{name}= is for functions; a strategy declares its own, leave it out")
    if options.strategy_file is not None:
        kind = read_strategy(os.fspath(options.strategy_file))
        _require_free_name(kind)
        if strategy not in (None, kind.name):
            raise UsageError(
                f"strategy_file= is {kind.name}, not {strategy!r}; leave the other out"
            )
        return make_of(kind, params)
    if isinstance(strategy, str):
        return make(strategy, params)
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        _require_free_name(strategy)
        return make_of(strategy, params)
    if isinstance(strategy, Strategy):
        _require_free_name(type(strategy))
        return make_of(type(strategy), {**strategy.params(), **params}) if params else strategy
    if strategy is None:
        raise UsageError("which strategy? for example: backtest('hedge_mix')")
    if isinstance(strategy, type | RunConfig) or not callable(strategy):
        raise UsageError(
            f"a strategy is a name, a Strategy or a function market -> weights, got a "
            f"{type(strategy).__name__}; a static mix is backtest('hedge_mix', weights={{...}})"
        )
    return _function(strategy, params, options)


def _function(function: Rule, params: Mapping[str, Value], options: Options) -> Strategy:
    tickers = options.tickers
    if tickers is None and options.prices is not None:
        tickers = list(frame.require_prices(options.prices, options.bills)[0].columns)
    if tickers is None:
        raise UsageError("what may the function hold? for example: tickers=['SPY', 'IEF']")
    rule = function_rule(function, tickers, options.needs)
    for name in params:
        raise UsageError(
            f"{rule.name} is a function and has no parameter {name!r}; leave it out, or give it "
            "by functools.partial"
        )
    return rule


def _require_free_name(kind: type[Strategy]) -> None:
    """Refuse a class of the user's own that declares what no run can use, or takes a name."""
    if kind.is_built_in() or issubclass(kind, FunctionRule):
        return
    require_usable(kind, kind.__name__)
    if kind.name in STRATEGIES:
        raise RuleError(
            f"{kind.__name__}: {kind.name} is a built-in strategy; give it another name"
        )


def _on_frame(run: dict[str, Any], rule: Strategy, options: Options) -> dict[str, Any]:
    """The options of a run on prices given in Python."""
    for name in ("source", "extend"):
        if getattr(options, name):
            raise UsageError(f"{name}= and prices= are two sources; leave one out")
    columns = list(frame.require_prices(options.prices, options.bills)[0].columns)
    usual = "SPY" if "SPY" in columns else rule.heaviest
    return {"benchmark": usual, **run, "source": frame.SOURCE, "extend": False}


def _load_frame(
    options: Options, source: str, tickers: Sequence[str], *, end: str | None, **_: object
) -> Market:
    return frame.load(options.prices, tickers, bills=options.bills, end=end)


def _plain(value: Any, name: str) -> Any:
    """An option as the command line holds it.

    A day is text, a folder a source of files, and a number of numpy's one of Python's.
    """
    value = value.item() if hasattr(value, "item") else value
    if name in DAYS and hasattr(value, "strftime"):
        try:
            return f"{value:%Y-%m-%d}"
        except ValueError:  # no time at all
            return str(value)
    if name == "source" and isinstance(value, os.PathLike):
        return f"files:{os.fspath(value)}"
    return value

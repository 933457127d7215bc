"""The configuration of a run: everything that the user chose, in one frozen record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from immutabledict import immutabledict

from backtests.engine import kinds
from backtests.engine.costs import Costs
from backtests.engine.money import MONEY, Money, Ratio, option
from backtests.engine.plan import PLAIN, PLAN, Plan
from backtests.engine.roles import Roles
from backtests.engine.withholding import NONE_ASKED, AskedWithholding, read_withholding
from data.currency.conversion import Conversion
from data.errors import HedgeError, UsageError, in_full, in_short
from data.load import require_own_prices, require_source, spelled
from data.records import fields_of, freeze_mappings
from strategies.base import TICKER, WEIGHTS, Params, Strategy, Value
from strategies.hedge_mix import HedgeMix
from strategies.registry import make, make_of

COSTS = ("fee_bps", "slippage_bps", "lag")  # the fields of a configuration that are costs


@dataclass(frozen=True)
class ConfigTable:
    """A run's configuration as one flat table, as TOML files, addresses and manifests hold it.

    Fee and slippage are in basis points (0.01 percentage points) of the value traded, the lag in
    rows, days ``YYYY-MM-DD``, the initial value in currency; ``extend`` as in ``RunConfig``, what
    is about the currency as in ``Money``, about bands as in ``Rebalancing``, about cash flows as in
    ``AskedFlows``.
    """

    strategy: str
    params: Params
    source: str
    extend: bool | None
    start: str | None
    end: str | None
    fee_bps: float
    slippage_bps: float
    lag: int
    benchmark: str | None
    hedge: str | None
    equity: str | None
    initial: float
    price_only: str | None = None  # a manifest of before has none
    # None in dollars, and in a manifest of before.
    currency: str | None = None
    cash: str | None = None
    fx_hedge: float | str | None = None
    fx_hedge_equity: float | str | None = None
    fx_basis_bp: float | None = None
    carry_rates: bool | None = None
    withholding: float | str | None = None  # None for nothing, and in a manifest of before
    # None without bands and cash flows, and in a manifest of before.
    band: float | None = None
    band_relative: float | None = None
    band_to: str | None = None
    flow: str | None = None
    flow_indexed: bool | None = None
    flows: Mapping[str, float] | None = None
    real: bool | None = None  # None in money of the day, and in a manifest of before

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
        Parameter values; text is read as the declared type; missing ones take their default.
    source
        ``auto``, ``yahoo``, ``bundled``, ``files:DIR``; ``prices`` for those given in Python.
    start, end
        First and last day to simulate, ``YYYY-MM-DD`` or a date, which is kept as text; None for
        all the history there is.
    costs
        Fee, slippage and lag.
    benchmark
        A ticker, or None for SPY where the source has it, else the heaviest ticker.
    hedge, equity
        Tickers that count as the hedge, in place of the known US Treasury funds, and tickers that
        count as equity, though they would be the hedge: text such as ``GLD,TIP``, or a sequence.
    price_only
        Tickers whose prices leave out dividends, as the user knows; of files and of Python alone.
    initial
        Value at the start.
    extend
        True: extend each history to before its first day by its proxies. False: none. None: only
        those that the strategy has carried back, BIL and SHY of a duration rule.
    money
        In which currency, and what of the dollar is hedged.
    withholding
        What is withheld from dividends and interest: a number, text or a mapping, as
        :func:`backtests.engine.withholding.read_withholding` reads it.
    plan
        Bands within which decisions are dropped, and cash flows.
    real
        Whether every value is in home purchasing power: the money of row 0.
    rule
        The strategy itself. Made of name and parameters unless given; a function or an object of
        the user's own has no registered name, and is given (:meth:`of`).

    Raises
    ------
    UsageError
        For a value that is not possible.
    """

    strategy: str
    params: Params = field(default_factory=immutabledict)
    source: str = "auto"
    start: str | None = None
    end: str | None = None
    costs: Costs = field(default_factory=Costs)
    benchmark: str | None = None
    hedge: tuple[str, ...] = ()
    equity: tuple[str, ...] = ()
    price_only: tuple[str, ...] = ()
    initial: float = 10_000.0
    extend: bool | None = None
    money: Money = field(default_factory=Money)
    withholding: AskedWithholding = NONE_ASKED
    plan: Plan = PLAIN
    real: bool = False
    rule: Strategy | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Make the strategy, resolve its parameters and refuse what cannot run."""
        try:
            self._check()
        except HedgeError as error:
            line = kinds.in_one_line(error)
            if line is None:
                raise
            raise line from error

    def _check(self) -> None:
        """Convert and check every field; the strategy and its parameters determine each other."""
        strategy = kinds.text(self.strategy, "strategy=", "the name of a strategy")
        if not isinstance(self.params, Mapping):
            raise UsageError(f"params= takes parameters by name, got {in_short(self.params)}")
        params = {
            kinds.name(name, "params=", "parameters by name"): kinds.plain(value, f"{name}=")
            for name, value in self.params.items()
        }
        if not isinstance(self.plan, Plan):
            raise UsageError(f"plan= takes Plan(rebalancing, flows), got {in_short(self.plan)}")
        rule = self.rule
        if rule is None and self.plan.rebalancing:
            params = {**calendar_of_bands(strategy), **params}
        if not isinstance(rule, Strategy | None):
            raise UsageError(f"rule= takes a Strategy object, got {in_short(rule)}")
        if rule is None or rule.name != strategy:  # the name was changed by dataclasses.replace
            rule = make(strategy, params)
        elif rule.params() != params:
            rule = make_of(type(rule), params)
        kinds.require_few(len(rule.tickers), strategy)
        source = kinds.text(self.source, "--source", "a text such as bundled")
        require_source(source)
        rule = _spelled(rule, source)
        if not isinstance(self.costs, Costs):
            raise UsageError(
                f"costs= takes Costs(fee_bps, slippage_bps, lag), got {in_short(self.costs)}"
            )
        if not isinstance(self.money, Money):
            raise UsageError(
                f"money= takes Money(currency, cash, fx_hedge, ...), got {in_short(self.money)}"
            )
        start = None if self.start is None else kinds.day(self.start, "--start")
        end = None if self.end is None else kinds.day(self.end, "--end")
        if start and end and end < start:
            raise UsageError(f"--end {end} is before --start {start}; give a later end")
        initial = kinds.number(self.initial, "--initial", "an amount")
        if not 1.0 <= initial <= 1e15:
            raise UsageError(f"--initial takes an amount from 1 to 1e15, got {in_full(initial)}")
        benchmark = self.benchmark
        if isinstance(benchmark, str) and not benchmark:
            raise UsageError("--benchmark takes a ticker, got nothing; leave it out for SPY")
        if benchmark is not None:
            benchmark = spelled(source, kinds.name(benchmark, "--benchmark", "a ticker"))
        hedge, equity, price_only = (
            tuple(spelled(source, ticker) for ticker in kinds.tickers(named, option))
            for named, option in (
                (self.hedge, "--hedge"),
                (self.equity, "--equity"),
                (self.price_only, "--price-only"),
            )
        )
        roles = _roles(hedge, equity)
        if price_only:
            require_own_prices(source)
        extend = None if self.extend is None else kinds.flag(self.extend, "extend=")
        withholding = read_withholding(self.withholding).spelled(
            lambda ticker: spelled(source, ticker), source
        )
        read = {"strategy": strategy, "params": rule.params(), "rule": rule, "source": source,
                "extend": extend, "start": start, "end": end,
                "benchmark": benchmark, "initial": initial,
                "hedge": roles.hedge, "equity": roles.equity,
                "price_only": price_only, "money": _spelled_money(self.money, source),
                "withholding": withholding,
                "real": kinds.flag(False if self.real is None else self.real, "real=")}  # fmt: skip
        for name, value in read.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, rule: Strategy, table: Mapping[str, Value | Params | None]) -> RunConfig:
        """Make a configuration of a strategy object; the rest as :meth:`from_dict`."""
        return cls.from_dict({**table, "strategy": rule.name, "params": rule.params()}, rule)

    @classmethod
    def from_dict(
        cls, table: Mapping[str, Value | Params | None], rule: Strategy | None = None
    ) -> RunConfig:
        """Read values as :meth:`as_dict` gives them; missing ones take their default.

        Parameters
        ----------
        table
            Its keys and their types are those of ``backtests.engine.config_file.KEYS``.
        rule
            The strategy, where it has no registered name.
        """
        rest = dict(table)
        costs = {name: rest.pop(name) for name in COSTS if name in rest}
        money = {name: rest.pop(name) for name in MONEY if name in rest}
        money = {name: value for name, value in money.items() if value is not None}
        plan = {name: rest.pop(name) for name in PLAN if name in rest}
        return cls(  # as documented
            **rest,  # type: ignore[arg-type]
            costs=Costs(**costs),  # type: ignore[arg-type]
            money=Money(**money),  # type: ignore[arg-type]
            plan=Plan.of(plan),
            rule=rule,
        )

    def make_strategy(self) -> Strategy:
        """The strategy of this run."""
        return cast("Strategy", self.rule)  # __post_init__ has made it

    @property
    def roles(self) -> Roles:
        """What counts as hedge and what as equity."""
        return Roles(self.hedge, self.equity)

    @property
    def table(self) -> ConfigTable:
        """The run as one flat record."""
        abroad = self.money.table
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
            hedge=",".join(self.hedge) or None,
            equity=",".join(self.equity) or None,
            initial=self.initial,
            price_only=",".join(self.price_only) or None,
            **({} if abroad is None else fields_of(abroad)),
            withholding=self.withholding.value,
            **self.plan.table,  # type: ignore[arg-type]
            real=self.real or None,
        )

    def conversion(self, tickers: Sequence[str]) -> Conversion:
        """What the market of some tickers is asked for."""
        return self.money.conversion(tickers, self.roles)

    def as_dict(self) -> dict[str, Value | Params | None]:
        """The run as plain values in a fixed order, for files, addresses and hashes."""
        fields = fields_of(self.table)
        if self.money.is_dollars:  # and then the names of runs are those of before
            fields = {name: value for name, value in fields.items() if name not in MONEY}
        if not self.withholding:
            del fields["withholding"]
        unset = [name for name in PLAN if fields[name] is None]
        fields = {name: value for name, value in fields.items() if name not in unset}
        if not self.real:
            del fields["real"]
        if "flows" in fields:
            fields["flows"] = dict(self.plan.flows.by_day)
        return {**fields, "params": plain_params(self.params)}


def calendar_of_bands(strategy: str) -> Params:
    """The calendar with bands unless the user gives one: weights are watched daily."""
    return {"rebalance": "daily"} if strategy == HedgeMix.name else {}


def _spelled(rule: Strategy, source: str) -> Strategy:
    """The same strategy with its tickers as the source spells them.

    Raises
    ------
    UsageError
        For two tickers that are the same there.
    """
    params = dict(rule.params())
    for declared in rule.parameters():
        value = getattr(rule, declared.name)
        if declared.unit == TICKER and isinstance(value, str):
            params[declared.name] = spelled(source, value)
        elif declared.unit == WEIGHTS and isinstance(value, Mapping):
            names = {name: spelled(source, name) for name in value}
            twice = next((n for n in names if list(names.values()).count(names[n]) > 1), None)
            if twice is not None:
                raise UsageError(
                    f"{declared.name}: {source} has one {names[twice]}, and it stands there twice; "
                    "give it once"
                )
            params[declared.name] = {names[name]: weight for name, weight in value.items()}
    return rule if params == dict(rule.params()) else make_of(type(rule), params)


def _spelled_money(money: Money, source: str) -> Money:
    """The same with the tickers of its ratios as the source spells them."""

    def read(name: str) -> Ratio:
        ratio = money.ratio(name)
        if not isinstance(ratio, Mapping):
            return ratio
        names = {ticker: spelled(source, ticker) for ticker in ratio}
        twice = next((n for n in names if list(names.values()).count(names[n]) > 1), None)
        if twice is not None:
            raise UsageError(
                f"{option(name)}: {source} has one {names[twice]}, and it stands there twice; "
                "give it once"
            )
        return {names[ticker]: share for ticker, share in ratio.items()}

    if money.is_dollars:
        return money
    return replace(
        money,
        fx_hedge=read("fx_hedge"),
        fx_hedge_equity=read("fx_hedge_equity"),
    )


def _roles(hedge: tuple[str, ...], equity: tuple[str, ...]) -> Roles:
    """Refuse a ticker that is to be both."""
    for ticker in hedge:
        if ticker in equity:
            raise UsageError(f"{ticker} stands in --hedge and in --equity; leave it in one of them")
    return Roles(hedge, equity)


def plain_params(params: Params) -> dict[str, Value]:
    """Parameters as plain values, weights in the order given."""
    return {
        name: dict(value) if isinstance(value, Mapping) else value for name, value in params.items()
    }


def short_hash(determined_by: object) -> str:
    """Ten hexadecimal digits of the SHA-256 of plain values, written as canonical JSON."""
    text = json.dumps(determined_by, sort_keys=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]

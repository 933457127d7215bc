"""The door: whatever an option is given, it works or ends in one line of the family."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from backtests import (
    Costs,
    HedgeError,
    RuleError,
    RunConfig,
    Strategy,
    UsageError,
    backtest,
    compare_runs,
    list_strategies,
    load_market,
    parameter,
    search,
)
from backtests.engine.config_file import write_config
from backtests.engine.money import MONEY, Money
from backtests.face.comparison import Comparison, OwnFigures
from backtests.face.door import KINDS, in_python
from backtests.face.guard import plain_errors
from backtests.face.options import NOT_HERE
from backtests.face.plots import ComparisonPlots, RunPlots, SearchPlots
from backtests.face.run import Run
from data.command import LONGEST
from tests.strategies.rule_files import SHORT

MONTHS = pd.DataFrame(
    {"SPY": [100.0, 110.0, 99.0], "IEF": [50.0, 50.5, 51.0]},
    index=pd.date_range("2001-01-31", periods=3, freq="ME"),
)
MARK = len(" ... ")  # in the middle of a message that is cut


class Reached(Exception):
    """The call went through the door; ``asked`` is the run. What lies behind is tried elsewhere."""

    def __init__(self, asked: RunConfig | None = None):
        self.asked = asked


@pytest.fixture(autouse=True)
def only_the_door(monkeypatch, tmp_path):
    """Nothing is simulated, scored or written."""

    def reached(config=None, *_args, **_options):
        raise Reached(config)

    monkeypatch.setattr("backtests.face.backtest.execute", reached)
    monkeypatch.setattr("backtests.face.search.prepare_search", reached)
    monkeypatch.setattr("backtests.face.run.publish", reached)
    monkeypatch.setattr("backtests.face.run.with_withdrawals", reached)
    monkeypatch.setattr("backtests.face.comparison.is_published", reached)
    monkeypatch.chdir(tmp_path)


def asked(call: Callable[[], object]) -> RunConfig:
    """The run that a call asks for."""
    with pytest.raises(Reached) as there:
        call()
    return there.value.asked


def line(call: Callable[[], object]) -> str:
    """What a call is refused with: one line, no longer than a screen can show."""
    with pytest.raises(HedgeError) as refused:
        call()
    text = str(refused.value)
    assert text
    assert text.isprintable(), repr(text)
    assert len(text) <= LONGEST + MARK
    return text


class Silent:
    """An object that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


def inside_itself(value):
    """A list or a mapping that holds itself."""
    if isinstance(value, list):
        value.append(value)
    else:
        value["SPY"] = value
    return value


def failing() -> Iterator[str]:
    yield "SPY"
    raise OSError(5, "Input/output error")


# Made anew for each call: a generator is used up by the first that looks at it.
ODD: dict[str, Callable[[], object]] = {
    "None": lambda: None,
    "True": lambda: True,
    "numpy's True": lambda: np.True_,
    "'False'": lambda: "False",
    "a number": lambda: 2,
    "minus one": lambda: -1,
    "numpy's number": lambda: np.float64(2.0),
    "a decimal": lambda: Decimal(2),
    "a fraction": lambda: Fraction(1, 2),
    "a signalling nan": lambda: Decimal("sNaN"),
    "nan": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "a complex number": lambda: 1 + 1j,
    "400 digits": lambda: 10**400,
    "5,000 digits": lambda: 10**5000,
    "bytes": lambda: b"SPY",
    "nothing": lambda: "",
    "a blank": lambda: " ",
    "NUL": lambda: "S\0PY",
    "a surrogate": lambda: "\ud800",
    "two lines": lambda: "a\nb",
    "10,000 signs": lambda: "x" * 10_000,
    "an empty list": list,
    "a list": lambda: [1],
    "a list of None": lambda: [None],
    "a list in itself": lambda: inside_itself([]),
    "an empty dict": dict,
    "a dict": lambda: {1: 2},
    "a dict in itself": lambda: inside_itself({}),
    "a set": lambda: {"SPY"},
    "an object": object,
    "a silent object": Silent,
    "a class": lambda: dict,
    "an array": lambda: np.array([1.0, 2.0]),
    "an array of arrays": lambda: np.ones((2, 2)),
    "an array without a dimension": lambda: np.array(2.0),
    "a Series": lambda: pd.Series([0.5, 0.2], index=["SPY", "IEF"]),
    "a Series with a name twice": lambda: pd.Series([0.5, 0.2], index=["SPY", "SPY"]),
    "a frame": lambda: MONTHS,
    "an Index": lambda: pd.Index(["SPY", "IEF"]),
    "an Index of levels": lambda: pd.MultiIndex.from_tuples([("SPY", 1)]),
    "a missing value": lambda: pd.NA,
    "no time": lambda: pd.NaT,
    "numpy's no time": lambda: np.datetime64("NaT"),
    "a month": lambda: np.datetime64("2001-02"),
    "a period": lambda: pd.Period("2001-02-03", "D"),
    "a time": lambda: dt.time(12),
    "a day": lambda: dt.date(2001, 2, 3),
    "a Timestamp": lambda: pd.Timestamp("2001-02-03 23:00", tz="Asia/Tokyo"),
    "numpy's day": lambda: np.datetime64("2001-02-03T12:00"),
    "a generator": lambda: (ticker for ticker in ["SPY"]),
    "a generator without end": lambda: itertools.repeat("SPY"),
    "a generator that fails": failing,
}


def rule(market):
    return {"SPY": 1.0}


@dataclasses.dataclass(frozen=True)
class Windowed(Strategy):
    """Hold equity."""

    name: ClassVar[str] = "windowed"

    window: int = parameter(10, low=2, high=100, unit="rows", doc="of nothing")
    fund: str = parameter("IEF", unit="ticker", doc="beside equity")

    @property
    def tickers(self):
        return ["SPY", self.fund]

    def target_weights(self, market):
        return market.prices * 0.0


ABROAD = {"currency": "JPY"}
# What else a call needs for one of its options to be looked at.
BESIDE = {
    ("backtest", "tickers"): {"strategy": rule},
    ("backtest", "needs"): {"strategy": rule, "tickers": "SPY"},
    ("backtest", "strategy_file"): {"strategy": None},
    ("backtest", "config"): {"strategy": None},
    ("backtest", "prices"): {"source": None},
    ("backtest", "bills"): {"prices": MONTHS, "source": None},
    ("search", "grid"): {"strategy": "attack_defend", "assets": None},
    ("search", "strategy_file"): {"strategy": None},
    ("search", "prices"): {"source": None},
    ("search", "bills"): {"prices": MONTHS, "source": None},
    **{(name, "max_age"): {"strict": True} for name in ("backtest", "search", "load_market")},
    **{(name, option): ABROAD
       for name in ("backtest", "search", "load_market") for option in MONEY[1:]},
}  # fmt: skip
USUAL = {
    "backtest": {"strategy": "hedge_mix", "source": "bundled"},
    "search": {"strategy": "hedge_mix", "source": "bundled", "assets": "SPY,IEF"},
    "load_market": {"source": "bundled", "tickers": "SPY"},
}


def options_of(function: Callable[..., object]) -> list[str]:
    """Its parameters but those of any name and number."""
    parameters = inspect.signature(function).parameters.values()
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [each.name for each in parameters if each.kind in plain and each.name != "self"]


def calls() -> dict[tuple[str, str], Callable[[object], object]]:
    """Every option of every function, and the values of parameters, as calls of one value."""
    made: dict[tuple[str, str], Callable[[object], object]] = {}

    def add(name, option, function, **usual):
        made[name, option] = lambda value: function(**{**usual, option: value})

    for function in (backtest, search, load_market):
        name = function.__name__
        for option in options_of(function):
            add(name, option, function, **{**USUAL[name], **BESIDE.get((name, option), {})})
    unjudged = SimpleNamespace(verdict=None, config=RunConfig("hedge_mix"))
    add("withdrawals", "rate", Run(unjudged).withdrawals)
    add("withdrawals", "quiet", Run(unjudged).withdrawals)
    for option in options_of(Run.save):
        add("save", option, Run(unjudged).save)
        runs = Comparison(None, (Run(SimpleNamespace(verdict=None)),), False)
        add("save both", option, runs.save)
        each = OwnFigures(None, (Run(SimpleNamespace(verdict=None)),), False)
        add("save each", option, each.save)
    for option in options_of(compare_runs):
        made["compare_runs", option] = lambda value, option=option: compare_runs(
            "nowhere", "there", **{option: value}
        )
    made["compare_runs", "runs"] = lambda value: compare_runs(value, value)
    for field in dataclasses.fields(RunConfig):
        add("RunConfig", field.name, RunConfig, strategy="hedge_mix")
    for field in dataclasses.fields(Costs):
        add("Costs", field.name, Costs)
    for field in dataclasses.fields(Money):
        add("Money", field.name, Money, **({} if field.name == "currency" else ABROAD))
    for name in ("weights", "rebalance"):
        made["RunConfig", f"params {name}"] = lambda value, name=name: RunConfig(
            "hedge_mix", {name: value}
        )
    made["backtest", "step_bp"] = lambda value: backtest("attack_defend", step_bp=value)
    made["backtest", "window"] = lambda value: backtest(Windowed, window=value)
    made["backtest", "fund"] = lambda value: backtest(Windowed(), fund=value)
    made["backtest", "fee_bp"] = lambda value: backtest("hedge_mix", fee_bp=value)
    made["search", "values"] = lambda value: search("attack_defend", grid={"step_bp": value})
    made["search", "a value"] = lambda value: search("attack_defend", grid={"step_bp": [5, value]})
    return made


CALLS = calls()
NUMBERS = {"a number", "numpy's number", "a decimal"}
FLAG = {"True", "numpy's True"}
DAYS = {"None", "a day", "a Timestamp", "numpy's day"}
WORDS = {"'False'", "10,000 signs"}
LIST = {"an Index", "a generator"}
# Of ODD what an option takes; of all others nothing.
TAKEN = {
    "tickers": WORDS | LIST, "assets": WORDS | LIST, "needs": {"None", "an empty list"},
    "prices": {"a frame"}, "weights": {"None", "a Series"}, "rebalance": {"None"},
    "offset": NUMBERS | {"None"},
    "set": {"None", "an empty dict"}, "source": {"None"}, "extend": FLAG | {"None"},
    "start": DAYS, "end": DAYS, "fee_bps": NUMBERS | {"None", "a fraction"},
    "slippage_bps": NUMBERS | {"None", "a fraction"}, "lag": NUMBERS | {"None"},
    "hedge": WORDS | LIST | {"None"}, "equity": WORDS | LIST | {"None"},
    "price_only": {"None"},  # of the bundled history everything has its dividends
    "benchmark": WORDS | {"None"}, "initial": NUMBERS | {"None"}, "step": {"None", "a fraction"},
    "subject_to": {"an empty list"}, "scheduler": {"None"}, "out": {"'False'", "two lines"},
    "params": {"an empty dict"}, "rule": {"None"}, "params weights": {"a Series"},
    "step_bp": NUMBERS | {"None"}, "window": NUMBERS | {"None"},
    "fund": WORDS | {"None", "a blank", "two lines"},  # what has no prices is refused with them
    "values": NUMBERS | {"a list", "an array"}, "a value": NUMBERS, "max_age": NUMBERS | {"None"},
    **dict.fromkeys(("no_verdict", "refresh", "quiet", "no_tearsheet", "standalone"), FLAG),
    "align": FLAG, "strict": FLAG, "currency": {"None"}, "cash": {"None"},
    "fx_hedge": {"None", "a fraction", "an empty dict", "a Series"},
    "fx_hedge_equity": {"None", "a fraction", "an empty dict", "a Series"},
    "fx_basis_bp": NUMBERS | {"None", "a fraction"}, "carry_rates": FLAG | {"None"},
    "withholding": {"None", "a fraction", "an empty dict", "a Series"},
    "real": FLAG | {"None"},
    "withdrawals": {"None", "a fraction"}, "rate": {"a fraction"},
    "band": {"None", "a fraction"}, "band_relative": {"None", "a fraction"}, "band_to": {"None"},
    "flow": {"None"}, "flow_indexed": {"None"},
    "flows": {"None", "an empty dict", "an empty list"},
}  # fmt: skip
# Where what goes for others does not: no None where it is no default, no folder that is not there.
TAKEN_THERE = {
    ("load_market", "source"): set(), ("load_market", "tickers"): LIST,
    ("load_market", "extend"): FLAG, ("load_market", "max_age"): {"None"},  # bundled data are old
    ("load_market", "currency"): set(), ("load_market", "cash"): set(),
    ("load_market", "real"): FLAG,
    # The bundled SPY has no known dividends, and so no rate of all equity.
    ("load_market", "withholding"): {"None", "an empty dict"},
    ("RunConfig", "withholding"): {"None", "a fraction", "an empty dict"},
    ("load_market", "carry_rates"): FLAG, ("Money", "currency"): set(), ("Money", "cash"): set(),
    # SPY is no hedge, and IEF no equity.
    **{(name, option): {"None", "a fraction", "an empty dict"}
       for name in ("load_market", "Money") for option in ("fx_hedge", "fx_hedge_equity")},
    ("save both", "withdrawals"): set(), ("save each", "withdrawals"): set(),  # of one run alone
    ("compare_runs", "align"): set(), ("compare_runs", "each_in_its_own"): set(),
    ("compare_runs", "quiet"): set(), ("compare_runs", "strict"): set(),
    ("compare_runs", "max_age"): set(), ("RunConfig", "source"): set(),
    ("RunConfig", "hedge"): WORDS | {"None", "an empty list"},
    ("RunConfig", "equity"): WORDS | {"None", "an empty list"},
    ("RunConfig", "price_only"): {"None", "an empty list"},
    ("RunConfig", "extend"): FLAG | {"None"}, ("RunConfig", "initial"): NUMBERS,
    **{("Costs", name): TAKEN[name] - {"None"} for name in ("fee_bps", "slippage_bps", "lag")},
}  # fmt: skip


@pytest.mark.parametrize(("function", "option"), CALLS)
def test_an_odd_value_works_as_documented_or_is_one_line(function, option):
    call = CALLS[function, option]
    taken = set()
    for name, make in ODD.items():
        try:
            call(make())
        except Reached:
            taken.add(name)
        except HedgeError:
            line(lambda make=make: call(make()))
        except Exception as error:
            raise AssertionError(f"{function}({option}=<{name}>): {error!r}") from error
        else:
            taken.add(name)
    assert taken == TAKEN_THERE.get((function, option), TAKEN.get(option, set()))


def test_every_option_has_its_kind_declared():
    functions = [backtest, search, load_market, compare_runs, Run.save, Run.withdrawals,
                 Comparison.save, OwnFigures.save]  # fmt: skip
    charts = [
        chart
        for kind in (RunPlots, ComparisonPlots, SearchPlots)
        for name, chart in vars(kind).items()
        if inspect.isfunction(chart) and not name.startswith("_")
    ]
    assert len(charts) >= 17
    options = {option for each in [*functions, *charts] for option in options_of(each)}
    assert options - {"strategy"} == set(KINDS)
    assert {option for option in options if len(option) > 2} == options
    assert all(hasattr(each, "__wrapped__") for each in [*functions, *charts, list_strategies])


@pytest.mark.parametrize("kind", [RunPlots, ComparisonPlots, SearchPlots])
def test_a_chart_is_dark_or_not(kind):
    charts = [name for name in vars(kind) if not name.startswith("_")]
    for name in charts:
        for value in ("yes", 1, None, np.array([True])):
            message = line(lambda name=name, value=value: getattr(kind(None), name)(dark=value))
            assert message.startswith("dark= takes True or False, got ")


def test_options_of_another_function_are_refused_by_name():
    ours = {each.__name__: set(options_of(each)) for each in (backtest, search)}
    assert ours["search"] - ours["backtest"] <= set(NOT_HERE["backtest"])
    assert ours["backtest"] - ours["search"] <= set(NOT_HERE["search"])
    for function in (backtest, search):
        for name in NOT_HERE[function.__name__]:
            assert name not in ours[function.__name__]
            for strategy in (None, "hedge_mix", "carry"):
                message = line(lambda name=name: function(strategy, **{name: None}))  # noqa: B023
                assert message.startswith(f"{function.__name__}() takes no {name}=: ")


def test_a_parameter_may_have_the_name_of_another_functions_option():
    @dataclasses.dataclass(frozen=True)
    class Stepped(Windowed):
        name: ClassVar[str] = "stepped"
        step: int = parameter(1, low=1, high=5, unit="rows", doc="of nothing")

    assert asked(lambda: backtest(Stepped, step=3)).params["step"] == 3


# Amounts of a day twice are added up: 200 in the morning and 300 in the evening are 500.
AMOUNTS = pd.Series(
    [200.0, -300.0, 300.0],
    pd.to_datetime(["2020-01-15 09:00", "2021-01-15 00:00", "2020-01-15 18:00"]),
)
PAID = {"flows": {"2020-01-15": 500.0, "2021-01-15": -300.0}}


def own_flows(name: str = "mine = 1.csv") -> Path:
    """A file; of a Path any name will do, as text one with the sign of equality is amounts."""
    path = Path(name)
    path.write_text("date,amount\n2020-01-15,500\n2021-01-15,-300\n")
    return path


# What is natural to a user of pandas, and what it is to the program.
TABLE = pd.DataFrame({"SPY": [0.5], "IEF": [0.2]}, index=["today"])
NATURAL = {
    "columns": (lambda: backtest(rule, tickers=MONTHS.columns), {"tickers": ["SPY", "IEF"]}),
    "an array": (lambda: backtest(rule, tickers=MONTHS.columns.to_numpy()),
                 {"tickers": ["SPY", "IEF"]}),
    "a Series": (lambda: backtest(rule, tickers=pd.Series(["SPY", "IEF"])),
                 {"tickers": ["SPY", "IEF"]}),
    "a text": (lambda: backtest(rule, tickers="SPY, IEF"), {"tickers": ["SPY", "IEF"]}),
    "numpy's text": (lambda: backtest(np.str_("carry"), source=np.str_("bundled")),
                     {"strategy": "carry", "source": "bundled"}),
    "a row": (lambda: backtest("hedge_mix", weights=TABLE.loc["today"]),
              {"params": {"weights": {"SPY": 0.5, "IEF": 0.2}, "rebalance": "monthly"}}),
    "parameters of a table": (lambda: backtest("attack_defend", set=pd.Series({"step_bp": 30})),
                              {"step_bp": 30.0}),
    "a date": (lambda: backtest("carry", start=dt.date(1990, 1, 31)), {"start": "1990-01-31"}),
    "a datetime": (lambda: backtest("carry", end=dt.datetime(1990, 1, 31, 12)),
                   {"end": "1990-01-31"}),
    "a Timestamp": (lambda: backtest("carry", start=MONTHS.index[0]), {"start": "2001-01-31"}),
    "a zone": (lambda: backtest("carry", start=pd.Timestamp("2001-02-03 23:00", tz="Asia/Tokyo")),
               {"start": "2001-02-03"}),
    "datetime64": (lambda: backtest("carry", end=MONTHS.index.to_numpy()[-1]),
                   {"end": "2001-03-31"}),
    "numpy's numbers": (lambda: backtest("carry", fee_bps=np.float32(3), lag=np.int8(2),
                                         initial=np.int64(500), extend=np.True_),
                        {"fee_bps": 3.0, "lag": 2, "initial": 500.0, "extend": True}),
    "a whole float": (lambda: backtest("carry", lag=2.0), {"lag": 2}),
    "ratios of a Series": (lambda: backtest("carry", currency="jpy", carry_rates=np.True_,
                                            fx_hedge=pd.Series({"IEF": 1, "TLT": 0.5})),
                           {"currency": "JPY", "fx_hedge": "IEF=1,TLT=0.5", "carry_rates": True}),
    "a ratio of numpy": (lambda: backtest("carry", currency="EUR", fx_hedge=np.float32(0.5),
                                          fx_hedge_equity=Decimal("0.25"), fx_basis_bp=np.int8(50)),
                         {"fx_hedge": 0.5, "fx_hedge_equity": 0.25, "fx_basis_bp": 50.0}),
    "money of a RunConfig": (lambda: backtest(RunConfig("carry", money=Money("JPY", "usd", 1)),
                                              fx_hedge=0.5),
                             {"currency": "JPY", "cash": "usd", "fx_hedge": 0.5}),
    "flows of a Series": (lambda: backtest("carry", flows=AMOUNTS), PAID),
    "flows of a dict": (lambda: backtest("carry", flows={dt.date(2020, 1, 15): np.int64(500),
                                                         "2021-01-15": Decimal(-300)}), PAID),
    "flows of pairs": (lambda: backtest("carry", flows=[(AMOUNTS.index[0], 500),
                                                        ("2021-01-15", "-300")]), PAID),
    "flows of a path": (lambda: backtest("carry", flows=own_flows()), PAID),
    "flows of a path as text": (lambda: backtest("carry", flows=str(own_flows("plan.csv"))), PAID),
    "flows of a text": (lambda: backtest("carry", flows="2021-01-15=-300, 2020-01-15=500"), PAID),
    "rates of a Series": (lambda: backtest("carry", withholding=pd.Series({"SPY": 0.15})),
                          {"withholding": "SPY=0.15"}),
    "a rate of numpy": (lambda: backtest("carry", withholding=np.float32(0.5)),
                        {"withholding": 0.5}),
    "rates from a day": (lambda: backtest("carry", withholding={"SPY": Decimal("0.15"),
                                                                "TLT": "0.3@2025-05-01"}),
                         {"withholding": "SPY=0.15,TLT=0.3@2025-05-01"}),
    "a folder": (lambda: backtest("carry", source=Path("a") / "b"), {"source": "files:a/b"}),
    "needs": (lambda: backtest(rule, tickers="SPY", needs={"cpi", "yields"}),
              {"needs": ("yields", "cpi")}),
    "None": (lambda: backtest(rule, tickers="SPY", needs=None, start=None, weights=None),
             {"needs": (), "start": None}),
    "a parameter of None": (lambda: backtest("attack_defend", step_bp=None), {"step_bp": 50.0}),
    "a run": (lambda: backtest(Run(SimpleNamespace(config=RunConfig("carry", start="1990-01-31")))),
              {"strategy": "carry", "start": "1990-01-31"}),
    "a date of a RunConfig": (lambda: backtest(RunConfig("carry", start=dt.date(1990, 1, 31))),
                              {"start": "1990-01-31"}),
}  # fmt: skip


@pytest.mark.parametrize("case", NATURAL)
def test_what_is_natural_works(case):
    call, wanted = NATURAL[case]
    config = asked(call)
    strategy = config.make_strategy()
    plain = {**config.params, **config.as_dict(), "needs": strategy.needs,
             "tickers": strategy.tickers}  # fmt: skip
    assert {name: plain[name] for name in wanted} == wanted


def test_a_search_takes_what_is_natural():
    searches = (
        {"grid": {"window": 5}},
        {"grid": {"window": np.linspace(4, 12, 3)}},
        {"grid": {"window": pd.Series([4, 8])}},
        {"grid": {"window": pd.RangeIndex(4, 9, 2), "fund": "IEF"}},
        {"grid": {"window": (each for each in (4, 5))}},
    )
    for options in searches:
        asked(lambda options=options: search(Windowed, out="a", **options))
    asked(lambda: search("hedge_mix", assets=MONTHS.columns, step=Decimal("0.1")))
    asked(lambda: search("hedge_mix", assets="SPY,IEF", currency="jpy", fx_hedge={"IEF": 1}))
    run = Run(SimpleNamespace(config=RunConfig("attack_defend")))
    asked(lambda: search(run, grid={"step_bp": [25, 50]}))


def test_a_market_takes_what_is_natural():
    day = pd.Timestamp("1999-12-31", tz="UTC")
    market = load_market("bundled", pd.Index(["SPY", "IEF"]), end=day, needs="yields", quiet=True)
    assert (market.tickers, market.sessions[-1]) == (["SPY", "IEF"], pd.Timestamp("1999-12-31"))
    assert load_market("bundled", "SPY, IEF", quiet=True).tickers == ["SPY", "IEF"]
    folder = Path("levels")
    folder.mkdir()
    for name, levels in load_market("bundled", ["SPY"], quiet=True).prices.items():
        table = pd.DataFrame({"date": levels.index, "adj_close": levels.to_numpy()})
        table.to_csv(folder / f"{name}.csv", index=False)
    by_path = line(lambda: load_market(folder, "IEF", quiet=True))
    assert by_path == line(lambda: load_market("files:levels", "IEF", quiet=True))
    assert "IEF" in by_path


PRICES = {"prices": MONTHS, "quiet": True}
WRONG = {
    "misspelt": (lambda: backtest("hedge_mix", fee_bp=None),
                 "backtest() has no option or parameter 'fee_bp' (did you mean fee_bps?); "
                 "hedge_mix has weights, rebalance"),
    "misspelt in set=": (lambda: backtest("hedge_mix", set={"wieghts": None}),
                         "no parameter 'wieghts' (did you mean weights?)"),
    "misspelt of a function": (lambda: backtest(rule, tickers="SPY", fee_bp=1),
                               "'fee_bp' (did you mean fee_bps?); rule is a function without"),
    "misspelt of a search": (lambda: search("hedge_mix", assets="SPY", maximize="cagr"),
                             "search() has no option or parameter 'maximize' (did you mean max"),
    "misspelt of a market": (lambda: load_market("bundled", "SPY", ned="yields"),
                             "load_market(): got an unexpected keyword argument 'ned' (did you "),
    "too few": (lambda: load_market("bundled"), "missing a required argument: 'tickers'; it takes"),
    "too many": (lambda: backtest("hedge_mix", {"SPY": 1.0}), "too many positional arguments; it"),
    "a list": (lambda: list_strategies("carry"), "too many positional arguments"),
    "a name that is none": (lambda: backtest("hedge_mix", set={1: 2}),
                            "set= takes parameters by name, got 1"),
    "a table beside a file": (lambda: backtest(MONTHS, strategy_file=own_file()),
                              "strategy_file= is steady, not a DataFrame; leave the other out"),
    "a file for a name": (lambda: backtest("my_rule.py:My"),
                          "is a file, not the name of a strategy; give strategy_file='my_rule.py"),
    "a Path for a name": (lambda: backtest(Path("my_rule.py")), "give strategy_file='my_rule.py'"),
    "a run.toml for a name": (lambda: backtest("a/run.toml"), "give config='a/run.toml'"),
    "a result": (lambda: backtest(SimpleNamespace(best=RunConfig("carry"))),
                 "the best of a search is backtest(result.best)"),
    "no whole class": (lambda: backtest(Strategy), "is no whole strategy; give it target_weights"),
    "no prices": (lambda: backtest("hedge_mix", prices=None),
                  "prices= is None; leave it out, or give"),
    "no bills": (lambda: backtest("hedge_mix", bills=None, **PRICES), "bills= is None; leave it"),
    "no prices to search": (lambda: search("hedge_mix", assets="SPY", prices=None),
                            "prices= is None; leave it out"),
    "extended": (lambda: backtest(RunConfig("hedge_mix", extend=True), **PRICES),
                 "the run has extend=True, which carries no prices= back; give extend=False"),
    "prices again": (lambda: backtest(RunConfig("hedge_mix", source="prices")),
                     "it does not hold them; give prices= again, and bills= if it had them"),
    "yes by text": (lambda: backtest("hedge_mix", no_verdict="False"),
                    "no_verdict= takes True or False, got 'False'"),
    "tickers of a dict": (lambda: backtest(rule, tickers={"SPY": 1.0}),
                          "tickers= takes tickers such as ['SPY', 'IEF'], got {'SPY': 1.0}"),
    "tickers of a set": (lambda: backtest(rule, tickers={"SPY"}), "has no order; give a list"),
    "tickers without end": (lambda: backtest(rule, tickers=itertools.repeat("SPY")),
                            "got more than 100,000; give fewer"),
    "of a name": (lambda: backtest("hedge_mix", tickers=["SPY"]), "tickers= is for functions"),
    "a need": (lambda: load_market("bundled", "SPY", needs=["yield"]),
               "needs= takes yields, policy_rate, usd, cpi, got 'yield' (did you mean yields?)"),
    "an end": (lambda: load_market("bundled", "SPY", end="03/04/2003"),
               "end= takes a date as YYYY-MM-DD, got '03/04/2003'"),
    "a year": (lambda: load_market("bundled", "SPY", end="2003"), "got '2003'"),
    "an end of False": (lambda: load_market("bundled", "SPY", end=False), "got False"),
    "an early end": (lambda: load_market("bundled", "SPY", end=dt.date(1, 1, 1)),
                     "end= 0001-01-01 is outside the years 1800 to 2200; give a day within"),
    "no source": (lambda: load_market(None, "SPY"), "source= takes a text such as 'bundled', or"),
    "no tickers": (lambda: load_market("bundled", None), "tickers= takes tickers such as"),
    "a step": (lambda: search("hedge_mix", assets="SPY", step="0.1"),
               "step= takes a number, got '0.1'"),
    "a large step": (lambda: search("hedge_mix", assets="SPY", step=10**400), "step= takes a num"),
    "a grid of pairs": (lambda: search("attack_defend", grid=[("step_bp", [1])]),
                        "grid= takes values by parameter, such as {'step_bp': [25, 50]}, got [("),
    "a grid of nothing": (lambda: search("attack_defend", grid={"step_bp": []}),
                          "grid= of step_bp takes values as a list, or as text such as"),
    "a grid of None": (lambda: search("carry", grid={"step_bp": [None]}), "texts, got None"),
    "no limits": (lambda: search("hedge_mix", assets="SPY", subject_to=None),
                  "subject_to= takes limits such as 'volatility<0.1', got None"),
    "no metric": (lambda: search("hedge_mix", assets="SPY", maximise=None), "maximise= takes a te"),
    "a scheduler": (lambda: search("hedge_mix", assets="SPY", scheduler=2), "scheduler= takes a t"),
    "many processes": (lambda: search("hedge_mix", assets="SPY", scheduler=f"local:{'9' * 5000}"),
                       "is not understood; write tcp://host:port for a running cluster"),
    "no folder": (lambda: search("hedge_mix", assets="SPY", out=None), "out= takes a path, as te"),
    "save nowhere": (lambda: Run(None).save(None), "out= takes a path, as text or Path, got None"),
    "save to a number": (lambda: Run(None).save(5), "out= takes a path, as text or Path, got 5"),
    "save to NUL": (lambda: Run(None).save("a\0"), "out= has 'a\\x00', which holds a NUL or an un"),
    "save to no text": (lambda: Run(None).save("a\ud800"), "holds a NUL or an undecodable byte"),
    "save at home": (lambda: Run(None).save("~/runs"), "begins with ~, which a shell replaces"),
    "aligned": (lambda: compare_runs("a", "b", align="no"), "align= takes True or False, got 'no'"),
    "no runs": (lambda: compare_runs(["a", "b"]), "give the runs one by one: compare_runs(*runs)"),
    "costs": (lambda: RunConfig("carry", costs={"lag": 1}), "costs= takes Costs(fee_bps, slip"),
    "a benchmark": (lambda: RunConfig("carry", benchmark=["SPY"]), "--benchmark takes a ticker, g"),
    "params": (lambda: RunConfig("carry", params=None), "params= takes parameters by name, got No"),
    "a rule": (lambda: RunConfig("carry", rule="x"), "rule= takes a Strategy object, got 'x'"),
    "extended by text": (lambda: RunConfig("carry", extend="no"), "extend= takes True or False"),
    "a table of weights": (lambda: RunConfig("hedge_mix", {"weights": MONTHS}),
                           "weights= takes a number, a text or weights by ticker, got a DataFra"),
}  # fmt: skip


def own_file() -> Path:
    path = Path("steady.py")
    path.write_text(SHORT)
    return path


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_one_line(case):
    call, message = WRONG[case]
    assert message in line(call)


def test_a_kept_run_of_another_strategy_is_refused():
    write_config(Path("run.toml"), RunConfig("hedge_mix"))
    start = "config= run.toml is a run of hedge_mix, not of "
    assert line(lambda: backtest("equity_only", config="run.toml")) == (
        f"{start}equity_only; leave equity_only out, or give hedge_mix"
    )
    assert line(lambda: backtest(Windowed(), config="run.toml")).startswith(f"{start}windowed; ")
    assert line(lambda: backtest(rule, tickers="SPY", config="run.toml")).startswith(f"{start}rule")
    assert line(lambda: backtest(strategy_file=own_file(), config="run.toml")).startswith(start)
    assert asked(lambda: backtest("hedge_mix", config="run.toml")).strategy == "hedge_mix"


def test_a_kept_run_of_an_own_strategy_names_its_source():
    kind = own_file()
    asked_for = asked(lambda: backtest(strategy_file=kind))
    write_config(Path("run.toml"), asked_for)
    Path("strategy.py").write_text(SHORT)
    assert line(lambda: backtest(config="run.toml")) == (
        "config= run.toml is a run of steady, a strategy of its own; read strategy.py, and if you "
        "trust it give strategy_file='strategy.py' as well"
    )
    config = asked(lambda: backtest(config="run.toml", strategy_file="strategy.py"))
    assert config.params == asked_for.params


def test_a_verdict_that_is_not_there_is_no_member():
    config = RunConfig("hedge_mix")
    record = SimpleNamespace(verdict=None, config=config, name="a", market=None)
    run = Run(record)
    assert not hasattr(run, "verdict")
    with pytest.raises(UsageError, match="leave out no_verdict=True"):
        _ = run.verdict
    with pytest.raises(AttributeError, match="leave out no_verdict=True"):
        _ = run.verdict


class Coded(HedgeError):
    """An error of the user's own that is made of two."""

    def __init__(self, code: int, why: str):
        super().__init__(code)
        self.code, self.why = code, why

    def __str__(self) -> str:
        return f"{self.code}:\n{self.why}"


class Wordless(HedgeError):
    """An error whose message is none."""

    def __str__(self) -> str:
        return None


class Failing(HedgeError):
    """An error that cannot be written."""

    def __str__(self) -> str:
        raise KeyError("no words")


class Plain(RuleError):
    """An error that is made of its message, as ours are."""


class Short(HedgeError):
    """An error that is made otherwise, and says a line."""

    def __init__(self, code: int, why: str):
        super().__init__(code)
        self.why = why

    def __str__(self) -> str:
        return f"too {self.why}; do less"


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (Coded(7, "too far"), RuleError, "7: too far"),
        (Wordless("x"), RuleError, "Wordless without a message; give it one where it is raised"),
        (Failing("x"), RuleError, "Failing without a message; give it one where it is raised"),
        (HedgeError(), HedgeError, "HedgeError without a message; give it one where it is raised"),
        (Plain("a\nb"), Plain, "a b"),
        (UsageError("x" * 5_000), UsageError, "x" * 500 + " ... " + "x" * 500),
    ],
)
def test_errors_of_the_users_own_end_in_a_line_too(error, kind, message):
    @plain_errors
    def fails():
        raise error

    with pytest.raises(HedgeError) as refused:
        fails()
    assert type(refused.value) is kind
    assert str(refused.value) == message
    assert refused.value.__cause__ is error  # what it was is not lost


@pytest.mark.parametrize(
    ("message", "here"),
    [
        ("--band takes 0 to 1, got 5", "band= takes 0 to 1, got 5"),
        ("give --band or --band-relative as well", "give band= or band_relative= as well"),
        ("--flow-indexed lets it grow; give --flow", "flow_indexed=True lets it grow; give flow="),
        ("leave --real out, or give --no-real", "leave real=True out, or give real=False"),
        ("--no-verdict leaves it out", "no_verdict=True leaves it out"),
        ("--flows plan.csv, line 2 has 'x'", "flows= plan.csv, line 2 has 'x'"),
        ("--out and --align are of others", "--out and --align are of others"),
        ("what has -- or ---band or a--band stays", "what has -- or ---band or a--band stays"),
    ],
)  # fmt: skip
def test_a_message_names_options_as_python_writes_them(message, here):
    assert in_python(message, frozenset(inspect.signature(backtest).parameters)) == here


@pytest.mark.parametrize("name", ["band", "band_relative"])
def test_what_a_configuration_refuses_is_said_in_the_words_of_the_caller(name):
    """The same check as the command's: nowhere does it know who asks."""
    message = line(lambda: backtest("hedge_mix", **{name: 5}))
    assert message.startswith(f"{name}= takes 0 to 1, got 5;")
    assert line(lambda: backtest("hedge_mix", flow="5/month", flows={"2020-01-15": 5})) == (
        "flow= and flows= are two plans; leave one of them out"
    )
    assert line(lambda: backtest("hedge_mix", flow_indexed=True)) == (
        "flow_indexed=True lets a flow grow with prices; give flow= as well"
    )


def test_an_error_of_one_line_is_the_error_itself():
    error = Short(7, "far")

    @plain_errors
    def fails():
        raise error

    with pytest.raises(Short) as refused:
        fails()
    assert refused.value is error
    assert refused.value.__cause__ is None

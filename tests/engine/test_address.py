"""A configuration to an address, to a command line, and back."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.cli import run_config, with_config
from backtests.engine.address import (
    LONGEST_LINK,
    MOST_FIELDS,
    MOST_IN_LINK,
    from_address,
    from_query,
    to_address,
    to_command,
)
from backtests.engine.config import RunConfig
from backtests.engine.costs import MOST_LAG, Costs
from backtests.engine.money import MONEY, MOST_BASIS_BP, Money
from backtests.run import main
from data.currency.currencies import CODES
from data.errors import HedgeError, UsageError
from strategies.base import OWN_OPTIONS
from strategies.schedule import OFFSETS, REBALANCE
from tests.engine.helpers import PLANS

WEIGHTS = st.lists(st.integers(0, 100_000), min_size=1, max_size=4).map(
    lambda parts: {f"T{at}": part / max(sum(parts), 1) * 0.999999 for at, part in enumerate(parts)}
)
MIXES = st.builds(
    lambda weights, calendar: (
        "hedge_mix",
        {"weights": weights, "rebalance": calendar[0], "offset": calendar[1]},
    ),
    WEIGHTS,
    st.sampled_from([(name, k) for name in REBALANCE for k in range(1, OFFSETS.get(name, 1) + 1)]),
)
RULES = st.builds(
    lambda step, years: ("attack_defend", {"step_bp": step, "lookback_years": years}),
    st.floats(1, 500),
    st.floats(0.25, 20),
)
RATIOS = st.floats(0, 1) | st.dictionaries(
    st.sampled_from(["SPY", "IEF", "GC=F", "BRK-B"]), st.floats(0, 1), max_size=3
)
MONEYS = st.just(Money()) | st.builds(
    Money,
    st.sampled_from(CODES[1:]),
    st.sampled_from(["home", "usd"]),
    RATIOS,
    RATIOS,
    st.none() | st.floats(0, MOST_BASIS_BP),
    st.booleans(),
)
CONFIGS = st.builds(
    lambda rule, source, start, end, costs, benchmark, initial, extend, money: RunConfig(
        rule[0],
        rule[1],
        source,
        start,
        end,
        costs,
        benchmark,
        initial=initial,
        extend=extend,
        money=money,
    ),
    MIXES | RULES,
    st.sampled_from(["auto", "bundled", "files:a b/$(x)'s", "files:ü&=#?"]),
    st.none() | st.dates().filter(lambda day: 1900 < day.year < 2000).map(str),
    st.none() | st.dates().filter(lambda day: 2001 < day.year < 2100).map(str),
    st.builds(Costs, st.floats(0, 1000), st.floats(0, 1000), st.integers(1, 30)),
    st.none() | st.sampled_from(["SPY", "BRK-B", "^X"]),
    st.floats(1, 1e15),
    st.none() | st.booleans(),
    MONEYS,
)


@given(CONFIGS)
def test_an_address_brings_the_configuration_back(config):
    assert from_address(to_address(config)) == config


@given(CONFIGS)
def test_a_command_makes_the_same_configuration(config):
    assert commanded(config) == config


def commanded(config):
    """What the command line reads of the command that a configuration is written as."""
    words = shlex.split(to_command(config))
    assert words[:3] == ["python", "-m", "backtests.run"]
    with main.make_context("run", words[3:]) as context:
        options = context.params
        strategy = options.pop("strategy")
        params = dict(text.split("=", 1) for text in options["settings"])
        given_ = {name: options[name] for name in OWN_OPTIONS if options[name]}
        return run_config(*with_config(strategy, {**params, **given_}, options, None))


@pytest.mark.parametrize(
    "config",
    [
        RunConfig("hedge_mix", {"weights": {"IEF": 0.4, "SPY": 0.6}}),
        RunConfig("hedge_mix", {"weights": {"SPY": -0.0, "IEF": 0.4}}),
        RunConfig("correlation_hedge", {"below": -0.0}),
        RunConfig("hedge_mix", costs=Costs(-0.0, 0.0)),
        RunConfig("hedge_mix", {"weights": {"GC=F": 0.3, "EURUSD=X": 0.2, "SPY": 0.5}}),
        RunConfig("hedge_mix", benchmark="None"),
        RunConfig("hedge_mix", money=Money("JPY")),
        RunConfig("hedge_mix", money=Money("jpy", "usd", "TLT=1,IEF=0.5", {"SPY": 0.25}, 0, True)),
        RunConfig("hedge_mix", money=Money("EUR", fx_hedge="GC=F=0.1, IEF=0", fx_hedge_equity=1)),
        RunConfig("hedge_mix", money=Money("CHF", fx_hedge={"IEF": 0}, fx_hedge_equity="IEF=0")),
        *(RunConfig("hedge_mix", plan=plan) for plan in PLANS),
        *(RunConfig("hedge_mix", {"rebalance": "monthly"}, plan=plan) for plan in PLANS),
        RunConfig("carry", plan=PLANS[1]),
    ],
)
def test_what_names_the_folder_comes_back_to_the_letter(config):
    """Values that are equal may not be written alike: order of weights, -0, a ticker's sign."""
    expected = json.dumps(config.as_dict())
    assert json.dumps(commanded(config).as_dict()) == expected
    assert json.dumps(from_address(to_address(config)).as_dict()) == expected


def test_a_command_says_only_what_is_not_the_default():
    assert to_command(RunConfig("hedge_mix")) == "python -m backtests.run hedge_mix"
    config = RunConfig("hedge_mix", {"weights": {"SPY": 0.7, "TLT": 0.2}}, "bundled", extend=True)
    assert to_command(config, "my results") == (
        "python -m backtests.run hedge_mix --weights SPY=0.7,TLT=0.2 --source=bundled --extend "
        "'--out=my results'"
    )
    none = RunConfig("carry", extend=False)
    assert to_command(none) == "python -m backtests.run carry --no-extend"
    assert to_address(none)["extend"] == "false"
    assert "extend" not in to_address(RunConfig("carry"))
    yen = RunConfig("hedge_mix", source="bundled", money=Money("JPY"))
    assert to_command(yen) == ("python -m backtests.run hedge_mix --source=bundled --currency=JPY")
    asked = Money("GBP", "usd", 1, {"SPY": 0.5}, 50, carry_rates=True)
    assert to_command(RunConfig("hedge_mix", money=asked)) == (
        "python -m backtests.run hedge_mix --currency=GBP --cash=usd --fx-hedge=1 "
        "--fx-hedge-equity=SPY=0.5 --fx-basis-bp=50 --carry-rates"
    )
    assert not set(MONEY) & set(to_address(RunConfig("hedge_mix")))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "names no strategy"),
        ({"strategy": "hedge_mux"}, "did you mean hedge_mix"),
        ({"strategy": "hedge_mix", "sauce": "bundled"}, "did you mean source"),
        ({"strategy": "hedge_mix", "params": "x"}, "'params'"),
        ({"strategy": "hedge_mix", "lag": "1.5"}, "lag takes a whole number, got '1.5'"),
        ({"strategy": "hedge_mix", "fee_bps": "nan"}, "basis points, got nan"),
        ({"strategy": "hedge_mix", "extend": "maybe"}, "extend takes true or false"),
        ({"strategy": "hedge_mix", "start": "2020-13-01"}, "YYYY-MM-DD"),
        ({"strategy": "hedge_mix", "set.weights": "SPY=0.9,IEF=0.9"}, "leverage is not allowed"),
        ({"strategy": "hedge_mix", "set.wait": "1"}, "no parameter 'wait'"),
        ({"strategy": "attack_defend", "set.step_bp": "0"}, "takes 1 to 500"),
        ({"strategy": "hedge_mix", "source": "../etc"}, "is unknown"),
        ({"strategy": "hedge_mix", "currency": "JYP"}, "got 'JYP' .did you mean JPY"),
        ({"strategy": "hedge_mix", "currency": ""}, "--currency takes one of USD, JPY"),
        ({"strategy": "hedge_mix", "currency": "JPY", "cash": "uds"}, "home or usd, got 'uds'"),
        ({"strategy": "hedge_mix", "fx_hedge": "1"}, "give --currency as well"),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_hedge": "1.5"}, "0 to 1, .*got 1.5"),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_hedge": ""}, "0 to 1, .*got ''"),
        (
            {"strategy": "hedge_mix", "currency": "JPY", "fx_hedge": "IEF=1,IEF=0"},
            "names IEF twice",
        ),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_hedge": "ief=1,IEF=0.5"}, "has one IEF"),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_hedge": "=1"}, "ratios by ticker"),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_hedge_equity": "nan"}, "equity takes"),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_basis_bp": "1001"}, "0 to 1000 basis"),
        ({"strategy": "hedge_mix", "currency": "JPY", "fx_basis_bp": "x"}, "takes a number"),
        ({"strategy": "hedge_mix", "currency": "JPY", "carry_rates": "no"}, "true or false"),
        ({"strategy": "hedge_mix", "fx_hegde": "1"}, "did you mean fx_hedge"),
    ],
)
def test_a_bad_address_is_refused_in_one_line(fields, words):
    with pytest.raises(HedgeError, match=words) as caught:
        from_address(fields)
    assert "\n" not in str(caught.value)


def test_the_error_is_of_the_one_family():
    assert issubclass(UsageError, HedgeError)


# A link, which anybody may write


@given(CONFIGS)
def test_a_query_brings_the_configuration_back(config):
    assert from_query(urlencode(to_address(config))) == config


def mix_of(count, **more):
    weights = ",".join(f"T{number}=0.001" for number in range(count))
    return urlencode({"strategy": "hedge_mix", "set.weights": weights, **more})


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("strategy=hedge_mix&lag=2&lag=3", "the address gives 'lag' twice; give it once"),
        ("strategy=hedge_mix&lag=2&lag=2", "the address gives 'lag' twice"),
        ("strategy=hedge_mix&strategy=carry", "the address gives 'strategy' twice"),
        ("strategy=hedge_mix&l%61g=2&lag=3", "the address gives 'lag' twice"),
        ("strategy=hedge_mix&set.weights=SPY%3D1&set.weights=", "'set.weights' twice"),
        ("strategy=hedge_mix&weights=SPY%3D1&set.weights=SPY%3D1", "sets 'weights'"),
        ("strategy=hedge_mix&set.weights=SPY%3D0.5,SPY%3D0.4", "SPY stands twice"),
        ("strategy=hedge_mix&set.lag=2&lag=2", "lag"),
        (mix_of(MOST_IN_LINK + 1), "has 51 tickers; give at most 50"),
        (mix_of(1, hedge=",".join(f"T{i}" for i in range(51))), "has 51 tickers"),
        (
            mix_of(1, currency="JPY", fx_hedge=",".join(f"T{i}=1" for i in range(51))),
            "fx_hedge has 51 tickers; give at most 50",
        ),
        (mix_of(5000), f"characters; shorten it to {LONGEST_LINK:,}"),
        ("&".join(f"a{i}=1" for i in range(MOST_FIELDS + 1)), "sets 101 things; set at most 100"),
        (f"strategy={'x' * 100_000}", "characters; shorten it"),
        ("strategy=hedge_mix&" * 5_000, "characters; shorten it"),
        ("&" * 100_000, "characters; shorten it"),
    ],
)  # fmt: skip
def test_a_link_is_bounded_and_gives_each_thing_once(query, line):
    with pytest.raises(UsageError) as refused:
        from_query(query)
    assert line in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_link_at_its_bounds_is_read():
    assert len(from_query(mix_of(MOST_IN_LINK)).params["weights"]) == MOST_IN_LINK


HUGE = (
    "1" + "0" * 309, "9" * 18, "9" * 19, "1" * 5_000, str(MOST_LAG + 1), "-1", "0", "nan", "inf",
    "-inf", "1e400", "0x10", "1.5", "1e3", "", " ", "½", "1,0", "0b1",
)  # fmt: skip


@pytest.mark.parametrize("number", HUGE)
def test_a_lag_that_is_none_is_one_line(number):
    query = urlencode({"strategy": "hedge_mix", "lag": number})
    with pytest.raises(UsageError) as refused:
        from_query(query)
    assert "lag" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("key", ["fee_bps", "slippage_bps", "initial"])
@pytest.mark.parametrize("number", ["1" + "0" * 309, "1" * 5_000, "nan", "-inf", "0x10", "-1e-320",
                                    "1e16", ""])  # fmt: skip
def test_a_number_that_is_none_is_one_line(key, number):
    with pytest.raises(UsageError) as refused:
        from_query(urlencode({"strategy": "hedge_mix", key: number}))
    assert key.replace("_", "-") in str(refused.value).replace("_", "-")
    assert len(str(refused.value)) < 500

"""A configuration: checked when made, frozen, and equal to its like."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import numpy as np
import pytest

from backtests.engine.config import RunConfig, short_hash
from backtests.engine.costs import Costs
from data.errors import UsageError
from strategies.function import function_rule
from strategies.weights import MOST_TICKERS

OTHERS = (
    RunConfig("hedge_mix", {"weights": {"SPY": 0.6, "IEF": 0.39}}),
    RunConfig("hedge_mix", {"weights": {"SPY": 0.6, "TLT": 0.4}}),
    RunConfig("hedge_mix", {"rebalance": "never"}),
    RunConfig("equity_only"),
    RunConfig("hedge_mix", source="bundled"),
    RunConfig("hedge_mix", start="2000-01-31"),
    RunConfig("hedge_mix", end="2000-01-31"),
    RunConfig("hedge_mix", costs=Costs(3.0)),
    RunConfig("hedge_mix", benchmark="SPY"),
    RunConfig("hedge_mix", initial=1.0),
    RunConfig("hedge_mix", extend=True),
)


def test_numbers_of_any_kind_are_one_run():
    """25 of a TOML file, 25.0 of the command line and numpy's 25 of a notebook have one name."""
    kinds = [
        RunConfig("attack_defend", {"step_bp": step, "lookback_years": years}, initial=amount,
                  costs=Costs(fee, fee, lag))
        for step, years, amount, fee, lag in (
            (25.0, 5, 1000.0, 3.0, 2), (25, 5.0, 1000, 3, 2.0), ("25", "5", 1000, 3, 2),
            (np.int64(25), np.float64(5), np.int64(1000), np.float32(3), np.int64(2)),
        )
    ]  # fmt: skip
    assert len({json.dumps(kind.as_dict()) for kind in kinds}) == 1
    mixes = [RunConfig("hedge_mix", {"weights": {"SPY": one}}) for one in (1, 1.0, np.int8(1))]
    assert {json.dumps(mix.as_dict()["params"]["weights"]) for mix in mixes} == {'{"SPY": 1.0}'}


def test_numbers_that_are_none_are_one_line():
    cases = (
        (lambda: Costs("two"), "--fee-bps takes a number, got 'two'"),
        (lambda: Costs(lag=1.5), "--lag takes a whole number, got 1.5"),
        (lambda: Costs(lag=True), "--lag takes a whole number, got True"),
        (lambda: RunConfig("hedge_mix", initial="much"), "--initial takes an amount, got 'much'"),
        (lambda: RunConfig("hedge_mix", start=20200101), "--start takes a date as YYYY-MM-DD"),
        (lambda: RunConfig("two_prices", {"window_sessions": 6.5}), "takes whole numbers from"),
    )
    for make, message in cases:
        with pytest.raises(UsageError) as refused:
            make()
        assert message in str(refused.value)


def test_a_rule_of_ones_own_goes_with_its_configuration():
    rule = function_rule(lambda market: {"SPY": 1.0}, ["SPY"])
    config = RunConfig.of(rule, {"source": "bundled", "lag": 2})
    assert (config.strategy, config.make_strategy(), config.costs.lag) == ("function", rule, 2)
    assert dataclasses.replace(config, start="2000-01-31").make_strategy() is rule
    with pytest.raises(UsageError, match="strategy 'function' is unknown"):
        RunConfig("function")
    other = dataclasses.replace(RunConfig("carry"), strategy="equity_only", params={})
    assert other.make_strategy().name == "equity_only"
    assert hash(config) == hash(RunConfig.of(rule, {"source": "bundled", "lag": 2}))


def test_nothing_of_a_configuration_can_be_changed():
    given = {"weights": {"SPY": 0.6, "IEF": 0.4}}
    config = RunConfig("hedge_mix", given)
    given["weights"]["SPY"] = 9
    with pytest.raises(TypeError):
        config.params["weights"] = {}
    with pytest.raises(TypeError):
        config.params["weights"]["SPY"] = 9
    with pytest.raises(AttributeError):
        config.params.clear()
    for field in dataclasses.fields(config):
        with pytest.raises(AttributeError):
            setattr(config, field.name, getattr(config, field.name))
    with pytest.raises(AttributeError):
        config.costs.lag = 2
    with pytest.raises(TypeError):
        config.table.params["weights"]["SPY"] = 9
    assert config == RunConfig("hedge_mix")


def test_plain_values_of_a_configuration_are_the_callers_own():
    config = RunConfig("hedge_mix")
    plain = config.as_dict()
    plain["params"]["weights"]["SPY"] = 9
    plain["lag"] = 9
    assert config == RunConfig("hedge_mix")
    assert config.as_dict()["params"] == {
        "weights": {"SPY": 0.6, "IEF": 0.4}, "rebalance": "monthly",
    }  # fmt: skip


def test_two_that_say_the_same_are_equal_and_key_the_same():
    default, spelt = RunConfig("hedge_mix"), RunConfig("hedge_mix", {"weights": "SPY=.6,IEF=.4"})
    assert default == RunConfig("hedge_mix") == spelt
    assert len({default, RunConfig("hedge_mix"), spelt}) == 1
    assert {default: "found"}[spelt] == "found"


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_one_that_says_anything_else_is_not_equal(other):
    assert other != RunConfig("hedge_mix")
    assert len({other, *OTHERS, RunConfig("hedge_mix")}) == len(OTHERS) + 1
    assert RunConfig.from_dict(other.as_dict()) == other
    assert dataclasses.replace(other) == other


def test_a_hash_of_plain_values_depends_on_every_digit_and_on_order():
    plain = RunConfig("hedge_mix").as_dict()
    # printf '{"a":[1,2.5,null,true]}' | sha256sum
    assert short_hash({"a": [1, 2.5, None, True]}) == "115eaa7689"
    assert short_hash(plain) == short_hash(json.loads(json.dumps(plain)))
    assert short_hash({**plain, "fee_bps": 2.0000000000000004}) != short_hash(plain)
    assert short_hash({"a": 1, "b": 2}) != short_hash({"b": 2, "a": 1})
    with pytest.raises(ValueError, match="JSON"):
        short_hash({"a": float("nan")})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"strategy": "hedge_mx"}, "did you mean hedge_mix"),
        ({"source": "nowhere"}, "--source 'nowhere' is unknown"),
        ({"start": "20200131"}, "--start takes a date as YYYY-MM-DD, got '20200131'"),
        ({"end": "2020-02-30"}, "--end takes a date as YYYY-MM-DD"),
        ({"start": "1799-12-31"}, "is outside the years 1800 to 2200"),
        ({"start": "2020-01-31", "end": "2020-01-30"}, "is before --start"),
        ({"initial": 0.99}, "--initial takes an amount from 1 to 1e15, got 0.99"),
        ({"initial": 10**15 + 1}, "from 1 to 1e15, got 1000000000000001"),
        ({"initial": float("nan")}, "--initial takes an amount"),
        ({"benchmark": ""}, "--benchmark takes a ticker, got nothing"),
        ({"benchmark": ["SPY"]}, r"--benchmark takes a ticker, got \['SPY'\]"),
        ({"benchmark": "S\0PY"}, "--benchmark takes a ticker, got"),
        ({"strategy": None}, "strategy= takes the name of a strategy, got None"),
        ({"strategy": "x" * 5_000}, "strategy 'xxx"),
        ({"params": None}, "params= takes parameters by name, got None"),
        ({"params": {1: 2}}, "params= takes parameters by name, got 1"),
        ({"params": {"rebalance": np.ones(2)}}, "rebalance= takes a number, a text or weights by"),
        ({"source": 5}, "--source takes a text such as bundled, got 5"),
        ({"extend": "no"}, "extend= takes True or False, got 'no'"),
        ({"costs": 5}, r"costs= takes Costs\(fee_bps, slippage_bps, lag\), got 5"),
        ({"rule": "x"}, "rule= takes a Strategy object, got 'x'"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_made(given, message):
    with pytest.raises(UsageError, match=message) as caught:
        RunConfig(**{"strategy": "hedge_mix", **given})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1_100


def test_dates_are_kept_as_text():
    first = RunConfig("hedge_mix", start="2000-01-31", end="2001-01-31")
    days = dt.date(2000, 1, 31), np.datetime64("2001-01-31")
    assert RunConfig("hedge_mix", start=days[0], end=days[1]) == first
    assert dataclasses.replace(RunConfig("hedge_mix"), extend=np.True_).extend is True
    assert dataclasses.replace(RunConfig("hedge_mix"), extend=np.False_).extend is False
    assert RunConfig("hedge_mix").extend is None


def test_a_run_may_be_of_a_single_day():
    config = RunConfig("hedge_mix", start="2020-01-31", end="2020-01-31")
    assert config.start == config.end


def test_more_tickers_than_a_run_holds_are_refused_before_any_work():
    weights = {f"T{number}": 1e-5 for number in range(MOST_TICKERS)}
    assert len(RunConfig("hedge_mix", {"weights": weights}).params["weights"]) == MOST_TICKERS
    for given in ({**weights, "SPY": 0.1}, ",".join(f"T{number}=1e-5" for number in range(5000))):
        with pytest.raises(UsageError, match=r"has [15],00[01] tickers; give at most 1,000"):
            RunConfig("hedge_mix", {"weights": given})
    with pytest.raises(UsageError, match=r"--hedge has 1,001 tickers; give at most 1,000"):
        RunConfig("hedge_mix", hedge=[*weights, "SPY"])

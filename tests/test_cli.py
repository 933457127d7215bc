"""What the commands share: how a run is described."""

from __future__ import annotations

import pytest

from backtests.cli import RUN_OPTIONS, assignments, given_params, run_config, with_config
from backtests.engine.config import ConfigTable, RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import MONEY, Money
from backtests.run import main
from data.errors import UsageError
from data.records import fields_of
from strategies.base import OWN_OPTIONS


def test_assignments_are_read_in_order_and_may_hold_more_signs():
    read = assignments(["b=1", " a = x=y ", "c="], "--set")
    assert read == {"b": "1", "a": "x=y", "c": ""}
    assert list(read) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["rebalance"], "--set takes NAME=VALUE, got 'rebalance'"),
        (["=1"], "--set takes NAME=VALUE, got '=1'"),
        (["a=1", "a=2"], "--set a is given twice; give it once"),
    ],
)
def test_what_is_no_assignment_is_refused(texts, message):
    with pytest.raises(UsageError, match=message):
        assignments(texts, "--set")


def test_what_is_given_beside_a_file_goes_before_it(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(
        'strategy = "hedge_mix"\nfee_bps = 9\nlag = 3\n[params]\nrebalance = "never"\n'
        "[params.weights]\nSPY = 0.5\n"
    )
    words = ["--config", str(path), "--fee-bps", "1", "--rebalance", "quarterly"]
    with main.make_context("run", words) as context:
        options = context.params
        options.pop("strategy")
        config = run_config(*with_config(None, given_params(options), options, str(path)))
    params = {"weights": {"SPY": 0.5}, "rebalance": "quarterly"}
    assert config == RunConfig("hedge_mix", params, costs=Costs(1.0, 1.0, 3))


@pytest.mark.parametrize("name", OWN_OPTIONS)
def test_a_parameter_with_an_option_of_its_own_is_given_once(name):
    options = {"settings": ("step_bp=25",), **dict.fromkeys(OWN_OPTIONS)}
    assert given_params({**options, name: "x"}) == {"step_bp": "25", name: "x"}
    with pytest.raises(UsageError, match=f"--{name} and --set {name}= are the same; give one"):
        given_params({**options, "settings": (f"{name}=y",), name: "x"})


def test_the_options_are_the_keys_of_a_configuration_and_have_its_defaults():
    table = fields_of(RunConfig("hedge_mix").table)
    assert set(RUN_OPTIONS) == set(table) - {"strategy", "params"}
    assert set(table) == set(ConfigTable.__dataclass_fields__)
    defaults = main.make_context("run", ["hedge_mix"]).params
    plain = set(RUN_OPTIONS) - {*MONEY, "real"}  # in dollars of the day a table has neither
    assert (defaults["real"], table["real"]) == (False, None)
    assert {name: defaults[name] for name in plain} == {name: table[name] for name in plain}
    assert run_config("hedge_mix", {}, defaults) == RunConfig("hedge_mix")
    money = {name: defaults[name] for name in MONEY if defaults[name] is not None}
    assert Money(**money) == Money()
    asked = {**defaults, "lag": 3, "fee_bps": 5.0, "start": "2000-01-31"}
    assert run_config("hedge_mix", {"rebalance": "never"}, asked) == RunConfig(
        "hedge_mix", {"rebalance": "never"}, start="2000-01-31", costs=Costs(5.0, 1.0, 3)
    )

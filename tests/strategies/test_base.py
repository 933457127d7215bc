"""What every strategy shares: declared parameters, and weights that none may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from data.errors import UsageError, WeightError
from strategies.attack_defend import AttackDefend
from strategies.base import Strategy, parameter
from strategies.hedge_mix import HedgeMix


def test_weights_over_one_name_their_sum():
    with pytest.raises(
        WeightError,
        match=r"weights of hedge_mix sum to 1.2 \(SPY 0.8, IEF 0.4\); they may sum to at most 1: "
        "leverage is not allowed",
    ):
        HedgeMix(weights={"SPY": 0.8, "IEF": 0.4})


def test_a_parameter_reads_texts_as_its_declared_type():
    step, *_ = [own for own in AttackDefend.parameters() if own.name == "step_bp"]
    assert step.parse("25", "x") == 25.0
    assert isinstance(step.parse("25", "x"), float)
    with pytest.raises(UsageError, match="x: step_bp takes a number .basis points., got 'much'"):
        step.parse("much", "x")
    for value in (0.0, 501.0, float("nan"), True, "25"):
        with pytest.raises(UsageError, match="attack_defend: step_bp takes 1 to 500"):
            AttackDefend(step_bp=value)


def test_an_implied_parameter_is_named_only_where_it_is_not_the_default():
    assert "offset" not in AttackDefend(offset=1).params()
    assert AttackDefend(offset=7).params()["offset"] == 7
    assert AttackDefend(offset=1) == AttackDefend()
    # By name only: what a rule took in order of before, it still takes so.
    (shared, *_, own) = [field for field in AttackDefend.parameters() if not field.implied]
    given = AttackDefend(0.5, 0.2, 16.0, 50.0, 5.0, 12.0)
    assert (getattr(given, shared.name), getattr(given, own.name)) == (0.5, 12.0)


def test_a_strategy_is_frozen_and_says_what_it_does():
    rule = AttackDefend()
    for own in rule.parameters():
        with pytest.raises(AttributeError):
            setattr(rule, own.name, own.default)
    declared = rule.parameters()
    assert rule.params() == {own.name: own.default for own in declared if not own.implied}
    assert AttackDefend.summary() == AttackDefend.__doc__.splitlines()[0]
    assert len({AttackDefend(), AttackDefend(), AttackDefend(step_bp=25.0)}) == 2


@dataclass(frozen=True)
class Switched(Strategy):
    """Has a switch. Known weakness: it does nothing."""

    name: ClassVar[str] = "switched"

    on: bool = parameter(False, unit="true or false", doc="whether it is on")

    @property
    def tickers(self):
        return ["SPY"]

    def target_weights(self, market):
        raise AssertionError


def test_a_switch_is_a_parameter():
    (on,) = Switched.parameters()
    assert (Switched().on, Switched(on=True).on) == (False, True)
    assert [on.parse(text, "x") for text in ("true", "0", "False")] == [True, False, False]
    with pytest.raises(UsageError, match="switched: on takes true or false, got 1"):
        Switched(on=1)
    with pytest.raises(UsageError, match="x: on takes true or false, got 'yes'"):
        on.parse("yes", "x")


def test_a_fraction_in_percent_gets_what_to_write():
    weight = next(own for own in AttackDefend.parameters() if own.name == "equity_weight")
    with pytest.raises(UsageError, match=r"\(fraction of value\), got '60%'; write 0.6$"):
        weight.parse("60%", "x")
    step = next(own for own in AttackDefend.parameters() if own.name == "step_bp")
    with pytest.raises(UsageError, match=r"\(basis points\), got '60%'$"):
        step.parse("60%", "x")


def test_a_number_just_outside_is_told_from_the_bound():
    with pytest.raises(UsageError, match=r"takes 1 to 500 \(basis points\), got 500.0000001$"):
        AttackDefend(step_bp=500.0000001)


def test_a_number_without_end_is_refused_in_one_line():
    whole = next(own for own in AttackDefend.parameters() if own.name == "step_bp")
    with pytest.raises(UsageError, match="step_bp takes"):
        whole.check(10**400, "attack_defend")

"""Parameters in words."""

from __future__ import annotations

from backtests.engine.space import mix_space, rule_space
from backtests.engine.tuned import params_text
from strategies.attack_defend import AttackDefend
from strategies.hedge_mix import HedgeMix


def test_a_mix_is_called_by_its_weights_and_what_is_left_in_cash():
    space = mix_space(["SPY", "IEF"], 0.25, {"rebalance": "monthly"})
    assert params_text(space.params(5), space) == "SPY 25 %, CASH 75 %"
    default = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}).params()
    assert params_text(default, space) == "SPY 60 %, IEF 40 %"


def test_a_rule_is_called_by_what_was_searched():
    space = rule_space("attack_defend", {"step_bp": "25,50"}, AttackDefend().params())
    assert params_text(space.params(0), space) == "step_bp 25"
    calendars = rule_space("hedge_mix", {"rebalance": "monthly,never"}, HedgeMix().params())
    assert params_text(calendars.params(1), calendars) == "rebalance never"

"""Parameters in words."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from backtests.analysis.objective import read_objective
from backtests.engine.space import mix_space, rule_space
from backtests.engine.tuned import Diluted, Tuned, params_text
from strategies.attack_defend import AttackDefend
from strategies.hedge_mix import HedgeMix


def test_a_mix_is_called_by_its_weights_and_what_is_left_in_cash():
    space = mix_space(["SPY", "IEF"], 0.25, {"rebalance": "monthly"})
    assert params_text(space.params(5), space) == "SPY 25 %, CASH 75 %"
    default = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}).params()
    assert params_text(default, space) == "SPY 60 %, IEF 40 %"


def made(share: float | None, **metrics: float):
    """A search of three mixes as far as its table of portfolios goes: 0 the centre, 2 the peak."""
    space = mix_space(["SPY"], 0.5, {"rebalance": "monthly"})
    cagr = pd.DataFrame({"cagr": [0.01, 0.02, 0.03]})
    diluted = share and Diluted(share, pd.Series({"cagr": 0.05}), lead=None)
    return SimpleNamespace(
        region=SimpleNamespace(centre=0, peak=2),
        label=lambda number: params_text(space.params(number), space),
        default_label="the default",
        default=pd.Series({"cagr": 0.04, "sharpe": 0.5, **metrics}),
        equity=pd.Series({"cagr": 0.06}),
        benchmark="SPY",
        metrics=cagr,
        diluted=diluted,
        objective=read_objective("cagr", ["max_drawdown>-0.2"]),
    )


def test_each_portfolio_has_its_own_numbers():
    shown = Tuned.portfolios.fget(made(0.83))
    assert [(each.name, each.holds, each.metrics["cagr"]) for each in shown] == [
        ("Recommended", "CASH 100 %", 0.01),
        ("Best single cell", "SPY 100 %", 0.03),
        ("Default", "the default", 0.04),
        ("Default with bills", "83 % of the default, chosen with hindsight", 0.05),
        ("100 % equity", "SPY", 0.06),
    ]
    assert "Default with bills" not in [each.name for each in Tuned.portfolios.fget(made(None))]


def test_a_default_keeps_a_limit_or_breaks_it():
    assert Tuned.default_keeps.fget(made(None, max_drawdown=-0.19))
    assert not Tuned.default_keeps.fget(made(None, max_drawdown=-0.21))


def test_a_rule_is_called_by_what_was_searched():
    space = rule_space("attack_defend", {"step_bp": "25,50"}, AttackDefend().params())
    assert params_text(space.params(0), space) == "step_bp 25"
    calendars = rule_space("hedge_mix", {"rebalance": "monthly,never"}, HedgeMix().params())
    assert params_text(calendars.params(1), calendars) == "rebalance never"

"""Parameters in words; what a search recommends, and what it does not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.engine.space import mix_space, rule_space
from backtests.engine.tuned import Diluted, Tuned, params_text
from backtests.report.tuning.words import no_recommendation
from strategies.attack_defend import AttackDefend
from strategies.hedge_mix import HedgeMix


def test_a_mix_is_called_by_its_weights_and_what_is_left_in_cash():
    space = mix_space(["SPY", "IEF"], 0.25, {"rebalance": "monthly"})
    assert params_text(space.params(5), space) == "SPY 25 %, CASH 75 %"
    default = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}).params()
    assert params_text(default, space) == "SPY 60 %, IEF 40 %"


def made(
    share: float | None = None,
    *,
    cagr: float = 0.01,
    fall: float = -0.1,
    members: int = 1,
    eligible: int = 3,
    default: float = 0.005,
    differs: bool = True,
    beyond_noise: bool = False,
    **metrics: float,
) -> Tuned:
    """A search of three mixes as far as its choice goes: 0 is the centre, 2 the peak."""
    table = pd.DataFrame({"cagr": [cagr, 0.02, 0.03], "max_drawdown": [fall, -0.1, -0.1]})
    parts = {
        "region": SimpleNamespace(centre=0, peak=2, members=np.arange(members)),
        "space": mix_space(["SPY"], 0.5, {"rebalance": "monthly"}),
        "config": SimpleNamespace(params={"weights": {"SPY": 0.7}}),
        "default": pd.Series({"cagr": default, "sharpe": 0.5, **metrics}),
        "equity": pd.Series({"cagr": 0.06}),
        "benchmark": "SPY",
        "metrics": table.assign(eligible=np.arange(3) < eligible),
        "diluted": share and Diluted(share, pd.Series({"cagr": 0.05}), lead=None),
        "objective": read_objective("cagr", ["max_drawdown>-0.2"]),
        "reliability": SimpleNamespace(decides=differs or None, beyond_noise=beyond_noise),
    }
    tuned = object.__new__(Tuned)
    for name, value in parts.items():
        object.__setattr__(tuned, name, value)
    return tuned


def test_each_portfolio_has_its_own_numbers():
    shown = made(0.83, default=0.004).portfolios
    assert [(each.name, each.holds, each.metrics["cagr"]) for each in shown] == [
        ("Recommended", "CASH 100 %", 0.01),
        ("Best single cell", "SPY 100 %", 0.03),
        ("Default", "SPY 70 %, CASH 30 %", 0.004),
        ("Default with bills", "83 % of the default, chosen with hindsight", 0.05),
        ("100 % equity", "SPY", 0.06),
    ]
    assert "Default with bills" not in [each.name for each in made().portfolios]


def test_a_default_keeps_a_limit_or_breaks_it():
    assert made(max_drawdown=-0.19).default_keeps
    assert not made(max_drawdown=-0.21).default_keeps


@pytest.mark.parametrize(
    ("parts", "name", "why_not"),
    [
        ({}, "Recommended", ""),
        ({"members": 2}, "Recommended", ""),
        ({"default": 0.01 + 1e-12}, "Recommended", ""),  # a tie but for rounding
        ({"members": 1, "eligible": 1}, "Recommended", ""),  # the limit alone chose it
        ({"members": 3}, "Middle of the region", "the search tells no candidate from another"),
        ({"members": 2, "eligible": 2}, "Middle of the region",
         "the search tells no candidate from another"),
        ({"members": 3, "beyond_noise": True}, "Middle of the region",
         "the search cannot tell which of them is best"),
        ({"differs": False}, "Middle of the region",
         "month by month it earns the same as the default"),
        ({"fall": -0.2}, "Middle of the region", "it does not keep max_drawdown>-0.2"),
        ({"cagr": 0.004}, "Middle of the region", "its CAGR is below the default's"),
        ({"cagr": 0.004, "max_drawdown": -0.3}, "Middle of the region",
         "its CAGR is below the default's, which does not keep max_drawdown>-0.2"),
        ({"cagr": 0.004, "fall": -0.3, "members": 3}, "Middle of the region",
         "the search tells no candidate from another; it does not keep max_drawdown>-0.2; its "
         "CAGR is below the default's"),
    ],
)  # fmt: skip
def test_what_is_no_recommendation_is_not_called_so(parts, name, why_not):
    tuned = made(**{"max_drawdown": -0.1, **parts})
    assert tuned.recommends == (why_not == "")
    assert tuned.portfolios[0].name == tuned.choice == name
    assert no_recommendation(tuned) == why_not


def test_the_only_candidate_of_a_search_is_no_choice():
    tuned = made(members=1, eligible=1)
    object.__setattr__(tuned, "metrics", tuned.metrics.iloc[:1])
    assert tuned.is_everything


def test_a_rule_is_called_by_what_was_searched():
    space = rule_space("attack_defend", {"step_bp": "25,50"}, AttackDefend().params())
    assert params_text(space.params(0), space) == "step_bp 25"
    calendars = rule_space("hedge_mix", {"rebalance": "monthly,never"}, HedgeMix().params())
    assert params_text(calendars.params(1), calendars) == "rebalance never"

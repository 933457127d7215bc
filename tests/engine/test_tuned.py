"""Parameters in words; what a search recommends, and what it does not."""

from __future__ import annotations

import pytest

from backtests.engine.space import mix_space, rule_space
from backtests.engine.tuned import MIDDLE, Judged, params_text
from strategies.attack_defend import AttackDefend
from strategies.hedge_mix import HedgeMix
from tests.searches import made


def test_a_mix_is_called_by_its_weights_and_what_is_left_in_cash():
    space = mix_space(["SPY", "IEF"], 0.25, {"rebalance": "monthly"})
    assert params_text(space.params(5), space) == "SPY 25 %, CASH 75 %"
    default = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}).params()
    assert params_text(default, space) == "SPY 60 %, IEF 40 %"


def judged(tuned):
    """A search whose choice and default were judged."""
    for name in ("judged_choice", "judged_default"):
        object.__setattr__(tuned, name, Judged("no hedge", None))
    return tuned


def test_what_is_judged_has_the_names_of_the_portfolios():
    tuned = judged(made())
    assert list(tuned.judged) == [tuned.portfolios[0].name, tuned.portfolios[2].name]


def test_each_portfolio_has_its_own_numbers():
    shown = made(0.83, default=0.004).portfolios
    assert [(each.name, each.holds, each.metrics["cagr"]) for each in shown] == [
        ("Middle of the good region", "CASH 100 %", 0.01),
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
    ("parts", "is_one"),
    [
        ({}, True),
        ({"members": 2}, True),
        ({"default": 0.01 + 1e-12}, True),  # a tie but for rounding
        ({"members": 1, "eligible": 1}, True),  # the limit alone chose it
        ({"max_drawdown": -0.3}, True),  # that the default breaks a limit is no fault of it
        ({"beyond_noise": False}, False),
        ({"members": 3}, False),
        ({"members": 2, "eligible": 2}, False),
        ({"differs": False}, False),
        ({"fall": -0.2}, False),
        ({"cagr": 0.004}, False),
    ],
)
def test_a_recommendation_takes_a_lead_beyond_noise_that_stands(parts, is_one):
    tuned = made(**{"max_drawdown": -0.1, "beyond_noise": True, **parts})
    assert tuned.recommends is is_one
    # Its name says where it is in the search, not whether to hold it.
    assert tuned.portfolios[0].name == MIDDLE


def test_the_default_as_the_choice_is_not_another_portfolio_like_it():
    same = made(weight=0.0, differs=False)
    assert same.is_default
    assert not same.is_like_default
    assert made(differs=False).is_like_default


def test_the_only_candidate_of_a_search_is_no_choice():
    tuned = made(members=1, eligible=1)
    object.__setattr__(tuned, "metrics", tuned.metrics.iloc[:1])
    assert tuned.is_everything


def test_a_rule_is_called_by_what_was_searched():
    space = rule_space("attack_defend", {"step_bp": "25,50"}, AttackDefend().params())
    assert params_text(space.params(0), space) == "step_bp 25"
    calendars = rule_space("hedge_mix", {"rebalance": "monthly,never"}, HedgeMix().params())
    assert params_text(calendars.params(1), calendars) == "rebalance never"

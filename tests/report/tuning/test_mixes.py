"""The bars of the best mixes: what they hold, in their order and colours."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from backtests.engine.roles import Roles
from backtests.engine.space import mix_space, rule_space
from backtests.report.tuning.mixes import GAP, mix_bars
from strategies.attack_defend import AttackDefend


def searched(assets: list[str], roles: Roles) -> SimpleNamespace:
    """A search of mixes in quarters, as far as its bars go."""
    return SimpleNamespace(
        space=mix_space(assets, 0.25, {"rebalance": "monthly"}), config=SimpleNamespace(roles=roles)
    )


def test_equity_is_at_the_left_then_treasuries_by_duration_and_cash_last():
    tuned = searched(["TLT", "SHY", "SPY"], Roles())
    weights = {"TLT": 0.25, "SHY": 0.25, "SPY": 0.25}
    number = next(n for n in range(len(tuned.space)) if tuned.space.params(n)["weights"] == weights)
    (row,) = mix_bars(tuned, [number]).rows
    assert [(part.name, part.colour) for part in row] == [
        ("SPY", "--equity"), ("SHY", "--duration-2"), ("TLT", "--duration-6"), ("CASH", "--bills"),
    ]  # fmt: skip
    assert [part.left for part in row] == [0.0, 25.0, 50.0, 75.0]
    assert [part.width for part in row] == [pytest.approx(25.0 - GAP)] * 4


def test_every_bar_is_as_long_as_its_weights_and_has_nothing_that_is_not_held():
    tuned = searched(["SPY", "IEF"], Roles())
    bars = mix_bars(tuned, list(range(len(tuned.space))))
    for number, row in enumerate(bars.rows):
        weights = tuned.space.params(number)["weights"]
        held = {name: weight for name, weight in weights.items() if weight > 0}
        if sum(held.values()) < 1:
            held["CASH"] = 1 - sum(held.values())
        assert {part.name: part.width for part in row} == {
            name: pytest.approx(100 * weight - GAP) for name, weight in held.items()
        }
        assert row[-1].left + row[-1].width == pytest.approx(100 - GAP)
    assert bars.legend == (("SPY", "--equity"), ("IEF", "--duration-4"), ("CASH", "--bills"))


def test_the_legend_has_what_the_bars_hold_alone_and_roles_as_the_user_gave_them():
    tuned = searched(["SPY", "GLD"], Roles(hedge=("GLD",)))
    last = len(tuned.space) - 1  # all of the first
    bars = mix_bars(tuned, [last])
    assert bars.legend == (("SPY", "--equity"),)
    every = mix_bars(tuned, list(range(len(tuned.space)))).legend
    assert ("GLD", "--other") in every


def test_a_rule_has_no_bars_since_its_weights_change():
    space = rule_space("attack_defend", {"step_bp": "25,50"}, AttackDefend().params())
    assert mix_bars(SimpleNamespace(space=space), [0, 1]) is None

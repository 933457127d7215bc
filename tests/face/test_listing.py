"""``list_strategies``: what ``--list`` prints, as a table."""

from __future__ import annotations

import pytest

from backtests import HedgeError, list_strategies
from backtests.run import listing
from strategies import registry
from tests.strategies.rule_files import SHORT


@pytest.fixture(autouse=True)
def no_files(monkeypatch):
    monkeypatch.setattr(registry, "_GIVEN", {})
    monkeypatch.delenv("HEDGE_STRATEGIES", raising=False)


def test_every_parameter_of_the_list_is_a_row():
    table = list_strategies()
    printed = listing().splitlines()
    assert list(dict.fromkeys(table["strategy"])) == list(registry.STRATEGIES)
    assert len(table) == sum(line.startswith("  ") for line in printed)
    step = table[(table["strategy"] == "attack_defend") & (table["parameter"] == "step_bp")]
    (line,) = (text for text in printed if text.startswith("  step_bp = "))
    assert f"  step_bp = {step['default'].iloc[0]}  ({step['unit'].iloc[0]}; " in line
    assert step["range"].iloc[0] in line


def test_own_strategies_are_in_it_and_broken_files_are_said(tmp_path, monkeypatch):
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    (tmp_path / "a.py").write_text(SHORT)
    assert "steady" in set(list_strategies()["strategy"])
    (tmp_path / "b.py").write_text("import nothing_like_it\n")
    with pytest.raises(HedgeError, match="b.py cannot be loaded: ModuleNotFoundError"):
        list_strategies()

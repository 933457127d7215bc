"""Power, and states drawn at random: seldom may the verdict say that it depends on those."""

from __future__ import annotations

import numpy as np
import pytest

from docs import power, real_months
from docs.power import depends, differs, placebo_evidence, random_labels, says
from tests.conftest import ROOT


def test_the_verdict_seldom_depends_on_a_state_that_means_nothing():
    every = placebo_evidence("IEF", 100, 300)
    assert sum(map(depends, every)) <= 8
    # Without the rule of opposite words a third would be false: the bootstrap cannot see how long
    # a state lasts.
    assert sum(map(differs, every)) >= 20


def test_random_states_last_20_years_and_begin_with_either():
    draws = [random_labels(767, np.random.default_rng([1, draw])) for draw in range(400)]
    changes = np.mean([(np.diff(labels) != 0).sum() for labels in draws])
    assert changes == pytest.approx(766 / 240, rel=0.1)
    assert np.mean([labels[0] for labels in draws]) == pytest.approx(0.0, abs=0.1)
    assert {-1, 1} == set(np.unique(draws))


@pytest.mark.parametrize(
    ("figure", "low", "high", "word"),
    [
        ("payoff", 0.001, 0.02, "works"),
        ("payoff", 0.001, 0.005, "same as bills"),
        ("payoff after negative", -0.02, -0.001, "fails"),
        ("CVaR saved", 0.001, 0.005, "works"),
        ("CVaR saved", -0.005, -0.001, "fails"),
        ("CVaR saved", -0.005, 0.001, "unclear"),
    ],
)
def test_a_payoff_has_the_verdict_s_rule_and_what_is_saved_the_side_of_0(figure, low, high, word):
    drawn = np.linspace(low, high, 1001)
    assert says(figure, drawn, 0.999) == word
    assert says(figure, drawn, None) == "unclear"


def test_a_wider_interval_sees_less(monkeypatch):
    monkeypatch.setattr(power, "REPETITIONS", 200)
    seen = power.power("IEF", "2000-2021", "negative", samples=20, months=240)
    assert list(seen) == [
        "CVaR saved", "CVaR of three months saved", "payoff", "payoff after negative"
    ]  # fmt: skip
    for old, new in seen.values():
        assert old.level == 0.90
        assert new.works <= old.works
        assert new.fails <= old.fails
    # The truth is +1.9 % a month: it is seen, and never taken for its opposite.
    assert seen["payoff"][0].works > 0.5
    assert seen["payoff"][0].fails == 0.0


def test_the_page_has_the_smallest_effects(capsys):
    power.print_effects()
    assert capsys.readouterr().out in (ROOT / "docs" / "coverage.md").read_text("utf-8")


def test_the_command_prints_every_table(monkeypatch, capsys):
    monkeypatch.setattr(power, "LENGTHS", (60,))
    monkeypatch.setattr(power, "REPETITIONS", 20)
    monkeypatch.setattr(power, "DECIDING_REPETITIONS", 50)
    monkeypatch.setattr(real_months, "LONG_CHAIN", 2_000)
    power.main(["--samples", "8", "--draws", "2"])
    shown = capsys.readouterr()
    tables = shown.out.strip().split("\n\n")
    assert [table.count("\n") + 1 for table in tables] == [2 + 3 * 4, 2 + 2 * 3, 2 + 2]
    # Five years of months have no payoff's interval: nothing is seen at the table's level.
    assert "| 0.00 / 0.00 | no interval |" in tables[0]
    assert shown.err.count("\n") == 3 + 2

"""The table of nominal levels: its form, and how a sample finds its place."""

from __future__ import annotations

from typing import get_args

import pytest

from backtests.analysis import levels
from backtests.analysis.levels import (
    LEVELS,
    MONTHS,
    NOMINAL,
    Leveled,
    fewest_hedging_months,
    fewest_months,
    hedging_level,
    level_of,
    widest,
)


def test_every_measure_has_a_level_from_90_to_98_percent_or_none():
    assert set(LEVELS) == set(get_args(Leveled))
    assert (min(NOMINAL), max(NOMINAL)) == (0.90, 0.98)
    for measure, row in LEVELS.items():
        assert len(row) == len(MONTHS), measure
        assert all(level is None or level in NOMINAL for level in row), measure


def test_fewer_months_never_have_a_narrower_interval():
    for measure, row in LEVELS.items():
        widths = [2.0 if level is None else level for level in row]  # none at all is the widest
        assert widths == sorted(widths, reverse=True), measure


def test_a_sample_counts_as_the_longest_that_it_reaches(monkeypatch):
    row = (None, 0.98, 0.96, 0.94, 0.90)
    monkeypatch.setattr(levels, "LEVELS", {"payoff": row})
    reached = {59: None, 60: None, 119: None, 120: 0.98, 239: 0.98, 240: 0.96, 479: 0.96,
               480: 0.94, 719: 0.94, 720: 0.90, 5_000: 0.90, 0: None}  # fmt: skip
    assert {months: level_of("payoff", months) for months in reached} == reached
    monkeypatch.setattr(levels, "LEVELS", {"payoff": (0.98, *row[1:])})
    assert [level_of("payoff", months) for months in (59, 60)] == [None, 0.98]


def test_of_several_measures_the_widest_counts(monkeypatch):
    rows = {"payoff": (None, 0.96, 0.90, 0.90, 0.90), "cvar_saved": (0.98, 0.95, 0.92, 0.90, 0.90)}
    monkeypatch.setattr(levels, "LEVELS", rows)
    both = ("payoff", "cvar_saved")
    assert [widest(both, months) for months in (60, 120, 240, 480)] == [None, 0.96, 0.92, 0.90]
    assert widest(both[1:], 60) == 0.98


def test_a_measure_without_a_level_is_an_error():
    with pytest.raises(KeyError):
        level_of("typo", 300)


def test_the_fewest_months_are_the_first_with_a_level():
    assert fewest_months("payoff_after_negative") == 60
    assert fewest_months("payoff") == 480
    assert level_of("payoff", 479) is None
    assert level_of("payoff", 480) is not None


def test_hedging_has_levels_by_currency_from_the_first_that_has_one(monkeypatch):
    rows = {"JPY": (None, 0.98, 0.96, 0.90)}
    monkeypatch.setattr(levels, "HEDGING_LEVELS", {"payoff": rows, "growth": {}})
    reached = {59: None, 60: None, 120: 0.98, 397: 0.96, 480: 0.90, 5_000: 0.90}
    assert {months: hedging_level("payoff", "JPY", months) for months in reached} == reached
    assert fewest_hedging_months("JPY") == 120
    assert hedging_level("payoff", "CNY", 5_000) is None
    assert hedging_level("growth", "JPY", 5_000) is None
    assert fewest_hedging_months("CNY") is None


def test_every_level_of_hedging_is_one_of_the_measured():
    for by_currency in levels.HEDGING_LEVELS.values():
        for row in by_currency.values():
            assert len(row) == len(MONTHS) - 1
            assert all(level is None or level in NOMINAL for level in row)
            widths = [2.0 if level is None else level for level in row]
            assert widths == sorted(widths, reverse=True)

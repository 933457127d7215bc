"""Bands as a run asks for them."""

import numpy as np
import pytest

from backtests.engine.bands import Rebalancing, are_new, limits_of
from backtests.engine.ledger import fill
from data.errors import UsageError

NONE = np.nan


def test_an_absolute_band_is_the_same_for_every_weight():
    assert limits_of(np.array([[0.6, 0.4, 0.0]]), 0.05, None) == pytest.approx(0.05)


def test_a_relative_band_is_a_part_of_the_target():
    limits = limits_of(np.array([0.6, 0.4, 0.0]), None, 0.25)
    assert limits == pytest.approx([0.15, 0.1, 1e-6])  # a target of 0 has no part


def test_a_relative_band_of_nothing_is_a_millionth_of_the_value():
    assert limits_of(np.array([0.6, 0.4, 0.0]), None, 0.0) == pytest.approx([1e-6] * 3, rel=1e-12)
    assert limits_of(np.array([0.6, 0.4, 0.0]), 0.0, None).tolist() == [0.0] * 3
    # A relative band of a small target is that millionth at least.
    assert limits_of(np.array([1e-5]), None, 0.05) == pytest.approx(1e-6)


@pytest.mark.parametrize(("band", "relative"), [(0.05, None), (None, 0.1), (0.05, 0.1), (0.3, 0.1)])
@pytest.mark.parametrize(("beyond", "stands"), [(5e-10, False), (2e-9, True)])
def test_a_weight_within_a_billionth_of_either_band_is_within_it(band, relative, beyond, stands):
    """Half and half: both bands end 0.05 off. The price of the first moves that far and beyond."""
    off = 0.55 + beyond
    prices = np.array([[1.0, 1.0], [1.0, 1.0], [off / (1.0 - off), 1.0], [1.0, 1.0]])
    targets = np.array([[0.0, 1.0], [0.5, 0.5], [NONE, NONE], [0.5, 0.5]])
    bands = Rebalancing(band, relative).bands(targets, 1, 1)
    filled = fill(prices, targets, np.zeros(2), np.zeros(2), 1e4, bands)
    assert bool(~np.isnan(filled.targets[3, 0])) is stands


def test_of_two_bands_the_narrower_one_decides_and_a_target_of_nothing_has_the_absolute_one():
    limits = limits_of(np.array([0.6, 0.1, 0.0]), 0.05, 0.25)
    assert limits == pytest.approx([0.05, 0.025, 0.05])


def test_a_decision_is_new_where_it_asks_for_something_else_than_the_one_before():
    asked = np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [0.6, 0.4], [0.5, 0.5]])
    assert are_new(asked).tolist() == [True, False, True, False, True]


def test_the_first_purchase_is_never_dropped_and_rows_without_a_decision_are_none():
    targets = np.array([[0.0, 1.0], [NONE] * 2, [0.5, 0.5], [0.5, 0.5], [NONE] * 2, [0.4, 0.6]])
    bands = Rebalancing(0.05, None, "edge").bands(targets, 3, 2)
    assert bands.is_new.tolist() == [True, False, True, True, False, True]
    assert bands.lag == 2
    assert bands.to_edge
    assert Rebalancing().bands(targets, 3, 2) is None
    assert not Rebalancing(0.05).bands(targets, 3, 2).to_edge


def test_what_is_set_stands_in_the_table():
    assert Rebalancing().table == {}
    assert Rebalancing(0.05).table == {"band": 0.05}
    assert Rebalancing(None, 0.25, "edge").table == {"band_relative": 0.25, "band_to": "edge"}
    assert Rebalancing(0, 0.25).table == {"band": 0.0, "band_relative": 0.25}


@pytest.mark.parametrize("band", [0, 1, 0.05])
def test_a_band_may_be_anything_from_nothing_to_all(band):
    assert Rebalancing(band)  # a band of nothing is one as well
    assert Rebalancing(band_relative=band)
    assert not Rebalancing()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"band": 5}, "--band takes .*got 5; a band of 5 percentage points is 0.05"),
        ({"band": -0.01}, "--band takes .*got -0.01"),
        ({"band": float("nan")}, "--band takes"),
        ({"band": float("inf")}, "--band takes"),
        ({"band": "wide"}, "--band takes a number"),
        ({"band": True}, "--band takes a number, got True"),
        ({"band_relative": 25}, "--band-relative takes .*got 25"),
        ({"band_relative": [0.1]}, "--band-relative takes a number"),
        ({"band": 0.1, "band_to": "egde"}, "--band-to takes target or edge, got 'egde' .*edge"),
        ({"band": 0.1, "band_to": 3}, "--band-to takes target or edge, got 3"),
        ({"band_to": "edge"}, "--band-to edge says where a band ends, and there is none"),
    ],
)
def test_what_cannot_be_meant_is_one_line(given, message):
    with pytest.raises(UsageError, match=message) as refused:
        Rebalancing(**given)
    assert "\n" not in str(refused.value)

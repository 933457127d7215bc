"""What is asked of a market's money, as a record."""

from __future__ import annotations

import dataclasses

import pytest

from data.currency.conversion import BASIS_BP, DOLLARS, Conversion


def test_dollars_ask_for_nothing():
    assert DOLLARS.is_dollars
    assert (DOLLARS.cash, dict(DOLLARS.ratios), DOLLARS.carry_rates) == ("home", {}, False)
    assert not Conversion(currency="JPY").is_dollars


def test_the_basis_is_a_quarter_point_unless_it_is_said():
    assert BASIS_BP == Conversion(currency="JPY").basis_bp == 25.0


def test_a_conversion_is_frozen_with_its_ratios():
    given = {"IEF": 1.0}
    conversion = Conversion(currency="JPY", ratios=given)
    given["IEF"] = 0.0
    assert conversion.ratios["IEF"] == 1.0
    with pytest.raises(TypeError):
        conversion.ratios["IEF"] = 0.5
    with pytest.raises(dataclasses.FrozenInstanceError):
        conversion.currency = "EUR"
    assert hash(conversion) == hash(Conversion(currency="JPY", ratios={"IEF": 1.0}))

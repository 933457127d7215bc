"""Claim 12: an error of fact, and what 30 % of the coupons would cost."""

from __future__ import annotations

import pytest

from backtests.engine.claims.tax import (
    coupons_lost,
    price_at_after_tax_yield,
    tax_on_foreign_holders,
)
from tests.engine.claims.fed_exhibits import in_months, made_market, made_months


def test_the_price_at_the_after_tax_yield_by_hand():
    # 4 % for 10 years, 4 / 0.7 = 5.7142857 % asked: twenty half-years at 2.8571429 % discount to
    # 1.028571429^-20 = 0.569258; 0.7 (1 - 0.569258) + 0.569258 = 0.870777.
    face = 1.0
    for _ in range(20):
        face /= 1.0 + 0.04 / 0.7 / 2.0
    assert face == pytest.approx(0.56926, abs=5e-5)
    coupons = sum(0.02 / (1.0 + 0.04 / 0.7 / 2.0) ** half for half in range(1, 21))
    assert price_at_after_tax_yield(0.04) == pytest.approx(coupons + face - 1.0, rel=1e-12)
    assert price_at_after_tax_yield(0.04) == pytest.approx(-0.1292, abs=1e-4)


def test_the_coupons_lost_by_hand():
    # GROUND_TRUTH: D of a 10-year par bond at 4 % is 8.175717, the worth of 1 a year.
    assert coupons_lost(0.04) == pytest.approx(-0.3 * 0.04 * 8.175717, abs=1e-8)


def test_no_tax_costs_nothing():
    assert price_at_after_tax_yield(0.04, 0.0) == pytest.approx(0.0, abs=1e-15)
    assert coupons_lost(0.04, 0.0) == 0.0


def test_it_is_said_as_an_error_of_fact_with_the_law():
    yields = made_months("2024-01-31", "2025-12-31", 9.0)
    yields["2025-03-31"] = 4.0  # the last curve up to the article counts
    claim = tax_on_foreign_holders(in_months(made_market(yields, 12)))
    assert claim.judgement == "fails"
    assert "factual error" in claim.because
    assert [each.text for each in claim.measures[:2]] == [
        "Deficit Reduction Act of 1984, section 127",
        "1984-07-18",
    ]
    assert [each.value for each in claim.measures[2:]] == [
        pytest.approx(price_at_after_tax_yield(0.04)),
        pytest.approx(coupons_lost(0.04)),
    ]
    assert claim.measures[2].last == "2025-03-31"

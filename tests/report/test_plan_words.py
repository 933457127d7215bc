"""A plan in words: every field is told, and two plans never read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backtests.engine.plan import Plan
from backtests.report.plan_words import plan_label, plan_terms
from backtests.report.text import money_in

TOLD = money_in("USD")
OFF = "traded only where a weight is off its target by"


@pytest.mark.parametrize(
    ("plan", "label", "terms"),
    [
        ({}, "", ""),
        ({"band": 0.05}, "band 5 %", f"{OFF} 5 points"),
        ({"band": 0.01}, "band 1 %", f"{OFF} 1 point"),
        ({"band_relative": 0.25}, "relative band 25 %", f"{OFF} 25 % of its target"),
        ({"band": 0.05, "band_relative": 0.25, "band_to": "edge"},
         "band 5 %, relative band 25 %, to its edge",
         f"{OFF} 5 points or 25 % of its target, and then to the edge of the band"),
        ({"flow": "500/month"}, "+$500 a month", "$500 paid in each month"),
        ({"flow": "-4%/year"}, "-4 % a year", "4 % of the value taken out each year"),
        ({"flow": "-400/year", "flow_indexed": True}, "-$400 a year, indexed",
         "$400 taken out each year, growing with consumer prices"),
        ({"flows": {"2020-01-15": 500.0, "2021-01-15": -300.0}}, "+$200 on 2 days",
         "$500 paid in and $300 taken out on 2 days from 2020-01-15 to 2021-01-15"),
        ({"flows": {"2020-01-15": -500.0}}, "-$500 on 1 day", "$500 taken out on 2020-01-15"),
        ({"band": 0.05, "flow": "-4%/half-year"}, "band 5 %, -4 % a half-year",
         f"{OFF} 5 points; 4 % of the value taken out each half-year"),
    ],
)  # fmt: skip
def test_a_plan_in_words(plan: Mapping[str, Any], label: str, terms: str) -> None:
    assert plan_label(plan, TOLD) == label
    assert plan_terms(plan, TOLD) == terms
    assert plan_label({**Plan.of(plan).table, "strategy": "hedge_mix"}, TOLD) == label


def test_amounts_of_a_real_run_that_do_not_grow_are_in_money_of_the_day() -> None:
    def told(**plan: Any) -> str:
        return plan_terms(plan, TOLD, is_real=True)

    assert told(flow="-400/year") == "$400 taken out each year, in money of the day"
    assert told(flow="-4%/year") == "4 % of the value taken out each year"
    assert told(flow="-400/year", flow_indexed=True).endswith("growing with consumer prices")


def test_amounts_have_the_sign_of_their_currency() -> None:
    assert plan_label({"flow": "-40000/year"}, money_in("JPY")) == "-¥40,000 a year"

"""The three sentences, case by case: every figure where it belongs, and grammar."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from backtests.report.text import money, percent, ratio, two_digits
from backtests.report.verdict.page import answer_of, sentences

ESTIMATE = {"value": 0.01, "low": 0.005, "high": 0.02}


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> dict:
    return {"value": value, "low": low, "high": high}


@pytest.fixture
def verdict() -> dict[str, Any]:
    return {
        "word": "works",
        "holds_treasuries": True,
        "tickers": {"equity": ["SPY"], "hedge": ["IEF"]},
        "sample": {"months": 200, "repetitions": 1000, "fewest_months": 60},
        "works": [
            {"key": "cvar_saved_monthly", "treasuries": estimate(0.0301, 0.02, 0.04),
             "bills": estimate(0.0202), "difference": estimate(0.0099, 0.0011, 0.0188)},
            {"key": "drawdown_saved_monthly", "treasuries": estimate(0.2103),
             "bills": estimate(0.1504), "difference": estimate(0.06)},
        ],
        "crises": [
            {"equity": -0.2, "hedge": 0.1, "cash": 0.01},
            {"equity": -0.2, "hedge": 0.005, "cash": 0.01},
            {"equity": -0.2, "hedge": 0.03, "cash": 0.01},
            {"equity": 0.1, "hedge": 0.2, "cash": 0.01},
        ],
        "regimes": [
            {"dimension": "correlation", "label": "negative", "months": 120, "down_months": 44,
             "down_month_mean_monthly": estimate(0.0105, 0.005, 0.015)},
            {"dimension": "correlation", "label": "positive", "months": 80, "down_months": 30,
             "down_month_mean_monthly": estimate(-0.0206, None, None)},
        ],
        "regimes_missing": [],
        "cost": {
            "growth_given_up_monthly": {
                "portfolio": estimate(0.0107, -0.002, 0.03), "bills": estimate(0.0208),
            },
            "cvar_points_per_growth_point": {"portfolio": 2.81, "bills": 0.97},
        },
    }  # fmt: skip


def test_each_figure_in_its_place(verdict):
    told = sentences(verdict, 1234.0, 0.101)
    assert told["works"] == (
        "In the worst 5 % of months IEF saved 3.01 points against 100 % equity, bills at the same "
        "equity weight saved 2.02 points; the difference is +0.99 (+0.11 to +1.88): the tail was "
        "thinner than bills would have made it. Of the deepest month-end drawdown it saved 21.03 "
        "points, bills saved 15.04 points."
    )
    assert told["when"] == (
        "In 2 of 3 falls of equity it earned more than bills; in equity's down months it made "
        "1.05 % a month (0.50 % to 1.50 %) in the 44 that began with a negative trailing "
        "correlation and -2.06 % a month (no interval: too few months) in the 30 that began with "
        "a positive trailing correlation."
    )
    assert told["cost"] == (
        "Against 100 % equity it gave up 1.07 points of growth a year (-0.20 to +3.00), bills gave "
        "up 2.08 points of growth a year; a point given up bought 2.81 points of CVaR, 0.97 with "
        "bills; it turned over 10.10 % a year and paid 1,234 in costs."
    )


def test_what_was_gained_or_added_is_called_so(verdict):
    cost = verdict["cost"]
    cost["growth_given_up_monthly"]["portfolio"] = estimate(-0.0107, -0.03, 0.002)
    cost["cvar_points_per_growth_point"]["portfolio"] = "free"
    verdict["works"][0]["treasuries"] = estimate(-0.0154)
    verdict["word"] = "fails"
    told = sentences(verdict, 1.0, 0.0)
    assert (
        "it gained 1.07 points of growth a year (-0.20 to +3.00), bills gave up 2.08"
        in told["cost"]
    )
    assert "a point given up bought 0.97 with bills;" in told["cost"]
    assert "IEF added 1.54 points against 100 % equity" in told["works"]
    assert "fatter than bills would have left it" in told["works"]


def test_what_is_not_there_is_said(verdict):
    bare = copy.deepcopy(verdict)
    bare["crises"] = []
    bare["regimes"] = bare["regimes"][:1]
    bare["regimes_missing"] = [{"dimension": "correlation", "label": "positive"}]
    told = sentences(bare, 0.0, 0.0)["when"]
    assert told.startswith("In equity's down months it made 1.05 %")
    assert told.endswith("; no month began with a positive one.")
    bare["regimes"] = []
    assert sentences(bare, 0.0, 0.0)["when"].startswith("Nothing to tell: no fall")
    none = {**verdict, "holds_treasuries": False}
    assert "there is no hedge to judge" in sentences(none, 0.0, 0.0)["works"]
    short = {**verdict, "sample": {"months": 1, "repetitions": 0, "fewest_months": 60}}
    told = sentences(short, 5.0, 0.0)
    assert told["works"] == "1 whole month, too few to say: an interval needs 60."
    assert told["cost"].endswith("paid 5.00 in costs; 1 whole month, too few for a yearly cost.")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.0, "0"), (1.0, "1.00"), (45.128, "45.13"), (-3.0, "-3.00"),
     (1000.0, "1,000"), (2353135.96, "2,353,136")],
)  # fmt: skip
def test_small_amounts_have_two_digits(value, text):
    assert money(value) == text


def test_what_rounds_to_nothing_has_no_minus():
    shown = [percent(-4e-6), ratio(-0.004), money(-0.004), money(-0.0), two_digits(-1e-9, "+")]
    assert shown == ["0.00 %", "0.00", "0", "0", "+0.00"]
    assert (percent(-0.0123), ratio(-0.006), money(-1234.6)) == ("-1.23 %", "-0.01", "-1,235")


def test_a_portfolio_without_treasuries_is_not_called_unclear(verdict):
    assert answer_of(verdict) == "It works"
    assert answer_of({"word": "unclear", "holds_treasuries": False}) == "No Treasuries to judge"

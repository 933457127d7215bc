"""``tuning.json``: its keys in order, ten digits, null for what does not exist."""

from __future__ import annotations

import json
import math

import pytest

from backtests.report.tuning.document import Candidate, Measured
from data.records import ten_digits, to_json
from tests.searches import content

KEYS = [
    "headline", "chip", "luck", "sentences", "beyond_noise", "strategy", "objective", "source",
    "source_title", "data", "start", "end", "candidates", "left_out", "eligible", "ruined",
    "trials", "portfolios", "judged", "recommended", "no_recommendation", "region", "reliability",
    "against_bills",
]  # fmt: skip
RELIABILITY = [
    "months", "first", "last", "chosen", "peak", "sharpe", "same_risk", "record_years",
    "overfitting", "reality", "look_back_months", "expanding", "rolling",
]  # fmt: skip


def test_the_keys_of_the_file_stay_and_stay_in_order(mixes):
    told = content(mixes)
    assert list(told) == KEYS
    assert list(told["reliability"]) == RELIABILITY
    assert list(told["reliability"]["chosen"]) == ["estimate", "error"]
    assert list(told["reliability"]["chosen"]["estimate"]) == ["value", "low", "high"]
    assert list(told["portfolios"]) == [
        "Middle of the good region", "Best single cell", "Default", "Default with bills",
        "100 % equity",
    ]  # fmt: skip
    for portfolio in told["portfolios"].values():
        assert list(portfolio)[:3] == ["is", "final_value", "cagr"]
        assert "eligible" not in portfolio
    assert list(told["judged"]) == ["Middle of the good region", "Default"]
    for judged in told["judged"].values():
        assert list(judged) == ["word", "evidence"]
        assert list(judged["evidence"]["every"])[:3] == ["months", "worst_months", "estimate"]
    assert list(told["against_bills"]) == [
        "share", "chosen", "sharpe", "same_risk", "record_years", "reality", "beyond_noise",
    ]  # fmt: skip
    assert told["recommended"] is None
    middle = told["region"]["middle"]
    assert middle["params"]["rebalance"] == "monthly"
    assert isinstance(middle["params"]["weights"], dict)


def test_numbers_have_ten_digits(mixes):
    def numbers(value):
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from numbers(inner)
        elif isinstance(value, float):
            yield value

    read = list(numbers(content(mixes)))
    assert len(read) > 80
    assert all(value == float(f"{value:.10g}") for value in read)


@pytest.mark.parametrize("missing", [math.nan, math.inf, None])
def test_what_does_not_exist_is_null(missing):
    plain = to_json(ten_digits(Measured("SPY 100 %", {"calmar": missing, "cagr": 0.1})))
    assert json.dumps(plain) == '{"holds": "SPY 100 %", "metrics": {"calmar": null, "cagr": 0.1}}'


def test_weights_of_the_recommendation_are_plain_values():
    frozen = Candidate({"weights": {"SPY": 1 / 3}}, 7)
    assert to_json(ten_digits(frozen)) == {
        "params": {"weights": {"SPY": 0.3333333333}},
        "candidate": 7,
        "settings": None,
    }

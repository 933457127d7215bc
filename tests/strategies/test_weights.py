"""Weights: how they are read and shown, what is refused, and what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import UsageError, WeightError
from strategies.weights import (
    LARGEST_SUM,
    fraction_hint,
    mix_text,
    parse_weights,
    require_weights,
    scaling_notes,
    weights_text,
)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("SPY=0.6,IEF=0.4", {"SPY": 0.6, "IEF": 0.4}),
        (" SPY = .6 , IEF=4e-1 ", {"SPY": 0.6, "IEF": 0.4}),
        ("GC=F=0.3,EURUSD=X=0.2", {"GC=F": 0.3, "EURUSD=X": 0.2}),
    ],
)
def test_weights_are_read_in_their_order(text, weights):
    parsed = parse_weights(text, "x")
    assert parsed == weights
    assert list(parsed) == list(weights)


GENERIC = "write for example SPY=0.6,IEF=0.4"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        # Fractions without tickers: these are examples.
        ("60/40", GENERIC),
        ("60%", GENERIC),  # the usual rest of a 60 % of equity
        ("0.6,0.4", GENERIC),
        ("0,6", GENERIC),
        ("60,40", GENERIC),
        ("50/30/20", "write for example SPY=0.5,IEF=0.3,TLT=0.2"),
        ("100%", "write for example SPY=1"),
        # Tickers and their fractions, written otherwise: these can be meant in one way only.
        ("SPY=60%", "write SPY=0.6"),
        ("SPY=60%,IEF=40%", "write SPY=0.6,IEF=0.4"),
        ("SPY:0.6", "write SPY=0.6"),
        ("SPY:60,IEF:40", "write SPY=0.6,IEF=0.4"),
        ("SPY 0.6", "write SPY=0.6"),
        ("60% SPY, 40% IEF", "write SPY=0.6,IEF=0.4"),
        ("60% SPY, 40% CASH", "write SPY=0.6"),  # cash is what is left
        ("60% spy, 40% cash", "write spy=0.6"),
        ("SPY=0,6", "write SPY=0.6"),
        ("SPY=0,6,IEF=0,4", "write SPY=0.6,IEF=0.4"),
        ("SPY=0,25;IEF=0,75", "write SPY=0.25,IEF=0.75"),
        ("SPY=.6;IEF=.4", "write SPY=0.6,IEF=0.4"),
        ("SPY=0.6 IEF=0.4", "write SPY=0.6,IEF=0.4"),
        ("GC=F:30%", "write GC=F=0.3"),
        ("BRK-B 12.5%", "write BRK-B=0.125"),
        # Nothing can be made of these.
        ("", GENERIC),
        ("SPY", GENERIC),
        ("SPY=0.6,IEF", GENERIC),
        ("SPY=60%,IEF=60%", GENERIC),
        ("SPY=60%,SPY=40%", GENERIC),
        ("SPY:-0.5", GENERIC),
        ("SPY=0.5,IEF=0.6x", GENERIC),
        ("1.5,0.5", GENERIC),
        ("9" * 400 + "%", GENERIC),
    ],
)
def test_weights_written_otherwise_get_what_to_write(text, hint):
    with pytest.raises(UsageError) as refused:
        parse_weights(text, "mix")
    assert str(refused.value).startswith("mix: ")
    assert str(refused.value).endswith(f"; {hint}")
    parse_weights(hint.rpartition(" ")[2], "mix")  # what is suggested is taken


@given(st.text(alphabet="SPYIEF0123456789.,%=:;/- ", max_size=24))
def test_whatever_is_suggested_is_taken(text):
    try:
        parse_weights(text, "mix")
    except UsageError as error:
        if "write" in str(error):
            suggested = parse_weights(str(error).rpartition(" ")[2], "mix")
            require_weights(suggested, "mix")


@pytest.mark.parametrize(
    ("weights", "hint"),
    [
        ({"SPY": 60.0}, "; if these are percent, write SPY=0.6"),
        ({"SPY": 60.0, "IEF": 40.0}, "; if these are percent, write SPY=0.6,IEF=0.4"),
        ({"SPY": 33.333, "IEF": 0.0}, "; if these are percent, write SPY=0.33333,IEF=0"),
        ({"SPY": 60.0, "IEF": 0.4}, ""),  # neither the one nor the other
        ({"SPY": 60.0, "IEF": 50.0}, ""),
        ({"SPY": 1.5}, ""),
        ({"SPY": 6.0, "IEF": 4.0}, ""),  # ten times the value at most: leverage
    ],
)
def test_percent_in_place_of_fractions_get_the_fractions(weights, hint):
    with pytest.raises(WeightError) as refused:
        require_weights(weights, "mix")
    assert str(refused.value).endswith(f"at most 1: leverage is not allowed{hint}")


def test_weights_over_one_name_their_sum():
    with pytest.raises(
        WeightError,
        match=r"weights of mix sum to 1.2 on 2001-01-02 \(SPY 0.8, IEF 0.4\); they may sum to at "
        "most 1: leverage is not allowed$",
    ):
        require_weights({"SPY": 0.8, "IEF": 0.4}, "mix", "2001-01-02")


@pytest.mark.parametrize(
    ("over", "shown"),
    [(0.5002, "sum to 1.0002 (SPY 0.5, IEF 0.5002)"),
     (0.50010001, "sum to 1.00010001 (SPY 0.5, IEF 0.50010001)")],
)  # fmt: skip
def test_an_excess_has_the_digits_that_show_it(over, shown):
    with pytest.raises(WeightError) as refused:
        require_weights({"SPY": 0.5, "IEF": over}, "mix")
    assert shown in str(refused.value)


def test_weights_rounded_to_four_places_are_no_leverage():
    # 0.3334 three times is 1.0002: too much; 0.33334 three times is 1.00002.
    require_weights({"A": 0.33334, "B": 0.33334, "C": 0.33334}, "mix")
    require_weights({"A": 0.5001, "B": 0.5}, "mix")  # the largest sum itself
    with pytest.raises(WeightError, match=r"sum to 1\.0002"):
        require_weights({"A": 0.3334, "B": 0.3334, "C": 0.3334}, "mix")
    assert LARGEST_SUM == 1.0001


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_weights_must_be_finite_and_not_negative(weight):
    with pytest.raises(WeightError, match="the weight of SPY is"):
        require_weights({"SPY": weight}, "mix")


def test_a_weight_in_percent_gets_its_fraction():
    with pytest.raises(WeightError, match="such as 0.6, got '60%'; write 0.6$"):
        require_weights({"SPY": "60%"}, "mix")
    hints = [fraction_hint(value) for value in ("7 %", "12.5%", "0.6", "x%", "%", 60, None)]
    assert hints == ["; write 0.07", "; write 0.125", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("largest", "shown"),
    [(0.9, None), (1.0, None), (1.0 + 5e-10, None),  # rounding errors of decimal fractions
     (1.00000003, "1.00000003"), (1.00001, "1.00001")],
)  # fmt: skip
def test_scaling_is_noted_with_the_sum_unless_it_is_rounding(largest, shown):
    line = f"weights of mix that sum to more than 1 (at most {shown}) are scaled to sum to 1"
    assert scaling_notes("mix", largest) == ([] if shown is None else [line])


def test_weights_are_written_as_they_are_read():
    assert weights_text({"SPY": 0.6, "GC=F": 0.1 + 0.2}) == "SPY=0.6,GC=F=0.3"


def test_a_mix_in_words_names_what_is_in_cash():
    # 1 - 0.5 - 0.125 leaves 0.375; a weight of 0 is not held.
    assert mix_text({"SPY": 0.5, "IEF": 0.125, "TLT": 0.0}) == "SPY 50 %, IEF 12.5 %, CASH 37.5 %"
    assert mix_text({"A": 0.1, "B": 0.2, "C": 0.7}) == "A 10 %, B 20 %, C 70 %"
    assert mix_text({"A": 0.5, "B": 0.49999}) == "A 50 %, B 49.999 %, CASH 0.001 %"

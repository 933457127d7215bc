"""The mix: its weights as given, frozen, and equal to its like."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from data.errors import UsageError
from strategies.hedge_mix import HedgeMix
from tests.strategies.helpers import month_ends, path_market, require_decisions, weekdays


def test_decimal_weights_that_add_up_to_one_pass():
    assert HedgeMix(weights={"A": 0.1, "B": 0.2, "C": 0.7}).tickers == ["A", "B", "C"]


def test_the_weights_of_a_mix_cannot_be_changed():
    given = {"SPY": 0.6, "IEF": 0.4}
    mix = HedgeMix(weights=given)
    given["SPY"] = 9
    for frozen in (mix, HedgeMix()):
        with pytest.raises(TypeError):
            frozen.weights["SPY"] = 9
        with pytest.raises(AttributeError):
            frozen.weights.clear()
        with pytest.raises(AttributeError):
            frozen.weights = {}
        with pytest.raises(TypeError):
            frozen.params()["weights"] = {}
        with pytest.raises(TypeError):
            frozen.params()["weights"]["SPY"] = 9
        assert frozen.weights == {"SPY": 0.6, "IEF": 0.4}
    mix.tickers.append("TLT")  # changes a copy of the list
    assert mix.tickers == ["SPY", "IEF"]


def test_the_declared_default_cannot_be_changed():
    (declared,) = [own for own in HedgeMix.parameters() if own.name == "weights"]
    with pytest.raises(TypeError):
        declared.default["SPY"] = 9


def test_mixes_that_say_the_same_are_one_key():
    same = (HedgeMix(), HedgeMix(), HedgeMix(weights={"IEF": 0.4, "SPY": 0.6}))
    assert len(set(same)) == 1
    assert same[0] == same[1] == same[2]
    others = (
        HedgeMix(weights={"SPY": 0.6, "IEF": 0.39}),
        HedgeMix(weights={"SPY": 0.6, "TLT": 0.4}),
        HedgeMix(weights={"SPY": 0.6}),
        HedgeMix(rebalance="never"),
    )
    assert len({*same, *others}) == 5
    assert all(other != HedgeMix() for other in others)
    assert dataclasses.replace(others[0], weights=HedgeMix().weights) == HedgeMix()


def test_weights_and_their_dates_by_hand():
    # Daily from 2020-01-01 to 2020-05-01 (row 87). GLD has its first price on row 5, 8 January:
    # there it starts. CASH is what the weights leave, a tenth.
    gold = [np.nan] * 5 + [100.0] * 83
    market = path_market(weekdays(88), ppy=252, GLD=gold)
    weights = {"SPY": 0.3, "GLD": 0.6}
    starts = {
        "semiannually": ["2020-01-08"],
        "monthly": ["2020-01-08", "2020-02-03", "2020-03-02", "2020-04-01", "2020-05-01"],
        "quarterly": ["2020-01-08", "2020-04-01"],
        "annually": ["2020-01-08"],
        "never": ["2020-01-08"],
    }
    for rebalance, days in starts.items():
        mix = HedgeMix(weights=weights, rebalance=rebalance)
        expected = {day: [0.3, 0.6] for day in days}
        require_decisions(mix.target_weights(market), expected, ("SPY", "GLD"))
    assert mix.heaviest == "GLD"


def test_the_session_of_the_period_is_counted_on_the_markets_rows():
    # From Wednesday 2020-01-01 on; GLD has its first price on 8 January. January begins with the
    # market, so its tenth session is unknown; February's is the 14th, March's the 13th.
    gold = [np.nan] * 5 + [100.0] * 83
    market = path_market(weekdays(88), ppy=252, GLD=gold)
    days = {
        ("monthly", 10): ["2020-01-08", "2020-02-14", "2020-03-13", "2020-04-14"],
        ("quarterly", 10): ["2020-01-08", "2020-04-14"],
        ("semiannually", 10): ["2020-01-08"],
    }
    for (rebalance, offset), decided in days.items():
        mix = HedgeMix(weights={"GLD": 0.5}, rebalance=rebalance, offset=offset)
        require_decisions(mix.target_weights(market), {day: [0.5] for day in decided}, ("GLD",))
    # With its first price on 5 February (row 25), the third session of that month, the mix starts
    # there, and decides again on the month's tenth.
    later = path_market(weekdays(88), ppy=252, GLD=[np.nan] * 25 + [100.0] * 63)
    decided = HedgeMix(weights={"GLD": 0.5}, offset=10).target_weights(later).index
    assert [f"{day:%m-%d}" for day in decided[:3]] == ["02-05", "02-14", "03-13"]


def test_weekly_and_daily_calendars_decide_on_every_month_of_monthly_rows():
    market = path_market(month_ends(14))
    for rebalance in ("daily", "weekly", "monthly"):
        mix = HedgeMix(weights={"SPY": 0.5}, rebalance=rebalance)
        assert len(mix.target_weights(market)) == 14
    third = HedgeMix(weights={"SPY": 0.5}, rebalance="quarterly", offset=3)
    decided = third.target_weights(market).index
    assert [f"{day:%Y-%m}" for day in decided] == ["2020-01", "2020-06", "2020-09", "2020-12"]


@pytest.mark.parametrize(
    ("rebalance", "offset", "message"),
    [
        ("weekly", 6, "offset of a weekly calendar takes 1 to 5 .*, got 6; take a smaller offset"),
        ("daily", 2, "offset of a daily calendar takes 1 "),
        ("never", 2, "offset of a never calendar takes 1 "),
        ("monthly", 16, "offset takes whole numbers from 1 to 15"),
        ("monthly", 0, "offset takes whole numbers from 1 to 15"),
    ],
)
def test_an_offset_that_its_calendar_has_not_is_refused(rebalance, offset, message):
    with pytest.raises(UsageError, match=message):
        HedgeMix(rebalance=rebalance, offset=offset)


@pytest.mark.parametrize(("rebalance", "offset"), [("monthly", 2), ("weekly", 2), ("quarterly", 4)])
def test_a_session_that_months_do_not_have_is_refused(rebalance, offset):
    mix = HedgeMix(weights={"SPY": 0.5}, rebalance=rebalance, offset=offset)
    with pytest.raises(UsageError, match="on monthly rows takes .*; take daily prices"):
        mix.target_weights(path_market(month_ends(14)))

"""Claim 2: the course of TLT since the article, and made courses with a known judgement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import Claim, Judgement
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.tariffs import fall_then_rise, falls_then_rises
from tests.engine.claims.fed_exhibits import bundled_months, made_market, with_real_days


def made(levels: list[float], last: str = "2026-12-31") -> Claim:
    """Judge made daily prices of TLT: these levels, one a session, from the article's day on."""
    days = pd.bdate_range("2024-01-01", last)
    prices = pd.Series(100.0, days)
    since = prices.index[prices.index >= "2025-04-14"][: len(levels)]
    prices[since] = levels[: len(since)]
    prices[since[-1] :] = levels[len(since) - 1]
    market = made_market(pd.Series(4.0, days), 252, TLT=prices)
    return fall_then_rise(Exhibits(bundled_months().months, market, ""))


@pytest.mark.parametrize(
    ("levels", "judgement"),
    [
        ([100, 97, 103], "holds"),
        ([100, 101, 97, 103], "holds"),  # a lower rise before does not matter
        ([100, 97, 99], "in part"),  # fell, and is not back yet
        ([100, 102, 103], "in part"),  # rose without a fall
        ([100, 104, 97, 103], "in part"),  # rose most before it fell: but later it did rise
        ([100, 103, 97], "fails"),  # the opposite course
        ([100, 100, 100], "fails"),
    ],
)
def test_the_order_of_low_and_high_judges(levels, judgement):
    words: dict[str, Judgement] = {"in part": "holds in part"}
    assert made(levels).judgement == words.get(judgement, judgement)
    windows = np.array([levels], float)
    assert falls_then_rises(windows)[0] == (judgement == "holds")


def test_what_comes_after_a_year_does_not_count():
    sessions = len(pd.bdate_range("2025-04-14", "2026-04-14"))
    late = [100.0, 97.0] + [99.0] * (sessions - 2)
    assert made([*late, 120.0]).judgement == "holds in part"
    assert made([*late[:-1], 120.0]).judgement == "holds"


def test_until_the_year_is_over_only_what_has_happened_judges():
    so_far = made([100, 97, 103], last="2026-04-13")
    assert so_far.judgement == "holds"
    assert "a new low before then would take it back" in so_far.because
    assert made([100, 97, 103], last="2025-07-14").judgement == "holds"
    assert made([100, 97, 103], last="2025-07-11").judgement == "cannot be tested here"
    assert "so far: the twelve months end on 2026-04-14" in so_far.because
    assert made([100, 97, 99], last="2026-04-13").judgement == "cannot be tested here"
    assert made([100, 97, 99], last="2026-04-14").judgement == "holds in part"


def test_without_anything_after_the_article_nothing_is_judged():
    months = bundled_months().months.until(pd.Timestamp("2025-03-31"))
    claim = fall_then_rise(replace(bundled_months(), months=months))
    assert claim.judgement == "cannot be tested here"
    assert claim.after == ()
    assert "data end before" in claim.after_words
    assert claim.measures[0].n > 500  # how common such a course is can be measured all the same


def test_daily_prices_that_end_before_the_article_leave_it_to_months():
    days = made_market(pd.Series(4.0, pd.bdate_range("2024-01-01", "2025-04-14")), 252)
    claim = fall_then_rise(Exhibits(bundled_months().months, days, ""))
    assert claim.after[0].first == "2025-04-30"
    assert "Daily prices of TLT" in claim.missing


def test_the_fall_after_the_article_as_published():
    claim = fall_then_rise(with_real_days())
    low = claim.after[0]
    # STRESS_AND_CLAIMS: -3.7 % by 2025-05-21, from the close of 2025-04-14.
    assert (low.first, low.last) == ("2025-04-14", "2025-05-21")
    assert 100 * low.value == pytest.approx(-3.7, abs=0.05)
    assert low.decides
    assert claim.judgement == "holds"


def test_the_days_before_the_article_as_published():
    moves = {each.first: each for each in fall_then_rise(with_real_days()).measures
             if each.unit == "bp"}  # fmt: skip
    y10 = with_real_days().days.yields[10.0]
    published = {"04-02": 4.20, "04-04": 4.01, "04-08": 4.26, "04-09": 4.34, "04-11": 4.48}
    assert {day: y10[f"2025-{day}"] for day in published} == published  # GROUND_TRUTH
    assert moves["2025-04-02"].value == pytest.approx(100 * (4.48 - 4.20))
    assert moves["2025-04-04"].value == pytest.approx(100 * (4.48 - 4.01))


def test_beside_bills_by_hand():
    days = pd.bdate_range("2025-04-01", "2025-06-30")
    market = made_market(pd.Series(4.0, days), 252)
    bills = pd.Series(100.0, days)
    bills["2025-05-01":] = 101.0
    prices = pd.DataFrame({"TLT": 100.0}, index=days)
    prices.loc["2025-04-15", "TLT"] = 98.0
    prices.loc["2025-05-01":, "TLT"] = 105.0
    vars(market).update(_cash=bills, _prices=prices)
    claim = fall_then_rise(Exhibits(bundled_months().months, market, ""))
    low, high, beside = claim.after[:3]
    assert low.value == pytest.approx(-0.02)
    assert high.value == pytest.approx(0.05)
    assert (high.last, beside.last) == ("2025-05-01", "2025-05-01")
    assert beside.value == pytest.approx(0.05 - 0.01)


def test_how_often_any_start_sees_such_a_course_by_hand():
    # Over one row nothing can fall and then rise; of 100, 99, 101, 102, 101 two steps see it once.
    levels = np.array([100.0, 99.0, 101.0, 102.0, 101.0])
    two = np.lib.stride_tricks.sliding_window_view(levels, 3)
    assert falls_then_rises(two).tolist() == [True, False, False]
    one = np.lib.stride_tricks.sliding_window_view(levels, 2)
    assert not falls_then_rises(one).any()


def test_the_share_of_earlier_starts_ends_with_the_article():
    claim = fall_then_rise(bundled_months())
    months = pd.period_range("1973-01", "2025-03", freq="M")
    rows = len(pd.period_range("2025-05", "2025-12", freq="M"))  # months since April's end
    share = claim.measures[0]
    assert (share.n, share.first) == (len(months) - rows, "1973-01-31")
    assert share.last == f"{months[-1 - rows].to_timestamp(how='end'):%Y-%m-%d}"

"""Claim 1: the rule in all its ways, and the published figures of the hedge's payoff."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import pytest

from backtests.analysis.claims import Claim, Judgement, Measure
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.flight import WHAT, down_months, judge, money_flees
from backtests.engine.claims.measures import monthly_returns
from tests.engine.claims.real_exhibits import daily, monthly


@pytest.fixture(scope="module")
def by_months() -> Claim:
    return money_flees(monthly())


def called(claim: Claim, start: str) -> Measure:
    return next(measure for measure in claim.measures if measure.what.startswith(start))


def of(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value, low, high)


@pytest.mark.parametrize(
    ("every", "states", "judgement"),
    [
        (of(0.01, 0.002, 0.02), (0.01, 0.01), "holds"),
        (of(0.01, 0.002, 0.02), (0.03, -0.01), "holds in part"),  # its sign changes
        (of(0.00, -0.01, 0.01), (0.01, -0.01), "holds in part"),
        (of(-0.01, -0.02, -0.002), (0.01, -0.03), "holds in part"),
        (of(-0.01, -0.02, -0.002), (-0.01, -0.01), "fails"),
        (of(0.00, -0.01, 0.01), (-0.01, -0.001), "fails"),  # nowhere to be seen
        (of(0.01), (0.01, 0.01), "cannot be tested here"),
    ],
)
def test_the_judgement_follows_from_the_figures(
    every: Estimate, states: tuple[float, float], judgement: Judgement
) -> None:
    assert judge(every, [of(state) for state in states]) == judgement


def test_without_a_state_nothing_is_judged() -> None:
    nothing = Estimate(None, None, None)
    assert judge(of(0.01, 0.002, 0.02), [nothing, nothing]) == "cannot be tested here"
    # One sign alone says nothing of the other.
    assert judge(of(0.01, 0.002, 0.02), [of(0.01), nothing]) == "cannot be tested here"
    assert judge(of(-0.01, -0.02, -0.002), [nothing, of(-0.01)]) == "cannot be tested here"


def test_the_payoff_is_the_published_one(by_months: Claim) -> None:
    # Own code on the months to July 2025: +0.17, +1.19 and -1.11 % a month; within 0.05.
    every, negative, positive = by_months.measures[:3]
    assert all(measure.decides for measure in (every, negative, positive))
    figures = [100.0 * (measure.value or 0.0) for measure in (every, negative, positive)]
    assert figures == pytest.approx([0.17, 1.19, -1.11], abs=0.05)
    assert every.low is not None
    assert every.low < 0.0 < (every.high or 0.0)
    assert by_months.judgement == "holds in part"
    # A tenth of 758 months, rounded up.
    assert (every.n, every.first, every.last) == (76, "1962-02", "2025-03")
    assert called(by_months, "shifted signs").value == pytest.approx(0.11, abs=0.015)


def test_eras_share_the_falls_among_them(by_months: Claim) -> None:
    shares = [each for each in by_months.measures if each.n_of == "falls"]
    every, *eras = shares
    assert every.n == sum(era.n or 0 for era in eras)
    beat = [round((each.value or 0.0) * (each.n or 0)) for each in shares]
    assert beat[0] == sum(beat[1:])
    assert (beat[2], eras[1].n) == (7, 8)  # 2000 to 2021: ground truth
    assert by_months.table is not None
    assert len(by_months.table.rows) == every.n


def test_the_words_do_not_split_the_worst_months_of_all_into_those_of_each_sign(
    by_months: Claim,
) -> None:
    # The worst tenth of 281 and of 441 months: 29 and 45, which are not parts of the worst 76.
    assert [measure.n for measure in by_months.measures[:3]] == [76, 29, 45]
    # A correlation of 36 months, known at the end of the month before: from February 1965 on.
    assert min(measure.first for measure in by_months.measures[1:3]) == "1965-02"
    assert "worst 76 months Treasuries earned +0.20 points (-0.95 to +1.16)" in by_months.because
    assert (
        "worst tenth of the months that follow each sign of the stock-bond correlation: after "
        "negative correlation +1.19 points, after positive correlation -1.11 points"
    ) in by_months.because


def test_the_first_figure_since_the_article_is_the_claims_own(by_months: Claim) -> None:
    # Of the months from May 2025 on equity fell in December alone.
    levels = monthly().months.levels(["SPY", "IEF"])
    december = levels.pct_change().loc["2025-12-31"]
    assert december["SPY"] < 0.0
    assert by_months.after[0].what.startswith("Treasuries less bills in equity's down months")
    assert by_months.after[0].value == pytest.approx(december["IEF"] - december["CASH"])
    days = money_flees(daily()).after[0]
    assert days.what == "Treasuries less bills since then"
    # IEF +3.75 % and bills +1.94 % from 2025-04-14 to 2025-09-26, of the published closes.
    assert 100.0 * (days.value or 0.0) == pytest.approx(3.75 - 1.94, abs=0.01)


def test_three_years_since_2022_have_no_interval(by_months: Claim) -> None:
    recent = called(by_months, f"{WHAT}, since 2022")
    assert (recent.low, recent.interval, recent.n) == (None, "", 4)  # a tenth of 39 months
    assert called(by_months, f"{WHAT}, 2000 to 2021").low is not None


def test_what_came_after_is_apart(by_months: Claim) -> None:
    assert all(measure.first >= "2025-04-14" for measure in by_months.after)
    assert all(measure.last <= "2025-04-14" for measure in by_months.measures)
    cut = Exhibits(monthly().months.until(pd.Timestamp("2025-03-31")), None, "")
    assert money_flees(cut).after == ()
    assert money_flees(cut).judgement == by_months.judgement


def test_month_ends_say_what_they_cannot_show(by_months: Claim) -> None:
    assert "none were given" in by_months.missing
    assert by_months.judgement in get_args(Judgement)


def test_a_few_years_are_not_judged() -> None:
    short = Exhibits(monthly().months.until(pd.Timestamp("1966-12-31")), None, "")
    claim = money_flees(short)
    assert claim.judgement == "cannot be tested here"
    assert claim.after == ()


@pytest.mark.parametrize(
    ("ticker", "first", "last", "mean", "hit", "down", "ratio"),
    [
        ("IEF", "2003", "2024", None, None, None, -0.139),
        ("TLT", "2003", "2024", None, None, None, -0.238),
        ("IEF", "2003", "2020", 1.17, 65.2, 69, None),
        ("TLT", "2003", "2020", 2.18, None, 69, None),
        ("IEF", "2021", "2024", -2.18, 5.9, 17, None),
        ("TLT", "2021", "2024", -4.42, None, 17, None),
    ],
)
def test_down_months_of_the_funds_are_as_published(
    ticker: str, first: str, last: str, mean: float | None, hit: float | None, down: int | None,
    ratio: float | None,
) -> None:  # fmt: skip
    days = daily().days
    assert days is not None
    returns = monthly_returns(days, ["SPY", ticker]).loc[first:last].rename(columns={ticker: "IEF"})
    got_mean, got_hit, got_ratio = down_months(returns)
    if ratio is not None:
        assert got_ratio.value == pytest.approx(ratio, abs=0.0006)
    if mean is not None:
        assert 100.0 * (got_mean.value or 0.0) == pytest.approx(mean, abs=0.006)
        assert got_mean.n == down
    if hit is not None:
        assert 100.0 * (got_hit.value or 0.0) == pytest.approx(hit, abs=0.06)


def test_daily_prices_add_april_2025_and_leave_the_judgement(by_months: Claim) -> None:
    claim = money_flees(daily())
    assert claim.judgement == by_months.judgement
    assert claim.measures[:3] == by_months.measures[:3]
    assert claim.table is not None
    assert [row.name[:10] for row in claim.table.rows[-3:]] == ["April 2025"] * 3
    assert claim.missing == ""

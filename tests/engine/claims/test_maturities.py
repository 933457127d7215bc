"""Claim 14: the order of losses by hand, the rule in all its ways, and funds' published years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import Claim, Judgement
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.maturities import (
    judge,
    maturities,
    rising_months,
    risks,
    share_in_order,
)
from tests.engine.claims.real_exhibits import daily, monthly
from tests.ground_truth import FUND_YEARS, FUNDS


@pytest.fixture(scope="module")
def by_months() -> Claim:
    return maturities(monthly())


GROWS = ((0.03, 0.07, 0.12), (-0.05, -0.2, -0.5))


@pytest.mark.parametrize(
    ("share", "deviations", "depths", "judgement"),
    [
        (Estimate(0.7, 0.6, 0.8), *GROWS, "holds"),
        (Estimate(0.55, 0.45, 0.65), *GROWS, "holds in part"),
        (Estimate(0.4, 0.3, 0.49), *GROWS, "fails"),
        (Estimate(0.7, 0.6, 0.8), (0.03, 0.07, 0.06), GROWS[1], "fails"),
        (Estimate(0.7, 0.6, 0.8), GROWS[0], (-0.05, -0.2, -0.1), "fails"),
        (Estimate(0.7, None, None), *GROWS, "cannot be tested here"),
    ],
)
def test_the_judgement_follows_from_the_figures(
    share: Estimate, deviations: tuple[float, ...], depths: tuple[float, ...], judgement: Judgement
) -> None:
    assert judge(share, deviations, depths) == judgement


def test_returns_fall_with_maturity_only_where_both_steps_do() -> None:
    short, middle, long = np.array([[3, 3, 1, 1, 2], [2, 1, 2, 1, 3], [1, 2, 3, 1, 1.0]])
    assert share_in_order(short, middle, long) == 0.2
    # Of resamples one share each.
    assert share_in_order(*(np.stack([leg, leg[::-1]]) for leg in (short, middle, long))).shape == (
        2,
    )


def test_the_first_figure_since_the_article_is_the_claims_own(by_months: Claim) -> None:
    assert by_months.after[0].what == by_months.measures[0].what
    assert by_months.after[0].n == 3  # of the eight months from May 2025 on
    assert [each.what for each in by_months.after[1:3]] == [
        "20-30 years since then", "deepest fall of 20-30 years since then",
    ]  # fmt: skip


def test_rising_months_are_those_at_whose_end_the_yield_was_higher() -> None:
    months = monthly().months.until(pd.Timestamp("2024-12-31"))
    rising = rising_months(months)
    # H.15 month-ends of 2022: up in all but May, July, November; 1.52 to 3.88 % over the year.
    year = [str(month)[-2:] for month in rising.loc["2022"].index]
    assert {"03", "04", "08", "09"} <= set(year)
    assert not {"07", "11"} & set(year)


def test_risks_are_over_the_same_years(by_months: Claim) -> None:
    deviations, depths = risks(daily().days.until(pd.Timestamp("2025-04-14")))  # type: ignore[union-attr]
    # The long funds' deepest falls are of the funds themselves: 2020 to 2023.
    assert [round(100 * depth, 1) for depth in depths[1:]] == [-23.9, -48.4]
    # Constant-maturity 10-year, no roll-down: volatility 7.80 a year; 7-10 years a little less.
    assert deviations[0] < deviations[1] < 0.078 < deviations[2]
    assert by_months.judgement == "holds"


def test_calendar_years_of_the_funds_are_as_published() -> None:
    claim = maturities(daily())
    assert claim.table is not None
    row = next(row for row in claim.table.rows if row.name == "The year 2022")
    published = dict(zip(FUNDS, FUND_YEARS[2022], strict=True))
    shown = dict(zip(("SPY", "SHY", "IEF", "TLT"), row.values, strict=False))
    for ticker, value in published.items():
        assert 100 * (shown[ticker] or 0.0) == pytest.approx(value, abs=0.006)
    # The 10-year yield: 1.52 at the end of 2021, 3.88 at the end of 2022.
    assert row.values[-1] == pytest.approx(236.0, abs=0.5)


@pytest.mark.parametrize("year", ["1994", "2022"])
def test_the_longest_lost_most_when_yields_rose(by_months: Claim, year: str) -> None:
    short, middle, long = (
        next(each.value for each in by_months.measures if each.what == f"{years} in {year}")
        for years in ("1-3 years", "7-10 years", "20-30 years")
    )
    assert short is not None
    assert middle is not None
    assert long is not None
    assert short > middle > long
    # Damodaran's 10-year: -8.04 % in 1994 and -17.83 % in 2022; 7-10 years lost less.
    assert {"1994": -0.0804, "2022": -0.1783}[year] < middle < short


def test_falls_before_the_long_bond_have_a_dash_and_are_not_counted(by_months: Claim) -> None:
    assert by_months.table is not None
    falls = [row for row in by_months.table.rows if not row.name.startswith("The year")]
    complete = [row for row in falls if row.values[3] is not None]
    assert len(falls) > len(complete)
    least = [each for each in by_months.measures if "returned least" in each.what]
    assert {each.n for each in least} == {len(complete)}
    assert sum(each.value or 0.0 for each in least) == pytest.approx(1.0)


def test_issuance_is_not_judged_and_the_page_says_so(by_months: Claim) -> None:
    assert "not judged" in by_months.missing


def test_the_data_to_the_article_decide(by_months: Claim) -> None:
    cut = Exhibits(monthly().months.until(pd.Timestamp("2025-03-31")), None, "")
    claim = maturities(cut)
    assert replace(claim, after=by_months.after, after_words=by_months.after_words) == by_months
    assert claim.after == ()


def test_before_the_long_bond_nothing_is_judged() -> None:
    short = Exhibits(monthly().months.until(pd.Timestamp("1972-12-31")), None, "")
    assert maturities(short).judgement == "cannot be tested here"

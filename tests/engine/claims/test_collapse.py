"""Claim 5: what counts as a collapse, by hand, and the deepest falls of the funds as published."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from backtests.analysis.claims import Claim, Judgement
from backtests.engine.claims.collapse import (
    FUNDS,
    NOMINAL,
    REAL,
    Falls,
    falls_of,
    judge,
    no_collapse,
)
from backtests.engine.claims.exhibits import Exhibits
from data.market import Market
from data.purchasing_power import in_purchasing_power
from tests.conftest import market_of
from tests.engine.claims.real_exhibits import daily, monthly


@pytest.fixture(scope="module")
def by_months() -> Claim:
    return no_collapse(monthly())


def yearly(spy: list[float], ief: list[float]) -> Market:
    days = pd.to_datetime([f"{2000 + year}-12-29" for year in range(len(spy))])
    return market_of(pd.DataFrame({"SPY": spy, "IEF": ief}, index=days))


def fell(money: str, depth: float, months: float, equity: float = -0.5) -> Falls:
    day = pd.Timestamp("2000-01-31")
    return Falls("IEF", money, depth, day, day, None, months, day, day, True, equity)


def test_the_deepest_and_the_longest_fall_by_hand() -> None:
    # Down by a fifth and back after a year; then by a tenth, and not back in three.
    fund = falls_of(yearly([10, 4, 10, 10, 10, 10, 10], [100, 80, 100, 100, 90, 95, 99]), "IEF", "")
    assert fund is not None
    assert fund.depth == pytest.approx(-0.2)
    assert (fund.start.year, fund.end.year) == (2000, 2001)
    assert fund.recovered == pd.Timestamp("2002-12-29")
    assert fund.longest_start == pd.Timestamp("2003-12-29")
    assert fund.longest_end == pd.Timestamp("2006-12-29")
    assert fund.longest_open
    assert fund.longest == pytest.approx(36.0, abs=0.1)
    assert fund.equity_depth == pytest.approx(-0.6)
    assert not fund.is_collapse


def test_equity_is_measured_on_the_days_of_the_fund() -> None:
    market = yearly([10, 4, 10, 9, 10], [float("nan"), float("nan"), 100, 80, 100])
    fund = falls_of(market, "IEF", "")
    assert fund is not None
    assert fund.equity_depth == pytest.approx(-0.1)  # not the -60 % before its first day
    assert fund.is_collapse


def test_what_never_fell_has_no_falls() -> None:
    assert falls_of(yearly([1, 2], [1, 2]), "IEF", "") is None


@pytest.mark.parametrize(
    ("depth", "months", "is_collapse"),
    [(-0.49, 119.0, False), (-0.51, 12.0, True), (-0.1, 120.0, True), (-0.5, 119.9, False)],
)
def test_a_collapse_is_deeper_than_equity_s_or_takes_ten_years(
    depth: float, months: float, is_collapse: bool
) -> None:
    assert fell(NOMINAL, depth, months).is_collapse is is_collapse


@pytest.mark.parametrize(
    ("nominal", "real", "judgement"),
    [
        ((12.0, 12.0), (12.0, 12.0), "holds"),
        ((12.0, 12.0), (12.0, 150.0), "holds in part"),
        ((12.0, 12.0), (150.0, 150.0), "fails"),
        ((12.0, 150.0), (12.0, 12.0), "fails"),
    ],
)
def test_the_judgement_follows_from_the_figures(
    nominal: tuple[float, ...], real: tuple[float, ...], judgement: Judgement
) -> None:
    every = [fell(NOMINAL, -0.1, months) for months in nominal]
    every += [fell(REAL, -0.1, months) for months in real]
    assert judge(every) == judgement


def test_the_funds_fell_as_published() -> None:
    days = daily().days
    assert days is not None
    own = days.on(days.sessions[days.sessions >= "2002-07-30"])
    falls = {ticker: falls_of(own, ticker, NOMINAL) for ticker in FUNDS}
    shown = {ticker: round(100 * fall.depth, 1) for ticker, fall in falls.items() if fall}
    assert shown == {"SHY": -5.7, "IEF": -23.9, "TLT": -48.4}
    for ticker in ("IEF", "TLT"):
        fall = falls[ticker]
        assert fall is not None
        assert fall.dates == "2020-08-04 to 2023-10-19"
        assert fall.recovered is None


def test_daily_closes_show_the_same_long_falls_as_month_ends(by_months: Claim) -> None:
    claim = no_collapse(daily())
    assert claim.judgement == by_months.judgement == "fails"
    deepest = next(each for each in claim.measures if each.what.startswith("deepest fall in money"))
    assert 100 * (deepest.value or 0.0) == pytest.approx(-48.4, abs=0.05)
    assert (deepest.first, deepest.last, deepest.decides) == ("2020-08-04", "2023-10-19", True)
    assert "Daily prices" in by_months.missing
    assert "Daily prices" not in claim.missing


def test_short_daily_prices_stand_beside_the_months_and_do_not_judge(by_months: Claim) -> None:
    exhibits = daily()
    assert exhibits.days is not None
    late = exhibits.days.on(exhibits.days.sessions[exhibits.days.sessions >= "2002-07-30"])
    claim = no_collapse(replace(exhibits, days=late))
    assert (claim.judgement, claim.table) == (by_months.judgement, by_months.table)
    added = claim.measures[len(by_months.measures) :]
    assert [round(100 * (each.value or 0.0), 1) for each in added] == [-5.7, -23.9, -48.4]


def test_real_money_is_money_of_the_day_over_consumer_prices() -> None:
    # The law on one fall by hand: real depth is the nominal change over that of consumer prices.
    months = monthly().months
    real = falls_of(in_purchasing_power(months), "IEF", REAL)
    assert real is not None
    assert months.cpi_by_month is not None
    prices = months.prices["IEF"]
    cpi = months.cpi_by_month
    cpi.index = pd.PeriodIndex(cpi.index, freq="M")
    paid = prices[real.end] / prices[real.start]
    dearer = cpi[real.end.to_period("M")] / cpi[real.start.to_period("M")]
    assert real.depth == pytest.approx(paid / dearer - 1.0, abs=1e-9)
    assert dearer > 2.0  # prices more than doubled from 1967 to 1981


def test_the_table_has_each_maturity_in_both_kinds_of_money(by_months: Claim) -> None:
    assert by_months.table is not None
    assert [row.name.split(" (")[0] for row in by_months.table.rows] == [
        f"{years}, in {money}" for money in (NOMINAL, REAL) for years in FUNDS.values()
    ]
    # Since July 2020 the long end has not come back: a dash.
    assert by_months.table.rows[2].values[2] is None


def test_it_is_said_by_what_it_collapsed_and_that_equity_took_as_long() -> None:
    because = no_collapse(daily()).because
    # Worked out anew: 16.3, 18.5 and 13.0 years below a peak, equity 13.1; none fell deeper.
    assert "1-3 years, 7-10 years, 20-30 years, by its time and not by its depth" in because
    assert "Equity's own longest was 13.1 years." in because
    assert "no collapse." in because


def test_the_first_figure_since_the_article_is_of_the_maturity_that_fell_deepest(
    by_months: Claim,
) -> None:
    (nominal,) = (each for each in by_months.measures if each.what.startswith("deepest fall in m")
                  and each.decides)  # fmt: skip
    assert nominal.what.endswith("20-30 years")
    assert by_months.after[0].what == "deepest fall since then: 20-30 years"


def test_what_refutes_it_is_the_first_figure(by_months: Claim) -> None:
    # By month-ends the long end fell deeper than equity since 1973, and 7-10 years took 18.6.
    real = [each.what for each in by_months.measures[:4]]
    assert [what.partition(" in ")[2][:16] for what in real] == ["purchasing power"] * 2 + [
        "money of the day"
    ] * 2
    # By daily closes none fell deeper, so that the time alone refutes it.
    first = no_collapse(daily()).measures[0]
    assert first.what == "longest time below a peak in purchasing power: 7-10 years"


def test_the_data_to_the_article_decide(by_months: Claim) -> None:
    cut = Exhibits(monthly().months.until(pd.Timestamp("2025-03-31")), None, "none were given")
    claim = no_collapse(cut)
    assert replace(claim, after=by_months.after, after_words=by_months.after_words) == by_months
    assert claim.after == ()


def test_ten_years_cannot_be_tested_on_five() -> None:
    short = Exhibits(monthly().months.until(pd.Timestamp("1966-12-31")), None, "")
    assert no_collapse(short).judgement == "cannot be tested here"

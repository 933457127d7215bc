"""Claim 8: real returns abroad by hand, and what the data cannot decide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.sovereigns import (
    inflation_by_the_article,
    real_months,
    sovereigns,
)
from data.bundled import world
from data.market import CASH
from tests.engine.claims.world_exhibits import bundled_months, row_of, the, with_prices


def by_month(series: pd.Series) -> pd.Series:
    return series.set_axis(pd.DatetimeIndex(series.index).to_period("M"))


def test_real_months_in_yen_by_hand():
    months = bundled_months().months
    real = real_months(months, "JPY")
    assert real is not None
    dollars = by_month(months.prices["IEF"])
    level = dollars * world.exchange_table()["jpy"] / world.price_table()["jp"]
    expected = level["2008-10"] / level["2008-09"] - 1.0
    assert real.returns.loc["2008-10", "IEF"] == pytest.approx(expected)
    whole = level["2025-03"] / level["1992-10"]
    assert (1.0 + real.returns.loc[:"2025-03", "IEF"]).prod() == pytest.approx(whole)


def test_real_months_in_dollars_by_hand():
    months = bundled_months().months
    real = real_months(months, "USD")
    assert real is not None
    prices = by_month(months.home_cpi)
    bills = by_month(months.cash)
    expected = bills["1980-03"] / bills["1980-02"] / (prices["1980-03"] / prices["1980-02"]) - 1.0
    assert real.returns.loc["1980-03", CASH] == pytest.approx(expected)


def test_a_currency_without_consumer_prices_has_no_real_months():
    assert real_months(bundled_months().months, "AUD") is None


def test_treasuries_that_are_bills_leave_as_much_as_bills():
    months = bundled_months().months
    same = with_prices(months, IEF=months.cash.to_numpy())
    claim = sovereigns(Exhibits(same, None, ""))
    apart = the(claim, "less dollar bills")
    assert (apart.value, apart.low, apart.high) == pytest.approx((0.0, 0.0, 0.0))


def test_inflation_by_the_article_is_that_of_february():
    prices = world.price_table()["jp"].dropna()
    inflation, month = inflation_by_the_article(prices)
    assert month == "2025-02"
    assert inflation == pytest.approx(prices["2025-02"] / prices["2024-02"] - 1.0)
    assert 0.035 < inflation < 0.039  # 3.7 %, as Japan's statistics bureau published
    known_then = inflation_by_the_article(prices[:"2025-02"])
    assert known_then == (inflation, month)
    assert np.isnan(inflation_by_the_article(None)[0])


def test_it_cannot_be_tested_and_says_what_is_missing():
    claim = sovereigns(bundled_months())
    assert (claim.number, claim.judgement) == (8, "cannot be tested here")
    assert "ten-year yields of other sovereigns" in claim.missing
    assert not any(measure.decides for measure in claim.measures)
    japan = the(claim, "Japan on 2025-04-14")
    inflation, _ = inflation_by_the_article(world.price_table()["jp"])
    assert japan.value == pytest.approx(0.0145 - inflation)


def test_windows_end_with_the_article_or_with_consumer_prices():
    claim = sovereigns(bundled_months())
    yen = the(claim, "less the JPY money market")
    assert (yen.first, yen.last, yen.n) == ("1992-11", "2025-03", 389)
    fund, cash, apart, count = row_of(claim, "JPY")
    assert count == yen.n
    assert apart == yen.value == pytest.approx(fund - cash)
    assert yen.low < yen.value < yen.high
    # British consumer prices end in December 2022 and carry a real month for three months more.
    assert the(claim, "less the GBP money market").last == "2023-03"
    assert all(measure.first == "2025-05" for measure in claim.after)
    assert not any("GBP" in measure.what for measure in claim.after)


def test_before_there_are_currencies_it_still_answers():
    early = bundled_months().months.until(pd.Timestamp("1965-12-31"))
    claim = sovereigns(Exhibits(early, None, ""))
    assert claim.judgement == "cannot be tested here"
    assert [row.name for row in claim.table.rows] == ["USD, 1962-02 to 1965-12"]
    assert claim.after == ()

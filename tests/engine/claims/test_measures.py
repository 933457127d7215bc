"""What all claims share: where the article cuts the data, and figures as records."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import Measure
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import (
    after,
    before,
    finest,
    measured,
    monthly_returns,
    span,
)
from data import bundled
from data.market import Market
from tests.conftest import market_of


@pytest.fixture(scope="module")
def months() -> Market:
    return bundled.load(["SPY", "IEF"])


def daily(first: str, last: str) -> Market:
    days = pd.bdate_range(first, last)
    levels = pd.DataFrame({"SPY": np.linspace(100.0, 120.0, len(days))}, index=days)
    return market_of(levels)


def test_months_before_the_article_end_with_march_2025_and_later_ones_begin_at_april_s_end(
    months: Market,
) -> None:
    assert before(months).sessions[-1] == pd.Timestamp("2025-03-31")
    later = after(months)
    assert later is not None
    assert later.sessions[0] == pd.Timestamp("2025-04-30")  # base: May has the first return
    assert monthly_returns(later, ["SPY"]).index[0] == pd.Period("2025-05", "M")


def test_the_article_s_own_day_is_the_last_before_it_and_the_base_of_what_came_after() -> None:
    market = daily("2025-01-02", "2025-06-30")
    assert before(market).sessions[-1] == pd.Timestamp("2025-04-14")
    later = after(market)
    assert later is not None
    assert later.sessions[0] == pd.Timestamp("2025-04-14")
    # A month that is not over by then has no return.
    assert monthly_returns(before(market), ["SPY"]).index[-1] == pd.Period("2025-03", "M")


def test_there_is_nothing_after_the_article_in_data_that_end_with_it() -> None:
    assert after(daily("2025-01-02", "2025-04-14")) is None
    assert after(daily("2025-01-02", "2025-03-31")) is None


def test_daily_prices_are_looked_at_where_they_have_every_ticker(months: Market) -> None:
    days = daily("2025-01-02", "2025-06-30")
    exhibits = Exhibits(months, days, "")
    assert finest(exhibits, ["SPY"]) is days
    assert finest(exhibits, ["SPY", "IEF"]) is months
    assert finest(replace(exhibits, days=None), ["SPY"]) is months
    # What needs the decades since 1962 is not asked of half a year.
    assert finest(exhibits, ["SPY"], as_long=True) is months
    early = daily("1962-12-31", "1963-06-28")
    assert finest(replace(exhibits, days=early), ["SPY"], as_long=True) is early


def test_a_figure_names_its_interval_only_where_there_is_one() -> None:
    index = pd.period_range("2000-01", "2000-03", freq="M")
    assert measured(
        "payoff", Estimate(0.01, -0.01, 0.02), "percent", 3, "months", index, decides=True
    ) == Measure(
        "payoff", 0.01, "percent", -0.01, 0.02, "90 %, resampled", 3, "months", "2000-01",
        "2000-03", decides=True,
    )  # fmt: skip
    bare = measured("payoff", 0.01, "percent")
    assert (bare.value, bare.low, bare.interval, bare.n) == (0.01, None, "", None)
    assert measured("payoff", math.nan, "percent").value is None
    assert measured("payoff", None, "percent").value is None


def test_a_span_is_in_months_or_in_days() -> None:
    assert span(pd.period_range("2000-01", "2000-03", freq="M")) == ("2000-01", "2000-03")
    assert span(pd.DatetimeIndex(["2000-01-03", "2000-01-04"])) == ("2000-01-03", "2000-01-04")
    assert span(pd.DatetimeIndex([])) == ("", "")

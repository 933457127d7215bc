"""The bundled months abroad."""

from __future__ import annotations

import pandas as pd

from backtests.engine.claims.home_money import HOMES, at_home, since_article, until_article
from data.currency.conversion import Conversion
from data.load import load_market
from tests.engine.claims.world_exhibits import bundled_months


def test_dollars_as_the_currency_change_nothing():
    months = bundled_months().months
    assert at_home(months, "USD") is months


def test_abroad_is_what_loading_in_that_currency_gives():
    months = bundled_months().months
    for code in HOMES:
        loaded = load_market("bundled", months.tickers, conversion=Conversion(code))
        ours = at_home(months, code)
        assert ours is not None
        pd.testing.assert_frame_equal(ours.prices, loaded.prices)
        pd.testing.assert_series_equal(ours.cash, loaded.cash)


def test_a_currency_without_months_in_common_is_left_out():
    early = bundled_months().months.until(pd.Timestamp("1998-06-30"))
    assert at_home(early, "EUR") is None
    assert at_home(early, "GBP") is not None


def test_the_month_of_the_article_is_on_neither_side():
    months = pd.DataFrame({"any": 0.0}, pd.period_range("2025-02", "2025-06", freq="M"))
    assert [str(month) for month in until_article(months).index] == ["2025-02", "2025-03"]
    assert [str(month) for month in since_article(months).index] == ["2025-05", "2025-06"]

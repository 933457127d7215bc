"""Rates and prices of each month: the source's own first, then the bundled table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.background import background, ten_year
from data.market import CASH, Market


def market(**rates: object) -> Market:
    days = pd.bdate_range("2020-01-02", "2021-12-31")
    prices = pd.DataFrame({"SPY": np.linspace(100, 120, len(days))}, days)
    return Market(
        source="made", title="made", prices=prices, cash=pd.Series(100.0, days, name=CASH),
        periods_per_year=252, provenance={}, **rates,
    )  # fmt: skip


def test_a_source_without_rates_has_those_of_the_table():
    months = background(market())
    table = bundled.table()
    assert months.loc["2020-03", "y10"] == table.loc["2020-03", "cmt_10y_pct"]
    assert months.loc["2020-03", "policy_rate"] == table.loc["2020-03", "fed_funds_pct"]
    # What is known by the end of March are the prices of February.
    assert months.loc["2020-03", "cpi"] == table.loc["2020-02", "cpi_sa"]
    assert ten_year(market()) is None


def test_a_source_that_has_rates_is_taken_at_its_word():
    days = market().sessions
    own = market(
        yields=pd.DataFrame({10.0: 3.0 + np.arange(len(days)) / 1000}, days),
        policy_rate=pd.Series(1.25, days, name="policy_rate"),
        cpi=pd.Series(200.0, days, name="cpi"),
    )
    months = background(own)
    last = days[days < "2020-04-01"][-1]
    assert months.loc["2020-03", "y10"] == own.yields.loc[last, 10.0]
    assert months.loc["2020-03", "policy_rate"] == 1.25
    assert months.loc["2019-12", "policy_rate"] == bundled.table().loc["2019-12", "fed_funds_pct"]
    # Carried back by the table's changes: twelve months' inflation has no step in it.
    change = months.loc["2020-01", "cpi"] / months.loc["2019-12", "cpi"]
    table = bundled.table()["cpi_sa"]
    assert change == pytest.approx(table["2019-12"] / table["2019-11"])
    assert months.loc["2021-06", "cpi"] == 200.0


def test_prices_of_the_source_are_carried_on_by_the_tables_changes():
    days = pd.bdate_range("2020-01-02", "2021-12-31")
    # On a level of its own, and at another one at its end than at its beginning.
    own = pd.Series(np.linspace(1000.0, 1300.0, len(days)), days)
    own.loc["2021-07-01":] = np.nan
    prices = background(market(cpi=own))["cpi"]

    first, last = own[:"2020-01-31"].iloc[-1], own[:"2021-06-30"].iloc[-1]
    assert last > 1.2 * first
    assert (prices["2020-01"], prices["2021-06"]) == (first, last)
    # After the source's last figure and before its first by the changes of the published index
    # (CPIAUCSL), each figure public a month later: 278.799 for November 2021 against 268.452 for
    # May, and 126.3 for December 1989 against 258.63 for December 2019.
    assert prices["2021-12"] / last == pytest.approx(278.799 / 268.452)
    assert prices["1990-01"] / first == pytest.approx(126.3 / 258.63)


def test_a_ten_year_yield_is_carried_over_a_holiday():
    days = market().sessions
    yields = pd.DataFrame({10.0: 4.0, 2.0: 3.0}, days)
    yields.iloc[5] = np.nan
    assert ten_year(market(yields=yields)).iloc[5] == 4.0
    assert ten_year(market(yields=yields[[2.0]])) is ten_year(market()) is None

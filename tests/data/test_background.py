"""Rates and prices of each month: the source's own first, then the bundled table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.background import background, ten_year
from data.market import CASH, Market


def market(**known: object) -> Market:
    days = pd.bdate_range("2020-01-02", "2021-12-31")
    prices = pd.DataFrame({"SPY": np.linspace(100, 120, len(days))}, days)
    return Market(
        source="made", title="made", prices=prices, cash=pd.Series(100.0, days, name=CASH),
        periods_per_year=252, provenance={}, **known,
    )  # fmt: skip


def test_a_source_without_rates_has_those_of_the_table():
    found = background(market())
    table = bundled.table()
    assert found.loc["2020-03", "y10"] == table.loc["2020-03", "cmt_10y_pct"]
    assert found.loc["2020-03", "policy_rate"] == table.loc["2020-03", "fed_funds_pct"]
    # What is known by the end of March are the prices of February.
    assert found.loc["2020-03", "cpi"] == table.loc["2020-02", "cpi_sa"]
    assert ten_year(market()) is None


def test_a_source_that_has_rates_is_taken_at_its_word():
    days = market().sessions
    own = market(
        yields=pd.DataFrame({10.0: 3.0 + np.arange(len(days)) / 1000}, days),
        policy_rate=pd.Series(1.25, days, name="policy_rate"),
        cpi=pd.Series(200.0, days, name="cpi"),
    )
    found = background(own)
    last = days[days < "2020-04-01"][-1]
    assert found.loc["2020-03", "y10"] == own.yields.loc[last, 10.0]
    assert found.loc["2020-03", "policy_rate"] == 1.25
    assert found.loc["2019-12", "policy_rate"] == bundled.table().loc["2019-12", "fed_funds_pct"]
    # Carried back by the table's changes: twelve months' inflation has no step in it.
    change = found.loc["2020-01", "cpi"] / found.loc["2019-12", "cpi"]
    table = bundled.table()["cpi_sa"]
    assert change == pytest.approx(table["2019-12"] / table["2019-11"])
    assert found.loc["2021-06", "cpi"] == 200.0


def test_prices_of_the_source_are_carried_on_by_the_tables_changes():
    table = bundled.load(["SPY"]).cpi.dropna()
    months = pd.bdate_range("2020-01-02", "2021-12-31")
    own = pd.Series(1000.0, months)  # on a level of its own, without a change
    own.loc["2021-07-01":] = np.nan
    prices = background(market(cpi=own))["cpi"]
    known = table.set_axis(table.index.to_period("M"))
    assert prices["2021-06"] == 1000.0
    # After the last of the source and before its first, month by month as the table has it.
    assert prices["2021-12"] / 1000.0 == pytest.approx(known["2021-12"] / known["2021-06"])
    assert prices["1990-01"] / 1000.0 == pytest.approx(known["1990-01"] / known["2020-01"])


def test_a_ten_year_yield_is_carried_over_a_holiday():
    days = market().sessions
    yields = pd.DataFrame({10.0: 4.0, 2.0: 3.0}, days)
    yields.iloc[5] = np.nan
    assert ten_year(market(yields=yields)).iloc[5] == 4.0
    assert ten_year(market(yields=yields[[2.0]])) is ten_year(market()) is None

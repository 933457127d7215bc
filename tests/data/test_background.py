"""Rates and prices of each month: the source's own first, then the bundled table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.regimes import regimes
from data import bundled
from data.align import market_of
from data.background import (
    background,
    background_by_the_end,
    home_prices,
    is_month_over,
    note_on_prices,
    ten_year,
)
from data.bundled import world
from data.checks.exchange import NYSE
from data.currency.conversion import Conversion
from data.load import load_market
from data.market import CASH, Market
from data.sources import files
from data.treasuries.rates import Rates


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


def test_the_one_year_yield_stands_beside_the_ten_year_yield():
    days = market().sessions
    curve = pd.DataFrame({1.0: 0.5, 10.0: 2.0}, days)
    curve.loc["2021-01-01":] = np.nan
    own = market(yields=curve)
    months, table = background(own), bundled.table()
    assert list(months.loc["2020-06", ["y1", "y10"]]) == [0.5, 2.0]
    assert list(months.loc["2019-06", ["y1", "y10"]]) == [
        table.loc["2019-06", "cmt_1y_pct"], table.loc["2019-06", "cmt_10y_pct"],
    ]  # fmt: skip
    assert months.loc["2021-06", "y1"] == table.loc["2021-06", "cmt_1y_pct"]


@pytest.mark.parametrize(("last", "is_over"), [("2021-11-29", False), ("2021-11-30", True)])
def test_by_the_end_nothing_is_there_that_came_after_it(last, is_over):
    cut = market().until(pd.Timestamp(last))
    months, every = background_by_the_end(cut), background(cut)
    assert is_month_over(cut) is is_over
    assert str(months.index[-1]) == "2021-11"
    pd.testing.assert_frame_equal(months.iloc[:-1], every.loc[:"2021-10"])
    if is_over:
        pd.testing.assert_series_equal(months.iloc[-1], every.loc["2021-11"])
    else:  # the market has no rates of its own, and the table's are those of the month's end
        assert months.iloc[-1].isna().all()


def test_a_monthly_row_is_a_whole_month():
    assert is_month_over(bundled.load(["SPY"]).until(pd.Timestamp("2025-11-30")))


def test_a_source_that_has_rates_is_taken_at_its_word():
    days = market().sessions
    own = market(
        yields=pd.DataFrame({10.0: 3.0 + np.arange(len(days)) / 1000}, days),
        policy_rate=pd.Series(1.25, days, name="policy_rate"),
        cpi_by_month=pd.Series(200.0, pd.date_range("2019-12-01", "2021-10-01", freq="MS")),
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
    # On a level of its own, and at another one at its end than at its beginning.
    months = pd.date_range("2019-12-01", "2021-05-01", freq="MS")
    own = pd.Series(np.linspace(1000.0, 1300.0, len(months)), months)
    prices = background(market(cpi_by_month=own))["cpi"]

    first, last = own.iloc[0], own.iloc[-1]
    assert last > 1.2 * first
    assert (prices["2020-01"], prices["2021-06"]) == (first, last)
    # After the source's last figure and before its first by the changes of the published index
    # (CPIAUCSL), each figure public a month later: 278.799 for November 2021 against 268.452 for
    # May, and 126.3 for December 1989 against 258.63 for December 2019.
    assert prices["2021-12"] / last == pytest.approx(278.799 / 268.452)
    assert prices["1990-01"] / first == pytest.approx(126.3 / 258.63)


def test_prices_join_at_a_month_that_both_have():
    # The source begins in October 2025, which the table lacks: they meet a month later.
    months = pd.DatetimeIndex(["2025-10-01", "2025-11-01"])
    own = market(cpi_by_month=pd.Series([90.0, 100.0], months))
    prices = background(own)["cpi"]
    # CPIAUCSL: 324.245 for September 2025 against 325.063 for November, public a month later.
    assert prices["2025-10"] == pytest.approx(100.0 * 324.245 / 325.063)
    assert (prices["2025-11"], prices["2025-12"]) == (90.0, 100.0)
    # Prices that share no month with the table are not joined to it at all.
    later = market(cpi_by_month=pd.Series(100.0, pd.date_range("2027-01-01", periods=3, freq="MS")))
    known = background(later)["cpi"]
    assert list(known.dropna().index.astype(str)) == ["2027-02", "2027-03", "2027-04"]


def test_prices_of_the_source_reach_back_as_far_as_they_go():
    months = pd.date_range("1950-01-01", "2021-05-01", freq="MS")
    own = pd.Series(np.linspace(20.0, 300.0, len(months)), months)
    prices = background(market(cpi_by_month=own))["cpi"]
    assert prices["1950-02"] == 20.0
    assert prices["1990-01"] == own["1989-12-01"]


def test_a_market_that_begins_before_the_table_keeps_its_own_prices():
    # A folder's CPI from 1947 and prices from 1954: both begin before the table does.
    days = pd.bdate_range("1954-01-04", "1975-12-31")
    months = pd.date_range("1947-01-01", "1975-11-01", freq="MS")
    own = pd.Series(20.0 * 1.003 ** np.arange(len(months)), months)
    early = Market(
        source="made", title="made", prices=pd.DataFrame({"SPY": 100.0}, days),
        cash=pd.Series(100.0, days, name=CASH), periods_per_year=252, provenance={},
        cpi_by_month=own,
    )  # fmt: skip
    prices = background(early)["cpi"]
    # Each figure is its own, a month after the month that it is about.
    assert prices[:"1975-12"].to_numpy() == pytest.approx(own.to_numpy())
    assert str(prices.index[0]) == "1947-02"
    # From there on by the changes of CPIAUCSL: 55.6 for December 1975, 55.9 for February 1976.
    assert prices["1976-03"] / prices["1976-01"] == pytest.approx(55.9 / 55.6)


def test_prices_from_1947_label_every_month_since_the_funds_proxies_begin(rates_folder):
    """A label needs a change over a year, 114 of them for the median, and is of the month after."""
    market = files.load(rates_folder.parent, ["SPY", "IEF"], extend=True)
    months = background(market).loc["1947-02":"2025-08"]
    nothing = pd.Series(0.0, months.index)

    def label(cpi: pd.Series) -> pd.Series:
        return regimes(nothing, cpi, nothing, nothing)[0]["inflation"]

    inflation = label(months["cpi"])
    assert str(inflation.first_valid_index()) == "1957-08"
    assert inflation["1962-02":].notna().all()
    # By figures that are known only since the market began, at the end of 1953, the 114th change
    # is that of May 1964: February 1962 to May 1964 would have none.
    late = months["cpi"].where(months.index >= "1953-12")
    assert label(late)["1962-02":].isna().sum() == 28


def policy_labels(policy_rate: pd.Series) -> pd.Series:
    nothing = pd.Series(1.0, policy_rate.index)
    return regimes(nothing, nothing, policy_rate, nothing)[0]["policy rate"]["1962-06":"2025-08"]


def test_labels_of_a_daily_policy_rate_are_those_of_its_published_averages(rates_folder):
    """FRED's FEDFUNDS, the averages of DFF, label 759 months; its month-ends alone miss 113."""
    market = files.load(rates_folder.parent, ["SPY", "IEF"], extend=True)
    averages = policy_labels(bundled.table()["fed_funds_pct"])
    raw = files.read_rates(rates_folder).policy_rate
    public = pd.Series(raw.to_numpy(), raw.index + pd.Timedelta(days=1))
    shown = public.reindex(market.sessions, method="ffill")
    by_month = shown.groupby(market.sessions.to_period("M")).last()
    assert len(averages) == 759
    assert (policy_labels(by_month) != averages).sum() == 113
    labels = policy_labels(background(market)["policy_rate"].loc["1962-01":"2025-08"])
    assert (labels != averages).sum() < 40


def rates_that_end(days: pd.DatetimeIndex, ends: str) -> Market:
    raw = pd.Series(5.0, days).loc[:ends]
    return market_of(
        {"SPY": pd.Series(np.linspace(100, 120, len(days)), days, name="SPY")},
        source="made", title="made", rates=Rates(yields=raw.to_frame(10.0), policy_rate=raw),
    )  # fmt: skip


def test_rates_that_ended_are_continued_by_the_table_and_not_carried_on():
    own = rates_that_end(market().sessions, "2020-06-12")
    months, table = background(own), bundled.table()
    assert list(months.loc["2020-05", ["y10", "policy_rate"]]) == [5.0, 5.0]
    for month in ("2020-06", "2020-07"):  # half of June is no month
        assert months.loc[month, "y10"] == table.loc[month, "cmt_10y_pct"]
        assert months.loc[month, "policy_rate"] == table.loc[month, "fed_funds_pct"]
    # A rule sees the last figure all the same, and the run says so.
    assert own.policy_rate.iloc[-1] == 5.0
    assert "the policy rate ends on 2020-06-12 and is carried on from there for rules" in own.notes


def test_the_newest_month_of_a_market_may_be_under_way():
    days = market().sessions
    own = rates_that_end(days[days <= "2020-06-12"], "2020-06-12")
    assert list(background(own).loc["2020-06", ["y10", "policy_rate"]]) == [5.0, 5.0]


def test_a_gap_in_a_rate_is_filled_by_the_table():
    days = pd.bdate_range("2000-01-03", "2004-12-31")
    raw = pd.Series(5.0, days)[(days.year < 2001) | (days.year > 2003)]
    own = market_of(
        {"SPY": pd.Series(np.linspace(100, 120, len(days)), days, name="SPY")},
        source="made", title="made", rates=Rates(policy_rate=raw),
    )  # fmt: skip
    # Federal Reserve, G.13: 1.73, 1.74 and 1.73 in the first months of 2002.
    assert background(own).loc["2002-01":"2002-03", "policy_rate"].tolist() == [1.73, 1.74, 1.73]
    assert background(own).loc["2000-12", "policy_rate"] == 5.0


def test_an_average_is_that_of_its_month_where_the_last_weekday_is_a_holiday():
    """Monday 31 May 2021 was Memorial Day, the last session of May the 28th."""
    sessions = NYSE.sessions(pd.Timestamp("2021-01-04"))
    sessions = sessions[(sessions >= "2021-01-04") & (sessions <= "2021-07-30")]
    averages = pd.Series([1.0, 2, 3, 4, 5, 6, 7], pd.date_range("2021-01-01", periods=7, freq="MS"))
    own = market_of(
        {"SPY": pd.Series(np.linspace(100, 120, len(sessions)), sessions, name="SPY")},
        source="made", title="made", rates=Rates(policy_rate=averages),
    )  # fmt: skip
    policy = own.policy_rate
    assert (policy["2021-05-27"], policy["2021-05-28"], policy["2021-06-29"]) == (4.0, 5.0, 5.0)
    assert background(own).loc["2021-01":"2021-07", "policy_rate"].tolist() == averages.tolist()


def test_a_ten_year_yield_is_carried_for_a_month_and_no_longer():
    days = market().sessions
    carried = ten_year(rates_that_end(days, "2020-06-12"))
    # 30 of 365.25 days are 21 of 252 sessions.
    last = days.get_loc("2020-06-12") + 21
    assert carried.iloc[last] == 5.0
    assert carried.iloc[last + 1 :].isna().all()


def test_a_missing_month_is_noted_from_whatever_source_the_verdict_uses():
    days = pd.bdate_range("2024-01-02", "2026-03-31")
    made = {
        "source": "made", "title": "made", "prices": pd.DataFrame({"SPY": 100.0}, days),
        "cash": pd.Series(100.0, days, name=CASH), "periods_per_year": 252, "provenance": {},
    }  # fmt: skip
    (note,) = note_on_prices(Market(**made), days[0])  # by the table, which lacks October 2025
    assert note.startswith("there is no CPI of 2025-10: ")
    whole = pd.Series(300.0, pd.date_range("2015-01-01", "2026-01-01", freq="MS"))
    assert note_on_prices(Market(**made, cpi_by_month=whole), days[0]) == []
    # Before the month after it is public nobody knows that it is missing.
    assert note_on_prices(Market(**made).until(pd.Timestamp("2025-11-28")), days[0]) == []
    assert note_on_prices(Market(**made).until(pd.Timestamp("2025-12-31")), days[0]) == [note]


def test_a_ten_year_yield_is_carried_over_a_holiday():
    days = market().sessions
    yields = pd.DataFrame({10.0: 4.0, 2.0: 3.0}, days)
    yields.iloc[5] = np.nan
    assert ten_year(market(yields=yields)).iloc[5] == 4.0
    assert ten_year(market(yields=yields[[2.0]])) is ten_year(market()) is None


# --- prices where the investor lives ----------------------------------------------------------


def test_in_dollars_prices_are_those_of_the_background():
    own = market()
    assert home_prices(own).equals(background(own)["cpi"])


@pytest.mark.parametrize(("code", "column"), [("JPY", "jp"), ("EUR", "de_ez"), ("CHF", "ch")])
def test_in_another_currency_prices_are_those_of_its_country_a_month_after_their_own(code, column):
    abroad = load_market("bundled", ["SPY", "IEF"], conversion=Conversion(currency=code))
    prices = home_prices(abroad)
    table = world.price_table()[column]
    assert prices["2011-11"] == table["2011-10"]
    assert prices["2022-01"] == table["2021-12"]
    # A year's change is that of the publisher: Switzerland 2.8 % in December 2022.
    if code == "CHF":
        assert prices["2023-01"] / prices["2022-01"] - 1 == pytest.approx(0.028, abs=0.0005)
    # Of the last month itself nothing is public yet.
    last = abroad.sessions[-1].to_period("M")
    assert prices.index[-1] == min(last, table.dropna().index[-1] + 1)


def test_prices_that_end_early_and_currencies_without_any_have_no_figure():
    pounds = load_market("bundled", ["SPY", "IEF"], conversion=Conversion(currency="GBP"))
    assert str(home_prices(pounds).index[-1]) == "2023-01"
    yuan = load_market("bundled", ["SPY", "IEF"], conversion=Conversion(currency="CNY"))
    assert home_prices(yuan).empty


def test_a_market_cut_knows_the_prices_that_were_public():
    yen = load_market("bundled", ["SPY", "IEF"], conversion=Conversion(currency="JPY"))
    cut = home_prices(yen.until(pd.Timestamp("2008-09-30")))
    assert str(cut.index[-1]) == "2008-09"
    assert cut.equals(home_prices(yen).loc[:"2008-09"])


@pytest.mark.parametrize(
    ("calendar", "last", "is_over"),
    [
        ("XNYS", "2021-05-28", True),  # Monday 31 May 2021 was Memorial Day
        ("XETR", "2021-05-28", False),  # on which Frankfurt traded
        ("XETR", "2021-05-31", True),
        ("XTKS", "2019-04-26", True),  # Golden Week: closed until 6 May
        ("XNYS", "2019-04-26", False),
    ],
)
def test_a_month_is_over_with_the_last_session_of_its_own_exchange(calendar, last, is_over):
    days = pd.bdate_range("2018-01-02", last)[-200:]
    level = pd.Series(np.linspace(100, 120, len(days)), days, name="A")
    made = market_of({"A": level}, source="made", title="made", calendars={"A": calendar})
    assert is_month_over(made) is is_over

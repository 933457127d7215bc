"""Rates: what is dropped, what bills earn, and when a figure was public."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.align import cash_level
from data.errors import DataError, UnreachableError
from data.sources import fred, live
from data.sources.snapshots import Store
from data.treasuries.curve import fund_level
from data.treasuries.instruments import CATALOGUE
from data.treasuries.rates import Rates, bill_level, bond_equivalent, on_sessions
from tests import yahoo_server as server

DAYS = pd.bdate_range("2024-01-01", "2024-04-30")


def test_figures_on_another_basis_change_no_return():
    index = pd.bdate_range("1972-06-01", "1974-06-28").union(
        pd.bdate_range("1986-06-02", "1994-06-30")
    ).union(pd.bdate_range("2001-06-01", "2007-06-29"))  # fmt: skip
    rng = np.random.default_rng(1)
    steps = rng.normal(0, 0.03, (len(index), 4)).cumsum(axis=0)
    whole = pd.DataFrame(6 + 0.1 * steps, index=index, columns=[1.0, 10.0, 20.0, 30.0])
    official = whole.copy()
    official.loc[:"1973-01-03", 20.0] = np.nan
    official.loc["1987-01-01":"1993-09-30", 20.0] = np.nan
    official.loc["2002-02-19":"2006-02-08", 30.0] = np.nan
    circulating = official.where(official.notna(), whole + 0.7)  # 70 basis points off
    levels = [
        fund_level(Rates(yields=frame).yields, CATALOGUE["TLT"], 252)
        for frame in (official, circulating)
    ]
    pd.testing.assert_series_equal(levels[0], levels[1], check_exact=True)
    assert levels[0].notna().sum() > 3000


def test_a_bill_of_91_days_earns_its_quoted_yield():
    # 4.975 % discount: price 98.742431 (published), so 91 days earn 100 / 98.742431.
    days = pd.date_range("2024-01-01", periods=92, freq="D")
    bill = bond_equivalent(pd.Series(4.975, index=days))
    level = bill_level(bill, days)
    assert level.iloc[-1] / level.iloc[0] == pytest.approx(100 / 98.742431, rel=1e-8)


def test_bills_accrue_the_day_before_over_calendar_days():
    days = pd.DatetimeIndex(["2024-01-05", "2024-01-08", "2024-01-09"])  # a Friday first
    bill = pd.Series([5.0, 0.0, 5.0], index=days)
    level = bill_level(bill, days)
    friday = (1 + 0.05 * 91 / 365) ** (3 / 91)
    assert level.iloc[1] / level.iloc[0] == pytest.approx(friday, rel=1e-12)
    assert level.iloc[2] == pytest.approx(level.iloc[1])


def test_cash_before_the_bill_yield_is_bundled_and_after_it_carries_on():
    sessions = pd.bdate_range("2020-01-01", "2020-12-31")
    bill = pd.Series(1.0, index=pd.bdate_range("2020-03-02", "2020-09-30"))
    cash, _, notes = cash_level(sessions, bill, 252)
    assert notes[0] == "cash before 2020-03-02 earns the bundled one-month bill return"
    assert "sessions without a recent bill yield (first 2020-10-1" in notes[1]
    assert cash.is_monotonic_increasing


def test_cash_after_bill_yield_and_table_carries_the_yield_on():
    sessions = pd.bdate_range("2025-09-01", "2025-12-31")
    bill = pd.Series(1.0, index=sessions[:20])
    cash, _, notes = cash_level(sessions, bill, 252)
    assert notes == [f"cash after {sessions[19]:%Y-%m-%d} earns that day's bill yield"]
    last = cash.iloc[-1] / cash.iloc[-2]
    assert last == pytest.approx((1 + 0.01 * 91 / 365) ** (1 / 91), rel=1e-12)


def test_a_figure_is_seen_when_it_was_public():
    one = pd.Series(np.arange(len(DAYS), dtype=float), index=DAYS)
    months = pd.date_range("2023-11-01", periods=5, freq="MS")
    cpi = pd.Series([100.0, 101, 102, 103, 104], index=months)
    rates = Rates(
        yields=one.to_frame(10.0), policy_rate=one, broad_usd=one + 100, cpi=cpi,
    )  # fmt: skip
    seen = on_sessions(rates, DAYS, 252)
    row = DAYS.get_loc("2024-03-13")  # a Wednesday
    assert seen["yields"][10.0].iloc[row] == row
    assert seen["policy_rate"].iloc[row] == row - 1
    # The broad dollar of that week comes out on the Monday after: on Wednesday the Friday
    # before is the newest, on that Monday this week's.
    assert seen["usd"].loc["2024-03-13"] == 100 + DAYS.get_loc("2024-03-08")
    assert seen["usd"].loc["2024-03-18"] == 100 + DAYS.get_loc("2024-03-15")
    # January's CPI (102) shows from the last weekday of February on, not a day sooner.
    assert seen["cpi"].loc["2024-02-28"] == 101
    assert seen["cpi"].loc["2024-02-29"] == 102


@pytest.mark.parametrize("ends", [39, 41])
def test_the_dollar_indices_join_on_the_level_of_a_day(ends):
    rng = np.random.default_rng(4)
    dxy = pd.Series(100 * np.exp(rng.normal(0, 0.01, ends + 1).cumsum()), index=DAYS[: ends + 1])
    broad = pd.Series(200 * np.exp(rng.normal(0, 0.01, len(DAYS)).cumsum()), index=DAYS)
    usd = on_sessions(Rates(dxy=dxy, broad_usd=broad), DAYS, 252)["usd"]
    scale = dxy.iloc[-1] / broad.loc[dxy.index[-1]]
    friday = next(row for row in range(ends + 1, ends + 7) if DAYS[row].day_of_week == 4)
    monday = DAYS[friday + 1]
    assert usd.loc[dxy.index[-1]] == dxy.iloc[-1]
    assert usd.loc[monday] == pytest.approx(broad.iloc[friday] * scale, rel=1e-12)


def test_the_dollar_may_end_on_a_day_without_a_session():
    dxy = pd.Series(100.0, index=DAYS[:40])
    broad = pd.Series(200.0, index=DAYS)
    months = pd.date_range("2024-01-31", periods=4, freq="ME")
    assert on_sessions(Rates(dxy=dxy, broad_usd=broad), months, 12)["usd"].tolist() == [100.0] * 4
    daily = on_sessions(Rates(dxy=dxy, broad_usd=broad), DAYS.drop(DAYS[39]), 252)["usd"]
    assert set(daily) == {100.0}


def test_monthly_rows_see_no_yield_of_later_in_the_month():
    first = pd.DatetimeIndex(["2024-02-01", "2024-03-01"])
    yields = pd.DataFrame({10.0: np.arange(len(DAYS), dtype=float)}, index=DAYS)
    seen = on_sessions(Rates(yields=yields), first, 12)["yields"][10.0]
    assert seen.tolist() == [DAYS.get_loc(day) for day in first]


def test_a_session_without_yields_has_none():
    yields = pd.DataFrame({10.0: 4.0}, index=DAYS.drop(DAYS[5]))
    assert np.isnan(on_sessions(Rates(yields=yields), DAYS, 252)["yields"][10.0].iloc[5])


def test_exactly_the_days_on_another_basis_are_dropped():
    days = pd.DatetimeIndex(
        ["1973-01-03", "1973-01-04", "1986-12-31", "1987-01-02", "1993-09-30", "1993-10-01",
         "2002-02-15", "2002-02-19", "2006-02-08", "2006-02-09"]
    )  # fmt: skip
    kept = Rates(yields=pd.DataFrame({10.0: 4.0, 20.0: 5.0, 30.0: 6.0}, index=days)).yields
    assert kept[20.0].isna().tolist() == [True, False, False, True, True, *[False] * 5]
    assert kept[30.0].isna().tolist() == [*[False] * 7, True, True, False]


def test_a_hole_in_the_bill_yield_is_filled_by_the_table_and_said():
    sessions = pd.bdate_range("2007-01-02", "2010-12-31")
    bill = pd.Series(4.8, index=sessions).drop(pd.bdate_range("2008-01-01", "2010-06-30"))
    cash, _, notes = cash_level(sessions, bill, 252)
    # Published bills earned next to nothing in 2009; 4.8 % carried on would be that much.
    assert cash["2009-12-31"] / cash["2008-12-31"] - 1 < 0.005
    assert any("sessions without a recent bill yield (first 2008-01" in note for note in notes)


def test_a_series_that_ends_early_is_named():
    from data.treasuries.rates import stale_notes

    rates = Rates(policy_rate=pd.Series(5.0, index=DAYS))
    (note,) = stale_notes(rates, DAYS[-1] + pd.Timedelta(days=60))
    assert note == "the policy rate ends on 2024-04-30 and is carried on from there"
    assert stale_notes(rates, DAYS[-1]) == []
    curve = Rates(yields=pd.DataFrame({10.0: 4.0, 2.0: None}, index=DAYS, dtype=float))
    (note,) = stale_notes(curve, DAYS[-1] + pd.Timedelta(days=60))
    assert note == "yields end on 2024-04-30: no curve is known after"
    assert stale_notes(curve, DAYS[-1]) == []


def test_an_index_that_is_reweighted_as_a_whole_is_the_same_series():
    from data.sources.fetching import _steps
    from data.sources.fred import BROAD_DOLLAR

    dollar = pd.Series([100.0, 101.0, 99.0, 102.0], pd.bdate_range("2024-01-01", periods=4))
    old, new = (pd.DataFrame({"Value": dollar * scale}) for scale in (1.0, 1.2))
    assert BROAD_DOLLAR.endswith("DTWEXBGS")
    apart = (_steps(old, True)["step"] - _steps(new, True)["step"]).abs()
    assert apart.max() < 1e-12
    assert (_steps(old, False)["step"] - _steps(new, False)["step"]).abs().min() > 5e-4


def test_files_of_rates_are_each_read_as_what_they_are(tmp_path):
    from data.sources.files import read_rates

    head, rows = "date,{}\n", ("2024-01-02,{}\n", "2024-01-03,{}\n")
    for name, column, value in (
        ("treasury_bill_3m_discount_daily", "dtb3", 4.975),
        ("fed_funds_effective_daily", "x", 5.33),
        ("cpi_monthly", "x", 300.0),
    ):
        text = head.format(column) + "".join(row.format(value) for row in rows)
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "usd_index_daily.csv").write_text(
        "date,dxy,fed_broad_usd\n2024-01-02,101,120\n2024-01-03,102,121\n"
    )
    found = read_rates(tmp_path)
    assert found.bill.iloc[0] == pytest.approx(5.108, abs=5e-4)  # published equivalent
    assert (found.policy_rate.iloc[0], found.cpi.iloc[0]) == (5.33, 300.0)
    assert (found.dxy.iloc[0], found.broad_usd.iloc[0]) == (101, 120)
    (tmp_path / "usd_index_daily.csv").write_text("date,value\n2024-01-02,1\n2024-01-03,1\n")
    with pytest.raises(DataError, match="needs a column dxy or fed_broad_usd, got value"):
        read_rates(tmp_path)


def test_monthly_rows_take_the_last_yields_of_their_month():
    months = pd.date_range("2024-01-31", periods=3, freq="ME")
    yields = pd.DataFrame({10.0: np.arange(len(DAYS), dtype=float)}, index=DAYS)
    seen = on_sessions(Rates(yields=yields), months, 12)["yields"]
    assert seen.loc["2024-03-31", 10.0] == DAYS.get_loc("2024-03-29")


# --- FRED over the network ----------------------------------------------------------------


@pytest.fixture
def web(monkeypatch, tmp_path):
    with server.serve() as running:
        bars = server.made_bars(400)
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, bars)
        older = server.made_bars(900)
        running.hold("^SP500TR", older)
        yields = pd.DataFrame({"x": 4.0}, index=older.index)
        yields.iloc[50] = np.nan
        for name in (*fred.CURVE.values(), fred.BILL, fred.POLICY_RATE):
            running.hold_fred(name, yields["x"])
        running.hold_fred(fred.BROAD_DOLLAR, 30 * yields["x"])
        running.hold_fred(fred.CPI, yields["x"].resample("MS").first())
        for ticker in ("^IRX", "^FVX", "^TNX", "^TYX"):
            level = older.copy()
            level[["Open", "High", "Low", "Close", "Adj Close"]] = 4.0
            level["Dividends"] = 0.0
            running.hold(ticker, level)
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        yield running


def test_fred_series_are_read_with_their_holes(web):
    frame = fred.fetch("DGS10").frame
    assert len(frame) == 899
    assert (frame["Value"] == 4.0).all()


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (server.status(503), UnreachableError, "DGS10: FRED answered with status 503"),
        (server.body(b"<html>busy</html>"), DataError, "what FRED sent is not that series"),
        (server.body(b""), DataError, "what FRED sent is not that series"),
        (server.body(b"observation_date,DGS2\n2020-01-02,1\n2020-01-03,1\n"), DataError,
         "what FRED sent is not that series"),
        (server.body(b"observation_date,DGS10\n2020-01-02,1\n2020-01-03,x\n"), DataError,
         "FRED's line 3 is damaged"),
        (server.body(b"observation_date,DGS10\n2020-01-03,1\n2020-01-02,1\n"), DataError,
         "dates do not ascend"),
        (server.body(b"observation_date,DGS10\n2020-01-02,1\n2020-01-03,400\n"), DataError,
         "DGS10 from FRED is 400 on 2020-01-03; it should lie between -2 and 25"),
    ],
)  # fmt: skip
def test_fred_misbehaving_is_one_line(web, answer, kind, message):
    web.faults["DGS10"] = [answer]
    with pytest.raises(kind, match=message):
        fred.fetch("DGS10")


NEEDS = ("yields", "policy_rate", "usd", "cpi")


def test_a_live_market_has_what_was_asked_for(web):
    market = live.load(["SPY", "IEF"], may_fall_back=False, needs=NEEDS)
    assert list(market.yields.columns) == sorted(fred.CURVE)
    for name, value in (("policy_rate", 4.0), ("usd", 120.0), ("cpi", 4.0)):
        assert getattr(market, name).iloc[-1] == value, name
    assert market.provenance["CASH"].source == "FRED DTB3"
    # 4 % discount of bills, in bond-equivalent terms, over 91 days at the end.
    growth = market.cash.iloc[-1] / market.cash.iloc[-64]
    days = (market.sessions[-1] - market.sessions[-64]).days
    whole = 1 / (1 - 0.04 * 91 / 360)
    assert growth == pytest.approx(whole ** (days / 91), rel=1e-9)


def test_without_fred_yahoos_four_yields_stand_in_and_are_named(web, monkeypatch):
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    market = live.load(["SPY", "IEF"], may_fall_back=False, needs=("yields",))
    assert list(market.yields.columns) == [0.25, 5.0, 10.0, 30.0]
    assert any("Yahoo's four" in note for note in market.notes)
    assert any("FRED cannot be reached" in remark for remark in market.remarks)
    assert market.provenance["CASH"].source == "Yahoo ^IRX"


def test_without_any_yield_cash_is_bundled_and_that_is_said(web, monkeypatch):
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    del web.charts["^IRX"]
    market = live.load(["SPY", "IEF"], may_fall_back=False)
    assert any("cash earns the bundled one-month bill return" in line for line in market.notes)


def test_an_extended_live_market_says_where_it_joins(web):
    market = live.load(["SPY", "IEF"], may_fall_back=False, extend=True)
    bars = server.made_bars(400)
    join = f"{bars.index[0]:%Y-%m-%d}"
    assert any(
        note.startswith(f"SPY before {join} is the S&P 500 total-return index")
        for note in market.notes
    )
    assert any(note.startswith(f"IEF before {join} is a ladder") for note in market.notes)
    assert any("VFINX: Yahoo has no such ticker" in remark for remark in market.remarks)
    assert len(market.sessions) == 900
    assert Store().tickers().count("fred:DGS10") == 1

"""From single histories to a market: common sessions, cash, notes."""

from __future__ import annotations

import pandas as pd
import pytest

from data.align import cash_level, market_of
from data.errors import DataError
from data.market import Market
from data.origin import How, Origin
from data.provenance import Provenance
from data.sources import files
from data.treasuries.rates import Rates
from tests.data.helpers import GOOD, rows_of


def test_cash_before_the_bill_yield_is_bundled_and_after_it_carries_on():
    sessions = pd.bdate_range("2020-01-01", "2020-12-31")
    bill = pd.Series(1.0, index=pd.bdate_range("2020-03-02", "2020-09-30"))
    cash, _, notes = cash_level(sessions, bill, 252)
    assert notes[0] == "cash before 2020-03-02 earns the bundled one-month bill return"
    assert "sessions without a recent bill yield (first 2020-10-1" in notes[1]
    assert cash.is_monotonic_increasing


def test_cash_after_bill_yield_and_table_carries_the_yield_on():
    sessions = pd.bdate_range("2026-01-05", "2026-04-30")  # the table ends with 2025
    bill = pd.Series(1.0, index=sessions[:20])
    cash, _, notes = cash_level(sessions, bill, 252)
    assert notes == [f"cash after {sessions[19]:%Y-%m-%d} earns that day's bill yield"]
    last = cash.iloc[-1] / cash.iloc[-2]
    assert last == pytest.approx((1 + 0.01 * 91 / 365) ** (1 / 91), rel=1e-12)


def test_a_hole_in_the_bill_yield_is_filled_by_the_table_and_said():
    sessions = pd.bdate_range("2007-01-02", "2010-12-31")
    bill = pd.Series(4.8, index=sessions).drop(pd.bdate_range("2008-01-01", "2010-06-30"))
    cash, _, notes = cash_level(sessions, bill, 252)
    # Published bills earned next to nothing in 2009; 4.8 % carried on would be that much.
    assert cash["2009-12-31"] / cash["2008-12-31"] - 1 < 0.005
    assert any("sessions without a recent bill yield (first 2008-01" in note for note in notes)


def test_a_session_without_every_price_is_left_out_and_said(price_folder):
    folder = price_folder(A=GOOD, B=GOOD.replace("2020-01-06,102\n", ""))
    market = files.load(folder, ["A", "B"])
    assert [f"{day:%d}" for day in market.sessions] == ["02", "03", "07"]
    assert any(
        "1 sessions are left out" in note and "2020-01-06: B" in note for note in market.notes
    )


def test_the_earliest_end_is_said(price_folder):
    folder = price_folder(A=GOOD, B=GOOD.replace("2020-01-07,103\n", ""))
    market = files.load(folder, ["A", "B"])
    assert market.sessions[-1] == pd.Timestamp("2020-01-06")
    assert any("the last day of B: 1 later sessions" in note for note in market.notes)


def test_a_late_ticker_is_empty_before_its_first_day(price_folder):
    folder = price_folder(A=GOOD, B="\n".join([GOOD.splitlines()[0], *GOOD.splitlines()[3:], ""]))
    market = files.load(folder, ["A", "B"])
    assert market.prices["B"].isna().tolist() == [True, True, False, False]


def test_a_wild_move_is_named(price_folder):
    folder = price_folder(A=GOOD.replace("2020-01-06,102", "2020-01-06,10.2"))
    (note,) = [note for note in files.load(folder, ["A"]).notes if "A moves" in note]
    assert note.startswith("A moves -90% on 2020-01-06 (and 1 more such days)")


def test_daily_and_monthly_rows_do_not_mix(price_folder):
    folder = price_folder(
        A=rows_of(pd.bdate_range("2018-01-01", "2020-12-31")),
        B=rows_of(pd.date_range("2018-01-31", "2020-12-31", freq="BME")),
    )
    with pytest.raises(DataError, match="A of .* is daily but B is monthly"):
        files.load(folder, ["A", "B"])


def test_calendars_that_share_too_few_sessions_are_refused(price_folder):
    days = pd.bdate_range("2018-01-01", "2020-12-31")
    folder = price_folder(A=rows_of(days), B=rows_of(days[days.day_of_week < 4]))
    with pytest.raises(DataError, match="share too few sessions|about 20. rows a year"):
        files.load(folder, ["A", "B"])


# --- by hand --------------------------------------------------------------------------------

MONTHS = pd.date_range("2020-01-31", periods=4, freq="ME")


def series(*values: float, days: pd.DatetimeIndex = MONTHS, name: str = "A") -> pd.Series:
    return pd.Series(values, days[: len(values)], dtype=float, name=name)


def test_a_market_says_where_each_of_its_columns_comes_from():
    origin = Origin(How.FETCHED, "2020-05-01")
    market = market_of(
        {"A": series(1, 2, 3, 4), "SPY": series(2, 3, 4, 5, name="SPY")},
        source="made",
        title="prices",
        notes=["a note"],
        remarks=["a remark"],
        origin=origin,
        fetched={"A": "2020-05-01"},
    )
    assert (market.title, market.remarks, market.origin) == (
        "monthly prices",
        ("a remark",),
        origin,
    )
    assert market.notes[0] == "a note"
    assert market.provenance["A"] == Provenance(
        "made", "A", "2020-01-31", "2020-04-30", "2020-05-01"
    )
    assert market.provenance["SPY"].what == "S&P 500 fund"
    assert market.provenance["CASH"].source == "bundled"


@pytest.mark.parametrize(("bill_source", "named"), [("FRED DTB3", "FRED DTB3"), (None, "made")])
def test_cash_of_a_bill_yield_names_the_yields_source(bill_source, named):
    sources = {} if bill_source is None else {"bill": bill_source}
    rates = Rates(bill=series(5, 5, 5, 5), sources=sources)
    market = market_of({"A": series(1, 2, 3, 4)}, source="made", title="x", rates=rates)
    assert market.provenance["CASH"].source == named
    # 5 % for the 29 days of February: (1 + 0.05 x 91/365) to the power of 29/91.
    growth = market.cash.iloc[1] / market.cash.iloc[0]
    assert growth == pytest.approx((1 + 0.05 * 91 / 365) ** (29 / 91), rel=1e-12)


def test_rates_reach_the_market_as_they_were_public():
    rates = Rates(policy_rate=series(1, 2, 3, 4), yields=series(4, 4, 5, 5).to_frame(10.0))
    market = market_of({"A": series(1, 2, 3, 4)}, source="made", title="x", rates=rates)
    # A month's average policy rate shows from its own month-end row on.
    assert market.policy_rate.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert market.yields[10.0].tolist() == [4.0, 4.0, 5.0, 5.0]
    assert market.cpi is market.usd is None


def test_monthly_prices_are_not_extended():
    with pytest.raises(
        DataError, match="--extend needs daily prices, and those of made are monthly"
    ):
        market_of({"A": series(1, 2, 3, 4)}, source="made", title="x", older={})


def test_a_history_is_cut_at_the_end_so_that_later_rows_say_nothing():
    levels = {"A": series(100, 101, 102, 1)}  # a wild move in April
    assert any("A moves -99%" in note for note in market_of(levels, source="m", title="x").notes)
    cut = market_of(levels, source="m", title="x", end="2020-03-31")
    assert cut.sessions[-1] == MONTHS[2]
    assert cut.is_cut
    assert not market_of(levels, source="m", title="x", end="2020-04-30").is_cut  # all there is
    assert cut.last_day == "2020-03-31, where --end cuts the data"
    assert not any("moves" in note for note in cut.notes)
    with pytest.raises(
        DataError, match="A of m has 1 row up to --end 2020-02-01: it begins on 2020-01-31; give"
    ):
        market_of(levels, source="m", title="x", end="2020-02-01")


def test_cash_without_a_bill_yield_is_the_bundled_table():
    cash, what, notes = cash_level(MONTHS, None, 12)
    # February 2020 in Kenneth French's library: 0.12 %.
    assert cash.iloc[1] / cash.iloc[0] - 1 == pytest.approx(0.0012, abs=5e-5)
    assert what.startswith("one-month Treasury bill (Kenneth R. French)")
    assert notes == ["cash earns the bundled one-month bill return (no bill yield here)"]


def test_a_bill_yield_is_carried_for_ten_days():
    sessions = pd.bdate_range("2008-01-02", "2008-06-30")
    bill = pd.Series(2.0, sessions).drop(pd.bdate_range("2008-03-04", "2008-03-28"))
    _, _, notes = cash_level(sessions, bill, 252)
    # Known on Monday the 3rd; on Friday the 14th it is 11 days old, so from Monday the 17th on the
    # table stands in, up to the 31st, which looks back at the 28th.
    assert notes == [
        "cash earns the bundled one-month bill return on 11 sessions without a recent bill yield "
        "(first 2008-03-17)"
    ]


@pytest.mark.parametrize(
    ("rows", "missing", "refused"),
    [(240, 12, False), (240, 13, True), (40, 10, False), (40, 11, True)],
)
def test_ten_sessions_or_a_twentieth_may_lack_a_price(rows, missing, refused):
    days = pd.bdate_range("2024-01-01", periods=rows)
    whole = pd.Series(100.0, days, name="A")
    torn = whole.drop(days[1 : 1 + 3 * missing : 3]).rename("B")
    if refused:
        words = (
            rf"too few sessions: {missing} of {rows} lack .* \(first 2024-01-02: B\); use tickers"
        )
        with pytest.raises(DataError, match=words):
            market_of({"A": whole, "B": torn}, source="made", title="x")
        return
    market = market_of({"A": whole, "B": torn}, source="made", title="x")
    assert len(market.sessions) == rows - missing
    said = f"{missing} sessions are left out because a ticker has no price then "
    assert f"{said}(first 2024-01-02: B)" in market.notes


# --- carried back without --extend ---------------------------------------------------------------

DAYS = pd.bdate_range("2018-01-01", periods=900)


def level(first: int, days: pd.DatetimeIndex = DAYS) -> pd.Series:
    return pd.Series([100.0 + n for n in range(len(days) - first)], days[first:])


def carried(rates: Rates, days: pd.DatetimeIndex = DAYS, **asked: object) -> Market:
    series = {"SPY": level(0, days), "BIL": level(len(days) // 3, days)}
    return market_of(
        series, source="made", title="made", rates=rates, carried_back=["BIL", "SHY"], **asked
    )


def test_a_ticker_carried_back_by_default_is_joined_and_said():
    market = carried(Rates(bill=pd.Series(4.0, DAYS)))
    assert market.prices["BIL"].notna().all()
    (note,) = [note for note in market.notes if note.startswith("BIL")]
    first, join = f"{DAYS[0]:%Y-%m-%d}", f"{DAYS[300]:%Y-%m-%d}"
    assert note.startswith(f"BIL before {join} is rolled three-month bills, less 0.14 % a year, ")
    assert f"from {first}; where both exist (" in note
    where = market.provenance["BIL"]
    assert (where.first, where.own_first) == (first, join)
    assert where.what == (
        f"1-3 month Treasury bills; before {join} rolled three-month bills, less 0.14 % a year"
    )
    assert market.provenance["SPY"].own_first is None
    assert [fit.ticker for fit in market.tracking] == ["BIL"]


def test_a_period_that_ends_before_the_fund_has_it_all_by_its_proxy_and_says_so():
    market = carried(Rates(bill=pd.Series(4.0, DAYS)), end=f"{DAYS[200]:%Y-%m-%d}")
    assert len(market.prices["BIL"].dropna()) == 201
    (note,) = [note for note in market.notes if note.startswith("BIL")]
    assert note.startswith(
        f"BIL itself begins on {DAYS[300]:%Y-%m-%d}: every return of it from {DAYS[0]:%Y-%m-%d} to "
        f"{DAYS[200]:%Y-%m-%d} is that of rolled three-month bills, less 0.14 % a year; where both "
    )
    assert market.provenance["BIL"].what == (
        "rolled three-month bills, less 0.14 % a year, in place of the fund (1-3 month Treasury "
        "bills)"
    )
    # How well the proxy fits is measured over all there is, as without an end: it decides nothing.
    whole = carried(Rates(bill=pd.Series(4.0, DAYS)))
    assert market.tracking == whole.tracking != ()
    (stood_in,) = [each for each in market.vintage.stood_in if each.series == ("BIL",)]
    assert (stood_in.used, stood_in.last) == ("rolled three-month bills, less 0.14 % a year", None)


@pytest.mark.parametrize(("ends", "is_whole"), [(299, True), (300, True), (301, False)])
def test_a_fund_without_a_return_of_its_own_is_its_proxy(ends, is_whole):
    """Its first level is where the proxy joins: the first return of its own comes a day later."""
    market = carried(Rates(bill=pd.Series(4.0, DAYS)), end=f"{DAYS[ends]:%Y-%m-%d}")
    (note,) = [note for note in market.notes if note.startswith("BIL")]
    assert note.startswith("BIL itself begins on") == is_whole
    assert market.provenance["BIL"].what.startswith("rolled ") == is_whole


def test_without_rates_or_on_months_all_stays_as_it_was_and_that_is_said():
    market = carried(Rates())
    assert market.first_session(["BIL"])[0] == DAYS[300]
    assert "BIL is not carried back: there are no bill yields here" in market.notes
    months = pd.date_range("2018-01-31", periods=90, freq="ME")
    market = carried(Rates(bill=pd.Series(4.0, DAYS)), months)
    assert market.first_session(["BIL"])[0] == months[30]
    assert "BIL is not carried back: that needs daily prices" in market.notes

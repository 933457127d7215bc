"""Cash flows as a run asks for them, by calendars and price levels made by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from backtests.engine.flows import (
    MOST_FLOWS,
    AskedFlows,
    Flow,
    due_rows,
    flows_of_text,
    price_growth,
    read_dated,
    read_flow,
)
from data import bundled
from data.background import home_prices
from data.errors import UsageError
from tests.conftest import random_market

# Wednesday 29 December 2021 to Tuesday 8 February 2022, without Monday 17 January.
DAYS = pd.bdate_range("2021-12-29", "2022-02-08").drop("2022-01-17")


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("500/month", Flow(500.0, False, "month")),
        ("-300/quarter", Flow(-300.0, False, "quarter")),
        ("-4%/year", Flow(-0.04, True, "year")),
        ("+1,500.50 / half-year", Flow(1500.5, False, "half-year")),
        ("2_000/Week", Flow(2000.0, False, "week")),
        ("1e3/day", Flow(1000.0, False, "day")),
        ("100%/month", Flow(1.0, True, "month")),
        (".5%/month", Flow(0.005, True, "month")),
    ],
)
def test_an_amount_a_period_is_read_and_written(text, flow):
    assert read_flow(text) == flow
    assert read_flow(str(flow)) == flow


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("five hundred a month", "--flow takes an amount a period such as 500/month"),
        ("500", "--flow takes an amount a period"),
        ("", "--flow takes an amount a period"),
        ("/month", "--flow takes an amount a period"),
        ("nan/month", "--flow takes an amount a period"),
        ("inf/month", "--flow takes an amount a period"),
        ("1e999/month", "--flow takes at most"),
        ("1,50/month", "--flow takes an amount a period"),
        ("1e16/month", "--flow takes at most 1000000000000000, got"),
        ("500/moth", "a period is one of day, week.*got 'moth' .*month"),
        ("-101%/year", "is more than all there is; give at most 100%/year"),
        ("500/month\n-1/year", "--flow takes an amount a period"),
        (500, "--flow takes an amount a period such as"),
        (True, "--flow takes an amount a period such as"),
    ],
)
def test_any_other_flow_is_one_line(given, message):
    with pytest.raises(UsageError, match=message) as refused:
        read_flow(given)
    assert "\n" not in str(refused.value)


def test_dated_flows_are_read_from_text_and_from_a_mapping():
    read = {"2020-01-15": 500.0, "2021-01-15": -300.0}
    assert read_dated("2021-01-15=-300, 2020-01-15=500") == read
    assert read_dated([("2021-01-15", -300), (dt.date(2020, 1, 15), "500")]) == read
    assert read_dated({dt.date(2020, 1, 15): 500, "2021-01-15": "-300"}) == read
    assert list(read_dated("2021-01-15=-300,2020-01-15=500")) == sorted(read)
    assert read_dated("2020-01-15=0") == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2020-01-15", "--flows takes dates and amounts such as"),
        (500, "--flows takes dates and amounts such as"),
        ("15.1.2020=500", "--flows takes a date as YYYY-MM-DD"),
        ("2020-02-30=500", "--flows takes a date as YYYY-MM-DD"),
        ("2020-01-15=much", "--flows of 2020-01-15 takes an amount such as -300, got 'much'"),
        ("2020-01-15=nan", "--flows of 2020-01-15 takes an amount"),
        ("2020-01-15=inf", "--flows of 2020-01-15 takes an amount"),
        ({"2020-01-15": float("-inf")}, "--flows of 2020-01-15 takes an amount"),
        ({"2020-01-15": True}, "--flows of 2020-01-15 takes an amount"),
        ("", "--flows takes dates and amounts .*, got nothing; leave it out for none"),
        (" , ", "got nothing"),
        ([("2020-01-15", 1, 2)], "--flows takes pairs of a date and an amount, got .*2"),
        (["2020-01-15=1"], "--flows takes pairs of a date and an amount, got '2020-01-15=1'"),
        ([("2020-01-15", 6e14), ("2020-01-15", 6e14)], "takes an amount up to .* got 12000000000"),
        ("2020-01-15=1e16", "takes an amount up to"),
    ],
)
def test_any_other_dated_flow_is_one_line(given, message):
    with pytest.raises(UsageError, match=message) as refused:
        read_dated(given)
    assert "\n" not in str(refused.value)


def test_so_many_dates_and_no_more():
    days = pd.date_range("1950-01-01", periods=MOST_FLOWS + 1).strftime("%Y-%m-%d")
    assert len(read_dated(dict.fromkeys(days[:-1], 1.0))) == MOST_FLOWS == 20_000
    for more in (dict.fromkeys(days, 1.0), ",".join(f"{day}=1" for day in days)):
        with pytest.raises(UsageError, match="--flows has more than 20,000 dates; give fewer"):
            read_dated(more)


def test_a_file_of_flows_may_have_a_line_of_names_and_a_day_twice():
    text = "\ufeffdate,amount\n2020-01-15,500\n\n2021-01-15 , -300\n2020-01-15,20.5\n"
    read = {"2020-01-15": 520.5, "2021-01-15": -300.0}
    assert flows_of_text(text, "--flows f.csv") == read
    assert flows_of_text(text.partition("\n")[2], "--flows f.csv") == read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--flows f.csv"),
        ("date,amount\n", "--flows f.csv"),
        ("date,amount\n2020-01-15,500\n2020-02-15;500\n", "--flows f.csv, line 3 has '2020-02-15"),
        ("date,amount\n\n2020-13-15,500\n", "line 3 takes a date as YYYY-MM-DD, got '2020-13-15'"),
        ("2020-01-15,500,USD\n", "line 1 has '2020-01-15,500,USD"),
        ("2020-01-15,five\n2020-01-16,5\n", "line 1 takes an amount such as -300, got 'five'"),
        ("2020-01-15,nan\n", "line 1 takes an amount up to 1000000000000000, got nan"),
        ("2020-01-15,1\n2020-01-16,-inf\n", "line 2 takes an amount up to .*, got -inf"),
        ("20200115,1\n", "line 1 has '20200115,1'; write a date and an amount such as"),
        ("10000-01-01,1\n", "line 1 has '10000-01-01,1'"),
        ("0001-01-01,1\n", "line 1 0001-01-01 is outside the years 1800 to 2200"),
        ("day,money\n2020-01-15,1\n", "line 1 has 'day,money'; write a date and an amount"),
        ("amount,date\n1,2020-01-15\n", "line 1 has 'amount,date'"),
        ("\0\0\1", r"line 1 has '.x00"),
    ],
)
def test_a_line_that_is_no_flow_is_named(text, message):
    with pytest.raises(UsageError, match=message) as refused:
        flows_of_text(text, "--flows f.csv")
    assert "\n" not in str(refused.value)


def test_a_file_of_many_lines_of_the_same_days_is_read_and_its_sums_are_judged():
    many = "2020-01-15,1\n" * 50_000
    assert flows_of_text(many, "--flows f.csv") == {"2020-01-15": 50_000.0}
    for amount in ("nan", "inf", "1e400"):
        with pytest.raises(UsageError, match="amount"):
            AskedFlows(dated=flows_of_text(f"2020-01-15,{amount}\n", "--flows f.csv"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"flow": "5/day", "dated": "2020-01-15=5"}, "--flow and --flows are two plans"),
        ({"indexed": True}, "--flow-indexed lets a flow grow with prices; give --flow as well"),
        ({"flow": "0/month", "indexed": True}, "give --flow as well"),
        ({"flow": "-4%/year", "indexed": True}, "is a share of the value; give an amount, such as "
         "-400/year of 10,000"),
        ({"flow": "5/day", "indexed": "yes"}, "flow_indexed="),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_one_line(given, message):
    with pytest.raises(UsageError, match=message) as refused:
        AskedFlows(**given)
    assert "\n" not in str(refused.value)


def test_a_flow_of_nothing_is_none():
    assert AskedFlows("0/month") == AskedFlows(dated="2020-01-15=0") == AskedFlows()
    assert not AskedFlows("-0%/year")
    assert AskedFlows("0/month").table == {}


@pytest.mark.parametrize(
    ("period", "days"),
    [
        # Every Monday but 17 January, which is closed, and never the day of row 0.
        ("week", "2022-01-03 2022-01-10 2022-01-18 2022-01-24 2022-01-31 2022-02-07"),
        ("month", "2022-01-03 2022-02-01"),
        ("quarter", "2022-01-03"),
        ("half-year", "2022-01-03"),
        ("year", "2022-01-03"),
    ],
)
def test_a_flow_is_due_on_the_first_session_of_each_period_after_row_0(period, days):
    assert DAYS[due_rows(DAYS, period, 252)].equals(pd.DatetimeIndex(days.split()))


def test_row_0_is_never_due_even_where_a_period_begins_with_it():
    rows = pd.bdate_range("2022-01-03", "2022-07-29")  # of each month, quarter, half-year and year
    assert rows[due_rows(rows, "half-year", 252)].strftime("%Y-%m-%d").tolist() == ["2022-07-01"]
    assert rows[due_rows(rows, "quarter", 252)].strftime("%m-%d").tolist() == ["04-01", "07-01"]
    assert len(due_rows(rows, "year", 252)) == 0
    assert due_rows(rows, "day", 252).tolist() == list(range(1, len(rows)))
    assert rows[due_rows(rows, "month", 252)][0] == pd.Timestamp("2022-02-01")


def test_rows_of_months_have_periods_of_months_and_more():
    rows = pd.date_range("2020-11-30", periods=15, freq="ME")
    assert due_rows(rows, "month", 12).tolist() == list(range(1, 15))
    assert rows[due_rows(rows, "quarter", 12)].month.tolist() == [1, 4, 7, 10, 1]
    assert rows[due_rows(rows, "year", 12)].strftime("%Y-%m").tolist() == ["2021-01", "2022-01"]
    for period in ("day", "week"):
        with pytest.raises(UsageError, match=f"--flow is paid every {period}, and rows are months"):
            due_rows(rows, period, 12)


MARKET = random_market(1, rows=600)  # from 2 January 2001


@pytest.mark.parametrize("lag", [1, 2, 5])
def test_a_flow_is_paid_the_lag_after_the_session_on_which_it_is_due(lag):
    rows = MARKET.sessions[:60]
    due = due_rows(rows, "month", 252)
    paid = AskedFlows("-500/month").on(MARKET, rows, lag)
    assert np.flatnonzero(paid.amount).tolist() == (due + lag).tolist()
    assert paid.amount[due + lag] == pytest.approx(-500.0)
    assert not paid.share.any()
    share = AskedFlows("-4%/month").on(MARKET, rows, lag).share
    assert share[due + lag] == pytest.approx(-0.04)


def test_what_is_due_within_the_lag_of_the_end_is_not_paid():
    rows = MARKET.sessions[:23]
    assert rows[-1] == pd.Timestamp("2001-02-01")  # the first session of the month
    assert due_rows(rows, "month", 252).tolist() == [22]
    assert not AskedFlows("500/month").on(MARKET, rows, 1).amount.any()


def test_a_dated_flow_is_due_on_its_day_or_on_the_first_session_after_it():
    rows = MARKET.sessions[:30]
    asked = AskedFlows(dated={"2001-01-06": 5.0, "2001-01-08": 2.0, "2001-01-10": -3.0})
    paid = asked.on(MARKET, rows, 1).amount  # 6 January is a Saturday
    assert {day: money for day, money in zip(rows, paid, strict=True) if money} == {
        pd.Timestamp("2001-01-09"): 7.0,
        pd.Timestamp("2001-01-11"): -3.0,
    }


@pytest.mark.parametrize("day", ["1999-01-04", "2001-01-02", "2040-01-03"])
def test_a_day_outside_the_run_is_named(day):
    rows = MARKET.sessions[:30]
    message = f"--flows has {day}, and flows of this run are due after 2001-01-02 and up to"
    with pytest.raises(UsageError, match=message):
        AskedFlows(dated={day: 5.0}).on(MARKET, rows, 1)


@pytest.fixture
def prices(monkeypatch):
    """Let a market know consumer prices, by the month at whose end they are public."""

    def know(months):
        index = pd.PeriodIndex(list(months), freq="M")
        known = pd.Series(list(months.values()), index, dtype=float)
        monkeypatch.setattr("backtests.engine.flows.home_prices", lambda market: known)

    return know


def test_amounts_follow_the_prices_that_were_last_public(prices):
    prices({"2000-12": 100.0, "2001-01": 102.0, "2001-02": 104.0, "2001-03": 110.0})
    rows = MARKET.sessions[:64]
    growth = pd.Series(price_growth(MARKET, rows), rows)
    # The figure of a month is public on the last session of it, Wednesday 31 January.
    assert growth.loc[:"2001-01-30"].to_numpy() == pytest.approx(1.0)
    assert growth.loc["2001-01-31":"2001-02-27"].to_numpy() == pytest.approx(1.02)
    assert growth.loc["2001-02-28":"2001-03-29"].to_numpy() == pytest.approx(1.04)
    assert growth.loc["2001-03-30"] == pytest.approx(1.10)
    paid = AskedFlows("100/month", True).on(MARKET, rows, 1).amount
    # Due on 1 February and 1 March, at the prices of those days.
    assert paid[paid != 0.0] == pytest.approx([102.0, 104.0])


def test_a_month_that_was_never_published_keeps_the_prices_before(prices):
    # Of October 2025 there is no figure: what would be public in November is missing.
    prices({"2025-09": 100.0, "2025-10": 101.0, "2025-11": np.nan, "2025-12": 103.0})
    rows = pd.bdate_range("2025-10-01", "2026-01-30")
    growth = pd.Series(price_growth(MARKET, rows), rows)
    assert growth.loc["2025-10-31":"2025-12-30"].to_numpy() == pytest.approx(1.01)
    assert growth.loc["2025-12-31":].to_numpy() == pytest.approx(1.03)  # the last one is carried


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"flow": "500/month"}, "2001-03-01"),
        ({"flow": "500/quarter"}, "2001-04-02"),  # 1 April is a Sunday
        ({"dated": {"2001-02-28": 5.0}}, None),
        ({"dated": {"2001-02-28": 5.0, "2001-03-05": 5.0}}, "2001-03-05"),
        ({"flow": "500/month", "indexed": False}, None),
    ],
)
def test_amounts_that_grow_no_more_since_prices_ended_are_said(prices, asked, told):
    """The last figure, public in December, is that of November: purchasing power goes to February.

    Amounts of two or three months later are as old as prices are published; later ones are said.
    """
    prices({"2000-11": 100.0, "2000-12": 101.0})
    flows, rows = AskedFlows(**{"indexed": True, **asked}), MARKET.sessions[:120]
    line = (
        "--flow-indexed: the last consumer prices of USD are those of 2000-11; amounts due from "
        f"{told} on grow no more"
    )
    assert flows.notes_on(MARKET, rows, 1) == ([] if told is None else [line])


def test_prices_that_go_on_to_the_end_say_nothing(prices):
    months = pd.period_range("2000-12", "2003-12", freq="M")
    prices(dict(zip(months.astype(str), np.linspace(100.0, 120.0, len(months)), strict=True)))
    assert AskedFlows("500/month", True).notes_on(MARKET, MARKET.sessions, 1) == []


@pytest.mark.parametrize(("lag", "told"), [(0, None), (1, -1), (2, -2)])
def test_dated_amounts_that_would_be_paid_after_the_end_are_said(lag, told):
    rows = MARKET.sessions[:20]
    days = {f"{day:%Y-%m-%d}": 100.0 for day in rows[-3:]}
    line = (
        f"--flows: what falls due from {list(days)[told or 0]} on would be paid after the last "
        f"session, {rows[-1]:%Y-%m-%d}, and is not"
    )
    flows = AskedFlows(dated=days)
    assert flows.notes_on(MARKET, rows, lag) == ([] if told is None else [line])
    assert np.count_nonzero(flows.on(MARKET, rows, lag).amount) == 3 - lag


def test_prices_that_were_public_only_after_the_base_date_are_said():
    market = bundled.load(["SPY"])
    assert AskedFlows("100/month", True).notes_on(market, market.sessions, 1) == [
        "--flow-indexed: amounts grow from the consumer prices of 1962-01 on, the first of USD, "
        "which were public a month later"
    ]
    assert AskedFlows("100/month", True).notes_on(market, market.sessions[1:], 1) == []


def test_the_bundled_prices_have_that_hole():
    known = home_prices(random_market(1, rows=10))
    assert np.isnan(known.loc["2025-11"])


def test_a_table_that_begins_in_the_month_of_row_0_gives_its_prices(prices):
    first = MARKET.sessions[0]
    month = first.to_period("M")
    prices({str(month + 1): 100.0, str(month + 2): 105.0})  # about the month of row 0 and the next
    growth = price_growth(MARKET, MARKET.sessions[:64])
    assert growth[0] == growth[30] == 1.0
    assert growth[-1] == pytest.approx(1.05)
    prices({str(month + 2): 100.0})
    with pytest.raises(UsageError, match="are not known before"):
        price_growth(MARKET, MARKET.sessions[:64])


def test_amounts_of_the_bundled_table_grow_from_its_first_month():
    """January 1962 to December 1962: 30.04 to 30.38 (BLS, CPIAUCSL), public a month later."""
    market = bundled.load(["SPY", "IEF"])
    growth = price_growth(market, market.sessions[:13])
    assert growth[[0, 1]] == pytest.approx(1.0, abs=0)
    assert growth[12] == pytest.approx(30.38 / 30.04, abs=1e-12)


def test_prices_that_nobody_knows_are_one_line(prices):
    prices({})
    with pytest.raises(UsageError, match="--flow-indexed: consumer prices of USD are not known; l"):
        price_growth(MARKET, MARKET.sessions[:10])
    prices({"2005-01": 100.0})
    with pytest.raises(UsageError, match="are not known before 2005-01-31; leave it out, or begin"):
        price_growth(MARKET, MARKET.sessions[:10])

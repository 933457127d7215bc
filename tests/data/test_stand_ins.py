"""What stands in for what: proxies, cash without a bill yield, rates that ended."""

from __future__ import annotations

import pandas as pd
import pytest

from data import bundled
from data.align import market_of
from data.market import CASH
from data.stand_ins import BILL_RETURN, BILL_YIELD, proxy_stand_ins
from data.treasuries.proxies import Splice
from data.treasuries.rates import Rates
from data.vintage import StandIn, StandInKind

TABLE = bundled.monthly_bill_returns().index
ENDS = TABLE[-1].to_timestamp(how="end").normalize()  # of the bundled bill return


def of_cash(days: pd.DatetimeIndex, bill: pd.Series | None, **options) -> list[StandIn]:
    """What stands in for the cash of a market on these days."""
    prices = {"A": pd.Series(100.0, days, name="A")}
    market = market_of(prices, source="made", title="x", rates=Rates(bill=bill), **options)
    assert all(stand_in.series == (CASH,) for stand_in in market.vintage.stood_in)
    return list(market.vintage.stood_in)


def spans(stood_in: list[StandIn]) -> list[tuple[str, str | None, str | None]]:
    return [(str(each.kind), each.first, each.last) for each in stood_in]


def test_a_proxy_stands_in_until_the_day_before_it_joins():
    splices = [
        Splice("SPY", "1993-01-29", "1988-01-04", "an index"),
        Splice("SPY", "1988-01-04", "1980-01-02", "a fund"),
    ]
    assert proxy_stand_ins(splices) == [
        StandIn(("SPY",), StandInKind.PROXY, "SPY", "an index", False, "1988-01-04", "1993-01-28"),
        StandIn(("SPY",), StandInKind.PROXY, "SPY", "a fund", False, "1980-01-02", "1988-01-03"),
    ]


@pytest.mark.parametrize("is_live", [False, True])
def test_without_a_bill_yield_cash_is_bundled_throughout(is_live):
    days = pd.bdate_range("2020-01-02", "2020-03-31")
    (stand_in,) = of_cash(days, None, is_live=is_live)
    # Only a source that should give bill yields has fallen back.
    assert stand_in == StandIn(
        (CASH,), StandInKind.BILLS, BILL_YIELD, BILL_RETURN, is_live, "2020-01-02"
    )
    late = pd.Series(1.0, pd.bdate_range("2020-03-31", "2020-06-30"))
    assert of_cash(days, late, is_live=is_live) == [stand_in]


def test_cash_is_bundled_before_the_first_yield_and_in_holes():
    days = pd.bdate_range("2008-01-02", "2008-06-30")
    bill = pd.Series(2.0, days).loc["2008-02-01":].drop(pd.bdate_range("2008-03-04", "2008-03-28"))
    # Known on Monday the 3rd of March; on Friday the 14th it is 11 days old, and from Monday the
    # 17th on the table stands in, up to the 31st, which looks back at the 28th.
    assert spans(of_cash(days, bill)) == [
        ("bills", "2008-01-02", "2008-01-31"),
        ("bills", "2008-03-17", "2008-03-31"),
    ]
    assert of_cash(days, pd.Series(2.0, days)) == []
    # A folder of the user's own promises no bill yields.
    assert not any(stand_in.is_fallback for stand_in in of_cash(days, bill))


def test_after_the_table_the_last_yield_or_return_is_carried():
    days = pd.bdate_range(ENDS + pd.Timedelta(days=1), periods=80)
    bill = pd.Series(1.0, days[:20])
    (carried,) = of_cash(days, bill)
    assert (carried.kind, carried.wanted, carried.last) == (StandInKind.CARRIED, BILL_YIELD, None)
    # The session after the first one on which the last yield is more than ten days old.
    old = days[(days - days[19]).days > 10][0]
    assert carried.first == f"{days[days.get_loc(old) + 1]:%Y-%m-%d}"
    bundled_one, table = of_cash(days, None)
    assert (bundled_one.kind, bundled_one.first) == (StandInKind.BILLS, f"{days[0]:%Y-%m-%d}")
    assert (table.kind, table.wanted) == (StandInKind.CARRIED, BILL_RETURN)
    assert table.first == f"{days[0]:%Y-%m-%d}"


def test_before_the_table_its_first_month_is_used():
    days = pd.bdate_range("1961-11-01", "1962-03-30")
    found = spans(of_cash(days, None))
    assert found == [("bills", "1961-11-01", None), ("carried", "1961-11-01", "1961-12-29")]


def test_cash_of_ones_own_is_no_stand_in():
    days = pd.bdate_range("2020-01-02", "2020-03-31")

    def own(sessions, _):
        return pd.Series(100.0, sessions, name=CASH), "own bills", []

    assert of_cash(days, None, cash_of=own) == []


@pytest.mark.parametrize("is_live", [False, True])
def test_rates_that_ended_long_ago_are_carried_or_missing(is_live):
    days = pd.bdate_range("2020-01-02", "2020-12-31")
    ended = pd.Series(4.0, days).loc[:"2020-06-30"]
    rates = Rates(
        bill=pd.Series(4.0, days),
        yields=ended.to_frame(10.0),
        policy_rate=ended,
        cpi=pd.Series(1.0, pd.date_range("2019-01-01", "2020-06-01", freq="MS")),
        dxy=pd.Series(1.0, days),
    )
    prices = {"A": pd.Series(100.0, days, name="A")}
    market = market_of(prices, source="made", title="x", rates=rates, is_live=is_live)
    by_name = {each.series[0]: each for each in market.vintage.stood_in}
    assert set(by_name) == {"yields", "policy_rate", "cpi"}
    assert by_name["yields"] == StandIn(
        ("yields",), StandInKind.MISSING, "yields after 2020-06-30", "nothing", is_live,
        "2020-07-01",
    )  # fmt: skip
    assert by_name["policy_rate"].kind is StandInKind.CARRIED
    assert by_name["policy_rate"].wanted == "the policy rate after 2020-06-30"
    assert by_name["cpi"].first == "2020-06-02"
    # The notes say the same.
    for stand_in in by_name.values():
        day = stand_in.wanted.rpartition(" ")[2]
        assert any(day in note for note in market.notes)

"""How old data are: the last figure that was public, series by series, also of a cut market."""

from __future__ import annotations

import pandas as pd
import pytest

from data import bundled
from data.align import market_of
from data.market import CASH, Market
from data.treasuries.rates import Rates
from data.vintage import FigureDays, SeriesVintage, StandIn, StandInKind, Vintage, vintage_of
from tests.conftest import random_market

DAYS = pd.bdate_range("2025-07-01", "2025-08-29")


def levels(last: str, name: str = "A") -> pd.Series:
    """One price a weekday up to a day."""
    return pd.Series(100.0, DAYS, name=name).loc[:last]


def rates(**more) -> Rates:
    """One figure a day up to the 27th of August; consumer prices by month, to August."""
    daily = pd.Series(4.0, DAYS).loc[:"2025-08-27"]
    months = pd.date_range("2025-05-01", "2025-08-01", freq="MS")
    return Rates(
        yields=daily.to_frame(10.0),
        bill=daily,
        policy_rate=daily,
        cpi=pd.Series(300.0, months),
        fetched={"bill": "2025-08-28", "cpi": "2025-08-20"},
        sources={"bill": "FRED DTB3", "policy_rate": "FRED DFF"},
        **more,
    )


def made(last: str = "2025-08-29", **options) -> Market:
    return market_of(
        {"A": levels(last)}, source="made", title="x", fetched={"A": "2025-08-30"}, **options
    )


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        # July's consumer prices count from the last session of August on, Friday the 29th.
        ("2025-08-29", {"yields": "2025-08-27", "policy_rate": "2025-08-27", "cpi": "2025-07-01",
                        "CASH": "2025-08-27", "A": "2025-08-29"}),
        ("2025-08-28", {"yields": "2025-08-27", "policy_rate": "2025-08-27", "cpi": "2025-06-01",
                        "CASH": "2025-08-27", "A": "2025-08-28"}),
        # A day's policy rate is public on the next; a session earns the bill yield of the day
        # before; a yield counts on its own day.
        ("2025-08-26", {"yields": "2025-08-26", "policy_rate": "2025-08-25", "cpi": "2025-06-01",
                        "CASH": "2025-08-25", "A": "2025-08-26"}),
        # Monday the 25th earns Friday's yield.
        ("2025-08-25", {"yields": "2025-08-25", "policy_rate": "2025-08-22", "cpi": "2025-06-01",
                        "CASH": "2025-08-22", "A": "2025-08-25"}),
    ],
)  # fmt: skip
def test_each_series_ends_with_its_last_figure_that_was_public(last, expected):
    for vintage in (
        made(last, rates=rates()).vintage,
        made("2025-08-29", rates=rates(), end=last).vintage,
        made("2025-08-29", rates=rates()).until(pd.Timestamp(last)).vintage,
    ):
        assert vintage.last == last
        assert {name: series.last for name, series in vintage.series.items()} == expected


def test_where_and_when_each_series_was_fetched():
    series = made(rates=rates()).vintage.series
    assert series["A"] == SeriesVintage("made", "2025-08-29", "2025-08-30")
    assert series[CASH] == SeriesVintage("FRED DTB3", "2025-08-27", "2025-08-28")
    assert series["cpi"] == SeriesVintage("made", "2025-07-01", "2025-08-20")
    assert series["policy_rate"] == SeriesVintage("FRED DFF", "2025-08-27", None)
    assert "usd" not in series


def test_a_ticker_that_ends_early_is_told_from_those_that_go_on():
    both = {"A": levels("2025-08-29"), "B": levels("2025-08-20", "B")}
    market = market_of(both, source="made", title="x")
    assert market.vintage.last == "2025-08-20"
    ends = {name: market.vintage.series[name].last for name in both}
    assert ends == {"A": "2025-08-29", "B": "2025-08-20"}
    # Cut by the user, nothing later is known: neither of A.
    cut = market.until(pd.Timestamp("2025-08-19")).vintage
    assert {name: cut.series[name].last for name in both} == dict.fromkeys(both, "2025-08-19")
    same = market.until(pd.Timestamp("2025-08-20")).vintage
    assert same == market.vintage


def test_a_series_before_its_first_figure_has_no_age():
    late = Rates(policy_rate=pd.Series(4.0, pd.bdate_range("2025-08-28", "2025-08-29")))
    assert "policy_rate" in made(rates=late).vintage.series
    assert "policy_rate" not in made(rates=late, end="2025-08-28").vintage.series


def test_the_dollar_goes_on_with_the_broad_index_by_week():
    dxy = pd.Series(100.0, DAYS).loc[:"2025-08-13"]
    broad = pd.Series(120.0, pd.bdate_range("2025-08-04", "2025-08-29"))
    joined = rates(dxy=dxy, broad_usd=broad)
    series = made(rates=joined).vintage.series["usd"]
    # The week to Friday the 22nd was published on Monday the 25th, the one after not yet.
    assert (series.source, series.last) == ("made", "2025-08-22")
    assert made(rates=joined, end="2025-08-15").vintage.series["usd"].last == "2025-08-13"
    # One that begins after the other has ended cannot be joined to it, and is not used.
    apart = rates(dxy=dxy, broad_usd=broad.loc["2025-08-20":])
    assert made(rates=apart).vintage.series["usd"].last == "2025-08-13"
    alone = rates(broad_usd=broad)
    assert made(rates=alone).vintage.series["usd"].last == "2025-08-22"


def test_cash_of_the_bundled_table_is_as_old_as_the_table():
    table = bundled.monthly_bill_returns().index
    ends = f"{table[-1].to_timestamp(how='end'):%Y-%m-%d}"
    days = pd.bdate_range(table[-1].to_timestamp(), periods=200)
    market = market_of({"A": pd.Series(1.0, days, name="A")}, source="made", title="x")
    assert market.vintage.series[CASH] == SeriesVintage("bundled", ends, None)
    assert made(end="2025-07-02").vintage.series[CASH].last == "2025-06-30"


def test_the_bundled_market_knows_consumer_prices_a_month_later():
    market = bundled.load(["SPY", "TLT"])
    cut = market.until(pd.Timestamp("2020-12-31")).vintage
    assert (cut.last, cut.series["cpi"].last) == ("2020-12-31", "2020-11-30")
    ends = {cut.series[name].last for name in ("SPY", "TLT", CASH, "yields", "policy_rate")}
    assert ends == {"2020-12-31"}
    whole = market.vintage
    assert whole.last == whole.series["SPY"].last == f"{market.sessions[-1]:%Y-%m-%d}"
    assert {series.source for series in whole.series.values()} == {"bundled"}


def test_a_bundled_fund_is_computed_and_that_is_no_fallback():
    for stand_in in bundled.load(["SPY", "TLT"]).vintage.stood_in:
        assert stand_in.kind is StandInKind.MODEL
        assert stand_in.series == (stand_in.wanted,)
        assert not stand_in.is_fallback
    assert [s.used for s in bundled.load(["TLT"]).vintage.stood_in] == [bundled.WHAT["TLT"]]


def test_a_market_made_by_hand_has_the_age_of_its_prices():
    market = random_market(1, rows=50)
    last = f"{market.sessions[-1]:%Y-%m-%d}"
    assert market.vintage == Vintage(
        last, {name: SeriesVintage("made", last) for name in ("SPY", "IEF")}, ()
    )


def stand_in(first: str | None = None, last: str | None = None) -> StandIn:
    return StandIn(("A",), StandInKind.PROXY, "A", "another", False, first, last)


def test_what_stands_in_later_or_for_longer_than_is_known_is_cut():
    day = pd.Timestamp("2020-06-30")
    stood_in = [
        stand_in("2020-07-01"),  # begins later
        stand_in("2020-06-30"),
        stand_in(None, "2020-06-29"),
        stand_in("2020-01-01", "2020-12-31"),  # goes on: to the end of what is known
        stand_in(None, "2020-06-30"),
    ]
    assert vintage_of({}, stood_in, day, None).stood_in == (
        stand_in("2020-06-30"),
        stand_in(None, "2020-06-29"),
        stand_in("2020-01-01"),
        stand_in(),
    )


def test_fallbacks_are_those_that_the_source_should_have_given():
    given = StandIn(("A",), StandInKind.SOURCE, "new", "old", True)
    vintage = vintage_of({}, [stand_in(), given], pd.Timestamp("2020-06-30"), None)
    assert vintage.fallbacks == (given,)


def test_figures_without_a_day_have_no_vintage():
    none = FigureDays("made", None, pd.DatetimeIndex([]), pd.DatetimeIndex([]))
    assert none.vintage(None) is None
    assert none.vintage(pd.Timestamp("2020-01-01")) is None

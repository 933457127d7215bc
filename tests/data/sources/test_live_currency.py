"""Rates of exchange and short rates over the network: H.10, its tail, and what stands in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.bundled import world
from data.currency.conversion import Conversion
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.errors import DataError, UnreachableError
from data.sources import live, yahoo
from data.sources.live_currency import currency_figures, exchange_rate
from data.sources.live_rates import Request
from data.sources.snapshots import Store
from data.vintage import StandIn, StandInKind
from tests import yahoo_server as server
from tests.data.helpers import age
from tests.made_exchange import h10, hold_currency, interbank

# Thursday, 1 October 2026, in the evening: Wednesday's session has closed, and H.10 of the week
# before appeared on Monday.
CLOCK = pd.Timestamp("2026-10-01 12:00Z")
SESSION, FRIDAY, MONDAY = (pd.Timestamp(f"2026-09-{day}") for day in (30, 25, 28))
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def web(monkeypatch, tmp_path):
    monkeypatch.setattr("data.checks.exchange.now", lambda: CLOCK)
    monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
    with server.serve() as running:
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, server.made_bars(300, end=f"{SESSION:%Y-%m-%d}"))
        hold_currency(running, "JPY")
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        yield running


def market(code: str = "JPY", *, auto: bool = False, **options: object):
    """SPY and IEF in a currency."""
    carry = bool(options.pop("carry_rates", False))
    conversion = Conversion(code, carry_rates=carry)
    return live.load(["SPY", "IEF"], may_fall_back=auto, conversion=conversion, **options)


def fallbacks(of) -> list[StandIn]:
    """What ``--strict`` refuses of a currency's figures."""
    names = {"exchange_rate", "home_rate", "dollar_rate"}
    return [each for each in of.vintage.stood_in if each.is_fallback and names & set(each.series)]


def told(of, *words: str) -> bool:
    """Whether one of a market's notes or remarks has all of some words."""
    return any(all(word in line for word in words) for line in (*of.notes, *of.remarks))


# --- H.10 and its tail --------------------------------------------------------------------------


def test_h10_is_used_to_its_last_day_and_yahoos_after_it(web):
    units = exchange_rate(Request(Store()), "JPY").units
    assert units.index[-1] == SESSION
    rates = h10("JPY")
    assert units.loc[:FRIDAY].to_dict() == rates.loc[:FRIDAY].to_dict()
    # Yahoo's row of a day is the rate with which it began: that of the day before at the latest,
    # never one that nobody knew yet.
    for day, before in (("2026-09-28", "2026-09-25"), ("2026-09-30", "2026-09-29")):
        assert units[day] == rates[before]


def test_a_usual_week_is_said_and_is_no_fallback(web):
    yen = market()
    assert told(
        yen,
        "all values are in JPY",
        "(H.10), from 2026-09-28 on Yahoo's JPY=X (rates with which days began in London), since",
    )
    assert fallbacks(yen) == []
    assert yen.sessions[-1] == SESSION
    assert yen.vintage.series["exchange_rate"].source == "FRED DEXJPUS, Yahoo JPY=X"
    assert yen.vintage.series["home_rate"].source == f"FRED {CURRENCIES['JPY'].interbank}"
    # By hand: the level of a day is the dollar's times the rate, from the first row on.
    dollars, rates = yen.in_dollars, h10("JPY")
    for ticker in ("SPY", "IEF"):
        ratio = yen.prices[ticker] / dollars.prices[ticker]
        assert ratio[FRIDAY] / ratio.iloc[0] == pytest.approx(
            rates[FRIDAY] / rates[yen.sessions[0]], rel=1e-12
        )


@pytest.mark.parametrize("code", ["EUR", "CHF"])
def test_dollars_for_one_unit_are_turned_over(web, code):
    hold_currency(web, code)
    units = exchange_rate(Request(Store()), code).units
    sent = h10(code)
    wanted = 1 / sent if code == "EUR" else sent
    np.testing.assert_allclose(units.loc[:FRIDAY], wanted.loc[:FRIDAY], rtol=1e-15)
    assert units[SESSION] == pytest.approx(wanted["2026-09-29"], rel=1e-12)
    assert not fallbacks(market(code))


def test_a_run_that_ends_before_needs_no_tail_and_says_nothing_of_later_days(web):
    # The last day is a holiday of banks: H.10 has no rate, and goes on after it. Of the days after
    # the end Yahoo's are wrong.
    wrong = h10("JPY", server.PAIRS_SINCE)
    wrong["2026-09-10":] *= 1.1
    web.hold_pair("JPY", wrong)
    web.hold_fred("DEXJPUS", h10("JPY", last="2026-09-25").drop("2026-08-31"))
    ended = market(end="2026-08-31")
    assert ended.sessions[-1] == pd.Timestamp("2026-08-31")
    assert not told(ended, "2026-09")
    assert ended.vintage.series["exchange_rate"].source == "FRED DEXJPUS"
    assert fallbacks(ended) == []
    # Without Yahoo's it is the same.
    web.charts.pop("JPY=X")
    Store().path("JPY=X").unlink()
    again = market(end="2026-08-31")
    assert again.prices.equals(ended.prices)
    assert again.notes == ended.notes
    assert fallbacks(again) == []


def test_a_tail_of_more_than_two_weeks_is_a_fallback(web):
    # 16 September is 14 days before the last session.
    for last, is_fallback in (("2026-09-16", False), ("2026-09-15", True)):
        web.hold_fred("DEXJPUS", h10("JPY", last=last))
        request = Request(Store(), refresh=True)
        Store().path("fred:DEXJPUS").unlink(missing_ok=True)
        exchange_rate(request, "JPY")
        assert bool(request.stood_in) is is_fallback
    (stood_in,) = request.stood_in
    assert stood_in.kind is StandInKind.SERVER
    assert (stood_in.wanted, stood_in.used) == ("rates of H.10 after 2026-09-15", "Yahoo JPY=X")


# --- one server, or none ------------------------------------------------------------------------


def test_without_fred_yahoos_rates_and_the_bundled_short_rates_stand_in(web, monkeypatch):
    monkeypatch.setenv("HEDGE_FRED_URL", NOWHERE)
    yen = market(carry_rates=True)  # the tables end long before
    assert told(yen, "rates of exchange of the yen are Yahoo's JPY=X throughout, from 2003-12-02")
    assert told(yen, "short rates of the yen are the bundled ones, to ")
    used = {each.series[0]: (each.kind, each.used) for each in fallbacks(yen)}
    assert used["exchange_rate"] == (StandInKind.SERVER, "Yahoo JPY=X")
    assert used["home_rate"] == (StandInKind.SOURCE, "the bundled ones")


def test_the_dollars_short_rate_of_the_tables_may_be_too_old_for_a_live_run(web, monkeypatch):
    last = world.short_rate("USD").last
    monkeypatch.setenv("HEDGE_FRED_URL", NOWHERE)
    if (pd.Period("2026-08") - last).n <= 6:
        pytest.skip("the bundled short rates go on to last month")
    with pytest.raises(DataError) as refused:
        market()
    text = str(refused.value)
    assert "\n" not in text
    assert f"the dollar short rate ends with {last}" in text
    assert "--carry-rates carries it further; or give --end 20" in text


def test_without_yahoos_pair_h10_is_carried_on_and_that_is_said(web):
    web.charts.pop("JPY=X")
    yen = market()
    assert told(yen, "rates of exchange of the yen end with 2026-09-25, the last of H.10", "cannot")
    assert told(yen, "ends with 2026-09-25 and is carried on for 3 sessions")
    assert yen.abroad.figures.exchange.index[-1] == FRIDAY
    assert yen.sessions[-1] == SESSION
    ratio = yen.prices["SPY"] / yen.in_dollars.prices["SPY"]
    assert ratio[SESSION] == pytest.approx(ratio[FRIDAY], rel=1e-12)


def test_h10_alone_is_carried_for_five_sessions_and_no_more(web):
    web.charts.pop("JPY=X")
    web.hold_fred("DEXJPUS", h10("JPY", last="2026-09-23"))
    assert market().sessions[-1] == SESSION  # the fifth session after it
    web.hold_fred("DEXJPUS", h10("JPY", last="2026-09-22"))
    Store().path("fred:DEXJPUS").unlink()
    with pytest.raises(DataError) as refused:
        market()
    text = str(refused.value)
    assert "the rate of exchange of the yen ends with 2026-09-22" in text
    assert text.endswith(
        "is carried over 5 sessions at most; try again later; or give --end 2026-09-29"
    )
    assert market(end="2026-09-29").sessions[-1] == pd.Timestamp("2026-09-29")


def test_a_hole_of_more_than_five_sessions_is_refused_by_its_days(web):
    web.charts.pop("JPY=X")
    rates = h10("JPY", last="2026-09-25")
    web.hold_fred("DEXJPUS", rates.drop(rates.loc["2026-03-03":"2026-03-11"].index))
    with pytest.raises(DataError, match="no figure from 2026-03-02 to 2026-03-12, longer than"):
        market()


def test_without_either_it_is_one_line_and_auto_takes_the_months(web):
    web.charts.pop("JPY=X")
    web.fred.pop("DEXJPUS")
    with pytest.raises(UnreachableError) as refused:
        market()
    assert str(refused.value) == (
        "rates of exchange of the yen can be had from neither FRED (DEXJPUS) nor Yahoo (JPY=X); "
        "try again later, or use --source files:DIR"
    )
    months = market(auto=True)
    assert months.source == "bundled"
    assert any(each.used == "the bundled history" for each in months.vintage.stood_in)


def test_servers_that_contradict_each_other_are_not_joined(web):
    wrong = h10("JPY", server.PAIRS_SINCE)
    wrong["2026-09-01":] *= 1.03
    web.hold_pair("JPY", wrong)
    yen = market()
    assert told(yen, "Yahoo's JPY=X and H.10's DEXJPUS contradict each other on ")
    assert told(yen, "end with 2026-09-25, the last of H.10: Yahoo's are not used")
    assert yen.abroad.figures.exchange.index[-1] == FRIDAY


def test_what_contradicted_each_other_years_ago_is_said_and_keeps_no_tail_out(web):
    wrong = h10("JPY", server.PAIRS_SINCE)
    wrong["2012-03-01":"2012-03-30"] *= 1.05
    web.hold_pair("JPY", wrong)
    yen = market()
    assert told(yen, "Yahoo's JPY=X and H.10's DEXJPUS contradict each other on ", "2012-03")
    assert not told(yen, "Yahoo's are not used")
    assert yen.abroad.figures.exchange.index[-1] > FRIDAY


def test_what_is_odd_about_yahoos_is_said_where_it_is_used(web):
    odd = h10("JPY", server.PAIRS_SINCE)
    odd["2010-05-04"] *= 1.2  # a day that H.10 has
    web.hold_pair("JPY", odd)
    assert not told(market(), "2010-05")
    web.fred.pop("DEXJPUS")
    Store().path("fred:DEXJPUS").unlink()
    assert told(market(), "JPY=X: moves", "2010-05")


def test_a_currency_without_h10_is_yahoos_and_no_fallback(web):
    rates = 3.5 + 0.0 * h10("CHF", server.PAIRS_SINCE) + 0.1 * h10("CHF", server.PAIRS_SINCE)
    web.charts["ILS=X"] = server.chart(
        "ILS=X", server.pair_bars(rates), zone="Europe/London", opens_at=0, kind="CURRENCY",
        currency="ILS",
    )  # fmt: skip
    request = Request(Store())
    exchange = exchange_rate(request, "ILS", ("TA.TA",))
    assert exchange.words == "Yahoo's ILS=X"
    assert request.stood_in == []
    (note,) = request.notes
    assert note.startswith("rates of exchange of ILS are Yahoo's ILS=X throughout, from 2003-12-02")
    assert "since the Federal Reserve publishes none" in note
    with pytest.raises(UnreachableError, match=r"of PLN cannot be had: Yahoo \(PLN=X\) gives none"):
        exchange_rate(Request(Store()), "PLN")


# --- short rates --------------------------------------------------------------------------------


def test_short_rates_are_freds_and_the_bundled_ones_before_them(web):
    series = CURRENCIES["JPY"].interbank
    # Corrected by half a hundredth, which is within the rounding of the tables.
    sent = interbank("JPY", first="2010-01", last="2026-08") + 0.005
    web.hold_fred(series, sent)
    figures = currency_figures(Request(Store()), "JPY")
    own = figures.home.figures
    assert own["2020-06"] == sent["2020-06-01"]
    assert own.index[0] == world.short_rate("JPY").figures.index[0]
    assert own["2005-06"] == world.short_rate("JPY").figures["2005-06"]
    assert own.index[-1] == pd.Period("2026-08")
    request = Request(Store())
    currency_figures(request, "JPY")
    assert f"short rates of the yen before 2010-01 are the bundled ones: FRED ({series}) has " in (
        " ".join(request.notes)
    )


@pytest.mark.parametrize(("last", "is_refused"), [("2026-02", False), ("2026-01", True)])
def test_short_rates_are_carried_for_six_months_and_then_refused(web, last, is_refused):
    # A session of September needs the rate of August.
    web.hold_fred(DOLLAR_RATE, interbank("USD", last=last))
    if is_refused:
        with pytest.raises(DataError) as refused:
            market()
        text = str(refused.value)
        assert f"the dollar short rate ends with {last} and is carried on for 6 months" in text
        assert text.endswith("--carry-rates carries it further; or give --end 2026-08-31")
        assert market(end="2026-08-31").sessions[-1] == pd.Timestamp("2026-08-31")
        yen = market(carry_rates=True)
    else:
        yen = market()
    assert yen.sessions[-1] == SESSION
    months = (pd.Period("2026-08") - pd.Period(last)).n
    assert told(yen, f"the dollar short rate ends with {last} and is carried on for {months} mont")
    (stood_in,) = (each for each in fallbacks(yen) if each.series == ("dollar_rate",))
    assert stood_in.kind is StandInKind.CARRIED


def test_a_usual_lag_of_short_rates_is_no_fallback(web):
    for series, code in ((CURRENCIES["JPY"].interbank, "JPY"), (DOLLAR_RATE, "USD")):
        web.hold_fred(series, interbank(code, last="2026-06"))
    yen = market()
    assert told(yen, "the yen short rate ends with ", "and is carried on for ")
    assert fallbacks(yen) == []


# --- snapshots ----------------------------------------------------------------------------------


def test_offline_the_figures_of_before_are_used_by_their_day(web, monkeypatch):
    first = market()
    for name in Store().tickers():
        age(Store(), name, 3)
    monkeypatch.setenv("HEDGE_YAHOO_URL", NOWHERE)
    monkeypatch.setenv("HEDGE_FRED_URL", NOWHERE)
    asked = len(web.asked)
    yen = market(auto=True)
    assert len(web.asked) == asked
    pd.testing.assert_frame_equal(yen.prices, first.prices, check_exact=True)
    pd.testing.assert_series_equal(yen.cash, first.cash, check_exact=True)
    used = {each.series[0] for each in fallbacks(yen)}
    assert used == {"exchange_rate", "home_rate", "dollar_rate"}
    assert all(each.used.startswith("those fetched on ") for each in fallbacks(yen))


def test_a_refetch_that_contradicts_what_is_kept_is_not_used(web):
    first = market()
    wrong = h10("JPY", last="2026-09-25")
    wrong["2026-09-01":] *= 1.04  # after the tables' last month: they cannot tell
    web.hold_fred("DEXJPUS", wrong)
    assert told(market(refresh=True), "DEXJPUS: differs from the history fetched on ")
    web.hold_fred("DEXJPUS", (1 / wrong).where(wrong.index > "2026-08-31", wrong))
    with_kept = market(refresh=True)
    assert told(with_kept, "DEXJPUS: FRED's figures leap from ", "not used")
    assert with_kept.sessions.equals(first.sessions)

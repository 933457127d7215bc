"""A market from Yahoo: what is fetched, what comes from the cache, and the fallbacks."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from data.errors import DataError, UnreachableError
from data.load import load_market
from data.origin import How, Origin
from data.sources import live
from data.sources.snapshots import Store
from data.vintage import StandInKind
from data.withholding.rates import Withheld, Withholding
from tests import yahoo_server as server
from tests.data.helpers import age


def test_a_missing_ticker_of_three_names_what_arrived(web):
    with pytest.raises(
        DataError, match="NOPE: Yahoo has no such ticker.*SPY, IEF arrived and are cached"
    ):
        live.load(["SPY", "IEF", "NOPE"], may_fall_back=False)
    assert Store().tickers() == ["IEF", "SPY"]


# --- auto ---------------------------------------------------------------------------------


def test_yahoo_never_falls_back_and_auto_says_why(web, monkeypatch):
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=r"^Yahoo cannot be reached \(127.*or files:DIR$"):
        live.load(["SPY", "IEF"], may_fall_back=False)
    market = live.load(["SPY", "IEF"], may_fall_back=True)
    assert time.monotonic() - began < 30
    assert market.source == "bundled"
    assert market.title.endswith("(Yahoo cannot be reached)")
    assert "127.0.0.1" in market.origin.remark


@pytest.mark.parametrize(
    ("cached", "tickers", "advice"),
    [
        ([], ["SPY", "IEF"], "bundled or files:DIR"),
        ([], ["SPY", "QQQ"], "files:DIR"),  # the bundled history has no QQQ
        (["SPY", "IEF"], ["SPY", "IEF"], "auto, which takes the prices cached before"),
        (["SPY"], ["SPY", "IEF"], "bundled or files:DIR"),
    ],
)
def test_only_a_source_that_has_all_tickers_is_advised(web, monkeypatch, cached, tickers, advice):
    if cached:
        live.load(cached, may_fall_back=False)
    for ticker in cached:
        age(Store(), ticker, 10)
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    with pytest.raises(UnreachableError) as refused:
        live.load(tickers, may_fall_back=False)
    assert str(refused.value).endswith(f"; try again later, or use --source {advice}")
    with pytest.raises(UnreachableError, match=r"later, or use --source (files:DIR|auto, which)"):
        live.load(tickers, may_fall_back=False, extend=True)  # bundled months are not carried back


def test_auto_prefers_an_older_snapshot_to_the_bundled_history(web, monkeypatch):
    live.load(["SPY", "IEF"], may_fall_back=False)
    for ticker in ("SPY", "IEF"):
        age(Store(), ticker, 10)
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    market = live.load(["SPY", "IEF"], may_fall_back=True)
    assert market.source == "yahoo"
    assert "older snapshots: Yahoo cannot be reached" in market.title
    assert "up to 10 days old" in market.origin.remark


def test_a_snapshot_of_a_future_clock_that_stands_in_is_no_fetch_of_now(web, monkeypatch):
    live.load(["SPY"], may_fall_back=True)
    age(Store(), "SPY", -3)
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    market = live.load(["SPY"], may_fall_back=True)
    assert "older snapshots: Yahoo cannot be reached" in market.title
    assert market.origin.remark.endswith("snapshots, from the future (was the clock set back?)")


def test_auto_without_any_stand_in_fails_in_one_line(web, monkeypatch):
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    with pytest.raises(DataError, match="no snapshot of QQQ is cached and the bundled") as refused:
        live.load(["SPY", "QQQ"], may_fall_back=True)
    assert str(refused.value).count("--source") == 1
    assert str(refused.value).endswith("; bring its prices with --source files:DIR")


def test_the_origin_of_a_market_fetched_kept_and_stood_in_for(web, monkeypatch):
    fetched = live.load(["SPY"], may_fall_back=True)
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    assert fetched.origin == Origin(How.FETCHED, today)
    assert fetched.title == f"daily prices from Yahoo, fetched {today}"
    assert fetched.remarks == ()

    age(Store(), "SPY", 0.5)
    fresh = live.load(["SPY"], may_fall_back=True)
    assert (fresh.origin.how, fresh.origin.is_first_choice) == (How.KEPT, True)
    assert fresh.origin.age == pytest.approx(dt.timedelta(hours=12), abs=dt.timedelta(minutes=1))
    assert fresh.origin.remark == "cached snapshots, up to 12 h old"

    age(Store(), "SPY", 3)
    web.faults["SPY"] = [server.body(b"<html>busy</html>")]
    older = live.load(["SPY"], may_fall_back=True)
    day = f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=3):%Y-%m-%d}"
    assert (older.origin.how, older.origin.fetched) == (How.OLDER, day)
    assert older.plain_title == f"daily prices from Yahoo, fetched {day}, older snapshots"
    assert older.title == f"{older.plain_title}: what Yahoo sent cannot be used"
    failure, _, rest = older.origin.remark.rpartition("; ")
    assert failure == older.origin.failure
    assert failure.startswith("SPY: what Yahoo sent cannot be read")
    assert rest == "cached snapshots, up to 3 days old"
    assert fetched.fingerprints() == fresh.fingerprints() == older.fingerprints()

    Store().clear()
    bundled = live.load(["SPY"], may_fall_back=True)
    assert (bundled.origin.how, bundled.origin.fetched) == (How.BUNDLED, None)
    assert bundled.origin.remark == failure


def test_the_oldest_of_several_snapshots_is_the_age_of_all(web):
    live.load(["SPY", "IEF"], may_fall_back=False)
    age(Store(), "IEF", 0.25)
    market = live.load(["SPY", "IEF"], may_fall_back=False)
    assert market.origin.remark == "cached snapshots, up to 6 h old"
    assert market.provenance["SPY"].fetched is not None
    assert market.origin.fetched == market.provenance["IEF"].fetched


# --- what stood in for what ----------------------------------------------------------------


def stood_in(market, series: str) -> list[tuple[StandInKind, str, str, str | None]]:
    """Kind, wanted, used and why of each fallback of a series."""
    return [
        (each.kind, each.wanted, each.used, each.why)
        for each in market.vintage.fallbacks
        if series in each.series
    ]


def days_ago(days: float) -> str:
    return f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=days):%Y-%m-%d}"


def test_new_and_fresh_prices_stand_in_for_nothing(web):
    for _ in range(2):  # fetched, then those of the last day
        market = live.load(["SPY", "IEF"], may_fall_back=True)
        assert stood_in(market, "SPY") == stood_in(market, "CASH") == []
        assert market.vintage.series["SPY"].fetched == days_ago(0)
        assert market.vintage.series["CASH"].fetched == days_ago(0)


def test_older_snapshots_stand_in_for_new_prices(web):
    live.load(["SPY", "IEF"], may_fall_back=True)
    age(Store(), "IEF", 10)
    web.faults["IEF"] = [server.body(b"<html>busy</html>")]
    market = live.load(["SPY", "IEF"], may_fall_back=True)
    short = "what Yahoo sent cannot be used"
    used = f"those fetched on {days_ago(10)}"
    assert stood_in(market, "SPY") == stood_in(market, "IEF")
    assert stood_in(market, "SPY") == [(StandInKind.SNAPSHOT, live.NEW_PRICES, used, short)]
    assert market.vintage.series["IEF"].fetched == days_ago(10)


def test_the_bundled_history_stands_in_for_new_prices(web, monkeypatch):
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    market = live.load(["SPY", "IEF"], may_fall_back=True)
    short = "Yahoo cannot be reached"
    ours = (StandInKind.SOURCE, live.NEW_PRICES, "the bundled history", short)
    assert stood_in(market, "SPY") == stood_in(market, "IEF") == [ours]
    # That its funds are computed is no fallback of its own.
    assert [each.kind for each in market.vintage.stood_in] == [
        StandInKind.SOURCE, StandInKind.MODEL, StandInKind.MODEL,
    ]  # fmt: skip


def test_cash_of_the_table_stands_in_for_bill_yields_of_yahoo_and_fred(web, monkeypatch):
    del web.fred["DTB3"]
    market = live.load(["SPY"], may_fall_back=False)
    (stand_in,) = (each for each in market.vintage.fallbacks if each.kind is StandInKind.BILLS)
    assert stand_in.series == ("CASH",)
    assert market.vintage.series["CASH"].source == "bundled"


# --- withholding --------------------------------------------------------------------------


def test_dividends_of_yahoo_are_withheld_from(web):
    # Every 60 days 0.5 is paid on a close of 100 or 101.
    whole = live.load(["SPY", "IEF"], may_fall_back=False)
    half = live.load(
        ["SPY", "IEF"], may_fall_back=False, withholding=Withholding({"SPY": Withheld(0.5)})
    )
    left = (half.prices["SPY"] / whole.prices["SPY"]).to_numpy()
    bars = server.made_bars()
    paid = (bars["Dividends"] / bars["Close"].shift(1)).to_numpy()[1:]
    assert left[-1] == pytest.approx((1 - 0.5 * paid).prod(), rel=1e-13)
    assert (paid > 0).sum() >= 4
    assert half.prices["IEF"].equals(whole.prices["IEF"])
    assert half.notes[-1] == "withheld: 50 % of SPY's dividends"


def test_the_bundled_fallback_does_not_know_the_dividends_of_equity(web, monkeypatch):
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    why = (
        "Yahoo cannot be reached .*; of the bundled history, nothing can be withheld from SPY: the"
    )
    with pytest.raises(DataError, match=why):
        load_market("auto", ["SPY"], withholding=Withholding({"SPY": Withheld(0.5)}))

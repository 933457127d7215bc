"""Yields and other rates over the network, and their fallbacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from data.sources import fred, live, yahoo
from data.sources.bars import Bars
from data.sources.live_rates import Request
from data.sources.snapshots import Store
from data.treasuries.rates import bond_equivalent
from data.vintage import SeriesVintage, StandIn, StandInKind
from data.withholding.rates import Withheld, Withholding
from tests import yahoo_server as server
from tests.data.helpers import age
from tests.made_rates import hold_index, hold_rates, rate

FIRST, LAST = f"{server.made_bars(900).index[0]:%Y-%m-%d}", "2025-09-26"


@pytest.fixture
def web(monkeypatch, tmp_path):
    with server.serve() as running:
        bars = server.made_bars(400)
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, bars)
        older = server.made_bars(900)
        running.hold("^SP500TR", older)
        hold_rates(running, FIRST, LAST)
        for ticker in yahoo.YIELDS:
            hold_index(running, ticker, rate(ticker, FIRST, LAST))
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        yield running


NEEDS = ("yields", "policy_rate", "usd", "cpi")


def test_a_live_market_has_what_was_asked_for(web):
    market = live.load(["SPY", "IEF"], may_fall_back=False, needs=NEEDS)
    assert list(market.yields.columns) == sorted(fred.CURVE)
    # The last figures public on Friday, 2025-09-26: the mean of 21 days to the day before, the
    # dollar of the week before, July's prices (August's come with the last session of September).
    policy = rate("DFF", last="2025-09-25")
    weekdays = policy[pd.DatetimeIndex(policy.index).day_of_week < 5]
    assert market.policy_rate.iloc[-1] == pytest.approx(weekdays.iloc[-21:].mean(), abs=1e-8)
    assert market.usd.iloc[-1] == rate(fred.BROAD_DOLLAR)["2025-09-19"]
    assert market.cpi.iloc[-1] == rate(fred.CPI)["2025-07-01"]
    assert market.provenance["CASH"].source == "FRED DTB3"
    # A discount of bills, in bond-equivalent terms, over the days of one step.
    step = market.cash.iloc[-1] / market.cash.iloc[-2]
    whole = 1 / (1 - rate("DTB3")["2025-09-25"] / 100 * 91 / 360)
    assert step == pytest.approx(whole ** (1 / 91), rel=1e-9)


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


def test_a_live_market_asks_for_yields_to_carry_the_short_end_back(web):
    bars = server.made_bars(400)
    web.hold("BIL", bars.iloc[100:])
    days = [bars.index[0], bars.index[100]]
    for carried, first in (((), days[1]), (("BIL", "SHY"), days[0])):
        web.asked.clear()
        market = live.load(["SPY", "BIL"], may_fall_back=False, carried_back=carried)
        assert market.first_session(["SPY", "BIL"])[0] == first
        assert ("DGS2" in web.asked) == bool(carried)
        assert len(market.sessions) == 400  # no session before the first of SPY
    assert any(note.startswith("BIL before ") for note in market.notes)


def test_a_series_is_asked_for_once_and_a_server_that_fails_not_again(web, monkeypatch):
    request = Request(Store())
    for _ in range(2):
        assert request.rates(["bill", "policy_rate"]).bill is not None
    # The bill of Yahoo is a second opinion; yfinance may ask for its time zone before.
    assert list(dict.fromkeys(web.asked)) == [fred.BILL, fred.POLICY_RATE, "^IRX"]
    assert [web.asked.count(name) for name in (fred.BILL, fred.POLICY_RATE)] == [1, 1]
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    silent = Request(Store(), refresh=True)
    silent.rates(["policy_rate", "cpi"])
    # One line: after it nobody waits for FRED again, and what is kept of the day is used.
    assert [line for line in silent.remarks if "FRED cannot be reached" in line] == silent.remarks
    assert len(silent.remarks) == 1


def test_offline_nobody_is_asked_and_what_is_kept_is_named_by_its_day(web):
    Request(Store()).rates(["policy_rate"])
    age(Store(), "fred:DFF", 40)
    asked = len(web.asked)
    request = Request(Store(), offline=True)
    rates = request.rates(["bill", "policy_rate", "yields"])
    assert len(web.asked) == asked
    assert (rates.bill, rates.yields) == (None, None)
    assert rates.policy_rate.iloc[-1] == rate("DFF")[LAST]
    day = f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=40):%Y-%m-%d}"
    assert request.remarks == [f"fred:DFF is an older snapshot of {day}"]
    assert request.notes == ["no yields: neither FRED nor Yahoo could be asked for a whole curve"]


def test_the_three_month_yield_of_yahoo_is_a_discount(web, monkeypatch):
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    curve = Request(Store()).rates(["yields"]).yields
    # A discount d is 365 d / (360 - 91 d) bond-equivalent (4 %: 4.097 %); the others as sent.
    sent = rate("^IRX")[LAST] / 100
    assert curve[0.25].iloc[-1] == pytest.approx(100 * 365 * sent / (360 - sent * 91), rel=1e-12)
    for years, name in ((5.0, "^FVX"), (10.0, "^TNX"), (30.0, "^TYX")):
        assert curve[years].iloc[-1] == rate(name)[LAST]


def test_a_warning_of_a_series_is_noted_once(web):
    holed = rate("DFF", FIRST, LAST)
    web.hold_fred("DFF", holed.drop(holed.loc["2025-05-02":"2025-07-28"].index))
    request = Request(Store())
    for _ in range(2):
        request.rates(["policy_rate"])
    (note,) = request.notes
    assert note.startswith("DFF: no figure between")


# --- what stood in for what ----------------------------------------------------------------


def fallback(series: str, kind: StandInKind, wanted: str, used: str, why: str) -> StandIn:
    return StandIn((series,), kind, wanted, used, is_fallback=True, why=why)


SILENT = "FRED cannot be reached"


def today() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"


def days_ago(days: int) -> str:
    return f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=days):%Y-%m-%d}"


def test_every_rate_says_whose_it_is_how_old_and_when_it_was_fetched(web):
    market = live.load(["SPY"], may_fall_back=False, needs=NEEDS)
    last, rates = market.sessions[-1], market.vintage.series
    own = f"{last:%Y-%m-%d}"
    before = f"{market.sessions[-2]:%Y-%m-%d}"
    assert rates["CASH"] == SeriesVintage("FRED DTB3", before, today())
    assert rates["yields"] == SeriesVintage("FRED", own, today())
    assert rates["policy_rate"] == SeriesVintage("FRED DFF", before, today())
    assert rates["cpi"] == SeriesVintage("FRED CPIAUCSL", "2025-07-01", today())
    # The exchange's index is not there: the broad one, of the weeks published by Monday.
    assert (own, rates["usd"]) == ("2025-09-26", SeriesVintage("FRED DTWEXBGS", "2025-09-19",
                                                               today()))  # fmt: skip
    assert market.vintage.fallbacks == (
        fallback("usd", StandInKind.SERVER, "Yahoo DX-Y.NYB", "FRED DTWEXBGS",
                 "what Yahoo sent cannot be used"),
    )  # fmt: skip


def test_yahoos_yields_stand_in_for_freds(web, monkeypatch):
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    market = live.load(["SPY"], may_fall_back=False, needs=("yields", "policy_rate", "cpi"))
    assert market.vintage.fallbacks == (
        fallback("CASH", StandInKind.SERVER, "FRED DTB3", "Yahoo ^IRX", SILENT),
        fallback("yields", StandInKind.SERVER, "FRED's ten yields", "Yahoo's four", SILENT),
        fallback("policy_rate", StandInKind.MISSING, "FRED DFF", "nothing", SILENT),
        fallback("cpi", StandInKind.MISSING, "FRED CPIAUCSL", "nothing", SILENT),
    )
    assert market.vintage.series["CASH"].source == "Yahoo ^IRX"
    assert market.vintage.series["yields"].source == "Yahoo"
    assert "policy_rate" not in market.vintage.series


def test_no_yields_at_all_are_missing(web, monkeypatch):
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    del web.charts["^TYX"]
    request = Request(Store())
    request.rates(["yields"])
    assert request.stood_in == [
        fallback("yields", StandInKind.MISSING, "FRED's ten yields", "nothing", SILENT)
    ]


def test_an_older_snapshot_stands_in_and_one_of_the_day_does_not(web, monkeypatch):
    Request(Store()).rates(["bill", "yields", "policy_rate"])
    for name in ("fred:DGS2", "fred:DFF"):
        age(Store(), name, 3)
    age(Store(), "fred:DGS30", 5)
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    request = Request(Store())
    rates = request.rates(["bill", "yields", "policy_rate"])
    used = f"those fetched on {days_ago(5)}"
    assert request.stood_in == [
        fallback("yields", StandInKind.SNAPSHOT, "new figures of FRED", used, SILENT),
        fallback("policy_rate", StandInKind.SNAPSHOT, "new figures of FRED DFF",
                 f"those fetched on {days_ago(3)}", SILENT),
    ]  # fmt: skip
    assert rates.fetched == {
        "bill": today(), "yields": days_ago(5), "policy_rate": days_ago(3),
    }  # fmt: skip
    # Asked for anew, a snapshot of the day stands in too.
    again = Request(Store(), refresh=True)
    again.rates(["bill"])
    assert again.stood_in == [
        fallback("CASH", StandInKind.SNAPSHOT, "new figures of FRED DTB3",
                 f"those fetched on {today()}", SILENT)
    ]  # fmt: skip


def test_where_no_server_is_asked_that_is_why(web):
    Request(Store()).rates(["policy_rate"])
    offline = Request(Store(), offline=True)
    for _ in range(2):  # said once
        offline.rates(["policy_rate", "cpi"])
    assert offline.stood_in == [
        fallback("cpi", StandInKind.MISSING, "FRED CPIAUCSL", "nothing", "no server was asked")
    ]


def test_a_proxy_that_cannot_be_loaded_is_missing_and_an_older_one_stands_in(web):
    market = live.load(["SPY", "IEF"], may_fall_back=False, extend=True)
    short = "what Yahoo sent cannot be used"
    vanguard = fallback("SPY", StandInKind.MISSING,
                        "the Vanguard 500 fund with its dividends (VFINX)", "nothing",
                        short)  # fmt: skip
    assert market.vintage.fallbacks == (vanguard,)
    proxies = [each for each in market.vintage.stood_in if each.kind is StandInKind.PROXY]
    assert [each.series for each in proxies] == [("SPY",), ("IEF",)]
    age(Store(), "^SP500TR", 9)
    del web.charts["^SP500TR"]
    market = live.load(["SPY", "IEF"], may_fall_back=False, extend=True)
    older = fallback("SPY", StandInKind.SNAPSHOT, "the S&P 500 total-return index (^SP500TR)",
                     f"those fetched on {days_ago(9)}", short)  # fmt: skip
    assert set(market.vintage.fallbacks) == {vanguard, older}


def test_proxies_of_yahoo_are_withheld_from_and_the_index_is_refused_with_a_day(web):
    begins = server.made_bars(400).index
    bonds = Withholding({"IEF": Withheld(0.3)})
    whole = live.load(["SPY", "IEF"], may_fall_back=False, extend=True)
    less = live.load(["SPY", "IEF"], may_fall_back=False, extend=True, withholding=bonds)
    left = (less.prices["IEF"] / whole.prices["IEF"]).dropna()
    # The ladder before the fund loses three tenths of its yield, day by day.
    ladder = left.loc[: begins[0]]
    years = (ladder.index[-1] - ladder.index[0]).days / 365.25
    yields = whole.yields.loc[ladder.index[0] : begins[0], [7.0, 10.0]].mean().mean() / 100
    assert -np.log(ladder.iloc[-1]) / years == pytest.approx(0.3 * yields, rel=0.05)
    with pytest.raises(
        DataError,
        match=rf"before {begins[0]:%Y-%m-%d} it is the S&P 500 total-return index \(\^SP500TR\), "
        rf"whose dividends are not known; .* by SPY=0.15@{begins[1]:%Y-%m-%d}",
    ):
        live.load(["SPY", "IEF"], may_fall_back=False, extend=True,
                  withholding=Withholding({"SPY": Withheld(0.15)}))  # fmt: skip
    since = Withholding({"SPY": Withheld(0.15, f"{begins[1]:%Y-%m-%d}")})
    later = live.load(["SPY", "IEF"], may_fall_back=False, extend=True, withholding=since)
    assert later.prices["SPY"].loc[: begins[0]].equals(whole.prices["SPY"].loc[: begins[0]])
    assert later.prices["SPY"].iloc[-1] < whole.prices["SPY"].iloc[-1]


# --- series against the bundled months, and against each other --------------------------------


def spoiled(name: str, change: Callable[[pd.Series], pd.Series]) -> Callable[[server.Yahoo], None]:
    """Serve a series of FRED with a fault."""
    return lambda web: web.hold_fred(name, change(rate(name, FIRST, LAST)))


def exchanged(first: str, second: str) -> Callable[[server.Yahoo], None]:
    """Serve two series of FRED under each other's names."""

    def serve_them(web: server.Yahoo) -> None:
        web.hold_fred(first, rate(second, FIRST, LAST))
        web.hold_fred(second, rate(first, FIRST, LAST))

    return serve_them


def every(change: Callable[[pd.Series], pd.Series]) -> Callable[[server.Yahoo], None]:
    """Serve the whole curve with a fault."""

    def serve_them(web: server.Yahoo) -> None:
        for name in fred.CURVE.values():
            spoiled(name, change)(web)

    return serve_them


def a_day_later(table: pd.Series) -> pd.Series:
    return table.shift(1).dropna()


def a_day_earlier(table: pd.Series) -> pd.Series:
    return table.shift(-1).dropna()


MATURITIES = list(fred.CURVE.values())
FAULTS = {
    "the bill in fractions": (spoiled("DTB3", lambda table: table / 100), "DTB3: "),
    "the bill in tenths": (spoiled("DTB3", lambda table: table / 10), "DTB3: "),
    "the bill a hundredfold": (spoiled("DTB3", lambda table: table * 100), "DTB3 from FRED is"),
    "the bill a point higher": (spoiled("DTB3", lambda table: table + 1), "DTB3: "),
    "the bill as zero": (spoiled("DTB3", lambda table: table * 0), "DTB3: "),
    "the bill constant": (spoiled("DTB3", lambda table: table * 0 + 4.5), "DTB3: "),
    "the bill as the ten-year yield": (
        lambda web: web.hold_fred("DTB3", rate("DGS10", FIRST, LAST)), "DTB3: "),
    "the bill a session late": (spoiled("DTB3", a_day_later), "DTB3 may be a day later than "),
    "the bill a session early": (spoiled("DTB3", a_day_earlier), "may be a day later than DTB3"),
    "the curve in fractions": (every(lambda table: table / 100), "DGS10: "),
    "the curve a session late": (every(a_day_later), "DGS10: "),
    "the curve a session early": (every(a_day_earlier), "DGS10: "),
    **{f"{name} in fractions": (spoiled(name, lambda table: table / 100), f"{name}: ")
       for name in MATURITIES},
    **{f"{name} a session late": (spoiled(name, a_day_later), name) for name in MATURITIES},
    **{f"{first} and {second} exchanged": (exchanged(first, second), " contradict ")
       for first, second in pairwise(MATURITIES)},
    "the policy rate in fractions": (spoiled("DFF", lambda table: table / 100), "DFF: "),
    "the policy rate constant": (spoiled("DFF", lambda table: table * 0 + 4.0), "DFF: "),
    "the policy rate as the bill": (
        lambda web: web.hold_fred("DFF", rate("DTB3", FIRST, LAST)), "DFF: "),
    "prices as changes": (
        spoiled("CPIAUCSL", lambda table: (100 * table.pct_change(12)).dropna().clip(lower=1)),
        "CPIAUCSL: "),
    "the dollar upside down": (
        spoiled(fred.BROAD_DOLLAR, lambda table: 10_000 / table), "do not move alike"),
    "figures of next year": (
        spoiled("DTB3", lambda table: pd.concat([table, pd.Series(
            4.0, pd.bdate_range(pd.Timestamp.now().normalize() + pd.Timedelta(days=9), periods=99)
        )])), "lies in the future; left out"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_a_wrong_first_answer_of_fred_is_never_silent(web, kind):
    fault, says = FAULTS[kind]
    fault(web)
    needs = ["bill", "yields", "policy_rate", "cpi"]
    if "dollar" in kind:
        hold_index(web, yahoo.DOLLAR, rate(yahoo.DOLLAR, FIRST, LAST))
        needs = ["usd"]
    request = Request(Store())
    rates = request.rates(needs)
    told = [*request.notes, *request.remarks]
    assert any(says in line for line in told), told
    assert all("\n" not in line for line in told)
    right = rate("DTB3", FIRST, LAST)
    if kind.startswith("the bill") and "session" not in kind:  # Yahoo's stands in
        assert rates.sources["bill"] == "Yahoo ^IRX"
        assert rates.bill.iloc[-1] == pytest.approx(bond_equivalent(right).iloc[-1])
    if "in fractions" in kind and "DGS" in kind:
        assert rates.sources["yields"] == "Yahoo"


def test_what_is_refused_is_not_saved_and_what_contradicts_is_named_again_from_the_cache(web):
    spoiled("DFF", lambda table: table / 100)(web)
    spoiled("DGS3", a_day_later)(web)
    for _ in range(2):
        request = Request(Store())
        rates = request.rates(["yields", "policy_rate"])
        assert rates.policy_rate is None
        assert Store().read("fred:DFF") is None
        (refusal,) = request.remarks
        assert refusal.startswith("DFF: FRED's figures contradict the bundled ones")
        assert sum(line.startswith("DGS3 may be a day later than ") for line in request.notes) == 2


def test_plausible_rates_are_loaded_without_a_word(web):
    hold_index(web, yahoo.DOLLAR, rate(yahoo.DOLLAR, FIRST, LAST))
    request = Request(Store())
    request.rates(["bill", *NEEDS])
    assert (request.notes, request.remarks, request.stood_in) == ([], [], [])


def test_real_rates_are_loaded_with_no_word_of_these_checks(web, rates_folder):
    for name, columns in server.RATES.items():
        table = pd.read_csv(rates_folder / name, index_col="date", parse_dates=["date"])
        for column, series in columns.items():
            web.hold_fred(series, table[column].loc["2012":].dropna())
            if series == fred.BILL:  # which Yahoo's bill equals
                hold_index(web, "^IRX", table[column].loc["2012":].dropna())
    request = Request(Store())
    rates = request.rates(["bill", "yields", "policy_rate", "cpi"])
    assert rates.sources["yields"] == "FRED"
    assert [line for line in request.notes if "no figure between" not in line] == []
    assert request.remarks == []


def test_a_wrong_refetch_leaves_the_older_snapshot(web):
    right = Request(Store()).rates(["bill"]).bill
    age(Store(), "fred:DTB3", 3)
    web.hold_fred("DTB3", rate("DTB3", FIRST, LAST) / 100)
    request = Request(Store())
    assert request.rates(["bill"]).bill.equals(right)
    assert any("they look like fractions, not percent" in line for line in request.remarks)
    assert [each.kind for each in request.stood_in] == [StandInKind.SNAPSHOT]


@pytest.mark.parametrize("days", [0.1, 3])
def test_a_wrong_snapshot_of_an_earlier_version_is_not_used(web, days):
    wrong = rate("DFF", FIRST, LAST) / 100
    frame = wrong.rename_axis("Date").to_frame("Value")
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    Store().write("fred:DFF", "FRED", moment, Bars(frame, ()))
    request = Request(Store(), offline=True)
    assert request.rates(["policy_rate"]).policy_rate is None
    (remark,) = request.remarks
    assert "they look like fractions" in remark
    assert remark.endswith(" that holds them is not used, and the next answer replaces it")
    for _ in range(2):  # whether it is of this day or not, and then from the cache
        asked = Request(Store())
        assert asked.rates(["policy_rate"]).policy_rate.iloc[-1] == rate("DFF")[LAST]
        assert asked.remarks == []


# --- Yahoo's bill as a second opinion ---------------------------------------------------------


def test_yahoos_bill_that_differs_is_named_and_one_that_cannot_be_had_is_not(web, tmp_path):
    right = rate("^IRX", FIRST, LAST)
    hold_index(web, "^IRX", right.where(right.index < "2025-06-02", right - 0.6))
    request = Request(Store())
    request.rates(["bill"])
    (note,) = request.notes
    assert note.startswith("^IRX and DTB3 contradict each other on ")
    assert "-0.60 points in the 21 days to " in note
    assert request.stood_in == []
    spoils = (lambda: web.charts.pop("^IRX"), lambda: hold_index(web, "^IRX", right / 100))
    for number, spoil in enumerate(spoils):
        spoil()
        quiet = Request(Store(tmp_path / f"quiet-{number}"))
        quiet.rates(["bill"])
        assert (quiet.notes, quiet.remarks, quiet.stood_in) == ([], [], [])


def test_yahoos_bill_is_asked_for_only_beside_a_new_one_of_fred(web):
    Request(Store()).rates(["bill"])
    asked = web.asked.count("^IRX")
    assert asked >= 1
    Store().path("^IRX").unlink()
    Request(Store()).rates(["bill"])
    Request(Store(), offline=True).rates(["bill"])
    assert web.asked.count("^IRX") == asked
    refreshed = Request(Store(), refresh=True)
    for _ in range(2):
        refreshed.rates(["bill"])
    assert asked < web.asked.count("^IRX") <= 2 * asked


def test_a_late_bill_alone_is_told_by_yahoos(web):
    web.hold_fred("DTB3", rate("DTB3", FIRST, LAST).shift(1).dropna())
    request = Request(Store())
    request.rates(["bill"])
    (note,) = request.notes
    assert note.startswith("DTB3 may be a day later than ^IRX: ")


def test_rates_that_contradict_each_other_after_the_end_are_no_concern_of_the_run(web):
    wrong = rate("DTB3", FIRST, LAST).copy()
    wrong.iloc[-40:] += 1.5
    web.hold_fred("DTB3", wrong)
    end = f"{wrong.index[-80]:%Y-%m-%d}"
    for until, named in ((None, True), (end, False)):
        request = Request(Store(), end=until)
        request.rates(["bill", "yields", "policy_rate"])
        assert any("contradict each other" in note for note in request.notes) is named

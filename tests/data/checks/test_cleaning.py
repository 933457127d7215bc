"""Which of Yahoo's rows are used, and how the others are reported."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from data.checks.cleaning import clean_bars, clean_index
from data.checks.histories import YIELD_BOUNDS
from data.errors import DataError
from data.sources import yahoo
from data.sources.bars import COLUMNS, Bars
from data.sources.chart import Chart
from tests import yahoo_server as server
from tests.data.helpers import adjusted, faulty, fund_bars, growth
from tests.made_rates import rate
from tests.soak.made import adjusted as adjusted_for


def test_another_tickers_chart_is_not_taken(web, bars):
    web.charts["SPY"] = server.chart("QQQ", bars)
    with pytest.raises(DataError, match="SPY: Yahoo answered with QQQ; nothing of it is used"):
        yahoo.fetch("SPY")


def test_an_empty_close_is_left_out_and_named(web, bars):
    web.hold("SPY", faulty(bars, Close=np.nan))
    got = yahoo.fetch("SPY")
    day = f"{bars.index[100]:%Y-%m-%d}"
    assert f"SPY: {day} has no close; left out" in got.warnings
    assert f"SPY: no row on the exchange session {day}" in got.warnings
    assert bars.index[100] not in got.frame.index


def test_a_repeated_day_is_named_and_kept_once(web, bars):
    web.hold("SPY", bars.iloc[[*range(101), 100, *range(101, 300)]])
    got = yahoo.fetch("SPY")
    assert (
        f"SPY: {bars.index[100]:%Y-%m-%d} came twice with the same close; used once" in got.warnings
    )
    assert got.frame.index.is_unique
    assert len(got.frame) == 300


def test_a_weekend_row_is_left_out(web, bars):
    friday = next(row for row in range(100, 110) if bars.index[row].day_of_week == 4)
    extra = bars.iloc[[friday]].set_axis([bars.index[friday] + pd.Timedelta(days=1)])
    extra[["Dividends"]] = 0.0
    web.hold("SPY", pd.concat([bars, extra]).sort_index())
    got = yahoo.fetch("SPY")
    assert f"SPY: {extra.index[0]:%Y-%m-%d} is no weekday; left out" in got.warnings
    assert len(got.frame) == 300


def test_a_history_that_lies_in_the_future_names_the_clock(web, bars, monkeypatch):
    web.hold("SPY", bars)
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("1971-03-01", tz="UTC"))
    with pytest.raises(DataError) as error:
        yahoo.fetch("SPY")
    assert str(error.value) == (
        f"SPY: Yahoo's history begins in the future, on {bars.index[0]:%Y-%m-%d}: it is 1971-02-28 "
        "on this machine; set its clock"  # in New York it is still the day before
    )


def test_a_future_row_is_left_out(web, bars):
    day = pd.Timestamp.now().normalize() + pd.offsets.BDay(5)
    web.hold("SPY", pd.concat([bars, bars.iloc[[-1]].set_axis([day])]))
    got = yahoo.fetch("SPY")
    assert any(f"SPY: {day:%Y-%m-%d}" in line and "left out" in line for line in got.warnings)
    assert got.frame.index[-1] == bars.index[-1]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Close": 0.0}, "has 0 on {day}; prices must be positive"),
        ({"Close": -5.0}, "has -5 on {day}"),
        ({"Close": 50.0}, "moves -50% on {day}"),
        ({"Dividends": 50.0}, "dividend of 50 on {day} is not between"),
        ({"Adj_Close": 0.0}, "adjusted close is 0 on {day}"),
    ],
)
def test_absurd_values_are_refused_by_date(web, bars, cells, message):
    web.hold("SPY", faulty(bars, **cells))
    with pytest.raises(DataError) as caught:
        yahoo.fetch("SPY")
    assert message.format(day=f"{bars.index[100]:%Y-%m-%d}") in str(caught.value)


def test_the_dividend_of_a_row_left_out_is_not_lost(web, bars):
    empty = bars.copy()
    empty.iloc[120, empty.columns.get_loc("Close")] = np.nan  # row 120 pays 0.50
    web.hold("SPY", empty)
    assert yahoo.fetch("SPY").frame["Dividends"].sum() == pytest.approx(bars["Dividends"].sum())
    assert growth("SPY") == pytest.approx(adjusted(bars), rel=1e-4)


def test_a_day_sent_twice_with_different_closes_is_left_out(web, bars):
    again = bars.iloc[[-1]].copy()
    again[["Open", "High", "Low", "Close", "Adj Close"]] = 123.0
    web.hold("SPY", pd.concat([bars, again]))
    got = yahoo.fetch("SPY")
    day = f"{bars.index[-1]:%Y-%m-%d}"
    assert f"SPY: {day} came twice with different closes; left out" in got.warnings
    assert got.frame.index[-1] == bars.index[-2]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("currency", "GBp", "is quoted in GBp"),
        ("instrumentType", "INDEX", "is an index without dividends"),
        ("dataGranularity", "1mo", "sent 1mo bars"),
    ],
)
def test_what_is_no_daily_dollar_fund_is_refused(web, bars, key, value, message):
    chart = server.chart("SPY", bars)
    chart["chart"]["result"][0]["meta"][key] = value
    web.charts["SPY"] = chart
    with pytest.raises(DataError, match=message):
        yahoo.fetch("SPY")


def test_rows_out_of_order_are_refused(web, bars):
    chart = server.chart("SPY", bars)
    stamps = chart["chart"]["result"][0]["timestamp"]
    stamps[100:200] = stamps[100:200][::-1]
    web.charts["SPY"] = chart
    with pytest.raises(DataError, match="rows are out of order at"):
        yahoo.fetch("SPY")


def test_monthly_bars_are_refused(web):
    months = server.made_bars(1000).iloc[::21].copy()
    web.hold("SPY", months[months.index.to_period("M").duplicated() == np.False_])
    with pytest.raises(DataError, match="monthly bars|no row between"):
        yahoo.fetch("SPY")


def test_a_session_that_is_still_open_is_left_out(web, bars, monkeypatch):
    during = (bars.index[-1] + pd.Timedelta(hours=18)).tz_localize("UTC")  # 14:00 in New York
    for moment, rows in ((during, 299), (during + pd.Timedelta(hours=4), 300)):
        monkeypatch.setattr("data.checks.exchange.now", lambda moment=moment: moment)
        got = yahoo.fetch("SPY")
        assert len(got.frame) == rows
        assert any("has not closed yet" in line for line in got.warnings) is (rows == 299)


def test_a_symbol_of_any_length_is_named_in_short(web, bars):
    whole = server.chart("SPY", bars)
    whole["chart"]["result"][0]["meta"]["symbol"] = 10_000 * "QQQ\n"
    web.charts["SPY"] = whole
    with pytest.raises(DataError, match="answered with QQQ QQQ") as caught:
        yahoo.fetch("SPY")
    assert len(str(caught.value)) < 300


# --- with a table and an answer made by hand ------------------------------------------------


def table(rows: int = 300) -> pd.DataFrame:
    """Bars as yfinance returns them: with a zone, and without capital gains."""
    return server.made_bars(rows).tz_localize("America/New_York")


def answer(frame: pd.DataFrame, **fields: object) -> Chart:
    """Yahoo's answer with these rows."""
    stamps = tuple(int((day + pd.Timedelta(hours=9.5)).timestamp()) for day in frame.index)
    whole = Chart("SPY", "USD", "ETF", "1d", stamps, tuple(frame["Close"]), adjusted=True)
    return dataclasses.replace(whole, **fields)


def test_a_table_and_its_answer_are_bars():
    frame = table()
    got = clean_bars("SPY", frame, answer(frame))
    assert got.frame["Close"].tolist() == frame["Close"].tolist()
    assert got.frame.index.tz is None
    assert list(got.frame.columns) == COLUMNS


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"symbol": ""}, "SPY: Yahoo answered with no ticker at all; nothing of it is used"),
        ({"symbol": "SPYG"}, "SPY: Yahoo answered with SPYG"),
        ({"granularity": "None"}, "SPY: Yahoo sent None bars, not daily ones"),
        ({"currency": "usd"}, "SPY: is quoted in usd"),
        ({"kind": "INDEX"}, "SPY is an index without dividends at Yahoo"),
        (
            {"kind": "CURRENCY"},
            "SPY is a rate of exchange at Yahoo, not something to hold; use a fund",
        ),
        ({"adjusted": False}, "SPY: Yahoo sent no adjusted close"),
    ],
)
def test_an_answer_about_something_else_is_refused(fields, words):
    frame = table()
    with pytest.raises(DataError, match=words):
        clean_bars("SPY", frame, answer(frame, **fields))


def test_the_case_of_a_ticker_is_no_other_ticker():
    frame = table()
    assert len(clean_bars("SPY", frame, answer(frame, symbol="spy")).frame) == 300


def test_a_total_return_index_needs_no_adjusted_close():
    frame = table()
    frame["Dividends"], frame["Adj Close"] = 0.0, frame["Close"]
    sent = answer(frame, symbol="^SP500TR", kind="INDEX", adjusted=False)
    assert len(clean_bars("^SP500TR", frame, sent).frame) == 300


def test_a_table_without_prices_is_refused():
    frame = table()
    with pytest.raises(DataError, match="SPY: Yahoo sent no prices; check the ticker"):
        clean_bars("SPY", frame.drop(columns="Dividends"), answer(frame))


@pytest.mark.parametrize(("listed", "within"), [(0.5, False), (1.5, True)])
def test_a_gain_counts_once_whether_or_not_the_dividend_holds_it(listed, within):
    # On its day the fund pays a dividend of 0.5 and a gain of 1.0: its adjusted close knows 1.5.
    truth = server.made_bars(300)
    truth.iloc[180, truth.columns.get_loc("Dividends")] = 1.5
    frame = adjusted_for(truth).tz_localize("America/New_York")
    frame.iloc[180, frame.columns.get_loc("Dividends")] = listed
    frame["Capital Gains"] = 0.0
    frame.iloc[180, frame.columns.get_loc("Capital Gains")] = 1.0
    got = clean_bars("SPY", frame, answer(frame))
    assert got.frame["Dividends"].iloc[180] == 1.5
    assert frame["Dividends"].iloc[180] == listed  # what was given stays as it was


def test_a_split_of_a_row_left_out_counts_on_the_next_with_the_one_there():
    frame = table()
    splits = frame.columns.get_loc("Stock Splits")
    frame.iloc[100, splits], frame.iloc[101, splits] = 2.0, 1.5
    frame.iloc[100, frame.columns.get_loc("Close")] = np.nan
    got = clean_bars("SPY", frame, answer(frame))
    assert got.frame["Stock Splits"].iloc[100] == 3.0
    assert got.frame["Stock Splits"].ne(0).sum() == 1


def test_an_index_of_yields_is_its_closes():
    frame = table(60)
    frame["Close"] = np.resize([4.25, 4.27], 60)
    frame.iloc[10, frame.columns.get_loc("Close")] = np.nan
    sent = answer(frame, symbol="^TNX", kind="INDEX", adjusted=False)
    got = clean_index("^TNX", frame, sent, YIELD_BOUNDS)
    assert got.frame.columns.tolist() == ["Value"]
    assert len(got.frame) == 59
    assert got.warnings == ()
    with pytest.raises(DataError, match=r"\^TNX: Yahoo sent 1 yields; check the ticker"):
        clean_index("^TNX", frame.iloc[:1], answer(frame.iloc[:1], symbol="^TNX"), YIELD_BOUNDS)
    frame["Close"] *= 10
    with pytest.raises(DataError, match=r"\^TNX from Yahoo is 42.5 on .* between -2 and 25"):
        clean_index("^TNX", frame, sent, YIELD_BOUNDS)


def index(ticker: str, closes: pd.Series) -> Bars:
    """What is made of an index whose closes Yahoo sends."""
    frame = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close", "Adj Close"), closes))
    frame = frame.assign(Volume=0, Dividends=0.0, **{"Stock Splits": 0.0})
    frame = frame.tz_localize("America/New_York")
    sent = answer(frame, symbol=ticker, kind="INDEX", adjusted=False)
    return clean_index(ticker, frame, sent, yahoo.INDICES[ticker])


@pytest.mark.parametrize("ticker", yahoo.YIELDS)
@pytest.mark.parametrize(
    ("change", "looks"),
    [
        (lambda table: table / 100, "fractions, not percent"),
        (lambda table: table / 10, "tenths of what they should be"),
        (lambda table: table * 0, "they are 0 throughout"),
        (lambda table: table * 0 + 4.5, "they are 4.5 throughout"),
        (lambda table: table + 1, "1 point too high"),
    ],
    ids=["fractions", "tenths", "zero", "constant", "higher"],
)
def test_a_yield_of_yahoo_that_the_bundled_months_contradict_is_refused(ticker, change, looks):
    right = rate(ticker, "2010-01-04", "2025-09-26")
    assert index(ticker, right).warnings == ()
    with pytest.raises(DataError, match="Yahoo's figures contradict the bundled ones") as refused:
        index(ticker, change(right))
    assert looks in str(refused.value)


def test_maturities_of_yahoo_exchanged_and_days_late_are_refused():
    right = rate("^TNX", "2010-01-04", "2025-09-26")
    for ticker, served in (("^FVX", right), ("^TYX", right), ("^IRX", right)):
        with pytest.raises(DataError, match="contradict the bundled ones"):
            index(ticker, served)
    late = right.set_axis(right.index + pd.Timedelta(days=1))
    with pytest.raises(DataError, match=r"of Yahoo's \d+ rows lie on weekends, first 2010-01-09: "):
        index("^TNX", late)
    few = pd.concat([right, pd.Series(4.0, [pd.Timestamp("2025-06-07")])]).sort_index()
    (line,) = index("^TNX", few).warnings
    assert line == "^TNX: 2025-06-07 is no weekday; left out"
    still = right.copy()
    still.loc["2025-03-03":"2025-05-01"] = 4.3
    assert any("is 4.3 on all 44 days from" in line for line in index("^TNX", still).warnings)


# --- beside second figures ------------------------------------------------------------------


def test_a_fund_that_follows_its_months_from_its_first_day_on_has_no_warning(web):
    for ticker in ("IEF", "TLT", "SHY"):
        web.hold(ticker, fund_bars(ticker))
        lines = [line for line in yahoo.fetch(ticker).warnings if "stale" not in line]
        # What it pays is 2 % a year, whatever its bonds yielded.
        assert not [line for line in lines if "yield of its bonds" not in line], lines


def test_another_funds_history_under_the_name_is_refused(web):
    web.hold("IEF", fund_bars("TLT", first="2002-07-30"))
    with pytest.raises(DataError, match="IEF: does not move like that fund"):
        yahoo.fetch("IEF")
    web.hold("TIP", fund_bars("IEF", first="2003-09-29"))
    with pytest.raises(DataError, match="TIP: Yahoo's history begins on 2003-09-29, but the fund"):
        yahoo.fetch("TIP")


def test_closes_adjusted_already_are_refused_in_cents_too(web):
    good = fund_bars("IEF")
    factor = good["Adj Close"] / good["Close"]
    for digits in (12, 2):
        columns = ("Open", "High", "Low", "Close")
        wrong = good.assign(**{name: (good[name] * factor).round(digits) for name in columns})
        web.hold("IEF", adjusted_for(wrong))
        with pytest.raises(
            DataError, match="IEF: .*(adjusted for dividends already|counted twice)"
        ):
            yahoo.fetch("IEF")


def test_a_bond_mutual_fund_whose_price_never_falls_by_what_it_pays_is_let_in(web):
    """It earns its interest day by day and pays each month: its price leaves that out."""
    good = fund_bars("IEF")
    growth = good["Close"].pct_change().fillna(0.0) + good["Dividends"] / good["Close"].shift(
        1
    ).fillna(100)
    close = (10 * np.cumprod(1 + growth)).round(2)
    bars = adjusted_for(
        good.assign(
            Dividends=good["Dividends"] / 10,
            **dict.fromkeys(("Open", "High", "Low", "Close"), close),
        )
    )
    for kind, named in (("MUTUALFUND", False), ("ETF", True)):
        web.charts["MADEX"] = server.chart("MADEX", bars, kind=kind)
        lines = [line for line in yahoo.fetch("MADEX").warnings if "dividend" in line]
        assert bool(lines) is named, lines


def test_a_currency_or_coin_is_not_quoted_in_cents(web):
    days = pd.date_range("2023-01-01", "2025-09-26")
    steps = np.random.default_rng(1).normal(0, 0.02, len(days))
    close = (100 * np.exp(np.cumsum(steps))).round(2)
    close[501] = close[501] + 0.00345
    bars = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close", "Adj Close"), close), days)
    bars = bars.assign(Volume=1, Dividends=0.0, **{"Stock Splits": 0.0})
    for kind, named in (("CRYPTOCURRENCY", False), ("ETF", True)):
        chosen = bars if kind == "CRYPTOCURRENCY" else bars[bars.index.day_of_week < 5]
        web.charts["COIN"] = server.chart("COIN", chosen, kind=kind)
        lines = [line for line in yahoo.fetch("COIN").warnings if "whole cent" in line]
        assert bool(lines) is named

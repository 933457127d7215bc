"""Funds of any exchange and currency from Yahoo: what they are worth, and on which days."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from data.checks.exchange import exchange_calendar
from data.currency.conversion import Conversion
from data.errors import DataError
from data.sources import live, yahoo
from data.sources.bars import total_return
from data.sources.snapshots import Store
from tests import made_funds as funds
from tests import yahoo_server as server
from tests.made_rates import hold_rates

EURO = Conversion("EUR")
NOW = pd.Timestamp("2025-09-27 12:00Z")


@pytest.fixture(scope="module")
def served():
    """The made funds."""
    with server.serve() as running:
        funds.hold_funds(running)
        hold_rates(running, last=funds.LAST)
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where they are cached, so that each is fetched once."""
    return tmp_path_factory.mktemp("funds")


@pytest.fixture
def web(served, folder, monkeypatch):
    """A Yahoo and a FRED with them, on the Saturday after their last session."""
    monkeypatch.setattr("data.checks.exchange.now", lambda: NOW)
    monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
    for name in ("HEDGE_YAHOO_URL", "HEDGE_FRED_URL"):
        monkeypatch.setenv(name, served.url)
    monkeypatch.setenv("HEDGE_DATA_DIR", str(folder))
    return served


@pytest.fixture
def spoil(web, folder, monkeypatch, tmp_path):
    """Serve a fund otherwise, in place of what is cached of it."""
    load(*funds.FUNDS)
    monkeypatch.setenv("HEDGE_DATA_DIR", str(shutil.copytree(folder, tmp_path / "copy")))
    before = dict(web.charts)

    def hold(ticker: str, bars: pd.DataFrame | None = None, quoted: str | None = None) -> None:
        funds.hold_fund(web, ticker, bars, quoted=quoted)
        Store().path(ticker).unlink()

    yield hold
    web.charts.clear()
    web.charts.update(before)


def load(*tickers: str, conversion: Conversion = EURO, **options: object):
    return live.load(list(tickers), may_fall_back=False, conversion=conversion, **options)


def own(ticker: str, sessions: pd.DatetimeIndex) -> np.ndarray:
    """What a fund's own prices and payments returned from row to row."""
    return total_return(funds.bars_of_fund(ticker))[sessions].pct_change().iloc[1:].to_numpy(float)


def returns(levels: pd.Series) -> np.ndarray:
    return levels.pct_change().iloc[1:].to_numpy(float)


# --- what they are worth ------------------------------------------------------------------


def test_a_fund_in_the_investors_currency_has_its_own_returns(web):
    market = load("EUNL.DE")
    assert market.sessions.equals(funds.sessions_of(funds.FUNDS["EUNL.DE"]))
    np.testing.assert_allclose(
        returns(market.prices["EUNL.DE"]), own("EUNL.DE", market.sessions), rtol=0, atol=1e-12
    )
    assert "EUNL.DE is quoted in EUR, the currency of this run: it grows as it is quoted" in (
        market.notes
    )


def test_a_dollar_fund_of_london_is_converted_at_the_published_rate(web):
    market = load("IDTL.L", end="2025-09-19")  # H.10 ends then
    dollars = load("IDTL.L", conversion=Conversion(), end="2025-09-19")
    np.testing.assert_allclose(
        returns(dollars.prices["IDTL.L"]), own("IDTL.L", dollars.sessions), rtol=0, atol=1e-12
    )
    units = 1.0 / funds.exchange_as_published("EUR").reindex(market.sessions)
    ratio = market.prices["IDTL.L"] / dollars.prices["IDTL.L"].loc[market.sessions] / units
    np.testing.assert_allclose(ratio / ratio.iloc[0], 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("ticker", "whole"), [("PENCE.L", "GBP"), ("AGOROT.TA", "ILS")], ids=["pence", "agorot"]
)
def test_hundredths_are_the_same_fund_in_whole_currency(spoil, ticker, whole):
    in_hundredths = load(ticker).prices[ticker]
    bars = funds.bars_of_fund(ticker)
    prices = ["Open", "High", "Low", "Close", "Adj Close", "Dividends"]
    bars[prices] /= 100.0
    spoil(ticker, bars, quoted=whole)
    np.testing.assert_allclose(
        returns(load(ticker).prices[ticker]), returns(in_hundredths), rtol=0, atol=1e-12
    )


def test_a_twin_in_pounds_gives_a_euro_investor_what_the_dollar_one_gives(web):
    """Both hold the same Treasuries at one hour: apart by the rounding of prices alone."""
    market = load("IDTL.L", "POUND.L", end="2025-09-19")
    both = market.prices.dropna().pct_change().iloc[1:]
    assert both["IDTL.L"].sub(both["POUND.L"]).abs().max() < 5e-4
    assert market.exchange == "XLON"


# --- units and currencies that are wrong --------------------------------------------------


def pounds_from(bars: pd.DataFrame, rows: slice) -> pd.DataFrame:
    for column in ("Open", "High", "Low", "Close", "Adj Close"):
        bars.iloc[rows, bars.columns.get_loc(column)] /= 100.0
    return bars


@pytest.mark.parametrize(
    "rows", [slice(3000, 3010), slice(-1, None), slice(0, 1), slice(2000, None)]
)
def test_prices_in_pounds_among_pence_are_refused(spoil, rows):
    spoil("PENCE.L", pounds_from(funds.bars_of_fund("PENCE.L"), rows))
    with pytest.raises(DataError, match=r"PENCE\.L: Yahoo's (close moves|dividend of) "):
        load("PENCE.L")


def paid_in_pounds(which: slice) -> pd.DataFrame:
    """Payments in pounds, in Yahoo's adjusted close as well, as it makes that from its list."""
    bars = funds.bars_of_fund("PENCE.L")
    days = bars.index[bars["Dividends"] > 0][which]
    bars.loc[days, "Dividends"] /= 100.0
    return funds.adjusted(bars)


def test_a_dividend_in_pounds_beside_prices_in_pence_is_named(spoil):
    spoil("PENCE.L", paid_in_pounds(slice(4, 5)))
    market = load("PENCE.L")
    (line,) = (note for note in market.notes if "as if it were in GBP" in note)
    assert "the dividend of 2011-11-16 is 0.01 times the usual one" in line


def test_dividends_all_in_pounds_are_refused(spoil):
    spoil("PENCE.L", paid_in_pounds(slice(None)))
    with pytest.raises(DataError, match="0.03 % of the price a year, a hundred times too small"):
        load("PENCE.L")


def test_dividends_in_pence_beside_prices_in_pounds_are_refused(spoil):
    bars = pounds_from(funds.bars_of_fund("PENCE.L"), slice(None))
    spoil("PENCE.L", bars)
    with pytest.raises(DataError, match="is not between 0 and a quarter of the price"):
        load("PENCE.L")


@pytest.mark.parametrize(
    ("ticker", "quoted", "message"),
    [
        (
            "PENCE.L",
            "",
            "PENCE.L: Yahoo does not say what it is quoted in; try again later, or bring its pric",
        ),
        ("PENCE.L", "pence", "PENCE.L: is quoted in pence, which cannot be converted"),
        ("PENCE.L", "QQQ", "rates of exchange of QQQ"),
        ("SPY", "GBp", "SPY: is quoted in GBp by Yahoo's answer, and New York trades in dollars"),
    ],
)
def test_a_currency_that_is_missing_unknown_or_wrong_is_refused(spoil, ticker, quoted, message):
    spoil(ticker, quoted=quoted)
    with pytest.raises(DataError, match=message):
        load(ticker)


def test_another_currency_than_the_cached_one_is_refused(spoil, web):
    funds.hold_fund(web, "PENCE.L", quoted="USD")
    with pytest.raises(DataError, match=r"PENCE\.L.*USD.*GB"):
        load("PENCE.L", refresh=True)


@pytest.mark.parametrize(
    ("ticker", "quoted", "usual"),
    [
        ("EUNL.DE", "CHF", "EUR"),  # by its exchange
        ("IDTL.L", "GBP", "USD"),  # by its own pages: London quotes in several currencies
    ],
)
def test_a_currency_that_a_ticker_is_not_known_in_is_named(spoil, ticker, quoted, usual):
    assert not [note for note in load(ticker).notes if "is known in" in note]
    spoil(ticker, quoted=quoted)
    (line,) = (note for note in load(ticker).notes if "is known in" in note)
    assert line.startswith(
        f"{ticker} is quoted in {quoted} by Yahoo's answer, though it is known in {usual}"
    )


def test_no_fund_abroad_is_silent_about_what_it_is_quoted_in(web):
    """New York's dollars are said of none, as before."""
    for conversion in (Conversion(), EURO):
        notes = load("SPY", "IDTL.L", "EUNL.DE", "PENCE.L", conversion=conversion).notes
        told = [note for note in notes if " is quoted in " in note]
        assert [note.partition(" is quoted")[0] for note in told] == [
            "IDTL.L", "EUNL.DE", "PENCE.L"
        ]  # fmt: skip
        assert told[0] == "IDTL.L is quoted in USD"


def test_a_coin_in_dollars_is_no_fund_abroad(web):
    """No exchange lists it: what was silent stays so."""
    days = pd.date_range("2024-01-01", "2025-09-26")
    closes = 100.0 + np.random.default_rng(7).normal(0, 1, len(days)).cumsum().round(2)
    bars = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close", "Adj Close"), closes), days)
    bars = bars.assign(Volume=1000, Dividends=0.0, **{"Stock Splits": 0.0})
    web.charts["BTC-USD"] = server.chart(
        "BTC-USD", bars, zone="UTC", opens_at=0, kind="CRYPTOCURRENCY"
    )
    notes = load("BTC-USD", conversion=Conversion()).notes
    assert [note for note in notes if "quoted" in note] == []


def test_dollars_paid_beside_prices_in_another_currency_are_to_be_compared(spoil):
    """Yahoo's list of dividends names no currency: only the fund's own page can tell."""
    assert not [note for note in load("IDTL.L", "PENCE.L").notes if "pays in dollars" in note]
    spoil("IDTL.L", quoted="GBP")
    assert (
        "IDTL.L pays in dollars; Yahoo's dividends are taken to be in GBP as its prices are: "
        "compare one with the fund's own page"
    ) in load("IDTL.L").notes


def test_sessions_without_a_rate_of_exchange_are_left_out_and_counted(spoil, web):
    """H.10 of the Thai baht is not served, and Yahoo's begins in 2012."""
    monthly = pd.bdate_range("2012-01-02", funds.LAST)
    web.hold_pair("THB", pd.Series(30.0 + np.sin(np.arange(len(monthly))) / 10, monthly))
    spoil("PENCE.L", quoted="THB")
    market = load("PENCE.L")
    sessions = funds.sessions_of(funds.FUNDS["PENCE.L"])
    lost = int((sessions < "2012-01-03").sum())  # Yahoo's close of a day is that of the day before
    assert market.sessions[0] == sessions[lost]
    assert (
        f"PENCE.L: {lost} sessions from 2009-09-25 to 2011-12-30 are left out, for which there is "
        "no rate of exchange"
    ) in market.notes


# --- holidays -----------------------------------------------------------------------------


FOUR = ["EUNL.DE", "POUND.L", "SPY", "1306.T"]


def test_rows_of_four_exchanges_are_the_days_on_which_all_were_open(web):
    market = load(*FOUR)
    days = [set(funds.sessions_of(funds.FUNDS[ticker])) for ticker in FOUR]
    assert set(market.sessions) == set.intersection(*days)
    left_out = len(set.union(*days)) - len(market.sessions)
    assert left_out / len(set.union(*days)) > 0.1  # of one exchange's calendar five are too many
    assert (
        f"{left_out} sessions are left out on which not all of the exchanges were open (Frankfurt, "
        "London, New York, Tokyo; first 2009-10-12: 1306.T); a return spans them"
    ) in market.notes
    np.testing.assert_allclose(
        returns(market.prices["EUNL.DE"]), own("EUNL.DE", market.sessions), rtol=0, atol=1e-12
    )
    assert market.exchange is None
    assert market.exchanges == ("XETR", "XLON", "XNYS", "XTKS")


def test_a_ticker_that_misses_sessions_is_refused_beside_any_exchange(spoil):
    bars = funds.bars_of_fund("POUND.L")
    kept = np.random.default_rng(1).random(len(bars)) > 0.08
    kept |= bars["Dividends"].to_numpy() > 0
    spoil("POUND.L", bars[kept])
    with pytest.raises(DataError, match="the tickers of yahoo share too few sessions"):
        load("EUNL.DE", "POUND.L")


def test_sundays_of_tel_aviv_are_sessions_and_meet_new_york_on_four_days(web):
    fund = load("AGOROT.TA")
    assert fund.sessions.equals(funds.sessions_of(funds.FUNDS["AGOROT.TA"]))
    assert set(fund.sessions.day_of_week) == {0, 1, 2, 3, 6}
    both = load("AGOROT.TA", "SPY", conversion=Conversion())
    shared = fund.sessions.intersection(exchange_calendar(fund.sessions[0]).sessions)
    assert both.sessions[both.sessions >= fund.sessions[0]].equals(shared)
    assert set(shared.day_of_week) == {0, 1, 2, 3}
    assert both.exchanges == ()


def test_a_tokyo_close_lags_new_york_by_a_session_and_months_agree(web):
    """What the note says, of funds that hold the same at different hours."""
    market = load("SPY", "1306.T", conversion=Conversion())
    (note,) = (line for line in market.notes if "hours before" in line)
    assert note.startswith("Tokyo closes up to 13.5 hours before New York on the same date")
    daily = market.prices.pct_change().iloc[1:]
    same = daily["SPY"].corr(daily["1306.T"])
    next_day = daily["SPY"].shift(1).corr(daily["1306.T"])
    months = market.prices.resample("ME").last().pct_change().iloc[1:]
    assert same < 0.3 < 0.7 < next_day
    assert months["SPY"].corr(months["1306.T"]) > 0.9
    assert not [line for line in load("EUNL.DE", "POUND.L").notes if "hours before" in line]

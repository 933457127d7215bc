"""Prices given in Python: what is accepted or refused; a folder of files gives the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import data.treasuries.rates
from data import bundled
from data.errors import DataError, HedgeError, UsageError
from data.market import CASH
from data.origin import How, Origin
from data.provenance import Provenance
from data.sources import files, frame
from data.withholding.rates import Withheld, Withholding

DAYS = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"])
MONTHS = pd.date_range("2015-01-31", periods=60, freq="ME")


def by_hand() -> pd.DataFrame:
    """Four sessions of two tickers; B starts on the second."""
    return pd.DataFrame({"A": [100.0, 101, 102, 103], "B": [np.nan, 50, 51, 52]}, DAYS)


def walk(days: pd.DatetimeIndex, volatility: float = 0.01, seed: int = 5) -> pd.DataFrame:
    """Levels of three tickers as a random walk; the second starts 40 rows late."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(0.0004, volatility, (len(days), 3))
    levels = pd.DataFrame(100 * np.exp(moves.cumsum(axis=0)), days, ["SPY", "NEW", "GC=F"])
    levels.loc[days[:40], "NEW"] = np.nan
    return levels


def exchange_days() -> pd.DatetimeIndex:
    """Weekdays of eleven years but for nine days of each."""
    days = pd.bdate_range("2009-06-01", "2020-05-29")
    holidays = days[(days.day_of_year % 40 == 5)]
    return days.difference(holidays)


def months_of_ten_years(days: pd.DatetimeIndex) -> np.ndarray:
    """The bundled ten-year yield of the months of these days, in percent."""
    return bundled.table()["cmt_10y_pct"].loc[days.to_period("M")].to_numpy(float)


def bills_of(days: pd.DatetimeIndex, rate: float = 0.03, start: float = 100.0) -> pd.Series:
    """Levels that grow by a rate a year."""
    return pd.Series(start * (1 + rate) ** ((days - days[0]).days / 365.25), days)


def folder_of(levels: pd.DataFrame, folder: Path) -> Path:
    for ticker in levels:
        levels[ticker].dropna().rename("value").to_csv(folder / f"{ticker}.csv", index_label="date")
    return folder


def refusal(prices: object, wanted: tuple[str, ...] = ("A",), **options: object) -> HedgeError:
    """The error, which is one printable line."""
    with pytest.raises(HedgeError) as caught:
        frame.load(prices, list(wanted), **options)
    assert str(caught.value).isprintable(), str(caught.value)
    assert "; " in str(caught.value) or "must" in str(caught.value), "no cure"
    return caught.value


# --- a market of a frame ----------------------------------------------------------------------


def test_a_frame_by_hand_is_a_market():
    market = frame.load(by_hand(), ["B", "A"])
    assert (market.source, market.title) == ("prices", "daily prices given in Python")
    assert market.origin == Origin(How.MADE)
    assert market.tickers == ["B", "A"]
    assert market.sessions.equals(DAYS)
    assert market.prices["A"].tolist() == [100, 101, 102, 103]
    assert market.prices["B"].tolist()[1:] == [50, 51, 52]
    assert market.provenance["B"] == Provenance("prices", "B", "2020-01-03", "2020-01-07")
    assert market.yields is market.policy_rate is market.cpi is market.usd is None


@pytest.mark.parametrize(
    ("days", "volatility", "ppy"), [(exchange_days(), 0.01, 252), (MONTHS, 0.04, 12)]
)
def test_a_frame_is_the_folder_of_its_columns(tmp_path, days, volatility, ppy):
    levels = walk(days, volatility).rename_axis("Date").rename_axis("Ticker", axis=1)
    folder = folder_of(levels, tmp_path)
    end = f"{days[-5]:%Y-%m-%d}"
    for wanted, last in ((["SPY", "NEW", "GC=F"], None), (["GC=F", "SPY"], end)):
        made, read = frame.load(levels, wanted, end=last), files.load(folder, wanted, last)
        assert made.periods_per_year == read.periods_per_year == ppy
        assert made.sessions.equals(read.sessions)
        assert made.prices.equals(read.prices)
        assert made.cash.equals(read.cash)
        assert made.fingerprints() == read.fingerprints()
        named = [
            note.replace(f"{folder}/", "").replace(".csv:", f" of {frame.SOURCE}:")
            for note in read.notes
        ]
        assert list(made.notes) == named
        assert made.provenance[CASH] == read.provenance[CASH]
        assert made.title == read.title.replace(f"prices of {folder}", "prices given in Python")


@given(factor=st.floats(1e-3, 1e3), column=st.sampled_from(["SPY", "NEW", "GC=F"]))
def test_the_scale_of_a_column_is_of_no_account(factor, column):
    levels = walk(MONTHS, 0.04)
    plain = frame.load(levels, list(levels))
    scaled = frame.load(levels.assign(**{column: factor * levels[column]}), list(levels))
    assert scaled.sessions.equals(plain.sessions)
    assert scaled.notes == plain.notes
    returns, expected = (market.prices.pct_change(fill_method=None) for market in (scaled, plain))
    pd.testing.assert_frame_equal(returns, expected, rtol=0, atol=1e-12)


def test_the_callers_frame_is_left_alone_and_later_changes_do_not_reach_the_market():
    index = DAYS.to_numpy().copy()
    cells = np.array([[100.0, 50], [101, 51], [102, 52], [103, 53]])
    prices = pd.DataFrame(cells, pd.DatetimeIndex(index, copy=False), ["A", "B"], copy=False)
    bills = bills_of(DAYS)
    before, bills_before = prices.copy(deep=True), bills.copy(deep=True)
    market = frame.load(prices, ["B", "A"], bills=bills)
    pd.testing.assert_frame_equal(prices, before)
    pd.testing.assert_series_equal(bills, bills_before)
    held = market.fingerprints()
    cells[:] = 7
    index[:] = np.datetime64("1999-01-01")
    prices.loc[:, "A"] = 8
    prices["C"] = 9
    bills[:] = 7
    assert market.fingerprints() == held
    assert market.sessions.equals(DAYS)


def test_validated_copies_are_the_callers_to_change():
    prices, bills = by_hand(), bills_of(DAYS)
    clean, cash = frame.require_prices(prices, bills.to_frame())
    assert clean.equals(prices)
    assert cash.name == CASH
    clean.loc[:, "A"] = 1
    cash[:] = 1
    assert prices["A"].tolist() == [100, 101, 102, 103]
    assert bills.iloc[-1] > 100
    assert frame.require_prices(prices)[1] is None
    cells, levels = np.full((4, 1), 100.0), np.arange(100.0, 104)
    clean, cash = frame.require_prices(
        pd.DataFrame(cells, DAYS, ["A"], copy=False), pd.Series(levels, DAYS, copy=False)
    )
    cells[:], levels[:] = 7, 7
    assert clean["A"].tolist() == [100] * 4
    assert cash.tolist() == [100, 101, 102, 103]
    again, _ = frame.require_prices(*frame.require_prices(prices, bills))
    assert again.equals(prices)


@pytest.mark.parametrize("kind", ["float32", "int64", "uint8", "Int64", "Float64"])
def test_numbers_of_any_width_are_levels(kind):
    market = frame.load(by_hand()[["A"]].astype(kind), ["A"])
    assert market.prices["A"].tolist() == [100, 101, 102, 103]
    assert market.prices["A"].dtype == float


def test_columns_that_are_not_wanted_may_hold_anything():
    prices = by_hand().assign(C=["a", "b", "c", "d"], D=np.nan, E=-1.0, F=0)
    assert frame.load(prices, ["A", "A"]).tickers == ["A"]


# --- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_date_is_a_date_whatever_its_unit(unit):
    old = pd.DatetimeIndex(["1959-12-31", "1960-01-04", "1960-01-05", "1960-01-06"])
    prices = by_hand().set_axis((old + pd.Timedelta(hours=16)).as_unit(unit))
    assert frame.load(prices, ["A"]).sessions.equals(old)
    assert frame.load(prices, ["A"]).sessions.unit == "ns"


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("hour", [0, 16])
def test_with_a_zone_the_exchanges_own_date_counts_as_in_a_file(price_folder, zone, hour):
    """Friday and Monday around the change to summer time."""
    days = pd.DatetimeIndex(["2019-03-07", "2019-03-08", "2019-03-11", "2019-03-12"])
    prices = by_hand().set_axis((days + pd.Timedelta(hours=hour)).tz_localize(zone))
    market = frame.load(prices, ["A"], bills=bills_of(prices.index))
    assert market.sessions.equals(days)
    rows = prices["A"].rename("value").to_csv(index_label="date")
    assert files.load(price_folder(A=rows), ["A"]).sessions.equals(days)


def test_rows_of_days_to_come_are_left_out_and_said():
    today = pd.Timestamp.now("UTC").tz_localize(None).normalize()
    days = pd.DatetimeIndex(
        [*pd.bdate_range(end=today, periods=5), *pd.bdate_range(today, periods=8)[4:]]
    )
    prices = pd.DataFrame({"A": 100.0}, days)
    bills = bills_of(days)
    bills.iloc[-1] = np.nan
    market = frame.load(prices, ["A"], bills=bills)
    assert len(market.sessions) == 5
    (note,) = [note for note in market.notes if "future" in note]
    assert note.startswith(f"prices=: {days[5]:%Y-%m-%d}, ")
    assert note.endswith("(and 1 more) lies in the future; left out")
    message = str(refusal(prices.iloc[5:]))
    assert message.startswith(f"prices= begins in the future, on {days[5]:%Y-%m-%d}; give")


def on(*dates: object) -> pd.DataFrame:
    """Prices of A on these dates."""
    return pd.DataFrame({"A": 100.0 + np.arange(len(dates))}, pd.DatetimeIndex(list(dates)))


TWO_LEVELS = pd.MultiIndex.from_product([["A", "B"], ["x", "y"]])


@pytest.mark.parametrize(
    ("prices", "words", "cure"),
    [
        (by_hand().reset_index(names="Date"), "dates as its index, got numbers (RangeIndex)",
         "prices.set_index('Date')"),
        (by_hand().set_axis(DAYS.strftime("%Y-%m-%d")), "got '2020-01-02', ...",
         "prices.set_axis(pd.to_datetime(prices.index.str[:10]))"),
        (by_hand().set_axis(["2020-03-06 00:00:00-05:00", "2020-03-09 00:00:00-04:00",
                             "2020-03-10 00:00:00-04:00", "2020-03-11 00:00:00-04:00"]),
         "got '2020-03-06 00:00:00-05:00', ...",
         "prices.set_axis(pd.to_datetime(prices.index.str[:10]))"),
        (by_hand().set_axis(DAYS.strftime("%d %B %Y")), "got '02 January 2020', ...",
         "prices.set_axis(pd.to_datetime(prices.index))"),
        (by_hand().set_axis(DAYS.date), "got datetime.date(2020, 1, 2), ...",
         "prices.set_axis(pd.to_datetime(prices.index))"),
        (by_hand().set_axis(pd.period_range("2020-01", periods=4, freq="M")),
         "got months or other periods (PeriodIndex)", "prices.to_timestamp(how='end')"),
        (by_hand().set_axis(TWO_LEVELS), "has an index of 2 levels", "table['close'].unstack()"),
        (on("2020-01-02", None, "2020-01-03"), "no date in row 2 (NaT)",
         "prices[prices.index.notna()]"),
        (on("2020-01-02", "2020-01-06", "2020-01-03"), "out of order at 2020-01-03",
         "prices.sort_index()"),
        (on("2020-01-02", "2020-01-03", "2020-01-03"), "has 2020-01-03 twice",
         "prices.groupby(prices.index.normalize()).last()"),
        (on("2020-01-02 09:30", "2020-01-02 16:00", "2020-01-03 16:00"), "has 2020-01-02 twice",
         "prices.groupby(prices.index.normalize()).last()"),
        (on(pd.Timestamp("1500-01-01"), pd.Timestamp("2020-01-02")), "has a row of 1500-01-01",
         "mend or remove that row"),
        (on(pd.Timestamp("2020-01-02"), pd.Timestamp("2400-01-01")), "has a row of 2400-01-01",
         "mend or remove that row"),
        (by_hand().iloc[:0], "prices= has no rows", "give two or more"),
        (pd.DataFrame(columns=["A"]), "prices= has no rows", "give two or more"),
    ],
)  # fmt: skip
def test_an_index_that_is_no_dates_is_refused_with_a_cure_that_works(prices, words, cure):
    message = str(refusal(prices))
    assert message.startswith("prices= ")
    assert words in message
    assert cure in message
    if cure.startswith("prices"):
        cured = eval(cure, {"prices": prices, "pd": pd})  # noqa: S307 - as the message has it
        assert len(frame.load(cured, ["A"]).sessions) >= 2


def test_months_of_periods_are_dated_by_the_cure_at_their_end():
    months = walk(MONTHS, 0.04)
    cured = months.set_axis(MONTHS.to_period("M")).to_timestamp(how="end")
    assert frame.load(cured, ["SPY"]).fingerprints() == frame.load(months, ["SPY"]).fingerprints()


# --- columns ----------------------------------------------------------------------------------


def downloaded(fields: list[str], *, by_ticker: bool = False) -> pd.DataFrame:
    """Columns of two levels as yfinance.download gives them."""
    names = [fields, ["A", "B"]]
    columns = pd.MultiIndex.from_product(names, names=["Price", "Ticker"])
    table = pd.DataFrame(100.0, DAYS, columns)
    return table.swaplevel(axis=1).sort_index(axis=1) if by_ticker else table


def bars(*names: str) -> pd.DataFrame:
    return pd.DataFrame(100.0, DAYS, list(names))


@pytest.mark.parametrize(
    ("prices", "words", "cure"),
    [
        (downloaded(["Close", "Open"]), "columns of 2 levels, as from yfinance.download",
         "prices['Close']"),
        (downloaded(["Adj Close", "Close"]), "columns of 2 levels", "prices['Adj Close']"),
        (downloaded(["Close", "Open"], by_ticker=True), "columns of 2 levels",
         "prices.xs('Close', axis=1, level=1)"),
        (downloaded(["x"]), "columns of 2 levels", "prices.droplevel(0, axis=1)"),
        (bars("Open", "High", "Low", "Close", "Volume", "Dividends"), "bars of one ticker",
         "prices[['Close']].rename(columns={'Close': 'SPY'})"),
        (bars("open", "high", "low", "close", "adj close"), "bars of one ticker",
         "prices[['adj close']].rename(columns={'adj close': 'SPY'})"),
    ],
)  # fmt: skip
def test_bars_are_refused_with_the_way_to_their_adjusted_closes(prices, words, cure):
    error = refusal(prices)
    assert isinstance(error, UsageError)
    assert words in str(error)
    assert cure in str(error)
    # A plain close has its dividends in only where it was asked for.
    assert ("auto_adjust=True" in str(error)) == ("'Close'" in cure and "rename" not in cure)
    cured = eval(cure, {"prices": prices})  # noqa: S307 - as the message has it
    assert len(frame.load(cured, [cured.columns[0]]).sessions) == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (0, "a column 0, which is no text; name each column by its ticker"),
        (2.5, "a column 2.5, which is no text"),
        (pd.Timestamp("2020-01-02"), "a column Timestamp('2020-01-02 00:00:00'), which is no text"),
        ("", "a column without a name (''); name it"),
        ("  ", "a column without a name (' '); name it"),
        (" A", "a column ' A'; a ticker has no comma"),
        ("A\n", "a column 'A\\n'; a ticker has no comma"),
        ("A,B", "a column 'A,B'; a ticker has no comma"),
        ("A=", "a column 'A='; a ticker has no comma"),
        ("A\ud800", "a column 'A\\ud800'; a ticker has no comma"),
        ("A\0B", "a column 'A\\x00B'; a ticker has no comma"),
        ("A\u202eB", "a column 'A\\u202eB'; a ticker has no comma"),
        ("CASH", "a column CASH, the name of what is not invested; give Treasury bills as bills="),
    ],
)
def test_a_column_needs_the_name_of_a_ticker(name, words):
    columns = pd.Index(["A", name], dtype=object)
    error = refusal(pd.DataFrame([[1.0, 2.0]] * 4, DAYS, columns))
    assert isinstance(error, UsageError)
    assert str(error).startswith("prices= has a column ")
    assert words in str(error)


@pytest.mark.parametrize("name", ["GC=F", "BRK-B", "0700.HK", "^SP500TR", "a b", "Größe", "open"])
def test_other_names_are_tickers(name):
    assert frame.load(by_hand().rename(columns={"A": name}), [name]).tickers == [name]


def test_a_column_that_stands_twice_is_refused():
    message = str(refusal(pd.DataFrame([[1.0, 2.0]] * 4, DAYS, ["A", "A"])))
    assert message == "prices= has the column A twice; keep one"


def test_what_is_not_there_is_named_with_what_is():
    message = str(refusal(by_hand().rename(columns={"A": "SPY"}), ("SPYY",)))
    assert message == (
        "SPYY is not in prices=, which has SPY, B (did you mean SPY?); add that column, or name "
        "one of these"
    )
    wide = pd.DataFrame(100.0, DAYS, [f"T{number}" for number in range(1000)])
    message = str(refusal(wide, ("X",)))
    assert "T18, T19 and 980 more; add" in message
    assert "no ticker of prices= is asked for; name" in str(refusal(by_hand(), ()))


@pytest.mark.parametrize(
    ("ticker", "words"),
    [("^GSPC", "price index without dividends.*use SPY"), ("^TNX", "is a yield .*; use a fund")],
)
def test_what_leaves_its_dividends_out_is_refused(ticker, words):
    with pytest.raises(DataError, match=rf"\^.*{words}"):
        frame.load(by_hand().rename(columns={"A": ticker}), [ticker])


@pytest.mark.parametrize(
    ("prices", "got", "cure"),
    [
        (by_hand()["A"], "pandas Series", "prices.to_frame('SPY')"),
        ({"A": by_hand()["A"]}, "dict", "pd.DataFrame(prices)"),
        (None, "None", "days in the index and tickers in the columns"),
        (by_hand().to_numpy(), "numpy ndarray", "days in the index and tickers in the columns"),
        ("prices.csv", "str", "days in the index and tickers in the columns"),
    ],
)
def test_what_is_no_frame_is_refused(prices, got, cure):
    error = refusal(prices)
    assert isinstance(error, UsageError)
    assert f"takes a pandas DataFrame of total-return levels, got {got}; " in str(error)
    assert cure in str(error)


def test_an_empty_frame_has_no_columns():
    for empty in (pd.DataFrame(), by_hand()[[]]):
        assert str(refusal(empty)) == "prices= has no columns; give one for each ticker"


# --- figures ----------------------------------------------------------------------------------

LEVELS = [100.0, 101, 102, 103]
RETURNS = np.random.default_rng(3).normal(0.0005, 0.01, 300)


def a_with(value: object, row: int = 1, kind: str = "float") -> list[object]:
    return [*LEVELS[:row], value, *LEVELS[row + 1 :]] if kind == "float" else [value] * 4


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (a_with(np.nan), "A of prices has no value on 2020-01-03; nothing is filled in"),
        (a_with(np.nan, row=3), "A of prices has no value on 2020-01-07; nothing is filled in"),
        ([np.nan] * 4, "A of prices has no value at all; leave it out"),
        (a_with(np.inf), "A of prices has inf on 2020-01-03; prices must be positive and finite"),
        (a_with(-np.inf), "A of prices has -inf on 2020-01-03; prices must be positive"),
        (a_with(0.0), "A of prices has 0 on 2020-01-03; prices must be positive and finite"),
        (a_with(-1.0), "A of prices has -1 on 2020-01-03; prices must be positive and finite"),
        (a_with(1e308), "A of prices has 1e+308 on 2020-01-03; prices must lie between 1e-09"),
        (a_with(1e-320), "A of prices has 9.99989e-321 on 2020-01-03; prices must lie between"),
        ([np.nan] * 3 + [1.0], "A of prices has 1 rows with a price; at least 2 are needed"),
        (["1", "2", "3", "4"], "('1' on 2020-01-02), not a number; make numbers of it "
         "with prices.astype({'A': float})"),
        (a_with("-"), "A of prices is of type object ('-' on 2020-01-03), not a number"),
        (pd.Series(LEVELS, DAYS, dtype=object), "of type object (100.0 on 2020-01-02), not a"),
        ([None] * 4, "A of prices is of type object, not a number; make numbers"),
        ([True, False, True, True], "A of prices is of type bool (True on 2020-01-02), not a"),
        ([1j] * 4, "A of prices is of type complex128 (1j on 2020-01-02), not a number"),
        (DAYS, "(Timestamp('2020-01-02 00:00:00') on 2020-01-02), not a number"),
        ([0.01, -0.02, 0.0, 0.003], "A of prices looks like returns (-0.02 on 2020-01-03), and "
         "prices= takes levels; make them with (1 + returns).cumprod(), where 0.01 is 1 %"),
        ([np.nan, 0.0, 0.01, 0.02], "A of prices looks like returns (0 on 2020-01-03)"),
        ([0.01, 0.002, 0.03, 0.001], "A of prices looks like returns (0.01 on 2020-01-02)"),
    ],
)  # fmt: skip
def test_a_figure_that_is_no_level_is_named_with_its_ticker_and_date(values, words):
    if isinstance(values, list) and "object" in words:
        values = pd.Series(values, DAYS, dtype=object)
    error = refusal(by_hand().assign(A=values))
    assert isinstance(error, DataError)
    assert words in str(error)
    assert frame.load(by_hand().assign(A=values), ["B"]).tickers == ["B"]


@pytest.mark.parametrize("scale", [1.0, 100.0, 1000.0])
def test_returns_in_any_unit_are_not_levels(scale):
    returns = pd.DataFrame({"A": scale * RETURNS}, pd.bdate_range("2020-01-01", periods=300))
    assert "looks like returns" in str(refusal(returns))
    levels = (1 + returns / scale).cumprod()
    assert len(frame.load(levels, ["A"]).sessions) == 300


def test_cheap_and_wild_prices_are_levels():
    days = pd.bdate_range("2020-01-01", periods=300)
    cheap = 0.001 * np.exp(np.random.default_rng(1).normal(0, 0.2, 300).cumsum())
    assert len(frame.load(pd.DataFrame({"A": cheap}, days), ["A"]).sessions) == 300


def test_rows_without_a_price_are_left_out_by_the_cure_of_the_message():
    prices = by_hand().assign(C=[1.0, 2, np.nan, 4])
    cure = "prices[prices['C'].ffill().isna() | prices['C'].notna()]"
    assert cure in str(refusal(prices, ("A", "C")))
    market = frame.load(eval(cure, {"prices": prices}), ["A", "B", "C"])  # noqa: S307
    assert [day.day for day in market.sessions] == [2, 3, 7]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (pd.date_range("2020-01-03", periods=60, freq="W-FRI"), "52 rows a year, 7 days apart"),
        (pd.date_range("2020-03-31", periods=30, freq="QE"), "4 rows a year"),
        (
            pd.date_range("2020-01-01", periods=800, freq="2D"),
            "183 rows a year, 2 days apart; give",
        ),
        (MONTHS.delete([5, 6]), "no row between 2015-05-31 and 2015-08-31, more than a month"),
        (DAYS.append(DAYS + pd.Timedelta(days=40)), "no row between 2020-01-07 and 2020-02-11"),
    ],
)
def test_rows_that_are_neither_daily_nor_monthly_are_refused(days, words):
    message = str(refusal(pd.DataFrame({"A": 100.0}, days)))
    assert message.startswith("A of prices has ")
    assert words in message


def test_a_daily_column_does_not_go_with_a_monthly_one():
    levels = walk(exchange_days())[["SPY"]]
    levels["M"] = levels["SPY"].groupby(levels.index.to_period("M")).tail(1)
    assert "M of prices has no value on " in str(refusal(levels, ("SPY", "M")))


def test_a_wild_move_is_a_note():
    market = frame.load(by_hand().assign(A=[100, 101, 10.2, 103]), ["A"])
    assert market.notes[0].startswith("A moves -90% on 2020-01-06 (and 1 more such days)")


def test_an_end_before_the_first_price_is_refused():
    assert "A of prices has 1 row up to --end 2020-01-02: it begins on 2020-01-02" in str(
        refusal(by_hand(), end="2020-01-02")
    )


# --- bills ------------------------------------------------------------------------------------


def test_without_bills_cash_is_the_bundled_bill_and_a_note_says_so():
    """December 2016 in Kenneth R. French's table, which is in percent."""
    market = frame.load(walk(MONTHS, 0.04), ["SPY"])
    earned = market.cash.pct_change()["2016-12-31"]
    assert earned == pytest.approx(bundled.table()["bill_pct"]["2016-12"] / 100, abs=1e-12)
    assert market.notes == ("cash earns the bundled one-month bill return (no bill yield here)",)
    assert market.provenance[CASH].source == "bundled"


@pytest.mark.parametrize("as_frame", [False, True])
def test_bills_are_cash_on_the_sessions_of_the_prices(as_frame):
    days = exchange_days()
    bills = bills_of(days.union(pd.bdate_range("2020-06-01", periods=20)))
    market = frame.load(walk(days), ["NEW"], bills=bills.to_frame("BIL") if as_frame else bills)
    assert market.cash.name == CASH
    assert market.sessions[0] == days[40]
    assert market.cash.tolist() == bills[market.sessions].tolist()
    assert market.notes == ()
    assert market.provenance[CASH] == Provenance(
        "prices", "Treasury bills given in Python", f"{days[40]:%Y-%m-%d}", "2020-05-29"
    )


def test_bills_made_of_yields_are_the_cash_of_a_folder_with_these_yields(tmp_path):
    days = exchange_days()
    levels = walk(days)
    discount = pd.Series(np.linspace(0.2, 5.0, len(days)).round(2), days)
    folder = folder_of(levels, tmp_path)
    discount.rename("dtb3").to_csv(
        folder / "treasury_bill_3m_discount_daily.csv", index_label="date"
    )
    yields = data.treasuries.rates.bond_equivalent(discount)
    bills = data.treasuries.rates.bill_level(yields, levels.index)
    mine = frame.load(levels, ["SPY"], bills=bills)
    read = files.load(folder, ["SPY"])
    np.testing.assert_allclose(mine.cash.pct_change(), read.cash.pct_change(), rtol=0, atol=1e-15)
    assert frame.load(levels, ["SPY"], bills=read.cash).fingerprints() == read.fingerprints()


def test_bills_of_every_day_serve_monthly_prices():
    daily = bills_of(pd.date_range("2015-01-01", "2020-01-01").drop("2017-02-03"))
    rows = daily.index[daily.index.day_of_week < 5]
    months = MONTHS.to_series().map(lambda day: rows[rows <= day][-1])
    prices = walk(pd.DatetimeIndex(months), 0.04)
    cash = frame.load(prices, ["SPY"], bills=daily[rows]).cash
    assert cash.tolist() == daily[pd.DatetimeIndex(months)].tolist()


@pytest.mark.parametrize(
    ("bills", "words", "cure"),
    [
        (bills_of(MONTHS[3:]), "no level on 2015-01-31, 2015-02-28, 2015-03-31, which prices= has; "
         "it begins on 2015-04-30: give older levels", "prices.loc['2015-04-30':]"),
        (bills_of(MONTHS[:-2]), "no level on 2019-11-30, 2019-12-31, which prices= has; it ends on "
         "2019-10-31: give later levels", "prices.loc[:'2019-10-31']"),
    ],
)  # fmt: skip
def test_bills_that_do_not_reach_over_the_prices_are_refused(bills, words, cure):
    prices = walk(MONTHS, 0.04)
    error = refusal(prices, ("SPY",), bills=bills)
    assert isinstance(error, DataError)
    assert str(error).startswith(f"bills= has {words}")
    assert cure in str(error)
    cured = eval(cure, {"prices": prices})  # noqa: S307 - as the message has it
    assert len(frame.load(cured, ["SPY"], bills=bills).sessions) == len(bills)


FEW = "bills.reindex(prices.index, method='ffill')"
STAMP = "bills.set_axis(bills.index + pd.offsets.MonthEnd(0))"


@pytest.mark.parametrize(
    ("first", "last", "cure"),
    [
        ("2015-01-01", "2019-12-27", FEW),
        ("2015-01-01", "2019-12-26", "it ends on 2019-12-26: give later levels, or fewer prices"),
        ("2015-01-30", "2019-12-31", FEW),
    ],
)
def test_a_level_of_bills_is_carried_over_a_weekend_and_no_further(first, last, cure):
    """The last month ends on a Tuesday, the first on a Saturday."""
    bills = bills_of(pd.bdate_range(first, last))
    assert cure in str(refusal(walk(MONTHS, 0.04), ("SPY",), bills=bills))


def test_daily_bills_that_begin_within_the_first_month_begin_too_late():
    prices = walk(MONTHS, 0.04).rename({MONTHS[0]: pd.Timestamp("2015-01-15")})
    bills = bills_of(pd.bdate_range("2015-01-20", "2020-01-10"))
    message = str(refusal(prices, ("SPY",), bills=bills))
    assert "it begins on 2015-01-20: give older levels, or later prices with" in message


@pytest.mark.parametrize(
    ("days", "bill_days", "cure"),
    [
        (exchange_days(), exchange_days().delete([7, 900]), FEW),
        (MONTHS, pd.bdate_range("2015-01-01", "2019-12-31"), FEW),
        (MONTHS, pd.date_range("2015-01-01", periods=60, freq="BME"), STAMP),
        (MONTHS, pd.date_range("2015-01-01", periods=60, freq="MS") + pd.Timedelta(days=14), STAMP),
    ],
)
def test_bills_of_other_days_are_refused_with_a_cure_that_works(days, bill_days, cure):
    prices, bills = walk(days, 0.04), bills_of(bill_days)
    message = str(refusal(prices, ("SPY",), bills=bills))
    assert message.startswith("bills= has no level on 20")
    assert cure in message
    cured = eval(cure, {"prices": prices, "bills": bills, "pd": pd})  # noqa: S307
    market = frame.load(prices, ["SPY"], bills=cured)
    assert (market.cash.diff().iloc[1:] > 0).mean() > 0.99  # never nothing for long


def test_bills_stamped_on_the_first_are_those_of_the_month():
    first = pd.date_range("2015-01-01", periods=60, freq="MS")
    bills = bills_of(first)
    market = frame.load(walk(MONTHS, 0.04), ["SPY"], bills=bills)
    assert market.cash.tolist() == pytest.approx(bills.tolist())


@pytest.mark.parametrize(
    ("days", "bill_days", "words"),
    [
        (exchange_days(), pd.date_range("2009-05-31", "2020-06-30", freq="ME"),
         "has no level on 2009-06-01, .* more\\), which prices= has; give a level for each row"),
        (exchange_days(), pd.date_range("2009-05-29", "2020-06-05", freq="W-FRI"),
         "has about 52 rows a year, 7 days apart; give one row"),
        (exchange_days(), exchange_days().delete(range(900, 930)), "has no row between 20"),
        (MONTHS, MONTHS.delete([9, 10]), "has no row between 2015-09-30 and 2015-12-31"),
    ],
)  # fmt: skip
def test_bills_of_other_rows_are_refused(days, bill_days, words):
    with pytest.raises(DataError, match=f"^bills= {words}"):
        frame.load(walk(days), ["SPY"], bills=bills_of(bill_days))


def yields_like(seed: int, days: pd.DatetimeIndex = MONTHS) -> pd.Series:
    """A yield in percent as it wanders from 5."""
    moves = np.random.default_rng(seed).normal(0, 0.08, len(days))
    return pd.Series(np.clip(5 + moves.cumsum(), 0.05, 20), days)


@pytest.mark.parametrize(
    ("bills", "words"),
    [
        (yields_like(1), "moves from "),
        (yields_like(2) / 100, "moves from "),
        (
            pd.Series(np.linspace(0.05, 4.5, 60), MONTHS),
            "moves from 0.05 to 0.125424 on 2015-02-28",
        ),
        (pd.Series([0.5, 0.2, 0.0] + [0.3] * 57, MONTHS), "is 0 on 2015-03-31"),
        (pd.Series([0.5, 0.2, -0.4] + [0.3] * 57, MONTHS), "is -0.4 on 2015-03-31"),
        (pd.Series([0.0002, 0.0004, 0.0003] * 20, MONTHS), "moves from 0.0002 to 0.0004 on 2015-0"),
    ],
)
def test_yields_and_returns_are_no_levels_of_bills(bills, words):
    message = str(refusal(walk(MONTHS, 0.04), ("SPY",), bills=bills))
    assert message.startswith(f"bills= {words}")
    assert "bill_level(yields, prices.index), of returns with (1 + returns).cumprod()" in message


def test_yields_become_levels_by_the_cure_of_the_message():
    prices, yields = walk(MONTHS, 0.04), yields_like(1)
    cure = "data.treasuries.rates.bill_level(yields, prices.index)"
    assert cure in str(refusal(prices, ("SPY",), bills=yields))
    bills = eval(cure, {"data": data, "yields": yields, "prices": prices})  # noqa: S307
    cash = frame.load(prices, ["SPY"], bills=bills).cash
    # 31 days of the January yield: 1 + y 91/365 in 91 days, evenly compounded.
    grown = (1 + yields.iloc[0] / 100 * 91 / 365) ** (28 / 91)
    assert cash.iloc[1] / cash.iloc[0] == pytest.approx(grown, rel=1e-12)


@pytest.mark.parametrize("start", [1.0, 10.0, 100.0, 1e4])
@pytest.mark.parametrize("rate", [-0.005, 0.0005, 0.05, 0.15, 0.6])
def test_bills_of_any_usual_rate_and_scale_are_levels(start, rate):
    market = frame.load(walk(MONTHS, 0.04), ["SPY"], bills=bills_of(MONTHS, rate, start))
    assert market.notes == ()


def test_bills_that_earn_nothing_or_jump_are_a_note():
    prices = walk(MONTHS, 0.04)
    market = frame.load(prices, ["SPY"], bills=pd.Series(5.0, MONTHS))
    assert market.notes == ("cash earns nothing: bills= is 5 on every session",)
    jumps = bills_of(MONTHS)
    jumps.iloc[30] *= 0.9
    (note,) = frame.load(prices, ["SPY"], bills=jumps).notes
    assert note == (
        "cash moves -9.8% on 2017-07-31 (and 1 more such rows): check that bills= are levels of "
        "Treasury bills"
    )


@pytest.mark.parametrize(
    ("bills", "kind", "words"),
    [
        (0.03, UsageError, "takes a pandas Series of total-return levels of Treasury bills, got "
         "float; give one level a day"),
        (bills_of(DAYS).tolist(), UsageError, "takes a pandas Series .* got list; give"),
        (by_hand(), UsageError, r"takes one column of levels, got 2 \(A, B\); choose with bills"),
        (by_hand()[[]], UsageError, "takes one column of levels, got 0; choose with bills"),
        (bills_of(DAYS).reset_index(drop=True), UsageError,
         r"needs dates as its index, got numbers \(RangeIndex\); .*bills.set_axis\(dates\)"),
        (bills_of(DAYS).iloc[:0], DataError, "has no rows; give two or more"),
        (bills_of(DAYS).iloc[[0, 2, 1, 3]], DataError,
         r"is out of order at 2020-01-03; .*bills.sort_index\(\)"),
        (bills_of(DAYS).iloc[[0, 1, 1, 3]], DataError, "has 2020-01-03 twice; keep one row a date"),
        (pd.Series([100, np.nan, 101, 102], DAYS), DataError,
         r"has no value on 2020-01-03; .*bills.dropna\(\)"),
        (pd.Series([np.nan] * 4, DAYS), DataError, "has no value at all; leave it out"),
        (pd.Series([100, -1, 101, 102], DAYS), DataError, "has -1 on 2020-01-03; prices must be"),
        (pd.Series([100, np.inf, 101, 102], DAYS), DataError, "has inf on 2020-01-03; prices must"),
        (pd.Series(list("1234"), DAYS), DataError,
         r"is of type .* \('1' on 2020-01-02\), not a number; .*bills.astype\(float\)"),
        (pd.Series([np.nan, np.nan, np.nan, 1.0], DAYS), DataError, "has 1 rows with a price"),
    ],
)  # fmt: skip
def test_bills_are_checked_as_prices_are(bills, kind, words):
    with pytest.raises(kind, match=f"^bills= {words}") as caught:
        frame.load(by_hand(), ["A"], bills=bills)
    assert str(caught.value).isprintable()


def test_prices_in_python_are_checked_as_files_are():
    days = pd.date_range("2018-01-31", periods=36, freq="ME")
    yields = months_of_ten_years(days)
    with pytest.raises(DataError, match="TLT of prices is a yield in percent"):
        frame.load(pd.DataFrame({"TLT": yields}, days), ["TLT"])
    early = exchange_days() - pd.Timedelta(days=1)
    levels = pd.DataFrame({"SPY": 100.0 + np.arange(len(early))}, early)
    with pytest.raises(DataError, match="SPY of prices: .* rows lie on weekends .* a day early"):
        frame.load(levels, ["SPY"])


def test_a_price_index_in_python_needs_its_users_word():
    levels = pd.DataFrame({"^SPX": np.linspace(100, 120, 36)}, MONTHS[:36])
    with pytest.raises(DataError, match="is a price index without dividends"):
        frame.load(levels, ["^SPX"])
    market = frame.load(levels, ["^SPX"], price_only=["^SPX"])
    assert "^SPX is a price without dividends (prices): its growth is understated" in market.notes


def test_a_column_that_names_a_series_of_fred_is_nothing_to_hold():
    levels = by_hand().rename(columns={"A": "fred:DTB3"})
    with pytest.raises(DataError, match="'fred:DTB3' names a series of FRED, not something to ho"):
        frame.load(levels, ["fred:DTB3"])


def test_prices_alone_do_not_tell_what_was_paid():
    with pytest.raises(
        DataError,
        match="^nothing can be withheld from A: prices given in Python do not tell its dividends; "
        "write them to a folder, with Close and Adj Close, or leave A out$",
    ):
        frame.load(by_hand(), ["A"], withholding=Withholding({"A": Withheld(0.15)}))
    assert not frame.load(by_hand(), ["A"]).withholding

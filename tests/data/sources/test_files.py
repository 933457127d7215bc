"""Users' own CSV files: what is read, what is refused, and the notes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.errors import DataError
from data.sources import files
from tests.data.helpers import GOOD, exchange_days, rows_of
from tests.made_rates import rate
from tests.yahoo_server import bars_of


def test_adjusted_close_is_the_total_return_index(price_folder):
    folder = price_folder(SPY="Date,Close,Adj Close\n2020-01-02,9,90\n2020-01-03,9,91\n")
    assert files.read_prices(folder, "SPY").tolist() == [90, 91]


def test_two_columns_are_date_and_value(price_folder):
    levels = files.read_prices(price_folder(MINE=GOOD), "MINE")
    assert levels.tolist() == [100, 101, 102, 103]
    assert levels.index[0] == pd.Timestamp("2020-01-02")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("101", "abc"), r"line 3, column value: got 'abc', expected a number"),
        (GOOD.replace("101", ""), r"line 3, column value: got nothing, expected a number"),
        (GOOD.replace("2020-01-03", "Jan 3"), r"line 3, column date: got 'Jan 3', expected a date"),
        (GOOD.replace("101", "-1"), r"has -1 on 2020-01-03; prices must be positive"),
        (GOOD.replace("101", "inf"), r"has inf on 2020-01-03"),
        (GOOD.replace("2020-01-03", "2020-01-02"), r"has 2020-01-02 twice"),
        (GOOD.replace("2020-01-03", "2019-01-03"), r"out of order at 2019-01-03"),
        ("date,value\n2020-01-02,1\n", r"has 1 rows with a price"),
        (GOOD.replace("101", "1e308"), r"has 1e\+308 on 2020-01-03; prices must lie between"),
        (GOOD.replace("101", "1e-320"), r"has 9.99989e-321 on 2020-01-03; prices must lie between"),
        (GOOD.replace("2020-01-03", "2020-01-03x"), r"got '2020-01-03x', expected a date"),
        (GOOD.replace("2020-01-03", "2020-01-033"), r"got '2020-01-033', expected a date"),
        (GOOD.partition("\n")[2], r"has no header: its first line begins with '2020-01-02'"),
        ("Date,Adj Close,adj close\n2020-01-02,1,2\n", r"has the column 'adj close' twice"),
        ("Date,Adj Close,Adj Close\n2020-01-02,1,2\n", r"has the column 'adj close' twice"),
        ("", r"cannot be read as CSV"),
        ("date,Open,Close\n2020-01-02,1,2\n", r"no column 'Adj Close'"),
        ("date\n2020-01-02\n", r"needs a date and a value column"),
    ],
)
def test_bad_files_name_file_and_place(price_folder, text, message):
    with pytest.raises(DataError, match=message) as caught:
        files.read_prices(price_folder(SPY=text), "SPY")
    assert "SPY.csv" in str(caught.value)


@pytest.mark.parametrize("name", ["PX_LAST", "Close/Last", "NAV", "Settle", " Close"])
def test_prices_without_dividends_are_used_when_their_user_says_so(price_folder, name):
    folder = price_folder(A=GOOD.replace("value", name))
    with pytest.raises(DataError, match="holds prices without dividends by its name.*--price-only"):
        files.load(folder, ["A"])
    market = files.load(folder, ["A"], price_only=["A"])
    assert market.prices["A"].tolist() == [100, 101, 102, 103]
    path = folder / "A.csv"
    assert (
        f"A is a price without dividends ({name.strip()} of {path}): its growth is understated"
        in market.notes
    )


@pytest.mark.parametrize(
    ("head", "level"),
    [
        ("Date,Open,High,Low,Close,Volume", 4),
        ("Date,Price,Open,High,Low", 1),
        ("Date,Adj Close,Close", 2),
        ("Date,Adj Close,Volume", 1),
    ],
)
def test_of_several_columns_the_close_is_the_price(price_folder, head, level):
    cells = range(1, head.count(",") + 1)
    row = ",".join(map(str, cells))
    folder = price_folder(A=f"{head}\n2020-01-02,{row}\n2020-01-03,{row}\n")
    levels = files.read_prices(folder, "A", is_price_only=True)
    assert levels.tolist() == [level, level]


def test_several_prices_are_a_question(price_folder):
    folder = price_folder(A="Date,Bid,Ask\n2020-01-02,1,2\n2020-01-03,1,2\n")
    with pytest.raises(DataError, match="--price-only A needs one column of prices, such as Close"):
        files.read_prices(folder, "A", is_price_only=True)


@pytest.mark.parametrize("name", ["DGS10", "Yield (%)", "rate"])
def test_a_column_of_yields_is_refused(price_folder, name):
    folder = price_folder(A=GOOD.replace("value", name))
    for is_price_only in (False, True):
        with pytest.raises(DataError, match="yield or a rate|needs one column of prices"):
            files.read_prices(folder, "A", is_price_only=is_price_only)


@pytest.mark.parametrize("ticker", ["^SPX", "SP500", "^FTSE", "^gspc"])
def test_an_index_without_dividends_is_read_when_its_user_says_so(price_folder, ticker):
    folder = price_folder(**{ticker: GOOD})
    with pytest.raises(DataError, match="is a price index without dividends"):
        files.load(folder, [ticker])
    assert len(files.load(folder, [ticker], price_only=[ticker]).sessions) == 4


@pytest.mark.parametrize("ticker", ["TNX", "DGS10", "^tnx", "DTB3"])
def test_a_yield_is_nothing_to_hold_whoever_says_so(price_folder, ticker):
    folder = price_folder(**{ticker: GOOD})
    with pytest.raises(DataError, match="is a yield or an exchange rate, not something to hold"):
        files.load(folder, [ticker], price_only=[ticker])


def test_adjusted_closes_without_a_dividend_are_refused(price_folder):
    days = exchange_days(300)
    rows = "".join(
        f"{day:%Y-%m-%d},{50 + place % 7},{50 + place % 7}\n" for place, day in enumerate(days)
    )
    folder = price_folder(SPY=f"Date,Close,Adj Close\n{rows}")
    with pytest.raises(DataError, match="adjusted closes equal its closes on every row, and SPY"):
        files.load(folder, ["SPY"])
    market = files.load(folder, ["SPY"], price_only=["SPY"])
    assert market.notes[0].startswith("SPY is a price without dividends (Close of ")


def test_dividends_in_adjusted_closes_are_checked_as_those_of_yahoo(price_folder, yahoo_folder):
    """Half of each dividend of TLT taken out: its bonds yielded twice as much."""
    bars = bars_of(yahoo_folder / "TLT.csv")
    closes, paid = bars["Close"], bars["Dividends"]
    notes = []
    for times in (1.0, 0.5):
        ratio = (1 - times * paid / closes.shift(1)).fillna(1.0)
        whole = closes * ratio[::-1].cumprod()[::-1].shift(-1).fillna(1.0)
        frame = pd.DataFrame({"Close": closes, "Adj Close": whole}).rename_axis("Date")
        notes.append(files.load(price_folder(TLT=frame.to_csv()), ["TLT"]).notes)
    below = "TLT: a year's dividends lie below the lowest yield of its bonds"
    assert [any(below in note for note in lines) for lines in notes] == [False, True]


@pytest.mark.parametrize("head", ["Close,Adj Close", "Closing Price,Adj Close"])
@pytest.mark.parametrize("kind", ["monthly", "a hole"])
def test_dividends_are_looked_for_in_months_and_beside_holes(price_folder, head, kind):
    days = pd.date_range("2018-01-31", periods=36, freq="ME")
    if kind == "a hole":
        days = exchange_days(300)
    rows = [f"{day:%Y-%m-%d},{50 + place % 7},{50 + place % 7}" for place, day in enumerate(days)]
    if kind == "a hole":
        rows[100] = rows[100].replace(",5", ",,5", 1)[: len("2021-01-04,")] + ",51"
    text = f"Date,{head}\n" + "\n".join(rows) + "\n"
    with pytest.raises(DataError, match="its adjusted closes equal its closes on every row"):
        files.load(price_folder(SPY=text), ["SPY"])


def test_closes_that_cannot_be_read_are_no_reason_to_refuse(price_folder):
    text = "Date,Close,Adj Close\n2020-01-02,1,1\n2020-01-03,halted,2\n"
    folder = price_folder(A=text)
    where = f"{folder / 'A.csv'} line 3, column Close"
    note = files.load(folder, ["A"]).notes[0]
    assert note.startswith(f"its dividends are not checked: {where}: got 'halted', expected")


def test_the_name_of_a_ticker_says_nothing_of_its_prices(price_folder):
    for ticker in ("LOW", "OPEN", "RATE"):
        folder = price_folder(**{ticker: GOOD.replace("value", ticker)})
        assert len(files.read_prices(folder, ticker)) == 4


def test_adjusted_closes_that_stand_there_twice_are_named(price_folder):
    text = "Date,Adj Close,Adjusted Close\n2020-01-02,1,2\n2020-01-03,1,2\n"
    with pytest.raises(DataError, match="has adjusted closes twice, as Adj Close, Adjusted Close;"):
        files.read_prices(price_folder(A=text), "A")


def test_how_rates_were_read_is_said(price_folder):
    text = "Bank of somewhere\ndate;dtb3\n2020-01-02;1,5\n2020-01-03;1,25\n"
    folder = price_folder(SPY=GOOD, treasury_bill_3m_discount_daily=text)
    path = folder / "treasury_bill_3m_discount_daily.csv"
    assert files.load(folder, ["SPY"]).notes[:3] == (
        f"{path}: its cells are parted by semicolons",
        f"{path}: its head is line 2; what stands above is not read",
        f"{path}: 1,5 in dtb3 is read as 1.5",
    )


def test_a_proxy_may_be_a_price_when_its_user_says_so(price_folder):
    folder = price_folder(SPY=GOOD, VFINX=GOOD.replace("value", "NAV"))
    with pytest.raises(DataError, match="the column NAV holds prices without dividends"):
        files.load(folder, ["SPY"], extend=True)
    market = files.load(folder, ["SPY"], extend=True, price_only=["VFINX"])
    assert any(note.startswith("VFINX is a price without dividends") for note in market.notes)


def test_dividends_of_bills_are_not_missed_while_bills_earn_nothing(yahoo_folder, price_folder):
    bars = bars_of(yahoo_folder / "BIL.csv").loc["2010":]
    text = bars[["Close", "Adj Close"]].rename_axis("Date").to_csv()
    notes = files.load(price_folder(BIL=text), ["BIL"]).notes
    assert not any("dividend" in note for note in notes)


def test_a_cell_that_holds_a_word_is_shown(price_folder):
    with pytest.raises(DataError, match="line 3, column value: got 'null', expected a number"):
        files.read_prices(price_folder(A=GOOD.replace("101", "null")), "A")


def test_a_file_that_lies_in_the_future_names_the_clock(price_folder, monkeypatch):
    folder = price_folder(SPY="date,value\n2020-01-02,100\n2020-01-03,101\n")
    monkeypatch.setattr("data.sources.files.latest_day", lambda: pd.Timestamp("1971-03-01"))
    with pytest.raises(
        DataError, match=r"SPY.csv begins in the future, on 2020-01-02: it is 1971-"
    ):
        files.load(folder, ["SPY"])


@pytest.mark.parametrize("word", ["null", "NaN", "#N/A", ".", ""])
def test_a_rate_may_have_no_figure(tmp_path, word):
    path = tmp_path / "fed_funds_effective_daily.csv"
    path.write_text(f"date,x\n2024-01-02,5.33\n2024-01-03,{word}\n2024-01-04,5.34\n")
    assert files.read_rates(tmp_path).policy_rate.tolist() == [5.33, 5.34]


def test_the_case_of_a_files_ending_is_of_no_account(tmp_path):
    (tmp_path / "SPY.CSV").write_text(GOOD)
    assert files.tickers(tmp_path) == ["SPY"]
    assert files.read_prices(tmp_path, "SPY").tolist() == [100, 101, 102, 103]
    (tmp_path / "SPY.csv").write_text(GOOD)
    with pytest.raises(DataError, match=r"SPY\.csv is both .*; keep one"):
        files.read_prices(tmp_path, "SPY")


def test_levels_at_their_bounds_are_prices(price_folder):
    text = GOOD.replace("101", "1e12").replace("102", "1e-9")
    assert files.read_prices(price_folder(SPY=text), "SPY").tolist() == [100, 1e12, 1e-9, 103]


@pytest.mark.parametrize("time", ["T00:00:00", " 16:00", "T16:00:00.5Z", " 00:00:00 UTC"])
def test_a_date_may_have_its_time(price_folder, time):
    text = GOOD.replace("2020-01-03", f"2020-01-03{time}")
    assert files.read_prices(price_folder(SPY=text), "SPY")["2020-01-03"] == 101


def test_rows_of_days_to_come_are_left_out_and_said(price_folder):
    today = pd.Timestamp.now("UTC").tz_localize(None).normalize()
    days = [*pd.bdate_range(end=today, periods=5), *pd.bdate_range(today, periods=8)[4:]]
    market = files.load(price_folder(A=rows_of(pd.DatetimeIndex(days))), ["A"])
    assert len(market.sessions) == 5
    (note,) = [note for note in market.notes if "future" in note]
    assert f"A.csv: {days[5]:%Y-%m-%d}, " in note
    assert note.endswith("(and 1 more) lies in the future; left out")


def test_a_name_with_a_tilde_is_a_name(tmp_path, monkeypatch):
    """HOME has a folder of that name with other prices, which must not be read."""
    home, here = tmp_path / "home", tmp_path / "here"
    for place, text in ((home, GOOD.replace("101", "7")), (here / "~", GOOD)):
        place.mkdir(parents=True)
        (place / "SPY.csv").write_text(text, encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    assert files.load(Path("~"), ["SPY"]).prices["SPY"].iloc[1] == 101
    with pytest.raises(DataError, match="--source files:~x is not a folder"):
        files.load(Path("~x"), ["SPY"])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("10y,120m", "has one maturity twice, as 10y and 120m; keep one"),
        ("10y,10y", "has the column '10y' twice; keep one"),
        ("0y,10y", "has a column '0y'; use 3m, 10y"),
        ("1000y,10y", "has a column '1000y'; use 3m"),
        ("9" * 5000 + "y,10y", r"has a column '9{40}\.\.\.'; use 3m"),
        ("\u0663m,10y", "has a column '\u0663m'; use 3m"),
    ],
)
def test_maturities_are_short_and_each_stands_once(price_folder, names, message):
    text = f"date,{names}\n2020-01-02,4,4\n2020-01-03,4,4\n"
    folder = price_folder(SPY=GOOD, treasury_cmt_yields_daily=text)
    with pytest.raises(DataError, match=message):
        files.load(folder, ["SPY"])


def test_missing_ticker_names_the_nearest(price_folder):
    with pytest.raises(DataError, match=r"SPYY is not in .*which has SPY \(did you mean SPY\?\)"):
        files.read_prices(price_folder(SPY=GOOD), "SPYY")


@pytest.mark.parametrize("ticker", ["../SPY", "sub/SPY", ""])
def test_a_ticker_cannot_leave_the_folder(price_folder, ticker):
    with pytest.raises(DataError, match="is not in"):
        files.read_prices(price_folder(SPY=GOOD), ticker)


def test_price_only_index_is_refused(price_folder):
    with pytest.raises(DataError, match=r"\^GSPC is a price index without dividends"):
        files.read_prices(price_folder(), "^GSPC")


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (pd.bdate_range("2018-01-01", periods=261).union(pd.bdate_range("2019-03-01", periods=480)),
         "no row between 2018-12-31 and 2019-03-01, more than 14 days"),
        (pd.date_range("2018-01-31", periods=30, freq="ME").delete([5, 6]),
         "no row between 2018-05-31 and 2018-08-31, more than a month"),
    ],
)  # fmt: skip
def test_a_hole_is_refused(price_folder, days, message):
    with pytest.raises(DataError, match=message):
        files.load(price_folder(A=rows_of(days)), ["A"])


@pytest.mark.parametrize("name", ["Close", "price", "Open"])
def test_a_lone_price_column_is_no_total_return(price_folder, name):
    with pytest.raises(DataError, match="dividends in"):
        files.read_prices(price_folder(A=GOOD.replace("value", name)), "A")


def test_dates_with_a_time_and_a_zone_are_the_exchanges_own(price_folder):
    text = "Date,Adj Close\n2019-03-08 00:00:00-05:00,1\n2019-03-11 00:00:00-04:00,2\n"
    levels = files.read_prices(price_folder(A=text), "A")
    assert [f"{day:%Y-%m-%d}" for day in levels.index] == ["2019-03-08", "2019-03-11"]


@pytest.mark.parametrize("year", ["1500", "2400"])
def test_a_year_that_cannot_be_is_refused(price_folder, year):
    with pytest.raises(DataError, match="expected a date"):
        files.read_prices(price_folder(A=GOOD.replace("2020", year)), "A")


def test_a_folder_in_place_of_a_file(tmp_path):
    (tmp_path / "SPY.csv").mkdir()
    with pytest.raises(DataError, match="SPY is not in .*which has no CSV files"):
        files.read_prices(tmp_path, "SPY")


def test_weekly_rows_are_refused(price_folder):
    text = rows_of(pd.date_range("2020-01-03", periods=60, freq="W-FRI"))
    with pytest.raises(DataError, match="rows a year, 7 days apart; give one row an"):
        files.load(price_folder(A=text), ["A"])


def test_monthly_rows_are_known_as_monthly(price_folder):
    text = rows_of(pd.date_range("2020-01-31", periods=30, freq="ME"))
    assert files.load(price_folder(A=text), ["A"]).periods_per_year == 12


def test_files_of_rates_are_each_read_as_what_they_are(tmp_path):
    from data.sources.files import read_rates

    head, rows = "date,{}\n", ("2024-01-02,{}\n", "2024-01-03,{}\n")
    for name, column, value in (
        ("treasury_bill_3m_discount_daily", "dtb3", 4.975),
        ("fed_funds_effective_daily", "x", 5.33),
        ("cpi_monthly", "x", 300.0),
    ):
        text = head.format(column) + "".join(row.format(value) for row in rows)
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "usd_index_daily.csv").write_text(
        "date,dxy,fed_broad_usd\n2024-01-02,101,120\n2024-01-03,102,121\n"
    )
    rates = read_rates(tmp_path)
    assert rates.bill.iloc[0] == pytest.approx(5.108, abs=5e-4)  # published equivalent
    assert (rates.policy_rate.iloc[0], rates.cpi.iloc[0]) == (5.33, 300.0)
    assert (rates.dxy.iloc[0], rates.broad_usd.iloc[0]) == (101, 120)
    (tmp_path / "usd_index_daily.csv").write_text("date,value\n2024-01-02,1\n2024-01-03,1\n")
    with pytest.raises(DataError, match="needs a column dxy or fed_broad_usd, got value"):
        read_rates(tmp_path)


def test_a_link_that_leads_to_itself_is_no_csv(price_folder):
    folder = price_folder(SPY=GOOD)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "IEF.csv").symlink_to(folder / "IEF.csv")
    assert files.tickers(folder) == ["SPY"]
    assert len(files.read_prices(folder, "SPY")) == GOOD.count("\n") - 1


def test_rates_of_a_file_that_the_bundled_months_contradict_are_named_up_to_the_end(tmp_path):
    path = tmp_path / "treasury_bill_3m_discount_daily.csv"
    wrong = rate("DTB3", "2015-01-01") / 100
    wrong.to_frame("dtb3").to_csv(path, index_label="date")
    notes: list[str] = []
    files.read_rates(tmp_path, notes)
    (line,) = notes
    assert line.startswith(f"DTB3: {path}'s figures contradict the bundled ones")
    assert line.endswith("they look like fractions, not percent; used all the same, check the file")
    right = rate("DTB3", "2015-01-01")
    late = right.where(right.index.year < 2022, right / 100)
    late.to_frame("dtb3").to_csv(path, index_label="date")
    for end, count in ((None, 1), ("2021-12-31", 0)):
        notes = []
        files.read_rates(tmp_path, notes, end)
        assert len(notes) == count

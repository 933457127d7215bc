"""What the claims are tried on: which market is loaded from where, and what is said of it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.engine.claims.exhibits import TICKERS
from backtests.engine.claims.loading import BUNDLED_ALONE, MONTHS, load_exhibits
from data import bundled
from data.errors import DataError, StrictError, UnreachableError, UsageError
from data.load import load_market
from data.origin import How, Origin
from data.strictness import Strictness
from tests.conftest import SHARED, random_market

DAYS = pd.bdate_range("2010-01-04", "2012-12-31")
YIELDS = pd.DataFrame({2.0: 1.0, 10.0: 3.0, 20.0: 4.0}, DAYS)


def daily(tickers, yields=True, how=How.FETCHED):
    """Made daily prices of some tickers."""
    made = random_market(3, tuple(tickers), rows=len(DAYS))
    market = type(made)(
        source="yahoo", title="made prices",
        prices=made.prices.set_axis(DAYS), cash=made.cash.set_axis(DAYS), periods_per_year=252,
        provenance=made.provenance, origin=Origin(how, "2013-01-02"),
        yields=YIELDS if yields else None, notes=["a note"], remarks=["a remark"],
    )  # fmt: skip
    return market


def write(folder: Path, *tickers: str, yields: bool = True, freq: str = "B") -> str:
    """A folder of made prices, as a source."""
    days = pd.date_range("2010-01-04", "2012-12-31", freq=freq)
    for number, ticker in enumerate(tickers):
        moves = np.random.default_rng(number).normal(0.0003, 0.01, len(days))
        level = pd.Series(100 * np.exp(np.cumsum(moves)), days, name="value")
        level.rename_axis("date").to_csv(folder / f"{ticker}.csv")
    if yields:
        table = pd.DataFrame({"1y": 0.5, "2y": 1.0, "10y": 3.0, "20y": 4.0}, days)
        table.rename_axis("date").to_csv(folder / "treasury_cmt_yields_daily.csv")
    return f"files:{folder}"


def test_bundled_is_the_months_alone():
    told = []
    exhibits = load_exhibits("bundled", announce=told.append)
    assert exhibits.days is None
    assert exhibits.days_missing == BUNDLED_ALONE
    assert exhibits.months.tickers == list(bundled.TICKERS) == list(MONTHS)
    assert len(exhibits.months.sessions) == 768
    assert told[0].startswith("bundled: bundled monthly history")


def test_both_are_cut_to_the_asked_end(tmp_path):
    exhibits = load_exhibits(write(tmp_path, "SPY", "IEF", "BIL"), "2011-06-15")
    assert f"{exhibits.months.sessions[-1]:%Y-%m-%d}" == "2011-05-31"
    assert f"{exhibits.days.sessions[-1]:%Y-%m-%d}" == "2011-06-15"


def test_a_folder_gives_what_it_has_and_says_what_it_lacks(tmp_path):
    told = []
    source = write(tmp_path, "IEF", "SPY", "OTHER")
    exhibits = load_exhibits(source, announce=told.append)
    assert exhibits.days.tickers == ["SPY", "IEF"]
    assert exhibits.days_missing == "the folder lacks TLT, SHY, BIL, GLD, TIP"
    assert exhibits.days.title == "price files of your own"  # a page may be sent: no path
    assert told[0].startswith(f"{source}: daily prices of {tmp_path}: ")
    assert f"note: {exhibits.days_missing}" in told


def test_the_whole_folder_lacks_nothing():
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    exhibits = load_exhibits(f"files:{SHARED}")
    assert exhibits.days.tickers == list(TICKERS)
    assert exhibits.days_missing == ""
    first = exhibits.days.prices.apply(pd.Series.first_valid_index)
    assert first["IEF"] == pd.Timestamp("1962-01-02")  # carried back by yields
    assert first["GLD"] == pd.Timestamp("2004-11-18")  # its own first day
    assert exhibits.days.usd is not None
    assert exhibits.days.policy_rate is not None


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"tickers": ("IEF",)}, r"has no SPY\.csv, and every claim is about equity; add it"),
        ({"tickers": ("SPY", "IEF", "GLD"), "yields": False},
         r"has no yields, .*_cmt_yields_daily\.csv, or use --source yahoo, or --source bundled$"),
        ({"tickers": ("SPY", "IEF"), "yields": False},
         r"has no yields, .*; add it to treasury_cmt_yields_daily\.csv"),
        ({"tickers": ("SPY", "IEF"), "freq": "ME"}, "holds monthly prices, .*; give a folder of"),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_used(tmp_path, made, message):
    tickers = made.pop("tickers")
    with pytest.raises(DataError, match=message):
        load_exhibits(write(tmp_path, *tickers, **made))


@pytest.mark.parametrize(
    ("source", "end", "message"),
    [
        ("files:nowhere", None, "not a folder"),
        ("somewhere", None, "unknown"),
        ("bundled", "1950-01-01", "--end 1950-01-01 is before the first day of SPY"),
        ("bundled", "yesterday", "--end takes a date"),
    ],
)
def test_wrong_input_is_an_error(source, end, message):
    with pytest.raises((DataError, UsageError), match=message):
        load_exhibits(source, end)


def test_auto_goes_on_with_the_months_and_says_why():
    """No test reaches Yahoo, and no snapshot is kept."""
    told = []
    exhibits = load_exhibits("auto", announce=told.append)
    assert exhibits.days is None
    assert exhibits.days_missing == "there are no daily prices: Yahoo cannot be reached"
    assert "Yahoo cannot be reached (127.0.0.1" in told[0]
    with pytest.raises(UnreachableError):
        load_exhibits("yahoo")
    with pytest.raises(StrictError, match="in place of new prices from Yahoo"):
        load_exhibits("auto", strictness=Strictness())


def test_auto_does_without_what_cannot_be_loaded():
    asked = []

    def load(source, tickers, **options):
        asked.append((source, tuple(tickers), options.get("refresh")))
        if source == "bundled":
            return load_market(source, tickers)
        if "GLD" in tickers:
            raise DataError("GLD: gone; try later")
        return daily(tickers)

    told = []
    exhibits = load_exhibits("auto", load=load, refresh=True, announce=told.append)
    assert exhibits.days.tickers == list(MONTHS)
    assert exhibits.days_missing == "GLD, TIP could not be loaded"
    # What was fetched for the first answer is not fetched again for the second.
    assert asked[1:] == [("auto", TICKERS, True), ("auto", MONTHS, False)]
    assert told[1:] == [
        "warning: a remark", "note: a note", "note: GLD, TIP could not be loaded",
    ]  # fmt: skip
    with pytest.raises(DataError, match="GLD: gone"):
        load_exhibits("yahoo", load=load)


def test_without_yields_auto_has_no_days():
    def load(source, tickers, **options):
        return load_market(source, tickers) if source == "bundled" else daily(tickers, yields=False)

    exhibits = load_exhibits("auto", load=load)
    assert exhibits.days is None
    assert "no daily yields" in exhibits.days_missing
    with pytest.raises(DataError, match="yahoo has no yields"):
        load_exhibits("yahoo", load=load)


def test_steps_are_shown():
    steps = []

    def progress(step):
        steps.append(step)
        return nullcontext()

    load_exhibits("bundled", None, progress)
    assert steps == ["reading the bundled months"]


def test_a_fund_that_begins_after_the_end_is_left_out_and_said():
    """In 2000 there was no IEF, whose yields there were; gold's fund has none."""
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    told = []
    exhibits = load_exhibits(f"files:{SHARED}", "2000-06-30", announce=told.append)
    assert exhibits.days.tickers == ["SPY", "IEF", "TLT", "SHY", "BIL"]
    assert exhibits.days_missing == "GLD, TIP begin after 2000-06-30"
    assert f"{exhibits.days.sessions[-1]:%Y-%m-%d}" == "2000-06-30"
    assert "to 2000-06-30" in told[0]

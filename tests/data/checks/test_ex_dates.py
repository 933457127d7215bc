"""How far a price falls on the days of its dividends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.ex_dates import drop_times, drops, odd_drops
from data.errors import DataError
from tests import yahoo_server as server
from tests.soak.made import adjusted, random_bars


def fund(times: float = 1.0, rows: int = 2520, noise: float = 0.002) -> pd.DataFrame:
    """Ten years of a fund that pays 0.4 % each month, by which its opens fall so many times."""
    rng = np.random.default_rng(1)
    share = np.where(np.arange(rows) % 21 == 10, 0.004, 0.0)
    opening = np.exp(rng.normal(0, noise, rows)) * (1 - times * share)
    close = 100 * np.cumprod(opening * np.exp(rng.normal(0, noise, rows)) * 1.0002)
    before = np.append(100.0, close[:-1])
    days = pd.bdate_range("2010-01-04", periods=rows)
    bars = pd.DataFrame({"Open": before * opening, "Close": close}, days)
    return bars.assign(Dividends=share * before)


@pytest.mark.parametrize("times", [0.0, 0.5, 1.0, 2.0])
def test_the_fall_is_measured_with_its_error(times):
    """By hand: 120 payments of 0.4 % under a noise of 0.2 %: 0.5 / sqrt(120) = 0.046."""
    bars = fund(times)
    measured, error = drop_times(drops(bars, bars))
    assert error == pytest.approx(0.046, rel=0.15)
    assert abs(measured - times) < 3 * error


@pytest.mark.parametrize(
    ("times", "words"),
    [(1.0, ""), (0.0, "may be adjusted for dividends already"), (0.5, "may be too large"),
     (2.0, "may be too small")],
)  # fmt: skip
def test_what_the_fall_says_of_the_dividends(times, words):
    bars = fund(times)
    lines = odd_drops("MADE", drops(bars, bars), is_certain=False)
    assert len(lines) == bool(words)
    assert all(words in line and "120 dividends" in line for line in lines)


def test_a_fund_that_is_known_to_fall_and_does_not_is_refused():
    bars = fund(0.0)
    with pytest.raises(DataError, match="IEF: .* adjusted for dividends already"):
        odd_drops("IEF", drops(bars, bars), is_certain=True)


def test_few_payments_or_rough_openings_say_nothing():
    bars = fund(0.0, rows=120)
    assert odd_drops("MADE", drops(bars, bars), is_certain=True) == []
    rough = fund(0.0, noise=0.015)
    assert odd_drops("MADE", drops(rough, rough), is_certain=True) == []
    two = server.made_bars(600)  # up and down by 1 % in turn, without opens of its own
    two["Dividends"] = np.where(np.arange(600) % 21 == 0, 0.04, 0.0)
    assert odd_drops("MADE", drops(two, two), is_certain=True) == []


@pytest.mark.parametrize(("times", "words"), [(2.5, "the most"), (0.3, "the least")])
def test_one_payment_by_which_the_price_did_not_fall_is_named(times, words):
    bars = fund(noise=0.0006)
    row = np.flatnonzero(bars["Dividends"])[63]  # no December
    assert bars.index[row].month != 12
    bars.iloc[row, bars.columns.get_loc("Dividends")] *= times
    (line,) = odd_drops("MADE", drops(bars, bars), is_certain=True)
    # 2.5 or 0.3 times, beside six payments of 0.4 % on either side.
    assert f"the dividend on {bars.index[row]:%Y-%m-%d} is {times:.1f}" in line
    assert words in line


def test_one_payment_that_is_large_and_fell_out_of_the_price_is_let_in():
    bars = fund(noise=0.0006)
    row = np.flatnonzero(bars["Dividends"])[63]
    paid = bars["Dividends"].iloc[row]
    bars.iloc[row, bars.columns.get_loc("Dividends")] = 2.5 * paid
    wide = bars.copy()
    wide.iloc[row:, [0, 1]] *= 1 - 1.5 * paid / bars["Close"].iloc[row - 1]
    assert odd_drops("MADE", drops(wide, wide), is_certain=True) == []


def test_made_histories_fall_as_real_ones_do():
    bars = random_bars(1, 2000)
    times, error = drop_times(drops(bars, bars))
    assert abs(times - 1) < 3 * error


def test_real_prices_fall_by_their_dividends(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        bars = server.bars_of(path)
        each = drops(bars, bars)
        if not len(each.paid):
            continue
        assert odd_drops(path.stem, each, is_certain=True) == []
        assert 0.9 < drop_times(each)[0] < 1.2
        factor = bars["Adj Close"] / bars["Close"]
        twice = adjusted(bars.assign(Close=bars["Close"] * factor, Open=bars["Open"] * factor))
        with pytest.raises(DataError, match="adjusted for dividends already"):
            odd_drops(path.stem, drops(twice, twice), is_certain=True)
        for times in (0.5, 2.0):
            wrong = bars.assign(Dividends=times * bars["Dividends"])
            assert len(odd_drops(path.stem, drops(wrong, wrong), is_certain=True)) == 1


def test_some_years_of_dividends_that_are_too_small_are_named():
    """Payments of a half of what the price fell by, in a quarter of the history."""
    bars = fund(noise=0.0005, rows=5040)
    first = bars.index[-1].year - 4
    half = bars.assign(
        Dividends=bars["Dividends"].where(bars.index.year < first, bars["Dividends"] / 2)
    )
    lines = odd_drops("MADE", drops(half, half), is_certain=False)
    (line,) = [line for line in lines if "too small" in line]
    assert line.startswith("MADE: from ")
    assert "the price falls by " in line
    good = odd_drops("MADE", drops(bars, bars), is_certain=False)
    assert not [line for line in good if "too small" in line]

"""Openings to which a price leaps, and from which it leaps back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.openings import odd_openings, opening_moves
from tests import yahoo_server as server
from tests.soak.kinds import scaled
from tests.soak.made import PRICES, random_bars


def quiet(rows: int = 200) -> pd.DataFrame:
    """Opens 0.2 % above or below the close before, in turn; closes 0.1 % above their open."""
    close = np.full(rows, 100.0)
    first = np.full(rows, 100.0)
    for row in range(1, rows):
        first[row] = close[row - 1] * (1.002 if row % 2 else 0.997)
        close[row] = first[row] * 1.001
    days = pd.bdate_range("2020-01-01", periods=rows)
    bars = pd.DataFrame({"Open": first, "Close": close, "Dividends": 0.0}, days)
    return bars.assign(High=bars["Close"] * 1.001, Low=bars["Open"] * 0.999)


@pytest.mark.parametrize("rows", [1, 5, 10])
@pytest.mark.parametrize(("factor", "named"), [(1.02, False), (1.035, True), (0.96, True)])
def test_rows_that_are_off_as_a_whole_are_named_by_both_openings(rows, factor, named):
    """The usual opening move is 0.25 %, between 0.2 and 0.3: eight times it are 2.4 at most."""
    bars = scaled(quiet(), slice(100, 100 + rows), ["Open", "High", "Low", "Close"], factor)
    lines = odd_openings("MADE", bars, bars)
    assert len(lines) == named
    for line in lines:
        assert (
            f"on {bars.index[100]:%Y-%m-%d} and back on {bars.index[100 + rows]:%Y-%m-%d}" in line
        )


def test_a_gap_that_stays_is_news():
    bars = scaled(quiet(), slice(100, None), ["Open", "High", "Low", "Close"], 1.05)
    assert odd_openings("MADE", bars, bars) == []


def test_a_dividend_is_no_leap():
    bars = quiet()
    bars.iloc[100, bars.columns.get_loc("Dividends")] = 5.0
    plain = scaled(bars, slice(100, None), ["Open", "High", "Low", "Close"], 0.95)
    assert opening_moves(plain, plain).iloc[100] < -0.04
    assert odd_openings("MADE", plain, plain) == []


def test_opens_that_are_the_closes_are_none():
    bars = server.made_bars(300)
    assert opening_moves(bars, bars) is None
    assert odd_openings("MADE", bars, bars) == []


def test_opens_follow_the_closes_from_which_a_split_was_divided_out():
    bars = random_bars(2, 300)
    sent = scaled(bars.copy(), slice(0, 150), PRICES, 2.0)
    np.testing.assert_allclose(
        opening_moves(sent, bars).iloc[1:], opening_moves(bars, bars).iloc[1:], atol=1e-12
    )


def test_real_openings_are_let_in(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        bars = server.bars_of(path)
        assert odd_openings(path.stem, bars, bars) == []

"""Prices, dividends and adjusted closes that cannot be true together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.plausibility import (
    apart,
    disagreements,
    outside_range,
    require_adjusted,
    require_plausible,
    without_splits,
)
from data.errors import DataError
from data.sources import yahoo
from tests import yahoo_server as server
from tests.data.helpers import adjusted, faulty, growth, unstale


def test_an_adjustment_that_disagrees_is_named(web, bars):
    web.hold("SPY", faulty(bars, Adj_Close=bars["Adj Close"].iloc[100] * 1.003))
    (warning,) = unstale(yahoo.fetch("SPY").warnings)
    assert "SPY: returns from close and dividend differ from Yahoo's adjusted close" in warning
    assert f"{bars.index[100]:%Y-%m-%d}" in warning


def test_a_split_left_in_the_closes_is_divided_out(web, bars):
    raw = bars.copy()
    raw.iloc[100, raw.columns.get_loc("Stock Splits")] = 2.0
    raw.iloc[:100, raw.columns.get_loc("Close")] *= 2
    raw.iloc[:100, raw.columns.get_loc("Dividends")] *= 2
    web.hold("SPY", raw)
    got = yahoo.fetch("SPY")
    assert any("the 2:1 split of" in line for line in got.warnings)
    web.hold("SPY", bars)
    pd.testing.assert_frame_equal(got.frame[["Close"]], yahoo.fetch("SPY").frame[["Close"]])


@pytest.mark.parametrize("factor", [0.0, 10.0, 40.0])
def test_dividends_missing_or_too_large_are_refused(web, bars, factor):
    wrong = bars.copy()
    wrong["Dividends"] *= factor
    web.hold("SPY", wrong)
    with pytest.raises(DataError, match="SPY: .*dividend"):
        yahoo.fetch("SPY")


def test_small_dividends_that_vanish_are_refused_by_their_sum(web, bars):
    # 0.04 each month stays below the daily tolerance; over the whole it is 1.1 percent.
    paid = server.made_bars(600)
    paid["Dividends"] = [0.04 if row and row % 21 == 0 else 0.0 for row in range(600)]
    ratio = 1 - paid["Dividends"] / paid["Close"].shift(1)
    later = ratio.fillna(1.0)[::-1].cumprod()[::-1].shift(-1).fillna(1.0)
    paid["Adj Close"] = paid["Close"] * later
    web.hold("SPY", paid)
    assert growth("SPY") == pytest.approx(adjusted(paid))
    web.hold("SPY", paid.assign(Dividends=0.0))
    with pytest.raises(DataError, match="over the whole"):
        yahoo.fetch("SPY")


def test_an_adjusted_split_with_a_fall_on_its_day_is_left_alone(web, bars):
    split = bars.copy()
    split.iloc[100, split.columns.get_loc("Stock Splits")] = 1.25
    split.iloc[100:, [split.columns.get_loc(name) for name in ("Close", "Adj Close")]] *= 0.95
    web.hold("SPY", split)
    got = yahoo.fetch("SPY")
    assert not any("split" in line for line in got.warnings)
    assert growth("SPY") == pytest.approx(adjusted(split), rel=2e-3)


def test_a_spike_that_goes_back_is_refused_and_a_large_move_is_named(web, bars):
    for rows, outcome in (([100], "refused"), (range(100, 300), "named")):
        moved = bars.copy()
        columns = [moved.columns.get_loc(name) for name in ("Close", "Adj Close")]
        moved.iloc[list(rows), columns] *= 1.3
        web.hold("SPY", moved)
        if outcome == "refused":
            with pytest.raises(DataError, match="and back the next session"):
                yahoo.fetch("SPY")
        else:
            assert any("SPY: moves +29%" in line for line in yahoo.fetch("SPY").warnings)


# --- each bound from either side ------------------------------------------------------------

DAYS = pd.bdate_range("2024-01-01", periods=60)


def plain(close: list[float] | np.ndarray) -> pd.DataFrame:
    """Bars without dividends or splits, whose adjusted close is the close."""
    frame = pd.DataFrame({"Close": close, "Adj Close": close}, DAYS[: len(close)], dtype=float)
    return frame.assign(Dividends=0.0, **{"Stock Splits": 0.0})


@pytest.mark.parametrize(("paid", "refused"), [(24.9, False), (25.0, True), (-0.01, True)])
def test_a_dividend_is_below_a_quarter_of_the_close_before(paid, refused):
    wrong = plain([100.0, 90.0])
    wrong.loc[DAYS[1], "Dividends"] = paid
    if refused:
        with pytest.raises(DataError, match="on 2024-01-02 is not between 0 and a quarter of the"):
            require_adjusted("SPY", wrong)
    else:
        require_adjusted("SPY", wrong)


@pytest.mark.parametrize(("adjusted_close", "words"), [(0.0, "is 0"), (np.nan, "is nan")])
def test_an_adjusted_close_is_a_price(adjusted_close, words):
    wrong = plain([100.0, 90.0])
    wrong.loc[DAYS[1], "Adj Close"] = adjusted_close
    with pytest.raises(DataError, match=f"adjusted close {words} on 2024-01-02"):
        require_adjusted("SPY", wrong)


@pytest.mark.parametrize(
    ("off", "ends"),
    [(0.0004, "quiet"), (0.0006, "named"), (0.0049, "named"), (0.0051, "refused")],
)
def test_a_day_that_differs_from_the_adjusted_close(off, ends):
    # One day's return is off by so much, and the next takes it back: no drift over the whole.
    adjusted_close = pd.Series(100.0, DAYS)
    adjusted_close.iloc[30] *= 1 + off
    level = pd.Series(100.0, DAYS)
    if ends == "refused":
        with pytest.raises(DataError, match=f"by 0.51% on {DAYS[30]:%Y-%m-%d} and .0.00% over"):
            disagreements("SPY", level, adjusted_close)
        return
    warnings = disagreements("SPY", level, adjusted_close)
    assert len(warnings) == (ends == "named")
    assert all(
        f"most on {DAYS[30]:%Y-%m-%d} by {off:.2%}; the former are used" in w for w in warnings
    )


@pytest.mark.parametrize(
    ("drift", "ends"),
    [
        (0.0019, []),
        (
            0.0021,
            [
                "SPY: growth over the whole history from close and dividend differs from that of "
                "Yahoo's adjusted close by -0.21%; the former is used"
            ],
        ),
    ],
)
def test_a_drift_that_no_day_shows(drift, ends):
    # Spread over 59 days it is below 0.004 points a day.
    adjusted_close = pd.Series(100.0 * (1 + drift) ** (np.arange(60) / 59), DAYS)
    assert disagreements("SPY", pd.Series(100.0, DAYS), adjusted_close) == ends


def test_a_drift_of_more_than_a_hundredth_is_refused():
    adjusted_close = pd.Series(100.0 * 1.011 ** (np.arange(60) / 59), DAYS)
    with pytest.raises(DataError, match="and -1.09% over the whole"):  # 1 / 1.011 - 1
        disagreements("SPY", pd.Series(100.0, DAYS), adjusted_close)


@pytest.mark.parametrize(("close", "named"), [(101.04, False), (101.06, True), (98.9, True)])
def test_a_close_lies_within_its_day(close, named):
    prices = plain([100.0, close, 100.0]).assign(High=101.0, Low=99.0)
    assert bool(outside_range("SPY", prices)) is named


def test_a_day_without_high_and_low_is_not_judged():
    prices = plain([100.0, 150.0, 100.0]).assign(High=0.0, Low=0.0)
    assert outside_range("SPY", prices) == []


def test_a_split_is_divided_out_once_and_on_its_day():
    # By hand: 200 before a split of 2:1 and 100 after it is no move at all.
    left_in = plain([200.0] * 30 + [100.0] * 30).assign(**{"Adj Close": 100.0})
    left_in.loc[DAYS[30], "Stock Splits"] = 2.0
    warnings: list[str] = []
    mended = without_splits("SPY", left_in, warnings)
    assert set(mended["Close"]) == {100.0}
    assert warnings == [f"SPY: the 2:1 split of {DAYS[30]:%Y-%m-%d} was divided out"]
    assert set(left_in["Close"]) == {100.0, 200.0}  # what was given stays as it was
    assert without_splits("SPY", mended, warnings) is mended


@pytest.mark.parametrize(
    ("rows", "words"),
    [(10, []), (11, ["the same close for 11 sessions, 2024-01-29 to 2024-02-12"])],
)
def test_a_price_that_stands_still_for_more_than_ten_sessions_is_named(rows, words):
    close = np.resize([100.0, 100.5], 60)
    close[20 : 20 + rows] = 100.25
    lines: list[str] = []
    require_plausible("SPY", plain(close), lines)
    assert lines == [f"SPY: {line}; check it" for line in words]


def test_a_day_whose_prices_all_lie_apart_is_named():
    close = np.resize([100.0, 100.5], 60)
    close[30] = 102.5
    prices = plain(close)
    prices = prices.assign(High=prices["Close"] + 0.3, Low=prices["Close"] - 0.3)
    (line,) = apart("SPY", prices)
    # By hand: its low of 102.2 against the highs of 100.8 beside it, ln 102.2 / 100.8 = 1.4 %.
    assert line == (
        "SPY: the whole day's range lies outside that of both neighbouring days on "
        f"{DAYS[30]:%Y-%m-%d}, most on {DAYS[30]:%Y-%m-%d} by 1.4%; check it"
    )
    prices.loc[DAYS[30], "Low"] = 100.7  # it reaches down to its neighbours
    assert apart("SPY", prices) == []


@pytest.mark.parametrize(
    ("move", "ends"), [(0.149, "quiet"), (0.151, "named"), (0.399, "named"), (0.401, "refused")]
)
def test_a_move_is_large_from_fifteen_percent_and_wild_from_forty(move, ends):
    close = np.r_[np.resize([100.0, 101.0], 30), np.resize([101.0, 102.0], 30) * (1 + move)]
    close[30] = 101.0 * (1 + move)  # from the 101 before it
    warnings: list[str] = []
    if ends == "refused":
        with pytest.raises(DataError, match=rf"moves \+40% on {DAYS[30]:%Y-%m-%d}, beyond \+-40%"):
            require_plausible("SPY", plain(close), warnings)
        return
    require_plausible("SPY", plain(close), warnings)
    assert [line for line in warnings if f"on {DAYS[30]:%Y-%m-%d}; check it" in line] == warnings
    assert bool(warnings) is (ends == "named")


@pytest.mark.parametrize(("left", "refused"), [(0.049, True), (0.051, False)])
def test_a_spike_goes_back_by_three_quarters_the_next_session(left, refused):
    close = np.resize([100.0, 101.0], 60)
    close[31] = 120.0  # from 100: a fifth up, of which a quarter is 0.05
    close[32:] *= 1 + left
    warnings: list[str] = []
    if refused:
        with pytest.raises(DataError, match="and back the next session"):
            require_plausible("SPY", plain(close), warnings)
    else:
        require_plausible("SPY", plain(close), warnings)
        assert warnings


@pytest.mark.parametrize(("move", "refused"), [(-0.399, False), (-0.401, True)])
def test_a_fall_is_wild_from_forty_percent_as_a_rise_is(move, refused):
    # From 101 to 101 x (1 - 0.401) = 60.5, and quiet from there on.
    close = np.r_[np.resize([100.0, 101.0], 30), np.resize([101.0, 102.0], 30) * (1 + move)]
    warnings: list[str] = []
    if refused:
        with pytest.raises(DataError, match=rf"moves -40% on {DAYS[30]:%Y-%m-%d}, beyond \+-40%"):
            require_plausible("SPY", plain(close), warnings)
        return
    require_plausible("SPY", plain(close), warnings)
    assert warnings[0] == f"SPY: moves -40% on {DAYS[30]:%Y-%m-%d}; check it"

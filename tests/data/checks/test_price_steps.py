"""Closes that are whole cents, and those that are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.price_steps import off_cents, off_step, require_whole_cents
from data.errors import DataError
from tests import yahoo_server as server

ROWS = 300


def bars_of(close, splits=None) -> pd.DataFrame:
    days = pd.bdate_range("2020-01-01", periods=len(close))
    table = pd.DataFrame({"Close": np.asarray(close, float), "Dividends": 0.0}, days)
    return table.assign(**{"Stock Splits": 0.0 if splits is None else splits})


def cents(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(5000, 20000, ROWS) / 100


@pytest.mark.parametrize(
    ("price", "is_off"),
    [(43.9375, False), (43.9688, False), (43.96875, False), (88.90, False), (88.905, True),
     (88.9013, True), (661.82000732421875, False), (661.8212, True)],
)  # fmt: skip
def test_cents_and_64ths_are_steps_as_yahoo_rounds_them(price, is_off):
    """43 31/32 is 43.96875; the nearest 32-bit float to 661.82 is 661.8200073."""
    assert off_step(bars_of([100.0, price])).tolist() == [False, is_off]


def test_a_close_between_cents_among_whole_ones_is_named():
    close = cents()
    assert off_cents("MADE", bars_of(close)) == []
    close[150] *= 1.0123
    bars = bars_of(close)
    (line,) = off_cents("MADE", bars)
    assert f"the close on {bars.index[150]:%Y-%m-%d} is no whole cent" in line
    assert off_cents("MADE", bars_of(cents() * 1.0123)) == []  # of such a ticker nothing is known


def test_closes_divided_by_later_splits_are_whole_as_they_were_traded():
    close, splits = cents(), np.zeros(ROWS)
    splits[200] = 3.0
    close[:200] /= 3
    assert not off_step(bars_of(close, splits)).any()
    assert off_step(bars_of(close)).mean() > 0.3
    # What is listed as a split may be a spin-off, by which nothing was divided.
    assert not off_step(bars_of(cents(), np.where(splits > 0, 1.046, 0.0))).any()


def test_closes_that_are_adjusted_up_to_the_last_dividend_are_refused():
    bars = bars_of(cents())
    bars.loc[bars.index[[60, 120, 180, 240]], "Dividends"] = 0.5
    require_whole_cents("MADE", bars)
    factor = np.repeat([0.9812, 0.9861, 0.9912, 0.9959, 1.0], 60)
    wrong = bars.assign(Close=bars["Close"] * factor)
    with pytest.raises(DataError, match=f"last dividend .{bars.index[240]:%Y-%m-%d}. are no whole"):
        require_whole_cents("MADE", wrong)
    # Where they are no whole cents since either, as of a made-up history, nothing is known.
    require_whole_cents("MADE", bars.assign(Close=bars["Close"] * 0.9812))


def test_real_closes_are_steps_without_exception(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        assert not off_step(server.bars_of(path)).any(), path.stem

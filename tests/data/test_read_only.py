"""Frames that nobody can change, and rows and levels that no market may have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from data.read_only import (
    frozen_rows,
    read_only,
    read_only_series,
    require_levels,
    require_sessions,
)

DAYS = pd.bdate_range("2024-01-01", periods=4)


def test_a_frame_keeps_its_numbers_and_cannot_be_made_writeable():
    frame = pd.DataFrame({"A": [1, 2, 3, 4], "B": [1.5, np.nan, 2.5, 3.5]}, DAYS)
    fixed = read_only(frame)
    pd.testing.assert_frame_equal(fixed, frame.astype(float))
    with pytest.raises(ValueError, match="read-only"):
        fixed.to_numpy()[0, 0] = 9.0
    with pytest.raises(ValueError, match="WRITEABLE"):
        fixed.to_numpy().flags.writeable = True
    # What the frame was made of may change; the fixed one does not.
    frame.iloc[0, 0] = 9
    assert fixed.iloc[0, 0] == 1.0


def test_a_series_keeps_its_name_and_its_index_and_none_stays_none():
    months = pd.period_range("2024-01", periods=3, freq="M")
    series = pd.Series([1.0, np.nan, 3.0], months, name="rate")
    fixed = read_only_series(series)
    pd.testing.assert_series_equal(fixed, series)
    assert fixed.name == "rate"
    with pytest.raises(ValueError, match="read-only"):
        fixed.to_numpy()[0] = 9.0
    assert read_only_series(None) is None
    assert read_only_series(pd.Series([1.0])).name is None


def test_a_part_of_a_frame_does_not_hold_the_rest_in_memory():
    whole = pd.DataFrame({"A": np.arange(1000.0)})
    part = frozen_rows(whole.iloc[:3])
    assert part.to_numpy().base.nbytes < 100
    assert isinstance(frozen_rows(whole["A"].iloc[:3]), pd.Series)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (pd.RangeIndex(4), "made needs dates without a time zone, got RangeIndex"),
        (DAYS.tz_localize("UTC"), "made needs dates without a time zone"),
        (DAYS[:0], "made has no sessions"),
        (DAYS[[0, 2, 1]], "dates of made must ascend without repeats; see 2024-01-02"),
        (DAYS[[0, 1, 1]], "dates of made must ascend without repeats; see 2024-01-02"),
    ],
)
def test_rows_are_ascending_days(index, words):
    with pytest.raises(DataError, match=words):
        require_sessions(index, "made")
    require_sessions(DAYS, "made")


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.inf, np.nan])
def test_levels_are_positive_and_finite_from_their_first_on(wrong):
    late = pd.DataFrame({"A": [np.nan, 1.0, 2.0, 3.0]}, DAYS)
    require_levels(late, "made")
    late.iloc[2, 0] = wrong
    with pytest.raises(DataError, match=f"A of made is {wrong} on 2024-01-03"):
        require_levels(late, "made")


def test_a_column_without_any_level_is_refused():
    with pytest.raises(DataError, match="A of made has no values; leave it out"):
        require_levels(pd.DataFrame({"A": [np.nan] * 4}, DAYS), "made")

"""Where a column comes from, and the hash of its figures."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pandas as pd
import pytest

from data.provenance import Provenance, content_sha256, describe

DAYS = pd.bdate_range("2024-01-01", periods=4)


def test_a_column_has_the_span_of_its_figures():
    levels = pd.Series([np.nan, 1.0, 2.0, np.nan], DAYS)
    assert describe(levels, "made", "a fund", "2024-02-01") == Provenance(
        "made", "a fund", "2024-01-02", "2024-01-03", "2024-02-01", None
    )


@pytest.mark.parametrize(
    ("own_first", "kept"),
    [("2024-01-03", "2024-01-03"), ("2024-01-01", None), ("2023-12-01", None), (None, None)],
)
def test_its_own_first_day_is_kept_where_something_stands_before_it(own_first, kept):
    levels = pd.Series(1.0, DAYS)
    assert describe(levels, "made", "a fund", own_first=own_first).own_first == kept


def test_a_hash_is_of_days_and_values_as_the_definition_says():
    # Days since 1970 as int64, then values as float64, little-endian: 1 January 2024 is 19,723.
    series = pd.Series([1.5, np.nan, -2.0], DAYS[:3])
    raw = struct.pack("<qq", 19723, 19725) + struct.pack("<dd", 1.5, -2.0)
    assert content_sha256(series) == hashlib.sha256(raw).hexdigest()


def test_a_hash_does_not_mind_names_and_resolutions_but_days_and_the_last_digit():
    series = pd.Series([1.0, 2.0, 3.0, 4.0], DAYS, name="A")
    same = series.rename("B").set_axis(DAYS.as_unit("s"))
    assert content_sha256(series) == content_sha256(same)
    assert content_sha256(series) != content_sha256(series.set_axis(DAYS + pd.Timedelta(days=1)))
    moved = series.copy()
    moved.iloc[2] = np.nextafter(3.0, 4.0)
    assert content_sha256(series) != content_sha256(moved)

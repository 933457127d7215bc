"""Values between two processes: what comes back is what was sent, bit by bit."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from backtests.analysis.cross_check import Headline
from backtests.engine.ledger import Fills
from backtests.engine.wire import answered, packed, raised, returned, unpacked
from data.errors import StrictError

NUMBERS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    NUMBERS,
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_plain_values_come_back(value):
    assert unpacked(packed(value)) == value


@given(
    arrays.arrays(
        st.sampled_from([np.float64, np.int64, np.bool_, np.dtype("datetime64[ns]")]),
        arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    )
)
def test_arrays_come_back_bit_by_bit(array):
    (again,) = unpacked(packed([array]))
    assert (again.dtype, again.shape) == (array.dtype, array.shape)
    assert again.tobytes() == array.tobytes()


@pytest.mark.parametrize("name", ["strategy", None])
def test_a_series_comes_back_with_its_days_and_its_name(name):
    days = pd.bdate_range("2001-01-02", periods=3).as_unit("ns")
    series = pd.Series([1.0, math.nan, 0.1 + 0.2], days, name=name)
    again = unpacked(packed(series))
    pd.testing.assert_series_equal(again, series, check_freq=False, check_exact=True)


def test_records_come_back_as_themselves():
    headline = Headline(0.1, None, math.inf, 0.5, 0.7, -0.3, None, -0.01)
    assert unpacked(packed(headline)) == headline
    (nan,) = unpacked(packed([math.nan]))
    assert math.isnan(nan)
    fills = Fills(
        nav=np.array([1.0, 2.0]),
        units=np.array([[1.0, 0.0], [0.5, 0.5]]),
        order_row=np.array([0, 1]),
        order_column=np.array([1, 0]),
        order_units=np.array([0.5, -0.5]),
        order_price=np.array([10.0, 20.0]),
        order_fee=np.array([0.0, 0.1]),
    )
    again = unpacked(packed({"fills": fills}))["fills"]
    assert isinstance(again, Fills)
    assert again.targets is None
    for field in ("nav", "units", "order_row", "order_column", "order_units", "order_price"):
        np.testing.assert_array_equal(getattr(again, field), getattr(fills, field))


def test_what_is_no_plain_value_is_refused_on_this_side():
    with pytest.raises(TypeError):
        packed(object())
    with pytest.raises(ValueError, match="allow_pickle=False"):
        unpacked(packed([np.array([object()])]))


def test_an_answer_is_a_value_or_an_error():
    assert answered(returned({"error": 1})) == {"error": 1}
    with pytest.raises(StrictError, match=r"^too old$"):
        answered(raised(StrictError("too old")))
    with pytest.raises(OSError, match="odd"):  # one of a library, without a number
        answered(raised(OSError("odd")))
    for name, told in ((Path("/a"), "/a"), (b"/a", "/a"), ("/a", "/a"), (9, 9), (None, None)):
        with pytest.raises(FileNotFoundError) as missing:
            answered(raised(FileNotFoundError(2, "not there", name)))
        assert missing.value.filename == told

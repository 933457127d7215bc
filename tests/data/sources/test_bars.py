"""Total returns from closes and dividends: by hand, and as laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sources.bars import total_return

DAYS = pd.bdate_range("2024-01-02", periods=4)


def bars(close, paid) -> pd.DataFrame:
    return pd.DataFrame({"Close": close, "Dividends": paid}, index=DAYS[: len(close)])


def test_a_dividend_is_reinvested_at_the_open_of_its_day():
    # By hand: 1 bought at 100 stands at 102 on the eve; the ex-date opens at 102 - 2 = 100 and
    # closes at 101, so the day earns 1 %. Paid or not, the first row is the base.
    level = total_return(bars([100.0, 102.0, 101.0], [9.0, 0.0, 2.0]))
    np.testing.assert_allclose(level, [100.0, 102.0, 102.0 * 1.01], rtol=1e-15)


def test_without_dividends_it_is_the_close():
    level = total_return(bars([50.0, 60.0, 30.0], [0.0, 0.0, 0.0]))
    np.testing.assert_allclose(level, [100.0, 120.0, 60.0], rtol=1e-15)


@given(
    close=st.lists(st.floats(10.0, 1000.0), min_size=2, max_size=4),
    share=st.floats(0.0, 0.2),
    split=st.sampled_from([0.5, 2.0, 7.0]),
)
def test_a_split_changes_no_return(close, share, split):
    close = np.array(close)
    paid = np.r_[0.0, share * close[:-1]]
    whole, parted = (total_return(bars(close / by, paid / by)) for by in (1.0, split))
    np.testing.assert_allclose(whole, parted, rtol=1e-12)


@given(share=st.floats(0.001, 0.2))
def test_a_dividend_that_leaves_the_close_as_it_is_is_a_return_of_its_own(share):
    level = total_return(bars([100.0, 100.0], [0.0, 100.0 * share]))
    assert level.iloc[1] == pytest.approx(100.0 / (1.0 - share), rel=1e-12)

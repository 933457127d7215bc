"""The first day of a history beside that of its fund."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks.identity import FIRST_DAYS, OTHER_FIRST_DAYS, first_day
from data.errors import DataError


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_a_history_of_before_its_fund_is_anothers():
    # AGG began on 2003-09-22, SPY on 1993-01-22: neither is GLD, which began on 2004-11-18.
    with pytest.raises(DataError, match="begins on 1993-01-29, but the fund on 2004-11-18"):
        first_day("GLD", day("1993-01-29"))
    with pytest.raises(DataError, match="TIP: .*another fund's"):
        first_day("TIP", day("2003-09-29"))
    assert first_day("GLD", day("2004-11-12")) == []


def test_a_history_that_begins_late_says_how_much_is_missing():
    # By hand: 2002-07-22 to 2003-09-29 are 434 days.
    (line,) = first_day("IEF", day("2003-09-29"))
    assert "fund began on 2002-07-22: 1.2 years are missing" in line
    assert first_day("IEF", day("2002-08-21")) == []
    assert len(first_day("IEF", day("2002-08-22"))) == 1


def test_funds_that_were_not_measured_may_begin_a_year_late():
    assert first_day("VOO", day("2011-09-08")) == []
    assert len(first_day("VOO", day("2011-09-09"))) == 1
    with pytest.raises(DataError, match="VOO"):
        first_day("VOO", day("2000-05-15"))


def test_of_other_tickers_nothing_is_known():
    assert first_day("MADE", day("1900-01-02")) == []


def test_real_histories_begin_with_their_funds(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        first = pd.read_csv(path, usecols=["Date"], nrows=1)["Date"].iloc[0]
        assert 0 <= (day(first) - day(FIRST_DAYS[path.stem])).days <= 8
        assert first_day(path.stem, day(first)) == []


def test_each_fund_is_listed_once():
    assert not set(FIRST_DAYS) & set(OTHER_FIRST_DAYS)

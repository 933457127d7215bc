"""What ladders and bills pay out: by hand, on flat curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.treasuries.curve import fund_level, fund_payouts
from data.treasuries.instruments import CATALOGUE
from data.treasuries.payouts import joined, of_bills, of_ladder
from data.treasuries.proxies import Splice, proxy_level
from data.treasuries.rates import Rates
from data.withholding.payouts import Payouts, not_known
from data.withholding.rates import Withheld

MONTHS = pd.date_range("2020-01-31", periods=4, freq="ME")
DAYS = pd.bdate_range("2020-01-01", periods=6)


def flat(levels, index=MONTHS) -> pd.DataFrame:
    return pd.DataFrame(dict.fromkeys((5.0, 10.0, 30.0), levels), index=index)


def test_a_flat_curve_pays_its_yield():
    # Growth of a month before the fee is 1.02^(1/6), of which 0.04/12 is paid.
    payouts = of_ladder(flat(4.0), "IEF", 12)
    assert payouts.kind == "interest"
    assert payouts.shares.iloc[0] == 0.0
    np.testing.assert_allclose(payouts.shares.iloc[1:], 0.04 / 12 / 1.02 ** (1 / 6), rtol=1e-12)


def test_what_is_withheld_is_taken_before_the_fee():
    # (factor - w y0 dt)(1 - fee)^dt, with the yield of the row before.
    yields = flat([4.0, 5.0, 5.0, 3.0])
    level = fund_level(yields, CATALOGUE["IEF"], 12)
    left = of_ladder(yields, "IEF", 12).left_of_one(Withheld(0.3), MONTHS, "IEF")
    net = (level * left).pct_change().to_numpy()[1:] + 1
    fee = (1 - 0.0015) ** (1 / 12)
    factor = level.pct_change().to_numpy()[1:] + 1
    expected = (factor / fee - 0.3 * np.array([0.04, 0.05, 0.05]) / 12) * fee
    np.testing.assert_allclose(net, expected, rtol=1e-13)


def test_a_skipped_row_pays_nothing_and_the_next_for_both():
    yields = flat([4.0, np.nan, 4.0, 4.0])
    shares = fund_payouts(yields, CATALOGUE["IEF"], 12)
    assert shares.index.tolist() == [MONTHS[0], MONTHS[2], MONTHS[3]]
    assert shares.iloc[1] == pytest.approx(0.04 / 6 / 1.02 ** (1 / 3), rel=1e-12)


def test_bills_pay_all_that_they_earn():
    level = pd.Series([100.0, 101.0, 100.9, 102.0], MONTHS)
    payouts = of_bills(level)
    # A month in which the fee exceeds the interest pays nothing.
    assert payouts.shares.tolist() == pytest.approx([0, 1 - 100 / 101, 0, 1 - 100.9 / 102])
    left = payouts.left_of_one(Withheld(1.0), MONTHS, "BIL")
    assert (level * left).tolist() == pytest.approx(
        [100, 100, 100 * 100.9 / 101, 100 * 100.9 / 101]
    )


def test_histories_are_joined_to_what_stands_before_them():
    rates = Rates(yields=flat(4.0, DAYS), bill=pd.Series(5.0, DAYS))
    own = Payouts(pd.Series([9.0, 0.1], DAYS[4:]))
    words = proxy_level("IEF", rates)[1]
    first, day = f"{DAYS[0]:%Y-%m-%d}", f"{DAYS[4]:%Y-%m-%d}"
    splices = [Splice("TLT", day, first, "another's"), Splice("IEF", day, first, words)]
    made = joined("IEF", own, splices, rates, {})
    assert made.shares.index.tolist() == DAYS.tolist()
    assert made.shares.iloc[-1] == 0.1
    ladder = of_ladder(rates.yields, "IEF", 252).shares
    assert made.shares.iloc[:5].tolist() == ladder.iloc[:5].tolist()
    bills = joined("BIL", own, [Splice("BIL", day, first, "rolled bills")], rates, {})
    level = proxy_level("BIL", rates)[0]
    assert bills.shares.iloc[1] == pytest.approx(1 - level.iloc[0] / level.iloc[1])
    assert joined("SPY", own, splices, rates, {}) is own


def test_older_histories_are_found_by_their_words():
    index = not_known(DAYS[:5], "an index")
    splice = Splice("SPY", f"{DAYS[4]:%Y-%m-%d}", f"{DAYS[0]:%Y-%m-%d}",
                    "the S&P 500 total-return index (^SP500TR)")  # fmt: skip
    own = Payouts(pd.Series([0.0, 0.1], DAYS[4:]))
    made = joined("SPY", own, [splice], Rates(), {"^SP500TR": index})
    assert made.shares.isna().tolist() == [False, True, True, True, True, False]
    assert "it is the S&P 500 total-return index (^SP500TR), whose dividends are" in made.unknown

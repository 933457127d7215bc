"""What a converted market was made of, as it was known at the close of an earlier session."""

from __future__ import annotations

import pandas as pd

from data.currency.conversion import Conversion
from data.load import load_market


def test_a_view_knows_nothing_that_came_later():
    market = load_market("bundled", ["SPY", "IEF"], conversion=Conversion("JPY", ratios={"IEF": 1}))
    day = pd.Timestamp("2010-06-30")
    whole = market.abroad
    assert whole is not None
    cut = whole.until(day, monthly=True)
    assert cut.dollars.sessions[-1] == day
    assert {level.index[-1] for level in cut.histories.values()} == {day}
    assert cut.figures.exchange.index[-1] == day
    assert cut.figures.home.last == pd.Period("2010-06", "M")
    assert (cut.conversion, cut.opens) == (whole.conversion, whole.opens)
    # A view's own memory ends there too: no later row can be reached through it.
    assert all(len(level.to_numpy()) == len(level) for level in cut.histories.values())
    assert whole.dollars.sessions[-1] > day

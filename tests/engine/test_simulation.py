"""What a simulation is made of, and the portfolio its numbers are worked out from."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.simulate import simulate
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market


@pytest.mark.parametrize("ppy", [252, 12])
def test_its_portfolio_by_hand(ppy):
    market = random_market(4, rows=200, ppy=ppy)
    done = simulate(market, HedgeMix(), Costs(5, 5, 3), start=market.sessions[50],
                    engine=ledger.fill)  # fmt: skip
    portfolio = done.portfolio(market)
    pd.testing.assert_series_equal(portfolio.values, done.nav)
    pd.testing.assert_index_equal(portfolio.cash.index, done.nav.index)
    assert portfolio.cash.iloc[0] == market.cash.iloc[49]  # the session before the start
    # 200 weekdays in a row are 260.9 a year.
    assert portfolio.ppy == pytest.approx(150 * 365.25 / 210 if ppy == 252 else 12)
    assert portfolio.turnover == pytest.approx(done.traded.sum())
    assert portfolio.costs_paid == done.costs_paid > 0
    # Decided long before row 0, and traded by its close: months count from there.
    assert done.first_fill == portfolio.months_from == market.sessions[49]
    waits = simulate(market, HedgeMix(), Costs(5, 5, 3), engine=ledger.fill)
    assert waits.first_fill == waits.portfolio(market).months_from == market.sessions[3]


def test_a_simulation_cannot_be_changed():
    done = simulate(random_market(4), HedgeMix(), Costs(), engine=ledger.fill)
    for field in dataclasses.fields(done):
        with pytest.raises(AttributeError):
            setattr(done, field.name, None)

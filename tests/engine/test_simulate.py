"""Simulations: laws, time, refusals, and published figures."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening, with_cash
from backtests.engine.simulate import scaled, simulate, trade
from backtests.engine.with_sweep import fill_with_sweep
from data.errors import UsageError, WeightError
from data.sources import files
from strategies.base import Strategy
from strategies.equity_only import EquityOnly
from strategies.hedge_mix import HedgeMix
from tests.conftest import headline, market_of, random_market

FREE = Costs(0, 0, 1)


# --- laws ---------------------------------------------------------------------------------


def nav(market, weights, costs=FREE, rebalance="monthly"):
    strategy = HedgeMix(weights=weights, rebalance=rebalance)
    return simulate(market, strategy, costs, engine=ledger.fill).nav


@given(seed=st.integers(0, 10_000), weight=st.floats(0, 1))
def test_at_zero_cost_a_rebalance_on_every_row_earns_the_weighted_return(seed, weight):
    market = random_market(seed, rows=60, ppy=12)  # monthly rows: each is a decision
    weights = {"SPY": weight, "IEF": (1 - weight) / 2}
    moves = market.levels(["SPY", "IEF"]).pct_change(fill_method=None).to_numpy()[2:]
    mix = np.array([weights["SPY"], weights["IEF"], 1 - sum(weights.values())])
    values = nav(market, weights).to_numpy()
    np.testing.assert_allclose(values[2:] / values[1:-1], 1 + moves @ mix, rtol=1e-11)


@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 1000))
def test_the_scale_of_prices_does_not_matter(seed, scale):
    market = random_market(seed, rows=80)
    prices = market.prices
    prices["IEF"] *= scale
    scaled = market_of(prices, market.cash)
    weights, costs = {"SPY": 0.6, "IEF": 0.3}, Costs(5, 5, 1)
    np.testing.assert_allclose(nav(scaled, weights, costs), nav(market, weights, costs), rtol=1e-10)


@given(seed=st.integers(0, 10_000), fee=st.floats(0, 200), more=st.floats(1, 200))
def test_more_cost_is_never_more_value(seed, fee, more):
    market, weights = random_market(seed, rows=80), {"SPY": 0.6, "IEF": 0.4}
    assert nav(market, weights, Costs(fee, fee)).le(nav(market, weights) * (1 + 1e-12)).all()
    held = [nav(market, weights, Costs(cost, cost), "never") for cost in (fee, fee + more)]
    assert held[1].le(held[0] * (1 + 1e-12)).all()


@given(seed=st.integers(0, 10_000))
def test_at_zero_cost_the_order_of_columns_does_not_matter(seed):
    market = random_market(seed, rows=80)
    one = nav(market, {"SPY": 0.6, "IEF": 0.3})
    np.testing.assert_allclose(one, nav(market, {"IEF": 0.3, "SPY": 0.6}), rtol=1e-12)


@given(seed=st.integers(0, 10_000), fee=st.floats(0, 300))
@settings(max_examples=20)
def test_books_balance(seed, fee):
    market = random_market(seed, tickers=("A", "B", "C"), rows=100)
    done = simulate(market, HedgeMix(weights={"A": 0.5, "B": 0.3, "C": 0.1}), Costs(fee, fee),
                    engine=ledger.fill)  # fmt: skip
    np.testing.assert_allclose(done.weights.sum(axis=1), 1.0, atol=1e-12)
    # Rebuild the last value from the orders alone: money left plus units at the last price.
    orders = done.orders
    sign = np.where(orders["side"] == "buy", 1, -1)
    units = (orders["units"] * sign).groupby(orders["ticker"]).sum()
    money = 10_000 - (orders["value"] * sign).sum() - orders["fee"].sum()
    last = market.levels(["A", "B", "C"]).iloc[-1]
    assert done.nav.iloc[-1] == pytest.approx(money + (units * last[units.index]).sum(), rel=1e-10)


# --- time ---------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [ledger.fill, fill_with_sweep])
@pytest.mark.parametrize("is_invested", [True, False])
def test_a_scaled_portfolio_is_worth_what_trading_it_makes(engine, is_invested):
    market = random_market(11, rows=300)
    opening = Opening(market.sessions[40], is_invested=is_invested)
    both = pd.DataFrame({"SPY": 0.7, "IEF": 0.3}, index=market.sessions[::21])
    for decided in (both, both[["SPY"]], both[["IEF"]]):  # each after others on this market
        given = (market, decided, Costs(10, 5, 1))
        values = scaled(*given, name="x", opening=opening, initial=500.0, engine=engine)
        for weight in (0.0, 0.31, 1.0):
            made = trade(
                market, weight * decided, Costs(10, 5, 1), name="x", opening=opening,
                initial=500.0, engine=engine,
            )  # fmt: skip
            pd.testing.assert_series_equal(values(weight), made.nav, check_exact=True)


def test_orders_are_a_table_of_what_was_filled():
    market = random_market(12, rows=120)
    made = simulate(market, HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}), Costs(10, 5, 1))
    assert list(made.orders.columns) == [
        "date", "ticker", "side", "units", "price", "value", "fee", "slippage"
    ]  # fmt: skip
    assert len(made.orders) == len(made.filled.row) > 4
    equity = made.orders[made.orders["ticker"] == "SPY"].set_index("date")
    held = equity["units"].where(equity["side"] == "buy", -equity["units"]).cumsum()
    units = made.weights["SPY"] * made.nav / market.prices["SPY"]
    np.testing.assert_allclose(held, units[held.index], rtol=1e-9)
    paid = made.orders["fee"].sum() + made.orders["slippage"].sum()
    assert made.costs_paid == pytest.approx(paid, rel=1e-12)


def test_money_waits_in_bills_until_the_first_fill():
    market = random_market(5, rows=40)
    done = simulate(market, EquityOnly(), Costs(0, 0, 3), initial=1000, engine=ledger.fill)
    cash, equity = market.cash, market.prices["SPY"]
    assert done.nav.iloc[0] == 1000
    assert done.nav.iloc[3] == pytest.approx(1000 * cash.iloc[3] / cash.iloc[0])
    assert done.nav.iloc[-1] == pytest.approx(done.nav.iloc[3] * equity.iloc[-1] / equity.iloc[3])


def test_the_last_decision_before_the_start_stands_at_row_zero():
    market = random_market(6, rows=200)
    day, start = market.sessions, pd.Timestamp("2001-03-14")
    assert day[51] == start
    # A fifth of equity is decided on row 10, half of it on row 30, four fifths on row 60: the first
    # return is that of row 51, so that half is held from row 50 on, and four fifths from row 61.
    frame = pd.DataFrame({"SPY": [0.2, 0.5, 0.8]}, index=day[[10, 30, 60]])
    done = simulate(market, Broken(frame), FREE, start=start, engine=ledger.fill)
    assert done.nav.index[0] == day[50]
    assert done.decisions.index.tolist() == [day[30], day[60]]
    assert done.decisions["SPY"].tolist() == [0.5, 0.8]
    bought = done.orders[done.orders["ticker"] == "SPY"]
    assert bought["date"].tolist() == [day[50], day[61]]
    assert done.weights["SPY"].loc[day[[50, 61]]].tolist() == pytest.approx([0.5, 0.8])


def test_a_decision_of_the_first_day_itself_is_the_one_that_stands():
    market = random_market(6, rows=60)
    frame = pd.DataFrame({"SPY": [0.2, 0.5]}, index=market.sessions[[10, 30]])
    done = simulate(market, Broken(frame), FREE, start=market.sessions[31], engine=ledger.fill)
    # Row 0 is the day of the second decision, which trades a row later: the first is held there.
    assert done.decisions["SPY"].tolist() == [0.2, 0.5]
    assert done.fill_rows.tolist() == [0, 1]
    day = f"{market.sessions[10]:%Y-%m-%d}"
    with pytest.raises(UsageError, match=f"broken makes its first decision on {day}"):
        simulate(market, Broken(frame), FREE, start=market.sessions[9], engine=ledger.fill)


def test_a_decision_of_the_last_session_is_pending():
    market = random_market(6, rows=200)
    first_of_month = pd.Timestamp("2001-08-01")
    for day, pending in ((first_of_month, True), (pd.Timestamp("2001-08-02"), False)):
        done = simulate(market.until(day), HedgeMix(), FREE, engine=ledger.fill)
        assert done.decisions.index[-1] == first_of_month
        assert done.pending is pending


def test_first_purchase_costs_but_is_no_turnover():
    done = simulate(random_market(6), EquityOnly(), Costs(10, 0), engine=ledger.fill)
    assert done.traded.sum() == 0
    assert done.costs_paid == pytest.approx(10_000 * 0.001, rel=1e-2)


def test_turnover_and_costs_by_hand():
    # Monthly rows; half A, half cash. A doubles once, between the fill and the next trade.
    months = pd.date_range("2020-01-31", periods=4, freq="ME")
    market = market_of(pd.DataFrame({"A": [100.0, 100.0, 200.0, 200.0]}, index=months), ppy=12)
    costs = Costs(fee_bps=100, slippage_bps=200, lag=1)
    done = simulate(market, HedgeMix(weights={"A": 0.5}), costs, initial=1000, engine=ledger.fill)
    # February: 5 units of 100 bought at 102, fee 5.10; 500 of cash kept, the buy and its costs of
    # 15.10 come out of the rest: orders of 500 in cash... the smaller value goes first.
    first = done.orders[done.orders["date"] == months[1]]
    bought = first[first["ticker"] == "A"].iloc[0]
    assert bought["price"] == pytest.approx(102)
    assert bought["slippage"] == pytest.approx(bought["units"] * 2)
    assert bought["fee"] == pytest.approx(bought["units"] * 1.02)
    # March: A stands at twice its value; it sells down to half of the whole, once.
    value_a, cash = bought["units"] * 200, done.weights["CASH"].iloc[1] * done.nav.iloc[1]
    sold_value = value_a - (value_a + cash) / 2
    sold = done.orders[(done.orders["date"] == months[2]) & (done.orders["ticker"] == "A")].iloc[0]
    assert sold["units"] * 200 == pytest.approx(sold_value)
    assert sold["slippage"] == pytest.approx(sold["units"] * 4)
    assert sold["fee"] == pytest.approx(sold["units"] * 196 * 0.01)
    # One-way turnover: half of what was sold (slipped) and put into cash, over the value after.
    proceeds = sold["units"] * 196 * 0.99
    expected = (
        (sold["units"] * 196 + proceeds) / 2 / (value_a + cash - sold["units"] * 200 + proceeds)
    )
    assert done.traded.iloc[2] == pytest.approx(expected)
    assert done.traded.iloc[:2].sum() == 0
    assert done.costs_paid == pytest.approx(done.orders[["fee", "slippage"]].to_numpy().sum())


class Broken(Strategy):
    """Weights given from outside, to see what the engine refuses."""

    name = "broken"
    tickers = ["SPY"]  # noqa: RUF012 - a stand-in

    def __init__(self, frame):
        object.__setattr__(self, "frame", frame)

    def target_weights(self, market):
        return self.frame


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (1.2, "weights of broken sum to 1.2 on 2001-01-02"),
        (-0.1, "broken: the weight of SPY on 2001-01-02 is -0.1"),
        (np.nan, "broken: the weight of SPY on 2001-01-02 is nan"),
    ],
)
def test_the_engine_refuses_what_no_strategy_may_ask(weight, message):
    market = random_market(1)
    frame = pd.DataFrame({"SPY": [weight]}, index=market.sessions[:1])
    with pytest.raises(WeightError, match=message):
        simulate(market, Broken(frame), FREE, engine=ledger.fill)


def test_a_decision_off_the_sessions_is_refused():
    frame = pd.DataFrame({"SPY": [1.0]}, index=pd.DatetimeIndex(["2001-01-06"]))
    with pytest.raises(WeightError, match="not ascending sessions"):
        simulate(random_market(1), Broken(frame), FREE, engine=ledger.fill)


def test_too_short_a_period_says_so():
    market = random_market(1)
    for left in (1, 2):
        short = Opening(market.sessions[-left], is_invested=False)
        with pytest.raises(
            UsageError, match=f"has {left} sessions? from .* too few for a lag of 1"
        ):
            simulate(market, HedgeMix(), FREE, opening=short, engine=ledger.fill)
    cut = market.relabelled(is_cut=True)
    day = f"{market.sessions[-1]:%Y-%m-%d}"
    with pytest.raises(UsageError) as refused:
        simulate(cut, HedgeMix(), FREE, opening=Opening(cut.sessions[-1], is_invested=False))
    assert str(refused.value) == (
        f"hedge_mix has 1 session from {day} to {day}, where --end cuts the data, too few for a "
        "lag of 1; give a later --end"
    )
    # Three are enough: one to decide on, one to trade on, one that earns.
    three = Opening(market.sessions[-3], is_invested=False)
    done = simulate(market, HedgeMix(), FREE, opening=three, engine=ledger.fill)
    assert len(done.nav) == 3


@dataclasses.dataclass(frozen=True)
class Late(Strategy):
    """Weights given from outside, of tickers of which B may begin late."""

    name: ClassVar[str] = "late"
    frame: ClassVar[pd.DataFrame]

    @property
    def tickers(self):
        return ["A", "B"]

    @property
    def optional(self):
        return ("B",)

    def target_weights(self, market):
        return self.frame


def test_a_weight_before_the_first_price_is_refused():
    market = random_market(1, ("A", "B"), 30)
    prices = market.prices
    prices.iloc[:10, 1] = np.nan
    market, day = market_of(prices, market.cash), prices.index
    Late.frame = pd.DataFrame({"A": [1.0, 0.5], "B": [0.0, 0.5]}, index=day[[0, 10]])
    done = simulate(market, Late(), FREE, engine=ledger.fill)
    assert done.weights["B"].iloc[10:12].tolist() == pytest.approx([0.0, 0.5])
    Late.frame = Late.frame.set_axis(day[[0, 9]])
    with pytest.raises(WeightError, match=f"late wants B on {day[9]:%Y-%m-%d}, before its first"):
        simulate(market, Late(), FREE, engine=ledger.fill)


def test_cash_is_what_the_weights_leave():
    # 1 - 0.7 - 0.2 is 0.10000000000000003 in binary; a sum beyond 1 by 5e-10 is scaled to 1.
    cash = with_cash(np.array([[0.7, 0.2], [0.0, 0.0], [0.5, 0.5 + 5e-10], [0.50004, 0.50006]]))
    assert cash[:, -1].tolist() == [0.1, 1.0, 0.0, 0.0]
    assert cash[3, 0] == pytest.approx(0.50004 / 1.0001, abs=1e-15)
    assert cash[0, :2].tolist() == [0.7, 0.2]
    assert cash.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0, 1.0], abs=1e-15)


# --- published figures --------------------------------------------------------------------


def test_sixty_forty_of_the_real_funds(yahoo_folder):
    """GROUND_TRUTH: monthly 2003-2024, SPY/IEF and SPY/TLT 60/40, no costs."""
    daily = files.load(yahoo_folder, ["SPY", "IEF", "TLT"])
    prices = daily.prices.resample("ME").last().loc["2002-11":"2024-12"]
    cash = daily.cash.resample("ME").last().loc["2002-11":"2024-12"]
    market = market_of(prices, cash, 12)
    for hedge, published in {"IEF": (8.20, 8.97, -29.46), "TLT": (8.46, 9.92, -28.45)}.items():
        mix = HedgeMix(weights={"SPY": 0.6, hedge: 0.4})
        values = simulate(market, mix, FREE).nav.loc["2002-12":]
        found = headline(values, cash.loc["2002-12":], 12)
        got = [100 * found.cagr, 100 * found.volatility, 100 * found.max_drawdown]
        assert got == pytest.approx(published, abs=0.005), hedge

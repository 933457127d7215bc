"""Withdrawals from every start month: a closed form, the ledger, and a published figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine import flows, ledger, withdrawals
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.bands import Rebalancing
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.flows import AskedFlows, Flow, price_growth
from backtests.engine.plan import PLAIN, Plan
from backtests.engine.references import make_sides
from backtests.engine.simulate import simulate
from backtests.engine.withdrawals import (
    Retirement,
    retired,
    withdrawals_of,
)
from data import bundled
from data.errors import UsageError
from strategies.hedge_mix import HedgeMix
from tests.conftest import market_of, random_market

FREE = Costs(fee_bps=0, slippage_bps=0, lag=1)
INITIAL = 10_000.0


def retirement(market, mix, costs=FREE, plan=PLAIN) -> Retirement:
    simulation = simulate(market, mix, costs, plan=plan, engine=ledger.fill)
    sides = make_sides(market, mix, simulation, "SPY", engine=ledger.fill)
    return Retirement(market, mix, costs, plan, simulation, sides)


def day_after(month: str) -> pd.Timestamp:
    return (pd.Period(month, "M") + 1).to_timestamp()


def made_again(asked: Retirement, month: str, rate: float, years: int, weights=None):
    """The run of one start by the ledger, as ``--start`` and ``--flow`` make it."""
    paid = AskedFlows(Flow(-INITIAL * rate / 12.0, False, "month"), indexed=True)
    plan, first = Plan(asked.plan.rebalancing, paid), day_after(month)
    last = asked.market.sessions.searchsorted(first + pd.DateOffset(months=12 * years - 1))
    market = asked.market.until(asked.market.sessions[int(last) + asked.costs.lag])
    mix = asked.strategy if weights is None else HedgeMix(weights=weights)
    return simulate(market, mix, asked.costs, start=first, plan=plan, engine=ledger.fill)


@pytest.fixture(scope="module")
def usual() -> Retirement:
    return retirement(bundled.load(["SPY", "IEF"]), HedgeMix(), Costs())


@pytest.fixture(scope="module")
def every_start(usual):
    return retired(usual, 0.04)


def test_without_costs_each_rate_is_the_closed_form():
    """1 over the sum of price level over unit value at each payment, times twelve."""
    market = bundled.load(["SPY", "IEF"]).until(pd.Timestamp("2010-06-30"))
    asked = retirement(market, HedgeMix(weights={"SPY": 0.5, "IEF": 0.5}))
    made = retired(asked, 0.04)
    unit = asked.simulation.nav.to_numpy(float)
    prices = np.append(1.0, price_growth(market, asked.simulation.nav.index[1:]))  # public by then
    for figures in made.run.horizons:
        for at, rate in enumerate(figures.rates):
            start = 1 + at  # the first purchase is on row 1
            due = np.arange(start + 1, start + 1 + 12 * figures.years)
            owed = prices[due] / prices[start] * unit[start] / unit[due + 1]
            assert rate == pytest.approx(12.0 / owed.sum(), abs=2e-7)


def test_where_nothing_grows_the_money_lasts_for_its_number_of_payments(monkeypatch):
    """A tenth a year for ten years, a twentieth for twenty: neither prices nor returns move."""
    months = pd.date_range("1970-01-31", periods=260, freq="ME")
    level = pd.Series(1.0, months.to_period("M"))
    for module in (withdrawals, flows):
        monkeypatch.setattr(module, "home_prices", lambda market: level)
    market = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 50.0}, months), ppy=12)
    made = retired(retirement(market, HedgeMix()), 0.051)
    assert [each.years for each in made.run.horizons] == [10, 20]
    assert made.too_long == (30, 40)
    for figures in made.run.horizons:
        assert figures.rates == pytest.approx([1.0 / figures.years] * figures.starts, abs=1e-7)
    # 237 payments of 0.051 / 12 exceed 1: 1 / 0.00425 = 235.3, so the 236th takes the rest. The
    # start of 1970-02 owes its first in March, paid in April: the 236th is that of 1989-11.
    assert made.run.over(20).worst.ran_dry == "1989-11"
    assert made.run.over(20).lasted == 0.0
    assert made.run.over(10).lasted == 1.0


@pytest.mark.parametrize("years", [10, 20, 30, 40])
def test_a_run_of_its_own_is_ruined_in_the_same_month(usual, every_start, years):
    """With costs: --start on the day after, --flow of the rate, --flow-indexed."""
    figures = every_start.run.over(years)
    dry = [at for at, month in enumerate(figures.ran_dry) if month]
    for at in [*dry[:2], *dry[-1:]]:
        month = str(pd.Period(every_start.first_start, "M") + at)
        again = made_again(usual, month, 0.04, years)
        assert f"{again.ruined:%Y-%m}" == figures.ran_dry[at]
    worst = figures.worst
    assert made_again(usual, worst.month, worst.rate - 2e-7, years).ruined is None
    assert made_again(usual, worst.month, worst.rate + 2e-7, years).ruined is not None


def test_references_are_runs_of_their_own_too(usual, every_start):
    for key, weights in (("equity", {"SPY": 1.0}), ("bills", {"SPY": 0.6})):
        portfolio = next(each for each in every_start.portfolios if each.key == key)
        worst = portfolio.over(30).worst
        for rate, lasts in ((worst.rate - 2e-7, True), (worst.rate + 2e-7, False)):
            again = made_again(usual, worst.month, rate, 30, weights)
            assert (again.ruined is None) == lasts, key


@pytest.mark.parametrize("costs", [Costs(30, 20, lag=1), Costs(5, 5, lag=3)])
@pytest.mark.parametrize(
    ("rebalance", "rebalancing"),
    [("quarterly", Rebalancing()), ("daily", Rebalancing(0.05)), ("daily", Rebalancing(0.001)),
     ("annually", Rebalancing(0.02, 0.1, "edge"))],
)  # fmt: skip
def test_calendars_bands_and_days(rebalance, rebalancing, costs):
    """Daily rows: each start buys what stood, and its bands judge its own path."""
    market = random_market(5, rows=2_900)
    weights = {"SPY": 0.5, "IEF": 0.3}
    asked = retirement(
        market, HedgeMix(weights=weights, rebalance=rebalance), costs, Plan(rebalancing)
    )
    made = retired(asked, 0.1)
    figures = made.run.over(10)
    assert figures.starts > 10
    for at in (0, 1, 7, figures.starts - 1):
        month = str(pd.Period(made.first_start, "M") + at)
        assert made_again(asked, month, figures.rates[at] - 1e-6, 10).ruined is None, month
        assert made_again(asked, month, figures.rates[at] + 1e-6, 10).ruined is not None, month


def test_the_share_that_lasted_agrees_with_the_largest_rates(every_start):
    """Two ways: the rates of the search, and a run of all starts at the asked rate."""
    for portfolio in every_start.portfolios:
        for figures in portfolio.horizons:
            lasted = [rate > 0.04 for rate in figures.rates]
            assert [month is None for month in figures.ran_dry] == lasted
            assert figures.lasted == sum(lasted) / figures.starts


def test_bengens_worst_retirement_began_in_1966():
    """4.15 % a year of half equity and half intermediate Treasuries, for who retired in 1966.

    Bengen (1994), as Pfau's Retirement Planning Guidebook quotes him: the lowest of those who
    retire on 1 January. His bonds are of five years: here a quarter each of 1-3 and 7-10 years,
    without costs of trading. Once a year, at its end, those pay 4.09 %. By the month, money leaves
    five months sooner, which takes a real return of five months (0.1 points); two funds' fees take
    less than 0.1: hence 0.2 points.
    """
    weights = {"SPY": 0.5, "SHY": 0.25, "IEF": 0.25}
    made = retired(retirement(bundled.load(list(weights)), HedgeMix(weights=weights)), 0.04)
    figures = made.run.over(30)
    months = pd.period_range(made.first_start, periods=figures.starts, freq="M").astype(str)
    in_january = pd.Series(figures.rates, months)[lambda rates: rates.index.str.endswith("-12")]
    assert in_january.idxmin() == "1965-12"
    assert in_january.min() == pytest.approx(0.0415, abs=0.002)


def test_only_whole_horizons_count(every_start):
    """767 month-ends from 1962-02 to 2025-12; the last payment is made a month after it is due."""
    assert every_start.first_start == "1962-02"
    assert [each.starts for each in every_start.run.horizons] == [
        766 - 12 * n for n in (10, 20, 30, 40)
    ]
    assert [each.apart for each in every_start.run.horizons] == [6, 3, 2, 1]


def test_a_reference_that_is_the_run_itself_is_left_out():
    market = bundled.load(["SPY"]).until(pd.Timestamp("1980-12-31"))
    made = retired(retirement(market, HedgeMix(weights={"SPY": 1.0}), Costs()), 0.04)
    assert [each.key for each in made.portfolios] == ["run"]


def test_a_history_of_less_than_ten_years_is_refused():
    market = random_market(3, rows=100, ppy=12)
    with pytest.raises(UsageError, match="needs 10 years of whole months, and there are 8.2 from"):
        retired(retirement(market, HedgeMix()), 0.04)


def run_of(**options):
    return simulated(
        load_inputs(RunConfig.from_dict({"strategy": "hedge_mix", **options})), ledger.fill
    )


def test_a_run_of_a_few_years_is_taken_out_of_the_bundled_months_before_its_end(every_start):
    run = run_of(source="bundled", start="2003-01-01", end="2020-06-30", flow="500/month")
    made = withdrawals_of(run, 0.04)
    assert (made.own_history, made.first, made.last) == ("", "1962-01-31", "2020-06-30")
    same = made.run.over(30)
    assert same.rates == every_start.run.over(30).rates[: same.starts]


def test_what_ruins_the_run_itself_takes_no_start_away():
    """Its own payouts took all in 1991; others are asked of the same mix, to its asked end."""
    asked = {"source": "bundled", "start": "1990-01-01", "end": "2010-12-31"}
    ruined = run_of(**asked, flow="-900/month")
    assert ruined.market.sessions[-1] < pd.Timestamp("1992-01-01")
    assert withdrawals_of(ruined, 0.04) == withdrawals_of(run_of(**asked), 0.04)


def test_purchasing_power_changes_nothing_but_the_end(every_start):
    """Withdrawals are real already."""
    made = withdrawals_of(run_of(source="bundled", real=True), 0.04)
    same = made.run.over(20)
    assert same.rates == every_start.run.over(20).rates[: same.starts]


def test_in_another_currency_prices_are_its_own(every_start):
    made = withdrawals_of(run_of(source="bundled", currency="JPY"), 0.04)
    assert made.currency == "JPY"
    assert made.run.over(20).worst.rate != every_start.run.over(20).worst.rate


@pytest.mark.parametrize("currency", ["AUD", "CNY"])
def test_a_currency_without_consumer_prices_is_refused(currency):
    run = run_of(source="bundled", currency=currency)
    with pytest.raises(UsageError, match=f"those of {currency} are not known"):
        withdrawals_of(run, 0.04)

"""The hedge held in several ways: laws, prices by hand, and runs of every kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.record import Verdict
from backtests.analysis.ways import PARTS, CarryNow, Split, Ways
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.judge import judge_run, judged
from backtests.engine.money import Money
from backtests.engine.run import Run
from backtests.engine.simulate import simulate
from backtests.engine.ways import four_ways
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.currency.figures import CurrencyFigures, ShortRate
from data.market import CASH, Market
from data.provenance import describe
from data.records import from_json, to_json
from strategies.base import Strategy
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market


def judge(market: Market, strategy: Strategy) -> tuple[Verdict, Ways]:
    simulation = simulate(market, strategy, Costs(), engine=ledger.fill)
    verdict = judge_run(
        market, strategy, simulation, "SPY", engine=ledger.fill, searching=ledger.fill, brief=True
    )
    ways = four_ways(market, strategy, simulation, verdict)
    assert ways is not None
    return verdict, ways


def make_ways(strategy: str = "hedge_mix", *, money: Money, **options: Any) -> tuple[Run, Ways]:
    """A run of the bundled months, judged in brief, and its ways."""
    config = RunConfig(strategy, source="bundled", money=money, **options)
    run = simulated(load_inputs(config), ledger.fill)
    verdict = judge_run(
        run.market, config.make_strategy(), run.simulation, run.summary.benchmark.ticker,
        engine=ledger.fill, searching=ledger.fill, roles=config.roles, brief=True,
    )  # fmt: skip
    ways = four_ways(run.market, config.make_strategy(), run.simulation, verdict)
    assert ways is not None
    return replace(run, verdict=verdict), ways


@pytest.fixture(scope="module")
def yen() -> tuple[Run, Ways]:
    return make_ways(money=Money("JPY", fx_hedge=1))


def dollars_of(prices: pd.DataFrame, cash: pd.Series) -> Market:
    """A daily market in dollars, which says of cash too where it is from."""
    columns = {**prices, CASH: cash}
    return Market(
        source="made",
        title="made prices",
        prices=prices,
        cash=cash,
        periods_per_year=252,
        provenance={name: describe(column, "made", "made") for name, column in columns.items()},
    )


def steady(rate: float, months: pd.PeriodIndex, name: str) -> ShortRate:
    return ShortRate(pd.Series(rate, months), name, "made")


def made_abroad(
    exchange: float | None, home: float, dollar: float, conversion: Conversion
) -> Market:
    """Daily prices of SPY and IEF in another currency; None for a rate that moves."""
    prices = random_market(11, rows=700)
    market = dollars_of(prices.prices, prices.cash)
    days = market.sessions
    months = pd.period_range("1999-01", "2006-12", freq="M")
    moved = np.random.default_rng(3).normal(0, 0.006, len(days))
    rates = (
        pd.Series(exchange, days) if exchange else pd.Series(100 * np.exp(np.cumsum(moved)), days)
    )
    figures = CurrencyFigures(
        currency=conversion.currency,
        exchange=rates,
        exchange_words="made",
        exchange_source="made",
        home=steady(home, months, "made"),
        dollar=steady(dollar, months, "made"),
    )
    return in_currency(market, conversion, figures)


def sums_up(split: Split) -> float:
    return sum(getattr(split, part) for part in (*PARTS, "costs")) - split.total


# Laws


def test_a_constant_rate_and_equal_interest_make_hedging_change_nothing():
    conversion = Conversion("JPY", basis_bp=0.0)  # 360 days a year on both sides
    _, ways = judge(made_abroad(150.0, 3.0, 3.0, conversion), HedgeMix())
    hedged, unhedged = ways.way("hedged"), ways.way("unhedged")
    assert hedged.payoff.value == pytest.approx(unhedged.payoff.value, abs=1e-10)
    assert ways.difference.growth.value == pytest.approx(0.0, abs=1e-10)
    assert hedged.whole.cagr == pytest.approx(unhedged.whole.cagr, abs=1e-10)
    split = ways.split("hedged")
    assert split is not None
    assert (split.currency, split.carry, split.cross) == pytest.approx((0, 0, 0), abs=1e-10)


def test_a_constant_rate_leaves_the_difference_of_interest_less_the_basis():
    conversion = Conversion("JPY", basis_bp=50.0)
    _, ways = judge(made_abroad(150.0, 1.0, 4.0, conversion), HedgeMix())
    split = ways.split("hedged")
    assert split is not None
    assert split.carry == pytest.approx(0.01 - 0.04 - 0.005, abs=0.001)
    by_basis = {row.basis_bp: row.carry for row in ways.bases}
    assert sorted(by_basis) == [0.0, 25.0, 50.0, 100.0]
    assert by_basis[0.0] - by_basis[100.0] == pytest.approx(0.01, abs=2e-4)


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_the_parts_sum_to_the_mean_return_on_daily_rows(ratio):
    conversion = Conversion("GBP", ratios={"IEF": ratio} if ratio else {})
    market = made_abroad(None, 5.0, 2.0, conversion)
    mix = HedgeMix(weights={"SPY": 0.5, "IEF": 0.5})
    _, ways = judge(market, mix)
    assert ways.held == {0.0: "unhedged", 0.5: "as_held", 1.0: "hedged"}[ratio]
    assert {split.key for split in ways.splits} == {"unhedged", "hedged", ways.held}
    for split in ways.splits:
        assert sums_up(split) == pytest.approx(0.0, abs=1e-10)
    if ratio == 0.5:  # halfway, but for what compounds
        half, whole = ways.split("as_held"), ways.split("hedged")
        assert half is not None
        assert whole is not None
        assert half.carry == pytest.approx(whole.carry / 2, rel=0.02)


def test_rows_that_the_history_has_and_the_run_lacks_are_in_the_parts():
    """Every third session is missing in the market, not in the history on which hedges roll."""
    conversion = Conversion("JPY", ratios={"IEF": 1.0})
    whole = made_abroad(None, 1.0, 4.0, conversion)
    assert whole.abroad is not None
    dollars = whole.in_dollars
    prices = dollars.prices.iloc[np.arange(len(dollars.sessions)) % 3 != 1]
    market = in_currency(
        dollars_of(prices, dollars.cash.loc[prices.index]),
        conversion,
        whole.abroad.figures,
        whole.abroad.histories,
    )
    _, ways = judge(market, HedgeMix())
    for split in ways.splits:
        assert sums_up(split) == pytest.approx(0.0, abs=1e-10)


# Real months


def test_hedged_treasuries_moved_against_equity_in_yen_and_unhedged_with_it(yen):
    _, ways = yen
    assert ways.way("hedged").correlation < -0.2
    assert ways.way("unhedged").correlation > 0.3
    assert ways.way("dollar_bills").correlation > ways.way("unhedged").correlation


def test_in_yen_the_interval_says_to_hedge_and_growth_what_it_cost(yen):
    _, ways = yen
    assert ways.answer == "hedge"
    assert 0.0 < ways.difference.payoff.low < ways.difference.payoff.value
    assert ways.difference.growth.high < 0.0


def test_cash_at_home_earns_exactly_nothing_over_itself(yen):
    _, ways = yen
    assert ways.way("home_cash").payoff.value == 0.0


def test_the_way_that_the_run_holds_is_the_run(yen):
    run, ways = yen
    verdict = run.judged
    held, numbers = ways.way(ways.held), verdict.portfolio("portfolio")
    assert ways.held == "hedged"
    assert held.payoff == verdict.evidence.every.estimate
    assert held.whole.cagr == pytest.approx(numbers.cagr, rel=1e-9)
    assert held.whole.volatility_monthly == pytest.approx(numbers.volatility_monthly, rel=1e-9)
    assert held.whole.max_drawdown == pytest.approx(numbers.max_drawdown, rel=1e-9)
    assert held.whole.cvar_95_monthly == pytest.approx(numbers.cvar_95_monthly, rel=1e-9)
    assert (ways.months, ways.worst_months) == (
        verdict.evidence.every.months, verdict.evidence.every.worst_months,
    )  # fmt: skip


def test_the_way_that_the_run_holds_has_the_interval_of_the_verdict():
    """Drawn in the same blocks: of the pound there are months enough for one."""
    run, ways = make_ways(money=Money("GBP"))
    every = run.judged.evidence.every.estimate
    assert every.low is not None
    assert ways.way("unhedged").payoff == every
    assert all(way.payoff.low is not None for way in ways.ways)


def test_unhedged_is_what_a_run_without_a_currency_hedge_holds(yen):
    _, ways = yen
    other, again = make_ways(money=Money("JPY"))
    assert again.held == "unhedged"
    assert again.ways == ways.ways
    assert again.way("unhedged").whole.cagr == pytest.approx(other.summary.metrics.cagr, rel=1e-9)


def test_falls_and_growth_from_prices(yen):
    run, ways = yen
    crisis = next(fall for fall in ways.falls if fall.name == "Financial crisis")
    dollars, exchange = run.market.in_dollars, run.market.abroad.figures.exchange
    ief = dollars.prices["IEF"] * exchange.reindex(dollars.sessions, method="ffill")
    bills = dollars.cash * exchange.reindex(dollars.sessions, method="ffill")

    def made(level: pd.Series) -> float:
        return float(level[crisis.end] / level[crisis.start] - 1)

    by_way = dict(zip((way.key for way in ways.ways), crisis.made, strict=True))
    assert by_way["unhedged"] == pytest.approx(made(ief), rel=1e-8)
    assert by_way["dollar_bills"] == pytest.approx(made(bills), rel=1e-8)
    assert by_way["home_cash"] == pytest.approx(made(run.market.cash), rel=1e-8)
    assert by_way["hedged"] == pytest.approx(made(run.market.prices["IEF"]), rel=1e-8)
    assert [fall.start for fall in ways.falls] == [fall.start for fall in run.judged.crises]


def test_the_carry_now_is_of_the_last_short_rates_less_the_basis(yen):
    run, ways = yen
    figures = run.market.abroad.figures
    home, dollar = figures.home.figures, figures.dollar.figures
    assert ways.now == CarryNow(
        home=pytest.approx(home.iloc[-1] / 100),
        home_month=str(home.index[-1]),
        dollar=pytest.approx(dollar.iloc[-1] / 100),
        dollar_month=str(dollar.index[-1]),
        carry=pytest.approx((home.iloc[-1] - dollar.iloc[-1] - 0.25) / 100),
    )


def test_a_month_that_is_not_over_has_no_rate_yet():
    """The prices end on 2003-09-08, the made rates only in 2006."""
    _, ways = judge(made_abroad(None, 1.0, 4.0, Conversion("JPY")), HedgeMix())
    assert ways.now == CarryNow(
        pytest.approx(0.01), "2003-08", pytest.approx(0.04), "2003-08", pytest.approx(-0.0325)
    )


def test_a_run_that_ended_knows_no_later_rate():
    """In June 2007 the dollar's short rate lay above 5 %, the yen's below 1 %."""
    run, ways = make_ways(
        money=Money("JPY", fx_hedge_equity=1), start="2000-01-01", end="2007-06-30"
    )
    assert ways.now.month == ways.now.home_month == ways.now.dollar_month == "2007-06"
    figures = run.market.abroad.figures
    assert ways.now.dollar == pytest.approx(figures.dollar.figures["2007-06"] / 100)
    assert ways.now.carry < -0.04
    assert ways.equity_ratios == {"SPY": 1.0}
    assert ways.held == "unhedged"


def test_a_dearer_hedge_pays_less(yen):
    _, ways = yen
    assert [row.basis_bp for row in ways.bases] == [0.0, 25.0, 100.0]
    for figures in zip(
        *((row.payoff.value, row.growth, row.carry) for row in ways.bases), strict=True
    ):
        assert sorted(figures, reverse=True) == list(figures)
    own = ways.bases[1]
    assert (own.payoff, own.growth) == (ways.way("hedged").payoff, ways.way("hedged").growth)
    assert own.carry == ways.split("hedged").carry


def test_payoffs_are_over_home_cash_also_where_the_runs_cash_is_dollar_bills(yen):
    _, ways = yen
    run, other = make_ways(money=Money("JPY", cash="usd", fx_hedge=1))
    assert other.usd_cash
    assert other.way("hedged").payoff == ways.way("hedged").payoff
    assert other.way("home_cash").payoff.value == 0.0
    assert other.way("dollar_bills").payoff == ways.way("dollar_bills").payoff
    assert run.judged.evidence.every.estimate.value != ways.way("hedged").payoff.value


def test_a_rule_that_changes_funds_sums_up_and_trades_nothing_in_cash():
    run, ways = make_ways("attack_defend", money=Money("CHF", fx_hedge="IEF=1,TLT=0.5"))
    assert ways.held == "as_held"
    assert len(ways.ways) == 5
    assert ways.ratios["TLT"] == 0.5
    for split in ways.splits:
        assert sums_up(split) == pytest.approx(0.0, abs=1e-10)
        assert split.costs < 0.0
    assert ways.way("home_cash").payoff.value == 0.0
    assert ways.way("as_held").whole.cagr == pytest.approx(run.summary.metrics.cagr, rel=1e-9)


def test_a_short_run_has_no_intervals_and_less_than_a_year_no_split():
    run, ways = make_ways(money=Money("AUD"), start="2022-01-01")
    assert ways.months < 60
    assert ways.way("unhedged").whole.cagr == pytest.approx(run.summary.metrics.cagr, rel=1e-9)
    estimates = [ways.difference.payoff, ways.difference.growth, *(way.payoff for way in ways.ways)]
    assert {estimate.low for estimate in estimates} == {None}
    assert ways.answer == "unclear"
    _, shorter = make_ways(money=Money("AUD"), start="2025-06-01")
    assert shorter.splits == ()
    assert {row.carry for row in shorter.bases} == {None}
    assert shorter.way("hedged").growth is None


def test_a_hedge_that_is_no_treasury_fund_has_ways_too():
    _, ways = make_ways(
        money=Money("EUR", fx_hedge=1),
        start="2010-01-01",
        params={"weights": {"TLT": 0.5, "SPY": 0.5}},
        hedge=("SPY",),
        equity=("TLT",),
    )
    assert set(ways.ratios) == {"SPY"}
    assert ways.held == "hedged"


@pytest.mark.parametrize(
    ("money", "weights"), [(Money("JPY"), {"SPY": 1.0}), (Money(), {"SPY": 0.6, "IEF": 0.4})]
)
def test_without_a_hedge_and_in_dollars_there_are_none(money, weights):
    config = RunConfig(
        "hedge_mix", source="bundled", money=money, start="2015-01-01", params={"weights": weights}
    )
    run, strategy = simulated(load_inputs(config), ledger.fill), config.make_strategy()
    verdict = judge_run(run.market, strategy, run.simulation, "SPY", engine=ledger.fill, brief=True)
    assert four_ways(run.market, strategy, run.simulation, verdict) is None


def test_a_share_class_that_sells_its_dollars_has_no_unhedged_way_beside_it(yen):
    run, _ = yen
    hedge = replace(run.judged.tickers, hedge=("IBB1.DE",))
    verdict = replace(run.judged, tickers=hedge)
    rule = run.config.make_strategy()
    assert four_ways(run.market, rule, run.simulation, verdict) is None


def test_a_whole_verdict_has_them_and_a_brief_one_has_not(yen):
    run, ways = yen
    assert run.judged.ways is None
    assert judged(run).judged.ways == ways


def test_ways_are_read_back_equal(yen):
    _, ways = yen
    assert from_json(Ways, to_json(ways)) == ways

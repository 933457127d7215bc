"""The same mix since 1962: the ground truth of the evidence, and runs that have no long view."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import decide
from backtests.analysis.crises import CRISES, all_episodes
from backtests.analysis.evidence import Evidence
from backtests.analysis.hedge import growth_given_up
from backtests.analysis.months import month_ends
from backtests.analysis.resampling import Estimate, Sample
from backtests.analysis.verdict import BLOCK_COLUMNS
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.long_view import LongRun, _until, long_evidence, long_run, long_view
from backtests.engine.references import make_references, make_sides
from backtests.engine.run import Run
from backtests.engine.simulate import simulate
from data import bundled
from data.errors import UsageError
from strategies.hedge_mix import HedgeMix
from tests.conftest import market_of, random_market

TO = pd.Timestamp("2025-07-31")  # the last month of VERDICT.md's own figures
POINTS = 100.0


@pytest.fixture(scope="module")
def ninety_percent():
    """The nominal level of the ground truth's intervals."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decide, "level_of", lambda measure, months: 0.90)
        yield


@pytest.fixture(scope="module")
def usual() -> LongRun:
    return mixed({"SPY": 0.6, "IEF": 0.4})


@pytest.fixture(scope="module")
def evidence(usual, ninety_percent) -> Evidence:
    return long_evidence(usual)


def mixed(weights: dict[str, float]) -> LongRun:
    market = bundled.load(list(weights)).until(TO)
    mix = HedgeMix(weights=weights)
    simulation = simulate(market, mix, Costs(), engine=ledger.fill)
    return LongRun(
        market, simulation, make_sides(market, mix, simulation, "SPY", engine=ledger.fill)
    )


def near(estimate: Estimate, value: float, low: float, high: float) -> None:
    """Within 0.05 of the ground truth's estimate and within 0.15 of its ends, percent a month."""
    assert POINTS * estimate.number == pytest.approx(value, abs=0.05)
    assert POINTS * estimate.low == pytest.approx(low, abs=0.15)
    assert POINTS * estimate.high == pytest.approx(high, abs=0.15)


def test_ground_truth_of_the_default_mix(evidence):
    """Month-ends, lag 1, 2 + 1 bp, bundled to 2025-07, nominal 90 %: computed elsewhere, twice."""
    negative, positive = evidence.states
    sizes = (evidence.every.months, negative.payoff.months, positive.payoff.months)
    assert sizes == (761, 281, 445)
    near(evidence.every.estimate, 0.17, -0.68, 0.92)
    near(negative.payoff.estimate, 1.19, 0.10, 1.99)
    near(positive.payoff.estimate, -1.11, -1.60, -0.47)
    near(evidence.difference, 2.30, 1.04, 3.13)
    assert 0.10 <= evidence.placebo_share <= 0.12
    assert evidence.cannot_prove
    assert evidence.every.above_zero == pytest.approx(0.65, abs=0.1)
    assert negative.payoff.above_zero == pytest.approx(0.96, abs=0.015)
    assert positive.payoff.above_zero == pytest.approx(0.001, abs=0.003)
    words = (evidence.every.word, negative.payoff.word, positive.payoff.word)
    assert words == ("unclear", "works", "fails")


def test_ground_truth_of_one_episode(usual, evidence):
    """The hedge worked in one long episode; without it twenty months are left, all to its harm."""
    negative, positive = evidence.states
    alone = negative.rests_on
    assert (alone.first, alone.last, alone.months) == ("2000-12", "2022-08", 261)
    assert positive.rests_on is None
    returns = returns_of(usual)
    left = returns[states(usual, returns) < 0].drop(pd.period_range("2000-12", "2022-08", freq="M"))
    assert len(left) == 20
    assert POINTS * worst_mean(left) == pytest.approx(-2.56, abs=0.05)


def test_ground_truth_of_positive_correlation_without_its_last_years(usual, ninety_percent):
    """Without 2022 to 2025: the labels of these months are taken away."""
    returns = returns_of(usual)
    labels = states(usual, returns)
    labels[returns.index >= pd.Period("2022-01", "M")] = 0
    sample = Sample(returns, BLOCK_COLUMNS)
    months = decide.Months(returns[["equity", "hedge", "cash"]], labels, "IEF")
    positive = decide.evidence_of(months, sample.blocks).positive.payoff
    near(positive.estimate, -0.91, -1.34, -0.30)


def test_ground_truth_of_growth_over_bills(usual):
    """Percent a year, of 1,000 resamples."""
    mix = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4})
    references = make_references(
        usual.market, mix, usual.simulation, "SPY", engine=ledger.fill, controls=False
    )
    returns = returns_of(usual, bills=references.bills.nav)
    sample = Sample(returns, BLOCK_COLUMNS)
    near(sample.estimate(growth_given_up, "bills", "portfolio", level=0.90), 0.66, -0.07, 1.39)


def test_ground_truth_of_falls_of_equity(usual):
    """Treasuries beat bills in 7 of the 8 falls that began in 2000-2021, in 5 of the other 13."""
    levels = pd.DataFrame(
        {"equity": usual.market.prices["SPY"], "hedge": usual.market.prices["IEF"],
         "cash": usual.market.cash, "portfolio": usual.simulation.nav}
    ).loc[usual.simulation.first_fill :]  # fmt: skip
    falls = all_episodes(levels, None, 12)
    # By the list's own first day: the month-end before that of 2022 is in 2021.
    began = {crisis.name: crisis.start for crisis in CRISES}
    between = falls["name"].map(began).fillna("1962").between("2000", "2022")
    better = falls["hedge"] > falls["cash"]
    assert (falls["equity"] < 0.0).all()
    assert (between.sum(), better[between].sum()) == (8, 7)
    assert ((~between).sum(), better[~between].sum()) == (13, 5)


def returns_of(run: LongRun, **more: pd.Series) -> pd.DataFrame:
    levels = pd.DataFrame(
        {"portfolio": run.simulation.nav, "equity": run.sides.equity_leg,
         "hedge": run.sides.hedge_leg, "cash": run.market.cash, **more}
    ).loc[run.simulation.first_fill :]  # fmt: skip
    return month_ends(levels).pct_change(fill_method=None).iloc[1:]


def states(run: LongRun, returns: pd.DataFrame) -> np.ndarray:
    """The sign of the 36-month correlation with the 7 to 10-year ladder, of the month before."""
    equity = month_ends(run.sides.equity_leg.to_frame("a"))["a"].pct_change(fill_method=None)
    ladder = month_ends(bundled.load(["IEF"]).prices)["IEF"].pct_change(fill_method=None)
    before = equity.rolling(36).corr(ladder).shift(1).reindex(returns.index)
    return np.select([before < 0, before >= 0], [-1, 1], 0).astype(np.int8)


def worst_mean(months: pd.DataFrame) -> float:
    worst = months.nsmallest(-(-len(months) // 10), "equity")
    return float((worst["hedge"] - worst["cash"]).mean())


def test_the_weight_of_the_hedge_does_not_change_what_is_asked_of_it(evidence, ninety_percent):
    """60/40 and 80/20 are one hedge: the first edition said fails and unclear of it."""
    other = long_evidence(mixed({"SPY": 0.8, "IEF": 0.2}))
    for ours, theirs in zip(sets_of(evidence), sets_of(other), strict=True):
        assert ours.months == theirs.months
        # Equity and hedge alone are the same; rebalancing does not touch them.
        assert ours.estimate.number == pytest.approx(theirs.estimate.number, rel=1e-9)


def sets_of(evidence: Evidence):
    return evidence.every, evidence.negative.payoff, evidence.positive.payoff


def run_of(*, load=None, strategy="hedge_mix", **options) -> Run:
    config = RunConfig(strategy, **options)
    return simulated(load_inputs(config, **({"load": load} if load else {})), ledger.fill)


def daily(source, tickers, **_):
    return random_market(5, tuple(dict.fromkeys(tickers)), rows=900)


def monthly(source, tickers, **_):
    days = pd.date_range("1990-01-31", periods=120, freq="ME")
    tickers = list(dict.fromkeys(tickers))
    rng = np.random.default_rng(3)
    grown = 1.0 + rng.normal(0.005, 0.04, (len(days), len(tickers)))
    return market_of(pd.DataFrame(grown.cumprod(axis=0), days, tickers), ppy=12)


def test_a_run_on_the_bundled_months_is_its_own_long_view():
    run = run_of(source="bundled")
    assert long_view(run, long_run(run)) is None


@pytest.mark.parametrize(
    ("cut", "end", "months"),
    [({"start": "1990-01-31"}, "2025-12-31", 766),
     ({"start": "1990-01-31", "end": "2010-06-30"}, "2010-06-30", 580)],
)  # fmt: skip
def test_part_of_the_bundled_months_has_a_view_of_all_up_to_its_end(cut, end, months):
    """What came after a run's end its reader could not know."""
    run = run_of(source="bundled", **cut)
    view = long_view(run, long_run(run))
    assert (view.start, view.end) == ("1962-01-31", end)
    assert view.missing == ""
    assert view.source_title == run.market.title
    assert view.word in ("it depended", "it depends", "unclear")
    assert view.evidence.every.months == months


def test_a_run_from_the_first_bundled_month_is_its_own_long_view_wherever_it_ends():
    run = run_of(source="bundled", end="2020-12-31")
    assert long_view(run, long_run(run)) is None


def test_a_run_before_the_bundled_months_has_no_long_view():
    days = pd.bdate_range("1950-01-02", "1961-12-29")
    own = market_of(pd.DataFrame({"SPY": np.linspace(100.0, 200.0, len(days))}, days))
    assert _until(bundled.load(["SPY"]), own) is None


@pytest.mark.parametrize(
    ("last", "month"),
    [("2024-03-27", "2024-02"), ("2024-03-28", "2024-03"), ("2024-04-30", "2024-04")],
)
def test_the_months_end_with_the_last_whole_month_of_the_run(last, month):
    """29 March 2024 was Good Friday: the 28th was the last session of its month."""
    days = pd.bdate_range("2023-01-02", last)
    own = market_of(pd.DataFrame({"SPY": np.linspace(100.0, 120.0, len(days))}, days))
    assert f"{_until(bundled.load(['SPY']), own).sessions[-1]:%Y-%m}" == month


def test_a_daily_run_has_the_view_of_its_own_weights_and_costs():
    options = {"params": {"weights": {"SPY": 0.7, "IEF": 0.3}}, "source": "yahoo"}
    run = run_of(load=daily, **options, costs=Costs(fee_bps=20, slippage_bps=5, lag=5))
    long = long_run(run)
    assert long.simulation.costs == Costs(fee_bps=20, slippage_bps=5, lag=1)
    assert long.simulation.weights["SPY"].iloc[-1] == pytest.approx(0.7, abs=0.02)
    assert long.market.source == "bundled"
    view = long_view(run, long)
    assert view.evidence.correlation_of == "IEF"
    assert view.hedge == ("IEF",)
    assert view.end[:7] == f"{run.market.sessions[-1] - pd.offsets.MonthEnd(1):%Y-%m}"
    assert dataclasses.replace(view.evidence) == view.evidence


@pytest.mark.parametrize(("lag", "months"), [(1, 1), (5, 1), (21, 1), (22, 2), (63, 3)])
def test_a_lag_is_the_shortest_number_of_months_that_holds_it(lag, months):
    run = run_of(load=daily, source="yahoo", costs=Costs(lag=lag))
    assert long_run(run).simulation.costs.lag == months


def test_months_of_lag_stay_months():
    run = run_of(source="bundled", costs=Costs(lag=3))
    assert long_run(run).simulation.costs.lag == 3


def test_tickers_that_the_bundled_months_lack_are_named():
    weights = {"SPY": 0.5, "GLD": 0.3, "AGG": 0.2}
    run = run_of(load=daily, source="yahoo", params={"weights": weights})
    view = long_view(run, long_run(run))
    assert view.missing == "the bundled months do not know GLD, AGG"
    assert view.word is view.evidence is view.source_title is None


def test_a_rule_that_needs_days_has_no_long_view():
    """The reason is the rule's own, without what to do about it."""
    run = run_of(load=daily, source="yahoo")
    run = dataclasses.replace(run, config=RunConfig("two_prices", source="yahoo"))
    view = long_view(run, long_run(run))
    assert view.missing == "two_prices needs daily data, and bundled is monthly"
    assert view.evidence is None


class Days(HedgeMix):
    """A rule of the user's own that reckons with days."""

    error: Exception

    def target_weights(self, market):
        if market.source == "bundled":
            raise self.error
        return super().target_weights(market)


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("float division"), KeyError("2001-01-02"), UsageError("no days")]
)
def test_a_rule_of_the_users_own_that_fails_on_months_says_so(error):
    rule = type("Days", (Days,), {"error": error, "name": "days"})(weights={"SPY": 0.6, "IEF": 0.4})
    config = RunConfig.of(rule, {"source": "yahoo"})
    run = simulated(load_inputs(config, load=monthly), ledger.fill)
    view = long_view(run, long_run(run))
    assert view.evidence is None
    assert "\n" not in view.missing
    assert str(error).strip("'") in view.missing


class Lately(HedgeMix):
    """Holds its hedge elsewhere only."""

    def target_weights(self, market):
        weights = super().target_weights(market)
        return weights * [1.0, 0.0] if market.source == "bundled" else weights


def test_a_rule_that_never_holds_its_hedge_on_months_says_so():
    rule = Lately(weights={"SPY": 0.6, "IEF": 0.4})
    run = simulated(load_inputs(RunConfig.of(rule, {"source": "yahoo"}), load=monthly), ledger.fill)
    assert long_view(run, long_run(run)).missing == (
        f"{rule.name} holds no hedge on the bundled months"
    )


def test_a_rule_of_the_users_own_on_days_is_not_taken_for_one_on_months():
    """Two hundred rows are ten months of days, and sixteen years of months."""
    rule = Lately(weights={"SPY": 0.6, "IEF": 0.4})
    run = simulated(load_inputs(RunConfig.of(rule, {"source": "yahoo"}), load=daily), ledger.fill)
    assert (
        long_run(run) == f"{rule.name} is no rule of this project: on months it may not be the same"
    )


def test_a_hedge_alone_is_seen_against_its_own_benchmark_or_not_at_all():
    params = {"weights": {"IEF": 1.0}}
    run = run_of(load=daily, source="yahoo", params=params, benchmark="QQQ")
    assert long_run(run) == "the bundled months do not know QQQ"
    run = run_of(load=daily, source="yahoo", params=params)
    assert long_run(run).sides.equity_tickers == ["SPY"]


def test_a_session_that_months_do_not_have_is_decided_at_the_end_of_the_first_month():
    """As the lag is: the month holds each of the period's first fifteen sessions."""
    params = {"weights": {"SPY": 0.7, "IEF": 0.3}, "rebalance": "quarterly"}
    run = run_of(load=daily, params={**params, "offset": 3}, source="yahoo")
    long, first = long_run(run), long_run(run_of(load=daily, params=params, source="yahoo"))
    pd.testing.assert_series_equal(long.simulation.nav, first.simulation.nav)
    assert (long_view(run, long).offset, long_view(run, first).offset) == (3, None)
    # On months that have such a session it is the run's own: the third month of the quarter.
    months = run_of(load=monthly, params={**params, "offset": 3}, source="yahoo")
    run_there = long_run(months)
    assert run_there.offset is None
    assert {day.month for day in run_there.simulation.decisions.index[1:]} == {3, 6, 9, 12}

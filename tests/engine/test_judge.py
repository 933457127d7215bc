"""A whole judgement, recomputed from prices by other means."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.judge import judge_run
from backtests.engine.judge import judged as finish
from backtests.engine.simulate import simulate
from backtests.engine.with_sweep import fill_with_sweep
from backtests.report.verdict.first_screen import first_screen
from backtests.report.verdict.words import sentences
from data import bundled
from data.records import to_json
from strategies.attack_defend import AttackDefend
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market

RESAMPLED_DECILE = re.compile(r"/works/[56]/\w+/(low|high)")
FREE = Costs(fee_bps=0, slippage_bps=0, lag=1)


@pytest.fixture(scope="module")
def judged():
    market = bundled.load(["SPY", "IEF"]).until(pd.Timestamp("2024-12-31"))
    strategy = HedgeMix()
    simulation = simulate(market, strategy, FREE)
    return market, simulation, judge_run(market, strategy, simulation, "SPY")


@pytest.fixture(scope="module")
def plain(judged):
    """Monthly returns from the first fill on, straight from prices: a mix each month anew."""
    market, _, _ = judged
    levels = market.prices.assign(cash=market.cash).iloc[1:]
    returns = levels.pct_change(fill_method=None).iloc[1:]
    returns["mix"] = 0.6 * returns["SPY"] + 0.4 * returns["IEF"]
    returns["bills"] = 0.6 * returns["SPY"] + 0.4 * returns["cash"]
    return returns


def cvar(returns: pd.Series) -> float:
    count = int(np.ceil(0.05 * len(returns)))
    return float(returns.nsmallest(count).mean())


def test_works_table_from_prices(judged, plain):
    verdict = judged[2]
    down = plain[plain["SPY"] < 0]
    worst = plain.nsmallest(-(-len(plain) // 10), "SPY")
    expected = {
        "cvar_saved_monthly": (
            cvar(plain["mix"]) - cvar(plain["SPY"]), cvar(plain["bills"]) - cvar(plain["SPY"]),
        ),
        "down_month_ratio": (
            down["IEF"].mean() / down["SPY"].mean(), down["cash"].mean() / down["SPY"].mean(),
        ),
        "down_month_mean_monthly": (down["IEF"].mean(), down["cash"].mean()),
        "worst_decile_mean_monthly": (worst["IEF"].mean(), worst["cash"].mean()),
        "worst_decile_hit_rate_monthly": ((worst["IEF"] > 0).mean(), (worst["cash"] > 0).mean()),
    }  # fmt: skip
    for key, (treasuries, bills) in expected.items():
        # The first month-end waits in cash; from the first fill on all is as in prices.
        measure = verdict.measure(key)
        assert measure.treasuries.value == pytest.approx(treasuries, rel=1e-6), key
        assert measure.bills.value == pytest.approx(bills, rel=1e-6), key
        difference = measure.difference.value
        assert difference == pytest.approx(treasuries - bills, rel=1e-6, abs=1e-9), key


def test_cost_holding_and_crises_from_prices(judged, plain):
    verdict = judged[2]
    grown = (1 + plain).prod() ** (12 / len(plain))
    cost = verdict.cost
    given = cost.growth_given_up_monthly.portfolio.value
    assert given == pytest.approx(grown["SPY"] - grown["mix"], rel=1e-6)
    above = cost.growth_against_monthly.bills.value
    assert above == pytest.approx(grown["mix"] - grown["bills"], rel=1e-6)
    levels = (1 + plain).cumprod()
    levels = pd.concat([pd.DataFrame(1.0, [judged[0].sessions[1]], levels.columns), levels])
    prices = bundled.table()["cpi_sa"].loc[levels.index.to_period("M")].to_numpy()
    three = levels["mix"].to_numpy()[36:] / levels["mix"].to_numpy()[:-36]
    row = next(row for row in verdict.holding if row.years == 3)
    assert row.starts == len(three)
    assert row.worst == pytest.approx(three.min() ** (1 / 3) - 1, rel=1e-6)
    assert row.beat_inflation == pytest.approx((three > prices[36:] / prices[:-36]).mean())
    spy = levels["SPY"].to_numpy()
    assert row.beat_equity == pytest.approx((three > spy[36:] / spy[:-36]).mean())
    crisis = next(row for row in verdict.crises if row.name == "Financial crisis")
    span = levels.loc[["2007-10-31", "2009-02-28"]]
    assert (crisis.start, crisis.end) == ("2007-10-31", "2009-02-28")
    assert crisis.hedge == pytest.approx(span["IEF"].iloc[1] / span["IEF"].iloc[0] - 1, rel=1e-6)
    assert crisis.equity == pytest.approx(span["SPY"].iloc[1] / span["SPY"].iloc[0] - 1, rel=1e-6)
    y10 = bundled.table()["cmt_10y_pct"]
    assert crisis.y10_bp == pytest.approx(100 * (y10["2009-02"] - y10["2007-10"]))


def test_regimes_from_prices(judged, plain):
    verdict = judged[2]
    correlation = plain["SPY"].rolling(36).corr(plain["IEF"]).shift(1)
    negative = plain[correlation < 0]
    down = negative[negative["SPY"] < 0]
    row = next(row for row in verdict.regimes if row.label == "negative")
    assert (row.months, row.down_months) == (len(negative), len(down))
    assert row.down_month_mean_monthly == pytest.approx(down["IEF"].mean(), rel=1e-6)
    saved = cvar(negative["mix"]) - cvar(negative["bills"])
    assert row.cvar_saved_against_bills_monthly == pytest.approx(saved, rel=1e-6)


def test_evidence_from_prices(judged, plain):
    """Payoffs of all months and of both states, and the episodes, by pandas alone."""
    evidence = judged[2].evidence
    # The correlation is known from the month before; 100 % equity waits in cash in its first.
    legs = judged[0].prices.pct_change(fill_method=None).iloc[1:]
    legs.iloc[0, 0] = judged[0].cash.iloc[1] / judged[0].cash.iloc[0] - 1.0
    before = legs["SPY"].rolling(36).corr(legs["IEF"]).shift(1).reindex(plain.index)
    excess = plain["IEF"] - plain["cash"]

    def payoff(inside: pd.Series) -> float:
        equity = plain["SPY"][inside].round(12)
        worst = equity.sort_values(kind="stable").index[: -(-len(equity) // 10)]
        return float(excess[worst].mean())

    sets = {"negative": before < 0, "positive": before >= 0}
    assert evidence.every.months == len(plain)
    assert evidence.every.estimate.value == pytest.approx(payoff(plain["SPY"] < 1), rel=1e-6)
    assert evidence.unlabelled_months == before.isna().sum() == 35
    for state in evidence.states:
        inside = sets[state.name]
        assert state.payoff.months == inside.sum()
        assert state.payoff.worst_months == -(-inside.sum() // 10)
        assert state.payoff.estimate.value == pytest.approx(payoff(inside), rel=1e-6)
        stays = inside.groupby((inside != inside.shift()).cumsum())
        long = [stay for _, stay in stays if stay.iloc[0] and len(stay) >= 24]
        assert [(e.first, e.last) for e in state.episodes] == [
            (f"{stay.index[0]:%Y-%m}", f"{stay.index[-1]:%Y-%m}") for stay in long
        ]
        for episode, stay in zip(state.episodes, long, strict=True):
            among = pd.Series(plain.index.isin(stay.index), plain.index)
            assert episode.payoff == pytest.approx(payoff(among), rel=1e-6)
    apart = payoff(sets["negative"]) - payoff(sets["positive"])
    assert evidence.difference.value == pytest.approx(apart, rel=1e-6)


def test_portfolios_and_attribution(judged, plain):
    _, simulation, verdict = judged
    ours, bills = verdict.portfolio("portfolio"), verdict.portfolio("bills")
    assert ours.cvar_95_monthly == pytest.approx(cvar(plain["mix"]), rel=1e-6)
    assert bills.cvar_95_monthly == pytest.approx(cvar(plain["bills"]), rel=1e-6)
    matched = verdict.portfolio("matched")
    assert matched.volatility_monthly == pytest.approx(ours.volatility_monthly, abs=1e-6)
    rows = {row.key: row for row in verdict.portfolios}
    assert rows["equity"].equity_weight == pytest.approx(1.0)
    saved = cvar(plain["mix"]) - cvar(plain["bills"])
    saved_by_portfolio = rows["portfolio"].cvar_saved_against_bills_monthly
    assert saved_by_portfolio == pytest.approx(saved, rel=1e-6)
    assert rows["bills"].cvar_saved_against_bills_monthly == 0.0
    # Monthly rows: each of them brings the weights back, from the first fill on.
    assert rows["portfolio"].equity_weight == pytest.approx(0.6)
    assert rows["bills"].equity_weight == pytest.approx(0.6)
    assert rows["matched"].equity_weight == pytest.approx(verdict.matched_weight)
    parts = {row.part: row for row in verdict.attribution.parts}
    before = (simulation.weights["IEF"] * simulation.nav).shift(1)
    profit = before * judged[0].prices["IEF"].pct_change(fill_method=None)
    assert parts["total"].currency == pytest.approx(profit.sum(), rel=1e-9)
    points = (profit / before)[before > 0].mean() * 12
    assert parts["total"].points == pytest.approx(points, rel=1e-9)


@pytest.mark.parametrize("start", ["2025-05-31", "2024-12-31"])
def test_short_periods_are_judged_unclear(start):
    market = bundled.load(["SPY", "IEF"])
    simulation = simulate(market, HedgeMix(), FREE, start=pd.Timestamp(start))
    verdict = judge_run(market, HedgeMix(), simulation, "SPY")
    assert verdict.word == "unclear"
    assert verdict.works[0].difference.low is None


@pytest.mark.parametrize("source", ["bundled", "daily"])
def test_the_compiled_engine_gives_the_same_verdict(source):
    """What the lab shows while sliders move is what the command line writes down."""
    if source == "bundled":
        market, strategy = bundled.load(["SPY", "IEF"]), HedgeMix()
    else:
        market, strategy = random_market(5, ("SPY", "IEF"), 4_000), HedgeMix()
    simulation = simulate(market, strategy, Costs())
    expected = judge_run(market, strategy, simulation, "SPY")
    quick = simulate(market, strategy, Costs(), engine=fill_with_sweep)
    engines = {"engine": fill_with_sweep, "searching": fill_with_sweep}
    compiled = judge_run(market, strategy, quick, "SPY", **engines)
    # Published returns have two decimals, hence ties: which of two equal months counts as the
    # worse is decided by the last bit, and the resampled means of the worst decile with it.
    ours, theirs = (
        {at: value for at, value in numbers(verdict).items() if not RESAMPLED_DECILE.match(at)}
        for verdict in (to_json(compiled), to_json(expected))
    )
    assert len(ours) > 2_000
    assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-9)
    assert sentences(compiled) == sentences(expected)


def test_a_brief_verdict_is_part_of_the_whole_and_tells_the_same():
    market = bundled.load(["SPY", "BIL", "SHY", "IEF", "TLT"])
    rule = AttackDefend()
    simulation = simulate(market, rule, Costs(), engine=fill_with_sweep)
    engines = {"engine": fill_with_sweep, "searching": fill_with_sweep}
    whole = judge_run(market, rule, simulation, "SPY", **engines)
    brief = judge_run(market, rule, simulation, "SPY", **engines, brief=True)
    same = ("word", "first_edition_word", "sample", "worst_quarter_monthly", "crises", "cost",
            "holding_map", "series", "tickers")  # fmt: skip
    for key in same:
        assert getattr(brief, key) == getattr(whole, key), key
    ours, theirs = (plain_numbers(each.evidence) for each in (brief, whole))
    assert ours == {at: value for at, value in theirs.items() if "smallest_effect" not in at}
    shown = ("cvar_saved_monthly", "drawdown_saved_monthly", "worst_decile_mean_monthly")
    assert brief.works == tuple(row for row in whole.works if row.key in shown)
    assert first_screen(brief) == first_screen(whole)
    assert brief.regimes == ()
    kept = tuple(r for r in whole.portfolios if r.key not in ("static", "variant"))
    assert brief.portfolios == kept
    assert sentences(brief) == sentences(whole)
    assert brief.attribution is None
    assert whole.attribution is not None


@pytest.mark.parametrize(
    ("options", "has_view"),
    [({"start": "2015-01-31"}, True), ({}, False), ({"strategy": "equity_only"}, False)],
)
def test_a_finished_run_is_judged_with_its_long_view(options, has_view):
    """None where the run is the bundled months themselves, or holds no hedge."""
    config = RunConfig(**{"strategy": "hedge_mix", "source": "bundled", **options})
    run = simulated(load_inputs(config), ledger.fill)
    verdict = finish(run).verdict
    assert run.verdict is None  # --no-verdict stops here
    assert (verdict.long_view is not None) is has_view
    if has_view:
        assert verdict.long_view.evidence.every.months == 766
        assert verdict.evidence.every.months == 132
    assert len(verdict.cross_check) > 5


def plain_numbers(record):
    """Every number of a record, by its place."""
    return numbers(to_json(record))


def numbers(value, path=""):
    """Every number of a nest of plain values, by its place."""
    if isinstance(value, dict):
        return {
            k: v for key, each in value.items() for k, v in numbers(each, f"{path}/{key}").items()
        }
    if isinstance(value, list | tuple):
        return {
            k: v for at, each in enumerate(value) for k, v in numbers(each, f"{path}/{at}").items()
        }
    return {path: value} if isinstance(value, int | float) else {}

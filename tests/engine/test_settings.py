"""Settings that a search tries: a candidate is its own run, to the last digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.bands import Rebalancing
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.money import Money
from backtests.engine.plan import Plan
from backtests.engine.scores import METRICS, score_in_chunks
from backtests.engine.search import Search
from backtests.engine.settings import (
    SETTINGS,
    market_with,
    of_market,
    require_searchable,
    setting_words,
    settings_of,
    spoken,
    with_settings,
)
from backtests.engine.space import search_space
from backtests.examination import _best_run, examined
from backtests.tuning import prepare_search
from data.errors import UsageError

YEN = RunConfig("hedge_mix", source="bundled", money=Money("JPY"))
GROWTH = read_objective("cagr", ["volatility<1"])
COMPARED = ("cagr", "volatility", "max_drawdown", "sharpe", "final_value", "turnover_per_year")


def search_of(config: RunConfig, **grid: str) -> Search:
    return prepare_search(config, search_space(config, None, None, grid), GROWTH)


def scored(search: Search) -> dict[int, dict[str, float]]:
    """The metrics of all candidates, by number."""
    metrics = {}
    for places, panel, part in search.ready(np.arange(len(search.space))):
        (frame,) = score_in_chunks(panel, part, threads=1)
        for place, (_, row) in zip(places, frame.iterrows(), strict=True):
            metrics[int(place)] = dict(row)
    return metrics


def run_of(config: RunConfig):
    return simulated(load_inputs(config), ledger.fill)


@pytest.fixture(scope="module")
def ratios() -> Search:
    """One mix at three ratios of its hedge and two of its equity."""
    return search_of(YEN, fx_hedge="0,0.4,1", fx_hedge_equity="0,0.5")


@pytest.fixture(scope="module")
def table(ratios) -> dict[int, dict[str, float]]:
    return scored(ratios)


def test_every_candidate_is_its_own_run(ratios, table):
    assert len(ratios.space) == 6
    for number, row in table.items():
        run = run_of(_best_run(ratios, number))
        own = run.summary.metrics
        for key in COMPARED:
            assert row[key] == pytest.approx(getattr(own, key), rel=1e-9, abs=1e-9), (number, key)
    # They differ: a search whose candidates all traded on one market would find them equal.
    assert len({round(row["cagr"], 6) for row in table.values()}) == 6


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_the_ends_are_the_runs_that_the_options_make(ratios, table, ratio):
    numbers = [
        number
        for number in range(len(ratios.space))
        if ratios.space.settings_of(number) == {"fx_hedge": ratio, "fx_hedge_equity": 0.0}
    ]
    (number,) = numbers
    own = run_of(RunConfig("hedge_mix", source="bundled", money=Money("JPY", fx_hedge=ratio)))
    for key in COMPARED:
        assert table[number][key] == pytest.approx(getattr(own.summary.metrics, key), rel=1e-9), key


def test_a_rule_decides_on_the_market_that_its_settings_make():
    config = RunConfig("risk_parity", source="bundled", money=Money("CHF"))
    search = search_of(config, fx_hedge="0,1", lookback_months="24,36")
    for number, row in scored(search).items():
        run = run_of(_best_run(search, number))
        assert row["cagr"] == pytest.approx(run.summary.metrics.cagr, abs=1e-9), number
        assert row["volatility"] == pytest.approx(run.summary.metrics.volatility, abs=1e-9)


def test_paths_come_in_the_order_asked_for_whatever_their_settings(ratios):
    alone = {n: next(iter(ratios.paths_of(np.array([n])))).iloc[:, 0] for n in range(6)}
    order = np.array([5, 0, 3, 1])
    (together,) = ratios.paths_of(order)
    for place, number in enumerate(order):
        assert together[place].equals(alone[int(number)]), number


def test_the_choice_and_the_default_are_judged_each_on_its_own_market(ratios, table):
    frame = pd.DataFrame([table[number] for number in range(6)], columns=list(METRICS))
    search = replace(ratios, objective=read_objective("sharpe", []))
    tuned = examined(search, frame, trials=6, name="tune-x")
    assert tuned.best.money != tuned.config.money  # else both were one
    for judged, config in ((tuned.judged_choice, tuned.best), (tuned.judged_default, tuned.config)):
        run = run_of(config)
        verdict = judge_run(
            run.market, config.make_strategy(), run.simulation, "SPY",
            engine=ledger.fill, searching=ledger.fill, brief=True,
        )  # fmt: skip
        assert judged.word == verdict.word
        ours, theirs = judged.evidence.every.estimate.value, verdict.evidence.every.estimate.value
        assert ours == pytest.approx(theirs, rel=1e-8)
    assert tuned.best.money.ratio("fx_hedge") == tuned.space.settings_of(tuned.region.centre)[
        "fx_hedge"
    ]  # fmt: skip
    assert tuned.default_label == "fx hedge 0, fx hedge equity 0"
    assert tuned.label(5) == "fx hedge 1, fx hedge equity 0.5"


def test_a_ratio_of_a_ticker_that_the_choice_does_not_hold_is_left_out_of_its_run():
    money = Money("JPY", fx_hedge="IEF=1,TLT=0.5")
    config = RunConfig("hedge_mix", source="bundled", money=money)
    search = prepare_search(config, search_space(config, ["SPY", "IEF", "TLT"], 0.5, {}), GROWTH)
    held = [
        number
        for number in range(len(search.space))
        if search.space.params(number)["weights"] == {"SPY": 0.5, "IEF": 0.5}
    ]
    best = _best_run(search, held[0])
    assert best.money.ratio("fx_hedge") == {"IEF": 1.0}
    row = scored(search)[held[0]]
    assert row["cagr"] == pytest.approx(run_of(best).summary.metrics.cagr, abs=1e-9)


def test_the_key_is_of_the_settings_and_of_the_money(ratios):
    key = ratios.scores_key()
    others = (
        search_of(YEN, fx_hedge="0,0.4,1"),
        search_of(with_settings(YEN, {"fx_hedge_equity": 0.5}), fx_hedge="0,0.4,1"),
        search_of(RunConfig("hedge_mix", source="bundled", money=Money("EUR")), fx_hedge="0,1"),
    )
    assert len({key, *(other.scores_key() for other in others)}) == 4


def test_a_market_with_other_settings_has_the_same_rows_and_goes_back(ratios):
    market = ratios.market
    hedged = market_with(market, with_settings(YEN, {"fx_hedge": 1.0}))
    assert hedged.sessions.equals(market.sessions)
    assert hedged.cash.equals(market.cash)
    assert hedged.prices["SPY"].equals(market.prices["SPY"])
    assert not hedged.prices["IEF"].equals(market.prices["IEF"])
    assert market_with(hedged, YEN).prices.equals(market.prices)
    assert hedged.fingerprints() == market.fingerprints()
    dollars = market.in_dollars
    assert market_with(dollars, YEN) is dollars


def test_settings_are_those_of_the_configuration():
    other = with_settings(YEN, {"fx_hedge": 0.4})
    assert other.money == Money("JPY", fx_hedge=0.4)
    assert with_settings(YEN, {}) is YEN
    assert settings_of(other, ["fx_hedge", "fx_hedge_equity"]) == {
        "fx_hedge": 0.4, "fx_hedge_equity": 0.0,
    }  # fmt: skip
    by_ticker = RunConfig("hedge_mix", money=Money("JPY", fx_hedge="IEF=1"))
    assert settings_of(by_ticker, ["fx_hedge"]) == {"fx_hedge": "IEF=1"}
    assert [setting_words(name) for name in SETTINGS] == [
        "fx hedge", "fx hedge equity", "band", "band relative", "band to",
    ]  # fmt: skip


def test_a_band_is_a_setting_that_leaves_the_market_and_the_calendar_alone():
    plain = RunConfig("hedge_mix", source="bundled")
    own = with_settings(plain, {"band": 0.05, "band_to": "edge"})
    assert own.plan.rebalancing == Rebalancing(band=0.05, band_to="edge")
    assert (own.money, own.params) == (plain.money, plain.params)
    assert settings_of(own, ["band", "band_relative", "band_to"]) == {
        "band": 0.05, "band_relative": "none", "band_to": "edge",
    }  # fmt: skip
    config = with_settings(RunConfig("hedge_mix", plan=Plan(Rebalancing(band=0.1))), {"band": 0.02})
    assert config.plan.rebalancing.band == 0.02
    assert of_market(SETTINGS) == ["fx_hedge", "fx_hedge_equity"]


def test_candidates_that_differ_in_a_band_alone_share_their_market():
    search = search_of(YEN, fx_hedge="0,1", band="0,0.1")
    assert list(search.space.axes) == ["fx_hedge", "band"]
    first, second, third = (search.terms(number) for number in (0, 1, 2))
    assert first.market is second.market
    assert first.panel is second.panel
    assert third.market is not first.market
    assert [each.config.plan.rebalancing.band for each in (first, second)] == [0.0, 0.1]
    row = scored(search)[3]
    assert row["cagr"] == pytest.approx(run_of(_best_run(search, 3)).summary.metrics.cagr, rel=1e-9)


@pytest.mark.parametrize(
    ("config", "names", "message"),
    [
        (RunConfig("hedge_mix"), ["fx_hedge"],
         r"--grid fx_hedge is for investors in another currency than dollars; give --currency as "
         r"well \(JPY, EUR, GBP, CHF, AUD, CNY\), or leave it out"),
        (RunConfig("hedge_mix"), ["band_to"],
         "--grid band_to says where a band ends, and there is none; give --band or --grid band"),
        (RunConfig("equity_only", money=Money("JPY")), ["fx_hedge"],
         r"--grid fx_hedge sells dollars of the hedge, and equity_only holds none \(SPY\); leave "
         r"it out, or say what it is by --hedge"),
        (RunConfig("hedge_mix", {"weights": {"EUNL.DE": 0.5, "DTLE.L": 0.5}}, "auto",
                   money=Money("EUR")), ["fx_hedge_equity", "fx_hedge"],
         r"--grid fx_hedge would sell the dollars of DTLE.L a second time: that share class sells "
         r"them into EUR; leave fx_hedge out"),
    ],
)  # fmt: skip
def test_a_setting_that_changes_nothing_is_refused(config, names, message):
    with pytest.raises(UsageError, match=message):
        require_searchable(config, names, config.make_strategy().tickers)
    require_searchable(YEN, list(SETTINGS), ["SPY", "IEF"])
    banded = RunConfig("hedge_mix", plan=Plan(Rebalancing(band=0.1)))
    require_searchable(banded, ["band_to"], ["SPY", "IEF"])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("fx_hedge", 0.0, "none of the hedge's dollars sold forward (fx_hedge 0)"),
        ("fx_hedge", 0.5, "half of the hedge's dollars sold forward (fx_hedge 0.5)"),
        ("fx_hedge", 0.25, "25 % of the hedge's dollars sold forward (fx_hedge 0.25)"),
        ("fx_hedge_equity", 1.0, "all of the equity's dollars sold forward (fx_hedge_equity 1)"),
        ("fx_hedge", "IEF=1", "the hedge's dollars sold forward by ticker (fx_hedge IEF=1)"),
        ("band", 0.05, "a band of 5 points (band 0.05)"),
        ("band", "none", "no band"),
        ("band_relative", 0.25, "a band of 25 % of the target (band_relative 0.25)"),
        ("band_relative", "none", "no relative band"),
        ("band_to", "target", "back to the target (band_to target)"),
        ("band_to", "edge", "only to the edge of the band (band_to edge)"),
    ],
)
def test_a_setting_is_told_in_words(name, value, told):
    assert spoken(name, value) == told

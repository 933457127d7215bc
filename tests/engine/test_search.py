"""What a search stands on, and the key under which its scores are kept."""

from __future__ import annotations

import dataclasses
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.candidates import schedules
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.engine.scores import score_block
from backtests.engine.search import PART, PARTS_AT_ONCE, Search, month_returns
from backtests.engine.space import mix_space, rule_space
from backtests.report.run_folder import _manifest
from backtests.tuning import prepare_search
from data.errors import DataError
from strategies.causality import made_market
from strategies.decisions import decide
from strategies.hedge_mix import HedgeMix
from tests.conftest import market_of, with_a_hole

GROWTH = read_objective("cagr", ["volatility<1"])
DEFAULT = RunConfig("hedge_mix", source="bundled")


@pytest.fixture(scope="module")
def search() -> Search:
    space = mix_space(["SPY", "IEF"], 0.5, {"rebalance": "monthly"})
    return prepare_search(DEFAULT, space, GROWTH)


def test_the_key_is_of_what_decides_the_scores_and_of_nothing_else(search):
    key = search.scores_key()
    other = dataclasses.replace(search, objective=read_objective("sharpe", []))
    assert other.scores_key() == key
    dearer = dataclasses.replace(DEFAULT, costs=Costs(3.0))
    assert dataclasses.replace(search, config=dearer).scores_key() != key
    finer = mix_space(["SPY", "IEF"], 0.25, {"rebalance": "monthly"})
    assert dataclasses.replace(search, space=finer).scores_key() != key


@pytest.mark.parametrize(("extend", "carried"), [(None, ("BIL", "SHY")), (False, ()), (True, ())])
def test_a_search_of_a_rule_has_its_short_end_carried_back_as_a_run_has(extend, carried):
    config = RunConfig("attack_defend", source="bundled", extend=extend)
    space = rule_space("attack_defend", {"step_bp": "25,50"}, config.params)

    def load(source, tickers, **options):
        asked.update(options)
        raise DataError("seen")

    asked: dict[str, object] = {}
    with pytest.raises(DataError, match="seen"):
        prepare_search(config, space, GROWTH, load=load)
    assert (asked["extend"], asked["carried_back"]) == (bool(extend), carried)


def test_month_returns_are_those_of_month_ends():
    # Daily values: 10 at the end of January, 11 of February, 9.9 of March, then two days of April.
    days = pd.to_datetime(["2020-01-31", "2020-02-14", "2020-02-28", "2020-03-31",
                           "2020-04-01", "2020-04-02"])  # fmt: skip
    values = pd.DataFrame({0: [10.0, 20.0, 11.0, 9.9, 5.0, 6.0]}, days)
    assert month_returns(values)[:2].ravel().tolist() == pytest.approx([0.1, -0.1])


def test_a_mix_among_the_parameters_of_a_rule_has_a_key_too(search):
    fixed = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}).params()
    space = rule_space("hedge_mix", {"rebalance": "monthly,never"}, fixed)
    assert space.params(1) == {"weights": {"SPY": 0.6, "IEF": 0.4}, "rebalance": "never"}
    assert dataclasses.replace(search, space=space).scores_key() != search.scores_key()


def test_a_candidate_alone_scores_as_among_others(search):
    rule = search.space.rule(3)
    alone = search.month_returns(search.alone(rule))
    among = search.month_returns_of(dataclasses.replace(search.space).codes[:, 0].argsort()[:6])
    assert alone.shape == (among.shape[0], 1)
    assert (among == alone).all(axis=0).any()


def test_scores_of_other_rules_are_not_taken_up(tmp_path, monkeypatch):
    import strategies
    from backtests.engine import search

    before = search.rules_code()
    here = Path(str(strategies.__file__)).parent
    shutil.copytree(here, tmp_path / "strategies")
    monkeypatch.setattr(strategies, "__file__", str(tmp_path / "strategies" / "__init__.py"))
    search.rules_code.cache_clear()
    try:
        assert search.rules_code() == before
        rule = tmp_path / "strategies" / "steps.py"
        rule.write_text(rule.read_text().replace("STEPS = 3.0", "STEPS = 2.0"))
        search.rules_code.cache_clear()
        assert search.rules_code() != before
    finally:
        search.rules_code.cache_clear()


HELD = ("SPY", "BIL", "SHY", "IEF", "TLT")


def made(source, tickers, *, end=None, **_):
    """Prices and yields of a made market, 22 daily years."""
    return made_market(HELD, 252, 5)


STEPPED = {
    "plain": ({}, {}),
    "bands, each its own": ({}, {"band": "0,0.02,0.05"}),
    "flows": ({"flow": "50/month"}, {}),
    "bands to the edge and a payout": ({"band": 0.03, "band_to": "edge", "flow": "-9%/year"}, {}),
}  # fmt: skip


@pytest.fixture(params=STEPPED)
def stepped(request) -> Search:
    asked, grid = STEPPED[request.param]
    asked = {"strategy": "attack_defend", "source": "yahoo", **asked}
    config = RunConfig.from_dict(asked)
    grid = {"step_bp": "20:100:4", "lookback_years": "1,2,3", **grid}
    return prepare_search(config, rule_space("attack_defend", grid, config.params), GROWTH,
                          load=made)  # fmt: skip


def test_scores_of_parts_in_threads_are_those_of_candidates_one_by_one(stepped, monkeypatch):
    numbers = np.arange(3, len(stepped.space))
    scores = np.concatenate(list(stepped.scored(numbers)))
    assert len(scores) == len(numbers) > 32
    monkeypatch.setattr("backtests.engine.space.decided_together", lambda *_: None)
    alone = np.empty(scores.shape)
    for places, panel, part in stepped.ready(numbers):
        alone[places] = np.concatenate([score_block(panel, part[n : n + 1])
                                        for n in range(len(part))])  # fmt: skip
    assert scores.tobytes() == alone.tobytes()


def test_settings_of_the_run_are_scored_in_parts_too():
    # The last axis is the step, so that a part has candidates of two markets.
    config = RunConfig("attack_defend", source="bundled", money=Money("JPY"))
    grid = {"fx_hedge": "0,0.5,1", "step_bp": "20:100:4"}
    search = prepare_search(config, rule_space("attack_defend", grid, config.params), GROWTH)
    numbers = np.arange(len(search.space))
    scores = np.concatenate(list(search.scored(numbers)))
    for number in (0, 20, 21, 31, 32, 62):
        terms = search.terms(number)
        decided = decide(search.space.rule(number), terms.market)
        alone = score_block(terms.panel, schedules(terms.panel, terms.market, [decided]))
        assert scores[number].tobytes() == alone.tobytes()


def test_a_caller_that_stops_ends_the_threads(monkeypatch):
    config = RunConfig("carry", source="bundled")
    space = rule_space("carry", {"full_at_bp": "1:200:0.1"}, config.params)
    search = prepare_search(config, space, GROWTH)
    plain, parts = Search._scored_part, []

    def scored_part(self, *given):
        parts.append(1)
        if len(parts) > 12:
            time.sleep(0.2)  # a busy machine comes to close it in time
        return plain(self, *given)

    monkeypatch.setattr(Search, "_scored_part", scored_part)
    scored = search.scored(np.arange(len(space)))
    assert len(next(scored)) == PART
    assert len(next(scored)) == PART * PARTS_AT_ONCE
    scored.close()
    begun = len(parts)
    assert begun < 63  # parts of all 1,991
    time.sleep(0.5)
    assert len(parts) == begun


@pytest.mark.parametrize("name", ["opening.py", "together.py", "compiled_steps.py"])
def test_scores_of_other_decisions_are_not_taken_up(name, tmp_path, monkeypatch):
    from backtests.engine import search

    before = search.rules_code()
    here = Path(search.__file__).parent
    shutil.copytree(here, tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(search, "__file__", str(tmp_path / "engine" / "search.py"))
    search.rules_code.cache_clear()
    try:
        assert search.rules_code() == before
        with (tmp_path / "engine" / name).open("a") as changed:
            changed.write("# another\n")
        search.rules_code.cache_clear()
        assert search.rules_code() != before
    finally:
        search.rules_code.cache_clear()


def test_a_search_keeps_the_sessions_that_its_benchmark_lacks_as_the_run_of_its_best_does():
    # A falls by half for the one day that SPY lacks: where it is half, a quarter is lost.
    config = RunConfig("hedge_mix", {"weights": {"A": 1.0}}, benchmark="SPY", source="yahoo")
    space = mix_space(["A", "IEF"], 0.5, {"rebalance": "monthly"})
    search_with_hole = prepare_search(config, space, GROWTH, load=with_a_hole)
    falls = [
        search_with_hole.scores_alone(space.rule(number))["max_drawdown"]
        for number in range(len(space))
    ]
    assert sorted(falls) == pytest.approx([-0.5, -0.25, -0.25, 0, 0, 0], abs=1e-3)
    run = simulated(load_inputs(config, load=with_a_hole), ledger.fill)
    assert run.summary.metrics.max_drawdown == pytest.approx(min(falls), rel=1e-9)
    assert search_with_hole.equity_scores()["max_drawdown"] == pytest.approx(0.0, abs=1e-3)
    assert len(search_with_hole.equity_month_returns()) == len(
        search_with_hole.month_returns(search_with_hole.alone(space.rule(0)))
    )
    assert search_with_hole.equity_month_returns().sum() == pytest.approx(
        run.benchmark_values.iloc[-1] / run.config.initial - 1, abs=1e-3
    )


def test_the_prices_of_a_benchmark_that_has_holes_are_in_the_name_and_the_key():
    def dearer(source, tickers, **options):
        market = with_a_hole(source, tickers, **options)
        if "SPY" not in tickers:
            return market
        prices = market.prices.copy()
        prices.loc[prices.index[200] :, "SPY"] *= 1.5
        return market_of(prices)

    config = RunConfig("hedge_mix", {"weights": {"A": 1.0}}, benchmark="SPY", source="yahoo")
    space = mix_space(["A", "IEF"], 0.5, {"rebalance": "monthly"})
    search_with_hole, dearer_search = (
        prepare_search(config, space, GROWTH, load=load) for load in (with_a_hole, dearer)
    )
    assert "SPY" in search_with_hole.fingerprints
    assert search_with_hole.scores_key() != dearer_search.scores_key()
    run, dearer_run = (
        simulated(load_inputs(config, load=load), ledger.fill) for load in (with_a_hole, dearer)
    )
    assert run.name != dearer_run.name
    assert "SPY" in _manifest(run).data

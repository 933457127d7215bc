"""Candidates of a search with bands and cash flows: each is its own run, to the last digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.analysis.reliability import examine
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.bands import Rebalancing
from backtests.engine.candidates import make_panel, schedules, static_mixes
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.flows import NO_FLOWS, AskedFlows
from backtests.engine.planned import planned
from backtests.engine.scores import OWN_MONEY, score_in_chunks
from backtests.engine.search import Search, is_ruined
from backtests.engine.space import search_space
from backtests.examination import _best_run, examined
from backtests.tuning import prepare_search
from data.errors import UsageError
from data.sources import frame
from tests.conftest import random_market

GROWTH = read_objective("cagr", ["max_drawdown>-1"])
COMPARED = ("cagr", "volatility", "max_drawdown", "sharpe", "sortino", "calmar", "worst_year",
            "final_value", "turnover_per_year", "costs_paid")  # fmt: skip
DAILY = random_market(7, ("SPY", "IEF"), 1_000)
RISKY = random_market(3, ("SPY", "IEF"), 1_000, volatility=0.02)


def loading(market):
    """A function that loads the market's prices as those given in Python."""

    def load(source, tickers, *, end=None, **_):
        return frame.load(market.prices, tickers, bills=market.cash, end=end)

    return load


def search_of(asked: dict[str, object], assets=None, market=DAILY, given=(), **grid: str) -> Search:
    config = RunConfig.from_dict({"strategy": "hedge_mix", "source": frame.SOURCE, **asked})
    space = search_space(config, assets, 0.25 if assets else None, grid, given)
    return prepare_search(config, space, GROWTH, load=loading(market))


def scored(search: Search) -> pd.DataFrame:
    """The metrics of all candidates, by number."""
    rows = {}
    for places, panel, part in search.ready(np.arange(len(search.space))):
        (frame_,) = score_in_chunks(panel, part, threads=1)
        rows |= {int(place): row for place, (_, row) in zip(places, frame_.iterrows(), strict=True)}
    return pd.DataFrame(rows).T.sort_index()


def run_of(search: Search, number: int, market=DAILY):
    """The candidate as a run of its own, filled by the ledger."""
    config = _best_run(search, number)

    return simulated(load_inputs(config, load=loading(market)), ledger.fill)


CASES = [
    ({"flow": "50/month"}, ["SPY", "IEF"], {}),
    ({"flow": "-4%/year", "lag": 2}, ["SPY", "IEF"], {}),
    ({"band": 0.02}, ["SPY", "IEF"], {}),
    ({"band_relative": 0.05, "band_to": "edge", "flow": "-100/quarter"}, ["SPY", "IEF"], {}),
    ({"start": "2002-03-01", "band": 0.02, "flow": "80/month"}, ["SPY", "IEF"], {}),
    ({}, None, {"band": "0,0.02,0.05", "band_to": "target,edge"}),
    ({}, None, {"band": "0,0.03", "rebalance": "monthly,quarterly", "offset": "1,5,10"}),
    ({"flow": "-150/month"}, None, {"band_relative": "0.02,0.1", "rebalance": "weekly,daily"}),
    ({"band": 0.03, "flows": {"2002-06-03": 9e2}}, None, {"offset": "2,4", "rebalance": "weekly"}),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "assets", "grid"), CASES, ids=str)
def test_every_candidate_is_its_own_run(asked, assets, grid):
    search = search_of(asked, assets, **grid)
    table = scored(search)
    for number in np.unique(np.linspace(0, len(table) - 1, 5).astype(int)):
        row, summary = table.loc[number], run_of(search, int(number)).summary
        for key in COMPARED:
            theirs = getattr(summary.metrics, key)
            theirs = np.nan if theirs is None else theirs
            assert row[key] == pytest.approx(theirs, rel=1e-9, abs=1e-9, nan_ok=True), (number, key)
        if summary.own_money is not None:
            own = summary.own_money
            assert row[list(OWN_MONEY)].tolist() == pytest.approx(
                [own.strategy.final_wealth, own.paid_in, own.taken_out, np.nan], nan_ok=True
            )


def test_the_default_to_beat_has_the_plan_of_the_search():
    search = search_of({"band": 0.03, "flow": "-50/month"}, ["SPY", "IEF"])
    row = search.scores_alone(search.default)
    summary = simulated(load_inputs(search.config, load=loading(DAILY)), ledger.fill).summary
    assert row["cagr"] == pytest.approx(summary.metrics.cagr, rel=1e-9)
    assert row["turnover_per_year"] == pytest.approx(summary.metrics.turnover_per_year, rel=1e-9)
    assert row["final_wealth"] == pytest.approx(summary.own_money.strategy.final_wealth, rel=1e-9)


def test_a_searched_band_is_watched_daily_unless_a_calendar_is_given():
    daily = search_of({}, band="0,0.02")
    assert [daily.space.rule(number).rebalance for number in range(2)] == ["daily", "daily"]
    assert daily.default.rebalance == "monthly"
    assert not daily.own_terms.config.plan.rebalancing
    own = search_of({"params": {"rebalance": "quarterly"}}, given=["rebalance"], band="0,0.02")
    assert own.space.rule(1).rebalance == "quarterly"


def test_no_band_at_all_trades_at_every_decision_that_finds_a_weight_off():
    table = scored(search_of({}, given=["rebalance"], band="0", rebalance="monthly"))
    plain = scored(search_of({}, rebalance="monthly"))
    assert table.loc[0, "cagr"] == pytest.approx(plain.loc[0, "cagr"], rel=1e-9)


def test_each_width_has_its_own_limits_whatever_their_order_in_the_kernel():
    search = search_of({}, band="0.01,0.02,0.05", offset="1,3", rebalance="monthly")
    assert list(search.space.axes)[-1] == "band"  # those that decide the same follow one another
    ((_, _, together),) = search.ready(np.arange(6))
    limits = [together.bands.limits[first].max() for first in together.offsets[:-1]]
    assert limits == [0.01, 0.02, 0.05] * 2


def test_candidates_without_bands_and_flows_are_those_of_before():
    panel = make_panel(DAILY, ("SPY", "IEF"), Costs(2, 1))
    mixes = static_mixes(panel, np.array([[0.6, 0.4], [1.0, 0.0]]))
    assert planned(mixes, panel, DAILY, [Rebalancing()], NO_FLOWS) is mixes


def test_limits_by_hand():
    panel = make_panel(DAILY, ("SPY", "IEF"), Costs(2, 1))
    bands = [Rebalancing(band=0.05), Rebalancing(band=0.05, band_relative=0.1)]
    mixes = static_mixes(panel, np.array([[0.6, 0.3], [0.6, 0.3]]), "daily")
    made = planned(mixes, panel, DAILY, bands, AskedFlows("-4%/year"))
    np.testing.assert_allclose(made.bands.limits, [[0.05] * 3, [0.05, 0.03, 0.01]])
    assert set(made.flows.share[made.flows.share != 0.0]) == {-0.04}
    frames = [pd.DataFrame({"SPY": [0.6]}, [DAILY.sessions[0]]) for _ in bands]
    made = planned(schedules(panel, DAILY, frames), panel, DAILY, bands, NO_FLOWS)
    np.testing.assert_allclose(made.bands.limits, [[0.05] * 3, [0.05, 0.05, 0.04]])


def test_a_candidate_that_payouts_ruin_has_no_score_and_is_never_chosen(monkeypatch):
    """10,000 in bills grow by 2.6 % a year: the third payout of 3,700 is more than is left."""
    search = search_of({"flow": "-3700/year", "params": {"weights": {"SPY": 1.0}}}, ["SPY", "IEF"])
    table = scored(search)
    waiting = table.loc[0]  # all bills
    assert is_ruined(waiting)
    assert waiting["final_wealth"] == 0.0
    assert np.isnan(waiting[list(COMPARED)].astype(float)).all()
    # Due on the first session of the year, paid the session after.
    assert search.panel.sessions[int(waiting["ruined"])] == pd.Timestamp("2004-01-02")
    assert waiting["taken_out"] == pytest.approx(
        10_000 * 1.0001**783 - 3_700 * (1.0001**522 - 1 + 1.0001**261 - 1), rel=1e-9
    )
    ruined = table["ruined"].notna().to_numpy()
    assert 0 < ruined.sum() < len(table)
    assert not GROWTH.eligible(table)[ruined].any()
    compared = []

    def noted(sample, *rest, **more):
        compared.append(sample)
        return examine(sample, *rest, **more)

    monkeypatch.setattr("backtests.examination.examine", noted)
    tuned = examined(search, table, trials=len(table), name="tune-x")
    assert np.isfinite(compared[0].returns).all()
    assert tuned.ruined_count == ruined.sum()
    assert not ruined[[tuned.region.centre, tuned.region.peak, *tuned.best_numbers]].any()


def test_equity_that_payouts_ruin_goes_on_without_them():
    search = search_of(
        {"flow": "-330/month", "benchmark": "SPY", "params": {"weights": {"IEF": 1.0}}},
        ["IEF"],
        market=RISKY,
    )
    row, run = search.equity_scores(), run_of(search, 4, RISKY)
    assert is_ruined(row)
    assert run.benchmark.ruined == search.panel.sessions[int(row["ruined"])]
    theirs = run.summary.benchmark.metrics
    for key in COMPARED:
        assert row[key] == pytest.approx(getattr(theirs, key), rel=1e-9), key
    below = row["sharpe"] * row["volatility"] / row["sortino"]
    assert row["downside_deviation"] == pytest.approx(below, rel=1e-4)  # of excess returns
    assert np.isfinite(search.equity_month_returns()).all()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"flows": {"1999-01-04": 5.0}}, "--flows has 1999-01-04"),
        ({"flows": {"2030-01-04": 5.0}}, "--flows has 2030-01-04"),
        ({"flow": "-9000/month"}, "the default is ruined on 2001-03-"),
    ],
)
def test_flows_that_no_candidate_can_have_are_refused_at_once(asked, told):
    with pytest.raises(UsageError, match=told):
        search_of(asked, ["SPY", "IEF"])

"""Runs in purchasing power: their nominal run divided by the price level, whatever they hold."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from backtests.analysis.months import month_ends
from backtests.engine.address import from_address, to_address, to_command
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judged, with_sleeve
from backtests.engine.run import Run
from tests.conftest import ROOT, SHARED

DAILY = f"files:{SHARED}"
RUNS = [
    ("hedge_mix", "bundled", "USD"),
    ("duration_trend", "bundled", "USD"),
    ("hedge_mix", "bundled", "JPY"),
    ("hedge_mix", DAILY, "USD"),
    ("duration_trend", DAILY, "USD"),
]


@cache
def made(strategy: str, source: str, currency: str, *, real: bool) -> Run:
    table = {"strategy": strategy, "source": source, "currency": currency, "real": real}
    return simulated(load_inputs(RunConfig.from_dict(table)))


def level_of(run: Run) -> pd.Series:
    level = run.market.deflated.price_level.loc[run.simulation.nav.index]
    return level / level.iloc[0]


@pytest.mark.parametrize("which", RUNS, ids=lambda which: " ".join(which)[:40])
def test_a_real_run_is_its_nominal_run_divided_by_the_price_level(which):
    real, nominal = made(*which, real=True), made(*which, real=False)
    by_hand = nominal.simulation.nav.reindex(real.simulation.nav.index) / level_of(real)
    assert real.simulation.nav.to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-12)
    days = real.simulation.decisions.index
    pd.testing.assert_frame_equal(
        real.simulation.decisions, nominal.simulation.decisions.loc[days], check_freq=False
    )


def test_nominal_figures_stand_beside_the_real_ones():
    real, nominal = (made("hedge_mix", "bundled", "USD", real=one) for one in (True, False))
    assert nominal.summary.nominal is None
    assert not nominal.summary.is_real
    assert real.summary.nominal.cagr == pytest.approx(nominal.summary.metrics.cagr, rel=1e-9)
    fall = nominal.summary.metrics.max_drawdown
    assert real.summary.nominal.max_drawdown == pytest.approx(fall, rel=1e-9)
    assert real.summary.base_date == "1962-01-31"


def test_parts_of_the_sleeve_sum_to_its_real_profit_with_inflation_among_them():
    split = with_sleeve(made("duration_trend", "bundled", "USD", real=True)).sleeve.attribution
    whole = split.drop(columns="total").select_dtypes("number").sum(axis=1)
    assert "inflation" in split
    assert (whole - split["total"]).abs().max() <= 1e-10 * split["total"].abs().max()


def test_holding_periods_of_a_real_run_lose_where_their_real_return_is_below_zero():
    run = judged(made("hedge_mix", "bundled", "USD", real=True))
    nav = run.simulation.nav.loc[run.simulation.first_fill :]
    months = month_ends(nav.to_frame("nav"))["nav"]
    for period in run.judged.holding:
        made_real = (months / months.shift(12 * period.years)).dropna()
        assert period.beat_inflation == pytest.approx((made_real > 1.0).mean(), abs=0.005)


def test_four_ways_are_real_and_their_parts_sum_in_money_of_the_day():
    ways = judged(made("hedge_mix", "bundled", "JPY", real=True)).judged.ways
    before = judged(made("hedge_mix", "bundled", "JPY", real=False)).judged.ways
    for one, other in zip(ways.splits, before.splits, strict=True):
        assert one.total == pytest.approx(other.total, rel=1e-9)
    assert ways.way("unhedged").growth < before.way("unhedged").growth


def test_a_real_configuration_is_written_everywhere_and_a_nominal_one_as_before():
    nominal, real = RunConfig("hedge_mix"), RunConfig("hedge_mix", real=True)
    assert "real" not in nominal.as_dict()
    assert RunConfig.from_dict(real.as_dict()) == real
    assert to_address(real)["real"] == "true"
    assert from_address(to_address(real)) == real
    assert to_command(real).endswith("--real")
    assert "real" not in to_command(nominal)


def test_readme_states_the_deepest_real_fall_of_the_default_mix():
    numbers = made("hedge_mix", "bundled", "USD", real=True).summary.metrics
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    fall = f"{-100.0 * numbers.max_drawdown:.1f} %"
    assert (
        f"In purchasing power the deepest fall of the default mix, 1962 to 2025, was {fall}" in text
    )
    assert "python -m backtests.run hedge_mix --source bundled --real" in text

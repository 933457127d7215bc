"""Ways to hold a hedge: the answer's rule, payoffs and splits by hand, and what has no interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import ways as measures
from backtests.analysis.evidence import SAME_AS_BILLS
from backtests.analysis.resampling import Estimate, Sample
from backtests.analysis.ways import (
    WayMonths,
    WholePortfolio,
    alone,
    answer_of,
    growth_of,
    growth_paths,
    split_of,
    worst_of,
)

WHOLE = WholePortfolio(0.05, 0.1, -0.3, -0.06)


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.001, 0.04, "hedge"),
        (-0.04, -0.001, "leave open"),
        (-0.01, 0.03, "unclear"),
        (-SAME_AS_BILLS, SAME_AS_BILLS, "no difference"),
        (0.001, SAME_AS_BILLS, "no difference"),  # sure, and too small to matter
        (None, None, "unclear"),
    ],
)
def test_the_answer_follows_the_interval(low, high, answer):
    assert answer_of(Estimate(0.01, low, high)) == answer


def made_months(count: int, currency: str = "JPY") -> tuple[WayMonths, dict[str, np.ndarray]]:
    """Months in which equity falls by less each time; hedged earns 1 % more where it fell most."""
    rng = np.random.default_rng(5)
    equity = np.linspace(-0.1, 0.1, count)
    unhedged = rng.normal(0.002, 0.02, count)
    hedged = unhedged + np.where(np.arange(count) < worst_of(count), 0.01, -0.001)
    frame = pd.DataFrame(
        {"equity": equity, "hedge": unhedged, "portfolio": equity, "cash_at_home": 0.001},
        pd.period_range("1990-01", periods=count, freq="M"),
    )
    months = WayMonths(Sample(frame, ("portfolio", "equity", "hedge"), 200), currency)
    return months, {"hedged": hedged, "unhedged": unhedged, "home_cash": np.full(count, 0.001)}


def test_payoffs_are_over_cash_at_home_in_the_worst_tenth():
    months, returns = made_months(50)
    estimates = months.estimates(returns)
    assert estimates["hedged"].value == pytest.approx(returns["hedged"][:5].mean() - 0.001)
    assert estimates["home_cash"].value == 0.0
    assert months.apart(returns["hedged"], returns["unhedged"]).payoff.value == pytest.approx(0.01)


def test_growth_apart_is_the_difference_of_both_compounded():
    months, returns = made_months(48)
    apart = months.apart(returns["hedged"], returns["unhedged"]).growth
    hedged, unhedged = ((1 + returns[key]).prod() ** 0.25 - 1 for key in ("hedged", "unhedged"))
    assert apart.value == pytest.approx(hedged - unhedged)


def test_an_interval_holds_the_difference_that_every_resample_has(monkeypatch):
    """Where hedged earns 1 % more in every month, every resample says 1 %."""
    monkeypatch.setattr(measures, "hedging_level", lambda *_: 0.9)
    months, returns = made_months(120)
    apart = months.apart(returns["unhedged"] + 0.01, returns["unhedged"]).payoff
    assert (apart.low, apart.value, apart.high) == pytest.approx((0.01, 0.01, 0.01))


@pytest.mark.parametrize("count", [5, 11, 47])
def test_so_few_months_have_no_interval_and_below_a_year_no_growth(count):
    months, returns = made_months(count)
    apart = months.apart(returns["hedged"], returns["unhedged"])
    assert apart.payoff.value == pytest.approx(0.01)
    assert apart.payoff.low is apart.growth.low is None
    assert (apart.growth.value is None) is (count < 12)
    assert (growth_of(returns["hedged"]) is None) is (count < 12)
    assert answer_of(apart.payoff) == "unclear"


def test_a_currency_without_a_measured_level_has_no_interval():
    months, returns = made_months(240, "CNY")
    assert months.apart(returns["hedged"], returns["unhedged"]).payoff.low is None


def test_the_figures_of_one_way_by_hand():
    rng = np.random.default_rng(2)
    equity, months = rng.normal(size=(2, 24)) / 30
    way = alone("hedged", months, equity, Estimate(0.01, None, None), WHOLE)
    assert way.growth == pytest.approx((1 + months).prod() ** 0.5 - 1)
    assert way.volatility == pytest.approx(pd.Series(months).std() * 12**0.5)
    assert way.correlation == pytest.approx(pd.Series(months).corr(pd.Series(equity)))
    still = alone("home_cash", np.zeros(24), equity, Estimate(0.0, None, None), WHOLE)
    assert (still.growth, still.volatility, still.correlation) == (0.0, 0.0, None)


def test_a_split_is_weighted_by_what_was_held_and_has_the_costs():
    """Two rows, half in a fund and half in cash; a trade on the second row."""
    rows = pd.to_datetime(["2020-02-29", "2020-03-31"])
    one = {"treasury": [0.02, -0.04], "currency": [0.01, 0.02], "carry": [0.0, -0.002],
           "cross": [0.0002, 0.0]}  # fmt: skip
    parts = {name: pd.DataFrame({"IEF": values}, rows) for name, values in one.items()}
    parts["cash"] = pd.DataFrame({"CASH": [0.001, 0.001]}, rows)
    weights = pd.DataFrame({"IEF": [0.5, 1.0], "CASH": [0.5, 0.0]}, rows)
    earned = [0.5 * 0.0302 + 0.5 * 0.001, -0.022]
    returns = np.array([earned[0], earned[1] - 0.0003])
    split = split_of("hedged", parts, weights, np.array([0.0, 0.0003]), returns, 12.0)
    assert split.treasury == pytest.approx(6 * (0.01 - 0.04))
    assert split.currency == pytest.approx(6 * (0.005 + 0.02))
    assert split.carry == pytest.approx(6 * -0.002)
    assert split.cross == pytest.approx(6 * 0.0001)
    assert split.cash == pytest.approx(6 * 0.0005)
    assert split.costs == pytest.approx(6 * -0.0003)
    assert split.total == pytest.approx(6 * returns.sum())


def test_growth_begins_at_one_in_every_way():
    index = pd.period_range("2020-01", periods=3, freq="M")
    grown = growth_paths([pd.Series([50.0, 55.0, 60.5], index), pd.Series([2.0, 1.0, 3.0], index)])
    assert grown.months == ("2020-01", "2020-02", "2020-03")
    assert grown.paths[0] == pytest.approx((1.0, 1.1, 1.21))
    assert grown.paths[1] == (1.0, 0.5, 1.5)


def test_the_worst_tenth_of_no_months_is_none():
    assert [worst_of(count) for count in (0, 1, 10, 11)] == [0, 1, 1, 2]

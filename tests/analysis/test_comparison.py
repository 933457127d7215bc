"""Comparing: hand-made paths, and noise that must be called noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import comparison
from backtests.analysis.comparison import (
    JOINT,
    calendar_years,
    differences,
    is_beyond_noise,
    monthly_sharpe,
    monthly_volatility,
    rolling_growth,
    standing,
    traded_in,
)
from backtests.analysis.metrics import sharpe, volatility
from backtests.analysis.months import cvar, growth
from backtests.analysis.resampling import Estimate, Sample

DAYS = pd.date_range("2000-01-31", periods=241, freq="ME")


def level(returns: np.ndarray) -> pd.Series:
    return pd.Series(np.r_[1.0, np.cumprod(1 + returns)], DAYS[: len(returns) + 1])


def test_sharpe_along_the_last_axis_is_the_metric():
    rng = np.random.default_rng(1)
    returns, cash = rng.normal(0.01, 0.03, (4, 60)), np.full((4, 60), 0.002)
    each = [sharpe(r, c, 12) for r, c in zip(returns, cash, strict=True)]
    np.testing.assert_allclose(monthly_sharpe(returns, cash), each, rtol=1e-12)


def test_volatility_along_the_last_axis_is_the_metric():
    returns = np.random.default_rng(1).normal(0.01, 0.03, (4, 60))
    each = [volatility(row, 12) for row in returns]
    np.testing.assert_allclose(monthly_volatility(returns), each, rtol=1e-12)


def test_a_sure_gain_is_beyond_noise_and_a_twin_is_noise():
    rng = np.random.default_rng(2)
    base = rng.normal(0.006, 0.03, 240)
    noise = rng.normal(0.0, 0.01, 240)
    noise -= noise.mean()
    values = pd.DataFrame(
        {"a": level(base), "better": level(base + 0.002), "twin": level(base + noise)}
    )
    by_name = differences(values, level(np.full(240, 0.002)))
    assert set(by_name) == {"better", "twin"}
    better, twin = by_name["better"], by_name["twin"].cagr_monthly
    # 0.2 points a month, every month: the interval is far from zero.
    growth = better.cagr_monthly
    assert 0.02 < growth.low < growth.value < growth.high < 0.03
    assert better.sharpe_monthly.low > 0
    assert twin.low < 0 < twin.high


MEASURES = ("cagr_monthly", "volatility_monthly", "sharpe_monthly", "max_drawdown_monthly",
            "cvar_95_monthly")  # fmt: skip
BILLS = np.full(240, 0.002)


def test_every_difference_by_hand():
    """Twelve months: a falls by 10 % and 20 % in a row, b by half as much; else both earn 1 %."""
    a = np.r_[np.full(5, 0.01), -0.10, -0.20, np.full(5, 0.01)]
    b = np.r_[np.full(5, 0.01), -0.05, -0.10, np.full(5, 0.01)]
    cash = pd.Series(1.0, DAYS[:13])
    values = pd.DataFrame({name: level(path) for name, path in (("a", a), ("b", b))}, DAYS[:13])
    told = differences(values, cash)["b"]
    assert told.max_drawdown_monthly.value == pytest.approx(0.95 * 0.9 - 0.9 * 0.8)
    # The worst twentieth of twelve months is one month.
    assert told.cvar_95_monthly.value == pytest.approx(0.10)
    spread = [np.sqrt(12 * ((x - x.mean()) ** 2).sum() / 11) for x in (a, b)]
    assert told.volatility_monthly.value == pytest.approx(spread[1] - spread[0])
    assert told.cagr_monthly.value == pytest.approx(np.prod(1 + b) - np.prod(1 + a))
    # A year is too short for any interval.
    assert {getattr(told, name).low for name in MEASURES} == {None}
    assert is_beyond_noise(told.cagr_monthly) is None


def legs_of(equity: np.ndarray, hedge: np.ndarray, months: pd.DatetimeIndex = DAYS[1:]):
    return pd.DataFrame(
        {"equity": equity, "hedge": hedge, "cash": 0.002},
        index=months.to_period("M")[-len(equity) :],
    )


def test_the_payoff_is_of_the_worst_tenth_of_each_runs_own_equity():
    """Twenty months: two are the worst tenth."""
    equity = np.linspace(-0.10, 0.09, 20)
    other = equity[::-1]
    bonds = np.r_[0.03, 0.01, np.zeros(16), 0.04, 0.06]
    values = pd.DataFrame({"a": level(equity), "b": level(other)}, DAYS[:21])
    index = DAYS[1:21]
    legs = {"a": legs_of(equity, bonds, index), "b": legs_of(other, bonds, index)}
    told = differences(values, pd.Series(1.0, DAYS[:21]), legs)["b"].payoff
    # a: 3 % and 1 % less bills; b falls in the last two months: 4 % and 6 % less bills.
    assert told.value == pytest.approx(0.05 - 0.02)
    assert (told.low, told.high) == (None, None)  # docs/coverage.md: too few months


def test_a_run_without_a_hedge_has_no_payoff_and_the_months_are_those_that_both_have():
    rng = np.random.default_rng(5)
    equity, bonds = rng.normal(0.006, 0.04, 240), rng.normal(0.003, 0.02, 240)
    values = pd.DataFrame({name: level(equity) for name in ("a", "b", "c")})
    cash, late = level(BILLS), equity[-120:]
    legs = {"a": legs_of(equity, bonds), "b": legs_of(late, 2 * bonds[-120:])}
    told = differences(values, cash, legs)
    worst = np.argsort(late)[:12]
    assert told["b"].payoff.value == pytest.approx(bonds[-120:][worst].mean())
    assert told["c"].payoff == Estimate(None, None, None)
    del legs["a"]
    assert differences(values, cash, legs)["b"].payoff.value is None


def test_what_a_currency_hedge_alone_changed_has_the_intervals_of_which_hedge():
    """60 months of yen: 94 % by that table, none by that of payoffs; euro has none there either."""
    rng = np.random.default_rng(8)
    equity, bonds = rng.normal(0.006, 0.04, 60), rng.normal(0.003, 0.02, 60)
    values = pd.DataFrame({name: level(equity) for name in "abc"})
    legs = {"a": legs_of(equity, bonds, DAYS[1:61])}
    legs["b"] = legs["c"] = legs_of(equity, bonds + rng.normal(0.01, 0.02, 60), DAYS[1:61])
    bills = level(BILLS[:60])
    told = differences(values, bills, legs, {"b": "JPY"})
    assert told["b"].payoff.low < told["b"].payoff.value < told["b"].payoff.high
    assert told["c"].payoff == Estimate(told["b"].payoff.value, None, None)
    assert differences(values, bills, legs, {"b": "EUR"})["b"].payoff.low is None


def test_a_copy_in_another_currency_differs_by_nothing():
    rng = np.random.default_rng(6)
    months = pd.date_range("1960-01-31", periods=721, freq="ME")
    equity, bonds = rng.normal(0.006, 0.04, 720), rng.normal(0.003, 0.02, 720)
    own = pd.Series(np.r_[1.0, np.cumprod(1 + equity)], months)
    values = pd.DataFrame({"a": own, "b": 1234.5 * own})
    legs = dict.fromkeys("ab", legs_of(equity, bonds, months[1:]))
    told = differences(values, pd.Series(1.0, months), legs)["b"]
    for name in (*MEASURES, "payoff"):
        estimate = getattr(told, name)
        ends = (estimate.low, estimate.value, estimate.high)
        assert ends == pytest.approx((0.0, 0.0, 0.0), abs=1e-12), name
        assert is_beyond_noise(estimate) is False, name


def test_bills_against_equity_have_less_of_every_risk_beyond_noise():
    rng = np.random.default_rng(7)
    equity = rng.normal(0.006, 0.045, 720)
    days = pd.date_range("1960-01-31", periods=721, freq="ME")
    cash = pd.Series(1.002 ** np.arange(721), days)
    values = pd.DataFrame({"equity": np.r_[1.0, np.cumprod(1 + equity)], "bills": cash}, days)
    told = differences(values, cash)["bills"]
    assert told.volatility_monthly.high < 0.0
    assert told.max_drawdown_monthly.low > 0.0
    assert told.cvar_95_monthly.low > 0.0
    for name in MEASURES[1:2] + MEASURES[3:]:
        assert is_beyond_noise(getattr(told, name)) is True, name


def test_the_same_months_are_drawn_for_both():
    """What differs by a constant differs by a constant in every resample; apart it would not."""
    rng = np.random.default_rng(8)
    base = rng.normal(0.006, 0.04, 240)
    values = pd.DataFrame({"a": level(base), "b": level(base + 0.0001), "c": level(base[::-1])})
    told = differences(values, level(BILLS))
    for name in ("cagr_monthly", "cvar_95_monthly", "max_drawdown_monthly"):
        pair, apart = (getattr(told[key], name) for key in "bc")
        assert (pair.high - pair.low) < 0.05 * (apart.high - apart.low), name
        assert is_beyond_noise(pair) is True
    assert told["b"].cvar_95_monthly.value == pytest.approx(0.0001, abs=1e-9)


@pytest.mark.parametrize(
    ("ends", "conclusion"),
    [
        ((0.01, 0.03), True), ((-0.03, -0.01), True), ((-0.01, 0.01), False),
        ((1e-16, 3e-16), False), ((None, None), None),
    ],
)  # fmt: skip
def test_beyond_noise_is_an_interval_without_zero(ends, conclusion):
    assert is_beyond_noise(Estimate(0.02, *ends)) is conclusion


def test_turnover_and_costs_by_hand():
    rows = DAYS[:13]
    values = pd.Series(100.0, rows)
    orders = pd.DataFrame(
        {
            "date": [rows[1], rows[5], rows[5], rows[9]],
            "value": [100.0, 10.0, 10.0, 20.0],
            "fee": [0.1, 0.01, 0.01, 0.02],
            "slippage": [0.0, 0.0, 0.0, 0.01],
        }
    )
    # (20 + 20) / 2 / 100; the first purchase has costs only.
    assert traded_in(orders, values, values.index[1]) == (pytest.approx(0.2), pytest.approx(0.15))
    # From row 5 on the orders of row 5 are before the span.
    later = values.iloc[5:]
    turnover, costs = traded_in(orders, later, None)
    assert turnover == pytest.approx(0.1)
    assert costs == pytest.approx(0.03)


def test_costs_with_cash_flows_are_those_of_a_unit():
    """100 and a unit of 100; then 100 paid in, so that a unit is half of the money, then ruin.

    Row 1 pays 1 for the payment, of the 100 there before: 1 a unit, as its return is (199 - 100) /
    100 - 1. Row 2 pays 2 of 199: 99 x 2 / 199. Row 3, where nothing is left, pays 3 of 197.
    """
    rows = DAYS[:4]
    wealth = pd.Series([100.0, 199.0, 197.0, 0.0], rows)
    unit = pd.Series([100.0, 99.0, 99.0 * 197 / 199, 99.0 * 194 / 199], rows)
    orders = pd.DataFrame(
        {
            "date": rows[[1, 2, 3]],
            "value": [100.0, 50.0, 197.0],
            "fee": [1.0, 1.5, 3.0],
            "slippage": [0.0, 0.5, 0.0],
        }
    )
    _, costs = traded_in(orders, wealth, rows[0], unit)
    assert costs == pytest.approx(1.0 + 99 * 2 / 199 + 99 * 3 / 199)
    assert costs == pytest.approx(100.0 - unit.iloc[-1])  # prices stood: costs took all that fell
    # Cut to the rows from the payment on: its costs lie before.
    _, costs = traded_in(orders, wealth.iloc[1:], None, unit.iloc[1:])
    assert costs == pytest.approx(99 * 5 / 199)
    # Without flows one is the other, to the last digit.
    assert traded_in(orders, unit, rows[0], unit) == traded_in(orders, unit, rows[0])


def test_all_that_is_sold_in_a_ruin_is_half_a_turnover():
    """As the engine counts it: orders of 100 in a portfolio of which nothing is left."""
    values = pd.Series([100.0, 100.0, 0.0], DAYS[:3])
    orders = pd.DataFrame({"date": DAYS[2:3], "value": [100.0], "fee": [0.0], "slippage": [0.0]})
    assert traded_in(orders, values, DAYS[0]) == (0.5, 0.0)


def test_rolling_growth_and_years_by_hand():
    months = pd.DataFrame(
        {"a": [1.0, 1.1, 1.21]}, index=pd.period_range("2000-01", periods=3, freq="M")
    )
    assert rolling_growth(months, 1)["a"].to_numpy() == pytest.approx(1.1**12 - 1)
    # Over two months to 1.21: there are six such spans in a year.
    two = rolling_growth(months, 2)["a"]
    assert [str(month) for month in two.index] == ["2000-03"]
    assert two.to_numpy() == pytest.approx(1.21**6 - 1)
    steady = pd.DataFrame({"a": level(np.full(240, 0.01))})
    assert calendar_years(steady)["a"].to_numpy() == pytest.approx(1.01**12 - 1)


def two_paths(months: int) -> tuple[pd.DataFrame, pd.Series]:
    base = np.random.default_rng(9).normal(0.006, 0.03, months)
    days = pd.date_range("1960-01-31", periods=months + 1, freq="ME")
    paths = {"a": base, "b": 0.5 * base}
    values = {name: np.r_[1.0, np.cumprod(1 + path)] for name, path in paths.items()}
    return pd.DataFrame(values, days), pd.Series(1.0, days)


# By months: the wider level of what docs/coverage.md found for more or less equity and for another
# hedge; None where it found that no level covers.
WIDTHS = {
    60: {"cagr": 0.95, "volatility": None, "sharpe": 0.95, "cvar_95": None},
    239: {"cagr": 0.95, "volatility": None, "sharpe": 0.94, "cvar_95": None},
    240: {"cagr": 0.92, "volatility": None, "sharpe": 0.94, "cvar_95": 0.98},
    480: {"cagr": 0.92, "volatility": None, "sharpe": 0.92, "cvar_95": 0.97},
    720: {"cagr": 0.92, "volatility": 0.98, "sharpe": 0.92, "cvar_95": 0.94},
}


@pytest.mark.parametrize("months", WIDTHS)
def test_an_interval_is_as_wide_as_its_coverage_asks(months):
    values, cash = two_paths(months)
    told = differences(values, cash)["b"]
    returns = values.pct_change().iloc[1:]
    sample = Sample(returns.assign(cash=0.0), ["a", "b"])
    measures = {"cagr": growth, "volatility": monthly_volatility, "cvar_95": cvar}
    for name, width in WIDTHS[months].items():
        estimate = getattr(told, f"{name}_monthly")
        assert estimate.value is not None
        if width is None:
            assert (estimate.low, estimate.high) == (None, None), name
        else:
            measure, more = (
                (monthly_sharpe, ("cash",)) if name == "sharpe" else (measures[name], ())
            )
            drawn = sample.drawn_difference(measure, ("b", *more), ("a", *more))
            ends = np.quantile(drawn, [(1 - width) / 2, (1 + width) / 2])
            assert (estimate.low, estimate.high) == pytest.approx(tuple(ends), rel=1e-12), name
    # A range of resampled histories is no interval: it has 90 %, however few.
    assert told.max_drawdown_monthly.low is not None


def test_what_stands_out_among_many_is_larger_than_the_largest_error_of_any():
    """Errors of -2 to 2 standard errors in turn: of two differences the larger error counts."""
    grid = np.linspace(-2.0, 2.0, 4001)
    drawn = np.array([grid, np.roll(grid, 2000)])  # where one is near 0 the other is at its ends
    # Alone, 90 % of the errors lie within 1.8; the larger of both is beyond that twice as often.
    for far, alone, together in ((1.75, False, False), (1.85, True, False), (1.95, True, True)):
        assert standing(np.array([far]), drawn[:1] + far, 0.90).tolist() == [alone]
        both = standing(np.array([far, 0.0]), drawn + np.array([[far], [0.0]]), 0.90)
        assert both.tolist() == [together, False]
        # In units of its own standard error, so that points and percent count alike.
        both = standing(
            np.array([-100 * far, 0.0]), drawn * [[100.0], [1.0]] - [[100 * far], [0]], 0.9
        )
        assert both.tolist() == [together, False]


def test_what_is_the_same_in_every_resample_is_sure():
    drawn = np.array([np.full(100, 0.01), np.zeros(100), np.linspace(-1, 1, 100)])
    assert standing(np.array([0.01, 0.0, 0.0]), drawn, 0.98).tolist() == [True, False, False]
    assert standing(np.array([0.01]), drawn[:1], 0.98).tolist() == [True]


def test_of_portfolios_that_do_not_differ_few_comparisons_find_one():
    """Ten of one law, twenty years, forty times: a cell has the word in most, the joint test not.

    Where no truth differs at most 14 comparisons in 100 may find a difference: of forty, six.
    """
    rng = np.random.default_rng(23)
    days = pd.date_range("2000-01-31", periods=241, freq="ME")
    cash, single, joint = pd.Series(1.0025 ** np.arange(241), days), 0, 0
    for _ in range(40):
        common = rng.standard_t(5, size=(240, 1)) * 0.03 + 0.006
        grown = np.cumprod(1 + common + rng.normal(0, 0.01, (240, 10)), axis=0)
        values = pd.DataFrame(np.vstack([np.ones(10), grown]), days, [f"p{n}" for n in range(10)])
        told = differences(values, cash).values()
        single += any(is_beyond_noise(getattr(each, key)) for each in told for key in JOINT)
        joint += any(each.stands for each in told)
    assert joint <= 6 < 15 <= single


def test_a_real_difference_stands_among_many_with_its_price():
    """Half the risk and half the return over 60 years, beside nine that differ by noise alone."""
    rng = np.random.default_rng(11)
    base = rng.normal(0.008, 0.04, 720)
    days = pd.date_range("1960-01-31", periods=721, freq="ME")
    paths = {"first": base, "half": 0.5 * base}
    paths |= {f"p{n}": base + rng.normal(0, 0.005, 720) for n in range(9)}
    values = pd.DataFrame({k: np.r_[1.0, np.cumprod(1 + v)] for k, v in paths.items()}, days)
    told = differences(values, pd.Series(1.0, days))
    assert told["half"].stands == ("cagr_monthly", "cvar_95_monthly")
    assert told["half"].cvar_95_monthly.value > 0 > told["half"].cagr_monthly.value
    assert {told[f"p{n}"].stands for n in range(9)} == {()}


def test_what_is_told_of_a_run_that_stands_is_what_its_cells_say(monkeypatch):
    """The loss alone stands among all: the growth given up for it is told by its own interval."""
    only = np.array([False, True, False, False])  # growth and CVaR of b, then of c
    monkeypatch.setattr(comparison, "standing", lambda *_: only)
    values, cash = two_paths(720)
    values["c"] = values["b"]
    told = differences(values, cash)
    assert is_beyond_noise(told["b"].cagr_monthly) is True
    assert told["b"].stands == JOINT
    assert told["c"].stands == ()


def test_a_headline_has_nothing_that_its_cell_calls_noise(monkeypatch):
    monkeypatch.setattr(comparison, "standing", lambda values, *_: np.ones(len(values), dtype=bool))
    values, cash = two_paths(240)
    values["c"] = values["a"] * (1 + 1e-4 * np.sin(np.arange(241)))
    told = differences(values, cash)
    for each in told.values():
        assert each.stands == tuple(key for key in JOINT if is_beyond_noise(getattr(each, key)))
    assert told["c"].stands == ()
    # Twelve months have no interval, and nothing stands.
    assert differences(values.iloc[:13], cash.iloc[:13])["b"].stands == ()

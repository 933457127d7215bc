"""The state of the hedge on the last session of a market, and what its base rates are about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.base_rates import DOLLAR_EQUITY
from backtests.analysis.hedge_state import HedgeState, Indicator
from backtests.engine import ledger, today
from backtests.engine.config import RunConfig
from backtests.engine.long_view import long_evidence, long_run
from backtests.engine.money import Money
from backtests.engine.run import Run
from backtests.engine.stock_bond import seven_to_ten_years
from backtests.engine.today import bundled_past, past_of, state_today
from backtests.jobs import make_run, state_of_run
from data import bundled
from data.currency.conversion import Investor
from data.market import CASH, Market
from data.records import from_json, ten_digits, to_json
from data.sources import files

KEYS = ["inflation", "correlation", "inflation_deviation", "yield", "slope"]


def run_of(strategy: str = "hedge_mix", **settings) -> Run:
    return make_run(RunConfig(strategy, **{"source": "bundled", **settings}), engine=ledger.fill)


@pytest.fixture(scope="module")
def default() -> HedgeState:
    return state_of_run(run_of())


def by_key(state: HedgeState) -> dict[str, Indicator]:
    return {indicator.key: indicator for indicator in state.indicators}


def state_at(market: Market, ticker: str = "SPY") -> HedgeState:
    return state_today(market, market.prices[ticker], seven_to_ten_years(market))


def daily(first: str, last: str, **rates) -> Market:
    days = pd.bdate_range(first, last)
    rng = np.random.default_rng(4)
    prices = 100 * np.exp(np.cumsum(rng.normal(0.0003, 0.01, (len(days), 2)), axis=0))
    return Market(
        source="made", title="made", prices=pd.DataFrame(prices, days, ["SPY", "IEF"]),
        cash=pd.Series(100.0, days, name=CASH), periods_per_year=252, provenance={}, **rates,
    )  # fmt: skip


def test_the_bundled_default_by_published_figures(default):
    table = bundled.table()
    assert default.as_of == "2025-12-31"
    assert (default.equity, default.hedge) == (("SPY",), ("IEF",))
    assert (default.first, default.last) == ("1962-03", "2025-12")
    all_five = by_key(default)
    assert list(all_five) == KEYS
    # CPI of November 2025, the newest that is public by the end of the year, over November 2024.
    inflation = table["cpi_sa"]["2025-11"] / table["cpi_sa"]["2024-11"] - 1
    assert all_five["inflation"].value == pytest.approx(inflation)
    assert all_five["inflation"].as_of == all_five["inflation_deviation"].as_of == "2025-11"
    assert all_five["yield"].value == 4.18  # H.15, end of December 2025
    assert all_five["slope"].value == pytest.approx(4.18 - 3.48)
    assert all_five["yield"].line == pytest.approx(table["cmt_10y_pct"].median())
    levels = bundled.load(["SPY", "IEF"]).prices.pct_change().iloc[-36:]
    assert all_five["correlation"].value == pytest.approx(levels.corr().iloc[0, 1])
    sides = [indicator.for_the_hedge for indicator in default.indicators]
    assert sides == [True, False, False, True, False]
    assert (default.for_the_hedge, default.against) == (2, 3)
    assert [each.key for each in default.indicators if each.in_sample] == ["inflation"]
    assert from_json(HedgeState, to_json(default)) == default


@pytest.mark.parametrize("weights", [{"SPY": 0.6, "IEF": 0.4}, {"SPY": 0.6, "TLT": 0.4}])
def test_base_rates_of_the_correlation_are_the_verdicts_own(weights):
    run = run_of(params={"weights": weights})
    negative, positive = by_key(state_of_run(run))["correlation"].rates
    evidence = ten_digits(long_evidence(long_run(run)))
    for rate, state in ((negative, evidence.negative), (positive, evidence.positive)):
        assert rate.label == state.name
        assert rate.months == state.payoff.months
        assert rate.payoff == state.payoff.estimate
    assert negative.payoff.low is not None


def test_base_rates_of_the_ground_truth(default):
    """VERDICT: +1.19 after negative correlation, -1.11 after positive."""
    negative, positive = by_key(default)["correlation"].rates
    assert (negative.months, negative.for_the_hedge) == (281, True)
    assert 100 * negative.payoff.value == pytest.approx(1.19, abs=0.05)
    assert 100 * positive.payoff.value == pytest.approx(-1.11, abs=0.05)
    for indicator in default.indicators:  # of the ten-year bond; no side has changed its order
        ours, other = indicator.rates
        assert ours.for_the_hedge > other.for_the_hedge
        assert ours.payoff.value > other.payoff.value


@pytest.mark.parametrize(
    ("strategy", "params", "equity", "hedge"),
    [
        ("hedge_mix", {"weights": {"SPY": 0.6, "SHY": 0.2, "TLT": 0.2}}, ("SPY",), ("SHY", "TLT")),
        ("equity_only", {"ticker": "SPY"}, ("SPY",), ("IEF",)),  # no hedge of its own
    ],
)
def test_base_rates_are_about_the_runs_own_hedge(strategy, params, equity, hedge):
    past = past_of(long_run(run_of(strategy, params=params)))
    assert (past.equity, past.hedge) == (equity, hedge)


def test_without_bundled_months_of_its_own_they_are_about_spy_and_ief():
    past = past_of("the bundled months do not know GLD")
    assert past.stand_in == "the bundled months do not know GLD"
    assert past.returns is bundled_past().returns
    assert bundled_past().stand_in == ""
    assert (past.equity, past.hedge) == (("SPY",), ("IEF",))
    levels = bundled.load(["SPY", "IEF"])
    returns = levels.levels(["SPY", "IEF"]).pct_change().iloc[1:]
    np.testing.assert_allclose(past.returns["hedge"], returns["IEF"])
    np.testing.assert_allclose(past.returns["bond"], returns["IEF"])
    np.testing.assert_allclose(past.returns["cash"], returns[CASH])


def test_nothing_that_came_after_the_end_of_the_data_counts(default):
    market = bundled.load(["SPY", "IEF"])
    cut = state_at(market.until(pd.Timestamp("1990-12-31")))
    assert (cut.as_of, cut.last) == ("1990-12-31", "1990-12")
    for now, later in zip(cut.indicators, default.indicators, strict=True):
        assert now.as_of in ("1990-11", "1990-12")
        for before, after in zip(now.rates, later.rates, strict=True):
            assert 0 < before.months < after.months
            assert before.windows_apart < after.windows_apart
    # 340 whole months from March 1962 on, and January 1965 is the first that has a correlation.
    months = sum(rate.months for rate in by_key(cut)["correlation"].rates)
    assert months == len(pd.period_range("1965-02", "1990-12", freq="M"))


def test_within_a_month_only_its_own_figures_are_those_of_today():
    """The bundled table's figures of a month are those of its end."""
    days = pd.bdate_range("2005-01-03", "2015-06-12")
    without = by_key(state_at(daily("2005-01-03", "2015-06-12")))
    table = bundled.table()
    assert (without["yield"].as_of, without["yield"].value) == (
        "2015-05", table.loc["2015-05", "cmt_10y_pct"],
    )  # fmt: skip
    # At the end of May the CPI of April is public, that of May is not.
    assert without["inflation"].as_of == "2015-04"
    assert without["correlation"].as_of == "2015-05"
    curve = pd.DataFrame({1.0: 1.0, 10.0: np.linspace(4, 2, len(days))}, days)
    own = by_key(state_at(daily("2005-01-03", "2015-06-12", yields=curve)))
    assert (own["yield"].as_of, own["yield"].value) == ("2015-06", 2.0)
    assert (own["slope"].as_of, own["slope"].value) == ("2015-06", 1.0)
    assert own["inflation"].as_of == "2015-04"
    ended = by_key(state_at(daily("2005-01-03", "2015-06-30")))
    assert ended["yield"].as_of == ended["correlation"].as_of == "2015-06"
    assert ended["inflation"].as_of == "2015-05"


def test_figures_that_are_older_than_the_data_are_said_and_not_shown():
    all_five = by_key(state_at(daily("2015-01-01", "2026-11-27")))
    reasons = {key: indicator.missing for key, indicator in all_five.items()}
    assert reasons == {
        "inflation": "the newest figure is of 2025-11, 10 months too old",
        "correlation": "",
        "inflation_deviation": "the newest figure is of 2025-11, 10 months too old",
        "yield": "the newest figure is of 2025-12, 11 months too old",
        "slope": "the newest figure is of 2025-12, 11 months too old",
    }
    assert all_five["yield"].value is all_five["yield"].for_the_hedge is None
    assert all_five["yield"].rates[0].months > 0  # what is past is past all the same


def test_before_the_bundled_months_there_are_no_base_rates():
    state = state_at(daily("1950-01-02", "1955-12-30"))
    assert (state.first, state.last) == (None, None)
    assert {rate.months for indicator in state.indicators for rate in indicator.rates} == {0}
    assert by_key(state)["correlation"].value is not None


def test_base_rates_of_equal_months_are_worked_out_once(monkeypatch):
    market = bundled.load(["SPY", "IEF"]).until(pd.Timestamp("1988-05-31"))
    first = state_at(market)
    monkeypatch.setattr(today, "base_rates", None)  # cannot be called again
    assert state_at(market) == first


def test_real_daily_histories(yahoo_folder):
    """A folder without rates of its own: the table's, as far as they were known that day."""
    market = files.load(yahoo_folder, ["SPY", "IEF"])
    all_five = by_key(state_at(market))
    closes = market.prices[:"2025-08-29"].resample("ME").last().pct_change().iloc[-36:]
    assert all_five["correlation"].as_of == "2025-08"
    assert all_five["correlation"].value == pytest.approx(closes.corr().iloc[0, 1])
    assert all_five["yield"].as_of == "2025-08"
    assert all_five["inflation"].as_of == "2025-07"


def test_todays_lines_are_those_of_the_base_rates(rates_folder):
    """A folder with consumer prices since 1947 and yields of its own since 1993."""
    market = files.load(rates_folder.parent, ["SPY", "IEF"])
    assert str(market.cpi_by_month.index[0].date()) == "1947-01-01"
    month = f"{market.sessions[-1]:%Y-%m}"
    own = by_key(state_at(market))
    cut = by_key(state_at(bundled.load(["SPY", "IEF"]).until(pd.Timestamp("2025-08-31"))))
    assert month == "2025-09"
    for key in ("inflation", "inflation_deviation"):
        assert own[key].as_of == cut[key].as_of == "2025-07"
        assert own[key].value == pytest.approx(cut[key].value, abs=2e-4)
        assert own[key].line == pytest.approx(cut[key].line, abs=3e-5)
    assert own["yield"].as_of == "2025-09"
    assert own["yield"].line == pytest.approx(cut["yield"].line, abs=0.02)
    assert own["slope"].line == pytest.approx(cut["slope"].line, abs=0.02)


def test_a_yen_runs_correlation_ahead_is_that_of_dollars():
    """The same months in dollars and in yen are followed by the same correlations."""
    run = run_of(money=Money("JPY"))
    abroad, dollars = past_of(long_run(run)), bundled_past().returns
    months = abroad.returns.index
    assert abroad.returns[DOLLAR_EQUITY].to_numpy() == pytest.approx(
        dollars.loc[months, "equity"].to_numpy(), abs=1e-12
    )
    assert not np.allclose(abroad.returns["equity"], dollars.loc[months, "equity"], atol=1e-3)
    state = state_of_run(run)
    assert state.investor == Investor("JPY", "home")
    assert by_key(state)["correlation"].value == pytest.approx(0.496, abs=0.02)

"""What the hedge costs: published figures, cases by hand, and the rule that judges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.hedge import deepest
from backtests.analysis.metrics import volatility
from backtests.analysis.months import cvar, growth
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.cost import (
    FUNDS,
    Mixes,
    affordable_hedge,
    held_since,
    judged,
    mixes_of,
    saved_a_point,
)
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import monthly_returns
from data import bundled
from data.load import load_market
from data.market import CASH
from tests.conftest import market_of

MONTHS = pd.date_range("2005-01-31", "2025-12-31", freq="ME")


@pytest.fixture(scope="module")
def months():
    return bundled.load(bundled.TICKERS)


@pytest.fixture(scope="module")
def claim(months):
    return affordable_hedge(Exhibits(months, None, ""))


def exhibits(fund: float, cash: float, seed: int = 5, index: pd.DatetimeIndex = MONTHS) -> Exhibits:
    """Equity with risk, and funds and bills that earn the same every month."""
    moves = np.random.default_rng(seed).normal(0.006, 0.04, len(index))
    row = np.arange(len(index))
    prices = pd.DataFrame(
        {"SPY": 100 * np.exp(np.cumsum(moves)), "IEF": 100 * (1 + fund) ** row,
         "TLT": 100 * (1 + fund) ** row},
        index,
    )  # fmt: skip
    bills = pd.Series(100 * (1 + cash) ** row, index, name=CASH)
    return Exhibits(market_of(prices, bills, 12), None, "")


# Published figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fund", "a_year", "risk", "fall", "tail"),
    [("IEF", 8.20, 8.97, -29.46, -5.72), ("TLT", 8.46, 9.92, -28.45, -6.50)],
)
def test_sixty_forty_of_the_real_funds(yahoo_folder, fund, a_year, risk, fall, tail):
    """Funds from 2003 to 2024, rebalanced monthly, worked out elsewhere."""
    market = load_market(f"files:{yahoo_folder}", ["SPY", fund])
    mixes = Mixes(monthly_returns(market, ["SPY", fund]).loc["2003-01":"2024-12"], fund)
    hedged = mixes.column("hedged")
    assert mixes.months == 264
    assert 100 * growth(hedged) == pytest.approx(a_year, abs=0.006)
    assert 100 * volatility(hedged, 12.0) == pytest.approx(risk, abs=0.006)
    assert 100 * deepest(hedged) == pytest.approx(fall, abs=0.006)
    assert 100 * cvar(hedged) == pytest.approx(tail, abs=0.006)
    assert 100 * cvar(mixes.column("equity")) == pytest.approx(-9.33, abs=0.006)


# By hand -----------------------------------------------------------------------------------------


def test_two_months_by_hand():
    index = pd.period_range("2020-01", periods=2, freq="M")
    returns = pd.DataFrame({"SPY": [0.10, -0.10], "IEF": [-0.05, 0.05], CASH: [0.01, 0.0]}, index)
    mixes = Mixes(returns, "IEF")
    assert mixes.column("hedged") == pytest.approx([0.04, -0.04])
    assert mixes.column("bills") == pytest.approx([0.064, -0.06])
    over = (1.04 * 0.96) ** 6 - (1.064 * 0.94) ** 6
    assert mixes.over == pytest.approx(over, rel=1e-12)


def test_saved_for_a_point_given_up():
    equity, hedged = np.array([0.10, -0.05]), np.array([0.05, -0.02])
    given = (1.10 * 0.95) ** 6 - (1.05 * 0.98) ** 6
    assert saved_a_point(hedged, equity) == pytest.approx(0.03 / given)
    assert math.isnan(saved_a_point(np.array([0.10, -0.02]), equity))  # free protection


def test_since_the_article_by_hand():
    """From its close, with weights restored at the end of April: 60/40 of what grew by then."""
    index = pd.DatetimeIndex(["2025-04-11", "2025-04-14", "2025-04-30", "2025-05-15"])
    prices = pd.DataFrame(
        {"SPY": [90.0, 100.0, 110.0, 121.0], "IEF": [70.0, 50.0, 50.0, 45.0]}, index
    )
    market = market_of(prices, pd.Series([1.0, 2.0, 2.0, 2.2], index, name=CASH))
    held = held_since(market, "IEF")
    assert held["equity"] == pytest.approx(0.21)
    assert held["hedged"] == pytest.approx(1.06 * 1.02 - 1)
    assert held["bills"] == pytest.approx(1.06 * 1.10 - 1)
    assert held_since(market.until(index[1]), "IEF") is None
    assert held_since(market, "TLT") is None


# The rule ----------------------------------------------------------------------------------------

GAIN, LEVEL = Estimate(0.01, 0.002, 0.02), Estimate(0.0, -0.01, 0.01)
LOSS = Estimate(-0.01, -0.02, -0.001)
UNSURE = Estimate(-0.01, -0.02, 0.001)
SAVED, LOST = Estimate(0.03, 0.02, 0.04), Estimate(-0.01, -0.02, 0.0)


@pytest.mark.parametrize(
    ("over", "saved", "word"),
    [
        ((GAIN, LEVEL), (SAVED, SAVED), "holds"),
        ((GAIN, UNSURE), (SAVED, SAVED), "holds in part"),
        ((GAIN, LOSS), (SAVED, SAVED), "holds in part"),
        ((UNSURE, UNSURE), (SAVED, SAVED), "holds in part"),
        ((LOSS, LOSS), (SAVED, SAVED), "fails"),
        ((LOSS, UNSURE), (SAVED, SAVED), "holds in part"),
        ((GAIN, GAIN), (LOST, SAVED), "holds in part"),
        ((GAIN, GAIN), (LOST, LOST), "fails"),
    ],
)
def test_the_rule(over, saved, word):
    assert judged(over, saved) == word


@pytest.mark.parametrize(
    ("fund", "cash", "word"), [(0.004, 0.001, "holds"), (0.001, 0.004, "fails")]
)
def test_funds_above_and_below_bills_without_risk(fund, cash, word):
    claim = affordable_hedge(exhibits(fund, cash))
    assert claim.judgement == word
    by_fund = [measure for measure in claim.measures if "over bills" in measure.what]
    assert [measure.decides for measure in by_fund] == [True, True]
    # 40 % of the difference of both, month by month.
    assert all((measure.value > 0) == (fund > cash) for measure in by_fund)


def test_too_few_months_are_not_judged():
    index = pd.date_range("2021-01-31", "2025-12-31", freq="ME")
    claim = affordable_hedge(exhibits(0.004, 0.001, index=index))
    assert claim.judgement == "cannot be tested here"
    assert "Fewer than 60 months" in claim.missing
    assert claim.table is None
    assert claim.after  # what came since is told all the same


# The claim ---------------------------------------------------------------------------------------


def test_nothing_after_the_article_decides(months, claim):
    ended = affordable_hedge(Exhibits(months.until(pd.Timestamp("2025-03-31")), None, ""))
    assert ended.measures == claim.measures
    assert (ended.judgement, ended.because) == (claim.judgement, claim.because)
    assert {measure.last for measure in claim.measures} == {"2025-03"}
    assert ended.after == ()
    assert "nothing after" in ended.after_words


def test_it_says_that_bills_saved_more_and_that_growth_is_not_beyond_chance(claim):
    # Mean of the worst 38 of 758 and 32 of 626 months, by own code on the published months.
    by_bills = [each for each in claim.measures if "saved with bills in place" in each.what]
    assert [100 * each.value for each in by_bills] == pytest.approx([4.033, 4.141], abs=0.001)
    assert not any(each.decides for each in by_bills)
    told = "+3.90 and +3.58 points better than equity's; with bills in their place +4.03 and +4.14"
    assert told in claim.because
    assert "Neither is beyond chance." in claim.because


def test_the_claim_has_its_rule_and_rows(claim):
    assert claim.number == 11
    assert "It fails where" in claim.refuted_by
    names = [row.name for row in claim.table.rows]
    assert names[0] == "Equity alone, 1962-02 to 2025-03"
    assert [name for name in names if name.startswith("TLT")] == [
        "TLT, 1973-02 to 2025-03", "TLT, 1973-02 to 1981-12", "TLT, 1982-01 to 1999-12",
        "TLT, 2000-01 to 2021-12", "TLT, 2022-01 to 2025-03",
    ]  # fmt: skip
    assert all(len(row.values) == len(claim.table.heads) for row in claim.table.rows)
    assert len(claim.table.units) == len(claim.table.heads)
    free = next(row for row in claim.table.rows if row.name == "TLT, 2000-01 to 2021-12")
    assert free.values[2] < 0  # it grew more than equity
    assert free.values[5] is None


def test_measures_are_those_of_the_mixes(months, claim):
    mixes = mixes_of(months.until(pd.Timestamp("2025-03-31")), "IEF")
    over, saved = claim.measures[0], claim.measures[1]
    assert over.value == pytest.approx(mixes.over)
    assert over.low < over.value < over.high
    assert (over.n, over.n_of, over.first) == (758, "months", "1962-02")
    tails = cvar(mixes.column("hedged")) - cvar(mixes.column("equity"))
    assert saved.value == pytest.approx(float(tails))


def test_shorter_daily_prices_leave_the_months(months, claim):
    index = pd.bdate_range("2015-01-02", "2025-06-30")
    prices = pd.DataFrame(dict.fromkeys(("SPY", *FUNDS), 100.0), index)
    assert affordable_hedge(Exhibits(months, market_of(prices), "")) == claim
    assert affordable_hedge(Exhibits(months, market_of(prices[["SPY", "IEF"]]), "")) == claim


def test_daily_prices_as_long_are_asked():
    short = exhibits(0.004, 0.001)
    index = pd.bdate_range("2005-01-03", "2025-12-31")
    level = pd.DataFrame(dict.fromkeys(("SPY", *FUNDS), 100.0), index)
    asked = affordable_hedge(Exhibits(short.months, market_of(level), ""))
    assert asked.measures[0].value == 0.0  # nothing moves in these

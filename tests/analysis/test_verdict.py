"""The verdict of made cases, whose answer is known beforehand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import decide
from backtests.analysis.resampling import Estimate, Sample
from backtests.analysis.verdict import (
    BLOCK_COLUMNS,
    Case,
    _state_at,
    first_word,
    judge,
)
from data.records import to_json

MONTHS = 240


@pytest.fixture(autouse=True)
def ninety_percent(monkeypatch):
    """The level of the intervals that decide, whatever the table says."""
    monkeypatch.setattr(decide, "level_of", lambda measure, months: 0.90)


def case(
    hedge: np.ndarray, equity: np.ndarray, *, cash: float = 0.002, weight: float = 0.6
) -> Case:
    """Month-end levels of a 60/40 mix of given monthly returns, with no costs."""
    index = pd.date_range("1990-01-31", periods=len(equity) + 1, freq="ME")
    bills = np.full(len(equity), cash)

    def level(returns: np.ndarray) -> np.ndarray:
        return np.r_[1.0, np.cumprod(1.0 + returns)]

    levels = pd.DataFrame(
        {
            "portfolio": level(weight * equity + (1 - weight) * hedge),
            "equity": level(equity),
            "bills": level(weight * equity + (1 - weight) * bills),
            "matched": level(weight * equity + (1 - weight) * bills),
            "hedge": level(hedge),
            "cash": level(bills),
        },
        index=index,
    )
    months = index.to_period("M")
    background = pd.DataFrame(
        {"y10": np.linspace(4, 6, len(index)), "policy_rate": 3.0, "cpi": 100.0}, index=months
    )
    return Case(
        levels=levels,
        first_fill=index[0],
        dollar_equity=levels["equity"],
        bond=pd.Series(hedge, months[1:]),
        bond_name="IEF",
        background=background,
        prices=background["cpi"].copy(),
        y10=None,
        ppy=12,
    )


@pytest.fixture(scope="module")
def equity() -> np.ndarray:
    return np.random.default_rng(4).normal(0.007, 0.045, MONTHS)


def test_a_mirror_of_equity_works(equity):
    verdict = judge(case(-0.5 * equity + 0.002, equity), repetitions=200)
    assert verdict.word == verdict.first_edition_word == "works"
    assert verdict.measure("down_month_ratio").treasuries.value < -0.5
    assert verdict.measure("worst_decile_hit_rate_monthly").treasuries.value == 1.0
    # Correlation is -1 throughout: the 36 months before the first one are in no state.
    evidence = verdict.evidence
    assert (evidence.unlabelled_months, evidence.correlation_of) == (36, "IEF")
    assert evidence.negative.payoff.months == MONTHS - 36
    assert evidence.positive.payoff.months == 0
    worst = np.sort(equity)[: MONTHS // 10]
    assert evidence.every.estimate.value == pytest.approx(-0.5 * worst.mean())


def test_more_equity_fails(equity):
    verdict = judge(case(equity, equity), repetitions=200)
    assert verdict.word == verdict.first_edition_word == "fails"
    assert verdict.evidence.positive.payoff.months == MONTHS - 36


def test_bills_themselves_are_the_same_as_bills_and_save_nothing(equity):
    verdict = judge(case(np.full(MONTHS, 0.002), equity), repetitions=200)
    assert verdict.word == "same as bills"
    assert verdict.evidence.every.estimate == Estimate(0.0, 0.0, 0.0)
    assert verdict.evidence.every.above_zero == 0.0
    # Bills do not move: they have no correlation, so no month is in a state.
    assert verdict.evidence.unlabelled_months == MONTHS
    assert verdict.works[0].difference == Estimate(0.0, 0.0, 0.0)
    assert verdict.first_edition_word == "unclear"


def test_calm_noise_is_the_same_as_bills_and_wild_noise_unclear(equity):
    noise = np.random.default_rng(9).normal(0.0, 0.012, MONTHS)
    calm = judge(case(0.002 + 0.1 * noise, equity), repetitions=200)
    assert calm.word == "same as bills"
    wild = judge(case(0.002 + 3.0 * noise, equity), repetitions=200)
    assert wild.word == "unclear"
    assert wild.first_edition_word == "fails"  # it charges the hedge's own volatility to it
    assert wild.evidence.every.estimate.low < 0.0 < wild.evidence.every.estimate.high


def test_the_word_asks_of_the_hedge_whatever_its_weight(equity):
    """The first edition charged the bond's volatility to it; payoffs are of the money in it."""
    hedge = -0.2 * equity + np.random.default_rng(9).normal(0.002, 0.02, MONTHS)
    much, little = (judge(case(hedge, equity, weight=w), repetitions=50) for w in (0.3, 0.8))
    for key in ("every", "difference"):
        ours, theirs = (getattr(each.evidence, key) for each in (much, little))
        ours, theirs = (getattr(each, "estimate", each) for each in (ours, theirs))
        assert ours.value == pytest.approx(theirs.value), key
    assert much.word == little.word
    # Their intervals are not the same: the portfolio has a say in the length of the blocks.
    assert (much.sample.block_months, little.sample.block_months) == (4, 3)


def test_it_depends_on_the_state_that_the_bond_tells(equity):
    """Twice a bond mirrors equity for six years and follows it for six; the hedge is twice that."""
    turns = np.repeat([-1.0, 1.0, -1.0, 1.0], 72)
    random = np.random.default_rng(2)
    equity = random.normal(0.007, 0.045, len(turns))
    bond = turns * equity + random.normal(0.0, 0.005, len(turns))
    hedge = 0.002 + 2.0 * bond
    turning = case(hedge, equity)
    verdict = judge(replace(turning, bond=turning.bond / 2.0), repetitions=100)
    negative, positive = verdict.evidence.states
    assert (negative.payoff.word, positive.payoff.word) == ("works", "fails")
    assert verdict.word in ("it depends", "it depended")
    assert verdict.evidence.difference.low > 0.0
    # By another's correlation, always negative, nothing depends.
    other = judge(replace(turning, bond=pd.Series(-equity, turning.bond.index)), repetitions=100)
    assert other.evidence.positive.payoff.months == 0
    assert other.word == other.evidence.every.word == "unclear"


def test_without_a_hedge_nothing_is_decided(equity):
    whole = case(-0.5 * equity, equity)
    verdict = judge(replace(whole, holds_hedge=False), repetitions=20)
    assert verdict.word == "no hedge"
    assert verdict.evidence is verdict.first_edition_word is None


@pytest.mark.parametrize(
    ("saved", "expected"),
    [(0.01, "works"), (-0.01, "fails"), (0.0, "unclear")],
)
def test_the_first_editions_word_is_that_of_the_cvar_saved(equity, saved, expected):
    """A portfolio that earns the same more in every month saves just that, in every resample."""
    returns = pd.DataFrame(
        {"portfolio": equity + saved, "bills": equity, "equity": equity, "hedge": equity},
        pd.period_range("1990-02", periods=MONTHS, freq="M"),
    )
    assert first_word(Sample(returns, BLOCK_COLUMNS, repetitions=50)) == expected
    assert first_word(Sample(returns.iloc[:59], BLOCK_COLUMNS, repetitions=50)) == "unclear"


def test_the_worst_quarter_is_of_three_months_in_a_row():
    falls = np.r_[np.zeros(5), [-0.1, -0.1, -0.1], np.zeros(16)]
    quarter = judge(case(np.full(24, 0.002), falls), repetitions=20).worst_quarter_monthly
    assert quarter.equity == pytest.approx(0.9**3 - 1.0)
    mixed = 0.6 * -0.1 + 0.4 * 0.002
    assert (quarter.portfolio, quarter.bills) == pytest.approx(((1.0 + mixed) ** 3 - 1.0,) * 2)


def test_the_three_months_that_are_saved_are_those_in_a_row(equity):
    """Of 26 months 24 quarters, of which 5 % is one and a bit, so two."""
    falls = np.r_[np.full(10, 0.01), [-0.1, -0.1, -0.1], np.full(13, 0.01)]
    hedge = np.r_[np.full(10, 0.002), [0.05, 0.05, 0.05], np.full(13, 0.002)]
    saved = judge(case(hedge, falls), repetitions=20).measure("cvar_three_months_saved")
    ours, bills = 0.6 * -0.1 + 0.4 * 0.05, 0.6 * -0.1 + 0.4 * 0.002

    def worst(rate: float, after: float) -> float:
        return ((1 + rate) ** 3 + (1 + rate) ** 2 * (1 + after)) / 2 - 1

    calm = 0.6 * 0.01 + 0.4 * 0.002
    assert saved.difference.value == pytest.approx(worst(ours, calm) - worst(bills, calm))
    assert saved.treasuries.value == pytest.approx(worst(ours, calm) - worst(-0.1, 0.01))


def test_same_seed_same_bytes_and_no_nan(equity):
    one = case(-0.2 * equity, equity)

    def written(**chosen: int) -> str:
        return json.dumps(to_json(judge(one, repetitions=50, **chosen)), allow_nan=False)

    first, again = written(), written()
    assert first == again
    assert first != written(seed=1)


def test_too_few_months_have_no_interval(equity):
    verdict = judge(case(-equity[:12], equity[:12]), repetitions=50)
    assert verdict.word == "unclear"
    assert verdict.works[0].difference.low is None
    assert verdict.sample.repetitions == 0
    json.dumps(to_json(verdict), allow_nan=False)


def test_growth_given_up_is_free_when_the_hedge_earns_more(equity):
    rich = judge(case(np.full(MONTHS, 0.02), equity), repetitions=50).cost
    assert rich.growth_given_up_monthly.portfolio.value < 0
    assert rich.cvar_points_per_growth_point.portfolio == "free"
    poor = judge(case(np.full(MONTHS, 0.001), equity), repetitions=50)
    given = poor.cost.growth_given_up_monthly.portfolio.value
    saved = poor.works[0].treasuries.value
    assert poor.cost.cvar_points_per_growth_point.portfolio == pytest.approx(saved / given)


def test_costs_and_holding_periods_of_a_steady_world_by_hand():
    """A month earns 1 % in equity, 0.4 % in Treasuries, 0.2 % in bills; half is matched."""
    steady = case(np.full(48, 0.004), np.full(48, 0.01))
    levels = steady.levels.assign(matched=1.006 ** np.arange(49))
    judged = judge(replace(steady, levels=levels), repetitions=20)
    # 60 % of equity and 40 % of Treasuries: 0.76 %; of bills: 0.68 %.
    portfolio, equity, bills, matched, cash = (
        rate**12 - 1 for rate in (1.0076, 1.01, 1.0068, 1.006, 1.002)
    )
    given_up = judged.cost.growth_given_up_monthly
    assert given_up.portfolio.value == pytest.approx(equity - portfolio)
    assert given_up.bills.value == pytest.approx(equity - bills)
    assert given_up.matched.value == pytest.approx(equity - matched)
    against = judged.cost.growth_against_monthly
    assert against.bills.value == pytest.approx(portfolio - bills)
    assert against.matched.value == pytest.approx(portfolio - matched)
    # The worst month of the portfolio is 0.24 points below that of equity.
    per_point = judged.cost.cvar_points_per_growth_point
    assert per_point.portfolio == pytest.approx(-0.0024 / (equity - portfolio))
    held = judged.holding_three_years
    assert [path[0] for path in (held.portfolio, held.equity, held.cash)] == pytest.approx(
        [portfolio, equity, cash]
    )
    less = judged.holding_map
    assert [rows[0][0] for rows in (less.less_equity, less.less_bills, less.less_cash)] == (
        pytest.approx([portfolio - equity, portfolio - bills, portfolio - cash])
    )


def test_months_before_the_first_fill_do_not_count(equity):
    whole = case(-0.5 * equity, equity)
    days = whole.levels.index
    sample = judge(replace(whole, first_fill=days[120]), repetitions=20).sample
    assert (sample.months, sample.first) == (120, f"{days[121]:%Y-%m}")


def test_prices_of_a_month_are_those_published_in_the_next():
    """Prices jump in the fourth month, as published by the end of the fifth."""
    steady = case(np.full(24, 0.004), np.full(24, 0.01))
    steady.prices.loc["1990-05":] = 150.0
    yearly = judge(steady, repetitions=20).holding[0]
    # Of the twelve windows with prices at both ends those from January, February and March see
    # the jump, which no return of 9.5 % beats.
    assert (yearly.starts, yearly.beat_inflation) == (13, pytest.approx(9 / 12))


def test_a_month_without_prices_is_bridged_where_money_is_valued():
    """Prices of the fourth month were never published: they count as those around it."""
    steady = case(np.full(24, 0.004), np.full(24, 0.01))
    whole = judge(steady, repetitions=20).holding[0]
    assert (whole.starts, whole.beat_inflation) == (13, 1.0)
    # From the fifth month on prices are 21 % higher, and half-way (10 %) in the fourth.
    steady.prices.loc["1990-06":] = 121.0
    steady.prices.loc["1990-05"] = np.nan
    yearly = judge(steady, repetitions=20).holding[0]
    # Windows from January to April see a rise of 21 or, from April, of 10 %: their 9.5 % a year
    # loses to both, and all twelve windows with prices at both ends are counted.
    assert (yearly.starts, yearly.beat_inflation) == (13, pytest.approx(8 / 12))


def test_regimes_that_are_not_there_are_named(equity):
    verdict = judge(case(-0.5 * equity, equity), repetitions=50)
    missing = {(row.dimension, row.label) for row in verdict.regimes_missing}
    assert ("correlation", "positive") in missing
    assert ("policy rate", "rising") in missing
    assert ("policy rate", "unchanged") not in missing
    there = {(row.dimension, row.label): row for row in verdict.regimes}
    negative = there["correlation", "negative"]
    assert negative.months == MONTHS - 36
    assert negative.down_month_ratio == pytest.approx(-0.5)
    assert verdict.regimes_unlabelled_months["correlation"] == 36


def test_the_state_of_a_fall_is_what_was_known_when_its_first_month_began():
    """Of months a fall begins at the end of its first: in the next one. Of days within it."""
    months = pd.period_range("2008-08", "2008-11", freq="M")
    trailing = pd.Series([-0.2, 0.3, np.nan, 0.0], months)
    assert _state_at("2008-08-31", trailing, 12) == "negative"
    assert _state_at("2008-09-19", trailing, 252) == "negative"  # August's, not September's
    assert _state_at("2008-09-30", trailing, 12) == "positive"
    assert _state_at("2008-10-10", trailing, 252) == "positive"
    assert _state_at("2008-10-31", trailing, 12) is None  # no number
    assert _state_at("2008-11-30", trailing, 12) == "positive"  # zero is not negative
    assert _state_at("2008-08-15", trailing, 252) is None  # before all months


def test_what_the_hedge_added_in_a_fall_is_the_mix_less_equity_and_bills():
    """One fall of two months: equity 0.8 x 0.9, the hedge 1.1 and then as it was, bills flat."""
    equity, hedge = np.full(MONTHS, 0.01), np.zeros(MONTHS)
    equity[[36, 37]], hedge[36] = (-0.2, -0.1), 0.1
    made = case(hedge, equity, cash=0.0)
    (fall,) = [each for each in judge(made, repetitions=50, brief=True).crises if each.detected]
    assert (fall.start, fall.end) == ("1993-01-31", "1993-03-31")
    assert fall.equity == pytest.approx(0.8 * 0.9 - 1)
    assert fall.bills == pytest.approx((1 - 0.6 * 0.2) * (1 - 0.6 * 0.1) - 1)
    assert fall.portfolio == pytest.approx((1 - 0.6 * 0.2 + 0.4 * 0.1) * (1 - 0.6 * 0.1) - 1)
    # 0.04 of the first month, of which the second left 94 %.
    assert fall.added == pytest.approx(0.04 * 0.94)
    assert fall.beat_bills


def test_drawdowns_of_months_are_those_of_months(equity):
    drawn = judge(case(-0.5 * equity, equity), repetitions=50, brief=True).series.drawdown
    assert (drawn.daily, drawn.rows_each, len(drawn.dates)) == (False, 1, MONTHS + 1)


def test_inflation_is_told_of_the_runs_months_and_not_where_a_figure_is_missing(equity):
    """CPI that rises 0.5 % a month, by the month that it is about, and the hole of October 2025."""
    made = case(-0.5 * equity, equity)
    months = pd.period_range("2006-01", periods=len(made.levels), freq="M")
    levels = made.levels.set_axis(months.to_timestamp("M").normalize())
    span = pd.period_range(months[0] - 24, months[-1] + 3, freq="M")
    cpi = pd.Series(100 * 1.005 ** np.arange(len(span)), span)
    cpi["2025-11"] = np.nan  # the figure of October
    background = pd.DataFrame({"y10": 4.0, "policy_rate": 3.0, "cpi": cpi})
    moved = replace(
        made, levels=levels, first_fill=levels.index[0], dollar_equity=levels["equity"],
        bond=made.bond.set_axis(months[1:]), background=background, prices=background["cpi"],
    )  # fmt: skip
    shown = judge(moved, repetitions=50, brief=True).series.inflation
    about = [str(month - 1) for month in months]  # public by the end of the next month
    assert "2025-10" in about
    assert shown.months == tuple(month for month in about if month != "2025-10")
    np.testing.assert_allclose(shown.values, 1.005**12 - 1)

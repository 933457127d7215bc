"""The three sentences, case by case: every figure where it belongs, and grammar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.record import MissingRegime, PointsPerPoint, Tickers, Verdict
from backtests.report.verdict.words import answer_of, matched_text, regime_note, sentences
from tests.report.verdict.helpers import estimate, make_numbers, make_verdict


@pytest.fixture
def verdict() -> Verdict:
    return make_verdict()


def traded(verdict: Verdict, costs_paid: float, turnover_per_year: float) -> Verdict:
    """The verdict of a portfolio that traded more or less."""
    numbers = make_numbers(costs_paid=costs_paid, turnover_per_year=turnover_per_year)
    own, *others = verdict.portfolios
    return replace(verdict, portfolios=(replace(own, numbers=numbers), *others))


def test_each_figure_in_its_place(verdict):
    told = sentences(traded(verdict, 1234.0, 0.101))
    assert told.works == (
        "With IEF the average loss in the worst 5 % of months (CVaR) was 3.01 points smaller than "
        "with 100 % equity (SPY); with bills at the same equity weight it was 2.02 points smaller. "
        "The difference is +0.99 points (+0.11 to +1.88): this loss was smaller with Treasuries "
        "than with bills. "
        "The deepest month-end drawdown was 21.03 points smaller; with bills it was 15.04 points "
        "smaller."
    )
    # Of the four crises one is no fall of equity; in one of the other three the hedge made 0.5 %
    # and bills made 1 %: above zero, and not above bills.
    assert told.when == (
        "In 2 of 3 falls of equity the hedge earned more than bills; in the 44 down months of "
        "equity that began with negative stock-bond correlation the hedge averaged 1.05 % (0.50 % "
        "to 1.50 %); in the 30 down months of equity that began with positive stock-bond "
        "correlation the hedge averaged -2.06 % (no interval: too few months)."
    )
    assert told.cost == (
        "Against 100 % equity (SPY) it gave up 1.07 points of growth a year (-0.20 to +3.00), "
        "bills gave up 2.08 points of growth a year. Each point of yearly growth given up cut the "
        "loss in the worst 5 % of months by 2.81 points (bills: 0.97). It turned over 10.10 % of "
        "its value a year and paid 1,234 in costs."
    )


def test_what_was_gained_or_added_is_called_so(verdict):
    cost = verdict.cost
    growth = replace(cost.growth_given_up_monthly, portfolio=estimate(-0.0107, -0.03, 0.002))
    price = replace(cost.cvar_points_per_growth_point, portfolio="free")
    saved, *others = verdict.works
    changed = replace(
        verdict,
        word="fails",
        works=(replace(saved, treasuries=estimate(-0.0154)), *others),
        cost=replace(cost, growth_given_up_monthly=growth, cvar_points_per_growth_point=price),
    )
    told = sentences(traded(changed, 1.0, 0.0))
    assert (
        "it gained 1.07 points of growth a year (-0.20 to +3.00), bills gave up 2.08" in told.cost
    )
    assert (
        "Each point of yearly growth given up by bills cut the loss in the worst 5 % of months by "
        "0.97 points. It turned over" in told.cost
    )
    # A point that raised the loss is said to, of either.
    for portfolio, bills, words in (
        (-0.24, 0.5, "raised the loss in the worst 5 % of months by 0.24 points (bills: cut it by"),
        (0.24, -0.5, "cut the loss in the worst 5 % of months by 0.24 points (bills: raised it by"),
        (-0.24, -0.5, "raised the loss in the worst 5 % of months by 0.24 points (bills: 0.50)."),
        (None, -0.5, "by bills raised the loss in the worst 5 % of months by 0.50 points."),
    ):
        priced = PointsPerPoint(portfolio=portfolio, matched=None, bills=bills)
        other = replace(changed, cost=replace(cost, cvar_points_per_growth_point=priced))
        assert f"growth given up {words}" in sentences(other).cost
    assert "with 100 % equity (SPY); with bills" in told.works
    assert "(CVaR) was 1.54 points larger than with 100 % equity" in told.works
    assert "this loss was larger with Treasuries than with bills." in told.works


def test_what_is_not_there_is_said(verdict):
    missing = (MissingRegime("correlation", "positive"),)
    bare = replace(verdict, crises=(), regimes=verdict.regimes[:1], regimes_missing=missing)
    told = sentences(bare).when
    assert told.startswith("In the 44 down months of equity that began with negative stock-bond")
    assert told.endswith("; no month began with positive correlation.")
    assert sentences(replace(bare, regimes=())).when.startswith("Nothing to tell: no fall")
    none = replace(verdict, holds_hedge=False)
    assert sentences(none).in_order == ["Nothing is judged: there is no hedge beside equity."]
    assert sentences(none).with_leads == [
        ("Nothing is judged:", "there is no hedge beside equity.")
    ]
    gold = replace(none, tickers=Tickers(("SPY", "GLD"), (), ("GLD",)))
    told = "GLD counts as equity; --hedge GLD judges it as the hedge."
    assert sentences(gold).works == f"Nothing is judged: {told}"
    beside = replace(verdict, tickers=Tickers(("SPY", "GLD", "TIP"), ("IEF",), ("GLD", "TIP")))
    told = " GLD, TIP count as equity; --hedge IEF,GLD,TIP judges them as the hedge."
    assert sentences(beside).works.endswith(told)
    sample = replace(verdict.sample, months=1, repetitions=0)
    short = sentences(traded(replace(verdict, sample=sample), 5.0, 0.0))
    assert short.works == "1 whole month, too few to say: an interval needs 60."
    assert short.cost.endswith("paid 5.00 in costs; 1 whole month, too few for a yearly cost.")


def test_a_price_that_neither_has_is_no_sentence(verdict):
    price = PointsPerPoint(portfolio="free", bills=None, matched=1.2)
    cost = replace(verdict.cost, cvar_points_per_growth_point=price)
    told = sentences(replace(verdict, cost=cost)).cost
    assert "points of growth a year. It turned over" in told


def test_the_mix_of_the_same_volatility_is_called_matched_only_if_it_is(verdict):
    assert matched_text(verdict) == (
        "The mix of the same volatility holds 55.00 % of equity, chosen with hindsight."
    )
    other = replace(verdict, volatility_is_matched=False)
    assert matched_text(other).endswith("its row shows a mix that holds 55.00 % of equity.")


def test_a_month_belongs_to_the_regime_of_the_month_before_and_what_is_missing_is_named(verdict):
    lacking = replace(
        verdict,
        yield_terciles_pct=(2.34, 5.68),
        regimes_missing=(MissingRegime("policy rate", "rising"),),
        regimes_unlabelled_months={"inflation": 12, "correlation": 0},
    )
    assert regime_note(lacking) == (
        "A month belongs to the regime as it was known at the end of the month before. The bounds "
        "of the 10-year yield's terciles are those of this period (2.34 % and 5.68 %), which "
        "nobody knew before its end. Not in this sample, therefore untested: Policy rate, 3-month "
        "change "
        "rising. Months without a label (too little history, or not published): inflation against "
        "its 10-year median 12."
    )


def test_a_portfolio_without_treasuries_is_not_called_unclear(verdict):
    assert answer_of(verdict) == "It works"
    without = replace(verdict, word="no hedge", holds_hedge=False)
    assert answer_of(without) == "No hedge"

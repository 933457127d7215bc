"""The three sentences, case by case: every figure where it belongs, and grammar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.record import MissingRegime, Verdict
from backtests.report.verdict.words import answer_of, sentences
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
        "In the worst 5 % of months IEF saved 3.01 points against 100 % equity, bills at the same "
        "equity weight saved 2.02 points; the difference is +0.99 (+0.11 to +1.88): the tail was "
        "thinner than bills would have made it. Of the deepest month-end drawdown it saved 21.03 "
        "points, bills saved 15.04 points."
    )
    assert told.when == (
        "In 2 of 3 falls of equity it earned more than bills; in equity's down months it made "
        "1.05 % a month (0.50 % to 1.50 %) in the 44 that began with a negative trailing "
        "correlation and -2.06 % a month (no interval: too few months) in the 30 that began with "
        "a positive trailing correlation."
    )
    assert told.cost == (
        "Against 100 % equity it gave up 1.07 points of growth a year (-0.20 to +3.00), bills gave "
        "up 2.08 points of growth a year; a point given up bought 2.81 points of CVaR, 0.97 with "
        "bills; it turned over 10.10 % a year and paid 1,234 in costs."
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
    assert "a point given up bought 0.97 with bills;" in told.cost
    assert "IEF added 1.54 points against 100 % equity" in told.works
    assert "fatter than bills would have left it" in told.works


def test_what_is_not_there_is_said(verdict):
    missing = (MissingRegime("correlation", "positive"),)
    bare = replace(verdict, crises=(), regimes=verdict.regimes[:1], regimes_missing=missing)
    told = sentences(bare).when
    assert told.startswith("In equity's down months it made 1.05 %")
    assert told.endswith("; no month began with a positive one.")
    assert sentences(replace(bare, regimes=())).when.startswith("Nothing to tell: no fall")
    none = replace(verdict, holds_treasuries=False)
    assert "there is no hedge to judge" in sentences(none).works
    sample = replace(verdict.sample, months=1, repetitions=0)
    short = sentences(traded(replace(verdict, sample=sample), 5.0, 0.0))
    assert short.works == "1 whole month, too few to say: an interval needs 60."
    assert short.cost.endswith("paid 5.00 in costs; 1 whole month, too few for a yearly cost.")


def test_a_portfolio_without_treasuries_is_not_called_unclear(verdict):
    assert answer_of(verdict) == "It works"
    without = replace(verdict, word="unclear", holds_treasuries=False)
    assert answer_of(without) == "No Treasuries to judge"

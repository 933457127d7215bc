"""The verdict as a record: measures and portfolios looked up by name, equality, no changes."""

from __future__ import annotations

import dataclasses
from typing import get_type_hints

import pytest

from backtests.analysis.record import JudgedPortfolio, Judgement, Verdict
from data.errors import UsageError
from tests.report.verdict.helpers import make_numbers, make_verdict


def test_a_measure_and_a_portfolio_are_found_by_their_key():
    verdict = make_verdict()
    assert verdict.measure("drawdown_saved_monthly") is verdict.works[1]
    other = JudgedPortfolio("static", "", None, make_numbers(cagr=0.01), 0.6, 0.0)
    longer = dataclasses.replace(verdict, portfolios=(*verdict.portfolios, other))
    assert longer.portfolio("static").cagr == 0.01
    assert longer.portfolio("portfolio") is verdict.portfolios[0].numbers


def test_a_portfolio_that_could_not_be_made_has_no_numbers_to_ask_for():
    missing = JudgedPortfolio("static", "", "no decision yet on the first day")
    verdict = dataclasses.replace(make_verdict(), portfolios=(missing,))
    with pytest.raises(UsageError, match="a verdict has no portfolio 'static'"):
        verdict.portfolio("static")


def test_a_name_that_is_none_is_an_error_and_no_end_of_a_loop():
    """StopIteration would end the caller's own loop without a word."""
    verdict = make_verdict()
    with pytest.raises(UsageError, match="has no measure 'typo'; it has cvar_saved_monthly"):
        list(map(verdict.measure, ["cvar_saved_monthly", "typo"]))
    with pytest.raises(UsageError, match="did you mean portfolio"):
        verdict.portfolio("portfolo")


def test_a_verdict_says_all_that_a_judgement_says():
    assert get_type_hints(Judgement).items() <= get_type_hints(Verdict).items()


def test_verdicts_are_frozen_and_equal_to_their_like():
    verdict = make_verdict(regimes_unlabelled_months={"inflation": 3})
    with pytest.raises(TypeError):
        verdict.regimes_unlabelled_months["inflation"] = 0
    for field in dataclasses.fields(verdict):
        with pytest.raises(AttributeError):
            setattr(verdict, field.name, None)
    assert verdict == make_verdict(regimes_unlabelled_months={"inflation": 3})
    assert len({verdict, make_verdict(), make_verdict()}) == 2

"""The sentences, case by case: every figure where it belongs, and grammar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from backtests.analysis.evidence import Word
from backtests.analysis.record import LongView, MissingRegime, Tickers, Verdict, WorstQuarter
from backtests.report.verdict.evidence import beyond_cash
from backtests.report.verdict.words import (
    answer_of,
    long_note,
    matched_text,
    regime_note,
    sentences,
    states_note,
    tone_of,
)
from tests.report.verdict.helpers import (
    NOTHING,
    estimate,
    make_evidence,
    make_numbers,
    make_payoff,
    make_verdict,
)


@pytest.fixture
def verdict() -> Verdict:
    return make_verdict()


def traded(verdict: Verdict, costs_paid: float, turnover_per_year: float) -> Verdict:
    """The verdict of a portfolio that traded more or less."""
    numbers = make_numbers(costs_paid=costs_paid, turnover_per_year=turnover_per_year)
    own, *others = verdict.portfolios
    return replace(verdict, portfolios=(replace(own, numbers=numbers), *others))


def with_equity(verdict: Verdict, **changes: Any) -> Verdict:
    """The verdict of a portfolio beside another equity."""
    own, equity, *others = verdict.portfolios
    numbers = make_numbers(**changes)
    return replace(verdict, portfolios=(own, replace(equity, numbers=numbers), *others))


def test_each_figure_in_its_place(verdict):
    told = sentences(with_equity(traded(verdict, 1234.0, 0.101), max_drawdown=-0.5039, cagr=0.0951))
    assert told.equity == (
        "Against 100 % equity (SPY): the deepest fall was 30.00 % instead of 50.39 %, the worst "
        "three months lost 16.00 % instead of 26.00 %, for 1.51 points of growth a year."
    )
    assert told.cash == f"Beyond cash: {beyond_cash('works', verdict.evidence, 'IEF')}"
    assert told.cash.startswith("Beyond cash: it works. Over all 200 months IEF beat bills by")
    # Of the four crises one is no fall of equity; in one of the other three the hedge made 0.5 %
    # and bills made 1 %: above zero, and not above bills.
    assert told.when == "When: in 2 of 3 falls of equity the hedge earned more than bills."
    assert (told.long, told.state) == ("", "")
    assert told.cost == (
        "Cost: beside bills at the same equity weight it grew 1.01 points a year more (no "
        "interval: too few months); it turned over 10.10 % of its value a year and paid $1,234 in "
        "costs."
    )
    assert told.in_order == [told.equity, told.cash, told.when, told.cost]
    assert [f"{lead} {text}" for lead, text in told.with_leads] == told.in_order
    assert [lead for lead, _ in told.with_leads] == [
        "Against 100 % equity (SPY):", "Beyond cash:", "When:", "Cost:",
    ]  # fmt: skip


def test_what_was_gained_or_added_is_called_so(verdict):
    growth = replace(verdict.cost.growth_against_monthly, bills=estimate(-0.0101, -0.03, 0.002))
    changed = replace(
        with_equity(verdict, cagr=0.07),
        cost=replace(verdict.cost, growth_against_monthly=growth),
        worst_quarter_monthly=WorstQuarter(0.01, -0.02, 0.0),
        crises=verdict.crises[:1],
    )
    told = sentences(changed)
    assert told.equity.endswith(
        "the worst three months made 1.00 % instead of losing 2.00 %, and it gained 1.00 points of "
        "growth a year."
    )
    assert "it grew 1.01 points a year less (-3.00 to +0.20);" in told.cost
    assert told.when == "When: in 1 of 1 fall of equity the hedge earned more than bills."


def test_what_is_not_there_is_said(verdict):
    bare = replace(verdict, crises=(), worst_quarter_monthly=WorstQuarter(None, None, None))
    told = sentences(bare)
    assert told.when == "When: no fall of equity on the list or beyond 15 % lies in this period."
    assert "three months" not in told.equity
    rising = sentences(with_equity(verdict, max_drawdown=0.0))
    assert rising.equity.startswith(
        "Against 100 % equity (SPY): the deepest fall was 30.00 % instead of none, the worst three "
    )
    none = replace(verdict, word="no hedge", holds_hedge=False, evidence=None)
    assert sentences(none).in_order == ["Nothing is judged: there is no hedge beside equity."]
    assert sentences(none).with_leads == [
        ("Nothing is judged:", "there is no hedge beside equity.")
    ]
    gold = replace(none, tickers=Tickers(("SPY", "GLD"), (), ("GLD",)))
    told = "GLD counts as equity; --hedge GLD judges it as the hedge."
    assert sentences(gold).equity == f"Nothing is judged: {told}"
    beside = replace(verdict, tickers=Tickers(("SPY", "GLD", "TIP"), ("IEF",), ("GLD", "TIP")))
    told = " GLD, TIP count as equity; --hedge IEF,GLD,TIP judges them as the hedge."
    assert sentences(beside).equity.endswith(told)
    assert sentences(beside).equity.startswith("Against 100 % equity (SPY, GLD, TIP): ")
    nothing = replace(verdict.cost.growth_against_monthly, bills=NOTHING)
    short = replace(
        with_equity(traded(verdict, 5.0, 0.0), cagr=None),
        sample=replace(verdict.sample, months=1, repetitions=0),
        cost=replace(verdict.cost, growth_against_monthly=nothing),
        evidence=make_evidence(every=make_payoff(1, estimate(0.01))),
        word="unclear",
    )
    told = sentences(short)
    assert told.equity.endswith("26.00 %. 1 whole month, too few for a yearly cost.")
    assert told.cash == (
        "Beyond cash: unclear. 1 whole month, too few to say anything: fewer than 60."
    )
    assert told.cost == "Cost: it turned over 0.00 % of its value a year and paid $5.00 in costs."


def test_the_long_view_says_which_it_is_or_why_there_is_none(verdict):
    assert sentences(verdict).long == ""
    view = LongView(
        missing="",
        source_title="bundled months",
        start="1962-01-31",
        end="2025-12-31",
        word="unclear",
        evidence=make_evidence(every=make_payoff(761, estimate(0.001, -0.02, 0.03))),
        lag_months=2,
        hedge=("IEF",),
    )
    told = sentences(replace(verdict, long_view=view))
    assert told.long.startswith(
        "Since 1962 (the same strategy on the bundled months, to 2025-12): unclear. Over all 761 "
        "months IEF beat bills by 0.10 %"
    )
    assert told.in_order.index(told.long) == 3
    assert long_note(view).startswith(
        "The same strategy on the bundled months (1962-01-31 to 2025-12-31), at the same costs, "
        "with a lag of 2 months: "
    )
    assert "with a lag of 2 months and decisions at the end of a month, in place of session 5" in (
        long_note(replace(view, offset=5))
    )
    other = sentences(replace(verdict, long_view=replace(view, hedge=("SHY", "TLT")))).long
    assert "761 months SHY and TLT beat bills" in other
    assert "IEF" not in other
    missing = LongView(missing="the bundled months do not know GLD")
    told = sentences(replace(verdict, long_view=missing))
    assert told.long == "Since 1962: no long view: the bundled months do not know GLD."
    assert long_note(missing) == long_note(None) == ""


def test_what_the_states_are_is_said_with_the_months_that_have_none(verdict):
    assert states_note(verdict).startswith(
        "A month's state is the sign of the correlation of equity and IEF over the 36 months before"
    )
    assert "have none" not in states_note(verdict)
    early = replace(verdict, evidence=make_evidence(unlabelled_months=35))
    assert " 35 months have none: no such correlation is known." in states_note(early)
    assert states_note(replace(verdict, evidence=None)) == ""


def test_every_word_has_an_answer_and_colours_only_what_works_or_fails(verdict):
    """A tone is a class of the style sheet: no word with a space may be one."""
    answers = {word: answer_of(replace(verdict, word=word)) for word in get_args(Word)}
    assert answers == {
        "works": "It works",
        "fails": "It fails",
        "same as bills": "The same as bills",
        "unclear": "Unclear",
        "it depends": "It depends",
        "it depended": "It depended",
        "no hedge": "No hedge",
    }
    tones = {word: tone_of(word) for word in get_args(Word)}
    assert {word: tone for word, tone in tones.items() if tone} == {
        "works": "works", "fails": "fails",
    }  # fmt: skip


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

"""The first screen: figures worked out by hand, every case in plain words, nothing missing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from backtests.analysis.evidence import StateEpisode, StateName, Word
from backtests.analysis.hedge_state import HedgeState, Indicator
from backtests.analysis.numbers import PortfolioMoney
from backtests.analysis.record import LongView, Measure, Tickers, Verdict
from backtests.analysis.series import TrailingCorrelation
from backtests.engine.run import Run
from backtests.report.verdict.first_screen import FirstScreen, Tile, _beside, first_screen
from backtests.report.verdict.words import answer_of
from tests.report.helpers import make_run
from tests.report.verdict.helpers import (
    NOTHING,
    estimate,
    make_crisis,
    make_evidence,
    make_numbers,
    make_payoff,
    make_state,
    make_verdict,
)

GOOD, BAD = estimate(0.0121, 0.0042, 0.0203), estimate(-0.0111, -0.0163, -0.0045)
OPEN, SAME = estimate(0.001, -0.02, 0.02), estimate(0.0004, -0.003, 0.004)
BETTER = "Treasuries protected better than cash"
WORSE = "Treasuries protected worse than cash"


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """Runs of the bundled history, whole and short, of mixes and of rules."""
    mixes = {"mix": {"SPY": 0.6, "IEF": 0.4}, "bills": {"SPY": 0.6, "BIL": 0.4},
             "no equity": {"IEF": 1.0}, "no hedge": {"SPY": 1.0, "IEF": 0.0}}  # fmt: skip
    made = {
        name: make_run(start="1962-01-31", params={"weights": weights})
        for name, weights in mixes.items()
    }
    long_bonds = {"weights": {"SPY": 0.3, "TLT": 0.7}}
    return {
        **made,
        "TLT": make_run(start="1973-01-31", params=long_bonds),
        "duration_trend": make_run("duration_trend", "1963-01-31"),
        "correlation_hedge": make_run("correlation_hedge", "1965-01-31"),
        "attack_defend": make_run("attack_defend", "1966-12-31"),
        "risk_parity": make_run("risk_parity", "1965-01-31"),
        "equity_only": make_run("equity_only", "1962-01-31"),
        "three years": make_run(start="2022-12-31"),
        "one year": make_run(start="2025-01-31"),
        "two months": make_run(start="2025-11-30"),
    }


def episode(first: str, last: str, payoff: float) -> StateEpisode:
    return StateEpisode(first, last, 24, payoff)


def dependent(
    works: StateName = "negative",
    *,
    alone: str = "works",
    word: Word = "it depended",
    **stretches: Any,
) -> Verdict:
    """A verdict of opposite states, of which those named in ``alone`` rest on an episode.

    ``works_in`` and ``fails_in`` are the episodes of each, the one it rests on first.
    """
    states: dict[str, Any] = {}
    for name in ("negative", "positive"):
        role = "works" if name == works else "fails"
        own = stretches.get(f"{role}_in", ())
        states[name] = make_state(
            name, 300, GOOD if role == "works" else BAD, episodes=own,
            rests_on=own[0] if role in alone else None,
        )  # fmt: skip
    return make_verdict(word=word, evidence=make_evidence(every=make_payoff(700, OPEN), **states))


GAIN, BEFORE, SINCE = (
    episode("2000-12", "2022-08", 0.0147),
    episode("1966-09", "2000-09", -0.0141),
    episode("2022-09", "2025-12", -0.024),
)


def texts(screen: FirstScreen) -> list[str]:
    tiles = [text for tile in screen.tiles for text in (tile.title, tile.value, tile.unit)]
    lines = [line for tile in screen.tiles for line in tile.lines]
    return [screen.headline, screen.chip, screen.line, *tiles, *lines]


def tile(screen: FirstScreen, key: str) -> Tile:
    return next(each for each in screen.tiles if each.key == key)


def with_falls(verdict: Verdict, portfolio: float, equity: float, bills: float) -> Verdict:
    """The verdict of portfolios whose deepest falls were these."""
    falls = {"portfolio": portfolio, "equity": equity, "bills": bills}
    rows = (
        replace(row, numbers=make_numbers(max_drawdown=falls.get(row.key, -0.3)))
        for row in verdict.portfolios
    )
    return replace(verdict, portfolios=tuple(rows))


# Headline


@pytest.mark.parametrize(
    ("stretches", "told"),
    [
        ({"works_in": (GAIN,), "fails_in": (BEFORE, SINCE)},
         f"{BETTER} from 2000 to 2022, on balance not before or since"),
        ({"works_in": (GAIN,), "fails_in": (BEFORE,)},
         f"{BETTER} from 2000 to 2022, on balance not before"),
        ({"works_in": (GAIN,), "fails_in": (SINCE,)},
         f"{BETTER} from 2000 to 2022, on balance not since"),
        # It gained in a stretch before, too: nothing may be claimed of that time.
        ({"works_in": (GAIN,), "fails_in": (BEFORE, episode("1962-01", "1966-08", 0.01), SINCE)},
         f"{BETTER} from 2000 to 2022, on balance not since"),
        ({"works_in": (GAIN, episode("1962-01", "1966-08", 0.01)), "fails_in": (BEFORE, SINCE)},
         f"{BETTER} from 2000 to 2022, on balance not since"),
        # The other state has no long stretch before or since.
        ({"works_in": (GAIN,)}, f"{BETTER} from 2000 to 2022, worse after positive correlation"),
        ({"alone": "fails", "fails_in": (BEFORE,), "works_in": (GAIN,)},
         f"{WORSE} from 1966 to 2000, better since"),
        ({"alone": "fails", "fails_in": (BEFORE,)},
         f"{WORSE} from 1966 to 2000, better after negative correlation"),
        ({"alone": "works and fails", "works_in": (GAIN,), "fails_in": (BEFORE, SINCE)},
         f"{BETTER} from 2000 to 2022, worse from 1966 to 2000"),
        ({"alone": "", "word": "it depends"},
         f"{BETTER} after negative correlation, worse after positive"),
        ({"alone": "", "word": "it depends", "works": "positive"},
         f"{BETTER} after positive correlation, worse after negative"),
    ],
)  # fmt: skip
def test_what_depended_is_told_by_its_years_and_claims_only_what_held(stretches, told):
    assert first_screen(dependent(**stretches)).headline == told


@pytest.mark.parametrize(
    ("word", "tickers", "told"),
    [
        ("works", ("IEF", "TLT"), BETTER),
        ("fails", ("ief",), WORSE),
        ("same as bills", ("BIL",), "BIL protected no better and no worse than cash"),
        ("unclear", ("IEF",), "No proof that Treasuries protect better than cash"),
        ("works", ("GLD",), "GLD protected better than cash"),
        ("unclear", ("GLD",), "No proof that GLD protects better than cash"),
        ("unclear", ("GLD", "IEF"), "No proof that GLD and IEF protect better than cash"),
        ("fails", ("BIL", "GLD"), "The hedge protected worse than cash"),
        # A record in which the states do not say why.
        ("it depends", ("GLD",),
         "Whether GLD protected better than cash depended on the correlation"),
    ],
)  # fmt: skip
def test_each_word_is_a_finding_on_the_hedge_by_name(word, tickers, told):
    screen = first_screen(make_verdict(word=word, tickers=Tickers(("SPY",), tickers)))
    assert screen.headline == told


def test_too_few_months_are_said_to_be_too_few():
    for months, told in (
        (59, "59 months are too short to say whether Treasuries protect better than cash"),
        (1, "1 month is too short to say whether Treasuries protect better than cash"),
        (60, "No proof that Treasuries protect better than cash"),
    ):
        short = make_evidence(every=make_payoff(months, estimate(0.01)))
        assert first_screen(make_verdict(word="unclear", evidence=short)).headline == told


@pytest.mark.parametrize(
    ("weights", "hedge", "told"),
    [
        ({"SPY": 0.6, "IEF": 0.4}, ("IEF",), "60 % SPY, 40 % IEF"),
        ({"SPY": 2 / 3, "IEF": 1 / 3, "TLT": 0.0}, ("IEF",), "66.7 % SPY, 33.3 % IEF"),
        ({"SPY": 0.6, "IEF": 0.3}, ("IEF",), "60 % SPY, 30 % IEF, 10 % cash"),
        ({"IEF": 1.0}, ("IEF",), "100 % IEF"),
        ({"VTI": 0.2, "VEA": 0.125, "SHY": 0.1, "IEF": 0.3, "TLT": 0.175}, ("SHY", "IEF", "TLT"),
         "32.5 % equity, 57.5 % Treasuries, 10 % cash"),
        ({"VTI": 0.2, "VEA": 0.2, "GLD": 0.3, "TLT": 0.3}, ("GLD", "TLT"),
         "40 % equity, 60 % hedge"),
    ],
)  # fmt: skip
def test_the_mix_stands_before_the_finding(run, weights, hedge, told):
    summary = replace(run.summary, params={"weights": weights})
    verdict = make_verdict(tickers=Tickers(("SPY",), hedge))
    assert first_screen(verdict, summary).headline.startswith(f"{told}: ")


def test_a_rule_stands_by_its_name_with_what_was_changed(run):
    verdict = make_verdict()
    for params, told in (({}, "attack_defend"), ({"hold": "TLT"}, "attack_defend hold=TLT"),
                         ({"hold": "A" * 40}, "attack_defend")):  # fmt: skip
        rule = replace(run.summary, strategy="attack_defend", params=params)
        assert first_screen(verdict, rule).headline == f"{told}: {BETTER}"


def test_without_a_hedge_nothing_is_judged_and_the_line_says_how_to_name_one(run):
    bare = make_verdict(word="no hedge", evidence=None, holds_hedge=False,
                        tickers=Tickers(("SPY", "GLD"), (), ("GLD",)))  # fmt: skip
    screen = first_screen(bare, replace(run.summary, params={"weights": {"SPY": 0.6, "GLD": 0.4}}))
    assert screen.headline == (
        "60 % SPY, 40 % GLD: nothing to judge, there is no hedge beside equity"
    )
    assert (screen.chip, screen.tone, screen.tiles) == ("No hedge", "", ())
    assert screen.line == (
        "GLD counts as equity; --hedge GLD judges it as the hedge. Its deepest fall was 30.0 % "
        "(month-ends); it grew 8.0 % a year."
    )
    short = with_falls(replace(bare, tickers=Tickers(("SPY",), ())), 0.0, 0.0, 0.0)
    own, *others = short.portfolios
    new = replace(own, numbers=make_numbers(max_drawdown=0.0, cagr=None), equity_weight=1.0)
    alone = first_screen(replace(short, portfolios=(new, *others)), replace(run.summary, params={}))
    assert alone.headline == "100 % SPY: nothing to judge, there is no hedge beside equity"
    assert alone.line == "Its deepest fall was none (month-ends)."
    half = replace(new, equity_weight=0.5)
    timed = first_screen(
        replace(short, portfolios=(half, *others)), replace(run.summary, params={})
    )
    assert timed.headline.startswith("hedge_mix: nothing to judge")


def test_the_chip_is_the_word_and_only_two_words_have_a_tone():
    for word, tone in (("works", "works"), ("fails", "fails"), ("unclear", ""),
                       ("it depended", ""), ("same as bills", "")):  # fmt: skip
        verdict = make_verdict(word=word)
        screen = first_screen(verdict)
        assert (screen.chip, screen.tone) == (answer_of(verdict), tone)


# Line


@pytest.mark.parametrize(
    ("falls", "told"),
    [
        ((-0.3012, -0.5039, -0.3305),
         "It cut the deepest fall from 50.4 % to 30.1 %; with bills (cash), to 33.1 %."),
        ((-0.05, -0.1, 0.0),
         "It cut the deepest fall from 10.0 % to 5.0 %; with bills (cash), there was none."),
        ((-0.05, -0.2, -0.08),
         "It cut the deepest fall from 20.0 % to 5.0 %; with bills (cash), to 8.0 %."),
        ((-0.6, -0.5, -0.3),
         "Its deepest fall was 60.0 %, with bills 30.0 %, that of 100 % equity 50.0 %."),
        # What reads the same was not cut.
        ((-0.50391, -0.50394, -0.3),
         "Its deepest fall was 50.4 %, with bills 30.0 %, that of 100 % equity 50.4 %."),
        ((-0.3, -0.5, -0.5),
         "Its deepest fall was 30.0 %, with bills 50.0 %, that of 100 % equity 50.0 %."),
    ],
)  # fmt: skip
def test_the_line_tells_the_falls_in_plain_figures(falls, told):
    assert first_screen(with_falls(make_verdict(), *falls)).line.startswith(f"{told} ")


def test_a_portfolio_without_equity_is_told_so():
    verdict = with_falls(make_verdict(), -0.22, -0.5, 0.0)
    own, *others = verdict.portfolios
    empty = replace(verdict, portfolios=(replace(own, equity_weight=0.0), *others))
    assert first_screen(empty).line.startswith(
        "It holds no equity: its deepest fall was 22.0 %, of bills none, of 100 % equity 50.0 %. "
    )


STOCK_BOND = "stock-bond correlation"


@pytest.mark.parametrize(
    ("negative", "positive", "told"),
    [
        (GOOD, BAD, f"beat bills after negative {STOCK_BOND}, fell behind after positive"),
        (GOOD, OPEN, f"beat bills after negative {STOCK_BOND}, not clearly after positive"),
        (OPEN, BAD, f"fell behind bills after positive {STOCK_BOND}, not clearly after negative"),
        (GOOD, GOOD, f"beat bills after negative and after positive {STOCK_BOND}"),
        (SAME, SAME, f"matched bills after negative and after positive {STOCK_BOND}"),
        (GOOD, SAME, f"beat bills after negative {STOCK_BOND}, matched after positive"),
        (OPEN, OPEN, f"beat bills clearly after neither sign of the {STOCK_BOND}"),
    ],
)  # fmt: skip
def test_the_line_says_after_which_sign_the_edge_came(negative, positive, told):
    evidence = make_evidence(
        negative=make_state("negative", 300, negative),
        positive=make_state("positive", 300, positive),
    )
    assert first_screen(make_verdict(evidence=evidence)).line.endswith(f" Treasuries {told}.")


def test_the_years_of_a_single_episode_stand_where_the_headline_has_none():
    only = make_state("negative", 300, GOOD, episodes=(GAIN,), rests_on=GAIN)
    verdict = make_verdict(evidence=make_evidence(negative=only))
    assert f"after negative {STOCK_BOND} (2000 to 2022), not" in first_screen(verdict).line
    depended = first_screen(dependent(works_in=(GAIN,), fails_in=(BEFORE,)))
    assert f"after negative {STOCK_BOND}, fell" in depended.line
    never = make_evidence(positive=make_state("positive", 0, NOTHING))
    assert first_screen(make_verdict(evidence=never)).line.endswith(
        f"beat bills after negative {STOCK_BOND}."
    )


def state_today(correlation: float | None) -> HedgeState:
    indicator = Indicator("correlation", correlation, 0.0, "2025-12", None, "", False, ((), ()))
    return HedgeState("2025-12-31", ("SPY",), ("IEF",), None, None, "", (), 0, 0, (indicator,))


@pytest.mark.parametrize(
    ("today", "last", "of", "told"),
    [
        (0.4899, -0.1, "IEF", "; today (2025-12) it is positive (+0.49)."),
        (-0.4899, 0.1, "IEF", "; today (2025-12) it is negative (-0.49)."),
        (None, -0.104, "IEF", "; today (2025-12) it is negative (-0.10)."),
        # That of today is of stocks and bonds, the states are of another pair.
        (0.4899, -0.104, "GLD", "; today (2025-12) it is negative (-0.10)."),
        (None, None, "IEF", "not clearly after positive."),
        (0.0, None, "IEF", "; today (2025-12) it is positive (+0.00)."),
    ],
)  # fmt: skip
def test_the_line_ends_with_the_correlation_of_today(today, last, of, told):
    verdict = make_verdict(evidence=make_evidence(correlation_of=of), state=state_today(today))
    values = () if last is None else (0.9, last)
    series = TrailingCorrelation(("2025-11", "2025-12")[: len(values)], values, 36)
    line = first_screen(replace(verdict, series=replace(verdict.series, correlation=series))).line
    assert line.endswith(told)
    assert ("equity-hedge correlation" in line) == (of == "GLD")


def test_of_a_ruined_run_only_the_state_of_the_data_is_of_today():
    money = PortfolioMoney(100.0, 150.0, 0.0, 0.0, 0.0, 0.05, "2000-10-31")
    series = TrailingCorrelation(("2000-10",), (0.02,), 36)
    cases = {
        "; in its last month (2000-10) it was positive (+0.02).": None,
        "; today (2025-12) it is positive (+0.49).": state_today(0.4899),
    }
    for told, state in cases.items():
        verdict = make_verdict(evidence=make_evidence(correlation_of="IEF"), state=state)
        verdict = replace(
            verdict,
            series=replace(verdict.series, correlation=series),
            own_money={"portfolio": money},
        )
        assert first_screen(verdict).line.endswith(told)


def test_of_a_short_run_the_long_view_is_told():
    short = make_evidence(every=make_payoff(36, estimate(0.01)))
    verdict = make_verdict(word="unclear", evidence=short)
    assert first_screen(verdict).line.endswith(
        "30.0 %. Beyond cash nothing can be said of fewer than 60 months."
    )
    view = LongView("", "months", "1962-01-31", "2025-12-31", "it depended", make_evidence(), 1)
    for long, told in ((view, "60 months; since 1962 the same strategy: it depended."),
                       (LongView("no such months"), "fewer than 60 months.")):  # fmt: skip
        assert first_screen(replace(verdict, long_view=long)).line.endswith(told)


# Tiles


def test_protection_by_hand():
    legs = Measure("worst_decile_mean_monthly", "interval", "percent", estimate(0.0142),
                   estimate(0.0038), estimate(0.0104))  # fmt: skip
    verdict = with_falls(make_verdict(), -0.3012, -0.5039, -0.3305)
    shown = tile(first_screen(replace(verdict, works=(*verdict.works, legs))), "protection")
    assert (shown.title, shown.value, shown.unit, shown.tone) == (
        "Protection in equity's worst months", "+1.0 %", "a month against bills", "works",
    )  # fmt: skip
    assert shown.lines == (
        "In the worst 20 of 200 months: Treasuries 1.4 %, bills 0.4 %, difference +1.0 % (+0.2 to "
        "+1.9)",
        "After negative stock-bond correlation +1.2 (+0.4 to +2.0), after positive +0.9 (-0.1 to "
        "+1.6)",
        "Deepest fall, month-ends: with Treasuries 30.1 %, with bills 33.1 %, 100 % equity 50.4 %",
    )
    # A brief verdict has no legs.
    assert tile(first_screen(verdict), "protection").lines[0] == (
        "In the worst 20 of 200 months: difference +1.0 % (+0.2 to +1.9)"
    )


def test_protection_without_intervals_states_or_months():
    every = replace(make_payoff(11, estimate(-0.0006)), worst_months_held=1)
    evidence = make_evidence(
        every=every,
        negative=make_state("negative", 0, NOTHING),
        positive=make_state("positive", 11, estimate(-0.0006)),
    )
    verdict = make_verdict(word="unclear", evidence=evidence, tickers=Tickers(("SPY",), ("GLD",)))
    daily = replace(verdict.series.drawdown, daily=True)
    verdict = replace(verdict, series=replace(verdict.series, drawdown=daily))
    shown = tile(first_screen(verdict), "protection")
    # Eleven months say nothing in large letters; the figure is in the line.
    assert (shown.value, shown.unit, shown.tone) == ("Too short", "to say: 11 months", "")
    assert shown.lines == (
        "In the worst 2 of 11 months: difference -0.1 % (no interval: too few months)",
        "After positive stock-bond correlation -0.1 (no interval: too few months)",
        "The hedge was held in 1 of these 2 months",
        "Deepest fall, daily closes: with GLD 30.0 %, with bills 30.0 %, 100 % equity 30.0 %",
    )
    empty = make_evidence(every=make_payoff(0, NOTHING), negative=evidence.negative,
                          positive=make_state("positive", 0, NOTHING))  # fmt: skip
    shown = tile(first_screen(replace(verdict, evidence=empty)), "protection")
    assert (shown.value, shown.unit, len(shown.lines)) == ("Too short", "to say: 0 months", 1)


def test_a_dependence_that_so_few_changes_cannot_prove_is_told_so():
    verdict = dependent(works_in=(GAIN,), fails_in=(BEFORE, SINCE))
    for share, word, is_told in ((0.11, "it depended", True), (0.1, "it depended", False),
                                 (0.11, "unclear", False)):  # fmt: skip
        doubted = replace(
            verdict, word=word, evidence=replace(verdict.evidence, placebo_share=share)
        )
        lines = tile(first_screen(doubted), "protection").lines
        assert ("So few changes of regime cannot prove it" in lines) is is_told


def test_when_by_hand():
    crises = (
        make_crisis(-0.2, 0.10, 0.01, state="negative"),  # it beat bills
        make_crisis(-0.2, 0.005, 0.01, state="negative"),
        make_crisis(-0.3, -0.04, 0.06, state="positive"),
        make_crisis(-0.2, 0.03, 0.01, state="positive"),  # it beat bills
        make_crisis(-0.2, 0.031, 0.03),  # it beat bills, state unknown
        make_crisis(0.1, 0.2, 0.01, state="negative"),  # no fall
    )
    shown = tile(first_screen(make_verdict(crises=crises)), "when")
    assert (shown.value, shown.unit) == ("3 of 5", "falls of equity")
    # (10 + 0.5 - 4 + 3 + 3.1) / 5 = 2.52, and (1 + 1 + 6 + 1 + 3) / 5 = 2.4
    assert shown.lines == (
        "1 of 2 after negative correlation, 1 of 2 after positive, 1 of 1 before any was known",
        "On average in 5 falls: Treasuries 2.5 %, bills 2.4 %, difference +0.1 %",
    )


def test_when_there_was_one_fall_or_none_or_no_price():
    unheld = (make_crisis(-0.2, None, 0.01), make_crisis(-0.2, 0.03, 0.02, state="positive"))
    shown = tile(first_screen(make_verdict(crises=unheld)), "when")
    assert (shown.value, shown.unit) == ("1 of 2", "falls of equity")
    assert shown.lines == (
        "1 of 1 after positive correlation, 0 of 1 before any was known",
        "On average in 1 fall: Treasuries 3.0 %, bills 2.0 %, difference +1.0 %",
        "No price of the hedge yet in 1 fall",
    )
    (shown,) = [tile(first_screen(make_verdict(crises=unheld[1:])), "when")]
    assert (shown.value, shown.unit) == ("1 of 1", "fall of equity")
    assert shown.lines[1].startswith("In that fall: Treasuries 3.0 %")
    for crises in ((), (make_crisis(0.1, 0.2, 0.01),)):
        shown = tile(first_screen(make_verdict(crises=crises)), "when")
        assert (shown.value, shown.unit) == ("No fall", "of equity to judge by")
        assert shown.lines == ("No fall on the list, and none beyond 15 %, lies in this period",)


def test_cost_by_hand():
    verdict = make_verdict()
    growth = replace(verdict.cost.growth_against_monthly, bills=estimate(0.0101, -0.0011, 0.0144))
    cost = replace(verdict.cost, growth_against_monthly=growth)
    shown = tile(first_screen(replace(verdict, cost=cost)), "cost")
    assert (shown.title, shown.value, shown.unit) == (
        "Cost against 100 % equity", "-1.1", "points of growth a year",
    )  # fmt: skip
    # Given up: 1.07 points with Treasuries, 2.08 with bills.
    assert shown.lines == (
        "With Treasuries -1.1, with bills -2.1, difference +1.0 (-0.1 to +1.4)",
        "Turnover 10.1 % a year, $1,234 paid in costs",
    )
    given = replace(cost.growth_given_up_monthly, portfolio=estimate(-0.003))
    gained = replace(verdict, cost=replace(cost, growth_given_up_monthly=given))
    assert tile(first_screen(gained), "cost").value == "+0.3"


def test_cost_of_less_than_a_year_is_what_came_in_all():
    verdict = make_verdict()
    given = replace(verdict.cost.growth_given_up_monthly, portfolio=NOTHING, bills=NOTHING)
    cost = replace(verdict.cost, growth_given_up_monthly=given)
    own, *others = verdict.portfolios
    short = replace(own, numbers=make_numbers(total_return=-0.0123, turnover_per_year=None))
    shown = tile(first_screen(replace(verdict, cost=cost, portfolios=(short, *others))), "cost")
    assert (shown.value, shown.unit) == ("Too short", "for growth a year")
    assert shown.lines == (
        "In all: with Treasuries -1.2 %, with bills 36.0 %, 100 % equity 36.0 %",
        "$1,234 paid in costs",
    )


# Real runs


def test_every_run_is_told_whole_and_in_short(runs):
    for name, run in runs.items():
        screen = first_screen(run.verdict, run.summary)
        for text in texts(screen):
            assert text.strip(), name
            assert not re.search(r"\bnan\b|None|\binf\b|(?<!\S)-(?!\S)|[-+]0\.0\b", text), (
                name,
                text,
            )
        assert len(screen.headline) <= 112, name
        assert len(screen.line) <= 222, name
        assert [each.key for each in screen.tiles] == (
            ["protection", "when", "cost"] if run.verdict.holds_hedge else []
        )


def test_figures_of_real_runs_are_those_of_the_record(runs):
    for name, run in runs.items():
        verdict = run.verdict
        if verdict.evidence is None:
            continue
        protection, when, cost = first_screen(verdict, run.summary).tiles
        every = verdict.evidence.every
        legs = verdict.measure("worst_decile_mean_monthly")
        payoff = legs.treasuries.value - legs.bills.value  # the definition of a payoff
        assert payoff == pytest.approx(every.estimate.value, abs=1e-9), name
        if every.months < 60:
            assert (protection.value, protection.unit[:7]) == ("Too short", "to say:"), name
        else:
            shown = float(protection.value.removesuffix(" %"))
            assert shown == pytest.approx(100 * payoff, abs=0.051), name
        assert f"{every.worst_months} of {every.months} months" in protection.lines[0] or (
            every.worst_months == 1
        )
        falls = [
            100 * -verdict.portfolio(key).max_drawdown for key in ("portfolio", "bills", "equity")
        ]
        told = re.findall(r"([\d.]+ %|none)(?:,|$)", protection.lines[-1])
        for text, fall in zip(told, falls, strict=True):
            number = 0.0 if text == "none" else float(text.removesuffix(" %"))
            assert number == pytest.approx(fall, abs=0.051), name
        down = [crisis for crisis in verdict.crises if crisis.equity < 0]
        beaten = sum(crisis.hedge > crisis.cash for crisis in down)
        assert when.value == (f"{beaten} of {len(down)}" if down else "No fall")
        states = re.findall(r"(\d+) of (\d+)", when.lines[0])
        assert [sum(map(int, column)) for column in zip(*states, strict=True)] == (
            [beaten, len(down)] if down else []
        )
        growth = [verdict.portfolio(key).cagr for key in ("portfolio", "equity")]
        if name in ("mix", "risk_parity"):  # of rules, months before the first fill do not count
            apart = 100 * (growth[0] - growth[1])
            assert float(cost.value) == pytest.approx(apart, abs=0.1), name


def test_the_bundled_default_is_told_as_its_ground_truth(runs):
    """Payoffs +0.17, +1.19 and -1.11 % a month and +0.66 % of growth; 12 of 21 falls."""
    run = runs["mix"]
    screen = first_screen(run.verdict, run.summary)
    assert screen.headline == (
        "60 % SPY, 40 % IEF: Treasuries protected better than cash from 2000 to 2022, on balance "
        "not before or since"
    )
    assert screen.chip == "It depended"
    assert screen.line.endswith("after positive; today (2025-12) it is positive (+0.49).")
    protection, when, cost = screen.tiles
    assert protection.value == "+0.17 %"  # 0.54 less 0.37: with one digit it would not add up
    assert re.match(r"After negative stock-bond correlation \+1\.2 .*, after positive -1\.1 ",
                    protection.lines[1])  # fmt: skip
    assert when.value == "12 of 21"
    assert "difference +0.7 " in cost.lines[0]


def test_without_a_hedge_a_real_run_is_not_judged(runs):
    told = "100 % SPY: nothing to judge, there is no hedge beside equity"
    for name in ("equity_only", "no hedge"):
        screen = first_screen(runs[name].verdict, runs[name].summary)
        assert (screen.headline, screen.tiles) == (told, ())


@pytest.mark.parametrize(
    ("ours", "bills", "apart", "told"),
    [
        (0.012, 0.004, 0.008, "IEF 1.2 %, bills 0.4 %, difference +0.8 %"),
        # 0.5 less 0.4 is not 0.2: one digit would not add up.
        (0.0054, 0.0037, 0.0017, "IEF 0.54 %, bills 0.37 %, difference +0.17 %"),
        (-0.01, 0.002, -0.012, "IEF -1.0 %, bills 0.2 %, difference -1.2 %"),
    ],
)
def test_figures_side_by_side_have_the_digits_with_which_they_add_up(ours, bills, apart, told):
    assert _beside(("IEF", "bills"), (ours, bills, apart)) == told

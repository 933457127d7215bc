"""The words of the trial, from claims made by hand."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from backtests.analysis.claims import ARTICLE_DAY, JUDGEMENTS, Measure
from backtests.report.claims.words import (
    ARTICLE_DATE,
    CLAUSES,
    PARTS,
    TONES,
    abridged,
    begun,
    deciding,
    facts,
    finding,
    headline,
    interval_of,
    interval_text,
    is_forecast,
    leading,
    method,
    reconciled,
    sample_text,
    sureness,
    tiles,
    value_text,
    window_text,
)
from backtests.report.intervals import Interval
from tests.report.claims.made import (
    CUTS,
    LATER,
    LAW,
    PAYOFF,
    SHARE,
    SINCE,
    UNKNOWN,
    claim,
    made_trial,
)

TRIAL = made_trial()


def of(*judged):
    """A trial of claims with these judgements, numbered from 1."""
    return made_trial(claims=tuple(claim(number, each) for number, each in enumerate(judged, 1)))


def test_the_day_of_the_article_is_said_as_it_is():
    day = date.fromisoformat(ARTICLE_DAY)
    assert f"{day.day} {day:%B} {day.year}" == ARTICLE_DATE


def test_every_judgement_has_a_tone_and_every_claim_a_clause_in_one_part():
    assert set(TONES) == set(JUDGEMENTS)
    assert sorted(CLAUSES) == list(range(1, 15))
    assert sorted(number for _, numbers in PARTS for number in numbers) == list(range(1, 15))


@pytest.mark.parametrize(
    ("judged", "told"),
    [
        ((), "0 claims none holds, none fails"),
        (("holds",), "1 claim 1 holds, none fails"),
        (("fails", "fails"), "2 claims none holds, 2 fail"),
        (("holds in part", "cannot be tested here"),
         "2 claims none holds, 1 holds in part, none fails, 1 cannot be tested here"),
        (("holds", "holds", "holds in part", "holds in part", "fails"),
         "5 claims 2 hold, 2 hold in part, 1 fails"),
    ],
)  # fmt: skip
def test_claims_are_counted_by_what_came_of_them(judged, told):
    assert finding(of(*judged)) == f"Of {told}"
    assert headline(of(*judged)) == f"Of the article's {told}"


def test_the_headline_of_fourteen():
    assert headline(TRIAL) == (
        "Of the article's 14 claims 5 hold, 4 hold in part, 3 fail, 2 cannot be tested here"
    )


def test_the_line_names_the_weightiest_of_each_and_counts_the_parts():
    # Hold 1, 3, 5, 9, 11; in part 2, 6, 7, 13; fail 4, 10, 12: the hedge (1, 13, 5, 11) comes
    # before all else.
    assert reconciled(TRIAL) == (
        "Right: that money flees into Treasuries in turmoil. In part: that Treasuries are the core "
        "hedge. Wrong: that attack and defend earns a premium. Claims that hold in full: "
        "Treasuries as a hedge 3 of 4; what to do 1 of 2; the Fed, tariffs and taxes 1 of 5; "
        "price and maturity of the debt 0 of 3."
    )
    assert reconciled(of("fails", "holds")) == (
        "Right: that after a tariff shock Treasuries fall first and rise later. Wrong: that money "
        "flees into Treasuries in turmoil. Claims that hold in full: Treasuries as a hedge 0 of 1; "
        "the Fed, tariffs and taxes 1 of 1."
    )
    assert reconciled(of("holds in part")) == (
        "In part: that money flees into Treasuries in turmoil. Claims that hold in full: "
        "Treasuries as a hedge 0 of 1."
    )
    assert reconciled(of()) == ""


def test_a_claim_beyond_the_known_ones_is_told_by_its_title():
    other = dataclasses.replace(claim(1, "holds"), number=15, title="Gold glitters")
    trial = made_trial(claims=(other,))
    assert reconciled(trial) == "Right: that Gold glitters."
    assert tiles(trial)[0].lines[0].words == "Gold glitters"


def test_how_sure_it_is():
    # Judged: all but 8 and 14. Without an interval: 2, 3, 4, 5, 12. Fewer than 10: 3 (8 cuts), 5
    # (4 falls; the single fall of the figure that does not decide does not count). No sample: the
    # forecasts 2 and 4 and the law of 12. Only the interval of claim 1 lies above zero.
    assert sureness(TRIAL) == (
        "How sure: of 12 judged 7 rest on an interval, which includes zero in 6 (claims 6, 7, 9, "
        "10, 11, 13); 2 on fewer than 10 observations (claims 3, 5); 3 on what happened once, or "
        "on a law (claims 2, 4, 12)."
    )
    assert sureness(of("holds")) == "How sure: of 1 judged 1 rests on an interval."
    assert sureness(of("cannot be tested here")) == "No claim could be judged on these data."


@pytest.mark.parametrize(("n", "told"), [(9, "; 1 on fewer than 10"), (10, None)])
def test_ten_observations_are_not_few(n, told):
    measures = (dataclasses.replace(PAYOFF, n=n),)
    line = sureness(made_trial(claims=(claim(1, "holds", measures=measures),)))
    assert ("fewer" in line) == bool(told)
    assert (told or "") in line


def test_tiles_say_what_holds_what_fails_and_what_came_after():
    holds, fails, after = tiles(TRIAL)
    assert (holds.title, holds.value, holds.unit, holds.tone) == (
        "What holds", "5", "of 14 claims", "works",
    )  # fmt: skip
    # By weight: 1 and 5 and 11 are the hedge, 9 what to do, 3 the Fed.
    assert [line.claims for line in holds.lines] == [(1,), (5,), (11,), (9,), (3,), (2, 6, 7, 13)]
    assert holds.lines[-1].words == "In part: "
    assert (fails.value, fails.tone) == ("3", "fails")
    assert [line.claims for line in fails.lines] == [(10,), (4,), (12,), (8, 14)]
    assert (after.value, after.unit) == ("2", "of 14 claims have figures, to 2025-12")
    assert [(line.value, line.words) for line in after.lines] == [
        ("-3.70 %", "TLT by 21 May 2025"),
        ("7.60 %", "TLT by 22 October 2025"),
        ("-61 bp", "Policy rate from April to December 2025"),
    ]


def test_a_tile_without_claims_has_no_tone_and_says_so():
    holds, fails, after = tiles(of("holds in part"))
    assert [(tile.value, tile.tone) for tile in (holds, fails)] == [("0", ""), ("0", "")]
    assert after.lines[0].words == "The data at hand end before, or say nothing of it."


def test_more_than_four_lines_of_what_came_after_are_linked():
    since = dataclasses.replace(SINCE, decides=False)
    claims = [claim(number, "holds", after=(since,)) for number in range(1, 8)]
    after = tiles(made_trial(claims=tuple(claims)))[2]
    # By weight 1, 5; 2, 3, 6, 4; 7.
    assert [line.claims for line in after.lines] == [(1,), (5,), (2,), (3,), (4, 6, 7)]
    # A forecast that was decided by it comes first, with two figures.
    claims[3] = claim(4, "fails", after=(SINCE, CUTS, since))
    after = tiles(made_trial(claims=tuple(claims)))[2]
    assert [line.claims for line in after.lines] == [(4,), (4,), (1,), (5,), (2, 3, 6, 7)]


def test_a_forecast_is_decided_by_what_came_after_alone():
    forecast, other = claim(2, "holds"), claim(1, "holds", after=(SINCE,))
    assert (is_forecast(forecast), deciding(forecast)) == (True, (SINCE,))
    assert (is_forecast(other), deciding(other)) == (False, (PAYOFF, SINCE))
    assert not is_forecast(claim(12, "fails"))


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (-0.037, "percent", "-3.70 %"),
        (0.0043, "points", "+0.43 points"),
        (-0.000001, "points", "0.00 points"),
        (-61.4, "bp", "-61 bp"),
        (0.625, "share", "62.5 %"),
        (1.0, "share", "100 %"),
        (1.0, "months", "1 month"),
        (14.0, "months", "14 months"),
        (-0.314, "correlation", "-0.31"),
        (1.513, "times", "1.51 times"),
        (1234.0, "count", "1,234"),
        (None, "percent", "-"),
        (float("nan"), "percent", "-"),
        (float("inf"), "times", "-"),
    ],
)
def test_a_figure_in_its_unit(value, unit, told):
    assert value_text(Measure("x", value, unit)) == told


def test_a_law_stands_as_it_is():
    assert value_text(LAW) == "18 July 1984, DEFRA 127"


def test_an_interval_is_told_and_drawn_whole_or_told_from_one_side():
    assert interval_text(PAYOFF) == "0.10 to 0.78 %"
    assert interval_of(PAYOFF, "1") == Interval(0.001, 0.0043, 0.0078, "percent 1")
    least = dataclasses.replace(PAYOFF, high=None)
    assert interval_text(least) == "at least 0.10 %"
    assert interval_text(dataclasses.replace(PAYOFF, low=float("-inf"))) == "at most 0.78 %"
    assert interval_of(least) is None
    assert interval_text(CUTS) == ""
    assert interval_of(dataclasses.replace(PAYOFF, high=float("inf"))) is None


@pytest.mark.parametrize(
    ("low", "high", "unit", "told"),
    [
        (-0.0035, -0.0000125, "points", "-0.35 to -0.001 points"),
        (0.0000125, 0.0035, "points", "+0.001 to +0.35 points"),
        (0.00004, 0.01, "percent", "0.004 to 1.00 %"),
        (-0.01, 0.0, "percent", "-1.00 to 0.00 %"),
        (-0.3, 0.0004, "correlation", "-0.30 to 0.0004"),
        (-0.3, 3.0, "bp", "-0.3 to +3 bp"),
    ],
)
def test_an_end_that_is_not_zero_does_not_read_as_zero(low, high, unit, told):
    assert interval_text(Measure("x", 0.0, unit, low, high)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Twenty characters ok", "Twenty characters ok"),
        ("First sentence. Second one.", "First sentence …"),
        ("One clause; another, and on", "One clause …"),
        ("Without any clause in it all", "Without any …"),
        ("Unbreakablewordwithoutaspace", "Unbreakablewordwit …"),
    ],
)
def test_a_long_text_is_cut_after_a_whole_part(text, told):
    assert abridged(text, 20) == told


def test_a_sample_counts_a_share_where_it_is_a_whole_number():
    assert sample_text(SHARE) == "6 of 8 first cuts"
    assert sample_text(PAYOFF) == "n 76 months"
    assert sample_text(dataclasses.replace(SHARE, value=0.7)) == "n 8 first cuts"
    assert sample_text(dataclasses.replace(SHARE, n=0, value=0.0)) == "n 0 first cuts"
    assert sample_text(dataclasses.replace(PAYOFF, n_of="")) == "n 76"
    assert sample_text(LAW) == ""


def test_what_decides_comes_first_and_what_is_not_known_last():
    assert leading((UNKNOWN, LATER, PAYOFF)) == [PAYOFF, LATER, UNKNOWN]


def test_a_window_may_have_one_end_or_none():
    assert window_text(PAYOFF) == "1962-01 to 2025-03"
    assert window_text(dataclasses.replace(PAYOFF, first="")) == "2025-03"
    assert window_text(dataclasses.replace(PAYOFF, first="2025-03")) == "2025-03"
    assert window_text(LAW) == ""


def test_what_it_was_tried_on():
    assert facts(TRIAL) == [
        "bundled months, 1962-01 to 2025-09",
        "daily closes of Yahoo Finance, 2002-07-30 to 2025-11-28",
    ]
    offline = made_trial(days_title=None, days_first=None, days_last=None)
    assert facts(offline)[1] == "no daily data"
    assert facts(made_trial(days_first=None, days_last=None))[1] == "daily closes of Yahoo Finance"


def test_the_definitions_explain_every_judgement():
    told = " ".join(words for _, words in method())
    assert all(judgement in told.lower() for judgement in JUDGEMENTS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("equity since then", "Equity since then"), ("1-3 years since then", "1-3 years since then"),
     ("attack_defend over the mix", "attack_defend over the mix"), ("TLT", "TLT"), ("", "")],
)  # fmt: skip
def test_a_cell_begins_with_a_large_letter_but_for_the_name_of_a_rule(text, shown):
    assert begun(text) == shown

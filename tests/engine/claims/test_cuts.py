"""Claims 3 and 4: first cuts against published figures and made cycles; the cuts of 2025."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from backtests.analysis.claims import Claim
from backtests.engine.claims.cuts import FIRST_CUTS, cuts_of_2025, rise_after_first_cut
from data import bundled
from tests.engine.claims.fed_exhibits import (
    bundled_months,
    in_months,
    made_market,
    made_months,
    with_real_days,
)

# GROUND_TRUTH: 10y in bp against the day before, after 1, 3, 6 and 12 months; total return of the
# 10y over 12 and 24 months, in %. The 24 months of the last end after the data that are tested.
PUBLISHED = {
    "1984-10-02": (-88, -84, -84, -224, 27.0, 65.7),
    "1989-06-06": (-28, -19, -51, +10, 7.7, 18.5),
    "1995-07-06": (+31, -13, -50, +87, -0.3, 12.2),
    "1998-09-29": (-7, +10, +67, +136, -5.2, 1.9),
    "2001-01-03": (+25, +2, +49, +24, 3.0, 17.5),
    "2007-09-18": (+4, -34, -100, -94, 12.1, 15.8),
    "2019-07-31": (-56, -37, -55, -151, 16.5, 10.2),
    "2024-09-18": (+43, +85, +64, +46, 0.4, None),
}
KNOWN = [day for day in FIRST_CUTS if day < "2024-04"]  # their year was over by the article


def values(claim: Claim, name: str) -> tuple[float | None, ...]:
    assert claim.table is not None
    (row,) = (row for row in claim.table.rows if row.name == name)
    return row.values


def measure(claim: Claim, what: str) -> float | None:
    (found,) = (each for each in (*claim.measures, *claim.after) if what in each.what)
    return found.value


@pytest.mark.parametrize("day", PUBLISHED)
def test_every_cell_of_the_first_cuts_as_published(day):
    *moves, year, _, two = values(rise_after_first_cut(with_real_days()), day)
    *published, year_published, two_published = PUBLISHED[day]
    assert moves == pytest.approx(published, abs=1e-6)  # yields have two digits: whole bp
    assert 100 * year == pytest.approx(year_published, abs=0.0501)
    if two_published is None:
        assert two is None
    else:
        assert 100 * two == pytest.approx(two_published, abs=0.0501)


def test_with_daily_yields_the_claim_fails_by_its_own_rule():
    claim = rise_after_first_cut(with_real_days())
    # 1984, 2007 and 2019 of the seven whose year was over by the article.
    assert measure(claim, "lower 10-year yield after 12 months") == 3 / 7
    assert measure(claim, "lower 10-year yield after 6 months") == 5 / 7
    decides = claim.measures[0]
    assert decides.decides
    assert decides.n == 7
    assert decides.low < 0.0 < decides.high
    assert claim.judgement == "fails"
    assert measure(claim, "yield, 12 months after the first cut of 2024-09-18") == (
        pytest.approx(46.0)
    )


def test_months_are_those_of_the_table_from_the_end_of_the_month_before():
    claim = rise_after_first_cut(bundled_months())
    y10 = bundled.table()["cmt_10y_pct"]
    for day in KNOWN:
        base = pd.Period(day, "M") - 1
        by_hand = [100 * (y10[base + months] - y10[base]) for months in (1, 3, 6, 12)]
        assert values(claim, day)[:4] == pytest.approx(by_hand)
    assert "month-ends" in claim.data
    assert "Daily yields" in claim.missing


def cycles(moves: dict[str, float]) -> Claim:
    """Judge made months in which the yield moves a year after each cut, and then comes back."""
    yields = made_months("1984-01-31", "2025-12-31")
    for day, bp in moves.items():
        at = yields.index.to_period("M").get_loc(pd.Period(day, "M") - 1) + 12
        yields.iloc[at] += bp / 100.0
    return rise_after_first_cut(in_months(made_market(yields, 12)))


def test_cuts_that_yields_followed_down_hold_and_up_fail():
    # Cash is flat and 5 % are earned: 20 bp down gain in each cycle, beyond any doubt.
    assert cycles(dict.fromkeys(KNOWN, -20.0)).judgement == "holds"
    assert cycles(dict.fromkeys(KNOWN, +150.0)).judgement == "fails"
    # 10 bp up cost less than the coupons earn: beyond bills it gained, and yet did not rise.
    assert cycles(dict.fromkeys(KNOWN, +10.0)).judgement == "holds in part"


def test_half_of_the_cycles_are_not_more_than_half():
    # Four of seven down a little, three up a lot: the mean is not above 0 beyond doubt.
    moves = dict(zip(KNOWN, [-5.0] * 4 + [300.0] * 3, strict=True))
    assert cycles(moves).judgement == "holds in part"
    moves = dict(zip(KNOWN, [-5.0] * 3 + [300.0] * 4, strict=True))
    assert cycles(moves).judgement == "fails"


def test_what_came_after_the_article_does_not_judge():
    alike = dict.fromkeys(KNOWN, -20.0)
    assert cycles({**alike, "2024-09-18": +400.0}).measures == cycles(alike).measures
    assert cycles({**alike, "2024-09-18": +400.0}).judgement == "holds"


def test_two_cycles_are_too_few():
    months = made_market(made_months("1984-01-31", "1991-12-31"), 12)
    claim = rise_after_first_cut(in_months(months))
    assert claim.judgement == "cannot be tested here"
    assert "2 first cuts" in claim.because
    assert "1991-12-31" in claim.after_words


def rates(falls: dict[str, float], last: str = "2025-12") -> Claim:
    """Judge a made policy rate of 4.33 % that averages so many basis points less from months on."""
    months = bundled_months().months
    months = months.until(pd.Period(last, "M").to_timestamp(how="end").normalize())
    rate = pd.Series(4.33, months.sessions)
    for month, bp in falls.items():
        rate[month:] = 4.33 - bp / 100.0
    months = months.relabelled()
    vars(months)["_policy_rate"] = rate
    return cuts_of_2025(in_months(months))


def test_both_right_one_right_none_right():
    assert rates({"2025-05": 25, "2025-12": 100}).judgement == "holds"
    assert rates({"2025-05": 25, "2025-12": 99}).judgement == "holds in part"  # date alone
    assert rates({"2025-08": 25, "2025-12": 100}).judgement == "holds in part"  # size alone
    claim = rates({"2025-08": 25, "2025-12": 99})
    assert claim.judgement == "fails"
    assert "Date wrong" in claim.because
    assert "Size wrong" in claim.because


def test_ten_basis_points_are_no_cut():
    assert rates({"2025-05": 9.9, "2025-12": 100}).judgement == "holds in part"
    assert rates({"2025-05": 10.5, "2025-12": 100}).judgement == "holds"


def test_a_cut_that_was_taken_back_shows_at_its_largest():
    claim = rates({"2025-05": 25, "2025-07": 0, "2025-10": 110, "2025-12": 40})
    assert claim.judgement == "holds"
    assert [(each.what.rpartition("to ")[2], each.value) for each in claim.after[:2]] == [
        ("June 2025", pytest.approx(-25.0)),
        ("November 2025", pytest.approx(-110.0)),
    ]


def test_what_is_not_over_is_not_judged():
    assert rates({}, "2025-03").judgement == "cannot be tested here"
    assert rates({}, "2025-03").after == ()
    early = rates({"2025-06": 30}, "2025-06")
    assert early.judgement == "cannot be tested here"
    assert "Date right" in early.because
    assert "Size not known yet" in early.because
    assert rates({"2025-06": 100}, "2025-06").judgement == "holds"  # no later month can undo it


def test_the_first_cut_after_the_article_came_in_september():
    months = bundled_months().months.until(pd.Timestamp("2025-09-30"))
    claim = cuts_of_2025(in_months(months))
    (first,) = (each for each in claim.after if each.unit == "day")
    assert first.text == "2025-09"  # STRESS_AND_CLAIMS: first move September
    # 4.33 in March and in July, 4.22 in September.
    assert measure(claim, "federal funds rate from March to July 2025") == 0.0
    assert measure(claim, "federal funds rate from March to September 2025") == pytest.approx(-11)
    assert "Date wrong" in claim.because
    assert claim.measures[0].value == pytest.approx(0.0433)


def test_the_whole_year_fails_on_both_counts():
    assert cuts_of_2025(bundled_months()).judgement == "fails"


def test_months_without_a_policy_rate_judge_nothing():
    months = bundled_months().months.only([])
    assert cuts_of_2025(replace(bundled_months(), months=months)).judgement == (
        "cannot be tested here"
    )


def test_the_share_of_months_with_such_a_fall_by_hand():
    claim = rates({"2024-12": 100})  # one step, seen from the nine months before it
    share = next(each for each in claim.measures if each.unit == "share")
    # Nine-month changes to December 2024 ... March 2025 see it: 4 of all that end by March.
    assert share.value == pytest.approx(4 / share.n)

"""Rows of claims and tables of their figures, from a trial made by hand."""

from __future__ import annotations

import dataclasses

from backtests.report.claims.tables import claim_grid, claim_lines, measures_grid, row_figure
from tests.report.claims.made import (
    FALLS,
    LATER,
    LAW,
    LONG,
    PAYOFF,
    SHARE,
    SINCE,
    UNKNOWN,
    claim,
    made_trial,
)

LINES = claim_lines(made_trial())


def test_each_claim_has_one_line_with_its_word():
    assert [line.number for line in LINES] == list(range(1, 15))
    assert (LINES[0].word, LINES[0].tone, LINES[0].rank) == ("holds", "works", 0)
    assert (LINES[1].word, LINES[1].tone, LINES[1].rank) == ("holds in part", "part", 1)
    assert (LINES[3].word, LINES[3].tone, LINES[3].rank) == ("fails", "fails", 2)
    assert (LINES[7].word, LINES[7].tone, LINES[7].rank) == ("cannot be tested here", "untested", 3)


def test_a_line_shows_what_decides_with_its_interval_and_n():
    figure = LINES[0].figures[0]
    assert figure.value == "0.43 %"
    assert figure.small == "0.10 to 0.78 % (90 %, resampled histories of 63 years), n 76 months"
    assert LINES[0].window == "1962-01 to 2025-03"
    # Alone on its scale of 0 to 0.78 the interval ends at its right edge, zero at the left.
    assert figure.whisker is not None
    assert (figure.whisker.zero, figure.whisker.high) == (4.0, 106.0)


def test_a_small_interval_beside_a_large_one_keeps_a_scale_of_its_own():
    large = dataclasses.replace(PAYOFF, value=0.5, low=0.1, high=0.9)
    small, _ = claim_lines(
        made_trial(claims=(claim(1, "holds"), claim(2, "holds", measures=(large,))))
    )
    assert small.figures[0].whisker == LINES[0].figures[0].whisker


def test_what_decides_is_shown_though_it_is_not_the_first():
    assert [figure.value for figure in LINES[4].figures] == ["-48.35 %"]


def test_a_line_without_a_figure_says_why():
    assert (LINES[7].figures, LINES[7].why_none) == ((), "Yields of other sovereigns before 1990.")
    assert LINES[13].why_none == "No figure decides it"
    assert LINES[0].why_none == ""


def test_one_figure_decides_in_the_row_of_a_forecast_two_and_others_are_counted():
    line = claim_lines(made_trial(claims=(claim(1, "holds", measures=(PAYOFF,) * 5),)))[0]
    assert (len(line.figures), line.more) == (1, 4)
    forecast = claim(2, "holds", after=(SINCE,) * 5)
    line = claim_lines(made_trial(claims=(forecast,)))[0]
    assert (len(line.figures), line.more) == (2, 3)


def test_what_came_after_stands_in_figures_else_in_words():
    figures = dataclasses.replace(claim(1, "holds"), after=(LATER, SINCE, LATER))
    line = claim_lines(made_trial(claims=(figures,)))[0]
    assert [figure.value for figure in line.after] == ["-3.70 %", "7.60 %"]
    assert (line.after_words, line.is_after_unknown) == ("", False)
    assert LINES[7].after_words.startswith("A long sentence")
    assert (LINES[0].after_words, LINES[0].is_after_unknown) == (
        "No figures of the time since.",
        True,
    )
    told = dataclasses.replace(figures, after_words="It rose.")
    line = claim_lines(made_trial(claims=(told,)))[0]
    assert ([figure.value for figure in line.after], line.after_words) == (["-3.70 %"], "It rose.")


def test_what_decided_a_forecast_is_shown_once_where_words_tell_of_it():
    assert [figure.value for figure in LINES[1].figures] == ["-3.70 %"]
    assert (LINES[1].after, LINES[1].after_words) == ((), "It fell first and rose later.")
    assert [figure.value for figure in LINES[3].after] == ["-61 bp"]
    assert [line.number for line in LINES if line.is_forecast] == [2, 4]


def test_long_texts_are_cut_in_the_row():
    long = claim_lines(made_trial(claims=(claim(6, "holds", data=LONG, missing=LONG),)))[0]
    assert len(long.data) <= 150
    assert long.data.endswith(" …")
    assert LONG.startswith(long.data[:-2])
    assert len(LINES[7].after_words) <= 150


def test_a_figure_that_cannot_be_worked_out_says_so():
    assert row_figure(UNKNOWN).value == "-"
    assert row_figure(UNKNOWN).small == "cannot be worked out on these data, n 1 fall"
    assert row_figure(LAW).small == ""


def test_figures_of_a_claim_with_a_reason_for_each_dash():
    grid = measures_grid((UNKNOWN, PAYOFF, LAW), "Up to the article")
    texts = [[(cell.text, cell.small) for cell in row] for row in grid.rows]
    assert texts == [
        [("Treasuries less bills in equity's worst months", "decides"), ("0.43 %", ""),
         ("0.10 to 0.78 %", "90 %, resampled histories of 63 years"), ("76 months", ""),
         ("1962-01 to 2025-03", "")],
        [("The tax was repealed", "decides"), ("18 July 1984, DEFRA 127", ""),
         ("-", ""), ("-", ""), ("-", "")],
        [("Months until TLT recovers", ""), ("-", "cannot be worked out on these data"),
         ("-", ""), ("1 fall", ""), ("-", "")],
    ]  # fmt: skip
    assert grid.caption.startswith("Up to the article. A dash: no interval; no sample")
    assert measures_grid((PAYOFF,), "Up to the article").caption == "Up to the article"
    assert [row[1].tone for row in grid.rows] == ["best", "best", ""]
    assert [row[1].sort for row in grid.rows] == [0.0043, "", ""]
    assert grid.rows[0][2].interval is not None


def test_a_share_counts():
    assert measures_grid((SHARE,), "").rows[0][3].text == "6 of 8 first cuts"


def test_a_claims_own_table_has_its_units_below_the_heads():
    grid = claim_grid(FALLS)
    assert grid.heads == ["Fall", *FALLS.heads]
    assert list(grid.head_notes) == ["", "%", "%", "points", "months", "bp", ""]
    assert [cell.text for cell in grid.rows[1]] == [
        "2007-11 to 2009-02", "9.87", "18.76", "+22.01", "-", "-190", "-0.42",
    ]  # fmt: skip
    assert grid.rows[1][4].sort == ""
    assert grid.wide
    assert grid.caption == "Each fall of equity beyond 15 %. A dash: not known."


def test_a_dash_is_explained_once():
    table = dataclasses.replace(FALLS, caption="Falls; a dash: not yet")
    assert claim_grid(table).caption == "Falls; a dash: not yet"


def test_a_head_that_names_its_unit_has_it_once():
    table = dataclasses.replace(FALLS, heads=("SHY, %", *FALLS.heads[1:]), rows=FALLS.rows[:1])
    assert list(claim_grid(table).head_notes)[1] == ""
    assert claim_grid(table).caption == FALLS.caption

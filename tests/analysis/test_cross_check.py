"""The same numbers by three programs: what differs is named, with its reason."""

from __future__ import annotations

import dataclasses

import pytest

from backtests.analysis.cross_check import LABELS, Headline, cross_check

OURS = Headline(**dict.fromkeys(LABELS, 0.5))


def test_cross_check_names_what_differs_and_only_that():
    ours = Headline(**dict.fromkeys(LABELS, 0.5))
    same = dataclasses.replace(ours)
    other = dataclasses.replace(ours, sharpe=0.51, cagr=0.6)
    rows = {row.key: row for row in cross_check(ours, same, other)}
    assert rows["volatility"].why == ""
    assert rows["sharpe"].why.startswith("quantstats: one average bill return")
    assert "vectorbt" not in rows["sharpe"].why
    assert rows["cagr"].why == "quantstats: differs for a reason not known, report it"


def test_both_that_differ_for_one_reason_share_its_sentence():
    other = dataclasses.replace(OURS, sharpe=0.51)
    rows = {row.key: row for row in cross_check(OURS, other, other)}
    assert rows["sharpe"].why.startswith("vectorbt and quantstats: one average bill return")
    assert (rows["sharpe"].ours, rows["sharpe"].vectorbt, rows["sharpe"].quantstats) == (
        0.5, 0.51, 0.51,
    )  # fmt: skip


@pytest.mark.parametrize(("theirs", "differs"), [(0.5 * (1 + 9e-10), False), (0.5 + 6e-10, True)])
def test_a_billionth_of_the_number_is_the_line(theirs, differs):
    rows = {row.key: row for row in cross_check(OURS, dataclasses.replace(OURS, cagr=theirs), OURS)}
    assert bool(rows["cagr"].why) is differs


def test_a_number_that_a_program_does_not_have_is_no_difference():
    bare = dataclasses.replace(OURS, sharpe=None, calmar=None)
    for ours, theirs in ((OURS, bare), (bare, OURS)):
        assert all(row.why == "" for row in cross_check(ours, theirs, theirs))


def test_every_number_has_its_line_in_order():
    rows = cross_check(OURS, OURS, OURS)
    assert [row.key for row in rows] == list(LABELS)
    assert [field.name for field in dataclasses.fields(Headline)] == list(LABELS)
    assert [row.label for row in rows] == list(LABELS.values())

"""Risk and return as a picture: every portfolio once, in its place, named, nothing on another."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest

from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.scatter import RISKS, risk_pictures
from backtests.report.comparison.table import compare
from backtests.report.lettering import Box, wide
from backtests.report.placement import LINE, overlap


@pytest.fixture(scope="module")
def pictures(comparison):
    return {picture.key: picture for picture in risk_pictures(comparison)}


def test_each_measure_of_risk_has_a_picture_in_three_widths(pictures):
    assert list(pictures) == list(RISKS)
    for picture in pictures.values():
        assert [drawing.name for drawing in picture.drawings] == ["wide", "middle", "narrow"]


def test_points_stand_by_their_numbers(pictures, comparison):
    """More growth is higher, more risk further to the right; a fall is a positive risk."""
    numbers = [run.numbers for run in comparison.table.values()]
    for key, picture in pictures.items():
        for drawing in picture.drawings:
            dots = {dot.member: dot for dot in drawing.dots}
            assert sorted(dots) == [1, 2, 3]
            by_risk = sorted(dots, key=lambda one: abs(getattr(numbers[one - 1], key)))
            assert by_risk == sorted(dots, key=lambda one: float(dots[one].x))
            by_growth = sorted(dots, key=lambda one: numbers[one - 1].cagr)
            assert by_growth == sorted(dots, key=lambda one: -float(dots[one].y))
            assert (dots[1].role, dots[2].role, dots[3].role) == (
                "--portfolio", "--equity", "--rest",
            )  # fmt: skip


def test_a_phone_has_numbers_alone(pictures):
    wide_one, _, narrow = pictures["volatility"].drawings
    assert {dot.text for dot in narrow.dots} == {"1", "2", "3"}
    assert {dot.text for dot in wide_one.dots} == {
        "1 hedge_mix", "2 equity_only", "3 attack_defend s…",
    }  # fmt: skip


def test_twenty_are_all_named_and_no_label_lies_on_another(comparison, finished):
    """The three runs, and seventeen whose risk and growth lie close together."""
    name, own = next(iter(comparison.table.items()))
    labels = [f"mix of assets {number}" for number in range(20)]
    table = {
        label: replace(
            own,
            numbers=replace(
                own.numbers,
                cagr=own.numbers.cagr + 0.0004 * (number % 7),
                volatility=own.numbers.volatility + 0.001 * (number % 5),
            ),
        )
        for number, label in enumerate(labels)
    }
    aligned = replace(
        comparison.aligned,
        labels=labels,
        values=comparison.aligned.values[[name] * 20].set_axis(labels, axis=1),
    )
    many = replace(comparison, aligned=aligned, table=table)
    for drawing in risk_pictures(many)[0].drawings:
        assert len(drawing.dots) == 21  # and equity
        assert all(dot.text for dot in drawing.dots), drawing.name
        boxes = [
            Box(
                float(dot.text_x),
                float(dot.text_y) - 0.35 * drawing.size - LINE * drawing.size / 2,
                float(dot.text_x) + wide(dot.text, drawing.size),
                float(dot.text_y) - 0.35 * drawing.size + LINE * drawing.size / 2,
            )
            for dot in drawing.dots
        ]
        assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
        assert all(box.left >= 0 and box.right <= drawing.width for box in boxes)


def test_less_than_a_year_has_no_picture(finished):
    short = [
        replace(run, values=run.values.iloc[:8], weights=run.weights.iloc[:8]) for run in finished
    ]
    assert risk_pictures(compare(align_runs(short, align=False))) == []


def test_a_point_tells_its_numbers(pictures, comparison):
    for picture in pictures.values():
        for dot in picture.drawings[0].dots:
            assert re.fullmatch(r"\d .+: .+ % a year, .+ \d+\.\d\d %", dot.told)

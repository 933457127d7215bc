"""Places in the picture of falls, worked out by hand; texts that do not collide."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re

import pytest

from backtests.analysis.record import Crisis
from backtests.report.hero_drawing import (
    FLAT,
    HALF,
    IN_NOTEBOOK,
    ON_PAGE,
    THIN,
    Block,
    Drawing,
    Scene,
    Shape,
    Strip,
    Words,
    drawing,
    ordinal,
)
from backtests.report.lettering import Box, wide
from backtests.report.placement import overlap
from backtests.report.text import typeset
from tests.report.verdict.helpers import make_crisis

SHAPE = Shape("test", 1000, 10, 200, 40)
SHAPES = (*ON_PAGE, IN_NOTEBOOK)


def fall(start: str, end: str, added: float, **changes: object) -> Crisis:
    """A fall in which the hedge added so much; it made twice that, bills nothing."""
    made = {"hedge": 2 * added, "cash": 0.0, "portfolio": added, "bills": 0.0}
    return make_crisis(-0.2, **{"start": start, "end": end, **made, **changes})


def scene(*falls: Crisis, start: str = "2000-01-01", end: str = "2010-01-01", strips=()) -> Scene:
    return Scene(falls, (ordinal(start), ordinal(end)), strips)


def box_of(block: Block) -> Box:
    left, top = float(block.x), float(block.y)
    return Box(left, top, left + float(block.width), top + float(block.height))


def bars(drawn: Drawing) -> list[Block]:
    """The rectangles of falls: those with a title."""
    return [block for block in drawn.blocks if block.title]


def box_of_words(words: Words, size: float) -> Box:
    """Around a line of text: as wide as it can be, from its ascent to its descent."""
    width, x, y = wide(typeset(words.text), size), float(words.x), float(words.y)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[words.anchor]
    return Box(left, y - 0.93 * size, left + width, y + 0.24 * size)


def plot_edges(drawn: Drawing) -> tuple[float, float]:
    """Left and right end of the line at zero: the line between two places that lies lowest."""
    found = re.fullmatch(r"M([\d.]+) [\d.]+H([\d.]+)", drawn.lines[2].path)
    assert found
    return float(found[1]), float(found[2])


def heights(drawn: Drawing) -> dict[float, float]:
    """The height of each value that the upright axis names."""
    signed = {words.text: float(words.y) for words in drawn.words if words.anchor == "end"}
    return {
        float(text): y - 0.35 * drawn.size
        for text, y in signed.items()
        if re.fullmatch(r"[+-]?[\d.]+", text)
    }


# Bars


def test_a_bar_is_as_long_as_its_fall_and_as_high_as_its_value():
    drawn = drawing(scene(fall("2002-01-01", "2004-01-01", 0.1)), SHAPE)
    (bar,) = bars(drawn)
    left, right = plot_edges(drawn)
    # From 2000-01-01 it is 731 days to 2002-01-01, 1,461 to 2004-01-01 and 3,653 to the end.
    assert float(bar.x) == pytest.approx(left + (right - left) * 731 / 3653, abs=0.1)
    assert float(bar.width) == pytest.approx((right - left) * 730 / 3653, abs=0.15)
    at = heights(drawn)
    assert float(bar.y) == pytest.approx(at[10.0], abs=0.1)
    assert box_of(bar).bottom == pytest.approx(at[0.0], abs=0.1)
    # Nothing lies below zero: it is 6 above the bottom; a line of text has room above the bar.
    assert at[0.0] == pytest.approx(200 - 6, abs=0.1)
    assert float(bar.y) == pytest.approx(12 + 1.3 * 10, abs=0.1)


def test_a_loss_hangs_from_zero():
    drawn = drawing(scene(fall("2002-01-01", "2004-01-01", -0.1)), SHAPE)
    (bar,), at = bars(drawn), heights(drawn)
    assert float(bar.y) == pytest.approx(at[0.0], abs=0.1)
    assert box_of(bar).bottom == pytest.approx(at[-10.0], abs=0.1)


def test_two_falls_are_to_scale():
    drawn = drawing(
        scene(fall("2002-01-01", "2002-06-01", 0.02), fall("2005-01-01", "2005-06-01", -0.06)),
        SHAPE,
    )
    first, second = bars(drawn)
    assert 3 * float(first.height) == pytest.approx(float(second.height), abs=0.3)


def test_what_is_hardly_there_is_still_seen():
    drawn = drawing(
        scene(fall("2002-01-01", "2002-01-02", 0.00001), fall("2005-01-01", "2007-01-01", 0.1)),
        SHAPE,
    )
    first, _ = bars(drawn)
    assert (float(first.width), float(first.height)) == (THIN, FLAT)


def test_a_fall_of_a_day_at_the_end_stays_inside():
    drawn = drawing(scene(fall("2010-01-01", "2010-01-01", 0.1)), SHAPE)
    (bar,) = bars(drawn)
    assert box_of(bar).right == pytest.approx(plot_edges(drawn)[1], abs=0.1)


def test_small_differences_are_drawn_small():
    drawn = drawing(scene(fall("2002-01-01", "2004-01-01", 0.001)), SHAPE)
    (bar,), at = bars(drawn), heights(drawn)
    assert {-1.0, 0.0, 1.0} <= at.keys()
    assert float(bar.height) == pytest.approx((at[0.0] - at[1.0]) / 10, abs=0.1)


def test_outcomes_differ_in_colour_and_all_three_in_form_or_side():
    drawn = drawing(
        scene(
            fall("2001-01-01", "2002-01-01", 0.05),
            fall("2003-01-01", "2004-01-01", -0.05),
            fall("2005-01-01", "2006-01-01", -0.01, hedge=0.01, cash=0.03),
        ),
        SHAPE,
    )
    assert [(bar.role, bar.hollow) for bar in bars(drawn)] == [
        ("--worked", False), ("--lost", False), ("--less", True),
    ]  # fmt: skip
    legend = [block for block in drawn.blocks if not block.title]
    assert [(block.role, block.hollow) for block in legend] == [
        ("--worked", False), ("--lost", False), ("--less", True),
    ]  # fmt: skip
    assert [words.text for words in drawn.words][-3:] == [
        "beat bills", "lost money", "no gain over bills",
    ]  # fmt: skip


# Labels and ticks


def test_a_label_stands_above_its_bar_with_name_and_value():
    drawn = drawing(scene(fall("2004-01-01", "2006-01-01", 0.1104, name="Dot-com bust")), SHAPE)
    (bar,) = bars(drawn)
    (label,) = [words for words in drawn.words if words.text.startswith("Dot-com")]
    assert label.text == "Dot-com bust +11.0"
    middle = (box_of(bar).left + box_of(bar).right) / 2
    assert float(label.x) == pytest.approx(middle, abs=0.1)
    # 3 above the bar ends a line of 13; what it stands on is 3.5 below the middle of that line.
    assert float(label.y) == pytest.approx(float(bar.y) - 3 - 6.5 + 3.5, abs=0.1)


def test_years_lie_where_they_begin():
    drawn = drawing(scene(fall("2002-01-01", "2004-01-01", 0.1)), SHAPE)
    left, right = plot_edges(drawn)
    (year,) = [words for words in drawn.words if words.text == "2005"]
    assert float(year.x) == pytest.approx(left + (right - left) * 1827 / 3653, abs=0.1)
    (last,) = [words for words in drawn.words if words.text == "2010"]
    assert box_of_words(last, 10).right == pytest.approx(1000, abs=0.1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2020-02-03", "2020-03-30", ["2020-02-03", "2020-03-30"]),
        ("2020-01-02", "2020-12-30", ["2020-04", "2020-07", "2020-10"]),
        ("1962-02-28", "2025-12-31", [str(year) for year in range(1965, 2030, 5)]),
    ],
)
def test_time_is_named_in_months_or_years_by_the_length_of_the_run(start, end, expected):
    within = {"2020": ("2020-02-19", "2020-03-23")}.get(start[:4], ("2008-01-31", "2009-01-31"))
    drawn = drawing(scene(fall(*within, 0.1), start=start, end=end), ON_PAGE[0])
    dated = [words.text for words in drawn.words if re.fullmatch(r"\d{4}(-\d\d){0,2}", words.text)]
    assert dated == expected


def test_a_phone_has_twelve_labels_at_most_and_all_bars():
    falls = [fall(f"{1962 + 3 * k}-01-31", f"{1963 + 3 * k}-01-31", 0.01 * (-1) ** k, name=f"F{k}")
             for k in range(21)]  # fmt: skip
    narrow = ON_PAGE[-1]
    drawn = drawing(scene(*falls, start="1962-01-31", end="2025-01-31"), narrow)
    assert len(bars(drawn)) == 21
    named = [words for words in drawn.words if re.match(r"F\d", words.text)]
    assert 6 <= len(named) <= 12


def test_the_largest_bars_are_labelled_first():
    falls = [
        fall("2001-01-31", "2001-03-31", 0.05, name="High"),
        fall("2003-01-31", "2006-01-31", 0.04, name="Large"),
        fall("2008-01-31", "2009-01-31", 0.005, name="Small"),
    ]
    for most, names in ((1, ["Large"]), (2, ["Large", "High"])):
        drawn = drawing(scene(*falls), Shape("test", 1000, 10, 200, most))
        texts = [words.text.split()[0] for words in drawn.words]
        assert [text for text in texts if text.isalpha() and text.istitle()] == names


def random_scene(seed: int) -> Scene:
    """Falls of random lengths and values over a random time, some at once."""
    draw = random.Random(seed)
    first = draw.choice([715_000, 725_000, 735_000])
    days = draw.choice([60, 365, 1_100, 8_000, 23_000])
    names = [
        "Covid",
        "Downgrade of the US",
        "Invasion of Kuwait",
        "W" * 30,
        "Fall of 1962",
        "m n " * 8,
    ]
    falls = []
    for _ in range(draw.randint(1, 30)):
        begin = draw.randint(first, first + days)
        end = draw.randint(begin, min(begin + days // 10, first + days))
        value = draw.choice([draw.gauss(0, 0.05), draw.gauss(0, 0.001), 0.0])
        start, stop = (str(dt.date.fromordinal(day)) for day in (begin, end))
        falls.append(fall(start, stop, value, name=draw.choice(names)))
    months = sorted({str(dt.date.fromordinal(day))[:7] for day in range(first, first + days, 28)})
    strips = [
        Strip("36-month stock-bond correlation", ("negative", "positive"),
              {month: draw.random() < 0.5 for month in months if draw.random() < 0.9},
              ("+0.49, positive (2025-12)", "+0.49 (2025-12)")),
        Strip("CPI over a year", ("below 3 %", "3 % or more"), {}, ("none in this period", "none")),
    ]  # fmt: skip
    return Scene(sorted(falls, key=lambda each: each.start), (first, first + days), strips)


@pytest.mark.parametrize("seed", range(150))
def test_no_two_texts_collide_and_none_meets_a_bar_or_the_frame(seed):
    for shape in SHAPES:
        drawn = drawing(random_scene(seed), shape)
        texts = [box_of_words(words, shape.size) for words in drawn.words]
        for box in texts:
            assert box.left >= -0.1
            assert box.right <= shape.width + 0.1
            assert box.bottom <= drawn.height
            assert not any(overlap(box, box_of(bar)) for bar in bars(drawn))
        assert not any(overlap(a, b, -0.1) for a, b in itertools.combinations(texts, 2))
        swatches = [box_of(block) for block in drawn.blocks if not block.title]
        assert not any(overlap(a, b, -0.1) for a, b in itertools.product(texts, swatches))


# Strips


def strip(is_first: dict[str, bool], name: str = "CPI") -> Strip:
    return Strip(name, ("low", "high"), is_first, ("2.00, low (2005-01)", "2.00 (2005-01)"))


def areas(drawn: Drawing) -> dict[str, list[tuple[float, ...]]]:
    """Left, middle, right and outer edge of the stretches of each colour."""
    pattern = re.compile(r"M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H[\d.]+z")
    return {
        line.role: [tuple(map(float, stretch)) for stretch in pattern.findall(line.path)]
        for line in drawn.lines
        if line.is_filled
    }


def test_months_of_the_first_state_lie_in_the_lower_lane_and_missing_ones_are_blank():
    months = {"2000-01": True, "2000-02": True, "2000-03": False, "2000-06": False}
    drawn = drawing(
        scene(fall("2000-02-01", "2000-03-01", 0.1), end="2000-12-31", strips=[strip(months)]),
        SHAPE,
    )
    left, right = plot_edges(drawn)
    day = (right - left) / 365  # 2000 has 366 days
    ((low,), high) = areas(drawn)["--negative"], areas(drawn)["--positive"]
    assert (low[0], low[2]) == pytest.approx((left, left + 60 * day), abs=0.1)
    assert low[3] - low[1] == pytest.approx(HALF, abs=0.11)
    assert [(stretch[0], stretch[2]) for stretch in high] == [
        pytest.approx((left + 60 * day, left + 91 * day), abs=0.1),
        pytest.approx((left + 152 * day, left + 182 * day), abs=0.1),
    ]
    assert all(stretch[1] - stretch[3] == pytest.approx(HALF, abs=0.11) for stretch in high)


def test_months_outside_the_run_are_not_drawn():
    months = {f"{year}-{month:02}": True for year in range(1990, 2020) for month in range(1, 13)}
    drawn = drawing(scene(fall("2002-01-01", "2004-01-01", 0.1), strips=[strip(months)]), SHAPE)
    ((low,), high) = areas(drawn)["--negative"], areas(drawn)["--positive"]
    assert (low[0], low[2]) == plot_edges(drawn)
    assert high == []


def test_a_strip_says_its_name_its_states_and_its_last_figure():
    drawn = drawing(scene(fall("2002-01-01", "2004-01-01", 0.1), strips=[strip({})]), SHAPE)
    name, today, *states = drawn.words[-4:]
    assert (name.text, name.x) == ("CPI", "0")
    assert (today.text, today.anchor, today.y) == ("2.00, low (2005-01)", "end", name.y)
    assert [words.text for words in states] == ["low", "high"]
    low, high = drawn.blocks[-2:]
    assert (low.role, high.role) == ("--negative", "--positive")
    assert float(low.y) == pytest.approx(box_of(high).bottom, abs=0.11)  # as in the strip itself


def test_where_there_is_less_room_the_last_figure_is_shorter_or_in_a_row_of_its_own():
    narrow, only = ON_PAGE[-1], scene(fall("2002-01-01", "2004-01-01", 0.1))
    for name, text, rows in (
        ("CPI over a year", "2.00, low (2005-01)", 0),
        ("36-month stock-bond correlation", "2.00 (2005-01)", 0),
        ("36-month correlation of equity and gold", "2.00, low (2005-01)", 1),
    ):
        drawn = drawing(Scene(only.falls, only.span, [strip({}, name)]), narrow)
        named, today, *_ = drawn.words[-4:]
        assert today.text == text
        assert float(today.y) - float(named.y) == pytest.approx(rows * 18, abs=0.11)

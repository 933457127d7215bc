"""Labels of bars: known places, and no collision whatever the bars."""

from __future__ import annotations

import itertools
import random

import pytest

from backtests.report.lettering import Box, wide
from backtests.report.placement import GAP, LINE, Wish, overlap, placed

FRAME = Box(0.0, 0.0, 1000.0, 300.0)
SIZE = 10


def bar(left: float, right: float, height: float, zero: float = 200.0) -> Box:
    """A bar from zero, up where its height is positive."""
    return Box(left, zero - max(height, 0.0), right, zero - min(height, 0.0))


def wish(box: Box, text: str = "Fall +1.0", *others: tuple[str, ...]) -> Wish:
    return Wish(box, box.bottom == 200.0, ((text,), *others))


def test_a_label_alone_is_centred_above_its_bar_or_below_it():
    for box, top in ((bar(490, 510, 50), 150 - GAP - 13), (bar(490, 510, -50), 250 + GAP)):
        (label,) = placed([wish(box)], FRAME, SIZE, most=9)
        assert label is not None
        assert label.leader is None
        assert (label.box.top, label.box.bottom - label.box.top) == (top, LINE * SIZE)
        assert label.middle == 500
        assert label.box.right - label.box.left == pytest.approx(wide("Fall +1.0", SIZE))


def test_a_line_of_text_stands_within_its_box():
    (label,) = placed([wish(bar(490, 510, 50))], FRAME, SIZE, most=9)
    assert label is not None
    ((text, y),) = label.baselines(SIZE)
    # Capitals reach about 0.7 of the size above the line that they stand on.
    assert text == "Fall +1.0"
    assert y - 0.35 * SIZE == pytest.approx((label.box.top + label.box.bottom) / 2)


def test_a_label_is_pushed_back_into_the_frame():
    for box in (bar(0, 4, 50), bar(996, 1000, 50)):
        (label,) = placed([wish(box)], FRAME, SIZE, most=9)
        assert label is not None
        assert label.box.left >= 0
        assert label.box.right <= 1000
        assert label.box.left <= (box.left + box.right) / 2 <= label.box.right


def test_neighbours_are_labelled_on_their_outer_sides():
    first, second = placed([wish(bar(490, 494, 50)), wish(bar(500, 504, 49))], FRAME, SIZE, most=9)
    assert first is not None
    assert second is not None
    assert first.box.right < 500
    assert second.box.left > 494
    assert first.leader is second.leader is None


def test_a_label_between_two_others_stands_higher_and_is_led_to_its_bar():
    bars = (bar(470, 474, 60), bar(530, 534, 60), bar(500, 504, 58))
    left, right, middle = placed([wish(box) for box in bars], FRAME, SIZE, most=9)
    assert left is not None
    assert right is not None
    assert middle is not None
    assert middle.box.bottom <= min(left.box.top, right.box.top)
    assert left.leader is right.leader is None
    # From above the middle of its bar, which ends at 200 - 58, to the label.
    assert middle.leader == Box(502, middle.box.bottom, 502, 141)


def test_a_label_takes_two_lines_where_one_would_stand_above_another_bar():
    texts = ("A name with some words +1.0", ("A name with", "some words +1.0"))
    middle = wish(bar(490, 510, 50), *texts)
    beside = [wish(bar(420, 440, 48)), wish(bar(560, 580, 48))]
    first, *_ = placed([middle, *beside], FRAME, SIZE, most=1)
    assert first is not None
    assert first.lines == texts[1]
    (alone,) = placed([middle], FRAME, SIZE, most=1)
    assert alone is not None
    assert alone.lines == (texts[0],)


def test_what_finds_no_place_has_no_label():
    assert placed([wish(bar(490, 510, 199))], FRAME, SIZE, most=9) == [None]
    assert placed([wish(bar(490, 510, 50), "x" * 200)], FRAME, SIZE, most=9) == [None]


def test_no_more_labels_than_asked_for_the_first_ones_first():
    wishes = [wish(bar(100 * k, 100 * k + 5, 50)) for k in range(1, 6)]
    labels = placed(wishes, FRAME, SIZE, most=2)
    assert [label is not None for label in labels] == [True, True, False, False, False]


@pytest.mark.parametrize("seed", range(300))
def test_nothing_collides_whatever_the_bars(seed):
    draw = random.Random(seed)
    frame = Box(0.0, 0.0, draw.choice([318.0, 650.0, 1000.0]), draw.choice([120.0, 240.0]))
    zero, bars, left = frame.bottom / 2, [], 0.0
    for _ in range(draw.randint(1, 40)):
        left += draw.expovariate(1 / draw.choice([4, 40]))
        right = left + max(3.0, draw.expovariate(1 / 12))
        if right < frame.right:
            bars.append(bar(left, right, draw.uniform(-0.9, 0.9) * zero, zero))
        left = right
    names = ["Covid", "Downgrade of the US", "Financial crisis", "A name of a great many words"]
    wishes = []
    for box in bars:
        text = f"{draw.choice(names)} {draw.uniform(-9, 9):+.1f}"
        wishes.append(Wish(box, box.bottom == zero, ((text,), tuple(text.rsplit(" ", 1)))))
    labels = [label for label in placed(wishes, frame, SIZE, most=40) if label is not None]
    leaders = [label.leader for label in labels if label.leader is not None]
    for label in labels:
        box = label.box
        assert frame.left <= box.left < box.right <= frame.right
        assert frame.top <= box.top < box.bottom <= frame.bottom
        assert not any(overlap(box, taken) for taken in bars)
        assert all(wide(line, SIZE) <= box.right - box.left + 1e-9 for line in label.lines)
    for first, second in itertools.combinations([label.box for label in labels], 2):
        assert not overlap(first, second)
    for line, label in itertools.product(leaders, labels):
        assert not overlap(line, label.box)
    for line, taken in itertools.product(leaders, bars):
        assert not overlap(line, taken)

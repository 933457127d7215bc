"""Labels of bars: known places, and no collision whatever the bars."""

from __future__ import annotations

import itertools
import random

import pytest

from backtests.report.lettering import Box, wide
from backtests.report.placement import GAP, LINE, Spot, Wish, beside, overlap, placed

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


# Points


def test_a_lone_point_is_named_at_its_right_and_at_the_edge_at_its_left():
    frame = Box(0, 0, 300, 100)
    (label,) = beside([Spot(100, 50, ("name",))], frame, 10)
    assert label.text == "name"
    assert label.box.left > 100
    assert label.box.top < 50 < label.box.bottom
    assert label.leader is None
    (label,) = beside([Spot(290, 50, ("name",))], frame, 10)
    assert label.box.right < 290


def test_a_name_without_room_is_written_shorter():
    (label,) = beside([Spot(20, 20, ("a name that is far too long", "7"))], Box(0, 0, 60, 40), 10)
    assert label.text == "7"


def test_twenty_points_upon_each_other_all_have_a_label_and_none_lies_on_another():
    frame = Box(0, 0, 340, 280)
    spots = [Spot(170, 140, (f"{number}",)) for number in range(20)]
    labels = beside(spots, frame, 12)
    assert all(labels)
    boxes = [label.box for label in labels]
    assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
    dot = Box(164, 134, 176, 146)
    assert not any(overlap(box, dot) for box in boxes)
    assert all(label.leader for label in labels if abs(label.box.left - 170) > 60)


def test_no_label_lies_on_a_point_and_none_leaves_the_frame():
    frame = Box(0, 0, 400, 200)
    spots = [
        Spot(30 + 23 * (number % 16), 20 + 37 * (number % 5), (f"name {number}", f"{number}"))
        for number in range(30)
    ]
    labels = [label for label in beside(spots, frame, 10) if label]
    assert len(labels) == 30
    for label in labels:
        assert 0 <= label.box.left < label.box.right <= 400
        assert 0 <= label.box.top < label.box.bottom <= 200
        for spot in spots:
            assert not overlap(label.box, Box(spot.x - 6, spot.y - 6, spot.x + 6, spot.y + 6))

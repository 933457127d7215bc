"""Names of points above a frontier: they lie on nothing, and their lines do not cross."""

from __future__ import annotations

import itertools
import random

import pytest

from backtests.report.charts import LETTER, NAME_ROOM
from backtests.report.tuning.labels import NamedPoint, named_plot

WIDTH, HEIGHT = 600.0, 400.0  # of a plot in the narrowest window in which names are shown
LONGEST = "Middle of the good region"
POINTS = (
    NamedPoint(LONGEST, 9.1, 9.1, "--portfolio"),
    NamedPoint("Default", 10.2, 9.7, "--accent"),
    NamedPoint("100 % equity", 15.9, 11.2, "--equity"),
)


def cloud(seed: int, left: float = 1.0) -> tuple[list[float], list[float]]:
    """Candidates below a rising frontier."""
    draw = random.Random(seed)
    xs = [draw.uniform(left, 16.0) for _ in range(200)]
    return xs, [draw.uniform(0.5, 1.0) * (4.0 + 1.8 * x**0.5) for x in xs]


def made(seed: int, points=POINTS, left: float = 1.0):
    """A plot of a made cloud and its points, and all that is drawn."""
    xs, ys = cloud(seed, left)
    xs, ys = [*xs, *(point.x for point in points)], [*ys, *(point.y for point in points)]
    return named_plot(points, xs, ys, HEIGHT), xs, ys


def on_screen(plot, x: float, y: float) -> tuple[float, float]:
    (left, right), (bottom, top) = plot.x, plot.y
    return (x - left) / (right - left) * WIDTH, (top - y) / (top - bottom) * HEIGHT


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("left", [1.0, 8.0])
def test_no_candidate_lies_under_a_name_and_no_name_on_another(seed, left):
    plot, xs, ys = made(seed, left=left)
    places = [on_screen(plot, *name.at) for name in plot.names]
    drawn = [on_screen(plot, x, y) for x, y in zip(xs, ys, strict=True)]
    for (end, middle), name in zip(places, plot.names, strict=True):
        start = end - LETTER * len(name.name)
        assert start >= 0.0
        assert NAME_ROOM / 2 <= middle <= HEIGHT
        for x, y in drawn:
            assert not (start <= x <= end and abs(y - middle) < NAME_ROOM / 2), name.name
    rows = sorted(middle for _, middle in places)
    assert all(b - a >= NAME_ROOM - 1e-6 for a, b in itertools.pairwise(rows))


def test_names_stand_above_a_frontier_that_rises_at_once():
    xs = [1.0, 2.0, 3.0, 16.0, *(point.x for point in POINTS)]
    ys = [4.0, 11.0, 11.1, 11.2, *(point.y for point in POINTS)]
    plot = named_plot(POINTS, xs, ys, HEIGHT)
    lowest = max(on_screen(plot, *name.at)[1] for name in plot.names)
    assert lowest + NAME_ROOM / 2 < on_screen(plot, 3.0, 11.1)[1]


@pytest.mark.parametrize("seed", range(20))
def test_lines_from_names_to_points_do_not_cross(seed):
    draw = random.Random(seed)
    points = tuple(
        NamedPoint(f"point {n}", draw.uniform(4.0, 15.0), draw.uniform(4.0, 11.0), "--rest")
        for n in range(6)
    )
    plot, _, _ = made(seed, points)
    lines = [(on_screen(plot, *n.at), on_screen(plot, n.x, n.value)) for n in plot.names]
    assert not any(crosses(*pair) for pair in itertools.combinations(lines, 2))


def crosses(first, second) -> bool:
    def side(a, b, c) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = first, second
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def test_all_that_is_drawn_is_within_the_axes():
    for seed in range(5):
        plot, xs, ys = made(seed)
        assert plot.x[0] < min(xs) < max(xs) < plot.x[1]
        assert plot.y[0] < min(ys) < max(ys) < plot.y[1]


def test_a_name_is_left_of_its_point_and_known_by_its_kind():
    plot, _, _ = made(1)
    assert {name.name for name in plot.names} == {point.name for point in POINTS}
    for name in plot.names:
        payload = name.payload
        assert payload["ax"] < payload["x"]
        assert payload["name"] == "end"  # a phone and a notebook leave it out
        assert (payload["axref"], payload["ayref"], payload["xanchor"]) == ("x", "y", "right")


def test_a_single_candidate_has_axes_too():
    point = NamedPoint("Default", 5.0, 5.0, "--accent")
    plot = named_plot((point,), [5.0], [5.0], HEIGHT)
    assert plot.x[0] < 5.0 < plot.x[1]
    assert plot.y[0] < 5.0 < plot.y[1]

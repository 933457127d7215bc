"""Static pictures: places worked out by hand, styles told apart, texts that stay text."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import lxml.etree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.report.charts import Line
from backtests.report.style import EITHER, compared_looks
from backtests.report.svg import (
    ALL_POINTS,
    DASHES,
    MOST_POINTS,
    Dots,
    Mark,
    dot_picture,
    growth_picture,
    path_of,
)

HOSTILE = '</svg><script>alert(1)</script><img src=x onerror="alert(1)">'
TEN_YEARS = ("2000-01-01", "2005-01-01", "2010-01-01")


def growth(*lines, dates=TEN_YEARS, **options):
    """A picture of growth, parsed as XML."""
    return lxml.etree.fromstring(growth_picture(dates, lines, alt="In words", **options).render())


def line(values, dates=None, name="a", colour="--equity") -> Line:
    return Line(name, values, colour, dates=dates)


def words(picture, anchor: str | None = None) -> dict[str, tuple[float, float]]:
    """Texts with their places, of the names or of the axes: by where a text is anchored."""
    return {
        text.text: (float(text.get("x")), float(text.get("y")))
        for text in picture.find("svg").iter("text")
        if text.get("text-anchor") == anchor
    }


def ticks_up(picture) -> dict[str, float]:
    """Words of the upright axis and the heights they stand for: text hangs 5 below its middle."""
    left = min(x for x, _ in words(picture, "end").values())
    return {word: y - 5 for word, (x, y) in words(picture, "end").items() if x == left}


def strokes(picture) -> list[lxml.etree._Element]:
    """What is drawn after grid and axis: the lines from back to front, then the leaders."""
    return picture.find("svg").findall("path")[2:]


def pieces(path) -> list[list[tuple[float, float]]]:
    """The unbroken pieces of a path of straight lines."""
    return [
        [tuple(map(float, place.split(","))) for place in piece.split()]
        for piece in path.get("d").split("M")[1:]
    ]


# Places


def test_two_points_lie_in_the_corners_of_the_plot():
    picture = growth(line([1.0, 100.0], ["2000-01-01", "2010-01-01"]), width=640, height=300)
    # Left of the plot 8 and the three digits of "100", each 0.64 of 14 wide; right of it 24 and
    # "a 100", whose letter is 0.63 and whose space is 0.42 of 14; 10 above it, 26 below it.
    ((first, last),) = pieces(strokes(picture)[0])
    assert first == pytest.approx((8 + 3 * 0.64 * 14, 300 - 26), abs=0.06)
    assert last == pytest.approx((640 - 24 - (0.63 + 0.42 + 3 * 0.64) * 14, 10), abs=0.06)


def test_a_point_lies_where_its_ticks_are():
    picture = growth(line([1.0, 10.0, 100.0]))
    ((first, middle, last),) = pieces(strokes(picture)[0])
    heights, years = ticks_up(picture), words(picture, "middle")
    for word, (_, y) in (("1", first), ("10", middle), ("100", last)):
        assert heights[word] == pytest.approx(y, abs=0.1)
    for word, (x, _) in (("2000", first), ("2010", last)):
        assert years[word][0] == pytest.approx(x, abs=0.1)
    # 10 is half-way from 1 to 100, and 2005-01-01 is day 1,827 of 3,653.
    assert middle[1] == pytest.approx((first[1] + last[1]) / 2, abs=0.1)
    assert middle[0] == pytest.approx(first[0] + (last[0] - first[0]) * 1827 / 3653, abs=0.1)


def test_a_doubling_is_as_high_wherever_it_occurs():
    dates = [f"{year}-06-30" for year in range(2000, 2006)]
    (piece,) = pieces(strokes(growth(line([1.0, 2.0, 4.0, 8.0, 3.0, 6.0]), dates=dates))[0])
    up = [before[1] - after[1] for before, after in itertools.pairwise(piece)]
    assert up[0] > 50
    assert [up[1], up[2], up[4]] == pytest.approx([up[0]] * 3, abs=0.2)


def test_a_month_is_drawn_at_its_last_day():
    picture = growth(line([1.0, 2.0, 3.0]), dates=["2000-01", "2000-02", "2000-03"])
    ((first, middle, last),) = pieces(strokes(picture)[0])
    # From 31 January it is 29 days to the end of February, and 31 from there to that of March.
    assert (middle[0] - first[0]) / (last[0] - first[0]) == pytest.approx(29 / 60, abs=0.001)


@pytest.mark.parametrize("gap", [None, 0.0, -1.0, math.nan, math.inf])
def test_a_gap_breaks_a_line_and_a_point_alone_is_seen(gap):
    dates = [f"{year}-06-30" for year in range(2000, 2007)]
    picture = growth(line([1.0, 2.0, gap, 3.0, gap, 4.0, 5.0]), dates=dates)
    first, alone, last = strokes(picture)[0].get("d").split("M")[1:]
    assert alone.endswith("h2")
    assert len(first.split()) == len(last.split()) == 2


def test_a_path_is_written_in_tenths():
    assert path_of([(1.04, 2.0), (3.06, 4.26), None, (5.0, 6.0)]) == "M1,2 3.1,4.3M4 6h2"
    assert path_of([]) == path_of([None]) == ""


def test_a_line_with_dates_of_its_own_lies_there():
    late = line([1.0, 2.0], ["2005-01-01", "2010-01-01"], name="late")
    behind, front = strokes(growth(line([1.0, 2.0, 4.0]), late))[:2]
    ((_, middle, last),) = pieces(front)  # the first line lies on top
    ((begins, ends),) = pieces(behind)
    assert (begins[0], ends[0]) == (middle[0], last[0])


@pytest.mark.parametrize("values", [[], [None, None, None], [math.nan, -1.0, 0.0]])
def test_without_anything_to_draw_there_is_no_picture(values):
    assert growth_picture(TEN_YEARS, [line(values)], alt="") is None
    assert growth_picture(TEN_YEARS, [], alt="") is None


def test_a_line_that_never_moves_lies_in_the_middle():
    (piece,) = pieces(strokes(growth(line([1.0, 1.0, 1.0])))[0])
    assert [y for _, y in piece] == pytest.approx([(10 + 274) / 2] * 3, abs=1)


# Ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.0, 1000.0, "1 2 5 10 20 50 100 200 500 1,000"),
        (0.4, 9.0, "0.5 1 2 5"),
        (0.99, 6.5, "1 2 3 4 5 6"),
        (0.99, 4.02, "1.0 1.5 2.0 2.5 3.0 3.5 4.0"),
        (0.9999, 1.0401, "1.000 1.005 1.010 1.015 1.020 1.025 1.030 1.035 1.040"),
        (0.001, 1e7, "0.001 0.01 0.1 1 10 100 1,000 10,000 100,000 1,000,000 10,000,000"),
        (0.01, 1e12, "0.01 1 100 10,000 1,000,000 100,000,000 10,000,000,000 1,000,000,000,000"),
    ],
)  # fmt: skip
def test_ticks_of_growth_are_plain_numbers(low, high, expected):
    # 264 units high: 1, 2, 5 where a doubling is 24 or more of them, else whole decades, or every
    # second; below seven times the lowest value even steps.
    shown = ticks_up(growth(line([low, high, high])))
    assert sorted(shown, key=shown.get, reverse=True) == expected.split()


@given(low=st.floats(1e-4, 1e4), decades=st.floats(1e-4, 20.0))
def test_ticks_do_not_collide_and_each_lies_at_its_value(low, decades):
    high = low * 10.0**decades
    shown = ticks_up(growth(line([low, high, high])))
    assert shown
    heights = sorted(shown.values())
    assert all(after - before >= 23.8 for before, after in itertools.pairwise(heights))
    for word, y in shown.items():
        share = (math.log(float(word.replace(",", ""))) - math.log(low)) / math.log(high / low)
        assert y == pytest.approx(274 - share * 264, abs=0.2)


@given(first=st.dates(dt.date(1800, 1, 1), dt.date(2100, 1, 1)), days=st.integers(0, 73_000))
def test_words_of_time_do_not_collide_and_say_their_day(first, days):
    last = first + dt.timedelta(days)
    picture = growth(line([1.0, 2.0], [str(first), str(last)]))
    shown = {
        word: (x, anchor)
        for anchor in ("start", "middle", "end")
        for word, (x, y) in words(picture, anchor).items()
        if y > 280
    }
    edges = sorted(
        (x - 4 * len(word) * {"start": 0, "middle": 1, "end": 2}[anchor],
         x + 4 * len(word) * {"start": 2, "middle": 1, "end": 0}[anchor])
        for word, (x, anchor) in shown.items()
    )  # fmt: skip
    assert len(edges) >= (2 if days > 60 else 1)
    assert all(before[1] + 5 < after[0] for before, after in itertools.pairwise(edges))
    ((begin, *rest),) = pieces(strokes(picture)[0])
    end = rest[-1] if rest else begin
    for word, (x, _) in shown.items():
        day = dt.date.fromisoformat(word + "-01-01"[: 10 - len(word)])
        share = (day - first).days / days if days else 0.0
        assert x == pytest.approx(begin[0] + share * (end[0] - begin[0]), abs=0.2)


# Many points, many lines


def test_a_long_line_keeps_its_ends_its_highest_and_its_lowest():
    days = [str(dt.date(1962, 1, 1) + dt.timedelta(number)) for number in range(16_000)]
    values = [1.0 + 0.5 * math.sin(number / 900) for number in range(16_000)]
    values[7_777], values[9_001] = 0.1, 9.0  # a day's crash and a day's peak
    (piece,) = pieces(strokes(growth(line(values, days)))[0])
    assert len(piece) <= MOST_POINTS
    heights = [y for _, y in piece]
    assert (max(heights), min(heights)) == (274, 10)


def test_twenty_lines_are_drawn_and_stay_small():
    days = [str(dt.date(1962, 1, 1) + dt.timedelta(number)) for number in range(16_000)]
    lines = [
        Line(f"p{k}", [1.0 + n * k / 9_000 for n in range(16_000)], look, dates=days)
        for k, (look, _) in enumerate(compared_looks(20))
    ]
    text = growth_picture([], lines, alt="").render()
    picture = lxml.etree.fromstring(text)
    ends = [path for path in strokes(picture) if path.get("stroke-width") == "1.0"]
    assert (len(strokes(picture)), len(ends)) == (40, 20)  # each line, and what leads to its number
    places = sorted(y for _, y in words(picture).values())
    assert min(b - a for a, b in itertools.pairwise(places)) >= 16
    assert sum(len(piece) for path in strokes(picture) for piece in pieces(path)) <= ALL_POINTS
    assert len(text) < 50_000


def test_lines_differ_in_more_than_colour():
    picture = growth(*[line([1.0, 2.0, number], name=f"p{number}") for number in range(2, 8)])
    dashes = [path.get("stroke-dasharray", "") for path in strokes(picture)[5::-1]]
    assert dashes == list(DASHES)


# Names


def test_each_line_is_named_at_its_end_with_its_last_value():
    picture = growth(line([1.0, 2.0, 4.0], name="up"), line([1.0, 0.9, 1234.5], name="higher"))
    names = words(picture)
    assert list(names) == ["up 4.00", "higher 1,234"]
    *_, up, higher = (pieces(path)[0] for path in strokes(picture))
    assert up[1] == pytest.approx((names["up 4.00"][0] - 3, names["up 4.00"][1] - 4.9), abs=0.1)
    assert names["higher 1,234"][1] < names["up 4.00"][1]
    assert higher[0][1] == 10


def test_a_long_name_takes_two_lines_of_text():
    picture = growth(line([1.0, 2.0, 4.0], name="Equity + bills, same volatility"))
    (first, (x, y)), (second, below) = words(picture).items()
    assert (first, second) == ("Equity + bills, same", "volatility 4.00")
    assert below == (x, y + 16)


def test_names_for_which_a_picture_is_too_low_are_listed_below():
    lines = [line([1.0, 2.0, 4.0], name=f"p{k}") for k in range(5)]  # each takes 16 and 3
    assert list(words(growth(*lines, height=95))) == [f"p{k} 4.00" for k in range(5)]
    assert list(words(growth(*lines, height=94))) == ["1", "2", "3", "4", "5"]


def test_what_cannot_be_named_at_the_line_is_listed_below():
    for lines in (
        [line([1.0, 2.0, 4.0 + k], name=f"p{k}") for k in range(7)],
        [line([1.0, 2.0, 4.0], name="p0 with more words than two lines of text can hold here")],
        [line([1.0, 2.0, 4.0], name="p0" + "x" * 40)],
    ):
        picture = growth(*lines)
        numbers = [f"{k + 1}" for k in range(len(lines))]
        assert sorted(words(picture)) == numbers  # of lines that nothing else may tell apart
        entries = picture.find("div").findall("div")
        assert [entry.find("svg").tail.split()[0] for entry in entries] == numbers
        assert [entry.find("svg").tail.split()[1][:2] for entry in entries] == [
            f"p{k}" for k in range(len(lines))
        ]
        swatches = [entry.find("svg/path").get("stroke-dasharray") for entry in entries]
        assert swatches == [DASHES[k] or None if k < 6 else None for k in range(len(lines))]


# Colours and texts


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == 21.0
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # W3C's example


@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#1e1e1e"])
def test_every_colour_stands_out_on_white_and_on_dark(ground):
    # Bands behind lines are let through, and what is drawn in the text's own colour.
    lines = {name: tone for name, tone in EITHER.items() if tone.startswith("#")}
    assert EITHER.keys() - lines.keys() == {
        "--ink", "--quiet", "--line", "--rule", "--portfolio", "--negative", "--positive",
    }  # fmt: skip
    assert min(contrast(tone, ground) for tone in lines.values()) >= 3.0


def test_a_picture_holds_no_script_reference_or_identifier():
    picture = growth(line([1.0, 2.0, 4.0], name=HOSTILE), caption=HOSTILE)
    assert {element.tag for element in picture.iter()} == {
        "figure", "svg", "title", "path", "text", "figcaption", "div",
    }  # fmt: skip
    for element in picture.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("id", "href", "class", "src")
            assert "url(" not in value
    assert picture.find("figcaption").text == HOSTILE
    assert HOSTILE in "".join(picture.find("div").itertext())


def test_the_picture_is_told_to_whoever_does_not_see_it():
    text = growth_picture(TEN_YEARS, [line([1.0, 2.0, 4.0])], alt=HOSTILE).render()
    svg = lxml.etree.fromstring(text).find("svg")
    assert svg.get("role") == "img"
    assert svg[0].tag == "title"
    assert svg[0].text == HOSTILE


def test_signs_that_no_xml_holds_are_written_as_escapes():
    named = growth_picture(TEN_YEARS, [line([1.0, 2.0, 4.0], name="p\x1b")], alt="")
    assert "p\\x1b" in named.render()


# Points in a plane


def plane(*groups, marks=()):
    picture = dot_picture(groups, marks, titles=("fall", "growth"), alt="In words", caption="c")
    return lxml.etree.fromstring(picture.render())


def places(path) -> list[tuple[float, float]]:
    return [
        tuple(map(float, dot.removesuffix("h0").split())) for dot in path.get("d").split("M")[1:]
    ]


def test_dots_lie_where_the_ticks_of_both_axes_say():
    picture = plane(Dots([0.1, 0.2, 0.3], [0.05, 0.06, 0.07], "--equity", 3.0))
    ((first, middle, last),) = [places(path) for path in strokes(picture)]
    across, up = words(picture, "middle"), ticks_up(picture)
    assert across["20\u202f%"][0] == pytest.approx(middle[0], abs=0.1)
    assert across["30\u202f%"][0] == pytest.approx(last[0], abs=0.1)
    assert up["6.0\u202f%"] == pytest.approx(middle[1], abs=0.1)
    assert up["5.0\u202f%"] == pytest.approx(first[1], abs=0.1)
    assert words(picture)["growth"] == (0, 13)


def test_many_dots_are_thinned_and_those_that_are_nowhere_left_out():
    count = 10_000
    numbers = [number / count for number in range(count)]
    picture = plane(
        Dots(numbers, numbers, "--equity", 3.0), Dots([math.nan, 0.5], [0.5, 0.5], "--rest", 2)
    )
    many, single = (places(path) for path in strokes(picture))
    assert len(many) == MOST_POINTS // 2
    assert len(single) == 1
    assert (
        dot_picture([Dots([math.nan], [1.0], "--equity", 3)], [], titles=("", ""), alt="") is None
    )


def test_marks_are_named_and_lie_above_the_dots():
    marks = [
        Mark("Good region", 0.2, 0.06, "star", "--treasuries"),
        Mark("Default", 0.2, 0.06, "square-open", "--accent"),
        Mark("nowhere", math.nan, 0.06, "diamond", "--bills"),
    ]
    picture = plane(Dots([0.1, 0.3], [0.05, 0.07], "--equity", 3.0), marks=marks)
    assert {"Good region", "Default"} <= words(picture).keys()
    assert "nowhere" not in words(picture)
    *_, star, square = strokes(picture)
    assert star.get("fill") == EITHER["--treasuries"]
    assert square.get("fill") == "none"
    assert abs(words(picture)["Good region"][1] - words(picture)["Default"][1]) >= 15

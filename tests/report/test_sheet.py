"""A sheet of a notebook: which side a column stands on, and that every text is escaped."""

from __future__ import annotations

import lxml.etree

from backtests.report.page import Cell, Grid
from backtests.report.sheet import Sheet, Table
from backtests.report.style import EITHER
from backtests.report.verdict.first_screen import FirstScreen, Tile

OWNED = "<script>1</script>"


def test_figures_stand_at_the_right_and_words_at_the_left():
    rows = [
        [Cell("CAGR"), Cell("9.03 %"), Cell("-"), Cell("2 of 3", tone="text")],
        [Cell("Word"), Cell("works"), Cell("-"), Cell("in 2022", tone="text")],
    ]
    assert Table("", Grid(["", "a", "b", "c"], rows)).sides == ["left", "right", "left", "left"]


def test_a_sheet_shows_each_part_and_leaves_out_what_is_empty():
    table = Table(OWNED, Grid(["", OWNED], [[Cell("a"), Cell("1", small=OWNED)]]), OWNED)
    tile = Tile("when", OWNED, OWNED, OWNED, (OWNED,))
    screen = FirstScreen(OWNED, OWNED, "works", OWNED, (tile,))
    html = Sheet(
        "title", [OWNED, "fact"], None, [table], [OWNED], screen, told=[(OWNED, OWNED)],
    ).render()  # fmt: skip
    read = lxml.etree.fromstring(html)  # all that is open is closed
    assert not list(read.iter("script"))
    assert " ".join(read.itertext()).count(OWNED) == 15
    assert "No picture" in html
    assert html.count(f"solid {EITHER['--worked']}") == 1  # the chip's
    bare = Sheet("", (), None, (), ()).render()
    assert "<ul" not in bare
    assert "<table" not in bare
    assert "heading" not in bare

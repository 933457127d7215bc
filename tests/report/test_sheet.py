"""A sheet of a notebook: which side a column stands on, and that every text is escaped."""

from __future__ import annotations

import lxml.etree

from backtests.report.page import Cell, Grid
from backtests.report.sheet import Answer, Sheet, Table

OWNED = "<script>1</script>"


def test_figures_stand_at_the_right_and_words_at_the_left():
    rows = [
        [Cell("CAGR"), Cell("9.03 %"), Cell("-"), Cell("2 of 3", tone="text")],
        [Cell("Word"), Cell("works"), Cell("-"), Cell("in 2022", tone="text")],
    ]
    assert Table("", Grid(["", "a", "b", "c"], rows)).sides == ["left", "right", "left", "left"]


def test_a_sheet_shows_each_part_and_leaves_out_what_is_empty():
    table = Table(OWNED, Grid(["", OWNED], [[Cell("a"), Cell("1", small=OWNED)]]), OWNED)
    answer = Answer(OWNED, [(f"{OWNED}:", OWNED)], question="Does it hedge?", tone="good")
    html = Sheet("title", [OWNED, "fact"], answer, None, [table], [OWNED]).render()
    read = lxml.etree.fromstring(html)  # all that is open is closed
    assert not list(read.iter("script"))
    assert " ".join(read.itertext()).count(OWNED) == 9
    assert "No picture" in html
    bare = Sheet("", (), None, None, (), ()).render()
    assert "<ul" not in bare
    assert "<table" not in bare
    assert "Does it hedge?" not in bare

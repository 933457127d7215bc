"""The picture of falls and the maps: what they draw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.report.stress.charts import dollar_map, replays_picture, yields_map
from tests.report.stress.made import (
    REPLAYS,
    in_yen,
    make_map,
    make_replay,
    make_stress,
    without_hedge,
)


def test_the_costliest_fall_stands_first_with_what_the_hedge_adds():
    hero = replays_picture(make_stress())
    assert hero is not None
    assert hero.title == "Treasuries at these yields: more than bills in 3 of 4 falls"
    assert "each of 4 falls" in hero.subtitle
    assert "3 of daily closes, 1 of month-ends" in hero.subtitle
    for drawing in hero.drawings:
        names = [words.text for words in drawing.words]
        rows = [name for name in names if name.startswith(("Oil", "Fin", "Cov", "Inf"))]
        assert rows == ["Financial crisis 2007\u201109", "Oil shock 1973\u201174", "Inflation 2022",
                        "Covid 2020"]  # fmt: skip
        # -24 less -29.6; -23.2 less -23.6; -21 less -14.6; -16 less -17.6
        notes = {w.text: w.role for w in drawing.words if w.text in ("+5.6", "+0.4", "+1.6")}
        assert set(notes.values()) == {"--worked"}
        assert len(notes) == 3
        assert ("\u22126.4", "--lost") in [(w.text, w.role) for w in drawing.words]


def test_the_picture_is_told_in_words():
    hero = replays_picture(make_stress())
    assert hero is not None
    assert "Financial crisis, 2007-10-09 to 2009-03-09: With the Treasuries -24.00 %" in hero.told
    assert "at the yields of its time -24.80 %" in hero.told


def test_without_a_hedge_there_is_no_second_dot_and_no_difference():
    hero = replays_picture(without_hedge())
    assert hero is not None
    drawing = hero.drawings[0]
    assert "Bills instead" not in [words.text for words in drawing.words]
    assert {line.role for line in drawing.lines if line.is_filled} == {"--portfolio", "--equity"}
    assert hero.title == "What is held would lose most in the fall of 2007\u201109"


def test_a_long_name_is_cut_and_without_a_fall_there_is_no_picture():
    name = "A fall of equity with a name that goes on and on"
    replays = (make_replay(name, "2020-02-19", "2020-03-23", -0.2, 0.0),)
    hero = replays_picture(make_stress(replays=replays))
    assert hero is not None
    assert "A fall of equity with a name that…" in [words.text for words in hero.drawings[0].words]
    assert replays_picture(make_stress(replays=REPLAYS[-1:])) is None


def test_the_map_of_yields_and_equity():
    """60 % of equity's move, and 0.4 * 7 % for each point of yields."""
    figure = yields_map(make_stress())
    assert figure is not None
    own, bills, apart = (trace.payload for trace in figure.traces)
    assert own["y"][0] == "-300"
    assert own["y"][-1] == "+400"
    assert own["x"] == ["-60", "-50", "-40", "-30", "-20", "-10", "0", "+10", "+20", "+30"]
    assert own["z"][5][4] == pytest.approx(-17.6)  # 0.6 * -20 - 2.8 * 2
    assert own["text"][5][4] == "-18"
    assert bills["z"][5][4] == pytest.approx(-12.0)
    assert apart["z"][5][4] == pytest.approx(-5.6)
    assert apart["text"][5][4] == "-5.6"
    assert apart["customdata"][5][4] == "-5.60 points"
    assert [(t["zmin"], t["zmax"]) for t in (own, bills, apart)] == [
        (-60.0, 60.0), (-60.0, 60.0), (-20.0, 20.0)]  # fmt: skip
    assert list(figure.choices) == ["With the Treasuries", "Bills instead", "Difference"]
    assert figure.title == (
        "Yields +2.0 points and equity -20 % at once: -17.6 %, with bills instead -12.0 %"
    )


def test_yields_that_move_nothing_have_no_map():
    assert yields_map(without_hedge()) is None
    assert dollar_map(make_stress()) is None


def test_the_map_of_the_dollar_and_equity():
    figure = dollar_map(in_yen())
    assert figure is not None
    assert figure.traces[0].payload["y"] == ["-30", "-20", "0", "+20"]
    # 0.9 * -20 + 0.6 * -20, and the second alone
    assert figure.title == (
        "The dollar -20 % and equity -20 % at once: -30.0 %, with cash instead -12.0 %"
    )


def test_without_a_hedge_a_map_has_no_list():
    stress = without_hedge(yields_by_equity=make_map([-100.0, 200.0], [-0.2, 0.0], -1e-4))
    figure = yields_map(replace(stress))
    assert figure is not None
    assert list(figure.choices) == []
    assert figure.title == "Yields +2.0 points and equity -20 % at once: -14.0 %"

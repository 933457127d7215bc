"""The map in docs/architecture.md is the code's own."""

from __future__ import annotations

import re

import pytest

from docs import house_map
from tests.conftest import ROOT

PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_files_that_documents_name_are_there(page):
    """A path in backquotes is whole, or the end of one: ``finished_run.py``."""
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|html|toml))`", text))
    made = {
        "verdict.html",
        "tearsheet.html",
        "index.html",
        "run.toml",
        "best.toml",
        "strategy.py",
        "results/index.html",
    }  # by commands
    tracked = [
        path.relative_to(ROOT).as_posix()
        for folder in ("backtests", "data", "docs", "strategies", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".toml")
    ] + ["pyproject.toml"]
    for name in (
        named
        - made
        - {"strategies/my_rule.py", "strategies/high_yield.py", "my_rule.py", "above_average.py"}
    ):
        assert any(path == name or path.endswith(f"/{name}") for path in tracked), name


def test_the_map_is_current():
    assert house_map.PICTURE.read_text("utf-8") == house_map.picture(), "python -m docs.house_map"


def test_every_module_has_a_room_and_no_room_is_empty():
    # The top package only hands on the names of the face.
    modules = [module for module in house_map.imports() if module != "backtests"]
    rooms = {house_map.room_of(module) for module in modules}
    assert rooms == {room for _, floor in house_map.FLOORS for room in floor}


def test_arrows_of_the_map_go_down_or_sideways():
    floors = {room: level for level, (_, rooms) in enumerate(house_map.FLOORS) for room in rooms}
    for here, there in house_map.arrows():
        assert floors[here] <= floors[there], (here.name, there.name)

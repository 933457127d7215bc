"""The page of a search in a real browser, and its place in the index."""

from __future__ import annotations

import json

from backtests.report.index import rebuild_index
from backtests.tune import main
from data.command import run_command
from tests import browser
from tests.searches import BUNDLED, content, only


def test_the_page_stands_alone_and_draws(mixes, rules, tmp_path):
    one_axis = tmp_path / "one"
    words = ("--start", "1995-01-31", "--end", "2001-12-31", "--maximise", "calmar")
    asked = ("carry", "--grid", "full_at_bp=5:50:5", *BUNDLED, *words)
    run_command(main, [*asked, "--out", str(one_axis)])
    with browser.chromium() as driver:
        for folder in (mixes, rules, only(one_axis)):
            page = folder / "index.html"
            text = page.read_text()
            script = text.index('<script id="figures"')
            own = len(text) - (script - text.index("<script>"))
            assert own < 1_000_000
            figures = json.loads(
                text[text.index(">", script) + 1 : text.index("</script>", script)]
            )
            points = [len(t["x"]) for f in figures for t in f["data"] if "x" in t]
            assert max(points) <= 1_500
            for width, dark in ((1180, False), (390, False), (1180, True)):
                browser.resize(driver, width, dark=dark)
                browser.open_page(driver, page)
                assert browser.complaints(driver) == []
                assert browser.overflow(driver) <= 0
            assert browser.requests(driver) == []
            shown = driver.find_element("tag name", "body").text
            assert content(folder)["headline"] in shown
            for sentence in content(folder)["sentences"]:
                assert sentence in shown
        assert "too short for a walk-forward" in shown


def test_the_index_lists_a_search(mixes):
    rebuild_index(mixes.parent)
    text = (mixes.parent / "index.html").read_text()
    assert f"{mixes.name}/index.html" in text
    assert "hedge_mix: 286 candidates over SPY, SHY, IEF" in text

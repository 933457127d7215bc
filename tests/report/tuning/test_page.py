"""The page of a search in a real browser, and its place in the index."""

from __future__ import annotations

import json

import lxml.html

from backtests.report.index import rebuild_index
from backtests.report.text import percent, typeset
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
            assert len(text) < 1_000_000
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
            assert typeset(content(folder)["headline"]) in shown
            for sentence in content(folder)["sentences"]:
                assert typeset(sentence) in shown
        assert "too short for a walk-forward" in shown


def tables(folder):
    """The tables of a search's page by their last heading, row by row, and all text of the page."""
    page = lxml.html.parse(str(folder / "index.html"))
    grids = {}
    for table in page.findall(".//table"):
        heads = [head.text_content() for head in table.findall(".//th")]
        rows = [[cell.text_content() for cell in row] for row in table.findall(".//tbody/tr")]
        grids[heads[-1]] = [heads, *rows]
    return grids, " ".join(page.getroot().text_content().split())


def test_the_walks_show_the_lead_in_sample_before_that_out_of_sample(mixes):
    grids, _ = tables(mixes)
    numbers = content(mixes)["reliability"]
    heads, *cells = grids["years without a choice"]
    rows = [dict(zip(heads, row, strict=True)) for row in cells]
    assert [row["Chosen from"] for row in rows] == ["All months before", "The 120 months before"]
    for row, key in zip(rows, ("expanding", "rolling"), strict=True):
        walk = numbers[key]
        assert row["Choices"] == f"{walk['choices']}"
        assert row["CAGR over the default, in sample"] == typeset(
            f"{100 * walk['edge_in_sample']:+.2f} points"
        )
        assert row["out of sample"] == typeset(f"{100 * walk['edge_out_of_sample']:+.2f} points")
        assert row["years without a choice"] == f"{walk['fell_back']}"


def test_each_measure_of_trust_has_its_own_figure(mixes):
    grids, text = tables(mixes)
    numbers = content(mixes)["reliability"]
    sharpe, reality = numbers["sharpe"], numbers["reality"]
    figures = dict(row[:2] for row in grids["How to read it"])
    assert figures["Its probabilistic Sharpe ratio"] == typeset(percent(sharpe["psr"]))
    assert figures[f"Its deflated Sharpe ratio, {sharpe['trials']:,} trials"] == typeset(
        percent(sharpe["dsr"])
    )
    effective = f"Its deflated Sharpe ratio, {sharpe['effective_trials']:.1f} effective trials"
    assert figures[effective] == typeset(percent(sharpe["dsr_effective"]))
    readings = {row[0]: row[2] for row in grids["How to read it"]}
    for name, bar in (
        (f"Its deflated Sharpe ratio, {sharpe['trials']:,} trials", "best_by_luck"),
        (f"The same of {sharpe['trials']:,} trials as held", "best_by_luck_as_held"),
    ):
        assert f"above {12**0.5 * sharpe[bar]:.2f} a year" in readings[name]
    # No mix of these grows faster than the default within the limit.
    assert (reality["statistic"], figures["Hansen's SPA"]) == (0.0, "no lead")
    assert f"p = {reality['spa_consistent']:.3f}" in readings["Hansen's SPA"]
    assert figures["White's reality check"] == f"p = {reality['white']:.3f}"
    assert "CVaR 95 is the average loss in the worst 5 % of days or months." in text
    assert "A basis point (bp) is 0.01 percentage points." in text
    assert "The deflated Sharpe ratio is the chance that" in text


def test_trials_as_held_stand_beside_those_at_equal_volatility(rules):
    grids, _ = tables(rules)
    sharpe = content(rules)["reliability"]["sharpe"]
    figures = dict(row[:2] for row in grids["How to read it"])
    level, held = (typeset(percent(sharpe[key])) for key in ("dsr", "dsr_as_held"))
    assert level != held
    assert figures[f"Its deflated Sharpe ratio, {sharpe['trials']} trials"] == level
    assert figures[f"The same of {sharpe['trials']} trials as held"] == held


def test_the_index_lists_a_search(mixes):
    rebuild_index(mixes.parent)
    text = (mixes.parent / "index.html").read_text()
    assert f"{mixes.name}/index.html" in text
    assert "hedge_mix: 286 candidates over SPY, SHY, IEF" in text

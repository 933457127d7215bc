"""The page of a search in a real browser, and its place in the index."""

from __future__ import annotations

import json

import lxml.html
import pandas as pd
import pytest

from backtests.report.index import rebuild_index
from backtests.report.style import variables
from backtests.report.text import percent, typeset
from backtests.tune import main
from data.command import run_command
from tests import browser, page_checks
from tests.searches import BUNDLED, content, only

WIDTHS = (1440, 1024, 390)


@pytest.fixture(scope="module")
def one_axis(tmp_path_factory):
    """A finished search along one axis, too short for a walk-forward."""
    out = tmp_path_factory.mktemp("axis")
    words = ("--start", "1995-01-31", "--end", "2001-12-31", "--maximise", "calmar")
    asked = ("carry", "--grid", "full_at_bp=5:50:5", *BUNDLED, *words)
    run_command(main, [*asked, "--out", str(out)])
    return only(out)


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


@pytest.mark.parametrize("name", ["mixes", "rules", "one_axis"])
def test_a_page_has_no_fault_in_any_width_or_medium(driver, name, request):
    """Stacked bars of mixes; a rule's grid; one axis."""
    page = request.getfixturevalue(name) / "index.html"
    shown = [("light", width) for width in WIDTHS] + [("dark", width) for width in WIDTHS[::-1]]
    assert page_checks.faults(driver, page, shown) == []


@pytest.mark.parametrize("name", ["mixes", "rules", "one_axis"])
def test_a_page_has_colours_by_role_alone_and_is_small(name, request):
    text = (request.getfixturevalue(name) / "index.html").read_text()
    assert page_checks.literal_colours(page_checks.without_variables(text, variables())) == []
    assert len(text) < 1_000_000
    script = text.index('<script id="figures"')
    figures = json.loads(text[text.index(">", script) + 1 : text.index("</script>", script)])
    points = [len(t["x"]) for f in figures for t in f["data"] if "x" in t]
    assert max(points) <= 1_500


def test_an_investor_reads_headline_chip_line_and_tiles_first(mixes):
    page = lxml.html.parse(str(mixes / "index.html")).getroot()
    told = content(mixes)
    order = [
        element for element in page.iter("h1", "h2", "p", "figure")
        if element.text_content().strip() and element.getparent().tag != "nav"
    ]  # fmt: skip
    first, lead, *tiles = [each for each in order if each.tag != "p" or each.get("class") == "lead"]
    assert first.text_content() == typeset(told["headline"])
    assert lead.text_content().startswith(typeset(told["chip"]))
    assert lead.text_content().endswith(typeset(told["luck"]))
    titles = [each.text_content() for each in tiles[:4]]
    assert titles[1:3] == ["This good by luck alone", "If you had tuned each year"]
    assert titles[0].startswith("Lead over the default with ")
    text = page.text_content()
    for sentence in told["sentences"]:
        assert typeset(sentence) in text


def test_no_command_stands_before_the_end_where_nothing_is_recommended(mixes):
    page = lxml.html.parse(str(mixes / "index.html")).getroot()
    commands = page.findall(".//code")
    assert len(commands) == 1
    heads = [each.text_content() for each in page.iter("h2")]
    assert heads[-2:] == ["Run it", "Notes"]
    assert "No recommendation, but it runs as it is" in commands[0].getparent().text_content()
    assert "Recommended" not in page.text_content()


def test_the_best_mixes_are_bars_with_their_figures_beside_them(mixes):
    page = lxml.html.parse(str(mixes / "index.html")).getroot()
    (table,) = page.findall(".//table[@class='wide mixes sortable']")
    heads = [head.text_content() for head in table.iter("th")]
    assert heads[:3] == ["Candidate", "CAGR", "Max drawdown"]
    rows = table.findall(".//tbody/tr")
    best = pd.read_csv(mixes / "best.csv").head(20)
    assert len(rows) == 20
    for row, (_, numbers) in zip(rows, best.iterrows(), strict=True):
        cells = row.findall("td")
        assert cells[1].text_content() == typeset(percent(numbers["cagr"]))
        assert cells[2].text_content() == typeset(percent(numbers["max_drawdown"]))
        held = [name for name in ("SPY", "SHY", "IEF") if numbers[name] > 0]
        colours = [part.get("fill") for part in cells[0].iter("rect")]
        roles = {"SPY": "--equity", "SHY": "--duration-2", "IEF": "--duration-4"}
        cash = 1 - numbers[["SPY", "SHY", "IEF"]].sum()
        expected = [*(roles[name] for name in held), *(["--bills"] if cash > 1e-9 else [])]
        assert colours == [f"var({role})" for role in expected]
        assert all(name in cells[0].find(".//title").text for name in held)
    legend = page.find(".//p[@class='legend']").text_content()
    assert legend.startswith("SPY")


def test_settings_of_a_rule_have_a_table_and_no_bars(rules):
    page = lxml.html.parse(str(rules / "index.html")).getroot()
    assert not page.findall(".//svg[@class='mix']")
    grids, _ = tables(rules)
    assert len(grids["With its neighbours"]) == 1 + 9


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

"""What a notebook shows: the pages' own words and numbers, static, small, readable in any theme."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import lxml.etree
import numpy as np
import pytest

from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.objective import read_objective
from backtests.analysis.record import LongView, Tickers
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.run import Run
from backtests.engine.simulate import simulate
from backtests.engine.space import mix_space
from backtests.engine.summary import Latest, summarise
from backtests.engine.tuned import MIDDLE, Tuned
from backtests.report import notebook
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.table import Comparison, compare, console_rows, difference_rows
from backtests.report.comparison.words import finding, lead
from backtests.report.finished_run import FinishedRun, read_run
from backtests.report.run_folder import write_run
from backtests.report.sheet import Sheet
from backtests.report.style import EITHER
from backtests.report.text import metric_rows, money, percent, ratio, weights_text
from backtests.report.tuning import words as tuning
from backtests.report.tuning.advice import headline, luck_of
from backtests.report.tuning.sentences import sentences as sentences_of_search
from backtests.report.verdict.first_screen import first_screen
from backtests.report.verdict.payoffs import payoff_line
from backtests.report.verdict.words import answer_of, sentences
from backtests.tuning import prepare_search, tune
from data.origin import How, Origin
from strategies.equity_only import EquityOnly
from strategies.hedge_mix import HedgeMix
from tests import browser
from tests.conftest import random_market
from tests.report.helpers import make_run
from tests.report.test_svg import contrast
from tests.report.verdict.helpers import make_verdict

OWNED = '</svg></table><script>document.title="owned"</script><img src=x onerror=alert(1)>&amp;'
MOST = 100_000  # bytes of one output
GROUNDS = {"#ffffff": "#000000", "#111111": "#e6e6e6"}  # and the text on each
# JupyterLab's style of tables in an output.
JUPYTER = """
td, th, tr { vertical-align: middle; padding: .5em; border: none; text-align: right;
  white-space: normal; line-height: normal; max-width: none; }
table { table-layout: fixed; margin: 0 auto 1em; border-collapse: collapse; font-size: 12px; }
"""


@pytest.fixture(scope="module")
def finished(run, tmp_path_factory) -> list[FinishedRun]:
    """A mix, and another one that is 100 % equity."""
    out = tmp_path_factory.mktemp("results")
    made = (run, make_run("equity_only"))
    return [read_run(write_run(out, each, with_tearsheet=False)) for each in made]


@pytest.fixture(scope="module")
def comparison(finished) -> Comparison:
    return compare(align_runs(finished, align=False))


def as_other(run: FinishedRun, number: int, **summary) -> FinishedRun:
    """The same run under another name, its path a little off."""
    wave = np.exp(number / 500 * np.sin(np.arange(len(run.values)) / 9))
    return replace(
        run,
        folder=Path(f"hedge_mix-{number:010d}"),
        manifest=replace(run.manifest, files={**run.manifest.files, "equity.csv": f"{number}"}),
        summary=replace(run.summary, **summary),
        values=run.values.assign(strategy=run.values["strategy"] * wave),
    )


@pytest.fixture(scope="module")
def twenty(finished) -> Comparison:
    """Twenty runs with the longest labels that mixes have."""
    runs = [
        as_other(finished[0], number, params={"weights": weights, "rebalance": "annually"})
        for number in range(20)
        if (weights := {"SPY": 0.335, "SHY": 0.215, "IEF": 0.125, "TLT": 0.105 + number / 1000})
    ]
    return compare(align_runs(runs, align=False))


@pytest.fixture(scope="module")
def daily() -> Run:
    """Sixty-four years of days, not judged."""
    market = random_market(5, rows=64 * 252)
    config = RunConfig("hedge_mix", source="bundled")
    mix, equity = (
        simulate(market, strategy, Costs(), engine=ledger.fill)
        for strategy in (HedgeMix(), EquityOnly(ticker="SPY"))
    )
    return Run(config, market, mix, equity, summarise(config, market, mix, equity, "SPY"))


def searched(out: Path) -> Tuned:
    """A search of 66 mixes."""
    config = RunConfig("hedge_mix", source="bundled", start="1990-01-31", end="2010-12-31")
    fixed = {name: value for name, value in config.params.items() if name != "weights"}
    space = mix_space(["SPY", "IEF"], 0.1, fixed)
    return tune(prepare_search(config, space, read_objective("cagr", [])), out)[0]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory) -> Tuned:
    return searched(tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def outputs(run, daily, comparison, twenty, tuned) -> dict[str, str]:
    """Every kind of output, the biggest realistic ones among them."""
    return {
        "run": notebook.run_html(run),
        "not judged": notebook.run_html(replace(run, verdict=None)),
        "daily": notebook.run_html(daily),
        "verdict": notebook.verdict_html(run.verdict),
        "comparison": notebook.comparison_html(comparison),
        "twenty": notebook.comparison_html(twenty),
        "search": notebook.search_html(tuned),
    }


def parsed(html: str) -> lxml.etree._Element:
    """An output as XML: whatever is open is closed, and every text is escaped.

    Minus and the thin space before % are read as the words of screen and files write them.
    """
    return lxml.etree.fromstring(html.translate({0x2212: "-", 0x202F: " "}))


def words(element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def grids(html: str) -> list[list[list[str]]]:
    """The tables of an output, row by row, heads first."""
    return [
        [[words(cell) for cell in row] for row in table.iter("tr")]
        for table in parsed(html).iter("table")
    ]


def growth_picture(html: str):
    return next(
        svg for svg in parsed(html).iter("svg") if svg.findtext("title", "")[:6] == "Growth"
    )


def names(html: str) -> list[str]:
    """Names at the right of the picture of growth, in the order of the lines of text."""
    svg = growth_picture(html)
    return [text.text for text in svg.iter("text") if text.get("text-anchor") is None]


# What is told


def test_a_run_begins_with_the_first_screen_of_its_verdict(run):
    html = notebook.run_html(run)
    text, screen = words(parsed(html)), first_screen(run.verdict, run.summary)
    shown = [screen.headline, screen.chip, screen.line]
    for tile in screen.tiles:
        shown += [tile.title, tile.value, tile.unit, *tile.lines]
    assert len(screen.tiles) == 3
    shown.append(screen.note)
    assert text.startswith(
        "hedge_mix · SPY 60 %, IEF 40 % · 1995-01-31 to 2025-12-31, monthly · fee 2 bp, slippage "
        f"1 bp, lag 1 · {run.summary.source_title} {' '.join(shown)} "
    )
    alone = words(parsed(notebook.verdict_html(run.verdict)))
    mix, _, finding = screen.headline.partition(": ")
    assert mix == "60 % SPY, 40 % IEF"
    start = f" on {money(run.summary.initial, 'USD')} at the start"  # which a verdict alone lacks
    told = [part.removesuffix(start) for part in shown[1:]]
    assert alone.startswith(" ".join([finding[0].upper() + finding[1:], *told]))


def test_a_minus_is_true_and_a_thin_space_stands_before_per_cent(outputs):
    for name in ("run", "verdict", "comparison"):
        seen = "".join(lxml.etree.fromstring(outputs[name]).itertext())
        assert "\u202f%" in seen
        assert "\u2212" in seen
        assert not re.search(r"\d %|(?<![\w.=\-])-\d", seen), name


def test_tiles_stand_beside_each_other_and_wrap_where_there_is_no_room(run, driver, tmp_path):
    page = tmp_path / "page.html"
    head = '<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width">'
    page.write_text(head + notebook.run_html(run), "utf-8")
    titles = [tile.title for tile in first_screen(run.verdict).tiles]
    tops = {}
    for width in (1000, 390):
        browser.resize(driver, width)
        browser.open_page(driver, page)
        tops[width] = driver.execute_script(
            "return arguments[0].map(title => [...document.querySelectorAll('div')].find("
            "e => e.textContent.replaceAll('\u202f', ' ') == title).getBoundingClientRect().top)",
            titles,
        )
    assert len(set(tops[1000])) == 1
    assert sorted(set(tops[390])) == tops[390]


def test_a_hero_stands_between_the_first_screen_and_growth(run):
    class Bars:
        def render(self) -> str:
            return "<figure><b>bars of falls</b></figure>"

    screen = first_screen(run.verdict, run.summary)
    html = Sheet(
        "", (), None, (), (), screen=screen, hero=Bars(), told=[("Today:", "it is")]
    ).render()
    text = words(parsed(html))
    places = [text.index(part) for part in (screen.tiles[-1].lines[-1], "bars of falls", "Today:",
                                            "No picture")]  # fmt: skip
    assert places == sorted(places)
    assert [b.text for b in parsed(html).iter("b")][-2:] == ["bars of falls", "Today:"]


def test_a_run_is_told_in_the_words_and_numbers_of_its_pages(run):
    html = notebook.run_html(run)
    text = words(parsed(html))
    told = sentences(run.verdict)
    for sentence in (told.cash, told.long, told.state):
        assert " ".join(sentence.split()) in text
    for note in run.market.notes:
        assert note in text
    today, numbers = grids(html)
    judged = [run.verdict.portfolio(key) for key in ("bills", "matched")]
    columns = [run.summary.metrics, run.summary.benchmark.metrics, *judged]
    expected = [[cell.strip() for cell in row] for row in metric_rows(columns, 12, 10_000.0)]
    assert numbers == [
        ["", "Portfolio", "Benchmark: SPY 100 % = 100 % equity", "Equity + bills, same weight",
         "Equity + bills, same volatility"],
        *expected,
    ]  # fmt: skip
    held = "SPY 60.0 %, IEF 40.0 %"
    assert today == [["last decision, 2025-12-31", held], ["held now", held], ["pending", held]]
    assert "What the rule says on 2025-12-31" in text


def test_the_picture_ends_at_the_last_values_of_the_verdict(run):
    last = {key: getattr(run.verdict.series.growth, key)[-1] for key in ("portfolio", "equity")}
    shown = names(notebook.run_html(run))
    assert f"Portfolio {last['portfolio']:.2f}" in shown
    assert f"100 % equity {last['equity']:.2f}" in shown
    assert shown == names(notebook.verdict_html(run.verdict))


def test_a_run_that_nobody_judged_has_numbers_growth_and_no_answer(run):
    html = notebook.run_html(replace(run, verdict=None))
    text = words(parsed(html))
    assert "equity's worst months" not in text
    assert grids(html)[1][0] == ["", "Portfolio", "Benchmark: SPY 100 %"]
    nav, cash = run.simulation.nav, run.market.cash.loc[run.simulation.nav.index]
    assert f"Portfolio {nav.iloc[-1] / nav.iloc[0]:.2f}" in names(html)
    assert f"Bills {cash.iloc[-1] / cash.iloc[0]:.2f}" in names(html)
    assert "SPY 100 %" in " ".join(names(html))


def test_growth_of_a_run_is_that_of_its_verdict_or_of_its_month_ends(run, daily):
    lines = {trace.name: trace.payload["y"] for trace in notebook.growth_chart(run).traces}
    np.testing.assert_allclose(lines["Portfolio"], run.verdict.series.growth.portfolio, rtol=1e-5)
    assert len(lines) == 3
    unjudged = notebook.growth_chart(daily)
    assert [trace.name for trace in unjudged.traces] == ["Portfolio", "SPY 100 %", "Bills"]
    nav = daily.simulation.nav
    ends = nav.groupby(nav.index.to_period("M")).last()
    y = unjudged.traces[0].payload["y"]
    np.testing.assert_allclose(y, (ends / ends.iloc[0])[: len(y)], rtol=1e-5)
    assert len(y) in (len(ends), len(ends) - 1)  # whether the last month is whole
    assert (unjudged.name, unjudged.layout["yaxis"]["type"]) == ("growth", "log")


def test_too_short_a_period_has_no_picture_and_says_so(daily):
    market = daily.market.until(daily.market.sessions[9])
    sims = [
        simulate(market, strategy, Costs(), engine=ledger.fill)
        for strategy in (HedgeMix(), EquityOnly(ticker="SPY"))
    ]
    short = replace(daily, market=market, simulation=sims[0], benchmark=sims[1])
    html = notebook.run_html(short)
    assert "No picture: the period is too short for one." in html
    assert "Growth of 1" not in html
    assert "Growth of 1" not in notebook.verdict_html(make_verdict())


def test_what_is_pending_and_how_prices_came_is_told(run):
    latest = Latest("2025-12-31", "2025-07-30", {"SPY": 0.5, "CASH": 0.5}, {"SPY": 1.0}, None)
    market = run.market.relabelled(
        remarks=["the run begins late"],
        origin=Origin(How.BUNDLED, failure="Yahoo does not answer", short="bundled instead"),
    )
    html = notebook.run_html(
        replace(run, market=market, summary=replace(run.summary, latest=latest))
    )
    assert grids(html)[0] == [
        ["last decision, 2025-07-30", "SPY 50.0 %, CASH 50.0 %"], ["held now", "SPY 100.0 %"],
        ["pending", "nothing"],
    ]  # fmt: skip
    assert "bundled instead" not in html  # the short form of the first note
    notes = [item.text for item in parsed(html).iter("li")]
    assert notes == ["Yahoo does not answer", "the run begins late", *market.notes]


def test_a_verdict_shows_the_judged_portfolios(run):
    verdict = run.verdict
    payoffs, table = grids(notebook.verdict_html(verdict))
    assert [row[0] for row in payoffs] == [
        "In equity's worst tenth of the months", "All months", "After negative correlation",
        "After positive correlation", "Negative less positive",
    ]  # fmt: skip
    shown = {row[0]: row[1:] for row in table}
    keys = ("portfolio", "equity", "bills", "matched")
    assert shown[""] == ["Portfolio", "100 % equity", "Equity + bills, same weight",
                         "Equity + bills, same volatility"]  # fmt: skip
    assert shown["CAGR"] == [percent(verdict.portfolio(key).cagr) for key in keys]
    assert shown["Sharpe (over bills)"] == [ratio(verdict.portfolio(key).sharpe) for key in keys]
    assert shown["Mean equity weight"][:2] == ["60.00 %", "100.00 %"]
    assert "Costs paid" not in shown  # an amount, and a verdict does not hold the start value


def test_the_long_view_is_told_and_has_its_table(run):
    view = LongView(
        "", "months", "1962-01-31", "2025-12-31", "works", run.verdict.evidence, 1, ("IEF",)
    )
    judged = replace(run, verdict=replace(run.verdict, long_view=view))
    lead = "Since 1962 (the same strategy on the bundled months, to 2025-12): it works."
    for shown in (
        notebook.run_text(judged),
        notebook.verdict_text(judged.verdict),
        words(parsed(notebook.run_html(judged))),
        words(parsed(html := notebook.verdict_html(judged.verdict))),
    ):
        assert lead in shown
    own, long, _ = grids(html)
    assert own == long
    assert "The long view" in html


@pytest.mark.parametrize(
    ("word", "holds", "role", "answer"),
    [("works", True, "--worked", "It works"), ("fails", True, "--lost", "It fails"),
     ("unclear", True, "--less", "Unclear"),
     ("it depended", True, "--less", "It depended"),
     ("no hedge", False, "--less", "No hedge")],
)  # fmt: skip
def test_the_colour_of_an_answer_stands_beside_its_word(word, holds, role, answer):
    judged = {} if holds else {"evidence": None}
    html = notebook.verdict_html(make_verdict(word=word, holds_hedge=holds, **judged))
    chip = next(b for b in parsed(html).iter("b") if b.text == answer)
    assert f"border:2px solid {EITHER[role]}" in chip.get("style")
    assert all(contrast(EITHER[role], ground) >= 3 for ground in GROUNDS)


def test_no_colour_stands_in_a_template_or_module_of_notebooks():
    folder = Path(notebook.__file__).parent
    for path in ("notebook.py", "sheet.py", "templates/notebook.html",
                 "templates/notebook_picture.html"):  # fmt: skip
        text = (folder / path).read_text("utf-8")
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(|currentColor", text), path


def test_a_comparison_of_few_has_every_metric_and_stars_the_best(comparison):
    html = notebook.comparison_html(comparison)
    metrics, hedges, differences = grids(html)
    assert metrics[0] == ["", *comparison.aligned.labels]
    assert [row[:2] for row in hedges[1:]] == [
        [f"{number} {name}", run.word]
        for number, (name, run) in enumerate(comparison.table.items(), 1)
    ]
    shown = {row[0]: row[1:] for row in metrics}
    for label, cells in console_rows(comparison):
        expected = [
            f"* {cell.removesuffix('*').strip()}" if cell.endswith("*") else cell.strip()
            for cell in cells
        ]
        assert shown[label.strip()] == expected
    assert "* the best of its row." in words(parsed(html))
    (cagr, _), told = difference_rows(comparison)[0], words(parsed(html))
    assert cagr.startswith("CAGR points less the first")
    value, _, limits = difference_rows(comparison)[0][1][1].partition(" ")
    word, _, ends = differences[1][1].removeprefix(f"{value} ").partition(", ")
    assert (differences[1][0], ends) == ("2 equity_only", limits.strip("()"))
    assert word in ("noise", "beyond noise")
    assert finding(comparison) in told
    assert lead(comparison) in told
    assert "1995-01-31 to 2025-12-31, monthly · fee 2 bp, slippage 1 bp, lag 1" in told


def test_a_comparison_of_many_has_a_row_a_portfolio_and_lists_its_lines(twenty):
    html = notebook.comparison_html(twenty)
    metrics, differences = grids(html)
    assert [row[0] for row in metrics[1:]] == twenty.aligned.labels
    core = {Place.TILE, Place.VERDICT}
    metrics_of = [metric for metric in shown_in(Place.COMPARISON) if core & {*metric.places}]
    expected = [twenty.label(metric).strip() for metric in metrics_of]
    assert metrics[0] == ["", "Does it hedge?", *expected]
    assert len(expected) == 8
    assert sum(cell.startswith("* ") for row in metrics for cell in row) >= len(expected) - 2
    assert len(differences) == 20
    entries = [words(div) for div in next(parsed(html).iter("figure")).iter("div")]
    numbered = [f"{number} {label}" for number, label in enumerate(twenty.aligned.labels, 1)]
    assert [entry.rpartition(" ")[0] for entry in entries[1:]] == [*numbered, "SPY 100 %"]
    # At its end each line has its number: grey ones cannot be told apart by colour.
    assert sorted(names(html)) == sorted([*map(str, range(1, 21)), "SPY"])


def test_a_search_shows_what_its_page_compares_and_where_candidates_lie(tuned):
    html = notebook.search_html(tuned)
    text = words(parsed(html))
    assert text.startswith("Tuning hedge_mix · 66 candidates over SPY, IEF · maximised: CAGR")
    assert headline(tuned) in text
    assert luck_of(tuned) in text
    for sentence in sentences_of_search(tuned):
        assert sentence in text
    (table,) = grids(html)
    assert table[0] == ["", *(label for label, _ in tuning.SHOWN.values())]
    assert [row[0].split(" SPY")[0] for row in table[1:3]] == [MIDDLE, "Best single cell"]
    assert [row[1] for row in table[1:]] == [
        percent(float(each.metrics["cagr"])) for each in tuned.portfolios
    ]
    labels = " ".join(names(html))  # a long name has two lines
    assert all(each.name in labels for each in tuned.portfolios)
    dots = [path.get("d").count("h0") for path in parsed(html).iter("path")]
    assert sum(dots) == len(tuned.metrics)


def test_a_number_that_does_not_exist_is_a_dash(tuned):
    calm = tuned.default.copy()
    calm["calmar"] = float("nan")
    assert "nan" not in notebook.search_html(replace(tuned, default=calm))
    assert "nan" not in notebook.search_text(replace(tuned, default=calm))


# Plain text


def test_each_thing_in_a_few_lines_of_text(run, daily, comparison, twenty, tuned):
    for text in (
        notebook.run_text(run), notebook.run_text(daily), notebook.verdict_text(run.verdict),
        notebook.comparison_text(comparison), notebook.comparison_text(twenty),
        notebook.search_text(tuned),
    ):  # fmt: skip
        lines = text.split("\n")
        assert 3 <= len(lines) <= 8
        assert all(line == line.rstrip() for line in lines)
        assert all(lines)


def test_a_run_in_text_has_its_headline_numbers_below_each_other(run):
    own, benchmark = run.summary.metrics, run.summary.benchmark.metrics
    first, portfolio, equity, answer, *told, held = notebook.run_text(run).split("\n")
    assert first == f"hedge_mix, 1995-01-31 to 2025-12-31, monthly, {run.summary.source_title}"
    for line, name, numbers in ((portfolio, "portfolio", own), (equity, "SPY 100 %", benchmark)):
        assert line.startswith(name)
        for text in (percent(numbers.cagr), percent(numbers.max_drawdown), ratio(numbers.sharpe)):
            assert text in line
    assert portfolio.index("Max drawdown") == equity.index("Max drawdown")
    assert answer == f"Does it hedge? {answer_of(run.verdict)}."
    lines = sentences(run.verdict)
    assert told == [f"  {lines.equity}", f"  {lines.cash}"]
    assert held == f"held on 2025-12-31: {weights_text(run.summary.latest.held)}"
    assert len(notebook.run_text(replace(run, verdict=None)).split("\n")) == 4


def test_a_run_in_text_says_what_is_held_and_not_what_was_decided(run):
    latest = Latest("2025-12-31", "2025-06-30", {"SPY": 0.6}, {"SPY": 0.625}, {"SPY": 0.5})
    text = notebook.run_text(replace(run, summary=replace(run.summary, latest=latest)))
    assert text.split("\n")[-1] == "held on 2025-12-31: SPY 62.5 %"


def test_a_verdict_in_text_is_its_answer_and_its_sentences(run):
    lines = notebook.verdict_text(run.verdict).split("\n")
    assert lines == [f"Does it hedge? {answer_of(run.verdict)}.", *sentences(run.verdict).in_order]


def test_a_comparison_in_text_names_the_best_of_what_matters(comparison):
    first, second, found, *best = notebook.comparison_text(comparison).split("\n")
    assert found == f"{finding(comparison)}."
    assert first == ("2 portfolios compared, 1995-01-31 to 2025-12-31, monthly, fee 2 bp, slippage "
                     "1 bp, lag 1")  # fmt: skip
    assert second == "first: hedge_mix"
    cagr = comparison.table["equity_only"].numbers.cagr
    assert best[0] == f"best CAGR: equity_only {percent(cagr)}"


def test_a_search_in_text_has_its_portfolios_below_each_other(tuned):
    first, answer, luck, *rows, choice, default = notebook.search_text(tuned).split("\n")
    assert first == ("Tuning hedge_mix: 66 candidates over SPY, IEF, 1989-12-31 to 2010-12-31, "
                     "monthly")  # fmt: skip
    assert answer == f"{headline(tuned)}."
    assert luck == luck_of(tuned)
    assert [row.split("  ")[0] for row in rows] == [MIDDLE, "Default", "100 % equity"]
    assert len({row.index("Max drawdown") for row in rows}) == 1
    assert percent(float(tuned.default["cagr"])) in rows[1]
    judged = tuned.judged_choice
    assert choice == (f"Does it hedge? {MIDDLE}: {payoff_line(judged.word, judged.evidence)}")
    assert default.startswith("Does it hedge? Default: ")


def test_no_sign_of_a_name_commands_the_terminal(run):
    summary = replace(run.summary, strategy="a\x1b[2J\nb", source_title="x\u202ey")
    text = notebook.run_text(replace(run, summary=summary))
    assert text.startswith("a\\x1b[2J b")
    assert "x\\u202ey" in text
    html = notebook.run_html(replace(run, summary=summary))
    assert "\x1b" not in html
    assert "\u202e" not in html


# What a notebook keeps


def test_no_output_is_larger_than_a_notebook_should_hold(outputs):
    sizes = {name: len(html.encode()) for name, html in outputs.items()}
    assert max(sizes.values()) <= MOST, sizes
    assert sizes["run"] < 40_000


def test_outputs_are_static_and_valid(outputs):
    for name, html in outputs.items():
        for element in parsed(html).iter():
            tag = element.tag
            assert tag not in ("script", "style", "img", "link", "iframe", "a", "use"), name
            for attribute, value in element.attrib.items():
                assert not attribute.startswith("on"), name
                assert attribute not in ("id", "href", "src"), name
                assert "url(" not in value, name


def test_figures_stand_at_the_right_and_words_at_the_left(outputs):
    for html in outputs.values():
        for cell in parsed(html).iter("td", "th"):
            assert "text-align:" in cell.get("style")
    table = next(parsed(outputs["comparison"]).iter("table")).getnext()
    assert table is None
    _, hedges, differences = parsed(outputs["comparison"]).iter("table")
    of_hedges = ["right" if "text-align:right" in cell.get("style") else "left"
                 for cell in next(hedges.iter("tr"))]  # fmt: skip
    assert of_hedges == ["left", "left", *["right"] * 7]
    sides = [
        ["right" if "text-align:right" in cell.get("style") else "left" for cell in row]
        for row in differences.iter("tr")
    ]
    assert sides[0] == sides[1] == ["left", *["right"] * 5, "left"]  # no hedge: no payoff


def hostile(run: Run) -> Run:
    """A run in which every name is hostile."""
    summary = replace(
        run.summary,
        strategy=OWNED,
        params={"weights": {OWNED: 0.6}, OWNED: OWNED},
        benchmark=replace(run.summary.benchmark, ticker=OWNED),
        latest=Latest(OWNED, OWNED, {OWNED: 1.0}, {OWNED: 1.0}, {OWNED: 1.0}),
    )
    market = run.market.relabelled(title=OWNED, notes=[OWNED], remarks=[OWNED])
    verdict = replace(
        run.verdict,
        tickers=Tickers((OWNED,), (OWNED,)),
        portfolios=tuple(replace(row, label=OWNED) for row in run.verdict.portfolios),
    )
    return replace(run, summary=summary, market=market, verdict=verdict)


def test_an_enemy_s_names_are_text(run, finished, tuned, driver, tmp_path):
    enemy = hostile(run)
    runs = [
        replace(each, summary=replace(each.summary, strategy=OWNED, source_title=OWNED,
                                      notes=(OWNED,), params={OWNED: number}))
        for number, each in enumerate(finished)
    ]  # fmt: skip
    compared = compare(align_runs(runs, align=False))
    market = tuned.market.relabelled(title=OWNED, notes=[OWNED])
    page = tmp_path / "page.html"
    for html in (
        notebook.run_html(enemy),
        notebook.run_html(replace(enemy, verdict=None)),
        notebook.verdict_html(enemy.verdict),
        notebook.comparison_html(compared),
        notebook.search_html(replace(tuned, market=market, benchmark=OWNED)),
    ):
        assert OWNED in "".join(parsed(html).itertext())
        page.write_text(f"<!doctype html><meta charset=utf-8><title>mine</title>{html}", "utf-8")
        driver.get_log("performance")
        browser.open_page(driver, page)
        seen = driver.execute_script(
            "const all = [...document.body.querySelectorAll('*')];"
            "return [document.title, all.map(e => e.localName).filter(n =>"
            " ['script', 'img', 'style', 'iframe'].includes(n)),"
            " all.flatMap(e => [...e.attributes]).filter(a => /^on/.test(a.name)).length]"
        )
        assert seen == ["mine", [], 0]
        assert browser.requests(driver) == []
        assert browser.complaints(driver) == []


# In a browser

LOOK = (
    f"""
const probe = document.createElement('i');
probe.style.color = '{EITHER["--line"]}';
document.body.append(probe);
const GRID = getComputedStyle(probe).color;
probe.remove();
"""
    """
const clear = (element) => {
  let opacity = 1;
  for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  return opacity;
};
const own = (e) => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
const all = [...document.body.querySelectorAll('*')];
const texts = all.filter(e => own(e) && e.localName != 'title');
const box = (e) => { const b = e.getBoundingClientRect();
  return [b.left, b.top, b.right, b.bottom]; };
const paths = [...document.querySelectorAll('svg path')].map(e => [e, getComputedStyle(e)]);
return {
  texts: texts.map(e => { const s = getComputedStyle(e);
    return [e.ownerSVGElement ? s.fill : s.color, clear(e)]; }),
  lines: paths.filter(([, s]) => s.strokeOpacity == 1 && s.stroke != 'none' && s.stroke != GRID)
    .map(([e, s]) => [s.stroke, clear(e)]),
  grids: paths.filter(([, s]) => s.strokeOpacity < 1).map(([, s]) => [s.stroke, s.strokeOpacity]),
  boxes: [...document.querySelectorAll('svg[role=img]')].map(
    svg => [svg, ...svg.querySelectorAll('text')].map(box)),
};
"""
)


def on(ground: str, colour: str, opacity: float) -> str:
    """A computed colour, ``rgb(r, g, b)``, laid over a ground."""
    parts = [float(part) for part in colour.strip("rgba()").split(",")]
    clear = opacity * (parts[3] if len(parts) > 3 else 1.0)
    below = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
    mixed = [
        clear * part + (1 - clear) * under for part, under in zip(parts[:3], below, strict=True)
    ]
    return "#" + "".join(f"{round(part):02x}" for part in mixed)


@pytest.mark.parametrize(("ground", "ink"), GROUNDS.items())
@pytest.mark.parametrize("width", [1000, 390])
def test_everything_can_be_read_in_a_light_and_in_a_dark_notebook(
    outputs, driver, tmp_path, ground, ink, width
):
    page = tmp_path / "page.html"
    for name, html in outputs.items():
        page.write_text(
            '<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width">'
            f"<style>body {{ background: {ground}; color: {ink} }} {JUPYTER}</style>{html}",
            "utf-8",
        )
        browser.resize(driver, width)
        browser.open_page(driver, page)
        assert browser.overflow(driver) <= 0, name
        assert browser.complaints(driver) == [], name
        seen = driver.execute_script(LOOK)
        texts = [contrast(on(ground, *look), ground) for look in seen["texts"]]
        lines = [contrast(on(ground, *look), ground) for look in seen["lines"]]
        assert len(texts) > 30, name
        assert min(texts) >= 7, name  # AAA
        assert len(lines) >= 3, name
        assert min(lines) >= 3, name
        for colour, opacity in seen["grids"]:
            assert on(ground, colour, 1.0) == ink, name
            assert float(opacity) <= 0.5, name
        for svg, *boxes in seen["boxes"]:
            assert all(box[0] >= svg[0] - 1 and box[2] <= svg[2] + 1 for box in boxes), name
            for first, second in itertools.combinations(boxes, 2):
                apart = (first[2] <= second[0] or second[2] <= first[0]
                         or first[3] - 1 <= second[1] or second[3] - 1 <= first[1])  # fmt: skip
                assert apart, (name, first, second)


def test_rows_and_columns_are_plain_to_a_reader_of_the_screen(outputs):
    for html in outputs.values():
        for table in parsed(html).iter("table"):
            for row in table.iter("tr"):
                assert row[0].tag == "th"
                assert row[0].get("scope") in ("row", "col")
        assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true"
                   for svg in parsed(html).iter("svg"))  # fmt: skip


def test_dates_of_the_picture_are_those_of_the_months(run):
    html = notebook.run_html(run)
    title = growth_picture(html).findtext("title")
    months = run.verdict.series.months
    assert title.startswith(f"Growth of 1 from {months[0]} to {months[-1]}, logarithmic scale: ")

"""The verdict page in a real browser: drawn, quiet, narrow, escaped, and equal to its JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from backtests.analysis.record import Tickers
from backtests.analysis.resampling import Estimate
from backtests.analysis.withheld import AtRate
from backtests.engine.config import RunConfig
from backtests.engine.summary import Latest
from backtests.jobs import execute, publish
from backtests.report.charts import MOST_POINTS
from backtests.report.finished_run import read_run
from backtests.report.style import DARK
from backtests.report.verdict.page import latest_lines, write_verdict
from tests import browser
from tests.report.helpers import make_run

OWNED = '<script>document.title="owned"</script><img src=x onerror=document.title="owned">'
OURS_AT_MOST = 1_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    config = RunConfig(strategy="attack_defend", source="bundled")
    return publish(execute(config), tmp_path_factory.mktemp("results"), with_tearsheet=False)


@pytest.fixture(scope="module")
def content(folder) -> dict[str, Any]:
    return json.loads((folder / "verdict.json").read_text())


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


def test_charts_are_drawn_and_nothing_is_asked_or_complained(folder, driver):
    browser.resize(driver, 1180)
    browser.open_page(driver, folder / "verdict.html")
    charts = driver.execute_script(
        "return [...document.querySelectorAll('.chart')].map(c => ({name: c.id,"
        " label: c.getAttribute('aria-label'), traces: c.querySelectorAll('.trace, .hm').length}))"
    )
    assert [chart["name"] for chart in charts] == [
        "growth", "allocation", "duration", "months", "falls", "correlation", "entries", "map",
    ]  # fmt: skip
    assert all(chart["traces"] > 0 for chart in charts), charts
    assert all(len(chart["label"]) > 20 for chart in charts)
    assert browser.complaints(driver) == []
    assert browser.requests(driver) == []
    bars = driver.execute_script("return document.querySelectorAll('svg[role=img] title').length")
    assert bars > 20  # every fall of the picture that needs no script
    buttons = driver.execute_script(
        "return [...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title)"
    )
    assert not any("hare" in title for title in buttons)  # plotly's upload to its cloud


def test_ticks_of_growth_say_whole_numbers(folder, content, driver):
    browser.resize(driver, 1180)
    browser.open_page(driver, folder / "verdict.html")
    ticks, title = driver.execute_script(
        "const growth = document.getElementById('growth');"
        "return [[...growth.querySelectorAll('.ytick text')].map(t => t.textContent),"
        " growth.querySelector('.ytitle').textContent]"
    )
    values = [float(text.replace(",", "")) for text in ticks]
    assert len(values) > 4
    assert values == sorted(values)
    assert all(f"{value:e}"[0] in "125" for value in values)
    highest = max(content["series"]["growth"]["equity"])
    assert highest / 3 < values[-1] < highest * 3
    assert title == "growth of 1"


def test_the_page_fits_a_phone(folder, driver):
    browser.resize(driver, 390, 844)
    browser.open_page(driver, folder / "verdict.html")
    assert browser.overflow(driver) <= 0
    assert browser.complaints(driver) == []


def test_the_page_follows_a_dark_scheme(folder, driver):
    browser.resize(driver, 1180, dark=True)
    browser.open_page(driver, folder / "verdict.html")
    paper, line = driver.execute_script(
        "return [getComputedStyle(document.body).backgroundColor,"
        " document.querySelector('#growth .lines path').style.stroke]"
    )
    assert paper == _as_rgb(DARK["--paper"])
    assert line == _as_rgb(DARK["--portfolio"])
    browser.resize(driver, 1180)


def _as_rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_tables_sort_by_number(folder, driver):
    browser.open_page(driver, folder / "verdict.html")
    falls = driver.execute_script(
        "const table = [...document.querySelectorAll('table')].find(t =>"
        " t.tHead.textContent.includes('10-year, bp'));"
        "const head = [...table.tHead.rows[0].cells].findIndex(c => c.textContent == 'Equity');"
        "const read = () => [...table.tBodies[0].rows].map(r => Number(r.cells[head].dataset.v));"
        "const both = []; for (const turn of [1, 2]) {"
        " table.tHead.rows[0].cells[head].querySelector('button').click(); both.push(read()); }"
        " return both;"
    )
    assert falls[0] == sorted(falls[0], reverse=True)
    assert falls[1] == sorted(falls[1])
    assert len(falls[0]) > 10


def owned(rows):
    """The rows with every name and date that could come from outside."""
    return tuple(
        dataclasses.replace(
            row, **dict.fromkeys({"name", "label", "start", "end"} & vars(row).keys(), OWNED)
        )
        for row in rows
    )


def test_names_from_outside_show_as_text(folder, driver, tmp_path):
    run = make_run()
    finished = read_run(folder)
    summary = dataclasses.replace(
        finished.summary,
        **dict.fromkeys(("strategy", "source", "source_title", "start"), OWNED),
        notes=(OWNED,),
        params={"weights": {OWNED: 1.0}},
    )
    verdict = dataclasses.replace(
        finished.verdict,
        tickers=Tickers((OWNED,), (OWNED,)),
        crises=tuple(dataclasses.replace(fall, name=OWNED) for fall in finished.verdict.crises),
        regimes=owned(finished.verdict.regimes),
        portfolios=owned(finished.verdict.portfolios),
    )
    page = tmp_path / "run" / "verdict.html"
    page.parent.mkdir()
    write_verdict(page, dataclasses.replace(run, verdict=verdict, summary=summary), files=[OWNED])
    driver.get(page.resolve().as_uri())
    assert driver.title != "owned"
    assert OWNED in driver.execute_script("return document.body.innerText")
    assert driver.execute_script("return document.querySelectorAll('img').length") == 0


def test_print_shows_charts_in_light_ink(folder, driver):
    browser.resize(driver, 1180, dark=True)
    browser.open_page(driver, folder / "verdict.html")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    paper = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert driver.execute_script(
        "return getComputedStyle(document.querySelector('nav.jump')).display"
    ) == "none"  # fmt: skip
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_script_lies_beside_the_results_and_the_page_is_at_most_a_megabyte(folder):
    from plotly.offline import get_plotlyjs

    page = (folder / "verdict.html").read_text("utf-8")
    assert get_plotlyjs() not in page
    assert len(page.encode()) < OURS_AT_MOST
    (script,) = (folder.parent / "assets").iterdir()
    assert page.count(f'<script src="../assets/{script.name}"></script>') == 1
    assert script.read_text("utf-8") == get_plotlyjs()


def test_traces_are_short(folder):
    page = (folder / "verdict.html").read_text("utf-8")
    start = page.index('id="figures" type="application/json">') + len(
        'id="figures" type="application/json">'
    )
    figures = json.loads(page[start : page.index("</script>", start)])
    for figure in figures:
        for trace in figure["data"]:
            rows = trace.get("z") or [trace["x"]]
            assert sum(map(len, rows)) <= MOST_POINTS, figure["name"]


def test_every_number_of_the_tables_is_in_the_json(folder, content):
    """Each cell's value is in verdict.json unchanged: the page does no arithmetic of its own."""
    import lxml.html

    in_file: set[float] = set()

    def gather(value: Any) -> None:
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                gather(inner)
        elif isinstance(value, int | float):
            in_file.add(float(value))

    gather(content)
    cells = lxml.html.parse(str(folder / "verdict.html")).findall(".//td[@data-v]")
    falls = [*content["crises"], *content["april_2025"]]
    in_file |= {fall["portfolio"] - fall["bills"] for fall in falls}  # added over bills
    values = {float(cell.get("data-v")) for cell in cells if cell.get("data-v")}
    assert len(values) > 300
    assert values - in_file <= {1e9}  # what "free" sorts by


def made(run, tmp_path: Path) -> Any:
    """The page of a run, parsed."""
    import lxml.html

    page = tmp_path / "run" / "verdict.html"
    page.parent.mkdir(exist_ok=True)
    write_verdict(page, run)
    return lxml.html.parse(str(page))


def test_labels_of_the_page_are_true_of_the_numbers_beside_them(long_bonds, tmp_path):
    """SPY 30 %, TLT 70 %: all equity holds 100 %, one mix as much equity, one as much risk."""
    tables = made(long_bonds, tmp_path).findall(".//table")
    table = next(each for each in tables if "Mean equity weight" in each.text_content())
    heads = [head.text_content() for head in table.findall(".//th")]
    rows = {
        cells[0].text_content().replace("\u202f", " "): {
            head: cell.get("data-v") for head, cell in zip(heads, cells, strict=True)
        }
        for cells in (row.findall("td") for row in table.findall(".//tbody/tr"))
    }
    weights = {name: float(row["Mean equity weight"]) for name, row in rows.items()}
    risks = {name: float(row["Volatility, month-ends"]) for name, row in rows.items()}
    assert weights["100 % equity"] == pytest.approx(1.0, abs=0.001)
    assert weights["Equity + bills, same weight"] == pytest.approx(weights["Portfolio"], abs=0.002)
    assert risks["Equity + bills, same volatility"] == pytest.approx(risks["Portfolio"], rel=1e-4)


def test_the_page_says_what_is_equity_what_hedges_and_what_terms_mean(run, tmp_path):
    text = " ".join(made(run, tmp_path).getroot().text_content().replace("\u202f", " ").split())
    assert (
        "1995-01-31 to 2025-12-31, monthly · fee 2 bp, slippage 1 bp, lag 1 · hedge IEF · "
        "equity SPY · " in text
    )
    # Bought at the end of January 1995: 371 returns from February 1995 to December 2025, of which a
    # tenth, rounded up, is 38.
    assert run.verdict.sample.months == 11 + 30 * 12 == 371
    assert "Equity's worst decile is its worst 38 months." in text
    sample = dataclasses.replace(run.verdict.sample, months=361)
    verdict = dataclasses.replace(run.verdict, sample=sample)
    fewer = dataclasses.replace(run, verdict=verdict)
    assert "its worst 37 months." in made(fewer, tmp_path).getroot().text_content()
    assert "CVaR(95) is the average loss in the worst 5 % of months." in text
    assert "A basis point (bp) is 0.01 percentage points." in text


def test_rates_withheld_stand_on_the_page_of_a_run_in_dollars(run, tmp_path):
    title = "What if tax is withheld from Treasuries"
    assert title not in made(run, tmp_path).getroot().text_content()
    rows = (AtRate(0.3, True, Estimate(-0.001, None, None), 0.04, 0.07, -0.3),)
    taxed = dataclasses.replace(run, verdict=dataclasses.replace(run.verdict, withheld=rows))
    text = made(taxed, tmp_path).getroot().text_content()
    assert title in text
    assert "No advice: docs/withholding.md" in text


def test_without_a_hedge_there_are_no_sections_of_one(tmp_path):
    run = make_run("equity_only")
    page = made(run, tmp_path).getroot()
    ids = {element.get("id") for element in page.iter("h2", "section")} - {None}
    assert ids == {"now", "beside", "holding", "detail", "files"}
    links = {link.get("href") for link in page.iter("a") if link.get("href", "").startswith("#")}
    assert links == {f"#{name}" for name in ids}
    text = " ".join(page.text_content().split())
    assert "No hedge" in text
    assert "Nothing is judged: there is no hedge beside equity." in text
    for words in ("bills, same", "CVaR saved", "Beat equity + bills", "unclear"):
        assert words not in text


def test_a_page_without_its_script_shows_tables_and_the_picture_of_falls(folder, driver, tmp_path):
    # In a folder of its own: pages of other tests may lie, with their script, beside this one's.
    alone = tmp_path / "results" / "run" / "verdict.html"
    alone.parent.mkdir(parents=True)
    alone.write_bytes((folder / "verdict.html").read_bytes())
    browser.resize(driver, 1180)
    driver.get(alone.resolve().as_uri())
    shown = driver.execute_script(
        "const seen = e => e.getClientRects().length > 0;"
        "return {line: seen(document.querySelector('.uncharted')),"
        " charts: [...document.querySelectorAll('.chart')].some(seen),"
        " picture: [...document.querySelectorAll('svg[role=img]')].some(seen),"
        " tables: [...document.querySelectorAll('table')].filter(seen).length}"
    )
    assert (shown["line"], shown["charts"], shown["picture"]) == (True, False, True)
    assert shown["tables"] > 8
    browser.complaints(driver)  # the missing file


def test_a_page_that_stands_alone_draws_from_any_place(run, driver, tmp_path):
    folder = tmp_path / "results" / "run"
    folder.mkdir(parents=True)
    write_verdict(folder / "verdict.html", run, standalone=True)
    assert not (tmp_path / "results" / "assets").exists()
    alone = tmp_path / "sent.html"
    alone.write_bytes((folder / "verdict.html").read_bytes())
    browser.open_page(driver, alone)
    assert driver.execute_script("return document.querySelectorAll('.chart .trace').length") > 5
    assert browser.complaints(driver) == []


def test_a_run_that_holds_what_it_decided_says_so_once():
    mix = {"SPY": 0.6, "IEF": 0.4}
    rest = Latest("2025-12-31", "2025-11-28", target=mix, held=mix, pending=None)
    ((head, words),) = latest_lines(rest)
    assert head == "held on 2025-12-31"
    assert words.endswith(", as decided 2025-11-28: nothing to trade")
    assert [words for _, words in latest_lines(dataclasses.replace(rest, pending=mix))][2] == (
        "to SPY 60.0 %, IEF 40.0 %"
    )
    drifted = dataclasses.replace(rest, held={"SPY": 0.65, "IEF": 0.35})
    assert len(latest_lines(drifted)) == 3

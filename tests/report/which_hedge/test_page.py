"""The page in a real browser and its place among the others: no faults, links, hostile names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

from backtests.analysis.record import Tickers
from backtests.engine.money import Money
from backtests.engine.run import Run
from backtests.engine.ways import four_ways
from backtests.engine.withheld import at_rates
from backtests.report.finished_run import read_run
from backtests.report.index import rebuild_index
from backtests.report.run_folder import write_run
from backtests.report.which_hedge.page import (
    falls_title,
    funds_text,
    growth_chart,
    write_which_hedge,
)
from data.currency.convert import in_currency
from data.withholding.payouts import Payouts, not_known
from tests import browser, page_checks
from tests.report.helpers import make_run
from tests.report.which_hedge.helpers import make_fall, make_ways

OWNED = '<script>document.title="owned"</script><img src=x onerror=document.title="owned">'


@pytest.fixture(scope="module")
def yen() -> Run:
    run = make_run(start=None, money=Money("JPY", fx_hedge=0.5))
    strategy = run.config.make_strategy()
    ways = four_ways(run.market, strategy, run.simulation, run.judged)
    rows = at_rates(run.market, strategy, run.simulation, run.judged)
    return replace(run, verdict=replace(run.judged, ways=ways, withheld=rows))


@pytest.fixture(scope="module")
def folder(yen, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("results")
    made = write_run(out, yen, with_tearsheet=False)
    rebuild_index(out)
    return made


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


def test_the_page_has_no_fault_in_any_width_or_medium(driver, folder):
    page = folder / "which-hedge.html"
    page_checks.show(driver, 1440)
    browser.open_page(driver, page)
    told = [("frame", page_checks.look(driver, ["frame"]))]
    for width, medium in ((1440, "light"), (1024, "light"), (390, "light"), (390, "dark")):
        page_checks.show(driver, width, medium)
        checks = (*page_checks.LAYOUT, *page_checks.INK)
        told.append((f"{medium} {width}", page_checks.look(driver, checks)))
    page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
    checks = (*page_checks.LAYOUT, *page_checks.INK)
    told.append(("print", page_checks.look(driver, checks, printed=True)))
    page_checks.show(driver, 1440)
    told += [
        ("keyboard", page_checks.unreachable(driver)),
        ("links", page_checks.broken_links(driver, page)),
        ("log", page_checks.noises(driver, page)),
    ]
    assert page_checks.joined(told) == []


def test_the_rates_withheld_stand_here_and_not_on_the_verdict(folder):
    title = "What if tax is withheld from Treasuries"
    page = lxml.html.parse(str(folder / "which-hedge.html")).getroot()
    (head,) = (each for each in page.iter("h2") if each.text_content() == title)
    rows = next(each for each in head.itersiblings() if each.tag == "div").iter("tr")
    firsts = [row[0].text_content().split("as in")[0].strip() for row in rows]
    assert firsts[1:] == ["0\u202f%", "15\u202f%", "30\u202f%"]
    assert title not in (folder / "verdict.html").read_text()


@pytest.mark.parametrize("pays", ["nothing", "unknown"])
def test_a_page_without_rates_of_tax_says_why(yen, tmp_path, pays):
    dollars = yen.market.in_dollars
    days = pd.DatetimeIndex(dollars.prices.index)
    own = Payouts(pd.Series(0.0, days)) if pays == "nothing" else not_known(days, "a price")
    payouts = {**dollars.payments.payouts, "IEF": own}
    dollars = dollars.paid_out(dollars.prices, replace(dollars.payments, payouts=payouts))
    market = in_currency(dollars, yen.market.abroad.conversion, yen.market.abroad.figures)
    run = replace(yen, market=market, verdict=replace(yen.judged, withheld=()))
    path = tmp_path / "results" / "run" / "which-hedge.html"
    path.parent.mkdir(parents=True)
    write_which_hedge(path, run, yen.judged.ways, files=["which-hedge.html"])
    lines = [one.text_content() for one in lxml.html.parse(str(path)).xpath("//p[@class='quiet']")]
    (line,) = (one for one in lines if one.startswith("Rates of tax are not shown"))
    assert ("nothing is paid out by IEF" in line) is (pays == "nothing")


def test_it_is_linked_from_the_verdict_the_trail_and_the_list_of_results(folder):
    verdict = lxml.html.parse(str(folder / "verdict.html"))
    assert verdict.xpath("//nav[@class='trail']/a[@href='which-hedge.html']")
    (link,) = verdict.xpath("//p//a[@href='which-hedge.html']")
    assert "hedge the currency" in link.getparent().getparent().text_content().lower()
    listed = lxml.html.parse(str(folder.parent / "index.html"))
    assert listed.xpath(f"//a[@href='{folder.name}/which-hedge.html']")


def test_what_is_written_reads_back(folder, yen):
    assert read_run(folder).verdict.ways == yen.judged.ways


def test_a_run_in_dollars_has_no_such_page(written):
    assert not (written / "which-hedge.html").exists()
    assert "which-hedge" not in (written / "verdict.html").read_text("utf-8")


def test_the_same_run_writes_the_same_bytes(folder, yen, tmp_path):
    again = write_run(tmp_path, yen, with_tearsheet=False)
    assert (again / "which-hedge.html").read_bytes() == (folder / "which-hedge.html").read_bytes()


def test_hostile_names_are_text(yen, tmp_path):
    ways = replace(yen.judged.ways, ratios={OWNED: 0.5})
    hostile = Tickers(equity=(OWNED,), hedge=(OWNED,))
    run = replace(yen, verdict=replace(yen.judged, ways=ways, tickers=hostile))
    path = tmp_path / "results" / "run" / "which-hedge.html"
    path.parent.mkdir(parents=True)
    write_which_hedge(path, run, ways, files=["which-hedge.html"])
    page = lxml.html.parse(str(path))
    assert page.xpath("//img") == []
    assert not [
        script for script in page.xpath("//script") if 'title="owned"' in (script.text or "")
    ]


def test_the_top_says_what_is_held_from_when_and_what_is_sold(folder):
    page = lxml.html.parse(str(folder / "which-hedge.html"))
    sold, facts = (one.text_content() for one in page.xpath("//p[@class='facts']"))
    assert sold == (
        "Only the dollars of Treasuries are sold forward. Equity is held as it is, unhedged, in "
        "every way."
    )
    assert "IEF, 7-10 year Treasuries" in facts
    assert "Month-ends from " in facts
    assert funds_text(["IEF", "GLD"]) == "IEF, 7-10 year Treasuries; GLD"


def test_the_split_explains_open_dollars_where_there_are_any(folder):
    """On monthly rows rolls and rows are the same, and nothing stays open in between."""
    text = (folder / "which-hedge.html").read_text("utf-8")
    assert "weighs a little" not in text


def test_growth_is_drawn_by_colour_of_what_is_held_and_dotted_where_the_dollar_is_open(yen):
    figure = growth_chart(yen.judged, yen.judged.ways)
    looks = {trace.name: trace.payload["line"] for trace in figure.traces}
    assert {(name, line["color"], line["dash"]) for name, line in looks.items()} == {
        ("Treasuries, unhedged", "--treasuries", "dot"),
        ("Treasuries, hedged", "--treasuries", "solid"),
        ("US Treasury bills", "--bills", "dot"),
        ("Yen cash", "--bills", "solid"),
    }


def test_the_title_of_the_picture_counts_the_falls_in_which_hedged_did_better():
    assert falls_title(make_ways()) == "Hedged did better than unhedged in 1 of 2 falls of equity"
    alone = make_ways(falls=(make_fall(-0.2, 0.1, 0.0, 0.0, 0.0),))
    assert falls_title(alone) == "In the only fall of equity unhedged did better"

"""Words for the money of an investor: amounts, cash, prices, and what a run is called."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import lxml.html
import pytest
from rich.console import Console

from backtests.engine.config import RunConfig
from backtests.engine.judge import judged
from backtests.engine.money import Money
from backtests.report import notebook
from backtests.report.console import print_run
from backtests.report.currency import (
    BILLS,
    american,
    cash_words,
    code_of,
    hedge_terms,
    in_money,
    money_label,
    one_of,
    prices_name,
)
from backtests.report.tearsheet import write_tearsheet
from backtests.report.text import (
    label_of,
    metric_rows,
    money,
    plain_label,
    run_label,
    shown,
    typeset,
)
from backtests.report.verdict.page import write_verdict
from data.currency.conversion import Investor
from data.currency.currencies import CODES
from tests.report.helpers import make_run
from tests.report.test_text import BY_KEY
from tests.report.verdict.helpers import make_numbers

YEN, FRANC = Investor("JPY", "home"), Investor("CHF", "home")
AUSSIE = Investor("AUD", "usd")
NO_BREAK = " "


@pytest.mark.parametrize(
    ("code", "told", "lost"),
    [
        ("USD", "$1,235", "-$45.13"),
        ("JPY", "¥1,235", "-¥45"),
        ("EUR", "€1,235", "-€45.13"),
        ("GBP", "£1,235", "-£45.13"),
        ("CHF", f"CHF{NO_BREAK}1,235", f"-CHF{NO_BREAK}45.13"),
        ("AUD", "A$1,235", "-A$45.13"),
        ("CNY", "CN¥1,235", "-CN¥45.13"),
    ],
)
def test_an_amount_has_the_sign_of_its_currency_after_its_minus(code, told, lost):
    assert (money(1234.6, code), money(-45.128, code)) == (told, lost)
    assert (money(None, code), money(-0.004, code)) == ("-", money(0.0, code))
    # On a page a code does not part from its amount.
    assert typeset(f"{lost} paid") == f"\u2212\u2060{lost[1:]} paid".replace("CHF ", "CHF\u00a0")


def test_every_currency_has_a_sign():
    assert len({money(1.0, code) for code in CODES}) == len(CODES)


def test_metrics_are_counted_in_the_money_of_the_run():
    yen = Money("JPY").table
    amounts = [shown(BY_KEY[key], make_numbers(), 10_000.0, yen) for key in
               ("costs_paid", "final_value", "cagr")]  # fmt: skip
    assert amounts == ["¥1,234", "¥46,000", "8.00 %"]
    assert shown(BY_KEY["costs_paid"], make_numbers(costs_paid=0.01234), 1.0, yen) == "¥0.0123"
    assert label_of(BY_KEY["final_value"], 12, 10_000.0, yen) == "Final value of ¥10,000"
    rows = [row[0] for row in metric_rows([make_numbers()], 12, 10_000.0, money=yen)]
    assert "Sharpe (over cash)" in rows
    assert "Sortino (over cash)" in rows
    assert plain_label(BY_KEY["sharpe"]) == "Sharpe (over bills)"
    assert plain_label(BY_KEY["sharpe"], cash_words(AUSSIE)) == "Sharpe (over dollar bills)"


def test_cash_is_that_of_the_investor():
    told = [(words.name, words.whole, words.told, words.are_those) for words in
            map(cash_words, (None, YEN, FRANC, AUSSIE))]  # fmt: skip
    assert told == [
        ("bills", "bills", "bills (cash)", "bills are those"),
        ("cash", "yen cash", "yen cash", "cash is that"),
        ("cash", "Swiss franc cash", "Swiss franc cash", "cash is that"),
        (
            "dollar bills",
            "US Treasury bills (unhedged)",
            "US Treasury bills (unhedged cash)",
            "dollar bills are those",
        ),
    ]
    assert cash_words(None) is BILLS


def test_prices_and_figures_say_whose_they_are():
    assert [prices_name(who) for who in (None, YEN, FRANC)] == ["CPI", "Japanese CPI", "Swiss CPI"]
    assert [american(who) for who in (None, YEN)] == ["", "US "]
    assert [code_of(who) for who in (None, YEN)] == ["USD", "JPY"]
    assert [one_of(who) for who in (None, YEN, FRANC)] == ["1", "¥1", f"CHF{NO_BREAK}1"]


@pytest.mark.parametrize(
    ("asked", "label", "told"),
    [
        (Money(), "", ""),
        (Money("JPY"), "JPY", " in yen"),
        (Money("CHF", fx_hedge=1), "CHF hedged", " in Swiss francs, hedged"),
        (Money("EUR", fx_hedge=0.5), "EUR 50 % hedged", " in euros, 50 % hedged"),
        (
            Money("GBP", fx_hedge=1, fx_hedge_equity=0.25, fx_basis_bp=100),
            "GBP hedged, equity 25 % hedged, basis 100 bp",
            " in sterling, hedged, equity 25 % hedged, basis 100 bp",
        ),
        (
            Money("AUD", "usd", fx_hedge="IEF=1,TLT=0.5", carry_rates=True),
            "AUD hedged IEF=1,TLT=0.5, cash in dollar bills, short rates carried on",
            " in Australian dollars, hedged IEF=1,TLT=0.5, cash in dollar bills, short rates "
            "carried on",
        ),
        (Money("JPY", fx_basis_bp=100), "JPY", " in yen"),  # without a hedge it costs nothing
    ],
)
def test_a_currency_is_told_with_what_is_not_its_default(asked, label, told):
    assert (money_label(asked.table), in_money(asked.table)) == (label, told)


def test_the_facts_of_a_run_have_the_basis_of_a_hedge_once():
    tables = [Money("JPY").table, Money("JPY", fx_hedge=1).table,
              Money("JPY", fx_hedge_equity=1, fx_basis_bp=0).table]  # fmt: skip
    assert list(map(hedge_terms, tables)) == [
        "in yen", "in yen, hedged, basis 25 bp", "in yen, equity hedged, basis 0 bp",
    ]  # fmt: skip


def test_a_run_is_named_with_its_money_before_its_settings():
    config = RunConfig("hedge_mix", {"rebalance": "never"}, money=Money("JPY", fx_hedge=1))
    named = run_label(config.strategy, config.params, config.money.table)
    assert named == "hedge_mix JPY hedged rebalance=never"
    assert run_label(config.strategy, config.params) == "hedge_mix rebalance=never"


# Whole pages and screens of runs in another currency


@pytest.fixture(scope="module")
def yen():
    return judged(make_run(start="2000-01-31", money=Money("JPY", fx_hedge=1)))


@pytest.fixture(scope="module")
def aussie():
    return judged(make_run(start="2000-01-31", money=Money("AUD", "usd")))


def texts_of(run, folder) -> dict[str, str]:
    """The words of a run wherever it is shown, by place; data notes are the sources' own."""
    bare = replace(run, summary=replace(run.summary, notes=()))
    write_verdict(folder / "verdict.html", bare)
    write_tearsheet(folder / "tearsheet.html", run.market, run.simulation, run.benchmark_values,
                    bare.summary)  # fmt: skip
    pages = {}
    for name in ("verdict", "tearsheet"):
        page = lxml.html.parse(folder / f"{name}.html").getroot()
        for told in page.xpath("//style|//*[@id='data']/following-sibling::ul[1]"):
            told.drop_tree()
        charts = " ".join(page.xpath("//script/text()"))
        # The role of a colour is no word.
        pages[name] = f"{page.text_content()} {charts}".replace("--bills", "")
    screen = Console(width=100, file=io.StringIO())
    print_run(screen, bare, folder)
    told = notebook.verdict_html(run.verdict)
    texts = {**pages, "screen": screen.file.getvalue(), "notebook": lxml.html.fromstring(
        told).text_content()}  # fmt: skip
    return {place: re.sub(r"\s+", " ", text) for place, text in texts.items()}


def test_nowhere_is_yen_cash_called_bills_or_an_amount_in_dollars(yen, tmp_path):
    every = texts_of(yen, tmp_path)
    for place, text in every.items():
        assert not re.findall(r"(?<!US Treasury )\b[Bb]ills\b", text), place
        assert not re.findall(r"\$\d", text), place
        assert "cash" in text, place
    assert all(re.search(r"¥\d", every[place]) for place in ("verdict", "screen"))


def test_dollar_bills_are_called_so_and_nothing_real_is_shown_without_prices(aussie, tmp_path):
    text = texts_of(aussie, tmp_path)
    for place, told in text.items():
        assert re.search(r"dollar bills|US Treasury bills \(unhedged", told), place
        assert not re.findall(r"(?<!ollar )(?<!US Treasury )\b[Bb]ills\b", told), place
    verdict = text["verdict"]
    assert "A$10,000 at the start" in verdict
    assert "CPI over a year" not in verdict.replace("US CPI over a year", "")
    assert not re.search(r"Beat \w* ?(CPI|inflation)", verdict)


def test_a_yen_verdict_says_whose_figures_are_the_united_states(yen, tmp_path):
    write_verdict(tmp_path / "verdict.html", yen)
    text = re.sub(r"\s+", " ", lxml.html.parse(tmp_path / "verdict.html").getroot().text_content())
    for told in (
        "60 % SPY, 40 % IEF in yen, hedged: ",
        "Japanese CPI over a year",
        "Beat Japanese CPI",
        "US inflation against its 10-year median",
        "US policy rate, 3-month change",
        "US 10-year, bp",
        "over the 36 months before it, in US dollars, the same for all investors",
        "in yen, hedged, basis 25 bp",
        "Growth of ¥1",
    ):
        assert told in text, told

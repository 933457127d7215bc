"""Hostile names through every page, in a real browser: they show as text, and nothing runs.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_pages.py`` tries 40 of them.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import unicodedata

import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.engine.config import RunConfig
from backtests.engine.money import Money
from backtests.engine.space import mix_space
from backtests.engine.withholding import read_withholding
from backtests.jobs import execute, publish, with_withdrawals
from backtests.report.claims.page import write_claims
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.own_money import in_own_money
from backtests.report.comparison.own_page import write_own_money
from backtests.report.comparison.page import write_comparison
from backtests.report.comparison.table import compare
from backtests.report.files import file_sha256, write_json
from backtests.report.finished_run import read_run
from backtests.report.index import rebuild_index
from backtests.report.notebook import run_html
from backtests.report.pages import trail_of
from backtests.report.stress.page import write_stress
from backtests.report.verdict.page import write_verdict
from backtests.report.which_hedge.page import write_which_hedge
from backtests.report.withdrawals.page import write_withdrawals
from backtests.tuning import prepare_search, tune
from data.records import to_json
from tests import browser
from tests.conftest import random_market
from tests.report.claims.made import made_trial
from tests.soak.counts import FULL, mine, tell
from tests.soak.hostile import HOSTILE, infect

TEXTS = 40
NOTEBOOK = "notebook.html"

# Elements that a page of ours never has but by injection, and attributes that would run.
FOREIGN = ("return document.querySelectorAll('img, iframe[srcdoc], object, embed, base, form, "
           "[onload], [onerror], [onclick], [onmouseover], a[href^=\"javascript:\" i], "
           "svg a').length")  # fmt: skip


def texts(rng: random.Random) -> list[str]:
    """The list above, and as many as asked for out of its pieces."""
    if not FULL:
        return ["".join(HOSTILE[:9]), "".join(HOSTILE[9:])]
    chosen = list(HOSTILE)
    while len(chosen) < TEXTS:
        pieces = [rng.choice(HOSTILE)[: rng.randint(1, 40)] for _ in range(rng.randint(2, 5))]
        chosen.append("".join(pieces))
    return mine(chosen)


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    yen = RunConfig("hedge_mix", source="bundled", start="2015-01-30",
                    money=Money("JPY"), withholding=read_withholding("IEF=0.15"))  # fmt: skip
    executed = [
        *(execute(RunConfig(name, source="bundled", start="2015-01-30"))
          for name in ("hedge_mix", "attack_defend")),
        with_withdrawals(execute(yen), 0.04),
    ]  # fmt: skip
    made = [publish(run, out, with_tearsheet=number == 0) for number, run in enumerate(executed)]
    return out, made, executed


def plain(text: str) -> str:
    """Text as pages show it: spaces folded, controls left out."""
    kept = (sign for sign in text if unicodedata.category(sign)[0] != "C")
    return "".join("".join(kept).split())


def harmless(driver, page, text: str) -> None:
    """Open a page; a dialog would raise here, a script leave its mark."""
    browser.complaints(driver)  # of the page before
    browser.requests(driver)
    browser.open_page(driver, page)
    mark, title, shown, foreign = (
        driver.execute_script(words)
        for words in ("return window.pwned === undefined", "return document.title",
                      "return document.documentElement.textContent", FOREIGN)
    )  # fmt: skip
    assert mark, text
    assert title != "pwned"
    assert foreign == 0, text
    # A notebook cuts what is too long for its lines.
    expected = plain(text[:8]) if page.name == NOTEBOOK else plain(text)
    assert expected in plain(shown), page.name
    assert browser.requests(driver) == []
    assert browser.complaints(driver) == []


def test_no_text_from_outside_runs(driver, folders, tmp_path):
    _, made, (_, rule, yen) = folders
    finished = [read_run(folder) for folder in made]
    rng = random.Random(3)
    pages = 0
    for number, text in enumerate(texts(rng)):
        place = tmp_path / f"{number}"
        place.mkdir()
        opened = [*verdicts(place, text, rule, yen), *side_by_side(place, text, finished)]
        opened += [*others(place, text, yen), listed(place, text, finished[0])]
        for page in opened:
            harmless(driver, page, text)
        pages += len(opened)
    tell("pages of hostile texts", pages, sums={"texts": number + 1})
    assert pages


def spoilt(run, text):
    """A run whose names, notes and words are hostile."""
    manifest = dataclasses.replace(infect(run.manifest, text), files=run.manifest.files)
    return dataclasses.replace(run, summary=infect(run.summary, text), manifest=manifest)


def verdicts(place, text, rule, yen):
    """The pages of a run: verdict, and in yen which hedge and withdrawals."""
    named = dataclasses.replace(
        rule, verdict=infect(rule.verdict, text), summary=infect(rule.summary, text)
    )
    write_verdict(place / "verdict.html", named, files=[text])
    abroad = dataclasses.replace(
        yen, verdict=infect(yen.verdict, text), summary=infect(yen.summary, text)
    )
    write_which_hedge(place / "which.html", abroad, abroad.verdict.ways, files=[text])
    write_withdrawals(place / "lasted.html", abroad, infect(yen.withdrawals, text), files=[text])
    (place / NOTEBOOK).write_text(f"<!doctype html><body>{run_html(named)}</body>")
    return [place / f"{name}.html" for name in ("verdict", "which", "lasted", "notebook")]


def side_by_side(place, text, finished):
    """Two runs compared, and three of two currencies each in its own money."""
    dollars = [spoilt(run, text) for run in finished[:2]]
    compared = write_comparison(place, compare(align_runs(dollars, align=True)))
    both = align_runs([dollars[0], spoilt(finished[2], text)], align=True, each_in_its_own=True)
    own = write_own_money(place, in_own_money(both))
    return [compared / "index.html", own / "index.html"]


def others(place, text, yen):
    """A stress test, and a trial of claims."""
    folder = place / "stress"  # charts lie beside its folder
    folder.mkdir()
    stress = infect(yen.stress, text)
    write_stress(folder / "stress.html", text, stress, trail=trail_of(text), files=[(text, text)])
    write_claims(place / "claims.html", infect(made_trial(), text), trail=trail_of(text),
                 files=[(text, text)])  # fmt: skip
    return [folder / "stress.html", place / "claims.html"]


def listed(place, text, run):
    """The list of results."""
    folder = place / "run-1"
    folder.mkdir()
    write_json(folder / "summary.json", infect(run.summary, text))
    files = {"summary.json": file_sha256(folder / "summary.json"), "verdict.html": ""}
    write_json(folder / "manifest.json", {**to_json(infect(run.manifest, text)), "files": files})
    rebuild_index(place)
    return place / "index.html"


FILE_NAMES = (
    "<img src=x onerror=window.pwned=1>",
    '"><svg onload=window.pwned=1>',
    "{{7*7}}%{x}<b>S&P",
)


def test_hostile_files_of_prices_through_a_whole_run(driver, tmp_path):
    """Tickers and the folder's name are file names: they go through every page as they are."""
    folder = tmp_path / FILE_NAMES[0]
    folder.mkdir()
    prices = random_market(5, FILE_NAMES, 600).prices
    # Of two names that differ by case alone each stays as it is: in capitals no script would run.
    for name in (*FILE_NAMES, FILE_NAMES[0].upper()):
        values = prices[name if name in prices else FILE_NAMES[0]].to_numpy()
        rows = pd.DataFrame({"date": prices.index, "value": values})
        rows.to_csv(folder / f"{name}.csv", index=False)
    out = tmp_path / '"><img src=x onerror=window.pwned=1>'
    weights = {FILE_NAMES[0]: 0.5, FILE_NAMES[1]: 0.3}
    config = RunConfig("hedge_mix", {"weights": weights}, source=f"files:{folder}",
                       benchmark=FILE_NAMES[2])  # fmt: skip
    first = publish(execute(config), out)
    other = publish(execute(dataclasses.replace(config, params={"weights": {FILE_NAMES[1]: 1.0}})),
                    out, with_tearsheet=False)  # fmt: skip
    both = compare(align_runs([read_run(first), read_run(other)], align=False))
    compared = write_comparison(out, both)
    space = mix_space(FILE_NAMES, 0.5, {"rebalance": "monthly"})
    _, tuned = tune(prepare_search(config, space, read_objective("sharpe", [])), out)
    for page in (first / "verdict.html", first / "tearsheet.html", compared / "index.html",
                 tuned / "index.html", out / "index.html"):  # fmt: skip
        harmless(driver, page, FILE_NAMES[0])
    assert FILE_NAMES[2] in browser_text(driver, first / "tearsheet.html")
    legend = "return [...document.querySelectorAll('.legendtext')].map(text => text.textContent)"
    browser.open_page(driver, compared / "index.html")
    shown = driver.execute_script(legend)
    assert any(FILE_NAMES[0] in words for words in shown), shown


def browser_text(driver, page) -> str:
    browser.open_page(driver, page)
    return str(driver.execute_script("return document.body.textContent"))


def test_hostile_names_of_neighbours_in_the_results(driver, folders, tmp_path):
    for name in FILE_NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("[]")
        whole = tmp_path / f"javascript:{name}"
        whole.mkdir()
        manifest = {"created": "2026-01-01", "title": name, "kind": "comparison",
                    "files": {"index.html": ""}}  # fmt: skip
        (whole / "manifest.json").write_text(json.dumps(manifest))
    rebuild_index(tmp_path)
    harmless(driver, tmp_path / "index.html", FILE_NAMES[0])
    links = driver.execute_script("return [...document.querySelectorAll('a')].map(a => a.protocol)")
    assert set(links) == {"file:"}


def test_the_test_sees_a_script_that_runs(driver, tmp_path):
    """A page without escaping fails: the marks are looked for in earnest."""
    page = tmp_path / "open.html"
    page.write_text(f"<body>{copy.copy(FILE_NAMES[0])}</body>")
    with pytest.raises(AssertionError):
        harmless(driver, page, "x")

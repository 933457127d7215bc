"""Hostile names through every page, in a real browser: they show as text, and nothing runs.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_pages.py`` tries 40 of them.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import re
import unicodedata

import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.engine.config import RunConfig
from backtests.engine.space import mix_space
from backtests.jobs import execute, publish
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.page import write_comparison
from backtests.report.comparison.table import compare
from backtests.report.files import file_sha256, write_json
from backtests.report.finished_run import read_run
from backtests.report.index import rebuild_index
from backtests.report.verdict.page import write_verdict
from backtests.tuning import prepare_search, tune
from data.records import from_json, to_json
from tests import browser
from tests.conftest import random_market
from tests.soak.counts import count, report

RUNS = "window.pwned=1;document.title='pwned';alert(1)"
HOSTILE = (
    f"<script>{RUNS}</script>",
    f'"><script>{RUNS}</script>',
    f"</script><script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f"'\"><svg/onload={RUNS}>",
    f"</title></style></textarea><body onload={RUNS}>",
    f"<iframe srcdoc='<script>parent.{RUNS}</script>'>",
    f"<a href='javascript:{RUNS}'>x</a>",
    f"javascript:{RUNS}",
    "<!--", "-->", "]]>", "<![CDATA[", "\\u003cscript>", "&lt;b&gt;", "&#60;b>", "<b>bold</b>",
    "{{7*7}}", "{% for x in y %}", "${7*7}", "#{7*7}", "%{x}", "%{customdata}", "<extra>x</extra>",
    "a\u2028b", "a\u2029b", "\u202etxt.exe", "\u0007\u001b[2J", "\ufeffx", "é" * 50, "S&P 500",
    "' onmouseover='pwned=1", "`${alert(1)}`", "=HYPERLINK(1)", "--bills", "\\", "\\\"", "x" * 2000,
)  # fmt: skip
# Words of our own by which a page chooses what to say.
KEPT = {
    "start",
    "end",
    "word",
    "created",
    "kind",
    "unit",
    "key",
    "part",
    "dimension",
    "how",
    "name",
    "first_edition_word",
    "state",
}
# Elements that a page of ours never has but by injection, and attributes that would run.
FOREIGN = ("return document.querySelectorAll('img, iframe[srcdoc], object, embed, base, form, "
           "[onload], [onerror], [onclick], [onmouseover], a[href^=\"javascript:\" i], "
           "svg a').length")  # fmt: skip


def infect(value, text: str, key: str = ""):
    """Put a text in the place of every other text that is no date and no word of ours."""
    if dataclasses.is_dataclass(value):
        return from_json(type(value), infect(to_json(value), text))
    if isinstance(value, str):
        ours = key in KEPT or value == "free" or re.match(r"\d{4}-\d\d", value)
        return value if ours else text
    if isinstance(value, dict):
        tickers = key == "weights"
        return {
            (f"{text}{number}" if tickers else name): infect(inner, text, name)
            for number, (name, inner) in enumerate(value.items())
        }
    if isinstance(value, list | tuple):
        return [infect(one, text, key) for one in value]
    return value


def texts(rng: random.Random) -> list[str]:
    """The list above, and as many as asked for out of its pieces."""
    chosen = list(HOSTILE) if count(0, 1) else ["".join(HOSTILE[:9]), "".join(HOSTILE[9:])]
    while len(chosen) < count(0, 40):
        pieces = [rng.choice(HOSTILE)[: rng.randint(1, 40)] for _ in range(rng.randint(2, 5))]
        chosen.append("".join(pieces))
    return chosen


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    executed = [
        execute(RunConfig(name, source="bundled", start="2015-01-30"))
        for name in ("hedge_mix", "attack_defend")
    ]
    made = [
        publish(run, out, with_tearsheet=run.config.strategy == "hedge_mix") for run in executed
    ]
    return out, made, executed[1]


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
    assert plain(text) in plain(shown)
    assert browser.requests(driver) == []
    assert browser.complaints(driver) == []


def test_no_text_from_outside_runs(driver, folders, tmp_path):
    _, made, rule = folders
    finished = [read_run(folder) for folder in made]
    rng = random.Random(3)
    pages = 0
    for number, text in enumerate(texts(rng)):
        place = tmp_path / f"{number}"
        place.mkdir()
        runs = []
        for run in finished:
            summary, manifest = infect(run.summary, text), infect(run.manifest, text)
            manifest = dataclasses.replace(manifest, files=run.manifest.files)
            runs.append(dataclasses.replace(run, summary=summary, manifest=manifest))
        verdict = infect(finished[1].verdict, text)
        spoilt_run = dataclasses.replace(rule, verdict=verdict, summary=runs[1].summary)
        write_verdict(place / "verdict.html", spoilt_run, files=[text])
        harmless(driver, place / "verdict.html", text)
        made_page = write_comparison(place, compare(align_runs(runs, align=True)))
        harmless(driver, made_page / "index.html", text)
        spoilt = place / "run-1"
        spoilt.mkdir()
        write_json(spoilt / "summary.json", runs[0].summary)
        files = {"summary.json": file_sha256(spoilt / "summary.json"), "verdict.html": ""}
        write_json(spoilt / "manifest.json", {**to_json(runs[0].manifest), "files": files})
        rebuild_index(place)
        harmless(driver, place / "index.html", text)
        pages += 3
    report(f"{pages} pages of hostile texts opened, no script ran")
    assert pages


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

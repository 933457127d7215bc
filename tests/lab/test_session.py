"""The lab in a real browser, from a preset to a saved page and back by a bookmark."""

from __future__ import annotations

import http.server
import json
import re
import threading
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from backtests.engine.address import from_address
from backtests.lab import look as lab
from backtests.report.text import money, percent, typeset
from backtests.report.verdict.first_screen import first_screen
from strategies import registry
from tests.browser import (
    chromium,
    complaints,
    do,
    forget,
    only,
    open_page,
    overflow,
    press,
    requests,
    resize,
    until,
)
from tests.lab_server import lab_server, metric_values, settled
from tests.strategies.rule_files import TREND

pytest.importorskip("streamlit")
EVIL = "<img src=http://evil.test/x.png>![a](http://evil.test/y.png)"
OPENED = "strategy=hedge_mix&source=bundled"

# What a reader of the lab sees, and what its controls say.
SEEN = """
const words = selector => [...document.querySelectorAll(selector)]
  .map(one => one.innerText.trim());
const sliders = [...document.querySelectorAll("input[type=range]")];
return {
  headline: words(".lab .answer h1").join(" "), numbers: words(".lab .numbers b"),
  tiles: words(".lab .tile"), facts: words(".lab .facts").join(" "),
  errors: words(".lab .message.error").join(" "),
  sliders: Object.fromEntries(sliders.map(one => [one.getAttribute("aria-label"), one.value])),
  days: [...document.querySelectorAll("input:is([aria-label=From], [aria-label=To])")]
    .map(one => one.value),
};
"""
# The lowest place of the picture of falls, and the sides of an element in the window.
PICTURE = """
const drawn = [...document.querySelectorAll(".lab .hero :is(svg, img)")]
  .map(one => one.getBoundingClientRect()).filter(box => box.width > 100 && box.height > 50);
return [drawn.length, scrollY, Math.max(0, ...drawn.map(box => box.bottom))];
"""
SIDES = "const box = arguments[0].getBoundingClientRect(); return [box.top, box.bottom];"
CHARTS = "return document.querySelectorAll('.js-plotly-plot .main-svg').length"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A lab with a rule of the user's own; its address, that of its saved pages, and its folder."""
    folder = tmp_path_factory.mktemp("session")
    out, rule = folder / "results", folder / "my_rule.py"
    rule.write_text(TREND)
    with lab_server(out, "--strategy-file", f"{rule}:TrendOrTreasuries") as (address, process):
        yield address, process.pages, out


@pytest.fixture(scope="module")
def opened():
    with chromium() as started:
        yield started


@pytest.fixture
def driver(opened, running):
    """The browser of all tests here with one empty tab, as if it were new."""
    opened.switch_to.new_window("tab")
    for handle in opened.window_handles[:-1]:
        opened.switch_to.window(handle)
        opened.close()
    opened.switch_to.window(opened.window_handles[0])
    requests(opened), complaints(opened)  # of the test before
    for address in running[:2]:
        forget(opened, address)
    return opened


def controls(driver, *, shown):
    """Show the controls, or hide them where they cover the page, as on a phone.

    The browser remembers over all pages of the lab whether they are hidden, until it is told to
    forget.
    """
    if not shown and driver.execute_script("return innerWidth") > 700:
        return
    sides = (
        "const box = document.querySelector('[data-testid=stSidebar]').getBoundingClientRect();"
        "return [box.left, box.right];"
    )
    if (driver.execute_script(sides)[1] > 0) is not shown:
        name = "ExpandSidebarButton]" if shown else "SidebarCollapseButton] button"
        driver.execute_script("arguments[0].click()", only(driver, f"[data-testid=st{name}"))
    # It slides in and out.
    until(driver, lambda: driver.execute_script(sides)[0 if shown else 1] == (0 if shown else -300))


def moved(driver, label, keys):
    """Move a slider by the keyboard."""
    slider = f'input[type="range"][aria-label="{label}"]'
    do(driver, slider, lambda element: element.send_keys(keys))


def typed_day(driver, label, day):
    """Type a day into its field and press Enter."""
    from selenium.webdriver.common.keys import Keys

    field = f'input[aria-label="{label}"]'
    do(driver, field, lambda element: element.clear())
    do(driver, field, lambda element: element.send_keys(day, Keys.ENTER))


def typed_ticker(driver, ticker):
    """Type a ticker into the list of those held and press Enter."""
    from selenium.webdriver.common.keys import Keys

    press(driver, 'input[aria-label="Tickers"]')
    field = only(driver, 'input[aria-label="Tickers"]')
    field.send_keys(ticker)
    until(driver, lambda: driver.find_elements("css selector", '[role="option"]'))
    field.send_keys(Keys.ENTER, Keys.ESCAPE)
    until(driver, lambda: ticker in driver.execute_script(SEEN)["sliders"])


def answered(driver, words, headline):
    """Wait until the address has some words and the headline others; what is seen then."""
    until(driver, lambda: words in driver.current_url)
    settled(driver)
    until(driver, lambda: headline in driver.execute_script(SEEN)["headline"])
    settled(driver)
    seen = driver.execute_script(SEEN)
    assert seen["errors"] == ""
    return seen


def run_of(url):
    """The run that an address of the lab names, without what is only beside it there."""
    fields = dict(parse_qsl(urlsplit(url).query))
    return lab.look(from_address({k: v for k, v in fields.items() if k not in ("vs", "idle")}))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_session_from_a_preset_to_a_saved_page_and_back(running, driver, width, height):
    from selenium.webdriver.common.keys import Keys

    address, pages, _ = running
    resize(driver, width, height)
    driver.get(f"{address}/?{OPENED}")
    settled(driver)
    drawn, scrolled, bottom = driver.execute_script(PICTURE)
    assert (drawn, scrolled) == (1, 0)
    if width > 700:  # the answer and its picture are there without a move of the page
        assert bottom <= height
    assert overflow(driver) == 0

    controls(driver, shown=True)
    press(driver, "[data-testid=stSidebar] button", "80/20")
    answered(driver, "SPY%3D0.8%2CIEF%3D0.2", typeset("80 % SPY, 20 % IEF"))
    moved(driver, "SPY", Keys.ARROW_LEFT * 10)
    answered(driver, "SPY%3D0.7%2CIEF%3D0.2", typeset("70 % SPY, 20 % IEF, 10 % cash"))
    typed_ticker(driver, "TLT")
    before = answered(driver, "idle=TLT", typeset("70 % SPY, 20 % IEF, 10 % cash"))
    assert before["sliders"]["TLT"] == "0"
    moved(driver, "TLT", Keys.ARROW_RIGHT * 10)
    answered(driver, "TLT%3D0.1", typeset("70 % SPY, 20 % IEF, 10 % TLT"))
    typed_day(driver, "From", "1973-01-31")
    seen = answered(driver, "start=1973-01-31", typeset("70 % SPY, 20 % IEF, 10 % TLT"))
    until(driver, lambda: "1973-01-31 to" in driver.execute_script(SEEN)["facts"])
    assert overflow(driver) == 0

    controls(driver, shown=False)
    settled(driver)
    press(driver, "[data-testid=stMain] button", "Add to comparison")
    told = until(driver, lambda: [one.text for one in driver.find_elements(
        "css selector", "[data-testid=stToast]") if one.text])  # fmt: skip
    assert "added: 1 of 8 compared" in told[0]
    # It covers a phone's buttons, and stays while the pointer of this browser rests there.
    press(driver, "[data-testid=stToast] button")
    until(driver, lambda: not driver.find_elements("css selector", "[data-testid=stToast]"))
    settled(driver)
    until(driver, lambda: "1 of 8 compared" in driver.execute_script(SEEN)["facts"])
    press(driver, "[data-testid=stMain] button", "Save this run")
    verdict = until(driver, lambda: driver.find_elements(
        "css selector", ".lab .message.done a"), 240)[0]  # fmt: skip
    settled(driver)
    controls(driver, shown=True)
    until(driver, lambda: len(driver.execute_script(SEEN)["days"]) == 2)
    seen, bookmark = driver.execute_script(SEEN), driver.current_url
    assert seen["sliders"] == {"SPY": "70", "IEF": "20", "TLT": "10", "Cash, the rest": "0"}
    assert seen["days"] == ["1973-01-31", ""]
    controls(driver, shown=False)
    assert overflow(driver) == 0

    # It is the answer to what the address says, and what was saved is that.
    run = run_of(bookmark)
    assert seen["numbers"][0] == typeset(percent(run.summary.metrics.cagr))
    assert seen["headline"] == typeset(first_screen(run.judged, run.summary).headline)
    place = re.fullmatch(rf"{pages}/(hedge_mix-\w+)/verdict\.html", verdict.get_attribute("href"))
    summary = json.loads((running[2] / place[1] / "summary.json").read_text())
    assert summary["params"]["weights"] == {"SPY": 0.7, "IEF": 0.2, "TLT": 0.1}
    assert summary["start"] == "1973-01-31"
    assert typeset(percent(summary["metrics"]["cagr"])) == seen["numbers"][0]
    assert {urlsplit(one).netloc for one in requests(driver)} == {urlsplit(address).netloc}
    assert complaints(driver) == []

    # The saved page, by its link in a new tab: drawn, whole, and from the other port alone.
    here = driver.current_window_handle
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", verdict)
    verdict.click()
    until(driver, lambda: len(driver.window_handles) == 2)
    driver.switch_to.window(driver.window_handles[1])
    until(driver, lambda: driver.current_url.startswith(pages))
    resize(driver, width, height)
    open_page(driver, driver.current_url)
    assert driver.execute_script("return opener") is None
    assert only(driver, "h1").text == seen["headline"]
    assert driver.execute_script(CHARTS) > 0
    assert overflow(driver) == 0
    for words, file in (("Tear sheet", "tearsheet.html"), ("All results", "index.html")):
        driver.find_element("link text", words).click()
        assert driver.current_url.startswith(pages)
        assert driver.current_url.endswith(file)
        open_page(driver, driver.current_url)
    assert place[1] in driver.page_source
    assert {urlsplit(one).netloc for one in requests(driver)} == {urlsplit(pages).netloc}
    assert complaints(driver) == []

    # The bookmark, in a tab that knows nothing of the others.
    driver.get("about:blank")
    driver.get(bookmark)
    settled(driver)
    controls(driver, shown=True)
    until(driver, lambda: len(driver.execute_script(SEEN)["days"]) == 2)
    until(driver, lambda: driver.execute_script(SEEN)["facts"] == seen["facts"])
    assert driver.execute_script(SEEN) == seen
    assert driver.current_url == bookmark
    driver.close()
    driver.switch_to.window(here)
    assert complaints(driver) == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_slider_hedges_the_dollars_of_an_investor_in_yen(running, driver, width, height):
    from selenium.webdriver.common.keys import Keys

    address, _, _ = running
    resize(driver, width, height)
    driver.get(f"{address}/?{OPENED}&currency=JPY")
    settled(driver)
    before = driver.execute_script(SEEN)
    controls(driver, shown=True)
    moved(driver, "Currency hedge of Treasuries", Keys.END)
    until(driver, lambda: "fx_hedge=1&" in driver.current_url)
    controls(driver, shown=False)
    settled(driver)
    run = run_of(driver.current_url)
    assert run.summary.currency == "JPY"
    growth = typeset(percent(run.summary.metrics.cagr))
    until(driver, lambda: driver.execute_script(SEEN)["numbers"][0] == growth)
    seen = driver.execute_script(SEEN)
    assert before["numbers"][0] != growth
    assert seen["headline"] == typeset(first_screen(run.judged, run.summary).headline)
    assert seen["errors"] == ""
    assert overflow(driver) == 0
    assert complaints(driver) == []


def test_ones_own_money_is_set_by_hand_and_opened_again_by_its_link(running, driver):
    from selenium.webdriver.common.keys import Keys

    def typed(label, text):
        field = f'input[aria-label="{label}"]'
        do(driver, field, lambda element: element.send_keys(Keys.CONTROL, "a"))
        do(driver, field, lambda element: element.send_keys(text, Keys.ENTER))

    def shown():
        return driver.execute_script(
            "return [...document.querySelectorAll('.lab .numbers.own b')].map(b => b.innerText)"
        )

    def answered_with(words):
        until(driver, lambda: words in driver.current_url)
        settled(driver)

    address, _, _ = running
    resize(driver, 1440)
    driver.get(f"{address}/?{OPENED}&start=2010-01-29")
    settled(driver)
    assert shown() == []
    press(driver, ".st-key-own summary")
    typed("Band, points", "5")
    answered_with("band=0.05&")
    press(driver, ".st-key-plan-flow [role=combobox]")
    press(driver, "[role=option]", "take out")
    answered_with("flow=-500%2Fmonth")
    typed("Amount", "40")
    answered_with("flow=-40%2Fmonth")
    press(driver, ".st-key-real label")
    answered_with("real=true")
    until(driver, lambda: len(shown()) == 5)
    run, bookmark, own = run_of(driver.current_url), driver.current_url, shown()
    assert run.config.params["rebalance"] == "daily"
    assert own[1] == money(run.summary.own_money.taken_out, "USD")
    assert own[2] == money(run.summary.own_money.strategy.final_wealth, "USD")
    assert (overflow(driver), complaints(driver)) == (0, [])
    driver.get("about:blank")
    resize(driver, 390, 844)
    driver.get(bookmark)
    settled(driver)
    until(driver, lambda: shown() == own)
    assert driver.current_url == bookmark
    controls(driver, shown=True)
    until(driver, lambda: driver.find_elements("css selector", ".st-key-own details[open]"))
    fields = {
        label: only(driver, f'input[aria-label="{label}"]').get_attribute("value")
        for label in ("Band, points", "Amount")
    }
    assert fields == {"Band, points": "5", "Amount": "40"}
    controls(driver, shown=False)
    assert (overflow(driver), complaints(driver)) == (0, [])


@pytest.mark.parametrize(
    ("width", "height", "mistake"),
    [(390, 844, "a day without prices"), (1440, 900, "a ticker that nobody has")],
)
def test_a_mistake_is_told_where_it_is_seen_and_the_last_answer_stays(
    running, driver, width, height, mistake
):
    from selenium.webdriver.common.keys import Keys

    address, _, _ = running
    resize(driver, width, height)
    driver.get(f"{address}/?{OPENED}&set.weights=SPY%3D0.6%2CIEF%3D0.3")
    settled(driver)
    before = driver.execute_script(SEEN)
    controls(driver, shown=True)
    if mistake == "a day without prices":
        typed_day(driver, "From", "2150-01-01")
        word = "2150-01-01"
    else:
        typed_ticker(driver, "NOSUCH")
        moved(driver, "NOSUCH", Keys.ARROW_RIGHT * 5)
        word = "NOSUCH"
    until(driver, lambda: word in driver.execute_script(SEEN)["errors"])
    controls(driver, shown=False)
    settled(driver)
    seen = driver.execute_script(SEEN)
    top, bottom = driver.execute_script(SIDES, only(driver, ".lab .message.error"))
    assert 0 <= top < bottom <= height
    assert driver.execute_script("return scrollY") == 0
    assert {name: seen[name] for name in ("headline", "numbers", "tiles")} == {
        name: before[name] for name in ("headline", "numbers", "tiles")
    }
    last = only(driver, ".st-key-last")
    assert float(last.value_of_css_property("opacity")) < 0.7
    assert overflow(driver) == 0
    assert complaints(driver) == []


def test_a_rule_from_a_file_is_in_the_lab(running, driver, monkeypatch):
    address, pages, out = running
    rule = out.parent / "my_rule.py"
    monkeypatch.setattr(registry, "_GIVEN", {})
    registry.use_file(f"{rule}:TrendOrTreasuries")
    resize(driver, 1180)
    driver.get(
        f"{address}/?strategy=trend_or_treasuries&source=bundled&start=2010-01-29&set.window=6"
    )
    settled(driver)
    expected = run_of(driver.current_url)
    assert expected.config.params == {"refuge": "IEF", "window": 6}
    assert metric_values(driver)[0] == percent(expected.summary.metrics.cagr)
    press(driver, "[data-testid=stMain] button", "Save this run")
    link = until(driver, lambda: driver.find_elements(
        "css selector", ".lab .message.done a"), 240)[0]  # fmt: skip
    folder = urlsplit(link.get_attribute("href")).path.split("/")[1]
    assert (out / folder / "strategy.py").read_text() == TREND
    driver.get(f"{pages}/{folder}/strategy.py")  # a text for a browser, whatever is in it
    assert TREND.splitlines()[0] in only(driver, "body").text


def test_the_lab_in_the_dark_and_a_hostile_link(running, driver):
    address, _, _ = running
    resize(driver, 1180, dark=True)
    driver.get(f"{address}/?{OPENED}&start=2010-01-29")
    settled(driver)
    chips = driver.execute_script(
        "return [...document.querySelectorAll('[data-tag]')].flatMap(chip =>"
        " [chip, ...chip.querySelectorAll('*')].map(one =>"
        " [getComputedStyle(one).color, getComputedStyle(chip).backgroundColor]))"
    )
    assert len(chips) > 2
    assert all(contrast(*pair) >= 4.5 for pair in chips), chips
    resize(driver, 390, 844, dark=True)
    driver.get(f"{address}/?{OPENED}&set.weights={EVIL}%3D0.5")
    until(driver, lambda: "EVIL" in only(driver, "body").text)
    assert overflow(driver) == 0
    assert {urlsplit(one).netloc for one in requests(driver)} == {urlsplit(address).netloc}
    assert complaints(driver) == []


def contrast(*colours) -> float:
    """How far two colours stand apart, as WCAG 2 has it: 1 to 21."""

    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted(map(luminance, colours))
    return (high + 0.05) / (low + 0.05)


# Saved pages and other origins ------------------------------------------------------------------

# What a page might try against an address of another origin; each says how it ended.
TRIES = """
<!DOCTYPE html><title>tries</title><script>
"use strict";
const ended = {};
const load = (name, element) => new Promise(done => {
  element.onload = () => done(ended[name] = "loaded");
  element.onerror = () => done(ended[name] = "refused");
  document.documentElement.append(element);
  setTimeout(() => done(ended[name] = ended[name] || "refused"), 1500);
});
const made = (tag, fields) => Object.assign(document.createElement(tag), fields);
const socket = () => new Promise(done => {
  try {
    const one = new WebSocket("ws://LAB/_stcore/stream", ["streamlit"]);
    one.onopen = () => done(ended.socket = "loaded");
    one.onerror = () => done(ended.socket = "refused");
  } catch (error) { done(ended.socket = "refused"); }
});
const opaque = () => fetch("http://LAB/_stcore/health", {mode: "no-cors"})
  .then(answer => answer.type, () => "refused").then(told => { ended.fetch = told; });
Promise.all([
  socket(), opaque(),
  load("script", made("script", {src: "http://LAB/SCRIPT"})),
  load("style", made("link", {rel: "stylesheet", href: "http://LAB/PAGE"})),
]).then(() => { window.ended = ended; });
</script><iframe src="http://LAB/PAGE"></iframe>
"""


def tries(lab_place, page, script):
    return TRIES.replace("LAB", lab_place).replace("PAGE", page).replace("SCRIPT", script)


def named(folder: Path, **files: str) -> None:
    """Write a results folder by hand, as if it came from somebody else."""
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / f"{file}.html").write_text(text)
    hashes = {f"{file}.html": "0" for file in files}
    (folder / "manifest.json").write_text(json.dumps({"kind": "run", "files": hashes}))


def frame_shows(driver, words):
    """Whether some words are in the page's frame, looked at from outside of all origins."""
    driver.switch_to.frame(only(driver, "iframe"))
    shown = words in driver.page_source
    driver.switch_to.default_content()
    return shown


def test_a_hostile_saved_page_cannot_reach_the_lab(running, driver):
    address, pages, out = running
    place = urlsplit(address).netloc
    named(out / "hostile", verdict=tries(place, "", "static/none.js"))
    driver.get(f"{pages}/hostile/verdict.html")
    ended = until(driver, lambda: driver.execute_script("return window.ended"))
    assert ended == dict.fromkeys(("socket", "fetch", "script", "style"), "refused")
    assert not frame_shows(driver, "Streamlit")
    complaints(driver)


def test_a_page_of_another_port_cannot_read_saved_pages(running, driver):
    _, pages, out = running
    place = urlsplit(pages).netloc
    named(out / "private", verdict="<!DOCTYPE html><title>private</title>private")
    (out / "assets").mkdir(exist_ok=True)
    script = out / "assets" / "plotly-0000000000000000.min.js"
    script.write_text("window.Plotly = {};")
    text = tries(place, "private/verdict.html", f"assets/{script.name}").encode()

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        driver.get(f"http://127.0.0.1:{server.server_port}/")
        ended = until(driver, lambda: driver.execute_script("return window.ended"))
        assert ended == dict.fromkeys(("socket", "fetch", "script", "style"), "refused")
        assert driver.execute_script("return typeof Plotly") == "undefined"
        assert not frame_shows(driver, "private")
        server.shutdown()
    driver.get(f"{pages}/private/verdict.html")
    assert driver.title == "private"  # it is there, for whoever opens it
    complaints(driver)


def test_a_saved_comparison_shows_its_runs_in_frames(running, driver):
    from backtests.report.page import environment

    _, pages, out = running
    source = environment().loader.get_source(environment(), "comparison.html")[0]
    policy = source.partition("{% block policy %}")[2].partition("{%")[0]
    head = f'<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="{policy}">'
    named(out / "compared", index=f'{head}<title>two</title><iframe src="../framed/verdict.html">')
    named(out / "framed", verdict="<!DOCTYPE html><title>framed</title>framed")
    complaints(driver)
    driver.get(f"{pages}/compared/index.html")
    until(driver, lambda: frame_shows(driver, "framed"))
    assert complaints(driver) == []

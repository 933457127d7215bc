"""The lab's page: its logic by Streamlit's own test."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

from backtests.engine.address import from_query
from backtests.engine.money import MONEY
from backtests.lab import look as lab
from backtests.report.text import money, percent, ratio, typeset
from backtests.report.verdict.payoffs import payoff_cell
from backtests.run import main as run
from tests.conftest import ended
from tests.drawings import draw_once

st = pytest.importorskip("streamlit")
BUNDLED = {"strategy": "hedge_mix", "source": "bundled", "start": "2010-01-29"}
NUMBERS = ("CAGR", "Volatility", "Sharpe (over bills)", "Max drawdown")
OWN_MONEY = {"band": "0.05", "band_to": "edge", "flow": "-100/quarter", "flow_indexed": "true",
             "real": "true"}  # fmt: skip
PARTS = ("In detail", "Metrics", "Equity&#39;s worst months", "Today", "The long view", "Crises",
         "Data")  # fmt: skip
EVIL = "<img src=http://evil.test/x.png>![a](http://evil.test/y.png)"


def script(out):
    """What the server runs at every change."""
    from pathlib import Path

    from backtests.lab.page import page

    page(Path(out))


def open_page(out, **fields):
    from streamlit.testing.v1 import AppTest

    opened = AppTest.from_function(script, args=(str(out),), default_timeout=120)
    for key, value in fields.items():
        opened.query_params[key.replace("__", ".")] = value
    return opened.run()


def texts(page) -> str:
    return "\n".join(one.proto.body for one in page.get("html"))


def text_of(page) -> str:
    """The texts of a page as a reader sees them."""
    return html.unescape(re.sub(r"<[^>]*>", "", texts(page)))


def cells(shown, label) -> list[str]:
    """What a row of a table says beside its label."""
    (row,) = re.findall(rf"<td>{label}</td>(.*?)</tr>", shown)
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def tiles(page) -> dict[str, str]:
    """The numbers of the answer, by their labels."""
    return dict(re.findall(r"<dt>([^<]*)</dt><dd><b>(.*?)</b>", texts(page)))


def heads(page) -> list[str]:
    """The headings of the parts below the answer, as they stand on the page."""
    return re.findall(r"<h2>(.*?)</h2>", shown_in_order(page))


def shown_in_order(page) -> str:
    return "\n".join(one.proto.body for one in page.main.get("html"))


def alerts(page) -> list[str]:
    """The lines of errors."""
    boxes = re.findall(r'role="alert">(.*?)</div>', texts(page), re.DOTALL)
    return [html.unescape(line) for box in boxes for line in re.findall(r"<p>(.*?)</p>", box)]


def written_by_command(out, capsys, *words):
    code, _, err = ended(run, capsys, *words, "--out", str(out))
    assert code == 0, err
    (folder,) = (path.parent for path in Path(out).glob("*/summary.json"))
    return folder


@pytest.fixture(autouse=True)
def main_module():
    """Put back what a script run by AppTest leaves as ``__main__``: new processes would run it."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept


@pytest.fixture(autouse=True)
def quick_beside(request, monkeypatch):
    """Leave out what stands beside the answer, half of the work, where no test looks at it."""
    if "beside" not in request.fixturenames:
        monkeypatch.setattr(lab, "beside", lambda *_: lab.Beside())


@pytest.fixture
def beside():
    """For a test that looks at the long view and at what holds today."""


@pytest.mark.parametrize("own", [{}, OWN_MONEY], ids=["", "own money"])
def test_the_page_shows_the_numbers_of_summary_json_and_saves_its_bytes(
    tmp_path, capsys, monkeypatch, beside, own
):
    draw_once(monkeypatch)  # the same values have the same drawing
    words = ["hedge_mix", "--weights", "SPY=0.7,IEF=0.2", "--source", "bundled"]
    for name, text in own.items():
        option = f"--{name.replace('_', '-')}"
        words += [option] if text == "true" else [f"{option}={text}"]
    written = written_by_command(tmp_path / "theirs", capsys, *words, "--start", "2010-01-29")
    page = open_page(tmp_path / "ours", **BUNDLED, set__weights="SPY=0.7,IEF=0.2", **own)
    assert {name: page.query_params.get(name) for name in own} == own
    assert shlex.split(page.code[0].value)[3:-1] == [
        *("hedge_mix", "--weights", "SPY=0.7,IEF=0.2"),
        *(["--rebalance", "daily"] if own else []),
        *("--source=bundled", "--start=2010-01-29"),
        *(word for word in words if own and word.startswith(("--flow", "--band", "--real"))),
    ]
    summary = json.loads((written / "summary.json").read_text())
    verdict = json.loads((written / "verdict.json").read_text())
    metrics = summary["metrics"]
    assert {name: text for name, text in tiles(page).items() if name in NUMBERS} == {
        "CAGR": typeset(percent(metrics["cagr"])),
        "Volatility": typeset(percent(metrics["volatility"])),
        "Sharpe (over bills)": ratio(metrics["sharpe"]),
        "Max drawdown": typeset(percent(metrics["max_drawdown"])),
    }
    assert tiles(page)["Max drawdown"].startswith("\N{MINUS SIGN}")
    shown = text_of(page)
    sentences = verdict["sentences"]
    assert sentences["long"].startswith(
        "Since 1962 (the same strategy on the bundled months, to 2025"
    )
    for sentence in sentences.values():
        # Short of the effect that so many months would show, which the lab does not work out.
        assert typeset(sentence.partition(": to show in 4 of 5")[0]) in shown
    # The first screen of the page, word by word.
    page_of_run = (written / "verdict.html").read_text()
    body = page_of_run[page_of_run.index("<h1>") : page_of_run.index("<svg class=")]
    for part in re.findall(r"<(?:h1|h2|p|b)>(.+?)</(?:h1|h2|p|b)>", body):
        assert part in texts(page)
    assert ">60.0" not in body
    page.button(key="save").click().run()
    assert not page.exception
    assert not page.get("iframe")
    (saved,) = (path.parent for path in (tmp_path / "ours").glob("*/summary.json"))
    assert f"saved in {saved}" in texts(page)
    assert saved.name == written.name
    files = sorted(path.name for path in written.iterdir())
    assert sorted(path.name for path in saved.iterdir()) == files
    assert {"tearsheet.html", "verdict.html", "run.toml"} <= set(files)
    for name in files:
        if name != "manifest.json":
            assert (saved / name).read_bytes() == (written / name).read_bytes(), name
    ours, theirs = (json.loads((one / "manifest.json").read_text()) for one in (saved, written))
    assert ours.pop("created")
    assert theirs.pop("created")
    assert ours == theirs


def test_what_decides_the_word_has_its_tables(tmp_path, beside):
    page = open_page(tmp_path, **BUNDLED)
    shown = texts(page)
    assert [head for head in heads(page) if head in PARTS] == list(PARTS)
    assert "What it held" in heads(page)  # a chart has its title
    every = lab.look(from_query(urlencode(dict(page.query_params)))).judged.evidence.every
    told = f">{typeset(payoff_cell(every.estimate).text)}<"
    assert told in shown[shown.index(">All months<") :][:200]
    assert "A month&#39;s state is the sign of the correlation" in shown
    whole = open_page(tmp_path, strategy="hedge_mix", source="bundled")
    assert ">2000-12 to 2022-08</td>" in texts(whole)  # its episodes
    alone = open_page(tmp_path, **{**BUNDLED, "strategy": "equity_only"})
    assert [head for head in heads(alone) if head in PARTS] == ["Metrics", "Today", "Data"]


def test_what_stands_beside_is_worked_out_when_all_else_is_drawn(monkeypatch, tmp_path, beside):
    """The answer does not wait for it: every chart and table of the run is there before."""
    drawn = []
    real = lab.beside
    monkeypatch.setattr(st, "plotly_chart", lambda *_, **rest: drawn.append(rest["key"]))
    monkeypatch.setattr(lab, "beside", lambda *of: (drawn.append("beside"), real(*of))[1])
    open_page(tmp_path, **BUNDLED)
    assert drawn[-1] == "beside"
    assert {"chart.growth", "chart.map"} <= set(drawn[:-1])


def test_a_raised_weight_takes_cash_then_the_others_and_the_address_follows(tmp_path):
    page = open_page(tmp_path, **BUNDLED, set__weights="SPY=0.5,IEF=0.3")
    assert page.slider(key="cash").value == 20.0
    page.slider(key="weight.SPY").set_value(65.0).run()
    assert (page.slider(key="weight.IEF").value, page.slider(key="cash").value) == (30.0, 5.0)
    page.slider(key="weight.SPY").set_value(90.0).run()
    assert (page.slider(key="weight.IEF").value, page.slider(key="cash").value) == (10.0, 0.0)
    assert page.query_params["set.weights"] == "SPY=0.9,IEF=0.1"
    fields = {key.replace(".", "__"): value for key, value in page.query_params.items()}
    again = open_page(tmp_path, **fields)
    assert tiles(again) == tiles(page)


def test_a_weight_in_parts_of_a_percent_has_finer_notches(tmp_path):
    page = open_page(tmp_path, **BUNDLED, set__weights="SPY=0.333,IEF=0.3")
    steps = [page.slider(key=f"weight.{ticker}").step for ticker in ("SPY", "IEF")]
    assert steps == [0.1, 1.0]
    page.slider(key="weight.SPY").set_value(34.0).run()
    assert page.slider(key="weight.SPY").step == 0.1  # another notch would be another slider
    assert page.query_params["set.weights"] == "SPY=0.34,IEF=0.3"


def test_a_slider_that_moves_on_before_the_address_is_there_is_not_set_back(tmp_path):
    page = open_page(tmp_path, **BUNDLED, set__weights="SPY=0.5,IEF=0.3")
    before = dict(page.query_params)
    page.slider(key="weight.SPY").set_value(55.0).run()
    page.query_params.update(before)  # the browser has not heard of the new address yet
    page.slider(key="weight.SPY").set_value(56.0).run()
    assert page.slider(key="weight.SPY").value == 56.0
    assert page.query_params["set.weights"] == "SPY=0.56,IEF=0.3"
    page.query_params.update(before)
    page.button(key="add").click().run()
    assert page.slider(key="weight.SPY").value == 56.0
    assert "SPY%3D0.56" in page.query_params["vs"]
    page.query_params.clear()
    page.query_params.update(before)  # the back button: nothing was moved
    page.run()
    assert page.slider(key="weight.SPY").value == 50.0
    assert "vs" not in page.query_params


def test_another_strategy_brings_its_sliders(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    page.selectbox(key="strategy").set_value("attack_defend").run()
    page.slider(key="set.attack_defend.step_bp").set_value(75.0).run()
    assert not page.exception
    assert page.query_params["set.step_bp"] == "75"
    assert "python -m backtests.run attack_defend --set step_bp=75 --source=bundled" in (
        page.code[0].value
    )


def test_a_control_that_was_hidden_comes_back_as_it_was(tmp_path):
    page = open_page(tmp_path, **BUNDLED, set__weights="TLT=0.25,SPY=0.5")
    page.selectbox(key="set.hedge_mix.rebalance").set_value("never").run()
    page.selectbox(key="strategy").set_value("attack_defend").run()
    page.slider(key="set.attack_defend.step_bp").set_value(75.0).run()
    page.button(key="add").click().run()
    page.selectbox(key="strategy").set_value("hedge_mix").run()
    assert page.query_params["set.weights"] == "TLT=0.25,SPY=0.5"
    assert page.query_params["set.rebalance"] == "never"
    page.selectbox(key="strategy").set_value("attack_defend").run()
    assert page.query_params["set.step_bp"] == "75"
    page.selectbox(key="strategy").set_value("hedge_mix").run()
    page.multiselect(key="tickers").set_value(["SPY"]).run()
    page.multiselect(key="tickers").set_value(["SPY", "TLT"]).run()
    assert page.query_params["set.weights"] == "SPY=0.5"
    assert page.query_params["idle"] == "TLT"  # taken out by hand: from 0 again


def test_the_folder_comes_back_with_its_source(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    page.selectbox(key="source").set_value("files").run()
    page.text_input(key="folder").set_value("/no where").run()
    assert "/no where" in texts(page)
    page.selectbox(key="source").set_value("bundled").run()
    assert len(tiles(page)) == 4
    page.selectbox(key="source").set_value("files").run()
    assert page.text_input(key="folder").value == "/no where"


def errors(page) -> list[str]:
    found = re.findall(r'role="alert">\s*<p>(.*?)</p>\s*<p>(.*?)</p>', texts(page))
    return [html.unescape(line) for pair in found for line in pair]


def test_a_link_that_is_refused_is_one_line_and_the_controls_stay(tmp_path):
    page = open_page(tmp_path, **BUNDLED, set__weights="SPY=0.7,IEF=0.2")
    before = tiles(page)
    many = ",".join(f"T{number}=0.0001" for number in range(5000))
    for wrong, line in (
        ({"lag": ["2", "3"]}, "gives 'lag' twice"),
        ({"lag": "1" + "0" * 309}, "--lag"),
        ({"set.weights": many}, "shorten it"),
        ({"set.weights": ",".join(f"T{number}=0.01" for number in range(51))}, "at most 50"),
    ):
        page.query_params.clear()
        page.query_params.update({**BUNDLED, **wrong})
        page.run()
        said, instead = errors(page)
        assert line in said
        assert instead == "Shown below is the run from before."
        assert tiles(page) == before
        assert page.query_params["set.weights"] == "SPY=0.7,IEF=0.2"
        assert "a fault of ours" not in texts(page)
    page = open_page(tmp_path, strategy="hedge_mix", source="bundled", lag="1" + "0" * 309)
    assert errors(page)[1] == "Shown below is the default run."


def test_the_lag_of_a_link_may_be_as_long_as_a_control_shows(tmp_path):
    page = open_page(tmp_path, **BUNDLED, lag="100000")
    assert page.number_input(key="lag").value == 100_000
    assert "a fault of ours" not in texts(page)
    assert not page.exception


@pytest.fixture
def quick_save(monkeypatch):
    """A save that writes a tear sheet and nothing else."""

    def save(config, out):
        folder = out / "hedge_mix-1"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("tearsheet.html", "verdict.html"):
            (folder / name).write_text("<p>a page</p>")
        return folder, ""

    monkeypatch.setattr(lab, "save", save)


def test_a_saved_folder_that_was_deleted_is_one_line(tmp_path, quick_save):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key="save").click().run()
    assert "saved in" in texts(page)
    shutil.rmtree(tmp_path / "hedge_mix-1")
    page.run()
    assert f"{tmp_path / 'hedge_mix-1'} is gone" in texts(page)
    assert "press Save again" in texts(page)
    assert "a fault of ours" not in texts(page)
    assert len(tiles(page)) == 4
    page.run()
    assert "is gone" not in texts(page)
    page.button(key="save").click().run()
    assert "saved in" in texts(page)


def test_saved_pages_are_links_where_they_are_served(tmp_path, quick_save, monkeypatch):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key="save").click().run()
    folder = tmp_path / "hedge_mix-1"
    assert f"open {folder / 'verdict.html'}" in texts(page)
    served = "http://127.0.0.1:8502/hedge_mix-1"
    there = ("verdict.html", "which-hedge.html", "stress.html", "tearsheet.html")
    address = {file: f"{served}/{file}" for file in there}
    monkeypatch.setattr("backtests.lab.page.link", lambda of, file="": address.get(file, ""))
    page.run()
    link = r'<a href="([^"]*)" target="_blank" rel="noopener">([^<]*)<'
    assert re.findall(link, texts(page)) == [
        (f"{served}/verdict.html", "Verdict"),
        (f"{served}/which-hedge.html", "Which hedge"),
        (f"{served}/stress.html", "Stress"),
        (f"{served}/tearsheet.html", "Tear sheet"),
        ("http://127.0.0.1:8502/", "All results"),
        ("http://127.0.0.1:8502/#claims", "The article on trial"),
    ]
    assert "open /" not in texts(page)


def test_a_save_that_fails_leaves_the_run_on_the_page(tmp_path):
    out = tmp_path / "results"
    out.write_text("a file, not a folder")
    page = open_page(out, **BUNDLED)
    before = tiles(page)
    page.button(key="save").click().run()
    shown = texts(page)
    assert "cannot be written" in shown
    assert "a fault of ours" not in shown
    assert shown.index("cannot be written") < shown.index("<h1>")  # under the buttons
    assert "saved in" not in shown
    assert tiles(page) == before


def test_compared_runs_stand_side_by_side_and_in_the_address(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key="add").click().run()
    page.selectbox(key="set.hedge_mix.rebalance").set_value("never").run()
    page.button(key="add").click().run()
    assert len(page.query_params["vs"]) == 2
    assert "hedge_mix rebalance=never</th>" in texts(page)
    page.number_input(key="fee_bps").set_value(7.5).run()
    page.button(key="add").click().run()
    shown = texts(page)
    assert "Not on the same basis: these runs differ" in shown
    assert cells(shown, "Fee / slippage / lag") == [
        "2 bp / 1 bp / 1", "2 bp / 1 bp / 1", "7.5 bp / 1 bp / 1",
    ]  # fmt: skip
    assert cells(shown, "Source")[0].startswith("bundled monthly history")
    assert "begins at 1 on its own first day" in shown
    page.button(key="clear").click().run()
    assert "vs" not in page.query_params
    assert "of 8 compared" not in texts(page)


def test_adding_to_the_comparison_is_told_and_counted(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    add = page.button(key="add")
    toasts = []
    for _ in range(2):
        add.click().run()
        toasts += [one.value for one in page.toast]
    assert toasts == [
        "SPY 60 \\%\\, IEF 40 \\% added\\: 1 of 8 compared",
        "SPY 60 \\%\\, IEF 40 \\% is already there\\: 1 of 8 compared",
    ]
    assert re.findall(r'<a href="#comparison">([^<]*)<', texts(page)) == ["1 of 8 compared"]
    page.run()
    assert not page.toast


def test_the_oldest_run_makes_room(monkeypatch):
    from backtests.lab.page import add_to_comparison

    session = {"compared": [f"q{number}" for number in range(8)]}
    monkeypatch.setattr(st, "session_state", session)
    add_to_comparison("new", "EQUITY")
    assert session["compared"] == [*(f"q{number}" for number in range(1, 8)), "new"]
    assert session["told"] == "EQUITY added: 8 of 8 compared; the oldest made room"


def marked(page) -> list[str]:
    """The presets whose button says that they are what the controls say."""
    pressed = [one for one in page.button if one.key and one.key.startswith("preset.")]
    assert [one.label for one in pressed] == [
        "60/40", "80/20", "60/40 long", "Three funds", "attack_defend",
    ]  # fmt: skip
    return [one.label for one in pressed if one.proto.type == "primary"]


def test_a_preset_sets_strategy_and_weights_and_nothing_else(tmp_path):
    page = open_page(tmp_path, **BUNDLED, fee_bps="7.5", set__weights="SPY=0.333333,TLT=0.2")
    assert marked(page) == []
    for label, weights in (
        ("80/20", "SPY=0.8,IEF=0.2"),
        ("60/40 long", "SPY=0.6,TLT=0.4"),
        ("Three funds", "SPY=0.6,IEF=0.2,TLT=0.2"),
    ):
        page.button(key=f"preset.{label}").click().run()
        assert marked(page) == [label]
        assert page.query_params["set.weights"] == weights
    page.button(key="preset.attack_defend").click().run()
    assert marked(page) == ["attack_defend"]
    asked = dict(page.query_params)
    assert asked["strategy"] == "attack_defend"
    page.button(key="preset.60/40").click().run()
    again = dict(page.query_params)
    assert (again["strategy"], again["set.weights"]) == ("hedge_mix", "SPY=0.6,IEF=0.4")
    for field, value in {"fee_bps": "7.5", "source": "bundled", "start": "2010-01-29"}.items():
        assert asked[field] == again[field] == value


def test_a_ticker_at_0_keeps_its_slider_and_does_not_cut_the_period(tmp_path):
    """NEW begins five years after SPY: at 0 % the run begins with SPY."""
    folder = tmp_path / "prices"
    folder.mkdir()
    for name, first in (("SPY", "2005-01-03"), ("NEW", "2010-01-04")):
        days = pd.bdate_range(first, "2015-12-31")
        levels = 100 * 1.0003 ** np.arange(len(days)) * (1 + 0.01 * np.sin(np.arange(len(days))))
        rows = pd.DataFrame({"Date": days.strftime("%Y-%m-%d"), "value": levels})
        rows.to_csv(folder / f"{name}.csv", index=False)
    ours = {"strategy": "hedge_mix", "source": f"files:{folder}"}
    page = open_page(tmp_path, **ours, set__weights="SPY=0.5,NEW=0.2")
    assert "2010-01-04 to 2015-12-31" in texts(page)
    page.slider(key="weight.NEW").set_value(0.0).run()
    assert "2005-01-03 to 2015-12-31" in texts(page)
    assert page.slider(key="weight.NEW").value == 0.0
    assert (page.query_params["set.weights"], page.query_params["idle"]) == ("SPY=0.5", "NEW")
    assert "NEW" not in page.code[0].value
    fields = {key.replace(".", "__"): value for key, value in page.query_params.items()}
    again = open_page(tmp_path, **fields)  # a bookmark
    assert again.slider(key="weight.NEW").value == 0.0
    assert tiles(again) == tiles(page)
    again.slider(key="weight.SPY").set_value(0.0).run()  # nothing but cash
    assert again.query_params["set.weights"] == "SPY=0"
    assert tiles(again)["Max drawdown"] == "0.00\u202f%"
    assert not alerts(again)


def test_an_error_keeps_the_last_answer_beneath_its_line(tmp_path, monkeypatch):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key="add").click().run()
    before, asked = tiles(page), []
    real = lab.look
    monkeypatch.setattr(lab, "look", lambda config: (asked.append(config.start), real(config))[1])
    page.text_input(key="start").set_value("2040-01-31").run()
    shown = texts(page)
    (line,) = alerts(page)
    assert line.startswith("--start 2040-01-31 is after the last day")
    assert tiles(page) == before
    assert shown.index("--start 2040") < shown.index("Below is the last answer, for SPY 60")
    assert shown.index("Below is the last answer") < shown.index("<h1>")
    assert shown.count('aria-disabled="true"') == 7
    assert asked == ["2040-01-31", "2010-01-29"]  # the latter for the comparison
    assert "saved in" not in shown
    assert not [one for one in page.button if one.key in ("save", "add")]
    page.text_input(key="start").set_value("2010-01-29").run()
    assert 'aria-disabled="true"' not in texts(page)
    assert tiles(page) == before


def test_a_fault_in_the_drawing_is_a_line(tmp_path, monkeypatch, capsys):
    def fail(*_, **__):
        raise RuntimeError("no ink")

    monkeypatch.setattr("backtests.lab.page.answer", fail)
    page = open_page(tmp_path, **BUNDLED)
    assert alerts(page)[0] == "a fault of ours: RuntimeError: no ink"
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("idle", "words"),
    [("TLT,TLT", "write each ticker at 0\u202f% once"), (",", "write each ticker at 0\u202f% once"),
     (",".join(f"T{number}" for number in range(51)), "give at most 50")],
)  # fmt: skip
def test_what_no_link_can_have_at_0_is_a_message(tmp_path, idle, words):
    page = open_page(tmp_path, **BUNDLED, idle=idle)
    said, instead = alerts(page)
    assert words in said
    assert instead == "Shown below is the default run."


def test_what_stood_in_for_the_source_is_said_once_before_the_numbers(tmp_path):
    lab.forget()
    page = open_page(tmp_path, strategy="hedge_mix", source="auto", start="1973-01-31")
    shown = texts(page)
    assert re.search(
        r'class="message warn" role="status">\s*<p>In place of new prices from Yahoo: bundled '
        r"monthly history of [^()]*: \d+ months from 1962-01-31 to [-\d]+\.</p>\s*"
        r"<p>Yahoo cannot be reached \(127\.0\.0\.1: [^)]*\); try again later",
        shown,
    )
    assert shown.count("Yahoo cannot be reached") == 1
    assert shown.index("In place of new prices") < shown.index("<h1>") < shown.index("data are")
    shown = texts(open_page(tmp_path, **BUNDLED))
    assert "message warn" not in shown
    assert "after costs &middot; bundled monthly history" in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"strategy": "hedge_mux"}, "did you mean hedge_mix?"),
        ({**BUNDLED, "set__weights": "SPY=2"}, "leverage is not allowed"),
        ({**BUNDLED, "strategy": EVIL}, "is unknown"),
        ({**BUNDLED, "start": "2040-01-31"}, "--start 2040-01-31 is after the last day"),
        ({**BUNDLED, "start": "1801-01-01"}, "is before the first day of"),
        ({**BUNDLED, "source": "yahoo"}, "Yahoo"),
        ({**BUNDLED, "source": "files:/nowhere"}, "/nowhere"),
        ({**BUNDLED, "set__weights": f"{EVIL}=0.5"}, "EVIL"),
        ({**BUNDLED, "vs": "strategy=hedge_mux"}, "did you mean hedge_mix?"),
    ],
)
def test_what_cannot_be_is_a_message_on_the_page(fields, words, tmp_path):
    page = open_page(tmp_path, **fields)
    assert not page.exception
    assert 'role="alert"' in texts(page)
    assert words in texts(page)
    assert "a fault of ours" not in texts(page)
    assert "<img src=http" not in texts(page)
    assert ("<h1>" in texts(page)) is ("default run" in texts(page) or "vs" in fields)
    assert page.slider or page.selectbox  # the controls stay, to put it right


def test_a_long_message_keeps_its_two_ends(tmp_path):
    def told(page):
        (line,) = re.findall(r'role="alert">\s*<p>(.*?)</p>', texts(page))
        assert len(html.unescape(line)) <= 300
        return line

    page = open_page(tmp_path, **BUNDLED, set__weights=f"{'A' * 2000}=0.5")
    assert re.match(r"A+ \.\.\. A+ is not in the bundled history, .* use --source", told(page))
    assert len(page.slider(key=f"weight.{'A' * 2000}").label) < 50
    page = open_page(tmp_path, **BUNDLED, vs="b" * 2000)
    assert re.match(r"b+ \.\.\. .*and set\.NAME", told(page))


def test_a_weight_that_passes_the_whole_by_a_hair_is_the_whole(tmp_path):
    page = open_page(tmp_path, **BUNDLED, set__weights="SPY=1.0000000001")
    assert page.slider(key="weight.SPY").value == 100.0
    assert 'role="alert"' not in texts(page)


def test_a_fault_of_ours_is_a_line_too(tmp_path, monkeypatch, capsys):
    def fail(config):
        raise RuntimeError("broken <b>inside</b>")

    monkeypatch.setattr(lab, "look", fail)
    page = open_page(tmp_path, **BUNDLED)
    assert not page.exception
    assert "a fault of ours: RuntimeError: broken &lt;b&gt;" in texts(page)
    assert "Traceback" in capsys.readouterr().err


YEN = {**BUNDLED, "currency": "JPY", "fx_hedge": "0.5"}


def test_a_currency_brings_its_controls_and_the_address_follows(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    dollars = tiles(page)
    assert page.selectbox(key="money.currency").value == "USD"
    assert not [each for each in page.slider if each.key.startswith("money.")]
    assert not set(MONEY) & set(page.query_params)
    page.selectbox(key="money.currency").set_value("JPY").run()
    yen = tiles(page)
    assert yen != dollars
    assert {key: page.query_params[key] for key in MONEY} == {
        "currency": "JPY", "cash": "home", "fx_hedge": "0", "fx_hedge_equity": "0",
        "fx_basis_bp": "25", "carry_rates": "false",
    }  # fmt: skip
    page.slider(key="money.fx_hedge").set_value(100.0).run()
    assert page.query_params["fx_hedge"] == "1"
    assert tiles(page) != yen
    assert "--currency=JPY --fx-hedge=1" in page.code[0].value
    fields = {key.replace(".", "__"): value for key, value in page.query_params.items()}
    assert tiles(open_page(tmp_path, **fields)) == tiles(page)
    page.button(key="preset.80/20").click().run()
    assert (page.query_params["currency"], page.query_params["fx_hedge"]) == ("JPY", "1")
    page.selectbox(key="money.currency").set_value("USD").run()
    page.button(key="preset.60/40").click().run()
    assert tiles(page) == dollars
    page.selectbox(key="money.currency").set_value("JPY").run()
    assert page.slider(key="money.fx_hedge").value == 100.0
    assert not alerts(page)


def test_ratios_by_ticker_stand_as_they_were_given(tmp_path):
    page = open_page(tmp_path, **{**YEN, "fx_hedge": "IEF=0.3333333333333333"})
    field = page.text_input(key="money.fx_hedge.by_ticker")
    assert field.value == page.query_params["fx_hedge"] == "IEF=0.3333333333333333"
    field.set_value("TLT=1").run()
    (line,) = alerts(page)
    assert line.startswith("--fx-hedge names TLT, and the run uses SPY, IEF")
    assert page.text_input(key="money.fx_hedge.by_ticker").value == "TLT=1"
    page.text_input(key="money.fx_hedge.by_ticker").set_value("").run()
    assert page.slider(key="money.fx_hedge").value == 0.0
    assert page.query_params["fx_hedge"] == "0"
    assert not alerts(page)


def test_a_source_that_cannot_be_reached_is_a_line_above_the_last_answer(tmp_path):
    page = open_page(tmp_path, **YEN)
    before = tiles(page)
    page.selectbox(key="source").set_value("yahoo").run()
    (line,) = alerts(page)
    assert line.startswith("Yahoo cannot be reached")
    assert line.endswith("or use --source bundled or files:DIR")
    assert tiles(page) == before
    assert "Below is the last answer" in texts(page)


def test_runs_of_two_currencies_do_not_compare(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key="add").click().run()
    page.selectbox(key="money.currency").set_value("JPY").run()
    page.button(key="add").click().run()
    (toast,) = (one.value.replace("\\", "") for one in page.toast)
    assert toast.endswith(
        "not added: it is in JPY, those compared in USD; clear the comparison first"
    )
    assert isinstance(page.query_params["vs"], str) or len(page.query_params["vs"]) == 1
    link = open_page(tmp_path, **YEN, vs=[urlencode(BUNDLED), urlencode(YEN)])
    (line,) = alerts(link)
    assert line.endswith(": it is in JPY, those compared in USD; clear the comparison first")
    assert not link.exception


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"currency": "XXX"}, "--currency takes one of USD, JPY"),
        ({"fx_hedge": "1"}, "give --currency as well"),
        ({"currency": "JPY", "fx_hedge": "2"}, "a ratio from 0 to 1"),
        ({"currency": "JPY", "fx_hedge_equity": f"{EVIL}=1"}, "EVIL"),
        ({"currency": "JPY", "fx_hedge": "IEF=1", "cash": "eur"}, "home or usd"),
        ({"currency": "JPY", "fx_basis_bp": "-1"}, "0 to 1000 basis points"),
        ({"currency": "JPY", "carry_rates": "2"}, "true or false"),
        ({"currency": "JPY", "source": "yahoo"}, "Yahoo cannot be reached"),
    ],
)
def test_a_currency_that_cannot_be_is_a_message(fields, words, tmp_path):
    page = open_page(tmp_path, **{**BUNDLED, **fields})
    assert not page.exception
    assert words in text_of(page)
    assert alerts(page)
    assert "a fault of ours" not in texts(page)
    assert "<img src=http" not in texts(page)


# One's own money ---------------------------------------------------------------------------------


def test_a_plan_is_set_by_its_controls_and_the_address_and_the_answer_follow(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    assert "Your own money" not in texts(page)
    assert not page.expander[0].proto.expanded
    page.selectbox(key="plan.flow").set_value("take out").run()
    assert page.query_params["flow"] == "-500/month"
    page.selectbox(key="plan.unit").set_value("share").run()
    page.selectbox(key="plan.period").set_value("year").run()
    assert page.query_params["flow"] == "-4%/year"
    page.number_input(key="plan.band").set_value(5.0).run()
    assert (page.query_params["band"], page.query_params["set.rebalance"]) == ("0.05", "daily")
    assert [one.value for one in page.sidebar.caption][1:] == [
        "Rebalance above says when weights are looked at: daily."
    ]
    page.selectbox(key="plan.band_to").set_value("edge").run()
    own = lab.look(from_query(urlencode(dict(page.query_params)))).summary.own_money
    shown = tiles(page)
    assert shown["Paid in"] == "$10,000"
    assert shown["Taken out"] == money(own.taken_out, "USD")
    assert shown["Final wealth"] == money(own.strategy.final_wealth, "USD")
    assert shown["Money-weighted"] == typeset(f"{percent(own.strategy.money_weighted)} a year")
    assert "Ruined" not in shown
    assert "Unit value, time-weighted" in texts(page)
    page.checkbox(key="real").check().run()
    assert page.query_params["real"] == "true"
    assert alerts(page) == []
    again = open_page(tmp_path, **{k.replace(".", "__"): v for k, v in page.query_params.items()})
    assert dict(again.query_params) == dict(page.query_params)
    assert tiles(again) == tiles(page)
    assert again.expander[0].proto.expanded


def test_dates_that_cannot_be_read_are_told_beside_them_and_the_last_answer_stays(tmp_path):
    page = open_page(tmp_path, **BUNDLED, flows="2015-01-15=500,2016-01-15=-300")
    assert page.text_area(key="plan.dated").value == "2015-01-15=500\n2016-01-15=-300"
    before = tiles(page)
    page.text_area(key="plan.dated").set_value("2015-01-15").run()
    told = "--flows takes dates and amounts such as"
    assert [told in line for line in alerts(page)] == [True, True]
    (beside_it,) = [one.proto.body for one in page.sidebar.get("html")]
    assert told in beside_it
    assert tiles(page) == before
    page.text_area(key="plan.dated").set_value("2090-01-15=500").run()  # after the run
    assert ["--flows has 2090-01-15" in line for line in alerts(page)] == [True]
    assert tiles(page) == before
    page.text_area(key="plan.dated").set_value("2015-01-15=500").run()
    assert alerts(page) == []
    assert page.query_params["flows"] == "2015-01-15=500"


def test_a_ruin_is_told_with_its_date(tmp_path):
    """A tenth is taken out a month from what grows by less than that: there is nothing left."""
    page = open_page(tmp_path, **BUNDLED, flow="-1000/month")
    shown = tiles(page)
    ruined = lab.look(from_query(urlencode(dict(page.query_params)))).summary.own_money.strategy
    assert "2010-10" <= ruined.ruined < "2011-03"
    assert shown["Ruined"].startswith(f"on {ruined.ruined}")
    assert shown["Final wealth"] == "$0"


def test_runs_with_other_plans_compare_under_names_of_their_own(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key="add").click().run()
    page.selectbox(key="plan.flow").set_value("pay in").run()
    page.button(key="add").click().run()
    assert page.query_params["vs"][1].endswith("flow=500%2Fmonth&set.weights=SPY%3D0.6%2CIEF%3D0.4"
                                               "&set.rebalance=monthly")  # fmt: skip
    shown = texts(page)
    heads_of = re.findall(r"<th[^>]*>(hedge_mix[^<]*)</th>", shown)
    assert len(set(heads_of)) == 2
    without, paid = cells(shown, "Own money: paid in")
    months = 12 * 16 - 1  # the first after row 0, 2010-01-29, to December 2025
    assert (without, paid) == ("", money(10_000 + 500 * months, "USD"))


def test_the_session_of_a_period_is_asked_for_where_there_is_more_than_one(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    drawn = [one.key for one in page.number_input]
    assert "set.hedge_mix.offset" not in drawn  # a month of monthly rows has one
    page.selectbox(key="set.hedge_mix.rebalance").set_value("quarterly").run()
    asked = page.number_input(key="set.hedge_mix.offset")
    assert (asked.label, asked.min, asked.max) == ("On which session of the quarter", 1, 3)
    asked.set_value(3).run()
    assert page.query_params["set.offset"] == "3"
    page.selectbox(key="set.hedge_mix.rebalance").set_value("never").run()
    assert "set.offset" not in page.query_params
    assert alerts(page) == []
    refused = open_page(tmp_path, **BUNDLED, set__offset="5")
    assert "offset of a monthly calendar on monthly rows takes 1" in alerts(refused)[0]
    refused.number_input(key="set.hedge_mix.offset").set_value(1).run()
    assert alerts(refused) == []

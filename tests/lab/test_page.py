"""The lab's page: its logic by Streamlit's own test."""

from __future__ import annotations

import html
import json
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

from backtests.engine.address import from_query
from backtests.lab import look as lab
from backtests.report.text import percent, ratio, typeset
from backtests.report.verdict.payoffs import payoff_cell
from backtests.run import main as run
from tests.conftest import ended
from tests.drawings import draw_once

st = pytest.importorskip("streamlit")
BUNDLED = {"strategy": "hedge_mix", "source": "bundled", "start": "2010-01-29"}
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
    return {one.label: one.value for one in page.metric}


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


def test_the_page_shows_the_numbers_of_summary_json_and_saves_its_bytes(
    tmp_path, capsys, monkeypatch
):
    draw_once(monkeypatch)  # the same values have the same drawing
    words = ("hedge_mix", "--weights", "SPY=0.7,IEF=0.2", "--source", "bundled")
    written = written_by_command(tmp_path / "theirs", capsys, *words, "--start", "2010-01-29")
    page = open_page(tmp_path / "ours", **BUNDLED, set__weights="SPY=0.7,IEF=0.2")
    summary = json.loads((written / "summary.json").read_text())
    verdict = json.loads((written / "verdict.json").read_text())
    metrics = summary["metrics"]
    assert tiles(page) == {
        "CAGR": percent(metrics["cagr"]),
        "Volatility": percent(metrics["volatility"]),
        "Sharpe (over bills)": ratio(metrics["sharpe"]),
        "Max drawdown": percent(metrics["max_drawdown"]),
    }
    shown = text_of(page)
    assert [one.value for one in page.subheader][2:5] == [
        "Equity's worst months", "The long view", "Today",
    ]  # fmt: skip
    sentences = verdict["sentences"]
    assert sentences["long"].startswith(
        "Since 1962 (the same strategy on the bundled months, to 2025"
    )
    for sentence in sentences.values():
        # Short of the effect that so many months would show, which the lab does not work out.
        assert typeset(sentence.partition(": to show in 4 of 5")[0]) in shown
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
    page.button(key="sheet").click().run()
    assert len(page.get("iframe")) == 1
    assert ours.pop("created")
    assert theirs.pop("created")
    assert ours == theirs


def test_what_decides_the_word_has_its_tables(tmp_path):
    page = open_page(tmp_path, **BUNDLED)
    heads = [one.value for one in page.subheader]
    assert "Equity's worst months" in heads
    assert heads.index("The long view") == heads.index("Equity's worst months") + 1
    shown = texts(page)
    every = lab.look(from_query(urlencode(dict(page.query_params)))).judged.evidence.every
    told = f">{typeset(payoff_cell(every.estimate).text)}<"
    assert told in shown[shown.index(">All months<") :][:200]
    assert "A month&#39;s state is the sign of the correlation" in shown
    whole = open_page(tmp_path, strategy="hedge_mix", source="bundled")
    assert ">2000-12 to 2022-08</td>" in texts(whole)  # its episodes
    alone = open_page(tmp_path, **{**BUNDLED, "strategy": "equity_only"})
    assert "Equity's worst months" not in [one.value for one in alone.subheader]
    assert "Today" in [one.value for one in alone.subheader]


def test_what_stands_beside_is_worked_out_when_all_else_is_drawn(monkeypatch, tmp_path):
    """The answer does not wait for it: every chart and table of the run is there before."""
    drawn = []
    real = lab.beside
    monkeypatch.setattr(st, "plotly_chart", lambda *_, **rest: drawn.append(rest["key"]))
    monkeypatch.setattr(lab, "beside", lambda run: (drawn.append("beside"), real(run))[1])
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
    assert page.query_params["set.weights"] == "SPY=0.5,TLT=0"  # taken out by hand: from 0 again


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
        (folder / "tearsheet.html").write_text("<p>the sheet</p>")
        return folder, ""

    monkeypatch.setattr(lab, "save", save)


@pytest.mark.parametrize("button", ["save", "sheet"])
def test_a_saved_folder_that_was_deleted_is_one_line(tmp_path, quick_save, button):
    page = open_page(tmp_path, **BUNDLED)
    page.button(key=button).click().run()
    assert "saved in" in texts(page)
    shutil.rmtree(tmp_path / "hedge_mix-1")
    page.run()
    assert f"{tmp_path / 'hedge_mix-1'} is gone" in texts(page)
    assert "press Save again" in texts(page)
    assert "a fault of ours" not in texts(page)
    assert len(tiles(page)) == 4
    page.run()
    assert "is gone" not in texts(page)
    page.button(key=button).click().run()
    assert "saved in" in texts(page)


def test_a_save_that_fails_leaves_the_run_on_the_page(tmp_path):
    out = tmp_path / "results"
    out.write_text("a file, not a folder")
    page = open_page(out, **BUNDLED)
    before = tiles(page)
    page.button(key="save").click().run()
    shown = texts(page)
    assert "cannot be written" in shown
    assert "a fault of ours" not in shown
    assert shown.index("cannot be written") < shown.index("verdict")  # under the buttons
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
    # What else to know of the data stands right under the verdict.
    verdict, note, metrics = (
        shown.index(text) for text in ('class="verdict', "data are monthly", "Max drawdown</td>")
    )
    assert verdict < note < metrics
    shown = texts(open_page(tmp_path, **BUNDLED))
    assert "message warn" not in shown
    assert "after costs. bundled monthly history" in shown


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
    lab.forget()
    page = open_page(tmp_path, **fields)
    assert not page.exception
    assert 'role="alert"' in texts(page)
    assert words in texts(page)
    assert "a fault of ours" not in texts(page)
    assert "<img" not in texts(page)
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

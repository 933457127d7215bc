"""``python -m backtests.stress``: the door of a stress test, and where its pages stand."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest

from backtests.analysis.stress import Stress
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.stress.stress import stress_of
from backtests.jobs import make_run, publish, stressed
from backtests.report.manifest import StressManifest, read_whole_manifest
from backtests.report.stress.words import first_screen
from backtests.stress import main
from data.records import from_json
from tests.conftest import ROOT, ended

BUNDLED = ("--source", "bundled")


def asked(capsys, out: Path, *words: str) -> Stress:
    code, shown, err = ended(main, capsys, *words, "--out", str(out), "--json")
    assert code == 0, err
    return from_json(Stress, json.loads(shown))


def stress_on(**settings) -> Stress:
    config = RunConfig(**{"strategy": "hedge_mix", "source": "bundled", **settings})
    return stress_of(make_run(config, engine=ledger.fill))


def test_the_numbers_are_the_record_and_no_engine_is_loaded(tmp_path):
    """In a process of its own: no engine of simulations is loaded for it."""
    script = (
        "import sys\n"
        "from backtests.stress import main\n"
        f"main.main(['--source', 'bundled', '--json', '--out', {str(tmp_path)!r}], "
        "standalone_mode=False)\n"
        "heavy = {'vectorbt', 'quantstats', 'arch', 'numba', 'matplotlib', 'statsmodels',\n"
        "         'yfinance'}\n"
        "loaded = sorted(heavy & sys.modules.keys())\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert from_json(Stress, json.loads(done.stdout)) == stress_on()
    assert "bundled monthly history" in done.stderr


def test_a_strategy_gets_a_folder_of_its_own_which_the_list_names(capsys, tmp_path):
    code, out, err = ended(main, capsys, *BUNDLED, "--out", str(tmp_path))
    assert (code, err) == (0, "")
    (folder,) = tmp_path.glob("stress-hedge_mix-*")
    assert {path.name for path in folder.iterdir()} == {
        "stress.html", "stress.json", "stress.csv", "manifest.json"
    }  # fmt: skip
    manifest = read_whole_manifest(folder)
    assert isinstance(manifest, StressManifest)
    index = (tmp_path / "index.html").read_text("utf-8")
    assert f'href="{folder.name}/stress.html"' in index
    assert f"open {folder / 'stress.html'}" in out.replace("\n", "")


def test_asked_again_it_writes_the_same_bytes(capsys, tmp_path):
    first = asked(capsys, tmp_path, *BUNDLED)
    (folder,) = tmp_path.glob("stress-*")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert asked(capsys, tmp_path, *BUNDLED) == first
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_run_that_has_its_page_keeps_it_and_gets_no_second_folder(capsys, tmp_path):
    config = RunConfig("hedge_mix", source="bundled", end="2000-12-31")
    run = stressed(make_run(config, engine=ledger.fill))
    folder = publish(run, tmp_path, with_tearsheet=False)
    assert {"stress.html", "stress.json", "stress.csv"} <= {path.name for path in folder.iterdir()}
    # The list of results says what the page says first.
    told = lxml.html.parse(str(folder / "stress.html")).findtext(".//h1")
    (listed,) = lxml.html.parse(str(tmp_path / "index.html")).xpath("//*[@id='stress']")
    assert told in listed.text_content()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    stress = asked(capsys, tmp_path, str(folder))
    assert stress.as_of == "2000-12-31"
    assert list(tmp_path.glob("stress-*")) == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_options_beside_a_run_override_it(capsys, tmp_path):
    weights = {"SPY": 0.5, "TLT": 0.5}
    words = ("hedge_mix", *BUNDLED, "--weights", "SPY=0.5,TLT=0.5", "--end", "2010-12-31")
    stress = asked(capsys, tmp_path, *words)
    assert stress == stress_on(params={"weights": weights}, end="2010-12-31")
    assert [leg.ticker for leg in stress.hedge] == ["TLT"]


def test_after_a_ruin_it_is_about_the_portfolio_without_flows(capsys, tmp_path):
    words = (*BUNDLED, "--flow", "-500/month", "--out", str(tmp_path), "--json")
    code, out, err = ended(main, capsys, *words)
    assert code == 0
    stress = from_json(Stress, json.loads(out))
    assert stress.notes[0].startswith("its money ran out on 1963-10-31")
    assert replace(stress, notes=stress.notes[1:]) == stress_on()
    assert "its money ran out on 1963-10-31" in " ".join(err.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hedge_mx"], "'hedge_mx' is no strategy, no run's folder and no TOML file (did you mean"),
        (["gone.toml"], "gone.toml cannot be read: No such file or directory; check its path"),
        ([*BUNDLED, "--out", "README.md"], "README.md"),
        ([*BUNDLED, "--currency", "JPN"], "got 'JPN' (did you mean JPY?)"),
    ],
)
def test_what_cannot_be_asked_ends_with_one_line(words, message, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    code, _, err = ended(main, capsys, *words)
    assert code == 2
    (line,) = err.splitlines()
    assert message in line


def test_the_readme_shows_what_the_command_finds():
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    headline = first_screen(stress_on()).headline.replace("\u2011", "-")  # a hyphen that stays
    assert f"> {headline}." in readme

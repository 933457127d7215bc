"""``python -m backtests.claims``: the article on trial, its folder, its screen and its errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backtests.analysis.claims import Trial
from backtests.claims import main
from backtests.engine.claims import trial as trials
from backtests.engine.claims.cost import affordable_hedge
from backtests.engine.claims.loading import load_exhibits
from backtests.engine.claims.trial import trial_name, try_claims
from backtests.report.folder import require_intact
from backtests.report.manifest import ClaimsManifest, read_whole_manifest
from data.records import from_json
from tests.conftest import ROOT, SHARED, ended

BUNDLED = ("--source", "bundled")


@pytest.fixture
def one_claim(monkeypatch):
    """One claim is enough where none is asked about."""
    monkeypatch.setattr(trials, "CLAIMS", (affordable_hedge,))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_help_loads_no_engine_and_a_trial_none_that_takes_long(tmp_path, monkeypatch):
    """In a process of its own; the page and the list of results are among what it writes."""
    script = (
        "import sys\n"
        "from backtests.claims import main\n"
        "main.main(['--help'], standalone_mode=False)\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'yfinance'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
        f"main.main(['--source', 'bundled', '--out', {str(tmp_path)!r}], standalone_mode=False)\n"
        "heavy = {'vectorbt', 'quantstats', 'numba', 'streamlit', 'matplotlib', 'plotly',\n"
        "         'yfinance', 'arch', 'statsmodels'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (folder,) = tmp_path.glob("claims-*")
    assert sorted(bytes_of(folder)) == ["claims.html", "claims.json", "manifest.json"]
    exhibits = load_exhibits("bundled")
    assert folder.name == trial_name(exhibits)
    written = from_json(Trial, json.loads((folder / "claims.json").read_text()))
    assert [claim.number for claim in written.claims] == list(range(1, 15))
    # Some again, in this process: the same numbers to the last digit.
    monkeypatch.setattr(trials, "CLAIMS", trials.CLAIMS[10:12])
    assert try_claims(exhibits).claims == written.claims[10:12]
    manifest = read_whole_manifest(folder)
    require_intact(folder, manifest.files)
    assert isinstance(manifest, ClaimsManifest)
    assert manifest.source == "bundled"
    assert "bundled monthly history" in manifest.title
    assert manifest.finding.startswith("Of ")
    assert f"> {manifest.finding}\n" in (ROOT / "README.md").read_text("utf-8")
    assert f"{folder.name}/claims.html" in (tmp_path / "index.html").read_text("utf-8")


def test_the_screen(capsys, tmp_path, one_claim):
    code, out, err = ended(main, capsys, *BUNDLED, "--out", str(tmp_path))
    assert (code, err) == (0, "")
    (folder,) = tmp_path.glob("claims-*")
    for text in (
        "bundled: bundled monthly history of US equity and Treasuries, 1962 to 2025: 768 months",
        "Of the article's 1 claim",
        "Without leverage the hedge",
        "only the bundled months were asked for",
        f"results in {folder}\nopen {folder / 'claims.html'}",
    ):
        assert text in out


def test_the_same_again_is_the_same_bytes_and_json_is_its_file(capsys, tmp_path, one_claim):
    words = (*BUNDLED, "--end", "2025-06-30", "--out", str(tmp_path))
    assert ended(main, capsys, *words)[0] == 0
    (folder,) = tmp_path.glob("claims-*")
    first = bytes_of(folder)
    code, out, err = ended(main, capsys, *words, "--json")
    assert code == 0
    assert out.encode() == first["claims.json"]
    assert "bundled monthly history" in err
    assert list(tmp_path.glob("claims-*")) == [folder]
    assert bytes_of(folder) == first
    assert "1962-01-31 to 2025-06-30" in err


def test_another_end_is_another_folder(capsys, tmp_path, one_claim):
    for end in ("2020-12-31", "2021-12-31"):
        assert ended(main, capsys, *BUNDLED, "--end", end, "--out", str(tmp_path))[0] == 0
    assert len(list(tmp_path.glob("claims-*"))) == 2


def test_auto_falls_back_and_says_so(capsys, tmp_path, one_claim):
    code, out, _ = ended(main, capsys, "--out", str(tmp_path))
    assert code == 0
    assert "auto: bundled monthly history" in out
    assert "(Yahoo cannot be reached (127.0.0.1" in out
    assert "there are no daily prices: Yahoo cannot be reached" in out.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((*BUNDLED, "--end", "1950-01-01"), 2, "is before the first day of SPY"),
        ((*BUNDLED, "--end", "soon"), 2, "--end takes a date"),
        (("--source", "files:nowhere"), 2, "not a folder"),
        (("--source", "elsewhere"), 2, "--source 'elsewhere' is unknown"),
        (("--source", "yahoo"), 2, "Yahoo cannot be reached"),
        (("--strict",), 3, "--strict: in place of new prices from Yahoo"),
        ((*BUNDLED, "--max-age", "3"), 2, "--max-age goes with --strict"),
        ((*BUNDLED, "hedge_mix"), 2, "unexpected extra argument"),
    ],
)
def test_errors_are_one_line_and_write_nothing(capsys, tmp_path, one_claim, words, code, message):
    out = tmp_path / "results"
    ended_with, shown, told = ended(main, capsys, *words, "--out", str(out))
    assert ended_with == code, told
    assert message in told
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert "results in" not in shown
    assert not list(out.glob("claims-*"))


def test_an_out_that_cannot_be_written_comes_before_any_work(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, out, err = ended(main, capsys, *BUNDLED, "--out", str(tmp_path / "file"))
    assert code == 2
    assert "cannot be written" in err
    assert out == ""


def test_with_daily_prices(capsys, tmp_path, one_claim):
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    code, out, err = ended(main, capsys, "--source", f"files:{SHARED}", "--out", str(tmp_path),
                           "--json")  # fmt: skip
    assert code == 0, err
    trial = from_json(Trial, json.loads(out))
    assert (trial.days_first, trial.days_last) == ("1953-12-31", "2025-09-26")
    assert trial.days_missing == ""
    assert "GLD is not carried back" in err

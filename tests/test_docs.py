"""The documents taken at their word."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from backtests.run import main as run
from data.load import load_market
from strategies import registry
from tests.conftest import ROOT, ended


def test_the_worked_example_of_adding_a_rule_runs(tmp_path):
    """Follow docs/rules.md in a copy of the code: one file, one line, one command."""
    for package in ("data", "strategies", "backtests"):
        shutil.copytree(ROOT / package, tmp_path / package,
                        ignore=shutil.ignore_patterns("__pycache__", "cache"))  # fmt: skip
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    _, code, line = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "strategies" / "high_yield.py").write_text(code)
    place = tmp_path / "strategies" / "registry.py"
    text = place.read_text()
    place.write_text(text.replace("STRATEGIES = {\n", "STRATEGIES = {\n" + line, 1))
    words = ["-m", "backtests.run", "high_yield", "--set", "level_pct=5", "--source", "bundled",
             "--json", "--no-tearsheet", "--out", "results"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["strategy"], summary["params"]["level_pct"]) == ("high_yield", 5.0)
    (folder,) = (tmp_path / "results").glob("high_yield-*")
    assert (folder / "switches.csv").is_file()
    assert (folder / "attribution.csv").is_file()


def test_the_worked_example_of_a_rule_in_a_file_runs(tmp_path, capsys, monkeypatch):
    """Equity above its average, else Treasuries: held month by month as a loop by hand says."""
    monkeypatch.setattr(registry, "_GIVEN", {})
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    code, *_ = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    path = tmp_path / "above_average.py"
    path.write_text(code)
    commands = [line.split() for line in page.splitlines() if "above_average.py" in line
                and line.startswith("python -m")]  # fmt: skip
    assert [words[2] for words in commands] == [
        "backtests.run", "backtests.compare", "backtests.tune", "backtests.app"
    ]  # fmt: skip
    words = [word.replace("above_average.py", str(path)) for word in commands[0][3:]]
    code, _, err = ended(
        run, capsys, *words, "--no-tearsheet", "--no-verdict", "--out", str(tmp_path / "results")
    )
    assert code == 0, err
    (folder,) = (tmp_path / "results").glob("above_average-*")
    weights = pd.read_csv(folder / "weights.csv", index_col="date", parse_dates=True)
    levels = load_market("bundled", ["SPY"]).prices["SPY"]
    for day, held in weights.iloc[1:].iterrows():
        row = levels.index.get_loc(day) - 1  # decided a month before it is held
        above = levels.iloc[row] > levels.iloc[row - 9 : row + 1].mean()
        assert held["SPY"] == pytest.approx(float(above), abs=1e-9), day
        assert held["IEF"] == pytest.approx(1.0 - above, abs=1e-9), day

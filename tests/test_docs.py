"""The documents taken at their word."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

from tests.conftest import ROOT


def test_the_worked_example_of_adding_a_rule_runs(tmp_path):
    """Follow docs/rules.md in a copy of the code: one file, one line, one command."""
    for package in ("data", "strategies", "backtests"):
        shutil.copytree(ROOT / package, tmp_path / package,
                        ignore=shutil.ignore_patterns("__pycache__", "cache"))  # fmt: skip
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    code, line = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "strategies" / "high_yield.py").write_text(code)
    registry = tmp_path / "strategies" / "registry.py"
    text = registry.read_text()
    registry.write_text(text.replace("STRATEGIES = {\n", "STRATEGIES = {\n" + line, 1))
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

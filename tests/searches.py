"""Searches of the bundled data that several tests look at, and what a finished one holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backtests.tune import main
from tests.conftest import Ended, ended

BUNDLED = ("--source", "bundled")
MIXES = ("hedge_mix", "--assets", "SPY,SHY,IEF", "--step", "0.1")
RULES = ("attack_defend", "--grid", "step_bp=25,50,75", "--grid", "equity_weight=0.4:0.8:0.2")
# Long enough to be stopped: each candidate decides anew.
SLOW = ("attack_defend", "--grid", "step_bp=10:250:3", "--grid", "hysteresis_bp=0,8",
        "--subject-to", "max_drawdown>-0.6")  # fmt: skip


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    """Give the tune command in this process."""
    return ended(main, capsys, *arguments)


def only(out: Path) -> Path:
    """The folder of the one search below ``out``."""
    (folder,) = out.glob("tune-*")
    return folder


def candidates(folder: Path) -> pd.DataFrame:
    """All candidates of a search."""
    return pd.read_parquet(folder / "candidates.parquet")


def content(folder: Path) -> dict[str, Any]:
    """Every number of a search's page."""
    return json.loads((folder / "tuning.json").read_text())


def drawn(folder: Path) -> list[dict[str, Any]]:
    """The figures of a search's page, as plotly is given them."""
    text = (folder / "index.html").read_text()
    script = text.index('<script id="figures"')
    return json.loads(text[text.index(">", script) + 1 : text.index("</script>", script)])

"""What a run's folder holds: summary, equity, weights, orders, tear sheet, manifest."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import importlib.metadata
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.engine.config import RunConfig
from backtests.engine.config_file import write_config
from backtests.engine.run import Simulation
from backtests.engine.sleeve import SleeveReport
from backtests.report.folder import FORMAT, new_folder, write_json, write_manifest
from backtests.report.verdict.page import write_verdict
from data.market import Market

LIBRARIES = ("vectorbt", "vectorbt-rust", "yfinance", "pandas", "numpy", "scipy", "quantstats",
             "arch", "plotly")  # fmt: skip


def write_run(
    out: Path,
    name: str,
    config: RunConfig,
    market: Market,
    simulation: Simulation,
    benchmark: Simulation,
    summary: dict[str, Any],
    *,
    sleeve: SleeveReport | None,
    verdict: dict[str, Any] | None,
    with_tearsheet: bool,
) -> Path:
    """Write a run into ``out/name`` and return that folder.

    Raises
    ------
    OutputError
        If it cannot be written; whatever stood there before is untouched.
    """
    with new_folder(out, name) as folder:
        write_json(folder / "summary.json", summary)
        # As it came out: whoever asked for these very dates and data asked for the same run.
        resolved = dataclasses.replace(
            config,
            source=market.source,
            start=summary["start"],
            end=summary["end"],
            benchmark=summary["benchmark"]["ticker"],
        )
        write_config(folder / "run.toml", resolved)
        cash = market.cash.loc[simulation.nav.index]
        equity = pd.DataFrame(
            {"strategy": simulation.nav, "benchmark": benchmark.nav, "cash": cash}
        )
        _write_csv(equity, folder / "equity.csv")
        _write_csv(simulation.weights, folder / "weights.csv")
        _write_csv(simulation.orders.set_index("date"), folder / "orders.csv")
        if sleeve is not None:
            _write_csv(sleeve.switches.set_index("date"), folder / "switches.csv")
            sleeve.attribution.to_csv(folder / "attribution.csv", index=False, lineterminator="\n")
        if with_tearsheet:
            from backtests.report.tearsheet import write_tearsheet

            write_tearsheet(folder / "tearsheet.html", market, simulation, benchmark, summary)
        if verdict is not None:
            write_json(folder / "verdict.json", verdict)
            write_verdict(folder / "verdict.html", verdict, summary)
        about = {
            "kind": "run",
            "format": FORMAT,
            "verdict": None if verdict is None else verdict["word"],
            "strategy": config.strategy,
            "config": config.as_dict(),
            "source": market.source,
            "source_title": market.title,
            "remarks": list(market.remarks),
            "notes": list(market.notes),
            "data": {
                series: {**_provenance(market, series), "sha256": sha256}
                for series, sha256 in market.fingerprints().items()
            },
            "versions": versions(),
        }
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        write_manifest(folder, about, created=now)
    return out / name


def _provenance(market: Market, series: str) -> dict[str, Any]:
    known = market.provenance.get(series)
    return dataclasses.asdict(known) if known else {"source": market.source}


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index_label="date", date_format="%Y-%m-%d", lineterminator="\n")


def versions() -> dict[str, str | None]:
    """Versions of Python, the libraries that make numbers, and this project's commit."""
    known: dict[str, str | None] = {"python": platform.python_version()}
    for library in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            known[library] = importlib.metadata.version(library)
    known["commit"] = _commit()
    return known


def _commit() -> str | None:
    """Name the checked-out commit (``+changes``: files differ), or None outside a checkout."""
    git = shutil.which("git")
    root = Path(__file__).parents[2]
    if git is None or not (root / ".git").exists():
        return None

    def ask(*words: str) -> str:
        answer = subprocess.run(  # noqa: S603 - fixed words, no shell
            [git, "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=10
        )
        return answer.stdout.strip()

    try:
        changed = ask("status", "--porcelain", "--untracked-files=no")
        return ask("rev-parse", "HEAD") + ("+changes" if changed else "")
    except (subprocess.SubprocessError, OSError):
        return None

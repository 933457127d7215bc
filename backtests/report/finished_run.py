"""A finished run, read back from its folder and verified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.report.folder import FORMAT, read_json, read_manifest, require_intact
from data.errors import OutputError


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A run as its folder holds it.

    Attributes
    ----------
    folder
        Where it lies.
    manifest, summary
        The files of those names.
    verdict
        ``verdict.json``, or None for a run made without.
    values
        Sessions x ``strategy, benchmark, cash``.
    weights
        Sessions x columns, ``CASH`` last.
    orders
        As in :class:`~backtests.engine.result.Simulation`.
    """

    folder: Path
    manifest: dict[str, Any]
    summary: dict[str, Any]
    verdict: dict[str, Any] | None
    values: pd.DataFrame
    weights: pd.DataFrame
    orders: pd.DataFrame

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name


def read_run(folder: Path) -> FinishedRun:
    """Read a finished run back, byte for byte as it was written.

    Raises
    ------
    OutputError
        If it is damaged, no run, or written by an older version.
    """
    manifest = read_manifest(folder)
    if manifest.get("format") != FORMAT or manifest.get("kind") != "run":
        raise OutputError(
            f"{folder} was written by another version of this program; run it again with "
            f"python -m backtests.run {manifest.get('strategy', '')}".rstrip()
        )
    require_intact(folder, manifest)

    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / name, index_col="date", parse_dates=True)

    try:
        return FinishedRun(
            folder=folder,
            manifest=manifest,
            summary=read_json(folder / "summary.json"),
            verdict=(
                read_json(folder / "verdict.json") if "verdict.json" in manifest["files"] else None
            ),
            values=table("equity.csv"),
            weights=table("weights.csv"),
            orders=table("orders.csv").reset_index(),
        )
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(f"{folder} is damaged ({error}); run it again") from error

"""A finished run, read back from its folder and verified."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.analysis.record import Verdict
from backtests.engine.summary import Summary
from backtests.report.files import SUMMARY, VERDICT, read_json
from backtests.report.folder import require_intact
from backtests.report.manifest import RunManifest, read_run_manifest
from backtests.report.verdict.document import read_verdict
from data.errors import OutputError
from data.records import Json, from_json
from data.regular import MOST_TABLE, NotReadError, read_regular
from data.spreadsheet import as_meant
from data.strictness import Strictness, require_strict

MOST_LINE = 1 << 15  # characters; 400 in a table of twenty tickers


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A run as it is stored in its folder.

    Attributes
    ----------
    folder
        The run's folder.
    manifest, summary
        The files of those names.
    verdict
        None for a run made without.
    values
        Sessions x ``strategy, benchmark, cash``, the first two unit values; with cash flows also
        ``wealth``.
    weights
        Sessions x columns, ``CASH`` last.
    orders
        As in :class:`~backtests.engine.simulation.Simulation`.
    called
        What the user calls it in a comparison; None where the program names it.
    """

    folder: Path
    manifest: RunManifest
    summary: Summary
    verdict: Verdict | None
    values: pd.DataFrame
    weights: pd.DataFrame
    orders: pd.DataFrame
    called: str | None = None

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def shown_name(self) -> str:
        """What a message calls it: as the user does, else by its folder's name."""
        return self.called or self.name

    @property
    def wealth(self) -> pd.Series:
        """Value of the portfolio on each session, with all that was paid in and out."""
        return self.values["wealth" if "wealth" in self.values else "strategy"]

    @property
    def first_fill(self) -> pd.Timestamp:
        """Session of the first purchase."""
        return pd.Timestamp(self.summary.first_fill)

    @property
    def ppy(self) -> int:
        """252 for daily rows, 12 for monthly ones."""
        return self.summary.periods_per_year


# What a summary of this format may lack: it was written before there was any.
ADDED: Mapping[str, Json] = {"withholding": None, "nominal": None, "own_money": None, "plan": {}}


def require_strict_run(run: FinishedRun, strictness: Strictness) -> None:
    """Refuse a run on data that stood in for those asked for, or that are too old by now.

    Raises
    ------
    StrictError
        Naming the run, and what stood in for what or how old its data are.
    """
    summary, end = run.summary, run.manifest.config.end
    require_strict(strictness, summary.data, summary.source, run.ppy, end, run.shown_name)


def read_run(folder: Path) -> FinishedRun:
    """Read a finished run back, after checking that no byte of it has changed.

    Raises
    ------
    OutputError
        If it is damaged, no run, or written by an older version.
    """
    manifest = read_run_manifest(folder)
    require_intact(folder, manifest.files)

    def table(name: str) -> pd.DataFrame:
        content = read_regular(_listed(folder, manifest, name), MOST_TABLE)
        if any(len(line) > MOST_LINE for line in content.split(b"\n")):
            raise ValueError(f"{name} has a line of more than {MOST_LINE:,} characters")
        read = pd.read_csv(
            io.BytesIO(content),
            index_col="date",
            parse_dates=True,
            date_format="%Y-%m-%d",
            converters={"ticker": as_meant},  # NA is a ticker too
        )
        return read.rename(columns=as_meant)

    try:
        judged = VERDICT in manifest.files
        run = FinishedRun(
            folder=folder,
            manifest=manifest,
            summary=from_json(Summary, {**ADDED, **read_json(_listed(folder, manifest, SUMMARY))}),
            verdict=read_verdict(read_json(folder / VERDICT)) if judged else None,
            values=table("equity.csv"),
            weights=table("weights.csv"),
            orders=table("orders.csv").reset_index(),
        )
        _require_shape(run)
    except NotReadError as error:
        raise OutputError(f"{folder} cannot be read: {error.strerror}; run it again") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise OutputError(f"{folder} is damaged ({reason}); run it again") from error
    return run


def _listed(folder: Path, manifest: RunManifest, name: str) -> Path:
    """A file of the folder, if the manifest lists it."""
    if name not in manifest.files:
        raise ValueError(f"its manifest does not list {name}")
    return folder / name


def _require_shape(run: FinishedRun) -> None:
    """Refuse tables that lack the rows, columns and dates that readers of runs need."""
    if run.ppy not in (12, 252):
        raise ValueError(f"periods_per_year is {run.ppy}")
    if len(run.values) < 2 or not {"strategy", "benchmark", "cash"} <= set(run.values):
        raise ValueError("equity.csv lacks rows or columns")
    _require_figures(run.values.drop(columns="wealth", errors="ignore"), "equity.csv", above=0.0)
    _require_figures(run.wealth.to_frame(), "equity.csv", above=-1e-9)
    if run.summary.own_money is not None and "wealth" not in run.values:
        raise ValueError("equity.csv lacks the wealth of a run with cash flows")
    _require_figures(run.weights, "weights.csv", above=-1e-9)
    if not run.weights.index.equals(run.values.index):
        raise ValueError("weights.csv is not on the dates of equity.csv")
    orders = run.orders.set_index("date")[["value", "fee", "slippage"]]
    _require_figures(orders.groupby(level=0).sum(), "orders.csv", above=-1e-9)
    if not orders.index.isin(run.values.index).all():
        raise ValueError("orders.csv has dates that equity.csv lacks")


def _require_figures(table: pd.DataFrame, name: str, above: float) -> None:
    """Refuse a table unless its dates ascend and its values are finite and above a bound."""
    index = table.index
    dated = isinstance(index, pd.DatetimeIndex) and not index.hasnans
    if not (dated and index.is_monotonic_increasing and index.is_unique):
        raise ValueError(f"the dates of {name} do not ascend")
    figures = table.to_numpy(float)
    if not (np.isfinite(figures) & (figures > above)).all():
        raise ValueError(f"{name} has an impossible value")

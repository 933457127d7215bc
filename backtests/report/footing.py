"""Finished runs on one footing: the same dates, data, frequency and costs, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from backtests.analysis.hedge import month_ends
from backtests.report.finished_run import FinishedRun
from backtests.report.text import run_label
from data.errors import UsageError

FEWEST, MOST = 2, 20
WORDS = {252: "daily", 12: "monthly"}


@dataclass(frozen=True, eq=False)
class Footing:
    """Runs over their common rows.

    Attributes
    ----------
    runs
        In the order asked for.
    labels
        What each is called, unique.
    values
        Sessions x labels, levels of the portfolios, each 1 on the first row.
    benchmark, cash
        Levels of the first run's benchmark, and of bills, on the same sessions.
    ppy
        Rows per year.
    cut
        Whether a run's rows were left out.
    notes
        What the reader has to know of how they were brought together.
    """

    runs: list[FinishedRun]
    labels: list[str]
    values: pd.DataFrame
    benchmark: pd.Series
    cash: pd.Series
    ppy: int
    cut: bool
    notes: list[str]


def require_footing(runs: Sequence[FinishedRun], *, align: bool) -> Footing:
    """Put runs on one footing.

    Parameters
    ----------
    runs
        Two to twenty.
    align
        Cut them to their common span (to month-ends, where one of them is monthly) rather
        than refuse; what stays different is noted.

    Raises
    ------
    UsageError
        Naming the two runs and what differs between them.
    """
    if not FEWEST <= len(runs) <= MOST:
        raise UsageError(f"compare takes {FEWEST} to {MOST} runs, got {len(runs)}")
    _require_distinct(runs)
    notes = []
    for what, read, cure in DIFFERENCES:
        found = _difference(runs, what, read)
        if found and not align:
            raise UsageError(f"{found}; {cure}")
        if found:
            notes.append(f"not on one footing: {found}")
    ppy = min(run.summary["periods_per_year"] for run in runs)
    frames = [_at(run, ppy) for run in runs]
    common = frames[0].index
    for frame in frames[1:]:
        common = common.intersection(frame.index)
    if len(common) < 3:
        raise UsageError(
            f"{runs[0].name} and the others share {len(common)} dates; "
            "run them again over a common period with --start and --end"
        )
    labels = label(runs)
    joined = {
        name: frame.loc[common, "strategy"] for name, frame in zip(labels, frames, strict=True)
    }
    values = pd.DataFrame(joined)
    cut = any(len(common) < len(run.values) for run in runs)
    if cut:
        kind = "month-ends" if ppy == 12 else "sessions"
        notes.insert(
            0, f"aligned to the {len(common)} {kind} that all share, "
            f"{common[0]:%Y-%m-%d} to {common[-1]:%Y-%m-%d}",
        )  # fmt: skip
    return Footing(
        runs=list(runs),
        labels=labels,
        values=values / values.iloc[0],
        benchmark=frames[0].loc[common, "benchmark"],
        cash=frames[0].loc[common, "cash"],
        ppy=ppy,
        cut=cut,
        notes=notes,
    )


def label(runs: Sequence[FinishedRun]) -> list[str]:
    """Name runs by strategy and parameters; by their hash too where that is not unique."""
    names = [run_label(run.summary) for run in runs]
    return [
        f"{name} [{run.name.rpartition('-')[2]}]" if names.count(name) > 1 else name
        for name, run in zip(names, runs, strict=True)
    ]


def _require_distinct(runs: Sequence[FinishedRun]) -> None:
    seen: dict[str, FinishedRun] = {}
    for run in runs:
        other = seen.setdefault(run.name, run)
        if other is not run:
            raise UsageError(
                f"{run.folder} and {other.folder} are the same run; name each run once"
            )


def _costs(run: FinishedRun) -> str:
    costs = run.summary["costs"]
    return f"fee {costs['fee_bps']:g} bp, slippage {costs['slippage_bps']:g} bp, lag {costs['lag']}"


def _series(run: FinishedRun) -> dict[str, str]:
    return {name: known["sha256"] for name, known in run.manifest["data"].items()}


# What has to be the same, how to read it off, and what to do where it is not.
DIFFERENCES: tuple[tuple[str, Callable[[FinishedRun], str], str], ...] = (
    ("frequency", lambda run: WORDS[run.summary["periods_per_year"]],
     "run both on the same source, or give --align for their common month-ends"),
    ("source", lambda run: run.summary["source_title"],
     "run both with the same --source, or give --align"),
    ("start", lambda run: run.summary["start"],
     "run both with the same --start, or give --align for their common span"),
    ("end", lambda run: run.summary["end"],
     "run both with the same --end, or give --align for their common span"),
    ("costs", _costs, "run both with the same --fee-bps, --slippage-bps and --lag"),
)  # fmt: skip


def _difference(runs: Sequence[FinishedRun], what: str, read: Callable[[FinishedRun], str]) -> str:
    """The first run that differs from the first of all, in words; empty where none does."""
    first = runs[0]
    for run in runs[1:]:
        if read(run) != read(first):
            return f"{what} differs: {first.name} has {read(first)}, {run.name} has {read(run)}"
        if what == "source":
            ours, theirs = _series(first), _series(run)
            changed = [name for name in ours if theirs.get(name, ours[name]) != ours[name]]
            if changed and run.summary["end"] == first.summary["end"]:
                return f"data differ: {changed[0]} of {first.name} and {run.name} are not the same"
    return ""


def _at(run: FinishedRun, ppy: int) -> pd.DataFrame:
    """A run's levels, at the last row of each month where months are what is common."""
    if ppy == run.summary["periods_per_year"]:
        return run.values
    months = month_ends(run.values)
    months.index = pd.PeriodIndex(months.index).to_timestamp(how="end").normalize()
    return months

"""Metrics and paths of many candidates, in blocks over threads and chunks for progress."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.metrics import ratios
from backtests.engine.candidates import Candidates, PricePanel
from backtests.engine.own_steps import ALIVE, PAYMENTS
from backtests.engine.own_sweep import prepare as prepare_own
from backtests.engine.simulate import CAPITAL
from backtests.engine.sweep import SUMS, prepare, run_block
from backtests.engine.with_sweep import run_own_block
from data.command import Progress, silent

Array = NDArray[np.float64]
BLOCK = 1024  # candidates that a thread takes at once
CHUNK = 32 * BLOCK  # candidates between two reports

METRICS = (
    "final_value",
    "cagr",
    "volatility",
    "downside_deviation",
    "sharpe",
    "sortino",
    "max_drawdown",
    "calmar",
    "worst_year",
    "turnover_per_year",
    "costs_paid",
)
# Beside them of candidates with cash flows: what the investor's own money came to.
OWN_MONEY = ("final_wealth", "paid_in", "taken_out", "ruined")


def columns_of(candidates: Candidates) -> tuple[str, ...]:
    """What is worked out of some candidates, by name."""
    return METRICS if candidates.flows is None else (*METRICS, *OWN_MONEY)


def score_block(panel: PricePanel, candidates: Candidates) -> Array:
    """Score candidates in this thread; a plain function for other threads and processes.

    Returns
    -------
    numpy.ndarray
        Shape (candidates, ``len(columns_of(candidates))``). First ``METRICS``, as
        ``analysis.metrics`` defines them; the downside deviation is annualised, money is in
        currency. NaN where a metric does not exist: a ratio of no risk, a worst year without a
        complete year. With flows they are those of the unit value, which a candidate that was
        ruined does not have, and ``OWN_MONEY`` follows: what it is worth in the end, what was paid
        in, the value at the start included, what was taken out, and the row of its ruin, or NaN.
    """
    if candidates.flows is not None:
        sums, payments, _, _ = run_own_block(panel, candidates)
        return np.column_stack([_metrics(panel, sums), _own_money(panel, payments)])
    return _metrics(panel, _sums(panel, candidates))


def _own_money(panel: PricePanel, payments: Array) -> Array:
    """``OWN_MONEY`` of the kernel's ``PAYMENTS``."""
    wealth, paid_in, taken_out, ruined = payments.T
    money = panel.initial / CAPITAL
    row = np.where(ruined == ALIVE, math.nan, ruined)
    return np.column_stack(
        [wealth * money, panel.initial + paid_in * money, taken_out * money, row]
    )


def _metrics(panel: PricePanel, sums: Array) -> Array:
    """``METRICS`` of the kernel's ``SUMS``."""
    total = dict(zip(SUMS, sums.T, strict=True))
    returns = len(panel.sessions) - 1
    year = math.sqrt(panel.ppy)
    freedom = returns - 1 if returns > 1 else math.nan
    # By rounding, sums of squares of constant series are a little below zero.
    volatility = np.sqrt(np.maximum(total["squares"], 0.0) / freedom)
    deviation = np.sqrt(np.maximum(total["squares_excess"], 0.0) / freedom)
    downside = np.sqrt(total["below"] / returns)
    growth = (total["final"] / CAPITAL) ** (panel.ppy / returns) - 1.0
    # A value times the rounded inverse of itself may be a little below 1.
    depth = np.where(total["lowest"] > 1.0 - 1e-15, 0.0, total["lowest"] - 1.0)
    money = panel.initial / CAPITAL
    return np.column_stack(
        [
            total["final"] * money,
            growth,
            volatility * year,
            downside * year,
            ratios(total["mean_excess"], deviation) * year,
            ratios(total["mean_excess"], downside) * year,
            depth,
            ratios(growth, -depth),
            np.where(np.isinf(total["worst"]), math.nan, total["worst"] - 1.0),
            total["traded"] * panel.ppy / returns,
            total["costs"] * money,
        ]
    )


def score_in_chunks(
    panel: PricePanel,
    candidates: Candidates,
    *,
    threads: int | None = None,
    chunk: int = CHUNK,
    progress: Progress = silent,
) -> Iterator[pd.DataFrame]:
    """Score candidates chunk by chunk; chunks stay valid if the caller stops.

    Parameters
    ----------
    panel, candidates
        What to score.
    threads
        None for one thread a core.
    chunk
        Candidates in a frame.
    progress
        Shows that the engine is being compiled, where it is.

    Yields
    ------
    pandas.DataFrame
        Candidates (their numbers as index) x :func:`columns_of`; see :func:`score_block`.
    """
    prepare_for(candidates, progress)
    with ThreadPoolExecutor(threads or cores()) as pool:
        for first in range(0, len(candidates), chunk):
            part = candidates[first : first + chunk]
            blocks = (part[at : at + BLOCK] for at in range(0, len(part), BLOCK))
            scores = np.concatenate(list(pool.map(partial(score_block, panel), blocks)))
            numbers = pd.RangeIndex(first, first + len(part), name="candidate")
            yield pd.DataFrame(scores, numbers, list(columns_of(candidates)))


def score(
    panel: PricePanel,
    candidates: Candidates,
    *,
    threads: int | None = None,
    chunk: int = CHUNK,
    progress: Progress = silent,
    report: Callable[[int, int], object] = lambda done, total: None,
) -> pd.DataFrame:
    """Score all candidates, in one frame.

    Parameters
    ----------
    panel, candidates, threads, chunk, progress
        As in :func:`score_in_chunks`.
    report
        Called after every chunk with the number of candidates done and their total.
    """
    parts: list[pd.DataFrame] = []
    for part in score_in_chunks(panel, candidates, threads=threads, chunk=chunk, progress=progress):
        parts.append(part)
        report(int(part.index[-1]) + 1, len(candidates))
    return pd.concat(parts)


def paths(
    panel: PricePanel, candidates: Candidates, *, progress: Progress = silent
) -> pd.DataFrame:
    """Values of a few candidates on every session.

    Returns
    -------
    pandas.DataFrame
        Sessions x candidates, in currency.
    """
    prepare_for(candidates, progress)
    if candidates.is_plain:
        _, nav = run_block(panel, candidates, keep_nav=True)
    else:
        _, _, nav, _ = run_own_block(panel, candidates, keep_nav=True)
    return pd.DataFrame(nav * (panel.initial / CAPITAL), panel.sessions)


def wealth_paths(
    panel: PricePanel, candidates: Candidates, *, progress: Progress = silent
) -> pd.DataFrame:
    """Money of a few candidates on every session, payments included; 0 from ruin on.

    Returns
    -------
    pandas.DataFrame
        Sessions x candidates, in currency.
    """
    prepare_own(progress)
    _, _, _, wealth = run_own_block(panel, candidates, keep_nav=True)
    return pd.DataFrame(wealth * (panel.initial / CAPITAL), panel.sessions)


def own_money(
    panel: PricePanel, candidates: Candidates, *, progress: Progress = silent
) -> pd.DataFrame:
    """What becomes of the money of candidates with flows, in this thread.

    Returns
    -------
    pandas.DataFrame
        Candidates x ``PAYMENTS``: wealth on the last session, what was paid in and taken out, in
        currency; ``ruined`` is a row of the panel, -1 if it never was.
    """
    prepare_own(progress)
    _, payments, _, _ = run_own_block(panel, candidates)
    table = pd.DataFrame(payments, columns=list(PAYMENTS))
    table[list(PAYMENTS[:3])] *= panel.initial / CAPITAL
    return table.astype({"ruined": int})


def _sums(panel: PricePanel, candidates: Candidates) -> Array:
    if candidates.is_plain:
        return run_block(panel, candidates)[0]
    return run_own_block(panel, candidates)[0]


def prepare_for(candidates: Candidates, progress: Progress) -> None:
    """Compile what these candidates need, and show that it takes a while."""
    (prepare if candidates.is_plain else prepare_own)(progress)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

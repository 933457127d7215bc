"""Runs of the bundled history, small and without the engines that take seconds to load."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.run import Run


def make_run(
    strategy: str = "hedge_mix",
    start: str | None = "1995-02-28",
    *,
    source: str = "bundled",
    **options: Any,
) -> Run:
    """A run by the ledger, judged in full but for other programs' numbers."""
    config = RunConfig(strategy, source=source, start=start, **options)
    run = simulated(load_inputs(config), ledger.fill)
    verdict = judge_run(
        run.market,
        config.make_strategy(),
        run.simulation,
        run.summary.benchmark.ticker,
        engine=ledger.fill,
        searching=ledger.fill,
    )
    return replace(run, verdict=verdict)

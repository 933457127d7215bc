"""The one place where a run happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judged, with_sleeve
from backtests.engine.run import Run
from data.command import Progress, silent
from data.load import data_line
from strategies.causality import prove_quickly


def execute(
    config: RunConfig,
    progress: Progress = silent,
    announce: Callable[[str], object] = lambda _: None,
    *,
    refresh: bool = False,
    with_verdict: bool = True,
) -> Run:
    """Load the market, simulate the strategy and its benchmark, sum them up and judge them.

    Parameters
    ----------
    config
        What to run.
    progress
        Called with the name of each long step; a context around it.
    announce
        Called with each line the user should read: the data used, and what to know of them.
    refresh
        Fetch prices again even where a fresh snapshot is kept.
    with_verdict
        Whether to simulate the references and judge the run by them.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    prove_quickly(config.make_strategy())
    inputs = load_inputs(config, progress, refresh=refresh)
    announce(f"{config.source}: {data_line(inputs.market)}")
    for remark in inputs.market.remarks:
        announce(f"warning: {remark}")
    with progress("simulating (vectorbt takes a few seconds to load)"):
        run = simulated(inputs)
    for remark in run.market.remarks[len(inputs.market.remarks) :]:
        announce(f"note: {remark}")
    for note in run.market.notes:
        announce(f"note: {note}")
    for stage in STAGES if with_verdict else STAGES[:1]:
        run = stage(run, progress)
    return run


# What is worked out of a simulated run, in order: each stage adds its record to the run.
Stage = Callable[[Run, Progress], Run]
STAGES: tuple[Stage, ...] = (with_sleeve, judged)


def publish(
    run: Run, out: Path, progress: Progress = silent, *, with_tearsheet: bool = True
) -> Path:
    """Write a run's folder under ``out`` and return it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from backtests.report.index import rebuild_index
    from backtests.report.run_folder import write_run

    with progress("writing the tear sheet" if with_tearsheet else "writing results"):
        folder = write_run(out, run, with_tearsheet=with_tearsheet)
    rebuild_index(out)
    return folder

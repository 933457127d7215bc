"""The only place that executes a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from backtests.analysis.hedge_state import HedgeState
from backtests.engine import ledger
from backtests.engine.backtest import Load, as_if_unpaid, load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judged, judged_on, with_sleeve
from backtests.engine.ledger import Engine
from backtests.engine.long_view import long_run
from backtests.engine.opening import standing_decisions
from backtests.engine.run import Run
from backtests.engine.stress.stress import stress_of
from backtests.engine.today import state_of
from backtests.engine.with_vectorbt import fill_with_vectorbt
from backtests.engine.withdrawal_rate import require_payable
from data.command import Progress, silent
from data.errors import HedgeError
from data.load import data_line, load_market
from data.strictness import Strictness, require_market
from strategies.causality import prove_on, prove_quickly, require_as_before

if TYPE_CHECKING:
    from backtests.engine.with_quantstats import Drawn


def execute(
    config: RunConfig,
    progress: Progress = silent,
    announce: Callable[[str], object] = lambda _: None,
    *,
    refresh: bool = False,
    with_verdict: bool = True,
    withdrawals: float | None = None,
    load: Load = load_market,
    strictness: Strictness | None = None,
    show: Callable[[Run], object] = lambda _: None,
) -> Run:
    """Load the market, simulate the strategy and its benchmark, sum them up and judge them.

    Parameters
    ----------
    config
        What to run.
    progress
        Called with the name of each long step; a context around it.
    announce
        Called with each line for the user: the data used, and warnings and notes on them.
    refresh
        Fetch prices again even where a recent snapshot is saved.
    load
        Loads the market; called as :func:`data.load.load_market`.
    with_verdict
        Whether to simulate the references and judge the run by them.
    withdrawals
        The rate a year to take out from every start month, a fraction; None for none.
    strictness
        Which data to refuse; None for none.
    show
        Called with the run whenever there is more of it: first of all when it is simulated.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    if withdrawals is not None:
        require_payable(config, withdrawals)
    run = make_run(config, progress, announce, refresh=refresh, load=load, strictness=strictness)
    for stage in STAGES:
        run = stage(run, progress)
    show(run)
    for stage in JUDGING if with_verdict else ():
        run = stage(run, progress)
        show(run)
    if withdrawals is not None:
        run = with_withdrawals(run, withdrawals, progress)
    return run


def make_run(
    config: RunConfig,
    progress: Progress = silent,
    announce: Callable[[str], object] = lambda _: None,
    *,
    refresh: bool = False,
    load: Load = load_market,
    strictness: Strictness | None = None,
    engine: Engine = fill_with_vectorbt,
) -> Run:
    """Load the market, simulate the strategy and its benchmark and sum them up, no more.

    Parameters
    ----------
    config, progress, announce, refresh, load, strictness
        As for :func:`execute`, which raises the same errors.
    engine
        Fills the orders.
    """
    strategy = config.make_strategy()
    with progress("proving that the rule does not look ahead"):
        prove_quickly(strategy)
    inputs = load_inputs(config, progress, refresh=refresh, load=load)
    require_market(strictness, inputs.market, config.end)
    announce(f"{config.source}: {data_line(inputs.market)}")
    for remark in inputs.market.remarks:
        announce(f"warning: {remark}")
    with progress("proving the rule on these data"):
        proved = prove_on(strategy, inputs.market)
    slow = " (vectorbt takes a few seconds to load)" if engine is fill_with_vectorbt else ""
    with progress(f"simulating{slow}"):
        run = simulated(inputs, engine)
    if proved is not None:  # the decisions that trade must be those that were proved
        done = run.simulation
        sessions = run.market.sessions  # of a run that was ruined they end there
        standing = standing_decisions(
            proved.loc[: sessions[-1]], sessions, done.opening, config.costs.lag, "rule"
        )
        require_as_before(strategy, done.asked, standing.targets)
    for remark in run.market.remarks[len(inputs.market.remarks) :]:
        announce(f"note: {remark}")
    for note in run.market.notes:
        announce(f"note: {note}")
    return run


def stressed(run: Run, progress: Progress = silent) -> Run:
    """Add what shocks would do to the portfolio today; where they cannot be told, why."""
    try:
        return replace(run, stress=stress_of(run, progress))
    except HedgeError as error:
        return replace(run, stress=str(error))


# What is computed from a simulated run, in order: each stage adds its record to the run. Those of
# judging are left out where no verdict is wanted.
Stage = Callable[[Run, Progress], Run]
STAGES: tuple[Stage, ...] = (with_sleeve,)
JUDGING: tuple[Stage, ...] = (judged, stressed)


def with_withdrawals(run: Run, rate: float, progress: Progress = silent) -> Run:
    """A finished run with what could be taken out of its mix, as for :func:`withdrawals_of`."""
    from backtests.engine.withdrawals import withdrawals_of  # numba, which few commands load

    return replace(run, withdrawals=withdrawals_of(run, rate, progress))


def state_of_run(run: Run) -> HedgeState:
    """The state of the hedge on the last session of a finished run's data.

    Base rates are about the run's own hedge and equity where the bundled months know their
    tickers. Everything is filled by the ledger, which agrees with vectorbt to 1e-9.
    """
    run = as_if_unpaid(run)
    market, simulation = judged_on(run, engine=ledger.fill)
    return state_of(run, market, simulation, long_run(run))


def begin_sheet(run: Run) -> Callable[[], Drawn]:
    """Have the charts of a simulated run's tear sheet drawn, for :func:`publish`, without waiting.

    Without a process for it (:mod:`backtests.engine.apart`) they are drawn when they are written.
    """
    from backtests.report import tearsheet

    return tearsheet.begin_sheet(run.market, run.simulation, run.benchmark_values, run.summary)


def is_published(
    run: Run, out: Path, *, with_tearsheet: bool, with_verdict: bool, standalone: bool = False
) -> bool:
    """Whether ``out`` holds the complete folder of a run, with these pages and its numbers."""
    from backtests.report.files import SUMMARY, holds_json
    from backtests.report.folder import is_complete
    from backtests.report.page import stands_alone
    from backtests.report.pages import TEARSHEET, VERDICT

    folder = out / run.name
    pages = [TEARSHEET.file] * with_tearsheet + [VERDICT.file] * with_verdict
    is_whole = is_complete(folder, pages) and holds_json(folder / SUMMARY, run.summary)
    if not (is_whole and standalone and with_verdict):
        return is_whole
    return stands_alone(folder / VERDICT.file)


def publish(
    run: Run,
    out: Path,
    progress: Progress = silent,
    *,
    with_tearsheet: bool = True,
    standalone: bool = False,
    drawing: Callable[[], Drawn] | None = None,
) -> Path:
    """Write a run's folder under ``out`` and return it; as for :func:`write_run`.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from backtests.report.index import rebuild_index
    from backtests.report.run_folder import write_run

    with progress("writing the tear sheet" if with_tearsheet else "writing results"):
        folder = write_run(
            out, run, with_tearsheet=with_tearsheet, standalone=standalone, drawing=drawing
        )
    rebuild_index(out)
    return folder

"""Three finished runs on the same dates, read back from their folders."""

from __future__ import annotations

import pytest

from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.own_money import OwnMoney
from backtests.report.comparison.table import Comparison, compare
from backtests.report.finished_run import FinishedRun, read_run
from backtests.report.run_folder import write_run
from tests.report.comparison.own_runs import investors, own_of
from tests.report.helpers import make_run


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> list[FinishedRun]:
    """A mix, another one that is 100 % equity, and a rule."""
    out = tmp_path_factory.mktemp("results")
    made = (
        make_run(),
        make_run("equity_only"),
        make_run("attack_defend", params={"step_bp": 25.0}),
    )
    return [read_run(write_run(out, run, with_tearsheet=False)) for run in made]


@pytest.fixture(scope="session")
def comparison(finished: list[FinishedRun]) -> Comparison:
    """All three compared."""
    return compare(align_runs(finished, align=False))


@pytest.fixture(scope="session")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> list[FinishedRun]:
    """The same mix of three investors, in yen hedged, in Australian dollars and in dollars."""
    return investors(tmp_path_factory.mktemp("abroad"))


@pytest.fixture(scope="session")
def own(abroad: list[FinishedRun]) -> OwnMoney:
    """Their own figures."""
    return own_of(abroad)

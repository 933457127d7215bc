"""Markets and folders that several tests share."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from backtests.analysis.numbers import Portfolio, PortfolioNumbers, numbers_of
from data.command import run_command
from data.market import CASH, Market
from data.provenance import describe

Ended = tuple[int, str, str]
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "market"
SOAK = bool(os.environ.get("HEDGE_SOAK"))  # the full counts, hours; a sample of them otherwise

# The same examples every time, and no clock: a shared machine is slow at odd moments.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


# The files that take longest begin first: a file stays with one worker, and one that began last
# would keep the others waiting at the end.
BEGIN_FIRST = (
    "lab/test_session.py", "face/test_side_effects.py", "report/test_page_proof.py",
    "test_faults.py", "engine/test_cluster.py", "engine/test_sweep.py",
    "test_python_docs.py", "test_tuning.py", "face/test_backtest.py", "test_run.py",
    "soak/test_pages.py", "engine/test_with_quantstats.py", "test_hosts.py", "test_tune.py",
    "face/test_search.py", "lab/test_page.py", "report/comparison/test_proof.py",
    "data/sources/test_bounds.py", "test_compare.py",
    "test_portable.py", "engine/test_with_vectorbt.py", "test_strategy_file.py",
)  # fmt: skip


@pytest.hookimpl(trylast=True)  # after the shuffle, whose order the others keep
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first."""
    place = {ROOT / "tests" / name: number for number, name in enumerate(BEGIN_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_yahoo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test asks the real Yahoo or reads the user's snapshots."""
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HEDGE_FRED_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("data.sources.fred.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "no-snapshots"))


@pytest.fixture(scope="session")
def yahoo_folder() -> Path:
    """Real daily prices that lie beside the project on some machines."""
    folder = SHARED / "yahoo"
    if not folder.is_dir():
        pytest.skip(f"no real daily prices: {folder} is not there")
    return folder


@pytest.fixture(scope="session")
def rates_folder() -> Path:
    """Real daily yields that lie beside the project on some machines."""
    folder = SHARED / "rates"
    if not folder.is_dir():
        pytest.skip(f"no real daily yields: {folder} is not there")
    return folder


def random_market(
    seed: int,
    tickers: tuple[str, ...] = ("SPY", "IEF"),
    rows: int = 600,
    ppy: int = 252,
    volatility: float = 0.01,
) -> Market:
    """Make a market of independent log-normal prices and a steady bill."""
    rng = np.random.default_rng(seed)
    sessions = (
        pd.bdate_range("2001-01-02", periods=rows)
        if ppy == 252
        else pd.date_range("1970-01-31", periods=rows, freq="ME")
    )
    moves = rng.normal(0.0003, volatility, (rows, len(tickers)))
    prices = pd.DataFrame(100 * np.exp(np.cumsum(moves, axis=0)), sessions, list(tickers))
    cash = pd.Series(100 * 1.0001 ** np.arange(rows), sessions, name=CASH)
    return market_of(prices, cash, ppy)


def with_a_hole(source: str, tickers: Sequence[str], **options: Any) -> Market:
    """A falls by half for a day on which SPY has no price."""
    sessions = pd.bdate_range("2019-01-01", periods=600)
    levels = pd.DataFrame({"A": 100.0, "IEF": 50.0, "SPY": 20.0}, sessions)
    levels.loc[sessions[150], "A"] = 50.0
    shown = levels.drop(sessions[150]) if "SPY" in tickers else levels
    market = market_of(shown[list(dict.fromkeys(tickers))])
    return market if options["end"] is None else market.until(pd.Timestamp(options["end"]))


def market_of(prices: pd.DataFrame, cash: pd.Series | None = None, ppy: int = 252) -> Market:
    """Make a market of given prices; cash is flat unless given."""
    if cash is None:
        cash = pd.Series(100.0, prices.index, name=CASH)
    return Market(
        source="made",
        title="made prices",
        prices=prices,
        cash=cash,
        periods_per_year=ppy,
        provenance={
            str(name): describe(column, "made", "made")
            for name, column in {**prices, CASH: cash}.items()
        },
    )


def headline(values: pd.Series, cash: pd.Series, ppy: int) -> PortfolioNumbers:
    """Numbers of levels alone: as of a portfolio that never traded."""
    return numbers_of(Portfolio(values, cash, ppy, turnover=0.0, costs_paid=0.0))


TOOK_LONG = re.compile(r"^.+: \d+\.\d s\n", re.MULTILINE)


def ended(door: click.Command, capsys: pytest.CaptureFixture[str], *words: str) -> Ended:
    """Run a command in this process; return exit code, stdout, stderr.

    Without the lines of steps that took over a second: a busy machine shows more of them.
    """
    code = 0
    try:
        run_command(door, words)
    except SystemExit as left:
        code = int(left.code or 0)
    shown = capsys.readouterr()
    return code, shown.out, TOOK_LONG.sub("", shown.err)


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared runs are worked out in this process: each worker would load vectorbt anew."""
    monkeypatch.setattr("backtests.pool.ProcessPoolExecutor", one_thread)


def one_thread(*_: object, **__: object) -> ThreadPoolExecutor:
    """A pool of one thread of this process, whatever was asked for."""
    return ThreadPoolExecutor(1)


@pytest.fixture
def price_folder(tmp_path: Path) -> Callable[..., Path]:
    """Write CSV files into a folder: ``price_folder(SPY=text)``."""

    def write(**files: str) -> Path:
        for ticker, text in files.items():
            (tmp_path / f"{ticker}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture(scope="session")
def mixes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished search of mixes, 286 of them; its folder."""
    return _searched("MIXES", tmp_path_factory.mktemp("mixes"))


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished search of a rule's parameters, nine of them; its folder."""
    return _searched("RULES", tmp_path_factory.mktemp("rules"), "--subject-to", "max_drawdown>-0.5")


def _searched(words: str, out: Path, *more: str) -> Path:
    from tests import searches

    asked = getattr(searches, words)
    run_command(searches.main, [*asked, *searches.BUNDLED, "--out", str(out), *more])
    return searches.only(out)

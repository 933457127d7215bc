"""What the doors beside ``run`` and ``compare`` write, worked out once and written again and again.

Each act writes below a folder what its command writes, by the same function.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import pandas as pd

from tests.soak.made import adjusted, random_bars

Act = Callable[[Path], object]
# Doors that fetch, all by one function.
FETCHING = ("backtests.run", "backtests.compare", "backtests.tune", "backtests.today",
            "backtests.stress", "backtests.claims", "backtests.app", "backtests",
            "data.history")  # fmt: skip
# The scenarios of storage.py, and which doors write what they write.
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "first fetch": FETCHING,
    "fetch over an old snapshot": FETCHING,
    "fetch over a damaged snapshot": FETCHING,
    "clear": ("data.cache",),
    "first run": ("backtests.run", "backtests.compare", "backtests.app", "backtests"),
    "another run": ("backtests.run", "backtests.compare", "backtests.app", "backtests"),
    "the same run": ("backtests.run", "backtests.compare", "backtests.app", "backtests"),
    "a run over one that differs": ("backtests.run", "backtests.compare", "backtests.app",
                                    "backtests"),
    "comparison": ("backtests.compare", "backtests"),
    "a receipt": ("backtests.run",),
    "a search": ("backtests.tune", "backtests"),
    "a stress test": ("backtests.stress", "backtests"),
    "a trial of the claims": ("backtests.claims",),
    "each in its own money": ("backtests.compare", "backtests"),
    "a run with withdrawals": ("backtests.run", "backtests"),
    "a table of proxies": ("data.history",),
}  # fmt: skip
PROXIES = "a table of proxies"
ROWS = 600  # sessions: a fund and its proxy need 24 whole months
BUNDLED = {"source": "bundled", "start": "2015-01-30"}


def door_acts() -> Mapping[str, Act]:
    """What each door writes, by the words of a scenario."""
    return {
        "a search": searched(),
        "a stress test": stressed(),
        "a trial of the claims": tried(),
        "each in its own money": in_own_money(),
        "a run with withdrawals": withdrawn(),
        PROXIES: tracked(),
    }


def searched() -> Act:
    """A search of mixes: the log of trials, scores that are not finished, its folder."""
    from backtests.analysis.objective import read_objective
    from backtests.engine.config import RunConfig
    from backtests.engine.space import mix_space
    from backtests.tuning import prepare_search, tune

    config = RunConfig("hedge_mix", {}, **BUNDLED)
    space = mix_space(("SPY", "IEF"), 0.5, {"rebalance": "monthly"})
    search = prepare_search(config, space, read_objective("sharpe", []))
    return lambda root: tune(search, root / "results")


def stressed() -> Act:
    """A stress test in a folder of its own."""
    from backtests.engine import ledger
    from backtests.engine.config import RunConfig
    from backtests.engine.stress.stress import stress_of
    from backtests.jobs import make_run
    from backtests.report.stress.folder import publish_stress

    weights = {"SPY": 0.5, "IEF": 0.5}  # of which no run lies there, whose folder it would be
    run = make_run(RunConfig("hedge_mix", {"weights": weights}, **BUNDLED), engine=ledger.fill)
    stress = stress_of(run)
    return lambda root: publish_stress(root / "results", run, stress)


def tried() -> Act:
    """A trial of the article's claims."""
    from backtests.engine.claims.loading import load_exhibits
    from backtests.engine.claims.trial import try_claims
    from backtests.report.claims.folder import write_trial
    from data.command import silent

    exhibits = load_exhibits("bundled", "1990-12-31", silent)
    trial = try_claims(exhibits, silent)
    return lambda root: write_trial(root / "results", exhibits, trial)


def in_own_money() -> Act:
    """Investors in two currencies, side by side."""
    import backtests

    runs = [
        backtests.backtest("hedge_mix", **BUNDLED, **money, no_verdict=True, quiet=True)
        for money in ({}, {"currency": "JPY", "fx_hedge": 1.0})
    ]
    own = backtests.compare_runs(*runs, each_in_its_own=True, quiet=True)
    return lambda root: own.save(root / "results", no_tearsheet=True, quiet=True)


def withdrawn() -> Act:
    """A run with bands and tax, in purchasing power, and how long money lasted."""
    import backtests
    from backtests.jobs import publish, with_withdrawals

    run = backtests.backtest(
        "hedge_mix", **BUNDLED, band=0.05, withholding="IEF=0.15", real=True, quiet=True
    )
    paid = with_withdrawals(run.record, 0.04)
    return lambda root: publish(paid, root / "results", with_tearsheet=False)


def tracked() -> Act:
    """The table and picture of ``data.history``, of made prices in a folder."""
    from data.history import main

    days: pd.DatetimeIndex = pd.DatetimeIndex(random_bars(1, ROWS).index)

    def act(root: Path) -> None:
        source = root / "files"
        source.mkdir(exist_ok=True)
        for number, ticker in enumerate(("SHY", "IEF")):
            bars = adjusted(random_bars(number, ROWS))
            level = pd.Series(bars["Adj Close"].to_numpy(), days)
            (source / f"{ticker}.csv").write_text(_csv({"value": level}))
        rates = {name: pd.Series(4.0, days) for name in ("3m", "1y", "2y", "3y", "7y", "10y")}
        (source / "treasury_cmt_yields_daily.csv").write_text(_csv(rates))
        with redirect_stdout(io.StringIO()):
            words = ["--source", f"files:{source}", "--out", str(root / "results" / "history")]
            main.main(words, standalone_mode=False)

    return act


def _csv(columns: Mapping[str, pd.Series]) -> str:
    return pd.DataFrame(columns).to_csv(index_label="date", date_format="%Y-%m-%d")

"""Runs, comparisons, searches and trials of the article, made by the commands that users give."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.golden.numbers import read_folder, screen_lines

MARKET = "files:../shared/market"


@dataclass(frozen=True)
class Case:
    """A command; ``private`` if it needs third-party prices that are not copied here."""

    name: str
    words: tuple[str, ...]
    private: bool = False
    after: tuple[str, ...] = ()  # cases whose folders it takes, by name


def _run(name: str, *words: str) -> Case:
    return Case(name, ("run", *words, "--source", "bundled", "--no-tearsheet"))


def _daily(name: str, *words: str) -> Case:
    return Case(name, ("run", *words, "--source", MARKET, "--no-tearsheet"), private=True)


CASES = (
    _run("mix", "hedge_mix"),
    _run("mix_cash_lag_costs", "hedge_mix", "--weights", "SPY=0.5,TLT=0.2", "--rebalance",
         "annually", "--lag", "3", "--fee-bps", "10", "--slippage-bps", "5", "--start",
         "1975-06-30", "--end", "2020-12-31"),
    _run("equity_only", "equity_only"),
    _run("attack_defend", "attack_defend", "--set", "step_bp=25"),
    _run("duration_trend", "duration_trend"),
    _run("carry", "carry"),
    _run("rate_cycle", "rate_cycle"),
    _run("correlation_hedge", "correlation_hedge"),
    _run("risk_parity", "risk_parity"),
    _daily("daily_mix", "hedge_mix"),
    _daily("daily_extended", "attack_defend", "--extend"),
    _daily("daily_two_prices", "two_prices"),
    _run("yen_hedged", "hedge_mix", "--currency", "JPY", "--fx-hedge", "1"),
    _daily("daily_pounds_half_hedged", "hedge_mix", "--weights", "SPY=0.5,TLT=0.2", "--currency",
           "GBP", "--fx-hedge", "TLT=0.5", "--fx-hedge-equity", "1", "--fx-basis-bp", "50"),
    _run("francs_withheld", "hedge_mix", "--currency", "CHF", "--fx-hedge", "1", "--withholding",
         "IEF=0.3@2010-01-01"),
    _daily("daily_withheld", "hedge_mix", "--withholding", "SPY=0.15,IEF=0.15"),
    _run("indexed_payouts", "hedge_mix", "--flow", "-50/month", "--flow-indexed"),  # all is taken
    _run("real_paid_in_bands", "hedge_mix", "--real", "--flow", "100/month", "--band", "0.05",
         "--band-relative", "0.25", "--band-to", "edge"),
    _daily("daily_dated_flows", "hedge_mix", "--weights", "SPY=0.5,IEF=0.2,TLT=0.1", "--rebalance",
           "monthly", "--offset", "5", "--band", "0.03", "--flows",
           "2010-01-02=5000,2015-06-30=-3000"),
    _run("withdrawals", "hedge_mix", "--weights", "SPY=0.5,IEF=0.3", "--withdrawals", "4.5%"),
    Case("compared", ("compare", "hedge_mix", "hedge_mix:SPY=0.7,TLT=0.3", "attack_defend",
                      "--against", "--no-tearsheet", "--source", "bundled")),
    Case("aligned", ("compare", "--align", "--against"), private=True,
         after=("mix", "daily_mix", "daily_two_prices")),
    Case("tried_on_months", ("claims", "--source", "bundled")),
    Case("tried_on_days", ("claims", "--source", MARKET), private=True),
    Case("searched_mixes", ("tune", "hedge_mix", "--assets", "SPY,SHY,IEF,TLT", "--step", "0.1",
                            "--source", "bundled")),
    Case("searched_rules", ("tune", "attack_defend", "--grid", "step_bp=25,50,75", "--grid",
                            "equity_weight=0.4:0.8:0.2", "--maximise", "sharpe", "--source",
                            "bundled")),
    Case("searched_bands", ("tune", "hedge_mix", "--grid", "band=0,0.03,0.06", "--grid",
                            "rebalance=daily,quarterly,annually", "--flow", "-300/year",
                            "--subject-to", "max_drawdown>-0.35", "--source",
                            "bundled")),
)  # fmt: skip


def make(case: Case, scratch: Path) -> dict[str, object]:
    """Run a case and read back what it wrote and printed."""
    out = scratch / case.name
    words = [*case.words, *(str(_folder(scratch / name)) for name in case.after)]
    done = subprocess.run(
        [sys.executable, "-m", f"backtests.{words[0]}", *words[1:], f"--out={out}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )
    if done.returncode != 0:
        raise RuntimeError(f"{case.name} ended with {done.returncode}: {done.stderr}")
    shown = screen_lines(done.stdout.replace(str(scratch), "OUT"))
    return {**read_folder(_folder(out), private=case.private), "screen": shown}


def _folder(out: Path) -> Path:
    """The folder of the command's own result: of a comparison, not of the runs it made."""
    folders = [path.parent for path in out.glob("*/manifest.json")]
    own = [path for path in folders if path.name.startswith(("compare-", "tune-"))]
    (folder,) = own or folders
    return folder


def make_all(scratch: Path, *, private: bool) -> dict[str, dict[str, object]]:
    """Make every case, two at a time; private cases only where their prices are present."""
    wanted = [case for case in CASES if private or not case.private]
    with ThreadPoolExecutor(2) as pool:
        first = [case for case in wanted if not case.after]
        made = dict(zip((c.name for c in first), pool.map(lambda c: make(c, scratch), first),
                        strict=True))  # fmt: skip
        return made | {case.name: make(case, scratch) for case in wanted if case.after}

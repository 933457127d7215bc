"""Searches of the bundled data that several tests look at, and what a finished one holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_objective
from backtests.analysis.reliability import Edge
from backtests.analysis.resampling import Estimate
from backtests.engine.money import Money
from backtests.engine.plan import PLAIN
from backtests.engine.roles import Roles
from backtests.engine.space import mix_space
from backtests.engine.tuned import Diluted, Tuned
from backtests.tune import main
from tests.conftest import Ended, ended

BUNDLED = ("--source", "bundled")
MIXES = ("hedge_mix", "--assets", "SPY,SHY,IEF", "--step", "0.1")
RULES = ("attack_defend", "--grid", "step_bp=25,50,75", "--grid", "equity_weight=0.4:0.8:0.2")
# Long enough to be stopped: a rule without a step, so that each candidate decides anew.
SLOW = ("correlation_hedge", "--grid", "below=-0.4:0.4:0.01", "--grid", "lookback_months=24,36",
        "--subject-to", "max_drawdown>-0.6")  # fmt: skip
# The same of a rule with a step, whose candidates are decided together.
STEPPED = ("attack_defend", "--grid", "step_bp=10:250:3", "--grid", "hysteresis_bp=0,8",
           "--subject-to", "max_drawdown>-0.6")  # fmt: skip


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    """Give the tune command in this process."""
    return ended(main, capsys, *arguments)


def only(out: Path) -> Path:
    """The folder of the one search below ``out``."""
    (folder,) = out.glob("tune-*")
    return folder


def candidates(folder: Path) -> pd.DataFrame:
    """All candidates of a search."""
    return pd.read_parquet(folder / "candidates.parquet")


def content(folder: Path) -> dict[str, Any]:
    """Every number of a search's page."""
    return json.loads((folder / "tuning.json").read_text())


def drawn(folder: Path) -> list[dict[str, Any]]:
    """The figures of a search's page, as plotly is given them."""
    text = (folder / "index.html").read_text()
    script = text.index('<script id="figures"')
    return json.loads(text[text.index(">", script) + 1 : text.index("</script>", script)])


def edge(value: float, low: float | None = None, high: float | None = None) -> Edge:
    """A lead with its interval."""
    return Edge(Estimate(value, low, high), 0.01)


def stands(
    lead: Edge,
    *,
    differs: bool = True,
    beyond_noise: bool = False,
    rejects: bool = False,
    expected: float = 20.0,
) -> SimpleNamespace:
    """How the choice stands against a rival, as far as words go."""
    return SimpleNamespace(
        chosen=lead,
        decides=SimpleNamespace(as_good_by_luck=expected, trials=66, dsr=0.4) if differs else None,
        same_risk=None,
        beyond_noise=beyond_noise,
        reality=SimpleNamespace(
            rejects=lambda level: rejects,
            statistic=1.0,
            spa_consistent=0.01 if rejects else 0.4,
        ),
    )


def made(
    share: float | None = None,
    *,
    cagr: float = 0.01,
    fall: float = -0.1,
    members: int = 1,
    eligible: int = 3,
    default: float = 0.005,
    differs: bool = True,
    beyond_noise: bool = False,
    weight: float = 0.7,
    goal: str = "cagr",
    limits: Sequence[str] = ("max_drawdown>-0.2",),
    months: int = 600,
    lead: Edge | None = None,
    over_bills: Edge | None = None,
    bills: Mapping[str, Any] | None = None,
    rejects: bool = False,
    expected: float = 20.0,
    **metrics: float,
) -> Tuned:
    """A search of three mixes as far as its choice goes: 0 is the centre, 2 the peak.

    They hold no SPY, half of it, all of it; the default ``weight`` of it. ``lead`` is that of the
    choice over the default, ``over_bills`` that over ``share`` of the default with bills; ``bills``
    has what else is said of the latter.
    """
    table = pd.DataFrame({"cagr": [cagr, 0.02, 0.03], "sharpe": [0.4, 0.5, 0.6],
                          "max_drawdown": [fall, -0.1, -0.1]})  # fmt: skip
    parts = {
        "region": SimpleNamespace(centre=0, peak=2, members=np.arange(members)),
        "space": mix_space(["SPY"], 0.5, {"rebalance": "monthly"}),
        "config": SimpleNamespace(
            plan=PLAIN,
            params={"weights": {"SPY": weight}}, roles=Roles(), money=Money()
        ),
        "default": pd.Series({"cagr": default, "sharpe": 0.5, "max_drawdown": -0.1, **metrics}),
        "equity": pd.Series({"cagr": 0.06}),
        "benchmark": "SPY",
        "metrics": table.assign(eligible=np.arange(3) < eligible),
        "diluted": share
        and Diluted(share, pd.Series({"cagr": 0.05, "sharpe": 0.5, "max_drawdown": -0.19}),
                    against=stands(over_bills or edge(0.001, -0.002, 0.004), **(bills or {}))),
        "objective": read_objective(goal, limits),
        "reliability": SimpleNamespace(
            **vars(stands(lead or edge(0.005, -0.003, 0.012), differs=differs, rejects=rejects,
                          expected=expected, beyond_noise=beyond_noise)),
            months=months,
            peak=edge(0.025, 0.01, 0.04),
            expanding=None,
        ),
    }  # fmt: skip
    tuned = object.__new__(Tuned)
    for name, value in parts.items():
        object.__setattr__(tuned, name, value)
    return tuned


def over_a_hedge(setting: str, goal: str) -> Tuned:
    """The same of three ratios of a currency hedge, by an investor in yen: 0, half and all."""
    tuned = made(goal=goal)
    money = Money("JPY", **{setting: 0.5})
    space = SimpleNamespace(
        is_simplex=False,
        settings=(setting,),
        axes=(setting,),
        described=lambda number: {setting: 0.5 * number},
    )
    params = {"weights": {"SPY": 0.6, "IEF": 0.4}}
    config = SimpleNamespace(params=params, roles=Roles(), money=money, plan=PLAIN)
    object.__setattr__(tuned, "space", space)
    object.__setattr__(tuned, "config", config)
    return tuned

"""Runs of the bundled history, small and without the engines that take seconds to load."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from backtests.analysis.objective import read_objective
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.plan import PLAN, Plan
from backtests.engine.run import Run
from backtests.engine.space import mix_space
from backtests.engine.tuned import Tuned
from backtests.report.page import Grid, environment, render_page
from backtests.tuning import prepare_search, tune

PLAIN = """{% extends "page.html" %}{% from "page.html" import grid with context %}
{% block title %}Results{% endblock %}
{% block body %}<h1>Results</h1>{% for table in tables %}{{ grid(table) }}{% endfor %}
<p>{{ damaged | join(", ") }}</p>{% endblock %}"""


def plain_page(path: Path, **values: Any) -> None:
    """Write a page of some tables (``trail``, ``tables``, ``damaged``) with nothing else on it."""
    render_page(environment().from_string(PLAIN), path, **values)


def make_run(
    strategy: str = "hedge_mix",
    start: str | None = "1995-02-28",
    *,
    source: str = "bundled",
    **options: Any,
) -> Run:
    """A run by the ledger, judged in full but for other programs' numbers.

    The fields of a plan may be given by their names: ``flow="-4%/year"``.
    """
    plan = Plan.of({name: options.pop(name) for name in PLAN if name in options})
    config = RunConfig(strategy, source=source, start=start, **{"plan": plan, **options})
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


def searched(out: Path) -> Tuned:
    """A search of eleven mixes."""
    config = RunConfig("hedge_mix", source="bundled", start="1990-01-31", end="2010-12-31")
    fixed = {name: value for name, value in config.params.items() if name != "weights"}
    space = mix_space(["SPY", "IEF"], 0.1, fixed)
    return tune(prepare_search(config, space, read_objective("cagr", [])), out)[0]


def without_content() -> dict[str, Any]:
    """What the template of a comparison uses beside charts and trail, all of it empty."""
    words = ("title", "finding", "lead", "bad_months", "span", "source", "costs", "terms", "first",
             "equity", "risk_title", "years_title", "crises_title", "payoff",
             "noise", "rows_are")  # fmt: skip
    lists = ("notes", "data_notes", "risks", "members", "year_steps", "runs")
    grids = ("core", "more", "recent_years", "earlier_years", "differences", "crises")
    return {
        **dict.fromkeys(words, "x"),
        **{name: [] for name in lists},
        **{name: Grid([], []) for name in grids},
        "hedges": None,
        "own_money": None,
        "cut": False,
    }

"""The summary of a run: the numbers that other tools read."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from backtests.analysis.metrics import headline
from backtests.engine.config import RunConfig
from backtests.engine.run import Simulation
from data.market import Market


def summarise(
    config: RunConfig, market: Market, simulation: Simulation, benchmark: Simulation, ticker: str
) -> dict[str, Any]:
    """Write a run down as plain values, fractions not percent.

    Parameters
    ----------
    config, market
        What was run, on what.
    simulation, benchmark
        The strategy and its benchmark over the same sessions.
    ticker
        What the benchmark holds.
    """
    nav = simulation.nav
    periods = len(nav) - 1
    ppy = market.periods_per_year
    cash = market.cash.loc[nav.index]
    return {
        "strategy": config.strategy,
        "params": dict(config.params),
        "source": market.source,
        "source_title": market.title,
        "notes": list(market.notes),
        "start": _date(nav.index[0]),
        "end": _date(nav.index[-1]),
        "periods": periods,
        "periods_per_year": ppy,
        "costs": dataclasses.asdict(simulation.costs),
        "initial": config.initial,
        "metrics": dataclasses.asdict(headline(nav, cash, ppy)),
        "benchmark": {
            "ticker": ticker,
            **dataclasses.asdict(headline(benchmark.nav, cash, ppy)),
            "turnover_per_year": float(benchmark.traded.sum() * ppy / periods),
            "costs_paid": benchmark.costs_paid,
        },
        "turnover_per_year": float(simulation.traded.sum() * ppy / periods),
        "costs_paid": simulation.costs_paid,
        "latest": latest(simulation),
    }


def latest(simulation: Simulation) -> dict[str, Any]:
    """What the rule says today: its last decision, the drifted holding, what waits to trade."""
    decided = simulation.decisions.iloc[-1]
    target = {str(name): float(weight) for name, weight in decided.items()}
    held = {str(name): float(weight) for name, weight in simulation.weights.iloc[-1].items()}
    return {
        "as_of": _date(simulation.nav.index[-1]),
        "decided": _date(decided.name),
        "target": target,
        "held": held,
        "pending": target if simulation.pending else None,
    }


def _date(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"

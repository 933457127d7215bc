"""A finished run before its judge: references simulated, the case put together."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from backtests.analysis import hedge as measures
from backtests.analysis.attribution import contributions
from backtests.analysis.metrics import headline, volatility
from backtests.analysis.months import cvar, month_ends, under_water
from backtests.analysis.verdict import Case, judge, plain
from backtests.engine import ledger
from backtests.engine.references import References, make_references
from backtests.engine.run import Simulation
from backtests.engine.simulate import Engine, fill_with_vectorbt
from backtests.engine.sleeve import attribute
from data.background import background, ten_year
from data.command import Progress, silent
from data.market import Market
from data.treasuries.instruments import TREASURY_FUNDS
from strategies.base import Strategy


def judge_run(
    market: Market,
    strategy: Strategy,
    simulation: Simulation,
    benchmark: str,
    progress: Progress = silent,
    *,
    engine: Engine = fill_with_vectorbt,
    searching: Engine = ledger.fill,
    brief: bool = False,
) -> dict[str, Any]:
    """Judge a run: :func:`backtests.analysis.verdict.judge`, and what only the engine knows.

    Parameters
    ----------
    market, strategy, simulation
        A finished run.
    benchmark
        The equity where the strategy itself holds none.
    progress
        A context around each long step.
    engine, searching
        As for :func:`backtests.engine.references.make_references`.
    brief
        Leave out what neither the word nor the sentences tell: the static mix and the variants
        of a duration rule, the attribution, and what ``judge`` leaves out.

    Returns
    -------
    dict
        Plain values: the verdict, and ``tickers``, ``portfolios`` (one row each),
        ``attribution`` (None without Treasuries), ``matched_weight``.
    """
    references = make_references(
        market,
        strategy,
        simulation,
        benchmark,
        progress,
        engine=engine,
        searching=searching,
        controls=not brief,
    )
    sessions = simulation.nav.index
    first_fill = sessions[simulation.costs.lag]
    y10 = ten_year(market)
    case = Case(
        levels=pd.DataFrame(
            {
                "portfolio": simulation.nav,
                "equity": references.equity.nav,
                "bills": references.bills.nav,
                "matched": references.matched.nav,
                "hedge": references.hedge_leg.reindex(sessions),
                "cash": market.cash.loc[sessions],
            }
        ),
        first_fill=first_fill,
        legs=pd.DataFrame({"equity": references.equity_leg, "hedge": references.hedge_leg}),
        background=background(market),
        y10=None if y10 is None else y10.loc[sessions],
        ppy=market.periods_per_year,
        holds_treasuries=bool(references.hedge_tickers),
    )
    with progress("resampling for the verdict"):
        verdict = judge(case, brief=brief)
    about = {
        "tickers": {"equity": references.equity_tickers, "hedge": references.hedge_tickers},
        "matched_weight": references.matched_weight,
        "volatility_is_matched": references.is_matched,
        "portfolios": _portfolios(market, simulation, references),
        "attribution": _attribution(market, simulation) if not brief else None,
    }
    return {**verdict, **plain(about)}


def _portfolios(
    market: Market, simulation: Simulation, references: References
) -> list[dict[str, Any]]:
    every: dict[str, Simulation] = {
        "portfolio": simulation,
        "equity": references.equity,
        "bills": references.bills,
        "matched": references.matched,
    }
    if references.static is not None:
        every["static"] = references.static
    named: list[tuple[str, str, Simulation | str]] = [
        *((name, "", one) for name, one in every.items()),
        *(("variant", label, one) for label, one in references.variants.items()),
    ]
    bills = _monthly(references.bills)
    return [_portfolio(key, label, one, references, bills, market) for key, label, one in named]


def _monthly(simulation: Simulation) -> measures.Array:
    """Month-end returns from the first fill on."""
    filled = simulation.nav.index[simulation.costs.lag]
    levels = month_ends(simulation.nav.loc[filled:].to_frame())
    returns: measures.Array = levels.iloc[:, 0].pct_change(fill_method=None).to_numpy()[1:]
    return returns


def _portfolio(
    key: str,
    label: str,
    one: Simulation | str,
    references: References,
    bills: measures.Array,
    market: Market,
) -> dict[str, Any]:
    if isinstance(one, str):
        return {"key": key, "label": label, "missing": one}
    nav, ppy = one.nav, market.periods_per_year
    filled = nav.index[one.costs.lag]
    returns = _monthly(one)
    known = len(returns) > 0
    days, share = under_water(nav)
    equity = [ticker for ticker in one.weights if ticker in references.equity_tickers]
    return {
        "key": key,
        "label": label,
        "missing": None,
        **dataclasses.asdict(headline(nav, market.cash.loc[nav.index], ppy)),
        "volatility_monthly": volatility(returns, 12) if len(returns) > 1 else None,
        "cvar_95_monthly": float(cvar(returns)) if known else None,
        "cvar_saved_against_bills_monthly": (
            float(measures.cvar_saved(returns, bills)) if known else None
        ),
        "equity_weight": float(one.weights[equity].sum(axis=1).loc[filled:].mean()),
        "days_under_water": days,
        "share_under_water": share,
        "turnover_per_year": float(one.traded.sum() * ppy / (len(nav) - 1)),
        "costs_paid": one.costs_paid,
    }


def _attribution(market: Market, simulation: Simulation) -> dict[str, Any] | None:
    funds = [fund for fund in simulation.weights.columns if fund in TREASURY_FUNDS]
    values = simulation.weights[funds].sum(axis=1) * simulation.nav
    if not (values > 0).any():
        return None
    table = contributions(attribute(market, simulation), values, market.periods_per_year)
    return {
        "has_yields": market.yields is not None,
        "parts": [
            {"part": part, "currency": float(row["currency"]), "points": float(row["points"])}
            for part, row in table.iterrows()
        ],
    }

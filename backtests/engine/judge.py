"""The verdict of a finished run: simulate its references and hand all to the analysis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from backtests.analysis import hedge as measures
from backtests.analysis.attribution import contributions
from backtests.analysis.cross_check import Headline, cross_check
from backtests.analysis.metrics import is_annual, rows_per_year
from backtests.analysis.numbers import numbers_of
from backtests.analysis.record import (
    Attribution,
    AttributionPart,
    CrossCheck,
    JudgedPortfolio,
    Tickers,
    Verdict,
)
from backtests.analysis.verdict import Case, judge
from backtests.engine import ledger
from backtests.engine.backtest import as_if_unpaid
from backtests.engine.ledger import Engine
from backtests.engine.long_view import long_run, long_view
from backtests.engine.luck import rebalancing_luck
from backtests.engine.own_money import money_of
from backtests.engine.references import References, make_references
from backtests.engine.roles import KNOWN, Roles
from backtests.engine.run import Run
from backtests.engine.simulate import simulate
from backtests.engine.simulation import Simulation
from backtests.engine.sleeve import attribute, report_sleeve
from backtests.engine.stock_bond import bond_of
from backtests.engine.today import state_of
from backtests.engine.ways import four_ways
from backtests.engine.with_quantstats import quantstats_metrics
from backtests.engine.with_vectorbt import fill_with_vectorbt, vectorbt_metrics
from backtests.engine.withheld import at_rates
from data.background import background, home_prices, ten_year
from data.command import Progress, silent
from data.market import CASH, Market
from data.records import fields_of, ten_digits
from strategies.base import Strategy
from strategies.dial import DurationRule


def with_sleeve(run: Run, progress: Progress = silent) -> Run:
    """Add the switches and the attribution of a duration rule; another strategy stays as it is."""
    rule = run.config.make_strategy()
    if not isinstance(rule, DurationRule):
        return run
    with progress("working out switches and attribution"):
        return replace(run, sleeve=report_sleeve(run.market, rule, run.simulation))


def judged(run: Run, progress: Progress = silent) -> Run:
    """Judge a finished run, and check its headline numbers against two other programs."""
    strategy, ticker = run.config.make_strategy(), run.summary.benchmark.ticker
    market, simulation = judged_on(run)
    verdict = judge_run(market, strategy, simulation, ticker, progress, roles=run.config.roles)
    verdict = replace(verdict, cross_check=ten_digits(_checked(run)))
    with progress("judging the same strategy since 1962"):
        lasting = as_if_unpaid(run)
        long = long_run(lasting)
        own = (market, simulation) if lasting is run else judged_on(lasting, ledger.fill)
        state = state_of(lasting, *own, long)
        view = long_view(run, long) if verdict.holds_hedge else None
        verdict = replace(verdict, long_view=view, state=state)
    if market.abroad is not None:
        with progress("holding the hedge in four ways"):
            verdict = replace(verdict, ways=four_ways(market, strategy, simulation, verdict))
    verdict = replace(verdict, withheld=at_rates(market, strategy, simulation, verdict))
    with progress("deciding on the other days of the period"):
        luck = rebalancing_luck(market, strategy, simulation, verdict, roles=run.config.roles)
    verdict = replace(verdict, luck=luck)
    return replace(run, verdict=verdict)


def judged_on(run: Run, engine: Engine = fill_with_vectorbt) -> tuple[Market, Simulation]:
    """The market and simulation that are judged: the run's own, but for a run without equity.

    Its equity is the benchmark. Where that lacks sessions of the run, both are judged on those
    that they share.
    """
    held = run.simulation.decisions
    equity = run.config.roles.equity_of([name for name in held if name != CASH])
    if run.shared is None or bool(held[equity].gt(0).to_numpy().any()):
        return run.market, run.simulation
    strategy, costs = run.config.make_strategy(), run.config.costs
    start = pd.Timestamp(run.summary.first_return)
    return run.shared, simulate(
        run.shared,
        strategy,
        costs,
        start=start,
        initial=run.config.initial,
        plan=run.simulation.plan,
        engine=engine,
    )


def _checked(run: Run) -> tuple[CrossCheck, ...]:
    """The headline numbers as three programs compute them."""
    nav, ppy = run.simulation.nav, run.summary.rows_per_year
    cash = run.market.cash.loc[nav.index]
    by_vectorbt = vectorbt_metrics(nav, cash, ppy)
    by_quantstats = quantstats_metrics(nav, cash, ppy)
    numbers = run.summary.metrics
    ours = Headline(
        total_return=numbers.total_return,
        cagr=numbers.cagr,
        volatility=numbers.volatility,
        sharpe=numbers.sharpe,
        sortino=numbers.sortino,
        max_drawdown=numbers.max_drawdown,
        calmar=numbers.calmar,
        cvar_95=numbers.cvar_95,
    )
    return cross_check(ours, by_vectorbt, by_quantstats)


def judge_run(
    market: Market,
    strategy: Strategy,
    simulation: Simulation,
    benchmark: str,
    progress: Progress = silent,
    *,
    roles: Roles = KNOWN,
    engine: Engine = fill_with_vectorbt,
    searching: Engine = ledger.fill,
    brief: bool = False,
) -> Verdict:
    """Judge a run: :func:`backtests.analysis.verdict.judge`, with what only the engine can add.

    Parameters
    ----------
    market, strategy, simulation
        A finished run.
    benchmark
        The equity where the strategy itself holds none.
    progress
        A context around each long step.
    roles, engine, searching
        As for :func:`backtests.engine.references.make_references`.
    brief
        Leave out what the word and the sentences do not need: the static mix and the variants of
        a duration rule, the attribution, and what ``judge`` leaves out.
    """
    references = make_references(
        market,
        strategy,
        simulation,
        benchmark,
        progress,
        roles=roles,
        engine=engine,
        searching=searching,
        controls=not brief,
    )
    portfolios = _portfolios(market, simulation, references)
    attribution = None if brief else _attribution(market, simulation, references)
    case = _case(market, simulation, references)
    with progress("resampling for the verdict"):
        judgement = judge(case, brief=brief)
    references_of = {"equity": references.equity, "bills": references.bills}
    own_money = {
        key: ten_digits(money_of(made, market))
        for key, made in {"portfolio": simulation, **references_of}.items()
        if simulation.plan.flows
    }
    return Verdict(
        **fields_of(judgement),
        tickers=Tickers(
            equity=tuple(references.equity_tickers),
            hedge=tuple(references.hedge_tickers),
            unnamed=tuple(
                roles.unnamed(
                    references.equity_tickers, beside_a_hedge=bool(references.hedge_tickers)
                )
            ),
        ),
        matched_weight=ten_digits(references.matched_weight),
        volatility_is_matched=references.is_matched,
        portfolios=ten_digits(portfolios),
        attribution=ten_digits(attribution),
        tracking=market.tracking,
        investor=market.investor,
        own_money=own_money,
    )


def _case(market: Market, simulation: Simulation, references: References) -> Case:
    sessions = simulation.nav.index
    y10 = ten_year(market)
    levels = pd.DataFrame(
        {
            "portfolio": simulation.nav,
            "equity": references.equity.nav,
            "bills": references.bills.nav,
            "matched": references.matched.nav,
            "hedge": references.hedge_leg.reindex(sessions),
            "cash": market.cash.loc[sessions],
        }
    )
    bond_name, bond = bond_of(market, references)
    return Case(
        levels=levels,
        first_fill=simulation.first_fill,
        dollar_equity=references.dollar_legs.equity,
        bond=bond,
        bond_name=bond_name,
        background=background(market),
        prices=_price_level(market),
        y10=None if y10 is None else y10.loc[sessions],
        ppy=market.periods_per_year,
        holds_hedge=bool(references.hedge_tickers),
    )


def _price_level(market: Market) -> pd.Series:
    """Home consumer prices by month; of a real market constant, since its levels have no more."""
    prices = home_prices(market)
    return prices if market.deflated is None else prices / prices


def _portfolios(
    market: Market, simulation: Simulation, references: References
) -> tuple[JudgedPortfolio, ...]:
    named: list[tuple[str, str, Simulation | str]] = [
        ("portfolio", "", simulation),
        ("equity", "", references.equity),
        ("bills", "", references.bills),
        ("matched", "", references.matched),
    ]
    if references.static is not None:
        named.append(("static", "", references.static))
    named += [("variant", label, other) for label, other in references.variants.items()]
    bills = references.bills.portfolio(market).months
    return tuple(
        JudgedPortfolio(key, label, missing=made)
        if isinstance(made, str)
        else _portfolio(key, label, made, references.equity_tickers, bills, market)
        for key, label, made in named
    )


def _portfolio(
    key: str,
    label: str,
    simulation: Simulation,
    equity_tickers: list[str],
    bills: measures.Array,
    market: Market,
) -> JudgedPortfolio:
    portfolio = simulation.portfolio(market)
    is_equity = [ticker in equity_tickers for ticker in simulation.weights]
    filled = simulation.weights.to_numpy()[simulation.fill_rows[0] :]
    held = np.asfortranarray(filled[:, is_equity]).sum(axis=1)
    enough = len(portfolio.months) > 0
    return JudgedPortfolio(
        key=key,
        label=label,
        missing=None,
        numbers=numbers_of(portfolio),
        equity_weight=float(held.mean()),
        cvar_saved_against_bills_monthly=(
            float(measures.cvar_saved(portfolio.months, bills)) if enough else None
        ),
    )


def _attribution(
    market: Market, simulation: Simulation, references: References
) -> Attribution | None:
    funds = references.hedge_tickers
    values = simulation.weights[funds].sum(axis=1) * simulation.nav
    if not (values > 0).any():
        return None
    split = attribute(market, simulation, funds)
    dates = pd.DatetimeIndex(simulation.nav.index)
    ppy = rows_per_year(dates, market.periods_per_year) if is_annual(dates) else None
    table = contributions(split, values, ppy)
    return Attribution(
        has_yields=market.yields is not None,
        parts=tuple(
            AttributionPart(str(part), float(row["currency"]), float(row["points"]))
            for part, row in table.iterrows()
        ),
    )

"""The portfolios that a run is measured against, by the same engine at the same costs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from backtests.analysis.months import month_end_rows
from backtests.analysis.reuse import Answers, key_of
from backtests.engine import ledger
from backtests.engine.ledger import Engine
from backtests.engine.opening import Opening, standing_decisions
from backtests.engine.plan import Plan
from backtests.engine.roles import KNOWN, Roles
from backtests.engine.simulate import scaled, simulate, trade
from backtests.engine.simulation import Simulation
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.command import Progress, silent
from data.errors import UsageError
from data.market import Market
from strategies.base import Strategy, parameter
from strategies.causality import require_as_before
from strategies.decisions import decide
from strategies.dial import DIAL, SHORTEST, DurationRule, fund_durations
from strategies.schedule import decision_rows

VOLATILITY_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Legs:
    """Values of the equity and of the hedge alone, each 100 %."""

    equity: pd.Series
    hedge: pd.Series


@dataclass(frozen=True, eq=False)
class References:
    """The portfolios beside a run.

    Attributes
    ----------
    equity_tickers, hedge_tickers
        The run's tickers, divided into equity and hedge.
    equity, bills, matched
        100 % equity, always invested; equity at the weight the run held, the rest in bills; equity
        and bills at the run's own month-end volatility, chosen with hindsight.
    matched_weight, is_matched
        Equity's weight there, and whether the volatility could be met without leverage.
    equity_leg, hedge_leg
        Values of the equity and of the hedge alone, each 100 %, from as early as the data
        go, also before the run's first day.
    dollar_legs
        The same two in dollars, unhedged: by their correlation the states are told apart.
    static
        For a duration rule: the static mix of the same average duration.
    variants
        For a duration rule: each of its parameters a step down and a step up, by label; a text
        says why there is no such variant.
    """

    equity_tickers: list[str]
    hedge_tickers: list[str]
    equity: Simulation
    bills: Simulation
    matched: Simulation
    matched_weight: float
    is_matched: bool
    equity_leg: pd.Series
    hedge_leg: pd.Series
    dollar_legs: Legs
    static: Simulation | None
    variants: dict[str, Simulation | str]


@dataclass(frozen=True, eq=False)
class Sides:
    """What a strategy decided, divided into equity and hedge, each alone at 100 %.

    Attributes
    ----------
    decided
        All its decisions.
    equity_tickers, hedge_tickers
        The tickers it held, divided.
    always, all_equity
        Decisions of 100 % equity, always invested; and the same without those that change nothing.
    equity_leg, hedge_leg, dollar_legs
        As in :class:`References`.
    """

    decided: pd.DataFrame
    equity_tickers: list[str]
    hedge_tickers: list[str]
    always: pd.DataFrame
    all_equity: pd.DataFrame
    equity_leg: pd.Series
    hedge_leg: pd.Series
    dollar_legs: Legs


# Of each market: a slider that moves changes the weights, and seldom a leg.
_LEGS: WeakKeyDictionary[Market, Answers[pd.Series]] = WeakKeyDictionary()


def make_sides(
    market: Market,
    strategy: Strategy,
    simulation: Simulation,
    benchmark: str,
    *,
    roles: Roles = KNOWN,
    engine: Engine = fill_with_vectorbt,
) -> Sides:
    """Divide a strategy into equity and hedge; parameters as of :func:`make_references`."""
    decided = decide(strategy, market)
    if not strategy.is_built_in():  # the decisions that are judged must be those that traded
        again = standing_decisions(
            decided, market.sessions, simulation.opening, simulation.costs.lag, strategy.name
        )
        require_as_before(strategy, again.targets, simulation.asked)
    held = [str(ticker) for ticker in decided.columns if decided[ticker].gt(0).any()]
    hedge, equity = roles.hedge_of(held), roles.equity_of(held)

    def legs(own: Market) -> Legs:
        # The states need equity before the first decision too: by then it holds the same
        # proportions.
        early = own.sessions[own.sessions >= own.first_session(list(always))[0]][:1]
        is_before = early[0] < always.index[0]
        before = always.iloc[[0]].set_axis(early) if is_before else always.iloc[:0]
        alone_hedged = bought_once(alone(decided, hedge)) if hedge else decided * 0.0

        def leg(name: str, weights: pd.DataFrame) -> pd.Series:
            asked = (
                (name, engine, strategy.optional, simulation.costs),
                (simulation.plan.without_flows(), float(simulation.nav.iloc[0])),
                (list(weights.columns), pd.DatetimeIndex(weights.index), weights.to_numpy(float)),
            )
            return _LEGS.setdefault(own, Answers(8)).get(
                key_of(asked),
                lambda: _traded(own, strategy, simulation, name, weights, None, engine).nav,
            )

        return Legs(
            equity=leg("equity", bought_once(pd.concat([before, always]))),
            hedge=leg("hedge", alone_hedged),
        )

    always = always_invested(decided, equity) if equity else everywhere(benchmark, decided.index)
    all_equity = bought_once(always)
    own = legs(market)
    return Sides(
        decided=decided,
        equity_tickers=equity or [benchmark],
        hedge_tickers=hedge,
        always=always,
        all_equity=all_equity,
        equity_leg=own.equity,
        hedge_leg=own.hedge,
        dollar_legs=own if market.in_dollars is market else legs(market.in_dollars),
    )


def _traded(
    market: Market,
    strategy: Strategy,
    simulation: Simulation,
    name: str,
    weights: pd.DataFrame,
    opening: Opening | None,
    engine: Engine,
) -> Simulation:
    """Trade other decisions as a run traded its own; from as early as possible without opening.

    With an opening it has the run's cash flows as well, and goes on after its ruin.
    """

    def traded(plan: Plan) -> Simulation:
        return trade(
            market,
            weights,
            simulation.costs,
            name=name,
            optional=strategy.optional,
            opening=opening,
            initial=float(simulation.nav.iloc[0]),
            plan=plan,
            engine=engine,
        )

    plan = simulation.plan
    unpaid = plan.without_flows()
    made = traded(unpaid if opening is None else plan)
    return made if made.ruined is None else made.continued(traded(unpaid))


def make_references(
    market: Market,
    strategy: Strategy,
    simulation: Simulation,
    benchmark: str,
    progress: Progress = silent,
    *,
    roles: Roles = KNOWN,
    engine: Engine = fill_with_vectorbt,
    searching: Engine = ledger.fill,
    controls: bool = True,
) -> References:
    """Simulate everything a run is judged against.

    Parameters
    ----------
    market, strategy, simulation
        A finished run.
    benchmark
        The equity where the strategy itself holds none.
    progress
        A context around each long step.
    roles
        What counts as hedge and what as equity.
    engine, searching
        Fill orders: of each portfolio, and of the many that are tried in a search.
    controls
        Whether to simulate the static mix and the variants of a duration rule.
    """
    began, initial = simulation.opening, float(simulation.nav.iloc[0])
    plan = simulation.plan
    # Equity at the run's own weight trades when the run does, so that no band is its own.
    followed = replace(simulation, plan=plan.without_bands())

    def run(name: str, weights: pd.DataFrame, engine: Engine = engine) -> Simulation:
        return _traded(market, strategy, followed, name, weights, began, engine)

    with progress("simulating the references"):
        sides = make_sides(market, strategy, simulation, benchmark, roles=roles, engine=engine)
        held = [ticker for ticker in sides.equity_tickers if ticker in sides.decided]
        stood = simulation.decisions[sides.decided.columns]
        bills = held_equity(stood if plan.rebalancing else sides.decided, simulation, held)
        steady = sides.always.reindex(bills.index, method="ffill")
        values = (
            (lambda weight: run("matched", weight * steady, searching).nav)
            if plan.flows
            else scaled(
                market,
                steady,
                simulation.costs,
                name="matched",
                opening=began,
                initial=initial,
                engine=searching,
            )
        )
        weight, is_matched = match_volatility(simulation, values)
        references = References(
            equity_tickers=sides.equity_tickers,
            hedge_tickers=sides.hedge_tickers,
            equity=_traded(market, strategy, simulation, "equity", sides.all_equity, began, engine),
            bills=run("bills", bills),
            matched=run("matched", weight * steady, searching),
            matched_weight=weight,
            is_matched=is_matched,
            equity_leg=sides.equity_leg,
            hedge_leg=sides.hedge_leg,
            dollar_legs=sides.dollar_legs,
            static=None,
            variants={},
        )
    if not (controls and isinstance(strategy, DurationRule)):
        return references
    with progress("simulating the rule one step up and down"):
        mix = same_average_duration(market, strategy, simulation)
        static = simulate(
            market, mix, simulation.costs, opening=began, initial=initial, plan=plan, engine=engine
        )
        variants: dict[str, Simulation | str] = {}
        for label, other in one_step(strategy):
            if other is None:
                variants[label] = "beyond the declared range"
                continue
            try:
                variants[label] = simulate(
                    market,
                    other,
                    simulation.costs,
                    opening=began,
                    initial=initial,
                    plan=plan,
                    engine=searching,
                )
            except UsageError:
                variants[label] = "no decision yet on the first day"
    return replace(references, static=static, variants=variants)


def held_equity(
    decided: pd.DataFrame, simulation: Simulation, equity: Sequence[str]
) -> pd.DataFrame:
    """Decisions that follow a run's own equity weight and leave the rest in bills.

    At the run's decisions they are its targets. In between weights drift, and without the hedge
    they would drift further: so the first session of every other month repeats the weights held.

    Parameters
    ----------
    decided
        The run's decisions, all tickers.
    simulation
        The run.
    equity
        Its equity tickers; without any, all is in bills.
    """
    if not equity:
        return decided * 0.0
    sessions = pd.DatetimeIndex(simulation.nav.index)
    fills = simulation.fill_rows
    waiting = {row - wait for row in fills for wait in range(1, simulation.costs.lag + 1)}
    months = decision_rows(sessions, "monthly")
    extra = [row for row in np.flatnonzero(months) if row > fills[0] and row not in waiting]
    drifted = simulation.weights.iloc[extra][list(equity)]
    between = drifted[~drifted.index.isin(decided.index)]
    return pd.concat([decided[list(equity)], between]).sort_index()


def everywhere(ticker: str, decisions: pd.Index) -> pd.DataFrame:
    """100 % of a ticker at every decision."""
    return pd.DataFrame({ticker: 1.0}, index=decisions)


def alone(decided: pd.DataFrame, tickers: Sequence[str]) -> pd.DataFrame:
    """Decisions of some of the tickers, in their own proportions, scaled to 100 %.

    All cash where a decision holds none of them.
    """
    share = decided[list(tickers)]
    total = share.sum(axis=1)
    filled = share.div(total.where(total > 0), axis=0).fillna(0.0)
    # By rounding, shares may add up to a little more than 1, which the engine refuses.
    return filled.div(np.maximum(filled.sum(axis=1), 1.0), axis=0)


def always_invested(decided: pd.DataFrame, tickers: Sequence[str]) -> pd.DataFrame:
    """Decisions of some tickers, as :func:`alone`, but never out of them.

    Where a decision holds none of them they keep the proportions that the run last asked for;
    before its first such decision, those of that.
    """
    shares = alone(decided, tickers)
    held = shares.sum(axis=1) > 0
    return shares[held].reindex(shares.index).ffill().bfill()


def bought_once(weights: pd.DataFrame) -> pd.DataFrame:
    """Keep only the first decision where all are 100 % of a single ticker."""
    always_all = weights.shape[1] == 1 and bool((weights == 1.0).to_numpy().all())
    return weights.iloc[[0]] if always_all else weights


def match_volatility(
    simulation: Simulation,
    values: Callable[[float], pd.Series],
    tolerance: float = VOLATILITY_TOLERANCE,
) -> tuple[float, bool]:
    """Find the equity weight whose month-end volatility equals a simulation's.

    By Brent's method (1973): bisection, with interpolation where the volatility is smooth.

    Parameters
    ----------
    simulation
        Has the volatility to match, after costs.
    values
        Of a weight the values of equity at it, the rest in bills, on the simulation's sessions.
    tolerance
        Of the yearly volatility.

    Returns
    -------
    tuple of float and bool
        The weight, and whether it matches: it is 1 and does not where even 100 % equity is
        calmer (leverage is not allowed), or where there are too few months for a volatility.
    """
    sessions = simulation.nav.index
    first = int(simulation.fill_rows[0])
    ends = first + month_end_rows(pd.DatetimeIndex(sessions[first:]))

    def volatility(nav: pd.Series) -> float:
        levels = pd.Series(nav.to_numpy(float)[ends])
        return float(levels.pct_change(fill_method=None).std() * 12**0.5)

    wanted = volatility(simulation.nav)

    @cache
    def gap(weight: float) -> float:
        return volatility(values(weight)) - wanted

    weight = 1.0
    if gap(0.0) >= -tolerance:  # the run is all bills, but for rounding
        weight = 0.0
    elif gap(1.0) > 0.0:
        weight = float(brentq(gap, 0.0, 1.0, xtol=tolerance / 100.0))
    return weight, abs(gap(weight)) <= tolerance


def one_step(strategy: DurationRule) -> list[tuple[str, DurationRule | None]]:
    """Change each parameter of a rule, but not the equity weight, by a declared step.

    Returns
    -------
    list of tuple
        Label and rule; None beyond the declared range.
    """
    variants: list[tuple[str, DurationRule | None]] = []
    for declared in strategy.parameters():
        if declared.step is None or declared.name == "equity_weight":
            continue
        value = getattr(strategy, declared.name)
        for other in (value - declared.step, value + declared.step):
            other = round(other, 10)
            changed: DurationRule | None = None
            with contextlib.suppress(UsageError):
                changed = replace(strategy, **{declared.name: other})
            variants.append((f"{declared.name} {other:g}", changed))
    return variants


@dataclass(frozen=True)
class StaticDuration(DurationRule):
    """Hold the same target duration throughout: what a rule earns without changing it.

    Known weakness: its duration is an average that was known only afterwards.
    """

    name: ClassVar[str] = "static_duration"

    duration: float = parameter(
        7.0, low=0.2, high=20, unit="years", doc="the duration held throughout"
    )

    def target_duration(self, market: Market) -> pd.Series:
        """Keep the duration."""
        return pd.Series(self.duration, index=market.sessions)


def held_duration(market: Market, simulation: Simulation) -> float | None:
    """Average duration of the Treasuries held from the first fill on, in years; None without any.

    It is below the average of the targets wherever these ask for more than the longest fund has.
    """
    rows = simulation.nav.loc[simulation.first_fill :].index
    held = simulation.weights.loc[rows, list(DIAL)]
    sleeve = held.sum(axis=1)
    if not (sleeve > 0).any():
        return None
    years = (held * fund_durations(market).loc[rows].fillna(0.0)).sum(axis=1)
    return float((years / sleeve).mean())


def same_average_duration(
    market: Market, rule: DurationRule, simulation: Simulation
) -> StaticDuration:
    """Make the static mix whose average duration is that of a rule.

    It is the average of the durations held, not of the targets: neither the rule nor the mix can
    hold more than the longest fund has.

    Parameters
    ----------
    market, rule, simulation
        A finished simulation of the rule.
    """
    average = held_duration(market, simulation)
    if average is None:
        return StaticDuration(
            equity_weight=rule.equity_weight, duration=SHORTEST, offset=rule.offset
        )
    rows = simulation.nav.loc[simulation.first_fill :].index
    durations = fund_durations(market).loc[rows]
    shortest, longest = durations.min(axis=1).to_numpy(), durations.max(axis=1).to_numpy()
    low, high = SHORTEST, 20.0
    while high - low > 1e-6:
        middle = (low + high) / 2.0
        reached = float(np.clip(middle, shortest, longest).mean())
        low, high = (middle, high) if reached < average else (low, middle)
    return StaticDuration(equity_weight=rule.equity_weight, duration=low, offset=rule.offset)

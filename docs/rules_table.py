"""Make the table of docs/rules.md: ``python -m docs.rules_table --source SOURCE [--extend]``.

Every registered duration rule, after costs, on the same dates: against the static mix of the
same average duration, against bills at the same equity weight (as the verdict has them: cash, not
the fund BIL), and with each of its own parameters one step (a quarter) down and up.
"""

from __future__ import annotations

import argparse
import dataclasses

from backtests.analysis.numbers import PortfolioNumbers, numbers_of
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.references import held_duration, held_equity, same_average_duration
from backtests.engine.simulate import simulate, trade
from backtests.engine.simulation import Simulation
from data.errors import HedgeError
from data.load import load_market
from data.market import Market
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.dial import DIAL, SHORT_END, DurationRule
from strategies.hedge_mix import HedgeMix
from strategies.registry import STRATEGIES, make

SHARED = {field.name for field in dataclasses.fields(DurationRule)}
COSTS = Costs()


def steps_of(rule: DurationRule) -> list[tuple[str, DurationRule, DurationRule]]:
    """Each of a rule's own numeric parameters, with the rule a quarter below and above it."""
    steps = []
    for declared in rule.parameters():
        if declared.name in SHARED or isinstance(declared.default, str):
            continue
        value = getattr(rule, declared.name)
        moved = [value * factor if value else factor - 1.0 for factor in (0.75, 1.25)]
        if isinstance(value, int):
            moved = [round(each) for each in moved]
        down, up = (dataclasses.replace(rule, **{declared.name: each}) for each in moved)
        steps.append((declared.name, down, up))
    return steps


def in_bills(market: Market, strategy: Strategy, simulation: Simulation) -> Simulation:
    """A finished simulation's own equity, with bills in the place of its Treasuries."""
    weights = held_equity(decide(strategy, market), simulation, ["SPY"])
    return trade(market, weights, simulation.costs, name="bills", opening=simulation.opening)


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="bundled")
    parser.add_argument("--extend", action="store_true")
    asked = parser.parse_args()
    needs = ("yields", "policy_rate", "usd")
    market = load_market(
        asked.source,
        ["SPY", *DIAL],
        extend=asked.extend,
        carried_back=SHORT_END,  # as a run of a rule has them
        needs=needs,
    )
    rules = [made for name in STRATEGIES if isinstance(made := make(name, {}), DurationRule)]
    usable = {}
    starts = []
    for rule in rules:
        try:
            variants = steps_of(rule)
            made = [rule, *(each for _, down, up in variants for each in (down, up))]
            starts += [each.decided_duration(market).index[0] for each in made]
            usable[rule] = variants
        except HedgeError as error:
            print(f"<!-- {error} -->")
    start = max(starts)

    def run(strategy: Strategy) -> tuple[PortfolioNumbers, Simulation]:
        opening = Opening(start, is_invested=False)  # all in bills until the same first fill
        simulation = simulate(market, strategy, COSTS, opening=opening)
        return numbers_of(simulation.portfolio(market)), simulation

    first, last = start, market.sessions[-1]
    print(f"From {first:%Y-%m-%d} to {last:%Y-%m-%d}, fee 2 bp, slippage 1 bp, equity 60 %.\n")
    print(
        "| rule | CAGR | max drawdown | Sharpe | turnover | average duration "
        "| CAGR less static | CAGR less bills | one step down / up, CAGR less static |"
    )
    print("|---|---|---|---|---|---|---|---|---|")

    def less_bills(strategy: Strategy, simulation: Simulation) -> float:
        bills = in_bills(market, strategy, simulation)
        ours = numbers_of(simulation.portfolio(market))
        return ours.cagr - numbers_of(bills.portfolio(market)).cagr

    def edge_of(rule: DurationRule, ours: PortfolioNumbers, simulation: Simulation) -> float:
        static, _ = run(same_average_duration(market, rule, simulation))
        return ours.cagr - static.cagr

    for rule, variants in usable.items():
        ours, simulation = run(rule)
        edge = edge_of(rule, ours, simulation)
        duration = held_duration(market, simulation) or 0.0
        steps = [
            f"{name} {100 * edge_of(down, *run(down)):+.2f} / {100 * edge_of(up, *run(up)):+.2f}"
            for name, down, up in variants
        ]
        print(
            f"| {rule.name} | {100 * ours.cagr:.2f} | {100 * ours.max_drawdown:.1f} "
            f"| {ours.sharpe:.2f} | {100 * ours.turnover_per_year:.0f} % | {duration:.1f} "
            f"| {100 * edge:+.2f} | {100 * less_bills(rule, simulation):+.2f} "
            f"| {'; '.join(steps)} |"
        )
    bills, _ = run(HedgeMix(weights={"SPY": 0.6}))
    by_risk = make("risk_parity", {})
    parity, simulation = run(by_risk)
    print(
        f"| risk_parity (SPY and IEF) | {100 * parity.cagr:.2f} "
        f"| {100 * parity.max_drawdown:.1f} | {parity.sharpe:.2f} "
        f"| {100 * parity.turnover_per_year:.0f} % | | "
        f"| {100 * less_bills(by_risk, simulation):+.2f} | |"
    )
    print(f"| bills beside 60 % equity | {100 * bills.cagr:.2f} "
          f"| {100 * bills.max_drawdown:.1f} | {bills.sharpe:.2f} "
          f"| {100 * bills.turnover_per_year:.0f} % | | | | |")  # fmt: skip


if __name__ == "__main__":
    main()

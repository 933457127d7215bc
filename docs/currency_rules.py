"""Make the table of rules of docs/currency.md: ``python -m docs.currency_rules``.

Two rules that look at prices decide in yen on levels in yen, as they are held. Here they also
decide on the same levels in dollars and trade in yen, on the same rows at the same costs.
"""

from __future__ import annotations

import argparse

from backtests.analysis.numbers import numbers_of
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.engine.roles import KNOWN
from backtests.engine.simulate import simulate, trade
from backtests.engine.simulation import Simulation
from data.load import load_market
from data.market import Market
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.registry import make

RULES = ("duration_trend", "risk_parity")
HEDGES = {"open": 0.0, "hedged": 1.0}
HEADS = ("rule", "currency", "decides on", "growth a year", "volatility", "deepest fall")


def both_ways(rule: Strategy, market: Market) -> dict[str, Simulation]:
    """A rule that decides on levels in home currency, and the same on levels in dollars."""
    costs = Costs()
    home = simulate(market, rule, costs, engine=ledger.fill)
    decided = decide(rule, market.in_dollars)
    decided = decided[decided.index.isin(market.sessions)]
    dollars = trade(
        market,
        decided,
        costs,
        name=rule.name,
        optional=rule.optional,
        opening=home.opening,
        engine=ledger.fill,
    )
    return {f"{market.currency} as held": home, "dollars": dollars}


def rows(code: str, source: str) -> list[list[str]]:
    """The cells of the table."""
    lines = []
    for name in RULES:
        rule = make(name, {})
        for words, ratio in HEDGES.items():
            money = Money(currency=code, fx_hedge=ratio)
            tickers = list(dict.fromkeys(rule.tickers))
            market = load_market(source, tickers, conversion=money.conversion(tickers, KNOWN))
            for levels, done in both_ways(rule, market).items():
                numbers = numbers_of(done.portfolio(market))
                figures = (numbers.cagr, numbers.volatility, numbers.max_drawdown)
                lines.append([name, words, levels, *map(_percent, figures)])
    return lines


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f} %"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--currency", default="JPY")
    parser.add_argument("--source", default="bundled")
    asked = parser.parse_args()
    lines = rows(asked.currency, asked.source)
    print(f"| {' | '.join(HEADS)} |")
    print("|" + "---|" * len(HEADS))
    for line in lines:
        print(f"| {' | '.join(line)} |")


if __name__ == "__main__":
    main()

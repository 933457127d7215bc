"""Make the tables of docs/currency.md: ``python -m docs.currency_table [--falls CODE]``.

The default mix of 60 % SPY and 40 % IEF on the bundled months in each currency: the hedge alone,
open and with its dollars sold forward. With ``--falls`` what each way to hold it made in the falls
of equity, in one currency.
"""

from __future__ import annotations

import argparse

from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import Ways
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.money import Money
from backtests.engine.ways import four_ways
from backtests.jobs import make_run
from data.currency.currencies import CURRENCIES, name_of

HEADS = ("currency", "from", "payoff open", "hedged", "hedged less open", "growth open", "hedged",
         "cash at home", "interest and basis", "correlation open", "hedged")  # fmt: skip
OF_FALLS = ("fall", "equity", "open", "hedged", "dollar bills", "cash at home")


def ways_in(code: str) -> Ways:
    """The ways to hold the hedge of the default mix on the bundled months."""
    config = RunConfig("hedge_mix", source="bundled", money=Money(currency=code))
    run = make_run(config, engine=ledger.fill)
    strategy = config.make_strategy()
    verdict = judge_run(run.market, strategy, run.simulation, "SPY", engine=ledger.fill, brief=True)
    ways = four_ways(run.market, strategy, run.simulation, verdict)
    if ways is None:
        raise ValueError(f"the default mix in {code} has no hedge")
    return ways


def line_of(code: str, ways: Ways) -> list[str]:
    """The cells of a currency."""
    open_, hedged = ways.way("unhedged"), ways.way("hedged")
    split = ways.split("hedged")
    return [
        name_of(code),
        str(ways.first),
        _percent(open_.payoff.number),
        _percent(hedged.payoff.number),
        _interval(ways.difference.payoff),
        _percent(open_.growth),
        _percent(hedged.growth),
        _percent(ways.way("home_cash").growth),
        _percent(None if split is None else split.carry),
        _ratio(open_.correlation),
        _ratio(hedged.correlation),
    ]


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.2f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _interval(estimate: Estimate) -> str:
    value = _percent(estimate.number)
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} ({_percent(estimate.low)} to {_percent(estimate.high)})"


def print_table(heads: tuple[str, ...], rows: list[list[str]]) -> None:
    """Print a table as Markdown."""
    print(f"| {' | '.join(heads)} |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print(f"| {' | '.join(row)} |")


def main() -> None:
    """Print a table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--falls", metavar="CODE", default=None)
    code = parser.parse_args().falls
    if code is None:
        print_table(HEADS, [line_of(each, ways_in(each)) for each in CURRENCIES])
        return
    rows = [
        [f"{fall.name} ({fall.start[:7]} to {fall.end[:7]})",
         *(f"{100 * value:+.0f}" for value in (fall.equity, *fall.made) if value is not None)]
        for fall in ways_in(code).falls
    ]  # fmt: skip
    print_table(OF_FALLS, rows)


if __name__ == "__main__":
    main()

"""Make the tables of docs/currency.md: ``python -m docs.currency_table [--falls CODE | --lines]``.

The default mix of 60 % SPY and 40 % IEF on the bundled months in each currency: the hedge alone,
open and with its dollars sold forward. With ``--falls`` what each way to hold it made in the falls
of equity, in one currency; with ``--lines`` the README's sentences, one a currency.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import lru_cache

from backtests.analysis.evidence import SetWord, word_of
from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import Answer, Ways
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.money import Money
from backtests.engine.ways import four_ways
from backtests.jobs import make_run
from backtests.report.text import capital, difference
from data.currency.currencies import CURRENCIES, name_of

HEADS = ("currency", "from", "payoff open", "hedged", "hedged less open", "growth open", "hedged",
         "cash at home", "interest and basis", "correlation open", "hedged")  # fmt: skip
OF_FALLS = ("fall", "equity", "open", "hedged", "dollar bills", "cash at home")
FOUND: Mapping[Answer, str] = {
    "hedge": "hedged protected better",
    "leave open": "open protected better",
    "no difference": "no difference",
    "unclear": "unclear",
}
BESIDE: Mapping[SetWord, str] = {
    "works": "beat it",
    "fails": "fell behind it",
    "same as bills": "as good as it",
    "unclear": "which may be chance",
}


@lru_cache(maxsize=len(CURRENCIES))
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


def sentences_of(code: str, ways: Ways) -> str:
    """What an investor should know: hedge the dollar or not, what it cost, and beside own cash."""
    apart = ways.difference.payoff
    finding = "cannot be told" if apart.low is None else FOUND[ways.answer]
    than = "worse" if apart.number < 0.0 else "better"
    return (
        f"- **{capital(name_of(code))}: {finding}.** Hedged did {_size(apart.number)} % a month "
        f"{than} than open{_range(apart)}. {_cost(ways)} {_beside_cash(ways)}"
    )


def _cost(ways: Ways) -> str:
    """Interest and basis, then and now, and what growth differed by."""
    split, now, grown = ways.split("hedged"), ways.now, ways.difference.growth
    if split is None or now is None:
        raise ValueError("less than a year has no cost a year")
    verb, verb_now = (
        ("cost", "costs") if each < 0.0 else ("earned", "earns")
        for each in (split.carry, now.carry)
    )
    told = (
        f"Hedging {verb[0]} {_size(split.carry)} points a year "
        f"({verb_now[1]} {_size(now.carry)} now)"
    )
    if grown.low is None or grown.high is None:
        return f"{told}; growth {_signed(grown.number)} points a year, too few months to be sure."
    if grown.low <= 0.0 <= grown.high:
        return f"{told}; growth was no different beyond noise."
    side = "less" if grown.number < 0.0 else "more"
    return f"{told}; growth was {_size(grown.number)} points {side}{_range(grown)}."


def _beside_cash(ways: Ways) -> str:
    """Hedged and open over the investor's own cash, each with what its interval proves."""
    hedged, unhedged = ways.way("hedged").payoff, ways.way("unhedged").payoff
    told = [f"hedged {_signed(hedged.number)} %", f"open {_signed(unhedged.number)} %"]
    if hedged.low is None or unhedged.low is None:
        return f"Over own cash: {', '.join(told)}, too few months to be sure."
    proved = [
        f"{name}{_range(payoff)}, {BESIDE[word_of(payoff)]}"
        for name, payoff in zip(told, (hedged, unhedged), strict=True)
    ]
    return f"Over own cash: {'; '.join(proved)}."


def _size(value: float) -> str:
    return f"{100 * abs(value):.1f}"


def _signed(value: float) -> str:
    return difference(100 * value)


def _range(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" ({_signed(estimate.low)} to {_signed(estimate.high)})"


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
    parser.add_argument("--lines", action="store_true")
    given = parser.parse_args()
    code = given.falls
    if given.lines:
        for each in CURRENCIES:
            print(sentences_of(each, ways_in(each)))
        return
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

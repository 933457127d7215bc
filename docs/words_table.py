"""Make the table of words of docs/verdict.md: ``python -m docs.words_table``.

Twelve portfolios on the bundled months: the word of the first edition, which looked at the average
loss in the worst 5 % of single months (CVaR), beside the word of the second, and what decides it.
``--nominal 0.9`` draws every interval that decides at that level, in place of those worked out.
"""

from __future__ import annotations

import argparse

from backtests.analysis import decide
from backtests.analysis.record import Verdict
from backtests.analysis.resampling import Estimate
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.judge import judge_run
from backtests.engine.simulate import simulate
from data.load import load_market
from strategies.base import Strategy
from strategies.hedge_mix import HedgeMix
from strategies.registry import make
from strategies.weights import mix_text

WEIGHTS = (
    {"SPY": 0.6, "IEF": 0.4},
    {"SPY": 0.8, "IEF": 0.2},
    {"SPY": 0.4, "IEF": 0.6},
    {"SPY": 0.6, "TLT": 0.4},
    {"SPY": 0.6, "SHY": 0.4},
    {"SPY": 0.6, "BIL": 0.4},
)
RULES = ("attack_defend", "duration_trend", "carry", "rate_cycle", "correlation_hedge",
         "risk_parity")  # fmt: skip
HEADS = ("portfolio", "from", "first edition", "word", "all months",
         "after negative correlation", "after positive", "placebo")  # fmt: skip


def judged(strategy: Strategy) -> Verdict:
    """Judge a strategy in brief on the bundled months, filled by the ledger."""
    names = list(dict.fromkeys([*strategy.tickers, "SPY"]))
    market = load_market("bundled", names)
    simulation = simulate(market, strategy, Costs(), engine=ledger.fill)
    return judge_run(market, strategy, simulation, "SPY", engine=ledger.fill, brief=True)


def line_of(name: str, verdict: Verdict) -> list[str]:
    """The cells of a portfolio."""
    evidence = verdict.evidence
    if evidence is None:
        raise ValueError(f"{name} holds no hedge")
    share = evidence.placebo_share
    return [
        name,
        str(verdict.sample.first),
        str(verdict.first_edition_word),
        f"**{verdict.word}**",
        _text(evidence.every.estimate),
        *(f"{_text(each.payoff.estimate)} {each.payoff.word}" for each in evidence.states),
        "-" if share is None else f"{100 * share:.0f} %",
    ]


def _text(estimate: Estimate) -> str:
    value = f"{100 * estimate.number:+.2f}"
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} ({100 * estimate.low:+.2f} to {100 * estimate.high:+.2f})"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nominal", type=float, default=None)
    if (level := parser.parse_args().nominal) is not None:
        decide.level_of = lambda measure, months: level
    mixes = {mix_text(weights): HedgeMix(weights=weights) for weights in WEIGHTS}
    every: dict[str, Strategy] = {**mixes, **{name: make(name, {}) for name in RULES}}
    print(f"| {' | '.join(HEADS)} |")
    print("|" + "---|" * len(HEADS))
    for name, strategy in every.items():
        print(f"| {' | '.join(line_of(name, judged(strategy)))} |")


if __name__ == "__main__":
    main()

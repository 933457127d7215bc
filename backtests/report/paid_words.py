"""Words for an investor's own money: what was paid in and out, and what it came to."""

from __future__ import annotations

from backtests.engine.summary import Summary
from backtests.report.text import money, percent


def own_money_lines(summary: Summary) -> list[tuple[str, str]]:
    """Lines of a name and its words; none without cash flows."""
    own = summary.own_money
    if own is None:
        return []
    currency, outcome = summary.currency, own.strategy
    real = own.real_final_wealth
    lines = [
        ("paid in", money(own.paid_in, currency)),
        ("taken out", money(own.taken_out, currency)),
        ("final wealth", money(outcome.final_wealth, currency)),
        (
            "money-weighted",
            f"{percent(outcome.money_weighted)} a year; other figures are of the unit value, with "
            "nothing paid in or out",
        ),
    ]
    if real is not None:
        lines.append(("real wealth", f"{money(real, currency)} in money of {summary.start}"))
    if outcome.ruined is not None:
        lines.append(("ruined", f"on {outcome.ruined}: a payout took all there was"))
    return lines

"""Words for an investor's own money: what was paid in and out, and what it came to."""

from __future__ import annotations

from backtests.engine.summary import Summary
from backtests.report.plan_words import plan_terms
from backtests.report.real import real_terms
from backtests.report.text import money, money_in, percent, ruin_of
from backtests.report.withholding import withheld_terms

RUIN = "the payout of that day took all there was, and the run ends there."


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
    if own.nominal_final_wealth is not None:
        in_money = money(own.nominal_final_wealth, currency)
        lines.append(("nominal wealth", f"{in_money} in money of the day"))
    elif real is not None:
        lines.append(("real wealth", f"{money(real, currency)} in money of {summary.start}"))
    if outcome.ruined is not None:
        lines.append(("ruined", f"on {outcome.ruined}: a payout took all there was"))
    return lines


def ruin_line(summary: Summary) -> str:
    """That the money ran out, and when; empty where it did not."""
    ruined = ruin_of(summary)
    return "" if ruined is None else f"The money ran out on {ruined}: {RUIN}"


def own_money_line(summary: Summary) -> str:
    """What was paid in and out, what is left, and how that differs from every other figure.

    Empty without cash flows.
    """
    own = summary.own_money
    if own is None:
        return ""
    left, currency = own.strategy.final_wealth, summary.currency
    other, where = own.real_final_wealth, f"in money of {summary.start}"
    if summary.is_real:
        other, where = own.nominal_final_wealth, "in money of the day"
    of_day = "" if other is None else f" ({money(other, currency)} {where})"
    taken = f", {money(own.taken_out, currency)} taken out" if own.taken_out else ""
    rate = own.strategy.money_weighted
    made = "" if rate is None else f" That is {percent(rate)} a year, money-weighted."
    ended = f", and on {summary.end} {money(left, currency)}{of_day} was left"
    if own.strategy.ruined is not None:
        ended = ""
    told = (
        f"{money(own.paid_in, currency)} was paid in{taken}{ended}.{made} Every other figure here "
        "is of the unit value: what the same money would have done with nothing paid in or out."
    )
    return " ".join(filter(None, (ruin_line(summary), told)))


def own_money_told(summary: Summary) -> list[tuple[str, str]]:
    """The same with its lead, as a notebook tells it; none without cash flows."""
    line = own_money_line(summary)
    return [("Own money:", line)] if line else []


def terms_of(summary: Summary) -> list[str]:
    """What is withheld, the plan and the purchasing power, as facts of a run, where chosen."""
    told = money_in(summary.currency)
    plan = plan_terms(summary.plan, told, is_real=summary.is_real)
    terms = (withheld_terms(summary.withholding), plan, real_terms(summary))
    return [term for term in terms if term]

"""What the question of the page comes to now: the carry, the yield after it, and the state."""

from __future__ import annotations

from backtests.analysis.record import Verdict
from backtests.analysis.ways import CarryNow, WayKey, Ways
from backtests.report.text import difference, hedge_words, two_digits
from backtests.report.verdict.evidence import BOND
from backtests.report.which_hedge.words import BILLS, in_sentence, interval_words, name_of_cash
from data.currency.currencies import name_of

HELD_AS: dict[WayKey, str] = {
    "unhedged": "unhedged",
    "hedged": "hedged",
    "as_held": "partly hedged",
}


def now_lines(ways: Ways, verdict: Verdict) -> list[tuple[str, str]]:
    """What holds at the run's end: a lead and its words each; empty without any figure.

    Parameters
    ----------
    ways, verdict
        Of one run. The 10-year yield and the correlation are those of the verdict's indicators.
    """
    lines = []
    if ways.now is not None:
        lines.append(("The currency hedge.", _carry(ways.now, ways)))
        if (told := _yield(ways.now, verdict, in_sentence(name_of_cash(ways)))) is not None:
            lines.append(("10-year yield after the currency hedge's cost.", told))
    if (told := _state(ways, verdict)) is not None:
        lines.append(("The correlation.", told))
    return lines


def _carry(now: CarryNow, ways: Ways) -> str:
    """The carry at the last short rates, with their months."""
    currency = name_of(ways.currency)
    verb = "costs" if now.carry <= 0.0 else "pays"
    rates = " and ".join(
        f"{whose} {_percent(rate)}{_carried(month, now)}"
        for whose, rate, month in (
            (currency, now.home, now.home_month),
            ("dollar", now.dollar, now.dollar_month),
        )
    )
    return (
        f"At the short rates of {now.month} ({rates}) and a basis of {ways.basis_bp:g} bp it "
        f"{verb} {abs(100 * now.carry):.2f} points a year."
    )


def _carried(month: str, now: CarryNow) -> str:
    return "" if month == now.month else f", carried on from {month}"


def _yield(now: CarryNow, verdict: Verdict, cash: str) -> str | None:
    """The 10-year Treasury yield with the carry; None where there is no figure."""
    today = _indicator(verdict, "yield")
    if today is None:
        return None
    value, month = today
    sign = "less" if now.carry <= 0.0 else "and"
    return (
        f"{two_digits(value)} % ({month}) {sign} {abs(100 * now.carry):.2f} points: "
        f"{two_digits(value + 100 * now.carry)} % a year, beside "
        f"{_percent(now.home)} on {cash}. It holds while short rates and the yield stay where they "
        "are."
    )


def _state(ways: Ways, verdict: Verdict) -> str | None:
    """The sign of the correlation in dollars, and what the run's own way paid after it."""
    today, evidence = _indicator(verdict, "correlation"), verdict.evidence
    if today is None or evidence is None:
        return None
    value, month = today
    sign = "negative" if value < 0.0 else "positive"
    hedge = hedge_words(verdict.tickers.hedge)
    told = f"Of equity and Treasuries in dollars it is {sign} ({two_digits(value, '+')}, {month})."
    after = next(state for state in evidence.states if state.name == sign).payoff
    if after.estimate.value is None or not evidence.correlation_of.startswith(BOND):
        return told
    cash = BILLS if ways.usd_cash else in_sentence(name_of_cash(ways))
    return (
        f"{told} After {sign} correlation {hedge}, {HELD_AS[ways.held]} as this run holds them, "
        f"made {difference(100 * after.estimate.value)} % a month "
        f"{interval_words(after.estimate)} over {cash} in equity's worst months."
    )


def _indicator(verdict: Verdict, key: str) -> tuple[float, str] | None:
    """Figure and month of an indicator of the verdict; None without a figure."""
    for each in () if verdict.state is None else verdict.state.indicators:
        if each.key == key and each.value is not None and each.as_of is not None:
            return each.value, each.as_of
    return None


def _percent(fraction: float) -> str:
    return f"{two_digits(100 * fraction)} %"

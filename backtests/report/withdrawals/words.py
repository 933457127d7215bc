"""What the page of withdrawals says in words: its first screen, and how it was counted."""

from __future__ import annotations

from collections.abc import Mapping

from backtests.analysis.withdrawals import (
    HorizonFigures,
    PortfolioWithdrawals,
    WithdrawalKey,
    Withdrawals,
)
from backtests.engine.run import Run
from backtests.engine.summary import Summary
from backtests.report.currency import BILLS, CashWords, cash_words
from backtests.report.text import mix_words, summary_label
from backtests.report.verdict.first_screen import FirstScreen, Tile
from data.currency.conversion import Investor
from data.currency.currencies import DOLLAR

LONGEST_NAME = 44  # characters of a mix in a heading
FEW_APART = 6  # periods that do not overlap: below, no difference of shares is evidence
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rate_text(rate: float) -> str:
    """A rate that was asked: ``4 %``, ``3.5 %``."""
    return f"{round(100.0 * rate, 4):g} %"


def survived_text(rate: float) -> str:
    """A rate that was found, in hundredths of a percent, rounded down: that much did last."""
    return f"{int(rate * 1e4 + 1e-6) / 100:.2f} %"


def share_text(share: float) -> str:
    """A share of the starts, in tenths of a percent; what is not all or none never reads so."""
    if share in (0.0, 1.0):
        return f"{100.0 * share:.0f} %"
    return f"{min(max(100.0 * share, 0.1), 99.9):.1f} %"


def month_text(month: str | None) -> str:
    """``1968-11`` as ``Nov 1968``, which no line divides; a dash without."""
    return "-" if month is None else f"{MONTHS[int(month[5:]) - 1]}\u00a0{month[:4]}"


def names_of(run: Run, withdrawals: Withdrawals) -> Mapping[WithdrawalKey, str]:
    """What the portfolios are called."""
    summary, weights = run.summary, run.summary.weights
    own = mix_words(weights, withdrawals.hedge, LONGEST_NAME) if weights else summary_label(summary)
    return _named(own if len(own) <= LONGEST_NAME else summary.strategy, cash_of(summary))


def plain_names(withdrawals: Withdrawals) -> Mapping[WithdrawalKey, str]:
    """What the portfolios are called where the run is not at hand."""
    cash = (
        BILLS
        if withdrawals.currency == DOLLAR
        else cash_words(Investor(withdrawals.currency, "home"))
    )
    return _named("this run", cash)


def _named(own: str, cash: CashWords) -> Mapping[WithdrawalKey, str]:
    return {
        "run": own,
        "equity": "100 % equity",
        "bills": f"Equity + {cash.name}, same weight",
    }


def cash_of(summary: Summary) -> CashWords:
    """What the cash of the run's investor is called."""
    return cash_words(None if summary.money is None else summary.money.investor)


def first_screen(withdrawals: Withdrawals, names: Mapping[WithdrawalKey, str]) -> FirstScreen:
    """The first screen: what lasted, at which rate, and how little that proves."""
    years, rate = withdrawals.leading, rate_text(withdrawals.rate)
    own = withdrawals.run.over(years)
    others = [each for each in withdrawals.portfolios if each.key != "run"]
    beside = [
        f"{_short(each.key, names)} from {share_text(each.over(years).lasted)}" for each in others
    ]
    if own.lasted == 1.0 and others and all(e.over(years).lasted == 1.0 for e in others):
        beside = [f"so did {' and '.join(_short(each.key, names) for each in others)}"]
    since = own_since(withdrawals)
    headline = (
        f"At {rate} a year, {names['run']} lasted {years} years from "
        f"{_starts(own.lasted)} since {since}"
        f"{'; ' + ' and '.join(beside) if beside else ''}"
    )
    return FirstScreen(
        headline=headline,
        chip="",
        tone="",
        line=f"{_compared(withdrawals, names)} {_few(own, since)}",
        tiles=tuple(_tile(each, withdrawals, names) for each in withdrawals.portfolios),
    )


def own_since(withdrawals: Withdrawals) -> str:
    """The year of the first start."""
    return withdrawals.first_start[:4]


def _starts(lasted: float) -> str:
    if lasted == 1.0:
        return "every start month"
    if lasted == 0.0:
        return "no start month"
    return f"{share_text(lasted)} of the start months"


def _short(key: WithdrawalKey, names: Mapping[WithdrawalKey, str]) -> str:
    name = names[key].partition(",")[0]
    return name[:1].lower() + name[1:] if key == "bills" else name


def _compared(withdrawals: Withdrawals, names: Mapping[WithdrawalKey, str]) -> str:
    years = withdrawals.leading
    survived = [
        f"{'this run' if each.key == 'run' else _short(each.key, names)} "
        f"{survived_text(each.over(years).worst.rate)}"
        for each in withdrawals.portfolios
    ]
    return f"Every start survived: {', '.join(survived)} a year."


def _few(figures: HorizonFigures, since: str) -> str:
    """How few periods there are that tell something of their own."""
    count, years = figures.apart, figures.years
    if count == 1:
        told = f"only one period of {years} years fits into the time since {since}"
    else:
        told = f"{_number(count)} periods of {years} years fit into the time since {since}"
        told = f"only {told}" if count < FEW_APART else told
    return f"But {told} without overlapping: such differences are history, not evidence."


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _tile(
    portfolio: PortfolioWithdrawals,
    withdrawals: Withdrawals,
    names: Mapping[WithdrawalKey, str],
) -> Tile:
    years, rate = withdrawals.leading, rate_text(withdrawals.rate)
    figures = portfolio.over(years)
    worst = figures.worst
    end = (
        f"dry in {month_text(worst.ran_dry)} at {rate}"
        if worst.ran_dry
        else f"lasted at {rate} too"
    )
    return Tile(
        key=portfolio.key,
        title=names[portfolio.key],
        value=survived_text(worst.rate),
        unit="a year from every start",
        lines=(
            f"At {rate}: {share_text(figures.lasted)} of {figures.starts} starts lasted.",
            f"Worst start: end of {month_text(worst.month)}, {end}.",
        ),
    )


def method(withdrawals: Withdrawals) -> list[tuple[str, str]]:
    """How it was counted, and what it is not."""
    rate, row = rate_text(withdrawals.rate), "month" if withdrawals.monthly else "session"
    lag = f"{withdrawals.lag} {row}{'s' if withdrawals.lag > 1 else ''}"
    due = "every month" if withdrawals.monthly else "on the first session of each month"
    return [
        (
            "A start.",
            "Someone retires at the end of a month with all wealth in the portfolio, bought at "
            "that close at the run's costs. From then on it follows the run's own decisions, with "
            "these payments alone: cash flows of the run itself are left out.",
        ),
        (
            "A rate.",
            f"{rate} a year is {rate} of the wealth at the start, in monthly payments of a "
            "twelfth. Each has grown with home consumer prices since the start, as far as they "
            f"were published when it fell due. It falls due {due} and is paid {lag} later, as all "
            "orders of the run are; the costs of what is sold for it come out of it.",
        ),
        (
            "Lasted.",
            "All payments of the horizon, twelve a year. At the payment that takes all "
            "there is, the money has run dry. A start counts only if its whole horizon is known.",
        ),
        (
            "References.",
            "100 % equity, and equity at the run's own weight with the rest in "
            f"{'bills' if withdrawals.currency == 'USD' else 'cash'}: the same starts, dates, "
            "payments and costs.",
        ),
        (
            "How sure.",
            "Starts of neighbouring months share almost all their years. How many periods do not "
            "overlap stands in the table; with one to six of them no share is a probability.",
        ),
        (
            "What it is not.",
            "No forecast: the past of one country. No taxes on gains, no spending that adapts, no "
            "pension, no heirs, payments by the month only.",
        ),
        (
            "Make it again.",
            "One cell is one run: --start with the day after the start, --flow with minus a "
            "twelfth of the rate of --initial, /month, and --flow-indexed.",
        ),
    ]

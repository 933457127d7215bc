"""Numbers in words, the same on screen and page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from immutabledict import immutabledict

from backtests.analysis.numbers import Metric, Place, PortfolioNumbers, Unit, shown_in
from backtests.report.currency import BILLS, CashWords, cash_words, money_label
from backtests.report.plan_words import plan_label
from backtests.report.withholding import withheld_label
from data.currency.currencies import DOLLAR, SIGNS
from data.load import OWN_FILES
from data.treasuries.instruments import FUNDS_OF_BILLS, is_treasury_fund

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from backtests.engine.costs import Costs
    from backtests.engine.money import MoneyTable
    from backtests.engine.summary import Summary
    from strategies.base import Params, Value


SMALLEST = 0.0005  # a weight below it rounds to nothing and is not told
# How weights are told: as they are held, as a mix is named, as a sentence says it.
HELD = "{name} {share:.1f} %"
NAMED = "{name} {share:g} %"
SPOKEN = "{share:g} % {name}"


def weights_text(weights: Mapping[str, float], most: int | None = None, form: str = HELD) -> str:
    """Weights to a tenth of a percent: ``SPY 60.6 %, IEF 39.4 %``; below 0.05 % left out.

    Of more than ``most`` the first are named and the others counted. ``form`` is ``HELD``,
    ``NAMED`` (``SPY 60 %``) or ``SPOKEN`` (``60 % SPY``).
    """
    parts = [
        form.format(name=name, share=round(100.0 * weight, 1))
        for name, weight in weights.items()
        if weight >= SMALLEST
    ]
    if most is not None and len(parts) > most:
        parts = [*parts[:most], f"and {len(parts) - most} more"]
    return ", ".join(parts)


def mix_words(weights: Mapping[str, float], hedge: Sequence[str], longest: int) -> str:
    """A mix for an investor, its cash last: ``60 % SPY, 30 % IEF, 10 % cash``.

    Parameters
    ----------
    weights
        Ticker to fraction; what they leave is cash.
    hedge
        Which of them are the hedge.
    longest
        Characters; a longer mix is told as equity, hedge and cash.
    """
    cash = round(1.0 - sum(weights.values()), 9)
    text = weights_text({**weights, "cash": cash}, form=SPOKEN)
    if len(text) <= longest:
        return text
    hedged = sum(weight for name, weight in weights.items() if name in hedge)
    side = "Treasuries" if hedge_words(hedge) == "Treasuries" else "hedge"
    sides = {"equity": 1.0 - cash - hedged, side: hedged, "cash": cash}
    return weights_text(sides, form=SPOKEN)


def hedge_name(tickers: Sequence[str]) -> str:
    """What a hedge is called: its tickers, or ``the hedge`` where that reads better.

    That is where they are too long, and where bills are among them: "BIL and IEF beat bills".
    """
    named = " and ".join([", ".join(tickers[:-1]), *tickers[-1:]]).removeprefix(" and ")
    has_bills = len(tickers) > 1 and "BIL" in map(str.upper, tickers)
    return "the hedge" if has_bills or len(named) > LONGEST else named


def capital(text: str) -> str:
    """Text with its first letter large; the others stay as they are."""
    return text[:1].upper() + text[1:]


def basis(*, daily: bool) -> str:
    """What the rows of a run are."""
    return "daily closes" if daily else "month-ends"


def hedge_words(tickers: Sequence[str]) -> str:
    """A hedge in a sentence for an investor: Treasuries where it is nothing else and not bills."""
    is_treasuries = all(map(is_treasury_fund, tickers))
    if is_treasuries and not FUNDS_OF_BILLS.issuperset(map(str.upper, tickers)):
        return "Treasuries"
    return hedge_name(tickers)


def source_words(summary: Summary) -> str:
    """The data in words; a folder of the user's own is not named, since a page may be sent on."""
    return OWN_FILES if summary.source.startswith("files:") else summary.source_title


def typeset(text: str) -> str:
    """Text as a page prints it: a true minus, and a thin space that does not break before %.

    Dates, names, options and settings (``lag=-1``) keep their hyphens.
    """
    minus = SIGNED.sub("\u2212\u2060", MINUS.sub("\u2212", text))
    return CODE.sub("\u00a0", PER_CENT.sub("\u202f%", minus))


def two_digits(value: float, sign: str = "") -> str:
    """A number with two digits after the point; what rounds to zero has no minus."""
    return f"{round(value, 2) + 0.0:{sign},.2f}"


def difference(value: float, digits: int = 1) -> str:
    """A difference with its sign, to so many digits; what rounds to zero has no sign."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:{'+' if rounded else ''},.{digits}f}"


def percent(value: float | None) -> str:
    """A fraction as percent with two digits after the point, or a dash."""
    return "-" if value is None else f"{two_digits(value * 100)} %"


def ratio(value: float | None) -> str:
    """A ratio with two digits after the point, or a dash."""
    return "-" if value is None else two_digits(value)


def money(value: float | None, currency: str) -> str:
    """An amount with the sign of its currency, a minus before it: ``-¥1,235``; or a dash.

    Parameters
    ----------
    value
        In units of the currency.
    currency
        Its code.
    """
    return signed_amount(amount_in(value, currency), currency)


def amount_in(value: float | None, currency: str) -> str:
    """A number of units of a currency: of yen whole ones from 1 on; else as :func:`amount`."""
    is_whole = currency in WHOLE and value is not None and abs(value) >= 1.0
    return whole(value) if is_whole else amount(value)


def signed_amount(told: str, currency: str) -> str:
    """A number as text, or a dash, with the sign of its currency before it and after a minus."""
    if told == "-":
        return told
    minus = "-" if told.startswith("-") else ""
    return f"{minus}{SIGNS[currency]}{told.removeprefix('-')}"


def amount(value: float | None) -> str:
    """A number: whole with thousands separated, with two decimals below 100; or a dash."""
    if value is None:
        return "-"
    small = 0.005 <= abs(value) < 100
    return two_digits(value) if small else f"{round(value) + 0.0:,.0f}"


def whole(value: float | None) -> str:
    """A count, or a dash."""
    return "-" if value is None else f"{value:,.0f}"


def day(value: str | None) -> str:
    """A date, or a dash."""
    return value or "-"


def costs_text(costs: Costs) -> str:
    """What orders cost and how long they wait, in words."""
    return f"fee {costs.fee_bps:g} bp, slippage {costs.slippage_bps:g} bp, lag {costs.lag}"


SHOW: dict[Unit, Callable[[Any], str]] = {
    Unit.PERCENT: percent,
    Unit.RATIO: ratio,
    Unit.AMOUNT: amount,
    Unit.COSTS: amount,
    Unit.DAYS: whole,
    Unit.DATE: day,
}
HEDGES = "Does it hedge?"
MINUS = re.compile(rf"(?<![\w.=/\-])-(?=(?:{'|'.join(map(re.escape, SIGNS.values()))})?\d)")
# A minus before a currency's sign is joined to it: else a line may break between them.
SIGNED = re.compile(rf"\u2212(?=(?:{'|'.join(map(re.escape, SIGNS.values()))})\d)")
PER_CENT = re.compile(r"(?<=\d) %")
CODE = re.compile(r"(?<=\bCHF) (?=\d)")  # an amount whose sign is a code does not break
LONGEST = 40  # characters of a hedge's tickers in a sentence
# What terms of the field mean, for every page and screen that shows one.
CVAR = "CVaR 95 is the average loss in the worst 5 % of days or months."
BASIS_POINT = "A basis point (bp) is 0.01 percentage points."
DURATION = "Duration is the percent of price lost per point of yield rise, in years."
DEFLATED_SHARPE = (
    "The deflated Sharpe ratio is the chance that the Sharpe ratio is above what the best of so "
    "many tries would show by luck."
)
NO_PARAMS: Params = immutabledict()
UNIT_VALUE = "Unit value of {initial}"  # the final value where money is paid in or out
REAL = "real"  # the word for home purchasing power in the names of runs
WHOLE = frozenset({"JPY"})  # currencies without a smaller coin
SMALL = 100.0  # a portfolio that starts below this shows its amounts with more digits
FREQUENCIES = {252: "daily", 12: "monthly"}


def shown(
    metric: Metric, numbers: PortfolioNumbers, initial: float, money: MoneyTable | None = None
) -> str:
    """A metric of a portfolio as text, or a dash.

    Amounts of a portfolio that starts small, as at 1, have more digits. ``money`` is None in
    dollars.
    """
    value = getattr(numbers, metric.key)
    if metric.key == "cagr" and value is None:  # beside portfolios of whole years
        return f"{percent(numbers.total_return)} in all"
    if metric.unit is Unit.RECOVERY:
        fell = numbers.max_drawdown_start is not None
        return value or ("not yet" if fell else "-")
    if metric.unit not in (Unit.AMOUNT, Unit.COSTS):
        return SHOW[metric.unit](value)
    told = amount_in(value, currency_of(money))
    if value is not None and initial < SMALL:
        told = f"{value:.4f}" if metric.unit is Unit.COSTS else two_digits(value)
    return signed_amount(told, currency_of(money))


def currency_of(money: MoneyTable | None) -> str:
    """The code of what a run's amounts are in."""
    return DOLLAR if money is None else money.currency


def label_of(
    metric: Metric,
    ppy: int,
    initial: float,
    money: MoneyTable | None = None,
    *,
    is_unit: bool = False,
) -> str:
    """What a metric is called, by rows per year, value at the start and money (None: dollars).

    ``is_unit`` says that money is paid in or out: the final value is then that of the unit.
    """
    start = f"{initial:,.0f}" if float(initial).is_integer() else amount(initial)
    label = UNIT_VALUE if is_unit and metric.key == "final_value" else metric.label
    return label.format(
        rows=FREQUENCIES[ppy],
        initial=signed_amount(start, currency_of(money)),
        cash=cash_words(None if money is None else money.investor).name,
    )


def plain_label(metric: Metric, cash: CashWords = BILLS) -> str:
    """What a metric is called where every row has its own frequency and start."""
    named = metric.label.replace("{cash}", cash.name)
    return re.sub(r"(,| of)? ?\{\w+\}", "", named).strip()


def metric_rows(
    portfolios: Sequence[PortfolioNumbers],
    ppy: int,
    initial: float,
    *,
    money: MoneyTable | None = None,
    of_one_kind: bool = True,
    is_unit: bool = False,
) -> list[list[str]]:
    """The headline numbers as rows of texts: a label, then one text for each portfolio.

    Parameters
    ----------
    portfolios
        One or more, all of the same class.
    ppy
        Rows per year.
    initial
        Value at the start.
    money
        What it is counted in; None in dollars.
    of_one_kind
        Whether all portfolios have this frequency and start; else metrics that depend on them
        are left out.
    is_unit
        Whether money is paid in or out of them.
    """
    return [
        [
            label_of(metric, ppy, initial, money, is_unit=is_unit),
            *(shown(metric, own, initial, money) for own in portfolios),
        ]
        for metric in shown_in(Place.SCREEN, *portfolios)
        if of_one_kind or not metric.is_of_one_kind
    ]


def summary_rows(summary: Summary, portfolios: Sequence[PortfolioNumbers]) -> list[list[str]]:
    """The headline numbers of portfolios beside a finished run's, as :func:`metric_rows`."""
    return metric_rows(
        portfolios,
        summary.periods_per_year,
        summary.initial,
        money=summary.money,
        is_unit=summary.own_money is not None,
    )


def summary_label(summary: Summary) -> str:
    """A finished run in a few words, as :func:`run_label`."""
    return run_label(
        summary.strategy,
        summary.params,
        summary.money,
        summary.withholding,
        summary.base_date,
        summary.plan,
    )


def config_label(config: RunConfig) -> str:
    """A run that is asked for in the same words; the day of purchasing power is not known yet."""
    base_date = REAL if config.real else ""
    return run_label(
        config.strategy,
        config.params,
        config.money.table,
        config.withholding.value,
        base_date,
        config.plan.table,
    )


def run_label(
    strategy: str,
    params: Params,
    money: MoneyTable | None = None,
    withholding: float | str | None = None,
    base_date: str = "",
    plan: Params = NO_PARAMS,
) -> str:
    """A run in a few words: strategy, money, parameters that are not the default, taxes, plan.

    Parameters
    ----------
    strategy, params
        As in its configuration.
    money
        Currency and hedge, as in its summary; None in dollars, which are not named.
    withholding
        What is withheld, as in its summary; None for nothing.
    base_date
        The day in whose purchasing power it is; empty in money of the day.
    plan
        Its bands and cash flows, as in its summary.
    """
    named = [
        strategy,
        REAL if base_date else "",
        money_label(money),
        settings_text(strategy, params, plan),
        withheld_label(withholding),
        plan_label(plan, money_in(currency_of(money))),
    ]
    return " ".join(filter(None, named))


def rule_label(summary: Summary) -> str:
    """A finished run without its money, where that is told beside it: strategy, settings, plan."""
    settings = settings_text(summary.strategy, summary.params, summary.plan)
    return " ".join(filter(None, [summary.strategy, settings, plan_of(summary)]))


def plan_of(summary: Summary) -> str:
    """The plan of a finished run in a few words; empty without one."""
    return plan_label(summary.plan, money_in(summary.currency))


def ruin_of(summary: Summary) -> str | None:
    """The session on which a payout took all there was; None if none did."""
    return None if summary.own_money is None else summary.own_money.strategy.ruined


def settings_text(strategy: str, params: Params, plan: Params = NO_PARAMS) -> str:
    """Parameters that are not the default: ``rebalance=never``; with a band its calendar is."""
    from backtests.engine.config import calendar_of_bands
    from strategies.registry import STRATEGIES, strategy_class

    defaults: Params = {}
    if strategy in STRATEGIES:
        parameters = strategy_class(strategy).parameters()
        defaults = {parameter.name: parameter.default for parameter in parameters}
        if "band" in plan or "band_relative" in plan:
            defaults = {**defaults, **calendar_of_bands(strategy)}
    changed = {k: v for k, v in params.items() if k not in defaults or defaults[k] != v}
    return " ".join(_assignment(name, value) for name, value in changed.items())


def money_in(currency: str) -> Callable[[float], str]:
    """How amounts of a currency, by its code, are written."""
    return lambda value: money(value, currency)


def _assignment(name: str, value: Value) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{ticker}={weight:g}" for ticker, weight in value.items())
    return f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"

"""The same as the program, in plain loops that share nothing with it: money, bands and flows.

Written from docs/semantics.md, row by row and ticker by ticker; what is drawn (prices, payouts,
rates) comes from ``moneys.py``, what is worked out does not.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd

from data.market import Market
from tests.soak.moneys import (
    MoneyCase,
    PlanCase,
    conversion_of,
    figures_of,
    prices_of,
    shares_of,
    withholding_of,
)

Level = dict[pd.Timestamp, float]
YEAR_OF_365 = ("GBP", "AUD", "CNY")
NOTHING_LEFT = 1e-12  # of the value
WITHIN = 1e-9  # of the value
NINE_TENTHS = 0.9


# --- levels ---------------------------------------------------------------------------------------


def levels(case: MoneyCase, dollars: Market) -> tuple[dict[str, Level], Level]:
    """Levels of the tickers, each on its own rows, and of cash, in the investor's money."""
    rows = list(dollars.sessions)
    monthly = dollars.periods_per_year == 12
    tickers = {name: _net(case, dollars, name) for name in dollars.tickers}
    cash = dict(zip(rows, dollars.cash, strict=True))
    if case.currency != "USD":
        figures = figures_of(case, dollars.sessions)
        exchange = dict(zip(rows, figures.exchange, strict=True))
        home = {str(month): rate for month, rate in figures.home.figures.items()}
        dollar = {str(month): rate for month, rate in figures.dollar.figures.items()}
        ratios = conversion_of(case, dollars).ratios
        for name, level in tickers.items():
            own = {row: value * exchange[row] / exchange[rows[0]] for row, value in level.items()}
            ratio = ratios.get(name, 0.0)
            if ratio:
                own = _hedged(case, own, exchange, home, dollar, ratio, monthly=monthly)
            tickers[name] = own
        cash = (
            {row: value * exchange[row] for row, value in cash.items()}
            if case.dollar_cash
            else _home_cash(case.currency, rows, home, monthly=monthly)
        )
        cash = {row: 100.0 * value / cash[rows[0]] for row, value in cash.items()}
    if case.real:
        worth = price_level(case, dollars.sessions, monthly=monthly)
        first = worth[rows[0]]
        for name, level in tickers.items():
            tickers[name] = {row: value / (worth[row] / first) for row, value in level.items()}
        cash = {row: value / (worth[row] / first) for row, value in cash.items()}
    return tickers, cash


def _net(case: MoneyCase, dollars: Market, name: str) -> Level:
    prices = dollars.prices[name].dropna()
    paid, level = shares_of(case, prices).to_dict(), prices.to_dict()
    withheld = withholding_of(case, dollars).by_ticker.get(name)
    left, net = 1.0, {}
    for number, row in enumerate(level):
        if withheld is not None and number > 0:
            since = withheld.since
            if since is None or row >= pd.Timestamp(since):
                left *= 1.0 - withheld.rate * paid[row]
        net[row] = level[row] * left
    return net


def _days(first: pd.Timestamp, last: pd.Timestamp) -> int:
    return (last.date() - first.date()).days


def _month(row: pd.Timestamp, before: int = 0) -> str:
    number = row.year * 12 + row.month - 1 - before
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _hedged(
    case: MoneyCase,
    own: Level,
    exchange: Mapping[pd.Timestamp, float],
    home: Mapping[str, float],
    dollar: Mapping[str, float],
    ratio: float,
    *,
    monthly: bool,
) -> Level:
    """Dollars sold forward on the first row of every month, for what they are worth there."""
    year = 365 if case.currency in YEAR_OF_365 else 360
    rows = list(own)
    roll = rows[0]
    hedged = {roll: own[roll]}
    for before, row in pairwise(rows):
        # The row before was a roll where it began a month; monthly rows all do.
        if before != roll and (monthly or _month(before) != _month(roll)):
            roll = before
        of = _month(roll, 0 if monthly else 1)
        days = _days(roll, row)
        forward = (
            exchange[roll]
            * (1.0 + home[of] / 100.0 * days / year)
            / (1.0 + dollar[of] / 100.0 * days / 360)
            * (1.0 - case.basis_bp / 1e4 * days / 360)
        )
        gained = ratio * (forward - exchange[row]) / exchange[roll]
        hedged[row] = hedged[roll] * (own[row] / own[roll] + gained)
    return hedged


def _home_cash(
    currency: str, rows: Sequence[pd.Timestamp], home: Mapping[str, float], *, monthly: bool
) -> Level:
    """Interest of every day, simple within a month, paid out to itself at its end."""
    year = 365 if currency in YEAR_OF_365 else 360
    cash = {rows[0]: 1.0}
    if monthly:
        for before, row in pairwise(rows):
            earned = home[_month(before)] / 100.0 * _days(before, row) / year
            cash[row] = cash[before] * (1.0 + earned)
        return cash
    day, wanted = rows[0].date(), {row.date(): row for row in rows}
    whole, begun = 1.0, 0.0  # of the months that are over; days of the one that is not
    opened = 1.0 + home[_month(rows[0], 1)] / 100.0 * day.day / year
    while day < rows[-1].date():
        before = _month(pd.Timestamp(day), 1)
        day += dt.timedelta(days=1)
        if day.day == 1:  # the last day of a month has earned its interest
            length = (day - dt.timedelta(days=1)).day
            whole *= 1.0 + home[before] / 100.0 * length / year
        begun = home[_month(pd.Timestamp(day), 1)] / 100.0 * day.day / year
        if day in wanted:
            cash[wanted[day]] = whole * (1.0 + begun) / opened
    return cash


def _month_end(month: str) -> dt.date:
    """The last weekday of a month: no exchange holiday falls on one in the years drawn here."""
    year, number = map(int, month.split("-"))
    day = dt.date(year + number // 12, number % 12 + 1, 1) - dt.timedelta(days=1)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return day


def price_level(case: MoneyCase, rows: pd.DatetimeIndex, *, monthly: bool) -> Level:
    """Consumer prices on rows: a month's at its end, growing alike on the days between."""
    by_month = {str(month): float(value) for month, value in prices_of(case, rows).items()}
    if monthly:
        return {row: by_month[_month(row)] for row in rows}
    ends = [(_month_end(month), value) for month, value in by_month.items()]
    worth = {}
    for row in rows:
        later = next(number for number, (end, _) in enumerate(ends) if end >= row.date())
        (begin, low), (end, high) = ends[later - 1], ends[later]
        share = (row.date() - begin).days / (end - begin).days
        worth[row] = low * math.exp(share * math.log(high / low))
    return worth


# --- flows ----------------------------------------------------------------------------------------

PERIODS = {"day": "%Y%m%d", "week": "%G%V", "month": "%Y%m", "year": "%Y"}


def _period(row: pd.Timestamp, name: str) -> str:
    if name in PERIODS:
        return row.strftime(PERIODS[name])
    months = 3 if name == "quarter" else 6
    return f"{row.year} {(row.month - 1) // months}"


def payments(
    money: MoneyCase | None,
    flow: str | None,
    dated: Mapping[str, float],
    market: pd.DatetimeIndex,
    zero: int,
    lag: int,
    *,
    indexed: bool,
    monthly: bool,
) -> tuple[list[float], list[float]]:
    """What is paid on each row from row 0 on: amounts, and shares of the value.

    Parameters
    ----------
    money
        What was drawn, for consumer prices.
    flow
        Of every period.
    dated
        Amounts by day.
    market, zero
        The rows of the market, and which of them is row 0.
    lag
        Rows from what is due to what is paid.
    indexed
        Whether amounts grow with consumer prices.
    monthly
        Whether rows are months.
    """
    rows = market[zero:]
    amounts, shares = [0.0] * len(rows), [0.0] * len(rows)
    due: list[tuple[int, float, bool]] = []
    if flow is not None:
        text, _, name = flow.partition("/")
        size = float(text.rstrip("%")) / (100.0 if "%" in text else 1.0)
        for number in range(1, len(rows)):
            if _period(rows[number], name) != _period(rows[number - 1], name):
                due.append((number, size, "%" in text))
    for day, size in dated.items():
        number = next(n for n, row in enumerate(rows) if row >= pd.Timestamp(day))
        due.append((number, size, False))
    public, worth = {}, {}
    if money is not None and indexed:
        public = _public_prices(money, market, monthly=monthly)
    if money is not None and money.real:
        worth = price_level(money, market, monthly=monthly)
    for number, size, is_share in due:
        if number + lag >= len(rows):
            continue
        if is_share:
            shares[number + lag] += size
            continue
        if public:
            size *= public[rows[number]] / public[rows[0]]
        if worth:  # amounts are in money of the day
            size *= worth[rows[0]] / worth[rows[number + lag]]
        amounts[number + lag] += size
    return amounts, shares


def _public_prices(case: MoneyCase, rows: pd.DatetimeIndex, *, monthly: bool) -> Level:
    """The last consumer prices that were public on rows: a month's are at the end of the next."""
    told: Level = {}
    for month, value in prices_of(case, rows).items():
        after = _month(pd.Timestamp(f"{month}-01"), -1)
        for row in rows:
            if (after <= _month(row)) if monthly else (_month_end(after) <= row.date()):
                told[row] = float(value)
    return told


# --- the account ----------------------------------------------------------------------------------


def account(
    prices: Sequence[Sequence[float]],
    decisions: Mapping[int, Sequence[float]],
    fee: float,
    slippage: float,
    lag: int,
    initial: float,
    plan: PlanCase | None,
    amounts: Sequence[float],
    shares: Sequence[float],
) -> tuple[list[float], list[float], int | None]:
    """Wealth on each row, what was paid, and the row of a ruin.

    Parameters
    ----------
    prices
        By row, ``CASH`` last.
    decisions
        By the row on which each was made: weights, ``CASH`` last.
    fee, slippage
        Fractions, of all but ``CASH``.
    lag, initial, plan
        As drawn.
    amounts, shares
        Of :func:`payments`.
    """
    columns = len(prices[0])
    free = columns - 1
    units = [0.0] * columns
    units[free] = initial / prices[0][free]
    idle = 0.0  # money that no order spent
    standing: dict[int, Sequence[float]] = {}  # by the row on which they fill
    wealth: list[float] = []
    paid = [0.0] * len(prices)
    before: Sequence[float] | None = None
    for row, price in enumerate(prices):
        value = idle + sum(unit * each for unit, each in zip(units, price, strict=True))
        target = standing.pop(row, None)
        is_due = bool(amounts[row] or shares[row])
        flow = amounts[row] + shares[row] * value if is_due else 0.0
        if is_due and value + flow <= NOTHING_LEFT * value:
            return [*wealth, 0.0], paid, row
        if is_due and target is None:
            target = [unit * each / value for unit, each in zip(units, price, strict=True)]
        if target is not None:
            idle += flow
            value += flow
            wanted = [share * value for share in target]
            held = [unit * each for unit, each in zip(units, price, strict=True)]
            order = sorted(range(columns), key=lambda k: wanted[k] - held[k])
            for k in order:
                costs = (0.0, 0.0) if k == free else (fee, slippage)
                change = wanted[k] / price[k] - units[k]
                if change < 0.0:
                    sold = min(-change, units[k])
                    idle += sold * price[k] * (1.0 - costs[1]) * (1.0 - costs[0])
                    units[k] -= sold
                elif change > 0.0 and idle > NOTHING_LEFT * value:
                    each = price[k] * (1.0 + costs[1]) * (1.0 + costs[0])
                    bought = min(change, idle / each)
                    idle = max(idle - bought * each, 0.0)
                    units[k] += bought
            paid[row] = flow - min(idle, 0.0)  # what selling cost comes out of a payout
            idle = max(idle, 0.0)
        worth = idle + sum(unit * each for unit, each in zip(units, price, strict=True))
        wealth.append(worth)
        if row in decisions:
            asked = decisions[row]
            is_new = before is None or list(asked) != list(before)
            before = asked
            stands = asked
            if plan is not None and not is_new:
                weights = [unit * each / worth for unit, each in zip(units, price, strict=True)]
                weights[free] += idle / worth
                stands = _within_bands(plan, asked, weights, waits=bool(standing))
            if stands is not None:
                standing[row + lag] = stands
    return wealth, paid, None


def _within_bands(
    plan: PlanCase, asked: Sequence[float], weights: Sequence[float], *, waits: bool
) -> Sequence[float] | None:
    """What a decision that repeats the one before trades; None where a band drops it."""
    if plan.band is None and plan.band_relative is None:
        return asked
    if waits:
        return None
    limits = []
    for target in asked:
        both = [] if plan.band is None else [plan.band]
        if plan.band_relative is not None and not (target == 0.0 and both):
            both.append(max(plan.band_relative * target, 1e-6))
        limits.append(min(both))
    off = [abs(weight - target) for weight, target in zip(weights, asked, strict=True)]
    if not any(far > limit + WITHIN for far, limit in zip(off, limits, strict=True)):
        return None
    if not plan.to_edge:
        return asked
    share = max(
        1.0 - NINE_TENTHS * limit / far for far, limit in zip(off, limits, strict=True) if far > 0.0
    )
    return [
        weight + share * (target - weight) for weight, target in zip(weights, asked, strict=True)
    ]

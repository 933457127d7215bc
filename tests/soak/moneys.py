"""What random markets are valued in, and what is paid and traded there: drawn and made.

A :class:`MoneyCase` makes payouts, figures of a currency and consumer prices of its own, and of a
market in dollars the one that an investor elsewhere has: net of what is withheld, converted, its
dollars hedged, in purchasing power. ``by_hand.py`` works out the same in plain loops.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.engine.bands import EDGE_OF_BAND, TARGET, Rebalancing
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import Plan
from data.consumer_prices import public_by
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.currency.currencies import CODES, CURRENCIES, DOLLAR
from data.currency.figures import CurrencyFigures
from data.market import Market
from data.purchasing_power import in_purchasing_power
from data.withholding.payouts import Payments, Payouts
from data.withholding.rates import Withheld, Withholding
from data.withholding.withhold import net_histories, withhold
from tests.made_figures import given_figures

LONG_ENOUGH = 24  # rows: fewer share too few with the figures of a currency
MONTHS_BEFORE = 3  # consumer prices and short rates begin so long before the rows
RATES = (-5.0, -0.5, 0.0, 0.1, 5.4, 30.0)  # of short rates, percent a year
UNITS = (0.007, 0.9, 1.0, 120.0, 15_000.0)  # of a currency for a dollar
ROUGH = (0.0, 0.006, 0.05)  # the rate of exchange a row


@dataclass(frozen=True)
class MoneyCase:
    """In whose money a market is."""

    seed: int
    currency: str
    dollar_cash: bool
    ratios: tuple[float, ...]
    basis_bp: float
    unit: float
    rough: float
    home: float
    dollar: float
    withheld: tuple[float, ...]
    since: float
    inflation: float
    real: bool


def draw_money(rng: random.Random) -> MoneyCase:
    """One in four in dollars, and real or net of something there."""
    code = DOLLAR if rng.random() < 0.25 else rng.choice(CODES[1:])
    has_prices = code == DOLLAR or CURRENCIES[code].prices
    return MoneyCase(
        seed=rng.getrandbits(32),
        currency=code,
        dollar_cash=rng.random() < 0.3,
        ratios=tuple(rng.choice((0.0, 0.0, 0.4, 1.0)) for _ in range(6)),
        basis_bp=rng.choice((0.0, 25.0, 1000.0)),
        unit=rng.choice(UNITS),
        rough=rng.choice(ROUGH),
        home=rng.choice(RATES),
        dollar=rng.choice(RATES),
        withheld=tuple(rng.choice((0.0, 0.15, 0.3, 1.0)) for _ in range(6)),
        since=rng.choice((0.0, 0.0, 0.5, 2.0)),
        inflation=rng.choice((-0.01, 0.0, 0.002, 0.03)),
        # Where no prices are known it is refused: seldom asked.
        real=rng.random() < (0.4 if has_prices else 0.05),
    )


@dataclass(frozen=True)
class PlanCase:
    """Bands and cash flows."""

    band: float | None
    band_relative: float | None
    to_edge: bool
    flow: str | None
    indexed: bool
    dated: tuple[tuple[float, float], ...]


AMOUNTS = (-60_000.0, -4_000.0, -700.0, -50.0, 0.0, 1.0, 500.0, 25_000.0)
FLOWS = (None, None, "500/month", "-300/quarter", "-4%/year", "10%/half-year", "-60%/month",
         "-2000/year", "7/day", "-20/week")  # fmt: skip


def draw_plan(rng: random.Random) -> PlanCase:
    """Bands, flows, or both."""
    is_banded, is_paid = rng.choice(((True, False), (False, True), (True, True)))
    absolute, relative = rng.choice(((True, False), (False, True), (True, True)))
    return PlanCase(
        band=rng.choice((0.0, 0.01, 0.05, 0.5)) if is_banded and absolute else None,
        band_relative=rng.choice((0.0, 0.1, 0.25)) if is_banded and relative else None,
        to_edge=rng.random() < 0.5,
        flow=rng.choice(FLOWS) if is_paid else None,
        indexed=rng.random() < 0.5,
        dated=tuple(
            (rng.random(), rng.choice(AMOUNTS)) for _ in range(rng.randint(1, 4) if is_paid else 0)
        ),
    )


def price_months(rows: pd.DatetimeIndex) -> pd.PeriodIndex:
    """The months of consumer prices and short rates: from before the rows to after them."""
    first, last = rows[0].to_period("M"), rows[-1].to_period("M")
    return pd.period_range(first - MONTHS_BEFORE, last + MONTHS_BEFORE, freq="M")


def prices_of(case: MoneyCase, rows: pd.DatetimeIndex) -> pd.Series:
    """Consumer prices by month."""
    months = price_months(rows)
    rng = np.random.default_rng(case.seed + 7)
    moved = case.inflation + abs(case.inflation) * rng.normal(0.0, 0.5, len(months))
    return pd.Series(100.0 * np.exp(np.cumsum(moved)), months)


def figures_of(case: MoneyCase, rows: pd.DatetimeIndex) -> CurrencyFigures:
    """Rates of exchange on every row, short rates and consumer prices in every month."""
    rng = np.random.default_rng(case.seed)
    walk = rng.normal(0.0, case.rough, len(rows)).cumsum()
    months = [str(month) for month in price_months(rows)]

    def rate(base: float) -> dict[str, float | None]:
        return dict(zip(months, base + rng.normal(0.0, 0.2, len(months)), strict=True))

    return given_figures(
        case.currency,
        pd.Series(case.unit * np.exp(walk), rows),
        rate(case.home),
        rate(case.dollar),
        prices=prices_of(case, rows) if CURRENCIES[case.currency].prices else None,
    )


def shares_of(case: MoneyCase, level: pd.Series) -> pd.Series:
    """What a history pays out on its rows: nothing, or up to 3 % on every fourth."""
    rng = np.random.default_rng([case.seed, len(level)])
    share = np.where(rng.random(len(level)) < 0.25, rng.uniform(0.0, 0.03, len(level)), 0.0)
    share[0] = 0.0
    return pd.Series(share, level.index)


def withholding_of(case: MoneyCase, market: Market) -> Withholding:
    """What is withheld from which ticker, from the first row on, from a later one, or after all."""
    rows = market.sessions
    at = min(int(case.since * len(rows)), len(rows))
    day = None if at == 0 else "2199-01-01" if at == len(rows) else f"{rows[at]:%Y-%m-%d}"
    rates = zip(market.tickers, case.withheld, strict=False)
    return Withholding({ticker: Withheld(rate, day) for ticker, rate in rates})


def conversion_of(case: MoneyCase, market: Market) -> Conversion:
    """What of which ticker is hedged."""
    ratios = zip(market.tickers, case.ratios, strict=False)
    return Conversion(
        currency=case.currency,
        cash="usd" if case.dollar_cash else "home",
        ratios={ticker: ratio for ticker, ratio in ratios if ratio},
        basis_bp=case.basis_bp,
    )


def in_dollars(case: MoneyCase, plain: Market) -> Market:
    """A made market with what its tickers pay out and consumer prices, nothing withheld yet."""
    histories = {name: level.dropna() for name, level in plain.prices.items()}
    payouts = {name: Payouts(shares_of(case, level)) for name, level in histories.items()}
    cpi = prices_of(case, plain.sessions)
    cpi.index = pd.PeriodIndex(cpi.index).to_timestamp()
    return Market(
        source="made",
        title="made prices",
        prices=plain.prices,
        cash=plain.cash,
        periods_per_year=plain.periods_per_year,
        provenance=plain.provenance,
        cpi_by_month=public_by(cpi, plain.sessions[-1]),
        home_cpi=cpi,
        payments=Payments(payouts, histories),
    )


def in_its_money(case: MoneyCase, dollars: Market) -> Market:
    """The market as the investor has it.

    Raises
    ------
    DataError
        Where a hedge loses more than there is, and where no consumer prices are known.
    """
    net = withhold(dollars, withholding_of(case, dollars))
    market = net
    if case.currency != DOLLAR:
        figures = figures_of(case, dollars.sessions)
        market = in_currency(net, conversion_of(case, net), figures, net_histories(net))
    return in_purchasing_power(market) if case.real else market


def plan_of(case: PlanCase, rows: pd.DatetimeIndex, *, monthly: bool, has_prices: bool) -> Plan:
    """Bands and flows as a run asks for them, those that rows from row 0 on and prices allow."""
    flow = case.flow
    if flow is not None and monthly and flow.endswith(("day", "week")):
        flow = "100/month"
    dated: dict[str, float] = {}
    if flow is None:  # the two are two plans; amounts fall due after row 0
        for place, amount in case.dated:
            dated[f"{rows[max(1, round(place * (len(rows) - 1)))]:%Y-%m-%d}"] = amount
    in_money = bool(dated) if flow is None else "%" not in flow
    banded = case.band is not None or case.band_relative is not None
    return Plan(
        Rebalancing(
            case.band, case.band_relative, EDGE_OF_BAND if case.to_edge and banded else TARGET
        ),
        AskedFlows(flow, case.indexed and has_prices and in_money, dated),
    )

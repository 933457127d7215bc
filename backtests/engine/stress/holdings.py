"""What a run holds today, and today's yields: what every shock starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.stress import Leg, Repricing
from backtests.engine.roles import Roles
from backtests.engine.run import Run
from backtests.engine.stress.forwards import Forwards, forwards_of
from backtests.engine.stress.paths import carried_over
from data import bundled
from data.background import is_month_over
from data.errors import DataError, UsageError
from data.market import CASH, Market
from data.treasuries.bonds import convexity, modified_duration
from data.treasuries.curve import DAYS_A_YEAR, interpolate
from data.treasuries.foreign_funds import SHARE_CLASS_OF
from data.treasuries.instruments import (
    FUNDS_OF_STRIPS,
    Instrument,
    hedged_into,
    is_treasury_fund,
    repriced_as,
)
from data.withholding.rates import Withheld

Array = NDArray[np.float64]
FAR_ENOUGH = 5.0  # years: a row of yields without one of this or longer is no curve
OLD_DAYS = 31  # a curve older than that is said
MONTH_DAYS = 30
MOSTLY = 2.0 / 3.0  # of a ladder's longest maturity: without yields as long as that it is said
BILL_YEARS = 0.25
LAST_DIGIT = 1e-12  # a weight within that of 0 is what a sale left over


@dataclass(frozen=True, eq=False)
class Curve:
    """A published par curve.

    Attributes
    ----------
    day
        Whose yields these are.
    nodes
        Published maturities, years, ascending, shape (K,).
    yields
        Percent, shape (K,).
    is_bundled
        Whether it is the bundled table's, since the run's market has none.
    """

    day: pd.Timestamp
    nodes: Array
    yields: Array
    is_bundled: bool


@dataclass(frozen=True, eq=False)
class Holdings:
    """What is held today at today's yields.

    Attributes
    ----------
    legs
        What has a weight; ``CASH`` is the last one, and is there at weight 0 too.
    curve
        Of today.
    bill_yield
        What bills earn, percent a year, compounded twice a year as par yields are.
    instruments
        By leg what reprices it; None for what is no fund of Treasuries.
    withheld
        By leg the share of its interest that is withheld, shape (L,).
    forwards
        How dollars become the investor's money; None in dollars.
    """

    legs: tuple[Leg, ...]
    curve: Curve
    bill_yield: float
    instruments: tuple[Instrument | None, ...]
    withheld: Array
    forwards: Forwards | None

    @cached_property
    def weights(self) -> Array:
        """By leg, shape (L,)."""
        return np.array([leg.weight for leg in self.legs])

    @cached_property
    def hedged(self) -> Array:
        """By leg the share sold forward against the dollar, shape (L,)."""
        return np.array([leg.hedged for leg in self.legs])

    @cached_property
    def expenses(self) -> Array:
        """By leg the yearly fee of funds of Treasuries, 0 for others: their returns are after it.

        Shape (L,).
        """
        return np.array([0.0 if each is None else each.expense for each in self.instruments])

    def of_role(self, role: Literal["equity", "hedge", "cash"]) -> NDArray[np.bool_]:
        """Which legs have a role, shape (L,)."""
        return np.array([leg.role == role for leg in self.legs])

    def repriced(self, how: Repricing) -> NDArray[np.int64]:
        """The numbers of the legs that are repriced in one way."""
        return np.flatnonzero([leg.repricing == how for leg in self.legs]).astype(np.int64)

    @cached_property
    def ladders(self) -> Rungs:
        """The rungs of all ladders, leg by leg."""
        return Rungs.of([self.instruments[place] for place in self.repriced("ladder")])

    @cached_property
    def rung_yields(self) -> Array:
        """Yields of the rungs of all ladders today, fractions, shape (1, R)."""
        curve = self.curve
        return interpolate(curve.nodes, curve.yields[None, :] / 100.0, self.ladders.maturities)

    @property
    def shown(self) -> tuple[Leg, ...]:
        """The legs without cash of weight 0."""
        return tuple(leg for leg in self.legs if leg.weight)


@dataclass(frozen=True, eq=False)
class Rungs:
    """The rungs of several ladders in a row, so that one pass reprices all of them.

    Attributes
    ----------
    maturities
        Years, shape (R,).
    starts, counts
        By ladder the number of its first rung, and how many it has.
    """

    maturities: Array
    starts: NDArray[np.int64]
    counts: Array

    @classmethod
    def of(cls, instruments: list[Instrument | None]) -> Rungs:
        """Line up the ladders of some instruments, each of which has one."""
        rungs = [each.ladder.maturities for each in instruments if each and each.ladder]
        counts = np.array([len(each) for each in rungs], np.int64)
        starts = np.cumsum(np.r_[0, counts[:-1]]) if len(counts) else counts
        flat = [maturity for each in rungs for maturity in each]
        return cls(np.array(flat, float), starts.astype(np.int64), counts.astype(float))

    def means(self, values: Array) -> Array:
        """Mean over the rungs of each ladder: from shape (T, R) to (T, ladders)."""
        if not len(self.starts):
            return np.zeros((len(values), 0))
        return np.asarray(np.add.reduceat(values, self.starts, axis=1) / self.counts)


def holdings_of(run: Run) -> tuple[Holdings, tuple[str, ...]]:
    """What a finished run holds on its last session, and notes on it.

    Raises
    ------
    UsageError
        For a fund of stripped bonds.
    DataError
        If no yields are known by the last session.
    """
    market = run.market.nominal
    dollars = market.in_dollars
    latest = run.summary.latest.held
    held = {ticker: weight for ticker, weight in latest.items() if abs(weight) > LAST_DIGIT}
    weights = {**{t: w for t, w in held.items() if t != CASH}, CASH: held.get(CASH, 0.0)}
    _require_no_strips(list(weights))
    curve = todays_curve(dollars)
    bill_yield, basis = bill_yield_of(dollars, curve)
    conversion = None if market.abroad is None else market.abroad.conversion
    legs, instruments, withheld = [], [], []
    for ticker, weight in weights.items():
        role = _role(ticker, run.config.roles)
        instrument = repriced_as(ticker) if role == "hedge" else None
        ratio = 0.0 if conversion is None else float(conversion.ratios.get(ticker, 0.0))
        if instrument is not None and conversion and instrument.hedged == conversion.currency:
            ratio = 1.0
        legs.append(_leg(ticker, role, weight, instrument, curve, bill_yield, ratio))
        instruments.append(instrument)
        rate = dollars.withholding.by_ticker.get(ticker)
        withheld.append(_withheld_now(ticker, rate, dollars) if instrument else 0.0)
    holdings = Holdings(
        legs=tuple(legs),
        curve=curve,
        bill_yield=bill_yield,
        instruments=tuple(instruments),
        withheld=np.array(withheld),
        forwards=forwards_of(market),
    )
    bills = f"bills earn {bill_yield:.2f} % a year: {basis}"
    notes = (*_notes(run, holdings, dollars.sessions[-1]), bills)
    return holdings, (*notes, *_notes_on_short_rates(holdings, market))


def _require_no_strips(tickers: list[str]) -> None:
    for ticker in tickers:
        if ticker.upper() in FUNDS_OF_STRIPS:
            raise UsageError(
                f"stress cannot reprice {ticker}: it holds stripped bonds, which the par yields of "
                "the curve do not price; hold a fund of bonds with coupons, such as TLT"
            )


def _role(ticker: str, roles: Roles) -> Literal["equity", "hedge", "cash"]:
    if ticker == CASH:
        return "cash"
    return "hedge" if roles.is_hedge(ticker) else "equity"


def _withheld_now(ticker: str, rate: Withheld | None, dollars: Market) -> float:
    """The share of a fund's interest that is withheld today; none of what stays in the fund."""
    fund = SHARE_CLASS_OF.get(ticker.upper())
    if rate is None or (fund is not None and not fund.distributes):
        return 0.0
    is_due = rate.since is None or pd.Timestamp(rate.since) <= dollars.sessions[-1]
    return rate.rate if is_due else 0.0


def _leg(
    ticker: str,
    role: Literal["equity", "hedge", "cash"],
    weight: float,
    instrument: Instrument | None,
    curve: Curve,
    bill_yield: float,
    hedged: float,
) -> Leg:
    repricing: Repricing = "equity" if role == "equity" else "unmoved"
    if ticker == CASH or (instrument is not None and instrument.ladder is None):
        repricing = "bills"
    elif instrument is not None:
        repricing = "ladder"
    ladder = None if instrument is None else instrument.ladder
    figures: tuple[float | None, float | None, float | None] = (None, None, None)
    if ladder is not None:
        rungs = np.asarray(ladder.maturities)
        at = interpolate(curve.nodes, curve.yields[None, :] / 100.0, rungs)[0]
        figures = (
            100.0 * float(at.mean()),
            float(modified_duration(at, rungs).mean()),
            float(convexity(at, rungs).mean()),
        )
    elif (repricing == "bills" and role == "hedge") or ticker == CASH:
        figures = (bill_yield, None, None)
    return Leg(
        ticker=ticker,
        role=role,
        weight=float(weight),
        repricing=repricing,
        shortest=None if ladder is None else float(ladder.shortest),
        longest=None if ladder is None else float(ladder.longest),
        yield_=figures[0],
        duration=figures[1],
        convexity=figures[2],
        hedged=hedged,
    )


def todays_curve(dollars: Market) -> Curve:
    """The last published curve of a market in dollars, else of the bundled table by its end.

    Raises
    ------
    DataError
        If neither has one by the market's last session.
    """
    own = dollars.yields
    is_daily = dollars.periods_per_year != 12
    if own is not None and (curve := _last_curve(own, is_daily=is_daily)) is not None:
        return curve
    month = dollars.sessions[-1].to_period("M")
    whole = month if is_month_over(dollars) else month - 1
    table = bundled.table()[list(bundled.CURVE)].rename(columns=bundled.CURVE).loc[:whole]
    days = pd.PeriodIndex(table.index).to_timestamp(how="end").normalize()
    if (curve := _last_curve(table.set_axis(days), is_daily=False)) is not None:
        return replace(curve, is_bundled=True)
    raise DataError(
        f"no yields are known by {dollars.sessions[-1]:%Y-%m-%d}: the run's data have none, and "
        f"the bundled ones begin in {bundled.table().index[0]}; give a later --end, or yields of "
        "that time"
    )


def _last_curve(yields: pd.DataFrame, *, is_daily: bool) -> Curve | None:
    """The last row that has a longer yield; daily ones with what the days before published.

    A day whose long yields are not out yet would else price long bonds at the 10-year yield.
    """
    values, maturities = yields.to_numpy(float), np.asarray(yields.columns, float)
    rows = np.flatnonzero(np.isfinite(values[:, maturities >= FAR_ENOUGH]).any(axis=1))
    if not len(rows):
        return None
    last = int(rows[-1])
    row = carried_over(values, last) if is_daily else values[last]
    there = np.isfinite(row)
    day = pd.Timestamp(yields.index[last])
    return Curve(day, maturities[there], row[there], is_bundled=False)


def bill_yield_of(dollars: Market, curve: Curve) -> tuple[float, str]:
    """What bills earn today, percent a year, and what that figure is.

    The published yield of three months or less, where today's curve has it; else the policy rate,
    to which it is nearer than what bills earned over the last month: that was fixed as the month
    began. Else the latter.
    """
    if curve.nodes[0] <= BILL_YEARS and not curve.is_bundled:
        months = round(12.0 * curve.nodes[0])
        span = "one month" if months == 1 else f"{months} months"
        return float(curve.yields[0]), f"the yield of {span}"
    policy = dollars.policy_rate
    if policy is not None and np.isfinite(last := float(policy.iloc[-1])):
        return last, (
            "the federal funds rate, its mean of a month, since no yield of three months is "
            "published"
        )
    return _earned_by_bills(dollars), "what they earned over the last month"


def _earned_by_bills(dollars: Market) -> float:
    """What cash earned over the last month, percent a year, compounded twice a year."""
    sessions, cash = dollars.sessions, dollars.cash.to_numpy(float)
    if dollars.periods_per_year == 12:
        before, years = len(cash) - 2, 1.0 / 12.0
    else:
        month_ago = sessions[-1] - pd.Timedelta(days=MONTH_DAYS)
        before = max(int(sessions.searchsorted(month_ago, side="right")) - 1, 0)
        years = (sessions[-1] - sessions[before]).days / DAYS_A_YEAR
    if before < 0 or years <= 0.0:
        return 0.0
    growth = float(cash[-1] / cash[before])
    return float(200.0 * np.expm1(np.log(growth) / (2.0 * years)))


def _notes(run: Run, holdings: Holdings, last: pd.Timestamp) -> tuple[str, ...]:
    """What the reader has to know of the holdings, a sentence each."""
    notes = []
    curve = holdings.curve
    if curve.is_bundled:
        notes.append(
            f"the run's data have no yields: the curve is the bundled table's of {curve.day:%Y-%m}"
        )
    if (last - curve.day).days > OLD_DAYS:
        notes.append(
            f"the curve is of {curve.day:%Y-%m-%d}, and the last session is {last:%Y-%m-%d}"
        )
    if run.summary.latest.pending is not None:
        notes.append("the last decision has yet to trade: the weights are those held before it")
    if run.config.real:
        notes.append("returns are in money of the day, though the run counts in real money")
    by_range = {
        leg.ticker: instrument
        for leg, instrument in zip(holdings.legs, holdings.instruments, strict=True)
        if leg.repricing == "ladder" and instrument is not None
    }
    if by_range:
        parts = [f"{name} as par bonds of {_span(each)}" for name, each in by_range.items()]
        notes.append(f"repriced at the published yields: {', '.join(parts)}")
        notes += _notes_on_reach(holdings)
    notes += _notes_on_legs(run, holdings, by_range)
    return tuple(notes)


def _notes_on_reach(holdings: Holdings) -> list[str]:
    """Which ladders lie mostly beyond the maturities of today's curve, where it is flat."""
    shortest, longest = holdings.curve.nodes[[0, -1]]
    spans = [
        (leg.ticker, leg.shortest, leg.longest)
        for leg in holdings.legs
        if leg.shortest is not None and leg.longest is not None
    ]
    below = [ticker for ticker, first, last in spans if shortest > (first + last) / 2.0]
    beyond = [ticker for ticker, _, last in spans if longest < last * MOSTLY]
    return [
        f"no yield {side} {maturity:g} years is published today: {', '.join(tickers)} takes it "
        f"for all {bonds} bonds"
        for side, maturity, tickers, bonds in (
            ("below", shortest, below, "shorter"),
            ("beyond", longest, beyond, "longer"),
        )
        if tickers
    ]


def _notes_on_legs(run: Run, holdings: Holdings, by_range: Mapping[str, Instrument]) -> list[str]:
    notes = []
    unmoved = [leg.ticker for leg in holdings.legs if leg.repricing == "unmoved"]
    if unmoved:
        notes.append(
            f"nothing here says how yields move {', '.join(unmoved)}: in shocks the price stays "
            "and it earns nothing, in replays it moves by its own prices where the run has them; "
            "the break-even leaves it out"
        )
    as_equity = [
        leg.ticker for leg in holdings.legs if leg.role == "equity" and is_treasury_fund(leg.ticker)
    ]
    if as_equity:
        notes.append(f"{', '.join(as_equity)} counts as equity in this run, and moves as it does")
    currency = run.market.currency
    other = [name for name in by_range if hedged_into(name) not in ("", currency)]
    if other:
        notes.append(
            f"{', '.join(other)} sells its dollars into another currency than {currency}: it is "
            "moved as if it did not"
        )
    taxed = [
        f"{100.0 * rate:g} % of {leg.ticker}"
        for leg, rate in zip(holdings.legs, holdings.withheld, strict=True)
        if rate
    ]
    if taxed:
        notes.append(f"withheld from the interest: {', '.join(taxed)}")
    return notes


def _notes_on_short_rates(holdings: Holdings, market: Market) -> list[str]:
    """What cash at home earns, and at which short rates dollars are sold forward, if any are."""
    forwards, abroad = holdings.forwards, market.abroad
    if forwards is None or abroad is None:
        return []
    figures, notes = abroad.figures, []
    if forwards.investor.cash == "home":
        notes.append(
            f"cash at home, which the comparison holds in place of bills, earns "
            f"{100.0 * forwards.home:.2f} % a year: the short rate of {figures.home.last}"
        )
    if holdings.hedged.any():
        notes.append(
            f"dollars are sold forward at the last short rates: {100.0 * forwards.home:.2f} % at "
            f"home ({figures.home.last}) and {100.0 * forwards.dollar:.2f} % in dollars "
            f"({figures.dollar.last}), which moves as the shortest yield does, and a basis of "
            f"{forwards.basis_bp:g} bp a year"
        )
    return notes


def _span(instrument: Instrument) -> str:
    ladder = instrument.ladder
    if ladder is None:
        return "no maturity"
    if ladder.shortest == ladder.longest:
        return f"{ladder.shortest:g} years"
    return f"{ladder.shortest:g} to {ladder.longest:g} years"

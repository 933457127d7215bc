"""What lasts: how much a retiree could take out each month, from every start that history has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

HORIZONS = (10, 20, 30, 40)  # years
USUAL_RATE = 0.04  # of the wealth at the start, a year
PAYMENTS = 12  # a year
LEADING_HORIZON = 30  # years: a retirement; a shorter one where there are too few starts
FEWEST_STARTS = 120  # months: of ten years, which is more than one state of the markets

WithdrawalKey = Literal["run", "equity", "bills"]


@dataclass(frozen=True)
class WorstStart:
    """The start that could take out least.

    Attributes
    ----------
    month
        At whose end it began, ``YYYY-MM``; the first of several that are equal.
    rate
        The largest rate at which it lasted.
    ran_dry
        The month in which its money was gone at the asked rate; None if that lasted.
    """

    month: str
    rate: float
    ran_dry: str | None


@dataclass(frozen=True)
class HorizonFigures:
    """One portfolio over one horizon.

    Attributes
    ----------
    years
        The horizon.
    starts
        How many months it could begin with: those whose whole horizon is known.
    apart
        How many of its periods fit into that time without overlapping.
    lasted
        Share of the starts that paid every month at the asked rate.
    worst
        The worst start; its rate is the largest that every start survived.
    rates
        The largest rate at which each start lasted, a fraction of its wealth a year; from the
        first month of :attr:`Withdrawals.first_start` on, month by month.
    ran_dry
        Of each start the month in which it was ruined at the asked rate, None where it lasted.
    """

    years: int
    starts: int
    apart: int
    lasted: float
    worst: WorstStart
    rates: tuple[float, ...]
    ran_dry: tuple[str | None, ...]


@dataclass(frozen=True)
class PortfolioWithdrawals:
    """One portfolio: ``run``, ``equity`` (100 %) or ``bills`` (equity at the run's weight)."""

    key: WithdrawalKey
    horizons: tuple[HorizonFigures, ...]

    def over(self, years: int) -> HorizonFigures:
        """Its figures over a horizon that there is."""
        return next(each for each in self.horizons if each.years == years)


@dataclass(frozen=True)
class Withdrawals:
    """How long the money of a retiree lasted, from every start month.

    Attributes
    ----------
    rate
        What is taken out, a fraction of the wealth at the start a year, in twelve payments that
        grow with consumer prices.
    currency
        Of the retiree.
    source_title
        The months or sessions on which it was simulated.
    own_history
        Why these are the run's own and not the bundled months; empty where they are the bundled.
    monthly
        Whether its rows are months.
    first, last
        First and last row, ``YYYY-MM-DD``.
    first_start
        The month at whose end the first start lies, ``YYYY-MM``.
    lag
        Rows from the session on which a payment falls due to that on which it is paid.
    equity, hedge
        Tickers of the run, divided.
    too_long
        Horizons for which there is no start.
    portfolios
        The run first. A reference that is the run itself is left out.
    """

    rate: float
    currency: str
    source_title: str
    own_history: str
    monthly: bool
    first: str
    last: str
    first_start: str
    lag: int
    equity: tuple[str, ...]
    hedge: tuple[str, ...]
    too_long: tuple[int, ...]
    portfolios: tuple[PortfolioWithdrawals, ...]

    @property
    def run(self) -> PortfolioWithdrawals:
        """The run's own mix."""
        return self.portfolios[0]

    @property
    def leading(self) -> int:
        """The horizon that is told first: the longest with enough starts, up to 30 years."""
        usual = [each for each in self.run.horizons if each.years <= LEADING_HORIZON]
        enough = [each.years for each in usual if each.starts >= FEWEST_STARTS]
        return max(enough, default=self.run.horizons[0].years)


def horizon_figures(
    years: int, first_start: str, rates: Sequence[float], ran_dry: Sequence[str | None]
) -> HorizonFigures:
    """Sum up the starts of a portfolio over a horizon.

    Parameters
    ----------
    years
        The horizon.
    first_start
        The month of the first of the starts, which follow month by month.
    rates, ran_dry
        As in :class:`HorizonFigures`, at least one.
    """
    worst = min(range(len(rates)), key=lambda at: rates[at])
    return HorizonFigures(
        years=years,
        starts=len(rates),
        apart=periods_apart(len(rates), years),
        lasted=sum(month is None for month in ran_dry) / len(rates),
        worst=WorstStart(month_after(first_start, worst), rates[worst], ran_dry[worst]),
        rates=tuple(rates),
        ran_dry=tuple(ran_dry),
    )


def periods_apart(starts: int, years: int) -> int:
    """How many periods of some years fit without overlapping where so many months begin one."""
    return 1 + (starts - 1) // (PAYMENTS * years)


def share_that_lasted(rates: Sequence[float], asked: float) -> float:
    """Share of starts whose largest rate is above one that is asked."""
    return sum(rate > asked for rate in rates) / len(rates)


def month_after(month: str, count: int) -> str:
    """The month some months after another, ``YYYY-MM``."""
    year, number = map(int, month.split("-"))
    months = 12 * year + number - 1 + count
    return f"{months // 12:04d}-{months % 12 + 1:02d}"

"""The state of the hedge today: five indicators, and what followed months that began like this.

Never a forecast and never a score: base rates with the number of months behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

from backtests.analysis.resampling import Estimate
from data.currency.conversion import Investor


@dataclass(frozen=True)
class BaseRate:
    """Past months that began in one state of an indicator, as known the month before.

    Attributes
    ----------
    label
        The state in words, such as ``below 3 %``.
    for_the_hedge
        Whether it is the side on which the hedge did better in the sample.
    months
        How many months.
    payoff
        The hedge less bills in equity's worst tenth of these months, a fraction a month.
    hit_rate
        Share of those worst months in which the hedge beat bills.
    next_correlation, windows_apart
        Mean correlation of equity and bond over the 36 months that began with each of these, and
        how many such windows do not overlap.
    """

    label: str
    for_the_hedge: bool
    months: int
    payoff: Estimate
    hit_rate: float | None
    next_correlation: float | None
    windows_apart: int


@dataclass(frozen=True)
class Indicator:
    """One indicator today.

    Attributes
    ----------
    key
        ``inflation``, ``correlation``, ``inflation_deviation``, ``yield`` or ``slope``.
    value, line
        Its figure today and the line that divides its two states; fractions for inflation and its
        deviation, percent for yields, points for the slope. None where ``missing`` says why.
    as_of
        The month (``YYYY-MM``) that the figure is about.
    for_the_hedge
        Today's side; None without a figure.
    missing
        Why there is no figure; empty where there is one.
    in_sample
        Whether the line was chosen with the months of the base rates in view.
    rates
        Base rates of both states, the one for the hedge first.
    """

    key: str
    value: float | None
    line: float | None
    as_of: str | None
    for_the_hedge: bool | None
    missing: str
    in_sample: bool
    rates: tuple[BaseRate, BaseRate]


@dataclass(frozen=True)
class HedgeState:
    """What holds today, and base rates.

    Attributes
    ----------
    as_of
        Last session of the data, ``YYYY-MM-DD``.
    equity, hedge
        Tickers whose months the base rates are about, on the bundled history.
    first, last
        First and last of these months; None where there is none up to the data's end.
    stand_in
        Why base rates are not about the run's own equity and hedge; empty where they are.
    from_bundled
        What the source does not have, and is taken from the bundled table: ``yields``, ``CPI``.
    for_the_hedge, against
        How many indicators stand on either side today; the others have no figure.
    indicators
        All five, of the United States.
    investor
        In whose currency the run is, and what its cash is; None in dollars. Base rates are in that
        currency, but where something stands in for the run's own months: then in dollars.
    """

    as_of: str
    equity: tuple[str, ...]
    hedge: tuple[str, ...]
    first: str | None
    last: str | None
    stand_in: str
    from_bundled: tuple[str, ...]
    for_the_hedge: int
    against: int
    indicators: tuple[Indicator, ...]
    investor: Investor | None = None

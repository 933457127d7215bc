"""The dial that all duration rules share: a target duration, met by two neighbouring funds.

Duration is the percent of price lost per point of yield rise, in years. The dial runs over the
funds of ``DIAL``, from bills (0.2 years) to long bonds (about 16).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from data.errors import RuleError, UsageError, in_full
from data.treasuries.instruments import CATALOGUE
from strategies.base import Strategy, parameter
from strategies.schedule import MOST_OFFSET, decision_rows, require_offset

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from data.market import Market

DIAL = ("BIL", "SHY", "IEF", "TLT")
# The dial's short end, for which bills and bonds of one to three years stand in: their yields
# are known for longer than the funds, and follow them closely.
SHORT_END = ("BIL", "SHY")
SHORTEST, LONGEST = 0.2, 16.0


@dataclass(frozen=True)
class DurationRule(Strategy):
    """Hold equity at a fixed weight and set the duration of the Treasuries beside it."""

    wants: ClassVar[tuple[str, ...]] = ("yields",)  # for the durations of the funds, by session
    # Whether the rule may act on any session, or only on one of each month.
    acts_daily: ClassVar[bool] = False

    equity_weight: float = parameter(
        0.6,
        low=0,
        high=1,
        step=0.05,
        unit="fraction of value",
        doc="share of SPY; the rest is Treasuries",
    )  # fmt: skip
    duration_min: float = parameter(
        SHORTEST, low=SHORTEST, high=20, step=1, unit="years",
        doc="shortest target duration (percent of price lost per point of yield rise)",
    )  # fmt: skip
    duration_max: float = parameter(
        LONGEST, low=SHORTEST, high=20, step=2, unit="years", doc="longest target duration"
    )
    offset: int = parameter(
        1, low=1, high=MOST_OFFSET, unit="session of the period", implied=True,
        doc="session of the month on which it rebalances",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse a shortest duration above the longest: it would be the opposite rule."""
        super().__post_init__()
        if self.duration_min > self.duration_max:
            raise UsageError(
                f"{self.name}: duration_min {in_full(self.duration_min)} is above duration_max "
                f"{in_full(self.duration_max)}; exchange them"
            )

    @property
    def tickers(self) -> list[str]:
        """Equity and the four funds of the dial."""
        return ["SPY", *DIAL]

    @property
    def optional(self) -> tuple[str, ...]:
        """TLT: before its first day the dial ends at IEF."""
        return ("TLT",)

    @property
    def carried_back(self) -> tuple[str, ...]:
        """BIL and SHY: BIL began in 2007, and bills are known since 1954."""
        return tuple(ticker for ticker in SHORT_END if ticker in self.tickers)

    @abstractmethod
    def target_duration(self, market: Market) -> pd.Series:
        """Set the target duration.

        Parameters
        ----------
        market
            All data; row t of the answer may use them up to and including session t.

        Returns
        -------
        pandas.Series
            Years on every session; NaN until the rule has enough history.
        """

    def between(self, share: pd.Series) -> pd.Series:
        """Map a share of 0 to 1 to the rule's shortest to longest duration."""
        return self.duration_min + share * (self.duration_max - self.duration_min)

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Rebalance on one session of each month; a daily rule also when its target changes."""
        target = self.decided_duration(market)
        sleeve = blend(target, fund_durations(market).loc[target.index])
        weights = sleeve * (1.0 - self.equity_weight)
        weights.insert(0, "SPY", self.equity_weight)
        return weights

    def _in_years(self, target: object) -> pd.Series:
        """Check a target duration and return it as floats.

        Raises
        ------
        RuleError
            For a rule whose target is no series of years above zero.
        """
        import pandas as pd
        from pandas.api.types import is_complex_dtype, is_numeric_dtype

        is_numbers = isinstance(target, pd.Series) and is_numeric_dtype(target.dtype)
        if not isinstance(target, pd.Series) or not is_numbers or is_complex_dtype(target.dtype):
            raise RuleError(
                f"{self.name} sets the dial to a {type(target).__name__}; return a Series of years"
            )
        years = target.astype(float)
        wrong = (years <= 0) | (years == float("inf"))
        if wrong.any():
            day = years.index[wrong][0]
            raise RuleError(
                f"{self.name} asks for {years[day]:g} years on {day:%Y-%m-%d}; a duration is above "
                "zero and finite, NaN where nothing is known"
            )
        return years

    def decided_duration(self, market: Market) -> pd.Series:
        """Target duration on the sessions of decision.

        Raises
        ------
        UsageError
            If the market is too short for the rule, or a month of it for the offset.
        """
        target = dialled(self, market, lambda known: self._in_years(self.target_duration(known)))
        return target[decides(self, target.to_numpy(), calendar_of(self, market, target.index))]


# Functions, not methods: a user's own duration rule may call a parameter ``calendar``.
def dialled(rule: DurationRule, market: Market, series: Callable[[Market], pd.Series]) -> pd.Series:
    """A series on the sessions on which it can turn the dial: where it and all funds are there.

    Raises
    ------
    UsageError
        If the market is too short for the rule, or a month of it for the offset.
    """
    months = market.periods_per_year == 12
    require_offset(rule.name, "monthly", rule.offset, monthly_rows=months)
    market.require(rule.tickers)
    first, _ = market.first_session([t for t in rule.tickers if t not in rule.optional])
    there = series(market).loc[first:].dropna()
    if there.empty:
        # --extend changes nothing where rows are months.
        longer = "use --extend" if market.periods_per_year == 252 else "use a longer source"
        raise UsageError(
            f"{rule.name} has too little history in {market.source} up to {market.last_day}; "
            f"{market.longer if market.is_cut else longer}, or a shorter window"
        )
    return there


def calendar_of(rule: DurationRule, market: Market, days: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """On which of some sessions a rule decides whatever its target is."""
    return decision_rows(days, "monthly", rule.offset, market.sessions)


def decides(
    rule: DurationRule, target: NDArray[np.float64], calendar: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """On which rows of a target a rule decides: a daily rule also where it changes."""
    decided = calendar.copy()
    if rule.acts_daily:
        decided[1:] |= target[1:] != target[:-1]
    return decided


def fund_durations(market: Market) -> pd.DataFrame:
    """Modified duration of each fund of the dial on every session, in years.

    From the curve where there is one (the last published, so that a bank holiday does not
    change it), else from the catalogue; NaN where the fund has no price yet.
    """
    if market not in _DURATIONS:
        _DURATIONS[market] = _read_durations(market)
    return _DURATIONS[market].copy(deep=False)


# A cache: every rule, its variants and its report need the same table; a market never changes.
_DURATIONS: WeakKeyDictionary[Market, pd.DataFrame] = WeakKeyDictionary()


def _read_durations(market: Market) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from data.treasuries.bonds import modified_duration
    from data.treasuries.curve import rung_yields

    sessions, yields = market.sessions, market.yields
    table = pd.DataFrame({t: CATALOGUE[t].duration for t in DIAL}, index=sessions, dtype=float)
    for ticker in DIAL:
        ladder = CATALOGUE[ticker].ladder
        if ladder is None or yields is None:
            continue
        read = rung_yields(yields, ladder)
        published = np.isfinite(read[:, 0])
        maturities = np.asarray(ladder.maturities)
        durations = pd.Series(np.nan, index=sessions)
        durations[published] = modified_duration(read[published], maturities).mean(axis=1)
        table[ticker] = durations.ffill().fillna(CATALOGUE[ticker].duration)
    # A copy is one block in memory, of which others hold views.
    return table.where(market.prices[list(DIAL)].notna()).copy()


def blend(target: pd.Series, durations: pd.DataFrame) -> pd.DataFrame:
    """Weights of the two neighbouring funds that together have the target duration.

    Parameters
    ----------
    target
        Years by session. Beyond the longest fund there is, that fund is held whole; below
        the shortest, that one.
    durations
        Sessions x funds, years, ascending from left to right; NaN where a fund is missing.

    Returns
    -------
    pandas.DataFrame
        Sessions x funds, fractions that sum to 1.
    """
    import pandas as pd

    weights = blended(target.to_numpy(float), durations.to_numpy(float))
    return pd.DataFrame(weights, index=durations.index, columns=durations.columns)


def blended(wanted: NDArray[np.float64], years: NDArray[np.float64]) -> NDArray[np.float64]:
    """What :func:`blend` answers, on plain arrays; each row by itself.

    Parameters
    ----------
    wanted
        Shape (rows,): years.
    years
        Shape (rows, funds): durations of the funds.
    """
    import numpy as np

    weights = np.zeros_like(years)
    is_there = np.isfinite(years)
    pattern = is_there @ (1 << np.arange(years.shape[1]))  # which funds there are, as one number
    for number in np.flatnonzero(np.bincount(pattern)):
        rows = np.flatnonzero(pattern == number)
        columns = np.flatnonzero(is_there[rows[0]])
        held = years[np.ix_(rows, columns)]
        if len(columns) == 1:
            weights[rows, columns[0]] = 1.0
            continue
        dial = np.clip(wanted[rows], held[:, 0], held[:, -1])
        below = np.clip((held <= dial[:, None]).sum(axis=1) - 1, 0, len(columns) - 2)
        at = np.arange(len(rows))
        low, high = held[at, below], held[at, below + 1]
        share = (1.0 / (high - low)) * (dial - low)
        weights[rows, columns[below + 1]] = share
        weights[rows, columns[below]] = 1.0 - share
    return weights

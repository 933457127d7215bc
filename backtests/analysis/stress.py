"""What a shock does to today's portfolio at today's yields: the records of a stress test.

Nothing is traded during a shock: what is held today is held to its end. Returns are fractions in
the investor's money, of prices of the day; yields are in percent a year, their moves in basis
points (0.01 percentage points).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.currency.conversion import Investor

LOWEST_YIELD = -1.0  # percent: no yield of a shock goes below
HORIZONS = (3, 12, 36)  # months over which the break-even is asked
MOST_MONTHS = 600  # to recover: what takes longer counts as never

Repricing = Literal["ladder", "bills", "equity", "unmoved"]


@dataclass(frozen=True)
class CurvePoint:
    """A published maturity of today's curve: years, and its par yield in percent."""

    maturity: float
    yield_: float


@dataclass(frozen=True)
class Leg:
    """Something that is held today.

    Attributes
    ----------
    ticker
        Its name; ``CASH`` last.
    role
        ``equity``, ``hedge`` or ``cash``.
    weight
        A fraction of the portfolio.
    repricing
        ``ladder``: par bonds of its range, rung by rung; ``bills``: accrues the shortest yield;
        ``equity``: moves as equity does; ``unmoved``: keeps its price, since nothing here says how
        it moves.
    shortest, longest
        The range of a ladder, years; None for others.
    yield_, duration, convexity
        Means over the rungs today: percent, years, years squared; of bills the yield alone, of
        cash the yield of where it is kept, which may be the investor's own country.
    hedged
        Share of it that is sold forward against the dollar; 0 in dollars.
    """

    ticker: str
    role: Literal["equity", "hedge", "cash"]
    weight: float
    repricing: Repricing
    shortest: float | None
    longest: float | None
    yield_: float | None
    duration: float | None
    convexity: float | None
    hedged: float


@dataclass(frozen=True)
class Returns:
    """What each portfolio makes of a shock, fractions.

    Attributes
    ----------
    portfolio
        What is held today.
    equity
        Its equity alone at 100 %; None where it holds none.
    bills
        Its equity at the same weight, all else in bills (abroad: in the investor's cash).
    hedge
        Its hedge alone at 100 %; None where it holds none.
    """

    portfolio: float
    equity: float | None
    bills: float
    hedge: float | None


@dataclass(frozen=True)
class Recovery:
    """Months until a loss is earned back, with all prices where the shock left them.

    0 where nothing was lost, None where that takes longer than :data:`MOST_MONTHS`.
    ``portfolio`` and ``bills`` by the interest of what is not equity, ``hedge`` by its own.
    """

    portfolio: int | None
    bills: int | None
    hedge: int | None


@dataclass(frozen=True)
class NodeMove:
    """What a maturity of today's curve does in a shock.

    ``taken_from`` is the maturity whose move it takes: its own, or where that was not published
    on both days the nearest. ``floored``: whether the floor cut the move.
    """

    maturity: float
    bp: float
    taken_from: float
    floored: bool


@dataclass(frozen=True)
class Replay:
    """A fall of history, once more: its moves on today's curve and weights, over the same days.

    Attributes
    ----------
    name
        Of the episode.
    start, end
        The rows used, ``YYYY-MM-DD``.
    days
        Calendar days between them.
    rows
        How many returns of the path: sessions or months.
    daily
        Whether the path is of daily closes; else of month-ends.
    source
        Where the moves are from, in words.
    is_later
        Whether it ended after the day of today's curve.
    equity_move, dollar_move
        In the episode: of the US equity market in dollars; of the dollar in the investor's money,
        None in dollars.
    moves
        Of each maturity of today's curve, from the first to the last row.
    now
        What it would do to what is held today, at today's yields.
    then
        What it did to the same holdings at the yields of its time.
    recovery
        After it.
    as_the_market
        Tickers of equity without prices of that time: they move as the US market.
    stayed
        Tickers of the hedge that nothing here moves: no yields do, and they have no prices of that
        time. What the hedge would have done is then not known.
    no_dollar
        Whether the dollar's move is not known: it is left where it was.
    """

    name: str
    start: str
    end: str
    days: int
    rows: int
    daily: bool
    source: str
    is_later: bool
    equity_move: float
    dollar_move: float | None
    moves: tuple[NodeMove, ...]
    now: Returns
    then: Returns
    recovery: Recovery
    as_the_market: tuple[str, ...]
    stayed: tuple[str, ...]
    no_dollar: bool


@dataclass(frozen=True)
class Shock:
    """Moves of yields, equity and the dollar, all at once.

    Attributes
    ----------
    name, words
        In a word or two; and in a sentence.
    moves
        Of each maturity of today's curve.
    equity, dollar
        Moves asked for; fractions. The dollar's is of its value in the investor's money.
    returns
        What it does.
    approximate
        The return of the hedge by duration and convexity, ``-D dy + C dy^2 / 2`` rung by rung: a
        check beside :attr:`Returns.hedge`. None without a hedge built from yields.
    recovery
        After it.
    """

    name: str
    words: str
    moves: tuple[NodeMove, ...]
    equity: float
    dollar: float
    returns: Returns
    approximate: float | None
    recovery: Recovery


@dataclass(frozen=True)
class Stage:
    """One point of a scenario: after how many months, in words, and what was made by then."""

    months: int
    words: str
    moves: tuple[NodeMove, ...]
    returns: Returns
    recovery: Recovery


@dataclass(frozen=True)
class Scenario:
    """A story that the article tells: what happens, and what it does at each stage."""

    name: str
    words: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class ShockMap:
    """What the portfolios make of two moves at once.

    Attributes
    ----------
    rows
        Parallel moves of yields in basis points, or moves of the dollar as fractions.
    columns
        Moves of equity, fractions.
    portfolio, bills
        Returns, rows x columns, of what is held and of equity with bills.
    """

    rows: tuple[float, ...]
    columns: tuple[float, ...]
    portfolio: tuple[tuple[float, ...], ...]
    bills: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class BreakEven:
    """The even parallel rise of yields over a horizon at which the hedge only matches bills.

    Attributes
    ----------
    months
        The horizon.
    bp
        The rise by its end, basis points; below zero where yields would have to fall. None where
        no move within 1,000 basis points does it, or nothing is held that moves with yields.
    hedge, bills
        What both earn over it with yields unchanged: carry, roll-down and fees; fractions.
    """

    months: int
    bp: float | None
    hedge: float | None
    bills: float


@dataclass(frozen=True)
class Withheld:
    """What a tax on the coupons of foreign holders does to the hedge.

    Attributes
    ----------
    rate
        Withheld, a fraction of each coupon.
    price
        What the hedge loses at once if yields rise until a new bond pays a foreigner after the tax
        what it pays today: ``y / (1 - rate)``. Everybody's loss, taxed or not.
    coupons_lost
        Today's value of the coupons that a foreign holder never gets, at today's yields, if prices
        do not move: a fraction of the hedge's value, below zero.
    a_year
        The same a year: the rate times the yield, below zero.
    portfolio_price, portfolio_a_year
        Both for the whole portfolio.
    """

    rate: float
    price: float
    coupons_lost: float
    a_year: float
    portfolio_price: float
    portfolio_a_year: float


@dataclass(frozen=True)
class Stress:
    """What shocks do to today's portfolio at today's yields.

    Attributes
    ----------
    as_of, curve_as_of
        The last session of the run, whose weights these are; and the day of the curve.
    currency, investor
        What amounts are counted in; and in whose money returns are, None in dollars.
    curve, bill_yield, home_yield
        Today's published par yields; what bills earn; abroad what the investor's cash earns, else
        None. Percent a year.
    legs
        What is held, those of weight 0 left out.
    pending
        Whether the last decision has yet to trade: the weights are those held before it.
    replays
        Falls of history in order of time.
    yields_by_equity, dollar_by_equity
        Maps of shocks; the second abroad only.
    parallels, twists, dollars
        Shocks of yields alone, of the slope from 2 to 10 years, and abroad of the dollar alone.
    scenarios
        Those that the article names.
    break_evens
        By horizon.
    withheld
        None without a hedge built from yields.
    notes
        What the reader has to know, a sentence each.
    """

    as_of: str
    curve_as_of: str
    currency: str
    investor: Investor | None
    curve: tuple[CurvePoint, ...]
    bill_yield: float
    home_yield: float | None
    legs: tuple[Leg, ...]
    pending: bool
    replays: tuple[Replay, ...]
    yields_by_equity: ShockMap
    dollar_by_equity: ShockMap | None
    parallels: tuple[Shock, ...]
    twists: tuple[Shock, ...]
    dollars: tuple[Shock, ...]
    scenarios: tuple[Scenario, ...]
    break_evens: tuple[BreakEven, ...]
    withheld: Withheld | None
    notes: tuple[str, ...]

    @property
    def hedge(self) -> tuple[Leg, ...]:
        """The legs that are the hedge."""
        return tuple(leg for leg in self.legs if leg.role == "hedge")

    @property
    def equity(self) -> tuple[Leg, ...]:
        """The legs that are equity."""
        return tuple(leg for leg in self.legs if leg.role == "equity")

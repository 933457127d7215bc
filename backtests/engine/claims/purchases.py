"""Claim 6: the Federal Reserve is the buyer of last resort of Treasuries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backtests.analysis.claims import ARTICLE_DAY, Claim, ClaimRow, ClaimTable, Judgement, Measure
from backtests.analysis.metrics import Drawdown, deepest_drawdown
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.judging import judged_by
from backtests.engine.claims.measures import before, measured
from backtests.engine.claims.ten_year import (
    FEWEST,
    STUDENT,
    TenYear,
    Window,
    market_reaching,
    mean_of,
    share_below_zero,
)
from data.market import Market

# Statements of the Federal Reserve (federalreserve.gov, press releases) that announced purchases.
ANNOUNCEMENTS: Mapping[str, str] = {
    "2008-11-25": "mortgage bonds",
    "2009-03-18": "Treasuries",
    "2010-11-03": "Treasuries",
    "2011-09-21": "long for short Treasuries",
    "2012-09-13": "mortgage bonds",
    "2012-12-12": "Treasuries",
    "2020-03-15": "Treasuries",
    "2020-03-23": "Treasuries, without limit",
}
MONTHS_AFTER = (1, 3, 6, 12)
QUARTER, YEAR = 3, 12
RUSH = ("2020-03-01", "2020-03-31")


@dataclass(frozen=True, eq=False)
class Purchases:
    """The 10-year around the announcements that its data reach over by a year."""

    ten_year: TenYear
    quarters: dict[str, Window]
    years: dict[str, Window]

    @classmethod
    def of(cls, ten_year: TenYear) -> Purchases:
        """Find the windows of three and of twelve months."""
        spans = [
            {day: ten_year.around(day, months) for day in ANNOUNCEMENTS}
            for months in (QUARTER, YEAR)
        ]
        quarters, years = (
            {day: window for day, window in each.items() if window is not None} for each in spans
        )
        return cls(ten_year, {day: quarters[day] for day in years}, years)

    @cached_property
    def lower(self) -> float:
        """Share of announcements with a lower yield after three months."""
        return share_below_zero([self.ten_year.change_bp(each) for each in self.quarters.values()])

    @cached_property
    def losses(self) -> list[float]:
        """Deepest further loss within twelve months of each."""
        return [self.ten_year.deepest_loss(window) for window in self.years.values()]

    @cached_property
    def usual_losses(self) -> list[float]:
        """Deepest loss within twelve months from every month-end of the same years."""
        return [self.ten_year.deepest_loss(window) for window in self.usual]

    @property
    def no_deeper(self) -> bool:
        """Whether the mean further loss was no deeper than the usual one."""
        return len(self.years) > 0 and _mean(self.losses) >= _mean(self.usual_losses)

    @cached_property
    def usual(self) -> list[Window]:
        """Windows of twelve months from every month-end of the same years."""
        if not self.years:
            return []
        first = min(window.base for window in self.years.values())
        return [window for window in self.ten_year.starts(YEAR) if window.base >= first]

    @cached_property
    def deepest(self) -> Drawdown | None:
        """Deepest fall of the 10-year since the first announcement."""
        if not self.years:
            return None
        first = min(window.base for window in self.years.values())
        return deepest_drawdown(self.ten_year.level.iloc[first:])

    @property
    def met(self) -> bool:
        """Whether an announcement came while the deepest fall was under way."""
        fall = self.deepest
        return fall is not None and any(
            fall.start < pd.Timestamp(day) <= fall.end for day in self.years
        )


def buyer_of_last_resort(exhibits: Exhibits) -> Claim:
    """Claim 6: when Treasuries fall hard the Federal Reserve buys, and they do not collapse."""
    market = market_reaching(exhibits, ANNOUNCEMENTS, YEAR)
    whole, history = TenYear.of(market), Purchases.of(TenYear.of(before(market)))
    regained = _regained_of(exhibits.days, "IEF")
    judgement: Judgement = "cannot be tested here"
    if len(history.years) >= FEWEST:
        judgement = judged_by(history.lower > 0.5, history.no_deeper, history.met)
    return Claim(
        number=6,
        title="The Federal Reserve is the buyer of last resort",
        says=(
            "Sold by whole states, Treasuries would fall hard and not collapse: the Federal "
            "Reserve buys without limit, as in 2008 and 2020."
        ),
        refuted_by=(
            "Three tests around its announcements of purchases: after three months the 10-year "
            "yield was lower than the day before in more than half; the deepest further loss "
            "within 12 months was on average no deeper than from any month-end of those years; the "
            "deepest fall since the first announcement was itself met by one. All: holds; some: in "
            "part; none: fails. The rush for cash of March 2020 is shown and decides nothing."
        ),
        data=(
            f"The published 10-year yield by {'month-ends' if whole.is_monthly else 'days'}, as a "
            "constant maturity without roll-down, around eight announcements from 2008 to 2020, "
            "two of them of mortgage bonds alone."
        ),
        judgement=judgement,
        because=_why(history, regained),
        measures=(*_measures(history), *_rush_for_cash(exhibits.days)),
        after=_since(whole),
        after_words=(
            "The list has no announcement after the article, so nothing of it was tried since."
            if whole.days[-1] > pd.Timestamp(ARTICLE_DAY)
            else "The data end before there is anything after the article."
        ),
        table=_table(whole),
        missing=_missing(exhibits.days, whole),
    )


def _measures(history: Purchases) -> tuple[Measure, ...]:
    index = pd.DatetimeIndex([pd.Timestamp(day) for day in history.years])
    n, n_of = len(history.years), "announcements"
    starts = history.ten_year.days[[window.base for window in history.usual]]
    return (
        measured("announcements with a lower 10-year yield after three months",
                 history.lower, "share", n, n_of, index, decides=True),
        measured("deepest further loss of the 10-year within 12 months of one, mean",
                 mean_of(history.losses), "percent", n, n_of, index, decides=True,
                 interval=STUDENT),
        measured("deepest loss within 12 months of any month-end of those years, mean",
                 _mean(history.usual_losses), "percent", len(starts), "overlapping starts", starts,
                 decides=True),
        *_deepest_fall(history),
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _why(history: Purchases, regained: float | None) -> str:
    n, fall = len(history.years), history.deepest
    if n < FEWEST or fall is None:
        return f"The data reach over {n} announcements and the year after; {FEWEST} are needed."
    lower = round(history.lower * n)
    words = (
        f"Three months after, the yield was lower in {lower} of {n}; the deepest further loss "
        f"averaged {100 * _mean(history.losses):.1f} %, against "
        f"{100 * _mean(history.usual_losses):.1f} % from any month-end. The deepest fall, "
        f"{100 * fall.depth:.1f} % from {fall.start:%Y-%m} to {fall.end:%Y-%m}, "
        f"{'was met by one' if history.met else 'went on without any'}."
    )
    if regained is not None:
        words += (
            f" In March 2020 IEF regained {100 * regained:.0f} % of its fall within the "
            "month, which decides nothing."
        )
    return f"{words} At most {_apart(history)} of the {n} years after do not overlap."


def _apart(history: Purchases) -> int:
    """How many windows of twelve months do not overlap, from the first on."""
    count, free = 0, -1
    for window in history.years.values():
        if window.base >= free:
            count, free = count + 1, window.end
    return count


def _deepest_fall(history: Purchases) -> tuple[Measure, ...]:
    fall = history.deepest
    if fall is None:
        return ()
    return (
        measured("deepest fall of the 10-year since the first announcement", fall.depth,
                 "percent", index=pd.DatetimeIndex([fall.start, fall.end]), decides=True),
        Measure(what="announcement of purchases within it", value=None, unit="day",
                text="yes" if history.met else "none", decides=True),
    )  # fmt: skip


def _fall_of_march(days: Market | None, ticker: str) -> tuple[pd.Series, Drawdown] | None:
    """Levels of a fund within March 2020, and its deepest fall; None without daily prices."""
    if days is None or ticker not in days.tickers or days.periods_per_year == 12:
        return None
    month = days.prices[ticker].loc[slice(*RUSH)].dropna()
    fall = deepest_drawdown(month) if len(month) > 1 else None
    return None if fall is None else (month, fall)


def _regained_of(days: Market | None, ticker: str) -> float | None:
    """Share of its deepest fall of March 2020 that a fund had regained by the month's end."""
    rush = _fall_of_march(days, ticker)
    if rush is None:
        return None
    month, fall = rush
    low = float(month[fall.end])
    return (float(month.iloc[-1]) - low) / (float(month[fall.start]) - low)


def _rush_for_cash(days: Market | None) -> tuple[Measure, ...]:
    """The deepest falls of March 2020, when even Treasuries were sold for cash, and after."""
    measures = []
    for ticker in ("IEF", "TLT"):
        rush, regained = _fall_of_march(days, ticker), _regained_of(days, ticker)
        if rush is None:
            continue
        month, fall = rush
        measures += [
            measured(f"{ticker}, deepest fall within March 2020", fall.depth, "percent",
                     index=pd.DatetimeIndex([fall.start, fall.end])),
            measured(f"{ticker}, share of that fall regained by the end of the month", regained,
                     "share", index=month.loc[fall.end :].index),
        ]  # fmt: skip
    return tuple(measures)


def _since(whole: TenYear) -> tuple[Measure, ...]:
    """The 10-year since the article, that nobody had to catch."""
    since = whole.level.loc[ARTICLE_DAY:]
    if len(since) < 2:
        return ()
    fall = deepest_drawdown(since)
    window = Window(len(whole.level) - len(since), len(whole.level) - 1)
    changed = measured("change of the 10-year yield since then", whole.change_bp(window), "bp",
                       index=since.index)  # fmt: skip
    if fall is None:
        return (changed,)
    return (
        measured("deepest fall of the 10-year since then", fall.depth, "percent",
                 index=pd.DatetimeIndex([fall.start, fall.end])),
        changed,
    )  # fmt: skip


def _missing(days: Market | None, whole: TenYear) -> str:
    lacking = []
    if whole.is_monthly:
        lacking.append("Daily yields: month-ends blur the day of an announcement.")
    if _fall_of_march(days, "IEF") is None:
        lacking.append("Daily prices of IEF, which show the rush for cash of March 2020.")
    return " ".join(lacking)


def _table(whole: TenYear) -> ClaimTable:
    """Announcement by announcement; a dash where the data do not reach."""
    rows = []
    for day, what in ANNOUNCEMENTS.items():
        spans = [whole.around(day, months) for months in MONTHS_AFTER]
        moves = [None if span is None else whole.change_bp(span) for span in spans]
        year = spans[-1]
        loss = None if year is None else whole.deepest_loss(year)
        rows.append(ClaimRow(f"{day} {what}", (_before(whole, day), *moves, loss)))
    return ClaimTable(
        caption="The 10-year around announcements of purchases, against the day before",
        first_head="Announcement",
        heads=(
            "Yield, 3 months before",
            *(f"Yield, {months} month{'s' * (months > 1)}" for months in MONTHS_AFTER),
            "Deepest loss, 12 months",
        ),
        units=("bp", "bp", "bp", "bp", "bp", "percent"),
        rows=tuple(rows),
    )


def _before(whole: TenYear, day: str) -> float | None:
    """Change of the yield over the three months that end on the day before, in basis points."""
    base = int(whole.days.searchsorted(pd.Timestamp(day), side="left")) - 1
    if base < 0 or base == len(whole.days) - 1:
        return None
    start = base - QUARTER
    if not whole.is_monthly:
        then = whole.days[base] - pd.DateOffset(months=QUARTER)
        start = int(whole.days.searchsorted(then, side="right")) - 1
    return whole.change_bp(Window(start, base)) if start >= 0 else None

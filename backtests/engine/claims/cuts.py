"""Claims 3 and 4: Treasuries after the first cut of a cycle; and the cuts of 2025."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backtests.analysis.claims import (
    ARTICLE_DAY,
    Claim,
    ClaimRow,
    ClaimTable,
    Judgement,
    Measure,
)
from backtests.analysis.resampling import Estimate
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

# Days of the Federal Reserve's decisions, first of each cycle, from its own list of changes of
# the target rate (federalreserve.gov, open market operations); until 1994 targets were not
# announced, and the days are those that research dates them by.
FIRST_CUTS = (
    "1984-10-02", "1989-06-06", "1995-07-06", "1998-09-29",
    "2001-01-03", "2007-09-18", "2019-07-31", "2024-09-18",
)  # fmt: skip
AFTER_PAUSE = "2025-09-17"  # a cut of the cycle of 2024, after nine months without any
MONTHS_AFTER = (1, 3, 6, 12)
HALF_YEAR, YEAR, TWO_YEARS = 6, 12, 24


@dataclass(frozen=True, eq=False)
class AfterCuts:
    """Windows that begin the day before a first cut, and others from every month-end."""

    ten_year: TenYear
    cuts: dict[str, Window]
    starts: list[Window]

    @classmethod
    def of(cls, ten_year: TenYear) -> AfterCuts:
        """Those of twelve months that are over."""
        over = {day: ten_year.around(day, YEAR) for day in FIRST_CUTS}
        cuts = {day: window for day, window in over.items() if window is not None}
        return cls(ten_year, cuts, ten_year.starts(YEAR))

    @property
    def changes(self) -> list[float]:
        """Of the yield over twelve months after each cut, in basis points."""
        return [self.ten_year.change_bp(window) for window in self.cuts.values()]

    @property
    def excess(self) -> list[float]:
        """Return beyond bills over twelve months after each cut."""
        return [self.ten_year.excess(window) for window in self.cuts.values()]

    @cached_property
    def usual_excess(self) -> float:
        """Mean return beyond bills over twelve months from every month-end; NaN without any."""
        beyond = [self.ten_year.excess(window) for window in self.starts]
        return float(np.mean(beyond)) if beyond else float("nan")


def rise_after_first_cut(exhibits: Exhibits) -> Claim:
    """Claim 3: after the first cut of a cycle Treasuries rise."""
    market = market_reaching(exhibits, FIRST_CUTS, 1)
    whole = TenYear.of(market)
    history = AfterCuts.of(TenYear.of(before(market)))
    mean, lower = mean_of(history.excess), share_below_zero(history.changes)
    judgement: Judgement = "cannot be tested here"
    if len(history.cuts) >= FEWEST and mean.low is not None:
        judgement = judged_by(mean.low > 0.0, lower > 0.5)
    return Claim(
        number=3,
        title="After the first cut of a cycle Treasuries rise",
        says="Once the Federal Reserve begins to cut, prices of Treasuries rise.",
        refuted_by=(
            "Two tests over the 12 months after the first cut of each cycle: the mean return of "
            "the 10-year beyond bills has a 90 % interval above 0; and its yield was lower than "
            "the day before in more than half of the cycles. Both: holds; one: in part; neither: "
            f"fails. Not judged on fewer than {FEWEST} cycles."
        ),
        data=(
            f"The published 10-year yield by {'month-ends' if whole.is_monthly else 'days'}, as a "
            "constant maturity without roll-down, after the first cuts since 1984; earlier ones "
            "have no agreed days."
        ),
        judgement=judgement,
        because=_why_after_cuts(history, mean),
        measures=_measures_after_cuts(history),
        after=_cuts_since(whole, history),
        after_words=_words_since(whole),
        table=_table_of_cuts(whole),
        missing=(
            "Daily yields: month-ends miss the days from the last month-end to the cut."
            if whole.is_monthly
            else ""
        ),
    )


def _why_after_cuts(history: AfterCuts, mean: Estimate) -> str:
    if mean.low is None or mean.high is None:
        return (
            f"The data reach over {len(history.cuts)} first cuts and a year; {FEWEST} are needed."
        )
    fallen = sum(change < 0.0 for change in history.changes)
    return (
        f"A year after the first cut the 10-year yield was lower in {fallen} of "
        f"{len(history.cuts)} cycles, and the mean return beyond bills was "
        f"{100 * mean.number:.1f} % ({100 * mean.low:.1f} to {100 * mean.high:.1f}), against "
        f"{100 * history.usual_excess:.1f} % from any month-end. So few cycles make a "
        "wide interval, right if they are normally distributed; one more or less can turn the "
        "judgement."
    )


def _measures_after_cuts(history: AfterCuts) -> tuple[Measure, ...]:
    """Over the cycles; and the same from every month-end, whatever the Federal Reserve did."""
    ten_year, starts = history.ten_year, history.starts
    days = pd.DatetimeIndex([pd.Timestamp(day) for day in history.cuts])
    index = ten_year.days[[window.base for window in starts]]
    halves = (ten_year.around(day, HALF_YEAR) for day in history.cuts)
    half_changes = [ten_year.change_bp(window) for window in halves if window is not None]
    n, cycles, usual = len(history.cuts), "first cuts", "overlapping starts"
    return (
        measured("10-year beyond bills, 12 months after the first cut, mean",
                 mean_of(history.excess), "percent", n, cycles, days,
                 decides=True, interval=STUDENT),
        measured("cycles with a lower 10-year yield after 12 months",
                 share_below_zero(history.changes), "share", n, cycles, days, decides=True),
        measured("cycles with a lower 10-year yield after 6 months",
                 share_below_zero(half_changes), "share", n, cycles, days),
        measured("cycles in which the 10-year beat bills over 12 months",
                 1.0 - share_below_zero(history.excess), "share", n, cycles, days),
        measured("10-year beyond bills over 12 months from any month-end, mean",
                 history.usual_excess, "percent", len(starts), usual, index),
        measured("month-ends with a lower 10-year yield 12 months later",
                 share_below_zero([ten_year.change_bp(window) for window in starts]),
                 "share", len(starts), usual, index),
    )  # fmt: skip


def _cuts_since(whole: TenYear, history: AfterCuts) -> tuple[Measure, ...]:
    """The first cuts whose 12 months ended after the article, and the cut after the pause."""
    measures = []
    for day in FIRST_CUTS:
        window = whole.around(day, YEAR)
        if window is None or day in history.cuts:
            continue
        index = whole.days[[window.base, window.end]]
        measures += [
            measured(f"10-year beyond bills, 12 months after the first cut of {day}",
                     whole.excess(window), "percent", index=index),
            measured(f"change of the 10-year yield, 12 months after the first cut of {day}",
                     whole.change_bp(window), "bp", index=index),
        ]  # fmt: skip
    base = int(whole.days.searchsorted(pd.Timestamp(AFTER_PAUSE), side="left")) - 1
    end = len(whole.days) - 1
    if 0 <= base < end:
        window = Window(base, end)
        index = whole.days[[base, end]]
        measures.append(
            measured(f"change of the 10-year yield since the cut of {AFTER_PAUSE}, after a pause",
                     whole.change_bp(window), "bp", index=index)
        )  # fmt: skip
    return tuple(measures)


def _words_since(whole: TenYear) -> str:
    if whole.days[-1] <= pd.Timestamp(ARTICLE_DAY):
        return f"The data end on {whole.days[-1]:%Y-%m-%d}, before there is anything after."
    return (
        "The cycle of 2024-09-18 was under way when the article was written, and its first year "
        f"ended after it. The cut of {AFTER_PAUSE} came after nine months without one; it "
        "belongs to that cycle and is no first cut."
    )


def _table_of_cuts(whole: TenYear) -> ClaimTable:
    """Cut by cut; a dash where the window is not over yet."""
    rows = []
    for day in FIRST_CUTS:
        spans = [whole.around(day, months) for months in (*MONTHS_AFTER, TWO_YEARS)]
        moves = [None if span is None else whole.change_bp(span) for span in spans[:-1]]
        year, two = spans[-2:]
        rows.append(
            ClaimRow(
                day,
                (
                    *moves,
                    None if year is None else whole.growth(year),
                    None if year is None else whole.excess(year),
                    None if two is None else whole.growth(two),
                ),
            )
        )
    by = "month-ends, from the one before the cut" if whole.is_monthly else "days"
    return ClaimTable(
        caption=f"The 10-year after the first cut of each cycle, against the day before ({by})",
        first_head="First cut",
        heads=(
            *(f"Yield, {months} month{'s' * (months > 1)}" for months in MONTHS_AFTER),
            "Return, 12 months",
            "Beyond bills, 12 months",
            "Return, 24 months",
        ),
        units=("bp", "bp", "bp", "bp", "percent", "percent", "percent"),
        rows=tuple(rows),
    )


BY_JULY, BY_DECEMBER = pd.Period("2025-07", "M"), pd.Period("2025-12", "M")
BEFORE_ARTICLE = pd.Period("2025-03", "M")
LEAST_BP, EXPECTED_BP = 10.0, 100.0
NINE = 9  # months from March to December
DIGITS = 6  # of basis points, so that a difference of two rates is what their digits say


def cuts_of_2025(exhibits: Exhibits) -> Claim:
    """Claim 4: cuts in May and June 2025, and 100 basis points within the year."""
    rates = _monthly_policy_rate(exhibits.months)
    since = rates[rates.index > BEFORE_ARTICLE]
    base = float(rates.get(BEFORE_ARTICLE, np.nan))
    falls = (100.0 * (base - since[since.index <= BY_DECEMBER])).round(DIGITS)
    on_time = _by(falls, BY_JULY, falls > LEAST_BP)
    by_size = _by(falls, BY_DECEMBER, falls >= EXPECTED_BP)
    judgement: Judgement = "cannot be tested here"
    if on_time is not None and by_size is not None:
        judgement = judged_by(on_time, by_size)
    history = rates[rates.index <= BEFORE_ARTICLE]
    bold = (100.0 * history.diff(NINE).dropna()).round(DIGITS)
    return Claim(
        number=4,
        title="Cuts in May and June 2025, and 100 basis points within the year",
        says="The Federal Reserve is expected to cut in May and June, by at least 1 % over 2025.",
        refuted_by=(
            "A forecast, judged only by what came after. Date: a cut by the end of June lowers "
            f"July's average of the federal funds rate by more than {LEAST_BP:.0f} bp against "
            "March's; refuted if it did not. Size: refuted if no month to December 2025 averages "
            f"{EXPECTED_BP:.0f} bp less than March. Both right: holds; one: in part; neither: "
            "fails."
        ),
        data="Monthly averages of the effective federal funds rate (bundled).",
        judgement=judgement,
        because=_why_cuts(on_time, by_size, falls),
        measures=(
            measured("federal funds rate, average of March 2025",
                     base / 100.0, "percent", index=history.index[-1:]),
            measured(
                "share of nine months in a row over which the rate fell by 100 bp or more",
                float(np.mean(bold <= -EXPECTED_BP)) if len(bold) else None,
                "share", len(bold), "overlapping stretches", history.index,
            ),
        ),
        after=_measures_of_cuts(falls),
        after_words=_words_of_cuts(falls),
        missing=(
            "A cut in December lowers December's average only in part: the whole shows in "
            "January 2026."
        ),
    )  # fmt: skip


def _monthly_policy_rate(market: Market) -> pd.Series:
    """Averages of the federal funds rate by month, in percent; without months that lack one."""
    rate = market.policy_rate
    if rate is None:
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"))
    published = rate.dropna()
    return published.set_axis(pd.DatetimeIndex(published.index).to_period("M"))


def _by(falls: pd.Series, last: pd.Period, fell: pd.Series) -> bool | None:
    """Whether the rate fell far enough by a month; None while that is not known yet."""
    if fell.loc[:last].any():
        return True
    return False if last in falls.index else None


def _first_fall(falls: pd.Series) -> pd.Period | None:
    fallen = falls.index[falls > LEAST_BP]
    return fallen[0] if len(fallen) else None


def _why_cuts(on_time: bool | None, by_size: bool | None, falls: pd.Series) -> str:
    if falls.empty:
        return "The data end before there is a month after the article."
    first, words = _first_fall(falls), {True: "right", False: "wrong", None: "not known yet"}
    came = "no cut shows" if first is None else f"the first cut shows in {first}"
    return (
        f"Date {words[on_time]}: {came}. Size {words[by_size]}: by {falls.index[-1]} the average "
        f"had fallen by {falls.iloc[-1]:.0f} bp, of {EXPECTED_BP:.0f} expected."
    )


def _measures_of_cuts(falls: pd.Series) -> tuple[Measure, ...]:
    if falls.empty:
        return ()
    first = _first_fall(falls)
    return (
        _change_from_march(falls.loc[:BY_JULY]),
        _change_from_march(falls),
        Measure(
            what=f"first month with an average more than {LEAST_BP:.0f} bp lower",
            value=None, unit="day", text="none yet" if first is None else str(first),
        ),
    )  # fmt: skip


def _change_from_march(falls: pd.Series) -> Measure:
    """The largest fall by any of some months, as a change; of equal ones the last."""
    at = falls.index[falls == falls.max()][-1]
    return measured(
        f"change of the federal funds rate from March to {at:%B %Y}", 0.0 - float(falls[at]), "bp",
        index=pd.PeriodIndex([BEFORE_ARTICLE, at]), decides=True,
    )  # fmt: skip


def _words_of_cuts(falls: pd.Series) -> str:
    if falls.empty:
        return "The data end before there is a month after the article."
    first = _first_fall(falls)
    if first is None:
        return f"To {falls.index[-1]} no month averaged more than 10 bp less than March."
    return f"The first month to average more than 10 bp less than March was {first}."

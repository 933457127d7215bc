"""Claim 9: with three to four years to hold, buying equity and Treasuries after a shock pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.base_rates import windows_apart
from backtests.analysis.blocks import draw_blocks
from backtests.analysis.claims import ARTICLE_DAY, Claim, ClaimRow, ClaimTable, Judgement, Measure
from backtests.analysis.crises import DEEP
from backtests.analysis.holding import annualised
from backtests.analysis.metrics import drawdowns
from backtests.analysis.resampling import REPETITIONS, SEED, Estimate, Sample, interval
from backtests.engine.claims.episodes import EQUITY
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import (
    after,
    before,
    finest,
    in_percent,
    measured,
    monthly_returns,
    span,
)
from backtests.engine.claims.sentences import in_points
from data.market import CASH, Market

BOND = "IEF"
MIX = "mix"
EQUITY_SHARE = 0.6
YEARS = (3, 4)
# Of the interval: at this nominal level 300 histories of real months drawn anew in blocks, and of
# made ones, contain the truth in 86 % or more, which levels.py asks of every interval that decides.
NOMINAL = 0.96
MOSTLY = 2 / 3  # of the starts after a fall must beat bills
FIRST_END = pd.Timestamp(ARTICLE_DAY) + pd.DateOffset(years=YEARS[0])
NAMES = {MIX: "60/40", EQUITY: "equity", BOND: "7-10-year Treasuries", CASH: "bills"}

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Windows:
    """What holding for some years returned, from every month-end.

    Attributes
    ----------
    years
        How long.
    returns
        Indexed by the month at whose end it starts x mix, equity, Treasuries, bills: compound
        returns a year.
    fallen
        Which starts were after a fall of equity.
    difference
        Mean return a year of 60/40 after these less that after all starts.
    by_chance
        The same in histories in which a fall says nothing of the years after it.
    falls, apart
        How many separate falls they belong to, and how many of their windows do not overlap.
    """

    years: int
    returns: pd.DataFrame
    fallen: Mask
    difference: Estimate
    by_chance: Estimate
    falls: int
    apart: int

    @property
    def after_a_fall(self) -> pd.DataFrame:
        """Returns from the starts after a fall."""
        return self.returns[self.fallen]

    def beat_bills(self, name: str) -> float:
        """Share of the starts after a fall from which something earned more than bills."""
        chosen = self.after_a_fall
        return float((chosen[name] > chosen[CASH]).mean()) if len(chosen) else float("nan")


def after_a_shock(exhibits: Exhibits) -> Claim:
    """Whether starts after a fall of equity of 15 % or more paid, and more than other starts."""
    market = before(finest(exhibits, [EQUITY, BOND], as_long=True))
    levels = mixed_levels(market)
    windows = [windows_of(levels, years) for years in YEARS]
    later, later_words = _after(exhibits)
    return Claim(
        number=9,
        title="With three to four years to hold, buying after a shock pays",
        says="The worst for markets is over; with three to four years to hold, US equity and "
        "Treasuries are a good buy.",
        refuted_by="From month-ends at which equity stood 15 % or more below its peak, 60/40 of "
        "equity and 7-10-year Treasuries is held for 36 and for 48 months. Refuted where fewer "
        "than two in three of these starts beat bills over either time, or where the interval of "
        "their mean return less that of all starts lies below 0 over either. It holds where that "
        "interval lies above 0 over both. Otherwise it holds in part.",
        data=f"{market.title}, month-ends; 60/40 rebalanced each month, without costs",
        judgement=judge(windows),
        because=_because(windows),
        measures=tuple(line for each in windows for line in _measures(each)),
        after=later,
        after_words=later_words,
        table=_table(levels, windows),
        missing="More falls: starts within one fall share most of their years, so that few "
        "windows do not overlap.",
    )


def mixed_levels(market: Market) -> pd.DataFrame:
    """Month-end levels of 60/40 rebalanced each month, of its parts and of bills, from 1 on."""
    returns = monthly_returns(market, [EQUITY, BOND])
    returns[MIX] = EQUITY_SHARE * returns[EQUITY] + (1.0 - EQUITY_SHARE) * returns[BOND]
    grown = (1.0 + returns).cumprod()
    base = pd.DataFrame(1.0, index=grown.index[:1] - 1, columns=grown.columns)
    return pd.concat([base, grown])


def windows_of(levels: pd.DataFrame, years: int) -> Windows:
    """Every window of some years, and what those after a fall returned beyond the others.

    The interval is by the stationary bootstrap over **starts**, each with its return and whether
    it was after a fall, in blocks as long as a window on average: neighbouring windows overlap, so
    they are drawn together. Months drawn anew would not do: they lose what a fall has to do with
    the years after it.
    """
    returns = annualised(levels[[MIX, EQUITY, BOND, CASH]], years)
    below = below_peak(levels)[: len(returns)]
    fallen = below <= DEEP
    mix = returns[MIX].to_numpy(float)
    chosen = float(mix[fallen].mean()) - float(mix.mean()) if fallen.any() else float("nan")
    limits = None
    if fallen.any():
        limits = interval(_resampled_difference(mix, fallen, 12 * years), NOMINAL)
    # A fall lasts until equity is back at its peak.
    under = below < 0.0
    numbers = np.cumsum(np.diff(under.astype(int), prepend=0) == 1)
    return Windows(
        years=years,
        returns=returns,
        fallen=fallen,
        difference=Estimate.of(chosen, limits),
        by_chance=by_chance(levels, years),
        falls=len(set(numbers[fallen])),
        apart=windows_apart(np.flatnonzero(fallen), 12 * years),
    )


def below_peak(levels: pd.DataFrame) -> Array:
    """How far equity stands below its peak at each month-end: 0 or negative."""
    return drawdowns(levels[EQUITY].to_numpy(float))


def _resampled_difference(returns: Array, fallen: Mask, block: int) -> Array:
    """The same difference in every resample; NaN where one drew no start after a fall."""
    if len(returns) < 2 * block:
        return np.full(REPETITIONS, np.nan)
    blocks = draw_blocks(len(returns), block, REPETITIONS, SEED)
    counts = blocks.counts(0, REPETITIONS).astype(float)
    drawn = counts @ fallen
    after_fall = np.divide(
        counts @ (returns * fallen), drawn, out=np.full(len(drawn), np.nan), where=drawn > 0.0
    )
    return np.asarray(after_fall - counts @ returns / len(returns))


def by_chance(levels: pd.DataFrame, years: int) -> Estimate:
    """The difference in months drawn anew in short blocks: mean, and the middle 90 %.

    There a fall says nothing of the years after it, and still the difference is above 0 on
    average: histories whose falls go on have many starts in them, and each history counts once.
    """
    returns = levels[[EQUITY, MIX]].pct_change().iloc[1:]
    sample = Sample(returns, [EQUITY, MIX])
    span = 12 * years
    if sample.rows is None or len(levels) <= span:
        return Estimate(None, None, None)
    equity, mix = (
        np.cumprod(np.pad(1.0 + sample.drawn(name), ((0, 0), (1, 0)), constant_values=1.0), axis=1)
        for name in (EQUITY, MIX)
    )
    below = equity / np.maximum.accumulate(equity, axis=1) - 1.0
    fallen = below[:, :-span] <= DEEP
    held = (mix[:, span:] / mix[:, :-span]) ** (1.0 / years) - 1.0
    starts = fallen.sum(axis=1)
    chosen = np.divide(
        (held * fallen).sum(axis=1), starts, out=np.full(len(held), np.nan), where=starts > 0
    )
    drawn = chosen - held.mean(axis=1)
    finite = drawn[np.isfinite(drawn)]
    return Estimate.of(float(finite.mean()) if len(finite) else float("nan"), interval(drawn))


def judge(windows: list[Windows]) -> Judgement:
    """What the figures say by the rule of the claim."""
    if any(each.difference.low is None for each in windows):
        return "cannot be tested here"
    bounds = [(each.difference.low or 0.0, each.difference.high or 0.0) for each in windows]
    if any(each.beat_bills(MIX) < MOSTLY for each in windows):
        return "fails"
    if any(high < 0.0 for _, high in bounds):
        return "fails"
    return "holds" if all(low > 0.0 for low, _ in bounds) else "holds in part"


def _because(windows: list[Windows]) -> str:
    sentences = []
    for each in windows:
        beyond = each.difference
        if beyond.value is None or beyond.low is None or beyond.high is None:
            return "There are too few starts after a fall."
        chosen = each.after_a_fall
        sentences.append(
            f"Over {each.years} years 60/40 beat bills from {100.0 * each.beat_bills(MIX):.0f} % "
            f"of {len(chosen)} starts after a fall ({each.falls} falls, {each.apart} windows that "
            f"do not overlap) and returned {in_percent(chosen[MIX].mean())} a year, "
            f"which is {in_points(beyond)} against all starts; by chance alone it would be "
            f"{100.0 * (each.by_chance.value or 0.0):+.2f} points."
        )
    return " ".join(sentences)


def _measures(each: Windows) -> list[Measure]:
    held = f"over {12 * each.years} months"
    chosen, every = each.after_a_fall, each.returns
    index = every.index
    lines = [
        measured(
            f"60/40 {held}, a year: after a fall less all starts", each.difference, "points",
            len(chosen), f"overlapping starts in {each.falls} falls", index, decides=True,
            interval=f"{100.0 * NOMINAL:.0f} %, starts resampled in blocks of {12 * each.years}",
        ),
        measured(
            f"60/40 {held}, a year: after a fall less all starts, by chance alone",
            each.by_chance, "points", len(every), "overlapping starts", index,
            interval="90 % of histories of months drawn anew",
        ),
        measured(
            f"starts after a fall from which 60/40 beat bills {held}", each.beat_bills(MIX),
            "share", len(chosen), "overlapping starts", index, decides=True,
        ),
        measured(
            f"all starts from which 60/40 beat bills {held}",
            float((every[MIX] > every[CASH]).mean()), "share", len(every), "overlapping starts",
            index,
        ),
        measured(
            f"starts after a fall from which 60/40 gained {held}",
            float((chosen[MIX] > 0.0).mean()) if len(chosen) else None, "share", len(chosen),
            "overlapping starts", index,
        ),
        measured(f"windows after a fall that do not overlap, {held}", float(each.apart), "count",
                 len(chosen), "overlapping starts", index),
    ]  # fmt: skip
    for name in (MIX, EQUITY, BOND):
        mean = float(chosen[name].mean()) if len(chosen) else None
        lines.append(
            measured(f"{NAMES[name]} {held}, a year, after a fall", mean, "percent", len(chosen),
                     "overlapping starts", index)
        )  # fmt: skip
        lines.append(
            measured(f"{NAMES[name]} {held}, a year, all starts", float(every[name].mean()),
                     "percent", len(every), "overlapping starts", index)
        )  # fmt: skip
    return lines


def _table(levels: pd.DataFrame, windows: list[Windows]) -> ClaimTable:
    """Starts fall by fall: mean returns a year over the first time and over the second."""
    short, long = windows
    peaks = levels[EQUITY].cummax()
    # Months below one and the same peak are one fall, called by the month of that peak.
    peak_months = pd.Series(levels.index, levels.index).where(levels[EQUITY] >= peaks).ffill()
    rows = []
    fallen = short.after_a_fall
    for peak, starts in fallen.groupby(peak_months[fallen.index], sort=True):
        later = long.after_a_fall.reindex(starts.index)
        values = (
            float(len(starts)),
            *(float(starts[name].mean()) for name in (MIX, EQUITY, BOND, CASH)),
            *(float(later[name].mean(skipna=False)) for name in (MIX, CASH)),
        )
        shown = tuple(None if np.isnan(value) else value for value in values)
        rows.append(ClaimRow(f"Fall from the peak of {peak}", shown))
    return ClaimTable(
        caption="Starts at which equity stood 15 % or more below its peak, fall by fall: mean "
        "return a year (a dash where the time of some is not over)",
        first_head="Fall",
        heads=(
            "Starts",
            *(f"{NAMES[name]}, {YEARS[0]} years" for name in (MIX, EQUITY, BOND, CASH)),
            *(f"{NAMES[name]}, {YEARS[1]} years" for name in (MIX, CASH)),
        ),
        units=("count", *("percent",) * 6),
        rows=tuple(rows),
    )


def _after(exhibits: Exhibits) -> tuple[tuple[Measure, ...], str]:
    """What the mix returned since, whose three years are not over."""
    market = finest(exhibits, [EQUITY, BOND])
    since = after(market)
    if since is None:
        return (), "The data end before the article."
    closes = before(market).prices[EQUITY].dropna()
    below = float(drawdowns(closes.to_numpy(float))[-1])
    levels = since.levels([EQUITY, BOND])
    total = levels.iloc[-1] / levels.iloc[0] - 1.0
    total[MIX] = EQUITY_SHARE * total[EQUITY] + (1.0 - EQUITY_SHARE) * total[BOND]
    is_over = levels.index[-1] >= FIRST_END
    open_yet = "" if is_over else f" ({12 * YEARS[0]} months are not over)"
    lines = [
        measured(f"60/40 less bills since then, left alone{open_yet}",
                 float(total[MIX] - total[CASH]), "points", index=levels.index),
        *(
            measured(f"{name} since then" + (", left alone" if key == MIX else ""),
                     float(total[key]), "percent", index=levels.index)
            for key, name in NAMES.items()
        ),
        measured("equity below its peak when the article was written", below, "percent",
                 index=closes.index[-1:]),
    ]  # fmt: skip
    ended = _ended_since(exhibits)
    if ended is not None:
        lines.append(ended)
    fall = "no fall by this rule" if below > DEEP else "a start by this rule"
    first, last = span(levels.index)
    mix, bills = (in_percent(float(total[key])) for key in (MIX, CASH))
    return tuple(lines), (
        f"Equity stood {in_percent(below)} against its peak, {fall}; from {first} to {last} 60/40 "
        f"returned {mix} and bills {bills}. Three years from the article "
        f"{'ended' if is_over else 'end'} in {FIRST_END:%B %Y}."
    )


def _ended_since(exhibits: Exhibits) -> Measure | None:
    """Three years from starts after a fall of 2022 that were not over at the article."""
    whole = finest(exhibits, [EQUITY, BOND], as_long=True)
    levels, held_months = mixed_levels(whole), 12 * YEARS[0]
    first_open = (
        len(mixed_levels(before(whole))) - held_months
    )  # starts whose time was over by then
    later = annualised(levels[[MIX]], YEARS[0])
    fallen = below_peak(levels)[: len(later)] <= DEEP
    chosen = later[fallen & (np.arange(len(later)) >= first_open)]
    if chosen.empty:
        return None
    return measured(
        f"60/40 over {held_months} months that ended since, a year, after a fall",
        float(chosen[MIX].mean()), "percent", len(chosen), "overlapping starts", chosen.index,
    )  # fmt: skip

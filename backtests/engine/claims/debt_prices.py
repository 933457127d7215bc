"""Claim 7: sovereign debt has two prices, its yield and its rate of exchange, to be read together.

Two questions. Does a fall of both prices warn of more than a fall of one? And what does a holder
abroad get: how much of the variance of unhedged Treasuries comes from each of the two?
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.claims import (
    ARTICLE_DAY,
    Claim,
    ClaimRow,
    ClaimTable,
    Judgement,
    Measure,
)
from backtests.analysis.resampling import FEWEST_ROWS, REPETITIONS, Estimate, Sample, interval
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.home_money import HOMES, at_home, until_article
from backtests.engine.claims.measures import in_percent, measured
from backtests.engine.claims.sentences import in_points
from data.bundled.world import exchange_rate
from data.errors import counted
from data.market import Market
from strategies.two_prices import TwoPrices, falls

Array = NDArray[np.float64]
FUNDS = ("IEF", "TLT")
BASKET = ("JPY", "GBP", "CHF", "AUD", "EUR")  # of the dollar on months, each from its first rate
FLOATING = "1973-01"  # before it rates of exchange were fixed
FOLLOWING = 21  # sessions after a signal; on monthly rows the next month
WARNING = "after both prices fell, less whatever the dollar"
HALVES = ("first", "second")
BY_A_HAIR = 0.1  # of the interval's width lies between its end and 0
SETS = {
    "by_both": "yield up, dollar and equity down",
    "by_yield": "yield up and equity down, whatever the dollar",
    "every": "always",
}
SAYS = (
    "Sovereign debt has two prices, its yield and its rate of exchange: a fall of both at once "
    "tells more than the yield alone."
)
REFUTED_BY = (
    "Two tests. A warning: after yield up, dollar down and equity down, 7-10 year Treasuries earn "
    "less over bills than after yield up and equity down whatever the dollar did, on the finest "
    "data. A holder abroad: the rate of exchange makes up part of the variance of unhedged "
    "Treasuries in every currency. It holds if both intervals lie on that side of 0, in part if "
    "the second alone does; it fails if the second does not, or if the first lies on the other "
    "side."
)


@dataclass(frozen=True, eq=False)
class Readings:
    """What was read on each row, and what followed it.

    Attributes
    ----------
    rows
        Sessions or month-ends; ``by_both``, ``by_yield`` and ``every`` say which count, each fund
        has what it earned over bills after the row, NaN where that is not known yet; ``ends`` is
        the row at which that was known.
    unit, span
        What a row is, and what followed it, in words: ``sessions`` and ``21 sessions``.
    apart
        Rows between two signals from which on they are of separate spells.
    """

    rows: pd.DataFrame
    unit: str
    span: str
    apart: int

    def up_to(self, day: pd.Timestamp) -> Readings:
        """Those of which the outcome was known by the close of a day."""
        return replace(self, rows=self.rows[self.rows["ends"] <= day])

    def since(self, day: pd.Timestamp) -> Readings:
        """Those read at the close of a day or later whose outcome is known."""
        is_since = (self.rows.index >= day) & self.rows["ends"].notna()
        return replace(self, rows=self.rows[is_since])

    @property
    def months(self) -> pd.PeriodIndex:
        """The months with a reading."""
        return pd.DatetimeIndex(self.rows.index).to_period("M").unique()

    @property
    def counted_in(self) -> str:
        """What signals are counted in: what follows those of neighbouring sessions overlaps."""
        return f"{'overlapping ' if self.apart == FOLLOWING else ''}{self.unit} with the signal"

    def signals(self, name: str) -> int:
        """How many rows count."""
        return int(self.rows[name].sum())

    def spells(self, name: str) -> int:
        """Into how many separate spells they fall."""
        at = np.flatnonzero(self.rows[name].to_numpy(bool))
        return int(len(at) > 0) + int((np.diff(at) >= self.apart).sum())

    def mean(self, name: str, fund: str) -> float:
        """Mean excess after the rows that count; NaN without any."""
        followed = self._after(name, fund)
        return float(followed.mean()) if len(followed) else float("nan")

    def hits(self, name: str, fund: str) -> float:
        """Share of the rows that count after which the fund beat bills; NaN without any."""
        followed = self._after(name, fund)
        return float((followed > 0.0).mean()) if len(followed) else float("nan")

    def _after(self, name: str, fund: str) -> pd.Series:
        return self.rows.loc[self.rows[name], fund].dropna()


def dollar_basket(sessions: pd.DatetimeIndex) -> pd.Series:
    """Dollar against equal weights of other currencies, on month-ends; NaN before they floated.

    Its change over a month is the mean change of the logarithms of the rates known at both ends.
    """
    months = sessions.to_period("M")
    rates = pd.DataFrame(
        {
            code: (own := exchange_rate(code)).set_axis(pd.DatetimeIndex(own.index).to_period("M"))
            for code in BASKET
        }
    ).reindex(months)
    moves = np.log(rates).diff().mean(axis=1).fillna(0.0)
    level = pd.Series(100.0 * np.exp(moves.cumsum().to_numpy()), index=sessions)
    is_known = rates.notna().any(axis=1).to_numpy() & (months >= pd.Period(FLOATING, "M"))
    return level.where(is_known)


def read(market: Market) -> Readings:
    """Every row of a market at which both prices are known: what was read, what followed.

    On days by the rule of ``two_prices``, with the dollar index as published by then; on months
    over one month, with :func:`dollar_basket`.
    """
    daily = market.periods_per_year == 252
    window, ahead = (TwoPrices().window_sessions, FOLLOWING) if daily else (1, 1)
    dollar = market.usd if daily else dollar_basket(market.sessions)
    yields, prices, sessions = market.yields, market.prices, market.sessions
    nothing = pd.Series(np.nan, index=sessions)
    ten_year = nothing if yields is None or 10.0 not in yields else yields[10.0].ffill()
    dollar = nothing if dollar is None else dollar
    rows = pd.DataFrame(falls(ten_year, dollar, prices["SPY"], window)).assign(every=True)
    bills = market.cash.shift(-ahead) / market.cash
    for fund in FUNDS:
        level = prices.get(fund, nothing)
        rows[fund] = level.shift(-ahead) / level - bills
    rows["ends"] = pd.Series(sessions, index=sessions).shift(-ahead)
    is_known = pd.concat([ten_year, dollar, prices["SPY"]], axis=1).shift(window).notna()
    rows = rows[is_known.all(axis=1) & dollar.notna()]
    if daily:
        return Readings(rows, "sessions", f"{FOLLOWING} sessions", FOLLOWING)
    return Readings(rows, "months", "month", 2)


def _of_each_month(readings: Readings, fund: str) -> pd.DataFrame:
    """Sums and counts by month, which are resampled whole: signals come in spells."""
    rows = readings.rows[readings.rows[fund].notna()]
    gain = (rows[fund] > 0.0).astype(float)
    columns: dict[str, pd.Series] = {}
    for name in SETS:
        counts = rows[name].astype(float)
        columns |= {
            f"{name} sum": rows[fund] * counts,
            f"{name} hits": gain * counts,
            f"{name} count": counts,
        }
    months = pd.DatetimeIndex(rows.index).to_period("M")
    return pd.DataFrame(columns).groupby(months).sum()


def compared(readings: Readings, kind: str, against: str, fund: str = "IEF") -> Estimate:
    """After a fall of both prices less after another set of rows, with a 90 % interval.

    Parameters
    ----------
    readings
        Whose outcomes are known.
    kind
        ``sum`` for the mean excess, ``hits`` for the share that beat bills.
    against
        ``by_yield`` or ``every``.
    fund
        Which Treasuries.
    """
    months, drawn = _drawn(readings, fund)
    columns = [f"by_both {kind}", "by_both count", f"{against} {kind}", f"{against} count"]
    places = [months.columns.get_loc(name) for name in columns]
    value = float(_apart(months[columns].to_numpy(float).sum(axis=0)[None])[0])
    return Estimate.of(value, None if drawn is None else interval(_apart(drawn[:, places])))


@lru_cache(maxsize=8)
def _drawn(readings: Readings, fund: str) -> tuple[pd.DataFrame, Array | None]:
    """Sums and counts by month, and of each resample in all; None with too few months."""
    months = _of_each_month(readings, fund)
    blocks = Sample(months, [f"{name} sum" for name in SETS]).blocks
    if blocks is None:
        return months, None
    by_month = months.to_numpy(np.float32)
    parts = [  # a month counts as often as it was drawn
        blocks.counts(first, first + REPETITIONS).astype(np.float32) @ by_month
        for first in range(0, blocks.repetitions, REPETITIONS)
    ]
    return months, np.vstack(parts).astype(float)


def _apart(sums: Array) -> Array:
    """Difference of two means, from columns of sum, count, sum, count; NaN without a count."""
    counts = np.where(sums[:, 1::2] > 0.0, sums[:, 1::2], np.nan)
    ours, theirs = (sums[:, ::2] / counts).T
    return np.asarray(ours - theirs)


def _share(exchange: Array, home: Array) -> Array:
    """Share of the variance of the sum that comes with one of its two parts."""
    apart = home - home.mean(axis=-1, keepdims=True)
    own = exchange - exchange.mean(axis=-1, keepdims=True)
    return np.asarray((own * apart).mean(axis=-1) / (apart**2).mean(axis=-1))


def exchange_share(months: Market, code: str, fund: str = "IEF") -> Measure | None:
    """Share of the variance of unhedged Treasuries at home that comes from the rate of exchange.

    Up to the article. Of logarithms, whose two parts add up: the covariance of each part with
    the sum. The rest is that of the price in dollars, of the yield. None where the currency has
    no months.
    """
    market = at_home(months, code)
    if market is None:
        return None
    home = np.log(market.prices[fund]).diff()
    dollars = np.log(market.in_dollars.prices[fund].reindex(market.sessions)).diff()
    parts = pd.DataFrame({"exchange": home - dollars, "home": home}).dropna()
    parts = until_article(parts.set_axis(pd.DatetimeIndex(parts.index).to_period("M")))
    if len(parts) < 2:
        return None
    share = Sample(parts, ["home"]).estimate(_share, "exchange", "home")
    return measured(
        f"share of the variance of unhedged {fund} in {code} from the rate of exchange",
        share, "share", len(parts), "months", parts.index, decides=True,
    )  # fmt: skip


def judge(warning: Estimate, shares: list[Measure]) -> Judgement:
    """The judgement by :data:`REFUTED_BY`.

    Parameters
    ----------
    warning
        After a fall of both prices less after a fall of the yield's, over bills.
    shares
        Of the rate of exchange, by currency.
    """
    lows = [share.low for share in shares if share.low is not None]
    if warning.low is None or warning.high is None or not lows:
        return "cannot be tested here"
    if min(lows) <= 0.0 or warning.low > 0.0:
        return "fails"
    return "holds" if warning.high < 0.0 else "holds in part"


def _differences(readings: Readings, *, decides: bool) -> list[tuple[Measure, Estimate]]:
    """Mean excess and hit rate after a fall of both prices, against the two other sets."""
    told: list[tuple[Measure, Estimate]] = []
    signal = "after both prices fell, less"
    for kind, shown in (("sum", "IEF over bills"), ("hits", "how often IEF beat bills")):
        for against, words in (("by_yield", "whatever the dollar"), ("every", "always")):
            estimate = compared(readings, kind, against)
            told.append(
                (
                    measured(
                        f"{shown}, next {readings.span}: {signal} {words}",
                        estimate, "points", readings.signals("by_both"), readings.counted_in,
                        readings.rows.index, decides=decides and not told,
                    ),
                    estimate,
                )
            )  # fmt: skip
    return told


def _table(every: list[Readings]) -> ClaimTable:
    rows = []
    for readings in every:
        for name, words in SETS.items():
            rows.append(
                ClaimRow(
                    f"{readings.unit}: {words}",
                    (
                        readings.signals(name),
                        readings.spells(name) if name != "every" else None,
                        *(_or_none(readings.mean(name, fund)) for fund in FUNDS),
                        _or_none(readings.hits(name, "IEF")),
                    ),
                )
            )
    return ClaimTable(
        caption="What followed Treasuries in the next 21 sessions, or the next month",
        first_head="read at the close",
        heads=("signals", "spells", "IEF over bills", "TLT over bills", "IEF beat bills"),
        units=("count", "count", "percent", "percent", "share"),
        rows=tuple(rows),
    )


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _halves(readings: Readings) -> list[Measure]:
    """The deciding difference in each half of the history."""
    rows, told = readings.rows, []
    middle = len(rows) // 2
    for which, half in zip(HALVES, (rows.iloc[:middle], rows.iloc[middle:]), strict=True):
        part = replace(readings, rows=half)
        if part.signals("by_both"):
            told.append(
                measured(
                    f"IEF over bills, next {part.span}: {WARNING}, {which} half of the history",
                    compared(part, "sum", "by_yield"), "points", part.signals("by_both"),
                    part.counted_in, half.index,
                )
            )  # fmt: skip
    return told


def _april(days: Readings | None) -> list[Measure]:
    """On which session of the fall before the article the rule first read both prices."""
    if days is None:
        return []
    fall = days.rows.loc["2025-02-19":ARTICLE_DAY]
    read_at = fall.index[fall["by_both"]]
    return [
        Measure(
            what="first session of the fall from 19 February 2025 with both prices falling",
            value=None,
            unit="day",
            text=f"{read_at[0]:%Y-%m-%d}" if len(read_at) else "none up to the article",
        )
    ]


def two_prices(exhibits: Exhibits) -> Claim:
    """Try claim 7."""
    day = pd.Timestamp(ARTICLE_DAY)
    whole = [read(exhibits.months)]
    if exhibits.days is not None and _is_enough(exhibits.days):
        whole.insert(0, read(exhibits.days))
    if len(whole[0].up_to(day).months) < FEWEST_ROWS:  # too few days for an interval
        whole = whole[-1:]
    until = [readings.up_to(day) for readings in whole]
    differences = [_differences(each, decides=not place) for place, each in enumerate(until)]
    shares = [
        share for code in HOMES if (share := exchange_share(exhibits.months, code)) is not None
    ]
    warning = differences[0][0][1]
    halves = _halves(until[0])
    judgement = judge(warning, shares)
    since = whole[0].since(day)
    return Claim(
        number=7,
        title="Sovereign debt has two prices",
        says=SAYS,
        refuted_by=REFUTED_BY,
        data=_data(until),
        judgement=judgement,
        because=_because(until, [each[0][1] for each in differences], halves, shares),
        measures=(
            differences[0][0][0],
            *shares,
            *(told for told, _ in differences[0][1:]),
            *(told for each in differences[1:] for told, _ in each),
            *halves,
            *_april(whole[0] if len(whole) > 1 else None),
        ),
        after=_after(since),
        after_words=_after_words(since),
        table=_table(until),
        missing=(
            ""
            if len(until) > 1
            else "daily yields, prices and a dollar index, on which the rule two_prices reads"
        ),
    )


def _is_enough(days: Market) -> bool:
    has_both = days.usd is not None and days.yields is not None and 10.0 in days.yields
    return has_both and {"SPY", "IEF"} <= set(days.tickers)


def _data(until: list[Readings]) -> str:
    on_days = (
        "Daily: yield, dollar index and equity over ten sessions as the rule two_prices reads "
        "them, each as published by the close (the dollar index appears once a week). "
    )
    return (
        (on_days if len(until) > 1 else "")
        + "Bundled months since 1973: moves over one month, the dollar against equal weights of "
        + "yen, sterling, Swiss franc, Australian dollar and, from 1999, euro. Only signals whose "
        + "outcome was known by the article's day; intervals from whole months drawn in blocks. "
        + "Abroad: 7-10 year Treasuries unhedged, in logarithms, from the first months with rates "
        + "of exchange and short rates."
    )


def _because(
    until: list[Readings],
    warnings: list[Estimate],
    halves: list[Measure],
    shares: list[Measure],
) -> str:
    readings, warning = until[0], warnings[0]
    if warning.value is None or not shares:
        return "There are too few signals or too few currencies to judge."
    parts = [share.value for share in shares if share.value is not None]
    months = ""
    if len(warnings) > 1 and warnings[1].value is not None:
        months = f"; on months alone {in_points(warnings[1])}"
    return (
        f"After {readings.signals('by_both')} {readings.unit} in {readings.spells('by_both')} "
        f"spells with both prices falling, 7-10 year Treasuries earned {in_points(warning)} over "
        f"bills in the next {readings.span}, against a fall with equity whatever the dollar did"
        f"{months}.{_how_firm(warning, halves)} Abroad the rate of exchange makes up "
        f"{100.0 * min(parts):.0f} to {100.0 * max(parts):.0f} % of their variance, which is "
        "nearly arithmetic."
    )


def _how_firm(warning: Estimate, halves: list[Measure]) -> str:
    """Whether the first test is passed by a hair, and what each half of the history says of it."""
    if warning.low is None or warning.high is None or warning.high >= 0.0:
        return ""
    close = -warning.high < BY_A_HAIR * (warning.high - warning.low)
    told = f" That passes the first test{' by a hair' if close else ''}."
    parts = [
        f"{in_points(half)} from {half.first[:7]} to {half.last[:7]}"
        for half in halves
        if half.value is not None
    ]
    firm = [half.high < 0.0 for half in halves if half.high is not None]
    if len(firm) < len(HALVES):  # too short for intervals
        return told
    where = f"{'both halves' if all(firm) else 'neither half'} of the history"
    if firm[0] != firm[1]:
        where = f"the {HALVES[firm.index(True)]} half of the history alone"
    return f"{told} The interval is below 0 in {where}: {parts[0]}, {parts[1]}."


def _after(since: Readings) -> tuple[Measure, ...]:
    if since.rows.empty:
        return ()
    first = measured(
        f"IEF over bills, next {since.span}: {WARNING}",
        since.mean("by_both", "IEF") - since.mean("by_yield", "IEF"), "points",
        since.signals("by_both"), since.counted_in, since.rows.index,
    )  # fmt: skip
    if first.value is None:  # what came without a signal tells nothing of the claim
        return (first,)
    return (
        first,
        *(
            measured(
                f"IEF over bills, next {since.span}: {words}",
                since.mean(name, "IEF"), "percent", since.signals(name),
                since.counted_in.removesuffix(" with the signal"), since.rows.index,
            )
            for name, words in SETS.items()
        ),
    )  # fmt: skip


def _after_words(since: Readings) -> str:
    if since.rows.empty:
        return "The data end before anything that followed a reading since the article was known."
    signals, spells = since.signals("by_both"), since.spells("by_both")
    if not signals:
        return (
            f"Both prices fell together with equity on none of the {len(since.rows)} {since.unit} "
            "since whose outcome is known."
        )
    rows = counted(signals, since.unit.removesuffix("s"))
    return (
        f"Both prices fell together with equity on {rows} since, in {counted(spells, 'spell')}, "
        "after which IEF earned "
        f"{in_percent(since.mean('by_both', 'IEF'), 2)} over bills in the next {since.span}."
    )

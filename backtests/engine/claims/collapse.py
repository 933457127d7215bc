"""Claim 5: Treasuries fall, but they do not collapse."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtests.analysis.claims import Claim, ClaimRow, ClaimTable, Judgement, Measure
from backtests.analysis.hedge import deepest
from backtests.analysis.metrics import drawdown_list, drawdowns
from backtests.analysis.resampling import Sample
from backtests.engine.claims.episodes import EQUITY
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import (
    after,
    before,
    finest,
    in_percent,
    measured,
    monthly_returns,
)
from data.market import Market
from data.purchasing_power import in_purchasing_power

FUNDS = {"SHY": "1-3 years", "IEF": "7-10 years", "TLT": "20-30 years"}
NOMINAL, REAL = "money of the day", "purchasing power"
LONGEST_YEARS = 10
DAYS_A_MONTH = 365.25 / 12.0


@dataclass(frozen=True)
class Falls:
    """The worst falls of a maturity in one money.

    Attributes
    ----------
    ticker, money
        Of what, and in which money.
    depth, start, end, recovered
        Of the deepest: a negative fraction, days of the peak and of the trough, and when the peak
        was reached again (None: not yet).
    longest, longest_start, longest_end, longest_open
        The longest time from a peak until it was reached again, in months; from when to when; and
        whether it has not been reached again, so that the end is the last day of the data.
    equity_depth
        Deepest fall of equity on the same days, in the same money.
    """

    ticker: str
    money: str
    depth: float
    start: pd.Timestamp
    end: pd.Timestamp
    recovered: pd.Timestamp | None
    longest: float
    longest_start: pd.Timestamp
    longest_end: pd.Timestamp
    longest_open: bool
    equity_depth: float

    @property
    def is_collapse(self) -> bool:
        """Whether it fell deeper than equity ever did, or took ten years or more to come back."""
        return self.is_deeper or self.is_slow

    @property
    def is_deeper(self) -> bool:
        """Whether it fell deeper than equity ever did on the same days."""
        return self.depth < self.equity_depth

    @property
    def is_slow(self) -> bool:
        """Whether it took ten years or more to come back, or has not in so long."""
        return self.longest >= 12.0 * LONGEST_YEARS

    @property
    def dates(self) -> str:
        """Peak and trough of the deepest fall."""
        return f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"


def no_collapse(exhibits: Exhibits) -> Claim:
    """Whether no maturity of Treasuries ever collapsed, in money of the day and in real money."""
    whole = finest(exhibits, [EQUITY, *FUNDS], as_long=True)
    market = before(whole)
    priced = {NOMINAL: market, REAL: in_purchasing_power(market)}
    every, equity = (
        [falls for money in priced for ticker in tickers
         if (falls := falls_of(priced[money], ticker, money)) is not None]
        for tickers in (FUNDS, [EQUITY])
    )  # fmt: skip
    later, later_words = _after(exhibits, every)
    long_enough = market.sessions[-1] >= market.sessions[0] + pd.DateOffset(years=LONGEST_YEARS)
    daily = market.periods_per_year != 12
    return Claim(
        number=5,
        title="Treasuries fall, but they do not collapse",
        says="Even where foreign states sell, Treasuries fall hard but do not collapse, since the "
        "Fed can buy without limit.",
        refuted_by="A collapse is a fall deeper than equity's own deepest on the same days, or one "
        f"that took {LONGEST_YEARS} years or more to come back to its peak (a fall still open "
        "counts with its time so far). Refuted where a maturity collapsed in money of the day, or "
        "every maturity did in purchasing power. It holds where none did in either, and holds in "
        "part where only some did in purchasing power.",
        data=f"{market.title}, {'daily closes' if daily else 'month-ends'}; consumer prices",
        judgement=judge(every) if long_enough else "cannot be tested here",
        because=_because(every, equity)
        if long_enough
        else f"The data span under {LONGEST_YEARS} years.",
        measures=(*_deciding(every, equity), *_ranges(exhibits, whole)),
        after=later,
        after_words=later_words,
        table=_table(every),
        missing="A forced sale by foreign states, and a default: neither is in these years."
        + ("" if daily else " Daily prices: month-ends show less of a fall."),
    )


def falls_of(market: Market, ticker: str, money: str) -> Falls | None:
    """The worst falls of a fund, with equity's deepest on the days from its first one on.

    None where it has not fallen.
    """
    values = market.prices[ticker].dropna()
    falls = drawdown_list(values)
    if not falls:
        return None
    equity = market.prices[EQUITY].loc[values.index[0] :].to_numpy(float)
    last = values.index[-1]
    months = [_months(fall.start, fall.recovered or last) for fall in falls]
    at = months.index(max(months))
    worst, longest = falls[0], falls[at]
    return Falls(
        ticker=ticker,
        money=money,
        depth=worst.depth,
        start=worst.start,
        end=worst.end,
        recovered=worst.recovered,
        longest=months[at],
        longest_start=longest.start,
        longest_end=longest.recovered or last,
        longest_open=longest.recovered is None,
        equity_depth=float(drawdowns(equity).min()),
    )


def judge(every: list[Falls]) -> Judgement:
    """What the figures say by the rule of the claim."""
    nominal, real = (
        [falls.is_collapse for falls in every if falls.money == money] for money in (NOMINAL, REAL)
    )
    if any(nominal) or (real and all(real)):
        return "fails"
    return "holds in part" if any(real) else "holds"


def _months(start: pd.Timestamp, end: pd.Timestamp) -> float:
    return float((end - start).days / DAYS_A_MONTH)


def _by_which(own: list[Falls]) -> str:
    """By depth, by time or by both, of those that collapsed."""
    deep, slow = any(falls.is_deeper for falls in own), any(falls.is_slow for falls in own)
    if deep and slow:
        return ""
    return ", by its depth and not by its time" if deep else ", by its time and not by its depth"


def _equity_beside(equity: list[Falls], money: str) -> str:
    """That equity too took ten years or more, where it did: that alone tells no bond from it."""
    for falls in equity:
        if falls.money == money and falls.is_slow:
            return f" Equity's own longest was {falls.longest / 12.0:.1f} years."
    return ""


def _because(every: list[Falls], equity: list[Falls]) -> str:
    sentences = []
    for money in (NOMINAL, REAL):
        own = [falls for falls in every if falls.money == money]
        deep = min(own, key=lambda falls: falls.depth)
        slow = max(own, key=lambda falls: falls.longest)
        collapsed = [FUNDS[falls.ticker] for falls in own if falls.is_collapse]
        still = " and not over" if slow.longest_open else ""
        sentences.append(
            f"In {money} the deepest fall was {in_percent(deep.depth)} ({FUNDS[deep.ticker]}, "
            f"{deep.dates}; equity's {in_percent(deep.equity_depth)}) and the longest "
            f"time below a peak {slow.longest / 12.0:.1f} years{still} ({FUNDS[slow.ticker]}, from "
            f"{slow.longest_start:%Y-%m}): "
            + (
                f"a collapse of {', '.join(collapsed)}{_by_which(own)}."
                if collapsed
                else "no collapse."
            )
            + _equity_beside(equity, money)
        )
    return " ".join(sentences)


def _deciding(every: list[Falls], equity: list[Falls]) -> list[Measure]:
    """The worst of all maturities in each money, what refutes the claim first; then equity's."""
    refuting: list[Measure] = []
    others: list[Measure] = []
    beside: list[Measure] = []
    for money in (NOMINAL, REAL):
        own = [falls for falls in every if falls.money == money]
        if not own:
            continue
        deep = min(own, key=lambda falls: falls.depth)
        slow = max(own, key=lambda falls: falls.longest)
        (refuting if deep.is_deeper else others).append(_worst(deep, "deepest", decides=True))
        (refuting if slow.is_slow else others).append(_worst(slow, "longest", decides=True))
        for falls in equity:
            if falls.money == money:
                beside += [_worst(falls, "deepest"), _worst(falls, "longest")]
    return [*refuting, *others, *beside]


def _worst(falls: Falls, which: str, *, decides: bool = False) -> Measure:
    name = FUNDS.get(falls.ticker, "equity")
    if which == "deepest":
        what, value = f"deepest fall in {falls.money}: {name}", falls.depth
        days = pd.DatetimeIndex([falls.start, falls.end])
        return measured(what, value, "percent", index=days, decides=decides)
    still = ", not back yet" if falls.longest_open else ""
    days = pd.DatetimeIndex([falls.longest_start, falls.longest_end])
    what = f"longest time below a peak in {falls.money}: {name}{still}"
    return measured(what, falls.longest, "months", index=days, decides=decides)


def _ranges(exhibits: Exhibits, market: Market) -> list[Measure]:
    """How deep each maturity falls by month-ends, and in resamples of its months."""
    lines = []
    for ticker, years in FUNDS.items():
        returns = monthly_returns(before(exhibits.months), [ticker])
        resampled = Sample(returns, [ticker]).estimate(deepest, ticker)
        lines.append(
            measured(
                f"deepest fall of {years} by month-ends, in {NOMINAL}", resampled, "percent",
                len(returns), "months", returns.index,
                interval="90 % of resampled histories, no interval of the truth",
            )
        )  # fmt: skip
    days = finest(exhibits, list(FUNDS))
    if days.periods_per_year == 12 or days is market:
        return lines
    for ticker, years in FUNDS.items():  # daily prices too short to judge by
        values = before(days).prices[ticker].dropna()
        fall = drawdown_list(values)[0]
        peak = pd.DatetimeIndex([fall.start, fall.end])
        what = f"deepest fall of {years} by daily closes, in {NOMINAL}"
        lines.append(measured(what, fall.depth, "percent", index=peak))
    return lines


def _table(every: list[Falls]) -> ClaimTable:
    rows = []
    for falls in every:
        back = falls.recovered
        rows.append(
            ClaimRow(
                f"{FUNDS[falls.ticker]}, in {falls.money} ({falls.dates})",
                (
                    falls.depth,
                    _months(falls.start, falls.end),
                    None if back is None else _months(falls.start, back),
                    falls.longest,
                    falls.equity_depth,
                ),
            )
        )
    return ClaimTable(
        caption="Each maturity's deepest fall (a dash: not back yet), and its longest below a peak",
        first_head="Treasuries",
        heads=(
            "Deepest fall",
            "Peak to trough",
            "Until back at it",
            "Longest below a peak",
            "Equity's deepest",
        ),
        units=("percent", "months", "months", "months", "percent"),
        rows=tuple(rows),
    )


def _after(exhibits: Exhibits, every: list[Falls]) -> tuple[tuple[Measure, ...], str]:
    """How far each maturity stands below its peak at the end of the data."""
    market = finest(exhibits, [EQUITY, *FUNDS], as_long=True)
    since = after(market)
    if since is None:
        return (), "The data end before the article."
    lines, words = [], []
    nominal = [falls for falls in every if falls.money == NOMINAL]
    for ticker in (falls.ticker for falls in sorted(nominal, key=lambda falls: falls.depth)):
        years = FUNDS[ticker]
        values = market.prices[ticker].dropna()
        below = float(drawdowns(values.to_numpy(float))[-1])
        deeper = float(drawdowns(since.prices[ticker].to_numpy(float)).min())
        lines += [
            measured(f"deepest fall since then: {years}", deeper, "percent", index=since.sessions),
            measured(f"below its peak at the end of the data, in {NOMINAL}: {years}", below,
                     "percent", index=values.index[-1:]),
        ]  # fmt: skip
        was = next(falls for falls in every if (falls.ticker, falls.money) == (ticker, NOMINAL))
        if was.recovered is None:
            words.append(f"{years} {in_percent(below) if below < 0.0 else 'back'}")
    open_falls = "; ".join(words)
    return tuple(lines), (
        f"Falls still open at the article stand, against their peaks, at: {open_falls}."
        if words
        else "No fall was open at the article."
    )

"""Claim 13: Treasuries are the core hedge, against gold, TIPS, bills and cash at home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.claims import Claim, ClaimRow, ClaimTable, Judgement, Measure
from backtests.analysis.hedge import worst_count
from backtests.analysis.levels import Leveled, level_of
from backtests.analysis.months import cvar
from backtests.analysis.payoff import payoff, resampled_payoffs, without_rounding
from backtests.analysis.resampling import Estimate, Sample, interval
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.home_money import HOMES, at_home, since_article, until_article
from backtests.engine.claims.measures import after, measured, monthly_returns
from backtests.engine.claims.sentences import in_points
from data.errors import counted
from data.market import CASH, Market

Array = NDArray[np.float64]
EQUITY, CORE = "SPY", "IEF"
TREASURIES = ("SHY", "IEF", "TLT")
OTHERS = ("GLD", "TIP")
NAMES = {"SHY": "SHY", "IEF": "IEF", "TLT": "TLT", "GLD": "gold", "TIP": "TIPS", CASH: "bills"}
HEDGED = 0.40  # of a mix, the rest in equity
WIDEST = 0.98  # level of an interval over fewer months than the table of levels has one for
SAYS = "In turbulent times Treasuries remain the core hedge of equity."
REFUTED_BY = (
    "Protection is the mean over bills in equity's worst tenth of months. It holds if 7-10 year "
    "Treasuries beat bills there, interval above 0, and no alternative (gold, TIPS, bills; home "
    "cash against unhedged Treasuries in yen, euro, sterling and Swiss franc) protects better, "
    "interval of the difference away from 0. It fails if an alternative in dollars protects "
    "better, or home cash in at least half of the currencies; else it holds in part, as where an "
    "alternative cannot be tried."
)
DATA = (
    "Bundled months for Treasuries against bills, and abroad, where equity and Treasuries are both "
    "counted unhedged in the holder's money; daily data for gold and TIPS, whose months are those "
    "in which all have a price. Below 480 months even an interval of 98 % misses the truth too "
    "often (docs/coverage.md): where it includes 0 these data cannot tell, where it does not that "
    "is weak evidence."
)


@dataclass(frozen=True, eq=False)
class Hedges:
    """Months in which equity and several hedges have a return.

    Attributes
    ----------
    returns
        Months x tickers and ``CASH``, fractions.
    where
        Whose money and which months, in words.
    """

    returns: pd.DataFrame
    where: str

    @property
    def months(self) -> pd.Index:
        """The months."""
        return self.returns.index

    @property
    def counted_words(self) -> str:
        """What a payoff rests on, after the number of months."""
        return f"months, of which the worst {int(worst_count(len(self.months)))} count"

    def level(self, measure: Leveled) -> float:
        """Nominal level of an interval; the widest where so few months have none."""
        return level_of(measure, len(self.months)) or WIDEST

    def payoffs(self, pairs: Sequence[tuple[str, str]]) -> list[Estimate]:
        """Of each pair the first less the second in equity's worst tenth of months.

        Since these are the same months for all, it is also the difference of both payoffs; all
        intervals come from the same resamples.
        """
        legs = [
            without_rounding(*(self.returns[name].to_numpy(float) for name in (EQUITY, *pair)))
            for pair in pairs
        ]
        values = [payoff(equity, excess) for equity, excess in legs]
        blocks = Sample(self.returns, [EQUITY, CORE]).blocks
        if blocks is None or not legs:
            return [Estimate.of(value, None) for value in values]
        every = np.ones(len(self.months), bool)
        drawn = resampled_payoffs(
            blocks, legs[0][0], [excess for _, excess in legs], [every] * len(legs)
        )
        level = self.level("payoff")
        return [
            Estimate.of(value, interval(row, level))
            for value, row in zip(values, drawn, strict=True)
        ]

    def mixes(self, hedges: Sequence[str]) -> Sample:
        """Equity with 40 % of each hedge, rebalanced monthly, and equity alone as ``none``."""
        equity = self.returns[EQUITY]
        columns = {name: (1.0 - HEDGED) * equity + HEDGED * self.returns[name] for name in hedges}
        return Sample(pd.DataFrame({"none": equity, **columns}), ["none", CORE])


def in_months(market: Market, tickers: Sequence[str], where: str) -> Hedges:
    """Month-end returns up to the article, in the months in which all tickers have one."""
    return Hedges(until_article(monthly_returns(market, [EQUITY, *tickers])), where)


def judge(bills: Estimate, dollars: Sequence[Estimate], homes: Sequence[Estimate]) -> Judgement:
    """The judgement by :data:`REFUTED_BY`.

    Parameters
    ----------
    bills
        Treasuries less bills in equity's worst months, over the longest history.
    dollars, homes
        Treasuries less each other alternative; less home cash, by currency.
    """
    if bills.low is None:
        return "cannot be tested here"
    worse_at_home = sum(_is_below(estimate) for estimate in homes)
    if any(map(_is_below, (bills, *dollars))) or (homes and 2 * worse_at_home >= len(homes)):
        return "fails"
    is_tried = len(dollars) == len(OTHERS) and all(
        estimate.high is not None for estimate in (*dollars, *homes)
    )
    return "holds" if bills.low > 0.0 and not worse_at_home and is_tried else "holds in part"


def _is_below(estimate: Estimate) -> bool:
    return estimate.high is not None and estimate.high < 0.0


def _told(
    hedges: Hedges, pairs: Sequence[tuple[str, str]], *, decides: bool, cash_name: str = "bills"
) -> list[tuple[Measure, Estimate]]:
    """Payoffs of pairs as records, in their order, with what the judgement needs."""
    words = f"{100.0 * hedges.level('payoff'):.0f} %, resampled"
    return [
        (
            measured(
                f"{NAMES[ours]} less {cash_name if theirs == CASH else NAMES[theirs]} in equity's "
                f"worst tenth of months{hedges.where}",
                estimate, "points", len(hedges.months), hedges.counted_words, hedges.months,
                decides=decides, interval=words,
            ),
            estimate,
        )
        for (ours, theirs), estimate in zip(pairs, hedges.payoffs(pairs), strict=True)
    ]  # fmt: skip


def _tails(hedges: Hedges, names: Sequence[str]) -> list[Measure]:
    """CVaR(95) of mixes with each hedge, less that of the mix with Treasuries."""
    sample, level = hedges.mixes(names), hedges.level("cvar_saved")
    return [
        measured(
            f"CVaR(95) a month of 60 % equity and 40 % IEF, less with 40 % {NAMES[name]}",
            sample.difference(cvar, [CORE], [name], level=level), "points",
            len(hedges.months), "months", hedges.months,
            interval=f"{100.0 * level:.0f} %, resampled",
        )
        for name in names
        if name != CORE
    ]  # fmt: skip


def _table(every: Sequence[tuple[Hedges, Sequence[str]]]) -> ClaimTable | None:
    """Hedge by hedge; None without a month in which all have a return."""
    rows = []
    for hedges, names in every:
        if not len(hedges.months):
            continue
        span = f"{hedges.months[0]} to {hedges.months[-1]}"
        equity, cash = (hedges.returns[name].to_numpy(float) for name in (EQUITY, CASH))
        sample = hedges.mixes(names)
        rows.append(
            ClaimRow(
                f"equity alone, {span}",
                (payoff(*without_rounding(equity, equity, cash)), _cvar(sample, "none")),
            )
        )
        for name in names:
            legs = without_rounding(equity, hedges.returns[name].to_numpy(float), cash)
            rows.append(
                ClaimRow(f"with {NAMES[name]}, {span}", (payoff(*legs), _cvar(sample, name)))
            )
    if not rows:
        return None
    return ClaimTable(
        caption=(
            "Each alone over bills in equity's worst tenth of months, and the CVaR(95) of a month "
            "of 60 % equity and 40 % of it"
        ),
        first_head="hedge and months",
        heads=("over bills in the worst tenth", "CVaR(95) of the mix"),
        units=("percent", "percent"),
        rows=tuple(rows),
    )


def _cvar(sample: Sample, name: str) -> float:
    return float(cvar(sample.column(name)))


def _after(exhibits: Exhibits) -> tuple[Measure, ...]:
    """What each made since the article, and over bills in the months in which equity fell."""
    days = exhibits.days
    market = exhibits.months if days is None else days
    since = after(market)
    if since is None or EQUITY not in since.tickers:
        return ()
    names = [name for name in (EQUITY, *TREASURIES, *OTHERS) if name in since.tickers]
    levels = since.levels(names).dropna(axis=1)
    total = levels.iloc[-1] / levels.iloc[0] - 1.0
    returns = since_article(monthly_returns(market, names))
    fell = returns[returns[EQUITY] < 0.0]
    core_first = sorted((name for name in names if name != EQUITY), key=lambda name: name != CORE)
    told = [
        measured(
            f"{NAMES[name]} less bills in months since then in which equity fell",
            float((fell[name] - fell[CASH]).mean()), "points", len(fell), "months", fell.index,
        )
        for name in core_first
        if len(fell)
    ]  # fmt: skip
    if CORE in total:
        told += [
            measured(f"IEF less {NAMES[name]} since then", float(total[CORE] - total[name]),
                     "points", index=levels.index)
            for name in (CASH, *OTHERS)
            if name in total
        ]  # fmt: skip
    told += [
        measured(f"{NAMES.get(str(name), 'equity')}, total return since then", total[name],
                 "percent", index=levels.index)
        for name in total.index
    ]  # fmt: skip
    return tuple(told)


def _after_words(since: Sequence[Measure]) -> str:
    if not since:
        return "The data end before the article."
    fell = [measure for measure in since if "equity fell" in measure.what]
    if not fell:
        return "Equity fell in no whole month from May 2025 on: nothing had to be protected."
    return (
        f"Equity fell in {counted(fell[0].n or 0, 'month')} of those from May 2025 on: too few for "
        "a word on protection."
    )


def core_hedge(exhibits: Exhibits) -> Claim:
    """Try claim 13."""
    months, days = exhibits.months, exhibits.days
    months_of_bills = in_months(months, [CORE], "")
    with_bills = _told(months_of_bills, [(CORE, CASH)], decides=True)
    other_funds = [
        told
        for fund in TREASURIES
        if fund != CORE
        for told in _told(in_months(months, [fund, CORE], ""), [(fund, CASH)], decides=False)
    ]
    at_homes = [told for code in HOMES for told in _at_home(months, code)]
    tabled: list[tuple[Hedges, Sequence[str]]] = [
        (in_months(months, TREASURIES, ""), [*TREASURIES, CASH])
    ]
    beside, bills_beside, tails = [], [], []
    others = _others(days)
    if days is not None and others:
        names = [*(fund for fund in TREASURIES if fund in days.tickers), *others]
        daily = in_months(days, names, f", in months with {_listed(others)}")
        beside = _told(daily, [(CORE, name) for name in others], decides=True)
        bills_beside = _told(daily, [(name, CASH) for name in names], decides=False)
        tails = _tails(daily, [*names, CASH])
        tabled.append((daily, [*names, CASH]))
    dollars, homes = [each for _, each in beside], [each for _, each in at_homes]
    bills, count = with_bills[0][1], len(months_of_bills.months)
    is_enough = level_of("payoff", count) is not None
    told = [*with_bills, *beside, *at_homes, *bills_beside, *other_funds]
    since = _after(exhibits)
    lacking = [NAMES[name] for name in OTHERS if name not in others]
    return Claim(
        number=13,
        title="Treasuries are the core hedge",
        says=SAYS,
        refuted_by=REFUTED_BY,
        data=DATA,
        judgement=judge(bills, dollars, homes) if is_enough else "cannot be tested here",
        because=(
            _because(with_bills[0], others, beside, at_homes)
            if is_enough
            else f"There are {counted(count, 'month')} of Treasuries and bills, fewer than an "
            "interval that can be relied on needs."
        ),
        measures=(*(measure for measure, _ in told), *tails),
        after=since,
        after_words=_after_words(since),
        table=_table(tabled),
        missing=f"daily prices of {_listed(lacking, names=False)}" if lacking else "",
    )


def _others(days: Market | None) -> list[str]:
    """The alternatives that daily prices have, beside equity and Treasuries."""
    if days is None or not {EQUITY, CORE} <= set(days.tickers):
        return []
    return [name for name in OTHERS if name in days.tickers]


def _listed(words: Sequence[str], *, names: bool = True) -> str:
    return " and ".join(NAMES[word] if names else word for word in words)


def _at_home(months: Market, code: str) -> list[tuple[Measure, Estimate]]:
    """Unhedged Treasuries less the money market of a currency, where equity is counted in it."""
    market = at_home(months, code)
    if market is None:
        return []
    at = in_months(market, [CORE], f", in {code}")
    if not len(at.months):
        return []
    return _told(at, [(CORE, CASH)], decides=True, cash_name="home cash")


def _because(
    with_bills: tuple[Measure, Estimate],
    others: Sequence[str],
    beside: Sequence[tuple[Measure, Estimate]],
    at_homes: Sequence[tuple[Measure, Estimate]],
) -> str:
    first = with_bills[0]
    if first.value is None:
        return "There are no months to judge by."
    told = (
        f"In equity's worst tenth of {first.n} months 7-10 year Treasuries earned "
        f"{in_points(first)} a month over bills"
    )
    for name, (measure, _) in zip(others, beside, strict=True):
        if measure.value is not None:
            told += f", {in_points(measure)} over {NAMES[name]} in {measure.n} months"
    worse = sum(_is_below(estimate) for _, estimate in at_homes)
    if at_homes:
        told += (
            f"; counted at home and unhedged they protected worse than home cash in {worse} of "
            f"{len(at_homes)} other currencies"
        )
    return f"{told}."

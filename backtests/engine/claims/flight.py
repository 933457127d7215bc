"""Claim 1: in turmoil money flees into Treasuries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.claims import ARTICLE_DAY, Claim, ClaimTable, Judgement, Measure, Unit
from backtests.analysis.decide import Months, evidence_of
from backtests.analysis.evidence import Evidence
from backtests.analysis.hedge import down_month_hit_rate, down_month_mean, down_month_ratio
from backtests.analysis.levels import level_of
from backtests.analysis.payoff import payoff, resampled_payoffs, without_rounding
from backtests.analysis.regimes import stock_bond_correlation
from backtests.analysis.resampling import FEWEST_ROWS, Estimate, Sample, interval
from backtests.analysis.states import NEGATIVE, POSITIVE, Labels, states_of
from backtests.engine.claims.episodes import EQUITY, april_2025, falls, rows_of
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import (
    after,
    before,
    finest,
    measured,
    monthly_returns,
)
from backtests.engine.claims.sentences import in_points
from backtests.engine.stock_bond import seven_to_ten_years
from data.market import CASH

BOND = "IEF"
WHAT = "Treasuries less bills in equity's worst tenth of months"
ERAS = (("1962 to 1999", 1962, 1999), ("2000 to 2021", 2000, 2021), ("since 2022", 2022, 9999))
LEGS = {EQUITY: "equity", BOND: "hedge", CASH: "cash"}
COLUMNS = ("equity", BOND, CASH, "y10_bp")


def money_flees(exhibits: Exhibits) -> Claim:
    """Whether 7-10-year Treasuries earned more than bills when equity fell hardest."""
    months = before(exhibits.months)
    returns = monthly_returns(months, [EQUITY, BOND]).rename(columns=LEGS)
    correlation = stock_bond_correlation(returns["equity"], seven_to_ten_years(months))
    sample = Sample(returns, ["equity", "hedge"])
    labels = states_of(correlation, pd.PeriodIndex(returns.index))
    asked = Months(returns, labels, BOND)
    evidence = evidence_of(asked, sample.blocks)
    table = falls(exhibits, pd.Timestamp(ARTICLE_DAY), [BOND])
    beat = _beat_bills(table)
    states = [state.payoff.estimate for state in evidence.states]
    judgement = judge(evidence.every.estimate, states)
    later, later_words = _after(exhibits)
    return Claim(
        number=1,
        title="In turmoil money flees into Treasuries",
        says="When markets panic, investors everywhere buy Treasuries, so they gain as equity "
        "falls.",
        refuted_by="The interval of what 7-10-year Treasuries earned over bills in equity's worst "
        "tenth of months lies below 0, and their mean excess is below 0 after both signs of the "
        "stock-bond correlation; or that interval contains 0 and the excess is above 0 after "
        "neither sign. It holds where the interval lies above 0 and the excess is above 0 after "
        "both signs. Anything between holds in part. Not judged before there "
        "are months after both signs.",
        data=f"{months.title}; each fall of equity by "
        + ("daily closes where there are some" if table["daily"].any() else "month-ends"),
        judgement=judgement,
        because=_because(evidence, beat),
        measures=(*_states(evidence, returns, labels), *_eras(returns, sample),
                  *_shares(table, beat), *_down_months(exhibits)),
        after=later,
        after_words=later_words,
        table=ClaimTable(
            caption="Each fall of equity: total returns, and the change of the 10-year yield",
            first_head="Fall",
            heads=("Equity", "7-10-year Treasuries", "Bills", "10-year yield"),
            units=("percent", "percent", "percent", "bp"),
            rows=(*rows_of(table, COLUMNS), *rows_of(april_2025(exhibits, [BOND]), COLUMNS)),
        ),
        missing=_missing(table, exhibits),
    )  # fmt: skip


def judge(every: Estimate, states: Sequence[Estimate]) -> Judgement:
    """What the figures say by the rule of the claim.

    Parameters
    ----------
    every
        Treasuries less bills in equity's worst tenth of all months.
    states
        The same of the months after negative and after positive correlation.
    """
    values = [state.value for state in states if state.value is not None]
    if every.low is None or every.high is None or len(values) < len(states):
        return "cannot be tested here"
    if every.low > 0.0 and min(values) > 0.0:
        return "holds"
    if every.low <= 0.0 and max(values) <= 0.0:
        return "fails"
    return "holds in part"


def _because(evidence: Evidence, beat: pd.Series) -> str:
    every = evidence.every.estimate
    if every.value is None or every.low is None or every.high is None:
        return "There are too few months for an interval."
    after_sign = ", after ".join(
        f"{state.name} correlation {100.0 * state.payoff.estimate.value:+.2f} points"
        for state in evidence.states
        if state.payoff.estimate.value is not None
    )
    return (
        f"In equity's worst {evidence.every.worst_months} months Treasuries earned "
        f"{in_points(every)} a month over bills. In the worst tenth of the months that follow each "
        f"sign of the stock-bond correlation: after {after_sign}. They beat bills in "
        f"{int(beat.sum())} of {len(beat)} falls of equity."
    )


def _states(evidence: Evidence, returns: pd.DataFrame, labels: Labels) -> tuple[Measure, ...]:
    count = len(returns)
    lines = [
        measured(
            f"{WHAT}, a month", evidence.every.estimate, "points",
            evidence.every.worst_months, "worst months", returns.index, decides=True,
            interval=_resampled(level_of("payoff", count)),
        )
    ]  # fmt: skip
    for state, sign, level in zip(
        evidence.states,
        (NEGATIVE, POSITIVE),
        (level_of("payoff_after_negative", count), level_of("payoff_after_positive", count)),
        strict=True,
    ):
        lines.append(
            measured(
                f"{WHAT}, after {state.name} stock-bond correlation", state.payoff.estimate,
                "points", state.payoff.worst_months, "worst months", returns.index[labels == sign],
                decides=True,
                interval=_resampled(level),
            )
        )  # fmt: skip
    if evidence.placebo_share is not None:
        lines.append(
            measured(
                "shifted signs of the correlation that tell the months apart as well",
                evidence.placebo_share, "share", count, "months", returns.index,
            )
        )  # fmt: skip
    return tuple(lines)


def _eras(returns: pd.DataFrame, sample: Sample) -> list[Measure]:
    """The excess in the worst tenth of the months of each era, resampled with all the others."""
    equity, excess = without_rounding(
        *(returns[name].to_numpy(float) for name in ("equity", "hedge", "cash"))
    )
    years = pd.PeriodIndex(returns.index).year
    sets = [np.asarray((years >= first) & (years <= last)) for _, first, last in ERAS]
    level = level_of("payoff_of_state", len(returns))
    limits: list[tuple[float, float] | None] = [None] * len(sets)
    if sample.blocks is not None and level is not None:
        drawn = resampled_payoffs(sample.blocks, equity, [excess] * len(sets), sets)
        limits = [
            interval(of_era, level) if inside.sum() >= FEWEST_ROWS else None
            for of_era, inside in zip(drawn, sets, strict=True)
        ]
    lines = []
    for (name, _, _), inside, ends in zip(ERAS, sets, limits, strict=True):
        lines.append(
            measured(
                f"{WHAT}, {name}", Estimate.of(payoff(equity[inside], excess[inside]), ends),
                "points", -(-int(inside.sum()) // 10), "worst months", returns.index[inside],
                interval=_resampled(level),
            )
        )  # fmt: skip
    return lines


def _beat_bills(table: pd.DataFrame) -> pd.Series:
    known = table.dropna(subset=[BOND])
    return known[BOND] > known[CASH]


def _shares(table: pd.DataFrame, beat: pd.Series) -> list[Measure]:
    """In how many falls of equity Treasuries beat bills, in all and by era of their start."""
    starts = table["began"][beat.index]
    what = "falls of equity in which Treasuries beat bills"
    lines = [_share(what, beat, starts)]
    for name, first, last in ERAS:
        inside = starts.dt.year.between(first, last)
        lines.append(_share(f"{what}, begun {name}", beat[inside], starts[inside]))
    return lines


def _share(what: str, beat: pd.Series, starts: pd.Series) -> Measure:
    share = float(beat.mean()) if len(beat) else None
    return measured(what, share, "share", len(beat), "falls", pd.DatetimeIndex(starts))


def _down_months(exhibits: Exhibits) -> list[Measure]:
    """Every down month of equity, of fund prices alone where there are some."""
    market = before(finest(exhibits, [EQUITY, BOND]))
    returns = monthly_returns(market, [EQUITY, BOND])
    where = ""
    own_first = market.provenance[BOND].own_first
    if own_first is not None:
        returns = returns.loc[pd.Period(own_first, "M") + 1 :]
        where = " (the fund's own prices)"
    return down_months(returns, where)


def down_months(returns: pd.DataFrame, where: str = "") -> list[Measure]:
    """What Treasuries did in every month in which equity fell.

    Parameters
    ----------
    returns
        Months x tickers, SPY and IEF among them.
    where
        Of which prices, in words.
    """
    legs = returns[BOND].to_numpy(float), returns[EQUITY].to_numpy(float)
    figures: tuple[tuple[str, NDArray[np.float64], Unit], ...] = (
        ("mean return of Treasuries", down_month_mean(*legs), "percent"),
        ("share of gains of Treasuries", down_month_hit_rate(*legs), "share"),
        ("return of Treasuries over equity's", down_month_ratio(*legs), "times"),
    )
    down = int((legs[1] < 0.0).sum())
    return [
        measured(f"{what} in equity's down months{where}", float(value), unit, down,
                 "down months", returns.index)
        for what, value, unit in figures
    ]  # fmt: skip


def _after(exhibits: Exhibits) -> tuple[tuple[Measure, ...], str]:
    market = after(finest(exhibits, [EQUITY, BOND]))
    if market is None:
        return (), "The data end before the article."
    levels = market.levels([EQUITY, BOND])
    total = levels.iloc[-1] / levels.iloc[0] - 1.0
    returns = monthly_returns(market, [EQUITY, BOND])
    down = returns[returns[EQUITY] < 0.0]
    lines = [
        measured("Treasuries less bills since then", float(total[BOND] - total[CASH]), "points",
                 index=levels.index),
        *(
            measured(f"{name} since then", float(total[ticker]), "percent", index=levels.index)
            for name, ticker in (
                ("7-10-year Treasuries", BOND), ("bills", CASH), ("equity", EQUITY),
            )
        ),
    ]  # fmt: skip
    words = f"Equity fell in none of {len(returns)} months since: there was no turmoil to test it."
    if len(down):
        mean = float((down[BOND] - down[CASH]).mean())
        lines.insert(
            0,
            measured("Treasuries less bills in equity's down months since then, a month", mean,
                     "points", len(down), "down months", down.index),
        )  # fmt: skip
        words = (
            f"In {len(down)} of {len(returns)} months since equity fell; Treasuries earned "
            f"{100.0 * mean:+.2f} points a month over bills in these: too few to judge by."
        )
    return tuple(lines), words


def _missing(table: pd.DataFrame, exhibits: Exhibits) -> str:
    if table["daily"].any():
        return ""
    why = f" ({exhibits.days_missing})" if exhibits.days_missing else ""
    return (
        f"Daily prices{why}: month-ends show less of a short fall, and cannot show that of "
        "February to April 2025."
    )


def _resampled(level: float | None) -> str:
    return "" if level is None else f"{round(100.0 * level)} %, resampled"

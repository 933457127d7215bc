"""A whole verdict made by hand, for tests that change a line of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from backtests.analysis.evidence import Evidence, Payoff, State, StateName, word_of
from backtests.analysis.numbers import PortfolioNumbers
from backtests.analysis.record import (
    Cost,
    Crisis,
    GrowthAgainst,
    GrowthGivenUp,
    HoldingMap,
    JudgedPortfolio,
    Measure,
    PointsPerPoint,
    Regime,
    Tickers,
    Verdict,
    WorstQuarter,
)
from backtests.analysis.resampling import Estimate, SampleSize
from backtests.analysis.series import (
    Drawdowns,
    FourPaths,
    Inflation,
    LegReturns,
    Series,
    TrailingCorrelation,
)

NOTHING = Estimate(None, None, None)


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> Estimate:
    """A number with or without its interval."""
    return Estimate(value, low, high)


def make_numbers(**changes: Any) -> PortfolioNumbers:
    """Numbers of a portfolio that fell once and came back."""
    numbers = PortfolioNumbers(
        cagr=0.08,
        total_return=0.36,
        volatility=0.1,
        volatility_monthly=0.09,
        sharpe=0.5,
        sortino=0.7,
        max_drawdown=-0.3,
        max_drawdown_start="2007-10-31",
        max_drawdown_end="2009-02-28",
        max_drawdown_recovered="2010-12-31",
        days_under_water=1157,
        share_under_water=0.4,
        calmar=0.27,
        best_year=0.25,
        worst_year=-0.2,
        cvar_95=-0.02,
        cvar_95_monthly=-0.06,
        turnover_per_year=0.101,
        costs_paid=1234.0,
        final_value=46_000.0,
    )
    return dataclasses.replace(numbers, **changes)


def make_crisis(equity: float, hedge: float | None, cash: float, **changes: Any) -> Crisis:
    """A fall of equity, or a rise."""
    crisis = Crisis(
        name="Crisis",
        start="2008-01-31",
        end="2009-01-31",
        detected=False,
        equity=equity,
        hedge=hedge,
        cash=cash,
        portfolio=equity / 2,
        bills=equity * 0.6,
        y10_bp=None,
    )
    return dataclasses.replace(crisis, **changes)


def make_regime(label: str, months: int, down_months: int, hedge: float, **changes: Any) -> Regime:
    """Months that began with a correlation of one sign; ``hedge`` in their down months."""
    regime = Regime(
        dimension="correlation",
        label=label,
        months=months,
        down_months=down_months,
        correlation=-0.3,
        equity_mean_monthly=0.006,
        hedge_mean_monthly=0.003,
        cash_mean_monthly=0.002,
        down_month_ratio=-0.3,
        down_month_hit_rate=0.7,
        down_month_mean_monthly=hedge,
        down_month_cash_mean_monthly=0.002,
        worst_decile_mean_monthly=0.01,
        worst_decile_hit_rate_monthly=0.8,
        cvar_saved_against_bills_monthly=None,
    )
    return dataclasses.replace(regime, **changes)


def make_payoff(months: int, estimate: Estimate) -> Payoff:
    """The payoff of so many months; its word is that of the interval."""
    return Payoff(
        months=months,
        worst_months=-(-months // 10),
        estimate=estimate,
        above_zero=None if estimate.low is None else 0.9,
        word=word_of(estimate),
        worst_months_held=-(-months // 10),
    )


def make_state(name: StateName, months: int, payoff: Estimate, **changes: Any) -> State:
    """Months after one sign of correlation, in no episode."""
    state = State(name=name, payoff=make_payoff(months, payoff), episodes=(), rests_on=None)
    return dataclasses.replace(state, **changes)


def make_evidence(**changes: Any) -> Evidence:
    """The evidence of 200 months in which the hedge works whatever the correlation was."""
    evidence = Evidence(
        every=make_payoff(200, estimate(0.0104, 0.0021, 0.0187)),
        negative=make_state("negative", 120, estimate(0.0121, 0.0042, 0.0203)),
        positive=make_state("positive", 80, estimate(0.0088, -0.0012, 0.0156)),
        difference=estimate(0.0033, -0.0061, 0.0117),
        placebo_share=0.4,
        unlabelled_months=0,
        correlation_of="IEF",
    )
    return dataclasses.replace(evidence, **changes)


def make_verdict(**changes: Any) -> Verdict:
    """A verdict of 200 months in which IEF worked beside SPY."""
    nothing = FourPaths((), (), (), ())
    verdict = Verdict(
        word="works",
        evidence=make_evidence(),
        first_edition_word="works",
        holds_hedge=True,
        sample=SampleSize(
            months=200,
            first="2000-01",
            last="2016-08",
            repetitions=1000,
            deciding_repetitions=10_000,
            block_months=4,
            seed=1,
            fewest_months=60,
        ),
        works=(
            Measure(
                key="cvar_saved_monthly",
                kind="interval",
                unit="points",
                treasuries=estimate(0.0301, 0.02, 0.04),
                bills=estimate(0.0202),
                difference=estimate(0.0099, 0.0011, 0.0188),
            ),
            Measure(
                key="drawdown_saved_monthly",
                kind="range",
                unit="points",
                treasuries=estimate(0.2103),
                bills=estimate(0.1504),
                difference=estimate(0.06),
            ),
        ),
        worst_quarter_monthly=WorstQuarter(portfolio=-0.16, equity=-0.26, bills=-0.17),
        crises=(
            make_crisis(-0.2, 0.1, 0.01),
            make_crisis(-0.2, 0.005, 0.01),
            make_crisis(-0.2, 0.03, 0.01),
            make_crisis(0.1, 0.2, 0.01),
        ),
        april_2025=(),
        regimes=(
            make_regime("negative", 120, 44, 0.0105),
            make_regime("positive", 80, 30, -0.0206),
        ),
        regimes_missing=(),
        regimes_unlabelled_months={},
        yield_terciles_pct=None,
        cost=Cost(
            growth_given_up_monthly=GrowthGivenUp(
                portfolio=estimate(0.0107, -0.002, 0.03),
                bills=estimate(0.0208),
                matched=estimate(0.0150),
            ),
            growth_against_monthly=GrowthAgainst(bills=estimate(0.0101), matched=estimate(0.0043)),
            cvar_points_per_growth_point=PointsPerPoint(portfolio=2.81, bills=0.97, matched=1.2),
        ),
        holding=(),
        holding_map=HoldingMap((), (), (), (), (), ()),
        holding_three_years=None,
        series=Series(
            months=(),
            growth=nothing,
            drawdown=Drawdowns((), False, 1, nothing),
            returns=LegReturns((), ()),
            correlation=TrailingCorrelation((), (), 36),
            inflation=Inflation((), ()),
        ),
        tickers=Tickers(equity=("SPY",), hedge=("IEF",)),
        matched_weight=0.55,
        volatility_is_matched=True,
        portfolios=tuple(
            JudgedPortfolio(key, "", None, make_numbers(), 0.6, 0.01)
            for key in ("portfolio", "equity", "bills", "matched")
        ),
        attribution=None,
    )
    return dataclasses.replace(verdict, **changes)

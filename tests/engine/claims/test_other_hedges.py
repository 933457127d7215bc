"""Claim 13: payoffs and tails by hand and against ground truth, and the rule of the judgement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.claims import Measure
from backtests.analysis.months import cvar
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.home_money import at_home
from backtests.engine.claims.measures import monthly_returns
from backtests.engine.claims.other_hedges import (
    Hedges,
    core_hedge,
    in_months,
    judge,
)
from data.market import CASH
from tests.conftest import market_of, random_market
from tests.engine.claims.world_exhibits import (
    ABOVE,
    AROUND,
    BELOW,
    NO_INTERVAL,
    bundled_months,
    row_of,
    the,
    with_prices,
    with_real_days,
)


def made(**columns: list[float]) -> Hedges:
    """Months of returns, with bills that earn nothing."""
    rows = len(columns["SPY"])
    months = pd.period_range("2001-01", periods=rows, freq="M")
    return Hedges(pd.DataFrame({**columns, CASH: [0.0] * rows}, months), "")


def test_protection_is_the_mean_of_the_worst_tenth_by_hand():
    # Of 20 months the worst two count: the 3rd and the 11th.
    equity = [0.01] * 20
    equity[2], equity[10] = -0.10, -0.05
    treasuries, gold = [0.0] * 20, [0.0] * 20
    treasuries[2], treasuries[10], gold[2], gold[10] = 0.03, 0.01, 0.05, 0.02
    hedges = made(SPY=equity, IEF=treasuries, GLD=gold)
    over_bills, over_gold = hedges.payoffs([("IEF", CASH), ("IEF", "GLD")])
    assert over_bills.value == pytest.approx(0.02)
    assert over_gold.value == pytest.approx(0.02 - 0.035)
    assert over_bills.low is None  # of so few months there is no interval


def test_a_difference_has_the_resamples_of_both():
    returns = monthly_returns(random_market(3, ("SPY", "IEF"), rows=300, ppy=12), ["SPY", "IEF"])
    hedges = Hedges(returns.assign(GLD=returns["IEF"] - 0.01, TIP=returns["IEF"]), "")
    over_gold, over_itself = hedges.payoffs([("IEF", "GLD"), ("IEF", "TIP")])
    for end in (over_gold.value, over_gold.low, over_gold.high):
        assert end == pytest.approx(0.01)
    assert (over_itself.value, over_itself.low, over_itself.high) == (0.0, 0.0, 0.0)


def test_few_months_have_the_widest_interval():
    short, long = (made(SPY=[0.0] * rows, IEF=[0.0] * rows) for rows in (244, 758))
    assert (short.level("payoff"), long.level("payoff")) == (0.98, 0.97)


def test_tails_of_mixes_are_those_of_ground_truth():
    days = with_real_days().days
    assert days is not None
    returns = monthly_returns(days, ["SPY", "IEF", "TLT"]).loc["2003-01":"2024-12"]
    mixes = Hedges(returns, "").mixes(["IEF", "TLT"])
    tails = [100.0 * float(cvar(mixes.column(name))) for name in ("none", "IEF", "TLT")]
    assert tails == pytest.approx([-9.33, -5.72, -6.50], abs=0.006)


def test_the_rule_of_the_judgement():
    assert judge(ABOVE, [ABOVE, AROUND], [AROUND] * 4) == "holds"
    assert judge(ABOVE, [], []) == "holds in part"  # neither gold nor TIPS could be tried
    assert judge(ABOVE, [ABOVE], [ABOVE]) == "holds in part"
    assert judge(AROUND, [ABOVE], [ABOVE]) == "holds in part"
    assert judge(BELOW, [], []) == "fails"
    assert judge(ABOVE, [AROUND, BELOW], []) == "fails"
    assert judge(ABOVE, [ABOVE, ABOVE], [BELOW, AROUND, AROUND, ABOVE]) == "holds in part"
    assert judge(ABOVE, [ABOVE], [BELOW, BELOW, AROUND, ABOVE]) == "fails"
    assert judge(ABOVE, [ABOVE, NO_INTERVAL], [ABOVE]) == "holds in part"
    assert judge(ABOVE, [ABOVE, ABOVE], [NO_INTERVAL]) == "holds in part"
    assert judge(NO_INTERVAL, [BELOW], []) == "cannot be tested here"


def test_a_hedge_that_gains_when_equity_falls_holds_as_far_as_months_can_tell():
    """A law: what moves against equity in every currency's worst months protects in dollars."""
    months = bundled_months().months
    moves = np.r_[0.0, -2.0 * months.prices["SPY"].pct_change().to_numpy()[1:]].clip(-0.5, 0.5)
    against = with_prices(months, IEF=100.0 * np.cumprod(1.0 + moves))
    claim = core_hedge(Exhibits(against, None, ""))
    assert the(claim, "IEF less bills").low > 0.0
    assert claim.judgement == "holds in part"  # months have neither gold nor TIPS


def test_a_hedge_that_falls_with_equity_fails():
    months = bundled_months().months
    claim = core_hedge(Exhibits(with_prices(months, IEF=months.prices["SPY"]), None, ""))
    assert claim.judgement == "fails"


def test_too_few_months_are_not_judged():
    # As the verdict: below 480 months no interval of a payoff can be relied on.
    for last, judgement in (("1970-12-31", "cannot"), ("2001-12-31", "cannot"), ("2002-02", "")):
        months = bundled_months().months.until(pd.Timestamp(last) + pd.offsets.MonthEnd(0))
        claim = core_hedge(replace(bundled_months(), months=months))
        assert claim.judgement.startswith(judgement), last
        assert (claim.judgement == "cannot be tested here") == bool(judgement), last
    early = bundled_months().months.until(pd.Timestamp("1970-12-31"))
    assert core_hedge(replace(bundled_months(), months=early)).table is None  # no TLT before 1973


def test_the_first_figure_since_the_article_is_the_claims_own():
    months = core_hedge(bundled_months()).after
    # Of the months from May 2025 on equity fell in December alone.
    market = bundled_months().months
    december = market.levels(["IEF"]).pct_change().loc["2025-12-31"]
    assert months[0].what == "IEF less bills in months since then in which equity fell"
    assert months[0].value == pytest.approx(december["IEF"] - december[CASH])
    assert months[0].n == 1
    assert "Equity fell in 1 month" in core_hedge(bundled_months()).after_words
    days = core_hedge(with_real_days()).after  # to September: equity fell in no whole month
    assert days[0].what == "IEF less bills since then"


def test_protection_abroad_is_counted_in_the_money_of_the_holder():
    claim = core_hedge(bundled_months())
    yen = the(claim, "home cash", "JPY")
    assert (yen.first, yen.last, yen.n) == ("1992-11", "2025-03", 389)
    assert yen.decides
    # By hand: equity, Treasuries and the money market in yen.
    market = at_home(bundled_months().months, "JPY")
    assert market is not None
    returns = market.levels(["SPY", "IEF"]).pct_change().iloc[1:].loc[:"2025-03-31"]
    worst = returns.nsmallest(39, "SPY")  # of 389
    assert yen.value == pytest.approx((worst["IEF"] - worst[CASH]).mean())


def judged_again(measures: tuple[Measure, ...]) -> str:
    """The judgement by the figures that are shown."""
    deciding = [measure for measure in measures if measure.decides]
    homes = [measure for measure in deciding if "home cash" in measure.what]
    return judge(deciding[0], [each for each in deciding[1:] if each not in homes], homes)


def test_on_months_alone():
    claim = core_hedge(bundled_months())
    assert (claim.number, claim.judgement) == (13, judged_again(claim.measures))
    assert claim.missing == "daily prices of gold and TIPS"
    first = claim.measures[0]
    assert (first.n, first.first, first.last) == (758, "1962-02", "2025-03")
    assert "76 count" in first.n_of
    (_, tail) = row_of(claim, "equity alone, 1973-02 to 2025-03")
    assert tail == pytest.approx(
        float(cvar(in_months(bundled_months().months, ["TLT"], "").returns["SPY"].to_numpy()))
    )


def test_gold_and_tips_where_all_have_a_price():
    claim = core_hedge(with_real_days())
    assert claim.judgement == judged_again(claim.measures)
    assert claim.missing == ""
    gold = the(claim, "IEF less gold")
    assert (gold.first, gold.last, gold.n) == ("2004-12", "2025-03", 244)
    of_gold = row_of(claim, "with gold")[0]
    treasuries = [
        row.values[0] for row in claim.table.rows if row.name.startswith("with IEF, 2004")
    ]
    assert gold.value == pytest.approx(treasuries[0] - of_gold)
    assert the(claim, "gold less bills").value == pytest.approx(of_gold)
    assert the(claim, "CVaR", "gold").n == 244
    assert {measure.first for measure in claim.after if "total" in measure.what} == {"2025-04-14"}


def test_days_with_gold_alone_say_that_tips_are_missing():
    days = random_market(5, ("SPY", "IEF", "GLD"), rows=2000)
    claim = core_hedge(replace(bundled_months(), days=days))
    assert claim.missing == "daily prices of TIPS"
    assert the(claim, "IEF less gold").decides
    assert claim.after == ()


def test_days_without_treasuries_are_not_used():
    days = market_of(random_market(5, ("SPY", "GLD"), rows=500).prices)
    claim = core_hedge(replace(bundled_months(), days=days))
    assert claim.missing == "daily prices of gold and TIPS"

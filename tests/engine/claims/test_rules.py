"""Attack and defend against a mix that never moves: laws, the house's reference, the rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.months import month_ends
from backtests.analysis.resampling import Estimate
from backtests.engine import ledger
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.loading import load_exhibits
from backtests.engine.claims.rules import (
    COSTS,
    RULES,
    attack_and_defend,
    contest,
    grown_since,
    judged,
    tried,
)
from backtests.engine.references import StaticDuration, make_references
from backtests.engine.simulate import simulate
from data import bundled
from strategies.attack_defend import AttackDefend
from strategies.dial import DurationRule
from strategies.registry import STRATEGIES, strategy_class
from tests.conftest import SHARED, market_of


@pytest.fixture(scope="module")
def months():
    return bundled.load(bundled.TICKERS)


@pytest.fixture(scope="module")
def earlier(months):
    return months.until(pd.Timestamp("2025-03-31"))


@pytest.fixture(scope="module")
def claim(months):
    return attack_and_defend(Exhibits(months, None, ""))


def test_every_duration_rule_is_tried():
    kinds = [strategy_class(name) for name in STRATEGIES]
    assert set(RULES) == {kind for kind in kinds if issubclass(kind, DurationRule)}
    assert RULES[0] is AttackDefend


def test_a_rule_that_never_moves_earns_no_premium(earlier):
    made = contest(earlier, StaticDuration(duration=6.0))
    assert made.mix.duration == pytest.approx(6.0, abs=0.01)  # weights drift between decisions
    assert made.premium.value == pytest.approx(0.0, abs=1e-5)
    assert made.saved.value == pytest.approx(0.0, abs=1e-5)
    assert made.switches == 0


def test_the_static_mix_is_the_one_of_the_verdict(earlier):
    made = contest(earlier, AttackDefend())
    simulation = simulate(earlier, AttackDefend(), COSTS, engine=ledger.fill)
    static = make_references(earlier, AttackDefend(), simulation, "SPY", engine=ledger.fill).static
    levels = static.nav.loc[simulation.first_fill :].to_frame("static")
    expected = month_ends(levels)["static"].pct_change(fill_method=None).iloc[1:]
    np.testing.assert_allclose(made.sample.column("static"), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("premium", "word"),
    [
        (Estimate(0.002, 0.0001, 0.004), "holds"),
        (Estimate(0.002, 0.0, 0.004), "holds in part"),
        (Estimate(0.002, -0.001, 0.004), "holds in part"),
        (Estimate(0.0, -0.001, 0.001), "fails"),
        (Estimate(-0.002, -0.004, 0.001), "fails"),
        (Estimate(-0.002, -0.004, -0.001), "fails"),
    ],
)
def test_the_rule(premium, word):
    assert judged(premium) == word


def test_nothing_after_the_article_decides(months, earlier, claim):
    ended = attack_and_defend(Exhibits(earlier, None, ""))
    assert ended.measures == claim.measures
    assert ended.table == claim.table
    assert {measure.last for measure in claim.measures} == {"2025-03"}
    assert ended.after == ()
    assert "nothing after" in ended.after_words


def test_what_came_since_is_of_the_mix_fixed_before(months, earlier, claim):
    mix = contest(earlier, AttackDefend()).mix
    ours, theirs = grown_since(months, mix)
    simulation = simulate(months, AttackDefend(), COSTS, engine=ledger.fill)
    since = simulation.nav.iloc[-1] / simulation.nav.loc["2025-04-30"] - 1
    assert ours == pytest.approx(since)
    assert claim.after[0].value == pytest.approx(ours - theirs)
    assert (claim.after[0].first, claim.after[0].last) == ("2025-04-30", "2025-12-31")


def test_attack_and_defend_decides_alone(claim):
    assert claim.number == 10
    assert [measure.decides for measure in claim.measures] == [True, False, False, False]
    premium = claim.measures[0]
    assert claim.judgement == judged(Estimate(premium.value, premium.low, premium.high))
    assert (premium.n, premium.first) == (698, "1967-02")  # five years of yields, and a fill
    assert [row.name for row in claim.table.rows] == [rule.name for rule in RULES]
    assert all(len(row.values) == len(claim.table.heads) for row in claim.table.rows)
    growths = claim.table.rows[0].values
    assert growths[2] == pytest.approx(growths[0] - growths[1])
    assert growths[2] == premium.value


def test_two_prices_needs_days_and_says_so(claim):
    assert claim.table.rows[-1].values == (None,) * 8
    assert claim.missing == "two_prices needs daily data, and bundled is monthly."


def test_too_little_history_is_not_judged(months):
    for end in ("1964-12-31", "1970-06-30"):  # no decision at all; fewer than 60 months
        claim = attack_and_defend(Exhibits(months.until(pd.Timestamp(end)), None, ""))
        assert claim.judgement == "cannot be tested here"
        assert claim.measures == ()
        assert claim.because.endswith(".")


def test_days_without_the_dial_leave_the_months(months, claim):
    index = pd.bdate_range("2000-01-03", "2025-06-30")
    days = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, index))
    assert attack_and_defend(Exhibits(months, days, "")) == claim


def test_daily_prices_are_asked_first(months):
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    claim = attack_and_defend(load_exhibits(f"files:{SHARED}"))
    assert claim.missing == ""
    assert "Prices: price files of your own." in claim.data
    assert "filled a session later" in claim.data
    assert all(value is not None for value in claim.table.rows[-1].values)
    assert claim.after[0].first == "2025-04-14"


def test_why_not_is_one_clause(months):
    told = tried(months.until(pd.Timestamp("1964-12-31")), AttackDefend())
    assert isinstance(told, str)
    assert ";" not in told


def test_days_that_are_shorter_do_not_decide_and_are_shown(months, claim):
    """Daily prices from 2000 on: the months decide, and what needs days is told of these."""
    if not SHARED.is_dir():
        pytest.skip(f"no real daily prices: {SHARED} is not there")
    days = load_exhibits(f"files:{SHARED}").days
    short = days.on(days.sessions[days.sessions >= "1999-12-31"])
    told = attack_and_defend(Exhibits(months, short, ""))
    assert (told.judgement, told.because) == (claim.judgement, claim.because)
    assert told.measures[0] == claim.measures[0]
    daily = next(measure for measure in told.measures if "daily prices" in measure.what)
    assert (daily.first, daily.last, daily.decides) == ("2005-02", "2025-03", False)
    assert told.missing == ""
    assert told.table.rows[:-1] == claim.table.rows[:-1]
    assert told.table.rows[-1].values[-1] < 310  # months of two_prices
    assert told.after[0].first == "2025-04-14"

"""What a currency hedge costs now, by hand: rates of 0.8 and 3.6 %, a basis of 25 bp."""

from __future__ import annotations

from backtests.analysis.hedge_state import HedgeState, Indicator
from backtests.analysis.ways import CarryNow
from backtests.report.which_hedge.now import now_lines
from tests.report.verdict.helpers import make_evidence, make_state, make_verdict
from tests.report.which_hedge.helpers import estimate, make_ways


def today(correlation: float | None, yielded: float | None) -> HedgeState:
    indicators = tuple(
        Indicator(key, value, 0.0, "2025-12", None, "", False, ((), ()))
        for key, value in (("correlation", correlation), ("yield", yielded))
    )
    return HedgeState("2025-12-31", ("SPY",), ("IEF",), None, None, "", (), 0, 0, indicators)


def test_the_carry_says_its_rates_their_months_and_which_is_carried_on():
    told = dict(now_lines(make_ways(), make_verdict(state=None)))
    assert told == {
        "The currency hedge.": "At the short rates of 2026-03 (yen 0.80 % and dollar 3.60 %, "
        "carried on from 2025-11) and a basis of 25 bp it costs 3.05 points a year.",
    }


def test_a_currency_with_higher_rates_is_paid():
    now = CarryNow(0.043, "2026-03", 0.036, "2026-03", 0.0045)
    told = dict(now_lines(make_ways(currency="AUD", now=now), make_verdict(state=None)))
    assert told["The currency hedge."].endswith("it pays 0.45 points a year.")
    assert "carried on" not in told["The currency hedge."]


def test_without_rates_and_indicators_nothing_is_told():
    assert now_lines(make_ways(now=None), make_verdict(state=None)) == []


def test_the_yield_after_the_carry_stands_beside_cash_at_home():
    """4.20 less 3.05 is 1.15; paid 0.45, it is 4.65."""
    told = dict(now_lines(make_ways(), make_verdict(state=today(None, 4.2))))
    assert told["10-year yield after the currency hedge's cost."].startswith(
        "4.20 % (2025-12) less 3.05 points: 1.15 % a year, beside 0.80 % on yen cash."
    )
    now = CarryNow(0.043, "2026-03", 0.036, "2026-03", 0.0045)
    told = dict(now_lines(make_ways(now=now), make_verdict(state=today(None, 4.2))))
    assert "4.20 % (2025-12) and 0.45 points: 4.65 %" in " ".join(told.values())


def test_the_state_has_the_payoff_of_what_the_run_holds():
    evidence = make_evidence(
        positive=make_state("positive", 80, estimate(-0.0352, -0.06, -0.01)),
        negative=make_state("negative", 80, estimate(0.02)),
    )
    verdict = make_verdict(state=today(0.49, None), evidence=evidence)
    assert dict(now_lines(make_ways(now=None, held="hedged"), verdict)) == {
        "The correlation.": "Of equity and Treasuries in dollars it is positive (+0.49, 2025-12). "
        "After positive correlation Treasuries, hedged as this run holds them, made -3.5 % a month "
        "(-6.0 to -1.0) over yen cash in equity's worst months.",
    }
    verdict = make_verdict(state=today(-0.1, None), evidence=evidence)
    (told,) = dict(now_lines(make_ways(now=None, usd_cash=True), verdict)).values()
    assert "After negative correlation Treasuries, unhedged as this run" in told
    assert "made +2.0 % a month (no interval: too few months) over US Treasury bills" in told


def test_a_state_of_another_pair_has_no_payoff():
    """Where the hedge is gold, its states are of equity and gold, and not of that correlation."""
    evidence = make_evidence(correlation_of="GLD")
    verdict = make_verdict(state=today(0.49, None), evidence=evidence)
    (told,) = dict(now_lines(make_ways(now=None), verdict)).values()
    assert told.endswith("it is positive (+0.49, 2025-12).")

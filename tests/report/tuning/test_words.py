"""Numbers of a search in their units."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from backtests.analysis.reliability import Edge
from backtests.analysis.resampling import Estimate
from backtests.engine.bands import Rebalancing
from backtests.engine.flows import AskedFlows
from backtests.engine.money import Money
from backtests.engine.plan import PLAIN, Plan
from backtests.report.tuning.words import (
    SHOWN,
    banded_notes,
    edge_text,
    figure,
    plan_lines,
    ruined_equity,
    ruined_line,
    score,
    shown_of,
    survived,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (math.nan, "-"),
        (-0.4, "none"),
        (0.0, "none"),
        (0.354, "35 %"),
        (1.0, "100 %"),
        (1.2, "all of it and more"),
    ],
)
def test_what_remained_of_a_lead_is_a_share_of_it(share, text):
    assert survived(SimpleNamespace(survived=share)) == text


@pytest.mark.parametrize(
    ("value", "metric", "sign", "text"),
    [
        (0.0123, "cagr", False, "1.23 points"),
        (0.0123, "cagr", True, "+1.23 points"),
        (-0.5, "sharpe", True, "-0.50"),
        (None, "cagr", True, "not defined"),
        (math.nan, "sharpe", False, "not defined"),
    ],
)
def test_a_score_is_told_in_its_unit(value, metric, sign, text):
    assert figure(value, metric, sign=sign) == text


@pytest.mark.parametrize("value", [None, math.nan])
def test_a_lead_that_does_not_exist_says_so(value):
    edge = Edge(Estimate(value, None, None), math.nan)
    assert edge_text(edge, "cagr") == "not defined (no interval: too few months)"
    whole = Edge(Estimate(0.01, -0.005, 0.02), 0.006)
    assert edge_text(whole, "cagr") == "+1.00 points (-0.50 to +2.00)"


def asked(plan: Plan = PLAIN, code: str = "USD", **more) -> SimpleNamespace:
    """A search with this plan, as far as words go."""
    config = SimpleNamespace(plan=plan, money=Money(code), params={"rebalance": "monthly"})
    return SimpleNamespace(config=config, **more)


def test_money_is_shown_of_a_search_with_cash_flows_alone():
    assert list(shown_of(asked())) == list(SHOWN)
    yen = asked(Plan(flows=AskedFlows("-5/month")), "JPY")
    assert list(shown_of(yen)) == [*SHOWN, "taken_out", "final_wealth"]
    each = SimpleNamespace(metrics={"final_wealth": 1234.6, "cagr": math.nan})
    assert score(yen, each, "final_wealth") == "¥1,235"
    assert score(yen, each, "cagr") == "-"


def test_bands_and_flows_are_told():
    assert plan_lines(asked()) == []
    plan = Plan(Rebalancing(band=0.05, band_to="edge"), AskedFlows("500/month", indexed=True))
    assert plan_lines(asked(plan)) == [
        "a band of 5 points (band 0.05), only to the edge of the band (band_to edge)",
        "flow 500/month, growing with consumer prices; figures are of the unit value",
    ]
    dated = Plan(flows=AskedFlows(dated={"2020-01-15": 5.0, "2021-01-15": -3.0}))
    assert plan_lines(asked(dated)) == ["2 dated flows; figures are of the unit value"]


def test_who_is_ruined_is_told():
    assert ruined_line(asked(ruined_count=0, metrics=[0] * 66)) == ""
    single = ruined_line(asked(ruined_count=1, metrics=[0] * 66))
    assert single.startswith("1 of 66 candidates is ruined, because a payout takes all there is")
    assert single.endswith("it has no score and is left out")
    assert ruined_line(asked(ruined_count=60, metrics=[0] * 66)).startswith("60 of 66 candidates")
    sessions = pd.bdate_range("2020-01-01", periods=3)
    equity = ruined_equity(asked(equity=pd.Series({"ruined": 2.0}), sessions=sessions))
    assert equity.startswith("100 % equity is ruined on 2020-01-03; from then on")
    assert ruined_equity(asked(equity=pd.Series({"ruined": math.nan}))) == ""
    assert ruined_equity(asked(equity=pd.Series({"cagr": 0.1}))) == ""


def test_a_search_over_bands_says_what_it_compares():
    space = SimpleNamespace(settings=("band",), axes={"band": (0.0, 0.1)}, fixed={})
    assert banded_notes(asked(space=SimpleNamespace(settings=("fx_hedge",)))) == []
    assert banded_notes(asked(space=space)) == [
        "band 0 trades at every decision on which a weight is off its target"
    ]
    space.fixed = {"rebalance": "daily"}
    assert banded_notes(asked(space=space))[0] == (
        "each candidate is the run with its band, which decides daily; the default has none and "
        "decides monthly"
    )

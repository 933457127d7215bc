"""Objectives and limits: how they are read, refused and met."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.objective import read_limit, read_objective
from data.errors import UsageError


@pytest.mark.parametrize(
    ("text", "metric", "sign", "value"),
    [
        ("max_drawdown>-0.25", "max_drawdown", ">", -0.25),
        (" max_drawdown >= -25% ", "max_drawdown", ">=", -0.25),
        ("volatility<1e-1", "volatility", "<", 0.1),
        ("turnover_per_year<=0.5", "turnover_per_year", "<=", 0.5),
        ("sharpe>0.4", "sharpe", ">", 0.4),
    ],
)
def test_limits_are_read(text, metric, sign, value):
    limit = read_limit(text)
    assert (limit.metric, limit.sign, limit.value) == (metric, sign, value)
    assert read_limit(str(limit)) == limit


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_drawdown", "takes METRIC>NUMBER"),
        ("max_drawdown=0.2", "takes METRIC>NUMBER"),
        ("max_drawdown>a", "takes METRIC>NUMBER"),
        ("max_drawdown>nan", "takes METRIC>NUMBER"),
        ("max_drawdown>-25", "write -0.25 or -25%"),
        ("max_drawdown>25%", "write -0.25 or -25%"),
        ("volatility<2.0000001", "volatility takes limits from 0 to 2; write 0.02 or 2%"),
        ("max_drawdown>25", "write -0.25 or -25%"),
        ("max_drawdown>0", "no max_drawdown is ever above 0"),
        ("volatility<0", "no volatility is ever below 0"),
        ("volatility<15", "write 0.15 or 15%"),
        ("drawdown>-0.2", "did you mean max_drawdown?"),
        ("cvar_95>-0.1", "limits go on cagr"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(text, message):
    with pytest.raises(UsageError, match=message):
        read_limit(text)


def test_growth_alone_gets_the_usual_limit_and_other_goals_none():
    assert str(read_objective("cagr", [])) == "cagr subject to max_drawdown>-0.25"
    assert str(read_objective("sharpe", [])) == "sharpe"
    assert str(read_objective("cagr", ["volatility<0.1"])) == "cagr subject to volatility<0.1"
    with pytest.raises(UsageError, match="twice"):
        read_objective("cagr", ["volatility<0.1", "volatility<=0.2"])
    with pytest.raises(UsageError, match="did you mean sharpe"):
        read_objective("sharp", [])


def test_who_keeps_all_limits_is_eligible_and_nan_is_not():
    objective = read_objective("sharpe", ["max_drawdown>-0.25", "worst_year>-0.1"])
    table = pd.DataFrame(
        {
            "sharpe": [0.5, 0.6, 0.7, np.nan, 0.4],
            "max_drawdown": [-0.2, -0.25, -0.2, -0.1, -0.1],
            "worst_year": [-0.05, -0.05, -0.2, 0.0, np.nan],
        }
    )
    assert objective.eligible(table).tolist() == [True, False, False, False, False]
    assert [str(limit) for limit in objective.unseen] == ["worst_year>-0.1"]


@pytest.mark.parametrize(
    ("sign", "expected"),
    [(">", [False, False, True]), (">=", [False, True, True]),
     ("<", [True, False, False]), ("<=", [True, True, False])],
)  # fmt: skip
def test_a_figure_at_its_limit_meets_it_only_with_an_equals_sign(sign, expected):
    limit = read_limit(f"cagr{sign}0.1")
    assert limit.meets(np.array([0.05, 0.1, 0.2])).tolist() == expected
    assert not limit.meets(np.array([np.nan])).any()


def test_month_ends_keep_the_limits_that_they_can_tell():
    objective = read_objective("cagr", ["max_drawdown>-0.25", "turnover_per_year<1"])
    returns = np.array([[0.1, -0.3], [0.1, 0.1]])
    cash = np.zeros(2)
    assert objective.eligible_months(returns, cash).tolist() == [True, False]
    # (1.1 * 1.1)^(12 / 2) - 1 and (0.7 * 1.1)^6 - 1 by hand.
    assert objective.score(returns, cash) == pytest.approx([1.21**6 - 1, 0.77**6 - 1])


def test_a_limit_is_written_with_all_its_digits():
    one, other = (read_limit(f"volatility<0.0631256783{tail}") for tail in ("9256", "925611"))
    assert one != other
    assert str(one) != str(other)
    assert str(read_limit("max_drawdown>=-100%")) == "max_drawdown>=-1"


def test_bills_alone_have_no_ratio_to_risk_that_could_be_chosen():
    # By day bills may fall slightly, and then have a Calmar ratio of thousands.
    table = pd.DataFrame({"calmar": [6737.9, 0.3], "sharpe": [np.nan, 0.5], "cagr": [0.017, 0.08]})
    assert read_objective("calmar", []).eligible(table).tolist() == [False, True]
    assert read_objective("calmar", []).keeps(table).tolist() == [True, True]
    returns = np.array([[0.001, 0.02], [-1e-9, -0.01], [0.001, 0.03]])
    chosen = read_objective("calmar", []).eligible_months(returns, returns[:, 0])
    assert chosen.tolist() == [False, True]
    table["max_drawdown"] = [-1e-6, -0.2]
    assert read_objective("cagr", []).eligible(table).tolist() == [True, True]

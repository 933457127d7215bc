"""risk_parity by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import UsageError
from data.market import CASH, Market
from strategies import registry
from strategies.risk_parity import RiskParity
from tests.strategies.helpers import month_ends, path_market, require_decisions, weekdays


def test_risk_parity_weighs_by_inverse_volatility():
    sessions = pd.date_range("1990-01-31", periods=40, freq="ME")
    wave = np.where(np.arange(40) % 2, 1.0, -1.0)
    prices = pd.DataFrame(
        {"SPY": 100 * np.cumprod(1 + 0.03 * wave), "IEF": 100 * np.cumprod(1 + 0.01 * wave)},
        index=sessions,
    )
    market = Market(
        source="made", title="", prices=prices, cash=pd.Series(1.0, sessions, name=CASH),
        periods_per_year=12, provenance={},
    )  # fmt: skip
    weights = registry.make("risk_parity", {}).target_weights(market)
    assert weights["SPY"].iloc[-1] == pytest.approx(0.25)
    assert weights["IEF"].iloc[-1] == pytest.approx(0.75)


def levels(*returns: float) -> list[float]:
    """100, and what it becomes by returns in percent."""
    return [100.0, *(100.0 * np.cumprod(1.0 + np.array(returns) / 100.0))]


def test_weights_of_a_path_of_returns_by_hand():
    # Three monthly returns. April: SPY 4, 0, -4 (standard deviation 4), IEF 1, 0, -1 (1): SPY is
    # (1/4) / (1/4 + 1) = 1/5. May: SPY 0, -4, 0, whose squared deviations from -4/3 sum to 96/9,
    # over 2: deviation 4/sqrt(3) = 2.309401; IEF 0, -1, 1 (1): SPY is 1 / (1 + 2.309401), which is
    # 0.302169.
    market = path_market(month_ends(5), SPY=levels(4, 0, -4, 0), IEF=levels(1, 0, -1, 1))
    require_decisions(
        RiskParity(lookback_months=3).target_weights(market),
        {"2020-04-30": [0.2, 0.8], "2020-05-31": [0.302169, 0.697831]},
        ("SPY", "IEF"),
        within=1e-6,
    )


def test_by_day_it_decides_on_first_sessions_and_never_without_a_volatility():
    # Three months are 63 returns: the first window ends on row 63, 30 March 2020. The fund moves
    # a third as much as equity every day, so equity gets 1/4 throughout. A fund that stood still
    # over the window has no volatility to divide by.
    wave = np.where(np.arange(89) % 2, 3.0, -3.0)
    market = path_market(weekdays(90), ppy=252, SPY=levels(*wave), TLT=levels(*wave / 3))
    mix = [0.25, 0.75]
    require_decisions(
        RiskParity(lookback_months=3, bond="TLT").target_weights(market),
        {"2020-03-30": mix, "2020-04-01": mix, "2020-05-01": mix},
        ("SPY", "TLT"),
    )
    with pytest.raises(UsageError, match="needs 3 months of returns and made has fewer"):
        RiskParity(lookback_months=3, bond="SHY").target_weights(market)


def test_the_month_is_counted_on_the_markets_rows_not_on_those_with_a_volatility():
    # As above: the first volatility is that of 30 March. April's fourth session is Monday the 6th.
    wave = np.where(np.arange(89) % 2, 3.0, -3.0)
    market = path_market(weekdays(90), ppy=252, SPY=levels(*wave), TLT=levels(*wave / 3))
    rule = RiskParity(lookback_months=3, bond="TLT", offset=4)
    mix = [0.25, 0.75]
    require_decisions(
        rule.target_weights(market), {"2020-03-30": mix, "2020-04-06": mix}, ("SPY", "TLT")
    )
    with pytest.raises(UsageError, match="risk_parity: offset of a monthly calendar on monthly"):
        RiskParity(lookback_months=3, offset=2).target_weights(path_market(month_ends(9)))

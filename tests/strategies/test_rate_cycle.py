"""rate_cycle by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.market import Market
from data.sources import files
from strategies import registry
from strategies.dial import DIAL
from tests.strategies.helpers import month_ends, path_market, require_decisions, yields_market


def test_rate_cycle_waits_for_the_first_cut_and_the_first_rise():
    market = yields_market(np.full(12, 4.0))
    rate = [5, 5, 5, 5, 4.5, 4.5, 4.5, 4.5, 4.6, 4.7, 5.0, 5.0]
    cut = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={}, policy_rate=pd.Series(rate, market.sessions, name="policy_rate"),
    )  # fmt: skip
    rule = registry.make("rate_cycle", {"duration_min": "1", "duration_max": "9"})
    target = rule.target_duration(cut)
    # Changes over three months from row 3 on: 0, -.5 (cut), -.5, -.5, 0, .1, .2, .5 (rise), .4.
    assert target.iloc[3:].tolist() == [1, 9, 9, 9, 9, 9, 9, 1, 1]


def test_it_follows_cycles_and_not_the_noise_of_single_days(rates_folder):
    """Since 1962, daily: some fifty changes. By the rate of each single day there were 139."""
    market = files.load(rates_folder.parent, ["SPY", *DIAL], extend=True)
    decided = registry.make("rate_cycle", {}).decided_duration(market).loc["1962-01-02":]
    assert 50 <= (decided.diff().abs() > 0.25).sum() <= 60


def test_weights_of_a_path_of_rates_by_hand():
    # Changes over three months from April 2020 on, in basis points: 0, -25, -50, -50, -25, +25,
    # +50, +50. Beyond 25 either way: -50 is the cut, +50 the rise. 25 itself is neither.
    rates = [5, 5, 5, 5, 4.75, 4.5, 4.5, 4.5, 4.75, 5.0, 5.0]
    long, short = [0.6, 0, 0, 0, 0.4], [0.6, 0.4, 0, 0, 0]
    market = path_market(month_ends(11), policy_rate=rates)
    require_decisions(
        registry.make("rate_cycle", {}).target_weights(market),
        {
            "2020-04-30": short,  # no cut and no rise yet
            "2020-05-31": short,
            "2020-06-30": long,
            "2020-07-31": long,
            "2020-08-31": long,
            "2020-09-30": long,
            "2020-10-31": short,
            "2020-11-30": short,
        },
    )

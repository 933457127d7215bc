"""Where the profit of the Treasuries came from: sums by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.analysis.attribution import by_period, contributions, sleeve_attribution


def test_attribution_sums_by_hand():
    days = pd.date_range("2020-11-30", periods=4, freq="ME")
    values = pd.DataFrame({"A": [100.0, 110.0, 0.0, 0.0]}, index=days)
    returns = pd.DataFrame({"A": [0.0, 0.10, -0.05, 0.5]}, index=days)
    parts = {"A": pd.DataFrame({"carry": [0.0, 0.02, 0.02, 0.02]}, index=days)}
    split = sleeve_attribution(values, returns, parts, pd.Series({days[2]: 1.5}))
    assert split["carry"].tolist() == pytest.approx([0, 2.0, 2.2, 0])
    assert split["residual"].tolist() == pytest.approx([0, 8.0, -7.7, 0])
    assert split["total"].tolist() == pytest.approx([0, 10.0, -7.0, 0])
    table = by_period(split, days[[1]])
    assert table["period"].tolist() == ["year", "year", "switch", "switch"]
    assert table["to"].tolist() == ["2020-12-31", "2021-02-28", "2020-12-31", "2021-02-28"]
    assert table["total"].tolist() == pytest.approx([10.0, -7.0, 10.0, -7.0])


def test_contributions_a_year_are_means_over_the_value_held_before():
    days = pd.date_range("2020-01-31", periods=4, freq="ME")
    split = pd.DataFrame({"carry": [0.0, 1.0, 2.0, 5.0], "total": [0.0, 2.0, 1.0, 5.0]}, days)
    values = pd.Series([100.0, 200.0, 0.0, 300.0], days)
    table = contributions(split, values, 12)
    # 1/100 and 2/200 count; in the last month nothing was held before it.
    assert table.loc["carry", "points"] == pytest.approx(12 * 0.01)
    assert table.loc["total", "points"] == pytest.approx(12 * (0.02 + 0.005) / 2)
    assert table["currency"].to_dict() == {"carry": 8.0, "total": 8.0}

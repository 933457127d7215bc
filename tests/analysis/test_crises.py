"""Crises: hand-made paths, and the published ones from real indices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.crises import (
    APRIL_2025,
    CRISES,
    Episode,
    all_episodes,
    deep_falls,
    episode_table,
    falls_in,
)
from data.sources import files


def levels(days: list[str], equity: list[float], hedge: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"equity": equity, "hedge": hedge}, index=pd.to_datetime(days))


def test_daily_rows_are_the_last_on_or_before_each_date():
    table = levels(
        ["2020-02-18", "2020-02-19", "2020-03-20", "2020-03-24"],
        [100.0, 110.0, 66.0, 70.0],
        [50.0, 50.0, 55.0, 54.0],
    )
    y10 = pd.Series([1.6, 1.56, 0.92, 0.84], index=table.index)
    row = episode_table([Episode("x", "2020-02-19", "2020-03-23")], table, y10, 252).iloc[0]
    assert (row["start"], row["end"]) == ("2020-02-19", "2020-03-20")
    assert row["equity"] == pytest.approx(-0.4)
    assert row["hedge"] == pytest.approx(0.1)
    assert row["y10_bp"] == pytest.approx(-64)


def test_an_episode_that_data_do_not_cover_is_left_out():
    table = levels(["2020-02-19", "2020-03-20"], [1.0, 0.7], [1.0, 1.1])
    ends_later = [Episode("x", "2020-02-19", "2020-03-23")]
    starts_before = [Episode("x", "2020-02-18", "2020-03-20")]
    assert episode_table(ends_later, table, None, 252).empty
    assert episode_table(starts_before, table, None, 252).empty


def test_monthly_rows_are_equitys_own_turning_points():
    months = ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]
    table = levels(months, [100.0, 92.0, 80.0, 90.0], [100.0, 101.0, 104.0, 103.0])
    row = episode_table([Episode("Covid", "2020-02-19", "2020-03-23")], table, None, 12).iloc[0]
    assert (row["start"], row["end"]) == ("2020-01-31", "2020-03-31")
    assert row["equity"] == pytest.approx(-0.2)
    assert np.isnan(row["y10_bp"])
    # A trough early in April: of March's 80 and April's 90 the lower ends the fall.
    later = episode_table([Episode("x", "2020-02-19", "2020-04-03")], table, None, 12).iloc[0]
    assert (later["start"], later["end"]) == ("2020-01-31", "2020-03-31")
    # A fall within April has no two month-ends: April's own is higher than March's.
    assert episode_table([Episode("x", "2020-04-20", "2020-04-29")], table, None, 12).empty


def equity_of(values: list[float]) -> pd.DataFrame:
    days = [f"2016-{month:02d}-01" for month in range(1, len(values) + 1)]
    return pd.DataFrame({"equity": values}, index=pd.to_datetime(days))


def test_deep_falls_that_no_list_knows():
    table = equity_of([100, 84, 101, 90, 102, 80, 103, 70, 104.0])
    listed = falls_in([Episode("July", "2016-07-01", "2016-08-01")], table, None, 252)
    falls = deep_falls(table["equity"], listed)
    # 16 % in January and 21.6 % in May; 10.9 % in March is too shallow, July is listed.
    assert [(fall.start, fall.end) for fall in falls] == [
        ("2016-01-01", "2016-02-01"),
        ("2016-05-01", "2016-06-01"),
    ]
    assert all(fall.detected for fall in falls)


def test_a_fall_is_told_only_by_an_episode_that_covers_half_of_it():
    table = equity_of([100, 90, 80, 70, 60, 50.0])
    short = falls_in([Episode("x", "2016-02-01", "2016-03-01")], table, None, 252)
    assert [fall.start for fall in deep_falls(table["equity"], short)] == ["2016-01-01"]
    most = falls_in([Episode("x", "2016-02-01", "2016-05-01")], table, None, 252)
    assert deep_falls(table["equity"], most) == []


def test_a_second_fall_before_the_recovery_is_found_too():
    table = equity_of([100, 50, 90, 70, 95.0])
    none = falls_in([], table, None, 252)
    spans = [(fall.start, fall.end) for fall in deep_falls(table["equity"], none)]
    assert spans == [("2016-01-01", "2016-02-01"), ("2016-03-01", "2016-04-01")]


def test_a_crisis_that_the_data_cover_in_part_shows_as_found():
    """Equity from January 2008 on: the listed crisis is not covered, its fall still shows."""
    days = pd.to_datetime(["2008-01-02", "2008-10-10", "2009-03-09", "2009-12-31"])
    table = pd.DataFrame({"equity": [100.0, 60, 48, 80], "hedge": [1.0, 1.1, 1.2, 1.1]}, days)
    episodes = all_episodes(table, None, 252)
    assert episodes["detected"].tolist() == [True]
    assert (episodes["start"][0], episodes["end"][0]) == ("2008-01-02", "2009-03-09")
    assert episodes["equity"][0] == pytest.approx(-0.52)


def test_published_crises(yahoo_folder, rates_folder):
    """GROUND_TRUTH: S&P price change and change of the 10-year, crisis by crisis."""
    published = {
        "Credit crunch": (-22.2, 28), "Tight money": (-36.1, 244), "Oil shock": (-48.2, 161),
        "Rising inflation": (-19.4, 54), "Disinflation": (-27.1, 83), "Black Monday": (-33.5, 21),
        "Invasion of Kuwait": (-19.9, 48), "Bond sell-off": (-8.9, 139),
        "Russia and LTCM": (-19.3, -46), "Dot-com bust": (-49.1, -259),
        "Financial crisis": (-56.8, -178), "Greece": (-16.0, -84),
        "Downgrade of the US": (-19.4, -152), "China and oil": (-14.2, -56),
        "Volatility shock": (-10.2, 19), "Tightening": (-19.8, -33), "Covid": (-33.9, -80),
        "Inflation": (-25.4, 228), "Term premium": (-10.3, 87), "Tariffs": (-18.9, -27),
    }  # fmt: skip
    assert list(published) == [crisis.name for crisis in CRISES]
    yields = files.read_rates(rates_folder).yields[10.0].dropna()
    dates = episode_table(CRISES, pd.DataFrame({"equity": yields}), yields, 252).set_index("name")
    for name, (_, moved) in published.items():
        assert dates.loc[name, "y10_bp"] == pytest.approx(moved, abs=1), name
    # The fund's closes without dividends stand for the index, within its own small gap.
    prices = pd.read_csv(yahoo_folder / "SPY.csv", index_col=0)["Close"]
    prices.index = pd.to_datetime(prices.index.str[:10])
    falls = episode_table(CRISES, pd.DataFrame({"equity": prices}), None, 252).set_index("name")
    assert len(falls) == 13
    for name, row in falls.iterrows():
        assert 100 * row["equity"] == pytest.approx(published[name][0], abs=0.5), name


def test_april_2025_worked_failed_and_rebounded_without_bonds(yahoo_folder):
    """GROUND_TRUTH: from the 4th to the 8th SPY -1.7, IEF -1.7, TLT -4.8 %."""
    names = {"SPY": "equity", "IEF": "hedge", "TLT": "long"}
    table = pd.DataFrame(
        {label: files.read_prices(yahoo_folder, ticker) for ticker, label in names.items()}
    ).dropna()
    worked, failed, rebound = episode_table(APRIL_2025, table, None, 252).to_dict("records")
    assert worked["equity"] < 0 < worked["hedge"] < worked["long"]
    assert 100 * failed["equity"] == pytest.approx(-1.7, abs=0.05)
    assert 100 * failed["hedge"] == pytest.approx(-1.7, abs=0.05)
    assert 100 * failed["long"] == pytest.approx(-4.8, abs=0.05)
    assert rebound["long"] < rebound["hedge"] < 0 < rebound["equity"]

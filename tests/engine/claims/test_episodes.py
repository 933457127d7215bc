"""Falls of equity one by one: published moves of the yield, and which rows they are taken from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from backtests.engine.claims.episodes import april_2025, falls, rows_of
from data.market import CASH
from tests.engine.claims.real_exhibits import daily, monthly

END = pd.Timestamp("2025-12-31")
# Change of the 10-year yield between the closes of the list, in basis points: ground truth.
YIELD_MOVES = {
    "Credit crunch": 28, "Tight money": 244, "Oil shock": 161, "Rising inflation": 54,
    "Disinflation": 83, "Black Monday": 21, "Invasion of Kuwait": 48, "Bond sell-off": 139,
    "Russia and LTCM": -46, "Dot-com bust": -259, "Financial crisis": -178, "Greece": -84,
    "Downgrade of the US": -152, "China and oil": -56, "Volatility shock": 19, "Tightening": -33,
    "Covid": -80, "Inflation": 228, "Term premium": 87, "Tariffs": -27,
}  # fmt: skip


def test_treasuries_beat_bills_in_as_many_falls_as_the_ground_truth_says() -> None:
    # 7 of the 8 that began 2000-2021, 5 of the other 13, by the list's own start dates.
    table = falls(monthly(), END, ["IEF"])
    beat = table["IEF"] > table[CASH]
    inside = table["began"].dt.year.between(2000, 2021)
    assert (int(beat[inside].sum()), int(inside.sum())) == (7, 8)
    assert (int(beat[~inside].sum()), int((~inside).sum())) == (5, 13)
    assert not table["daily"].any()


def test_a_fall_of_2022_is_not_of_2021_though_its_month_end_is() -> None:
    table = falls(monthly(), END, ["IEF"]).set_index("name")
    assert table.loc["Inflation", "start"] == "2021-12-31"
    assert table.loc["Inflation", "began"] == pd.Timestamp("2022-01-03")


def test_only_falls_that_were_over_by_the_day_are_listed() -> None:
    before = set(falls(monthly(), pd.Timestamp("2025-04-14"), ["IEF"])["name"])
    assert "Tariffs" not in before  # of month-ends the fall ends in April
    assert "Tariffs" in set(falls(monthly(), END, ["IEF"])["name"])
    assert "Inflation" not in set(falls(monthly(), pd.Timestamp("2022-05-31"), ["IEF"])["name"])


def test_yields_moved_as_published_from_peak_to_trough_by_daily_closes() -> None:
    table = falls(daily(), pd.Timestamp("2025-04-14"), ["IEF"])
    listed = table[~table["detected"]].set_index("name")["y10_bp"]
    assert listed.round().astype(int).to_dict() == YIELD_MOVES
    assert table["daily"].all()


def test_falls_that_daily_prices_do_not_reach_are_taken_from_the_months() -> None:
    exhibits = daily()
    assert exhibits.days is not None
    late = exhibits.days.on(exhibits.days.sessions[exhibits.days.sessions >= "2005-01-03"])
    table = falls(replace(exhibits, days=late), pd.Timestamp("2025-04-14"), ["IEF"])
    whole = falls(monthly(), pd.Timestamp("2025-04-14"), ["IEF"])
    old = ~table["daily"]
    assert list(table.loc[old, "name"]) == list(whole["name"][whole["end"] < "2005"])
    assert table.loc[~old, "name"].iloc[0] == "Financial crisis"
    assert pd.to_datetime(table["start"]).is_monotonic_increasing
    assert not table.duplicated(["name", "start"]).any()


def test_april_2025_in_its_parts() -> None:
    table = april_2025(daily(), ["IEF", "TLT"])
    # From 4 to 8 April the hedge failed: SPY -1.7, IEF -1.7, TLT -4.8 %.
    failed = table.iloc[1]
    shown = [round(100 * failed[name], 1) for name in ("equity", "IEF", "TLT")]
    assert shown == [-1.7, -1.7, -4.8]
    # 10y: 4.01 on the 4th, 4.26 on the 8th, 4.48 on the 11th.
    assert [round(each) for each in table["y10_bp"][1:]] == [25, 22]
    assert april_2025(monthly(), ["IEF"]).empty


def test_a_fund_without_a_price_is_a_dash() -> None:
    table = falls(monthly(), END, ["IEF", "TLT"])
    row = next(row for row in rows_of(table, ["equity", "TLT"]) if row.name.startswith("Credit"))
    assert row.name == "Credit crunch (1966-01-31 to 1966-09-30)"
    assert row.values[1] is None  # TLT begins in 1973
    assert row.values[0] is not None
    assert row.values[0] < 0.0
    assert np.isfinite(row.values[0])

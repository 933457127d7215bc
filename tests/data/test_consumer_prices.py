"""Consumer prices: the month that was never published, and when the others are public."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.background import background
from data.consumer_prices import bridged, missing_note, public_by, public_day, year_on_year
from data.sources import files, live
from tests import yahoo_server as server

HOLE = pd.Period("2025-10")
# Published figures (CPIAUCSL): September 2024 and September, November, December 2025.
SEP24, SEP25, NOV25, DEC25 = 314.851, 324.245, 325.063, 326.031


def monthly(**changes: float) -> pd.Series:
    """The bundled index by month, with some months changed."""
    cpi = bundled.table()["cpi_sa"].copy()
    for month, value in changes.items():
        cpi[month.removeprefix("m").replace("_", "-")] = value
    return cpi


def test_a_month_is_public_on_the_last_session_of_the_next_one():
    # 30 November 2025 is a Sunday, Monday 31 May 2021 was Memorial Day.
    days = public_day(pd.DatetimeIndex(["2025-10-01", "2021-04-30"]))
    assert [f"{day:%Y-%m-%d}" for day in days] == ["2025-11-28", "2021-05-28"]


def test_only_what_is_public_is_seen_each_on_the_first_of_its_month():
    raw = pd.Series([1.0, 2.0, np.nan, 4.0], pd.to_datetime(
        ["2025-08-01", "2025-09-30", "2025-10-01", "2025-11-15"]))  # fmt: skip
    seen = public_by(raw, pd.Timestamp("2025-12-30"))
    assert seen.to_dict() == {pd.Timestamp("2025-08-01"): 1.0, pd.Timestamp("2025-09-01"): 2.0}
    assert public_by(raw, pd.Timestamp("2025-12-31")).iloc[-1] == 4.0
    assert public_by(raw, pd.Timestamp("2025-09-29")).empty


def test_a_change_over_a_year_needs_its_two_exact_months():
    change = year_on_year(monthly())
    assert change[pd.Period("2025-09")] == pytest.approx(SEP25 / SEP24 - 1, abs=1e-9)
    lost = change.loc["1963-01":]
    assert list(lost.index[lost.isna()]) == [HOLE]
    # A year later the month lacks its partner.
    longer = monthly().reindex(pd.period_range("2024-01", "2027-03", freq="M"))
    longer.loc["2026-01":] = 330.0
    later = year_on_year(longer).loc["2025-01":]
    assert [str(month) for month in later.index[later.isna()]] == ["2025-10", "2026-10"]


def test_what_values_money_is_bridged_geometrically_between_its_neighbours():
    level = bridged(monthly())
    assert level[HOLE] == pytest.approx(np.sqrt(SEP25 * NOV25), rel=1e-12)
    assert level.drop(HOLE).equals(monthly().drop(HOLE).astype(float))
    # Two months in a row: two thirds and one third of the way, in logarithms.
    two = bridged(monthly(m2025_11=np.nan))
    assert two[HOLE] == pytest.approx(SEP25 ** (2 / 3) * DEC25 ** (1 / 3), rel=1e-12)
    # Nothing is made up beyond the last figure.
    assert np.isnan(bridged(monthly(m2025_12=np.nan))["2025-12"])


def test_the_note_names_the_month_and_what_it_takes_with_it():
    published = pd.PeriodIndex(monthly().dropna().index)
    (note,) = missing_note(published, pd.Timestamp("2026-10-31"))
    assert note.startswith(
        "there is no CPI of 2025-10: no year-on-year figure for 2025-10 and 2026-10; inflation"
    )
    assert missing_note(published, pd.Timestamp("2026-11-30")) == []  # more than a year ago
    assert missing_note(published[published < HOLE], pd.Timestamp("1970-01-31")) == []
    assert missing_note(published[:0], pd.Timestamp("1970-01-31")) == []
    gap = published[(published < "2019-03") | (published > "2019-06")]
    (note,) = missing_note(gap, pd.Timestamp("2015-01-31"))
    assert note.startswith("there is no CPI of 2019-03, 2019-04, 2019-05 and 2 more: no year")


# --- the hole reaches the market in four forms, and is the same thing ----------------------------


def without_the_month(form: str) -> bytes:
    """FRED's download from 2024 on, with the missing month in one of its forms."""
    lines = ["observation_date,CPIAUCSL"]
    for month, value in monthly().loc["2024-01":].items():
        cell = form if month == HOLE else f"{value}"
        if cell != "absent":
            lines.append(f"{month}-01,{cell}")
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("form", ["", ".", "absent"])
def test_the_hole_through_fred_is_no_warning_and_no_figure(form, monkeypatch, tmp_path):
    with server.serve() as running:
        bars = server.made_bars(400)
        running.hold("SPY", bars.set_axis(pd.bdate_range(end="2026-01-30", periods=400)))
        running.fred["CPIAUCSL"] = without_the_month(form)
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        market = live.load(["SPY"], may_fall_back=False, needs=("cpi",))
    assert not [note for note in market.notes if "CPI" in note]
    _require_the_hole(market)


@pytest.mark.parametrize("form", ["", ".", "absent"])
def test_the_hole_through_files_is_no_figure(form, price_folder):
    days = pd.bdate_range("2024-06-03", "2026-01-30")
    prices = "date,value\n" + "".join(f"{day:%Y-%m-%d},{100 + n}\n" for n, day in enumerate(days))
    folder = price_folder(SPY=prices, cpi_monthly=without_the_month(form).decode())
    _require_the_hole(files.load(folder, ["SPY"]))


def test_the_hole_in_the_bundled_table_is_no_figure():
    _require_the_hole(bundled.load(["SPY"]))


def _require_the_hole(market) -> None:
    """September is the last figure seen until December's end, and stands for October nowhere."""
    assert market.cpi["2025-11-30":"2025-12-30"].eq(SEP25).all()
    assert market.cpi["2025-12-31"] == NOV25
    months = market.cpi_by_month
    assert pd.Timestamp("2025-10-01") not in months.index
    assert (months["2025-09-01"], months["2025-11-01"]) == (SEP25, NOV25)
    known = background(market)["cpi"]
    assert np.isnan(known["2025-11"])
    assert (known["2025-10"], known["2025-12"]) == (SEP25, NOV25)

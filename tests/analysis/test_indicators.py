"""Five indicators: by hand, at their lines, through the month that was never published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.indicators import (
    DIVISIONS,
    INFLATION_LINE,
    LATE_MONTHS,
    newest_figure,
    tracks,
)

KEYS = ("inflation", "correlation", "inflation_deviation", "yield", "slope")


def table(first: str = "1990-01", months: int = 300, **columns: object) -> pd.DataFrame:
    """A background whose prices grow by 0.2 % a month, and two steady yields."""
    index = pd.period_range(first, periods=months, freq="M")
    steady = {"y10": 5.0, "y1": 4.0, "cpi": 100 * 1.002 ** np.arange(months)}
    return pd.DataFrame({**steady, **columns}, index)


def made(background: pd.DataFrame, correlation: float = 0.1):
    return tracks(background, pd.Series(correlation, background.index))


def month(text: str) -> pd.Period:
    return pd.Period(text, "M")


def test_figures_by_hand():
    rng = np.random.default_rng(1)
    background = table(
        y10=5 + rng.normal(size=300), y1=4 + rng.normal(size=300),
        cpi=100 * np.cumprod(1 + rng.normal(0.002, 0.003, 300)),
    )  # fmt: skip
    all_five, at = made(background), 250
    assert tuple(all_five) == KEYS == tuple(DIVISIONS)
    cpi, spread = background["cpi"].to_numpy(), background["y10"] - background["y1"]
    inflation = cpi[12:] / cpi[:-12] - 1
    value = {key: track.value.iloc[at] for key, track in all_five.items()}
    line = {key: track.line.iloc[at] for key, track in all_five.items()}
    assert value["inflation"] == pytest.approx(inflation[at - 12])
    ten_years = inflation[at - 12 - 119 : at - 12 + 1]
    assert value["inflation_deviation"] == pytest.approx(np.std(ten_years, ddof=1))
    assert (value["yield"], value["slope"]) == (background["y10"].iloc[at], spread.iloc[at])
    assert (line["inflation"], line["correlation"]) == (INFLATION_LINE, 0.0)
    # The median of all figures up to the month, that month included, and of none after it.
    assert line["yield"] == pytest.approx(np.median(background["y10"][: at + 1]))
    assert line["slope"] == pytest.approx(np.median(spread[: at + 1]))
    deviations = all_five["inflation_deviation"].value.iloc[: at + 1].dropna()
    assert line["inflation_deviation"] == pytest.approx(np.median(deviations))


def test_the_line_of_prices_is_the_one_in_its_words():
    assert DIVISIONS["inflation"].states == (f"below {100 * INFLATION_LINE:g} %", "3 % or more")


@pytest.mark.parametrize(
    ("key", "value", "side"),
    [
        ("inflation", 0.0299, 1.0), ("inflation", 0.03, 0.0), ("correlation", -1e-9, 1.0),
        ("correlation", 0.0, 0.0), ("yield", 4.9, 1.0), ("yield", 5.0, 0.0),
        ("inflation_deviation", 4.9, 1.0), ("inflation_deviation", 5.0, 0.0),
        ("slope", 5.1, 1.0), ("slope", 5.0, 0.0),
    ],
)  # fmt: skip
def test_on_its_line_an_indicator_is_not_for_the_hedge(key, value, side):
    track = made(table())[key]
    line = track.line if key in ("inflation", "correlation") else track.line * 0 + 5.0
    moved = replace(track, value=line * 0 + value, line=line)
    assert moved.for_the_hedge.dropna().eq(side).all()


def test_medians_and_deviations_need_114_figures():
    background = table(y10=np.linspace(5, 4, 300))
    all_five = made(background)
    assert all_five["yield"].line.first_valid_index() == background.index[113]
    # Twelve months to the first change over a year, then 114 of these, then 114 deviations.
    deviation = all_five["inflation_deviation"]
    assert deviation.value.first_valid_index() == background.index[12 + 113]
    assert deviation.line.first_valid_index() == background.index[12 + 113 + 113]
    assert deviation.for_the_hedge.first_valid_index() == deviation.line.first_valid_index()
    assert all_five["yield"].for_the_hedge.iloc[:113].isna().all()


def test_a_month_that_was_never_published_has_no_change_over_a_year_and_blanks_nothing_else():
    background = table("2000-01", 360)  # each row has the prices of the month before
    background.loc[month("2025-11"), "cpi"] = np.nan
    all_five = made(background)
    gone = all_five["inflation"].value.loc["2001-01":]
    assert list(gone[gone.isna()].index.astype(str)) == ["2025-11", "2026-11"]
    assert all_five["inflation_deviation"].value.loc["2011-01":].notna().all()
    for due, at in (("2025-11", "2025-10"), ("2026-11", "2025-10")):
        figure = newest_figure(all_five["inflation"], month(due))
        assert (figure.value, figure.as_of, figure.for_the_hedge) == (None, None, None)
        assert figure.missing == f"the CPI of {at} was never published"
    assert newest_figure(all_five["inflation"], month("2025-12")).as_of == "2025-11"
    shown = newest_figure(all_five["inflation_deviation"], month("2025-11"))
    assert shown.as_of == "2025-09"
    assert shown.missing == ""


def test_a_figure_is_that_of_the_month_it_is_about():
    all_five = made(table("2000-01", 300, y10=np.linspace(6, 3, 300)))
    due = month("2024-12")
    figures = {key: newest_figure(track, due) for key, track in all_five.items()}
    assert {key: figure.as_of for key, figure in figures.items()} == {
        "inflation": "2024-11", "correlation": "2024-12", "inflation_deviation": "2024-11",
        "yield": "2024-12", "slope": "2024-12",
    }  # fmt: skip
    assert figures["inflation"].value == pytest.approx(1.002**12 - 1)
    assert figures["inflation"].for_the_hedge is True  # 2.4 %
    assert figures["correlation"].for_the_hedge is False
    assert figures["yield"].value == 3.0
    assert figures["yield"].line == pytest.approx(4.5)
    assert figures["slope"].for_the_hedge is False


def test_a_late_figure_is_shown_for_three_months_and_then_said():
    background = table("2000-01", 300)
    background.loc["2024-01":, "cpi"] = np.nan
    track = made(background)["inflation"]
    for late in range(1, LATE_MONTHS + 1):
        figure = newest_figure(track, month("2023-12") + late)
        assert (figure.as_of, figure.missing) == ("2023-11", "")
    figure = newest_figure(track, month("2024-04"))
    assert figure.value is None
    assert figure.missing == "the newest figure is of 2023-11, 4 months too old"


def test_a_history_that_is_too_short_says_so():
    short = made(table("2000-01", 100))
    due = month("2008-04")
    assert newest_figure(short["yield"], due).missing == (
        "its history is too short for a median: fewer than 114 figures"
    )
    assert newest_figure(short["inflation_deviation"], due).missing == (
        "its history is too short for a figure"
    )
    assert newest_figure(short["inflation"], month("2000-06")).missing == (
        "its history is too short for a figure"
    )
    unknown = tracks(table("2000-01", 100), pd.Series(np.nan, table("2000-01", 100).index))
    assert newest_figure(unknown["correlation"], due).missing == "there are no figures of it"

"""The bundled figures of other currencies, against their publishers' and against damage."""

from __future__ import annotations

import hashlib
import shutil

import numpy as np
import pandas as pd
import pytest

from data.bundled import world
from data.currency.currencies import CURRENCIES
from data.errors import DataError
from tests.conftest import ROOT, SHARED

# The tables as they were compiled and checked; a changed byte is a changed history.
SHA256 = {
    world.EXCHANGE: "d79db7bba0c850586df7afdf30ef33fea52f92baf588c536925b02ffc24676ec",
    world.RATES: "f8095342df80919ea2d12bd637265f8a9c942180dbc79dfd9a9589e7ac37e0c4",
    world.PRICES: "4321473d2099cccf41375c0406b275443526cba70567d69355e3ab7d8ebdb95c",
}

# H.10, noon in New York on the last day of the month with a rate, as FRED has it.
H10 = {
    "JPY": {"1985-02": 259.45, "1995-04": 84.04, "2011-10": 77.97, "2024-07": 150.38},
    "GBP": {"1985-02": 1.0790, "1995-04": 1.6091, "2011-10": 1.6141, "2024-07": 1.2840},
    "CHF": {"1985-02": 2.8570, "1995-04": 1.1455, "2011-10": 0.8706, "2024-07": 0.8797},
    "AUD": {"1985-02": 0.7100, "1995-04": 0.7272, "2011-10": 1.0610, "2024-07": 0.6535},
    "EUR": {"2011-10": 1.3947, "2024-07": 1.0823},
    "CNY": {"1995-04": 8.4274, "2011-10": 6.3547, "2024-07": 7.2193},
}


@pytest.fixture
def world_folder():
    """Real figures that lie beside the project on some machines."""
    folder = SHARED / "world"
    if not folder.is_dir():
        pytest.skip(f"no real figures of currencies: {folder} is not there")
    return folder


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    """Change the text of a table: ``damaged(name, before, after)``."""
    caches = (world.exchange_table, world.rate_table, world.price_table, world.currency_figures)
    for each in caches:
        each.cache_clear()
    for name in (world.EXCHANGE, world.RATES, world.PRICES):
        shutil.copy(world.FOLDER / name, tmp_path / name)
    monkeypatch.setattr(world, "FOLDER", tmp_path)

    def change(name, before, after):
        text = (tmp_path / name).read_text("utf-8")
        assert text.count(before) == 1
        (tmp_path / name).write_text(text.replace(before, after), "utf-8")

    yield change
    for each in caches:
        each.cache_clear()


@pytest.mark.parametrize("name", SHA256)
def test_a_table_is_the_one_that_was_checked(name):
    assert hashlib.sha256((world.FOLDER / name).read_bytes()).hexdigest() == SHA256[name]


@pytest.mark.parametrize("code", CURRENCIES)
def test_rates_of_exchange_are_units_for_one_dollar_at_the_ends_of_months(code):
    rates = world.exchange_rate(code)
    for month, published in H10[code].items():
        expected = 1 / published if CURRENCIES[code].is_inverted else published
        assert rates[pd.Period(month).end_time.normalize()] == pytest.approx(expected, rel=1e-15)


def test_oddities_of_the_publishers_stand_as_they_are():
    # A misprint in every copy of H.10: the yen was at about 222 by the end of March 1978.
    assert world.exchange_rate("JPY")["1978-03-31"] == 229.89
    # Empty at the OECD: the month before stands in.
    dollar = world.short_rate("USD").figures
    assert dollar["2020-04"] == dollar["2020-03"]
    assert np.isnan(world.rate_table().loc["2020-04", "us_3m"])
    yuan = world.short_rate("CNY").figures
    assert yuan["2006-01"] == yuan["2005-12"]
    # A jump within the source.
    yen = world.short_rate("JPY").figures
    assert (round(yen["2024-12"], 3), round(yen["2025-01"], 3)) == (0.386, 0.767)


@pytest.mark.parametrize(
    ("code", "first", "last", "what"),
    [
        ("JPY", "1992-10", "2026-07",
         "three-month interbank rate, before 2002-04 the overnight call rate"),
        ("GBP", "1971-01", "2025-04", "three-month interbank rate, before 1986-01 the policy rate"),
        ("CHF", "1999-07", "2025-04", "three-month interbank rate"),
        ("AUD", "1971-01", "2025-04", "three-month interbank rate"),
        ("CNY", "1997-06", "2026-07", "three-month interbank rate"),
        # Told from the first rate of exchange on: the German rate before 1994 is nobody's euro.
        ("EUR", "1971-01", "2025-12",
         "three-month Euribor on the month's first day, before 2025-05 the three-month interbank "
         "rate"),
        ("USD", "1971-01", "2025-04", "three-month interbank rate"),
    ],
)  # fmt: skip
def test_short_rates_say_what_they_are_and_span_what_was_published(code, first, last, what):
    rate = world.short_rate(code)
    assert (str(rate.figures.index[0]), str(rate.last)) == (first, last)
    assert rate.what == what
    assert rate.figures.notna().all()


def test_consumer_prices_are_of_four_countries():
    assert world.consumer_prices("GBP").loc["2011-10"] == 94.5
    assert str(world.consumer_prices("GBP").index[-1]) == "2022-12"
    assert world.consumer_prices("AUD") is None
    assert world.consumer_prices("CNY") is None


def test_japans_prices_rose_by_a_quarter_in_1974():
    # Statistics Bureau of Japan: consumer prices of 1974 were 23.2 % above those of 1973.
    prices = world.consumer_prices("JPY")
    assert prices["1974"].mean() / prices["1973"].mean() - 1 == pytest.approx(0.232, abs=0.01)


@pytest.mark.parametrize("code", CURRENCIES)
def test_rates_of_exchange_are_the_last_of_each_month_of_the_daily_ones(world_folder, code):
    path = world_folder / f"fred_{code.lower()}_daily.csv"
    daily = pd.read_csv(path, index_col=0, parse_dates=True, na_values=".").iloc[:, 0].dropna()
    ends = daily.groupby(daily.index.to_period("M")).last()
    table = world.exchange_table()[CURRENCIES[code].table[0]].dropna()
    both = table.index.intersection(ends.index)
    assert len(both) > 320
    assert (table[both] == ends[both]).all()


@pytest.mark.parametrize("code", ["USD", "JPY", "EUR", "GBP", "CHF", "AUD"])
def test_interbank_rates_are_those_of_the_oecd(world_folder, code):
    country = "US" if code == "USD" else CURRENCIES[code].interbank[8:10]
    path = world_folder / f"IR3TIB01{country}M156N.csv"
    published = pd.read_csv(path, index_col=0, parse_dates=True, na_values=".").iloc[:, 0]
    published.index = published.index.to_period("M")
    column = "us_3m" if code == "USD" else CURRENCIES[code].table[1]
    kinds = world.rate_table()[f"{column.removesuffix('_3m')}{world.BASIS}"]
    table = world.rate_table()[column].where(kinds.isin(["3m", "3m_ez"]))
    apart = (table - published).abs().dropna()
    assert len(apart) > 270
    assert apart.max() <= 0.5e-4 + 1e-12  # four decimals


def test_figures_of_a_currency_are_put_together():
    figures = world.currency_figures("JPY")
    assert (figures.currency, figures.days_a_year) == ("JPY", 360)
    assert figures.exchange_source == figures.home.source == figures.dollar.source == "bundled"
    assert world.currency_figures("JPY") is figures
    with pytest.raises(ValueError, match="read-only"):
        figures.exchange.to_numpy()[0] = 1.0


def test_daily_prices_given_in_python_have_no_daily_rates():
    assert world.month_end_figures("JPY", 12) is world.currency_figures("JPY")
    with pytest.raises(DataError, match="rates of exchange of the yen are those of month-ends"):
        world.month_end_figures("JPY", 252)


# --- damage -------------------------------------------------------------------------------------


def test_a_missing_table_is_named(damaged, tmp_path):
    (tmp_path / world.RATES).unlink()
    with pytest.raises(DataError, match=f"{world.RATES} cannot be read .*; restore it"):
        world.currency_figures("JPY")


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        (world.EXCHANGE, "month,jpy,", "month,jpyen,", "lacks jpy; restore it"),
        (world.EXCHANGE, "month,jpy,", "months,jpy,", "cannot be read"),
        (world.RATES, ",au_basis,", ",au_kind,", "lacks au_basis; restore it"),
        (world.EXCHANGE, "1985-02,", "1985-01,", "the months of .* have a gap; restore it"),
        (world.PRICES, "1985-02,", "spring,", "cannot be read"),
        (world.EXCHANGE, "1985-02,259.45,", "1985-02,2594.5,",
         "jpy of 1985-02 is not within 50 to 400; restore it"),
        (world.EXCHANGE, "1985-02,259.45,", "1985-02,about 260,",
         "jpy of 1985-02 is not within 50 to 400"),
        (world.RATES, "1985-02,8.69,", "1985-02,869,", "us_3m of 1985-02 is not within -2 to 30"),
        (world.PRICES, "1985-02,87.432,", "1985-02,-1,", "jp of 1985-02 is not within 5 to 200"),
        (world.RATES, ",13.875,,13.81,,3m,", ",13.875,,13.81,,4m,",
         "has a rate of kind '4m'; restore it"),
        (world.RATES, ",13.875,,13.81,,3m,", ",13.875,,13.81,,,",
         "has us_3m of 1985-02 without us_basis"),
    ],
)  # fmt: skip
def test_damage_of_each_kind_is_one_line(damaged, name, before, after, words):
    damaged(name, before, after)
    with pytest.raises(DataError, match=words) as caught:
        world.currency_figures("JPY")
    assert "\n" not in str(caught.value)


def test_a_table_without_rows_or_a_column_without_figures_is_refused(damaged, tmp_path):
    path = tmp_path / world.PRICES
    lines = path.read_text("utf-8").splitlines()
    path.write_text(lines[0] + "\n", "utf-8")
    with pytest.raises(DataError, match="has no rows; restore it"):
        world.price_table()
    path.write_text("\n".join([lines[0], *(f"{line[:7]},,1e2,1e2,1e2" for line in lines[1:])]))
    with pytest.raises(DataError, match="jp of every month is not within"):
        world.price_table()


def test_a_hole_of_two_months_in_a_rate_is_refused_by_its_months(damaged):
    # April's is empty as published; without March's there are two.
    rest = "0.006,-0.4166,0.53,-0.6750,0.53,2.55"
    damaged(world.RATES, f"2020-03,1.35,{rest},3m", f"2020-03,,{rest},")
    with pytest.raises(DataError, match="short rate of USD has no figure from 2020-03 to 2020-04"):
        world.short_rate("USD")


def test_the_tables_are_installed_with_the_package():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert '"data.bundled" = ["*.csv", "*.md"]' in text
    assert world.FOLDER == ROOT / "data" / "bundled"


def test_each_table_and_column_is_described_beside_it():
    page = (world.FOLDER / "README.md").read_text("utf-8")
    for table in (world.exchange_table(), world.rate_table(), world.price_table()):
        for column in table.columns:
            shown = "*_basis" if column.endswith(world.BASIS) else column
            assert f"`{shown}`" in page, column
    for name in SHA256:
        assert f"`{name}`" in page

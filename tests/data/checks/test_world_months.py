"""Rates of exchange and short rates beside the bundled months: real series, and spoilt ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.bundled import world
from data.checks.world_months import last_month, world_against_months
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.currency.quotes import pair_of
from data.errors import DataError
from tests.conftest import SHARED
from tests.made_exchange import h10, interbank
from tests.soak.wrong_rates import from_fred, from_yahoo
from tests.yahoo_server import read_series

WORLD = SHARED / "world"


def real(name: str) -> pd.Series:
    """A real series that lies beside the project on some machines."""
    if not WORLD.is_dir():
        pytest.skip(f"no real rates of exchange: {WORLD} is not there")
    return read_series(WORLD / name)


def held(series: str, values: pd.Series) -> list[str]:
    return world_against_months(series, values, "FRED", "not used, try again later")


def refused(series: str, values: pd.Series) -> str:
    with pytest.raises(DataError, match="figures contradict the bundled ones in ") as error:
        held(series, values)
    text = str(error.value)
    assert text.endswith("; not used, try again later")
    return text


# --- the law: real series pass without a word ---------------------------------------------------


@pytest.mark.parametrize("code", [*CURRENCIES, "CAD"])
def test_real_rates_of_exchange_give_no_warning(code):
    rates, pair = real(f"fred_{code.lower()}_daily.csv"), pair_of(code)
    assert from_fred(pair.series, rates).warnings == ()
    # Yahoo's close of a day, as it often is: the rate with which the day began.
    opened = rates.dropna().loc["2003-12-01":].shift(1).dropna()
    assert from_yahoo(code, opened).warnings == ()
    assert from_yahoo(code, rates.dropna().loc["2003-12-01":]).warnings == ()  # or its last one


@pytest.mark.parametrize(
    "series", [DOLLAR_RATE, *(f"IR3TIB01{land}M156N" for land in ("JP", "EZ", "DE", "GB", "CH",
                                                                  "AU"))]
)  # fmt: skip
def test_real_short_rates_give_no_warning(series):
    assert from_fred(series, real(f"{series}.csv")).warnings == ()


def test_the_peg_that_broke_is_let_in():
    franc = real("fred_chf_daily.csv").dropna()
    moves = np.log(franc).diff()
    # The Swiss National Bank gave up its floor on 15 January 2015.
    assert moves.idxmin() == pd.Timestamp("2015-01-15")
    assert np.expm1(moves.min()) < -0.12
    assert from_fred("DEXSZUS", franc).frame["Value"]["2015-01-15"] == franc["2015-01-15"]
    # While it was new no month-end vouched for it: let in, and said.
    new = from_fred("DEXSZUS", franc.loc[:"2015-01-16"])
    assert new.frame["Value"]["2015-01-15"] == franc["2015-01-15"]
    (line,) = (line for line in new.warnings if "2015-01-15" in line)
    assert line.startswith("DEXSZUS: moves -1")
    assert line.endswith("times the usual move there; check it")


# --- what a series looks like, on made ones whose month-ends are the published ones --------------


@pytest.mark.parametrize("code", CURRENCIES)
def test_made_series_agree_with_the_months(code):
    assert held(pair_of(code).series, h10(code)) == []
    assert held(pair_of(code).symbol, h10(code)) == []
    assert held(CURRENCIES[code].interbank, interbank(code)) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(lambda rates: 1 / rates, "they look upside down"),
     (lambda rates: rates / 100, "they look like hundredths of what they should be"),
     (lambda rates: rates * 100, "they look a hundred times too high"),
     (lambda rates: rates.shift(1).dropna(), "their dates look a session late"),
     (lambda rates: rates.shift(-1).dropna(), "their dates look a session early"),
     (lambda rates: rates * 0 + 1.5, "they are 1.5 throughout")],
)  # fmt: skip
@pytest.mark.parametrize("code", ["JPY", "EUR", "CHF"])
def test_wrong_rates_of_exchange_are_refused_and_recognized(code, spoil, words):
    assert f"; {words};" in refused(pair_of(code).series, spoil(h10(code)))


@pytest.mark.parametrize(("code", "other"), [("JPY", "CNY"), ("EUR", "GBP"), ("CHF", "AUD")])
def test_another_currencys_rates_are_recognized_whichever_way_round(code, other):
    rates = h10(other)
    for each in (rates, 1 / rates):
        assert f"; they look like those of {other};" in refused(pair_of(code).series, each)
    assert f"; they look like those of {other};" in refused(pair_of(code).symbol, rates)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(lambda rate: rate / 100, "they look like fractions, not percent"),
     (lambda rate: rate * 100, "they look like basis points, not percent"),
     (lambda rate: rate.shift(1).dropna(), "their dates look a month late"),
     (lambda rate: rate.shift(-1).dropna(), "their dates look a month early"),
     (lambda _: interbank("AUD"), "they look like those of the Australian dollar"),
     (lambda rate: rate * 0 + 2.0, "they are 2 throughout")],
)  # fmt: skip
def test_wrong_short_rates_are_refused_and_recognized(spoil, words):
    for series, code in (("IR3TIB01EZM156N", "EUR"), (DOLLAR_RATE, "USD")):
        assert f"; {words};" in refused(series, spoil(interbank(code)))


def test_german_rates_are_none_of_the_euro_area():
    # The table has the Federal Republic's until 1993: another series with the same column.
    table = world.rate_table()
    assert set(table["de_ez_basis"].loc[:"1993-12"].dropna()) == {"3m_de"}
    mixed = table["de_ez"].dropna().loc["1990-01":"2020-12"]
    days = mixed.index.to_timestamp()
    assert held("IR3TIB01EZM156N", (mixed + (mixed.index < "1994-01") * 5.0).set_axis(days)) == []


# --- bounds, by hand ----------------------------------------------------------------------------

ENDS = pd.date_range("2010-01-01", "2012-12-31", freq="BME")


def ends_of(code: str, change: float, months: int, every: int = 1) -> pd.Series:
    """Month-ends of the table for three years, some of them off by a share."""
    rates = h10(code)[ENDS]
    factor = np.ones(len(ENDS))
    factor[12 : 12 + months * every : every] = 1.0 + change
    return rates * factor


def test_a_month_that_differs_is_named_and_a_third_of_a_year_is_refused():
    assert held("DEXJPUS", ends_of("JPY", 4e-4, 36)) == []  # rounding
    (line,) = held("DEXJPUS", ends_of("JPY", 6e-4, 1))
    assert line.startswith("DEXJPUS: differs from the bundled months in 2011-01 (")
    assert line.endswith("; check it")
    (line,) = held("DEXJPUS", ends_of("JPY", 0.01, 3))  # 3 of 12 are a quarter
    assert "in 2011-01, 2011-02, 2011-03 (" in line
    assert "in 4 of 36 months, most in " in refused("DEXJPUS", ends_of("JPY", 0.01, 4))
    # Spread over more than a year they are corrections.
    (line,) = held("DEXJPUS", ends_of("JPY", 0.01, 5, 4))
    assert "in 2011-01, 2011-05, 2011-09 (and 2 more) (" in line


def test_yahoos_rates_are_of_another_hour():
    assert held("JPY=X", ends_of("JPY", 0.05, 24)) == []
    refused("JPY=X", ends_of("JPY", 0.07, 24))


def test_few_months_are_said_and_three_that_differ_refuse_them():
    short = h10("JPY")[ENDS[:11]]
    (line,) = held("DEXJPUS", short)
    assert "has 11 months in common with the bundled ones, too few" in line
    assert held("DEXJPUS", h10("JPY")[ENDS[:12]]) == []
    assert len(held("DEXJPUS", short * np.r_[1.01, np.ones(10)])) == 2
    refused("DEXJPUS", short * np.r_[1.01, 1.01, 1.01, np.ones(8)])


def test_chinas_short_rate_is_of_another_publisher():
    rate = interbank("CNY", last="2024-12").loc["2010":]
    assert held("IR3TIB01CNM156N", rate + 0.9) == []
    refused("IR3TIB01CNM156N", rate + 1.1)
    refused("IR3TIB01JPM156N", interbank("JPY", last="2024-12") + 0.01)


def test_what_the_tables_do_not_have_passes_unseen():
    days = pd.bdate_range("2010-01-01", periods=500)
    assert held("DEXCAUS", pd.Series(1.0, days)) == []
    assert last_month("DEXCAUS") is None
    assert last_month("DGS10") is None


def test_the_last_month_is_that_of_the_published_table():
    table = world.exchange_table()
    assert last_month("DEXSZUS") == last_month("CHF=X") == table["chf"].dropna().index[-1]
    assert last_month("DEXUSEU") == last_month("EURUSD=X") == table["usd_per_eur"].index[-1]
    rates = world.rate_table()
    assert last_month(DOLLAR_RATE) == rates["us_3m"].dropna().index[-1]
    # Euribor of a day follows the monthly averages: another series.
    assert last_month("IR3TIB01EZM156N") == pd.Period("2025-04")

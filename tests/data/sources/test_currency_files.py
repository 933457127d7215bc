"""Users' own rates of exchange and short rates, and what their prices are quoted in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.bundled import world
from data.currency.conversion import Conversion
from data.currency.currencies import CURRENCIES
from data.errors import DataError
from data.load import load_market
from data.sources.currency_files import (
    EXCHANGES,
    currency_figures,
    exchange_rate,
    in_dollars,
    quotes,
    short_rate,
)
from tests.conftest import SHARED
from tests.made_figures import DAYS, csv, folder_files, near, near_rate


@pytest.fixture
def folder(price_folder):
    """SPY and IEF, rates of exchange of the yen and both short rates."""
    return price_folder(**folder_files())


def load(folder, currency: str = "JPY", tickers=("SPY", "IEF"), hedge: float = 0.0, **options):
    ratios = {"IEF": hedge} if hedge else {}
    conversion = Conversion(currency=currency, ratios=ratios)
    return load_market(f"files:{folder}", list(tickers), conversion=conversion, **options)


# --- rates of exchange --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fred_jpy_daily", "DEXJPUS", "dexjpus"])
def test_rates_of_exchange_lie_under_two_names(price_folder, name):
    folder = price_folder(**{name: csv("DEXJPUS", near("JPY"))})
    rates = exchange_rate(folder, "JPY", [])
    assert rates.tolist() == near("JPY").tolist()
    assert exchange_rate(folder, "EUR", []) is None


def test_two_files_of_one_currency_are_refused(folder, price_folder):
    price_folder(DEXJPUS=csv("DEXJPUS", near("JPY")))
    with pytest.raises(
        DataError, match="fred_jpy_daily.csv and .*DEXJPUS.csv are both .*; keep one"
    ):
        exchange_rate(folder, "JPY", [])


@pytest.mark.parametrize("code", CURRENCIES)
def test_units_for_one_dollar_whichever_way_the_series_is_quoted(price_folder, code):
    each = CURRENCIES[code]
    folder = price_folder(**{each.exchange: csv(each.exchange, near(code))})
    expected = 1 / near(code) if each.is_inverted else near(code)
    assert exchange_rate(folder, code, []).tolist() == expected.tolist()


def test_inverse_quotes_are_the_same_market(folder, price_folder):
    # The euro is quoted in dollars, the franc in francs. Both were at about 0.94 for a dollar in
    # 2022 and 2023: with the same units for one dollar, and the same short rates, the markets of
    # both are the same.
    units = 0.94 * np.exp(np.random.default_rng(7).normal(0, 2e-3, len(DAYS)).cumsum() * 0.3)
    rates, months = near_rate("EUR")
    price_folder(
        DEXUSEU=csv("DEXUSEU", 1 / units),
        DEXSZUS=csv("DEXSZUS", units),
        IR3TIB01EZM156N=csv("IR3TIB01EZM156N", rates, months),
        IR3TIB01CHM156N=csv("IR3TIB01CHM156N", rates, months),
    )
    euros, francs = load(folder, "EUR", hedge=1.0), load(folder, "CHF", hedge=1.0)
    np.testing.assert_allclose(euros.prices, francs.prices, rtol=1e-12)
    np.testing.assert_allclose(euros.cash, francs.cash, rtol=1e-12)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("JPY", lambda figures: figures / 100),  # in hundreds of yen
        ("JPY", lambda figures: 1 / figures),
        ("GBP", lambda figures: 1 / figures),  # sterling at 1.24: upside down 0.8
        ("EUR", lambda figures: 1 / figures),  # the euro at 1.07: upside down 0.93
        ("CHF", lambda figures: 1 / figures),
        ("CHF", lambda figures: figures * 1.1),
        ("AUD", lambda figures: figures * 1.2),  # not the Australian dollar
    ],
)
def test_figures_upside_down_in_hundredths_or_of_another_currency_are_refused(
    price_folder, code, change
):
    series = CURRENCIES[code].exchange
    folder = price_folder(**{series: csv(series, change(near(code)))})
    with pytest.raises(DataError, match=f"{series} is usually not what the bundled months have"):
        exchange_rate(folder, code, [])


def test_a_file_of_another_series_is_refused_by_its_column(price_folder):
    folder = price_folder(fred_jpy_daily=csv("DEXCAUS", near("JPY")))
    with pytest.raises(DataError, match="has no column DEXJPUS, but DEXCAUS: it is another series"):
        exchange_rate(folder, "JPY", [])
    price_folder(fred_jpy_daily=csv("value", near("JPY")))
    assert len(exchange_rate(folder, "JPY", [])) == len(DAYS)


def test_an_impossible_or_absent_figure_is_refused(price_folder):
    figures = near("JPY")
    figures[5] = 0.0
    folder = price_folder(DEXJPUS=csv("DEXJPUS", figures))
    with pytest.raises(DataError, match="DEXJPUS in .* is 0 on 2022-01-10"):
        exchange_rate(folder, "JPY", [])
    price_folder(DEXJPUS="date,DEXJPUS\n2022-01-03,.\n2022-01-04,\n")
    with pytest.raises(DataError, match="DEXJPUS has no figures; give some"):
        exchange_rate(folder, "JPY", [])


# --- short rates --------------------------------------------------------------------------------

POLICY = "month,JP,US\n" + "".join(
    f"{month},{'' if month.month % 2 else 0.1},{0.5}\n"
    for month in pd.period_range("2020-02", "2021-12", freq="M")
)


def test_a_policy_rate_stands_before_the_interbank_rate_with_its_blanks_carried(
    folder, price_folder
):
    price_folder(bis_policy_rates_monthly_1970_2023=POLICY)
    rate = short_rate(folder, "JPY", [])
    own, _ = near_rate("JPY")
    assert rate.what == "three-month interbank rate, before 2021-06 the policy rate"
    assert str(rate.figures.index[0]) == "2020-02"
    assert rate.figures["2020-02":"2021-05"].tolist() == [0.1] * 16
    assert rate.figures["2021-06":].tolist() == own
    assert rate.source == f"files:{folder}"


def test_without_an_interbank_file_the_bundled_rate_is_used_and_said(folder, price_folder):
    (folder / "IR3TIB01JPM156N.csv").unlink()
    notes: list[str] = []
    figures = currency_figures(folder, "JPY", notes, monthly=False)
    assert figures.home.figures.equals(world.short_rate("JPY").figures)
    assert notes == [f"short rates of the yen are the bundled ones: {folder} has none"]
    # A policy rate serves the months before it only.
    price_folder(bis_policy_rates_monthly_1970_2023=POLICY.replace("2020-02,", "1992-09,", 1))
    text = POLICY.replace("month,JP,US\n", "month,JP,US\n1992-08,3.25,3\n1992-09,,3\n")
    price_folder(bis_policy_rates_monthly_1970_2023=text)
    rate = short_rate(folder, "JPY", [])
    assert rate.figures.loc["1992-08":"1992-10"].tolist() == [3.25, 3.25, 4.07386]
    assert rate.what == f"{world.short_rate('JPY').what}, before 1992-10 the policy rate"
    assert rate.last == world.short_rate("JPY").last


def test_a_hole_of_one_month_is_filled_and_one_of_two_refused(folder, price_folder):
    rates, months = near_rate("JPY")
    rates[4] = np.nan
    price_folder(IR3TIB01JPM156N=csv("IR3TIB01JPM156N", rates, months))
    assert short_rate(folder, "JPY", []).figures["2021-10"] == rates[3]
    rates[5] = np.nan
    price_folder(IR3TIB01JPM156N=csv("IR3TIB01JPM156N", rates, months))
    words = "IR3TIB01JPM156N in .* has no figure from 2021-10 to 2021-11"
    with pytest.raises(DataError, match=words):
        short_rate(folder, "JPY", [])


def test_a_policy_rate_that_ends_long_before_the_interbank_rate_begins_is_refused(
    folder, price_folder
):
    ended = "".join(
        line for line in POLICY.splitlines(keepends=True) if line < "2021-02" or "J" in line
    )
    price_folder(bis_policy_rates_monthly_1970_2023=ended)
    with pytest.raises(DataError, match="has no figure from 2021-02 to 2021-05"):
        short_rate(folder, "JPY", [])


def test_a_rate_in_fractions_or_of_another_country_is_refused(folder, price_folder):
    rates, months = near_rate("USD", "2000-01")
    price_folder(IR3TIB01USM156N=csv("IR3TIB01USM156N", np.array(rates) / 100, months))
    with pytest.raises(
        DataError, match="points from the bundled rate of the dollar: it is another"
    ):
        short_rate(folder, "USD", [])
    price_folder(IR3TIB01USM156N=csv("IR3TIB01GBM156N", rates, months))
    with pytest.raises(DataError, match="has no column IR3TIB01USM156N, but IR3TIB01GBM156N"):
        short_rate(folder, "USD", [])
    price_folder(IR3TIB01USM156N=csv("IR3TIB01USM156N", np.array(rates) + 70, months))
    with pytest.raises(DataError, match="IR3TIB01USM156N in .* should lie between -5 and 60"):
        short_rate(folder, "USD", [])


# --- a market of a folder -----------------------------------------------------------------------


def test_a_folder_gives_a_daily_market_in_another_currency(folder):
    market = load(folder, hedge=1.0)
    assert market.currency == "JPY"
    assert market.sessions.equals(DAYS.as_unit(market.sessions.unit))
    prices = pd.read_csv(folder / "SPY.csv", index_col=0)["value"].to_numpy()
    exchange = near("JPY")
    np.testing.assert_allclose(market.prices["SPY"], prices * exchange / exchange[0], rtol=1e-12)
    assert "at the Federal Reserve's noon rate (H.10) of each day" in " ".join(market.notes)
    assert market.provenance["CASH"].source == f"files:{folder}"


def test_daily_prices_need_daily_rates_and_monthly_ones_take_the_bundled(folder, price_folder):
    with pytest.raises(DataError, match="has no rates of exchange of the Swiss franc, which daily"):
        load(folder, "CHF")
    ends = pd.date_range("2021-12-31", "2023-12-31", freq="BME")
    for name in ("SPY", "IEF"):
        price_folder(**{name: csv("value", np.arange(len(ends)) + 100, ends, dates="date")})
    market = load(folder, "CHF")
    assert market.periods_per_year == 12
    assert market.sessions.equals(ends.as_unit(market.sessions.unit))
    table = world.exchange_rate("CHF")["2021-12-31":"2023-12-31"].to_numpy()
    np.testing.assert_allclose(
        market.prices["SPY"], (np.arange(len(ends)) + 100) * table / table[0], rtol=1e-14
    )
    (note,) = [note for note in market.notes if "are the bundled ones" in note]
    assert note.startswith("rates of exchange of the Swiss franc, short rates of the Swiss franc")


@pytest.mark.parametrize("hedge", [0.0, 1.0])
def test_a_market_cut_is_the_one_loaded_up_to_that_day(folder, hedge):
    whole = load(folder, hedge=hedge)
    for day in ("2022-03-31", "2022-08-15", "2023-06-01"):
        cut, ended = whole.until(pd.Timestamp(day)), load(folder, hedge=hedge, end=day)
        pd.testing.assert_frame_equal(cut.prices, ended.prices, check_exact=True)
        pd.testing.assert_series_equal(cut.cash, ended.cash, check_exact=True)
        assert cut.fingerprints() == ended.fingerprints(), day


def test_an_end_before_the_currency_begins_is_refused(folder, price_folder):
    late = DAYS[200:]
    price_folder(fred_jpy_daily=csv("DEXJPUS", near("JPY")[200:], late))
    assert load(folder).sessions[0] == late[0]
    with pytest.raises(DataError, match="figures of the yen have no day in common: 2022-01-03 to"):
        load(folder, end="2022-06-30")


# --- what prices are quoted in ------------------------------------------------------------------


def quoted(folder, text: str) -> None:
    (folder / "currency.toml").write_text(text, "utf-8")


@pytest.fixture
def euros(folder, price_folder):
    """The folder with a fund in euros and rates of exchange of the euro."""
    levels = 50 * np.exp(np.random.default_rng(8).normal(0, 0.01, len(DAYS)).cumsum())
    price_folder(
        **{"EUNL.DE": csv("value", levels, dates="date")}, DEXUSEU=csv("DEXUSEU", near("EUR"))
    )
    return folder


def test_a_fund_in_euros_is_worth_its_euros_in_any_currency(euros):
    quoted(euros, '"EUNL.DE" = "EUR"\n')
    levels = pd.read_csv(euros / "EUNL.DE.csv", index_col=0)["value"].to_numpy()
    per_euro = near("EUR")
    dollars = load_market(f"files:{euros}", ["SPY", "EUNL.DE"])
    np.testing.assert_allclose(dollars.prices["EUNL.DE"], levels * per_euro, rtol=1e-12)
    (note,) = [note for note in dollars.notes if "EUNL.DE is quoted in EUR" in note]
    assert "converted at the Federal Reserve's noon rate" in note
    # In euros it grows as its file says, and in yen by the cross rate.
    own = load(euros, "EUR", ["SPY", "EUNL.DE"]).prices["EUNL.DE"]
    np.testing.assert_allclose(own / own.iloc[0], levels / levels[0], rtol=1e-12)
    yen = load(euros, "JPY", ["SPY", "EUNL.DE"]).prices["EUNL.DE"]
    cross = levels * per_euro * near("JPY")
    np.testing.assert_allclose(yen / yen.iloc[0], cross / cross[0], rtol=1e-12)


@pytest.mark.parametrize("home", ["USD", "JPY", "EUR"])
def test_a_mix_of_currencies_without_a_word_is_refused_by_name(euros, home):
    conversion = Conversion(currency=home)
    with pytest.raises(DataError) as caught:
        load_market(f"files:{euros}", ["SPY", "EUNL.DE"], conversion=conversion)
    assert str(caught.value) == (
        "EUNL.DE is of an exchange that quotes in EUR, beside SPY in USD; say what it is quoted "
        f'in: write "EUNL.DE" = "EUR" (or "USD") into {euros / "currency.toml"}'
    )
    quoted(euros, '"EUNL.DE" = "USD"\n')
    assert quotes(euros, ["SPY", "EUNL.DE"], home) == {"SPY": "USD", "EUNL.DE": "USD"}


def test_funds_of_one_exchange_stay_as_they_are_until_one_is_converted(euros, price_folder):
    text = (euros / "EUNL.DE.csv").read_text("utf-8")
    price_folder(**{"IS04.DE": text})
    both = ["EUNL.DE", "IS04.DE"]
    assert set(quotes(euros, both, "USD").values()) == {"USD"}  # a run in nobody's dollars, as ever
    with pytest.raises(DataError, match="EUNL.DE is of an exchange that quotes in EUR; say what"):
        quotes(euros, both, "JPY")
    quoted(euros, '"EUNL.DE" = "EUR"\n')
    with pytest.raises(DataError, match="IS04.DE is of an exchange that quotes in EUR; say what"):
        quotes(euros, both, "USD")


def test_an_exchange_of_a_currency_that_is_not_converted_asks_for_another_series(euros):
    assert EXCHANGES["TO"] == "CAD"
    with pytest.raises(
        DataError, match=r"XIC.TO .* quotes in CAD, beside SPY in USD, which is not"
    ):
        quotes(euros, ["SPY", "XIC.TO"], "USD")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"EUNL.DE" = "CAD"\n', "'EUNL.DE' is quoted in 'CAD'.*; it takes USD, JPY, EUR"),
        ('"EUNL.DE" = 5\n', "'EUNL.DE' is quoted in 5; it takes USD"),
        ('"EUNM.DE" = "EUR"\n', "names 'EUNM.DE', and .* has no CSV file of that name; correct"),
        (
            'EUNL.DE = "EUR"\n',
            'before a dot outside of quotes, or as a table; write "EUNL.DE" = "EUR"',
        ),
        ('"EUNL.DE" = "EUR"\n"eunl.de" = "USD"\n', "names 'eunl.de' twice; keep one"),
        ('"a\\nb" = "EUR"\n', r"names 'a\\nb', and .* has no CSV file of that name"),
        ('["a\\nb"]\nDE = "EUR"\n', r"has 'a\\nb' before a dot outside of quotes, or as a table"),
        ("EUNL.DE EUR\n", 'is no TOML .*; write lines such as "EUNL.DE" = "EUR"'),
        ("\0", "is no TOML"),
    ],
)
def test_a_table_of_quotes_that_cannot_be_used_is_one_line(euros, text, words):
    quoted(euros, text)
    with pytest.raises(DataError, match=words) as caught:
        quotes(euros, ["SPY", "EUNL.DE"], "USD")
    assert "\n" not in str(caught.value)
    assert str(euros / "currency.toml") in str(caught.value)


@pytest.mark.parametrize("ticker", ["eunl.de", "EUNL.DE", "Eunl.de"])
def test_tickers_are_named_in_any_case(euros, ticker):
    quoted(euros, f'"{ticker}" = "eur"\n')
    assert quotes(euros, ["EUNL.DE"], "USD") == {"EUNL.DE": "EUR"}
    assert quotes(euros, ["eunl.de"], "USD") == {"eunl.de": "EUR"}


@pytest.mark.parametrize("pence", ["GBp", "GBX", "GBP"])
def test_prices_in_pence_grow_like_those_in_pounds(euros, price_folder, pence):
    text = (euros / "EUNL.DE.csv").read_text("utf-8")
    price_folder(**{"VUSA.L": text}, DEXUSUK=csv("DEXUSUK", near("GBP")))
    quoted(euros, f'"VUSA.L" = "{pence}"\n')
    assert quotes(euros, ["VUSA.L"], "USD") == {"VUSA.L": "GBP"}


def test_a_fund_in_euros_needs_their_rates_of_exchange(euros):
    quoted(euros, '"EUNL.DE" = "EUR"\n')
    (euros / "DEXUSEU.csv").unlink()
    with pytest.raises(DataError, match="has no rates of exchange; add fred_eur_daily.csv"):
        load_market(f"files:{euros}", ["SPY", "EUNL.DE"])


def test_a_month_stamped_on_its_first_day_is_converted_at_its_end(price_folder):
    # Units of the euro for a dollar in 2022: January ended at 1 / 1.1221, February at 1 / 1.1240.
    folder = price_folder(DEXUSEU=csv("DEXUSEU", near("EUR")))
    firsts = pd.date_range("2022-01-01", periods=6, freq="MS")
    levels = pd.Series(100.0, firsts, name="EUNL.DE")
    notes: list[str] = []
    converted = in_dollars(folder, levels, "EUR", notes)
    assert converted.index.equals(firsts)
    rates = pd.Series(near("EUR"), DAYS)
    ends = [
        rates[: f"{month}"].iloc[-1] for month in pd.period_range("2022-01", periods=6, freq="M")
    ]
    np.testing.assert_allclose(converted, 100 * np.array(ends), rtol=1e-12)


def test_a_hole_in_the_rates_after_the_asked_end_does_not_matter(price_folder):
    figures = near("EUR")
    figures[300:320] = np.nan
    folder = price_folder(DEXUSEU=csv("DEXUSEU", figures).replace("nan", "."))
    levels = pd.Series(100.0, DAYS, name="EUNL.DE")
    with pytest.raises(
        DataError, match="rate of exchange of the euro has no figure from 2023-02-24"
    ):
        in_dollars(folder, levels, "EUR", [])
    converted = in_dollars(folder, levels, "EUR", [], end="2022-12-30")
    rows = len(converted[:"2022-12-30"])
    assert rows == int((DAYS <= "2022-12-30").sum())
    np.testing.assert_allclose(converted.iloc[:rows], 100 * figures[:rows], rtol=1e-12)


def test_a_fund_whose_days_have_no_rate_of_exchange_is_named(price_folder):
    folder = price_folder(DEXUSEU=csv("DEXUSEU", near("EUR")))
    levels = pd.Series(100.0, pd.bdate_range("2001-01-01", periods=300), name="EUNL.DE")
    with pytest.raises(DataError, match="EUNL.DE is quoted in EUR by .*of other days"):
        in_dollars(folder, levels, "EUR", [])


def test_dollars_stay_the_object_they_are(price_folder):
    levels = pd.Series(100.0, DAYS, name="SPY")
    assert in_dollars(price_folder(), levels, "USD", []) is levels


def test_real_figures_are_read_as_they_lie(tmp_path):
    if not (SHARED / "world").is_dir():
        pytest.skip(f"no real figures of currencies: {SHARED / 'world'} is not there")
    for code, first in {"JPY": "1970-01", "CHF": "1970-01", "GBP": "1970-01", "EUR": "1994-01",
                        "AUD": "1968-01", "CNY": "1996-01"}.items():  # fmt: skip
        figures = currency_figures(SHARED / "world", code, [], monthly=False)
        assert str(figures.home.figures.index[0]) == first, code
        assert figures.exchange.index[-1] == pd.Timestamp("2025-12-31"), code
        assert figures.dollar.what.startswith("three-month interbank rate"), code

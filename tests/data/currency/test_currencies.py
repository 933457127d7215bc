"""The table of currencies against published conventions, and codes as they are given."""

from __future__ import annotations

import pytest

from data.bundled import world
from data.currency.currencies import CODES, CURRENCIES, SIGNS, name_of, read_code, with_article
from data.errors import UsageError


def test_the_currencies_are_those_that_are_offered():
    assert CODES == ("USD", "JPY", "EUR", "GBP", "CHF", "AUD", "CNY")


def test_money_markets_count_days_as_their_conventions_say():
    # INVESTOR: ACT/365 for GBP, AUD and CNY, ACT/360 else (of the ISDA day count conventions).
    assert {code for code, each in CURRENCIES.items() if each.days_a_year == 365} == {
        "GBP", "AUD", "CNY",
    }  # fmt: skip
    assert {each.days_a_year for each in CURRENCIES.values()} == {360, 365}


def test_h10_quotes_three_currencies_in_dollars_and_says_so_in_the_name_of_the_series():
    # FRED: DEXUSEU is dollars for one euro, DEXJPUS yen for one dollar.
    for code, each in CURRENCIES.items():
        assert each.is_inverted is each.exchange.startswith("DEXUS"), code
        assert each.is_inverted is each.table[0].startswith("usd_per_"), code


def test_each_names_columns_that_the_bundled_tables_have():
    for each in CURRENCIES.values():
        assert each.table[0] in world.EXCHANGE_BOUNDS
        assert each.table[1] in world.RATE_COLUMNS
        assert each.prices is None or each.prices[0] in world.PRICE_COLUMNS
    # Without bundled prices: Australia and China.
    assert {code for code, each in CURRENCIES.items() if each.prices is None} == {"AUD", "CNY"}


def test_signs_and_names_tell_currencies_apart():
    assert len(set(SIGNS.values())) == len(SIGNS) == 7
    assert name_of("USD") == "dollar"
    assert name_of("CHF") == "Swiss franc"
    assert with_article("CHF") == "the Swiss franc"
    assert with_article("GBP") == "sterling"
    assert with_article("USD") == "the dollar"


@pytest.mark.parametrize("given", ["JPY", "jpy", " Jpy "])
def test_a_code_is_read_in_any_case(given):
    assert read_code(given, "--currency") == "JPY"


@pytest.mark.parametrize("given", ["JPN", "", None, 5, "USD,EUR", float("nan")])
def test_another_code_is_refused_with_those_there_are(given):
    with pytest.raises(
        UsageError, match="--currency takes one of USD, JPY, EUR, GBP, CHF, AUD, CNY"
    ):
        read_code(given, "--currency")

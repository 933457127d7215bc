"""Where rates of exchange are published, and which way round, by the publishers' own titles."""

from __future__ import annotations

import pytest

from data.currency.currencies import CURRENCIES
from data.currency.quotes import (
    H10_ALSO,
    H10_SERIES,
    HUNDREDTHS,
    Pair,
    currency_of,
    is_exchange,
    is_pair,
    pair_of,
    unit_of_pair,
)

# H.10 marks with an asterisk the four that are dollars for one unit; of FRED's names of these the
# dollar comes first: "U.S. Dollars to ... Spot Exchange Rate".
DOLLARS_FOR_ONE = {"AUD": "DEXUSAL", "EUR": "DEXUSEU", "GBP": "DEXUSUK", "NZD": "DEXUSNZ"}


@pytest.mark.parametrize("code", [*CURRENCIES, *H10_ALSO])
def test_each_rate_is_the_way_round_that_its_publisher_says(code):
    pair = pair_of(code)
    assert pair.is_inverted is (code in DOLLARS_FOR_ONE)
    assert pair.series.startswith("DEXUS") is pair.is_inverted
    assert pair.series.endswith("US") is not pair.is_inverted
    assert pair.symbol == (f"{code}USD=X" if pair.is_inverted else f"{code}=X")
    assert unit_of_pair(pair.symbol) == ("USD" if pair.is_inverted else code)
    assert H10_SERIES[pair.series] == code


def test_no_two_currencies_share_a_series():
    assert len(H10_SERIES) == len(CURRENCIES) + len(H10_ALSO) == 21


def test_a_currency_without_h10_has_yahoos_pair_alone():
    assert pair_of("ILS") == Pair("ILS", None, is_inverted=False)
    assert pair_of("ILS").symbol == "ILS=X"


@pytest.mark.parametrize(
    ("quoted", "code"),
    [("GBp", "GBP"), ("GBX", "GBP"), ("ILA", "ILS"), ("ZAc", "ZAR"), ("ZAC", "ZAR"),
     ("GBP", "GBP"), ("USD", "USD"), ("SEK", "SEK"),
     ("", None), ("usd", None), ("U", None), ("EURO", None), ("GB ", None), ("gbp", None)],
)  # fmt: skip
def test_what_prices_are_quoted_in_is_a_currency_or_a_hundredth_of_one(quoted, code):
    assert currency_of(quoted) == code
    assert quoted not in HUNDREDTHS or currency_of(quoted) != quoted


@pytest.mark.parametrize(
    ("symbol", "is_rate"),
    [("JPY=X", True), ("EURUSD=X", True), ("EURGBP=X", False), ("USDJPY=X", False), ("GC=F", False),
     ("JPY", False), ("^TNX", False), ("xJPY=X", False), ("JPY=X ", False)],
)  # fmt: skip
def test_a_pair_against_the_dollar_is_known_by_its_symbol(symbol, is_rate):
    assert is_pair(symbol) is is_rate
    if not is_rate:
        with pytest.raises(ValueError, match="is no rate of exchange against the dollar"):
            unit_of_pair(symbol)


@pytest.mark.parametrize(
    ("symbol", "is_rate"),
    [("JPY=X", True), ("EURUSD=X", True), ("EURGBP=X", True), ("USDJPY=X", True), ("GC=F", False),
     ("EURGBP", False), ("BTC-USD", False), ("EURG=X", False), ("xEURGBP=X", False), ("=X", False)],
)  # fmt: skip
def test_a_rate_of_any_two_currencies_is_known_by_its_symbol(symbol, is_rate):
    assert is_exchange(symbol) is is_rate

"""Where rates of exchange are published, and which way round, by the publishers' own titles."""

from __future__ import annotations

import pytest

from data.currency.currencies import CURRENCIES
from data.currency.quotes import (
    ANY_RATE,
    H10_ALSO,
    H10_SERIES,
    HUNDREDTHS,
    RANGES,
    Pair,
    bounds_of,
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


def test_a_rate_upside_down_or_in_hundredths_is_out_of_its_range():
    """Rates of the end of 2024, by currency: H.10's, and Yahoo's of the shekel."""
    ends = {"BRL": 6.18, "CAD": 1.44, "DKK": 7.20, "HKD": 7.77, "ILS": 3.64, "INR": 85.6,
            "KRW": 1477.0, "MXN": 20.8, "MYR": 4.47, "NOK": 11.3, "NZD": 0.561, "SEK": 11.0,
            "SGD": 1.36, "THB": 34.3, "TWD": 32.8, "ZAR": 18.8}  # fmt: skip
    assert ends.keys() == RANGES.keys() >= H10_ALSO.keys()
    for code, rate in ends.items():
        low, high = bounds_of(code)
        assert low < rate < high
        assert not low < 100.0 * rate < high
        assert not low < rate / 100.0 < high
        if code != "NZD":  # 0.56 and 1.78 have both been seen, the latter of others
            assert not low < 1.0 / rate < high
    assert bounds_of("JPY") == ANY_RATE  # held against months


@pytest.mark.parametrize(
    ("symbol", "is_rate"),
    [("JPY=X", True), ("EURUSD=X", True), ("EURGBP=X", True), ("USDJPY=X", True), ("GC=F", False),
     ("EURGBP", False), ("BTC-USD", False), ("EURG=X", False), ("xEURGBP=X", False), ("=X", False)],
)  # fmt: skip
def test_a_rate_of_any_two_currencies_is_known_by_its_symbol(symbol, is_rate):
    assert is_exchange(symbol) is is_rate

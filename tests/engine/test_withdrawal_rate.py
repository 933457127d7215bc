"""The rate of ``--withdrawals``: read, or refused in one line."""

from __future__ import annotations

import pytest

from backtests.engine.withdrawal_rate import read_rate, require_prices_of
from data.errors import UsageError


@pytest.mark.parametrize("currency", ["AUD", "CNY"])
def test_a_currency_without_consumer_prices_is_refused(currency):
    with pytest.raises(UsageError, match=f"those of {currency} are not known; leave it out"):
        require_prices_of(currency)


@pytest.mark.parametrize("currency", ["USD", "JPY", "EUR", "GBP", "CHF"])
def test_the_others_have_consumer_prices(currency):
    require_prices_of(currency)


@pytest.mark.parametrize(
    ("given", "rate"), [("4%", 0.04), (" 3.5 % ", 0.035), ("0.04", 0.04), (0.05, 0.05), ("100%", 1)]
)
def test_rates(given, rate):
    assert read_rate(given) == pytest.approx(rate, rel=1e-15)


@pytest.mark.parametrize(
    ("given", "told"),
    [("four", "got 'four'"), ("", "got ''"), ("0", "got '0'"), ("-4%", "got '-4%'"),
     ("101%", "got '101%'"), ("4", "for 4 % write 4%"), (4, "for 4 % write 4%"),
     ("nan", "got 'nan'"), (float("nan"), "got nan"), ("inf%", "got"), (None, "got None"),
     (True, "got True"), ("4%/year", "got '4%/year'")],
)  # fmt: skip
def test_a_rate_that_cannot_be_meant(given, told):
    with pytest.raises(UsageError) as caught:
        read_rate(given)
    message = str(caught.value)
    assert message.startswith("--withdrawals takes a rate a year above 0 and up to 100 %")
    assert told in message
    assert "\n" not in message

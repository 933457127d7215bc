"""What is withheld, as a record."""

from __future__ import annotations

import pytest

from data.withholding.rates import NOTHING, Withheld, Withholding


def test_a_rate_of_nothing_is_nothing():
    assert Withholding({"SPY": Withheld(0.0, "2020-01-01")}) == NOTHING
    assert not NOTHING
    assert Withholding({"SPY": Withheld(0.15), "TLT": Withheld(0.0)}).by_ticker == {
        "SPY": Withheld(0.15)
    }


def test_it_is_a_key_and_cannot_be_changed():
    own = {"SPY": Withheld(0.15)}
    first = Withholding(own)
    own["TLT"] = Withheld(0.3)
    assert first == Withholding({"SPY": Withheld(0.15)})
    assert hash(first) == hash(Withholding({"SPY": Withheld(0.15)}))
    with pytest.raises(TypeError, match="item assignment"):
        first.by_ticker["TLT"] = Withheld(0.3)


def test_the_first_day_in_words():
    assert Withheld(0.3).since_words == ""
    assert Withheld(0.3, "2025-05-01").since_words == " from 2025-05-01"

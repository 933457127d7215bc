"""In which currency a run is, as it is given: read, refused, and passed on to the market."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.engine.money import MONEY, Money, option, ratio_text
from backtests.engine.roles import KNOWN, Roles
from data.currency.conversion import DOLLARS, Conversion
from data.errors import UsageError


def test_money_is_dollars_unless_it_is_said():
    money = Money()
    assert money.is_dollars
    assert (money.currency, money.cash, money.fx_hedge, money.fx_hedge_equity) == (
        "USD", "home", 0.0, 0.0,
    )  # fmt: skip
    assert (money.fx_basis_bp, money.carry_rates) == (25.0, False)
    assert money.conversion(["SPY", "IEF"], KNOWN) is DOLLARS


@pytest.mark.parametrize("given", ["JPY", "jpy", " jpy "])
def test_a_currency_is_read_in_any_case(given):
    assert Money(currency=given) == Money(currency="JPY")
    assert hash(Money(currency=given)) == hash(Money(currency="JPY"))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, 0.0), (0, 0.0), (-0.0, 0.0), (1, 1.0), ("1", 1.0), (" 0.5 ", 0.5),
        (np.float32(0.5), 0.5),
        ("IEF=1,TLT=0.5", {"IEF": 1.0, "TLT": 0.5}),
        (" IEF = 1 , TLT = 0.5 ,", {"IEF": 1.0, "TLT": 0.5}),
        ({"IEF": "1", "TLT": 0}, {"IEF": 1.0}),
        ("GC=F=0.5,IEF=1", {"GC=F": 0.5, "IEF": 1.0}),  # a ticker may have the sign itself
        # A ratio of nothing is none at all.
        ("IEF=0", 0.0), ({"IEF": 0.0, "TLT": 0}, 0.0), ({}, 0.0),
    ],
)  # fmt: skip
def test_a_ratio_is_of_all_or_by_ticker(given, read):
    assert Money(currency="JPY", fx_hedge=given).fx_hedge == read


@pytest.mark.parametrize("ratio", [0.0, 1.0, 0.1 + 0.2, {"IEF": 1.0, "TLT": 1 / 3}])
def test_a_ratio_as_text_reads_back_to_the_last_digit(ratio):
    money = Money(currency="JPY", fx_hedge=ratio)
    text = ratio_text(money.ratio("fx_hedge"))
    assert Money(currency="JPY", fx_hedge=text) == money


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"currency": "JPN"}, "--currency takes one of USD, JPY.*did you mean JPY"),
        ({"currency": "JPY", "cash": "dollars"}, "--cash takes home or usd, got 'dollars'"),
        ({"currency": "JPY", "cash": ["usd"]}, "--cash takes home or usd, got"),
        ({"currency": "JPY", "fx_hedge": 1.5}, "--fx-hedge takes a ratio from 0 to 1.*got 1.5"),
        ({"currency": "JPY", "fx_hedge": -0.1}, "--fx-hedge takes a ratio from 0 to 1.*got -0.1"),
        ({"currency": "JPY", "fx_hedge": float("nan")}, "--fx-hedge takes a ratio.*got nan"),
        ({"currency": "JPY", "fx_hedge": "all"}, "--fx-hedge takes a ratio from 0 to 1.*got 'all'"),
        ({"currency": "JPY", "fx_hedge": "IEF"}, "--fx-hedge takes a ratio.*got 'IEF'"),
        ({"currency": "JPY", "fx_hedge": ""}, "--fx-hedge takes a ratio.*got ''"),
        ({"currency": "JPY", "fx_hedge": "=1"}, "--fx-hedge takes ratios by ticker.*got ''"),
        ({"currency": "JPY", "fx_hedge": "IEF=1,IEF=0"}, "--fx-hedge names IEF twice"),
        ({"currency": "JPY", "fx_hedge": True}, "--fx-hedge takes a ratio from 0 to 1, got True"),
        ({"currency": "JPY", "fx_hedge": [1.0]}, "--fx-hedge takes a ratio from 0 to 1, got"),
        ({"currency": "JPY", "fx_hedge_equity": 2}, "--fx-hedge-equity takes a ratio"),
        ({"currency": "JPY", "fx_basis_bp": -1}, "--fx-basis-bp takes 0 to 1000 basis points"),
        ({"currency": "JPY", "fx_basis_bp": 1001}, "--fx-basis-bp takes 0 to 1000.*got 1001"),
        ({"currency": "JPY", "fx_basis_bp": float("nan")}, "--fx-basis-bp takes 0 to.*got nan"),
        ({"currency": "JPY", "carry_rates": "yes"}, "carry_rates= takes True or False"),
        ({"fx_hedge": 1}, "--fx-hedge is for investors in another currency than dollars; give"),
        ({"fx_hedge_equity": 0.5}, "--fx-hedge-equity is for investors in another currency"),
        ({"fx_basis_bp": 50}, "--fx-basis-bp is for investors in another currency"),
        ({"carry_rates": True}, "--carry-rates is for investors in another currency"),
    ],
)  # fmt: skip
def test_what_is_not_possible_is_refused_in_one_line(fields, words):
    with pytest.raises(UsageError, match=words) as caught:
        Money(**fields)
    assert "\n" not in str(caught.value)


def test_in_dollars_the_defaults_are_allowed_and_cash_is_bills_both_ways():
    assert Money(fx_hedge=0, fx_hedge_equity="0", fx_basis_bp=25, carry_rates=False) == Money()
    assert Money(cash="usd") == Money()


def test_ratios_go_to_the_side_that_a_ticker_is_on():
    money = Money(currency="JPY", cash="usd", fx_hedge=1, fx_hedge_equity="SPY=0.25", fx_basis_bp=0)
    assert money.conversion(["SPY", "IEF", "VTI"], KNOWN) == Conversion(
        currency="JPY", cash="usd", ratios={"IEF": 1.0, "SPY": 0.25}, basis_bp=0.0
    )
    # What the user names as a hedge is one.
    roles = Roles(hedge=("GLD",), equity=())
    assert money.conversion(["SPY", "GLD"], roles).ratios == {"GLD": 1.0, "SPY": 0.25}
    assert money.ratio_of("fx_hedge", "TLT") == 1.0
    assert money.ratio_of("fx_hedge_equity", "VTI") == 0.0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fx_hedge": "TLT=1"}, "--fx-hedge names TLT, and the run uses SPY, IEF"),
        ({"fx_hedge": "SPY=1"}, "names SPY, which is equity; give it by --fx-hedge-equity"),
        ({"fx_hedge_equity": "IEF=1"}, "--fx-hedge-equity names IEF, which is a hedge; give it by "
         "--fx-hedge"),
        ({"fx_hedge": "IEFF=1"}, "names IEFF.*did you mean IEF"),
    ],
)  # fmt: skip
def test_a_ticker_that_is_not_there_or_on_the_other_side_is_named(fields, words):
    money = Money(currency="JPY", **fields)
    with pytest.raises(UsageError, match=words):
        money.require_held(["SPY", "IEF"], KNOWN)
    Money(currency="JPY", fx_hedge="IEF=1", fx_hedge_equity=1).require_held(["SPY", "IEF"], KNOWN)


@pytest.mark.parametrize(
    ("fields", "cure"),
    [
        ({"fx_hedge": 1}, "leave --fx-hedge out, or name the others in it, such as IEF=1"),
        ({"fx_hedge": 0.01}, "leave --fx-hedge out"),
        ({"fx_hedge": "IEF=1,DTLE.L=0.5"}, "leave DTLE.L out of it"),
    ],
)
def test_dollars_that_a_share_class_sells_are_not_sold_again(fields, cure):
    """The fund sells the dollars of DTLE forward each month: a second sale bets on the euro."""
    words = "--fx-hedge would sell the dollars of DTLE.L a second time: that share class sells them"
    with pytest.raises(UsageError, match=f"{words} into EUR; {cure}"):
        Money(currency="EUR", **fields).require_held(["EUNL.DE", "IEF", "DTLE.L"], KNOWN)


def test_beside_a_share_class_that_sells_its_dollars_the_others_may_be_hedged():
    held = ["EUNL.DE", "IEF", "DTLE.L"]
    Money(currency="EUR", fx_hedge="IEF=1", fx_hedge_equity=1).require_held(held, KNOWN)
    Money(currency="EUR").require_held(held, KNOWN)
    # As equity, by the user's word, it is refused on that side.
    roles = Roles(equity=("DTLE.L",))
    with pytest.raises(UsageError, match="--fx-hedge-equity would sell the dollars of DTLE.L"):
        Money(currency="EUR", fx_hedge_equity=1).require_held(held, roles)
    Money(currency="EUR", fx_hedge=1).require_held(held, roles)


def test_options_are_named_as_on_the_command_line():
    assert [option(name) for name in MONEY] == [
        "--currency", "--cash", "--fx-hedge", "--fx-hedge-equity", "--fx-basis-bp", "--carry-rates",
    ]  # fmt: skip

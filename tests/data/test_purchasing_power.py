"""Real money: hand-made prices, laws of a numeraire, and decisions that do not move."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.bundled.world import consumer_prices
from data.consumer_prices import public_by
from data.currency.conversion import Conversion
from data.errors import DataError
from data.load import load_market
from data.market import Market
from data.purchasing_power import by_month_about, in_purchasing_power, like, with_its_notes
from strategies.causality import prove_on
from strategies.decisions import decide
from strategies.registry import STRATEGIES, make

ROWS = pd.date_range("2010-01-31", periods=60, freq="ME")
MONTHS = ROWS.to_period("M").to_timestamp()


def made(cpi: np.ndarray, cash: np.ndarray | None = None) -> Market:
    """A monthly market with its own consumer prices, whose stock rises by 2 % a month."""
    steps = np.arange(len(ROWS))
    return Market(
        source="made",
        title="made",
        prices=pd.DataFrame({"SPY": 50.0 * 1.02**steps}, index=ROWS),
        cash=pd.Series(100.0 * 1.001**steps if cash is None else cash, index=ROWS),
        periods_per_year=12,
        provenance={},
        cpi_by_month=public_by(pd.Series(cpi, index=MONTHS), ROWS[-1]),
        home_cpi=pd.Series(cpi, index=MONTHS),
    )


def test_one_percent_a_month_takes_one_percent_from_every_month():
    real = in_purchasing_power(made(100.0 * 1.01 ** np.arange(60)))
    # That of the last row's month too, which is not public by then: it values.
    assert real.prices["SPY"].to_numpy() == pytest.approx(
        50.0 * (1.02 / 1.01) ** np.arange(60), rel=1e-13
    )


def test_cash_that_earns_inflation_stays_flat():
    cpi = 200.0 * 1.004 ** np.arange(60)
    real = in_purchasing_power(made(cpi, cash=3.0 * cpi))
    assert real.cash.to_numpy() == pytest.approx(np.full(60, 600.0), rel=1e-13)


def test_constant_prices_change_nothing_to_the_last_bit():
    nominal = made(np.full(60, 231.4))
    real = in_purchasing_power(nominal)
    assert (real.prices == nominal.prices).all(axis=None)
    assert (real.cash == nominal.cash).all()


def test_the_base_of_the_index_changes_nothing():
    cpi = 100.0 * 1.003 ** np.arange(60)
    one, other = in_purchasing_power(made(cpi)), in_purchasing_power(made(7.0 * cpi))
    pd.testing.assert_frame_equal(one.prices, other.prices, rtol=1e-13)


def test_a_real_market_is_not_divided_again_and_keeps_its_nominal_one():
    nominal = load_market("bundled", ["SPY", "IEF"])
    real = in_purchasing_power(nominal)
    assert in_purchasing_power(real) is real
    assert nominal.nominal is nominal
    assert real.nominal.prices.equals(nominal.prices)
    assert real.in_dollars is real.nominal
    assert like(nominal, nominal) is nominal
    pd.testing.assert_frame_equal(like(real, nominal).prices, real.prices)


def test_a_cut_market_has_the_levels_and_the_nominal_market_of_the_whole_one():
    real = in_purchasing_power(load_market("bundled", ["SPY", "IEF"]))
    day = pd.Timestamp("1980-06-30")
    cut = real.until(day)
    assert cut.prices.equals(real.prices.loc[:day])
    assert cut.nominal.sessions[-1] == day
    assert cut.nominal.prices.equals(real.nominal.prices.loc[:day])
    assert cut.relabelled(notes=[]).nominal is cut.nominal
    assert cut.only([]).deflated is cut.deflated


def test_fingerprints_are_those_of_the_nominal_market_and_of_the_price_level():
    nominal = load_market("bundled", ["SPY", "IEF"])
    held = in_purchasing_power(nominal).fingerprints()
    assert held.pop("price_level")
    assert held == nominal.fingerprints()


# The rule of two prices is for daily data: tests/engine/test_real_runs.py.
@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"two_prices"}))
def test_every_rule_decides_as_on_the_nominal_market(name):
    rule = make(name, {})
    nominal = load_market("bundled", rule.tickers, needs=["yields", "policy_rate", "cpi", "usd"])
    real = in_purchasing_power(nominal)
    pd.testing.assert_frame_equal(decide(rule, real), decide(rule, nominal), check_freq=False)


def test_a_rule_is_proved_causal_on_a_real_market():
    real = in_purchasing_power(load_market("bundled", ["SPY", "BIL", "SHY", "IEF", "TLT"],
                                           needs=["yields"]))  # fmt: skip
    prove_on(make("duration_trend", {}), real, seconds=0.0)


def test_the_hole_of_october_2025_is_bridged_and_said():
    real = in_purchasing_power(load_market("bundled", ["SPY"]))
    assert any("2025-10, never published, is bridged" in note for note in real.notes)
    level = real.deflated.price_level
    assert level["2025-10-31"] == pytest.approx(
        (level["2025-09-30"] * level["2025-11-30"]) ** 0.5, rel=1e-14
    )


@pytest.mark.parametrize("code", ["JPY", "CHF", "GBP", "EUR"])
def test_another_currency_is_divided_by_its_own_consumer_prices(code):
    nominal = load_market("bundled", ["SPY"], conversion=Conversion(code))
    real = in_purchasing_power(nominal)
    cpi = by_month_about(nominal)
    assert cpi.equals(consumer_prices(code).set_axis(cpi.index))  # public by then or not
    first, late = real.sessions[0], pd.Timestamp("2010-12-31")
    by_hand = nominal.prices["SPY"][late] / nominal.prices["SPY"][first]
    by_hand /= cpi["2010-12"] / cpi[first.to_period("M")]
    assert real.prices["SPY"][late] / real.prices["SPY"][first] == pytest.approx(by_hand, rel=1e-13)


@pytest.mark.parametrize("code", ["AUD", "CNY"])
def test_a_currency_without_consumer_prices_is_refused_in_one_line(code):
    nominal = load_market("bundled", ["SPY"], conversion=Conversion(code))
    with pytest.raises(DataError, match=f"{code}: there are no real figures; leave --real out"):
        in_purchasing_power(nominal)


def daily(first: str, last: str, **figures: pd.Series) -> Market:
    days = pd.bdate_range(first, last)
    return Market(
        source="made", title="made", prices=pd.DataFrame({"SPY": 100.0}, index=days),
        cash=pd.Series(100.0, index=days), periods_per_year=252, provenance={}, **figures,
    )  # fmt: skip


def test_real_figures_end_three_months_after_the_last_figure_and_say_so():
    last = by_month_about(daily("2020-01-01", "2020-12-31")).index[-1]
    ends = last + 3
    real = in_purchasing_power(daily("2020-01-01", f"{ends + 6}-28"))
    assert real.sessions[-1].to_period("M") == ends
    assert any(note.startswith(f"real figures end on {ends}") for note in real.notes)
    assert not real.is_cut


def test_real_figures_begin_with_the_first_consumer_prices_and_say_so():
    first = by_month_about(daily("2020-01-01", "2020-12-31")).index[0]
    real = in_purchasing_power(daily(f"{first - 12}-01", "1990-12-31"))
    assert real.sessions[0].to_period("M") == first
    assert real.deflated.opens == "the first consumer prices of USD"
    assert any(note.startswith("real figures begin on") for note in real.notes)


def test_prices_that_are_carried_on_or_borrowed_are_said():
    ends = by_month_about(daily("2020-01-01", "2020-12-31")).index[-1]
    real = in_purchasing_power(daily("2020-01-01", f"{ends + 2}-15"))
    assert any(note.startswith(f"consumer prices after {ends}, the month") for note in real.notes)
    months = pd.date_range("2019-01-01", "2020-06-01", freq="MS")
    own = {"cpi_by_month": pd.Series(100.0, months)}
    real = in_purchasing_power(daily("2020-01-01", "2020-12-31", **own))
    told = "consumer prices after 2020-06, the last that made has, change as those of the bundled"
    assert any(note.startswith(told) for note in real.notes)


def test_notes_are_about_the_rows_that_are_left():
    whole = in_purchasing_power(load_market("bundled", ["SPY"]))
    cut = with_its_notes(whole.until(pd.Timestamp("2012-06-30")), whole)
    assert [note for note in cut.notes if "consumer prices" in note or "price level" in note] == [
        "all values are real: divided by the consumer prices of USD"
    ]
    assert set(cut.notes) < set(whole.notes)


@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_what_a_later_end_adds_changes_no_real_value_before_it(currency):

    whole = load_market("bundled", ["SPY"], conversion=Conversion(currency))
    cut = in_purchasing_power(whole.until(pd.Timestamp("2014-04-30")))
    real = in_purchasing_power(whole)
    assert cut.prices.equals(real.prices.loc[: cut.sessions[-1]])


def test_a_rule_of_ones_own_sees_no_figure_that_is_not_public():
    assert made(np.full(60, 100.0)).only(["cpi"]).home_cpi is None


def test_a_market_before_all_consumer_prices_is_refused():
    with pytest.raises(DataError, match="leave --real out"):
        in_purchasing_power(daily("1900-01-01", "1900-12-31"))

"""A market in another currency: laws, cases by hand, and what was known when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import bundled
from data.bundled.world import currency_figures
from data.currency.conversion import DOLLARS, Conversion
from data.currency.convert import in_currency, reconverted, rolls_of
from data.errors import DataError
from tests.conftest import market_of, random_market
from tests.made_figures import given_figures, random_figures, steady_figures

YEN = Conversion(currency="JPY", basis_bp=0.0)


def hedged(ratio: float = 1.0, **other: object) -> Conversion:
    return replace(YEN, ratios={"IEF": ratio} if ratio else {}, **other)


def same(market, other, rows=slice(None)) -> None:
    """Prices and cash of two markets to the last digit."""
    pd.testing.assert_frame_equal(market.prices, other.prices.loc[rows], check_exact=True)
    pd.testing.assert_series_equal(market.cash, other.cash.loc[rows], check_exact=True)


# --- laws ---------------------------------------------------------------------------------------


def test_in_dollars_a_market_is_itself():
    market = random_market(1)
    assert in_currency(market, DOLLARS, random_figures("JPY", market.sessions)) is market
    assert market.currency == "USD"
    assert market.in_dollars is market
    assert market.abroad is None


@pytest.mark.parametrize("ppy", [252, 12])
@pytest.mark.parametrize("code", ["JPY", "GBP", "EUR"])
def test_without_a_hedge_levels_are_those_in_dollars_times_the_rate_of_exchange(code, ppy):
    market = random_market(2, rows=200, ppy=ppy)
    figures = random_figures(code, market.sessions)
    converted = in_currency(market, Conversion(currency=code), figures)
    expected = market.prices.mul(figures.exchange / figures.exchange.iloc[0], axis=0)
    pd.testing.assert_frame_equal(converted.prices, expected, check_freq=False, rtol=1e-14)
    assert converted.currency == code


@pytest.mark.parametrize("ppy", [252, 12])
def test_a_ratio_of_nothing_is_no_hedge_to_the_last_digit(ppy):
    market = random_market(3, rows=200, ppy=ppy)
    figures = random_figures("JPY", market.sessions)
    nothing = Conversion(currency="JPY", ratios={"IEF": 0.0, "SPY": 0.0})
    same(in_currency(market, nothing, figures), in_currency(market, YEN, figures))
    # A hedge of one ticker leaves the others, and cash, as they are.
    of_bonds = in_currency(market, hedged(), figures)
    assert (
        of_bonds.prices["SPY"].tolist() == in_currency(market, YEN, figures).prices["SPY"].tolist()
    )
    assert of_bonds.cash.tolist() == in_currency(market, YEN, figures).cash.tolist()
    assert (
        of_bonds.prices["IEF"].tolist() != in_currency(market, YEN, figures).prices["IEF"].tolist()
    )


@given(
    seed=st.integers(0, 1000),
    code=st.sampled_from(["JPY", "GBP", "AUD", "CHF"]),
    ratio=st.sampled_from([0.0, 0.4, 1.0]),
    ppy=st.sampled_from([252, 12]),
    rate=st.sampled_from([-0.5, 0.0, 5.4]),
)
def test_a_steady_dollar_and_equal_accruals_are_the_market_in_dollars(seed, code, ratio, ppy, rate):
    # i_L / B = i_$ / 360 and no basis: whatever is hedged, levels are those in dollars.
    market = random_market(seed, rows=90, ppy=ppy)
    home = rate * (365 / 360 if code in ("GBP", "AUD") else 1.0)
    figures = steady_figures(code, market.sessions, 1.7, home, rate)
    conversion = Conversion(currency=code, ratios={"IEF": ratio, "SPY": ratio}, basis_bp=0.0)
    converted = in_currency(market, conversion, figures)
    pd.testing.assert_frame_equal(converted.prices, market.prices, check_freq=False, rtol=1e-12)


@given(seed=st.integers(0, 1000), price=st.sampled_from([1e-6, 7.0, 1e9]),
       unit=st.sampled_from([0.01, 100.0]))  # fmt: skip
def test_the_unit_of_money_changes_nothing_and_that_of_prices_the_scale(seed, price, unit):
    market = random_market(seed, rows=120)
    figures = random_figures("JPY", market.sessions, seed)
    plain = in_currency(market, hedged(), figures)
    in_sen = replace(figures, exchange=figures.exchange * unit)
    pd.testing.assert_frame_equal(
        in_currency(market, hedged(), in_sen).prices, plain.prices, rtol=1e-11
    )
    scaled = in_currency(market_of(price * market.prices, market.cash), hedged(), figures)
    pd.testing.assert_frame_equal(scaled.prices / price, plain.prices, rtol=1e-11)
    assert scaled.cash.tolist() == plain.cash.tolist()


def test_the_first_row_does_not_set_the_returns_of_the_others():
    # Rolls are by months, on the whole history: --start and what else is loaded change nothing.
    market = random_market(4, rows=300)
    figures = random_figures("JPY", market.sessions)
    whole = in_currency(market, hedged(), figures)
    first = market.sessions[137]  # within a month
    alone = market.prices.copy()
    alone.loc[: market.sessions[136], "SPY"] = np.nan  # SPY begins late
    late = in_currency(market_of(alone, market.cash), hedged(), figures)
    assert late.prices["IEF"].tolist() == whole.prices["IEF"].tolist()
    later = late.prices["SPY"].loc[first:]
    np.testing.assert_allclose(
        later / later.iloc[0],
        whole.prices["SPY"].loc[first:] / whole.prices.loc[first, "SPY"],
        rtol=1e-13,
    )


@pytest.mark.parametrize("ppy", [252, 12])
def test_converted_anew_a_market_is_what_it_would_have_been(ppy):
    market = random_market(5, rows=150, ppy=ppy)
    figures = random_figures("GBP", market.sessions)
    first = in_currency(market, Conversion(currency="GBP"), figures)
    other = Conversion(currency="GBP", cash="usd", ratios={"IEF": 0.5}, basis_bp=100.0)
    same(reconverted(first, other), in_currency(market, other, figures))
    back = reconverted(reconverted(first, other), Conversion(currency="GBP"))
    same(back, first)
    assert back.notes == first.notes
    with pytest.raises(ValueError, match="another currency"):
        reconverted(market, other)
    with pytest.raises(ValueError, match="another currency"):
        reconverted(first, YEN)


# --- by hand ------------------------------------------------------------------------------------


def hand_market():
    """Six sessions over a month end and a weekend: Wednesday 29 May to Wednesday 5 June 2024."""
    rows = pd.bdate_range("2024-05-29", "2024-06-05")
    prices = pd.DataFrame({"SPY": 100.0, "IEF": [50.0, 50, 50, 51, 51, 51]}, rows)
    exchange = pd.Series([150.0, 150, 156, 156, 150, 150], rows)
    return market_of(prices), exchange


RATES = {"2024-04": 3.6, "2024-05": 7.2}


def test_six_sessions_by_hand():
    market, exchange = hand_market()
    figures = given_figures("JPY", exchange, RATES, {"2024-04": 0.0, "2024-05": 0.0})
    converted = in_currency(market, hedged(), figures)
    # Rolled on the 29th at 150, where the history begins, with April's 3.6 %: 0.0001 a day.
    # The forward pays 150 (1 + 0.0001 d) after d = 1, 2 and, over the weekend, 5 days.
    ief = [
        50.0,
        50 * (1 + 0.0001),  # the rate of exchange stands still
        50 * (1.04 + (1.0002 - 1.04)),  # the dollar is 4 % up, the hedge takes it back
        50 * (51 / 50 * 1.04 + (1.0005 - 1.04)),  # 1.04 on the 2 % of the fund are not hedged
    ]
    # Rolled on Monday 3 June at 156, with May's 7.2 %: 0.0002 a day, after 1 and 2 days.
    ief += [
        ief[3] * (150 / 156 + (1.0002 - 150 / 156)),
        ief[3] * (150 / 156 + (1.0004 - 150 / 156)),
    ]
    np.testing.assert_allclose(converted.prices["IEF"], ief, rtol=1e-14)
    np.testing.assert_allclose(converted.prices["SPY"], [100, 100, 104, 104, 100, 100], rtol=1e-14)
    # Cash: April's rate to the end of May, May's in June, whole months compounded.
    month = 1 + 0.0001 * 31
    cash = [1 + 0.0001 * day for day in (29, 30, 31)]
    cash += [month * (1 + 0.0002 * day) for day in (3, 4, 5)]
    np.testing.assert_allclose(converted.cash / 100, np.array(cash) / cash[0], rtol=1e-14)


def test_dollar_bills_are_cash_unhedged_where_they_are_asked_for():
    market, exchange = hand_market()
    bills = pd.Series([100.0, 100.01, 100.02, 100.05, 100.06, 100.07], market.sessions, name="CASH")
    figures = given_figures("JPY", exchange, RATES, RATES)
    converted = in_currency(market_of(market.prices, bills), replace(YEN, cash="usd"), figures)
    np.testing.assert_allclose(converted.cash, bills * exchange / 150, rtol=1e-14)
    assert "cash is dollar bills, unhedged" in converted.notes[0]
    assert "in dollars unhedged" in converted.provenance["CASH"].what
    assert "home_rate" in converted.vintage.series


@pytest.mark.parametrize(("basis", "cost"), [(0.0, 1.0), (25.0, 1 - 0.0025 * 29 / 360)])
def test_the_basis_costs_its_share_of_a_year(basis, cost):
    # Month-end rows: from the end of January 29 days, no interest, a dollar that stands still.
    rows = pd.date_range("2024-01-31", periods=3, freq="ME")
    market = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, rows), ppy=12)
    figures = steady_figures("CHF", rows, 0.9, 0.0, 0.0)
    conversion = Conversion(currency="CHF", ratios={"IEF": 1.0}, basis_bp=basis)
    converted = in_currency(market, conversion, figures)
    assert converted.prices["IEF"].iloc[1] == pytest.approx(100 * cost, rel=1e-14)


def test_month_end_rows_use_the_rates_of_their_own_month():
    rows = pd.date_range("2024-01-31", periods=4, freq="ME")
    market = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, rows), ppy=12)
    home = {"2024-01": 3.6, "2024-02": 7.2, "2024-03": 36.0}
    nothing = dict.fromkeys(home, 0.0)
    figures = given_figures("JPY", pd.Series(150.0, rows), home, nothing)
    converted = in_currency(market, hedged(), figures)
    # 29 days at 0.0001, 31 at 0.0002, 30 at 0.001; April needs no rate of its own.
    by_hand = 100 * np.cumprod([1, 1.0029, 1.0062, 1.03])
    np.testing.assert_allclose(converted.prices["IEF"], by_hand, rtol=1e-14)
    np.testing.assert_allclose(converted.cash, by_hand, rtol=1e-14)


def test_negative_rates_are_paid():
    rows = pd.date_range("2016-01-31", periods=3, freq="ME")
    market = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, rows), ppy=12)
    figures = steady_figures("CHF", rows, 1.0, -0.72, 0.36)
    conversion = Conversion(currency="CHF", ratios={"IEF": 1.0}, basis_bp=0.0)
    converted = in_currency(market, conversion, figures)
    # 29 days: (1 - 0.00058) / (1 + 0.00029).
    assert converted.prices["IEF"].iloc[1] == pytest.approx(100 * 0.99942 / 1.00029, rel=1e-14)
    assert converted.cash.iloc[1] == pytest.approx(99.942, rel=1e-14)


# --- ends and holes -----------------------------------------------------------------------------


def test_a_hole_of_five_sessions_is_carried_over_and_one_of_six_refused():
    market = random_market(6, rows=60)
    figures = random_figures("JPY", market.sessions)
    five = replace(figures, exchange=figures.exchange.drop(market.sessions[20:25]))
    converted = in_currency(market, YEN, five)
    held = market.prices["SPY"].iloc[24] * figures.exchange.iloc[19] / figures.exchange.iloc[0]
    assert converted.prices["SPY"].iloc[24] == pytest.approx(held, rel=1e-14)
    assert len(converted.sessions) == 60
    six = replace(figures, exchange=figures.exchange.drop(market.sessions[20:26]))
    with pytest.raises(DataError, match=f"from {market.sessions[19]:%Y-%m-%d} to "):
        in_currency(market, YEN, six)


@pytest.mark.parametrize("code", ["JPY", "GBP"])
def test_the_data_end_six_months_after_the_last_short_rate_unless_it_is_carried_on(code):
    market = random_market(7, rows=400)  # 2001-01-02 to 2002-07-15
    figures = random_figures(code, market.sessions)
    ended = replace(figures, home=replace(figures.home, figures=figures.home.figures[:"2001-08"]))
    conversion = Conversion(currency=code)
    converted = in_currency(market, conversion, ended)
    # August's rate is that of September; six months more make it that of March.
    assert converted.sessions[-1] == pd.Timestamp("2002-03-29")
    name = {"JPY": "yen", "GBP": "sterling"}[code]
    said = f"the {name} short rate ends with 2001-08 and is carried on for 6 months"
    (note,) = [note for note in converted.notes if "short rate ends" in note]
    assert f"{said} at most; --carry-rates carries it further" in note
    on = in_currency(market, replace(conversion, carry_rates=True), ended)
    assert on.sessions[-1] == market.sessions[-1]
    assert any("is carried on for 10 months" in note for note in on.notes)
    assert on.prices.loc[: converted.sessions[-1]].equals(converted.prices)


def test_month_end_rows_end_six_months_after_the_last_short_rate_too():
    market = random_market(8, rows=60, ppy=12)  # from 1970-01-31
    figures = random_figures("JPY", market.sessions)
    ended = replace(
        figures, dollar=replace(figures.dollar, figures=figures.dollar.figures[:"1972-12"])
    )
    # December's rate earns January's days; six months more earn July's.
    converted = in_currency(market, YEN, ended)
    assert converted.sessions[-1] == pd.Timestamp("1973-07-31")
    assert any(
        "the dollar short rate ends with 1972-12 and is carried on for 6 months at most" in note
        for note in converted.notes
    )


def test_the_data_end_where_the_rate_of_exchange_does_and_say_so():
    market = random_market(9, rows=120)
    figures = random_figures("EUR", market.sessions)
    ended = replace(figures, exchange=figures.exchange.iloc[:70])
    converted = in_currency(market, Conversion(currency="EUR"), ended)
    assert converted.sessions[-1] == market.sessions[74]  # five sessions on
    (note,) = [note for note in converted.notes if "the data end on" in note]
    assert f"the rate of exchange of the euro ends with {market.sessions[69]:%Y-%m-%d}" in note
    assert converted.in_dollars.sessions[-1] == converted.sessions[-1]


def test_figures_of_a_server_say_how_old_they_are():
    """The day on which the oldest was fetched, and with what each ends, up to the last row."""
    market = random_market(9, rows=120)  # 2001-01-02 to 2001-06-18
    figures = random_figures("EUR", market.sessions)
    euro = Conversion(currency="EUR")
    assert not any("are known to" in note for note in in_currency(market, euro, figures).notes)
    live = replace(
        figures,
        is_live=True,
        exchange_fetched="2026-01-03",
        home=replace(figures.home, fetched="2026-01-02"),
        dollar=replace(figures.dollar, figures=figures.dollar.figures[:"2001-03"]),
    )
    (note,) = [note for note in in_currency(market, euro, live).notes if "are known to" in note]
    assert note == (
        "rates of exchange are known to 2001-06-18, short rates to 2001-05 (euro) and 2001-03 "
        "(dollar), fetched on 2026-01-02"
    )


def test_a_rate_of_exchange_that_ends_while_short_rates_are_carried_on_is_what_ends_the_data():
    market = random_market(9, rows=400)  # 2001-01-02 to 2002-07-15
    figures = random_figures("JPY", market.sessions)
    both = replace(
        figures,
        exchange=figures.exchange[:"2002-03-08"],
        home=replace(figures.home, figures=figures.home.figures[:"2001-08"]),
    )
    converted = in_currency(market, YEN, both)
    assert converted.sessions[-1] == pd.Timestamp("2002-03-15")
    assert "the yen short rate ends with 2001-08 and is carried on for 6 months" in converted.notes
    (note,) = [note for note in converted.notes if "the data end on" in note]
    assert "the rate of exchange of the yen ends with 2002-03-08" in note


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("home", "the first yen short rate"),
        ("dollar", "the first dollar short rate"),
        ("exchange", "the first rate of exchange of the yen"),
    ],
)
def test_the_data_begin_with_the_last_of_the_figures_and_say_which_it_is(what, words):
    market = random_market(10, rows=120)  # from 2001-01-02
    figures = random_figures("JPY", market.sessions)
    if what == "exchange":
        late = replace(figures, exchange=figures.exchange.iloc[30:])
        first = market.sessions[30]
    else:
        rate = getattr(figures, what)
        late = replace(figures, **{what: replace(rate, figures=rate.figures["2001-02":])})
        first = pd.Timestamp("2001-03-01")  # February's rate is March's
    converted = in_currency(market, hedged(), late)
    assert converted.sessions[0] == first
    assert converted.abroad.opens == words
    assert f"in JPY the data begin on {first:%Y-%m-%d}, {words}" in converted.notes
    assert converted.provenance["SPY"].first == f"{first:%Y-%m-%d}"
    # Dollars keep their earlier rows.
    assert converted.in_dollars.sessions[0] == market.sessions[0]
    np.testing.assert_allclose(converted.prices.iloc[0], market.prices.loc[first], rtol=1e-14)


def test_without_a_common_day_nothing_is_converted():
    market = random_market(11, rows=60)
    figures = random_figures("JPY", pd.bdate_range("2010-01-01", periods=100))
    with pytest.raises(
        DataError, match="have no day in common: 2001-01-02 to 2001-03-26, and rates"
    ):
        in_currency(market, YEN, figures)
    few = replace(random_figures("JPY", market.sessions))
    few = replace(few, exchange=few.exchange.iloc[-2:])
    with pytest.raises(DataError, match="figures of the yen share 2 rows"):
        in_currency(market, YEN, few)


def test_a_ticker_that_begins_after_the_figures_end_is_named():
    market = random_market(12, rows=120)
    prices = market.prices
    prices.loc[: market.sessions[99], "IEF"] = np.nan
    figures = random_figures("JPY", market.sessions)
    short = replace(figures, exchange=figures.exchange.iloc[:60])
    with pytest.raises(
        DataError, match="IEF begins on 2001-05-22, after the last day that made has"
    ):
        in_currency(market_of(prices, market.cash), YEN, short)


def test_a_ticker_that_begins_within_a_month_is_rolled_on_its_first_day():
    market = random_market(13, rows=120)
    prices = market.prices
    first = market.sessions[30]  # 13 February
    prices.loc[: market.sessions[29], "IEF"] = np.nan
    figures = random_figures("JPY", market.sessions)
    converted = in_currency(market_of(prices, market.cash), hedged(), figures)
    assert converted.prices["IEF"].first_valid_index() == first
    rolls = rolls_of(prices["IEF"].dropna(), hedged(), figures, monthly=False)
    assert rolls.first == 0
    # Up to the first session of March the roll is that day's.
    march = prices["IEF"].dropna().index.get_loc(pd.Timestamp("2001-03-01"))
    assert set(rolls.row[1 : march + 1]) == {0}
    assert rolls.row[march + 1] == march


def test_a_hedge_is_rolled_on_a_tickers_own_sessions():
    # The market lacks the first session of March, and IEF has it.
    market = random_market(14, rows=80)
    figures = random_figures("JPY", market.sessions)
    own = {name: market.prices[name] for name in market.tickers}
    shared = market.sessions != pd.Timestamp("2001-03-01")
    fewer = market_of(market.prices[shared], market.cash[shared])
    whole = in_currency(market, hedged(), figures)
    converted = in_currency(fewer, hedged(), figures, own)
    assert converted.prices.equals(whole.prices[shared])


def test_month_end_rows_of_last_sessions_are_converted_with_bundled_rates():
    # The table has the rates of months; January 2021 ends on a Sunday, and the rows on Fridays.
    rows = pd.date_range("2020-12-31", periods=8, freq="BME")
    market = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, rows), ppy=12)
    figures = currency_figures("JPY")
    converted = in_currency(market, YEN, figures)
    assert converted.sessions.equals(rows)
    table = figures.exchange["2020-12":"2021-07"].to_numpy()
    np.testing.assert_allclose(converted.prices["SPY"], 100 * table / table[0], rtol=1e-14)
    cut = converted.until(pd.Timestamp("2021-01-29"))
    assert cut.abroad.figures.exchange.iloc[-1] == table[1]


@pytest.mark.parametrize(
    ("code", "first", "opens"),
    [
        ("JPY", "1992-10-31", "the first yen short rate"),
        ("CHF", "1999-07-31", "the first Swiss franc short rate"),
        ("EUR", "1999-01-31", "the first rate of exchange of the euro"),
        ("GBP", "1971-01-31", ""),
        ("CNY", "1997-06-30", "the first yuan short rate"),
    ],
)
def test_the_bundled_history_begins_where_its_figures_do(code, first, opens):
    market = bundled.load(["SPY", "IEF"])
    converted = in_currency(market, Conversion(currency=code), currency_figures(code))
    assert converted.sessions[0] == pd.Timestamp(first)
    if opens:
        assert converted.abroad.opens == opens
    # The dollar's rate ends with 2025-04.
    assert converted.sessions[-1] == pd.Timestamp("2025-11-30")


def test_a_market_that_trades_on_weekends_takes_fridays_rate_and_rolls_on_the_1st():
    rows = pd.date_range("2024-05-20", "2024-06-20")
    market = market_of(pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, rows))
    figures = given_figures(
        "JPY",
        pd.Series(np.arange(30.0) + 150, pd.bdate_range("2024-05-20", periods=30)),
        RATES,
        RATES,
    )
    converted = in_currency(market, YEN, figures)
    assert len(converted.sessions) == len(rows)
    friday = converted.prices.loc["2024-05-31", "SPY"]
    assert converted.prices.loc["2024-06-01":"2024-06-02", "SPY"].tolist() == [friday] * 2
    rolls = rolls_of(market.prices["IEF"], hedged(), figures, monthly=False)
    assert rows[rolls.row[-1]] == pd.Timestamp("2024-06-01")  # a Saturday


# --- nothing is seen before its day -------------------------------------------------------------


def changed_after(figures, day: pd.Timestamp, *, monthly: bool):
    """Figures that go another way after the close of a day."""
    public = figures.until(day, monthly=monthly)
    rng = np.random.default_rng(99)

    def other(whole: pd.Series, seen: pd.Series) -> pd.Series:
        new = whole * np.exp(rng.normal(0.3, 0.2, len(whole)))
        new.loc[seen.index] = seen
        return new

    return replace(
        figures,
        exchange=other(figures.exchange, public.exchange),
        home=replace(figures.home, figures=other(figures.home.figures, public.home.figures)),
        dollar=replace(
            figures.dollar, figures=other(figures.dollar.figures, public.dollar.figures)
        ),
    )


@pytest.mark.parametrize("ppy", [252, 12])
@pytest.mark.parametrize("cash", ["home", "usd"])
def test_no_figure_is_seen_before_its_day(ppy, cash):
    market = random_market(15, rows=260, ppy=ppy)
    figures = random_figures("GBP", market.sessions)
    conversion = Conversion(currency="GBP", ratios={"IEF": 1.0, "SPY": 0.5}, cash=cash)
    whole = in_currency(market, conversion, figures)
    for row in np.random.default_rng(1).integers(5, 255, 12):
        day = market.sessions[row]
        changed = changed_after(figures, day, monthly=ppy == 12)
        other = in_currency(market, conversion, changed)
        assert other.prices.loc[:day].equals(whole.prices.loc[:day]), day
        assert other.cash.loc[:day].equals(whole.cash.loc[:day]), day
        assert not other.prices.equals(whole.prices)
        # And what is not known need not be there.
        cut = in_currency(market.until(day), conversion, figures.until(day, monthly=ppy == 12))
        same(cut, whole, slice(None, day))
        same(whole.until(day), cut)


def test_a_market_cut_knows_of_its_figures_what_was_known():
    market = random_market(16, rows=260)
    figures = random_figures("JPY", market.sessions)
    late = replace(figures, exchange=figures.exchange.iloc[20:])
    whole = in_currency(market, hedged(), late)
    day = pd.Timestamp("2001-08-15")
    cut = whole.until(day)
    assert (cut.notes, cut.abroad.opens) == (whole.notes, whole.abroad.opens)
    assert cut.currency == "JPY"
    assert cut.in_dollars.sessions[-1] == cut.abroad.figures.exchange.index[-1] == day
    assert str(cut.abroad.figures.home.last) == "2001-07"
    assert all(level.index[-1] == day for level in cut.abroad.histories.values())
    # Not by a view whose memory holds the rest.
    assert cut.abroad.histories["SPY"].to_numpy().base is None or (
        cut.abroad.histories["SPY"].to_numpy().base.size <= 2 * len(cut.abroad.histories["SPY"])
    )
    assert cut.vintage.series["home_rate"].last == "2001-07-31"
    # Converted anew it is the whole one converted anew and cut.
    other = hedged(0.3, basis_bp=50.0)
    same(reconverted(cut, other), reconverted(whole, other).until(day))


def test_fingerprints_are_of_dollars_and_figures_whatever_is_hedged():
    market = random_market(17, rows=100)
    figures = random_figures("JPY", market.sessions)
    plain, other = (in_currency(market, each, figures) for each in (YEN, hedged(cash="usd")))
    assert plain.fingerprints() == other.fingerprints()
    assert market.fingerprints().items() <= plain.fingerprints().items()
    moved = figures.exchange.copy()
    moved.iloc[50] *= 1.0001
    changed = in_currency(market, YEN, replace(figures, exchange=moved))
    differ = {
        name for name, sha in changed.fingerprints().items() if plain.fingerprints()[name] != sha
    }
    assert differ == {"exchange_rate"}


def test_histories_of_a_converted_market_cannot_be_changed():
    market = random_market(18, rows=60)
    converted = in_currency(market, YEN, random_figures("JPY", market.sessions))
    with pytest.raises(ValueError, match="read-only"):
        converted.abroad.histories["SPY"].to_numpy()[0] = 1.0
    with pytest.raises(TypeError):
        converted.abroad.histories["SPY"] = None


def test_words_name_what_cash_earns_and_that_a_hedge_is_an_approximation():
    market = bundled.load(["SPY", "IEF"])
    plain = in_currency(market, Conversion(currency="AUD"), currency_figures("AUD"))
    notes = " ".join(plain.notes)
    assert "all values are in AUD, at the Federal Reserve's noon rate (H.10)" in notes
    assert "cash earns the Australian dollar short rate (three-month interbank rate)" in notes
    assert "no consumer prices are known for AUD" in notes
    assert "interest parity" not in notes
    with_hedge = in_currency(
        market, Conversion(currency="AUD", ratios={"IEF": 0.5}), currency_figures("AUD")
    )
    assert any("a basis of 25 bp a year: an approximation" in note for note in with_hedge.notes)
    assert with_hedge.provenance["IEF"].what.endswith(", in AUD, 50 % of its dollars hedged")
    assert with_hedge.provenance["SPY"].what.endswith(", in AUD")
    assert with_hedge.provenance["CASH"].what == "three-month interbank rate"


def test_a_rate_of_exchange_that_ends_before_prices_is_said():
    """Three sessions after the last rate of exchange stand on that rate, and a note says so."""
    market = random_market(4, rows=200)
    figures = random_figures("JPY", market.sessions)
    rows = market.sessions
    short = replace(figures, exchange=figures.exchange.loc[: rows[-4]])
    ends = f"the rate of exchange of the yen ends with {rows[-4]:%Y-%m-%d}"
    notes = in_currency(market, YEN, short).notes
    assert f"{ends} and is carried on for 3 sessions" in notes
    assert not any("of the yen ends" in note for note in in_currency(market, YEN, figures).notes)
    # Where the data end for want of it, that is said once.
    shorter = replace(figures, exchange=figures.exchange.loc[: rows[-20]])
    assert sum("rate of exchange of the yen ends" in n for n in
               in_currency(market, YEN, shorter).notes) == 1  # fmt: skip


def test_a_market_converted_anew_has_the_same_words():
    market = bundled.load(["SPY", "IEF"])
    yen = in_currency(market, YEN, currency_figures("JPY"))
    again = reconverted(yen, YEN)
    assert again.notes[-len(yen.notes) :] == yen.notes
    assert (again.abroad.opens, again.abroad.closes) == (yen.abroad.opens, yen.abroad.closes)


def test_a_market_cut_before_a_ticker_begins_is_refused_in_a_line():
    late = random_market(6, ("SPY", "IEF"), rows=300)
    prices = late.prices
    prices.loc[: late.sessions[200], "IEF"] = np.nan
    market = market_of(prices)
    yen = in_currency(market, YEN, random_figures("JPY", market.sessions))
    early = yen.until(market.sessions[100])
    with pytest.raises(DataError, match="IEF has no price up to the last day .* leave IEF out"):
        reconverted(early, YEN)

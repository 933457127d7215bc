"""Payout shares by hand, and the laws of what is left after withholding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.sources.bars import total_return
from data.withholding.payouts import (
    Payments,
    Payouts,
    not_known,
    of_bars,
    of_closes,
    of_price,
)
from data.withholding.rates import Withheld, Withholding

DAYS = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"])


def bars(close, paid, days=DAYS) -> pd.DataFrame:
    return pd.DataFrame({"Close": close, "Dividends": paid}, index=days[: len(close)], dtype=float)


def after(payouts: Payouts, gross: pd.Series, rate: float, since: str | None = None) -> pd.Series:
    """A level after withholding."""
    rows = pd.DatetimeIndex(gross.index)
    return gross * payouts.left_of_one(Withheld(rate, since), rows, "FUND")


def random_bars(seed: int, rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, rows)))
    paid = np.where(rng.random(rows) < 0.2, 0.05 * rng.random(rows) * close, 0.0)
    paid[0] = 3.0  # of a day before the history: no return of it contains this
    return bars(close, paid, pd.bdate_range("2020-01-02", periods=rows))


def by_formula(frame: pd.DataFrame, rate: float) -> np.ndarray:
    """INVESTOR's net factor: C_t / C_(t-1) x (C_(t-1) - w D) / (C_(t-1) - D)."""
    close, paid = frame["Close"].to_numpy(), frame["Dividends"].to_numpy()
    before, due = close[:-1], paid[1:]
    return close[1:] / before * (before - rate * due) / (before - due)


def test_a_dividend_by_hand():
    # 102 before the ex-day, 2 paid, 101 after it: in full 101/100, after 15 % 101/102 x 101.7/100.
    frame = bars([100, 102, 101], [9, 0, 2])
    payouts = of_bars("FUND", frame)
    assert payouts.shares.tolist() == [0.0, 0.0, 2 / 102]
    net = after(payouts, total_return(frame), 0.15)
    assert net.iloc[1] == pytest.approx(102.0, rel=1e-15)
    assert net.iloc[2] / net.iloc[1] == pytest.approx(101 / 102 * 101.7 / 100, rel=1e-15)


def test_the_first_day_counts():
    frame = bars([100, 102, 101], [0, 0, 2])
    payouts, gross = of_bars("FUND", frame), total_return(frame)
    assert (
        after(payouts, gross, 0.15, "2020-01-06").tolist() == after(payouts, gross, 0.15).tolist()
    )
    assert after(payouts, gross, 0.15, "2020-01-07").tolist() == gross.tolist()


@given(seed=st.integers(0, 500), rate=st.sampled_from([0.1, 0.15, 0.3, 1.0]))
def test_the_product_with_the_total_return_is_the_formula(seed, rate):
    frame = random_bars(seed)
    net = after(of_bars("FUND", frame), total_return(frame), rate)
    growth = net.to_numpy()[1:] / net.to_numpy()[:-1]
    np.testing.assert_allclose(growth, by_formula(frame, rate), rtol=1e-13)


@given(seed=st.integers(0, 500))
def test_nothing_withheld_is_the_total_return_and_all_of_it_the_price(seed):
    frame = random_bars(seed)
    gross, payouts = total_return(frame), of_bars("FUND", frame)
    assert after(payouts, gross, 0.0).tolist() == gross.tolist()
    price = 100 * frame["Close"] / frame["Close"].iloc[0]
    np.testing.assert_allclose(after(payouts, gross, 1.0), price, rtol=1e-12)


@given(seed=st.integers(0, 500))
def test_more_withheld_leaves_less_and_nothing_changes_before_the_first_day(seed):
    frame = random_bars(seed)
    gross, payouts = total_return(frame), of_bars("FUND", frame)
    day = frame.index[30]
    at_once, later = after(payouts, gross, 0.15), after(payouts, gross, 0.15, f"{day:%Y-%m-%d}")
    assert (after(payouts, gross, 0.3) <= at_once).all()
    assert (at_once <= later).all()
    assert later.loc[: frame.index[29]].tolist() == gross.loc[: frame.index[29]].tolist()
    # From that day on it loses what the other loses, that day's payout among it.
    ratio = (at_once / later).loc[frame.index[29] :]
    np.testing.assert_allclose(ratio, ratio.iloc[0], rtol=1e-13)
    assert later.iloc[-1] < gross.iloc[-1] or not frame["Dividends"].iloc[30:].any()


def test_what_was_paid_between_two_rows_of_a_market_counts_on_the_next():
    frame = bars([100, 98, 101, 103], [0, 2, 0, 0])
    gross, payouts = total_return(frame), of_bars("FUND", frame)
    without = gross.drop(DAYS[1])  # the ex-day is no session of another ticker
    net = after(payouts, without, 0.5)
    assert net.tolist() == pytest.approx([100.0, 101 / 98 * 100 * 0.99, 103 / 98 * 100 * 0.99])


def test_levels_begin_as_they_were():
    frame = bars([100, 98, 101, 103], [0, 2, 0, 1])
    left = of_bars("FUND", frame).left_of_one(Withheld(0.5), DAYS[1:], "FUND")
    assert left.tolist() == [1.0, 1.0, 1 - 0.5 / 101]  # the 2 are of the return before


# --- closes beside adjusted closes --------------------------------------------------------------


def test_adjusted_closes_tell_the_dividend():
    # The same 2 on 102: adjusted closes before it are 100/102 of the closes.
    closes = pd.Series([100.0, 102.0, 101.0], DAYS[:3])
    adjusted = closes * [100 / 102, 100 / 102, 1]
    payouts = of_closes("FUND", closes, adjusted, "FUND.csv")
    assert payouts.shares.tolist() == pytest.approx([0, 0, 2 / 102], abs=1e-15)
    assert after(payouts, adjusted, 1.0).tolist() == pytest.approx(
        (closes * adjusted.iloc[0] / closes.iloc[0]).tolist(), rel=1e-12
    )


def test_a_row_without_a_close_leaves_its_payout_to_the_next():
    closes = pd.Series([100.0, np.nan, 101.0, 103.0], DAYS)
    adjusted = pd.Series([98.0, 97.0, 101.0, 103.0], DAYS)
    payouts = of_closes("FUND", closes, adjusted, "FUND.csv")
    net = after(payouts, adjusted, 1.0)
    assert (net / net.iloc[0]).iloc[[2, 3]].tolist() == pytest.approx([1.01, 1.03], rel=1e-13)


@pytest.mark.parametrize(("closes", "day"), [([100, 51, 52, 53], 1), ([10, 11, 11, 110], 3)])
def test_closes_that_a_split_tears_are_named(closes, day):
    adjusted = pd.Series([50.0, 51, 52, 53] if day == 1 else [100.0, 110, 110, 110], DAYS)
    payouts = of_closes("FUND", pd.Series(closes, DAYS, dtype=float), adjusted, "FUND.csv")
    words = f"FUND.csv would pay .* on {DAYS[day]:%Y-%m-%d}: its closes are not adjusted for a spl"
    with pytest.raises(DataError, match=f"nothing can be withheld from FUND: {words}.*; give clos"):
        after(payouts, adjusted, 0.15)
    assert after(payouts, adjusted, 0.0).tolist() == adjusted.tolist()


def test_without_closes_nothing_is_known():
    adjusted = pd.Series([98.0, 99.0], DAYS[:2])
    payouts = of_closes("FUND", pd.Series(dtype=float), adjusted, "FUND.csv")
    with pytest.raises(DataError, match=r"FUND.csv has no closes.*; leave FUND out of --withhol"):
        after(payouts, adjusted, 0.15)


def test_closes_that_begin_late_will_do_from_then_on():
    closes = pd.Series([np.nan, 100.0, 102.0, 101.0], DAYS)
    adjusted = closes.bfill() * [100 / 102, 100 / 102, 100 / 102, 1]
    payouts = of_closes("FUND", closes, adjusted, "FUND.csv")
    assert after(payouts, adjusted, 0.5, "2020-01-06").iloc[-1] == pytest.approx(
        101 * (1 - 0.5 * 2 / 102)
    )
    with pytest.raises(DataError, match=r"has closes only from 2020-01-03; .*FUND=0.5@2020-01-06"):
        after(payouts, adjusted, 0.5)


@pytest.mark.parametrize("made", [
    lambda: of_bars("^SP500TR", bars([100, 102], [0, 0])),
    lambda: of_closes("^SP500TR", pd.Series([1.0, 2.0], DAYS[:2]), pd.Series([1.0, 2.0], DAYS[:2]),
                      "a.csv"),
])  # fmt: skip
def test_an_index_has_its_dividends_in_its_level(made):
    gross = pd.Series([100.0, 102.0], DAYS[:2])
    with pytest.raises(DataError, match="an index, whose dividends are not known; use a fund"):
        after(made(), gross, 0.15)


def test_a_price_has_nothing_to_withhold_from():
    gross = pd.Series([100.0, 102.0], DAYS[:2])
    refusal = (
        r"^nothing can be withheld from FUND: FUND is a price without dividends \(--price-only\); "
        r"leave FUND out of --withholding$"
    )
    with pytest.raises(DataError, match=refusal):
        after(of_price("FUND", gross.index), gross, 0.15)


# --- joins, months, views -----------------------------------------------------------------------


def test_before_its_first_day_a_history_pays_what_its_proxy_paid():
    own = of_bars("FUND", bars([50, 51], [7, 1], DAYS[2:]))  # the 7 are of the day before it
    proxy = of_bars("OLD", bars([100, 102, 101], [0, 2, 4]))
    joined = own.before(proxy, DAYS[2], "OLD, an older fund")
    assert joined.shares.index.tolist() == DAYS.tolist()
    assert joined.shares.tolist() == [0, 2 / 100, 4 / 102, 1 / 50]
    # The row on which the history begins is the proxy's return, and its payout.
    gross = pd.Series([100.0, 100.0, 100.0, 100.0], DAYS)
    assert after(joined, gross, 1.0).iloc[2] == pytest.approx(100 * 0.98 * (1 - 4 / 102))


def test_an_unknown_proxy_is_named_with_the_day_from_which_all_is_known():
    own = of_bars("FUND", bars([50, 51], [0, 1], DAYS[2:]))
    joined = own.before(not_known(DAYS[:3], "nobody knows"), DAYS[2], "the index")
    gross = pd.Series(100.0, DAYS)
    with pytest.raises(
        DataError,
        match=r"^nothing can be withheld from FUND: before 2020-01-06 it is the index, whose "
        r"dividends are not known; withhold from then on, by FUND=0\.15@2020-01-07, or leave",
    ):
        after(joined, gross, 0.15)
    assert after(joined, gross, 0.15, "2020-01-07").iloc[-1] == pytest.approx(100 - 15 / 50)
    # A history that itself is unknown stays so, whatever its proxy.
    unknown = not_known(DAYS[2:], "a value alone").before(own, DAYS[2], "another")
    assert unknown.unknown == "a value alone"


def test_months_are_dated_as_the_market_dates_them():
    payouts = of_bars(
        "FUND", bars([100, 99], [0, 1], pd.DatetimeIndex(["2020-01-01", "2020-02-01"]))
    )
    rows = pd.DatetimeIndex(["2020-01-31", "2020-02-28"])
    assert payouts.dated(rows).shares.index.tolist() == rows.tolist()
    # A month that the market has no row of keeps its place.
    alone = payouts.dated(rows[1:]).shares
    assert alone.index.tolist() == [pd.Timestamp("2020-01-31"), rows[1]]


def test_a_fund_that_keeps_what_it_earns_pays_nothing():
    assert of_bars("FUND", bars([100, 99], [0, 0])).pays_nothing
    assert not of_bars("FUND", bars([100, 99], [0, 1])).pays_nothing
    assert not of_price("FUND", DAYS).pays_nothing  # nobody knows
    rounded = pd.Series([0, 1e-6, -1e-6, 0], DAYS)
    assert Payouts(rounded).pays_nothing


def test_a_view_holds_nothing_of_later_days():
    frame = bars([100, 102, 101, 103], [0, 0, 2, 0])
    payments = Payments(
        {"FUND": of_bars("FUND", frame)},
        {"FUND": total_return(frame)},
        Withholding({"FUND": Withheld(0.15)}),
    )
    view = payments.until(DAYS[1])
    assert len(view.payouts["FUND"].shares) == len(view.histories["FUND"]) == 2
    for series in (view.payouts["FUND"].shares, view.histories["FUND"]):
        base = series.to_numpy().base
        while base is not None and not isinstance(base, bytes):
            assert np.size(base) <= 2
            base = getattr(base, "base", None)
    assert view.net()["FUND"].tolist() == payments.net()["FUND"].iloc[:2].tolist()
    with pytest.raises(ValueError, match="read-only"):
        payments.payouts["FUND"].shares.to_numpy()[0] = 1.0


def test_fingerprints_are_of_what_is_withheld_from_before_it_is():
    frame = bars([100, 102, 101, 103], [0, 0, 2, 0])
    payments = Payments({"FUND": of_bars("FUND", frame)}, {"FUND": total_return(frame)})
    rows = pd.DatetimeIndex(frame.index)
    assert payments.fingerprints(rows) == {}
    by_rate = [
        Payments(
            payments.payouts, payments.histories, Withholding({"FUND": Withheld(rate)})
        ).fingerprints(rows)
        for rate in (0.15, 0.3)
    ]
    assert by_rate[0] == by_rate[1]
    assert list(by_rate[0]) == ["FUND", "payouts of FUND"]
    assert all(len(sha256) == 64 for sha256 in by_rate[0].values())

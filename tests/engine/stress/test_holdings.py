"""What is held today: legs by role, today's curve, what bills earn, and what is said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import PchipInterpolator

from backtests.engine.money import Money
from backtests.engine.stress.holdings import bill_yield_of, holdings_of, todays_curve
from data import bundled
from data.errors import DataError, UsageError
from data.market import CASH, Market
from tests.engine.stress.made import daily, run_of, run_on


@pytest.fixture(scope="module")
def default():
    return holdings_of(run_of())


def test_the_bundled_curve_is_the_published_one_of_december_2025(default):
    curve = default[0].curve
    assert f"{curve.day:%Y-%m-%d}" == "2025-12-31"
    assert dict(zip(curve.nodes, curve.yields, strict=True)) == {
        1.0: 3.48, 2.0: 3.47, 5.0: 3.73, 10.0: 4.18, 20.0: 4.79, 30.0: 4.84,
    }  # fmt: skip
    assert not curve.is_bundled


def test_legs_have_the_figures_of_their_rungs(default):
    """D = (1 - z^-2M) / y of each rung on a monotone cubic through the curve, and their mean."""
    spy, ief, cash = default[0].legs
    assert (spy.ticker, spy.role, spy.repricing) == ("SPY", "equity", "equity")
    assert (cash.ticker, cash.role, cash.repricing) == (CASH, "cash", "bills")
    assert (ief.role, ief.repricing, ief.shortest, ief.longest) == ("hedge", "ladder", 7.0, 10.0)
    rungs = np.arange(7.0, 10.01, 0.5)
    curve = default[0].curve
    yields = PchipInterpolator(curve.nodes, curve.yields)(rungs) / 100.0
    z = 1.0 + yields / 2.0
    assert ief.yield_ == pytest.approx(100.0 * yields.mean())
    assert ief.duration == pytest.approx(np.mean((1.0 - z ** (-2 * rungs)) / yields))
    assert spy.weight + ief.weight == pytest.approx(1.0)
    assert [leg.ticker for leg in default[0].shown] == ["SPY", "IEF"]


def test_bills_of_the_bundled_months_earn_the_federal_funds_rate(default):
    """Of December 2025; H.15 has no three months there, and French's 0.34 % is November's."""
    assert default[0].bill_yield == 3.72
    assert "bills earn 3.72 % a year: the federal funds rate, its mean of a month" in " ".join(
        default[1]
    )


def test_bills_of_daily_rows_earn_the_published_yield_of_three_months():
    days = pd.bdate_range("2024-01-02", "2024-06-28")
    yields = yields_of(days, m0_25=5.1, m1=4.9, m10=4.2)
    market = daily("2024-01-02", "2024-06-28", yields=yields)
    assert bill_yield_of(market, todays_curve(market)) == (5.1, "the yield of 3 months")
    yields.columns = [1.0 / 12.0, 1.0, 10.0]
    market = daily("2024-01-02", "2024-06-28", yields=yields)
    assert bill_yield_of(market, todays_curve(market)) == (5.1, "the yield of one month")


def test_bills_without_a_rate_earn_what_they_did_over_thirty_days():
    days = pd.bdate_range("2024-01-02", "2024-06-28")
    years = np.asarray((days - days[0]).days) / 365.25
    cash = pd.Series(100.0 * 1.02 ** (2.0 * years), days, name=CASH)  # 4 %, twice a year
    market = daily("2024-01-02", "2024-06-28", cash=cash)
    earned, basis = bill_yield_of(market, todays_curve(market))
    assert earned == pytest.approx(4.0)
    assert basis == "what they earned over the last month"


def yields_of(days: pd.DatetimeIndex, **columns) -> pd.DataFrame:
    named = {float(name[1:].replace("_", ".")): column for name, column in columns.items()}
    return pd.DataFrame(named, days)


def test_the_last_row_with_a_longer_yield_is_the_curve():
    """On the last day nothing but a bill was published, and never a 2-year in its last month."""
    days = pd.bdate_range("2024-01-02", "2024-06-28")
    yields = yields_of(days, y1=5.0, y2=4.5, y10=4.0)
    yields.iloc[-21:, 1] = np.nan
    yields.iloc[-1, 1:] = np.nan
    curve = todays_curve(daily("2024-01-02", "2024-06-28", yields=yields))
    assert (f"{curve.day:%Y-%m-%d}", list(curve.nodes)) == ("2024-06-27", [1.0, 10.0])


def test_a_maturity_that_the_last_day_lacks_is_carried_over_five_sessions():
    """A last day with a 10-year yield alone must not price bonds of 30 years at it."""
    days = pd.bdate_range("2024-01-02", "2024-06-28")
    yields = yields_of(days, y1=5.0, y10=4.0, y30=4.6)
    yields.iloc[-1, [0, 2]] = np.nan
    yields.iloc[-6:, 0] = np.nan
    market = daily("2024-01-02", "2024-06-28", yields=yields)
    curve = todays_curve(market)
    assert (f"{curve.day:%Y-%m-%d}", list(curve.nodes)) == ("2024-06-28", [10.0, 30.0])
    assert list(curve.yields) == [4.0, 4.6]
    yields.iloc[-6, 0] = 5.0
    market = daily("2024-01-02", "2024-06-28", yields=yields)
    assert list(todays_curve(market).nodes) == [1.0, 10.0, 30.0]


def test_bonds_beyond_the_yields_of_today_are_said():
    days = pd.bdate_range("2024-01-02", "2024-06-28")
    yields = yields_of(days, y10=4.0)
    market = daily("2024-01-02", "2024-06-28", ("SPY", "SHY", "IEF", "TLT"), yields=yields)
    run = run_on(market, {"SPY": 0.4, "SHY": 0.2, "IEF": 0.2, "TLT": 0.2})
    notes = [note for note in holdings_of(run)[1] if note.startswith("no yield")]
    assert notes == [
        "no yield below 10 years is published today: SHY, IEF takes it for all shorter bonds",
        "no yield beyond 10 years is published today: TLT takes it for all longer bonds",
    ]
    assert not any(note.startswith("no yield") for note in holdings_of(run_of())[1])


def test_without_yields_the_bundled_month_before_is_used_and_said():
    run = run_on(daily("2014-01-02", "2015-06-15"), {"SPY": 0.6, "IEF": 0.4})
    holdings, notes = holdings_of(run)
    assert holdings.curve.is_bundled
    assert list(holdings.curve.yields) == list(bundled.table().loc["2015-05"].iloc[2:8])
    assert "the run's data have no yields: the curve is the bundled table's of 2015-05" in notes
    assert "files:made" not in " ".join(notes)  # a page may be sent on, and folders name people
    ended = run_on(daily("2014-01-02", "2015-06-30"), {"SPY": 0.6, "IEF": 0.4})
    assert f"{holdings_of(ended)[0].curve.day:%Y-%m}" == "2015-06"


def test_an_old_curve_is_said():
    days = pd.bdate_range("2024-01-02", "2024-06-28")
    yields = yields_of(days, y2=4.5, y10=4.0)
    yields.loc["2024-05-20":] = np.nan
    run = run_on(daily("2024-01-02", "2024-06-28", yields=yields), {"SPY": 0.6, "IEF": 0.4})
    assert "the curve is of 2024-05-17, and the last session is 2024-06-28" in holdings_of(run)[1]


def test_where_no_yield_is_known_it_says_what_to_do():
    with pytest.raises(
        DataError, match="no yields are known by 1955-12-30.*; give a later"
    ) as told:
        todays_curve(daily("1950-01-02", "1955-12-30"))
    assert "files:made" not in str(told.value)  # a verdict's page has it


def test_stripped_bonds_are_refused():
    run = run_on(daily("2014-01-02", "2015-06-15", ("SPY", "EDV")), {"SPY": 0.6, "EDV": 0.4})
    with pytest.raises(UsageError, match="cannot reprice EDV: it holds stripped bonds.*; hold"):
        holdings_of(run)


def test_funds_without_a_history_from_yields_are_repriced_by_their_range():
    tickers = ("SPY", "VGIT", "SGOV")
    run = run_on(daily("2014-01-02", "2015-06-15", tickers), {"SPY": 0.6, "VGIT": 0.2, "SGOV": 0.1})
    _, vgit, sgov, cash = holdings_of(run)[0].legs
    assert (vgit.repricing, vgit.shortest, vgit.longest) == ("ladder", 3.0, 10.0)
    assert (sgov.role, sgov.repricing, sgov.duration) == ("hedge", "bills", None)
    assert cash.weight == pytest.approx(0.1, abs=0.02)
    assert list(holdings_of(run)[0].expenses) == [0.0, 0.0003, 0.0009, 0.0]


def test_what_yields_do_not_tell_stays_and_is_named():
    market = daily("2014-01-02", "2015-06-15", ("SPY", "GLD", "TLT"))
    run = run_on(market, {"SPY": 0.5, "GLD": 0.3, "TLT": 0.2}, hedge="GLD")
    holdings, notes = holdings_of(run)
    assert [leg.repricing for leg in holdings.legs] == ["equity", "unmoved", "equity", "bills"]
    (told,) = [note for note in notes if "nothing here says how yields move GLD" in note]
    assert "it earns nothing" in told
    assert told.endswith("the break-even leaves it out")
    assert "TLT counts as equity in this run, and moves as it does" in notes


def test_a_currency_hedge_is_that_of_the_run_or_of_the_share_class():
    held = holdings_of(run_of(money=Money("EUR", fx_hedge=0.5), end="2020-06-30"))[0]
    assert [leg.hedged for leg in held.legs] == [0.0, 0.5, 0.0]
    assert held.forwards.investor.currency == "EUR"


def test_what_cash_at_home_earns_is_said_with_its_month():
    """The three-month rate of the euro of June 2020 was -0.376 %."""
    _, notes = holdings_of(run_of(money=Money("EUR"), end="2020-06-30"))
    assert any(note.endswith("earns -0.38 % a year: the short rate of 2020-06") for note in notes)
    dollars = run_of(money=Money("EUR", cash="usd"), end="2020-06-30")
    assert not any("cash at home" in note for note in holdings_of(dollars)[1])


def hedged_class(**settings):
    """Holdings of DTLE.L, the 20+ year share class that sells its dollars into euros, by month."""
    months = bundled.load(["SPY", "TLT"])
    market = Market(
        source="files:made",
        title="made",
        prices=months.prices.rename(columns={"TLT": "DTLE.L"}),
        cash=months.cash,
        periods_per_year=12,
        provenance=dict.fromkeys(("SPY", "DTLE.L", CASH), months.provenance["SPY"]),
        yields=months.yields,
    )
    run = run_on(market, {"SPY": 0.6, "DTLE.L": 0.4}, end="2020-06-30", **settings)
    return holdings_of(run)


def test_a_share_class_that_sells_its_dollars_into_euros_is_hedged_in_euros():
    leg = hedged_class(money=Money("EUR"))[0].legs[1]
    assert (leg.repricing, leg.shortest, leg.longest, leg.hedged) == ("ladder", 20.0, 30.0, 1.0)


def test_elsewhere_it_is_moved_as_if_it_did_not_and_that_is_said():
    for money in (Money("USD"), Money("GBP")):
        held, notes = hedged_class(money=money)
        assert held.legs[1].hedged == 0.0
        assert any("DTLE.L sells its dollars into another currency" in note for note in notes)


def test_what_is_withheld_today_is_known():
    """Of BIL from a day that has come, of IEF from one that has not."""
    run = run_of(
        params={"weights": {"SPY": 0.5, "IEF": 0.3, "BIL": 0.2}},
        withholding="BIL=0.3@2020-01-01,IEF=0.15@2020-07-01",
        end="2020-06-30",
    )
    holdings, notes = holdings_of(run)
    assert list(holdings.withheld) == [0.0, 0.0, 0.3, 0.0]
    assert "withheld from the interest: 30 % of BIL" in notes


def test_what_a_sale_left_over_is_not_held():
    """Half and half leaves a last digit of cash, which is no holding."""
    run = run_of(params={"weights": {"SPY": 0.5, "TLT": 0.5}}, end="1975-06-30")
    assert abs(run.summary.latest.held[CASH]) < 1e-12
    assert [leg.ticker for leg in holdings_of(run)[0].shown] == ["SPY", "TLT"]


def test_a_decision_that_has_yet_to_trade_is_said():
    assert any("has yet to trade" in note for note in holdings_of(run_of())[1])

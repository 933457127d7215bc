"""Switches and attribution: sums that have to hold, and cases worked by hand."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.references import same_average_duration
from backtests.engine.simulate import simulate
from backtests.engine.sleeve import attribute, count_switches, report_sleeve
from data import bundled
from data.bundled.world import currency_figures
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.market import CASH, Market
from data.treasuries import bonds
from data.treasuries.curve import fund_level, fund_return_parts, par_return_parts, par_returns
from data.treasuries.instruments import CATALOGUE
from strategies import registry
from strategies.attack_defend import AttackDefend
from strategies.dial import DIAL, DurationRule, fund_durations
from strategies.hedge_mix import HedgeMix

PARTS = ["carry", "roll_down", "rate", "convexity", "expense", "residual", "costs"]


@pytest.fixture(scope="module")
def market():
    return bundled.load(["SPY", *DIAL])


def finished(market, name, **values):
    rule = registry.make(name, values)
    return rule, simulate(market, rule, Costs(), engine=ledger.fill)


def test_one_period_split_by_hand():
    # Ten years at 4 %, the curve falls to 3.9 % at nine years and eleven months, and then all
    # yields rise by 25 basis points.
    nodes = [10 - 1 / 12, 10.0]
    yields = pd.DataFrame([[3.9, 4.0], [4.15, 4.25]], columns=nodes,
                          index=pd.date_range("2020-01-31", periods=2, freq="ME"))  # fmt: skip
    dt = np.array([0.0, 1 / 12])
    parts = {name: part[1, 0] for name, part in
             par_return_parts(yields, np.array([10.0]), dt).items()}  # fmt: skip
    carry = 1.02 ** (1 / 6) - 1
    rolled = bonds.price(0.04, 0.039, 10) * 1.0195 ** (1 / 6) - 1
    whole = bonds.price(0.04, 0.0415, 10) * 1.02075 ** (1 / 6) - 1
    assert parts["carry"] == pytest.approx(carry, rel=1e-12)
    assert parts["roll_down"] == pytest.approx(rolled - carry, rel=1e-12)
    assert parts["rate"] == pytest.approx(-8.175717 * 0.0025, rel=1e-6)  # published duration
    assert sum(parts.values()) == pytest.approx(whole, rel=1e-12)
    assert parts["convexity"] == pytest.approx(whole - rolled + 8.175717 * 0.0025, rel=1e-5)


@pytest.mark.parametrize("ticker", ["SHY", "IEF", "TLT"])
def test_parts_sum_to_the_return_of_the_fund(ticker, market):
    level = fund_level(market.yields, CATALOGUE[ticker], 12).dropna()
    parts = fund_return_parts(market.yields, CATALOGUE[ticker], 12).loc[level.index]
    np.testing.assert_allclose(
        parts.sum(axis=1).iloc[1:], level.pct_change(fill_method=None).iloc[1:], atol=1e-14
    )


def test_parts_are_those_of_the_return(market):
    yields, rungs = market.yields.dropna(how="all"), np.array([5.0, 8.5])
    dt = np.full(len(yields), 1 / 12)
    whole = par_returns(yields, rungs, dt)
    split = sum(par_return_parts(yields, rungs, dt).values())
    np.testing.assert_allclose(split[1:], whole[1:], atol=1e-14)


@pytest.mark.parametrize("name", ["attack_defend", "duration_trend", "carry"])
def test_attribution_of_a_sleeve_from_yields_leaves_nothing(name, market):
    rule, done = finished(market, name)
    table = report_sleeve(market, rule, done).attribution
    scale = done.nav.max()
    assert (table[PARTS].sum(axis=1) - table["total"]).abs().max() <= 1e-10 * scale
    assert table["residual"].abs().max() <= 1e-10 * scale
    # Years and stretches between switches are two ways to cut the same profit.
    years, stretches = (table[table["period"] == kind] for kind in ("year", "switch"))
    for part in [*PARTS, "total"]:
        assert years[part].sum() == pytest.approx(stretches[part].sum(), rel=1e-9, abs=1e-6)


def test_attribution_is_the_sleeves_profit(market):
    """The profit from holdings and orders alone, without any yield."""
    rule, done = finished(market, "attack_defend")
    table = report_sleeve(market, rule, done).attribution
    funds = list(DIAL)
    held = done.weights[funds].mul(done.nav, axis=0)
    orders = done.orders[done.orders["ticker"].isin(funds)]
    bought = (orders["value"] * np.where(orders["side"] == "buy", 1, -1)).sum()
    profit = held.iloc[-1].sum() - bought - orders["fee"].sum()
    assert table.loc[table["period"] == "year", "total"].sum() == pytest.approx(profit, rel=1e-9)


def test_a_real_fund_leaves_its_distance_from_the_curve_as_residual(market):
    prices = market.prices
    noise = np.random.default_rng(1).normal(1, 0.002, len(prices)).cumprod()
    prices["IEF"] *= noise
    real = Market(
        source="made", title="", prices=prices, cash=market.cash, periods_per_year=12,
        provenance={}, yields=market.yields,
    )  # fmt: skip
    rule, done = finished(real, "attack_defend")
    table = report_sleeve(real, rule, done).attribution
    assert table["residual"].abs().max() > 1
    assert (table[PARTS].sum(axis=1) - table["total"]).abs().max() <= 1e-10 * done.nav.max()


@pytest.mark.parametrize(
    ("ticker", "made_of"),
    [
        ("IDTL.L", {"carry", "roll_down", "rate", "convexity", "expense"}),  # TLT's bonds
        ("IB01.L", {"carry", "expense"}),  # bills
        ("DTLE.L", set()),  # sells its dollars: the curve does not tell what it earns
    ],
)
def test_only_what_bills_or_a_ladder_stand_for_is_split(ticker, made_of, market):
    prices = market.prices[["SPY", "TLT"]].rename(columns={"TLT": ticker})
    held = Market(
        source="made", title="", prices=prices, cash=market.cash, periods_per_year=12,
        provenance={}, yields=market.yields,
    )  # fmt: skip
    rule = HedgeMix(weights={"SPY": 0.6, ticker: 0.4})
    start = pd.Timestamp("2000-01-31")
    done = simulate(held, rule, Costs(), start=start, engine=ledger.fill)
    parts = attribute(held, done, [ticker]).drop(columns="total").abs().sum()
    found = {name for name, size in parts.items() if size > 1e-6}
    assert found - {"residual", "costs"} == made_of
    if not made_of:
        assert parts["residual"] > 0


# --- switches -----------------------------------------------------------------------------


def stepped_market(ten_year: list[float]) -> Market:
    """Monthly rows; every fund is built from a flat curve at the given yield."""
    sessions = pd.date_range("1990-01-31", periods=len(ten_year), freq="ME")
    yields = pd.DataFrame(dict.fromkeys((1.0, 10.0, 30.0), ten_year), index=sessions)
    prices = pd.DataFrame({"SPY": 100.0, "BIL": 100.0}, index=sessions)
    for fund in DIAL[1:]:
        prices[fund] = fund_level(yields, CATALOGUE[fund], 12)
    return Market(
        source="made", title="", prices=prices, cash=pd.Series(100.0, sessions, name=CASH),
        periods_per_year=12, provenance={}, yields=yields,
    )  # fmt: skip


def test_switches_as_written_down_by_hand():
    # Fourteen months at 4 %, then 4.6. The first decision is row 11's. With a one-year median
    # the rule steps up at row 14 (x = 1.2). At row 19 half of the window is 4.6, its median 4.3
    # and x = 0.6, inside the band; at row 20 it is 4.6 and the rule steps back. Each fills a
    # row later.
    market = stepped_market([4.0] * 14 + [4.6] * 10)
    rule = AttackDefend(lookback_years=1, equity_weight=0, duration_min=1, duration_max=13)
    done = simulate(market, rule, Costs(0, 0, 1), engine=ledger.fill)
    table = report_sleeve(market, rule, done).switches
    sessions = market.sessions
    assert table["date"].tolist() == [sessions[15], sessions[21]]
    assert table["decided"].tolist() == [sessions[14], sessions[20]]
    assert table["from_years"].tolist() == [7, 9]
    assert table["to_years"].tolist() == [9, 7]
    assert table["entry_yield"].tolist() == pytest.approx([0.046, 0.046])
    # Before the first switch yields rose by 60 bp at a duration of 7: some -4 %; the sleeve
    # then earns its 4.6 % and no more, less fees, so the second switch banks next to nothing.
    assert table["price_move"].iloc[0] == pytest.approx(-0.6 * 7 / 100, abs=0.004)
    assert table["price_move"].iloc[1] == pytest.approx(0.0, abs=0.002)
    assert table["premium_banked"].iloc[0] == 0
    # On a flat curve that stands still, neither way earns more than the other but for fees.
    assert table["held_return"].iloc[0] == pytest.approx(table["nothing_return"].iloc[0], abs=3e-4)


@dataclasses.dataclass(frozen=True)
class Given(DurationRule):
    """A target duration given from outside, by month; all in Treasuries."""

    name: ClassVar[str] = "given"
    years: ClassVar[list[float]]

    def target_duration(self, market):
        return pd.Series(self.years, index=market.sessions)


def switched(years: list[float], ten_year: list[float], tlt: list[float] | None = None):
    """Switches and market of a made target; prices stand still but those of TLT, where given."""
    made = stepped_market(ten_year)
    prices = made.prices
    prices[list(DIAL)] = 100.0
    prices["TLT"] = tlt or 100.0
    market = Market(
        source="made", title="", prices=prices, cash=made.cash, periods_per_year=12,
        provenance={}, yields=made.yields,
    )  # fmt: skip
    Given.years = years
    rule = Given(equity_weight=0)
    done = simulate(market, rule, Costs(0, 0, 1), engine=ledger.fill)
    return report_sleeve(market, rule, done).switches, market


def test_a_switch_is_a_change_of_a_quarter_of_a_year_since_the_last_one():
    # From 7: 7.2 is no switch, 7.25 is, 0.05 years after the decision before but 0.25 after the
    # last switch; from there 7.4 is none, 7.5 is, and 7.1 is.
    table, market = switched([7, 7.2, 7.25, 7.4, 7.5, 7.1, 7.1], [4.0] * 7)
    assert table["decided"].tolist() == list(market.sessions[[2, 4, 5]])
    assert table["date"].tolist() == list(market.sessions[[3, 5, 6]])  # filled a month later
    assert table["from_years"].tolist() == [7, 7.25, 7.5]
    assert table["to_years"].tolist() == [7.25, 7.5, 7.1]


def test_the_entry_yield_is_that_of_the_day_of_the_fill():
    # Decided at 4.2 %, filled a month later at 4.5; decided at 4.8, filled at 5.1.
    table, _ = switched([3, 3, 8, 8, 8, 3, 3], [4.0, 4.1, 4.2, 4.5, 4.7, 4.8, 5.1])
    assert table["entry_yield"].tolist() == pytest.approx([0.045, 0.051])
    # Prices stood still: since the fill before, at 4.1 % two months and at 4.5 % three months
    # earlier, the sleeve lacks just what its entry yield would have brought.
    lacks = [1.0205 ** (-2 * 2 / 12) - 1, 1.0225 ** (-2 * 3 / 12) - 1]
    assert table["price_move"].tolist() == pytest.approx(lacks)


def test_as_switched_and_as_before_are_the_returns_of_their_funds():
    # All in BIL (0.2 years), then all in TLT (16 are above its duration at 6 %): filled on the
    # fourth month at 100, it stands at 150 on the last; BIL earns nothing.
    tlt = [100.0, 100, 100, 100, 120, 150]
    table, _ = switched([0.2, 0.2, 16, 16, 16, 16], [6.0] * 6, tlt)
    assert table["held_return"].tolist() == pytest.approx([0.5])
    assert table["nothing_return"].tolist() == pytest.approx([0.0], abs=1e-12)


def test_only_what_is_shortened_banks_a_premium():
    # TLT rises by half while it is held whole; then all goes to BIL. Par bonds of 20 to 30 years
    # have durations of 11.6 to 13.8 years at 6 %: of these all but 0.2 years or less are sold.
    tlt = [100.0, 100, 100, 150, 150, 150]
    table, _ = switched([16, 16, 0.2, 0.2, 0.2, 0.2], [6.0] * 6, tlt)
    (switch,) = table.to_dict("records")
    move = 1.5 * 1.03 ** (-2 * 2 / 12) - 1  # beyond the 6 % of two months
    assert switch["price_move"] == pytest.approx(move)
    assert switch["premium_banked"] == pytest.approx(15_000 * move, rel=0.03)
    table, _ = switched([0.2, 0.2, 16, 16, 16, 16], [6.0] * 6)
    assert table["premium_banked"].tolist() == [0.0]


def test_a_fall_of_yields_banks_a_premium():
    market = stepped_market([4.0] * 12 + [4.0, 3.4, 3.4])
    rule = AttackDefend(lookback_years=1, equity_weight=0, duration_min=1, duration_max=13)
    done = simulate(market, rule, Costs(0, 0, 1), engine=ledger.fill, initial=1000)
    (switch,) = report_sleeve(market, rule, done).switches.to_dict("records")
    assert (switch["from_years"], switch["to_years"]) == (7, 5)
    assert switch["price_move"] == pytest.approx(0.6 * 7 / 100, abs=0.004)
    # Two of seven years were sold; of some more, since durations rose as yields fell.
    value = done.nav.iloc[-1]
    assert switch["premium_banked"] == pytest.approx(switch["price_move"] * 2 / 7 * value, rel=0.1)


def test_the_next_switch_pays_for_itself(market):
    rule = registry.make("attack_defend", {})
    dear = simulate(market, rule, Costs(100, 0), engine=ledger.fill)
    free = simulate(market, rule, Costs(0, 0), engine=ledger.fill)
    tables = [report_sleeve(market, rule, done).switches for done in (dear, free)]
    # Costs of the window: at most what a switch of the whole sleeve and its rebalances trade.
    row = tables[0]["date"].tolist().index(pd.Timestamp("2025-03-31"))
    gap = tables[1]["held_return"].iloc[row] - tables[0]["held_return"].iloc[row]
    assert 0 < gap < 0.006


def test_a_lower_target_beyond_the_longest_fund_banks_nothing(market):
    rule, done = finished(market, "attack_defend")
    table = report_sleeve(market, rule, done).switches
    early = table[(table["date"] < "1972-12-31") & (table["from_years"] > 12)]
    same = early[early["to_years"] > 9]
    assert len(same) >= 2
    assert same["premium_banked"].abs().max() < 0.3


def test_small_moves_of_the_dial_are_no_switch(market):
    rule, done = finished(market, "carry")
    table = report_sleeve(market, rule, done).switches
    assert (table["to_years"] - table["from_years"]).abs().min() >= 0.25
    assert len(table) < len(done.decisions)


def test_the_static_control_has_the_average_duration(market):
    rule, done = finished(market, "duration_trend")
    control = same_average_duration(market, rule, done)

    def average(run):
        rows = run.nav.index[1:]
        held = run.weights.loc[rows, list(DIAL)]
        years = (held * fund_durations(market).loc[rows].fillna(0.0)).sum(axis=1)
        return (years / held.sum(axis=1)).mean()

    static = simulate(market, control, Costs(), start=done.nav.index[0], engine=ledger.fill)
    assert average(static) == pytest.approx(average(done), abs=0.02)
    assert control.equity_weight == rule.equity_weight


def test_without_treasuries_nothing_is_banked_and_nothing_breaks(market):
    rule, done = finished(market, "attack_defend", equity_weight="1")
    report = report_sleeve(market, rule, done)
    assert report.switches["premium_banked"].eq(0).all()
    assert report.attribution["total"].abs().max() == 0


def test_attribution_in_another_currency_leaves_nothing_and_has_the_same_bonds():
    """In francs the parts of the bonds are those of the dollars held; the currency is its own."""
    figures = currency_figures("CHF")
    dollars = bundled.load(["SPY", *DIAL])
    francs = in_currency(dollars, Conversion("CHF", ratios=dict.fromkeys(DIAL, 1.0)), figures)
    rule, done = finished(francs, "attack_defend")
    table = report_sleeve(francs, rule, done).attribution
    parts = [*PARTS[:-2], "currency", *PARTS[-2:]]
    assert list(table.columns[3:]) == [*parts, "total"]
    scale = done.nav.max()
    assert (table[parts].sum(axis=1) - table["total"]).abs().max() <= 1e-10 * scale
    assert table["residual"].abs().max() <= 1e-10 * scale
    assert table.loc[table["period"] == "year", "currency"].abs().max() > 1.0


@pytest.mark.parametrize("name", ["attack_defend", "rate_cycle"])
def test_switches_are_counted_as_the_report_lists_them(name, market):
    rule, simulation = finished(market, name)
    listed = report_sleeve(market, rule, simulation).switches
    assert count_switches(market, rule, simulation) == len(listed) > 10

"""Falls of history on today's curve, and as they were: laws, published figures, no look-ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.crises import CRISES, Episode
from backtests.engine.money import Money
from backtests.engine.stress import paths, replays
from backtests.engine.stress.holdings import Curve, Holdings, holdings_of
from backtests.engine.stress.paths import Fall, Figures, fall_of, sources_of
from backtests.engine.stress.replays import replayed, replays_of
from data import bundled
from data.sources import files
from data.treasuries.instruments import LADDERS, Ladder
from tests.engine.stress.made import TEN, abroad, daily, holdings, par_price, run_of, run_on

YEAR_2022 = Episode("2022", "2021-12-31", "2022-12-31", detected=True)  # these very rows
FUNDS = {"SHY": LADDERS[1, 3], "IEF": LADDERS[7, 10], "TLT": LADDERS[20, 30]}


def of(run):
    held = holdings_of(run)[0]
    return held, {each.name: each for each in replays_of(held, run.market.nominal)[0]}


@pytest.fixture(scope="module")
def dollars():
    return of(run_of(params={"weights": {"SPY": 0.5, "IEF": 0.3, "TLT": 0.2}}))


def at(held: Holdings, day: str) -> Holdings:
    """Holdings at the bundled curve of a month."""
    row = bundled.table().loc[day[:7]]
    yields = row[list(bundled.CURVE)].to_numpy(float)
    nodes = np.array(list(bundled.CURVE.values()))
    return replace(held, curve=Curve(pd.Timestamp(day), nodes, yields, is_bundled=True))


@pytest.mark.parametrize("ticker", FUNDS)
def test_2022_on_the_curve_that_it_began_with_is_2022(ticker):
    """The bundled months' own ladders: the same path from the same yields has to be the same."""
    market = bundled.load(["SPY", ticker])
    fall = fall_of(YEAR_2022, sources_of(market), market, ["SPY"])
    held = at(holdings({ticker: 1.0}, {ticker: FUNDS[ticker]}, expense=0.0015), "2021-12-31")
    level = market.prices[ticker]
    replay = replayed(held, fall)
    own = level["2022-12-31"] / level["2021-12-31"] - 1.0
    assert replay.now.hedge == pytest.approx(own, abs=1e-12)
    assert replay.then.hedge == pytest.approx(own, abs=1e-12)


def test_today_at_higher_yields_2022_costs_less_than_it_did(dollars):
    """Yields of 4 % in place of 1.5 %: three points more carry, and shorter durations."""
    replay = dollars[1]["Inflation"]
    assert replay.then.hedge < replay.now.hedge - 0.03


def test_all_listed_falls_are_replayed_in_order_of_time(dollars):
    assert list(dollars[1]) == [episode.name for episode in CRISES]
    assert not any(replay.daily for replay in dollars[1].values())


def test_then_is_what_the_funds_of_the_run_made(dollars):
    """From 1973 on, where the 20-year yield is published, the run's own levels."""
    prices = bundled.load(["SPY", "IEF", "TLT"]).prices
    held, every = dollars
    weights = dict(zip(("SPY", "IEF", "TLT"), held.weights, strict=False))
    for name in ("Rising inflation", "Black Monday", "Dot-com bust", "Inflation", "Tariffs"):
        replay = every[name]
        grown = prices.loc[replay.end] / prices.loc[replay.start] - 1.0
        hedge = weights["IEF"] * grown["IEF"] + weights["TLT"] * grown["TLT"]
        assert replay.then.hedge == pytest.approx(hedge / (weights["IEF"] + weights["TLT"]))
        assert replay.then.equity == pytest.approx(grown["SPY"])
        assert replay.then.portfolio == pytest.approx(hedge + weights["SPY"] * grown["SPY"])
        assert replay.equity_move == pytest.approx(grown["SPY"])


def test_moves_are_those_of_the_table(dollars):
    table = bundled.table()
    replay = dollars[1]["Bond sell-off"]
    for move in replay.moves:
        column = f"cmt_{move.taken_from:g}y_pct"
        change = table.loc["1994-03", column] - table.loc["1994-01", column]
        assert move.bp == pytest.approx(100.0 * change)
    assert (replay.start, replay.end, replay.rows, replay.days) == (
        "1994-01-31", "1994-03-31", 2, 59,
    )  # fmt: skip


def test_the_floor_is_said_where_it_binds(dollars):
    """The 1-year fell by 4.7 points from 2000 to 2002, and stands at 3.48 %; the 30-year by 1.2."""
    moves = {move.maturity: move for move in dollars[1]["Dot-com bust"].moves}
    assert moves[1.0].floored
    assert moves[1.0].bp == pytest.approx(-448.0)
    assert not moves[10.0].floored


def test_before_1973_longer_bonds_move_as_the_ten_year(dollars):
    held, every = dollars
    assert [move.taken_from for move in every["Tight money"].moves][-2:] == [10.0, 10.0]
    run = bundled.load(["SPY", "IEF", "TLT"])
    notes = replays_of(held, run)[1]
    assert any("takes the longest published yield" in note for note in notes)
    assert any("Tight money" in note for note in notes)
    assert not any("Black Monday" in note for note in notes)


def test_a_path_of_two_rows_by_hand():
    """Two quarters on a curve of straight lines, moves added to today's, rung by rung."""
    rows = pd.DatetimeIndex(["2001-01-01", "2001-04-01", "2001-10-01"])
    years = np.array([0.25, 0.5])
    yields = pd.DataFrame([[5.0, 7.9], [5.5, 9.9], [4.5, 7.4]], rows, [1.0, 30.0])
    still = np.zeros(2)
    fall = Fall(
        "made", "made", rows, rows[-1], False, years, yields, np.array([-0.1, -0.2]), still,
        {}, None, None,
    )  # fmt: skip
    held = holdings(
        {"SPY": 0.6, "TWO": 0.4}, {"TWO": Ladder(9, 10, 1)}, curve={1.0: 3.0, 30.0: 5.9}
    )
    # Today 3.0 and 5.9; then both plus 0.5 and 2.0; then both less 0.5: as lines by maturity.
    points = [(3.0, 5.9), (3.5, 7.9), (2.5, 5.4)]
    lines = [(low - (high - low) / 29.0, (high - low) / 29.0) for low, high in points]
    worth = 1.0
    for before, after, dt in zip(lines, lines[1:], years, strict=False):
        rungs = []
        for maturity in (9.0, 10.0):
            coupon = (before[0] + before[1] * maturity) / 100
            yield_ = (after[0] + after[1] * (maturity - dt)) / 100
            rungs.append(par_price(coupon, yield_, maturity) * (1 + yield_ / 2) ** (2 * dt))
        worth *= sum(rungs) / 2
    replay = replayed(held, fall)
    assert replay.now.hedge == pytest.approx(worth - 1.0)
    assert replay.now.portfolio == pytest.approx(0.6 * (0.9 * 0.8 - 1.0) + 0.4 * (worth - 1.0))
    assert replay.as_the_market == ("SPY",)


def test_nothing_that_moves_leaves_the_interest_alone():
    rows = pd.DatetimeIndex(["2001-01-01", "2001-07-02"])
    fall = Fall(
        "made", "made", rows, rows[-1], False, np.array([0.5]),
        pd.DataFrame({10.0: [6.0, 6.0]}, rows), np.zeros(1), np.array([0.03]), {}, None, None,
    )  # fmt: skip
    replay = replayed(holdings({"BOND": 0.5, "CASH": 0.5}, {"BOND": TEN}), fall)
    assert replay.now.portfolio == pytest.approx(0.02)  # 4 % a year, of both
    assert replay.then.hedge == pytest.approx(0.03)  # 6 % a year, for half of one
    assert replay.then.bills == pytest.approx(0.03)


def test_a_day_without_yields_is_spanned_then():
    """Three rows, the middle one a holiday of the bond market: one return over both steps."""
    rows = pd.DatetimeIndex(["2001-01-01", "2001-04-02", "2001-07-02"])
    yields = pd.DataFrame({5.0: [6.0, np.nan, 6.5], 10.0: [6.0, np.nan, 6.5]}, rows)
    fall = Fall(
        "made", "made", rows, rows[-1], False, np.array([0.25, 0.25]), yields, np.zeros(2),
        np.zeros(2), {}, None, None,
    )  # fmt: skip
    replay = replayed(holdings({"BOND": 1.0}, {"BOND": TEN}), fall)
    assert replay.then.hedge == pytest.approx(par_price(0.06, 0.065, 10.0) * 1.0325 - 1.0)


def test_a_day_without_the_long_yield_does_not_lose_its_move_then():
    """The 30-year rises by a point over two steps, half on each; on the middle day none is out.

    Bonds of 30 years then lose what their own yield did, not what the 10-year, which stays, did.
    """
    rows = pd.DatetimeIndex(["2001-01-01", "2001-04-02", "2001-07-02"])
    yields = pd.DataFrame({10.0: [5.0, 5.0, 5.0], 30.0: [6.0, np.nan, 7.0]}, rows)
    fall = Fall(
        "made", "made", rows, rows[-1], False, np.array([0.25, 0.25]), yields, np.zeros(2),
        np.zeros(2), {}, None, None,
    )  # fmt: skip
    whole = replace(fall, yields=yields.fillna(6.5))
    held = holdings({"BOND": 1.0}, {"BOND": Ladder(30, 30, 1)})
    then = replayed(held, fall).then.hedge
    assert then == pytest.approx(replayed(held, whole).then.hedge, abs=1e-4)  # 91 of 182 days
    assert then < par_price(0.06, 0.07, 30.0) - 1.0 + 0.05


def test_unhedged_in_another_currency_both_returns_multiply():
    """The same holdings in dollars and in yen: (1 + r)(1 + x) - 1 on every replay."""
    yen = run_of(money=Money("JPY"))
    _, abroad_ = of(yen)
    _, home = of(run_of(end=yen.summary.end))
    compared = 0
    for name, replay in abroad_.items():
        assert (replay.dollar_move is None) is False
        if replay.no_dollar:
            assert (replay.dollar_move, replay.start < "1971") == (0.0, True)
        both = (1.0 + home[name].now.hedge) * (1.0 + replay.dollar_move) - 1.0
        assert replay.now.hedge == pytest.approx(both)
        compared += 1
    assert compared == len(CRISES)
    assert {replay.dollar_move for replay in home.values()} == {None}


def test_short_rates_that_are_not_known_are_said():
    """The bundled rates of Japan begin after 1990, those of Germany and the dollar in 1971."""

    def told(currency: str, **settings) -> list[str]:
        run = run_of(money=Money(currency, **settings))
        held = holdings_of(run)[0]
        _, notes = replays_of(held, run.market.nominal)
        return [note for note in notes if note.startswith("short rates of the time")]

    (yen,) = told("JPY")
    assert yen.endswith(
        "takes today's: Credit crunch, Tight money, Oil shock, Rising inflation, Disinflation, "
        "Black Monday, Invasion of Kuwait"
    )
    (euro,) = told("EUR")
    assert euro.endswith("takes today's: Credit crunch, Tight money")
    assert told("JPY", cash="usd") == []  # needs none
    assert told("JPY", cash="usd", fx_hedge=1.0) == [yen]
    assert told("USD") == []


def test_hedged_in_full_the_dollar_hardly_matters():
    """What is left is what was earned since the last roll; the interest differs by 2 points."""
    rows = pd.DatetimeIndex(["2001-01-01", "2001-02-01"])
    fall = Fall(
        "made", "made", rows, rows[-1], True, np.array([1 / 12]),
        pd.DataFrame({10.0: [6.0, 6.0]}, rows), np.zeros(1), np.zeros(1), {}, np.array([0.8]),
        (np.array([0.05]), np.array([0.01])),
    )  # fmt: skip
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, hedged=1.0, forwards=abroad(0.02, 0.04))
    days = 365.25 / 12
    earned = 1.02 ** (1 / 6) - 1.0
    paid = (1 + 0.02 * days / 360) / (1 + 0.04 * days / 360)
    assert replayed(held, fall).now.hedge == pytest.approx(earned * 0.8 + paid - 1.0)
    paid = (1 + 0.05 * days / 360) / (1 + 0.01 * days / 360)
    earned = 1.03 ** (1 / 6) - 1.0
    assert replayed(held, fall).then.hedge == pytest.approx(earned * 0.8 + paid - 1.0)


def test_of_funds_that_pay_tax_interest_is_less_then_and_now():
    rows = pd.DatetimeIndex(["2001-01-01", "2001-07-02"])
    fall = Fall(
        "made", "made", rows, rows[-1], False, np.array([0.5]),
        pd.DataFrame({10.0: [6.0, 6.0]}, rows), np.zeros(1), np.zeros(1), {}, None, None,
    )  # fmt: skip
    replay = replayed(holdings({"BOND": 1.0}, {"BOND": TEN}, withheld=0.3), fall)
    assert replay.now.hedge == pytest.approx(0.02 * 0.7)
    assert replay.then.hedge == pytest.approx(0.03 * 0.7)


def test_falls_after_the_run_are_replayed_and_marked():
    _, every = of(run_of(end="2022-09-30"))
    later = [name for name, replay in every.items() if replay.is_later]
    assert later == ["Inflation", "Term premium", "Tariffs"]  # the first ends on 12 October


def test_what_comes_after_the_run_changes_no_earlier_replay(monkeypatch):
    """The bundled months after the run's end are made others: only later falls may change."""
    run = run_of(end="2010-12-31")
    _, before = of(run)
    market = bundled.load(["SPY"])
    later = market.sessions > "2010-12-31"
    yields, prices = market.yields.copy(), market.prices.copy()
    yields[later] += 3.0
    prices[later] *= 0.5
    other = type(market)(
        source="bundled", title="", prices=prices, cash=market.cash, periods_per_year=12,
        provenance={}, yields=yields,
    )  # fmt: skip
    monkeypatch.setattr(replays, "sources_of", lambda run: (
        paths.sources_of(run)[0], Figures("bundled month-ends", other),
    ))  # fmt: skip
    _, after = of(run)
    for name, replay in before.items():
        assert (after[name] == replay) is (not replay.is_later), name
    assert sum(replay.is_later for replay in before.values()) == 8


def test_on_months_april_2025_is_left_out_and_said(dollars):
    held, every = dollars
    assert "April 2025" not in every
    notes = replays_of(held, bundled.load(["SPY", "IEF", "TLT"]))[1]
    assert any(note.startswith("April 2025 (2025-04-02 to 2025-04-11)") for note in notes)


def test_a_hedge_without_prices_of_the_time_stays_and_is_counted():
    """Gold that the run has from 2017 on, beside equity whose own yields are not there at all."""
    market = daily("2017-06-01", "2019-06-28", ("SPY", "GLD"))
    run = run_on(market, {"SPY": 0.6, "GLD": 0.4}, hedge="GLD")
    held = holdings_of(run)[0]
    made, notes = replays_of(held, run.market)
    every = {replay.name: replay for replay in made}
    assert every["Oil shock"].now.hedge == 0.0
    gold = market.prices["GLD"]
    own = gold[:"2018-12-31"].iloc[-1] / gold[:"2018-09-30"].iloc[-1] - 1.0
    assert every["Tightening"].now.hedge == pytest.approx(own)
    known = [name for name, replay in every.items() if not replay.stayed]
    assert known == ["Volatility shock", "Tightening"]
    assert every["Oil shock"].stayed == ("GLD",)
    assert (
        "GLD has no prices in 18 of 20 replays and stays where it was in them, the last of them "
        "Tariffs"
    ) in notes


PUBLISHED_BP = {
    "Credit crunch": 28, "Tight money": 244, "Oil shock": 161, "Rising inflation": 54,
    "Disinflation": 83, "Black Monday": 21, "Invasion of Kuwait": 48, "Bond sell-off": 139,
    "Russia and LTCM": -46, "Dot-com bust": -259, "Financial crisis": -178, "Greece": -84,
    "Downgrade of the US": -152, "China and oil": -56, "Volatility shock": 19, "Tightening": -33,
    "Covid": -80, "Inflation": 228, "Term premium": 87, "Tariffs": -27, "April 2025": 28,
}  # fmt: skip


def test_daily_moves_of_the_ten_year_yield_are_the_published_ones(rates_folder):
    """H.15 by GROUND_TRUTH; of April 2025 4.20 % on the 2nd and 4.48 % on the 11th."""
    run = run_of(source=f"files:{rates_folder.parent}", extend=True)
    _, every = of(run)
    ten = {
        name: next(move.bp for move in replay.moves if move.maturity == 10.0)
        for name, replay in every.items()
    }
    assert ten == pytest.approx(PUBLISHED_BP)
    assert all(replay.daily and not replay.is_later for replay in every.values())
    assert every["April 2025"].days == 9
    # Total returns beside price falls of 33.9 and 25.4 %: dividends of weeks and of nine months.
    assert every["Covid"].equity_move == pytest.approx(-0.339, abs=0.004)
    assert every["Inflation"].equity_move == pytest.approx(-0.254, abs=0.012)


def test_before_its_prices_a_fund_of_the_market_moves_as_the_market(rates_folder):
    run = run_on(files.load(rates_folder.parent, ["SPY", "IEF"]), {"SPY": 0.6, "IEF": 0.4})
    _, every = of(run)
    assert every["Oil shock"].as_the_market == ("SPY",)
    assert every["Oil shock"].source == "bundled month-ends"
    assert every["Covid"].as_the_market == ()

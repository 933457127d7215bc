"""Rates against each other: real histories agree, and each fault is named once with its size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.pairs import (
    BILL_GAP,
    STEPS,
    Pair,
    curve_pairs,
    dollars_against_each_other,
    held_against_each_other,
    policy_against_bill,
)
from data.sources import fred, yahoo
from data.treasuries.rates import bond_equivalent, without_other_basis
from tests.made_rates import rate

NAMES = list(fred.CURVE.values())
DAYS = pd.bdate_range("2020-01-01", periods=400)


def curve(first: str = "1994-01-03") -> pd.DataFrame:
    return pd.DataFrame({years: rate(name, first) for years, name in fred.CURVE.items()})


def on_curve(yields: pd.DataFrame) -> list[str]:
    return [line for pair in curve_pairs(yields, NAMES) for line in held_against_each_other(pair)]


def level(value: float) -> pd.Series:
    return pd.Series(value, DAYS)


def pair(first: pd.Series, second: pd.Series, low: float = -0.5, high: float = 1.0) -> Pair:
    return Pair(("A", "B"), first, second, low, high)


# --- real and made histories -------------------------------------------------------------------


def test_real_rates_agree_with_each_other(rates_folder):
    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(rates_folder / name, index_col=0, parse_dates=True)

    yields = table("treasury_cmt_yields_daily.csv").set_axis(list(fred.CURVE), axis=1)
    bill = bond_equivalent(table("treasury_bill_3m_discount_daily.csv")["dtb3"])
    assert on_curve(without_other_basis(yields)) == []
    assert held_against_each_other(Pair(("DTB3", "DGS3MO"), bill, yields[0.25], *BILL_GAP)) == []
    policy = table("fed_funds_effective_daily.csv")["fed_funds_effective"]
    assert policy_against_bill(("DFF", "DTB3"), policy, bill) == []
    dollars = table("usd_index_daily.csv")
    assert dollars_against_each_other(dollars["dxy"], dollars["fed_broad_usd"]) == []
    ends = yields.iloc[:, [0, 5, 7, 9]]  # as Yahoo has them
    assert [line for each in curve_pairs(ends, list(yahoo.YIELDS))
            for line in held_against_each_other(each)] == []  # fmt: skip


def test_made_rates_agree_with_each_other():
    assert on_curve(curve()) == []


# --- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap", "named"), [(-0.51, True), (-0.49, False), (0.99, False),
                                            (1.01, True)])  # fmt: skip
def test_a_level_is_bounded_on_both_sides(gap, named):
    lines = held_against_each_other(pair(level(4.0), level(4.0 + gap)))
    assert (
        lines
        == [
            f"B and A contradict each other on 380 of 400 days between 2020-01-01 and 2021-07-13: "
            f"{gap:+.2f} points in the 21 days to 2020-01-29, beyond -0.5 to 1 points; check them"
        ]
        * named
    )


def test_it_is_the_middle_of_21_days_that_counts():
    for days, named in ((10, False), (11, True)):
        second = level(4.0)
        second.iloc[100 : 100 + days] = 5.5
        lines = held_against_each_other(Pair(("A", "B"), level(4.0), second, -0.5, 1.0, np.inf))
        assert bool(lines) == named


def test_few_days_are_not_judged():
    short = pair(level(4.0).iloc[:20], level(9.0).iloc[:20])
    assert held_against_each_other(short) == []
    assert policy_against_bill(("DFF", "DTB3"), level(9.0).iloc[:20], level(0.0)) == []


def test_a_curve_without_some_maturities_has_the_sum_of_their_bounds():
    four = curve()[[0.25, 5.0, 10.0, 30.0]]
    pairs = list(curve_pairs(four, list(yahoo.YIELDS)))
    assert [each.names for each in pairs] == [("^IRX", "^FVX"), ("^FVX", "^TNX"), ("^TNX", "^TYX")]
    assert (pairs[1].low, pairs[1].high) == (
        STEPS[5.0, 7.0][0] + STEPS[7.0, 10.0][0],
        STEPS[5.0, 7.0][1] + STEPS[7.0, 10.0][1],
    )
    assert [each.change for each in pairs] == pytest.approx([4.0, 1.6, 1.6])


def test_three_and_six_months_exchanged_are_named_beside_the_bill():
    yields = curve()
    bill = bond_equivalent(rate("DTB3", "1994-01-03"))
    (line,) = held_against_each_other(Pair(("DTB3", "DGS3MO"), bill, yields[0.5], *BILL_GAP))
    assert line.startswith("DGS3MO and DTB3 contradict each other on ")
    assert "beyond -0.15 to 0.2 points" in line


def test_after_the_table_ends_a_unit_is_named_by_its_neighbours():
    yields = curve("2023-01-02")
    yields.loc["2025-10-01":, 10.0] /= 100
    lines = on_curve(yields)
    assert [line.split(" contradict")[0] for line in lines] == ["DGS10 and DGS7", "DGS20 and DGS10"]
    yields = curve("2023-01-02")
    yields.loc["2025-12-22":, 10.0] /= 100  # too few days for the middle of 21
    assert [line.split(" points on")[0] for line in on_curve(yields)] == [
        f"DGS10 and DGS7 move apart by {jump(yields, 7.0, 10.0):+.2f}",
        f"DGS20 and DGS10 move apart by {jump(yields, 10.0, 20.0):+.2f}",
    ]


def jump(yields: pd.DataFrame, nearer: float, further: float) -> float:
    return float((yields[further] - yields[nearer]).diff()["2025-12-22"])


# --- changes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("move", "named"), [(0.79, False), (0.81, True)])
def test_a_move_apart_in_a_day_is_named(move, named):
    second = level(4.0)
    second.iloc[50] += move
    lines = held_against_each_other(pair(level(4.0), second))
    assert bool(lines) == named
    if named:
        assert lines == [
            "B and A move apart by +0.81 points on 2020-03-11 (and 1 more), beyond 0.8 points; "
            "check them"
        ]


def test_what_changes_over_a_hole_is_no_move():
    second = level(4.0)
    second.iloc[50:] += 0.9
    holed = second.drop(DAYS[45:50])  # nine days from one figure to the next
    assert held_against_each_other(pair(level(4.0), holed)) == []
    assert held_against_each_other(pair(level(4.0), second.drop(DAYS[47:50]))) != []


# --- dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", fred.CURVE)
@pytest.mark.parametrize("rows", [1, -1])
def test_a_maturity_a_session_off_is_named_by_its_neighbours(years, rows):
    yields = curve("2015-01-02")
    yields[years] = yields[years].shift(rows)
    lines = on_curve(yields)
    name = fred.CURVE[years]
    assert len(lines) == (1 if years in (0.25, 30.0) else 2)
    for line in lines:
        late, other = line.split(" may be a day later than ")
        assert (late == name) == (rows == 1)
        assert other.startswith(f"{name}:") == (rows == -1)


def test_dates_are_compared_over_a_year_or_over_all():
    rng = np.random.default_rng(3)
    walk = pd.Series(4 + np.cumsum(rng.normal(0, 0.05, 400)), DAYS)
    late = walk.shift(1).dropna()
    assert (
        "A may be a day later than B: in the 252 days"
        in held_against_each_other(pair(late, walk))[0]
    )
    whole = Pair(("A", "B"), walk, late, -0.5, 1.0, np.inf, None)
    (line,) = held_against_each_other(whole)
    assert line.startswith("B may be a day later than A: in the 398 days to 2021-07-13")
    assert held_against_each_other(pair(walk.iloc[:250], late)) == []  # too few
    part = walk.copy()
    part.iloc[:300] = walk.shift(1).iloc[:300]
    assert held_against_each_other(pair(part.iloc[1:], walk)) != []


# --- the policy rate, the dollars --------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "bill", "named"),
    [
        (10.4, 4.8, False), (10.6, 4.7, True),  # half of 1 + 10.4 is 5.7
        (0.05, 1.03, False), (0.045, 4.5, True), (4.5, 0.045, True),  # either in decimals
        (0.0, 0.9, False),  # below one percent units make no difference to speak of
    ],
)  # fmt: skip
def test_a_policy_rate_may_lie_half_of_its_level_from_the_bill(policy, bill, named):
    lines = policy_against_bill(("DFF", "DTB3"), level(policy), level(bill))
    assert bool(lines) == named
    if named:
        assert lines[0].startswith("DFF and DTB3 contradict each other on 380 of 400 days between")
        assert f"{policy - bill:+.2f} points in the 21 days to" in lines[0]


def test_a_dollar_turned_upside_down_is_named():
    exchange, broad = rate(yahoo.DOLLAR), rate(fred.BROAD_DOLLAR)
    assert dollars_against_each_other(exchange, broad) == []
    assert dollars_against_each_other(exchange, 3 * broad) == []
    (line,) = dollars_against_each_other(exchange, 10_000 / broad)
    assert line.startswith(
        "DX-Y.NYB and DTWEXBGS do not move alike: changes of 24 months correlate"
    )
    lately = broad.where(broad.index < "2023-12-01", 10_000 / broad)
    assert "first below 0.5 to 2023-12)" in dollars_against_each_other(exchange, lately)[0]
    late = dollars_against_each_other(exchange, broad.shift(1).dropna())
    assert late[0].startswith("DTWEXBGS may be a day later than DX-Y.NYB: in the 252 days to ")
    assert dollars_against_each_other(exchange.iloc[:300], 10_000 / broad.iloc[:300]) == []

"""What a search goes through: counted by hand, refused before it is made."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest

from backtests.engine.candidates import make_panel
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.engine.scores import score
from backtests.engine.simulate import simulate
from backtests.engine.space import mix_space, rule_space, search_space
from data.errors import UsageError
from strategies.base import parameter
from strategies.hedge_mix import HedgeMix
from strategies.registry import make
from tests.conftest import random_market

FIXED = {"rebalance": "monthly"}


def test_mixes_are_all_of_them_once_and_cash_is_the_rest():
    space = mix_space(["A", "B", "C"], 0.25, FIXED)
    by_hand = [one for one in itertools.product(range(5), repeat=3) if sum(one) <= 4]
    assert space.codes.tolist() == [list(one) for one in by_hand]
    assert len(space) == math.comb(7, 3) == 35
    assert space.params(0) == {"rebalance": "monthly", "weights": {"A": 0.0}}
    assert space.params(34) == {"rebalance": "monthly", "weights": {"A": 1.0}}
    assert (space.coordinates().sum(axis=1) == 4).all()
    table = space.table(np.array([34, 1]))
    assert table.to_numpy().tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 0.25]]


def test_weights_are_the_decimals_that_a_user_would_write():
    space = mix_space(["A", "B"], 0.05, FIXED)
    values = space.axes["A"]
    assert values == tuple(float(f"{unit * 0.05:.2f}") for unit in range(21))


@pytest.mark.parametrize(
    ("assets", "step", "said"),
    [
        (["A", "A"], 0.1, "names A twice"),
        (["A", "CASH"], 0.1, "cash is what their weights leave"),
        ([""], 0.1, "takes tickers"),
        ([f"T{n}" for n in range(11)], 0.5, "1 to 10 tickers, got 11"),
        (["A", "B"], 0.3, "for example 0.25"),
        (["A", "B"], 0.0, "for example 0.001"),
        (["A", "B"], float("nan"), "for example 0.05"),
        (["A", "B"], float("inf"), "for example 0.05"),
        (["A"], 0.05000002, "from 0.001 to 0.5, got 0.05000002; for example 0.05"),
        (["A", "B", "C", "D"], 0.001, "42,084,793,751 mixes"),
    ],
)
def test_mixes_that_cannot_be_searched_are_refused_at_once(assets, step, said):
    with pytest.raises(UsageError, match=said):
        mix_space(assets, step, FIXED)


def test_a_suggested_step_is_one_that_is_taken():
    for wrong in (0.03, 0.7, 1e-9, 0.0333):
        with pytest.raises(UsageError) as refused:
            mix_space(["A"], wrong, FIXED)
        mix_space(["A"], float(str(refused.value).rpartition(" ")[2]), FIXED)


def test_a_grid_is_the_product_of_its_axes():
    fixed = make("attack_defend", {}).params()
    grid = {"step_bp": "75,25,50", "equity_weight": "0.4:0.8:0.1"}
    space = rule_space("attack_defend", grid, fixed)
    assert dict(space.axes) == {
        "step_bp": (25.0, 50.0, 75.0),
        "equity_weight": (0.4, 0.5, 0.6, 0.7, 0.8),
    }
    assert len(space) == 15
    assert space.params(7) == {**fixed, "step_bp": 50.0, "equity_weight": 0.6}
    assert space.rule(7) == make("attack_defend", {"step_bp": 50})


def test_combinations_that_a_rule_refuses_are_left_out_and_counted():
    fixed = make("carry", {}).params()
    grid = {"duration_min": "1,5", "duration_max": "2,8"}
    space = rule_space("carry", grid, fixed)
    pairs = [(space.params(n)["duration_min"], space.params(n)["duration_max"]) for n in range(3)]
    assert pairs == [(1, 2), (1, 8), (5, 8)]
    assert space.left_out.count == 1
    assert "duration_min 5 is above duration_max 2" in space.left_out.why
    # 5 to 2 is missing: the neighbours on the lattice are those that are there.
    assert sorted(np.unique(space.neighbours())) == [-1, 0, 1, 2]


def test_whole_numbers_and_choices_stay_what_they_are():
    fixed = make("two_prices", {}).params()
    space = rule_space("two_prices", {"window_sessions": "5:20:5"}, fixed)
    assert space.axes["window_sessions"] == (5, 10, 15, 20)
    assert all(type(value) is int for value in space.axes["window_sessions"])
    parity = rule_space("risk_parity", {"bond": "TLT,IEF"}, make("risk_parity", {}).params())
    assert parity.axes["bond"] == ("TLT", "IEF")
    assert set(parity.tickers()) == {"SPY", "TLT", "IEF"}


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({"step": "1"}, "did you mean step_bp"),
        ({"step_bp": "5:1:1"}, "is empty"),
        ({"step_bp": "1:5:0"}, "is empty"),
        ({"step_bp": "1:5:-1"}, "is empty"),
        ({"step_bp": "1:inf:1"}, "is empty"),
        ({"step_bp": "1:5"}, "a range takes LOW:HIGH:STEP"),
        ({"step_bp": "x"}, "takes a number"),
        ({"step_bp": ""}, "takes a number"),
        ({"step_bp": "1,1"}, "twice"),
        ({"step_bp": "1000"}, "takes 1 to 500"),
        ({"step_bp": "1:500:1", "hysteresis_bp": "0:250:1"}, "125,500 combinations"),
        ({"step_bp": "0:1e12:1"}, "1,000,000,000,001 combinations"),
    ],
)
def test_grids_that_cannot_be_searched_are_refused_at_once(grid, said):
    with pytest.raises(UsageError, match=said):
        rule_space("attack_defend", grid, make("attack_defend", {}).params())


def test_a_whole_mix_is_no_axis():
    with pytest.raises(UsageError, match="use --assets"):
        rule_space("hedge_mix", {"weights": "1"}, make("hedge_mix", {}).params())


def test_calendars_and_their_sessions_are_axes():
    """Of a week there are five sessions, of ``never`` one: 15 + 5 + 1 of 45 combinations."""
    grid = {"rebalance": "weekly,monthly,never", "offset": "1:15:1"}
    space = rule_space("hedge_mix", grid, make("hedge_mix", {}).params())
    assert (len(space), space.left_out.count) == (21, 24)
    assert "offset of a weekly calendar takes 1 to 5" in space.left_out.why
    assert space.params(0) == {"weights": {"SPY": 0.6, "IEF": 0.4}, "rebalance": "weekly",
                               "offset": 1}  # fmt: skip


def test_candidates_score_as_their_runs_do():
    market = random_market(4, ("SPY", "IEF", "TLT"))
    costs = Costs(fee_bps=5, slippage_bps=2, lag=2)
    # The assets in their order, then what only others hold: equal orders fill in this order.
    panel = make_panel(market, ["TLT", "SPY", "IEF"], costs)
    space = mix_space(["TLT", "SPY"], 0.25, {"rebalance": "quarterly", "offset": 4})
    numbers = np.array([1, 6, 9, 14])
    scores = score(panel, space.candidates(panel, market, numbers))
    for row, number in enumerate(numbers):
        run = simulate(market, space.rule(int(number)), costs)
        assert scores["final_value"].iloc[row] == pytest.approx(run.nav.iloc[-1], rel=1e-9)


def test_corners_are_the_ends_of_every_axis_of_numbers_with_all_choices():
    # Three lookbacks by two steps: the ends are all but the middle lookback, 3 and 2.
    grid = {"lookback_years": "1,3,5", "step_bp": "25,50"}
    space = rule_space("attack_defend", grid, make("attack_defend", {}).params())
    corners = [space.params(number) for number in space.corners()]
    assert [(each["lookback_years"], each["step_bp"]) for each in corners] == [
        (1, 25), (1, 50), (5, 25), (5, 50),
    ]  # fmt: skip
    # Tickers have no ends: each of them, whatever is between the others.
    parity = rule_space("risk_parity", {"bond": "TLT,IEF,SHY"}, make("risk_parity", {}).params())
    assert parity.corners() == [0, 1, 2]


def test_cash_is_an_axis_of_the_lattice_too():
    # Quarters of A and B: the mix of 1/4 and 2/4 leaves one quarter in cash. One step moved
    # between any two of the three makes its six neighbours.
    space = mix_space(["A", "B"], 0.25, FIXED)
    number = space.codes.tolist().index([1, 2])
    assert space.coordinates()[number].tolist() == [1, 2, 1]
    around = {tuple(space.codes[other]) for other in space.neighbours()[number] if other >= 0}
    assert around == {(0, 3), (2, 1), (0, 2), (2, 2), (1, 1), (1, 3)}


def test_a_space_cannot_be_changed():
    space = mix_space(["SPY", "IEF"], 0.5, {"rebalance": "monthly"})
    with pytest.raises(TypeError):
        space.fixed["rebalance"] = "never"
    with pytest.raises(TypeError):
        space.axes["TLT"] = (0.0,)


def in_yen(strategy: str = "hedge_mix", **money) -> RunConfig:
    return RunConfig(strategy, source="bundled", money=Money("JPY", **money))


def test_settings_are_the_first_axes_so_that_their_candidates_follow_one_another():
    config = in_yen("attack_defend")
    grid = {"step_bp": "25,50", "fx_hedge": "0:1:0.5"}
    space = search_space(config, None, None, grid)
    assert list(space.axes) == ["fx_hedge", "step_bp"]
    assert space.axis_names == ["fx hedge", "step_bp"]
    assert space.settings == ("fx_hedge",)
    # Two steps at each of three ratios: 0, 0, 0.5, 0.5, 1, 1.
    assert [space.settings_of(number)["fx_hedge"] for number in range(6)] == [0, 0, 0.5, 0.5, 1, 1]
    # A setting is none of the parameters of the rule.
    assert space.params(3) == {**config.params, "step_bp": 50.0}
    assert space.described(3) == {**config.params, "step_bp": 50.0, "fx_hedge": 0.5}
    assert space.rule(3) == make("attack_defend", {"step_bp": 50})
    groups = [places.tolist() for places in space.alike(np.array([5, 0, 4, 1]))]
    assert groups == [[1, 3], [0, 2]]
    assert space.corners() == [0, 1, 4, 5]
    # Without settings all are alike.
    plain = rule_space("attack_defend", {"step_bp": "25,50"}, config.params)
    assert [places.tolist() for places in plain.alike(np.array([1, 0]))] == [[0, 1]]


@pytest.mark.parametrize(
    ("config", "assets", "grid", "message"),
    [
        (RunConfig("hedge_mix"), None, {"fx_hedge": "0,1"}, "--grid fx_hedge is for investors in"),
        (in_yen("equity_only"), None, {"fx_hedge": "0,1"}, "equity_only holds none"),
        (in_yen(), None, {"fx_hedge": "0,2"}, r"--grid: fx_hedge takes 0 to 1 \(fraction\), got 2"),
        (in_yen(), None, {"fx_hedge": "x"}, "--grid: fx_hedge takes a number"),
        (in_yen(), None, {"fx_hedge": "0:1:0"}, "is empty"),
        (in_yen(), None, {"fx_hegde": "0,1"}, "hedge_mix has no parameter 'fx_hegde'"),
        (in_yen(), None, {"fx_hedge": "0:1:0.01", "fx_hedge_equity": "0:1:0.1"},
         "--grid has 1,111 combinations of fx_hedge and fx_hedge_equity, more than 1,000; take"),
        (in_yen(), ["SPY", "IEF"], {"fx_hedge": "0,1"},
         "--assets and --grid fx_hedge are two searches; give --assets with one --fx-hedge, or "
         "search that for one mix, given by --weights"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_searched_are_refused_at_once(config, assets, grid, message):
    with pytest.raises(UsageError, match=message):
        search_space(config, assets, None, grid)


def test_a_parameter_of_ones_own_rule_stays_one_whatever_it_is_called():
    @dataclass(frozen=True)
    class Own(HedgeMix):
        name = "own"
        fx_hedge: float = parameter(0.5, doc="x", unit="x", low=0.0, high=1.0)

    space = rule_space(Own, {"fx_hedge": "0,1"}, Own().params())
    assert space.settings == ()
    assert space.params(1)["fx_hedge"] == 1.0

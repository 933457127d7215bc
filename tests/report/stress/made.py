"""Stress tests made by hand: round figures, so that a reader can check every word and cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from backtests.analysis.stress import (
    BreakEven,
    CurvePoint,
    Leg,
    NodeMove,
    Recovery,
    Replay,
    Returns,
    Scenario,
    Shock,
    ShockMap,
    Stage,
    Stress,
    Withheld,
)
from backtests.report.pages import STRESS, trail_of_run
from data.currency.conversion import Investor

MATURITIES = (0.25, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
SPY = Leg("SPY", "equity", 0.6, "equity", None, None, None, None, None, 0.0)
IEF = Leg("IEF", "hedge", 0.4, "ladder", 7.0, 10.0, 4.1, 7.0, 60.0, 0.0)
CASH = Leg("CASH", "cash", 0.4, "bills", None, None, 3.6, None, None, 0.0)
TRAIL = trail_of_run("hedge_mix", STRESS, [STRESS])


def mixed(equity: float, hedge: float, bills: float = 0.01) -> Returns:
    """60 % equity and 40 % of a hedge, beside 60 % equity and 40 % of bills."""
    return Returns(
        portfolio=0.6 * equity + 0.4 * hedge,
        equity=equity,
        bills=0.6 * equity + 0.4 * bills,
        hedge=hedge,
    )


def all_moves(bp: float) -> tuple[NodeMove, ...]:
    """All maturities move alike."""
    return tuple(NodeMove(years, bp, years, floored=False) for years in MATURITIES)


def make_replay(
    name: str, start: str, end: str, equity: float, hedge: float, **changes: Any
) -> Replay:
    """A replay in which yields fall by 1.5 points; then the hedge made two points less."""
    replay = Replay(
        name=name,
        start=start,
        end=end,
        days=365 * (int(end[:4]) - int(start[:4])) + 30 * (int(end[5:7]) - int(start[5:7])) + 1,
        rows=20,
        daily=start >= "1990",
        source="Federal Reserve yields",
        is_later=False,
        equity_move=equity,
        dollar_move=None,
        moves=all_moves(-150.0),
        now=mixed(equity, hedge),
        then=mixed(equity, hedge - 0.02),
        recovery=Recovery(portfolio=120, bills=140, hedge=0),
        as_the_market=(),
        stayed=(),
        no_dollar=False,
    )
    return replace(replay, **changes)


# Of six replays the hedge beats bills, which make 1 %, in all but 2022; the last lies in Covid.
REPLAYS = (
    make_replay("Oil shock", "1973-01-31", "1974-09-30", -0.4, 0.02),
    make_replay("Financial crisis", "2007-10-09", "2009-03-09", -0.5, 0.15),
    make_replay("Covid", "2020-02-19", "2020-03-23", -0.3, 0.05),
    make_replay("Inflation", "2022-01-03", "2022-10-12", -0.25, -0.15),
    make_replay("Last days of Covid", "2020-03-03", "2020-03-23", -0.2, -0.04),
    make_replay("Rebound", "2025-04-08", "2025-04-11", 0.06, -0.03),
)


def make_shock(name: str, bp: float, hedge: float, **changes: Any) -> Shock:
    """A shock of yields alone."""
    shock = Shock(
        name=name,
        words=f"all yields {bp:+.0f} bp",
        moves=all_moves(bp),
        equity=0.0,
        dollar=0.0,
        returns=mixed(0.0, hedge, bills=0.0),
        approximate=hedge - 0.001,
        recovery=Recovery(portfolio=12, bills=0, hedge=20),
    )
    return replace(shock, **changes)


def make_stage(months: int, words: str, equity: float, hedge: float) -> Stage:
    """A point of a scenario, yields up by 1.5 points."""
    recovery = Recovery(portfolio=None, bills=80, hedge=30)
    return Stage(months, words, all_moves(150.0), mixed(equity, hedge), recovery)


def make_map(rows: Sequence[float], columns: Sequence[float], slope: float) -> ShockMap:
    """60 % of the move of equity, plus a slope times that of the row; bills have no slope."""
    return ShockMap(
        rows=tuple(rows),
        columns=tuple(columns),
        portfolio=tuple(tuple(0.6 * c + slope * r for c in columns) for r in rows),
        bills=tuple(tuple(0.6 * c for c in columns) for _ in rows),
    )


def make_stress(**changes: Any) -> Stress:
    """60 % SPY and 40 % IEF in dollars; IEF yields 4.1 %, bills 3.6 %, duration 7 years."""
    stress = Stress(
        as_of="2025-12-31",
        curve_as_of="2025-12-30",
        currency="USD",
        investor=None,
        curve=tuple(CurvePoint(years, 3.6 + 0.05 * years) for years in MATURITIES),
        bill_yield=3.6,
        home_yield=None,
        legs=(SPY, IEF),
        pending=False,
        replays=REPLAYS,
        yields_by_equity=make_map(
            range(-300, 401, 100), [at / 10 for at in range(-6, 4)], -0.4 * 7e-4
        ),
        dollar_by_equity=None,
        parallels=tuple(
            make_shock(f"{bp:+d} bp", float(bp), -7e-4 * bp) for bp in (-100, 0, 100, 200)
        ),
        twists=(make_shock("steeper", 100.0, -0.06), make_shock("flatter", -100.0, 0.06)),
        dollars=(),
        scenarios=(
            Scenario(
                "Foreigners sell, then the Fed buys",
                "Foreign holders sell Treasuries, and the Fed buys within twelve months.",
                (
                    make_stage(0, "foreigners have sold", -0.2, -0.1),
                    make_stage(12, "the Fed has bought", -0.19, 0.04),
                ),
            ),
            Scenario(
                "Recession with cuts",
                "Short yields fall by 2.5 points.",
                (make_stage(0, "at the trough", -0.35, 0.11),),
            ),
        ),
        break_evens=(
            BreakEven(3, 9.0, 0.011, 0.009),
            BreakEven(12, 94.0, 0.042, 0.036),
            BreakEven(36, None, 0.14, 0.11),
        ),
        withheld=Withheld(0.3, -0.12, -0.085, -0.0123, -0.048, -0.00492),
        notes=("IEF stands for its ladder.",),
    )
    return replace(stress, **changes)


def without_hedge(**changes: Any) -> Stress:
    """60 % SPY and 40 % cash."""
    replays = tuple(
        replace(each, now=unhedged(each.now), then=unhedged(each.then)) for each in REPLAYS
    )
    empty: dict[str, Any] = {"break_evens": (), "withheld": None, "parallels": (), "twists": ()}
    legs = (SPY, CASH)
    flat = make_map([-100.0, 100.0], [-0.2, 0.0], 0.0)
    asked = {"legs": legs, "replays": replays, "scenarios": (), "yields_by_equity": flat, **empty}
    return make_stress(**{**asked, **changes})


def all_equity(**changes: Any) -> Stress:
    """SPY alone: what it makes is equity's return, now as then, and no interest is earned."""
    alone = tuple(
        replace(
            each,
            now=replace(each.now, portfolio=each.now.bills, hedge=None, equity=each.now.bills),
            then=replace(each.then, portfolio=each.now.bills, hedge=None, equity=each.now.bills),
            recovery=Recovery(portfolio=None, bills=None, hedge=None),
        )
        for each in REPLAYS
    )
    made = make_stress()
    return without_hedge(
        **{"legs": (replace(SPY, weight=1.0),), "replays": alone, "scenarios": made.scenarios},
        **changes,
    )


def unhedged(returns: Returns) -> Returns:
    """The same with bills in place of the hedge."""
    return replace(returns, portfolio=returns.bills, hedge=None)


def in_yen(**changes: Any) -> Stress:
    """The same mix of an investor in yen, whose cash earns 0.5 %."""
    dollars = make_map([-0.3, -0.2, 0.0, 0.2], [-0.4, -0.2, 0.0], 0.9)
    moves = {"equity": -0.0, "dollar": -0.2, "returns": mixed(-0.2, -0.2, 0.0)}
    asked: dict[str, Any] = {
        "legs": (SPY, replace(IEF, hedged=0.5)),
        "currency": "JPY",
        "investor": Investor("JPY", "home"),
        "home_yield": 0.5,
        "dollar_by_equity": dollars,
        "dollars": (make_shock("-20 %", 0.0, 0.0, words="the dollar -20 %", **moves),),
    }
    return make_stress(**{**asked, **changes})

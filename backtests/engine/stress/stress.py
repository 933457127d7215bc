"""What shocks do to what a finished run holds on its last session, at the yields of that day."""

from __future__ import annotations

from dataclasses import replace

from backtests.analysis.stress import CurvePoint, Stress
from backtests.engine.backtest import as_if_unpaid
from backtests.engine.run import Run
from backtests.engine.stress.break_even import break_evens
from backtests.engine.stress.holdings import holdings_of
from backtests.engine.stress.replays import replays_of
from backtests.engine.stress.scenarios import scenarios_of
from backtests.engine.stress.shocks import (
    dollar_by_equity,
    dollars,
    parallels,
    twists,
    yields_by_equity,
)
from backtests.engine.stress.taxed import withheld_of
from data.command import Progress, silent
from data.records import ten_digits

LEFT_ALONE = (
    "months to recover: by the interest of what is not equity, while yields, equity and the dollar "
    "stay where the shock left them and equity earns nothing"
)


def stress_of(run: Run, progress: Progress = silent) -> Stress:
    """Put what a run holds on its last session through shocks.

    Parameters
    ----------
    run
        A finished run; of one that its payouts ruined the same without them.
    progress
        Called with the name of each long step; a context around it.

    Returns
    -------
    Stress
        Every number to ten significant digits.

    Raises
    ------
    UsageError
        For a fund of stripped bonds, which the par curve does not price.
    DataError
        If no yields are known by the last session.
    """
    ruined = run.simulation.ruined
    run = as_if_unpaid(run)
    market = run.market.nominal
    with progress("replaying falls at today's yields"):
        holdings, notes = holdings_of(run)
        replays, of_replays = replays_of(holdings, market)
    if ruined is not None:
        told = f"its money ran out on {ruined:%Y-%m-%d}: what follows is without cash flows"
        notes = (told, *notes)
    curve, forwards = holdings.curve, holdings.forwards
    home = None
    if forwards is not None and forwards.investor.cash == "home":
        home = 100.0 * forwards.home
    legs = tuple(
        replace(leg, yield_=home) if leg.role == "cash" and home is not None else leg
        for leg in holdings.shown
    )
    with progress("shocking today's yields"):
        return ten_digits(
            Stress(
                as_of=run.summary.latest.as_of,
                curve_as_of=f"{curve.day:%Y-%m-%d}",
                currency=market.currency,
                investor=market.investor,
                curve=tuple(
                    CurvePoint(float(node), float(yield_))
                    for node, yield_ in zip(curve.nodes, curve.yields, strict=True)
                ),
                bill_yield=holdings.bill_yield,
                home_yield=home,
                legs=legs,
                pending=run.summary.latest.pending is not None,
                replays=replays,
                yields_by_equity=yields_by_equity(holdings),
                dollar_by_equity=dollar_by_equity(holdings),
                parallels=parallels(holdings),
                twists=twists(holdings),
                dollars=dollars(holdings),
                scenarios=scenarios_of(holdings, replays),
                break_evens=break_evens(holdings),
                withheld=withheld_of(holdings),
                notes=(*notes, *of_replays, LEFT_ALONE),
            )
        )

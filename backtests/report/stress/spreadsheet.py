"""``stress.csv``: every figure of a stress test in one table, a row a shock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from backtests.analysis.stress import NodeMove, Recovery, Returns, ShockMap, Stress
from data.spreadsheet import write_csv

Row = Mapping[str, str | float | None]


def write_stress_csv(path: Path, stress: Stress) -> None:
    """Write replays, scenarios, shocks, maps, break-evens and the withheld tax.

    Columns that a kind does not have are empty. Moves of yields are in basis points by maturity,
    returns and moves of equity and of the dollar are fractions.

    Parameters
    ----------
    path
        The file.
    stress
        What is written.
    """
    moves = [f"yield_{each.maturity:g}y_bp" for each in stress.curve]
    columns = [
        "kind", "name", "stage", "months", "start", "end", *moves, "equity_move", "dollar_move",
        "portfolio", "equity", "bills", "hedge", "hedge_approximate", "portfolio_then",
        "equity_then", "bills_then", "hedge_then", "recovery_months_portfolio",
        "recovery_months_bills", "recovery_months_hedge",
    ]  # fmt: skip
    # Months are whole and may be missing: without a type of their own they would be written 3.0.
    frame = pd.DataFrame(list(_rows(stress)), columns=columns)
    whole = ["months", *(name for name in columns if name.startswith("recovery_"))]
    write_csv(frame.astype(dict.fromkeys(whole, "Int64")), path)


def _rows(stress: Stress) -> Iterator[Row]:
    for replay in stress.replays:
        yield {
            "kind": "replay",
            "name": replay.name,
            "start": replay.start,
            "end": replay.end,
            "equity_move": replay.equity_move,
            "dollar_move": replay.dollar_move,
            **_moves(replay.moves),
            **_returns(replay.now),
            **_returns(replay.then, "_then"),
            **_recovery(replay.recovery),
        }
    for scenario in stress.scenarios:
        for stage in scenario.stages:
            yield {
                "kind": "scenario",
                "name": scenario.name,
                "stage": stage.words,
                "months": stage.months,
                **_moves(stage.moves),
                **_returns(stage.returns),
                **_recovery(stage.recovery),
            }
    for kind, shocks in (
        ("parallel", stress.parallels),
        ("twist", stress.twists),
        ("dollar", stress.dollars),
    ):
        for shock in shocks:
            yield {
                "kind": kind,
                "name": shock.name,
                "equity_move": shock.equity,
                "dollar_move": shock.dollar if stress.investor is not None else None,
                "hedge_approximate": shock.approximate,
                **_moves(shock.moves),
                **_returns(shock.returns),
                **_recovery(shock.recovery),
            }
    every = [f"yield_{each.maturity:g}y_bp" for each in stress.curve]
    yield from _cells("yields and equity", stress.yields_by_equity, every)
    if stress.dollar_by_equity is not None:
        yield from _cells("dollar and equity", stress.dollar_by_equity, ["dollar_move"])
    for even in stress.break_evens:
        yield {
            "kind": "break-even",
            "months": even.months,
            **dict.fromkeys(every, even.bp),
            "bills": even.bills,
            "hedge": even.hedge,
        }
    if stress.withheld is not None:
        tax = stress.withheld
        name = f"{100.0 * tax.rate:g} % of coupons withheld"
        effects: tuple[Row, ...] = (
            {"stage": "price, at once", "portfolio": tax.portfolio_price, "hedge": tax.price},
            {
                "stage": "coupons, a year",
                "months": 12,
                "portfolio": tax.portfolio_a_year,
                "hedge": tax.a_year,
            },
            {"stage": "coupons, all of them", "hedge": tax.coupons_lost},
        )
        for effect in effects:
            yield {"kind": "withheld", "name": name, **effect}


def _moves(moves: Sequence[NodeMove]) -> Row:
    return {f"yield_{move.maturity:g}y_bp": move.bp for move in moves}


def _returns(returns: Returns, ending: str = "") -> Row:
    return {
        f"portfolio{ending}": returns.portfolio,
        f"equity{ending}": returns.equity,
        f"bills{ending}": returns.bills,
        f"hedge{ending}": returns.hedge,
    }


def _recovery(recovery: Recovery) -> Row:
    return {
        "recovery_months_portfolio": recovery.portfolio,
        "recovery_months_bills": recovery.bills,
        "recovery_months_hedge": recovery.hedge,
    }


def _cells(kind: str, drawn: ShockMap, moved: Sequence[str]) -> Iterator[Row]:
    """Each cell of a map; ``moved`` are the columns that its row moves."""
    for row, own, instead in zip(drawn.rows, drawn.portfolio, drawn.bills, strict=True):
        for column, portfolio, bills in zip(drawn.columns, own, instead, strict=True):
            yield {
                "kind": kind,
                **dict.fromkeys(moved, row),
                "equity_move": column,
                "portfolio": portfolio,
                "bills": bills,
            }

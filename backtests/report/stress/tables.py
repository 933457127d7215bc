"""Tables of a stress test."""

from __future__ import annotations

from collections.abc import Sequence

from backtests.analysis.stress import NodeMove, Recovery, Replay, Returns, Shock, Stress
from backtests.report.page import Cell, Grid
from backtests.report.stress.details import (
    leg_words,
    remarks,
)
from backtests.report.stress.names import (
    HYPHEN,
    Column,
    bills_of,
    cash_of,
    columns_of,
    dated_name,
    difference_of,
    falls_of,
    floored_text,
    hedge_of,
    is_all_equity,
    is_mixed,
    maturity_text,
    months_text,
    moved_of,
    points,
    rise,
    rows_text,
    shown_moves,
)
from backtests.report.text import basis, capital, difference, percent, two_digits

EVEN = 5e-5  # a fraction: a difference below half a hundredth of a percent has no tone


def replays_grid(stress: Stress) -> Grid:
    """Replay x portfolio: what each would make now, beside what it made then."""
    shown, hedge = columns_of(stress), hedge_of(stress)
    heads = ["Fall", *_heads(shown, hedge)]
    if hedge:
        heads.append(f"{capital(hedge)} then")
    if not is_all_equity(stress):
        heads += [f"{shown[0].name} then", "Months to recover"]
    rows, mixed = [], is_mixed(stress.replays)
    for replay in stress.replays:
        row = [_name_cell(replay, mixed=mixed), *_cells(replay.now, shown, hedge)]
        if hedge:
            row.append(_percent_cell(replay.then.hedge))
        if not is_all_equity(stress):
            row += [_percent_cell(replay.then.portfolio), _recovery_cell(replay.recovery, hedge)]
        rows.append(row)
    count, falls = len(stress.replays), len(falls_of(stress))
    named = "1 replay" if count == 1 else f"{count} replays"
    if not mixed:
        named += f" {rows_text(stress.replays)}"
    counted = "" if falls == count else f", of which {falls} count as falls of their own"
    return Grid(
        heads,
        rows,
        caption=f"{named}{counted}.",
        wide=True,
        kind="replays",
    )


def _name_cell(replay: Replay, *, mixed: bool) -> Cell:
    """Its name; of which rows it is, where that is not the same for all."""
    return Cell(dated_name(replay), _place(replay), basis(daily=replay.daily) if mixed else "")


def _place(replay: Replay) -> int:
    """Where a replay stands in time: a number that grows with its first day."""
    return int(replay.start.replace("-", ""))


def _heads(shown: Sequence[Column], hedge: str) -> list[str]:
    """What is held, what bills would make, the difference, equity, and the hedge alone."""
    heads = [each.name for each in shown]
    if hedge:
        heads.insert(2, "Difference, points")
        heads.append(f"{capital(hedge)} alone")
    return heads


def _cells(returns: Returns, shown: Sequence[Column], hedge: str) -> list[Cell]:
    cells = [_percent_cell(each.of(returns)) for each in shown]
    if hedge:
        cells.insert(2, _difference_cell(difference_of(returns)))
        cells.append(_percent_cell(returns.hedge))
    return cells


def _percent_cell(value: float | None) -> Cell:
    return Cell(percent(value), "" if value is None else value)


def _difference_cell(value: float) -> Cell:
    """Percentage points with their sign, in the colour of the outcome."""
    tone = "" if abs(value) < EVEN else "good" if value > 0.0 else "bad"
    return Cell(points(value, 2), value, tone=tone)


def _recovery_cell(recovery: Recovery, hedge: str) -> Cell:
    sort = "" if recovery.portfolio is None else float(recovery.portfolio)
    return Cell(months_text(recovery.portfolio), sort, months_text(recovery.bills) if hedge else "")


def moves_grid(stress: Stress) -> Grid:
    """What moved in each replay: yields in basis points, equity, abroad the dollar."""
    nodes = shown_moves(stress.replays[0].moves) if stress.replays else []
    shown = [move.maturity for move in nodes]
    abroad = stress.investor is not None
    heads = [
        "Fall",
        "From the first to the last row",
        "Days",
        *(f"{maturity_text(each)}, bp" for each in shown),
        "US equity",
    ]
    heads += [*(["Dollar"] if abroad else []), "Source", "Remarks"]
    rows, mixed = [], is_mixed(stress.replays)
    for replay in stress.replays:
        row = [
            _name_cell(replay, mixed=mixed),
            Cell(f"{replay.start} to {replay.end}".replace("-", HYPHEN), _place(replay)),
            Cell(f"{replay.days:,}", replay.days),
            *(_move_cell(_at(replay.moves, each)) for each in shown),
            Cell(percent(replay.equity_move), replay.equity_move),
        ]
        if abroad:
            row.append(_percent_cell(replay.dollar_move))
        row += [Cell(replay.source, tone="text"), Cell("; ".join(remarks(replay)), tone="text")]
        rows.append(row)
    return Grid(
        heads,
        rows,
        wide=True,
        kind="moves",
    )


def _at(moves: Sequence[NodeMove], maturity: float) -> NodeMove | None:
    return next((move for move in moves if move.maturity == maturity), None)


def _move_cell(move: NodeMove | None) -> Cell:
    """A move of a yield; in small print the maturity that it was taken from, if another."""
    if move is None:
        return Cell("-", "")
    taken = "" if move.taken_from == move.maturity else f"as {maturity_text(move.taken_from)}"
    return Cell(difference(move.bp, 0), move.bp, taken)


def scenarios_grid(stress: Stress) -> Grid:
    """Scenario x stage x portfolio."""
    shown, hedge = columns_of(stress), hedge_of(stress)
    recovery = [] if is_all_equity(stress) else ["Months to recover"]
    heads = ["Scenario", "After", *_heads(shown, hedge), *recovery, "What moves"]
    rows = []
    for number, scenario in enumerate(stress.scenarios):
        for stage in scenario.stages:
            rows.append(
                [
                    Cell(scenario.name, number),
                    Cell("at once" if not stage.months else f"{stage.months} months", stage.months),
                    *_cells(stage.returns, shown, hedge),
                    *([] if is_all_equity(stress) else [_recovery_cell(stage.recovery, hedge)]),
                    Cell(capital(stage.words), tone="text"),
                ]
            )
    count = len(stress.scenarios)
    return Grid(
        heads,
        rows,
        caption=f"{count} scenario{'' if count == 1 else 's'}",
        wide=True,
        kind="scenarios",
    )


def shocks_grid(stress: Stress, shocks: Sequence[Shock], name: str) -> Grid:
    """Shocks of one kind x portfolio, with the check by duration and convexity.

    Parameters
    ----------
    stress
        Of which they are.
    shocks
        In the order wanted.
    name
        What they are, as the head of the first column.
    """
    hedge = hedge_of(stress)
    moves_equity = any(shock.equity or shock.dollar for shock in shocks)
    shown = [each for each in columns_of(stress) if each.key != "equity" or moves_equity]
    checked = any(shock.approximate for shock in shocks)  # 0 where no yield moves
    recovers = not is_all_equity(stress)
    heads = [name, *_heads(shown, hedge)]
    heads += [
        *(["By duration and convexity"] if checked else []),
        *(["Months to recover"] if recovers else []),
        "What moves",
    ]
    rows = []
    for number, shock in enumerate(shocks):
        told = "; ".join(filter(None, [shock.words, floored_text(shock.moves)]))
        row = [Cell(shock.name, number), *_cells(shock.returns, shown, hedge)]
        if checked:
            row.append(_percent_cell(shock.approximate))
        if recovers:
            row.append(_recovery_cell(shock.recovery, hedge))
        rows.append([*row, Cell(capital(told), tone="text")])
    return Grid(heads, rows, wide=True, kind="shocks")


def break_evens_grid(stress: Stress) -> Grid:
    """Horizon: the rise of yields at which the hedge only matches bills, and what both earn."""
    rows, moved = [], moved_of(stress) or hedge_of(stress)
    for each in stress.break_evens:
        told = "none within 10 points" if each.bp is None else f"{rise(each.bp)} points"
        rows.append(
            [
                Cell(f"{each.months} months", each.months),
                Cell(told, "" if each.bp is None else each.bp),
                _percent_cell(each.hedge),
                Cell(percent(each.bills), each.bills),
            ]
        )
    return Grid(
        ["Within", "Rise of yields", f"{capital(moved)}, unchanged yields",
         f"{capital(bills_of(stress))}, unchanged yields"],
        rows,
        caption="An even rise of all yields by the end of the horizon"
        f"{', in dollars' if stress.investor is not None else ''}.",
    )  # fmt: skip


def legs_grid(stress: Stress) -> Grid:
    """What is held, and what it stands for in a shock."""
    hedged = any(leg.hedged for leg in stress.legs)
    heads = ["Held", "Weight", "Yield", "Duration, years", "Convexity"]
    heads += [*(["Dollars sold forward"] if hedged else []), "In a shock"]
    rows = []
    for leg in stress.legs:
        name = cash_of(stress) if leg.role == "cash" else leg.ticker
        row = [
            Cell(name, small=leg.role if leg.role != "cash" else ""),
            _percent_cell(leg.weight),
            Cell("-" if leg.yield_ is None else f"{two_digits(leg.yield_)} %", _sort(leg.yield_)),
            Cell("-" if leg.duration is None else two_digits(leg.duration), _sort(leg.duration)),
            Cell("-" if leg.convexity is None else two_digits(leg.convexity), _sort(leg.convexity)),
        ]
        if hedged:
            row.append(_percent_cell(leg.hedged))
        rows.append([*row, Cell(leg_words(leg), tone="text")])
    return Grid(
        heads, rows, caption=f"On {stress.as_of}, prices of the day.", wide=True, kind="legs"
    )


def _sort(value: float | None) -> float | str:
    return "" if value is None else value


def curve_grid(stress: Stress) -> Grid:
    """Today's yields by maturity, with what bills and the investor's cash earn."""
    pairs = [(maturity_text(each.maturity), each.yield_) for each in stress.curve]
    pairs.append(
        ("bills earn" if stress.home_yield is None else "US bills earn", stress.bill_yield)
    )
    if stress.home_yield is not None:
        pairs.append((f"{cash_of(stress)} earns", stress.home_yield))
    return Grid(
        ["Maturity", *(name for name, _ in pairs)],
        [[Cell("Percent a year"), *(Cell(two_digits(value), value) for _, value in pairs)]],
        caption=f"Par yields of US Treasuries on {stress.curve_as_of}.",
        kind="curve",
    )

"""Charts of a stress test: the falls of history, and maps of two moves at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backtests.analysis.stress import Replay, ShockMap, Stress
from backtests.report.charts import hundredfold
from backtests.report.dot_rows import DotRow, Mark, dot_rows
from backtests.report.figures import Axis, Figure, Margin, Menu, chart
from backtests.report.hero import Hero
from backtests.report.hero_drawing import ON_PAGE, Drawing, Shape
from backtests.report.lettering import fit
from backtests.report.stress.names import (
    PortfolioKey,
    beats,
    cash_of,
    columns_of,
    count_text,
    dated_name,
    difference_of,
    differs_then,
    falls_of,
    hedge_of,
    one_digit,
    points,
    rows_text,
    years_text,
)
from backtests.report.text import capital, difference, percent, typeset
from backtests.report.traces import Numbers, cells

LEVELS, APART = 60.0, 20.0  # percent and points at the ends of the scales, the same on every page
TOLD_RISE, TOLD_DOLLAR, TOLD_EQUITY = 200.0, -0.2, -0.2  # the cell that a map's title tells
ROW = 26  # height of a row of a map, in pixels
LONGEST_NAME = 34  # characters of a fall's name in the picture
NOW = Mark("--portfolio", is_full=True)
THEN = Mark("--rest", is_full=False)
BILLS = Mark("--bills", is_full=True)
EQUITY = Mark("--equity", is_full=True)


def replays_picture(stress: Stress, shapes: Sequence[Shape] = ON_PAGE) -> Hero | None:
    """A row a fall, the costliest first: what is held, with bills, equity alone, and then.

    Parameters
    ----------
    stress
        What is shown.
    shapes
        Widths, of which a page shows one.

    Returns
    -------
    Hero or None
        None without a fall.
    """
    falls = sorted(falls_of(stress), key=lambda fall: (fall.now.portfolio, fall.start))
    if not falls:
        return None
    hedge = hedge_of(stress)
    ring = " Ring: the same holdings at the yields of that time." if differs_then(falls) else ""
    at_right = f" At the right: points more than {cash_of(stress)} would make." if hedge else ""
    return Hero(
        title=_finding(stress, falls),
        subtitle=f"Return of each of {len(falls)} falls, moved onto what is held and these yields; "
        f"{rows_text(falls)}. The costliest first.{ring}{at_right}",
        note="",
        told="; ".join(_told(fall, stress) for fall in falls),
        drawings=tuple(_drawing(stress, falls, shape) for shape in shapes),
        on_page=True,
    )


def _finding(stress: Stress, falls: Sequence[Replay]) -> str:
    hedge, cash = hedge_of(stress), cash_of(stress)
    if not hedge:
        return f"What is held would lose most in the fall of {years_text(falls[0])}"
    won = sum(beats(fall.now) for fall in falls)
    return f"{capital(hedge)} at these yields: more than {cash} in {count_text(won, len(falls))}"


def _told(fall: Replay, stress: Stress) -> str:
    made = ", ".join(f"{each.name} {percent(each.of(fall.now))}" for each in columns_of(stress))
    return (
        f"{fit(fall.name)}, {fall.start} to {fall.end}: {made}; at the yields of its time "
        f"{percent(fall.then.portfolio)}"
    )


def _drawing(stress: Stress, falls: Sequence[Replay], shape: Shape) -> Drawing:
    names = {each.key: each.name for each in columns_of(stress)}
    legend = [(NOW, names["portfolio"])]
    legend += [(THEN, "the same then")] if differs_then(falls) else []
    legend += [(BILLS, names["bills"])] if "bills" in names else []
    legend += [(EQUITY, names["equity"])] if "equity" in names else []
    rows = [_row(fall, stress, names, has_ring=differs_then(falls)) for fall in falls]
    return dot_rows(rows, legend, shape, f"over {cash_of(stress)}" if stress.hedge else "")


def _row(
    fall: Replay, stress: Stress, names: Mapping[PortfolioKey, str], *, has_ring: bool
) -> DotRow:
    now = fall.now
    dots = [(EQUITY, now.equity)] if "equity" in names and now.equity is not None else []
    dots += [(BILLS, now.bills)] if "bills" in names else []
    dots += [(NOW, now.portfolio), *([(THEN, fall.then.portfolio)] if has_ring else [])]
    apart = difference_of(now)
    role = "--worked" if beats(now) else "--lost" if round(apart, 4) < 0.0 else "--rest"
    return DotRow(
        typeset(_shortened(dated_name(fall))),
        tuple(dots),
        (now.bills, now.portfolio, role if stress.hedge else "--rest"),
        typeset(points(apart)) if stress.hedge else "",
        role if role != "--rest" else "--quiet",
    )


def _shortened(name: str) -> str:
    plain = fit(name)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1].rstrip()}…"


# Maps


def yields_map(stress: Stress) -> Figure | None:
    """Parallel moves of yields x moves of equity; None where yields move nothing that is held."""
    drawn = stress.yields_by_equity
    if not _moves(drawn):
        return None
    row, column = _nearest(drawn.rows, TOLD_RISE), _nearest(drawn.columns, TOLD_EQUITY)
    both = (
        f"Yields {difference(drawn.rows[row] / 100.0)} points and equity "
        f"{_whole(drawn.columns[column])} % at once"
    )
    return _map(
        "yields-by-equity",
        drawn,
        stress,
        [difference(bp, 0) for bp in drawn.rows],
        "yields, basis points",
        "yields %{y} bp",
        _title(both, drawn, row, column, stress),
    )


def dollar_map(stress: Stress) -> Figure | None:
    """Moves of the dollar x moves of equity; None in dollars."""
    drawn = stress.dollar_by_equity
    if drawn is None:
        return None
    row, column = _nearest(drawn.rows, TOLD_DOLLAR), _nearest(drawn.columns, TOLD_EQUITY)
    both = (
        f"The dollar {_whole(drawn.rows[row])} % and equity {_whole(drawn.columns[column])} % at "
        "once"
    )
    return _map(
        "dollar-by-equity",
        drawn,
        stress,
        [_whole(move) for move in drawn.rows],
        "dollar, %",
        "dollar %{y} %",
        _title(both, drawn, row, column, stress),
    )


def _moves(drawn: ShockMap) -> bool:
    """Whether the rows of a map differ."""
    return len({*drawn.portfolio, *drawn.bills}) > 1 and len(set(drawn.portfolio)) > 1


def _nearest(moves: Sequence[float], wanted: float) -> int:
    return min(range(len(moves)), key=lambda at: abs(moves[at] - wanted))


def _whole(move: float) -> str:
    """A move as whole percent with its sign."""
    return difference(100.0 * move, 0)


def _title(both: str, drawn: ShockMap, row: int, column: int, stress: Stress) -> str:
    own, instead = drawn.portfolio[row][column], drawn.bills[row][column]
    if not stress.hedge:
        return f"{both}: {one_digit(own)}"
    return f"{both}: {one_digit(own)}, with {cash_of(stress)} instead {one_digit(instead)}"


def _map(
    name: str,
    drawn: ShockMap,
    stress: Stress,
    rows: Sequence[str],
    y_title: str,
    hovered: str,
    title: str,
) -> Figure:
    """A map with a list of what it shows, its numbers in the cells, on scales that never change."""
    tables: dict[str, tuple[Sequence[Numbers], float]] = {}
    shown = {each.key: each.name for each in columns_of(stress)}
    tables[shown["portfolio"]] = drawn.portfolio, LEVELS
    if "bills" in shown:
        pairs = zip(drawn.portfolio, drawn.bills, strict=True)
        tables[shown["bills"]] = drawn.bills, LEVELS
        tables["Difference"] = (
            [[a - b for a, b in zip(*each, strict=True)] for each in pairs],
            APART,
        )
    equity = [_whole(move) for move in drawn.columns]
    traces = [
        cells(
            [hundredfold(row) for row in table],
            f"{hovered}, equity %{{x}} %: %{{customdata}}<extra></extra>",
            columns=equity,
            rows=rows,
            texts=[
                [_in_cell(value, is_difference=widest == APART) for value in row] for row in table
            ],
            facts=[
                [
                    f"{points(v, 2)} points" if widest == APART else percent(v)
                    for v in row
                    if v is not None
                ]
                for row in table
            ],
            limits=(-widest, widest),
            gap=1,
            bar=False,
        )
        for table, widest in tables.values()
    ]
    margin = Margin(left=60, bottom=48)
    scale = f"from -{LEVELS:g} to +{LEVELS:g} %"
    if "bills" in shown:
        scale += f", of the difference from -{APART:g} to +{APART:g} points"
    return chart(
        name,
        traces,
        x=Axis("equity, %", "category", grid=False),
        y=Axis(y_title, "category", grid=False),
        title=title,
        caption=f"Return of the portfolio, all moves at once, in percent. Colours run {scale}.",
        alt=f"Map of returns by {y_title} and equity, numbers in the cells",
        height=margin.top + margin.bottom + ROW * len(rows),
        margin=margin,
        menu=Menu(list(tables), list(tables)),
    )


def _in_cell(value: float | None, *, is_difference: bool) -> str:
    if value is None:
        return ""
    return points(value) if is_difference else f"{round(100.0 * value) + 0.0:.0f}"

"""Draw the map of the code from its own imports: ``python -m docs.house_map``.

A room is a group of modules; the floors are the layers that ``tests/test_layers.py`` checks. An
arrow means that a room imports another one; where a path of other arrows connects the two
already, it is left out.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "img" / "map.svg"
PACKAGES = ("data", "strategies", "backtests")


@dataclass(frozen=True)
class Room:
    """A group of modules on one floor: those whose longest matching prefix is in ``prefixes``."""

    name: str
    what: str
    prefixes: tuple[str, ...]


def _modules(package: str, names: str) -> tuple[str, ...]:
    return tuple(f"{package}.{name}" for name in names.split())


FLOORS: tuple[tuple[str, tuple[Room, ...]], ...] = (
    ("doors: parse, call a job, print", (
        Room(
            "run, today, cli",
            "a backtest, its hedge",
            ("backtests.run", "backtests.again", "backtests.today", "backtests.cli"),
        ),
        Room(
            "compare",
            "several runs",
            ("backtests.compare", "backtests.compared_runs", "backtests.own_settings"),
        ),
        Room("tune", "a search", ("backtests.tune",)),
        Room(
            "stress, claims",
            "shocks, the article",
            ("backtests.stress", "backtests.claims"),
        ),
        Room("app", "the lab", ("backtests.app",)),
        Room("cache, history", "cached prices", ("data.cache", "data.history")),
        Room("face/", "from Python", ("backtests.face",)),
    )),
    ("jobs: where a run, a search, the lab happen", (
        Room("jobs, pool", "execute, publish, many", ("backtests.jobs", "backtests.pool")),
        Room("tuning", "score, examine", ("backtests.tuning", "backtests.examination")),
        Room("lab/", "page, controls, cache", ("backtests.lab",)),
    )),
    ("report: records to files and pages, never simulates", (
        Room("verdict/", "words tables charts", ("backtests.report.verdict",)),
        Room("comparison/", "aligned runs, table", ("backtests.report.comparison",)),
        Room("tuning/", "pages of a search", ("backtests.report.tuning",)),
        Room("runs", "folders, index", _modules(
            "backtests.report", "folder manifest glance run_folder finished_run index index_rows "
            "index_cache index_page receipts program tearsheet console lab")),
        Room("stress/, claims/", "shocks, the article", (
            "backtests.report.stress", "backtests.report.claims")),
        Room("pages", "figures, tables, text", ("backtests.report",)),
    )),
    ("engine: weights to a simulation to a judged run", (
        Room("stress/", "shocks today", ("backtests.engine.stress",)),
        Room("claims/", "the article tried", ("backtests.engine.claims",)),
        Room("judge", "references", _modules("backtests.engine", "judge references")),
        Room("run", "Run, Summary", _modules(
            "backtests.engine", "run summary backtest sleeve")),
        Room("simulate", "ledger, vectorbt", ("backtests.engine",)),
        Room("config", "TOML, address", _modules(
            "backtests.engine", "config config_file address costs kinds")),
        Room("search", "sweep kernel, spaces", _modules(
            "backtests.engine", "search space sweep candidates scores cluster tuned together "
            "compiled_steps")),
    )),
    ("rules and pure analysis", (
        Room("strategies/", "one file a rule", ("strategies",)),
        Room("verdict", "record, crises, regimes", _modules(
            "backtests.analysis", "verdict record crises regimes holding hedge resampling "
            "cross_check comparison attribution")),
        Room("numbers", "the one list of metrics", ("backtests.analysis",)),
        Room("selection", "how far to trust the best", _modules(
            "backtests.analysis", "reliability overfitting selection superiority walkforward "
            "plateau lattice objective scores")),
    )),
    ("data: prices to a market", (
        Room("load", "one door to every source", _modules(
            "data", "load period background strictness")),
        Room("sources/", "Yahoo, FRED, files, snapshots", _modules(
            "data", "sources align stand_ins")),
        Room("checks/", "errors in what a source sends", (
            "data.checks", "data.sources.bars", "data.sources.chart")),
        Room("treasuries/", "bonds, curve, proxies", ("data.treasuries", "data.bundled")),
        Room("market", "frozen: prices, rates, origin", ("data",)),
    )),
)  # fmt: skip


def imports() -> dict[str, set[str]]:
    """Modules of the project that each module imports."""
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }
    named: dict[str, set[str]] = {}
    for module, path in paths.items():
        targets = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                targets |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
            elif isinstance(node, ast.Import):
                targets |= {name.name for name in node.names}
        named[module] = {target for target in targets if target in paths} - {module}
    return named


def room_of(module: str) -> Room:
    """The room that a module stands in."""
    fitting = [
        (len(prefix), room)
        for _, rooms in FLOORS
        for room in rooms
        for prefix in room.prefixes
        if module == prefix or module.startswith(f"{prefix}.")
    ]
    return max(fitting, key=lambda pair: pair[0])[1]


def arrows() -> set[tuple[Room, Room]]:
    """Which room imports which, without the pairs that a path of other arrows connects."""
    above: dict[Room, set[Room]] = {room: set() for _, rooms in FLOORS for room in rooms}
    packages = {"data", "strategies", "backtests", "backtests.report", "backtests.engine"}
    for module, targets in imports().items():
        if module == "backtests":  # hands on the names of the face, wherever they live
            continue
        for target in targets - packages:
            here, there = room_of(module), room_of(target)
            if here != there:
                above[here].add(there)

    def reached(start: Room, without: Room | None = None) -> set[Room]:
        seen: set[Room] = set()
        waiting = [room for room in above[start] if room != without]
        while waiting:
            room = waiting.pop()
            if room not in seen and room != start:
                seen.add(room)
                waiting += above[room]
        return seen

    return {
        (room, target)
        for room, targets in above.items()
        for target in targets
        if target not in reached(room, without=target)
    }


WIDTH, LEFT, HIGH, GAP = 1180, 20, 58, 44
STYLE = """
text { font-family: system-ui, 'Helvetica Neue', Arial, sans-serif; fill: #1b1f24; }
.name { font-size: 15px; font-weight: 600; } .what { font-size: 12px; fill: #57606a; }
.floor { font-size: 12px; fill: #57606a; } rect { fill: #fff; stroke: #8c959f; rx: 5; }
path { fill: none; stroke: #6e7781; stroke-width: 1.1; opacity: .55; }
""".strip()


def picture() -> str:
    """The map as SVG."""
    place: dict[Room, tuple[float, float, float]] = {}
    shapes = []
    row_height = HIGH + GAP + 20
    for level, (caption, rooms) in enumerate(FLOORS):
        y = 28 + level * row_height
        shapes.append(f'<text class="floor" x="{LEFT}" y="{y - 8}">{escape(caption)}</text>')
        wide = (WIDTH - 2 * LEFT - 22 * (len(rooms) - 1)) / len(rooms)
        for number, room in enumerate(rooms):
            x = LEFT + number * (wide + 22)
            place[room] = (x, y, wide)
            shapes += [
                f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{HIGH}"/>',
                f'<text class="name" x="{x + 12:.1f}" y="{y + 25}">{escape(room.name)}</text>',
                f'<text class="what" x="{x + 12:.1f}" y="{y + 44}">{escape(room.what)}</text>',
            ]
    lines = []
    order = {room: number for number, room in enumerate(place)}
    for here, there in sorted(arrows(), key=lambda pair: (order[pair[0]], order[pair[1]])):
        (x, y, wide), (to_x, to_y, to_wide) = place[here], place[there]
        lines.append(_line(x, y, wide, to_x, to_y, to_wide))
    height = 28 + len(FLOORS) * row_height - GAP
    marker = (
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" style="fill:#6e7781;stroke:none;opacity:1"/>'
        "</marker>"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" '
            'aria-label="Rooms of the code by floor, and which imports which">',
            f"<style>{STYLE}</style><defs>{marker}</defs>",
            f'<rect x="0" y="0" width="{WIDTH}" height="{height}" style="stroke:none"/>',
            *lines,
            *shapes,
            "</svg>",
            "",
        ]
    )


def _line(x: float, y: float, wide: float, to_x: float, to_y: float, to_wide: float) -> str:
    """An arrow from a room's lower edge to another one's upper edge, or to its side."""
    middle, to_middle = x + wide / 2, to_x + to_wide / 2
    if y == to_y:
        right = to_x > x
        start, end = (x + wide, to_x) if right else (x, to_x + to_wide)
        across = y + HIGH / 2
        if abs(end - start) < 40:
            return f'<path d="M{start:.1f} {across} {end:.1f} {across}" marker-end="url(#tip)"/>'
        start, end, edge = middle, to_middle, y + HIGH
        return (
            f'<path d="M{start:.1f} {edge} C{start:.1f} {edge + 24} {end:.1f} {edge + 24} '
            f'{end:.1f} {edge}" marker-end="url(#tip)"/>'
        )
    # Ends are spread along the edges towards each other, so that arrows do not share a point.
    lean = max(-0.36, min(0.36, (to_middle - middle) / WIDTH))
    start, end = middle + lean * wide, to_middle - lean * to_wide
    top, bottom = y + HIGH, to_y
    bend = (bottom - top) / 2
    return (
        f'<path d="M{start:.1f} {top} C{start:.1f} {top + bend:.1f} {end:.1f} '
        f'{bottom - bend:.1f} {end:.1f} {bottom}" marker-end="url(#tip)"/>'
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {len(arrows())} arrows\n")

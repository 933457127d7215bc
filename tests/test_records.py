"""Records inside: outside the doors nothing is an untyped mapping, by the syntax tree."""

from __future__ import annotations

import ast
import textwrap

import pytest

from tests.test_layers import modules

# Doors: what a command line, a page's controls or a protocol hands over has no type yet.
DOORS = {
    "backtests.compare": "options of the command line",
    "backtests.compared_runs": "options of the command line",
    "backtests.own_settings": "options of the command line",
    "backtests.app": "Streamlit's options",
    "backtests.cli": "options of the command line",
    "backtests.lab.state": "the lab's controls, as Streamlit keeps them",
    "backtests.lab.own_money": "the lab's controls of one's own money, as Streamlit keeps them",
    "backtests.lab.saving": "the message to the process that saves, and its answer",
    "backtests.lab.loopback": "messages of the server's protocol (ASGI)",
    "backtests.report.traces": "plotly's payloads, here and in figures.py alone",
}
MAPPINGS = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"}
UNTYPED = {"Any", "object"}


def untyped(source: str) -> list[int]:
    """Lines on which a mapping without a type for its values is named, aliases included."""
    tree = ast.parse(source)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    checked = set()
    for node in ast.walk(tree):  # isinstance(x, dict) asks, it declares nothing
        if isinstance(node, ast.Call) and _name(node.func) in ("isinstance", "issubclass"):
            checked |= {id(inner) for part in node.args for inner in ast.walk(part)}
        if isinstance(node, ast.ImportFrom | ast.Import):
            checked |= {id(inner) for inner in ast.walk(node)}
    lines = []
    subscripted = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "[" in node.value:
            try:
                inner = ast.parse(node.value, mode="eval")
            except (SyntaxError, ValueError):
                continue
            if isinstance(inner.body, ast.Subscript | ast.BinOp):
                lines += [node.lineno for part in ast.walk(inner) if _is_untyped(part)]
        elif _is_untyped(node):
            lines.append(node.lineno)
        elif _name(node) in MAPPINGS and isinstance(node, ast.Name | ast.Attribute):
            bare = id(node) not in subscripted | called | checked
            if bare and _is_annotation(tree, node):
                lines.append(node.lineno)
    return sorted(lines)


def _is_untyped(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Subscript) and _name(node.value) in MAPPINGS):
        return False
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return any(_name(part) in UNTYPED for value in inside[1:] for part in _alternatives(value))


def _alternatives(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_annotation(tree: ast.AST, wanted: ast.AST) -> bool:
    """Whether a name stands in an annotation, or is what an alias is made of."""
    for node in ast.walk(tree):
        parts = [
            getattr(node, "annotation", None),
            getattr(node, "returns", None),
            node.value if isinstance(node, ast.Assign) else None,
        ]
        for part in parts:
            if part is not None and (part is wanted or any(p is wanted for p in _union(part))):
                return True
    return False


def _union(node: ast.AST) -> list[ast.AST]:
    """A type and what its brackets and bars hold."""
    if isinstance(node, ast.Subscript):
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return [node.value, *(member for part in inside for member in _union(part))]
    return [
        member
        for part in _alternatives(node)
        for member in ([part] if part is node else _union(part))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "def f(x: dict[str, Any]) -> None: ...",
        "def f(x) -> Mapping[str, object]: ...",
        "x: dict[str, int | Any] = {}",
        "x: list[dict[str, Any]] = []",
        "x: 'dict[str, Any]' = {}",
        "def f(x: dict) -> None: ...",
        "def f(x) -> list[dict]: ...",
        "Record = dict[str, typing.Any]",
        "Record = dict",
        "class A:\n    x: collections.OrderedDict[str, Any]",
        "x = cast(dict[str, Any], y)",
    ],
)
def test_an_untyped_mapping_is_seen(line):
    assert untyped(textwrap.dedent(line)) != []


@pytest.mark.parametrize(
    "line",
    [
        "def f(x: dict[str, float]) -> Mapping[str, Value | None]: ...",
        "x = dict(y)",
        "ok = isinstance(x, dict)",
        "from collections.abc import Mapping",
        "def f(work: Callable[..., Any]) -> Any: ...",
        "text = 'dict[str, Any] is what is banned'",
    ],
)
def test_what_has_a_type_or_declares_nothing_passes(line):
    assert untyped(line) == []


def test_no_untyped_records_outside_the_doors():
    wrong = {
        name: lines
        for name, path in modules().items()
        if name not in DOORS and (lines := untyped(path.read_text("utf-8")))
    }
    assert wrong == {}


def test_every_door_still_needs_its_exemption():
    known = modules()
    for name in DOORS:
        assert untyped(known[name].read_text("utf-8")), f"{name} needs no exemption any more"

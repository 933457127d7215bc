"""Names say what they hold: words that fit anything live for three lines at most."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

VAGUE = {"one", "found", "known", "kept", "said"}
MOST_LINES = 3
PLACES = ("strategies", "data", "backtests", "tests", "docs")
Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def vague_names(text: str) -> list[str]:
    """Give ``name, lines a to b`` for every vague name that lives beyond three lines."""
    return sorted(_in_scope(ast.parse(text)))


def _in_scope(scope: ast.AST) -> Iterator[str]:
    """Look through one scope, and on its own through each within it."""
    lines: dict[str, list[int]] = defaultdict(list)
    todo = [(node, frozenset[str]()) for node in ast.iter_child_nodes(scope)]
    while todo:
        node, elsewhere = todo.pop()
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name in VAGUE:
                yield f"{node.name}, defined on line {node.lineno}"
            yield from _in_scope(node)
            continue
        if isinstance(node, ast.Lambda):
            yield from _in_scope(node)
            continue
        if isinstance(node, COMPREHENSIONS):  # a scope of its own, for what it counts through
            bound = {
                part.id
                for generator in node.generators
                for part in ast.walk(generator.target)
                if isinstance(part, ast.Name)
            }
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES:
                yield from (f"{name}, line {node.lineno}" for name in bound & VAGUE)
            elsewhere |= bound
        name = getattr(node, "id", "") or (node.arg if isinstance(node, ast.arg) else "")
        if name in VAGUE - elsewhere:
            lines[name].append(node.lineno)
        is_field = isinstance(scope, ast.ClassDef) and isinstance(node, ast.AnnAssign)
        if is_field and isinstance(node.target, ast.Name) and node.target.id in VAGUE:
            yield f"{node.target.id}, a field on line {node.lineno}"
            continue
        if isinstance(node, ast.Attribute) and node.attr in VAGUE:
            yield f"{node.attr}, an attribute on line {node.lineno}"
        todo += [(child, elsewhere) for child in ast.iter_child_nodes(node)]
    for name, numbers in lines.items():
        if max(numbers) - min(numbers) >= MOST_LINES:
            yield f"{name}, lines {min(numbers)} to {max(numbers)}"


@pytest.mark.parametrize("place", PLACES)
def test_vague_names_live_for_three_lines_at_most(place):
    files = sorted((ROOT / place).rglob("*.py"))
    assert files
    lines = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in files
        for line in vague_names(path.read_text("utf-8"))
    ]
    assert lines == []


def test_what_is_vague_is_seen_in_every_scope():
    text = "\n".join([
        "def read(kept):",  # a parameter, used five lines below
        "    found = 1",
        "    say(found)",
        "    a = 1",
        "    b = 2",
        "    say(kept)",
        "def said():",
        "    rows = [one for one in range(3)]",
        "    a = 1",
        "    b = 1",
        "    rows = [one for one in range(3)]",  # another scope, hence another name
        "class Answer:",
        "    known: bool",
    ])  # fmt: skip
    assert vague_names(text) == [
        "kept, lines 1 to 6", "known, a field on line 13", "said, defined on line 7",
    ]  # fmt: skip

"""docs/notebooks: executed anew they show what is committed, and hold nothing of where they ran."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest

from docs import notebook
from tests.conftest import ROOT

TEXT = notebook.NOTEBOOK.read_text("utf-8")
CELLS = json.loads(TEXT)["cells"]
BY_ID = {cell["id"]: cell for cell in CELLS}
MOST_BYTES = 300_000
PLACES = ("/work", "/tmp", "/home", "/root", "/usr", "/var")  # noqa: S108 - looked for, not used
# In a process of its own: what a notebook that is given by its path becomes.
RENEW = """
import pathlib, sys
from docs import notebook
print(notebook.renew_notebook(pathlib.Path(sys.argv[1]).read_text("utf-8")))
"""


def python(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own: a kernel's client is no guest for pytest's sockets."""
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=False, capture_output=True, text=True
    )


def outputs(cell: str) -> list[dict]:
    return BY_ID[cell]["outputs"]


def words(cell: str) -> str:
    """The text of the only HTML that a cell shows."""
    (output,) = outputs(cell)
    return unescape(re.sub(r"<[^>]+>", " ", "".join(output["data"]["text/html"])))


def prose(cell: str) -> str:
    return "".join(BY_ID[cell]["source"])


def test_executed_anew_it_is_the_same_to_the_byte(tmp_path):
    done = python("-m", "docs.notebook", notebook.NOTEBOOK.name, "--to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    anew = (tmp_path / notebook.NOTEBOOK.name).read_text("utf-8")
    for before, after in zip(CELLS, json.loads(anew)["cells"], strict=True):
        assert before == after, f"cell {before['id']}: make notebook"
    assert anew == TEXT


def test_it_is_small_and_whole():
    assert len(TEXT.encode()) < MOST_BYTES
    nbformat.validate(nbformat.reads(TEXT, as_version=4))
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert sum(bool(cell["outputs"]) for cell in code) >= 6
    kinds = {kind for cell in code for out in cell["outputs"] for kind in out.get("data", {})}
    assert kinds == {"text/plain", "text/html", notebook.PLOTLY}


def test_it_holds_no_script_and_nothing_of_where_it_ran():
    for text in (TEXT, *notebook.texts_of(TEXT)):
        assert "<script" not in text.casefold()
        assert not re.search(r"https?://(?!www\.w3\.org/)", text)
        for place in (*PLACES, str(ROOT), sys.prefix):
            assert place not in text
    # No stream: neither a warning nor a step that takes long.
    assert not [out for cell in CELLS for out in cell.get("outputs", ()) if "name" in out]
    assert json.loads(TEXT)["metadata"] == notebook.METADATA
    assert [cell["metadata"] for cell in CELLS if cell["metadata"]] == []


def test_its_words_are_those_of_the_verdicts():
    run, tilt = (" ".join(words(name).split()) for name in ("run", "tilt"))
    headline = (
        "Treasuries protected better than cash from 2000 to 2022, on balance not before or since"
    )
    assert f"60 % SPY, 40 % IEF: {headline} It depended It cut the deepest fall" in run
    assert prose("reading").startswith("**It depended**")
    assert "in one episode (2000-12 to 2022-08)" in run
    assert "So few changes of regime cannot prove it" in run
    assert tilt.startswith(f"{headline} It depended ")
    assert "Its verdict is nearly that of the mix" in prose("end")
    rows = " ".join(words("compared").split())
    assert rows.count(" noise ") == 3  # a heading and both differences
    assert "are **noise**" in prose("end")
    (table,) = (output["data"]["text/plain"] for output in outputs("records"))
    after = [line.split()[-3:] for line in "".join(table).splitlines()[1:]]
    (negative, low, _), (positive, _, high) = (map(float, row) for row in after)
    assert high < 0 < low  # it works after one sign and fails after the other
    assert f"Treasuries made {negative:.1f} % a month more than bills" in prose("reading")
    assert f"after they had moved together, {-positive:.1f} % less" in prose("reading")
    # Growth against bills: its interval is not below zero, as "what they did bring is growth" says.
    cost = run.partition("points of growth a year")[2]
    (low, high) = re.findall(r"difference \+\d\S+ \((\S+) to (\S+)\)", cost)[0]
    assert 0 <= float(low) < float(high)


CASES = {
    "warning": ("import warnings; warnings.warn('odd')", "a cell writes to stderr"),
    "error": ("1 / 0", "ZeroDivisionError"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_cell_that_warns_or_fails_is_not_written(case, tmp_path):
    code, message = CASES[case]
    cell = nbformat.v4.new_code_cell(code)
    path = tmp_path / "wrong.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])), "utf-8")
    done = python("-c", RENEW, str(path))
    assert done.returncode == 1
    assert message in done.stderr


def test_the_notebooks_folder_has_no_other_files():
    assert [path.name for path in Path(notebook.NOTEBOOK).parent.iterdir()
            if not path.name.startswith(".")] == [notebook.NOTEBOOK.name]  # fmt: skip

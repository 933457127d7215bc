"""Run the documents that show outputs again: ``python -m docs.notebook`` (``make notebook``).

``docs/notebooks/first_steps.ipynb`` is executed by a kernel of this Python, the examples of
``docs/python.md`` by one script, each in an empty folder and without a server to ask for prices.
The same code gives the same bytes: nothing of the machine or the clock stays in them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "python.md"
NOTEBOOK = ROOT / "docs" / "notebooks" / "first_steps.ipynb"

NOBODY = "http://127.0.0.1:1"  # an address at which no server answers
SECONDS = 1500.0  # a limit for a process that hangs; long enough for a busy machine
# An example and its printed output, if any.
EXAMPLE = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:```text\n(?P<shown>.*?)^```\n)?", re.DOTALL | re.MULTILINE
)
FILE = re.compile(r"# (?P<name>\w+\.py)\n")  # the first line of an example that is also a file
END = "\x1e"  # printed after each example
PLOTLY = "application/vnd.plotly.v1+json"
INSTEAD = "(An interactive chart: JupyterLab and VS Code draw it here.)"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def environment(folder: Path, server: str = NOBODY) -> dict[str, str]:
    """The variables of a process that reads none of the user's settings, snapshots and results."""
    others = {
        name: value
        for name, value in os.environ.items()
        # A library loaded in this process may have set matplotlib's backend.
        if not name.startswith("HEDGE_") and name != "MPLBACKEND"
    }
    own = folder / "settings"
    return {
        **others,
        "HEDGE_YAHOO_URL": server,
        "HEDGE_FRED_URL": server,
        "HEDGE_DATA_DIR": str(own / "prices"),
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTER_CONFIG_DIR": str(own / "jupyter"),
        "PLOTLY_RENDERER": "plotly_mimetype",  # the figure alone, without its 5 MB of script
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": str(ROOT),
    }


# The page


def printed(page: str, folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Run the examples of a page in order, as one script, and return what each prints.

    Parameters
    ----------
    page
        Markdown; an example that begins with a comment like ``# my_rule.py`` is written as that
        file too.
    folder
        Where they run and write.
    variables
        The environment.

    Raises
    ------
    RuntimeError
        If one fails.
    """
    examples = [example["code"] for example in EXAMPLE.finditer(page)]
    for code in examples:
        named = FILE.match(code)
        if named:
            (folder / named["name"]).write_text(code, "utf-8")
    with tempfile.TemporaryDirectory() as place:
        script = Path(place) / "script.py"
        script.write_text(f'print("{END}", end="")\n'.join([*examples, ""]), "utf-8")
        done = subprocess.run(  # noqa: S603 - the examples of our own page
            [sys.executable, str(script)], cwd=folder, env=dict(variables), check=False,
            capture_output=True, encoding="utf-8", timeout=SECONDS,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"an example of the page fails:\n{done.stdout}\n{done.stderr}")
    return done.stdout.split(END)[:-1]


def renewed(page: str, outputs: list[str]) -> str:
    """Put what each example prints below it, and nothing below an example that prints nothing."""
    rest = iter(outputs)

    def block(example: re.Match[str]) -> str:
        output = next(rest)
        text = "\n".join(line.rstrip() for line in output.splitlines())
        return f"```python\n{example['code']}```\n" + (f"```text\n{text}\n```\n" if text else "")

    return EXAMPLE.sub(block, page)


# The notebook


def executed(text: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Execute a notebook and return it with its outputs, without any trace of where and when.

    Parameters
    ----------
    text
        The notebook as JSON.
    folder
        Where its cells run; its path is short, since sockets are named below it.
    variables
        The environment.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    RuntimeError
        If one writes to stderr: a warning, or a step that takes long.
    """
    import nbformat
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=words, display_name=kernel_name, language="python")

    notebook = nbformat.reads(text, as_version=4)
    settings = folder / "settings"
    work = folder / "work"
    for place in (settings, work):
        place.mkdir()
    kernel = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=ThisPython(),
        connection_file=str(settings / "kernel.json"),
    )
    if os.name == "posix":  # no port that another process could take meanwhile
        kernel.transport, kernel.ip = "ipc", str(settings / "k")
    NotebookClient(
        notebook,
        km=kernel,
        timeout=SECONDS,
        startup_timeout=SECONDS,
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(work)}},
    ).execute(env=dict(variables), cleanup_kc=True)
    notebook.metadata = nbformat.from_dict(METADATA)
    numbers = count(1)
    for cell in notebook.cells:
        cell.metadata = nbformat.NotebookNode()
        if cell.cell_type != "code":
            continue
        cell.execution_count = next(numbers)
        for output in cell.outputs:
            if output.get("name") == "stderr":
                raise RuntimeError(f"a cell writes to stderr:\n{cell.source}\n{output.text}")
            if "execution_count" in output:
                output.execution_count = cell.execution_count
            if "data" in output:
                _tidy(output.data)
    return nbformat.writes(notebook, version=4) + "\n"


def _tidy(data: dict[str, Any]) -> None:
    """Remove the address of plotly from a chart, and set the text shown where none is drawn."""
    if PLOTLY in data:
        data[PLOTLY].pop("config", None)
        data["text/plain"] = INSTEAD


# Both


def renew_page(text: str) -> str:
    """A page with the current outputs of its examples."""
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        work = Path(scratch) / "work"
        work.mkdir()
        return renewed(text, printed(text, work, environment(Path(scratch))))


def renew_notebook(text: str) -> str:
    """A notebook with the current outputs of its cells."""
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        return executed(text, Path(scratch), environment(Path(scratch)))


DOCUMENTS: dict[Path, Callable[[str], str]] = {PAGE: renew_page, NOTEBOOK: renew_notebook}


def texts_of(notebook: str) -> Iterator[str]:
    """Every text that the outputs of a notebook show, of any kind."""
    for cell in json.loads(notebook)["cells"]:
        for output in cell.get("outputs", ()):
            for shown in ({"text": output.get("text", "")}, output.get("data", {})):
                for text in shown.values():
                    yield "".join(text) if isinstance(text, list) else json.dumps(text)


def main() -> None:
    """Write the documents with their current outputs."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [path.name for path in DOCUMENTS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {names}; all unless given")
    parser.add_argument("--to", type=Path, help="a folder to write them to; in place unless given")
    asked = parser.parse_args()
    for path, renew in DOCUMENTS.items():
        if not asked.names or path.name in asked.names:
            text = renew(path.read_text("utf-8"))
            place = path if asked.to is None else asked.to / path.name
            place.write_text(text, "utf-8")
            print(f"{place.name}: {len(text.encode()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()

"""With what a result was made: versions of Python, of libraries and of this project."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
import shutil
import subprocess
from pathlib import Path

LIBRARIES = ("vectorbt", "vectorbt-rust", "yfinance", "pandas", "numpy", "scipy", "quantstats",
             "arch", "plotly", "pyxirr")  # fmt: skip


def versions() -> dict[str, str | None]:
    """Versions of Python, the libraries that make numbers, and this project's commit."""
    used: dict[str, str | None] = {"python": platform.python_version()}
    for library in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            used[library] = importlib.metadata.version(library)
    used["commit"] = _commit()
    return used


def _commit() -> str | None:
    """Name the checked-out commit (``+changes``: files differ), or None outside a checkout."""
    git = shutil.which("git")
    root = Path(__file__).parents[2]
    if git is None or not (root / ".git").exists():
        return None

    def ask(*words: str) -> str:
        answer = subprocess.run(  # noqa: S603 - fixed words, no shell
            [git, "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=10
        )
        return answer.stdout.strip()

    try:
        changed = ask("status", "--porcelain", "--untracked-files=no")
        return ask("rev-parse", "HEAD") + ("+changes" if changed else "")
    except (subprocess.SubprocessError, OSError):
        return None

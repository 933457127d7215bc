"""Take the README's pictures with headless Chromium: ``make pictures``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--virtual-time-budget=8000")  # fmt: skip


def take(page: Path, picture: Path, width: int, height: int) -> None:
    """Photograph a page, from its top, at a window size in pixels."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("chromium is not installed; install it and run make pictures again")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - fixed words, no shell
            [browser, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}",
             f"--screenshot={picture}", page.resolve().as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def main() -> None:
    """Take the pictures of the newest hedge_mix run."""
    for page, height in (("verdict", 1520), ("tearsheet", 1150)):
        found = sorted(
            (ROOT / "results").glob(f"hedge_mix-*/{page}.html"), key=lambda one: one.stat().st_mtime
        )
        if not found:
            sys.exit(f"no {page}.html under results/; run make run first")
        take(found[-1], ROOT / "docs" / "img" / f"{page}.png", 1100, height)


if __name__ == "__main__":
    main()

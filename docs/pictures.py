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
         "--disable-sync")  # fmt: skip


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
    """Take the picture of the newest hedge_mix tear sheet."""
    sheets = sorted(
        (ROOT / "results").glob("hedge_mix-*/tearsheet.html"), key=lambda page: page.stat().st_mtime
    )
    if not sheets:
        sys.exit("no tear sheet under results/; run make run first")
    take(sheets[-1], ROOT / "docs" / "img" / "tearsheet.png", 1100, 1150)


if __name__ == "__main__":
    main()

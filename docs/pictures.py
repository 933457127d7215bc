"""Take the README's pictures with headless Chromium: ``make pictures``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--virtual-time-budget=8000")  # fmt: skip


def take(page: Path, picture: Path, width: int, height: int) -> None:
    """Take a picture of the top of a page, at a window size in pixels."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("chromium is not installed; install it and run make pictures again")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - fixed words, no shell
            [browser, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}",
             f"--screenshot={picture}", page.resolve().as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def take_lab(picture: Path) -> None:
    """Take a picture of the lab once its server has finished drawing."""
    from tests.browser import chromium, resize
    from tests.lab_server import lab_server, settled

    with tempfile.TemporaryDirectory() as out, lab_server(Path(out) / "results") as (address, _):
        query = urlencode({"strategy": "hedge_mix", "source": "bundled", "start": "1973-01-31"})
        with chromium() as driver:
            resize(driver, 1180, 1180)
            driver.get(f"{address}/?{query}")
            settled(driver)
            time.sleep(3.0)  # charts are drawn after the numbers
            driver.save_screenshot(str(picture))


RUN = ("backtests.run", "hedge_mix")
YEN = (*RUN, "--currency", "JPY")
COMPARE = ("backtests.compare", "hedge_mix", "hedge_mix:SPY=0.7,TLT=0.3",
           "attack_defend:step_bp=25", "equity_only")  # fmt: skip
STRESS = ("backtests.stress", "hedge_mix")
CLAIMS = ("backtests.claims",)
TUNE = ("backtests.tune", "hedge_mix", "--assets", "SPY,SHY,IEF,TLT", "--step", "0.05")
PICTURES = (
    ("verdict", RUN, "hedge_mix-*/verdict.html", 1240, 1000),
    ("which-hedge", YEN, "hedge_mix-*/which-hedge.html", 1150, 1000),
    ("stress", STRESS, "stress-*/stress.html", 1240, 1000),
    ("claims", CLAIMS, "claims-*/claims.html", 1300, 1000),
    ("tearsheet", RUN, "hedge_mix-*/tearsheet.html", 1150, 1100),
    ("comparison", COMPARE, "compare-*/index.html", 1500, 1440),
    ("tuning", TUNE, "tune-*/index.html", 1500, 1100),
)


def main() -> None:
    """Run the commands on the bundled history and take pictures of their pages."""
    for name, words, pattern, height, width in PICTURES:
        with tempfile.TemporaryDirectory() as out:
            subprocess.run(  # noqa: S603 - fixed words, no shell
                [sys.executable, "-m", *words, "--source", "bundled", "--out", f"{out}/results"],
                check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            (page,) = Path(out, "results").glob(pattern)
            take(page, ROOT / "docs" / "img" / f"{name}.png", width, height)
    take_lab(ROOT / "docs" / "img" / "lab.png")


if __name__ == "__main__":
    main()

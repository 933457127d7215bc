"""Two sessions of the lab at once: ``python -m tests.benchmarks.lab_sessions``.

One does the most that its bounds allow: fifty tickers of sixty daily years from a folder, a slider
that sweeps, a saved run with its tear sheet. The other moves a slider of the default mix, and has
to have its answer within two seconds. Both speak to a real server over its websocket. A busy
machine makes both slower: the ratio to an answer without the other session is printed as well.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.engine.address import MOST_IN_LINK
from tests.lab_server import lab_server
from tests.lab_session import Visitor, link

BAR = 2.0
NAMES = [f"T{number}" for number in range(MOST_IN_LINK)]


def write_folder(folder: Path) -> None:
    """Write random prices of weekdays from 1962 to 2025, and bills of 3 %."""
    folder.mkdir()
    days = pd.bdate_range("1962-01-02", "2025-12-30")
    for number, name in enumerate(NAMES):
        moves = np.random.default_rng(number).normal(0.0003, 0.01, len(days))
        level = 100.0 * np.exp(np.cumsum(moves))
        pd.DataFrame({"Date": days.strftime("%Y-%m-%d"), "Adj Close": level.round(4)}).to_csv(
            folder / f"{name}.csv", index=False
        )


def main() -> None:
    """Measure the light session alone, then beside each kind of work of the heavy one."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "prices"
        write_folder(folder)
        with lab_server(Path(place) / "results") as (address, _):
            light = Visitor(address)
            light.ask(link(strategy="hedge_mix", source="bundled"))
            positions = count(40)

            def move() -> float:
                return light.ask(**{"weight.SPY": float(next(positions) % 60)})[0]

            move()
            alone = statistics.median(move() for _ in range(10))
            print(f"light session alone: median {alone:.2f} s")
            heavy = Visitor(address)
            weights = ",".join(f"{name}=0.02" for name in NAMES)
            start = link(strategy="hedge_mix", source=f"files:{folder}", set__weights=weights)
            works = {
                "loading": lambda: heavy.ask(start),
                "sweeping": lambda: [heavy.ask(**{"weight.T0": float(at)}) for at in range(4)],
                "saving": lambda: heavy.ask(save=True),
            }
            for name, work in works.items():
                took = beside(work, move)
                within = sum(each <= BAR for each in took)
                print(
                    f"beside {name}: median {statistics.median(took):.2f} s, "
                    f"worst {max(took):.2f} s ({max(took) / alone:.1f} times alone), "
                    f"{within} of {len(took)} within {BAR:g} s"
                )


def beside(work, move) -> list[float]:
    """Move a slider again and again while another session's work lasts."""
    thread = threading.Thread(target=work)
    thread.start()
    took = []
    while thread.is_alive():
        took.append(move())
        time.sleep(0.1)
    return took


if __name__ == "__main__":
    main()

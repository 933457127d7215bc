"""Fetch in one process after the other's fault and tell what each took.

``python -m tests.soak.peak PATIENCE {yahoo|fred}:NAME...`` prints a JSON line for each: seconds,
by how many MiB it raised the peak of resident memory, and the message. Names joined by ``+`` are
fetched at the same time, so that their waits pass together; each gets the memory of all.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from data.errors import HedgeError
from data.sources import fred, yahoo


def peak_mebibytes() -> float:
    """Peak resident memory of this process; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Warm up on a good series of each, then fetch the ones asked for."""
    patience, *names = sys.argv[1:]
    yahoo.PATIENCE_SECONDS = fred.PATIENCE_SECONDS = float(patience)
    yahoo.BACKOFF_SECONDS = fred.BACKOFF_SECONDS = 0.01
    fetch = {"yahoo": yahoo.fetch, "fred": fred.fetch}
    yahoo.fetch("IEF")
    fred.fetch("DTB3")

    def took(word: str, before: float) -> str:
        door, _, name = word.partition(":")
        began, outcome = time.monotonic(), "fine"
        try:
            fetch[door](name)
        except HedgeError as error:
            outcome = str(error)
        seconds, raised = time.monotonic() - began, peak_mebibytes() - before
        return json.dumps({"name": name, "seconds": seconds, "mebibytes": raised, "said": outcome})

    for words in names:
        together = words.split("+")
        with ThreadPoolExecutor(len(together)) as pool:
            for line in pool.map(took, together, [peak_mebibytes()] * len(together)):
                print(line)


if __name__ == "__main__":
    main()

"""Fetch in one process after the other's fault and tell what each took.

``python -m tests.soak.peak PATIENCE {yahoo|fred}:NAME...`` prints a JSON line for each: seconds,
by how many MiB it raised the peak of resident memory, and the message.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from data.errors import HedgeError
from data.sources import fred, yahoo


def peak_mebibytes() -> float:
    """Peak resident memory of this process; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Warm up on a good series of each, then fetch the ones asked for."""
    patience, *names = sys.argv[1:]
    yahoo.PATIENCE_SECONDS = fred.PATIENCE_SECONDS = float(patience)
    fetch = {"yahoo": yahoo.fetch, "fred": fred.fetch}
    yahoo.fetch("IEF")
    fred.fetch("DTB3")
    for each in names:
        door, _, name = each.partition(":")
        before, began, said = peak_mebibytes(), time.monotonic(), "fine"
        try:
            fetch[door](name)
        except HedgeError as error:
            said = str(error)
        took = {"seconds": time.monotonic() - began, "mebibytes": peak_mebibytes() - before}
        print(json.dumps({"name": name, **took, "said": said}))


if __name__ == "__main__":
    main()

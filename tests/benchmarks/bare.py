"""Whether a bare script simulates what a run here does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.benchmarks.figures import difference

COMPARED = "growth of mix and equity on every session from the first fill on"
WRITES = """
pd.concat({"strategy": mix, "benchmark": equity}, axis=1).to_csv(sys.argv[-1])
"""


def gap_to_bare(script: str, words: Sequence[str], results: Path, scratch: Path) -> float:
    """Largest difference of a run's values to those of a bare script, as :func:`difference`.

    Before its first fill a run earns bills, which the script does not; so both count from then on.

    Parameters
    ----------
    script
        Python that ends with Series ``mix`` and ``equity``; it is run once more, and writes them.
    words
        Its arguments.
    results
        Where the run wrote its only folder.
    scratch
        A folder for the script's values.
    """
    place = scratch / "bare.csv"
    command = [sys.executable, "-c", script + WRITES, *words, str(place)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = results.glob("*/equity.csv")
    return difference_of(
        *(pd.read_csv(each, index_col=0, parse_dates=True) for each in (path, place))
    )


def difference_of(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """The same of frames with columns ``strategy`` and ``benchmark``, first filled on row 1."""
    if not ours.index.equals(theirs.index):
        return 1.0
    columns = ["strategy", "benchmark"]
    return difference(*(
        (frame[columns].iloc[1:] / frame[columns].iloc[1]).to_numpy() for frame in (ours, theirs)
    ))  # fmt: skip

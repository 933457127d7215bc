"""Every fault of rates of exchange and short rates: refused, said, or too small to be seen."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from tests.soak import wrong_rates
from tests.soak.wrong_rates import AFTER, CLOCK, TAIL, WITHIN, good, of_short_rate, trial, tries

# What may pass unnoticed, by what is spoilt and how: the day from which (None: whenever it begins),
# and the largest error of a rate or of its change. Without a second series that says otherwise:
# dates that slipped less than three months ago, since Yahoo's are of another hour; a source that
# gives the close of a day for its beginning; figures of the last two or three days that a currency
# may have moved to (usual moves of these histories are 0.3 % a day).
MAY_BE_SILENT = {
    ("h10", "a session late", AFTER): 0.02,
    ("h10", "a session early", AFTER): 0.02,
    ("h10", "another currency's for a week", WITHIN): 0.03,  # the franc's beside Australia's
    ("pair", "a session late", AFTER): 0.02,
    ("pair", "a session late", TAIL): 0.02,
    ("pair", "a session early", None): 0.02,
    ("pair", "three percent too high", TAIL): 0.03,
    ("pair", "always the same", TAIL): 0.02,
    ("pair", "stale for three weeks", TAIL): 0.02,
    # Points: the last months alone.
    ("3m", "a fraction", "2026-07-01"): 0.4,
    ("3m", "a month late", "2026-07-01"): 0.04,
    ("3m", "a month early", "2026-07-01"): 0.04,
    ("3m", "always the same", "2026-07-01"): 0.04,
}


@pytest.fixture(autouse=True)
def october(monkeypatch):
    """The tables end months before."""
    monkeypatch.setattr("data.checks.exchange.now", lambda: CLOCK)


@pytest.mark.parametrize(
    ("code", "which", "again"),
    [("JPY", "h10", False), ("JPY", "pair", False), ("EUR", "h10", False), ("EUR", "3m", False),
     ("CHF", "h10", True), ("CHF", "pair", True), ("CHF", "3m", True)],
)  # fmt: skip
def test_no_fault_is_silent_that_figures_contradict(code, which, again):
    sound = None if which == "3m" else good(code)
    if sound is not None:  # good figures are taken without a word but the one about their tail
        assert [line for line in sound.usual if "check" in line] == []
    ends: Counter[str] = Counter()
    for name, spoil, since in tries(which):
        if sound is None:
            got = of_short_rate(code, spoil, since, again=again)
        else:
            got = trial(sound, which, spoil, since, again=again)
        ends[got.word] += 1
        if got.word == "silent":
            largest = [MAY_BE_SILENT.get((which, name, day), 0.0) for day in (since, None)]
            assert got.error < max(largest), (name, since, got)
    assert ends["refused"] > ends["silent"]
    if again and which != "pair":  # of H.10 and short rates a refetch finds everything
        assert ends["silent"] == 0


def test_the_judge_knows_a_silent_wrong_rate():
    sound = good("JPY")
    truth = sound.truths[0]
    day = truth.index[300]
    wrong = truth.copy()
    wrong[day] *= 1.01
    judged = wrong_rates.judge
    assert judged(sound, truth, []).word == "harmless"
    assert judged(sound, 1.01 * truth, []).word == "silent"  # a level alone
    assert judged(sound, wrong, []).word == "silent"
    assert judged(sound, wrong, [f"DEXJPUS: moves on {day:%Y-%m-%d} and back"]).word == "reported"
    assert judged(sound, wrong, [f"DEXJPUS: moves on {truth.index[310]:%Y-%m-%d}"]).word == "silent"
    assert judged(sound, pd.Series(dtype=float), ["nothing can be had"]).word == "refused"
    assert np.isclose(judged(sound, wrong, []).error, np.log(1.01))

"""Random markets with bands and cash flows through ledger and kernel: one answer.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_flows.py`` tries 10,000 of them.
"""

from __future__ import annotations

from tests.engine.flow_cases import apart, mixes_apart
from tests.soak import counts
from tests.soak.counts import count, tell


def test_kernel_and_ledger_agree():
    worst, ruined, markets = 0.0, 0, count(40, 10_000)
    first = counts.seed(1_000)
    for seed in range(first, first + markets):
        difference, theirs = apart(seed)
        assert difference <= 1e-9, seed
        worst, ruined = max(worst, difference), ruined + (theirs.ruined is not None)
    tell("markets with bands and flows", markets, sums={"ruined": ruined},
         worst={"difference": worst})  # fmt: skip


def test_mixes_side_by_side_agree_with_the_ledger():
    worst, ruined, markets = 0.0, 0, count(8, 2_000)
    first = counts.seed(0)
    for seed in range(first, first + markets):
        difference, taken = mixes_apart(seed)
        assert difference <= 1e-9, seed
        worst, ruined = max(worst, difference), ruined + taken
    tell("markets of mixes side by side", markets, sums={"ruined": ruined},
         worst={"difference": worst})  # fmt: skip

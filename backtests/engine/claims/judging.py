"""How several tests of one claim make a judgement."""

from __future__ import annotations

from backtests.analysis.claims import Judgement


def judged_by(*tests: bool) -> Judgement:
    """All passed: it holds; some: in part; none: it fails."""
    if all(tests):
        return "holds"
    return "holds in part" if any(tests) else "fails"

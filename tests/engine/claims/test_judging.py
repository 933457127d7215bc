"""How several tests of one claim make a judgement."""

from __future__ import annotations

import pytest

from backtests.engine.claims.judging import judged_by


@pytest.mark.parametrize(
    ("tests", "judgement"),
    [
        ((True, True, True), "holds"),
        ((True, False, False), "holds in part"),
        ((False, True), "holds in part"),
        ((False, False), "fails"),
    ],
)
def test_all_some_none(tests, judgement):
    assert judged_by(*tests) == judgement

"""Drawings of quantstats that several tests look at, each made once: one takes over a second.

The same series are the same drawing, to the byte: tests/engine/test_with_quantstats.py. So two
tear sheets still differ wherever what they draw does.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from backtests.engine.with_quantstats import Drawn, draw

_MADE: dict[tuple[object, ...], Drawn] = {}


def drawn_once(nav: pd.Series, other: pd.Series, ppy: int, charts: Sequence[str]) -> Drawn:
    """Draw, or return what was drawn of the very same values, days, names and charts."""
    asked = [(one.to_numpy().tobytes(), one.index.asi8.tobytes(), str(one.index.dtype),
              str(one.index.freq), one.name) for one in (nav, other)]  # fmt: skip
    key = (*asked, ppy, *charts)
    if key not in _MADE:
        _MADE[key] = draw(nav, other, ppy, charts)
    return _MADE[key]


def draw_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tear sheets of this process be drawn so."""
    monkeypatch.setattr("backtests.report.tearsheet.draw", drawn_once)

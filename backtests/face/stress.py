"""What ``run.stress`` gives: what shocks would do to what a run holds on its last session."""

from __future__ import annotations

from backtests.analysis import stress
from backtests.report.stress.notebook import stress_html, stress_text


class Stress(stress.Stress):
    """A stress test that shows itself.

    Its fields are those of :class:`backtests.analysis.stress.Stress`.
    """

    def __repr__(self) -> str:
        return stress_text(self)

    def _repr_html_(self) -> str:
        return stress_html(self)

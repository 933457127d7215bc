"""What ``run.withdrawals(0.04)`` gives: how long money lasted, from every start month."""

from __future__ import annotations

from backtests.analysis import withdrawals
from backtests.report.withdrawals.notebook import withdrawals_html, withdrawals_text


class Withdrawals(withdrawals.Withdrawals):
    """Withdrawals that show themselves.

    Their fields are those of :class:`backtests.analysis.withdrawals.Withdrawals`.
    """

    def __repr__(self) -> str:
        return withdrawals_text(self)

    def _repr_html_(self) -> str:
        return withdrawals_html(self)

"""What the charts of a verdict draw: drawdowns, of which none is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.series import MOST_DRAWN, PATHS, _drawdowns


def levels_of(rows: int) -> pd.DataFrame:
    """Levels of days, each path on its own."""
    rng = np.random.default_rng(8)
    sessions = pd.bdate_range("1990-01-01", periods=rows)
    columns = [*PATHS, "hedge", "cash"]
    return pd.DataFrame(
        np.exp(np.cumsum(rng.normal(0, 0.01, (rows, len(columns))), axis=0)), sessions, columns
    )


def test_a_drawdown_is_the_loss_from_the_highest_value_so_far():
    made = levels_of(4)
    made["equity"] = [1.0, 1.2, 0.9, 1.5]
    drawn = _drawdowns(made, daily=True)
    assert drawn.paths.equity == pytest.approx((0.0, 0.0, -0.25, 0.0))
    assert (drawn.rows_each, drawn.daily) == (1, True)
    assert drawn.dates == ("1990-01-01", "1990-01-02", "1990-01-03", "1990-01-04")


@pytest.mark.parametrize("rows", [MOST_DRAWN, MOST_DRAWN + 1, 5000])
def test_thinned_drawdowns_keep_the_lowest_of_each_stretch_of_every_path(rows):
    made = levels_of(rows)
    drawn = _drawdowns(made, daily=True)
    each = {MOST_DRAWN: 1, MOST_DRAWN + 1: 2, 5000: 4}[rows]
    assert drawn.rows_each == each
    assert len(drawn.dates) == -(-rows // each) <= MOST_DRAWN
    assert list(drawn.dates) == sorted(set(drawn.dates))
    assert drawn.dates[-1] == f"{made.index[-1]:%Y-%m-%d}"
    for name in PATHS:
        whole = (made[name] / made[name].cummax() - 1).to_numpy()
        lowest = [whole[at : at + each].min() for at in range(0, rows, each)]
        np.testing.assert_allclose(getattr(drawn.paths, name), lowest, rtol=0, atol=1e-15)
        assert min(getattr(drawn.paths, name)) == whole.min()

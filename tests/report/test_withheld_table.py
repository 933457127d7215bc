"""The table of rates withheld from a hedge, and the words under it."""

from __future__ import annotations

import pandas as pd

from backtests.analysis.resampling import Estimate
from backtests.analysis.withheld import AtRate
from backtests.report.withheld_table import no_rates_words, withheld_grid, withheld_words
from data.withholding.payouts import Payments, Payouts, not_known


def test_a_row_a_rate():
    rows = [
        AtRate(0.0, True, Estimate(0.0123, 0.001, 0.02), 0.05, 0.08, -0.3),
        AtRate(0.15, False, Estimate(-0.0123, None, None), None, None, -0.31),
    ]
    grid = withheld_grid(rows)
    assert grid is not None
    first, second = grid.rows
    assert [cell.text for cell in first][::2] == ["0 %", "5.00 %", "-30.00 %"]
    assert (first[0].small, second[0].small) == ("as in this run", "")
    assert first[1].text.startswith("+1.23")
    assert [second[0].text, second[2].text, second[3].text] == ["15 %", "-", "-"]
    assert withheld_grid([]) is None


def test_the_words_name_the_hedge_and_give_no_advice():
    words = withheld_words(["IEF"])
    assert words.startswith("That share of all that Treasuries paid, throughout")
    assert "portfolio interest" in words
    assert "No advice: docs/withholding.md" in words


def test_why_there_is_no_table_is_said():
    days = pd.date_range("2024-01-31", periods=3, freq="ME")
    levels = {name: pd.Series(1.0, days) for name in ("DTLA.L", "IEF")}
    keeps, hidden = Payouts(pd.Series(0.0, days)), not_known(days, "IEF is a price")
    payments = Payments({"DTLA.L": keeps, "IEF": hidden}, levels)
    row = AtRate(0.0, True, Estimate(0.0, None, None), None, None, -0.3)
    assert no_rates_words([row], ["DTLA.L"], payments) == ""
    nothing = "Rates of tax are not shown: nothing is paid out by DTLA.L."
    assert no_rates_words([], ["DTLA.L"], payments) == nothing
    for hedge, told in ((["DTLA.L", "IEF"], payments), (["DTLA.L", "IEF"], None)):
        assert no_rates_words([], hedge, told) == (
            "Rates of tax are not shown: what DTLA.L and IEF paid out is not known from these "
            "prices."
        )

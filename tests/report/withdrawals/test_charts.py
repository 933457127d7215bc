"""Charts of the page of withdrawals: what they draw."""

from __future__ import annotations

import pytest

from backtests.report.withdrawals.charts import rates_chart, starts_map
from tests.report.withdrawals.helpers import NAMES, made, make_withdrawals


def test_the_map_has_a_column_a_start_month_and_a_row_a_horizon():
    figure = starts_map(make_withdrawals(), NAMES)
    run, equity, bills = (trace.payload for trace in figure.traces)
    assert run["y"] == ["10", "30"]
    assert (run["x"][0], run["x"][-1], len(run["x"])) == ("1965-11-15", "1986-08-15", 250)
    assert [len(row) for row in run["z"]] == [250, 250]
    # 30 years: 0.95, 0.5 and 0.2 points beyond 4 %, then dry, then 3; 10 years: 5 beyond.
    assert run["z"][1][:5] == [0.25, 0.25, 0.25, -1.0, 0.75]
    assert run["z"][1][121:] == [None] * 129
    assert run["z"][0][0] == 1.0
    assert run["customdata"][1][3] == "3.82 %, dry in Feb\u00a01974"
    assert (run["zmin"], run["zmax"], run["showscale"]) == (-1.0, 1.0, False)
    assert equity["z"][1][:3] == [-1.0, -1.0, 1.0]
    assert [trace["visible"] for trace in (run, equity, bills)] == [True, False, False]
    assert list(figure.choices) == list(NAMES.values())


@pytest.mark.parametrize(
    ("rates", "title"),
    [
        ([0.05] * 130, "No start of the run ran dry within 10 years"),
        ([0.05, 0.03, *[0.05] * 130], "One start of the run ran dry within 10 years: "
                                      "Dec\u00a01965"),
        ([0.03, 0.05, 0.03], "2 of 3 starts of the run ran dry within 10 years: the first "
                             "Nov\u00a01965, the last Jan\u00a01966"),
    ],
)  # fmt: skip
def test_the_map_says_which_starts_ran_dry(rates, title):
    withdrawals = make_withdrawals(portfolios=(made("run", {10: rates}),))
    assert starts_map(withdrawals, NAMES).title == title


def test_the_share_that_lasted_falls_with_the_rate():
    figure = rates_chart(make_withdrawals(), NAMES)
    assert list(figure.choices) == ["30 years", "10 years"]
    run = figure.traces[0].payload
    shares = dict(zip(run["x"], run["y"], strict=True))
    assert (run["x"][0], run["x"][-1]) == (2.0, 10.0)
    assert shares[3.8] == 100.0
    assert shares[3.9] == pytest.approx(100.0 * 120 / 121, rel=1e-4)
    assert shares[6.9] == pytest.approx(100.0 * 117 / 121, rel=1e-4)
    assert shares[7.0] == 0.0
    assert [t.payload["line"]["color"] for t in figure.traces[:3]] == [
        "--portfolio", "--equity", "--bills"]  # fmt: skip
    assert figure.title == (
        "Over 30 years the run's worst start lasted up to 3.82 % a year, half of them up to 7.00 % "
        "or more"
    )

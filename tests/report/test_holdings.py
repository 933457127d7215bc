"""What a run held over time, and the duration that a rule asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.engine.sleeve import SleeveReport, report_sleeve
from backtests.report.charts import MOST_POINTS
from backtests.report.holdings import (
    ALLOCATION_POINTS,
    allocation_chart,
    allocation_of,
    duration_chart,
)
from tests.report.helpers import make_run


def stack(figure) -> dict[str, tuple[str, list[float]]]:
    """Colour and shares of each layer, from the bottom."""
    return {trace.name: (trace.payload["fillcolor"], trace.payload["y"]) for trace in figure.traces}


def test_months_are_drawn_as_they_ended_equity_below_and_cash_on_top():
    days = pd.DatetimeIndex(["2001-01-30", "2001-01-31", "2001-02-28"])
    weights = pd.DataFrame(
        {"TLT": [0.2, 0.1, 0.0], "SPY": [0.6, 0.5, 0.4], "IEF": [0.2, 0.2, 0.2],
         "GLD": [0.0, 0.0, 0.0], "CASH": [0.0, 0.2, 0.4]}, days,
    )  # fmt: skip
    figure = allocation_chart(weights, ["SPY"], ["TLT", "IEF", "GLD"])
    assert stack(figure) == {
        "SPY": ("--equity", [50.0, 40.0]),
        "IEF": ("--duration-4", [20.0, 20.0]),
        "TLT": ("--duration-6", [10.0, 0.0]),
        "CASH": ("--bills", [20.0, 40.0]),
    }
    assert figure.traces[0].payload["x"] == ["2001-01-31", "2001-02-28"]
    assert figure.layout["yaxis"]["range"] == [0, 100]
    assert figure.choices == ()


def test_a_long_run_is_thinned_and_keeps_both_ends():
    months = pd.date_range("1900-01-31", periods=1200, freq="ME")
    weights = pd.DataFrame({"SPY": 0.6, "CASH": 0.4}, months)
    drawn = allocation_chart(weights, ["SPY"], []).traces[0].payload["x"]
    assert len(drawn) == ALLOCATION_POINTS < MOST_POINTS
    assert (drawn[0], drawn[-1]) == ("1900-01-31", "1999-12-31")


def test_a_run_has_its_equity_by_the_role_that_it_was_given(run):
    assert {name: colour for name, (colour, _) in stack(allocation_of(run)).items()} == {
        "SPY": "--equity", "IEF": "--duration-4", "CASH": "--bills",
    }  # fmt: skip
    gold = make_run(params={"weights": {"SPY": 0.5, "IEF": 0.5}}, equity=("IEF",))
    assert stack(allocation_of(gold))["IEF"][0] == "--equity-2"


@pytest.fixture
def sleeve() -> SleeveReport:
    days = pd.DatetimeIndex(["2001-01-31", "2001-02-28", "2001-03-30"])
    switches = pd.DataFrame({"date": days[1:], "from_years": [7.5, 16.0], "to_years": [16.0, 2.0]})
    return SleeveReport(switches, pd.DataFrame(), pd.Series([7.5, 16.0, 2.0], days))


def test_the_duration_is_a_step_from_the_day_it_was_traded(sleeve):
    path, *_ = duration_chart(sleeve).traces
    assert path.payload["x"] == ["2001-01-31", "2001-02-28", "2001-03-30"]
    assert path.payload["y"] == [7.5, 16.0, 2.0]
    assert path.payload["line"]["shape"] == "hv"
    assert path.payload["line"]["color"] == "--treasuries"


def test_a_longer_duration_defends_and_a_shorter_one_attacks(sleeve):
    _, defended, attacked = duration_chart(sleeve).traces
    assert (defended.name, attacked.name) == ("Defended: longer", "Attacked: shorter")
    assert (defended.payload["x"], defended.payload["y"]) == (["2001-02-28"], [16.0])
    assert (attacked.payload["x"], attacked.payload["y"]) == (["2001-03-30"], [2.0])
    assert defended.payload["text"] == ["7.5 to 16.0 years"]
    # Told apart by more than their colour.
    assert defended.payload["marker"]["symbol"] != attacked.payload["marker"]["symbol"]


def test_without_a_switch_there_is_the_line_alone(sleeve):
    still = SleeveReport(sleeve.switches.iloc[:0], sleeve.attribution, sleeve.duration)
    assert [trace.name for trace in duration_chart(still).traces] == ["Duration asked for"]


def test_the_report_of_a_rule_draws_what_its_switches_say():
    """The target after each switch is the one that the switch names."""
    run = make_run("attack_defend")
    report = report_sleeve(run.market, run.config.make_strategy(), run.simulation)
    path, *signs = duration_chart(report).traces
    drawn = dict(zip(path.payload["x"], path.payload["y"], strict=True))
    assert sum(len(sign.payload["x"]) for sign in signs) == len(report.switches) > 10
    for sign in signs:
        for day, years in zip(sign.payload["x"], sign.payload["y"], strict=True):
            assert drawn[day] == pytest.approx(years, rel=1e-5)

"""What a stress test prints."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from backtests.analysis.stress import Stress
from backtests.report.stress.console import print_stress
from tests.report.stress.made import CASH, REPLAYS, all_equity, in_yen, make_stress, without_hedge


def printed(stress: Stress, width: int, label: str = "hedge_mix") -> list[str]:
    stream = io.StringIO()
    print_stress(Console(file=stream, width=width), label, stress)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("stress", [make_stress(), without_hedge(), in_yen()])
def test_it_fits_and_no_figure_is_cut(stress, width):
    lines = printed(stress, width)
    assert all(len(line) <= width for line in lines)
    assert "…" not in "".join(lines)


@pytest.mark.parametrize("width", [80, 120])
def test_a_line_a_fall(width):
    (line,) = [each for each in printed(make_stress(), width) if each.startswith(" Financial")]
    assert line.split() == [
        "Financial", "crisis", "2007-09", "-24.0", "%", "-29.6", "%", "+5.6", "-50.0", "%",
        "-24.8", "%", "120",
    ]  # fmt: skip


def test_the_finding_stands_before_the_tables_and_the_break_even_after():
    lines = printed(make_stress(), 400)
    assert lines[0].startswith("hedge_mix: what is held on 2025-12-31, yields of 2025-12-30")
    assert lines[2].startswith(
        "60 % SPY, 40 % IEF on 2025-12-31: Treasuries would beat bills in 3 of 4"
    )
    assert lines[-1] == (
        "Rise of yields, in points, at which Treasuries only earn as much as bills: 3 months "
        "+0.09, 12 months +0.94."
    )


def test_of_equity_alone_no_month_of_recovery_is_told():
    text = "\n".join(printed(all_equity(), 100))
    assert "over 600" not in text
    assert "Months:" not in text


def test_a_pending_decision_and_names_that_would_move_a_terminal():
    hostile = (replace(REPLAYS[0], name="\x1b[31mred"),)
    text = "\n".join(printed(make_stress(pending=True, replays=hostile), 100, "\x1b[2Jx"))
    assert "has yet to trade" in text
    assert "\x1b" not in text


def test_without_a_replay_there_is_no_table():
    stress = make_stress(legs=(replace(CASH, weight=1.0),), replays=(), scenarios=())
    text = "\n".join(printed(stress, 80))
    assert "no fall of history lies within" in text
    assert "once more" not in text

"""What is said of a search, where there is much to say and where there is little."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from backtests.analysis.reliability import Edge
from backtests.analysis.resampling import Estimate
from backtests.report.tuning.words import edge_text, figure
from tests.searches import BUNDLED, command, content, only


def test_the_lead_over_the_default_with_bills_is_the_recommendation_s(mixes):
    told = content(mixes)
    parts = told["portfolios"]
    lead = 100 * (parts["Recommended"]["cagr"] - parts["Default with bills"]["cagr"])
    assert f"the recommendation's lead is {lead:+.2f} points" in told["sentences"][1]


FREE_OF_COST = ("--fee-bps", "0", "--slippage-bps", "0", "--maximise", "sharpe")


def test_equals_are_one_region_and_nobody_chooses_by_rounding(tmp_path, capsys):
    # Any share of one asset beside bills has its Sharpe ratio, 20 of them and bills alone.
    words = ("hedge_mix", "--assets", "SPY", "--step", "0.05", "--weights", "SPY=0.6")
    code, out, errors = command(capsys, *words, *FREE_OF_COST, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, errors
    told = content(only(tmp_path))
    assert told["region"]["members"] == 20
    assert told["region"]["regions"] == 1
    assert told["honesty"]["overfitting"] is None
    assert told["honesty"]["expanding"]["edge_out_of_sample"] == 0.0
    text = " ".join(out.split())
    assert "makes what the default makes at the same risk: there is nothing to be sure of" in text
    assert "tuning made what never tuning made." in text


def test_a_short_history_is_called_short(tmp_path, capsys):
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.25", "--start", "1994-12-31",
             "--end", "1998-06-30")  # fmt: skip
    code, out, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    text = " ".join(out.split())
    assert "Without an interval nothing is called more than noise: 60 months are needed" in text
    assert "gives no reason" not in text


def test_the_default_as_the_best_cell_is_said(tmp_path, capsys):
    words = ("hedge_mix", "--weights", "SPY=0.5,IEF=0.5", "--assets", "SPY,IEF", "--step", "0.05",
             "--maximise", "sharpe")  # fmt: skip
    code, out, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    assert content(only(tmp_path))["portfolios"]["Best single cell"]["is"] == "SPY 50 %, IEF 50 %"
    assert "the best single cell is the default itself" in " ".join(out.split())


def searched(capsys, out: Path, *words: str) -> tuple[str, str, dict]:
    """Sentences as one text, the page, and what was written."""
    code, _, told = command(capsys, *words, *BUNDLED, "--out", str(out))
    assert code == 0, told
    folder = max(out.glob("tune-*"), key=lambda path: path.stat().st_mtime_ns)
    numbers = content(folder)
    return " ".join(numbers["sentences"]), (folder / "index.html").read_text(), numbers


def test_a_probability_that_does_not_exist_is_unknown(tmp_path, capsys):
    # The default's own step and another: one trial that varies, and no variance of trials.
    _, _, numbers = searched(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=50,75",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert numbers["trials"] == 2
    text, page, _ = searched(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=75",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert "by more than luck is unknown (deflated Sharpe ratio" in text
    assert "nan" not in text
    assert "nan %" not in page


def test_a_recommendation_that_makes_what_the_default_makes_says_so(tmp_path, capsys):
    text, _, numbers = searched(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=50",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert numbers["honesty"]["sharpe"] is None
    assert "makes what the default makes" in text


def test_never_tuning_that_breaks_the_limit_is_named_where_the_walk_is_told(mixes, rules):
    words = "never tuning does not keep the limits"
    assert words in content(mixes)["sentences"][-1]
    assert words not in content(rules)["sentences"][-1]


def test_gained_or_lost_is_the_sign_of_the_walk(mixes, rules):
    for folder in (mixes, rules):
        told = content(folder)
        edge = told["honesty"]["expanding"]["edge_out_of_sample"]
        word = "gained" if edge > 0 else "lost"
        assert f"tuning {word} {abs(100 * edge):.2f} points" in told["sentences"][-1]


@pytest.mark.parametrize(
    ("value", "metric", "sign", "text"),
    [
        (0.0123, "cagr", False, "1.23 points"),
        (0.0123, "cagr", True, "+1.23 points"),
        (-0.5, "sharpe", True, "-0.50"),
        (None, "cagr", True, "not defined"),
        (math.nan, "sharpe", False, "not defined"),
    ],
)
def test_a_score_is_told_in_its_unit(value, metric, sign, text):
    assert figure(value, metric, sign=sign) == text


@pytest.mark.parametrize("value", [None, math.nan])
def test_a_lead_that_does_not_exist_says_so(value):
    edge = Edge(Estimate(value, None, None), math.nan)
    assert edge_text(edge, "cagr") == "not defined (no interval: too few months tell)"
    whole = Edge(Estimate(0.01, -0.005, 0.02), 0.006)
    assert edge_text(whole, "cagr") == "+1.00 points (-0.50 to +2.00)"

"""The coverage of intervals: known cases, how levels are chosen, and the table in the code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from backtests.analysis.levels import LEVELS, MONTHS, NOMINAL
from backtests.analysis.resampling import interval
from docs import coverage, real_months
from docs.coverage import Cell, calm, cell_of, contain, levels_of, stormy
from docs.real_months import figures
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "coverage.md"


def test_the_interval_of_independent_normal_months_covers_as_it_says(monkeypatch):
    # The hedge given one of equity's worst tenth: its mean is 0.2 * 1.755 of its deviation higher.
    expected = 0.003 + 0.2 * 1.75498 * coverage.BOND_VOLATILITY - coverage.BILL
    truth = figures(calm(np.random.default_rng(1), 200_000))
    assert truth["payoff"] == pytest.approx(expected, abs=3e-4)
    monkeypatch.setattr(coverage, "REPETITIONS", 200)
    cell = cell_of(
        "calm",
        lambda k: calm(np.random.default_rng([5, k]), 100),
        {"payoff": expected},
        0,
        {"payoff": 250},
    )
    share = cell.coverage("payoff")
    assert 0.86 <= share[NOMINAL.index(0.90)] <= 0.92
    assert 0.93 <= share[NOMINAL.index(0.98)] <= 0.99
    assert (np.diff(share) >= 0.0).all()
    assert cell.had == {"payoff": 250}


def test_storms_keep_their_mean_and_last():
    months = stormy(np.random.default_rng(2), 100_000)
    assert months.equity.mean() == pytest.approx(0.007, abs=5e-4)
    size = np.abs(months.equity - 0.007)
    assert np.corrcoef(size[1:], size[:-1])[0, 1] > 0.1
    quiet = np.abs(calm(np.random.default_rng(2), 100_000).equity - 0.007)
    assert abs(np.corrcoef(quiet[1:], quiet[:-1])[0, 1]) < 0.02


def test_all_levels_at_once_are_the_verdict_s_intervals():
    drawn = np.random.default_rng(3).normal(size=777)
    for truth in (-2.2, -1.7, 0.0, 1.7, 2.2):
        limits = [interval(drawn, level) for level in NOMINAL]
        assert contain(drawn, truth).tolist() == [low <= truth <= high for low, high in limits]


def cell(months: int, share: list[float], had: int = 100, drawn: int = 100) -> Cell:
    return Cell(
        "a world", 12, months, {"payoff": drawn}, {"payoff": had}, {"payoff": had * np.array(share)}
    )


GOOD = [0.86, 0.88, 0.90, 0.91, 0.92, 0.93, 0.94]
FAIR = [0.80, 0.84, 0.859, 0.86, 0.88, 0.90, 0.92]
POOR = [0.70, 0.72, 0.74, 0.76, 0.78, 0.80, 0.859]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([cell(months, GOOD) for months in MONTHS], [0.90] * 5),
        # The worst cell decides.
        ([cell(months, share) for months in MONTHS for share in (GOOD, FAIR)], [0.95] * 5),
        # A longer sample that needs more raises the shorter ones.
        ([cell(m, FAIR if m == 480 else GOOD) for m in MONTHS], [0.95] * 4 + [0.90]),
        ([cell(m, POOR if m == 240 else GOOD) for m in MONTHS], [None] * 3 + [0.90] * 2),
        # A cell where fewer than a quarter of the samples have the measure says nothing,
        ([cell(m, GOOD) for m in MONTHS] + [cell(60, POOR, had=24)], [0.90] * 5),
        ([cell(m, GOOD) for m in MONTHS] + [cell(60, POOR, had=25)], [None] + [0.90] * 4),
        # and where no cell says anything there is no interval.
        ([cell(m, GOOD, had=0 if m < 240 else 100) for m in MONTHS], [None] * 2 + [0.90] * 3),
    ],
)
def test_the_lowest_level_that_covers_enough_everywhere(cells, expected):
    assert levels_of(cells, ["payoff"]) == {"payoff": tuple(expected)}


def test_a_measure_covers_as_its_worst_figure_does():
    names = ("payoff after negative", "payoff after positive")
    both = Cell(
        "a world",
        12,
        60,
        dict.fromkeys(names, 10),
        {"payoff after negative": 10, "payoff after positive": 8},
        {"payoff after negative": np.full(7, 9.0), "payoff after positive": np.full(7, 7.0)},
    )  # fmt: skip
    np.testing.assert_allclose(both.coverage("payoff_of_state"), 7 / 8)
    assert both.coverage("payoff") is None


def test_the_code_has_the_published_levels():
    rows = re.findall(r"^\| `(\w+)` \|((?: (?:none|\d+ %) \|){5})$", PAGE.read_text("utf-8"), re.M)
    published = {
        name: tuple(
            None if part == "none" else int(part[:-2]) / 100
            for part in row.strip(" |").split(" | ")
        )
        for name, row in rows
    }
    assert published == LEVELS


def test_the_command_prints_every_table(monkeypatch, capsys):
    monkeypatch.setattr(real_months, "LONG_CHAIN", 2_000)
    monkeypatch.setattr(coverage, "MODEL_TRUTH_MONTHS", 2_000)
    monkeypatch.setattr(coverage, "REPETITIONS", 20)
    monkeypatch.setattr(coverage, "OUTER_BLOCKS", (12,))
    coverage.main(["--samples", "8", "--measures", "payoff", "growth_given_up"])
    shown = capsys.readouterr()
    heads = re.findall(r"^## .*$", shown.out, re.M)
    assert [re.sub(r"\D", "", head) for head in heads] == ["", *map(str, MONTHS), "264"]
    assert shown.out.count("| `payoff` |") == shown.out.count("| `growth_given_up` |") == 7
    assert shown.err.count("\n") == 5 * 6


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--samples", "7"], "at least 8"), (["--samples", "x"], "'x'"),
     (["--measures", "luck"], "luck"), (["--fast"], "--fast")],
)  # fmt: skip
def test_bad_words_end_with_one_line(words, named, capsys):
    with pytest.raises(SystemExit) as left:
        coverage.main(words)
    shown = capsys.readouterr()
    assert left.value.code == 2
    assert shown.err.count("\n") == 1
    assert named in shown.err
    assert "; " in shown.err

"""Coverage of hedged less unhedged: known cases, how levels are chosen, the table in the code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from backtests.analysis.levels import HEDGING_LEVELS, NOMINAL
from docs import currency_coverage
from docs.currency_coverage import LENGTHS, coverage, drawn_of, history, levels_of, truth_of
from docs.real_months import Months
from tests.conftest import ROOT


def made(count: int, apart: float, noise: float) -> Months:
    """Months in which hedging adds so much, and a noise of its own."""
    equity, bond, dollar = np.random.default_rng(4).normal(size=(3, count))
    unhedged = 0.002 + 0.02 * bond
    hedged = unhedged + apart + noise * dollar
    return Months(0.005 + 0.04 * equity, hedged, unhedged, np.zeros(count, dtype=np.int8))


def test_what_hedging_adds_in_every_month_is_the_truth_and_in_every_resample():
    months = made(120, 0.01, 0.0)
    assert truth_of(months)["payoff"] == pytest.approx(0.01)
    drawn = drawn_of(months, 1)
    np.testing.assert_allclose(drawn["payoff"], 0.01, atol=1e-12)
    assert drawn["growth"].min() > 0.1  # 1 % a month
    assert len(drawn["growth"]) == currency_coverage.REPETITIONS


def test_intervals_of_independent_months_cover_about_as_they_say(monkeypatch):
    monkeypatch.setattr(currency_coverage, "REPETITIONS", 200)
    shares = coverage(made(400, 0.0, 0.02), 120, 1, 120)
    for share in shares.values():
        assert 0.80 <= share[NOMINAL.index(0.90)] <= 0.97
        assert (np.diff(share) >= 0.0).all()


GOOD, LATE, POOR = np.full(7, 0.9), np.r_[np.full(6, 0.8), 0.87], np.full(7, 0.85)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([GOOD] * 4, [0.90] * 4),
        ([POOR, POOR, LATE, GOOD], [None, None, 0.98, 0.90]),
        ([GOOD, GOOD, LATE, GOOD], [0.98, 0.98, 0.98, 0.90]),
        ([GOOD, GOOD, GOOD, POOR], [None] * 4),
    ],
)
def test_a_level_covers_enough_and_no_shorter_sample_has_a_lower(shares, expected):
    assert levels_of(dict(zip(LENGTHS, shares, strict=True))) == tuple(expected)


def test_real_months_are_of_one_currency_and_hedging_takes_its_move_out():
    months = history("JPY")
    assert len(months) > 380
    correlation = np.corrcoef(months.equity, [months.hedge, months.cash])[0, 1:]
    assert correlation[0] < 0.0 < correlation[1]


def test_the_code_has_the_published_levels():
    text = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    tables = re.findall(
        r"^\| (\w+), hedged less unhedged \|.*\n\|.*\n((?:\| \w+ \|.*\n)+)", text, re.M
    )
    published = {}
    for measure, rows in tables:
        published[measure] = {
            cells[0]: tuple(
                None if part.startswith("none") else int(part.split(" %")[0]) / 100
                for part in cells[1:]
            )
            for cells in (row.strip("| ").split(" | ") for row in rows.splitlines())
        }
    assert published == {measure: dict(rows) for measure, rows in HEDGING_LEVELS.items()}


def test_the_command_prints_both_tables(monkeypatch, capsys):
    monkeypatch.setattr(currency_coverage, "REPETITIONS", 20)
    monkeypatch.setattr(currency_coverage, "OUTER_BLOCKS", (12,))
    monkeypatch.setattr(currency_coverage, "LENGTHS", (60,))
    currency_coverage.main(["--samples", "8", "--currencies", "CHF"])
    shown = capsys.readouterr()
    assert re.findall(r"^\| (\w+), hedged", shown.out, re.M) == ["payoff", "growth"]
    assert shown.out.count("| CHF |") == 2

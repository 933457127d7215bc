"""``stress.csv``: one table of all figures."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from backtests.analysis.stress import Stress
from backtests.report.stress.spreadsheet import write_stress_csv
from tests.report.stress.made import REPLAYS, in_yen, make_stress, without_hedge


def rows(stress: Stress, folder: Path) -> list[dict[str, str]]:
    path = folder / "stress.csv"
    write_stress_csv(path, stress)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_replay_has_its_moves_and_both_returns(tmp_path):
    (row,) = [each for each in rows(make_stress(), tmp_path) if each["name"] == "Financial crisis"]
    told = {name: value for name, value in row.items() if value}
    assert {name: told[name] for name in ("kind", "start", "end")} == {
        "kind": "replay", "start": "2007-10-09", "end": "2009-03-09"}  # fmt: skip
    assert {told[f"yield_{years}y_bp"] for years in ("0.25", "1", "2", "5", "10", "20", "30")} == {
        "-150.0"
    }
    figures = {
        "equity_move": -0.5, "portfolio": -0.24, "equity": -0.5, "bills": -0.296, "hedge": 0.15,
        "portfolio_then": -0.248, "hedge_then": 0.13,
    }  # fmt: skip
    assert {name: round(float(told[name]), 9) for name in figures} == figures
    assert told["recovery_months_portfolio"] == "120"
    assert "dollar_move" not in told


def test_every_kind_has_its_rows(tmp_path):
    """6 replays, 3 stages, 4 parallel moves, 2 twists, 8 x 10 cells, 3 horizons, 3 of the tax."""
    kinds = [row["kind"] for row in rows(make_stress(), tmp_path)]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "replay": 6, "scenario": 3, "parallel": 4, "twist": 2, "yields and equity": 80,
        "break-even": 3, "withheld": 3,
    }  # fmt: skip
    abroad = [row["kind"] for row in rows(in_yen(), tmp_path)]
    assert (abroad.count("dollar"), abroad.count("dollar and equity")) == (1, 12)


def test_what_is_not_known_is_empty_and_months_are_whole(tmp_path):
    written = rows(make_stress(), tmp_path)
    stages = [row for row in written if row["kind"] == "scenario"]
    assert [row["months"] for row in stages] == ["0", "12", "0"]
    assert [row["recovery_months_portfolio"] for row in stages] == ["", "", ""]
    evens = [row for row in written if row["kind"] == "break-even"]
    assert [(row["months"], row["yield_10y_bp"]) for row in evens] == [
        ("3", "9.0"), ("12", "94.0"), ("36", "")]  # fmt: skip
    (price, yearly, every) = (row for row in written if row["kind"] == "withheld")
    assert (price["hedge"], price["portfolio"]) == ("-0.12", "-0.048")
    assert (yearly["hedge"], yearly["months"]) == ("-0.0123", "12")
    assert (every["hedge"], every["portfolio"]) == ("-0.085", "")


def test_a_cell_of_the_map_has_both_moves(tmp_path):
    written = rows(make_stress(), tmp_path)
    first = next(row for row in written if row["kind"] == "yields and equity")
    assert (first["yield_2y_bp"], first["equity_move"], first["bills"]) == (
        "-300.0", "-0.6", "-0.36")  # fmt: skip


def test_a_name_is_no_formula_and_no_hedge_leaves_its_columns_empty(tmp_path):
    hostile = (replace(REPLAYS[0], name="=1+1"),)
    row = rows(without_hedge(replays=hostile), tmp_path)[0]
    assert row["name"] == "'=1+1"
    bare = rows(without_hedge(), tmp_path)[0]
    assert bare["hedge"] == ""

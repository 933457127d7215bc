"""What a run's folder holds."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from backtests.engine.config_file import read_config
from backtests.engine.sleeve import report_sleeve
from backtests.report.files import FORMAT, write_json
from backtests.report.finished_run import read_run
from backtests.report.folder import write_manifest
from backtests.report.manifest import read_run_manifest
from backtests.report.run_folder import write_run
from backtests.report.verdict.document import document
from backtests.report.verdict.page import write_verdict
from backtests.report.versions import LIBRARIES, versions
from data.errors import OutputError
from data.origin import How, Origin
from data.provenance import content_sha256
from data.records import to_json
from tests.report.helpers import make_run

FILES = ["equity.csv", "manifest.json", "orders.csv", "run.toml", "summary.json", "verdict.html",
         "verdict.json", "weights.csv", "years.csv"]  # fmt: skip


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_json_holds_the_records_of_the_run(run, written):
    assert written.name == run.name
    assert names(written) == FILES
    for name, record in (
        ("summary.json", run.summary),
        ("verdict.json", document(run.verdict, run.summary)),
    ):
        text = (written / name).read_text("utf-8")
        assert json.loads(text) == json.loads(json.dumps(to_json(record)))
        assert text == json.dumps(to_json(record), indent=2, ensure_ascii=False) + "\n"


def test_toml_asks_for_the_very_run(run, written):
    table = read_config(written / "run.toml")
    assert table == tomllib.loads((written / "run.toml").read_text())
    assert (table["source"], table["start"], table["end"], table["benchmark"]) == (
        "bundled", "1995-02-28", "2025-12-31", "SPY",
    )  # fmt: skip
    assert table["params"] == {"weights": {"SPY": 0.6, "IEF": 0.4}, "rebalance": "monthly"}


def test_a_series_carried_back_has_the_hash_of_its_own_days_too(run, written, tmp_path):
    assert {series.own_sha256 for series in read_run_manifest(written).data.values()} == {None}
    first = replace(run.market.provenance["IEF"], own_first="1990-01-31")
    market = run.market.relabelled()
    vars(market)["provenance"] = {**market.provenance, "IEF": first}
    folder = write_run(tmp_path, replace(run, market=market), with_tearsheet=False)
    about = read_run_manifest(folder).data["IEF"]
    assert about.own_sha256 == content_sha256(run.market.prices["IEF"].loc["1990-01-31":])
    assert about.sha256 == content_sha256(run.market.prices["IEF"]) != about.own_sha256


def test_tables_hold_values_weights_and_orders(run, written):
    equity = pd.read_csv(written / "equity.csv", index_col="date")
    assert list(equity) == ["strategy", "benchmark", "cash"]
    assert equity.index[0] == "1995-01-31"
    assert (equity["cash"].to_numpy() == run.market.cash.loc["1995-01-31":]).all()
    assert (equity["strategy"].to_numpy() == run.simulation.nav).all()
    assert (equity["benchmark"].to_numpy() == run.benchmark.nav).all()
    assert not (equity["benchmark"] == equity["strategy"]).all()
    weights = pd.read_csv(written / "weights.csv", index_col="date")
    assert list(weights) == ["SPY", "IEF", "CASH"]
    years = pd.read_csv(written / "years.csv", index_col="year")
    assert years.index.tolist() == list(range(1996, 2026))  # 1995 begins within the run
    by_hand = run.simulation.nav.resample("YE").last().pct_change(fill_method=None)
    assert years["strategy"].tolist() == pytest.approx(by_hand.loc["1996":"2025"].tolist())
    by_hand = run.benchmark.nav.resample("YE").last().pct_change(fill_method=None)
    assert years["benchmark"].tolist() == pytest.approx(by_hand.loc["1996":"2025"].tolist())
    orders = pd.read_csv(written / "orders.csv")
    assert list(orders) == list(run.simulation.orders)
    assert b"\r" not in (written / "orders.csv").read_bytes()


def test_a_second_writing_is_the_same_bytes(run, written, tmp_path):
    again = write_run(tmp_path / "again", run, with_tearsheet=False)
    assert names(again) == FILES
    for name in FILES:
        if name != "manifest.json":
            assert (again / name).read_bytes() == (written / name).read_bytes(), name


@pytest.mark.parametrize("change", [{"format": FORMAT - 1}, {"verdict": 5}, {"origin": {}}])
def test_what_is_to_be_run_again_can_be_read_once_it_was(run, written, change):
    """Its other files have the same bytes; the folder must be replaced all the same."""
    path = written / "manifest.json"
    write_json(path, {**json.loads(path.read_text()), **change})
    with pytest.raises(OutputError, match="run it again"):
        read_run(written)
    write_run(written.parent, run, with_tearsheet=False)
    assert read_run(written).summary == run.summary


def test_a_run_without_a_verdict_has_no_page_of_one(run, tmp_path):
    bare = write_run(tmp_path, replace(run, verdict=None), with_tearsheet=False)
    assert names(bare) == [name for name in FILES if not name.startswith("verdict")]
    assert read_run_manifest(bare).verdict is None


def test_a_duration_rule_adds_its_switches(tmp_path):
    run = make_run("attack_defend")
    sleeve = report_sleeve(run.market, run.config.make_strategy(), run.simulation)
    folder = write_run(tmp_path, replace(run, sleeve=sleeve), with_tearsheet=False)
    assert set(names(folder)) - set(FILES) == {"switches.csv", "attribution.csv"}
    assert len(pd.read_csv(folder / "switches.csv")) == len(sleeve.switches)


def test_the_manifest_says_what_stood_in_and_what_the_screen_said(run, tmp_path):
    """Why these data were used that day is recorded in the folder, and not part of its name."""
    instead = Origin(How.BUNDLED, failure="Yahoo is silent", short="Yahoo cannot be reached")
    market = run.market.relabelled(origin=instead, remarks=["the run begins late"])
    manifest = read_run_manifest(write_run(tmp_path, replace(run, market=market),
                                           with_tearsheet=False))  # fmt: skip
    assert manifest.origin == instead
    assert manifest.remarks == ("Yahoo is silent", "the run begins late")
    assert manifest.source_title == f"{run.market.plain_title} (Yahoo cannot be reached)"


def test_versions_name_every_library_that_makes_numbers():
    used = versions()
    assert {"python", *LIBRARIES} <= used.keys()
    assert all(used[name] for name in LIBRARIES)


@pytest.mark.parametrize("part", ["summary", "simulation", "market"])
def test_a_run_is_frozen(run, part):
    with pytest.raises(AttributeError):
        setattr(run, part, None)


def with_sheet(folder: Path, **changes: str) -> None:
    """Put a tear sheet into a run's folder, and whatever else, as a whole folder has it."""
    for name, text in {"tearsheet.html": "a sheet", **changes}.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    write_manifest(folder, read_run_manifest(folder))


def linked(folder: Path) -> bool:
    """Whether the verdict's page links to a tear sheet."""
    return 'href="tearsheet.html"' in (folder / "verdict.html").read_text("utf-8")


def test_a_run_written_again_without_its_sheet_stays_as_it_is(run, tmp_path):
    folder = write_run(tmp_path, run, with_tearsheet=False)
    assert not linked(folder)
    files = sorted({*os.listdir(folder), "tearsheet.html"})
    write_verdict(folder / "verdict.html", run, files=files)
    with_sheet(folder)
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert write_run(tmp_path, run, with_tearsheet=False) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole
    assert linked(folder)
    assert [path.name for path in tmp_path.glob("hedge_mix-*")] == [folder.name]


@pytest.mark.parametrize("changed", ["equity_csv", "verdict_html"])
def test_no_folder_is_a_mix_of_two_vintages(run, tmp_path, changed):
    """Other numbers, or a page that another version made: the old folder goes aside as a whole."""
    folder = write_run(tmp_path, run, with_tearsheet=False)
    with_sheet(folder, **{changed: "of another version"})
    assert write_run(tmp_path, run, with_tearsheet=False) == folder
    assert not (folder / "tearsheet.html").exists()
    assert not linked(folder)
    aside = tmp_path / f"{folder.name}.replaced-1"
    assert (aside / "tearsheet.html").read_text("utf-8") == "a sheet"


def test_a_page_that_stands_alone_stays_so(run, tmp_path):
    folder = write_run(tmp_path, run, with_tearsheet=False, standalone=True)
    page = (folder / "verdict.html").read_bytes()
    assert write_run(tmp_path, run, with_tearsheet=False) == folder
    assert (folder / "verdict.html").read_bytes() == page
    assert not list(tmp_path.glob("*.replaced-*"))

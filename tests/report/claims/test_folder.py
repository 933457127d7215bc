"""The folder of a trial: what its manifest says of the data, and that it is listed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backtests.analysis.claims import Trial
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.trial import fingerprints_of, trial_name, try_claims
from backtests.report.claims.folder import write_trial
from backtests.report.index_rows import ListedOther, read_listed
from backtests.report.manifest import read_whole_manifest
from data import bundled
from data.records import from_json
from tests.conftest import random_market


@pytest.fixture(scope="module")
def exhibits() -> Exhibits:
    """Daily prices of equity alone, which no claim takes in place of the months."""
    months = bundled.load(bundled.TICKERS)
    days = random_market(1, ("SPY",)).relabelled(title="made <b>prices</b>", notes=["a note"])
    return Exhibits(months, days, "made lacks IEF")


def test_it_holds_the_trial_and_says_what_it_rests_on(tmp_path, exhibits, monkeypatch):
    monkeypatch.setattr("backtests.engine.claims.trial.CLAIMS", ())
    trial = try_claims(exhibits)
    folder = write_trial(tmp_path, exhibits, trial)
    assert folder == tmp_path / trial_name(exhibits)
    assert from_json(Trial, json.loads((folder / "claims.json").read_text())) == trial
    manifest = read_whole_manifest(folder)
    assert manifest.kind == "claims"
    assert manifest.data == fingerprints_of(exhibits)
    assert {"months: SPY", "days: SPY", "days: CASH"} <= manifest.data.keys()
    assert manifest.notes == ("a note",)
    assert manifest.source == "made"
    assert manifest.versions["python"]
    listed = read_listed(folder)
    assert isinstance(listed, ListedOther)
    assert (listed.kind, listed.pages) == ("claims", ("claims.html",))
    assert listed.title == "The article on trial: made <b>prices</b>"
    assert f"{folder.name}/claims.html" in (tmp_path / "index.html").read_text("utf-8")
    page = (folder / "claims.html").read_text("utf-8")
    assert "made &lt;b&gt;prices" in page
    assert "<b>prices" not in page


def test_what_is_missing_makes_another_folder(exhibits):
    assert trial_name(exhibits) != trial_name(replace(exhibits, days_missing=""))
    assert trial_name(exhibits) != trial_name(replace(exhibits, days=None))

"""A search's folder: what lies in it, and what its manifest says."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd

from backtests.engine.config_file import read_config
from backtests.engine.space import mix_space
from backtests.report.folder import is_complete
from backtests.report.tuning.folder import _rows
from tests.searches import candidates, content


def test_everything_lies_in_the_folder_and_verifies(mixes):
    files = {"best.toml", "candidates.parquet", "best.csv", "tuning.json", "index.html"}
    assert {path.name for path in mixes.iterdir()} == {*files, "manifest.json"}
    assert is_complete(mixes, sorted(files))


def test_the_manifest_says_what_was_searched(mixes):
    manifest = json.loads((mixes / "manifest.json").read_text())
    assert manifest["kind"] == "tuning"
    assert manifest["title"] == "hedge_mix: 286 candidates over SPY, SHY, IEF"
    assert manifest["objective"] == "cagr subject to max_drawdown>-0.25"
    assert manifest["config"]["params"]["weights"] == {"SPY": 0.6, "IEF": 0.4}
    log = pd.read_parquet(mixes.parent / "trials.parquet")
    assert set(log["search"]) == {manifest["search"]}
    assert "python" in manifest["versions"]


def test_the_file_of_the_choice_is_of_the_middle_of_the_region(rules):
    middle = content(rules)["region"]["middle"]
    row = candidates(rules).loc[middle["candidate"]]
    params = read_config(rules / "best.toml")["params"]
    assert params == middle["params"]
    assert (params["step_bp"], params["equity_weight"]) == (row["step_bp"], row["equity_weight"])


def test_the_best_are_a_part_of_all(mixes):
    best, table = pd.read_csv(mixes / "best.csv", index_col="candidate"), candidates(mixes)
    pd.testing.assert_series_equal(best["cagr"], table.loc[best.index, "cagr"], check_names=False)
    assert "eligible" not in best


def test_files_tell_the_day_of_a_ruin():
    table = pd.DataFrame({"cagr": [0.1, math.nan], "ruined": [math.nan, 2.0]})
    tuned = SimpleNamespace(
        space=mix_space(["SPY"], 0.5, {}),
        metrics=table,
        sessions=pd.bdate_range("2020-01-01", periods=3),
    )
    rows = _rows(tuned, np.arange(2))
    assert rows["ruined"].tolist() == [None, "2020-01-03"]

"""``search``: the command's search, its folder, its count of trials."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from backtests import HedgeError, PeekingError, Strategy, backtest, parameter, search, tuning
from backtests.engine.tuned import MIDDLE
from backtests.report.tuning.advice import no_recommendation
from backtests.tune import main as tune_command
from tests.conftest import ended
from tests.face.test_backtest import contents
from tests.strategies.rule_files import TABLED, TREND

SPAN = {"source": "bundled", "start": "1975-01-31", "end": "1999-12-31", "quiet": True}
WORDS = ("--source", "bundled", "--start", "1975-01-31", "--end", "1999-12-31")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("search")
    return search("hedge_mix", assets=["SPY", "IEF"], step=0.1, out=out, **SPAN)


@contextlib.contextmanager
def interrupted(monkeypatch):
    """Ctrl-C after the scores of eight candidates are on disk."""
    keep, parts = tuning.Unfinished.keep, []

    def keep_and_stop(self, first, scores):
        keep(self, first, scores)
        parts.append(first)
        if len(parts) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(tuning, "RULES_AT_ONCE", 4)
        patched.setattr("backtests.engine.search.PART", 4)
        patched.setattr("backtests.engine.search.PARTS_AT_ONCE", 1)
        patched.setattr(tuning.Unfinished, "keep", keep_and_stop)
        with pytest.raises(
            KeyboardInterrupt, match="stopped after 8 of [12]. candidates; their sco"
        ):
            yield


def test_it_writes_the_folder_of_the_command(result, tmp_path, capsys):
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.1", *WORDS)
    code, _, err = ended(tune_command, capsys, *words, "--out", str(tmp_path))
    assert code == 0, err
    (there,) = tmp_path.glob("tune-*")
    assert there.name == result.folder.name
    assert contents(there) == contents(result.folder)


def test_the_best_is_a_run(result):
    run = backtest(result.best, no_verdict=True, quiet=True)
    assert result.no_recommendation == no_recommendation(result.record)
    chosen = result.portfolios[MIDDLE]
    assert run.metrics.cagr == pytest.approx(chosen["cagr"], rel=1e-9)
    assert run.config == result.best
    assert result.params["weights"] == run.summary.weights


def test_the_table_has_every_candidate(result):
    # Tenths of two assets and cash: (10 + 1)(10 + 2) / 2 = 66 mixes.
    assert len(result.table) == 66
    assert {"SPY", "IEF", "cagr", "max_drawdown", "eligible"} <= set(result.table)
    assert result.table[["SPY", "IEF"]].sum(axis=1).max() == pytest.approx(1.0)
    row = result.table[(result.table["SPY"] == 1.0)].iloc[0]
    assert row["cagr"] == pytest.approx(result.portfolios["100 % equity"]["cagr"])
    assert (result.trials, len(result.sentences)) == (66, 3)
    assert result.headline in repr(result)
    assert result.reliability.months == 300  # 1975-01 to 1999-12


def test_trials_are_counted_where_the_results_lie(result):
    other = search("hedge_mix", assets="SPY,IEF", step=0.25, out=result.folder.parent, **SPAN)
    # Of its 15 mixes those of halves, 6, were tried before as tenths.
    assert other.trials == 66 + 15 - 6


def test_a_grid_is_a_list_or_text(tmp_path):
    lists = {"step_bp": [25, 50.0], "lookback_years": np.array([3, 5])}
    texts = {"step_bp": "25,50", "lookback_years": "3:5:2"}
    limit = "max_drawdown>-0.6"
    by_list, by_text = (
        search(
            "attack_defend",
            grid=grid,
            subject_to=given,
            out=tmp_path / type(given).__name__,
            **SPAN,
        )
        for grid, given in ((lists, limit), (texts, [limit]))
    )
    assert by_list.folder.name == by_text.folder.name
    pd.testing.assert_frame_equal(by_list.table, by_text.table)


def test_every_chart_is_a_figure(result):
    for name in ("frontier", "map", "walk_forward"):
        assert len(getattr(result.plot, name)().data) >= 1, name


@dataclasses.dataclass(frozen=True)
class Trend(Strategy):
    """Hold equity above its average."""

    name: ClassVar[str] = "trend"

    window: int = parameter(10, low=2, high=100, step=2, unit="rows", doc="of the average")
    ahead: int = parameter(0, low=0, high=3, unit="rows", doc="of foresight")

    @property
    def tickers(self):
        return ["SPY"]

    def target_weights(self, market):
        prices = market.prices["SPY"]
        average = prices.rolling(self.window).mean().dropna()
        seen = prices.shift(-self.ahead).ffill().loc[average.index]
        return (seen > average).astype(float).to_frame("SPY")


@pytest.mark.usefixtures("quick_proof")
def test_an_own_rule_is_searched(tmp_path):
    limits = {"subject_to": "max_drawdown>-0.6", "grid": {"window": range(4, 13, 2)}}
    by_object = search(Trend(window=6), out=tmp_path, **limits, **SPAN)
    assert by_object.table["window"].tolist() == [4, 6, 8, 10, 12]
    run = backtest(by_object.best, no_verdict=True, quiet=True)
    chosen = by_object.table.loc[by_object.table["window"] == by_object.params["window"]]
    assert run.metrics.cagr == pytest.approx(chosen["cagr"].iloc[0], rel=1e-9)
    path = tmp_path / "rule.py"
    path.write_text(TREND)
    by_file = search(strategy_file=path, out=tmp_path, **limits, **SPAN)
    assert (by_file.folder / "strategy.py").read_text() == TREND


def test_a_corner_that_peeks_is_refused(tmp_path):
    """The default does not look ahead; with ``ahead=1`` it would."""
    with pytest.raises(PeekingError, match="trend peeks"):
        search(Trend(), grid={"ahead": [0, 1], "window": [5, 10]}, out=tmp_path, **SPAN)


@dataclasses.dataclass(frozen=True)
class OnceAhead(Trend):
    """Looks ahead at one of its settings only, and earns by it."""

    name: ClassVar[str] = "once_ahead"

    def target_weights(self, market):
        ahead = 3 if self.window == 8 else 0
        return dataclasses.replace(Trend(window=self.window), ahead=ahead).target_weights(market)


def test_a_recommended_setting_that_peeks_is_refused(tmp_path):
    """It is no corner: only what the page would name is left to prove."""
    with pytest.raises(PeekingError, match="once_ahead peeks"):
        search(OnceAhead(), grid={"window": range(4, 61, 2)}, subject_to="max_drawdown>-0.9",
               out=tmp_path, **SPAN)  # fmt: skip
    assert list(tmp_path.glob("tune-*")) == []


@pytest.mark.usefixtures("quick_proof")
def test_tables_from_outside_are_noted(tmp_path):
    path = tmp_path / "rule.py"
    path.write_text(TABLED)
    options = {"grid": {"window": [6, 8]}, "subject_to": "max_drawdown>-0.9", "out": tmp_path}
    result = search(strategy_file=path, **options, **SPAN)
    assert "trend_or_treasuries uses SIGNAL from outside the market" in result.notes[-1]
    assert "uses SIGNAL from outside" in (result.folder / "index.html").read_text()


@pytest.mark.usefixtures("quick_proof")
def test_each_version_of_an_own_rule_counts_as_trials(tmp_path):
    path = tmp_path / "rule.py"
    path.write_text(TREND)
    options = {"grid": {"window": [6, 8]}, "subject_to": "max_drawdown>-0.9", "out": tmp_path}
    assert search(strategy_file=path, **options, **SPAN).trials == 2
    assert search(strategy_file=path, **options, **SPAN).trials == 2
    path.write_text(TREND.replace("> average", "> average * 1.001"))
    assert search(strategy_file=path, **options, **SPAN).trials == 4


@pytest.mark.usefixtures("quick_proof")
def test_kept_scores_of_a_rule_that_reads_something_else_are_discarded(monkeypatch, tmp_path):
    """A level in a file beside it: no scores half by the old and half by the new one."""
    level = tmp_path / "level.txt"
    source = TREND.replace("> average)", f"> average * float(open({str(level)!r}).read()))")
    path = tmp_path / "rule.py"
    path.write_text(
        source.replace(f"open({str(level)!r}).read()", f"Path({str(level)!r}).read_text()").replace(
            "import pandas as pd", "import pandas as pd\nfrom pathlib import Path"
        )
    )
    options = {"grid": {"window": range(4, 14)}, "subject_to": "max_drawdown>-0.9", "out": tmp_path}
    level.write_text("1.0")
    with interrupted(monkeypatch):
        search(strategy_file=path, **options, **SPAN)
    level.write_text("1.01")
    after = search(strategy_file=path, **options, **SPAN)
    whole = search(strategy_file=path, **{**options, "out": tmp_path / "other"}, **SPAN)
    pd.testing.assert_frame_equal(after.table, whole.table)


WRONG = {
    "nothing": ({}, "what to search? for example: assets="),
    "both": ({"assets": ["SPY"], "grid": {"rebalance": ["monthly"]}}, "are two searches; give one"),
    "step": ({"step": 0.1}, "step= belongs to assets="),
    "odd step": ({"assets": ["SPY", "IEF"], "step": 0.3}, "step= is a whole fraction"),
    "metric": ({"assets": ["SPY"], "maximise": "luck"}, "luck"),
    "limit": ({"assets": ["SPY"], "subject_to": "volatility"}, "volatility"),
    "axis": ({"grid": {"stepp": [1]}}, "has no parameter 'stepp'"),
    "given": ({"grid": {"rebalance": ["monthly"]}, "rebalance": "never"},
              "grid= searches rebalance, which is given as well"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_one_line(case, tmp_path):
    options, message = WRONG[case]
    with pytest.raises(HedgeError) as refused:
        search("hedge_mix", out=tmp_path, **options, **SPAN)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_function_has_nothing_to_search(tmp_path):
    with pytest.raises(HedgeError, match="a function has no parameters to search"):
        search(lambda market: {"SPY": 1.0}, grid={"a": [1]}, out=tmp_path, **SPAN)


def test_an_interrupted_search_goes_on_from_there(monkeypatch, tmp_path):
    wanted = {"grid": {"step_bp": "20:60:2"}, "subject_to": "max_drawdown>-0.6", "out": tmp_path}
    whole = search("attack_defend", **{**wanted, "out": tmp_path / "whole"}, **SPAN)
    with interrupted(monkeypatch):
        search("attack_defend", **wanted, **SPAN)
    after = search("attack_defend", **wanted, **SPAN)
    pd.testing.assert_frame_equal(after.table, whole.table)
    assert [name for name in os.listdir(tmp_path) if name.startswith(".tuning-")] == []

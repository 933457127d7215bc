"""Weights rounded to five places sum to a hair more than 1: scaled to 1 wherever they are given."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import backtests.run
import backtests.tune
from backtests import backtest
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.simulate import trade
from data.load import load_market
from tests.conftest import ended
from tests.searches import content, only

# Thirds, two of them rounded up: together 1.00001.
ROUNDED = {"SPY": 0.33334, "IEF": 0.33333, "TLT": 0.33334}
TEXT = "SPY=0.33334,IEF=0.33333,TLT=0.33334"
NOTE = "weights of {} that sum to more than 1 (at most 1.00001) are scaled to sum to 1"
RULE = """\
import pandas as pd
from strategies.base import Strategy

class Thirds(Strategy):
    '''Thirds. Known weakness: rounded.'''

    name = "thirds"
    tickers = ["SPY", "IEF", "TLT"]

    def target_weights(self, market):
        return pd.DataFrame({weights}, index=market.sessions[11:])
"""
QUICK = ("--source", "bundled", "--no-verdict", "--no-tearsheet", "--json")


def by_hand(opening: Opening | None = None) -> float:
    """Final value of the weights divided by their sum by hand, without any cash."""
    market = load_market("bundled", list(ROUNDED))
    weights = {"SPY": 33334 / 100001, "IEF": 33333 / 100001, "TLT": 33334 / 100001}
    first, _ = market.first_session(list(ROUNDED))
    sessions = market.sessions[market.sessions >= first]
    decided = pd.DataFrame(weights, index=sessions)
    done = trade(market, decided, Costs(), name="by hand", opening=opening, engine=ledger.fill)
    return float(done.nav.iloc[-1])


@pytest.fixture(scope="module")
def expected() -> float:
    return by_hand()


def run(capsys, out, *words: str) -> dict:
    """Give the run command, and read the summary that it prints."""
    code, printed, told = ended(backtests.run.main, capsys, *words, "--out", str(out))
    assert code == 0, told
    return json.loads(printed)


def test_the_command_scales_them_says_so_and_its_file_makes_the_same_run(
    capsys, tmp_path, expected
):
    first = run(capsys, tmp_path, "hedge_mix", "--weights", TEXT, *QUICK)
    assert first["notes"][0] == NOTE.format("hedge_mix")
    assert first["params"]["weights"] == ROUNDED  # the configuration keeps what was given
    assert first["metrics"]["final_value"] == pytest.approx(expected, rel=1e-9)
    assert sum(first["latest"]["target"].values()) == pytest.approx(1.0, abs=1e-9)
    (folder,) = tmp_path.glob("hedge_mix-*")
    again = run(capsys, tmp_path, "--config", str(folder / "run.toml"), *QUICK[2:])
    assert again == first
    assert list(tmp_path.glob("hedge_mix-*")) == [folder]


def test_the_note_is_among_the_first_lines(capsys, tmp_path):
    code, printed, _ = ended(
        backtests.run.main, capsys, "hedge_mix", "--weights", TEXT, *QUICK[:-1],
        "--out", str(tmp_path),
    )  # fmt: skip
    assert code == 0
    lines = printed.splitlines()
    assert f"note: {NOTE.format('hedge_mix')}" in lines[: lines.index("")]


@pytest.mark.parametrize("kind", ["weights", "mapping", "frame", "frame of 32 bits", "file"])
def test_python_and_own_rules_scale_them_too(kind, expected, tmp_path, monkeypatch):
    monkeypatch.setattr("strategies.causality.PATIENCE", 0.0)  # the fewest cuts of a slow rule
    options = {"source": "bundled", "no_verdict": True, "quiet": True}
    if kind == "weights":
        done, name = backtest("hedge_mix", weights=ROUNDED, **options), "hedge_mix"
    elif kind == "file":
        (tmp_path / "own.py").write_text(RULE.format(weights=ROUNDED))
        done = backtest(strategy_file=f"{tmp_path / 'own.py'}:Thirds", **options)
        name = "thirds"
    else:

        def own(market):
            if kind == "mapping":
                return ROUNDED
            bits = "float32" if kind == "frame of 32 bits" else "float64"
            return pd.DataFrame(ROUNDED, index=market.sessions[11:]).astype(bits)

        done, name = backtest(own, tickers=list(ROUNDED), **options), "own"
    within = 1e-6 if "32" in kind else 1e-9
    assert done.metrics.final_value == pytest.approx(expected, rel=within)
    (note,) = [line for line in done.notes if "scaled" in line]
    assert note == NOTE.format(name) or (note.startswith(NOTE[:30].format(name)) and "32" in kind)


def test_a_search_scales_its_default(capsys, tmp_path):
    code, printed, told = ended(
        backtests.tune.main, capsys, "hedge_mix", "--assets", "SPY,IEF,TLT", "--step", "0.5",
        "--weights", TEXT, "--source", "bundled", "--subject-to", "max_drawdown>-0.9",
        "--out", str(tmp_path),
    )  # fmt: skip
    assert code == 0, told
    assert f"note: {NOTE.format('hedge_mix')}" in printed.splitlines()
    told = content(only(tmp_path))
    opening = Opening(pd.Timestamp(told["start"]), is_invested=True)
    final = told["portfolios"]["Default"]["final_value"]
    assert final == pytest.approx(by_hand(opening), rel=1e-9)


def test_a_search_says_that_it_scaled_a_candidate(capsys, tmp_path):
    """Of 0.5 and 0.8 of SPY, with 0.2001 of IEF beside it, only the second is above 1."""
    own = tmp_path / "own.py"
    own.write_text(
        "from dataclasses import dataclass\n\n"
        "import pandas as pd\n"
        "from strategies.base import Strategy, parameter\n\n\n"
        "@dataclass(frozen=True)\n"
        "class Rounded(Strategy):\n"
        '    """SPY and IEF."""\n\n'
        '    name = "rounded"\n'
        '    share: float = parameter(0.5, unit="fraction", low=0.0, high=1.0, doc="of SPY")\n\n'
        "    @property\n"
        "    def tickers(self):\n"
        '        """Both."""\n'
        '        return ("SPY", "IEF")\n\n'
        "    def target_weights(self, market):\n"
        '        """The same each month."""\n'
        "        weights = {'SPY': self.share, 'IEF': 0.20005}\n"
        "        return pd.DataFrame(weights, index=market.sessions)\n",
        encoding="utf-8",
    )
    code, printed, told = ended(
        backtests.tune.main, capsys, "--strategy-file", f"{own}:Rounded", "--source", "bundled",
        "--grid", "share=0.5,0.8", "--subject-to", "max_drawdown>-0.9",
        "--out", str(tmp_path / "results"),
    )  # fmt: skip
    assert code == 0, told
    assert (
        "note: weights of rounded that sum to more than 1 (at most 1.00005) are scaled to sum to 1"
    ) in printed.splitlines()


def test_exact_weights_and_those_a_hair_below_are_traded_as_they_are(capsys, tmp_path):
    """A sum below 1 leaves cash, as every sum below 1 does, and the table's head says it."""
    for text, cash in (("SPY=0.1,IEF=0.2,TLT=0.7", ""), ("SPY=0.5,IEF=0.49999", "CASH 0.001 %")):
        code, printed, _ = ended(
            backtests.run.main, capsys, "hedge_mix", "--weights", text, *QUICK[:-1],
            "--out", str(tmp_path),
        )  # fmt: skip
        assert code == 0
        assert "scaled" not in printed
        assert ("CASH" in printed.partition("CAGR")[0]) == bool(cash)
        assert cash in printed

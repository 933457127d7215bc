"""``python -m backtests.today``: the state of a strategy's hedge, a run's, a file's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.hedge_state import HedgeState
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.config_file import write_config
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.jobs import make_run, state_of_run
from backtests.report.run_folder import write_strategy
from backtests.today import main
from data.records import from_json
from strategies import registry
from tests.conftest import ROOT, ended
from tests.strategies.rule_files import TREND

BUNDLED = ("--source", "bundled")
ENDED = (*BUNDLED, "--end", "2000-12-31")


@pytest.fixture(autouse=True)
def no_files(monkeypatch):
    """No strategy that another test gave."""
    monkeypatch.setattr(registry, "_GIVEN", {})
    monkeypatch.delenv("HEDGE_STRATEGIES", raising=False)


@pytest.fixture
def quick_proof(monkeypatch):
    """A rule is tried at the fewest cuts, as a slow one is."""
    monkeypatch.setattr("strategies.causality.PATIENCE", 0.0)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A run that ended in 2000, at costs of its own."""
    params = {"weights": {"SPY": 0.5, "TLT": 0.5}}
    settings = {"source": "bundled", "end": "2000-12-31", "costs": Costs(9.0, 1.0, 1)}
    return saved(RunConfig("hedge_mix", params, **settings), tmp_path)


def saved(config: RunConfig, where: Path) -> Path:
    """The folder of a run, as far as its configuration goes: pages and numbers take longer."""
    folder = where / "a-run"
    folder.mkdir()
    write_config(folder / "run.toml", make_run(config, engine=ledger.fill).resolved)
    write_strategy(folder, type(config.make_strategy()))
    return folder


def asked(capsys, *words: str) -> HedgeState:
    code, out, err = ended(main, capsys, *words, "--json")
    assert code == 0, err
    return from_json(HedgeState, json.loads(out))


def state_of(**settings) -> HedgeState:
    config = RunConfig(**{"strategy": "hedge_mix", "source": "bundled", **settings})
    return state_of_run(make_run(config, engine=ledger.fill))


def test_json_is_the_record_and_no_engine_is_loaded():
    """In a process of its own: nothing but pandas and scipy takes long to load."""
    script = (
        "import sys\n"
        "from backtests.today import main\n"
        "main.main(['--source', 'bundled', '--json'], standalone_mode=False)\n"
        "heavy = {'vectorbt', 'quantstats', 'arch', 'numba', 'matplotlib', 'plotly', 'jinja2',\n"
        "         'yfinance', 'statsmodels'}\n"
        "loaded = sorted(heavy & sys.modules.keys())\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert from_json(HedgeState, json.loads(done.stdout)) == state_of()
    assert "bundled monthly history" in done.stderr


def test_the_screen(capsys):
    code, out, err = ended(main, capsys, *BUNDLED)
    assert (code, err) == (0, "")
    for text in (
        "\nToday (2025-12): stock-bond correlation +0.49 (2025-12), CPI 2.72 % (2025-11): 2 of 5 ",
        "data end on 2025-12-31, ",
        "hedge_mix: equity SPY; hedge IEF",
        "Next 36",
        "CPI over a year, %          2.72  for               +0.83   61 %      357",
        "Base rates are of SPY with IEF on the bundled months 1962-03 to 2025-12",
        "What the rule says on 2025-12-31",
        "pending        SPY 60.0 %, IEF 40.0 %",
    ):
        assert text in out
    assert out.count("there is no CPI of 2025-10") == 1
    assert max(map(len, out.partition("Today")[2].splitlines())) <= 100


def test_help_names_what_it_takes(capsys):
    code, out, _ = ended(main, capsys, "--help")
    assert code == 0
    assert "[STRATEGY|RUN FOLDER|run.toml]" in " ".join(out.split())
    assert "--out" not in out  # nothing is written


def test_a_finished_run_is_asked_about_as_it_was(capsys, folder):
    weights = {"SPY": 0.5, "TLT": 0.5}
    of_run = asked(capsys, str(folder))
    assert of_run == asked(capsys, str(folder / "run.toml"))
    assert (of_run.as_of, of_run.hedge, of_run.last) == ("2000-12-31", ("TLT",), "2000-12")
    costs = Costs(9.0, 1.0, 1)
    assert of_run == state_of(params={"weights": weights}, end="2000-12-31", costs=costs)
    shown = ended(main, capsys, str(folder))[1]
    assert f"{folder} ends on 2000-12-31; --end DAY asks about a later day" in shown.replace(
        "\n", ""
    )
    assert "data end on 2000-12-31, " in shown


def test_after_a_ruin_today_is_still_today(capsys):
    """Its money ran out in 1963; the state of the hedge is that of the data, not of that month."""
    asked = ["hedge_mix", "--source", "bundled", "--json"]
    main.main(asked, standalone_mode=False)
    state = capsys.readouterr().out
    main.main([*asked, "--flow", "-500/month"], standalone_mode=False)
    shown = capsys.readouterr()
    assert shown.out == state
    assert "note: its money ran out on 1963-10-31: what follows is without cash flows" in shown.err


def test_options_beside_a_run_override_it(capsys, folder):
    weights = {"SPY": 0.5, "SHY": 0.25, "IEF": 0.25}  # a hedge that trades, so that it pays
    words = ("--end", "2010-12-31", "--weights", "SPY=0.5,SHY=0.25,IEF=0.25", "--fee-bps", "500")
    costs, start = Costs(500.0, 1.0, 1), "1973-02-28"  # the slippage and start of the run stay
    settings = {"params": {"weights": weights}, "end": "2010-12-31", "start": start}
    assert asked(capsys, str(folder), *words) == state_of(**settings, costs=costs)
    assert state_of(**settings) != state_of(**settings, costs=costs)
    assert "ends on" not in ended(main, capsys, str(folder), *words)[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hedge_mx"], "'hedge_mx' is no strategy, no run's folder and no TOML file (did you mean "
                       "hedge_mix?); strategies are equity_only, "),
        ([""], "'' is no strategy, no run's folder and no TOML file; strategies are "),
        (["gone.toml"], "gone.toml cannot be read: No such file or directory; check its path"),
        (["README.md"], "README.md is no TOML ("),
        (["docs"], "docs holds no run.toml, so it is no run's folder; name a folder that "
                   "backtests.run wrote, a TOML file or a strategy"),
        (["pyproject.toml"], "pyproject.toml sets 'build-system'; it can set strategy, source,"),
        (["hedge_mix", "--out", "x"], "No such option '--out'"),
        (["a" * 5000], "' is no strategy"),
        (["hedge_mix", "--currency", "JPY", "--source", "yahoo"], "Yahoo cannot be reached"),
        ([*BUNDLED, "--currency", "JPN"], "got 'JPN' (did you mean JPY?)"),
        ([*BUNDLED, "--currency", "JPY", "--fx-hedge", "2"], "a ratio from 0 to 1"),
        ([*BUNDLED, "--end", "1950-01-01"], "--end 1950-01-01 is before the first day of"),
        ([*BUNDLED, "--weights", "SPY=0.6,XYZ=0.4"], "XYZ is not in the bundled history"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_ends_with_one_line(words, message, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    code, _, err = ended(main, capsys, *words)
    assert code == 2
    (line,) = err.splitlines()
    assert message in line


def test_strict_refuses_the_history_that_stands_in_for_yahoos(capsys):
    code, out, err = ended(main, capsys, "--strict")
    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1


def test_nothing_is_written(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked(capsys, *ENDED)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick_proof")
def test_a_rule_of_ones_own_is_proved_and_asked_about(capsys, tmp_path):
    rule = tmp_path / "my_rule.py"
    rule.write_text(TREND)
    named = ("--strategy-file", f"{rule}:TrendOrTreasuries")
    state = asked(capsys, *named, *ENDED)
    assert (state.equity, state.hedge) == (("SPY",), ("IEF",))
    folder = saved(RunConfig("trend_or_treasuries", source="bundled", end="2000-12-31"), tmp_path)
    assert asked(capsys, str(folder), *named) == asked(capsys, str(folder / "run.toml"), *named)
    # A configuration never runs code that nobody named.
    registry._GIVEN.clear()
    code, _, err = ended(main, capsys, str(folder))
    assert code == 2
    assert f"{folder} is a run of trend_or_treasuries, a strategy of its own" in err
    rule.write_text(TREND.replace("default", "default ").replace("10, low=2", "9, low=2"))
    code, _, err = ended(main, capsys, str(folder), *named)
    assert code == 2
    assert "is another version; give --strategy-file" in err


def test_a_run_in_yen_is_asked_about_in_yen(capsys, tmp_path):
    """Its states are told by dollars, as those of any run; what followed is in yen."""
    money, end = Money("JPY", fx_hedge=1), "2015-12-31"
    folder = saved(RunConfig("hedge_mix", source="bundled", end=end, money=money), tmp_path)
    hedged = asked(capsys, str(folder))
    assert hedged == state_of(end=end, money=money)
    words = ("--currency", "JPY", "--fx-hedge", "1", "--end", end)
    assert hedged == asked(capsys, "hedge_mix", *BUNDLED, *words)
    unhedged = asked(capsys, str(folder), "--fx-hedge", "0")
    assert unhedged == state_of(end=end, money=Money("JPY"))
    dollars = state_of(end=end)
    told = [[one.value for one in each.indicators] for each in (hedged, unhedged, dollars)]
    assert told[0] == told[1] == told[2]
    rates = [each.indicators[1].rates[0].payoff.value for each in (hedged, unhedged, dollars)]
    assert len(set(rates)) == 3


@pytest.fixture(scope="module")
def drifted(tmp_path_factory) -> Callable[[float], Path]:
    """A folder of SPY and IEF that move alike, but for SPY's growth on the last session alone."""

    def made(growth: float) -> Path:
        folder = tmp_path_factory.mktemp("drifted")
        days = pd.bdate_range("2023-01-02", "2024-06-28", name="date")
        up_and_down = np.where(np.arange(len(days)) % 2, 0.001, -0.001)
        level = pd.Series(100.0 * np.cumprod(1.0 + up_and_down), days, name="value")
        level.to_csv(folder / "IEF.csv")
        level.iloc[-1] *= growth
        level.to_csv(folder / "SPY.csv")
        return folder

    return made


@pytest.mark.parametrize("band", [("--band", "0.01"), ("--band-relative", "0.025")])
@pytest.mark.parametrize(
    ("growth", "held", "pending"),
    [
        (1.0427, "SPY 61.0 %, IEF 39.0 %", "nothing"),
        (1.0428, "SPY 61.0 %, IEF 39.0 %", "SPY 60.0 %, IEF 40.0 %"),
    ],
)
def test_a_mix_is_asked_to_trade_just_beyond_its_band_and_not_just_within(
    capsys, drifted, band, growth, held, pending
):
    """0.6 g / (0.6 g + 0.4) is 0.61 at g = 0.244 / 0.234 = 1.04274: a point off, and of IEF 2.5 %.

    So does the relative band of IEF, 0.025 of 0.4, decide before that of SPY.
    """
    words = (*band, "--fee-bps", "0", "--slippage-bps", "0", "--source", f"files:{drifted(growth)}")
    code, out, err = ended(main, capsys, "hedge_mix", *words)
    assert code == 0, err
    says = out.partition("What the rule says on 2024-06-28\n")[2]
    decided = "2023-01-02" if pending == "nothing" else "2024-06-28"
    assert says.splitlines()[:3] == [
        f"  last decision  {decided}: SPY 60.0 %, IEF 40.0 %",
        f"  held now       {held}",
        f"  pending        {pending}",
    ]

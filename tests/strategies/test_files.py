"""Strategies from files: what is read is what runs, and every file that cannot be used says so."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.errors import HedgeError, RuleError
from strategies import files, registry
from strategies.decisions import decide
from strategies.files import read_folder, read_strategy
from tests.conftest import ROOT, random_market
from tests.strategies.rule_files import SHORT, TREND


def written(folder: Path, source: str, name: str = "my_rule.py") -> Path:
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return path


def test_a_class_of_a_file_is_a_strategy(tmp_path):
    path = written(tmp_path, SHORT)
    kind = read_strategy(f"{path}:Steady")
    assert kind.name == "steady"
    assert not kind.is_built_in()
    assert kind.file is not None
    assert kind.file.source == path.read_bytes()
    # By hand: sha256sum of the file.
    assert kind.file.sha256 == hashlib.sha256(SHORT.encode()).hexdigest()
    assert (decide(kind(share=0.3), random_market(1))["SPY"] == 0.3).all()


def test_the_class_may_be_left_out_where_there_is_but_one(tmp_path):
    path = written(tmp_path, SHORT)
    assert read_strategy(str(path)) is read_strategy(f"{path}:Steady")
    both = written(tmp_path, SHORT + SHORT.replace("Steady", "Other"), "both.py")
    with pytest.raises(RuleError, match="names no class, and its strategies are Steady, Other"):
        read_strategy(str(both))


def test_what_a_file_imports_is_none_of_its_strategies(tmp_path):
    path = written(tmp_path, "from strategies.hedge_mix import HedgeMix\n" + SHORT)
    assert read_strategy(str(path)).name == "steady"
    with pytest.raises(RuleError, match="HedgeMix is no strategy; its strategies are Steady"):
        read_strategy(f"{path}:HedgeMix")


def test_what_was_read_runs_whatever_becomes_of_the_file(tmp_path):
    path = written(tmp_path, SHORT)
    kind = read_strategy(f"{path}:Steady")
    written(tmp_path, SHORT.replace("self.share}", "0.0}"))
    changed = read_strategy(f"{path}:Steady")
    assert changed is not kind
    market = random_market(1)
    assert (decide(kind(), market)["SPY"] == 0.5).all()
    assert (decide(changed(), market)["SPY"] == 0.0).all()


def test_a_file_runs_once_in_a_process(tmp_path):
    runs = f"with open({str(tmp_path / 'runs')!r}, 'a') as log:\n    log.write('x')\n"
    path = written(tmp_path, runs + SHORT)
    for _ in range(3):
        read_strategy(f"{path}:Steady")
    assert (tmp_path / "runs").read_text() == "x"


def test_another_process_gets_the_source_with_the_strategy(tmp_path):
    """Unpickled where the file is gone, it decides the same."""
    path = written(tmp_path, SHORT)
    rule = read_strategy(f"{path}:Steady")(share=0.25)
    pickled = tmp_path / "rule.pickle"
    pickled.write_bytes(pickle.dumps(rule))
    path.unlink()
    script = (
        "import pickle, sys\n"
        "from tests.conftest import random_market\n"
        "rule = pickle.load(open(sys.argv[1], 'rb'))\n"
        "print(rule.params()['share'], rule.target_weights(random_market(1))['SPY'].iloc[0])\n"
    )
    words = [sys.executable, "-c", script, str(pickled)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0.25", "0.25"], done.stderr


def test_a_strategy_survives_pickling_here(tmp_path):
    rule = read_strategy(str(written(tmp_path, TREND)))(window=12)
    again = pickle.loads(pickle.dumps(rule))  # noqa: S301 - our own bytes
    assert again == rule
    assert hash(again) == hash(rule)


def test_threads_wait_for_a_whole_file(tmp_path):
    path = written(tmp_path, "import time\ntime.sleep(0.3)\n" + SHORT)
    with ThreadPoolExecutor(4) as pool:
        kinds = list(pool.map(read_strategy, [str(path)] * 4))
    assert len(set(kinds)) == 1


def test_whatever_a_file_of_the_folder_does_is_but_that_file(tmp_path):
    written(tmp_path, "import sys\ndel sys.modules[__name__]\n" + SHORT, "a.py")
    written(tmp_path, SHORT + "\nSteady.__name__ = 'Other'\n", "b.py")
    kinds, wrong = read_folder(tmp_path)
    assert len(kinds) + len(wrong) == 2
    assert all("\n" not in line for line in wrong)


WRONG = {
    "no file": ("", "nowhere.py:X", "cannot be read: No such file or directory; check its path"),
    "not python": ("", "notes.txt:X", "names no Python file; write for example my_rule.py:MyRule"),
    "syntax": ("def f(:\n", "r.py:X", "cannot be loaded: SyntaxError: invalid syntax"),
    "fails": ("x = 1\ny = x / 0\n", "r.py:X", "ZeroDivisionError: division by zero (line 2)"),
    "exits": ("raise SystemExit(3)\n", "r.py:X", "cannot be loaded: SystemExit: 3 (line 1)"),
    "imports": ("import helpers_of_mine\n", "r.py:X", "what it imports has to be installed"),
    "no class": (SHORT, "r.py:Steddy", "Steddy is not in it (did you mean Steady?)"),
    "no strategy": ("class X: pass\n", "r.py:X", "X is no strategy; it defines no strategy"),
    "no name": (SHORT.replace('name: ClassVar[str] = "steady"', "pass"), "r.py:Steady",
                "Steady is named None; give it name = 'my_rule'"),
    "odd name": (SHORT.replace('"steady"', '"../up"'), "r.py:Steady", "is named '../up'"),
    "no dataclass": (SHORT.replace("@dataclass(frozen=True)", ""), "r.py:Steady",
                     "put @dataclass(frozen=True) above it"),
    "not frozen": (SHORT.replace("(frozen=True)", ""), "r.py:Steady",
                   "cannot inherit non-frozen dataclass from a frozen one"),
    "bare field": (SHORT.replace('parameter(0.5, low=0, high=1, step=0.1, unit="fraction of '
                                 'value", doc="of SPY")', "0.5"), "r.py:Steady",
                   "Steady.share is declared without its unit and range"),
    "own range": (SHORT.replace("parameter(0.5", "parameter(1.5"), "r.py:Steady",
                  "steady: share takes 0 to 1"),
    "only a function": ("def rule(market): return {}\n", "r.py",
                        "it defines no strategy (a function goes into backtest() in Python)"),
    "home": ("", "~/r.py:X", "No such file or directory"),
    "tickers text": (SHORT.replace('return ["SPY"]', 'return "SPY"'), "r.py:Steady",
                     "tickers of steady are a list such as ['SPY', 'IEF'], each once, got 'SPY'"),
    "tickers none": (SHORT.replace('return ["SPY"]', "return None"), "r.py:Steady", "got None"),
    "tickers empty": (SHORT.replace('return ["SPY"]', "return []"), "r.py:Steady", "got []"),
    "tickers numbers": (SHORT.replace('return ["SPY"]', "return [1]"), "r.py:Steady", "got [1]"),
    "tickers twice": (SHORT.replace('return ["SPY"]', 'return ["SPY", "SPY"]'), "r.py:Steady",
                      "each once, got ['SPY', 'SPY']"),
    "tickers fail": (SHORT.replace('return ["SPY"]', "return [1 / 0]"), "r.py:Steady",
                     "steady cannot say what it holds (ZeroDivisionError: division by zero)"),
    "optional": (SHORT + "    optional = ('GLD',)\n", "r.py:Steady",
                 "optional tickers of steady are some of its tickers, not all, got ('GLD',)"),
    "optional all": (SHORT + "    optional = ('SPY',)\n", "r.py:Steady", "not all, got ('SPY',)"),
    "heaviest": (SHORT + "    heaviest = 'GLD'\n", "r.py:Steady",
                 "heaviest of steady is one of its tickers, got 'GLD'"),
    "carried back": (SHORT + "    carried_back = ('BIL',)\n", "r.py:Steady",
                     "carried_back of steady are some of its tickers, got ('BIL',)"),
    "carried back by text": (SHORT + "    carried_back = 'SPY'\n", "r.py:Steady",
                             "carried_back of steady are some of its tickers, got 'SPY'"),
    "reserved": (SHORT.replace("share: float", "optional: float"), "r.py:Steady",
                 "has the name of something that every strategy has; rename that parameter"),
    "fails when made": (SHORT + "    def __post_init__(self):\n        raise KeyError('x')\n",
                        "r.py:Steady", "Steady cannot be made with its defaults (KeyError: 'x')"),
    "needs": (SHORT.replace("    share:", '    needs = ("yield",)\n    share:'), "r.py:Steady",
              "needs of Steady are a tuple of yields, policy_rate, usd, cpi, got ('yield',)"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_cannot_be_used_is_one_line(case, tmp_path):
    source, text, message = WRONG[case]
    if source:
        written(tmp_path, source, "r.py")
    with pytest.raises(HedgeError) as refused:
        read_strategy(f"{tmp_path}/{text}")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_gives_what_can_be_used_and_says_what_cannot(tmp_path):
    written(tmp_path, TREND, "b.py")
    written(tmp_path, SHORT, "a.py")
    written(tmp_path, "import nothing_like_it\n", "c.py")
    written(tmp_path, "raise AssertionError('private')\n", "_private.py")
    kinds, wrong = read_folder(tmp_path)
    assert [kind.name for kind in kinds] == ["steady", "trend_or_treasuries"]
    (line,) = wrong
    assert "c.py cannot be loaded" in line


def test_a_folder_that_is_none_is_said():
    kinds, (line,) = read_folder(Path("/nowhere/at/all"))
    assert (kinds, line) == ([], "$HEDGE_STRATEGIES /nowhere/at/all is no folder; give one with "
                             "Python files")  # fmt: skip


def test_names_of_modules_do_not_meet(tmp_path):
    """Two files of one name and other sources are two modules."""
    (tmp_path / "x").mkdir()
    first = read_strategy(str(written(tmp_path, SHORT)))
    second = read_strategy(str(written(tmp_path / "x", SHORT.replace("0.5", "0.4"))))
    assert first.__module__ != second.__module__
    assert first.__module__.startswith(files.MODULE)
    assert (first().params()["share"], second().params()["share"]) == (0.5, 0.4)


@pytest.fixture
def no_files(monkeypatch):
    monkeypatch.setattr(registry, "_GIVEN", {})
    monkeypatch.delenv("HEDGE_STRATEGIES", raising=False)


@pytest.mark.usefixtures("no_files")
def test_a_file_given_has_its_name_in_the_registry(tmp_path):
    assert registry.use_file(f"{written(tmp_path, SHORT)}:Steady") == "steady"
    assert registry.make("steady", {"share": "0.7"}).params() == {"share": 0.7}
    assert registry.strategy_names()[-1] == "steady"
    with pytest.raises(HedgeError, match="did you mean steady"):
        registry.strategy_class("stedy")


@pytest.mark.usefixtures("no_files")
def test_names_are_not_taken_twice(tmp_path):
    path = written(tmp_path, SHORT.replace('"steady"', '"carry"'))
    with pytest.raises(RuleError, match="carry is the name of a built-in strategy; rename it"):
        registry.use_file(f"{path}:Steady")
    registry.use_file(str(written(tmp_path, SHORT, "a.py")))
    with pytest.raises(RuleError, match="also the name of a strategy given before"):
        registry.use_file(str(written(tmp_path, SHORT.replace("0.5", "0.4"), "b.py")))


@pytest.mark.usefixtures("no_files")
def test_a_folder_in_the_environment_gives_names(tmp_path, monkeypatch):
    written(tmp_path, SHORT)
    written(tmp_path, TREND.replace('"trend_or_treasuries"', '"carry"'), "z.py")
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    assert registry.strategy_class("steady").summary() == "Hold a share of equity."
    own = registry.own_strategies()
    assert list(own.strategies) == ["steady"]
    assert "z.py: carry is the name of a built-in one; rename it" in own.wrong[0]


@pytest.mark.usefixtures("no_files")
def test_a_name_of_two_files_is_nobodys(tmp_path, monkeypatch):
    """Neither is run in the other's place: the message names both."""
    written(tmp_path, SHORT, "a.py")
    written(tmp_path, SHORT.replace("0.5", "0.4"), "b.py")
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    with pytest.raises(HedgeError) as refused:
        registry.strategy_class("steady")
    assert f"b.py: steady is a strategy of {tmp_path / 'a.py'} too; rename one" in str(
        refused.value
    )
    # One that was given by file is the one that is meant.
    registry.use_file(str(tmp_path / "b.py"))
    assert registry.strategy_class("steady")().params() == {"share": 0.4}


@pytest.mark.usefixtures("no_files")
def test_a_built_in_name_does_not_run_the_folder(tmp_path, monkeypatch):
    written(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    assert registry.strategy_class("carry").name == "carry"
    assert registry.is_strategy("hedge_mix")
    assert not (tmp_path / "ran").exists()

"""A run that was made before: the same answer, or made anew where anything differs."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import click
import pandas as pd
import pytest

import backtests.jobs
from backtests.again import earlier_answer, question_of
from backtests.engine.config import RunConfig
from backtests.report.files import file_sha256
from backtests.report.program import sources
from backtests.report.receipts import RECEIPTS, keep_receipt, read_receipts
from backtests.run import main
from data.sources import fred
from data.strictness import Strictness
from tests import yahoo_server
from tests.conftest import ROOT, ended
from tests.made_rates import rate

NOTE = re.compile(
    r"answered from the run of 20\d\d-\d\d-\d\d \d\d:\d\d UTC: nothing .*; --again makes it anew"
)
QUICK = ("--no-tearsheet", "--no-verdict")
WANTED = {"with_verdict": False, "with_tearsheet": False, "standalone": False, "withdrawals": None}


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """As if the project's files had changed long before: a developer may just have saved one."""
    monkeypatch.setattr("backtests.again.BEGAN_NS", time.time_ns() + 3_600 * 10**9)


@pytest.fixture
def executed(monkeypatch) -> list[RunConfig]:
    """The configurations of runs that were made."""
    made: list[RunConfig] = []
    execute = backtests.jobs.execute

    def counted(config, *words, **options):
        made.append(config)
        return execute(config, *words, **options)

    monkeypatch.setattr("backtests.jobs.execute", counted)
    return made


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*")
            if path.is_file() and path.name != ".index.json"}  # fmt: skip


def daily(folder: Path, tickers=("SPY", "IEF", "SHY", "TLT", "BIL", "EDV")) -> Path:
    """A folder of made daily prices, with yields, rates of exchange and a table of currencies."""
    folder.mkdir()
    days = pd.bdate_range("2015-01-01", "2019-12-31")
    for number, ticker in enumerate(tickers):
        rng = random.Random(number)
        level, lines = 100.0, ["date,value"]
        for day in days:
            level *= 1 + rng.gauss(0.0003, 0.005)
            lines.append(f"{day:%Y-%m-%d},{level:.6f}")
        (folder / f"{ticker}.csv").write_text("\n".join(lines) + "\n")
    yields = "".join(f"{day:%Y-%m-%d},2.0,3.0\n" for day in days)
    (folder / "treasury_cmt_yields_daily.csv").write_text("date,3m,10y\n" + yields)
    (folder / "currency.toml").write_text('"SPY" = "USD"\n')
    return folder


# --- the same ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["hedge_mix", "--source", "bundled", "--currency", "JPY", "--start", "2000-01-31"],
        ["hedge_mix", "--source", "bundled", "--weights", "SPY=0.6", *QUICK, "--json"],
        ["hedge_mix", "--source", "bundled", "--flow", "-1000/month", "--real", *QUICK],
        ["hedge_mix", "--source", "bundled", "--flow", "-1000/month", *QUICK, "--json"],
        ["attack_defend", "--source", "bundled", "--start", "1990-01-31", "--no-tearsheet"],
        ["attack_defend", "--source", "files:{prices}", *QUICK],  # on yields that stand still
        [
            "hedge_mix",
            "--source",
            "files:{prices}",
            "--weights",
            "SPY=0.6,EDV=0.4",
            "--no-tearsheet",
        ],
    ],
    ids=["yen", "json", "ruined", "ruined json", "switches", "no switch", "no stress test"],
)
def test_the_second_run_prints_the_same_says_so_and_changes_nothing(
    capsys, tmp_path, executed, words
):
    prices, out = daily(tmp_path / "prices"), tmp_path / "r"
    source = f"files:{prices}"
    words = [*(word.format(prices=prices) for word in words), "--out", str(out)]
    code, shown, told = ended(main, capsys, *words)
    assert (code, len(executed)) == (0, 1)
    assert not NOTE.search(shown + told)
    assert ("No switch of duration" in shown) == (
        words[:3] == ["attack_defend", "--source", source]
    )
    assert ("no stress.html: " in shown) == ("SPY=0.6,EDV=0.4" in words)
    before = contents(out)
    code, shown_again, told_again = ended(main, capsys, *words)
    assert (code, len(executed)) == (0, 1)
    changed = told_again if "--json" in words else shown_again
    *same, note = changed.splitlines()
    assert NOTE.fullmatch(note)
    assert same == (told if "--json" in words else shown).splitlines()
    assert (shown if "--json" in words else told) == (
        shown_again if "--json" in words else told_again
    )
    assert contents(out) == before


def test_again_and_refresh_make_it_anew_and_it_answers_afterwards(capsys, tmp_path, executed):
    words = ["hedge_mix", "--source", "bundled", *QUICK, "--out", str(tmp_path)]
    for more, runs in ((["--again"], 1), ([], 1), (["--again"], 2), (["--refresh"], 3), ([], 3)):
        code, shown, _ = ended(main, capsys, *words, *more)
        assert (code, len(executed)) == (0, runs)
        assert bool(NOTE.search(shown)) == (not more)


def test_a_list_of_results_that_is_gone_comes_back(capsys, tmp_path, executed):
    words = ["hedge_mix", "--source", "bundled", *QUICK, "--out", str(tmp_path)]
    ended(main, capsys, *words)
    page = (tmp_path / "index.html").read_bytes()
    (tmp_path / "index.html").unlink()
    ended(main, capsys, *words)
    assert (tmp_path / "index.html").read_bytes() == page
    assert len(executed) == 1


def test_the_answer_loads_no_engine(tmp_path):
    """What takes seconds to load; and it is as of a process of its own."""
    words = ["hedge_mix", "--source", "bundled", *QUICK, "--out", str(tmp_path)]
    script = (
        "import sys\n"
        "from backtests.run import main\n"
        f"main.main({words!r}, standalone_mode=False)\n"
        "heavy = {'scipy', 'numba', 'vectorbt', 'quantstats', 'arch', 'plotly', 'matplotlib',\n"
        "         'yfinance', 'exchange_calendars', 'sklearn'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    time.sleep(3)  # whatever was just saved counts as settled
    first, second = (
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True,
                       check=True).stdout.splitlines()
        for _ in range(2)
    )  # fmt: skip
    assert "vectorbt" in first[-1]
    assert NOTE.fullmatch(second[-2])
    assert second[-1] == "[]"
    assert second[:-2] == first[:-1]


# --- another question -------------------------------------------------------------------------

# Of each option of the command: words with which it is another question, or why it needs none.
OPTIONS: dict[str, tuple[str, ...] | str] = {
    "strategy": ("equity_only",),
    "strategy_file": "a rule of the user's own is never answered",
    "weights": ("--weights", "SPY=0.5,IEF=0.5"),
    "rebalance": ("--rebalance", "quarterly"),
    "offset": ("--offset", "2"),
    "settings": ("--set", "weights=SPY=0.5"),
    "source": ("--source", "auto"),
    "extend": ("--extend",),
    "start": ("--start", "1990-01-31"),
    "end": ("--end", "2020-12-31"),
    "fee_bps": ("--fee-bps", "3"),
    "slippage_bps": ("--slippage-bps", "3"),
    "lag": ("--lag", "2"),
    "benchmark": ("--benchmark", "TLT"),
    "hedge": ("--hedge", "IEF"),
    "equity": ("--equity", "SPY"),
    "price_only": ("--source", "files:.", "--price-only", "SPY"),
    "initial": ("--initial", "5"),
    "currency": ("--currency", "JPY"),
    "cash": ("--currency", "JPY", "--cash", "usd"),
    "fx_hedge": ("--currency", "JPY", "--fx-hedge", "1"),
    "fx_hedge_equity": ("--currency", "JPY", "--fx-hedge-equity", "1"),
    "fx_basis_bp": ("--currency", "JPY", "--fx-hedge", "1", "--fx-basis-bp", "7"),
    "carry_rates": ("--currency", "JPY", "--carry-rates"),
    "withholding": ("--withholding", "0.3"),
    "band": ("--band", "0.05"),
    "band_relative": ("--band-relative", "0.25"),
    "band_to": ("--band", "0.05", "--band-to", "edge"),
    "flow": ("--flow", "100/month"),
    "flow_indexed": ("--flow", "100/month", "--flow-indexed"),
    "flows": ("--flows", "2020-01-15=500"),
    "real": ("--real",),
    "standalone": ("--standalone",),
    "no_tearsheet": ("--no-tearsheet",),
    "no_verdict": ("--no-verdict",),
    "withdrawals": ("--withdrawals", "4%"),
    "out": "receipts lie in it",
    "debug": "shows errors alone",
    "strict": "held against the answer each time",
    "max_age": "the same",
    "config": "read into the options",
    "refresh": "makes it anew",
    "again": "makes it anew",
    "serial": "how it is made, with the same bytes",
    "as_json": "shown, not made",
    "listing": "makes no run",
}


def test_every_option_has_its_place():
    assert OPTIONS.keys() == {
        option.name for option in main.params if isinstance(option, click.Parameter)
    }


def test_every_setting_is_another_question(capsys, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(
        "backtests.again.earlier_answer", lambda question, *_: asked.append(question.key) or 1 / 0
    )
    mix = ("hedge_mix",), ("hedge_mix", "--source", "bundled")
    vectors = [*mix, *(words if words[0] == "equity_only" else ("hedge_mix", *words)
                       for words in OPTIONS.values() if isinstance(words, tuple))]  # fmt: skip
    vectors = [words for words in vectors if words != ("hedge_mix", "--source", "auto")]
    for words in (*vectors, *vectors):
        ended(main, capsys, *words, "--out", str(tmp_path))
    half = len(vectors)
    assert len(asked) == 2 * half
    assert asked[:half] == asked[half:]
    assert len(set(asked)) == half


@pytest.mark.parametrize(
    "change",
    [
        {"name": "backtests.again.sources", "to": replace(sources(), sha256="1")},
        {"name": "backtests.again.surroundings", "to": "another library"},
    ],
)
def test_another_program_is_another_question(capsys, tmp_path, monkeypatch, executed, change):
    words = ["hedge_mix", "--source", "bundled", *QUICK, "--out", str(tmp_path)]
    ended(main, capsys, *words)
    monkeypatch.setattr(change["name"], lambda *_: change["to"])
    assert not NOTE.search(ended(main, capsys, *words)[1])
    assert NOTE.search(ended(main, capsys, *words)[1])
    assert len(executed) == 2


def test_a_byte_of_a_source_and_a_library_s_version_are_another_question(tmp_path):
    """In a copy of the project, by processes of their own."""
    place = tmp_path / "project"
    for name in ("backtests", "data", "strategies"):
        shutil.copytree(ROOT / name, place / name,
                        ignore=shutil.ignore_patterns("__pycache__", "cache"))  # fmt: skip
    library = tmp_path / "site" / "made-1.0.dist-info"
    library.mkdir(parents=True)
    script = (
        "from backtests.again import question_of\n"
        "from backtests.engine.config import RunConfig\n"
        f"print(question_of(RunConfig('equity_only'), **{WANTED!r}).key)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{place}{os.pathsep}{library.parent}"}

    def key() -> str:
        return subprocess.run([sys.executable, "-c", script], cwd=place, env=environment,
                              capture_output=True, text=True, check=True).stdout  # fmt: skip

    keys = [key(), key()]
    module = place / "data" / "months.py"
    module.write_text(module.read_text() + "#")
    keys.append(key())
    library.rename(library.with_name("made-1.1.dist-info"))
    keys.append(key())
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("when", ["before it", "during it", "never there"])
def test_sources_that_changed_around_a_run_leave_no_receipt(capsys, tmp_path, monkeypatch, when):
    """Nobody can tell which of them it loaded."""
    real = sources()
    if when == "before it":
        monkeypatch.setattr("backtests.again.BEGAN_NS", real.changed_ns + 10**9)
    elif when == "during it":
        states = iter([real, replace(real, sha256="1")])
        monkeypatch.setattr("backtests.again.sources", lambda: next(states))
    else:

        def missing():
            raise OSError

        monkeypatch.setattr("backtests.again.sources", missing)
    words = ["hedge_mix", "--source", "bundled", *QUICK, "--out", str(tmp_path)]
    assert ended(main, capsys, *words)[0] == 0
    assert not (tmp_path / RECEIPTS).exists()


def test_a_rule_of_ones_own_is_made_each_time(capsys, tmp_path, executed):
    """It may read whatever it likes."""
    rule = tmp_path / "own.py"
    rule.write_text(
        "from dataclasses import dataclass\n"
        "import pandas as pd\n"
        "from strategies.base import Strategy\n\n\n"
        "@dataclass(frozen=True)\n"
        "class Half(Strategy):\n"
        '    """Half."""\n\n'
        '    name = "half"\n\n'
        "    @property\n"
        "    def tickers(self):\n"
        '        return ("SPY",)\n\n'
        "    def target_weights(self, market):\n"
        '        return pd.DataFrame({"SPY": 0.5}, market.sessions)\n'
    )
    for runs in (1, 2):
        code, shown, told = ended(main, capsys, "--strategy-file", f"{rule}:Half", "--source",
                                  "bundled", *QUICK, "--out", str(tmp_path / "r"))  # fmt: skip
        assert (code, len(executed)) == (0, runs), told
        assert not NOTE.search(shown)
    assert not (tmp_path / "r" / RECEIPTS).exists()


# --- other data, damaged folders --------------------------------------------------------------


@pytest.fixture
def asked(capsys, tmp_path):
    """A run on files in yen that was made, and how it is asked for: an answer, or None."""
    prices, out = daily(tmp_path / "prices"), tmp_path / "r"
    source = f"files:{prices}"
    words = ["attack_defend", "--source", source, *QUICK, "--out", str(out)]
    assert ended(main, capsys, *words)[0] == 0

    def ask(strictness=None):
        config = RunConfig(strategy="attack_defend", source=source)
        return earlier_answer(question_of(config, **WANTED), out, strictness)

    assert ask() is not None
    return ask, prices, out, words


def test_one_byte_of_any_file_that_was_read_makes_it_anew(asked):
    ask, prices, out, _ = asked
    (receipt,) = read_receipts(out).values()
    rng = random.Random(1)
    names = {Path(path).name for path in receipt.reading.files}
    assert names >= {"SPY.csv", "TLT.csv", "treasury_cmt_yields_daily.csv", "currency.toml"}
    there = [Path(path) for path, sha256 in receipt.reading.files.items() if sha256]
    for path in there:
        good = path.read_bytes()
        for at in (0, len(good) - 1, rng.randrange(len(good))):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert ask() is None, (path, at)
        path.write_bytes(good)
        assert ask() is not None
    for path, sha256 in receipt.reading.files.items():
        if not sha256:
            Path(path).write_text("")
            assert ask() is None
            Path(path).unlink()
    (prices / "GLD.csv").write_text("date,value\n")
    assert ask() is None


def test_one_byte_of_any_file_of_its_folder_makes_it_anew_and_mends_it(capsys, asked, executed):
    ask, _, out, words = asked
    (folder,) = out.glob("attack_defend-*")
    rng = random.Random(2)
    for path in sorted(folder.iterdir()):
        good = path.read_bytes()
        for at in (0, rng.randrange(len(good))):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert ask() is None, (path, at)
        path.unlink()
        assert ask() is None
        path.write_bytes(good)
        assert ask() is not None
    # A manifest that vouches for other numbers is another one.
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "summary.json").write_text((folder / "summary.json").read_text() + " ")
    manifest["files"]["summary.json"] = file_sha256(folder / "summary.json")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert ask() is None
    assert not NOTE.search(ended(main, capsys, *words)[1])
    assert len(executed) == 1
    assert NOTE.search(ended(main, capsys, *words)[1])
    shutil.rmtree(folder)
    assert ask() is None
    assert ended(main, capsys, *words)[0] == 0
    assert len(executed) == 2
    assert ask() is not None


def test_receipts_of_the_future_and_of_other_folders_are_no_answer(asked):
    ask, _, out, _ = asked
    ((key, good),) = read_receipts(out).items()
    for bad in (
        replace(good, made="2999-01-01T00:00:00+00:00"),
        replace(good, made="soon"),
        replace(good, made=good.made.removesuffix("+00:00")),
        replace(good, manifest="0" * 64),
        replace(good, told=()),
        replace(good, prices=("/none",)),
        replace(good, judged=True),
    ):
        keep_receipt(out, key, bad)
        assert ask() is None, bad
    keep_receipt(out, key, good)
    assert ask() is not None


def test_strict_is_held_against_the_answer(capsys, asked, executed):
    """Made prices of years ago are taken, unless they are to be new; a run made anew says so."""
    ask, _, _, words = asked
    assert ask(Strictness()) is not None
    assert ask(Strictness(30_000)) is not None
    assert ask(Strictness(3)) is None
    code, shown, _ = ended(main, capsys, *words, "--strict")
    assert (code, len(executed)) == (0, 0)
    assert NOTE.search(shown)
    code, _, told = ended(main, capsys, *words, "--strict", "--max-age", "3")
    assert (code, len(executed)) == (3, 1)
    assert "--max-age is 3" in told


# --- fetched ----------------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path, monkeypatch):
    """Made prices and rates on loopback, and an empty cache."""
    with yahoo_server.serve() as running:
        for ticker in ("SPY", "IEF"):
            running.hold(ticker, yahoo_server.made_bars(900))
        for name in {fred.BILL, fred.POLICY_RATE, fred.CPI, *fred.CURVE.values()}:
            running.hold_fred(name, rate(name, "2015-01-02", "2025-09-26"))
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        yield running


def test_a_fetched_run_answers_as_one_on_its_snapshots_would(
    capsys, tmp_path, web, executed, monkeypatch
):
    words = ["hedge_mix", *QUICK, "--out", str(tmp_path / "r")]
    code, first, told = ended(main, capsys, *words)
    assert (code, told) == (0, "")
    count = len(web.asked)
    _, answer, _ = ended(main, capsys, *words)
    assert (len(executed), len(web.asked)) == (1, count)
    *lines, note = answer.splitlines()
    assert NOTE.fullmatch(note)
    _, anew, _ = ended(main, capsys, *words, "--again")
    age = re.compile(r"\d+ min")
    assert [age.sub("", line) for line in lines] == [
        age.sub("", line) for line in anew.splitlines()
    ]
    assert "fetched just now" in first.splitlines()[0]
    assert re.search(r"\(cached snapshots, up to \d+ min old\)$", lines[0])
    assert len(executed) == 2
    # The receipt of the second says the same.
    assert ended(main, capsys, *words)[1].splitlines()[1:-1] == lines[1:]
    # A day later a run would fetch.
    with monkeypatch.context() as later:
        later.setattr("data.sources.snapshots.FRESH", pd.Timedelta(0).to_pytimedelta())
        assert not NOTE.search(ended(main, capsys, *words)[1])
    assert len(web.asked) > count
    assert NOTE.search(ended(main, capsys, *words)[1])
    # Another process may have fetched since.
    snapshot = tmp_path / "data" / "IEF.snapshot.csv"
    good = snapshot.read_bytes()
    snapshot.write_bytes(good[:-1])
    assert not NOTE.search(ended(main, capsys, *words)[1])


@pytest.mark.parametrize("source", ["auto", "yahoo"])
def test_what_stood_in_for_an_answer_is_asked_for_again(capsys, tmp_path, web, executed, source):
    web.fred.pop(fred.BILL)
    words = ["hedge_mix", "--source", source, *QUICK, "--out", str(tmp_path / "r")]
    for runs in (1, 2):
        assert not NOTE.search(ended(main, capsys, *words)[1])
        assert len(executed) == runs


def test_the_bundled_history_in_place_of_yahoos_is_no_answer_for_later(capsys, tmp_path, executed):
    words = ["hedge_mix", *QUICK, "--out", str(tmp_path / "r")]
    for runs in (1, 2):
        assert ended(main, capsys, *words)[1].startswith("auto: bundled")
        assert len(executed) == runs


@pytest.mark.parametrize("other", ["numbers", "pages"])
def test_a_folder_that_another_process_has_just_replaced_is_no_answer(
    capsys, tmp_path, monkeypatch, executed, other
):
    """One of another version of this program, or one that wants fewer pages."""
    publish = backtests.jobs.publish
    monkeypatch.setattr("backtests.jobs.begin_sheet", lambda run: None)
    monkeypatch.setattr(
        "backtests.report.tearsheet.write_tearsheet", lambda path, *_: path.write_text("a page")
    )

    def and_then_replaced(run, out, *words, **options):
        folder = publish(run, out, *words, **options)
        shutil.rmtree(folder)
        other_run = replace(run, summary=replace(run.summary, initial=1.0))
        if other == "numbers":
            return publish(other_run, out, *words, **options)
        return publish(run, out, with_tearsheet=False)

    words = ["hedge_mix", "--source", "bundled", "--no-verdict", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr("backtests.jobs.publish", and_then_replaced)
        assert ended(main, capsys, *words)[0] == 0
    assert not NOTE.search(ended(main, capsys, *words)[1])
    assert len(executed) == 2
    assert NOTE.search(ended(main, capsys, *words)[1])


def test_a_receipt_that_cannot_be_written_is_a_warning(capsys, tmp_path, monkeypatch):
    from data.errors import OutputError

    def full(*_):
        raise OutputError("no room")

    monkeypatch.setattr("backtests.again.keep_receipt", full)
    words = ["hedge_mix", "--source", "bundled", *QUICK, "--out", str(tmp_path)]
    code, shown, _ = ended(main, capsys, *words)
    assert code == 0
    assert "warning: no room" in shown.splitlines()
    assert "results in" in shown

"""Damaged files of every kind a command reads: it copes or says in one line what to do.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_damage.py`` damages 1,000 of each kind.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest

import backtests
from backtests.report.files import file_sha256
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.currency.quotes import pair_of
from data.errors import HedgeError
from data.sources import fred, yahoo
from data.sources.bars import COLUMNS, Bars
from data.sources.snapshots import Store
from tests.made_exchange import h10, interbank
from tests.soak import counts
from tests.soak.counts import count, tell
from tests.soak.doors import CURE, call, complaint, complaint_of
from tests.yahoo_server import body, serve

SHORT = ("--no-tearsheet", "--no-verdict")
PYTHON = "backtests"
QUIET = {"quiet": True, "no_verdict": True}
PIECES = (
    b"", b"\0", b"\n", b"\r\n", b",", b'"', b"'", b"=", b"[", b"]", b"{", b"}", b"-", b"nan",
    b"inf", b"1e999", b"-1", b"0", b"9" * 30, b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[2J", b"<script>",
    b"0000-00-00", b"9999-12-31", b"1677-01-01", b"..", b"../../x", b"\\ud800", b"[[", b"a = 1\n",
    b"date,value\n", b"null", b"true", b"[" * 2000, "é\u202e".encode(),
)  # fmt: skip
VALUES = (None, True, False, 0, -1, 1.5, 10**400, "", "x", "\ud800", "\x1b[2J", "../../x", [], {},
          [1], {"a": 1}, "nan", [[]], "2000-01-31", "0001-01-01", "bundled")  # fmt: skip


def damaged(rng: random.Random, text: bytes) -> bytes:
    """Cut, repeat, exchange or put in a few bytes, one to three times."""
    for _ in range(rng.randint(1, 3)):
        at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + rng.choice((1, 3, 20, 10_000)))
        middle = rng.choice((b"", rng.choice(PIECES), text[at:to] * 2, rng.randbytes(3)))
        text = text[:at] + middle + text[to:]
    return text


def twisted(rng: random.Random, content):
    """Exchange one value anywhere in plain values, or take it out."""
    content = copy.deepcopy(content)
    here = content
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return content
        key = rng.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and rng.random() < 0.7:
            here = here[key]
        elif rng.random() < 0.25:
            del here[key]
            return content
        else:
            here[key] = rng.choice(VALUES)
            return content


def prices(rows: int = 30) -> bytes:
    days = pd.date_range("2000-01-31", periods=rows, freq="ME")
    return ("date,value\n" + "".join(f"{day:%Y-%m-%d},{100 + at % 7}\n"
                                     for at, day in enumerate(days))).encode()  # fmt: skip


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("data.sources.yahoo.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "cache"))
    (tmp_path / "prices").mkdir()
    for ticker in ("SPY", "IEF"):
        (tmp_path / "prices" / f"{ticker}.csv").write_bytes(prices())
    return tmp_path


def hold(kind: str, tried: list[tuple[str, str]]) -> None:
    """Report the answers of a kind, and refuse any that was bad."""
    wrong = [line for found, line in tried if found]
    tell(f"damaged {kind}", len(tried), wrong)
    assert not wrong, "\n".join(wrong[:10])


def ask(door: str, words: list[str], what: object) -> tuple[str, str]:
    answer = call(door, words)
    found = complaint(answer)
    return found, f"{found}: {what!r}\n{answer.err[-500:]}"


def ask_any(rng: random.Random, what: object, doors) -> tuple[str, str]:
    """Let one of some doors read it: a command with its words, or Python with a call."""
    door, words = rng.choice(doors)
    if door != PYTHON:
        return ask(door, list(words), what)
    found = complaint_of(words)
    return found, f"{found}: {what!r}"


def test_configurations(place):
    rng = random.Random(counts.seed(1))
    good = (b'strategy = "hedge_mix"\nsource = "files:prices"\nextend = false\nfee_bps = 2.0\n'
            b'lag = 1\nbenchmark = "SPY"\ninitial = 10000.0\n\n[params]\nrebalance = "monthly"\n\n'
            b'[params.weights]\nSPY = 0.6\nIEF = 0.4\n')  # fmt: skip
    money = (b'currency = "JPY"\ncash = "home"\nfx_hedge = "IEF=1"\nfx_hedge_equity = 0.5\n'
             b"fx_basis_bp = 25.0\ncarry_rates = false\n")  # fmt: skip
    yen = good.replace(b"\n[params]\n", money + b"\n[params]\n")
    assert yen != good
    tried = []
    for _ in range(count(60, 1_000)):
        text = damaged(rng, rng.choice((good, yen)))
        (place / "run.toml").write_bytes(text)
        tried.append(ask_any(rng, text, (
            ("backtests.run", ["--config", "run.toml", *SHORT]),
            ("backtests.today", ["run.toml"]),
            ("backtests.stress", ["run.toml"]),
            (PYTHON, partial(backtests.backtest, config="run.toml", **QUIET)),
        )))  # fmt: skip
    hold("configurations", tried)


def test_files_of_prices_and_yields(place):
    rng = random.Random(counts.seed(2))
    days = pd.bdate_range("2000-01-03", periods=60)
    curve = ("date,3m,10y\n" + "".join(f"{day:%Y-%m-%d},5.0,6.1\n" for day in days)).encode()
    tried = []
    for _ in range(count(60, 1_000)):
        name, good = rng.choice((("SPY", prices()), ("treasury_cmt_yields_daily", curve)))
        text = damaged(rng, good)
        (place / "prices" / f"{name}.csv").write_bytes(text)
        files = ("--source", "files:prices")
        tried.append(ask_any(rng, text, (
            ("backtests.run", ["hedge_mix", *files, *SHORT]),
            ("backtests.tune", ["hedge_mix", *files, "--assets", "SPY,IEF", "--step", "0.5"]),
            ("backtests.claims", [*files, "--end", "1966-06-30"]),
            ("data.history", files),
        )))  # fmt: skip
        (place / "prices" / "SPY.csv").write_bytes(prices())
    hold("files of prices and yields", tried)


YEN = ("--currency", "JPY", "--fx-hedge", "1")


def made_runs(place) -> list[list[str]]:
    """Two runs in dollars that compare, and two in yen."""
    pairs = []
    for money in ((), YEN):
        before = {path.name for path in (place / "results").glob("*-*")}
        for name in ("hedge_mix", "equity_only"):
            words = [name, "--source", "files:prices", "--no-tearsheet", *money]
            made = call("backtests.run", words)
            assert made.code == 0, made.err
        folders = {path.name for path in (place / "results").glob("*-*") if path.is_dir()}
        pairs.append(sorted(folders - before))
    return pairs


def test_folders_of_runs(place):
    """Bytes damaged, and values exchanged under a manifest that vouches for them."""
    rng = random.Random(counts.seed(3))
    pairs = made_runs(place)
    intact = place / "intact"
    shutil.copytree(place / "results", intact)
    tried = []
    for _ in range(count(60, 1_000)):
        names = rng.choice(pairs)
        target = place / "results" / names[0]
        path = rng.choice(sorted(target.iterdir()))
        if path.suffix == ".json" and rng.random() < 0.8:
            twist = twisted(rng, json.loads(path.read_text()))
            path.write_text(json.dumps(twist))
        else:
            twist = damaged(rng, path.read_bytes())
            path.write_bytes(twist)
        if path.name != "manifest.json" and rng.random() < 0.8:
            manifest = json.loads((target / "manifest.json").read_text())
            manifest["files"][path.name] = file_sha256(path)
            (target / "manifest.json").write_text(json.dumps(manifest))
        folders = [str(place / "results" / name) for name in names]
        tried.append(ask_any(rng, (path.name, str(twist)[:2_000]), (
            ("backtests.compare", names), ("backtests.compare", names),
            ("backtests.today", names[:1]), ("backtests.stress", names[:1]),
            (PYTHON, partial(backtests.compare_runs, *folders, quiet=True)),
        )))  # fmt: skip
        shutil.rmtree(target)
        shutil.copytree(intact / names[0], target)
    hold("folders of runs", tried)


def test_snapshots(place):
    """Of prices, and of all that a run in francs needs besides."""
    rng = random.Random(counts.seed(4))
    store = Store(place / "cache")
    days = pd.bdate_range("2020-01-02", periods=50, name="Date")
    pair, moment = pair_of("CHF"), dt.datetime.now(dt.UTC)
    rates = h10("CHF").reindex(days).ffill()
    short = interbank("CHF", "2018-01", "2020-06").rename_axis("Date")
    frames = {
        "SPY": pd.DataFrame(100.0, days, COLUMNS).assign(Dividends=0.0),
        f"fred:{pair.series}": rates.iloc[:-3].to_frame("Value"),
        pair.symbol: rates.to_frame("Value"),
        f"fred:{CURRENCIES['CHF'].interbank}": short.to_frame("Value"),
        f"fred:{DOLLAR_RATE}": short.to_frame("Value"),
    }
    for name, frame in frames.items():
        store.write(name, "made", moment, Bars(frame, ()))
    good = {name: store.path(name).read_bytes() for name in frames}
    run = ["equity_only", *SHORT]
    francs = [*run, "--currency", "CHF", "--carry-rates"]
    assert "auto: daily prices from Yahoo" in (whole := call("backtests.run", francs)).out, whole
    tried = []
    for _ in range(count(40, 1_000)):
        for left in (place / "cache").iterdir():
            left.unlink()
        for name, text in good.items():
            store.path(name).write_bytes(text)
        spoilt = rng.choice(list(good))
        text = damaged(rng, good[spoilt])
        store.path(spoilt).write_bytes(text)
        door, words = rng.choice((
            ("data.cache", []), ("data.cache", []), ("data.cache", ["--clear"]),
            ("backtests.run", francs), ("backtests.run", [*run, "--end", "2001-12-31"]),
        ))  # fmt: skip
        tried.append(ask(door, words, (spoilt, text[:2_000])))
    hold("snapshots", tried)


def test_answers_about_currencies(place, monkeypatch):
    """H.10 of the yen, the euro's pair and the Swiss short rate: taken, or refused in a line."""
    rng = random.Random(counts.seed(5))
    short = CURRENCIES["CHF"].interbank
    with serve() as web:
        monkeypatch.setenv("HEDGE_YAHOO_URL", web.url)
        monkeypatch.setenv("HEDGE_FRED_URL", web.url)
        web.hold_fred("DEXJPUS", h10("JPY", "2024-06-03", "2025-09-26"))
        web.hold_pair("EUR", h10("EUR", "2024-06-03", "2025-09-26"))
        web.hold_fred(short, interbank("CHF", "2015-01", "2025-06"))
        answers = {name: web.fred[name] for name in ("DEXJPUS", short)}
        answers["EURUSD=X"] = json.dumps(web.charts["EURUSD=X"]).encode()
        tried = []
        for _ in range(count(60, 1_000)):
            name = rng.choice(list(answers))
            text = damaged(rng, answers[name])
            web.faults[name] = [body(text)]
            fault = ""
            try:
                bars = (yahoo if name == "EURUSD=X" else fred).fetch(name)
                if not np.isfinite(bars.frame["Value"]).all():
                    fault = "figures that are none"
            except HedgeError as error:
                fault = "more than a line" * ("\n" in str(error))
                fault += f"no cure: {error}" * (CURE.search(f"error: {error}") is None)
            tried.append((fault, f"{fault}: {name} {text[:2_000]!r}"))
    hold("answers about currencies", tried)

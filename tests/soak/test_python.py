"""Random calls of what ``from backtests import ...`` gives: an answer, or an error of one line.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_python.py`` makes 2,000 of them.
"""

from __future__ import annotations

import collections
import datetime as dt
import inspect
import random
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import backtests
from strategies import registry
from tests.soak import counts
from tests.soak.counts import count, tell
from tests.soak.doors import complaint_of
from tests.soak.grammar import DOORS, GARBAGE, NAME
from tests.soak.test_command_line import place  # noqa: F401 - the folder to work in

FUNCTIONS = ("backtest", "search", "compare_runs", "load_market", "list_strategies")
# Values of other kinds than a command line has.
ODD = (None, True, False, 0, -1, 1.5, 10**400, float("nan"), float("inf"), b"SPY", (), [],
       {}, set(), [None], {"SPY": 0.6, "IEF": 0.4}, {"SPY": "x"}, {1: 2}, ["SPY"], object(),
       Path("prices"), dt.date(2000, 6, 30), dt.datetime(2000, 6, 30, 12, tzinfo=dt.UTC), pd.NaT,
       pd.Timestamp("2000-06-30"), np.float64(0.5), np.array([1.0]), pd.Series({"SPY": 1.0}),
       pd.DataFrame({"SPY": [1.0]}), [("2000-06-30", 500)], lambda: 1, slice(3), 1j)  # fmt: skip
CHEAP = {"source": "bundled", "start": "2000-01-31", "end": "2001-06-30", "quiet": True,
         "no_verdict": True}  # fmt: skip


def drawn(rng: random.Random, name: str) -> object:
    """A value for a parameter: of its option's, of any kind, or garbage."""
    option = f"--{name.replace('_', '-')}"
    choices = [choice for _, _, options in DOORS.values() for choice in options.get(option) or ()]
    chance = rng.random()
    if choices and chance < 0.6:
        return rng.choice(choices)
    return rng.choice(ODD) if chance < 0.9 else rng.choice(GARBAGE)


def random_call(rng: random.Random, name: str):
    """A function with words and parameters of its own, most of them as they should be."""
    function = getattr(backtests, name)
    parameters = inspect.signature(function).parameters
    named = [key for key, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
    given = {key: value for key, value in CHEAP.items() if key in named}
    if name == "search":
        given |= {"assets": "SPY,IEF", "step": 0.5, "end": "2002-06-30"}
    for key in rng.sample(named, min(len(named), rng.randint(0, 3))):
        if key not in ("quiet", "scheduler"):
            given[key] = drawn(rng, key)
    words: list[object] = []
    if name in ("backtest", "search"):
        words = [rng.choice(NAME) if rng.random() < 0.9 else rng.choice((*ODD, *GARBAGE))]
    elif name == "compare_runs":
        runs = ("results/finished", "prices", "run.toml", "nowhere", *ODD)
        words = [rng.choice(runs) for _ in range(rng.choice((0, 1, 2, 2, 3)))]
    elif name == "load_market":
        words = [rng.choice(("SPY,IEF", ["SPY", "IEF"], "SPY", [], "QQQ", *ODD))]
    return partial(function, *words, **given), f"{name}(*{words!r}, **{given!r})"


def test_no_call_ends_badly(place, monkeypatch):  # noqa: F811
    monkeypatch.setattr(registry, "_GIVEN", {})
    rng = random.Random(counts.seed(11))
    wrong, tried = [], count(100, 2_000)
    by_name: collections.Counter[str] = collections.Counter()
    for _ in range(tried):
        name = rng.choices(FUNCTIONS, (0.5, 0.15, 0.2, 0.13, 0.02))[0]
        call, told = random_call(rng, name)
        by_name[name] += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", backtests.HedgeWarning)
            if found := complaint_of(call):
                wrong.append(f"{found}: {told}")
    tell("calls from Python", tried, wrong, dict(by_name))
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_called(name):
    assert callable(getattr(backtests, name))
    there = {name for name in backtests.__all__ if name[0].islower()} - {"parameter"}
    assert there == set(FUNCTIONS)

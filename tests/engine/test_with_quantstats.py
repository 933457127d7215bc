"""quantstats: what it draws is repeatable, what it fails at is told, what it counts is ours."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import os
import re
import runpy
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import metrics
from backtests.engine import process, with_quantstats
from backtests.engine.with_quantstats import Drawn, draw, quantstats_metrics
from tests.conftest import ROOT, SOAK, random_market

CHARTS = ["returns", "dd_plot"]


@pytest.fixture(scope="module")
def levels():
    market = random_market(11, rows=240, ppy=12)
    return market.prices["SPY"], market.prices["IEF"], market.cash


@pytest.fixture(scope="module")
def drawn(levels) -> Drawn:
    """What they are drawn as, with nothing set."""
    return draw(levels[0], levels[1], 12, CHARTS)


def test_the_same_series_are_the_same_bytes(levels, drawn, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "123")
    nav, other, _ = levels
    again = draw(nav, other, 12, CHARTS)
    assert drawn == again
    assert set(drawn.charts) == set(CHARTS)
    assert drawn.failure == ""
    assert all(svg.startswith("<svg") and svg.endswith("</svg>") for svg in drawn.charts.values())
    assert os.environ["SOURCE_DATE_EPOCH"] == "123"  # as the user had it


def test_rows_are_strategy_and_benchmark_with_two_digits(levels, drawn):
    nav, other, _ = levels
    rows = drawn.rows
    returns = [metrics.returns_of(one).to_numpy() for one in (nav, other)]
    expected = [f"{100 * metrics.volatility(one, 12):.2f} %" for one in returns]
    assert list(rows["Volatility (ann.)"]) == expected
    assert all(re.fullmatch(r"-|-?[\d,]+\.\d\d( %)?", text) for text in rows["Beta"])


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_what_it_cannot_draw_is_told_and_nothing_of_it_stays(levels, monkeypatch, error):
    import matplotlib.pyplot as plt
    import quantstats

    def fail(*_, **__):
        plt.figure()
        plt.rcParams["font.size"] = 99
        raise error("no risk")

    monkeypatch.setattr(quantstats.reports, "html", fail)
    before = shared()
    if error is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            draw(levels[0], levels[1], 12, CHARTS)
    else:
        drawn = draw(levels[0], levels[1], 12, CHARTS)
        assert drawn == Drawn({}, {}, "ZeroDivisionError: no risk")
    assert shared() == before


def test_nothing_of_the_process_stays_changed(levels, monkeypatch):
    import matplotlib.pyplot as plt
    from matplotlib import colors, units

    monkeypatch.setattr(plt, "_backend_mod", None)  # none is chosen yet
    monkeypatch.setitem(plt.rcParams, "font.size", 7)
    monkeypatch.setitem(colors.get_named_colors_mapping(), "b", (0.1, 0.2, 0.3))
    monkeypatch.delitem(units.registry, pd.Timestamp, raising=False)
    before = shared()
    during = []

    def note(*_, **__):
        during.append(shared())
        raise ValueError

    monkeypatch.setattr("quantstats.reports.html", note)
    draw(levels[0], levels[1], 12, CHARTS)
    assert shared() == before
    # and each was another while it drew
    assert [name for name in before if before[name] == during[0][name]] == ["figures"]


def shared() -> dict[str, object]:
    """What drawing changes for as long as it lasts."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib import colors, font_manager, units

    manager = font_manager.fontManager
    plots, stats = with_quantstats._quantstats().plots, with_quantstats._quantstats().stats
    return {
        "backend": plt._backend_mod,
        "figures": plt.get_fignums(),
        "look": {name: dict.__getitem__(mpl.rcParams, name) for name in mpl.rcParams},
        "colours": dict(colors.get_named_colors_mapping()),
        "units": dict(units.registry),
        "fonts": (id(manager.ttflist), list(manager.ttflist)),
        "level": logging.getLogger("matplotlib.font_manager").level,
        "filters": list(warnings.filters),
        "numpy": np.geterr(),
        "plots": dict(vars(plots)),
        "remove_outliers": stats.remove_outliers,
    }


def test_a_font_that_stood_in_is_forgotten(levels, drawn, monkeypatch):
    """A user's Arial is his again after the drawing, and does not show in it."""
    import matplotlib as mpl
    from matplotlib import font_manager

    quantstats = with_quantstats._quantstats()
    manager = font_manager.fontManager
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")

    def own() -> str:
        """A chart of the user's, in the same theme and for the same fonts."""
        chart = io.StringIO()
        with process.put_back():
            mpl.use("agg")
            mpl.style.use("default")
            mpl.rcParams["svg.hashsalt"] = "own"
            runpy.run_module("quantstats._plotting.core")
            where = {"fname": chart, "format": "svg"}
            quantstats.plots.returns(metrics.returns_of(levels[0]), savefig=where, show=False)
        return chart.getvalue()

    sans = own()
    other = next(font for font in manager.ttflist if font.name == "DejaVu Serif")
    arial = dataclasses.replace(other, name="Arial")
    monkeypatch.setattr(manager, "ttflist", [*manager.ttflist, arial])
    manager._findfont_cached.cache_clear()
    serif = own()
    assert serif != sans
    assert draw(levels[0], levels[1], 12, CHARTS) == drawn
    assert own() == serif
    monkeypatch.undo()
    manager._findfont_cached.cache_clear()


# Each begins where neither quantstats nor matplotlib is loaded, nor vectorbt, which loads both.
THEME = """
import matplotlib as mpl, quantstats
from matplotlib import colors
theirs = dict(mpl.rcParams.copy()), dict(colors.get_named_colors_mapping())
from backtests.engine import with_quantstats
mpl.style.use('dark_background')
with with_quantstats._drawing():
    ours = dict(mpl.rcParams.copy()), dict(colors.get_named_colors_mapping())
other = {name for name in ours[0] if ours[0][name] != theirs[0][name]}
assert other == {'svg.hashsalt'}, other
assert ours[1] == theirs[1]
"""
TRACE = """
import random, sys
import matplotlib as mpl, matplotlib.pyplot as plt, pandas as pd
from matplotlib import colors, units

def state():
    looks = {name: dict.__getitem__(mpl.rcParams, name) for name in mpl.rcParams}
    return looks, dict(colors.get_named_colors_mapping()), dict(units.registry), random.getstate()

nav = pd.Series([100.0, 101, 99, 104] * 80, pd.bdate_range("2001-01-01", periods=320))
before = state()
from backtests.engine.with_quantstats import draw, quantstats_metrics
FIRST
assert "quantstats" in sys.modules and "vectorbt" not in sys.modules
assert state() == before
"""
FIRST = ("quantstats_metrics(nav, nav, 252)", "draw(nav, nav, 252, ['returns'])")
FORKED = """
import os, signal, threading, time
from backtests.engine import with_quantstats
import matplotlib.pyplot as plt

before = plt._backend_mod
drawing = threading.Event()

def draw():
    with with_quantstats._drawing():
        drawing.set()
        time.sleep(0.5)

thread = threading.Thread(target=draw)
thread.start()
drawing.wait()
child = os.fork()
if not child:
    signal.alarm(30)  # ends it where it waits for ever
    unchanged = plt._backend_mod is before
    with with_quantstats._drawing():
        pass
    os._exit(0 if unchanged else 1)
thread.join()
assert os.waitpid(child, 0)[1] == 0
with with_quantstats._drawing():
    pass
"""
SCRIPTS = {"theme": THEME, "forked": FORKED,
           **{first: TRACE.replace("FIRST", first) for first in FIRST}}  # fmt: skip
# Forks for each script, with what sets nothing loaded once; their errors by name.
FORKS = """
import json, os, sys, tempfile, traceback
import pandas, scipy.stats

def errors(name, code):
    with tempfile.TemporaryFile("w+") as told:
        child = os.fork()
        if not child:
            os.dup2(told.fileno(), 2)
            try:
                exec(compile(code, name, "exec"), {"__name__": "__main__"})
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        status = os.waitpid(child, 0)[1]
        told.seek(0)
        return [status, told.read()]

print(json.dumps({name: errors(name, code) for name, code in json.loads(sys.argv[1]).items()}))
"""


@pytest.fixture(scope="module")
def endings() -> dict[str, tuple[int, str]]:
    """How each script ended, and what it said on stderr."""
    if not hasattr(os, "fork"):
        scripts = {name: code for name, code in SCRIPTS.items() if name != "forked"}
        return {name: (done.returncode, done.stderr) for name, done in
                ((name, python("-c", code)) for name, code in scripts.items())}  # fmt: skip
    done = python("-W", "ignore", "-c", FORKS, json.dumps(SCRIPTS))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_theme_is_the_one_that_quantstats_sets(endings):
    """It sets it as it is loaded; here it is set anew for each drawing."""
    code, told = endings["theme"]
    assert code == 0, told


@pytest.mark.parametrize("first", FIRST)
def test_it_is_loaded_without_a_trace(endings, first):
    """Without vectorbt, which loads it too."""
    code, told = endings[first]
    assert code == 0, told


def test_threads_draw_one_after_another(levels, drawn):
    threads = 3 if SOAK else 2
    before = shared()
    with ThreadPoolExecutor(threads) as pool:
        many = list(pool.map(lambda _: draw(levels[0], levels[1], 12, CHARTS), range(threads)))
    assert many == [drawn] * threads
    assert shared() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_process_that_is_forked_meanwhile_begins_with_nothing_changed(endings):
    """Forked while another thread draws, it waits for no thread that it does not have."""
    code, told = endings["forked"]
    assert code == 0, told


@pytest.mark.parametrize("ppy", [12, 252])
def test_its_numbers_are_ours_where_its_definitions_are(ppy):
    market = random_market(3, rows=600, ppy=ppy)
    nav, flat = market.prices["SPY"], pd.Series(100.0, market.sessions)
    theirs = quantstats_metrics(nav, flat, ppy)
    returns = metrics.returns_of(nav).to_numpy()
    assert theirs.total_return == pytest.approx(nav.iloc[-1] / nav.iloc[0] - 1)
    assert theirs.cagr == pytest.approx(metrics.cagr(nav.to_numpy(), ppy))
    assert theirs.volatility == pytest.approx(metrics.volatility(returns, ppy))
    assert theirs.sharpe == pytest.approx(metrics.sharpe(returns, 0.0 * returns, ppy))
    assert theirs.sortino == pytest.approx(metrics.sortino(returns, 0.0 * returns, ppy))
    assert theirs.max_drawdown == pytest.approx(metrics.drawdown_list(nav)[0].depth)

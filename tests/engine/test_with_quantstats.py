"""quantstats: what it draws is repeatable, what it fails at is told, what it counts is ours."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import logging
import os
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
from backtests.engine.with_quantstats import Drawn, Levels, draw, quantstats_metrics
from tests.conftest import ROOT, SOAK, random_market
from tests.drawings import COLOURS, Reading, drawn_once, reading

CHARTS = ["growth", "drawdown"]
WINDOW = 36


@pytest.fixture(scope="module")
def levels() -> Levels:
    market = random_market(11, rows=240, ppy=12)
    return Levels(market.prices["SPY"], market.prices["IEF"], market.cash, 12, WINDOW)


@pytest.fixture(scope="module")
def drawn(levels) -> Drawn:
    """What they are drawn as, with nothing set."""
    return draw(levels, CHARTS, COLOURS)


@pytest.fixture(scope="module")
def every(levels) -> dict[str, Reading]:
    """Every chart, read back."""
    made = drawn_once(levels, list(with_quantstats.CHARTS), COLOURS)
    assert made.failures == {}
    return {name: reading(svg) for name, svg in made.charts.items()}


def test_the_same_series_are_the_same_bytes(levels, drawn, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "123")
    again = draw(levels, CHARTS, COLOURS)
    assert drawn == again
    assert set(drawn.charts) == set(CHARTS)
    assert drawn.failures == {}
    assert all(svg.startswith("<svg") and svg.endswith("</svg>") for svg in drawn.charts.values())
    assert os.environ["SOURCE_DATE_EPOCH"] == "123"  # as the user had it


# What each chart shows, read back from its own ticks


def test_growth_is_wealth_on_a_logarithmic_axis_from_the_first_day_to_the_last(levels, every):
    read = every["growth"]
    for name, values in (("A", levels.nav), ("B", levels.benchmark)):
        (line,) = read.lines[name]
        assert [line[0][0], line[-1][0]] == pytest.approx(read.plot, abs=0.1)
        assert read.height(line[0][1], logarithmic=True) == pytest.approx(1.0, rel=0.01)
        end = values.iloc[-1] / values.iloc[0]
        assert read.height(line[-1][1], logarithmic=True) == pytest.approx(end, rel=0.01)
        lowest = max(y for _, y in line)
        least = (values / values.iloc[0]).min()
        assert read.height(lowest, logarithmic=True) == pytest.approx(least, rel=0.01)


def test_falls_are_those_of_both_and_no_line_of_their_mean(levels, every):
    read = every["drawdown"]
    for name, values in (("A", levels.nav), ("B", levels.benchmark)):
        (line,) = read.lines[name]
        assert read.height(line[0][1]) == pytest.approx(0.0, abs=1e-3)
        deepest = metrics.drawdown_list(values)[0].depth
        assert read.height(max(y for _, y in line)) == pytest.approx(deepest, abs=2e-3)
    assert set(read.lines) == {"G", "Z", "A", "B"}
    assert len(read.lines["Z"]) == 1


def last(read: Reading, name: str) -> float:
    """The last value of a line."""
    return read.height(read.lines[name][-1][-1][1])


def first_place(read: Reading, name: str) -> float:
    """How far into the run a line begins, as a part of it."""
    left, right = read.plot
    return (read.lines[name][0][0][0] - left) / (right - left)


def share_of_time(levels: Levels, row: int) -> float:
    days = levels.nav.index
    return (days[row] - days[0]) / (days[-1] - days[0])


def test_rolling_figures_begin_with_the_first_full_window_and_are_ours(levels, every):
    """Rows 1 to 36 are the first window: its figure stands on row 36, and nothing before it."""
    cash = metrics.returns_of(levels.cash).to_numpy()[-WINDOW:]
    for name, values in (("A", levels.nav), ("B", levels.benchmark)):
        returns = metrics.returns_of(values).to_numpy()[-WINDOW:]
        ours = metrics.volatility(returns, 12)
        assert last(every["volatility"], name) == pytest.approx(ours, rel=0.01)
        ours = metrics.sharpe(returns, cash, 12)
        assert last(every["sharpe"], name) == pytest.approx(ours, abs=0.01)
        for chart in ("volatility", "sharpe"):
            begins = first_place(every[chart], name)
            assert begins == pytest.approx(share_of_time(levels, WINDOW), abs=1e-3)


def test_beta_draws_no_zero_before_its_window(levels, every):
    mine, theirs = (metrics.returns_of(values).to_numpy()[-WINDOW:]
                    for values in (levels.nav, levels.benchmark))  # fmt: skip
    read = every["beta"]
    assert last(read, "A") == pytest.approx(metrics.beta(mine, theirs), abs=0.01)
    assert first_place(read, "A") == pytest.approx(share_of_time(levels, WINDOW), abs=1e-3)
    assert set(read.lines) == {"G", "Z", "A"}


def test_a_stretch_in_which_the_benchmark_stands_still_has_no_beta():
    market = random_market(3, rows=160, ppy=12)
    still = market.prices["IEF"].copy()
    still.iloc[:100] = 50.0
    made = draw(Levels(market.prices["SPY"], still, market.cash, 12, WINDOW), ["beta"], COLOURS)
    read = reading(made.charts["beta"])
    # Row 100 is the first that moves.
    where = (100 / 159, pytest.approx(first_place(read, "A"), abs=0.01))
    assert where[0] == where[1]


def test_the_distribution_counts_months_at_the_ticks_that_are_written(levels, every):
    read = every["months"]
    bars = [path for path in read.lines["A"] if len(path) >= 4]
    months = [metrics.month_returns(values).to_numpy()
              for values in (levels.nav, levels.benchmark)]  # fmt: skip
    low, high = (f(np.concatenate(months)) for f in (np.min, np.max))
    expected, edges = np.histogram(months[0], 20, (low, high))
    drawn = [read.height(min(y for _, y in bar)) for bar in bars]
    assert drawn == pytest.approx(expected.tolist(), abs=0.3)
    lefts = [read.across(min(x for x, _ in bar)) for bar in bars]
    assert lefts == pytest.approx(edges[:-1].tolist(), abs=2e-3)
    (outline,) = read.lines["B"]
    others, _ = np.histogram(months[1], 20, (low, high))
    assert max(read.height(y) for _, y in outline) == pytest.approx(others.max(), abs=0.3)
    assert len(bars) == 20


def test_no_two_words_of_a_chart_are_closer_than_their_width(every):
    """By the widths of a wide font, at the size that a phone shows."""
    for name, read in every.items():
        for (a, one), (b, other) in itertools.pairwise(sorted(read.words_across)):
            assert b - a > 14.5 * 0.66 * (len(one) + len(other)) / 2 + 8, name
        for (a, _), (b, _) in itertools.pairwise(read.words_up):
            assert abs(b - a) > 1.5 * 14.5, name


# Rows


@pytest.mark.parametrize("ppy", [12, 252])
def test_rows_are_those_of_its_own_report(ppy):
    """Asked for one by one, they are what its report of all of them writes."""
    market = random_market(11, rows=600, ppy=ppy)
    levels = Levels(market.prices["SPY"], market.prices["IEF"], market.cash, ppy, WINDOW)
    with process.quietly():
        table = with_quantstats._quantstats().reports.metrics(
            levels.strategy_returns, levels.benchmark_returns, display=False, mode="full",
            internal="True", periods_per_year=ppy, prepare_returns=False, match_dates=False,
        )  # fmt: skip
    drawn = draw(levels, [], COLOURS)
    assert drawn.failures == {}
    assert set(drawn.rows) == set(with_quantstats.ROWS)
    for name, numbers in drawn.rows.items():
        for theirs, ours in zip(table.loc[name, ["Strategy", "Benchmark"]], numbers, strict=True):
            if theirs == "-":
                assert ours is None, name
                continue
            scale = 100.0 if theirs.endswith("%") else 1.0
            shown = float(theirs.rstrip("%").replace(",", ""))
            assert round(ours * scale, 2) == pytest.approx(shown, abs=1e-9), name


# What it cannot do


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_what_it_cannot_draw_is_told_and_nothing_else_is_lost(levels, drawn, monkeypatch, error):
    import matplotlib.pyplot as plt
    import quantstats

    def fail(*_, **__):
        plt.figure()
        plt.rcParams["font.size"] = 99
        raise error("no risk")

    monkeypatch.setattr(quantstats.plots, "drawdown", fail)
    before = shared()
    if error is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            draw(levels, CHARTS, COLOURS)
    else:
        rest = draw(levels, CHARTS, COLOURS)
        assert rest.failures == {"drawdown": "ZeroDivisionError: no risk"}
        assert rest.charts == {"growth": drawn.charts["growth"]}
        assert rest.rows == drawn.rows
    assert shared() == before


def test_a_row_that_it_cannot_count_is_told_and_no_other_is_lost(levels, drawn, monkeypatch):
    def fail(*_, **__):
        raise ValueError("no skew")

    monkeypatch.setattr(with_quantstats._quantstats().stats, "skew", fail)
    rest = draw(levels, ["growth"], COLOURS)
    assert rest.failures == {"Skew": "ValueError: no skew"}
    assert {**rest.rows, "Skew": drawn.rows["Skew"]} == drawn.rows
    assert set(rest.charts) == {"growth"}


def series(*values: float) -> pd.Series:
    return pd.Series(values, pd.date_range("2001-01-31", periods=len(values), freq="ME"))


@pytest.mark.parametrize("rows", [2, 3, 60])
def test_a_constant_or_a_short_series_ends_nothing(rows):
    flat, rising = series(*[100.0] * rows), series(*(100.0 + row for row in range(rows)))
    for nav, other in ((flat, rising), (rising, flat), (flat, flat)):
        made = draw(Levels(nav, other, rising, 12, WINDOW), list(with_quantstats.CHARTS), COLOURS)
        assert {"growth", "drawdown"} <= set(made.charts)
        assert made.charts.keys() | made.failures.keys() >= with_quantstats.CHARTS.keys()
        assert made.rows["Cumulative Return"] == pytest.approx(
            (nav.iloc[-1] / nav.iloc[0] - 1, other.iloc[-1] / other.iloc[0] - 1)
        )


def test_gains_that_it_takes_for_prices_are_no_chart():
    """A series that never loses and once more than doubles: it would chart its changes."""
    steep = series(1.0, 1.1, 2.5, 2.6)
    made = draw(Levels(steep, steep, steep, 12, 2), ["growth", "drawdown"], COLOURS)
    assert made.charts == {}
    assert set(made.failures.values()) == {
        "ValueError: quantstats takes the returns of the strategy for prices"
    }


def test_bars_that_are_no_months_are_no_chart(levels, monkeypatch):
    """A density of other than the months given would count none."""
    theirs = with_quantstats._quantstats().plots.histogram

    def shortened(returns, benchmark, **options):
        return theirs(returns.iloc[1:], benchmark, **options)

    monkeypatch.setattr(with_quantstats._quantstats().plots, "histogram", shortened)
    made = draw(levels, ["months"], COLOURS)
    assert made.failures == {"months": "ValueError: the bars count no months"}


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

    monkeypatch.setattr(with_quantstats, "CHARTS", {"growth": note})
    draw(levels, ["growth"], COLOURS)
    assert shared() == before
    # and each was another while it drew
    assert [name for name in before if before[name] == during[0][name]] == ["figures"]


def shared() -> dict[str, object]:
    """What drawing changes for as long as it lasts."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib import colors, font_manager, units

    manager = font_manager.fontManager
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
            mpl.rcParams.update({"svg.hashsalt": "own"})
            runpy.run_module("quantstats._plotting.core")
            where = {"fname": chart, "format": "svg"}
            quantstats.plots.returns(metrics.returns_of(levels.nav), savefig=where, show=False)
        return chart.getvalue()

    sans = own()
    other = next(font for font in manager.ttflist if font.name == "DejaVu Serif")
    arial = dataclasses.replace(other, name="Arial")
    monkeypatch.setattr(manager, "ttflist", [*manager.ttflist, arial])
    manager._findfont_cached.cache_clear()
    serif = own()
    assert serif != sans
    assert draw(levels, CHARTS, COLOURS) == drawn
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
assert other == {'svg.fonttype'}, other
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
from backtests.engine.with_quantstats import Levels, draw, quantstats_metrics
FIRST
assert "quantstats" in sys.modules and "vectorbt" not in sys.modules
assert state() == before
"""
FIRST = (
    "quantstats_metrics(nav, nav, 252)",
    f"draw(Levels(nav, nav, nav, 252, 60), ['growth'], {COLOURS})",
)
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
        many = list(pool.map(lambda _: draw(levels, CHARTS, COLOURS), range(threads)))
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

"""The process is the user's: nothing of it is other after a backtest than it was before.

Each in a process of its own, as scripts and kernels are: a library changes most of what it
changes where it is loaded for the first time.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from docs.notebook import environment
from tests.conftest import ROOT, SOAK

SHORT = "source='bundled', end='1980-01-31', quiet=True"

# What a process shares among everything that runs in it, as text by name.
STATE = """
import gc, json, locale, logging, os, random, signal, sys, warnings

# By these scikit-learn, which vectorbt loads, lets its OpenMP stand beside another.
OPENMP = {"KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"}

def is_wide(entry):
    # One that others' warnings meet too, not a library's own alone.
    action, message, kind, module, line = entry
    return kind.__module__ == "builtins" and message is None and module is None

def state():
    import matplotlib as mpl, matplotlib.pyplot as plt, numpy as np, plotly.io as pio
    from matplotlib import colors, font_manager, units
    from pandas._config import config

    def raw(settings):
        texts = {name: repr(dict.__getitem__(settings, name)) for name in settings}
        return {**texts, "backend": texts["backend"].partition(" at ")[0]}

    logging.disable(logging.CRITICAL)
    arial = str(font_manager.findfont("Arial"))
    logging.disable(logging.NOTSET)
    named = colors.get_named_colors_mapping()
    return {
        "backend": mpl.get_backend(auto_select=False),
        "pyplot": [str(plt._backend_mod), str(plt._REPL_DISPLAYHOOK), plt.get_fignums()],
        "look": raw(mpl.rcParams),
        "default look": raw(mpl.rcParamsDefault),
        "colours": {str(name): str(named[name]) for name in named},
        "letters": [colors.to_rgb(letter) for letter in "bgrcmyk"],
        "units": {kind.__name__: str(type(made)) for kind, made in units.registry.items()},
        "fonts": [f"{font.name} {font.fname}" for font in font_manager.fontManager.ttflist],
        "Arial": arial,
        "levels": {name: made.level for name, made in logging.root.manager.loggerDict.items()
                   if getattr(made, "level", 0) and name != "dill"},  # which sets its own
        "root": [logging.root.level, len(logging.root.handlers)],
        "filters": [str(entry) for entry in warnings.filters if is_wide(entry)],
        "environment": {name: os.environ[name] for name in os.environ.keys() - OPENMP},
        "garbage": [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()],
        "numpy": [str(np.geterr()), str(np.get_printoptions())],
        "pandas": str(config._global_config),
        "plotly": [pio.templates.default, pio.renderers.default],
        "chance": [str(random.getstate()), str(np.random.get_state())],
        "locale": locale.setlocale(locale.LC_ALL),
        "signals": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "hooks": [hook.__qualname__
                  for hook in (sys.excepthook, sys.displayhook, warnings.showwarning)],
        "path": sys.path,
    }

def seeded():
    import numpy as np
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002 - the user's own may be the old kind

def told(before, after):
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
"""
# What a user may have set, each of it otherwise than a fresh process.
SET = """
import matplotlib as mpl, matplotlib.pyplot as plt, numpy as np, pandas as pd, plotly.io as pio
mpl.use("svg")
plt.style.use("dark_background")
plt.rcParams.update({"font.size": 7, "timezone": "Asia/Tokyo", "axes.formatter.use_locale": True})
plt.figure()
plt.plot([1, 2])
mpl.colors.get_named_colors_mapping()["b"] = (0.1, 0.2, 0.3)
mpl.font_manager.findfont("Arial")
logging.getLogger("matplotlib.font_manager").setLevel(logging.INFO)
warnings.simplefilter("error")
np.seterr(all="raise", under="ignore")
np.set_printoptions(precision=3)
pd.set_option("display.precision", 2)
pd.set_option("display.float_format", "{:.1f}".format)
pio.templates.default = "seaborn"
gc.set_threshold(600, 9, 8)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.environ["SOURCE_DATE_EPOCH"] = "123"
seeded()
"""
# Each notebook in a kernel of its own, each cell's outputs as [kind, text] pairs; or its error.
# In a process of its own, since the kernels' client opens sockets.
KERNELS = """
import json, sys, tempfile
from pathlib import Path
import nbformat
from docs import notebook

def outputs(sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        done = notebook.executed(text, Path(scratch), notebook.environment(Path(scratch)))
    for cell in nbformat.reads(done, as_version=4).cells:
        yield [(kind, "".join(text)) for out in cell.outputs for kind, text in
               {"stream": out.get("text"), **out.get("data", {})}.items() if text]

for name, sources in json.loads(sys.argv[1]).items():
    try:
        print(json.dumps([name, list(outputs(sources))]))
    except Exception as error:
        print(json.dumps([name, str(error)]))
"""
PLOT = "plt.figure()\nplt.plot([1, 2]);"
NOTEBOOKS = {
    "inline": [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\n" + PLOT,
        f"from backtests import backtest\nrun = backtest('hedge_mix', {SHORT})\n" + PLOT,
        "run.save('out', quiet=True);\n" + PLOT,
        "print(plt.get_backend(), plt.rcParams['axes.facecolor'], plt.rcParams['font.size'])",
        PLOT,
    ],
    "afterwards": [
        f"from backtests import backtest\nbacktest('hedge_mix', {SHORT}).save('out', quiet=True);",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    ],
    "elsewhere": [
        "%matplotlib agg\nimport matplotlib.pyplot as plt\nshell = get_ipython()",
        "before = {name: list(map(str, made)) for name, made in shell.events.callbacks.items()}",
        f"from backtests import backtest\nrun = backtest('hedge_mix', {SHORT})",
        "print(plt.get_backend(), 'run_line_magic' in vars(shell), before == "
        "{name: list(map(str, made)) for name, made in shell.events.callbacks.items()})",
        "%matplotlib inline\nprint(plt.get_backend())",  # the user's own magic still works
    ],
}


def run(source: str, folder: Path, *words: str, shell: str = "") -> subprocess.CompletedProcess:
    """Run a script as a user does; ``shell`` closes streams."""
    script = folder / "script.py"
    script.write_text(textwrap.dedent(source), "utf-8")
    command = [sys.executable, str(script), *words]
    if shell:
        command = ["sh", "-c", f'exec "$0" "$@" {shell}', *command]
    folder.joinpath("own").mkdir(exist_ok=True)
    return subprocess.run(
        command, cwd=folder, env=environment(folder / "own"), check=False, timeout=500,
        capture_output=True, text=True,
    )  # fmt: skip


def printed(source: str, folder: Path, *words: str) -> list:
    """What a script prints, a line of JSON each."""
    done = run(source, folder, *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def sheet(folder: Path) -> str:
    (path,) = folder.glob("*/tearsheet.html")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> tuple[dict, str, Path]:
    """A process that set nothing: what it is like after a backtest, and the tear sheet.

    Afterwards, as everything is loaded, a child process of it has nowhere to tell its steps.
    """
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "full").mkdir()
    source = f"""
    seeded()
    from backtests import backtest
    run = backtest("hedge_mix", {SHORT})
    run.save("out", quiet=True)
    print(json.dumps(state()), flush=True)
    if os.path.exists("/dev/full"):
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
            os.chdir("full")
            exec(sys.argv[1], {{}})
            os._exit(0)
    """
    drawn = LONG_STEPS.replace('"drawn" in sys.argv', "True")
    (after,) = printed(STATE + textwrap.dedent(source), folder, drawn)
    return after, sheet(folder / "out"), folder / "full"


def test_what_the_user_set_stays_and_does_not_reach_the_tear_sheet(tmp_path, fresh):
    source = f"""
    from backtests import backtest
    before = state()
    run = backtest("hedge_mix", no_verdict=True, {SHORT})
    print(json.dumps(told(before, state())))
    run = backtest("attack_defend", {SHORT})
    print(json.dumps(told(before, state())))
    run = backtest("hedge_mix", {SHORT})
    run.save("out", quiet=True)
    print(json.dumps(told(before, state())))
    run.plot.growth(), run._repr_html_(), repr(run.verdict)
    print(json.dumps(told(before, state())))
    """
    told = printed(STATE + SET + textwrap.dedent(source), tmp_path)
    assert told == [{}, {}, {}, {}]
    assert sheet(tmp_path / "out") == fresh[1]


def test_a_process_that_did_not_plot_yet_is_as_if_it_had_only_loaded_matplotlib(tmp_path, fresh):
    source = """
    seeded()
    print(json.dumps(state()))
    """
    (without,) = printed(STATE + textwrap.dedent(source), tmp_path)
    after = fresh[0]
    assert after["backend"] is None
    places = ("path", "environment")  # each has folders of its own
    for name in after.keys() - places:
        assert after[name] == without[name], name


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory) -> dict[str, list | str]:
    """What the cells of each notebook show."""
    folder = tmp_path_factory.mktemp("notebooks")
    return dict(printed(KERNELS, folder, json.dumps(NOTEBOOKS)))


def test_plots_of_a_notebook_show_after_a_backtest(notebooks):
    shown = notebooks["inline"]
    assert isinstance(shown, list), shown
    images = [[text for kind, text in cell if kind == "image/png"] for cell in shown]
    assert list(map(len, images)) == [1, 1, 1, 0, 1]
    assert images[0] == images[1] == images[2] == images[4]  # the same look too
    assert shown[3] == [["stream", "inline white 10.0\n"]]


def test_a_notebook_that_plots_first_after_a_backtest_shows_it(notebooks):
    shown = notebooks["afterwards"]
    assert isinstance(shown, list), shown
    _, plot = shown
    assert "image/png" in dict(plot)


def test_a_notebook_that_plots_elsewhere_goes_on_doing_so(notebooks):
    """Wherever it is loaded in a notebook, quantstats says ``%matplotlib inline``."""
    shown = notebooks["elsewhere"]
    assert shown == [[], [], [], [["stream", "agg False True\n"]], [["stream", "inline\n"]]]


def test_backtests_and_saves_in_threads_are_what_they_are_alone(tmp_path, fresh):
    """The first of all in each process, so vectorbt and quantstats are loaded by two at once."""
    threads = 3 if SOAK else 2
    source = f"""
    from concurrent.futures import ThreadPoolExecutor
    from backtests import backtest

    environment = dict(os.environ)
    filters = list(filter(is_wide, warnings.filters))
    with ThreadPoolExecutor({threads}) as pool:
        runs = list(pool.map(lambda _: backtest("hedge_mix", {SHORT}), range({threads})))
        print(json.dumps([len({{repr(run.record.verdict) for run in runs}}),
                          len({{run.nav.to_csv() for run in runs}})]))

        import quantstats.plots, quantstats.stats
        own = [dict(vars(module)) for module in (quantstats.plots, quantstats.stats)]
        for folder in pool.map(lambda n: runs[n].save(f"out{{n}}", quiet=True), range({threads})):
            pass
    print(json.dumps([
        own == [dict(vars(module)) for module in (quantstats.plots, quantstats.stats)],
        {{name for name in os.environ if os.environ[name] != environment.get(name)}} <= OPENMP,
        list(filter(is_wide, warnings.filters)) == filters,
    ]))
    """
    alike, unchanged = printed(STATE + textwrap.dedent(source), tmp_path)
    assert alike == [1, 1]
    assert unchanged == [True, True, True]
    assert {sheet(tmp_path / f"out{number}") for number in range(threads)} == {fresh[1]}


# A clock that moves when it is looked at: every step takes longer than those that are not told.
LONG_STEPS = f"""
import sys
from data import command
from data.command import progress, steps

class Clock:
    now, step = 0.0, 1.1
    @classmethod
    def perf_counter(cls):
        cls.now += cls.step
        return cls.now

command.time = Clock
if "none" in sys.argv:
    sys.stdout = sys.stderr = None
if "closed" in sys.argv:
    sys.stderr.close()
with progress("reading prices"):
    pass
Clock.step = 0.0
with steps("candidates") as tell:
    tell(1, 1)
Clock.step = 1.1
if "drawn" in sys.argv:  # the steps of the project itself, told as those above are
    from backtests import backtest
    backtest("hedge_mix", {SHORT.replace(", quiet=True", "")}).save("out")
open("done", "w").close()
"""


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes the streams")
@pytest.mark.parametrize("shell", ["2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_long_steps_end_no_script_whose_streams_are_closed(tmp_path, fresh, shell):
    if "/dev/full" in shell and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    drawn = ["drawn"] if shell == "<&- >&- 2>&-" else []  # takes five seconds
    done = run(LONG_STEPS, tmp_path, *drawn, shell=shell)
    assert (tmp_path / "done").is_file(), done.stderr
    assert not drawn or sheet(tmp_path / "out") == fresh[1]
    if "/dev/full" in shell:  # drawn too, by a process that had loaded everything before
        assert (fresh[2] / "done").is_file()
        assert sheet(fresh[2] / "out") == fresh[1]
    if "2>" not in shell:  # told where it can be
        assert "reading prices: 1.1 s\ncandidates: 1 of 1, 0.0 s\n" in done.stderr


@pytest.mark.parametrize("how", ["none", "closed"])
def test_long_steps_end_no_script_without_stderr(tmp_path, how):
    done = run(LONG_STEPS, tmp_path, how)
    assert (tmp_path / "done").is_file(), done.stderr


def test_the_repository_is_what_these_scripts_run(tmp_path):
    (place,) = printed("import backtests, json\nprint(json.dumps(backtests.__file__))", tmp_path)
    assert Path(place).is_relative_to(ROOT)

"""``python -m backtests.app``: the lab, a page on this machine to tune a run by hand.

This file is both the door, which starts the server, and the script that the server runs for
each visitor at every change.
"""

from __future__ import annotations

import datetime as dt
import logging
import socket
import sys
import threading
import traceback
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import click

from data.command import CONTEXT, run_command
from data.errors import HedgeError, UsageError

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from backtests.jobs import Run
    from backtests.report.charts import Figure
    from strategies.base import Parameter

LOOPBACK = "127.0.0.1"
# Whatever the user's own Streamlit is set to: nothing is sent anywhere, nothing is watched.
OPTIONS: dict[str, Any] = {
    "server.address": LOOPBACK,
    "server.allowedHosts": ["127.0.0.1", "localhost"],
    "server.corsAllowedOrigins": [],
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.headless": True,
    "server.baseUrlPath": "",
    "server.maxUploadSize": 1,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "global.developmentMode": False,
    "runner.magicEnabled": False,
    "logger.level": "error",
    "logger.hideWelcomeMessage": True,
}
MOST_COMPARED = 8
UNITS = ("bp", "years", "months", "sessions")  # a name that ends in one says its unit
FIRST_DAY, LAST_DAY = dt.date(1800, 1, 1), dt.date(2200, 12, 31)  # what a run takes
SOURCES = {
    "auto": "auto: Yahoo, else kept",
    "yahoo": "yahoo: only Yahoo",
    "bundled": "bundled: months, 1962 on",
    "files": "files: your own folder",
}


# The door


@click.command(context_settings=CONTEXT)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True,
              help="Port to listen on, this machine only; 0 takes a free one.")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--out", default="results", show_default=True, type=click.Path(),
              help="Folder for saved runs.")  # fmt: skip
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(port: int, no_browser: bool, out: str, debug: bool) -> None:
    """Open the lab: strategies, weights and dates by sliders, the answer at once."""
    from backtests.report.folder import require_writable

    try:
        import streamlit  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError(
            "the lab needs streamlit, which is not installed; "
            "run: pip install -c constraints.txt -e '.[app]'"
        ) from None
    from backtests.loopback import listen

    require_writable(Path(out))
    listening = listen(port)
    address = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    click.echo(f"the lab is open on {address} (Ctrl-C ends it)")
    if not no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(listening, out, debug=debug)


def serve(listening: socket.socket, out: str, *, debug: bool = False) -> None:
    """Serve the page until the user ends it."""
    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.starlette import App
    from streamlit.web.bootstrap import load_config_options

    from backtests.loopback import LoopbackOnly
    from backtests.report.lab import theme

    port = listening.getsockname()[1]
    load_config_options({**OPTIONS, **theme(), "server.port": port})
    if not debug:
        logging.getLogger("streamlit").setLevel(logging.CRITICAL)
    sys.argv = [__file__, out]  # what the script reads
    app = App(Path(__file__).resolve(), middleware=[Middleware(LoopbackOnly, port=port)])
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="on", timeout_graceful_shutdown=2
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        click.echo("the lab is closed")


# The page


def page(out: Path) -> None:
    """Draw the page for what its controls say; whatever goes wrong is a message on it."""
    import streamlit as st

    from backtests.lab_state import values_of
    from backtests.report.lab import message, palette, render

    st.set_page_config(page_title="Treasury hedge lab", layout="wide")
    dark = st.context.theme.type == "dark"
    state: Any = st.session_state
    st.html(render("lab_style.html", palette=palette(dark=dark)))
    try:
        problem = read_address()
        with st.sidebar:
            try:
                config = controls()
            finally:
                state["drawn"] = values_of(state)
        if problem:
            st.html(message([problem, "What follows is the default run."], "error"))
        write_address(config)
        show(config, out, dark=dark)
    except Exception as error:  # the page stays, and says so
        tell(error)


def tell(error: Exception) -> None:
    """Say what went wrong; of a fault of ours the terminal has the details."""
    import streamlit as st

    from backtests.report.lab import message

    if isinstance(error, HedgeError):
        st.html(message([str(error)], "error"))
        return
    traceback.print_exc()
    reason = f"a fault of ours: {type(error).__name__}: {error}"
    st.html(message([reason, "The terminal has the details; please report it."], "error"))


def show(config: RunConfig, out: Path, *, dark: bool) -> None:
    """Draw the right side: a run, what can be done with it, and what it is compared with."""
    import streamlit as st

    from backtests import lab
    from backtests.report import verdict as pages
    from backtests.report.lab import (
        allocation_chart,
        literal,
        message,
        metrics_grid,
        palette,
        table,
        verdict_box,
    )
    from backtests.report.text import percent, ratio, run_label
    from data.load import data_line

    with st.spinner("reading prices and simulating", show_time=True):
        run = lab.look(config)
    summary, verdict = run.summary, run.verdict or {}
    colours = palette(dark=dark)
    st.subheader(literal(run_label(summary)), anchor=False)
    about = f"{summary['start']} to {summary['end']}, after costs."
    if instead := lab.stood_in(config, run.market):
        st.html(message([about]))
        st.html(message(instead, "warn"))
    else:
        st.html(message([f"{about} {data_line(run.market)}"]))
    actions(config, run, out)
    equity = next(row for row in verdict["portfolios"] if row["key"] == "equity")
    tiles = (
        ("CAGR", "cagr", percent),
        ("Volatility", "volatility", percent),
        ("Sharpe (over bills)", "sharpe", ratio),
        ("Max drawdown", "max_drawdown", percent),
    )
    with st.container(horizontal=True):
        for label, key, shown in tiles:
            st.metric(
                label,
                shown(summary["metrics"][key]),
                f"100 % equity {shown(equity[key])}",
                delta_color="off",
                delta_arrow="off",
                border=True,
            )
    st.html(verdict_box(verdict))
    if known := [*run.market.remarks[1:], *run.market.notes]:
        st.html(message(known))
    draw(pages.growth_chart(verdict), colours)
    draw(pages.falls_chart(verdict), colours)
    draw(allocation_chart(run.simulation.weights), colours)
    st.subheader("Metrics", anchor=False)
    st.html(table(metrics_grid(summary, verdict)))
    st.subheader("Crises", anchor=False)
    if verdict["crises"]:
        st.html(table(pages.crisis_grid(verdict["crises"])))
        st.html(message([pages.crisis_note(summary)]))
    else:
        st.html(message(["No crisis of the list lies within this period."]))
    st.subheader("Holding period", anchor=False)
    draw(pages.holding_chart(verdict), colours)
    comparison(config, run, colours)


def draw(figure: Figure, colours: Mapping[str, str]) -> None:
    """Draw a chart of the pages, or say that there is none."""
    import streamlit as st

    from backtests.report.charts import as_text
    from backtests.report.lab import coloured, message

    drawn = [trace for trace in figure.data if len(trace["x"])]
    if not drawn:
        st.html(message([f"{figure.alt}: the period is too short."]))
        return
    layout = {**figure.layout, "height": figure.height}
    layout["xaxis"] = {key: one for key, one in layout["xaxis"].items() if key != "dtick"}
    st.plotly_chart(
        coloured(as_text({"data": drawn, "layout": layout}), colours),
        theme=None,
        key=f"chart.{figure.name}",
        alt=figure.alt,
        config={"displaylogo": False, "displayModeBar": False, "plotlyServerURL": ""},
    )
    st.html(message([figure.caption]))


# What can be done with a run


def actions(config: RunConfig, run: Run, out: Path) -> None:
    """Save, tear sheet, comparison, command line."""
    import streamlit as st

    from backtests import lab
    from backtests.engine.address import to_address, to_command
    from backtests.report.lab import message

    state, this = st.session_state, urlencode(to_address(config))
    with st.container(horizontal=True):
        save = st.button("Save this run", key="save", help="Writes the folder that the command "
                         "line would write.")  # fmt: skip
        sheet = st.button("Tear sheet", key="sheet")
        st.button("Add to comparison", key="add", on_click=add_to_comparison, args=(this,))
        with st.popover("Copy as command"):
            st.code(to_command(config, str(out)), language="bash", wrap_lines=True)
    if save or sheet:
        try:
            with st.spinner("simulating and drawing, as the command line does", show_time=True):
                folder, changed = lab.save(config, out)
        except Exception as error:  # the run on the page stands without its folder
            tell(error)
            return
        state["saved"] = (this, str(folder), sheet, changed)
    known, folder_text, shown, changed = state.get("saved", ("", "", False, ""))
    if known != this:
        return
    folder = Path(folder_text)
    try:
        text = (folder / "tearsheet.html").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        del state["saved"]
        reason = error.strerror if isinstance(error, OSError) else "damaged"
        gone = f"{folder} is gone or cannot be read ({reason}); press Save again to write it anew"
        st.html(message([gone], "warn"))
        return
    st.html(message([f"saved in {folder}", f"open {folder / 'verdict.html'}"], "done"))
    if changed:
        st.html(message([changed]))
    if shown:
        st.download_button("Download the tear sheet", text, f"{folder.name}.html", "text/html",
                           key="download")  # fmt: skip
        st.iframe(text, height=900)


def add_to_comparison(query: str) -> None:
    """Put a run into the comparison, once; the oldest makes room."""
    import streamlit as st

    compared = st.session_state.setdefault("compared", [])
    if query not in compared:
        st.session_state["compared"] = [*compared, query][-MOST_COMPARED:]


def clear_comparison() -> None:
    """Take every run out of the comparison."""
    import streamlit as st

    st.session_state["compared"] = []


def comparison(config: RunConfig, run: Run, colours: Mapping[str, str]) -> None:
    """Draw the runs that were put side by side."""
    import streamlit as st

    from backtests import lab
    from backtests.engine.address import from_address
    from backtests.report.lab import compared_chart, compared_grid, message, table
    from backtests.report.text import run_label

    queries = st.session_state.get("compared", [])
    if not queries:
        return
    st.subheader("Comparison", anchor=False)
    found: dict[str, Run] = {}
    for query in queries:
        try:
            one = lab.look(from_address(dict(parse_qsl(query))))
        except HedgeError as error:
            st.html(message([f"{query}: {error}"], "error"))
            continue
        label = run_label(one.summary)
        found[label if label not in found else f"{label} [{len(found) + 1}]"] = one
    if found:
        footing = {
            (one.summary["start"], one.summary["end"], one.summary["source_title"],
             *one.summary["costs"].values())
            for one in found.values()
        }  # fmt: skip
        if len(footing) > 1:
            st.html(message(["These runs differ in dates, source or costs: not on one footing."]))
        verdicts = {label: one.verdict or {} for label, one in found.items()}
        draw(compared_chart(verdicts), colours)
        st.html(table(compared_grid({k: (v.summary, verdicts[k]) for k, v in found.items()})))
    st.button("Clear the comparison", key="clear", on_click=clear_comparison)


# The address of the page is its state


def read_address() -> str | None:
    """Set the controls by the address where it is new to this page.

    Returns
    -------
    str or None
        Why the address could not be followed.
    """
    import streamlit as st

    from backtests.engine.address import from_address
    from backtests.engine.config import RunConfig
    from backtests.lab_state import is_moved, to_state

    state: Any = st.session_state
    fields = [(key, one) for key in st.query_params for one in st.query_params.get_all(key)]
    now = urlencode(fields)
    if state.get("address") == now or is_moved(state.get("drawn", {}), state):
        return None
    problem = None
    state["compared"] = list(dict.fromkeys(v for k, v in fields if k == "vs"))[-MOST_COMPARED:]
    config = RunConfig("hedge_mix")
    if given := {key: value for key, value in fields if key != "vs"}:
        try:
            config = from_address(given)
        except HedgeError as error:
            problem = f"The address of this page cannot be followed: {error}"
    state["address"] = now
    state.update(to_state(config))
    return problem


def write_address(config: RunConfig) -> None:
    """Make the address of the page say what is on it."""
    import streamlit as st

    from backtests.engine.address import to_address

    fields: dict[str, Any] = to_address(config)
    if compared := st.session_state.get("compared"):
        fields["vs"] = compared
    now = urlencode(fields, doseq=True)
    if st.session_state["address"] != now:
        st.session_state["address"] = now
        st.query_params.from_dict(fields)


# The left side: controls


def controls() -> RunConfig:
    """Draw the controls and read them.

    Raises
    ------
    HedgeError
        For what they say together and cannot be.
    """
    import streamlit as st

    from backtests import lab
    from backtests.lab_state import complete, from_state, keep, source_of
    from data.instruments import CATALOGUE
    from data.load import available
    from strategies.registry import STRATEGIES, strategy_class

    state: Any = st.session_state
    keep(state)
    strategy = st.selectbox("Strategy", list(STRATEGIES), key="strategy")
    kind = strategy_class(strategy)
    st.caption(kind.summary())
    complete(state)
    tickers = available(source_of(state)) if source_of(state) != "files:" else None
    for known in kind.parameters():
        control(strategy, known, tickers or list(CATALOGUE))
    st.divider()
    st.selectbox("Source of prices", list(SOURCES), key="source", format_func=SOURCES.__getitem__,
                 help="auto: Yahoo, else the snapshots kept of it, else the bundled "
                 "history")  # fmt: skip
    if state["source"] == "files":
        st.text_input("Folder", key="folder", placeholder="a folder with SPY.csv, ...")
    st.checkbox("Carry histories back by proxies", key="extend")
    for name, label in (("start", "From"), ("end", "To")):
        st.date_input(label, key=name, min_value=FIRST_DAY, max_value=LAST_DAY,
                         format="YYYY-MM-DD")  # fmt: skip
    left, right = st.columns(2, vertical_alignment="bottom")
    left.number_input("Fee, bp", 0.0, 1000.0, step=1.0, key="fee_bps", format="%g")
    right.number_input("Slippage, bp", 0.0, 1000.0, step=1.0, key="slippage_bps", format="%g")
    left, right = st.columns(2, vertical_alignment="bottom")
    left.number_input("Lag, sessions or months", 1, None, step=1, key="lag", help="from a decision "
                      "to its trade: months where the data are monthly")  # fmt: skip
    right.number_input("Initial value", 1.0, 1e15, step=1000.0, key="initial", format="%.15g")
    st.text_input("Benchmark", key="benchmark", placeholder="SPY, else the heaviest")
    st.button("Read the data again", key="forget", on_click=lab.forget)
    return from_state(state)


def control(strategy: str, known: Parameter, tickers: list[str]) -> None:
    """Draw the control of a declared parameter."""
    import streamlit as st

    from backtests.lab_state import key_of, slider_step

    if isinstance(known.default, Mapping):
        weights_control(tickers)
        return
    key = key_of(strategy, known.name)
    label, tip = label_of(known), f"{known.doc} ({known.unit})"
    if known.choices:
        st.selectbox(label, known.choices, key=key, help=tip)
    elif isinstance(known.default, str):
        options = list(dict.fromkeys([st.session_state[key], *tickers]))
        st.selectbox(label, options, key=key, help=tip, accept_new_options=True)
    elif known.low is None or known.high is None:
        st.number_input(label, key=key, help=tip)
    else:
        kind = type(known.default)
        low, high, step = kind(known.low), kind(known.high), kind(slider_step(known))
        st.slider(label, low, high, step=step, key=key, help=tip, format="%g")


def label_of(known: Parameter) -> str:
    """A parameter's name in words, and the unit of a number after a comma."""
    words, _, last = known.name.rpartition("_")
    name, unit = (words, last) if words and last in UNITS else (known.name, known.unit)
    text = name.replace("_", " ").capitalize()
    return f"{text}, {unit}" if isinstance(known.default, int | float) else text


def weights_control(tickers: list[str]) -> None:
    """A slider for each ticker held; what they leave is cash, and they never pass 100 %."""
    import streamlit as st

    from backtests.lab_state import weight_key, weight_step
    from backtests.report.lab import literal, shortened

    state: Any = st.session_state
    options = list(dict.fromkeys([*state["tickers"], *tickers]))
    held = st.multiselect("Tickers", options, key="tickers", accept_new_options=True)
    for ticker in held:
        st.slider(literal(shortened(ticker, 40)), 0.0, 100.0, step=weight_step(state, ticker),
                  key=weight_key(ticker), format="%g %%", on_change=fit_weights,
                  args=(ticker,))  # fmt: skip
    st.slider("Cash, the rest", 0.0, 100.0, step=1.0, key="cash", format="%g %%", disabled=True)


def fit_weights(moved: str) -> None:
    """Make room for a weight that was raised."""
    import streamlit as st

    from backtests.lab_state import make_room, percent_of, weight_key

    state: Any = st.session_state
    for ticker, weight in make_room(percent_of(state), moved).items():
        state[weight_key(ticker)] = weight


if __name__ == "__main__":
    running = sys.modules.get("streamlit.runtime")
    if running is not None and running.exists():
        page(Path(sys.argv[1]))
    else:
        run_command(main)

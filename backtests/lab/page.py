"""The right side of the lab: a run, what can be done with it, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backtests.analysis.evidence import Evidence
from backtests.analysis.record import Verdict
from backtests.engine.address import from_query, require_short_link, to_address, to_command
from backtests.engine.config import RunConfig
from backtests.engine.run import Run
from backtests.engine.summary import Summary
from backtests.lab import look as lab
from backtests.lab.controls import controls
from backtests.lab.state import is_moved, to_state, values_of
from backtests.report.figures import Figure
from backtests.report.holdings import allocation_of
from backtests.report.lab import (
    beside_box,
    compared_chart,
    compared_grid,
    literal,
    message,
    metrics_grid,
    render,
    table,
    tiles,
    verdict_box,
)
from backtests.report.state import state_notes, state_table
from backtests.report.style import palette
from backtests.report.text import CVAR, run_label
from backtests.report.verdict import charts
from backtests.report.verdict.evidence import episodes_grid, payoff_grid
from backtests.report.verdict.tables import crisis_grid
from backtests.report.verdict.words import crisis_note, long_note, states_note
from data.errors import HedgeError
from data.load import data_line
from data.regular import MOST_PAGE, read_regular_text
from data.terminal import tell_traceback

MOST_COMPARED = 8


def page(out: Path) -> None:
    """Draw the page for the values of its controls; every error is a message on it."""
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
            st.html(message(problem, "error"))
        write_address(config)
        show(config, out, dark=dark)
    except Exception as error:  # the page stays, and says so
        tell(error)


def tell(error: Exception) -> None:
    """Show an error on the page; details of a fault of ours go to the terminal."""
    if isinstance(error, HedgeError):
        st.html(message([str(error)], "error"))
        return
    tell_traceback()
    reason = f"a fault of ours: {type(error).__name__}: {error}"
    st.html(message([reason, "The terminal has the details; please report it."], "error"))


def show(config: RunConfig, out: Path, *, dark: bool) -> None:
    """Draw the right side: a run, what can be done with it, and what it is compared with."""
    with st.spinner("reading prices and simulating", show_time=True):
        run = lab.look(config)
    summary, verdict = run.summary, run.judged
    colours = palette(dark=dark)
    st.subheader(literal(run_label(summary.strategy, summary.params)), anchor=False)
    about = f"{summary.start} to {summary.end}, after costs."
    if instead := lab.stood_in(config, run.market):
        st.html(message([about]))
        st.html(message(instead, "warn"))
    else:
        st.html(message([f"{about} {data_line(run.market)}"]))
    actions(config, run, out)
    with st.container(horizontal=True):
        for label, own, equity in tiles(summary, verdict):
            st.metric(
                label,
                own,
                f"100 % equity {equity}",
                delta_color="off",
                delta_arrow="off",
                border=True,
            )
    st.html(verdict_box(verdict))
    below = st.empty()
    if about_data := [*run.market.remarks, *run.market.notes]:
        st.html(message(about_data))
    draw(charts.growth_chart(verdict), colours)
    draw(charts.falls_chart(verdict), colours)
    draw(allocation_of(run), colours)
    st.subheader("Metrics", anchor=False)
    st.html(table(metrics_grid(summary, verdict)))
    st.html(message([CVAR]))
    if verdict.holds_hedge:
        worst_months(verdict)
    later = st.container()
    if verdict.holds_hedge:
        crises(summary, verdict)
        st.subheader("Holding period", anchor=False)
        draw(charts.holding_chart(verdict), colours)
    comparison(config, run, colours)
    draw_beside(run, below, later)


def worst_months(verdict: Verdict) -> None:
    """Show what decides the word."""
    if verdict.evidence is not None:
        payoffs("Equity's worst months", verdict.evidence, states_note(verdict))


def payoffs(title: str, evidence: Evidence, note: str) -> None:
    """Show payoffs, what is to know of them, and their episodes."""
    st.subheader(title, anchor=False)
    st.html(table(payoff_grid(evidence)))
    st.html(message([note]))
    if (episodes := episodes_grid(evidence)).rows:
        st.html(table(episodes))


def draw_beside(run: Run, below: DeltaGenerator, later: DeltaGenerator) -> None:
    """Show the same strategy since 1962 and what holds today, in the places left for them.

    Called last, when all else is drawn: the answer does not wait for it. A move of a slider does,
    for a fraction of a second; a timer that waited for a rest brought back older sliders.
    """
    more = lab.beside(run)
    verdict = replace(run.judged, long_view=more.long_view, state=more.state)
    long, state = verdict.long_view, verdict.state
    if told := beside_box(verdict):
        below.html(told)
    with later:
        if long is not None and long.evidence is not None:
            payoffs("The long view", long.evidence, long_note(long))
        if state is not None:
            st.subheader("Today", anchor=False)
            st.html(table(state_table(state)))
            st.html(message(state_notes(state)))


def crises(summary: Summary, verdict: Verdict) -> None:
    """Show what the hedge did in each fall of equity."""
    st.subheader("Crises", anchor=False)
    if verdict.crises:
        st.html(table(crisis_grid(verdict.crises)))
        st.html(message([crisis_note(summary.periods_per_year)]))
    else:
        st.html(message(["No crisis of the list lies within this period."]))


def draw(figure: Figure, colours: Mapping[str, str]) -> None:
    """Draw a chart of the pages, or say that there is none."""
    if figure.is_empty:
        st.html(message([f"{figure.alt}: the period is too short."]))
        return
    st.plotly_chart(
        figure.without_page().payload(colours),
        theme=None,
        key=f"chart.{figure.name}",
        alt=figure.alt,
        config={"displaylogo": False, "displayModeBar": False, "plotlyServerURL": ""},
    )
    st.html(message([figure.caption]))


def actions(config: RunConfig, run: Run, out: Path) -> None:
    """Save, tear sheet, comparison, command line."""
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
    saved, folder_text, shown, changed = state.get("saved", ("", "", False, ""))
    if saved != this:
        return
    folder = Path(folder_text)
    try:
        text = read_regular_text(folder / "tearsheet.html", MOST_PAGE)
    except (OSError, ValueError) as error:
        del state["saved"]
        reason = error.strerror if isinstance(error, OSError) else "damaged"
        gone = f"{folder} is gone or cannot be read ({reason}); press Save again to write it again"
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
    compared = st.session_state.setdefault("compared", [])
    if query not in compared:
        st.session_state["compared"] = [*compared, query][-MOST_COMPARED:]


def clear_comparison() -> None:
    """Take every run out of the comparison."""
    st.session_state["compared"] = []


def comparison(config: RunConfig, run: Run, colours: Mapping[str, str]) -> None:
    """Draw the runs that were added to the comparison."""
    queries = st.session_state.get("compared", [])
    if not queries:
        return
    st.subheader("Comparison", anchor=False)
    runs: dict[str, Run] = {}
    for query in queries:
        try:
            other = lab.look(from_query(query))
        except HedgeError as error:
            st.html(message([f"{query}: {error}"], "error"))
            continue
        label = run_label(other.summary.strategy, other.summary.params)
        runs[label if label not in runs else f"{label} [{len(runs) + 1}]"] = other
    if runs:
        summaries = [other.summary for other in runs.values()]
        kinds = {(one.start, one.end, one.source_title, one.costs) for one in summaries}
        if len(kinds) > 1:
            unlike = "Not on the same basis: these runs differ in dates, source or costs."
            st.html(message([unlike]))
        draw(compared_chart({name: other.judged for name, other in runs.items()}), colours)
        both = {name: (other.summary, other.judged) for name, other in runs.items()}
        st.html(table(compared_grid(both)))
    st.button("Clear the comparison", key="clear", on_click=clear_comparison)


def read_address() -> Sequence[str]:
    """Set the controls by the address, where the page has not read it yet.

    Returns
    -------
    sequence of str
        Why the address could not be read, and what is shown instead; empty where it could.
    """
    state: Any = st.session_state
    fields = [(key, one) for key in st.query_params for one in st.query_params.get_all(key)]
    now = urlencode(fields)
    if state.get("address") == now or is_moved(state.get("drawn", {}), state):
        return ()
    state["address"] = now
    try:
        require_short_link(now, fields)
        given = urlencode([(key, value) for key, value in fields if key != "vs"])
        controls_of = to_state(from_query(given) if given else RunConfig("hedge_mix"))
    except HedgeError as error:
        shown = "the run from before"
        if "drawn" not in state:  # else the controls stay as they are
            state.update(to_state(RunConfig("hedge_mix")))
            shown = "the default run"
        return f"The address of this page cannot be read: {error}", f"Shown below is {shown}."
    state["compared"] = list(dict.fromkeys(v for k, v in fields if k == "vs"))[-MOST_COMPARED:]
    state.update(controls_of)
    return ()


def write_address(config: RunConfig) -> None:
    """Write the run and the comparison into the address of the page."""
    fields: dict[str, str | list[str]] = {**to_address(config)}
    if compared := st.session_state.get("compared"):
        fields["vs"] = list(compared)
    now = urlencode(fields, doseq=True)
    if st.session_state["address"] != now:
        st.session_state["address"] = now
        st.query_params.from_dict(fields)

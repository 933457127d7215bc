"""The right side of the lab: the answer to what the controls say, and what stands below it."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backtests.engine.address import from_query, require_short_link, to_address, to_command
from backtests.engine.config import RunConfig
from backtests.engine.run import Run
from backtests.lab import look as lab
from backtests.lab.controls import controls
from backtests.lab.saved_pages import link
from backtests.lab.state import IDLE, idle_in, idle_of, is_moved, to_state, values_of
from backtests.report.currency import cash_words, in_money
from backtests.report.figures import Figure
from backtests.report.holdings import allocation_of, hedge_weight
from backtests.report.lab import (
    Section,
    answer,
    beside_word,
    compared_chart,
    compared_grid,
    count_of_compared,
    facts,
    in_detail,
    literal,
    message,
    metrics_grid,
    saved,
    sections,
    shortened,
    style,
)
from backtests.report.pages import (
    ALL_RESULTS,
    CLAIMS_ANCHOR,
    PAGES,
    TRIAL,
    VERDICT,
)
from backtests.report.plotting import as_drawn
from backtests.report.state import state_notes, state_table
from backtests.report.style import palette
from backtests.report.text import CVAR, capital, plan_of, summary_label
from backtests.report.verdict import charts
from backtests.report.verdict.evidence import episodes_grid, payoff_grid
from backtests.report.verdict.own_money import own_money_section
from backtests.report.verdict.tables import crisis_grid
from backtests.report.verdict.words import crisis_note, long_note, states_note
from data.errors import HedgeError, UsageError
from data.load import data_line
from data.terminal import tell_traceback
from strategies.weights import mix_text

MOST_COMPARED = 8
LONGEST_NAME = 60  # characters of a run in a message


def page(out: Path) -> None:
    """Draw the page for the values of its controls; every error is a message on it."""
    st.set_page_config(page_title="Treasury hedge lab", layout="wide")
    dark = st.context.theme.type == "dark"
    state, colours = st.session_state, palette(dark=dark)
    st.html(style(dark=dark))
    try:
        run = answered()
    except Exception as error:  # the page stays, and says so
        tell(error)
        show_last(colours)
        return
    state["shown"] = run
    try:
        show(run, out, colours)
    except Exception as error:
        tell(error)


def answered() -> Run:
    """Draw the controls, and run what they say.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    state: Any = st.session_state
    problem = read_address()
    with st.sidebar:
        try:
            config = controls()
        finally:
            state["drawn"] = values_of(state)
    if problem:
        st.html(message(problem, "error"))
    write_address(config)
    with st.spinner("reading prices and simulating", show_time=True):
        return lab.look(config)


def tell(error: Exception) -> None:
    """Show an error on the page; details of a fault of ours go to the terminal."""
    if isinstance(error, HedgeError):
        st.html(message([str(error)], "error"))
        return
    tell_traceback()
    reason = f"a fault of ours: {type(error).__name__}: {error}"
    st.html(message([reason, "The terminal has the details; please report it."], "error"))


def show_last(colours: Mapping[str, str]) -> None:
    """Show the last answer of this session, greyed; nothing of it is worked out again."""
    run: Run | None = st.session_state.get("shown")
    if run is None:
        return
    told = f"Below is the last answer, for {name_of(run)}, {run.summary.start} to {run.summary.end}"
    st.html(message([f"{told}; it does not follow the controls."]))
    with st.container(key="last"):
        show_answer(run, colours, is_last=True)
    comparison(colours)


def show(run: Run, out: Path, colours: Mapping[str, str]) -> None:
    """Draw the right side: a run, what can be done with it, and what it is compared with."""
    summary = run.summary
    told = [summary_label(summary), f"{summary.start} to {summary.end}, after costs"]
    if instead := lab.stood_in(run.config, run.market):
        st.html(message(instead, "warn"))
    else:
        told += [data_line(run.market)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="top"):
        st.html(facts([shortened(line, 160) for line in told]))
        press = actions(run.config, run, out)
    after_save(run.config, out, pressed=press)
    below, later = show_answer(run, colours)
    comparison(colours)
    draw_beside(run, below, later)


def show_answer(
    run: Run, colours: Mapping[str, str], *, is_last: bool = False
) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw an answer, and leave the places for what :func:`draw_beside` has to say."""
    summary, verdict = run.summary, run.judged
    st.html(answer(summary, verdict, hedge_weight(run), colours, is_last=is_last))
    below = st.container()
    draw(charts.growth_chart(verdict), colours, is_last=is_last)
    draw(charts.falls_chart(verdict), colours, is_last=is_last)
    draw(allocation_of(run), colours, is_last=is_last)
    own = own_money_section(verdict, summary)
    parts = [Section(own.title, [own.table], own.lines)] if own is not None else []
    parts += [in_detail(verdict)] if verdict.holds_hedge else []
    parts += [Section("Metrics", [metrics_grid(summary, verdict)], [CVAR])]
    if evidence := verdict.evidence:
        cash = cash_words(verdict.investor)
        grids = [payoff_grid(evidence, cash), episodes_grid(evidence, cash)]
        parts += [Section("Equity's worst months", grids, [states_note(verdict)])]
    st.html(sections(parts, is_last=is_last))
    later = st.container()
    parts = []
    if verdict.holds_hedge:
        note = crisis_note(summary.periods_per_year, verdict.investor)
        none = "No crisis of the list lies within this period."
        told = note if verdict.crises else none
        parts += [
            Section("Crises", [crisis_grid(verdict.crises, investor=verdict.investor)], [told])
        ]
    if about := [*run.market.remarks, *run.market.notes]:
        parts += [Section("Data", notes=about)]
    if parts:
        st.html(sections(parts, is_last=is_last))
    if verdict.holds_hedge:
        draw(charts.holding_chart(verdict), colours, is_last=is_last)
    return below, later


def draw_beside(run: Run, below: DeltaGenerator, later: DeltaGenerator) -> None:
    """Show the same strategy since 1962 and what holds today, in the places left for them.

    Called last, when all else is drawn: the answer does not wait for it. A move of a slider waits
    for one of its steps at most; a timer that waited for a rest brought back older sliders.
    """
    state = st.session_state
    # Streamlit begins anew, where a control was moved, whenever the state of the session is read.
    more = lab.beside(run, lambda: state.get("address"))
    verdict = replace(run.judged, long_view=more.long_view, state=more.state)
    long, today = verdict.long_view, verdict.state
    if told := beside_word(verdict):
        below.html(told)
    parts = []
    if today is not None:
        parts += [Section("Today", [state_table(today)], state_notes(today))]
    if long is not None and (evidence := long.evidence):
        cash = cash_words(verdict.investor)
        grids = [payoff_grid(evidence, cash), episodes_grid(evidence, cash)]
        parts += [Section("The long view", grids, [long_note(long)])]
    if parts:
        later.html(sections(parts))
    _freeze()


@cache
def _freeze() -> None:
    """Leave what the first answer loaded out of every later search for garbage: half a second."""
    gc.collect()
    gc.freeze()


def draw(figure: Figure, colours: Mapping[str, str], *, is_last: bool = False) -> None:
    """Draw a chart of the pages, or say that there is none."""
    if figure.is_empty:
        st.html(message([f"{figure.alt}: the period is too short."]))
        return
    st.html(sections([Section(figure.title, notes=[figure.caption])], is_last=is_last))
    st.plotly_chart(
        as_drawn(figure, colours),
        theme=None,
        key=f"{'last' if is_last else 'chart'}.{figure.name}",
        alt=figure.alt,
        config={"displaylogo": False, "displayModeBar": False, "plotlyServerURL": ""},
    )


def actions(config: RunConfig, run: Run, out: Path) -> bool:
    """Save, comparison, command line, in a row; whether this run is to be saved."""
    state, this = st.session_state, urlencode(to_address(config))
    pressed = st.button("Save this run", key="save", help="Writes the folder that the command "
                        "line would write: verdict and tear sheet.")  # fmt: skip
    st.button("Add to comparison", key="add", on_click=add_to_comparison,
              args=(this, name_of(run)))  # fmt: skip
    if compared := state.get("compared"):
        st.html(count_of_compared(len(compared), MOST_COMPARED), width="content")
    with st.popover("Copy as command"):
        st.code(to_command(config, str(out)), language="bash", wrap_lines=True)
    if told := state.get("told"):
        st.toast(literal(told))
        state["told"] = ""
    return pressed


def after_save(config: RunConfig, out: Path, *, pressed: bool) -> None:
    """Save where that was asked for, and say where this run was saved."""
    state, this = st.session_state, urlencode(to_address(config))
    if pressed:
        try:
            with st.spinner("simulating and drawing, as the command line does", show_time=True):
                folder, changed = lab.save(config, out)
        except Exception as error:  # the run on the page stands without its folder
            tell(error)
            return
        state["saved"] = (this, str(folder), changed)
    of_run, folder_text, changed = state.get("saved", ("", "", ""))
    if of_run != this:
        return
    folder = Path(folder_text)
    if not (folder / VERDICT.file).is_file():
        del state["saved"]
        gone = f"{folder} is gone or cannot be read; press Save again to write it again"
        st.html(message([gone], "warn"))
        return
    st.html(saved(folder, pages_of(folder)))
    if changed:
        st.html(message([changed]))


def pages_of(folder: Path) -> list[tuple[str, str]]:
    """Addresses and words of a saved run's pages; empty where nothing serves them."""
    pages = [page for page in PAGES if page.of_run]
    found = [(link(folder, page.file), capital(page.word)) for page in pages]
    links = [(address, words) for address, words in found if address]
    if not links:
        return []
    index = urljoin(links[0][0], "/")
    return [*links, (index, ALL_RESULTS), (f"{index}#{CLAIMS_ANCHOR}", TRIAL)]


def name_of(run: Run) -> str:
    """A run in a few words: a mix by its weights, a rule by its label."""
    summary = run.summary
    if not summary.weights:
        return shortened(summary_label(summary), LONGEST_NAME)
    mix = f"{mix_text(summary.weights)}{in_money(summary.money, summary.base_date)}"
    return shortened(", ".join(filter(None, [mix, plan_of(summary)])), LONGEST_NAME)


def add_to_comparison(query: str, name: str) -> None:
    """Put a run into the comparison, once, and say so; the oldest makes room."""
    state = st.session_state
    compared = list(state.get("compared", []))
    if query in compared:
        state["told"] = f"{name} is already there: {len(compared)} of {MOST_COMPARED} compared"
        return
    if told := other_currency(compared, query):
        state["told"] = f"{name} not added: {told}"
        return
    newest = [*compared, query][-MOST_COMPARED:]
    room = "; the oldest made room" if len(newest) == len(compared) else ""
    state["told"] = f"{name} added: {len(newest)} of {MOST_COMPARED} compared{room}"
    state["compared"] = newest


def other_currency(compared: Sequence[str], query: str) -> str:
    """Why a run does not compare with others, whose returns are another investor's, or nothing."""
    try:
        configs = [from_query(each) for each in (*compared[:1], query)]
    except HedgeError:  # of a link: said where it is drawn
        return ""
    codes = [config.money.currency for config in configs]
    if len({config.real for config in configs}) > 1:
        kinds = ["in purchasing power" if c.real else "in money of the day" for c in configs]
        return f"it is {kinds[1]}, those compared {kinds[0]}; clear the comparison first"
    if len(set(codes)) == 1:
        return ""
    return f"it is in {codes[1]}, those compared in {codes[0]}; clear the comparison first"


def clear_comparison() -> None:
    """Take every run out of the comparison."""
    st.session_state["compared"] = []


def comparison(colours: Mapping[str, str]) -> None:
    """Draw the runs that were added to the comparison."""
    queries = st.session_state.get("compared", [])
    if not queries:
        return
    st.subheader("Comparison", anchor="comparison")
    runs: dict[str, Run] = {}
    for query in queries:
        try:
            if told := other_currency(queries, query):
                raise UsageError(told)
            other = lab.look(from_query(query))
        except HedgeError as error:
            st.html(message([f"{query}: {error}"], "error"))
            continue
        label = summary_label(other.summary)
        runs[label if label not in runs else f"{label} [{len(runs) + 1}]"] = other
    if runs:
        summaries = [other.summary for other in runs.values()]
        kinds = {(one.start, one.end, one.source_title, one.costs) for one in summaries}
        if len(kinds) > 1:
            unlike = "Not on the same basis: these runs differ in dates, source or costs."
            st.html(message([unlike]))
        draw(compared_chart({name: other.judged for name, other in runs.items()}), colours)
        both = {name: (other.summary, other.judged) for name, other in runs.items()}
        st.html(sections([Section("", [compared_grid(both)])]))
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
        given = urlencode([(key, value) for key, value in fields if key not in ("vs", IDLE)])
        idle = [ticker for key, text in fields if key == IDLE for ticker in idle_in(text)]
        controls_of = to_state(from_query(given) if given else RunConfig("hedge_mix"), idle)
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
    state: Any = st.session_state
    fields: dict[str, str | list[str]] = {**to_address(config)}
    if idle := idle_of(state, config):
        fields[IDLE] = ",".join(idle)
    if compared := state.get("compared"):
        fields["vs"] = list(compared)
    now = urlencode(fields, doseq=True)
    if state["address"] != now:
        state["address"] = now
        st.query_params.from_dict(fields)

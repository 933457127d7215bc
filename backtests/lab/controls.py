"""The left side of the lab: a control for whatever a run is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from backtests.engine.config import RunConfig
from backtests.lab import look as lab
from backtests.lab.state import (
    complete,
    from_state,
    keep,
    key_of,
    make_room,
    percent_of,
    slider_step,
    source_of,
    weight_key,
    weight_step,
)
from backtests.report.lab import literal, shortened
from data.load import SOURCES, available
from data.treasuries.instruments import CATALOGUE
from strategies.base import Parameter
from strategies.registry import strategy_class, strategy_names

UNITS = ("bp", "years", "months", "sessions")  # a name that ends in one says its unit
FIRST_DAY, LAST_DAY = dt.date(1800, 1, 1), dt.date(2200, 12, 31)  # what a run takes
LABELS = {
    "auto": "auto: Yahoo, else kept",
    "yahoo": "yahoo: only Yahoo",
    "bundled": "bundled: months, 1962 on",
    "files": "files: your own folder",
}
KINDS = [source.partition(":")[0] for source in SOURCES]


def controls() -> RunConfig:
    """Draw the controls and read them.

    Raises
    ------
    HedgeError
        For what they say together and cannot be.
    """
    state: Any = st.session_state
    keep(state)
    strategy = st.selectbox("Strategy", strategy_names(), key="strategy")
    kind = strategy_class(strategy)
    st.caption(kind.summary())
    complete(state)
    tickers = available(source_of(state)) if source_of(state) != "files:" else None
    for known in kind.parameters():
        control(strategy, known, tickers or list(CATALOGUE))
    st.divider()
    st.selectbox("Source of prices", KINDS, key="source", format_func=label_of_source,
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


def label_of_source(kind: str) -> str:
    """What the list of sources says of one."""
    return LABELS.get(kind, kind)


def control(strategy: str, known: Parameter, tickers: list[str]) -> None:
    """Draw the control of a declared parameter."""
    if isinstance(known.default, Mapping):
        weights_control(tickers)
        return
    key = key_of(strategy, known.name)
    label, tip = label_of(known), f"{known.doc} ({known.unit})"
    if isinstance(known.default, bool):
        st.checkbox(label, key=key, help=tip)
    elif known.choices:
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
    state: Any = st.session_state
    for ticker, weight in make_room(percent_of(state), moved).items():
        state[weight_key(ticker)] = weight

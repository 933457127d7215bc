"""The left side of the lab: a control for every setting of a run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from backtests.engine.address import MOST_IN_LINK
from backtests.engine.bands import EDGE_OF_BAND, GOALS, TARGET
from backtests.engine.config import RunConfig
from backtests.engine.costs import MOST_LAG
from backtests.engine.flows import MOST_MONEY
from backtests.engine.money import CASHES, MOST_BASIS_BP
from backtests.lab import look as lab
from backtests.lab.own_money import KINDS as KINDS_OF_FLOW
from backtests.lab.own_money import (
    MONEY,
    NOTHING,
    ON_DATES,
    SHARE,
    UNITS,
    follow_bands,
    has_bands,
    periods,
    plan_key,
    plan_of,
)
from backtests.lab.state import (
    BY_TICKER,
    EXTEND,
    PRESET,
    PRESETS,
    Preset,
    apply,
    complete,
    from_state,
    is_applied,
    keep,
    key_of,
    make_room,
    money_key,
    percent_of,
    ratio_step,
    slider_step,
    source_of,
    weight_key,
    weight_step,
)
from backtests.report.lab import literal, message, shortened
from backtests.report.text import BASIS_POINT
from data.currency.currencies import CODES, DOLLAR, name_of
from data.errors import UsageError
from data.load import SOURCES, available
from data.treasuries.instruments import AMERICAN
from strategies.base import Parameter
from strategies.registry import strategy_class, strategy_names
from strategies.schedule import CALENDARS, most_offset

ENDINGS = ("bp", "years", "months", "sessions")  # a name that ends in one says its unit
LABELS = {
    "auto": "auto: Yahoo, else saved",
    "yahoo": "yahoo: only Yahoo",
    "bundled": "bundled: monthly from 1962",
    "files": "files: your own folder",
}
LONGER = {
    "short end": "BIL and SHY of a duration rule",
    "all": "all that can be",
    "none": "none",
}
# How far a weight beyond its band goes back.
BACK = {TARGET: "to its target", EDGE_OF_BAND: "to the edge of the band"}
# The sliders of a currency hedge.
SOLD = {
    "fx_hedge": "Currency hedge of Treasuries",
    "fx_hedge_equity": "Currency hedge of equity",
}
KINDS = [source.partition(":")[0] for source in SOURCES]


def controls() -> RunConfig:
    """Draw the controls and read them.

    Raises
    ------
    HedgeError
        For settings that do not go together.
    """
    state: Any = st.session_state
    keep(state)
    complete(state)
    presets()
    strategy = st.selectbox("Strategy", strategy_names(), key="strategy")
    kind = strategy_class(strategy)
    st.caption(kind.summary())
    tickers = available(source_of(state)) if source_of(state) != "files:" else None
    for declared in kind.parameters():
        control(strategy, declared, tickers or list(AMERICAN))
    own_money_controls(strategy)
    st.divider()
    st.selectbox("Source of prices", KINDS, key="source", format_func=label_of_source,
                 help="auto: Yahoo, else prices saved from it, else the bundled "
                 "history")  # fmt: skip
    if state["source"] == "files":
        st.text_input("Folder", key="folder", placeholder="a folder with SPY.csv, ...")
    st.selectbox("Histories carried back", list(EXTEND), key="extend",
                 format_func=LONGER.__getitem__, help="to before their first day, by bills, bond "
                 "ladders and longer histories of something similar")  # fmt: skip
    money_controls()
    for name, label in (("start", "From"), ("end", "To")):
        # Not Streamlit's calendar: it takes no notice of Enter.
        st.text_input(label, key=name, placeholder="YYYY-MM-DD, else all there is")
    left, right = st.columns(2, vertical_alignment="bottom")
    left.number_input("Fee, bp", 0.0, 1000.0, step=1.0, key="fee_bps", format="%g",
                      help=f"of the value traded. {BASIS_POINT}")  # fmt: skip
    right.number_input("Slippage, bp", 0.0, 1000.0, step=1.0, key="slippage_bps", format="%g",
                       help="of the price: a trade pays so much more than the close, or gets so "
                       f"much less. {BASIS_POINT}")  # fmt: skip
    left, right = st.columns(2, vertical_alignment="bottom")
    left.number_input("Lag, sessions or months", 1, MOST_LAG, step=1, key="lag", help="from a "
                      "decision to its trade: months where the data are monthly")  # fmt: skip
    right.number_input("Initial value", 1.0, 1e15, step=1000.0, key="initial", format="%.15g",
                       help="in the currency you live in")  # fmt: skip
    st.text_input("Benchmark", key="benchmark", placeholder="SPY, else the heaviest")
    st.text_input("Hedge", key="hedge", placeholder="the known US Treasury funds",
                  help="tickers to judge as the hedge, such as GLD,TIP")  # fmt: skip
    st.text_input("Equity", key="equity", placeholder="all that is not the hedge",
                  help="tickers that are equity, though they would count as the hedge")  # fmt: skip
    st.text_input("Without dividends", key="price_only", placeholder="none",
                  help="tickers of the folder that are prices without dividends")  # fmt: skip
    st.text_input("Withheld from dividends", key="withholding", placeholder="nothing",
                  help="tax at the source on dividends and interest: 0.15 of all equity's, or by "
                  "ticker, also from a day on, such as SPY=0.15,TLT=0.3@2025-05-01")  # fmt: skip
    st.button("Read the data again", key="forget", on_click=lab.forget)
    return from_state(state)


def money_controls() -> None:
    """Draw the currency; in another than dollars what cash is, and what of the dollar is sold."""
    state: Any = st.session_state
    code = st.selectbox("Currency you live in", CODES, key=money_key("currency"),
                        format_func=lambda code: f"{code}: {name_of(code)}")  # fmt: skip
    if code == DOLLAR:
        return
    st.selectbox("What cash is", list(CASHES), key=money_key("cash"),
                 format_func={"home": f"{name_of(code)}, at its short rate",
                              "usd": "dollar bills, unhedged"}.__getitem__)  # fmt: skip
    for name, label in SOLD.items():
        key = money_key(name)
        if state[f"{key}{BY_TICKER}"]:
            st.text_input(f"{label}, by ticker", key=f"{key}{BY_TICKER}",
                          help="such as IEF=1,TLT=0.5; empty it for one ratio of all")  # fmt: skip
        else:
            st.slider(label, 0.0, 100.0, step=ratio_step(state, name), key=key, format="%g %%",
                      help="that share of their dollars is sold forward, a month at a time: the "
                      "dollar's moves are taken out, and the difference of interest is paid or "
                      "earned")  # fmt: skip
    st.number_input("Cost of that hedge, bp a year", 0.0, MOST_BASIS_BP, step=5.0, format="%g",
                    key=money_key("fx_basis_bp"), help="beyond the difference of interest: the "
                    f"cross-currency basis. {BASIS_POINT}")  # fmt: skip
    st.checkbox(
        "Carry the last short rates on",
        key=money_key("carry_rates"),
        help="for longer than six months after the last figure, instead of ending there",
    )


def own_money_controls(strategy: str) -> None:
    """Draw the section of what is paid in and out, of bands, and of purchasing power."""
    state: Any = st.session_state
    with st.expander("Your own money", expanded=state[plan_key("open")], key="own"):
        flow_controls()
        left, right = st.columns(2, vertical_alignment="bottom")
        calendar = key_of(strategy, "rebalance")
        follow = partial(follow_bands, state, calendar, key_of(strategy, "offset"))
        left.number_input("Band, points", 0.0, 100.0, None, step=1.0, format="%g",
                          on_change=follow, key=plan_key("band"), placeholder="none",
                          help="how far a weight may be off its target before it trades, in "
                          "percentage points: with 5, a weight of 60 % is left alone from 55 to "
                          "65 %")  # fmt: skip
        right.number_input("Relative, %", 0.0, 100.0, None, step=5.0, format="%g",
                           on_change=follow, key=plan_key("band_relative"), placeholder="none",
                           help="the same in percent of the target: with 25, a weight of 20 % is "
                           "left alone from 15 to 25 %. With both, either suffices to "
                           "trade")  # fmt: skip
        if has_bands(state):
            st.selectbox("Beyond its band it goes back", GOALS, key=plan_key("band_to"),
                         format_func=BACK.__getitem__)  # fmt: skip
            if watched := state.get(calendar):
                st.caption(f"Rebalance above says when weights are looked at: {watched}.")
        st.checkbox("In purchasing power", key="real", help="all is divided by consumer prices: "
                    "in the money of the first day")  # fmt: skip


def flow_controls() -> None:
    """Draw what is paid in or taken out: of every period, or on dates."""
    state: Any = st.session_state
    kind = st.selectbox("Pay in or take out", KINDS_OF_FLOW, key=plan_key("flow"),
                        help="what you add or take out while it runs. Growth, volatility and the "
                        "verdict are of the unit value, as if nothing were")  # fmt: skip
    if kind == NOTHING:
        return
    if kind == ON_DATES:
        st.text_area("Dates and amounts", key=plan_key("dated"), height=110,
                     placeholder="2020-01-15=500\n2021-01-15=-300", help="one a line, in money of "
                     "the day; below 0 is taken out. On the first session from that day "
                     "on")  # fmt: skip
        try:
            plan_of(state)
        except UsageError as error:  # here too: on a phone the controls cover the answer
            st.html(message([str(error)], "error"))
    else:
        left, right = st.columns(2, vertical_alignment="bottom")
        unit = state[plan_key("unit")]
        if unit == SHARE:
            left.number_input("Share, %", 0.0, 100.0, step=0.5, key=plan_key("percent"),
                              format="%.10g", help="of the value at that time")  # fmt: skip
        else:
            left.number_input("Amount", 0.0, MOST_MONEY, step=100.0, key=plan_key("amount"),
                              format="%.15g", help="in money of the day")  # fmt: skip
        code = state[money_key("currency")]
        right.selectbox("Unit", UNITS, key=plan_key("unit"), label_visibility="collapsed",
                        format_func={MONEY: code, SHARE: "of value"}.__getitem__)  # fmt: skip
        st.selectbox("Every", periods(state), key=plan_key("period"), help="on its first session")
        if unit == SHARE:
            return
    st.checkbox("Grows with consumer prices", key=plan_key("indexed"),
                help="from the first day on, by the figures that were public")  # fmt: skip


def presets() -> None:
    """Draw a button for each preset; that of what the controls say is marked."""
    state: Any = st.session_state
    with st.container(horizontal=True, key="presets"):
        for preset in PRESETS:
            is_active = is_applied(preset, state)
            st.button(
                preset.label,
                key=f"{PRESET}{preset.label}",
                type="primary" if is_active else "secondary",
                help=f"{about(preset)}; source, dates, costs and your own money stay"
                + (". It is what the controls say." if is_active else ""),
                on_click=apply,
                args=(preset, state),
            )


def about(preset: Preset) -> str:
    """A preset in words."""
    if not preset.weights:
        return f"{preset.strategy} at its defaults"
    return ", ".join(f"{100 * weight:g} % {ticker}" for ticker, weight in preset.weights.items())


def label_of_source(kind: str) -> str:
    """The label of a source in the list."""
    return LABELS.get(kind, kind)


def control(strategy: str, declared: Parameter, tickers: list[str]) -> None:
    """Draw the control of a declared parameter."""
    if isinstance(declared.default, Mapping):
        weights_control(tickers)
        return
    key = key_of(strategy, declared.name)
    label, tip = label_of(declared), f"{declared.doc} ({declared.unit})"
    if isinstance(declared.default, bool):
        st.checkbox(label, key=key, help=tip)
    elif declared.choices:
        st.selectbox(label, declared.choices, key=key, help=tip)
    elif isinstance(declared.default, str):
        options = list(dict.fromkeys([st.session_state[key], *tickers]))
        st.selectbox(label, options, key=key, help=tip, accept_new_options=True)
    elif declared.name == "offset" and declared.implied:
        offset_control(strategy, declared)
    elif declared.low is None or declared.high is None:
        st.number_input(label, key=key, help=tip)
    else:
        kind = type(declared.default)
        low, high, step = kind(declared.low), kind(declared.high), kind(slider_step(declared))
        st.slider(label, low, high, step=step, key=key, help=tip, format="%g")


def offset_control(strategy: str, declared: Parameter) -> None:
    """Draw on which session of its period a calendar decides, where it has more than one."""
    state: Any = st.session_state
    key = key_of(strategy, declared.name)
    calendar = state.get(key_of(strategy, "rebalance"), "monthly")  # a rule has no other
    most = most_offset(calendar)
    state[key] = min(state[key], most)
    if state["source"] == "bundled":  # more, from a link, stays: the run says what there is
        most = max(most_offset(calendar, monthly_rows=True), state[key])
    if most > 1:
        st.number_input(f"On which session of the {CALENDARS[calendar]}", 1, most, step=1,
                        key=key, help="1 is the first; another shows what the luck of the date "
                        "is worth")  # fmt: skip


def label_of(declared: Parameter) -> str:
    """A parameter's name in words, and the unit of a number after a comma."""
    words, _, last = declared.name.rpartition("_")
    name, unit = (words, last) if words and last in ENDINGS else (declared.name, declared.unit)
    text = name.replace("_", " ").capitalize()
    return f"{text}, {unit}" if isinstance(declared.default, int | float) else text


def weights_control(tickers: list[str]) -> None:
    """Draw a slider for each ticker; the rest is cash, and they never exceed 100 % together."""
    state: Any = st.session_state
    options = list(dict.fromkeys([*state["tickers"], *tickers]))
    held = st.multiselect("Tickers", options, key="tickers", accept_new_options=True,
                          max_selections=MOST_IN_LINK)  # fmt: skip
    for ticker in held:
        st.slider(literal(shortened(ticker, 40)), 0.0, 100.0, step=weight_step(state, ticker),
                  key=weight_key(ticker), format="%g %%", on_change=fit_weights,
                  args=(ticker,))  # fmt: skip
    st.slider("Cash, the rest", 0.0, 100.0, step=1.0, key="cash", format="%g %%", disabled=True)


def fit_weights(moved: str) -> None:
    """Lower other weights where a raised one needs the room."""
    state: Any = st.session_state
    for ticker, weight in make_room(percent_of(state), moved).items():
        state[weight_key(ticker)] = weight

"""The lab's controls of one's own money: their values for a plan, and the plan of their values.

Plain values by the name of a control, as in :mod:`backtests.lab.state`.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from backtests.engine.bands import Rebalancing
from backtests.engine.flows import AskedFlows, Flow
from backtests.engine.plan import Plan
from data.errors import in_full
from strategies.hedge_mix import HedgeMix
from strategies.schedule import PERIODS

PLAN_KEY = "plan."  # before the key of a control of bands and cash flows
# What the control of cash flows can be.
NOTHING, PAID_IN, TAKEN_OUT, ON_DATES = KINDS = ("nothing", "pay in", "take out", "on dates")
MONEY, SHARE = UNITS = ("money", "share")
# What the controls begin with when a flow is chosen: an amount a month, or 4 % a year.
AMOUNT, PERCENT, PERIOD = 500.0, 4.0, "month"
LIMITS = ("band", "band_relative")
WATCHED = "daily"  # the calendar of a mix with a band, unless another is asked for


def plan_key(name: str) -> str:
    """The control of a part of the plan."""
    return f"{PLAN_KEY}{name}"


def plan_state(plan: Plan, *, real: bool) -> dict[str, Any]:
    """The values of the controls for a plan.

    Parameters
    ----------
    plan
        Bands and cash flows.
    real
        Whether the run is in purchasing power, whose control is in the same section.
    """
    flows, flow, bands = plan.flows, plan.flows.of_period, plan.rebalancing
    shares = flow is not None and flow.is_share
    amount = 0.0 if flow is None else abs(flow.amount)
    state: dict[str, Any] = {
        "flow": _kind_of(flows),
        "unit": SHARE if shares else MONEY,
        "amount": amount if flow is not None and not shares else AMOUNT,
        "percent": _percent(amount) if shares else PERCENT,
        "period": PERIOD if flow is None else flow.period,
        "indexed": flows.indexed,
        "dated": "\n".join(f"{day}={in_full(money)}" for day, money in flows.by_day.items()),
        "band_to": bands.band_to,
        "exact": {},
        "before": "",
        # Once for a link: a section that folds whenever it is empty would fold under one's hand.
        "open": real or bool(plan.table),
    }
    for name in LIMITS:
        limit = getattr(bands, name)
        state[name] = None if limit is None else _percent(limit)
        # As a weight does, a band keeps all its digits until it is changed.
        state["exact"][name] = (state[name], limit)
    return {plan_key(name): value for name, value in state.items()}


def _kind_of(flows: AskedFlows) -> str:
    if flows.of_period is not None:
        return PAID_IN if flows.of_period.amount > 0.0 else TAKEN_OUT
    return ON_DATES if flows.by_day else NOTHING


def _percent(share: float) -> float:
    return round(100.0 * share, 10)


def plan_of(state: Mapping[str, Any]) -> Plan:
    """Read the controls; what is hidden says nothing.

    Raises
    ------
    UsageError
        For dates and amounts that cannot be read, and for a number out of its bounds.
    """
    return Plan(_bands_of(state), _flows_of(state))


def _bands_of(state: Mapping[str, Any]) -> Rebalancing:
    if not has_bands(state):
        return Rebalancing()
    limits: dict[str, float | None] = {}
    for name in LIMITS:
        percent, (was, limit) = state[plan_key(name)], state[plan_key("exact")][name]
        changed = None if percent is None else round(percent / 100.0, 12)
        limits[name] = limit if percent == was else changed
    return Rebalancing(**limits, band_to=state[plan_key("band_to")])


def _flows_of(state: Mapping[str, Any]) -> AskedFlows:
    kind = state[plan_key("flow")]
    is_indexed = bool(state[plan_key("indexed")])
    if kind == NOTHING:
        return AskedFlows()
    if kind == ON_DATES:
        text = ",".join(state[plan_key("dated")].splitlines())  # or one line with commas
        dated = AskedFlows(dated=text) if text.strip(", ") else AskedFlows()
        return AskedFlows(dated=dated.dated, indexed=is_indexed) if dated else dated
    shares = state[plan_key("unit")] == SHARE
    amount = float(state[plan_key("percent")]) / 100.0 if shares else state[plan_key("amount")]
    flow = Flow(-amount if kind == TAKEN_OUT else amount, shares, state[plan_key("period")])
    # As text, which is what a link and a command hold.
    return AskedFlows(str(flow), indexed=is_indexed and bool(amount) and not shares)


def has_bands(state: Mapping[str, Any]) -> bool:
    """Whether the controls give a band."""
    return any(state[plan_key(name)] is not None for name in LIMITS)


def periods(state: Mapping[str, Any]) -> list[str]:
    """The periods to choose from: none shorter than a row where those are months."""
    shortest = "month" if state["source"] == "bundled" else "week"
    return list(dict.fromkeys([*PERIODS[PERIODS.index(shortest) :], state[plan_key("period")]]))


def follow_bands(state: MutableMapping[str, Any], calendar: str, offset: str) -> None:
    """Watch a mix daily while it has a band, as the command line does, and no longer than that.

    Parameters
    ----------
    state
        The controls, one of whose bands was changed.
    calendar, offset
        The keys of the mix's calendar and of the session of its period. A calendar other than the
        usual one was chosen, and stays.
    """
    before = plan_key("before")
    usual = HedgeMix.rebalance
    if not has_bands(state):
        if state[before] and state.get(calendar) == WATCHED:
            state[calendar] = state[before]
        state[before] = ""
    elif state.get(calendar) == usual and state.get(offset, 1) == 1 and not state[before]:
        state[before], state[calendar] = usual, WATCHED

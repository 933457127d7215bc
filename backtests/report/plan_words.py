"""Words for what an investor does beside holding a strategy: bands, and money paid in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backtests.engine.bands import EDGE_OF_BAND
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from strategies.base import Params, Value

    Told = Callable[[float], str]  # an amount with the sign of its currency


def plan_label(plan: Mapping[str, Value | Params | None], told: Told) -> str:
    """A plan where there is little room: ``band 5 %, -$400 a year, indexed``; empty without one.

    Parameters
    ----------
    plan
        Fields of a configuration's flat table; others than those of a plan are not looked at.
    told
        How an amount is written.
    """
    read = Plan.of(plan)
    bands, flows = read.rebalancing, read.flows
    parts = []
    if bands.band is not None:
        parts.append(f"band {_percent(bands.band)}")
    if bands.band_relative is not None:
        parts.append(f"relative band {_percent(bands.band_relative)}")
    if bands.band_to == EDGE_OF_BAND:
        parts.append("to its edge")
    if flows.of_period is not None:
        amount, period = flows.of_period.amount, flows.of_period.period
        paid = _percent(amount) if flows.of_period.is_share else told(amount)
        parts.append(f"{'+' if amount > 0.0 else ''}{paid} a {period}")
    if flows.by_day:
        count, total = len(flows.by_day), sum(flows.by_day.values())
        paid = f"{'+' if total > 0.0 else ''}{told(total)}"
        parts.append(f"{paid} on {count:,} {'day' if count == 1 else 'days'}")
    if flows.indexed:
        parts.append("indexed")
    return ", ".join(parts)


def plan_terms(
    plan: Mapping[str, Value | Params | None], told: Told, *, is_real: bool = False
) -> str:
    """The same as one of the facts of a run, in whole words; empty without a plan.

    Of a run in purchasing power (``is_real``) it says that amounts are in money of the day.

    ``traded only where a weight is 5 points off its target; $400 a year taken out, growing with
    consumer prices``.
    """
    read = Plan.of(plan)
    return "; ".join(
        filter(None, (_bands_terms(read), _flows_terms(read.flows, told, is_real=is_real)))
    )


def _bands_terms(plan: Plan) -> str:
    bands = plan.rebalancing
    limits = []
    if bands.band is not None:
        points = round(100.0 * bands.band, 10)
        limits.append(f"{points:g} {'point' if points == 1.0 else 'points'}")
    if bands.band_relative is not None:
        limits.append(f"{_percent(bands.band_relative)} of its target")
    if not limits:
        return ""
    goal = ", and then to the edge of the band" if bands.band_to == EDGE_OF_BAND else ""
    return f"traded only where a weight is off its target by {' or '.join(limits)}{goal}"


def _flows_terms(flows: AskedFlows, told: Told, *, is_real: bool) -> str:
    grown = ", growing with consumer prices" if flows.indexed else ""
    if is_real and not flows.indexed and not (flows.of_period and flows.of_period.is_share):
        grown = ", in money of the day"
    if flows.of_period is not None:
        flow = flows.of_period
        size = abs(flow.amount)
        paid = f"{_percent(size)} of the value" if flow.is_share else told(size)
        return f"{paid} {'paid in' if flow.amount > 0.0 else 'taken out'} each {flow.period}{grown}"
    if not flows.by_day:
        return ""
    into = sum(amount for amount in flows.by_day.values() if amount > 0.0)
    out = -sum(amount for amount in flows.by_day.values() if amount < 0.0)
    told_of = [f"{told(into)} paid in"] * (into > 0.0) + [f"{told(out)} taken out"] * (out > 0.0)
    days = list(flows.by_day)
    span = f"on {days[0]}" if len(days) == 1 else (
        f"on {len(days):,} days from {days[0]} to {days[-1]}"
    )  # fmt: skip
    return f"{' and '.join(told_of)} {span}{grown}"


def _percent(fraction: float) -> str:
    return f"{round(100.0 * fraction, 10):g} %"

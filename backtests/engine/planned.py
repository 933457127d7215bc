"""Candidates of a search with the bands and cash flows of their runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtests.engine.bands import EDGE_OF_BAND, Rebalancing, limits_of
from backtests.engine.candidates import Candidates, PricePanel
from backtests.engine.flows import AskedFlows
from data.market import Market


def planned(
    candidates: Candidates,
    panel: PricePanel,
    market: Market,
    bands: Sequence[Rebalancing],
    flows: AskedFlows,
) -> Candidates:
    """The same candidates, each as its own run with these bands and flows would trade.

    Parameters
    ----------
    candidates
        Without bands and flows.
    panel, market
        What they trade on.
    bands
        One for all, or one each; each has a band or none has, and all go equally far.
    flows
        Of all of them; amounts are in the currency of the panel's ``initial``.

    Raises
    ------
    UsageError
        For flows that are not possible on these sessions.
    """
    if bands[0]:
        edge = bands[0].band_to == EDGE_OF_BAND
        limits = _limits(candidates, bands)
        candidates = candidates.within(limits, panel.costs.lag, to_edge=edge)
    if flows:
        paid = flows.on(market, panel.sessions, panel.costs.lag)
        candidates = candidates.paid(paid.amount, paid.share)
    return candidates


def _limits(candidates: Candidates, bands: Sequence[Rebalancing]) -> np.ndarray:
    """How far each target's weights may be off, shape of ``targets``."""
    targets, offsets = candidates.targets, candidates.offsets
    if len(bands) == 1:
        return limits_of(targets, bands[0].band, bands[0].band_relative)
    own = np.arange(len(bands) + 1) if offsets is None else offsets
    limits = np.empty(targets.shape)
    for band, first, end in zip(bands, own, own[1:], strict=False):
        limits[first:end] = limits_of(targets[first:end], band.band, band.band_relative)
    return limits

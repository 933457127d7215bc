"""The best mixes of a search as horizontal bars: equity at the left, Treasuries, cash last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backtests.engine.tuned import Tuned
from backtests.report.style import holding_colours

CASH = "CASH"
SMALLEST = 1e-9  # a share below it is rounding
GAP = 0.4  # between two parts, in percent of a bar


@dataclass(frozen=True)
class Part:
    """One part of a bar, in percent of its length."""

    name: str
    colour: str
    left: float
    width: float


@dataclass(frozen=True)
class Bars:
    """Bars of candidates in their order, and what their colours mean."""

    rows: tuple[tuple[Part, ...], ...]
    legend: tuple[tuple[str, str], ...]


def mix_bars(tuned: Tuned, numbers: Sequence[int]) -> Bars | None:
    """The bars of some candidates; None for settings of a rule, whose weights change."""
    if not tuned.space.is_simplex:
        return None
    mixes = [_weights(tuned, number) for number in numbers]
    roles, tickers = tuned.config.roles, list(tuned.space.axes)
    colours = holding_colours([*tickers, CASH], roles.equity_of(tickers), roles.hedge_of(tickers))
    rows = tuple(_bar(weights, colours) for weights in mixes)
    shown = {part.name for row in rows for part in row}
    return Bars(rows, tuple((name, colour) for name, colour in colours.items() if name in shown))


def _weights(tuned: Tuned, number: int) -> dict[str, float]:
    """What a mix holds, cash among it."""
    given = tuned.space.params(number).get("weights")
    weights = dict(given) if isinstance(given, Mapping) else {}
    return {**weights, CASH: 1.0 - sum(weights.values())}


def _bar(weights: Mapping[str, float], colours: Mapping[str, str]) -> tuple[Part, ...]:
    parts: list[Part] = []
    left = 0.0
    for name, colour in colours.items():
        share = 100.0 * weights.get(name, 0.0)
        if share > SMALLEST:
            parts.append(Part(name, colour, round(left, 2), round(max(share - GAP, GAP), 2)))
            left += share
    return tuple(parts)

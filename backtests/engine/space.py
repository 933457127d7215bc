"""What a search tries: weights that sum to at most 1 (a simplex), or a grid of parameters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.lattice import (
    Coordinates,
    Neighbours,
    grid_neighbours,
    simplex_neighbours,
)
from backtests.engine.bands import WIDTHS
from backtests.engine.candidates import Candidates, PricePanel, schedules, static_mixes
from backtests.engine.config import RunConfig, calendar_of_bands
from backtests.engine.flows import FLOWS
from backtests.engine.settings import (
    SETTINGS,
    Setting,
    of_market,
    require_searchable,
    setting_words,
)
from backtests.engine.together import decided_together, is_stepped
from data.errors import UsageError, in_full, numbers_taken
from data.load import spelled
from data.market import Market
from data.records import freeze_mappings
from strategies.base import Parameter, Params, Strategy, Value
from strategies.decisions import decide
from strategies.hedge_mix import HedgeMix
from strategies.registry import make_of, strategy_class

MOST_MIXES = 2_000_000
MOST_RULES = 100_000  # for each of them a rule decides again: up to some milliseconds
MOST_SETTINGS = 1_000  # combinations of settings: each has its own market, some 20 ms to make
MOST_ASSETS = 10
STEPS = (0.001, 0.002, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5)
MOST_CORNERS = 256

Level = bool | int | float | str  # a value on an axis


@dataclass(frozen=True)
class LeftOut:
    """Combinations that the strategy refuses: how many, and its message for the first."""

    count: int = 0
    why: str = ""


@dataclass(frozen=True, eq=False)
class Space:
    """All candidates of a search, numbered.

    Attributes
    ----------
    kind
        The class of the strategy.
    fixed
        Values of the parameters that all candidates share.
    axes
        Per axis its values: fractions of an asset, or values of a parameter or setting.
    codes
        Shape (C, axes): position of each candidate's value on each axis.
    is_simplex
        Whether the axes are weights, which sum to 1 together with cash.
    left_out
        Combinations that are no candidates, because the strategy refuses them.
    settings
        Axes that are settings of the run, not parameters of the strategy. Widths of bands are the
        last axes, the others the first ones: candidates that the kernel can take together follow
        one another, and among them those that decide the same.
    """

    kind: type[Strategy]
    fixed: Params
    axes: Mapping[str, tuple[Level, ...]]
    codes: NDArray[np.int64]
    is_simplex: bool
    left_out: LeftOut = LeftOut()
    settings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Keep what is searched from being changed."""
        freeze_mappings(self)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def strategy(self) -> str:
        """Name of the strategy."""
        return self.kind.name

    @property
    def axis_names(self) -> list[str]:
        """What the axes are called on pages: settings in words."""
        return [setting_words(name) if name in self.settings else name for name in self.axes]

    def params(self, number: int) -> Params:
        """The parameters of a candidate, as a run takes them."""
        here = self._values(number)
        if not self.is_simplex:
            own = {name: value for name, value in here.items() if name not in self.settings}
            return {**self.fixed, **own}
        held = {asset: float(weight) for asset, weight in here.items() if weight}
        return {**self.fixed, "weights": held or {next(iter(self.axes)): 0.0}}

    def settings_of(self, number: int) -> dict[str, Setting]:
        """The settings of a candidate's run, as far as they are searched."""
        here = self._values(number)
        values = ((name, here[name]) for name in self.settings)
        return {name: v if isinstance(v, str) else float(v) for name, v in values}

    def described(self, number: int) -> Params:
        """Parameters and searched settings of a candidate."""
        return {**self.params(number), **self.settings_of(number)}

    def alike(self, numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Positions among ``numbers`` of candidates with the same settings, group by group.

        Those of a group may differ in the widths of their bands.
        """
        shared = [name for name in self.settings if name not in WIDTHS]
        if not shared:
            return [np.arange(len(numbers))]
        codes = self.codes[numbers, : len(shared)]
        _, group = np.unique(codes, axis=0, return_inverse=True)
        return [np.flatnonzero(group == each) for each in range(int(group.max()) + 1)]

    def _values(self, number: int) -> dict[str, Level]:
        return {
            name: values[code]
            for (name, values), code in zip(self.axes.items(), self.codes[number], strict=True)
        }

    def rule(self, number: int) -> Strategy:
        """The strategy of a candidate."""
        return make_of(self.kind, self.params(number))

    def table(self, numbers: NDArray[np.int64]) -> pd.DataFrame:
        """The values of some candidates: candidates x axes."""
        return pd.DataFrame(
            {
                name: np.asarray(values)[self.codes[numbers, axis]]
                for axis, (name, values) in enumerate(self.axes.items())
            },
            index=pd.Index(numbers, name="candidate"),
        )

    def coordinates(self) -> Coordinates:
        """The candidates as points of an integer lattice; on a simplex cash is the last axis."""
        if not self.is_simplex:
            return self.codes
        units = len(next(iter(self.axes.values()))) - 1
        return np.column_stack([self.codes, units - self.codes.sum(axis=1)])

    def neighbours(self) -> Neighbours:
        """Neighbours of each candidate; choices, such as tickers, have no order and so none."""
        if self.is_simplex:
            return simplex_neighbours(self.coordinates())
        ordered = [not isinstance(values[0], str) for values in self.axes.values()]
        return grid_neighbours(self.coordinates(), ordered)

    def candidates(
        self, panel: PricePanel, market: Market, numbers: NDArray[np.int64]
    ) -> Candidates:
        """The decisions of some candidates on one market, without bands and cash flows.

        Parameters
        ----------
        panel, market
            As their settings make them.
        numbers
            The candidates.

        Raises
        ------
        UsageError
            If a candidate has no decision by the panel's start.
        """
        if self.is_simplex:
            weights = np.zeros((len(numbers), len(panel.tickers)))
            for axis, (asset, values) in enumerate(self.axes.items()):
                column = panel.tickers.index(asset)
                weights[:, column] = np.asarray(values)[self.codes[numbers, axis]]
            mix = cast("HedgeMix", self.rule(int(numbers[0])))  # all share its calendar
            return static_mixes(panel, weights, mix.rebalance, mix.offset)
        widths = len(set(WIDTHS) & set(self.settings))
        codes = self.codes[numbers, : len(self.axes) - widths]
        _, first, which = np.unique(codes, axis=0, return_index=True, return_inverse=True)
        rules = [self.rule(int(number)) for number in numbers[first]]
        made = decided_together(rules, panel, market)
        if made is not None:
            return made.taken(which)
        decided = [decide(rule, market) for rule in rules]
        return schedules(panel, market, (decided[each] for each in which))

    @property
    def is_stepped(self) -> bool:
        """Whether its candidates are decided together, by compiled code."""
        return is_stepped(self.kind)

    def tickers(self) -> list[str]:
        """All tickers that any candidate may hold."""
        if self.is_simplex:
            return list(self.axes)
        held = (ticker for number in self.corners() for ticker in self.rule(number).tickers)
        return list(dict.fromkeys(held))

    def corners(self) -> list[int]:
        """Candidates at the ends of all numeric axes, with every choice of the other axes.

        How much history a rule needs and which funds it may hold change monotonically with its
        parameters, so these candidates show their extremes.
        """
        wanted = np.ones(len(self), dtype=bool)
        for axis, values in enumerate(self.axes.values()):
            if not isinstance(values[0], str):
                here = self.codes[:, axis]
                wanted &= (here == here.min()) | (here == here.max())
        corners = np.flatnonzero(wanted)
        if not 0 < len(corners) <= MOST_CORNERS:
            spread = np.linspace(0, len(self) - 1, min(len(self), MOST_CORNERS))
            corners = np.unique(np.rint(spread).astype(np.int64))
        return [int(number) for number in corners]


def search_space(
    config: RunConfig,
    assets: Sequence[str] | None,
    step: float | None,
    grid: Mapping[str, str],
    given: Collection[str] = (),
) -> Space:
    """The space of a search: every mix of some assets, or every value of some parameters.

    Parameters
    ----------
    config
        The default: its strategy is searched, and its parameters hold for what is not.
    assets, step
        As :func:`mix_space`; None where parameters are searched. The step is 0.05 unless given.
    grid
        As :func:`rule_space`.
    given
        Names of the parameters that the user gave; others take their usual value, which is another
        one with bands.

    Raises
    ------
    UsageError
        If nothing is searched, or mixes and parameters at once; names what can be searched.
    """
    kind = type(config.make_strategy())
    if assets is not None and kind is not HedgeMix:
        names = ", ".join(own.name for own in kind.parameters())
        raise UsageError(
            f"--assets is for hedge_mix; search parameters of {kind.name} with --grid ({names})"
        )
    searched = [name for name in grid if _is_setting(name, kind)]
    if assets is not None and searched:
        raise UsageError(
            f"--assets and --grid {searched[0]} are two searches; give --assets with one "
            f"--{searched[0].replace('_', '-')}, or search that for one mix, given by --weights"
        )
    if assets is not None and grid:
        raise UsageError("--assets and --grid are two searches; give one")
    if step is not None and assets is None:
        raise UsageError("--step belongs to --assets; give --grid its step as NAME=LOW:HIGH:STEP")
    if assets is not None:
        fixed = {name: value for name, value in config.params.items() if name != "weights"}
        named = [spelled(config.source, part.strip()) for part in assets]
        return mix_space(named, 0.05 if step is None else step, fixed)
    if grid:
        # A band is searched, so that each candidate is a run with one.
        banded = (
            {}
            if "rebalance" in given or not set(WIDTHS) & set(grid)
            else calendar_of_bands(kind.name)
        )
        space = rule_space(kind, grid, {**config.params, **banded})
        held = list(dict.fromkeys([*space.tickers(), *config.make_strategy().tickers]))
        require_searchable(config, space.settings, held)
        return space
    if kind is HedgeMix:
        raise UsageError("what to search? for example: --assets SPY,SHY,IEF,TLT --step 0.05")
    ranges = [f"{own.name} ({own.range})" for own in kind.parameters() if own.range]
    if not ranges:
        raise UsageError(f"{kind.name} has no parameter to search; search hedge_mix --assets")
    raise UsageError(f"what to search? for example: --grid NAME=VALUES of {', '.join(ranges)}")


def mix_space(assets: Sequence[str], step: float, fixed: Params) -> Space:
    """Every mix of some assets and cash in steps of a fraction.

    Raises
    ------
    UsageError
        For assets that are named twice or too many, a step that does not divide 1, or too many
        mixes.
    """
    for position, asset in enumerate(assets):
        if not asset or asset == "CASH":
            raise UsageError(
                f"--assets takes tickers such as SPY,SHY,IEF,TLT, got {asset!r}; cash is what "
                "their weights leave"
            )
        if asset in assets[:position]:
            raise UsageError(f"--assets names {asset} twice; name it once")
    if not assets or len(assets) > MOST_ASSETS:
        raise UsageError(f"--assets takes 1 to {MOST_ASSETS} tickers, got {len(assets)}")
    if not STEPS[0] <= step <= STEPS[-1] or abs(1.0 / step - round(1.0 / step)) > 1e-6:
        near = min(STEPS, key=lambda usual: abs(usual - step)) if math.isfinite(step) else 0.05
        raise UsageError(
            f"--step is a whole fraction of 1 from {numbers_taken(STEPS[0], STEPS[-1])}, got "
            f"{in_full(step)}; for example {in_full(near)}"
        )
    units = round(1.0 / step)
    count = math.comb(units + len(assets), len(assets))
    if count > MOST_MIXES:
        raise UsageError(
            f"--assets of {len(assets)} tickers in steps of {in_full(step)} are {count:,} mixes, "
            f"more than {MOST_MIXES:,}; take a wider --step or fewer assets"
        )
    values = tuple(unit / units for unit in range(units + 1))
    return Space(
        kind=HedgeMix,
        fixed=fixed,
        axes=dict.fromkeys(assets, values),
        codes=_simplex(units, len(assets)),
        is_simplex=True,
    )


def _simplex(units: int, assets: int) -> NDArray[np.int64]:
    """Every row of whole numbers that sum to at most ``units``, in lexicographic order."""
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([units])
    for _ in range(assets):
        # Each row is continued by 0, 1, ... up to what it has left.
        parent = np.repeat(np.arange(len(rows)), left + 1)
        first = np.cumsum(left + 1) - (left + 1)
        digit = np.arange(len(parent)) - first[parent]
        rows = np.column_stack([rows[parent], digit])
        left = left[parent] - digit
    return rows


def rule_space(strategy: str | type[Strategy], grid: Mapping[str, str], fixed: Params) -> Space:
    """Every combination of some parameters' and settings' values that the strategy accepts.

    Parameters
    ----------
    strategy
        A registered name, or a class.
    grid
        Parameter, or setting of the run (``SETTINGS``), to its values as text: ``25,50,75`` or
        ``0.4:0.8:0.1``, the end included.
    fixed
        Values of all parameters, for those that are not searched.

    Raises
    ------
    UsageError
        For an unknown parameter, values that cannot be read, too many combinations, or if the
        strategy accepts none of them.
    """
    kind = strategy_class(strategy) if isinstance(strategy, str) else strategy
    settings = tuple(name for name in grid if _is_setting(name, kind))
    declared = {own.name: own for own in kind.parameters()}
    declared |= {name: SETTINGS[name] for name in settings}
    # Every candidate may have a width of its own in one pass of the kernel.
    before = [name for name in settings if name not in WIDTHS]
    after = [name for name in settings if name in WIDTHS]
    own = [name for name in grid if name not in settings]
    settings = (*before, *after)
    grid = {name: grid[name] for name in (*before, *own, *after)}
    for name in grid:
        if name in (*FLOWS, "real") and name not in declared:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"--grid cannot search {name}, which is one for all; give {option}")
        if name not in declared:
            make_of(kind, {name: ""})  # raises, naming the nearest parameter
        if isinstance(declared[name].default, Mapping):
            raise UsageError(
                f"--grid cannot search {name}, which is a whole mix; use --assets and --step"
            )
    counts = {name: _count(text, declared[name]) for name, text in grid.items()}
    total = math.prod(counts.values())
    if total > MOST_RULES:
        each = " x ".join(f"{name} {count:,}" for name, count in counts.items())
        raise UsageError(
            f"--grid has {total:,} combinations ({each}), more than {MOST_RULES:,}; "
            "take fewer values"
        )
    markets = of_market(settings)
    combined = math.prod(counts[name] for name in markets)
    if combined > MOST_SETTINGS:
        raise UsageError(
            f"--grid has {combined:,} combinations of {' and '.join(markets)}, more than "
            f"{MOST_SETTINGS:,}; take fewer values"
        )
    axes = {name: _values(text, declared[name]) for name, text in grid.items()}
    codes = np.array(list(itertools.product(*(range(len(values)) for values in axes.values()))))
    others = {name: value for name, value in fixed.items() if name not in axes}
    everything = Space(kind, others, axes, codes, is_simplex=False, settings=settings)
    accepted = np.ones(len(codes), dtype=bool)
    reason = ""
    for number in range(len(codes)):
        try:
            everything.rule(number)
        except UsageError as error:
            accepted[number] = False
            reason = reason or str(error)
    if not accepted.any():
        raise UsageError(
            f"--grid: {kind.name} accepts none of the {total} combinations ({reason}); give others"
        )
    left_out = LeftOut(int((~accepted).sum()), reason)
    return Space(
        kind, others, axes, codes[accepted], is_simplex=False, left_out=left_out, settings=settings
    )


def _is_setting(name: str, kind: type[Strategy]) -> bool:
    """Whether an axis is a setting of the run; a strategy's own parameter of that name is none."""
    return name in SETTINGS and name not in [own.name for own in kind.parameters()]


def _is_range(text: str) -> bool:
    return ":" in text


def _count(text: str, declared: Parameter) -> int:
    """Count the values of an axis without making them."""
    if not _is_range(text):
        return len(text.split(","))
    low, high, step = _range(text, declared)
    return math.floor(min((high - low) / step, 1e15) + 1e-9) + 1


def _values(text: str, declared: Parameter) -> tuple[Level, ...]:
    if _is_range(text):
        low, _, step = _range(text, declared)
        # Rounded, so that 0.4 + 2 x 0.1 is the 0.6 that a user would write.
        floats = [round(low + number * step, 12) for number in range(_count(text, declared))]
        whole = isinstance(declared.default, int) and not isinstance(declared.default, bool)
        values: list[Level] = [int(value) for value in floats] if whole else list(floats)
    else:
        values = [_level(declared.parse(part.strip(), "--grid")) for part in text.split(",")]
    for position, value in enumerate(values):
        declared.check(value, "--grid")
        if value in values[:position]:
            raise UsageError(f"--grid {declared.name} has {value} twice; give it once")
    return tuple(values) if isinstance(values[0], str) else tuple(sorted(values))


def _level(value: Value) -> Level:
    if isinstance(value, Mapping):
        raise TypeError(f"a mix is no value on an axis: {value}")
    return value


def _range(text: str, declared: Parameter) -> tuple[float, float, float]:
    """Read ``low:high:step``."""
    where = f"--grid {declared.name}={text}"
    try:
        low, high, step = (float(part) for part in text.split(":"))
    except ValueError:
        raise UsageError(f"{where}: a range takes LOW:HIGH:STEP, for example 0.4:0.8:0.1") from None
    if not isinstance(declared.default, int | float):
        raise UsageError(f"{where}: {declared.name} takes no numbers; list its values")
    if not all(map(math.isfinite, (low, high, step))) or step <= 0 or high < low:
        raise UsageError(f"{where} is empty; let it go up from LOW to HIGH by a STEP above 0")
    if isinstance(declared.default, int) and not all(part.is_integer() for part in (low, step)):
        raise UsageError(f"{where}: {declared.name} takes whole numbers")
    return low, high, step

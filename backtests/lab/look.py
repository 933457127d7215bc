"""What the lab shows: the command line's numbers by the compiled engine, kept while sliders move.

Nothing of the page is here, and nothing is computed here: loading, simulating and judging are
the functions of a run. What the lab leaves out of a verdict is what it does not show.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.run import Inputs, Run
from backtests.engine.sweep import fill_with_sweep
from backtests.jobs import execute, publish
from data.errors import HedgeError
from data.load import load_market, span_line
from data.market import Market
from data.sources.files import csv_files
from strategies.base import Strategy
from strategies.causality import prove_on, prove_quickly

CHANGED = (
    "the source has answered otherwise since this page read it: the saved run stands on newer "
    "data; press 'Read the data again'"
)
PATIENCE = 30.0  # seconds before what was refused is asked for again


T = TypeVar("T")


@dataclass
class _Slot(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: T | None = None
    error: HedgeError | None = None
    refused: float = -math.inf
    made: bool = False
    until: float = math.inf


class Cache(Generic[T]):
    """Keeps the latest answers; a key is worked out once, however many tabs ask for it.

    A refusal is kept for ``PATIENCE`` seconds, so that a source that cannot be reached is not
    asked again at every move of a slider.

    Parameters
    ----------
    size
        How many answers to keep.
    lasts
        Whether an answer stays; one that does not is kept for ``PATIENCE`` seconds too.
    """

    def __init__(self, size: int, lasts: Callable[[T], bool] = lambda _: True) -> None:
        self.size, self.lasts = size, lasts
        self._slots: OrderedDict[Hashable, _Slot[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return the answer to a key, made by ``work`` where it is not kept."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self.size:
                self._slots.popitem(last=False)
        with slot.lock:
            now = time.monotonic()
            if now > slot.until or (not slot.made and now - slot.refused > PATIENCE):
                try:
                    value = work()
                    slot.value, slot.made, slot.error = value, True, None
                    lasts = self.lasts(value)
                    slot.until = math.inf if lasts else time.monotonic() + PATIENCE
                except HedgeError as error:
                    slot.error, slot.refused = error, time.monotonic()
            if slot.error is not None:
                raise slot.error
            return cast(T, slot.value)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._slots.clear()


def is_first_choice(market: Market) -> bool:
    """Whether a market stands on what was asked for, and not on what stood in for it."""
    return market.origin.is_first_choice


def stood_in(config: RunConfig, market: Market) -> list[str]:
    """What stood in for Yahoo and why, in lines; none where the market is what was asked for."""
    if config.source != "auto" or is_first_choice(market):
        return []
    used = span_line(market, market.plain_title)  # the reason follows, in full
    return [f"In place of new prices from Yahoo: {used}.", f"{market.origin.remark}."]


PRICES = Cache[Market](8, is_first_choice)
INPUTS = Cache[Inputs](8, lambda inputs: is_first_choice(inputs.market))
RUNS = Cache[Run](32)


def forget() -> None:
    """Read every source again when it is next asked for."""
    PRICES.clear()
    INPUTS.clear()
    RUNS.clear()


def look(config: RunConfig) -> Run:
    """Run a configuration as the command line does, and judge it.

    Returns
    -------
    Run
        Without a sleeve; its verdict is a brief one.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    inputs = inputs_for(config)
    # The strategy itself too: the file of one of the user's own may have changed.
    key = (json.dumps(config.as_dict()), config.make_strategy(), inputs.market)
    return RUNS.get(key, lambda: _look(config, inputs))


def _look(config: RunConfig, inputs: Inputs) -> Run:
    strategy = config.make_strategy()
    _prove(type(strategy))
    _prove_on(strategy, inputs.market)
    # Inputs are kept for every run on the same data, whatever its costs and weights.
    run = simulated(replace(inputs, config=config), fill_with_sweep)
    # The market as loaded, not as labelled by the run: what rules keep of it is found again.
    verdict = judge_run(
        inputs.market,
        strategy,
        run.simulation,
        run.summary.benchmark.ticker,
        engine=fill_with_sweep,
        searching=fill_with_sweep,
        brief=True,
    )
    return replace(run, verdict=verdict)


@cache
def _prove(kind: type[Strategy]) -> None:
    """Prove a rule once, at its defaults; a run that is saved is proved at its own settings."""
    prove_quickly(kind())


@lru_cache(maxsize=64)
def _prove_on(strategy: Strategy, market: Market) -> None:
    """Prove a rule of the user's own once at these settings on this market."""
    prove_on(strategy, market, seconds=0.0)


def inputs_for(config: RunConfig) -> Inputs:
    """Load what a run stands on; the same object for every run on the same data."""
    strategy = config.make_strategy()
    state = _state_of(config.source)

    def load(source: str, tickers: list[str], **options: Any) -> Market:
        # Sources that are asked over the network leave out what is not needed.
        needs = tuple(options["needs"])
        key = (source, tuple(tickers), options["end"], options["extend"], needs, state)
        return PRICES.get(key, lambda: load_market(source, tickers, **options))

    key = (
        config.source, config.extend, config.start, config.end, config.benchmark,
        tuple(strategy.tickers), strategy.heaviest, strategy.optional, strategy.needs, state,
    )  # fmt: skip
    return INPUTS.get(key, lambda: load_inputs(config, load=load))


def _state_of(source: str) -> Hashable:
    """What tells that a source may have changed: its files, or the day."""
    if not source.startswith("files:"):
        return dt.datetime.now(dt.UTC).date()
    found = []
    for path in csv_files(Path(source.removeprefix("files:"))):
        about = path.stat()
        found.append((str(path), about.st_mtime_ns, about.st_size))
    return tuple(sorted(found))


def save(config: RunConfig, out: Path) -> tuple[Path, str]:
    """Make the run anew, as the command line does, and write its folder.

    Returns
    -------
    tuple
        The folder, and what to know where it stands on other data than the page.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    run = execute(config)
    seen = look(config).market.fingerprints()
    changed = run.market.fingerprints() != seen
    return publish(run, out), CHANGED if changed else ""

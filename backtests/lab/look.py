"""What the lab shows: the numbers of the command line by the compiled engine, cached.

Nothing of the page is here, and nothing is computed here: a run is loaded, simulated and judged
by the same functions as on the command line. The lab's verdict lacks only what it does not show.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

import pandas as pd

from backtests.analysis.hedge_state import HedgeState
from backtests.analysis.record import LongView
from backtests.engine.backtest import as_if_unpaid, load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run, judged_on
from backtests.engine.long_view import long_run, long_view
from backtests.engine.run import Inputs, Run
from backtests.engine.today import state_of
from backtests.engine.with_sweep import fill_with_sweep
from backtests.lab.saving import save_apart
from backtests.report.folder import require_writable
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.currency.figures import CurrencyFigures
from data.errors import HedgeError
from data.load import load_market, span_line
from data.market import Market
from data.sources.folders import csv_files
from data.terminal import tell_traceback
from data.withholding.rates import Withholding
from data.withholding.withhold import net_histories, withhold
from strategies.base import Strategy
from strategies.causality import prove_on, prove_quickly

CHANGED = (
    "the data of the source have changed since this page read them: the saved run uses newer "
    "data; press 'Read the data again'"
)
# Runs of more tickers take their turn: they load and simulate for seconds, and would together leave
# no time for a session with few.
FEW = 8
HEAVY = threading.Lock()
PATIENCE = 30.0  # seconds before a refused request is made again


T = TypeVar("T")


@dataclass
class _Slot(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: T | None = None
    error: HedgeError | None = None
    refused: float = -math.inf
    made: bool = False
    until: float = math.inf


@dataclass(frozen=True)
class Beside:
    """What a verdict has beside its word: the same strategy since 1962, and what holds today.

    No long view without a hedge, and of the run that is the long one itself.
    """

    long_view: LongView | None = None
    state: HedgeState | None = None


class Cache(Generic[T]):
    """Keeps the latest answers; each is computed once, however many tabs ask for it.

    An error is kept for ``PATIENCE`` seconds, so that a source that cannot be reached is not asked
    again at every move of a slider.

    Parameters
    ----------
    size
        How many answers to keep.
    lasts
        Whether an answer stays; any other is kept for ``PATIENCE`` seconds only.
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
    """Whether a market has the data that were asked for, not a replacement."""
    return market.origin.is_first_choice


def stood_in(config: RunConfig, market: Market) -> list[str]:
    """Lines that say what replaced Yahoo and why; none where nothing did."""
    if config.source != "auto" or is_first_choice(market):
        return []
    used = span_line(market)
    return [f"In place of new prices from Yahoo: {used}.", f"{market.origin.remark}."]


@dataclass(frozen=True, eq=False)
class _Read:
    """What a source has: a market in dollars, and all that converts it, if that is asked for."""

    market: Market
    figures: CurrencyFigures | None = None
    histories: Mapping[str, pd.Series] | None = None

    def market_in(self, conversion: Conversion, withholding: Withholding) -> Market:
        """The market as asked for."""
        market = withhold(self.market, withholding)
        if self.figures is None:
            return market
        histories = net_histories(market) or self.histories
        return in_currency(market, conversion, self.figures, histories)


READ = Cache[_Read](8, lambda read: is_first_choice(read.market))
PRICES = Cache[Market](8, is_first_choice)
INPUTS = Cache[Inputs](8, lambda inputs: is_first_choice(inputs.market))
RUNS = Cache[Run](32)
BESIDE = Cache[Beside](32)
# Of a run its market as loaded, by which what is worked out of it is kept.
LOADED: WeakKeyDictionary[Run, Market] = WeakKeyDictionary()


def forget() -> None:
    """Empty the caches, so that every source is read again."""
    READ.clear()
    PRICES.clear()
    INPUTS.clear()
    RUNS.clear()
    BESIDE.clear()


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
    many = len(config.make_strategy().tickers) > FEW
    with HEAVY if many else nullcontext():
        return _answer(config)


def _answer(config: RunConfig) -> Run:
    inputs = inputs_for(config)
    # The strategy itself too: the file of a user's strategy may have changed.
    key = (json.dumps(config.as_dict()), config.make_strategy(), inputs.market)
    return RUNS.get(key, lambda: _look(config, inputs))


def _look(config: RunConfig, inputs: Inputs) -> Run:
    strategy = config.make_strategy()
    _prove(type(strategy))
    _prove_on(strategy, inputs.market)
    # Inputs are cached for all runs on the same data, whatever their costs and weights.
    run = simulated(replace(inputs, config=config), fill_with_sweep)
    market, simulation = judged_on(run, fill_with_sweep)
    # The market as loaded, not as relabelled by the run: rules cache what they compute by it. One
    # that was ruined has no later data.
    is_whole = market is run.market and run.simulation.ruined is None
    verdict = judge_run(
        inputs.market if is_whole else market,
        strategy,
        simulation,
        run.summary.benchmark.ticker,
        roles=config.roles,
        engine=fill_with_sweep,
        searching=fill_with_sweep,
        brief=True,
    )
    judged = replace(run, verdict=verdict)
    if is_whole:
        LOADED[judged] = inputs.market
    return judged


def beside(run: Run, pause: Callable[[], object] = lambda: None) -> Beside:
    """What a verdict has beside its word, for a run that :func:`look` returned.

    It takes as long as the run itself.

    Parameters
    ----------
    run
        The run.
    pause
        Called between its steps; what it raises ends them, and the next call begins again.
    """
    return BESIDE.get(run, lambda: _beside(run, pause))


def _beside(run: Run, pause: Callable[[], object]) -> Beside:
    try:
        pause()
        lasting = as_if_unpaid(run)
        long = long_run(lasting)
        pause()
        market, simulation = judged_on(lasting, fill_with_sweep)
        view = long_view(run, long) if run.judged.holds_hedge else None
        pause()
        return Beside(view, state_of(lasting, LOADED.get(run, market), simulation, long))
    except Exception as error:  # the run on the page stands without it
        tell_traceback()
        return Beside(LongView(missing=f"a fault of ours: {type(error).__name__}: {error}"))


@cache
def _prove(kind: type[Strategy]) -> None:
    """Prove a rule once, at its defaults; a saved run is proved at its own settings."""
    prove_quickly(kind())


@lru_cache(maxsize=64)
def _prove_on(strategy: Strategy, market: Market) -> None:
    """Prove a user's rule once at these settings on this market."""
    prove_on(strategy, market, seconds=0.0)


def inputs_for(config: RunConfig) -> Inputs:
    """Load the data of a run; runs on the same data share the same object."""
    strategy = config.make_strategy()
    state = _state_of(config.source)

    def load(source: str, tickers: list[str], **options: Any) -> Market:
        # Part of the key: network sources load only the series that are needed.
        needs = tuple(options["needs"])
        longer = (options["extend"], options["carried_back"], options["price_only"])
        conversion, withholding = options["conversion"], options.pop("withholding")
        # Cash alone of what is asked decides what is read; a ratio that moves converts it anew, as
        # does a rate that is withheld.
        money = (conversion.currency, conversion.cash)
        key = (source, tuple(tickers), options["end"], longer, needs, money, state)

        def made() -> Market:
            read = READ.get(key, lambda: _read(source, tickers, **options))
            return read.market_in(conversion, withholding)

        return PRICES.get((key, conversion, withholding), made)

    key = (
        config.source, config.extend, config.price_only, config.start, config.end, config.benchmark,
        tuple(strategy.tickers), strategy.heaviest, strategy.optional, strategy.needs,
        strategy.carried_back, state, config.strategy, config.hedge, config.equity,  # refused there
        config.money, config.withholding, config.real,
    )  # fmt: skip
    return INPUTS.get(key, lambda: load_inputs(config, load=load))


def _read(source: str, tickers: list[str], **options: Any) -> _Read:
    """Read a source, and keep what a conversion is made of."""
    parts: list[_Read] = []

    def convert(
        market: Market,
        conversion: Conversion,
        figures: CurrencyFigures,
        histories: Mapping[str, pd.Series] | None,
    ) -> Market:
        parts.append(_Read(market, figures, histories))
        return market

    market = load_market(source, tickers, convert=convert, **options)
    return parts[0] if parts else _Read(market)


def _state_of(source: str) -> Hashable:
    """What changes whenever a source may have changed: its files, or the day."""
    if not source.startswith("files:"):
        return dt.datetime.now(dt.UTC).date()
    files = []
    for path in csv_files(Path(source.removeprefix("files:"))):
        about = path.stat()
        files.append((str(path), about.st_mtime_ns, about.st_size))
    return tuple(sorted(files))


def save(config: RunConfig, out: Path) -> tuple[Path, str]:
    """Make the run again, as the command line does, and write its folder.

    Returns
    -------
    tuple
        The folder, and a note if its data differ from those of the page.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    require_writable(out)  # before the work
    folder, fingerprints = save_apart(config, out)
    changed = dict(fingerprints) != dict(look(config).market.fingerprints())
    return folder, CHANGED if changed else ""

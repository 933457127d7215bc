"""The RUNs that ``compare`` is given: strategies, finished runs and TOML files, and their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtests.cli import RUN_OPTIONS, assignments, run_config
from backtests.own_settings import (
    WITHHOLDING,
    around,
    own_settings,
    require_agreement,
    require_bands_and_flows,
    require_commas,
)
from data.errors import OutputError, UsageError, did_you_mean
from data.records import fields_of

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from strategies.base import Params, Value

# Options that name tickers for all runs: each run takes those that it uses.
OF_TICKERS = ("hedge", "equity", "price_only")


@dataclass(frozen=True)
class RunFile:
    """A TOML file with a run's configuration: its path and what it sets."""

    path: Path
    table: Mapping[str, Value]


@dataclass(frozen=True)
class RunWord:
    """One RUN of the command line: ``NAME=RUN``, or the run alone.

    Attributes
    ----------
    text, run
        What was given, and that without a name.
    name
        What the user calls it; None where the program names it.
    folder, file
        Of a finished run, and with the configuration of a run; both None for a strategy.
    currency
        Of a strategy the code after ``@``; None without one.
    """

    text: str
    run: str
    name: str | None = None
    folder: Path | None = None
    file: RunFile | None = None
    currency: str | None = None

    @property
    def strategy(self) -> str:
        """Name of the strategy that is to be run; of a finished run no strategy's."""
        if self.file:
            return str(self.file.table["strategy"])
        head = self.run.partition(":")[0]
        return head if self.currency is None else head.partition("@")[0]


def read_words(texts: Sequence[str], out: Path) -> list[RunWord]:
    """Read all RUNs.

    Raises
    ------
    HedgeError
        For a name that cannot be one, and for a TOML file that cannot be read.
    """
    from backtests.report.comparison.aligned import require_names

    words = [_read(text, out) for text in texts]
    require_names([word.name for word in words])
    return words


def _read(text: str, out: Path) -> RunWord:
    """Split a name from its run; what is a run as it stands has none.

    No strategy has ``=`` in its name, so that what stands before the first ``=`` is a name unless
    a colon comes before it: then a strategy's parameters follow.
    """
    name, equals, rest = text.partition("=")
    whole = _located(text, text, None, out)
    if whole is not None or not equals or ":" in name:
        return whole or RunWord(text, text)
    return _located(text, rest, name, out) or RunWord(text, rest, name)


def _located(text: str, run: str, name: str | None, out: Path) -> RunWord | None:
    """What a run is: a strategy, a folder or a file; None if it is none of them."""
    from backtests.engine.config_file import read_config
    from strategies.registry import STRATEGIES, is_strategy

    strategy = run.partition(":")[0]
    if strategy in STRATEGIES:
        return RunWord(text, run, name)
    folder, path = _found(run, out)
    if folder is None and path is not None:
        return RunWord(text, run, name, file=RunFile(path, read_config(path, str(path))))
    # Asked last: reading the strategies of $HEDGE_STRATEGIES runs the files there.
    if "=" not in strategy and is_strategy(strategy):
        return RunWord(text, run, name)
    if folder is not None:
        return RunWord(text, run, name, folder=folder)
    return _in_currency(text, run, name, out) if "@" in strategy else None


def _in_currency(text: str, run: str, name: str | None, out: Path) -> RunWord | None:
    """What ``STRATEGY@CODE`` and its settings are; None if no strategy stands before the ``@``.

    Raises
    ------
    UsageError
        For a code that is none, and for one behind a run that has its currency already.
    """
    from data.currency.currencies import read_code
    from strategies.registry import is_strategy

    strategy, _, code = run.partition(":")[0].partition("@")
    if not strategy:
        raise UsageError(f"{run!r} names no strategy before @; write it as in hedge_mix@JPY")
    if "=" in strategy:
        return None
    if is_strategy(strategy):
        if "@" in code:
            raise UsageError(f"{run!r} names two currencies; give one, as in {strategy}@JPY")
        return RunWord(text, run, name, currency=read_code(code, f"{run!r}: @"))
    folder, path = _found(strategy, out)
    if folder is not None:
        raise UsageError(
            f"{run!r}: {strategy} is finished and has its currency; name it without @{code}, or "
            f"run its strategy anew as STRATEGY@{code}"
        )
    if path is not None:
        raise UsageError(
            f'{run!r}: a file says its own currency; write currency = "{code}" into {strategy}, '
            f"and leave out @{code}"
        )
    return None


def _found(run: str, out: Path) -> tuple[Path | None, Path | None]:
    """The folder and the file that a text names, here or under ``out``; None where none is."""
    places = (Path(run), out / run) if run and "\0" not in run else ()
    folder = next((place.resolve() for place in places if _is_there(place, Path.is_dir)), None)
    path = next((place for place in places if _is_there(place, Path.is_file)), None)
    return folder, path


def _is_there(place: Path, kind: Callable[[Path], bool]) -> bool:
    """Whether a path is of a kind; one that no system allows, such as a very long one, is not."""
    try:
        return kind(place)
    except OSError:
        return False


def like_the_first(
    words: Sequence[RunWord], options: Mapping[str, Any], given: Collection[str]
) -> tuple[dict[str, Any], str]:
    """Give new runs the data, dates and costs of the first finished run, else of the first file.

    Parameters
    ----------
    words
        All RUNs.
    options
        Of the command line.
    given
        The names of those that were given there: they go first.

    Returns
    -------
    tuple of dict and str
        The options of new runs, and what was taken from where, in words.
    """
    from backtests.engine.money import USUAL as usual
    from backtests.report.finished_run import read_run

    model = next((word for word in words if word.folder is not None), None) or next(
        (word for word in words if word.file is not None), None
    )
    takers = [word for word in words if word.folder is None and word is not model]
    if model is None or not takers:
        return dict(options), ""
    settings: Mapping[str, Any] = model.file.table if model.file else {}
    called = model.run
    if model.folder is not None:
        run = read_run(model.folder)
        settings = {**fields_of(run.manifest.config), "start": run.summary.first_return}
        called = model.folder.name
    from backtests.engine.plan import PLAN

    # Each run has its own roles, and its own bands and cash flows: those are what is compared.
    names = [name for name in RUN_OPTIONS if name not in (*OF_TICKERS, *PLAN)]
    taken = {n: settings[n] for n in names if n in settings and n not in given}
    told = ", ".join(
        f"{name} {value}"
        for name, value in taken.items()
        if value is not None
        and usual.get(name) != value
        and any(_takes(taker, name) for taker in takers)
    )
    return {**options, **taken}, f"new runs take from {called}: {told}" if told else ""


def _takes(word: RunWord, name: str) -> bool:
    """Whether a new run leaves an option open."""
    from backtests.engine.money import MONEY

    if word.file is not None:
        return name not in word.file.table
    return word.currency is None or name not in MONEY


def resolve(
    word: RunWord, out: Path, options: Mapping[str, Any], given: Collection[str]
) -> Path | RunConfig:
    """Read a RUN: the folder of a finished run, or a run to make.

    Parameters
    ----------
    word
        The RUN.
    out
        The results folder.
    options, given
        Of new runs, and the names of those that the command line gives.

    Raises
    ------
    HedgeError
        For one that is neither, naming the nearest, and for one that cannot be made.
    """
    from backtests.engine.config_file import read_config
    from strategies.registry import is_strategy, strategy_names

    if word.folder is not None:
        return word.folder
    if word.file is not None:
        return _of_file(word.file, options, given)
    strategy, (_, colon, rest) = word.strategy, word.run.partition(":")
    if not is_strategy(strategy):
        if word.run.lower().endswith(".toml"):
            read_config(Path(word.run), word.run)  # raises: it is not there
        names = strategy_names()
        named = "; a name has no colon" if "=" in rest else ""
        if word.name is not None and is_strategy(word.name.strip()):
            named = f"; parameters follow a colon, as in {word.name.strip()}:NAME=VALUE"
        raise UsageError(
            f"{word.run!r} is no strategy and no run under {out}"
            f"{did_you_mean(word.run, [*names, *_finished(out)])}; strategies are "
            f"{', '.join(names)}{named}"
        )
    require_commas(strategy, word.run, rest)
    if colon and not rest:
        raise UsageError(f"{word.run!r} names no parameter; write {strategy}:NAME=VALUE,...")
    settings, rest = own_settings(strategy, rest)
    if word.currency is not None and "currency" in settings:
        raise UsageError(f"{word.run!r} says its currency twice, by @ and by currency=; give one")
    if word.currency is not None:
        settings["currency"] = word.currency
    asked = {**around(settings, options, given), **settings}
    return _with_own_tickers(run_config(strategy, variant(strategy, rest), asked), own=settings)


def _with_own_tickers(config: RunConfig, own: Collection[str] = ()) -> RunConfig:
    """Keep of the options that name tickers for all runs those that this one uses.

    Not of those that it has of its ``own``: there a ticker that it does not use is refused.
    """
    from backtests.engine.money import HEDGES

    used: dict[str, Any] = {
        option: tuple(name for name in named if name in _used(config, option))
        for option in OF_TICKERS
        if option not in own and (named := getattr(config, option))
    }
    around = _used(config, "fx_hedge")
    money = config.money.only(around, [n for n in HEDGES if n not in own])
    is_own = WITHHOLDING in own
    withholding = config.withholding if is_own else config.withholding.only(around)
    return replace(config, **used, money=money, withholding=withholding)


def _used(config: RunConfig, option: str) -> Sequence[str]:
    """What a run may hold, and beside it what else an option may name.

    For a currency hedge and what is withheld that is the benchmark, for ``price_only``
    whatever prices are read.
    """
    from backtests.engine.money import HEDGES

    rule = config.make_strategy()
    if option not in ("price_only", *HEDGES, WITHHOLDING):
        return rule.tickers
    from backtests.engine.backtest import benchmark_ticker, read_for

    used = [*rule.tickers, benchmark_ticker(config, rule.tickers, rule.heaviest)]
    return read_for(config, used) if option == "price_only" else used


def require_held(
    asked: Sequence[Path | RunConfig], options: Mapping[str, Any], given: Collection[str] = ()
) -> None:
    """Refuse a ticker of an option that none of the new runs uses, and a hedge that none has.

    Parameters
    ----------
    asked
        All runs; finished ones are no new runs.
    options
        Of the command line.
    given
        The names of those that were given there.

    Raises
    ------
    UsageError
        Naming it.
    """
    from backtests.engine.kinds import tickers
    from backtests.engine.money import HEDGES, MONEY, named_in
    from backtests.engine.withholding import named_in as withheld_from

    configs = [run for run in asked if not isinstance(run, Path)]
    require_bands_and_flows(configs, options, given)
    for name in MONEY:
        if name in given and name != "currency" and all(run.money.is_dollars for run in configs):
            raise UsageError(
                f"--{name.replace('_', '-')} is for investors in another currency than dollars, "
                "and no new run is in one; write STRATEGY@JPY, or leave it out"
            )
    for option in (*OF_TICKERS, *HEDGES, WITHHOLDING):
        named: Collection[str]
        if option == WITHHOLDING:
            named = withheld_from(options.get(option))
        elif option in OF_TICKERS:
            named = tickers(options[option], f"--{option.replace('_', '-')}")
        else:
            named = named_in(options.get(option), f"--{option.replace('_', '-')}")
        used = {name.upper() for run in configs if named for name in _used(run, option)}
        for ticker in named:
            if configs and ticker.upper() not in used:
                raise UsageError(
                    f"--{option.replace('_', '-')} names {ticker}, which no new run uses"
                    f"{did_you_mean(ticker, used)}; leave it out"
                )


def _of_file(file: RunFile, options: Mapping[str, Any], given: Collection[str]) -> RunConfig:
    """Read the run of a TOML file, whose own settings nothing else replaces."""
    from backtests.engine.config_file import require_its_rule, require_kept_source

    path, table = file.path, file.table
    require_agreement(path, table, options, [name for name in RUN_OPTIONS if name in given])
    strategy = str(table["strategy"])
    require_its_rule(path, strategy, str(path))
    own = {name: table[name] for name in RUN_OPTIONS if name in table}
    params: Params = table.get("params", {})  # type: ignore[assignment]  # read as a table
    config = run_config(strategy, params, {**around(own, options, given), **own})
    # A role that the file names is for this run alone: one that it does not hold is refused.
    config = _with_own_tickers(config, own)
    require_kept_source(path, config.make_strategy(), str(path))
    return config


def _finished(out: Path) -> list[str]:
    try:
        names = [path.parent.name for path in out.glob("*/summary.json")]
        return [name for name in names if ".replaced-" not in name]
    except OSError as error:
        raise OutputError(
            f"--out {out} cannot be read: {error.strerror}; choose another folder"
        ) from error


def variant(strategy: str, text: str) -> dict[str, str]:
    """Read ``SPY=0.7,IEF=0.3`` or ``step_bp=25``: a name that is no parameter is a ticker."""
    from strategies.registry import strategy_class

    declared = {parameter.name: parameter for parameter in strategy_class(strategy).parameters()}
    parts = [part for part in text.split(",") if part]
    if "weights" in declared and not all("=" in part for part in parts):
        return {"weights": text}  # which are refused, with what to write
    given = assignments(parts, strategy)
    weights = {k: v for k, v in given.items() if k not in declared}
    if weights and "weights" in declared:
        given = {k: v for k, v in given.items() if k in declared}
        given["weights"] = ",".join(f"{k}={v}" for k, v in weights.items())
    return given

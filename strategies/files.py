"""Strategies from files outside the repository: ``my_rule.py:MyRule``.

A file is code of the user's own: naming it runs it. It is read once, and that source is run,
hashed, passed to other processes and saved in the run's folder, even if the file changes later.
"""

from __future__ import annotations

import copyreg
import dataclasses
import hashlib
import inspect
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from data.command import collect_at_exit, words_of
from data.errors import HedgeError, RuleError, did_you_mean
from data.regular import MOST_STRATEGY, read_regular
from strategies.base import NEEDS, Params, Strategy
from strategies.source import StrategyFile

LOADING = threading.RLock()
MODULE = "hedge_strategy_"  # the name of its module, with a hash of path and source
NAME = re.compile(r"[A-Za-z]\w{0,63}", re.ASCII)  # used in folder names, addresses and commands
FORM = re.compile(r"(?P<path>.+\.[pP][yY])(:(?P<name>\w+))?", re.DOTALL)
WRITE = "write for example my_rule.py:MyRule"


def load(file: StrategyFile) -> type[Strategy]:
    """Run a source, once in a process, and return the class.

    Raises
    ------
    RuleError
        If the source cannot be run.
    """
    kind: type[Strategy] = getattr(_module(file.path, file.source), file.class_name)
    if kind.file is None:
        kind.file = file
        # Pickled with its source, since other processes cannot import its class.
        copyreg.pickle(kind, _reduced)
    return kind


def make(file: StrategyFile, params: Params) -> Strategy:
    """Make the strategy of a source from all its parameters."""
    return make_own(load(file), params)


def _reduced(rule: Strategy) -> tuple[Callable[..., Strategy], tuple[StrategyFile | None, Params]]:
    return make, (rule.file, dict(rule.params()))


def read_strategy(text: str) -> type[Strategy]:
    """Read the strategy that ``FILE.py:CLASS`` names; the class may be left out if there is one.

    Raises
    ------
    RuleError
        If the file cannot be read or run, or holds no strategy that can be used.
    """
    where = f"--strategy-file {text}"
    named = FORM.fullmatch(text)
    if named is None:
        raise RuleError(f"{where} names no Python file; {WRITE}")
    path, class_name = named["path"], named["name"]
    source = _read(Path(path), where)
    module = _module(path, source)
    kinds = strategies_of(module)
    if class_name and class_name not in kinds:
        other = getattr(module, class_name, None)
        got = "is no strategy" if other is not None else "is not in it"
        raise RuleError(
            f"{where}: {class_name} {got}{did_you_mean(class_name, kinds)}; {_classes(kinds)}"
        )
    if not class_name and len(kinds) != 1:
        raise RuleError(f"{where} names no class, and {_classes(kinds)}; {WRITE}")
    kind = kinds[class_name] if class_name else next(iter(kinds.values()))
    name = next(name for name, value in kinds.items() if value is kind)
    return _checked(kind, StrategyFile(path, name, source))


def read_folder(folder: Path) -> tuple[list[type[Strategy]], list[str]]:
    """Read every strategy of the Python files in a folder, sorted by file.

    Returns
    -------
    tuple
        The strategies, and a line for each file or class that cannot be used.
    """
    kinds: list[type[Strategy]] = []
    wrong: list[str] = []
    try:
        paths = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
        if not folder.is_dir():
            wrong.append(f"$HEDGE_STRATEGIES {folder} is no folder; give one with Python files")
    except OSError as error:
        return [], [f"$HEDGE_STRATEGIES {folder} cannot be read: {error.strerror}; give access"]
    for path in paths:
        where = f"$HEDGE_STRATEGIES {path}"
        try:
            source = _read(path, where)
            for name, kind in strategies_of(_module(str(path), source)).items():
                kinds.append(_checked(kind, StrategyFile(str(path), name, source)))
        except HedgeError as error:
            wrong.append(str(error))
        except Exception as error:  # a file that fails does not stop the others
            wrong.append(f"{where} cannot be used: {type(error).__name__}: {error}; mend it")
    return kinds, wrong


def strategies_of(module: ModuleType) -> dict[str, type[Strategy]]:
    """The strategies that a module defines itself, and does not import, by class name."""
    return {
        name: kind
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and issubclass(kind, Strategy)
        and kind.__module__ == module.__name__
        and not inspect.isabstract(kind)
    }


def require_usable(kind: type[Strategy], where: str) -> None:
    """Refuse a class whose declarations no run can use.

    Raises
    ------
    RuleError
        Naming the class and what to change.
    """
    own = [name for name in vars(kind).get("__annotations__", {}) if name in vars(kind)]
    if any(isinstance(vars(kind)[name], dataclasses.Field) for name in own):
        raise RuleError(
            f"{where}: {kind.__name__} declares parameters but is no dataclass; put "
            f"@dataclass(frozen=True) above it"
        )
    name = getattr(kind, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise RuleError(
            f"{where}: {kind.__name__} is named {name!r}; give it name = 'my_rule', letters, "
            "digits and _ only"
        )
    for field in dataclasses.fields(kind):
        if hasattr(Strategy, field.name):
            raise RuleError(
                f"{where}: {kind.__name__}.{field.name} has the name of something that every "
                "strategy has; rename that parameter"
            )
        if "choices" not in field.metadata:
            raise RuleError(
                f"{where}: {kind.__name__}.{field.name} is declared without its unit and range; "
                "write it as parameter(default, unit=..., doc=...)"
            )
    if not isinstance(kind.needs, tuple) or not all(need in NEEDS for need in kind.needs):
        raise RuleError(
            f"{where}: needs of {kind.__name__} are a tuple of {', '.join(NEEDS)}, got "
            f"{kind.needs!r}; mend it"
        )


def _checked(kind: type[Strategy], file: StrategyFile) -> type[Strategy]:
    """Refuse a class that no run can use; record on it which file it was read from."""
    require_usable(kind, file.path)
    load(file)
    require_answers(make_own(kind, {}), file.path)
    return kind


def make_own(kind: type[Strategy], values: Params) -> Strategy:
    """Make a strategy of the user's own; an error in its class becomes one line."""
    try:
        return kind(**values)
    except HedgeError:
        raise
    except Exception as error:
        given = "its defaults" if not values else f"{dict(values)}"
        raise RuleError(
            f"{kind.__name__} cannot be made with {given} "
            f"({' '.join(f'{type(error).__name__}: {error}'.split())}); mend it"
        ) from error


def require_answers(strategy: Strategy, where: str) -> None:
    """Refuse a strategy whose tickers, or what it says of some of them, cannot be used.

    Raises
    ------
    RuleError
        Naming the property, what it takes and what it got.
    """
    try:
        tickers, optional, heaviest = strategy.tickers, strategy.optional, None
        carried = strategy.carried_back
        is_list = isinstance(tickers, list | tuple) and len(tickers) > 0
        if is_list and all(isinstance(ticker, str) and ticker for ticker in tickers):
            heaviest = strategy.heaviest
    except HedgeError:
        raise
    except Exception as error:
        raise RuleError(
            f"{where}: {strategy.name} cannot say what it holds "
            f"({' '.join(f'{type(error).__name__}: {error}'.split())}); mend its tickers"
        ) from error
    if heaviest is None or len(set(tickers)) < len(tickers):
        raise RuleError(
            f"{where}: tickers of {strategy.name} are a list such as ['SPY', 'IEF'], each once, "
            f"got {words_of(repr(tickers))}"
        )
    if not isinstance(optional, list | tuple) or not set(optional) < set(tickers):
        raise RuleError(
            f"{where}: optional tickers of {strategy.name} are some of its tickers, not all, got "
            f"{words_of(repr(optional))}; mend it"
        )
    if not isinstance(carried, list | tuple) or not set(carried) <= set(tickers):
        raise RuleError(
            f"{where}: carried_back of {strategy.name} are some of its tickers, got "
            f"{words_of(repr(carried))}; mend it"
        )
    if heaviest not in tickers:
        raise RuleError(
            f"{where}: heaviest of {strategy.name} is one of its tickers, got "
            f"{words_of(repr(heaviest))}"
        )


def _module(path: str, source: bytes) -> ModuleType:
    """Run a source as a module of its own, once: the same source is not run again."""
    name = MODULE + hashlib.sha256(path.encode() + b"\0" + source).hexdigest()[:16]
    with LOADING:  # a second thread waits until the module is complete
        if name in sys.modules:
            return sys.modules[name]
        collect_at_exit()
        module = ModuleType(name)
        module.__file__ = path
        sys.modules[name] = module  # dataclasses look up their module there while it runs
        try:
            exec(compile(source, path, "exec"), vars(module))  # noqa: S102 - the user named it
        except (Exception, SystemExit) as error:
            sys.modules.pop(name, None)
            raise RuleError(_why(path, error)) from error
        except BaseException:
            sys.modules.pop(name, None)
            raise
        sys.modules[name] = module
        return module


def _why(path: str, error: BaseException) -> str:
    """Say in one line why a source cannot be run."""
    if isinstance(error, SyntaxError):
        text = f"{type(error).__name__}: {error.msg}"
    else:
        text = " ".join(f"{type(error).__name__}: {error}".split())
    cure = "mend it"
    if isinstance(error, ImportError):
        cure = "a rule is one file, what it imports has to be installed"
    return f"{path} cannot be loaded: {text}{_line(error, path)}; {cure}"


def _line(error: BaseException, path: str) -> str:
    """The last line of a file in the trace of an error, in brackets."""
    number = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            number = trace.tb_lineno
        trace = trace.tb_next
    return "" if number is None else f" (line {number})"


def _read(path: Path, where: str) -> bytes:
    try:
        return read_regular(path, MOST_STRATEGY)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        cure = "check its path"
        if str(path).startswith("~"):
            cure = "a shell replaces ~ only outside quotes, give the whole path"
        raise RuleError(f"{where} cannot be read: {reason}; {cure}") from error


def _classes(kinds: dict[str, type[Strategy]]) -> str:
    if not kinds:
        return "it defines no strategy (a function goes into backtest() in Python)"
    return f"its strategies are {', '.join(kinds)}"

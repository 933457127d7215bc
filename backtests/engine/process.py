"""The process is the user's: what is set in it for a moment is put back.

Libraries that draw set a theme of their own for the whole process as they load, and drawing needs
settings of its own; one thread at a time has them.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, TypeVar

import numpy as np

from data.command import chance_untouched

K = TypeVar("K")
V = TypeVar("V")
# Settings of a process are one for all its threads: held by whoever changes any for a moment.
PROCESS = threading.RLock()
if hasattr(os, "register_at_fork"):  # no child begins with settings of a moment, or this lock held
    os.register_at_fork(
        before=PROCESS.acquire,
        after_in_parent=PROCESS.release,
        after_in_child=PROCESS.release,
    )


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Load a library that styles the process, and leave the process as it was.

    What it adds under names of its own stays, since it is loaded only once: colour maps, templates
    of plotly, an accessor of pandas. So do two variables of the environment by which scikit-learn
    lets its OpenMP stand beside another: without them a process may end where both are loaded.
    """
    with put_back(), chance_untouched(), _without_magic():
        yield


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """No warnings of libraries on the user's screen, nor as errors where he asked for errors."""
    with PROCESS, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Give matplotlib back what it is told of colours, units and looks meanwhile."""
    with quietly():
        import matplotlib as mpl
        import matplotlib.pyplot  # what it sets up itself is no change
        from matplotlib import colors, units

        shared = colors.get_named_colors_mapping(), units.registry
        before = [dict(mapping) for mapping in shared]
        try:
            with mpl.rc_context():
                yield
        finally:
            for mapping, entries in zip(shared, before, strict=True):
                _restore(mapping, entries)


def _restore(mapping: MutableMapping[K, V], entries: Mapping[K, V]) -> None:
    """Make a mapping what it was, and leave alone whatever it still is."""
    for key in mapping.keys() - entries.keys():
        del mapping[key]
    for key, value in entries.items():
        if mapping.get(key) is not value:
            mapping[key] = value


@contextlib.contextmanager
def _without_magic() -> Iterator[None]:
    """Keep quantstats from saying ``%matplotlib inline`` where plots are shown otherwise."""
    ask = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = ask() if ask else None
    if shell is None:
        yield
        return
    run_line_magic = shell.run_line_magic

    def run(name: str, *arguments: Any, **options: Any) -> Any:
        caller = str(sys._getframe(1).f_globals.get("__name__", ""))
        if name == "matplotlib" and caller.partition(".")[0] == "quantstats":
            return None
        return run_line_magic(name, *arguments, **options)

    with contextlib.ExitStack() as undo:
        set_for_now(undo, shell, "run_line_magic", run)
        yield


def set_for_now(undo: contextlib.ExitStack, owner: object, name: str, value: Any) -> None:
    """Set an attribute until the stack is left."""
    if name in vars(owner):
        undo.callback(setattr, owner, name, vars(owner)[name])
    else:  # its class has it
        undo.callback(delattr, owner, name)
    setattr(owner, name, value)

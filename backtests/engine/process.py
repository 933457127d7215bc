"""Settings of the whole process, changed for a moment and restored: the process is the user's.

Libraries that draw set their own theme for the whole process when they are loaded, and drawing
needs settings of its own; a lock lets a single thread change them at a time.
"""

from __future__ import annotations

import contextlib
import gc
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
# All threads of a process share its settings: hold this lock while any of them is changed.
PROCESS = threading.RLock()
if hasattr(os, "register_at_fork"):  # no child process begins amid a change, or with this lock held
    os.register_at_fork(
        before=PROCESS.acquire,
        after_in_parent=PROCESS.release,
        after_in_child=PROCESS.release,
    )


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Load a library that changes settings of the process, and restore them.

    What it adds under its own names stays, since it is loaded only once: colour maps, templates of
    plotly, an accessor of pandas. So do two environment variables with which scikit-learn allows
    two OpenMP libraries in a process: without them the process may end when both are loaded.
    """
    with put_back(), chance_untouched(), _without_magic(), _without_collections():
        yield


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Silence warnings of libraries, also where the user turned warnings into errors."""
    with PROCESS, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Restore the colours, units and styles of matplotlib afterwards."""
    with quietly():
        import matplotlib as mpl
        import matplotlib.pyplot  # first: what it sets as it is loaded is to stay
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
    """Restore a mapping, touching only entries that have changed."""
    for key in mapping.keys() - entries.keys():
        del mapping[key]
    for key, value in entries.items():
        if mapping.get(key) is not value:
            mapping[key] = value


@contextlib.contextmanager
def _without_magic() -> Iterator[None]:
    """Keep quantstats from running ``%matplotlib inline``, which changes how plots are shown."""
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


@contextlib.contextmanager
def _without_collections() -> Iterator[None]:
    """Switch the garbage collector off: a loading library makes many objects, hardly any garbage.

    Only for whoever holds ``PROCESS``: one thread at a time, and no fork meanwhile.
    """
    collects = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if collects:
            gc.enable()


def set_for_now(undo: contextlib.ExitStack, owner: object, name: str, value: Any) -> None:
    """Set an attribute until the stack is left."""
    if name in vars(owner):
        undo.callback(setattr, owner, name, vars(owner)[name])
    else:  # it is an attribute of its class
        undo.callback(delattr, owner, name)
    setattr(owner, name, value)

"""Which files of a folder may be a ticker's: not those of yields, rates and other figures.

By the file's name and by the head of its first line, so that a list of tickers is quick. What
looks like neither stays in the list, and reading it says what is wrong.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from data.checks.total_return import is_adjusted, is_price, is_yield, words_in
from data.regular import MOST_CSV, open_regular
from data.treasuries.instruments import is_series

# FRED's consumer prices, exchange rates and the OECD's interbank rates there.
FIGURES = re.compile(r"CPI\w{4,6}|PCEPI(LFE)?|DEX[A-Z]{4}|IR3TIB01[A-Z]{2}[MQA]156N")
FIGURE_WORDS = frozenset({"cpi", "inflation", "spot", "forward"})
MOST_HEAD = 1_000  # bytes of a first line


def may_be_held(path: Path) -> bool:
    """Whether a file may have the prices of a ticker, by its name and by its first line."""
    if is_figure(path.stem):
        return False
    try:
        about = path.stat()
    except OSError:
        return True  # reading it says why not
    return not _holds_figures(os.fspath(path), about.st_mtime_ns, about.st_size)


def is_figure(name: str) -> bool:
    """Whether a name is that of a yield, a rate, an index of prices or an exchange rate."""
    words = words_in(name)
    named = len(words) > 1 and is_yield(name)  # RATE alone may be a ticker
    return named or words in (["yields"], ["rates"]) or _is_of_fred(name)


def _is_of_fred(name: str) -> bool:
    return is_series(name) or FIGURES.fullmatch(name.strip().upper()) is not None


@lru_cache(maxsize=4096)
def _holds_figures(path: str, changed: int, size: int) -> bool:
    """Whether every column is named as a figure is."""
    try:
        with open_regular(Path(path), MOST_CSV) as stream:
            line = stream.readline(MOST_HEAD)
    except OSError:
        return False
    head = line.decode("utf-8-sig", "replace").strip()
    columns = [column.strip(" \"'") for column in re.split(r"[,;\t]", head)[1:]]
    ticker = Path(path).stem.casefold()  # as the name of a column it says nothing of what it is
    return bool(columns) and all(
        column.casefold() != ticker and _names_figure(column) for column in columns
    )


def _names_figure(column: str) -> bool:
    if is_adjusted(column) or is_price(column):
        return False
    named = bool(FIGURE_WORDS.intersection(words_in(column)))
    return named or is_yield(column) or _is_of_fred(column)

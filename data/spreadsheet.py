"""CSV files that a spreadsheet shows as they are: a text that it would compute is marked as text.

Spreadsheets take a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, which may ask
a server or start a program. Such a text gets an apostrophe in front, the mark by which spreadsheets
know text; :func:`as_meant` takes it off again. Numbers stay as they are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from data.terminal import printable

# Signs with which formulas begin, also in the wide forms of Chinese and Japanese keyboards.
SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]"
# Such a sign that something follows: spreadsheets skip spaces and what does not print. A lone "-",
# as for no figure, is text.
FORMULA = re.compile(rf"[\W_]*?{SIGNS}.", re.DOTALL)
MARK = "'"
# The same after a sign at which spreadsheets of other languages part cells; one mark more than
# there are, so that it can be taken off again.
WITHIN = re.compile(rf"([;|]\s*)('*)(?={SIGNS})")
MARKED_WITHIN = re.compile(rf"([;|]\s*)('*)'(?={SIGNS})")


def as_text(value: object) -> Any:
    """Write a text so that a spreadsheet does not compute it; leave any other value as it is."""
    if not isinstance(value, str):
        return value
    shown = printable(value).replace("\n", r"\n")
    shown = WITHIN.sub(rf"\1\2{MARK}", shown)
    return f"{MARK}{shown}" if _is_formula(value) or _is_formula(shown) else shown


def as_meant(written: str) -> str:
    """Read a text back that :func:`as_text` has written; what does not print stays escaped.

    No two printable texts are written alike: also one that begins with apostrophes gets one more
    if it would be computed without them.
    """
    is_marked = written.startswith(MARK) and _is_formula(written.removeprefix(MARK))
    return MARKED_WITHIN.sub(r"\1\2", written[1:] if is_marked else written)


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may compute a text, or would if what is in front were taken off."""
    return FORMULA.match(text) is not None


def write_csv(frame: pd.DataFrame, path: Path, *, index_label: str | None = None) -> None:
    """Write a table: names and texts as :func:`as_text`, days as ``YYYY-MM-DD``.

    Parameters
    ----------
    frame
        Any table with plain columns.
    path
        The file.
    index_label
        The heading of the index; without one the index is left out.
    """
    written = frame.set_axis([as_text(name) for name in frame.columns], axis=1)
    for place, kind in enumerate(frame.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            written.isetitem(place, frame.iloc[:, place].map(as_text, na_action="ignore"))
    if index_label is not None and not isinstance(frame.index, pd.DatetimeIndex):
        written = written.set_axis([as_text(name) for name in frame.index], axis=0)
    written.to_csv(
        path,
        index=index_label is not None,
        index_label=index_label,
        date_format="%Y-%m-%d",
        lineterminator="\n",
    )

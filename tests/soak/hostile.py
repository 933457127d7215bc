"""Texts that would run if a page took them for its own, and records full of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from data.records import from_json, to_json

# Which pages of a door are opened with such texts; those of a command are those of Python.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "backtests.run": ("verdict", "which hedge", "withdrawals", "tear sheet", "list of results"),
    "backtests.compare": ("comparison", "each in its own money", "list of results"),
    "backtests.tune": ("search", "list of results"),
    "backtests.stress": ("stress test",),
    "backtests.claims": ("claims",),
    "backtests": ("the same pages", "notebook"),
}
RUNS = "window.pwned=1;document.title='pwned';alert(1)"
HOSTILE = (
    f"<script>{RUNS}</script>",
    f'"><script>{RUNS}</script>',
    f"</script><script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f"'\"><svg/onload={RUNS}>",
    f"</title></style></textarea><body onload={RUNS}>",
    f"<iframe srcdoc='<script>parent.{RUNS}</script>'>",
    f"<a href='javascript:{RUNS}'>x</a>",
    f"javascript:{RUNS}",
    "<!--", "-->", "]]>", "<![CDATA[", "\\u003cscript>", "&lt;b&gt;", "&#60;b>", "<b>bold</b>",
    "{{7*7}}", "{% for x in y %}", "${7*7}", "#{7*7}", "%{x}", "%{customdata}", "<extra>x</extra>",
    "a\u2028b", "a\u2029b", "\u202etxt.exe", "\u0007\u001b[2J", "\ufeffx", "é" * 50, "S&P 500",
    "' onmouseover='pwned=1", "`${alert(1)}`", "=HYPERLINK(1)", "--bills", "\\", "\\\"", "x" * 2000,
)  # fmt: skip
# Words of our own by which a page chooses what to say.
KEPT = {
    "start",
    "end",
    "word",
    "created",
    "kind",
    "unit",
    "key",
    "part",
    "dimension",
    "how",
    "name",
    "first_edition_word",
    "state",
    "cash",
    "currency",
    "judgement",
    "role",
    "answer",
    "which_hedge",
    "withholding",
    "held",
    "repricing",
    "units",
}


def infect(value: Any, text: str, key: str = "") -> Any:
    """Put a text in the place of every other text that is no date and no word of ours."""
    if dataclasses.is_dataclass(value):
        return from_json(type(value), infect(to_json(value), text))
    if isinstance(value, str):
        ours = key in KEPT or value == "free" or re.match(r"\d{4}-\d\d", value)
        return value if ours else text
    if isinstance(value, dict):
        tickers = key == "weights"
        return {
            (f"{text}{number}" if tickers else name): infect(inner, text, name)
            for number, (name, inner) in enumerate(value.items())
        }
    if isinstance(value, list | tuple):
        return [infect(one, text, key) for one in value]
    return value

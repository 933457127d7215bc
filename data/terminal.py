"""The only way to the terminal: what is printed passes :func:`printable` first.

A command puts :class:`PrintableStream` in the place of ``sys.stdout`` and ``sys.stderr``, so that
also what libraries, warnings and rules of the user's own print goes through it. The console of
``rich``, which has to write colours and moves of the cursor, cleans each piece of text instead
(:mod:`data.command`). ``tests/test_terminal.py`` refuses any other way in the source.
"""

from __future__ import annotations

import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

# Combining marks on a letter, all of which stack on the lines above and below. Vietnamese written
# in parts has two, Hebrew with all its points and accents four.
MOST_MARKS = 4
# Letters and marks that show nothing: fillers, joiners and selectors of variants.
UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)


def as_python_escape(sign: str) -> str:
    r"""Write a character as Python does: ``\x1b``, ``\u202e``."""
    return sign.encode("unicode_escape").decode()


def printable(text: str, escape: Callable[[str], str] = as_python_escape) -> str:
    """Write characters that do not print as their escapes; line breaks stay.

    A name or a note from a file may hold control codes of the terminal, characters that turn the
    direction of the text after them, that show nothing, or marks without end on one letter.

    Parameters
    ----------
    text
        Any text.
    escape
        How to write such a character.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        prints = (sign.isprintable() and sign not in UNSEEN) or sign == "\n"
        shown.append(sign if prints and marks <= MOST_MARKS else escape(sign))
    return "".join(shown)


class PrintableStream:
    """A stream of text that writes :func:`printable` text only.

    Parameters
    ----------
    stream
        The stream behind it, which answers everything but ``write``.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text, what does not print as escapes."""
        if not isinstance(text, str):
            return self.stream.write(text)  # for its own error
        # A tab only moves to the right; tables that a rule prints have them.
        self.stream.write("\t".join(map(printable, text.split("\t"))))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "stream":
            raise AttributeError(name)
        return getattr(self.stream, name)


def use_printable_streams() -> None:
    """Let everything that this process prints from now on be printable."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, PrintableStream):
            setattr(sys, name, PrintableStream(stream))


@contextmanager
def printable_streams() -> Iterator[None]:
    """Let everything that is printed meanwhile be printable."""
    before = sys.stdout, sys.stderr
    try:
        use_printable_streams()
        yield
    finally:
        sys.stdout, sys.stderr = before


def behind(stream: TextIO) -> TextIO:
    """The stream behind those that clean it or that a progress bar has put in front of it."""
    inner: Any = stream
    while True:
        further = getattr(inner, "rich_proxied_file", None)
        if further is None and isinstance(inner, PrintableStream):
            further = inner.stream
        if further is None:
            return cast("TextIO", inner)
        inner = further


def write_out(text: str) -> None:
    """Write lines to stdout."""
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def tell(line: str) -> None:
    """Write a line to stderr if possible; a failure to inform must not end the work."""
    with suppress(OSError, ValueError):  # its reader has left, or it is closed
        if sys.stderr is not None:
            sys.stderr.write(f"{printable(line)}\n")
            sys.stderr.flush()


def tell_traceback() -> None:
    """Write the traceback of the error that is handled now to stderr."""
    tell(traceback.format_exc().rstrip("\n"))

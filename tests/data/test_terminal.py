"""What is printed passes ``printable``: texts, streams, and rich's console on a real terminal."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
import threading

import pytest

from data import terminal
from data.command import make_console, progress, run_command, steps
from data.errors import UsageError
from data.terminal import MOST_MARKS, PrintableStream, behind, printable

# Unicode's categories: control, format, private, surrogate, separators; letters that show nothing.
HOSTILE = (
    "\x1b[2J", "\x07", "\r", "\x9b1A", "\u202e", "\u2066", "\u200f", "\u200b", "\u2028", "\x00",
    "\x85", "\ue000", "\udcff", "\U000e0041", "\u3164", "\ufe0f", "\xad",
)  # fmt: skip
ALL = "a".join(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_does_not_print_is_shown_as_its_escape(text):
    shown = printable(f"a{text}b")
    assert shown.isprintable()
    assert shown.startswith("a\\")
    assert shown.endswith("b")


def test_ordinary_text_stays_and_so_do_line_breaks():
    text = "Größe 5 % für 日本 עברית\nnext: a\u0301 बिन्दी"
    assert printable(text) == text


def test_marks_do_not_pile_up_on_the_lines_above():
    assert printable("a" + "\u0301" * 500) == "a" + "\u0301" * MOST_MARKS + "\\u0301" * (
        500 - MOST_MARKS
    )


def test_a_stream_cleans_what_is_written_and_is_the_same_otherwise():
    inner = io.StringIO()
    stream = PrintableStream(inner)
    assert stream.write("a\x1bb") == 3
    stream.writelines(["\r", "c\n"])
    print("\u202e", file=stream)
    assert inner.getvalue() == "a\\x1bb\\rc\n\\u202e\n"
    assert behind(PrintableStream(stream)) is inner
    with pytest.raises(TypeError):
        stream.write(b"bytes")
    assert not stream.closed


def test_what_anything_prints_within_a_command_is_printable(capsys, monkeypatch):
    def work(**_):
        print(ALL)
        sys.stderr.write(ALL)
        raise UsageError(ALL)

    command = type("Command", (), {"params": [], "main": staticmethod(work)})()
    before = sys.stdout, sys.stderr
    with pytest.raises(SystemExit):
        run_command(command, ["--debug"])
    assert (sys.stdout, sys.stderr) == before
    for text in capsys.readouterr():
        assert text.replace("\n", "").isprintable()
        assert "\\x1b[2J" in text


def fail():
    try:
        int(ALL)
    except ValueError:
        terminal.tell_traceback()
        raise


def test_telling_is_printable_without_a_command(capsys):
    terminal.tell(ALL)
    terminal.write_out(ALL)
    with pytest.raises(ValueError, match="2J"):
        fail()
    out, err = capsys.readouterr()
    assert (out + err).replace("\n", "").isprintable()
    assert "ValueError" in err


def test_on_a_terminal_only_rich_writes_styles_and_moves(monkeypatch):
    """A pseudo-terminal: spinner, bar, table and text with hostile names in each of them."""
    from rich.table import Table
    from rich.text import Text

    seen, far, near = bytearray(), *pty.openpty()

    def read():
        while True:
            try:
                part = os.read(far, 4096)
            except OSError:
                return
            if not part:
                return
            seen.extend(part)

    reader = threading.Thread(target=read)
    reader.start()
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with open(near, "w", encoding="utf-8", errors="backslashreplace") as stream:
        monkeypatch.setattr(sys, "stderr", PrintableStream(stream))
        link = "[link=http://evil.test]"
        with progress(f"{link}{ALL}"):
            print(ALL, file=sys.stderr)
        with progress(f"{link}shown[/link]"):
            pass
        with steps(f"{link}{ALL}") as count:
            count(1, 2)
        console = make_console(stderr=True)
        table = Table(ALL, title=ALL)
        table.add_row(Text(ALL))
        table.add_row(ALL)
        for shown in (table, Text(ALL), ALL):
            console.print(shown)
        assert console.is_terminal
    reader.join(5)
    text = seen.decode()
    assert "\\u202e" in text
    # Styles, moves of the cursor, hiding it, clearing a line: what rich writes by itself.
    plain = re.sub(r"\x1b\[(?:\d+(?:;\d+)*m|\d*A|2K|\?25[lh])", "", text)
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text  # no link of a terminal
    assert f"{link}shown" in text  # brackets are text
    rest = plain.replace("\r\n", "\n").replace("\r", "").replace("\n", "")
    assert rest.isprintable(), sorted({sign for sign in rest if not sign.isprintable()})


def test_streams_are_put_back(monkeypatch):
    before = sys.stdout, sys.stderr
    with terminal.printable_streams():
        assert isinstance(sys.stdout, PrintableStream)
        inner = sys.stdout
        terminal.use_printable_streams()
        assert sys.stdout is inner  # once is enough
    assert (sys.stdout, sys.stderr) == before

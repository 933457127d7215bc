"""The page of the benchmarks, made of what was measured: docs/benchmark.json to docs/benchmark.md.

The JSON holds every round of every figure, section by section, each with the command, machine,
commit and date of its own; the page is made of nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.benchmarks.figures import (
    AGREES,
    DIFFERS,
    Figure,
    bar,
    digits,
    from_records,
    told,
)
from tests.benchmarks.machine import BUSY, Machine

ROOT = Path(__file__).parents[2]
LEAST_SHARE = 0.01
MAY, MUST = "may", "must"
PAGE, RECORDS = ROOT / "docs" / "benchmark.md", ROOT / "docs" / "benchmark.json"


@dataclass(frozen=True)
class Section:
    """A benchmark of the page.

    Attributes
    ----------
    name
        As ``--only`` takes it.
    title, about
        Heading, and what is measured.
    words
        Of its command, after ``python -m``.
    needs
        A folder beside the project without which it is left out; empty for none.
    base
        Whether it also measures another checkout of the program, given by ``--base``: empty for
        never, ``MAY``, or ``MUST`` if it is left out without one.
    """

    name: str
    title: str
    about: str
    words: tuple[str, ...]
    needs: str = ""
    base: str = ""

    @property
    def command(self) -> str:
        """As typed."""
        return " ".join(["python -m", *self.words])


@dataclass(frozen=True)
class Measured:
    """What a section's last run gave.

    Attributes
    ----------
    figures
        Of the last run that ended well.
    machine, commit, date, busy, seconds, command
        Of that run; ``busy`` is the share of all cores that others used before it began.
    trouble
        Why a later run gave no figures, with its date; else empty. The figures are the older ones.
    """

    figures: tuple[Figure, ...] = ()
    machine: Machine | None = None
    commit: str = ""
    date: str = ""
    busy: float | None = None
    seconds: float = 0.0
    command: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Records:
    """All sections by name."""

    sections: dict[str, Measured] = field(default_factory=dict)


def read(path: Path = RECORDS) -> Records:
    """What earlier runs kept; nothing if there was none."""
    if not path.is_file():
        return Records()
    sections = json.loads(path.read_text("utf-8"))
    return Records({name: _of_record(record) for name, record in sections.items()})


def _of_record(record: dict) -> Measured:
    where = record["machine"]
    figures = tuple(from_records(record["figures"]))
    origin = where and Machine(**{**where, "libraries": tuple(where["libraries"])})
    return Measured(**{**record, "figures": figures, "machine": origin})


def write(records: Records, sections: Sequence[Section], folder: Path) -> None:
    """Write records and page."""
    sections_of = {name: asdict(measured) for name, measured in records.sections.items()}
    text = json.dumps(sections_of, indent=1, allow_nan=False) + "\n"
    (folder / RECORDS.name).write_text(text, encoding="utf-8")
    (folder / PAGE.name).write_text(page(records, sections), encoding="utf-8")


def page(records: Records, sections: Sequence[Section]) -> str:
    """The page as text."""
    measured = records.sections
    parts = [
        "# Benchmarks",
        "What this program takes, and what other libraries take for the same work. **A figure "
        "counts only if the answers agree**: value and holdings on every session are held against "
        "ours before anything is timed, and who differs by more than the stated tolerance has no "
        "time and no ratio. `make bench` measures everything anew and writes this page; "
        "`docs/benchmark.json` holds every round.",
        *_where(measured),
        "## At a glance",
        *_glance([figure for section in sections if section.name in measured
                  for figure in measured[section.name].figures]),
        "Times are medians of alternating rounds, theirs in brackets. *Here* is the compiled "
        "kernel of searches where nothing else is said; bt has algorithms with our fills, since "
        "its own fill otherwise under costs; *left out*: the library has no word for it. Commands "
        "are whole processes. Tolerances, ranges and bars: below.",
    ]  # fmt: skip
    for section in sections:
        parts += _section(section, measured.get(section.name))
    parts += [
        "## Do it again",
        "```\nmake bench                                    # everything, ten to twelve minutes\n"
        "python -m tests.benchmarks --only peers sweep # these sections; the others stay as they "
        "are\n```",
        "Let nothing else run meanwhile: the page says where something did. Sections on real daily "
        "prices need them in `../shared/market` ([files](data.md#your-own-files)); without them "
        "they are left out, and keep what was measured before.",
    ]
    return "\n\n".join(parts) + "\n"


def _where(measured: dict[str, Measured]) -> list[str]:
    """Machines, commits and dates: one line if all are of the same."""
    runs = [run for run in measured.values() if run.machine]
    if not runs:
        return ["Nothing has been measured yet."]
    lines = []
    for each in dict.fromkeys(run.machine for run in runs):
        of_it = [run for run in runs if run.machine == each]
        dates = sorted({run.date for run in of_it})
        commits = list(dict.fromkeys(run.commit or "unknown" for run in of_it))
        days = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
        lines.append(
            f"Measured {days} at commit {', '.join(commits)} on {each.line}; "
            f"{', '.join(each.libraries)}."
        )
    if len({(run.machine, run.commit) for run in runs}) > 1:
        lines.append("Not all sections are of the same commit or machine: each names its own.")
    busy = [name for name, run in measured.items() if run.busy is not None and run.busy > BUSY]
    if busy:
        lines.append(
            f"**The machine was not quiet** before {', '.join(busy)}: take these times as rough."
        )
    if any(run.commit.endswith("+") for run in runs):
        lines.append("A `+` behind a commit: files differed from it.")
    return lines


def _glance(figures: Sequence[Figure]) -> list[str]:
    """Works against libraries, then what has one peer only."""
    columns = list(dict.fromkeys(figure.column for figure in figures if figure.column))
    cells = {(figure.work, figure.column): figure for figure in figures if figure.column}
    rows = []
    for work in dict.fromkeys(work for work, _ in cells):
        line = [cells.get((work, column)) for column in columns]
        here = next(_time(figure.here, figure) for figure in line if figure)
        rows.append((work, here, *(_cell(figure) for figure in line)))
    alone = [
        (figure.work, _time(figure.here, figure), figure.peer, _time(figure.there, figure),
         _verdict(figure))
        for figure in figures
        if figure.is_main
    ]  # fmt: skip
    tables = [
        (("here is so many times as fast as", "here", *columns), rows),
        (("work", "here", "against", "theirs", "here it is"), alone),
    ]
    return [_table(head, lines) for head, lines in tables if lines]


def _cell(figure: Figure | None) -> str:
    """How many times as fast, and their time; or why there is no figure."""
    if figure is None or figure.left_out:
        return "left out" if figure else ""
    if figure.share is None:
        return told(figure)
    return f"**{digits(1.0 / figure.share)}** ({_time(figure.there, figure)})"


def _verdict(figure: Figure, *, with_range: bool = False) -> str:
    if not figure.counts or figure.share is None:
        return told(figure)
    turned = not figure.yardstick and figure.share <= 1.0  # so many times as fast
    ends = sorted(1.0 / share if turned else share for share in figure.shares)
    spread = f" ({digits(ends[0])} to {digits(ends[-1])})" if with_range and len(ends) > 1 else ""
    return f"**{told(figure)}**{spread}"


def _section(section: Section, run: Measured | None) -> list[str]:
    parts = [f"## {section.title}", section.about]
    if run is None:
        return [*parts, f"`{section.command}`: not measured yet."]
    if run.machine:
        busy = "" if run.busy is None else f"; before it others used {run.busy:.0%} of the cores"
        parts.append(
            f"`{run.command}`, {run.date}, commit {run.commit or 'unknown'}, "
            f"{run.machine.processor}, {run.machine.cores} cores{busy}."
        )
    if run.trouble:
        older = " The rows are older ones." if run.figures else ""
        parts.append(f"**{run.trouble}**{older}")
    plain = [figure for figure in run.figures if not figure.series]
    for work_has_other, figures in (
        (True, [figure for figure in plain if figure.peer or figure.yardstick]),
        (False, [figure for figure in plain if not (figure.peer or figure.yardstick)]),
    ):
        if figures:
            parts.append(_with_others(figures) if work_has_other else _alone(figures))
    for title in dict.fromkeys(figure.series for figure in run.figures if figure.series):
        steps = [figure for figure in run.figures if figure.series == title]
        parts.append(_growth(title, steps))
    parts += _footnotes(run.figures)
    return parts


def _with_others(figures: Sequence[Figure]) -> str:
    """A line each; the work stands in the first of its lines only."""
    rows, work = [], ""
    for figure in figures:
        mine = ("", "") if figure.work == work else (figure.work, _time(figure.here, figure))
        work = figure.work
        rows.append(
            (*mine, figure.peer or figure.yardstick, _time(figure.there, figure),
             "" if figure.answers == DIFFERS else _verdict(figure, with_range=True), _share(figure),
             _answers(figure), bar(figure))
        )  # fmt: skip
    head = ("work", "here", "against", "theirs", "here it is", "here / theirs", "answers", "bar")
    return _table(head, rows)


def _alone(figures: Sequence[Figure]) -> str:
    return _table(
        ("work", "median", "least to most", "bar", ""),
        [
            (figure.work, _time(figure.here, figure), _least_to_most(figure.ours), bar(figure),
             figure.note)
            for figure in figures
        ],
    )  # fmt: skip


def _growth(title: str, steps: Sequence[Figure]) -> str:
    """One series: time of both, and the power by which it grew since the step before."""
    rows = []
    for before, step in zip([None, *steps], steps, strict=False):
        here, there = (
            _time(getattr(step, side), step) + _power(before, step, side)
            for side in ("here", "there")
        )
        rows.append((step.work, here, there, _answers(step), step.note))
    other = next((step.peer for step in steps if step.peer and step.theirs), "")
    return _table((title, "here", other or "-", "answers", ""), rows)


def _power(before: Figure | None, step: Figure, side: str) -> str:
    """In brackets the slope on paper with both axes logarithmic: 1 is in proportion."""
    if before is None or not (before.size and step.size):
        return ""
    early, late = getattr(before, side), getattr(step, side)
    if not early or not late:
        return ""
    return f" ({math.log(late / early) / math.log(step.size / before.size):.2f})"


def _footnotes(figures: Iterable[Figure]) -> list[str]:
    """Why peers are left out, what was compared, and what else has to be known, each once."""
    lines, left = [], dict[tuple[str, str], list[str]]()
    for figure in figures:
        if figure.left_out:
            left.setdefault((figure.work, figure.left_out), []).append(figure.peer)
        elif figure.note and (figure.peer or figure.yardstick) and not figure.series:
            lines.append(f"- {figure.peer or figure.yardstick}: {figure.note}.")
        if figure.peer and figure.answers == DIFFERS:
            least = _small(figure.tolerance)
            lines.append(
                f"- {figure.peer} in *{figure.work}*: {figure.compared} differ by "
                f"{_small(figure.gap)} of the value, more than the tolerance of {least}."
            )
    lines += [
        f"- Left out of *{work}*: {'; '.join(peers)}: {reason}."
        for (work, reason), peers in left.items()
    ]
    compared = dict.fromkeys(
        f"- Compared: {figure.compared}; tolerance {_small(figure.tolerance)}."
        for figure in figures
        if figure.gap is not None
    )
    powers = any(figure.size for figure in figures)
    growth = ["- In brackets: the power of the growth since the line before (the slope on paper "
              "with both axes logarithmic); 1 is in proportion."]  # fmt: skip
    lines = [*dict.fromkeys(lines), *compared, *(growth if powers else [])]
    return ["\n".join(lines)] if lines else []


def _time(value: float | None, figure: Figure) -> str:
    return "" if value is None else f"{digits(value)} {figure.unit}"


def _share(figure: Figure) -> str:
    """Ours over theirs; where it is next to nothing the other way round is easier to read."""
    if figure.share is None or figure.share < LEAST_SHARE:
        return ""
    return digits(figure.share)


def _least_to_most(rounds: Sequence[float]) -> str:
    return f"{digits(min(rounds))} to {digits(max(rounds))}" if len(rounds) > 1 else ""


def _answers(figure: Figure) -> str:
    if figure.yardstick:
        return "other work"
    if figure.answers == AGREES:
        return f"agree to {_small(figure.gap)}"
    return "" if figure.left_out else f"**{figure.answers}**"


def _small(value: float | None) -> str:
    """A small fraction: 0 or a power of ten that it does not exceed, or percent."""
    if not value:
        return "the last digit"
    if value >= 1e-4:
        return "100 % or more" if value >= 1.0 else f"{digits(value * 100)} %"
    return f"1e{math.ceil(math.log10(value) - 1e-9)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table without the columns that are empty."""
    used = [at for at in range(len(head)) if any(row[at] for row in rows)]
    lines = [[head[at] for at in used], ["---"] * len(used)]
    lines += [[row[at].replace("|", "\\|") for at in used] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

"""``compare_runs``: several runs side by side."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from backtests.analysis.comparison import Difference
from backtests.face.door import door, path
from backtests.face.guard import shown
from backtests.face.plots import ComparisonPlots
from backtests.face.run import Run
from backtests.jobs import is_published
from backtests.report import notebook
from backtests.report.comparison import own_money, table
from backtests.report.comparison.aligned import align_runs, require_names
from backtests.report.comparison.own_money import OwnMoney
from backtests.report.comparison.own_notebook import own_html, own_text
from backtests.report.comparison.own_page import write_own_money
from backtests.report.comparison.page import write_comparison
from backtests.report.finished_run import FinishedRun, read_run, require_strict_run
from backtests.report.folder import require_writable
from backtests.report.run_folder import write_run
from data.errors import UsageError, in_short
from data.machine import scratch_folder
from data.strictness import read_strictness

if TYPE_CHECKING:
    import pandas as pd

# A run, or the folder of a finished one.
Source = Run | str | os.PathLike[str]


@dataclass(frozen=True, eq=False, repr=False)
class _SideBySide(ABC):
    """What both kinds of runs side by side have."""

    record: table.Comparison | OwnMoney
    sources: tuple[Source, ...]
    _align: bool

    @property
    def labels(self) -> list[str]:
        """The name of each run, in order."""
        return list(self.record.aligned.labels)

    @property
    def notes(self) -> tuple[str, ...]:
        """How the runs were aligned, and notes on their data."""
        aligned = self.record.aligned
        lines = [*aligned.notes, *(note for run in aligned.runs for note in run.summary.notes)]
        return tuple(dict.fromkeys(lines))

    @door
    def save(
        self,
        out: str | os.PathLike[str] = "results",
        *,
        no_tearsheet: bool = False,
        standalone: bool = False,
        quiet: bool = False,
    ) -> Path:
        """Write every run's folder and that of all together, as the command does; return it.

        Parameters
        ----------
        out
            The results folder.
        no_tearsheet
            Do not write tear sheets of runs that have no folder yet.
        standalone
            Write pages that have their charts without the folder of results around them.
        quiet
            Do not show long steps.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        place = Path(out)
        options = {"no_tearsheet": no_tearsheet, "standalone": standalone, "quiet": quiet}
        folders = _saved(self.sources, place, **options)
        names = tuple(run.called for run in self.record.aligned.runs)
        finished = _named([read_run(_whole(folder)) for folder in folders], names)
        return self._written(place, finished, standalone=standalone)

    @abstractmethod
    def _written(self, place: Path, runs: list[FinishedRun], *, standalone: bool) -> Path:
        """Write the folder of all together."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(_SideBySide):
    """Several runs' numbers over their common rows; its tables are copies.

    Attributes
    ----------
    record
        The comparison as the rest of the program knows it.
    sources
        The compared runs and folders, in order.
    """

    record: table.Comparison

    @property
    def table(self) -> pd.DataFrame:
        """Metrics x runs, as ``metrics.csv``: fractions, and differences to the first run."""
        return table.metrics_csv(self.record)

    @property
    def values(self) -> pd.DataFrame:
        """Sessions x runs: values of the portfolios, each 1 on the first row."""
        return self.record.aligned.values.copy()

    @property
    def differences(self) -> Mapping[str, Difference]:
        """By label of every run but the first: what it has more of than the first, intervals."""
        return dict(self.record.differences)

    @property
    def years(self) -> pd.DataFrame:
        """Returns of the complete calendar years: years x runs and the benchmark, fractions."""
        return self.record.aligned.years

    @property
    def falls(self) -> pd.DataFrame:
        """What each run earned in each fall of equity, a column a label.

        A run that is called as one of the other columns, such as ``equity``, has its number behind.
        """
        return self.record.crises.copy()

    @property
    def plot(self) -> ComparisonPlots:
        """The charts as plotly figures: ``.plot.growth()``, ``.plot.drawdown()``, ..."""
        return ComparisonPlots(self.record)

    def _written(self, place: Path, runs: list[FinishedRun], *, standalone: bool) -> Path:
        compared = table.compare(align_runs(runs, align=self._align))
        return write_comparison(place, compared, standalone=standalone)

    def __repr__(self) -> str:
        return notebook.comparison_text(self.record)

    def _repr_html_(self) -> str:
        return notebook.comparison_html(self.record)


@dataclass(frozen=True, eq=False, repr=False)
class OwnFigures(_SideBySide):
    """Runs of investors in different currencies, each in its own money; its tables are copies.

    Attributes
    ----------
    record
        The figures as the rest of the program knows them.
    sources
        The runs and folders, in order.
    """

    record: OwnMoney

    @property
    def currencies(self) -> dict[str, str]:
        """The code of each run's currency, by label."""
        return {name: self.record.currency(name) for name in self.labels}

    @property
    def table(self) -> pd.DataFrame:
        """Metrics x runs, as ``metrics.csv``: fractions, each in its own money; no differences."""
        return own_money.metrics_csv(self.record)

    @property
    def years(self) -> pd.DataFrame:
        """Returns of the complete calendar years, each in its own money: years x runs."""
        return self.record.years

    def _written(self, place: Path, runs: list[FinishedRun], *, standalone: bool) -> Path:
        aligned = align_runs(runs, align=self._align, each_in_its_own=True)
        return write_own_money(place, own_money.in_own_money(aligned), standalone=standalone)

    def __repr__(self) -> str:
        return own_text(self.record)

    def _repr_html_(self) -> str:
        return own_html(self.record)


@overload
def compare_runs(
    *runs: Source | Mapping[str, Source],
    align: bool = False,
    each_in_its_own: Literal[False] = False,
    strict: bool = False,
    max_age: int | None = None,
    quiet: bool = False,
) -> Comparison: ...


@overload
def compare_runs(
    *runs: Source | Mapping[str, Source],
    align: bool = False,
    each_in_its_own: Literal[True],
    strict: bool = False,
    max_age: int | None = None,
    quiet: bool = False,
) -> OwnFigures: ...


@door
def compare_runs(
    *runs: Source | Mapping[str, Source],
    align: bool = False,
    each_in_its_own: bool = False,
    strict: bool = False,
    max_age: int | None = None,
    quiet: bool = False,
) -> Comparison | OwnFigures:
    """Compare two to twenty runs.

    Parameters
    ----------
    runs
        Runs that ``backtest`` returned, and folders of finished ones: one by one, or by name as
        ``{"60/40": run, "100 % equity": other}``.
    align
        Cut runs of different dates or frequency to what they share, instead of refusing them.
    each_in_its_own
        Show runs in different currencies, each investor's own figures in its own money, instead of
        refusing them; nothing is compared.
    strict, max_age
        As for :func:`backtests.backtest`.
    quiet
        Do not show long steps.

    Returns
    -------
    Comparison
        ``.table``, ``.differences``, ``.plot``, ``.save()``; it shows itself in a notebook. With
        ``each_in_its_own`` an :class:`OwnFigures`, which has no differences.

    Raises
    ------
    HedgeError
        For runs that do not compare, naming the two and what differs.
    """
    strictness = read_strictness(strict=strict, max_age=max_age)
    sources, names = _by_name(runs)
    for run in sources:
        if isinstance(run, list | tuple | set | Mapping | Iterator):
            raise UsageError(
                f"compare_runs takes runs and folders of runs, got {in_short(run)}; give the runs "
                "one by one: compare_runs(*runs)"
            )
        if isinstance(run, str | os.PathLike):
            if path(run, "compare_runs").lower().endswith(".toml"):
                raise UsageError(
                    f"compare_runs takes runs and folders of runs, got {in_short(run)}; make a run "
                    f"of it with backtest(config={in_short(str(run))})"
                )
        elif not isinstance(run, Run):
            raise UsageError(
                f"compare_runs takes runs and folders of runs, got {in_short(run)}; make a run of "
                "it with backtest()"
            )
    with shown(quiet=quiet)("comparing"):
        finished = _named(_finished(sources), names)
        if strictness is not None:
            for each in finished:
                require_strict_run(each, strictness)
        aligned = align_runs(finished, align=align, each_in_its_own=each_in_its_own)
        if each_in_its_own:
            return OwnFigures(own_money.in_own_money(aligned), sources, align)
        return Comparison(table.compare(aligned), sources, align)


def _by_name(
    runs: tuple[Source | Mapping[str, Source], ...],
) -> tuple[tuple[Source, ...], tuple[str | None, ...]]:
    """Runs, and what they are called: one mapping gives all their names, else they have none."""
    first = runs[0] if len(runs) == 1 else None
    if not isinstance(first, Mapping):
        return runs, (None,) * len(runs)  # type: ignore[return-value]  # each is checked later
    names = []
    for name in first:
        if not isinstance(name, str):
            raise UsageError(f"compare_runs takes names as text, got {in_short(name)}")
        names.append(str(name))
    require_names(names)
    return tuple(first.values()), tuple(names)


def _named(runs: list[FinishedRun], names: tuple[str | None, ...]) -> list[FinishedRun]:
    return [replace(run, called=name) for run, name in zip(runs, names, strict=True)]


def _saved(
    sources: tuple[Source, ...], out: Path, *, no_tearsheet: bool, standalone: bool, quiet: bool
) -> list[Path]:
    """Write the folders of runs that are not there yet, and return all."""
    require_writable(out)
    options = {"no_tearsheet": no_tearsheet, "standalone": standalone, "quiet": quiet}
    return [
        _published(source, out, **options) if isinstance(source, Run) else Path(source)
        for source in sources
    ]


def _whole(folder: str | os.PathLike[str]) -> Path:
    """The full path of a folder with its links resolved; a circular link stays as it is."""
    return Path(os.path.realpath(folder))


def _published(run: Run, out: Path, *, no_tearsheet: bool, standalone: bool, quiet: bool) -> Path:
    """Return the folder of a run under ``out``; write it if it is not there."""
    record = run.record
    wanted = {"with_tearsheet": not no_tearsheet, "with_verdict": record.verdict is not None}
    if is_published(record, out, **wanted, standalone=standalone):
        return out / run.name
    return run.save(out, no_tearsheet=no_tearsheet, standalone=standalone, quiet=quiet)


def _finished(runs: tuple[Source, ...]) -> list[FinishedRun]:
    """Read every run as its folder holds it: the written numbers are compared."""
    with scratch_folder() as scratch:
        return [
            read_run(
                write_run(scratch, run.record, with_tearsheet=False)
                if isinstance(run, Run)
                else _whole(run)
            )
            for run in runs
        ]

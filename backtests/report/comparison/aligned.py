"""Finished runs made comparable: the same dates, data, frequency and costs, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from backtests.analysis.comparison import calendar_years
from backtests.analysis.months import month_ends
from backtests.engine.config import ConfigTable
from backtests.engine.config_file import STRATEGY
from backtests.engine.money import MoneyTable
from backtests.report.currency import cash_words
from backtests.report.finished_run import FinishedRun
from backtests.report.text import FREQUENCIES, costs_text, summary_label
from data.currency.conversion import Investor
from data.errors import UsageError, in_short

BENCHMARK = "benchmark"  # the column of the benchmark in tables of runs

FEWEST, MOST = 2, 20
SAME = 1e-3  # how far a run's values lie from the benchmark's where it holds nothing else
OF_CURRENCY = ("exchange_rate", "home_rate", "home_cpi")  # series that each currency has
LONGEST_NAME = 60  # characters; longer ones leave no room for numbers


@dataclass(frozen=True, eq=False)
class AlignedRuns:
    """Runs over their common rows.

    Attributes
    ----------
    runs
        In the order asked for.
    labels
        What each is called, unique.
    values
        Sessions x labels, levels of the portfolios, each 1 on the first row.
    benchmark, cash
        Levels of the first run's benchmark, and of bills, on the same sessions.
    own_benchmarks, own_cash
        Sessions x labels: the same of each run, in its own currency.
    ppy
        Rows per year.
    cut
        Whether a run's rows were left out.
    notes
        What the reader has to know about how they were made comparable.
    """

    runs: list[FinishedRun]
    labels: list[str]
    values: pd.DataFrame
    benchmark: pd.Series
    cash: pd.Series
    own_benchmarks: pd.DataFrame
    own_cash: pd.DataFrame
    ppy: int
    cut: bool
    notes: list[str]

    @property
    def money(self) -> MoneyTable | None:
        """What the first run is counted in; None in dollars."""
        return next((run.summary.money for run in self.runs[:1]), None)

    @property
    def investor(self) -> Investor | None:
        """In whose money the first run is; None in dollars."""
        return None if self.money is None else self.money.investor

    @property
    def has_flows(self) -> bool:
        """Whether money is paid in or out of any of the runs."""
        return any(run.summary.own_money is not None for run in self.runs)

    @property
    def paid_otherwise(self) -> list[str]:
        """Labels of the runs that are the first with other cash flows: the same but for the money.

        Their unit values differ by what it costs to pay in and out, and by nothing else.
        """
        if not self.has_flows:
            return []
        first = _but_for_flows(self.runs[0])
        named = zip(self.labels[1:], self.runs[1:], strict=True)
        return [name for name, run in named if _but_for_flows(run) == first]

    def cash_of(self, run: FinishedRun) -> FinishedRun:
        """The run whose cash a run's hedge is measured over in differences.

        Its own, which is that of the first but for another source of the same: where cash is of
        two kinds, that of the first, or the difference would be one of cash.
        """
        first = self.runs[0]
        return run if _cash_kind(run) == _cash_kind(first) else first

    @property
    def twin(self) -> str | None:
        """The run that is 100 % of the first run's benchmark, costs apart; None if none is."""
        alone = self.benchmark / self.benchmark.iloc[0]
        apart = self.values.div(alone, axis=0).sub(1.0).abs().max()
        return next((str(name) for name in self.labels if apart[name] < SAME), None)

    @property
    def roles(self) -> list[str]:
        """The colour of each run: the first's, equity's for what is nothing else, grey."""
        twin = self.twin
        rest = ["--equity" if name == twin else "--rest" for name in self.labels[1:]]
        return ["--portfolio", *rest]

    @property
    def is_year_over(self) -> bool | None:
        """Whether the year of the last row ends with it; None where no run tells."""
        last = self.values.index[-1]
        if self.ppy == 12:
            return bool(last.month == 12)
        ends = [run for run in self.runs if run.summary.end == f"{last:%Y-%m-%d}"]
        if not ends or last.month < 12:
            return None
        return any(year.year == last.year for run in ends for year in run.summary.years)

    @property
    def years(self) -> pd.DataFrame:
        """Returns of the complete calendar years: years x labels and the first run's benchmark."""
        return calendar_years(
            self.values.assign(**{BENCHMARK: self.benchmark}), is_over=self.is_year_over
        )


def align_runs(
    runs: Sequence[FinishedRun], *, align: bool, each_in_its_own: bool = False
) -> AlignedRuns:
    """Make runs comparable.

    Parameters
    ----------
    runs
        Two to twenty.
    align
        Cut them to their common span (to month-ends, if one of them is monthly) instead of
        refusing them; differences that remain are noted.
    each_in_its_own
        Take runs in different currencies, whose numbers do not compare.

    Raises
    ------
    UsageError
        Naming the two runs and what differs between them.
    """
    if not FEWEST <= len(runs) <= MOST:
        raise UsageError(f"compare takes {FEWEST} to {MOST} runs, got {len(runs)}")
    require_one_currency(
        [(run.shown_name, run.summary.currency) for run in runs], each_in_its_own=each_in_its_own
    )
    require_all_real([(run.shown_name, run.summary.is_real) for run in runs])
    notes = _alike(runs)
    for what, read, cure in DIFFERENCES:
        if each_in_its_own and what in OWN:
            continue
        difference = _difference(runs, what, read)
        is_cut = each_in_its_own and what in SPAN
        if difference and not (align or is_cut):
            early = _ruined_early(runs) if what == "end" else ""
            raise UsageError(early or f"{difference}; {cure}")
        if difference:
            notes.append(difference)
    changed = _changed_series(runs)
    if changed and not align:
        raise UsageError(f"{changed}; run both again on the same data, or give --align")
    if changed:
        notes.append(changed)
    ppy = min(run.ppy for run in runs)
    frames = [_at(run, ppy) for run in runs]
    common = frames[0].index
    for frame in frames[1:]:
        common = common.intersection(frame.index)
    cut = any(len(common) < len(frame) or len(frame) < len(run.values)
              for frame, run in zip(frames, runs, strict=True))  # fmt: skip
    if cut:
        # Each run is in bills until its first fill: if one is cut, this wait is cut from all.
        common = common[common >= max(map(_paid_by, runs))]
    if len(common) < 3:
        raise UsageError(
            f"{runs[0].shown_name} and the others share {len(common)} dates; "
            "run them again over a common period with --start and --end"
        )
    labels = label(runs)

    def joined(column: str) -> pd.DataFrame:
        named = zip(labels, frames, strict=True)
        return pd.DataFrame({name: frame.loc[common, column] for name, frame in named})

    values = joined("strategy")
    if not each_in_its_own and len({_hedged_equity(run) for run in runs}) > 1:
        notes.append(f"equity is hedged in more than one way: the benchmark is that of {labels[0]}")
    if not each_in_its_own and len({_cash_kind(run) for run in runs}) > 1:
        notes.append(
            "each run's payoff is over its own cash, and differences of payoffs are over that of "
            f"{labels[0]}"
        )
    if cut:
        whose = f"{cash_words(runs[0].summary.investor).are_those} of {labels[0]}"
        if each_in_its_own:
            whose = "cash is each investor's own"
        kind = "month-ends" if ppy == 12 else "sessions"
        notes.insert(
            0, f"aligned to the {len(common)} {kind} that all share, "
            f"{common[0]:%Y-%m-%d} to {common[-1]:%Y-%m-%d}; {whose}, and "
            "the first purchases and their costs lie before",
        )  # fmt: skip
    return AlignedRuns(
        runs=list(runs),
        labels=labels,
        values=values / values.iloc[0],
        benchmark=frames[0].loc[common, "benchmark"],
        cash=frames[0].loc[common, "cash"],
        own_benchmarks=joined("benchmark"),
        own_cash=joined("cash"),
        ppy=ppy,
        cut=cut,
        notes=notes,
    )


def _paid_by(run: FinishedRun) -> pd.Timestamp:
    """The first row whose value has borne the costs of the first purchase."""
    rows = run.values.index
    return rows[1] if run.first_fill == rows[0] else run.first_fill


def label(runs: Sequence[FinishedRun]) -> list[str]:
    """Name runs as the user calls them, else by strategy and parameters.

    A name of ours that is not unique is followed by the folder's name, then by a number.
    """
    names = [run.called or summary_label(run.summary) for run in runs]
    for more in (lambda n, run: run.name, lambda n, run: f"{n + 1}"):
        names = [
            f"{name} [{more(number, run)}]" if not run.called and names.count(name) > 1 else name
            for number, (name, run) in enumerate(zip(names, runs, strict=True))
        ]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"two runs are named {in_short(twice)}; give each its own name")
    return names


def require_names(names: Sequence[str | None]) -> None:
    """Refuse names that cannot stand in a table, and two that are equal.

    Parameters
    ----------
    names
        What the user calls the runs, in order; None for a run that has no name.

    Raises
    ------
    UsageError
        For the first name at fault.
    """
    for place, name in enumerate(names):
        if name is None:
            continue
        if not name:
            raise UsageError("the name of a run is empty; write it before the =, as in NAME=RUN")
        if len(name) > LONGEST_NAME:
            raise UsageError(
                f"the name {in_short(name)} has {len(name)} characters; give one of at most "
                f"{LONGEST_NAME}"
            )
        if not name.isprintable() or name != name.strip() or ":" in name or "=" in name:
            raise UsageError(
                f"the name {in_short(name)} cannot stand in a table; give one without colon, =, "
                "spaces around it and invisible signs"
            )
        if name in names[:place]:
            raise UsageError(f"two runs are named {in_short(name)}; give each its own name")


def _alike(runs: Sequence[FinishedRun]) -> list[str]:
    """Note runs that trade alike on every row; a run that is named twice is refused.

    Raises
    ------
    UsageError
        For two folders of the same run.
    """
    seen: dict[tuple[str, str], FinishedRun] = {}
    notes = []
    for run in runs:
        files = run.manifest.files
        other = seen.setdefault((files["equity.csv"], files["orders.csv"]), run)
        if other is run:
            continue
        if (run.summary.strategy, files.get(STRATEGY)) == (
            other.summary.strategy,
            other.manifest.files.get(STRATEGY),
        ):
            both = [run.name, other.name]
            if run.name == other.name and run.folder != other.folder:
                both = [str(run.folder), str(other.folder)]
            raise UsageError(f"{' and '.join(both)} are the same run; name each run once")
        notes.append(f"{other.shown_name} and {run.shown_name} trade alike on every row")
    return notes


def _but_for_flows(run: FinishedRun) -> tuple[ConfigTable, str | None]:
    """A run's configuration without its cash flows and its span, which a ruin ends; its rule."""
    config = run.manifest.config
    plain = replace(config, flow=None, flow_indexed=None, flows=None, start=None, end=None)
    return plain, run.manifest.files.get(STRATEGY)


def require_one_currency(runs: Sequence[tuple[str, str]], *, each_in_its_own: bool) -> None:
    """Refuse runs of different currencies, unless each is to be shown in its own.

    Parameters
    ----------
    runs
        Of each its name and the code of its currency.
    each_in_its_own
        Whether that is asked for.

    Raises
    ------
    UsageError
        Naming the currencies, and what to do.
    """
    first = runs[0][1]
    difference = _told("currency", [(code, name) for name, code in runs])
    if difference and not each_in_its_own:
        raise UsageError(
            f"{difference}; run all in one, as in STRATEGY@{first}, or give --each-in-its-own for "
            "each investor's own figures, without comparing them"
        )
    if each_in_its_own and not difference:
        raise UsageError(
            "--each-in-its-own is for runs in different currencies, and all of these are in "
            f"{first}; leave it out"
        )


def require_all_real(runs: Sequence[tuple[str, bool]]) -> None:
    """Refuse runs in purchasing power beside runs in money of the day.

    Parameters
    ----------
    runs
        Of each its name and whether it is real.

    Raises
    ------
    UsageError
        Naming one of each.
    """
    real = [name for name, is_real in runs if is_real]
    nominal = [name for name, is_real in runs if not is_real]
    if real and nominal:
        raise UsageError(
            f"{real[0]} is in purchasing power, and {nominal[0]} in money of the day; run all with "
            "--real, or all without"
        )


def _cash_kind(run: FinishedRun) -> str:
    """What cash is: home cash, or dollar bills."""
    return run.manifest.config.cash or "home"


def _hedged_equity(run: FinishedRun) -> float | str:
    """What of equity's dollars is sold forward."""
    return run.manifest.config.fx_hedge_equity or 0.0


OWN = ("benchmark", "cash")  # what each run of its own currency has of its own
SPAN = ("start", "end")  # figures of currencies begin and end on other days: cut to what is shared
# What has to be the same, how to read it off, and what to do where it is not.
DIFFERENCES: tuple[tuple[str, Callable[[FinishedRun], str], str], ...] = (
    ("frequency", lambda run: FREQUENCIES[run.ppy],
     "run both on the same source, or give --align for their common month-ends"),
    ("source", lambda run: run.summary.source,
     "run both with the same --source, or give --align"),
    ("start", lambda run: run.summary.start,
     "run both with the same --start, later than the first day of either, or give --align"),
    ("end", lambda run: run.summary.end,
     "run both with the same --end, or give --align for their common span"),
    ("benchmark", lambda run: run.summary.benchmark.ticker,
     "run both with the same --benchmark, or give --align"),
    ("cash", _cash_kind,
     "run both with the same --cash, or give --align, which measures both over that of the first"),
    ("costs", lambda run: costs_text(run.summary.costs),
     "run both with the same --fee-bps, --slippage-bps and --lag, or give --align"),
)  # fmt: skip


def _difference(runs: Sequence[FinishedRun], what: str, read: Callable[[FinishedRun], str]) -> str:
    """Each value and the runs that have it, in words; empty if all agree."""
    return _told(what, [(read(run), run.shown_name) for run in runs])


def _ruined_early(runs: Sequence[FinishedRun]) -> str:
    """Which runs end before the others because the money ran out, and what to do; else empty.

    No ``--end`` mends that: one of the others would end earlier, too.
    """
    latest = max(run.summary.end for run in runs)
    early = [run for run in runs if run.summary.end < latest]
    if not all(map(_is_ruined, early)):
        return ""
    told = " and ".join(f"{run.shown_name} ended ruined on {run.summary.end}" for run in early)
    return f"{told}; give --align for the time until then, or take out less"


def _is_ruined(run: FinishedRun) -> bool:
    own = run.summary.own_money
    return own is not None and own.strategy.ruined is not None


def _told(what: str, runs: Sequence[tuple[str, str]]) -> str:
    """The same of pairs of a value and the name of a run that has it."""
    values: dict[str, list[str]] = {}
    for value, name in runs:
        values.setdefault(value, []).append(name)
    if len(values) == 1:
        return ""
    return f"not the same {what}: " + ", ".join(
        f"{value} for {' and '.join(names)}" for value, names in values.items()
    )


def _changed_series(runs: Sequence[FinishedRun]) -> str:
    """The first series whose data differ between two runs with the same last day.

    One run may have a history carried back and the other not: its own days are compared.
    """
    seen: dict[tuple[str, str], tuple[str, FinishedRun]] = {}
    for run in runs:
        for name, series in run.manifest.data.items():
            # Of one name, though not of one currency.
            of = f" of {run.summary.currency}" if name in OF_CURRENCY else ""
            key = (f"{name}{of} up to {run.summary.end}", run.summary.source)
            own = series.own_sha256 or series.sha256
            sha256, other = seen.setdefault(key, (own, run))
            if sha256 != own:
                return f"not the same data: {key[0]} of {other.shown_name} and of {run.shown_name}"
    return ""


def _at(run: FinishedRun, ppy: int) -> pd.DataFrame:
    """A run's levels; the last of each month if the comparison is monthly and the run is not."""
    if ppy == run.ppy:
        return run.values
    months = month_ends(run.values)
    months.index = pd.PeriodIndex(months.index).to_timestamp(how="end").normalize()
    return months

"""Money that an investor puts in and takes out, as a run asks for it, and when it is due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from immutabledict import immutabledict
from numpy.typing import NDArray

from backtests.engine import kinds
from backtests.engine.ledger import Array, Flows
from data.background import home_prices
from data.errors import UsageError, did_you_mean, in_full, in_short
from data.market import Market
from data.months import last_sessions
from data.price_level import MOST_CARRIED
from data.records import freeze_mappings
from data.regular import MOST_FLOWS as MOST_BYTES
from data.regular import read_regular_text
from strategies.schedule import PERIODS, period_starts

WANTED = "an amount a period such as 500/month, -300/quarter or -4%/year"
WANTED_DATED = "dates and amounts such as 2020-01-15=500,2021-01-15=-300"
WANTED_LINE = "a date and an amount such as 2020-01-15,500"
MOST_FLOWS = 20_000  # dates: more sessions than 75 years have
MOST_AMOUNTS = 400_000  # more lines than a file of the most bytes can have
MOST_MONEY = 1e15
# The fields of a configuration that are about flows.
FLOWS = ("flow", "flow_indexed", "flows")
_FLOW = re.compile(r"([+-]?)\s*((?:\d[\d_,]*)?(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(%?)\s*/\s*([\w-]+)")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})*(\.\d+)?")


@dataclass(frozen=True)
class Flow:
    """What is paid in (positive) or out (negative) on the first session of every period.

    ``amount`` is money, or with ``is_share`` a fraction of the value at that time.
    """

    amount: float
    is_share: bool
    period: str

    def __str__(self) -> str:
        """As it is asked for: ``500/month``."""
        number = round(100.0 * self.amount, 10) if self.is_share else self.amount
        return f"{in_full(number)}{'%' if self.is_share else ''}/{self.period}"


@dataclass(frozen=True)
class AskedFlows:
    """Cash flows as a run asks for them; none by default.

    Attributes
    ----------
    flow
        Of every period; text such as ``500/month``, None for none.
    indexed
        Whether amounts grow with consumer prices from the base date on.
    dated
        Amounts by day, ``YYYY-MM-DD``: on its first session from then on.

    Raises
    ------
    UsageError
        For a value that is not possible.
    """

    flow: Flow | str | None = None
    indexed: bool = False
    dated: Mapping[str, float] | str = immutabledict()

    def __post_init__(self) -> None:
        """Read text, and refuse what cannot be meant."""
        flow = self.flow if isinstance(self.flow, Flow | None) else read_flow(self.flow)
        if flow is not None and not flow.amount:
            flow = None
        dated = read_dated(self.dated)
        if flow is not None and dated:
            raise UsageError("--flow and --flows are two plans; leave one of them out")
        indexed = kinds.flag(self.indexed, "flow_indexed=")
        if indexed and flow is None and not dated:
            raise UsageError("--flow-indexed lets a flow grow with prices; give --flow as well")
        if indexed and flow is not None and flow.is_share:
            raise UsageError(
                f"--flow-indexed lets amounts grow with prices, and --flow {flow} is a share of "
                f"the value; give an amount, such as {in_full(1e4 * flow.amount)}/{flow.period} of "
                "10,000, or leave --flow-indexed out"
            )
        for name, value in (("flow", flow), ("indexed", indexed), ("dated", dated)):
            object.__setattr__(self, name, value)
        freeze_mappings(self)

    def __bool__(self) -> bool:
        """Whether anything is paid in or out."""
        return self.flow is not None or bool(self.dated)

    @property
    def table(self) -> dict[str, str | bool | Mapping[str, float]]:
        """The fields of a configuration's flat table that are set."""
        read: dict[str, str | bool | Mapping[str, float]] = {}
        if self.flow is not None:
            read["flow"] = str(self.flow)
        if self.indexed:
            read["flow_indexed"] = True
        if self.dated:
            read["flows"] = dict(self.by_day)
        return read

    @property
    def by_day(self) -> Mapping[str, float]:
        """``dated``, read."""
        return {} if isinstance(self.dated, str) else self.dated

    @property
    def of_period(self) -> Flow | None:
        """``flow``, read."""
        return None if isinstance(self.flow, str) else self.flow

    def until(self, day: pd.Timestamp) -> AskedFlows:
        """The same without what is dated later: of a run that ends there."""
        last = f"{day:%Y-%m-%d}"
        return replace(self, dated={d: paid for d, paid in self.by_day.items() if d <= last})

    def on(self, market: Market, rows: pd.DatetimeIndex, lag: int) -> Flows:
        """What is paid on each row of a simulation, in the market's money.

        Parameters
        ----------
        market
            All history; its consumer prices, as they were public, are what indexed amounts follow.
        rows
            The rows of the simulation, from the base date on.
        lag
            Rows from the session on which a flow falls due to the one on which it is paid.

        Raises
        ------
        UsageError
            For a day outside the rows, a period shorter than a row, and where amounts are to
            grow with prices that nobody knows.
        """
        amount, share = np.zeros(len(rows)), np.zeros(len(rows))
        flow = self.of_period
        if flow is not None:
            due = due_rows(rows, flow.period, market.periods_per_year)
            (share if flow.is_share else amount)[due] = flow.amount
        for day, money in self.by_day.items():
            amount[_row_of(day, rows)] += money
        if self.indexed:
            amount *= price_growth(market, rows)
        paid = [np.zeros(len(rows)), np.zeros(len(rows))]
        for where, what in zip(paid, (amount, share), strict=True):
            where[lag:] = what[: len(rows) - lag]
        if market.deflated is not None:  # amounts are in money of the day
            level = market.deflated.price_level.loc[rows].to_numpy(float)
            paid[0] = paid[0] * (level[0] / level)
        return Flows(*paid)

    def notes_on(self, market: Market, rows: pd.DatetimeIndex, lag: int) -> list[str]:
        """What is not as asked: amounts that grow by other prices or no more, days left unpaid.

        Prices are old more than ``MOST_CARRIED`` months after the month that the last are about,
        up to which purchasing power goes.

        Parameters
        ----------
        market, rows, lag
            As for :meth:`on`.
        """
        days = {day: _row_of(day, rows) for day in self.by_day}
        late = [day for day, row in days.items() if row + lag >= len(rows)]
        notes = [
            f"--flows: what falls due from {late[0]} on would be paid after the last "
            f"{market.unit}, {rows[-1]:%Y-%m-%d}, and is not"
        ] if late else []  # fmt: skip
        if not self.indexed:
            return notes
        public = pd.PeriodIndex(home_prices(market).dropna().index, freq="M")
        newest = public[-1] - 1  # the month that the last figure is about
        if _begins_late(public, rows):
            notes.append(
                f"--flow-indexed: amounts grow from the consumer prices of {public[0] - 1} on, the "
                f"first of {market.currency}, which were public a month later"
            )
        flow = self.of_period
        if flow is not None:
            due = rows[due_rows(rows, flow.period, market.periods_per_year)]
        else:
            due = rows[list(days.values())]
        old = due[due.to_period("M") > newest + MOST_CARRIED]
        if len(old):
            notes.append(
                f"--flow-indexed: the last consumer prices of {market.currency} are those of "
                f"{newest}; amounts due from {old[0]:%Y-%m-%d} on grow no more"
            )
        return notes


def _begins_late(public: pd.PeriodIndex, rows: pd.DatetimeIndex) -> bool:
    """Whether the first prices are about the month of the first row, and public a month later."""
    return len(public) > 0 and public[0] - 1 == rows[0].to_period("M")


def due_rows(rows: pd.DatetimeIndex, period: str, periods_per_year: int) -> NDArray[np.int64]:
    """The rows on which a period begins, after the first.

    Parameters
    ----------
    rows
        Of a simulation.
    period
        One of ``PERIODS``.
    periods_per_year
        12 where rows are months.

    Raises
    ------
    UsageError
        For a period shorter than a month where rows are months.
    """
    if periods_per_year == 12 and period in ("day", "week"):
        raise UsageError(f"--flow is paid every {period}, and rows are months; give it per month")
    return np.flatnonzero(period_starts(rows, period)).astype(np.int64)


def price_growth(market: Market, rows: pd.DatetimeIndex) -> Array:
    """Consumer prices over those of the first row, both the last that were public on the row.

    Where none was public yet on the first row, the figure about that row's own month stands in.

    Raises
    ------
    UsageError
        If there are none where the market's currency is from, or not yet on the first row.
    """
    prices = home_prices(market).dropna()
    public = last_sessions(pd.PeriodIndex(prices.index).to_timestamp())
    at = public.searchsorted(rows, side="right") - 1
    if _begins_late(pd.PeriodIndex(prices.index, freq="M"), rows):
        at = np.maximum(at, 0)
    if len(prices) == 0 or at[0] < 0:
        since = f" before {public[0]:%Y-%m-%d}" if len(prices) else ""
        raise UsageError(
            f"--flow-indexed: consumer prices of {market.currency} are not known{since}; leave it "
            "out, or begin later"
        )
    levels = prices.to_numpy(float)
    growth: Array = levels[at] / levels[at[0]]
    return growth


def _row_of(day: str, rows: pd.DatetimeIndex) -> int:
    row = int(rows.searchsorted(pd.Timestamp(day)))
    if row == 0 or row == len(rows):
        raise UsageError(
            f"--flows has {day}, and flows of this run are due after {rows[0]:%Y-%m-%d} and up to "
            f"{rows[-1]:%Y-%m-%d}; leave that day out, or give other dates to the run"
        )
    return row


def read_flow(given: object) -> Flow:
    """Read ``500/month`` or ``-4%/year``.

    Raises
    ------
    UsageError
        For anything else, and for a rate above 100 %.
    """
    text = kinds.text(given, "--flow", WANTED).strip()
    match = _FLOW.fullmatch(text)
    digits = match[2] if match else ""
    if match is None or not digits or ("," in digits and not _GROUPED.fullmatch(digits)):
        raise UsageError(f"--flow takes {WANTED}, got {in_short(text)}")
    period = match[4].lower()
    if period not in PERIODS:
        raise UsageError(
            f"--flow {in_short(text)}: a period is one of {', '.join(PERIODS)}, got "
            f"{in_short(match[4])}{did_you_mean(period, PERIODS)}"
        )
    try:
        amount = float(digits.replace(",", "").replace("_", ""))
    except ValueError:
        raise UsageError(f"--flow takes {WANTED}, got {in_short(text)}") from None
    if match[3] and amount > 100.0:
        raise UsageError(
            f"--flow {in_short(text)} is more than all there is; give at most 100%/{period}"
        )
    if amount > MOST_MONEY:
        raise UsageError(f"--flow takes at most {in_full(MOST_MONEY)}, got {in_short(text)}")
    amount = amount / 100.0 if match[3] else amount
    return Flow(-amount if match[1] == "-" else amount, bool(match[3]), period)


def read_dated(given: object) -> Mapping[str, float]:
    """Read amounts by day: a mapping, pairs, or text such as ``2020-01-15=500,2021-01-15=-300``.

    Amounts of the same day are added up; a day with a sum of 0 is none.

    Raises
    ------
    UsageError
        For anything else, and for more than ``MOST_FLOWS`` days.
    """
    pairs: list[tuple[object, object]] = []
    if isinstance(given, str):
        parts = [part.strip() for part in given.split(",", MOST_AMOUNTS + 1) if part.strip()]
        for part in parts:
            named, sign, amount = part.partition("=")
            if not sign:
                raise UsageError(f"--flows takes {WANTED_DATED}, got {in_short(part)}")
            pairs.append((named.strip(), amount.strip()))
        if not pairs:
            raise UsageError(f"--flows takes {WANTED_DATED}, got nothing; leave it out for none")
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, list | tuple):
        for pair in given[: MOST_AMOUNTS + 1]:
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise UsageError(
                    f"--flows takes pairs of a date and an amount, got {in_short(pair)}"
                )
            pairs.append((pair[0], pair[1]))
    else:
        raise UsageError(f"--flows takes {WANTED_DATED}, got {in_short(given)}")
    if len(pairs) > MOST_AMOUNTS:
        raise UsageError(f"--flows has more than {MOST_AMOUNTS:,} amounts; give fewer")
    read: dict[str, float] = {}
    for when, money in pairs:
        day = kinds.day(when, "--flows")
        read[day] = read.get(day, 0.0) + _money(money, f"--flows of {day}")
    if len(read) > MOST_FLOWS:
        raise UsageError(f"--flows has more than {MOST_FLOWS:,} dates; give fewer")
    for day, money in read.items():
        _money(money, f"--flows of {day}")  # a sum too
    return {day: read[day] for day in sorted(read) if read[day]}


def _money(given: object, where: str) -> float:
    if isinstance(given, str):
        try:
            given = float(given)
        except ValueError:
            raise UsageError(
                f"{where} takes an amount such as -300, got {in_short(given)}"
            ) from None
    read = kinds.number(given, where, "an amount")
    if not abs(read) <= MOST_MONEY:
        raise UsageError(
            f"{where} takes an amount up to {in_full(MOST_MONEY)}, got {in_full(read)}"
        )
    return read


def flows_given(given: object) -> object:
    """Read the file that ``--flows`` names; what stands there itself stays as it is.

    Parameters
    ----------
    given
        The path of a file, or anything that :func:`read_dated` reads: text with ``=`` is that.

    Raises
    ------
    UsageError
        If it cannot be read, or has a line that is no date and amount.
    """
    if isinstance(given, Path) or (isinstance(given, str) and given.strip() and "=" not in given):
        return flows_of_file(Path(given))
    return given


def flows_of_file(path: Path) -> dict[str, float]:
    """Read a file of flows, as :func:`flows_of_text` does, which raises the same errors.

    Raises
    ------
    UsageError
        If it cannot be read, is too large, or is no text.
    """
    where = f"--flows {path}"
    try:
        text = read_regular_text(path, MOST_BYTES)
    except OSError as error:
        raise UsageError(
            f"{where} cannot be read: {error.strerror or error}; name a file with lines of "
            f"date,amount, or write {WANTED_DATED}"
        ) from error
    except ValueError as error:  # of an encoding
        raise UsageError(
            f"{where} is no text in UTF-8 ({error}); save it as one, with lines of date,amount"
        ) from error
    return flows_of_text(text, where)


def flows_of_text(text: str, where: str) -> dict[str, float]:
    """Read a file of flows: ``date,amount`` a line, a line of names above or none.

    Amounts of the same day are added up.

    Raises
    ------
    UsageError
        Naming the line.
    """
    read: dict[str, float] = {}
    lines = [line for line in enumerate(text.removeprefix("\ufeff").splitlines(), 1)
             if line[1].strip()]  # fmt: skip
    if lines and [part.strip().lower() for part in lines[0][1].split(",")] == ["date", "amount"]:
        lines = lines[1:]
    if not lines:
        raise UsageError(f"{where} has no flows; write date,amount and a line for each")
    for number, line in lines:
        parts = [part.strip() for part in line.split(",")]
        here = f"{where}, line {number}"
        if len(parts) != 2 or not kinds.DAY.fullmatch(parts[0]):
            raise UsageError(f"{here} has {in_short(line)}; write {WANTED_LINE}")
        day = kinds.day(parts[0], here)
        read[day] = read.get(day, 0.0) + _money(parts[1], here)
    return read


NO_FLOWS = AskedFlows()

"""docs/data.md: each bound that it states is that of the constant beside it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping

import pytest

from data import align, regular, strictness
from data import rows as market_rows
from data.checks import (
    bundled_months,
    cleaning,
    closing_hours,
    dividend_sizes,
    dividends,
    ex_dates,
    exchange,
    exchange_rates,
    histories,
    hundredths,
    identity,
    moves,
    openings,
    pairs,
    plausibility,
    price_steps,
    published,
    repeats,
    sessions,
    total_return,
    world_months,
)
from data.currency import figures, quotes
from data.sources import (
    currency_files,
    delimited,
    fred,
    live_currency,
    revisions,
    snapshots,
    transport,
    yahoo,
)
from data.treasuries import cash, instruments, proxies, rates
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "data.md").read_text("utf-8")
# What, bound, (in some tables) what real data reached, constant.
ROW = re.compile(r"^\|([^|]*)\|([^|]*)\|(?:[^|]*\|)?([^|]*)\|$", re.MULTILINE)
IN_TABLE = re.compile(r"`((?:sources/|currency/)?[a-z_]+)\.([A-Z_]+)`")
IN_TEXT = re.compile(r"`([A-Z_]{4,})`\s+in\s+`(data/[a-z_/]+)\.py`")
# Named as a whole: a list of tickers, and columns with their years.
NOT_NUMBERS = {"TOTAL_RETURN_INDICES", "HELD", "HELD_ABROAD", "FUNDS"}
MODULES = {
    module.__name__.removeprefix("data.").removeprefix("checks."): module
    for module in (align, bundled_months, cash, cleaning, closing_hours, currency_files, delimited,
                   dividend_sizes, dividends, ex_dates, exchange, exchange_rates, figures, fred,
                   histories, hundredths, identity, instruments, live_currency, market_rows, moves,
                   openings, pairs, plausibility, price_steps, proxies, published, quotes, rates,
                   regular, repeats, revisions, sessions, snapshots, strictness, total_return,
                   transport, world_months, yahoo)
}  # fmt: skip


def rows() -> list[tuple[str, str]]:
    """Bounds in words and the constants named beside them, of each row that names any."""
    return [(bound, names) for _, bound, names in ROW.findall(PAGE) if IN_TABLE.search(names)]


def numbers(value: object) -> Iterator[float]:
    """Give each number of a constant, those of its fields included."""
    if dataclasses.is_dataclass(value):
        value = dataclasses.astuple(value)
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, int | float):
        yield float(value)


def texts(number: float) -> set[str]:
    """How a bound may be written: as it is, in percent or points, in MiB."""
    return {f"{number:g}", f"{100 * number:g} %", f"{100 * number:g} points",
            f"{number / 2**20:g} MiB"}  # fmt: skip


@pytest.mark.parametrize(("bound", "names"), rows())
def test_a_bound_of_the_page_is_a_constant_of_the_code(bound, names):
    for module, name in IN_TABLE.findall(names):
        value = getattr(MODULES[module.replace("/", ".")], name)
        if name in NOT_NUMBERS:
            continue
        shown = [
            number
            for number in numbers(value)
            if any(re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.]*\d)", bound)
                   for text in texts(number))
        ]  # fmt: skip
        assert shown, f"{name} is {value}, the page says {bound}"


FUND_ROW = re.compile(r"^\| ([A-Z]{3})(?: \([A-Z, ]+\))? \| ([A-Z, ]+) \|(.*)\|$", re.MULTILINE)


def test_the_bounds_of_each_fund_are_those_of_the_code():
    shown = {name: (columns, bounds) for name, columns, bounds in FUND_ROW.findall(PAGE)}
    assert set(shown) >= {"SPY", "IEF", "TLT", "SHY", "BIL", "AGG", "TIP", "GLD"}
    for name in ("SPY", "IEF", "TLT", "SHY", "BIL", "AGG", "TIP", "GLD"):
        columns, text = shown[name]
        bounds = bundled_months.FUNDS[name]
        assert columns == ", ".join(each.column for each in bounds)
        bounds_of_code = [
            number
            for each in bounds
            for number in (
                *each.beta,
                *each.correlation,
                each.tracking,
                each.drift,
                each.month,
                each.year,
            )
            if abs(number) not in (float("inf"), 1.0)
        ]
        assert sorted(map(float, re.findall(r"-?[\d.]+", text))) == sorted(bounds_of_code), name


def test_the_page_names_bounds_to_look_at():
    assert len(rows()) > 25


def test_constants_in_the_text_are_where_it_says():
    named = IN_TEXT.findall(PAGE)
    assert len(named) >= 8
    for name, path in named:
        module = MODULES[path.removeprefix("data/").replace("/", ".").removeprefix("checks.")]
        assert hasattr(module, name), (name, path)


def test_the_times_of_the_text_are_those_of_the_code():
    assert dt.timedelta(hours=24) == snapshots.FRESH
    assert snapshots.LOCK_SECONDS == 20
    assert (yahoo.REACH_SECONDS, yahoo.ATTEMPTS, yahoo.PATIENCE_SECONDS) == (3, 3, 12)
    for words in (
        "last 24 hours",
        "at most 20 seconds",
        "within 3 seconds",
        "for up to 12 seconds",
    ):
        assert words in " ".join(PAGE.split())

"""Series of FRED, the Federal Reserve's data service, by its public CSV download (no key).

``$HEDGE_FRED_URL`` names another server that answers in the same format.
"""

from __future__ import annotations

import contextlib
import io
import time

import numpy as np
import pandas as pd

from data.checks.exchange_rates import (
    RATE_BOUNDS,
    odd_exchange,
    require_no_leap,
    vouched_for,
)
from data.checks.histories import YIELD_BOUNDS, days_text, latest_day, require_within
from data.checks.moves import CONSUMER_PRICES, DOLLAR, YIELDS, odd_moves, unchanged
from data.checks.published import held_against_months
from data.checks.sessions import CARRIED_ON, MOST_STRAY, MOST_STRAY_SHARE, holes
from data.consumer_prices import NEVER_PUBLISHED
from data.currency.currencies import CURRENCIES, DOLLAR_RATE
from data.currency.quotes import H10_SERIES, bounds_of
from data.errors import DataError, UnreachableError
from data.machine import naming_faults_of_this_machine
from data.sources.bars import Bars
from data.sources.transport import GarbledError, ask, named_server, plain_session
from data.treasuries import instruments

DEFAULT_URL = "https://fred.stlouisfed.org"
PREFIX = instruments.FRED  # of a snapshot's name, which no ticker may have
ATTEMPTS = 3
BACKOFF_SECONDS = 1.0
PATIENCE_SECONDS = 12  # for one series, all attempts together

# H.15 constant-maturity par yields by maturity in years; percent, bond-equivalent.
CURVE = {0.25: "DGS3MO", 0.5: "DGS6MO", 1.0: "DGS1", 2.0: "DGS2", 3.0: "DGS3", 5.0: "DGS5",
         7.0: "DGS7", 10.0: "DGS10", 20.0: "DGS20", 30.0: "DGS30"}  # fmt: skip
BILL = "DTB3"  # 3-month bill, secondary market, bank discount
POLICY_RATE = "DFF"
BROAD_DOLLAR = "DTWEXBGS"
CPI = "CPIAUCSL"
# Three-month interbank rates, monthly averages (OECD).
INTERBANK = {DOLLAR_RATE, *(currency.interbank for currency in CURRENCIES.values())}
# The policy rate moved by 8 points in a day at the end of 1986 and by 3 on every second Wednesday
# in the 1960s: so its moves are not checked, only these bounds.
BOUNDS = {
    **dict.fromkeys([*CURVE.values(), BILL, POLICY_RATE], YIELD_BOUNDS),
    BROAD_DOLLAR: (10.0, 500.0),
    CPI: (1.0, 10_000.0),
    **{series: bounds_of(code) for series, code in H10_SERIES.items()},
    **dict.fromkeys(INTERBANK, RATE_BOUNDS),
}
LONGEST_HEAD = 100  # characters of its first line, "observation_date,CPIAUCSL"
# Without a warning; 31 for the others. A short rate's hole of one month takes the month before.
LONGEST_HOLE_DAYS = {CPI: 45, **dict.fromkeys(INTERBANK, 65)}
BUNDLED_THERE = "the bundled ones are used there"
ON_WEEKDAYS = {
    *CURVE.values(),
    BILL,
    BROAD_DOLLAR,
    *H10_SERIES,
}  # the policy rate has figures of every day
BROKEN = {CURVE[20.0], CURVE[30.0]}  # have known breaks, which data/treasuries/rates.py drops


def base_url() -> str:
    """The server asked, without a trailing slash.

    Raises
    ------
    UsageError
        If ``$HEDGE_FRED_URL`` is no web address.
    """
    return named_server("HEDGE_FRED_URL", DEFAULT_URL)


def fetch(series: str) -> Bars:
    """Fetch one series whole.

    Returns
    -------
    Bars
        One column ``Value`` on ascending dates; days without a figure are left out.

    Raises
    ------
    UnreachableError
        If the server cannot be reached or fails, after bounded retries.
    DataError
        If what arrived is not that series.
    """
    import tenacity

    series = series.removeprefix(PREFIX)
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_after_delay(PATIENCE_SECONDS),
        wait=tenacity.wait_exponential(multiplier=BACKOFF_SECONDS, max=8),
        retry=tenacity.retry_if_exception_type((UnreachableError, GarbledError)),
        reraise=True,
    )
    with naming_faults_of_this_machine(f"{series}: FRED"):
        return _parse(series, retrying(_ask, series, time.monotonic() + PATIENCE_SECONDS))


def _ask(series: str, deadline: float) -> str:
    answer = ask(
        plain_session(),
        f"{base_url()}/graph/fredgraph.csv",
        name=series,
        server="FRED",
        seconds=deadline - time.monotonic(),
        params={"id": series},
    )
    if answer.status_code == 404:
        raise DataError(f"{series}: FRED has no such series; try again later")
    if answer.status_code != 200:
        raise UnreachableError(
            f"{series}: FRED answered with status {answer.status_code}; try again later"
        )
    return str(answer.text)


def _parse(series: str, text: str) -> Bars:
    warnings: list[str] = []
    whole, _, rest = text.rpartition("\n")
    if rest.strip():
        warnings.append(f"{series}: FRED's last line {rest[:40]!r} breaks off; left out")
        text = whole
    rows = pd.DataFrame()
    if text.find("\n", 0, LONGEST_HEAD) > 0:  # millions of columns would take minutes
        with contextlib.suppress(ValueError):
            rows = pd.read_csv(io.StringIO(text), dtype=str, na_values=["."])
    if len(rows.columns) != 2 or rows.columns[1] != series or len(rows) < 2:
        raise DataError(f"{series}: what FRED sent is not that series; try again later")
    dates = pd.to_datetime(rows.iloc[:, 0], format="%Y-%m-%d", errors="coerce")
    given = rows.iloc[:, 1]
    values = pd.to_numeric(given, errors="coerce")
    wrong = dates.isna() | (values.isna() & given.notna())
    if wrong.any():
        line = int(wrong.to_numpy().argmax()) + 2
        raise DataError(f"{series}: FRED's line {line} is damaged; not used, try again later")
    frame = pd.DataFrame({"Value": values.to_numpy(float)}, index=pd.DatetimeIndex(dates))
    frame = _standing(series, frame.dropna(), warnings)
    if len(frame) < 2:
        raise DataError(f"{series}: FRED sent {len(frame)} figures; try again later")
    frame.index = frame.index.as_unit("ns")
    frame.index.name = "Date"
    if not (frame.index.is_monotonic_increasing and frame.index.is_unique):
        raise DataError(f"{series}: FRED's dates do not ascend; try again later")
    if series in BOUNDS:
        require_within(frame["Value"], f"{series} from FRED", BOUNDS[series])
    warnings += held_against_months(series, frame["Value"], "FRED")
    if series in H10_SERIES:
        require_no_leap(series, frame["Value"], "FRED")
    return Bars(frame, (*warnings, *_remarkable(series, frame["Value"])))


def _standing(series: str, frame: pd.DataFrame, warnings: list[str]) -> pd.DataFrame:
    """Leave out rows in the future, and on weekends where there is no figure of any.

    Raises
    ------
    DataError
        If so many rows lie on weekends that all dates may be a day off.
    """
    wrong = {"lies in the future": frame.index > latest_day()}
    if series in ON_WEEKDAYS:
        weekend = frame.index.day_of_week >= 5
        if weekend.sum() > max(MOST_STRAY, MOST_STRAY_SHARE * len(frame)):
            raise DataError(
                f"{series}: {weekend.sum()} of FRED's {len(frame)} rows lie on weekends, first "
                f"{frame.index[weekend][0]:%Y-%m-%d}: the dates may be off by a day; not used, try "
                "again later"
            )
        wrong["is no weekday"] = weekend
    for why, rows in wrong.items():
        if rows.any():
            warnings.append(f"{series}: {days_text(frame.index[rows])} {why}; left out")
    return frame[~np.any(list(wrong.values()), axis=0)]


def _remarkable(series: str, values: pd.Series) -> list[str]:
    """Report gaps, and moves that are too large for the series."""
    warnings = []
    if series not in BROKEN:
        days = pd.DatetimeIndex(values.index)
        if series == CPI:  # nothing is wrong with an answer without figures that nobody has
            never = NEVER_PUBLISHED.to_timestamp()
            days = days.union(never[(never > days[0]) & (never < days[-1])])
        then = BUNDLED_THERE if series in INTERBANK else CARRIED_ON
        warnings += holes(series, days, LONGEST_HOLE_DAYS.get(series, 31), then)
    if series in H10_SERIES:
        return warnings + odd_exchange(series, values)
    if series in (CPI, BROAD_DOLLAR):
        bounds = CONSUMER_PRICES if series == CPI else DOLLAR
        warnings += odd_moves(series, np.log(values).diff().iloc[1:], bounds)
    elif series in INTERBANK:
        moves = values.diff().iloc[1:]
        vouched = vouched_for(series, pd.DatetimeIndex(moves.index), monthly=True)
        warnings += odd_moves(series, moves, YIELDS, "points", vouched)
    elif series in BOUNDS and series != POLICY_RATE:
        warnings += odd_moves(series, values.diff().iloc[1:], YIELDS, "points")
    if series in ON_WEEKDAYS:
        warnings += unchanged(series, values)
    return warnings

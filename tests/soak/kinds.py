"""Every way in which Yahoo is known to misbehave, or could, and how each has to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests import yahoo_server as server
from tests.soak import wire
from tests.soak.made import PRICES, adjusted

# Outcomes: what the one line has to say, or what the warning has to say; {day} stands for the
# date of the fault. Good data without a warning is right only where Yahoo recovers.
REFUSED, REPORTED, RIGHT = "refused", "reported", "harmless"

ROW = 200


@dataclass(frozen=True)
class Kind:
    """One kind of misbehaviour: what it does to the server, and how it has to end."""

    name: str
    outcome: str
    says: str
    spoil: Callable[[server.Yahoo, pd.DataFrame], None]


def _fault(*faults: server.Fault) -> Callable[[server.Yahoo, pd.DataFrame], None]:
    def spoil(web: server.Yahoo, _: pd.DataFrame) -> None:
        web.faults["SPY"] = list(faults)

    return spoil


def _held(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[..., None]:
    return lambda web, bars: web.hold("SPY", change(bars.copy()))


def _chart(change: Callable[[dict], object]) -> Callable[..., None]:
    def spoil(web: server.Yahoo, bars: pd.DataFrame) -> None:
        whole = server.chart("SPY", bars)
        change(whole["chart"]["result"][0])
        web.charts["SPY"] = whole

    return spoil


def _set(column: str, value: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(bars: pd.DataFrame) -> pd.DataFrame:
        bars.iloc[ROW, bars.columns.get_loc(column)] = value
        return bars

    return change


def scaled(bars: pd.DataFrame, rows: slice, columns: list[str], factor: float) -> pd.DataFrame:
    """Multiply some columns of some rows."""
    places = [bars.columns.get_loc(column) for column in columns]
    bars.iloc[rows, places] *= factor
    return bars


def _unadjusted_split(bars: pd.DataFrame) -> pd.DataFrame:
    bars.iloc[ROW, bars.columns.get_loc("Stock Splits")] = 2.0
    return scaled(bars, slice(0, ROW), ["Open", "High", "Low", "Close", "Dividends"], 2.0)


def paying_row(bars: pd.DataFrame) -> int:
    """Row of the fourth dividend."""
    return int(np.flatnonzero(bars["Dividends"])[3])


def _dividend(factor: float, *, alike: bool) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(bars: pd.DataFrame) -> pd.DataFrame:
        row = paying_row(bars)
        scaled(bars, slice(row, row + 1), ["Dividends"], factor)
        return adjusted(bars) if alike else bars

    return change


def lost(bars: pd.DataFrame, which: slice) -> pd.DataFrame:
    """Leave out some of the dividends, in order, and adjust as if they had never been."""
    rows = np.flatnonzero(bars["Dividends"])[which]
    bars.iloc[rows, bars.columns.get_loc("Dividends")] = 0.0
    return adjusted(bars)


def _bare(result: dict) -> None:
    result.pop("events")
    result["indicators"].pop("adjclose")


def _unadjusted(result: dict) -> None:
    result["indicators"]["adjclose"] = [{"adjclose": [None] * len(result["timestamp"])}]


def _redated(change: Callable[[list], list]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda bars: bars.set_axis(pd.DatetimeIndex(change(list(bars.index))))


def _frozen(bars: pd.DataFrame) -> pd.DataFrame:
    columns = [bars.columns.get_loc(name) for name in PRICES]
    bars.iloc[ROW : ROW + 15, columns] = bars.iloc[ROW, columns].to_numpy(float)
    bars["Dividends"] = bars["Dividends"].where(np.arange(len(bars)) // 15 != ROW // 15, 0.0)
    return adjusted(bars)


def _still(bars: pd.DataFrame) -> pd.DataFrame:
    places = [bars.columns.get_loc(name) for name in PRICES[:4]]
    bars.iloc[ROW : ROW + 6, places] = bars.iloc[ROW, places].to_numpy(float)
    return adjusted(bars)


def _adjusted_already(bars: pd.DataFrame) -> pd.DataFrame:
    factor = bars["Adj Close"] / bars["Close"]
    return adjusted(bars.assign(**{name: bars[name] * factor for name in PRICES[:4]}))


def _again(bars: pd.DataFrame) -> pd.DataFrame:
    """Repeat the returns of 120 rows from the row of the faults on."""
    growth = bars["Close"].pct_change(fill_method=None).fillna(0.0).to_numpy(copy=True) + 1
    growth[ROW + 150 : ROW + 270] = growth[ROW : ROW + 120]
    times = bars["Close"].iloc[0] * np.cumprod(growth) / bars["Close"]
    return adjusted(bars.assign(**{name: (bars[name] * times).round(2) for name in PRICES[:4]}))


def _strings(result: dict) -> None:
    result["indicators"]["quote"][0]["close"][ROW] = "abc"


def _shuffled(result: dict) -> None:
    stamps = result["timestamp"]
    stamps[ROW], stamps[ROW + 1] = stamps[ROW + 1], stamps[ROW]


def _weekend(bars: pd.DataFrame) -> pd.DataFrame:
    friday = next(row for row in range(ROW, ROW + 7) if bars.index[row].day_of_week == 4)
    extra = bars.iloc[[friday]].assign(Dividends=0.0)
    extra.index = extra.index + pd.Timedelta(days=1)
    return pd.concat([bars, extra]).sort_index()


def _future(bars: pd.DataFrame) -> pd.DataFrame:
    days = pd.bdate_range(pd.Timestamp.now().normalize() + pd.Timedelta(days=7), periods=3)
    return pd.concat([bars, bars.iloc[-3:].assign(Dividends=0.0).set_axis(days)])


def _twice(factor: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(bars: pd.DataFrame) -> pd.DataFrame:
        again = scaled(bars.iloc[[ROW]].copy(), slice(0, 1), PRICES, factor)
        return pd.concat([bars.iloc[: ROW + 1], again, bars.iloc[ROW + 1 :]])

    return change


def _late(first: int, count: int, days: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Date some rows a day late; the row they run into stays, so that its day comes twice."""

    def move(index: list) -> list:
        moved = [day + pd.Timedelta(days=days) for day in index[first : first + count]]
        return index[:first] + moved + index[first + count :]

    return _redated(move)


def monday(bars: pd.DataFrame) -> int:
    """First row of a whole week after the row of the faults."""
    weekday = bars.index.day_of_week
    return next(
        row for row in range(ROW, len(bars)) if list(weekday[row : row + 5]) == [0, 1, 2, 3, 4]
    )


def _meta(**fields: object) -> Callable[..., None]:
    return _chart(lambda result: result["meta"].update(fields))


EMPTY = json.dumps({"chart": {"result": [], "error": None}}).encode()
HTML = b"<!DOCTYPE html><html><body>Will be back</body></html>"

KINDS = (
    Kind("a body that drips", REFUSED, "did not answer in time", _fault(wire.drip())),
    Kind("a header that drips", REFUSED, "did not answer in time", _fault(wire.drip_header())),
    Kind("silence", REFUSED, "did not answer in time", _fault(server.delay(2.5))),
    Kind("a reset", REFUSED, "cannot be reached", _fault(wire.on_wire(wire.reset))),
    Kind("a reset, then fine", RIGHT, "", _fault(wire.on_wire(wire.reset), server.fine)),
    Kind("half a body", REFUSED, "broke off in the middle", _fault(wire.truncate)),
    Kind("half the JSON", REFUSED, "cannot be read",
         _fault(lambda good: (200, good[1][: len(good[1]) // 2]))),
    Kind("HTML for JSON", REFUSED, "cannot be read", _fault(server.body(HTML))),
    Kind("HTML, then fine", RIGHT, "", _fault(server.body(HTML), server.fine)),
    Kind("an empty body", REFUSED, "cannot be read", _fault(server.body(b""))),
    Kind("gzip that is none", REFUSED, "cannot be unpacked",
         _fault(wire.on_wire(wire.gzip_garbage))),
    Kind("a gzip bomb", REFUSED, "larger than 8 MiB", _fault(wire.gzip_bomb(64))),
    Kind("a huge body, announced", REFUSED, "larger than 8 MiB", _fault(wire.huge(32))),
    Kind("a huge body, not announced", REFUSED, "larger than 8 MiB",
         _fault(wire.huge(32, announced=False))),
    Kind("endless chunks", REFUSED, "larger than 8 MiB",
         _fault(wire.on_wire(wire.endless_chunks))),
    Kind("a flood of headers", REFUSED, "cannot be reached",
         _fault(wire.on_wire(wire.header_flood))),
    Kind("a redirect loop", REFUSED, "redirects more than 3 times", _fault(wire.redirect())),
    Kind("a redirect to another host", REFUSED, "address redirects to http://localhost:1/login",
         _fault(wire.redirect("http://localhost:1/login"))),
    Kind("a redirect to a file", REFUSED, "its address redirects to file:///etc/passwd",
         _fault(wire.redirect("file:///etc/passwd"))),
    Kind("status 401", REFUSED, "refused the request (status 401)", _fault(server.status(401))),
    Kind("status 403", REFUSED, "refused the request (status 403)", _fault(server.status(403))),
    Kind("status 404", REFUSED, "has no such ticker", _fault(server.status(404))),
    Kind("status 429", REFUSED, "limits the rate of requests", _fault(server.status(429))),
    Kind("status 429, then fine", RIGHT, "", _fault(server.status(429), server.status(429),
                                                   server.fine)),
    Kind("status 500", REFUSED, "answered with status 500", _fault(server.status(500))),
    Kind("status 503", REFUSED, "answered with status 503", _fault(server.status(503))),
    Kind("an empty result", REFUSED, "cannot be read", _fault(server.body(EMPTY))),
    Kind("nested JSON", REFUSED, "cannot be read", _fault(server.body(b"[" * 200_000))),
    Kind("a word for a price", REFUSED, "cannot be read", _chart(_strings)),
    Kind("another ticker", REFUSED, "answered with QQQ", _meta(symbol="QQQ")),
    Kind("no ticker", REFUSED, "answered with no ticker at all", _meta(symbol=None)),
    Kind("pence", REFUSED, "is quoted in GBp", _meta(currency="GBp")),
    Kind("weekly bars", REFUSED, "sent 1wk bars", _meta(dataGranularity="1wk")),
    Kind("future dates", REPORTED, "lies in the future; left out", _held(_future)),
    Kind("rows out of order", REFUSED, "out of order at {day}", _chart(_shuffled)),
    Kind("a day twice, alike", REPORTED, "{day} came twice with the same close",
         _held(_twice(1.0))),
    Kind("a day twice, not alike", REPORTED, "{day} came twice with different closes; left out",
         _held(_twice(1.02))),
    Kind("a split left in", REPORTED, "the 2:1 split of {day} was divided out",
         _held(_unadjusted_split)),
    Kind("a dividend of 100 times its size", REFUSED, "is not between 0 and a quarter",
         _held(_dividend(100, alike=False))),
    Kind("a dividend of 10 times, adjusted for", REPORTED, "times the most around it",
         _held(_dividend(10, alike=True))),
    Kind("a dividend lost", REPORTED, "differ from Yahoo's adjusted close on",
         _held(_dividend(0, alike=False))),
    Kind("a dividend lost, adjusted for", REPORTED, "no dividend between",
         _held(_dividend(0, alike=True))),
    Kind("neither dividends nor an adjusted close", REFUSED, "sent no adjusted close",
         _chart(_bare)),
    Kind("an adjusted close of nulls", REFUSED, "sent no adjusted close", _chart(_unadjusted)),
    Kind("every dividend lost, adjusted for", REPORTED, "no dividends in all between",
         _held(lambda bars: lost(bars, slice(None)))),
    Kind("the first dividends lost, adjusted for", REPORTED, "pays each quarter afterwards",
         _held(lambda bars: lost(bars, slice(3)))),
    Kind("the last dividends lost, adjusted for", REPORTED, "paid each quarter before",
         _held(lambda bars: lost(bars, slice(-3, None)))),
    Kind("every second dividend lost, adjusted for", REPORTED, "pays about every 18. days",
         _held(lambda bars: lost(bars, slice(0, None, 2)))),
    Kind("the others lost, adjusted for", REPORTED, "pays about every 18. days",
         _held(lambda bars: lost(bars, slice(1, None, 2)))),
    Kind("a week in cents", REFUSED, "by a factor beyond|moves \\+99",
         _held(lambda bars: scaled(bars, slice(ROW, ROW + 5), PRICES, 100.0))),
    Kind("a week 10 % too high, alike", REPORTED, "moves .* on {day} and back on",
         _held(lambda bars: scaled(bars, slice(ROW, ROW + 5), PRICES, 1.1))),
    Kind("a day 30 % too high, alike", REFUSED, "on {day}, and back the next session",
         _held(lambda bars: scaled(bars, slice(ROW, ROW + 1), PRICES, 1.3))),
    Kind("a day 5 % off its range, adjusted for", REPORTED,
         "outside its day's high and low on {day}",
         _held(lambda bars: scaled(bars, slice(ROW, ROW + 1), ["Close", "Adj Close"], 1.05))),
    Kind("an adjusted close off by 0.3 %", REPORTED, "differ from Yahoo's adjusted close on {day}",
         _held(lambda bars: scaled(bars, slice(ROW, ROW + 1), ["Adj Close"], 1.003))),
    Kind("an adjusted close of zero", REFUSED, "adjusted close is 0 on {day}",
         _held(_set("Adj Close", 0.0))),
    Kind("zero", REFUSED, "has 0 on {day}", _held(_set("Close", 0.0))),
    Kind("negative", REFUSED, "has -5 on {day}", _held(_set("Close", -5.0))),
    Kind("infinity", REFUSED, "has inf on {day}", _held(_set("Close", np.inf))),
    Kind("null", REPORTED, "{day} has no close; left out", _held(_set("Close", np.nan))),
    Kind("a year missing", REFUSED, "has no row between",
         _held(lambda bars: bars.drop(bars.index[ROW : ROW + 250]))),
    Kind("a week missing", REPORTED, "no row on the exchange session {day}",
         _held(lambda bars: bars.drop(bars.index[ROW : ROW + 5]))),
    Kind("every date a day late", REFUSED, "dates may be off by a day",
         _held(_redated(lambda index: [day + pd.Timedelta(days=1) for day in index]))),
    Kind("every date a day early", REFUSED, "dates may be off by a day",
         _held(_redated(lambda index: [day - pd.Timedelta(days=1) for day in index]))),
    Kind("three dates a day late", REPORTED, "rows from .* may be a day off",
         _held(lambda bars: _late(monday(bars), 3, 1)(bars))),
    Kind("a row on a Saturday", REPORTED, "is no weekday; left out", _held(_weekend)),
    Kind("the same close for 15 sessions", REPORTED, "the same close for 15 sessions, {day} to",
         _held(_frozen)),
    Kind("the same prices for six sessions", REPORTED, "the same close on 6 sessions, {day} to",
         _held(_still)),
    Kind("each close equal to its open", REFUSED, "close equals its open on 100%",
         _held(lambda bars: adjusted(bars.assign(Close=bars["Open"])))),
    Kind("every price adjusted already", REFUSED, "are adjusted for dividends already",
         _held(_adjusted_already)),
    Kind("half a year's returns again", REFUSED, "repeat those from {day}",
         _held(_again)),
    Kind("a day 2 % too high in every figure", REPORTED, "the close on {day} is no whole cent",
         _held(lambda bars: scaled(bars, slice(ROW, ROW + 1), PRICES, 1.02012345))),
    Kind("an end a year ago", REPORTED, "stale, ends on",
         _held(lambda bars: bars.iloc[:-250])),
)  # fmt: skip

"""A server on loopback that answers with Yahoo's chart JSON, or wrongly on request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pandas as pd

from data.checks.exchange import exchange_calendar
from data.currency.currencies import CURRENCIES
from data.currency.quotes import pair_of, unit_of_pair
from data.sources import fred

NEW_YORK = "America/New_York"


def bars_of(path: Path) -> pd.DataFrame:
    """Daily bars of a Yahoo CSV with the dividends that its adjusted close implies.

    A dividend D lowers the adjustment factor before its day by 1 - D / (close before).
    """
    rows = pd.read_csv(path, index_col="Date", parse_dates=["Date"])
    factor = rows["Adj Close"] / rows["Close"]
    paid = rows["Close"].shift(1) * (1 - factor.shift(1) / factor)
    # Below a hundredth of a percent it is the rounding of the file, not a payment.
    rows["Dividends"] = paid.where(paid > 1e-4 * rows["Close"], 0.0).fillna(0.0)
    rows["Stock Splits"] = 0.0
    return rows


def made_bars(days: int = 300, end: str = "2025-09-26") -> pd.DataFrame:
    """Quiet daily bars on exchange sessions, with a dividend of 0.5 every 60 days."""
    sessions = exchange_calendar(pd.Timestamp("2015-01-02")).sessions
    index = sessions[sessions <= end][-days:]
    # One day up 1 %, the next down: a level that hardly drifts, by hand.
    close = [100.0 * (1.01 if row % 2 else 1.0) for row in range(days)]
    frame = pd.DataFrame({"Close": close}, index=index)
    for column in ("Open", "High", "Low"):
        frame[column] = frame["Close"]
    frame["Volume"] = 1000
    frame["Dividends"] = [0.5 if row and row % 60 == 0 else 0.0 for row in range(days)]
    frame["Stock Splits"] = 0.0
    ratio = 1 - frame["Dividends"] / frame["Close"].shift(1)
    later = ratio.fillna(1.0)[::-1].cumprod()[::-1].shift(-1).fillna(1.0)
    frame["Adj Close"] = frame["Close"] * later
    return frame


def pair_bars(rates: pd.Series) -> pd.DataFrame:
    """Daily bars of a currency as Yahoo has them: the close of a day is the rate it opened with.

    That is the last rate of the day before (yfinance's issue 1071).
    """
    opened = rates.dropna().shift(1).dropna()
    frame = pd.DataFrame({"Open": opened, "Close": opened, "Adj Close": opened})
    frame["High"], frame["Low"] = opened * 1.002, opened * 0.998
    return frame.assign(Volume=0, Dividends=0.0, **{"Stock Splits": 0.0})


def chart(
    ticker: str,
    bars: pd.DataFrame,
    *,
    zone: str = NEW_YORK,
    opens_at: float = 9.5,
    kind: str = "ETF",
    currency: str = "USD",
) -> dict:
    """Bars as Yahoo's chart JSON: opening times (hours) in a time zone, NaN as null."""
    opens = (pd.DatetimeIndex(bars.index) + pd.Timedelta(hours=opens_at)).tz_localize(zone)
    stamps = [int(moment.timestamp()) for moment in opens]

    def column(name: str) -> list[float | None]:
        return [None if pd.isna(value) else value for value in bars[name].tolist()]

    events: dict[str, dict] = {}
    for stamp, paid, split in zip(stamps, bars["Dividends"], bars["Stock Splits"], strict=True):
        if paid:
            events.setdefault("dividends", {})[str(stamp)] = {"amount": paid, "date": stamp}
        if split:
            events.setdefault("splits", {})[str(stamp)] = {
                "date": stamp, "numerator": split, "denominator": 1, "splitRatio": f"{split:g}:1",
            }  # fmt: skip
    meta = {
        "symbol": ticker, "currency": currency, "instrumentType": kind, "exchangeName": "PCX",
        "exchangeTimezoneName": zone, "timezone": "EST", "gmtoffset": -18000,
        "priceHint": 2, "validRanges": ["1d", "5d", "max"], "dataGranularity": "1d", "range": "",
    }  # fmt: skip
    quote = {name.lower(): column(name) for name in ("Open", "High", "Low", "Close", "Volume")}
    result = {
        "meta": meta, "timestamp": stamps, "events": events,
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": column("Adj Close")}]},
    }  # fmt: skip
    return {"chart": {"result": [result], "error": None}}


Answer = tuple[int, bytes]
Wire = Callable[[BaseHTTPRequestHandler], None]
Fault = Callable[[Answer], Answer | Wire]


@dataclass
class Yahoo:
    """The server's charts and the requests it saw.

    Each request uses up the first of its ticker's ``faults``; the last one stays.
    """

    url: str = ""
    charts: dict[str, dict] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fred: dict[str, bytes] = field(default_factory=dict)

    def hold(self, ticker: str, bars: pd.DataFrame) -> None:
        """Serve these bars."""
        self.charts[ticker] = chart(ticker, bars)

    def hold_pair(self, code: str, rates: pd.Series) -> None:
        """Serve a currency's rates, in the form in which FRED has them, as Yahoo's pair."""
        symbol = pair_of(code).symbol
        self.charts[symbol] = chart(
            symbol,
            pair_bars(rates),
            zone="Europe/London",
            opens_at=0,
            kind="CURRENCY",
            currency=unit_of_pair(symbol),
        )

    def hold_fred(self, name: str, values: pd.Series) -> None:
        """Serve a FRED series, NaN as an empty cell."""
        self.fred[name] = values.to_frame(name).to_csv(index_label="observation_date").encode()

    def answer_fred(self, name: str) -> Answer | Wire:
        """The answer to a FRED download, after its fault."""
        self.asked.append(name)
        good = (200, self.fred[name]) if name in self.fred else (404, b"not found")
        faults = self.faults.get(name, [])
        return (faults.pop(0) if len(faults) > 1 else faults[0])(good) if faults else good

    def answer(self, ticker: str) -> Answer | Wire:
        """The answer to a chart request, after its fault."""
        self.asked.append(ticker)
        if ticker in self.charts:
            good = 200, json.dumps(self.charts[ticker]).encode()
        else:
            said = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            good = 404, json.dumps({"chart": {"result": None, "error": said}}).encode()
        faults = self.faults.get(ticker, [])
        if not faults:
            return good
        return (faults.pop(0) if len(faults) > 1 else faults[0])(good)


def status(code: int) -> Fault:
    """Answer with an error status."""
    return lambda _: (code, b"Too Many Requests" if code == 429 else b"error")


def body(text: bytes) -> Fault:
    """Answer 200 with this body."""
    return lambda _: (200, text)


def delay(seconds: float) -> Fault:
    """Answer late."""

    def late(good: Answer) -> Answer:
        time.sleep(seconds)
        return good

    return late


def fine(good: Answer) -> Answer:
    """Answer as is."""
    return good


@contextmanager
def serve() -> Iterator[Yahoo]:
    """Run the server on a free loopback port."""
    yahoo = Yahoo()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path.startswith("/v8/finance/chart/"):
                answer = yahoo.answer(unquote(asked.path.rpartition("/")[2]))
            elif asked.path == "/graph/fredgraph.csv":
                answer = yahoo.answer_fred(parse_qs(asked.query)["id"][0])
            else:
                self.send_error(404)
                return
            try:
                if callable(answer):
                    self.close_connection = True
                    answer(self)
                    return
                code, text = answer
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            except OSError:
                pass  # the client gave up, as some tests mean it to

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yahoo.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield yahoo
    finally:
        server.shutdown()
        server.server_close()


# Files of daily rates, and which of their columns are which of FRED's series.
RATES: dict[str, dict[str, str]] = {
    "treasury_cmt_yields_daily.csv": {
        f"{years:g}y" if years >= 1 else f"{12 * years:g}m": series
        for years, series in fred.CURVE.items()
    },
    "treasury_bill_3m_discount_daily.csv": {"dtb3": fred.BILL},
    "fed_funds_effective_daily.csv": {"fed_funds_effective": fred.POLICY_RATE},
    "usd_index_daily.csv": {"fed_broad_usd": fred.BROAD_DOLLAR},
    "cpi_monthly.csv": {"cpi_all_urban": fred.CPI},
}


def hold_folder(yahoo: Yahoo, folder: Path, day: str | None = None) -> None:
    """Serve ``folder/yahoo`` as Yahoo and ``folder/rates`` as FRED up to a day, or today."""
    today = pd.Timestamp.now() if day is None else pd.Timestamp(day)
    for path in sorted((folder / "yahoo").glob("*.csv")):
        yahoo.hold(path.stem, bars_of(path).loc[:today])
    for name, columns in RATES.items():
        if (folder / "rates" / name).is_file():
            table = pd.read_csv(folder / "rates" / name, index_col="date", parse_dates=["date"])
            for column, series in columns.items():
                first = table[column].first_valid_index()
                yahoo.hold_fred(series, table[column].loc[first:today])
    hold_world(yahoo, folder / "world", today)
    hold_listed(yahoo, folder / "funds", today)


def hold_listed(yahoo: Yahoo, folder: Path, today: pd.Timestamp) -> None:
    """Serve bars of exchanges anywhere: ``listings.csv`` says in what unit and zone each is."""
    if not (folder / "listings.csv").is_file():
        return
    for listing in pd.read_csv(folder / "listings.csv").itertuples():
        bars = pd.read_csv(folder / f"{listing.ticker}.csv", index_col="Date", parse_dates=["Date"])
        yahoo.charts[listing.ticker] = chart(
            listing.ticker,
            bars.loc[:today],
            zone=listing.zone,
            opens_at=listing.opens_at,
            currency=listing.quoted,
        )


# Yahoo's histories of currencies begin in December 2003 at the latest.
PAIRS_SINCE = "2003-12-01"


def hold_world(yahoo: Yahoo, folder: Path, today: pd.Timestamp) -> None:
    """Serve rates of exchange up to last week's Friday and short rates as FRED, and Yahoo's pairs.

    The Federal Reserve publishes the rates of a week on the Monday after it; short rates appear in
    the month after theirs.
    """
    friday = today.normalize() - pd.Timedelta(days=today.day_of_week + 3)
    for code in (*CURRENCIES, "CAD"):
        path = folder / f"fred_{code.lower()}_daily.csv"
        if path.is_file():
            rates = read_series(path)
            yahoo.hold_fred(str(pair_of(code).series), rates.loc[:friday])
            yahoo.hold_pair(code, rates.loc[PAIRS_SINCE:today])
    for path in sorted(folder.glob("IR3TIB01*.csv")):
        figures = read_series(path)
        month = today.to_period("M").to_timestamp()
        yahoo.hold_fred(path.stem, figures[figures.index < month])


def read_series(path: Path) -> pd.Series:
    """One series of FRED's, as its file has it."""
    return pd.read_csv(path, index_col=0, parse_dates=[0]).iloc[:, 0]


def main() -> None:
    """Serve a folder's histories, and run a command against them: FOLDER COMMAND...

    ``FOLDER/yahoo`` holds Yahoo's daily CSV files, one a ticker; ``FOLDER/rates`` those of
    docs/data.md that have rates. What is fetched is kept apart from the user's own snapshots, and
    goes with it. ``faketime DATE python -m tests.yahoo_server ...`` shows the command as it was on
    a day on which these histories were new.
    """
    folder, *words = sys.argv[1:]
    with serve() as yahoo, tempfile.TemporaryDirectory() as data_folder:
        hold_folder(yahoo, Path(folder))
        own = {"HEDGE_YAHOO_URL": yahoo.url, "HEDGE_FRED_URL": yahoo.url}
        own["HEDGE_DATA_DIR"] = data_folder
        done = subprocess.run(words, check=False, env={**os.environ, **own})
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()

"""Daily bars from Yahoo through yfinance: the whole history of a ticker, checked row by row.

``$HEDGE_YAHOO_URL`` names another server that speaks Yahoo's chart format.
"""

from __future__ import annotations

import json
import logging
import math
import queue
import socket
import threading
import time
import urllib.parse
import urllib.request
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from data.checks.cleaning import clean_bars, clean_index
from data.checks.histories import YIELD_BOUNDS
from data.command import words_of
from data.currency.quotes import bounds_of, code_of, is_pair
from data.errors import DataError, HedgeError, UnreachableError
from data.machine import local_fault, naming_faults_of_this_machine
from data.sources.bars import Bars
from data.sources.chart import read_chart
from data.sources.transport import GarbledError, ask, bounded, named_server
from data.treasuries.instruments import require_total_return

DEFAULT_URL = "https://query2.finance.yahoo.com"
ATTEMPTS = 3
BACKOFF_SECONDS = 1.0
TIMEOUT_SECONDS = 10
PATIENCE_SECONDS = 12  # for one ticker, all attempts together
REACH_SECONDS = 3.0
MOST_HOPS = 10  # redirects of Yahoo's form of consent

# Yield indices in percent by maturity in years; ^IRX is the bank discount of a 13-week bill.
YIELDS = {"^IRX": 0.25, "^FVX": 5.0, "^TNX": 10.0, "^TYX": 30.0}
DOLLAR = "DX-Y.NYB"
INDICES = {**dict.fromkeys(YIELDS, YIELD_BOUNDS), DOLLAR: (10.0, 500.0)}


def base_url() -> str:
    """The server asked, without a trailing slash.

    Raises
    ------
    UsageError
        If ``$HEDGE_YAHOO_URL`` is no web address.
    """
    return named_server("HEDGE_YAHOO_URL", DEFAULT_URL)


def require_reachable() -> None:
    """Find out within seconds whether the server (or the proxy before it) answers at all.

    Raises
    ------
    UnreachableError
        If no connection can be made.
    LocalError
        If this machine can open none.
    """
    target = urllib.parse.urlsplit(base_url())
    proxies = urllib.request.getproxies()
    proxy = proxies.get(target.scheme) or proxies.get("all")
    if proxy and not urllib.request.proxy_bypass(target.hostname or ""):
        target = urllib.parse.urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    port = target.port or (443 if target.scheme == "https" else 80)
    # In threads, since a name server that does not answer blocks longer than any socket timeout,
    # and since an address that does not answer must not delay one that does.
    answers: queue.Queue[OSError | UnicodeError | None] = queue.Queue()

    def connect(address: tuple[Any, ...]) -> None:
        try:
            with socket.socket(address[0], address[1], address[2]) as line:
                line.settimeout(REACH_SECONDS)
                line.connect(address[4])
            answers.put(None)
        except OSError as error:
            answers.put(error)

    def look_up() -> None:
        try:
            addresses = socket.getaddrinfo(target.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error)
            return
        pending.put(len(addresses))
        for address in addresses:
            threading.Thread(target=connect, args=(address,), daemon=True).start()

    pending: queue.Queue[int] = queue.Queue()
    threading.Thread(target=look_up, daemon=True).start()
    deadline = time.monotonic() + REACH_SECONDS + 0.5
    reason, heard, awaited = f"no answer in {REACH_SECONDS:g} seconds", 0, 1
    while heard < awaited and (left := deadline - time.monotonic()) > 0:
        try:
            failure = answers.get(timeout=left)
        except queue.Empty:
            break
        if failure is None:
            return
        if (fault := local_fault(failure, "Yahoo")) is not None:
            raise fault
        reason = getattr(failure, "strerror", None) or str(failure)
        heard += 1
        awaited = pending.get_nowait() if not pending.empty() else awaited
    raise UnreachableError(
        f"Yahoo cannot be reached ({target.hostname}: {reason}); try again later"
    )


def fetch(ticker: str) -> Bars:
    """Fetch the whole daily history of one ticker.

    Parameters
    ----------
    ticker
        Yahoo's symbol.

    Returns
    -------
    Bars
        Checked bars, and a warning for each correction and each doubtful figure.

    Raises
    ------
    UnreachableError
        If Yahoo cannot be reached, limits the rate or breaks off, after bounded retries.
    DataError
        If what arrived cannot be used; names ticker, date and reason.
    """
    import tenacity

    bounds = bounds_of(code_of(ticker)) if is_pair(ticker) else INDICES.get(ticker)
    if bounds is None:
        require_total_return(ticker)
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_after_delay(PATIENCE_SECONDS),
        wait=tenacity.wait_exponential(multiplier=BACKOFF_SECONDS, max=8),
        retry=tenacity.retry_if_exception_type((UnreachableError, GarbledError)),
        reraise=True,
    )
    with naming_faults_of_this_machine(f"{ticker}: Yahoo"):
        _, session = _client()
    session.deadline = time.monotonic() + PATIENCE_SECONDS
    frame, result = retrying(_ask, ticker)
    try:
        if bounds is not None:
            chart = read_chart(result, adjusted=False)
            return clean_index(ticker, frame, chart, bounds)
        return clean_bars(ticker, frame, read_chart(result))
    except HedgeError:
        raise
    except Exception as error:  # JSON of any content must end in a one-line error
        if (fault := local_fault(error, f"{ticker}: Yahoo")) is not None:
            raise fault from error
        kind = type(error).__name__
        raise DataError(
            f"{ticker}: what Yahoo sent cannot be read ({kind}); try again later"
        ) from error


def _ask(ticker: str) -> tuple[pd.DataFrame, object]:
    """Ask once; return yfinance's bars and the chart's JSON that they were read from."""
    yf, session = _client()
    from yfinance import base, const
    from yfinance.data import YfData
    from yfinance.exceptions import YFRateLimitError
    from yfinance.scrapers import history

    for module in (const, base, history):
        module._BASE_URL_ = base_url()
    YfData.cache_get.cache_clear()  # it would answer a retry with the first bad response
    session.chart, session.ticker = None, ticker
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # yfinance's own, about pandas
            frame = yf.Ticker(ticker, session=session).history(
                period="max",
                interval="1d",
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=TIMEOUT_SECONDS,
            )
    except YFRateLimitError:
        raise UnreachableError(
            f"{ticker}: Yahoo limits the rate of requests; try again later"
        ) from None
    except HedgeError:
        raise
    except Exception as error:  # yfinance meets bad answers with errors of many kinds
        fault = local_fault(error, f"{ticker}: Yahoo")
        raise fault or _refusal(ticker, session, error) from error
    if session.chart is None:
        raise GarbledError(f"{ticker}: Yahoo sent no chart; try again later")
    return frame, session.chart


def _refusal(ticker: str, session: Any, error: Exception) -> DataError:
    """Turn yfinance's error into one sentence, by the status and words of the server."""
    status = session.status
    if status in (429,) or (status or 0) >= 500:
        return UnreachableError(f"{ticker}: Yahoo answered with status {status}; try again later")
    if status in (401, 403):
        return UnreachableError(
            f"{ticker}: Yahoo refused the request (status {status}); try again later"
        )
    if status == 404 or session.code == "Not Found":
        detail = f": {session.description}" if session.description else ""
        return DataError(f"{ticker}: Yahoo has no such ticker{detail}; check its spelling")
    reason = session.description or type(error).__name__
    return GarbledError(f"{ticker}: what Yahoo sent cannot be read ({reason}); try again later")


def _may_ask(url: str) -> bool:
    """Whether a server may be asked: the configured one and, if that is Yahoo, Yahoo's others.

    yfinance asks those for a cookie, a token ("crumb") and the consent to both; a chart needs none
    of them.
    """
    asked = urllib.parse.urlsplit(url).hostname or ""
    named = urllib.parse.urlsplit(base_url()).hostname or ""
    return asked == named or all(f".{host}".endswith(".yahoo.com") for host in (asked, named))


@cache
def _client() -> tuple[Any, Any]:
    """Load yfinance once, without caches on disk, and a session that keeps the answer."""
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    import yfinance
    from curl_cffi import requests

    class Session(requests.Session[requests.Response]):
        """Keeps the raw chart, since yfinance silently drops repeated rows and the symbol."""

        ticker: str = ""
        chart: object = None  # of the last answer; None where it had none
        status: int | None = None
        code: str = ""
        description: str = ""  # of the error, in Yahoo's words
        deadline: float = math.inf

        def request(self, method: Any, url: str, *words: Any, **options: Any) -> Any:
            follow = options.pop("allow_redirects", True)
            for _ in range(MOST_HOPS):
                if not _may_ask(url):
                    raise requests.exceptions.DNSError(f"{url} is none of the servers to ask")
                options["allow_redirects"] = False
                answer = super().request(method, url, *words, **options)
                if not follow or not answer.redirect_url:
                    return answer
                # As browsers do: a redirect is followed by GET, without the data sent before.
                method, url, words = "GET", answer.redirect_url, ()
                options = {key: options[key] for key in ("timeout", "headers") if key in options}
            raise requests.exceptions.TooManyRedirects(f"more than {MOST_HOPS} redirects to {url}")

        def get(self, url: str, **options: Any) -> Any:
            left = max(self.deadline - time.monotonic(), 0.05)
            left = min(options.pop("timeout", None) or left, left)
            if "/v8/finance/chart/" not in url:
                return super().get(url, timeout=left, **options)
            answer = ask(self, url, name=self.ticker, server="Yahoo", seconds=left, **options)
            self.status, self.chart = answer.status_code, None
            self.code = self.description = ""
            try:
                chart = json.loads(answer.text)["chart"]
                trouble = chart.get("error") or {}
                self.code = words_of(trouble.get("code", ""))
                self.description = words_of(trouble.get("description", ""))
                self.chart = chart["result"][0]
            except MemoryError:
                raise
            except Exception:  # noqa: S110 - yfinance raises its own error for a bad answer
                pass
            return answer

    # Its databases break across processes, and need a folder with room. Where the place given
    # can be no folder it goes without, as it documents.
    yfinance.set_tz_cache_location(str(Path(__file__) / "none"))
    yfinance.config.debug.hide_exceptions = False
    return yfinance, bounded(Session)

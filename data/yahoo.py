"""Daily bars from Yahoo through yfinance: fetched whole, checked one by one, never trusted.

``$HEDGE_YAHOO_URL`` names another server that speaks Yahoo's chart format.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import socket
import tempfile
import threading
import urllib.parse
import urllib.request
import warnings
from functools import cache
from typing import Any

import pandas as pd

from data.checks import YIELD_BOUNDS, Bars, clean_bars, clean_index
from data.errors import DataError, UnreachableError
from data.instruments import require_total_return

DEFAULT_URL = "https://query2.finance.yahoo.com"
ATTEMPTS = 3
BACKOFF_SECONDS = 1.0
TIMEOUT_SECONDS = 10
PATIENCE_SECONDS = 15
REACH_SECONDS = 3.0

# Yield indices in percent by maturity in years; ^IRX is the bank discount of a 13-week bill.
YIELDS = {"^IRX": 0.25, "^FVX": 5.0, "^TNX": 10.0, "^TYX": 30.0}
DOLLAR = "DX-Y.NYB"
INDICES = {**dict.fromkeys(YIELDS, YIELD_BOUNDS), DOLLAR: (10.0, 500.0)}


def base_url() -> str:
    """The server asked, without a trailing slash."""
    return os.environ.get("HEDGE_YAHOO_URL", DEFAULT_URL).rstrip("/")


def require_reachable() -> None:
    """Find out within seconds whether the server (or the proxy before it) answers at all.

    Raises
    ------
    UnreachableError
        If no connection can be made.
    """
    target = urllib.parse.urlsplit(base_url())
    proxy = urllib.request.getproxies().get(target.scheme)
    if proxy and not urllib.request.proxy_bypass(target.hostname or ""):
        target = urllib.parse.urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    port = target.port or (443 if target.scheme == "https" else 80)
    found: list[str] = []

    def connect() -> None:
        try:
            socket.create_connection((target.hostname or "", port), REACH_SECONDS).close()
            found.append("")
        except OSError as error:
            found.append(error.strerror or str(error))

    # A name server that does not answer blocks longer than any socket timeout: hence a thread.
    asker = threading.Thread(target=connect, daemon=True)
    asker.start()
    asker.join(REACH_SECONDS + 0.5)
    reason = found[0] if found else f"no answer in {REACH_SECONDS:g} seconds"
    if reason:
        raise UnreachableError(f"Yahoo cannot be reached ({target.hostname}: {reason})")


def fetch(ticker: str) -> Bars:
    """Fetch the whole daily history of one ticker.

    Parameters
    ----------
    ticker
        Yahoo's symbol.

    Returns
    -------
    Bars
        Checked bars, and a warning for each thing mended or to be looked at.

    Raises
    ------
    UnreachableError
        If Yahoo cannot be reached, limits the rate or breaks off, after bounded retries.
    DataError
        If what arrived cannot be used; names ticker, date and reason.
    """
    import tenacity

    require_total_return(ticker)
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_after_delay(PATIENCE_SECONDS),
        wait=tenacity.wait_exponential(multiplier=BACKOFF_SECONDS, max=8),
        retry=tenacity.retry_if_exception_type(UnreachableError),
        reraise=True,
    )
    frame, raw = retrying(_ask, ticker)
    if ticker in INDICES:
        return clean_index(ticker, frame, raw, INDICES[ticker])
    return clean_bars(ticker, frame, raw)


def _ask(ticker: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Ask once. Returns yfinance's bars and the chart result that they were read from."""
    yf, session = _client()
    from yfinance import base, const
    from yfinance.data import YfData
    from yfinance.exceptions import YFException, YFRateLimitError
    from yfinance.scrapers import history

    for module in (const, base, history):
        module._BASE_URL_ = base_url()
    YfData.cache_get.cache_clear()  # it would answer a retry with the first bad response
    session.chart = None
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
    except OSError as error:
        raise UnreachableError(f"{ticker}: {_transport_reason(error)}") from error
    except (YFException, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _refusal(ticker, session, error) from error
    if session.chart is None:
        raise DataError(f"{ticker}: Yahoo sent no chart; try again later")
    return frame, session.chart


def _transport_reason(error: OSError) -> str:
    kind = type(error).__name__
    if "Timeout" in kind:
        return f"Yahoo did not answer in {TIMEOUT_SECONDS} seconds"
    return f"the connection to Yahoo failed ({kind})"


def _refusal(ticker: str, session: Any, error: Exception) -> DataError:
    """Put what yfinance made of an answer into one sentence, by what the server said."""
    status = session.status
    if status in (429,) or (status or 0) >= 500:
        return UnreachableError(f"{ticker}: Yahoo answered with status {status}; try again later")
    if status in (401, 403):
        return UnreachableError(f"{ticker}: Yahoo refused the request (status {status})")
    if status == 404 or session.said:
        said = f": {session.said}" if session.said else ""
        return DataError(f"{ticker}: Yahoo has no such ticker{said}; check its spelling")
    kind = type(error).__name__
    return DataError(f"{ticker}: what Yahoo sent cannot be read ({kind}); try again later")


@cache
def _client() -> tuple[Any, Any]:
    """Load yfinance once, with a private cache folder and a session that keeps the answer."""
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    import yfinance
    from curl_cffi import requests

    class Session(requests.Session):
        """Keeps the raw chart: yfinance drops duplicates and names without saying so."""

        chart: dict[str, Any] | None = None
        status: int | None = None
        said: str = ""

        def get(self, url: str, **options: Any) -> Any:
            answer = super().get(url, **options)
            if "/v8/finance/chart/" in url:
                self.status, self.said = answer.status_code, ""
                try:
                    chart = json.loads(answer.text)["chart"]
                    self.said = str((chart.get("error") or {}).get("description", ""))
                    self.chart = chart["result"][0]
                except (ValueError, LookupError, TypeError, AttributeError):
                    pass
            return answer

    private = tempfile.mkdtemp(prefix="hedge-yfinance-")  # its database breaks across processes
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    yfinance.set_tz_cache_location(private)
    yfinance.config.debug.hide_exceptions = False
    return yfinance, Session(impersonate="chrome")

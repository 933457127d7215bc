"""Requests to a server with bounds on bytes and seconds, and no redirect to another server."""

from __future__ import annotations

import os
import time
import urllib.parse
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from data.errors import DataError, UnreachableError, UsageError
from data.machine import local_fault

Session = TypeVar("Session")

# Largest answer, both as it arrives and unpacked. Yahoo's longest history, 25,000 rows since
# 1927, has 3 MB.
MOST_BYTES = 8 * 2**20
MOST_REDIRECTS = 3
TIMED_OUT, BROKEN_OFF, CANNOT_UNPACK, TOO_LARGE = 28, 18, 61, 63  # libcurl's numbers


class GarbledError(DataError):
    """An answer that cannot be read: asking again may help."""


def named_server(variable: str, default: str) -> str:
    """Read a server's address from an environment variable, without a trailing slash.

    Raises
    ------
    UsageError
        If the variable holds no web address.
    """
    url = (os.environ.get(variable) or default).rstrip("/")
    try:
        parts = urllib.parse.urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{variable} takes an address as https://host, got {url!r}")
    return url


def bounded(kind: Callable[..., Session]) -> Session:
    """Open a curl_cffi session that bounds the size of answers, as they arrive and unpacked."""
    from curl_cffi import CurlOpt

    return kind(impersonate="chrome", curl_options={CurlOpt.MAXFILESIZE_LARGE: MOST_BYTES})


@cache
def plain_session() -> Any:
    """Open the shared session, for requests that need no session of their own."""
    from curl_cffi import requests

    return bounded(requests.Session)


def ask(session: Any, url: str, *, name: str, server: str, seconds: float, **options: Any) -> Any:
    """GET an address, following redirects only within its server.

    Parameters
    ----------
    session
        A curl_cffi session made by :func:`bounded`.
    url
        The address.
    name, server
        The series and the server, for messages.
    seconds
        Time limit for all redirects together.
    options
        Further options of the session.

    Raises
    ------
    UnreachableError
        If it cannot be reached, breaks off, is too slow or redirects to another server.
    GarbledError
        If the compressed answer is damaged.
    DataError
        If the answer is too large.
    LocalError
        If this machine could not ask.
    """
    deadline = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        left = max(deadline - time.monotonic(), 0.05)
        try:
            answer = session.request(
                "GET", url, **{**options, "timeout": left, "allow_redirects": False}
            )
        except OSError as error:
            fault = local_fault(error, f"{name}: {server}")
            raise fault or _failure(name, server, error) from error
        target = answer.redirect_url
        if not target:
            return answer
        if not _stays(url, target):
            there = target if len(target) <= 60 else f"{target[:60]}..."
            raise UnreachableError(
                f"{name}: {server} cannot be reached: its address redirects to {there}, another "
                "server, which is not asked; check whether this network requires a login"
            )
        url = target
        options.pop("params", None)  # the new address has its own
    raise UnreachableError(
        f"{name}: {server} redirects more than {MOST_REDIRECTS} times; try again later"
    )


def _stays(url: str, target: str) -> bool:
    """Whether a redirect stays on the same host and port, and keeps https where it was used."""
    try:
        before, after = urllib.parse.urlsplit(url), urllib.parse.urlsplit(target)
    except ValueError:
        return False
    return after.netloc == before.netloc and after.scheme in (before.scheme, "https")


def _failure(name: str, server: str, error: OSError) -> DataError:
    code = getattr(error, "code", None)
    if code == TIMED_OUT:
        return UnreachableError(f"{name}: {server} did not answer in time; try again later")
    if code == TOO_LARGE:
        return DataError(
            f"{name}: {server}'s answer is larger than {MOST_BYTES / 2**20:g} MiB; "
            "nothing of it is used"
        )
    if code == CANNOT_UNPACK:
        return GarbledError(
            f"{name}: {server}'s answer is damaged and cannot be unpacked; try again later"
        )
    if code == BROKEN_OFF:
        return UnreachableError(
            f"{name}: {server} broke off in the middle of its answer; try again later"
        )
    return UnreachableError(
        f"{name}: {server} cannot be reached ({type(error).__name__}); try again later"
    )

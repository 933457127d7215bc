"""The check in front of the lab's page, without a server."""

from __future__ import annotations

import asyncio
import socket

import pytest

from backtests.lab.loopback import LoopbackOnly, listen
from data.errors import UsageError

OWN = "127.0.0.1:8501"


def ask(kind="http", **headers):
    """Hand one request to the check; what it let through, and what it sent back."""
    passed, sent = [], []

    async def app(scope, receive, send):
        passed.append(scope["type"])
        headers = [(b"Content-Security-Policy", b"default-src *"), (b"x-own", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        sent.append(message)

    given = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    asyncio.run(LoopbackOnly(app, 8501)({"type": kind, "headers": given}, None, send))
    return passed, sent


@pytest.mark.parametrize(
    "headers",
    [
        {"host": OWN},
        {"host": "localhost:8501"},
        {"Host": "LOCALHOST:8501"},
        {"host": OWN, "origin": f"http://{OWN}"},
        {"host": OWN, "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
        {"host": OWN, "sec_fetch_site": "same-site", "sec_fetch_mode": "navigate",
         "sec_fetch_dest": "document"},
        {"host": OWN, "sec_fetch_site": "same-origin", "sec_fetch_mode": "no-cors"},
        {"host": OWN, "sec_fetch_site": "none", "sec_fetch_mode": "navigate"},
    ],
)  # fmt: skip
def test_this_machines_own_page_passes_with_its_policy(headers):
    passed, (start,) = ask(**headers)
    assert passed == ["http"]
    sent = dict(start["headers"])
    name = headers.get("host", headers.get("Host")).lower().partition(":")[0]
    assert f"connect-src 'self' ws://{name}:8501".encode() in sent[b"content-security-policy"]
    assert sent[b"x-own"] == b"1"
    assert len(start["headers"]) == len(sent)  # the application's own policy gave way
    assert sent[b"x-frame-options"] == b"SAMEORIGIN"
    assert sent[b"x-content-type-options"] == b"nosniff"
    assert sent[b"referrer-policy"] == b"no-referrer"
    assert sent[b"cross-origin-opener-policy"] == b"same-origin"
    assert sent[b"cross-origin-resource-policy"] == b"same-origin"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "evil.test"},
        {"host": "evil.test:8501"},
        {"host": "127.0.0.1"},
        {"host": "127.0.0.1:8502"},
        {"host": OWN, "Host": OWN},
        {"host": OWN, "origin": "http://evil.test"},
        {"host": OWN, "origin": "null"},
        {"host": OWN, "origin": f"https://{OWN}"},
        {"host": OWN, "origin": "http://localhost:8501"},
        {"host": OWN, "sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
        {"host": OWN, "sec_fetch_site": "cross-site"},
        # Another port of this machine: the same site, another origin.
        {"host": OWN, "sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"},
        {"host": OWN, "sec_fetch_site": "same-site", "sec_fetch_mode": "websocket"},
        {"host": OWN, "sec_fetch_site": "same-site", "sec_fetch_mode": "navigate",
         "sec_fetch_dest": "iframe"},
        {"host": OWN, "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate",
         "sec_fetch_dest": "object"},
        {"host": OWN, "origin": "http://127.0.0.1:8502"},
    ],
)  # fmt: skip
def test_anything_else_is_refused(headers):
    passed, (start, body) = ask(**headers)
    assert passed == []
    assert start["status"] == 403
    assert dict(start["headers"])[b"cross-origin-resource-policy"] == b"same-origin"
    assert b"127.0.0.1" in body["body"]
    passed, (closed,) = ask("websocket", **headers)
    assert passed == []
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)


def test_what_is_no_request_passes():
    assert ask("lifespan")[0] == ["lifespan"]


def test_the_usual_port_needs_not_be_named():
    check = LoopbackOnly(None, 80)
    assert check.allowed([(b"host", b"localhost")]) == "localhost"
    assert LoopbackOnly(None, 8501).allowed([(b"host", b"localhost")]) is None


def test_a_port_is_taken_of_this_machine_alone():
    with listen(0) as listening:
        address, port = listening.getsockname()
        assert address == "127.0.0.1"
        with socket.create_connection((address, port), timeout=5):
            pass
        with pytest.raises(UsageError, match=f"--port {port} of 127.0.0.1 cannot be had"):
            listen(port)
        with pytest.raises(
            UsageError, match=f"--pages-port {port} of .* give another --pages-port"
        ):
            listen(port, "--pages-port")


def test_an_application_may_have_a_policy_of_its_own():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    check = LoopbackOnly(app, 8502, "default-src 'none'; frame-src http://{name}:{port}")
    scope = {"type": "http", "headers": [(b"host", b"127.0.0.1:8502")]}
    asyncio.run(check(scope, None, send))
    policy = dict(sent[0]["headers"])[b"content-security-policy"]
    assert policy == b"default-src 'none'; frame-src http://127.0.0.1:8502"

"""Answer only pages of this server: a check in front of a web application.

A request by a name that an attacker points at 127.0.0.1 (DNS rebinding) has that name as its Host;
a request by another site's page has that site as its Origin. Browsers always send both.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from data.errors import UsageError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

NAMES = ("127.0.0.1", "localhost")
# Only what the page itself needs: plotly and Streamlit use inline styles, and make workers and
# pictures as they run.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws://{name}:{port}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
)


def listen(port: int) -> socket.socket:
    """Listen on a port of the loopback interface; 0 takes a free port.

    Raises
    ------
    UsageError
        If the port cannot be used.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere the option would share a port that is in use
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((NAMES[0], port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"--port {port} of {NAMES[0]} cannot be had: {error.strerror}; "
            "close what uses it or give another --port"
        ) from error
    return listening


class LoopbackOnly:
    """Refuse requests whose Host or Origin is not this server's own address.

    Parameters
    ----------
    app
        The ASGI application behind the check.
    port
        The server's own.
    """

    def __init__(self, app: Application, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in NAMES}
        self.port = port
        if port == 80:
            self.hosts |= set(NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with headers that keep the page to itself, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        host = self.allowed(scope["headers"])
        if host is None:
            await _refuse(scope, send)
            return
        name = host.partition(":")[0]
        policy = POLICY.format(name=name, port=self.port)
        extra = [
            (b"content-security-policy", policy.encode()),
            (b"x-frame-options", b"SAMEORIGIN"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                named = {key for key, _ in extra}
                kept = [(k, v) for k, v in message["headers"] if k.lower() not in named]
                message = {**message, "headers": [*kept, *extra]}
            await send(message)

        await self.app(scope, receive, answer)

    def allowed(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The request's host if the request is allowed, else None.

        It needs a single Host, that of this server, no Origin but its own, and no header by which
        a browser says that another site's page made the request.
        """
        given: dict[bytes, list[str]] = {}
        for key, value in headers:
            given.setdefault(key.lower(), []).append(value.decode("latin-1").lower())
        hosts = given.get(b"host", [])
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return None
        if any(origin != f"http://{hosts[0]}" for origin in given.get(b"origin", [])):
            return None
        # A click on a link from elsewhere opens the page; a picture or a frame does not.
        site, mode = given.get(b"sec-fetch-site", ["none"]), given.get(b"sec-fetch-mode", [""])
        if site[0] == "cross-site" and mode[0] != "navigate":
            return None
        return hosts[0]


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "not this server's address"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    body = b"refused: this server answers http://127.0.0.1 and http://localhost only\n"
    await send({"type": "http.response.body", "body": body})

"""Answer only pages of this server: a check in front of a web application.

A request by a name that an attacker points at 127.0.0.1 (DNS rebinding) has that name as its Host;
a request by another site's page has that site as its Origin. Browsers always send both. Another
port of this machine is the same site for a browser, but not the same origin: it is refused as well.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from data.errors import UsageError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

NAMES = ("127.0.0.1", "localhost")
# Only what the lab's page itself needs: plotly and Streamlit use inline styles, and make workers
# and pictures as they run.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws://{name}:{port}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
)


# What no other page may do with an answer: frame it, guess its type, learn the address, keep a
# handle of its window, use it as a picture or a script.
OWN_ONLY = (
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def listen(port: int, option: str = "--port") -> socket.socket:
    """Listen on a port of the loopback interface; 0 takes a free port.

    Parameters
    ----------
    port
        Its number.
    option
        The option of the command line that named it.

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
            f"{option} {port} of {NAMES[0]} cannot be had: {error.strerror}; "
            f"close what uses it or give another {option}"
        ) from error
    return listening


class ByPort:
    """Hand each request to the application of the port that it came in by.

    So one server and its one Ctrl-C serve them all. The port is that of the connection, which no
    header can change.

    Parameters
    ----------
    apps
        Application by port. The first is told of the server's begin and end.
    """

    def __init__(self, apps: Mapping[int, Application]) -> None:
        self.apps = dict(apps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "lifespan":
            await next(iter(self.apps.values()))(scope, receive, send)
        elif (app := self.apps.get(scope["server"][1])) is None:
            await _refuse(scope, send)
        else:
            await app(scope, receive, send)


class LoopbackOnly:
    """Refuse requests whose Host or Origin is not this server's own address.

    Parameters
    ----------
    app
        The ASGI application behind the check.
    port
        The server's own.
    policy
        The content security policy of its answers; ``{name}`` and ``{port}`` stand for its own.
    """

    def __init__(self, app: Application, port: int, policy: str = POLICY) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in NAMES}
        self.port = port
        self.policy = policy
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
        policy = self.policy.format(name=name, port=self.port)
        extra = [(b"content-security-policy", policy.encode()), *OWN_ONLY]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {key for key, _ in extra}
                kept = [(k, v) for k, v in message["headers"] if k.lower() not in named]
                message = {**message, "headers": [*kept, *extra]}
            await send(message)

        await self.app(scope, receive, answer)

    def allowed(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The request's host if the request is allowed, else None.

        It needs a single Host, that of this server, no Origin but its own, and no header by which
        a browser says that a page of another site or of another port made the request.
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
        if any(site not in ("none", "same-origin") for site in given.get(b"sec-fetch-site", [])):
            if given.get(b"sec-fetch-mode") != ["navigate"]:
                return None
            if given.get(b"sec-fetch-dest", ["document"]) != ["document"]:
                return None
        return hosts[0]


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "not this server's address"})
        return
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
        *OWN_ONLY,
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    body = b"refused: this server answers http://127.0.0.1 and http://localhost only\n"
    await send({"type": "http.response.body", "body": body})

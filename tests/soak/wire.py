"""Answers that misbehave below the text: bytes, headers, redirects and time."""

from __future__ import annotations

import socket
import struct
import time
import zlib
from http.server import BaseHTTPRequestHandler

from tests.yahoo_server import Fault, Wire

MEBIBYTE = 2**20


def on_wire(act: Wire) -> Fault:
    """Let a function write the answer by hand."""
    return lambda _: act


def _begin(handler: BaseHTTPRequestHandler, **headers: str | int) -> None:
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()


def drip(seconds: float = 0.05) -> Fault:
    """Send the body byte by byte, for ever."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        while True:
            handler.wfile.write(b" ")
            time.sleep(seconds)

    return on_wire(act)


def drip_header(seconds: float = 0.05) -> Fault:
    """Send a header line that never ends."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        while True:
            handler.wfile.write(b"y")
            time.sleep(seconds)

    return on_wire(act)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def truncate(good: tuple[int, bytes]) -> Wire:
    """Promise the whole answer and send half of it."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, Content_Length=len(good[1]))
        handler.wfile.write(good[1][: len(good[1]) // 2])

    return act


def gzip_garbage(handler: BaseHTTPRequestHandler) -> None:
    """Call something gzip that is none."""
    _begin(handler, Content_Encoding="gzip", Content_Length=100)
    handler.wfile.write(b"z" * 100)


def gzip_bomb(mebibytes: int = 2048) -> Fault:
    """Send a thousandth of what it unpacks to."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, Content_Encoding="gzip")
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        for _ in range(mebibytes):
            handler.wfile.write(packer.compress(b"[" * MEBIBYTE))
        handler.wfile.write(packer.flush())

    return on_wire(act)


def huge(mebibytes: int = 300, *, announced: bool = True) -> Fault:
    """Send a body of many megabytes, its length said or not."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        if announced:
            _begin(handler, Content_Length=mebibytes * MEBIBYTE)
        else:
            _begin(handler)
        for _ in range(mebibytes):
            handler.wfile.write(b" " * MEBIBYTE)

    return on_wire(act)


def endless_chunks(handler: BaseHTTPRequestHandler) -> None:
    """Send chunk after chunk."""
    handler.protocol_version = "HTTP/1.1"
    _begin(handler, Transfer_Encoding="chunked")
    while True:
        handler.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def redirect(target: str = "") -> Fault:
    """Send the client elsewhere; without a target, here again."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target or handler.path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return on_wire(act)


def header_flood(handler: BaseHTTPRequestHandler) -> None:
    """Send headers without end."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-Filler: " + b"y" * 1000 + b"\r\n")

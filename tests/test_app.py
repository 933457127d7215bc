"""The lab as a command: a real server, and what the door says."""

from __future__ import annotations

import contextlib
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backtests.app import listen_beside
from tests.conftest import ROOT
from tests.lab_server import ask, lab_server

pytest.importorskip("streamlit")


# The server


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with lab_server(tmp_path_factory.mktemp("lab") / "results") as (address, process):
        yield urlsplit(address).port, process


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def test_only_this_machine_can_reach_it(running):
    port, process = running
    table = Path(f"/proc/{process.pid}/net/tcp")
    if not table.exists():
        pytest.skip("no /proc here to read listening sockets from")
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    for own in (port, urlsplit(process.pages).port):
        there = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{own:04X}")}
        assert there == {f"0100007F:{own:04X}"}


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config"])
def test_another_host_is_refused(running, path):
    port, _ = running
    own = f"127.0.0.1:{port}"
    assert ask(port, path)[0] == 200
    assert ask(port, path, Host=f"localhost:{port}")[0] == 200
    assert ask(port, path, Origin=f"http://{own}")[0] == 200
    for host in ("evil.test", f"evil.test:{port}", f"127.0.0.1.evil.test:{port}", "127.0.0.1",
                 f"127.0.0.1:{port + 1}", "", None, f"{own}@evil.test"):  # fmt: skip
        assert ask(port, path, Host=host)[0] in (400, 403), host
    for origin in ("http://evil.test", "null", f"https://{own}", f"http://{own}.evil.test"):
        assert ask(port, path, Origin=origin)[0] == 403, origin
    assert ask(port, path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403


def test_another_sites_websocket_is_refused(running):
    port, _ = running
    path, own = "/_stcore/stream", f"127.0.0.1:{port}"
    assert ask(port, path, **UPGRADE, Host=own, Origin=f"http://{own}")[0] == 101
    assert ask(port, path, **UPGRADE, Host=own, Origin="http://evil.test")[0] == 403
    assert ask(port, path, **UPGRADE, Host="evil.test", Origin="http://evil.test")[0] == 403
    rebound = f"evil.test:{port}"
    assert ask(port, path, **UPGRADE, Host=rebound, Origin=f"http://{rebound}")[0] == 403


def test_a_saved_page_cannot_drive_the_lab(running):
    """Its port is another origin: no websocket, no request but a click on a link."""
    port, process = running
    path, own = "/_stcore/stream", f"127.0.0.1:{port}"
    pages = urlsplit(process.pages)
    assert pages.port not in (None, port)
    for origin in (process.pages, f"http://localhost:{pages.port}", "null"):
        assert ask(port, path, **UPGRADE, Host=own, Origin=origin)[0] == 403, origin
        assert ask(port, "/_stcore/upload_file/x/y", method="PUT", Origin=origin)[0] == 403
    # Browsers send no Origin with these; they say that it was a page of the same site.
    for mode, dest in (("no-cors", "image"), ("navigate", "iframe"), ("websocket", "websocket")):
        said = {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest}
        assert ask(port, "/", **said)[0] == 403
    clicked = {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate"}
    assert ask(port, "/", **clicked, Sec_Fetch_Dest="document")[0] == 200
    # And there is nothing of the lab at its own port.
    assert ask(pages.port, path, **UPGRADE, Origin=process.pages)[0] == 403
    assert ask(pages.port, "/_stcore/health")[0] == 404
    assert ask(port, "/app/static/verdict.html")[2] == ask(port, "/none")[2]  # not from here


def test_answers_keep_the_page_to_itself(running):
    port, _ = running
    headers = {key.lower(): value for key, value in ask(port)[1].items()}
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "access-control-allow-origin" not in headers


# The door


def door(*words, env=None):
    return subprocess.run(
        [sys.executable, "-m", "backtests.app", "--no-browser", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_bad_port_is_one_line(port, tmp_path):
    done = door("--port", port, "--out", str(tmp_path))
    assert done.returncode == 2
    assert re.fullmatch(r"error: .*--port.*\n", done.stderr)


def test_a_port_in_use_is_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        done = door("--port", str(taken.getsockname()[1]), "--out", str(tmp_path))
    assert done.returncode == 2
    assert re.fullmatch(r"error: --port \d+ of 127\.0\.0\.1 cannot be had: .*\n", done.stderr)


def test_a_port_of_saved_pages_in_use_is_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = str(taken.getsockname()[1])
        done = door("--port", "0", "--pages-port", port, "--out", str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(
        rf"error: --pages-port {port} of .* give another --pages-port\n", done.stderr
    )


def test_saved_pages_are_on_the_next_port_so_that_their_bookmarks_last():
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = taken.getsockname()[1]
        pages, instead = listen_beside(port - 1, None)
        stack.enter_context(pages)
        assert instead == f", since port {port} is in use"
        assert pages.getsockname()[0] == "127.0.0.1"
        assert pages.getsockname()[1] != port
        taken.close()
        pages, instead = listen_beside(port - 1, None)
        stack.enter_context(pages)
        assert (pages.getsockname()[1], instead) == (port, "")
        for free in (listen_beside(0, None), listen_beside(65535, None), listen_beside(port, 0)):
            stack.enter_context(free[0])
            assert free[1] == ""


def test_without_streamlit_it_says_how_to_get_it(tmp_path):
    hidden = tmp_path / "hidden" / "streamlit"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError('streamlit')")
    done = door("--out", str(tmp_path / "out"), env={"PYTHONPATH": str(hidden.parent)})
    assert done.returncode == 2
    assert re.fullmatch(
        r"error: the lab needs streamlit.*uv pip install -c constraints.txt.*\n", done.stderr
    )


def test_a_server_keeps_the_defaults_of_the_garbage_collector(monkeypatch):
    """Only a short command runs it less often: a server lives for days."""
    given = []
    monkeypatch.delitem(sys.modules, "streamlit.runtime", raising=False)
    monkeypatch.setattr("data.command.run_command", lambda *_, **options: given.append(options))
    runpy.run_path(str(ROOT / "backtests" / "app.py"), run_name="__main__")
    assert given == [{"is_server": True}]


def test_ctrl_c_ends_it_cleanly(tmp_path):
    with lab_server(tmp_path / "out") as (_, process):
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said == "the lab is closed\n"
    assert errors == ""

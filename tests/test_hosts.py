"""Which servers the commands ask: those the user named, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import matplotlib as mpl
import pytest

from tests import yahoo_server
from tests.conftest import ROOT
from tests.made_rates import rate
from tests.soak import wire

# The hosts that docs/security.md lists: chart and FRED, and where yfinance gets cookie and crumb.
NAMED = {"query2.finance.yahoo.com", "fred.stlouisfed.org"}
OF_YFINANCE = {"query1.finance.yahoo.com", "fc.yahoo.com", "guce.yahoo.com", "consent.yahoo.com",
               "finance.yahoo.com"}  # fmt: skip
COMMANDS = (
    ("backtests.run", "hedge_mix", "--no-tearsheet", "--extend"),
    ("backtests.compare", "hedge_mix", "equity_only", "--no-tearsheet", "--no-verdict"),
    ("data.history",),
    ("data.cache",),
)


@contextmanager
def proxy(target: str):
    """A proxy that records the host of every request; all but TLS is forwarded to ``target``."""
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            hosts.append(self.path.partition(":")[0])
            self.send_error(502)

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            hosts.append(asked.hostname or "")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            try:
                with opener.open(f"{target}{asked.path}?{asked.query}", timeout=20) as answer:
                    code, text = answer.status, answer.read()
            except urllib.error.HTTPError as error:
                code, text = error.code, error.read()
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", hosts
    finally:
        server.shutdown()
        server.server_close()


# As ``python -m``, but nobody answers here, and a second between two tries changes no address.
HASTY = """
import runpy, sys
from data.sources import fred, yahoo
fred.BACKOFF_SECONDS = yahoo.BACKOFF_SECONDS = 0.01
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def ask(words, tmp_path, address, *how, **named):
    """Run a command whose every request, Python's and libcurl's, goes through the proxy."""
    names = ("http_proxy", "https_proxy", "all_proxy")
    through = dict.fromkeys((*names, *map(str.upper, names)), address)
    # Of the user's home only the list of fonts: making one takes seconds, and asks nobody.
    home = {"HOME": str(tmp_path), "MPLCONFIGDIR": mpl.get_cachedir()}
    own = {**home, "HEDGE_DATA_DIR": str(tmp_path / "cache"), "no_proxy": "", "NO_PROXY": "",
           "PYTHONPATH": str(ROOT)}  # fmt: skip
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEDGE_")}
    return subprocess.run(
        [sys.executable, *(how or ["-m"]), *words], cwd=tmp_path,
        env={**others, **through, **own, **named},
        check=False, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def test_servers_that_are_named_are_the_only_ones_asked(tmp_path):
    bars = yahoo_server.made_bars(900)
    with yahoo_server.serve() as yahoo:
        for ticker in ("SPY", "IEF", "SHY", "TLT", "BIL"):
            yahoo.hold(ticker, bars)
        for series in ("DTB3", "DGS10", "DGS2"):
            yahoo.hold_fred(series, rate(series, "2018-01-02", "2025-09-26"))
        with proxy(yahoo.url) as (address, hosts):
            named = {"HEDGE_YAHOO_URL": "http://yahoo.test", "HEDGE_FRED_URL": "http://fred.test"}
            for words in COMMANDS:
                done = ask(words, tmp_path, address, **named)
                assert "Traceback" not in done.stderr, done.stderr
                assert "fault of ours" not in done.stderr
            assert set(hosts) == {"yahoo.test", "fred.test"}
            assert {"SPY", "IEF", "DTB3"} <= set(yahoo.asked)


@pytest.mark.parametrize("words", [(*COMMANDS[0], "--source", "yahoo"), COMMANDS[2]])
def test_without_names_only_yahoo_and_fred_are_asked(tmp_path, words):
    with proxy("http://127.0.0.1:1") as (address, hosts):
        ask(words, tmp_path, address, "-c", HASTY)
    assert hosts
    assert set(hosts) <= NAMED | OF_YFINANCE


def test_another_server_than_yahoo_keeps_yfinance_from_yahoo(monkeypatch):
    from data.sources import yahoo

    charts = "https://query2.finance.yahoo.com/v8/finance/chart/SPY"
    monkeypatch.delenv("HEDGE_YAHOO_URL")
    assert yahoo._may_ask(charts)
    assert yahoo._may_ask("https://fc.yahoo.com")
    assert not yahoo._may_ask("https://fc.yahoo.com.example.org")
    assert not yahoo._may_ask("https://notyahoo.com")
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:8000")
    assert yahoo._may_ask("http://127.0.0.1:8000/v8/finance/chart/SPY")
    assert not yahoo._may_ask("https://fc.yahoo.com")
    assert not yahoo._may_ask(charts)


def test_a_redirect_leads_yfinance_to_no_other_server(monkeypatch):
    """Not even where it asks for a cookie: curl would follow the redirect silently."""
    from curl_cffi.requests.exceptions import DNSError

    from data.sources import yahoo

    with yahoo_server.serve() as named, yahoo_server.serve() as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        other.hold("SPY", yahoo_server.made_bars())
        target = f"{elsewhere}/v8/finance/chart/SPY"
        named.faults["crumb"] = [wire.redirect(target)]
        named.faults["here"] = [wire.redirect("/v8/finance/chart/loop")]
        named.faults["loop"] = [wire.redirect("/v8/finance/chart/there")]
        named.faults["ever"] = [wire.redirect()]
        monkeypatch.setenv("HEDGE_YAHOO_URL", named.url)
        _, session = yahoo._client()
        with pytest.raises(DNSError, match="none of the servers to ask"):
            session.request("GET", f"{named.url}/v8/finance/chart/crumb", timeout=5)
        assert other.asked == []
        answer = session.request("GET", f"{named.url}/v8/finance/chart/here", timeout=5)
        assert answer.status_code == 404
        assert named.asked[-3:] == ["here", "loop", "there"]
        with pytest.raises(OSError, match="more than 10 redirects"):
            session.request("GET", f"{named.url}/v8/finance/chart/ever", timeout=5)

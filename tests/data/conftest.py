"""A Yahoo on loopback for the tests of this folder."""

from __future__ import annotations

import pytest

from data.sources import yahoo
from tests import yahoo_server as server
from tests.made_rates import rate


@pytest.fixture(scope="module")
def bars():
    return server.made_bars()


@pytest.fixture
def web(monkeypatch, tmp_path, bars):
    """A Yahoo on loopback with SPY, IEF and TLT, an empty data folder, and short time limits."""
    with server.serve() as running:
        for ticker in ("SPY", "IEF", "TLT"):
            running.hold(ticker, bars)
        running.hold_fred("DTB3", rate("DTB3", "2022-01-03", "2025-09-26"))
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
        monkeypatch.setattr(yahoo, "TIMEOUT_SECONDS", 0.5)
        yield running

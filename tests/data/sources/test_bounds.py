"""Huge or slow answers of a server: limited memory, limited time, one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import yahoo_server as server
from tests.conftest import ROOT
from tests.made_rates import rate
from tests.soak import wire
from tests.soak.made import random_bars

# Above the peak of fetching a good series. An answer may have 8 MiB, of which Python keeps a few
# copies; as JSON of tiny lists it weighs 30 times its text.
MOST_MEBIBYTES, MOST_MEBIBYTES_AS_JSON = 64, 500
# ``HEDGE_SOAK=1`` waits for the patience as it is, else it is shortened.
PATIENCE = 12.0 if os.environ.get("HEDGE_SOAK") else 4.0
MORE_SECONDS = 4.0  # the wait before the last attempt, and a slow machine

LARGE = {
    "ANNOUNCED": wire.huge(300),  # refused before a byte of it is read
    "HUGE": wire.huge(300, announced=False),
    "BOMB": wire.gzip_bomb(2048),
    "ENDLESS": wire.on_wire(wire.endless_chunks),
}
SLOW = {"DRIP": wire.drip(0.2), "HEADERDRIP": wire.drip_header(0.2)}
TEXT = {
    name: server.body(b"[" + unit * ((8 * 2**20 - 10) // len(unit)) + b"1]")
    for name, unit in (("LISTS", b"[],"), ("OBJECTS", b'{"a":1},'), ("NUMBERS", b"1,"))
}


@pytest.fixture(scope="module")
def took():
    """What fetching each took, all in one child process; the smallest first."""
    slow = [f"{door}:{name}" for name in SLOW for door in ("yahoo", "fred")]
    large = [f"{door}:{name}" for name in LARGE for door in ("yahoo", "fred")]
    text = [f"yahoo:{name}" for name in TEXT]
    with server.serve() as web:
        web.hold("IEF", random_bars(3))
        web.hold_fred("DTB3", rate("DTB3", "2022-01-03"))
        web.faults = {name: [fault] for name, fault in {**LARGE, **SLOW, **TEXT}.items()}
        env = {**os.environ, "HEDGE_YAHOO_URL": web.url, "HEDGE_FRED_URL": web.url}
        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.peak", str(PATIENCE), "+".join(slow), *large, *text],
            cwd=ROOT, capture_output=True, text=True, check=False, env=env, timeout=280,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    print(done.stdout)
    return dict(zip([*slow, *large, *text], lines, strict=True))


@pytest.mark.parametrize("door", ["yahoo", "fred"])
@pytest.mark.parametrize("name", LARGE)
def test_a_huge_answer_takes_little_memory(took, door, name):
    this = took[f"{door}:{name}"]
    assert "answer is larger than 8 MiB; nothing of it is used" in this["said"]
    assert this["mebibytes"] < MOST_MEBIBYTES
    assert this["seconds"] < PATIENCE


@pytest.mark.parametrize("door", ["yahoo", "fred"])
@pytest.mark.parametrize("name", SLOW)
def test_an_endless_drip_ends_within_the_patience(took, door, name):
    this = took[f"{door}:{name}"]
    assert "did not answer in time" in this["said"]
    assert this["mebibytes"] < MOST_MEBIBYTES
    assert PATIENCE / 2 < this["seconds"] < PATIENCE + MORE_SECONDS


@pytest.mark.parametrize("name", TEXT)
def test_json_just_below_the_bound_takes_bounded_memory(took, name):
    assert took[f"yahoo:{name}"]["said"].startswith(f"{name}: what Yahoo sent cannot be read")
    assert took[f"yahoo:{name}"]["mebibytes"] < MOST_MEBIBYTES_AS_JSON

"""Compiled steps answer what the plain functions answer, digit by digit."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from backtests.engine import compiled_steps
from backtests.engine.compiled_steps import share_of
from strategies import steps
from tests.conftest import ROOT

# A step's settings; signals are walks of about this size.
SETTINGS = {
    steps.whole_steps: (50.0, 0.7),
    steps.in_proportion: (25.0,),
    steps.above_zero: (),
    steps.last_call: (25.0,),
}


def signals() -> list[np.ndarray]:
    """Walks, ties of whole and half steps, gaps, infinities, one row and none."""
    rng = np.random.default_rng(3)
    walk = rng.normal(0, 20, 4_000).cumsum() / 10
    holed = np.where(rng.random(4_000) < 0.1, np.nan, walk)
    ties = rng.integers(-8, 9, 4_000) * 12.5
    return [walk, holed, ties, np.array([np.inf, -np.inf, np.nan, -0.0]), walk[:1], walk[:0]]


@pytest.mark.parametrize("step", SETTINGS, ids=lambda step: step.__name__)
def test_it_is_the_plain_function_to_the_last_bit(step):
    for signal in signals():
        plain = [7.0] * len(signal)
        if step is steps.whole_steps and np.isinf(signal).any():
            continue  # no whole number, which the plain function refuses
        step(signal.tolist(), SETTINGS[step], plain)
        compiled = share_of(step, signal, SETTINGS[step])
        assert compiled.tobytes() == np.array(plain, dtype=float).tobytes()


def test_a_signal_that_nobody_may_change_is_taken():
    signal = np.frombuffer(np.arange(5.0).tobytes())
    assert share_of(steps.in_proportion, signal, (2.0,)).tolist() == [0.0, 0.5, 1.0, 1.0, 1.0]


def test_that_it_compiles_is_said_once(monkeypatch):
    from contextlib import contextmanager

    shown = []

    @contextmanager
    def progress(what):
        shown.append(what)
        yield

    fresh = lambda signal, settings, share: None  # noqa: E731 - no kept code has its name
    for _ in range(2):
        compiled_steps.prepare(fresh, progress)
    assert shown == ["compiling the rule's step, once on this machine"]


def test_who_asks_a_rule_loads_no_compiler():
    script = (
        "import sys\n"
        "from strategies.attack_defend import AttackDefend\n"
        "from strategies.causality import made_market\n"
        "from strategies.dial import DIAL\n"
        "import backtests.engine.space, backtests.engine.together\n"
        "AttackDefend().target_weights(made_market(('SPY', *DIAL), 12))\n"
        "assert 'numba' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

"""Mixes that several tests of the sweep run."""

from __future__ import annotations

import numpy as np

TICKERS = ("A", "B", "C", "D", "E")


def mixes(rng, count, tickers):
    """Weights that leave cash, that leave none, of one ticker, of none, and equal ones."""
    weights = rng.dirichlet(np.ones(tickers + 1), count)[:, :-1]
    weights[1::5] = rng.dirichlet(np.ones(tickers), len(weights[1::5]))
    weights[2::5] = np.eye(tickers)[rng.integers(0, tickers, len(weights[2::5]))]
    weights[3::5] = 0.0
    weights[4::5] = 1.0 / (tickers + 1)
    return weights

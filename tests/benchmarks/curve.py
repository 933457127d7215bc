"""Sixty years of daily par-bond returns: ``python -m tests.benchmarks.curve``.

Thirty maturities over 16,100 days of curves whose set of published maturities changes as
H.15's did, vectorised against a loop that interpolates day by day (timed on 500 days).
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from data.treasuries.bonds import par_bond_return
from data.treasuries.curve import par_returns, year_fractions
from data.treasuries.rates import Rates
from tests.benchmarks.figures import Figure, hand_over, named, seconds, show

MATURITIES = np.arange(1.0, 31.0)
LOOP_DAYS = 500


def curves(count: int) -> pd.DataFrame:
    """Make curves with the maturities that were published when."""
    days = pd.bdate_range("1962-01-02", periods=count)
    nodes = [0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0]
    level = 5 + np.cumsum(np.random.default_rng(1).normal(0, 0.03, (len(days), 1)), axis=0)
    frame = pd.DataFrame(np.abs(level) + np.log1p(nodes), index=days, columns=nodes)
    for maturity, first in ((0.25, "1981-09"), (0.5, "1981-09"), (2.0, "1976-06"),
                            (7.0, "1969-07"), (30.0, "1977-02")):  # fmt: skip
        frame.loc[:first, maturity] = np.nan
    return Rates(yields=frame).yields


def loop(yields: pd.DataFrame, dt: np.ndarray) -> np.ndarray:
    """Interpolate one day at a time."""
    rates, nodes = yields.to_numpy() / 100, np.asarray(yields.columns, float)
    result = np.full((len(rates), len(MATURITIES)), np.nan)
    for row in range(1, len(rates)):
        both = np.isfinite(rates[row]) & np.isfinite(rates[row - 1])
        ends = []
        for day, at in ((row - 1, MATURITIES), (row, MATURITIES - dt[row])):
            curve = PchipInterpolator(nodes[both], rates[day][both])
            ends.append(curve(np.clip(at, nodes[both][0], nodes[both][-1])))
        result[row] = par_bond_return(*ends, MATURITIES, dt[row])
    return result


def main() -> None:
    """Hold both against each other, then time them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=16_100)
    yields = curves(parser.parse_args().days)
    dt = year_fractions(pd.DatetimeIndex(yields.index), 252)
    part = yields.iloc[:LOOP_DAYS]
    answers = [
        np.nan_to_num(answer)  # the first row has no return
        for answer in (par_returns(part, MATURITIES, dt[:LOOP_DAYS]), loop(part, dt[:LOOP_DAYS]))
    ]
    off = float(np.abs(answers[0] - answers[1]).max())
    fast, slow = [], []
    for _ in range(5):
        fast.append(seconds(lambda: par_returns(yields, MATURITIES, dt)))
        slow.append(seconds(lambda: loop(part, dt[:LOOP_DAYS])) * len(yields) / len(part))
    figure = Figure(
        f"{len(yields):,} days x {len(MATURITIES)} maturities, one thread", "s", tuple(fast),
        tuple(slow), named("scipy", "day by day"), gap=off, is_main=True,
        compared=f"every return of the first {len(part)} days",
        note=f"the peer is timed on {len(part)} days",
    )  # fmt: skip
    show([figure])
    hand_over([figure])


if __name__ == "__main__":
    main()

"""How often the verdict's intervals contain the truth: ``python -m docs.coverage``.

Draws many samples of ``--months`` months from two models of returns whose true measures are worked
out from three million months, bootstraps each as the verdict does, and prints the share of the
intervals that contain the truth. CVaR is the average loss in the worst 5 % of months.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from backtests.analysis import hedge as measures
from backtests.analysis.resampling import block_length, interval, resampled_rows

Array = NDArray[np.float64]
LONG = 3_000_000
LEVELS = (0.90, 0.95)
BOND_VOLATILITY, CORRELATION, EQUITY_WEIGHT, BILL = 0.018, -0.2, 0.6, 0.002


def calm(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """Independent normal months of equity and bond."""
    equity, other = rng.normal(size=(2, rows))
    bond = CORRELATION * equity + np.sqrt(1 - CORRELATION**2) * other
    return 0.007 + 0.043 * equity, 0.003 + BOND_VOLATILITY * bond


def stormy(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """The same with volatility that clusters: its logarithm is an AR(1) process with 0.9."""
    equity, bond = calm(rng, rows)
    shocks = rng.normal(size=rows) * 0.5 * np.sqrt(1 - 0.9**2)
    log_volatility = np.empty(rows)
    last = rng.normal() * 0.5
    for row in range(rows):
        last = 0.9 * last + shocks[row]
        log_volatility[row] = last
    storm = np.exp(log_volatility - 0.25)
    return 0.007 + (equity - 0.007) * storm, 0.003 + (bond - 0.003) * storm


def figures(equity: Array, bond: Array) -> dict[str, Array]:
    """Every measure of the verdict's table of the hedge that is one number, and a mean."""
    mix = EQUITY_WEIGHT * equity + (1 - EQUITY_WEIGHT) * bond
    bills = EQUITY_WEIGHT * equity + (1 - EQUITY_WEIGHT) * BILL
    return {
        "mean of equity": equity.mean(axis=-1),
        "CVaR(95) saved against bills": measures.cvar_saved(mix, bills),
        "CVaR(95) saved against equity": measures.cvar_saved(mix, equity),
        "growth given up against equity": measures.growth_given_up(mix, equity),
        "hedge return in down months over equity's": measures.down_month_ratio(bond, equity),
        "mean hedge return in down months": measures.down_month_mean(bond, equity),
        "mean hedge return in the worst decile": measures.worst_decile_mean(bond, equity),
        "hit rate in the worst decile": measures.worst_decile_hit_rate(bond, equity),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=264)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--repetitions", type=int, default=500)
    asked = parser.parse_args()
    columns = {}
    for name, world in (("calm", calm), ("stormy", stormy)):
        truth = {k: float(v) for k, v in figures(*world(np.random.default_rng(1), LONG)).items()}
        hits = {key: np.zeros(len(LEVELS)) for key in truth}
        for trial in range(asked.samples):
            equity, bond = world(np.random.default_rng([2, trial]), asked.months)
            both = np.column_stack([equity, bond, EQUITY_WEIGHT * equity + 0.4 * bond])
            block = block_length(np.hstack([both, both**2]))
            rows = resampled_rows(asked.months, block, asked.repetitions, seed=trial)
            for key, drawn in figures(equity[rows], bond[rows]).items():
                for number, level in enumerate(LEVELS):
                    limits = interval(drawn, level)
                    hits[key][number] += limits is not None and limits[0] <= truth[key] <= limits[1]
        columns[name] = {key: count / asked.samples for key, count in hits.items()}
    print(f"| measure ({asked.samples} samples of {asked.months} months, {asked.repetitions} "
          "repetitions) | calm 90 % | calm 95 % | stormy 90 % | stormy 95 % |")  # fmt: skip
    print("|---|---|---|---|---|")
    for key in columns["calm"]:
        cells = [f"{100 * share:.1f} %" for name in columns for share in columns[name][key]]
        print(f"| {key} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()

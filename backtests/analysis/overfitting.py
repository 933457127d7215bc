"""Probability of backtest overfitting: how often the best of one half is poor in the other.

Bailey, Borwein, Lopez de Prado and Zhu, "The probability of backtest overfitting", Journal of
Computational Finance 20 (2017): combinatorially symmetric cross-validation (CSCV).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.scores import TIE, Array
from backtests.analysis.selection import evenly_spaced

Metric = Callable[[Array], Array]
# From sets of blocks (sets x blocks) and the candidates' means to scores, sets x candidates.
_Scorer = Callable[[NDArray[np.bool_], Array], Array]
# Splits scored at a time: the scores of 500 candidates then fit into the cache.
_CHUNK = 256
# Splits scored in each resample: they overlap so much that more of them would change nothing.
_RESAMPLED_SPLITS = 256


@dataclass(frozen=True, eq=False)
class Overfitting:
    """Probability of backtest overfitting, its standard error, and its range by chance.

    Attributes
    ----------
    probability
        Share of splits in which the best of one half is at or below the median of the other.
    standard_error
        Of ``probability``, over resampled histories (within about a quarter of the truth on
        simulated ones).
    by_chance
        Range (5th to 95th percentile) of ``probability`` for candidates without skill that move
        together as these do: a value inside that range is no evidence of skill.
    logits
        One for each split: log-odds of the out-of-sample rank of the in-sample best.
    """

    probability: float
    standard_error: float
    by_chance: tuple[float, float]
    logits: Array


def probability_of_overfitting(
    returns: Array,
    *,
    blocks: int = 16,
    metric: str | Metric = "cagr",
    draws: int = 100,
    run: int = 1,
    seed: int = 0,
) -> Overfitting:
    """PBO by CSCV over all C(S, S/2) ways to halve S blocks of rows.

    The rank of the in-sample best is 1 for the worst candidate out of sample, the mean rank
    among equals (rounding aside); the lowest column wins a tie in sample. With N candidates the
    logit is that of rank / (N + 1). A candidate whose metric is NaN ranks below all others.

    PBO is noisy: one history gives one number, and its splits share their rows. Other block
    counts or shifted block bounds use the same history, and vary PBO by a quarter of its true
    deviation only. So rows are resampled with replacement, all candidates together, and the
    standard deviation of PBO over the draws is its standard error. Plain resampling would treat
    the luck of this history as skill, so the candidates' means are first shrunk towards each other
    until their variance is the part that noise does not explain. The same draws with every mean
    set to zero give the range by chance.

    Parameters
    ----------
    returns
        Rows x candidates, two or more, simple returns above -1, no NaN; for ``"sharpe"`` in
        excess of bills.
    blocks
        S, even, from 2 to 20; blocks differ by at most one row in length.
    metric
        ``"mean"``, ``"cagr"`` or ``"sharpe"``, all computed from sums over blocks, or a
        function from rows x candidates to one score each, called twice for every split.
    draws
        Resampled histories, two or more.
    run
        Consecutive rows drawn together (circular block bootstrap); 1 for independent returns.
    seed
        Of the draws.
    """
    rows, candidates = returns.shape
    if blocks % 2 or not 2 <= blocks <= min(rows, 20):
        raise ValueError(f"blocks must be even, from 2 to {min(rows, 20)}, not {blocks}")
    if candidates < 2:
        raise ValueError("overfitting needs two candidates or more: with one nothing is chosen")
    if draws < 2:
        raise ValueError(f"a standard error needs two draws or more, not {draws}")
    history = _History(returns, blocks, metric)
    halves = _halves(blocks)
    ranks = _ranks_of_best(history.scorer(np.arange(rows)), history.means, halves)
    some = halves[evenly_spaced(len(halves), _RESAMPLED_SPLITS)]
    levels = history.skill(), np.zeros(candidates)
    skilled, chance = np.empty((2, draws))
    for draw, drawn in enumerate(_resamples(rows, run, draws, seed)):
        score = history.scorer(drawn)
        skilled[draw], chance[draw] = (
            _share_at_most_median(_ranks_of_best(score, level, some)) for level in levels
        )
    low, high = np.quantile(chance, [0.05, 0.95])
    return Overfitting(
        probability=_share_at_most_median(ranks),
        standard_error=float(np.std(skilled, ddof=1)),
        by_chance=(float(low), float(high)),
        logits=np.log(ranks / (1.0 - ranks)),
    )


class _History:
    """Returns cut into blocks, ready to be scored on any set of blocks."""

    def __init__(self, returns: Array, blocks: int, metric: str | Metric) -> None:
        if metric not in ("mean", "cagr", "sharpe") and not callable(metric):
            raise ValueError(f"metric must be mean, cagr, sharpe or a function, not {metric!r}")
        # Over the same rows, compound growth ranks candidates as the mean log return does.
        values = np.log1p(returns) if metric == "cagr" else returns
        self._metric = metric
        self._blocks = blocks
        self.means = values.mean(axis=0)
        # Centred, so that the variance of a constant column is 0 and not a rounding error.
        self._centred = values - self.means
        self._squares = self._centred**2 if metric == "sharpe" else None

    def skill(self) -> Array:
        """Candidates' means, shrunk until their variance is the part noise does not explain."""
        centre = self.means.mean()
        apart = self._centred - self._centred.mean(axis=1, keepdims=True)
        noise, seen = np.mean(apart**2) / len(apart), np.mean((self.means - centre) ** 2)
        share = np.sqrt(max(1.0 - noise / seen, 0.0)) if seen > 0.0 else 0.0
        return np.asarray(centre + share * (self.means - centre))

    def scorer(self, rows: NDArray[np.intp]) -> _Scorer:
        """Score these rows, in this order, once the candidates' means are given."""
        parts = np.array_split(rows, self._blocks)
        if callable(self._metric):
            metric, cut = self._metric, [self._centred[part] for part in parts]
            return lambda masks, level: np.array(
                [
                    metric(np.concatenate([cut[k] for k in np.flatnonzero(mask)]) + level)
                    for mask in masks
                ]
            )
        # Products with counts of rows sum the blocks of a resample without copying its rows.
        counts = np.array([np.bincount(part, minlength=len(self._centred)) for part in parts])
        lengths, weights = counts.sum(axis=1), counts.astype(float)
        sums = weights @ self._centred
        if self._squares is None:
            return lambda masks, level: level + (masks @ sums) / (masks @ lengths)[:, None]
        squares = weights @ self._squares

        def sharpe(masks: NDArray[np.bool_], level: Array) -> Array:
            count = (masks @ lengths)[:, None]
            mean = (masks @ sums) / count
            # ddof 0: with any other, all candidates change by the same factor.
            variance = (masks @ squares) / count - mean**2
            sound = variance > 1e-24
            deviation = np.sqrt(np.where(sound, variance, 1.0))
            return np.where(sound, (level + mean) / deviation, np.nan)

        return sharpe


def _halves(blocks: int) -> NDArray[np.bool_]:
    """Splits x blocks: every choice of half of the blocks."""
    chosen = np.array(list(itertools.combinations(range(blocks), blocks // 2)))
    masks = np.zeros((len(chosen), blocks), dtype=bool)
    np.put_along_axis(masks, chosen, True, axis=1)
    return masks


def _resamples(rows: int, run: int, draws: int, seed: int) -> Iterator[NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        starts = rng.integers(0, rows, -(-rows // run))
        yield ((starts[:, None] + np.arange(run)) % rows).ravel()[:rows]


def _ranks_of_best(score: _Scorer, level: Array, halves: NDArray[np.bool_]) -> Array:
    """Out-of-sample rank of each split's in-sample best, over candidates + 1."""
    ranks = []
    for start in range(0, len(halves), _CHUNK):
        masks = halves[start : start + _CHUNK]
        inside, outside = (
            np.nan_to_num(score(half, level), nan=-np.inf) for half in (masks, ~masks)
        )
        first = (inside >= inside.max(axis=1, keepdims=True) - TIE).argmax(axis=1)
        best = np.take_along_axis(outside, first[:, None], axis=1)
        below = np.count_nonzero(outside < best - TIE, axis=1)
        equal = np.count_nonzero(outside <= best + TIE, axis=1) - below
        ranks.append((below + (equal + 1.0) / 2.0) / (outside.shape[1] + 1.0))
    return np.concatenate(ranks)


def _share_at_most_median(ranks: Array) -> float:
    return float(np.mean(ranks <= 0.5))

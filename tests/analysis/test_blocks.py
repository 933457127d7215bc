"""Resamples as chains of blocks: their law, held against arch's own draws."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.analysis.blocks import BATCH, Blocks, draw_blocks
from backtests.analysis.resampling import stationary_rows

# Months, mean block, resamples and seed: short, longer than the sample, of single months.
DRAWS = [(60, 4, 300, 1), (60, 90, 300, 2), (763, 29, 120, 3), (61, 1, 200, 4), (2, 1, 40, 5)]


@pytest.fixture(params=DRAWS, ids=str)
def drawn(request) -> Blocks:
    return draw_blocks(*request.param)


def test_counts_are_those_of_the_rows(drawn):
    rows = drawn.rows(drawn.repetitions)
    expected = [np.bincount(row, minlength=drawn.months) for row in rows]
    np.testing.assert_array_equal(drawn.counts(0, drawn.repetitions), expected)
    # Also of some of them, from within: the bounds of a resample are its own.
    np.testing.assert_array_equal(drawn.counts(7, 31), expected[7:31])


def test_every_row_is_a_chain_of_blocks_in_a_circle(drawn):
    rows = drawn.rows(drawn.repetitions)
    assert rows.shape == (drawn.repetitions, drawn.months)
    for number in range(drawn.repetitions):
        blocks = slice(drawn.bounds[number], drawn.bounds[number + 1])
        starts, lengths = drawn.starts[blocks], drawn.lengths[blocks]
        chain = [
            (start + step) % drawn.months
            for start, length in zip(starts, lengths, strict=True)
            for step in range(length)
        ]
        assert chain == rows[number].tolist()


def test_a_block_that_reaches_the_last_month_goes_on_with_the_first():
    """Five months: from the fourth on for three months, then the second and the third."""
    blocks = Blocks(5, 1, 3, np.array([3, 1]), np.array([3, 2]), np.array([0, 2]))
    assert blocks.rows(1).tolist() == [[3, 4, 0, 1, 2]]
    assert blocks.counts(0, 1).tolist() == [[1, 1, 1, 1, 1]]
    # A block of all five months, from the third on, and none that ends behind the last month.
    whole = Blocks(5, 2, 9, np.array([2, 0, 4]), np.array([5, 4, 1]), np.array([0, 1, 3]))
    assert whole.rows(2).tolist() == [[2, 3, 4, 0, 1], [0, 1, 2, 3, 4]]
    assert whole.counts(1, 2).tolist() == [[1, 1, 1, 1, 1]]


def test_more_resamples_begin_with_the_same():
    """What decides has ten times the resamples of what stands beside it."""
    few, many = draw_blocks(60, 5, 1_000, 8), draw_blocks(60, 5, 3 * BATCH, 8)
    np.testing.assert_array_equal(few.rows(1_000), many.rows(1_000))
    np.testing.assert_array_equal(few.rows(40), many.rows(3 * BATCH)[:40])
    later = many.rows(3 * BATCH)
    assert (later[BATCH : 2 * BATCH] != later[:BATCH]).any()  # batches differ


def test_part_of_a_batch_is_its_beginning():
    """A batch needs more random numbers now and then than a part of it would."""
    for seed in range(20):
        part, whole = draw_blocks(240, 2, 40, seed), draw_blocks(240, 2, BATCH, seed)
        np.testing.assert_array_equal(part.rows(40), whole.rows(40), err_msg=str(seed))


def test_the_same_seed_draws_the_same_and_another_does_not():
    first = draw_blocks(60, 5, 50, 8).rows(50)
    draw_blocks.cache_clear()  # or the second draw would be the first itself
    np.testing.assert_array_equal(first, draw_blocks(60, 5, 50, 8).rows(50))
    assert (first != draw_blocks(60, 5, 50, 9).rows(50)).any()
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def statistics(rows: np.ndarray, months: int) -> np.ndarray:
    """Shape (4, resamples): of each resample what dependence over time shows in."""
    counts = np.array([np.bincount(row, minlength=months) for row in rows])
    follows = (np.diff(rows, axis=1) % months == 1).mean(axis=1)
    second = ((rows[:, 2:] - rows[:, :-2]) % months == 2).mean(axis=1)
    return np.array([follows, second, counts.var(axis=1), (counts == 0).mean(axis=1)])


@pytest.mark.parametrize(("months", "block"), [(60, 3), (60, 30), (240, 12), (61, 1)])
def test_the_draws_follow_the_law_of_arch(months, block):
    """The same means as arch's stationary bootstrap, within four standard errors of both."""
    repetitions = 1_500
    ours = statistics(draw_blocks(months, block, repetitions, 17).rows(repetitions), months)
    others = np.array(list(stationary_rows(months, block, repetitions, 18)))
    theirs = statistics(others, months)
    gap = ours.mean(axis=1) - theirs.mean(axis=1)
    error = np.sqrt((ours.var(axis=1) + theirs.var(axis=1)) / repetitions)
    assert (np.abs(gap) <= 4.0 * error + 1e-12).all(), (gap, error)


@pytest.mark.parametrize("block", [1, 4, 25])
def test_blocks_have_the_mean_length_and_start_anywhere(block):
    months, repetitions = 120, 2_000
    drawn = draw_blocks(months, block, repetitions, 5)
    # A resample has its first block and each of the other months begins one with 1 / block.
    numbers = np.diff(drawn.bounds)
    chance = 1.0 / block
    expected = 1.0 + (months - 1) * chance
    error = np.sqrt((months - 1) * chance * (1.0 - chance) / repetitions)
    assert numbers.mean() == pytest.approx(expected, abs=4.0 * error + 1e-12)
    # A month follows the one before it unless a block begins, which may begin just there.
    rows = drawn.rows(repetitions)
    follows = (np.diff(rows, axis=1) % months == 1).mean()
    assert follows == pytest.approx(1.0 - chance + chance / months, abs=0.004)
    begun = np.bincount(drawn.starts, minlength=months) / len(drawn.starts)
    spread = np.sqrt((1.0 / months) / len(drawn.starts))
    assert np.abs(begun - 1.0 / months).max() <= 4.5 * spread


def test_single_months_are_drawn_independently():
    """Mean block 1 is the bootstrap of Efron: counts are multinomial, variance 1 - 1/n."""
    drawn = draw_blocks(60, 1, 2_000, 6)
    assert (drawn.lengths == 1).all()
    counts = drawn.counts(0, 2_000)
    assert counts.var() == pytest.approx(1.0 - 1.0 / 60.0, abs=0.02)
    assert (counts.sum(axis=1) == 60).all()

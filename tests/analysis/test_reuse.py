"""Kept answers: equal to those worked out anew, and never another question's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.reuse import Answers, key_of, reused

DAYS = pd.date_range("2020-01-31", periods=3, freq="ME")
MONTHS = pd.period_range("2020-01", periods=3, freq="M")
ROW = np.array([1.0, 2.0, 3.0])
# Each differs from every other in one thing alone.
VALUES = [
    ROW,
    ROW.astype(np.float32),
    ROW.reshape(1, 3),
    np.nextafter(ROW, 9.0),
    np.array([0.0]),
    np.array([-0.0]),
    pd.Series(ROW, MONTHS),
    pd.Series(ROW, MONTHS + 1),
    pd.Series(ROW, DAYS),
    pd.Series(ROW, MONTHS, name="x"),
    [ROW],
    (ROW,),
    (ROW, ROW),
    "ROW",
    None,
]


def test_every_byte_of_a_question_is_in_its_key():
    keys = [key_of(value) for value in VALUES]
    assert len(set(keys)) == len(VALUES)
    assert keys == [key_of(value) for value in VALUES]


@pytest.mark.parametrize("value", [np.array(["a"], dtype=object), pd.DataFrame(), {}])
def test_what_has_no_bytes_of_its_own_is_no_question(value):
    with pytest.raises(TypeError):
        key_of(value)


def test_a_function_answers_anew_only_what_it_was_not_asked_lately():
    asked = []

    @reused(2)
    def total(row, more=0.0):
        asked.append(row.copy())
        return pd.Series([row.sum() + more])

    row = ROW.copy()
    assert total(row)[0] == total(row)[0] == 6.0
    row[0] = 5.0  # the same array, another question
    assert total(row)[0] == 10.0
    assert total(row, more=1.0)[0] == 11.0
    assert len(asked) == 3
    assert total(row)[0] == 10.0
    assert len(asked) == 3
    assert total(ROW)[0] == 6.0  # of two that are kept it is none any more
    assert len(asked) == 4


def test_an_answer_cannot_be_changed_for_whoever_asks_next():
    answers = Answers(2)
    with pytest.raises(ValueError, match="read-only"):
        answers.get("array", lambda: np.zeros(2))[0] = 1.0
    for _ in range(2):
        frame, bounds = answers.get("pair", lambda: (pd.DataFrame({"a": ROW}), (0.0, 1.0)))
        assert frame["a"].tolist() == ROW.tolist()
        assert bounds == (0.0, 1.0)
        frame["a"] = 0.0

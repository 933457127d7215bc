"""The comparison of golden numbers notices whatever changes, and allows what has a reason."""

from __future__ import annotations

import pytest

from tests.golden.__main__ import flat_cases, read_kept
from tests.golden.cases import CASES
from tests.golden.numbers import Rule, compare, flat, read_rules, screen_lines

KEPT = {"mix/summary.json:metrics.cagr": 0.1, "mix/summary.json:notes[0]": "monthly"}


def test_leaves_have_their_paths_and_lists_their_length():
    assert dict(flat({"a": [{"b": 1.5}, None], "c": {"d": True}})) == {
        "a.length": 2, "a[0].b": 1.5, "a[1]": None, "c.d": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ({"mix/summary.json:metrics.cagr": 0.1000000000000001}, "became"),
        ({"mix/summary.json:metrics.cagr": None}, "became"),
        ({"mix/summary.json:notes[0]": "daily"}, "became"),
        ({"mix/summary.json:notes[1]": "more"}, "is new"),
    ],
)
def test_the_last_digit_a_word_and_a_new_value_are_differences(now, line):
    (found,) = compare(KEPT, {**KEPT, **now}, [])
    assert line in found


def test_a_value_that_is_gone_is_a_difference():
    (found,) = compare(KEPT, {"mix/summary.json:notes[0]": "monthly"}, [])
    assert found == "mix/summary.json:metrics.cagr: 0.1 is gone"


def test_digits_are_counted_from_the_first_that_is_no_zero():
    small = {"a": 1.23456789e-3}
    assert compare(small, {"a": 1.23456789001e-3}, [], digits=9) == []
    assert compare(small, {"a": 1.2345689e-3}, [], digits=9) != []


def test_a_moved_value_is_compared_at_its_new_place():
    rule = Rule("moved", r"metrics\.cagr$", "one record", to="numbers.cagr")
    path = "mix/summary.json:numbers.cagr"
    rest = {"mix/summary.json:notes[0]": "monthly"}
    assert compare(KEPT, {**rest, path: 0.1}, [rule]) == []
    assert len(compare(KEPT, {**rest, path: 0.2}, [rule])) == 1


@pytest.mark.parametrize("kind", ["changed", "removed", "added"])
def test_a_rule_allows_its_own_kind_only(kind):
    rule = Rule(kind, "mix/summary.json:*", "a reason")
    changed = compare(KEPT, {**KEPT, "mix/summary.json:metrics.cagr": 0.2}, [rule])
    gone = compare(KEPT, {}, [rule])
    new = compare(KEPT, {**KEPT, "mix/summary.json:new": 1}, [rule])
    assert [len(changed), len(gone), len(new)] == {
        "changed": [0, 2, 1], "removed": [1, 0, 1], "added": [1, 2, 0],
    }[kind]  # fmt: skip


def test_a_rule_without_a_reason_is_refused(tmp_path):
    place = tmp_path / "allowed.toml"
    place.write_text('[[changed]]\npath = "a"\nreason = " "\n', "utf-8")
    with pytest.raises(ValueError, match="without a reason"):
        read_rules(place)


def test_names_of_folders_are_no_difference():
    assert screen_lines("open OUT/hedge_mix-1fac850595/verdict.html  \n") == [
        "open OUT/hedge_mix-HASH/verdict.html"
    ]


def test_every_case_is_kept():
    recorded = read_kept(private=True)
    assert set(recorded) == {case.name for case in CASES}
    for case in CASES:
        assert len(flat_cases({case.name: recorded[case.name]})) > 30, case.name

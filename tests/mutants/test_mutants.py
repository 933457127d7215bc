"""The wrong changes can still be applied, and the documents count them as they are."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.mutants.__main__ import FAILED, HUNG, PAGE, PASSED, TABLE, changed, verdict_of
from tests.mutants.entries import Mutant, as_table, read_mutants

MUTANTS = read_mutants()
ENTRY = Mutant("a sign", "rule.py", "a < b", "a > b", "tests/test_rule.py")
FEWEST, SHARE_NOTICED = 80, 0.95


def test_every_entry_changes_code_that_is_there():
    """Each applies once, gives other code that still can be read, and names a test that exists."""
    texts = {mutant.file: (ROOT / mutant.file).read_text("utf-8") for mutant in MUTANTS}
    for mutant in MUTANTS:
        text = mutant.applied(texts[mutant.file])
        assert text != texts[mutant.file], mutant
        if mutant.file.endswith(".py"):
            assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(texts[mutant.file])), mutant
        path, _, name = mutant.test.partition("[")[0].partition("::")
        assert f"def {name}" in (ROOT / path).read_text("utf-8"), mutant
    twice = Counter((mutant.file, mutant.before, mutant.after) for mutant in MUTANTS)
    assert set(twice.values()) == {1}


def test_enough_are_noticed_and_the_page_says_which_are_not():
    noticed = sum(not mutant.survives for mutant in MUTANTS)
    assert len(MUTANTS) >= FEWEST
    assert noticed / len(MUTANTS) >= SHARE_NOTICED
    assert PAGE.read_text("utf-8").partition(TABLE)[2] == "\n" + as_table(MUTANTS), (
        "python -m tests.mutants --table"
    )


@pytest.mark.parametrize("text", ["nothing of it", "a < b and a < b"])
def test_what_is_not_there_exactly_once_is_refused(text):
    with pytest.raises(ValueError, match="must stand there once, for the mutant 'a sign'"):
        ENTRY.applied(text)


def test_a_change_is_taken_back(tmp_path):
    (tmp_path / "rule.py").write_text("if a < b:\n")
    with changed(tmp_path, ENTRY):
        assert (tmp_path / "rule.py").read_text() == "if a > b:\n"
    assert (tmp_path / "rule.py").read_text() == "if a < b:\n"


def test_only_a_test_that_fails_or_hangs_notices_a_change():
    assert verdict_of(ENTRY, FAILED, "") == verdict_of(ENTRY, HUNG, "") == ""
    assert "went unnoticed" in verdict_of(ENTRY, PASSED, "")
    # Exit codes of pytest: 2 stopped, 3 a fault of its own, 4 no such test, 5 nothing collected.
    for code in (2, 3, 4, 5):
        assert verdict_of(ENTRY, code, "\nno tests ran\n") == "did not run (no tests ran)"


def test_a_change_that_may_survive_has_to():
    survivor = replace(ENTRY, survives="nobody sees it")
    assert verdict_of(survivor, PASSED, "") == ""
    assert "is noticed" in verdict_of(survivor, FAILED, "")
    assert as_table([ENTRY, survivor]).splitlines()[-1] == (
        "| a sign | `rule.py` | nobody sees it |"
    )
